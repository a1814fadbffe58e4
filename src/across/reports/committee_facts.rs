//! The statements that turn committees, terms, seats and ballots into facts as of a quarter.
//!
//! Each committee is looked at twice: on the last day of the quarter (`now`), and on the day before the term began that
//! runs on that day (`before`), which is what a team is compared with. A seat counts on a day when
//! `from_day <= day < to_day`, whatever its term says; villages stand where they stand on the last day of the quarter.

use super::facts::{Extent, LAST_DAY, last_tree};

/// Whether the term `name` runs on a day: one that was not ended runs on past the day it was due.
pub(super) fn runs_on(name: &str, day: &str) -> String {
    format!("{name}.from_day <= {day} AND ({name}.ended_on IS NULL OR {day} < {name}.ended_on)")
}

/// What several tables of facts of the last day begin with: its tree and `snapshots`, each committee on its two days
/// with the term that runs then, if one does. A statement over several tables works it out once.
pub(super) fn common_ground(extent: Extent) -> String {
    let tree = last_tree();
    let within = extent.holds("t.path");
    let (present, earlier) = (runs_on("m", LAST_DAY), runs_on("m", "(p.from_day - 1)"));
    format!(
        "{tree}, \
         present AS MATERIALIZED ( \
            SELECT c.id AS committee_id, c.village_id, c.kind, t.path, {LAST_DAY} AS day, \
                m.id AS term_id, m.from_day, m.due_day \
            FROM committees c JOIN placed t ON t.id = c.village_id \
            LEFT JOIN committee_terms m ON m.county_id = $1 AND m.committee_id = c.id AND {present} \
            WHERE c.county_id = $1 AND {within}), \
         snapshots AS MATERIALIZED ( \
            SELECT 'now' AS standing, p.* FROM present p \
            UNION ALL \
            SELECT 'before', p.committee_id, p.village_id, p.kind, p.path, p.from_day - 1, m.id, m.from_day, m.due_day \
            FROM present p \
            LEFT JOIN committee_terms m ON m.county_id = $1 AND m.committee_id = p.committee_id AND {earlier} \
            WHERE p.from_day IS NOT NULL)"
    )
}

/// Joins the seats that are held on the day of the snapshot `x`.
const HELD: &str = "JOIN seats s ON s.county_id = $1 AND s.committee_id = x.committee_id \
    AND s.from_day <= x.day AND (s.to_day IS NULL OR x.day < s.to_day)";

/// Whether the secretary `s` was not secretary of this village in the term before that of the snapshot `x`.
const NEWLY_ELECTED: &str = "\
NOT EXISTS (SELECT FROM seats e WHERE e.county_id = $1 AND e.person_id = s.person_id AND e.post = 'secretary'
    AND e.committee_id = x.committee_id AND e.term_id = (
        SELECT p.id FROM committee_terms p
        WHERE p.county_id = $1 AND p.committee_id = x.committee_id AND p.from_day < x.from_day
        ORDER BY p.from_day DESC LIMIT 1))";

/// Whether the secretary `s` got every valid ballot when he was elected for his term.
const UNANIMOUS: &str = "\
EXISTS (SELECT FROM elections v JOIN election_ballots b ON b.county_id = $1 AND b.election_id = v.id
    WHERE v.county_id = $1 AND v.term_id = s.term_id AND v.post = 'secretary' AND b.person_id = s.person_id
        AND b.is_elected AND b.votes_for = v.valid)";

/// The columns of `seat_facts`: who sits in the Party organisation and the committee of each village.
pub fn seats(extent: Extent) -> String {
    format!("{}{}", extent.with(|| common_ground(extent), ""), seats_of("snapshots"))
}

/// The columns of `seat_facts` over some snapshots, by the name of their table.
pub(super) fn seats_of(snapshots: &str) -> String {
    format!(
        "SELECT x.standing, s.id AS seat_id, s.person_id, x.kind AS committee_kind, s.post, x.path, x.day, \
            s.education, s.is_party_member, who.sex, who.ethnicity, who.birth_date, \
            bool_or(x.kind = 'village_party') OVER (PARTITION BY s.person_id, x.village_id, x.standing) \
                AND bool_or(x.kind = 'village_committee') OVER (PARTITION BY s.person_id, x.village_id, x.standing) \
                AS is_cross_appointed, \
            CASE WHEN s.post = 'secretary' AND x.term_id IS NOT NULL THEN {NEWLY_ELECTED} ELSE false END \
                AS is_newly_elected, \
            CASE WHEN s.post = 'secretary' THEN {UNANIMOUS} ELSE false END AS is_elected_unanimously, \
            coalesce(o.sources, '') AS sources \
         FROM {snapshots} x {HELD} \
         JOIN people who ON who.county_id = $1 AND who.id = s.person_id \
         LEFT JOIN (SELECT seat_id, string_agg(source, ' ' ORDER BY source) AS sources FROM seat_sources \
            WHERE county_id = $1 GROUP BY seat_id) o ON o.seat_id = s.id \
         WHERE x.kind IN ('village_party', 'village_committee')"
    )
}

/// The columns of `committee_facts`: the committees whose term runs, with the seats that nobody holds.
pub fn committees(extent: Extent) -> String {
    let (tables, rows) = committees_of("snapshots");
    format!("{}{rows}", extent.with(|| common_ground(extent), &tables))
}

/// The columns of `committee_facts` over some snapshots, by the name of their table: the tables that the rows need,
/// and the rows.
pub(super) fn committees_of(snapshots: &str) -> (String, String) {
    let tables = format!(
        "held AS (SELECT x.standing, x.committee_id, s.post, count(*) AS seats FROM {snapshots} x {HELD} \
            GROUP BY x.standing, x.committee_id, s.post), \
         posts AS (SELECT x.standing, x.committee_id, sum(q.places) AS places, \
                sum(greatest(q.places - coalesce(h.seats, 0), 0)) AS vacancies \
            FROM {snapshots} x JOIN committee_posts q ON q.county_id = $1 AND q.term_id = x.term_id \
            LEFT JOIN held h ON h.standing = x.standing AND h.committee_id = x.committee_id AND h.post = q.post \
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
