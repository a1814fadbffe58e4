//! Who guides whom.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{FromForm, get, patch, post};
use utoipa::ToSchema;

use super::json::PlaceJson;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::{PersonId, TrainingPairId};
use crate::base::policy::{self, Action};
use crate::records::training;
use crate::records::training::queries::pairs::{self, PairFilter, PairLine};
use crate::web::api::organisations::narrowed;
use crate::web::forms::pair::{PairCorrection, PairEnd, PairInput};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Failure, Versioned};

/// One of the two of a pair.
#[derive(serde::Serialize, ToSchema)]
pub struct PairPersonJson {
    id: String,
    /// Null where your scope does not see this person.
    name: Option<String>,
}

/// Who guides whom.
#[derive(serde::Serialize, ToSchema)]
pub struct PairJson {
    id: String,
    version: i32,
    mentor: PairPersonJson,
    apprentice: PairPersonJson,
    /// The organisation that keeps the pair.
    organisation: PlaceJson,
    agreed: String,
    from: NaiveDate,
    /// First day no longer; null while it runs.
    to: Option<NaiveDate>,
    /// `completed` or `stopped`.
    outcome: Option<String>,
    /// What came of it.
    result: Option<String>,
}

impl From<PairLine> for PairJson {
    fn from(line: PairLine) -> Self {
        Self {
            id: line.id.to_string(),
            version: line.version,
            mentor: PairPersonJson { id: line.mentor_id.to_string(), name: line.mentor },
            apprentice: PairPersonJson { id: line.apprentice_id.to_string(), name: line.apprentice },
            organisation: PlaceJson { code: line.organisation_code, name: line.organisation },
            agreed: line.agreed,
            from: line.from_day,
            to: line.to_day,
            outcome: line.outcome,
            result: line.result,
        }
    }
}

/// What a list of pairs is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct PairQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Id of one of the two.
    pub person: Option<&'r str>,
    /// `running`, `ended` or `any`.
    pub state: Option<&'r str>,
}

impl PairQuery<'_> {
    fn parse(&self) -> Result<PairFilter, Failure> {
        let given =
            |text: Option<&'_ str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let person = given(self.person).map(|text| text.parse::<PersonId>()).transpose().map_err(|_| {
            Failure::invalid("person", "人员编号的格式不对，请使用读取人员时返回的编号。".to_owned())
        })?;
        let runs = match given(self.state).as_deref() {
            None | Some("any") => None,
            Some("running") => Some(true),
            Some("ended") => Some(false),
            Some(other) => {
                let message = format!("状态“{other}”不存在，可选：running、ended、any。");
                return Err(Failure::invalid("state", message));
            }
        };
        Ok(PairFilter { person, runs })
    }
}

/// A page of pairs, counted where `listing` asks for it.
///
/// # Errors
/// `Missing` for an organisation outside the scope, `Forbidden`, `Invalid`.
pub async fn pair_page(
    db: &mut Db,
    actor: &Actor,
    query: &PairQuery<'_>,
    listing: &Listing,
) -> Result<Page<PairLine>, Failure> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let filter = query.parse()?;
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let after: Option<TrainingPairId> = match listing.after.as_deref() {
        None => None,
        Some([id]) => Some(id.parse().map_err(|_| wrong())?),
        Some(_) => return Err(wrong()),
    };
    let (scope, limit) = (&actor.scope, usize::from(listing.limit));
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within).await?;
        let mut items = pairs::list(conn, &within, filter, after, i64::from(listing.limit) + 1).await?;
        let more = items.len() > limit;
        items.truncate(limit);
        let total = listing.total(pairs::count(conn, &within, filter)).await?;
        let next = items.last().filter(|_| more).map(|last| Listing::cursor(&[&last.id.to_string()]));
        Ok(Page { items, next, total })
    });
    Ok(page.await?)
}

/// One pair, with its version.
///
/// # Errors
/// `Missing`, `Forbidden`.
pub async fn pair_of(db: &mut Db, actor: &Actor, id: TrainingPairId) -> Result<PairLine, Error> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    db::read(&mut db.0, &actor.scope, async |conn| pairs::find(conn, &actor.scope, id).await).await
}

fn versioned(line: PairLine) -> Versioned<PairJson> {
    Versioned { version: line.version, created: false, body: line.into() }
}

/// List who guides whom, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(
    ("within" = Option<String>, Query), ("person" = Option<String>, Query, description = "id of one of the two"),
    ("state" = Option<String>, Query, description = "running, ended or any"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<PairJson>)))]
#[get("/training/pairs?<query..>")]
pub async fn list_pairs(
    caller: Caller,
    mut db: Db,
    query: PairQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<PairJson>>> {
    Ok(Json(pair_page(&mut db, &caller.actor, &query, &listing).await?.map(PairJson::from)))
}

/// Show one pair.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)),
    responses((status = 200, body = PairJson), (status = 404, description = "none in your scope")))]
#[get("/training/pairs/<id>")]
pub async fn show_pair(caller: Caller, mut db: Db, id: TrainingPairId) -> Answer<Versioned<PairJson>> {
    Ok(versioned(pair_of(&mut db, &caller.actor, id).await?))
}

/// Enter who guides whom.
#[utoipa::path(context_path = "/api/v1", tag = "training", request_body = PairInput,
    responses((status = 201, body = PairJson), (status = 409, description = "a pair already"), (status = 422, description = "refused fields")))]
#[post("/training/pairs", data = "<body>")]
pub async fn make_pair(caller: Caller, mut db: Db, once: Idempotency, body: Body<PairInput>) -> Answer<Kept> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let Body(input, hash) = body;
    let command = input.parse().map_err(Error::Invalid)?;
    let actor = &caller.actor;
    let kept = once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = training::pair(conn, actor, &[command]).await?;
        let id = ids.into_iter().next().or_missing("这对结对")?;
        let line =
            db::read(conn, &actor.scope, async |conn| pairs::find(conn, &actor.scope, id).await).await?;
        Ok((201, serde_json::to_string(&PairJson::from(line)).map_err(Error::broken)?))
    });
    Ok(kept.await?.at("/api/v1/training/pairs", "id"))
}

/// Correct what was agreed, or the first day; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = PairCorrection,
    responses((status = 200, body = PairJson), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields")))]
#[patch("/training/pairs/<id>", data = "<body>")]
pub async fn correct_pair(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingPairId,
    body: Body<PairCorrection>,
) -> Answer<Versioned<PairJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = body.0.parse(id, version.0).map_err(Error::Invalid)?;
    training::correct_pairs(&mut db.0, &caller.actor, &[command]).await?;
    Ok(versioned(pair_of(&mut db, &caller.actor, id).await?))
}

/// End a pair, with what came of it; needs its version in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = PairEnd,
    responses((status = 200, body = PairJson), (status = 409, description = "ended already"), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields")))]
#[post("/training/pairs/<id>/end", data = "<body>")]
pub async fn end_pair(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingPairId,
    body: Body<PairEnd>,
) -> Answer<Versioned<PairJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = body.0.parse(id, version.0).map_err(Error::Invalid)?;
    training::end_pairs(&mut db.0, &caller.actor, &[command]).await?;
    Ok(versioned(pair_of(&mut db, &caller.actor, id).await?))
}
