//! Reads of ratings: the grid of a round, one rating with its arithmetic, and what verbs lock.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{CountyId, DimensionId, RatingId, RoundId, SubjectId};
use crate::base::scope::Scope;
use crate::records::ratings::dispute;
use crate::records::ratings::model::{Rating, Scheme, Scores};
use crate::records::ratings::queries::sheets::{entered_by, sheets};
use crate::records::ratings::queries::{RoundCard, RoundLine, Sheet, Subject, by_ids, round, subjects};
use crate::records::ratings::rules::{self, Evaluation};
use crate::schema::{rating_objections, rating_scores, ratings};

/// A round as it is filled in: a row for each member to be rated.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The round and its progress.
    pub line: RoundLine,
    /// The version of the scheme that it was opened with.
    pub scheme: Scheme,
    /// The rows, by name.
    pub rows: Vec<GridRow>,
}

/// One member in the grid.
#[derive(Debug, Clone)]
pub struct GridRow {
    /// Whom or what it is about.
    pub subject: Subject,
    /// The rating, once something was entered.
    pub rating: Option<Rating>,
    /// His scores.
    pub scores: Scores,
}

/// One rating with all that explains it.
#[derive(Debug, Clone)]
pub struct RatingCard {
    /// The round.
    pub round: RoundCard,
    /// The version of the scheme.
    pub scheme: Scheme,
    /// The member.
    pub subject: Subject,
    /// The rating.
    pub rating: Rating,
    /// His scores.
    pub scores: Scores,
    /// What they amount to.
    pub evaluation: Evaluation,
    /// Who scored, where a scheme has several raters.
    pub sheets: Vec<Sheet>,
    /// Who entered scores.
    pub entered_by: Vec<String>,
    /// What was objected, the latest first.
    pub objections: Vec<Objection>,
    /// The last day on which somebody may object; none while it is not published.
    pub until: Option<NaiveDate>,
}

/// What was objected to a rating, and what came of it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rating_objections)]
pub struct Objection {
    /// What was objected.
    pub content: String,
    /// The stars that were objected to.
    pub stars_before: Option<i32>,
    /// `dismissed` or `upheld`; none: it waits.
    pub outcome: Option<String>,
    /// What was found.
    pub resolution: Option<String>,
    /// Who resolved it.
    pub resolved_by: Option<String>,
    /// When.
    pub resolved_at: Option<DateTime<Utc>>,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// Who entered it.
    pub created_by: String,
}

async fn objections(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    id: RatingId,
) -> QueryResult<Vec<Objection>> {
    rating_objections::table
        .filter(rating_objections::county_id.eq(county).and(rating_objections::rating_id.eq(id)))
        .order(rating_objections::created_at.desc())
        .limit(100)
        .select(Objection::as_select())
        .load(conn)
        .await
}

/// The grid of a round inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn grid(conn: &mut AsyncPgConnection, within: &Scope, id: RoundId) -> Result<Grid> {
    let line = round(conn, within, id).await?;
    let scheme = scheme_of(conn, within.county, &line.card).await?;
    let concerned = subjects(conn, within.county, &[id]).await?;
    let mut ratings: HashMap<SubjectId, Rating> = of_rounds(conn, within.county, &[id])
        .await?
        .into_iter()
        .map(|rating| (rating.subject_id, rating))
        .collect();
    let ids: Vec<RatingId> = ratings.values().map(|rating| rating.id).collect();
    let mut scores = scores_of(conn, within.county, &ids).await?;
    let rows = concerned
        .into_iter()
        .map(|subject| {
            let rating = ratings.remove(&subject.id);
            let scores = rating.as_ref().and_then(|rating| scores.remove(&rating.id)).unwrap_or_default();
            GridRow { subject, rating, scores }
        })
        .collect();
    Ok(Grid { line, scheme, rows })
}

/// One rating inside a scope, with its arithmetic.
///
/// # Errors
/// `Missing`.
pub async fn rating(conn: &mut AsyncPgConnection, within: &Scope, id: RatingId) -> Result<RatingCard> {
    let rating: Rating = ratings::table
        .filter(ratings::county_id.eq(within.county))
        .filter(ratings::id.eq(id))
        .filter(ratings::path.ge(within.path.as_str()).and(ratings::path.lt(within.path.end())))
        .select(Rating::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("评定")?;
    let line = round(conn, within, rating.round_id).await?;
    let scheme = scheme_of(conn, within.county, &line.card).await?;
    let subject = subjects(conn, within.county, &[rating.round_id])
        .await?
        .into_iter()
        .find(|subject| subject.id == rating.subject_id)
        .or_missing("评定")?;
    let scores = scores_of(conn, within.county, &[id]).await?.remove(&id).unwrap_or_default();
    let evaluation = rules::evaluate_with(&scheme, &scores, rating.veto.as_deref());
    let sheets = sheets(conn, within.county, &scheme, id).await?;
    let entered_by = entered_by(conn, within.county, id).await?;
    let objections = objections(conn, within.county, id).await?;
    let until = dispute::term(&rating, &scheme);
    let round = line.card;
    Ok(RatingCard {
        round,
        scheme,
        subject,
        rating,
        scores,
        evaluation,
        sheets,
        entered_by,
        objections,
        until,
    })
}

pub(super) async fn scheme_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    card: &RoundCard,
) -> Result<Scheme> {
    by_ids(conn, county, &[card.round.scheme_id])
        .await?
        .remove(&card.round.scheme_id)
        .ok_or_else(|| Error::broken("a round without its scheme"))
}

async fn of_rounds(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> QueryResult<Vec<Rating>> {
    ratings::table
        .filter(ratings::county_id.eq(county))
        .filter(ratings::round_id.eq_any(rounds))
        .order(ratings::id)
        .select(Rating::as_select())
        .load(conn)
        .await
}

/// The ratings of some rounds, by round and subject.
///
/// # Errors
/// Whatever the database answers.
pub async fn ids_of_rounds(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> QueryResult<HashMap<(RoundId, SubjectId), RatingId>> {
    let found = of_rounds(conn, county, rounds).await?;
    Ok(found.into_iter().map(|rating| ((rating.round_id, rating.subject_id), rating.id)).collect())
}

/// All ratings of some rounds. The caller has locked the rounds, and every writer locks them first: so the ratings
/// stand still too.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings) async fn lock_ratings(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[RoundId],
) -> QueryResult<Vec<Rating>> {
    of_rounds(conn, county, rounds).await
}

/// The rounds of some ratings of a scope.
///
/// # Errors
/// `Missing` unless all ratings are there.
pub(in crate::records::ratings) async fn rounds_of(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[RatingId],
) -> Result<HashMap<RatingId, RoundId>> {
    let found: HashMap<RatingId, RoundId> = ratings::table
        .filter(ratings::county_id.eq(within.county))
        .filter(ratings::id.eq_any(ids))
        .filter(ratings::path.ge(within.path.as_str()).and(ratings::path.lt(within.path.end())))
        .select((ratings::id, ratings::round_id))
        .load(conn)
        .await?
        .into_iter()
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("评定")
}

/// The scores of some ratings.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::ratings) async fn scores_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[RatingId],
) -> QueryResult<HashMap<RatingId, Scores>> {
    let rows: Vec<(RatingId, DimensionId, BigDecimal)> = rating_scores::table
        .filter(rating_scores::county_id.eq(county))
        .filter(rating_scores::rating_id.eq_any(ids))
        .select((rating_scores::rating_id, rating_scores::dimension_id, rating_scores::score))
        .load(conn)
        .await?;
    let mut scores: HashMap<RatingId, Scores> = HashMap::new();
    for (rating, dimension, score) in rows {
        scores.entry(rating).or_default().insert(dimension, score);
    }
    Ok(scores)
}
