//! Goes through a chain entry by entry and names the first one that is not as it was written.

use chrono::TimeDelta;

use crate::base::merkle::{self, Frontier, Hash, Head};
use crate::records::audit::format::{BEGINNING, Moment, SHA256, Sealed};

/// How far the clock may be set back between two entries: by this much a server's clock is corrected while it runs.
const CLOCK_CORRECTION: TimeDelta = TimeDelta::seconds(5);

/// What is wrong in a chain.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Fault {
    /// The chain.
    pub chain: String,
    /// The first entry concerned; none where no entry is.
    pub sequence: Option<i64>,
    /// What kind of fault.
    pub kind: FaultKind,
    /// A Chinese sentence.
    pub message: String,
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Numbers are missing before this one.
    Missing,
    /// A number comes again, or out of order.
    Order,
    /// The entry does not have the hash of its content and of the entry before.
    Hash,
    /// An algorithm that is not known.
    Algorithm,
    /// The clock was set back.
    Clock,
    /// The chain is shorter than a checkpoint or the head says.
    Cut,
    /// Another history than the one that was signed or kept outside the database.
    Rewritten,
    /// A checkpoint that is not signed by the key, or of another origin.
    Signature,
    /// Two signed checkpoints that contradict each other.
    Fork,
    /// A file that cannot be read as what it should be.
    Form,
    /// A table says something else than the trail.
    Table,
}

impl Fault {
    /// A fault in a chain.
    pub fn new(chain: &str, sequence: Option<i64>, kind: FaultKind, message: impl Into<String>) -> Self {
        Self { chain: chain.to_owned(), sequence, kind, message: message.into() }
    }
}

/// How far a chain has been gone through.
#[derive(Debug, Clone)]
pub struct Chain {
    name: String,
    sequence: i64,
    hash: Hash,
    latest: Moment,
    frontier: Frontier,
    buffer: Vec<u8>,
}

impl Chain {
    /// The beginning of a chain.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            sequence: 0,
            hash: BEGINNING,
            latest: Moment(i64::MIN),
            frontier: Frontier::default(),
            buffer: Vec::with_capacity(1024),
        }
    }

    /// A chain of which everything up to an entry is known: its subtrees, the hash and the moment of that entry.
    #[must_use]
    pub fn resumed(name: &str, frontier: Frontier, hash: Hash, latest: Moment) -> Self {
        let sequence = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
        Self { sequence, hash, latest, frontier, ..Self::new(name) }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of the last entry that was gone through; 0 before the first.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        self.sequence
    }

    /// The hash of the last entry.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Size and root over the entries so far.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { size: self.frontier.size(), root: self.frontier.root() }
    }

    /// The subtrees over the entries so far.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// Takes the next entry. After a fault, nothing is known of the entries that follow.
    ///
    /// # Errors
    /// The fault.
    pub fn take(&mut self, entry: &Sealed<'_>) -> Result<(), Fault> {
        let expected = self.sequence.saturating_add(1);
        let number = entry.sequence;
        let fault =
            |sequence, kind, message: String| Err(Fault::new(&self.name, Some(sequence), kind, message));
        if number > expected {
            let missing = if number == expected.saturating_add(1) {
                format!("缺少第{expected}条")
            } else {
                format!("缺少第{expected}条至第{}条", number.saturating_sub(1))
            };
            return fault(expected, FaultKind::Missing, missing);
        }
        if number < expected || entry.chain != self.name {
            return fault(
                number,
                FaultKind::Order,
                format!("第{number}条的次序不对：此处应为第{expected}条"),
            );
        }
        if entry.algorithm != SHA256 {
            let message = format!("第{number}条的算法编号{}未知", entry.algorithm);
            return fault(number, FaultKind::Algorithm, message);
        }
        let hash = entry.hashed(&self.hash, &mut self.buffer);
        if hash != entry.hash {
            let message = format!("第{number}条的内容与其校验值不符：该条或其上一条被改动");
            return fault(number, FaultKind::Hash, message);
        }
        if self.latest.since(entry.at) > CLOCK_CORRECTION {
            let message = format!("第{number}条的时间{}早于上一条的{}：时钟被拨回", entry.at, self.latest);
            return fault(number, FaultKind::Clock, message);
        }
        self.sequence = expected;
        self.hash = hash;
        self.latest = self.latest.max(entry.at);
        self.frontier.push(merkle::leaf(&hash));
        Ok(())
    }
}
