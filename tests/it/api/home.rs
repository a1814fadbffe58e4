//! The first page: what waits in training, for whoever enters it and for whoever answers for it; elections that are
//! overdue or due.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::records::committees::{self, CommitteeKind, OpenCommittee, OpenTerm};
use cadre::records::members;
use cadre::records::training::{self, ClassStep, Enrol, Whom};

use chrono::{Days, Months};

use crate::support::app::TestApp;
use crate::support::builders::training::{attendance, class, class_step, programme};
use crate::support::builders::{committee, day, member};

#[tokio::test(flavor = "multi_thread")]
async fn classes_without_attendance_and_members_behind_the_floor_wait_on_the_first_page() {
    let app = TestApp::new().await;
    let clerk = app.signed_in("clerk.one", Role::Clerk, app.county.town(1)).await;
    let supervisor = app.signed_in("wang", Role::Supervisor, &app.county.county).await;
    let nothing = app.get(&clerk, "/").await.body;
    assert!(!nothing.contains("登记到课") && !nothing.contains("尚未轮训"), "{nothing}");
    let (by, set) = (app.county.town(1).actor(Role::Clerk), app.county.county.actor(Role::Supervisor));
    let mut conn = app.db.web().await;
    let commands = [1, 2].map(|number| member(app.county.branch(1, 1).id, "张伟", number));
    let people = members::enrol(&mut conn, &by, &app.keys, &commands).await.unwrap();
    let mut rotation = programme();
    rotation.from_day = day("2024-01-01");
    let rotation = training::set_programmes(&mut conn, &set, &[rotation]).await.unwrap()[0];
    let plan = ["c-1", "c-2"].map(|code| class(rotation, app.county.town(1), code, "2026-02-10"));
    let ids = training::plan_classes(&mut conn, &by, &plan).await.unwrap();
    training::step_classes(&mut conn, &by, &[class_step(ids[0], ClassStep::Open)]).await.unwrap();
    let roll = [Enrol { class: ids[0], whom: Whom::Members(vec![people[0]]) }];
    training::enrol(&mut conn, &by, &roll).await.unwrap();
    training::step_classes(&mut conn, &by, &[class_step(ids[0], ClassStep::Hold)]).await.unwrap();
    let waits = app.get(&clerk, "/").await.body;
    assert!(waits.contains("登记到课（个班次）") && waits.contains("班次已过未办结（个）"), "{waits}");
    assert!(waits.contains("尚未轮训（人）") && waits.contains("/training/outstanding"), "{waits}");
    assert!(waits.contains("年度下限应达2人，已训0人"), "sixty percent of two, rounded up: {waits}");
    let told = app.get(&supervisor, "/").await.body;
    assert!(told.contains("轮训未达下限（个单位）") && !told.contains("尚未轮训"), "{told}");
    training::attend(&mut conn, &by, &[attendance(ids[0], people[0])]).await.unwrap();
    training::step_classes(&mut conn, &by, &[class_step(ids[1], ClassStep::Cancel)]).await.unwrap();
    let waits = app.get(&clerk, "/").await.body;
    assert!(!waits.contains("登记到课") && !waits.contains("班次已过未办结"), "{waits}");
    assert!(waits.contains("已训1人"), "{waits}");
}

#[tokio::test(flavor = "multi_thread")]
async fn elections_overdue_or_due_within_six_months_wait_on_the_first_page() {
    use CommitteeKind::{Supervision, VillageCommittee, VillageParty};
    let app = TestApp::new().await;
    let (town, county) = (app.county.town(1), &app.county.county);
    let readers = [
        app.signed_in("clerk.one", Role::Clerk, town).await,
        app.signed_in("auditor.one", Role::Auditor, town).await,
        app.signed_in("supervisor.one", Role::Supervisor, county).await,
    ];
    let other = app.signed_in("clerk.two", Role::Clerk, app.county.town(2)).await;
    let by = town.actor(Role::Clerk);
    let mut conn = app.db.web().await;
    let (today, six) = (clock::today(), clock::today().checked_add_months(Months::new(6)).unwrap());
    for (village, kind, due_day) in [
        (1, VillageParty, today.checked_sub_days(Days::new(1)).unwrap()),
        (1, VillageCommittee, today),
        (1, Supervision, six),
        (2, VillageParty, six.checked_add_days(Days::new(1)).unwrap()),
    ] {
        let opened = OpenCommittee { village: app.county.village(1, village).code.clone(), kind };
        let id = committees::open_committee(&mut conn, &by, &[opened]).await.unwrap()[0];
        let term = OpenTerm { due_day: Some(due_day), ..committee::term(id, kind) };
        committees::open_term(&mut conn, &by, &[term]).await.unwrap();
    }
    let task = |count: i64, text: &str| {
        format!("<span class=\"task-count\">{count}</span><span class=\"task-text\">{text}<small>")
    };
    for who in &readers {
        let desk = app.get(who, "/").await.body;
        assert!(desk.contains(&task(1, "逾期未换届（个）")), "yesterday: {desk}");
        assert!(
            desk.contains(&task(2, "六个月内届满（个）")),
            "today and in six months, not a day more: {desk}"
        );
        assert!(desk.contains("/committees?attention=overdue"), "{desk}");
        for (attention, count) in [("overdue", 1), ("due_6_months", 2), ("due_3_months", 1)] {
            let list = app.get(who, &format!("/committees?attention={attention}")).await.body;
            assert!(list.contains(&format!("共 {count} 条")), "{attention}: {list}");
        }
    }
    let desk = app.get(&other, "/").await.body;
    assert!(!desk.contains("逾期未换届") && !desk.contains("六个月内届满"), "of another town: {desk}");
}
