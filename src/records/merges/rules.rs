//! What contradicts that two records are one person, and has to be settled first; and what a choice between two records of
//! the same thing has to say.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::FieldError;
use crate::base::ids::PersonId;
use crate::base::scope::Scope;
use crate::records::merges::twice::Twice;
use crate::records::people::Kinship;
use crate::records::words::WordBook;

/// Something on record that cannot be true of one person.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub(super) struct Clash {
    #[diesel(sql_type = Text)]
    kind: String,
    /// The record that must stay for it to be none: of a membership or rating that goes.
    #[diesel(sql_type = Nullable<Uuid>)]
    of: Option<uuid::Uuid>,
    #[diesel(sql_type = Text)]
    one: String,
    #[diesel(sql_type = Text)]
    other: String,
    #[diesel(sql_type = Text)]
    third: String,
}

impl Clash {
    /// Whether it stands in the way when these records go.
    pub(super) fn stands(&self, gone: &HashSet<uuid::Uuid>) -> bool {
        self.of.is_none_or(|record| gone.contains(&record))
    }

    /// Whether it stands in the way whatever is chosen.
    pub(super) const fn always(&self) -> bool {
        self.of.is_none()
    }

    /// What contradicts, and the way out.
    pub(super) fn sentence(&self, words: &WordBook) -> String {
        let (one, other, third) = (&self.one, &self.other, &self.third);
        let kinship = |code: &str| Kinship::parse(code).map_or("亲属", Kinship::name);
        match self.kind.as_str() {
            "settled" => format!(
                "“{one}”于{other}认定这两份档案不是同一人；确为同一人的，请先在“疑似重复”的“已排除”中撤回该认定。"
            ),
            "kin" => format!(
                "两人登记为亲属（{}），一个人不能是自己的亲属；如登记有误，请先删除该亲属关系。",
                kinship(one)
            ),
            "third" => format!(
                "“{one}”分别登记为两人的{}和{}，两者不能同时成立；请先删除其中有误的亲属关系。",
                kinship(other),
                kinship(third)
            ),
            "ballot" => format!(
                "两人同为“{one}”{other}“{}”选举的候选人，一个人在一次选举中只能有一条得票；请先在选举结果中更正。",
                words.post_name(third)
            ),
            "check" => format!("两人在“{one}”同一届班子都有在办的任职联审；请先撤回其中一份联审。"),
            "mentor" => {
                format!("其中一人是另一人在“{one}”后备力量中的帮带人；请先在该后备干部档案中结束或更正帮带。")
            }
            "pair" => format!(
                "两人在“{one}”结为师徒（{other}起），一个人不能带自己；请先核对，确属误登的请先更正结对的另一方。"
            ),
            "transfer" => format!(
                "不保留的那份党员档案（{one}）有正在办理的组织关系转接；请先由转入方接收、退回或由转出方撤回。"
            ),
            "attendance" => format!(
                "两份党员档案在培训班“{one}”都有到课记录但不一致（{other}；{third}）；请先在该班名单中更正其中一条。"
            ),
            "classes" => {
                format!("两份党员档案报了时间重叠的两个培训班“{one}”和“{other}”；请先在其中一个班撤下报名。")
            }
            "sampled" => format!(
                "不保留的那条“{one}”星级评定已列入二次评分抽样，抽样不能改动；请保留另一条，或待抽样办结后再合并。"
            ),
            _ => format!(
                "不保留的那条“{one}”星级评定已提交审核或已生效，两条结果不同；请先由审核员退回或撤销其中一条，再选择保留另一条。"
            ),
        }
    }
}

/// What a relative is to somebody, from a row that may name him first or second.
const KIN: &str = "CASE WHEN k.person_id = p.id THEN k.kinship ELSE CASE k.kinship WHEN 'parent' THEN 'child' \
    WHEN 'child' THEN 'parent' WHEN 'grandparent' THEN 'grandchild' WHEN 'grandchild' THEN 'grandparent' \
    ELSE k.kinship END END";

/// Two memberships of one time: either may go.
const BOTH: &str = "SELECT w.id AS w, l.id AS l FROM memberships w JOIN memberships l ON l.county_id = $1 \
    AND l.person_id = $3 AND daterange(w.from_day, w.to_day) && daterange(l.from_day, l.to_day) \
    WHERE w.county_id = $1 AND w.person_id = $2";

/// What each kind of contradiction looks for: `kind`, `of`, `one`, `other`, `third` of [`Clash`].
const CASES: [&str; 11] = [
    "SELECT 'settled' AS kind, NULL::uuid AS of, d.decided_by AS one, \
        (d.decided_at AT TIME ZONE 'Asia/Shanghai')::date::text AS other, '' AS third FROM distinct_people d \
        WHERE d.county_id = $1 AND d.person_id = least($2, $3) AND d.other_id = greatest($2, $3)",
    "SELECT 'kin', NULL, k.kinship, '', '' FROM kin k WHERE k.person = $2 AND k.third = $3",
    "SELECT 'third', NULL, t.name, w.kinship, l.kinship FROM kin w JOIN kin l ON l.third = w.third AND l.person = $3 \
        AND l.kinship <> w.kinship JOIN people t ON t.county_id = $1 AND t.id = w.third WHERE w.person = $2",
    "SELECT 'ballot', NULL, o.name, e.held_on::text, e.post FROM election_ballots w \
        JOIN election_ballots l ON l.county_id = $1 AND l.election_id = w.election_id AND l.person_id = $3 \
        JOIN elections e ON e.county_id = $1 AND e.id = w.election_id \
        JOIN organisations o ON o.county_id = $1 AND o.path = e.path WHERE w.county_id = $1 AND w.person_id = $2",
    "SELECT 'check', NULL, o.name, '', '' FROM candidate_checks w JOIN candidate_checks l \
        ON l.county_id = $1 AND l.person_id = $3 AND (l.village_id, l.committee_kind, l.term_ordinal) = \
            (w.village_id, w.committee_kind, w.term_ordinal) AND l.state IN ('proposed', 'vetted', 'filed') \
        JOIN organisations o ON o.county_id = $1 AND o.id = w.village_id \
        WHERE w.county_id = $1 AND w.person_id = $2 AND w.state IN ('proposed', 'vetted', 'filed')",
    "SELECT 'mentor', NULL, o.name, '', '' FROM reserve_mentors m JOIN reserves r ON r.county_id = $1 \
        AND r.id = m.reserve_id JOIN organisations o ON o.county_id = $1 AND o.id = r.village_id \
        WHERE m.county_id = $1 AND (m.person_id, r.person_id) IN (($2, $3), ($3, $2))",
    "SELECT 'pair', NULL, o.name, t.from_day::text, '' FROM training_pairs t \
        JOIN organisations o ON o.county_id = $1 AND o.id = t.organisation_id \
        WHERE t.county_id = $1 AND (t.mentor_id, t.apprentice_id) IN (($2, $3), ($3, $2))",
    "SELECT 'transfer', t.membership_id, o.name, '', '' FROM transfers t JOIN organisations o \
        ON o.county_id = $1 AND o.id = t.from_branch_id WHERE t.county_id = $1 AND t.state = 'pending' \
        AND t.membership_id IN (SELECT unnest(ARRAY[w, l]) FROM both_files)",
    "SELECT 'attendance', NULL, c.name, a.hours::text || '学时', b.hours::text || '学时' FROM both_files f \
        JOIN training_attendances a ON a.county_id = $1 AND a.membership_id = f.w \
        JOIN training_attendances b ON b.county_id = $1 AND b.membership_id = f.l AND b.class_id = a.class_id \
            AND (b.hours, b.result) IS DISTINCT FROM (a.hours, a.result) \
        JOIN training_classes c ON c.county_id = $1 AND c.id = a.class_id",
    "SELECT 'classes', NULL, c.name, d.name, '' FROM both_files f \
        JOIN training_enrolments a ON a.county_id = $1 AND a.membership_id = f.w AND a.withdrawn_on IS NULL \
            AND a.kind = 'class' \
        JOIN training_enrolments b ON b.county_id = $1 AND b.membership_id = f.l AND b.withdrawn_on IS NULL \
            AND b.kind = 'class' AND b.class_id <> a.class_id \
            AND daterange(a.first_day, a.last_day, '[]') && daterange(b.first_day, b.last_day, '[]') \
        JOIN training_classes c ON c.county_id = $1 AND c.id = a.class_id \
        JOIN training_classes d ON d.county_id = $1 AND d.id = b.class_id",
    "SELECT CASE WHEN s.rating_id IS NOT NULL THEN 'sampled' ELSE 'decided' END, g.id, r.period, '', '' \
        FROM (SELECT w.round_id, unnest(ARRAY[w.id, l.id]) AS id, (w.state, w.total, w.stars, w.veto) \
                IS NOT DISTINCT FROM (l.state, l.total, l.stars, l.veto) AS agrees \
            FROM ratings w JOIN ratings l ON l.county_id = $1 AND l.round_id = w.round_id WHERE w.county_id = $1 \
            AND (w.person_id = $2 AND l.person_id = $3 OR (w.membership_id, l.membership_id) IN \
                (SELECT f.w, f.l FROM both_files f))) d \
        JOIN ratings g ON g.county_id = $1 AND g.id = d.id \
        JOIN rating_rounds r ON r.county_id = $1 AND r.id = d.round_id \
        LEFT JOIN rating_sample_subjects s ON s.county_id = $1 AND s.rating_id = g.id \
        WHERE s.rating_id IS NOT NULL OR NOT d.agrees AND g.state NOT IN ('draft', 'returned', 'revoked')",
];

/// What contradicts that two people are one.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn clashes(
    conn: &mut AsyncPgConnection,
    scope: &Scope,
    winner: PersonId,
    loser: PersonId,
) -> QueryResult<Vec<Clash>> {
    diesel::sql_query(format!(
        "WITH both_files AS ({BOTH}), \
         kin AS (SELECT p.id AS person, CASE WHEN k.person_id = p.id THEN k.relative_id ELSE k.person_id END AS third, \
            {KIN} AS kinship FROM (VALUES ($2), ($3)) AS p (id) \
            JOIN kinships k ON k.county_id = $1 AND p.id IN (k.person_id, k.relative_id)) \
         {} LIMIT 100",
        CASES.join(" UNION ALL ")
    ))
    .bind::<Uuid, _>(scope.county)
    .bind::<Uuid, _>(winner)
    .bind::<Uuid, _>(loser)
    .load(conn)
    .await
}

/// A record that goes, and the one that stays in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drop {
    pub relation: String,
    pub gone: uuid::Uuid,
    pub kept: uuid::Uuid,
}

/// Which of the records that both have go, by those that were chosen to stay. Where two say the same, the winner's stays
/// unless the other was chosen.
///
/// # Errors
/// A sentence for each pair of which neither or both were chosen, and for a choice that contradicts another.
pub(super) fn drops(
    twice: &[Twice],
    keep: &[uuid::Uuid],
    words: &WordBook,
) -> Result<Vec<Drop>, Vec<FieldError>> {
    let chosen: HashSet<uuid::Uuid> = keep.iter().copied().collect();
    let mut errors = Vec::new();
    let mut drops: Vec<Drop> = Vec::new();
    for pair in twice {
        let kept = match (chosen.contains(&pair.winner_record), chosen.contains(&pair.loser_record)) {
            (true, false) => pair.winner_record,
            (false, true) => pair.loser_record,
            (false, false) if pair.agrees => pair.winner_record,
            (both, _) => {
                let rule = if both { "只能保留一份" } else { "请选择保留哪一份" };
                let message = format!(
                    "两份档案在同一时期各有一份{}：{}；{}。{rule}。",
                    pair.kind(),
                    pair.winner_told(words),
                    pair.loser_told(words)
                );
                errors.push(FieldError::new("keep", message, None));
                continue;
            }
        };
        drops.push(Drop { relation: pair.relation.clone(), gone: pair.gone(kept), kept });
    }
    let known: HashSet<uuid::Uuid> =
        twice.iter().flat_map(|pair| [pair.winner_record, pair.loser_record]).collect();
    errors.extend(chosen.difference(&known).map(|id| {
        let message = format!("编号{id}不是需要选择的登记，请按比对结果中列出的登记选择。");
        FieldError::new("keep", message, Some(&id.to_string()))
    }));
    let gone: HashSet<uuid::Uuid> = drops.iter().map(|drop| drop.gone).collect();
    if errors.is_empty() && drops.iter().any(|drop| gone.contains(&drop.kept)) {
        let message = "同一份登记在一处选择保留、在另一处选择不保留，请统一选择。";
        errors.push(FieldError::new("keep", message, None));
    }
    if errors.is_empty() { Ok(first_of_each(drops)) } else { Err(errors) }
}

/// A record that stands against several goes once.
fn first_of_each(drops: Vec<Drop>) -> Vec<Drop> {
    let mut seen = HashMap::new();
    drops.into_iter().filter(|drop| seen.insert(drop.gone, ()).is_none()).collect()
}
