//! What a village lacks once one of those who sit leaves, and who of its reserve could step in.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::ids::{MembershipId, PersonId, TermId};
use cadre::base::values::MembershipStatus;
use cadre::records::committees::{self, CommitteeKind, EndSeat, LeavingReason, Post, Unusual};
use cadre::records::members::{self, Event, EventKind};
use cadre::records::reserves::{Grade, HeldPost, Sitter, queries};
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Stage;
use crate::support::builders::{committee, day, member};

/// The first village with three members in both committees, 张伟 the head of both, 李娜 the only woman.
struct Led {
    stage: Stage,
    memberships: Vec<MembershipId>,
    people: Vec<PersonId>,
    party: TermId,
}

impl Led {
    async fn new() -> Self {
        let mut stage = Stage::new().await;
        let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
        let branch = stage.county.branch(1, 1).id;
        let commands: Vec<_> =
            (1..).zip(["张伟", "李娜", "刘洋"]).map(|(number, name)| member(branch, name, number)).collect();
        let memberships = members::enrol(&mut stage.conn, &clerk, &stage.keys, &commands).await.unwrap();
        let found: Vec<(MembershipId, PersonId)> = memberships::table
            .select((memberships::id, memberships::person_id))
            .load(&mut stage.db.owner().await)
            .await
            .unwrap();
        let people: Vec<PersonId> =
            memberships.iter().map(|id| found.iter().find(|(of, _)| of == id).unwrap().1).collect();
        let mut terms = Vec::new();
        for (kind, head) in [
            (CommitteeKind::VillageParty, Post::Secretary),
            (CommitteeKind::VillageCommittee, Post::Director),
        ] {
            let (_, term) = committee::settled(&mut stage.conn, &clerk, &village, kind).await;
            let seats = [
                committee::appoint(term, people[0], head),
                committee::appoint(term, people[1], Post::Member),
                committee::appoint(term, people[2], Post::Member),
            ];
            committees::appoint(&mut stage.conn, &clerk, &stage.keys, &seats).await.unwrap();
            terms.push(term);
        }
        Self { stage, memberships, people, party: terms[0] }
    }

    /// Who sits in the first village on a day.
    async fn team(&mut self, on: &str) -> Vec<Sitter> {
        let scope = self.stage.clerk.scope.clone();
        let village = self.stage.county.village(1, 1).id;
        db::read(&mut self.stage.conn, &scope, async |conn| {
            let depths = queries::succession(conn, &scope, day(on)).await?;
            let mut teams = queries::teams(conn, &scope, day(on), &depths).await?;
            Ok(teams.remove(&village).unwrap_or_default())
        })
        .await
        .unwrap()
    }

    async fn texts(&self, query: &str) -> Vec<String> {
        let client = self.stage.db.owner_client().await;
        client.query(query, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    }
}

fn names(post: &HeldPost) -> Vec<&str> {
    post.ready.iter().map(|one| one.name.as_str()).collect()
}

#[tokio::test]
async fn each_sitter_is_told_with_his_posts_and_his_age_when_the_term_ends() {
    let mut led = Led::new().await;
    let team = led.team("2022-06-01").await;
    let told: Vec<(&str, u32, usize)> =
        team.iter().map(|one| (one.name.as_str(), one.age, one.posts.len())).collect();
    // Born on 1980-05-06, the term ends on 2026-01-10.
    assert_eq!(told, [("张伟", 45, 2), ("李娜", 45, 2), ("刘洋", 45, 2)]);
    let late = led.team("2026-05-06").await;
    assert_eq!(late[0].age, 46, "the term is over: of today");
    assert!(led.team("2021-01-09").await.is_empty(), "the term began on the day after");
}

#[tokio::test]
async fn a_leaving_leaves_posts_vacant_and_breaks_rules() {
    let mut led = Led::new().await;
    let team = led.team("2022-06-01").await;
    let vacant =
        |one: &Sitter| one.posts.iter().map(|post| (post.kind, post.post, post.vacant)).collect::<Vec<_>>();
    let (party, committee) = (CommitteeKind::VillageParty, CommitteeKind::VillageCommittee);
    assert_eq!(vacant(&team[0]), [(party, Post::Secretary, 1), (committee, Post::Director, 1)]);
    assert_eq!(
        vacant(&team[1]),
        [(party, Post::Member, 3), (committee, Post::Member, 3)],
        "two were vacant before"
    );
    let broken =
        |one: &Sitter| one.broken.iter().map(|broken| (broken.kind, broken.what)).collect::<Vec<_>>();
    // A branch of fewer than seven full members has no committee: only the village's one is too small.
    let few = [(committee, Unusual::TooFew)];
    assert_eq!(broken(&team[0]), few);
    assert_eq!(broken(&team[1]), [few[0], (committee, Unusual::NoWoman)]);
    assert_eq!(broken(&team[2]), few);
    let message = &team[0].broken[0].message;
    assert!(message.starts_with("现有成员2人，须不少于3人"), "{message}");
    assert!(team[0].broken[0].source.is_some());
}

#[tokio::test]
async fn who_is_ready_steps_in_where_the_rules_of_seats_let_him() {
    let mut led = Led::new().await;
    let id = led.stage.one().await;
    led.stage.judge(id, "2021-12-31", Grade::Excellent).await;
    let early = led.team("2022-02-28").await;
    assert_eq!(early[0].posts[1].ready, [], "not ready yet");
    let team = led.team("2022-06-01").await;
    let [secretary, director] = team[0].posts.as_slice() else { panic!("{team:?}") };
    assert_eq!(names(director), ["王芳"]);
    assert_eq!(director.ready[0].why, ["入库满一年", "帮带到位", "考核优秀", "符合挂职条件"]);
    assert_eq!(names(secretary), Vec::<&str>::new());
    let refused = &secretary.refused[0];
    assert!(refused.reserve == id && refused.message.contains("不是党员"), "{refused:?}");
    assert!(!team[0].is_replaceable(), "nobody can be secretary");
}

#[tokio::test]
async fn who_was_put_out_of_the_party_cannot_go_on_in_its_committee() {
    let mut led = Led::new().await;
    assert_eq!(led.team("2022-06-01").await[2].bars, Vec::<String>::new());
    let event = Event {
        member: led.memberships[2],
        version: None,
        kind: EventKind::Remove(MembershipStatus::Removed),
        on: day("2022-07-01"),
        reason: Some("会议决定".to_owned()),
    };
    members::record(&mut led.stage.conn, &led.stage.clerk, &[event]).await.unwrap();
    let team = led.team("2022-08-01").await;
    assert_eq!(team[2].bars.len(), 1, "the village committee asks for no member: {:?}", team[2].bars);
    assert!(team[2].bars[0].contains("已不在党（除名）"), "{:?}", team[2].bars);
}

#[tokio::test]
async fn a_seat_that_ended_is_no_longer_told() {
    let mut led = Led::new().await;
    let query = format!(
        "SELECT id::text FROM seats WHERE term_id = '{}' AND person_id = '{}'",
        led.party, led.people[2]
    );
    let seat = led.texts(&query).await[0].parse().unwrap();
    let (on, reason) = (day("2022-05-01"), LeavingReason::Transferred);
    let end = EndSeat { seat, version: None, on, reason, explanation: None };
    committees::end_seat(&mut led.stage.conn, &led.stage.clerk, &[end]).await.unwrap();
    let kinds = |team: &[Sitter]| team[2].posts.iter().map(|post| post.kind).collect::<Vec<_>>();
    let before = led.team("2022-04-30").await;
    assert_eq!(kinds(&before), [CommitteeKind::VillageParty, CommitteeKind::VillageCommittee]);
    let after = led.team("2022-05-01").await;
    assert_eq!(kinds(&after), [CommitteeKind::VillageCommittee]);
    // Of the Party nothing is told: a branch of fewer than seven full members needs no committee.
    let broken: Vec<_> = after[0].broken.iter().map(|one| (one.kind, one.message.as_str())).collect();
    assert_eq!(broken, [(CommitteeKind::VillageCommittee, "现有成员2人，须不少于3人，请补选")]);
}

#[tokio::test]
async fn the_clerk_of_another_town_sees_no_team() {
    let mut led = Led::new().await;
    led.stage.clerk = led.stage.county.town(2).actor(Role::Clerk);
    assert!(led.team("2022-06-01").await.is_empty());
}
