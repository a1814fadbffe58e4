//! Who is on the roll, and who came.

use bigdecimal::BigDecimal;
use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::records::members::{self, Event, EventKind};
use cadre::records::training::{
    self, ChangeClass, ClassStep, CorrectAttendance, Edits, Enrol, RemoveAttendance, TrainingResult, WalkIns,
    Whom, Withdraw, queries,
};

use super::{Stage, field, fields, refused};
use crate::support::builders::training::{attendance, class, class_step};
use crate::support::builders::{day, member};

#[tokio::test]
async fn members_enrol_once_at_a_time_and_while_there_are_places() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..5).await;
    let strangers = stage.members(2, 1, 11..12).await;
    let mut small = class(stage.programme, stage.county.town(1), "small", "2021-05-10");
    small.places = Some(2);
    let small = stage.plan(small).await.unwrap();
    let error = stage.enrol(small, &people[..1]).await.unwrap_err();
    assert!(refused(&error).contains("已计划"), "{error}");
    stage.step(small, ClassStep::Open).await.unwrap();
    let error = stage.enrol(small, &people[..3]).await.unwrap_err();
    assert!(field(&error).1.contains("名额2人，已满"), "{error}");
    assert_eq!(stage.roll(small).await, [], "all or none");
    stage.enrol(small, &people[..2]).await.unwrap();
    let error = stage.enrol(small, &people[..1]).await.unwrap_err();
    assert!(field(&error).1.contains("不必重复报名"), "{error}");
    let error = stage.enrol(small, &strangers).await.unwrap_err();
    assert!(field(&error).1.contains("没有找到"), "{error}");
    // The last day of one class is the first of the other.
    let other = stage.open("other", "2021-05-11").await;
    let error = stage.enrol(other, &people[..3]).await.unwrap_err();
    assert_eq!(fields(&error).len(), 2);
    assert!(fields(&error)[0].message.contains("“small”名单中（2021-05-10至2021-05-11）"), "{error}");
    let clerk = stage.clerk.clone();
    let withdraw = |class| Withdraw { class, member: people[0], reason: "请假".to_owned() };
    training::withdraw(&mut stage.conn, &clerk, &[withdraw(small)]).await.unwrap();
    let error = training::withdraw(&mut stage.conn, &clerk, &[withdraw(small)]).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    stage.enrol(other, &[people[0], people[2]]).await.unwrap();
    // A class does not move onto the days of another one.
    let edits = Edits { last_day: Edit::Set(day("2021-05-13")), ..Edits::default() };
    let later = stage.open("later", "2021-05-20").await;
    stage.enrol(later, &people[..1]).await.unwrap();
    let edits = Edits { first_day: Edit::Set(day("2021-05-12")), ..edits };
    let change = ChangeClass { class: later, version: 2, edits };
    let error = training::change_classes(&mut stage.conn, &clerk, &[change]).await.unwrap_err();
    assert!(refused(&error).contains("“王一”同期在班次“other”（2021-05-11至2021-05-12）"), "{error}");
    // A cancelled class lets everybody go.
    stage.step(other, ClassStep::Cancel).await.unwrap();
    let lines = stage.roll(other).await;
    assert!(lines.iter().all(|line| line.withdrawal_reason.as_deref() == Some("班次取消")), "{lines:?}");
    stage.enrol(small, &people[..1]).await.unwrap();
    assert_eq!(stage.card(small).await.enrolled, 2, "whoever comes back stands once on the roll");
}

#[tokio::test]
async fn a_branch_enrols_whoever_is_not_trained_yet() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..6).await;
    let first = stage.held("first", "2020-05-10", &people[..1]).await;
    stage.attend(attendance(first, people[0])).await.unwrap();
    let busy = stage.open("busy", "2021-05-10").await;
    stage.enrol(busy, &people[1..2]).await.unwrap();
    // A town enrols its own members in a class of the county.
    let mut command = class(stage.programme, &stage.county.county.clone(), "county", "2021-05-10");
    command.places = Some(2);
    let supervisor = stage.supervisor.clone();
    let of_county = training::plan_classes(&mut stage.conn, &supervisor, &[command]).await.unwrap()[0];
    training::step_classes(&mut stage.conn, &supervisor, &[class_step(of_county, ClassStep::Open)])
        .await
        .unwrap();
    let branch = stage.county.branch(1, 1).id;
    let clerk = stage.clerk.clone();
    let enrol = [Enrol { class: of_county, whom: Whom::Branch(branch) }];
    let answer = training::enrol(&mut stage.conn, &clerk, &enrol).await.unwrap().remove(0);
    assert_eq!(answer.members.len(), 2);
    let mut reasons: Vec<String> = answer.left_out.iter().map(|(_, why)| why.to_string()).collect();
    reasons.sort();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    for part in ["已经轮训合格", "同期的班次“busy”", "已满"] {
        assert!(reasons.iter().any(|reason| reason.contains(part)), "{part}: {reasons:?}");
    }
    stage.clerk = stage.county.town(2).actor(Role::Clerk);
    let clerk = stage.clerk.clone();
    let error = training::enrol(&mut stage.conn, &clerk, &enrol).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "the branch of another town: {error:?}");
    assert_eq!(stage.roll(of_county).await, [], "nor does it see who of another town is on the roll");
}

#[tokio::test]
async fn attendance_is_entered_once_for_whoever_was_enrolled() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..5).await;
    let id = stage.open("a", "2021-05-10").await;
    stage.enrol(id, &people[..2]).await.unwrap();
    let error = stage.attend(attendance(id, people[0])).await.unwrap_err();
    assert_eq!(field(&error).0, "class", "{error:?}");
    stage.step(id, ClassStep::Hold).await.unwrap();
    let error = stage.attend(attendance(id, people[2])).await.unwrap_err();
    assert!(field(&error).1.contains("没有报名该班次"), "{error}");
    for (hours, result, wrong) in [
        ("16.5", TrainingResult::Passed, "hours"),
        ("-1", TrainingResult::Failed, "hours"),
        ("7.25", TrainingResult::Passed, "hours"),
        ("0", TrainingResult::Passed, "result"),
    ] {
        let command = training::Attend { hours: hours.parse().unwrap(), result, ..attendance(id, people[0]) };
        assert_eq!(field(&stage.attend(command).await.unwrap_err()).0, wrong, "{hours}");
    }
    stage.attend(attendance(id, people[0])).await.unwrap();
    let error = stage.attend(attendance(id, people[0])).await.unwrap_err();
    assert!(field(&error).1.contains("已经登记"), "{error}");
    let clerk = stage.clerk.clone();
    let both = [attendance(id, people[1]), attendance(id, people[1])];
    let looked =
        training::examine_attendances(&mut stage.conn, &clerk, &both, &mut WalkIns::default()).await.unwrap();
    assert!(looked[0].is_empty() && looked[1][0].message.contains("出现了两次"), "{looked:?}");
    let withdraw = Withdraw { class: id, member: people[0], reason: "误报".to_owned() };
    let error = training::withdraw(&mut stage.conn, &clerk, &[withdraw]).await.unwrap_err();
    assert!(refused(&error).contains("已经登记"), "{error}");
    stage.step(id, ClassStep::Close).await.unwrap();
    let error = stage.attend(attendance(id, people[1])).await.unwrap_err();
    assert!(field(&error).1.contains("重新打开"), "{error}");
    assert_eq!((stage.card(id).await.attended, stage.card(id).await.passed), (1, 1));
}

#[tokio::test]
async fn nobody_attends_after_he_left_or_before_he_came() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..4).await;
    let id = stage.held("a", "2021-05-10", &people).await;
    let event = |member, kind, on: &str| Event {
        member,
        version: None,
        kind,
        on: day(on),
        reason: Some("支部报告".to_owned()),
    };
    let clerk = stage.clerk.clone();
    for (member, on) in [(people[0], "2021-05-11"), (people[1], "2021-05-12")] {
        members::record(&mut stage.conn, &clerk, &[event(member, EventKind::Decease, on)]).await.unwrap();
    }
    let error = stage.attend(attendance(id, people[0])).await.unwrap_err();
    assert!(field(&error).1.contains("自2021-05-11起为“死亡”"), "{error}");
    stage.attend(attendance(id, people[1])).await.expect("he died the day after");
    let mut late = member(stage.county.branch(1, 1).id, "李娜", 9);
    (late.joined_on, late.full_member_on) = (day("2021-05-12"), Some(day("2022-05-12")));
    let late = members::enrol(&mut stage.conn, &clerk, &stage.keys, &[late]).await.unwrap()[0];
    let walk = stage.open("walk", "2021-05-10").await;
    let error = stage.enrol(walk, &[late]).await.unwrap_err();
    assert!(field(&error).1.contains("自2021-05-12起才在册"), "{error}");
}

#[tokio::test]
async fn a_class_that_takes_walk_ins_enrols_and_marks_them() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..3).await;
    let mut command = class(stage.programme, stage.county.town(1), "walk", "2021-05-10");
    command.takes_walk_ins = true;
    let id = stage.plan(command).await.unwrap();
    for step in [ClassStep::Open, ClassStep::Hold] {
        stage.step(id, step).await.unwrap();
    }
    stage.attend(attendance(id, people[0])).await.unwrap();
    let lines = stage.roll(id).await;
    assert!(lines[0].is_walk_in && lines[0].result.as_deref() == Some("passed"), "{lines:?}");
    let clerk = stage.clerk.clone();
    let remove = |version, reason: &str| RemoveAttendance {
        class: id,
        member: people[0],
        version,
        reason: reason.to_owned(),
    };
    for (command, kind) in [(remove(1, " "), "reason"), (remove(2, "误登"), "stale")] {
        let error = training::remove_attendances(&mut stage.conn, &clerk, &[command]).await.unwrap_err();
        assert!(matches!(&error, Error::Stale) == (kind == "stale"), "{error:?}");
    }
    training::remove_attendances(&mut stage.conn, &clerk, &[remove(1, "误登")]).await.unwrap();
    let lines = stage.roll(id).await;
    assert_eq!((lines[0].withdrawal_reason.as_deref(), lines[0].hours.clone()), (Some("误登"), None));
    assert_eq!(stage.coverage("500237", "2021-06-30").await.total.trained, 0);
}

#[tokio::test]
async fn a_correction_moves_who_is_trained_and_since_when() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..3).await;
    let first = stage.held("first", "2020-05-10", &people).await;
    let second = stage.held("second", "2021-05-10", &people).await;
    for id in [second, first] {
        stage.attend(attendance(id, people[0])).await.unwrap();
    }
    assert_eq!(stage.coverage("500237", "2020-12-31").await.total.trained, 1, "the first class counts");
    let clerk = stage.clerk.clone();
    let attend = training::Attend {
        hours: BigDecimal::from(4),
        result: TrainingResult::Failed,
        ..attendance(first, people[0])
    };
    let correct = |version| CorrectAttendance { attend: attend.clone(), version };
    let error = training::correct_attendances(&mut stage.conn, &clerk, &[correct(3)]).await.unwrap_err();
    assert!(matches!(error, Error::Stale), "{error:?}");
    training::correct_attendances(&mut stage.conn, &clerk, &[correct(1)]).await.unwrap();
    assert_eq!(stage.coverage("500237", "2020-12-31").await.total.trained, 0);
    assert_eq!(stage.coverage("500237", "2021-12-31").await.total.trained, 1, "the second one does");
    let (scope, member) = (stage.clerk.scope.clone(), people[0]);
    let history =
        db::read(&mut stage.conn, &scope, async |conn| Ok(queries::history(conn, &scope, member).await?))
            .await
            .unwrap();
    let lines: Vec<_> = history.lines.iter().map(|line| (line.code.as_str(), line.trains)).collect();
    assert_eq!(lines, [("second", true), ("first", false)]);
    let years: Vec<_> = history.years.iter().map(|year| (year.year, year.hours.to_string())).collect();
    assert_eq!(years, [(2021, "16".to_owned()), (2020, "4".to_owned())]);
    assert_eq!(history.years[0].member_hours, Some(32));
}
