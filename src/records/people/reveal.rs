//! Shows one identifier of one person in clear, for a purpose, on the record, and not too many in an hour (PRV-02).

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::PersonId;
use crate::base::keys::{KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::records::people::{Person, queries};
use crate::records::{accounts, audit};
use crate::schema::audit_entries;

/// Under which actions identifiers are shown: of a member, and of a person without a membership.
pub const REVEALS: [&str; 2] = ["members.reveal", "people.reveal"];

/// Which identifier, of whom, what for.
#[derive(Debug, Clone)]
pub struct Reveal {
    /// The person.
    pub person: PersonId,
    /// `citizen_id`, `mobile` or `telephone`.
    pub field: String,
    /// What for.
    pub purpose: String,
}

/// What is asked to be shown, once it makes sense.
#[derive(Debug, Clone)]
pub struct Revealed {
    secret: Secret,
    field: &'static str,
    purpose: String,
}

impl Revealed {
    /// Which identifier is asked for, and what for.
    ///
    /// # Errors
    /// `Invalid` without a purpose or with an unknown field.
    pub fn parse(field: &str, purpose: &str) -> Result<Self> {
        let purpose = purpose.trim();
        if !(2..=200).contains(&purpose.chars().count()) {
            return Err(Error::invalid("purpose", "请用2至200字写明查看的用途，用途会记入审计记录。"));
        }
        let (secret, field) = match field {
            "citizen_id" => (Secret::CitizenId, "citizen_id"),
            "mobile" => (Secret::Mobile, "mobile"),
            "telephone" => (Secret::Telephone, "telephone"),
            other => {
                return Err(Error::invalid(
                    "field",
                    format!("不能查看“{other}”，只能查看公民身份号码、手机号码或固定电话。"),
                ));
            }
        };
        Ok(Self { secret, field, purpose: purpose.to_owned() })
    }

    /// The identifier in clear.
    ///
    /// # Errors
    /// `Missing` where none is stored, `Broken` where the key does not fit.
    pub(in crate::records) fn of(&self, person: &Person, keys: &KeyRing) -> Result<String> {
        let cipher = match self.secret {
            Secret::Mobile => person.mobile_cipher.as_deref(),
            Secret::Telephone => person.telephone_cipher.as_deref(),
            _ => Some(person.citizen_id_cipher.as_slice()),
        };
        let cipher = cipher.ok_or(Error::Missing { what: "号码" })?;
        keys.unseal_text(self.secret, person.id.0, cipher).map_err(Error::broken)
    }

    /// What the trail keeps of it.
    pub(in crate::records) fn details(&self) -> serde_json::Value {
        serde_json::json!({ "field": self.field, "purpose": self.purpose })
    }
}

/// Shows an identifier of somebody.
///
/// # Errors
/// `Missing` where there is no such person or number, `Invalid` without a purpose or with an unknown field, `Forbidden`,
/// `Unproven`, `TooOften`.
pub async fn reveal(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    command: &Reveal,
) -> Result<String> {
    let asked = Revealed::parse(&command.field, &command.purpose)?;
    db::write(conn, actor, async |conn| {
        limit(conn, actor).await?;
        let missing = || Error::Missing { what: "人员" };
        let places = queries::places(conn, &actor.scope, &[command.person]).await?;
        let path = places.get(&command.person).and_then(|places| places.iter().next()).ok_or_else(missing)?;
        policy::require(actor, Action::RevealIdentifier, &path.path)?;
        let people = queries::by_ids(conn, &actor.scope, &[command.person]).await?;
        let value = asked.of(people.as_slice().first().ok_or_else(missing)?, keys)?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "people.reveal",
                subject_kind: "person",
                subject: Some(command.person.0),
                count: 1,
                path: &path.path,
                details: asked.details(),
            },
        )
        .await?;
        Ok(value)
    })
    .await
}

/// Refuses whoever saw as many identifiers within an hour as his county allows. His account is kept from change until the
/// transaction ends, so that requests sent at once are counted one after the other.
///
/// # Errors
/// `TooOften`.
pub(in crate::records) async fn limit(conn: &mut AsyncPgConnection, actor: &Actor) -> Result<()> {
    let Some(account) = actor.account else { return Ok(()) };
    accounts::queries::lock(conn, &actor.scope, &[account]).await?;
    let policy = accounts::security_policy(conn, actor.scope.county).await?;
    let hour = TimeDelta::hours(1);
    let shown: i64 = audit_entries::table
        .filter(audit_entries::account_id.eq(account))
        .filter(audit_entries::at.gt(clock::now() - hour))
        .filter(audit_entries::action.eq_any(REVEALS))
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
