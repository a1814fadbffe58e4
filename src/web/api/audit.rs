//! `/audit/entries`: the trail, as far as the caller may read it.

use std::io::{BufWriter, Seek};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use rocket::http::ContentType;
use rocket::serde::json::Json;
use rocket::{FromForm, Responder, Route, State, get, routes};
use utoipa::ToSchema;

use crate::across::reports::proof;
use crate::across::trail;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, OrMissing, Result};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::audit::names;
use crate::records::audit::queries::{self, EntryLine, Filter, Place, Reach};
use crate::web;
use crate::web::api::reports::{ReportQuery, Wanted};
use crate::web::guards::{Caller, Db, Listing, Page};
use crate::web::respond::{Answer, Attachment, Download};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, checkpoint, bundle]
}

/// An entry of the trail.
#[derive(serde::Serialize, ToSchema)]
pub struct EntryJson {
    sequence: i64,
    at: DateTime<Utc>,
    actor: String,
    role: String,
    door: String,
    /// The address that the request came from.
    source: Option<String>,
    action: String,
    subject_kind: String,
    subject: Option<String>,
    count: i32,
    /// Before and after by field, reasons, purposes.
    #[schema(value_type = Object)]
    details: serde_json::Value,
}

impl From<EntryLine> for EntryJson {
    fn from(line: EntryLine) -> Self {
        Self {
            sequence: line.sequence,
            at: line.at,
            actor: line.actor,
            role: line.role,
            door: line.door,
            source: line.source,
            action: line.action,
            subject_kind: line.subject_kind,
            subject: line.subject_id.map(|id| id.to_string()),
            count: line.subject_count,
            details: line.details,
        }
    }
}

/// What the trail is filtered by.
#[derive(Debug, Default, FromForm)]
pub struct TrailQuery<'r> {
    /// First day.
    pub from: Option<&'r str>,
    /// Last day.
    pub to: Option<&'r str>,
    /// User name.
    pub actor: Option<&'r str>,
    /// The verb.
    pub action: Option<&'r str>,
    /// The door.
    pub door: Option<&'r str>,
    /// The thing.
    pub subject: Option<&'r str>,
}

/// The first moment of a day in China.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc() - TimeDelta::hours(8)
}

impl TrailQuery<'_> {
    /// Reads the filter; answers all wrong fields at once.
    ///
    /// # Errors
    /// `Invalid`.
    pub fn parse(&self) -> Result<Filter> {
        let given =
            |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let mut wrong = Vec::new();
        let mut day = |field: &str, text: Option<&str>| match given(text).map(|text| parse_date(&text)) {
            None => None,
            Some(Ok(day)) => Some(day),
            Some(Err(error)) => {
                wrong.push(FieldError::new(field, error, text));
                None
            }
        };
        let from = day("from", self.from).map(midnight);
        let until = day("to", self.to).and_then(|day| day.succ_opt()).map(midnight);
        let subject = match given(self.subject).map(|text| text.parse()) {
            None => None,
            Some(Ok(subject)) => Some(subject),
            Some(Err(_)) => {
                wrong.push(FieldError::new(
                    "subject",
                    "对象编号不是有效的编号，请从记录页复制。",
                    self.subject,
                ));
                None
            }
        };
        let door = given(self.door);
        if door.as_ref().is_some_and(|door| names::DOORS.iter().all(|(known, _)| known.code() != door)) {
            let message = "途径须为 web、api、command_line 或 import，请从列表中选择。";
            wrong.push(FieldError::new("door", message, self.door));
        }
        if wrong.is_empty() {
            Ok(Filter { from, until, actor: given(self.actor), action: given(self.action), door, subject })
        } else {
            Err(Error::Invalid(wrong))
        }
    }
}

/// What somebody may read of the trail (contract 2).
fn reach(actor: &Actor) -> Reach {
    let may = |action| policy::require(actor, action, &actor.scope.path).is_ok();
    Reach { own: actor.account, records: may(Action::ReadTrail), accounts: may(Action::ReadAccountTrail) }
}

/// The place that a cursor names.
fn place(parts: &[String]) -> Option<Place> {
    let [at, sequence] = parts else { return None };
    Some((DateTime::from_timestamp_micros(at.parse().ok()?)?, sequence.parse().ok()?))
}

/// A page of the trail, as far as the actor may read it, and the cursor of the next.
///
/// # Errors
/// When the database fails.
pub async fn page(db: &mut Db, actor: &Actor, filter: &Filter, listing: &Listing) -> Result<Page<EntryLine>> {
    let scope = &actor.scope;
    let reach = reach(actor);
    let after = listing.after.as_deref().and_then(place);
    let limit = usize::from(listing.limit);
    let (mut items, total) = db::read(&mut db.0, scope, async |conn| {
        let items = queries::list(conn, scope, reach, filter, after, i64::from(listing.limit) + 1).await?;
        Ok((items, listing.total(queries::count(conn, scope, reach, filter)).await?))
    })
    .await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let cursor = |row: &EntryLine| {
        Listing::cursor(&[&row.at.timestamp_micros().to_string(), &row.sequence.to_string()])
    };
    let next = items.iter().last().filter(|_| more).map(cursor);
    Ok(Page { items, next, total })
}

/// List the entries that you may read, newest first.
#[utoipa::path(context_path = "/api/v1", tag = "audit", params(
    ("from" = Option<String>, Query, description = "first day"), ("to" = Option<String>, Query, description = "last day"),
    ("actor" = Option<String>, Query), ("action" = Option<String>, Query), ("subject" = Option<String>, Query),
    ("door" = Option<String>, Query, description = "web, api, command_line or import"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<EntryJson>)))]
#[get("/audit/entries?<query..>")]
pub async fn list(
    caller: Caller,
    mut db: Db,
    query: TrailQuery<'_>,
    listing: Listing,
) -> Answer<Json<Page<EntryJson>>> {
    let filter = query.parse()?;
    let page = page(&mut db, &caller.actor, &filter, &listing).await?;
    Ok(Json(page.map(EntryJson::from)))
}

/// A signed checkpoint of the trail.
#[derive(serde::Serialize, ToSchema)]
pub struct CheckpointJson {
    /// Name of the log: the installation and the chain.
    origin: String,
    /// How many entries it covers.
    size: i64,
    /// Root of the Merkle tree over their hashes, in hexadecimal.
    root: String,
    signed_at: DateTime<Utc>,
    /// The signed note.
    note: String,
    /// The public key that signed it; compare it with the one that you got otherwise.
    key: String,
}

/// The newest signed checkpoint of your county's trail.
#[utoipa::path(context_path = "/api/v1", tag = "audit",
    responses((status = 200, body = CheckpointJson), (status = 404, description = "nothing was signed yet")))]
#[get("/audit/checkpoint")]
pub async fn checkpoint(
    caller: Caller,
    mut db: Db,
    state: &State<web::State>,
) -> Answer<Json<CheckpointJson>> {
    let scope = &caller.actor.scope;
    let newest =
        db::read(&mut db.0, scope, async |conn| Ok(queries::newest_checkpoint(conn, scope).await?)).await?;
    let newest = newest.or_missing("检查点")?;
    let origin = newest.note.lines().next().unwrap_or_default().to_owned();
    Ok(Json(CheckpointJson {
        origin,
        size: newest.size,
        root: hex::encode(&newest.root),
        signed_at: newest.signed_at,
        note: newest.note,
        key: state.trail.key.to_string(),
    }))
}

/// The entries of a filter as a file that can be verified, and an entry about it.
///
/// # Errors
/// As [`trail::bundle`].
pub async fn bundled(db: Db, actor: &Actor, filter: &Filter, state: &web::State) -> Result<Attachment> {
    let file = tempfile::tempfile_in(&state.uploads).map_err(Error::broken)?;
    let (published, actor, filter, mut db) = (state.trail.clone(), actor.clone(), filter.clone(), db);
    let runtime = rocket::tokio::runtime::Handle::current();
    // On a thread of its own: hashing keeps a processor busy.
    let written = rocket::tokio::task::spawn_blocking(move || {
        let mut out = BufWriter::new(file);
        let reach = reach(&actor);
        runtime.block_on(trail::bundle(&mut db.0, &published, &actor, reach, &filter, &mut out))?;
        let mut file = out.into_inner().map_err(|error| Error::broken(error.into_error()))?;
        file.rewind().map_err(Error::broken)?;
        Ok::<_, Error>(file)
    });
    let file = written.await.map_err(Error::broken)??;
    Ok(Attachment {
        file: rocket::tokio::fs::File::from_std(file),
        kind: ContentType::new("application", "jsonl"),
        name: format!("审计记录{}.jsonl", clock::today()),
    })
}

/// The proof bundle of the report that a query asks for.
///
/// # Errors
/// `Invalid` with the wrong field; as [`proof::proof_bundle`].
pub async fn proven(
    mut db: Db,
    actor: &Actor,
    query: &ReportQuery<'_>,
    state: &web::State,
) -> Result<Download> {
    let wanted = query.read(actor)?;
    let (published, actor, mut reading) =
        (state.trail.clone(), actor.clone(), state.database.report().await?);
    let runtime = rocket::tokio::runtime::Handle::current();
    // On a thread of its own: hashing keeps a processor busy.
    let made = rocket::tokio::task::spawn_blocking(move || {
        let Wanted { organisation, quarter, revision } = wanted;
        runtime.block_on(proof::proof_bundle(
            &mut reading,
            &mut db.0,
            &published,
            &actor,
            &organisation,
            quarter,
            revision,
        ))
    });
    let bundle = made.await.map_err(Error::broken)??;
    let title = bundle.quarter.title();
    Ok(Download {
        name: format!("{}{title}第{}版证明包.zip", bundle.organisation, bundle.revision),
        bytes: bundle.bytes,
        kind: ContentType::ZIP,
    })
}

/// A file that is handed out.
#[derive(Responder)]
pub enum Taken {
    /// Entries of the trail.
    Entries(Attachment),
    /// The proof bundle of a report.
    Proof(Download),
}

/// Download the entries that you may read, or (with a quarter) the proof bundle of the report of a closed quarter, as a file
/// that `cadre audit verify --bundle` checks without the database.
#[utoipa::path(context_path = "/api/v1", tag = "audit", params(
    ("organisation" = Option<String>, Query, description = "code; your own when not given"),
    ("quarter" = Option<String>, Query, description = "2026Q1: the proof bundle of its report"),
    ("revision" = Option<i32>, Query, description = "the latest when not given"),
    ("from" = Option<String>, Query, description = "first day"), ("to" = Option<String>, Query, description = "last day"),
    ("actor" = Option<String>, Query), ("action" = Option<String>, Query), ("subject" = Option<String>, Query),
    ("door" = Option<String>, Query)),
    responses((status = 200, content_type = "application/jsonl"), (status = 200, content_type = "application/zip"),
        (status = 409, description = "nothing was signed yet, too many entries, or the quarter is open")))]
#[get("/audit/bundle?<organisation>&<quarter>&<revision>&<query..>")]
pub async fn bundle(
    caller: Caller,
    db: Db,
    organisation: Option<&str>,
    quarter: Option<&str>,
    revision: Option<&str>,
    query: TrailQuery<'_>,
    state: &State<web::State>,
) -> Answer<Taken> {
    taken(db, &caller.actor, ReportQuery { organisation, quarter, revision }, &query, state).await
}

/// Hands out what is asked for: entries, or the proof of a report where a quarter is named.
///
/// # Errors
/// As [`proven`] and [`bundled`].
pub async fn taken(
    db: Db,
    actor: &Actor,
    report: ReportQuery<'_>,
    entries: &TrailQuery<'_>,
    state: &web::State,
) -> Answer<Taken> {
    if [report.organisation, report.quarter, report.revision].iter().any(Option::is_some) {
        return Ok(Taken::Proof(proven(db, actor, &report, state).await?));
    }
    let filter = entries.parse()?;
    Ok(Taken::Entries(bundled(db, actor, &filter, state).await?))
}
