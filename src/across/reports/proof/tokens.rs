//! The words of a fragment of a definition.

/// A word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// `f.` and the name of a field.
    Field(String),
    /// A key word or the name of a function.
    Word(String),
    /// A whole number.
    Whole(i64),
    /// A text in single quotes; none of ours holds a quote.
    Text(String),
    /// A sign.
    Sign(&'static str),
}

/// The signs, the longer ones first.
const SIGNS: [&str; 10] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "-"];

/// The words of a text; none where something in it is no word.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (token, after) = token(rest)?;
        tokens.push(token);
        rest = after.trim_start();
    }
    Some(tokens)
}

fn token(text: &str) -> Option<(Token, &str)> {
    if let Some(rest) = text.strip_prefix('\'') {
        let (inside, rest) = rest.split_once('\'')?;
        return Some((Token::Text(inside.to_owned()), rest));
    }
    if let Some((sign, rest)) = SIGNS.iter().find_map(|sign| Some((*sign, text.strip_prefix(sign)?))) {
        return Some((Token::Sign(sign), rest));
    }
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(end)?;
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Some((Token::Whole(word.parse().ok()?), rest));
    }
    if let Some(field) = word.strip_prefix("f.") {
        let is_name = !field.is_empty() && !field.contains('.');
        return is_name.then(|| (Token::Field(field.to_owned()), rest));
    }
    (!word.is_empty() && !word.contains('.')).then(|| (Token::Word(word.to_owned()), rest))
}
