//! Who may be proposed, by which list, for which term.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::values::{CommitteeKind, Post};
use cadre::records::committees::Who;
use cadre::records::members::{self, Event, EventKind};
use cadre::records::vetting;
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, field};
use crate::support::builders::{day, member, vetting as given};

#[tokio::test]
async fn a_candidate_is_vetted_by_the_list_of_the_day_and_within_its_days() {
    let mut stage = Stage::new(false).await;
    let check = stage.one().await;
    let card = stage.card(check).await;
    assert_eq!((card.check.due_on, card.items), (day("2020-11-16"), 3));
    assert_eq!((card.village.name.as_str(), card.check.state.as_str()), ("龙井镇白泉村", "proposed"));
    let later =
        vetting::SetChecklist { from_day: day("2020-12-01"), days_to_answer: 5, ..given::list(false) };
    vetting::set_checklist(&mut stage.conn, &stage.supervisor, &[later]).await.unwrap();
    for (on, due) in [("2020-11-30", "2020-12-15"), ("2020-12-01", "2020-12-06")] {
        let command = vetting::Propose { on: day(on), term: 7, ..stage.proposal() };
        let other = stage.propose(command).await.unwrap();
        assert_eq!(stage.card(other).await.check.due_on, day(due));
        vetting::withdraw(
            &mut stage.conn,
            &stage.clerk,
            &[vetting::End {
                decision: given::decision(other, "2020-12-02"), reason: "重新提名".to_owned()
            }],
        )
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_proposed_is_refused_beside_its_field() {
    let mut stage = Stage::new(false).await;
    let proposal = stage.proposal();
    let unknown = member(stage.county.branch(1, 1).id, "赵六", 9).identity;
    let (name, citizen_id) = (unknown.name.clone(), unknown.citizen_id.clone());
    let known = member(stage.county.branch(1, 1).id, "张伟", 1).identity.citizen_id;
    let cases = [
        (vetting::Propose { on: day("2020-05-31"), ..proposal.clone() }, "on", "没有施行中的负面清单"),
        (vetting::Propose { on: day("2999-01-01"), ..proposal.clone() }, "on", "晚于今天"),
        (vetting::Propose { term: 0, ..proposal.clone() }, "term", "1至99"),
        (vetting::Propose { term: 100, ..proposal.clone() }, "term", "1至99"),
        (vetting::Propose { post: Post::Director, ..proposal.clone() }, "post", "没有“主任”"),
        (vetting::Propose { village: "500237102201".to_owned(), ..proposal.clone() }, "village", "管理范围"),
        (vetting::Propose { village: "500237101".to_owned(), ..proposal.clone() }, "village", "没有找到"),
        (
            vetting::Propose { who: Who::Named { name: name.clone(), citizen_id }, ..proposal.clone() },
            "citizen_id",
            "不在人员库",
        ),
        (
            vetting::Propose { who: Who::Named { name, citizen_id: known }, ..proposal.clone() },
            "name",
            "不一致",
        ),
        (
            vetting::Propose { who: Who::OnRecord(cadre::base::ids::PersonId::new()), ..proposal.clone() },
            "person",
            "没有找到这名人员",
        ),
    ];
    for (command, wrong, words) in cases {
        let error = stage.propose(command).await.unwrap_err();
        let (field, message) = field(&error);
        assert!(field == wrong && message.contains(words), "{wrong} {words}: {field} {message}");
    }
    let many = [proposal.clone(), vetting::Propose { term: 100, ..proposal }];
    let error = vetting::propose(&mut stage.conn, &stage.clerk, &stage.keys, &many).await.unwrap_err();
    assert_eq!(field(&error).0, "rows[1].term");
}

#[tokio::test]
async fn nobody_is_proposed_twice_for_one_term_while_the_first_check_runs() {
    let mut stage = Stage::new(false).await;
    let first = stage.one().await;
    let again = stage.proposal();
    let error = stage.propose(again.clone()).await.unwrap_err();
    assert!(field(&error).1.contains("不能重复提名"), "{error}");
    let elsewhere =
        vetting::Propose { kind: CommitteeKind::VillageCommittee, post: Post::Director, ..again.clone() };
    stage.propose(elsewhere).await.expect("another committee is another check");
    let twice =
        [vetting::Propose { term: 7, ..again.clone() }, vetting::Propose { term: 7, ..again.clone() }];
    let error = vetting::propose(&mut stage.conn, &stage.clerk, &stage.keys, &twice).await.unwrap_err();
    assert!(field(&error).1.contains("出现两次"), "{error}");
    vetting::withdraw(&mut stage.conn, &stage.clerk, &[given::end(first)]).await.unwrap();
    stage.propose(again).await.expect("what was withdrawn is in nobody's way");
}

#[tokio::test]
async fn what_expired_is_written_down_by_the_next_proposal() {
    let mut stage = Stage::new(false).await;
    let (county, clerk) = (stage.county.clone(), stage.clerk.clone());
    let command = stage.proposal();
    let old = given::filed(&mut stage.conn, &stage.keys, &county, &clerk, command.clone()).await;
    assert_eq!(stage.card(old).await.check.valid_until, Some(day("2021-05-05")));
    stage.propose(command).await.expect("it expired years ago");
    assert_eq!(stage.state(old).await, "expired");
}

#[tokio::test]
async fn the_dead_are_not_proposed() {
    let mut stage = Stage::new(false).await;
    let ids = memberships::table
        .filter(memberships::person_id.eq(stage.people[0]))
        .select(memberships::id)
        .load(&mut stage.db.owner().await)
        .await
        .unwrap();
    let event = Event {
        member: ids[0],
        version: None,
        kind: EventKind::Decease,
        on: day("2022-03-01"),
        reason: None,
    };
    members::record(&mut stage.conn, &stage.clerk, &[event]).await.unwrap();
    let command = stage.proposal();
    let error = stage.propose(command).await.unwrap_err();
    assert!(field(&error).1.contains("已于2022-03-01死亡"), "{error}");
}

#[tokio::test]
async fn somebody_of_another_town_is_proposed_by_name_and_citizen_id_and_then_seen() {
    let mut stage = Stage::new(false).await;
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let enrolment = member(stage.county.branch(2, 1).id, "王芳", 4);
    let identity = enrolment.identity.clone();
    members::enrol(&mut stage.conn, &neighbour, &stage.keys, &[enrolment]).await.unwrap();
    let who = Who::Named { name: identity.name, citizen_id: identity.citizen_id };
    let command = vetting::Propose { who, ..stage.proposal() };
    let check = stage.propose(command).await.unwrap();
    let clerk = stage.clerk.clone();
    assert_eq!(stage.sheet(&clerk, check).await.unwrap().card.person.name, "王芳");
    let refused = stage.sheet(&neighbour, check).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
}
