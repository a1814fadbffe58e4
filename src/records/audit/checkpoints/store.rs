//! The files outside the database: for each chain a folder with the signed notes, one a line, and the hash of every
//! entry that they cover, 32 bytes each. With the hashes, a rewritten history is named to the entry.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::base::merkle::{self, Frontier, Hash};
use crate::base::note::{Checkpoint, Note};

/// The bytes of a hash in the file of hashes.
const WIDTH: u64 = 32;

/// The folder of checkpoints.
#[derive(Debug, Clone)]
pub struct Store(PathBuf);

/// A note as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// When it was signed, by the clock of the signer.
    pub at: DateTime<Utc>,
    /// The note.
    pub note: Note,
    /// What it says.
    pub checkpoint: Checkpoint,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct KeptLine {
    at: DateTime<Utc>,
    note: String,
}

fn misshapen(path: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{} 的内容不是检查点", path.display()))
}

impl Store {
    /// The checkpoints of a data folder.
    #[must_use]
    pub fn new(data: &Path) -> Self {
        Self(data.join("checkpoints"))
    }

    /// A folder of checkpoints wherever it stands: a copy that an auditor keeps.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The chains that have checkpoints.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn chains(&self) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut chains = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                chains.extend(entry.file_name().into_string());
            }
        }
        chains.sort();
        Ok(chains)
    }

    /// The files of a chain.
    #[must_use]
    pub fn chain(&self, name: &str) -> ChainStore {
        // The name of a chain is a code; whatever else a row may hold, it leads to no other folder.
        let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        ChainStore(self.0.join(name.chars().map(safe).collect::<String>()))
    }
}

/// The files of a chain.
#[derive(Debug, Clone)]
pub struct ChainStore(PathBuf);

impl ChainStore {
    fn notes_file(&self) -> PathBuf {
        self.0.join("notes.jsonl")
    }

    fn hashes_file(&self) -> PathBuf {
        self.0.join("hashes")
    }

    /// Holds others off until the lock is dropped.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn lock(&self) -> io::Result<File> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let file = self.open(&self.0.join("lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
    }

    /// All notes, in the order in which they were kept.
    ///
    /// # Errors
    /// When the file cannot be read, or a line is no checkpoint.
    pub fn notes(&self) -> io::Result<Vec<Kept>> {
        let path = self.notes_file();
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        BufReader::new(file).lines().map(|line| parse(&line?).ok_or_else(|| misshapen(&path))).collect()
    }

    /// The newest note.
    ///
    /// # Errors
    /// As [`Self::notes`].
    pub fn newest(&self) -> io::Result<Option<Kept>> {
        /// More than two of the longest notes.
        const TAIL: u64 = 64 * 1024;
        let path = self.notes_file();
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let text = String::from_utf8_lossy(&tail);
        match text.lines().next_back() {
            None => Ok(None),
            Some(line) => parse(line).map(Some).ok_or_else(|| misshapen(&path)),
        }
    }

    /// The hashes of entries, from the one after `skip` on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn hashes(&self, skip: u64) -> io::Result<Hashes> {
        let file = match File::open(self.hashes_file()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Hashes(None)),
            other => other?,
        };
        let mut reader = BufReader::with_capacity(1 << 16, file);
        reader.seek(SeekFrom::Start(skip.saturating_mul(WIDTH)))?;
        Ok(Hashes(Some(reader)))
    }

    /// The subtrees over the first `size` entries, and the hash of the last of them; none where the file is shorter.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn frontier(&self, size: u64) -> io::Result<Option<(Frontier, Hash)>> {
        let mut hashes = self.hashes(0)?;
        let (mut frontier, mut last) = (Frontier::default(), [0; 32]);
        while frontier.size() < size {
            let Some(hash) = hashes.read()? else { return Ok(None) };
            frontier.push(merkle::leaf(&hash));
            last = hash;
        }
        Ok(Some((frontier, last)))
    }

    /// Keeps the hashes of the entries after the first `known`, and the note that covers them. Hold the lock.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn append(&self, known: u64, hashes: &[Hash], at: DateTime<Utc>, note: &Note) -> io::Result<()> {
        let mut file = self.open(&self.hashes_file())?;
        let length = known.saturating_mul(WIDTH);
        // What stands there beyond was written by a process that ended before it kept the note.
        if file.metadata()?.len() < length {
            return Err(misshapen(&self.hashes_file()));
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        file.write_all(&hashes.concat())?;
        file.sync_all()?;
        self.keep(at, note)
    }

    /// Keeps a note: a new one, or a known one with another signature. Hold the lock.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, at: DateTime<Utc>, note: &Note) -> io::Result<()> {
        let mut line = serde_json::to_string(&KeptLine { at, note: note.to_string() })?;
        line.push('\n');
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(self.notes_file())?;
        file.write_all(line.as_bytes())?;
        file.sync_all()
    }
}

fn parse(line: &str) -> Option<Kept> {
    let kept: KeptLine = serde_json::from_str(line).ok()?;
    let note: Note = kept.note.parse().ok()?;
    let checkpoint = Checkpoint::of(&note).ok()?;
    Some(Kept { at: kept.at, note, checkpoint })
}

/// The hashes of a file, one after the other.
#[derive(Debug)]
pub struct Hashes(Option<BufReader<File>>);

impl Hashes {
    /// The next one; none at the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&mut self) -> io::Result<Option<Hash>> {
        let Some(reader) = &mut self.0 else { return Ok(None) };
        let mut hash = [0; 32];
        match reader.read_exact(&mut hash) {
            Ok(()) => Ok(Some(hash)),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::merkle::Head;
    use crate::base::note::NoteKey;

    fn note(size: u64, root: Hash) -> Note {
        let checkpoint = Checkpoint { origin: "log/500237".to_owned(), head: Head { size, root } };
        Note::signed(&checkpoint.text(), &checkpoint.origin, &NoteKey::random())
    }

    #[test]
    fn notes_and_hashes_come_back_and_a_torn_write_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path());
        let chain = store.chain("500237");
        assert_eq!((chain.newest().unwrap(), store.chains().unwrap()), (None, Vec::<String>::new()));
        let _lock = chain.lock().unwrap();
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        chain.append(0, &[[1; 32], [2; 32]], at, &note(2, [9; 32])).unwrap();
        // A process wrote hashes and ended before the note.
        let mut file = OpenOptions::new().append(true).open(chain.hashes_file()).unwrap();
        file.write_all(&[7; 40]).unwrap();
        chain.append(2, &[[3; 32]], at, &note(3, [8; 32])).unwrap();
        let sizes = chain.notes().unwrap().into_iter().map(|kept| kept.checkpoint.head.size);
        assert_eq!(sizes.collect::<Vec<_>>(), [2, 3]);
        assert_eq!(chain.newest().unwrap().unwrap().checkpoint.head.size, 3);
        let mut hashes = chain.hashes(1).unwrap();
        assert_eq!(hashes.read().unwrap(), Some([2; 32]));
        assert_eq!(hashes.read().unwrap(), Some([3; 32]));
        assert_eq!(hashes.read().unwrap(), None);
        assert_eq!(chain.frontier(3).unwrap().unwrap().1, [3; 32]);
        assert!(chain.frontier(4).unwrap().is_none());
        assert!(chain.append(9, &[], at, &note(9, [0; 32])).is_err(), "hashes in between are missing");
        assert_eq!(store.chains().unwrap(), ["500237"]);
    }

    #[test]
    fn a_name_leads_to_no_other_folder() {
        let store = Store::at(Path::new("/checkpoints"));
        assert_eq!(store.chain("../x").0, Path::new("/checkpoints/___x"));
    }
}
