//! `/people`: whoever is on record, for whatever.

use chrono::NaiveDate;
use rocket::response::Redirect;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, patch, post, routes};
use utoipa::ToSchema;

use crate::across::people::{self as on_record, OnRecord, kinds_seen};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::PersonId;
use crate::base::policy::{self, Action};
use crate::records::people::listing::{self, Cursor, Filter};
use crate::records::people::{self, Correct, RelationKind, Reveal};
use crate::web::api::member_events::{RevealInput, RevealedJson};
use crate::web::api::members::BranchJson;
use crate::web::api::merges::led_person;
use crate::web::api::organisations::narrowed;
use crate::web::forms::person::PersonInput;
use crate::web::guards::{Body, Caller, Db, IfMatch, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list_people, show_person, correct_person, reveal_person]
}

/// A membership of somebody.
#[derive(serde::Serialize, ToSchema)]
pub struct PersonMembershipJson {
    /// The member.
    id: String,
    branch: BranchJson,
    status: String,
    joined_on: NaiveDate,
}

/// A seat that somebody holds or held.
#[derive(serde::Serialize, ToSchema)]
pub struct PersonSeatJson {
    id: String,
    /// Code and name of the village.
    village: BranchJson,
    /// `village_party`, `village_committee` or `supervision_committee`.
    committee: String,
    /// Which term.
    term: i32,
    post: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    /// Code of why it was left.
    leaving_reason: Option<String>,
    /// What else is said of that.
    leaving_explanation: Option<String>,
}

/// A stay of somebody in the pool of a village.
#[derive(serde::Serialize, ToSchema)]
pub struct PersonReserveJson {
    id: String,
    /// Code and name of the village.
    village: BranchJson,
    kind: String,
    state: String,
    entered_on: NaiveDate,
    left_on: Option<NaiveDate>,
}

/// Somebody with what he is on record for inside your scope. Identifiers are masked.
#[derive(serde::Serialize, ToSchema)]
pub struct PersonRecordJson {
    id: String,
    version: i32,
    name: String,
    pinyin: String,
    sex: String,
    ethnicity: String,
    citizen_id: String,
    birth_date: NaiveDate,
    education: String,
    degree: Option<String>,
    native_place: Option<String>,
    mobile: Option<String>,
    telephone: Option<String>,
    address: Option<String>,
    /// `membership`, `seat`, `reserve`, `check` or `ballot`, each once.
    relations: Vec<&'static str>,
    memberships: Vec<PersonMembershipJson>,
    seats: Vec<PersonSeatJson>,
    reserves: Vec<PersonReserveJson>,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
}

impl From<OnRecord> for PersonRecordJson {
    fn from(record: OnRecord) -> Self {
        let (person, stamp, masks) = (record.card.person, record.card.stamp, record.card.masks);
        let membership = |one: crate::records::members::PersonMembership| PersonMembershipJson {
            id: one.id.to_string(),
            branch: BranchJson { code: one.branch_code, name: one.branch },
            status: one.status,
            joined_on: one.joined_on,
        };
        let seat = |held: crate::records::committees::queries::PersonSeat| PersonSeatJson {
            id: held.seat.id.to_string(),
            village: BranchJson { code: held.village_code, name: held.village },
            committee: held.kind,
            term: held.ordinal,
            post: held.seat.post,
            from: held.seat.from_day,
            to: held.seat.to_day,
            leaving_reason: held.seat.leaving_reason,
            leaving_explanation: held.seat.leaving_explanation,
        };
        let reserves = record.reserves.into_iter().map(|(reserve, village)| PersonReserveJson {
            id: reserve.id.to_string(),
            village: BranchJson { code: village.code, name: village.name },
            kind: reserve.kind,
            state: reserve.state,
            entered_on: reserve.entered_on,
            left_on: reserve.left_on,
        });
        Self {
            id: person.id.to_string(),
            version: stamp.version,
            name: person.name,
            pinyin: person.pinyin,
            sex: person.sex,
            ethnicity: person.ethnicity,
            citizen_id: masks.citizen_id,
            birth_date: person.birth_date,
            education: person.education,
            degree: person.degree,
            native_place: person.native_place,
            mobile: masks.mobile,
            telephone: masks.telephone,
            address: person.address,
            relations: record.kinds.into_iter().map(RelationKind::code).collect(),
            memberships: record.memberships.into_iter().map(membership).collect(),
            seats: record.seats.into_iter().map(seat).collect(),
            reserves: reserves.collect(),
            created_at: stamp.created_at,
            updated_at: stamp.updated_at,
        }
    }
}

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct PeopleQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Name, pinyin or initials, or a whole citizen ID or telephone number.
    pub q: Option<&'r str>,
    /// What they are on record for: a code, or `no_membership`.
    pub relation: Option<&'r str>,
}

/// Stands for everybody of whom no membership is on record.
pub const NO_MEMBERSHIP: &str = "no_membership";

impl PeopleQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` where there is no such relation.
    pub fn parse(&self, actor: &Actor) -> Result<Filter, Failure> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let seen = kinds_seen(actor);
        let relation = given(self.relation);
        let kinds = match relation.as_deref() {
            None | Some(NO_MEMBERSHIP) => seen,
            Some(text) => {
                let kind = RelationKind::parse(text).map_err(|error| {
                    Failure::invalid("relation", format!("{error}；非党员填{NO_MEMBERSHIP}"))
                })?;
                seen.into_iter().filter(|one| *one == kind).collect()
            }
        };
        Ok(Filter::of(&kinds, given(self.q), relation.as_deref() == Some(NO_MEMBERSHIP)))
    }
}

/// The cursor that a page of people gave.
///
/// # Errors
/// `Invalid` where it is no such cursor.
pub fn cursor(listing: &Listing) -> Result<Option<Cursor>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [pinyin, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(Cursor { pinyin: pinyin.clone(), id: id.parse().map_err(|_| wrong())? }))
}

/// A page of people, and how many there are where `listing` asks for it.
///
/// # Errors
/// `Missing` for an organisation outside the scope, `Forbidden`, `Invalid`.
pub async fn page(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    query: &PeopleQuery<'_>,
    listing: &Listing,
) -> Result<Page<OnRecord>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let (filter, after) = (query.parse(actor)?, cursor(listing)?);
    let (scope, keys) = (&actor.scope, &state.keys);
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within).await?;
        let found =
            on_record::list(conn, actor, &within, keys, &filter, after.as_ref(), listing.limit).await?;
        let total = listing.total(listing::count(conn, &within, keys, &filter)).await?;
        let next = found.1.map(|next| Listing::cursor(&[&next.pinyin, &next.id.to_string()]));
        Ok(Page { items: found.0, next, total })
    });
    Ok(page.await?)
}

/// List the people of your organisation, whatever they are on record for.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(
    ("within" = Option<String>, Query),
    ("q" = Option<String>, Query, description = "name, pinyin, initials, or a whole citizen ID or telephone number"),
    ("relation" = Option<String>, Query, description = "membership, seat, reserve, check, ballot, or no_membership"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<PersonRecordJson>)))]
#[get("/people?<query..>")]
pub async fn list_people(
    caller: Caller,
    mut db: Db,
    query: PeopleQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<PersonRecordJson>>> {
    let page = page(&mut db, &caller.actor, state, &query, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page.map(PersonRecordJson::from)))
}

/// Reads one person for an answer.
///
/// # Errors
/// `Missing`, `Forbidden`.
pub async fn read(db: &mut Db, actor: &Actor, state: &web::State, id: PersonId) -> Result<OnRecord, Error> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let keys = &state.keys;
    db::read(&mut db.0, &actor.scope, async |conn| on_record::find(conn, actor, keys, id).await).await
}

fn versioned(record: OnRecord) -> Versioned<PersonRecordJson> {
    Versioned { version: record.card.stamp.version, created: false, body: record.into() }
}

/// Show somebody with what he is on record for. The address of a record that was merged leads to the one that stayed.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = String, Path)),
    responses((status = 200, body = PersonRecordJson), (status = 307, description = "merged into the record of `Location`"),
    (status = 404, description = "none in your scope")))]
#[get("/people/<id>")]
pub async fn show_person(
    caller: Caller,
    mut db: Db,
    id: PersonId,
    state: &State<web::State>,
) -> Answer<Result<Versioned<PersonRecordJson>, Redirect>> {
    let record = match read(&mut db, &caller.actor, state, id).await {
        Ok(record) => record,
        Err(missing) => {
            let to = led_person(&mut db, &caller.actor, state, id, missing).await?;
            return Ok(Err(Redirect::temporary(format!("/api/v1/people/{to}"))));
        }
    };
    reading::note(state, &caller.known.identity, &caller.actor, 1).await?;
    Ok(Ok(versioned(record)))
}

/// Correct the own facts of somebody who is no member; needs the version that you saw in `If-Match`. A member's are
/// corrected with the member.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = String, Path)), request_body = PersonInput,
    responses((status = 200, body = PersonRecordJson), (status = 409, description = "a member, or a citizen ID that is on record"), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields"), (status = 428, description = "If-Match missing")))]
#[patch("/people/<id>", data = "<body>")]
pub async fn correct_person(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: PersonId,
    body: Body<PersonInput>,
    state: &State<web::State>,
) -> Answer<Versioned<PersonRecordJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    read(&mut db, &caller.actor, state, id).await?;
    let edits = body.0.into_edits().map_err(Error::Invalid)?;
    let command = Correct { person: id, version: version.0, edits };
    people::correct(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    Ok(versioned(read(&mut db, &caller.actor, state, id).await?))
}

/// Show an identifier of somebody in clear, for a purpose that stands in the trail.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = String, Path)), request_body = RevealInput,
    responses((status = 200, body = RevealedJson), (status = 422, description = "no purpose")))]
#[post("/people/<id>/reveal", data = "<body>")]
pub async fn reveal_person(
    caller: Caller,
    mut db: Db,
    id: PersonId,
    body: Body<RevealInput>,
    state: &State<web::State>,
) -> Answer<Json<RevealedJson>> {
    policy::require(&caller.actor, Action::RevealIdentifier, &caller.scope().path)?;
    read(&mut db, &caller.actor, state, id).await?;
    let RevealInput { field, purpose } = body.0;
    let command = Reveal { person: id, field, purpose };
    let value = people::reveal(&mut db.0, &caller.actor, &state.keys, &command).await?;
    Ok(Json(RevealedJson { value }))
}
