//! Reads an uploaded workbook into a plan: rows are parsed on a thread of their own while earlier ones are compared
//! with the records and kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::{Sender, channel};

use crate::across::imports::context::{self, Engine, importer};
use crate::across::imports::headings::{Layout, Mapping};
use crate::across::imports::progress::{Listener, Progress, Stage};
use crate::across::imports::subject::{Basis, ReadRow, Subject, for_subject};
use crate::across::sheets::{self, Notice, Program, ReadError};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::records::imports::{self, Counts, Import};

/// How many rows a sheet may have that is looked at as a whole.
pub const WHOLE: usize = 20_000;

/// What the reading thread sends.
enum Message<S: Subject> {
    Layout(Arc<Layout>),
    Rows(Vec<ReadRow<S::Said>>),
    Notices(Vec<Notice>),
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
    let actor = importer(actor, import);
    let mut conn = engine.database.web().await?;
    let context = db::read(&mut conn, &import.scope(), async |conn| S::context(conn, import).await).await?;
    let context = Arc::new(context);
    let (sender, mut receiver) = channel(2);
    let job = Job::<S> {
        program,
        sheet: import.kind()?.name(),
        file: file.to_owned(),
        mapping: context::mapping(import)?,
        context: Arc::clone(&context),
        sender,
    };
    let thread = tokio::task::spawn_blocking(move || job.run());
    let mut layout: Option<Arc<Layout>> = None;
    let mut notices = Vec::new();
    let mut reading =
        Reading::<S> { engine, actor: &actor, import, context: &context, counts: Counts::default() };
    while let Some(message) = receiver.recv().await {
        match message {
            Message::Layout(first) => {
                reading.rows(&mut conn, &first, &mut receiver, &mut notices, listener).await?;
                layout = Some(first);
            }
            Message::Notices(found) => notices = found,
            Message::Rows(_) => return Err(Error::broken("rows before their headings")),
        }
    }
    let outcome = thread.await.map_err(Error::broken)?;
    let counts = reading.counts;
    match (outcome, layout) {
        (Ok(()), Some(layout)) => {
            let notices: Vec<String> = notices.iter().map(ToString::to_string).collect();
            imports::plan(&mut conn, &actor, import, counts, layout.headings(), &notices).await?;
            Ok(Ok(counts))
        }
        (Ok(()), None) => Err(Error::broken("a sheet without headings and without a reason")),
        (Err(reason), _) => {
            imports::fail(&mut conn, &actor, import, &reason.0.join("\n")).await?;
            Ok(Err(reason))
        }
    }
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
        notices: &mut Vec<Notice>,
        listener: Listener<'_>,
    ) -> Result<()> {
        let basis = Basis::<S> {
            scope: self.import.scope(),
            actor: self.actor,
            keys: &self.engine.keys,
            layout,
            context: self.context,
            today: clock::today(),
        };
        let mut seen = S::Seen::default();
        while let Some(message) = receiver.recv().await {
            let rows = match message {
                Message::Rows(rows) => rows,
                Message::Notices(found) => {
                    *notices = found;
                    continue;
                }
                Message::Layout(_) => return Err(Error::broken("headings twice")),
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
        Ok(())
    }
}

/// What the reading thread works with.
struct Job<S: Subject> {
    program: Program,
    sheet: &'static str,
    file: PathBuf,
    mapping: Mapping,
    context: Arc<S::Context>,
    sender: Sender<Message<S>>,
}

impl<S: Subject> Job<S> {
    fn run(self) -> std::result::Result<(), Unreadable> {
        let mut rows = sheets::open(&self.program, &self.file, self.sheet)?;
        let first = rows.next().transpose()?.ok_or_else(|| nothing("工作表是空的；请按模板填写后再上传"))?;
        let layout = Layout::read_with(&first, S::HEADINGS, &S::extras(&self.context), &self.mapping)
            .map_err(|errors| Unreadable(errors.iter().map(ToString::to_string).collect()))?;
        let layout = Arc::new(layout);
        let size = S::BATCH.unwrap_or(usize::MAX);
        let mut batch = Vec::new();
        let mut any = false;
        if !self.send(Message::Layout(Arc::clone(&layout))) {
            return Ok(());
        }
        for row in &mut rows {
            if S::BATCH.is_none() && batch.len() == WHOLE {
                return Err(too_many(self.sheet));
            }
            batch.push(ReadRow::read::<S>(row?, &layout, &self.context, uuid::Uuid::now_v7()));
            any = true;
            if batch.len() >= size && !self.send(Message::Rows(std::mem::take(&mut batch))) {
                return Ok(());
            }
        }
        if !any {
            return Err(nothing("工作表只有列名，没有数据；请从第2行起填写后再上传"));
        }
        let more = batch.is_empty() || self.send(Message::Rows(batch));
        if more {
            self.send(Message::Notices(rows.notices().to_vec()));
        }
        Ok(())
    }

    /// Whether anybody still wants it.
    fn send(&self, message: Message<S>) -> bool {
        self.sender.blocking_send(message).is_ok()
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
