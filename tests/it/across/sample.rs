//! A sample county, entered through the verbs.

use cadre::across::sample::{Pack, SampleCounty, generate, load};
use cadre::base::keys::KeyRing;
use cadre::base::values::Quarter;
use cadre::base::{clock, db};
use cadre::records::members::queries;
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
