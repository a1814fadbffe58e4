//! `/terms/{id}/election`, `/elections/{id}`: votes with their ballots.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
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
use crate::base::scope::Scope;
use crate::records::committees::queries::{self, ElectionCard, TermPlace};
use crate::records::committees::{
    self, Ballot, RecordElection, RemoveElection, Rule, RuleBook, Votes, Votings, places_open,
};
use crate::web;
use crate::web::forms::committee::{CandidateText, VoteText, WhoText};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page};
use crate::web::late::Late;
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
    /// Whether he had as many votes as others for the last place: none of them is elected, a further run decides.
    is_tied: bool,
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
    /// 1, and one more for every run-off, on that day or later.
    run: i32,
    places: i32,
    /// Places that this run left open.
    places_open: i32,
    eligible: i32,
    present: i32,
    /// The fewest who had to take part; null where nothing was demanded on the day.
    present_needed: Option<i32>,
    /// The fewest votes for a candidate that elect him; null where nothing was demanded on the day.
    votes_needed: Option<i32>,
    issued: i32,
    returned: i32,
    valid: i32,
    /// Most votes first.
    candidates: Vec<BallotJson>,
}

impl ElectionJson {
    /// A vote for a term, with what the bars of its day demanded.
    fn of(card: ElectionCard, place: &TermPlace, book: &RuleBook) -> Self {
        let votings = card.votings();
        let votes = card.votes();
        let kind = place.kind();
        let tied = kind.map(|kind| card.tied(kind, book)).unwrap_or_default();
        let attendance = kind.and_then(|kind| book.bar(Rule::Attendance, kind, card.election.held_on));
        let winning = kind.and_then(|kind| card.winning_bar(kind, book));
        let ElectionCard { election, ballots } = card;
        let ballot = |(at, ((ballot, name), votes)): (usize, ((Ballot, String), &Votes))| BallotJson {
            person: PersonJson { id: ballot.person_id.to_string(), name },
            votes_for: ballot.votes_for,
            votes_against: ballot.votes_against,
            abstentions: ballot.abstentions,
            is_elected: ballot.is_elected,
            is_unanimous: votes.is_unanimous(&votings),
            is_tied: tied.contains(&at),
        };
        Self {
            id: election.id.to_string(),
            version: election.version,
            term: election.term_id.to_string(),
            post: election.post,
            held_on: election.held_on,
            run: election.run,
            places: election.places,
            places_open: places_open(&votings, &votes),
            eligible: election.eligible,
            present: election.present,
            present_needed: attendance.map(|bar| bar.needed(election.eligible)),
            votes_needed: winning.map(|bar| bar.needed(election.present)),
            issued: election.issued,
            returned: election.returned,
            valid: election.valid,
            candidates: ballots.into_iter().zip(&votes).enumerate().map(ballot).collect(),
        }
    }
}

/// One vote as it is told.
async fn told(conn: &mut AsyncPgConnection, scope: &Scope, id: ElectionId) -> Result<ElectionJson> {
    let card = queries::election(conn, scope, id).await?;
    let places = queries::term_places(conn, scope, &[card.election.term_id]).await?;
    let place = places.into_iter().next().or_missing("届次")?;
    let book = queries::rule_book(conn, scope.county).await?.of(place.division());
    Ok(ElectionJson::of(card, &place, &book))
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
    let votes: Vec<ElectionJson> = db::read(&mut db.0, scope, async |conn| {
        let places = queries::term_places(conn, scope, &[id]).await?;
        let place = places.into_iter().next().or_missing("届次")?;
        let book = queries::rule_book(conn, scope.county).await?.of(place.division());
        let cards = queries::elections(conn, scope, &[id]).await?;
        Ok(cards.into_iter().map(|card| ElectionJson::of(card, &place, &book)).collect())
    })
    .await?;
    Ok(Json(Page::whole(votes, &listing)))
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
    /// 1 where it is not sent; a run-off needs the run before it on record, of the same term and post.
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
    late: Late<'_>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = RecordElection { term: id, held: input.text().held(&db.words(caller.scope()).await?)? };
    let held_on = command.held.held_on;
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = committees::record_election(conn, actor, &state.keys, &[command]).await?;
            let id = ids.into_iter().next().or_missing("选举记录")?;
            let scope = &actor.scope;
            let told = db::read(conn, scope, async |conn| told(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&told).map_err(Error::broken)?))
        })
        .await?;
    late.note(&mut db, actor, [held_on]).await;
    Ok(kept.at("/api/v1/elections", "id"))
}

async fn read(db: &mut Db, actor: &Actor, id: ElectionId) -> Result<ElectionJson> {
    policy::require(actor, Action::SeeRecords, &actor.scope.path)?;
    let scope = &actor.scope;
    db::read(&mut db.0, scope, async |conn| told(conn, scope, id).await).await
}

fn versioned(told: ElectionJson) -> Versioned<ElectionJson> {
    Versioned { version: told.version, created: false, body: told }
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
    late: Late<'_>,
) -> Answer<Versioned<ElectionJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let before = read(&mut db, &caller.actor, id).await?.held_on;
    let words = db.words(caller.scope()).await?;
    let command = body.0.text().correct(id, version.0, &words)?;
    let days = [before, command.held.held_on];
    committees::correct_election(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    late.note(&mut db, &caller.actor, days).await;
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
    late: Late<'_>,
) -> Answer<Status> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let held_on = read(&mut db, &caller.actor, id).await?.held_on;
    let command = RemoveElection { election: id, version: version.0, reason: body.0.reason };
    committees::remove_election(&mut db.0, &caller.actor, &[command]).await?;
    late.note(&mut db, &caller.actor, [held_on]).await;
    Ok(Status::NoContent)
}
