//! How many hours a county demands, and since when its planning period runs.

use rocket::serde::json::Json;
use rocket::{get, post};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::error::Error;
use crate::base::policy::{self, Action};
use crate::records::training::{self, SetSettings, Settings, settings};
use crate::web::forms::programme::parse_day;
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// All versions that concern a county; of those in force on a day the first one holds.
#[derive(serde::Serialize, ToSchema)]
pub struct TrainingSettingsJson {
    items: Vec<Settings>,
}

/// List what is demanded, by date.
#[utoipa::path(context_path = "/api/v1", tag = "training", responses((status = 200, body = TrainingSettingsJson)))]
#[get("/training/settings")]
pub async fn list_training_settings(caller: Caller, mut db: Db) -> Answer<Json<TrainingSettingsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let book = db::read(&mut db.0, scope, async |conn| Ok(settings::book(conn, scope.county).await?)).await?;
    Ok(Json(TrainingSettingsJson { items: book.versions().to_vec() }))
}

/// A version as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettingsInput {
    /// First day in force.
    from_day: String,
    /// Hours that a member reaches in a calendar year.
    member_hours: i32,
    /// Hours that secretaries and members of committees reach.
    leader_hours: i32,
    /// First day of the planning period.
    planning_from: String,
    /// The decision that it rests on.
    source: String,
}

/// Set what is demanded from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = TrainingSettingsInput,
    responses((status = 200, body = TrainingSettingsJson), (status = 409, description = "does not follow the present version")))]
#[post("/training/settings", data = "<body>")]
pub async fn set_training_settings(
    caller: Caller,
    mut db: Db,
    body: Body<TrainingSettingsInput>,
) -> Answer<Json<TrainingSettingsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let input = body.0;
    let command = SetSettings {
        from_day: parse_day("from_day", &input.from_day).map_err(Error::Invalid)?,
        member_hours: input.member_hours,
        leader_hours: input.leader_hours,
        planning_from: parse_day("planning_from", &input.planning_from).map_err(Error::Invalid)?,
        source: input.source,
    };
    training::set_settings(&mut db.0, &caller.actor, &[command]).await?;
    list_training_settings(caller, db).await
}
