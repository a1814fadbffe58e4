//! Two records of one person: told apart, merged, made two again.

use std::collections::BTreeMap;

use cadre::base::actor::Role;
use cadre::base::keys::KeyRing;
use cadre::records::members;
use cadre::records::merges::{self, Distinguish, Half, Merge, Side};

use super::Story;
use crate::support::builders::member;

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let supervisor = story.actor(Role::Supervisor, &county.county);
    let keys = KeyRing::ephemeral().unwrap();
    let branch = county.branch(1, 1).id;
    let commands = [member(branch, "龙翔", 801), member(branch, "龙翔", 803)];
    members::enrol(&mut story.conn, &clerk, &keys, &commands).await.unwrap();
    let rows =
        story.behind.query("SELECT id::text FROM people WHERE name = '龙翔' ORDER BY id", &[]).await.unwrap();
    let [one, other] = [0, 1].map(|at| rows[at].get::<_, String>(0).parse().unwrap());
    let apart = [Distinguish { one, other, reason: None }];
    let verb = "merges::distinguish";
    story.done(verb, async |conn| merges::distinguish(conn, &clerk, &apart).await).await;
    story.refused(verb, async |conn| merges::distinguish(conn, &clerk, &apart).await).await;
    let verb = "merges::reconsider";
    story.done(verb, async |conn| merges::reconsider(conn, &clerk, &apart).await).await;
    story.refused(verb, async |conn| merges::reconsider(conn, &clerk, &apart).await).await;
    let command = Merge {
        winner: Half { person: one, version: 1 },
        loser: Half { person: other, version: 1 },
        fields: BTreeMap::from([("citizen_id".to_owned(), Side::Winner)]),
        keep: Vec::new(),
    };
    let verb = "merges::merge";
    let merged = story.done(verb, async |conn| merges::merge(conn, &clerk, &keys, &command).await).await;
    story.refused(verb, async |conn| merges::merge(conn, &clerk, &keys, &command).await).await;
    let verb = "merges::undo";
    story.refused(verb, async |conn| merges::undo(conn, &clerk, merged.id, None, None).await).await;
    story.done(verb, async |conn| merges::undo(conn, &supervisor, merged.id, None, None).await).await;
}
