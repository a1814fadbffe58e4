//! Says who presents a session or a bearer token: one statement per request.

use chrono::{TimeDelta, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Role;
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId};
use crate::base::scope::{Path, Scope};
use crate::records::accounts::model::{Identity, Session};
use crate::records::accounts::tokens;
use crate::schema::{access_tokens, accounts, sessions};

/// A session ends after this long without a request.
const IDLE: TimeDelta = TimeDelta::minutes(30);
/// Its last use is written down at most this often; the idle limit may count this much too early, never too late.
const NOTED: TimeDelta = TimeDelta::minutes(1);

const IDENTITY: (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::organisation_path,
    accounts::organisation_name,
) = (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::organisation_path,
    accounts::organisation_name,
);

type AccountRow = (AccountId, CountyId, String, String, String, String, String);

fn identity(row: AccountRow) -> Result<Identity> {
    let (account, county, username, display_name, role, path, organisation_name) = row;
    let role = Role::from_code(&role).ok_or_else(|| Error::broken(format!("role {role}")))?;
    let path = Path::stored(path);
    let organisation_code = path.code().to_owned();
    let scope = Scope::new(county, path);
    Ok(Identity { account, username, display_name, role, scope, organisation_code, organisation_name })
}

/// The session of a token; none when it is unknown, over, idle too long, or its account may no longer sign in.
///
/// # Errors
/// When the database fails.
pub async fn by_session(conn: &mut AsyncPgConnection, token: &str) -> Result<Option<Session>> {
    let hash = tokens::hash(token);
    let oldest_use = clock::now() - IDLE;
    let found: Option<(AccountRow, String, chrono::DateTime<Utc>)> = sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .filter(sessions::token_hash.eq(&hash))
        .filter(sessions::expires_at.gt(now))
        .filter(sessions::used_at.gt(oldest_use))
        .filter(accounts::state.eq("active"))
        .select((IDENTITY, sessions::csrf_token, sessions::used_at))
        .first(conn)
        .await
        .optional()?;
    let Some((row, csrf_token, used_at)) = found else { return Ok(None) };
    if used_at < clock::now() - NOTED {
        diesel::update(sessions::table.find(&hash)).set(sessions::used_at.eq(now)).execute(conn).await?;
    }
    Ok(Some(Session { identity: identity(row)?, csrf_token }))
}

/// The account of a bearer token; none when it is unknown, over, taken back, or its account may no longer sign in.
///
/// # Errors
/// When the database fails.
pub async fn by_token(conn: &mut AsyncPgConnection, token: &str) -> Result<Option<Identity>> {
    let found: Option<AccountRow> = access_tokens::table
        .inner_join(accounts::table.on(accounts::id.eq(access_tokens::account_id)))
        .filter(access_tokens::token_hash.eq(tokens::hash(token)))
        .filter(access_tokens::expires_at.gt(now))
        .filter(access_tokens::revoked_at.is_null())
        .filter(accounts::state.eq("active"))
        .select(IDENTITY)
        .first(conn)
        .await
        .optional()?;
    found.map(identity).transpose()
}

/// Who an account is, whatever its state: for the trail of a refused sign-in.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_account(conn: &mut AsyncPgConnection, account: AccountId) -> Result<Identity> {
    let row: AccountRow =
        accounts::table.filter(accounts::id.eq(account)).select(IDENTITY).first(conn).await?;
    identity(row)
}
