//! Brings the schema to the newest shape: migrations, then the functions that are rebuilt each time.

use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::base::error::{Error, Result};

/// Every migration, embedded.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The functions that are rebuilt each time.
const REPLACEABLE: [&str; 4] = [
    include_str!("replaceable.sql"),
    include_str!("undo.sql"),
    include_str!("alike.sql"),
    include_str!("merge.sql"),
];

/// Lets the roles use the schema that the connection works in.
const GRANTS: &str = "DO $$ BEGIN
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO cadre_audit', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO cadre_web, cadre_report', current_schema());
END $$";

/// Two cadre processes may start at once; the second waits for the first.
const LOCK: &str = "SELECT pg_advisory_lock(7221991)";
const UNLOCK: &str = "SELECT pg_advisory_unlock(7221991)";

/// Brings the database at `owner_url` to the newest shape and says how many migrations ran.
///
/// Needs the multi-thread runtime: the migration harness blocks in place.
///
/// # Errors
/// `Unavailable` when the database cannot be reached, `Broken` when a migration fails.
pub async fn migrate(owner_url: &str) -> Result<usize> {
    let mut conn = AsyncPgConnection::establish(owner_url).await.map_err(|error| {
        tracing::error!(%error, "no connection for migrations");
        Error::Unavailable
    })?;
    conn.batch_execute(LOCK).await?;
    conn.batch_execute(GRANTS).await?;
    let mut harness = AsyncMigrationHarness::new(conn);
    let ran = harness.run_pending_migrations(MIGRATIONS).map_err(Error::Broken)?.len();
    let mut conn = harness.into_inner();
    for functions in REPLACEABLE {
        conn.batch_execute(functions).await?;
    }
    conn.batch_execute(UNLOCK).await?;
    Ok(ran)
}

/// Removes everything that migrations and people have put into the database.
///
/// # Errors
/// `Unavailable` when the database cannot be reached.
pub async fn empty(owner_url: &str) -> Result<()> {
    let mut conn = AsyncPgConnection::establish(owner_url).await.map_err(|_| Error::Unavailable)?;
    conn.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE EXTENSION btree_gist")
        .await?;
    Ok(())
}
