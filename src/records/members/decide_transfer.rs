//! Accepts, refuses or withdraws proposed moves.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::members::model::{Membership, Transfer};
use crate::records::members::{queries, write};
use crate::records::people::{self, Relation};
use crate::schema::transfers;

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The receiving side takes the member.
    Accept,
    /// The receiving side sends the member back; needs a reason (article 25: no refusal without one).
    Refuse,
    /// The proposing side takes the proposal back.
    Withdraw,
}

impl Decision {
    fn state(self) -> &'static str {
        match self {
            Self::Accept => "accepted",
            Self::Refuse => "refused",
            Self::Withdraw => "withdrawn",
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Accept => "members.accept_transfer",
            Self::Refuse => "members.refuse_transfer",
            Self::Withdraw => "members.withdraw_transfer",
        }
    }
}

/// Decides proposed moves; an accepted member belongs to the new branch from the day named in the proposal.
///
/// # Errors
/// `Missing`, `Refused` where one is decided already or its reason is missing, `Forbidden` where the actor stands on the
/// wrong side.
pub async fn decide_transfers(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[TransferId],
    decision: Decision,
    reason: Option<&str>,
) -> Result<()> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if decision == Decision::Refuse && reason.is_none() {
        return Err(Error::invalid(
            "reason",
            "请填写退回的原因：不得无故拒绝接收（《党员教育管理工作条例》第二十五条）。",
        ));
    }
    if reason.is_some_and(|reason| reason.chars().count() > 500) {
        return Err(Error::invalid("reason", "原因不能超过500字，请精简。"));
    }
    db::write(conn, actor, async |conn| {
        let proposals = lock(conn, actor, ids).await?;
        proposals.iter().try_for_each(|proposal| check(actor, proposal, decision, reason))?;
        mark(conn, actor, ids, decision, reason).await?;
        if decision == Decision::Accept {
            db::across_county(conn, actor, async |conn| move_members(conn, actor, &proposals).await).await?;
        }
        append_entry(conn, actor, &proposals, decision, reason).await
    })
    .await
}

/// Each side decides what is its own; what a unit outside the county answers is entered by the side that sent the letter.
fn check(actor: &Actor, proposal: &Transfer, decision: Decision, reason: Option<&str>) -> Result<()> {
    let (side, action) = match &proposal.to_path {
        Some(to) if decision != Decision::Withdraw => (to, Action::AcceptTransfer),
        _ => (&proposal.from_path, Action::EnterRecords),
    };
    policy::require(actor, action, &Path::stored(side.clone()))?;
    refuse_decided(proposal)?;
    if proposal.to_unit.is_none() {
        return Ok(());
    }
    if decision == Decision::Accept {
        return Err(Error::Refused("转往县外的，收到对方回执后请登记回执，不能在这里接收。".to_owned()));
    }
    if reason.is_none() {
        return Err(Error::invalid("reason", "请填写对方退回或者撤回的原因，供日后查证。"));
    }
    Ok(())
}

/// Refuses what is decided already.
pub(super) fn refuse_decided(proposal: &Transfer) -> Result<()> {
    if proposal.state == "pending" {
        Ok(())
    } else {
        Err(Error::Refused("这笔转接已经办结，不能再次办理。".to_owned()))
    }
}

pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[TransferId],
) -> Result<Vec<Transfer>> {
    let proposals: Vec<Transfer> = transfers::table
        .filter(transfers::county_id.eq(actor.scope.county))
        .filter(transfers::id.eq_any(ids))
        .order(transfers::id)
        .select(Transfer::as_select())
        .for_update()
        .load(conn)
        .await?;
    if proposals.len() == ids.len() {
        Ok(proposals)
    } else {
        Err(Error::Missing { what: "组织关系转接" })
    }
}

async fn mark(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[TransferId],
    decision: Decision,
    reason: Option<&str>,
) -> Result<()> {
    diesel::update(
        transfers::table
            .filter(transfers::county_id.eq(actor.scope.county))
            .filter(transfers::id.eq_any(ids)),
    )
    .set((
        transfers::state.eq(decision.state()),
        transfers::reason.eq(reason),
        transfers::decided_by.eq(&actor.name),
        transfers::version.eq(transfers::version + 1),
        transfers::updated_at.eq(diesel::dsl::now),
    ))
    .execute(conn)
    .await?;
    Ok(())
}

/// Runs in the whole county: the members still stand on the other side.
async fn move_members(conn: &mut AsyncPgConnection, actor: &Actor, proposals: &[Transfer]) -> Result<()> {
    let county = actor.scope.county;
    let ids: Vec<MembershipId> = proposals.iter().map(|proposal| proposal.membership_id).collect();
    let mut rows = queries::lock(conn, &actor.scope.whole_county(), &ids).await?;
    let since = queries::open_branches(conn, county, &ids).await?;
    let mut ends: Vec<(MembershipId, NaiveDate)> = Vec::new();
    for (row, proposal) in rows.iter_mut().zip(proposals) {
        let status = row.status()?;
        if !status.in_register() {
            return Err(Error::Refused(format!("该党员现为“{}”，不在册，不能接收。", status.name())));
        }
        let Some((to_branch, to_path, on)) = proposal.inside() else {
            return Err(Error::broken("an accepted transfer leads into a branch"));
        };
        if row.branch_id != proposal.from_branch_id || since.get(&row.id).is_some_and(|day| *day >= on) {
            return Err(Error::Refused("该党员已有更晚的变动，请退回后由转出支部重新办理。".to_owned()));
        }
        row.branch_id = to_branch;
        to_path.clone_into(&mut row.path);
        ends.push((row.id, on));
    }
    write::end_open(conn, county, "branch_memberships", None, &ends).await?;
    diesel::sql_query(
        "INSERT INTO branch_memberships (county_id, membership_id, branch_id, from_day) \
         SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.branch_id).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(ends.iter().map(|end| end.1).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    write::update(conn, county, &rows, &actor.name).await?;
    let relations: Vec<Relation> = rows.iter().map(Membership::relation).collect();
    people::relate(conn, county, &relations).await?;
    move_search_keys(conn, actor, &rows).await
}

async fn move_search_keys(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Membership]) -> Result<()> {
    diesel::sql_query(
        "UPDATE member_search_keys k SET path = n.path FROM unnest($2, $3) AS n (id, path) \
         WHERE k.county_id = $1 AND k.membership_id = n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.path.as_str()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    proposals: &[Transfer],
    decision: Decision,
    reason: Option<&str>,
) -> Result<()> {
    let one = if proposals.len() == 1 { proposals.iter().next() } else { None };
    let by_state: HashMap<&str, usize> = HashMap::from([(decision.state(), proposals.len())]);
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: decision.action(),
            subject_kind: "membership",
            subject: one.map(|proposal| proposal.membership_id.0),
            count: proposals.len(),
            path: &actor.scope.path,
            details: one.map_or_else(
                || serde_json::json!(by_state),
                |one| {
                    serde_json::json!({
                        "transfer": one.id, "from": one.from_path, "to": one.to_path, "to_unit": one.to_unit,
                        "on": one.on_day, "reason": reason,
                    })
                },
            ),
        },
    )
    .await
}
