//! Reads of rounds: the list with its progress, what waits, one round.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, RoundId};
use crate::base::scope::Scope;
use crate::records::ratings::model::{RatingState, Round};
use crate::records::ratings::queries::subjects;
use crate::schema::{organisations, rating_rounds, rating_schemes, ratings};

/// A round with the names of its branch and scheme.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = rating_rounds)]
pub struct RoundCard {
    /// The round.
    #[diesel(embed)]
    pub round: Round,
    /// Code of the branch.
    #[diesel(select_expression = organisations::code)]
    pub organisation_code: String,
    /// Its name.
    #[diesel(select_expression = organisations::name)]
    pub organisation_name: String,
    /// Code of the scheme.
    #[diesel(select_expression = rating_schemes::code)]
    pub scheme_code: String,
    /// Its name.
    #[diesel(select_expression = rating_schemes::name)]
    pub scheme_name: String,
}

/// How far the ratings of a round are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Whoever and whatever is to be rated.
    pub subjects: i64,
    /// Ratings with a total.
    pub rated: i64,
    /// Not yet submitted.
    pub draft: i64,
    /// Waiting for review.
    pub submitted: i64,
    /// Sent back.
    pub returned: i64,
    /// Waiting to be confirmed.
    pub reviewed: i64,
    /// Waiting to be published.
    pub confirmed: i64,
    /// Published.
    pub published: i64,
    /// Published, with an objection that waits.
    pub objected: i64,
    /// Revoked.
    pub revoked: i64,
}

/// A line of the list of rounds.
#[derive(Debug, Clone)]
pub struct RoundLine {
    /// The round.
    pub card: RoundCard,
    /// How far it is.
    pub progress: Progress,
}

/// What a list of rounds is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Code of the scheme.
    pub scheme: Option<String>,
    /// The period, as written.
    pub period: Option<String>,
    /// How far the round is.
    pub state: Option<RatingState>,
    /// Only rounds that hold a rating in one of these states; empty: all.
    pub holding: Vec<RatingState>,
}

/// Where the next page begins: the last round shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// Last day of its period.
    pub last_day: NaiveDate,
    /// Its path.
    pub path: String,
    /// Its id.
    pub id: RoundId,
}

macro_rules! cards {
    () => {
        rating_rounds::table
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(rating_rounds::county_id)
                    .and(organisations::id.eq(rating_rounds::organisation_id))),
            )
            .inner_join(
                rating_schemes::table.on(rating_schemes::county_id
                    .eq(rating_rounds::county_id)
                    .and(rating_schemes::id.eq(rating_rounds::scheme_id))),
            )
    };
}

macro_rules! filtered {
    ($within:expr, $filter:expr) => {{
        let mut query = cards!()
            .filter(rating_rounds::county_id.eq($within.county))
            .filter(rating_rounds::path.ge($within.path.as_str()))
            .filter(rating_rounds::path.lt($within.path.end()))
            .into_boxed();
        if let Some(scheme) = &$filter.scheme {
            query = query.filter(rating_schemes::code.eq(scheme));
        }
        if let Some(period) = &$filter.period {
            query = query.filter(rating_rounds::period.eq(period));
        }
        if let Some(state) = $filter.state {
            query = query.filter(rating_rounds::state.eq(state.code()));
        }
        if !$filter.holding.is_empty() {
            let held = ratings::table
                .filter(ratings::county_id.eq($within.county))
                .filter(ratings::round_id.eq(rating_rounds::id))
                .filter(ratings::state.eq_any($filter.holding.iter().map(|state| state.code())));
            query = query.filter(diesel::dsl::exists(held));
        }
        query
    }};
}

/// Rounds inside a scope, newest period first and then in the order of the tree, after a cursor, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<RoundLine>> {
    let mut query = filtered!(within, filter);
    if let Some(after) = after {
        let later_path = rating_rounds::path.gt(&after.path);
        let same_path = rating_rounds::path.eq(&after.path).and(rating_rounds::id.gt(after.id));
        query = query.filter(
            rating_rounds::last_day
                .lt(after.last_day)
                .or(rating_rounds::last_day.eq(after.last_day).and(later_path.or(same_path))),
        );
    }
    let cards: Vec<RoundCard> = query
        .order((rating_rounds::last_day.desc(), rating_rounds::path, rating_rounds::id))
        .limit(limit)
        .select(RoundCard::as_select())
        .load(conn)
        .await?;
    lines(conn, within.county, cards).await
}

/// The rounds of some periods inside a scope, without their progress.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_periods(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    periods: &[String],
) -> QueryResult<Vec<RoundCard>> {
    cards!()
        .filter(rating_rounds::county_id.eq(within.county))
        .filter(rating_rounds::path.ge(within.path.as_str()).and(rating_rounds::path.lt(within.path.end())))
        .filter(rating_rounds::period.eq_any(periods))
        .order(rating_rounds::id)
        .select(RoundCard::as_select())
        .load(conn)
        .await
}

/// How many rounds a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: &Filter) -> QueryResult<i64> {
    filtered!(within, filter).count().get_result(conn).await
}

/// One round of a scope, with its progress.
///
/// # Errors
/// `Missing`.
pub async fn round(conn: &mut AsyncPgConnection, within: &Scope, id: RoundId) -> Result<RoundLine> {
    let card: RoundCard = cards!()
        .filter(rating_rounds::county_id.eq(within.county))
        .filter(rating_rounds::id.eq(id))
        .filter(rating_rounds::path.ge(within.path.as_str()))
        .filter(rating_rounds::path.lt(within.path.end()))
        .select(RoundCard::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("评定轮次")?;
    lines(conn, within.county, vec![card]).await?.pop().or_missing("评定轮次")
}

async fn lines(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    cards: Vec<RoundCard>,
) -> Result<Vec<RoundLine>> {
    let ids: Vec<RoundId> = cards.iter().map(|card| card.round.id).collect();
    let mut progress: HashMap<RoundId, Progress> = HashMap::new();
    for subject in subjects(conn, county, &ids).await? {
        if subject.present {
            progress.entry(subject.round_id).or_default().subjects += 1;
        }
    }
    let counts: Vec<(RoundId, String, i64, i64)> = ratings::table
        .filter(ratings::county_id.eq(county))
        .filter(ratings::round_id.eq_any(&ids))
        .group_by((ratings::round_id, ratings::state))
        .select((ratings::round_id, ratings::state, count_star(), diesel::dsl::count(ratings::total)))
        .load(conn)
        .await?;
    for (round, state, count, rated) in counts {
        let progress = progress.entry(round).or_default();
        progress.rated += rated;
        if let Ok(state) = RatingState::parse(&state) {
            *progress.of_mut(state) += count;
        }
    }
    Ok(cards
        .into_iter()
        .map(|card| RoundLine { progress: progress.remove(&card.round.id).unwrap_or_default(), card })
        .collect())
}

impl Progress {
    fn of_mut(&mut self, state: RatingState) -> &mut i64 {
        match state {
            RatingState::Draft => &mut self.draft,
            RatingState::Submitted => &mut self.submitted,
            RatingState::Returned => &mut self.returned,
            RatingState::Reviewed => &mut self.reviewed,
            RatingState::Confirmed => &mut self.confirmed,
            RatingState::Published => &mut self.published,
            RatingState::Objected => &mut self.objected,
            RatingState::Revoked => &mut self.revoked,
        }
    }
}

/// What waits in a scope: the to-do list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Rounds of which nothing was submitted yet.
    pub open_rounds: i64,
    /// Ratings sent back, to be corrected.
    pub returned: i64,
    /// Ratings to be reviewed.
    pub submitted: i64,
    /// Ratings to be confirmed.
    pub reviewed: i64,
    /// Ratings to be published.
    pub confirmed: i64,
    /// Ratings with an objection that waits.
    pub objected: i64,
}

/// What waits in a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<Waiting> {
    let open_rounds = rating_rounds::table
        .filter(rating_rounds::county_id.eq(within.county))
        .filter(rating_rounds::path.ge(within.path.as_str()).and(rating_rounds::path.lt(within.path.end())))
        .filter(rating_rounds::state.eq(RatingState::Draft.code()))
        .count()
        .get_result(conn)
        .await?;
    let counts: Vec<(String, i64)> = ratings::table
        .filter(ratings::county_id.eq(within.county))
        .filter(ratings::path.ge(within.path.as_str()).and(ratings::path.lt(within.path.end())))
        .filter(ratings::state.eq_any(["returned", "submitted", "reviewed", "confirmed", "objected"]))
        .group_by(ratings::state)
        .select((ratings::state, count_star()))
        .load(conn)
        .await?;
    let of = |state: RatingState| {
        counts.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, count)| *count)
    };
    Ok(Waiting {
        open_rounds,
        returned: of(RatingState::Returned),
        submitted: of(RatingState::Submitted),
        reviewed: of(RatingState::Reviewed),
        confirmed: of(RatingState::Confirmed),
        objected: of(RatingState::Objected),
    })
}

/// Rounds of a scope by id, locked until the transaction ends; always in one order, so that two verbs cannot wait for
/// each other.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::ratings) async fn lock_rounds(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[RoundId],
) -> Result<HashMap<RoundId, Round>> {
    let rounds: HashMap<RoundId, Round> = rating_rounds::table
        .filter(rating_rounds::county_id.eq(within.county))
        .filter(rating_rounds::id.eq_any(ids))
        .filter(rating_rounds::path.ge(within.path.as_str()).and(rating_rounds::path.lt(within.path.end())))
        .order(rating_rounds::id)
        .select(Round::as_select())
        .for_update()
        .load(conn)
        .await?
        .into_iter()
        .map(|round: Round| (round.id, round))
        .collect();
    ids.iter().all(|id| rounds.contains_key(id)).then_some(rounds).or_missing("评定轮次")
}
