//! U+0000: no text that PostgreSQL could keep holds it, so nothing that carries it comes in.

use rocket::Request;
use serde_json::Value;

use crate::base::error::FieldError;
use crate::web::respond::Failure;

/// The refusal.
#[must_use]
pub fn refusal() -> Failure {
    Failure::malformed("内容或地址中含有不可用的空字符（U+0000），请删除后重新提交。".to_owned())
}

/// Whether the address of a request carries it.
pub(super) fn in_address(request: &Request<'_>) -> bool {
    let uri = request.uri();
    uri.path().as_str().contains("%00") || uri.query().is_some_and(|query| query.as_str().contains("%00"))
}

/// Which field of a JSON text carries it; none where no field does, or where the text is no JSON.
pub(super) fn in_json(text: &str) -> Option<FieldError> {
    // Nearly every body is free of it: only as an escape could it come.
    if !text.contains("\\u0000") {
        return None;
    }
    let way = found(&serde_json::from_str(text).ok()?)?;
    let field = if way.is_empty() { "body".to_owned() } else { way };
    let message = format!("字段“{field}”中含有不可用的空字符（U+0000），请删除后重新提交。");
    Some(FieldError { field, message, value: None })
}

/// The way to the first text that holds it, empty where the value itself does.
fn found(value: &Value) -> Option<String> {
    let below = |way: String, value: &Value| {
        let rest = found(value)?;
        Some(match rest.as_str() {
            "" => way,
            rest if rest.starts_with('[') => way + rest,
            rest => format!("{way}.{rest}"),
        })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(values) => {
            values.iter().enumerate().find_map(|(place, value)| below(format!("[{place}]"), value))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, value)| {
            if name.contains('\0') { Some(String::new()) } else { below(name.clone(), value) }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::in_json;

    #[test]
    fn the_field_that_holds_it_is_named() {
        let field = |text: &str| in_json(text).map(|error| error.field);
        assert_eq!(field(r#"{"name":"张\u0000伟"}"#).as_deref(), Some("name"));
        assert_eq!(field(r#"{"name":"\\\u0000"}"#).as_deref(), Some("name"));
        assert_eq!(
            field(r#"{"rows":[{},{"scores":{"a":["x","\u0000"]}}]}"#).as_deref(),
            Some("rows[1].scores.a[1]")
        );
        assert_eq!(field(r#"{"a\u0000":1}"#).as_deref(), Some("body"));
        assert_eq!(field(r#""\u0000""#).as_deref(), Some("body"));
    }

    #[test]
    fn an_escaped_backslash_escapes_nothing() {
        assert!(in_json(r#"{"name":"\\u0000"}"#).is_none());
        assert!(in_json(r#"{"name":"\u0001"}"#).is_none());
    }
}
