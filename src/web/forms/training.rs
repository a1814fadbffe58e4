//! A class and who came to it, as typed into a form or sent as JSON, parsed into the commands of
//! `records::training`.

use std::str::FromStr;

use bigdecimal::BigDecimal;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::base::error::FieldError;
use crate::base::ids::{MembershipId, OrganisationId, TrainingClassId, TrainingProgrammeId};
use crate::records::training::{Attend, ClassKind, Edits, Items, PlanClass, TrainingResult};
use crate::web::forms::member::Said;
use crate::web::forms::reserve::{Reader, value};
use crate::web::guards::Fields;

/// A text, a number or a truth value as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plain(pub Said);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde_json::Value;
        let said = match Value::deserialize(deserializer)? {
            Value::Null => Said::Null,
            Value::String(text) => Said::Text(text),
            Value::Number(number) => Said::Text(number.to_string()),
            Value::Bool(truth) => Said::Text(truth.to_string()),
            Value::Array(_) | Value::Object(_) => {
                return Err(serde::de::Error::custom("a text, a number or a truth value is wanted here"));
            }
        };
        Ok(Self(said))
    }
}

impl serde::Serialize for Plain {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// A class as sent. A field that is not mentioned stays, null clears it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is that of the class, see the glossary")]
pub struct ClassInput {
    /// Its number, one in the county.
    #[schema(value_type = Option<String>)]
    pub code: Said,
    #[schema(value_type = Option<String>)]
    pub name: Said,
    /// `class`, `micro_lesson` or `lecture`; a class when not given.
    #[schema(value_type = Option<String>)]
    pub kind: Said,
    /// Code or name of the programme.
    #[schema(value_type = Option<String>)]
    pub programme: Said,
    /// Code of a field of the programme.
    #[schema(value_type = Option<String>)]
    pub field: Said,
    /// Code of the organisation that holds it; your own when not given.
    #[schema(value_type = Option<String>)]
    pub organisation: Said,
    /// Code of the organisation whose members may attend; that which holds it when not given.
    #[schema(value_type = Option<String>)]
    pub audience: Said,
    #[schema(value_type = Option<String>)]
    pub first_day: Said,
    #[schema(value_type = Option<String>)]
    pub last_day: Said,
    #[schema(value_type = Option<f64>)]
    pub hours: Plain,
    #[schema(value_type = Option<i32>)]
    pub places: Plain,
    #[schema(value_type = Option<bool>)]
    pub is_away: Plain,
    #[schema(value_type = Option<bool>)]
    pub takes_walk_ins: Plain,
    #[schema(value_type = Option<String>)]
    pub site: Said,
    #[schema(value_type = Option<bool>)]
    pub is_course_approved: Plain,
    #[schema(value_type = Option<String>)]
    pub teacher: Said,
    #[schema(value_type = Option<String>)]
    pub cost_bearer: Said,
    #[schema(value_type = Option<String>)]
    pub assessment: Said,
    #[schema(value_type = Option<String>)]
    pub note: Said,
}

/// What the codes of a class mean, looked up inside the caller's scope.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClassPlaces {
    /// The programme.
    pub programme: Option<TrainingProgrammeId>,
    /// Who holds it.
    pub organisation: Option<OrganisationId>,
    /// Whose members may attend.
    pub audience: Option<OrganisationId>,
}

/// A decimal number as people write it.
fn decimal(name: &'static str) -> impl Fn(&str) -> Result<BigDecimal, String> {
    move |text| {
        let text = text.trim();
        let refused = || format!("{name}“{text}”不是数字，请填写如8或4.5的数字。");
        // An exponent would let ten letters ask for a number of a billion digits.
        let plain = text.len() <= 12 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-'));
        if plain { BigDecimal::from_str(text).map_err(|_| refused()) } else { Err(refused()) }
    }
}

/// A whole number as people write it.
fn whole(name: &'static str) -> impl Fn(&str) -> Result<i32, String> {
    move |text| {
        text.trim().parse().map_err(|_| format!("{name}“{}”不是整数，请填写如50的整数。", text.trim()))
    }
}

/// Yes or no, in the words of a form, a workbook or JSON.
fn truth(name: &'static str) -> impl Fn(&str) -> Result<bool, String> {
    move |text| match text.trim() {
        "true" | "是" | "1" => Ok(true),
        "false" | "否" | "0" => Ok(false),
        other => Err(format!("{name}“{other}”应为是或否，请改正。")),
    }
}

fn given(said: &Said) -> Option<&str> {
    match said {
        Said::Text(text) => Some(text.trim()).filter(|text| !text.is_empty()),
        Said::Absent | Said::Null => None,
    }
}

impl ClassInput {
    /// What was typed into the form: every field that the form has is said.
    #[must_use]
    pub fn from_fields(fields: &Fields) -> Self {
        let said = |name: &str| {
            if fields.has(name) { Said::Text(fields.get(name).to_owned()) } else { Said::Absent }
        };
        let plain = |name: &str| Plain(said(name));
        Self {
            code: said("code"),
            name: said("name"),
            kind: said("kind"),
            programme: said("programme"),
            field: said("field"),
            organisation: said("organisation"),
            audience: said("audience"),
            first_day: said("first_day"),
            last_day: said("last_day"),
            hours: plain("hours"),
            places: plain("places"),
            is_away: plain("is_away"),
            takes_walk_ins: plain("takes_walk_ins"),
            site: said("site"),
            is_course_approved: plain("is_course_approved"),
            teacher: said("teacher"),
            cost_bearer: said("cost_bearer"),
            assessment: said("assessment"),
            note: said("note"),
        }
    }

    /// What the programme was called.
    #[must_use]
    pub fn programme(&self) -> Option<&str> {
        given(&self.programme)
    }

    /// Code of the organisation that holds it.
    #[must_use]
    pub fn organisation(&self) -> Option<&str> {
        given(&self.organisation)
    }

    /// Code of the audience.
    #[must_use]
    pub fn audience(&self) -> Option<&str> {
        given(&self.audience)
    }

    /// The command that plans it; `places` is what its codes mean.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn plan(&self, places: ClassPlaces) -> Result<PlanClass, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        for (field, name, text, found) in [
            ("programme", "轮训计划", self.programme(), places.programme.is_some()),
            ("organisation", "主办单位", self.organisation(), places.organisation.is_some()),
            ("audience", "参训范围", self.audience(), places.audience.is_some()),
        ] {
            if found {
                continue;
            }
            let message = text.map_or_else(
                || format!("请选择{name}。"),
                |text| format!("没有找到{name}“{text}”，或者不在您的管理范围内，请重新选择。"),
            );
            reader.errors.push(FieldError::new(field, message, text));
        }
        let code = reader.words("code", "班次编号", &self.code, 40);
        let code = reader.required("code", "班次编号", code);
        let name = reader.words("name", "班次名称", &self.name, 100);
        let name = reader.required("name", "班次名称", name);
        let kind = value(reader.read("kind", &self.kind, ClassKind::parse)).unwrap_or(ClassKind::Class);
        let field = reader.words("field", "领域", &self.field, 50);
        let field = reader.required("field", "领域", field);
        let first_day = reader.day("first_day", "开始日期", &self.first_day);
        let first_day = reader.required("first_day", "开始日期", first_day);
        let last_day = reader.day("last_day", "结束日期", &self.last_day);
        let last_day = reader.required("last_day", "结束日期", last_day);
        let hours = reader.read("hours", &self.hours.0, decimal("学时"));
        let hours = reader.required("hours", "学时", hours);
        let places_offered = value(reader.read("places", &self.places.0, whole("名额")));
        let is_away = value(reader.read("is_away", &self.is_away.0, truth("是否外出培训")));
        let takes_walk_ins =
            value(reader.read("takes_walk_ins", &self.takes_walk_ins.0, truth("可否未报名参训")));
        let items = self.items(&mut reader);
        let note = value(reader.words("note", "备注", &self.note, 500));
        let when = first_day.zip(last_day).zip(hours);
        let what = code.zip(name).zip(field);
        let place = places.programme.zip(places.organisation).zip(places.audience);
        match (when, what, place) {
            (
                Some(((first_day, last_day), hours)),
                Some(((code, name), field)),
                Some(((programme, organisation), audience)),
            ) if reader.errors.is_empty() => Ok(PlanClass {
                code,
                name,
                kind,
                programme,
                field,
                organisation,
                audience,
                first_day,
                last_day,
                hours,
                places: places_offered,
                is_away: is_away.unwrap_or(false),
                takes_walk_ins: takes_walk_ins.unwrap_or(false),
                items,
                note,
            }),
            _ => Err(reader.errors),
        }
    }

    fn items(&self, reader: &mut Reader) -> Items {
        Items {
            site: value(reader.words("site", "地点", &self.site, 100)),
            is_course_approved: value(reader.read(
                "is_course_approved",
                &self.is_course_approved.0,
                truth("课程是否审核"),
            ))
            .unwrap_or(false),
            teacher: value(reader.words("teacher", "师资", &self.teacher, 100)),
            cost_bearer: value(reader.words("cost_bearer", "经费负担", &self.cost_bearer, 100)),
            assessment: value(reader.words("assessment", "考核评估", &self.assessment, 500)),
        }
    }

    /// What a change says of the class; its number, kind, programme, host and audience stay.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn edits(&self) -> Result<Edits, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let edits = Edits {
            name: reader.words("name", "班次名称", &self.name, 100),
            field: reader.words("field", "领域", &self.field, 50),
            first_day: reader.day("first_day", "开始日期", &self.first_day),
            last_day: reader.day("last_day", "结束日期", &self.last_day),
            hours: reader.read("hours", &self.hours.0, decimal("学时")),
            places: reader.read("places", &self.places.0, whole("名额")),
            is_away: reader.read("is_away", &self.is_away.0, truth("是否外出培训")),
            takes_walk_ins: reader.read("takes_walk_ins", &self.takes_walk_ins.0, truth("可否未报名参训")),
            site: reader.words("site", "地点", &self.site, 100),
            is_course_approved: reader.read(
                "is_course_approved",
                &self.is_course_approved.0,
                truth("课程是否审核"),
            ),
            teacher: reader.words("teacher", "师资", &self.teacher, 100),
            cost_bearer: reader.words("cost_bearer", "经费负担", &self.cost_bearer, 100),
            assessment: reader.words("assessment", "考核评估", &self.assessment, 500),
            note: reader.words("note", "备注", &self.note, 500),
        };
        let fixed = [
            ("code", "班次编号", &self.code),
            ("kind", "班次类别", &self.kind),
            ("programme", "轮训计划", &self.programme),
            ("organisation", "主办单位", &self.organisation),
            ("audience", "参训范围", &self.audience),
        ];
        for (field, name, said) in fixed {
            if *said != Said::Absent {
                let message = format!("{name}不能修改；填错的请取消本班次，另行计划。");
                reader.errors.push(FieldError::new(field, message, None));
            }
        }
        if reader.errors.is_empty() { Ok(edits) } else { Err(reader.errors) }
    }
}

/// That a member came, as sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AttendanceInput {
    /// Id of the member.
    pub member: String,
    /// Hours present.
    #[schema(value_type = f64)]
    pub hours: Plain,
    /// `excellent`, `passed` or `failed`.
    #[schema(value_type = Option<String>)]
    pub result: Said,
    /// Free text.
    #[schema(value_type = Option<String>)]
    pub note: Said,
}

impl AttendanceInput {
    /// The command; `member` is read by the caller where it stands in the address.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(
        &self,
        class: TrainingClassId,
        member: Option<MembershipId>,
    ) -> Result<Attend, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let member = member.or_else(|| self.member.trim().parse().ok());
        if member.is_none() {
            let message = "没有找到这名党员，请重新选择。";
            reader.errors.push(FieldError::new("member", message, Some(&self.member)));
        }
        let hours = reader.read("hours", &self.hours.0, decimal("到课学时"));
        let hours = reader.required("hours", "到课学时", hours);
        let result = reader.read("result", &self.result, TrainingResult::parse);
        let result = reader.required("result", "考核结果", result);
        let note = value(reader.words("note", "备注", &self.note, 500));
        match (member, hours, result) {
            (Some(member), Some(hours), Some(result)) if reader.errors.is_empty() => {
                Ok(Attend { class, member, hours, result, note })
            }
            _ => Err(reader.errors),
        }
    }
}
