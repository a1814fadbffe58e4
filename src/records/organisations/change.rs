//! Changes what is recorded of organisations, and where they stand in the tree from a day on.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::edit::Edit;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{CountyId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::organisations::model::{Kind, Organisation, name_keys};
use crate::records::organisations::{queries, rules};
use crate::schema::organisations;

/// What is said of each field.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is that of the organisation, see contract 4")]
pub struct Edits {
    pub name: Edit<String>,
    pub kind: Edit<Kind>,
    pub parent: Edit<Move>,
    pub founded_on: Edit<NaiveDate>,
    pub dissolved_on: Edit<NaiveDate>,
    pub credit_code: Edit<String>,
    pub telephone: Edit<String>,
    pub note: Edit<String>,
}

/// Another organisation above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// Code of the organisation above.
    pub parent_code: String,
    /// First day below it.
    pub on: NaiveDate,
}

/// A change of one organisation.
#[derive(Debug, Clone)]
pub struct Change {
    /// The organisation.
    pub organisation: OrganisationId,
    /// The version that the actor saw.
    pub version: i32,
    /// What is to change.
    pub edits: Edits,
}

/// An organisation that gets another one above.
struct Moved {
    organisation: OrganisationId,
    parent: OrganisationId,
    on: NaiveDate,
}

/// Changes organisations. A new place holds for everything below them; what is on record of earlier days stays as it
/// was.
///
/// # Errors
/// `Missing`, `Stale` where somebody changed one of them meanwhile, `Invalid` with the wrong fields, `Taken` for a second
/// move on one day, `Forbidden` where an organisation, or the one above it, is outside the actor's subtree.
pub async fn change(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Change]) -> Result<()> {
    let today = clock::today();
    db::write(conn, actor, async |conn| {
        let county = actor.scope.county;
        let mut rows = lock(conn, county, commands).await?;
        policy::require_all(
            actor,
            Action::EnterRecords,
            &rows.iter().map(Organisation::path).collect::<Vec<_>>(),
        )?;
        let above = parents(conn, actor, commands).await?;
        let (mut moves, mut errors) = (Vec::new(), Vec::new());
        let before: Vec<serde_json::Value> = rows.iter().take(TOLD).map(told).collect();
        for (row, command) in rows.iter_mut().zip(commands) {
            if row.version != command.version {
                return Err(Error::Stale);
            }
            errors.extend(edit(row, command, &above, &mut moves)?);
            errors.extend(rules::check_dates(row.founded_on, row.dissolved_on, today));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        refuse_cycles(conn, county, &moves).await?;
        write(conn, county, &rows).await?;
        place(conn, county, &moves).await?;
        let path = &actor.scope.path;
        let changed: Vec<serde_json::Value> = before
            .iter()
            .zip(&rows)
            .map(|(old, row)| serde_json::json!({ "code": row.code, "changes": audit::changes(old, &told(row)) }))
            .collect();
        let entry = audit::Entry {
            action: "organisations.change",
            subject_kind: "organisation",
            subject: rows.as_slice().first().filter(|_| rows.len() == 1).map(|row| row.id.0),
            count: rows.len(),
            path,
            details: serde_json::json!({ "organisations": changed, "moved": moves.len() }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

/// Organisations that an entry of the trail tells of one by one.
const TOLD: usize = 50;

/// An organisation as the trail tells it.
fn told(row: &Organisation) -> serde_json::Value {
    serde_json::json!({
        "name": row.name, "kind": row.kind, "parent": row.parent_id, "founded_on": row.founded_on,
        "dissolved_on": row.dissolved_on, "credit_code": row.credit_code, "telephone": row.telephone, "note": row.note,
    })
}

/// The rows of the commands, in their order, kept from others until the end of the transaction.
async fn lock(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    commands: &[Change],
) -> Result<Vec<Organisation>> {
    let ids: Vec<OrganisationId> = commands.iter().map(|command| command.organisation).collect();
    let found: Vec<Organisation> = organisations::table
        .filter(organisations::county_id.eq(county))
        .filter(organisations::id.eq_any(&ids))
        .order(organisations::id)
        .select(Organisation::as_select())
        .for_update()
        .load(conn)
        .await?;
    let mut found: HashMap<OrganisationId, Organisation> =
        found.into_iter().map(|row| (row.id, row)).collect();
    ids.iter().map(|id| found.remove(id).ok_or(Error::Missing { what: "组织" })).collect()
}

/// The organisations that are to stand above, by code.
async fn parents(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Change],
) -> Result<HashMap<String, Organisation>> {
    let codes: Vec<String> = commands
        .iter()
        .filter_map(|command| match &command.edits.parent {
            Edit::Set(above) => Some(above.parent_code.clone()),
            _ => None,
        })
        .collect();
    let found = queries::by_codes(conn, &actor.scope, &codes).await?;
    policy::require_all(
        actor,
        Action::EnterRecords,
        &found.iter().map(Organisation::path).collect::<Vec<_>>(),
    )?;
    Ok(found.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// Edits a row; answers what is wrong.
fn edit(
    row: &mut Organisation,
    command: &Change,
    above: &HashMap<String, Organisation>,
    moves: &mut Vec<Moved>,
) -> Result<Vec<FieldError>> {
    let unknown = || Error::broken("an organisation of an unknown kind");
    let mut errors = Vec::new();
    let edits = command.edits.clone();
    row.name = edits.name.over_required(std::mem::take(&mut row.name));
    let length = row.name.chars().count();
    if length == 0 || length > rules::LONGEST_NAME {
        let message =
            format!("组织名称应为1至{}个字，现有{length}个字；请填写规范全称或简称", rules::LONGEST_NAME);
        errors.push(FieldError::new("name", message, Some(&row.name)));
    }
    let before = row.kind().ok_or_else(unknown)?;
    let kind = edits.kind.over_required(before);
    if let Err(error) = rules::check_kind_change(before, kind) {
        errors.push(FieldError::new("kind", error, Some(kind.name())));
    }
    kind.code().clone_into(&mut row.kind);
    if let Edit::Set(to) = &edits.parent {
        match above.get(&to.parent_code) {
            None => return Err(Error::Missing { what: "上级组织" }),
            Some(parent) => {
                let parent_kind = parent.kind().ok_or_else(unknown)?;
                if let Err(error) = rules::check_parent(kind, &row.code, parent_kind, &parent.code) {
                    errors.push(FieldError::new("parent_code", error, Some(&to.parent_code)));
                }
                if row.parent_id != Some(parent.id) {
                    row.parent_id = Some(parent.id);
                    moves.push(Moved { organisation: row.id, parent: parent.id, on: to.on });
                }
            }
        }
    }
    row.founded_on = edits.founded_on.over(row.founded_on);
    row.dissolved_on = edits.dissolved_on.over(row.dissolved_on);
    row.credit_code = edits.credit_code.over(row.credit_code.take());
    row.telephone = edits.telephone.over(row.telephone.take());
    row.note = edits.note.over(row.note.take());
    Ok(errors)
}

/// Refuses organisations that would stand above themselves.
async fn refuse_cycles(conn: &mut AsyncPgConnection, county: CountyId, moves: &[Moved]) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let pairs: Vec<(OrganisationId, Option<OrganisationId>)> = organisations::table
        .filter(organisations::county_id.eq(county))
        .select((organisations::id, organisations::parent_id))
        .load(conn)
        .await?;
    let mut parents: HashMap<OrganisationId, OrganisationId> =
        pairs.into_iter().filter_map(|(id, parent)| Some((id, parent?))).collect();
    parents.extend(moves.iter().map(|moved| (moved.organisation, moved.parent)));
    if moves.iter().any(|moved| rules::find_cycle(&parents, moved.organisation).is_some()) {
        let message = "上级关系成环：一个组织不能设在自己或自己的下级组织下，请核对上级代码";
        return Err(Error::invalid("parent_code", message));
    }
    Ok(())
}

async fn write(conn: &mut AsyncPgConnection, county: CountyId, rows: &[Organisation]) -> Result<()> {
    let keys: Vec<(String, String)> = rows.iter().map(|row| name_keys(&row.name)).collect();
    diesel::sql_query(
        "UPDATE organisations o SET name = n.name, kind = n.kind, pinyin = n.pinyin, initials = n.initials, \
         parent_id = n.parent_id, founded_on = n.founded_on, dissolved_on = n.dissolved_on, \
         credit_code = n.credit_code, telephone = n.telephone, note = n.note, version = n.version + 1, \
         updated_at = now() \
         FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS n (id, name, kind, pinyin, initials, \
         parent_id, founded_on, dissolved_on, credit_code, telephone, note, version) \
         WHERE o.county_id = $1 AND o.id = n.id",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(keys.iter().map(|keys| keys.0.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(keys.iter().map(|keys| keys.1.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Uuid>>, _>(rows.iter().map(|row| row.parent_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.founded_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.dissolved_on).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.credit_code.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.telephone.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(rows.iter().map(|row| row.note.as_deref()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the places that held until now, begins the new ones, and writes them wherever they are kept.
async fn place(conn: &mut AsyncPgConnection, county: CountyId, moves: &[Moved]) -> Result<()> {
    if moves.is_empty() {
        return Ok(());
    }
    let ids: Vec<OrganisationId> = moves.iter().map(|moved| moved.organisation).collect();
    let days: Vec<NaiveDate> = moves.iter().map(|moved| moved.on).collect();
    let twice = || Error::Taken {
        field: "parent_code",
        message: "这个组织在同一天或更晚的日期已变更过上级；上级一天只能变更一次，请核对，或次日再办理。"
            .to_owned(),
    };
    diesel::sql_query(
        "UPDATE organisation_parents p SET to_day = n.on_day FROM unnest($2, $3) AS n (id, on_day) \
         WHERE p.county_id = $1 AND p.organisation_id = n.id AND p.to_day IS NULL",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Date>, _>(&days)
    .execute(conn)
    .await
    .constraint("organisation_parents_period", twice)?;
    diesel::sql_query(
        "INSERT INTO organisation_parents (county_id, organisation_id, parent_id, from_day) \
         SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Uuid>, _>(moves.iter().map(|moved| moved.parent).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(&days)
    .execute(conn)
    .await?;
    diesel::sql_query("SELECT place_organisations($1)").bind::<Uuid, _>(county).execute(conn).await?;
    Ok(())
}
