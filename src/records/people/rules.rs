//! What must fit in a person's own facts.

use chrono::NaiveDate;

use crate::base::error::FieldError;
use crate::base::values::{CitizenId, Sex};
use crate::records::people::Identity;

/// Checks a person against himself: sex and birth date stand in the citizen ID.
#[must_use]
pub fn check_identity(identity: &Identity, today: NaiveDate) -> Vec<FieldError> {
    check_citizen_id(&identity.citizen_id, Some(identity.birth_date), Some(identity.sex), today)
}

/// Checks what is given of birth date and sex against the citizen ID.
#[must_use]
pub fn check_citizen_id(
    citizen_id: &CitizenId,
    birth_date: Option<NaiveDate>,
    sex: Option<Sex>,
    today: NaiveDate,
) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let Err(error) = citizen_id.check_born_by(today) {
        errors.push(FieldError::new("citizen_id", error, None));
    }
    if let Some(birth_date) = birth_date.filter(|date| *date != citizen_id.birth_date()) {
        errors.push(FieldError::new(
            "birth_date",
            format!(
                "出生日期“{birth_date}”与公民身份号码中的“{}”不一致，请核对两者，以身份证为准。",
                citizen_id.birth_date()
            ),
            Some(&birth_date.to_string()),
        ));
    }
    if let Some(sex) = sex.filter(|sex| *sex != citizen_id.sex()) {
        errors.push(FieldError::new(
            "sex",
            format!(
                "性别“{}”与公民身份号码中的“{}”不一致，请核对两者，以身份证为准。",
                sex.name(),
                citizen_id.sex().name()
            ),
            Some(sex.name()),
        ));
    }
    errors
}
