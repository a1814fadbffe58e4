//! The facts of a bundle: each set under the root that the closing's entry holds, and nothing left out.

use std::collections::HashMap;

use super::super::archive::Archive;
use super::super::definitions::Definitions;
use super::super::expression::Datum;
use super::super::facts::{self, Facts, Row};
use super::super::make::Set;
use super::super::pseudonyms::within;
use super::super::tables::TRAIL;
use super::binding::{Closing, Committed};
use super::{ProofFaultKind, ProofVerdict};
use crate::base::values::Quarter;

/// The table that says which organisations there are.
const ORGANISATIONS: &str = "organisations";

/// An organisation that is reported on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reported {
    /// Its code.
    pub code: String,
    /// Its name when the quarter was closed.
    pub name: String,
    /// Code of its kind.
    pub kind: String,
    /// Its tag.
    pub tag: String,
}

/// Everything that figures are worked out from.
pub(super) struct Sets {
    /// The quarter.
    pub quarter: Quarter,
    /// The organisation of the report, then those directly below it in the order of their paths.
    pub organisations: Vec<Reported>,
    /// The facts of the revision.
    pub now: HashMap<String, Vec<Row>>,
    /// Those of the quarter before.
    pub before: HashMap<String, Vec<Row>>,
    /// The members of the quarter before that; none where the quarter before is a baseline, whose opening its flow implies.
    pub opening: Option<Vec<Row>>,
}

/// Reads the sets; none where figures cannot be worked out from them.
pub(super) fn read(
    archive: &Archive,
    definitions: &Definitions,
    closing: Option<&Closing>,
    verdict: &mut ProofVerdict,
) -> Option<Sets> {
    let Ok(quarter) = Quarter::parse(&archive.manifest.quarter) else {
        verdict.fault(ProofFaultKind::Facts, format!("“{}”不是季度", archive.manifest.quarter));
        return None;
    };
    let own = (quarter, Some(archive.manifest.revision));
    let now = set(archive, definitions, Set::Now, own, verdict)?;
    let before = set(archive, definitions, Set::Before, (quarter.previous(), None), verdict)?;
    let rests_on_baseline = before.header.revision == 0;
    let opening = if rests_on_baseline {
        None
    } else {
        let of = (quarter.previous().previous(), None);
        Some(set(archive, definitions, Set::Opening, of, verdict)?)
    };
    let organisations = organisations(&now, &archive.manifest.organisation);
    let Some(organisations) = organisations else {
        let code = &archive.manifest.organisation;
        verdict.fault(ProofFaultKind::Facts, format!("{}：没有组织“{code}”", Set::Now.facts_file()));
        return None;
    };
    let sets = [(Set::Now, Some(&now)), (Set::Before, Some(&before)), (Set::Opening, opening.as_ref())];
    for (set, facts) in sets.into_iter().filter_map(|(set, facts)| Some((set, facts?))) {
        if let Some(fault) =
            bound(set, facts, closing, verdict).or_else(|| whole(&now, facts, &organisations))
        {
            verdict.fault(ProofFaultKind::Facts, format!("{}：{fault}", set.facts_file()));
        }
        verdict.rows += facts.count;
    }
    let mut with_entries = |set: Set, facts: Facts| {
        let mut rows = facts.rows;
        match entries(archive, set) {
            Ok(entries) => rows.insert(TRAIL.to_owned(), entries),
            Err(fault) => {
                verdict.fault(ProofFaultKind::Facts, fault);
                None
            }
        };
        rows
    };
    Some(Sets {
        now: with_entries(Set::Now, now),
        before: with_entries(Set::Before, before),
        opening: opening.map(|facts| facts.rows.into_values().flatten().collect()),
        quarter,
        organisations,
    })
}

fn set(
    archive: &Archive,
    definitions: &Definitions,
    set: Set,
    (quarter, revision): (Quarter, Option<i32>),
    verdict: &mut ProofVerdict,
) -> Option<Facts> {
    let name = set.facts_file();
    let read = match archive.files.get(name) {
        None => Err("文件缺失".to_owned()),
        Some(text) => facts::read(text, |table| definitions.fields(table)),
    };
    let checked = read.and_then(|facts| {
        let header = &facts.header;
        if header.quarter != quarter.to_string() || revision.is_some_and(|number| header.revision != number) {
            return Err(format!("是{}第{}版的事实，不是这份报告的", header.quarter, header.revision));
        }
        if header.tables != set.tables() {
            return Err("所含事实表不全".to_owned());
        }
        Ok(facts)
    });
    checked.map_err(|fault| verdict.fault(ProofFaultKind::Facts, format!("{name}：{fault}"))).ok()
}

/// The root of a set is the one of the closing's entry.
fn bound(set: Set, facts: &Facts, closing: Option<&Closing>, verdict: &mut ProofVerdict) -> Option<String> {
    let header = &facts.header;
    let found = Committed {
        quarter: header.quarter.clone(),
        revision: i64::from(header.revision),
        places: header.places,
        root: header.root.clone(),
    };
    let closing = closing.filter(|closing| !closing.facts.is_empty())?;
    let same_quarter = closing.facts.iter().find(|committed| committed.quarter == found.quarter);
    match same_quarter {
        Some(committed) if *committed == found => None,
        Some(committed) => Some(format!(
            "根 {} 不是审计记录中结账时的根 {}：事实被改动，或属于另一版本",
            found.root, committed.root
        )),
        None => {
            verdict.notices.push(format!(
                "{}：{}在有证明包之前结账，其事实的根没有记入审计记录。",
                set.facts_file(),
                found.quarter
            ));
            None
        }
    }
}

/// Every place of the organisations that are reported on is shown.
fn whole(now: &Facts, facts: &Facts, organisations: &[Reported]) -> Option<String> {
    for organisation in organisations {
        if now
            .tag(&organisation.code)
            .zip(facts.tag(&organisation.code))
            .is_some_and(|(one, other)| one != other)
        {
            return Some(format!("组织“{}”的标记与本季事实中的不同", organisation.code));
        }
        if facts.elsewhere.iter().any(|tags| within(tags, &organisation.tag)) {
            return Some(format!("组织“{}”有地点没有给出事实", organisation.code));
        }
    }
    None
}

/// The organisation and those directly below it, out of the facts of the revision.
fn organisations(now: &Facts, code: &str) -> Option<Vec<Reported>> {
    let text = |row: &Row, place: usize| match row.values.get(place) {
        Some(Datum::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let all: Vec<(String, Reported)> = now
        .rows
        .get(ORGANISATIONS)?
        .iter()
        .filter_map(|row| {
            let tags = row.to.clone()?;
            let tag = tags.trim_end_matches('/').rsplit('/').next()?.to_owned();
            Some((tags, Reported { code: text(row, 0), name: text(row, 1), kind: text(row, 2), tag }))
        })
        .collect();
    let (own_tags, own) = all.iter().find(|(_, reported)| reported.code == code)?;
    let path = |tags: &String| now.shown.iter().find(|(_, own)| own == tags).map(|(path, _)| path.clone());
    let mut below: Vec<(Option<String>, &Reported)> = all
        .iter()
        .filter(|(tags, reported)| *tags == format!("{own_tags}{}/", reported.tag))
        .map(|(tags, reported)| (path(tags), reported))
        .collect();
    below.sort_by(|(one, _), (other, _)| one.cmp(other));
    Some(std::iter::once(own).chain(below.into_iter().map(|(_, reported)| reported)).cloned().collect())
}

/// The entries of the trail that the figures of the trail count.
fn entries(archive: &Archive, set: Set) -> Result<Vec<Row>, String> {
    let name = set.entries_file().unwrap_or_default();
    let text = archive.files.get(name).ok_or_else(|| format!("{name}：文件缺失"))?;
    let (mut rows, mut last) = (Vec::new(), 0);
    for (number, line) in text.lines().enumerate() {
        let row = entry(line, last)
            .ok_or_else(|| format!("{name}：第{}行不是一条审计记录，或次序不对", number.saturating_add(1)))?;
        last = row.0;
        rows.push(row.1);
    }
    Ok(rows)
}

fn entry(line: &str, last: i64) -> Option<(i64, Row)> {
    let values: Vec<serde_json::Value> = serde_json::from_str(line).ok()?;
    let [sequence, action, covered, tags] = values.as_slice() else { return None };
    let number = sequence.as_i64().filter(|number| *number > last)?;
    let values = [sequence, action, covered].map(Datum::of).into_iter().collect::<Option<Vec<_>>>()?;
    Some((number, Row { values, from: None, to: Some(tags.as_str()?.to_owned()) }))
}
