//! The Party organisation of a village is held against the size of its own kind: a small branch has no committee.

use cadre::base::db;
use cadre::records::committees::{self, Post, Unusual};
use cadre::records::members::{self, Enrol};
use cadre::records::organisations::Kind;
use cadre::records::vetting::sight::Sight;

use super::Stage;
use crate::support::builders::{day, member};

/// What is told of the size of the stage's committee today.
async fn sizes(stage: &mut Stage) -> Vec<(Unusual, String, String)> {
    let (scope, committee) = (stage.clerk.scope.clone(), stage.committee);
    let today = cadre::base::clock::today();
    let found = db::read(&mut stage.conn, &scope, async |conn| {
        committees::queries::findings(conn, &scope, today, &[committee], &Sight::Nothing).await
    });
    let of_size = |what: Unusual| matches!(what, Unusual::TooFew | Unusual::TooMany);
    let found = found.await.unwrap().into_iter().filter(|one| of_size(one.what));
    found.map(|one| (one.what, one.message, one.source.unwrap())).collect()
}

async fn enrol(stage: &mut Stage, commands: &[Enrol]) {
    let clerk = stage.clerk.clone();
    members::enrol(&mut stage.conn, &clerk, &stage.keys, commands).await.unwrap();
}

fn few(told: &str, source: &str) -> [(Unusual, String, String); 1] {
    [(Unusual::TooFew, told.to_owned(), source.to_owned())]
}

#[tokio::test]
async fn a_secretary_is_enough_for_six_full_members_and_not_for_seven() {
    let mut stage = Stage::new().await;
    let source = "《中国共产党支部工作条例（试行）》";
    assert_eq!(sizes(&mut stage).await, few("现有成员0人，不设委员会的党支部须不少于1人，请补选", source));
    let secretary = stage.seat(0, Post::Secretary);
    stage.appoint(&[secretary]).await.unwrap();
    let branch = stage.county.branch(1, 1).id;
    enrol(&mut stage, &[member(branch, "周平", 11), member(branch, "吴安", 12)]).await;
    assert_eq!(sizes(&mut stage).await, [], "six");
    let probationary =
        Enrol { joined_on: day("2026-03-01"), full_member_on: None, ..member(branch, "郑和", 13) };
    enrol(&mut stage, &[probationary]).await;
    assert_eq!(sizes(&mut stage).await, [], "six and one who is not yet a full member");
    enrol(&mut stage, &[member(branch, "冯远", 14)]).await;
    assert_eq!(sizes(&mut stage).await, few("现有成员1人，党支部须不少于3人，请补选", source), "seven");
}

#[tokio::test]
async fn a_general_branch_has_five_and_of_a_party_committee_no_size_is_known() {
    let mut stage = Stage::new().await;
    let seats: Vec<_> = (0..4)
        .map(|person| stage.seat(person, if person == 0 { Post::Secretary } else { Post::Member }))
        .collect();
    stage.appoint(&seats).await.unwrap();
    assert_eq!(sizes(&mut stage).await, [], "a branch");
    let village = stage.county.village(1, 1).clone();
    let mut owner = stage.db.owner().await;
    let (code, name) = (format!("{}-ZZ01", village.code), "白泉村党总支");
    stage.county.add(&mut owner, &village, &code, name, Kind::GeneralBranch).await;
    let source = "《中国共产党农村基层组织工作条例》";
    assert_eq!(sizes(&mut stage).await, few("现有成员4人，党总支须不少于5人，请补选", source));
    let (code, name) = (format!("{}-DW01", village.code), "白泉村党委");
    stage.county.add(&mut owner, &village, &code, name, Kind::PartyCommittee).await;
    assert_eq!(sizes(&mut stage).await, []);
}
