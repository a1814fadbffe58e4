//! What a slate says of people who cannot sit, and where those who can are drawn from.

use cadre::base::values::MembershipStatus;
use cadre::records::committees::{CommitteeKind, Post, Source};
use cadre::records::members::{self, Event, EventKind};
use cadre::records::slates::Proposed;

use super::slates::{Stage, number, refused};
use crate::support::builders::{day, vetting};

/// Puts somebody into one seat of the usual slate and answers what is refused.
async fn with(
    stage: &mut Stage,
    change: impl FnOnce(&Stage, &mut Vec<Proposed>),
) -> Vec<(Option<usize>, String)> {
    let mut seats = stage.slate();
    change(stage, &mut seats);
    let told = stage.outcome(&seats).await;
    refused(&told).into_iter().map(|(seat, message)| (seat, message.to_owned())).collect()
}

async fn happens(stage: &mut Stage, person: usize, kind: EventKind) {
    let member = stage.memberships[person];
    let reason = Some("会议决定".to_owned());
    let event = Event { member, version: None, kind, on: day("2025-05-01"), reason };
    members::record(&mut stage.conn, &stage.clerk, &[event]).await.unwrap();
}

#[tokio::test]
async fn the_dead_are_refused_in_every_committee() {
    let mut stage = Stage::new().await;
    happens(&mut stage, 1, EventKind::Decease).await;
    let told = with(&mut stage, |_, _| ()).await;
    assert_eq!(told.iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), [Some(3), Some(6)], "{told:?}");
    assert!(told.iter().all(|(_, message)| message.contains("李娜")), "{told:?}");
}

#[tokio::test]
async fn whoever_left_the_party_is_refused_there_and_not_in_the_village_committee() {
    let mut stage = Stage::new().await;
    happens(&mut stage, 1, EventKind::Remove(MembershipStatus::Removed)).await;
    let told = with(&mut stage, |_, _| ()).await;
    assert_eq!(told.iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), [Some(3)], "{told:?}");
    assert!(told[0].1.contains("除名"), "{told:?}");
}

#[tokio::test]
async fn a_resident_sits_in_the_village_committee_and_in_no_party_committee() {
    let mut stage = Stage::new().await;
    assert_eq!(with(&mut stage, |_, _| ()).await, [], "陈静 is no member and need not be one");
    let told = with(&mut stage, |stage, seats| seats[2].person = stage.people[4]).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].1.contains("不是党员"), "{told:?}");
}

#[tokio::test]
async fn nobody_stands_twice_in_one_post_or_supervises_himself() {
    let mut stage = Stage::new().await;
    let told = with(&mut stage, |_, seats| seats[2].person = seats[1].person).await;
    assert_eq!(told.iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), [Some(3)], "{told:?}");
    assert!(told[0].1.contains("同一人同一职务"), "{told:?}");
    let supervision = |person: usize| {
        move |stage: &Stage, seats: &mut Vec<Proposed>| {
            seats.push(stage.seat(CommitteeKind::Supervision, Post::SupervisionMember, person));
        }
    };
    let told = with(&mut stage, supervision(4)).await;
    assert_eq!(told.iter().map(|(seat, _)| *seat).collect::<Vec<_>>(), [Some(7)], "{told:?}");
    assert!(told[0].1.contains("不得兼任"), "{told:?}");
    assert_eq!(with(&mut stage, supervision(0)).await, [], "he is of the Party organisation only");
}

#[tokio::test]
async fn a_county_that_wants_candidates_vetted_is_heard_and_one_that_demands_it_refuses() {
    for is_demanded in [false, true] {
        let mut stage = Stage::new().await;
        let county = stage.county.clone();
        vetting::settled(&mut stage.conn, &county, is_demanded).await;
        let seats = stage.slate();
        let told = stage.outcome(&seats).await;
        let of_checks: Vec<_> = told.remarks.iter().filter(|one| one.message.contains("联审")).collect();
        assert_eq!(of_checks.len(), 2, "one sentence for each committee: {of_checks:?}");
        assert!(of_checks.iter().all(|one| one.is_refused == is_demanded), "{of_checks:?}");
        assert!(of_checks[0].message.starts_with("刘芳、张伟、李娜没有经过"), "{of_checks:?}");
    }
}

#[tokio::test]
async fn sources_are_those_of_seats_then_of_the_pool_unless_given() {
    let mut stage = Stage::new().await;
    let new = stage.seat(CommitteeKind::VillageCommittee, Post::Member, 3);
    let veterans = |outcome: &cadre::across::reports::Outcome| number(outcome, "committees.source.veteran").0;
    let told = stage.outcome(std::slice::from_ref(&new)).await;
    assert_eq!(veterans(&told), 0, "nothing is on record of 刘芳");
    let given = Proposed { sources: vec![Source::Veteran, Source::Graduate], ..new };
    let told = stage.outcome(std::slice::from_ref(&given)).await;
    assert_eq!((veterans(&told), number(&told, "committees.source.graduate").0), (1, 1));
    let sitting = stage.seat(CommitteeKind::VillageParty, Post::Secretary, 0);
    assert_eq!(veterans(&stage.outcome(std::slice::from_ref(&sitting)).await), 1, "as his seats say");
    let otherwise = Proposed { sources: vec![Source::Returnee], ..sitting };
    assert_eq!(veterans(&stage.outcome(&[otherwise]).await), 0, "what is given counts");
}
