//! Runs a creating request once per key: a second request with the same key gets the first one's answer.
//!
//! The answer is kept in the transaction of the work itself, so that there is never work without its answer, nor an
//! answer without its work.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::schema::idempotency_keys;

/// How long an answer is kept (contract 3).
const KEPT: TimeDelta = TimeDelta::days(7);

/// A key as a request carried it.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    /// Method and path.
    pub route: &'a str,
    /// The text of the header: 1 to 255 characters.
    pub key: &'a str,
    /// SHA-256 of the body.
    pub body_hash: &'a [u8],
}

/// What became of a request that carried a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The status and body, made now or kept from the first time.
    Answered(u16, String),
    /// Another body came with this key.
    OtherBody,
    /// The first request is still at work.
    InFlight,
}

diesel::define_sql_function! {
    /// Whether this transaction got the lock of a number; never waits.
    fn pg_try_advisory_xact_lock(number: BigInt) -> Bool;
}
diesel::define_sql_function! {
    /// Drops the answers of every account that were kept before a moment.
    fn forget_idempotency_keys(kept_before: Timestamptz);
}
diesel::define_sql_function! {
    /// A number out of a text.
    fn hashtextextended(text: Text, seed: BigInt) -> BigInt;
}

/// Does the work once: with the key unused, `work` runs and its status and body are kept; else the kept answer comes
/// back. An error of the work is not kept: it changed nothing, and may be tried again.
///
/// # Errors
/// Whatever the work answers; `Forbidden` where no account acts.
pub async fn once(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    key: Key<'_>,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<(u16, String)>,
) -> Result<Outcome> {
    let account = actor.account.ok_or(Error::Forbidden)?;
    db::write(conn, actor, async |conn| {
        let name = format!("{account} {} {}", key.route, key.key);
        let free: bool =
            diesel::select(pg_try_advisory_xact_lock(hashtextextended(name, 0))).get_result(conn).await?;
        if !free {
            return Ok(Outcome::InFlight);
        }
        let forgotten = clock::now() - KEPT;
        diesel::select(forget_idempotency_keys(forgotten)).execute(conn).await?;
        let kept: Option<(Vec<u8>, Option<i32>, Option<String>)> = idempotency_keys::table
            .find((account, key.route, key.key))
            .select((idempotency_keys::body_hash, idempotency_keys::status, idempotency_keys::answer))
            .first(conn)
            .await
            .optional()?;
        match kept {
            Some((hash, _, _)) if hash != key.body_hash => Ok(Outcome::OtherBody),
            Some((_, Some(status), Some(answer))) => {
                let status = u16::try_from(status).map_err(Error::broken)?;
                Ok(Outcome::Answered(status, answer))
            }
            Some(_) => Ok(Outcome::InFlight),
            None => {
                let (status, answer) = work(conn).await?;
                diesel::insert_into(idempotency_keys::table)
                    .values((
                        idempotency_keys::account_id.eq(account),
                        idempotency_keys::route.eq(key.route),
                        idempotency_keys::key.eq(key.key),
                        idempotency_keys::body_hash.eq(key.body_hash),
                        idempotency_keys::status.eq(i32::from(status)),
                        idempotency_keys::answer.eq(&answer),
                        idempotency_keys::created_at.eq(clock::now()),
                    ))
                    .execute(conn)
                    .await?;
                Ok(Outcome::Answered(status, answer))
            }
        }
    })
    .await
}
