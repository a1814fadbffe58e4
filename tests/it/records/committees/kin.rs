//! Near relatives of the village committee keep out of supervision.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::ids::TermId;
use cadre::records::committees::{self, CommitteeKind, Post, Unusual};
use cadre::records::people::{self, Kinship, RelateKin};
use cadre::records::vetting::sight::Sight;

use super::{Stage, named};
use crate::support::builders::{committee, day, member};

/// A village committee and a supervision committee of the stage's village.
async fn two_committees(stage: &mut Stage) -> [(cadre::base::ids::CommitteeId, TermId); 2] {
    let (clerk, village) = (stage.clerk.clone(), stage.county.village(1, 1).clone());
    let conn = &mut stage.conn;
    [
        committee::settled(conn, &clerk, &village, CommitteeKind::VillageCommittee).await,
        committee::settled(conn, &clerk, &village, CommitteeKind::Supervision).await,
    ]
}

async fn relate(
    stage: &mut Stage,
    one: usize,
    other: usize,
    kinship: Kinship,
) -> Result<cadre::base::ids::KinshipId, Error> {
    let command = RelateKin { person: stage.people[one], relative: stage.people[other], kinship };
    let clerk = stage.clerk.clone();
    people::relate_kin(&mut stage.conn, &clerk, &[command]).await.map(|ids| ids[0])
}

#[tokio::test]
async fn a_relative_of_the_village_committee_takes_no_seat_in_supervision() {
    let mut stage = Stage::new().await;
    let [(_, village), (_, supervision)] = two_committees(&mut stage).await;
    let mut director = stage.seat(0, Post::Director);
    director.term = village;
    let mut supervisor = stage.seat(1, Post::SupervisionMember);
    supervisor.term = supervision;
    // 李娜 is a child of 张伟, entered from her side.
    let kinship = relate(&mut stage, 1, 0, Kinship::Parent).await.unwrap();
    let sentence = "person: 李娜的父母张伟担任村（居）民委员会的主任（2021-01-10起），村（居）民委员会成员的近亲属不得担任村务监督委员会成员（《村民委员会组织法》（2018年修正）第三十二条），请另选人员，或核对亲属关系";
    let both = stage.appoint(&[director.clone(), supervisor.clone()]).await.unwrap_err();
    assert_eq!(named(both), [format!("rows[1].{sentence}")]);
    stage.appoint(std::slice::from_ref(&director)).await.unwrap();
    assert_eq!(named(stage.appoint(std::slice::from_ref(&supervisor)).await.unwrap_err()), [sentence]);
    let mut stranger = supervisor.clone();
    stranger.who = super::who(stage.people[2]);
    stage.appoint(&[stranger]).await.unwrap();
    let clerk = stage.clerk.clone();
    people::unrelate_kin(&mut stage.conn, &clerk, &[kinship]).await.unwrap();
    stage.appoint(&[supervisor]).await.unwrap();
}

#[tokio::test]
async fn who_turns_out_to_be_a_relative_is_a_finding() {
    let mut stage = Stage::new().await;
    let [(_, village), (committee, supervision)] = two_committees(&mut stage).await;
    let mut director = stage.seat(0, Post::Director);
    director.term = village;
    let mut supervisor = stage.seat(1, Post::SupervisionMember);
    supervisor.term = supervision;
    stage.appoint(&[director, supervisor]).await.unwrap();
    let told = async |stage: &mut Stage, on: &str| {
        let scope = stage.clerk.scope.clone();
        cadre::base::db::read(&mut stage.conn, &scope, async |conn| {
            committees::queries::findings(conn, &scope, day(on), &[committee], &Sight::Nothing).await
        })
        .await
        .unwrap()
        .into_iter()
        .filter(|finding| finding.what == Unusual::Related)
        .collect::<Vec<_>>()
    };
    assert!(told(&mut stage, "2022-01-01").await.is_empty());
    relate(&mut stage, 0, 1, Kinship::Spouse).await.unwrap();
    let found = told(&mut stage, "2022-01-01").await;
    assert_eq!(
        found[0].message,
        "李娜的配偶张伟担任村（居）民委员会的主任（2021-01-10起），应当回避，请调整其中一人，或核对亲属关系"
    );
    assert_eq!(found[0].source.as_deref(), Some("《村民委员会组织法》（2018年修正）第三十二条"));
    assert!(told(&mut stage, "2021-01-09").await.is_empty(), "before they sat");
}

#[tokio::test]
async fn a_pair_is_entered_once_between_two_people_in_sight() {
    let mut stage = Stage::new().await;
    relate(&mut stage, 0, 1, Kinship::Child).await.unwrap();
    let again = named(relate(&mut stage, 1, 0, Kinship::Sibling).await.unwrap_err());
    assert!(again[0].starts_with("relative: 这两人的亲属关系已登记为"), "{again:?}");
    assert_eq!(
        named(relate(&mut stage, 2, 2, Kinship::Sibling).await.unwrap_err()),
        ["relative: 亲属不能是本人，请另选一人"]
    );
    // Somebody of the town beside is out of sight.
    let other = stage.county.town(2).actor(Role::Clerk);
    let far = member(stage.county.branch(2, 1).id, "赵敏", 31);
    let enrolled =
        cadre::records::members::enrol(&mut stage.conn, &other, &stage.keys, &[far]).await.unwrap();
    let query = format!("SELECT person_id::text FROM memberships WHERE id = '{}'", enrolled[0]);
    let far: cadre::base::ids::PersonId = stage.texts(&query).await[0].parse().unwrap();
    let command = RelateKin { person: stage.people[0], relative: far, kinship: Kinship::Spouse };
    let clerk = stage.clerk.clone();
    let refused = named(people::relate_kin(&mut stage.conn, &clerk, &[command]).await.unwrap_err());
    assert!(refused[0].starts_with("relative: 没有找到这名人员"), "{refused:?}");
    let ids = stage.texts("SELECT id::text FROM kinships").await;
    let id: cadre::base::ids::KinshipId = ids[0].parse().unwrap();
    let refused = people::unrelate_kin(&mut stage.conn, &other, &[id]).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    assert_eq!(stage.texts("SELECT id::text FROM kinships").await.len(), 1);
}
