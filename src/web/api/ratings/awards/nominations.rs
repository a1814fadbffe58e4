//! Awards: list, show, recommend, and what is done to them.

use rocket::serde::json::Json;
use rocket::{FromForm, get, post};
use utoipa::ToSchema;

use super::json::{AwardJson, AwardRecordJson};
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::AwardId;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::values::parse_date;
use crate::records::ratings::awards::queries::{self, AwardCard, Filter, Place};
use crate::records::ratings::awards::{self, ActOnAward, AwardOutcome, AwardState};
use crate::web::api::organisations::narrowed;
use crate::web::forms::award::{DeedInput, RecommendationInput};
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page, Seen};
use crate::web::respond::{Answer, Failure, Problem, Versioned};

/// What a list is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct AwardQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Code of the scheme.
    pub scheme: Option<&'r str>,
    /// Code of the kind.
    pub kind: Option<&'r str>,
    /// The year.
    pub year: Option<&'r str>,
    /// The state.
    pub state: Option<&'r str>,
    /// Only those that hold on a day.
    pub as_of: Option<&'r str>,
    /// Only those with an objection that waits.
    pub disputed: Option<bool>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

impl AwardQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(&self) -> Result<Filter> {
        let mut wrong = Vec::new();
        let state = given(self.state).and_then(|text| {
            let parsed = AwardState::parse(text);
            parsed.map_err(|error| wrong.push(FieldError::new("state", error, Some(text)))).ok()
        });
        let year = given(self.year).and_then(|text| {
            let parsed = text.parse::<i32>().ok().filter(|year| (1990..=2100).contains(year));
            if parsed.is_none() {
                let message = format!("评选年度“{text}”应是1990至2100之间的年份，请改正。");
                wrong.push(FieldError::new("year", message, Some(text)));
            }
            parsed
        });
        let holds_on = given(self.as_of).and_then(|text| {
            let parsed = parse_date(text);
            parsed.map_err(|error| wrong.push(FieldError::new("as_of", error, Some(text)))).ok()
        });
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        Ok(Filter {
            scheme: given(self.scheme).map(str::to_owned),
            kind: given(self.kind).map(str::to_owned),
            year,
            state,
            holds_on,
            has_open_objection: self.disputed.unwrap_or(false),
            ..Filter::default()
        })
    }
}

/// The place that a page of a list gave.
///
/// # Errors
/// `Invalid` where it is no such place.
pub fn award_place(listing: &Listing) -> std::result::Result<Option<Place>, Failure> {
    let Some(parts) = &listing.after else { return Ok(None) };
    let wrong =
        || Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned());
    let [year, path, id] = parts.as_slice() else { return Err(wrong()) };
    let (year, id) = year.parse().ok().zip(id.parse().ok()).ok_or_else(wrong)?;
    Ok(Some(Place { year, path: path.clone(), id }))
}

/// A page of awards: one row more is read, to know whether another page follows.
///
/// # Errors
/// Whatever the database answers.
pub async fn award_page(
    conn: &mut diesel_async::AsyncPgConnection,
    within: &Scope,
    filter: &Filter,
    after: Option<&Place>,
    limit: u16,
) -> Result<(Vec<AwardCard>, Option<String>)> {
    let wanted = i64::from(limit).saturating_add(1);
    let mut cards = queries::list(conn, within, filter, after, wanted).await?;
    let more = cards.len() > usize::from(limit);
    cards.truncate(usize::from(limit));
    let cursor = |last: &AwardCard| {
        Listing::cursor(&[&last.award.year.to_string(), &last.award.path, &last.award.id.to_string()])
    };
    let next = cards.last().filter(|_| more).map(cursor);
    Ok((cards, next))
}

/// List awards of your organisation, the latest year first.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("kind" = Option<String>, Query),
    ("year" = Option<i32>, Query), ("state" = Option<String>, Query),
    ("as_of" = Option<String>, Query, description = "only those that hold on this day"),
    ("disputed" = Option<bool>, Query, description = "only those with an objection that waits"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<AwardJson>)))]
#[get("/ratings/awards?<query..>")]
pub async fn list_awards(
    caller: Caller,
    mut db: Db,
    query: AwardQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<AwardJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (filter, after, scope) = (query.parse()?, award_place(&listing)?, caller.scope());
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, given(query.within)).await?;
        let (cards, next) = award_page(conn, &within, &filter, after.as_ref(), listing.limit).await?;
        let total = listing.total(queries::count(conn, &within, &filter)).await?;
        Ok(Page { items: cards.into_iter().map(AwardJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

async fn read(db: &mut Db, caller: &Caller, id: AwardId) -> Result<Versioned<AwardRecordJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let record = db::read(&mut db.0, scope, async |conn| queries::record(conn, scope, id).await).await?;
    Ok(Versioned { version: record.card.award.version, created: false, body: record.into() })
}

/// Show one award with its marks, objections and history.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = AwardRecordJson), (status = 404, description = "none in your scope")))]
#[get("/ratings/awards/<id>")]
pub async fn show_award(caller: Caller, mut db: Db, id: AwardId) -> Answer<Versioned<AwardRecordJson>> {
    Ok(read(&mut db, &caller, id).await?)
}

/// Villages put forward.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecommendationsInput {
    awards: Vec<RecommendationInput>,
}

/// What was put forward.
#[derive(serde::Serialize, ToSchema)]
pub struct RecommendedJson {
    items: Vec<AwardJson>,
}

/// Put villages forward for awards, all or none.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = RecommendationsInput,
    responses((status = 201, body = RecommendedJson), (status = 409, description = "recommended already"),
        (status = 422, description = "every wrong field, by row")))]
#[post("/ratings/awards", data = "<body>")]
pub async fn recommend_awards(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<RecommendationsInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let commands = input.awards.into_iter().map(RecommendationInput::parse).collect::<Result<Vec<_>>>()?;
    once.once(&mut db.0, actor, &hash, async |conn| {
        let ids = awards::recommend_awards(conn, actor, &commands).await?;
        let scope = &actor.scope;
        let cards = db::read(conn, scope, async |conn| queries::cards(conn, scope, &ids).await).await?;
        let told = RecommendedJson { items: cards.into_iter().map(AwardJson::from).collect() };
        Ok((201, serde_json::to_string(&told).map_err(Error::broken)?))
    })
    .await
}

/// Do something to one award: `score`, `decide`, `notice`, `finish`, `return`, `reject`, `revoke`, `object`, `resolve`, or
/// `recommend` it anew after it was sent back.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path), ("verb" = String, Path),
    ("If-Match" = Option<String>, Header, description = "the version that you saw")), request_body = DeedInput,
    responses((status = 200, body = AwardRecordJson), (status = 409, body = Problem, description = "the rules forbid it"),
        (status = 412, description = "changed meanwhile"), (status = 422, description = "wrong fields")))]
#[post("/ratings/awards/<id>/<verb>", data = "<body>")]
pub async fn act_on_award(
    caller: Caller,
    seen: Seen,
    mut db: Db,
    id: AwardId,
    verb: &str,
    body: Body<DeedInput>,
) -> Answer<std::result::Result<Versioned<AwardRecordJson>, Problem>> {
    let command = body.0.parse(verb, id, seen.0)?;
    let outcomes = awards::act_on_awards(&mut db.0, &caller.actor, &[command]).await?;
    if let Some(why) = outcomes.first().and_then(|outcome| outcome.refusal.as_ref()) {
        return Ok(Err(Problem::new(409, format!("{why}。"))));
    }
    Ok(Ok(read(&mut db, &caller, id).await?))
}

/// One of several awards.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChosenAwardInput {
    /// The award.
    id: String,
    /// The version that you saw; none: whatever stands there.
    #[serde(default)]
    version: Option<i32>,
}

/// The same done to several awards.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionsInput {
    /// `decide`, `notice`, `finish`, `return` or `reject`.
    verb: String,
    /// What it needs, the same for all.
    #[serde(default)]
    deed: DeedInput,
    awards: Vec<ChosenAwardInput>,
}

/// What became of one award.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardOutcomeJson {
    award: String,
    /// The state now.
    state: &'static str,
    /// The version now.
    version: i32,
    done: bool,
    /// Why it was not done.
    message: Option<String>,
}

impl From<AwardOutcome> for AwardOutcomeJson {
    fn from(outcome: AwardOutcome) -> Self {
        Self {
            award: outcome.award.to_string(),
            state: outcome.state.code(),
            version: outcome.version,
            done: outcome.refusal.is_none(),
            message: outcome.refusal.map(|why| format!("{why}。")),
        }
    }
}

/// What became of several awards.
#[derive(serde::Serialize, ToSchema)]
pub struct AwardOutcomesJson {
    done: usize,
    refused: usize,
    results: Vec<AwardOutcomeJson>,
}

impl DecisionsInput {
    fn parse(self) -> Result<Vec<ActOnAward>> {
        let (verb, deed) = (self.verb, self.deed);
        let parse = |chosen: ChosenAwardInput| {
            let id = chosen.id.trim().parse().ok().or_missing("这项评选")?;
            deed.parse(&verb, id, chosen.version)
        };
        self.awards.into_iter().map(parse).collect()
    }
}

/// Do the same to several awards, one result for each: what can go on goes on, whatever is refused beside it.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = DecisionsInput,
    responses((status = 200, body = AwardOutcomesJson), (status = 412, description = "one changed meanwhile"),
        (status = 422, description = "wrong fields")))]
#[post("/ratings/awards/decisions", data = "<body>")]
pub async fn act_on_awards(
    caller: Caller,
    mut db: Db,
    body: Body<DecisionsInput>,
) -> Answer<Json<AwardOutcomesJson>> {
    let commands = body.0.parse()?;
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let outcomes = awards::act_on_awards(&mut db.0, &caller.actor, &commands).await?;
    let results: Vec<AwardOutcomeJson> = outcomes.into_iter().map(AwardOutcomeJson::from).collect();
    let done = results.iter().filter(|result| result.done).count();
    Ok(Json(AwardOutcomesJson { done, refused: results.len() - done, results }))
}
