//! `/quarters/{quarter}/amend`, `/quarters/{quarter}/differences`: amending a closed quarter, and what it changed.

use rocket::http::Status;
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, post, routes};
use utoipa::ToSchema;

use crate::across::reports::{self, Amended, Difference, DifferencesQuery, QuarterStatus};
use crate::base::actor::Actor;
use crate::base::error::Error;
use crate::base::values::Quarter;
use crate::web::guards::{Body, Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Failure};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![amend, withdraw, differences]
}

/// Who amends what, and why.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendInput {
    /// Code of the county.
    organisation: String,
    /// Why; the reason of the first call stands.
    reason: String,
}

/// Whose proposal is taken back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawAmendmentInput {
    /// Code of the county.
    organisation: String,
}

fn parse(quarter: &str) -> Result<Quarter, Error> {
    Quarter::parse(quarter).map_err(|error| Error::invalid("quarter", error))
}

async fn status(db: &mut Db, actor: &Actor, quarter: Quarter) -> Result<QuarterStatus, Failure> {
    let statuses = reports::statuses(&mut db.0, actor, Some(quarter)).await?;
    let found = statuses.into_iter().find(|status| status.quarter == quarter);
    found.ok_or_else(|| Failure(Error::broken("the quarter just amended has no status")))
}

/// Propose to amend a closed quarter (202), or amend what another supervisor has proposed (200).
///
/// The quarter gets its next revision, computed from the records as they are now; so does each closed quarter after it,
/// resting on the new one. Earlier revisions stay as they are.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = AmendInput, responses(
    (status = 200, body = QuarterStatus, description = "amended"),
    (status = 202, body = QuarterStatus, description = "proposed; another supervisor sends the same"),
    (status = 409, description = "not closed, nothing differs, or proposed by yourself")))]
#[post("/quarters/<quarter>/amend", data = "<body>")]
pub async fn amend(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    body: Body<AmendInput>,
) -> Answer<Custom<Json<QuarterStatus>>> {
    let quarter = parse(quarter)?;
    let AmendInput { organisation, reason } = &body.0;
    let done = reports::amend(&mut db.0, &caller.actor, organisation.trim(), quarter, reason).await?;
    let answered = match done {
        Amended::Proposed => Status::Accepted,
        Amended::Amended(_) => Status::Ok,
    };
    Ok(Custom(answered, Json(status(&mut db, &caller.actor, quarter).await?)))
}

/// Take back a proposal to amend a quarter.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = WithdrawAmendmentInput, responses(
    (status = 200, body = QuarterStatus), (status = 409, description = "none waits")))]
#[post("/quarters/<quarter>/amend/withdraw", data = "<body>")]
pub async fn withdraw(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    body: Body<WithdrawAmendmentInput>,
) -> Answer<Json<QuarterStatus>> {
    let quarter = parse(quarter)?;
    reports::withdraw_amendment(&mut db.0, &caller.actor, body.0.organisation.trim(), quarter).await?;
    Ok(Json(status(&mut db, &caller.actor, quarter).await?))
}

/// Which differences are asked for.
#[derive(Debug, Clone, Copy, Default, FromForm)]
pub struct DifferencesAsked<'r> {
    /// Code of the organisation; the caller's own where it is not given.
    pub organisation: Option<&'r str>,
    /// The revision of before.
    pub from_revision: Option<&'r str>,
    /// The revision after it.
    pub to_revision: Option<&'r str>,
}

/// A revision's number; none where none is given.
///
/// # Errors
/// `Invalid` where it is no number.
pub fn number(field: &str, given: Option<&str>) -> Result<Option<i32>, Error> {
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    given
        .map(|text| {
            let message = format!("版本“{text}”不是版本号；请填1、2等整数，或不填。");
            text.parse().map_err(|_| Error::invalid(field, message))
        })
        .transpose()
}

impl DifferencesAsked<'_> {
    /// Code of the organisation.
    #[must_use]
    pub fn organisation(&self, actor: &Actor) -> String {
        let own = || actor.scope.path.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let given = self.organisation.map(str::trim).filter(|code| !code.is_empty());
        given.unwrap_or_else(own).to_owned()
    }
}

/// A page of differences, for the API and the page.
///
/// # Errors
/// `Invalid` for a wrong number or cursor; else as `reports::differences`.
pub async fn read(
    state: &web::State,
    actor: &Actor,
    quarter: Quarter,
    asked: &DifferencesAsked<'_>,
    listing: &Listing,
) -> Result<Page<Difference>, Error> {
    let after = match listing.after.as_deref() {
        None => None,
        Some([table, key]) => Some((table.as_str(), key.as_str())),
        Some(_) => {
            let message = "after 不是上一页给出的位置，请使用上一页答复中的 next。";
            return Err(Error::invalid("after", message));
        }
    };
    let organisation = asked.organisation(actor);
    let query = DifferencesQuery {
        organisation: &organisation,
        quarter,
        from: number("from_revision", asked.from_revision)?,
        to: number("to_revision", asked.to_revision)?,
        after,
        limit: usize::from(listing.limit),
    };
    let mut conn = state.database.report().await?;
    let (items, more) = reports::differences(&mut conn, actor, &query).await?;
    let next = items.last().filter(|_| more).map(|row| Listing::cursor(&[row.table, &row.key]));
    let total = listing.total(reports::count_differences(&mut conn, actor, &query)).await?;
    Ok(Page { items, next, total })
}

/// List, row by row and by name, what differs between two revisions of a quarter.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("from_revision" = Option<i32>, Query, description = "the one before to_revision, or the latest, when not given"),
    ("to_revision" = Option<i32>, Query, description = "the records of this moment when not given"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<Difference>)))]
#[get("/quarters/<quarter>/differences?<asked..>")]
pub async fn differences(
    caller: Caller,
    state: &State<web::State>,
    quarter: &str,
    asked: DifferencesAsked<'_>,
    listing: Listing,
) -> Answer<Json<Page<Difference>>> {
    let page = read(state, &caller.actor, parse(quarter)?, &asked, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page))
}
