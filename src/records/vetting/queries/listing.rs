//! Lists of checks: by the day they are due, filtered, page by page.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::scope::Scope;
use crate::base::values::pinyin;
use crate::records::people::Person;
use crate::records::vetting::model::CandidateCheck;
use crate::records::vetting::progress::{self, Progress};
use crate::records::vetting::sight::Sight;
use crate::schema::{candidate_checks, organisations, people};

/// What a list is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Start of the name, its pinyin or initials, as typed.
    pub query: Option<String>,
    /// How far it has come on the day of asking.
    pub state: Option<Progress>,
    /// Only those whose departments have let the day go by.
    pub is_overdue: bool,
    /// Whether what was vetted and what was rejected are told apart; else both are found as [`Progress::Unfiled`] alone.
    pub tells_outcome: bool,
}

impl Filter {
    /// The same as somebody may ask it.
    #[must_use]
    pub fn seen_by(self, sight: &Sight) -> Self {
        let state = self.state.map(|state| state.seen_by(sight));
        Self { state, tells_outcome: sight.is_any(), ..self }
    }
}

/// Where a page of a list ended.
#[derive(Debug, Clone)]
pub struct Place {
    /// The day by which departments answer.
    pub due_on: NaiveDate,
    /// The check.
    pub id: CandidateCheckId,
}

/// The name and code of a village.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct Village {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A check with the candidate and the village.
#[derive(Debug, Clone)]
pub struct Card {
    /// The check.
    pub check: CandidateCheck,
    /// The candidate; his identifiers are still encrypted.
    pub person: Person,
    /// The village.
    pub village: Village,
    /// How many items his list has.
    pub items: i64,
    /// How many of them are answered, as far as the transaction's sight shows.
    pub answered: i64,
}

impl Card {
    /// The same as somebody may know it: whoever does not vet is told no outcome.
    #[must_use]
    pub fn seen_by(self, sight: &Sight) -> Self {
        Self { check: progress::restricted(self.check, sight), ..self }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: CandidateCheckId,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Uuid)]
    id: CandidateCheckId,
    #[diesel(sql_type = BigInt)]
    items: i64,
    #[diesel(sql_type = BigInt)]
    answered: i64,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

const FILTERED: &str = "\
FROM candidate_checks k JOIN people p ON p.county_id = k.county_id AND p.id = k.person_id
WHERE k.county_id = $1 AND k.path >= $2 AND k.path < $3
    AND ($4::text IS NULL OR $4 = 'unfiled' AND k.state IN ('vetted', 'rejected')
        OR $4 = CASE WHEN k.state IN ('vetted', 'filed') AND k.valid_until < $5 THEN 'expired' ELSE k.state END
            AND ($8 OR k.state NOT IN ('vetted', 'rejected')))
    AND (NOT $6 OR k.state = 'proposed' AND k.due_on < $5)
    AND ($7::text IS NULL OR starts_with(p.name, $7) OR starts_with(replace(k.sort_key, ' ', ''), $7)
        OR starts_with(regexp_replace(k.sort_key, '(\\w)\\w*\\s*', '\\1', 'g'), $7))";

macro_rules! filtered {
    ($statement:expr, $within:expr, $day:expr, $filter:expr) => {{
        let typed = $filter.query.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        diesel::sql_query($statement)
            .bind::<Uuid, _>($within.county)
            .bind::<Text, _>($within.path.as_str().to_owned())
            .bind::<Text, _>($within.path.end())
            .bind::<Nullable<Text>, _>($filter.state.map(Progress::code))
            .bind::<Date, _>($day)
            .bind::<Bool, _>($filter.is_overdue)
            .bind::<Nullable<Text>, _>(typed.map(pinyin::normalise_query))
            .bind::<Bool, _>($filter.tells_outcome)
    }};
}

/// A page of the checks inside a scope as they stand on a day, the first due first, after a place, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    filter: &Filter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Card>> {
    let statement = format!(
        "SELECT k.id {FILTERED} AND ($9::date IS NULL OR (k.due_on, k.id) > ($9, $10::uuid)) \
         ORDER BY k.due_on, k.id LIMIT $11"
    );
    let found: Vec<Found> = filtered!(statement, within, day, filter)
        .bind::<Nullable<Date>, _>(after.map(|place| place.due_on))
        .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let ids: Vec<CandidateCheckId> = found.into_iter().map(|row| row.id).collect();
    cards(conn, within, &ids).await
}

/// How many checks a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    filter: &Filter,
) -> Result<i64> {
    let statement = format!("SELECT count(*) AS total {FILTERED}");
    let total: Total = filtered!(statement, within, day, filter).get_result(conn).await?;
    Ok(total.total)
}

/// What waits inside a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Waiting {
    /// Checks whose departments have let the day go by.
    #[diesel(sql_type = BigInt)]
    pub overdue: i64,
    /// Checks that every department answered, to be filed or rejected.
    #[diesel(sql_type = BigInt)]
    pub vetted: i64,
}

/// What waits inside a scope on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope, day: NaiveDate) -> Result<Waiting> {
    let waiting = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE state = 'proposed' AND due_on < $4) AS overdue, \
         count(*) FILTER (WHERE state = 'vetted' AND valid_until >= $4) AS vetted \
         FROM candidate_checks WHERE county_id = $1 AND path >= $2 AND path < $3 AND state IN ('proposed', 'vetted')",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(day);
    Ok(waiting.get_result(conn).await?)
}

/// The check of an id inside a scope.
///
/// # Errors
/// `Missing` where there is none.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: CandidateCheckId) -> Result<Card> {
    cards(conn, within, &[id]).await?.into_iter().next().or_missing("这项联审")
}

/// Checks by id inside a scope, in the order given; those that it has not are left out.
///
/// # Errors
/// Whatever the database answers.
pub async fn cards(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[CandidateCheckId],
) -> Result<Vec<Card>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(CandidateCheck, Person, Village)> = candidate_checks::table
        .inner_join(people::table.on(
            people::county_id.eq(candidate_checks::county_id).and(people::id.eq(candidate_checks::person_id)),
        ))
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(candidate_checks::county_id)
                .and(organisations::id.eq(candidate_checks::village_id))),
        )
        .filter(candidate_checks::county_id.eq(within.county))
        .filter(
            candidate_checks::path.ge(within.path.as_str()).and(candidate_checks::path.lt(within.path.end())),
        )
        .filter(candidate_checks::id.eq_any(ids))
        .select((CandidateCheck::as_select(), Person::as_select(), Village::as_select()))
        .load(conn)
        .await?;
    let counted: Vec<Counted> = diesel::sql_query(
        "SELECT k.id, (SELECT count(*) FROM vetting_items i WHERE i.county_id = k.county_id \
            AND i.checklist_id = k.checklist_id) AS items, \
         (SELECT count(DISTINCT v.item_number) FROM candidate_verdicts v WHERE v.county_id = k.county_id \
            AND v.check_id = k.id) AS answered \
         FROM candidate_checks k WHERE k.county_id = $1 AND k.id = ANY ($2)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<diesel::sql_types::Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    let counts: HashMap<CandidateCheckId, (i64, i64)> =
        counted.into_iter().map(|row| (row.id, (row.items, row.answered))).collect();
    let mut by_id: HashMap<CandidateCheckId, Card> = rows
        .into_iter()
        .map(|(check, person, village)| {
            let (items, answered) = counts.get(&check.id).copied().unwrap_or_default();
            (check.id, Card { check, person, village, items, answered })
        })
        .collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}
