//! Pooled connections carry no scope over to whoever takes them next: not after an answer, a refusal, a panic, or a
//! request that was given up in the middle. `CADRE_TURNS=1600` makes it a hundred thousand turns.

use std::panic::AssertUnwindSafe;

use cadre::base::db::{self, Database};
use cadre::base::error::{Error, Result};
use cadre::base::scope::Scope;
use cadre::schema::memberships;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::FutureExt;
use tokio::task::JoinSet;

use super::world::World;

/// The places of all members that a transaction sees.
async fn places(conn: &mut AsyncPgConnection) -> Result<Vec<String>> {
    Ok(memberships::table.select(memberships::path).order(memberships::path).load(conn).await?)
}

async fn turn(database: &Database, scope: &Scope, own: &[String], turn: usize) {
    let mut conn = database.web().await.expect("a connection");
    match turn % 6 {
        // Given up in the middle: polled once, and dropped.
        3 => {
            let never = db::read(&mut conn, scope, async |conn| {
                places(conn).await?;
                std::future::pending::<Result<()>>().await
            });
            assert!(never.now_or_never().is_none());
        }
        4 => {
            let refused: Result<()> = db::read(&mut conn, scope, async |conn| {
                places(conn).await?;
                Err(Error::Stale)
            })
            .await;
            assert!(matches!(refused, Err(Error::Stale)), "{refused:?}");
        }
        5 => {
            let broken = db::read(&mut conn, scope, async |conn| {
                let seen = places(conn).await?;
                if !seen.is_empty() {
                    std::panic::resume_unwind(Box::new("in the middle"));
                }
                Ok(())
            });
            assert!(AssertUnwindSafe(broken).catch_unwind().await.is_err());
        }
        _ => {
            let seen = db::read(&mut conn, scope, async |conn| places(conn).await).await.expect("an answer");
            assert_eq!(seen, own, "a scope came over");
            // Outside every transaction there is nothing to see.
            assert_eq!(places(&mut conn).await.expect("an answer"), Vec::<String>::new());
        }
    }
}

/// ASVS 8.4.1
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_tasks_of_two_townships_never_see_each_others_rows() {
    let turns = std::env::var("CADRE_TURNS").ok().and_then(|text| text.parse().ok()).unwrap_or(24);
    let world = World::new().await;
    let database = world.db.database();
    let mut conn = world.db.web().await;
    let mut towns = Vec::new();
    for number in [1, 2] {
        let scope = world.county.town(number).scope();
        let own = db::read(&mut conn, &scope, async |conn| places(conn).await).await.expect("an answer");
        assert!(!own.is_empty() && own.iter().all(|path| path.starts_with(scope.path.as_str())));
        towns.push((scope, own));
    }
    drop(conn);
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let (database, (scope, own)) = (database.clone(), towns[number % 2].clone());
        tasks.spawn(async move {
            for at in 0..turns {
                turn(&database, &scope, &own, at + number).await;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no task met a foreign row");
    }
}
