//! Seats: given, ended, corrected, refused.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::values::MembershipStatus;
use cadre::records::committees::{
    self, CommitteeKind, CorrectSeat, EndSeat, LeavingReason, Post, Source, Who,
};
use cadre::records::members::{self, Event, EventKind};

use super::{Stage, fields, named, who};
use crate::support::builders::{committee, day, member};

#[tokio::test]
async fn one_person_is_secretary_and_director_and_his_sources_stay() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let village = stage.county.village(1, 1).clone();
    let (_, other) =
        committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageCommittee).await;
    let mut secretary = stage.seat(0, Post::Secretary);
    secretary.sources = vec![Source::Veteran, Source::Returnee, Source::Veteran];
    let mut director = stage.seat(0, Post::Director);
    director.term = other;
    stage.appoint(&[secretary, director]).await.unwrap();
    let sources = stage.texts("SELECT source FROM seat_sources ORDER BY 1").await;
    assert_eq!(sources, ["returnee", "veteran"]);
    let entries = stage.entries("committees.appoint").await;
    assert_eq!((entries.len(), entries[0].0), (1, 2));
}

#[tokio::test]
async fn two_secretaries_at_once_are_refused_whether_stored_or_in_one_call() {
    let mut stage = Stage::new().await;
    let both = [stage.seat(0, Post::Secretary), stage.seat(1, Post::Secretary)];
    let refused = named(stage.appoint(&both).await.unwrap_err());
    let sentence = "书记已由张伟担任（2021-01-10起），同一时间只能有一名书记，请先登记其离职，或核对任职日期";
    assert_eq!(refused, [format!("rows[1].post: {sentence}")]);
    assert!(stage.seats().await.is_empty(), "none is stored");
    let [first, second] = both;
    let id = stage.appoint(std::slice::from_ref(&first)).await.unwrap()[0];
    assert_eq!(
        named(stage.appoint(std::slice::from_ref(&second)).await.unwrap_err()),
        [format!("post: {sentence}")]
    );
    let twice = fields(stage.appoint(&[first]).await.unwrap_err());
    assert_eq!(twice[0].field, "person");
    let clerk = stage.clerk.clone();
    let end = EndSeat {
        seat: id,
        version: Some(1),
        on: day("2024-05-01"),
        reason: LeavingReason::Transferred,
        explanation: Some(" 任镇农业服务中心主任 ".to_owned()),
    };
    committees::end_seat(&mut stage.conn, &clerk, &[end]).await.unwrap();
    let mut next = second;
    next.from_day = day("2024-05-01");
    stage.appoint(&[next]).await.unwrap();
    assert_eq!(
        stage.seats().await,
        [
            "secretary 2021-01-10 2024-05-01 transferred 任镇农业服务中心主任 31 t 2",
            "secretary 2024-05-01 31 t 1"
        ]
    );
    let entries = stage.entries("committees.end_seat").await;
    let entry = &entries[0].1["seats"][0]["after"];
    assert_eq!((&entry["leaving_reason"], &entry["to_day"]), (&"transferred".into(), &"2024-05-01".into()));
    assert_eq!(entry["leaving_explanation"], "任镇农业服务中心主任");
}

#[tokio::test]
async fn the_dead_and_the_removed_take_no_seat() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let record = |member, kind| Event {
        member,
        version: None,
        kind,
        on: day("2023-05-01"),
        reason: Some("长期不参加组织生活".to_owned()),
    };
    let events = [
        record(stage.memberships[0], EventKind::Decease),
        record(stage.memberships[1], EventKind::Remove(MembershipStatus::Removed)),
    ];
    members::record(&mut stage.conn, &clerk, &events).await.unwrap();
    let from = |stage: &Stage, person: usize, on: &str| {
        let mut seat = stage.seat(person, Post::Member);
        seat.from_day = day(on);
        seat
    };
    let until = |stage: &Stage, person: usize, on: &str| {
        let mut seat = stage.seat(person, Post::Member);
        (seat.to_day, seat.leaving_reason) = (Some(day(on)), Some(LeavingReason::Deceased));
        seat
    };
    let late = from(&stage, 0, "2023-05-01");
    let refused = named(stage.appoint(&[late]).await.unwrap_err());
    assert!(refused[0].starts_with("person: 张伟已于2023-05-01死亡"), "{refused:?}");
    let fine = until(&stage, 0, "2023-05-01");
    stage.appoint(&[fine]).await.unwrap();
    let removed = from(&stage, 1, "2023-05-01");
    let refused = named(stage.appoint(&[removed]).await.unwrap_err());
    assert!(refused[0].contains("李娜在任职日期“2023-05-01”已不在党（除名）"), "{refused:?}");
    // A day before, but no longer than he is in the Party.
    let mut before = from(&stage, 1, "2023-04-30");
    let refused = named(stage.appoint(&[before.clone()]).await.unwrap_err());
    assert!(refused[0].contains("李娜已于2023-05-01不在党（除名）"), "{refused:?}");
    (before.to_day, before.leaving_reason) = (Some(day("2023-05-01")), Some(LeavingReason::Discipline));
    stage.appoint(&[before]).await.unwrap();
}

#[tokio::test]
async fn supervision_and_the_village_committee_keep_apart() {
    let mut stage = Stage::new().await;
    let clerk = stage.clerk.clone();
    let village = stage.county.village(1, 1).clone();
    let mut seats = Vec::new();
    for (kind, post) in [
        (CommitteeKind::VillageCommittee, Post::Member),
        (CommitteeKind::Supervision, Post::SupervisionMember),
    ] {
        let (_, term) = committee::settled(&mut stage.conn, &clerk, &village, kind).await;
        let mut seat = stage.seat(0, post);
        seat.term = term;
        seats.push(seat);
    }
    let refused = named(stage.appoint(&seats).await.unwrap_err());
    assert!(
        refused[0].contains("不得兼任村务监督委员会成员（《村民委员会组织法》（2018年修正）第三十二条）"),
        "{refused:?}"
    );
    seats[0].to_day = Some(day("2022-01-01"));
    seats[0].leaving_reason = Some(LeavingReason::Resigned);
    seats[1].from_day = day("2022-01-01");
    stage.appoint(&seats).await.unwrap();
}

#[tokio::test]
async fn who_is_not_on_record_is_registered_and_seen_afterwards() {
    let mut stage = Stage::new().await;
    let identity = member(stage.county.branch(1, 1).id, "赵敏", 20).identity;
    let (_, term) = {
        let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
        committee::settled(&mut stage.conn, &clerk, &village, CommitteeKind::VillageCommittee).await
    };
    let named_only = Who::Named { name: identity.name.clone(), citizen_id: identity.citizen_id.clone() };
    let mut seat = stage.seat(0, Post::Member);
    seat.term = term;
    seat.is_party_member = Some(false);
    seat.who = named_only;
    let refused = named(stage.appoint(&[seat.clone()]).await.unwrap_err());
    assert_eq!(
        refused,
        ["citizen_id: “赵敏”不在人员库，公民身份号码没有登记，请先登记此人，或核对公民身份号码"]
    );
    seat.who = Who::Identified(Box::new(identity.clone()));
    let mut unsaid = seat.clone();
    unsaid.is_party_member = None;
    assert_eq!(fields(stage.appoint(&[unsaid]).await.unwrap_err())[0].field, "is_party_member");
    stage.appoint(&[seat]).await.unwrap();
    assert_eq!(stage.seats().await, ["committee_member 2021-01-10 31 f 1"]);
    let visible = stage
        .texts("SELECT v.path FROM person_visibility v JOIN people p ON p.id = v.person_id WHERE p.name = '赵敏'")
        .await;
    assert_eq!(visible, [stage.county.village(1, 1).path.as_str()]);
    let mut other = stage.seat(0, Post::Secretary);
    let mut renamed = identity;
    renamed.name = "赵明".parse().unwrap();
    other.who = Who::Identified(Box::new(renamed));
    other.is_party_member = Some(true);
    assert_eq!(fields(stage.appoint(&[other]).await.unwrap_err())[0].field, "name");
}

#[tokio::test]
async fn people_of_other_towns_are_taken_by_citizen_id_only() {
    let mut stage = Stage::new().await;
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let command = member(stage.county.branch(2, 1).id, "周涛", 21);
    members::enrol(&mut stage.conn, &neighbour, &stage.keys, std::slice::from_ref(&command)).await.unwrap();
    let person: Vec<String> = stage.texts("SELECT id::text FROM people WHERE name = '周涛'").await;
    let mut seat = stage.seat(0, Post::Secretary);
    seat.who = who(person[0].parse().unwrap());
    assert_eq!(fields(stage.appoint(&[seat.clone()]).await.unwrap_err())[0].field, "person");
    seat.who = Who::Named { name: command.identity.name, citizen_id: command.identity.citizen_id };
    stage.appoint(&[seat]).await.unwrap();
    let refused = stage.seat(0, Post::Member);
    let refused =
        committees::appoint(&mut stage.conn, &neighbour, &stage.keys, &[refused]).await.unwrap_err();
    assert!(matches!(refused, Error::Missing { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_seat_is_corrected_by_whoever_saw_it_last() {
    let mut stage = Stage::new().await;
    let command = stage.seat(0, Post::Secretary);
    let seat = stage.appoint(&[command]).await.unwrap()[0];
    let clerk = stage.clerk.clone();
    let correct = CorrectSeat {
        seat,
        version: 1,
        post: Post::DeputySecretary,
        from_day: day("2021-02-01"),
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
        education: "21".to_owned(),
        is_party_member: true,
        sources: vec![Source::Graduate],
        note: Some("补录".to_owned()),
    };
    let early = [CorrectSeat { from_day: day("2021-01-09"), ..correct.clone() }];
    let refused = committees::correct_seat(&mut stage.conn, &clerk, &early).await.unwrap_err();
    assert_eq!(fields(refused)[0].field, "from_day");
    committees::correct_seat(&mut stage.conn, &clerk, std::slice::from_ref(&correct)).await.unwrap();
    assert_eq!(stage.seats().await, ["deputy_secretary 2021-02-01 21 t 2"]);
    let stale = committees::correct_seat(&mut stage.conn, &clerk, &[correct]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
    let end = |explanation: String| EndSeat {
        seat,
        version: None,
        on: day("2024-05-01"),
        reason: LeavingReason::RemovedUnfit,
        explanation: Some(explanation),
    };
    for wrong in ["  ".to_owned(), "长".repeat(201)] {
        let refused = committees::end_seat(&mut stage.conn, &clerk, &[end(wrong)]).await.unwrap_err();
        assert_eq!(fields(refused)[0].field, "explanation");
    }
    let longest = "长".repeat(200);
    committees::end_seat(&mut stage.conn, &clerk, &[end(longest.clone())]).await.unwrap();
    assert_eq!(
        stage.seats().await,
        [format!("deputy_secretary 2021-02-01 2024-05-01 removed_unfit {longest} 21 t 3")]
    );
    let again = committees::end_seat(&mut stage.conn, &clerk, &[end("不说".to_owned())]).await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
}

#[tokio::test]
async fn a_correction_says_why_somebody_left_or_that_he_did_not() {
    let mut stage = Stage::new().await;
    let mut command = stage.seat(0, Post::Member);
    (command.to_day, command.leaving_reason) = (Some(day("2023-05-01")), Some(LeavingReason::Other));
    command.leaving_explanation = Some("组织关系转出".to_owned());
    let seat = stage.appoint(&[command]).await.unwrap()[0];
    assert_eq!(stage.seats().await, ["committee_member 2021-01-10 2023-05-01 other 组织关系转出 31 t 1"]);
    let clerk = stage.clerk.clone();
    let stays = CorrectSeat {
        seat,
        version: 1,
        post: Post::Member,
        from_day: day("2021-01-10"),
        to_day: None,
        leaving_reason: None,
        leaving_explanation: None,
        education: "31".to_owned(),
        is_party_member: true,
        sources: Vec::new(),
        note: None,
    };
    let told = |text: &str| Some(text.to_owned());
    let recalled = Some(LeavingReason::Recalled);
    let on = Some(day("2023-05-01"));
    for (to_day, reason, explanation, field, sentence) in [
        (on, None, None, "leaving_reason", "离职原因没有填写，请选择原因，如辞职、调任、届满"),
        (None, recalled, None, "leaving_reason", "填写了离职原因“罢免”，离职日期没有填写"),
        (None, None, told("村民会议罢免"), "leaving_explanation", "填写了离职说明，离职原因没有填写"),
        (on, recalled, told(""), "leaving_explanation", "离职说明为空白"),
    ] {
        let wrong = [CorrectSeat {
            to_day,
            leaving_reason: reason,
            leaving_explanation: explanation,
            ..stays.clone()
        }];
        let refused = named(committees::correct_seat(&mut stage.conn, &clerk, &wrong).await.unwrap_err());
        assert!(
            refused[0].starts_with(&format!("{field}: ")) && refused[0].contains(sentence),
            "{refused:?}"
        );
    }
    let left = CorrectSeat { to_day: on, leaving_reason: recalled, ..stays.clone() };
    committees::correct_seat(&mut stage.conn, &clerk, &[left]).await.unwrap();
    assert_eq!(stage.seats().await, ["committee_member 2021-01-10 2023-05-01 recalled 31 t 2"]);
    let stays = [CorrectSeat { version: 2, ..stays }];
    committees::correct_seat(&mut stage.conn, &clerk, &stays).await.unwrap();
    assert_eq!(stage.seats().await, ["committee_member 2021-01-10 31 t 3"]);
    let entries = stage.entries("committees.correct_seat").await;
    let changed = &entries[0].1["seats"][0];
    assert_eq!(changed["before"]["leaving_reason"], "other");
    assert_eq!(changed["before"]["leaving_explanation"], "组织关系转出");
    assert_eq!(changed["after"]["leaving_reason"], "recalled");
}
