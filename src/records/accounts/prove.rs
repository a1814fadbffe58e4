//! Shows anew that it is he: the step before what weighs most (SEC-11).

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, SessionId};
use crate::base::keys::KeyRing;
use crate::records::accounts::model::State;
use crate::records::accounts::{password, rules, second_factor, sign_in};
use crate::records::audit;
use crate::schema::{accounts, second_factors, sessions};

/// What is typed to show that it is he. Never printed.
pub struct Proving {
    /// The password, for accounts without one-time codes.
    pub password: String,
    /// A one-time code, for accounts that use them.
    pub otp: String,
}

/// Takes what was typed as a proof; says whether it was right. A wrong one counts like a wrong password at sign-in and
/// stands in the trail.
///
/// # Errors
/// `Forbidden` where no session acts; when the database fails.
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
        let now = settled(conn, own).await?;
        let open = now.is_open();
        let right_password = right_password && now.password_hash == hash;
        let right = open
            && if uses_codes == 0 {
                right_password
            } else {
                second_factor::spend(conn, keys, county, own, &typed.otp).await?
            };
        if right {
            diesel::update(
                sessions::table.filter(sessions::id.eq(session)).filter(sessions::account_id.eq(own)),
            )
            .set(sessions::proved_at.eq(clock::now()))
            .execute(conn)
            .await?;
        } else if open {
            sign_in::count_wrong(conn, own).await?;
        }
        let action = if right { "accounts.prove" } else { REFUSED };
        append(conn, actor, own, action).await?;
        Ok(right)
    })
    .await
}

/// The actor's own account while nobody else changes it: hashing takes long, and meanwhile it may have been disabled,
/// locked by wrong guesses, or given another password.
#[derive(Queryable)]
pub(super) struct Settled {
    pub(super) password_hash: String,
    state: String,
    locked_until: Option<DateTime<Utc>>,
}

impl Settled {
    pub(super) fn is_open(&self) -> bool {
        rules::may_sign_in(State::of(&self.state), self.locked_until, clock::now())
    }
}

pub(super) async fn settled(conn: &mut AsyncPgConnection, own: AccountId) -> QueryResult<Settled> {
    accounts::table
        .filter(accounts::id.eq(own))
        .select((accounts::password_hash, accounts::state, accounts::locked_until))
        .for_update()
        .first(conn)
        .await
}

const REFUSED: &str = "accounts.prove_refused";

/// Counts a wrong proof of somebody who is signed in like a wrong password at sign-in, and puts it on record.
pub(super) async fn count_refused(conn: &mut AsyncPgConnection, actor: &Actor, own: AccountId) -> Result<()> {
    db::write(conn, actor, async |conn| {
        sign_in::count_wrong(conn, own).await?;
        append(conn, actor, own, REFUSED).await
    })
    .await
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    own: AccountId,
    action: &'static str,
) -> Result<()> {
    let entry = audit::Entry {
        action,
        subject_kind: "account",
        subject: Some(own.0),
        count: 1,
        path: &actor.scope.path,
        details: serde_json::json!({}),
    };
    audit::append(conn, actor, &entry).await
}
