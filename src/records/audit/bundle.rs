//! The exported trail: one JSON object a line, to be checked without the database (`docs/audit-format.md`).
//!
//! A chain stands as a whole (its checkpoints first, then every entry), or as single entries that each carry the proof
//! that a checkpoint covers them: what somebody may see who may not see the whole county.

use std::io::{self, BufRead, Write};

use serde::{Deserialize, Serialize};
use tokio_postgres::Client;

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::merkle::{self, Hash, Tree};
use crate::records::audit::checkpoints::{ChainStore, Kept, Store};
use crate::records::audit::format::{BEGINNING, Sealed};
use crate::records::audit::reader::{self, Next};

/// The name of this form.
pub const FORM: &str = "cadre-trail-1";

/// A line of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line<'a> {
    /// The first: the form, and the public key of the installation (to be compared with the one known otherwise).
    Trail {
        /// [`FORM`].
        form: String,
        /// When the file was written.
        exported_at: String,
        /// The key, as `name+id+key`.
        key: String,
    },
    /// A chain begins.
    Chain {
        /// Its name.
        name: String,
    },
    /// A signed note about the chain.
    Checkpoint(String),
    /// An entry of the whole chain.
    #[serde(borrow)]
    Entry(Sealed<'a>),
    /// An entry by itself.
    #[serde(borrow)]
    Proven(Proven<'a>),
    /// The last: how many entries the file has.
    End {
        /// Entries of both kinds.
        entries: u64,
    },
}

/// An entry with the proof that the last checkpoint before it in the file covers it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven<'a> {
    /// The entry.
    #[serde(borrow)]
    pub entry: Sealed<'a>,
    /// The hash of the entry before, in hexadecimal.
    pub previous: String,
    /// Hashes from the leaf to the root (RFC 6962), in hexadecimal.
    pub proof: Vec<String>,
}

/// Writes the lines of a file.
pub struct Writer<W> {
    out: W,
    entries: u64,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn begin(out: W, key: &str) -> io::Result<Self> {
        let mut writer = Self { out, entries: 0 };
        writer.line(&Line::Trail {
            form: FORM.to_owned(),
            exported_at: clock::now().to_rfc3339(),
            key: key.to_owned(),
        })?;
        Ok(writer)
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// Begins a chain with its checkpoints.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn chain<'k>(&mut self, name: &str, kept: impl Iterator<Item = &'k Kept>) -> io::Result<()> {
        self.line(&Line::Chain { name: name.to_owned() })?;
        for kept in kept {
            self.line(&Line::Checkpoint(kept.note.to_string()))?;
        }
        Ok(())
    }

    /// Writes an entry of a whole chain.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn entry(&mut self, entry: &Sealed<'_>) -> io::Result<()> {
        #[derive(Serialize)]
        struct Borrowed<'e, 'a> {
            entry: &'e Sealed<'a>,
        }
        self.entries += 1;
        serde_json::to_writer(&mut self.out, &Borrowed { entry })?;
        self.out.write_all(b"\n")
    }

    /// Writes an entry by itself.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn proven(&mut self, entry: Sealed<'_>, previous: &Hash, proof: &[Hash]) -> io::Result<()> {
        self.entries += 1;
        let proof = proof.iter().map(hex::encode).collect();
        self.line(&Line::Proven(Proven { entry, previous: hex::encode(previous), proof }))
    }

    /// Ends the file; answers how many entries it has.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn end(mut self) -> io::Result<u64> {
        let entries = self.entries;
        self.line(&Line::End { entries })?;
        self.out.flush()?;
        Ok(entries)
    }
}

/// Writes whole chains with their checkpoints: all of them, or one.
///
/// # Errors
/// Whatever the database, the files of checkpoints or `out` answer.
pub async fn export(
    client: &Client,
    store: &Store,
    key: &str,
    only: Option<&str>,
    out: impl Write,
) -> Result<u64> {
    let mut writer = Writer::begin(out, key).map_err(Error::broken)?;
    for head in reader::heads(client).await? {
        if only.is_some_and(|only| only != head.chain) {
            continue;
        }
        // Notes first: the entries read after them are at least those that they cover.
        let kept = store.chain(&head.chain).notes().map_err(Error::broken)?;
        writer.chain(&head.chain, kept.iter()).map_err(Error::broken)?;
        reader::read(client, &head.chain, 0, |entry| {
            writer.entry(entry).map_err(Error::broken)?;
            Ok(Next::On)
        })
        .await?;
    }
    writer.end().map_err(Error::broken)
}

/// The entries that a checkpoint covers, as hashes: what proofs are made from.
pub struct Covered {
    hashes: Vec<Hash>,
    tree: Tree,
}

impl Covered {
    /// Those of the first `size` entries of a chain.
    ///
    /// # Errors
    /// When the file of hashes cannot be read or is shorter.
    pub fn of(files: &ChainStore, size: u64) -> Result<Self> {
        let mut reader = files.hashes(0).map_err(Error::broken)?;
        let mut hashes = Vec::new();
        for _ in 0..size {
            let hash = reader.read().map_err(Error::broken)?;
            hashes.push(hash.ok_or_else(|| Error::broken("fewer hashes than the checkpoint covers"))?);
        }
        let tree = Tree::new(hashes.iter().map(|hash| merkle::leaf(hash)).collect());
        Ok(Self { hashes, tree })
    }

    /// Whether an entry is among them.
    #[must_use]
    pub fn has(&self, sequence: i64) -> bool {
        u64::try_from(sequence).is_ok_and(|number| (1..=self.tree.size()).contains(&number))
    }

    /// Writes an entry with its proof.
    ///
    /// # Errors
    /// When it is not among them, or the file cannot be written.
    pub fn write<W: Write>(&self, writer: &mut Writer<W>, entry: Sealed<'_>) -> Result<()> {
        let unproven = || Error::broken("an entry that no checkpoint covers");
        let index = usize::try_from(entry.sequence).ok().and_then(|number| number.checked_sub(1));
        let index = index.ok_or_else(unproven)?;
        let previous = index.checked_sub(1).and_then(|before| self.hashes.get(before));
        let proof =
            u64::try_from(index).ok().and_then(|index| self.tree.prove(index)).ok_or_else(unproven)?;
        writer.proven(entry, previous.unwrap_or(&BEGINNING), &proof).map_err(Error::broken)
    }
}

/// Reads lines; each is handed over with its number.
pub struct Reader<R> {
    input: R,
    buffer: Vec<u8>,
    number: usize,
}

impl<R: BufRead> Reader<R> {
    /// A reader of a file.
    pub fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), number: 0 }
    }

    /// The number of the line that was read last.
    pub fn number(&self) -> usize {
        self.number
    }

    /// The next line; none at the end of the file.
    ///
    /// # Errors
    /// When the file cannot be read, or the line is none of this form.
    pub fn read(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        self.number += 1;
        if self.input.read_until(b'\n', &mut self.buffer)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_slice(&self.buffer)?))
    }
}
