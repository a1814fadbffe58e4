//! The second net by itself (SEC-18): our own checks answer yes to everything, and row-level security alone stops every
//! foreign read and write. A query is given a scope far wider than the transaction's, and a statement no scope at all.

use cadre::base::actor::Role;
use cadre::base::db;
use cadre::base::ids::{AccountId, CountyId};
use cadre::base::keys::KeyRing;
use cadre::base::scope::{Path, Scope};
use cadre::records::accounts;
use cadre::records::approvals;
use cadre::records::imports;
use cadre::records::members::listing::{self, Filter};
use cadre::schema::{accounts as account_rows, memberships, people, second_factors};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::world::World;

/// How many rows the queries of some areas find with a scope of ours, whatever the transaction's is.
async fn found(
    conn: &mut AsyncPgConnection,
    keys: &KeyRing,
    asked: &Scope,
) -> cadre::base::error::Result<[i64; 4]> {
    let filter = Filter { statuses: Some(vec!["normal".to_owned()]), ..Filter::default() };
    let waiting = approvals::queries::list(conn, asked, 100).await?.len();
    Ok([
        listing::count(conn, asked, keys, &filter).await?,
        accounts::queries::count(conn, asked).await?,
        imports::queries::count(conn, asked, None).await?,
        i64::try_from(waiting).unwrap(),
    ])
}

#[tokio::test]
async fn a_scope_that_is_too_wide_finds_nothing_more() {
    let world = World::new().await;
    let keys = KeyRing::ephemeral().unwrap();
    let client = world.db.owner_client().await;
    let row = client.query_one("SELECT id::text FROM counties WHERE code = '500155'", &[]).await.unwrap();
    let (own, other) = (world.county.town(1).scope(), CountyId(row.get::<_, &str>(0).parse().unwrap()));
    let mut conn = world.db.web().await;
    let mut asks = async |asked: &Scope| {
        db::read(&mut conn, &own, async |conn| found(conn, &keys, asked).await).await.unwrap()
    };
    let held = asks(&own).await;
    assert!(held.iter().all(|count| *count > 0), "the test has rows of its own: {held:?}");
    assert_eq!(asks(&own.whole_county()).await, held, "the sibling township stays hidden");
    let foreign = Scope::new(other, Path::root("500155"));
    assert_eq!(asks(&foreign).await, [0; 4], "another county stays hidden");
}

/// ASVS 8.2.2
#[tokio::test]
async fn a_foreign_id_is_found_by_nobody() {
    let world = World::new().await;
    let own = world.county.town(1).scope();
    let client = world.db.owner_client().await;
    let query = "SELECT id::text, county_id::text, organisation_path FROM accounts";
    let rows = client.query(query, &[]).await.unwrap();
    let mut conn = world.db.web().await;
    let mut seen = [0, 0];
    for row in rows {
        let [id, county] = [0, 1].map(|at| row.get::<_, &str>(at).parse::<uuid::Uuid>().unwrap());
        let path: String = row.get(2);
        let is_own = path.starts_with(own.path.as_str());
        // The whole county of the row, as a check that always says yes would let through.
        let asked = Scope::new(CountyId(county), Path::stored(path.clone())).whole_county();
        let found = db::read(&mut conn, &own, async |conn| {
            Ok(accounts::queries::find(conn, &asked, AccountId(id)).await?.is_some())
        })
        .await
        .unwrap();
        assert_eq!(found, is_own, "{path}");
        seen[usize::from(is_own)] += 1;
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[tokio::test]
async fn a_statement_without_any_filter_changes_its_own_rows_only() {
    let world = World::new().await;
    let town = world.county.town(1);
    let actor = town.actor(Role::Clerk);
    let client = world.db.owner_client().await;
    let mut conn = world.db.web().await;
    let changed = db::write(&mut conn, &actor, async |conn| {
        Ok([
            diesel::update(memberships::table).set(memberships::note.eq("x")).execute(conn).await?,
            diesel::update(people::table).set(people::address.eq("x")).execute(conn).await?,
            diesel::update(account_rows::table)
                .set(account_rows::failed_attempts.eq(1))
                .execute(conn)
                .await?,
            diesel::delete(second_factors::table).execute(conn).await?,
        ])
    })
    .await
    .unwrap();
    assert!(changed.iter().all(|count| *count > 0), "{changed:?}");
    let (from, to) = (town.path.as_str(), town.path.end());
    let outside = [
        format!("SELECT count(*) FROM memberships WHERE note = 'x' AND NOT (path >= '{from}' AND path < '{to}')"),
        format!(
            "SELECT count(*) FROM people p WHERE address = 'x' AND NOT EXISTS (SELECT FROM person_visibility v
                WHERE v.person_id = p.id AND v.path >= '{from}' AND v.path < '{to}')"
        ),
        format!(
            "SELECT count(*) FROM accounts WHERE failed_attempts = 1
                AND NOT (organisation_path >= '{from}' AND organisation_path < '{to}')"
        ),
        format!(
            "SELECT count(*) FROM accounts a WHERE NOT (organisation_path >= '{from}' AND organisation_path < '{to}')
                AND NOT EXISTS (SELECT FROM second_factors f WHERE f.account_id = a.id)"
        ),
    ];
    for query in outside {
        assert_eq!(client.query_one(&query, &[]).await.unwrap().get::<_, i64>(0), 0, "{query}");
    }
}
