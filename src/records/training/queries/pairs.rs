//! Who guides whom.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{PersonId, TrainingPairId};
use crate::base::scope::Scope;
use crate::records::training::model::PairRow;
use crate::schema::training_pairs;

/// A pair as it is shown. Whoever is not seen has no name.
#[derive(Debug, Clone, QueryableByName)]
pub struct PairLine {
    /// Its id.
    #[diesel(sql_type = Uuid)]
    pub id: TrainingPairId,
    /// Who guides.
    #[diesel(sql_type = Uuid)]
    pub mentor_id: PersonId,
    /// His name.
    #[diesel(sql_type = Nullable<Text>)]
    pub mentor: Option<String>,
    /// Who is guided.
    #[diesel(sql_type = Uuid)]
    pub apprentice_id: PersonId,
    /// His name.
    #[diesel(sql_type = Nullable<Text>)]
    pub apprentice: Option<String>,
    /// Code of the organisation that keeps the pair.
    #[diesel(sql_type = Text)]
    pub organisation_code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub organisation: String,
    /// What was agreed.
    #[diesel(sql_type = Text)]
    pub agreed: String,
    /// First day.
    #[diesel(sql_type = Date)]
    pub from_day: chrono::NaiveDate,
    /// First day no longer.
    #[diesel(sql_type = Nullable<Date>)]
    pub to_day: Option<chrono::NaiveDate>,
    /// Code of the [`PairOutcome`](crate::records::training::PairOutcome).
    #[diesel(sql_type = Nullable<Text>)]
    pub outcome: Option<String>,
    /// What came of it.
    #[diesel(sql_type = Nullable<Text>)]
    pub result: Option<String>,
    /// Rises with every change.
    #[diesel(sql_type = Integer)]
    pub version: i32,
}

/// What a list of pairs is filtered by.
#[derive(Debug, Clone, Copy, Default)]
pub struct PairFilter {
    /// One of the two.
    pub person: Option<PersonId>,
    /// Those that still run (`true`) or have ended.
    pub runs: Option<bool>,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

const FITTING: &str = "\
WHERE p.county_id = $1 AND p.path >= $2 AND p.path < $3 AND ($4::uuid IS NULL OR p.mentor_id = $4 OR p.apprentice_id = $4) \
    AND ($5::boolean IS NULL OR (p.to_day IS NULL) = $5) AND ($6::uuid IS NULL OR p.id = $6)";

const SHOWN: &str = "\
SELECT p.id, p.mentor_id, m.name AS mentor, p.apprentice_id, a.name AS apprentice, o.code AS organisation_code, \
    o.name AS organisation, p.agreed, p.from_day, p.to_day, p.outcome, p.result, p.version \
FROM training_pairs p \
JOIN organisations o ON o.county_id = p.county_id AND o.id = p.organisation_id \
LEFT JOIN people m ON m.county_id = p.county_id AND m.id = p.mentor_id \
LEFT JOIN people a ON a.county_id = p.county_id AND a.id = p.apprentice_id ";

async fn lines(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: PairFilter,
    one: Option<TrainingPairId>,
    after: Option<TrainingPairId>,
    limit: i64,
) -> QueryResult<Vec<PairLine>> {
    diesel::sql_query(format!(
        "{SHOWN}{FITTING} AND ($7::uuid IS NULL OR (p.from_day, p.id) < \
            (SELECT l.from_day, l.id FROM training_pairs l WHERE l.county_id = $1 AND l.id = $7)) \
         ORDER BY p.from_day DESC, p.id DESC LIMIT $8"
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Nullable<Uuid>, _>(filter.person)
    .bind::<Nullable<diesel::sql_types::Bool>, _>(filter.runs)
    .bind::<Nullable<Uuid>, _>(one)
    .bind::<Nullable<Uuid>, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// Pairs of a scope after one of them, the latest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: PairFilter,
    after: Option<TrainingPairId>,
    limit: i64,
) -> QueryResult<Vec<PairLine>> {
    lines(conn, within, filter, None, after, limit).await
}

/// How many pairs fit.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: PairFilter) -> QueryResult<i64> {
    let totals: Vec<Total> =
        diesel::sql_query(format!("SELECT count(*) AS total FROM training_pairs p {FITTING}"))
            .bind::<Uuid, _>(within.county)
            .bind::<Text, _>(within.path.as_str())
            .bind::<Text, _>(within.path.end())
            .bind::<Nullable<Uuid>, _>(filter.person)
            .bind::<Nullable<diesel::sql_types::Bool>, _>(filter.runs)
            .bind::<Nullable<Uuid>, _>(None::<TrainingPairId>)
            .load(conn)
            .await?;
    Ok(totals.iter().map(|row| row.total).sum())
}

/// One pair.
///
/// # Errors
/// `Missing` where the scope has no such pair.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: TrainingPairId) -> Result<PairLine> {
    let found = lines(conn, within, PairFilter::default(), Some(id), None, 1).await?;
    found.into_iter().next().or_missing("这对结对")
}

/// Pairs by id, locked until the transaction ends, in the order given.
///
/// # Errors
/// `Missing` where the scope has no such pair.
pub(in crate::records::training) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[TrainingPairId],
) -> Result<Vec<PairRow>> {
    let rows: Vec<PairRow> = training_pairs::table
        .filter(training_pairs::county_id.eq(within.county).and(training_pairs::id.eq_any(ids)))
        .filter(training_pairs::path.ge(within.path.as_str()).and(training_pairs::path.lt(within.path.end())))
        .order(training_pairs::id)
        .select(PairRow::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<TrainingPairId, PairRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| by_id.get(id).cloned().or_missing("这对结对")).collect()
}
