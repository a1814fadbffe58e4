//! `/members/{id}/{confirm,stop,…}`: what happens to a member.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use utoipa::ToSchema;

use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::MembershipId;
use crate::base::policy::{self, Action};
use crate::base::values::{MembershipStatus, parse_date};
use crate::records::members::{self, Event, EventKind, MemberCard, Reveal};
use crate::web;
use crate::web::api::members::{MemberJson, read};
use crate::web::guards::{Body, Caller, Db};
use crate::web::late::Late;
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![event, reveal, accesses]
}

/// An event of a member. Which fields it needs depends on the verb (contract 3).
#[derive(Default, serde::Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventInput {
    /// The day; today when not given.
    on: Option<String>,
    /// For `confirm`: the day of becoming a full member.
    full_member_on: Option<String>,
    /// Why.
    reason: Option<String>,
    /// For `restrict` and `remove`: the new status.
    status: Option<String>,
    /// For `restrict`: first day.
    from: Option<String>,
    /// For `restrict`: first day on which it no longer holds.
    to: Option<String>,
}

fn day(field: &str, text: Option<&str>) -> Result<Option<NaiveDate>, FieldError> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| parse_date(text).map_err(|error| FieldError::new(field, error, Some(text))))
        .transpose()
}

impl EventInput {
    /// The event that a form describes.
    #[must_use]
    pub fn new(
        on: Option<String>,
        reason: Option<String>,
        status: Option<String>,
        from: Option<String>,
        to: Option<String>,
    ) -> Self {
        Self { on, full_member_on: None, reason, status, from, to }
    }

    /// The event that a verb's body describes.
    ///
    /// # Errors
    /// Every wrong field; `Missing` for an unknown verb.
    pub fn parse(self, verb: &str, member: MembershipId) -> Result<Event, Error> {
        let mut errors = Vec::new();
        let mut keep = |result: Result<Option<NaiveDate>, FieldError>| match result {
            Ok(day) => day,
            Err(error) => {
                errors.push(error);
                None
            }
        };
        let on = keep(day("on", self.on.as_deref()));
        let confirmed = keep(day("full_member_on", self.full_member_on.as_deref()));
        let from = keep(day("from", self.from.as_deref()));
        let to = keep(day("to", self.to.as_deref()));
        let mut status = || match self.status.as_deref().map(MembershipStatus::parse) {
            Some(Ok(status)) => status,
            Some(Err(error)) => {
                errors.push(FieldError::new("status", error, self.status.as_deref()));
                MembershipStatus::Normal
            }
            None => {
                errors.push(FieldError::new("status", "请选择状态。", None));
                MembershipStatus::Normal
            }
        };
        let kind = match verb {
            "confirm" => EventKind::Confirm,
            "stop" => EventKind::Stop,
            "reinstate" => EventKind::Reinstate,
            "restrict" => EventKind::Restrict(status(), to),
            "remove" => EventKind::Remove(status()),
            "decease" => EventKind::Decease,
            _ => return Err(Error::Missing { what: "这个操作" }),
        };
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let on = confirmed.or(from).or(on).unwrap_or_else(clock::today);
        Ok(Event { member, version: None, kind, on, reason: self.reason })
    }
}

/// Record an event: confirm, stop, reinstate, restrict, remove or decease.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path), ("verb" = String, Path)),
    request_body = EventInput, responses((status = 200, body = MemberJson), (status = 409, description = "the rules forbid it")))]
#[post("/members/<id>/<verb>", data = "<body>", rank = 2)]
pub async fn event(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    verb: &str,
    body: Body<EventInput>,
    state: &State<web::State>,
    late: Late<'_>,
) -> Answer<Versioned<MemberJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let event = body.0.parse(verb, id)?;
    let on = event.on;
    members::record(&mut db.0, &caller.actor, &[event]).await?;
    late.note(&mut db, &caller.actor, [on]).await;
    let card: MemberCard = read(&mut db, &caller.actor, state, id).await?;
    Ok(Versioned { version: card.membership.version, created: false, body: card.into() })
}

/// Which identifier, what for.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevealInput {
    /// `citizen_id`, `mobile` or `telephone`.
    pub(super) field: String,
    /// What for; stands in the trail.
    pub(super) purpose: String,
}

/// An identifier in clear.
#[derive(serde::Serialize, ToSchema)]
pub struct RevealedJson {
    /// The value.
    pub(super) value: String,
}

/// A look at an identifier, or a list that left the house.
#[derive(serde::Serialize, ToSchema)]
pub struct AccessJson {
    at: chrono::DateTime<chrono::Utc>,
    /// User name.
    actor: String,
    /// `members.reveal` or `exports.export`.
    action: String,
    /// Which identifier was seen.
    field: Option<String>,
    /// What for.
    purpose: Option<String>,
    /// How many rows went out.
    rows: i32,
    /// Whether identifiers were in clear.
    clear: bool,
}

/// Who saw a member's identifiers, and which lists that may hold him left the house.
#[derive(serde::Serialize, ToSchema)]
pub struct AccessesJson {
    items: Vec<AccessJson>,
}

/// Show who saw a member's identifiers in clear, and which exports covered his organisations, newest first, at most 100;
/// as far as you may see the trail.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)),
    responses((status = 200, body = AccessesJson)))]
#[get("/members/<id>/accesses")]
pub async fn accesses(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Json<AccessesJson>> {
    let card = read(&mut db, &caller.actor, state, id).await?;
    let (scope, place) = (caller.scope(), card.membership.path());
    let person = card.person.id;
    let found = db::read(&mut db.0, scope, async |conn| {
        Ok(members::accesses(conn, scope, id, person, &place, 100).await?)
    })
    .await?;
    let json = |access: members::Access| AccessJson {
        at: access.at,
        field: access.detail("field").map(str::to_owned),
        purpose: access.detail("purpose").or(access.detail("reason")).map(str::to_owned),
        clear: access.is_clear(),
        actor: access.actor,
        action: access.action,
        rows: access.rows,
    };
    Ok(Json(AccessesJson { items: found.into_iter().map(json).collect() }))
}

/// Show an identifier in clear, on the record.
#[utoipa::path(context_path = "/api/v1", tag = "members", params(("id" = String, Path)), request_body = RevealInput,
    responses((status = 200, body = RevealedJson)))]
#[post("/members/<id>/reveal", data = "<body>")]
pub async fn reveal(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    body: Body<RevealInput>,
    state: &State<web::State>,
) -> Answer<Json<RevealedJson>> {
    policy::require(&caller.actor, Action::RevealIdentifier, &caller.scope().path)?;
    let RevealInput { field, purpose } = body.0;
    let command = Reveal { member: id, field, purpose };
    let value = members::reveal(&mut db.0, &caller.actor, &state.keys, &command).await?;
    Ok(Json(RevealedJson { value }))
}
