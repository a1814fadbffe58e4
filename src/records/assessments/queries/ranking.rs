//! Reads of ranks, the flag and its streak.

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Integer, Nullable, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{AssessmentId, AssessmentRoundId};
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::assessments::model::Round;
use crate::records::assessments::ranking::{ranked, standings};

/// How a village stands in a quarter.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RankLine {
    /// The assessment.
    #[diesel(sql_type = Uuid)]
    pub assessment_id: AssessmentId,
    /// The round.
    #[diesel(sql_type = Uuid)]
    pub round_id: AssessmentRoundId,
    /// Code of the round's state.
    #[diesel(sql_type = Text)]
    pub state: String,
    /// `2026Q1`.
    #[diesel(sql_type = Text)]
    pub quarter: String,
    /// Code of the town that assessed.
    #[diesel(sql_type = Text)]
    pub town_code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub town_name: String,
    /// Code of the village.
    #[diesel(sql_type = Text)]
    pub village_code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub village_name: String,
    /// The total, of a hundred.
    #[diesel(sql_type = Numeric)]
    pub total: BigDecimal,
    /// Its rank.
    #[diesel(sql_type = Integer)]
    pub place: i32,
    /// Among how many.
    #[diesel(sql_type = Integer)]
    pub units: i32,
    /// Its rank in the quarter before.
    #[diesel(sql_type = Nullable<Integer>)]
    pub place_before: Option<i32>,
    /// Its total in the quarter before.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total_before: Option<BigDecimal>,
    /// Whether it holds the flag.
    #[diesel(sql_type = Bool)]
    pub has_flag: bool,
    /// For how many quarters on end.
    #[diesel(sql_type = Integer)]
    pub streak: i32,
    /// First day of the notice.
    #[diesel(sql_type = Nullable<Date>)]
    pub notice_from: Option<NaiveDate>,
    /// Last day of the notice.
    #[diesel(sql_type = Nullable<Date>)]
    pub notice_to: Option<NaiveDate>,
}

fn statement(also: &str, condition: &str) -> String {
    let ranked = ranked(&standings(also));
    format!(
        "SELECT l.assessment_id, l.round_id, l.state, l.quarter, t.code AS town_code, t.name AS town_name, \
            v.code AS village_code, v.name AS village_name, l.total, l.place, l.units, l.place_before, l.total_before, \
            l.has_flag, l.streak, o.notice_from, o.notice_to \
         FROM ({ranked}) l \
         JOIN assessment_rounds o ON o.county_id = $1 AND o.id = l.round_id \
         JOIN organisations v ON v.county_id = $1 AND v.id = l.village_id \
         JOIN organisations t ON t.county_id = $1 AND t.id = l.assessor_id \
         WHERE l.first_day = $2 AND {condition} ORDER BY t.path, l.place, v.code LIMIT 5000"
    )
}

/// How the villages of a scope stand in a quarter, town by town: those of rounds that are confirmed or published.
///
/// # Errors
/// Whatever the database answers.
pub async fn ranking(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    quarter: Quarter,
) -> QueryResult<Vec<RankLine>> {
    diesel::sql_query(statement("false", "l.path >= $4 AND l.path < $5"))
        .bind::<Uuid, _>(within.county)
        .bind::<Date, _>(quarter.first_day())
        .bind::<Date, _>(quarter.last_day())
        .bind::<Text, _>(within.path.as_str())
        .bind::<Text, _>(within.path.end())
        .load(conn)
        .await
}

/// How the villages of a round stand, also before it is confirmed: a preview then, without a flag.
///
/// # Errors
/// Whatever the database answers.
pub async fn ranking_of_round(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    round: &Round,
) -> QueryResult<Vec<RankLine>> {
    diesel::sql_query(statement("o.id = $4", "l.round_id = $4"))
        .bind::<Uuid, _>(within.county)
        .bind::<Date, _>(round.first_day)
        .bind::<Date, _>(round.last_day)
        .bind::<Uuid, _>(round.id)
        .load(conn)
        .await
}
