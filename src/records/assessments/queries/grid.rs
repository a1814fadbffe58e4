//! Reads of assessments: the grid of a round, one assessment, lists, and what verbs look at.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{
    AssessmentId, AssessmentRoundId, AssessmentSchemeId, CountyId, IndicatorId, OrganisationId,
};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::assessments::model::{Assessment, Scheme, Scores};
use crate::records::assessments::queries::{RoundLine, by_ids, round};
use crate::schema::{assessment_rounds, assessment_scores, assessments, organisations};

/// A village that a round concerns: of the town on the last day of the quarter.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Unit {
    /// The round.
    #[diesel(sql_type = Uuid)]
    pub round_id: AssessmentRoundId,
    /// The village or community.
    #[diesel(sql_type = Uuid)]
    pub village_id: OrganisationId,
    /// Its code.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its path.
    #[diesel(sql_type = Text)]
    pub path: String,
}

/// The villages of some towns on some days: `r` has `id`, `organisation_id` and `last_day`. Where no parent is on record
/// for the day, the nearest earlier one holds, else the first later one: as in reports.
fn villages_of(towns: &str) -> String {
    format!(
        "SELECT r.id AS round_id, r.organisation_id AS town_id, r.last_day, o.id AS village_id, o.code, o.name, o.path \
         FROM ({towns}) r \
         JOIN (SELECT DISTINCT parent_id, organisation_id FROM organisation_parents WHERE county_id = $1) c \
            ON c.parent_id = r.organisation_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = c.organisation_id AND o.kind IN ('village', 'community') \
            AND (o.founded_on IS NULL OR o.founded_on <= r.last_day) \
            AND (o.dissolved_on IS NULL OR r.last_day < o.dissolved_on) \
         WHERE r.organisation_id = (SELECT p.parent_id FROM organisation_parents p \
            WHERE p.county_id = $1 AND p.organisation_id = o.id \
            ORDER BY (p.from_day <= r.last_day) DESC, abs(p.from_day - r.last_day) LIMIT 1) \
         ORDER BY r.id, o.code"
    )
}

/// The villages that some rounds concern, by code.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn units(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[AssessmentRoundId],
) -> QueryResult<Vec<Unit>> {
    let statement = villages_of(
        "SELECT id, organisation_id, last_day FROM assessment_rounds WHERE county_id = $1 AND id = ANY ($2)",
    );
    diesel::sql_query(statement).bind::<Uuid, _>(county).bind::<Array<Uuid>, _>(rounds).load(conn).await
}

#[derive(QueryableByName)]
struct TownUnit {
    #[diesel(sql_type = Uuid)]
    town_id: OrganisationId,
    #[diesel(sql_type = Date)]
    last_day: NaiveDate,
    #[diesel(sql_type = Uuid)]
    village_id: OrganisationId,
}

/// Which villages towns had on days: town, day, village.
///
/// # Errors
/// Whatever the database answers.
pub async fn units_on(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    towns: &[(OrganisationId, NaiveDate)],
) -> QueryResult<HashSet<(OrganisationId, NaiveDate, OrganisationId)>> {
    let statement = villages_of(
        "SELECT organisation_id AS id, organisation_id, last_day FROM unnest($2, $3) AS t (organisation_id, last_day)",
    );
    let (ids, days): (Vec<OrganisationId>, Vec<NaiveDate>) = towns.iter().copied().unzip();
    let rows: Vec<TownUnit> = diesel::sql_query(statement)
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(ids)
        .bind::<Array<Date>, _>(days)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.town_id, row.last_day, row.village_id)).collect())
}

/// The assessments of some rounds, by round and code of the village.
///
/// # Errors
/// Whatever the database answers.
pub async fn ids_of_rounds(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[AssessmentRoundId],
) -> QueryResult<HashMap<(AssessmentRoundId, String), AssessmentId>> {
    let rows: Vec<(AssessmentRoundId, String, AssessmentId)> = assessments::table
        .inner_join(
            organisations::table.on(organisations::county_id
                .eq(assessments::county_id)
                .and(organisations::id.eq(assessments::village_id))),
        )
        .filter(assessments::county_id.eq(county))
        .filter(assessments::round_id.eq_any(rounds))
        .select((assessments::round_id, organisations::code, assessments::id))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(round, code, id)| ((round, code), id)).collect())
}

/// A round as it is filled in: a row for each village.
#[derive(Debug, Clone)]
pub struct Grid {
    /// The round and its progress.
    pub line: RoundLine,
    /// The version of the scheme that it was opened with.
    pub scheme: Scheme,
    /// The rows, by code.
    pub rows: Vec<GridRow>,
}

/// One village in the grid.
#[derive(Debug, Clone)]
pub struct GridRow {
    /// The village.
    pub unit: Unit,
    /// Its assessment, once something was entered.
    pub assessment: Option<Assessment>,
    /// Its scores.
    pub scores: Scores,
}

/// The grid of a round inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn grid(conn: &mut AsyncPgConnection, within: &Scope, id: AssessmentRoundId) -> Result<Grid> {
    let line = round(conn, within, id).await?;
    let scheme_id = line.card.round.scheme_id;
    let scheme = by_ids(conn, within.county, &[scheme_id]).await?.remove(&scheme_id);
    let scheme = scheme.ok_or_else(|| Error::broken("a round without its scheme"))?;
    let mut stored: HashMap<OrganisationId, Assessment> = of_rounds(conn, within.county, &[id])
        .await?
        .into_iter()
        .map(|assessment| (assessment.village_id, assessment))
        .collect();
    let ids: Vec<AssessmentId> = stored.values().map(|one| one.id).collect();
    let mut scores = scores_of(conn, within.county, &ids).await?;
    let rows = units(conn, within.county, &[id])
        .await?
        .into_iter()
        .map(|unit| {
            let assessment = stored.remove(&unit.village_id);
            let scores = assessment.as_ref().and_then(|one| scores.remove(&one.id)).unwrap_or_default();
            GridRow { unit, assessment, scores }
        })
        .collect();
    Ok(Grid { line, scheme, rows })
}

/// All assessments of some rounds. Whoever changes one has locked its round first.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn of_rounds(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    rounds: &[AssessmentRoundId],
) -> QueryResult<Vec<Assessment>> {
    assessments::table
        .filter(assessments::county_id.eq(county))
        .filter(assessments::round_id.eq_any(rounds))
        .order(assessments::id)
        .select(Assessment::as_select())
        .load(conn)
        .await
}

/// Assessments of a scope by id.
///
/// # Errors
/// `Missing` unless all are there.
pub(in crate::records::assessments) async fn by_assessment(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    ids: &[AssessmentId],
) -> Result<HashMap<AssessmentId, Assessment>> {
    let found: HashMap<AssessmentId, Assessment> = assessments::table
        .filter(assessments::county_id.eq(within.county))
        .filter(assessments::id.eq_any(ids))
        .filter(assessments::path.ge(within.path.as_str()).and(assessments::path.lt(within.path.end())))
        .select(Assessment::as_select())
        .load(conn)
        .await?
        .into_iter()
        .map(|one: Assessment| (one.id, one))
        .collect();
    ids.iter().all(|id| found.contains_key(id)).then_some(found).or_missing("考核结果")
}

/// The scores of some assessments.
///
/// # Errors
/// Whatever the database answers.
pub(in crate::records::assessments) async fn scores_of(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    ids: &[AssessmentId],
) -> QueryResult<HashMap<AssessmentId, Scores>> {
    let rows: Vec<(AssessmentId, IndicatorId, BigDecimal)> = assessment_scores::table
        .filter(assessment_scores::county_id.eq(county))
        .filter(assessment_scores::assessment_id.eq_any(ids))
        .select((assessment_scores::assessment_id, assessment_scores::indicator_id, assessment_scores::score))
        .load(conn)
        .await?;
    let mut scores: HashMap<AssessmentId, Scores> = HashMap::new();
    for (assessment, indicator, score) in rows {
        scores.entry(assessment).or_default().insert(indicator, score);
    }
    Ok(scores)
}

/// One assessment with all that names it.
#[derive(Debug, Clone)]
pub struct Card {
    /// The assessment.
    pub assessment: Assessment,
    /// Code and name of the village.
    pub village: (String, String),
    /// Code of the town.
    pub assessor: String,
    /// The quarter.
    pub quarter: String,
    /// Code of the round's state.
    pub state: String,
    /// The version of the scheme.
    pub scheme_id: AssessmentSchemeId,
    /// Its scores.
    pub scores: Scores,
}

/// What a list of assessments is filtered by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// The quarter.
    pub quarter: Option<Quarter>,
    /// These alone; none: all.
    pub ids: Option<Vec<AssessmentId>>,
}

/// Where a page of a list ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The quarter.
    pub quarter: String,
    /// Path of the village.
    pub path: String,
    /// The assessment.
    pub id: AssessmentId,
}

impl Card {
    /// Its place in a list.
    #[must_use]
    pub fn place(&self) -> Place {
        let (quarter, path) = (self.quarter.clone(), self.assessment.path.clone());
        Place { quarter, path, id: self.assessment.id }
    }
}

macro_rules! listed {
    ($within:expr, $filter:expr) => {{
        let mut query = assessments::table
            .inner_join(
                assessment_rounds::table.on(assessment_rounds::county_id
                    .eq(assessments::county_id)
                    .and(assessment_rounds::id.eq(assessments::round_id))),
            )
            .inner_join(
                organisations::table.on(organisations::county_id
                    .eq(assessments::county_id)
                    .and(organisations::id.eq(assessments::village_id))),
            )
            .filter(assessments::county_id.eq($within.county))
            .filter(assessments::path.ge($within.path.as_str()).and(assessments::path.lt($within.path.end())))
            .into_boxed();
        if let Some(quarter) = $filter.quarter {
            query = query.filter(assessment_rounds::quarter.eq(quarter.to_string()));
        }
        if let Some(ids) = &$filter.ids {
            query = query.filter(assessments::id.eq_any(ids));
        }
        query
    }};
}

/// How many assessments [`list`] has in all its pages.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_listed(conn: &mut AsyncPgConnection, within: &Scope, filter: &Filter) -> QueryResult<i64> {
    listed!(within, filter).count().get_result(conn).await
}

/// Assessments inside a scope, newest quarter first and then in the order of the tree, after a place, at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Card>> {
    let mut query = listed!(within, filter);
    if let Some(after) = after {
        let later = assessments::path.gt(&after.path);
        let same = assessments::path.eq(&after.path).and(assessments::id.gt(after.id));
        query = query.filter(
            assessment_rounds::quarter
                .lt(&after.quarter)
                .or(assessment_rounds::quarter.eq(&after.quarter).and(later.or(same))),
        );
    }
    let rows: Vec<Line> = query
        .order((assessment_rounds::quarter.desc(), assessments::path, assessments::id))
        .limit(limit)
        .select((
            Assessment::as_select(),
            (organisations::code, organisations::name),
            assessment_rounds::organisation_id,
            (assessment_rounds::quarter, assessment_rounds::state, assessment_rounds::scheme_id),
        ))
        .load(conn)
        .await?;
    let ids: Vec<AssessmentId> = rows.iter().map(|row| row.0.id).collect();
    let mut scores = scores_of(conn, within.county, &ids).await?;
    let towns: Vec<OrganisationId> = rows.iter().map(|row| row.2).collect();
    let codes: HashMap<OrganisationId, String> = organisations::table
        .filter(organisations::county_id.eq(within.county))
        .filter(organisations::id.eq_any(towns))
        .select((organisations::id, organisations::code))
        .load(conn)
        .await?
        .into_iter()
        .collect();
    Ok(rows
        .into_iter()
        .map(|(assessment, village, town, (quarter, state, scheme_id))| {
            let scores = scores.remove(&assessment.id).unwrap_or_default();
            let assessor = codes.get(&town).cloned().unwrap_or_default();
            Card { assessment, village, assessor, quarter, state, scheme_id, scores }
        })
        .collect())
}

type Line = (Assessment, (String, String), OrganisationId, (String, String, AssessmentSchemeId));

/// One assessment inside a scope.
///
/// # Errors
/// `Missing`.
pub async fn card(conn: &mut AsyncPgConnection, within: &Scope, id: AssessmentId) -> Result<Card> {
    let filter = Filter { ids: Some(vec![id]), ..Filter::default() };
    list(conn, within, &filter, None, 1).await?.pop().or_missing("考核结果")
}
