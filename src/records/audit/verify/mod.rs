//! The verifier: goes through every entry of every chain, holds it against the signed checkpoints and the hashes that
//! are kept outside the database, and names the first entry of each chain that is not as it was.

use std::io::{self, BufRead};

use tokio_postgres::Client;

use crate::base::error::{Error, Result};
use crate::base::merkle::{self, Hash, Head};
use crate::base::note::Checkpoint;
use crate::base::note::{Note, Verifier};
use crate::records::audit::bundle::{FORM, Line, Proven, Reader};
use crate::records::audit::chain::{Chain, Fault, FaultKind};
use crate::records::audit::checkpoints::{Store, origin};
use crate::records::audit::format::SHA256;
use crate::records::audit::reader::{self, ChainHead, Next};

mod walk;

use walk::{Evidence, Walk};

/// What was found.
#[derive(Debug, Default, serde::Serialize)]
pub struct Verdict {
    /// Each chain that was gone through.
    pub chains: Vec<ChainVerdict>,
    /// What is wrong, at most one fault of the entries of each chain.
    pub faults: Vec<Fault>,
    /// The key that signatures were checked with, as `name+id+key`; none where none was known.
    pub key: Option<String>,
    /// Whether the key is only the one that the file itself names.
    pub key_from_file: bool,
}

/// A chain that was gone through.
#[derive(Debug, serde::Serialize)]
pub struct ChainVerdict {
    /// Its name.
    pub chain: String,
    /// How many entries hold.
    pub entries: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
    /// How many checkpoints were compared.
    pub checkpoints: usize,
    /// How many entries the newest checkpoint covers.
    pub signed: u64,
}

impl Verdict {
    /// How many entries hold.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.chains.iter().map(|chain| chain.entries).sum()
    }

    fn add(&mut self, walk: Walk, head: Option<&ChainHead>) {
        let (chain, faults) = walk.finish(head);
        self.chains.push(chain);
        self.faults.extend(faults);
    }
}

/// Verifies the chains of a live database against the checkpoints of a folder. `key` is the public key under the name of
/// the installation.
///
/// # Errors
/// Whatever the database or the files answer.
pub async fn live(client: &Client, store: &Store, key: &Verifier) -> Result<Verdict> {
    let mut verdict = Verdict { key: Some(key.to_string()), ..Verdict::default() };
    let mut heads = reader::heads(client).await?;
    // A chain that was signed and is gone from the database is a chain without entries.
    for name in store.chains().map_err(Error::broken)? {
        if heads.iter().all(|head| head.chain != name) {
            heads.push(ChainHead { chain: name, county: None, sequence: 0, hash: Vec::new() });
        }
    }
    for head in &heads {
        let files = store.chain(&head.chain);
        let evidence = match files.notes() {
            Ok(kept) => Evidence::new(&head.chain, Some(key), kept.iter().map(|kept| &kept.note)),
            Err(error) => Evidence::unreadable(&head.chain, &error),
        };
        let mut walk = Walk::new(&head.chain, evidence, Some(files.hashes(0).map_err(Error::broken)?));
        reader::read(client, &head.chain, 0, |entry| {
            walk.take(entry).map_err(Error::broken)?;
            Ok(if walk.is_broken() { Next::Stop } else { Next::On })
        })
        .await?;
        verdict.add(walk, Some(head));
    }
    Ok(verdict)
}

/// What an auditor brings along to check a file with.
#[derive(Debug, Default)]
pub struct Known {
    /// The public key of the installation, got otherwise than with the file.
    pub key: Option<Verifier>,
    /// Checkpoints and hashes that he kept.
    pub store: Option<Store>,
}

/// Verifies an exported file alone, or against what is known otherwise.
///
/// # Errors
/// When the file cannot be read.
pub fn file(input: impl BufRead, known: &Known) -> io::Result<Verdict> {
    let mut reading =
        Reading { verdict: Verdict::default(), known, log: None, at: Place::Outside, entries: 0 };
    let mut reader = Reader::new(input);
    loop {
        let number = reader.number() + 1;
        let line = match reader.read() {
            Ok(Some(line)) => line,
            Ok(None) => {
                reading.close();
                reading.form(number, "文件没有结尾行：文件被截短");
                return Ok(reading.verdict);
            }
            Err(error)
                if error.kind() == io::ErrorKind::InvalidData
                    || error.kind() == io::ErrorKind::UnexpectedEof =>
            {
                reading.form(number, &format!("不是本格式的一行（{error}）"));
                reading.close();
                return Ok(reading.verdict);
            }
            Err(error) => return Err(error),
        };
        if let Line::End { entries } = line {
            reading.close();
            if entries != reading.entries {
                reading.form(number, &format!("结尾行称有{entries}条，文件中有{}条", reading.entries));
            }
            if reader.read().map_or(true, |line| line.is_some()) {
                reading.form(number + 1, "结尾行之后还有内容");
            }
            return Ok(reading.verdict);
        }
        reading.take(line, number)?;
    }
}

/// Where in a file the reading is.
enum Place {
    /// Before the first chain.
    Outside,
    /// In the lines of checkpoints of a chain.
    Checkpoints(String, Vec<Note>),
    /// In the entries of a whole chain.
    Whole(Box<Walk>),
    /// In single entries of a chain.
    Single(Box<Single>),
}

struct Single {
    name: String,
    head: Option<Head>,
    faults: Vec<Fault>,
    held: u64,
}

struct Reading<'k> {
    verdict: Verdict,
    known: &'k Known,
    log: Option<Verifier>,
    at: Place,
    entries: u64,
}

impl Reading<'_> {
    fn form(&mut self, line: usize, what: &str) {
        self.verdict.faults.push(Fault::new("", None, FaultKind::Form, format!("第{line}行：{what}")));
    }

    fn take(&mut self, line: Line<'_>, number: usize) -> io::Result<()> {
        match (line, &mut self.at) {
            (Line::Trail { form, key, .. }, Place::Outside) if number == 1 && form == FORM => {
                self.begin(&key)
            }
            (Line::Chain { name }, _) if self.log.is_some() => {
                self.close();
                self.at = Place::Checkpoints(name, Vec::new());
            }
            (Line::Checkpoint(text), Place::Checkpoints(_, notes)) => match text.parse() {
                Ok(note) => notes.push(note),
                Err(error) => self.form(number, &format!("{error}")),
            },
            (Line::Entry(entry), Place::Checkpoints(..) | Place::Whole(_)) => {
                self.entries += 1;
                self.open_whole()?;
                if let Place::Whole(walk) = &mut self.at
                    && !walk.is_broken()
                {
                    walk.take(&entry)?;
                }
            }
            (Line::Proven(proven), Place::Checkpoints(..) | Place::Single(_)) => {
                self.entries += 1;
                self.open_single();
                if let Place::Single(single) = &mut self.at {
                    single.take(&proven);
                }
            }
            _ => self.form(number, "此行不应出现在这里"),
        }
        Ok(())
    }

    fn begin(&mut self, key: &str) {
        let named: Option<Verifier> = key.parse().ok();
        self.verdict.key_from_file = self.known.key.is_none();
        if let (Some(named), Some(known)) = (&named, &self.known.key)
            && named != known
        {
            let message = format!("文件的公钥 {named} 不是已知的公钥 {known}：密钥被更换");
            self.verdict.faults.push(Fault::new("", None, FaultKind::Signature, message));
        }
        self.log = self.known.key.clone().or(named);
        self.verdict.key = self.log.as_ref().map(ToString::to_string);
        if self.log.is_none() {
            self.form(1, "文件没有有效的公钥");
        }
    }

    fn evidence(&mut self) -> Option<(String, Evidence)> {
        let Place::Checkpoints(name, notes) = &mut self.at else { return None };
        let (name, mut notes) = (std::mem::take(name), std::mem::take(notes));
        if let Some(store) = &self.known.store {
            match store.chain(&name).notes() {
                Ok(kept) => notes.extend(kept.into_iter().map(|kept| kept.note)),
                Err(error) => {
                    let evidence = Evidence::unreadable(&name, &error);
                    return Some((name, evidence));
                }
            }
        }
        let evidence = Evidence::new(&name, self.log.as_ref(), notes.iter());
        Some((name, evidence))
    }

    fn open_whole(&mut self) -> io::Result<()> {
        if let Some((name, evidence)) = self.evidence() {
            let hashes = self.known.store.as_ref().map(|store| store.chain(&name).hashes(0)).transpose()?;
            self.at = Place::Whole(Box::new(Walk::new(&name, evidence, hashes)));
        }
        Ok(())
    }

    fn open_single(&mut self) {
        if let Some((name, evidence)) = self.evidence() {
            let (head, faults) = evidence.newest();
            self.at = Place::Single(Box::new(Single { name, head, faults, held: 0 }));
        }
    }

    fn close(&mut self) {
        if let Place::Checkpoints(..) = self.at {
            // A chain without entries: its checkpoints say whether that is right.
            if self.open_whole().is_err() {
                self.at = Place::Outside;
            }
        }
        match std::mem::replace(&mut self.at, Place::Outside) {
            Place::Outside | Place::Checkpoints(..) => {}
            Place::Whole(walk) => self.verdict.add(*walk, None),
            Place::Single(single) => {
                self.verdict.chains.push(ChainVerdict {
                    chain: single.name,
                    entries: single.held,
                    root: single.head.map(|head| hex::encode(head.root)).unwrap_or_default(),
                    checkpoints: usize::from(single.head.is_some()),
                    signed: single.head.map_or(0, |head| head.size),
                });
                self.verdict.faults.extend(single.faults);
            }
        }
    }
}

impl Single {
    fn take(&mut self, proven: &Proven<'_>) {
        let sequence = proven.entry.sequence;
        match self.check(proven) {
            Ok(()) => self.held += 1,
            Err((kind, message)) => {
                self.faults.push(Fault::new(
                    &self.name,
                    Some(sequence),
                    kind,
                    format!("第{sequence}条：{message}"),
                ));
            }
        }
    }

    fn check(&self, proven: &Proven<'_>) -> std::result::Result<(), (FaultKind, &'static str)> {
        let entry = &proven.entry;
        let head = self.head.ok_or((FaultKind::Signature, "没有涵盖它的有效检查点"))?;
        if entry.chain != self.name {
            return Err((FaultKind::Order, "不属于这条链"));
        }
        if entry.algorithm != SHA256 {
            return Err((FaultKind::Algorithm, "算法编号未知"));
        }
        let previous = hash(&proven.previous).ok_or((FaultKind::Form, "上一条的校验值无效"))?;
        if entry.hashed(&previous, &mut Vec::new()) != entry.hash {
            return Err((FaultKind::Hash, "内容与其校验值不符"));
        }
        let proof: Option<Vec<Hash>> = proven.proof.iter().map(|text| hash(text)).collect();
        let proof = proof.ok_or((FaultKind::Form, "证明无效"))?;
        let index = u64::try_from(entry.sequence).ok().and_then(|number| number.checked_sub(1));
        let index = index.ok_or((FaultKind::Order, "序号无效"))?;
        if merkle::includes(&head.root, head.size, index, &merkle::leaf(&entry.hash), &proof) {
            Ok(())
        } else {
            Err((FaultKind::Rewritten, "检查点不涵盖这样一条"))
        }
    }
}

fn hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    let lower = !text.bytes().any(|c| c.is_ascii_uppercase());
    hex::decode_to_slice(text, &mut hash).ok().filter(|()| lower).map(|()| hash)
}

/// Whether a note is a checkpoint of a chain, signed by the key.
fn signed(note: &Note, key: &Verifier, chain: &str) -> Option<Checkpoint> {
    let name = origin(key.name(), chain);
    let checkpoint = Checkpoint::of(note).ok().filter(|checkpoint| checkpoint.origin == name)?;
    note.is_signed_by(&key.named(&name)).then_some(checkpoint)
}

/// How far a chain was gone through, as it is told.
fn told(chain: &Chain, checkpoints: usize, signed: u64) -> ChainVerdict {
    let head = chain.head();
    ChainVerdict {
        chain: chain.name().to_owned(),
        entries: head.size,
        root: hex::encode(head.root),
        checkpoints,
        signed,
    }
}
