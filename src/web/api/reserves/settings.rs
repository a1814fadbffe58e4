//! What a county demands of its pool.

use rocket::serde::json::Json;
use rocket::{get, post};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::reserves::settings::SecondmentEducation;
use crate::records::reserves::{self, SetSettings, Settings, settings};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// All versions that concern a county; of those in force on a day the first one holds.
#[derive(serde::Serialize, ToSchema)]
pub struct SettingsJson {
    items: Vec<Settings>,
}

/// List what is demanded of the pool, by date.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", responses((status = 200, body = SettingsJson)))]
#[get("/reserve-settings")]
pub async fn list_reserve_settings(caller: Caller, mut db: Db) -> Answer<Json<SettingsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let book = db::read(&mut db.0, scope, async |conn| Ok(settings::book(conn, scope.county).await?)).await?;
    Ok(Json(SettingsJson { items: book.versions().to_vec() }))
}

/// A version as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsInput {
    /// First day in force.
    from_day: String,
    /// How many reserve cadres a village needs at least.
    minimum_per_village: i32,
    /// The highest age for a secondment.
    secondment_age: i32,
    /// `any`, `high_school_or_above` or `college_or_above`.
    secondment_education: String,
    /// How many township leaders guide each.
    township_leaders: i32,
    /// How many village secretaries guide each.
    village_secretaries: i32,
    /// Within how many days a mentor writes the next note.
    days_between_notes: i32,
    /// The decision that it rests on.
    source: String,
}

/// Set what is demanded of the pool from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", request_body = SettingsInput,
    responses((status = 200, body = SettingsJson), (status = 409, description = "does not follow the present version")))]
#[post("/reserve-settings", data = "<body>")]
pub async fn set_reserve_settings(
    caller: Caller,
    mut db: Db,
    body: Body<SettingsInput>,
) -> Answer<Json<SettingsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let input = body.0;
    let wrong = |field: &str, error: String, text: &str| {
        Error::Invalid(vec![FieldError::new(field, error, Some(text))])
    };
    let from_day =
        parse_date(&input.from_day).map_err(|error| wrong("from_day", error.to_string(), &input.from_day))?;
    let secondment_education = SecondmentEducation::parse(&input.secondment_education)
        .map_err(|error| wrong("secondment_education", error.to_string(), &input.secondment_education))?;
    let command = SetSettings {
        from_day,
        minimum_per_village: input.minimum_per_village,
        secondment_age: input.secondment_age,
        secondment_education,
        township_leaders: input.township_leaders,
        village_secretaries: input.village_secretaries,
        days_between_notes: input.days_between_notes,
        source: input.source,
    };
    reserves::set_settings(&mut db.0, &caller.actor, &[command]).await?;
    list_reserve_settings(caller, db).await
}
