//! Who could follow: who is ready from which day on and why, how old everybody is when the term ends, what waits.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::ids::ReserveId;
use cadre::base::values::MembershipStatus;
use cadre::records::committees::CommitteeKind;
use cadre::records::members::{self, Enrol, Event, EventKind};
use cadre::records::reserves::queries::{self, Successor, VillageDepth, Waiting};
use cadre::records::reserves::settings::SecondmentEducation;
use cadre::records::reserves::{
    self, EndMentor, GiveReview, Grade, ReserveKind, SetSettings, StepKind, Who, WriteNote,
};

use super::Stage;
use crate::support::builders::{committee, day, member, reserve};

/// What the county demands from a day on: three to a village, one leader and one secretary each, no more than 26 years
/// for a secondment.
fn demands(from_day: &str) -> SetSettings {
    SetSettings {
        from_day: day(from_day),
        minimum_per_village: 3,
        secondment_age: 26,
        secondment_education: SecondmentEducation::College,
        township_leaders: 1,
        village_secretaries: 1,
        days_between_notes: 60,
        source: "县委组织部〔2022〕1号".to_owned(),
    }
}

impl Stage {
    async fn map(&mut self, on: &str) -> Vec<VillageDepth> {
        let scope = self.clerk.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::succession(conn, &scope, day(on)).await)
            .await
            .unwrap()
    }

    /// The first in the pool of the first village.
    async fn first(&mut self, on: &str) -> Successor {
        self.map(on).await.swap_remove(0).people.swap_remove(0)
    }

    pub(super) async fn judge(&mut self, reserve: ReserveId, on: &str, grade: Grade) {
        let review = [GiveReview { reserve, version: None, on: day(on), grade, opinion: None }];
        reserves::review(&mut self.conn, &self.clerk, &review).await.unwrap();
    }

    async fn demand(&mut self, from_day: &str) {
        let supervisor = self.county.county.actor(Role::Supervisor);
        reserves::set_settings(&mut self.conn, &supervisor, &[demands(from_day)]).await.unwrap();
    }

    async fn waiting(&mut self, on: &str) -> Waiting {
        let scope = self.clerk.scope.clone();
        db::read(&mut self.conn, &scope, async |conn| queries::waiting(conn, &scope, day(on)).await)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn somebody_is_ready_when_a_year_in_the_pool_has_passed_and_not_a_day_before() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    stage.judge(id, "2021-12-31", Grade::Excellent).await;
    let early = stage.first("2022-02-28").await;
    assert_eq!((early.ready, early.lacks), (None, vec!["入库不满一年".to_owned()]), "364 days");
    let ready = stage.first("2022-03-01").await;
    assert_eq!(ready.ready.unwrap(), ["入库满一年", "帮带到位", "考核优秀", "符合挂职条件"]);
    assert_eq!((ready.id, ready.lacks), (id, Vec::<String>::new()));
    let map = stage.map("2021-02-28").await;
    assert!(map[0].people.is_empty(), "he came on the day after");
}

#[tokio::test]
async fn whoever_died_or_was_put_out_of_the_party_is_not_called_ready() {
    for (kind, status) in [
        (EventKind::Decease, MembershipStatus::Deceased),
        (EventKind::Remove(MembershipStatus::Removed), MembershipStatus::Removed),
    ] {
        let mut stage = Stage::new().await;
        let id = stage.one().await;
        stage.judge(id, "2021-12-31", Grade::Excellent).await;
        let Who::Identified(identity) = reserve(stage.county.village(1, 1), "王芳", 2).who else {
            panic!()
        };
        let enrol = Enrol { identity: *identity, ..member(stage.county.branch(1, 1).id, "王芳", 2) };
        let member = members::enrol(&mut stage.conn, &stage.clerk, &stage.keys, &[enrol]).await.unwrap()[0];
        assert!(stage.first("2022-03-01").await.ready.is_some(), "{status}");
        let reason = Some("会议决定".to_owned());
        let event = Event { member, version: None, kind, on: day("2022-02-01"), reason };
        members::record(&mut stage.conn, &stage.clerk, &[event]).await.unwrap();
        let gone = stage.first("2022-03-01").await;
        assert_eq!((gone.ready, gone.lacks), (None, vec![status.name().to_owned()]));
    }
}

#[tokio::test]
async fn the_last_review_decides_whether_somebody_is_ready() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    for (on, grade) in [
        ("2022-04-02", Grade::BasicallyQualified),
        ("2022-04-03", Grade::Qualified),
        ("2022-04-04", Grade::Unqualified),
        ("2022-04-05", Grade::Excellent),
    ] {
        stage.judge(id, on, grade).await;
    }
    for (on, spoken, lacking) in [
        ("2022-04-01", None, vec!["尚未考核"]),
        ("2022-04-02", None, vec!["最近一次考核未达合格"]),
        ("2022-04-03", Some("考核合格"), vec![]),
        ("2022-04-04", None, vec!["最近一次考核未达合格"]),
        ("2022-04-05", Some("考核优秀"), vec![]),
    ] {
        let one = stage.first(on).await;
        let said = one.ready.map(|reasons| reasons[2].clone());
        assert_eq!(
            (said.as_deref(), one.lacks),
            (spoken, lacking.into_iter().map(str::to_owned).collect()),
            "{on}"
        );
    }
}

#[tokio::test]
async fn somebody_is_guided_by_as_many_as_the_county_demands_on_the_day() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    stage.judge(id, "2021-12-31", Grade::Excellent).await;
    let mentors = stage.card(id).await.mentors;
    let leader = mentors.iter().find(|mentor| mentor.kind == "township_leader").unwrap().id;
    let end = [EndMentor { reserve: id, version: None, mentor: leader, on: day("2022-05-01") }];
    reserves::end_mentors(&mut stage.conn, &stage.clerk, &end).await.unwrap();
    stage.demand("2022-06-01").await;
    assert!(stage.first("2022-04-30").await.is_guided, "two and one, as the usual way demands");
    let alone = stage.first("2022-05-01").await;
    assert_eq!((alone.is_guided, alone.ready, alone.lacks), (false, None, vec!["帮带不到位".to_owned()]));
    assert!(!stage.first("2022-05-31").await.is_guided);
    let again = stage.first("2022-06-01").await;
    assert!(again.is_guided && again.ready.is_some(), "one and one are enough from that day on: {again:?}");
}

#[tokio::test]
async fn the_age_for_a_secondment_is_that_of_the_day_and_of_the_version_in_force() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    stage.judge(id, "2021-12-31", Grade::Excellent).await;
    stage.demand("2022-06-01").await;
    // Born on 1995-06-07: 26 until the day before the birthday.
    for (on, fits) in [("2022-06-06", true), ("2022-06-07", false)] {
        let ready = stage.first(on).await.ready.unwrap();
        assert_eq!(ready.contains(&"符合挂职条件".to_owned()), fits, "{on}");
    }
}

#[tokio::test]
async fn ages_are_those_of_the_day_on_which_the_term_ends() {
    let mut stage = Stage::new().await;
    stage.one().await;
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageParty).await;
    for (on, due, at, age) in [
        ("2021-03-01", Some("2026-01-10"), "2026-01-10", 30),
        ("2026-01-10", Some("2026-01-10"), "2026-01-10", 30),
        ("2026-06-06", Some("2026-01-10"), "2026-06-06", 30),
        ("2026-06-07", Some("2026-01-10"), "2026-06-07", 31),
    ] {
        let map = stage.map(on).await;
        assert_eq!((map[0].due_day, map[0].at), (due.map(day), day(at)), "{on}");
        assert_eq!(map[0].people[0].age, age, "{on}");
    }
    let map = stage.map("2022-01-01").await;
    assert_eq!((map[1].name.as_str(), map[1].due_day, map[1].at), ("龙井镇龙雾村", None, day("2022-01-01")));
    let before = stage.map("2021-01-09").await;
    assert_eq!(before[0].due_day, None, "the term began on the day after");
}

#[tokio::test]
async fn the_term_of_the_village_committee_does_not_speak_for_the_party_committee() {
    let mut stage = Stage::new().await;
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageCommittee).await;
    assert_eq!(stage.map("2022-01-01").await[0].due_day, None);
}

#[tokio::test]
async fn a_village_is_below_from_the_day_on_which_the_county_demands_more() {
    let mut stage = Stage::new().await;
    let first = stage.one().await;
    let village = stage.county.village(1, 1).clone();
    let talent = reserves::Enter { kind: ReserveKind::LocalTalent, ..reserve(&village, "李强", 3) };
    stage.enter(talent).await.unwrap();
    let map = stage.map("2021-12-31").await;
    assert_eq!(
        (map[0].depth(), map[0].people.len(), map[0].is_below()),
        (1, 2, true),
        "talent fills no place"
    );
    stage.enter(reserve(&village, "赵敏", 4)).await.unwrap();
    stage.demand("2022-01-01").await;
    let map = stage.map("2021-12-31").await;
    assert_eq!((map[0].minimum, map[0].is_below(), map[0].hangs_on_one()), (2, false, true));
    let map = stage.map("2022-01-01").await;
    assert_eq!((map[0].minimum, map[0].is_below(), map[0].hangs_on_one()), (3, true, false));
    let below = async |stage: &mut Stage, on| stage.waiting(on).await.villages_below;
    assert_eq!(below(&mut stage, "2021-12-31").await, 1, "the other village has nobody");
    assert_eq!(below(&mut stage, "2022-01-01").await, 2);
    stage.step(first, StepKind::Leave, "2021-12-01").await.unwrap();
    assert_eq!(stage.map("2021-12-31").await[0].depth(), 1, "whoever left is not in reserve");
    assert_eq!(below(&mut stage, "2021-12-31").await, 2);
}

#[tokio::test]
async fn a_note_is_missed_ninety_one_days_after_entry_or_after_the_last_one() {
    let mut stage = Stage::new().await;
    let id = stage.one().await;
    let without = async |stage: &mut Stage, on| stage.waiting(on).await.without_note;
    assert_eq!(without(&mut stage, "2021-05-30").await, 0, "entered 90 days before");
    assert_eq!(without(&mut stage, "2021-05-31").await, 1, "91 days");
    let mentor = stage.card(id).await.mentors[0].id;
    let note = [WriteNote {
        reserve: id,
        version: None,
        mentor,
        on: day("2021-05-31"),
        content: "谈心谈话".to_owned(),
    }];
    reserves::write_notes(&mut stage.conn, &stage.clerk, &note).await.unwrap();
    assert_eq!(without(&mut stage, "2021-05-31").await, 0);
    assert_eq!(without(&mut stage, "2021-08-29").await, 0, "written 90 days before");
    assert_eq!(without(&mut stage, "2021-08-30").await, 1, "91 days");
    stage.demand("2021-07-31").await;
    assert_eq!(without(&mut stage, "2021-07-30").await, 0, "60 days, and 90 are allowed still");
    assert_eq!(without(&mut stage, "2021-07-31").await, 1, "61 days, and 60 are demanded from now on");
}

#[tokio::test]
async fn the_clerk_of_another_town_sees_other_villages() {
    let mut stage = Stage::new().await;
    stage.one().await;
    stage.clerk = stage.county.town(2).actor(Role::Clerk);
    let map = stage.map("2022-03-01").await;
    assert_eq!(
        map.iter().map(|depth| depth.name.as_str()).collect::<Vec<_>>(),
        ["官渡镇白泉村", "官渡镇龙雾村"]
    );
    assert!(map.iter().all(|depth| depth.people.is_empty()));
}
