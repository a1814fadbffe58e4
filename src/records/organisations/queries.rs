//! Every read of the tree.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, OrganisationId};
use crate::base::scope::Scope;
use crate::base::values::pinyin;
use crate::records::organisations::model::{County, Organisation};
use crate::schema::{counties, organisations};

/// What a list of organisations is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Code of the kind.
    pub kind: Option<String>,
    /// Start of the name, the pinyin, the initials or the code, as typed.
    pub query: Option<String>,
}

/// All counties on record, by code.
///
/// # Errors
/// Whatever the database answers.
pub async fn counties(conn: &mut AsyncPgConnection) -> QueryResult<Vec<County>> {
    counties::table.order(counties::code).select(County::as_select()).load(conn).await
}

/// The county of a six-digit code.
///
/// # Errors
/// Whatever the database answers.
pub async fn county_by_code(conn: &mut AsyncPgConnection, code: &str) -> QueryResult<Option<County>> {
    counties::table.filter(counties::code.eq(code)).select(County::as_select()).first(conn).await.optional()
}

/// The organisation of a code inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_code(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    code: &str,
) -> QueryResult<Option<Organisation>> {
    organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::code.eq(code))
        .filter(organisations::path.ge(within.path.as_str()).and(organisations::path.lt(within.path.end())))
        .select(Organisation::as_select())
        .first(conn)
        .await
        .optional()
}

/// The organisations of some codes inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn by_codes(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    codes: &[String],
) -> QueryResult<Vec<Organisation>> {
    organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::code.eq_any(codes))
        .filter(organisations::path.ge(within.path.as_str()).and(organisations::path.lt(within.path.end())))
        .select(Organisation::as_select())
        .load(conn)
        .await
}

/// An organisation of the county by id, wherever it stands: the tree is no secret inside a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    id: OrganisationId,
) -> QueryResult<Option<Organisation>> {
    organisations::table.find((county, id)).select(Organisation::as_select()).first(conn).await.optional()
}

/// Organisations inside a scope in the order of the tree, after a path, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
    after: Option<&str>,
    limit: i64,
) -> QueryResult<Vec<Organisation>> {
    let mut query = filtered(within, filter);
    if let Some(after) = after {
        query = query.filter(organisations::path.gt(after.to_owned()));
    }
    query.order(organisations::path).limit(limit).select(Organisation::as_select()).load(conn).await
}

/// How many organisations a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: &Filter) -> QueryResult<i64> {
    filtered(within, filter).count().get_result(conn).await
}

fn filtered<'a>(within: &Scope, filter: &Filter) -> organisations::BoxedQuery<'a, diesel::pg::Pg> {
    let mut query = organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::path.ge(within.path.as_str().to_owned()))
        .filter(organisations::path.lt(within.path.end()))
        .into_boxed();
    if let Some(kind) = filter.kind.clone() {
        query = query.filter(organisations::kind.eq(kind));
    }
    if let Some(typed) = filter.query.as_deref().map(str::trim).filter(|typed| !typed.is_empty()) {
        // The keys have lost what a code is made of: its hyphen and its capitals.
        let (start, code) = (pinyin::normalise_query(typed), typed.to_ascii_uppercase());
        let (end, last_code) = (end_of_prefix(&start), end_of_prefix(&code));
        query = query.filter(
            (organisations::name.ge(start.clone()).and(organisations::name.lt(end.clone())))
                .or(organisations::pinyin.ge(start.clone()).and(organisations::pinyin.lt(end.clone())))
                .or(organisations::initials.ge(start.clone()).and(organisations::initials.lt(end)))
                .or(organisations::code.ge(code).and(organisations::code.lt(last_code))),
        );
    }
    query
}

/// The first text that no longer begins with `start`, in code-point order.
#[must_use]
pub fn end_of_prefix(start: &str) -> String {
    format!("{start}\u{10FFFF}")
}

/// The direct children of an organisation, in the order of the tree.
///
/// # Errors
/// Whatever the database answers.
pub async fn children(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    parent: OrganisationId,
) -> QueryResult<Vec<Organisation>> {
    organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::parent_id.eq(parent))
        .order(organisations::path)
        .select(Organisation::as_select())
        .load(conn)
        .await
}

/// The code of every organisation of a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn codes(
    conn: &mut AsyncPgConnection,
    county: CountyId,
) -> QueryResult<HashMap<OrganisationId, String>> {
    let pairs: Vec<(OrganisationId, String)> = organisations::table
        .filter(organisations::county_id.eq(county))
        .select((organisations::id, organisations::code))
        .load(conn)
        .await?;
    Ok(pairs.into_iter().collect())
}

/// The name of every organisation of a county.
///
/// # Errors
/// Whatever the database answers.
pub async fn names(
    conn: &mut AsyncPgConnection,
    county: CountyId,
) -> QueryResult<HashMap<OrganisationId, String>> {
    let pairs: Vec<(OrganisationId, String)> = organisations::table
        .filter(organisations::county_id.eq(county))
        .select((organisations::id, organisations::name))
        .load(conn)
        .await?;
    Ok(pairs.into_iter().collect())
}

/// The code of the organisation that stood above each one on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn parents_on(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    day: NaiveDate,
) -> QueryResult<HashMap<OrganisationId, String>> {
    use crate::schema::organisation_parents as places;
    let pairs: Vec<(OrganisationId, String)> =
        places::table
            .inner_join(organisations::table.on(
                organisations::county_id.eq(places::county_id).and(organisations::id.eq(places::parent_id)),
            ))
            .filter(places::county_id.eq(county))
            .filter(places::from_day.le(day))
            .filter(places::to_day.is_null().or(places::to_day.gt(day)))
            .select((places::organisation_id, organisations::code))
            .load(conn)
            .await?;
    Ok(pairs.into_iter().collect())
}
