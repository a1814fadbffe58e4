//! A community is held against the law on residents' committees, a village against that on villagers' committees.

use cadre::base::db;
use cadre::base::ids::{CommitteeId, TermId};
use cadre::records::committees::{self, Appoint, CommitteeKind, Post, Unusual};
use cadre::records::vetting::sight::Sight;
use cadre::schema::organisations;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Stage, named};
use crate::support::builders::{committee, day};

/// The stage's village, or the same as a community, with a committee of a kind.
async fn settled(stage: &mut Stage, is_community: bool, kind: CommitteeKind) -> (CommitteeId, TermId) {
    let village = stage.county.village(1, 1).clone();
    if is_community {
        diesel::update(organisations::table.filter(organisations::code.eq(&village.code)))
            .set(organisations::kind.eq("community"))
            .execute(&mut stage.db.owner().await)
            .await
            .unwrap();
    }
    let clerk = stage.clerk.clone();
    committee::settled(&mut stage.conn, &clerk, &village, kind).await
}

#[tokio::test]
async fn four_are_enough_in_a_village_and_too_few_in_a_community() {
    for is_community in [false, true] {
        let mut stage = Stage::new().await;
        let (committee, term) = settled(&mut stage, is_community, CommitteeKind::VillageCommittee).await;
        let seats: Vec<Appoint> = (0..4)
            .map(|person| {
                let post = if person == 0 { Post::Director } else { Post::Member };
                committee::appoint(term, stage.people[person], post)
            })
            .collect();
        stage.appoint(&seats).await.unwrap();
        let scope = stage.clerk.scope.clone();
        let mut too_few = async |on: &str| {
            let found = db::read(&mut stage.conn, &scope, async |conn| {
                committees::queries::findings(conn, &scope, day(on), &[committee], &Sight::Nothing).await
            });
            let found = found.await.unwrap().into_iter().find(|one| one.what == Unusual::TooFew);
            found.map(|one| (one.message, one.source.unwrap()))
        };
        let law = "《城市居民委员会组织法》";
        for (on, version) in [("2025-12-31", "（2018年修正）第七条"), ("2026-01-01", "（2025年修订）")]
        {
            let told = ("现有成员4人，须不少于5人，请补选".to_owned(), format!("{law}{version}"));
            assert_eq!(too_few(on).await, is_community.then_some(told), "{is_community} {on}");
        }
    }
}

#[tokio::test]
async fn who_sits_in_a_residents_committee_is_kept_out_of_supervision_by_its_own_law_from_its_day() {
    for (is_community, on, refused) in [
        (false, "2025-12-31", Some(("村（居）民委员会", "《村民委员会组织法》（2018年修正）第三十二条"))),
        (false, "2026-01-01", Some(("村（居）民委员会", "《村民委员会组织法》（2025年修正）"))),
        (true, "2025-12-31", None),
        (true, "2026-01-01", Some(("居民委员会", "《城市居民委员会组织法》（2025年修订）"))),
    ] {
        let mut stage = Stage::new().await;
        let (_, village) = settled(&mut stage, is_community, CommitteeKind::VillageCommittee).await;
        let (_, supervision) = settled(&mut stage, is_community, CommitteeKind::Supervision).await;
        let person = stage.people[0];
        stage.appoint(&[committee::appoint(village, person, Post::Director)]).await.unwrap();
        let seat = committee::appoint(supervision, person, Post::SupervisionMember);
        let done = stage.appoint(&[Appoint { from_day: day(on), ..seat }]).await;
        match refused {
            None => assert!(done.is_ok(), "{on}: {done:?}"),
            Some((supervised, source)) => {
                let told = named(done.unwrap_err()).join("");
                let sentence = format!(
                    "张伟同时担任{supervised}的主任（2021-01-10起），{supervised}成员不得兼任村务监督委员会成员（{source}）"
                );
                assert!(told.contains(&sentence), "{told}");
            }
        }
    }
}
