//! Changing what is recorded.

use cadre::base::actor::Actor;
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::base::values::PersonName;
use cadre::records::members::change::FieldChange;
use cadre::records::members::{self, Change, Edits, Floating};
use cadre::records::people::IdentityEdits;

use super::Stage;
use crate::support::builders::day;

async fn change(
    stage: &mut Stage,
    member: MembershipId,
    version: i32,
    edits: Edits,
) -> Result<Vec<FieldChange>, Error> {
    let actor: Actor = stage.clerk.clone();
    let command = Change { member, version, edits };
    Ok(members::change(&mut stage.conn, &actor, &stage.keys, &[command]).await?.remove(0))
}

fn renamed(name: &str) -> Edits {
    let identity =
        IdentityEdits { name: Edit::Set(PersonName::parse(name).unwrap()), ..IdentityEdits::default() };
    Edits { identity, ..Edits::default() }
}

#[tokio::test]
async fn a_change_is_told_field_by_field_and_raises_the_version() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let changes = change(&mut stage, id, 1, renamed("张炜")).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].field, changes[0].after.as_deref()), ("name", Some("张炜")));
    let card = stage.find(&stage.clerk.clone(), id).await.unwrap();
    assert_eq!((card.person.name.as_str(), card.membership.version), ("张炜", 2));
}

#[tokio::test]
async fn saying_nothing_new_changes_nothing() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    assert!(change(&mut stage, id, 1, renamed("张伟")).await.unwrap().is_empty());
    assert_eq!(stage.find(&stage.clerk.clone(), id).await.unwrap().membership.version, 1);
}

#[tokio::test]
async fn the_loser_of_a_race_is_told() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    change(&mut stage, id, 1, renamed("张炜")).await.unwrap();
    let late = change(&mut stage, id, 1, renamed("张玮")).await;
    assert!(matches!(late, Err(Error::Stale)), "{late:?}");
    assert_eq!(stage.find(&stage.clerk.clone(), id).await.unwrap().person.name, "张炜");
}

#[tokio::test]
async fn floating_begins_is_corrected_and_ends() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let to = |place: &str, since: &str| Edits {
        floating: Edit::Set(Floating { since: day(since), destination: Some(place.to_owned()) }),
        ..Edits::default()
    };
    change(&mut stage, id, 1, to("浙江宁波", "2026-02-01")).await.unwrap();
    change(&mut stage, id, 2, to("浙江温州", "2026-02-03")).await.unwrap();
    let card = stage.find(&stage.clerk.clone(), id).await.unwrap();
    let floating = card.floating.unwrap();
    assert_eq!((floating.since, floating.destination.as_deref()), (day("2026-02-03"), Some("浙江温州")));
    change(&mut stage, id, 3, Edits { floating: Edit::Clear, ..Edits::default() }).await.unwrap();
    assert_eq!(stage.find(&stage.clerk.clone(), id).await.unwrap().floating, None);
    let overlapping = change(&mut stage, id, 4, to("广东深圳", "2026-02-10")).await;
    assert!(matches!(overlapping, Err(Error::Invalid(_))), "{overlapping:?}");
}

#[tokio::test]
async fn a_corrected_day_of_admission_moves_the_register_with_it() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let edits = Edits { joined_on: Edit::Set(day("2014-12-01")), ..Edits::default() };
    change(&mut stage, id, 1, edits).await.unwrap();
    let card = stage.find(&stage.clerk.clone(), id).await.unwrap();
    assert_eq!(card.membership.from_day, day("2014-12-01"));
}
