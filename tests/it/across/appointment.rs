//! From the pool into a committee: the stay ends and the seat opens together, or neither.

use cadre::across::appointment::{self, Appointed, FromPool, appoint_from_pool};
use cadre::base::actor::{Actor, Role};
use cadre::base::db::Connection;
use cadre::base::error::Error;
use cadre::base::ids::{PersonId, ReserveId, TermId};
use cadre::base::keys::KeyRing;
use cadre::records::committees::{Appoint, CommitteeKind, LeavingReason, Post, Who};
use cadre::records::reserves::{self, Enter, ReserveKind, ReserveSource};
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

    /// A seat for somebody of the pool, given as committees give it.
    fn seat(&self, command: &Enter, post: Post, on: &str) -> Appoint {
        let reserves::Who::Identified(identity) = &command.who else { panic!("somebody new") };
        let mut seat = committee::appoint(self.term, PersonId::new(), post);
        seat.who = Who::Identified(identity.clone());
        (seat.from_day, seat.is_party_member) = (day(on), Some(false));
        seat
    }

    async fn give(&mut self, seats: &[Appoint]) -> Result<Appointed, Error> {
        let clerk = self.clerk.clone();
        appointment::appoint(&mut self.conn, &clerk, &self.keys, seats).await
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

/// Whoever of the pool of the first village the stage entered.
fn entered(county: &TestCounty, name: &str, number: u16) -> Enter {
    reserve(county.village(1, 1), name, number)
}

#[tokio::test]
async fn a_reserve_cadre_who_is_given_a_seat_leaves_the_pool_by_it() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let (first, second) = (entered(&stage.county, "王芳", 2), entered(&stage.county, "李强", 3));
    let stranger = entered(&stage.county, "陈静", 8);
    let seats = [
        stage.seat(&stranger, Post::Member, "2023-06-01"),
        stage.seat(&first, Post::Director, "2023-06-01"),
        // The first day that comes after his first day in the pool.
        stage.seat(&second, Post::Member, "2021-03-02"),
    ];
    let appointed = stage.give(&seats).await.unwrap();
    assert_eq!(appointed.seats.len(), 3);
    let released: Vec<(usize, &str, &str)> =
        appointed.released.iter().map(|one| (one.command, one.name.as_str(), one.village.as_str())).collect();
    assert_eq!(released, [(1, "王芳", "龙井镇白泉村"), (2, "李强", "龙井镇白泉村")]);
    assert_eq!(
        appointed.released[0].told(),
        "“王芳”在“龙井镇白泉村”的后备干部人才库，自2023-06-01起按任用出库，不再计入后备力量"
    );
    assert_eq!(stage.counts().await, (3, 2));
    let mut owner = stage.db.owner().await;
    let stay: (String, Option<chrono::NaiveDate>) = pool::table
        .filter(pool::id.eq(stage.entries[0]))
        .select((pool::state, pool::left_on))
        .first(&mut owner)
        .await
        .unwrap();
    assert_eq!(stay, ("appointed".to_owned(), Some(day("2023-06-01"))));
    let spells: Vec<(Option<String>, Option<String>)> = reserve_states::table
        .filter(reserve_states::state.eq("appointed").and(reserve_states::reserve_id.eq(stage.entries[0])))
        .select((reserve_states::post, reserve_states::reason))
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(spells, [(Some("村（居）民委员会主任".to_owned()), Some("登记任职".to_owned()))]);
    let actions: Vec<String> = audit_entries::table
        .order(audit_entries::sequence.desc())
        .limit(2)
        .select(audit_entries::action)
        .load(&mut owner)
        .await
        .unwrap();
    assert_eq!(actions, ["reserves.appoint", "committees.appoint"]);
}

#[tokio::test]
async fn a_seat_that_began_before_the_stay_is_refused_and_nothing_is_written() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let (first, second) = (entered(&stage.county, "王芳", 2), entered(&stage.county, "李强", 3));
    let early = stage.seat(&second, Post::Member, "2021-03-01");
    let seats = [stage.seat(&first, Post::Director, "2023-06-01"), early.clone()];
    let refused = told(stage.give(&seats).await.unwrap_err());
    let sentence = "“李强”自2021-03-01起在“龙井镇白泉村”的人才库（在库），任职日期“2021-03-01”不晚于该日";
    assert!(refused[0].starts_with("rows[1].from_day: ") && refused[0].contains(sentence), "{refused:?}");
    let alone = told(stage.give(&[early]).await.unwrap_err());
    assert!(alone[0].starts_with("from_day: "), "{alone:?}");
    assert_eq!(stage.counts().await, (0, 0));
}

#[tokio::test]
async fn local_talent_former_seats_and_supervision_leave_the_pool_as_it_is() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let mut talent = entered(&stage.county, "赵敏", 4);
    talent.kind = ReserveKind::LocalTalent;
    let clerk = stage.clerk.clone();
    reserves::enter(&mut stage.conn, &clerk, &stage.keys, std::slice::from_ref(&talent)).await.unwrap();
    let mut former = stage.seat(&entered(&stage.county, "王芳", 2), Post::Director, "2022-01-01");
    (former.to_day, former.leaving_reason) = (Some(day("2023-01-01")), Some(LeavingReason::Resigned));
    let seats = [stage.seat(&talent, Post::Member, "2023-06-01"), former];
    assert!(stage.give(&seats).await.unwrap().released.is_empty());
    let village = stage.county.village(1, 1).clone();
    let kind = CommitteeKind::Supervision;
    let (_, term) = committee::settled(&mut stage.conn, &clerk, &village, kind).await;
    let mut seat = stage.seat(&entered(&stage.county, "李强", 3), Post::SupervisionMember, "2023-06-01");
    seat.term = term;
    assert!(stage.give(&[seat]).await.unwrap().released.is_empty());
    assert_eq!(stage.counts().await, (3, 0));
}

#[tokio::test]
async fn somebody_of_the_pool_of_another_town_is_refused_until_that_town_lets_him_go() {
    let mut stage = Stage::of(CommitteeKind::VillageCommittee).await;
    let away = reserve(stage.county.village(2, 1), "周军", 9);
    let neighbour = stage.county.town(2).actor(Role::Clerk);
    reserves::enter(&mut stage.conn, &neighbour, &stage.keys, std::slice::from_ref(&away)).await.unwrap();
    let seat = stage.seat(&away, Post::Member, "2023-06-01");
    let refused = told(stage.give(std::slice::from_ref(&seat)).await.unwrap_err());
    let sentence = "“周军”在“官渡镇白泉村”的人才库，不在您的管理范围内";
    assert!(refused[0].starts_with("person: ") && refused[0].contains(sentence), "{refused:?}");
    assert_eq!(stage.counts().await, (0, 0));
    // Whoever sees both gives the seat, and both records say so.
    let whole = stage.county.county.actor(Role::Clerk);
    let appointed = appointment::appoint(&mut stage.conn, &whole, &stage.keys, &[seat]).await.unwrap();
    assert_eq!(appointed.released.len(), 1);
    assert_eq!(stage.counts().await, (1, 1));
}
