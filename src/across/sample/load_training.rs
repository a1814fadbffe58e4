//! Enters the training of a sample county through the verbs.

use bigdecimal::BigDecimal;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::codes;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::base::values::MembershipStatus;
use crate::records::training::{
    self, Attend, ClassState, ClassStep, Demand, Enrol, Exempt, Items, NewField, PlanClass, SetProgramme,
    StepClass, Whom,
};

use super::Loaded;
use super::model::{SampleClass, SampleCounty};
use super::pack::ProgrammePack;

/// Members on the rolls of the classes that one verb takes.
const CHUNK: usize = 5_000;

/// Sets the programmes, exempts who need not be trained, and takes every class as far as it has come. `owner` counts the
/// tables, so that the planner knows them.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_training(
    owner: &mut AsyncPgConnection,
    conn: &mut AsyncPgConnection,
    county: &SampleCounty,
    loaded: &Loaded,
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    let training = &county.training;
    let programmes: Vec<SetProgramme> = training.programmes.iter().map(programme).collect::<Result<_>>()?;
    let programmes = training::set_programmes(conn, &actor, &programmes).await?;
    let exemptions: Vec<Exempt> = training
        .exemptions
        .iter()
        .map(|one| {
            Ok(Exempt {
                member: at(&loaded.members, one.member)?,
                kind: one.kind,
                reason: one.reason.to_owned(),
                from_day: one.from_day,
                to_day: None,
            })
        })
        .collect::<Result<_>>()?;
    if !exemptions.is_empty() {
        training::exempt(conn, &actor, &exemptions).await?;
    }
    let mut rest = training.classes.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(chunk(rest));
        play(conn, &actor, loaded, &programmes, now).await?;
        if rest.len() == training.classes.len() {
            db::count(owner, &["training_classes", "training_enrolments", "training_attendances"]).await?;
        }
        rest = later;
    }
    Ok(())
}

/// How many classes come to about [`CHUNK`] members; at least one.
fn chunk(classes: &[SampleClass]) -> usize {
    let mut members = 0usize;
    let fits = classes.iter().take_while(|class| {
        members = members.saturating_add(class.roll.len());
        members <= CHUNK
    });
    fits.count().max(1).min(classes.len())
}

fn at<T: Copy>(list: &[T], place: usize) -> Result<T> {
    list.get(place).copied().ok_or_else(|| Error::broken("a sample names a place that it does not have"))
}

fn programme(pack: &ProgrammePack) -> Result<SetProgramme> {
    let names = codes::vocabulary("training_field").ok_or_else(|| Error::broken("no list of fields"))?;
    let field = |code: &String| NewField {
        code: code.clone(),
        name: names.name_of(code).to_owned(),
        occupations: Vec::new(),
    };
    Ok(SetProgramme {
        code: pack.code.clone(),
        name: pack.name.clone(),
        from_day: pack.from,
        years: pack.years,
        is_primary: true,
        demand: Demand {
            statuses: MembershipStatus::ALL.iter().copied().filter(|status| status.in_register()).collect(),
            occupations: Vec::new(),
            exempt_age: None,
            is_unified: pack.is_unified,
            floors: pack.floors.clone(),
            source: pack.source.clone(),
        },
        fields: pack.fields.iter().map(field).collect(),
    })
}

async fn play(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    loaded: &Loaded,
    programmes: &[TrainingProgrammeId],
    classes: &[SampleClass],
) -> Result<()> {
    let plans: Vec<PlanClass> =
        classes.iter().map(|class| plan(class, &loaded.organisations, programmes)).collect::<Result<_>>()?;
    let ids = training::plan_classes(conn, actor, &plans).await?;
    let reached = |wanted: &[ClassState]| -> Vec<(&SampleClass, TrainingClassId)> {
        let pairs = classes.iter().zip(ids.iter().copied());
        pairs.filter(|(class, _)| wanted.contains(&class.state)).collect()
    };
    let opened = reached(&[ClassState::Open, ClassState::Held, ClassState::Closed]);
    step(conn, actor, &opened, ClassStep::Open).await?;
    let rolls: Vec<Enrol> = opened
        .iter()
        .filter(|(class, _)| !class.roll.is_empty())
        .map(|(class, id)| {
            let members = class.roll.iter().map(|place| at(&loaded.members, *place));
            Ok(Enrol { class: *id, whom: Whom::Members(members.collect::<Result<Vec<MembershipId>>>()?) })
        })
        .collect::<Result<_>>()?;
    if !rolls.is_empty() {
        training::enrol(conn, actor, &rolls).await?;
    }
    let held = reached(&[ClassState::Held, ClassState::Closed]);
    step(conn, actor, &held, ClassStep::Hold).await?;
    let mut attended = Vec::new();
    for (class, id) in &held {
        for (member, result) in &class.attended {
            attended.push(Attend {
                class: *id,
                member: at(&loaded.members, *member)?,
                hours: BigDecimal::from(class.hours),
                result: *result,
                note: None,
            });
        }
    }
    if !attended.is_empty() {
        training::attend(conn, actor, &attended).await?;
    }
    step(conn, actor, &reached(&[ClassState::Closed]), ClassStep::Close).await
}

async fn step(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    classes: &[(&SampleClass, TrainingClassId)],
    step: ClassStep,
) -> Result<()> {
    let commands: Vec<StepClass> =
        classes.iter().map(|(_, id)| StepClass { class: *id, version: None, step, reason: None }).collect();
    if commands.is_empty() { Ok(()) } else { training::step_classes(conn, actor, &commands).await }
}

fn plan(
    class: &SampleClass,
    organisations: &[OrganisationId],
    programmes: &[TrainingProgrammeId],
) -> Result<PlanClass> {
    let keeper = at(organisations, class.keeper)?;
    Ok(PlanClass {
        code: class.code.clone(),
        name: class.name.clone(),
        kind: class.kind,
        programme: at(programmes, class.programme)?,
        field: class.field.to_owned(),
        organisation: keeper,
        audience: keeper,
        first_day: class.first_day,
        last_day: class.last_day,
        hours: BigDecimal::from(class.hours),
        places: Some(i32::try_from(class.places).map_err(Error::broken)?),
        is_away: class.is_away,
        takes_walk_ins: false,
        items: Items {
            site: Some(if class.is_away { "县外培训基地" } else { "党校教学点" }.to_owned()),
            is_course_approved: true,
            teacher: Some(class.teacher.to_owned()),
            cost_bearer: Some("县级财政".to_owned()),
            assessment: Some("闭卷测试和学员评教".to_owned()),
        },
        note: None,
    })
}
