//! One chain, entry by entry, beside what is known of it from outside.

use std::collections::BTreeMap;
use std::io;

use super::{ChainVerdict, signed, told};
use crate::base::merkle::{Hash, Head};
use crate::base::note::{Note, Verifier};
use crate::records::audit::chain::{Chain, Fault, FaultKind};
use crate::records::audit::checkpoints::Hashes;
use crate::records::audit::format::Sealed;
use crate::records::audit::reader::ChainHead;

/// What was signed about a chain.
pub(super) struct Evidence {
    /// Root by size.
    heads: BTreeMap<u64, Hash>,
    faults: Vec<Fault>,
}

impl Evidence {
    /// The checkpoints among `notes` that the key signed; the others are faults.
    pub(super) fn new<'n>(
        chain: &str,
        key: Option<&Verifier>,
        notes: impl Iterator<Item = &'n Note>,
    ) -> Self {
        let mut evidence = Self { heads: BTreeMap::new(), faults: Vec::new() };
        for note in notes {
            match key.and_then(|key| signed(note, key, chain)) {
                None => {
                    // One is enough to say so: an exchanged key leaves none valid.
                    if evidence.faults.iter().all(|fault| fault.kind != FaultKind::Signature) {
                        let first =
                            evidence.heads.keys().next_back().map_or(1, |size| size.saturating_add(1));
                        let message =
                            "检查点的签名或来源不符：不是这个密钥为这条链签的，密钥被更换或检查点被改动";
                        let sequence = i64::try_from(first).ok();
                        evidence.faults.push(Fault::new(chain, sequence, FaultKind::Signature, message));
                    }
                }
                Some(checkpoint) => {
                    let Head { size, root } = checkpoint.head;
                    if let Some(other) = evidence.heads.insert(size, root)
                        && other != root
                    {
                        let message = format!("同一密钥为前{size}条签了两个不同的检查点：同时存在两种历史");
                        let sequence = i64::try_from(size).ok();
                        evidence.faults.push(Fault::new(chain, sequence, FaultKind::Fork, message));
                    }
                }
            }
        }
        evidence
    }

    /// Checkpoints that cannot be read.
    pub(super) fn unreadable(chain: &str, error: &io::Error) -> Self {
        let message = format!("检查点无法读取（{error}）");
        Self { heads: BTreeMap::new(), faults: vec![Fault::new(chain, None, FaultKind::Form, message)] }
    }

    /// The newest checkpoint, and what is wrong with others.
    pub(super) fn newest(self) -> (Option<Head>, Vec<Fault>) {
        let head = self.heads.iter().next_back().map(|(size, root)| Head { size: *size, root: *root });
        (head, self.faults)
    }
}

/// A chain that is gone through.
pub(super) struct Walk {
    chain: Chain,
    evidence: Evidence,
    hashes: Option<Hashes>,
    compared: usize,
    /// How many entries the last checkpoint covers that was compared and holds.
    agreed: u64,
    broken: bool,
}

impl Walk {
    pub(super) fn new(name: &str, evidence: Evidence, hashes: Option<Hashes>) -> Self {
        Self { chain: Chain::new(name), evidence, hashes, compared: 0, agreed: 0, broken: false }
    }

    /// Whether a fault was found: what follows is not looked at.
    pub(super) fn is_broken(&self) -> bool {
        self.broken
    }

    fn fault(&mut self, fault: Fault) {
        self.broken = true;
        self.evidence.faults.push(fault);
    }

    /// Takes the next entry.
    pub(super) fn take(&mut self, entry: &Sealed<'_>) -> io::Result<()> {
        let before = self.chain.head().size;
        // Only what a checkpoint covers is believed of the hashes.
        let covered = before < self.last();
        if let Err(fault) = self.chain.take(entry) {
            self.fault(fault);
            return Ok(());
        }
        if covered
            && let Some(hashes) = &mut self.hashes
            && hashes.read()?.is_some_and(|kept| kept != entry.hash)
        {
            let message = format!("第{}条不是签名时的那一条：自该条起历史被改写", entry.sequence);
            self.fault(Fault::new(self.chain.name(), Some(entry.sequence), FaultKind::Rewritten, message));
            return Ok(());
        }
        self.compare();
        Ok(())
    }

    fn last(&self) -> u64 {
        self.evidence.heads.keys().next_back().copied().unwrap_or_default()
    }

    fn compare(&mut self) {
        let size = u64::try_from(self.chain.sequence()).unwrap_or_default();
        let Some(root) = self.evidence.heads.get(&size) else { return };
        self.compared += 1;
        if *root == self.chain.head().root {
            self.agreed = size;
            return;
        }
        let first = self.agreed.saturating_add(1);
        let message = format!("前{size}条与已签名的检查点不符：第{first}条至第{size}条之间的历史被改写");
        let name = self.chain.name().to_owned();
        self.fault(Fault::new(&name, i64::try_from(first).ok(), FaultKind::Rewritten, message));
    }

    /// What was found, at the end of the chain.
    pub(super) fn finish(mut self, head: Option<&ChainHead>) -> (ChainVerdict, Vec<Fault>) {
        let name = self.chain.name().to_owned();
        let (size, last) = (self.chain.head().size, self.last());
        let next = self.chain.sequence().saturating_add(1);
        if !self.broken && size < last {
            let message = format!("检查点涵盖{last}条，只有{size}条：从第{next}条起被删除");
            self.fault(Fault::new(&name, Some(next), FaultKind::Cut, message));
        }
        if let Some(head) = head.filter(|_| !self.broken) {
            let agrees = head.sequence == self.chain.sequence()
                && (head.sequence == 0 || head.hash == self.chain.hash());
            if !agrees {
                let message = format!(
                    "链首记录称有{}条，实有{size}条，或末条校验值不符：第{next}条起被删改",
                    head.sequence
                );
                self.fault(Fault::new(&name, Some(next), FaultKind::Cut, message));
            }
        }
        let verdict = told(&self.chain, self.compared, last);
        (verdict, self.evidence.faults)
    }
}
