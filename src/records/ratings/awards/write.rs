//! The set-based statements that verbs share. Rows travel as one JSON document. Only verbs of this area call them, inside
//! their transaction.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Jsonb, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, OrMissing, Result};
use crate::base::ids::{AwardId, CountyId};
use crate::base::scope::{Path, Scope};
use crate::records::audit;
use crate::records::ratings::awards::model::{Award, AwardAct, AwardState};
use crate::schema::awards;

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

/// Awards by id inside a scope, locked until the transaction ends, in the order given. Where a version is named, it is
/// the one that stands there.
///
/// # Errors
/// `Missing` where the scope has no such award, `Stale`.
pub(super) async fn lock(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    wanted: &[(AwardId, Option<i32>)],
) -> Result<Vec<Award>> {
    let ids: Vec<AwardId> = wanted.iter().map(|(id, _)| *id).collect();
    let rows: Vec<Award> = awards::table
        .filter(awards::county_id.eq(within.county))
        .filter(awards::path.ge(within.path.as_str()).and(awards::path.lt(within.path.end())))
        .filter(awards::id.eq_any(&ids))
        .order(awards::id)
        .select(Award::as_select())
        .for_update()
        .load(conn)
        .await?;
    let by_id: HashMap<AwardId, Award> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut found = Vec::with_capacity(wanted.len());
    for (id, version) in wanted {
        let row = by_id.get(id).cloned().or_missing("这项评选")?;
        if version.is_some_and(|version| version != row.version) {
            return Err(Error::Stale);
        }
        found.push(row);
    }
    Ok(found)
}

/// Writes what changed of awards; each version rises by one.
///
/// # Errors
/// `Stale` where somebody was faster; `Taken` where a returned one would stand beside another.
pub(super) async fn update(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Award]) -> Result<()> {
    let values = rows.iter().map(|row| {
        json!({
            "id": row.id, "version": row.version, "state": row.state, "state_on": row.state_on, "reason": row.reason,
            "recommended_by": row.recommended_by, "mark": row.mark.as_ref().map(ToString::to_string),
            "notice_from": row.notice_from, "notice_until": row.notice_until, "given_on": row.given_on,
            "revoked_on": row.revoked_on, "ended_reason": row.ended_reason,
        })
    });
    let written = diesel::sql_query(
        "UPDATE awards a SET state = n.state, state_on = n.state_on, reason = n.reason, \
         recommended_by = n.recommended_by, mark = n.mark::numeric, notice_from = n.notice_from, \
         notice_until = n.notice_until, given_on = n.given_on, revoked_on = n.revoked_on, \
         ended_reason = n.ended_reason, version = a.version + 1, updated_at = now(), updated_by = $3 \
         FROM jsonb_to_recordset($2) AS n (id uuid, version integer, state text, state_on date, reason text, \
         recommended_by text, mark text, notice_from date, notice_until date, given_on date, revoked_on date, \
         ended_reason text) WHERE a.county_id = $1 AND a.id = n.id AND a.version = n.version",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Jsonb, _>(Value::Array(values.collect()))
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await
    .constraint("awards_once_a_year_key", || Error::Taken {
        field: "village",
        message: "该村（社区）本年度的这一奖项已另有推荐，请在评选列表中查看。".to_owned(),
    })?;
    if written == rows.len() { Ok(()) } else { Err(Error::Stale) }
}

/// A step to be kept.
pub(super) struct NewEvent {
    pub award: AwardId,
    pub number: i32,
    pub act: AwardAct,
    pub on: NaiveDate,
    pub state: AwardState,
    pub note: Option<String>,
}

/// Keeps steps.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn add_events(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    events: &[NewEvent],
) -> QueryResult<()> {
    let rows = events.iter().map(|event| {
        json!({
            "award": event.award, "number": event.number, "act": event.act.code(), "day": event.on,
            "state": event.state.code(), "note": event.note, "by": actor.name,
        })
    });
    run(
        conn,
        actor.scope.county,
        "INSERT INTO award_events (county_id, award_id, number, act, on_day, state, note, created_by) \
         SELECT $1, n.award, n.number, n.act, n.day, n.state, n.note, n.by \
         FROM jsonb_to_recordset($2) AS n (award uuid, number integer, act text, day date, state text, note text, \
         by text)",
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// An award as the trail names it.
pub(super) struct Told {
    pub id: AwardId,
    pub path: Path,
    pub note: Option<String>,
}

/// Awards that an entry of the trail names one by one; all are bound by the digest.
const SHOWN: usize = 200;

/// Appends the entry of a verb.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    act: AwardAct,
    told: &[Told],
) -> Result<()> {
    let one = if let [one] = told { Some(one) } else { None };
    let rows: Vec<Value> =
        told.iter().take(SHOWN).map(|one| json!({ "id": one.id, "note": one.note })).collect();
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: act.action(),
            subject_kind: "award",
            subject: one.map(|one| one.id.0),
            count: told.len(),
            path: one.map_or(&actor.scope.path, |one| &one.path),
            details: json!({
                "awards": rows, "awards_sha256": audit::digest(told.iter().map(|one| one.id.0)),
            }),
        },
    )
    .await
}
