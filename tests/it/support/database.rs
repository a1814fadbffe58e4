//! A database of its own for each test, dropped at its end. No test sees another's rows, so all run at once.

use cadre::base::db::{Connection, Database};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio_postgres::Client;

use super::server::Server;
use super::template::{self, SCHEMA};

/// The database of one test: one schema, made like production's, reached by the same three roles.
pub struct TestDb {
    name: String,
    owner_url: String,
    web_url: String,
    report_url: String,
    database: Database,
    /// The last field: released when the database is gone.
    server: Server,
}

impl TestDb {
    /// An empty database in the newest shape.
    pub async fn new() -> Self {
        let server = Server::join().await.expect("a PostgreSQL for tests");
        let template = template::database(&server);
        // Copying files costs less than writing each page to the log, and a test's database need survive no crash.
        Self::made(server, &format!("TEMPLATE {template} STRATEGY file_copy")).await
    }

    /// A database with an empty schema: for what is told of the migrations themselves.
    pub async fn bare() -> Self {
        let server = Server::join().await.expect("a PostgreSQL for tests");
        template::database(&server); // Sweeps what crashed runs left.
        let db = Self::made(server, "TEMPLATE template0 ENCODING 'UTF8'").await;
        let schema = format!(
            "CREATE EXTENSION btree_gist SCHEMA public; CREATE SCHEMA {SCHEMA} AUTHORIZATION cadre_owner"
        );
        db.superuser().await.batch_execute(&schema).await.expect("an empty schema");
        db
    }

    /// A copy of a database that `fill` filled: once for all tests of this program that name the same `stock`.
    pub async fn stocked(stock: &str, fill: impl AsyncFnOnce(&Self)) -> Self {
        let server = Server::join().await.expect("a PostgreSQL for tests");
        let name = template::stock(&server, stock);
        let client = template::connect(&server.superuser).await;
        client.batch_execute("SELECT pg_advisory_lock(7221993)").await.expect("one fills at a time");
        if !template::exists(&client, &name).await {
            let filled = Self::new().await;
            fill(&filled).await;
            template::keep(&client, &filled.name, &name).await;
        }
        client.batch_execute("SELECT pg_advisory_unlock(7221993)").await.expect("the next may look");
        Self::made(server, &format!("TEMPLATE {name} STRATEGY file_copy")).await
    }

    async fn made(server: Server, like: &str) -> Self {
        let name = format!("test_{:010}_{}", template::now(), hex::encode(rand::random::<[u8; 8]>()));
        let client = template::connect(&server.superuser).await;
        let made = client.batch_execute(&format!("CREATE DATABASE {name} OWNER cadre_owner {like}")).await;
        made.expect("a database for the test");
        let scoped = |url: &str| template::in_schema(&template::in_database(url, &name), SCHEMA);
        let urls = &server.addresses;
        let (owner_url, web_url, report_url) = (scoped(&urls.owner), scoped(&urls.web), scoped(&urls.report));
        let database = Database::new(&web_url, &report_url).expect("pools");
        Self { name, owner_url, web_url, report_url, database, server }
    }

    /// A connection of the owner, whom row-level security does not bind: for builders and for looking behind the doors.
    pub async fn owner(&self) -> AsyncPgConnection {
        AsyncPgConnection::establish(&self.owner_url).await.expect("a connection of the owner")
    }

    /// A connection of the web role; it sees nothing until a verb or `db::read` enters a scope.
    pub async fn web(&self) -> Connection {
        self.database.web().await.expect("a connection of the web role")
    }

    /// A connection of the report role.
    pub async fn report(&self) -> Connection {
        self.database.report().await.expect("a connection of the report role")
    }

    /// A plain connection of the owner, for questions to the catalogue and SQL made up at run time.
    pub async fn owner_client(&self) -> Client {
        template::connect(&self.owner_url).await
    }

    /// A plain connection of the web role, past every filter of ours.
    pub async fn web_client(&self) -> Client {
        template::connect(&self.web_url).await
    }

    /// A plain connection of the report role.
    pub async fn report_client(&self) -> Client {
        template::connect(&self.report_url).await
    }

    /// A plain connection of the superuser, whom nothing in the database binds.
    pub async fn superuser(&self) -> Client {
        template::connect(&template::in_schema(
            &template::in_database(&self.server.superuser, &self.name),
            SCHEMA,
        ))
        .await
    }

    /// Every object of the schema as `pg_dump` writes it, with comments, owners, rights and policies; no rows.
    pub fn definitions(&self) -> String {
        template::definitions(&self.owner_url, SCHEMA)
    }

    /// The pools, as a server holds them.
    pub fn database(&self) -> Database {
        self.database.clone()
    }

    /// The address for the owner, in this test's schema.
    pub fn owner_url(&self) -> &str {
        &self.owner_url
    }

    /// The address for the web role.
    pub fn web_url(&self) -> &str {
        &self.web_url
    }

    /// The address for the report role.
    pub fn report_url(&self) -> &str {
        &self.report_url
    }

    /// The name of the schema.
    pub fn schema(&self) -> &str {
        SCHEMA
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (url, name) = (self.server.superuser.clone(), self.name.clone());
        template::aside(async move {
            let client = template::connect(&url).await;
            let dropped = client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await;
            // A failing test must keep its own message; a later run sweeps what is left.
            if let Err(error) = dropped {
                eprintln!("database {name} was not dropped: {error}");
            }
        });
    }
}
