//! The statements that turn programmes, classes and attendances into facts as of the last day of a quarter. Their
//! parameters and their dating are those of [`super::facts`].

use super::facts::{Extent, LAST_DAY, last_tree};
use crate::records::training::settings;

/// The county's primary programme that runs on the last day, with what it demands that day (`statuses`, `occupations`,
/// `exempt_age`) and the sum of the floors of its years that are over (`required_percent`). One row or none.
const PROGRAMME: &str = "\
programme AS MATERIALIZED (SELECT p.id, string_to_array(d.statuses, ' ') AS statuses,
        string_to_array(d.occupations, ' ') AS occupations, d.exempt_age,
        coalesce((SELECT sum(f.percent) FROM training_floors f WHERE f.county_id = $1 AND f.demand_id = d.id
            AND (p.from_day + make_interval(years => f.year))::date - 1 <= $3::date), 0)::integer AS required_percent
    FROM training_programmes p
    JOIN training_demands d ON d.county_id = $1 AND d.programme_id = p.id
        AND d.from_day <= $3::date AND (d.to_day IS NULL OR $3::date < d.to_day)
    WHERE p.county_id = $1 AND p.is_primary AND p.from_day <= $3::date AND $3::date < p.to_day)";

/// How many tenths of hours were demanded on the last day (`member_tenths`, `leader_tenths`) and since when the planning
/// period runs (`planning_from`): the county's own settings, else the common ones. Always one row.
fn demanded() -> String {
    let common: Vec<String> = settings::common()
        .iter()
        .map(|version| {
            let end = version.to_day.map_or_else(|| "NULL".to_owned(), |day| format!("DATE '{day}'"));
            format!(
                "(DATE '{}', {end}::date, {}, {}, DATE '{}')",
                version.from_day, version.member_hours, version.leader_hours, version.planning_from
            )
        })
        .collect();
    format!(
        "demanded AS MATERIALIZED (SELECT coalesce(max(member_hours), 0) * 10 AS member_tenths, \
            coalesce(max(leader_hours), 0) * 10 AS leader_tenths, \
            coalesce(max(planning_from), {LAST_DAY}) AS planning_from \
         FROM (SELECT v.* FROM ( \
                SELECT 1 AS place, from_day, to_day, member_hours, leader_hours, planning_from FROM training_settings \
                    WHERE county_id = $1 \
                UNION ALL SELECT 2, c.* FROM (VALUES {}) c) v \
            WHERE v.from_day <= {LAST_DAY} AND (v.to_day IS NULL OR {LAST_DAY} < v.to_day) \
            ORDER BY v.place LIMIT 1) one)",
        common.join(", ")
    )
}

fn own() -> String {
    format!("{PROGRAMME}, {}", demanded())
}

/// Tenths of hours of each member in the calendar year of the last day, up to that day.
const HOURS: &str = "\
SELECT a.membership_id, sum(a.hours * 10)::integer AS tenths FROM training_attendances a
JOIN training_classes c ON c.county_id = $1 AND c.id = a.class_id
    AND c.last_day BETWEEN date_trunc('year', $3::timestamp)::date AND $3::date
WHERE a.county_id = $1 GROUP BY a.membership_id";

/// Who sits in the Party organisation of a village on the last day.
const SITTING: &str = "\
SELECT DISTINCT s.person_id FROM seats s
JOIN committees c ON c.county_id = $1 AND c.id = s.committee_id AND c.kind = 'village_party'
WHERE s.county_id = $1 AND s.from_day <= $3::date AND (s.to_day IS NULL OR $3::date < s.to_day)";

/// The columns of `training_facts`: whom the programme in force is to train, the exempt left out, and how far each is.
pub fn members(extent: Extent) -> String {
    let (with, places) = (extent.with(last_tree, &own()), extent.places());
    format!(
        "{with}SELECT p.membership_id, p.person_id, p.path, g.id AS programme_id, t.passed_on, g.required_percent, \
            coalesce(h.tenths, 0) AS tenths, l.person_id IS NOT NULL OR p.party_post IS NOT NULL AS is_leader, \
            d.member_tenths AS demanded_tenths, d.leader_tenths \
         FROM ({places} OFFSET 0) p CROSS JOIN programme g CROSS JOIN demanded d \
         LEFT JOIN training_completions t ON t.county_id = $1 AND t.programme_id = g.id \
            AND t.membership_id = p.membership_id AND t.passed_on <= {LAST_DAY} \
         LEFT JOIN ({HOURS}) h ON h.membership_id = p.membership_id \
         LEFT JOIN ({SITTING}) l ON l.person_id = p.person_id \
         WHERE p.status = ANY (g.statuses) AND (g.occupations = '{{}}' OR p.occupation = ANY (g.occupations)) \
            AND (g.exempt_age IS NULL OR g.exempt_age > (SELECT date_part('year', \
                age({LAST_DAY}::timestamp, who.birth_date::timestamp)) FROM people who \
                WHERE who.county_id = $1 AND who.id = p.person_id)) \
            AND NOT EXISTS (SELECT FROM training_exemptions x \
            WHERE x.county_id = $1 AND x.membership_id = p.membership_id AND x.from_day <= {LAST_DAY} \
                AND (x.to_day IS NULL OR {LAST_DAY} < x.to_day))"
    )
}

/// Whether a class of the programme in force ended in the quarter.
const IN_QUARTER: &str = "c.last_day >= $2::date AND c.programme_id IS NOT DISTINCT FROM g.id";

/// The columns of `training_class_facts`: classes that were held in the quarter, micro-lessons and lectures that were
/// held since the planning period began.
pub fn classes(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, &own()), extent.holds("t.path"));
    format!(
        "{with}SELECT c.id AS class_id, c.kind, t.path, c.last_day, {IN_QUARTER} AS in_quarter \
         FROM training_classes c CROSS JOIN demanded d LEFT JOIN programme g ON true \
         JOIN placed t ON t.id = c.organisation_id \
         WHERE c.county_id = $1 AND c.state IN ('held', 'closed') AND c.last_day <= {LAST_DAY} \
            AND ({IN_QUARTER} OR c.kind <> 'class' AND c.last_day >= d.planning_from) AND {within}"
    )
}

/// The columns of `training_attendance_facts`: who came to classes in the quarter, and to classes outside the county
/// since the planning period began; each where he stood on the last day of the class.
pub fn attendances(extent: Extent) -> String {
    let (with, within) = (extent.with(last_tree, &own()), extent.holds("t.path"));
    let away = "(c.is_away AND c.last_day >= d.planning_from)";
    format!(
        "{with}SELECT c.id AS class_id, a.membership_id, m.person_id, t.path, c.last_day, {away} AS is_away, \
            {IN_QUARTER} AS in_quarter \
         FROM training_classes c CROSS JOIN demanded d LEFT JOIN programme g ON true \
         JOIN training_attendances a ON a.county_id = $1 AND a.class_id = c.id AND a.hours > 0 \
         JOIN memberships m ON m.county_id = $1 AND m.id = a.membership_id \
         JOIN branch_memberships b ON b.county_id = $1 AND b.membership_id = a.membership_id \
            AND b.from_day <= c.last_day AND (b.to_day IS NULL OR c.last_day < b.to_day) \
         JOIN placed t ON t.id = b.branch_id \
         WHERE c.county_id = $1 AND c.kind = 'class' AND c.last_day <= {LAST_DAY} \
            AND ({IN_QUARTER} OR {away}) AND {within}"
    )
}
