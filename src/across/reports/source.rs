//! Each table of facts as the figures see it: from a revision or live, with what figures ask of a row beside it. Every
//! row has `from_path` and `to_path`; a row that only stands somewhere stands in `to_path`.

use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::assessment_facts;
use super::award_facts;
use super::basis::Basis;
use super::committee_facts;
use super::facts::{self, Extent, TOP, inside};
use super::quality;
use super::reserve_facts;
use super::training_facts;
use crate::base::codes::{self, EducationLevel};
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
    /// Awards of villages that hold: `kind`, `year`, `given_on`.
    Awards,
    /// Who stands in a pool, or was appointed out of one: the columns of `reserve_facts`, `age`, `college_or_above`.
    Reserves,
    /// Villages with the depth of their reserve: `minimum`, `reserve_cadres`.
    ReserveVillages,
    /// Villages that their towns assessed in the quarter: the columns of `assessment_facts`, `hundredths` (of the total).
    Assessments,
    /// Entries of the trail in the quarter: `action`, `is_covered` (by a signed checkpoint).
    Trail,
    /// Who sits in the committees of villages, each person once at the organisation asked about (`PERSON`).
    Seats,
    /// Committees whose term runs: `standing`, `vacancies`, `is_overdue`.
    Committees,
    /// Whom the programme in force is to train: the columns of `training_facts`.
    Training,
    /// Classes that were held: the columns of `training_class_facts`.
    TrainingClasses,
    /// Who came to classes: the columns of `training_attendance_facts`.
    TrainingAttendances,
    /// What the rules of data quality find: the columns of `finding_facts`.
    Findings,
}

impl Table {
    /// Whether it shares nothing with the register of members, so that counting it in another statement costs no more.
    pub fn stands_apart(self) -> bool {
        matches!(self, Self::Seats | Self::Committees | Self::Findings)
    }

    /// Whether a revision holds its rows. The trail of a quarter is read from the trail, whose next checkpoint covers
    /// entries that the last one did not.
    pub fn is_frozen(self) -> bool {
        self != Self::Trail
    }
}

/// The rows of a table on a basis, in a statement of their own.
pub(super) fn rows_of(table: Table, basis: &Basis, organisation: &str) -> String {
    rows(table, basis, extent(basis, organisation), None)
}

/// The rows of a table on a basis, in a statement that begins with [`ground`] over the same tables and may have counted
/// the members of each place already: `by_place` selects `path`, `members`, `full_members`.
pub(super) fn rows_with(
    table: Table,
    basis: &Basis,
    organisation: &str,
    tables: &[Table],
    by_place: Option<&str>,
) -> String {
    let extent = extent(basis, organisation).on_common_ground().has_standing(stands(tables));
    rows(table, basis, extent, by_place)
}

/// What a statement over several tables on a basis begins with: a `WITH`, and the ground of live tables.
pub(super) fn ground(basis: &Basis, organisation: &str, tables: &[Table]) -> String {
    if basis.revision.is_some() {
        return "WITH ".to_owned();
    }
    let extent = extent(basis, organisation);
    let ground = if tables.iter().all(|table| matches!(table, Table::Seats | Table::Committees)) {
        committee_facts::ground_of_committees(extent)
    } else {
        committee_facts::common_ground(extent)
    };
    let standing = if stands(tables) { format!("{}, ", extent.standing()) } else { String::new() };
    format!("WITH RECURSIVE {ground}, {standing}")
}

/// Whether several tables ask who stands where.
fn stands(tables: &[Table]) -> bool {
    tables.contains(&Table::Members) && tables.contains(&Table::Training)
}

fn rows(table: Table, basis: &Basis, extent: Extent, by_place: Option<&str>) -> String {
    match table {
        Table::Organisations => {
            let live = |extent| facts::organisations(extent, by_place);
            standing(&frozen_or(basis, "organisation_facts", "path", extent, live))
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
        Table::Opening => standing(&opening(basis, extent)),
        Table::Flow => flow(basis, extent),
        Table::Ratings => standing(&frozen_or(basis, "rating_facts", "path", extent, facts::ratings)),
        Table::Awards => standing(&frozen_or(basis, "award_facts", "path", extent, award_facts::awards)),
        Table::Reserves => {
            let rows = frozen_or(basis, "reserve_facts", "path", extent, reserve_facts::reserves);
            format!(
                "SELECT {POOLED}, NULL::text AS from_path, x.path AS to_path, \
                 date_part('year', age($3::timestamp, x.birth_date::timestamp))::integer AS age, \
                 x.education = ANY ($11) AS college_or_above FROM ({rows}) x OFFSET 0"
            )
        }
        Table::ReserveVillages => {
            standing(&frozen_or(basis, "reserve_village_facts", "path", extent, reserve_facts::villages))
        }
        Table::Assessments => {
            let rows = frozen_or(basis, "assessment_facts", "path", extent, assessment_facts::assessments);
            format!(
                "SELECT x.*, NULL::text AS from_path, x.path AS to_path, (x.total * 100)::bigint AS hundredths \
                 FROM ({rows}) x"
            )
        }
        Table::Trail => format!(
            "SELECT x.*, NULL::text AS from_path, x.path AS to_path, \
                x.sequence <= (SELECT max(c.size) FROM audit_checkpoints c WHERE c.chain = x.chain) AS is_covered \
             FROM audit_entries x WHERE x.county_id = $1 AND x.at >= ($2::timestamp AT TIME ZONE 'Asia/Shanghai') \
             AND x.at < (($3::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai') AND {}",
            extent.holds("x.path")
        ),
        Table::Seats => {
            let seats = seats_of(basis, extent);
            let here = inside("f.to_path", TOP);
            format!(
                "SELECT {PERSON}, NULL::text AS from_path, min(f.to_path COLLATE \"C\") AS to_path, \
                    string_agg(f.post, ' ' ORDER BY f.post) AS posts \
                 FROM ({seats}) f WHERE {here} GROUP BY f.standing, f.person_id"
            )
        }
        Table::Committees => {
            standing(&frozen_or(basis, "committee_facts", "path", extent, committee_facts::committees))
        }
        Table::Training => {
            standing(&frozen_or(basis, "training_facts", "path", extent, training_facts::members))
        }
        Table::TrainingClasses => {
            standing(&frozen_or(basis, "training_class_facts", "path", extent, training_facts::classes))
        }
        Table::TrainingAttendances => standing(&frozen_or(
            basis,
            "training_attendance_facts",
            "path",
            extent,
            training_facts::attendances,
        )),
        Table::Findings => {
            let live = |extent| quality::findings(extent, &basis.rules, basis.day());
            standing(&frozen_or(basis, "finding_facts", "path", extent, live))
        }
    }
}

/// Rows that only stand somewhere: at `path`.
fn standing(rows: &str) -> String {
    format!("SELECT x.*, NULL::text AS from_path, x.path AS to_path FROM ({rows}) x")
}

/// Each seat on a basis, with what figures ask of it, in a statement that begins with [`ground`].
pub(super) fn seats(basis: &Basis, organisation: &str) -> String {
    seats_of(basis, extent(basis, organisation).on_common_ground())
}

fn seats_of(basis: &Basis, extent: Extent) -> String {
    asked_of_seats(&frozen_or(basis, "seat_facts", "path", extent, committee_facts::seats))
}

/// What figures ask of seats, over rows with the columns of `seat_facts`.
pub(super) fn asked_of_seats(rows: &str) -> String {
    let high_school = educations(|level| level.high_school_or_above);
    format!(
        "SELECT x.standing, x.person_id, x.path AS to_path, x.post, x.sex, x.ethnicity, x.sources, \
            date_part('year', age(x.day::timestamp, x.birth_date::timestamp))::integer AS age, \
            x.education = ANY ($11) AS college_or_above, x.education = ANY ({high_school}) AS high_school_or_above, \
            x.committee_kind = 'village_party' AS of_party, \
            x.committee_kind = 'village_party' AND x.post = 'secretary' AS secretary, \
            x.is_newly_elected, x.is_elected_unanimously, x.is_cross_appointed \
         FROM ({rows}) x OFFSET 0"
    )
}

fn educations(reaches: impl Fn(EducationLevel) -> bool) -> String {
    let entries = codes::education().entries().iter();
    let reached =
        entries.map(|entry| entry.code.as_str()).filter(|code| reaches(codes::education_level(code)));
    format!("'{{{}}}'::text[]", reached.collect::<Vec<_>>().join(","))
}

/// What figures ask of a person, over his seats `f`: whoever sits in several is one, has the education of the better
/// taught seat (of the seats in the Party organisation, or as secretary, where those are asked for) and all sources.
pub(super) const PERSON: &str = "\
f.standing, f.person_id, min(f.sex) AS sex, min(f.ethnicity) AS ethnicity, min(f.age) AS age,
    bool_or(f.college_or_above) AS college_or_above, bool_or(f.high_school_or_above) AS high_school_or_above,
    bool_or(f.of_party) AS of_party, bool_or(f.secretary) AS secretary,
    bool_or(f.of_party AND f.college_or_above) AS party_college_or_above,
    bool_or(f.secretary AND f.college_or_above) AS secretary_college_or_above,
    bool_or(f.is_newly_elected) AS newly_elected, bool_or(f.is_elected_unanimously) AS unanimous,
    bool_or(f.is_cross_appointed) AS cross_appointed,
    concat(' ', string_agg(f.sources, ' '), ' ') AS sources";

/// The columns of `reserve_facts`, a blank before and behind each source.
const POOLED: &str = "x.reserve_id, x.person_id, x.path, x.kind, x.state, x.state_from, x.entered_on, x.sex, \
    x.education, x.birth_date, x.fully_mentored, concat(' ', x.sources, ' ') AS sources";

/// A county's own report needs no filter: everything is inside.
pub(super) fn extent(basis: &Basis, organisation: &str) -> Extent {
    if basis.county.path.as_str().trim_end_matches('/') == organisation {
        Extent::COUNTY
    } else {
        Extent::ORGANISATIONS
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
