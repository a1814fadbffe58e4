//! The entry of the trail that closed the quarter: under a signed checkpoint, and of this very report.

use std::io::Cursor;

use serde_json::Value as Json;

use super::super::archive::{Archive, CONSISTENCY, TRAIL};
use super::super::make::Consistency;
use super::{ProofFaultKind, ProofVerdict};
use crate::base::merkle::{self, Hash};
use crate::base::note::{Checkpoint, Note, Verifier};
use crate::records::audit::bundle::{Line, Reader};
use crate::records::audit::verify::{self, Known};

/// What the entry of a closing says.
#[derive(Debug, Clone)]
pub(super) struct Closing {
    /// What it says of the facts: those of the revision, then those that it rests on. Empty: it was closed before there
    /// were bundles.
    pub facts: Vec<Committed>,
    /// SHA-256 of the definitions at the closing.
    pub definitions: Option<String>,
}

/// The facts that an entry is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Committed {
    /// The quarter.
    pub quarter: String,
    /// The revision.
    pub revision: i64,
    /// How many places.
    pub places: u64,
    /// The root over them, in hexadecimal.
    pub root: String,
}

impl Committed {
    fn of(told: &Json) -> Option<Self> {
        Some(Self {
            quarter: told.get("quarter")?.as_str()?.to_owned(),
            revision: told.get("revision")?.as_i64()?,
            places: told.get("places")?.as_u64()?,
            root: told.get("root")?.as_str()?.to_owned(),
        })
    }
}

/// The file of the trail as far as it is asked here.
struct Told {
    notes: Vec<Checkpoint>,
    chain: String,
    sequence: i64,
    action: String,
    details: Json,
}

/// The entry of the closing, where everything about it holds.
pub(super) fn closing(
    archive: &Archive,
    report: &Json,
    key: &Verifier,
    known: &Known,
    verdict: &mut ProofVerdict,
) -> Option<Closing> {
    let Some(text) = archive.files.get(TRAIL) else {
        verdict.fault(ProofFaultKind::Trail, format!("{TRAIL} 缺失"));
        return None;
    };
    let brought = Known { key: Some(key.clone()), store: known.store.clone() };
    match verify::file(Cursor::new(text.as_bytes()), &brought) {
        Ok(found) => {
            for fault in found.faults {
                verdict.fault(ProofFaultKind::Trail, format!("{TRAIL}：{}", fault.message));
            }
        }
        Err(error) => verdict.fault(ProofFaultKind::Trail, format!("{TRAIL}：{error}")),
    }
    let Some(told) = told(text) else {
        verdict.fault(ProofFaultKind::Trail, format!("{TRAIL}：须有一条链、一条结账记录和它的检查点"));
        return None;
    };
    checkpoints(archive, report, &told, known, verdict);
    entry(archive, report, &told, verdict)
}

fn told(text: &str) -> Option<Told> {
    let mut reader = Reader::new(Cursor::new(text.as_bytes()));
    let (mut notes, mut found) = (Vec::new(), None);
    while let Some(line) = reader.read().ok()? {
        match line {
            Line::Checkpoint(text) => notes.push(Checkpoint::of(&text.parse::<Note>().ok()?).ok()?),
            Line::Proven(proven) => {
                if found.is_some() {
                    return None;
                }
                let entry = proven.entry;
                let details = serde_json::from_str(&entry.details).ok()?;
                found = Some((entry.chain.into_owned(), entry.sequence, entry.action.into_owned(), details));
            }
            Line::Entry(_) => return None,
            Line::Trail { .. } | Line::Chain { .. } | Line::End { .. } => {}
        }
    }
    let (chain, sequence, action, details) = found?;
    notes.sort_by_key(|checkpoint| checkpoint.head.size);
    (!notes.is_empty()).then_some(Told { notes, chain, sequence, action, details })
}

/// The report names the first checkpoint that covers the closing, and the newest extends it.
fn checkpoints(archive: &Archive, report: &Json, told: &Told, known: &Known, verdict: &mut ProofVerdict) {
    let (Some(first), Some(newest)) = (told.notes.as_slice().first(), told.notes.last()) else { return };
    let fault = |verdict: &mut ProofVerdict, message: String| verdict.fault(ProofFaultKind::Trail, message);
    if u64::try_from(told.sequence).is_ok_and(|sequence| first.head.size < sequence) {
        fault(
            verdict,
            format!("{TRAIL}：前{}条的检查点不涵盖结账（第{}条）", first.head.size, told.sequence),
        );
    }
    let line = first.text().lines().take(3).collect::<Vec<_>>().join(" ");
    if report.get("checkpoint").and_then(Json::as_str) != Some(&line) {
        fault(verdict, format!("报告所印的检查点不是涵盖结账的第一个（{line}）"));
    }
    let consistency: Option<Consistency> =
        archive.files.get(CONSISTENCY).and_then(|text| serde_json::from_str(text).ok());
    let extends = consistency.is_some_and(|told| {
        let proof: Option<Vec<Hash>> = told.proof.iter().map(|text| hash(text)).collect();
        (told.from, told.to) == (first.head.size, newest.head.size)
            && proof.is_some_and(|proof| merkle::extends(&first.head, &newest.head, &proof))
    });
    if !extends {
        let message = format!(
            "{CONSISTENCY}：前{}条的检查点不是前{}条的延续：历史被改写，或证明被改动",
            newest.head.size, first.head.size
        );
        fault(verdict, message);
    }
    let Some(store) = &known.store else { return };
    for checkpoint in &told.notes {
        let size = checkpoint.head.size;
        match store.chain(&told.chain).frontier(size) {
            Ok(Some((kept, _))) if kept.root() != checkpoint.head.root => {
                fault(verdict, format!("前{size}条的检查点与您保存的不符：同时存在两种历史"));
            }
            Ok(Some(_)) => {}
            Ok(None) => verdict.notices.push(format!("您保存的检查点未到第{size}条，未能与之核对。")),
            Err(error) => fault(verdict, format!("您保存的检查点无法读取（{error}）")),
        }
    }
}

fn hash(text: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    hex::decode_to_slice(text, &mut hash).ok().map(|()| hash)
}

/// The entry closed or amended the quarter that is reported, with the digest that the report prints.
fn entry(archive: &Archive, report: &Json, told: &Told, verdict: &mut ProofVerdict) -> Option<Closing> {
    let manifest = &archive.manifest;
    let details = &told.details;
    let begins = manifest.organisation.starts_with(&told.chain);
    let is_closing = matches!(told.action.as_str(), "quarters.close" | "quarters.amend");
    let quarter = details.get("quarter").and_then(Json::as_str);
    let revision = details.get("revision").and_then(Json::as_i64);
    if !is_closing
        || !begins
        || quarter != Some(&manifest.quarter)
        || revision != Some(i64::from(manifest.revision))
    {
        let message = format!(
            "审计记录第{}条不是{}{}第{}版的结账，而是{} {}第{}版的{}：证明属于另一份报告",
            told.sequence,
            manifest.organisation,
            manifest.quarter,
            manifest.revision,
            told.chain,
            quarter.unwrap_or("—"),
            revision.unwrap_or_default(),
            told.action
        );
        verdict.fault(ProofFaultKind::Closing, message);
        return None;
    }
    let same = |field: &str, wanted: &Json| report.get(field) == Some(wanted);
    let organisation = report.pointer("/organisation/code").and_then(Json::as_str);
    if organisation != Some(&manifest.organisation)
        || !same("quarter", &manifest.quarter.clone().into())
        || !same("revision", &manifest.revision.into())
    {
        let message = "report.json 不是清单所说的组织、季度和版本的报告";
        verdict.fault(ProofFaultKind::Closing, message);
        return None;
    }
    if details.get("digest").is_none_or(|digest| !same("digest", digest)) {
        let message = "报告所印的冻结数据摘要与审计记录中结账的摘要不符";
        verdict.fault(ProofFaultKind::Closing, message);
    }
    let Some(proof) = details.get("proof") else {
        verdict.notices.push(
            "这一版本在有证明包之前结账，审计记录中没有事实的根：报告由所附事实算得，但不能证明这些事实就是结账时的。"
                .to_owned(),
        );
        return Some(Closing { facts: Vec::new(), definitions: None });
    };
    let rests_on = proof.get("rests_on").and_then(Json::as_array).into_iter().flatten();
    let facts = std::iter::once(proof).chain(rests_on).filter_map(Committed::of).collect();
    let definitions = proof.get("definitions").and_then(Json::as_str).map(str::to_owned);
    Some(Closing { facts, definitions })
}
