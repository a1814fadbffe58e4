//! `/committees`: the list with how each stands today, one committee with its findings, opening.

use chrono::{DateTime, NaiveDate, Utc};
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::CommitteeId;
use crate::base::policy::{self, Action};
use crate::base::{clock, db};
use crate::records::committees::queries::{self, Attention, CommitteeLine, Cursor, Filter};
use crate::records::committees::{self, CommitteeKind, Finding, OpenCommittee};
use crate::web::api::organisations::narrowed;
use crate::web::api::reserves::VillageJson;
use crate::web::guards::{Body, Caller, Db, Idempotency, Kept, Listing, Page};
use crate::web::respond::{Answer, Versioned};

/// The routes.
#[must_use]
pub(super) fn routes() -> Vec<Route> {
    routes![list_committees, open_committee, show_committee]
}

/// The term that runs today.
#[derive(serde::Serialize, ToSchema)]
pub struct RunningTermJson {
    id: String,
    ordinal: i32,
    from_day: NaiveDate,
    /// The day by which the next election is due.
    due_day: NaiveDate,
}

/// A committee as it stands today.
#[derive(serde::Serialize, ToSchema)]
pub struct CommitteeJson {
    id: String,
    version: i32,
    village: VillageJson,
    /// `village_party`, `village_committee` or `supervision_committee`.
    kind: String,
    /// Null where no term runs.
    term: Option<RunningTermJson>,
    /// Who holds the head's post.
    head: Option<String>,
    /// How many people sit.
    members: i64,
    /// How many places are not filled.
    vacancies: i64,
}

impl From<CommitteeLine> for CommitteeJson {
    fn from(line: CommitteeLine) -> Self {
        let term = line.term_id.zip(line.ordinal).zip(line.from_day).zip(line.due_day);
        Self {
            id: line.id.to_string(),
            version: line.version,
            village: VillageJson { code: line.village_code, name: line.village },
            kind: line.kind,
            term: term.map(|(((id, ordinal), from_day), due_day)| RunningTermJson {
                id: id.to_string(),
                ordinal,
                from_day,
                due_day,
            }),
            head: line.head,
            members: line.members,
            vacancies: line.vacancies,
        }
    }
}

/// Something unusual.
#[derive(serde::Serialize, ToSchema)]
pub struct FindingJson {
    /// Code of the rule.
    rule: &'static str,
    /// Its Chinese name.
    name: &'static str,
    /// What was found, with the numbers and the way out.
    message: String,
    /// The regulation that it rests on.
    source: Option<String>,
    /// Why it is so, as somebody said last.
    explanation: Option<ExplanationJson>,
}

/// Why something unusual is as it is.
#[derive(serde::Serialize, ToSchema)]
pub struct ExplanationJson {
    reason: String,
    /// User name of who said so.
    by: String,
    at: DateTime<Utc>,
}

impl From<Finding> for FindingJson {
    fn from(finding: Finding) -> Self {
        Self {
            rule: finding.what.code(),
            name: finding.what.name(),
            message: finding.message,
            source: finding.source,
            explanation: finding.explanation.map(|said| ExplanationJson {
                reason: said.reason,
                by: said.by,
                at: said.at,
            }),
        }
    }
}

/// A committee with what is unusual in it.
#[derive(serde::Serialize, ToSchema)]
pub struct CommitteeCardJson {
    #[serde(flatten)]
    committee: CommitteeJson,
    findings: Vec<FindingJson>,
}

/// What a list of committees is narrowed by, as sent.
#[derive(Debug, Default, FromForm)]
pub struct CommitteeQuery<'r> {
    /// Code of an organisation.
    pub within: Option<&'r str>,
    /// The kind.
    pub kind: Option<&'r str>,
    /// `overdue`, `due_3_months`, `due_6_months`, `vacancy` or `no_term`.
    pub attention: Option<&'r str>,
}

impl CommitteeQuery<'_> {
    /// The filter.
    ///
    /// # Errors
    /// `Invalid` with the wrong fields.
    pub fn parse(&self) -> Result<Filter> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut wrong = Vec::new();
        let kind = given(self.kind).and_then(|text| {
            let parsed = CommitteeKind::parse(&text);
            parsed.map_err(|error| wrong.push(FieldError::new("kind", error, Some(&text)))).ok()
        });
        let attention = given(self.attention).and_then(|text| {
            let parsed = Attention::parse(&text);
            parsed.map_err(|error| wrong.push(FieldError::new("attention", error, Some(&text)))).ok()
        });
        if wrong.is_empty() { Ok(Filter { kind, attention }) } else { Err(Error::Invalid(wrong)) }
    }
}

/// Where a list of committees goes on.
///
/// # Errors
/// `Invalid` where it is no place that a page before gave.
pub fn committees_after(listing: &Listing) -> Result<Option<Cursor>> {
    let wrong = || Error::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。");
    let read = |parts: &Vec<String>| match parts.as_slice() {
        [path, kind] => Ok(Cursor { path: path.clone(), kind: kind.clone() }),
        _ => Err(wrong()),
    };
    listing.after.as_ref().map(read).transpose()
}

/// List committees in the order of the tree.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(
    ("within" = Option<String>, Query), ("kind" = Option<String>, Query),
    ("attention" = Option<String>, Query, description = "overdue, due_3_months, due_6_months, vacancy or no_term"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<CommitteeJson>)))]
#[get("/committees?<query..>")]
pub async fn list_committees(
    caller: Caller,
    mut db: Db,
    query: CommitteeQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<CommitteeJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (filter, after) = (query.parse()?, committees_after(&listing)?);
    let (scope, today) = (caller.scope(), clock::today());
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let limit = usize::from(listing.limit);
        let size = i64::from(listing.limit) + 1;
        let mut lines = queries::list(conn, &within, today, &filter, after.as_ref(), size).await?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| more).map(|line| Listing::cursor(&[&line.path, &line.kind]));
        let total = listing.total(queries::count(conn, &within, today, &filter)).await?;
        Ok(Page { items: lines.into_iter().map(CommitteeJson::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// A committee to be opened.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommitteeInput {
    /// Code of the village or community.
    village: String,
    /// `village_party`, `village_committee` or `supervision_committee`.
    kind: String,
}

/// Say that a village has a committee.
#[utoipa::path(context_path = "/api/v1", tag = "committees", request_body = CommitteeInput,
    responses((status = 201, body = CommitteeJson), (status = 409, description = "open already"),
        (status = 422, description = "no village")))]
#[post("/committees", data = "<body>")]
pub async fn open_committee(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    body: Body<CommitteeInput>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let Body(input, hash) = body;
    let kind = CommitteeKind::parse(&input.kind)
        .map_err(|error| Error::Invalid(vec![FieldError::new("kind", error, Some(&input.kind))]))?;
    let command = OpenCommittee { village: input.village.trim().to_owned(), kind };
    let kept = once
        .once(&mut db.0, actor, &hash, async |conn| {
            let ids = committees::open_committee(conn, actor, &[command]).await?;
            let id = ids.into_iter().next().or_missing("班子")?;
            let (scope, today) = (&actor.scope, clock::today());
            let line =
                db::read(conn, scope, async |conn| queries::find(conn, scope, today, id).await).await?;
            Ok((201, serde_json::to_string(&CommitteeJson::from(line)).map_err(Error::broken)?))
        })
        .await?;
    Ok(kept.at("/api/v1/committees", "id"))
}

/// Show one committee as it stands today, with what is unusual in it.
#[utoipa::path(context_path = "/api/v1", tag = "committees", params(("id" = String, Path)),
    responses((status = 200, body = CommitteeCardJson), (status = 404, description = "none in your scope")))]
#[get("/committees/<id>")]
pub async fn show_committee(
    caller: Caller,
    mut db: Db,
    id: CommitteeId,
) -> Answer<Versioned<CommitteeCardJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (scope, today) = (caller.scope(), clock::today());
    let (line, findings) = db::read(&mut db.0, scope, async |conn| {
        let line = queries::find(conn, scope, today, id).await?;
        let findings = queries::findings(conn, scope, today, &[id]).await?;
        Ok((line, findings))
    })
    .await?;
    let version = line.version;
    let findings = findings.into_iter().map(FindingJson::from).collect();
    Ok(Versioned { version, created: false, body: CommitteeCardJson { committee: line.into(), findings } })
}
