//! Makes the proof bundle of a closed quarter's report.

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::basis::Basis;
use super::super::figures;
use super::super::quarterly::{Wanted, report, reported};
use super::super::report::QuarterlyReport;
use super::archive::{CONSISTENCY, DEFINITIONS, FORM, Manifest, REPORT, TRAIL, pack};
use super::commit::pseudonyms;
use super::definitions::Definitions;
use super::gather::{counted_entries, gather};
use super::pseudonyms::{Pseudonyms, random_key};
use super::tables::TABLES;
use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::merkle;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::Quarter;
use crate::records::audit::bundle::{Covered, Writer};
use crate::records::audit::checkpoints::{ChainStore, Kept, Published};
use crate::records::audit::format::Sealed;
use crate::records::audit::{self, Entry};
use crate::records::quarters::proofs;

/// A bundle that was made.
#[derive(Debug)]
pub struct ProofBundle {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Name of the organisation.
    pub organisation: String,
    /// The quarter.
    pub quarter: Quarter,
    /// The revision.
    pub revision: i32,
}

/// That the newest checkpoint of a bundle extends the first that covers the closing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Consistency {
    /// How many entries the first covers.
    pub from: u64,
    /// How many the newest.
    pub to: u64,
    /// Hashes (RFC 6962), in hexadecimal.
    pub proof: Vec<String>,
}

/// Which facts a set in a bundle holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    /// Those of the revision.
    Now,
    /// Those of the quarter before.
    Before,
    /// The members of the quarter before that: the opening of the quarter before.
    Opening,
}

impl Set {
    /// Its file.
    pub(super) fn facts_file(self) -> &'static str {
        match self {
            Self::Now => "facts/now.jsonl",
            Self::Before => "facts/before.jsonl",
            Self::Opening => "facts/opening.jsonl",
        }
    }

    /// The entries of the trail that are counted beside it; none for an opening.
    pub(super) fn entries_file(self) -> Option<&'static str> {
        match self {
            Self::Now => Some("entries/now.jsonl"),
            Self::Before => Some("entries/before.jsonl"),
            Self::Opening => None,
        }
    }

    /// The tables whose rows it has.
    pub(super) fn tables(self) -> Vec<&'static str> {
        match self {
            Self::Now | Self::Before => TABLES.iter().map(|table| table.name).collect(),
            Self::Opening => vec!["members"],
        }
    }
}

/// What was read in one snapshot.
struct Read {
    organisation: String,
    revision: i32,
    path: Path,
    entry: Sealed<'static>,
    files: BTreeMap<String, String>,
}

/// Makes the bundle of the report of an organisation in a closed quarter, and leaves an entry about it: hand it on only when
/// this has answered. `reading` may read the whole county, `writing` writes the entry.
///
/// # Errors
/// `Missing` for an organisation outside the actor's subtree or a revision that does not exist; `Forbidden` for whom does
/// not read the trail; `Refused` for a quarter that is open, a closing that no checkpoint covers yet, or frozen facts that
/// are no longer those that were closed.
pub async fn proof_bundle(
    reading: &mut AsyncPgConnection,
    writing: &mut AsyncPgConnection,
    published: &Published,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<ProofBundle> {
    let county = actor.scope.whole_county();
    let read = db::read_snapshot(reading, &county, async |conn| {
        read(conn, actor, organisation, quarter, revision).await
    })
    .await?;
    let mut files = read.files;
    prove(&mut files, published, &read.entry)?;
    let manifest = Manifest {
        form: FORM.to_owned(),
        cadre: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: clock::now(),
        organisation: organisation.to_owned(),
        quarter: quarter.to_string(),
        revision: read.revision,
        key: published.key.to_string(),
        files: Vec::new(),
    };
    let bytes = pack(manifest, &files, published)?;
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let details = serde_json::json!({
        "file_sha256": sha256, "organisation": organisation, "quarter": quarter, "revision": read.revision,
    });
    db::write(writing, actor, async |conn| {
        let entry = Entry {
            action: "audit.take_proof",
            subject_kind: "quarter",
            subject: None,
            count: 1,
            path: &read.path,
            details,
        };
        audit::append(conn, actor, &entry).await
    })
    .await?;
    Ok(ProofBundle { bytes, sha256, organisation: read.organisation, quarter, revision: read.revision })
}

async fn read(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    organisation: &str,
    quarter: Quarter,
    revision: Option<i32>,
) -> Result<Read> {
    let found = reported(conn, actor, organisation).await?;
    policy::require(actor, Action::ReadTrail, &found.path())?;
    let county = actor.scope.whole_county();
    let basis = Basis::of(conn, &county, quarter, revision).await?;
    let Some(frozen) = &basis.revision else {
        return Err(Error::Refused(format!(
            "{}尚未结账，没有可以证明的报告；请在县（区）结账后再取证明包。",
            quarter.title()
        )));
    };
    let entry = audit::queries::closing(conn, &county, &frozen.digest).await?;
    let entry = entry.ok_or_else(|| Error::broken("a revision without its entry in the trail"))?;
    let wanted = Wanted { organisation, quarter, revision: Some(frozen.number), counts_last_year: false };
    let report = report(conn, None, None, actor, wanted).await?;
    let key = proofs::pseudonym_key(conn, &county).await?.unwrap_or_else(|| random_key().to_vec());
    let pseudonyms = pseudonyms(&key)?;
    let below = report.by_organisation.iter().map(|child| child.organisation.code.clone());
    let codes: Vec<String> = std::iter::once(found.code.clone()).chain(below).collect();
    let definitions = Definitions::of(&figures::sections(basis.star_scale, &basis.words));
    let mut files = BTreeMap::new();
    sets(conn, &basis, &codes, &pseudonyms, &mut files).await?;
    files.insert(DEFINITIONS.to_owned(), definitions.file().map_err(Error::broken)?);
    files.insert(REPORT.to_owned(), nameless(&report, &pseudonyms)?);
    Ok(Read { revision: frozen.number, path: found.path(), organisation: found.name, entry, files })
}

/// The facts of the revision, of the one that it is compared with, and the members that this one opens from.
async fn sets(
    conn: &mut AsyncPgConnection,
    basis: &Basis,
    codes: &[String],
    pseudonyms: &Pseudonyms,
    files: &mut BTreeMap<String, String>,
) -> Result<()> {
    let mut basis = Some(basis.clone());
    for set in [Set::Now, Set::Before, Set::Opening] {
        let Some(of) = basis.take() else { break };
        let facts = gather(conn, &of, pseudonyms).await?;
        let number = of.revision.as_ref().map_or(0, |revision| revision.number);
        let kept = proofs::proof(conn, &of.county, of.quarter, number).await?;
        if kept.is_some_and(|kept| kept.root != facts.root) {
            return Err(Error::Refused(format!(
                "{}第{number}版的冻结数据与结账时的根不符：结账后被改动。请先执行 cadre audit verify 查明原因。",
                of.quarter.title()
            )));
        }
        if let Some(code) = codes.first().filter(|code| set == Set::Now && !facts.has(code)) {
            return Err(Error::Refused(format!(
                "组织“{code}”在{}末不存在，没有可以证明的报告。",
                of.quarter.title()
            )));
        }
        let text = facts.file(codes, &set.tables()).map_err(Error::broken)?;
        files.insert(set.facts_file().to_owned(), text);
        if let Some(name) = set.entries_file() {
            files.insert(name.to_owned(), counted_entries(conn, &of, codes, pseudonyms).await?);
        }
        basis = of.previous(conn).await?;
    }
    Ok(())
}

/// What a bundle says of a revision that amended the quarter: not which rows differ, which names people.
const OF_AMENDMENT: [&str; 4] = ["revision", "reason", "at", "rows"];

/// Lists of what people did, with their words: the trail has them.
const OF_PEOPLE: [&str; 2] = ["exports", "reveals"];

/// What stands beside a figure and comes from facts that the bundle does not hold.
const OF_LAST_YEAR: [&str; 2] = ["last_year", "change_on_last_year"];

/// The report with pseudonyms in the place of ids, and nobody's name.
fn nameless(report: &QuarterlyReport, pseudonyms: &Pseudonyms) -> Result<String> {
    let mut report = serde_json::to_value(report).map_err(Error::broken)?;
    if let Some(fields) = report.as_object_mut() {
        fields.retain(|field, _| !OF_PEOPLE.contains(&field.as_str()));
    }
    let amendments = report.get_mut("amendments").and_then(serde_json::Value::as_array_mut);
    for amendment in amendments.into_iter().flatten().filter_map(serde_json::Value::as_object_mut) {
        amendment.retain(|field, _| OF_AMENDMENT.contains(&field.as_str()));
    }
    hide(&mut report, pseudonyms);
    serde_json::to_string_pretty(&report).map_err(Error::broken)
}

/// Whatever has an id is somebody: organisations have codes.
fn hide(told: &mut serde_json::Value, pseudonyms: &Pseudonyms) {
    match told {
        serde_json::Value::Array(list) => list.iter_mut().for_each(|told| hide(told, pseudonyms)),
        serde_json::Value::Object(fields) => {
            if let Some(id) = fields.get("id").and_then(serde_json::Value::as_str) {
                let id = pseudonyms.of(id);
                fields.insert("id".to_owned(), id.into());
                fields.insert("name".to_owned(), serde_json::Value::Null);
            }
            fields.retain(|field, _| !OF_LAST_YEAR.contains(&field.as_str()));
            fields.values_mut().for_each(|told| hide(told, pseudonyms));
        }
        _ => {}
    }
}

/// The entry of the closing under the newest checkpoint, and that this one extends the first that covers it.
fn prove(files: &mut BTreeMap<String, String>, published: &Published, entry: &Sealed<'static>) -> Result<()> {
    let chain = published.store.chain(&entry.chain);
    let notes = chain.notes().map_err(Error::broken)?;
    let size = |kept: &&Kept| kept.checkpoint.head.size;
    let sequence = u64::try_from(entry.sequence).map_err(Error::broken)?;
    let first = notes.iter().filter(|kept| size(kept) >= sequence).min_by_key(size);
    let (Some(first), Some(newest)) = (first, notes.iter().max_by_key(size)) else {
        return Err(Error::Refused(
            "这次结账还没有检查点涵盖，请在一分钟后重试；检查点由运行中的服务签署，也可执行 cadre audit checkpoint。"
                .to_owned(),
        ));
    };
    let mut out = Vec::new();
    let mut writer = Writer::begin(&mut out, &published.key.to_string()).map_err(Error::broken)?;
    let shown = [first].into_iter().chain((size(&first) != size(&newest)).then_some(newest));
    writer.chain(&entry.chain, shown).map_err(Error::broken)?;
    Covered::of(&chain, newest.checkpoint.head.size)?.write(&mut writer, entry.clone())?;
    writer.end().map_err(Error::broken)?;
    files.insert(TRAIL.to_owned(), String::from_utf8(out).map_err(Error::broken)?);
    let consistency = consistency(&chain, first.checkpoint.head.size, newest.checkpoint.head.size)?;
    files.insert(CONSISTENCY.to_owned(), serde_json::to_string(&consistency).map_err(Error::broken)?);
    Ok(())
}

fn consistency(chain: &ChainStore, from: u64, to: u64) -> Result<Consistency> {
    let fewer = || Error::broken("fewer hashes than the checkpoint covers");
    let (frontier, _) = chain.frontier(from).map_err(Error::broken)?.ok_or_else(fewer)?;
    let mut hashes = chain.hashes(from).map_err(Error::broken)?;
    let mut later = Vec::new();
    for _ in from..to {
        later.push(merkle::leaf(&hashes.read().map_err(Error::broken)?.ok_or_else(fewer)?));
    }
    let proof = frontier.prove_extension(&later);
    Ok(Consistency { from, to, proof: proof.iter().map(hex::encode).collect() })
}
