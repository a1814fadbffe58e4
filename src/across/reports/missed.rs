//! Which towns and villages below an organisation miss what the county wants of organisations of their level.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;

use super::basis::Basis;
use super::figures::{Figure, Part};
use super::measure::measure;
use super::report::OrganisationName;
use super::source::{Table, rows_of};
use super::targets::{self, TargetLine};
use crate::base::error::Result;
use crate::records::organisations::{Kind, Organisation};
use crate::records::slates::{Level, Target};

/// Somebody below who misses a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MissedTarget {
    /// The town, village or community.
    pub organisation: OrganisationName,
    /// The target, with its figure and what is missing.
    pub target: TargetLine,
}

/// The levels below that of an organisation.
const fn below(level: Level) -> &'static [Level] {
    match level {
        Level::County => &[Level::Town, Level::Village],
        Level::Town => &[Level::Village],
        Level::Village => &[],
    }
}

/// Everybody below an organisation who misses a target in force on the last day, target by target in the order of the
/// tree. Whoever has no number misses none. One statement counts all of them, and only what the targets are about; where
/// the county wants nothing of those below, nothing is counted.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn missed_below(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
    targets: &[Target],
    figures: &[Figure],
) -> Result<Vec<MissedTarget>> {
    let Some(level) = organisation.kind().and_then(Level::of) else { return Ok(Vec::new()) };
    let (levels, day) = (below(level), basis.quarter.last_day());
    let wanted: Vec<&Target> =
        targets.iter().filter(|target| levels.contains(&target.level) && target.is_in_force(day)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    // What the team before had is told by the figure of the change.
    let is_about = |figure: &&Figure| {
        let code = figure.code.strip_suffix(".change").unwrap_or(&figure.code);
        wanted.iter().any(|target| target.figure == code)
    };
    let asked: Vec<Figure> = figures.iter().filter(is_about).cloned().collect();
    let names = names(conn, basis, organisation, levels).await?;
    let codes: Vec<String> =
        std::iter::once(&organisation.code).chain(names.iter().map(|name| &name.code)).cloned().collect();
    let counts = measure(conn, basis, &codes, asked.iter().flat_map(Figure::parts)).await?;
    let mut missed = Vec::new();
    for target in wanted {
        for name in &names {
            let count = |part: &Part| counts.of(&name.code, part);
            let kind = Kind::from_code(&name.kind);
            let lines = targets::held(std::slice::from_ref(target), kind, day, &asked, count);
            let misses = lines.into_iter().filter(|line| line.is_met == Some(false));
            missed.extend(misses.map(|target| MissedTarget { organisation: name.clone(), target }));
        }
    }
    Ok(missed)
}

/// The organisations of some levels below one, in the tree of the last day.
async fn names(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
    levels: &[Level],
) -> QueryResult<Vec<OrganisationName>> {
    let is_there = |kind: &Kind| Level::of(*kind).is_some_and(|level| levels.contains(&level));
    let kinds: Vec<&str> = Kind::ALL.iter().filter(|kind| is_there(kind)).map(|kind| kind.code()).collect();
    let rows = rows_of(Table::Organisations, basis, &organisation.code);
    let inside = super::facts::inside("f.path", super::facts::TOP);
    let statement = format!(
        "SELECT f.code, f.name, f.kind FROM ({rows}) f WHERE f.kind = ANY ($12) AND {inside} ORDER BY f.path"
    );
    let ask = basis.ask(vec![organisation.code.clone()]).about(statement);
    ask.bind::<Array<Text>, _>(kinds).load(conn).await
}
