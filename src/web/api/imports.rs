//! `/imports`: workbooks coming in: handed in, planned, watched, carried out.

use chrono::{DateTime, Utc};
use rocket::http::{ContentType, Status};
use rocket::response::status::Custom;
use rocket::response::stream::{Event, EventStream};
use rocket::serde::json::Json;
use rocket::{Route, Shutdown, State, get, post, routes};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::across::imports::choose::{self, Chosen};
use crate::across::imports::content::Choice;
use crate::across::imports::summary::{self, Answer as ImportAnswer, RowLine};
use crate::across::imports::{refused, upload};
use crate::base::db;
use crate::base::error::Error;
use crate::base::ids::ImportId;
use crate::base::policy::{self, Action};
use crate::base::values::excerpt;
use crate::records::imports::{self, Bucket, Counts, Import, Receive};
use crate::web;
use crate::web::api::organisations::narrowed;
use crate::web::guards::{
    Body, Caller, Db, Idempotency, Kept, Listing, Multipart, OptionalBody, Page, UploadForm,
};
use crate::web::import_work::{self, engine};
use crate::web::respond::{Answer, Download, Failure, Versioned};

/// The routes.
#[must_use]
pub fn routes() -> Vec<Route> {
    routes![list, receive, show, rows, events, give_back, choose_rows, carry_out, undo]
}

/// Refused and conflicting rows that one answer lists; `/imports/{id}/rows` has the others.
const LISTED: usize = 1_000;

/// A workbook to be imported.
#[derive(ToSchema)]
pub struct ImportInput {
    /// What its rows are about: `organisations`, `members`, `committees`, `elections`, `reserve-cadres`, `training-classes`,
    /// `training-attendance`, `ratings` or `assessments`.
    pub kind: String,
    /// Code of the organisation that they belong to.
    pub organisation: String,
    /// Where foreign headings go: a JSON object from heading to heading of the template, or to null where a column is
    /// to be left out; where the headings do not stand in the first row `{"header_row": 3, "columns": {…}}`.
    pub mapping: Option<String>,
    /// The file: xlsx or csv, 20 MiB at most.
    #[schema(value_type = String, format = Binary)]
    pub file: Vec<u8>,
}

/// A line of the list of imports.
#[derive(serde::Serialize, ToSchema)]
pub struct ImportLine {
    import_id: String,
    kind: String,
    file_name: String,
    state: String,
    counts: Counts,
    rows_read: i32,
    file_sha256: String,
    uploaded_by: String,
    created_at: DateTime<Utc>,
    committed_by: Option<String>,
    committed_at: Option<DateTime<Utc>>,
}

impl From<Import> for ImportLine {
    fn from(import: Import) -> Self {
        Self {
            import_id: import.id.to_string(),
            counts: import.counts(),
            file_sha256: hex::encode(&import.file_sha256),
            kind: import.kind,
            file_name: import.file_name,
            state: import.state,
            rows_read: import.rows_read,
            uploaded_by: import.uploaded_by,
            created_at: import.created_at,
            committed_by: import.committed_by,
            committed_at: import.committed_at,
        }
    }
}

fn wrong_cursor() -> Failure {
    Failure::invalid("after", "after 不是上一页给出的位置，请使用上一页答复中的 next。".to_owned())
}

/// The bytes of a SHA-256.
fn sha256(text: &str) -> Result<Vec<u8>, Failure> {
    hex::decode(text).ok().filter(|bytes| bytes.len() == 32).ok_or_else(|| {
        let message = format!(
            "file_sha256“{}”不是文件的SHA-256，应为64位十六进制数字；可取自导入的回执，或用sha256sum算出。",
            excerpt(text)
        );
        Failure::invalid("file_sha256", message)
    })
}

/// The one part of a cursor.
fn cursor<T: std::str::FromStr>(listing: &Listing) -> Result<Option<T>, Failure> {
    match listing.after.as_deref() {
        None => Ok(None),
        Some([part]) => part.parse().map(Some).map_err(|_| wrong_cursor()),
        Some(_) => Err(wrong_cursor()),
    }
}

/// List the imports of your organisation, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(
    ("within" = Option<String>, Query, description = "code of an organisation"),
    ("file_sha256" = Option<String>, Query, description = "SHA-256 of a file, 64 hexadecimal digits: only its imports"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<ImportLine>), (status = 422, description = "no SHA-256")))]
#[get("/imports?<within>&<file_sha256>")]
pub async fn list(
    caller: Caller,
    mut db: Db,
    within: Option<&str>,
    file_sha256: Option<&str>,
    listing: Listing,
) -> Answer<Json<Page<ImportLine>>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let before: Option<ImportId> = cursor(&listing)?;
    let file = file_sha256.filter(|text| !text.is_empty()).map(sha256).transpose()?;
    let scope = caller.scope();
    let page = db::read(&mut db.0, scope, async |conn| {
        let within = narrowed(conn, scope, within).await?;
        let limit = usize::from(listing.limit);
        let file = file.as_deref();
        let size = i64::from(listing.limit) + 1;
        let mut found = imports::queries::list(conn, &within, file, before, size).await?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| Listing::cursor(&[&last.id.to_string()]));
        let total = listing.total(imports::queries::count(conn, &within, file)).await?;
        Ok(Page { items: found.into_iter().map(ImportLine::from).collect(), next, total })
    })
    .await?;
    Ok(Json(page))
}

/// What a repeated upload must agree in: the parts of the form, since their wrapping differs each time.
fn hash(command: &Receive) -> Vec<u8> {
    let mut digest = Sha256::new();
    let organisation = command.organisation.to_string();
    let mapping = command.mapping.to_string();
    for part in [command.kind.code(), &organisation, &command.file_name, &mapping] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.update(command.file_sha256);
    digest.finalize().to_vec()
}

/// Hand in a workbook; it is read in the background, and then waits as a plan.
#[utoipa::path(context_path = "/api/v1", tag = "imports",
    request_body(content = ImportInput, content_type = "multipart/form-data"),
    responses((status = 202, body = ImportAnswer, description = "being read; Location says where"),
        (status = 413, description = "the file is too large"), (status = 415, description = "no form"),
        (status = 422, description = "refused fields")))]
#[post("/imports", data = "<form>")]
pub async fn receive(
    caller: Caller,
    mut db: Db,
    once: Idempotency,
    form: Multipart<UploadForm<'_>>,
    state: &State<web::State>,
) -> Answer<Kept> {
    let actor = &caller.actor;
    let taken = import_work::take(&mut db.0, actor, state, form.0).await?;
    let mut received = None;
    let command = &taken.command;
    let kept = once
        .once(&mut db.0, actor, &hash(command), async |conn| {
            let import = upload::put_on_record(conn, actor, command).await?;
            let told = ImportAnswer::without_rows(&import);
            received = Some(import);
            Ok((202, serde_json::to_string(&told).map_err(Error::broken)?))
        })
        .await?;
    if let Some(import) = received {
        import_work::read_on(state, actor.clone(), import, taken);
    }
    Ok(kept.at("/api/v1/imports", "import_id"))
}

async fn find(caller: &Caller, state: &web::State, id: ImportId) -> Result<Import, Error> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    upload::find(&engine(state), &caller.actor, id).await
}

/// Show an import: its state, its counts, its refused and conflicting rows.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, body = ImportAnswer), (status = 404, description = "none in your scope")))]
#[get("/imports/<id>")]
pub async fn show(
    caller: Caller,
    id: ImportId,
    state: &State<web::State>,
) -> Answer<Versioned<ImportAnswer>> {
    let import = find(&caller, state, id).await?;
    let body = summary::answer(&engine(state), caller.scope(), &import, LISTED).await?;
    Ok(Versioned { version: import.version, created: false, body })
}

/// List the rows of an import with what each would do, in the order of the sheet.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path),
    ("bucket" = Option<String>, Query, description = "new, changed, unchanged, conflict or refused; all when not given"),
    ("alike" = Option<bool>, Query, description = "only rows that may be about somebody on record; then of all buckets"),
    ("limit" = Option<u16>, Query), ("after" = Option<String>, Query), ("count" = Option<bool>, Query)),
    responses((status = 200, body = Page<RowLine>)))]
#[get("/imports/<id>/rows?<bucket>&<alike>")]
pub async fn rows(
    caller: Caller,
    id: ImportId,
    bucket: Option<&str>,
    alike: Option<bool>,
    listing: Listing,
    state: &State<web::State>,
) -> Answer<Json<Page<RowLine>>> {
    let after: Option<i32> = cursor(&listing)?;
    let chosen = bucket
        .filter(|code| !code.is_empty())
        .map(Bucket::parse)
        .transpose()
        .map_err(|error| Error::invalid("bucket", error))?;
    let buckets = chosen.map_or_else(|| Bucket::ALL.to_vec(), |bucket| vec![bucket]);
    let import = find(&caller, state, id).await?;
    let size = i64::from(listing.limit) + 1;
    let after = after.unwrap_or(0);
    let (engine, scope) = (engine(state), caller.scope());
    let only_alike = alike.unwrap_or(false);
    let mut items = if only_alike {
        summary::alike_rows(&engine, scope, &import, after, size).await?
    } else {
        summary::rows(&engine, scope, &import, &buckets, after, size).await?
    };
    let limit = usize::from(listing.limit);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| Listing::cursor(&[&last.row.to_string()]));
    let total = match (listing.count, only_alike) {
        (false, _) => None,
        (true, true) => Some(summary::count_alike(&engine, scope, &import).await?),
        (true, false) => Some(buckets.iter().map(|bucket| i64::from(import.counts().of(*bucket))).sum()),
    };
    Ok(Json(Page { items, next, total }))
}

/// Watch an import: events `progress` while it is read or written, then one `done`, and the stream ends.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)),
    responses((status = 200, content_type = "text/event-stream",
        description = "progress carries {state, stage, done, total}, done carries {state}")))]
#[get("/imports/<id>/events")]
pub async fn events(
    caller: Caller,
    id: ImportId,
    ends: Shutdown,
    state: &State<web::State>,
) -> Answer<EventStream![Event]> {
    Ok(import_work::events(engine(state), caller.actor, id, ends).await?)
}

/// Download the refused and conflicting rows with their reasons; only who handed the workbook in.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)), responses(
    (status = 200, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 409, description = "handed in by somebody else")))]
#[get("/imports/<id>/errors.xlsx")]
pub async fn give_back(caller: Caller, id: ImportId, state: &State<web::State>) -> Answer<Download> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let mut bytes = Vec::new();
    refused::write(&engine(state), &caller.actor, id, &mut bytes).await?;
    let kind = ContentType::new("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    Ok(Download { bytes, kind, name: "退回的行.xlsx".to_owned() })
}

/// What is said of rows that may be about somebody on record.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoicesInput {
    /// A row each, 500 at most.
    choices: Vec<ChoiceInput>,
}

/// What is said of a row.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceInput {
    /// The sheet's own row number.
    row: u32,
    /// The record that he is, one of those that stand beside the row; nothing: he is somebody new.
    #[serde(default)]
    record: Option<uuid::Uuid>,
}

/// Say of rows about somebody new whether he is somebody on record: the row is then compared with that record, his citizen ID
/// among the changes. Rows of which nothing is said are carried out as new.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)), request_body = ChoicesInput,
    responses((status = 200, body = ImportAnswer), (status = 404, description = "none in your scope"),
        (status = 409, description = "no plan waits"),
        (status = 422, description = "nobody stands beside the row, or not that record")))]
#[post("/imports/<id>/choices", data = "<body>")]
pub async fn choose_rows(
    caller: Caller,
    id: ImportId,
    body: Body<ChoicesInput>,
    state: &State<web::State>,
) -> Answer<Json<ImportAnswer>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let chosen: Vec<Chosen> = body
        .0
        .choices
        .iter()
        .map(|one| Chosen { row: one.row, choice: one.record.map_or(Choice::New, Choice::Record) })
        .collect();
    let engine = engine(state);
    let import = choose::choose(&engine, &caller.actor, id, &chosen).await?;
    Ok(Json(summary::answer(&engine, caller.scope(), &import, LISTED).await?))
}

/// Carry a plan out in the background: all its new and changed rows, or none.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)), responses(
    (status = 202, body = ImportAnswer, description = "being written"),
    (status = 409, description = "no plan waits")))]
#[post("/imports/<id>/commit")]
pub async fn carry_out(
    caller: Caller,
    id: ImportId,
    state: &State<web::State>,
) -> Answer<Custom<Json<ImportAnswer>>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let begun = import_work::carry_out(engine(state), caller.actor.clone(), id).await?;
    let told = ImportAnswer {
        state: imports::State::Committing.code().to_owned(),
        ..ImportAnswer::without_rows(&begun)
    };
    Ok(Custom(Status::Accepted, Json(told)))
}

/// Why an import is taken back.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoInput {
    /// In words, 200 characters at most; stands in the trail. Nothing where the body or the field is left out.
    #[serde(default)]
    reason: Option<String>,
}

/// Take an import back: what it made goes, what it changed gets its former values. Rows whose records somebody changed or
/// made use of since are kept, and listed with the reason.
#[utoipa::path(context_path = "/api/v1", tag = "imports", params(("id" = String, Path)), request_body = Option<UndoInput>,
    responses((status = 200, body = ImportAnswer, description = "taken back; `undo` says what was kept"),
    (status = 422, description = "an empty or too long reason"), (status = 404, description = "none in your scope"),
    (status = 409, description = "not carried out, taken back already, too old, or held by a closed quarter")))]
#[post("/imports/<id>/undo", data = "<body>")]
pub async fn undo(
    caller: Caller,
    mut db: Db,
    id: ImportId,
    body: OptionalBody<UndoInput>,
    state: &State<web::State>,
) -> Answer<Json<ImportAnswer>> {
    let reason = body.0.and_then(|input| input.reason);
    imports::undo(&mut db.0, &caller.actor, id, reason.as_deref()).await?;
    let import = find(&caller, state, id).await?;
    Ok(Json(summary::answer(&engine(state), caller.scope(), &import, LISTED).await?))
}
