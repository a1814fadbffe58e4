//! The statement of all findings. It looks at the records as they are when it runs: what contradicts itself does so now.
//! Whether a day has come is asked of the last day of the quarter, or of today while it runs. Its parameters are those of
//! `records::quarters::Ask`; its columns those of `finding_facts`.

use chrono::NaiveDate;

use crate::across::reports::facts::Extent;
use crate::across::reports::reserve_facts;
use crate::base::clock;
use crate::records::quarters::RuleBook;

/// What the statements are made with.
struct Asked<'a> {
    extent: Extent,
    book: &'a RuleBook,
    day: NaiveDate,
}

impl Asked<'_> {
    /// The number that a rule compares with; a rule that is not in force compares with what nothing reaches.
    fn threshold(&self, rule: &str) -> i32 {
        self.book.on(rule, self.day).and_then(|version| version.threshold).unwrap_or(10_000)
    }

    fn day(&self) -> String {
        format!("DATE '{}'", self.day)
    }

    fn within(&self, path: &str) -> String {
        self.extent.holds(path)
    }
}

/// The columns of `finding_facts`: what the rules find of a part of the county.
pub fn findings(extent: Extent, book: &RuleBook, day: NaiveDate) -> String {
    let asked = Asked { extent: extent.alone(), book, day };
    let parts = [
        of_members(&asked),
        of_branches(&asked),
        below_dissolved(&asked),
        reserves_below_minimum(&asked),
        reserves_deceased(&asked),
        reserves_in_post(&asked),
        reserves_mentor_left(&asked),
        term_overdue(&asked),
        seat_after_death(&asked),
    ];
    format!(
        "SELECT DISTINCT ON (x.rule, x.subject_id) x.rule, x.subject_kind, x.subject_id, x.person_id, x.path, x.detail \
         FROM ({}) x ORDER BY x.rule, x.subject_id",
        parts.join(" UNION ALL ")
    )
}

/// The columns of `rule_facts`: the rules in force on a day.
pub fn rules(book: &RuleBook, day: NaiveDate) -> String {
    let line = |rule: &super::Rule| {
        let version = book.on(rule.code, day)?;
        let threshold = version.threshold.map_or_else(|| "NULL".to_owned(), |number| number.to_string());
        // A code of ours, the code of a severity, numbers: nothing holds a quote.
        Some(format!(
            "('{}', '{}', {}, {threshold}::integer)",
            rule.code,
            version.severity.code(),
            version.weight
        ))
    };
    let lines: Vec<String> = super::RULES.iter().filter_map(line).collect();
    format!("SELECT r.* FROM (VALUES {}) r (rule, severity, weight, threshold)", lines.join(", "))
}

/// Everything that is asked of a member, in one pass over the members. A detail is worked out of those only who are found.
fn of_members(asked: &Asked<'_>) -> String {
    let (today, day) = (format!("DATE '{}'", clock::today()), asked.day());
    let register = "m.status = ANY ($9)";
    let on_probation = format!("{register} AND (m.full_member_on IS NULL OR m.full_member_on > {day})");
    let (over, overdue) =
        (asked.threshold("members.probation_over"), asked.threshold("members.probation_overdue"));
    let (age, lost) = (asked.threshold("members.too_young"), asked.threshold("members.lost_for_long"));
    // So many days are never fewer than so many years.
    let young = age.saturating_mul(366);
    let later = |months: i32| format!("(m.joined_on + interval '{months} months')::date");
    let (over, overdue) = (later(over), later(overdue));
    // Nearly everybody is sound: who cannot be is sorted out first, and only of the others each rule is asked.
    format!(
        "SELECT v.rule, 'member' AS subject_kind, m.id AS subject_id, m.person_id, m.path, v.detail \
         FROM (SELECT m.id, m.person_id, m.path, m.status, m.to_day, m.joined_on, m.full_member_on, p.birth_date, \
                o.kind, o.dissolved_on, b.membership_id AS placed, s.membership_id AS standing, \
                a.from_day AS lost_from, c.detail AS class \
            FROM memberships m JOIN people p ON p.county_id = $1 AND p.id = m.person_id \
            LEFT JOIN organisations o ON o.county_id = $1 AND o.id = m.branch_id \
            LEFT JOIN branch_memberships b ON b.county_id = $1 AND b.membership_id = m.id \
                AND b.from_day <= {today} AND (b.to_day IS NULL OR {today} < b.to_day) \
            LEFT JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id AND s.status = ANY ($9) \
                AND s.from_day <= {today} AND (s.to_day IS NULL OR {today} < s.to_day) \
            LEFT JOIN (SELECT membership_id, min(from_day) AS from_day FROM membership_absences \
                WHERE county_id = $1 AND kind = 'lost_contact' \
                    AND from_day <= ({day} - interval '{lost} months')::date \
                    AND (to_day IS NULL OR {day} < to_day) GROUP BY membership_id) a ON a.membership_id = m.id \
            LEFT JOIN ({CLASSES_AFTER_DEATH}) c ON c.membership_id = m.id \
            WHERE m.county_id = $1 AND {within} AND (m.full_member_on IS NULL OR m.full_member_on > {day} \
                OR o.kind <> 'branch' OR o.dissolved_on IS NOT NULL OR b.membership_id IS NULL \
                OR ({register}) IS DISTINCT FROM (m.to_day IS NULL AND s.membership_id IS NOT NULL) \
                OR m.joined_on - p.birth_date < {young} \
                OR a.from_day IS NOT NULL OR c.detail IS NOT NULL) OFFSET 0) m \
         CROSS JOIN LATERAL (VALUES \
            ('members.without_branch', CASE WHEN {register} AND (m.kind <> 'branch' OR m.dissolved_on <= {today} \
                    OR m.placed IS NULL) \
                THEN CASE WHEN m.dissolved_on <= {today} THEN format('所在组织已于%s撤销', m.dissolved_on) \
                    WHEN m.kind <> 'branch' THEN '所在组织不是党支部' ELSE '没有所在党支部的记录' END END), \
            ('members.in_and_out', CASE WHEN ({register}) IS DISTINCT FROM \
                    (m.to_day IS NULL AND m.standing IS NOT NULL) \
                THEN CASE WHEN {register} AND m.to_day IS NOT NULL THEN format('在册，而党籍已于%s结束', m.to_day) \
                    WHEN {register} THEN '在册，而没有今天的在册状态' \
                    ELSE '不在册，而今天的状态为在册' END END), \
            ('members.probation_over', CASE WHEN {on_probation} AND {over} < {day} AND {overdue} >= {day} \
                THEN format('%s加入党组织，%s预备期满', m.joined_on, {over}) END), \
            ('members.probation_overdue', CASE WHEN {on_probation} AND {overdue} < {day} \
                THEN format('%s加入党组织，%s满最长预备期', m.joined_on, {overdue}) END), \
            ('members.too_young', CASE WHEN m.joined_on < (m.birth_date + interval '{age} years')::date \
                THEN format('%s出生，%s加入党组织', m.birth_date, m.joined_on) END), \
            ('members.lost_for_long', CASE WHEN m.lost_from IS NOT NULL AND {register} \
                THEN format('自%s失去联系', m.lost_from) END), \
            ('training.class_after_death', m.class)) v (rule, detail) \
         WHERE v.detail IS NOT NULL",
        within = asked.within("m.path")
    )
}

const CLASSES_AFTER_DEATH: &str = "\
SELECT d.membership_id, format('%s去世，%s参加班次%s', d.from_day, min(c.first_day),
        (array_agg(c.code ORDER BY c.first_day, c.code))[1]) AS detail
    FROM (SELECT membership_id, min(from_day) AS from_day FROM membership_statuses
        WHERE county_id = $1 AND status = 'deceased' GROUP BY membership_id) d
    JOIN training_attendances y ON y.county_id = $1 AND y.membership_id = d.membership_id AND y.hours > 0
    JOIN training_classes c ON c.county_id = $1 AND c.id = y.class_id AND c.first_day > d.from_day
    GROUP BY d.membership_id, d.from_day";

fn of_branches(asked: &Asked<'_>) -> String {
    let day = asked.day();
    let (few, many) = (
        asked.threshold("organisations.branch_below_three"),
        asked.threshold("organisations.branch_above_fifty"),
    );
    format!(
        "SELECT v.rule, 'organisation' AS subject_kind, g.id AS subject_id, NULL::uuid AS person_id, g.path, v.detail \
         FROM (SELECT o.id, o.path, coalesce(m.members, 0) AS members, coalesce(m.\"full\", 0) AS \"full\" \
            FROM organisations o LEFT JOIN (SELECT branch_id, count(*) AS members, \
                    count(*) FILTER (WHERE full_member_on <= {day}) AS \"full\" FROM memberships \
                WHERE county_id = $1 AND status = ANY ($9) GROUP BY branch_id) m ON m.branch_id = o.id \
            WHERE o.county_id = $1 AND o.kind = 'branch' AND {within} \
                AND (o.dissolved_on IS NULL OR o.dissolved_on > {day}) \
                AND (o.founded_on IS NULL OR o.founded_on <= {day})) g \
         CROSS JOIN LATERAL (VALUES \
            ('organisations.branch_below_three', \
                CASE WHEN g.\"full\" < {few} THEN format('正式党员%s人', g.\"full\") END), \
            ('organisations.branch_above_fifty', \
                CASE WHEN g.members > {many} THEN format('在册党员%s人', g.members) END)) v (rule, detail) \
         WHERE v.detail IS NOT NULL",
        within = asked.within("o.path")
    )
}

fn below_dissolved(asked: &Asked<'_>) -> String {
    let today = format!("DATE '{}'", clock::today());
    format!(
        "SELECT 'organisations.below_dissolved' AS rule, 'organisation' AS subject_kind, o.id AS subject_id, \
            NULL::uuid AS person_id, o.path, format('上级“%s”已于%s撤销', h.name, h.dissolved_on) AS detail \
         FROM organisations o JOIN organisations h ON h.county_id = $1 AND h.id = o.parent_id \
         WHERE o.county_id = $1 AND {within} AND h.dissolved_on <= {today} \
            AND (o.dissolved_on IS NULL OR o.dissolved_on > {today})",
        within = asked.within("o.path")
    )
}

fn reserves_below_minimum(asked: &Asked<'_>) -> String {
    format!(
        "SELECT 'reserves.below_minimum' AS rule, 'organisation' AS subject_kind, v.village_id AS subject_id, \
            NULL::uuid AS person_id, o.path, \
            format('后备干部%s人，应不少于%s人', v.reserve_cadres, v.minimum) AS detail \
         FROM ({}) v JOIN organisations o ON o.county_id = $1 AND o.id = v.village_id \
         WHERE v.reserve_cadres < v.minimum AND {within}",
        reserve_facts::villages(asked.extent),
        within = asked.within("o.path")
    )
}

/// People whose membership ended with their death.
const DECEASED: &str = "\
(SELECT m.person_id, min(s.from_day) AS died_on FROM memberships m
    JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id AND s.status = 'deceased'
    WHERE m.county_id = $1 GROUP BY m.person_id)";

fn reserves_deceased(asked: &Asked<'_>) -> String {
    let day = asked.day();
    format!(
        "SELECT 'reserves.deceased' AS rule, 'reserve' AS subject_kind, r.id AS subject_id, r.person_id, r.path, \
            format('已于%s去世', d.died_on) AS detail FROM {DECEASED} d \
         JOIN reserves r ON r.county_id = $1 AND r.person_id = d.person_id \
         JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id \
            AND s.state IN ('in_pool', 'seconded', 'cross_village') \
            AND s.from_day <= {day} AND (s.to_day IS NULL OR {day} < s.to_day) \
         WHERE d.died_on <= {day} AND {within}",
        within = asked.within("r.path")
    )
}

/// Reserve cadres who sit in a Party organisation or committee of a village; supervision is no post in this sense
/// (`records::reserves`).
fn reserves_in_post(asked: &Asked<'_>) -> String {
    let day = asked.day();
    format!(
        "SELECT 'reserves.in_post' AS rule, 'reserve' AS subject_kind, h.reserve_id AS subject_id, h.person_id, h.path, \
            format('自%s起在%s任职', h.from_day, h.village) AS detail \
         FROM (SELECT DISTINCT ON (r.id) r.id AS reserve_id, r.person_id, r.path, t.from_day, o.name AS village \
            FROM reserves r JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id \
                AND s.state IN ('in_pool', 'seconded', 'cross_village') \
                AND s.from_day <= {day} AND (s.to_day IS NULL OR {day} < s.to_day) \
            JOIN seats t ON t.county_id = $1 AND t.person_id = r.person_id \
                AND t.from_day <= {day} AND (t.to_day IS NULL OR {day} < t.to_day) \
            JOIN committees c ON c.county_id = $1 AND c.id = t.committee_id AND c.kind <> 'supervision_committee' \
            JOIN organisations o ON o.county_id = $1 AND o.id = c.village_id \
            WHERE r.county_id = $1 AND r.kind = 'reserve_cadre' AND {within} \
            ORDER BY r.id, t.from_day, t.id) h",
        within = asked.within("r.path")
    )
}

fn reserves_mentor_left(asked: &Asked<'_>) -> String {
    let day = asked.day();
    format!(
        "SELECT 'reserves.mentor_left' AS rule, 'reserve' AS subject_kind, r.id AS subject_id, r.person_id, r.path, \
            string_agg(CASE WHEN l.status IS NULL THEN format('%s自%s起不再担任该村书记', m.name, l.left_on) \
                ELSE format('%s自%s起不在册', m.name, l.left_on) END, '；' ORDER BY l.left_on, m.name) AS detail \
         FROM find_mentors_who_left($1, {day}, ARRAY(SELECT g.id FROM reserves g WHERE g.county_id = $1 AND {guided})) l \
         JOIN reserve_mentors m ON m.county_id = $1 AND m.id = l.mentor_id \
         JOIN reserves r ON r.county_id = $1 AND r.id = l.reserve_id \
         JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id \
            AND s.state IN ('in_pool', 'seconded', 'cross_village') \
            AND s.from_day <= {day} AND (s.to_day IS NULL OR {day} < s.to_day) \
         WHERE {within} GROUP BY r.id, r.person_id, r.path",
        within = asked.within("r.path"),
        guided = asked.within("g.path")
    )
}

fn term_overdue(asked: &Asked<'_>) -> String {
    let day = asked.day();
    format!(
        "SELECT 'committees.term_overdue' AS rule, 'committee' AS subject_kind, c.id AS subject_id, \
            NULL::uuid AS person_id, c.path, \
            format('%s第%s届，%s届满', CASE c.kind WHEN 'village_party' THEN '村党组织' \
                WHEN 'village_committee' THEN '村（居）民委员会' ELSE '村务监督委员会' END, t.ordinal, t.due_day) AS detail \
         FROM committees c JOIN committee_terms t ON t.county_id = $1 AND t.committee_id = c.id \
            AND t.ended_on IS NULL AND t.from_day <= {day} AND t.due_day < {day} \
         WHERE c.county_id = $1 AND {within}",
        within = asked.within("c.path")
    )
}

fn seat_after_death(asked: &Asked<'_>) -> String {
    let day = asked.day();
    format!(
        "SELECT 'committees.seat_after_death' AS rule, 'seat' AS subject_kind, s.id AS subject_id, s.person_id, s.path, \
            format('已于%s去世', d.died_on) AS detail FROM {DECEASED} d \
         JOIN seats s ON s.county_id = $1 AND s.person_id = d.person_id \
            AND s.from_day <= {day} AND (s.to_day IS NULL OR {day} < s.to_day) \
         WHERE d.died_on < {day} AND {within}",
        within = asked.within("s.path")
    )
}
