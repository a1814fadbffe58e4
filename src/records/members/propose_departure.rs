//! Proposes that members leave the county: a letter of introduction goes out, and he stays until its receipt comes.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{MembershipId, TransferId};
use crate::base::policy::{self, Action};
use crate::records::members::model::{Membership, Transfer};
use crate::records::members::propose_transfer::{append_entry, store};
use crate::records::members::{queries, rules};

/// A move out of the county to be proposed.
#[derive(Debug, Clone)]
pub struct ProposeDeparture {
    /// The member.
    pub member: MembershipId,
    /// The unit that he goes to, as the letter names it.
    pub to_unit: String,
    /// Number of the letter of introduction.
    pub letter_number: String,
    /// Day of the letter.
    pub letter_on: NaiveDate,
    /// For how many days it holds.
    pub valid_days: u32,
}

/// Proposes moves out of the county. Until the receipt comes, the member belongs to the old branch (Regulation on education
/// and management of members, article 25).
///
/// # Errors
/// `Missing`; `Invalid` with every wrong field; `Refused` for somebody out of the register; `Taken` where a transfer is
/// pending already; `Forbidden`.
pub async fn propose_departures(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ProposeDeparture],
) -> Result<Vec<TransferId>> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let ids: Vec<MembershipId> = commands.iter().map(|command| command.member).collect();
        let rows = queries::lock(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rows.iter().map(Membership::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let since = queries::open_branches(conn, actor.scope.county, &ids).await?;
        let mut proposed = Vec::with_capacity(commands.len());
        for (row, command) in rows.iter().zip(commands) {
            check(row, command, since.get(&row.id).copied().unwrap_or(row.from_day), today)?;
            proposed.push(Transfer {
                county_id: actor.scope.county,
                id: TransferId::new(),
                membership_id: row.id,
                from_branch_id: row.branch_id,
                from_path: row.path.clone(),
                to_branch_id: None,
                to_path: None,
                to_unit: Some(command.to_unit.trim().to_owned()),
                on_day: None,
                letter_number: Some(command.letter_number.trim().to_owned()),
                letter_on: command.letter_on,
                valid_until: rules::valid_until(command.letter_on, command.valid_days),
                state: "pending".to_owned(),
                reason: None,
                proposed_by: actor.name.clone(),
                decided_by: None,
                version: 1,
            });
        }
        store(conn, &proposed, "to_unit").await?;
        append_entry(conn, actor, "members.propose_departure", &proposed, |one| {
            serde_json::json!({
                "transfer": one.id, "from": one.from_path, "to_unit": one.to_unit,
                "letter_number": one.letter_number, "letter_on": one.letter_on, "valid_until": one.valid_until,
            })
        })
        .await?;
        Ok(proposed.iter().map(|transfer| transfer.id).collect())
    })
    .await
}

fn check(row: &Membership, command: &ProposeDeparture, since: NaiveDate, today: NaiveDate) -> Result<()> {
    let status = row.status()?;
    if !status.in_register() {
        return Err(Error::Refused(format!("该党员当前为“{}”，不在册，不能转接组织关系。", status.name())));
    }
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: String, value: &str| {
        errors.push(FieldError::new(field, message, Some(value)));
    };
    if !(2..=100).contains(&command.to_unit.trim().chars().count()) {
        refuse("to_unit", "转入单位须为2至100字，请写介绍信上的单位全称。".to_owned(), &command.to_unit);
    }
    if !(1..=50).contains(&command.letter_number.trim().chars().count()) {
        let message = "转往县外须有介绍信编号，不超过50字，请按介绍信填写。".to_owned();
        refuse("letter_number", message, &command.letter_number);
    }
    let letter_on = command.letter_on;
    if let Some(message) = rules::refuse_future("介绍信日期", letter_on, today) {
        refuse("letter_on", message, &letter_on.to_string());
    } else if letter_on < since {
        let message = format!("介绍信日期“{letter_on}”早于进入当前支部的日期“{since}”，请核对日期。");
        refuse("letter_on", message, &letter_on.to_string());
    }
    if !(1..=rules::LONGEST_VALIDITY).contains(&command.valid_days) {
        let days = command.valid_days.to_string();
        let message = format!(
            "有效期“{days}”天不对，应为1至{}天；介绍信的有效期一般不超过三个月。",
            rules::LONGEST_VALIDITY
        );
        refuse("valid_days", message, &days);
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}
