//! Class lists planned from the records, accepted, and planned anew where a class is cancelled.

use std::collections::BTreeMap;

use cadre::across::planning::{self, Accept, Accepted, Proposal, Reason, Terms, Urgency};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::{self, Connection};
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, TrainingClassId, TrainingProgrammeId};
use cadre::base::keys::KeyRing;
use cadre::records::members;
use cadre::records::training::{
    self, ChangeClass, ClassState, ClassStep, Edits, Enrol, PlanClass, SetSite, Whom, Withdraw, queries,
};
use cadre::schema::audit_entries;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::training::{attendance, class, class_step, in_days, programme, running};
use crate::support::builders::{TestCounty, member};

/// A county with four members in each of its first two towns, and a running programme.
struct Stage {
    db: TestDb,
    county: TestCounty,
    supervisor: Actor,
    conn: Connection,
    programme: TrainingProgrammeId,
    first: Vec<MembershipId>,
}

impl Stage {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let supervisor = county.county.actor(Role::Supervisor);
        let (mut conn, keys) = (db.web().await, KeyRing::ephemeral().unwrap());
        let programme = training::set_programmes(&mut conn, &supervisor, &[running()]).await.unwrap()[0];
        let mut branches = Vec::new();
        for (town, number, names) in
            [(1, 1, ["王一", "王二", "王三", "王四"]), (2, 11, ["李一", "李二", "李三", "李四"])]
        {
            let branch = county.branch(town, 1).id;
            let commands: Vec<_> =
                (number..).zip(names).map(|(number, name)| member(branch, name, number)).collect();
            branches.push(members::enrol(&mut conn, &supervisor, &keys, &commands).await.unwrap());
        }
        let first = branches.swap_remove(0);
        Self { db, county, supervisor, conn, programme, first }
    }

    /// A class of the first town or, for 0, of the county.
    fn class(&self, town: usize, code: &str, days: u64, places: i32) -> PlanClass {
        let place = if town == 0 { &self.county.county } else { self.county.town(town) };
        let mut command = class(self.programme, place, code, &in_days(days).to_string());
        command.places = Some(places);
        command
    }

    async fn plan_class(&mut self, command: PlanClass) -> TrainingClassId {
        training::plan_classes(&mut self.conn, &self.supervisor, &[command]).await.unwrap()[0]
    }

    async fn step(&mut self, class: TrainingClassId, step: ClassStep) {
        let step = [class_step(class, step)];
        training::step_classes(&mut self.conn, &self.supervisor, &step).await.unwrap();
    }

    async fn enrol(&mut self, class: TrainingClassId, member: MembershipId) {
        let enrol = [Enrol { class, whom: Whom::Members(vec![member]) }];
        training::enrol(&mut self.conn, &self.supervisor, &enrol).await.unwrap();
    }

    async fn propose(&mut self, without: Option<TrainingClassId>) -> Proposal {
        let terms = Terms { farthest: 3, without };
        planning::propose(&mut self.conn, &self.supervisor, self.programme, terms).await.unwrap()
    }

    async fn accept(&mut self, proposal: &Proposal) -> Result<Accepted, Error> {
        let command = Accept {
            programme: self.programme,
            terms: proposal.terms,
            fingerprint: proposal.fingerprint.clone(),
            reason: Some("教师请假".to_owned()),
        };
        planning::accept(&mut self.conn, &self.supervisor, &command).await
    }

    /// Who stands on the roll of a class.
    async fn roll(&mut self, id: TrainingClassId) -> Vec<MembershipId> {
        let scope = self.supervisor.scope.clone();
        let roll = async |conn: &mut _| Ok(queries::roll(conn, &scope, id, false, None, 50).await?);
        let lines = db::read(&mut self.conn, &scope, roll).await.unwrap();
        lines.into_iter().map(|line| line.membership_id).collect()
    }

    async fn entries(&self, action: &str) -> i64 {
        let entries = audit_entries::table.filter(audit_entries::action.eq(action));
        entries.count().get_result(&mut self.db.owner().await).await.unwrap()
    }
}

fn refused(error: &Error) -> &str {
    match error {
        Error::Refused(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn lists_are_planned_accepted_once_and_told_in_the_trail() {
    let mut stage = Stage::new().await;
    let of_county = stage.class(0, "county-1", 10, 2);
    let of_county = stage.plan_class(of_county).await;
    let of_town = stage.class(1, "town-1", 20, 3);
    let of_town = stage.plan_class(of_town).await;
    let proposal = stage.propose(None).await;
    let plan = &proposal.plan;
    // The second town reaches the county's class only.
    assert_eq!((plan.worth.people, plan.bound.people, plan.is_proved()), (5, 5, true));
    assert!(!plan.greedy.beats(plan.worth));
    assert_eq!(proposal.basis.members, 8);
    assert_eq!(proposal.seated(), BTreeMap::from([(of_county, 2), (of_town, 3)]));
    let unmet: u32 = plan.unmet.iter().map(|unmet| unmet.people).sum();
    assert_eq!(unmet, 3);
    assert!(plan.unmet.iter().all(|unmet| matches!(unmet.reason, Reason::Full { .. })), "{:?}", plan.unmet);
    assert!(proposal.sentence(&plan.unmet[0]).contains("名额不足"), "{}", proposal.sentence(&plan.unmet[0]));
    assert_eq!((plan.floors.len(), plan.floors[0].floor.needed), (5, 2));
    assert!(stage.roll(of_town).await.is_empty(), "nothing is written by planning");

    let done = stage.accept(&proposal).await.unwrap();
    assert_eq!(done, Accepted { placed: 5, moved: 0, unplaced: 3 });
    let town = stage.roll(of_town).await;
    assert_eq!((town.len(), stage.roll(of_county).await.len()), (3, 2));
    assert!(town.iter().all(|member| stage.first.contains(member)));
    assert_eq!((stage.entries("training.place").await, stage.entries("training.enrol").await), (1, 0));

    let again = stage.accept(&proposal).await.unwrap_err();
    assert!(refused(&again).contains("数据有了变化"), "{again}");
    let next = stage.propose(None).await;
    let unmet: u32 = next.plan.unmet.iter().map(|unmet| unmet.people).sum();
    assert_eq!((next.plan.worth.people, unmet), (0, 3), "who sits in a class is not placed twice");
    assert!(
        next.sentence(&next.plan.unmet[0]).contains("名额已满"),
        "{}",
        next.sentence(&next.plan.unmet[0])
    );
    assert_eq!(next.plan.floors[1].reached, 5, "and counts for the floor");
    let nobody = stage.accept(&next).await.unwrap_err();
    assert!(refused(&nobody).contains("没有可以安排"), "{nobody}");
}

#[tokio::test]
async fn never_trained_goes_before_those_of_an_earlier_programme_and_other_classes_are_respected() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let earlier = training::set_programmes(&mut stage.conn, &supervisor, &[programme()]).await.unwrap()[0];
    let held = class(earlier, stage.county.town(1), "old-1", "2021-05-10");
    let held = stage.plan_class(held).await;
    let trained = stage.first[0];
    stage.step(held, ClassStep::Open).await;
    stage.enrol(held, trained).await;
    stage.step(held, ClassStep::Hold).await;
    training::attend(&mut stage.conn, &supervisor, &[attendance(held, trained)]).await.unwrap();
    // Another one sits in a class of a third programme on those days.
    let mut third = running();
    "other".clone_into(&mut third.code);
    "专题培训".clone_into(&mut third.name);
    third.is_primary = false;
    let third = training::set_programmes(&mut stage.conn, &supervisor, &[third]).await.unwrap()[0];
    let beside = class(third, stage.county.town(1), "beside", &in_days(11).to_string());
    let beside = stage.plan_class(beside).await;
    stage.step(beside, ClassStep::Open).await;
    let busy = stage.first[1];
    stage.enrol(beside, busy).await;

    let only = stage.class(1, "town-1", 10, 2);
    let only = stage.plan_class(only).await;
    let proposal = stage.propose(None).await;
    assert_eq!(proposal.plan.placed, BTreeMap::from([(Urgency(0), 2)]));
    let reasons: Vec<_> =
        proposal.plan.unmet.iter().map(|unmet| (unmet.reason.code(), unmet.people)).collect();
    assert!(reasons.contains(&("busy", 1)) && reasons.contains(&("full", 1)), "{reasons:?}");
    stage.accept(&proposal).await.unwrap();
    let roll = stage.roll(only).await;
    assert!(!roll.contains(&trained) && !roll.contains(&busy) && roll.len() == 2);
}

#[tokio::test]
async fn a_plan_is_refused_where_anything_changed_since() {
    let mut stage = Stage::new().await;
    let of_town = stage.class(1, "town-1", 20, 3);
    let of_town = stage.plan_class(of_town).await;
    let proposal = stage.propose(None).await;
    let edits = Edits { places: cadre::base::edit::Edit::Set(4), ..Edits::default() };
    let change = ChangeClass { class: of_town, version: 1, edits };
    training::change_classes(&mut stage.conn, &stage.supervisor.clone(), &[change]).await.unwrap();
    let error = stage.accept(&proposal).await.unwrap_err();
    assert!(refused(&error).contains("数据有了变化"), "{error}");
    assert!(stage.roll(of_town).await.is_empty());
    // What the verb itself sees at the last moment: a version, a state, a seat.
    let command =
        |version| training::PlaceMember { member: stage.first[0], class: of_town, version, from: None };
    let (old, new) = (command(1), command(2));
    let supervisor = stage.supervisor.clone();
    let error = training::place(&mut stage.conn, &supervisor, &[old]).await.unwrap_err();
    assert!(refused(&error).contains("town-1"), "{error}");
    let clerk = stage.county.town(1).actor(Role::Clerk);
    let error = training::place(&mut stage.conn, &clerk, &[new]).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden), "{error:?}");
    training::place(&mut stage.conn, &supervisor, &[new]).await.unwrap();
    let error = training::place(&mut stage.conn, &supervisor, &[new]).await.unwrap_err();
    assert!(refused(&error).contains("已经在该班次的名单中"), "{error}");
    let gone = Withdraw { class: of_town, member: stage.first[0], reason: "请假".to_owned() };
    training::withdraw(&mut stage.conn, &supervisor, &[gone]).await.unwrap();
    let other = training::PlaceMember { from: Some(of_town), ..new };
    let error = training::place(&mut stage.conn, &supervisor, &[other]).await.unwrap_err();
    assert!(refused(&error).contains("原班次"), "{error}");
}

#[tokio::test]
async fn a_cancelled_class_is_planned_anew_with_the_fewest_changes() {
    let mut stage = Stage::new().await;
    // The county's classes take everybody; the town's only its own people.
    let (early, late, town) =
        (stage.class(0, "early", 10, 3), stage.class(0, "late", 30, 2), stage.class(1, "town", 20, 3));
    let early = stage.plan_class(early).await;
    let late = stage.plan_class(late).await;
    let town = stage.plan_class(town).await;
    let proposal = stage.propose(None).await;
    assert_eq!(proposal.plan.worth.people, 8);
    stage.accept(&proposal).await.unwrap();
    let (in_late, in_town) = (stage.roll(late).await, stage.roll(town).await);

    let more = stage.class(2, "more", 40, 3);
    let more = stage.plan_class(more).await;
    let second = stage.propose(Some(early)).await;
    assert!(second.plan.is_proved());
    assert_eq!(second.displaced.len(), 3);
    let lost: usize = second.displaced.iter().filter(|change| change.to.is_none()).count();
    let found = 3 - lost;
    assert_eq!(second.plan.worth.people, 5 + u32::try_from(found).unwrap());
    assert!(second.moved.iter().all(|change| change.to.is_some()), "nobody loses his place to another");
    let silent = Accept {
        programme: stage.programme,
        terms: second.terms,
        fingerprint: second.fingerprint.clone(),
        reason: None,
    };
    let supervisor = stage.supervisor.clone();
    let error = planning::accept(&mut stage.conn, &supervisor, &silent).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let done = stage.accept(&second).await.unwrap();
    assert_eq!((done.moved, done.unplaced), (second.moved.len(), lost));
    assert!(stage.roll(early).await.is_empty());
    let moved: Vec<MembershipId> = second.moved.iter().map(|change| change.person).collect();
    for (class, before) in [(late, in_late), (town, in_town)] {
        let after = stage.roll(class).await;
        assert!(before.iter().all(|member| after.contains(member) || moved.contains(member)));
    }
    assert!(!stage.roll(more).await.is_empty());
    let scope = supervisor.scope.clone();
    let card = db::read(&mut stage.conn, &scope, async |conn| queries::find_class(conn, &scope, early).await);
    assert_eq!(card.await.unwrap().class.state().unwrap(), ClassState::Cancelled);
    assert_eq!(
        (stage.entries("training.cancel_classes").await, stage.entries("training.place").await),
        (1, 2)
    );
    let terms = Terms { farthest: 3, without: Some(early) };
    let error = planning::propose(&mut stage.conn, &supervisor, stage.programme, terms).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
}

#[tokio::test]
async fn a_town_plans_its_own_classes_and_people() {
    let mut stage = Stage::new().await;
    let (own, county) = (stage.class(2, "own", 10, 2), stage.class(0, "county", 10, 50));
    let own = stage.plan_class(own).await;
    stage.plan_class(county).await;
    let supervisor = stage.county.town(2).actor(Role::Supervisor);
    let terms = Terms { farthest: 3, without: None };
    let proposal = planning::propose(&mut stage.conn, &supervisor, stage.programme, terms).await.unwrap();
    assert_eq!((proposal.basis.members, proposal.basis.classes.len()), (4, 1));
    assert_eq!(proposal.seated(), BTreeMap::from([(own, 2)]));
    let command =
        Accept { programme: stage.programme, terms, fingerprint: proposal.fingerprint, reason: None };
    planning::accept(&mut stage.conn, &supervisor, &command).await.unwrap();
    let roll = stage.roll(own).await;
    assert!(roll.len() == 2 && roll.iter().all(|member| !stage.first.contains(member)));
    let terms = Terms { farthest: 0, without: None };
    let error = planning::propose(&mut stage.conn, &supervisor, stage.programme, terms).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
}

#[tokio::test]
async fn a_registered_site_binds_by_its_room_and_is_near_where_it_stands() {
    let mut stage = Stage::new().await;
    let supervisor = stage.supervisor.clone();
    let site =
        |capacity| SetSite {
            name: "县委党校".to_owned(), organisation: stage.county.town(1).id, capacity
        };
    let (small, large) = (site(0), site(5));
    let error = training::set_sites(&mut stage.conn, &supervisor, &[small]).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    let twice = [large.clone(), large.clone()];
    let error = training::set_sites(&mut stage.conn, &supervisor, &twice).await.unwrap_err();
    assert!(error.to_string().contains("重复"), "{error}");
    let clerk = stage.county.town(1).actor(Role::Supervisor);
    let error = training::set_sites(&mut stage.conn, &clerk, std::slice::from_ref(&large)).await.unwrap_err();
    assert!(matches!(error, Error::Forbidden), "{error:?}");
    training::set_sites(&mut stage.conn, &supervisor, &[large]).await.unwrap();
    // Two classes of the county on the same days at the site, one of another programme with two places beside them.
    let (one, other) = (stage.class(0, "one", 10, 3), stage.class(0, "other", 10, 3));
    stage.plan_class(one).await;
    stage.plan_class(other).await;
    let mut third = running();
    "third".clone_into(&mut third.code);
    "专题培训".clone_into(&mut third.name);
    third.is_primary = false;
    let third = training::set_programmes(&mut stage.conn, &supervisor, &[third]).await.unwrap()[0];
    let mut beside = class(third, &stage.county.county.clone(), "beside", &in_days(11).to_string());
    beside.places = Some(2);
    stage.plan_class(beside).await;
    let proposal = stage.propose(None).await;
    // The site stands in the first town: two steps for its people, four for those of the second.
    let reasons: Vec<_> =
        proposal.plan.unmet.iter().map(|unmet| (unmet.reason.code(), unmet.people)).collect();
    assert_eq!((proposal.plan.worth.people, reasons.len()), (3, 2), "{reasons:?}");
    assert!(reasons.contains(&("too_far", 4)) && reasons.contains(&("full", 1)), "{reasons:?}");
    let full = proposal.plan.unmet.iter().find(|unmet| unmet.reason.code() == "full").unwrap();
    assert!(proposal.sentence(full).contains("受培训地点容量限制"), "{}", proposal.sentence(full));
}
