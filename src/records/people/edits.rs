//! What is said of a person's own facts, and what it changed.

use chrono::NaiveDate;

use crate::base::edit::Edit;
use crate::base::values::{CitizenId, MobileNumber, PersonName, Sex, Telephone};
use crate::records::people::Identity;

/// What is said of each of a person's own facts.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "each field is that of the person, see `Identity`")]
pub struct IdentityEdits {
    pub name: Edit<PersonName>,
    pub citizen_id: Edit<CitizenId>,
    pub sex: Edit<Sex>,
    pub ethnicity: Edit<String>,
    pub birth_date: Edit<NaiveDate>,
    pub education: Edit<String>,
    pub degree: Edit<String>,
    pub native_place: Edit<String>,
    pub mobile: Edit<MobileNumber>,
    pub telephone: Edit<Telephone>,
    pub address: Edit<String>,
}

impl IdentityEdits {
    /// The facts after the edits.
    #[must_use]
    pub fn over(self, before: &Identity) -> Identity {
        let citizen_id = self.citizen_id.over_required(before.citizen_id.clone());
        Identity {
            name: self.name.over_required(before.name.clone()),
            // Sex and birth date follow a corrected citizen ID unless they are given too.
            sex: self.sex.over_required(citizen_id.sex()),
            birth_date: self.birth_date.over_required(citizen_id.birth_date()),
            citizen_id,
            ethnicity: self.ethnicity.over_required(before.ethnicity.clone()),
            education: self.education.over_required(before.education.clone()),
            degree: self.degree.over(before.degree.clone()),
            native_place: self.native_place.over(before.native_place.clone()),
            mobile: self.mobile.over(before.mobile.clone()),
            telephone: self.telephone.over(before.telephone.clone()),
            address: self.address.over(before.address.clone()),
        }
    }
}

/// One changed field as the trail keeps it: identifiers only as "changed".
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FieldChange {
    /// The field in the API.
    pub field: &'static str,
    /// Before; none where it was empty or may not be shown.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

impl FieldChange {
    /// Adds a field to the changes where it differs.
    pub fn push(changes: &mut Vec<Self>, field: &'static str, before: Option<String>, after: Option<String>) {
        if before != after {
            changes.push(Self { field, before, after });
        }
    }
}

/// The changed facts of a person. Identifiers are said to have changed, never shown.
#[must_use]
pub fn identity_changes(before: &Identity, after: &Identity) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let text = |value: &str| Some(value.to_owned());
    let mut push = |field, before, after| FieldChange::push(&mut changes, field, before, after);
    push("name", text(before.name.as_str()), text(after.name.as_str()));
    push("sex", text(before.sex.name()), text(after.sex.name()));
    push("ethnicity", text(&before.ethnicity), text(&after.ethnicity));
    push("birth_date", text(&before.birth_date.to_string()), text(&after.birth_date.to_string()));
    push("education", text(&before.education), text(&after.education));
    push("degree", before.degree.clone(), after.degree.clone());
    push("native_place", before.native_place.clone(), after.native_place.clone());
    push("address", before.address.clone(), after.address.clone());
    for (field, differs) in [
        ("citizen_id", before.citizen_id != after.citizen_id),
        ("mobile", before.mobile != after.mobile),
        ("telephone", before.telephone != after.telephone),
    ] {
        if differs {
            changes.push(FieldChange { field, before: None, after: None });
        }
    }
    changes
}
