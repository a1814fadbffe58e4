//! Each table of facts as the figures see it: from a revision or live, with what figures ask of a row beside it. Every
//! row has `from_path` and `to_path`; a row that only stands somewhere stands in `to_path`.

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::facts::{self, Extent};
use super::reserve_facts;
use crate::records::quarters::Ask;

/// A table of facts. Members come before organisations: a statement over both counts the members once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Members in the register on the last day: the columns of `member_facts`, `age`, `college_or_above`.
    Members,
    /// Organisations of the last day: `kind`, `members`, `full_members`.
    Organisations,
    /// Members in the register on the last day of the quarter before.
    Opening,
    /// What happened in the quarter: `kind`, `day`.
    Flow,
    /// Ratings that wait for somebody: `state`.
    Ratings,
    /// Who stands in a pool, or was appointed out of one: the columns of `reserve_facts`, `age`, `college_or_above`.
    Reserves,
    /// Villages with the depth of their reserve: `minimum`, `reserve_cadres`.
    ReserveVillages,
    /// Entries of the trail in the quarter: `action`.
    Trail,
}

/// The rows of a table on a basis.
pub(super) fn rows_of(table: Table, basis: &Basis, organisation: &str) -> String {
    rows_with(table, basis, organisation, None)
}

/// The rows of a table on a basis, in a statement that has counted the members of each place already: `by_place`
/// selects `path`, `members`, `full_members`.
pub(super) fn rows_with(table: Table, basis: &Basis, organisation: &str, by_place: Option<&str>) -> String {
    let extent = extent(basis, organisation);
    match table {
        Table::Organisations => {
            let live = |extent| facts::organisations(extent, by_place);
            let rows = frozen_or(basis, "organisation_facts", "path", extent, live);
            format!("SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM ({rows}) x")
        }
        Table::Members => {
            let rows = frozen_or(basis, "member_facts", "path", extent, facts::members);
            // OFFSET 0 keeps the planner from working out the age anew in every filter.
            format!(
                "SELECT x.*, NULL::text AS from_path, x.path AS to_path, \
                 date_part('year', age($3::timestamp, x.birth_date::timestamp))::integer AS age, \
                 x.education = ANY ($11) AS college_or_above FROM ({rows}) x OFFSET 0"
            )
        }
        Table::Opening => format!(
            "SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM ({}) x",
            opening(basis, extent)
        ),
        Table::Flow => flow(basis, extent),
        Table::Ratings => {
            let rows = frozen_or(basis, "rating_facts", "path", extent, facts::ratings);
            format!("SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM ({rows}) x")
        }
        Table::Reserves => {
            let rows = frozen_or(basis, "reserve_facts", "path", extent, reserve_facts::reserves);
            format!(
                "SELECT x.*, NULL::text AS from_path, x.path AS to_path, \
                 date_part('year', age($3::timestamp, x.birth_date::timestamp))::integer AS age, \
                 x.education = ANY ($11) AS college_or_above FROM ({rows}) x OFFSET 0"
            )
        }
        Table::ReserveVillages => {
            let rows = frozen_or(basis, "reserve_village_facts", "path", extent, reserve_facts::villages);
            format!("SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM ({rows}) x")
        }
        Table::Trail => format!(
            "SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM audit_entries x \
             WHERE x.county_id = $1 AND x.at >= ($2::timestamp AT TIME ZONE 'Asia/Shanghai') \
             AND x.at < (($3::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AND {}",
            extent.holds("x.path")
        ),
    }
}

/// A county's own report needs no filter: everything is inside.
fn extent(basis: &Basis, organisation: &str) -> Extent {
    if basis.county.path.as_str().trim_end_matches('/') == organisation {
        Extent::County
    } else {
        Extent::Organisations
    }
}

fn frozen_or(
    basis: &Basis,
    table: &str,
    path: &str,
    extent: Extent,
    live: impl Fn(Extent) -> String,
) -> String {
    if basis.revision.is_none() {
        return live(extent);
    }
    let within = extent.holds(&format!("f.{path}"));
    format!(
        "SELECT f.* FROM {table} f WHERE f.county_id = $1 AND f.quarter = $5 AND f.revision = $6 AND {within}"
    )
}

fn opening(basis: &Basis, extent: Extent) -> String {
    if basis.previous_number.is_none() {
        return facts::opening(extent);
    }
    let within = extent.holds("f.path");
    format!(
        "SELECT f.membership_id, f.person_id, f.path FROM member_facts f \
         WHERE f.county_id = $1 AND f.quarter = $7 AND f.revision = $8 AND {within}"
    )
}

fn flow(basis: &Basis, extent: Extent) -> String {
    match (&basis.revision, basis.previous_number) {
        (Some(_), _) => {
            let within = format!("({} OR {})", extent.holds("f.from_path"), extent.holds("f.to_path"));
            format!(
                "SELECT f.* FROM flow_facts f \
                 WHERE f.county_id = $1 AND f.quarter = $5 AND f.revision = $6 AND {within}"
            )
        }
        (None, Some(_)) => {
            format!("({}) UNION ALL ({})", facts::flow(extent), facts::recorded_late(extent))
        }
        (None, None) => facts::flow(extent),
    }
}

#[derive(QueryableByName)]
struct Scale {
    #[diesel(sql_type = Integer)]
    stars: i32,
}

/// Highest number of stars of the county's primary member scheme in force on the last day of the quarter asked about.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn star_scale(conn: &mut AsyncPgConnection, ask: &Ask) -> QueryResult<Option<i32>> {
    let scale: Option<Scale> = ask.about(facts::STAR_SCALE.to_owned()).get_result(conn).await.optional()?;
    Ok(scale.map(|scale| scale.stars))
}
