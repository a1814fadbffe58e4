//! Proposed teams: list, show, make, change, and what they would look like.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{get, patch, post};
use utoipa::ToSchema;

use crate::across::reports::{self, Outcome, Proposal};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::SlateId;
use crate::base::policy::{self, Action};
use crate::records::slates::queries::{self, Card, Place};
use crate::records::slates::{self, Change, Make, SlateState};
use crate::records::words::WordBook;
use crate::web::api::organisations::narrowed;
use crate::web::api::reserves::VillageJson;
use crate::web::forms::slate::{SeatText, SlateText};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};

/// A proposed team.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = Slate)]
pub struct SlateJson {
    id: String,
    version: i32,
    village: VillageJson,
    /// Which term it is proposed for.
    ordinal: i32,
    /// The day on which that term would begin.
    from_day: NaiveDate,
    name: String,
    /// `draft`, `settled` or `dropped`.
    state: String,
    /// Who is proposed, in order.
    seats: Vec<SeatText>,
    made_by: String,
    /// Name of the organisation that made it: it and those above see the slate.
    maker: String,
}

impl From<Card> for SlateJson {
    fn from(card: Card) -> Self {
        Self {
            seats: seat_texts(&card),
            id: card.slate.id.to_string(),
            version: card.slate.version,
            village: VillageJson { code: card.village_code, name: card.village },
            ordinal: card.slate.ordinal,
            from_day: card.slate.from_day,
            name: card.slate.name,
            state: card.slate.state,
            made_by: card.slate.created_by,
            maker: card.maker,
        }
    }
}

fn seat_texts(card: &Card) -> Vec<SeatText> {
    let text = |seat: &slates::Proposed| SeatText {
        committee: seat.kind.code().to_owned(),
        post: seat.post.code().to_owned(),
        person: seat.person.to_string(),
        sources: seat.sources.iter().map(|source| source.code().to_owned()).collect(),
    };
    card.seats.iter().map(text).collect()
}

/// A slate as sent.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlateInput {
    /// Code of the village or community.
    village: String,
    /// Which term it is proposed for.
    ordinal: i32,
    /// The day on which that term would begin.
    from_day: String,
    name: String,
    /// Who is proposed, in order.
    seats: Vec<SeatText>,
}

impl SlateInput {
    fn text(self) -> SlateText {
        SlateText {
            ordinal: Some(self.ordinal.to_string()),
            from_day: Some(self.from_day),
            name: Some(self.name),
            seats: self.seats,
        }
    }
}

/// A change of a slate: what is not sent stays.
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SlateChangeInput {
    ordinal: Option<i32>,
    from_day: Option<String>,
    name: Option<String>,
    /// `draft`, `settled` or `dropped`.
    state: Option<String>,
    /// All who are proposed, in order.
    seats: Option<Vec<SeatText>>,
}

impl SlateChangeInput {
    fn command(self, card: &Card, version: i32, words: &WordBook) -> Result<Change> {
        let slate = &card.slate;
        let text = SlateText {
            ordinal: Some(self.ordinal.unwrap_or(slate.ordinal).to_string()),
            from_day: Some(self.from_day.unwrap_or_else(|| slate.from_day.to_string())),
            name: Some(self.name.unwrap_or_else(|| slate.name.clone())),
            seats: self.seats.unwrap_or_else(|| seat_texts(card)),
        };
        let state = self.state.unwrap_or_else(|| slate.state.clone());
        let state = SlateState::parse(&state).map_err(|error| Error::invalid("state", error))?;
        Ok(Change { slate: slate.id, version, state, content: text.content(words)? })
    }
}

/// Where a list of slates goes on.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn slates_after(listing: &Listing) -> Result<Option<Place>> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    let [path, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(Place { path: path.clone(), id: id.parse().map_err(|_| wrong())? }))
}

/// The state that a list is narrowed to.
///
/// # Errors
/// `Invalid`.
pub fn slate_state(text: Option<&str>) -> std::result::Result<Option<SlateState>, Failure> {
    let given = text.map(str::trim).filter(|text| !text.is_empty());
    given.map(SlateState::parse).transpose().map_err(|error| Failure::invalid("state", error.to_string()))
}

/// A page of slates: one row more is read, to know whether another page follows.
///
/// # Errors
/// `Missing` for an organisation outside the scope.
pub async fn slates_page(
    db: &mut Db,
    actor: &Actor,
    within: Option<&str>,
    state: Option<SlateState>,
    listing: &Listing,
) -> Result<Page<Card>> {
    let (scope, after) = (&actor.scope, slates_after(listing)?);
    let limit = usize::from(listing.limit);
    let (mut items, total) = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        let wanted = i64::from(listing.limit) + 1;
        let cards = queries::list(conn, scope, &within, state, after.as_ref(), wanted).await?;
        Ok((cards, listing.total(queries::count(conn, scope, &within, state)).await?))
    })
    .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let last = items.last().filter(|_| more);
    let next = last.map(|card| Listing::cursor(&[&card.slate.path, &card.slate.id.to_string()]));
    Ok(Page { items, next, total })
}

/// List proposed teams.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("within" = Option<String>, Query),
    ("state" = Option<String>, Query, description = "a state; all that were not dropped when not given"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<SlateJson>)))]
#[get("/slates?<within>&<state>")]
pub async fn list_slates(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    state: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<SlateJson>>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let page = slates_page(&mut db, &caller.actor, within, slate_state(state)?, &listing).await?;
    Ok(Json(page.map(SlateJson::from)))
}

/// Reads one slate.
///
/// # Errors
/// `Missing`.
pub async fn read_slate(db: &mut Db, actor: &Actor, id: SlateId) -> Result<Card> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| queries::find(conn, scope, id).await).await
}

/// What a slate on record would look like.
///
/// # Errors
/// As [`reports::slate_outcome`].
pub async fn outcome_of(db: &mut Db, actor: &Actor, card: &Card) -> Result<Outcome> {
    let proposal = Proposal {
        village: &card.village_code,
        ordinal: card.slate.ordinal,
        from_day: card.slate.from_day,
        seats: &card.seats,
    };
    reports::slate_outcome(&mut db.0, actor, &proposal).await
}

/// Make a slate.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = SlateInput,
    responses((status = 201, body = SlateJson), (status = 409, description = "the name is taken"), (status = 422, description = "refused fields")))]
#[post("/slates", data = "<body>")]
pub async fn make_slate(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<SlateInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let village = input.village.clone();
    let command = Make { village, content: input.text().content(&db.words(caller.scope()).await?)? };
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = slates::make(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("班子方案")?;
        let card =
            db::read(conn, &actor.scope, async |conn| queries::find(conn, &actor.scope, id).await).await?;
        let json = serde_json::to_string(&SlateJson::from(card)).map_err(Error::broken)?;
        Ok((201, json))
    })
    .await
}

/// Show a slate.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = SlateJson), (status = 404, description = "none in your scope")))]
#[get("/slates/<id>")]
pub async fn show_slate(caller: Caller, mut db: Db, id: SlateId) -> Answer<Versioned<SlateJson>> {
    let card = read_slate(&mut db, &caller.actor, id).await?;
    Ok(Versioned { version: card.slate.version, created: false, body: card.into() })
}

/// Change a slate; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = SlateChangeInput,
    responses((status = 200, body = SlateJson), (status = 412, description = "changed meanwhile"), (status = 428, description = "If-Match missing")))]
#[patch("/slates/<id>", data = "<body>")]
pub async fn change_slate(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: SlateId,
    body: Body<SlateChangeInput>,
) -> Answer<Versioned<SlateJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let card = read_slate(&mut db, &caller.actor, id).await?;
    let command = body.0.command(&card, version.0, &db.words(caller.scope()).await?)?;
    slates::change(&mut db.0, &caller.actor, &[command]).await?;
    let card = read_slate(&mut db, &caller.actor, id).await?;
    Ok(Versioned { version: card.slate.version, created: false, body: card.into() })
}

/// Show what a slate would look like: figures beside the team that sits, targets, rules.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = Outcome), (status = 404, description = "none in your scope")))]
#[get("/slates/<id>/outcome")]
pub async fn show_slate_outcome(caller: Caller, mut db: Db, id: SlateId) -> Answer<Json<Outcome>> {
    let card = read_slate(&mut db, &caller.actor, id).await?;
    Ok(Json(outcome_of(&mut db, &caller.actor, &card).await?))
}

/// Try out a team without keeping it.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = SlateInput,
    responses((status = 200, body = Outcome), (status = 422, description = "refused fields")))]
#[post("/slates/outcome", data = "<body>")]
pub async fn try_slate(caller: Caller, mut db: Db, body: Body<SlateInput>) -> Answer<Json<Outcome>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let village = body.0.village.clone();
    let content = body.0.text().content(&db.words(caller.scope()).await?)?;
    let proposal = Proposal {
        village: &village,
        ordinal: content.ordinal,
        from_day: content.from_day,
        seats: &content.seats,
    };
    Ok(Json(reports::slate_outcome(&mut db.0, &caller.actor, &proposal).await?))
}
