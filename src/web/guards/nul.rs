//! U+0000: no text that PostgreSQL could keep holds it, so nothing that carries it comes in.

use rocket::Request;

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

/// Whether a JSON text carries it: only as an escape, whose backslash is not escaped itself.
pub(super) fn in_json(text: &str) -> bool {
    text.match_indices("\\u0000").any(|(at, _)| {
        let before = text.get(..at).unwrap_or_default();
        let backslashes = before.len() - before.trim_end_matches('\\').len();
        backslashes.is_multiple_of(2)
    })
}

#[cfg(test)]
mod tests {
    use super::in_json;

    #[test]
    fn an_escaped_backslash_escapes_nothing() {
        assert!(in_json(r#"{"name":"张\u0000伟"}"#));
        assert!(in_json(r#"{"name":"\\\u0000"}"#));
        assert!(!in_json(r#"{"name":"\\u0000"}"#));
        assert!(!in_json(r#"{"name":"\u0001"}"#));
    }
}
