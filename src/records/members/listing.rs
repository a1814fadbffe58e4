//! Lists and searches of members. Pages are found by statements written by hand, because under row-level security only
//! plain comparisons of leakproof types may use an index; the cards of a page are then read by id.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::db::statement::{Bind, Statement};
use crate::base::error::Result;
use crate::base::ids::{MembershipId, OrganisationId};
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::records::members::model::{MemberCard, MemberLine};
use crate::records::members::queries;
use crate::records::people::listing::Search;

/// What a list of members is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Name, pinyin, initials (all by their beginning), or a whole citizen ID or telephone number.
    pub query: Option<String>,
    /// Codes of statuses; none: those in the register.
    pub statuses: Option<Vec<String>>,
    /// Full (`true`) or probationary.
    pub full: Option<bool>,
    /// The branch.
    pub branch: Option<OrganisationId>,
    /// GB/T 4658 codes.
    pub education: Option<Vec<String>>,
    /// GB/T 2261.1 code.
    pub sex: Option<String>,
    /// Born on or after.
    pub born_from: Option<NaiveDate>,
    /// Born on or before.
    pub born_to: Option<NaiveDate>,
}

/// The order of a list. A search by name comes in the order of what matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// By pinyin of the name.
    #[default]
    Name,
    /// By day of admission, oldest first.
    JoinedOn,
    /// By day of admission, newest first.
    JoinedOnDescending,
}

impl Filter {
    fn asks_person(&self) -> bool {
        self.education.is_some() || self.sex.is_some() || self.born_from.is_some() || self.born_to.is_some()
    }
}

/// Where the next page begins: the sort value and the id of the last row shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort value: pinyin, matched key, or day.
    pub key: String,
    /// The id.
    pub id: MembershipId,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct MemberPage {
    /// The rows.
    pub lines: Vec<MemberLine>,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: MembershipId,
    #[diesel(sql_type = Text)]
    sort_value: String,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Everything after `FROM`: tables and conditions, without order.
fn fitting<'a>(statement: &mut Statement<'a>, within: &Scope, filter: &'a Filter, search: &Search) {
    let prefix = matches!(search, Search::Prefix(_));
    statement.push(if prefix {
        " FROM member_search_keys k JOIN memberships m ON m.county_id = k.county_id AND m.id = k.membership_id"
    } else {
        " FROM memberships m"
    });
    if filter.asks_person() || search.is_number() {
        statement.push(" JOIN people p ON p.county_id = m.county_id AND p.id = m.person_id");
    }
    statement.with(" WHERE m.county_id = ?", Bind::Uuid(within.county.0));
    statement.with(" AND m.path >= ?", Bind::Text(within.path.as_str().to_owned()));
    statement.with(" AND m.path < ?", Bind::Text(within.path.end()));
    search.number(statement);
    if let Search::Prefix(start) = search {
        search_prefix(statement, within, start);
    }
    match &filter.statuses {
        Some(statuses) => statement.with(" AND m.status = ANY (?)", Bind::Texts(statuses)),
        None => statement.push(" AND m.status IN ('normal', 'watch', 'suspended_rights')"),
    }
    match filter.full {
        Some(true) => statement.push(" AND m.full_member_on IS NOT NULL"),
        Some(false) => statement.push(" AND m.full_member_on IS NULL"),
        None => {}
    }
    if let Some(branch) = filter.branch {
        statement.with(" AND m.branch_id = ?", Bind::Uuid(branch.0));
    }
    if let Some(education) = &filter.education {
        statement.with(" AND p.education = ANY (?)", Bind::Texts(education));
    }
    if let Some(sex) = &filter.sex {
        statement.with(" AND p.sex = ?", Bind::Text(sex.clone()));
    }
    if let Some(day) = filter.born_from {
        statement.with(" AND p.birth_date >= ?", Bind::Date(day));
    }
    if let Some(day) = filter.born_to {
        statement.with(" AND p.birth_date <= ?", Bind::Date(day));
    }
}

/// A member with several keys under the same beginning is found by the smallest of them only.
fn search_prefix(statement: &mut Statement<'_>, within: &Scope, start: &str) {
    let end = format!("{start}\u{10FFFF}");
    statement.with(" AND k.county_id = ?", Bind::Uuid(within.county.0));
    statement.with(" AND k.path >= ?", Bind::Text(within.path.as_str().to_owned()));
    statement.with(" AND k.path < ?", Bind::Text(within.path.end()));
    statement.with(" AND k.key >= ?", Bind::Text(start.to_owned()));
    statement.with(" AND k.key < ?", Bind::Text(end));
    statement.push(
        " AND NOT EXISTS (SELECT FROM member_search_keys s WHERE s.county_id = k.county_id \
         AND s.membership_id = k.membership_id AND s.key < k.key",
    );
    statement.with(" AND s.key >= ?)", Bind::Text(start.to_owned()));
}

/// A page of the members that fit, inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: u16,
) -> Result<MemberPage> {
    let (ids, next) = ids(conn, within, keys, filter, sort, after, limit).await?;
    let mut cards: HashMap<MembershipId, MemberCard> = queries::by_ids(conn, within, keys, &ids)
        .await?
        .into_iter()
        .map(|card| (card.membership.id, card))
        .collect();
    Ok(MemberPage { lines: ids.iter().filter_map(|id| cards.remove(id)).collect(), next })
}

/// A page of the members that fit, inside a scope, by their ids alone, and where the next page begins.
///
/// # Errors
/// Whatever the database answers.
pub async fn ids(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: u16,
) -> QueryResult<(Vec<MembershipId>, Option<Cursor>)> {
    let search = Search::of(filter.query.as_deref(), keys);
    let (column, compare, direction) = match (&search, sort) {
        (Search::Prefix(_), _) => ("k.key", ">", ""),
        (_, Sort::Name) => ("m.sort_key", ">", ""),
        (_, Sort::JoinedOn) => ("m.joined_on", ">", ""),
        (_, Sort::JoinedOnDescending) => ("m.joined_on", "<", " DESC"),
    };
    let mut statement = Statement::new(&format!("SELECT m.id, {column}::text AS sort_value"));
    fitting(&mut statement, within, filter, &search);
    if let Some(after) = after {
        statement.push(&format!(" AND ({column}, m.id) {compare}"));
        let value = match after.key.parse() {
            Ok(day) if column == "m.joined_on" => Bind::Date(day),
            _ => Bind::Text(after.key.clone()),
        };
        statement.with(" (?,", value);
        statement.with(" ?)", Bind::Uuid(after.id.0));
    }
    statement.push(&format!(" ORDER BY {column}{direction}, m.id{direction}"));
    statement.with(" LIMIT ?", Bind::Number(i64::from(limit) + 1));
    let mut found: Vec<Found> = statement.into_query().load(conn).await?;
    let more = found.len() > usize::from(limit);
    found.truncate(usize::from(limit));
    let next =
        found.iter().last().filter(|_| more).map(|row| Cursor { key: row.sort_value.clone(), id: row.id });
    Ok((found.into_iter().map(|row| row.id).collect(), next))
}

/// How many members fit.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
) -> Result<i64> {
    let search = Search::of(filter.query.as_deref(), keys);
    let mut statement = Statement::new("SELECT count(*) AS total");
    fitting(&mut statement, within, filter, &search);
    let totals: Vec<Total> = statement.into_query().load(conn).await?;
    Ok(totals.iter().map(|row| row.total).sum())
}
