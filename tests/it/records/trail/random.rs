//! Whatever people do, in whatever order, done or refused: one entry for each action that was done, none for the others,
//! a sound chain, and tables that agree with it.

use cadre::base::actor::{Actor, Role};
use cadre::base::edit::Edit;
use cadre::base::error::Error;
use cadre::base::ids::{MembershipId, TransferId};
use cadre::base::keys::KeyRing;
use cadre::base::values::Arrival;
use cadre::records::audit::reconcile::reconcile;
use cadre::records::members::{self, Change, Decision, Edits, Event, EventKind, ProposeTransfer, Reveal};
use cadre::records::reserves;
use diesel_async::AsyncPgConnection;
use rand::{Rng, SeedableRng};

use super::{Trail, sound};
use crate::support::builders::{TestCounty, day, member, reserve};

/// Actions of the test; each is one of eight, by one of two towns.
const ACTIONS: usize = 300;

struct World {
    county: TestCounty,
    keys: KeyRing,
    members: Vec<MembershipId>,
    transfers: Vec<TransferId>,
    numbers: u16,
}

impl World {
    fn someone(&self, random: &mut impl Rng) -> MembershipId {
        self.members[random.random_range(0..self.members.len())]
    }

    /// Does something; many things are refused, since nobody looks whether they make sense.
    async fn act(&mut self, conn: &mut AsyncPgConnection, random: &mut impl Rng) -> Result<(), Error> {
        let (here, there) = if random.random() { (1, 2) } else { (2, 1) };
        let clerk: Actor = self.county.town(here).actor(Role::Clerk);
        let whom = self.someone(random);
        let month = random.random_range(1..=9);
        let on = day(&format!("2026-{month:02}-11"));
        match random.random_range(0..8) {
            0 => {
                self.numbers += 1;
                let mut new = member(self.county.branch(here, 1).id, "张伟", self.numbers);
                new.arrival = Arrival::Initial;
                let added = members::enrol(conn, &clerk, &self.keys, &[new]).await?;
                self.members.extend(added);
            }
            1 => {
                let edits = Edits { note: Edit::Set(format!("第{month}月")), ..Edits::default() };
                let version = random.random_range(1..4);
                let change = Change { member: whom, version, edits };
                let told = members::change(conn, &clerk, &self.keys, &[change]).await?;
                if told.iter().all(Vec::is_empty) {
                    // Nothing differed, so nothing was done.
                    return Err(Error::Stale);
                }
            }
            2 => {
                let reveal =
                    Reveal { member: whom, field: "mobile".to_owned(), purpose: "联系本人".to_owned() };
                members::reveal(conn, &clerk, &self.keys, &reveal).await?;
            }
            3 => {
                let kind = if random.random() { EventKind::Stop } else { EventKind::Reinstate };
                let reason = Some("会议决定".to_owned());
                members::record(conn, &clerk, &[Event { member: whom, version: None, kind, on, reason }])
                    .await?;
            }
            4 => {
                let to_branch = self.county.branch(there, 1).id;
                let propose = ProposeTransfer { member: whom, to_branch, on, letter_number: None };
                self.transfers.extend(members::propose_transfers(conn, &clerk, &[propose]).await?);
            }
            5 | 6 => {
                let Some(transfer) = self.transfers.pop() else { return Err(Error::Stale) };
                let decision = if random.random() { Decision::Accept } else { Decision::Refuse };
                let reason = Some("不符合条件");
                members::decide_transfers(conn, &clerk, &[transfer], decision, reason).await?;
            }
            _ => {
                self.numbers += 1;
                let new = reserve(self.county.village(here, 1), "王芳", self.numbers);
                reserves::enter(conn, &clerk, &self.keys, &[new]).await?;
            }
        }
        Ok(())
    }
}

#[tokio::test]
async fn each_action_that_was_done_has_its_entry_and_no_other_has() {
    let trail = Trail::new().await;
    let mut conn = trail.db.web().await;
    let mut world = World {
        county: TestCounty::of(&mut trail.db.owner().await, "500155", "梁平区").await,
        keys: KeyRing::ephemeral().unwrap(),
        members: vec![MembershipId::new()],
        transfers: Vec::new(),
        numbers: 0,
    };
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(6);
    let (mut done, mut refused) = (0_i64, 0);
    for number in 0..ACTIONS {
        let answer = world.act(&mut conn, &mut random).await;
        match answer {
            Ok(()) => done += 1,
            Err(Error::Broken(cause)) => panic!("action {number}: {cause}"),
            Err(_) => refused += 1,
        }
        let entries: i64 =
            trail.client.query_one("SELECT count(*) FROM audit_entries", &[]).await.unwrap().get(0);
        assert_eq!(entries, done, "after action {number}");
    }
    assert!(done > 60 && refused > 60, "{done} done, {refused} refused");
    sound(&trail.verify().await);
    let differences = reconcile(&trail.client).await.unwrap();
    assert!(differences.is_empty(), "{differences:?}");
}
