//! Counts many parts of figures at once: one statement for all tables of facts, an organisation and its children
//! together. Rows are first counted per place, then the places are summed into the organisations they lie in.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::facts::inside;
use super::figures::{Part, Side};
use super::source::{PERSON, Table, ground, rows_with, seats};
use crate::base::error::Result;

/// The counts of some parts at some organisations, by code.
#[derive(Debug, Clone, Default)]
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

    /// Takes up the counts of other parts.
    pub fn extend(&mut self, others: Self) {
        for (organisation, counts) in others.by_organisation {
            self.by_organisation.entry(organisation).or_default().extend(counts);
        }
    }

    /// Sets a count that follows from others.
    pub fn set(&mut self, organisation: &str, part: Part, count: i64) {
        self.by_organisation.entry(organisation.to_owned()).or_default().insert(part, count);
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Integer)]
    asked: i32,
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
    let top = organisations.first().map(String::as_str).unwrap_or_default();
    let by_table = by_table(parts);
    if by_table.is_empty() {
        return Ok(Counts::default());
    }
    let tables: Vec<Table> = by_table.iter().map(|(table, _)| *table).collect();
    let rows = |table, by_place: Option<&str>| rows_with(table, basis, top, &tables, by_place);
    let statement = statement(&ground(basis, top, &tables), &by_table, || seats(basis, top), rows);
    let lines: Vec<Line> = basis.ask(organisations.to_vec()).about(statement).load(conn).await?;
    Ok(gather(&by_table, lines))
}

/// Counts parts over seats and committees that are not those of a basis: `question` binds what their rows need.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn measure_rows(
    conn: &mut AsyncPgConnection,
    parts: impl IntoIterator<Item = Part>,
    seats: String,
    committees: String,
    question: impl FnOnce(String) -> BoxedSqlQuery<'static, Pg, SqlQuery>,
) -> Result<Counts> {
    let by_table = by_table(parts);
    let statement = statement("WITH ", &by_table, || seats, |_, _| committees.clone());
    let lines: Vec<Line> = question(statement).load(conn).await?;
    Ok(gather(&by_table, lines))
}

fn gather(by_table: &[(Table, Vec<Part>)], lines: Vec<Line>) -> Counts {
    let mut counts = Counts::default();
    for line in lines {
        let asked = usize::try_from(line.asked).ok().and_then(|asked| by_table.get(asked));
        let parts = asked.map(|(_, parts)| parts.iter().copied()).into_iter().flatten();
        counts.by_organisation.entry(line.code).or_default().extend(parts.zip(line.counts));
    }
    counts
}

/// The parts of each table, each part once; members before organisations, which may use their counts.
pub(super) fn by_table(parts: impl IntoIterator<Item = Part>) -> Vec<(Table, Vec<Part>)> {
    let mut tables: Vec<(Table, Vec<Part>)> = Vec::new();
    for part in parts {
        match tables.iter_mut().find(|(table, _)| *table == part.table) {
            Some((_, parts)) if parts.contains(&part) => {}
            Some((_, parts)) => parts.push(part),
            None => tables.push((part.table, vec![part])),
        }
    }
    tables.sort_by_key(|(table, _)| *table);
    tables
}

/// For each table: its rows counted per place, the places summed into the organisations asked about. `ground` is what
/// all rows stand on.
fn statement(
    ground: &str,
    tables: &[(Table, Vec<Part>)],
    seats: impl FnOnce() -> String,
    rows_of: impl Fn(Table, Option<&str>) -> String,
) -> String {
    let mut seats = Some(seats);
    let mut steps = Vec::new();
    let mut answers = Vec::new();
    let mut members_counted = false;
    for (asked, (table, parts)) in tables.iter().enumerate() {
        if *table == Table::Seats {
            let seats = seats.take().map(|seats| seats()).unwrap_or_default();
            let (step, answer) = people(asked, parts, &seats);
            steps.push(step);
            answers.push(answer);
            continue;
        }
        let rows = rows_of(*table, members_counted.then_some(MEMBERS_BY_PLACE));
        let mut counted: Vec<String> =
            parts.iter().enumerate().map(|(number, part)| counted(number, part)).collect();
        let summed: Vec<String> = parts
            .iter()
            .enumerate()
            .map(|(number, part)| format!("coalesce(sum(c{number} * {}), 0)::bigint", weight(part.side)))
            .collect();
        let mut name = format!("places_{asked}");
        if *table == Table::Members {
            MEMBERS.clone_into(&mut name);
            counted.push(MEMBERS_COUNTED.to_owned());
            members_counted = true;
        }
        steps.push(format!(
            "{name} AS MATERIALIZED (SELECT f.from_path, f.to_path, {} FROM ({rows}) f GROUP BY f.from_path, f.to_path)",
            counted.join(", ")
        ));
        steps.push(format!(
            "asked_{asked} AS MATERIALIZED (SELECT t.code, {leaves} AS leaves, {arrives} AS arrives, p.* \
             FROM unnest($4) AS t (code) JOIN {name} p ON {leaves} OR {arrives})",
            leaves = inside("p.from_path", "t.code"),
            arrives = inside("p.to_path", "t.code"),
        ));
        answers.push(format!(
            "SELECT {asked} AS asked, code, ARRAY[{}] AS counts FROM asked_{asked} GROUP BY code",
            summed.join(", ")
        ));
    }
    format!("{ground}{} {}", steps.join(", "), answers.join(" UNION ALL "))
}

/// Seats are not summed place by place, since who sits in two villages is one person in their county: they are folded
/// into people at each organisation asked about.
fn people(asked: usize, parts: &[Part], seats: &str) -> (String, String) {
    let here = inside("p.to_path", "t.code");
    let step = format!(
        "asked_{asked} AS MATERIALIZED (WITH seats AS MATERIALIZED ({seats}), \
            within AS MATERIALIZED (SELECT t.code, p.to_path FROM unnest($4) AS t (code) \
                JOIN (SELECT DISTINCT to_path FROM seats) p ON {here}) \
         SELECT w.code, {PERSON} FROM within w JOIN seats f ON f.to_path = w.to_path \
         GROUP BY w.code, f.standing, f.person_id)"
    );
    let counts: Vec<String> =
        parts.iter().map(|part| format!("coalesce({}, 0)::bigint", count(part))).collect();
    let answer = format!(
        "SELECT {asked} AS asked, code, ARRAY[{}] AS counts FROM asked_{asked} f GROUP BY code",
        counts.join(", ")
    );
    (step, answer)
}

/// Members per place, which the organisations of the same statement use.
const MEMBERS: &str = "members_by_place";
const MEMBERS_COUNTED: &str =
    "count(*) AS members, count(*) FILTER (WHERE f.category = 'full') AS full_members";
const MEMBERS_BY_PLACE: &str = "SELECT to_path AS path, members, full_members FROM members_by_place";

fn counted(number: usize, part: &Part) -> String {
    format!("{} AS c{number}", count(part))
}

/// How many of the rows `f` a part counts, as an aggregate.
pub(super) fn count(part: &Part) -> String {
    match part.sum {
        None => format!("count(*) FILTER (WHERE {})", part.condition()),
        Some(amount) => format!("sum({amount}) FILTER (WHERE {})", part.condition()),
    }
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
