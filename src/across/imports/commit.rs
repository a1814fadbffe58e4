//! Carries a plan out: all its new and changed rows in one transaction, or none.
//!
//! Each row is compared with the records once more, as they stand now; where that comes to another plan than the one
//! that was shown, nothing is written and the whole plan is made anew.

use std::sync::Arc;

use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use crate::across::imports::content::PlannedRow;
use crate::across::imports::context::{self, Engine, importer};
use crate::across::imports::headings::Layout;
use crate::across::imports::progress::{Listener, Progress, Stage};
use crate::across::imports::read::WHOLE;
use crate::across::imports::settle::settle;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject, for_subject};
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::ImportId;
use crate::base::keys::KeyRing;
use crate::records::imports::queries::Which;
use crate::records::imports::{self, Became, Bucket, Counts, Import, StoredRow};

/// How carrying out ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Everything new and changed was written.
    Written(Counts),
    /// Records changed since the plan was made: nothing was written, and this is the new plan.
    PlannedAnew(Counts),
}

/// Why a plan was made anew, for its notices.
const CHANGED: &str = "登记的数据在核对之后有变化，没有写入；方案已重新生成，请再次核对后确认。";

/// Takes a plan in hand and carries it out.
///
/// # Errors
/// As [`begin`] and [`carry_out`].
pub async fn commit(engine: &Engine, actor: &Actor, id: ImportId, listener: Listener<'_>) -> Result<Outcome> {
    let import = begin(engine, actor, id).await?;
    carry_out(engine, actor, &import, listener).await
}

/// Takes a plan in hand, so that nobody else does.
///
/// # Errors
/// `Missing`, `Forbidden`, `Refused` where no plan waits.
pub async fn begin(engine: &Engine, actor: &Actor, id: ImportId) -> Result<Import> {
    let mut conn = engine.database.web().await?;
    imports::begin_commit(&mut conn, actor, id).await
}

/// Carries out a plan that was taken in hand.
///
/// # Errors
/// Where a verb refuses a row although the plan did not; nothing is written then, and the plan waits again with the
/// reason among its notices.
pub async fn carry_out(
    engine: &Engine,
    actor: &Actor,
    import: &Import,
    listener: Listener<'_>,
) -> Result<Outcome> {
    for_subject!(import.kind()?, S => carry_out_as::<S>(engine, actor, import, listener).await)
}

async fn carry_out_as<S: Subject>(
    engine: &Engine,
    actor: &Actor,
    import: &Import,
    listener: Listener<'_>,
) -> Result<Outcome> {
    let mut conn = engine.database.web().await?;
    let work = Work { engine, actor, importer: importer(actor, import.scope()), import, listener };
    let written = db::write(&mut conn, actor, async |conn| work.write::<S>(conn).await).await;
    match written {
        Ok(()) => Ok(Outcome::Written(import.counts())),
        Err(error @ (Error::Stale | Error::Taken { .. })) => {
            let counts = db::write(&mut conn, actor, async |conn| work.plan_anew::<S>(conn).await).await?;
            // Taken at this very moment by somebody else: another plan. Else it is the verb that refuses the row.
            if counts == import.counts() && !matches!(error, Error::Stale) {
                return given_up(&mut conn, actor, import, error).await;
            }
            imports::return_to_plan(&mut conn, actor, import, Some(counts), CHANGED).await?;
            Ok(Outcome::PlannedAnew(counts))
        }
        Err(error) => given_up(&mut conn, actor, import, error).await,
    }
}

/// Puts the plan back as it was, with what a verb refused among its notices.
async fn given_up(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    import: &Import,
    error: Error,
) -> Result<Outcome> {
    let reason = format!("没有写入：{error}");
    imports::return_to_plan(conn, actor, import, None, &reason).await?;
    Err(error)
}

struct Work<'a> {
    engine: &'a Engine,
    /// Who carries the plan out, through his own door: the entry in the trail is his.
    actor: &'a Actor,
    /// The same one as the verbs of the rows see him.
    importer: Actor,
    import: &'a Import,
    listener: Listener<'a>,
}

impl Work<'_> {
    /// Writes all rows; `Stale` where the plan no longer holds.
    async fn write<S: Subject>(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        imports::trace(conn, self.import).await?;
        let mut digest = Sha256::new();
        let mut done = 0;
        let total = u64::try_from(self.import.counts().to_write()).ok();
        // Rows that say something of each other are looked at together, also those that change nothing; and all rows where
        // another import was taken back meanwhile, since what they found unchanged may be gone.
        let written: &[Bucket] = &[Bucket::New, Bucket::Changed];
        let alone = S::BATCH.is_some() && !imports::queries::was_undone_meanwhile(conn, self.import).await?;
        let looked_at = if alone { written } else { Bucket::ALL };
        self.each_batch::<S>(conn, looked_at, false, async |conn, planned, found| {
            let mut deeds = Vec::new();
            for (shown, (now, deed)) in planned.iter().zip(found) {
                // What a plan refused stays out, whatever holds now; a later row may have contradicted it.
                if S::BATCH.is_some() && shown.bucket == Bucket::Refused {
                    continue;
                }
                if !shown.agrees_with(&now) {
                    return Err(Error::Stale);
                }
                if !written.contains(&now.bucket) {
                    continue;
                }
                done += 1;
                digest.update(now.row.number.to_be_bytes());
                digest.update(serde_json::to_vec(&now.changes).map_err(Error::broken)?);
                deeds.extend(deed.map(|deed| (now.row.number, deed)));
            }
            self.carry_out::<S>(conn, deeds).await?;
            let count = u64::try_from(done).unwrap_or(u64::MAX);
            (self.listener)(Progress { stage: Stage::Writing, done: count, total });
            Ok(())
        })
        .await?;
        imports::commit(conn, self.actor, self.import, done, digest.finalize().into()).await
    }

    async fn carry_out<S: Subject>(
        &self,
        conn: &mut AsyncPgConnection,
        deeds: Vec<(u32, S::Deed)>,
    ) -> Result<()> {
        let records = S::apply(conn, &self.importer, &self.engine.keys, deeds).await?;
        if records.is_empty() {
            return Ok(());
        }
        let became = records.into_iter().map(|(number, record)| {
            let number = i32::try_from(number).map_err(Error::broken)?;
            Ok(Became { number, record })
        });
        imports::link(conn, self.import, &became.collect::<Result<Vec<_>>>()?).await?;
        Ok(())
    }

    /// Makes the plan of every row anew.
    async fn plan_anew<S: Subject>(&self, conn: &mut AsyncPgConnection) -> Result<Counts> {
        let mut counts = Counts::default();
        let total = u64::try_from(self.import.rows_read).ok();
        let (understanding, mut seen) = self
            .each_batch::<S>(conn, Bucket::ALL, true, async |conn, planned, found| {
                let mut stored = Vec::with_capacity(found.len());
                for (shown, (mut row, _)) in planned.into_iter().zip(found) {
                    row.recall(shown);
                    counts.add(row.bucket);
                    stored.push(row.seal(self.import.id, &self.engine.keys)?);
                }
                imports::restage(conn, self.import, &stored).await?;
                let done = u64::try_from(counts.total()).unwrap_or(0);
                (self.listener)(Progress { stage: Stage::Planning, done, total });
                Ok(())
            })
            .await?;
        let keys = &self.engine.keys;
        settle::<S>(conn, self.import, keys, &understanding.layout, &mut seen, &mut counts).await?;
        Ok(counts)
    }

    /// Opens the rows of some buckets batch by batch, compares them anew and hands both plans on. The next batch is
    /// opened on a thread of its own while the one before is written. Answers what the rows were understood with, and
    /// what is remembered of them.
    async fn each_batch<S: Subject>(
        &self,
        conn: &mut AsyncPgConnection,
        buckets: &[Bucket],
        looks: bool,
        mut take: impl AsyncFnMut(&mut AsyncPgConnection, Vec<PlannedRow>, Vec<Decided<S>>) -> Result<()>,
    ) -> Result<(Arc<Understanding<S>>, S::Seen)> {
        let context = S::context(conn, &self.import.into()).await?;
        let understanding = Arc::new(Understanding::<S> {
            layout: context::layout(self.import, &S::extras(&context))?,
            context,
            keys: Arc::clone(&self.engine.keys),
            import: self.import.id,
        });
        let basis = Basis::<S> {
            scope: self.import.scope(),
            actor: &self.importer,
            keys: &self.engine.keys,
            layout: &understanding.layout,
            context: &understanding.context,
            today: clock::today(),
            looks,
        };
        let mut seen = S::Seen::default();
        let mut upcoming = self.fetch(conn, buckets, 0, &understanding).await?;
        while let Some(batch) = upcoming {
            let opened = batch.opening.await.map_err(Error::broken)??;
            let (planned, rows) = opened.into_iter().unzip();
            let found = S::classify(&basis, &mut seen, conn, rows).await?;
            upcoming = self.fetch(conn, buckets, batch.last, &understanding).await?;
            take(conn, planned, found).await?;
        }
        drop(basis);
        Ok((understanding, seen))
    }

    /// Reads the rows after a number and begins to open them; none where there are no more.
    async fn fetch<S: Subject>(
        &self,
        conn: &mut AsyncPgConnection,
        buckets: &[Bucket],
        after: i32,
        understanding: &Arc<Understanding<S>>,
    ) -> Result<Option<Batch<S>>> {
        let limit = i64::try_from(S::BATCH.unwrap_or(WHOLE)).unwrap_or(i64::MAX);
        let stored = imports::queries::rows(conn, self.import, Which::In(buckets), after, limit).await?;
        let Some(last) = stored.last().map(|last| last.number) else { return Ok(None) };
        let understanding = Arc::clone(understanding);
        let opening =
            tokio::task::spawn_blocking(move || stored.iter().map(|row| understanding.open(row)).collect());
        Ok(Some(Batch { last, opening }))
    }
}

/// A stored row as it was planned, and as it is read now.
pub(super) type Opened<S> = (PlannedRow, ReadRow<<S as Subject>::Said>);

/// Rows that are being opened.
struct Batch<S: Subject> {
    /// The number of the last one.
    last: i32,
    opening: JoinHandle<Result<Vec<Opened<S>>>>,
}

/// What stored rows are opened and read with.
pub(super) struct Understanding<S: Subject> {
    pub(super) layout: Layout,
    pub(super) context: S::Context,
    pub(super) keys: Arc<KeyRing>,
    pub(super) import: ImportId,
}

impl<S: Subject> Understanding<S> {
    pub(super) fn open(&self, row: &StoredRow) -> Result<Opened<S>> {
        let planned = PlannedRow::open(row, self.import, &self.keys)?;
        let becomes = planned.becomes.unwrap_or_else(uuid::Uuid::now_v7);
        let read = ReadRow::read::<S>(planned.row.clone(), &self.layout, &self.context, becomes);
        let read = ReadRow { choice: planned.doubles.choice, ..read };
        Ok((planned, read))
    }
}
