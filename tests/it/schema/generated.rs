//! `src/schema.rs` is what `diesel print-schema` prints of the live catalogue, to the letter.

use std::collections::BTreeMap;
use std::fmt::Write;

use tokio_postgres::Client;

use super::{TABLES, same};
use crate::support::TestDb;

#[derive(Default)]
struct Table {
    comment: String,
    key: Vec<String>,
    /// Name, type, comment.
    columns: Vec<(String, String, String)>,
}

/// The name of a PostgreSQL type in diesel.
fn diesel_type(name: &str, nullable: bool) -> String {
    let name = match name {
        "_int4" => "Array<Nullable<Int4>>",
        "_text" => "Array<Nullable<Text>>",
        "_uuid" => "Array<Nullable<Uuid>>",
        "bool" => "Bool",
        "bytea" => "Bytea",
        "date" => "Date",
        "int2" => "Int2",
        "int4" => "Int4",
        "int8" => "Int8",
        "jsonb" => "Jsonb",
        "numeric" => "Numeric",
        "text" => "Text",
        "timestamptz" => "Timestamptz",
        "uuid" => "Uuid",
        other => panic!("{other}: say here how diesel calls it"),
    };
    if nullable { format!("Nullable<{name}>") } else { name.to_owned() }
}

async fn tables(client: &Client) -> BTreeMap<String, Table> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let query = format!(
        "SELECT t.name, a.attname::text, y.typname::text, NOT a.attnotnull,
            coalesce(obj_description(t.oid, 'pg_class'), ''), coalesce(col_description(t.oid, a.attnum), '')
        FROM ({TABLES}) t JOIN pg_attribute a ON a.attrelid = t.oid JOIN pg_type y ON y.oid = a.atttypid
        WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY t.name, a.attnum"
    );
    for row in client.query(&query, &[]).await.expect("the columns") {
        let table = tables.entry(row.get(0)).or_default();
        table.comment = row.get(4);
        table.columns.push((row.get(1), diesel_type(row.get(2), row.get(3)), row.get(5)));
    }
    let query = format!(
        "SELECT t.name, a.attname::text FROM ({TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
        CROSS JOIN unnest(k.conkey) WITH ORDINALITY c(number, place)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.number ORDER BY t.name, c.place"
    );
    for row in client.query(&query, &[]).await.expect("the keys") {
        tables.entry(row.get(0)).or_default().key.push(row.get(1));
    }
    tables
}

/// Foreign keys of one column that point at a primary key: the only ones that diesel joins by itself.
async fn joinable(client: &Client) -> Vec<String> {
    let query = format!(
        "SELECT format('diesel::joinable!(%s -> %s (%s));', t.name, f.relname, a.attname)
        FROM ({TABLES}) t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND cardinality(k.conkey) = 1
        JOIN pg_constraint p ON p.conrelid = k.confrelid AND p.contype = 'p' AND p.conkey = k.confkey
        JOIN pg_class f ON f.oid = k.confrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1] ORDER BY t.name, f.relname"
    );
    client.query(&query, &[]).await.expect("the keys").iter().map(|row| row.get(0)).collect()
}

fn documented(text: &mut String, indent: &str, comment: &str) {
    for line in comment.lines() {
        writeln!(text, "{indent}/// {line}").unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_generated_schema_is_the_live_one() {
    let db = TestDb::bare().await;
    // Comments are left out of the captured DDL that other tests run on.
    cadre::base::db::migrate::migrate(db.owner_url()).await.unwrap();
    let client = db.owner_client().await;
    let tables = tables(&client).await;
    let mut text = "// @generated automatically by Diesel CLI.\n\n".to_owned();
    for (name, table) in &tables {
        writeln!(text, "diesel::table! {{").unwrap();
        documented(&mut text, "    ", &table.comment);
        writeln!(text, "    {name} ({}) {{", table.key.join(", ")).unwrap();
        for (column, kind, comment) in &table.columns {
            documented(&mut text, "        ", comment);
            writeln!(text, "        {column} -> {kind},").unwrap();
        }
        writeln!(text, "    }}\n}}\n").unwrap();
    }
    for line in joinable(&client).await {
        writeln!(text, "{line}").unwrap();
    }
    let kept = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.rs"));
    same(kept, &text, "run `diesel print-schema > src/schema.rs`");

    let together = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/base/db/together.rs"));
    let (_, listed) = together.split_once("\nall_together!(\n").unwrap();
    let expected: String = tables.keys().map(|name| format!("    {name},\n")).collect();
    same(listed.trim_end_matches(");\n"), &expected, "list every table in src/base/db/together.rs");
}
