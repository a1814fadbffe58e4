//! Which facts differ between a revision and what stands against it: another revision, or the records of this moment.
//! Row by row, in the order of the tables and of their keys.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Jsonb, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::records::quarters::ask::Ask;
use crate::records::quarters::columns::FactColumn;
use crate::records::quarters::freeze::{FactTable, Facts, Reach};

/// What is held against each other.
#[derive(Debug, Clone)]
pub struct Compared<'a> {
    /// Whose facts: the organisation and all below it, in either of the two.
    pub ask: &'a Ask,
    /// The revision of before.
    pub old: i32,
    /// What stands against it.
    pub new: Against<'a>,
}

/// What stands against a revision.
#[derive(Debug, Clone, Copy)]
pub enum Against<'a> {
    /// The revision of the question.
    Revision,
    /// The rows of statements, for the whole county.
    Live(&'a [Facts]),
}

/// A row that differs.
#[derive(Debug, Clone, PartialEq)]
pub struct Differing {
    /// Its table.
    pub table: FactTable,
    /// Its key, as text; the rows of a table stand in the order of it.
    pub key: String,
    /// What stood in it; none where it is new.
    pub old: Option<serde_json::Value>,
    /// What stands in it; none where it is gone.
    pub new: Option<serde_json::Value>,
    /// Name of the person, of the class, or of the organisation that it is about, as it is now.
    pub name: Option<String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Nullable<Jsonb>)]
    old: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    new: Option<serde_json::Value>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

impl Compared<'_> {
    fn rows(&self, table: FactTable) -> String {
        let columns = table.columns();
        let names = |side: &str| -> String {
            columns.iter().map(|column| format!("{side}.{}", column.name)).collect::<Vec<_>>().join(", ")
        };
        let name = table.name();
        let frozen = |revision: &str| {
            format!(
                "SELECT {} FROM {name} f WHERE f.county_id = $1 AND f.quarter = $5 AND f.revision = {revision}",
                names("f")
            )
        };
        let new = match self.new {
            Against::Revision => frozen("$6"),
            Against::Live(facts) => {
                let selects = facts.iter().filter(|facts| facts.table == table);
                let selects: Vec<String> =
                    selects.map(|facts| format!("SELECT {} FROM ({}) f", names("f"), facts.select)).collect();
                selects.join(" UNION ALL ")
            }
        };
        format!("({}) o FULL JOIN ({new}) n ON {}", frozen("$12"), joined(table))
    }

    /// The rows of a table that differ: `key`, and the records `old` and `new`.
    fn differing(&self, table: FactTable) -> String {
        let first = table.key().iter().copied().next().unwrap_or_default();
        let key: Vec<String> =
            table.key().iter().map(|column| format!("coalesce(n.{column}, o.{column})")).collect();
        let row = |side: &str| {
            let values: Vec<String> = table.columns().iter().map(|column| compared(side, column)).collect();
            format!("ROW({})", values.join(", "))
        };
        let places = table.columns().iter().filter(|column| column.name.ends_with("path"));
        let inside: Vec<String> =
            places.flat_map(|column| ["o", "n"].map(|side| within(side, column.name))).collect();
        format!(
            "SELECT concat_ws(' ', {key}) COLLATE \"C\" AS key, \
                CASE WHEN o.{first} IS NOT NULL THEN o END AS old, CASE WHEN n.{first} IS NOT NULL THEN n END AS new \
             FROM {rows} WHERE {old} IS DISTINCT FROM {new} AND ({inside})",
            key = key.join(", "),
            rows = self.rows(table),
            old = row("o"),
            new = row("n"),
            inside = inside.join(" OR "),
        )
    }

    async fn prepare(&self, conn: &mut AsyncPgConnection, table: FactTable) -> QueryResult<()> {
        if let Against::Live(facts) = self.new {
            let several = facts.iter().filter(|facts| facts.table == table).count() > 1;
            if let Some(facts) = facts.iter().find(|facts| facts.table == table) {
                // What was recorded late reads everybody; so does what it stands beside.
                let advice = if several { Reach::Everybody } else { facts.reach };
                diesel::sql_query(advice.advice()).execute(conn).await?;
            }
        }
        Ok(())
    }
}

fn joined(table: FactTable) -> String {
    let equal = |name: &&str| {
        let text = table.columns().iter().any(|column| column.name == *name && column.kind.is_text());
        let collate = if text { " COLLATE \"C\"" } else { "" };
        format!("o.{name}{collate} = n.{name}{collate}")
    };
    table.key().iter().map(equal).collect::<Vec<_>>().join(" AND ")
}

/// A value as it is compared: texts of different columns may carry different collations.
fn compared(side: &str, column: &FactColumn) -> String {
    let collate = if column.kind.is_text() { " COLLATE \"C\"" } else { "" };
    format!("{side}.{}{collate}", column.name)
}

/// Whether a path lies in the organisation that is asked about.
fn within(side: &str, path: &str) -> String {
    format!("coalesce(strpos('/' || {side}.{path}, '/' || ($4::text[])[1] || '/') > 0, false)")
}

/// Who or what a row is about.
const NAME: &str = "\
coalesce(
    (SELECT p.name FROM people p WHERE p.county_id = $1 AND p.id = (fact ->> 'person_id')::uuid),
    (SELECT c.name FROM training_classes c WHERE c.county_id = $1 AND c.id = (fact ->> 'class_id')::uuid),
    (SELECT o.name FROM organisations o WHERE o.county_id = $1
        AND o.code = split_part(coalesce(fact ->> 'path', fact ->> 'to_path', fact ->> 'from_path'), '/', -2)))";

/// The rows that differ, after a table and a key, at most `limit`. Without machine code: compiling the statements takes
/// longer than running them.
///
/// # Errors
/// Whatever the database answers.
pub async fn differences(
    conn: &mut AsyncPgConnection,
    compared: &Compared<'_>,
    after: Option<(FactTable, &str)>,
    limit: usize,
) -> QueryResult<Vec<Differing>> {
    diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
    let mut found: Vec<Differing> = Vec::new();
    let from = after.map(|(table, _)| table);
    let tables = FactTable::ALL.into_iter().skip_while(|table| from.is_some_and(|from| *table != from));
    for table in tables {
        let wanted = limit.saturating_sub(found.len());
        if wanted == 0 {
            break;
        }
        compared.prepare(conn, table).await?;
        let after = after.filter(|(of, _)| *of == table).map(|(_, key)| key).unwrap_or_default();
        let statement = format!(
            "WITH differing AS ({}), \
             rows AS (SELECT * FROM differing WHERE key > $13 COLLATE \"C\" ORDER BY key LIMIT $14), \
             page AS (SELECT key, to_jsonb(old) AS old, to_jsonb(new) AS new, \
                coalesce(to_jsonb(new), to_jsonb(old)) AS fact FROM rows) \
             SELECT key, old, new, {NAME} AS name FROM page ORDER BY key",
            compared.differing(table)
        );
        let lines: Vec<Line> = compared
            .ask
            .about(statement)
            .bind::<Integer, _>(compared.old)
            .bind::<Text, _>(after.to_owned())
            .bind::<BigInt, _>(i64::try_from(wanted).unwrap_or(i64::MAX))
            .load(conn)
            .await?;
        let line =
            |line: Line| Differing { table, key: line.key, old: line.old, new: line.new, name: line.name };
        found.extend(lines.into_iter().map(line));
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many rows of each table differ; tables without any are left out.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_differences(
    conn: &mut AsyncPgConnection,
    compared: &Compared<'_>,
) -> QueryResult<Vec<(FactTable, i64)>> {
    diesel::sql_query("SET LOCAL jit = off").execute(conn).await?;
    let mut counts = Vec::new();
    for table in FactTable::ALL {
        compared.prepare(conn, table).await?;
        let statement = format!("SELECT count(*) AS count FROM ({}) d", compared.differing(table));
        let found: Count =
            compared.ask.about(statement).bind::<Integer, _>(compared.old).get_result(conn).await?;
        if found.count > 0 {
            counts.push((table, found.count));
        }
    }
    Ok(counts)
}
