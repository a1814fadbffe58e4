//! The statements that turn effective-dated records into facts as of a date: one per table of facts, used both to
//! freeze a quarter and to compute an open one. Their parameters are those of [`quarters::Ask`].
//!
//! Dating: ranges are half-open and end at midnight in China, so a fact holds on `day` when
//! `from_day <= day < to_day`. The tree is that of the day; an organisation counts from its founding to the day before
//! its dissolution, its members wherever they stand.
//!
//! [`quarters::Ask`]: crate::records::quarters::Ask

use crate::records::organisations::tree::{tree, tree_over};

/// The last day of the quarter.
pub(super) const LAST_DAY: &str = "$3::date";
/// The last day of the quarter before.
const DAY_BEFORE: &str = "($2::date - 1)";

/// The organisation that is asked about, in statements about one.
pub(super) const TOP: &str = "($4::text[])[1]";

/// Whether the place `path` is the organisation of `code` or below it, in the tree that the path was spelt in.
pub(super) fn inside(path: &str, code: &str) -> String {
    format!("coalesce(strpos('/' || {path}, '/' || {code} || '/') > 0, false)")
}

/// Which part of the county a statement looks at, and what the statement around it has worked out already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    whole_county: bool,
    on_common_ground: bool,
    has_standing: bool,
}

impl Extent {
    /// All of the county, in a statement of its own.
    pub const COUNTY: Self = Self { whole_county: true, on_common_ground: false, has_standing: false };
    /// The organisations that are asked about and what stands below them, in a statement of its own.
    pub const ORGANISATIONS: Self =
        Self { whole_county: false, on_common_ground: false, has_standing: false };

    /// The same within a statement that begins with the common ground of its tables, as
    /// [`common_ground`](super::committee_facts::common_ground) gives it.
    pub fn on_common_ground(self) -> Self {
        Self { on_common_ground: true, ..self }
    }

    /// The same where that ground has worked out who stands where already ([`Extent::standing`]).
    pub fn has_standing(self, has_standing: bool) -> Self {
        Self { has_standing, ..self }
    }

    /// The same in a statement of its own.
    pub fn alone(self) -> Self {
        Self { on_common_ground: false, has_standing: false, ..self }
    }

    /// Who is in the register on the last day, and where, as the table `standing`: for statements that ask twice.
    pub fn standing(self) -> String {
        format!("standing AS MATERIALIZED ({})", places(LAST_DAY, self))
    }

    /// Who is in the register on the last day, and where.
    pub(super) fn places(self) -> String {
        if self.has_standing { "SELECT * FROM standing".to_owned() } else { places(LAST_DAY, self) }
    }

    /// The condition on a path.
    pub(super) fn holds(self, path: &str) -> String {
        if self.whole_county { "true".to_owned() } else { format!("string_to_array({path}, '/') && $4") }
    }

    /// Begins a statement that needs `ground`, and tables of its `own`.
    pub(super) fn with(self, ground: impl FnOnce() -> String, own: &str) -> String {
        match (self.on_common_ground, own.is_empty()) {
            (true, true) => String::new(),
            (true, false) => format!("WITH {own} "),
            (false, true) => format!("WITH RECURSIVE {} ", ground()),
            (false, false) => format!("WITH RECURSIVE {}, {own} ", ground()),
        }
    }

    /// Begins a statement that needs the tree of the last day.
    fn with_tree(self) -> String {
        self.with(last_tree, "")
    }
}

/// `days` with one day.
pub(super) fn tree_of(day: &str) -> String {
    tree(&format!("SELECT {day}, NULL::date"))
}

/// The tree of the last day of the quarter.
pub(super) fn last_tree() -> String {
    tree_of(LAST_DAY)
}

/// The tree of the last day as far as it stands above some organisations, which a statement selects.
pub(super) fn last_tree_above(organisations: &str) -> String {
    format!(
        "concerned (id) AS ({organisations} UNION SELECT p.parent_id FROM concerned c \
            JOIN organisation_parents p ON p.county_id = $1 AND p.organisation_id = c.id \
            WHERE p.parent_id IS NOT NULL), \
         {}",
        tree_over(&format!("SELECT {LAST_DAY}, NULL::date"), " AND o.id IN (SELECT id FROM concerned)")
    )
}

/// Who is in the register on `day`, and where. Needs `placed` of that day alone.
fn places(day: &str, extent: Extent) -> String {
    let within = extent.holds("t.path");
    format!(
        "SELECT m.id AS membership_id, m.person_id, b.branch_id, t.path, s.status, m.joined_on, m.full_member_on, \
            m.occupation, m.party_post \
         FROM memberships m \
         JOIN branch_memberships b ON b.county_id = $1 AND b.membership_id = m.id \
            AND b.from_day <= {day} AND (b.to_day IS NULL OR {day} < b.to_day) \
         JOIN membership_statuses s ON s.county_id = $1 AND s.membership_id = m.id AND s.status = ANY ($9) \
            AND s.from_day <= {day} AND (s.to_day IS NULL OR {day} < s.to_day) \
         JOIN placed t ON t.id = b.branch_id \
         WHERE m.county_id = $1 AND m.from_day <= {day} AND (m.to_day IS NULL OR {day} < m.to_day) AND {within}"
    )
}

/// The stars of each member: his confirmed rating in the last confirmed round of whoever rated him, by the county's
/// primary member scheme, among rounds whose period ended by the last day. From the newest round back, so that the years
/// before it cost nothing.
const STARS: &str = "\
SELECT DISTINCT ON (r.membership_id) r.membership_id, r.id AS rating_id, r.stars
FROM (SELECT organisation_id FROM rating_rounds WHERE county_id = $1 GROUP BY organisation_id) u
    CROSS JOIN LATERAL (SELECT n.id, n.last_day FROM (SELECT o.id, o.last_day FROM rating_rounds o
            JOIN rating_schemes s ON s.county_id = $1 AND s.id = o.scheme_id
            JOIN rating_schemes p ON p.county_id = $1 AND p.code = s.code AND p.is_primary AND p.subject_kind = 'member'
                AND p.from_day <= $3 AND (p.to_day IS NULL OR $3 < p.to_day)
            WHERE o.county_id = $1 AND o.organisation_id = u.organisation_id AND o.last_day <= $3
            ORDER BY o.last_day DESC, o.id OFFSET 0) n
        WHERE (SELECT true FROM ratings c
            WHERE c.county_id = $1 AND c.round_id = n.id AND c.state IN ('confirmed', 'published', 'objected') LIMIT 1)
        ORDER BY n.last_day DESC, n.id LIMIT 1) last_round
    JOIN ratings r ON r.county_id = $1 AND r.round_id = last_round.id AND r.state IN ('confirmed', 'published', 'objected')
ORDER BY r.membership_id, last_round.last_day DESC, r.id";

/// The columns of `member_facts`: who is in the register on the last day, and all that figures ask of him. His stars
/// are those of the last confirmed round, among rounds of his organisation that ended by that day, of the county's
/// primary member scheme.
pub fn members(extent: Extent) -> String {
    let with_tree = extent.with_tree();
    let places = extent.places();
    format!(
        "{with_tree}SELECT p.membership_id, p.person_id, p.branch_id, p.path, p.status, \
            CASE WHEN p.full_member_on <= {LAST_DAY} THEN 'full' ELSE 'probationary' END AS category, p.joined_on, \
            CASE WHEN p.full_member_on <= {LAST_DAY} THEN p.full_member_on END AS full_member_on, \
            who.sex, who.ethnicity, who.education, who.birth_date, \
            coalesce(a.floating, false) AS floating, coalesce(a.lost_contact, false) AS lost_contact, \
            r.rating_id, r.stars \
         FROM ({places}) p \
         JOIN people who ON who.county_id = $1 AND who.id = p.person_id \
         LEFT JOIN (SELECT membership_id, bool_or(kind = 'floating') AS floating, \
                bool_or(kind = 'lost_contact') AS lost_contact FROM membership_absences \
                WHERE county_id = $1 AND from_day <= {LAST_DAY} AND (to_day IS NULL OR {LAST_DAY} < to_day) \
                GROUP BY membership_id) a ON a.membership_id = p.membership_id \
         LEFT JOIN ({STARS}) r ON r.membership_id = p.membership_id"
    )
}

/// Who was in the register on the last day of the quarter before, and where: the opening of a county whose quarter
/// before is open.
pub fn opening(extent: Extent) -> String {
    let tree = tree_of(DAY_BEFORE);
    let places = places(DAY_BEFORE, extent);
    format!("WITH RECURSIVE {tree} SELECT p.membership_id, p.person_id, p.path FROM ({places}) p")
}

/// How many members stand directly in each place (`path`, `members`, `full_members`) on the last day.
fn members_by_place(extent: Extent) -> String {
    let places = extent.places();
    format!(
        "SELECT p.path, count(*) AS members, count(*) FILTER (WHERE p.full_member_on <= {LAST_DAY}) AS full_members \
         FROM ({places}) p GROUP BY p.path"
    )
}

/// The columns of `organisation_facts`: the organisations that exist on the last day. `by_place` gives the members of
/// each place where a statement has counted them already.
pub fn organisations(extent: Extent, by_place: Option<&str>) -> String {
    let with_tree = extent.with_tree();
    let by_place = by_place.map_or_else(|| members_by_place(extent), str::to_owned);
    let within = extent.holds("t.path");
    format!(
        "{with_tree}SELECT o.id AS organisation_id, t.parent_id, o.code, o.name, o.kind, t.path, \
            coalesce(c.members, 0) AS members, coalesce(c.full_members, 0) AS full_members \
         FROM placed t JOIN organisations o ON o.county_id = $1 AND o.id = t.id \
         LEFT JOIN ({by_place}) c ON c.path = t.path \
         WHERE (o.founded_on IS NULL OR o.founded_on <= {LAST_DAY}) \
            AND (o.dissolved_on IS NULL OR {LAST_DAY} < o.dissolved_on) AND {within}"
    )
}

/// Days on which something may have moved a member: a status or a branch began, or his branch got another place. (A
/// fact that ends without another beginning moves him too; nothing explains it, so the balance shows it.)
const TOUCHED: &str = "\
touched AS (
    SELECT membership_id, from_day AS day FROM branch_memberships
        WHERE county_id = $1 AND from_day BETWEEN $2 AND $3
    UNION SELECT membership_id, from_day FROM membership_statuses
        WHERE county_id = $1 AND from_day BETWEEN $2 AND $3
    UNION SELECT id, full_member_on FROM memberships WHERE county_id = $1 AND full_member_on BETWEEN $2 AND $3
    UNION SELECT b.membership_id, now.day FROM days d
        JOIN placed now ON now.day = d.day
        JOIN placed before ON before.day = d.before AND before.id = now.id AND before.path <> now.path
        JOIN branch_memberships b ON b.county_id = $1 AND b.branch_id = now.id
            AND b.from_day <= now.day AND (b.to_day IS NULL OR now.day < b.to_day)
        WHERE d.before IS NOT NULL
)";

/// The touched members with their statuses and branches: read once, since each is looked up for two days.
const DATED: &str = "\
who AS MATERIALIZED (SELECT id, person_id, joined_on, full_member_on, from_day, to_day, arrival FROM memberships
    WHERE county_id = $1 AND id IN (SELECT membership_id FROM touched)),
statuses AS MATERIALIZED (SELECT membership_id, status, from_day, to_day FROM membership_statuses
    WHERE county_id = $1 AND membership_id IN (SELECT membership_id FROM touched)),
branches AS MATERIALIZED (SELECT membership_id, branch_id, from_day, to_day FROM branch_memberships
    WHERE county_id = $1 AND membership_id IN (SELECT membership_id FROM touched))";

/// Joins the status, the branch and the place of a touched member on one day.
fn state(name: &str, day: &str) -> String {
    format!(
        "LEFT JOIN statuses {name}_status ON {name}_status.membership_id = c.membership_id \
            AND {name}_status.from_day <= {day} AND ({name}_status.to_day IS NULL OR {day} < {name}_status.to_day) \
         LEFT JOIN branches {name}_branch ON {name}_branch.membership_id = c.membership_id \
            AND {name}_branch.from_day <= {day} AND ({name}_branch.to_day IS NULL OR {day} < {name}_branch.to_day) \
         LEFT JOIN placed {name}_place ON {name}_place.id = {name}_branch.branch_id \
            AND {name}_place.day = (SELECT max(d.day) FROM days d WHERE d.day <= {day})"
    )
}

/// Where he stood in the register on that day; empty: he did not.
fn place(name: &str, day: &str) -> String {
    format!(
        "CASE WHEN {name}_status.status = ANY ($9) AND m.from_day <= {day} AND (m.to_day IS NULL OR {day} < m.to_day) \
         THEN {name}_place.path END"
    )
}

/// What a change of place is called. A move into the register on the first day of a membership is what its arrival
/// says; what was entered when the records were set up (`initial`) was admitted here if it begins with the admission.
const KIND: &str = "\
CASE
    WHEN from_path IS NOT NULL AND to_path IS NOT NULL THEN 'transferred'
    WHEN to_path IS NOT NULL AND day = from_day AND (arrival = 'admitted'
        OR arrival = 'initial' AND from_day = joined_on) THEN 'admitted'
    WHEN to_path IS NOT NULL AND day = from_day THEN 'transferred'
    WHEN to_path IS NOT NULL AND status_before IS NOT NULL THEN 'reinstated'
    WHEN from_path IS NOT NULL AND status_now = ANY ($10) THEN 'removed'
    WHEN from_path IS NOT NULL AND status_now IN ('stopped', 'deceased') THEN status_now
    WHEN from_path IS NOT NULL AND status_now = 'transferred' THEN 'transferred'
END";

/// The columns of `flow_facts`: what happened on the days of the quarter, without what was recorded late. A change of
/// place that no kind explains is left out, so that the balance shows it.
pub fn flow(extent: Extent) -> String {
    let tree = tree(&format!(
        "SELECT t.day, lag(t.day) OVER (ORDER BY t.day) FROM (SELECT {DAY_BEFORE} AS day \
            UNION SELECT p.from_day FROM organisation_parents p \
            WHERE p.county_id = $1 AND p.from_day BETWEEN $2 AND $3 AND EXISTS (SELECT FROM organisation_parents e \
                WHERE e.county_id = $1 AND e.organisation_id = p.organisation_id AND e.from_day < p.from_day)) t"
    ));
    let (before, now) = (state("before", "(c.day - 1)"), state("now", "c.day"));
    let (from_path, to_path) = (place("before", "(c.day - 1)"), place("now", "c.day"));
    let within = format!("({} OR {})", extent.holds("e.from_path"), extent.holds("e.to_path"));
    format!(
        "WITH RECURSIVE {tree}, {TOUCHED}, {DATED}, changes AS MATERIALIZED ( \
            SELECT c.membership_id, m.person_id, m.full_member_on, m.from_day, m.joined_on, m.arrival, c.day, \
                before_status.status AS status_before, now_status.status AS status_now, \
                {from_path} AS from_path, {to_path} AS to_path \
            FROM touched c \
            JOIN who m ON m.id = c.membership_id {before} {now}), \
         named AS (SELECT changes.*, {KIND} AS kind FROM changes) \
         SELECT e.membership_id, e.person_id, e.kind, e.day, e.from_path, e.to_path FROM ( \
            SELECT membership_id, person_id, kind, day, from_path, to_path FROM named \
            WHERE from_path IS DISTINCT FROM to_path AND kind IS NOT NULL \
            UNION ALL \
            SELECT membership_id, person_id, 'became_full', day, NULL, to_path FROM changes \
            WHERE full_member_on = day AND to_path IS NOT NULL) e \
         WHERE {within}"
    )
}

/// The columns of `flow_facts` for what was recorded late: by member, the closing of the quarter before (its revision
/// `$8`) against what the records say today of that day.
pub fn recorded_late(extent: Extent) -> String {
    let opening = opening(Extent::COUNTY);
    let within = format!("({} OR {})", extent.holds("e.from_path"), extent.holds("e.to_path"));
    format!(
        "SELECT e.membership_id, e.person_id, 'recorded_late' AS kind, {DAY_BEFORE} AS day, e.from_path, e.to_path \
         FROM (SELECT coalesce(closed.membership_id, today.membership_id) AS membership_id, \
                coalesce(closed.person_id, today.person_id) AS person_id, \
                closed.path AS from_path, today.path AS to_path \
            FROM (SELECT membership_id, person_id, path FROM member_facts \
                WHERE county_id = $1 AND quarter = $7 AND revision = $8) closed \
            FULL JOIN ({opening}) today ON today.membership_id = closed.membership_id \
            WHERE closed.path IS DISTINCT FROM today.path) e \
         WHERE {within}"
    )
}

/// The columns of `rating_facts`: ratings that wait for review, of rounds whose period ended by the last day; ratings with
/// an objection that was open at the end of it; ratings that were overturned in the quarter.
pub fn ratings(extent: Extent) -> String {
    let within = extent.holds("r.path");
    let china = |moment: &str| format!("({moment} AT TIME ZONE 'Asia/Shanghai')::date");
    let (objected, resolved) = (china("j.created_at"), china("j.resolved_at"));
    let revoked = china("r.revoked_at");
    format!(
        "SELECT r.id AS rating_id, r.membership_id, coalesce(m.person_id, r.person_id) AS person_id, w.state, r.path \
         FROM (SELECT r.id, 'awaiting_review' AS state FROM ratings r \
                JOIN rating_rounds o ON o.county_id = $1 AND o.id = r.round_id AND o.last_day <= {LAST_DAY} \
                WHERE r.county_id = $1 AND r.state = 'submitted' \
            UNION SELECT j.rating_id, 'objection_open' FROM rating_objections j \
                WHERE j.county_id = $1 AND {objected} <= {LAST_DAY} \
                    AND (j.resolved_at IS NULL OR {LAST_DAY} < {resolved}) \
            UNION SELECT j.rating_id, 'overturned' FROM rating_objections j \
                WHERE j.county_id = $1 AND j.outcome = 'upheld' AND {resolved} BETWEEN $2 AND $3 \
            UNION SELECT r.id, 'overturned' FROM ratings r \
                WHERE r.county_id = $1 AND r.state = 'revoked' AND {revoked} BETWEEN $2 AND $3) w \
         JOIN ratings r ON r.county_id = $1 AND r.id = w.id \
         LEFT JOIN memberships m ON m.county_id = $1 AND m.id = r.membership_id \
         WHERE {within}"
    )
}

/// The scale of the county's primary member scheme in force on the last day: its highest number of stars.
pub const STAR_SCALE: &str = "\
SELECT s.stars FROM rating_schemes s
WHERE s.county_id = $1 AND s.is_primary AND s.subject_kind = 'member'
    AND s.from_day <= $3 AND (s.to_day IS NULL OR $3 < s.to_day)";
