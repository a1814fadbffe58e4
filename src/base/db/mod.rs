//! Connections: pools per role, and transactions that carry the actor's scope to row-level security.

pub mod migrate;
pub mod reseal;
pub mod roles;
mod settings;
pub mod start;
pub mod statement;
mod together;

use deadpool::managed::Timeouts;
use diesel::connection::{TransactionDepthChange, TransactionManagerStatus};
use diesel::sql_types::Text;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection, TransactionManager,
};

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::scope::Scope;
use settings::{Settings, Sight};

diesel::define_sql_function! {
    /// Names the snapshot of this transaction, for another one to see the same.
    fn pg_export_snapshot() -> Text;
}

/// A pooled connection.
pub type Connection = Object<AsyncPgConnection>;

/// The pools of a running cadre.
#[derive(Clone)]
pub struct Database {
    web: Pool<AsyncPgConnection>,
    report: Pool<AsyncPgConnection>,
}

impl Database {
    /// Pools over the addresses of the web and the report role. No connection is opened yet.
    ///
    /// # Errors
    /// When an address cannot be read.
    pub fn new(web: &str, report: &str) -> Result<Self> {
        Ok(Self { web: pool(web, 16)?, report: pool(report, 4)? })
    }

    /// A connection of the web role. It sees nothing until it enters a scope.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn web(&self) -> Result<Connection> {
        Ok(self.web.get().await?)
    }

    /// A connection of the report role, which may read a whole county.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn report(&self) -> Result<Connection> {
        Ok(self.report.get().await?)
    }

    /// A second connection of the report role, for whom one is enough: none where nobody has one to spare. Whoever
    /// waited for it while holding the first could wait for others who do the same.
    pub async fn second_report(&self) -> Option<Connection> {
        let at_once = Timeouts { wait: Some(std::time::Duration::ZERO), ..self.report.timeouts() };
        self.report.timeout_get(&at_once).await.ok()
    }
}

fn pool(url: &str, size: usize) -> Result<Pool<AsyncPgConnection>> {
    // A closed connection is noticed without asking; the alternative is one more question before every use.
    let mut config = ManagerConfig::default();
    config.recycling_method = RecyclingMethod::Fast;
    let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
    let wait = std::time::Duration::from_secs(5);
    Pool::builder(manager)
        .max_size(size)
        .wait_timeout(Some(wait))
        .create_timeout(Some(wait))
        .runtime(deadpool::Runtime::Tokio1)
        .build()
        .map_err(Error::broken)
}

/// Counts what some tables hold, as is due after the first rows of another county: without, the planner takes them for
/// empty there. Only the owner of the tables may.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(owner: &mut AsyncPgConnection, tables: &[&str]) -> Result<()> {
    owner.batch_execute(&format!("ANALYZE {}", tables.join(", "))).await?;
    Ok(())
}

/// Lets a connection take the time it needs, for work on a whole county that a person at a terminal watches and may
/// break off. Never for a connection that goes back to a pool: requests have a limit.
///
/// # Errors
/// Whatever the database answers.
pub async fn unhurried(conn: &mut AsyncPgConnection) -> Result<()> {
    // Between two statements lies the work of a county: on a busy machine longer than a request may idle.
    conn.batch_execute("SET statement_timeout TO 0; SET idle_in_transaction_session_timeout TO 0").await?;
    Ok(())
}

/// Clears the tables of rows that nobody sees any more and counts what they hold, as is due after entering much at once.
/// Only the owner of the tables may.
///
/// # Errors
/// Whatever the database answers.
pub async fn tidy(owner: &mut AsyncPgConnection) -> Result<()> {
    #[derive(diesel::QueryableByName)]
    struct Table {
        #[diesel(sql_type = Text)]
        name: String,
    }
    // By name: without, PostgreSQL warns about each of its own tables.
    let tables: Vec<Table> = diesel::sql_query(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
         AND relkind = 'r' AND pg_has_role(relowner, 'MEMBER') ORDER BY relname",
    )
    .load(owner)
    .await?;
    let names: Vec<String> = tables.into_iter().map(|table| table.name).collect();
    owner.batch_execute(&format!("VACUUM (ANALYZE) {}", names.join(", "))).await?;
    Ok(())
}

/// Runs one verb: a transaction in the actor's scope. Verbs nest; the inner one is a savepoint.
///
/// # Errors
/// Whatever the body answers; the transaction is then rolled back.
pub async fn write<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let account = actor.account.map(|id| id.to_string()).unwrap_or_default();
    in_scope(conn, Sight::EachStatement, &actor.scope, &account, body).await
}

/// Runs verbs and takes back everything that they wrote: what they would answer.
///
/// # Errors
/// Whatever the body answers.
pub async fn rehearse<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let mut answer = None;
    let undone: Result<()> = write(conn, actor, async |conn| {
        answer = Some(body(conn).await?);
        // Whatever is not an answer is rolled back.
        Err(Error::Stale)
    })
    .await;
    match (answer, undone) {
        (Some(answer), _) => Ok(answer),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::broken("a rehearsal that was not taken back")),
    }
}

/// Runs one verb over one snapshot of the database: all its statements see the same moment. Never nested.
///
/// # Errors
/// Whatever the body answers; `Stale` where somebody changed a row meanwhile that the body changes too.
pub async fn write_snapshot<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let account = actor.account.map(|id| id.to_string()).unwrap_or_default();
    in_scope(conn, Sight::OneSnapshot, &actor.scope, &account, body).await
}

/// How often the first statement of [`write_snapshot_after`] is tried. A try fails only where somebody's commit falls
/// between snapshot and lock, less than a millisecond apart, and costs no more than that.
const TRIES: usize = 200;

/// Runs one verb over one snapshot that begins with `first`, a statement that takes a lock: it is tried again while
/// others commit between snapshot and lock. Never nested.
///
/// # Errors
/// Whatever the body answers; `Stale` where somebody changed a row meanwhile that the body changes too, or the lock is
/// not to be had.
pub async fn write_snapshot_after<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    first: String,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let account = actor.account.map(|id| id.to_string()).unwrap_or_default();
    in_scope(conn, Sight::SnapshotAfter(first), &actor.scope, &account, body).await
}

/// Begins a transaction, again where its first statement came too late for its snapshot.
async fn begin(conn: &mut AsyncPgConnection, settings: &Settings, sight: &Sight) -> Result<()> {
    if matches!(sight, Sight::SnapshotAfter(_)) {
        for _ in 1..TRIES {
            match settings.begin(conn, sight).await {
                Err(Error::Stale) => {}
                other => return other,
            }
        }
    }
    settings.begin(conn, sight).await
}

/// A connection dropped in the middle (a cancelled request) is thrown away by the pool: its transaction never ends
/// by itself.
async fn in_scope<T>(
    conn: &mut AsyncPgConnection,
    sight: Sight,
    scope: &Scope,
    account: &str,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let around = Settings::around(conn).await?;
    let settings = Settings::new(scope, account);
    let entered = if around.is_none() {
        begin(conn, &settings, &sight).await?;
        Ok(())
    } else {
        AnsiTransactionManager::begin_transaction(conn).await?;
        settings.apply(conn).await
    };
    let answer = match entered {
        Ok(()) => body(conn).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(value) => {
            AnsiTransactionManager::commit_transaction(conn).await?;
            // Settings outlive the savepoint that they were made in: the outer verb goes on in its own scope.
            if let Some(around) = around {
                around.apply(conn).await?;
            }
            Ok(value)
        }
        Err(error) => {
            if let Err(cause) = AnsiTransactionManager::rollback_transaction(conn).await {
                tracing::warn!(%cause, "a transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

/// Runs the body of a verb in the whole county of the actor, for verbs that act on both sides of a border
/// (accepting a transfer); the verb has asked policy about both sides before.
///
/// # Errors
/// Whatever the body answers.
pub async fn across_county<T>(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    let account = actor.account.map(|id| id.to_string()).unwrap_or_default();
    Settings::new(&actor.scope.whole_county(), &account).apply(conn).await?;
    let answer = body(conn).await;
    if answer.is_ok() {
        Settings::new(&actor.scope, &account).apply(conn).await?;
    }
    answer
}

/// Runs reads in one transaction in a scope.
///
/// # Errors
/// Whatever the body answers.
pub async fn read<T>(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    in_scope(conn, Sight::EachStatement, scope, "", body).await
}

/// Looks one thing up by one reading statement, in a transaction of its own in a scope that is sent as one message from
/// its beginning to its end: a look-up is asked so often that each message counts. Never nested.
///
/// None means that there is nothing, or that the statement had to be prepared first: it then came after the end of the
/// transaction, without a scope, and saw nothing. Ask again by [`read`].
///
/// # Errors
/// Whatever the statement answers.
pub async fn look_up<T>(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    statement: impl AsyncFnOnce(&AsyncPgConnection) -> Result<Option<T>>,
) -> Result<Option<T>> {
    // Counted as begun before it is sent: dropped in between, the connection is thrown away.
    change_depth(conn, TransactionDepthChange::IncreaseDepth)?;
    let shared: &AsyncPgConnection = conn;
    let opening = Settings::new(scope, "").opening(&Sight::EachStatement);
    let (mut beginning, mut ending) = (shared, shared);
    // Sent in the order in which they are polled first. Where the beginning fails, the statement sees nothing.
    let (begun, answer, ended) = futures_util::join!(
        beginning.batch_execute(&opening),
        statement(shared),
        ending.batch_execute("COMMIT"),
    );
    match begun.and(ended).map_err(Error::from).and(answer) {
        Ok(found) => {
            change_depth(conn, TransactionDepthChange::DecreaseDepth)?;
            Ok(found)
        }
        Err(error) => {
            if let Err(cause) = AnsiTransactionManager::rollback_transaction(conn).await {
                tracing::warn!(%cause, "a transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

fn change_depth(conn: &mut AsyncPgConnection, change: TransactionDepthChange) -> Result<()> {
    match AnsiTransactionManager::transaction_manager_status_mut(conn) {
        TransactionManagerStatus::Valid(status) => Ok(status.change_transaction_depth(change)?),
        TransactionManagerStatus::InError => Err(Error::Unavailable),
    }
}

/// Runs reads on two connections in one scope over the same snapshot of the database. Never nested.
///
/// # Errors
/// Whatever the body answers.
pub async fn read_snapshot_on_two<T>(
    conn: &mut AsyncPgConnection,
    second: &mut AsyncPgConnection,
    scope: &Scope,
    body: impl AsyncFnOnce(&mut AsyncPgConnection, &mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    read_snapshot(conn, scope, async |conn| {
        let snapshot: String = diesel::select(pg_export_snapshot()).get_result(conn).await?;
        in_scope(second, Sight::SnapshotOf(snapshot), scope, "", async |second| body(conn, second).await)
            .await
    })
    .await
}

/// Runs reads over one snapshot of the database in a scope: figures of one report agree with each other. Never nested.
///
/// # Errors
/// Whatever the body answers.
pub async fn read_snapshot<T>(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    body: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<T>,
) -> Result<T> {
    in_scope(conn, Sight::OneSnapshot, scope, "", body).await
}
