//! `/figures/{code}/changes`: why a figure changed between two quarters or revisions.

use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, routes};

use crate::across::reports::{self, ChangeLine, ChangeRowsQuery, ChangesQuery, FigureChange, FigurePart};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::Error;
use crate::base::values::Quarter;
use crate::web::api::amendments::number;
use crate::web::guards::{Caller, Listing, Page};
use crate::web::respond::Answer;
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![figure_changes, figure_change_rows]
}

/// Which change is asked about.
#[derive(Debug, Clone, Copy, Default, FromForm)]
pub struct ChangesAsked<'r> {
    /// Code of the organisation; the caller's own where it is not given.
    pub organisation: Option<&'r str>,
    /// The quarter at the beginning; the one before `to` where it is not given.
    pub from: Option<&'r str>,
    /// The quarter at the end; the last that ended where it is not given.
    pub to: Option<&'r str>,
    /// The revision at the beginning.
    pub from_revision: Option<&'r str>,
    /// The revision at the end.
    pub to_revision: Option<&'r str>,
    /// The part.
    pub part: Option<&'r str>,
    /// One cause alone.
    pub cause: Option<&'r str>,
}

/// A change that is asked about, read.
#[derive(Debug, Clone)]
pub struct ChangeWanted {
    /// Code of the organisation.
    pub organisation: String,
    /// The beginning.
    pub from: (Quarter, Option<i32>),
    /// The end.
    pub to: (Quarter, Option<i32>),
    /// Name of the part.
    pub part: String,
    /// One cause alone.
    pub cause: Option<String>,
}

impl ChangesAsked<'_> {
    /// Reads the query of a caller.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn read(&self, actor: &Actor) -> Result<ChangeWanted, Error> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let own = || actor.scope.path.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let quarter = |field: &str, text: Option<&str>| {
            given(text)
                .map(|text| Quarter::parse(&text).map_err(|error| Error::invalid(field, error)))
                .transpose()
        };
        let to = quarter("to", self.to)?.unwrap_or_else(|| Quarter::containing(clock::today()).previous());
        let to_revision = number("to_revision", self.to_revision)?;
        let from_revision = number("from_revision", self.from_revision)?;
        let from = quarter("from", self.from)?.unwrap_or_else(|| to.previous());
        Ok(ChangeWanted {
            organisation: given(self.organisation).unwrap_or_else(|| own().to_owned()),
            from: (from, from_revision),
            to: (to, to_revision),
            part: given(self.part).unwrap_or_else(|| "numerator".to_owned()),
            cause: given(self.cause),
        })
    }
}

impl ChangeWanted {
    /// The change of a figure.
    #[must_use]
    pub fn of<'a>(&'a self, figure: &'a str) -> ChangesQuery<'a> {
        ChangesQuery { figure, organisation: &self.organisation, from: self.from, to: self.to }
    }
}

/// The groups of a change, for the API and the page.
///
/// # Errors
/// As `reports::figure_changes`.
pub async fn changes(
    state: &web::State,
    actor: &Actor,
    code: &str,
    wanted: &ChangeWanted,
) -> Result<FigureChange, Error> {
    let mut conn = state.database.report().await?;
    reports::figure_changes(&mut conn, actor, &wanted.of(code)).await
}

/// A page of the rows of a change, for the API and the page.
///
/// # Errors
/// `Invalid` for a wrong part or cursor; else as `reports::figure_change_rows`.
pub async fn rows(
    state: &web::State,
    actor: &Actor,
    code: &str,
    wanted: &ChangeWanted,
    listing: &Listing,
) -> Result<Page<ChangeLine>, Error> {
    let part = FigurePart::parse(&wanted.part).map_err(|message| Error::invalid("part", message))?;
    let after = match listing.after.as_deref() {
        None => None,
        Some([place, key]) => Some((place.as_str(), key.as_str())),
        Some(_) => {
            let message = "after 不是上一页给出的位置，请使用上一页答复中的 next。";
            return Err(Error::invalid("after", message));
        }
    };
    let query = ChangeRowsQuery {
        change: wanted.of(code),
        part,
        cause: wanted.cause.as_deref(),
        after,
        limit: i64::from(listing.limit),
    };
    let mut conn = state.database.report().await?;
    let (items, more) = reports::figure_change_rows(&mut conn, actor, &query).await?;
    let next = items.last().filter(|_| more).map(|row| Listing::cursor(&[&row.place, &row.key]));
    let counting = async {
        let whole = reports::figure_changes(&mut conn, actor, &query.change).await?;
        let groups = whole.parts.iter().filter(|part| part.part == wanted.part).flat_map(|part| &part.groups);
        let of_cause = groups.filter(|group| wanted.cause.as_ref().is_none_or(|cause| *cause == group.cause));
        Ok::<i64, Error>(of_cause.map(|group| group.rows).sum())
    };
    let total = listing.total(counting).await?;
    Ok(Page { items, next, total })
}

/// Say why a figure changed: what moved each of its parts, grouped by cause; the groups sum to the difference.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("from" = Option<String>, Query, description = "2025Q4; the quarter before `to` when not given"),
    ("to" = Option<String>, Query, description = "2026Q1; the last that ended when not given"),
    ("from_revision" = Option<i32>, Query, description = "the latest, or the records of this moment, when not given"),
    ("to_revision" = Option<i32>, Query)),
    responses((status = 200, body = FigureChange)))]
#[get("/figures/<code>/changes?<asked..>")]
pub async fn figure_changes(
    caller: Caller,
    state: &State<web::State>,
    code: &str,
    asked: ChangesAsked<'_>,
) -> Answer<Json<FigureChange>> {
    let wanted = asked.read(&caller.actor)?;
    Ok(Json(changes(state, &caller.actor, code, &wanted).await?))
}

/// List the people and records that moved a figure.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query),
    ("from_revision" = Option<i32>, Query), ("to_revision" = Option<i32>, Query),
    ("part" = Option<String>, Query, description = "numerator when not given"),
    ("cause" = Option<String>, Query, description = "one group alone"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ChangeLine>)))]
#[get("/figures/<code>/changes/rows?<asked..>")]
pub async fn figure_change_rows(
    caller: Caller,
    state: &State<web::State>,
    code: &str,
    asked: ChangesAsked<'_>,
    listing: Listing,
) -> Answer<Json<Page<ChangeLine>>> {
    let wanted = asked.read(&caller.actor)?;
    let page = rows(state, &caller.actor, code, &wanted, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page))
}
