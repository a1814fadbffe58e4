//! People who are no members: corrected and shown.

use cadre::base::actor::Role;
use cadre::base::edit::Edit;
use cadre::records::people::{self, Correct, IdentityEdits, Reveal};
use cadre::records::reserves;

use super::Story;
use crate::support::builders::reserve;

pub(super) async fn tell(story: &mut Story) {
    let county = story.county.clone();
    let clerk = story.actor(Role::Clerk, county.town(1));
    let outsider = story.actor(Role::Clerk, county.town(2));
    let keys = cadre::base::keys::KeyRing::ephemeral().unwrap();
    let commands = [reserve(county.village(1, 2), "周敏", 701)];
    reserves::enter(&mut story.conn, &clerk, &keys, &commands).await.unwrap();
    let row = story.behind.query_one("SELECT id::text FROM people WHERE name = '周敏'", &[]).await.unwrap();
    let person = row.get::<_, String>(0).parse().unwrap();
    let edits = IdentityEdits { address: Edit::Set("一组".to_owned()), ..IdentityEdits::default() };
    let correct = [Correct { person, version: 1, edits }];
    let verb = "people::correct";
    story.done(verb, async |conn| people::correct(conn, &clerk, &keys, &correct).await).await;
    story.refused(verb, async |conn| people::correct(conn, &clerk, &keys, &correct).await).await;
    let reveal = Reveal { person, field: "citizen_id".to_owned(), purpose: "核对身份证".to_owned() };
    story.done("people::reveal", async |conn| people::reveal(conn, &clerk, &keys, &reveal).await).await;
    story.refused("people::reveal", async |conn| people::reveal(conn, &outsider, &keys, &reveal).await).await;
}
