//! A sample county, entered through the verbs.

use cadre::across::reports::acceptance::{self, PUBLISHED};
use cadre::across::sample::{Pack, SampleCounty, generate, load, load_reserves, load_vetting};
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use cadre::base::{clock, db};
use cadre::records::members::queries;
use cadre::records::vetting::queries as checks;
use cadre::records::vetting::{CheckState, queries::Filter};
use chrono::NaiveDate;
use diesel::sql_types::{BigInt, Date};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::support::TestDb;

/// A small county with all the events of a large one.
fn small() -> SampleCounty {
    let mut pack = Pack::load("fuling").unwrap();
    pack.county.members = 2_400;
    pack.county.history.members = 2_380;
    generate(&pack, 1, clock::today()).unwrap()
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn in_register(conn: &mut AsyncPgConnection, day: NaiveDate) -> usize {
    let counted: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM membership_statuses WHERE from_day <= $1 AND (to_day IS NULL OR $1 < to_day) \
         AND status IN ('normal', 'watch', 'suspended_rights')",
    )
    .bind::<Date, _>(day)
    .get_result(conn)
    .await
    .unwrap();
    usize::try_from(counted.count).unwrap()
}

async fn in_branch(conn: &mut AsyncPgConnection, code: &str, day: NaiveDate) -> usize {
    let counted: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM branch_memberships b JOIN organisations o ON o.id = b.branch_id \
         JOIN membership_statuses s USING (membership_id) \
         WHERE o.code = $2 AND b.from_day <= $1 AND (b.to_day IS NULL OR $1 < b.to_day) \
         AND s.from_day <= $1 AND (s.to_day IS NULL OR $1 < s.to_day) \
         AND s.status IN ('normal', 'watch', 'suspended_rights')",
    )
    .bind::<Date, _>(day)
    .bind::<diesel::sql_types::Text, _>(code)
    .get_result(conn)
    .await
    .unwrap();
    usize::try_from(counted.count).unwrap()
}

#[tokio::test]
async fn what_was_generated_stands_in_the_database_on_every_day() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let county = small();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let mut seen = Vec::new();
    let loaded = load(&mut owner, &mut conn, &keys, &county, |progress| seen.push(progress)).await.unwrap();
    assert_eq!(loaded.organisations.len(), county.organisations.len());
    assert_eq!(loaded.members.len(), county.members.len());
    assert!(seen.len() >= 4, "{seen:?}");

    let mut quarter = Quarter::containing(clock::today());
    for _ in 0..23 {
        let day = quarter.last_day().min(clock::today());
        let expected = county.members.iter().filter(|member| member.in_register_on(day)).count();
        assert_eq!(in_register(&mut owner, day).await, expected, "{quarter}");
        quarter = quarter.previous();
    }
    // Moves between branches: a community founded later.
    let later = &Pack::load("fuling").unwrap().county.founded_later[0];
    let branch = county.organisations.iter().position(|o| o.code == format!("{}-ZB01", later.code)).unwrap();
    for day in [later.on.pred_opt().unwrap(), later.on, clock::today()] {
        let expected =
            county.members.iter().filter(|m| m.in_register_on(day) && m.branch_on(day) == branch).count();
        let code = &county.organisations[branch].code;
        assert_eq!(in_branch(&mut owner, code, day).await, expected, "{day}");
    }

    let card = db::read(&mut conn, &loaded.scope, async |conn| {
        queries::find(conn, &loaded.scope, &keys, loaded.members[0]).await
    })
    .await
    .unwrap()
    .unwrap();
    assert_eq!(card.person.name, county.members[0].person.name.as_str());
    assert_eq!(card.citizen_id, county.members[0].person.citizen_id.masked());
}

/// The published figures of the pools, from what was entered through the verbs; one of them moves when one row does.
#[tokio::test]
async fn the_pools_of_a_sample_meet_the_published_figures() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    let county = generate(&pack, 1, clock::today()).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_reserves(&mut conn, &keys, &county, &loaded).await.unwrap();
    let mut wanted = acceptance::published(PUBLISHED).unwrap();
    wanted.retain(|figure| figure.county == "wufeng" && figure.figure.starts_with("reserves."));
    assert_eq!(wanted.len(), 8);
    let mut report = test.report().await;
    for figure in acceptance::accept(&mut report, &wanted).await.unwrap() {
        assert_eq!(figure.matches, Some(true), "{figure:?}");
    }
    let changed = diesel::sql_query(
        "DELETE FROM reserve_sources WHERE source = 'entrepreneur' AND reserve_id IN \
            (SELECT id FROM reserves WHERE path LIKE '420529/420529202/%')",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    assert_eq!(changed, 1);
    let accepted = acceptance::accept(&mut report, &wanted).await.unwrap();
    let moved: Vec<&str> =
        accepted.iter().filter(|one| one.matches == Some(false)).map(|one| one.figure.as_str()).collect();
    assert_eq!(moved, ["reserves.source.entrepreneur"]);
}

#[tokio::test]
async fn candidates_of_a_sample_stand_at_every_step() {
    let test = TestDb::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let mut pack = Pack::load("wufeng").unwrap();
    (pack.county.members, pack.county.history.members) = (1_200, 1_190);
    let today = clock::today();
    let county = generate(&pack, 1, today).unwrap();
    let (mut owner, mut conn) = (test.owner().await, test.web().await);
    let loaded = load(&mut owner, &mut conn, &keys, &county, |_| {}).await.unwrap();
    load_reserves(&mut conn, &keys, &county, &loaded).await.unwrap();
    load_vetting(&mut conn, &keys, &county, &loaded, today).await.unwrap();
    let scope = loaded.scope.clone();
    let mut count = async |state: Option<CheckState>, is_overdue: bool| {
        let filter = Filter { query: None, state, is_overdue };
        db::read(&mut conn, &scope, async |conn| checks::count(conn, &scope, today, &filter).await)
            .await
            .unwrap()
    };
    let all = count(None, false).await;
    assert!(all >= 6, "{all} candidates");
    let mut sum = 0;
    for state in [
        CheckState::Proposed,
        CheckState::Vetted,
        CheckState::Filed,
        CheckState::Rejected,
        CheckState::Expired,
    ] {
        let of_state = count(Some(state), false).await;
        assert!(of_state > 0, "{state}");
        sum += of_state;
    }
    assert_eq!(sum, all);
    assert!(count(None, true).await > 0);
}
