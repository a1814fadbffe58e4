//! `/committees/{id}/terms`, `/terms/{id}`: terms with the posts that they provide.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, get, patch, post, routes};
use utoipa::ToSchema;

use super::extensions::ExtensionJson;
use super::{over, said};
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{CommitteeId, TermId};
use crate::base::policy::{self, Action};
use crate::base::{actor::Actor, clock};
use crate::records::committees::queries::{self, TermCard};
use crate::records::committees::{self, CloseTerm, Explain, Unusual};
use crate::web::forms::committee::{TermText, Wrong};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page, Seen};
use crate::web::late::Late;
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_terms, open_term, show_term, correct_term, close_term, explain_finding]
}

/// A term.
#[derive(serde::Serialize, ToSchema)]
pub struct TermJson {
    id: String,
    version: i32,
    committee: String,
    ordinal: i32,
    from_day: NaiveDate,
    /// The day by which the next election is due.
    due_day: NaiveDate,
    /// First day no longer in the term.
    ended_on: Option<NaiveDate>,
    /// Places by code of the post.
    posts: BTreeMap<String, i32>,
    /// What the superior approved, where the term was extended to `due_day`.
    extension: Option<ExtensionJson>,
}

impl From<TermCard> for TermJson {
    fn from(card: TermCard) -> Self {
        Self {
            id: card.term.id.to_string(),
            version: card.term.version,
            committee: card.term.committee_id.to_string(),
            ordinal: card.term.ordinal,
            from_day: card.term.from_day,
            due_day: card.term.due_day,
            ended_on: card.term.ended_on,
            posts: card.posts.into_iter().map(|post| (post.post, post.places)).collect(),
            extension: card.extension.map(ExtensionJson::from),
        }
    }
}

/// List the terms of a committee, the newest first.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<TermJson>), (status = 404, description = "none in your scope")))]
#[get("/committees/<id>/terms")]
pub async fn list_terms(
    caller: Caller,
    mut db: Db,
    id: CommitteeId,
    listing: Listing,
) -> Answer<Json<Page<TermJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (scope, today) = (caller.scope(), clock::today());
    let terms = db::read(&mut db.0, scope, async |conn| {
        queries::find(conn, scope, today, id).await?;
        Ok(queries::terms(conn, scope, &[id]).await?)
    })
    .await?;
    Ok(Json(Page::whole(terms.into_iter().map(TermJson::from).collect(), &listing)))
}

/// A term to be opened.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermInput {
    ordinal: i32,
    /// First day.
    from_day: String,
    /// After the years that the rules of that day provide, where it is not sent.
    #[serde(default)]
    due_day: Option<String>,
    /// For terms of the past.
    #[serde(default)]
    ended_on: Option<String>,
    /// Places by code of the post.
    posts: BTreeMap<String, i32>,
}

/// Open a term; the one before ends as it begins, and so do the seats in it.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = TermInput,
    responses((status = 201, body = TermJson), (status = 422, description = "what is forbidden, by field")))]
#[post("/committees/<id>/terms", data = "<body>")]
pub async fn open_term(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    id: CommitteeId,
    body: Body<TermInput>,
    late: Late<'_>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let text = TermText {
        ordinal: input.ordinal,
        from_day: Some(input.from_day),
        due_day: input.due_day,
        ended_on: input.ended_on,
        posts: input.posts.into_iter().collect(),
    };
    let command = text.open(id, &db.words(caller.scope()).await?)?;
    let from_day = command.from_day;
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = committees::open_term(conn, actor, &[command]).await?;
            let id = ids.into_iter().next().or_missing("届次")?;
            let scope = &actor.scope;
            let card = db::read(conn, scope, async |conn| queries::term(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&TermJson::from(card)).map_err(Error::broken)?))
        })
        .await?;
    late.note(&mut db, actor, [from_day]).await;
    Ok(kept.at("/api/v1/terms", "id"))
}

pub(super) async fn read(db: &mut Db, actor: &Actor, id: TermId) -> Result<TermCard> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| queries::term(conn, scope, id).await).await
}

pub(super) fn versioned(card: TermCard) -> Versioned<TermJson> {
    Versioned { version: card.term.version, created: false, body: card.into() }
}

/// Show one term.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = TermJson), (status = 404, description = "none in your scope")))]
#[get("/terms/<id>")]
pub async fn show_term(caller: Caller, mut db: Db, id: TermId) -> Answer<Versioned<TermJson>> {
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// What is to be corrected of a term; what is not sent stays.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermChange {
    #[serde(default)]
    ordinal: Option<i32>,
    #[serde(default)]
    from_day: Option<String>,
    #[serde(default)]
    due_day: Option<String>,
    /// Null: it runs on.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<String>)]
    ended_on: Option<Option<String>>,
    /// All places by code of the post.
    #[serde(default)]
    posts: Option<BTreeMap<String, i32>>,
}

/// Correct a term; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = TermChange,
    responses((status = 200, body = TermJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "what is forbidden, by field"), (status = 428, description = "If-Match missing")))]
#[patch("/terms/<id>", data = "<body>")]
pub async fn correct_term(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TermId,
    body: Body<TermChange>,
    late: Late<'_>,
) -> Answer<Versioned<TermJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let now = read(&mut db, &caller.actor, id).await?;
    let input = body.0;
    let day = |day: NaiveDate| day.to_string();
    let stored = now.posts.into_iter().map(|post| (post.post, post.places)).collect();
    let text = TermText {
        ordinal: input.ordinal.unwrap_or(now.term.ordinal),
        from_day: input.from_day.or_else(|| Some(day(now.term.from_day))),
        due_day: input.due_day.or_else(|| Some(day(now.term.due_day))),
        ended_on: over(input.ended_on, now.term.ended_on.map(day)),
        posts: input.posts.map_or(stored, |posts| posts.into_iter().collect()),
    };
    let command = text.correct(id, version.0, &db.words(caller.scope()).await?)?;
    let days = [now.term.from_day, command.from_day];
    committees::correct_term(&mut db.0, &caller.actor, &[command]).await?;
    late.note(&mut db, &caller.actor, days).await;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// When a term was closed.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseTermInput {
    /// First day no longer in the term; today where it is not sent.
    #[serde(default)]
    on: Option<String>,
}

/// Close a term before the next one begins; the seats in it end with it.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = CloseTermInput,
    responses((status = 200, body = TermJson), (status = 409, description = "closed already"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "what is forbidden, by field")))]
#[post("/terms/<id>/close", data = "<body>")]
pub async fn close_term(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: TermId,
    body: Body<CloseTermInput>,
    late: Late<'_>,
) -> Answer<Versioned<TermJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let mut wrong = Wrong::default();
    let on = match body.0.on {
        Some(text) => wrong.day("on", "任期结束", Some(&text)),
        None => Some(clock::today()),
    };
    let on = wrong.finish(on)?;
    committees::close_term(&mut db.0, &caller.actor, &[CloseTerm { term: id, version: seen.0, on }]).await?;
    late.note(&mut db, &caller.actor, [on]).await;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// Why something unusual is as it is.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplanationInput {
    /// Code of the finding, as the committee shows it.
    rule: String,
    /// In 1 to 500 characters.
    reason: String,
}

/// Say why something unusual in a term is as it is. A later word takes the place of an earlier one.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = ExplanationInput,
    responses((status = 204, description = "said"), (status = 404, description = "none in your scope"),
        (status = 422, description = "nothing of the kind is unusual today, or no reason")))]
#[post("/terms/<id>/explanations", data = "<body>")]
pub async fn explain_finding(
    caller: Caller,
    mut db: Db,
    id: TermId,
    body: Body<ExplanationInput>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let ExplanationInput { rule, reason } = body.0;
    let what = Unusual::parse(&rule)
        .map_err(|error| Error::Invalid(vec![FieldError::new("rule", error, Some(&rule))]))?;
    committees::explain(&mut db.0, &caller.actor, &[Explain { term: id, what, reason }]).await?;
    Ok(Status::NoContent)
}
