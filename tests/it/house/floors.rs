//! Imports go down only: `cli → web → across → records → base, schema`, and inside `records` down the list of areas.

use super::sources::{self, Source};

/// The floors, from top to bottom.
const FLOORS: [&str; 6] = ["cli", "web", "across", "records", "base", "schema"];

/// The areas, from top to bottom (design.md 3). Two on one line do not know each other.
const AREAS: [&[&str]; 15] = [
    &["quarters"],
    &["imports"],
    &["merges"],
    &["ratings"],
    &["slates"],
    &["assessments", "training", "reserves"],
    &["committees"],
    &["vetting"],
    &["words"],
    &["members"],
    &["people"],
    &["accounts"],
    &["approvals"],
    &["organisations"],
    &["audit"],
];

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == name)
}

fn area(name: &str) -> Option<usize> {
    AREAS.iter().position(|areas| areas.contains(&name))
}

/// What is wrong with an import of a source.
fn fault(source: &Source, import: &str) -> Option<String> {
    let from = source.place();
    let to: Vec<&str> = import.split("::").collect();
    let (here, there) = (floor(from[0])?, floor(to[0])?);
    // `base` may use the generated tables in `db` only; the command line serves pages in one place.
    if there < here {
        return Some(format!("{} imports {import}, which stands above it", source.path));
    }
    if from[0] == "cli" && to[0] == "web" && !matches!(from[1], "serve" | "openapi" | "witness") {
        return Some(format!("{} imports {import}: only serving and the document need the web", source.path));
    }
    if from[0] == "records" && to[0] == "records" && from.len() > 1 && to.len() > 1 && from[1] != to[1] {
        let (own, other) = (area(from[1])?, area(to[1])?);
        if other <= own {
            return Some(format!("{} imports {import}, an area that does not stand below it", source.path));
        }
    }
    None
}

#[test]
fn imports_go_down_only() {
    let mut faults = Vec::new();
    for source in sources::all() {
        faults.extend(source.imports().iter().filter_map(|import| fault(&source, import)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_folder_of_records_is_an_area_of_the_list() {
    for source in sources::all().iter().filter(|source| source.place()[0] == "records") {
        let place = source.place();
        if place.len() > 2 {
            assert!(area(place[1]).is_some(), "{} is in no area of the list", source.path);
        }
    }
}

#[test]
fn a_wrong_import_is_seen() {
    let source = |path: &str| Source { path: path.to_owned(), text: String::new() };
    for (path, import) in [
        ("base/scope.rs", "records::members::Member"),
        ("records/people/model.rs", "records::members::Member"),
        ("records/training/model.rs", "records::reserves::Reserve"),
        ("across/reports/mod.rs", "web::respond::Failure"),
        ("cli/account.rs", "web::respond::Failure"),
    ] {
        assert!(fault(&source(path), import).is_some(), "{path} {import}");
    }
    assert!(fault(&source("records/members/mod.rs"), "records::people::Person").is_none());
}
