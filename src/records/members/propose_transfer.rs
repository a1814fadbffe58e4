//! Proposes moves of members to other branches of the county.

use chrono::NaiveDate;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{MembershipId, OrganisationId, TransferId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::members::model::{Membership, Transfer};
use crate::records::members::{queries, rules};
use crate::schema::transfers;

/// A move to be proposed.
#[derive(Debug, Clone)]
pub struct ProposeTransfer {
    /// The member.
    pub member: MembershipId,
    /// The new branch, anywhere in the county.
    pub to_branch: OrganisationId,
    /// First day in the new branch, once accepted.
    pub on: NaiveDate,
    /// Number of the letter of introduction.
    pub letter_number: Option<String>,
}

/// Proposes moves. Until the other side accepts, the member belongs to the old branch.
///
/// # Errors
/// `Missing`, `Refused` where the move makes no sense, `Taken` where one is pending already, `Forbidden`.
pub async fn propose_transfers(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ProposeTransfer],
) -> Result<Vec<TransferId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<MembershipId> = commands.iter().map(|command| command.member).collect();
        let rows = queries::lock(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Membership::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let branches =
            queries::branches(conn, &actor.scope.whole_county(), commands.iter().map(|c| c.to_branch))
                .await?;
        let since = queries::open_branches(conn, actor.scope.county, &ids).await?;
        let mut proposed = Vec::with_capacity(commands.len());
        for (row, command) in rows.iter().zip(commands) {
            check(row, command, since.get(&row.id).copied().unwrap_or(row.from_day), today)?;
            let to_path =
                branches.get(&command.to_branch).ok_or(Error::Missing { what: "转入党支部" })?;
            proposed.push(Transfer {
                county_id: actor.scope.county,
                id: TransferId::new(),
                membership_id: row.id,
                from_branch_id: row.branch_id,
                from_path: row.path.clone(),
                to_branch_id: Some(command.to_branch),
                to_path: Some(to_path.as_str().to_owned()),
                to_unit: None,
                on_day: Some(command.on),
                letter_number: command.letter_number.clone(),
                letter_on: today,
                valid_until: rules::valid_until(today, rules::USUAL_VALIDITY),
                state: "pending".to_owned(),
                reason: None,
                proposed_by: actor.name.clone(),
                decided_by: None,
                version: 1,
            });
        }
        store(conn, &proposed, "to_branch").await?;
        append_entry(conn, actor, "members.propose_transfer", &proposed, |one| {
            serde_json::json!({ "transfer": one.id, "from": one.from_path, "to": one.to_path, "on": one.on_day })
        })
        .await?;
        Ok(proposed.iter().map(|transfer| transfer.id).collect())
    })
    .await
}

/// Writes proposals; `field` is the one that a member who has one already is refused by.
pub(super) async fn store(
    conn: &mut AsyncPgConnection,
    proposed: &[Transfer],
    field: &'static str,
) -> Result<()> {
    for chunk in proposed.chunks(2_000) {
        diesel::insert_into(transfers::table).values(chunk).execute(conn).await.constraint(
            "transfers_one_pending_key",
            || Error::Taken {
                field,
                message: "该党员已有一笔待办理的组织关系转接，请先办结或撤回。".to_owned(),
            },
        )?;
    }
    Ok(())
}

fn check(row: &Membership, command: &ProposeTransfer, since: NaiveDate, today: NaiveDate) -> Result<()> {
    if !row.status()?.in_register() {
        return Err(Error::Refused(format!(
            "该党员当前为“{}”，不在册，不能转接组织关系。",
            row.status()?.name()
        )));
    }
    if row.branch_id == command.to_branch {
        return Err(Error::invalid("to_branch", "转入党支部就是当前所在党支部，请选择另一个党支部。"));
    }
    if command.on > today {
        return Err(Error::invalid(
            "on",
            format!("转接日期“{}”晚于今天，请填写已经发生的日期。", command.on),
        ));
    }
    if command.on <= since {
        return Err(Error::invalid(
            "on",
            format!("转接日期“{}”不晚于进入当前支部的日期“{since}”，请核对日期。", command.on),
        ));
    }
    if command.letter_number.as_ref().is_some_and(|number| number.chars().count() > 50) {
        return Err(Error::invalid("letter_number", "介绍信编号不能超过50字，请核对。"));
    }
    Ok(())
}

/// Notes in the trail who was proposed: of one member with `details`.
pub(super) async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    proposed: &[Transfer],
    details: impl FnOnce(&Transfer) -> serde_json::Value,
) -> Result<()> {
    let one = if proposed.len() == 1 { proposed.iter().next() } else { None };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "membership",
            subject: one.map(|transfer| transfer.membership_id.0),
            count: proposed.len(),
            path: &actor.scope.path,
            details: one.map_or_else(|| serde_json::json!({}), details),
        },
    )
    .await
}
