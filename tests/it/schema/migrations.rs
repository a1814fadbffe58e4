//! Every migration goes up, down and up again and leaves what was there.

use cadre::base::db::migrate::{MIGRATIONS, migrate};
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::MigrationHarness;

use super::same;
use crate::support::TestDb;

#[tokio::test(flavor = "multi_thread")]
async fn each_migration_leaves_no_trace_when_it_is_reverted() {
    let db = TestDb::bare().await;
    let client = db.owner_client().await;
    client
        .batch_execute(&format!("GRANT USAGE, CREATE ON SCHEMA {} TO cadre_audit", db.schema()))
        .await
        .unwrap();
    let mut harness = AsyncMigrationHarness::new(db.owner().await);
    // The table that keeps count is made by the first.
    harness.run_next_migration(MIGRATIONS).unwrap();
    harness.revert_last_migration(MIGRATIONS).unwrap();
    let mut ran = 0;
    let mut before = db.definitions();
    while harness.has_pending_migration(MIGRATIONS).unwrap() {
        let version = harness.run_next_migration(MIGRATIONS).unwrap().to_string();
        let up = db.definitions();
        harness.revert_last_migration(MIGRATIONS).unwrap();
        same(&before, &db.definitions(), &format!("{version} was reverted, or the one before it ran again"));
        harness.run_next_migration(MIGRATIONS).unwrap();
        before = up;
        ran += 1;
    }
    same(&before, &db.definitions(), "the last one ran again");
    assert!(ran >= 9, "{ran} migrations");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_in_use_goes_down_and_up_again() {
    let db = TestDb::bare().await;
    migrate(db.owner_url()).await.unwrap();
    let first = db.definitions();
    let mut harness = AsyncMigrationHarness::new(db.owner().await);
    harness.revert_all_migrations(MIGRATIONS).unwrap();
    assert!(!db.definitions().contains("COMMENT ON TABLE"), "tables stay: {}", db.definitions());
    migrate(db.owner_url()).await.unwrap();
    same(&first, &db.definitions(), "down and up again");
    assert_eq!(migrate(db.owner_url()).await.unwrap(), 0, "nothing is left to do");
    same(&first, &db.definitions(), "what is rebuilt each time stays the same");
}
