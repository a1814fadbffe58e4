//! An exported file alone: everything in it is checked, and two verifiers agree.

use std::io::Write;

use cadre::base::merkle::{self, Tree};
use cadre::records::audit::bundle::{Line, Writer};
use cadre::records::audit::chain::{Chain, FaultKind};
use cadre::records::audit::format::{BEGINNING, Moment, Sealed};
use cadre::records::audit::verify::Known;
use uuid::Uuid;

use super::{CHAIN, Trail, check, first, python, sound};

fn lines(file: &[u8]) -> Vec<String> {
    String::from_utf8(file.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

fn joined(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

/// What the second verifier says of a file.
fn second(file: &[u8]) -> (i32, serde_json::Value) {
    let mut kept = tempfile::NamedTempFile::new().unwrap();
    kept.write_all(file).unwrap();
    python(&[kept.path().to_str().unwrap()])
}

#[tokio::test]
async fn two_verifiers_agree_on_a_sound_file_and_on_a_spoiled_one() {
    let trail = Trail::with(40, 5).await;
    let file = trail.export().await;
    let verdict = check(&file, &Known::default());
    sound(&verdict);
    assert_eq!((verdict.entries(), verdict.chains[0].signed), (45, 40));
    assert_eq!(second(&file), (0, serde_json::json!({ "sound": true, "entries": 45 })));
    let whole = lines(&file);
    // An edit, a deletion, an exchange, a repetition.
    let place = whole.iter().position(|line| line.contains("\"sequence\":20,")).unwrap();
    let mut edited = whole.clone();
    edited[place] = edited[place].replace("\"actor\":\"clerk", "\"actor\":\"Clerk");
    let mut deleted = whole.clone();
    deleted.remove(place);
    let mut exchanged = whole.clone();
    exchanged.swap(place, place + 1);
    let mut repeated = whole.clone();
    repeated.insert(place, whole[place].clone());
    for (spoiled, sequence) in [(edited, 20), (deleted, 20), (exchanged, 20), (repeated, 20)] {
        let file = joined(&spoiled);
        let (_, named) = first(&check(&file, &Known::default()));
        let (status, said) = second(&file);
        assert_eq!(status, 4, "{said}");
        let agreed = named == Some(sequence) || named == Some(sequence + 1);
        assert!(agreed, "{named:?} {said}");
        assert!(
            said["sequence"].as_i64().is_some_and(|named| named == sequence || named == sequence + 1),
            "{said}"
        );
    }
}

#[tokio::test]
async fn a_cut_or_prolonged_file_is_refused() {
    let trail = Trail::with(12, 0).await;
    let whole = lines(&trail.export().await);
    let mut spoiled = vec![
        whole[..whole.len() - 1].to_vec(),
        [&whole[..], &whole[whole.len() - 1..]].concat(),
        [&whole[..], &["x".to_owned()][..]].concat(),
        [&["{}".to_owned()][..], &whole[..]].concat(),
        whole[1..].to_vec(),
    ];
    // The tail cut before the end, with a fitting end: the checkpoint knows better.
    let mut shorter = whole.clone();
    shorter.remove(whole.len() - 2);
    let last = shorter.len() - 1;
    shorter[last] = shorter[last].replace("12", "11");
    spoiled.push(shorter);
    // Without its checkpoints a file says less, and what it says still holds; with a checkpoint of another key it does not.
    let foreign = Trail::with(12, 0).await.sign().await;
    let mut exchanged = whole.clone();
    exchanged[2] = serde_json::to_string(&Line::Checkpoint(foreign.note.to_string())).unwrap();
    spoiled.push(exchanged);
    for (number, spoiled) in spoiled.iter().enumerate() {
        let file = joined(spoiled);
        assert!(!check(&file, &Known::default()).faults.is_empty(), "case {number}");
        assert_eq!(second(&file).0, 4, "case {number}");
    }
}

/// Every field of an entry, changed.
fn mutations(entry: &Sealed<'static>) -> Vec<Sealed<'static>> {
    let other = |text: &str| format!("{text}x").into();
    let e = || entry.clone();
    let mut hash = entry.hash;
    hash[31] ^= 1;
    vec![
        Sealed { algorithm: 2, ..e() },
        Sealed { chain: "500155".into(), ..e() },
        Sealed { sequence: entry.sequence + 1, ..e() },
        Sealed { sequence: entry.sequence - 1, ..e() },
        Sealed { at: Moment(entry.at.0 + 1), ..e() },
        Sealed { began: entry.began.map(|began| Moment(began.0 - 1)), ..e() },
        Sealed { began: None, ..e() },
        Sealed { county: None, ..e() },
        Sealed { account: Some(Uuid::nil()), ..e() },
        Sealed { actor: other(&entry.actor), ..e() },
        Sealed { role: other(&entry.role), ..e() },
        Sealed { door: other(&entry.door), ..e() },
        Sealed { source: None, ..e() },
        Sealed { path: Some("500237/1/".into()), ..e() },
        Sealed { action: other(&entry.action), ..e() },
        Sealed { subject_kind: other(&entry.subject_kind), ..e() },
        Sealed { subject: None, ..e() },
        Sealed { count: entry.count + 1, ..e() },
        Sealed { details: other(&entry.details), ..e() },
        Sealed { hash, ..e() },
        Sealed { actor: "".into(), role: format!("{}{}", entry.actor, entry.role).into(), ..e() },
    ]
}

#[tokio::test]
async fn every_field_of_a_thousand_entries_is_guarded() {
    let trail = Trail::with(1000, 0).await;
    let file = trail.export().await;
    let text: &'static str = Box::leak(String::from_utf8(file).unwrap().into_boxed_str());
    let mut chain = Chain::new(CHAIN);
    let mut count = 0;
    for line in text.lines() {
        let Ok(Line::Entry(entry)) = serde_json::from_str::<Line<'static>>(line) else { continue };
        for mutated in mutations(&entry) {
            let fault = chain.clone().take(&mutated).expect_err("a change goes unnoticed");
            let wanted = [entry.sequence, entry.sequence - 1];
            assert!(fault.sequence.is_some_and(|named| wanted.contains(&named)), "{fault:?}");
        }
        chain.take(&entry).unwrap();
        count += 1;
    }
    assert_eq!(count, 1000);
}

#[tokio::test]
async fn single_entries_are_proven_by_a_checkpoint() {
    let trail = Trail::with(21, 0).await;
    let mut entries = Vec::new();
    for line in lines(&trail.export().await) {
        let line: &'static str = Box::leak(line.into_boxed_str());
        if let Line::Entry(entry) = serde_json::from_str::<Line<'static>>(line).unwrap() {
            entries.push(entry);
        }
    }
    let leaves: Vec<_> = entries.iter().map(|entry| merkle::leaf(&entry.hash)).collect();
    let tree = Tree::new(leaves);
    let kept = trail.sign().await;
    assert_eq!(tree.root(), kept.checkpoint.head.root);
    let write = |spoil: &dyn Fn(&mut Sealed<'static>)| {
        let mut out = Vec::new();
        let mut writer = Writer::begin(&mut out, &trail.signer().verifier().to_string()).unwrap();
        writer.chain(CHAIN, std::iter::once(&kept)).unwrap();
        for index in [0, 3, 20] {
            let mut entry: Sealed<'static> = entries[index].clone();
            spoil(&mut entry);
            let previous = index.checked_sub(1).map_or(BEGINNING, |before| entries[before].hash);
            let proof = tree.prove(index as u64).unwrap();
            writer.proven(entry, &previous, &proof).unwrap();
        }
        writer.end().unwrap();
        out
    };
    let file = write(&|_| {});
    let verdict = check(&file, &Known::default());
    sound(&verdict);
    assert_eq!(verdict.entries(), 3);
    assert_eq!(second(&file), (0, serde_json::json!({ "sound": true, "entries": 3 })));
    // Content and hash changed together: the checkpoint does not cover it.
    let spoiled = write(&|entry| {
        entry.actor = "nobody".into();
        let at = usize::try_from(entry.sequence - 1).unwrap();
        let previous = at.checked_sub(1).map_or(BEGINNING, |before| entries[before].hash);
        entry.hash = entry.hashed(&previous, &mut Vec::new());
    });
    assert_eq!(first(&check(&spoiled, &Known::default())), (FaultKind::Rewritten, Some(1)));
    assert_eq!(second(&spoiled).0, 4);
}
