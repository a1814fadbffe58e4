//! What class lists are planned from: who is to be trained and sits in no class yet, and the classes to come.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{OrMissing, Result};
use crate::base::ids::{MembershipId, OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::organisations::{self, Organisation};
use crate::records::training::coverage::Question;
use crate::records::training::model::{Class, ClassKind, ClassState};
use crate::records::training::queries::{self, ProgrammeRecord, SiteUse, TrainingSite};
use crate::schema::training_classes;

/// A class on whose roll somebody stands, and what he did there is not entered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sitting {
    /// The class.
    pub class: TrainingClassId,
    /// Its last day.
    pub last_day: NaiveDate,
}

/// Somebody whom the programme is to train and who passed none of its classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seeker {
    /// Who.
    pub member: MembershipId,
    /// His branch.
    pub branch: OrganisationId,
    /// Its path.
    pub path: Path,
    /// Code of his occupation.
    pub occupation: String,
    /// Whether he was never trained in any programme.
    pub is_never: bool,
    /// The class of this programme on whose roll he stands.
    pub sits_in: Option<Sitting>,
    /// First and last days of other classes that he is to attend.
    pub busy: Vec<(NaiveDate, NaiveDate)>,
}

/// A class that has not begun, planned or open.
#[derive(Debug, Clone)]
pub struct ComingClass {
    /// The class.
    pub class: Class,
    /// Where it is held: the organisation that holds it.
    pub host: Organisation,
    /// How many stand on its roll.
    pub enrolled: i64,
}

/// Everything that class lists of an organisation are planned from.
#[derive(Debug, Clone)]
pub struct Basis {
    /// The programme.
    pub record: ProgrammeRecord,
    /// The day on which it was read.
    pub today: NaiveDate,
    /// The organisation whose members and classes are planned.
    pub organisation: Organisation,
    /// Members whom the programme is to train.
    pub members: i64,
    /// How many of them passed their first class on which day.
    pub trained: Vec<(NaiveDate, i64)>,
    /// Those of them who passed none.
    pub seekers: Vec<Seeker>,
    /// The classes to come, by first day.
    pub classes: Vec<ComingClass>,
    /// The sites of the county.
    pub sites: Vec<TrainingSite>,
    /// What other classes take of them.
    pub site_uses: Vec<SiteUse>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: MembershipId,
    #[diesel(sql_type = Uuid)]
    branch_id: OrganisationId,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Text)]
    occupation: String,
    #[diesel(sql_type = Bool)]
    is_never: bool,
    #[diesel(sql_type = Nullable<Uuid>)]
    class_id: Option<TrainingClassId>,
    #[diesel(sql_type = Nullable<Date>)]
    class_day: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Array<Date>>)]
    firsts: Option<Vec<NaiveDate>>,
    #[diesel(sql_type = Nullable<Array<Date>>)]
    lasts: Option<Vec<NaiveDate>>,
}

#[derive(QueryableByName)]
struct Passed {
    #[diesel(sql_type = Nullable<Date>)]
    day: Option<NaiveDate>,
    #[diesel(sql_type = BigInt)]
    members: i64,
}

/// `sittings`: rolls of classes whose outcome is not entered; `chosen`: of this programme, one each; `others`: the rest
/// that are not over.
const SEEKERS: &str = "\
, sittings AS MATERIALIZED (
    SELECT e.membership_id, e.class_id, c.programme_id, e.first_day, e.last_day
    FROM training_enrolments e
    JOIN training_classes c ON c.county_id = $1 AND c.id = e.class_id AND c.state IN ('planned', 'open', 'held')
    LEFT JOIN training_attendances a ON a.county_id = $1 AND a.class_id = e.class_id
        AND a.membership_id = e.membership_id
    WHERE e.county_id = $1 AND e.withdrawn_on IS NULL AND e.kind = 'class' AND a.class_id IS NULL),
chosen AS (
    SELECT DISTINCT ON (membership_id) membership_id, class_id, last_day FROM sittings WHERE programme_id = $2
    ORDER BY membership_id, first_day, class_id),
others AS (
    SELECT s.membership_id, array_agg(s.first_day ORDER BY s.first_day) AS firsts,
        array_agg(s.last_day ORDER BY s.first_day) AS lasts
    FROM sittings s LEFT JOIN chosen k ON k.membership_id = s.membership_id AND k.class_id = s.class_id
    WHERE k.class_id IS NULL AND s.last_day > $3 GROUP BY s.membership_id),
ever AS (SELECT DISTINCT membership_id FROM training_completions WHERE county_id = $1)
SELECT r.id, r.branch_id, p.path, m.occupation, v.membership_id IS NULL AS is_never, k.class_id,
    k.last_day AS class_day, o.firsts, o.lasts
FROM roster r
JOIN memberships m ON m.county_id = $1 AND m.id = r.id
JOIN placed p ON p.id = r.branch_id
LEFT JOIN chosen k ON k.membership_id = r.id
LEFT JOIN others o ON o.membership_id = r.id
LEFT JOIN ever v ON v.membership_id = r.id
WHERE r.passed_on IS NULL
ORDER BY r.id";

/// Reads what the class lists of a programme are planned from: the members and the classes of the actor's organisation.
///
/// # Errors
/// `Missing` for a programme of another county; `Forbidden`.
pub async fn basis(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
) -> Result<Basis> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(conn, scope, async |conn| {
        let today = clock::today();
        let organisation =
            organisations::queries::by_code(conn, scope, scope.path.code()).await.or_missing("该组织")?;
        let record = queries::programme(conn, scope.county, programme).await?;
        let demand = record.demand_on(today).or_missing("这项轮训计划的要求")?;
        let question = Question::new(conn, actor, &record, demand, &organisation, today).await?;
        let roster = question.roster();
        let passed: Vec<Passed> = question
            .about(format!(
                "{roster} SELECT passed_on AS day, count(*) AS members FROM roster GROUP BY 1 ORDER BY 1"
            ))
            .load(conn)
            .await?;
        let found: Vec<Found> = question.about(format!("{roster}{SEEKERS}")).load(conn).await?;
        let classes = coming(conn, actor, programme, today).await?;
        let sites = queries::sites(conn, scope.county).await?;
        let site_uses = queries::site_uses(conn, scope, programme, today).await?;
        Ok(Basis {
            today,
            members: passed.iter().map(|one| one.members).sum(),
            trained: passed.iter().filter_map(|one| Some((one.day?, one.members))).collect(),
            seekers: found.into_iter().map(seeker).collect(),
            classes,
            sites,
            site_uses,
            record,
            organisation,
        })
    })
    .await
}

fn seeker(found: Found) -> Seeker {
    Seeker {
        member: found.id,
        branch: found.branch_id,
        path: Path::stored(found.path),
        occupation: found.occupation,
        is_never: found.is_never,
        sits_in: found.class_id.zip(found.class_day).map(|(class, last_day)| Sitting { class, last_day }),
        busy: found.firsts.unwrap_or_default().into_iter().zip(found.lasts.unwrap_or_default()).collect(),
    }
}

/// The classes of a programme that stand in the actor's subtree and have not begun.
async fn coming(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    today: NaiveDate,
) -> Result<Vec<ComingClass>> {
    let (county, path) = (actor.scope.county, &actor.scope.path);
    let classes: Vec<Class> = training_classes::table
        .filter(training_classes::county_id.eq(county).and(training_classes::programme_id.eq(programme)))
        .filter(training_classes::path.ge(path.as_str()).and(training_classes::path.lt(path.end())))
        .filter(training_classes::kind.eq(ClassKind::Class.code()))
        .filter(training_classes::state.eq_any([ClassState::Planned.code(), ClassState::Open.code()]))
        .filter(training_classes::first_day.gt(today))
        .order((training_classes::first_day, training_classes::code))
        .select(Class::as_select())
        .load(conn)
        .await?;
    let ids: Vec<TrainingClassId> = classes.iter().map(|class| class.id).collect();
    let enrolled = queries::seats_taken(conn, county, &ids).await?;
    let hosts: HashMap<OrganisationId, Organisation> =
        queries::organisations(conn, county, classes.iter().map(|class| class.organisation_id)).await?;
    let told = classes.into_iter().filter_map(|class| {
        let host = hosts.get(&class.organisation_id)?.clone();
        let enrolled = enrolled.get(&class.id).copied().unwrap_or_default();
        Some(ComingClass { class, host, enrolled })
    });
    Ok(told.collect())
}
