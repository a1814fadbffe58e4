//! A schema of its own for each test, dropped at its end. No test sees another's rows, so all run at once.

use cadre::base::db::{Connection, Database};
use diesel_async::{AsyncConnection, AsyncPgConnection};
use tokio_postgres::Client;

use super::server::Server;
use super::template::{self, Template};

/// The database of one test: one schema, made like production's, reached by the same three roles.
pub struct TestDb {
    schema: String,
    owner_url: String,
    web_url: String,
    report_url: String,
    database: Database,
    /// The last field: released when the schema is gone.
    server: Server,
}

impl TestDb {
    /// An empty database in the newest shape.
    pub async fn new() -> Self {
        let server = Server::join().await.expect("a PostgreSQL for tests");
        let template = Template::get(&server);
        Self::made(server, |schema| template.ddl_for(schema)).await
    }

    /// A schema with nothing in it: for what is told of the migrations themselves.
    pub async fn bare() -> Self {
        let server = Server::join().await.expect("a PostgreSQL for tests");
        Self::made(server, |schema| format!("CREATE SCHEMA {schema}")).await
    }

    async fn made(server: Server, ddl: impl FnOnce(&str) -> String) -> Self {
        let schema = format!("test_{:010}_{}", template::now(), hex::encode(rand::random::<[u8; 8]>()));
        let urls = &server.addresses;
        let client = template::connect(&urls.owner).await;
        client.batch_execute(&ddl(&schema)).await.expect("the captured DDL runs");
        let scoped = |url: &str| template::in_schema(url, &schema);
        let (web_url, report_url) = (scoped(&urls.web), scoped(&urls.report));
        let database = Database::new(&web_url, &report_url).expect("pools");
        Self { owner_url: scoped(&urls.owner), web_url, report_url, schema, database, server }
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
        template::connect(&template::in_schema(&self.server.superuser, &self.schema)).await
    }

    /// Every object of the schema as `pg_dump` writes it, with comments, owners, rights and policies; no rows.
    pub fn definitions(&self) -> String {
        template::definitions(&self.owner_url, &self.schema)
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
        &self.schema
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (url, schema) = (self.server.addresses.owner.clone(), self.schema.clone());
        template::aside(async move {
            let client = template::connect(&url).await;
            let dropped = client.batch_execute(&format!("DROP SCHEMA {schema} CASCADE")).await;
            // A failing test must keep its own message; the next run sweeps what stays.
            if let Err(error) = dropped {
                eprintln!("schema {schema} stays for now: {error}");
            }
        });
    }
}
