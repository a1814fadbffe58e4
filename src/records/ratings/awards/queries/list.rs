//! Lists of awards: filtered, page by page, with the years in a row that a village has held the kind.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::Result;
use crate::base::ids::AwardId;
use crate::base::scope::Scope;
use crate::records::ratings::awards::model::{Award, AwardState};
use crate::schema::{award_kinds, award_schemes, awards, organisations};

/// What a list is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Code of the scheme.
    pub scheme: Option<String>,
    /// Code of the kind.
    pub kind: Option<String>,
    /// The year honoured for.
    pub year: Option<i32>,
    /// How far it has come.
    pub state: Option<AwardState>,
    /// Only those that hold on a day.
    pub holds_on: Option<NaiveDate>,
    /// Only those with an objection that waits.
    pub has_open_objection: bool,
    /// Only those made public whose notice includes a day.
    pub in_notice_on: Option<NaiveDate>,
    /// Only those made public whose notice is over by a day.
    pub notice_over_on: Option<NaiveDate>,
}

/// Where a page of a list ended.
#[derive(Debug, Clone)]
pub struct Place {
    /// The year.
    pub year: i32,
    /// The path of the village.
    pub path: String,
    /// The award.
    pub id: AwardId,
}

/// An award with the names around it.
#[derive(Debug, Clone)]
pub struct AwardCard {
    /// The award.
    pub award: Award,
    /// Code of the village.
    pub village_code: String,
    /// Its name.
    pub village_name: String,
    /// Name of the scheme.
    pub scheme_name: String,
    /// Name of the kind.
    pub kind_name: String,
    /// How many years in a row, this one being the last, the village has held the kind; 0 where it does not hold.
    pub years_in_a_row: i64,
    /// How many objections wait.
    pub open_objections: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: AwardId,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

const FILTERED: &str = "\
FROM awards a WHERE a.county_id = $1 AND a.path >= $2 AND a.path < $3
    AND ($4::text IS NULL OR a.scheme_code = $4) AND ($5::text IS NULL OR a.kind = $5)
    AND ($6::integer IS NULL OR a.year = $6) AND ($7::text IS NULL OR a.state = $7)
    AND ($8::date IS NULL OR a.given_on <= $8 AND (a.revoked_on IS NULL OR $8 < a.revoked_on))
    AND (NOT $9 OR EXISTS (SELECT FROM award_objections o WHERE o.county_id = $1 AND o.award_id = a.id
        AND o.outcome IS NULL))
    AND ($10::date IS NULL OR a.state = 'noticed' AND a.notice_from <= $10 AND $10 <= a.notice_until)
    AND ($11::date IS NULL OR a.state = 'noticed' AND a.notice_until < $11)";

macro_rules! filtered {
    ($statement:expr, $within:expr, $filter:expr) => {
        diesel::sql_query($statement)
            .bind::<Uuid, _>($within.county)
            .bind::<Text, _>($within.path.as_str().to_owned())
            .bind::<Text, _>($within.path.end())
            .bind::<Nullable<Text>, _>($filter.scheme.clone())
            .bind::<Nullable<Text>, _>($filter.kind.clone())
            .bind::<Nullable<Integer>, _>($filter.year)
            .bind::<Nullable<Text>, _>($filter.state.map(AwardState::code))
            .bind::<Nullable<Date>, _>($filter.holds_on)
            .bind::<Bool, _>($filter.has_open_objection)
            .bind::<Nullable<Date>, _>($filter.in_notice_on)
            .bind::<Nullable<Date>, _>($filter.notice_over_on)
    };
}

/// A page of the awards inside a scope, the latest year first and then in the order of the tree, after a place, at most
/// `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<AwardCard>> {
    let statement = format!(
        "SELECT a.id {FILTERED} AND ($12::integer IS NULL OR a.year < $12 OR a.year = $12 \
            AND (a.path, a.id) > ($13 COLLATE \"C\", $14::uuid)) \
         ORDER BY a.year DESC, a.path, a.id LIMIT $15"
    );
    let found: Vec<Found> = filtered!(statement, within, filter)
        .bind::<Nullable<Integer>, _>(after.map(|place| place.year))
        .bind::<Nullable<Text>, _>(after.map(|place| place.path.clone()))
        .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let ids: Vec<AwardId> = found.into_iter().map(|row| row.id).collect();
    cards(conn, within, &ids).await
}

/// How many awards a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: &Filter) -> Result<i64> {
    let total: Total =
        filtered!(format!("SELECT count(*) AS total {FILTERED}"), within, filter).get_result(conn).await?;
    Ok(total.total)
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Uuid)]
    id: AwardId,
    #[diesel(sql_type = BigInt)]
    in_a_row: i64,
    #[diesel(sql_type = BigInt)]
    objections: i64,
}

/// The years that villages held a kind without a gap, up to each of some awards (gaps and islands), and the objections
/// that wait.
const COUNTS: &str = "\
WITH wanted AS (
    SELECT a.id, a.scheme_code, a.village_id, a.kind, a.year FROM awards a WHERE a.county_id = $1 AND a.id = ANY ($2)
), held AS (
    SELECT b.scheme_code, b.village_id, b.kind, b.year,
        b.year - row_number() OVER (PARTITION BY b.scheme_code, b.village_id, b.kind ORDER BY b.year) AS island
    FROM awards b WHERE b.county_id = $1 AND b.state = 'final' AND b.village_id IN (SELECT village_id FROM wanted)
), runs AS (
    SELECT h.*, row_number() OVER (PARTITION BY scheme_code, village_id, kind, island ORDER BY year) AS in_a_row
    FROM held h
)
SELECT w.id, coalesce(r.in_a_row, 0) AS in_a_row, (SELECT count(*) FROM award_objections o
    WHERE o.county_id = $1 AND o.award_id = w.id AND o.outcome IS NULL) AS objections
FROM wanted w LEFT JOIN runs r ON r.scheme_code = w.scheme_code AND r.village_id = w.village_id AND r.kind = w.kind
    AND r.year = w.year";

/// Awards by id inside a scope, in the order given; those that it has not are left out.
///
/// # Errors
/// Whatever the database answers.
pub async fn cards(conn: &mut AsyncPgConnection, within: &Scope, ids: &[AwardId]) -> Result<Vec<AwardCard>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(Award, String, String, String, String)> =
        awards::table
            .inner_join(organisations::table.on(
                organisations::county_id.eq(awards::county_id).and(organisations::id.eq(awards::village_id)),
            ))
            .inner_join(award_schemes::table.on(
                award_schemes::county_id.eq(awards::county_id).and(award_schemes::id.eq(awards::scheme_id)),
            ))
            .inner_join(
                award_kinds::table.on(award_kinds::county_id
                    .eq(awards::county_id)
                    .and(award_kinds::scheme_id.eq(awards::scheme_id))
                    .and(award_kinds::code.eq(awards::kind))),
            )
            .filter(awards::county_id.eq(within.county))
            .filter(awards::path.ge(within.path.as_str()).and(awards::path.lt(within.path.end())))
            .filter(awards::id.eq_any(ids))
            .select((
                Award::as_select(),
                organisations::code,
                organisations::name,
                award_schemes::name,
                award_kinds::name,
            ))
            .load(conn)
            .await?;
    let counted: Vec<Counted> = diesel::sql_query(COUNTS)
        .bind::<Uuid, _>(within.county)
        .bind::<Array<Uuid>, _>(ids)
        .load(conn)
        .await?;
    let counts: HashMap<AwardId, (i64, i64)> =
        counted.into_iter().map(|row| (row.id, (row.in_a_row, row.objections))).collect();
    let mut by_id: HashMap<AwardId, AwardCard> = rows
        .into_iter()
        .map(|(award, village_code, village_name, scheme_name, kind_name)| {
            let (years_in_a_row, open_objections) = counts.get(&award.id).copied().unwrap_or_default();
            let card = AwardCard {
                village_code,
                village_name,
                scheme_name,
                kind_name,
                years_in_a_row,
                open_objections,
                award,
            };
            (card.award.id, card)
        })
        .collect();
    Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
}

/// How many awards of a kind hold inside a scope.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Held {
    /// Code of the kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// How many.
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    /// How many villages have at least one.
    #[diesel(sql_type = BigInt)]
    pub villages: i64,
}

/// How many awards of each kind of a scheme hold inside a scope on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn held(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    scheme: &str,
    day: NaiveDate,
) -> Result<Vec<Held>> {
    let held = diesel::sql_query(
        "SELECT kind, count(*) AS count, count(DISTINCT village_id) AS villages FROM awards \
         WHERE county_id = $1 AND path >= $2 AND path < $3 AND scheme_code = $4 AND given_on <= $5 \
            AND (revoked_on IS NULL OR $5 < revoked_on) GROUP BY kind",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Text, _>(scheme)
    .bind::<Date, _>(day);
    Ok(held.load(conn).await?)
}

/// What waits inside a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Waiting {
    /// Sent back to whoever recommended them.
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
    /// Under way and not made public yet.
    #[diesel(sql_type = BigInt)]
    pub under_way: i64,
    /// Made public, the notice being over.
    #[diesel(sql_type = BigInt)]
    pub notice_over: i64,
    /// With an objection that waits.
    #[diesel(sql_type = BigInt)]
    pub disputed: i64,
}

/// What waits inside a scope on a day.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope, day: NaiveDate) -> Result<Waiting> {
    let waiting = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE state = 'returned') AS returned, \
            count(*) FILTER (WHERE state IN ('recommended', 'scored', 'decided')) AS under_way, \
            count(*) FILTER (WHERE state = 'noticed' AND notice_until < $4) AS notice_over, \
            count(*) FILTER (WHERE state = 'noticed' AND EXISTS (SELECT FROM award_objections o \
                WHERE o.county_id = $1 AND o.award_id = awards.id AND o.outcome IS NULL)) AS disputed \
         FROM awards WHERE county_id = $1 AND path >= $2 AND path < $3 \
            AND state IN ('returned', 'recommended', 'scored', 'decided', 'noticed')",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Date, _>(day);
    Ok(waiting.get_result(conn).await?)
}
