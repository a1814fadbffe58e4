//! Files stay small and say what they are.

use std::path::Path;

use super::sources;

/// Lines of a file, tests included.
const LONGEST: usize = 500;

#[test]
fn no_file_is_longer_than_five_hundred_lines() {
    let mut read = 0;
    for folder in ["src", "tests", "benches", "assets"] {
        read += measure(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
    }
    assert!(read > 1000, "{read} files");
}

/// Measures the sources in a folder that are ours; answers how many.
fn measure(folder: &Path) -> usize {
    let mut read = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            read += if matches!(name, "vendor" | "node_modules") { 0 } else { measure(&path) };
        } else if matches!(name.rsplit('.').next(), Some("rs" | "sql" | "js" | "mjs" | "css"))
            && name != "schema.rs"
        {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            assert!(lines <= LONGEST, "{} has {lines} lines; split it by subject", path.display());
            read += 1;
        }
    }
    read
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
