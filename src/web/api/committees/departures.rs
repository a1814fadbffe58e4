//! `/committees/departures`: how many seats were left, and why.

use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use utoipa::ToSchema;

use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::queries::{self, Departure};
use crate::web::api::assessments::quarter_of;
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_departures]
}

/// The seats of one kind of committee that were left for one reason.
#[derive(serde::Serialize, ToSchema)]
pub struct DepartureJson {
    /// `village_party`, `village_committee` or `supervision_committee`.
    committee: String,
    /// Code of why they were left; null where nobody said it.
    leaving_reason: Option<String>,
    /// How many seats.
    seats: i64,
    /// How many of them were those of a head.
    heads: i64,
}

impl From<Departure> for DepartureJson {
    fn from(departure: Departure) -> Self {
        let Departure { kind, reason, seats, heads } = departure;
        Self { committee: kind, leaving_reason: reason, seats, heads }
    }
}

/// Count the seats that were left, by committee and reason: in a quarter, or in the terms that run today.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(
    ("within" = Option<String>, Query),
    ("quarter" = Option<String>, Query, description = "2026Q1; the terms that run today where it is not sent"),
    ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<DepartureJson>), (status = 422, description = "no quarter")))]
#[get("/committees/departures?<within>&<quarter>")]
pub async fn list_departures(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    quarter: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<DepartureJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (scope, quarter) = (caller.scope(), quarter_of(quarter)?);
    let found = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within.map(str::trim)).await?;
        Ok(queries::departures(conn, &within, quarter, clock::today()).await?)
    })
    .await?;
    Ok(Json(Page::whole(found.into_iter().map(DepartureJson::from).collect(), &listing)))
}
