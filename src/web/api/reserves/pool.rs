//! The pool itself: list, show, enter, change.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{FromForm, State, get, patch, post};
use utoipa::ToSchema;

use super::json::{ReserveJson, VillageJson};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::ReserveId;
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::reserves::queries::{self, Card, Filter, Place};
use crate::records::reserves::{self, Change, ReserveKind, ReserveState};
use crate::web::api::members::branch_id;
use crate::web::api::organisations::narrowed;
use crate::web::forms::reserve::ReserveInput;
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};
use crate::web::{self, reading};

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct ReserveQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Name, pinyin or initials.
    pub q: Option<&'r str>,
    /// `reserve_cadre` or `local_talent`.
    pub kind: Option<&'r str>,
    /// A state, or `any`; those in the pool when not given.
    pub state: Option<&'r str>,
    /// Code of a source.
    pub source: Option<&'r str>,
    /// A day on which they may be seconded.
    pub eligible_on: Option<&'r str>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl ReserveQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn parse(&self) -> Result<Filter, Failure> {
        let kind = given(self.kind)
            .map(ReserveKind::parse)
            .transpose()
            .map_err(|error| Failure::invalid("kind", error.to_string()))?;
        let states = match given(self.state) {
            None => Vec::new(),
            Some("any") => ReserveState::ALL.to_vec(),
            Some(text) => vec![
                ReserveState::parse(text).map_err(|error| Failure::invalid("state", error.to_string()))?,
            ],
        };
        let eligible_on = given(self.eligible_on)
            .map(parse_date)
            .transpose()
            .map_err(|error| Failure::invalid("eligible_on", error.about("挂职日期")))?;
        Ok(Filter {
            query: given(self.q).map(str::to_owned),
            kind,
            states,
            source: given(self.source).map(str::to_owned),
            silent_since: None,
            mentor_left_by: None,
            eligible_on,
        })
    }
}

/// The place that a page of a list gave.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn place(listing: &Listing) -> Result<Option<Place>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [key, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(Place { sort_key: key.clone(), id: id.parse().map_err(|_| wrong())? }))
}

/// A page of the pool: one row more is read, to know whether another page follows.
///
/// # Errors
/// Whatever the database answers.
pub async fn page(
    conn: &mut diesel_async::AsyncPgConnection,
    within: &crate::base::scope::Scope,
    state: &web::State,
    filter: &Filter,
    after: Option<&Place>,
    limit: u16,
) -> Result<(Vec<Card>, Option<String>), Error> {
    let wanted = usize::from(limit);
    let mut cards =
        queries::list(conn, within, &state.keys, filter, after, i64::from(limit).saturating_add(1)).await?;
    let more = cards.len() > wanted;
    cards.truncate(wanted);
    let next = cards
        .last()
        .filter(|_| more)
        .map(|last| Listing::cursor(&[&last.reserve.sort_key, &last.reserve.id.to_string()]));
    Ok((cards, next))
}

/// List the pool of your organisation.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(
    ("within" = Option<String>, Query), ("q" = Option<String>, Query, description = "name, pinyin or initials"),
    ("kind" = Option<String>, Query), ("state" = Option<String>, Query, description = "a state, or any; in the pool when not given"),
    ("source" = Option<String>, Query),
    ("eligible_on" = Option<String>, Query, description = "only those who may be seconded on this day, by what the county demands then"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query),
    ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ReserveJson>)))]
#[get("/reserve-cadres?<query..>")]
pub async fn list_reserves(
    caller: Caller,
    mut db: Db,
    query: ReserveQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<ReserveJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (filter, after, scope) = (query.parse()?, place(&listing)?, caller.scope());
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(query.within)).await?;
        let (cards, next) = page(conn, &within, state, &filter, after.as_ref(), listing.limit).await?;
        let total = listing.total(queries::count(conn, &within, &filter)).await?;
        Ok(Page { items: cards.into_iter().map(ReserveJson::from).collect(), next, total })
    })
    .await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page))
}

/// Reads one entry for an answer.
///
/// # Errors
/// `Missing`.
pub async fn read(db: &mut Db, caller: &Actor, state: &web::State, id: ReserveId) -> Result<Card, Error> {
    policy::require(caller, Action::SeeRecords, &caller.scope.path)?;
    let (scope, keys) = (&caller.scope, &state.keys);
    db::read(&mut db.0, scope, async |conn| queries::find(conn, scope, keys, id).await).await
}

/// The entry after a verb.
///
/// # Errors
/// `Missing`.
pub async fn answer(
    db: &mut Db,
    caller: &Actor,
    state: &web::State,
    id: ReserveId,
) -> Answer<Versioned<ReserveJson>> {
    let card = read(db, caller, state, id).await?;
    Ok(Versioned { version: card.reserve.version, created: false, body: card.into() })
}

/// Show one entry.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)),
    responses((status = 200, body = ReserveJson), (status = 404, description = "none in your scope")))]
#[get("/reserve-cadres/<id>")]
pub async fn show_reserve(
    caller: Caller,
    mut db: Db,
    id: ReserveId,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    answer(&mut db, &caller.actor, state, id).await
}

/// Enter somebody into the pool of a village.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", request_body = ReserveInput,
    responses((status = 201, body = ReserveJson), (status = 409, description = "in a pool already"), (status = 422, description = "refused fields")))]
#[post("/reserve-cadres", data = "<body>")]
pub async fn enter_reserve(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<ReserveInput>,
    state: &State<web::State>,
) -> Answer<Kept> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let Body(input, hash) = body;
    let village = branch_id(&mut db, &caller.actor, input.village_code()).await?;
    let words = db.words(caller.scope()).await?;
    let command = input.enter(village, &words).map_err(Error::Invalid)?;
    let (actor, keys) = (&caller.actor, &state.keys);
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = reserves::enter(conn, actor, keys, &[command]).await?;
        let id = ids.into_iter().next().or_missing("后备人员")?;
        let card =
            db::read(conn, &actor.scope, async |conn| queries::find(conn, &actor.scope, keys, id).await);
        let json = serde_json::to_string(&ReserveJson::from(card.await?)).map_err(Error::broken)?;
        Ok((201, json))
    })
    .await
}

/// Change an entry; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)), request_body = ReserveInput,
    responses((status = 200, body = ReserveJson), (status = 412, description = "changed meanwhile"), (status = 428, description = "If-Match missing")))]
#[patch("/reserve-cadres/<id>", data = "<body>")]
pub async fn change_reserve(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: ReserveId,
    body: Body<ReserveInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let words = db.words(caller.scope()).await?;
    let edits = body.0.edits(&words).map_err(Error::Invalid)?;
    reserves::change(&mut db.0, &caller.actor, &[Change { reserve: id, version: version.0, edits }]).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// What somebody in the pool did over some days.
#[derive(serde::Serialize, ToSchema)]
pub struct StateJson {
    state: String,
    village: Option<VillageJson>,
    post: Option<String>,
    reason: Option<String>,
    /// First day.
    from: NaiveDate,
    /// First day in another state.
    to: Option<NaiveDate>,
}

/// What a mentor did.
#[derive(serde::Serialize, ToSchema)]
pub struct NoteJson {
    id: String,
    mentor: String,
    on: NaiveDate,
    content: String,
    entered_by: String,
}

/// How somebody in the pool was judged.
#[derive(serde::Serialize, ToSchema)]
pub struct ReviewJson {
    id: String,
    on: NaiveDate,
    grade: String,
    opinion: Option<String>,
    entered_by: String,
}

/// Everything that happened to somebody in the pool.
#[derive(serde::Serialize, ToSchema)]
pub struct ReserveHistoryJson {
    /// The first first.
    states: Vec<StateJson>,
    /// The latest first.
    notes: Vec<NoteJson>,
    /// The latest first.
    reviews: Vec<ReviewJson>,
}

/// Show everything that happened to somebody in the pool.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)),
    responses((status = 200, body = ReserveHistoryJson)))]
#[get("/reserve-cadres/<id>/history")]
pub async fn reserve_history(
    caller: Caller,
    mut db: Db,
    id: ReserveId,
    state: &State<web::State>,
) -> Answer<Json<ReserveHistoryJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (scope, keys) = (caller.scope(), &state.keys);
    let record =
        db::read(&mut db.0, scope, async |conn| queries::record(conn, scope, keys, id).await).await?;
    let states = record.states.into_iter().map(|(spell, village)| StateJson {
        state: spell.state,
        village: village.map(VillageJson::from),
        post: spell.post,
        reason: spell.reason,
        from: spell.from_day,
        to: spell.to_day,
    });
    let notes = record.notes.into_iter().map(|note| NoteJson {
        id: note.id.to_string(),
        mentor: note.mentor_id.to_string(),
        on: note.noted_on,
        content: note.content,
        entered_by: note.created_by,
    });
    let reviews = record.reviews.into_iter().map(|review| ReviewJson {
        id: review.id.to_string(),
        on: review.reviewed_on,
        grade: review.grade,
        opinion: review.opinion,
        entered_by: review.created_by,
    });
    Ok(Json(ReserveHistoryJson {
        states: states.collect(),
        notes: notes.collect(),
        reviews: reviews.collect(),
    }))
}
