//! `/terms/{id}/election`, `/elections/{id}`: votes with their ballots.

use chrono::NaiveDate;
use rocket::http::Status;
use rocket::serde::json::Json;
use rocket::{Route, State, get, patch, post, routes};
use utoipa::ToSchema;

use super::PersonJson;
use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{ElectionId, TermId};
use crate::base::policy::{self, Action};
use crate::records::committees::queries::{self, ElectionCard};
use crate::records::committees::{self, RecordElection, RemoveElection, Votings};
use crate::web;
use crate::web::forms::committee::{CandidateText, VoteText, WhoText};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_elections, record_election, show_election, correct_election, remove_election]
}

/// What the ballots said of one candidate.
#[derive(serde::Serialize, ToSchema)]
pub struct BallotJson {
    person: PersonJson,
    votes_for: i32,
    /// Null where they were not counted.
    votes_against: Option<i32>,
    /// Null where they were not counted.
    abstentions: Option<i32>,
    is_elected: bool,
    /// Whether every ballot that counts was for him and he was elected.
    is_unanimous: bool,
}

/// A vote on one post.
#[derive(serde::Serialize, ToSchema)]
pub struct ElectionJson {
    id: String,
    version: i32,
    term: String,
    /// Code of the post.
    post: String,
    held_on: NaiveDate,
    /// 1, and one more for every run-off on that day.
    run: i32,
    places: i32,
    eligible: i32,
    present: i32,
    issued: i32,
    returned: i32,
    valid: i32,
    /// Most votes first.
    candidates: Vec<BallotJson>,
}

impl From<ElectionCard> for ElectionJson {
    fn from(card: ElectionCard) -> Self {
        let votings = card.votings();
        let unanimous: Vec<bool> = card.votes().iter().map(|votes| votes.is_unanimous(&votings)).collect();
        let ElectionCard { election, ballots } = card;
        let ballot = |((ballot, name), is_unanimous): ((committees::Ballot, String), bool)| BallotJson {
            person: PersonJson { id: ballot.person_id.to_string(), name },
            votes_for: ballot.votes_for,
            votes_against: ballot.votes_against,
            abstentions: ballot.abstentions,
            is_elected: ballot.is_elected,
            is_unanimous,
        };
        Self {
            id: election.id.to_string(),
            version: election.version,
            term: election.term_id.to_string(),
            post: election.post,
            held_on: election.held_on,
            run: election.run,
            places: election.places,
            eligible: election.eligible,
            present: election.present,
            issued: election.issued,
            returned: election.returned,
            valid: election.valid,
            candidates: ballots.into_iter().zip(unanimous).map(ballot).collect(),
        }
    }
}

/// List the votes for a term.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ElectionJson>), (status = 404, description = "none in your scope")))]
#[get("/terms/<id>/election")]
pub async fn list_elections(
    caller: Caller,
    mut db: Db,
    id: TermId,
    listing: Listing,
) -> Answer<Json<Page<ElectionJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let votes = db::read(&mut db.0, scope, async |conn| {
        queries::term(conn, scope, id).await?;
        Ok(queries::elections(conn, scope, &[id]).await?)
    })
    .await?;
    Ok(Json(Page::whole(votes.into_iter().map(ElectionJson::from).collect(), &listing)))
}

/// A candidate: `person`, or `name` and `citizen_id`; with `ethnicity` and `education` he is registered if he is not on
/// record.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CandidateInput {
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    citizen_id: Option<String>,
    #[serde(default)]
    ethnicity: Option<String>,
    #[serde(default)]
    education: Option<String>,
    votes_for: i32,
    #[serde(default)]
    votes_against: Option<i32>,
    #[serde(default)]
    abstentions: Option<i32>,
    is_elected: bool,
}

/// A vote to be recorded, or the whole of one as it should have been.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ElectionInput {
    /// Code of the post.
    post: String,
    held_on: String,
    /// 1 where it is not sent.
    #[serde(default)]
    run: Option<i32>,
    places: i32,
    eligible: i32,
    present: i32,
    issued: i32,
    returned: i32,
    valid: i32,
    candidates: Vec<CandidateInput>,
}

impl ElectionInput {
    fn text(self) -> VoteText {
        let candidate = |one: CandidateInput| CandidateText {
            who: WhoText {
                person: one.person,
                name: one.name,
                citizen_id: one.citizen_id,
                ethnicity: one.ethnicity,
                education: one.education,
            },
            votes_for: one.votes_for,
            votes_against: one.votes_against,
            abstentions: one.abstentions,
            is_elected: one.is_elected,
        };
        VoteText {
            post: Some(self.post),
            held_on: Some(self.held_on),
            run: self.run.unwrap_or(1),
            votings: Votings {
                places: self.places,
                eligible: self.eligible,
                present: self.present,
                issued: self.issued,
                returned: self.returned,
                valid: self.valid,
            },
            candidates: self.candidates.into_iter().map(candidate).collect(),
        }
    }
}

/// Record a vote; ballots that do not add up are refused with the arithmetic.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = ElectionInput,
    responses((status = 201, body = ElectionJson), (status = 409, description = "recorded already"),
        (status = 422, description = "what does not add up or is forbidden, by field")))]
#[post("/terms/<id>/election", data = "<body>")]
pub async fn record_election(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    id: TermId,
    body: Body<ElectionInput>,
    state: &State<web::State>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = RecordElection { term: id, held: input.text().held(&db.words(caller.scope()).await?)? };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = committees::record_election(conn, actor, &state.keys, &[command]).await?;
            let id = ids.into_iter().next().or_missing("选举记录")?;
            let scope = &actor.scope;
            let card = db::read(conn, scope, async |conn| queries::election(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&ElectionJson::from(card)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/elections", "id"))
}

async fn read(db: &mut Db, actor: &Actor, id: ElectionId) -> Result<ElectionCard> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| queries::election(conn, scope, id).await).await
}

fn versioned(card: ElectionCard) -> Versioned<ElectionJson> {
    Versioned { version: card.election.version, created: false, body: card.into() }
}

/// Show one vote.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = ElectionJson), (status = 404, description = "none in your scope")))]
#[get("/elections/<id>")]
pub async fn show_election(caller: Caller, mut db: Db, id: ElectionId) -> Answer<Versioned<ElectionJson>> {
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// Correct a vote, which is sent whole; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = ElectionInput,
    responses((status = 200, body = ElectionJson), (status = 412, description = "changed meanwhile"),
        (status = 422, description = "what does not add up or is forbidden, by field"),
        (status = 428, description = "If-Match missing")))]
#[patch("/elections/<id>", data = "<body>")]
pub async fn correct_election(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: ElectionId,
    body: Body<ElectionInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ElectionJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    read(&mut db, &caller.actor, id).await?;
    let words = db.words(caller.scope()).await?;
    let command = body.0.text().correct(id, version.0, &words)?;
    committees::correct_election(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    Ok(versioned(read(&mut db, &caller.actor, id).await?))
}

/// Why a vote is removed.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveElectionInput {
    /// What the mistake was, in 1 to 200 characters.
    reason: String,
}

/// Remove a vote that was entered by mistake, with its ballots; needs the version that you saw in `If-Match`. Wrong numbers
/// are corrected instead.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)), request_body = RemoveElectionInput,
    responses((status = 204, description = "removed; the trail keeps what it said"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "no reason"),
        (status = 428, description = "If-Match missing")))]
#[post("/elections/<id>/remove", data = "<body>")]
pub async fn remove_election(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: ElectionId,
    body: Body<RemoveElectionInput>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = RemoveElection { election: id, version: version.0, reason: body.0.reason };
    committees::remove_election(&mut db.0, &caller.actor, &[command]).await?;
    Ok(Status::NoContent)
}
