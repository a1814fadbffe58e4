//! The OpenAPI document describes what is mounted, all of it and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use cadre::web;
use cadre::web::api::document;
use serde_json::Value;

/// The committed document.
const COMMITTED: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json"));

fn parsed() -> Value {
    serde_json::from_str(&document::text().unwrap()).unwrap()
}

fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods
                .filter(|name| *name != "parameters")
                .map(move |name| format!("{} {path}", name.to_uppercase()))
        })
        .collect()
}

/// ASVS 15.2.3
#[test]
fn every_mounted_route_is_described_and_nothing_else() {
    let mounted: BTreeSet<String> = web::api_routes()
        .iter()
        .map(|route| {
            let path = route.uri.path().replace('<', "{").replace('>', "}");
            format!("{} /api/v1{path}", route.method)
        })
        .collect();
    assert_eq!(operations(&parsed()), mounted);
}

#[test]
fn every_operation_names_its_parts() {
    let document = parsed();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{what} has no summary");
            assert!(operation["tags"].is_array(), "{what} has no tag");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let named: BTreeSet<&str> = parameters
                .iter()
                .filter(|parameter| parameter["in"] == "path")
                .filter_map(|parameter| parameter["name"].as_str())
                .collect();
            let wanted: BTreeSet<&str> =
                path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(named, wanted, "{what}");
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(fields) => {
                found.extend(fields.get("$ref").and_then(Value::as_str));
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let document = parsed();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    for reference in found {
        let name = reference.trim_start_matches("#/components/schemas/");
        assert!(schemas.contains_key(name), "{reference}");
    }
}

/// Two types of one name would silently become one schema.
#[test]
fn no_two_types_share_a_name_in_the_document() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let mut lines = text.lines();
            while let Some(line) = lines.next() {
                if !(line.starts_with("#[derive(") && line.contains("ToSchema")) {
                    continue;
                }
                let item: Vec<&str> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
                let renamed = item.iter().find_map(|line| line.strip_prefix("#[schema(as = "));
                let own = item.iter().find_map(|line| line.strip_prefix("pub struct "));
                let name = renamed.or(own).unwrap_or_default();
                let name: String = name.chars().take_while(|c| c.is_alphanumeric()).collect();
                places.entry(name).or_default().push(path.display().to_string());
            }
        }
    }
    assert!(places.len() > 20, "the sources are read: {places:?}");
    for (name, files) in places {
        assert_eq!(files.len(), 1, "{name} is described in {files:?}; rename one with #[schema(as = …)]");
    }
}

/// Renew with `cargo run -- openapi > docs/openapi.json` and read the difference: callers live by it.
#[test]
fn the_committed_document_is_the_present_one() {
    assert!(
        COMMITTED.trim() == document::text().unwrap().trim(),
        "docs/openapi.json is not what the handlers say; renew it with: cargo run -- openapi > docs/openapi.json"
    );
}
