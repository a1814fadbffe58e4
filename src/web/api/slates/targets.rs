//! What a county wants of its teams.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{get, post};
use utoipa::ToSchema;

use crate::across::reports;
use crate::base::db;
use crate::base::ids::TargetId;
use crate::base::policy::{self, Action};
use crate::base::values::Hundredths;
use crate::records::slates::{self, Target};
use crate::web::forms::slate::TargetText;
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// One version of a target.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CommitteeTarget)]
pub struct TargetJson {
    #[schema(value_type = String)]
    id: TargetId,
    /// `county`, `town` or `village`.
    level: &'static str,
    /// Code of the figure.
    figure: String,
    /// `at_least` or `at_most`.
    comparison: &'static str,
    #[schema(value_type = f64)]
    value: Hundredths,
    /// First day in force.
    from_day: NaiveDate,
    /// First day no longer in force.
    to_day: Option<NaiveDate>,
    /// The decision that it rests on.
    source: String,
}

impl From<Target> for TargetJson {
    fn from(target: Target) -> Self {
        Self {
            id: target.id,
            level: target.level.code(),
            figure: target.figure,
            comparison: target.bound.code(),
            value: target.value,
            from_day: target.from_day,
            to_day: target.to_day,
            source: target.source,
        }
    }
}

/// All versions of all targets.
#[derive(serde::Serialize, ToSchema)]
#[schema(as = CommitteeTargets)]
pub struct TargetsJson {
    items: Vec<TargetJson>,
}

/// List what the county wants of its teams, by level, figure and day.
#[utoipa::path(context_path = "/api/v1", tag = "committees", responses((status = 200, body = TargetsJson)))]
#[get("/committee-targets")]
pub async fn list_committee_targets(caller: Caller, mut db: Db) -> Answer<Json<TargetsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let targets =
        db::read(&mut db.0, scope, async |conn| Ok(slates::queries::targets(conn, scope.county).await?))
            .await?;
    Ok(Json(TargetsJson { items: targets.into_iter().map(TargetJson::from).collect() }))
}

/// A target as it is to be from a day on.
#[derive(serde::Deserialize, ToSchema)]
#[schema(as = CommitteeTargetInput)]
#[serde(deny_unknown_fields)]
pub struct TargetInput {
    /// `county`, `town` or `village`.
    level: String,
    /// Code of a figure of the team picture.
    figure: String,
    /// `at_least` or `at_most`.
    comparison: String,
    /// At most two decimals; null ends the target.
    #[schema(value_type = Option<f64>)]
    value: Option<serde_json::Number>,
    /// First day in force.
    from_day: String,
    /// The decision that it rests on.
    source: String,
}

/// Set what the county wants of its teams from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = TargetInput,
    responses((status = 200, body = TargetsJson), (status = 409, description = "does not follow the present version")))]
#[post("/committee-targets", data = "<body>")]
pub async fn set_committee_target(
    caller: Caller,
    mut db: Db,
    body: Body<TargetInput>,
) -> Answer<Json<TargetsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let input = body.0;
    let text = TargetText {
        level: input.level,
        figure: input.figure,
        comparison: input.comparison,
        value: input.value.map(|value| value.to_string()),
        from_day: Some(input.from_day),
        source: input.source,
    };
    let figures = reports::target_figures(&db.words(caller.scope()).await?);
    slates::set_targets(&mut db.0, &caller.actor, &figures, &[text.command()?]).await?;
    list_committee_targets(caller, db).await
}
