//! Shows one identifier of one member in clear, for a purpose, on the record, and not too many in an hour (PRV-02).

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::MembershipId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::records::members::queries;
use crate::records::people;
use crate::records::{accounts, audit};
use crate::schema::audit_entries;

/// Which identifier, of whom, what for.
#[derive(Debug, Clone)]
pub struct Reveal {
    /// The member.
    pub member: MembershipId,
    /// `citizen_id`, `mobile` or `telephone`.
    pub field: String,
    /// What for.
    pub purpose: String,
}

/// Shows an identifier.
///
/// # Errors
/// `Missing` where there is no such member or number, `Invalid` without a purpose or with an unknown field, `Forbidden`,
/// `Unproven`, `TooOften`.
pub async fn reveal(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    command: &Reveal,
) -> Result<String> {
    let purpose = command.purpose.trim();
    if !(2..=200).contains(&purpose.chars().count()) {
        return Err(Error::invalid("purpose", "请用2至200字写明查看的用途，用途会记入审计记录。"));
    }
    let secret = match command.field.as_str() {
        "citizen_id" => Secret::CitizenId,
        "mobile" => Secret::Mobile,
        "telephone" => Secret::Telephone,
        other => {
            return Err(Error::invalid(
                "field",
                format!("不能查看“{other}”，只能查看公民身份号码、手机号码或固定电话。"),
            ));
        }
    };
    db::write(conn, actor, async |conn| {
        limit(conn, actor).await?;
        let rows = queries::lock(conn, &actor.scope, &[command.member]).await?;
        let row = rows.into_iter().next().ok_or(Error::Missing { what: "党员" })?;
        policy::require(actor, Action::RevealIdentifier, &row.path())?;
        let people = people::queries::by_ids(conn, &actor.scope, &[row.person_id]).await?;
        let person = people.into_iter().next().ok_or(Error::Missing { what: "党员" })?;
        let cipher = match secret {
            Secret::Mobile => person.mobile_cipher.as_deref(),
            Secret::Telephone => person.telephone_cipher.as_deref(),
            Secret::CitizenId => Some(person.citizen_id_cipher.as_slice()),
            Secret::ImportRow
            | Secret::Verdict
            | Secret::Decision
            | Secret::OneTimeCode
            | Secret::DrawSeed => None,
        };
        let cipher = cipher.ok_or(Error::Missing { what: "号码" })?;
        let value = keys.unseal_text(secret, person.id.0, cipher).map_err(Error::broken)?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: ACTION,
                subject_kind: "membership",
                subject: Some(row.id.0),
                count: 1,
                path: &row.path(),
                details: serde_json::json!({ "field": command.field, "purpose": purpose }),
            },
        )
        .await?;
        Ok(value)
    })
    .await
}

const ACTION: &str = "members.reveal";

/// Refuses whoever saw as many identifiers within an hour as his county allows. His account is kept from change until the
/// transaction ends, so that requests sent at once are counted one after the other.
async fn limit(conn: &mut AsyncPgConnection, actor: &Actor) -> Result<()> {
    let Some(account) = actor.account else { return Ok(()) };
    accounts::queries::lock(conn, &actor.scope, &[account]).await?;
    let policy = accounts::security_policy(conn, actor.scope.county).await?;
    let hour = TimeDelta::hours(1);
    let shown: i64 = audit_entries::table
        .filter(audit_entries::account_id.eq(account))
        .filter(audit_entries::at.gt(clock::now() - hour))
        .filter(audit_entries::action.eq(ACTION))
        .count()
        .get_result(conn)
        .await?;
    if shown < i64::from(policy.reveals_per_hour) {
        return Ok(());
    }
    let message = format!(
        "一小时内查看完整号码已达{}次的上限，请过一小时再查看；确需批量核对时，请由审核员说明理由后导出。",
        policy.reveals_per_hour
    );
    Err(Error::TooOften { message, wait: hour })
}
