//! The eight kinds of error. Public words and the inner cause are kept apart.

use std::fmt;

/// One field that was refused: which, what was given, and a Chinese sentence that says the rule and the way out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldError {
    /// The field's name in the API (`citizen_id`); workbooks and pages map it to their own heading.
    pub field: String,
    /// A Chinese sentence naming the field, the rule and the way out.
    pub message: String,
    /// What was given, when it may be shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl FieldError {
    /// A refused field with the value that was given.
    pub fn new(field: &str, message: impl fmt::Display, value: Option<&str>) -> Self {
        Self {
            field: field.to_owned(),
            message: message.to_string(),
            value: value.map(str::to_owned),
        }
    }
}
