//! Every read of targets and slates.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, OrganisationId, PersonId, SlateId, TargetId};
use crate::base::scope::Scope;
use crate::base::values::Hundredths;
use crate::records::committees::{CommitteeKind, Post};
use crate::records::slates::content::Proposed;
use crate::records::slates::model::{Bound, Level, Slate, SlateState, Target};
use crate::schema::{committee_targets, slates};

#[derive(Queryable, Selectable)]
#[diesel(table_name = committee_targets)]
struct TargetRow {
    id: TargetId,
    level: String,
    figure: String,
    comparison: String,
    hundredths: i64,
    from_day: NaiveDate,
    to_day: Option<NaiveDate>,
    source: String,
}

impl TargetRow {
    fn target(self) -> Option<Target> {
        Some(Target {
            id: self.id,
            level: Level::parse(&self.level).ok()?,
            figure: self.figure,
            bound: Bound::parse(&self.comparison).ok()?,
            value: Hundredths::from_hundredths(self.hundredths),
            from_day: self.from_day,
            to_day: self.to_day,
            source: self.source,
        })
    }
}

/// Every version of every target of a county, by level, figure and day.
///
/// # Errors
/// Whatever the database answers.
pub async fn targets(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Target>> {
    let rows: Vec<TargetRow> = committee_targets::table
        .filter(committee_targets::county_id.eq(county))
        .order((
            committee_targets::level,
            committee_targets::figure,
            committee_targets::comparison,
            committee_targets::from_day,
        ))
        .select(TargetRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.into_iter().filter_map(TargetRow::target).collect())
}

/// Somebody who may be proposed.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Person {
    /// His id.
    #[diesel(sql_type = Uuid)]
    pub id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// GB/T 2261.1.
    #[diesel(sql_type = Text)]
    pub sex: String,
    /// Birth date.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
    /// GB/T 4658 code.
    #[diesel(sql_type = Text)]
    pub education: String,
}

/// Some people, as far as the scope sees them.
///
/// # Errors
/// Whatever the database answers.
pub async fn people(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[PersonId],
) -> QueryResult<Vec<Person>> {
    diesel::sql_query(
        "SELECT p.id, p.name, p.sex, p.birth_date, p.education FROM people p \
         WHERE p.county_id = $1 AND p.id = ANY ($4) AND EXISTS (SELECT FROM person_visibility v \
            WHERE v.county_id = p.county_id AND v.person_id = p.id AND v.path >= $2 AND v.path < $3)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await
}

/// Somebody whom the editor of a slate offers.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Offer {
    /// His id.
    #[diesel(sql_type = Uuid)]
    pub id: PersonId,
    /// His name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Birth date: what tells namesakes apart.
    #[diesel(sql_type = Date)]
    pub birth_date: NaiveDate,
    /// Whether he sits in a committee of the village.
    #[diesel(sql_type = Bool)]
    pub is_sitting: bool,
    /// Whether he stands in a pool.
    #[diesel(sql_type = Bool)]
    pub is_reserve: bool,
}

/// Those of some people whom the scope sees, or, where none are named, who sits in the village and who stands in its pool
/// on a day; at most 40, who sits first.
///
/// # Errors
/// Whatever the database answers.
pub async fn offers(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    village: OrganisationId,
    day: NaiveDate,
    named: Option<Vec<PersonId>>,
) -> QueryResult<Vec<Offer>> {
    diesel::sql_query(
        "WITH sitting AS (SELECT DISTINCT s.person_id FROM committees c \
                JOIN seats s ON s.county_id = $1 AND s.committee_id = c.id \
                    AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day) \
                WHERE c.county_id = $1 AND c.village_id = $4 AND c.path >= $2 AND c.path < $3), \
            pool AS (SELECT r.person_id, r.village_id FROM reserves r WHERE r.county_id = $1 AND r.left_on IS NULL \
                AND r.path >= $2 AND r.path < $3 AND (r.village_id = $4 OR r.person_id = ANY ($6))) \
         SELECT p.id, p.name, p.birth_date, p.id IN (SELECT person_id FROM sitting) AS is_sitting, \
            p.id IN (SELECT person_id FROM pool) AS is_reserve \
         FROM people p WHERE p.county_id = $1 AND p.id IN ( \
            SELECT unnest($6) UNION ALL SELECT person_id FROM sitting WHERE $6 IS NULL \
            UNION ALL SELECT person_id FROM pool WHERE $6 IS NULL) \
            AND EXISTS (SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = p.id \
                AND v.path >= $2 AND v.path < $3) \
         ORDER BY is_sitting DESC, is_reserve DESC, p.pinyin, p.id LIMIT 40",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Uuid, _>(village)
    .bind::<Date, _>(day)
    .bind::<Nullable<Array<Uuid>>, _>(named)
    .load(conn)
    .await
}

/// A slate with those proposed in it.
#[derive(Debug, Clone)]
pub struct Card {
    /// The slate.
    pub slate: Slate,
    /// Code of the village.
    pub village_code: String,
    /// Name of the village.
    pub village: String,
    /// Who is proposed, in order.
    pub seats: Vec<Proposed>,
}

#[derive(QueryableByName)]
struct SlateRow {
    #[diesel(embed)]
    slate: SlateColumns,
    #[diesel(sql_type = Text)]
    village_code: String,
    #[diesel(sql_type = Text)]
    village: String,
}

#[derive(QueryableByName)]
#[diesel(table_name = slates)]
struct SlateColumns {
    id: SlateId,
    village_id: OrganisationId,
    path: String,
    ordinal: i32,
    from_day: NaiveDate,
    name: String,
    state: String,
    version: i32,
    created_by: String,
}

impl From<SlateColumns> for Slate {
    fn from(row: SlateColumns) -> Self {
        let SlateColumns { id, village_id, path, ordinal, from_day, name, state, version, created_by } = row;
        Self { id, village_id, path, ordinal, from_day, name, state, version, created_by }
    }
}

const CARDS: &str = "SELECT s.id, s.village_id, s.path, s.ordinal, s.from_day, s.name, s.state, s.version, s.created_by, \
     o.code AS village_code, o.name AS village \
     FROM slates s JOIN organisations o ON o.county_id = s.county_id AND o.id = s.village_id \
     WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3";

/// Where a page of a list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Path of the village.
    pub path: String,
    /// The slate.
    pub id: SlateId,
}

/// Slates inside a scope, those of one village together, after a place; those in a state, or all that were not dropped.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    state: Option<SlateState>,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Card>> {
    let rows: Vec<SlateRow> = diesel::sql_query(format!(
        "{CARDS} AND (s.state = $4 OR $4 IS NULL AND s.state <> 'dropped') \
         AND ($5::text IS NULL OR (s.path, s.id) > ($5 COLLATE \"C\", $6)) ORDER BY s.path, s.id LIMIT $7"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Nullable<Text>, _>(state.map(SlateState::code))
    .bind::<Nullable<Text>, _>(after.map(|after| after.path.as_str()))
    .bind::<Nullable<Uuid>, _>(after.map(|after| after.id))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    cards(conn, within, rows).await
}

/// One slate of a scope.
///
/// # Errors
/// `Missing`.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: SlateId) -> Result<Card> {
    let row: Option<SlateRow> = diesel::sql_query(format!("{CARDS} AND s.id = $4"))
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Uuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    cards(conn, within, row.into_iter().collect()).await?.pop().or_missing("班子方案")
}

#[derive(QueryableByName)]
struct SeatRow {
    #[diesel(sql_type = Uuid)]
    slate_id: SlateId,
    #[diesel(sql_type = Text)]
    committee_kind: String,
    #[diesel(sql_type = Text)]
    post: String,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
}

async fn cards(conn: &mut AsyncPgConnection, within: &Scope, rows: Vec<SlateRow>) -> Result<Vec<Card>> {
    let seats: Vec<SeatRow> = diesel::sql_query(
        "SELECT slate_id, committee_kind, post, person_id FROM slate_seats \
         WHERE county_id = $1 AND slate_id = ANY ($2) ORDER BY slate_id, place",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.slate.id).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let mut by_slate: HashMap<SlateId, Vec<Proposed>> = HashMap::new();
    for seat in seats {
        let known = CommitteeKind::parse(&seat.committee_kind).ok().zip(Post::parse(&seat.post).ok());
        if let Some((kind, post)) = known {
            by_slate.entry(seat.slate_id).or_default().push(Proposed { kind, post, person: seat.person_id });
        }
    }
    let card = |row: SlateRow| Card {
        seats: by_slate.remove(&row.slate.id).unwrap_or_default(),
        slate: row.slate.into(),
        village_code: row.village_code,
        village: row.village,
    };
    Ok(rows.into_iter().map(card).collect())
}

/// Slates inside a scope, held until the transaction ends.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn hold(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[SlateId],
) -> QueryResult<Vec<Slate>> {
    slates::table
        .filter(slates::county_id.eq(within.county).and(slates::id.eq_any(ids)))
        .filter(slates::path.ge(within.path.as_str()).and(slates::path.lt(within.path.end())))
        .order(slates::id)
        .for_update()
        .select(Slate::as_select())
        .load(conn)
        .await
}
