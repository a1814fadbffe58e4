//! Lists of the pool: by name, filtered, page by page.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::codes;
use crate::base::error::Result;
use crate::base::ids::ReserveId;
use crate::base::keys::KeyRing;
use crate::base::scope::Scope;
use crate::base::values::pinyin;
use crate::records::reserves::model::{ReserveKind, ReserveState};
use crate::records::reserves::queries::record::{Card, cards};
use crate::records::reserves::settings;

/// What a list is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Start of the name, its pinyin or initials, as typed.
    pub query: Option<String>,
    /// Which list.
    pub kind: Option<ReserveKind>,
    /// Which states; none: those in the pool.
    pub states: Vec<ReserveState>,
    /// Code of a source.
    pub source: Option<String>,
    /// Only those who came before this day and of whom no mentor wrote since.
    pub silent_since: Option<NaiveDate>,
    /// Only those with a mentor who left before or on this day and goes on guiding on paper.
    pub mentor_left_by: Option<NaiveDate>,
    /// Only those who may be seconded on this day, by what the county demands then.
    pub eligible_on: Option<NaiveDate>,
}

/// Whom a county lets be seconded on a day.
struct Eligible {
    on: NaiveDate,
    /// The highest age in completed years.
    age: i32,
    /// Codes of the education that reaches what is demanded.
    education: Vec<&'static str>,
}

/// What the county demands of who is seconded; none where a list is not narrowed by it, or nothing is demanded.
async fn eligible(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
) -> QueryResult<Option<Eligible>> {
    let Some(on) = filter.eligible_on else { return Ok(None) };
    let book = settings::book(conn, within.county).await?;
    Ok(book.on(on).map(|demanded| {
        let entries = codes::education().entries().iter().map(|entry| entry.code.as_str());
        let reached = entries.filter(|code| demanded.secondment_education.is_reached_by(code));
        Eligible { on, age: demanded.secondment_age, education: reached.collect() }
    }))
}

/// Where a page of a list ended.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// Pinyin of the name.
    pub sort_key: String,
    /// The entry.
    pub id: ReserveId,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: ReserveId,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

const FILTERED: &str = "\
FROM reserves r JOIN people p ON p.county_id = r.county_id AND p.id = r.person_id
WHERE r.county_id = $1 AND r.path >= $2 AND r.path < $3 AND r.state = ANY ($4)
    AND ($5::text IS NULL OR r.kind = $5)
    AND ($6::text IS NULL OR EXISTS (SELECT FROM reserve_sources s
        WHERE s.county_id = r.county_id AND s.reserve_id = r.id AND s.source = $6))
    AND ($7::text IS NULL OR starts_with(p.name, $7) OR starts_with(replace(r.sort_key, ' ', ''), $7)
        OR starts_with(regexp_replace(r.sort_key, '(\\w)\\w*\\s*', '\\1', 'g'), $7))
    AND ($8::date IS NULL OR r.entered_on < $8 AND NOT EXISTS (SELECT FROM mentor_notes n
        WHERE n.county_id = r.county_id AND n.reserve_id = r.id AND n.noted_on >= $8))
    AND ($9::date IS NULL OR r.id IN (SELECT l.reserve_id FROM find_mentors_who_left($1, $9, ARRAY(SELECT id FROM reserves
        WHERE county_id = $1 AND path >= $2 AND path < $3 AND left_on IS NULL)) l))
    AND ($10::date IS NULL OR p.education = ANY ($12)
        AND extract(year FROM $10::date)::integer - extract(year FROM p.birth_date)::integer
            - (to_char($10::date, 'MMDD') < to_char(p.birth_date, 'MMDD'))::integer <= $11)";

macro_rules! filtered {
    ($statement:expr, $within:expr, $filter:expr, $eligible:expr) => {{
        let states: Vec<&'static str> = match $filter.states.as_slice() {
            [] => ReserveState::ALL
                .iter()
                .filter(|state| state.in_the_pool())
                .map(|state| state.code())
                .collect(),
            states => states.iter().map(|state| state.code()).collect(),
        };
        let typed = $filter.query.as_deref().map(str::trim).filter(|typed| !typed.is_empty());
        diesel::sql_query($statement)
            .bind::<Uuid, _>($within.county)
            .bind::<Text, _>($within.path.as_str().to_owned())
            .bind::<Text, _>($within.path.end())
            .bind::<Array<Text>, _>(states)
            .bind::<Nullable<Text>, _>($filter.kind.map(|kind| kind.code()))
            .bind::<Nullable<Text>, _>($filter.source.clone())
            .bind::<Nullable<Text>, _>(typed.map(pinyin::normalise_query))
            .bind::<Nullable<Date>, _>($filter.silent_since)
            .bind::<Nullable<Date>, _>($filter.mentor_left_by)
            .bind::<Nullable<Date>, _>($eligible.as_ref().map(|one| one.on))
            .bind::<Nullable<Integer>, _>($eligible.as_ref().map(|one| one.age))
            .bind::<Array<Text>, _>($eligible.as_ref().map(|one| one.education.clone()).unwrap_or_default())
    }};
}

/// A page of the pool inside a scope, by name, after a place, at most `limit`.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    keys: &KeyRing,
    filter: &Filter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Card>> {
    let eligible = eligible(conn, within, filter).await?;
    let statement = format!(
        "SELECT r.id {FILTERED} AND ($13::text IS NULL OR (r.sort_key, r.id) > ($13, $14::uuid)) \
         ORDER BY r.sort_key, r.id LIMIT $15"
    );
    let found: Vec<Found> = filtered!(statement, within, filter, eligible)
        .bind::<Nullable<Text>, _>(after.map(|place| place.sort_key.clone()))
        .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let ids: Vec<ReserveId> = found.into_iter().map(|row| row.id).collect();
    cards(conn, within, keys, &ids).await
}

/// How many entries a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: &Filter) -> Result<i64> {
    let eligible = eligible(conn, within, filter).await?;
    let statement = format!("SELECT count(*) AS total {FILTERED}");
    let total: Total = filtered!(statement, within, filter, eligible).get_result(conn).await?;
    Ok(total.total)
}
