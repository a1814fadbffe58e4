//! Only the area that owns a table writes it; every table has an owner.

use cadre::records::OWNERS;

use super::sources::{self, uncommented};

/// What comes before the name of a table that is written.
const WRITES: [&str; 7] = [
    "insert_into(",
    "update(",
    "delete(",
    "INSERT INTO ",
    "UPDATE ",
    "DELETE FROM ",
    "insert_or_ignore_into(",
];

/// The tables that a text writes.
fn written(text: &str) -> Vec<String> {
    let code = uncommented(text).replace(['\n', '\\'], " ");
    let mut tables = Vec::new();
    for word in WRITES {
        for (at, _) in code.match_indices(word) {
            let rest = code[at + word.len()..].trim_start();
            let name: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            tables.push(name);
        }
    }
    tables
}

fn owner(table: &str) -> Option<&'static str> {
    OWNERS.iter().find(|(_, tables)| tables.contains(&table)).map(|(area, _)| *area)
}

#[test]
fn only_the_owning_area_writes_a_table() {
    let mut faults = Vec::new();
    for source in sources::all() {
        let place = source.place();
        for table in written(source.without_tests()) {
            let Some(owner) = owner(&table) else { continue };
            if place[0] != "records" || place.get(1) != Some(&owner) {
                faults.push(format!("{} writes {table}, which {owner} owns", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_table_has_one_owner() {
    let schema = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/schema.rs")).unwrap();
    let tables: Vec<&str> = schema
        .lines()
        .filter_map(|line| {
            line.trim().split_once(" (").filter(|_| line.starts_with("    ")).map(|(name, _)| name)
        })
        .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit()))
        .filter(|name| schema.contains(&format!("    {name} (")))
        .collect();
    assert!(tables.len() > 10, "the tables of schema.rs are read: {tables:?}");
    for table in tables {
        let owners = OWNERS.iter().filter(|(_, owned)| owned.contains(&table)).count();
        assert_eq!(owners, 1, "owners of {table}");
    }
}

#[test]
fn a_write_is_seen() {
    assert_eq!(written("diesel::insert_into(people::table)"), ["people"]);
    assert_eq!(written("\"INSERT INTO people (id) \\\n SELECT 1\""), ["people"]);
    assert_eq!(written("// UPDATE people"), Vec::<String>::new());
}
