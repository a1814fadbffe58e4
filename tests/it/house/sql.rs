//! SQL stays below: diesel and the generated tables are used in `records`, in reports and in `base` only.

use super::sources;

/// Where queries may stand besides `records` and `base`: reports join areas; the sample counties are entered at once.
const ALLOWED: [&str; 2] = ["across/reports/", "schema.rs"];

/// Words of queries. A handler may name the connection's type, since it hands it down.
const WORDS: [&str; 7] = [
    "crate::schema",
    "diesel::sql_query",
    "diesel::prelude",
    "diesel::insert_into",
    "diesel::update",
    "diesel::delete",
    "RunQueryDsl",
];

#[test]
fn sql_stays_below() {
    let mut faults = Vec::new();
    for source in sources::all() {
        let below = matches!(source.place()[0], "records" | "base");
        if below || ALLOWED.iter().any(|allowed| source.path.starts_with(allowed)) {
            continue;
        }
        let code = sources::uncommented(source.without_tests());
        for word in WORDS.iter().filter(|word| code.contains(*word)) {
            faults.push(format!("{}: {word}", source.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// ASVS 8.3.1
#[test]
fn doors_decide_nothing() {
    let doors = sources::all().into_iter().filter(|source| matches!(source.place()[0], "web" | "cli"));
    for source in doors {
        let rules: Vec<String> =
            source.imports().into_iter().filter(|import| import.contains("::rules::")).collect();
        assert!(rules.is_empty(), "{} calls rules: {rules:?}", source.path);
    }
}
