//! Setting a scheme and opening rounds wait for each other; opening several rounds does not wait for one another. The
//! trail's lock is taken last by every verb and would hide that, so the tests hold the lock itself.

use cadre::base::error::Error;
use cadre::records::ratings::{self, SetScheme};
use diesel_async::SimpleAsyncConnection;

use super::{Stage, five, open};
use crate::support::builders::day;

/// A version of the scheme that follows the present one.
fn next_version() -> SetScheme {
    SetScheme { from_day: day("2027-01-01"), ..five() }
}

/// Has the lock of the county's schemes on a connection of its own, in one of PostgreSQL's two ways.
async fn hold(stage: &Stage, way: &str) -> tokio_postgres::Client {
    let holder = stage.db.owner_client().await;
    let county = stage.county.county.county;
    let take = format!("BEGIN; SELECT {way}(hashtextextended('rating_schemes {county}', 0))");
    holder.batch_execute(&take).await.unwrap();
    holder
}

#[tokio::test]
async fn no_round_is_opened_while_a_scheme_is_being_set() {
    let mut stage = Stage::new().await;
    let round = [open(&stage.county.branch(1, 2).code, "2026Q1")];
    let holder = hold(&stage, "pg_advisory_xact_lock").await;
    stage.conn.batch_execute("SET lock_timeout TO '100ms'").await.unwrap();
    let waited = ratings::open_round(&mut stage.conn, &stage.clerk, &round).await;
    assert!(matches!(waited, Err(Error::Broken(_))), "it waited in vain: {waited:?}");
    holder.batch_execute("COMMIT").await.unwrap();
    ratings::open_round(&mut stage.conn, &stage.clerk, &round).await.unwrap();
}

#[tokio::test]
async fn no_scheme_is_set_while_a_round_is_being_opened() {
    let mut stage = Stage::new().await;
    let round = [open(&stage.county.branch(1, 2).code, "2026Q1")];
    let holder = hold(&stage, "pg_advisory_xact_lock_shared").await;
    stage.conn.batch_execute("SET lock_timeout TO '100ms'").await.unwrap();
    let waited = ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[next_version()]).await;
    assert!(matches!(waited, Err(Error::Broken(_))), "it waited in vain: {waited:?}");
    ratings::open_round(&mut stage.conn, &stage.clerk, &round).await.unwrap();
    holder.batch_execute("COMMIT").await.unwrap();
    ratings::set_scheme(&mut stage.conn, &stage.supervisor, &[next_version()]).await.unwrap();
}
