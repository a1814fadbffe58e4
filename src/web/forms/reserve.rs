//! Somebody in the pool as typed into the form or sent as JSON, parsed into the commands of `records::reserves`.

use std::fmt::Display;

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::codes::{self, CodeTable};
use crate::base::edit::Edit;
use crate::base::error::FieldError;
use crate::base::ids::{OrganisationId, PersonId};
use crate::base::values::{CitizenId, MobileNumber, PersonName, parse_date};
use crate::records::people::Identity;
use crate::records::reserves::{
    Edits, Enter, MentorKind, NewMentor, Posting, ReserveKind, ReserveSource, ReserveState, Route, Who,
};
use crate::records::words::{WordBook, WordList};
use crate::web::forms::member::Said;
use crate::web::guards::Fields;

/// A mentor as sent.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MentorInput {
    /// `township_leader` or `village_secretary`.
    pub kind: String,
    /// His name.
    pub name: String,
    /// Id of the person, where he is on record.
    pub person: Option<String>,
    /// First day; that of the entry when not given.
    pub from: Option<String>,
}

/// Somebody in the pool as sent. A field that is not mentioned stays, null clears it.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is that of the entry, see the glossary")]
pub struct ReserveInput {
    /// Id of a person on record; else `name` and `citizen_id` say who it is.
    #[schema(value_type = Option<String>)]
    pub person: Said,
    #[schema(value_type = Option<String>)]
    pub name: Said,
    #[schema(value_type = Option<String>)]
    pub citizen_id: Said,
    #[schema(value_type = Option<String>)]
    pub ethnicity: Said,
    #[schema(value_type = Option<String>)]
    pub mobile: Said,
    #[schema(value_type = Option<String>)]
    pub education: Said,
    #[schema(value_type = Option<String>)]
    pub political_status: Said,
    /// Code of the village or community.
    #[schema(value_type = Option<String>)]
    pub village: Said,
    #[schema(value_type = Option<String>)]
    pub kind: Said,
    #[schema(value_type = Option<String>)]
    pub entered_on: Said,
    #[schema(value_type = Option<String>)]
    pub route: Said,
    pub sources: Option<Vec<String>>,
    pub mentors: Option<Vec<MentorInput>>,
    /// A state other than `in_pool` with which an old list is taken over.
    #[schema(value_type = Option<String>)]
    pub state: Said,
    #[schema(value_type = Option<String>)]
    pub state_from: Said,
    #[schema(value_type = Option<String>)]
    pub post: Said,
    #[schema(value_type = Option<String>)]
    pub note: Said,
}

/// Parses fields and gathers what is wrong.
pub(super) struct Reader {
    pub(super) errors: Vec<FieldError>,
}

impl Reader {
    pub(super) fn read<T, E: Display>(
        &mut self,
        field: &str,
        said: &Said,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Edit<T> {
        match said {
            Said::Absent => Edit::Keep,
            Said::Null => Edit::Clear,
            Said::Text(text) if text.trim().is_empty() => Edit::Clear,
            Said::Text(text) => match parse(text) {
                Ok(value) => Edit::Set(value),
                Err(error) => {
                    let shown = (field != "citizen_id").then_some(text.as_str());
                    self.errors.push(FieldError::new(field, error, shown));
                    Edit::Keep
                }
            },
        }
    }

    fn code(&mut self, field: &str, said: &Said, table: &'static CodeTable) -> Edit<String> {
        self.read(field, said, |text| table.find(text).map(|entry| entry.code.clone()))
    }

    pub(super) fn day(&mut self, field: &str, name: &str, said: &Said) -> Edit<NaiveDate> {
        self.read(field, said, |text| parse_date(text).map_err(|error| error.about(name)))
    }

    pub(super) fn words(&mut self, field: &str, name: &str, said: &Said, longest: usize) -> Edit<String> {
        self.read(field, said, |text| {
            let text = text.trim();
            if text.chars().count() > longest {
                return Err(format!("{name}不能超过{longest}字，请精简。"));
            }
            Ok(text.to_owned())
        })
    }

    pub(super) fn required<T>(&mut self, field: &str, name: &str, edit: Edit<T>) -> Option<T> {
        let value = value(edit);
        if value.is_none() && !self.errors.iter().any(|error| error.field == field) {
            self.errors.push(FieldError::new(field, format!("请填写{name}。"), None));
        }
        value
    }

    /// The codes of sources given by code or name; what nobody knows is kept as it is, and refused by the verb.
    fn sources(given: &[String], words: &WordBook) -> Vec<String> {
        given
            .iter()
            .map(|text| text.trim())
            .filter(|text| !text.is_empty())
            .map(|text| {
                ReserveSource::parse_with(text, words.words(WordList::ReserveSource))
                    .map_or_else(|_| text.to_owned(), |source| source.code().to_owned())
            })
            .collect()
    }
}

pub(super) fn value<T>(edit: Edit<T>) -> Option<T> {
    match edit {
        Edit::Set(value) => Some(value),
        Edit::Keep | Edit::Clear => None,
    }
}

impl ReserveInput {
    /// What was typed into the form: every field that the form has is said.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> Self {
        let said = |name: &str| {
            if fields.has(name) { Said::Text(fields.get(name).to_owned()) } else { Said::Absent }
        };
        let mentors = [
            (MentorKind::TownshipLeader, "leader1"),
            (MentorKind::TownshipLeader, "leader2"),
            (MentorKind::VillageSecretary, "secretary"),
        ];
        let mentors = mentors.into_iter().filter_map(|(kind, field)| {
            let name = fields.given(field).unwrap_or_default().to_owned();
            let person = fields.given(&format!("{field}_person")).map(str::to_owned);
            let kind = kind.code().to_owned();
            (!name.is_empty() || person.is_some()).then_some(MentorInput { kind, name, person, from: None })
        });
        Self {
            person: said("person"),
            name: said("name"),
            citizen_id: said("citizen_id"),
            ethnicity: said("ethnicity"),
            mobile: said("mobile"),
            education: said("education"),
            political_status: said("political_status"),
            village: said("village"),
            kind: said("kind"),
            entered_on: said("entered_on"),
            route: said("route"),
            sources: Some(fields.all("sources").map(str::to_owned).collect()),
            mentors: Some(mentors.collect()),
            note: said("note"),
            ..Self::default()
        }
    }

    /// Code of the village, where it was said.
    #[must_use]
    pub fn village_code(&self) -> Option<&str> {
        match &self.village {
            Said::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
            Said::Absent | Said::Null => None,
        }
    }

    /// The command that enters somebody; `village` is what its code means.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn enter(&self, village: Option<OrganisationId>, words: &WordBook) -> Result<Enter, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        if let Some(code) = self.village_code().filter(|_| village.is_none()) {
            let message = format!("没有找到代码为“{code}”的村（社区），或者不在您的管理范围内，请重新选择。");
            reader.errors.push(FieldError::new("village", message, Some(code)));
        } else if village.is_none() {
            reader.errors.push(FieldError::new("village", "请选择村（社区）。", None));
        }
        let education = reader.code("education", &self.education, codes::education());
        let education = reader.required("education", "学历", education);
        let status = reader.code("political_status", &self.political_status, codes::political_status());
        let political_status = reader.required("political_status", "政治面貌", status);
        let kind = reader.read("kind", &self.kind, ReserveKind::parse);
        let kind = reader.required("kind", "类别", kind);
        let entered_on = reader.day("entered_on", "入库日期", &self.entered_on);
        let entered_on = reader.required("entered_on", "入库日期", entered_on);
        let route = value(reader.read("route", &self.route, Route::parse));
        let who = self.who(&mut reader, education.as_deref());
        let mentors = self.mentors(&mut reader, entered_on);
        let posting = self.posting(&mut reader);
        let note = value(reader.words("note", "备注", &self.note, 500));
        let sources = Reader::sources(self.sources.as_deref().unwrap_or_default(), words);
        match (who, village, kind, entered_on, political_status, education) {
            (
                Some(who),
                Some(village),
                Some(kind),
                Some(entered_on),
                Some(political_status),
                Some(education),
            ) if reader.errors.is_empty() => Ok(Enter {
                who,
                village,
                kind,
                entered_on,
                route,
                political_status,
                education,
                sources,
                mentors,
                posting,
                note,
            }),
            _ => Err(reader.errors),
        }
    }

    fn who(&self, reader: &mut Reader, education: Option<&str>) -> Option<Who> {
        let person = reader.read("person", &self.person, |text| {
            text.trim()
                .parse::<PersonId>()
                .map_err(|_| "人员编号无效，请重新选择，或填写姓名和公民身份号码。")
        });
        if let Edit::Set(person) = person {
            return Some(Who::OnRecord(person));
        }
        let name = reader.read("name", &self.name, PersonName::parse);
        let name = reader.required("name", "姓名", name);
        let citizen_id = reader.read("citizen_id", &self.citizen_id, CitizenId::parse);
        let citizen_id = reader.required("citizen_id", "公民身份号码", citizen_id);
        let ethnicity = reader.code("ethnicity", &self.ethnicity, codes::ethnicity());
        let ethnicity = reader.required("ethnicity", "民族", ethnicity);
        let mobile = value(reader.read("mobile", &self.mobile, MobileNumber::parse));
        let (name, citizen_id) = (name?, citizen_id?);
        Some(Who::Identified(Box::new(Identity {
            name,
            sex: citizen_id.sex(),
            birth_date: citizen_id.birth_date(),
            citizen_id,
            ethnicity: ethnicity?,
            education: education?.to_owned(),
            degree: None,
            native_place: None,
            mobile,
            telephone: None,
            address: None,
        })))
    }

    fn mentors(&self, reader: &mut Reader, entered_on: Option<NaiveDate>) -> Vec<NewMentor> {
        let given = self.mentors.as_deref().unwrap_or_default();
        given.iter().filter_map(|mentor| mentor.read(reader, entered_on)).collect()
    }

    fn posting(&self, reader: &mut Reader) -> Option<Posting> {
        let state = value(reader.read("state", &self.state, ReserveState::parse));
        let from_day = value(reader.day("state_from", "状态日期", &self.state_from));
        let post = value(reader.words("post", "任用职务", &self.post, 50));
        match (state.filter(|state| *state != ReserveState::InPool), from_day) {
            (Some(state), Some(from_day)) => {
                Some(Posting { state, from_day, village: None, post, reason: None })
            }
            (Some(_), None) => {
                reader.errors.push(FieldError::new("state_from", "状态不是在库的，请填写状态日期。", None));
                None
            }
            (None, _) => None,
        }
    }

    /// What a change says of the entry; who it is and the village stay.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn edits(&self, words: &WordBook) -> Result<Edits, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let edits = Edits {
            kind: reader.read("kind", &self.kind, ReserveKind::parse),
            route: reader.read("route", &self.route, Route::parse),
            political_status: reader.code(
                "political_status",
                &self.political_status,
                codes::political_status(),
            ),
            education: reader.code("education", &self.education, codes::education()),
            sources: self
                .sources
                .as_ref()
                .map_or(Edit::Keep, |given| Edit::Set(Reader::sources(given, words))),
            note: reader.words("note", "备注", &self.note, 500),
        };
        let fixed = [
            ("name", "姓名", self.name.clone()),
            ("citizen_id", "公民身份号码", self.citizen_id.clone()),
            ("village", "村（社区）", self.village.clone()),
            ("entered_on", "入库日期", self.entered_on.clone()),
            ("state", "状态", self.state.clone()),
        ];
        for (field, name, said) in fixed {
            if said != Said::Absent {
                let message = format!("{name}不能在这里修改；状态请办理相应事项，其他请退出后重新入库。");
                reader.errors.push(FieldError::new(field, message, None));
            }
        }
        if reader.errors.is_empty() { Ok(edits) } else { Err(reader.errors) }
    }
}

impl MentorInput {
    /// The mentor, where everything is right.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(&self, otherwise: Option<NaiveDate>) -> Result<NewMentor, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        self.read(&mut reader, otherwise).filter(|_| reader.errors.is_empty()).ok_or(reader.errors)
    }

    fn read(&self, reader: &mut Reader, otherwise: Option<NaiveDate>) -> Option<NewMentor> {
        let said = |text: &str| Said::Text(text.to_owned());
        let kind = reader.read("kind", &said(&self.kind), MentorKind::parse);
        let kind = reader.required("kind", "帮带人类别", kind);
        let name = reader.read("mentor", &said(&self.name), PersonName::parse);
        let name = reader.required("mentor", "帮带人姓名", name);
        let person = reader.read("mentor", &said(self.person.as_deref().unwrap_or_default()), |text| {
            text.trim().parse::<PersonId>().map_err(|_| "帮带人编号无效，请重新选择，或只填写姓名。")
        });
        let from = reader.day("from", "联系起始日期", &said(self.from.as_deref().unwrap_or_default()));
        let from_day = value(from).or(otherwise)?;
        Some(NewMentor { kind: kind?, person: value(person), name: name?, from_day })
    }
}
