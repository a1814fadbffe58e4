//! Changing the key that personal data is sealed with, beside a running server.
//!
//! 1. A new key is added to the ring: it opens, and seals nothing yet (`add`; `rotate` does it by itself where the ring
//!    stands in one place).
//! 2. It becomes the current one. Servers see the file change and seal with it from then on.
//! 3. What stands under former keys is sealed anew, batch by batch, in as many passes as it takes, and until every
//!    transaction that ran at the change has ended. Killed anywhere, it is taken up by the next `rotate`.
//! 4. The former keys are retired: they open backups, and may be removed.

mod held;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Client;

use crate::base::db::Database;
use crate::base::db::reseal::{self, Stretch, Usage};
use crate::base::error::{Error, Result};
use crate::base::keys::{Algorithm, KeyError, KeyNote, KeyRing, KeyState};
use crate::records::audit::reader;
use crate::records::sealed::{self, KeyEvent, SEALED};

/// What stands in the way of a change.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The database, or a rule.
    #[error(transparent)]
    Error(#[from] Error),
    /// The key ring.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// How long to wait before looking again for what others hold.
const PAUSE: Duration = Duration::from_millis(200);

/// How often the lock is asked for before somebody else is believed to hold it.
const PATIENCE: usize = 10;

/// How far a rotation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Another key seals from now on.
    Switched {
        /// The former one.
        from: u8,
        /// The new one.
        to: u8,
    },
    /// A stretch of a table is done.
    Done {
        /// Which pass, from 1.
        pass: usize,
        /// The stretch.
        stretch: Stretch,
    },
    /// A pass over everything is done.
    Passed {
        /// Which pass, from 1.
        pass: usize,
        /// How many texts it sealed anew.
        resealed: i64,
        /// How many stand under former keys still.
        left: i64,
    },
    /// Transactions are waited for that began before the change.
    Waiting {
        /// How many.
        transactions: usize,
    },
    /// The MACs of a stretch of a table are written.
    Indexed(Stretch),
}

/// What a rotation did.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rotated {
    /// The key that seals.
    pub current: u8,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// The keys that were retired.
    pub retired: Vec<u8>,
    /// How many texts were sealed anew, by table.
    pub resealed: BTreeMap<&'static str, i64>,
    /// Over how many passes.
    pub passes: usize,
    /// How many numbers can be found from now on that were written before they were looked up.
    pub indexed: i64,
}

/// A key, and how many texts stand under it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct KeyUse {
    /// The key; a number that the ring does not know has none.
    pub note: Option<KeyNote>,
    /// Its number.
    pub id: u8,
    /// How many texts in the database and waiting files it sealed.
    pub texts: i64,
}

/// An installation whose keys are changed; holds the lock on them.
pub struct Rotation<'a> {
    client: Client,
    database: &'a Database,
    keys: &'a KeyRing,
    uploads: PathBuf,
}

impl<'a> Rotation<'a> {
    /// Takes the lock on the keys of an installation.
    ///
    /// # Errors
    /// `Refused` where somebody else holds it; `Unavailable`.
    pub async fn begin(
        owner_url: &str,
        database: &'a Database,
        keys: &'a KeyRing,
        uploads: PathBuf,
    ) -> Result<Self> {
        let client = reader::connect(owner_url).await?;
        reseal::unhurried(&client).await?;
        // PostgreSQL notices a moment late that whoever held it is gone.
        for _ in 0..PATIENCE {
            if reseal::lock(&client).await? {
                return Ok(Self { client, database, keys, uploads });
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(Error::Refused(
            "另一个 cadre keys 命令正在运行。请等它结束；它若已被中断，稍后再执行即可接着做完。".to_owned(),
        ))
    }

    /// The keys, and what stands under each.
    ///
    /// # Errors
    /// Whatever the database answers.
    pub async fn list(&self) -> Result<Vec<KeyUse>> {
        let usage = self.usage().await?;
        let notes = self.keys.notes();
        let ids: BTreeSet<u8> = usage.keys().copied().chain(notes.iter().map(|note| note.id)).collect();
        let told = ids.into_iter().map(|id| KeyUse {
            note: notes.iter().find(|note| note.id == id).copied(),
            id,
            texts: usage.get(&id).copied().unwrap_or(0),
        });
        Ok(told.collect())
    }

    /// Adds a key that waits; answers its number.
    ///
    /// # Errors
    /// `Refused` where one waits already.
    pub async fn add(&self, algorithm: Option<Algorithm>) -> std::result::Result<u8, RotationError> {
        if let Some(waiting) = self.with_state(KeyState::Waiting).first() {
            return Err(Error::Refused(format!(
                "第{waiting}号密钥已经加入，尚未启用。请把密钥文件分发到每台服务器后执行 cadre keys rotate。"
            ))
            .into());
        }
        self.make(algorithm.unwrap_or_else(|| self.algorithm())).await
    }

    async fn make(&self, algorithm: Algorithm) -> std::result::Result<u8, RotationError> {
        let id = self.keys.add(algorithm)?;
        self.note(KeyEvent::Added, &serde_json::json!({ "key": id, "algorithm": algorithm.name() })).await?;
        Ok(id)
    }

    /// Changes the key and seals everything anew; takes up a change that was broken off.
    ///
    /// # Errors
    /// Whatever the database answers; `Broken` where a text does not open.
    pub async fn rotate(
        &mut self,
        algorithm: Option<Algorithm>,
        told: &mut (dyn FnMut(Progress) + Send),
    ) -> std::result::Result<Rotated, RotationError> {
        // Nothing is begun that cannot be ended: a backup may name a key that is gone.
        let notes = self.keys.notes();
        if let Some(id) = self.usage().await?.into_keys().find(|id| !notes.iter().any(|note| note.id == *id))
        {
            return Err(KeyError::UnknownKey(id).into());
        }
        let wanted = algorithm.unwrap_or_else(|| self.algorithm());
        let is_under_way = !self.with_state(KeyState::Leaving).is_empty();
        if !is_under_way || wanted != self.algorithm() {
            let (from, to) = self.switch(wanted, algorithm.is_some()).await?;
            told(Progress::Switched { from, to });
        }
        let mut resealed = BTreeMap::new();
        let passes = self.reseal(&mut resealed, told).await?;
        let retired = self.with_state(KeyState::Leaving);
        let current = self.keys.current();
        let details = serde_json::json!({ "keys": &retired, "to": current, "resealed": &resealed });
        self.note(KeyEvent::Retired, &details).await?;
        self.keys.retire(&retired)?;
        let indexed = self.index(told).await?;
        Ok(Rotated { current, algorithm: self.algorithm(), retired, resealed, passes, indexed })
    }

    /// Writes the MAC that a number is found by wherever it is missing: where the number was written before its column
    /// was kept, or came back with an older backup. Says nothing that the number does not say: neither a version nor the
    /// trail moves. Answers how many it wrote; killed anywhere, the next one goes on.
    ///
    /// # Errors
    /// Whatever the database answers; `Broken` where a text does not open.
    pub async fn index(&mut self, told: &mut (dyn FnMut(Progress) + Send)) -> Result<i64> {
        let mut count = 0_i64;
        loop {
            let done = reseal::index(&mut self.client, self.keys, SEALED, &mut |stretch| {
                told(Progress::Indexed(stretch));
            })
            .await?;
            count = count.saturating_add(done);
            if reseal::unindexed(&self.client, SEALED).await? == 0 {
                return Ok(count);
            }
            if done == 0 {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Lets the key that waits, or a new one, seal from now on; answers both numbers.
    async fn switch(
        &self,
        wanted: Algorithm,
        is_named: bool,
    ) -> std::result::Result<(u8, u8), RotationError> {
        let notes = self.keys.notes();
        let waiting = notes.iter().find(|note| note.state == KeyState::Waiting);
        let to = match waiting {
            Some(note) if is_named && note.algorithm != wanted => {
                return Err(Error::Refused(format!(
                    "等待启用的第{}号密钥使用 {}，与指定的 {} 不同。请去掉 --algorithm，先启用它。",
                    note.id,
                    note.algorithm.name(),
                    wanted.name()
                ))
                .into());
            }
            Some(note) => note.id,
            None => self.make(wanted).await?,
        };
        let from = self.keys.current();
        self.note(KeyEvent::Rotated, &serde_json::json!({ "from": from, "to": to })).await?;
        self.keys.switch(to)?;
        Ok((from, to))
    }

    /// Seals anew until nothing stands under another key than the current one, and nobody can be about to write any.
    async fn reseal(
        &mut self,
        resealed: &mut BTreeMap<&'static str, i64>,
        told: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<usize> {
        let mut pass = 0;
        loop {
            pass += 1;
            let done = reseal::pass(&mut self.client, self.keys, SEALED, &mut |stretch| {
                told(Progress::Done { pass, stretch });
            })
            .await?;
            held::reseal(&self.uploads, self.keys)?;
            let count: i64 = done.values().sum();
            for (table, count) in done {
                *resealed.entry(table).or_default() += count;
            }
            // Who sealed under the former key before the change, or read such a text before this pass and writes it back,
            // does so in a transaction that runs now.
            let before = reseal::running(&self.client).await?.into_iter().collect();
            self.wait_for(&before, told).await?;
            let current = self.keys.current();
            let usage = self.usage().await?;
            let left = usage.iter().filter(|(key, _)| **key != current).map(|(_, count)| *count).sum();
            told(Progress::Passed { pass, resealed: count, left });
            if left == 0 {
                return Ok(pass);
            }
            if count == 0 {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn wait_for(
        &self,
        before: &BTreeSet<String>,
        told: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<()> {
        let mut known = usize::MAX;
        loop {
            let still = reseal::running(&self.client).await?;
            let transactions = still.iter().filter(|one| before.contains(*one)).count();
            if transactions == 0 {
                return Ok(());
            }
            if transactions != known {
                told(Progress::Waiting { transactions });
                known = transactions;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Forgets a retired key under which nothing stands.
    ///
    /// # Errors
    /// `Refused` where it is not retired, or something stands under it.
    pub async fn remove(&self, id: u8) -> std::result::Result<(), RotationError> {
        let notes = self.keys.notes();
        let Some(note) = notes.iter().find(|note| note.id == id) else {
            return Err(
                Error::Refused(format!("密钥文件中没有第{id}号密钥。用 cadre keys list 查看。")).into()
            );
        };
        if note.state != KeyState::Retired {
            return Err(Error::Refused(format!(
                "第{id}号密钥仍在使用，只能移除已停用的密钥。请先执行 cadre keys rotate。"
            ))
            .into());
        }
        let texts = self.usage().await?.get(&id).copied().unwrap_or(0);
        if texts > 0 {
            return Err(Error::Refused(format!(
                "还有{texts}项数据由第{id}号密钥加密（例如恢复过旧备份）。请先执行 cadre keys rotate。"
            ))
            .into());
        }
        self.note(KeyEvent::Removed, &serde_json::json!({ "key": id })).await?;
        Ok(self.keys.remove(id)?)
    }

    async fn usage(&self) -> Result<Usage> {
        let mut usage = reseal::usage(&self.client, SEALED).await?;
        held::count(&self.uploads, &mut usage)?;
        Ok(usage)
    }

    fn with_state(&self, state: KeyState) -> Vec<u8> {
        let notes = self.keys.notes();
        notes.iter().filter(|note| note.state == state).map(|note| note.id).collect()
    }

    /// The algorithm of the current key.
    fn algorithm(&self) -> Algorithm {
        let notes = self.keys.notes();
        let current = notes.iter().find(|note| note.state == KeyState::Current);
        current.map_or_else(Algorithm::default, |note| note.algorithm)
    }

    async fn note(&self, event: KeyEvent, details: &serde_json::Value) -> Result<()> {
        sealed::note(&mut *self.database.web().await?, event, details).await
    }
}
