//! No read without a scope: whoever reads records says where he may look, in the signature, and row-level security holds the
//! line once more behind it.

use std::collections::BTreeSet;

use super::sources::{self, Source};

/// What everybody of a county reads: how it rates, trains, checks, plans; no record of anybody.
const SETTINGS: &str = "what the county has set, the same for everybody in it";
/// The tree of organisations: a clerk names a branch of another town to transfer somebody there.
const TREE: &str = "the tree is no secret inside a county";
/// Ids in, parts out: whoever calls has the ids from a read with a scope.
const PARTS: &str = "parts of records that a read with a scope gave";
/// An import in, its rows out: the import comes from a read with a scope.
const IMPORT: &str = "of an import that a read with a scope gave";

/// The reads that take no scope, each with its reason. The list may only become shorter.
const WITHOUT: [(&str, &str); 39] = [
    ("records/assessments/queries/grid.rs::ids_of_rounds", PARTS),
    ("records/assessments/queries/grid.rs::units_on", TREE),
    ("records/assessments/queries/schemes.rs::by_ids", SETTINGS),
    (
        "records/committees/queries/held.rs::hold",
        "locks committees that a read with a scope gave, and tells nothing",
    ),
    ("records/committees/queries/held.rs::own_bars", SETTINGS),
    ("records/committees/queries/held.rs::rule_book", SETTINGS),
    ("records/committees/queries/held.rs::rule_books", SETTINGS),
    ("records/committees/queries/kin.rs::kin", PARTS),
    ("records/committees/queries/people.rs::standings", PARTS),
    ("records/imports/queries.rs::count_rows", IMPORT),
    ("records/imports/queries.rs::numbered", IMPORT),
    ("records/imports/queries.rs::remembered", IMPORT),
    ("records/imports/queries.rs::rows", IMPORT),
    ("records/imports/queries.rs::undo_reason", IMPORT),
    ("records/imports/queries.rs::was_undone_meanwhile", IMPORT),
    (
        "records/merges/queries.rs::leads_to",
        "an address leads to another one; what stands there asks for the scope",
    ),
    ("records/organisations/queries.rs::children", TREE),
    ("records/organisations/queries.rs::codes", TREE),
    ("records/organisations/queries.rs::counties", "asked before anybody has a scope"),
    ("records/organisations/queries.rs::county_by_code", "asked before anybody has a scope"),
    ("records/organisations/queries.rs::find", TREE),
    ("records/organisations/queries.rs::names", TREE),
    ("records/organisations/queries.rs::parents_on", TREE),
    (
        "records/people/queries.rs::holders",
        "tells of a citizen ID which unit has its owner, and nothing more",
    ),
    ("records/people/queries.rs::kin_among", PARTS),
    ("records/ratings/queries/grid.rs::ids_of_rounds", PARTS),
    ("records/ratings/queries/subjects.rs::subjects", PARTS),
    (
        "records/reserves/queries/stays.rs::open_stays",
        "whoever is given a seat leaves the pool of whatever unit; the refusal names the village of one out of sight",
    ),
    ("records/slates/queries/mod.rs::targets", SETTINGS),
    ("records/slates/queries/people.rs::backgrounds", PARTS),
    ("records/training/queries/programmes.rs::primary_on", SETTINGS),
    ("records/training/queries/programmes.rs::programme", SETTINGS),
    ("records/training/queries/programmes.rs::programme_by_word", SETTINGS),
    ("records/training/queries/programmes.rs::programmes", SETTINGS),
    ("records/training/queries/sites.rs::sites", SETTINGS),
    ("records/vetting/queries/mod.rs::checklists", SETTINGS),
    ("records/vetting/queries/mod.rs::departments", SETTINGS),
    ("records/vetting/queries/mod.rs::items", SETTINGS),
    (
        "records/vetting/queries/verdicts.rs::present_verdicts",
        "row-level security shows those that `sight` was told of",
    ),
];

/// Whether a file reads records for others: `queries.rs`, what lies below `queries`, and listings.
fn reads(path: &str) -> bool {
    path.starts_with("records/") && (path.contains("/queries") || path.ends_with("listing.rs"))
}

/// Every function that any area or door may call (`pub`, not `pub(…)`), with its signature.
fn functions(source: &Source) -> Vec<(String, String)> {
    let code = sources::uncommented(source.without_tests());
    let found = code.match_indices("pub async fn ").map(|(start, word)| {
        let rest = &code[start + word.len()..];
        let name = rest.split(['(', '<']).next().unwrap_or_default();
        let signature = rest.split('{').next().unwrap_or_default();
        (format!("{}::{name}", source.path), signature.to_owned())
    });
    found.collect()
}

/// Whether a signature asks where its caller may look.
fn takes_scope(signature: &str) -> bool {
    signature
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|word| matches!(word, "Scope" | "Actor"))
}

#[test]
fn every_read_asks_where_its_caller_may_look() {
    let found: Vec<(String, String)> =
        sources::all().iter().filter(|source| reads(&source.path)).flat_map(functions).collect();
    let asking = found.iter().filter(|(_, signature)| takes_scope(signature)).count();
    assert!(asking > 100, "the sources are read: {asking}");
    let without: BTreeSet<&str> = found
        .iter()
        .filter(|(_, signature)| !takes_scope(signature))
        .map(|(name, _)| name.as_str())
        .collect();
    let listed: BTreeSet<&str> = WITHOUT.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed.len(), WITHOUT.len(), "each is listed once");
    let new: Vec<&&str> = without.difference(&listed).collect();
    assert!(new.is_empty(), "these reads take no `Scope`: {new:#?}");
    let gone: Vec<&&str> = listed.difference(&without).collect();
    assert!(gone.is_empty(), "these are to be taken off the list: {gone:#?}");
}

#[test]
fn a_read_without_a_scope_is_seen() {
    let text = "/// pub async fn prose(x: Scope) {\n\
        pub async fn all(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Scoped>> {\n}\n\
        pub async fn few<T>(\n    conn: &mut AsyncPgConnection,\n    within: &Scope,\n) -> Result<T> {\n}\n\
        pub(super) async fn own(conn: &mut AsyncPgConnection) -> QueryResult<()> {\n}\n\
        #[cfg(test)]\nmod tests {\n    pub async fn help() {}\n}\n";
    let source = Source { path: "records/members/queries.rs".to_owned(), text: text.to_owned() };
    let found = functions(&source);
    let told: Vec<(&str, bool)> =
        found.iter().map(|(name, signature)| (name.as_str(), takes_scope(signature))).collect();
    assert_eq!(told, [("records/members/queries.rs::all", false), ("records/members/queries.rs::few", true)]);
    assert!(reads("records/ratings/awards/queries/show.rs") && reads("records/members/transfer_listing.rs"));
    assert!(!reads("records/members/enrol.rs") && !reads("across/reports/queries.rs"));
}
