//! Shows anew that it is he: the step before what weighs most (SEC-11).

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, SessionId};
use crate::base::keys::KeyRing;
use crate::records::accounts::model::State;
use crate::records::accounts::{password, rules, second_factor};
use crate::records::audit;
use crate::schema::{accounts, second_factors, sessions};

/// What is typed to show that it is he. Never printed.
pub struct Proving {
    /// The password, for accounts without one-time codes.
    pub password: String,
    /// A one-time code, for accounts that use them.
    pub otp: String,
}

/// Takes what was typed as a proof; says whether it was right. A wrong one stands in the trail and counts against the
/// session: the fifth in a row ends it ([`rules::WRONG_PROOFS`]). The account's own lock is about signing in, and is
/// neither asked nor touched here.
///
/// # Errors
/// `Forbidden` where no session acts, or it has ended meanwhile; when the database fails.
pub async fn prove(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    session: SessionId,
    typed: Proving,
) -> Result<bool> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    let county = actor.scope.county;
    let hash: String =
        accounts::table.filter(accounts::id.eq(own)).select(accounts::password_hash).first(conn).await?;
    let uses_codes: i64 = second_factors::table
        .filter(second_factors::account_id.eq(own))
        .filter(second_factors::confirmed_at.is_not_null())
        .count()
        .get_result(conn)
        .await?;
    let right_password = uses_codes == 0 && password::verify(typed.password, Some(hash.clone())).await?;
    db::write(conn, actor, async |conn| {
        let now = settled(conn, own, session).await?.ok_or(Error::Forbidden)?;
        let right_password = right_password && now.password_hash == hash;
        let right = now.is_active()
            && if uses_codes == 0 {
                right_password
            } else {
                second_factor::spend(conn, keys, county, own, &typed.otp).await?
            };
        if !right {
            count_wrong(conn, actor, own, session).await?;
            return Ok(false);
        }
        diesel::update(sessions::table.filter(sessions::id.eq(session)))
            .set((sessions::proved_at.eq(clock::now()), sessions::wrong_proofs.eq(0)))
            .execute(conn)
            .await?;
        append(conn, actor, own, "accounts.prove", serde_json::json!({})).await?;
        Ok(true)
    })
    .await
}

/// The actor's own account while nobody else changes it: hashing takes long, and meanwhile it may have been disabled or
/// given another password.
#[derive(Queryable)]
pub(super) struct Settled {
    pub(super) password_hash: String,
    state: String,
}

impl Settled {
    pub(super) fn is_active(&self) -> bool {
        State::of(&self.state) == State::Active
    }
}

/// The account and its session, both locked; none where the session has ended: of many guesses at once no more are
/// answered than one after the other.
pub(super) async fn settled(
    conn: &mut AsyncPgConnection,
    own: AccountId,
    session: SessionId,
) -> QueryResult<Option<Settled>> {
    let held = accounts::table
        .filter(accounts::id.eq(own))
        .select((accounts::password_hash, accounts::state))
        .for_update()
        .first(conn)
        .await?;
    let alive: Option<SessionId> = sessions::table
        .filter(sessions::id.eq(session))
        .filter(sessions::account_id.eq(own))
        .select(sessions::id)
        .for_update()
        .first(conn)
        .await
        .optional()?;
    Ok(alive.map(|_| held))
}

const REFUSED: &str = "accounts.prove_refused";

/// Counts a wrong proof against the session, ends it with the last that it may give, and puts it on record.
pub(super) async fn count_wrong(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    own: AccountId,
    session: SessionId,
) -> Result<()> {
    let wrong: Option<i32> = diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set(sessions::wrong_proofs.eq(sessions::wrong_proofs + 1))
        .returning(sessions::wrong_proofs)
        .get_result(conn)
        .await
        .optional()?;
    let ends = wrong.is_some_and(|wrong| wrong >= rules::WRONG_PROOFS);
    if ends {
        diesel::delete(sessions::table.filter(sessions::id.eq(session))).execute(conn).await?;
    }
    append(conn, actor, own, REFUSED, serde_json::json!({ "session_ended": ends })).await
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    own: AccountId,
    action: &'static str,
    details: serde_json::Value,
) -> Result<()> {
    let entry = audit::Entry {
        action,
        subject_kind: "account",
        subject: Some(own.0),
        count: 1,
        path: &actor.scope.path,
        details,
    };
    audit::append(conn, actor, &entry).await
}
