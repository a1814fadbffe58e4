//! The statements that turn the dated records of the pools into facts as of the last day of a quarter. Their parameters
//! and their dating are those of [`super::facts`].

use super::facts::{Extent, LAST_DAY, last_tree};
use crate::records::reserves::settings;

/// What was demanded on the last day (`minimum`, `leaders`, `secretaries`): the county's own settings, else the common
/// ones. Always one row.
fn demanded() -> String {
    let common: Vec<String> = settings::common()
        .iter()
        .map(|version| {
            let end = version.to_day.map_or_else(|| "NULL".to_owned(), |day| format!("DATE '{day}'"));
            format!(
                "(DATE '{}', {end}::date, {}, {}, {})",
                version.from_day,
                version.minimum_per_village,
                version.township_leaders,
                version.village_secretaries
            )
        })
        .collect();
    format!(
        "demanded AS MATERIALIZED (SELECT coalesce(max(minimum), 0) AS minimum, coalesce(max(leaders), 0) AS leaders, \
            coalesce(max(secretaries), 0) AS secretaries \
         FROM (SELECT v.* FROM ( \
                SELECT 1 AS place, from_day, to_day, minimum_per_village AS minimum, township_leaders AS leaders, \
                    village_secretaries AS secretaries FROM reserve_settings WHERE county_id = $1 \
                UNION ALL SELECT 2, c.* FROM (VALUES {}) c) v \
            WHERE v.from_day <= {LAST_DAY} AND (v.to_day IS NULL OR {LAST_DAY} < v.to_day) \
            ORDER BY v.place LIMIT 1) one)",
        common.join(", ")
    )
}

/// Since when the present term of a village runs: that of its Party organisation, else of its committee.
const TERMS: &str = "\
SELECT DISTINCT ON (c.village_id) c.village_id, t.from_day FROM committees c
JOIN committee_terms t ON t.county_id = $1 AND t.committee_id = c.id
    AND t.from_day <= $3 AND (t.ended_on IS NULL OR $3 < t.ended_on)
WHERE c.county_id = $1 AND c.kind IN ('village_party', 'village_committee')
ORDER BY c.village_id, c.kind = 'village_party' DESC, t.from_day DESC";

/// The columns of `reserve_facts`: who stands in a pool on the last day, and who was appointed out of one since the
/// present term of his village began (without a term on record: ever). A mentor who had left by the last day, on paper or
/// not, guides nobody.
pub fn reserves(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, &demanded()), extent.holds("t.path"));
    format!(
        "{with}SELECT r.id AS reserve_id, r.person_id, t.path, r.kind, s.state, s.from_day AS state_from, r.entered_on, \
            who.sex, who.education, who.birth_date, coalesce(tags.sources, '') AS sources, \
            coalesce(guides.leaders, 0) >= d.leaders AND coalesce(guides.secretaries, 0) >= d.secretaries \
                AS fully_mentored \
         FROM reserves r CROSS JOIN demanded d \
         JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id AND s.state <> 'left' \
            AND s.from_day <= {LAST_DAY} AND (s.to_day IS NULL OR {LAST_DAY} < s.to_day) \
         JOIN placed t ON t.id = r.village_id \
         JOIN people who ON who.county_id = $1 AND who.id = r.person_id \
         LEFT JOIN (SELECT reserve_id, string_agg(source, ' ' ORDER BY source) AS sources FROM reserve_sources \
            WHERE county_id = $1 GROUP BY reserve_id) tags ON tags.reserve_id = r.id \
         LEFT JOIN (SELECT m.reserve_id, count(*) FILTER (WHERE m.kind = 'township_leader') AS leaders, \
                count(*) FILTER (WHERE m.kind = 'village_secretary') AS secretaries FROM reserve_mentors m \
            LEFT JOIN find_mentors_who_left($1, {LAST_DAY}, ARRAY(SELECT g.id FROM reserves g \
                JOIN placed t ON t.id = g.village_id WHERE g.county_id = $1 AND {within})) l ON l.mentor_id = m.id \
            WHERE m.county_id = $1 AND m.from_day <= {LAST_DAY} AND (m.to_day IS NULL OR {LAST_DAY} < m.to_day) \
                AND l.mentor_id IS NULL GROUP BY m.reserve_id) guides ON guides.reserve_id = r.id \
         LEFT JOIN ({TERMS}) term ON term.village_id = r.village_id \
         WHERE r.county_id = $1 AND {within} \
            AND (s.state <> 'appointed' OR term.from_day IS NULL OR term.from_day <= s.from_day)"
    )
}

/// The columns of `reserve_village_facts`: every village of the last day, and how many reserve cadres it has.
pub fn villages(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, &demanded()), extent.holds("t.path"));
    format!(
        "{with}SELECT o.id AS village_id, t.path, d.minimum, coalesce(c.reserve_cadres, 0) AS reserve_cadres \
         FROM placed t CROSS JOIN demanded d JOIN organisations o ON o.county_id = $1 AND o.id = t.id \
         LEFT JOIN (SELECT r.village_id, count(*) AS reserve_cadres FROM reserves r \
            JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id \
                AND s.state IN ('in_pool', 'seconded', 'cross_village') \
                AND s.from_day <= {LAST_DAY} AND (s.to_day IS NULL OR {LAST_DAY} < s.to_day) \
            WHERE r.county_id = $1 AND r.kind = 'reserve_cadre' GROUP BY r.village_id) c ON c.village_id = o.id \
         WHERE o.kind IN ('village', 'community') AND (o.founded_on IS NULL OR o.founded_on <= {LAST_DAY}) \
            AND (o.dissolved_on IS NULL OR {LAST_DAY} < o.dissolved_on) AND {within}"
    )
}
