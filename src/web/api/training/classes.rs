//! Classes: list, show, plan, change, and the steps that each goes.

use diesel_async::AsyncPgConnection;
use rocket::serde::json::Json;
use rocket::{FromForm, get, patch, post};
use utoipa::ToSchema;

use super::json::ClassJson;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::{TrainingClassId, TrainingProgrammeId};
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::parse_date;
use crate::records::organisations;
use crate::records::training::queries::{self, ClassCard, ClassFilter, ClassPlace};
use crate::records::training::{self, ChangeClass, ClassKind, ClassState, ClassStep, StepClass};
use crate::web::api::organisations::narrowed;
use crate::web::forms::training::{ClassInput, ClassPlaces};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Failure, Versioned};

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct ClassQuery<'r> {
    /// Code of an organisation: classes that its members may attend.
    pub within: Option<&'r str>,
    /// Start of the number, or a part of the name.
    pub q: Option<&'r str>,
    /// Id of a programme.
    pub programme: Option<&'r str>,
    /// Code of a field.
    pub field: Option<&'r str>,
    /// `class`, `micro_lesson` or `lecture`.
    pub kind: Option<&'r str>,
    /// A state; all when not given.
    pub state: Option<&'r str>,
    /// Only those that end on this day or later.
    pub from: Option<&'r str>,
    /// Only those that begin on this day or earlier.
    pub until: Option<&'r str>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl ClassQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(&self) -> Result<ClassFilter, Error> {
        let mut errors = Vec::new();
        let mut filter = ClassFilter {
            query: given(self.q).map(str::to_owned),
            field: given(self.field).map(str::to_owned),
            ..ClassFilter::default()
        };
        if let Some(text) = given(self.programme) {
            match text.parse::<TrainingProgrammeId>() {
                Ok(id) => filter.programme = Some(id),
                Err(_) => errors.push(FieldError::new("programme", "没有找到这项轮训计划。", Some(text))),
            }
        }
        if let Some(text) = given(self.kind) {
            match ClassKind::parse(text) {
                Ok(kind) => filter.kind = Some(kind),
                Err(error) => errors.push(FieldError::new("kind", error, Some(text))),
            }
        }
        if let Some(text) = given(self.state) {
            match ClassState::parse(text) {
                Ok(state) => filter.states = vec![state],
                Err(error) => errors.push(FieldError::new("state", error, Some(text))),
            }
        }
        for (name, text, day) in
            [("from", self.from, &mut filter.from_day), ("until", self.until, &mut filter.until_day)]
        {
            let Some(text) = given(text) else { continue };
            match parse_date(text) {
                Ok(parsed) => *day = Some(parsed),
                Err(error) => errors.push(FieldError::new(name, error, Some(text))),
            }
        }
        if errors.is_empty() { Ok(filter) } else { Err(Error::Invalid(errors)) }
    }
}

/// The place that a page of the list gave.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn class_after(listing: &Listing) -> Result<Option<ClassPlace>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [day, id] = parts.as_slice() else { return Err(wrong()) };
    let (first_day, id) = (day.parse().map_err(|_| wrong())?, id.parse().map_err(|_| wrong())?);
    Ok(Some(ClassPlace { first_day, id }))
}

/// A page of classes: one row more is read, to know whether another page follows.
///
/// # Errors
/// Whatever the database answers.
pub async fn class_page(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    filter: &ClassFilter,
    after: Option<&ClassPlace>,
    limit: u16,
) -> Result<(Vec<ClassCard>, Option<String>), Error> {
    let wanted = usize::from(limit);
    let mut cards =
        queries::list_classes(conn, within, filter, after, i64::from(limit).saturating_add(1)).await?;
    let more = cards.len() > wanted;
    cards.truncate(wanted);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|last| Listing::cursor(&[&last.class.first_day.to_string(), &last.class.id.to_string()]));
    Ok((cards, next))
}

/// List the classes that the members of an organisation may attend, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(
    ("within" = Option<String>, Query), ("q" = Option<String>, Query, description = "start of the number, or a part of the name"),
    ("programme" = Option<String>, Query), ("field" = Option<String>, Query), ("kind" = Option<String>, Query),
    ("state" = Option<String>, Query), ("from" = Option<String>, Query), ("until" = Option<String>, Query),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ClassJson>)))]
#[get("/training/classes?<query..>")]
pub async fn list_classes(
    caller: Caller,
    mut db: Db,
    query: ClassQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<ClassJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (filter, after, scope) = (query.parse()?, class_after(&listing)?, caller.scope());
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(query.within)).await?;
        let (cards, next) = class_page(conn, &within, &filter, after.as_ref(), listing.limit).await?;
        let total = listing.total(queries::count_classes(conn, &within, &filter)).await?;
        Ok(Page { items: cards.into_iter().map(ClassJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// Reads one class for an answer.
///
/// # Errors
/// `Missing`.
pub async fn class_card(db: &mut Db, actor: &Actor, id: TrainingClassId) -> Result<ClassCard, Error> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    db::read(&mut db.0, &actor.scope, async |conn| queries::find_class(conn, &actor.scope, id).await).await
}

/// What the codes of a class mean: the host anywhere in the county, the audience inside the caller's scope; where they
/// are not said, his own organisation.
///
/// # Errors
/// When the database fails.
pub async fn class_places(db: &mut Db, actor: &Actor, input: &ClassInput) -> Result<ClassPlaces, Error> {
    let own = actor.scope.path.code();
    let host = input.organisation().unwrap_or(own);
    let audience = input.audience().or(input.organisation()).unwrap_or(own);
    let (scope, county) = (&actor.scope, actor.scope.whole_county());
    db::read(&mut db.0, scope, async |conn| {
        let programme = match input.programme() {
            Some(word) => queries::programme_by_word(conn, scope.county, word).await?,
            None => None,
        };
        let host = organisations::queries::by_code(conn, &county, host).await?;
        let audience = organisations::queries::by_code(conn, scope, audience).await?;
        Ok(ClassPlaces {
            programme: programme.map(|programme| programme.id),
            organisation: host.map(|host| host.id),
            audience: audience.map(|audience| audience.id),
        })
    })
    .await
}

/// Plan a class.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = ClassInput,
    responses((status = 201, body = ClassJson), (status = 409, description = "another class has this number"), (status = 422, description = "refused fields")))]
#[post("/training/classes", data = "<body>")]
pub async fn plan_class(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<ClassInput>,
) -> Answer<Kept> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let Body(input, hash) = body;
    let places = class_places(&mut db, &caller.actor, &input).await?;
    let command = input.plan(places).map_err(Error::Invalid)?;
    let actor = &caller.actor;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = training::plan_classes(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("这个班次")?;
        let card =
            db::read(conn, &actor.scope, async |conn| queries::find_class(conn, &actor.scope, id).await);
        let json = serde_json::to_string(&ClassJson::from(card.await?)).map_err(Error::broken)?;
        Ok((201, json))
    })
    .await
}

/// Show a class.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = ClassJson), (status = 404, description = "none in your scope")))]
#[get("/training/classes/<id>")]
pub async fn show_class(caller: Caller, mut db: Db, id: TrainingClassId) -> Answer<Versioned<ClassJson>> {
    let card = class_card(&mut db, &caller.actor, id).await?;
    Ok(Versioned { version: card.class.version, created: false, body: card.into() })
}

/// Change a class; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = ClassInput,
    responses((status = 200, body = ClassJson), (status = 409, description = "its state, its roll or another class stands against it"), (status = 412, description = "changed meanwhile"), (status = 428, description = "If-Match missing")))]
#[patch("/training/classes/<id>", data = "<body>")]
pub async fn change_class(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingClassId,
    body: Body<ClassInput>,
) -> Answer<Versioned<ClassJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let edits = body.0.edits().map_err(Error::Invalid)?;
    let command = ChangeClass { class: id, version: version.0, edits };
    training::change_classes(&mut db.0, &caller.actor, &[command]).await?;
    show_class(caller, db, id).await
}

/// Why a step is taken.
#[derive(Debug, Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ClassStepInput {
    /// Cancelling and reopening need it.
    pub reason: Option<String>,
}

/// The step of a code in an address.
///
/// # Errors
/// `Missing`.
pub fn class_step(code: &str) -> Result<ClassStep, Error> {
    ClassStep::from_code(code).or_missing("这个操作")
}

/// Take a class on: `open`, `hold`, `close`, `reopen` or `cancel`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path), ("step" = String, Path)),
    request_body = ClassStepInput, responses((status = 200, body = ClassJson), (status = 409, description = "its state does not allow it"), (status = 422, description = "the reason is missing")))]
#[post("/training/classes/<id>/<step>", data = "<body>", rank = 2)]
pub async fn step_class(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: TrainingClassId,
    step: &str,
    body: Body<ClassStepInput>,
) -> Answer<Versioned<ClassJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let step = class_step(step)?;
    let command = StepClass { class: id, version: seen.0, step, reason: body.0.reason };
    training::step_classes(&mut db.0, &caller.actor, &[command]).await?;
    show_class(caller, db, id).await
}
