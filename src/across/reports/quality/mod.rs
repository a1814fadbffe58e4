//! Data quality: what contradicts itself in the records, what looks wrong, and which duties are not met. The rules are
//! data: which there are ([`RULES`]), how grave each is, what it weighs and compares with (versions of a county), and one
//! statement that finds the rows of all, for the figures, for freezing a quarter, for `check` and for the queue of repairs.

mod identity;
mod queue;
mod rules;
mod score;
mod statements;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::basis::Basis;
use super::quarterly::{quarterly_of, reported};
use super::report::{Finding, Named};
use super::source::extent;
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::MembershipId;
use crate::base::keys::KeyRing;
use crate::base::values::Quarter;
use crate::base::{clock, db};
use crate::records::quarters::RuleVersion;
pub use crate::records::quarters::Severity;

pub use queue::{Cursor, Direction, QueueItem, step_queue};
pub use rules::{IDENTITY, Population, RULES, Rule, Subject, rule};
pub use score::{OrganisationScore, QualityScore, ScorePart, ScorePoint, score};
pub(super) use statements::{findings, rules as rules_in_force};

/// At most so many rows of a finding are named; all of them are counted.
const NAMED: i64 = 200;

/// A row that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, QueryableByName)]
pub struct QualityRow {
    /// The member, organisation, committee, seat or reserve cadre.
    #[diesel(sql_type = Uuid)]
    pub id: uuid::Uuid,
    /// Its name.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// Where it stands: the name of its organisation.
    #[diesel(sql_type = Nullable<Text>)]
    pub place: Option<String>,
    /// What was found of it.
    #[diesel(sql_type = Nullable<Text>)]
    pub detail: Option<String>,
    /// Its place in the tree.
    #[serde(skip)]
    #[diesel(sql_type = Text)]
    pub path: String,
}

/// A member that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QualityMember {
    /// Who.
    pub id: MembershipId,
    /// His name.
    pub name: Option<String>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QualityFinding {
    /// Code of the rule.
    pub rule: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// The regulation or invariant behind it.
    pub source: String,
    /// What is wrong, a Chinese sentence.
    pub message: String,
    /// The way out.
    pub hint: String,
    /// What the rows are.
    pub subject: Subject,
    /// How many there are.
    pub count: i64,
    /// The first two hundred of them.
    pub rows: Vec<QualityRow>,
    /// Those of them that are members.
    pub members: Vec<QualityMember>,
}

impl QualityFinding {
    fn of(rule: &Rule, version: &RuleVersion, count: i64, rows: Vec<QualityRow>) -> Self {
        Self {
            rule: rule.code,
            severity: version.severity,
            source: version.source.clone(),
            message: version.sentence(),
            hint: version.hint.clone(),
            subject: rule.subject,
            count,
            members: members(rule.subject, &rows),
            rows,
        }
    }

    /// The balance of the flow of members, as the quarterly report finds it.
    fn of_balance(finding: Finding) -> Self {
        let detail = |named: &Named| match named.difference {
            more if more > 0 => format!("多{more}"),
            less => format!("少{}", less.abs()),
        };
        let rows: Vec<QualityRow> = finding
            .members
            .iter()
            .map(|named| QualityRow {
                id: named.id.0,
                name: named.name.clone(),
                place: None,
                detail: Some(detail(named)),
                path: String::new(),
            })
            .collect();
        Self {
            rule: finding.rule,
            severity: Severity::Error,
            source: "季度报告：期初 + 增加 − 减少 = 期末".to_owned(),
            message: finding.message,
            hint: "在党员变动记录中补上缺少的一次变动，或更正起止日期。".to_owned(),
            subject: Subject::Member,
            count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
            members: members(Subject::Member, &rows),
            rows,
        }
    }
}

fn members(subject: Subject, rows: &[QualityRow]) -> Vec<QualityMember> {
    if subject != Subject::Member {
        return Vec::new();
    }
    rows.iter().map(|row| QualityMember { id: MembershipId(row.id), name: row.name.clone() }).collect()
}

/// What was found in the records of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// Its code.
    pub organisation: String,
    /// Its name.
    pub name: String,
    /// The running quarter, whose flow is balanced.
    pub quarter: Quarter,
    /// What was found, the gravest first.
    pub findings: Vec<QualityFinding>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(embed)]
    found: QualityRow,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Names of the records `x`: of a person and where he stands, else of an organisation and what stands above it.
const NAMES: &str = "\
    LEFT JOIN people p ON p.county_id = $1 AND p.id = x.person_id
    LEFT JOIN organisations here ON here.county_id = $1 AND here.code = nullif(split_part(x.path, '/', -2), '')
    LEFT JOIN organisations above ON above.county_id = $1 AND above.code = nullif(split_part(x.path, '/', -3), '')";

/// What is shown of the records `x`.
const SHOWN: &str = "coalesce(p.name, here.name) AS name, \
    CASE WHEN x.person_id IS NULL THEN above.name ELSE here.name END AS place";

/// Checks the records of an organisation by every rule, on a connection that may read the whole county. Identifiers are
/// compared in memory and shown nowhere.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree, `Forbidden` for whom sees no records.
pub async fn check(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    organisation: &str,
) -> Result<Checked> {
    let county = actor.scope.whole_county();
    let quarter = Quarter::containing(clock::today());
    db::read_snapshot(conn, &county, async |conn| {
        let found = reported(conn, actor, organisation).await?;
        let report = quarterly_of(conn, actor, organisation, quarter).await?;
        let mut checked: Vec<QualityFinding> =
            report.findings.into_iter().map(QualityFinding::of_balance).collect();
        let basis = Basis::live(conn, &county, quarter).await?;
        let statement = format!(
            "SELECT x.rule, x.subject_id AS id, {SHOWN}, x.path, x.detail, x.total FROM ( \
                SELECT f.*, count(*) OVER (PARTITION BY f.rule) AS total, \
                    row_number() OVER (PARTITION BY f.rule ORDER BY f.path, f.subject_id) AS number FROM ({}) f) x \
             {NAMES} WHERE x.number <= {NAMED} ORDER BY x.rule, x.number",
            findings(extent(&basis, &found.code), &basis.rules, basis.day())
        );
        let counted: Vec<Counted> = basis.ask(vec![found.code.clone()]).about(statement).load(conn).await?;
        let mut by_rule: HashMap<String, (i64, Vec<QualityRow>)> = HashMap::new();
        for one in counted {
            let (total, rows) = by_rule.entry(one.rule).or_default();
            *total = one.total;
            rows.push(one.found);
        }
        for known in RULES {
            let Some((count, rows)) = by_rule.remove(known.code) else { continue };
            let Some(version) = basis.rules.on(known.code, basis.day()) else { continue };
            checked.push(QualityFinding::of(known, version, count, rows));
        }
        if let Some(version) = basis.rules.on(IDENTITY.code, basis.day()) {
            let (count, mut rows) = identity::check(conn, actor, keys, &found.path()).await?;
            rows.truncate(usize::try_from(NAMED).unwrap_or_default());
            if count > 0 {
                checked.push(QualityFinding::of(&IDENTITY, version, count, rows));
            }
        }
        checked.sort_by_key(|finding| finding.severity);
        Ok(Checked { organisation: found.code, name: found.name, quarter, findings: checked })
    })
    .await
}
