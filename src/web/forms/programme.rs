//! A programme and an exemption as typed into a form or sent as JSON, parsed into the commands of `records::training`.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::edit::Edit;
use crate::base::error::FieldError;
use crate::base::ids::MembershipId;
use crate::base::values::{MembershipStatus, parse_date};
use crate::records::training::{Demand, Exempt, ExemptionKind, NewField, SetProgramme};
use crate::web::forms::member::Said;
use crate::web::forms::reserve::Reader;

/// What a programme demands, as sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemandInput {
    /// Statuses of those who are to be trained; `normal` alone when not given.
    pub statuses: Option<Vec<String>>,
    /// Codes of occupations; all when not given.
    pub occupations: Vec<String>,
    /// From this age on a member is exempt.
    pub exempt_age: Option<i32>,
    /// Whether a class opens only with its unified items.
    pub is_unified: bool,
    /// Floor of each year, in percent.
    pub floors: Vec<i32>,
    /// The decision that it rests on.
    pub source: String,
}

impl DemandInput {
    /// What is demanded.
    ///
    /// # Errors
    /// Every wrong status.
    pub fn parse(&self) -> Result<Demand, Vec<FieldError>> {
        let normal = ["normal".to_owned()];
        let given = self.statuses.as_deref().unwrap_or(&normal);
        let (mut statuses, mut errors) = (Vec::new(), Vec::new());
        for text in given {
            match MembershipStatus::parse(text) {
                Ok(status) => statuses.push(status),
                Err(error) => errors.push(FieldError::new("statuses", error, Some(text))),
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Demand {
            statuses,
            occupations: self.occupations.clone(),
            exempt_age: self.exempt_age,
            is_unified: self.is_unified,
            floors: self.floors.clone(),
            source: self.source.trim().to_owned(),
        })
    }
}

/// A field of a programme, as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldInput {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Codes of the occupations that it is for; all when not given.
    #[serde(default)]
    pub occupations: Vec<String>,
}

/// A programme as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeInput {
    /// Short name in addresses.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// First day of the cycle.
    pub from_day: String,
    /// Length of the cycle, one to five years.
    pub years: i32,
    /// Whether the figures of the report are about it while it runs.
    pub is_primary: bool,
    /// What it demands from its first day on.
    pub demand: DemandInput,
    /// Its fields, at least one.
    pub fields: Vec<FieldInput>,
}

/// A day as sent.
///
/// # Errors
/// The wrong field.
pub fn parse_day(field: &str, text: &str) -> Result<NaiveDate, Vec<FieldError>> {
    parse_date(text).map_err(|error| vec![FieldError::new(field, error, Some(text))])
}

impl ProgrammeInput {
    /// The command that sets it.
    ///
    /// # Errors
    /// Every field that cannot be read.
    pub fn parse(&self) -> Result<SetProgramme, Vec<FieldError>> {
        let (day, demand) = (parse_day("from_day", &self.from_day), self.demand.parse());
        let fields = self.fields.iter().map(|field| NewField {
            code: field.code.trim().to_owned(),
            name: field.name.trim().to_owned(),
            occupations: field.occupations.clone(),
        });
        match (day, demand) {
            (Ok(from_day), Ok(demand)) => Ok(SetProgramme {
                code: self.code.trim().to_owned(),
                name: self.name.trim().to_owned(),
                from_day,
                years: self.years,
                is_primary: self.is_primary,
                demand,
                fields: fields.collect(),
            }),
            (day, demand) => {
                let mut errors = day.err().unwrap_or_default();
                errors.extend(demand.err().unwrap_or_default());
                Err(errors)
            }
        }
    }
}

/// An exemption as sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExemptionInput {
    /// Id of the member.
    pub member: String,
    /// `old`, `ill`, `disabled` or `other`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// First day.
    pub from: String,
    /// First day no longer; until it is ended when not given.
    pub to: Option<String>,
}

impl ExemptionInput {
    /// The command.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(&self) -> Result<Exempt, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let said = |text: &str| Said::Text(text.to_owned());
        let member = reader.read("member", &said(&self.member), |text| {
            text.trim().parse::<MembershipId>().map_err(|_| "没有找到这名党员，请重新选择。")
        });
        let member = reader.required("member", "党员", member);
        let kind = reader.read("kind", &said(&self.kind), ExemptionKind::parse);
        let kind = reader.required("kind", "免训类别", kind);
        let from_day = reader.day("from", "起始日期", &said(&self.from));
        let from_day = reader.required("from", "起始日期", from_day);
        let to = reader.day("to", "结束日期", &said(self.to.as_deref().unwrap_or_default()));
        match (member, kind, from_day) {
            (Some(member), Some(kind), Some(from_day)) if reader.errors.is_empty() => Ok(Exempt {
                member,
                kind,
                reason: self.reason.trim().to_owned(),
                from_day,
                to_day: match to {
                    Edit::Set(day) => Some(day),
                    Edit::Keep | Edit::Clear => None,
                },
            }),
            _ => Err(reader.errors),
        }
    }
}
