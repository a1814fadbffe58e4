//! The rules of data quality, one table. Statements look at the records as they are today and take the parameters of
//! [`super::Asked::about`]; each selects `id`, `name`, `place` and `detail`.

use crate::across::reports::facts::Extent;
use crate::across::reports::reserve_facts;

/// How grave a finding is; the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Records contradict each other: figures are wrong until it is mended.
    Error,
    /// It looks wrong, or something is overdue.
    Warning,
    /// A duty is not met; the records may be right.
    Notice,
}

impl Severity {
    /// In Chinese.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "错误",
            Self::Warning => "警告",
            Self::Notice => "提示",
        }
    }
}

/// What the rows of a finding are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// Memberships.
    Member,
    /// Organisations.
    Organisation,
    /// Committees.
    Committee,
    /// Seats of committees.
    Seat,
    /// People in a pool of reserves.
    Reserve,
}

/// A rule.
pub struct Rule {
    /// Its code.
    pub code: &'static str,
    /// How grave a breach is.
    pub severity: Severity,
    /// What its rows are.
    pub subject: Subject,
    /// The regulation or the invariant behind it.
    pub source: &'static str,
    /// What is wrong.
    pub message: &'static str,
    /// The way out.
    pub hint: &'static str,
    /// The statement.
    pub select: fn() -> String,
}

/// All rules that are statements; `members.identity` compares what only the key opens.
pub const RULES: &[Rule] = &[
    Rule {
        code: "members.without_branch",
        severity: Severity::Error,
        subject: Subject::Member,
        source: "《中国共产党章程》第八条：每个党员必须编入一个支部",
        message: "下列在册党员今天不在任何党支部，或所在组织已撤销、不是党支部。",
        hint: "办理组织关系转移，或更正所在党支部的起止日期。",
        select: without_branch,
    },
    Rule {
        code: "members.in_and_out",
        severity: Severity::Error,
        subject: Subject::Member,
        source: "记录约定：停止党籍以外的出党、去世、转出当天结束党籍，在册者党籍未结束",
        message: "下列党员既在册又不在册：党籍状态与党籍起止、所在支部的记录互相矛盾。",
        hint: "核对最近一次党籍变动，补登或更正日期。",
        select: in_and_out,
    },
    Rule {
        code: "members.probation_over",
        severity: Severity::Notice,
        subject: Subject::Member,
        source: PROBATION,
        message: "下列预备党员的预备期已满一年，还没有转正记录；支部大会决定延长的，本系统不登记延长，属正常情形。",
        hint: "讨论转正并登记；已转正的补登转正日期；依规延长的，待延长期满后办理。",
        select: probation_over,
    },
    Rule {
        code: "members.probation_overdue",
        severity: Severity::Warning,
        subject: Subject::Member,
        source: PROBATION,
        message: "下列预备党员加入党组织已满两年，即使延长过一次，预备期也已期满，还没有转正或取消资格的记录。",
        hint: "登记转正日期；取消预备党员资格的登记出党；加入党组织日期有误的请更正。",
        select: probation_overdue,
    },
    Rule {
        code: "members.too_young",
        severity: Severity::Error,
        subject: Subject::Member,
        source: "《中国共产党章程》第一条：年满十八岁可以申请入党",
        message: "下列党员加入党组织时不满十八周岁。",
        hint: "核对出生日期和加入党组织日期，更正错的一个。",
        select: too_young,
    },
    Rule {
        code: "members.lost_for_long",
        severity: Severity::Warning,
        subject: Subject::Member,
        source: "《中国共产党党员教育管理工作条例》第二十四条：失去联系六个月以上、查找仍无下落的，停止党籍",
        message: "下列党员失去联系已满六个月，仍为在册。",
        hint: "继续查找；仍联系不上的，按规定办理停止党籍。",
        select: lost_for_long,
    },
    Rule {
        code: "organisations.branch_below_three",
        severity: Severity::Notice,
        subject: Subject::Organisation,
        source: "《中国共产党支部工作条例（试行）》第五条：有正式党员三人以上的，成立党支部",
        message: "下列党支部的正式党员不足三人。",
        hint: "与邻近单位建立联合党支部，或把党员编入其他支部；人数有误的核对党员记录。",
        select: branch_below_three,
    },
    Rule {
        code: "organisations.branch_above_fifty",
        severity: Severity::Notice,
        subject: Subject::Organisation,
        source: "《中国共产党支部工作条例（试行）》第五条：党支部党员人数一般不超过五十人",
        message: "下列党支部的在册党员超过五十人。",
        hint: "可以分设党支部，或经批准成立党总支。",
        select: branch_above_fifty,
    },
    Rule {
        code: "organisations.below_dissolved",
        severity: Severity::Error,
        subject: Subject::Organisation,
        source: "记录约定：存在的组织隶属于存在的组织",
        message: "下列组织的上级已经撤销。",
        hint: "变更隶属关系，或登记这个组织的撤销日期。",
        select: below_dissolved,
    },
    Rule {
        code: "training.class_after_death",
        severity: Severity::Error,
        subject: Subject::Member,
        source: "记录约定：去世以后没有到课",
        message: "下列党员在去世日期之后有到课记录。",
        hint: "核对去世日期和到课登记，更正错的一个。",
        select: class_after_death,
    },
    Rule {
        code: "reserves.below_minimum",
        severity: Severity::Notice,
        subject: Subject::Organisation,
        source: "县（区）后备干部设置：每村（社区）最少储备人数",
        message: "下列村（社区）的后备干部少于规定人数。",
        hint: "补充后备人选；已入库而未录入的请补录。",
        select: reserves_below_minimum,
    },
    Rule {
        code: "reserves.deceased",
        severity: Severity::Error,
        subject: Subject::Reserve,
        source: "记录约定：去世的人不在库",
        message: "下列后备干部已登记去世，仍在库。",
        hint: "办理退出，或更正党籍记录中的去世日期。",
        select: reserves_deceased,
    },
    Rule {
        code: "committees.term_overdue",
        severity: Severity::Warning,
        subject: Subject::Committee,
        source: "《中国共产党章程》第三十条、《村民委员会组织法》第十一条：每届任期五年",
        message: "下列班子任期已满，还没有换届记录。",
        hint: "换届后登记新一届；任期届满日期有误的请更正。",
        select: term_overdue,
    },
    Rule {
        code: "committees.seat_after_death",
        severity: Severity::Error,
        subject: Subject::Seat,
        source: "记录约定：去世的人不任职",
        message: "下列班子成员已登记去世，任职仍未结束。",
        hint: "登记离职日期和原因，或更正党籍记录中的去世日期。",
        select: seat_after_death,
    },
];

/// A membership `m` with its person `p` and its branch `o`, inside the organisation.
const MEMBERS: &str = "\
memberships m JOIN people p ON p.county_id = $1 AND p.id = m.person_id
LEFT JOIN organisations o ON o.county_id = $1 AND o.id = m.branch_id
WHERE m.county_id = $1 AND m.path >= $2 AND m.path < $5";

fn of_members(detail: &str, condition: &str) -> String {
    format!("SELECT m.id, p.name, o.name AS place, {detail} AS detail FROM {MEMBERS} AND {condition}")
}

fn without_branch() -> String {
    of_members(
        "CASE WHEN o.dissolved_on <= $3 THEN format('所在组织已于%s撤销', o.dissolved_on) \
            WHEN o.kind <> 'branch' THEN '所在组织不是党支部' ELSE '没有所在党支部的记录' END",
        "m.status = ANY ($6) AND (o.kind <> 'branch' OR o.dissolved_on <= $3 \
            OR NOT EXISTS (SELECT FROM branch_memberships b WHERE b.county_id = $1 AND b.membership_id = m.id \
                AND b.from_day <= $3 AND (b.to_day IS NULL OR $3 < b.to_day)))",
    )
}

fn in_and_out() -> String {
    of_members(
        "CASE WHEN m.status = ANY ($6) AND m.to_day IS NOT NULL THEN format('在册，而党籍已于%s结束', m.to_day) \
            WHEN m.status = ANY ($6) THEN '在册，而没有今天的在册状态' \
            ELSE '不在册，而今天的状态为在册' END",
        "(m.status = ANY ($6)) IS DISTINCT FROM (m.to_day IS NULL AND EXISTS (SELECT FROM membership_statuses s \
            WHERE s.county_id = $1 AND s.membership_id = m.id AND s.status = ANY ($6) \
                AND s.from_day <= $3 AND (s.to_day IS NULL OR $3 < s.to_day)))",
    )
}

/// The record knows of no extension: from one year to two it may be one, after two years it is none.
const PROBATION: &str = "《中国共产党章程》第七条：预备期为一年，可延长一次，最长不超过一年";

fn on_probation(detail: &str, joined: &str) -> String {
    let condition =
        format!("m.status = ANY ($6) AND (m.full_member_on IS NULL OR m.full_member_on > $3) AND {joined}");
    of_members(detail, &condition)
}

fn probation_over() -> String {
    on_probation(
        "format('%s加入党组织，%s预备期满一年', m.joined_on, (m.joined_on + interval '1 year')::date)",
        "(m.joined_on + interval '1 year')::date < $3 AND (m.joined_on + interval '2 years')::date >= $3",
    )
}

fn probation_overdue() -> String {
    on_probation(
        "format('%s加入党组织，%s满两年', m.joined_on, (m.joined_on + interval '2 years')::date)",
        "(m.joined_on + interval '2 years')::date < $3",
    )
}

fn too_young() -> String {
    of_members(
        "format('%s出生，%s加入党组织', p.birth_date, m.joined_on)",
        "m.joined_on < (p.birth_date + interval '18 years')::date",
    )
}

fn lost_for_long() -> String {
    format!(
        "SELECT m.id, p.name, o.name AS place, format('自%s失去联系', a.from_day) AS detail \
         FROM (SELECT membership_id, min(from_day) AS from_day FROM membership_absences \
            WHERE county_id = $1 AND kind = 'lost_contact' AND from_day <= ($3::date - interval '6 months')::date \
                AND (to_day IS NULL OR $3 < to_day) GROUP BY membership_id) a CROSS JOIN {MEMBERS} \
            AND m.id = a.membership_id AND m.status = ANY ($6)"
    )
}

fn of_branches(detail: &str, having: &str) -> String {
    format!(
        "SELECT o.id, o.name, h.name AS place, {detail} AS detail FROM organisations o \
         LEFT JOIN organisations h ON h.county_id = $1 AND h.id = o.parent_id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.branch_id = o.id AND m.status = ANY ($6) \
         WHERE o.county_id = $1 AND o.kind = 'branch' AND o.path >= $2 AND o.path < $5 \
            AND (o.dissolved_on IS NULL OR o.dissolved_on > $3) AND (o.founded_on IS NULL OR o.founded_on <= $3) \
         GROUP BY o.id, o.name, h.name HAVING {having}"
    )
}

fn branch_below_three() -> String {
    let full = "count(m.id) FILTER (WHERE m.full_member_on <= $3)";
    of_branches(&format!("format('正式党员%s人', {full})"), &format!("{full} < 3"))
}

fn branch_above_fifty() -> String {
    of_branches("format('在册党员%s人', count(m.id))", "count(m.id) > 50")
}

fn below_dissolved() -> String {
    "SELECT o.id, o.name, h.name AS place, format('上级“%s”已于%s撤销', h.name, h.dissolved_on) AS detail \
     FROM organisations o JOIN organisations h ON h.county_id = $1 AND h.id = o.parent_id \
     WHERE o.county_id = $1 AND o.path >= $2 AND o.path < $5 AND h.dissolved_on <= $3 \
        AND (o.dissolved_on IS NULL OR o.dissolved_on > $3)"
        .to_owned()
}

fn class_after_death() -> String {
    format!(
        "SELECT m.id, p.name, o.name AS place, \
            format('%s去世，%s参加班次%s', d.from_day, min(c.first_day), \
                (array_agg(c.code ORDER BY c.first_day, c.code))[1]) AS detail \
         FROM (SELECT membership_id, min(from_day) AS from_day FROM membership_statuses \
            WHERE county_id = $1 AND status = 'deceased' GROUP BY membership_id) d \
         JOIN training_attendances y ON y.county_id = $1 AND y.membership_id = d.membership_id AND y.hours > 0 \
         JOIN training_classes c ON c.county_id = $1 AND c.id = y.class_id AND c.first_day > d.from_day \
         CROSS JOIN {MEMBERS} AND m.id = d.membership_id GROUP BY m.id, p.name, o.name, d.from_day"
    )
}

fn reserves_below_minimum() -> String {
    format!(
        "SELECT o.id, o.name, h.name AS place, format('后备干部%s人，应不少于%s人', v.reserve_cadres, v.minimum) \
            AS detail \
         FROM ({}) v JOIN organisations o ON o.county_id = $1 AND o.id = v.village_id \
         LEFT JOIN organisations h ON h.county_id = $1 AND h.id = o.parent_id \
         WHERE v.reserve_cadres < v.minimum AND o.path >= $2 AND o.path < $5",
        reserve_facts::villages(Extent::COUNTY)
    )
}

/// People whose membership ended with their death.
const DECEASED: &str = "\
(SELECT m.person_id, min(s.from_day) AS died_on FROM memberships m
    JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id AND s.status = 'deceased'
    WHERE m.county_id = $1 GROUP BY m.person_id)";

fn reserves_deceased() -> String {
    format!(
        "SELECT r.id, p.name, o.name AS place, format('已于%s去世', d.died_on) AS detail FROM {DECEASED} d \
         JOIN reserves r ON r.county_id = $1 AND r.person_id = d.person_id \
         JOIN reserve_states s ON s.county_id = $1 AND s.reserve_id = r.id \
            AND s.state IN ('in_pool', 'seconded', 'cross_village') \
            AND s.from_day <= $3 AND (s.to_day IS NULL OR $3 < s.to_day) \
         JOIN people p ON p.county_id = $1 AND p.id = d.person_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = r.village_id \
         WHERE r.path >= $2 AND r.path < $5 AND d.died_on <= $3"
    )
}

fn term_overdue() -> String {
    "SELECT c.id, o.name, h.name AS place, \
        format('%s第%s届，%s届满', CASE c.kind WHEN 'village_party' THEN '村党组织' \
            WHEN 'village_committee' THEN '村（居）民委员会' ELSE '村务监督委员会' END, t.ordinal, t.due_day) AS detail \
     FROM committees c JOIN committee_terms t ON t.county_id = $1 AND t.committee_id = c.id \
        AND t.ended_on IS NULL AND t.from_day <= $3 AND t.due_day < $3 \
     JOIN organisations o ON o.county_id = $1 AND o.id = c.village_id \
     LEFT JOIN organisations h ON h.county_id = $1 AND h.id = o.parent_id \
     WHERE c.county_id = $1 AND c.path >= $2 AND c.path < $5"
        .to_owned()
}

fn seat_after_death() -> String {
    format!(
        "SELECT s.id, p.name, o.name AS place, format('已于%s去世', d.died_on) AS detail FROM {DECEASED} d \
         JOIN seats s ON s.county_id = $1 AND s.person_id = d.person_id \
            AND s.from_day <= $3 AND (s.to_day IS NULL OR $3 < s.to_day) \
         JOIN committees c ON c.county_id = $1 AND c.id = s.committee_id \
         JOIN people p ON p.county_id = $1 AND p.id = d.person_id \
         JOIN organisations o ON o.county_id = $1 AND o.id = c.village_id \
         WHERE s.path >= $2 AND s.path < $5 AND d.died_on < $3"
    )
}
