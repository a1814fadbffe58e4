//! Signs in: an answer that tells nothing about which half was wrong, in the same time.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::records::accounts::model::{Session, State};
use crate::records::accounts::{authenticate, password, rules, throttle, tokens::Token};
use crate::records::audit;
use crate::schema::{accounts, sessions};

/// However busy, a session ends after this long.
const LONGEST: TimeDelta = TimeDelta::hours(12);

const REFUSED: &str = "accounts.sign_in_refused";

/// Who wants in.
pub struct SignIn {
    /// The user name as typed.
    pub username: String,
    /// The password as typed.
    pub password: String,
    /// Through which door.
    pub door: Door,
    /// From which address.
    pub source: Option<IpAddr>,
}

/// A session just opened, with the token that the cookie takes.
#[derive(Debug)]
pub struct OpenedSession {
    /// For the cookie; the database keeps its hash only.
    pub token: Token,
    /// Who it is.
    pub session: Session,
}

/// What became of an attempt to sign in.
#[derive(Debug)]
pub enum SignedIn {
    /// A session is open.
    Opened(OpenedSession),
    /// The name is unknown, the password wrong, or the account locked, disabled or not yet granted.
    Refused,
    /// Too many were refused from this address: none is taken for so long.
    Throttled(TimeDelta),
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
struct Known {
    id: AccountId,
    password_hash: String,
    state: String,
    locked_until: Option<DateTime<Utc>>,
}

/// Opens a session. Success and refusal both stand in the trail; what an address tries while it has to wait is neither
/// looked at nor recorded, so that a flood costs nothing.
///
/// # Errors
/// When the database or the hashing thread fails.
pub async fn sign_in(conn: &mut AsyncPgConnection, attempt: SignIn) -> Result<SignedIn> {
    if let Some(left) = throttle::wait(conn, attempt.source).await? {
        return Ok(SignedIn::Throttled(left));
    }
    password::warm_up().await?;
    let known: Option<Known> = accounts::table
        .filter(accounts::username.eq(attempt.username.trim()))
        .select(Known::as_select())
        .first(conn)
        .await
        .optional()?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = password::verify(attempt.password.clone(), hash).await?;
    conn.transaction(async |conn| match known {
        None => {
            throttle::count(conn, attempt.source).await?;
            audit::append_outside(conn, &stranger(&attempt), REFUSED).await?;
            Ok(SignedIn::Refused)
        }
        Some(known) => {
            let open = rules::may_sign_in(State::of(&known.state), known.locked_until, clock::now());
            if right && open {
                Ok(SignedIn::Opened(enter(conn, &attempt, known.id).await?))
            } else {
                refuse(conn, &attempt, known.id, !right && open).await?;
                Ok(SignedIn::Refused)
            }
        }
    })
    .await
}

async fn enter(conn: &mut AsyncPgConnection, attempt: &SignIn, account: AccountId) -> Result<OpenedSession> {
    diesel::update(accounts::table.filter(accounts::id.eq(account)))
        .set((accounts::failed_attempts.eq(0), accounts::locked_until.eq(None::<DateTime<Utc>>)))
        .execute(conn)
        .await?;
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(diesel::dsl::now))).execute(conn).await?;
    let token = Token::random();
    let started = clock::now();
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(token.hash()),
            sessions::account_id.eq(account),
            sessions::csrf_token.eq(Token::random().reveal()),
            sessions::created_at.eq(started),
            sessions::used_at.eq(started),
            sessions::expires_at.eq(started + LONGEST),
            sessions::source.eq(attempt.source.map(|source| source.to_string())),
        ))
        .execute(conn)
        .await?;
    let session = authenticate::by_session(conn, token.reveal())
        .await?
        .ok_or_else(|| Error::broken("a session just opened is not there"))?;
    note(conn, attempt, &session, "accounts.sign_in").await?;
    Ok(OpenedSession { token, session })
}

/// Counts a wrong password; one typed while the account is locked does not prolong the lock.
async fn refuse(
    conn: &mut AsyncPgConnection,
    attempt: &SignIn,
    account: AccountId,
    counts: bool,
) -> Result<()> {
    if counts {
        let failed: i32 = diesel::update(accounts::table.filter(accounts::id.eq(account)))
            .set(accounts::failed_attempts.eq(accounts::failed_attempts + 1))
            .returning(accounts::failed_attempts)
            .get_result(conn)
            .await?;
        if let Some(lock) = rules::lock_after(failed) {
            diesel::update(accounts::table.filter(accounts::id.eq(account)))
                .set(accounts::locked_until.eq(clock::now() + lock))
                .execute(conn)
                .await?;
        }
    }
    throttle::count(conn, attempt.source).await?;
    let identity = authenticate::of_account(conn, account).await?;
    let actor = identity.actor(attempt.door, attempt.source);
    append(conn, &actor, account, REFUSED).await
}

async fn note(
    conn: &mut AsyncPgConnection,
    attempt: &SignIn,
    session: &Session,
    action: &'static str,
) -> Result<()> {
    let actor = session.identity.actor(attempt.door, attempt.source);
    append(conn, &actor, session.identity.account, action).await
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    account: AccountId,
    action: &'static str,
) -> Result<()> {
    let entry = audit::Entry {
        action,
        subject_kind: "account",
        subject: Some(account.0),
        count: 1,
        path: &actor.scope.path,
        details: serde_json::json!({}),
    };
    audit::append(conn, actor, &entry).await
}

/// Somebody whose name is not on record. What he typed as a name is not kept: it may be a password in the wrong field.
fn stranger(attempt: &SignIn) -> audit::Outsider {
    audit::Outsider { name: "（未知用户名）".to_owned(), door: attempt.door, source: attempt.source }
}
