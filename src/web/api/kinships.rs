//! `/kinships`: who is whose near relative, where a rule asks for it.

use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, delete, get, post, routes};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{KinshipId, PersonId};
use crate::base::policy::{self, Action};
use crate::records::people::queries::{self, KinLine};
use crate::records::people::{self, Kinship, RelateKin};
use crate::web::api::committees::PersonJson;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::Answer;

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list_kinships, relate_kin, unrelate_kin]
}

/// Two people who are near relatives.
#[derive(serde::Serialize, ToSchema)]
pub struct KinshipJson {
    id: String,
    person: PersonJson,
    relative: PersonJson,
    /// What the relative is to the person: `spouse`, `parent`, `child`, `sibling`, `grandparent` or `grandchild`.
    kinship: &'static str,
}

impl KinshipJson {
    fn of(line: KinLine) -> Option<Self> {
        let kinship = line.kinship()?.code();
        Some(Self {
            id: line.id.to_string(),
            person: PersonJson { id: line.person_id.to_string(), name: line.person },
            relative: PersonJson { id: line.relative_id.to_string(), name: line.relative },
            kinship,
        })
    }
}

fn person(field: &str, text: &str) -> Result<PersonId> {
    text.trim().parse().map_err(|_| Error::invalid(field, "人员编号的格式不对，请使用读取人员时返回的编号。"))
}

/// List the near relatives of somebody, as far as your scope sees both.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(
    ("person" = String, Query, description = "id of a person"), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<KinshipJson>)))]
#[get("/kinships?<person>")]
pub async fn list_kinships(
    caller: Caller,
    mut db: Db,
    person: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<KinshipJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let id = self::person("person", person.unwrap_or_default())?;
    let scope = caller.scope();
    let lines =
        db::read(&mut db.0, scope, async |conn| Ok(queries::kin_of(conn, scope, &[id]).await?)).await?;
    Ok(Json(Page::whole(lines.into_iter().filter_map(KinshipJson::of).collect(), &listing)))
}

/// Two people to be entered as near relatives.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KinshipInput {
    /// Id of somebody.
    person: String,
    /// Id of his relative.
    relative: String,
    /// What the relative is to him: a code or its Chinese name.
    kinship: String,
}

/// Enter two people as near relatives.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = KinshipInput,
    responses((status = 201, body = KinshipJson), (status = 409, description = "entered by somebody else meanwhile"),
        (status = 422, description = "what is wrong, by field")))]
#[post("/kinships", data = "<body>")]
pub async fn relate_kin(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<KinshipInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = RelateKin {
        person: person("person", &input.person)?,
        relative: person("relative", &input.relative)?,
        kinship: Kinship::parse(&input.kinship).map_err(|error| Error::invalid("kinship", error))?,
    };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = people::relate_kin(conn, actor, &[command]).await?;
            let id = ids.into_iter().next().or_missing("亲属关系")?;
            let scope = &actor.scope;
            let lines =
                db::read(
                    conn,
                    scope,
                    async |conn| Ok(queries::kin_of(conn, scope, &[command.person]).await?),
                )
                .await?;
            let line = lines.into_iter().find(|line| line.id == id).and_then(KinshipJson::of);
            Ok((201, serde_json::to_string(&line.or_missing("亲属关系")?).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept)
}

/// Take back that two people are near relatives.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 204, description = "taken back"), (status = 404, description = "none in your scope")))]
#[delete("/kinships/<id>")]
pub async fn unrelate_kin(caller: Caller, mut db: Db, id: KinshipId) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    people::unrelate_kin(&mut db.0, &caller.actor, &[id]).await?;
    Ok(Status::NoContent)
}
