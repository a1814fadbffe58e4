//! Imports at work: taking a file in, its reading and its writing, which outlive the request that asked for them, and
//! the events that tell how far they are. Pages and API share it.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncPgConnection;
use rocket::Shutdown;
use rocket::futures::Stream;
use rocket::response::stream::{Event, EventStream, stream};
use tokio::sync::watch;

use crate::across::imports::context::Engine;
use crate::across::imports::headings::Mapping;
use crate::across::imports::progress::Progress;
use crate::across::imports::upload::{self, Upload};
use crate::across::imports::{commit, progress, read};
use crate::across::sheets::Program;
use crate::base::actor::{Actor, Door};
use crate::base::db::{self, Database};
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::ImportId;
use crate::base::keys::{KeyError, KeyRing, Secret};
use crate::base::policy::{self, Action};
use crate::records::imports::{self, Import, Kind, Receive, State};
use crate::records::organisations;
use crate::web;
use crate::web::guards::{NO_FILE, UploadForm};

/// How often a page is told.
const PULSE: Duration = Duration::from_millis(500);

/// What imports stand on.
#[must_use]
pub fn engine(state: &web::State) -> Engine {
    Engine { database: state.database.clone(), keys: state.keys.clone() }
}

/// A file that was taken out of its request, to be put on record; removed unless its reading begins.
pub struct Taken {
    /// What it is on record as.
    pub command: Receive,
    file: UploadedFile,
}

/// A file in the folder of uploads; goes when nobody holds it any more.
struct UploadedFile(PathBuf);

impl Drop for UploadedFile {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::error!(%error, "an upload could not be removed");
        }
    }
}

/// Takes the file of a form: what it is, for which organisation, and its bytes out of the request's hands.
///
/// # Errors
/// `Forbidden`, `Invalid` for a wrong field, `Missing` for an organisation outside the actor's scope.
pub async fn take(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    state: &web::State,
    form: UploadForm<'_>,
) -> Result<Taken> {
    policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
    let kind = Kind::parse(form.kind.unwrap_or_default()).map_err(|error| Error::invalid("kind", error))?;
    let mapping = mapping(form.mapping)?;
    let code = form.organisation.unwrap_or_default().trim();
    if code.is_empty() {
        return Err(Error::invalid("organisation", "没有填写组织，请填写数据所属组织的代码。"));
    }
    let mut given = form.file.ok_or_else(|| Error::invalid("file", NO_FILE))?;
    let organisation = db::read(conn, &actor.scope, async |conn| {
        organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("组织")
    })
    .await?;
    let name = given.raw_name().map(|name| name.dangerous_unsafe_unsanitized_raw().as_str().to_owned());
    let file = UploadedFile(state.uploads.join(ImportId::new().to_string()));
    given.move_copy_to(&file.0).await.map_err(Error::broken)?;
    let upload = Upload {
        kind,
        organisation: &organisation,
        file: &file.0,
        name: name.unwrap_or_default(),
        mapping,
        idempotency_key: None,
    };
    Ok(Taken { command: upload::describe(upload).await?, file })
}

fn mapping(text: Option<&str>) -> Result<Mapping> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else { return Ok(Mapping::new()) };
    serde_json::from_str(text).map_err(|_| {
        let example = "{\"身份证号\":\"公民身份号码\",\"工龄\":null}";
        let lower = "{\"header_row\":3,\"columns\":{…}}";
        let rule = format!("请按 {example} 的格式填写，列名不在第一行的写成 {lower}。");
        Error::invalid("mapping", format!("列对应不是有效的 JSON 对象，{rule}"))
    })
}

/// Reads a file that is on record, in the background. Where its columns wait to be matched, it is held for a while.
pub fn read_on(state: &web::State, actor: Actor, import: Import, taken: Taken) {
    read_file(state, actor, import, taken.file);
}

fn read_file(state: &web::State, actor: Actor, import: Import, file: UploadedFile) {
    let (engine, program, uploads) = (engine(state), Program::at(&state.program), state.uploads.clone());
    tokio::spawn(async move {
        // Before anybody can be asked, and so before he can answer.
        let held = if actor.door == Door::Web { hold(&engine, &import, &file, &uploads).await } else { None };
        let work = read::read(&engine, &program, &actor, &import, &file.0, &progress::nobody).await;
        match work {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => wait(&engine, &actor, import.id, held).await,
            Err(error) => {
                tracing::error!(%error, "an import could not be read");
                give_up(&engine, &actor, import.id).await;
            }
        }
    });
}

/// Ends a reading that broke off, so that nobody waits for it.
async fn give_up(engine: &Engine, actor: &Actor, id: ImportId) {
    let ended: Result<()> = async {
        let import = upload::find(engine, actor, id).await?;
        if import.state()? != State::Reading {
            return Ok(());
        }
        let mut conn = engine.database.web().await?;
        imports::fail(&mut conn, actor, &import, "读取没有完成，请重新上传文件。").await
    }
    .await;
    if let Err(error) = ended {
        tracing::error!(%error, "a reading that broke off could not be ended");
    }
}

/// How long a file waits for somebody to say what its columns are. It waits sealed: it holds personal data.
const HELD: Duration = Duration::from_secs(60 * imports::MINUTES_TO_MATCH);

/// Where the file of an import waits that has come to a version.
fn place(uploads: &std::path::Path, id: ImportId, version: i32) -> PathBuf {
    uploads.join(format!("{id}-{version}.held"))
}

/// Keeps a file that is being read, under the version that the import has when its reading has failed.
async fn hold(
    engine: &Engine,
    import: &Import,
    file: &UploadedFile,
    uploads: &std::path::Path,
) -> Option<UploadedFile> {
    let id = import.id;
    let held = UploadedFile(place(uploads, id, import.version.saturating_add(1)));
    let sealing = move |clear: Vec<u8>, keys: &KeyRing| keys.seal(Secret::Upload, id.0, &clear);
    match rewrite(engine.keys.clone(), &file.0, &held.0, sealing).await {
        Ok(()) => Some(held),
        Err(error) => {
            tracing::error!(%error, "an upload could not be held");
            None
        }
    }
}

/// Keeps a file whose columns wait to be matched for a while.
async fn wait(engine: &Engine, actor: &Actor, id: ImportId, held: Option<UploadedFile>) {
    let (Some(held), Ok(import)) = (held, upload::find(engine, actor, id).await) else { return };
    if import.proposal.is_none() {
        return;
    }
    tokio::spawn(async move {
        tokio::time::sleep(HELD).await;
        drop(held);
    });
}

/// Writes a file anew, sealed or opened; `Missing` where it is not there.
async fn rewrite(
    keys: Arc<KeyRing>,
    from: &std::path::Path,
    to: &std::path::Path,
    work: impl FnOnce(Vec<u8>, &KeyRing) -> std::result::Result<Vec<u8>, KeyError> + Send + 'static,
) -> Result<()> {
    let (from, to) = (from.to_owned(), to.to_owned());
    tokio::task::spawn_blocking(move || {
        let given = std::fs::read(from).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Missing { what: "上传的文件" },
            _ => Error::broken(error),
        })?;
        let made = work(given, &keys).map_err(Error::broken)?;
        std::fs::write(to, made).map_err(Error::broken)
    })
    .await
    .map_err(Error::broken)?
}

/// Removes uploads that a server left which is gone. Others may be at work in the same folder: only old ones go.
///
/// # Errors
/// When the folder cannot be read.
fn sweep(uploads: &std::path::Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(uploads)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > 2 * HELD {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// How often is looked for what nobody needs any more.
const TIDYING: Duration = Duration::from_secs(10 * 60);

/// Removes, now and from time to time, what uploads left behind: files that nobody came back for, and what the database
/// holds of imports for no longer than it may.
pub async fn tidy(database: &Database, uploads: PathBuf) -> Infallible {
    let mut pulse = tokio::time::interval(TIDYING);
    pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        pulse.tick().await;
        if let Err(error) = sweep(&uploads) {
            tracing::warn!(%error, "old uploads could not be removed");
        }
        let forgotten = async { imports::forget(&mut *database.web().await?).await };
        if let Err(error) = forgotten.await {
            tracing::warn!(%error, "old imports could not be forgotten");
        }
    }
}

/// Has a file read again whose columns the uploader has matched.
///
/// # Errors
/// `Missing`, `Forbidden`; `Refused` where nothing waits, or the file has waited too long.
pub async fn read_again(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    state: &web::State,
    id: ImportId,
    mapping: &Mapping,
) -> Result<()> {
    let whole = serde_json::to_value(mapping).map_err(Error::broken)?;
    let remembered = serde_json::to_value(&mapping.columns).map_err(Error::broken)?;
    let waiting = waiting_file(actor, state, id).await?;
    // Where nothing waits, the verb says so.
    let import = imports::read_again(conn, actor, id, &whole, &remembered).await?;
    match waiting {
        Some((held, file)) => {
            drop(UploadedFile(held));
            read_file(state, actor.clone(), import, file);
            Ok(())
        }
        None => {
            let late = imports::matched_too_late();
            imports::fail(conn, actor, &import, &late).await?;
            Err(Error::Refused(late))
        }
    }
}

/// Where the file of an import waits to be matched, and the same opened; none where nothing waits.
async fn waiting_file(
    actor: &Actor,
    state: &web::State,
    id: ImportId,
) -> Result<Option<(PathBuf, UploadedFile)>> {
    let engine = engine(state);
    let waiting = upload::find(&engine, actor, id).await?;
    if waiting.proposal.is_none() {
        return Ok(None);
    }
    let held = place(&state.uploads, id, waiting.version);
    let file = UploadedFile(state.uploads.join(ImportId::new().to_string()));
    let opening = move |sealed: Vec<u8>, keys: &KeyRing| keys.unseal(Secret::Upload, id.0, &sealed);
    match rewrite(state.keys.clone(), &held, &file.0, opening).await {
        Ok(()) => Ok(Some((held, file))),
        // Somebody else may have said it at the same moment.
        Err(Error::Missing { .. }) => {
            let now = upload::find(&engine, actor, id).await?;
            if now.version == waiting.version {
                Err(Error::Refused(imports::matched_too_late()))
            } else {
                Ok(None)
            }
        }
        Err(other) => Err(other),
    }
}

/// Takes a plan in hand and carries it out in the background.
///
/// # Errors
/// `Missing`, `Forbidden`, `Refused` where no plan waits.
pub async fn carry_out(engine: Engine, actor: Actor, id: ImportId) -> Result<Import> {
    let import = commit::begin(&engine, &actor, id).await?;
    let begun = import.clone();
    let (done, told) = watch::channel(0);
    tokio::spawn(beat(engine.clone(), actor.clone(), import.clone(), told));
    // On a thread of its own: the writing borrows its way through batches, which a wandering task may not.
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let listener = move |progress: Progress| {
            done.send_replace(progress.done);
        };
        let work = commit::carry_out(&engine, &actor, &import, &listener);
        if let Err(error) = runtime.block_on(work) {
            tracing::warn!(%error, "an import was not carried out");
        }
    });
    Ok(begun)
}

/// Says how far the writing is until it ends: on a connection of its own, since the writing is one transaction.
async fn beat(engine: Engine, actor: Actor, import: Import, mut told: watch::Receiver<u64>) {
    while told.changed().await.is_ok() {
        let done = usize::try_from(*told.borrow_and_update()).unwrap_or(usize::MAX);
        let said = match engine.database.web().await {
            Ok(mut conn) => imports::beat(&mut conn, &actor, &import, done).await,
            Err(error) => Err(error),
        };
        if let Err(error) = said {
            tracing::warn!(%error, "the progress of an import could not be told");
        }
    }
}

/// Tells how far an import is until it rests: events `progress` with `{state, stage, done, total}`, then one `done`
/// with `{state}`.
///
/// # Errors
/// `Forbidden`, `Missing`.
pub async fn events(
    engine: Engine,
    actor: Actor,
    id: ImportId,
    mut ends: Shutdown,
) -> Result<EventStream<impl Stream<Item = Event>>> {
    policy::require(&actor, Action::EnterRecords, &actor.scope.path)?;
    upload::find(&engine, &actor, id).await?;
    let told = stream! {
        let mut pulse = tokio::time::interval(PULSE);
        loop {
            tokio::select! {
                _ = pulse.tick() => {}
                // The page asks again when the server is back.
                () = &mut ends => break,
            }
            let Ok(import) = upload::find(&engine, &actor, id).await else { break };
            match progress_of(&import) {
                Some(told) => yield Event::json(&told).event("progress"),
                None => {
                    yield Event::json(&serde_json::json!({ "state": import.state })).event("done");
                    break;
                }
            }
        }
    };
    Ok(EventStream::from(told))
}

/// How far an import at work is; none once it rests.
fn progress_of(import: &Import) -> Option<serde_json::Value> {
    let (stage, done, total) = match import.state() {
        Ok(State::Reading) => ("读取", import.rows_read, None),
        Ok(State::Committing) => ("写入", import.rows_done, Some(import.counts().to_write())),
        _ => return None,
    };
    Some(serde_json::json!({ "state": import.state, "stage": stage, "done": done, "total": total }))
}
