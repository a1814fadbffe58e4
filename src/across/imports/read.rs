//! Reads an uploaded workbook into a plan: rows are parsed on a thread of their own while earlier ones are compared
//! with the records and kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::{Sender, channel};

use crate::across::imports::asides::{Asides, aside};
use crate::across::imports::context::{self, Engine, importer};
use crate::across::imports::header::{self, Header, NoHeader};
use crate::across::imports::headings::{Layout, Mapping};
use crate::across::imports::progress::{Listener, Progress, Stage};
use crate::across::imports::proposal::{LOOKED_AT, Proposal, propose};
use crate::across::imports::settle::settle;
use crate::across::imports::subject::{Basis, ReadRow, Subject, for_subject};
use crate::across::sheets::{self, Program, ReadError};
use crate::base::actor::{Actor, Door};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::keys::Secret;
use crate::records::imports::{self, Counts, Import};

/// How many rows a sheet may have that is looked at as a whole.
pub const WHOLE: usize = 20_000;

/// What the reading thread sends.
enum Message<S: Subject> {
    Layout(Arc<Layout>),
    Rows(Vec<ReadRow<S::Said>>),
    Notices(Vec<String>),
    Proposal(Proposal),
}

/// Why a file has no plan: sentences for the person who gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub Vec<String>);

impl From<ReadError> for Unreadable {
    fn from(error: ReadError) -> Self {
        if error.is_ours() {
            tracing::error!(%error, "the sheet reader failed");
        }
        Self(vec![error.to_string()])
    }
}

/// Reads `file` into the plan of an import that was received for it, or puts on record why there is none.
///
/// # Errors
/// Whatever the database answers; the import is then left in its reading, and found dead later.
pub async fn read(
    engine: &Engine,
    program: &Program,
    actor: &Actor,
    import: &Import,
    file: &Path,
    listener: Listener<'_>,
) -> Result<std::result::Result<Counts, Unreadable>> {
    let program = program.clone();
    for_subject!(import.kind()?, S => read_as::<S>(engine, program, actor, import, file, listener).await)
}

async fn read_as<S: Subject>(
    engine: &Engine,
    program: Program,
    actor: &Actor,
    import: &Import,
    file: &Path,
    listener: Listener<'_>,
) -> Result<std::result::Result<Counts, Unreadable>> {
    // Only who sits before a page can say where foreign columns go; the others are refused by name.
    let asks = actor.door == Door::Web;
    let actor = importer(actor, import.scope());
    let mut conn = engine.database.web().await?;
    let (context, remembered) = db::read(&mut conn, &import.scope(), async |conn| {
        let remembered = if asks { imports::queries::remembered(conn, import).await? } else { None };
        Ok((S::context(conn, &import.into()).await?, remembered))
    })
    .await?;
    let remembered: Mapping =
        remembered.and_then(|said| serde_json::from_value(said).ok()).unwrap_or_default();
    let context = Arc::new(context);
    let (sender, mut receiver) = channel(2);
    let job = Job::<S> {
        program,
        sheet: import.kind()?.name(),
        file: file.to_owned(),
        mapping: context::mapping(import)?,
        context: Arc::clone(&context),
        remembered: asks.then_some(remembered),
        sender,
    };
    let thread = tokio::task::spawn_blocking(move || job.run());
    let mut layout: Option<Arc<Layout>> = None;
    let mut notices = Vec::new();
    let mut proposal = None;
    let mut reading =
        Reading::<S> { engine, actor: &actor, import, context: &context, counts: Counts::default() };
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Layout(first) => {
                reading.rows(&mut conn, &first, &mut receiver, &mut notices, listener).await?;
                layout = Some(first);
            }
            Message::Notices(found) => notices = found,
            Message::Proposal(found) => proposal = Some(found),
            Message::Rows(_) => return Err(Error::broken("rows before their headings")),
        }
    }
    let outcome = thread.await.map_err(Error::broken)?;
    let counts = reading.counts;
    match (outcome, layout) {
        (Ok(()), Some(layout)) => {
            imports::plan(&mut conn, &actor, import, counts, layout.headings(), &notices).await?;
            Ok(Ok(counts))
        }
        (Ok(()), None) => Err(Error::broken("a sheet without headings and without a reason")),
        (Err(reason), _) => {
            let content = proposal.map(|proposal| seal(&proposal, import, engine)).transpose()?;
            fail(&mut conn, &actor, import, &reason, content).await?;
            Ok(Err(reason))
        }
    }
}

/// Puts on record why there is no plan, and what the columns could be where somebody may be asked: both at once, since
/// whoever watches looks as soon as the import rests.
async fn fail(
    conn: &mut db::Connection,
    actor: &Actor,
    import: &Import,
    reason: &Unreadable,
    proposal: Option<Vec<u8>>,
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        imports::fail(conn, actor, import, &reason.0.join("\n")).await?;
        match proposal {
            Some(content) => imports::propose(conn, actor, import, content).await,
            None => Ok(()),
        }
    })
    .await
}

/// A proposal as it is kept: it holds samples of what the file says of people.
fn seal(proposal: &Proposal, import: &Import, engine: &Engine) -> Result<Vec<u8>> {
    let text = serde_json::to_vec(proposal).map_err(Error::broken)?;
    engine.keys.seal(Secret::ImportRow, import.id.0, &text).map_err(Error::broken)
}

/// The proposal for an import whose columns wait to be matched.
///
/// # Errors
/// `Broken` where the key does not fit.
pub fn proposal(engine: &Engine, import: &Import) -> Result<Option<Proposal>> {
    let Some(content) = &import.proposal else { return Ok(None) };
    let text = engine.keys.unseal(Secret::ImportRow, import.id.0, content).map_err(Error::broken)?;
    serde_json::from_slice(&text).map(Some).map_err(Error::broken)
}

struct Reading<'a, S: Subject> {
    engine: &'a Engine,
    actor: &'a Actor,
    import: &'a Import,
    context: &'a S::Context,
    counts: Counts,
}

impl<S: Subject> Reading<'_, S> {
    /// Compares and keeps rows until there are no more.
    async fn rows(
        &mut self,
        conn: &mut db::Connection,
        layout: &Layout,
        receiver: &mut tokio::sync::mpsc::Receiver<Message<S>>,
        notices: &mut Vec<String>,
        listener: Listener<'_>,
    ) -> Result<()> {
        let basis = Basis::<S> {
            scope: self.import.scope(),
            actor: self.actor,
            keys: &self.engine.keys,
            layout,
            context: self.context,
            today: clock::today(),
            looks: true,
        };
        let mut seen = S::Seen::default();
        while let Some(message) = receiver.recv().await {
            let rows = match message {
                Message::Rows(rows) => rows,
                Message::Notices(found) => {
                    *notices = found;
                    continue;
                }
                Message::Layout(_) | Message::Proposal(_) => return Err(Error::broken("headings twice")),
            };
            let counts = &mut self.counts;
            db::write(conn, self.actor, async |conn| {
                let planned = S::classify(&basis, &mut seen, conn, rows).await?;
                let mut stored = Vec::with_capacity(planned.len());
                for (row, _) in &planned {
                    counts.add(row.bucket);
                    stored.push(row.seal(self.import.id, &self.engine.keys)?);
                }
                imports::stage(conn, self.actor, self.import, &stored).await
            })
            .await?;
            let done = u64::try_from(self.counts.total()).unwrap_or(0);
            listener(Progress { stage: Stage::Reading, done, total: None });
        }
        let (import, keys, counts) = (self.import, &self.engine.keys, &mut self.counts);
        db::write(conn, self.actor, async |conn| {
            settle::<S>(conn, import, keys, layout, &mut seen, counts).await
        })
        .await
    }
}

/// What the reading thread works with.
struct Job<S: Subject> {
    program: Program,
    sheet: &'static str,
    file: PathBuf,
    mapping: Mapping,
    context: Arc<S::Context>,
    /// What was said of foreign headings before; none where nobody is asked.
    remembered: Option<Mapping>,
    sender: Sender<Message<S>>,
}

impl<S: Subject> Job<S> {
    fn run(self) -> std::result::Result<(), Unreadable> {
        let sheet = self.mapping.sheet.as_deref().unwrap_or(self.sheet);
        let mut rows = sheets::open(&self.program, &self.file, sheet)?;
        let extras = S::extras(&self.context);
        let found = match header::header(&mut rows, &self.mapping) {
            Ok(found) => found,
            Err(NoHeader::Unreadable(error)) => {
                if let ReadError::SheetMissing { found, .. } = &error
                    && let Some(other) = found.as_slice().first()
                {
                    self.propose(other, &extras);
                }
                return Err(error.into());
            }
            Err(reason) => return Err(no_header(&reason)),
        };
        let layout = match Layout::read_with(&found.row, S::HEADINGS, &extras, &self.mapping) {
            Ok(layout) => Arc::new(layout),
            Err(errors) => {
                self.propose(sheet, &extras);
                return Err(Unreadable(errors.iter().map(ToString::to_string).collect()));
            }
        };
        let mut asides = Asides::default();
        if !self.send(Message::Layout(Arc::clone(&layout))) || !self.rows(&mut rows, &layout, &mut asides)? {
            return Ok(());
        }
        let mut notices: Vec<String> = rows.notices().iter().map(ToString::to_string).collect();
        notices.extend((sheet != self.sheet).then(|| format!("按列对应读取工作表“{sheet}”。")));
        notices.extend(above(&found));
        if !self.mapping.is_empty() {
            notices.extend(layout.told());
        }
        notices.extend(asides.told());
        self.send(Message::Notices(notices));
        Ok(())
    }

    /// Sends the rows below the headings; whether anybody still wants them.
    fn rows(
        &self,
        rows: &mut sheets::Rows,
        layout: &Layout,
        asides: &mut Asides,
    ) -> std::result::Result<bool, Unreadable> {
        let size = S::BATCH.unwrap_or(usize::MAX);
        let mut batch = Vec::new();
        let mut any = false;
        for row in rows {
            let row = row?;
            if let Some(what) = aside(&row, layout) {
                asides.add(row.number, what);
                continue;
            }
            if S::BATCH.is_none() && batch.len() == WHOLE {
                return Err(too_many(self.sheet));
            }
            batch.push(ReadRow::read::<S>(row, layout, &self.context, uuid::Uuid::now_v7()));
            any = true;
            if batch.len() >= size && !self.send(Message::Rows(std::mem::take(&mut batch))) {
                return Ok(false);
            }
        }
        if !any {
            let Unreadable(mut sentences) =
                nothing("工作表只有列名，没有数据；请从列名的下一行起填写后再上传");
            sentences.extend(asides.told());
            return Err(Unreadable(sentences));
        }
        Ok(batch.is_empty() || self.send(Message::Rows(batch)))
    }

    /// Where somebody may be asked, sends what the columns could be. The file is opened once more: what was read of it
    /// is gone.
    fn propose(&self, sheet: &str, extras: &[String]) {
        let Some(remembered) = &self.remembered else { return };
        let Ok(rows) = sheets::open(&self.program, &self.file, sheet) else { return };
        let rows: Vec<_> = rows.take(LOOKED_AT).map_while(std::result::Result::ok).collect();
        if let Some(proposal) = propose(&rows, S::HEADINGS, extras, remembered) {
            let sheet = (sheet != self.sheet).then(|| sheet.to_owned());
            self.send(Message::Proposal(Proposal { sheet, ..proposal }));
        }
    }

    /// Whether anybody still wants it.
    fn send(&self, message: Message<S>) -> bool {
        self.sender.blocking_send(message).is_ok()
    }
}

/// That titles stood above the headings.
fn above(header: &Header) -> Option<String> {
    let rows: Vec<String> = header.above.iter().map(ToString::to_string).collect();
    (!rows.is_empty())
        .then(|| format!("列名在第{}行，其上的第{}行没有读取。", header.row.number, rows.join("、")))
}

fn no_header(reason: &NoHeader) -> Unreadable {
    match reason {
        NoHeader::Unreadable(error) => error.clone().into(),
        NoHeader::Nothing => nothing("工作表是空的；请按模板填写后再上传"),
        NoHeader::NotThere(row) => Unreadable(vec![format!(
            "列对应里说列名在第{row}行，工作表的第{row}行没有内容，或在前{}行之后；请核对 header_row",
            header::HIGHEST
        )]),
    }
}

fn nothing(sentence: &str) -> Unreadable {
    Unreadable(vec![sentence.to_owned()])
}

fn too_many(sheet: &str) -> Unreadable {
    let sentence =
        format!("「{sheet}」的各行要放在一起核对，一次最多{WHOLE}行；请按乡镇分成几个文件，分别上传");
    Unreadable(vec![sentence])
}
