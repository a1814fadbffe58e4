//! Files stay small and say what they are.

use super::sources;

/// Lines of a file, tests included.
const LONGEST: usize = 500;

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    for source in sources::all().iter().filter(|source| source.path != "schema.rs") {
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST, "{} has {lines} lines; split it by subject", source.path);
    }
}

#[test]
fn every_file_says_what_it_is() {
    for source in sources::all().iter().filter(|source| source.path != "schema.rs") {
        assert!(source.text.starts_with("//!"), "{} does not open with //!", source.path);
    }
}

#[test]
fn every_folder_of_modules_has_its_mod_file() {
    let all = sources::all();
    for source in &all {
        let Some((folder, _)) = source.path.rsplit_once('/') else { continue };
        let expected = format!("{folder}/mod.rs");
        assert!(all.iter().any(|other| other.path == expected), "{expected} is missing");
    }
}
