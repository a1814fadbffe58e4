//! Verdicts, as far as the transaction's sight shows them.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{Error, Result};
use crate::base::ids::{CandidateCheckId, CountyId, VerdictId, VettingDepartmentId};
use crate::base::keys::{KeyRing, Secret};
use crate::records::vetting::model::Verdict;
use crate::schema::candidate_verdicts;

#[derive(Queryable, Selectable)]
#[diesel(table_name = candidate_verdicts)]
struct Row {
    id: VerdictId,
    check_id: CandidateCheckId,
    item_number: i32,
    revision: i32,
    department_id: VettingDepartmentId,
    verdict_cipher: Vec<u8>,
    answered_by: String,
    answered_on: NaiveDate,
    created_by: String,
}

/// All verdicts of some checks, by item, the present one of each item first.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub(in crate::records::vetting) async fn verdicts(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    keys: &KeyRing,
    checks: &[CandidateCheckId],
) -> Result<Vec<Verdict>> {
    let rows: Vec<Row> = candidate_verdicts::table
        .filter(candidate_verdicts::county_id.eq(county))
        .filter(candidate_verdicts::check_id.eq_any(checks))
        .order((
            candidate_verdicts::check_id,
            candidate_verdicts::item_number,
            candidate_verdicts::revision.desc(),
        ))
        .select(Row::as_select())
        .load(conn)
        .await?;
    rows.into_iter().map(|row| opened(keys, row)).collect()
}

/// The present verdicts of some checks, by item.
///
/// # Errors
/// Whatever the database answers; `Broken` where a key does not fit.
pub async fn present_verdicts(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    keys: &KeyRing,
    checks: &[CandidateCheckId],
) -> Result<Vec<Verdict>> {
    let mut all = verdicts(conn, county, keys, checks).await?;
    // The present one of each item comes first.
    let mut highest: HashMap<(CandidateCheckId, i32), i32> = HashMap::new();
    all.retain(|verdict| {
        *highest.entry((verdict.check, verdict.item)).or_insert(verdict.revision) == verdict.revision
    });
    Ok(all)
}

fn opened(keys: &KeyRing, row: Row) -> Result<Verdict> {
    let plain = keys.unseal(Secret::Verdict, row.id.0, &row.verdict_cipher).map_err(Error::broken)?;
    Ok(Verdict {
        id: row.id,
        check: row.check_id,
        item: row.item_number,
        revision: row.revision,
        department: row.department_id,
        finding: serde_json::from_slice(&plain).map_err(Error::broken)?,
        answered_by: row.answered_by,
        answered_on: row.answered_on,
        created_by: row.created_by,
    })
}
