//! The database that every test gets a copy of: migrated once, kept in the server under the hash of its sources, so that
//! the many processes of one run share it. Copying its files takes a quarter of what its statements take (decision 0011).

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use tokio_postgres::{Client, NoTls};

use super::server::Server;

/// Databases older than this were left by runs that crashed.
const STALE_SECONDS: u64 = 1800;

/// The schema inside of every copy.
pub const SCHEMA: &str = "records";

/// The name of the database to copy: found in the server, or made there.
pub fn database(server: &Server) -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| aside(prepare(server.superuser.clone(), server.addresses.owner.clone())))
}

/// The name of a database that holds some `stock`, as this very program fills it.
pub fn stock(server: &Server, stock: &str) -> String {
    let program = std::env::current_exe().and_then(std::fs::metadata).expect("this program");
    let built =
        program.modified().expect("a time").duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    format!("{}_{}_{stock}", database(server), built.as_secs())
}

/// Whether the server has a database.
pub async fn exists(client: &Client, name: &str) -> bool {
    !named(client, &name.replace('_', "\\_")).await.is_empty()
}

/// Keeps a copy of a filled database under a name that tells what it holds; what older programs kept goes.
pub async fn keep(client: &Client, filled: &str, name: &str) {
    let (_, stock) = name.rsplit_once('_').expect("a name of a stock");
    for old in named(client, &format!("template\\_%\\_%\\_{stock}")).await {
        client.batch_execute(&format!("DROP DATABASE {old} WITH (FORCE)")).await.expect("an old stock goes");
    }
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    client.query(ended, &[&filled]).await.expect("nobody is in it");
    let copy = format!("CREATE DATABASE {name} OWNER cadre_owner TEMPLATE {filled} STRATEGY file_copy");
    client.batch_execute(&copy).await.expect("a stock");
}

/// Runs a future to its end on a thread and runtime of its own, from within or without another runtime.
pub fn aside<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    std::thread::spawn(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime starts")
            .block_on(future)
    })
    .join()
    .expect("the thread of the template ended well")
}

/// A connection whose driver runs in the background of the current runtime.
pub async fn connect(url: &str) -> Client {
    let (client, driver) = tokio_postgres::connect(url, NoTls)
        .await
        .unwrap_or_else(|error| panic!("no test database at {url}: {error:?}"));
    tokio::spawn(driver);
    client
}

/// The address of another database of the same server.
pub fn in_database(url: &str, database: &str) -> String {
    let (place, options) = url.split_once('?').map_or((url, None), |(place, options)| (place, Some(options)));
    let (server, _) = place.rsplit_once('/').expect("an address names its database");
    options.map_or_else(|| format!("{server}/{database}"), |options| format!("{server}/{database}?{options}"))
}

/// The address of the same database that works in one schema.
pub fn in_schema(url: &str, schema: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}options=-csearch_path%3D{schema}%2Cpublic")
}

/// What the schema is made from: when it changes, another template is made.
fn fingerprint() -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut migrations: Vec<PathBuf> = std::fs::read_dir(root.join("migrations"))
        .expect("the folder of migrations")
        .map(|entry| entry.expect("an entry").path().join("up.sql"))
        .filter(|path| path.exists())
        .collect();
    migrations.sort();
    let beside = ["replaceable.sql", "undo.sql", "alike.sql", "merge.sql", "migrate.rs"];
    migrations.extend(beside.map(|name| root.join("src/base/db").join(name)));
    let mut hash = Sha256::new();
    for path in migrations {
        hash.update(std::fs::read(path).expect("a source of the schema"));
    }
    hex::encode(&hash.finalize()[..8])
}

async fn prepare(superuser: String, owner: String) -> String {
    let name = format!("template_{}", fingerprint());
    let client = connect(&superuser).await;
    client.batch_execute("SELECT pg_advisory_lock(7221992)").await.expect("one prepares at a time");
    sweep(&client).await;
    let known = client
        .query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])
        .await
        .expect("the databases");
    if known.is_none() {
        make(&client, &superuser, &owner, &name).await;
    }
    name
}

/// Makes the template under another name first: what bears its own is whole.
async fn make(client: &Client, superuser: &str, owner: &str, name: &str) {
    let draft = format!("draft_{name}");
    let execute = async |statement: &str| {
        client.batch_execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    };
    for old in named(client, "template\\_%").await {
        execute(&format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
    }
    execute(&format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
    execute(&format!("CREATE DATABASE {draft} OWNER cadre_owner TEMPLATE template0 ENCODING 'UTF8'")).await;
    let inside = connect(&in_database(superuser, &draft)).await;
    inside.batch_execute("CREATE EXTENSION btree_gist SCHEMA public").await.expect("the extension");
    drop(inside);
    let owner = in_database(owner, &draft);
    let inside = connect(&owner).await;
    inside.batch_execute(&format!("CREATE SCHEMA {SCHEMA}")).await.expect("the schema");
    drop(inside);
    cadre::base::db::migrate::migrate(&in_schema(&owner, SCHEMA)).await.expect("migrations run");
    let ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1";
    client.query(ended, &[&draft]).await.expect("nobody is in the template");
    execute(&format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
}

/// Every object of a schema without its rows.
pub fn definitions(owner: &str, schema: &str) -> String {
    let text = run_pg_dump(&["--schema-only", "--schema", schema, "--dbname", owner]);
    let kept = |line: &&str| !line.is_empty() && !line.starts_with("--") && !line.starts_with('\\');
    text.lines().filter(kept).collect::<Vec<_>>().join("\n")
}

fn run_pg_dump(arguments: &[&str]) -> String {
    let output = Command::new(pg_dump()).args(arguments).output().expect("pg_dump starts");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("a dump in UTF-8")
}

/// The newest `pg_dump` of the machine: it reads every older server.
pub fn pg_dump() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders
        .filter_map(|folder| {
            let major: u32 = folder.file_name().to_str()?.parse().ok()?;
            let program = folder.path().join("bin/pg_dump");
            program.exists().then_some((major, program))
        })
        .max()
        .map_or_else(|| PathBuf::from("pg_dump"), |(_, program)| program)
}

/// Now, in seconds since 1970.
pub fn now() -> u64 {
    cadre::base::clock::now().timestamp().try_into().expect("a clock after 1970")
}

/// The databases whose name is like a pattern.
async fn named(client: &Client, pattern: &str) -> Vec<String> {
    let query = "SELECT datname::text FROM pg_database WHERE datname LIKE $1";
    client.query(query, &[&pattern]).await.expect("the databases").iter().map(|row| row.get(0)).collect()
}

/// Drops what crashed runs left.
async fn sweep(client: &Client) {
    let oldest = format!("test_{:010}", now() - STALE_SECONDS);
    for name in named(client, "test\\_%").await.into_iter().filter(|name| *name < oldest) {
        let dropped = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        dropped.expect("a stale database goes");
    }
}
