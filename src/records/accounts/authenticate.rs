//! Says who presents a session or a bearer token: one statement per request.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Proof, Role};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId, SessionId};
use crate::base::scope::{Path, Scope};
use crate::records::accounts::model::{Identity, Session};
use crate::records::accounts::security_policy::{self, SecurityPolicy};
use crate::records::accounts::{rules, tokens};
use crate::schema::{
    access_tokens, accounts, second_factor_roles, second_factors, security_policies, sessions,
};

/// Its last use is written down at most this often, and four times within the idle limit; that may count this much too
/// early, never too late.
const NOTED: TimeDelta = TimeDelta::minutes(1);

const IDENTITY: (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::organisation_path,
    accounts::organisation_name,
    accounts::reading_blocked_until,
) = (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::organisation_path,
    accounts::organisation_name,
    accounts::reading_blocked_until,
);

type AccountRow = (AccountId, CountyId, String, String, String, String, String, Option<DateTime<Utc>>);

fn identity(row: AccountRow, proof: Proof, policy: &SecurityPolicy) -> Result<Identity> {
    let (account, county, username, display_name, role, path, organisation_name, blocked_until) = row;
    let role = Role::from_code(&role).ok_or_else(|| Error::broken(format!("role {role}")))?;
    let path = Path::stored(path);
    Ok(Identity {
        account,
        username,
        display_name,
        role,
        organisation_code: path.code().to_owned(),
        scope: Scope::new(county, path),
        organisation_name,
        proof,
        records_per_ten_minutes: policy.records_per_ten_minutes,
        reading_blocked_until: blocked_until,
    })
}

/// What is read of a session beside its account.
#[derive(Queryable)]
struct Found {
    account: AccountRow,
    id: SessionId,
    csrf_token: String,
    created_at: DateTime<Utc>,
    used_at: DateTime<Utc>,
    proved_at: DateTime<Utc>,
    stage: String,
    password_temporary: bool,
    password_set_at: DateTime<Utc>,
    policy: Option<security_policy::Row>,
    demanded: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
}

async fn find(conn: &mut AsyncPgConnection, hash: &[u8]) -> QueryResult<Option<Found>> {
    sessions::table
        .inner_join(accounts::table.on(accounts::id.eq(sessions::account_id)))
        .left_join(security_policies::table.on(security_policies::county_id.eq(accounts::county_id)))
        .left_join(
            second_factor_roles::table.on(second_factor_roles::county_id
                .eq(accounts::county_id)
                .and(second_factor_roles::role.eq(accounts::role))),
        )
        .left_join(
            second_factors::table.on(second_factors::county_id
                .eq(accounts::county_id)
                .and(second_factors::account_id.eq(accounts::id))),
        )
        .filter(sessions::token_hash.eq(hash))
        .filter(sessions::expires_at.gt(now))
        .filter(accounts::state.eq("active"))
        .select((
            IDENTITY,
            sessions::id,
            sessions::csrf_token,
            sessions::created_at,
            sessions::used_at,
            sessions::proved_at,
            sessions::stage,
            accounts::password_temporary,
            accounts::password_set_at,
            security_policy::COLUMNS.nullable(),
            second_factor_roles::role.nullable(),
            second_factors::confirmed_at.nullable(),
        ))
        .first(conn)
        .await
        .optional()
}

/// The session of a token; none when it is unknown, over, idle too long, or its account may no longer sign in.
///
/// # Errors
/// When the database fails.
pub async fn by_session(conn: &mut AsyncPgConnection, token: &str) -> Result<Option<Session>> {
    let hash = tokens::hash(token);
    let Some(found) = find(conn, &hash).await? else { return Ok(None) };
    let moment = clock::now();
    let role = Role::from_code(&found.account.4);
    let demanding = found.demanded.as_ref().and(role);
    let policy = security_policy::of_row(found.policy, demanding.into_iter().collect());
    if found.used_at + policy.idle() <= moment || found.created_at + policy.longest() <= moment {
        return Ok(None);
    }
    if found.used_at < moment - NOTED.min(policy.idle() / 4) {
        diesel::update(sessions::table.find(&hash)).set(sessions::used_at.eq(now)).execute(conn).await?;
    }
    let standing = rules::Standing {
        waits_for_code: found.stage == "code",
        password_temporary: found.password_temporary,
        password_set_at: found.password_set_at,
        has_code: found.confirmed_at.is_some(),
        demands_code: demanding.is_some(),
    };
    let proof = if moment - found.proved_at <= policy.proof() { Proof::Recent } else { Proof::Old };
    Ok(Some(Session {
        id: found.id,
        duty: rules::duty(&standing, &policy, moment),
        uses_codes: found.confirmed_at.is_some(),
        identity: identity(found.account, proof, &policy)?,
        csrf_token: found.csrf_token,
    }))
}

/// The account of a bearer token; none when it is unknown, over, taken back, or its account may no longer sign in.
///
/// # Errors
/// When the database fails.
pub async fn by_token(conn: &mut AsyncPgConnection, token: &str) -> Result<Option<Identity>> {
    let found: Option<(AccountRow, Option<security_policy::Row>)> = access_tokens::table
        .inner_join(accounts::table.on(accounts::id.eq(access_tokens::account_id)))
        .left_join(security_policies::table.on(security_policies::county_id.eq(accounts::county_id)))
        .filter(access_tokens::token_hash.eq(tokens::hash(token)))
        .filter(access_tokens::expires_at.gt(now))
        .filter(access_tokens::revoked_at.is_null())
        .filter(accounts::state.eq("active"))
        .select((IDENTITY, security_policy::COLUMNS.nullable()))
        .first(conn)
        .await
        .optional()?;
    let Some((row, policy)) = found else { return Ok(None) };
    identity(row, Proof::Program, &security_policy::of_row(policy, Vec::new())).map(Some)
}

/// Who an account is, whatever its state: for the trail of a refused sign-in.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_account(conn: &mut AsyncPgConnection, account: AccountId) -> Result<Identity> {
    let row: AccountRow =
        accounts::table.filter(accounts::id.eq(account)).select(IDENTITY).first(conn).await?;
    identity(row, Proof::Old, &SecurityPolicy::unset())
}
