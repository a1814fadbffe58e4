//! Candidates: list, show, propose, verdicts, decisions.

use rocket::serde::json::Json;
use rocket::{FromForm, State, get, post, put};

use super::json::CandidateCheckJson;
use crate::base::actor::Actor;
use crate::base::error::{Error, OrMissing};
use crate::base::ids::CandidateCheckId;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::vetting::queries::{self, Card, Filter, Place, Sheet};
use crate::records::vetting::sight::{self, Sight};
use crate::records::vetting::{self, Progress};
use crate::web;
use crate::web::api::organisations::narrowed;
use crate::web::forms::vetting::{Decided, DecisionInput, ProposalInput, VerdictsInput};
use crate::web::guards::{Body, Caller, Db, Idempotency, IfMatch, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Failure, Versioned};

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct CheckQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Name, pinyin or initials.
    pub q: Option<&'r str>,
    /// A state.
    pub state: Option<&'r str>,
    /// Only those whose departments have let the day go by.
    pub overdue: Option<bool>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl CheckQuery<'_> {
    /// The filter; whoever asks narrows it to what he may know ([`Filter::seen_by`]).
    ///
    /// # Errors
    /// `Invalid` with the wrong field.
    pub fn parse(&self) -> Result<Filter, Failure> {
        let state = given(self.state)
            .map(Progress::parse)
            .transpose()
            .map_err(|error| Failure::invalid("state", error.to_string()))?;
        let query = given(self.q).map(str::to_owned);
        let is_overdue = self.overdue.unwrap_or(false);
        Ok(Filter { query, state, is_overdue, ..Filter::default() })
    }
}

/// The place that a page of a list gave.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn check_place(listing: &Listing) -> Result<Option<Place>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [due_on, id] = parts.as_slice() else { return Err(wrong()) };
    let (due_on, id) = due_on.parse().ok().zip(id.parse().ok()).ok_or_else(wrong)?;
    Ok(Some(Place { due_on, id }))
}

/// A page of checks as far as somebody may know them: one row more is read, to know whether another page follows.
///
/// # Errors
/// Whatever the database answers.
pub async fn check_page(
    conn: &mut diesel_async::AsyncPgConnection,
    within: &crate::base::scope::Scope,
    filter: &Filter,
    after: Option<&Place>,
    limit: u16,
    sight: &Sight,
) -> Result<(Vec<Card>, Option<String>), Error> {
    let wanted = i64::from(limit).saturating_add(1);
    let mut cards = queries::list(conn, within, clock::today(), filter, after, wanted).await?;
    let more = cards.len() > usize::from(limit);
    cards.truncate(usize::from(limit));
    let cursor = |last: &Card| Listing::cursor(&[&last.check.due_on.to_string(), &last.check.id.to_string()]);
    let next = cards.last().filter(|_| more).map(cursor);
    Ok((cards.into_iter().map(|card| card.seen_by(sight)).collect(), next))
}

/// List candidate checks of your organisation, the first due first.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", params(
    ("within" = Option<String>, Query), ("q" = Option<String>, Query, description = "name, pinyin or initials"),
    ("state" = Option<String>, Query, description = "as in the answer; to whom vets nothing vetted and rejected are both unfiled"),
    ("overdue" = Option<bool>, Query, description = "only those that wait past their day"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<CandidateCheckJson>)))]
#[get("/candidate-checks?<query..>")]
pub async fn list_candidate_checks(
    caller: Caller,
    mut db: Db,
    query: CheckQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<CandidateCheckJson>>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let (asked, after, scope) = (query.parse()?, check_place(&listing)?, caller.scope());
    let page = db::read(&mut db.0, scope, async |conn| {
        let sight = sight::of(conn, &caller.actor).await?;
        let filter = asked.seen_by(&sight);
        let within = narrowed(conn, scope, given(query.within)).await?;
        let (cards, next) = check_page(conn, &within, &filter, after.as_ref(), listing.limit, &sight).await?;
        let today = clock::today();
        let total = listing.total(queries::count(conn, &within, today, &filter)).await?;
        Ok(Page { items: cards.into_iter().map(CandidateCheckJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// Reads one check for an answer, as far as the caller may see it.
///
/// # Errors
/// `Forbidden`, `Missing`.
pub async fn read_sheet(
    db: &mut Db,
    caller: &Actor,
    state: &web::State,
    id: CandidateCheckId,
) -> Result<Sheet, Error> {
    queries::sheet(&mut db.0, caller, &state.keys, id).await
}

async fn answer(
    db: &mut Db,
    caller: &Actor,
    state: &web::State,
    id: CandidateCheckId,
) -> Answer<Versioned<CandidateCheckJson>> {
    let sheet = read_sheet(db, caller, state, id).await?;
    Ok(Versioned { version: sheet.card.check.version, created: false, body: sheet.into() })
}

/// Show one candidate check; items and verdicts only for those who vet.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", params(("id" = String, Path)),
    responses((status = 200, body = CandidateCheckJson), (status = 404, description = "none in your scope")))]
#[get("/candidate-checks/<id>")]
pub async fn show_candidate_check(
    caller: Caller,
    mut db: Db,
    id: CandidateCheckId,
    state: &State<web::State>,
) -> Answer<Versioned<CandidateCheckJson>> {
    answer(&mut db, &caller.actor, state, id).await
}

/// Propose a candidate for vetting.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", request_body = ProposalInput,
    responses((status = 201, body = CandidateCheckJson), (status = 422, description = "refused fields: not on record, being vetted already")))]
#[post("/candidate-checks", data = "<body>")]
pub async fn propose_candidate(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<ProposalInput>,
    state: &State<web::State>,
) -> Answer<Kept> {
    let (actor, keys) = (&caller.actor, &state.keys);
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let command = input.parse(&db.words(caller.scope()).await?)?;
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = vetting::propose(conn, actor, keys, &[command]).await?;
            let id = ids.into_iter().next().or_missing("联审")?;
            let sheet = queries::sheet(conn, actor, keys, id).await?;
            Ok((201, serde_json::to_string(&CandidateCheckJson::from(sheet)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/candidate-checks", "id"))
}

/// Record what departments say; needs the version that you saw in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", params(("id" = String, Path)), request_body = VerdictsInput,
    responses((status = 200, body = CandidateCheckJson), (status = 403, description = "you answer for no department"),
        (status = 412, description = "changed meanwhile"), (status = 428, description = "If-Match missing")))]
#[put("/candidate-checks/<id>/verdicts", data = "<body>")]
pub async fn record_verdicts(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: CandidateCheckId,
    body: Body<VerdictsInput>,
    state: &State<web::State>,
) -> Answer<Versioned<CandidateCheckJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = body.0.parse(id, Some(version.0))?;
    vetting::record_verdicts(&mut db.0, &caller.actor, &state.keys, &[command]).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// Decide: `file` or `reject` for those who vet for the county, `withdraw` for those who propose.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", params(("id" = String, Path), ("verb" = String, Path)),
    request_body = DecisionInput, responses((status = 200, body = CandidateCheckJson),
    (status = 409, description = "the state does not allow it, or a department found what blocks"),
    (status = 422, description = "refused fields")))]
#[post("/candidate-checks/<id>/<verb>", data = "<body>")]
pub async fn decide_candidate(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: CandidateCheckId,
    verb: &str,
    body: Body<DecisionInput>,
    state: &State<web::State>,
) -> Answer<Versioned<CandidateCheckJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let decided = body.0.parse(verb, id, seen.0)?;
    carry_out_decision(&mut db, &caller.actor, state, decided).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// Carries a parsed decision out.
///
/// # Errors
/// Whatever the verb answers.
pub async fn carry_out_decision(
    db: &mut Db,
    caller: &Actor,
    state: &web::State,
    decided: Decided,
) -> Result<(), Error> {
    match decided {
        Decided::File(command) => vetting::file(&mut db.0, caller, &state.keys, &[command]).await,
        Decided::Reject(command) => vetting::reject(&mut db.0, caller, &state.keys, &[command]).await,
        Decided::Withdraw(command) => vetting::withdraw(&mut db.0, caller, &[command]).await,
    }
}
