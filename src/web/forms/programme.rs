//! A programme and an exemption as typed into a form or sent as JSON, parsed into the commands of `records::training`.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::codes;
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
    /// Codes or names of occupations; all when not given. One that stands above others stands for them too.
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
    /// Every wrong status and occupation.
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
        let occupations = read_occupations("occupations", "", &self.occupations, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Demand {
            statuses,
            occupations,
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
    /// Codes or names of the occupations that it is for; all when not given. One that stands above others stands for them
    /// too.
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
        let mut wrong = Vec::new();
        let field = |field: &FieldInput| {
            let name = field.name.trim().to_owned();
            let of = format!("领域“{name}”的");
            let occupations = read_occupations("fields", &of, &field.occupations, &mut wrong);
            NewField { code: field.code.trim().to_owned(), name, occupations }
        };
        let fields: Vec<NewField> = self.fields.iter().map(field).collect();
        match (day, demand) {
            (Ok(from_day), Ok(demand)) if wrong.is_empty() => Ok(SetProgramme {
                code: self.code.trim().to_owned(),
                name: self.name.trim().to_owned(),
                from_day,
                years: self.years,
                is_primary: self.is_primary,
                demand,
                fields,
            }),
            (day, demand) => {
                let mut errors = day.err().unwrap_or_default();
                errors.extend(demand.err().unwrap_or_default());
                errors.extend(wrong);
                Err(errors)
            }
        }
    }
}

/// The codes of occupations by code or name, each with those below it, once, in the order of the table.
fn read_occupations(field: &str, of: &str, given: &[String], errors: &mut Vec<FieldError>) -> Vec<String> {
    let table = codes::occupation();
    let mut named = Vec::new();
    for text in given {
        match table.find(text) {
            Ok(entry) => named.push(entry.code.as_str()),
            Err(error) => errors.push(FieldError::new(field, format!("{of}{error}"), Some(text))),
        }
    }
    let is_meant = |code: &str| named.iter().any(|upper| code.starts_with(upper));
    table.entries().iter().filter(|entry| is_meant(&entry.code)).map(|entry| entry.code.clone()).collect()
}

/// Occupations as typed into one line: codes or names, parted by commas, semicolons or blanks; a name that has a comma of
/// its own (军人、武警) is one.
#[must_use]
pub fn split_occupations(text: &str) -> Vec<String> {
    let table = codes::occupation();
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '/' | ';' | '；'));
    let mut found = Vec::new();
    for part in parts {
        let words: Vec<&str> = part.split('、').filter(|word| !word.is_empty()).collect();
        let mut rest = words.as_slice();
        while let [first, others @ ..] = rest {
            let known = (2..=rest.len()).rev().find_map(|count| {
                let (taken, left) = rest.split_at_checked(count)?;
                let name = taken.join("、");
                table.find(&name).is_ok().then_some((name, left))
            });
            let (name, left) = known.unwrap_or_else(|| ((*first).to_owned(), others));
            found.push(name);
            rest = left;
        }
    }
    found
}

/// Names of occupations, without those whose upper one stands there with everything below it.
#[must_use]
pub fn occupation_names(given: &[String]) -> Vec<String> {
    let table = codes::occupation();
    let is_whole = |upper: &str| {
        let mut below = table.entries().iter().filter(|entry| entry.code.starts_with(upper));
        below.all(|entry| given.contains(&entry.code))
    };
    let is_said = |code: &str| {
        given.iter().any(|upper| upper != code && code.starts_with(upper.as_str()) && is_whole(upper))
    };
    given.iter().filter(|code| !is_said(code)).map(|code| table.name_of(code).to_owned()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut errors = Vec::new();
        let codes = read_occupations("fields", "领域“农村”的", &split_occupations(text), &mut errors);
        errors.into_iter().next().map_or(Ok(codes), |error| Err(error.message))
    }

    #[test]
    fn occupations_are_read_by_code_or_name_with_those_below() {
        assert_eq!(read("").unwrap(), Vec::<String>::new());
        assert_eq!(read("农牧渔民").unwrap(), ["1", "113"]);
        assert_eq!(read("4、军人、武警、3").unwrap(), ["2", "3", "4"]);
        assert_eq!(read("016，113").unwrap(), ["016", "0164", "113"]);
        assert!(read("农牧渔民、宇航员").unwrap_err().starts_with("领域“农村”的"));
    }

    #[test]
    fn what_is_read_is_shown_as_it_was_typed() {
        for text in ["农牧渔民", "军人、武警、学生", "公有制单位、离退休人员", "外出务工经商人员"]
        {
            assert_eq!(occupation_names(&read(text).unwrap()).join("、"), text);
        }
        // An upper one alone says nothing of those below.
        let alone = ["016".to_owned(), "011".to_owned()];
        assert_eq!(occupation_names(&alone), ["工勤技能人员（公有制）", "党政机关工作人员"]);
    }
}
