//! Changes what is recorded of people in the pool: the list, the route, political status, education at entry, sources.

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::edit::Edit;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::ReserveId;
use crate::records::audit;
use crate::records::reserves::examine::{check_codes, check_sources};
use crate::records::reserves::mentors::lock;
use crate::records::reserves::model::{Reserve, ReserveKind, Route};
use crate::records::reserves::{queries, write};
use crate::records::words::{self, WordBook};

/// What is said of each field. A state is changed by a step.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is that of the entry")]
pub struct Edits {
    pub kind: Edit<ReserveKind>,
    pub route: Edit<Route>,
    pub political_status: Edit<String>,
    pub education: Edit<String>,
    pub sources: Edit<Vec<String>>,
    pub note: Edit<String>,
}

/// A change of one entry.
#[derive(Debug, Clone)]
pub struct Change {
    /// The entry.
    pub reserve: ReserveId,
    /// The version that the actor saw.
    pub version: i32,
    /// What is to change.
    pub edits: Edits,
}

/// Changes entries; answers the names of the changed fields of each, in the order given. Where nothing differs, nothing
/// is written.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`, `Invalid` with the wrong fields.
pub async fn change(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Change],
) -> Result<Vec<Vec<&'static str>>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| Some(command.version))).await?;
        let sources = queries::sources(conn, &actor.scope, &ids).await?;
        let words = words::book(conn, actor.scope.county).await?;
        let mut changed = Vec::new();
        let mut replaced = Vec::new();
        let mut answer = Vec::with_capacity(commands.len());
        let mut changes = Vec::new();
        for (mut row, command) in rows.into_iter().zip(commands) {
            let old = sources.get(&row.id).cloned().unwrap_or_default();
            let earlier = told(&row, &old);
            let (fields, new) = apply(&mut row, &old, &command.edits, &words)?;
            if !fields.is_empty() {
                let sources = if fields.contains(&"sources") { &new } else { &old };
                changes.push(audit::changes(&earlier, &told(&row, sources)));
            }
            if fields.contains(&"sources") {
                replaced.push((row.id, new));
            }
            if !fields.is_empty() {
                changed.push(row);
            }
            answer.push(fields);
        }
        if !changed.is_empty() {
            replace_sources(conn, actor, &replaced).await?;
            write::update(conn, actor, &changed).await?;
            write::append(
                conn,
                actor,
                "reserves.change",
                &changed,
                |_| json!({ "changes": changes.first() }),
            )
            .await?;
        }
        Ok(answer)
    })
    .await
}

/// A pool entry as the trail tells it.
fn told(row: &Reserve, sources: &[String]) -> serde_json::Value {
    json!({
        "kind": row.kind, "route": row.route, "political_status": row.political_status,
        "education": row.education_at_entry, "note": row.note, "sources": sources,
    })
}

fn apply(
    row: &mut Reserve,
    old: &[String],
    edits: &Edits,
    words: &WordBook,
) -> Result<(Vec<&'static str>, Vec<String>)> {
    let before = row.clone();
    if let Edit::Set(kind) = edits.kind {
        kind.code().clone_into(&mut row.kind);
    }
    let route = match &edits.route {
        Edit::Keep => Edit::Keep,
        Edit::Clear => Edit::Clear,
        Edit::Set(route) => Edit::Set(route.code().to_owned()),
    };
    row.route = route.over(row.route.take());
    row.political_status = edits.political_status.clone().over_required(before.political_status.clone());
    row.education_at_entry = edits.education.clone().over_required(before.education_at_entry.clone());
    row.note = edits.note.clone().over(row.note.take());
    let mut sources = edits.sources.clone().over_required(old.to_vec());
    sources.sort();
    sources.dedup();
    let mut errors = check_codes(&row.political_status, &row.education_at_entry, &sources);
    let new: Vec<String> = sources.iter().filter(|source| !old.contains(source)).cloned().collect();
    errors.extend(check_sources(&new, row.entered_on, words));
    if row.note.as_ref().is_some_and(|note| note.chars().count() > 500) {
        errors.push(FieldError::new("note", "备注不能超过500字，请精简。", None));
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let differs = [
        ("kind", row.kind != before.kind),
        ("route", row.route != before.route),
        ("political_status", row.political_status != before.political_status),
        ("education", row.education_at_entry != before.education_at_entry),
        ("sources", sources != old),
        ("note", row.note != before.note),
    ];
    let fields = differs.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect();
    Ok((fields, sources))
}

async fn replace_sources(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    replaced: &[(ReserveId, Vec<String>)],
) -> Result<()> {
    let rows = replaced.iter().map(|(id, _)| json!({ "id": id })).collect();
    write::run(
        conn,
        actor.scope.county,
        "DELETE FROM reserve_sources s USING jsonb_to_recordset($2) AS n (id uuid) \
         WHERE s.county_id = $1 AND s.reserve_id = n.id",
        rows,
    )
    .await?;
    let sources: Vec<_> = replaced.iter().map(|(id, codes)| (*id, codes.as_slice())).collect();
    write::add_sources(conn, actor.scope.county, &sources).await?;
    Ok(())
}
