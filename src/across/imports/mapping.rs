//! Where foreign headings go: what a person said, or a file beside the command. Without it nothing is guessed.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use crate::across::imports::columns::{folded, lettered};

/// Heading of the file → heading of ours, or nothing to leave the column out; and where the headings stand. One of several
/// columns of the same heading is called by its letters too: `电话（C列）`.
///
/// As JSON `{"身份证号":"公民身份号码","工龄":null}`, or, where they do not stand in the first row of the sheet that has
/// the kind's name, `{"sheet":"Sheet1","header_row":3,"columns":{"身份证号":"公民身份号码"}}`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The name of the sheet; none: that of the kind.
    pub sheet: Option<String>,
    /// The sheet's own number of the row with the headings; none: the first that is filled.
    pub header_row: Option<u32>,
    /// Headings as in the file, and where they go.
    pub columns: BTreeMap<String, Option<String>>,
}

impl Mapping {
    /// A mapping that says nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it says of a column, from 0: by its heading and letters, or by its heading alone.
    #[must_use]
    pub fn of_column(&self, heading: &str, column: u32) -> Option<&Option<String>> {
        self.of(&lettered(heading, column)).or_else(|| self.of(heading))
    }

    /// What it says of a heading: nothing, that the column is left out, or the heading of ours.
    #[must_use]
    pub fn of(&self, heading: &str) -> Option<&Option<String>> {
        let wanted = folded(heading);
        self.columns.iter().find(|(from, _)| folded(from) == wanted).map(|(_, to)| to)
    }
}

impl<const N: usize> From<[(String, Option<String>); N]> for Mapping {
    fn from(columns: [(String, Option<String>); N]) -> Self {
        Self { columns: columns.into(), ..Self::default() }
    }
}

/// The longer form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sheet: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    header_row: Option<u32>,
    columns: BTreeMap<String, Option<String>>,
}

impl Serialize for Mapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { sheet, header_row, columns } = self.clone();
        if sheet.is_none() && header_row.is_none() {
            return columns.serialize(serializer);
        }
        Whole { sheet, header_row, columns }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let object = Map::<String, Value>::deserialize(deserializer)?;
        // A heading goes to a text or to nothing; only the longer form has an object inside.
        if object.get("columns").is_some_and(Value::is_object) {
            let whole: Whole = serde_json::from_value(Value::Object(object)).map_err(D::Error::custom)?;
            if whole.header_row == Some(0) {
                return Err(D::Error::custom("header_row 从 1 算起"));
            }
            let Whole { sheet, header_row, columns } = whole;
            return Ok(Self { sheet, header_row, columns });
        }
        let columns = serde_json::from_value(Value::Object(object)).map_err(D::Error::custom)?;
        Ok(Self { columns, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_come_back() {
        for text in [
            r#"{"工龄":null,"身份证号":"公民身份号码"}"#,
            r#"{"header_row":3,"columns":{"工龄":null,"身份证号":"公民身份号码"}}"#,
            r#"{"sheet":"Sheet1","columns":{"身份证号":"公民身份号码"}}"#,
        ] {
            let mapping: Mapping = serde_json::from_str(text).unwrap();
            assert_eq!(mapping.of("身 份 证 号"), Some(&Some("公民身份号码".to_owned())), "{text}");
            assert_eq!(serde_json::to_string(&mapping).unwrap(), text);
        }
        assert_eq!(serde_json::from_str::<Mapping>("{}").unwrap(), Mapping::new());
        // A file may have a column of that name.
        let plain: Mapping = serde_json::from_str(r#"{"columns":"备注"}"#).unwrap();
        assert_eq!(plain.of("columns"), Some(&Some("备注".to_owned())));
    }

    #[test]
    fn columns_of_the_same_heading_are_told_apart_by_their_letters() {
        let mapping: Mapping = serde_json::from_str(r#"{"电话":"手机号码","电话（D列）":null}"#).unwrap();
        assert_eq!(mapping.of_column("电 话", 2), Some(&Some("手机号码".to_owned())));
        assert_eq!(mapping.of_column("电话", 3), Some(&None));
        assert_eq!(mapping.of_column("手机", 3), None);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["[]", r#"{"a":1}"#, r#"{"header_row":0,"columns":{}}"#, r#"{"columns":{},"rows":1}"#] {
            assert!(serde_json::from_str::<Mapping>(text).is_err(), "{text}");
        }
    }
}
