//! Mentors who left: not entered, and no longer counted where they stand.

use cadre::base::actor::Role;
use cadre::base::clock;
use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, PersonId, ReserveId, SeatId, TermId};
use cadre::base::values::PersonName;
use cadre::records::committees::{self, CommitteeKind, EndSeat, LeavingReason, Post};
use cadre::records::members::{self, Event, EventKind};
use cadre::records::reserves::queries::{self, Successor};
use cadre::records::reserves::{self, AddMentor, MentorKind, NewMentor, ReserveState, StepKind};
use cadre::schema::{people, seats};
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, fields};
use crate::support::builders::{committee, day, member, reserve};

/// The secretary of the first village since 2021-01-10.
struct Secretary {
    member: MembershipId,
    person: PersonId,
    seat: SeatId,
}

impl Stage {
    async fn secretary(&mut self) -> Secretary {
        let enrol = member(self.county.branch(1, 1).id, "谭军", 71);
        let enrolled = members::enrol(&mut self.conn, &self.clerk, &self.keys, &[enrol]).await.unwrap();
        let person = people::table
            .filter(people::name.eq("谭军"))
            .select(people::id)
            .first(&mut self.db.owner().await)
            .await
            .unwrap();
        let village = self.county.village(1, 1).clone();
        let kind = CommitteeKind::VillageParty;
        let (_, term) = committee::settled(&mut self.conn, &self.clerk, &village, kind).await;
        let seat = [committee::appoint(term, person, Post::Secretary)];
        let seats = committees::appoint(&mut self.conn, &self.clerk, &self.keys, &seat).await.unwrap();
        Secretary { member: enrolled[0], person, seat: seats[0] }
    }

    async fn leaves(&mut self, secretary: &Secretary, on: NaiveDate) {
        let (seat, reason) = (secretary.seat, LeavingReason::Transferred);
        let end = [EndSeat { seat, version: None, on, reason, explanation: None }];
        committees::end_seat(&mut self.conn, &self.clerk, &end).await.unwrap();
    }

    async fn happens(&mut self, secretary: &Secretary, kind: EventKind, on: &str) {
        let reason = Some("会议决定".to_owned());
        let event = Event { member: secretary.member, version: None, kind, on: day(on), reason };
        members::record(&mut self.conn, &self.clerk, &[event]).await.unwrap();
    }

    async fn add(&mut self, reserve: ReserveId, mentor: NewMentor) -> Result<(), Error> {
        let add = [AddMentor { reserve, version: None, mentor }];
        reserves::add_mentors(&mut self.conn, &self.clerk, &add).await.map(drop)
    }

    /// The first of the pool, as the map of succession tells it of a day.
    async fn successor(&mut self, on: NaiveDate) -> Successor {
        let scope = self.clerk.scope.clone();
        let map = db::read(&mut self.conn, &scope, async |conn| queries::succession(conn, &scope, on).await)
            .await
            .unwrap();
        map.into_iter().flat_map(|village| village.people).next().unwrap()
    }

    async fn mentors_left(&mut self) -> i64 {
        let scope = self.clerk.scope.clone();
        let today = clock::today();
        db::read(&mut self.conn, &scope, async |conn| queries::waiting(conn, &scope, today).await)
            .await
            .unwrap()
            .mentors_left
    }

    /// Days on which the mentors of an entry left.
    async fn departures(&mut self, id: ReserveId, on: NaiveDate) -> Vec<String> {
        let scope = self.clerk.scope.clone();
        let left = db::read(&mut self.conn, &scope, async |conn| {
            queries::mentors_who_left(conn, &scope, &[id], on).await
        })
        .await
        .unwrap();
        left.values().map(queries::Departure::told).collect()
    }
}

fn mentor(kind: MentorKind, name: &str, person: Option<PersonId>) -> NewMentor {
    NewMentor { kind, person, name: PersonName::parse(name).unwrap(), from_day: day("2022-01-01") }
}

/// The one sentence about the mentor of an entry that was refused.
fn about_mentor(error: &Error) -> &str {
    match fields(error) {
        [one] if one.field == "mentor" => &one.message,
        other => panic!("{other:?}"),
    }
}

const NO_LONGER: &str = "“谭军”自2023-05-01起已不再担任该村书记，按“2+1”联系帮带要求，帮带书记应为现任书记";

#[tokio::test]
async fn a_former_secretary_is_not_entered_as_one_by_name_or_by_person() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    // While he sits he guides: everybody's third mentor of the builder is 谭军.
    let first = stage.one().await;
    stage.leaves(&secretary, day("2023-05-01")).await;
    let refused = stage.enter(reserve(stage.county.village(1, 1), "李强", 3)).await.unwrap_err();
    assert!(about_mentor(&refused).contains(NO_LONGER), "{refused:?}");
    assert_eq!(fields(&refused)[0].value.as_deref(), Some("谭军"));
    // In the other village, where he never was secretary, he is nobody's predecessor.
    stage.enter(reserve(stage.county.village(1, 2), "陈静", 4)).await.unwrap();
    let as_secretary = |person| mentor(MentorKind::VillageSecretary, "谭军", person);
    let mut elder = as_secretary(Some(secretary.person));
    let refused = stage.add(first, elder.clone()).await.unwrap_err();
    assert!(about_mentor(&refused).contains(NO_LONGER), "{refused:?}");
    // As a leader of the town he goes on.
    elder.kind = MentorKind::TownshipLeader;
    stage.add(first, elder).await.unwrap();
    // Somebody of his name, who never was secretary, is meant where it is said who he is.
    let namesake = member(stage.county.branch(1, 2).id, "谭军", 73);
    members::enrol(&mut stage.conn, &stage.clerk, &stage.keys, &[namesake]).await.unwrap();
    let other: PersonId = people::table
        .filter(people::name.eq("谭军").and(people::id.ne(secretary.person)))
        .select(people::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let second = stage.enter(without_secretary(&stage, "赵敏", 6)).await.unwrap();
    stage.add(second, as_secretary(Some(other))).await.unwrap();
    let third = stage.enter(without_secretary(&stage, "孙强", 5)).await.unwrap();
    let refused = stage.add(third, as_secretary(None)).await.unwrap_err();
    assert!(about_mentor(&refused).contains(NO_LONGER), "{refused:?}");
}

/// Somebody of the first village with two leaders of the town.
fn without_secretary(stage: &Stage, name: &str, number: u16) -> reserves::Enter {
    let mut command = reserve(stage.county.village(1, 1), name, number);
    command.mentors.truncate(2);
    command
}

#[tokio::test]
async fn an_old_list_keeps_the_secretary_of_the_day_on_which_the_stay_ended() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    stage.leaves(&secretary, day("2023-05-01")).await;
    let left = |on: &str| {
        let mut command = reserve(stage.county.village(1, 1), "李强", 3);
        let (state, village) = (reserves::ReserveState::Left, None);
        command.posting =
            Some(reserves::Posting { state, from_day: day(on), village, post: None, reason: None });
        command
    };
    let (late, early) = (left("2023-05-01"), left("2023-04-30"));
    let refused = stage.enter(late).await.unwrap_err();
    assert!(about_mentor(&refused).contains(NO_LONGER), "{refused:?}");
    stage.enter(early).await.unwrap();
}

#[tokio::test]
async fn whoever_is_off_the_register_is_not_entered_and_whoever_is_restricted_is() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    let id = stage.enter(without_secretary(&stage, "李强", 3)).await.unwrap();
    let leader = |name| mentor(MentorKind::TownshipLeader, name, Some(secretary.person));
    stage.happens(&secretary, EventKind::Stop, "2024-02-01").await;
    let refused = stage.add(id, leader("谭军")).await.unwrap_err();
    assert!(about_mentor(&refused).contains("党籍状态为“停止党籍”，已不在党员名册"), "{refused:?}");
    // By name alone he is known as the secretary of the village, and of no other post.
    let named = mentor(MentorKind::VillageSecretary, "谭军", None);
    let refused = stage.add(id, named).await.unwrap_err();
    assert!(about_mentor(&refused).contains("停止党籍"), "{refused:?}");
    stage.add(id, mentor(MentorKind::TownshipLeader, "谭军", None)).await.unwrap();
    stage.happens(&secretary, EventKind::Reinstate, "2024-06-01").await;
    let second = stage.enter(without_secretary(&stage, "陈静", 4)).await.unwrap();
    stage.add(second, leader("谭军")).await.unwrap();
    let refused = stage.add(id, leader("谭春")).await.unwrap_err();
    assert!(about_mentor(&refused).contains("姓名“谭春”与所选人员登记的姓名不一致"), "{refused:?}");
    let nobody = mentor(MentorKind::TownshipLeader, "谭军", Some(PersonId::new()));
    let refused = stage.add(second, nobody).await.unwrap_err();
    assert!(about_mentor(&refused).contains("没有找到这名帮带人"), "{refused:?}");
}

#[tokio::test]
async fn a_mentor_guides_until_the_day_before_he_left() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    let id = stage.one().await;
    assert!(stage.successor(clock::today()).await.is_guided);
    assert_eq!(stage.mentors_left().await, 0);
    stage.leaves(&secretary, day("2023-05-01")).await;
    assert!(stage.successor(day("2023-04-30")).await.is_guided, "the last day");
    assert!(!stage.successor(day("2023-05-01")).await.is_guided);
    assert_eq!(stage.mentors_left().await, 1);
    assert!(stage.departures(id, day("2023-04-30")).await.is_empty());
    assert_eq!(stage.departures(id, day("2023-05-01")).await, ["自2023-05-01起不再担任该村书记"]);
    // Who follows him guides on, and the one who left is ended.
    let mentor_id = stage.card(id).await.mentors.iter().find(|one| one.name == "谭军").unwrap().id;
    let end = [reserves::EndMentor { reserve: id, version: None, mentor: mentor_id, on: clock::today() }];
    reserves::end_mentors(&mut stage.conn, &stage.clerk, &end).await.unwrap();
    stage.add(id, mentor(MentorKind::VillageSecretary, "冉明", None)).await.unwrap();
    assert!(stage.successor(clock::today()).await.is_guided);
    assert_eq!(stage.mentors_left().await, 0);
}

#[tokio::test]
async fn a_leader_who_died_guides_no_longer_and_one_by_name_alone_is_not_known() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    let mut command = reserve(stage.county.village(1, 1), "李强", 3);
    command.mentors[0] = mentor(MentorKind::TownshipLeader, "谭军", Some(secretary.person));
    command.mentors[2].name = PersonName::parse("冉明").unwrap();
    let id = stage.enter(command).await.unwrap();
    stage.leaves(&secretary, day("2023-05-01")).await;
    assert!(stage.successor(day("2024-01-31")).await.is_guided, "he guides as a leader, not as secretary");
    stage.happens(&secretary, EventKind::Decease, "2024-02-01").await;
    assert!(stage.successor(day("2024-01-31")).await.is_guided);
    assert!(!stage.successor(day("2024-02-01")).await.is_guided);
    assert_eq!(stage.departures(id, day("2024-02-01")).await, ["自2024-02-01起不在册（死亡）"]);
    assert_eq!(stage.mentors_left().await, 1);
    // The clerk of the other town has nobody waiting.
    let other = stage.county.town(2).actor(Role::Clerk);
    stage.clerk = other;
    assert_eq!(stage.mentors_left().await, 0);
}

#[tokio::test]
async fn of_an_entry_of_another_town_or_out_of_the_pool_no_mentor_is_told() {
    let mut stage = Stage::new().await;
    let secretary = stage.secretary().await;
    let id = stage.one().await;
    stage.leaves(&secretary, day("2023-05-01")).await;
    let clerk = stage.clerk.clone();
    stage.clerk = stage.county.town(2).actor(Role::Clerk);
    assert!(stage.departures(id, day("2024-01-01")).await.is_empty(), "another town");
    stage.clerk = clerk;
    stage.step(id, StepKind::Leave, "2023-09-01").await.unwrap();
    assert_eq!(stage.departures(id, day("2023-08-31")).await.len(), 1, "his last day in the pool");
    assert!(stage.departures(id, day("2023-09-01")).await.is_empty());
    let filter = queries::Filter {
        states: ReserveState::ALL.to_vec(),
        mentor_left_by: Some(clock::today()),
        ..queries::Filter::default()
    };
    let scope = stage.clerk.scope.clone();
    let listed = db::read(&mut stage.conn, &scope, async |conn| queries::count(conn, &scope, &filter).await);
    assert_eq!(listed.await.unwrap(), 0, "nobody is to be found a mentor for");
}

#[tokio::test]
async fn of_namesakes_who_were_secretaries_the_last_one_counts() {
    let mut stage = Stage::new().await;
    let first = stage.secretary().await;
    let id = stage.one().await;
    stage.leaves(&first, day("2023-05-01")).await;
    let term: TermId = seats::table
        .filter(seats::id.eq(first.seat))
        .select(seats::term_id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let namesake = member(stage.county.branch(1, 2).id, "谭军", 73);
    members::enrol(&mut stage.conn, &stage.clerk, &stage.keys, &[namesake]).await.unwrap();
    let other: PersonId = people::table
        .filter(people::name.eq("谭军").and(people::id.ne(first.person)))
        .select(people::id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let mut seat = committee::appoint(term, other, Post::Secretary);
    seat.from_day = day("2023-05-01");
    committees::appoint(&mut stage.conn, &stage.clerk, &stage.keys, &[seat]).await.unwrap();
    assert!(stage.departures(id, clock::today()).await.is_empty(), "one of the name sits");
    // By his person the first one is meant, whoever has his name.
    let mut command = without_secretary(&stage, "李强", 3);
    command.mentors[0] = mentor(MentorKind::TownshipLeader, "谭军", Some(first.person));
    let guided = stage.enter(command).await.unwrap();
    stage.happens(&first, EventKind::Decease, "2024-02-01").await;
    assert_eq!(stage.departures(guided, clock::today()).await, ["自2024-02-01起不在册（死亡）"]);
    assert!(stage.departures(id, clock::today()).await.is_empty());
}

#[tokio::test]
async fn the_list_of_a_day_has_whoever_may_be_seconded_then() {
    let mut stage = Stage::new().await;
    // Born on 1995-06-07, of college education; the other of high school.
    stage.one().await;
    let mut schooled = reserve(stage.county.village(1, 1), "李强", 3);
    if let reserves::Who::Identified(identity) = &mut schooled.who {
        "61".clone_into(&mut identity.education);
    }
    stage.enter(schooled).await.unwrap();
    let (scope, keys) = (stage.clerk.scope.clone(), &stage.keys);
    let mut names = async |on: &str| {
        let filter = queries::Filter { eligible_on: Some(day(on)), ..queries::Filter::default() };
        let (cards, total) = db::read(&mut stage.conn, &scope, async |conn| {
            let cards = queries::list(conn, &scope, keys, &filter, None, 10).await?;
            Ok((cards, queries::count(conn, &scope, &filter).await?))
        })
        .await
        .unwrap();
        assert_eq!(i64::try_from(cards.len()).unwrap(), total);
        cards.into_iter().map(|card| card.person.name).collect::<Vec<_>>()
    };
    assert_eq!(names("2031-06-06").await, ["王芳"], "the last day of being thirty-five");
    assert!(names("2031-06-07").await.is_empty());
    // Before anything was demanded, everybody may.
    assert_eq!(names("1999-12-31").await.len(), 2);
}
