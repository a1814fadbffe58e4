//! Programmes, how far they have come, and who has never been trained.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use rocket::serde::json::Json;
use rocket::{FromForm, State, get, patch, post};
use utoipa::ToSchema;

use super::json::{CoverageJson, OutstandingJson, ProgrammeJson, ProgrammeRecordJson};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing};
use crate::base::ids::TrainingProgrammeId;
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::training::queries::{self, ProgrammeRecord};
use crate::records::training::{
    self, Outstanding, OutstandingFilter, OutstandingPlace, ReviseDemand, Risk, count_outstanding, coverage,
    outstanding,
};
use crate::web::forms::programme::{DemandInput, ProgrammeInput, parse_day};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};
use crate::web::{self, reading};

/// List programmes, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ProgrammeJson>)))]
#[get("/training/programmes")]
pub async fn list_programmes(
    caller: Caller,
    mut db: Db,
    listing: Listing,
) -> Answer<Json<Page<ProgrammeJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let found =
        db::read(&mut db.0, scope, async |conn| Ok(queries::programmes(conn, scope.county).await?)).await?;
    let items = found.into_iter().map(ProgrammeJson::from).collect();
    Ok(Json(Page::whole(items, &listing)))
}

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: TrainingProgrammeId,
) -> Result<ProgrammeRecord, Error> {
    db::read(conn, &actor.scope, async |conn| queries::programme(conn, actor.scope.county, id).await).await
}

/// Set a programme; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = ProgrammeInput,
    responses((status = 201, body = ProgrammeRecordJson), (status = 409, description = "another one has this code, or is primary over these days"), (status = 422, description = "refused fields")))]
#[post("/training/programmes", data = "<body>")]
pub async fn set_programme(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<ProgrammeInput>,
) -> Answer<Kept> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let Body(input, hash) = body;
    let command = input.parse().map_err(Error::Invalid)?;
    let actor = &caller.actor;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = training::set_programmes(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("这项轮训计划")?;
        let set = record(conn, actor, id).await?;
        let json = serde_json::to_string(&ProgrammeRecordJson::from(set)).map_err(Error::broken)?;
        Ok((201, json))
    })
    .await
}

/// Show a programme with its demands and fields.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = ProgrammeRecordJson), (status = 404, description = "none in your county")))]
#[get("/training/programmes/<id>")]
pub async fn show_programme(
    caller: Caller,
    mut db: Db,
    id: TrainingProgrammeId,
) -> Answer<Versioned<ProgrammeRecordJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let found = record(&mut db.0, &caller.actor, id).await?;
    Ok(Versioned { version: found.programme.version, created: false, body: found.into() })
}

/// What a programme demands from a day on.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevisionInput {
    /// First day in force.
    pub from_day: String,
    /// What it demands from then on.
    pub demand: DemandInput,
}

/// Set what a programme demands from a day on; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = RevisionInput,
    responses((status = 200, body = ProgrammeRecordJson), (status = 409, description = "does not follow the present version"), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields")))]
#[patch("/training/programmes/<id>", data = "<body>")]
pub async fn revise_programme(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingProgrammeId,
    body: Body<RevisionInput>,
) -> Answer<Versioned<ProgrammeRecordJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let input = body.0;
    let from_day = parse_day("from_day", &input.from_day).map_err(Error::Invalid)?;
    let demand = input.demand.parse().map_err(Error::Invalid)?;
    let command = ReviseDemand { programme: id, version: version.0, from_day, demand };
    training::revise_demands(&mut db.0, &caller.actor, &[command]).await?;
    show_programme(caller, db, id).await
}

/// Of which organisation, as of which day.
#[derive(Debug, Default, FromForm)]
pub struct CoverageQuery<'r> {
    /// Code of an organisation; your own when not given.
    pub within: Option<&'r str>,
    /// The day; today when not given.
    pub as_of: Option<&'r str>,
}

impl CoverageQuery<'_> {
    /// Code and day.
    ///
    /// # Errors
    /// `Invalid` where the day is none.
    pub fn parse(&self, actor: &Actor) -> Result<(String, NaiveDate), Error> {
        let day = match given(self.as_of) {
            None => clock::today(),
            Some(text) => parse_date(text)
                .map_err(|error| Error::Invalid(vec![FieldError::new("as_of", error, Some(text))]))?,
        };
        let code = given(self.within).unwrap_or_else(|| actor.scope.path.code());
        Ok((code.to_owned(), day))
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Show how far a programme has come, for an organisation and those directly below it.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path),
    ("within" = Option<String>, Query, description = "code of an organisation"), ("as_of" = Option<String>, Query)),
    responses((status = 200, body = CoverageJson), (status = 404, description = "none in your scope")))]
#[get("/training/programmes/<id>/coverage?<query..>")]
pub async fn show_coverage(
    caller: Caller,
    state: &State<web::State>,
    id: TrainingProgrammeId,
    query: CoverageQuery<'_>,
) -> Answer<Json<CoverageJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (code, day) = query.parse(&caller.actor)?;
    let mut conn = state.database.report().await?;
    Ok(Json(coverage(&mut conn, &caller.actor, id, &code, day).await?.into()))
}

/// What a list of those never trained is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct OutstandingQuery<'r> {
    /// Code of an organisation; your own when not given.
    pub within: Option<&'r str>,
    /// The day; today when not given.
    pub as_of: Option<&'r str>,
    /// Code of a risk.
    pub risk: Option<&'r str>,
    /// `true`: only those on no roll of a coming class.
    pub unplanned: Option<bool>,
}

impl OutstandingQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn parse(&self) -> Result<OutstandingFilter, Failure> {
        let risk = given(self.risk)
            .map(|text| {
                Risk::ALL.into_iter().find(|risk| risk.code() == text).ok_or_else(|| {
                    let all: Vec<&str> = Risk::ALL.iter().map(|risk| risk.code()).collect();
                    Failure::invalid("risk", format!("风险“{text}”无效，可选：{}。", all.join("、")))
                })
            })
            .transpose()?;
        Ok(OutstandingFilter { risk, unplanned_only: self.unplanned.unwrap_or(false) })
    }
}

/// The place that a page of the list gave.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn outstanding_after(listing: &Listing) -> Result<Option<OutstandingPlace>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [risk, since, sort_key, id] = parts.as_slice() else { return Err(wrong()) };
    Ok(Some(OutstandingPlace {
        risk: risk.parse().map_err(|_| wrong())?,
        since: since.parse().map_err(|_| wrong())?,
        sort_key: sort_key.clone(),
        id: id.parse().map_err(|_| wrong())?,
    }))
}

/// A page of those never trained: one row more is read, to know whether another page follows.
///
/// # Errors
/// As the query.
pub async fn outstanding_page(
    actor: &Actor,
    state: &web::State,
    id: TrainingProgrammeId,
    (code, day): (&str, NaiveDate),
    filter: &OutstandingFilter,
    listing: &Listing,
) -> Result<Page<Outstanding>, Failure> {
    let after = outstanding_after(listing)?;
    let (wanted, limit) = (usize::from(listing.limit), i64::from(listing.limit).saturating_add(1));
    let mut conn = state.database.report().await?;
    let mut found =
        outstanding(&mut conn, actor, &state.keys, id, code, day, filter, after.as_ref(), limit).await?;
    let total = listing.total(count_outstanding(&mut conn, actor, id, code, day, filter)).await?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    let next = found.last().filter(|_| more).map(|last| {
        let place = &last.place;
        let (risk, since, id) = (place.risk.to_string(), place.since.to_string(), place.id.to_string());
        Listing::cursor(&[&risk, &since, &place.sort_key, &id])
    });
    Ok(Page { items: found, next, total })
}

/// List those who have never been trained in a programme, those first who are most at risk of never being.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path),
    ("within" = Option<String>, Query), ("as_of" = Option<String>, Query),
    ("risk" = Option<String>, Query, description = "out_of_reach, unplanned, may_miss or planned"),
    ("unplanned" = Option<bool>, Query, description = "only those on no roll of a coming class"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<OutstandingJson>), (status = 404, description = "none in your scope")))]
#[get("/training/programmes/<id>/outstanding?<query..>")]
pub async fn list_outstanding(
    caller: Caller,
    id: TrainingProgrammeId,
    query: OutstandingQuery<'_>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<OutstandingJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let where_and_when = CoverageQuery { within: query.within, as_of: query.as_of };
    let (code, day) = where_and_when.parse(&caller.actor)?;
    let filter = query.parse()?;
    let page = outstanding_page(&caller.actor, state, id, (&code, day), &filter, &listing).await?;
    reading::note(state, &caller.known.identity, &caller.actor, page.items.len()).await?;
    Ok(Json(page.map(OutstandingJson::from)))
}
