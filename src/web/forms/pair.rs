//! Who guides whom, as sent, parsed into the commands of `records::training`.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::error::FieldError;
use crate::base::ids::{PersonId, TrainingPairId};
use crate::records::training::{CorrectPair, EndPair, Pair, PairOutcome};
use crate::web::forms::member::Said;
use crate::web::forms::reserve::{Reader, value};

/// Somebody who is to guide somebody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairInput {
    /// Id of the person who guides.
    pub mentor: String,
    /// Id of the person who is guided.
    pub apprentice: String,
    /// Code of the organisation that keeps the pair; your own when not given.
    #[serde(default)]
    pub organisation: Option<String>,
    /// What was agreed.
    pub agreed: String,
    /// First day.
    pub from: String,
}

/// A correction of a pair. A field that is not mentioned stays.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairCorrection {
    /// What was agreed.
    #[serde(default)]
    pub agreed: Option<String>,
    /// First day.
    #[serde(default)]
    pub from: Option<String>,
}

/// The end of a pair.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PairEnd {
    /// First day no longer.
    pub on: String,
    /// `completed` or `stopped`.
    pub outcome: String,
    /// What came of it.
    pub result: String,
}

fn said(text: &str) -> Said {
    Said::Text(text.to_owned())
}

impl PairInput {
    /// The command.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(&self) -> Result<Pair, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let mut person = |field: &str, label: &str, text: &str| {
            let read = reader.read(field, &said(text), |text| {
                text.trim().parse::<PersonId>().map_err(|_| "没有找到这名人员，请从列表中选择。")
            });
            reader.required(field, label, read)
        };
        let mentor = person("mentor", "导师", &self.mentor);
        let apprentice = person("apprentice", "帮带对象", &self.apprentice);
        let from = reader.day("from", "结对日期", &said(&self.from));
        let from_day = reader.required("from", "结对日期", from);
        match (mentor, apprentice, from_day) {
            (Some(mentor), Some(apprentice), Some(from_day)) if reader.errors.is_empty() => Ok(Pair {
                mentor,
                apprentice,
                organisation: self
                    .organisation
                    .as_deref()
                    .map(str::trim)
                    .filter(|code| !code.is_empty())
                    .map(str::to_owned),
                agreed: self.agreed.clone(),
                from_day,
            }),
            _ => Err(reader.errors),
        }
    }
}

impl PairCorrection {
    /// The command.
    ///
    /// # Errors
    /// A day that is none.
    pub fn parse(self, pair: TrainingPairId, version: i32) -> Result<CorrectPair, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let from = self.from.as_deref().map(|text| {
            let read = reader.day("from", "结对日期", &said(text));
            reader.required("from", "结对日期", read)
        });
        if reader.errors.is_empty() {
            Ok(CorrectPair { pair, version, agreed: self.agreed, from_day: from.flatten() })
        } else {
            Err(reader.errors)
        }
    }
}

impl PairEnd {
    /// The command.
    ///
    /// # Errors
    /// Every wrong field at once.
    pub fn parse(&self, pair: TrainingPairId, version: i32) -> Result<EndPair, Vec<FieldError>> {
        let mut reader = Reader { errors: Vec::new() };
        let on = reader.day("on", "结束日期", &said(&self.on));
        let on = reader.required("on", "结束日期", on);
        let outcome = value(reader.read("outcome", &said(&self.outcome), PairOutcome::parse));
        if outcome.is_none() && !reader.errors.iter().any(|error| error.field == "outcome") {
            reader.errors.push(FieldError::new("outcome", "请选择结对结果：出师或中止。", None));
        }
        match (on, outcome) {
            (Some(on), Some(outcome)) if reader.errors.is_empty() => {
                Ok(EndPair { pair, version, on, outcome, result: self.result.clone() })
            }
            _ => Err(reader.errors),
        }
    }
}
