//! What happens to members.

use cadre::base::db;
use cadre::base::error::Error;
use cadre::base::ids::MembershipId;
use cadre::base::values::MembershipStatus;
use cadre::records::members::{self, Event, EventKind, queries};

use super::Stage;
use crate::support::builders::{day, member};

async fn record(stage: &mut Stage, member: MembershipId, kind: EventKind, on: &str) -> Result<(), Error> {
    let actor = stage.clerk.clone();
    let event = Event { member, version: None, kind, on: day(on), reason: Some("会议决定".to_owned()) };
    members::record(&mut stage.conn, &actor, &[event]).await
}

async fn status(stage: &mut Stage, id: MembershipId) -> (String, Option<chrono::NaiveDate>) {
    let card = stage.find(&stage.clerk.clone(), id).await.unwrap();
    (card.membership.status, card.membership.to_day)
}

#[tokio::test]
async fn stopping_leaves_the_register_and_reinstating_returns_to_it() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    record(&mut stage, id, EventKind::Stop, "2026-01-10").await.unwrap();
    assert_eq!(status(&mut stage, id).await, ("stopped".to_owned(), None));
    record(&mut stage, id, EventKind::Reinstate, "2026-05-10").await.unwrap();
    assert_eq!(status(&mut stage, id).await, ("normal".to_owned(), None));
    let scope = stage.clerk.scope.clone();
    let facts =
        db::read(&mut stage.conn, &scope, async |conn| Ok(queries::history(conn, &scope, id).await?)).await;
    let statuses: Vec<_> = facts
        .unwrap()
        .into_iter()
        .filter(|fact| fact.kind == "status")
        .filter_map(|fact| fact.value)
        .collect();
    assert_eq!(statuses, ["normal", "stopped", "normal"]);
}

#[tokio::test]
async fn the_dead_leave_for_good() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    record(&mut stage, id, EventKind::Decease, "2026-01-10").await.unwrap();
    assert_eq!(status(&mut stage, id).await, ("deceased".to_owned(), Some(day("2026-01-10"))));
    let again = record(&mut stage, id, EventKind::Reinstate, "2026-02-10").await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
}

#[tokio::test]
async fn a_removed_person_may_join_again_as_the_same_person() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    record(&mut stage, id, EventKind::Remove(MembershipStatus::SelfLeft), "2020-01-10").await.unwrap();
    let mut again = member(stage.county.branch(1, 1).id, "张伟", 1);
    again.joined_on = day("2025-07-01");
    again.full_member_on = None;
    let second = stage.enrol(&[again]).await.unwrap()[0];
    let clerk = stage.clerk.clone();
    let (old, new) = (stage.find(&clerk, id).await.unwrap(), stage.find(&clerk, second).await.unwrap());
    assert_eq!(old.membership.person_id, new.membership.person_id);
}

#[tokio::test]
async fn a_probationary_member_is_confirmed_once() {
    let mut stage = Stage::new().await;
    let mut command = member(stage.county.branch(1, 1).id, "张伟", 1);
    command.full_member_on = None;
    let id = stage.enrol(&[command]).await.unwrap()[0];
    record(&mut stage, id, EventKind::Confirm, "2016-07-01").await.unwrap();
    let again = record(&mut stage, id, EventKind::Confirm, "2016-07-02").await;
    assert!(matches!(again, Err(Error::Refused(_))), "{again:?}");
}

#[tokio::test]
async fn a_restriction_that_has_ended_leaves_the_member_in_good_standing() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let kind = EventKind::Restrict(MembershipStatus::Watch, Some(day("2025-01-10")));
    record(&mut stage, id, kind, "2024-01-10").await.unwrap();
    assert_eq!(status(&mut stage, id).await.0, "normal");
}

#[tokio::test]
async fn an_event_needs_a_reason_a_past_day_and_a_fitting_kind() {
    let mut stage = Stage::new().await;
    let id = stage.one("张伟", 1).await;
    let actor = stage.clerk.clone();
    let mut event = Event {
        member: id,
        version: None,
        kind: EventKind::Remove(MembershipStatus::Watch),
        on: day("2126-01-01"),
        reason: None,
    };
    let Err(Error::Invalid(fields)) =
        members::record(&mut stage.conn, &actor, std::slice::from_ref(&event)).await
    else {
        panic!("must be refused")
    };
    assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["on", "status", "reason"]);
    event.kind = EventKind::Decease;
    event.on = day("2026-01-01");
    event.version = Some(7);
    let stale = members::record(&mut stage.conn, &actor, &[event]).await;
    assert!(matches!(stale, Err(Error::Stale)), "{stale:?}");
}
