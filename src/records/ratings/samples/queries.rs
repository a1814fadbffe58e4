//! Reads of samples: what was promised, fixed, drawn and scored again.

use std::collections::HashMap;

use bigdecimal::{BigDecimal, RoundingMode};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Numeric, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{RatingId, RatingSampleId, RoundId};
use crate::base::scope::Scope;
use crate::records::ratings::samples::Sample;
use crate::schema::{organisations, rating_sample_subjects, rating_samples};

/// A rating that was drawn.
#[derive(Debug, Clone, QueryableByName)]
pub struct Pick {
    /// Place in the draw, from 1.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    /// The rating.
    #[diesel(sql_type = Uuid)]
    pub rating_id: RatingId,
    /// Its round.
    #[diesel(sql_type = Uuid)]
    pub round_id: RoundId,
    /// Its lot.
    #[diesel(sql_type = Binary)]
    pub lot: Vec<u8>,
    /// Who or what was rated.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Name of the unit of the round.
    #[diesel(sql_type = Text)]
    pub unit: String,
    /// Whether it was scored again.
    #[diesel(sql_type = Bool)]
    pub is_scored: bool,
    /// What it had been given; none until it was scored again.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub first_total: Option<BigDecimal>,
    /// Its stars then.
    #[diesel(sql_type = Nullable<Integer>)]
    pub first_stars: Option<i32>,
    /// Who scored again.
    #[diesel(sql_type = Nullable<Text>)]
    pub rater: Option<String>,
    /// What he gave.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total: Option<BigDecimal>,
    /// The stars of that.
    #[diesel(sql_type = Nullable<Integer>)]
    pub stars: Option<i32>,
    /// What was found.
    #[diesel(sql_type = Nullable<Text>)]
    pub note: Option<String>,
    /// When it was entered.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub scored_at: Option<DateTime<Utc>>,
    /// Who entered it.
    #[diesel(sql_type = Nullable<Text>)]
    pub scored_by: Option<String>,
}

impl Pick {
    /// The second total less the first; none until it was scored again.
    #[must_use]
    pub fn difference(&self) -> Option<BigDecimal> {
        Some((self.total.as_ref()? - self.first_total.as_ref()?).normalized())
    }
}

/// Another sample of the same organisation, scheme and period: drawing until the draw suits is seen.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Alike {
    /// The sample.
    #[diesel(sql_type = Uuid)]
    pub id: RatingSampleId,
    /// Code of its state.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// When it was promised.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Who promised it.
    #[diesel(sql_type = Text)]
    pub created_by: String,
    /// How many were drawn.
    #[diesel(sql_type = BigInt)]
    pub drawn: i64,
    /// How many of them were scored again.
    #[diesel(sql_type = BigInt)]
    pub scored: i64,
}

/// A sample with its organisation and what was drawn.
#[derive(Debug, Clone)]
pub struct SampleCard {
    /// Which of the samples of the same organisation, scheme and period it is, from 1, in the order of the promises.
    pub ordinal: i64,
    /// How many of them there are.
    pub alike: i64,
    /// The others, newest first, at most [`MOST_ALIKE`]; none in a list.
    pub others: Vec<Alike>,
    /// The sample.
    pub sample: Sample,
    /// Code and name of whoever draws.
    pub organisation: (String, String),
    /// What was drawn, in the order of the draw.
    pub picks: Vec<Pick>,
}

/// What second scores amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// How many were scored again: the denominator.
    pub scored: i64,
    /// Sum of second less first totals: the numerator of the mean difference.
    pub sum: BigDecimal,
    /// Their mean, two decimals, halves away from zero.
    pub mean: Option<BigDecimal>,
    /// How many kept their stars.
    pub same_stars: i64,
}

impl SampleCard {
    /// What its second scores amount to.
    #[must_use]
    pub fn compared(&self) -> Compared {
        let differences: Vec<BigDecimal> = self.picks.iter().filter_map(Pick::difference).collect();
        let scored = i64::try_from(differences.len()).unwrap_or(i64::MAX);
        let sum: BigDecimal = differences.iter().sum();
        let same = self.picks.iter().filter(|pick| pick.stars.is_some() && pick.stars == pick.first_stars);
        Compared {
            scored,
            mean: (scored > 0)
                .then(|| (&sum / BigDecimal::from(scored)).with_scale_round(2, RoundingMode::HalfUp)),
            sum: sum.normalized(),
            same_stars: i64::try_from(same.count()).unwrap_or(i64::MAX),
        }
    }
}

macro_rules! samples {
    ($within:expr) => {
        rating_samples::table
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(rating_samples::county_id)
                    .and(organisations::id.eq(rating_samples::organisation_id))),
            )
            .filter(rating_samples::county_id.eq($within.county))
            .filter(rating_samples::path.ge($within.path.as_str()))
            .filter(rating_samples::path.lt($within.path.end()))
    };
}

/// The samples of a scope, newest first, after one, at most `limit`; without what was drawn.
///
/// # Errors
/// Whatever the database answers.
pub async fn samples(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<RatingSampleId>,
    limit: i64,
) -> Result<Vec<SampleCard>> {
    let mut query = samples!(within).into_boxed();
    if let Some(after) = after {
        query = query.filter(rating_samples::id.lt(after));
    }
    let rows: Vec<(Sample, (String, String))> = query
        .order(rating_samples::id.desc())
        .limit(limit)
        .select((Sample::as_select(), (organisations::code, organisations::name)))
        .load(conn)
        .await?;
    let ids: Vec<RatingSampleId> = rows.iter().map(|(sample, _)| sample.id).collect();
    let turns = turns(conn, within, &ids).await?;
    let card = |(sample, organisation): (Sample, (String, String))| {
        let (ordinal, alike) = turns.get(&sample.id).copied().unwrap_or((1, 1));
        SampleCard { ordinal, alike, others: Vec::new(), sample, organisation, picks: Vec::new() }
    };
    Ok(rows.into_iter().map(card).collect())
}

/// The most samples of the same basis that one sample names.
pub const MOST_ALIKE: i64 = 50;

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = Uuid)]
    id: RatingSampleId,
    #[diesel(sql_type = BigInt)]
    ordinal: i64,
    #[diesel(sql_type = BigInt)]
    alike: i64,
}

/// Which sample of its basis each is, and how many there are.
async fn turns(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[RatingSampleId],
) -> QueryResult<HashMap<RatingSampleId, (i64, i64)>> {
    let turns: Vec<Turn> = diesel::sql_query(
        "SELECT s.id, count(*) FILTER (WHERE b.id <= s.id) AS ordinal, count(*) AS alike FROM rating_samples s \
         JOIN rating_samples b ON b.county_id = $1 AND b.organisation_id = s.organisation_id \
            AND b.scheme_code = s.scheme_code AND b.period = s.period \
         WHERE s.county_id = $1 AND s.id = ANY ($2) GROUP BY s.id",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    Ok(turns.into_iter().map(|turn| (turn.id, (turn.ordinal, turn.alike))).collect())
}

/// The other samples of the basis of one.
async fn others(conn: &mut AsyncPgConnection, within: &Scope, sample: &Sample) -> QueryResult<Vec<Alike>> {
    diesel::sql_query(
        "SELECT b.id, b.state, b.created_at, b.created_by, \
            (SELECT count(*) FROM rating_sample_picks k WHERE k.county_id = $1 AND k.sample_id = b.id) AS drawn, \
            (SELECT count(*) FROM rating_seconds d WHERE d.county_id = $1 AND d.sample_id = b.id) AS scored \
         FROM rating_samples b WHERE b.county_id = $1 AND b.organisation_id = $2 AND b.scheme_code = $3 \
            AND b.period = $4 AND b.id <> $5 ORDER BY b.id DESC LIMIT $6",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(sample.organisation_id)
    .bind::<Text, _>(&sample.scheme_code)
    .bind::<Text, _>(&sample.period)
    .bind::<Uuid, _>(sample.id)
    .bind::<BigInt, _>(MOST_ALIKE)
    .load(conn)
    .await
}

/// How many samples a scope has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_samples(conn: &mut AsyncPgConnection, within: &Scope) -> Result<i64> {
    Ok(samples!(within).count().get_result(conn).await?)
}

/// How many ratings a sample of a scope is drawn among; none for a sample that is not there.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_sample_subjects(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: RatingSampleId,
) -> Result<i64> {
    use rating_sample_subjects as s;
    Ok(s::table
        .filter(s::county_id.eq(within.county).and(s::sample_id.eq(id)))
        .count()
        .get_result(conn)
        .await?)
}

/// One sample of a scope, with what was drawn.
///
/// # Errors
/// `Missing`.
pub async fn sample(conn: &mut AsyncPgConnection, within: &Scope, id: RatingSampleId) -> Result<SampleCard> {
    let (sample, organisation): (Sample, (String, String)) = samples!(within)
        .filter(rating_samples::id.eq(id))
        .select((Sample::as_select(), (organisations::code, organisations::name)))
        .first(conn)
        .await
        .optional()
        .or_missing("二次评分抽样")?;
    let picks = diesel::sql_query(
        "SELECT k.place, k.rating_id, x.round_id, k.lot, coalesce(p.name, t.name, q.name) AS name, o.name AS unit, \
            d.rating_id IS NOT NULL AS is_scored, \
            CASE WHEN d.rating_id IS NOT NULL THEN f.first_total END AS first_total, \
            CASE WHEN d.rating_id IS NOT NULL THEN f.first_stars END AS first_stars, \
            d.rater, d.total, d.stars, d.note, d.scored_at, d.scored_by \
         FROM rating_sample_picks k \
         JOIN rating_sample_subjects f ON f.county_id = $1 AND f.sample_id = $2 AND f.rating_id = k.rating_id \
         JOIN ratings x ON x.county_id = $1 AND x.id = k.rating_id \
         JOIN rating_rounds r ON r.county_id = $1 AND r.id = x.round_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = r.organisation_id \
         LEFT JOIN rating_seconds d ON d.county_id = $1 AND d.sample_id = $2 AND d.rating_id = k.rating_id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = x.membership_id \
         LEFT JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
         LEFT JOIN organisations t ON t.county_id = $1 AND t.id = x.organisation_id \
         LEFT JOIN people q ON q.county_id = $1 AND q.id = x.person_id \
         WHERE k.county_id = $1 AND k.sample_id = $2 ORDER BY k.place",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(id)
    .load(conn)
    .await?;
    let (ordinal, alike) = turns(conn, within, &[id]).await?.remove(&id).unwrap_or((1, 1));
    let others = others(conn, within, &sample).await?;
    Ok(SampleCard { ordinal, alike, others, sample, organisation, picks })
}

/// The ratings among which a sample of a scope is drawn, by id, after one, at most `limit`: with them, the seed and the
/// period anybody draws again.
///
/// # Errors
/// `Missing`.
pub async fn sample_subjects(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: RatingSampleId,
    after: Option<RatingId>,
    limit: i64,
) -> Result<Vec<RatingId>> {
    use rating_sample_subjects as s;
    let known: Option<RatingSampleId> = samples!(within)
        .filter(rating_samples::id.eq(id))
        .select(rating_samples::id)
        .first(conn)
        .await
        .optional()?;
    let known = known.or_missing("二次评分抽样")?;
    let mut query = s::table.filter(s::county_id.eq(within.county).and(s::sample_id.eq(known))).into_boxed();
    if let Some(after) = after {
        query = query.filter(s::rating_id.gt(after));
    }
    Ok(query.order(s::rating_id).limit(limit).select(s::rating_id).load(conn).await?)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// How many ratings of a scope were drawn and wait to be scored again.
///
/// # Errors
/// Whatever the database answers.
pub async fn awaiting(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<i64> {
    let found: Number = diesel::sql_query(
        "SELECT count(*) AS number FROM rating_samples s \
         JOIN rating_sample_picks k ON k.county_id = $1 AND k.sample_id = s.id \
         LEFT JOIN rating_seconds d ON d.county_id = $1 AND d.sample_id = s.id AND d.rating_id = k.rating_id \
         WHERE s.county_id = $1 AND s.path >= $2 AND s.path < $3 AND d.rating_id IS NULL",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .get_result(conn)
    .await?;
    Ok(found.number)
}

/// Samples of a scope by id, locked until the transaction ends.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::ratings) async fn lock_samples(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[RatingSampleId],
) -> Result<HashMap<RatingSampleId, Sample>> {
    let found: HashMap<RatingSampleId, Sample> = rating_samples::table
        .filter(rating_samples::county_id.eq(within.county))
        .filter(rating_samples::path.ge(within.path.as_str()).and(rating_samples::path.lt(within.path.end())))
        .filter(rating_samples::id.eq_any(ids))
        .order(rating_samples::id)
        .select(Sample::as_select())
        .for_update()
        .load(conn)
        .await?
        .into_iter()
        .map(|one: Sample| (one.id, one))
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("二次评分抽样")
}
