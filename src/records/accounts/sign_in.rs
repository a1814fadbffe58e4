//! Signs in: an answer that tells nothing about which half was wrong, in the same time.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId, SessionId};
use crate::base::keys::KeyRing;
use crate::records::accounts::model::{Session, State};
use crate::records::accounts::rules::Duty;
use crate::records::accounts::security_policy::security_policy;
use crate::records::accounts::{authenticate, password, rules, second_factor, throttle, tokens::Token};
use crate::records::audit;
use crate::schema::{accounts, second_factors, sessions};

/// How long a page waits for the one-time code after the password.
const CODE_WAIT: TimeDelta = TimeDelta::minutes(5);
/// How much of what a browser calls itself is kept.
const BROWSER_LENGTH: usize = 300;

const REFUSED: &str = "accounts.sign_in_refused";

/// Who wants in.
pub struct SignIn {
    /// The user name as typed.
    pub username: String,
    /// The password as typed.
    pub password: String,
    /// The one-time code as typed; a page asks for it afterwards.
    pub otp: Option<String>,
    /// Through which door.
    pub door: Door,
    /// From which address.
    pub source: Option<IpAddr>,
    /// What the browser calls itself.
    pub browser: Option<String>,
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
    /// A session is open; that of a page may wait for the one-time code still.
    Opened(Box<OpenedSession>),
    /// The password was right, and a program sent no one-time code with it.
    CodeWanted,
    /// The name is unknown, the password or the code wrong, or the account locked, disabled or not yet granted.
    Refused,
    /// Too many were refused from this address: none is taken for so long.
    Throttled(TimeDelta),
}

#[derive(Queryable)]
struct Known {
    id: AccountId,
    county: CountyId,
    password_hash: String,
    state: String,
    locked_until: Option<DateTime<Utc>>,
    password_expires_at: Option<DateTime<Utc>>,
    code_since: Option<DateTime<Utc>>,
}

impl Known {
    fn is_open(&self) -> bool {
        let moment = clock::now();
        rules::may_sign_in(State::of(&self.state), self.locked_until, moment)
            && self.password_expires_at.is_none_or(|expires| moment < expires)
    }
}

async fn known(conn: &mut AsyncPgConnection, username: &str) -> QueryResult<Option<Known>> {
    accounts::table
        .left_join(
            second_factors::table.on(second_factors::county_id
                .eq(accounts::county_id)
                .and(second_factors::account_id.eq(accounts::id))),
        )
        .filter(accounts::username.eq(username))
        .select((
            accounts::id,
            accounts::county_id,
            accounts::password_hash,
            accounts::state,
            accounts::locked_until,
            accounts::password_expires_at,
            second_factors::confirmed_at.nullable(),
        ))
        .first(conn)
        .await
        .optional()
}

/// Opens a session. Success and refusal both stand in the trail; what an address tries while it has to wait is neither
/// looked at nor recorded, so that a flood costs nothing. A session that a page opens for an account with one-time codes
/// waits for the code, see [`enter_code`]; a program sends the code along.
///
/// # Errors
/// When the database or the hashing thread fails.
pub async fn sign_in(conn: &mut AsyncPgConnection, keys: &KeyRing, attempt: SignIn) -> Result<SignedIn> {
    if let Some(left) = throttle::wait(conn, attempt.source).await? {
        return Ok(SignedIn::Throttled(left));
    }
    password::warm_up().await?;
    let known = known(conn, attempt.username.trim()).await?;
    let hash = known.as_ref().map(|known| known.password_hash.clone());
    let right = password::verify(attempt.password.clone(), hash).await?;
    conn.transaction(async |conn| match known {
        None => {
            throttle::count(conn, attempt.source).await?;
            audit::append_outside(conn, &stranger(&attempt), REFUSED).await?;
            Ok(SignedIn::Refused)
        }
        Some(known) => {
            let Some(now) = settled(conn, &known).await? else { return Ok(SignedIn::Refused) };
            let right = right && now.password_hash == known.password_hash;
            decide(conn, keys, &attempt, &now, right).await
        }
    })
    .await
}

/// An account as it stands while nobody else changes it. Hashing takes long: meanwhile others may have guessed wrong, or
/// the account was disabled, locked, or given another password.
async fn settled(conn: &mut AsyncPgConnection, before: &Known) -> Result<Option<Known>> {
    let locked = accounts::table.find((before.county, before.id)).select(accounts::username).for_update();
    let Some(username) = locked.first::<String>(conn).await.optional()? else { return Ok(None) };
    Ok(known(conn, &username).await?)
}

async fn decide(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    attempt: &SignIn,
    known: &Known,
    right: bool,
) -> Result<SignedIn> {
    let open = known.is_open();
    if !(right && open) {
        refuse(conn, attempt, known.id, !right && open).await?;
        return Ok(SignedIn::Refused);
    }
    if known.code_since.is_none() {
        return Ok(SignedIn::Opened(Box::new(enter(conn, attempt, known, "open").await?)));
    }
    match attempt.otp.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
        Some(code) if second_factor::spend(conn, keys, known.county, known.id, code).await? => {
            Ok(SignedIn::Opened(Box::new(enter(conn, attempt, known, "open").await?)))
        }
        Some(_) => {
            refuse(conn, attempt, known.id, true).await?;
            Ok(SignedIn::Refused)
        }
        None if attempt.door == Door::Web => {
            Ok(SignedIn::Opened(Box::new(enter(conn, attempt, known, "code").await?)))
        }
        // The password was right: no guess is counted.
        None => {
            told_refused(conn, attempt, known.id).await?;
            Ok(SignedIn::CodeWanted)
        }
    }
}

/// Takes the one-time code of a session that waits for it: a new session takes its place. None where the code is wrong or
/// the account locked meanwhile; a wrong one counts like a wrong password.
///
/// # Errors
/// `Forbidden` where the session waits for none; when the database fails.
pub async fn enter_code(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    waiting: &Session,
    attempt: &SignIn,
) -> Result<Option<OpenedSession>> {
    if waiting.duty != Some(Duty::Code) {
        return Err(Error::Forbidden);
    }
    conn.transaction(async |conn| {
        let before = known(conn, &waiting.identity.username).await?.ok_or(Error::Forbidden)?;
        let known = settled(conn, &before).await?.ok_or(Error::Forbidden)?;
        let open = known.is_open();
        let code = attempt.otp.as_deref().unwrap_or_default();
        if open && second_factor::spend(conn, keys, known.county, known.id, code).await? {
            diesel::delete(sessions::table.filter(sessions::id.eq(waiting.id))).execute(conn).await?;
            return enter(conn, attempt, &known, "open").await.map(Some);
        }
        refuse(conn, attempt, known.id, open).await?;
        Ok(None)
    })
    .await
}

async fn enter(
    conn: &mut AsyncPgConnection,
    attempt: &SignIn,
    known: &Known,
    stage: &str,
) -> Result<OpenedSession> {
    let policy = security_policy(conn, known.county).await?;
    if stage == "open" {
        diesel::update(accounts::table.filter(accounts::id.eq(known.id)))
            .set((accounts::failed_attempts.eq(0), accounts::locked_until.eq(None::<DateTime<Utc>>)))
            .execute(conn)
            .await?;
    }
    diesel::delete(sessions::table.filter(sessions::expires_at.lt(diesel::dsl::now))).execute(conn).await?;
    let token = Token::random();
    let started = clock::now();
    let ends = started + if stage == "open" { policy.longest() } else { CODE_WAIT };
    let browser: Option<String> = attempt
        .browser
        .as_ref()
        .map(|name| name.chars().filter(|c| !c.is_control()).take(BROWSER_LENGTH).collect::<String>())
        .filter(|name| !name.is_empty());
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(SessionId::new()),
            sessions::token_hash.eq(token.hash()),
            sessions::account_id.eq(known.id),
            sessions::csrf_token.eq(Token::random().reveal()),
            sessions::created_at.eq(started),
            sessions::used_at.eq(started),
            sessions::proved_at.eq(started),
            sessions::expires_at.eq(ends),
            sessions::stage.eq(stage),
            sessions::source.eq(attempt.source.map(|source| source.to_string())),
            sessions::browser.eq(browser),
        ))
        .execute(conn)
        .await?;
    let session = authenticate::by_session(conn, token.reveal())
        .await?
        .ok_or_else(|| Error::broken("a session just opened is not there"))?;
    let action = if stage == "open" { "accounts.sign_in" } else { "accounts.sign_in_half" };
    let actor = session.identity.actor(attempt.door, attempt.source);
    append(conn, &actor, known.id, action).await?;
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
        count_wrong(conn, account).await?;
    }
    throttle::count(conn, attempt.source).await?;
    told_refused(conn, attempt, account).await
}

async fn told_refused(conn: &mut AsyncPgConnection, attempt: &SignIn, account: AccountId) -> Result<()> {
    let identity = authenticate::of_account(conn, account).await?;
    let actor = identity.actor(attempt.door, attempt.source);
    append(conn, &actor, account, REFUSED).await
}

/// Counts a wrong password or code of an account, and locks it after some.
pub(super) async fn count_wrong(conn: &mut AsyncPgConnection, account: AccountId) -> Result<()> {
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
    Ok(())
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
