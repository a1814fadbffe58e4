//! What a member was trained in, and the hours of each year.

use bigdecimal::BigDecimal;
use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::scope::Scope;
use crate::records::training::model::Exemption;
use crate::records::training::settings::{self, SettingsBook};
use crate::schema::{memberships, training_exemptions};

/// A class that a member came to.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct HistoryLine {
    /// The class.
    #[diesel(sql_type = Uuid)]
    pub class_id: TrainingClassId,
    /// Its number.
    #[diesel(sql_type = Text)]
    pub code: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Code of its kind.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// Name of the programme.
    #[diesel(sql_type = Text)]
    pub programme: String,
    /// First day.
    #[diesel(sql_type = Date)]
    pub first_day: NaiveDate,
    /// Last day; its year counts the hours.
    #[diesel(sql_type = Date)]
    pub last_day: NaiveDate,
    /// Whether outside the county.
    #[diesel(sql_type = Bool)]
    pub is_away: bool,
    /// Hours that he was present.
    #[diesel(sql_type = Numeric)]
    pub hours: BigDecimal,
    /// Code of the result.
    #[diesel(sql_type = Text)]
    pub result: String,
    /// Whether he is trained in the programme by it.
    #[diesel(sql_type = Bool)]
    pub trains: bool,
}

/// The hours of one calendar year, beside those demanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearHours {
    /// The year.
    pub year: i32,
    /// Hours attended.
    pub hours: BigDecimal,
    /// Hours demanded of a member on the last day of the year.
    pub member_hours: Option<i32>,
    /// Hours demanded of secretaries and members of committees.
    pub leader_hours: Option<i32>,
}

/// Everything that a member was trained in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrainingHistory {
    /// The classes, the latest first.
    pub lines: Vec<HistoryLine>,
    /// The years, the latest first.
    pub years: Vec<YearHours>,
}

/// What a member inside a scope was trained in; the latest 500 classes.
///
/// # Errors
/// Whatever the database answers.
pub async fn history(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    member: MembershipId,
) -> QueryResult<TrainingHistory> {
    let lines: Vec<HistoryLine> = diesel::sql_query(
        "SELECT c.id AS class_id, c.code, c.name, c.kind, p.name AS programme, c.first_day, c.last_day, c.is_away, \
            a.hours, a.result, t.class_id IS NOT NULL AS trains \
         FROM memberships m \
         JOIN training_attendances a ON a.county_id = $1 AND a.membership_id = m.id \
         JOIN training_classes c ON c.county_id = $1 AND c.id = a.class_id \
         JOIN training_programmes p ON p.county_id = $1 AND p.id = c.programme_id \
         LEFT JOIN training_completions t ON t.county_id = $1 AND t.programme_id = c.programme_id \
            AND t.membership_id = m.id AND t.class_id = c.id \
         WHERE m.county_id = $1 AND m.id = $2 AND m.path >= $3 AND m.path < $4 \
         ORDER BY c.last_day DESC, c.id DESC LIMIT 500",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(member)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .load(conn)
    .await?;
    let book = settings::book(conn, within.county).await?;
    let years = years(&lines, &book);
    Ok(TrainingHistory { lines, years })
}

fn years(lines: &[HistoryLine], book: &SettingsBook) -> Vec<YearHours> {
    let mut years: Vec<YearHours> = Vec::new();
    for line in lines {
        let year = line.last_day.year();
        match years.last_mut().filter(|last| last.year == year) {
            Some(last) => last.hours += &line.hours,
            None => {
                let demanded = NaiveDate::from_ymd_opt(year, 12, 31).and_then(|day| book.on(day));
                years.push(YearHours {
                    year,
                    hours: line.hours.clone(),
                    member_hours: demanded.map(|one| one.member_hours),
                    leader_hours: demanded.map(|one| one.leader_hours),
                });
            }
        }
    }
    years
}

/// The exemptions of a member inside a scope, the latest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn exemptions_of(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    member: MembershipId,
) -> QueryResult<Vec<Exemption>> {
    training_exemptions::table
        .inner_join(
            memberships::table.on(memberships::county_id
                .eq(training_exemptions::county_id)
                .and(memberships::id.eq(training_exemptions::membership_id))),
        )
        .filter(training_exemptions::county_id.eq(within.county))
        .filter(training_exemptions::membership_id.eq(member))
        .filter(memberships::path.ge(within.path.as_str()).and(memberships::path.lt(within.path.end())))
        .order(training_exemptions::from_day.desc())
        .limit(200)
        .select(Exemption::as_select())
        .load(conn)
        .await
}
