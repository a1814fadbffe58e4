//! Shows one identifier of one member in clear, for a purpose, on the record, and not too many in an hour (PRV-02).

use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::MembershipId;
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::members::queries;
use crate::records::people::{self, Revealed};

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
    let asked = Revealed::parse(&command.field, &command.purpose)?;
    db::write(conn, actor, async |conn| {
        people::limit_reveals(conn, actor).await?;
        let rows = queries::lock(conn, &actor.scope, &[command.member]).await?;
        let row = rows.into_iter().next().ok_or(Error::Missing { what: "党员" })?;
        policy::require(actor, Action::RevealIdentifier, &row.path())?;
        let people = people::queries::by_ids(conn, &actor.scope, &[row.person_id]).await?;
        let person = people.into_iter().next().ok_or(Error::Missing { what: "党员" })?;
        let value = asked.of(&person, keys)?;
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "members.reveal",
                subject_kind: "membership",
                subject: Some(row.id.0),
                count: 1,
                path: &row.path(),
                details: asked.details(),
            },
        )
        .await?;
        Ok(value)
    })
    .await
}
