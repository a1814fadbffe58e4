//! Reads the frozen facts of a revision for a bundle, ids under pseudonyms.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::super::basis::Basis;
use super::super::source::{Table, rows_of, seats};
use super::facts::{Places, Sealed};
use super::pseudonyms::Pseudonyms;
use super::tables::{FactRows, TABLES};
use crate::base::error::{Error, Result};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    from_path: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    to_path: Option<String>,
    #[diesel(sql_type = Text)]
    line: String,
}

/// The facts of a frozen basis, of the whole county: the root binds them all.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn gather(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    pseudonyms: &Pseudonyms,
) -> Result<Sealed> {
    let revision = basis.revision.as_ref().map_or(0, |revision| revision.number);
    let mut places = Places::new(pseudonyms, basis.quarter, revision);
    let county = basis.county.path.code().to_owned();
    for (number, table) in TABLES.iter().enumerate() {
        let lines: Vec<Line> =
            basis.ask(vec![county.clone()]).about(statement(basis, table, &county)).load(conn).await?;
        for line in lines {
            let row = row(table, &line, pseudonyms)?;
            let (from, to) = (line.from_path, line.to_path);
            if let Some(from) = from.filter(|from| to.as_ref() != Some(from)) {
                places.add(&from, number, row.clone());
            }
            if let Some(to) = to {
                places.add(&to, number, row);
            }
        }
    }
    places.sealed().map_err(Error::broken)
}

fn statement(basis: &Basis, table: &FactRows, county: &str) -> String {
    let fields: Vec<String> = table.fields.iter().map(|field| field.sql()).collect();
    let (rows, from) = match table.table {
        Table::Seats => (seats(basis, county), "NULL::text"),
        other => (rows_of(other, basis, county), "f.from_path"),
    };
    format!(
        "SELECT {from} AS from_path, f.to_path, jsonb_build_array({})::text AS line FROM ({rows}) f",
        fields.join(", ")
    )
}

fn row(table: &FactRows, line: &Line, pseudonyms: &Pseudonyms) -> Result<String> {
    let mut values: Vec<serde_json::Value> = serde_json::from_str(&line.line).map_err(Error::broken)?;
    for (value, field) in values.iter_mut().zip(table.fields) {
        if field.is_id()
            && let Some(id) = value.as_str()
        {
            *value = pseudonyms.of(id).into();
        }
    }
    values.insert(0, table.name.into());
    if table.table == Table::Flow {
        for path in [&line.from_path, &line.to_path] {
            values.push(path.as_ref().map(|path| pseudonyms.tags(path)).into());
        }
    }
    serde_json::to_string(&values).map_err(Error::broken)
}

/// An entry of the trail that the figures of the trail count.
#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Bool)]
    is_covered: bool,
}

/// The entries of the quarter of a basis at some organisations, one a line.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn counted_entries(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisations: &[String],
    pseudonyms: &Pseudonyms,
) -> Result<String> {
    let top = organisations.first().map(String::as_str).unwrap_or_default();
    let rows = rows_of(Table::Trail, basis, top);
    let statement = format!(
        "SELECT f.path, f.sequence, f.action, coalesce(f.is_covered, false) AS is_covered FROM ({rows}) f \
         WHERE f.path IS NOT NULL ORDER BY f.sequence"
    );
    let lines: Vec<Counted> = basis.ask(organisations.to_vec()).about(statement).load(conn).await?;
    let mut out = String::new();
    for line in lines {
        let row =
            serde_json::json!([line.sequence, line.action, line.is_covered, pseudonyms.tags(&line.path)]);
        out.push_str(&row.to_string());
        out.push('\n');
    }
    Ok(out)
}
