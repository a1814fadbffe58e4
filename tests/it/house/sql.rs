//! SQL stays below: diesel and the generated tables are used in `records`, in reports and in `base` only.

use super::sources::{self, Source};

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

/// What a source uses of the modules that decide: `rules` of an area, or of what joins areas. A door may have a file of that
/// name of its own: a page that shows rules, a form that takes them.
fn rules_used(source: &Source) -> Vec<String> {
    let decides = |import: &String| {
        let parts: Vec<&str> = import.split("::").collect();
        matches!(parts[0], "records" | "across") && parts.contains(&"rules")
    };
    source.imports().into_iter().filter(decides).collect()
}

/// ASVS 8.3.1
#[test]
fn doors_decide_nothing() {
    let doors = sources::all().into_iter().filter(|source| matches!(source.place()[0], "web" | "cli"));
    for source in doors {
        let rules = rules_used(&source);
        assert!(rules.is_empty(), "{} calls rules: {rules:?}", source.path);
    }
}

#[test]
fn a_rule_in_a_door_is_seen_however_it_is_imported() {
    let used =
        |text: &str| rules_used(&Source { path: "web/api/members.rs".to_owned(), text: text.to_owned() });
    for text in [
        "use crate::records::members::rules;",
        "use crate::records::members::rules as decided;",
        "use crate::records::members::rules::check_dates;",
        "use crate::records::{audit, members::{self, rules}};",
        "use crate::records::members::{\n    Enrol, rules,\n};",
        "use crate::across::reports::rules::*;",
        "let errors = crate::records::members::rules::check_dates(&dates, birth_date, today);",
    ] {
        assert!(!used(text).is_empty(), "{text}");
    }
    for text in [
        "use crate::web::pages::committees::rules;",
        "use crate::records::committees::set_rules;",
        "use crate::records::members::{self, Enrol};",
        "// What crate::records::members::rules decides is told here.",
    ] {
        assert!(used(text).is_empty(), "{text}: {:?}", used(text));
    }
}
