//! Stops an account that reads more records of people in a short time than its county allows (PRV-04).

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::records::audit;
use crate::schema::accounts;

/// For how long an account that read too much is shown nothing.
pub const READING_STOP: TimeDelta = TimeDelta::minutes(10);

/// Stops the actor's own account: nothing is shown to it for ten minutes, and the trail says so. `read` is how many
/// records it asked for within ten minutes.
///
/// # Errors
/// `Forbidden` where no account acts.
pub async fn stop_reading(conn: &mut AsyncPgConnection, actor: &Actor, read: usize) -> Result<()> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    db::write(conn, actor, async |conn| {
        diesel::update(accounts::table.filter(accounts::id.eq(own)))
            .set(accounts::reading_blocked_until.eq(clock::now() + READING_STOP))
            .execute(conn)
            .await?;
        let entry = audit::Entry {
            action: "accounts.stop_reading",
            subject_kind: "account",
            subject: Some(own.0),
            count: read,
            path: &actor.scope.path,
            details: serde_json::json!({ "records": read, "minutes": 10 }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}
