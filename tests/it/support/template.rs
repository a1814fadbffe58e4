//! The schema that every test gets, captured once as DDL: migrated into a template schema, dumped with `pg_dump`, and
//! kept in the database under the hash of its sources, so that the many processes of one run share it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use cadre::base::db::roles::Addresses;
use sha2::{Digest, Sha256};
use tokio_postgres::{Client, NoTls};

use super::server::Server;

/// Test schemas older than this were left by runs that crashed.
const STALE_SECONDS: u64 = 1800;

/// The template, as every test uses it.
pub struct Template {
    /// Where the server is; without a schema.
    pub urls: Addresses,
    ddl: String,
    name: String,
}

impl Template {
    /// The template of this process: found in the database, or made there.
    pub fn get(server: &Server) -> &'static Self {
        static TEMPLATE: OnceLock<Template> = OnceLock::new();
        TEMPLATE.get_or_init(|| aside(prepare(server.addresses.clone())))
    }

    /// The statements that make schema `name` like the template.
    pub fn ddl_for(&self, name: &str) -> String {
        let body = self.ddl.replace(&self.name, name);
        format!(
            "BEGIN; CREATE SCHEMA {name}; GRANT USAGE, CREATE ON SCHEMA {name} TO cadre_audit;\n{body}\nCOMMIT;"
        )
    }
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
    migrations.push(root.join("src/base/db/replaceable.sql"));
    migrations.push(root.join("src/base/db/migrate.rs"));
    let mut hash = Sha256::new();
    for path in migrations {
        hash.update(std::fs::read(path).expect("a source of the schema"));
    }
    hex::encode(&hash.finalize()[..8])
}

async fn prepare(urls: Addresses) -> Template {
    let name = format!("template_{}", fingerprint());
    let client = connect(&urls.owner).await;
    client
        .batch_execute(
            "SELECT pg_advisory_lock(7221992); \
             CREATE TABLE IF NOT EXISTS public.test_templates (name text PRIMARY KEY, ddl text NOT NULL)",
        )
        .await
        .expect("the table of templates");
    sweep(&client).await;
    let known = client
        .query_opt("SELECT ddl FROM public.test_templates WHERE name = $1", &[&name])
        .await
        .expect("the templates");
    let ddl = match known {
        Some(row) => row.get(0),
        None => make(&client, &urls.owner, &name).await,
    };
    client.batch_execute("SELECT pg_advisory_unlock(7221992)").await.expect("the lock is ours");
    Template { urls, ddl, name }
}

async fn make(client: &Client, owner: &str, name: &str) -> String {
    client
        .batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"))
        .await
        .expect("the template schema");
    cadre::base::db::migrate::migrate(&in_schema(owner, name)).await.expect("migrations run");
    let ddl = dump(owner, name);
    client
        .execute("INSERT INTO public.test_templates (name, ddl) VALUES ($1, $2)", &[&name, &ddl])
        .await
        .expect("the template is kept");
    client.batch_execute(&format!("DROP SCHEMA {name} CASCADE")).await.expect("only its text is needed");
    ddl
}

/// The schema as statements, rows of the migrations included, without `psql`'s own commands and without the line that
/// makes the schema: functions of the audit role need its grants before.
pub fn dump(owner: &str, schema: &str) -> String {
    let text = run_pg_dump(&["--inserts", "--no-comments", "--schema", schema, "--dbname", owner]);
    let kept = |line: &&str| !line.starts_with('\\') && !line.starts_with("CREATE SCHEMA ");
    text.lines().filter(kept).collect::<Vec<_>>().join("\n")
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
fn pg_dump() -> PathBuf {
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

/// Drops the schemas that crashed runs left.
async fn sweep(client: &Client) {
    let oldest = format!("test_{:010}", now() - STALE_SECONDS);
    let stale = client
        .query(
            "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'test\\_%' AND nspname::text < $1",
            &[&oldest],
        )
        .await
        .expect("the schemas");
    for row in stale {
        let name: String = row.get(0);
        client
            .batch_execute(&format!("DROP SCHEMA IF EXISTS {name} CASCADE"))
            .await
            .expect("a stale schema goes");
    }
}
