//! A transfer as sent, to a branch of the county or out of it, parsed into the commands of `records::members`.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::clock;
use crate::base::error::FieldError;
use crate::base::ids::MembershipId;
use crate::base::values::{half_width, parse_date};
use crate::records::members::{LONGEST_VALIDITY, ProposeDeparture, USUAL_VALIDITY};

/// Where a member goes: `to_branch` inside the county, `to_unit` outside it.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TransferInput {
    /// Code of the new branch.
    pub to_branch: Option<String>,
    /// First day there; today when not given. Only with `to_branch`: out of the county the receipt says it.
    pub on: Option<String>,
    /// Number of the letter of introduction; needed with `to_unit`.
    pub letter_number: Option<String>,
    /// The unit outside the county, as the letter names it.
    pub to_unit: Option<String>,
    /// Day of the letter; today when not given. Only with `to_unit`.
    pub letter_on: Option<String>,
    /// For how many days the letter holds, 1 to 366; 90 when not given. Only with `to_unit`.
    pub valid_days: Option<i64>,
}

fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Reads a day that may be left to today.
///
/// # Errors
/// A text that is no day, by the field.
pub fn day_or_today(field: &str, text: Option<&str>) -> Result<NaiveDate, FieldError> {
    given(text).map_or_else(
        || Ok(clock::today()),
        |text| parse_date(text).map_err(|error| FieldError::new(field, error, Some(text))),
    )
}

/// Where a transfer leads.
#[derive(Debug, Clone)]
pub enum Destination {
    /// To the branch of this code, from this day on.
    Branch(String, NaiveDate),
    /// Out of the county.
    Outside(ProposeDeparture),
}

impl TransferInput {
    /// Where the transfer of a member leads.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(&self, member: MembershipId) -> Result<Destination, Vec<FieldError>> {
        let (branch, unit) = (given(self.to_branch.as_deref()), given(self.to_unit.as_deref()));
        let days = self.valid_days.map(|days| days.to_string());
        match (branch, unit) {
            (Some(code), None) => {
                let mut errors = Vec::new();
                for (field, text) in
                    [("letter_on", self.letter_on.as_deref()), ("valid_days", days.as_deref())]
                {
                    if given(text).is_some() {
                        let message = "县内转接由系统计算期限，请去掉这一项；转往县外的才填写。";
                        errors.push(FieldError::new(field, message, text));
                    }
                }
                match day_or_today("on", self.on.as_deref()) {
                    Ok(on) if errors.is_empty() => return Ok(Destination::Branch(code.to_owned(), on)),
                    Ok(_) => {}
                    Err(error) => errors.push(error),
                }
                Err(errors)
            }
            (None, Some(_)) => {
                let departure = self.departure(member, days.as_deref());
                match given(self.on.as_deref()) {
                    None => departure.map(Destination::Outside),
                    Some(on) => {
                        let message =
                            "转往县外的，离开日期以收到回执的日期为准，请去掉 on；介绍信日期填 letter_on。";
                        let mut errors = departure.err().unwrap_or_default();
                        errors.push(FieldError::new("on", message, Some(on)));
                        Err(errors)
                    }
                }
            }
            _ => {
                let message =
                    "请写明去向，二者填一项：县内填 to_branch（党支部代码），县外填 to_unit（单位全称）。";
                Err(vec![FieldError::new("to_branch", message, branch)])
            }
        }
    }

    /// A move out of the county; `days` as typed.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn departure(
        &self,
        member: MembershipId,
        days: Option<&str>,
    ) -> Result<ProposeDeparture, Vec<FieldError>> {
        let letter_on = day_or_today("letter_on", self.letter_on.as_deref());
        let valid_days = given(days).map_or(Ok(USUAL_VALIDITY), |text| {
            half_width(text).parse::<u32>().map_err(|_| {
                let message = format!(
                    "有效期“{text}”不对，应为1至{LONGEST_VALIDITY}的整数（天）；介绍信的有效期一般不超过三个月。"
                );
                FieldError::new("valid_days", message, Some(text))
            })
        });
        match (letter_on, valid_days) {
            (Ok(letter_on), Ok(valid_days)) => Ok(ProposeDeparture {
                member,
                to_unit: self.to_unit.clone().unwrap_or_default(),
                letter_number: self.letter_number.clone().unwrap_or_default(),
                letter_on,
                valid_days,
            }),
            (letter_on, valid_days) => Err(letter_on.err().into_iter().chain(valid_days.err()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(input: &TransferInput) -> Vec<String> {
        let errors = input.parse(MembershipId::new()).unwrap_err();
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn a_transfer_leads_to_one_place() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(fields(&TransferInput::default()), ["to_branch"]);
        let both =
            TransferInput { to_branch: text("A"), to_unit: text("某单位"), ..TransferInput::default() };
        assert_eq!(fields(&both), ["to_branch"]);
        let mixed =
            TransferInput { to_branch: text("A"), letter_on: text("2026-13-01"), on: text("x"), ..both };
        let mixed = TransferInput { to_unit: None, valid_days: Some(3), ..mixed };
        assert_eq!(fields(&mixed), ["letter_on", "valid_days", "on"]);
        let outside =
            TransferInput { to_branch: None, to_unit: text("某单位"), valid_days: Some(-1), ..mixed };
        assert_eq!(fields(&outside), ["letter_on", "valid_days", "on"]);
    }
}
