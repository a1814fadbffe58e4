//! Every verb that the trail may hold has a Chinese name there.

use std::collections::BTreeSet;

use cadre::records::audit::names;

use super::sources;

/// The verbs that an area's sources name: `"members.enrol"` in `records/members`.
fn verbs() -> BTreeSet<String> {
    let mut verbs = BTreeSet::new();
    for source in sources::all() {
        let place = source.place();
        let area = match place[..] {
            ["records", area, ..] => area.to_owned(),
            ["across", "exports", ..] => "exports".to_owned(),
            ["across", "trail.rs" | "trail"] => "audit".to_owned(),
            _ => continue,
        };
        let code = sources::uncommented(source.without_tests());
        for part in code.split('"').skip(1).step_by(2) {
            let word = part.strip_prefix(&format!("{area}.")).unwrap_or_default();
            if !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
                verbs.insert(part.to_owned());
            }
        }
    }
    verbs
}

#[test]
fn every_verb_of_the_trail_has_a_name() {
    let verbs = verbs();
    assert!(verbs.len() > 60, "the verbs are read: {verbs:?}");
    let unnamed: Vec<&String> = verbs.iter().filter(|verb| names::action(verb) == verb.as_str()).collect();
    assert!(unnamed.is_empty(), "add a line to data/trail_names.csv for {unnamed:?}");
}
