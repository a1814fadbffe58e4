//! `/quarters/{quarter}/cockpit`, the sign-off upward, and when and by whom quarters are signed off.

use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use crate::across::reports::{self, Cockpit};
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::Quarter;
use crate::records::quarters::{self, QuarterSettings, SetQuarterSettings, WithdrawSignOff};
use crate::web::api::reports::ReportQuery;
use crate::web::forms::programme::parse_day;
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![show_cockpit, sign_off_quarter, withdraw_sign_off, list_quarter_settings, set_quarter_settings]
}

fn quarter_of(text: &str) -> Result<Quarter, Error> {
    Quarter::parse(text).map_err(|error| Error::invalid("quarter", error))
}

/// Show what still stands open before a quarter is closed, who has to act, and who has signed it off.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", params(
    ("quarter" = String, Path, description = "2026Q1"),
    ("organisation" = Option<String>, Query, description = "code; your own when not given")),
    responses((status = 200, body = Cockpit)))]
#[get("/quarters/<quarter>/cockpit?<organisation>")]
pub async fn show_cockpit(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    organisation: Option<&str>,
) -> Answer<Json<Cockpit>> {
    let query = ReportQuery { organisation, quarter: Some(quarter), revision: None };
    let wanted = query.read(&caller.actor)?;
    let cockpit = reports::cockpit(&mut db.0, &caller.actor, &wanted.organisation, wanted.quarter).await?;
    Ok(Json(cockpit))
}

/// Who signs off.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOffInput {
    /// Code of the town or village.
    organisation: String,
    /// Why it is signed with something open; needed where something is.
    note: Option<String>,
}

/// Sign a quarter off upward for a town or village; only for its supervisors.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = SignOffInput, responses(
    (status = 200, body = Cockpit),
    (status = 409, description = "not ended, closed, signed already, or not to be signed by you"),
    (status = 422, description = "something is open and there is no note")))]
#[post("/quarters/<quarter>/sign-off", data = "<body>")]
pub async fn sign_off_quarter(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    body: Body<SignOffInput>,
) -> Answer<Json<Cockpit>> {
    let (quarter, input) = (quarter_of(quarter)?, body.0);
    let organisation = input.organisation.trim();
    reports::sign_off(&mut db.0, &caller.actor, organisation, quarter, input.note.as_deref()).await?;
    Ok(Json(reports::cockpit(&mut db.0, &caller.actor, organisation, quarter).await?))
}

/// Why a sign-off is taken back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawSignOffInput {
    /// Code of the town or village.
    organisation: String,
    /// Why.
    reason: String,
}

/// Take a sign-off back: the unit itself, or whoever stands above it.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = WithdrawSignOffInput, responses(
    (status = 200, body = Cockpit), (status = 409, description = "closed, or not signed")))]
#[post("/quarters/<quarter>/sign-off/withdraw", data = "<body>")]
pub async fn withdraw_sign_off(
    caller: Caller,
    mut db: Db,
    quarter: &str,
    body: Body<WithdrawSignOffInput>,
) -> Answer<Json<Cockpit>> {
    let (quarter, input) = (quarter_of(quarter)?, body.0);
    let organisation = input.organisation.trim().to_owned();
    let command = WithdrawSignOff { organisation: organisation.clone(), quarter, reason: input.reason };
    quarters::withdraw_sign_off(&mut db.0, &caller.actor, &[command]).await?;
    Ok(Json(reports::cockpit(&mut db.0, &caller.actor, &organisation, quarter).await?))
}

/// All versions that concern a county; of those in force on the last day of a quarter the first one holds for it.
#[derive(serde::Serialize, ToSchema)]
pub struct QuarterSettingsJson {
    items: Vec<QuarterSettings>,
}

/// List when and by whom quarters are signed off, by date.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", responses((status = 200, body = QuarterSettingsJson)))]
#[get("/quarter-settings")]
pub async fn list_quarter_settings(caller: Caller, mut db: Db) -> Answer<Json<QuarterSettingsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let items =
        db::read(&mut db.0, scope, async |conn| Ok(quarters::settings::versions(conn, scope.county).await?))
            .await?;
    Ok(Json(QuarterSettingsJson { items }))
}

/// A version as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuarterSettingsInput {
    /// First day in force.
    pub from_day: String,
    /// So many days after the end of a quarter villages have signed.
    pub village_days: i32,
    /// So many days after the end of a quarter towns have signed.
    pub town_days: i32,
    /// So many days after the end of a quarter the county has closed it.
    pub county_days: i32,
    /// Whether villages and communities sign too.
    pub villages_sign: bool,
    /// Whether the county is closed only when every town has signed.
    pub towns_must_sign: bool,
    /// The decision that it rests on.
    pub source: String,
}

impl QuarterSettingsInput {
    /// The command.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn parse(self) -> Result<SetQuarterSettings, Vec<FieldError>> {
        Ok(SetQuarterSettings {
            from_day: parse_day("from_day", &self.from_day)?,
            village_days: self.village_days,
            town_days: self.town_days,
            county_days: self.county_days,
            villages_sign: self.villages_sign,
            towns_must_sign: self.towns_must_sign,
            source: self.source,
        })
    }
}

/// Set when and by whom quarters are signed off from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "quarters", request_body = QuarterSettingsInput,
    responses((status = 200, body = QuarterSettingsJson), (status = 409, description = "does not follow the present version")))]
#[post("/quarter-settings", data = "<body>")]
pub async fn set_quarter_settings(
    caller: Caller,
    mut db: Db,
    body: Body<QuarterSettingsInput>,
) -> Answer<Json<QuarterSettingsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().whole_county().path)?;
    let command = body.0.parse().map_err(Error::Invalid)?;
    quarters::set_settings(&mut db.0, &caller.actor, &[command]).await?;
    list_quarter_settings(caller, db).await
}
