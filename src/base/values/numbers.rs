//! Numbers of people in texts that somebody typed freely: what is kept of such a text for long, or for many, masks them.

use std::borrow::Cow;

use serde_json::Value;

use crate::base::values::{CitizenId, MobileNumber, Telephone, count_digits, parse_date};

/// How many digits of a number stay: enough to see what kind it was.
const KEPT: usize = 3;

/// From how many digits on a text looks like a number of a person, whatever is wrong with it.
const MANY: usize = 11;

/// Whether a text that somebody searches by is a whole number of a person: a citizen ID, or a telephone number.
#[must_use]
pub fn is_whole_number(text: &str) -> bool {
    CitizenId::parse(text).is_ok() || MobileNumber::parse(text).is_ok() || Telephone::parse(text).is_ok()
}

/// Whether a text that somebody searches by is a number of a person or looks like one, right or wrong: it stays out of
/// addresses and of the trail (PRV-03).
#[must_use]
pub fn looks_like_number(text: &str) -> bool {
    count_digits(text) >= MANY || is_whole_number(text)
}

/// A text in which citizen IDs and telephone numbers are masked, but for their first three digits. Codes of organisations
/// and ids of records stay as they are.
#[must_use]
pub fn masked_numbers(text: &str) -> Cow<'_, str> {
    let mut masked: Option<String> = None;
    let mut done = 0;
    for (start, run) in runs(text) {
        let end = start.saturating_add(run.len());
        let before = text.get(..start).and_then(|head| head.chars().next_back());
        let after = text.get(end..).and_then(|rest| rest.chars().next());
        if is_number(run, before, after) {
            let out = masked.get_or_insert_default();
            out.push_str(text.get(done..start).unwrap_or_default());
            out.push_str(run.get(..KEPT).unwrap_or_default());
            out.extend(std::iter::repeat_n('*', run.len().saturating_sub(KEPT)));
            done = end;
        }
    }
    match masked {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(text.get(done..).unwrap_or_default());
            Cow::Owned(out)
        }
    }
}

/// Masks the numbers in every text of a value; none where there are none.
#[must_use]
pub fn masked_value(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => match masked_numbers(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(Value::String(text)),
        },
        Value::Array(items) => {
            let masked: Vec<Option<Value>> = items.iter().map(masked_value).collect();
            let whole = |(one, own): (Option<Value>, &Value)| one.unwrap_or_else(|| own.clone());
            masked
                .iter()
                .any(Option::is_some)
                .then(|| Value::Array(masked.into_iter().zip(items).map(whole).collect()))
        }
        Value::Object(fields) => {
            let masked: Vec<Option<Value>> = fields.values().map(masked_value).collect();
            let whole = |(one, (name, own)): (Option<Value>, (&String, &Value))| {
                (name.clone(), one.unwrap_or_else(|| own.clone()))
            };
            masked
                .iter()
                .any(Option::is_some)
                .then(|| Value::Object(masked.into_iter().zip(fields).map(whole).collect()))
        }
        _ => None,
    }
}

/// The runs of digits of a text with where they begin; the check character of a citizen ID belongs to its run.
fn runs(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = text.get(rest..)?.find(|c: char| c.is_ascii_digit())?.checked_add(rest)?;
        let tail = text.get(start..)?;
        let mut length = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        if length == 17 && tail.get(17..18).is_some_and(|last| last.eq_ignore_ascii_case("x")) {
            length = 18;
        }
        rest = start.saturating_add(length);
        Some((start, tail.get(..length)?))
    })
}

/// Whether a run is the number of somebody: by its length and shape, and standing by itself, unlike the parts of an id.
fn is_number(run: &str, before: Option<char>, after: Option<char>) -> bool {
    let joins = |side: Option<char>| side.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-');
    if joins(before) || joins(after) {
        return false;
    }
    match run.len() {
        18 => run.get(6..14).is_some_and(|born| parse_date(born).is_ok()),
        15 => run.get(6..12).is_some_and(|born| parse_date(&format!("19{born}")).is_ok()),
        11 => run.starts_with('1') || run.starts_with('0'),
        10 | 12 => run.starts_with('0'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_searched_by_is_known_for_a_number_before_it_comes_into_an_address() {
        let citizen_id = CitizenId::compose("500237", parse_date("1980-05-06").unwrap(), 1).unwrap();
        for whole in [citizen_id.as_str(), "138 0000 1111", "+86 13800001111", "023-57681234", "5768123"] {
            assert!(is_whole_number(whole) && looks_like_number(whole), "{whole}");
        }
        for wrong in ["50023719950607002", "５００２３７１９９５０６０７００２"] {
            assert!(!is_whole_number(wrong) && looks_like_number(wrong), "{wrong}");
        }
        for none in ["张伟", "zw", "576812", "500237", ""] {
            assert!(!looks_like_number(none), "{none}");
        }
    }

    #[test]
    fn numbers_of_people_are_masked_wherever_they_stand_and_codes_are_not() {
        for (given, masked) in [
            ("核对110101199001011237的档案", "核对110***************的档案"),
            ("电话 13800001111，", "电话 138********，"),
            ("02357681234", "023********"),
            ("500237197001019X", "500237197001019X"),
            ("11010119900101123X", "110***************"),
            ("110101900101123", "110************"),
            ("两个：13800001111、13900002222", "两个：138********、139********"),
            ("500237101201", "500237101201"),
            ("500237101201-ZB01", "500237101201-ZB01"),
            ("0193f0a2-7c1e-7d52-9f0b-012345678901", "0193f0a2-7c1e-7d52-9f0b-012345678901"),
            ("2026-03-31", "2026-03-31"),
            ("a13800001111", "a13800001111"),
            ("915002371234567890", "915002371234567890"),
            ("", ""),
        ] {
            assert_eq!(masked_numbers(given), masked, "{given}");
        }
    }

    #[test]
    fn a_value_is_masked_however_deep_and_left_alone_where_there_is_nothing() {
        let given =
            serde_json::json!({ "purpose": "核对13800001111", "n": [1, { "to": "11010119900101123X" }] });
        let wanted =
            serde_json::json!({ "purpose": "核对138********", "n": [1, { "to": "110***************" }] });
        assert_eq!(masked_value(&given), Some(wanted));
        assert_eq!(masked_value(&serde_json::json!({ "a": ["b", null, 13_800_001_111_u64] })), None);
    }
}
