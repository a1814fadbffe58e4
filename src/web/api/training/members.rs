//! What a member was trained in, and who need not be trained.

use bigdecimal::BigDecimal;
use rocket::serde::json::Json;
use rocket::{State, get, post};
use utoipa::ToSchema;

use super::json::{ExemptionJson, HistoryLineJson};
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::{MembershipId, TrainingExemptionId};
use crate::base::policy::{self, Action};
use crate::records::training::queries::{self, TrainingHistory};
use crate::records::training::{self, EndExemption, Exemption};
use crate::web;
use crate::web::api::ratings::Decimal;
use crate::web::forms::programme::{ExemptionInput, parse_day};
use crate::web::guards::{Body, Caller, Db, IfMatch};
use crate::web::respond::{Answer, Versioned};

/// The hours of one calendar year.
#[derive(serde::Serialize, ToSchema)]
pub struct YearHoursJson {
    year: i32,
    #[schema(value_type = f64)]
    hours: Decimal,
    /// Hours demanded of a member.
    member_hours: Option<i32>,
    /// Hours demanded of secretaries and members of committees.
    leader_hours: Option<i32>,
}

/// Everything that a member was trained in.
#[derive(serde::Serialize, ToSchema)]
pub struct MemberTrainingJson {
    /// The latest first.
    classes: Vec<HistoryLineJson>,
    /// The latest first.
    years: Vec<YearHoursJson>,
    /// The latest first.
    exemptions: Vec<ExemptionJson>,
}

/// What a member was trained in, and his exemptions.
///
/// # Errors
/// `Missing` for a member outside the actor's scope.
pub async fn training_of(
    db: &mut Db,
    actor: &Actor,
    state: &web::State,
    id: MembershipId,
) -> Result<(TrainingHistory, Vec<Exemption>), Error> {
    let scope = &actor.scope;
    crate::web::api::members::read(db, actor, state, id).await?;
    db::read(&mut db.0, scope, async |conn| {
        let history = queries::history(conn, scope, id).await?;
        Ok((history, queries::exemptions_of(conn, scope, id).await?))
    })
    .await
}

fn year(hours: queries::YearHours) -> YearHoursJson {
    let total: BigDecimal = hours.hours;
    YearHoursJson {
        year: hours.year,
        hours: Decimal(total),
        member_hours: hours.member_hours,
        leader_hours: hours.leader_hours,
    }
}

/// Show what a member was trained in, his hours by year, and his exemptions.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = MemberTrainingJson), (status = 404, description = "none in your scope")))]
#[get("/members/<id>/training")]
pub async fn member_training(
    caller: Caller,
    mut db: Db,
    id: MembershipId,
    state: &State<web::State>,
) -> Answer<Json<MemberTrainingJson>> {
    let (history, exemptions) = training_of(&mut db, &caller.actor, state, id).await?;
    Ok(Json(MemberTrainingJson {
        classes: history.lines.into_iter().map(HistoryLineJson::from).collect(),
        years: history.years.into_iter().map(year).collect(),
        exemptions: exemptions.into_iter().map(ExemptionJson::from).collect(),
    }))
}

/// Exempt a member from training.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = ExemptionInput,
    responses((status = 201, body = ExemptionJson), (status = 409, description = "exempt already"), (status = 422, description = "refused fields")))]
#[post("/training/exemptions", data = "<body>")]
pub async fn exempt_member(
    caller: Caller,
    mut db: Db,
    body: Body<ExemptionInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ExemptionJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = body.0.parse().map_err(Error::Invalid)?;
    let member = command.member;
    let ids = training::exempt(&mut db.0, &caller.actor, &[command]).await?;
    let (_, exemptions) = training_of(&mut db, &caller.actor, state, member).await?;
    let entered = exemptions.into_iter().find(|exemption| ids.contains(&exemption.id));
    let entered = entered.ok_or(Error::Missing { what: "这条免训记录" })?;
    Ok(Versioned { version: entered.version, created: true, body: entered.into() })
}

/// The end of an exemption.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndExemptionInput {
    /// First day no longer exempt.
    on: String,
}

/// End an exemption; needs its version in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = EndExemptionInput,
    responses((status = 204, description = "ended"), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields")))]
#[post("/training/exemptions/<id>/end", data = "<body>")]
pub async fn end_exemption(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingExemptionId,
    body: Body<EndExemptionInput>,
) -> Answer<rocket::response::status::NoContent> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let on = parse_day("on", &body.0.on).map_err(Error::Invalid)?;
    let command = EndExemption { exemption: id, version: version.0, on };
    training::end_exemptions(&mut db.0, &caller.actor, &[command]).await?;
    Ok(rocket::response::status::NoContent)
}
