//! `/ratings/rounds`: an organisation, rated by a scheme for a period.

use chrono::{DateTime, NaiveDate, Utc};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, post, routes};
use utoipa::ToSchema;

use super::NamedJson;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::RoundId;
use crate::base::policy::{self, Action};
use crate::base::values::Period;
use crate::records::ratings::queries::{self, Cursor, Filter, Progress, RoundLine};
use crate::records::ratings::{self, OpenRound, RatingState};
use crate::web::api::organisations::narrowed;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_rounds, open_round, show_round]
}

/// How far the ratings of a round are: how many there are in each state.
#[derive(serde::Serialize, ToSchema)]
pub struct ProgressJson {
    /// Members to be rated.
    subjects: i64,
    /// Ratings with a total.
    rated: i64,
    draft: i64,
    submitted: i64,
    returned: i64,
    reviewed: i64,
    confirmed: i64,
    published: i64,
    objected: i64,
    revoked: i64,
}

impl From<Progress> for ProgressJson {
    fn from(progress: Progress) -> Self {
        Self {
            subjects: progress.subjects,
            rated: progress.rated,
            draft: progress.draft,
            submitted: progress.submitted,
            returned: progress.returned,
            reviewed: progress.reviewed,
            confirmed: progress.confirmed,
            published: progress.published,
            objected: progress.objected,
            revoked: progress.revoked,
        }
    }
}

/// A round.
#[derive(serde::Serialize, ToSchema)]
pub struct RoundJson {
    id: String,
    version: i32,
    scheme: NamedJson,
    organisation: NamedJson,
    /// `2026Q1`, `2026-03` or `2026`.
    period: String,
    first_day: NaiveDate,
    last_day: NaiveDate,
    /// That of its ratings that are least far: `draft`, `submitted`, `returned`, `reviewed`, `confirmed`, `published`.
    state: String,
    progress: ProgressJson,
    updated_at: DateTime<Utc>,
    updated_by: String,
}

impl From<RoundLine> for RoundJson {
    fn from(line: RoundLine) -> Self {
        let RoundLine { card, progress } = line;
        Self {
            id: card.round.id.to_string(),
            version: card.round.version,
            scheme: NamedJson { code: card.scheme_code, name: card.scheme_name },
            organisation: NamedJson { code: card.organisation_code, name: card.organisation_name },
            period: card.round.period,
            first_day: card.round.first_day,
            last_day: card.round.last_day,
            state: card.round.state,
            progress: progress.into(),
            updated_at: card.round.updated_at,
            updated_by: card.round.updated_by,
        }
    }
}

/// Where a list of rounds goes on.
///
/// # Errors
/// `Invalid` where it is no place that a page before gave.
pub fn rounds_after(listing: &Listing) -> Result<Option<Cursor>> {
    let read = |parts: &[String]| match parts {
        [day, path, id] => {
            Some(Cursor { last_day: day.parse().ok()?, path: path.clone(), id: id.parse().ok()? })
        }
        _ => None,
    };
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    listing.after.as_deref().map(|parts| read(parts).ok_or_else(wrong)).transpose()
}

/// What the next page is asked for with.
#[must_use]
pub fn cursor_of(line: &RoundLine) -> String {
    let round = &line.card.round;
    Listing::cursor(&[&round.last_day.to_string(), &round.path, &round.id.to_string()])
}

/// What a list of rounds is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct RoundQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// Code of the scheme.
    pub scheme: Option<&'r str>,
    /// The period.
    pub period: Option<&'r str>,
    /// The state.
    pub state: Option<&'r str>,
}

impl RoundQuery<'_> {
    fn parse(&self) -> Result<Filter> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut wrong = Vec::new();
        let period = given(self.period).and_then(|text| {
            let parsed = Period::parse(&text);
            parsed.map_err(|error| wrong.push(FieldError::new("period", error, Some(&text)))).ok()
        });
        let state = given(self.state).and_then(|text| {
            let parsed = RatingState::parse(&text);
            parsed.map_err(|error| wrong.push(FieldError::new("state", error, Some(&text)))).ok()
        });
        if wrong.is_empty() {
            Ok(Filter {
                scheme: given(self.scheme),
                period: period.map(|period| period.to_string()),
                state,
                holding: Vec::new(),
            })
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

/// List rounds, the newest period first.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(
    ("within" = Option<String>, Query), ("scheme" = Option<String>, Query), ("period" = Option<String>, Query),
    ("state" = Option<String>, Query), ("limit" = Option<u16>, Query), ("after" = Option<String>, Query),
    ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<RoundJson>)))]
#[get("/ratings/rounds?<query..>")]
pub async fn list_rounds(
    caller: Caller,
    mut db: Db,
    query: RoundQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<RoundJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let filter = query.parse()?;
    let after = rounds_after(&listing)?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let limit = usize::from(listing.limit);
        let size = i64::from(listing.limit) + 1;
        let mut lines = queries::list(conn, &within, &filter, after.as_ref(), size).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| more).map(cursor_of);
        let total = listing.total(queries::count(conn, &within, &filter)).await?;
        Ok(Page { items: lines.into_iter().map(RoundJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// A round to be opened.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundInput {
    /// Code of the scheme.
    scheme: String,
    /// `2026Q1`, `2026-03` or `2026`, as the scheme rates.
    period: String,
    /// Code of the organisation: for members their branch, for branches and villages what stands above them, for
    /// households the village.
    organisation: String,
}

/// Open a round for a branch and a period.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", request_body = RoundInput,
    responses((status = 201, body = RoundJson), (status = 409, description = "open already"),
        (status = 422, description = "scheme, period and branch do not fit together")))]
#[post("/ratings/rounds", data = "<body>")]
pub async fn open_round(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<RoundInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let period = Period::parse(&input.period)
        .map_err(|error| Error::Invalid(vec![FieldError::new("period", error, Some(&input.period))]))?;
    let organisation = input.organisation.trim().to_owned();
    let command = OpenRound { scheme: input.scheme.trim().to_owned(), period, organisation };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = ratings::open_round(conn, actor, &[command]).await?;
            let id = ids.into_iter().next().or_missing("评定轮次")?;
            let scope = &actor.scope;
            let line = db::read(conn, scope, async |conn| queries::round(conn, scope, id).await).await?;
            Ok((201, serde_json::to_string(&RoundJson::from(line)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/ratings/rounds", "id"))
}

/// Show one round.
#[utoipa::path(context_path = "/api/v1", tag = "ratings", params(("id" = String, Path)),
    responses((status = 200, body = RoundJson), (status = 404, description = "none in your scope")))]
#[get("/ratings/rounds/<id>")]
pub async fn show_round(caller: Caller, mut db: Db, id: RoundId) -> Answer<Versioned<RoundJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let line = db::read(&mut db.0, scope, async |conn| queries::round(conn, scope, id).await).await?;
    Ok(Versioned { version: line.card.round.version, created: false, body: line.into() })
}
