//! Who scores how: raters beside one another, accounts by what they handed in.

use std::collections::HashMap;

use bigdecimal::{BigDecimal, RoundingMode};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Basis;
use super::basis::standing;
use crate::base::error::Result;
use crate::base::ids::{DimensionId, RaterId, RatingId, RoundId, SchemeId};
use crate::base::scope::Scope;
use crate::records::ratings::model::Scores;
use crate::records::ratings::queries;
use crate::records::ratings::rules::{self, Spread};
use crate::schema::{rating_rater_scores, ratings};

/// A rater of one round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterLine {
    /// Who.
    pub id: RaterId,
    /// His name, or the number of his sheet.
    pub name: String,
    /// The round in which he scored.
    pub round: RoundId,
    /// Code and name of the unit that was rated.
    pub unit: (String, String),
    /// How many of his scores stand beside another's: the denominator.
    pub compared: i32,
    /// Sum of their deviations in hundredths of the full marks: the numerator.
    pub deviation: BigDecimal,
    /// Numerator over denominator, two decimals, halves away from zero; above nought he is more lenient than the others.
    pub leniency: BigDecimal,
    /// The stars that his scores alone would earn, of the subjects that he scored as the scheme asks.
    pub alone: Spread,
}

/// Where a page of raters ends: how far the last one is from the others, and his id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaterPlace {
    /// The size of his leniency with four decimals, as PostgreSQL rounds it.
    pub size: BigDecimal,
    /// Who.
    pub id: RaterId,
}

impl RaterLine {
    /// Where a page ends that ends with him.
    #[must_use]
    pub fn place(&self) -> RaterPlace {
        let mean = &self.deviation / BigDecimal::from(self.compared.max(1));
        RaterPlace { size: mean.abs().with_scale_round(4, RoundingMode::HalfUp), id: self.id }
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: RaterId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Uuid)]
    round_id: RoundId,
    #[diesel(sql_type = Uuid)]
    scheme_id: SchemeId,
    #[diesel(sql_type = Text)]
    unit_code: String,
    #[diesel(sql_type = Text)]
    unit_name: String,
    #[diesel(sql_type = Integer)]
    compared: i32,
    #[diesel(sql_type = Numeric)]
    deviation: BigDecimal,
}

/// Whether the rater `a` scored something that was handed in and stands: whoever did not has no names behind his row.
pub(super) const SCORED: &str = "EXISTS (SELECT FROM rating_rater_scores s \
    JOIN ratings x ON x.county_id = $1 AND x.id = s.rating_id AND x.state IN STANDING AND x.stars IS NOT NULL \
    WHERE s.county_id = $1 AND s.rater_id = a.id)";

/// The raters of a scope whose scores stand beside others', those first who are furthest from them, at most `limit`; only
/// who scored something that was handed in and stands. How far they are from others follows from every score of a round.
///
/// # Errors
/// Whatever the database answers.
pub async fn raters(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    after: Option<&RaterPlace>,
    limit: i64,
) -> Result<Vec<RaterLine>> {
    let found: Vec<Found> = basis
        .ask(
            within,
            &", sized AS (SELECT a.id, a.name, a.compared, a.deviation, r.id AS round_id, r.scheme_id, r.organisation_id, \
                round(abs(a.deviation / a.compared), 4) AS size \
                FROM rounds r JOIN rating_raters a ON a.county_id = $1 AND a.round_id = r.id \
                WHERE r.is_now AND a.compared > 0 AND SCORED) \
             SELECT z.id, z.name, z.compared, z.deviation, z.round_id, z.scheme_id, o.code AS unit_code, \
                o.name AS unit_name \
             FROM sized z JOIN organisations o ON o.county_id = $1 AND o.id = z.organisation_id \
             WHERE $7::numeric IS NULL OR z.size < $7 OR z.size = $7 AND z.id > $8 \
             ORDER BY z.size DESC, z.id LIMIT $9"
                .replace("SCORED", SCORED),
        )
        .bind::<Nullable<Numeric>, _>(after.map(|place| place.size.clone()))
        .bind::<Nullable<Uuid>, _>(after.map(|place| place.id))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let mut alone = alone(conn, within, &found).await?;
    let line = |one: Found| {
        let mean = &one.deviation / BigDecimal::from(one.compared.max(1));
        RaterLine {
            alone: alone.remove(&one.id).unwrap_or_default(),
            id: one.id,
            name: one.name,
            round: one.round_id,
            unit: (one.unit_code, one.unit_name),
            compared: one.compared,
            leniency: mean.with_scale_round(2, RoundingMode::HalfUp),
            deviation: one.deviation,
        }
    };
    Ok(found.into_iter().map(line).collect())
}

/// The stars that the scores of each rater would earn by themselves, of what was handed in and stands.
async fn alone(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    found: &[Found],
) -> Result<HashMap<RaterId, Spread>> {
    use rating_rater_scores as s;
    let ids: Vec<RaterId> = found.iter().map(|one| one.id).collect();
    let rows: Vec<(RaterId, RatingId, DimensionId, BigDecimal)> = s::table
        .inner_join(ratings::table.on(ratings::county_id.eq(s::county_id).and(ratings::id.eq(s::rating_id))))
        .filter(s::county_id.eq(within.county).and(s::rater_id.eq_any(&ids)))
        .filter(ratings::state.eq_any(standing()).and(ratings::stars.is_not_null()))
        .select((s::rater_id, s::rating_id, s::dimension_id, s::score))
        .load(conn)
        .await?;
    let mut sheets: HashMap<(RaterId, RatingId), Scores> = HashMap::new();
    for (rater, rating, dimension, score) in rows {
        sheets.entry((rater, rating)).or_default().insert(dimension, score);
    }
    let schemes: Vec<SchemeId> = found.iter().map(|one| one.scheme_id).collect();
    let schemes = queries::by_ids(conn, within.county, &schemes).await?;
    let scheme_of: HashMap<RaterId, SchemeId> = found.iter().map(|one| (one.id, one.scheme_id)).collect();
    let mut spreads: HashMap<RaterId, Spread> = HashMap::new();
    for ((rater, _), scores) in sheets {
        let scheme = scheme_of.get(&rater).and_then(|id| schemes.get(id));
        let evaluation = scheme.map(|scheme| rules::evaluate(scheme, &scores));
        if let Some(arithmetic) = evaluation.as_ref().and_then(rules::Evaluation::complete) {
            spreads.entry(rater).or_default().add(arithmetic.stars, 1);
        }
    }
    Ok(spreads)
}

/// What one account handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLine {
    /// Its name.
    pub name: String,
    /// The stars of what it handed in.
    pub now: Spread,
}

#[derive(QueryableByName)]
struct Handed {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Integer)]
    stars: i32,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The accounts that handed in ratings of a scope, by name, after one, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn accounts(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    basis: &Basis,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<AccountLine>> {
    let handed: Vec<Handed> = basis
        .ask(
            within,
            ", counted AS MATERIALIZED (SELECT x.submitted_by COLLATE \"C\" AS name, x.stars, count(*) AS number \
                FROM rounds r JOIN ratings x ON x.county_id = $1 AND x.round_id = r.id AND x.state IN STANDING \
                WHERE r.is_now AND x.stars IS NOT NULL AND x.submitted_by IS NOT NULL GROUP BY 1, 2), \
             page AS (SELECT DISTINCT name FROM counted WHERE name > coalesce($7, '') ORDER BY name LIMIT $8) \
             SELECT c.name, c.stars, c.number FROM page JOIN counted c ON c.name = page.name ORDER BY c.name",
        )
        .bind::<Nullable<Text>, _>(after.map(str::to_owned))
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    let mut lines: Vec<AccountLine> = Vec::new();
    for one in handed {
        match lines.last_mut().filter(|line| line.name == one.name) {
            Some(line) => line.now.add(one.stars, one.number),
            None => lines.push(AccountLine {
                name: one.name,
                now: std::iter::once((one.stars, one.number)).collect(),
            }),
        }
    }
    Ok(lines)
}
