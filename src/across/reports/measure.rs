//! Counts many parts of figures at once: one statement per table of facts, for an organisation and its children
//! together. Rows are first counted per place, then the places are summed into the organisations they lie in.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::facts::inside;
use super::figures::{Part, Side};
use super::source::{Table, rows_of};
use crate::base::error::Result;

/// The counts of some parts at some organisations, by code.
#[derive(Debug, Default)]
pub(super) struct Counts {
    by_organisation: HashMap<String, HashMap<Part, i64>>,
}

impl Counts {
    /// The count of a part at an organisation.
    pub fn of(&self, organisation: &str, part: &Part) -> i64 {
        self.by_organisation
            .get(organisation)
            .and_then(|counts| counts.get(part))
            .copied()
            .unwrap_or_default()
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Array<BigInt>)]
    counts: Vec<i64>,
}

/// Counts parts at organisations, on a basis; the first stands above the others.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn measure(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisations: &[String],
    parts: impl IntoIterator<Item = Part>,
) -> Result<Counts> {
    let top = organisations.iter().next().map(String::as_str).unwrap_or_default();
    let mut by_table: HashMap<Table, Vec<Part>> = HashMap::new();
    for part in parts {
        let known = by_table.entry(part.table).or_default();
        if !known.contains(&part) {
            known.push(part);
        }
    }
    let mut counts = Counts::default();
    for (table, parts) in by_table {
        let statement = statement(&rows_of(table, basis, top), &parts);
        let lines: Vec<Line> = basis.ask(organisations.to_vec()).about(statement).load(conn).await?;
        for line in lines {
            let known = counts.by_organisation.entry(line.code).or_default();
            known.extend(parts.iter().copied().zip(line.counts));
        }
    }
    Ok(counts)
}

fn statement(rows: &str, parts: &[Part]) -> String {
    let counted: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| match part.sum {
            None => format!("count(*) FILTER (WHERE {}) AS c{number}", part.filter),
            Some(amount) => format!("sum({amount}) FILTER (WHERE {}) AS c{number}", part.filter),
        })
        .collect();
    let summed: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(number, part)| format!("coalesce(sum(c{number} * {}), 0)::bigint", weight(part.side)))
        .collect();
    format!(
        "WITH per_place AS MATERIALIZED ( \
            SELECT f.from_path, f.to_path, {counted} FROM ({rows}) f GROUP BY f.from_path, f.to_path), \
         per_organisation AS MATERIALIZED ( \
            SELECT t.code, {leaves} AS leaves, {arrives} AS arrives, p.* \
            FROM unnest($4) AS t (code) JOIN per_place p ON {leaves} OR {arrives}) \
         SELECT code, ARRAY[{summed}] AS counts FROM per_organisation GROUP BY code",
        counted = counted.join(", "),
        summed = summed.join(", "),
        leaves = inside("p.from_path", "t.code"),
        arrives = inside("p.to_path", "t.code"),
    )
}

/// What one row counts at an organisation, given whether it `leaves` and whether it `arrives` there: moves inside do
/// not count at their level.
pub(super) fn weight(side: Side) -> &'static str {
    match side {
        Side::Into => "(arrives AND NOT leaves)::int",
        Side::OutOf => "(leaves AND NOT arrives)::int",
        Side::Net => "(arrives::int - leaves::int)",
    }
}
