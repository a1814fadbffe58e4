//! `/ratings/rounds/{id}/{submit,…}` and `/ratings/{id}/{return,…}`: steps taken with ratings, one result for each.
//!
//! What can go on goes on, whatever is refused beside it; where nothing could, the answer is a conflict that names the
//! reason of each.

use rocket::serde::json::Json;
use rocket::{Route, post, routes};
use utoipa::ToSchema;

use super::RoundJson;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::{RatingId, RoundId};
use crate::records::ratings::{self, Decide, Dispute, Outcome, SendBack, Target, queries};
use crate::web::guards::{Body, Caller, Db, Seen};
use crate::web::late::Late;
use crate::web::respond::{Answer, Problem};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![decide_round, decide_rating, return_rating, object_rating, resolve_rating, revoke_rating]
}

/// What became of one rating.
#[derive(serde::Serialize, ToSchema)]
pub struct OutcomeJson {
    rating: String,
    /// Id of the membership, organisation or person.
    subject: String,
    name: String,
    /// The state now.
    state: &'static str,
    /// The version now.
    version: i32,
    /// Whether the step was taken.
    done: bool,
    /// Why it was not.
    message: Option<String>,
}

impl From<Outcome> for OutcomeJson {
    fn from(outcome: Outcome) -> Self {
        Self {
            rating: outcome.rating.to_string(),
            subject: outcome.subject.to_string(),
            name: outcome.name,
            state: outcome.state.code(),
            version: outcome.version,
            done: outcome.refusal.is_none(),
            message: outcome.refusal.map(|why| format!("{why}。")),
        }
    }
}

/// What became of the ratings of a round.
#[derive(serde::Serialize, ToSchema)]
pub struct DecisionJson {
    /// The round now.
    round: RoundJson,
    /// How many went on.
    done: usize,
    /// How many stayed.
    refused: usize,
    results: Vec<OutcomeJson>,
}

/// What a step answers: results, or the conflict where none was taken.
type Decided = Answer<std::result::Result<Json<DecisionJson>, Problem>>;

async fn answer(db: &mut Db, caller: &Caller, late: &Late<'_>, outcomes: Vec<Outcome>) -> Decided {
    let refused = outcomes.iter().filter(|outcome| outcome.refusal.is_some()).count();
    let done = outcomes.len() - refused;
    if done == 0 {
        return Ok(Err(conflict(&outcomes)));
    }
    let id = outcomes.first().map(|outcome| outcome.round).or_missing("评定轮次")?;
    let scope = caller.scope();
    let line = db::read(&mut db.0, scope, async |conn| queries::round(conn, scope, id).await).await?;
    late.note(db, &caller.actor, [line.card.round.last_day]).await;
    let results = outcomes.into_iter().map(OutcomeJson::from).collect();
    Ok(Ok(Json(DecisionJson { round: line.into(), done, refused, results })))
}

fn conflict(outcomes: &[Outcome]) -> Problem {
    let errors = outcomes.iter().filter_map(|outcome| {
        let why = outcome.refusal.as_ref()?;
        let message = format!("{}：{why}。", outcome.name);
        Some(FieldError::new(&format!("ratings[{}]", outcome.rating), message, None))
    });
    let errors: Vec<FieldError> = errors.collect();
    let detail = match errors.as_slice() {
        [only] => only.message.clone(),
        _ => format!("{}人的评定都不能办理，原因见各人；没有作任何更改。", errors.len()),
    };
    Problem { errors, ..Problem::new(409, detail) }
}

/// Takes a step that is named by a verb.
async fn take(db: &mut Db, caller: &Caller, verb: &str, target: Target, seen: Seen) -> Result<Vec<Outcome>> {
    let (conn, actor) = (&mut db.0, &caller.actor);
    let command = [Decide { target, version: seen.0 }];
    match verb {
        "submit" => ratings::submit(conn, actor, &command).await,
        "review" => ratings::review(conn, actor, &command).await,
        "confirm" => ratings::confirm(conn, actor, &command).await,
        "publish" => ratings::publish(conn, actor, &command).await,
        _ => Err(Error::Missing { what: "这个操作" }),
    }
}

/// Submit, review, confirm or publish every rating of a round that the step concerns.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("verb" = String, Path, description = "submit, review, confirm or publish"),
    ("If-Match" = Option<String>, Header, description = "the version of the round that you saw")),
    responses((status = 200, body = DecisionJson, description = "some went on; the results say which"),
        (status = 409, body = Problem, description = "none could; errors say why"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/rounds/<id>/<verb>")]
pub async fn decide_round(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RoundId,
    verb: &str,
    late: Late<'_>,
) -> Decided {
    let outcomes = take(&mut db, &caller, verb, Target::Round(id), seen).await?;
    answer(&mut db, &caller, &late, outcomes).await
}

/// Submit, review, confirm or publish one rating.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("verb" = String, Path, description = "submit, review, confirm or publish"),
    ("If-Match" = Option<String>, Header, description = "the version of the rating that you saw")),
    responses((status = 200, body = DecisionJson), (status = 409, body = Problem, description = "the rules forbid it"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/<id>/<verb>", rank = 2)]
pub async fn decide_rating(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingId,
    verb: &str,
    late: Late<'_>,
) -> Decided {
    let outcomes = take(&mut db, &caller, verb, Target::Rating(id), seen).await?;
    answer(&mut db, &caller, &late, outcomes).await
}

/// Why a rating goes back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnInput {
    /// What is to be put right: 1 to 500 characters, for the clerk to read.
    reason: String,
}

/// Send one rating back to be corrected.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version of the rating that you saw")),
    request_body = ReturnInput,
    responses((status = 200, body = DecisionJson), (status = 409, body = Problem, description = "the rules forbid it"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/<id>/return", data = "<body>")]
pub async fn return_rating(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingId,
    body: Body<ReturnInput>,
    late: Late<'_>,
) -> Decided {
    let command = SendBack { rating: id, reason: body.0.reason, version: seen.0 };
    let outcomes = ratings::return_(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller, &late, outcomes).await
}

/// What is objected, or why a rating is revoked.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeInput {
    /// 1 to 500 characters.
    reason: String,
}

/// Enter an objection to a published rating, within the term of its scheme.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version of the rating that you saw")),
    request_body = DisputeInput,
    responses((status = 200, body = DecisionJson), (status = 409, body = Problem, description = "not published, or its term is over"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/<id>/object", data = "<body>")]
pub async fn object_rating(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingId,
    body: Body<DisputeInput>,
    late: Late<'_>,
) -> Decided {
    let command = Dispute { rating: id, reason: body.0.reason, version: seen.0 };
    let outcomes = ratings::object(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller, &late, outcomes).await
}

/// What came of an objection.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionInput {
    /// `dismissed`: the rating stays; `upheld`: it goes back to be corrected.
    outcome: String,
    /// What was found: 1 to 500 characters.
    reason: String,
}

/// Resolve the objection to a rating.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version of the rating that you saw")),
    request_body = ResolutionInput,
    responses((status = 200, body = DecisionJson), (status = 409, body = Problem, description = "nothing waits, or it is your own"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/<id>/resolve", data = "<body>")]
pub async fn resolve_rating(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingId,
    body: Body<ResolutionInput>,
    late: Late<'_>,
) -> Decided {
    let upheld = match body.0.outcome.as_str() {
        "upheld" => true,
        "dismissed" => false,
        other => {
            let message = "处理结果应为dismissed（不成立）或upheld（成立）。";
            return Err(Error::Invalid(vec![FieldError::new("outcome", message, Some(other))]).into());
        }
    };
    let command = Dispute { rating: id, reason: body.0.reason, version: seen.0 };
    let outcomes = ratings::resolve(&mut db.0, &caller.actor, upheld, &[command]).await?;
    answer(&mut db, &caller, &late, outcomes).await
}

/// Revoke a rating that counted.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version of the rating that you saw")),
    request_body = DisputeInput,
    responses((status = 200, body = DecisionJson), (status = 409, body = Problem, description = "it does not count"),
        (status = 412, description = "changed meanwhile")))]
#[post("/ratings/<id>/revoke", data = "<body>")]
pub async fn revoke_rating(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: RatingId,
    body: Body<DisputeInput>,
    late: Late<'_>,
) -> Decided {
    let command = Dispute { rating: id, reason: body.0.reason, version: seen.0 };
    let outcomes = ratings::revoke(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller, &late, outcomes).await
}
