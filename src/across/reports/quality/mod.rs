//! Data quality: what contradicts itself in the records, what looks wrong, and which duties are not met. The rules are
//! data ([`RULES`]): a code, how grave it is, the source behind it, a sentence, a way out, and the statement that finds
//! the rows.

mod identity;
mod rules;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::quarterly::{quarterly_of, reported};
use super::report::{Finding, Named};
use crate::base::actor::Actor;
use crate::base::error::Result;
use crate::base::ids::MembershipId;
use crate::base::keys::KeyRing;
use crate::base::scope::Path;
use crate::base::values::{MembershipStatus, Quarter};
use crate::base::{clock, db};

pub use rules::{RULES, Rule, Severity, Subject};

/// At most so many rows of a finding are named; all of them are counted.
const NAMED: i64 = 200;

/// A row that a rule found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct QualityRow {
    /// The member, organisation, committee or reserve cadre.
    pub id: uuid::Uuid,
    /// Its name.
    pub name: Option<String>,
    /// Where it stands: the name of its organisation.
    pub place: Option<String>,
    /// What was found of it.
    pub detail: Option<String>,
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
    pub source: &'static str,
    /// What is wrong, a Chinese sentence.
    pub message: String,
    /// The way out.
    pub hint: &'static str,
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
    fn of(rule: &Rule, count: i64, rows: Vec<QualityRow>) -> Self {
        Self {
            rule: rule.code,
            severity: rule.severity,
            source: rule.source,
            message: rule.message.to_owned(),
            hint: rule.hint,
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
            })
            .collect();
        Self {
            rule: finding.rule,
            severity: Severity::Error,
            source: "季度报告：期初 + 增加 − 减少 = 期末",
            message: finding.message,
            hint: "在党员变动记录中补上缺少的一次变动，或更正起止日期。",
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
    #[diesel(sql_type = Uuid)]
    id: uuid::Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    place: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    detail: Option<String>,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl From<Counted> for QualityRow {
    fn from(one: Counted) -> Self {
        Self { id: one.id, name: one.name, place: one.place, detail: one.detail }
    }
}

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
        let mut findings: Vec<QualityFinding> =
            report.findings.into_iter().map(QualityFinding::of_balance).collect();
        let asked = Asked { actor, organisation: &found.code, path: found.path() };
        for rule in RULES {
            let counted: Vec<Counted> = asked.about(rule).load(conn).await?;
            if let Some(total) = counted.as_slice().first().map(|one| one.total) {
                let rows = counted.into_iter().map(QualityRow::from).collect();
                findings.push(QualityFinding::of(rule, total, rows));
            }
        }
        findings.extend(identity::check(conn, actor, keys, &found.path()).await?);
        findings.sort_by_key(|finding| finding.severity);
        Ok(Checked { organisation: found.code, name: found.name, quarter, findings })
    })
    .await
}

/// An organisation on a day.
struct Asked<'a> {
    actor: &'a Actor,
    organisation: &'a str,
    path: Path,
}

impl Asked<'_> {
    /// The statement of a rule with its parameters: `$1` county, `$2` and `$5` paths from and to, `$3` today, `$4` code of
    /// the organisation, `$6` statuses in the register.
    fn about(
        &self,
        rule: &Rule,
    ) -> diesel::query_builder::BoxedSqlQuery<'static, diesel::pg::Pg, diesel::query_builder::SqlQuery> {
        let in_register: Vec<&'static str> = MembershipStatus::ALL
            .iter()
            .copied()
            .filter(|status| status.in_register())
            .map(MembershipStatus::code)
            .collect();
        diesel::sql_query(format!(
            "SELECT x.id, x.name, x.place, x.detail, count(*) OVER () AS total FROM ({}) x \
             ORDER BY x.place, x.name, x.id LIMIT {NAMED}",
            (rule.select)()
        ))
        .into_boxed::<diesel::pg::Pg>()
        .bind::<Uuid, _>(self.actor.scope.county)
        .bind::<Text, _>(self.path.as_str().to_owned())
        .bind::<Date, _>(clock::today())
        .bind::<Array<Text>, _>(vec![self.organisation.to_owned()])
        .bind::<Text, _>(self.path.end())
        .bind::<Array<Text>, _>(in_register)
    }
}
