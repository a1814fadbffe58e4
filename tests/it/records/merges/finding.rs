//! Which pairs are found, who sees them, and how they are settled.

use cadre::base::actor::Role;
use cadre::base::error::Error;
use cadre::base::values::CitizenId;
use cadre::records::merges::{self, Distinguish, Strength};

use super::{Stage, sentence};
use crate::support::builders::{day, member};

#[tokio::test]
async fn pairs_are_found_by_sound_and_day_and_the_stronger_come_first() {
    let mut stage = Stage::new().await;
    let (first, _) = stage.member(1, "王伟", 1).await;
    let (other_town, _) = stage.member(2, "王伟", 3).await;
    let (near, _) = stage.member(1, "王玮", 5).await;
    stage.member(1, "李强", 7).await;
    // A name of the same sound, but another sex.
    stage.member(1, "王卫", 2).await;
    let county = stage.supervisor.clone();
    let pairs = stage.pairs(&county).await;
    let told: Vec<_> =
        pairs.iter().map(|pair| (pair.person_id, pair.other_id, pair.signs.strength())).collect();
    assert_eq!(
        told,
        [
            (first, near, Strength::Likely),
            (first, other_town, Strength::Likely),
            (other_town, near, Strength::Weak),
        ]
    );
    assert_eq!(pairs[0].signs.reasons(), ["姓名读音相近", "出生日期相同", "登记在同一组织"]);
    assert_eq!(pairs[1].signs.reasons(), ["姓名相同", "出生日期相同"]);
    let (same, _) = stage.member(1, "王伟", 9).await;
    let strongest = &stage.pairs(&county).await[0];
    assert_eq!((strongest.person_id, strongest.other_id), (first, same));
    assert_eq!(strongest.signs.strength(), Strength::Strong);
}

#[tokio::test]
async fn dialects_and_tones_sound_alike_and_other_names_do_not() {
    let mut stage = Stage::new().await;
    // 胡/扶: f as h; 兰/南: n as l; 珍/增: zh as z, eng as en.
    for (number, name) in (0..).zip(["胡兰珍", "扶南增", "胡大珍"]) {
        stage.member(1, name, 1 + 2 * number).await;
    }
    let county = stage.supervisor.clone();
    let pairs = stage.pairs(&county).await;
    let (hu, fu) = (
        stage.text("SELECT id::text FROM people WHERE name = '胡兰珍'").await,
        stage.text("SELECT id::text FROM people WHERE name = '扶南增'").await,
    );
    let found: Vec<_> =
        pairs.iter().map(|pair| (pair.person_id.to_string(), pair.other_id.to_string())).collect();
    assert_eq!(found, [(hu, fu)]);
}

#[tokio::test]
async fn a_century_apart_is_told_as_what_extending_fifteen_digits_gets_wrong() {
    let mut stage = Stage::new().await;
    let mut old = member(stage.county.branch(1, 1).id, "王伟", 11);
    old.identity.birth_date = day("1903-05-06");
    old.identity.citizen_id = CitizenId::compose("500237", day("1903-05-06"), 11).unwrap();
    old.joined_on = day("1930-07-01");
    old.full_member_on = Some(day("1931-07-01"));
    let mut young = member(stage.county.branch(1, 1).id, "王伟", 11);
    young.identity.birth_date = day("2003-05-06");
    young.identity.citizen_id = CitizenId::compose("500237", day("2003-05-06"), 11).unwrap();
    young.joined_on = day("2023-07-01");
    young.full_member_on = Some(day("2024-07-01"));
    stage.enrol(old).await;
    stage.enrol(young).await;
    let county = stage.supervisor.clone();
    let pairs = stage.pairs(&county).await;
    assert_eq!(pairs.len(), 1);
    assert!(pairs[0].signs.reasons()[1].contains("15位"), "{:?}", pairs[0].signs.reasons());
}

#[tokio::test]
async fn a_clerk_sees_a_pair_only_where_he_sees_both() {
    let mut stage = Stage::new().await;
    stage.member(1, "王伟", 1).await;
    stage.member(2, "王伟", 3).await;
    let clerk = stage.clerk.clone();
    assert_eq!(stage.pairs(&clerk).await, []);
    let county = stage.supervisor.clone();
    assert_eq!(stage.pairs(&county).await.len(), 1);
    let (one, other) = (stage.member(1, "李强", 5).await.0, stage.member(1, "李强", 7).await.0);
    let pairs = stage.pairs(&clerk).await;
    assert_eq!((pairs.len(), pairs[0].person_id, pairs[0].other_id), (1, one, other));
}

#[tokio::test]
async fn whoever_was_told_apart_is_not_listed_until_that_is_taken_back() {
    let mut stage = Stage::new().await;
    let (one, other) = (stage.member(1, "王伟", 1).await.0, stage.member(1, "王伟", 3).await.0);
    let clerk = stage.clerk.clone();
    let apart =
        Distinguish { one: other, other: one, reason: Some("身份证不同，已当面核对".to_owned()) };
    let commands = std::slice::from_ref(&apart);
    let outsider = stage.county.town(2).actor(Role::Clerk);
    let refused = merges::distinguish(&mut stage.conn, &outsider, commands).await;
    assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
    merges::distinguish(&mut stage.conn, &clerk, commands).await.unwrap();
    assert_eq!(stage.pairs(&clerk).await, []);
    let again = merges::distinguish(&mut stage.conn, &clerk, commands).await;
    assert!(sentence(again).contains("已经认定"));
    // Whoever merges them all the same is told who decided what.
    let command = stage.command(one, other, &["citizen_id"], &[]).await;
    let refused = stage.merge(&clerk, &command).await;
    assert!(matches!(refused, Err(Error::Invalid(_) | Error::Refused(_))), "{refused:?}");
    merges::reconsider(&mut stage.conn, &clerk, commands).await.unwrap();
    assert_eq!(stage.pairs(&clerk).await.len(), 1);
    let nothing = merges::reconsider(&mut stage.conn, &clerk, commands).await;
    assert!(matches!(nothing, Err(Error::Missing { .. })), "{nothing:?}");
    let long = Distinguish { reason: Some("长".repeat(201)), ..apart };
    let refused = merges::distinguish(&mut stage.conn, &clerk, &[long]).await;
    assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
}
