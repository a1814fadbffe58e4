//! The statements that turn committees, terms, seats and ballots into facts as of a quarter.
//!
//! Each committee is looked at twice: on the last day of the quarter (`now`), and on the day before the term began that
//! runs on that day (`before`), which is what a team is compared with. A seat counts on a day when
//! `from_day <= day < to_day`, whatever its term says; villages stand where they stand on the last day of the quarter.

use super::facts::{Extent, LAST_DAY, last_tree, last_tree_above};

/// Whether the term `name` runs on a day: one that was not ended runs on past the day it was due.
pub(super) fn runs_on(name: &str, day: &str) -> String {
    format!("{name}.from_day <= {day} AND ({name}.ended_on IS NULL OR {day} < {name}.ended_on)")
}

/// What several tables of facts of the last day begin with: its tree, `snapshots`, each committee on its two days with
/// the term that runs then, if one does, and the one before that, and `held`, who sat on those days. A statement over
/// several tables works it out once.
pub(super) fn common_ground(extent: Extent) -> String {
    on_tree(&last_tree(), extent)
}

/// The same for statements that ask for nothing but seats and committees: of the tree, what stands above villages.
pub(super) fn ground_of_committees(extent: Extent) -> String {
    on_tree(&last_tree_above(COMMITTEES_STAND_IN), extent)
}

/// The villages that have committees.
const COMMITTEES_STAND_IN: &str = "SELECT village_id FROM committees WHERE county_id = $1";

fn on_tree(tree: &str, extent: Extent) -> String {
    let within = extent.holds("t.path");
    ground_over(tree, &within, "", &held("snapshots"))
}

/// The same for the villages of an array, whose tables read no further than their committees: `placed` says where they
/// stand.
pub(super) fn ground_of(placed: &str, villages: &str) -> String {
    let of_terms = format!(
        " AND m.committee_id IN (SELECT id FROM committees WHERE county_id = $1 AND village_id = ANY ({villages}))"
    );
    let held = held_with("snapshots", "AND seat_id IN (SELECT seat_id FROM held)");
    ground_over(placed, &format!("c.village_id = ANY ({villages})"), &of_terms, &held)
}

fn ground_over(tree: &str, within: &str, of_terms: &str, held: &str) -> String {
    let (present, earlier) = (runs_on("m", LAST_DAY), runs_on("m", "(p.from_day - 1)"));
    format!(
        "{tree}, \
         terms AS MATERIALIZED ( \
            SELECT m.id, m.committee_id, m.from_day, m.due_day, m.ended_on, \
                lag(m.id) OVER (PARTITION BY m.committee_id ORDER BY m.from_day) AS previous_id \
            FROM committee_terms m WHERE m.county_id = $1{of_terms}), \
         present AS MATERIALIZED ( \
            SELECT c.id AS committee_id, c.village_id, c.kind, t.path, {LAST_DAY} AS day, \
                m.id AS term_id, m.from_day, m.due_day, m.previous_id \
            FROM committees c JOIN placed t ON t.id = c.village_id \
            LEFT JOIN terms m ON m.committee_id = c.id AND {present} \
            WHERE c.county_id = $1 AND {within}), \
         snapshots AS MATERIALIZED ( \
            SELECT 'now' AS standing, p.* FROM present p \
            UNION ALL \
            SELECT 'before', p.committee_id, p.village_id, p.kind, p.path, p.from_day - 1, m.id, m.from_day, m.due_day, \
                m.previous_id \
            FROM present p \
            LEFT JOIN terms m ON m.committee_id = p.committee_id AND {earlier} \
            WHERE p.from_day IS NOT NULL), \
         {held}"
    )
}

/// `held`: the seats that are held on the days of some snapshots, by the name of their table. And what is looked up of
/// them, each once: `who` sits, `crossed`, who sits in both committees of a village, `tags`, the sources of each seat in
/// the order of their codes.
pub(super) fn held(snapshots: &str) -> String {
    held_with(snapshots, "")
}

fn held_with(snapshots: &str, of_sources: &str) -> String {
    format!(
        "held AS MATERIALIZED ( \
            SELECT x.standing, x.committee_id, x.village_id, x.kind, x.path, x.day, x.term_id IS NOT NULL AS runs, \
                x.previous_id, s.id AS seat_id, s.person_id, s.post, s.education, s.is_party_member, s.term_id \
            FROM {snapshots} x JOIN seats s ON s.county_id = $1 AND s.committee_id = x.committee_id \
                AND s.from_day <= x.day AND (s.to_day IS NULL OR x.day < s.to_day)), \
         who AS MATERIALIZED ( \
            SELECT p.id, p.sex, p.ethnicity, p.birth_date FROM people p \
            WHERE p.county_id = $1 AND p.id IN (SELECT person_id FROM held)), \
         crossed AS MATERIALIZED ( \
            SELECT standing, village_id, person_id FROM held GROUP BY standing, village_id, person_id \
            HAVING bool_or(kind = 'village_party') AND bool_or(kind = 'village_committee')), \
         tags AS MATERIALIZED ( \
            SELECT seat_id, string_agg(source, ' ') AS sources FROM ( \
                SELECT seat_id, source FROM seat_sources WHERE county_id = $1 {of_sources} ORDER BY seat_id, source) o \
            GROUP BY seat_id)"
    )
}

/// Whether the secretary `x` was not secretary of this village in the term before.
const NEWLY_ELECTED: &str = "\
NOT EXISTS (SELECT FROM seats e WHERE e.county_id = $1 AND e.post = 'secretary' AND e.person_id = x.person_id
    AND e.term_id = x.previous_id)";

/// Whether the secretary `x` got every valid ballot when he was elected for his term.
const UNANIMOUS: &str = "\
EXISTS (SELECT FROM elections v JOIN election_ballots b ON b.county_id = $1 AND b.election_id = v.id
    WHERE v.county_id = $1 AND v.term_id = x.term_id AND v.post = 'secretary' AND b.person_id = x.person_id
        AND b.is_elected AND b.votes_for = v.valid)";

/// The columns of `seat_facts`: who sits in the Party organisation and the committee of each village.
pub fn seats(extent: Extent) -> String {
    format!("{}{}", extent.with(|| ground_of_committees(extent), ""), seats_held())
}

/// The columns of `seat_facts` over the seats that are `held`.
pub(super) fn seats_held() -> String {
    format!(
        "SELECT x.standing, x.seat_id, x.person_id, x.kind AS committee_kind, x.post, x.path, x.day, x.education, \
            x.is_party_member, who.sex, who.ethnicity, who.birth_date, c.person_id IS NOT NULL AS is_cross_appointed, \
            CASE WHEN x.post = 'secretary' AND x.runs THEN {NEWLY_ELECTED} ELSE false END AS is_newly_elected, \
            CASE WHEN x.post = 'secretary' THEN {UNANIMOUS} ELSE false END AS is_elected_unanimously, \
            coalesce(o.sources, '') AS sources \
         FROM held x \
         JOIN who ON who.id = x.person_id \
         LEFT JOIN crossed c ON c.standing = x.standing AND c.village_id = x.village_id \
            AND c.person_id = x.person_id \
         LEFT JOIN tags o ON o.seat_id = x.seat_id \
         WHERE x.kind IN ('village_party', 'village_committee')"
    )
}

/// The columns of `committee_facts`: the committees whose term runs, with the seats that nobody holds.
pub fn committees(extent: Extent) -> String {
    let (tables, rows) = committees_of("snapshots");
    format!("{}{rows}", extent.with(|| ground_of_committees(extent), &tables))
}

/// The columns of `committee_facts` over some snapshots, by the name of their table, and the seats `held` on their days:
/// the tables that the rows need, and the rows.
pub(super) fn committees_of(snapshots: &str) -> (String, String) {
    let tables = format!(
        "filled AS (SELECT standing, committee_id, post, count(*) AS seats FROM held \
            GROUP BY standing, committee_id, post), \
         posts AS (SELECT x.standing, x.committee_id, sum(q.places) AS places, \
                sum(greatest(q.places - coalesce(h.seats, 0), 0)) AS vacancies \
            FROM {snapshots} x JOIN committee_posts q ON q.county_id = $1 AND q.term_id = x.term_id \
            LEFT JOIN filled h ON h.standing = x.standing AND h.committee_id = x.committee_id AND h.post = q.post \
            GROUP BY x.standing, x.committee_id)"
    );
    let rows = format!(
        "SELECT x.standing, x.committee_id, x.kind AS committee_kind, x.path, x.day, x.term_id, \
            coalesce(p.places, 0)::bigint AS places, coalesce(p.vacancies, 0)::bigint AS vacancies, \
            x.due_day < x.day AS is_overdue \
         FROM {snapshots} x \
         LEFT JOIN posts p ON p.standing = x.standing AND p.committee_id = x.committee_id \
         WHERE x.term_id IS NOT NULL"
    );
    (tables, rows)
}
