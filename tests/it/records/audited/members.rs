//! Members: enrolled, changed, moved, shown, and what happens to them.

use cadre::base::actor::{Actor, Role};
use cadre::base::edit::Edit;
use cadre::base::keys::KeyRing;
use cadre::records::members::{
    self, Change, CloseDeparture, Decision, Edits, Event, EventKind, ProposeDeparture, ProposeTransfer,
    Reveal,
};

use super::Story;
use crate::support::builders::{day, member};

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let keys = KeyRing::ephemeral().unwrap();
    let commands = [member(county.branch(1, 1).id, "张伟", 1), member(county.branch(1, 1).id, "李娜", 2)];
    let ids =
        story.done("members::enrol", async |conn| members::enrol(conn, &clerk, &keys, &commands).await).await;
    let twice =
        story.refused("members::enrol", async |conn| members::enrol(conn, &clerk, &keys, &commands).await);
    twice.await;

    let edits = Edits { note: Edit::Set("备注".to_owned()), ..Edits::default() };
    let change = [Change { member: ids[0], version: 1, edits }];
    story.done("members::change", async |conn| members::change(conn, &clerk, &keys, &change).await).await;
    story.refused("members::change", async |conn| members::change(conn, &clerk, &keys, &change).await).await;

    let reveal = Reveal { member: ids[0], field: "mobile".to_owned(), purpose: "联系本人".to_owned() };
    story.done("members::reveal", async |conn| members::reveal(conn, &clerk, &keys, &reveal).await).await;
    story
        .refused("members::reveal", async |conn| members::reveal(conn, &outsider, &keys, &reveal).await)
        .await;

    let reason = Some("会议决定".to_owned());
    let stop =
        [Event { member: ids[1], version: None, kind: EventKind::Stop, on: day("2026-05-01"), reason }];
    story.done("members::record", async |conn| members::record(conn, &clerk, &stop).await).await;
    story.refused("members::record", async |conn| members::record(conn, &clerk, &stop).await).await;

    leave(story, &clerk, &outsider, &keys).await;

    let to_branch = county.branch(2, 1).id;
    let command = [ProposeTransfer { member: ids[0], to_branch, on: day("2026-06-01"), letter_number: None }];
    let proposed = story
        .done("members::propose_transfers", async |conn| {
            members::propose_transfers(conn, &clerk, &command).await
        })
        .await;
    story
        .refused("members::propose_transfers", async |conn| {
            members::propose_transfers(conn, &clerk, &command).await
        })
        .await;
    story
        .refused("members::decide_transfers", async |conn| {
            members::decide_transfers(conn, &clerk, &proposed, Decision::Accept, None).await
        })
        .await;
    story
        .done("members::decide_transfers", async |conn| {
            members::decide_transfers(conn, &outsider, &proposed, Decision::Accept, None).await
        })
        .await;
}

/// A member leaves the county.
async fn leave(story: &mut Story, clerk: &Actor, outsider: &Actor, keys: &KeyRing) {
    let command = [member(story.county.branch(1, 1).id, "王芳", 3)];
    let leaving = members::enrol(&mut story.conn, clerk, keys, &command).await.unwrap()[0];
    let departure = [ProposeDeparture {
        member: leaving,
        to_unit: "某区委组织部".to_owned(),
        letter_number: "第1号".to_owned(),
        letter_on: day("2026-06-01"),
        valid_days: 90,
    }];
    let left = story
        .done("members::propose_departures", async |conn| {
            members::propose_departures(conn, clerk, &departure).await
        })
        .await;
    story
        .refused("members::propose_departures", async |conn| {
            members::propose_departures(conn, clerk, &departure).await
        })
        .await;
    let receipt = [CloseDeparture { transfer: left[0], received_on: day("2026-06-20") }];
    story
        .refused("members::close_departures", async |conn| {
            members::close_departures(conn, outsider, &receipt).await
        })
        .await;
    story
        .done("members::close_departures", async |conn| {
            members::close_departures(conn, clerk, &receipt).await
        })
        .await;
}
