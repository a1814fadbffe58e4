//! Forms that a clerk prints: 党员登记表 and 组织关系介绍信. (党员名册 is a list and goes out through `/exports`.)

use rocket::http::ContentType;
use rocket::{FromForm, Route, State, get, routes};

use crate::across::papers::{self, LetterDetails, Medium, Paper, Request};
use crate::base::actor::Actor;
use crate::base::error::Error;
use crate::base::ids::{MembershipId, TransferId};
use crate::web;
use crate::web::guards::Caller;
use crate::web::import_work::engine;
use crate::web::respond::{Answer, Download};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![registration_form, transfer_letter]
}

/// How a form is wanted, as sent, in an address or a form.
#[derive(Debug, Default, Clone, Copy, FromForm)]
pub struct PaperQuery<'r> {
    /// `pdf` or `xlsx`.
    pub format: Option<&'r str>,
    /// Whether identifiers are wanted in clear.
    pub unmasked: Option<bool>,
    /// Why.
    pub reason: Option<&'r str>,
    /// For how many days a letter holds.
    pub days: Option<&'r str>,
    /// Up to which month dues are paid.
    pub dues_until: Option<&'r str>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl PaperQuery<'_> {
    /// What a letter says beside the records.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn details(&self) -> Result<LetterDetails, Error> {
        LetterDetails::parse(given(self.days), given(self.dues_until))
    }

    fn request(&self, paper: Paper) -> Result<Request, Error> {
        let reason = given(self.reason).map(str::to_owned);
        let clear = self.unmasked.unwrap_or_default();
        Ok(Request {
            paper,
            medium: Medium::parse(given(self.format))?,
            unmasked: clear.then(|| reason.clone().unwrap_or_default()),
            reason,
        })
    }
}

/// Writes the form that is asked for and hands it on.
///
/// # Errors
/// As `papers::take`; `Invalid` for a wrong format.
pub async fn send(
    state: &State<web::State>,
    actor: &Actor,
    paper: Paper,
    query: &PaperQuery<'_>,
) -> Answer<Download> {
    let request = query.request(paper)?;
    let (engine, press, actor) = (engine(state), state.press.clone(), actor.clone());
    let medium = request.medium;
    let runtime = rocket::tokio::runtime::Handle::current();
    // On a thread of its own: reading fonts and setting a page keep a processor busy.
    let taken = rocket::tokio::task::spawn_blocking(move || {
        runtime.block_on(papers::take(&engine, &press, &actor, &request))
    });
    let taken = taken.await.map_err(Error::broken)??;
    let kind = match medium {
        Medium::Pdf => ContentType::PDF,
        Medium::Xlsx => {
            ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
    };
    Ok(Download { bytes: taken.bytes, kind, name: taken.name })
}

/// Download the registration form of a member (党员登记表). Identifiers are masked unless a supervisor asks for them with a
/// reason.
#[utoipa::path(context_path = "/api/v1", tag = "exports", params(("id" = String, Path),
    ("format" = Option<String>, Query, description = "pdf (when not given) or xlsx"),
    ("unmasked" = Option<bool>, Query), ("reason" = Option<String>, Query, description = "why; needed with unmasked")),
    responses((status = 200, content_type = "application/pdf"),
        (status = 403, description = "not masked, and no supervisor"), (status = 404, description = "none in your scope"),
        (status = 409, description = "no font to print with"), (status = 422, description = "refused fields")))]
#[get("/members/<id>/registration-form?<query..>")]
pub async fn registration_form(
    caller: Caller,
    id: MembershipId,
    query: PaperQuery<'_>,
    state: &State<web::State>,
) -> Answer<Download> {
    send(state, &caller.actor, Paper::Registration(id), &query).await
}

/// Download the letter of introduction of a transfer (组织关系介绍信): stub, letter and receipt. The side that the member
/// belongs to prints it.
#[utoipa::path(context_path = "/api/v1", tag = "exports", params(("id" = String, Path),
    ("format" = Option<String>, Query, description = "pdf (when not given) or xlsx"),
    ("days" = Option<u32>, Query, description = "for how many days it holds; left blank when not given"),
    ("dues_until" = Option<String>, Query, description = "2026-03, the month up to which dues are paid; left blank when not given"),
    ("unmasked" = Option<bool>, Query), ("reason" = Option<String>, Query, description = "why; needed with unmasked")),
    responses((status = 200, content_type = "application/pdf"),
        (status = 403, description = "not masked, and no supervisor"), (status = 404, description = "none in your scope"),
        (status = 409, description = "refused or withdrawn; no font to print with"), (status = 422, description = "refused fields")))]
#[get("/transfers/<id>/letter?<query..>")]
pub async fn transfer_letter(
    caller: Caller,
    id: TransferId,
    query: PaperQuery<'_>,
    state: &State<web::State>,
) -> Answer<Download> {
    send(state, &caller.actor, Paper::Letter(id, query.details()?), &query).await
}
