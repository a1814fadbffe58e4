//! Every part of a bundle, changed: by somebody without the key, and by the installation itself.

use cadre::across::reports::proof::{ProofFaultKind as Kind, verify};
use cadre::base::note::{Note, NoteKey};
use cadre::records::audit::checkpoints::{Store, bundle_origin};
use cadre::records::audit::verify::Known;
use sha2::{Digest, Sha256};

use super::bundle::rehashed;
use super::{Bundle, Office, first, second};

/// Somebody who writes a manifest that fits, and signs it with a key, where he has one.
struct Forger<'k>(Option<&'k NoteKey>);

impl Forger<'_> {
    fn seals(&self, bundle: &Bundle) -> Bundle {
        let mut files = bundle.clone();
        let mut manifest = files.json("manifest.json");
        let listed =
            files.0.iter().filter(|(name, _)| !["manifest.json", "signature.txt"].contains(&name.as_str()));
        manifest["files"] = listed
            .map(|(name, text)| {
                serde_json::json!({
                    "name": name, "size": text.len(), "sha256": hex::encode(Sha256::digest(text.as_bytes())),
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&manifest).unwrap();
        if let Some(key) = self.0 {
            let signed = format!("cadre-proof-1\n{}\n", hex::encode(Sha256::digest(text.as_bytes())));
            let log = format!("cadre.{}", key.fingerprint());
            let note = Note::signed(&signed, &bundle_origin(&log), key).to_string();
            files.0.insert("signature.txt".to_owned(), note);
        }
        files.0.insert("manifest.json".to_owned(), text);
        files
    }
}

/// The lines of a file, one of them changed.
fn line(text: &str, which: impl Fn(&str) -> bool, change: impl Fn(&str) -> Option<String>) -> String {
    let place = text.lines().position(which).expect("a line");
    let lines = text.lines().enumerate();
    let kept = lines.filter_map(|(at, line)| if at == place { change(line) } else { Some(line.to_owned()) });
    kept.map(|line| line + "\n").collect()
}

fn value_of_total(text: &str) -> String {
    let mut report: serde_json::Value = serde_json::from_str(text).unwrap();
    let members = &mut report["sections"][1]["figures"][0];
    assert_eq!(members["code"], "members.total");
    let value = members["value"].as_i64().unwrap();
    members["value"] = (value + 1).into();
    serde_json::to_string(&report).unwrap()
}

fn of_a_child(text: &str) -> String {
    let mut report: serde_json::Value = serde_json::from_str(text).unwrap();
    let figures = report["by_organisation"][0]["figures"].as_array_mut().unwrap();
    let figure = figures.iter_mut().find(|figure| figure["code"] == "members.women.ratio").unwrap();
    figure["numerator"] = (figure["numerator"].as_i64().unwrap() + 1).into();
    serde_json::to_string(&report).unwrap()
}

/// A change of one file, and what it is found by when the installation itself has signed it.
struct Attack(&'static str, &'static str, fn(&str) -> String, Kind, &'static str);

fn is_member(line: &str) -> bool {
    line.starts_with("[\"members\",")
}

const ATTACKS: [Attack; 16] = [
    Attack("a value", "report.json", value_of_total, Kind::Report, "members.total"),
    Attack("a value below", "report.json", of_a_child, Kind::Report, "members.women.ratio"),
    Attack(
        "a digest",
        "report.json",
        |text| line(text, |line| line.contains("\"digest\""), |line| Some(line.replace("\": \"", "\": \"0"))),
        Kind::Closing,
        "摘要",
    ),
    Attack(
        "a row less",
        "facts/now.jsonl",
        |text| line(text, is_member, |_| None),
        Kind::Facts,
        "有事实被增删",
    ),
    Attack(
        "a row more",
        "facts/now.jsonl",
        |text| line(text, is_member, |line| Some(format!("{line}\n{line}"))),
        Kind::Facts,
        "有事实被增删",
    ),
    Attack(
        "a row changed",
        "facts/now.jsonl",
        |text| line(text, is_member, |line| Some(line.replacen(",false,", ",true,", 1))),
        Kind::Facts,
        "有事实被改动",
    ),
    Attack(
        "a row before changed",
        "facts/before.jsonl",
        |text| line(text, is_member, |line| Some(line.replacen(",false,", ",true,", 1))),
        Kind::Facts,
        "有事实被改动",
    ),
    Attack(
        "an opening less",
        "facts/opening.jsonl",
        |text| line(text, is_member, |_| None),
        Kind::Facts,
        "有事实被增删",
    ),
    Attack(
        "a place elsewhere left out",
        "facts/now.jsonl",
        |text| line(text, |line| line.starts_with("{\"elsewhere\""), |_| None),
        Kind::Facts,
        "处地点",
    ),
    Attack(
        "another age, every hash of it made anew",
        "facts/now.jsonl",
        |text| rehashed(&line(text, is_member, |line| Some(line.replacen(",false,", ",true,", 1))), &[]),
        Kind::Facts,
        "不是审计记录中结账时的根",
    ),
    Attack(
        "a definition",
        "definitions.json",
        |text| {
            text.replace(
                "f.kind = 'branch' AND f.full_members < 3",
                "f.kind = 'branch' AND f.full_members < 2",
            )
        },
        Kind::Definitions,
        "organisations.branches_below_three",
    ),
    Attack(
        "a checkpoint",
        "trail.jsonl",
        |text| {
            line(
                text,
                |line| line.contains("checkpoint"),
                |line| Some(line.replacen("420529\\n", "420529\\n1", 1)),
            )
        },
        Kind::Trail,
        "检查点",
    ),
    Attack(
        "a signature",
        "trail.jsonl",
        |text| {
            let change = |line: &str| {
                let (before, after) = line.rsplit_once(' ').unwrap();
                let mut signature: Vec<char> = after.chars().collect();
                signature[20] = if signature[20] == 'A' { 'B' } else { 'A' };
                Some(format!("{before} {}", signature.into_iter().collect::<String>()))
            };
            line(text, |line| line.contains("checkpoint"), change)
        },
        Kind::Trail,
        "trail.jsonl",
    ),
    Attack(
        "a proof",
        "trail.jsonl",
        |text| {
            line(
                text,
                |line| line.contains("\"proof\":[\""),
                |line| {
                    let (before, after) = line.split_once("\"proof\":[\"").unwrap();
                    let other = if after.starts_with('0') { '1' } else { '0' };
                    Some(format!("{before}\"proof\":[\"{other}{}", &after[1..]))
                },
            )
        },
        Kind::Trail,
        "检查点不涵盖",
    ),
    Attack(
        "the entry",
        "trail.jsonl",
        |text| text.replacen("\\\"rows\\\"", "\\\"rowz\\\"", 1),
        Kind::Trail,
        "内容与其校验值不符",
    ),
    Attack(
        "a consistency",
        "consistency.json",
        |text| text.replacen("\"proof\":[\"", "\"proof\":[\"00", 1),
        Kind::Trail,
        "延续",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_part_that_is_changed_is_found_and_named() {
    let office = Office::new().await;
    let (town, village) = office.places();
    office.bundle(&town).await;
    // A later checkpoint, so that the newest extends the first.
    office.sign().await;
    let bundle = office.bundle(&town).await;
    let known = office.known();
    let sound = bundle.checked(&known);
    assert!(sound.faults.is_empty(), "{:?}", sound.faults);
    let (outsider, insider) = (Forger(None), Forger(Some(&office.key)));
    assert!(insider.seals(&bundle).checked(&known).faults.is_empty());
    for Attack(what, name, change, kind, told) in ATTACKS {
        let changed = bundle.with(name, change);
        let (found, message) = (changed.checked(&known), format!("{name}：与清单的摘要不符，被改动"));
        assert_eq!(first(&found), (Kind::Manifest, message.as_str()), "{what}");
        assert_eq!(first(&outsider.seals(&changed).checked(&known)).0, Kind::Signature, "{what}");
        let sealed = insider.seals(&changed);
        let found = sealed.checked(&known);
        let (of, message) = first(&found);
        assert!(of == kind && message.contains(told), "{what}: {:?}", found.faults);
        // Another program has definitions of its own only if it wants to.
        let (status, said) = second(&sealed);
        assert!(status == 4 || kind == Kind::Definitions, "{what}: {said}");
    }
    // Another key, known or not: it signed neither the manifest that was expected nor the checkpoints.
    let other = NoteKey::random();
    let resigned = Forger(Some(&other)).seals(&bundle.with("report.json", value_of_total));
    assert_eq!(first(&resigned.checked(&known)).0, Kind::Signature);
    let log = format!("cadre.{}", other.fingerprint());
    let named = resigned.with("manifest.json", |text| {
        text.replace(&known.key.as_ref().unwrap().to_string(), &other.verifier(&log).to_string())
    });
    let found = Forger(Some(&other)).seals(&named).checked(&Known::default());
    assert!(found.key_from_file && first(&found).0 == Kind::Trail, "{:?}", found.faults);
    // An entry of the trail that was never written.
    let facts = &bundle.0["facts/now.jsonl"];
    let own = facts.lines().find(|line| line.contains(&format!("/{town}/\",\"blind"))).expect("the town");
    let tags = own.split('"').nth(5).unwrap().to_owned();
    let counted = bundle
        .with("entries/now.jsonl", |text| format!("{text}[9999999,\"members.reveal\",false,\"{tags}\"]\n"));
    let found = insider.seals(&counted).checked(&known);
    assert!(
        first(&found).0 == Kind::Report && first(&found).1.contains("audit.entries"),
        "{:?}",
        found.faults
    );
    swapped(&office, &bundle, &village).await;
    left_out(&office, &bundle, &village);
}

/// Parts of other bundles of the same installation, each sound where it belongs.
async fn swapped(office: &Office, bundle: &Bundle, village: &str) {
    let (town, _) = office.places();
    let insider = Forger(Some(&office.key));
    let earlier = Bundle::unpack(&office.take(&town, office.quarter.previous()).await.unwrap().bytes);
    let below = office.bundle(village).await;
    let cases = [
        (&earlier, vec!["trail.jsonl", "consistency.json"], Kind::Closing),
        (&earlier, vec!["facts/now.jsonl"], Kind::Facts),
        (&earlier, vec!["facts/before.jsonl"], Kind::Facts),
        (&earlier, vec!["report.json"], Kind::Closing),
        (&earlier, vec!["report.json", "facts/now.jsonl", "facts/before.jsonl"], Kind::Closing),
        (&below, vec!["report.json"], Kind::Closing),
        (&below, vec!["facts/now.jsonl"], Kind::Facts),
    ];
    for (of, names, kind) in cases {
        let mut mixed = bundle.clone();
        for name in &names {
            mixed.0.insert((*name).to_owned(), of.0[*name].clone());
        }
        let found = insider.seals(&mixed).checked(&office.known());
        assert_eq!(first(&found).0, kind, "{names:?}: {:?}", found.faults);
    }
    // A file that is missing, and one too many.
    let mut missing = bundle.clone();
    missing.0.remove("facts/before.jsonl");
    assert_eq!(first(&missing.checked(&office.known())).0, Kind::Manifest);
    assert_eq!(first(&insider.seals(&missing).checked(&office.known())).0, Kind::Facts);
    let mut more = bundle.clone();
    more.0.insert("note.txt".to_owned(), "x".to_owned());
    assert_eq!(first(&more.checked(&office.known())).0, Kind::Manifest);
}

/// A village whose rows are hidden behind the hash of its place, as if it were elsewhere.
fn left_out(office: &Office, bundle: &Bundle, village: &str) {
    let hidden = bundle.with("facts/now.jsonl", |text| rehashed(text, &[village]));
    let found = Forger(Some(&office.key)).seals(&hidden).checked(&office.known());
    let fault = found.faults.iter().find(|fault| fault.kind == Kind::Facts).expect("a fault");
    assert!(
        fault.message.contains("没有给出事实") || fault.message.contains("没有组织"),
        "{:?}",
        found.faults
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_histories_are_found_by_whoever_kept_a_checkpoint() {
    let office = Office::new().await;
    let (town, _) = office.places();
    let bytes = office.take(&town, office.quarter).await.unwrap().bytes;
    let kept = |folder: &std::path::Path| Known {
        key: Some(office.signer().verifier()),
        store: Some(Store::new(folder)),
    };
    let own = verify(&bytes, &kept(office.files.path())).unwrap();
    assert!(own.faults.is_empty() && own.notices.is_empty(), "{own:?}");
    // What an auditor copied earlier does not reach as far.
    let empty = tempfile::tempdir().unwrap();
    let none = verify(&bytes, &kept(empty.path())).unwrap();
    assert!(none.faults.is_empty() && none.notices[0].contains("未能与之核对"), "{none:?}");
    // The hash of an entry that he kept is another one: he was shown another history.
    let hashes = office.files.path().join("checkpoints").join(&office.sample.code).join("hashes");
    let mut other = std::fs::read(&hashes).unwrap();
    other[40] ^= 1;
    std::fs::write(&hashes, other).unwrap();
    let found = verify(&bytes, &kept(office.files.path())).unwrap();
    let (kind, message) = first(&found);
    assert!(kind == Kind::Trail && message.contains("两种历史"), "{:?}", found.faults);
}

#[test]
fn what_is_no_bundle_is_none() {
    let known = Known::default();
    assert!(verify(b"", &known).is_none() && verify(b"PK\x03\x04", &known).is_none());
    let empty = Bundle(std::collections::BTreeMap::from([("a.txt".to_owned(), "x".to_owned())]));
    assert!(verify(&empty.pack(), &known).is_none());
    let other = Bundle(std::collections::BTreeMap::from([("manifest.json".to_owned(), "{}".to_owned())]));
    assert!(verify(&other.pack(), &known).is_none());
}
