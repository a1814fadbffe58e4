//! Closes moves out of the county by their receipts: the members leave the register.

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::MembershipStatus;
use crate::records::audit;
use crate::records::members::decide_transfer::{lock, refuse_decided};
use crate::records::members::model::{Membership, Transfer};
use crate::records::members::{queries, rules, write};

/// The receipt of a letter of introduction.
#[derive(Debug, Clone)]
pub struct CloseDeparture {
    /// The transfer.
    pub transfer: TransferId,
    /// The day on which the other side received him: from it on he is no longer in the register here.
    pub received_on: NaiveDate,
}

/// Closes moves out of the county: each member leaves the register on the day of his receipt.
///
/// # Errors
/// `Missing`; `Invalid` for a day in the future or before the letter; `Refused` where a transfer is decided already, stays
/// inside the county, or the member left or moved meanwhile; `Forbidden`.
pub async fn close_departures(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[CloseDeparture],
) -> Result<()> {
    let today = clock::today();
    let mut commands = commands.to_vec();
    // In the order in which they are locked.
    commands.sort_unstable_by_key(|command| command.transfer);
    db::write(conn, actor, async |conn| {
        let ids: Vec<TransferId> = commands.iter().map(|command| command.transfer).collect();
        let proposals = lock(conn, actor, &ids).await?;
        for (proposal, command) in proposals.iter().zip(&commands) {
            policy::require(actor, Action::EnterRecords, &Path::stored(proposal.from_path.clone()))?;
            check(proposal, command.received_on, today)?;
        }
        mark(conn, actor, &commands).await?;
        let rows = leave(conn, actor, &proposals, &commands).await?;
        append_entry(conn, actor, &proposals, &commands, &rows).await
    })
    .await
}

fn check(proposal: &Transfer, received_on: NaiveDate, today: NaiveDate) -> Result<()> {
    if proposal.to_unit.is_none() {
        return Err(Error::Refused("县内转接由转入党支部接收即办结，不需要登记回执。".to_owned()));
    }
    refuse_decided(proposal)?;
    if let Some(message) = rules::refuse_future("收到回执日期", received_on, today) {
        return Err(Error::invalid("on", message));
    }
    if received_on < proposal.letter_on {
        return Err(Error::invalid(
            "on",
            format!("收到回执日期“{received_on}”早于介绍信日期“{}”，请核对日期。", proposal.letter_on),
        ));
    }
    Ok(())
}

async fn mark(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[CloseDeparture]) -> Result<()> {
    diesel::sql_query(
        "UPDATE transfers t SET state = 'closed', on_day = n.day, decided_by = $2, version = t.version + 1, \
         updated_at = now() FROM unnest($3, $4) AS n (id, day) WHERE t.county_id = $1 AND t.id = n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(commands.iter().map(|command| command.transfer).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(commands.iter().map(|command| command.received_on).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the memberships. Like whoever is removed or dies, a member stays to be found where he stood last.
async fn leave(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    proposals: &[Transfer],
    commands: &[CloseDeparture],
) -> Result<Vec<Membership>> {
    const LEFT: MembershipStatus = MembershipStatus::Transferred;
    let county = actor.scope.county;
    let ids: Vec<MembershipId> = proposals.iter().map(|proposal| proposal.membership_id).collect();
    let mut rows = queries::lock(conn, &actor.scope, &ids).await?;
    let since = queries::open_statuses(conn, county, &ids).await?;
    let reasons: Vec<String> = proposals.iter().map(reason).collect();
    let mut facts = write::Facts::default();
    let mut ends = Vec::with_capacity(rows.len());
    for (((row, proposal), command), reason) in rows.iter_mut().zip(proposals).zip(commands).zip(&reasons) {
        let (from, on) = (row.status()?, command.received_on);
        if !from.in_register() {
            return Err(Error::Refused(format!(
                "该党员现为“{}”，不在册，不能登记回执；请撤回这笔转接。",
                from.name()
            )));
        }
        if row.branch_id != proposal.from_branch_id {
            return Err(Error::Refused("该党员已不在转出的党支部，请撤回后由现支部重新办理。".to_owned()));
        }
        if let Some(day) = row.full_member_on.filter(|day| *day > on) {
            return Err(Error::Refused(format!(
                "该党员于{day}转为正式党员，晚于收到回执日期“{on}”，请核对日期。"
            )));
        }
        let since = since.get(&row.id).copied().unwrap_or(row.from_day);
        if let Some(reason) = rules::refuse_status_change(from, LEFT, row.full_member_on.is_none(), since, on)
        {
            return Err(Error::Refused(reason));
        }
        LEFT.code().clone_into(&mut row.status);
        row.to_day = Some(on);
        ends.push((row.id, on));
        facts.push(row.id, LEFT.code(), Some(reason), on, None);
    }
    write::end_open(conn, county, "membership_statuses", None, &ends).await?;
    facts.insert(conn, county, "membership_statuses", "status", "reason").await?;
    write::update(conn, county, &rows, &actor.name).await?;
    Ok(rows)
}

/// What the history of the member says.
fn reason(proposal: &Transfer) -> String {
    let unit = proposal.to_unit.as_deref().unwrap_or_default();
    let number = proposal.letter_number.as_deref().unwrap_or_default();
    format!("转往{unit}，介绍信{number}，已收到回执")
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    proposals: &[Transfer],
    commands: &[CloseDeparture],
    rows: &[Membership],
) -> Result<()> {
    let one = if rows.len() == 1 {
        rows.iter().next().zip(proposals.iter().next().zip(commands.iter().next()))
    } else {
        None
    };
    let (details, path) = match one {
        Some((row, (proposal, command))) => (
            serde_json::json!({
                "transfer": proposal.id, "from": proposal.from_path, "to_unit": proposal.to_unit,
                "letter_number": proposal.letter_number, "on": command.received_on, "status": row.status,
            }),
            row.path(),
        ),
        None => (
            serde_json::json!({ "members_sha256": audit::digest(rows.iter().map(|row| row.id.0)) }),
            actor.scope.path.clone(),
        ),
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "members.close_departure",
            subject_kind: "membership",
            subject: one.map(|(row, _)| row.id.0),
            count: rows.len(),
            path: &path,
            details,
        },
    )
    .await
}
