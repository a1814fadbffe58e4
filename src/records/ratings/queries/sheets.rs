//! Who scored a rating: the sheet of each rater, and who entered it.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, DimensionId, RaterId, RatingId};
use crate::records::ratings::model::Scheme;
use crate::records::ratings::rules;
use crate::schema::{rating_rater_scores, rating_raters, ratings};

/// The most marks of one rating that are told; a meeting has far fewer.
const MOST: i64 = 10_000;

/// What one rater gave to a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// His name, or the number of an anonymous sheet.
    pub rater: String,
    /// His marks by dimension.
    pub marks: HashMap<DimensionId, Mark>,
}

/// One mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The score.
    pub score: BigDecimal,
    /// Whether it does not count, since the highest and the lowest are left out.
    pub is_left_out: bool,
}

/// The sheets of a rating, in the order in which their raters were first entered; none where a scheme has no raters.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn sheets(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    scheme: &Scheme,
    id: RatingId,
) -> QueryResult<Vec<Sheet>> {
    let raters = rating_raters::table.on(rating_raters::county_id
        .eq(rating_rater_scores::county_id)
        .and(rating_raters::id.eq(rating_rater_scores::rater_id)));
    let rows: Vec<(RaterId, String, DimensionId, BigDecimal)> = rating_rater_scores::table
        .inner_join(raters)
        .filter(rating_rater_scores::county_id.eq(county).and(rating_rater_scores::rating_id.eq(id)))
        .order(rating_raters::id)
        .limit(MOST)
        .select((
            rating_raters::id,
            rating_raters::name,
            rating_rater_scores::dimension_id,
            rating_rater_scores::score,
        ))
        .load(conn)
        .await?;
    let mut given: HashMap<DimensionId, Vec<(RaterId, BigDecimal)>> = HashMap::new();
    let mut raters: Vec<(RaterId, String)> = Vec::new();
    for (rater, name, dimension, score) in rows {
        if raters.last().is_none_or(|(last, _)| *last != rater) {
            raters.push((rater, name));
        }
        given.entry(dimension).or_default().push((rater, score));
    }
    let mut marks: HashMap<RaterId, HashMap<DimensionId, Mark>> = HashMap::new();
    for (dimension, scores) in given {
        let values: Vec<BigDecimal> = scores.iter().map(|(_, score)| score.clone()).collect();
        for ((rater, score), is_left_out) in
            scores.into_iter().zip(rules::left_out(scheme.rules.raters, &values))
        {
            marks.entry(rater).or_default().insert(dimension, Mark { score, is_left_out });
        }
    }
    let marks_of = |(id, rater)| Sheet { rater, marks: marks.remove::<RaterId>(&id).unwrap_or_default() };
    Ok(raters.into_iter().map(marks_of).collect())
}

/// Who entered scores of a rating, the first one first.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn entered_by(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    id: RatingId,
) -> QueryResult<Vec<String>> {
    let found: Vec<Option<String>> = ratings::table
        .filter(ratings::county_id.eq(county).and(ratings::id.eq(id)))
        .select(ratings::entered_by)
        .first(conn)
        .await?;
    Ok(found.into_iter().flatten().collect())
}
