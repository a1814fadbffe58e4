//! Reads of rounds: the list with its progress, what waits, one round.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{AssessmentRoundId, CountyId};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::assessments::model::{AssessmentState, Round};
use crate::records::assessments::queries::units;
use crate::schema::{assessment_rounds, assessment_schemes, assessments, organisations};

/// A round with the names of its town and scheme.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = assessment_rounds)]
pub struct RoundCard {
    /// The round.
    #[diesel(embed)]
    pub round: Round,
    /// Code of the town.
    #[diesel(select_expression = organisations::code)]
    pub organisation_code: String,
    /// Its name.
    #[diesel(select_expression = organisations::name)]
    pub organisation_name: String,
    /// The scheme's name.
    #[diesel(select_expression = assessment_schemes::name)]
    pub scheme_name: String,
}

/// How far a round is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Villages to be assessed.
    pub units: i64,
    /// Villages with a total.
    pub assessed: i64,
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
pub struct RoundFilter {
    /// The quarter.
    pub quarter: Option<Quarter>,
    /// How far it is; empty: all.
    pub states: Vec<AssessmentState>,
}

/// Where the next page begins: the last round shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// Last day of its quarter.
    pub last_day: NaiveDate,
    /// Its path.
    pub path: String,
    /// Its id.
    pub id: AssessmentRoundId,
}

macro_rules! cards {
    () => {
        assessment_rounds::table
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(assessment_rounds::county_id)
                    .and(organisations::id.eq(assessment_rounds::organisation_id))),
            )
            .inner_join(
                assessment_schemes::table.on(assessment_schemes::county_id
                    .eq(assessment_rounds::county_id)
                    .and(assessment_schemes::id.eq(assessment_rounds::scheme_id))),
            )
    };
}

macro_rules! filtered {
    ($within:expr, $filter:expr) => {{
        let mut query = cards!()
            .filter(assessment_rounds::county_id.eq($within.county))
            .filter(assessment_rounds::path.ge($within.path.as_str()))
            .filter(assessment_rounds::path.lt($within.path.end()))
            .into_boxed();
        if let Some(quarter) = $filter.quarter {
            query = query.filter(assessment_rounds::quarter.eq(quarter.to_string()));
        }
        if !$filter.states.is_empty() {
            let codes: Vec<&str> = $filter.states.iter().map(|state| state.code()).collect();
            query = query.filter(assessment_rounds::state.eq_any(codes));
        }
        query
    }};
}

/// Rounds inside a scope, newest quarter first and then in the order of the tree, after a cursor, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn rounds(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &RoundFilter,
    after: Option<&Cursor>,
    limit: i64,
) -> Result<Vec<RoundLine>> {
    let mut query = filtered!(within, filter);
    if let Some(after) = after {
        let later_path = assessment_rounds::path.gt(&after.path);
        let same_path = assessment_rounds::path.eq(&after.path).and(assessment_rounds::id.gt(after.id));
        query = query.filter(
            assessment_rounds::last_day
                .lt(after.last_day)
                .or(assessment_rounds::last_day.eq(after.last_day).and(later_path.or(same_path))),
        );
    }
    let cards: Vec<RoundCard> = query
        .order((assessment_rounds::last_day.desc(), assessment_rounds::path, assessment_rounds::id))
        .limit(limit)
        .select(RoundCard::as_select())
        .load(conn)
        .await?;
    lines(conn, within.county, cards).await
}

/// How many rounds a list has.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope, filter: &RoundFilter) -> QueryResult<i64> {
    filtered!(within, filter).count().get_result(conn).await
}

/// One round of a scope, with its progress.
///
/// # Errors
/// `Missing`.
pub async fn round(conn: &mut AsyncPgConnection, within: &Scope, id: AssessmentRoundId) -> Result<RoundLine> {
    let card: RoundCard = cards!()
        .filter(assessment_rounds::county_id.eq(within.county))
        .filter(assessment_rounds::id.eq(id))
        .filter(assessment_rounds::path.ge(within.path.as_str()))
        .filter(assessment_rounds::path.lt(within.path.end()))
        .select(RoundCard::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("季度考核")?;
    lines(conn, within.county, vec![card]).await?.pop().or_missing("季度考核")
}

/// The rounds of a scope in some quarters.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_quarter(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarters: &[Quarter],
) -> Result<Vec<RoundCard>> {
    let quarters: Vec<String> = quarters.iter().map(ToString::to_string).collect();
    Ok(cards!()
        .filter(assessment_rounds::county_id.eq(within.county))
        .filter(assessment_rounds::quarter.eq_any(quarters))
        .filter(assessment_rounds::path.ge(within.path.as_str()))
        .filter(assessment_rounds::path.lt(within.path.end()))
        .order((assessment_rounds::path, assessment_rounds::last_day))
        .select(RoundCard::as_select())
        .load(conn)
        .await?)
}

async fn lines(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    cards: Vec<RoundCard>,
) -> Result<Vec<RoundLine>> {
    let ids: Vec<AssessmentRoundId> = cards.iter().map(|card| card.round.id).collect();
    let mut progress: HashMap<AssessmentRoundId, Progress> = HashMap::new();
    for unit in units(conn, county, &ids).await? {
        progress.entry(unit.round_id).or_default().units += 1;
    }
    let counts: Vec<(AssessmentRoundId, i64)> = assessments::table
        .filter(assessments::county_id.eq(county))
        .filter(assessments::round_id.eq_any(&ids))
        .group_by(assessments::round_id)
        .select((assessments::round_id, diesel::dsl::count(assessments::total)))
        .load(conn)
        .await?;
    for (round, assessed) in counts {
        progress.entry(round).or_default().assessed = assessed;
    }
    Ok(cards
        .into_iter()
        .map(|card| RoundLine { progress: progress.remove(&card.round.id).unwrap_or_default(), card })
        .collect())
}

/// What waits in a scope: the to-do list.
#[derive(Debug, Clone, Default, PartialEq, Eq, QueryableByName)]
pub struct Waiting {
    /// Towns that have not begun to assess the last quarter that ended, though a scheme is in force.
    #[diesel(sql_type = BigInt)]
    pub not_begun: i64,
    /// Rounds that are being filled in.
    #[diesel(sql_type = BigInt)]
    pub draft: i64,
    /// Rounds that were sent back.
    #[diesel(sql_type = BigInt)]
    pub returned: i64,
    /// Rounds that wait to be confirmed.
    #[diesel(sql_type = BigInt)]
    pub submitted: i64,
    /// Rounds that wait to be published.
    #[diesel(sql_type = BigInt)]
    pub confirmed: i64,
    /// Objections that wait for an answer.
    #[diesel(sql_type = BigInt)]
    pub objections: i64,
}

const WAITING: &str = "\
WITH here AS (SELECT state FROM assessment_rounds WHERE county_id = $1 AND path >= $2 AND path < $3)
SELECT (SELECT count(*) FROM organisations t WHERE t.county_id = $1 AND t.path >= $2 AND t.path < $3
        AND t.kind IN ('street', 'town', 'township') AND (t.founded_on IS NULL OR t.founded_on <= $5)
        AND (t.dissolved_on IS NULL OR $5 < t.dissolved_on)
        AND EXISTS (SELECT FROM assessment_schemes s WHERE s.county_id = $1 AND starts_with(t.path, s.path)
            AND s.from_day <= $5 AND (s.to_day IS NULL OR $5 < s.to_day))
        AND NOT EXISTS (SELECT FROM assessment_rounds r WHERE r.county_id = $1 AND r.organisation_id = t.id
            AND r.quarter = $4)) AS not_begun,
    (SELECT count(*) FROM here WHERE state = 'draft') AS draft,
    (SELECT count(*) FROM here WHERE state = 'returned') AS returned,
    (SELECT count(*) FROM here WHERE state = 'submitted') AS submitted,
    (SELECT count(*) FROM here WHERE state = 'confirmed') AS confirmed,
    (SELECT count(*) FROM assessment_objections WHERE county_id = $1 AND path >= $2 AND path < $3
        AND state = 'open') AS objections";

/// What waits in a scope, where `last` is the last quarter that ended.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(conn: &mut AsyncPgConnection, within: &Scope, last: Quarter) -> QueryResult<Waiting> {
    diesel::sql_query(WAITING)
        .bind::<Uuid, _>(within.county)
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .bind::<Text, _>(last.to_string())
        .bind::<Date, _>(last.last_day())
        .get_result(conn)
        .await
}

/// Rounds of a scope by id, locked until the transaction ends; always in one order, so that two verbs cannot wait for
/// each other.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::assessments) async fn lock_rounds(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[AssessmentRoundId],
) -> Result<HashMap<AssessmentRoundId, Round>> {
    let rounds: HashMap<AssessmentRoundId, Round> = assessment_rounds::table
        .filter(assessment_rounds::county_id.eq(within.county))
        .filter(assessment_rounds::id.eq_any(ids))
        .filter(
            assessment_rounds::path
                .ge(within.path.as_str())
                .and(assessment_rounds::path.lt(within.path.end())),
        )
        .order(assessment_rounds::id)
        .select(Round::as_select())
        .for_update()
        .load(conn)
        .await?
        .into_iter()
        .map(|round: Round| (round.id, round))
        .collect();
    ids.iter().all(|id| rounds.contains_key(id)).then_some(rounds).or_missing("季度考核")
}
