//! Signs what was checked: an entry that does not follow from those before it is never covered by a checkpoint.

use std::collections::HashMap;
use std::io;

use tokio_postgres::Client;

use super::store::{ChainStore, Kept, Store};
use super::{Published, origin, post};
use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::http::HttpAddress;
use crate::base::merkle::{Frontier, Hash};
use crate::base::note::{Checkpoint, Note, NoteKey, Verifier};
use crate::records::audit::chain::{Chain, Fault, FaultKind};
use crate::records::audit::format::Moment;
use crate::records::audit::reader::{self, ChainHead, Next};

/// Signs the checkpoints of an installation.
pub struct Signer {
    key: NoteKey,
    log: String,
    store: Store,
    witness: Option<HttpAddress>,
    chains: HashMap<String, Followed>,
}

/// A chain as far as it was signed, and as far as the witness knows it.
struct Followed {
    chain: Chain,
    witnessed: Option<Frontier>,
}

/// What became of a chain.
#[derive(Debug)]
pub enum Signed {
    /// The newest checkpoint, signed now or before; none for a chain without entries.
    Newest(Option<Kept>),
    /// The chain is not as it was signed: nothing is signed any more until somebody has looked.
    Refused(Fault),
}

impl Signer {
    /// A signer that keeps its checkpoints in `store` and has them cosigned by `witness`.
    #[must_use]
    pub fn new(key: NoteKey, store: Store, witness: Option<HttpAddress>) -> Self {
        let log = format!("cadre.{}", key.fingerprint());
        Self { key, log, store, witness, chains: HashMap::new() }
    }

    /// The public key, under the name of the installation.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        self.key.verifier(&self.log)
    }

    /// What takes entries and bundles out.
    #[must_use]
    pub fn published(&self) -> Published {
        Published { store: self.store.clone(), key: self.verifier(), signing: self.key.clone() }
    }

    /// The size of the newest checkpoint of a chain, as far as it is known here.
    #[must_use]
    pub fn signed(&self, chain: &str) -> i64 {
        self.chains.get(chain).map_or(0, |followed| followed.chain.sequence())
    }

    /// Signs the entries of a chain that no checkpoint covers yet.
    ///
    /// # Errors
    /// Whatever the database or the files answer.
    pub async fn sign(&mut self, client: &Client, head: &ChainHead) -> Result<Signed> {
        let files = self.store.chain(&head.chain);
        let _lock = files.lock().map_err(broken)?;
        let newest = files.newest().map_err(broken)?;
        let size = newest.as_ref().map_or(0, |kept| kept.checkpoint.head.size);
        let mut followed = match self.chains.remove(&head.chain) {
            Some(followed) if followed.chain.head().size == size => followed,
            // Another process signed meanwhile, or this one has just begun.
            _ => match resume(client, &files, &head.chain, newest.as_ref()).await? {
                Ok(chain) => Followed { chain, witnessed: None },
                Err(fault) => return Ok(Signed::Refused(fault)),
            },
        };
        if head.sequence < followed.chain.sequence() {
            return Ok(Signed::Refused(shorter(&head.chain, head.sequence, &followed.chain)));
        }
        let hashes = match follow(client, &mut followed.chain).await? {
            Ok(hashes) => hashes,
            Err(fault) => return Ok(Signed::Refused(fault)),
        };
        let kept = if hashes.is_empty() {
            newest
        } else {
            let kept = self.signed_note(&followed.chain);
            files.append(size, &hashes, kept.at, &kept.note).map_err(broken)?;
            show(client, head, &kept).await?;
            Some(kept)
        };
        let kept = match kept {
            Some(kept) if self.witness.is_some() => Some(self.cosigned(&files, &mut followed, kept).await?),
            other => other,
        };
        self.chains.insert(head.chain.clone(), followed);
        Ok(Signed::Newest(kept))
    }

    fn signed_note(&self, chain: &Chain) -> Kept {
        let checkpoint = Checkpoint { origin: origin(&self.log, chain.name()), head: chain.head() };
        let note = Note::signed(&checkpoint.text(), &checkpoint.origin, &self.key);
        Kept { at: clock::now(), note, checkpoint }
    }

    /// Has a checkpoint cosigned that the witness does not know yet. A witness that is away holds nobody up.
    async fn cosigned(&self, files: &ChainStore, followed: &mut Followed, kept: Kept) -> Result<Kept> {
        let Some(witness) = &self.witness else { return Ok(kept) };
        let size = kept.checkpoint.head.size;
        if followed.witnessed.as_ref().is_some_and(|known| known.size() == size) {
            return Ok(kept);
        }
        let mut known = followed.witnessed.take().unwrap_or_default();
        // Twice: the first answer may say from which size on a proof is wanted.
        for _ in 0..2 {
            let later = later(files, known.size(), size).map_err(broken)?;
            match post::add(witness, known.size(), &known.prove_extension(&later), &kept.note).await {
                Ok(lines) => {
                    let Ok(note) = kept.note.with_lines(&lines) else { break };
                    files.keep(kept.at, &note).map_err(broken)?;
                    followed.witnessed = Some(followed.chain.frontier().clone());
                    return Ok(Kept { note, ..kept });
                }
                Err(post::Refusal::KnowsAnother(other)) if other <= size => {
                    let Some((frontier, _)) = files.frontier(other).map_err(broken)? else { break };
                    known = frontier;
                }
                Err(refusal) => {
                    tracing::warn!(origin = kept.checkpoint.origin, size, %refusal, "a checkpoint was not cosigned");
                    return Ok(kept);
                }
            }
        }
        tracing::warn!(origin = kept.checkpoint.origin, size, "a checkpoint was not cosigned");
        Ok(kept)
    }
}

fn broken(error: io::Error) -> Error {
    Error::broken(error)
}

/// The leaves of the entries after the first `known`, up to `size`.
fn later(files: &ChainStore, known: u64, size: u64) -> io::Result<Vec<Hash>> {
    let mut hashes = files.hashes(known)?;
    let mut leaves = Vec::new();
    for _ in known..size {
        leaves.extend(hashes.read()?.map(|hash| crate::base::merkle::leaf(&hash)));
    }
    Ok(leaves)
}

fn shorter(name: &str, sequence: i64, signed: &Chain) -> Fault {
    let first = sequence.saturating_add(1);
    let message = format!("检查点涵盖{}条，现在只有{sequence}条：从第{first}条起被删除", signed.sequence());
    Fault::new(name, Some(first), FaultKind::Cut, message)
}

/// A chain as far as its newest checkpoint goes, by the hashes outside the database and the last entry in it.
async fn resume(
    client: &Client,
    files: &ChainStore,
    name: &str,
    newest: Option<&Kept>,
) -> Result<std::result::Result<Chain, Fault>> {
    let Some(kept) = newest else { return Ok(Ok(Chain::new(name))) };
    let head = kept.checkpoint.head;
    let (frontier, hash) = match files.frontier(head.size).map_err(broken)? {
        Some(known) if known.0.root() == head.root => known,
        _ => {
            let message = "检查点文件夹里的校验值与已签名的检查点不符：文件被改动或缺失";
            return Ok(Err(Fault::new(name, None, FaultKind::Form, message)));
        }
    };
    let last = i64::try_from(head.size).map_err(Error::broken)?;
    let mut found: Option<(Hash, Moment)> = None;
    reader::read(client, name, last.saturating_sub(1), |entry| {
        found = (entry.sequence == last).then_some((entry.hash, entry.at));
        Ok(Next::Stop)
    })
    .await?;
    Ok(match found {
        Some((stored, at)) if stored == hash => Ok(Chain::resumed(name, frontier, hash, at)),
        Some(_) => {
            let message = format!("第{last}条与检查点签名时不同：历史被改写");
            Err(Fault::new(name, Some(last), FaultKind::Rewritten, message))
        }
        None => {
            let message = format!("检查点涵盖{last}条，第{last}条已不存在：数据库被回退或删改");
            Err(Fault::new(name, Some(last), FaultKind::Cut, message))
        }
    })
}

/// Goes on to the newest entry; the hashes of those that are new.
async fn follow(client: &Client, chain: &mut Chain) -> Result<std::result::Result<Vec<Hash>, Fault>> {
    let (name, after) = (chain.name().to_owned(), chain.sequence());
    let mut hashes = Vec::new();
    let mut fault = None;
    reader::read(client, &name, after, |entry| {
        match chain.take(entry) {
            Ok(()) => hashes.push(entry.hash),
            Err(found) => fault = Some(found),
        }
        Ok(if fault.is_some() { Next::Stop } else { Next::On })
    })
    .await?;
    Ok(fault.map_or(Ok(hashes), Err))
}

/// Shows a checkpoint to pages and reports.
async fn show(client: &Client, head: &ChainHead, kept: &Kept) -> Result<()> {
    let size = i64::try_from(kept.checkpoint.head.size).map_err(Error::broken)?;
    let county = head.county.map(|id| id.to_string());
    client
        .execute(
            "INSERT INTO audit_checkpoints (chain, size, county_id, root, note, signed_at) \
             VALUES ($1, $2, $3::text::uuid, $4, $5, $6::text::timestamptz) ON CONFLICT (chain, size) DO NOTHING",
            &[
                &head.chain,
                &size,
                &county,
                &kept.checkpoint.head.root.as_slice(),
                &kept.note.to_string(),
                &kept.at.to_rfc3339(),
            ],
        )
        .await
        .map_err(Error::broken)?;
    Ok(())
}
