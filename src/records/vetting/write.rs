//! The set-based statements that verbs share. Rows travel as one JSON document. Only verbs of this area call them, inside
//! their transaction.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{CandidateCheckId, CountyId};
use crate::base::scope::{Path, Scope};
use crate::records::audit;
use crate::records::vetting::model::CandidateCheck;
use crate::schema::candidate_checks;

/// Runs a statement with the county as `$1` and rows as `$2`; answers how many rows it wrote.
pub(super) async fn run(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    statement: &'static str,
    rows: Vec<Value>,
) -> QueryResult<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    diesel::sql_query(statement)
        .bind::<Uuid, _>(county)
        .bind::<Jsonb, _>(Value::Array(rows))
        .execute(conn)
        .await
}

/// Checks by id, locked until the transaction ends, in the order given. Where a version is named, it is the one that
/// stands there.
///
/// # Errors
/// `Missing` where the scope has no such check, `Stale`.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    wanted: &[(CandidateCheckId, Option<i32>)],
) -> Result<Vec<CandidateCheck>> {
    let ids: Vec<CandidateCheckId> = wanted.iter().map(|(id, _)| *id).collect();
    let rows: Vec<CandidateCheck> = candidate_checks::table
        .filter(candidate_checks::county_id.eq(within.county))
        .filter(
            candidate_checks::path.ge(within.path.as_str()).and(candidate_checks::path.lt(within.path.end())),
        )
        .filter(candidate_checks::id.eq_any(&ids))
        .order(candidate_checks::id)
        .select(CandidateCheck::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<CandidateCheckId, CandidateCheck> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    let mut found = Vec::with_capacity(wanted.len());
    for (id, version) in wanted {
        let row = by_id.get(id).cloned().or_missing("这项联审")?;
        if version.is_some_and(|version| version != row.version) {
            return Err(Error::Stale);
        }
        found.push(row);
    }
    Ok(found)
}

/// Writes what changed of checks: state, days, filing, reasons; each version rises by one.
///
/// # Errors
/// `Stale` where somebody was faster.
pub(super) async fn update(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rows: &[CandidateCheck],
) -> Result<()> {
    let values = rows.iter().map(|row| {
        json!({
            "id": row.id, "version": row.version, "state": row.state, "vetted_on": row.vetted_on,
            "valid_until": row.valid_until, "filed_on": row.filed_on, "filing_number": row.filing_number,
            "ended_on": row.ended_on, "withdrawal_reason": row.withdrawal_reason,
            "decision": row.decision_cipher.as_ref().map(hex::encode),
        })
    });
    let written = diesel::sql_query(
        "UPDATE candidate_checks k SET state = n.state, vetted_on = n.vetted_on, valid_until = n.valid_until, \
         filed_on = n.filed_on, filing_number = n.filing_number, ended_on = n.ended_on, \
         withdrawal_reason = n.withdrawal_reason, decision_cipher = decode(n.decision, 'hex'), \
         version = k.version + 1, updated_at = now(), updated_by = $3 \
         FROM jsonb_to_recordset($2) AS n (id uuid, version integer, state text, vetted_on date, valid_until date, \
         filed_on date, filing_number text, ended_on date, withdrawal_reason text, decision text) \
         WHERE k.county_id = $1 AND k.id = n.id AND k.version = n.version",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Jsonb, _>(Value::Array(values.collect()))
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    if written == rows.len() { Ok(()) } else { Err(Error::Stale) }
}

/// Appends the entry of a verb: about one check with its details, about many with a digest over their ids. What
/// departments found and why somebody was rejected never stands in it; and what only those who vet did is told at the
/// county, above the trail of a town.
pub(super) async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    path: Option<&Path>,
    rows: &[CandidateCheck],
    details: impl Fn(&CandidateCheck) -> Value,
) -> Result<()> {
    let one = if let [row] = rows { Some(row) } else { None };
    let details = match one {
        Some(row) => details(row),
        None => json!({ "checks_sha256": audit::digest(rows.iter().map(|row| row.id.0)) }),
    };
    let own = one.map_or_else(|| actor.scope.path.clone(), CandidateCheck::path);
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "candidate_check",
            subject: one.map(|row| row.id.0),
            count: rows.len(),
            path: path.unwrap_or(&own),
            details,
        },
    )
    .await
}
