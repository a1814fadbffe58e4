//! `/reports`, `/figures`, `/quarters`: the quarterly report, single figures, the rows behind them, and closing.

use rocket::http::{ContentType, Status};
use rocket::response::status::Custom;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, State, get, post, routes};
use utoipa::ToSchema;

use crate::across::papers;
use crate::across::reports::{
    self, Closed, FigurePart, QuarterStatus, QuarterlyReport, RowLine, RowsQuery, TeamPicture, figures,
};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::Error;
use crate::base::values::Quarter;
use crate::web::guards::{Body, Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Download, Failure};
use crate::web::{self, reading};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![quarterly, workbook, pages, team, list_figures, show_figure, figure_rows, list_quarters, close]
}

/// Which report is asked for.
#[derive(Debug, Clone, Copy, Default, FromForm)]
pub struct ReportQuery<'r> {
    /// Code of the organisation; the caller's own where it is not given.
    pub organisation: Option<&'r str>,
    /// The quarter; the last that ended where it is not given.
    pub quarter: Option<&'r str>,
    /// The revision; the latest where it is not given.
    pub revision: Option<&'r str>,
}

/// A report that is asked for, read.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Code of the organisation.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision.
    pub revision: Option<i32>,
}

impl ReportQuery<'_> {
    /// Reads the query of a caller.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn read(&self, actor: &Actor) -> Result<Wanted, Error> {
        self.read_from(actor, Quarter::containing(clock::today()).previous())
    }

    /// The same, of another quarter where none is given.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn read_from(&self, actor: &Actor, usual: Quarter) -> Result<Wanted, Error> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let own = || actor.scope.path.as_str().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let quarter = match given(self.quarter) {
            None => usual,
            Some(text) => Quarter::parse(&text).map_err(|error| Error::invalid("quarter", error))?,
        };
        let revision =
            given(self.revision).map(|text| text.parse().map_err(|_| revision_error(&text))).transpose()?;
        Ok(Wanted {
            organisation: given(self.organisation).unwrap_or_else(|| own().to_owned()),
            quarter,
            revision,
        })
    }
}

fn revision_error(text: &str) -> Error {
    Error::invalid("revision", format!("版本“{text}”不是版本号；请填1、2等整数，或不填以取最新版本。"))
}

/// The report that is asked for; beside the same quarter last year where that is wanted, closed or not.
///
/// # Errors
/// As `reports::quarterly`.
pub async fn read(
    state: &web::State,
    actor: &Actor,
    wanted: &Wanted,
    last_year: bool,
) -> Result<QuarterlyReport, Error> {
    let (organisation, quarter, revision) = (wanted.organisation.as_str(), wanted.quarter, wanted.revision);
    if last_year {
        let mut conn = state.database.report().await?;
        return reports::quarterly_beside_last_year(&mut conn, actor, organisation, quarter, revision).await;
    }
    reports::quarterly_at_once(&state.database, &state.counts, actor, organisation, quarter, revision).await
}

/// Show the quarterly report of an organisation.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("quarter" = Option<String>, Query, description = "2026Q1; the last that ended when not given"),
    ("revision" = Option<i32>, Query, description = "the latest, or the records of this moment, when not given"),
    ("last_year" = Option<bool>, Query, description = "count the same quarter last year from the records as they are now where it is not closed")),
    responses((status = 200, body = QuarterlyReport)))]
#[get("/reports/quarterly?<last_year>&<query..>", rank = 2)]
pub async fn quarterly(
    caller: Caller,
    state: &State<web::State>,
    last_year: Option<bool>,
    query: ReportQuery<'_>,
) -> Answer<Json<QuarterlyReport>> {
    let wanted = query.read(&caller.actor)?;
    Ok(Json(read(state, &caller.actor, &wanted, last_year == Some(true)).await?))
}

/// Download the quarterly report as a workbook.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query), ("quarter" = Option<String>, Query), ("revision" = Option<i32>, Query)),
    responses((status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))]
#[get("/reports/quarterly.xlsx?<query..>")]
pub async fn workbook(caller: Caller, state: &State<web::State>, query: ReportQuery<'_>) -> Answer<Download> {
    let wanted = query.read(&caller.actor)?;
    let report = read(state, &caller.actor, &wanted, false).await?;
    let name = format!("{}{}报告.xlsx", report.organisation.name, report.quarter.title());
    let bytes = rocket::tokio::task::spawn_blocking(move || reports::workbook(&report))
        .await
        .map_err(Error::broken)?
        .map_err(Error::broken)?;
    Ok(Download { bytes, kind: ContentType::new("application", XLSX), name })
}

/// Download the quarterly report as pages to print (PDF). A revision gives the same bytes each time.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query), ("quarter" = Option<String>, Query), ("revision" = Option<i32>, Query)),
    responses((status = 200, content_type = "application/pdf"), (status = 409, description = "no font to print with")))]
#[get("/reports/quarterly.pdf?<query..>")]
pub async fn pages(caller: Caller, state: &State<web::State>, query: ReportQuery<'_>) -> Answer<Download> {
    let wanted = query.read(&caller.actor)?;
    let report = read(state, &caller.actor, &wanted, false).await?;
    let name = format!("{}{}报告.pdf", report.organisation.name, report.quarter.title());
    let press = state.press.clone();
    // On a thread of its own: reading fonts and setting pages keep a processor busy.
    let bytes = rocket::tokio::task::spawn_blocking(move || {
        let fonts = press.fonts()?;
        papers::report(&report, &fonts).map_err(Error::broken)
    });
    Ok(Download { bytes: bytes.await.map_err(Error::broken)??, kind: ContentType::PDF, name })
}

const XLSX: &str = "vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Show who leads the villages of an organisation, beside the term before (班子结构).
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("quarter" = Option<String>, Query, description = "2026Q1; the running one when not given"),
    ("revision" = Option<i32>, Query, description = "the latest, or the records of this moment, when not given")),
    responses((status = 200, body = TeamPicture)))]
#[get("/reports/team?<query..>")]
pub async fn team(
    caller: Caller,
    state: &State<web::State>,
    query: ReportQuery<'_>,
) -> Answer<Json<TeamPicture>> {
    let wanted = query.read_from(&caller.actor, Quarter::containing(clock::today()))?;
    let mut conn = state.database.report().await?;
    let (organisation, quarter) = (&wanted.organisation, wanted.quarter);
    let picture =
        state.pictures.picture(&mut conn, &caller.actor, organisation, quarter, wanted.revision).await?;
    Ok(Json(picture))
}

/// The definition of a figure.
#[derive(serde::Serialize, ToSchema)]
pub struct DefinitionJson {
    /// The code.
    code: String,
    /// What is counted, in Chinese.
    label: String,
    /// What it is counted in.
    unit: &'static str,
    /// The definition in Chinese.
    definition: String,
    /// Whether it is a ratio or a mean: it has a denominator.
    has_denominator: bool,
}

/// List every figure with its definition.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<DefinitionJson>)))]
#[get("/figures")]
pub async fn list_figures(
    caller: Caller,
    mut db: Db,
    listing: Listing,
) -> Answer<Json<Page<DefinitionJson>>> {
    let items = figures::all(&db.words(caller.scope()).await?)
        .into_iter()
        .map(|figure| DefinitionJson {
            unit: figure.unit.code(),
            has_denominator: figure.denominator.is_some(),
            code: figure.code,
            label: figure.label,
            definition: figure.definition,
        })
        .collect();
    Ok(Json(Page::whole(items, &listing)))
}

/// Show one figure of an organisation.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query), ("quarter" = Option<String>, Query), ("revision" = Option<i32>, Query)),
    responses((status = 200, body = figures::FigureValue)))]
#[get("/figures/<code>?<query..>")]
pub async fn show_figure(
    caller: Caller,
    state: &State<web::State>,
    code: &str,
    query: ReportQuery<'_>,
) -> Answer<Json<figures::FigureValue>> {
    let wanted = query.read(&caller.actor)?;
    let mut conn = state.database.report().await?;
    let figure = reports::figure(
        &mut conn,
        &caller.actor,
        code,
        &wanted.organisation,
        wanted.quarter,
        wanted.revision,
    );
    Ok(Json(figure.await?))
}

/// The part of a figure, as sent; what is counted where none is.
///
/// # Errors
/// `Invalid` with the choice.
pub fn figure_part(text: Option<&str>) -> Result<FigurePart, Error> {
    match text.filter(|text| !text.is_empty()) {
        None => Ok(FigurePart::default()),
        Some(text) => FigurePart::parse(text).map_err(|message| Error::invalid("part", message)),
    }
}

/// The rows behind a figure, for the API and the page.
///
/// # Errors
/// `Invalid` for a wrong part or cursor; else as `reports::figure_rows`.
pub async fn rows(
    state: &web::State,
    actor: &Actor,
    code: &str,
    wanted: &Wanted,
    part: Option<&str>,
    listing: &Listing,
) -> Result<Page<RowLine>, Error> {
    let part = figure_part(part)?;
    let after = match listing.after.as_deref() {
        None => None,
        Some([place, key]) => Some((place.as_str(), key.as_str())),
        Some(_) => {
            let message = "after 不是上一页给出的位置，请使用上一页答复中的 next。";
            return Err(Error::invalid("after", message));
        }
    };
    let query = RowsQuery {
        figure: code,
        organisation: &wanted.organisation,
        quarter: wanted.quarter,
        revision: wanted.revision,
        part,
        after,
        limit: i64::from(listing.limit),
    };
    let mut conn = state.database.report().await?;
    let (items, more) = reports::figure_rows(&mut conn, actor, &query).await?;
    let next = items.last().filter(|_| more).map(|row| Listing::cursor(&[&row.place, &row.key]));
    let total = listing.total(reports::count_figure_rows(&mut conn, actor, &query)).await?;
    Ok(Page { items, next, total })
}

/// List the rows behind a figure.
#[utoipa::path(context_path = "/api/v1", tag = "reports", params(
    ("organisation" = Option<String>, Query), ("quarter" = Option<String>, Query), ("revision" = Option<i32>, Query),
    ("part" = Option<String>, Query, description = "numerator or denominator; of a figure against the term before also before_numerator or before_denominator"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<RowLine>)))]
#[get("/figures/<code>/rows?<part>&<query..>")]
pub async fn figure_rows(
    caller: Caller,
    state: &State<web::State>,
    code: &str,
    part: Option<&str>,
    query: ReportQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<RowLine>>> {
    let wanted = query.read(&caller.actor)?;
    let page = rows(state, &caller.actor, code, &wanted, part, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page))
}

/// List the quarters of the county with their states, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", params(("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<QuarterStatus>)))]
#[get("/quarters")]
pub async fn list_quarters(
    caller: Caller,
    mut db: Db,
    listing: Listing,
) -> Answer<Json<Page<QuarterStatus>>> {
    let items = reports::statuses(&mut db.0, &caller.actor, None).await?;
    Ok(Json(Page::whole(items, &listing)))
}

/// Who closes what.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseInput {
    /// Code of the county.
    organisation: String,
}

/// Propose to close a quarter (202), or close what another supervisor has proposed (200).
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = CloseInput, responses(
    (status = 200, body = QuarterStatus, description = "closed"),
    (status = 202, body = QuarterStatus, description = "proposed; another supervisor sends the same"),
    (status = 409, description = "not ended, not in order, closed already, or proposed by yourself")))]
#[post("/quarters/<quarter>/close", data = "<body>")]
pub async fn close(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    body: Body<CloseInput>,
) -> Answer<Custom<Json<QuarterStatus>>> {
    let quarter = Quarter::parse(quarter).map_err(|error| Error::invalid("quarter", error))?;
    let status = match reports::close(&mut db.0, &caller.actor, body.0.organisation.trim(), quarter).await? {
        Closed::Proposed => Status::Accepted,
        Closed::Closed(_) => Status::Ok,
    };
    let statuses = reports::statuses(&mut db.0, &caller.actor, Some(quarter)).await?;
    let found = statuses.into_iter().find(|status| status.quarter == quarter);
    let found = found.ok_or_else(|| Failure(Error::broken("the quarter just closed has no status")))?;
    Ok(Custom(status, Json(found)))
}
