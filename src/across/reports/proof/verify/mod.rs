//! Checks a bundle alone: digests and signature, the closing's entry under a signed checkpoint, the facts under the root that
//! the entry holds, and every figure of the report, worked out anew. The first thing that does not fit comes first.

mod binding;
mod definitions;
mod figures;
mod sets;

use super::archive::{self, Archive, FileLine, SIGNATURE, signed_text};
use crate::base::note::Verifier;
use crate::records::audit::checkpoints::bundle_origin;
use crate::records::audit::verify::Known;

/// What does not fit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProofFault {
    /// What kind of fault.
    pub kind: ProofFaultKind,
    /// A Chinese sentence.
    pub message: String,
}

/// Kinds of faults, in the order in which they are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofFaultKind {
    /// A file is not the one that the manifest names.
    Manifest,
    /// The manifest is not signed by the installation.
    Signature,
    /// The entry of the closing, a checkpoint, or a proof between them does not hold.
    Trail,
    /// The bundle is not that of the closing whose entry it has.
    Closing,
    /// The definitions cannot be read, or are not those of this program.
    Definitions,
    /// The facts are not those that were closed.
    Facts,
    /// The report does not follow from the facts.
    Report,
}

/// What was found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct ProofVerdict {
    /// Code of the organisation that is reported on.
    pub organisation: String,
    /// The quarter.
    pub quarter: String,
    /// The revision.
    pub revision: i32,
    /// How many figures were worked out anew and agree, those of the organisations below included.
    pub figures: usize,
    /// From how many rows of facts.
    pub rows: usize,
    /// What does not fit.
    pub faults: Vec<ProofFault>,
    /// What holds only as far as it is said here.
    pub notices: Vec<String>,
    /// The key that signatures were checked with.
    pub key: Option<String>,
    /// Whether the key is only the one that the file itself names.
    pub key_from_file: bool,
}

impl ProofVerdict {
    fn fault(&mut self, kind: ProofFaultKind, message: impl Into<String>) {
        self.faults.push(ProofFault { kind, message: message.into() });
    }
}

/// Whether a file may be a bundle: it begins as a zip does.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Checks a bundle; none where the bytes are none.
#[must_use]
pub fn verify(bytes: &[u8], known: &Known) -> Option<ProofVerdict> {
    let archive = archive::unpack(bytes)?;
    let mut verdict = ProofVerdict {
        organisation: archive.manifest.organisation.clone(),
        quarter: archive.manifest.quarter.clone(),
        revision: archive.manifest.revision,
        key_from_file: known.key.is_none(),
        ..ProofVerdict::default()
    };
    files(&archive, &mut verdict);
    let key = signature(&archive, known, &mut verdict);
    let report: Option<serde_json::Value> =
        archive.files.get(archive::REPORT).and_then(|text| serde_json::from_str(text).ok());
    let Some(report) = report else {
        verdict.fault(ProofFaultKind::Report, "report.json 缺失或无法读取");
        return Some(verdict);
    };
    let closing = key.and_then(|key| binding::closing(&archive, &report, &key, known, &mut verdict));
    let Some(definitions) = definitions::read(&archive, closing.as_ref(), &mut verdict) else {
        return Some(verdict);
    };
    if let Some(sets) = sets::read(&archive, &definitions, closing.as_ref(), &mut verdict) {
        figures::compare(&sets, &definitions, &report, &mut verdict);
    }
    Some(verdict)
}

/// Every file is the one that the manifest names, and there is no other.
fn files(archive: &Archive, verdict: &mut ProofVerdict) {
    let named = &archive.manifest.files;
    for line in named {
        match archive.files.get(&line.name) {
            None => verdict.fault(ProofFaultKind::Manifest, format!("{}：清单上有，文件缺失", line.name)),
            Some(text) if FileLine::of(&line.name, text) != *line => {
                verdict.fault(ProofFaultKind::Manifest, format!("{}：与清单的摘要不符，被改动", line.name));
            }
            Some(_) => {}
        }
    }
    for name in archive.files.keys().filter(|name| named.iter().all(|line| line.name != **name)) {
        verdict.fault(ProofFaultKind::Manifest, format!("{name}：清单上没有这个文件"));
    }
}

/// The manifest is signed by the key that is known, or else by the one that it names; the key.
fn signature(archive: &Archive, known: &Known, verdict: &mut ProofVerdict) -> Option<Verifier> {
    let named: Option<Verifier> = archive.manifest.key.parse().ok();
    if let Some(known) = &known.key
        && named.as_ref() != Some(known)
    {
        let message = format!("清单的公钥 {} 不是已知的公钥 {known}：密钥被更换", archive.manifest.key);
        verdict.fault(ProofFaultKind::Signature, message);
    }
    let key = known.key.clone().or(named);
    verdict.key = key.as_ref().map(ToString::to_string);
    let Some(key) = key else {
        verdict.fault(ProofFaultKind::Signature, "清单没有有效的公钥");
        return None;
    };
    let signer = key.named(&bundle_origin(key.name()));
    let holds = archive
        .note
        .as_ref()
        .is_some_and(|note| note.text() == signed_text(&archive.manifest_text) && note.is_signed_by(&signer));
    if !holds {
        let message = format!("{SIGNATURE}：清单不是这个密钥签署的，清单或签名被改动");
        verdict.fault(ProofFaultKind::Signature, message);
    }
    Some(key)
}
