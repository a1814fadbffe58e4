//! A member as typed into the form or sent as JSON, parsed into the commands of `records::members`.

use std::fmt::Display;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::base::codes::{self, CodeTable};
use crate::base::edit::Edit;
use crate::base::error::FieldError;
use crate::base::ids::{MembershipId, OrganisationId};
use crate::base::values::{
    Arrival, Category, CitizenId, MembershipStatus, MobileNumber, PersonName, Sex, Telephone, excerpt,
    parse_date, parse_words,
};
use crate::records::members::{Edits, Enrol, Floating};
use crate::records::people::Identity;
use crate::records::people::IdentityEdits;
use crate::web::guards::Fields;

/// What is said of one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Said {
    /// Not mentioned.
    #[default]
    Absent,
    /// To be empty.
    Null,
    /// A text.
    Text(String),
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<String>::deserialize(deserializer)?.map_or(Self::Null, Self::Text))
    }
}

impl serde::Serialize for Said {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// Where a member is floating, as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FloatingInput {
    /// First day.
    since: String,
    /// Where to.
    #[serde(default)]
    destination: Option<String>,
}

/// A member as sent (contract 3). A field that is not mentioned stays, null clears it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is that of the member, see contract 3")]
pub struct MemberInput {
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
    pub branch: Said,
    #[schema(value_type = Option<String>)]
    pub category: Said,
    #[schema(value_type = Option<String>)]
    pub joined_on: Said,
    #[schema(value_type = Option<String>)]
    pub full_member_on: Said,
    #[schema(value_type = Option<String>)]
    pub arrival: Said,
    #[schema(value_type = Option<String>)]
    pub arrived_on: Said,
    #[schema(value_type = Option<String>)]
    pub occupation: Said,
    #[schema(value_type = Option<String>)]
    pub party_post: Said,
    #[schema(value_type = Option<String>)]
    pub mobile: Said,
    #[schema(value_type = Option<String>)]
    pub telephone: Said,
    #[schema(value_type = Option<String>)]
    pub address: Said,
    #[schema(value_type = Option<String>)]
    pub status: Said,
    #[schema(value_type = Option<String>)]
    pub lost_contact_since: Said,
    #[serde(deserialize_with = "floating")]
    #[schema(value_type = Option<FloatingInput>)]
    pub floating: (Said, Said),
    #[schema(value_type = Option<String>)]
    pub note: Said,
}

fn floating<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(Said, Said), D::Error> {
    Ok(match Option::<FloatingInput>::deserialize(deserializer)? {
        None => (Said::Null, Said::Null),
        Some(floating) => (Said::Text(floating.since), floating.destination.map_or(Said::Null, Said::Text)),
    })
}

/// What a member's fields say, parsed.
#[derive(Debug, Clone)]
pub struct ParsedMember {
    /// The fields that a change takes.
    pub edits: Edits,
    /// Code of the branch.
    pub branch: Option<String>,
    /// Category.
    pub category: Option<Category>,
    /// How he came into the register.
    pub arrival: Option<Arrival>,
    /// First day in the register.
    pub arrived_on: Option<NaiveDate>,
    /// Status.
    pub status: Option<MembershipStatus>,
    /// Everything that is wrong.
    pub errors: Vec<FieldError>,
}

/// Parses fields and gathers what is wrong.
struct Reader {
    errors: Vec<FieldError>,
}

impl Reader {
    fn read<T, E: Display>(
        &mut self,
        field: &str,
        said: &Said,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Edit<T> {
        let text = match said {
            Said::Absent => return Edit::Keep,
            Said::Null => return Edit::Clear,
            Said::Text(text) => text.trim(),
        };
        if text.is_empty() {
            return Edit::Clear;
        }
        match parse(text) {
            Ok(value) => Edit::Set(value),
            Err(message) => {
                // An identifier is never sent back.
                let shown = !matches!(field, "citizen_id" | "mobile" | "telephone");
                self.errors.push(FieldError::new(field, message, shown.then_some(text)));
                Edit::Keep
            }
        }
    }

    fn code(&mut self, field: &str, said: &Said, table: &CodeTable) -> Edit<String> {
        self.read(field, said, |text| table.find(text).map(|entry| entry.code.clone()))
    }

    fn words(&mut self, field: &str, label: &str, said: &Said, longest: usize) -> Edit<String> {
        self.read(field, said, |text| parse_words(label, text, longest))
    }

    fn day(&mut self, field: &str, label: &str, said: &Said) -> Edit<NaiveDate> {
        self.read(field, said, |text| parse_date(text).map_err(|error| error.about(label)))
    }
}

fn value<T>(edit: Edit<T>) -> Option<T> {
    match edit {
        Edit::Set(value) => Some(value),
        Edit::Keep | Edit::Clear => None,
    }
}

impl MemberInput {
    /// What was typed into the form: every field that the form has is said.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> Self {
        let said = |name: &str| {
            if fields.has(name) { Said::Text(fields.get(name).to_owned()) } else { Said::Absent }
        };
        Self {
            name: said("name"),
            citizen_id: said("citizen_id"),
            sex: said("sex"),
            ethnicity: said("ethnicity"),
            birth_date: said("birth_date"),
            education: said("education"),
            degree: said("degree"),
            native_place: said("native_place"),
            branch: said("branch"),
            category: said("category"),
            joined_on: said("joined_on"),
            full_member_on: said("full_member_on"),
            arrival: said("arrival"),
            arrived_on: said("arrived_on"),
            occupation: said("occupation"),
            party_post: said("party_post"),
            mobile: said("mobile"),
            telephone: said("telephone"),
            address: said("address"),
            status: Said::Absent,
            lost_contact_since: said("lost_contact_since"),
            floating: (said("floating_since"), said("floating_destination")),
            note: said("note"),
        }
    }

    /// Parses every field; all errors at once.
    #[must_use]
    pub fn parse(&self) -> ParsedMember {
        let mut reader = Reader { errors: Vec::new() };
        let citizen_id = reader.read("citizen_id", &self.citizen_id, CitizenId::parse);
        let edits = Edits {
            identity: IdentityEdits {
                name: reader.read("name", &self.name, PersonName::parse),
                citizen_id,
                sex: reader.read("sex", &self.sex, Sex::parse),
                ethnicity: reader.code("ethnicity", &self.ethnicity, codes::ethnicity()),
                birth_date: reader.day("birth_date", "出生日期", &self.birth_date),
                education: reader.code("education", &self.education, codes::education()),
                degree: reader.code("degree", &self.degree, codes::degree()),
                native_place: reader.words("native_place", "籍贯", &self.native_place, 100),
                mobile: reader.read("mobile", &self.mobile, MobileNumber::parse),
                telephone: reader.read("telephone", &self.telephone, Telephone::parse),
                address: reader.words("address", "家庭住址", &self.address, 200),
            },
            joined_on: reader.day("joined_on", "加入党组织日期", &self.joined_on),
            full_member_on: reader.day("full_member_on", "转为正式党员日期", &self.full_member_on),
            occupation: reader.code("occupation", &self.occupation, codes::occupation()),
            party_post: reader.words("party_post", "党内职务", &self.party_post, 50),
            floating: self.floating(&mut reader),
            lost_contact_since: reader.day("lost_contact_since", "失联日期", &self.lost_contact_since),
            note: reader.words("note", "备注", &self.note, 500),
        };
        let branch = value(reader.words("branch", "所在党支部", &self.branch, 100));
        let category = value(reader.read("category", &self.category, Category::parse));
        let arrival = value(reader.read("arrival", &self.arrival, Arrival::parse));
        let arrived_on = value(reader.day("arrived_on", "进入当前支部日期", &self.arrived_on));
        let status = value(reader.read("status", &self.status, MembershipStatus::parse));
        ParsedMember { edits, branch, category, arrival, arrived_on, status, errors: reader.errors }
    }

    fn floating(&self, reader: &mut Reader) -> Edit<Floating> {
        let since = reader.day("floating_since", "流动起始日期", &self.floating.0);
        let destination = reader.words("floating_destination", "外出流向", &self.floating.1, 100);
        match (since, value(destination)) {
            (Edit::Set(since), destination) => Edit::Set(Floating { since, destination }),
            (Edit::Clear, Some(destination)) => {
                let message = format!(
                    "填写了外出流向“{}”，还需要填写流动起始日期；未外出请清空外出流向。",
                    excerpt(&destination)
                );
                reader.errors.push(FieldError::new("floating_since", message, None));
                Edit::Keep
            }
            (Edit::Clear, None) => Edit::Clear,
            (Edit::Keep, _) => Edit::Keep,
        }
    }
}

fn required<T>(errors: &mut Vec<FieldError>, field: &str, label: &str, edit: Edit<T>) -> Option<T> {
    let missing = !matches!(edit, Edit::Set(_)) && !errors.iter().any(|error| error.field == field);
    if missing {
        errors.push(FieldError::new(field, format!("请填写{label}。"), None));
    }
    value(edit)
}

impl ParsedMember {
    /// The category must agree with the day of becoming a full member.
    fn check_category(&mut self, required: bool) {
        let full = value(self.edits.full_member_on.clone());
        let message = match (self.category, full) {
            (Some(Category::Full), _)
                if matches!(self.edits.full_member_on, Edit::Clear) || (required && full.is_none()) =>
            {
                "人员类别是正式党员，须填写转为正式党员日期；尚未转正的请选择预备党员。".to_owned()
            }
            (Some(Category::Probationary), Some(day)) => format!(
                "人员类别是预备党员，但转为正式党员日期是“{day}”；已转正的请选择正式党员，没有转正的请清空该日期。"
            ),
            _ => return,
        };
        if !self.errors.iter().any(|error| error.field == "full_member_on") {
            self.errors.push(FieldError::new("full_member_on", message, None));
        }
    }

    /// The command that enrols this member in a branch. `branch` is none where the code named none.
    ///
    /// # Errors
    /// Every missing or wrong field.
    pub fn into_enrol(mut self, branch: Option<OrganisationId>) -> Result<Enrol, Vec<FieldError>> {
        self.check_category(true);
        let mut errors = self.errors;
        let edits = self.edits;
        match (&self.branch, branch) {
            (None, _) if !errors.iter().any(|error| error.field == "branch") => {
                errors.push(FieldError::new("branch", "请选择所在党支部。", None));
            }
            (Some(code), None) => errors.push(FieldError::new(
                "branch",
                format!(
                    "没有找到党支部“{}”，或者不在您的管理范围内，请从列表中选择或填写组织代码。",
                    excerpt(code)
                ),
                Some(code),
            )),
            _ => {}
        }
        if self.category.is_none() && !errors.iter().any(|error| error.field == "category") {
            errors.push(FieldError::new("category", "请选择人员类别：正式党员或预备党员。", None));
        }
        let name = required(&mut errors, "name", "姓名", edits.identity.name);
        let citizen_id = required(&mut errors, "citizen_id", "公民身份号码", edits.identity.citizen_id);
        let ethnicity = required(&mut errors, "ethnicity", "民族", edits.identity.ethnicity);
        let education = required(&mut errors, "education", "学历", edits.identity.education);
        let joined_on = required(&mut errors, "joined_on", "加入党组织日期", edits.joined_on);
        let occupation = required(&mut errors, "occupation", "工作岗位", edits.occupation);
        let status = self.status.unwrap_or(MembershipStatus::Normal);
        if status != MembershipStatus::Normal {
            errors.push(FieldError::new(
                "status",
                format!(
                    "党籍状态不能在录入时选择“{}”，新录入的党员为“正常”；请录入后再办理相应的变更。",
                    status.name()
                ),
                Some(status.name()),
            ));
        }
        let (Some(name), Some(citizen_id), Some(ethnicity), Some(education), Some(joined_on)) =
            (name, citizen_id, ethnicity, education, joined_on)
        else {
            return Err(errors);
        };
        let (Some(branch), Some(occupation), true) = (branch, occupation, errors.is_empty()) else {
            return Err(errors);
        };
        let identity = Identity {
            sex: value(edits.identity.sex).unwrap_or_else(|| citizen_id.sex()),
            birth_date: value(edits.identity.birth_date).unwrap_or_else(|| citizen_id.birth_date()),
            name,
            citizen_id,
            ethnicity,
            education,
            degree: value(edits.identity.degree),
            native_place: value(edits.identity.native_place),
            mobile: value(edits.identity.mobile),
            telephone: value(edits.identity.telephone),
            address: value(edits.identity.address),
        };
        Ok(Enrol {
            id: MembershipId::new(),
            identity,
            branch,
            joined_on,
            full_member_on: value(edits.full_member_on),
            arrival: self.arrival.unwrap_or(Arrival::Initial),
            arrived_on: self.arrived_on,
            status,
            status_from: None,
            floating: value(edits.floating),
            lost_contact_since: value(edits.lost_contact_since),
            occupation,
            party_post: value(edits.party_post),
            note: value(edits.note),
        })
    }

    /// The edits of an existing member; a branch or status that differs is refused with the way to change it.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn into_edits(mut self, branch_now: &str, status_now: &str) -> Result<Edits, Vec<FieldError>> {
        self.check_category(false);
        if let Some(branch) = self.branch.as_deref().filter(|branch| *branch != branch_now) {
            let given = excerpt(branch);
            let message = format!("所在党支部不能直接改为“{given}”，请办理组织关系转接。");
            self.errors.push(FieldError::new("branch", message, Some(branch)));
        }
        if let Some(status) = self.status.filter(|status| status.code() != status_now) {
            let name = status.name();
            let message =
                format!("党籍状态不能直接改为“{name}”，请办理停止党籍、恢复、处分、出党或死亡等相应登记。");
            self.errors.push(FieldError::new("status", message, Some(name)));
        }
        for (field, label, cleared) in [
            ("name", "姓名", matches!(self.edits.identity.name, Edit::Clear)),
            ("citizen_id", "公民身份号码", matches!(self.edits.identity.citizen_id, Edit::Clear)),
            ("ethnicity", "民族", matches!(self.edits.identity.ethnicity, Edit::Clear)),
            ("education", "学历", matches!(self.edits.identity.education, Edit::Clear)),
            ("joined_on", "加入党组织日期", matches!(self.edits.joined_on, Edit::Clear)),
            ("occupation", "工作岗位", matches!(self.edits.occupation, Edit::Clear)),
        ] {
            if cleared {
                self.errors.push(FieldError::new(field, format!("{label}不能为空，请填写。"), None));
            }
        }
        if self.errors.is_empty() { Ok(self.edits) } else { Err(self.errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(json: &str) -> MemberInput {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_missing_field_is_named_at_once() {
        let errors = input("{}").parse().into_enrol(None).unwrap_err();
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(
            fields,
            ["branch", "category", "name", "citizen_id", "ethnicity", "education", "joined_on", "occupation"]
        );
    }

    #[test]
    fn null_clears_and_silence_keeps() {
        let edits = input(r#"{"address":null,"floating":null}"#).parse().into_edits("x", "normal").unwrap();
        assert_eq!(edits.identity.address, Edit::Clear);
        assert_eq!(edits.floating, Edit::Clear);
        assert_eq!(edits.identity.mobile, Edit::Keep);
    }

    #[test]
    fn a_wrong_identifier_is_not_sent_back() {
        let errors = input(r#"{"citizen_id":"500237198005060011"}"#).parse().errors;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].value, None);
    }

    #[test]
    fn a_wrong_value_is_told_by_the_name_of_its_field_and_itself() {
        let wrong = input(r#"{"birth_date":"2026-02-30","floating":{"since":"2026"},"branch":"x"}"#).parse();
        let errors = wrong.into_enrol(None).unwrap_err();
        let of = |field: &str| {
            errors.iter().find(|error| error.field == field).map(|error| error.message.as_str()).unwrap()
        };
        assert!(of("birth_date").starts_with("出生日期“2026-02-30”不存在"), "{}", of("birth_date"));
        assert!(of("floating_since").starts_with("流动起始日期“2026”"), "{}", of("floating_since"));
        assert!(of("branch").contains("“x”"), "{}", of("branch"));
        let long =
            input(&format!(r#"{{"branch":"{}"}}"#, "x".repeat(101))).parse().into_enrol(None).unwrap_err();
        assert_eq!(long.iter().filter(|error| error.field == "branch").count(), 1);
    }

    #[test]
    fn category_and_day_must_agree() {
        let late = input(r#"{"category":"probationary","full_member_on":"2016-07-01"}"#);
        assert_eq!(late.parse().into_edits("", "normal").unwrap_err()[0].field, "full_member_on");
        let early = input(r#"{"category":"full","full_member_on":null}"#);
        assert_eq!(early.parse().into_edits("", "normal").unwrap_err()[0].field, "full_member_on");
    }

    #[test]
    fn unknown_fields_are_refused() {
        assert!(serde_json::from_str::<MemberInput>(r#"{"county_id":"x"}"#).is_err());
    }
}
