//! `/committees`: the list with how each stands today, one committee with its findings, opening.

use chrono::{DateTime, NaiveDate, Utc};
use diesel_async::AsyncPgConnection;
use rocket::serde::json::Json;
use rocket::{FromForm, Route, get, post, routes};
use utoipa::ToSchema;

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::ids::CommitteeId;
use crate::base::policy::{self, Action};
use crate::base::scope::Scope;
use crate::base::{clock, db};
use crate::records::committees::queries::{self, Attention, CommitteeLine, Cursor, Filter, FoundIn};
use crate::records::committees::{self, CommitteeKind, Finding, OpenCommittee, Unusual};
use crate::records::vetting::sight::{self, Sight};
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

/// A committee in a list.
#[derive(serde::Serialize, ToSchema)]
pub struct CommitteeItemJson {
    #[serde(flatten)]
    committee: CommitteeJson,
    /// What is unusual in the way asked for by `finding`; null where none was asked for.
    findings: Option<Vec<FindingJson>>,
}

/// What a list of committees is asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// What the database narrows by.
    pub filter: Filter,
    /// What is to be unusual in them.
    pub finding: Option<Unusual>,
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
    /// Code of a rule of findings (`no_woman`).
    pub finding: Option<&'r str>,
}

impl CommitteeQuery<'_> {
    /// What is asked for.
    ///
    /// # Errors
    /// `Invalid` with the wrong fields.
    pub fn parse(&self) -> Result<Asked> {
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
        let finding = given(self.finding).and_then(|text| {
            let parsed = Unusual::parse(&text);
            parsed.map_err(|error| wrong.push(FieldError::new("finding", error, Some(&text)))).ok()
        });
        if wrong.is_empty() {
            Ok(Asked { filter: Filter { kind, attention }, finding })
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

/// Whose eyes a list is read with: only findings say anything of candidate checks.
///
/// # Errors
/// Whatever the database answers.
pub async fn committee_sight(conn: &mut AsyncPgConnection, actor: &Actor, asked: &Asked) -> Result<Sight> {
    if asked.finding.is_some() { sight::of(conn, actor).await } else { Ok(Sight::Nothing) }
}

/// A page of committees, each with the findings asked for, and where the next one begins.
///
/// # Errors
/// Whatever the database answers.
pub async fn committee_page(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    asked: &Asked,
    sight: &Sight,
    after: Option<&Cursor>,
    limit: u16,
) -> Result<(Vec<FoundIn>, Option<String>)> {
    let (today, filter, limit) = (clock::today(), &asked.filter, usize::from(limit));
    let wanted = limit.saturating_add(1);
    let mut found = match asked.finding {
        Some(what) => queries::list_with(conn, within, today, filter, (what, sight), after, wanted).await?,
        None => {
            let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
            let lines = queries::list(conn, within, today, filter, after, wanted).await?;
            lines.into_iter().map(|line| FoundIn { line, findings: Vec::new() }).collect()
        }
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let cursor = |last: &FoundIn| Listing::cursor(&[&last.line.path, &last.line.kind]);
    let next = found.last().filter(|_| more).map(cursor);
    Ok((found, next))
}

/// How many committees a list has; those with a finding are counted by looking at all of them.
///
/// # Errors
/// Whatever the database answers.
pub async fn committee_count(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    asked: &Asked,
    sight: &Sight,
) -> Result<i64> {
    let today = clock::today();
    let Some(what) = asked.finding else {
        return Ok(queries::count(conn, within, today, &asked.filter).await?);
    };
    let asked_for = (what, sight);
    let all = queries::list_with(conn, within, today, &asked.filter, asked_for, None, usize::MAX).await?;
    Ok(i64::try_from(all.len()).unwrap_or(i64::MAX))
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
    ("finding" = Option<String>, Query, description = "only those with a finding of this rule (no_woman, too_few, short_party_age, related, unvetted, overdue …), each with it"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<CommitteeItemJson>)))]
#[get("/committees?<query..>")]
pub async fn list_committees(
    caller: Caller,
    mut db: Db,
    query: CommitteeQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<CommitteeItemJson>>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let (asked, after) = (query.parse()?, committees_after(&listing)?);
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, query.within.map(str::trim)).await?;
        let sight = committee_sight(conn, &caller.actor, &asked).await?;
        let (found, next) =
            committee_page(conn, &within, &asked, &sight, after.as_ref(), listing.limit).await?;
        let total = listing.total(committee_count(conn, &within, &asked, &sight)).await?;
        let item = |found: FoundIn| CommitteeItemJson {
            committee: found.line.into(),
            findings: asked.finding.map(|_| found.findings.into_iter().map(FindingJson::from).collect()),
        };
        Ok(Page { items: found.into_iter().map(item).collect(), next, total })
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
        let sight = sight::of(conn, &caller.actor).await?;
        let findings = queries::findings(conn, scope, today, &[id], &sight).await?;
        Ok((line, findings))
    })
    .await?;
    let version = line.version;
    let findings = findings.into_iter().map(FindingJson::from).collect();
    Ok(Versioned { version, created: false, body: CommitteeCardJson { committee: line.into(), findings } })
}
