//! Team pictures out of what each village adds to them (`records::quarters::teams`): the rows that hold are summed, what
//! has no row that holds is counted anew, and whoever sits in several villages is counted once.
//!
//! A person who is no wanderer has seats in one village alone, or all of his villages are counted anew: where he came to
//! a second one, that one is marked, and those that share people with it are taken along.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};

use super::basis::Basis;
use super::committee_facts::{committees_of, ground_of, seats_held};
use super::figures::{self, Part};
use super::measure::{Counts, by_table, count, measure};
use super::source::{PERSON, Table, asked_of_seats};
use crate::base::actor::Actor;
use crate::base::db::{self, Database};
use crate::base::error::Result;
use crate::base::ids::OrganisationId;
use crate::base::scope::Scope;
use crate::base::values::Quarter;
use crate::records::organisations::Organisation;
use crate::records::quarters::teams;

/// Where more are to be counted anew than a third of the rows that there are, everything is counted at once.
const A_THIRD: i64 = 3;

/// Villages whose rows are made in one transaction.
const AT_A_TIME: i64 = 5000;

/// The parts of the figures of committees, by their tables; none where a figure is about another one.
struct Parts {
    seats: Vec<Part>,
    committees: Vec<Part>,
}

impl Parts {
    fn of(basis: &Basis) -> Option<Self> {
        let figures = figures::of_committees(&basis.words);
        let mut parts = Self { seats: Vec::new(), committees: Vec::new() };
        for (table, of_table) in by_table(figures.iter().flat_map(figures::Figure::parts)) {
            match table {
                Table::Seats => parts.seats = of_table,
                Table::Committees => parts.committees = of_table,
                _ => return None,
            }
        }
        Some(parts)
    }

    fn all(&self) -> impl Iterator<Item = Part> {
        self.seats.iter().chain(&self.committees).copied()
    }

    /// Says what the rows count: another digest, other numbers.
    fn definition(&self, basis: &Basis) -> String {
        let text = format!("{} {}", basis.quarter.last_day(), self.of_villages());
        hex::encode(Sha256::digest(text.as_bytes()))
    }

    /// Selects what each of the villages `$12` adds, but for those where somebody sits whom the connection does not see.
    fn of_villages(&self) -> String {
        let ground = ground("$12");
        let (tables, rows) = committees_of("snapshots");
        let seats = asked_of_seats(&format!("{} AND NOT {WANDERS}", seats_held()));
        let (of_people, of_committees) = (counts(&self.seats), counts(&self.committees));
        format!(
            "WITH {ground}, {tables}, \
             people AS (SELECT f.to_path, {PERSON} FROM ({seats}) f GROUP BY f.to_path, f.standing, f.person_id), \
             of_people AS (SELECT f.to_path, {of_people} AS counts FROM people f GROUP BY f.to_path), \
             of_committees AS (SELECT f.path, {of_committees} AS counts FROM ({rows}) f GROUP BY f.path) \
             SELECT o.id AS village_id, (coalesce(p.counts, array_fill(0::bigint, ARRAY[{seat_parts}])) \
                || coalesce(c.counts, array_fill(0::bigint, ARRAY[{committee_parts}])))::integer[] AS counts \
             FROM organisations o LEFT JOIN of_people p ON p.to_path = o.path LEFT JOIN of_committees c ON c.path = o.path \
             WHERE o.county_id = $1 AND o.id = ANY ($12) AND o.id NOT IN ( \
                SELECT h.village_id FROM held h WHERE h.person_id NOT IN (SELECT w.id FROM who w))",
            seat_parts = self.seats.len(),
            committee_parts = self.committees.len(),
        )
    }

    /// Selects the numbers of one organisation as parts that are to be added up: of people, of committees, of the rows
    /// that hold. `$12` the definition, `$13` villages to be counted anew, `$14` those and the villages of wanderers,
    /// `$15` and `$16` the range of paths.
    fn of_organisation(&self, whole_county: bool) -> String {
        // A county needs no look at where its villages stand.
        let (placed, within) = if whole_county {
            ("", "")
        } else {
            (
                "JOIN organisations o ON o.county_id = $1 AND o.id = t.village_id ",
                " AND o.path >= $15 AND o.path < $16",
            )
        };
        let ground = ground("$14");
        let (tables, rows) = committees_of("snapshots");
        let seats = asked_of_seats(&format!("{} AND (x.village_id = ANY ($13) OR {WANDERS})", seats_held()));
        let (of_people, of_committees) = (counts(&self.seats), counts(&self.committees));
        let summed: Vec<String> = (1..=self.all().count())
            .map(|place| format!("coalesce(sum(t.counts[{place}]), 0)::bigint"))
            .collect();
        format!(
            "WITH {ground}, {tables}, \
             people AS (SELECT {PERSON} FROM ({seats}) f WHERE f.to_path >= $15 AND f.to_path < $16 \
                GROUP BY f.standing, f.person_id) \
             SELECT 0 AS kind, {of_people} AS counts FROM people f \
             UNION ALL SELECT 1, {of_committees} FROM ({rows} AND x.village_id = ANY ($13)) f \
                WHERE f.path >= $15 AND f.path < $16 \
             UNION ALL SELECT 2, ARRAY[{}] FROM team_counts t {placed}\
                WHERE t.county_id = $1 AND t.quarter = $5 AND t.definition = $12 \
                    AND t.village_id <> ALL ($13){within}",
            summed.join(", ")
        )
    }
}

/// Whether the seat `x` is that of somebody who has seats in several villages.
const WANDERS: &str =
    "EXISTS (SELECT FROM team_wanderers w WHERE w.county_id = $1 AND w.person_id = x.person_id)";

/// The ground of some villages, where no organisation has been moved since the last day.
fn ground(villages: &str) -> String {
    let placed = "placed AS (SELECT id, parent_id, path FROM organisations WHERE county_id = $1)";
    ground_of(placed, villages)
}

fn counts(parts: &[Part]) -> String {
    let counted: Vec<String> =
        parts.iter().map(|part| format!("coalesce({}, 0)::bigint", count(part))).collect();
    format!("ARRAY[{}]::bigint[]", counted.join(", "))
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Integer)]
    kind: i32,
    #[diesel(sql_type = Array<BigInt>)]
    counts: Vec<i64>,
}

/// Counts the parts of the figures of committees at an organisation; and whether some rows are to be made again.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn of_organisation(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    organisation: &Organisation,
) -> Result<(Counts, bool)> {
    let code = organisation.code.clone();
    let figures = figures::of_committees(&basis.words);
    let parts = if basis.revision.is_none() { Parts::of(basis) } else { None };
    if let Some(parts) = parts {
        let (definition, place) = (parts.definition(basis), organisation.path());
        let ask = basis.ask(vec![code.clone()]);
        let standing = teams::standing(conn, &ask, &definition, &place).await?;
        let due = !standing.anew.is_empty();
        let many = i64::try_from(standing.anew.len()).unwrap_or(i64::MAX).saturating_mul(A_THIRD);
        if !standing.moved && many <= standing.kept {
            let counts = added_up(conn, &parts, basis, organisation, &definition, standing.anew).await?;
            return Ok((counts, due));
        }
        let counts = measure(conn, basis, &[code], parts.all()).await?;
        return Ok((counts, due && !standing.moved));
    }
    let counts = measure(conn, basis, &[code], figures.iter().flat_map(figures::Figure::parts)).await?;
    Ok((counts, false))
}

async fn added_up(
    conn: &mut AsyncPgConnection,
    parts: &Parts,
    basis: &Basis,
    organisation: &Organisation,
    definition: &str,
    mut anew: Vec<OrganisationId>,
) -> Result<Counts> {
    let ask = basis.ask(vec![organisation.code.clone()]);
    if !anew.is_empty() {
        let shared = teams::shared_with(conn, &ask, &anew).await?;
        anew.extend(shared);
    }
    let looked_at: BTreeSet<OrganisationId> =
        teams::of_wanderers(conn, &ask).await?.into_iter().chain(anew.iter().copied()).collect();
    let place = organisation.path();
    let lines: Vec<Line> = ask
        .about(parts.of_organisation(place == basis.county.path))
        .bind::<Text, _>(definition.to_owned())
        .bind::<Array<Uuid>, _>(anew)
        .bind::<Array<Uuid>, _>(looked_at.into_iter().collect::<Vec<_>>())
        .bind::<Text, _>(place.as_str().to_owned())
        .bind::<Text, _>(place.end())
        .load(conn)
        .await?;
    let mut counts = Counts::default();
    for line in lines {
        let of: Vec<Part> = match line.kind {
            0 => parts.seats.clone(),
            1 => parts.committees.clone(),
            _ => parts.all().collect(),
        };
        for (part, count) in of.into_iter().zip(line.counts) {
            let before = counts.of(&organisation.code, &part);
            counts.set(&organisation.code, part, before.saturating_add(count));
        }
    }
    Ok(counts)
}

/// Makes the rows again that a county lacks for a quarter, some villages at a time; answers how many it made. What is
/// changed meanwhile is left for the next time.
///
/// # Errors
/// `Unavailable`; `Stale` where somebody else makes them at the same time.
pub async fn refresh_team_counts(database: &Database, county: &Scope, quarter: Quarter) -> Result<usize> {
    let actor = Actor::command_line(county.whole_county());
    let mut conn = database.web().await?;
    let mut made = 0;
    loop {
        let kept = db::write_snapshot(&mut conn, &actor, async |conn| {
            let basis = Basis::live(conn, &actor.scope, quarter).await?;
            let Some(parts) = Parts::of(&basis) else { return Ok(0) };
            let (ask, definition) = (basis.ask(Vec::new()), parts.definition(&basis));
            let villages = teams::clear(conn, &ask, &definition, AT_A_TIME).await?;
            Ok(teams::keep(conn, &ask, &definition, &villages, &parts.of_villages()).await?)
        })
        .await?;
        made += kept;
        if kept == 0 {
            return Ok(made);
        }
    }
}
