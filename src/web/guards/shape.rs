//! What is wrong with the shape of a JSON body, in Chinese: the field, what it holds, what it should hold, what to do.

use crate::base::error::FieldError;
use crate::base::values::excerpt;

/// Fields whose values are never repeated.
const SECRET: &[&str] = &["citizen_id", "mobile", "telephone", "otp"];

/// Reads a body.
///
/// # Errors
/// [`Fault::Shape`] where the text is JSON but not of this shape, [`Fault::Text`] where it is no JSON.
pub(super) fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        fault(&path, &error.into_inner())
    });
    read.and_then(|value| reader.end().map(|()| value).map_err(|error| fault("", &error)))
}

/// Why a body was not read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A field has another shape than it should have.
    Shape(Box<FieldError>),
    /// No JSON from this line and column on.
    Text(usize, usize),
}

fn fault(path: &str, error: &serde_json::Error) -> Fault {
    if error.is_data() {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Fault::Shape(Box::new(wrong(path, text.strip_suffix(&place).unwrap_or(&text))))
    } else {
        Fault::Text(error.line(), error.column())
    }
}

/// Serde says it in English, with names between backquotes.
fn wrong(path: &str, text: &str) -> FieldError {
    let name = text.split('`').nth(1).unwrap_or_default();
    // The way to a field that is missing or unknown ends above it.
    let above = |name: &str| match path.strip_suffix(name).unwrap_or(path).trim_end_matches('.') {
        "" | "?" => name.to_owned(),
        above => format!("{above}.{name}"),
    };
    let (field, message) = if text.starts_with("unknown field") {
        (above(name), format!("字段“{name}”不能识别，请对照接口文档核对字段名。"))
    } else if text.starts_with("missing field") {
        (above(name), format!("缺少字段“{name}”，请补充。"))
    } else if text.starts_with("duplicate field") {
        (above(name), format!("字段“{name}”写了不止一次，请只留一个。"))
    } else {
        let field = if matches!(path, "" | "." | "?") { "body" } else { path };
        (field.to_owned(), wrong_value(field, text))
    };
    FieldError { field, message, value: None }
}

fn wrong_value(field: &str, text: &str) -> String {
    let subject = if field == "body" { "请求正文".to_owned() } else { format!("字段“{field}”") };
    let (found, expected) = text.split_once(", expected ").unwrap_or((text, ""));
    if let Some(found) = found.strip_prefix("unknown variant ") {
        let choices: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
        let found = excerpt(found.trim_matches('`'));
        return format!("{subject}的值“{found}”不在可选范围内，请填写{}。", choices.join("、"));
    }
    let found = found.split_once(": ").map_or("", |(_, found)| found);
    let last = field.rsplit('.').next().unwrap_or_default();
    let is_secret = SECRET.contains(&last) || last.contains("password");
    match (shown(found, is_secret), kind(expected)) {
        (Some(found), Some(kind)) => format!("{subject}应为{kind}，现为{found}；请对照接口文档改正后重发。"),
        (None, Some(kind)) => format!("{subject}应为{kind}；请对照接口文档改正后重发。"),
        (_, None) => format!("{subject}的值不对；请对照接口文档改正后重发。"),
    }
}

/// What was sent, in the words of serde.
fn shown(found: &str, is_secret: bool) -> Option<String> {
    let value = |word: &str| {
        if is_secret {
            return word.to_owned();
        }
        let value = found.find(['`', '"']).and_then(|at| found.get(at..)).unwrap_or_default();
        format!("{word}“{}”", excerpt(value.trim_matches(['`', '"'])))
    };
    Some(match found.split([' ', ',']).next()? {
        "integer" | "floating" | "number" => value("数字"),
        "boolean" => value("真假值"),
        "string" | "character" => value("文本"),
        "null" | "unit" | "Option" => "空值（null）".to_owned(),
        "sequence" => "数组".to_owned(),
        "map" => "对象".to_owned(),
        _ => return None,
    })
}

/// What should have been sent, in the words of serde.
fn kind(expected: &str) -> Option<&'static str> {
    let number = |word: &str| word.parse::<u8>().is_ok();
    Some(match expected.strip_prefix("a ").unwrap_or(expected) {
        "string" | "borrowed string" | "option" => "文本（写在引号内）",
        "boolean" => "真假值（true 或 false）",
        "sequence" => "数组",
        "map" => "对象",
        text if text.starts_with("struct ") => "对象",
        text if text.strip_prefix(['i', 'u']).is_some_and(|rest| rest == "size" || number(rest)) => {
            "范围内的整数"
        }
        text if text.strip_prefix('f').is_some_and(number) => "数字",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their shape is looked at")]
    struct Outer {
        name: Option<String>,
        citizen_id: Option<String>,
        ordinal: Option<i32>,
        is_elected: Option<bool>,
        #[serde(default)]
        rows: Vec<Inner>,
        colour: Option<Colour>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only their shape is looked at")]
    struct Inner {
        subject: String,
        #[serde(default)]
        scores: BTreeMap<String, String>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Colour {
        Red,
        Green,
    }

    fn refused(text: &str) -> (String, String) {
        match read::<Outer>(text).unwrap_err() {
            Fault::Shape(error) => (error.field, error.message),
            Fault::Text(..) => panic!("{text} is JSON"),
        }
    }

    #[track_caller]
    fn says(text: &str, field: &str, message: &str) {
        assert_eq!(refused(text), (field.to_owned(), message.to_owned()));
    }

    const REST: &str = "；请对照接口文档改正后重发。";

    /// ASVS 15.3.5
    #[test]
    fn a_value_of_another_kind_is_named_with_what_it_should_be() {
        says(r#"{"name":123}"#, "name", &format!("字段“name”应为文本（写在引号内），现为数字“123”{REST}"));
        says(r#"{"name":["x"]}"#, "name", &format!("字段“name”应为文本（写在引号内），现为数组{REST}"));
        says(r#"{"name":{}}"#, "name", &format!("字段“name”应为文本（写在引号内），现为对象{REST}"));
        says(r#"{"ordinal":"六"}"#, "ordinal", &format!("字段“ordinal”应为范围内的整数，现为文本“六”{REST}"));
        says(
            r#"{"ordinal":99999999999}"#,
            "ordinal",
            &format!("字段“ordinal”应为范围内的整数，现为数字“99999999999”{REST}"),
        );
        says(r#"{"ordinal":1.5}"#, "ordinal", &format!("字段“ordinal”应为范围内的整数，现为数字“1.5”{REST}"));
        says(
            r#"{"is_elected":"是"}"#,
            "is_elected",
            &format!("字段“is_elected”应为真假值（true 或 false），现为文本“是”{REST}"),
        );
        says(r#"{"rows":"all"}"#, "rows", &format!("字段“rows”应为数组，现为文本“all”{REST}"));
        says(r#""x""#, "body", &format!("请求正文应为对象，现为文本“x”{REST}"));
    }

    #[test]
    fn the_way_to_a_field_further_down_is_told() {
        says(
            r#"{"rows":[{"subject":"a","scores":{"ideology":18}}]}"#,
            "rows[0].scores.ideology",
            &format!("字段“rows[0].scores.ideology”应为文本（写在引号内），现为数字“18”{REST}"),
        );
        says(
            r#"{"rows":[{"subject":"a","x":1}]}"#,
            "rows[0].x",
            "字段“x”不能识别，请对照接口文档核对字段名。",
        );
        says(r#"{"rows":[{}]}"#, "rows[0].subject", "缺少字段“subject”，请补充。");
    }

    /// ASVS 1.5.2
    #[test]
    fn fields_that_are_unknown_missing_or_twice_are_named() {
        says(r#"{"zzz":1}"#, "zzz", "字段“zzz”不能识别，请对照接口文档核对字段名。");
        says(r#"{"name":"a","name":"b"}"#, "name", "字段“name”写了不止一次，请只留一个。");
        says(r#"{"colour":"blue"}"#, "colour", "字段“colour”的值“blue”不在可选范围内，请填写red、green。");
    }

    #[test]
    fn an_identifier_is_not_sent_back() {
        says(
            r#"{"citizen_id":500237199002030018}"#,
            "citizen_id",
            &format!("字段“citizen_id”应为文本（写在引号内），现为数字{REST}"),
        );
    }

    #[test]
    fn what_is_no_json_is_told_by_its_place() {
        assert_eq!(read::<Outer>("{").unwrap_err(), Fault::Text(1, 1));
        assert_eq!(read::<Outer>("{} x").unwrap_err(), Fault::Text(1, 4));
    }
}
