//! What an entry tells, as people read it: each field with its Chinese name, before and after.

use serde_json::{Map, Value};

use crate::records::audit::names;
use crate::web::views::audit::Told;

/// Fields that an entry shows at most; more stand in the exported file.
const MOST: usize = 120;
/// Digits of a digest or an id that are shown: enough to compare by eye.
const DIGITS: usize = 12;

/// The details of an entry, field by field.
pub(super) fn told(details: &Value) -> Vec<Told> {
    let mut lines = Vec::new();
    if let Value::Object(fields) = details {
        object(fields, &mut lines);
    }
    lines.truncate(MOST);
    lines
}

fn object(fields: &Map<String, Value>, lines: &mut Vec<Told>) {
    for (field, value) in fields {
        one(field, value, lines);
    }
}

fn one(field: &str, value: &Value, lines: &mut Vec<Told>) {
    match value {
        Value::Null => {}
        Value::Array(items) => several(field, items, lines),
        Value::Object(fields) => nested(fields, lines),
        _ => lines.push(line(field, None, Some(value))),
    }
}

/// A change has a before and an after: of one field, or of a whole record.
fn nested(fields: &Map<String, Value>, lines: &mut Vec<Told>) {
    match (fields.get("field"), fields.get("before"), fields.get("after")) {
        (Some(Value::String(field)), before, after) => lines.push(line(field, before, after)),
        (None, Some(Value::Object(before)), Some(Value::Object(after))) => {
            let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
            for key in keys {
                let (old, new) = (before.get(key), after.get(key));
                if old != new {
                    lines.push(line(key, old, new));
                }
            }
        }
        _ => object(fields, lines),
    }
}

/// Two plain values of a field that can change stand for before and after; everything else is a list.
fn several(field: &str, items: &[Value], lines: &mut Vec<Told>) {
    match items {
        [] => {}
        [before, after]
            if plain(before) && plain(after) && matches!(field, "role" | "organisation" | "state") =>
        {
            lines.push(line(field, Some(before), Some(after)));
        }
        items if items.iter().all(plain) => {
            let list: Vec<String> = items.iter().map(|item| shown(field, item)).collect();
            lines.push(Told { field: names::field(field).to_owned(), before: None, after: list.join("、") });
        }
        items => items.iter().for_each(|item| one(field, item, lines)),
    }
}

fn plain(value: &Value) -> bool {
    !value.is_array() && !value.is_object()
}

fn line(field: &str, before: Option<&Value>, after: Option<&Value>) -> Told {
    let after = after.map_or_else(|| "（空）".to_owned(), |value| shown(field, value));
    Told { field: names::field(field).to_owned(), before: before.map(|value| shown(field, value)), after }
}

fn shown(field: &str, value: &Value) -> String {
    match value {
        Value::Null => "（空）".to_owned(),
        Value::Bool(true) => "是".to_owned(),
        Value::Bool(false) => "否".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if is_digest(text) => {
            format!("{}…", text.chars().take(DIGITS).collect::<String>())
        }
        Value::String(text) => names::value(field, text),
        Value::Array(items) => items.iter().map(|item| shown(field, item)).collect::<Vec<_>>().join("、"),
        Value::Object(fields) => {
            let parts =
                fields.iter().map(|(key, value)| format!("{} {}", names::field(key), shown(key, value)));
            parts.collect::<Vec<_>>().join("，")
        }
    }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|c| c.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(details: &Value) -> Vec<String> {
        told(details)
            .into_iter()
            .map(|line| match line.before {
                Some(before) => format!("{}：{before} → {}", line.field, line.after),
                None => format!("{}：{}", line.field, line.after),
            })
            .collect()
    }

    #[test]
    fn each_field_stands_with_its_name_before_and_after() {
        let changes = json!({ "changes": [{ "field": "name", "before": "王芳", "after": "王方" },
            { "field": "education", "before": null, "after": "31" }] });
        assert_eq!(text(&changes), ["姓名或名称：王芳 → 王方", "学历：（空） → 大学专科毕业"]);
        let grant = json!({ "accounts": [{ "username": "li", "role": ["clerk", "supervisor"] }] });
        assert_eq!(text(&grant), ["角色：录入员 → 审核员", "用户名：li"]);
        let seat = json!({ "seats": [{ "before": { "post": "secretary", "to_day": null },
            "after": { "post": "secretary", "to_day": "2026-01-02" } }] });
        assert_eq!(text(&seat), ["结束日期：（空） → 2026-01-02"]);
    }

    #[test]
    fn lists_and_digests_are_short() {
        let details = json!({ "sources": ["a", "b"], "file_sha256": "ab".repeat(32), "unmasked": false });
        assert_eq!(text(&details), ["文件摘要：abababababab…", "来源渠道：a、b", "完整号码：否"]);
    }
}
