//! Whom a programme trains: by status, occupation and age, and where they stand as they come, leave and are moved.

use cadre::base::edit::Edit;
use cadre::base::ids::{MembershipId, TrainingProgrammeId};
use cadre::base::values::{Arrival, CitizenId, MembershipStatus};
use cadre::records::members::{self, Event, EventKind};
use cadre::records::organisations::{self, Change, Edits, Move};
use cadre::records::training::{self, ClassStep, OutstandingFilter};
use cadre::schema::organisations as table;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, field};
use crate::support::builders::training::{class, programme};
use crate::support::builders::{day, member};

/// A member of the first branch by birth date and occupation.
async fn born(stage: &mut Stage, number: u16, birth_date: &str, occupation: &str) -> MembershipId {
    let mut command = member(stage.county.branch(1, 1).id, "王一", number);
    command.identity.birth_date = day(birth_date);
    command.identity.citizen_id = CitizenId::compose("500237", day(birth_date), number).unwrap();
    occupation.clone_into(&mut command.occupation);
    let actor = stage.supervisor.clone();
    members::enrol(&mut stage.conn, &actor, &stage.keys, &[command]).await.unwrap()[0]
}

/// A programme for farmers and those who work away, below sixty, beside that of everybody.
async fn farmers(stage: &mut Stage) -> TrainingProgrammeId {
    let mut set = programme();
    "farmers".clone_into(&mut set.code);
    "农牧渔民轮训".clone_into(&mut set.name);
    set.is_primary = false;
    set.demand.statuses = vec![MembershipStatus::Normal];
    set.demand.occupations = vec!["1".to_owned(), "113".to_owned()];
    set.demand.exempt_age = Some(60);
    let supervisor = stage.supervisor.clone();
    training::set_programmes(&mut stage.conn, &supervisor, &[set]).await.unwrap()[0]
}

async fn event(stage: &mut Stage, member: MembershipId, kind: EventKind, on: &str) {
    let reason = Some("支部大会决定".to_owned());
    let event = Event { member, version: None, kind, on: day(on), reason };
    let supervisor = stage.supervisor.clone();
    members::record(&mut stage.conn, &supervisor, &[event]).await.unwrap();
}

#[tokio::test]
async fn a_programme_trains_those_of_its_occupations_below_its_age() {
    let mut stage = Stage::new().await;
    let soon_old = born(&mut stage, 1, "1960-05-06", "1").await;
    let farmer = born(&mut stage, 2, "1980-05-06", "1").await;
    let official = born(&mut stage, 3, "1980-05-06", "011").await;
    let away = born(&mut stage, 4, "1961-03-01", "113").await;
    let watched = born(&mut stage, 5, "1980-05-06", "1").await;
    event(&mut stage, watched, EventKind::Restrict(MembershipStatus::Watch, None), "2020-02-01").await;
    stage.programme = farmers(&mut stage).await;
    for (on, members) in [
        ("2020-01-31", 4),
        ("2020-02-01", 3),
        ("2020-05-05", 3),
        ("2020-05-06", 2),
        ("2021-02-28", 2),
        ("2021-03-01", 1),
        ("2030-01-01", 1),
    ] {
        assert_eq!(stage.coverage("500237", on).await.total.members, members, "{on}");
    }
    let left = stage.outstanding(&OutstandingFilter::default(), None, 9).await;
    assert_eq!(left.iter().map(|one| one.card.membership.id).collect::<Vec<_>>(), [farmer]);

    // The roll of a class keeps to it; whoever is old need not come and may.
    let command = class(stage.programme, stage.county.town(1), "f1", "2021-05-10");
    let id = stage.plan(command).await.unwrap();
    stage.step(id, ClassStep::Open).await.unwrap();
    for (member, what) in [(official, "工作岗位"), (watched, "党籍状态")] {
        let refused = stage.enrol(id, &[member]).await.unwrap_err();
        let sentence = format!("{what}不在轮训计划的对象范围内");
        assert!(field(&refused).1.contains(&sentence), "{refused}");
    }
    assert_eq!(stage.enrol(id, &[soon_old, farmer, away]).await.unwrap().members.len(), 3);
}

#[tokio::test]
async fn who_comes_from_outside_or_is_removed_counts_by_the_day() {
    let mut stage = Stage::new().await;
    let people = stage.members(1, 1, 1..4).await;
    let mut arrives = member(stage.county.branch(1, 1).id, "赵敏", 11);
    (arrives.arrival, arrives.arrived_on) = (Arrival::TransferredIn, Some(day("2021-03-01")));
    let supervisor = stage.supervisor.clone();
    members::enrol(&mut stage.conn, &supervisor, &stage.keys, &[arrives]).await.unwrap();
    event(&mut stage, people[0], EventKind::Remove(MembershipStatus::Expelled), "2021-05-01").await;
    event(&mut stage, people[1], EventKind::Stop, "2021-06-01").await;
    for (on, members) in [
        ("2021-02-28", 3),
        ("2021-03-01", 4),
        ("2021-04-30", 4),
        ("2021-05-01", 3),
        ("2021-06-01", 2),
        ("2030-01-01", 2),
    ] {
        assert_eq!(stage.coverage("500237", on).await.total.members, members, "{on}");
        assert_eq!(stage.coverage("500237101", on).await.total.members, members, "{on}");
    }
}

#[tokio::test]
async fn a_branch_that_was_moved_counts_below_the_town_of_the_day() {
    let mut stage = Stage::new().await;
    stage.members(1, 1, 1..3).await;
    let moving = stage.members(1, 2, 11..14).await;
    stage.members(2, 1, 21..22).await;
    let id = stage.held("a", "2020-05-10", &moving[..1]).await;
    stage.attend(crate::support::builders::training::attendance(id, moving[0])).await.unwrap();
    let branch = stage.county.branch(1, 2).id;
    let version = table::table
        .filter(table::id.eq(branch))
        .select(table::version)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let below = Move { parent_code: "500237102201".to_owned(), on: day("2021-06-01") };
    let edits = Edits { parent: Edit::Set(below), ..Edits::default() };
    let supervisor = stage.supervisor.clone();
    let change = [Change { organisation: branch, version, edits }];
    organisations::change(&mut stage.conn, &supervisor, &change).await.unwrap();
    for (on, first, second) in
        [("2021-05-31", (5, 1), (1, 0)), ("2021-06-01", (2, 0), (4, 1)), ("2030-01-01", (2, 0), (4, 1))]
    {
        let found = stage.coverage("500237", on).await;
        let parts = |line: &training::CoverageLine| (line.members, line.trained);
        assert_eq!(parts(&found.total), (6, 1), "{on}");
        let children: Vec<_> = found.children.iter().map(parts).collect();
        assert_eq!(children, [first, second], "{on}");
        assert_eq!(parts(&stage.coverage("500237101", on).await.total), first, "{on}");
        assert_eq!(parts(&stage.coverage("500237102", on).await.total), second, "{on}");
    }
}
