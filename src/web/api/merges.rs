//! `/people/merge`, `/people/merges`: two records of one person made one, and two again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, MergeId, PersonId};
use crate::base::policy::{self, Action};
use crate::records::merges::{self, Half, Merge, Merged, MergedRow, Side, queries};
use crate::web;
use crate::web::api::duplicates::{person, wrong_cursor};
use crate::web::api::organisations::narrowed;
use crate::web::api::{members, people};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, OptionalBody, Page, Seen};
use crate::web::respond::{Answer, Failure, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![merge_people, list_merges, show_merge, undo_merge]
}

/// The record that stands for one that went in a merge.
async fn successor(db: &mut Db, actor: &Actor, id: uuid::Uuid) -> Result<Option<uuid::Uuid>, Error> {
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| Ok(queries::leads_to(conn, scope.county, id).await?)).await
}

/// The person whom the address of somebody leads to who is not on record any more, where the actor sees him.
///
/// # Errors
/// `missing` where it leads nowhere, and whatever else it says.
pub async fn led_person(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    id: PersonId,
    missing: Error,
) -> Result<PersonId, Error> {
    if !matches!(missing, Error::Missing { .. }) {
        return Err(missing);
    }
    let to = successor(db, actor, id.0).await?.map(PersonId).ok_or(missing)?;
    people::read(db, actor, state, to).await.map(|record| record.card.person.id)
}

/// The member whom the address of one leads to who is not on record any more, where the actor sees him.
///
/// # Errors
/// `missing` where it leads nowhere, and whatever else it says.
pub async fn led_member(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    id: MembershipId,
    missing: Error,
) -> Result<MembershipId, Error> {
    if !matches!(missing, Error::Missing { .. }) {
        return Err(missing);
    }
    let to = successor(db, actor, id.0).await?.map(MembershipId).ok_or(missing)?;
    members::read(db, actor, state, to).await.map(|card| card.membership.id)
}

/// One of two records, as you saw it.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HalfInput {
    id: String,
    /// Its `ETag`.
    version: i32,
}

/// Two records to be made one.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    winner: HalfInput,
    loser: HalfInput,
    /// Whose value stays, `winner` or `loser`, for each field that differs: `{"name": "winner"}`.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Of each two records of the same thing (`twice` of the comparison) the id of the one that stays.
    #[serde(default)]
    keep: Vec<String>,
}

impl MergeInput {
    fn parse(self) -> Result<Merge, Error> {
        let mut errors = Vec::new();
        let mut fields = BTreeMap::new();
        for (field, side) in self.fields {
            match Side::parse(&side) {
                Ok(side) => {
                    fields.insert(field, side);
                }
                Err(error) => errors.push(FieldError::new(&format!("fields.{field}"), error, Some(&side))),
            }
        }
        let mut keep = Vec::with_capacity(self.keep.len());
        for id in &self.keep {
            match id.parse() {
                Ok(id) => keep.push(id),
                Err(_) => {
                    let message = format!("“{id}”不是登记的编号，请使用比对结果中给出的编号。");
                    errors.push(FieldError::new("keep", message, Some(id)));
                }
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        Ok(Merge {
            winner: Half { person: person("winner.id", &self.winner.id)?, version: self.winner.version },
            loser: Half { person: person("loser.id", &self.loser.id)?, version: self.loser.version },
            fields,
            keep,
        })
    }
}

/// Somebody's record in a merge.
#[derive(serde::Serialize, ToSchema)]
pub struct MergedHalfJson {
    id: String,
    name: String,
}

/// A row that a merge touched.
#[derive(serde::Serialize, ToSchema)]
pub struct MergedRowJson {
    relation: String,
    /// What it is, in Chinese.
    what: &'static str,
    /// `moved`, `removed` or `changed`.
    action: String,
    /// Its primary key after the merge.
    key: serde_json::Value,
    /// The columns of a row that was moved, as they were; what they are now stands in the key or is the winner.
    before: Option<serde_json::Value>,
    /// Whether it was kept when the merge was taken back, since somebody had changed it.
    kept: bool,
}

/// A merge of two records.
#[derive(serde::Serialize, ToSchema)]
pub struct MergeJson {
    id: String,
    version: i32,
    winner: MergedHalfJson,
    loser: MergedHalfJson,
    moved: i32,
    removed: i32,
    merged_by: String,
    merged_at: DateTime<Utc>,
    undone_by: Option<String>,
    undone_at: Option<DateTime<Utc>>,
    undo_reason: Option<String>,
    /// Every row that it touched; only with one merge.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<Vec<MergedRowJson>>,
}

impl MergeJson {
    fn of(merged: Merged, rows: Option<Vec<MergedRow>>) -> Self {
        let row = |row: MergedRow| MergedRowJson {
            what: merges::noun(&row.relation),
            before: row.columns().cloned(),
            relation: row.relation,
            action: row.action,
            key: row.key,
            kept: row.kept.is_some(),
        };
        Self {
            id: merged.id.to_string(),
            version: merged.version,
            winner: MergedHalfJson { id: merged.winner_id.to_string(), name: merged.winner_name },
            loser: MergedHalfJson { id: merged.loser_id.to_string(), name: merged.loser_name },
            moved: merged.moved,
            removed: merged.removed,
            merged_by: merged.merged_by,
            merged_at: merged.merged_at,
            undone_by: merged.undone_by,
            undone_at: merged.undone_at,
            undo_reason: merged.undo_reason,
            rows: rows.map(|rows| rows.into_iter().map(row).collect()),
        }
    }
}

/// Make two records of one person one. Every field that differs, and every two records of one time, need a choice.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = MergeInput,
    responses((status = 201, body = MergeJson), (status = 404, description = "one of them not in your scope"),
    (status = 409, description = "facts contradict that they are one: what has to be settled first"),
    (status = 412, description = "one of them was changed meanwhile"), (status = 422, description = "a choice is missing")))]
#[post("/people/merge", data = "<body>")]
pub async fn merge_people(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<MergeInput>,
    state: &State<web::State>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let (command, keys) = (input.parse()?, &state.keys);
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let merged = merges::merge(conn, actor, keys, &command).await?;
            Ok((201, serde_json::to_string(&MergeJson::of(merged, None)).map_err(Error::broken)?))
        })
        .await?;
    state.pairs.forget(actor.scope.county);
    Ok(kept)
}

/// A page of merges.
///
/// # Errors
/// `Missing` for an organisation outside the scope, `Forbidden`, `Invalid`.
pub async fn merged(
    db: &mut Db,
    actor: &Actor,
    within: Option<&str>,
    listing: &Listing,
) -> Result<Page<Merged>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let after = match listing.after.as_deref() {
        None => None,
        Some([id]) => Some(id.parse().map_err(|_| wrong_cursor())?),
        Some(_) => return Err(wrong_cursor()),
    };
    let scope = &actor.scope;
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within).await?;
        let mut items = queries::list(conn, &within, after, listing.limit.saturating_add(1)).await?;
        let more = items.len() > usize::from(listing.limit);
        items.truncate(usize::from(listing.limit));
        let next = items.last().filter(|_| more).map(|last| Listing::cursor(&[&last.id.to_string()]));
        let total = listing.total(queries::count(conn, &within)).await?;
        Ok(Page { items, next, total })
    });
    Ok(page.await?)
}

/// List the merges of your organisation, the newest first.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("within" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<MergeJson>)))]
#[get("/people/merges?<within>")]
pub async fn list_merges(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<MergeJson>>> {
    let page = merged(&mut db, &caller.actor, within, &listing).await?;
    Ok(Json(page.map(|merged| MergeJson::of(merged, None))))
}

/// One merge with its rows.
///
/// # Errors
/// `Missing`, `Forbidden`.
pub async fn merge_with_rows(
    db: &mut Db,
    actor: &Actor,
    id: MergeId,
) -> Result<(Merged, Vec<MergedRow>), Error> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| {
        let merged = queries::find(conn, scope, id).await?;
        let rows = queries::rows(conn, scope, id).await?;
        Ok((merged, rows))
    })
    .await
}

fn versioned((merged, rows): (Merged, Vec<MergedRow>)) -> Versioned<MergeJson> {
    Versioned { version: merged.version, created: false, body: MergeJson::of(merged, Some(rows)) }
}

/// Show a merge with every row that it touched.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = MergeJson), (status = 404, description = "none in your scope")))]
#[get("/people/merges/<id>")]
pub async fn show_merge(caller: Caller, mut db: Db, id: MergeId) -> Answer<Versioned<MergeJson>> {
    Ok(versioned(merge_with_rows(&mut db, &caller.actor, id).await?))
}

/// Why a merge is taken back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoMergeInput {
    /// In words, 200 characters at most. Nothing where the body or the field is left out.
    #[serde(default)]
    reason: Option<String>,
}

/// Take a merge back: a supervisor makes two of one again. What somebody changed since stays with the winner; `kept`
/// says so beside the row.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = String, Path)), request_body = Option<UndoMergeInput>,
    responses((status = 200, body = MergeJson), (status = 403, description = "supervisors only, in person"),
    (status = 404, description = "none in your scope"), (status = 409, description = "taken back already, or what has to stand again has no room"),
    (status = 412, description = "changed meanwhile"), (status = 422, description = "an empty or too long reason")))]
#[post("/people/merges/<id>/undo", data = "<body>")]
pub async fn undo_merge(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: MergeId,
    body: OptionalBody<UndoMergeInput>,
    state: &State<web::State>,
) -> Answer<Versioned<MergeJson>> {
    let reason = body.0.and_then(|input| input.reason);
    merges::undo(&mut db.0, &caller.actor, id, seen.0, reason.as_deref()).await?;
    state.pairs.forget(caller.scope().county);
    Ok(versioned(merge_with_rows(&mut db, &caller.actor, id).await?))
}
