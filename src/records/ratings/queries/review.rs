//! What a supervisor sees: every star with its arithmetic, the distribution, the round before.

use std::collections::HashMap;

use bigdecimal::BigDecimal;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::Result;
use crate::base::ids::{MembershipId, RatingId, RoundId, SubjectId};
use crate::base::scope::Scope;
use crate::base::values::rounding::{Hundredths, mean};
use crate::records::ratings::model::{Rating, RatingState, Scheme, Scores};
use crate::records::ratings::queries::{Grid, RoundLine, Subject, grid};
use crate::records::ratings::rules::{self, Arithmetic};
use crate::schema::{rating_rounds, rating_schemes, ratings};

/// A round under review.
#[derive(Debug, Clone)]
pub struct Review {
    /// The round and its progress.
    pub line: RoundLine,
    /// The version of the scheme.
    pub scheme: Scheme,
    /// The ratings that were submitted, by name.
    pub rows: Vec<ReviewRow>,
    /// Members of the branch who have no rating, or none that was submitted.
    pub unrated: Vec<Subject>,
    /// How many of those submitted and not sent back have how many stars; most stars first.
    pub distribution: Vec<Share>,
    /// Mean of their stars.
    pub average: Option<Hundredths>,
}

/// One rating under review.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// The member.
    pub subject: Subject,
    /// The rating.
    pub rating: Rating,
    /// His scores.
    pub scores: Scores,
    /// How they became stars; none only for a rating that was sent back and is being changed.
    pub arithmetic: Option<Arithmetic>,
    /// His stars in the last rating before that counts.
    pub before: Option<i32>,
    /// What wants a look before confirming.
    pub remark: Option<String>,
}

/// How many have a number of stars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The number of stars.
    pub stars: i32,
    /// How many.
    pub count: i64,
    /// How many in the branch's round before; none where there is none.
    pub before: Option<i64>,
}

/// The review of a round inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn review(conn: &mut AsyncPgConnection, within: &Scope, id: RoundId) -> Result<Review> {
    let Grid { line, scheme, rows } = grid(conn, within, id).await?;
    let members: Vec<SubjectId> = rows.iter().map(|row| row.subject.id).collect();
    let stars_before = stars_before(conn, within, &line, &members).await?;
    let counts_before = counts_before(conn, within, &line).await?;
    let mut unrated = Vec::new();
    let mut reviewed = Vec::new();
    for row in rows {
        match row.rating.filter(|rating| rating.state() != RatingState::Draft) {
            Some(rating) => {
                let before = stars_before.get(&row.subject.id).copied();
                reviewed.push(review_row(&scheme, row.subject, rating, row.scores, before));
            }
            None if row.subject.may_be_rated(&scheme.rules) => unrated.push(row.subject),
            None => {}
        }
    }
    let stars: Vec<i32> = reviewed
        .iter()
        .filter(|row| !matches!(row.rating.state(), RatingState::Returned | RatingState::Revoked))
        .filter_map(|row| row.rating.stars)
        .collect();
    Ok(Review {
        distribution: distribution(&scheme, &stars, counts_before.as_ref()),
        average: average(&stars),
        line,
        scheme,
        rows: reviewed,
        unrated,
    })
}

fn review_row(
    scheme: &Scheme,
    subject: Subject,
    rating: Rating,
    scores: Scores,
    before: Option<i32>,
) -> ReviewRow {
    let arithmetic = rules::evaluate_with(scheme, &scores, rating.veto.as_deref()).complete().cloned();
    let remark = arithmetic.as_ref().and_then(|arithmetic| {
        let full = arithmetic.lines.iter().all(|line| line.score.as_ref() == Some(&line.maximum));
        rules::remark(before, arithmetic.stars, full, rating.evidence.is_some())
    });
    ReviewRow { subject, rating, scores, arithmetic, before, remark }
}

fn distribution(scheme: &Scheme, stars: &[i32], before: Option<&HashMap<i32, i64>>) -> Vec<Share> {
    let lowest = if stars.contains(&0) { 0 } else { 1 };
    (lowest..=scheme.stars)
        .rev()
        .map(|number| Share {
            stars: number,
            count: stars.iter().filter(|given| **given == number).map(|_| 1).sum(),
            before: before.map(|before| before.get(&number).copied().unwrap_or(0)),
        })
        .collect()
}

fn average(stars: &[i32]) -> Option<Hundredths> {
    let sum: i64 = stars.iter().copied().map(i64::from).sum();
    mean(sum, i64::try_from(stars.len()).ok()?)
}

/// Codes of the states in which a rating counts.
const COUNTED: [&str; 3] =
    [RatingState::Confirmed.code(), RatingState::Published.code(), RatingState::Objected.code()];

/// The stars of members in their last counted rating by the same scheme before a round.
async fn stars_before(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    line: &RoundLine,
    members: &[SubjectId],
) -> QueryResult<HashMap<SubjectId, i32>> {
    let rows: Vec<(SubjectId, Option<i32>)> =
        ratings::table
            .inner_join(rating_rounds::table.on(
                rating_rounds::county_id.eq(ratings::county_id).and(rating_rounds::id.eq(ratings::round_id)),
            ))
            .inner_join(
                rating_schemes::table.on(rating_schemes::county_id
                    .eq(rating_rounds::county_id)
                    .and(rating_schemes::id.eq(rating_rounds::scheme_id))),
            )
            .filter(ratings::county_id.eq(within.county))
            .filter(ratings::subject_id.eq_any(members))
            .filter(ratings::path.ge(within.path.as_str()).and(ratings::path.lt(within.path.end())))
            .filter(ratings::state.eq_any(COUNTED))
            .filter(rating_schemes::code.eq(&line.card.scheme_code))
            .filter(rating_rounds::last_day.lt(line.card.round.first_day))
            .distinct_on(ratings::subject_id)
            .order((ratings::subject_id, rating_rounds::last_day.desc()))
            .select((ratings::subject_id, ratings::stars))
            .load(conn)
            .await?;
    Ok(rows.into_iter().filter_map(|(member, stars)| Some((member, stars?))).collect())
}

/// The distribution of the branch's round before; none where there is none that counts.
async fn counts_before(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    line: &RoundLine,
) -> QueryResult<Option<HashMap<i32, i64>>> {
    let round = &line.card.round;
    let before: Option<RoundId> = rating_rounds::table
        .inner_join(
            rating_schemes::table.on(rating_schemes::county_id
                .eq(rating_rounds::county_id)
                .and(rating_schemes::id.eq(rating_rounds::scheme_id))),
        )
        .filter(rating_rounds::county_id.eq(within.county))
        .filter(rating_rounds::organisation_id.eq(round.organisation_id))
        .filter(rating_schemes::code.eq(&line.card.scheme_code))
        .filter(rating_rounds::last_day.lt(round.first_day))
        .order(rating_rounds::last_day.desc())
        .select(rating_rounds::id)
        .first(conn)
        .await
        .optional()?;
    let Some(before) = before else { return Ok(None) };
    let counts: Vec<(Option<i32>, i64)> = ratings::table
        .filter(ratings::county_id.eq(within.county))
        .filter(ratings::round_id.eq(before))
        .filter(ratings::state.eq_any(COUNTED))
        .group_by(ratings::stars)
        .select((ratings::stars, count_star()))
        .load(conn)
        .await?;
    let counts: HashMap<i32, i64> =
        counts.into_iter().filter_map(|(stars, count)| Some((stars?, count))).collect();
    Ok((!counts.is_empty()).then_some(counts))
}

/// A past rating of a member.
#[derive(Debug, Clone, Queryable)]
pub struct Past {
    /// The rating.
    pub id: RatingId,
    /// Name of the scheme.
    pub scheme: String,
    /// The period.
    pub period: String,
    /// The total.
    pub total: Option<BigDecimal>,
    /// The stars.
    pub stars: Option<i32>,
    /// Code of the state.
    pub state: String,
}

/// The ratings of a member inside a scope, newest period first, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_member(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    member: MembershipId,
    limit: i64,
) -> QueryResult<Vec<Past>> {
    ratings::table
        .inner_join(
            rating_rounds::table.on(rating_rounds::county_id
                .eq(ratings::county_id)
                .and(rating_rounds::id.eq(ratings::round_id))),
        )
        .inner_join(
            rating_schemes::table.on(rating_schemes::county_id
                .eq(rating_rounds::county_id)
                .and(rating_schemes::id.eq(rating_rounds::scheme_id))),
        )
        .filter(ratings::county_id.eq(within.county))
        .filter(ratings::membership_id.eq(member))
        .filter(ratings::path.ge(within.path.as_str()).and(ratings::path.lt(within.path.end())))
        .order((rating_rounds::last_day.desc(), ratings::id))
        .limit(limit)
        .select((
            ratings::id,
            rating_schemes::name,
            rating_rounds::period,
            ratings::total,
            ratings::stars,
            ratings::state,
        ))
        .load(conn)
        .await
}
