//! Every read of accounts, narrowed to a subtree here and by row-level security.

use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{AccountId, CountyId};
use crate::base::scope::Scope;
use crate::records::accounts::model::AccountLine;
use crate::schema::{accounts, organisations};

const COLUMNS: (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::state,
    accounts::locked_until,
    accounts::version,
    accounts::created_at,
    organisations::code,
    organisations::name,
    organisations::path,
) = (
    accounts::id,
    accounts::county_id,
    accounts::username,
    accounts::display_name,
    accounts::role,
    accounts::state,
    accounts::locked_until,
    accounts::version,
    accounts::created_at,
    organisations::code,
    organisations::name,
    organisations::path,
);

/// Accounts whose organisation stands inside a subtree.
#[auto_type(no_type_alias)]
fn inside<'a>(within: &'a Scope, end: &'a str) -> _ {
    let path: &'a str = within.path.as_str();
    let county: CountyId = within.county;
    accounts::table
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(accounts::county_id)
                .and(organisations::id.eq(accounts::organisation_id))),
        )
        .filter(accounts::county_id.eq(county))
        .filter(organisations::path.ge(path))
        .filter(organisations::path.lt(end))
}

/// The accounts of a subtree by user name, after a name, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<AccountLine>> {
    inside(within, &within.path.end())
        .filter(accounts::username.gt(after.unwrap_or_default()))
        .order(accounts::username)
        .limit(limit)
        .select(COLUMNS)
        .load(conn)
        .await
}

/// How many accounts a subtree has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<i64> {
    inside(within, &within.path.end()).count().get_result(conn).await
}

/// One account of a subtree.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: AccountId,
) -> QueryResult<Option<AccountLine>> {
    inside(within, &within.path.end())
        .filter(accounts::id.eq(id))
        .select(COLUMNS)
        .first(conn)
        .await
        .optional()
}

/// The account of a user name inside a subtree.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_username(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    username: &str,
) -> QueryResult<Option<AccountLine>> {
    inside(within, &within.path.end())
        .filter(accounts::username.eq(username))
        .select(COLUMNS)
        .first(conn)
        .await
        .optional()
}

/// The accounts of some ids inside a subtree, kept from change until the transaction ends; in the order of the ids'
/// values, so that two verbs never wait for each other crosswise.
///
/// # Errors
/// Whatever the database answers.
pub async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[AccountId],
) -> QueryResult<Vec<AccountLine>> {
    let locked: Vec<AccountId> = accounts::table
        .filter(accounts::county_id.eq(within.county))
        .filter(accounts::id.eq_any(ids))
        .order(accounts::id)
        .select(accounts::id)
        .for_update()
        .load(conn)
        .await?;
    inside(within, &within.path.end())
        .filter(accounts::id.eq_any(locked))
        .order(accounts::id)
        .select(COLUMNS)
        .load(conn)
        .await
}
