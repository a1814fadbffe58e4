//! Sites where classes are held.

use std::collections::HashMap;

use rocket::serde::json::Json;
use rocket::{get, post};
use utoipa::ToSchema;

use super::json::PlaceJson;
use crate::base::db;
use crate::base::error::{Error, FieldError};
use crate::base::ids::OrganisationId;
use crate::base::policy::{self, Action};
use crate::records::organisations;
use crate::records::training::{self, SetSite, queries};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// A site and where it stands.
#[derive(serde::Serialize, ToSchema)]
pub struct TrainingSiteJson {
    id: String,
    /// The name that classes give as their site.
    name: String,
    /// Where it stands.
    organisation: PlaceJson,
    /// People it takes on one day over all its classes.
    capacity: i32,
}

/// The sites of the county.
#[derive(serde::Serialize, ToSchema)]
pub struct TrainingSitesJson {
    items: Vec<TrainingSiteJson>,
}

/// A site as it is to be.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingSiteInput {
    /// The name that classes give as their site; an earlier site of that name is changed.
    name: String,
    /// Code of the organisation where it stands.
    organisation: String,
    /// People it takes on one day over all its classes.
    capacity: i32,
}

/// Sites by their names; others stay as they are.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainingSitesInput {
    sites: Vec<TrainingSiteInput>,
}

/// List the sites where classes are held, with their capacity.
#[utoipa::path(context_path = "/api/v1", tag = "training", responses((status = 200, body = TrainingSitesJson)))]
#[get("/training/sites")]
pub async fn list_training_sites(caller: Caller, mut db: Db) -> Answer<Json<TrainingSitesJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let sites =
        db::read(&mut db.0, scope, async |conn| Ok(queries::sites(conn, scope.county).await?)).await?;
    let items = sites.into_iter().map(|site| TrainingSiteJson {
        id: site.id.to_string(),
        name: site.name,
        organisation: PlaceJson { code: site.organisation_code, name: site.organisation_name },
        capacity: site.capacity,
    });
    Ok(Json(TrainingSitesJson { items: items.collect() }))
}

/// Enter or change sites by their names; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = TrainingSitesInput,
    responses((status = 200, body = TrainingSitesJson), (status = 422, description = "a field is wrong")))]
#[post("/training/sites", data = "<body>")]
pub async fn set_training_sites(
    caller: Caller,
    mut db: Db,
    body: Body<TrainingSitesInput>,
) -> Answer<Json<TrainingSitesJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let inputs: Vec<(String, String, i32)> =
        body.0.sites.into_iter().map(|one| (one.name, one.organisation, one.capacity)).collect();
    set_sites(&mut db, &caller.actor, inputs).await?;
    list_training_sites(caller, db).await
}

/// Sets sites given by name, code of the organisation and capacity.
///
/// # Errors
/// `Invalid` for an unknown code; as [`training::set_sites`].
pub async fn set_sites(
    db: &mut Db,
    actor: &crate::base::actor::Actor,
    inputs: Vec<(String, String, i32)>,
) -> Result<(), Error> {
    let county = actor.scope.whole_county();
    let codes: Vec<String> = inputs.iter().map(|(_, code, _)| code.trim().to_owned()).collect();
    let known: HashMap<String, OrganisationId> = db::read(&mut db.0, &county, async |conn| {
        let found = organisations::queries::by_codes(conn, &county, &codes).await?;
        Ok(found.into_iter().map(|one| (one.code, one.id)).collect())
    })
    .await?;
    let mut commands = Vec::with_capacity(inputs.len());
    for (name, code, capacity) in inputs {
        let Some(organisation) = known.get(code.trim()).copied() else {
            let message = format!("没有找到代码为“{}”的组织，请选择本县（区）的组织。", code.trim());
            return Err(Error::Invalid(vec![FieldError::new("organisation", message, Some(&code))]));
        };
        commands.push(SetSite { name, organisation, capacity });
    }
    training::set_sites(&mut db.0, actor, &commands).await
}
