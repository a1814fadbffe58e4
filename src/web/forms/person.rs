//! A person's own facts as sent, parsed as those of a member are.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::error::FieldError;
use crate::records::people::IdentityEdits;
use crate::web::forms::member::{MemberInput, Said};

/// A person's own facts as sent. A field that is not mentioned stays, null clears it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is that of the member, see contract 3")]
pub struct PersonInput {
    #[schema(value_type = Option<String>)]
    pub name: Said,
    #[schema(value_type = Option<String>)]
    pub citizen_id: Said,
    #[schema(value_type = Option<String>)]
    pub sex: Said,
    #[schema(value_type = Option<String>)]
    pub ethnicity: Said,
    #[schema(value_type = Option<String>)]
    pub birth_date: Said,
    #[schema(value_type = Option<String>)]
    pub education: Said,
    #[schema(value_type = Option<String>)]
    pub degree: Said,
    #[schema(value_type = Option<String>)]
    pub native_place: Said,
    #[schema(value_type = Option<String>)]
    pub mobile: Said,
    #[schema(value_type = Option<String>)]
    pub telephone: Said,
    #[schema(value_type = Option<String>)]
    pub address: Said,
}

impl PersonInput {
    /// The edits of somebody's own facts.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn into_edits(self) -> Result<IdentityEdits, Vec<FieldError>> {
        edits(&MemberInput {
            name: self.name,
            citizen_id: self.citizen_id,
            sex: self.sex,
            ethnicity: self.ethnicity,
            birth_date: self.birth_date,
            education: self.education,
            degree: self.degree,
            native_place: self.native_place,
            mobile: self.mobile,
            telephone: self.telephone,
            address: self.address,
            ..MemberInput::default()
        })
    }
}

/// What is said of the person himself.
///
/// # Errors
/// Every wrong field.
pub fn edits(input: &MemberInput) -> Result<IdentityEdits, Vec<FieldError>> {
    input.parse().into_edits("", "").map(|edits| edits.identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::edit::Edit;

    fn parsed(json: &str) -> Result<IdentityEdits, Vec<FieldError>> {
        serde_json::from_str::<PersonInput>(json).unwrap().into_edits()
    }

    #[test]
    fn null_clears_silence_keeps_and_a_name_is_not_cleared() {
        let edits = parsed(r#"{"address":null,"education":"大学本科毕业"}"#).unwrap();
        assert_eq!((edits.address, edits.mobile), (Edit::Clear, Edit::Keep));
        assert!(matches!(edits.education, Edit::Set(_)));
        let errors = parsed(r#"{"name":null,"birth_date":"2026-02-30"}"#).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["birth_date", "name"]);
    }

    #[test]
    fn what_belongs_to_a_membership_is_not_taken() {
        assert!(serde_json::from_str::<PersonInput>(r#"{"branch":"x"}"#).is_err());
    }
}
