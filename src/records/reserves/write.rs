//! The set-based statements that verbs share. Only verbs of this area call them, inside their transaction. Rows travel
//! as one JSON document: one statement that stays prepared, however many rows and columns.

use diesel::sql_types::{Jsonb, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{CountyId, MentorId, ReserveId};
use crate::records::audit;
use crate::records::reserves::enter::{Entry, SUBJECT};
use crate::records::reserves::mentors::NewMentor;
use crate::records::reserves::model::{Reserve, StateSpell};

/// Runs a statement with the county as `$1` and rows as `$2`; answers how many rows it wrote.
pub(super) async fn run(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    statement: &'static str,
    rows: Vec<Value>,
) -> diesel::QueryResult<usize> {
    if rows.is_empty() {
        return Ok(0);
    }
    diesel::sql_query(statement)
        .bind::<Uuid, _>(county)
        .bind::<Jsonb, _>(Value::Array(rows))
        .execute(conn)
        .await
}

/// Inserts pool entries.
///
/// # Errors
/// `Taken` where somebody entered the same person at the same moment.
pub(super) async fn insert(conn: &mut AsyncPgConnection, county: CountyId, rows: &[Reserve]) -> Result<()> {
    let rows = rows.iter().map(|row| {
        json!({
            "id": row.id, "person_id": row.person_id, "village_id": row.village_id, "path": row.path,
            "sort_key": row.sort_key, "kind": row.kind, "entered_on": row.entered_on, "left_on": row.left_on,
            "state": row.state, "state_from": row.state_from, "route": row.route,
            "political_status": row.political_status, "education_at_entry": row.education_at_entry,
            "note": row.note, "created_by": row.created_by,
        })
    });
    run(
        conn,
        county,
        "INSERT INTO reserves (county_id, id, person_id, village_id, path, sort_key, kind, entered_on, left_on, state, \
         state_from, route, political_status, education_at_entry, note, created_by, updated_by) \
         SELECT $1, n.*, n.created_by FROM jsonb_to_recordset($2) AS n (id uuid, person_id uuid, village_id uuid, \
         path text, sort_key text, kind text, entered_on date, left_on date, state text, state_from date, route text, \
         political_status text, education_at_entry text, note text, created_by text)",
        rows.collect(),
    )
    .await
    .constraint("reserves_no_overlap", || Error::Taken {
        field: "person",
        message: "该人员在这段时间已经在人才库中，不能重复入库。".to_owned(),
    })?;
    Ok(())
}

/// Adds sources.
pub(super) async fn add_sources(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    sources: &[(ReserveId, &[String])],
) -> diesel::QueryResult<usize> {
    let rows = sources
        .iter()
        .flat_map(|(id, codes)| codes.iter().map(move |code| json!({ "reserve_id": id, "source": code })));
    run(
        conn,
        county,
        "INSERT INTO reserve_sources (county_id, reserve_id, source) \
         SELECT DISTINCT $1, n.reserve_id, n.source FROM jsonb_to_recordset($2) AS n (reserve_id uuid, source text)",
        rows.collect(),
    )
    .await
}

/// Adds states.
pub(super) async fn add_states(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    spells: &[StateSpell],
) -> diesel::QueryResult<usize> {
    let rows = spells.iter().map(|spell| {
        json!({
            "reserve_id": spell.reserve_id, "state": spell.state, "village_id": spell.village_id,
            "post": spell.post, "reason": spell.reason, "from_day": spell.from_day, "to_day": spell.to_day,
        })
    });
    run(
        conn,
        county,
        "INSERT INTO reserve_states (county_id, reserve_id, state, village_id, post, reason, from_day, to_day) \
         SELECT $1, n.* FROM jsonb_to_recordset($2) AS n (reserve_id uuid, state text, village_id uuid, post text, \
         reason text, from_day date, to_day date)",
        rows.collect(),
    )
    .await
}

/// Adds mentors; answers their ids in the order given.
///
/// # Errors
/// `Taken` where one of them guides already.
pub(super) async fn add_mentors(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    mentors: &[(ReserveId, &NewMentor)],
) -> Result<Vec<MentorId>> {
    let ids: Vec<MentorId> = mentors.iter().map(|_| MentorId::new()).collect();
    let rows = mentors.iter().zip(&ids).map(|((reserve, mentor), id)| {
        json!({
            "id": id, "reserve_id": reserve, "kind": mentor.kind.code(), "person_id": mentor.person,
            "name": mentor.name.as_str(), "from_day": mentor.from_day, "created_by": actor.name,
        })
    });
    run(
        conn,
        actor.scope.county,
        "INSERT INTO reserve_mentors (county_id, id, reserve_id, kind, person_id, name, from_day, created_by) \
         SELECT $1, n.* FROM jsonb_to_recordset($2) AS n (id uuid, reserve_id uuid, kind text, person_id uuid, \
         name text, from_day date, created_by text)",
        rows.collect(),
    )
    .await
    .constraint("reserve_mentors_no_overlap", || Error::Taken {
        field: "mentor",
        message: "该帮带人已经在帮带同一人，不必重复登记。".to_owned(),
    })?;
    Ok(ids)
}

/// Writes what may change of each entry and raises its version; one whose version moved meanwhile is not written.
///
/// # Errors
/// `Stale`.
pub(super) async fn update(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Reserve]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let values = rows.iter().map(|row| {
        json!({
            "id": row.id, "version": row.version, "kind": row.kind, "left_on": row.left_on, "state": row.state,
            "state_from": row.state_from, "route": row.route, "political_status": row.political_status,
            "education_at_entry": row.education_at_entry, "note": row.note,
        })
    });
    let written = diesel::sql_query(
        "UPDATE reserves r SET kind = n.kind, left_on = n.left_on, state = n.state, state_from = n.state_from, \
         route = n.route, political_status = n.political_status, education_at_entry = n.education_at_entry, \
         note = n.note, version = r.version + 1, updated_at = now(), updated_by = $3 \
         FROM jsonb_to_recordset($2) AS n (id uuid, version integer, kind text, left_on date, state text, \
         state_from date, route text, political_status text, education_at_entry text, note text) \
         WHERE r.county_id = $1 AND r.id = n.id AND r.version = n.version",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Jsonb, _>(Value::Array(values.collect()))
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    if written == rows.len() { Ok(()) } else { Err(Error::Stale) }
}

/// Appends the entry of a verb: about one pool entry with its details, about many with a digest over their ids.
pub(super) async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    rows: &[Reserve],
    details: impl Fn(&Reserve) -> Value,
) -> Result<()> {
    let one = if let [row] = rows { Some(row) } else { None };
    let (path, details) = match one {
        Some(row) => (row.path(), details(row)),
        None => (
            actor.scope.path.clone(),
            json!({ "reserves_sha256": audit::digest(rows.iter().map(|row| row.id.0)) }),
        ),
    };
    audit::append(
        conn,
        actor,
        &Entry {
            action,
            subject_kind: SUBJECT,
            subject: one.map(|row| row.id.0),
            count: rows.len(),
            path: &path,
            details,
        },
    )
    .await
}
