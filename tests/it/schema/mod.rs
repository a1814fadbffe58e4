//! The live catalogue, as the migrations leave it: names, keys, comments, rights, row-level security.

mod catalogue;
mod committees;
mod generated;
mod migrations;
mod overlaps;
mod pooled;
mod rights;
mod row_security;
mod sealed;
mod stubbed;
mod world;

use tokio_postgres::Client;

/// The tables of the migrations themselves, partitions left out.
const TABLES: &str = "SELECT c.oid, c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relname <> '__diesel_schema_migrations'";

/// The first columns of what a query answers; `tables` stands for every table (`oid`, `name`).
async fn lines(client: &Client, query: &str) -> Vec<String> {
    let rows = client.query(&format!("WITH tables AS ({TABLES}) {query}"), &[]).await.expect("the catalogue");
    rows.iter().map(|row| row.get(0)).collect()
}

/// Fails where a query that looks for faults finds some.
async fn none(client: &Client, query: &str, fault: &str) {
    let found = lines(client, query).await;
    assert!(found.is_empty(), "{fault}:\n{}", found.join("\n"));
}

/// The constraint that a statement breaks.
async fn broken(client: &Client, statement: &str) -> String {
    client.batch_execute("BEGIN").await.unwrap();
    let refused = client.execute(statement, &[]).await;
    client.batch_execute("ROLLBACK").await.unwrap();
    let error = refused.err().unwrap_or_else(|| panic!("{statement} is taken"));
    error.as_db_error().and_then(|error| error.constraint()).unwrap_or_default().to_owned()
}

/// Compares two texts line by line and shows only the lines that differ.
fn same(left: &str, right: &str, what: &str) {
    let only = |one: &str, other: &str, mark: char| {
        let known: std::collections::HashSet<&str> = other.lines().collect();
        one.lines()
            .filter(|line| !known.contains(line))
            .map(|line| format!("{mark} {line}\n"))
            .collect::<String>()
    };
    assert!(left == right, "{what}:\n{}{}", only(left, right, '-'), only(right, left, '+'));
}
