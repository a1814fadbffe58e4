//! What an entry tells of a record: each field that differs, before and after.

use serde_json::{Map, Value, json};

/// The fields in which two states of a record differ, as entries tell them: `[{"field", "before", "after"}]`.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Value {
    let nothing = Map::new();
    let old = before.as_object().unwrap_or(&nothing);
    let new = after.as_object().unwrap_or(&nothing);
    let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    fields
        .into_iter()
        .filter(|field| value(old, field) != value(new, field))
        .map(|field| json!({ "field": field, "before": value(old, field), "after": value(new, field) }))
        .collect()
}

/// A field that is not there is as good as an empty one.
fn value<'v>(of: &'v Map<String, Value>, field: &str) -> &'v Value {
    of.get(field).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told() {
        let told = changes(&json!({ "a": 1, "b": "x", "c": null }), &json!({ "a": 1, "b": "y", "d": true }));
        assert_eq!(
            told,
            json!([
                { "field": "b", "before": "x", "after": "y" },
                { "field": "d", "before": null, "after": true },
            ])
        );
    }
}
