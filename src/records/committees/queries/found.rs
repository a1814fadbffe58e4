//! Committees in which something is unusual in one way, page by page.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::error::Result;
use crate::base::ids::CommitteeId;
use crate::base::scope::Scope;
use crate::records::committees::queries::{self, Attention, CommitteeLine, Cursor, Filter};
use crate::records::committees::rules::unusual::{Finding, Unusual};
use crate::records::vetting::sight::Sight;

/// How many committees are looked at in one go: a county of 340 villages takes three.
const AT_A_TIME: i64 = 400;

/// A committee with what was found in it.
#[derive(Debug, Clone)]
pub struct FoundIn {
    /// The committee as it stands on the day.
    pub line: CommitteeLine,
    /// What is unusual in it in the way asked for.
    pub findings: Vec<Finding>,
}

/// What the database narrows by beforehand: never less than what is then found.
const fn narrowing(what: Unusual) -> Option<Attention> {
    match what {
        Unusual::Overdue => Some(Attention::Overdue),
        Unusual::DueInThreeMonths => Some(Attention::DueInThreeMonths),
        Unusual::DueInSixMonths => Some(Attention::DueInSixMonths),
        _ => None,
    }
}

/// Committees inside a scope in which something is unusual on a day, in the order of [`queries::list`], after a cursor, at
/// most `limit`. Of candidate checks they say no more than the sight covers.
///
/// # Errors
/// Whatever the database answers.
pub async fn list_with(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    day: NaiveDate,
    filter: &Filter,
    (what, sight): (Unusual, &Sight),
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<FoundIn>> {
    let filter = Filter { attention: filter.attention.or(narrowing(what)), ..filter.clone() };
    let mut cursor = after.cloned();
    let mut found = Vec::new();
    loop {
        let lines = queries::list(conn, within, day, &filter, cursor.as_ref(), AT_A_TIME).await?;
        cursor = lines.last().map(|line| Cursor { path: line.path.clone(), kind: line.kind.clone() });
        let is_last = i64::try_from(lines.len()) != Ok(AT_A_TIME);
        let ids: Vec<CommitteeId> = lines.iter().map(|line| line.id).collect();
        let mut by_committee: HashMap<CommitteeId, Vec<Finding>> = HashMap::new();
        for finding in queries::findings(conn, within, day, &ids, sight).await? {
            if finding.what == what {
                by_committee.entry(finding.committee).or_default().push(finding);
            }
        }
        let with = |line: CommitteeLine| {
            let findings = by_committee.remove(&line.id)?;
            Some(FoundIn { line, findings })
        };
        found.extend(lines.into_iter().filter_map(with));
        if is_last || found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
}
