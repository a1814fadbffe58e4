//! The other side: remembers the newest checkpoint of each log that it trusts, and cosigns the next one only when that
//! begins with everything it has seen (c2sp.org/tlog-witness). Run it under another account, or on another machine.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::base::clock;
use crate::base::keys::KeyError;
use crate::base::merkle::{self, Frontier, Hash, Head};
use crate::base::note::{Checkpoint, Note, NoteKey, Verifier};

/// What begins the name of a witness.
const NAME: &str = "cadre-witness";
/// More hashes than any proof has.
const LONGEST_PROOF: usize = 64;

/// Why a checkpoint is not cosigned.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What was sent is no request of this kind.
    Malformed,
    /// A log that this witness does not know.
    UnknownLog,
    /// Not signed by the log's key.
    Unsigned,
    /// This witness knows the log at this size: the proof must begin there.
    KnownAt(u64),
    /// The checkpoint does not begin with what this witness has seen: a second history.
    Contradiction,
    /// The state cannot be kept.
    Storage,
}

/// A request to cosign.
#[derive(Debug)]
pub struct Request {
    known: u64,
    proof: Vec<Hash>,
    note: Note,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    /// `Malformed`.
    pub fn parse(body: &str) -> Result<Self, Refusal> {
        let (head, note) = body.split_once("\n\n").ok_or(Refusal::Malformed)?;
        let mut lines = head.split('\n');
        let known = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(Refusal::Malformed)?;
        let known = known.parse().map_err(|_| Refusal::Malformed)?;
        let hash = |line| STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
        let proof: Vec<Hash> = lines.map(hash).collect::<Option<_>>().ok_or(Refusal::Malformed)?;
        if proof.len() > LONGEST_PROOF {
            return Err(Refusal::Malformed);
        }
        Ok(Self { known, proof, note: note.parse().map_err(|_| Refusal::Malformed)? })
    }
}

/// A witness with its state.
pub struct Witness {
    folder: PathBuf,
    key: NoteKey,
    name: String,
    trusted: Vec<Verifier>,
    /// Held while a request is judged: two at once could both extend the same checkpoint.
    judging: Mutex<()>,
}

impl Witness {
    /// A witness that keeps its key and what it has seen in `folder` and trusts these logs.
    ///
    /// # Errors
    /// When the folder or the key cannot be read or made.
    pub fn open(folder: &Path, trusted: Vec<Verifier>) -> Result<Self, KeyError> {
        let key = NoteKey::open(&folder.join("witness.key"))?;
        let name = format!("{NAME}.{}", key.fingerprint());
        Ok(Self { folder: folder.to_owned(), key, name, trusted, judging: Mutex::new(()) })
    }

    /// The public key by which cosignatures are checked.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.key.witness_verifier(&self.name)
    }

    /// Judges a request; answers the line of the cosignature.
    ///
    /// # Errors
    /// Why not.
    pub fn add(&self, request: &Request) -> Result<String, Refusal> {
        let checkpoint = Checkpoint::of(&request.note).map_err(|_| Refusal::Malformed)?;
        let log = checkpoint.origin.split('/').next().unwrap_or_default();
        let mut trusted = self.trusted.iter().filter(|key| key.name() == log).peekable();
        if trusted.peek().is_none() {
            return Err(Refusal::UnknownLog);
        }
        if !trusted.any(|key| request.note.is_signed_by(&key.named(&checkpoint.origin))) {
            return Err(Refusal::Unsigned);
        }
        if request.known > checkpoint.head.size {
            return Err(Refusal::Malformed);
        }
        let _judging = self.judging.lock().map_err(|_| Refusal::Storage)?;
        let file = self.file(&checkpoint.origin);
        let known = newest(&file, &checkpoint.origin).map_err(|error| storage(&error))?;
        if known.size != request.known {
            return Err(Refusal::KnownAt(known.size));
        }
        if !merkle::extends(&known, &checkpoint.head, &request.proof) {
            self.keep_evidence(&request.note).map_err(|error| storage(&error))?;
            return Err(Refusal::Contradiction);
        }
        replace(&file, request.note.to_string().as_bytes()).map_err(|error| storage(&error))?;
        let now = u64::try_from(clock::now().timestamp()).map_err(|_| Refusal::Storage)?;
        Ok(request.note.cosignature(&self.name, &self.key, now))
    }

    fn file(&self, origin: &str) -> PathBuf {
        self.folder.join(format!("{}.note", hex::encode(Sha256::digest(origin))))
    }

    /// A signed checkpoint that contradicts another signed one convicts the log: it is kept.
    fn keep_evidence(&self, note: &Note) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(self.folder.join("contradictions"))?;
        writeln!(file, "{note}")?;
        file.sync_all()
    }
}

fn storage(error: &io::Error) -> Refusal {
    tracing::error!(%error, "the state of the witness cannot be kept");
    Refusal::Storage
}

/// How far a log is known; an unknown one is empty.
fn newest(file: &Path, origin: &str) -> io::Result<Head> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Head { size: 0, root: Frontier::default().root() });
        }
        other => other?,
    };
    let misshapen =
        || io::Error::new(io::ErrorKind::InvalidData, format!("{} is no checkpoint", file.display()));
    let note: Note = text.parse().map_err(|_| misshapen())?;
    let checkpoint = Checkpoint::of(&note).map_err(|_| misshapen())?;
    if checkpoint.origin == origin { Ok(checkpoint.head) } else { Err(misshapen()) }
}

/// Replaces a file as a whole: after a crash the old or the new one stands there.
fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = file.with_extension("draft");
    let mut out = File::create(&draft)?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(&draft, file)?;
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Log {
        key: NoteKey,
        leaves: Vec<Hash>,
    }

    impl Log {
        fn of(count: u8) -> Self {
            Self {
                key: NoteKey::random(),
                leaves: (0..count).map(|number| merkle::leaf(&[number])).collect(),
            }
        }

        fn frontier(&self, size: usize) -> Frontier {
            let mut frontier = Frontier::default();
            self.leaves[..size].iter().for_each(|leaf| frontier.push(*leaf));
            frontier
        }

        fn request(&self, known: usize, size: usize) -> Request {
            let origin = "log.example/500237".to_owned();
            let head = Head { size: u64::try_from(size).unwrap(), root: self.frontier(size).root() };
            let checkpoint = Checkpoint { origin, head };
            let note = Note::signed(&checkpoint.text(), &checkpoint.origin, &self.key);
            let proof = self.frontier(known).prove_extension(&self.leaves[known..size]);
            let lines: String = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash))).collect();
            Request::parse(&format!("old {known}\n{lines}\n{note}")).unwrap()
        }
    }

    fn witness(folder: &Path, log: &Log) -> Witness {
        Witness::open(folder, vec![log.key.verifier("log.example")]).unwrap()
    }

    #[test]
    fn a_growing_log_is_cosigned_also_after_a_restart() {
        let (folder, log) = (tempfile::tempdir().unwrap(), Log::of(20));
        let request = log.request(0, 7);
        let line = witness(folder.path(), &log).add(&request).unwrap();
        let key = witness(folder.path(), &log).verifier();
        assert!(request.note.with_lines(&line).unwrap().cosigned_at(&key).is_some());
        let again = witness(folder.path(), &log);
        assert_eq!(again.add(&log.request(0, 9)), Err(Refusal::KnownAt(7)));
        assert!(again.add(&log.request(7, 20)).is_ok());
        assert!(again.add(&log.request(20, 20)).is_ok(), "the same once more");
    }

    #[test]
    fn a_second_history_is_refused_and_kept_as_evidence() {
        let (folder, log) = (tempfile::tempdir().unwrap(), Log::of(20));
        let witness = witness(folder.path(), &log);
        witness.add(&log.request(0, 7)).unwrap();
        let mut other = Log { key: log.key.clone(), leaves: log.leaves.clone() };
        other.leaves[3] = [9; 32];
        assert_eq!(witness.add(&other.request(7, 20)), Err(Refusal::Contradiction));
        assert_eq!(witness.add(&other.request(7, 7)), Err(Refusal::Contradiction), "one size, two roots");
        assert!(
            fs::read_to_string(folder.path().join("contradictions")).unwrap().contains("log.example/500237")
        );
        assert!(witness.add(&log.request(7, 20)).is_ok(), "the first history goes on");
    }

    #[test]
    fn a_stranger_and_a_wrong_signature_are_refused() {
        let (folder, log) = (tempfile::tempdir().unwrap(), Log::of(3));
        let witness = witness(folder.path(), &log);
        assert_eq!(witness.add(&Log::of(3).request(0, 3)), Err(Refusal::Unsigned));
        let mut foreign = log.request(0, 3);
        foreign.note =
            Note::signed("other/1\n3\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", "other/1", &log.key);
        assert_eq!(witness.add(&foreign), Err(Refusal::UnknownLog));
        for body in ["", "old 1\n\n", "old x\n\nnote", "old 1\nAAAA\n\nnote\n"] {
            assert_eq!(Request::parse(body).err(), Some(Refusal::Malformed), "{body}");
        }
    }
}
