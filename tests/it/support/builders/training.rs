//! Training: commands with sensible defaults, to be changed where a test cares.

use bigdecimal::BigDecimal;
use cadre::base::clock;
use cadre::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use cadre::base::values::MembershipStatus;
use cadre::records::training::{
    Attend, ClassKind, ClassStep, Demand, Items, NewField, PlanClass, SetProgramme, StepClass, TrainingResult,
};

use chrono::{Days, NaiveDate};

use super::{Place, day};

/// Wushan's rotation: four years from 2020 on, 30/30/30/10 percent, everybody in the register.
pub fn programme() -> SetProgramme {
    SetProgramme {
        code: "rotation-2020".to_owned(),
        name: "万名党员大轮训".to_owned(),
        from_day: day("2020-01-01"),
        years: 4,
        is_primary: true,
        demand: Demand {
            statuses: vec![
                MembershipStatus::Normal,
                MembershipStatus::Watch,
                MembershipStatus::SuspendedRights,
            ],
            occupations: Vec::new(),
            exempt_age: None,
            is_unified: false,
            floors: vec![30, 30, 30, 10],
            source: "县委〔2020〕1号".to_owned(),
        },
        fields: vec![
            NewField {
                code: "village".to_owned(), name: "村（社区）".to_owned(), occupations: Vec::new()
            },
            NewField {
                code: "education".to_owned(), name: "教育系统".to_owned(), occupations: Vec::new()
            },
        ],
    }
}

/// The day so many days from today.
pub fn in_days(days: u64) -> NaiveDate {
    clock::today().checked_add_days(Days::new(days)).unwrap()
}

/// A rotation that began with this year and runs for five.
pub fn running() -> SetProgramme {
    let mut running = programme();
    "rotation-now".clone_into(&mut running.code);
    "本轮大轮训".clone_into(&mut running.name);
    running.from_day = day(&clock::today().format("%Y-01-01").to_string());
    running.years = 5;
    running.demand.floors = vec![20; 5];
    running
}

/// A class of two days and sixteen hours for the members of a place, held by it.
pub fn class(programme: TrainingProgrammeId, place: &Place, code: &str, first_day: &str) -> PlanClass {
    let first_day = day(first_day);
    PlanClass {
        code: code.to_owned(),
        name: format!("党员轮训班{code}"),
        kind: ClassKind::Class,
        programme,
        field: "village".to_owned(),
        organisation: place.id,
        audience: place.id,
        first_day,
        last_day: first_day.succ_opt().unwrap(),
        hours: BigDecimal::from(16),
        places: Some(50),
        is_away: false,
        takes_walk_ins: false,
        items: Items { site: Some("县委党校".to_owned()), ..Items::default() },
        note: None,
    }
}

/// A step of a class, with a reason.
pub fn class_step(class: TrainingClassId, step: ClassStep) -> StepClass {
    StepClass { class, version: None, step, reason: Some("会议决定".to_owned()) }
}

/// Sixteen hours, passed.
pub fn attendance(class: TrainingClassId, member: MembershipId) -> Attend {
    Attend { class, member, hours: BigDecimal::from(16), result: TrainingResult::Passed, note: None }
}
