//! Classes: planned, changed, taken on.

use bigdecimal::BigDecimal;
use cadre::base::actor::Role;
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::records::training::rules::next_state;
use cadre::records::training::{self, ChangeClass, ClassState, ClassStep, Edits, ReviseDemand, StepClass};

use super::{Stage, field, fields, refused};
use crate::support::builders::day;
use crate::support::builders::training::{class, class_step, programme};

#[tokio::test]
async fn a_class_says_what_is_wrong_with_it() {
    let mut stage = Stage::new().await;
    let right = class(stage.programme, stage.county.town(1), "2021-01", "2021-05-10");
    let other_town = stage.county.town(2).id;
    for (wrong, change) in [
        ("code", (|c| "1 2".clone_into(&mut c.code)) as fn(&mut training::PlanClass)),
        ("name", |c| c.name.clear()),
        ("field", |c| "health".clone_into(&mut c.field)),
        ("last_day", |c| c.last_day = day("2021-05-09")),
        ("first_day", |c| c.first_day = day("2019-12-31")),
        ("hours", |c| c.hours = BigDecimal::from(0)),
        ("hours", |c| c.hours = BigDecimal::from(25)),
        ("hours", |c| c.hours = "7.25".parse().unwrap()),
        ("places", |c| c.places = Some(0)),
        ("note", |c| c.note = Some("长".repeat(501))),
    ] {
        let mut command = right.clone();
        change(&mut command);
        let error = stage.plan(command).await.unwrap_err();
        assert!(fields(&error).iter().any(|one| one.field == wrong), "{wrong}: {error:?}");
    }
    let mut outside = right.clone();
    outside.audience = other_town;
    assert_eq!(field(&stage.plan(outside).await.unwrap_err()).0, "audience");
    stage.plan(right.clone()).await.unwrap();
    let error = stage.plan(right).await.unwrap_err();
    assert!(field(&error).1.contains("2021-01"), "{error}");
}

/// Every state and step against the database: what the rules allow is done, everything else is refused with a sentence
/// and nothing is written.
#[tokio::test]
async fn a_class_goes_no_way_but_the_one_of_the_rules() {
    let mut stage = Stage::new().await;
    let ways: [(ClassState, &[ClassStep]); 5] = [
        (ClassState::Planned, &[]),
        (ClassState::Open, &[ClassStep::Open]),
        (ClassState::Held, &[ClassStep::Open, ClassStep::Hold]),
        (ClassState::Closed, &[ClassStep::Open, ClassStep::Hold, ClassStep::Close]),
        (ClassState::Cancelled, &[ClassStep::Cancel]),
    ];
    for (number, (state, way)) in ways.into_iter().enumerate() {
        for step in ClassStep::ALL {
            let code = format!("c{number}-{}", step.code());
            let id =
                stage.plan(class(stage.programme, stage.county.town(1), &code, "2021-05-10")).await.unwrap();
            for before in way {
                stage.step(id, *before).await.unwrap();
            }
            let before = stage.card(id).await.class;
            assert_eq!(before.state().unwrap(), state);
            let done = stage.step(id, step).await;
            let after = stage.card(id).await.class;
            match next_state(state, step) {
                Some(next) => {
                    done.unwrap();
                    assert_eq!((after.state().unwrap(), after.version), (next, before.version + 1));
                }
                None => {
                    assert!(refused(&done.unwrap_err()).contains(state.name()), "{state} {}", step.code());
                    assert_eq!(after, before);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_class_is_held_when_it_is_over_and_cancelled_for_a_reason() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let mut next = programme();
    "rotation-2026".clone_into(&mut next.code);
    "新一轮轮训".clone_into(&mut next.name);
    next.from_day = day("2026-01-01");
    let programme = training::set_programmes(&mut stage.conn, &supervisor, &[next]).await.unwrap()[0];
    let command = class(programme, stage.county.town(1), "2029-01", "2029-05-10");
    let id = stage.plan(command).await.unwrap();
    stage.step(id, ClassStep::Open).await.unwrap();
    let error = stage.step(id, ClassStep::Hold).await.unwrap_err();
    assert!(refused(&error).contains("2029-05-11"), "{error}");
    let silent = StepClass { reason: Some(" ".to_owned()), ..class_step(id, ClassStep::Cancel) };
    let clerk = stage.clerk.clone();
    let error = training::step_classes(&mut stage.conn, &clerk, &[silent]).await.unwrap_err();
    assert_eq!(field(&error).0, "reason");
    stage.step(id, ClassStep::Cancel).await.unwrap();
    assert_eq!(stage.card(id).await.class.cancel_reason.as_deref(), Some("会议决定"));
}

#[tokio::test]
async fn a_unified_programme_asks_for_its_items() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let mut demand = programme().demand;
    demand.is_unified = true;
    let revise = ReviseDemand { programme: stage.programme, version: 1, from_day: day("2021-01-01"), demand };
    training::revise_demands(&mut stage.conn, &supervisor, &[revise]).await.unwrap();
    let id = stage.plan(class(stage.programme, stage.county.town(1), "u1", "2021-05-10")).await.unwrap();
    let error = stage.step(id, ClassStep::Open).await.unwrap_err();
    assert!(refused(&error).contains("课程审核、授课教师、经费承担单位"), "{error}");
    let edits = Edits {
        is_course_approved: Edit::Set(true),
        teacher: Edit::Set("陈红".to_owned()),
        cost_bearer: Edit::Set("县财政".to_owned()),
        ..Edits::default()
    };
    let clerk = stage.clerk.clone();
    let change = ChangeClass { class: id, version: 1, edits };
    let changed = training::change_classes(&mut stage.conn, &clerk, &[change]).await.unwrap();
    assert_eq!(changed, [["is_course_approved", "teacher", "cost_bearer"]]);
    stage.step(id, ClassStep::Open).await.unwrap();
    stage.step(id, ClassStep::Hold).await.unwrap();
    let error = stage.step(id, ClassStep::Close).await.unwrap_err();
    assert!(refused(&error).contains("考核评估"), "{error}");
    let edits = Edits { hours: Edit::Set(BigDecimal::from(8)), ..Edits::default() };
    let change = ChangeClass { class: id, version: 4, edits };
    let error = training::change_classes(&mut stage.conn, &clerk, &[change]).await.unwrap_err();
    assert!(refused(&error).contains("已举办"), "{error}");
    let edits = Edits { assessment: Edit::Set("闭卷考试，均合格".to_owned()), ..Edits::default() };
    let change = ChangeClass { class: id, version: 4, edits };
    training::change_classes(&mut stage.conn, &clerk, &[change]).await.unwrap();
    stage.step(id, ClassStep::Close).await.unwrap();
    let edits = Edits { note: Edit::Set("备注".to_owned()), ..Edits::default() };
    let change = ChangeClass { class: id, version: 6, edits };
    let error = training::change_classes(&mut stage.conn, &clerk, &[change]).await.unwrap_err();
    assert!(refused(&error).contains("已结班"), "{error}");
}

#[tokio::test]
async fn a_town_keeps_its_own_classes_and_sees_those_of_the_county() {
    let mut stage = Stage::new().await;
    let mut command = class(stage.programme, &stage.county.county.clone(), "county-1", "2021-05-10");
    let supervisor = stage.supervisor.clone();
    let of_county =
        training::plan_classes(&mut stage.conn, &supervisor, &[command.clone()]).await.unwrap()[0];
    assert_eq!(stage.card(of_county).await.class.code, "county-1");
    let error = stage.step(of_county, ClassStep::Open).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    "town-1".clone_into(&mut command.code);
    (command.organisation, command.audience) = (stage.county.town(1).id, stage.county.town(1).id);
    let of_town = stage.plan(command).await.unwrap();
    stage.clerk = stage.county.town(2).actor(Role::Clerk);
    let error = stage.step(of_town, ClassStep::Open).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    let scope = stage.clerk.scope.clone();
    let listed = cadre::base::db::read(&mut stage.conn, &scope, async |conn| {
        let filter = training::queries::ClassFilter::default();
        training::queries::list_classes(conn, &scope, &filter, None, 10).await
    })
    .await
    .unwrap();
    let codes: Vec<&str> = listed.iter().map(|card| card.class.code.as_str()).collect();
    assert_eq!(codes, ["county-1"], "those of another town are not for its members");
}
