//! How far a programme has come on a day, for an organisation and those below it: who is to be trained, who is, what the
//! floors ask for, and when everybody will be at the present pace.
//!
//! A member counts where he stands on the day asked, in the tree of that day: whoever was transferred, died or was
//! removed counts, or does not, by the dates of that.

use chrono::NaiveDate;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::base::values::{Fraction, Hundredths};
use crate::records::organisations::tree::tree;
use crate::records::organisations::{self, Organisation};
use crate::records::training::model::{Programme, words};
use crate::records::training::queries::{self, DemandVersion, ProgrammeRecord};
use crate::records::training::rules::{self, Forecast, Pace};

/// How far an organisation has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageLine {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Members whom the programme is to train; who is exempt is left out.
    pub members: i64,
    /// Those of them who have passed a class of the programme, each once.
    pub trained: i64,
    /// Those of them who are trained since the day from which the pace is measured.
    pub trained_since: i64,
    /// How many the floors of the years that are over ask for, part of a person being one more.
    pub required: i64,
    /// How many are missing to that.
    pub shortfall: i64,
    /// Trained over members in percent; none without members.
    pub coverage: Option<Hundredths>,
}

/// How far a programme has come on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// The programme.
    pub programme: Programme,
    /// The day.
    pub day: NaiveDate,
    /// What it demands on that day.
    pub demand: DemandVersion,
    /// Sum of the floors of the years that are over at the end of that day, in percent.
    pub required_percent: i32,
    /// The organisation asked about.
    pub total: CoverageLine,
    /// Those directly below it where somebody is to be trained, in the order of the tree.
    pub children: Vec<CoverageLine>,
    /// When everybody of the organisation will be trained.
    pub forecast: Forecast,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = BigInt)]
    members: i64,
    #[diesel(sql_type = BigInt)]
    trained: i64,
    #[diesel(sql_type = BigInt)]
    trained_since: i64,
}

#[derive(QueryableByName)]
struct Moved {
    #[diesel(sql_type = Bool)]
    moved: bool,
}

/// What statements over a programme's members are asked about.
pub(super) struct Question<'a> {
    pub county: CountyId,
    pub programme: TrainingProgrammeId,
    pub day: NaiveDate,
    pub demand: &'a DemandVersion,
    pub organisation: &'a Organisation,
    pub pace_from: NaiveDate,
    /// Whether an organisation has been put under another one since that day.
    pub moved: bool,
}

impl<'a> Question<'a> {
    /// # Errors
    /// Whatever the database answers.
    pub(super) async fn new(
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        record: &'a ProgrammeRecord,
        demand: &'a DemandVersion,
        organisation: &'a Organisation,
        day: NaiveDate,
    ) -> Result<Self> {
        let county = actor.scope.county;
        let moved: Moved = diesel::sql_query(
            "SELECT EXISTS (SELECT FROM organisation_parents WHERE county_id = $1 AND to_day > $2) AS moved",
        )
        .bind::<Uuid, _>(county)
        .bind::<Date, _>(day)
        .get_result(conn)
        .await?;
        let programme = record.programme.id;
        let pace_from = rules::pace_from(record.programme.from_day, day);
        Ok(Self { county, programme, day, demand, organisation, pace_from, moved: moved.moved })
    }

    /// `roster`: everybody whom the programme is to train on the day (`id`, `branch_id`, `passed_on`), and `placed`: where
    /// each branch stood (`id`, `path`).
    ///
    /// A membership repeats its latest branch and status, so today's need no dated facts; those of another day need no
    /// membership, unless an occupation is asked for. An age is asked of people only where the programme exempts by it.
    pub(super) fn roster(&self) -> String {
        let placed = if self.moved {
            tree("SELECT $3::date, NULL::date")
        } else {
            "placed AS (SELECT id, path FROM organisations WHERE county_id = $1)".to_owned()
        };
        let row = &self.demand.row;
        let of_people = !row.occupations.is_empty() || row.exempt_age.is_some();
        let (member, branch, from, condition) = if self.day >= clock::today() {
            let condition = "m.county_id = $1 AND m.status = ANY ($4) AND m.path >= $8 AND m.path < $9";
            ("m.id", "m.branch_id", "memberships m ".to_owned(), condition.to_owned())
        } else {
            let holds = |name: &str| {
                format!("{name}.from_day <= $3 AND ({name}.to_day IS NULL OR $3 < {name}.to_day)")
            };
            let member = if of_people {
                "JOIN memberships m ON m.county_id = $1 AND m.id = b.membership_id "
            } else {
                ""
            };
            let from = format!(
                "branch_memberships b JOIN membership_statuses s ON s.county_id = $1 \
                 AND s.membership_id = b.membership_id AND s.status = ANY ($4) {member}"
            );
            let condition = format!("b.county_id = $1 AND {} AND {}", holds("b"), holds("s"));
            ("b.membership_id", "b.branch_id", from, condition)
        };
        let (people, age) = match row.exempt_age {
            None => ("", ""),
            Some(_) => (
                "JOIN people who ON who.county_id = $1 AND who.id = m.person_id ",
                " AND date_part('year', age($3::timestamp, who.birth_date::timestamp)) < $6",
            ),
        };
        let occupation = if row.occupations.is_empty() { "" } else { " AND m.occupation = ANY ($5)" };
        format!(
            "WITH RECURSIVE {placed}, roster AS ( \
                SELECT {member} AS id, {branch} AS branch_id, t.passed_on FROM {from}{people}\
                LEFT JOIN training_completions t ON t.county_id = $1 AND t.programme_id = $2 \
                    AND t.membership_id = {member} AND t.passed_on <= $3 \
                WHERE {condition}{occupation}{age} \
                    AND NOT EXISTS (SELECT FROM training_exemptions x WHERE x.county_id = $1 \
                        AND x.membership_id = {member} AND x.from_day <= $3 AND (x.to_day IS NULL OR $3 < x.to_day)))"
        )
    }

    /// A statement with its parameters: `$1` county, `$2` programme, `$3` day, `$4` statuses, `$5` occupations, `$6` age
    /// from which nobody need be trained, `$7` first day over which the pace is measured, `$8` and `$9` bounds of the
    /// organisation's path today, `$10` its code. What a statement adds follows from `$11`.
    pub(super) fn about(&self, statement: String) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
        let path = self.organisation.path();
        diesel::sql_query(statement)
            .into_boxed::<Pg>()
            .bind::<Uuid, _>(self.county)
            .bind::<Uuid, _>(self.programme)
            .bind::<Date, _>(self.day)
            .bind::<Array<Text>, _>(words(&self.demand.row.statuses))
            .bind::<Array<Text>, _>(words(&self.demand.row.occupations))
            .bind::<Nullable<Integer>, _>(self.demand.row.exempt_age)
            .bind::<Date, _>(self.pace_from)
            .bind::<Text, _>(path.as_str().to_owned())
            .bind::<Text, _>(path.end())
            .bind::<Text, _>(self.organisation.code.clone())
    }

    fn coverage(&self) -> String {
        format!(
            "{}, by_branch AS MATERIALIZED ( \
                SELECT branch_id, count(*) AS members, count(passed_on) AS trained, \
                    count(*) FILTER (WHERE passed_on >= $7) AS trained_since FROM roster GROUP BY branch_id) \
             SELECT split_part(split_part('/' || t.path, '/' || $10 || '/', 2), '/', 1) AS code, \
                sum(b.members)::bigint AS members, sum(b.trained)::bigint AS trained, \
                sum(b.trained_since)::bigint AS trained_since \
             FROM by_branch b JOIN placed t ON t.id = b.branch_id \
             WHERE strpos('/' || t.path, '/' || $10 || '/') > 0 GROUP BY 1 ORDER BY 1",
            self.roster()
        )
    }
}

/// The organisation of a code within the actor's subtree.
///
/// # Errors
/// `Missing` where there is none, `Forbidden`.
pub(super) async fn asked(conn: &mut AsyncPgConnection, actor: &Actor, code: &str) -> Result<Organisation> {
    let found = organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("该组织")?;
    policy::require(actor, Action::SeeRecords, &found.path())?;
    Ok(found)
}

/// How far a programme has come on a day, for the organisation of a code and those directly below it. Call it with a
/// connection for reports ([`Database::report`](crate::base::db::Database::report)): under the rules of the web role the
/// planner looks everybody up one by one.
///
/// # Errors
/// `Missing` for a programme of another county or an organisation outside the actor's subtree; `Forbidden`.
pub async fn coverage(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    organisation: &str,
    day: NaiveDate,
) -> Result<Coverage> {
    // Whoever stood here that day counts here, also where he has left since; so the whole county is read.
    db::read(conn, &actor.scope.whole_county(), async |conn| {
        let organisation = asked(conn, actor, organisation).await?;
        let record = queries::programme(conn, actor.scope.county, programme).await?;
        let demand = record.demand_on(day).or_missing("这项轮训计划的要求")?.clone();
        let question = Question::new(conn, actor, &record, &demand, &organisation, day).await?;
        // Compiling the statement to machine code takes longer than running it.
        diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
        let counted: Vec<Counted> = question.about(question.coverage()).load(conn).await?;
        let required_percent = rules::required_percent(record.programme.from_day, &demand.floors, day);
        let codes: Vec<String> = counted.iter().map(|one| one.code.clone()).collect();
        let below = organisations::queries::by_codes(conn, &actor.scope.whole_county(), &codes).await?;
        let children = counted
            .iter()
            .filter_map(|one| {
                let child = below.iter().find(|child| child.code == one.code)?;
                Some(line(child, one, required_percent))
            })
            .collect();
        let sum = |count: fn(&Counted) -> i64| counted.iter().map(count).fold(0i64, i64::saturating_add);
        let all = Counted {
            code: organisation.code.clone(),
            members: sum(|one| one.members),
            trained: sum(|one| one.trained),
            trained_since: sum(|one| one.trained_since),
        };
        let forecast = rules::forecast(&Pace {
            day,
            cycle_from: record.programme.from_day,
            cycle_until: record.programme.to_day.pred_opt().unwrap_or(record.programme.to_day),
            members: all.members,
            trained: all.trained,
            pace_from: question.pace_from,
            trained_since: all.trained_since,
        });
        let total = line(&organisation, &all, required_percent);
        Ok(Coverage { programme: record.programme, day, demand, required_percent, total, children, forecast })
    })
    .await
}

fn line(organisation: &Organisation, counted: &Counted, required_percent: i32) -> CoverageLine {
    let required = rules::required(counted.members, i64::from(required_percent));
    CoverageLine {
        code: organisation.code.clone(),
        name: organisation.name.clone(),
        kind: organisation.kind.clone(),
        members: counted.members,
        trained: counted.trained,
        trained_since: counted.trained_since,
        required,
        shortfall: required.saturating_sub(counted.trained).max(0),
        coverage: Fraction::new(counted.trained, counted.members).and_then(Fraction::percent),
    }
}
