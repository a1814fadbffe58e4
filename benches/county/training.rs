//! How far a programme has come, over five years of classes: ten attendances of every member on record.

use std::time::Instant;

use anyhow::Context;
use cadre::base::actor::Actor;
use cadre::base::ids::{MembershipId, OrganisationId, TrainingClassId, TrainingProgrammeId};
use cadre::base::keys::KeyRing;
use cadre::base::values::MembershipStatus;
use cadre::base::{clock, db};
use cadre::records::training::{
    self, Attend, ClassKind, ClassStep, Demand, Enrol, Items, NewField, OutstandingFilter, PlanClass,
    SetProgramme, StepClass, TrainingResult, Whom,
};
use chrono::{Days, NaiveDate};
use diesel_async::{AsyncConnection, AsyncPgConnection};

use crate::stage::Stage;
use crate::table::{Table, quantile};

/// Attendances of each member.
const ROUNDS: u64 = 10;
/// Members of a class.
const PLACES: usize = 100;
const QUESTIONS: usize = 200;

/// Enters the attendances by the verbs, then asks for the coverage of the county: today, and on a day that is past.
pub async fn measure(stage: &Stage, table: &mut Table) -> anyhow::Result<()> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let actor = Actor::command_line(stage.loaded.scope.clone());
    let today = clock::today();
    let first = today.checked_sub_days(Days::new(5 * 365)).context("five years ago")?;
    let programme = training::set_programmes(&mut conn, &actor, &[rotation(first)]).await?[0];
    let begin = Instant::now();
    let mut attended = 0;
    for round in 0..ROUNDS {
        let on = first.checked_add_days(Days::new(round * 170 + 30)).context("a day")?;
        attended += enter(&mut conn, &actor, stage, programme, (round, on)).await?;
        db::count(&mut owner, &["training_enrolments", "training_attendances", "training_completions"])
            .await?;
    }
    let seconds = begin.elapsed().as_secs_f64();
    table.tell("attendances on record", attended as f64, "");
    table.tell("classes planned, enrolled in and attended", attended as f64 / seconds, "rows/s");
    db::tidy(&mut owner).await?;
    let mut report = AsyncPgConnection::establish(&stage.addresses.report).await?;
    for (what, day) in [("today", today), ("a year ago", today - Days::new(365))] {
        let mut times = Vec::with_capacity(QUESTIONS);
        for number in 0..=QUESTIONS {
            let begin = Instant::now();
            let county = &stage.county.code;
            let found = training::coverage(&mut report, &actor, programme, county, day).await?;
            anyhow::ensure!(found.total.members > 0 && found.total.trained > 0, "nobody is trained");
            // The first question prepares the statement.
            if number > 0 {
                times.push(begin.elapsed().as_secs_f64() * 1000.0);
            }
        }
        let slow = quantile(&mut times, 990);
        table.add(&format!("coverage of the county {what}, p99"), "under 100 ms", slow, 100.0, "ms");
    }
    missing(stage, &mut report, &actor, programme, table).await
}

/// The first page of those never trained.
async fn missing(
    stage: &Stage,
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    programme: TrainingProgrammeId,
    table: &mut Table,
) -> anyhow::Result<()> {
    let keys = KeyRing::open(&stage.keys())?;
    let filter = OutstandingFilter::default();
    let mut times = Vec::with_capacity(QUESTIONS);
    for _ in 0..QUESTIONS {
        let (begin, county, today) = (Instant::now(), &stage.county.code, clock::today());
        training::outstanding(conn, actor, &keys, programme, county, today, &filter, None, 50).await?;
        times.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    let slow = quantile(&mut times, 990);
    table.add("a page of those never trained, p99", "under 200 ms", slow, 200.0, "ms");
    Ok(())
}

fn rotation(from_day: NaiveDate) -> SetProgramme {
    SetProgramme {
        code: "bench".to_owned(),
        name: "五年轮训".to_owned(),
        from_day,
        years: 5,
        is_primary: false,
        demand: Demand {
            statuses: MembershipStatus::ALL.iter().copied().filter(|one| one.in_register()).collect(),
            occupations: Vec::new(),
            exempt_age: None,
            is_unified: false,
            floors: vec![20; 5],
            source: "县委〔2021〕1号".to_owned(),
        },
        fields: vec![NewField {
            code: "village".to_owned(),
            name: "村（社区）".to_owned(),
            occupations: Vec::new(),
        }],
    }
}

/// One class after the other for everybody who is in the register today and was on the day; answers how many came.
async fn enter(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    stage: &Stage,
    programme: TrainingProgrammeId,
    (round, on): (u64, NaiveDate),
) -> anyhow::Result<usize> {
    let county: OrganisationId = *stage.loaded.organisations.first().context("a county")?;
    let present: Vec<MembershipId> = stage
        .county
        .members
        .iter()
        .zip(&stage.loaded.members)
        .filter(|(member, _)| member.from_day() <= on && member.in_register_on(on))
        .map(|(_, id)| *id)
        .collect();
    // One member in ten has never been trained.
    let rolls: Vec<&[MembershipId]> = present.chunks(PLACES).filter(|roll| roll.len() > 10).collect();
    let plans: Vec<PlanClass> = (0..rolls.len())
        .map(|number| PlanClass {
            code: format!("b{round}-{number:05}"),
            name: "党员轮训班".to_owned(),
            kind: ClassKind::Class,
            programme,
            field: "village".to_owned(),
            organisation: county,
            audience: county,
            first_day: on,
            last_day: on,
            hours: 8.into(),
            places: Some(100),
            is_away: false,
            takes_walk_ins: false,
            items: Items::default(),
            note: None,
        })
        .collect();
    let ids = training::plan_classes(conn, actor, &plans).await?;
    let step = |step| {
        let command =
            move |class: &TrainingClassId| StepClass { class: *class, version: None, step, reason: None };
        ids.iter().map(command).collect::<Vec<_>>()
    };
    training::step_classes(conn, actor, &step(ClassStep::Open)).await?;
    let mut attended = 0;
    for (ids, rolls) in ids.chunks(100).zip(rolls.chunks(100)) {
        let enrol: Vec<Enrol> = ids
            .iter()
            .zip(rolls)
            .map(|(class, roll)| Enrol { class: *class, whom: Whom::Members(roll[10..].to_vec()) })
            .collect();
        training::enrol(conn, actor, &enrol).await?;
    }
    training::step_classes(conn, actor, &step(ClassStep::Hold)).await?;
    for (ids, rolls) in ids.chunks(100).zip(rolls.chunks(100)) {
        let came: Vec<Attend> = ids
            .iter()
            .zip(rolls)
            .flat_map(|(class, roll)| roll[10..].iter().map(|member| (*class, *member)))
            .map(|(class, member)| Attend {
                class,
                member,
                hours: 8.into(),
                result: TrainingResult::Passed,
                note: None,
            })
            .collect();
        attended += came.len();
        training::attend(conn, actor, &came).await?;
    }
    Ok(attended)
}
