//! From the pool into a committee: the stay ends and the seat opens together, or neither.

use cadre::across::appointment::{FromPool, appoint_from_pool};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::error::Error;
use cadre::base::ids::{PersonId, ReserveId, TermId};
use cadre::base::keys::KeyRing;
use cadre::records::committees::{CommitteeKind, Post};
use cadre::records::reserves::{self, ReserveSource};
use cadre::schema::{audit_entries, candidate_checks, reserve_states, reserves as pool, seat_sources, seats};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::support::TestDb;
use crate::support::builders::{TestCounty, committee, day, reserve, vetting};

struct Stage {
    db: TestDb,
    county: TestCounty,
    clerk: Actor,
    keys: KeyRing,
    conn: Connection,
    term: TermId,
    entries: Vec<ReserveId>,
}

impl Stage {
    /// Two people in the pool of the first village, which has a committee of a kind in its sixth term.
    async fn of(kind: CommitteeKind) -> Self {
        let db = TestDb::new().await;
        let county = TestCounty::new(&mut db.owner().await).await;
        let clerk = county.town(1).actor(Role::Clerk);
        let (keys, mut conn) = (KeyRing::ephemeral().unwrap(), db.web().await);
        let village = county.village(1, 1);
        let (_, term) = committee::settled(&mut conn, &clerk, village, kind).await;
        let mut first = reserve(village, "王芳", 2);
        first.sources =
            vec![ReserveSource::Veteran.code().to_owned(), ReserveSource::NewGraduate.code().to_owned()];
        let commands = [first, reserve(village, "李强", 3)];
        let entries = reserves::enter(&mut conn, &clerk, &keys, &commands).await.unwrap();
        Self { db, county, clerk, keys, conn, term, entries }
    }

    fn command(&self, entry: usize, post: Post, on: &str) -> FromPool {
        let (reserve, reason) = (self.entries[entry], Some("换届选举".to_owned()));
        FromPool { reserve, version: None, term: self.term, post, on: day(on), reason }
    }

    async fn appoint(&mut self, commands: &[FromPool]) -> Result<(), Error> {
        let clerk = self.clerk.clone();
        appoint_from_pool(&mut self.conn, &clerk, &self.keys, commands).await.map(drop)
    }

    async fn counts(&self) -> (i64, i64) {
        let mut owner = self.db.owner().await;
        let seated = seats::table.count().get_result(&mut owner).await.unwrap();
        let left =
            pool::table.filter(pool::left_on.is_not_null()).count().get_result(&mut owner).await.unwrap();
        (seated, left)
    }
}

fn told(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(errors) => {
            errors.into_iter().map(|one| format!("{}: {}", one.field, one.message)).collect()
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_stay_ends_and_the_seat_opens() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let commands =
        [stage.command(0, Post::Director, "2023-06-01"), stage.command(1, Post::Member, "2023-07-01")];
    stage.appoint(&commands).await.unwrap();
    assert_eq!(stage.counts().await, (2, 2));
    let mut owner = stage.db.owner().await;
    let stay: (String, Option<chrono::NaiveDate>) = pool::table
        .find((stage.county.county.county, stage.entries[0]))
        .select((pool::state, pool::left_on))
        .first(&mut owner)
        .await
        .unwrap();
    assert_eq!(stay, ("appointed".to_owned(), Some(day("2023-06-01"))));
    let posts: Vec<Option<String>> = reserve_states::table
        .filter(reserve_states::state.eq("appointed"))
        .order(reserve_states::from_day)
        .select(reserve_states::post)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(posts, [Some("村（居）民委员会主任".to_owned()), Some("村（居）民委员会委员".to_owned())]);
    let seat: (String, chrono::NaiveDate, bool) = seats::table
        .filter(seats::post.eq("director"))
        .select((seats::post, seats::from_day, seats::is_party_member))
        .first(&mut owner)
        .await
        .unwrap();
    assert_eq!(seat, ("director".to_owned(), day("2023-06-01"), false), "the pool entry says: of the masses");
    let mut tags: Vec<String> = seat_sources::table
        .inner_join(seats::table.on(seats::id.eq(seat_sources::seat_id)))
        .filter(seats::post.eq("director"))
        .select(seat_sources::source)
        .load(&mut owner)
        .await
        .unwrap();
    tags.sort();
    assert_eq!(tags, ["graduate", "veteran"]);
    let actions: Vec<String> = audit_entries::table
        .order(audit_entries::sequence.desc())
        .limit(2)
        .select(audit_entries::action)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(actions, ["committees.appoint", "reserves.appoint"]);
}

#[tokio::test]
async fn what_either_side_refuses_changes_neither() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let early = stage.command(0, Post::Director, "2021-01-09");
    assert!(
        told(stage.appoint(&[early]).await.unwrap_err())[0].starts_with("on: "),
        "before the pool, and the term"
    );
    // Of the term alone: he came into the pool in March 2021.
    let strange = stage.command(0, Post::Secretary, "2023-06-01");
    let refused = told(stage.appoint(&[strange]).await.unwrap_err());
    assert!(refused[0].starts_with("post: 职务“书记”不是村（居）民委员会的职务"), "{refused:?}");
    // Two directors at once: the second command, and then nobody.
    let both =
        [stage.command(0, Post::Director, "2023-06-01"), stage.command(1, Post::Director, "2023-07-01")];
    let refused = told(stage.appoint(&both).await.unwrap_err());
    assert!(refused[0].starts_with("rows[1].post: 主任已由王芳担任"), "{refused:?}");
    assert_eq!(stage.counts().await, (0, 0));
    let [first, _] = both;
    stage.appoint(std::slice::from_ref(&first)).await.unwrap();
    let again = stage.appoint(&[first]).await.unwrap_err();
    assert!(matches!(&again, Error::Refused(reason) if reason.contains("已任用")), "{again}");
    // Whoever is in post is not appointed out of the pool again.
    assert_eq!(stage.counts().await, (1, 1));
    // The other town sees neither entry nor term.
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    let command = stage.command(1, Post::Member, "2023-06-01");
    let refused = appoint_from_pool(&mut stage.conn, &neighbour, &stage.keys, &[command]).await;
    assert!(matches!(refused, Err(Error::Missing { .. } | Error::Forbidden)), "{refused:?}");
    let auditor = stage.county.town(1).actor(Role::Auditor);
    let command = stage.command(1, Post::Member, "2023-06-01");
    let refused = appoint_from_pool(&mut stage.conn, &auditor, &stage.keys, &[command]).await;
    assert!(matches!(refused, Err(Error::Forbidden)), "{refused:?}");
}

#[tokio::test]
async fn nobody_goes_unvetted_from_the_pool_into_a_committee_that_demands_it() {
    let mut stage = Stage::of(CommitteeKind::VillageParty).await;
    let command = stage.command(0, Post::Secretary, "2021-05-01");
    let refused = told(stage.appoint(std::slice::from_ref(&command)).await.unwrap_err());
    assert!(refused[0].contains("不是党员"), "{refused:?}");
    diesel::update(pool::table)
        .set(pool::political_status.eq("01"))
        .execute(&mut stage.db.owner().await)
        .await
        .unwrap();
    vetting::settled(&mut stage.conn, &stage.county, true).await;
    let refused = told(stage.appoint(std::slice::from_ref(&command)).await.unwrap_err());
    assert_eq!(refused, ["person: 王芳没有经过任职资格联审，请先提名联审并备案"]);
    assert_eq!(stage.counts().await, (0, 0));
    let person: PersonId = pool::table
        .filter(pool::id.eq(stage.entries[0]))
        .select(pool::person_id)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    let propose = vetting::propose(stage.county.village(1, 1), person);
    let clerk = stage.clerk.clone();
    vetting::filed(&mut stage.conn, &stage.keys, &stage.county, &clerk, propose).await;
    stage.appoint(&[command]).await.unwrap();
    let state: String = candidate_checks::table
        .select(candidate_checks::state)
        .first(&mut stage.db.owner().await)
        .await
        .unwrap();
    assert_eq!(state, "in_post");
}
