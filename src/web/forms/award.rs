//! What a form or a request says of awards: texts become commands, or all wrong fields come back.

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::AwardId;
use crate::base::values::{excerpt, parse_date};
use crate::records::ratings::awards::{
    ActOnAward, AwardDeed, AwardStep, ObjectionOutcome, PanelAggregation, RecommendAward, SetAwardKind,
    SetAwardScheme, SetAwardStep, StepLevel,
};
use crate::web::forms::committee::Wrong;

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn text(text: Option<&String>) -> String {
    filled(text).unwrap_or_default().to_owned()
}

/// A day, or today where none was sent.
fn day_or_today(wrong: &mut Wrong, field: &str, given: Option<&String>) -> Option<NaiveDate> {
    match filled(given) {
        None => Some(clock::today()),
        Some(given) => wrong.keep(field, given, parse_date(given)),
    }
}

/// A village put forward, as sent.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecommendationInput {
    /// Code of the scheme.
    pub scheme: String,
    /// Code of the kind.
    pub kind: String,
    /// The year that it is honoured for.
    pub year: i32,
    /// Code of the village or community.
    pub village: String,
    /// Why: 1 to 500 characters.
    pub reason: String,
    /// The day; today when not given.
    pub on: Option<String>,
}

impl RecommendationInput {
    /// The command.
    ///
    /// # Errors
    /// `Invalid` for a day that is none.
    pub fn parse(self) -> Result<RecommendAward> {
        let mut wrong = Wrong::default();
        let on = day_or_today(&mut wrong, "on", self.on.as_ref());
        let on = wrong.finish(on)?;
        Ok(RecommendAward {
            scheme: self.scheme.trim().to_owned(),
            kind: self.kind.trim().to_owned(),
            year: self.year,
            village: self.village.trim().to_owned(),
            reason: self.reason,
            on,
        })
    }
}

/// A mark, as sent.
#[derive(Debug, Clone, serde::Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkInput {
    /// Who gave it.
    pub rater: String,
    /// From nought to the scheme's full marks.
    #[schema(value_type = f64)]
    pub score: Value,
}

/// What is done to an award. Which fields it needs depends on the verb.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DeedInput {
    /// The day; today when not given.
    pub on: Option<String>,
    /// For `recommend`, `return`, `reject`, `revoke` and `resolve`: why, 1 to 500 characters.
    pub reason: Option<String>,
    /// For `score`: the marks of the panel.
    pub scores: Vec<MarkInput>,
    /// For `notice`: a last day later than the working days demand.
    pub until: Option<String>,
    /// For `object`: who; empty: did not want to be named.
    pub objector: Option<String>,
    /// For `object`: what was objected.
    pub content: Option<String>,
    /// For `resolve`: `dismissed`, `returned` or `rejected`.
    pub outcome: Option<String>,
}

impl DeedInput {
    /// The command that a verb's body describes.
    ///
    /// # Errors
    /// Every wrong field; `Missing` for an unknown verb.
    pub fn parse(&self, verb: &str, award: AwardId, version: Option<i32>) -> Result<ActOnAward> {
        let mut wrong = Wrong::default();
        let on = day_or_today(&mut wrong, "on", self.on.as_ref());
        let reason = || text(self.reason.as_ref());
        let deed = match verb {
            "recommend" => AwardDeed::Recommend { reason: reason() },
            "score" => AwardDeed::Score {
                scores: self.scores.iter().map(|mark| (mark.rater.clone(), typed(&mark.score))).collect(),
            },
            "decide" => AwardDeed::Decide,
            "notice" => AwardDeed::Notice {
                until: wrong.maybe_day("until", "公示截止日期", self.until.as_deref()),
            },
            "finish" => AwardDeed::Finish,
            "return" => AwardDeed::Return { reason: reason() },
            "reject" => AwardDeed::Reject { reason: reason() },
            "revoke" => AwardDeed::Revoke { reason: reason() },
            "object" => AwardDeed::Object {
                objector: filled(self.objector.as_ref()).map(str::to_owned),
                content: text(self.content.as_ref()),
            },
            "resolve" => {
                let given = text(self.outcome.as_ref());
                let outcome = wrong.keep("outcome", &given, ObjectionOutcome::parse(&given));
                AwardDeed::Resolve {
                    outcome: outcome.unwrap_or(ObjectionOutcome::Dismissed),
                    reason: reason(),
                }
            }
            _ => return Err(Error::Missing { what: "这个操作" }),
        };
        let on = wrong.finish(on)?;
        Ok(ActOnAward { award, version, deed, on })
    }
}

/// A mark as a form would have it; what can be no mark is refused by the verb with its text.
fn typed(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A kind of award, as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardKindInput {
    /// Code in the API and in figures.
    pub code: String,
    /// Chinese name.
    pub name: String,
}

/// A step, as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardStepInput {
    /// `recommend`, `score`, `decide`, `notice` or `finish`.
    pub step: String,
    /// What the county calls it.
    pub name: String,
    /// `town` or `county`.
    pub level: String,
}

/// A version of a scheme of awards, as it is to be from a day on.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardSchemeInput {
    /// The same in all versions.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Working days of the public notice.
    pub notice_days: i32,
    /// The highest mark that a member of the panel gives.
    #[schema(value_type = f64)]
    pub full_marks: serde_json::Number,
    /// The lowest mark with which it may be decided for; null: any.
    #[serde(default)]
    #[schema(value_type = Option<f64>)]
    pub pass_mark: Option<serde_json::Number>,
    /// How many members of the panel have to give a mark.
    pub least_raters: i32,
    /// `mean` or `trimmed_mean`.
    pub aggregation: String,
    /// Who does what, in words.
    pub procedure: String,
    /// Whether the quarterly report counts its awards.
    pub is_primary: bool,
    /// First day in force.
    pub from: String,
    /// The kinds, in their order.
    pub kinds: Vec<AwardKindInput>,
    /// The steps, in their order.
    pub steps: Vec<AwardStepInput>,
}

impl AwardSchemeInput {
    /// The command.
    ///
    /// # Errors
    /// Every wrong field.
    pub fn parse(self) -> Result<SetAwardScheme> {
        let mut wrong = Wrong::default();
        let full_marks = number(&mut wrong, "full_marks", &self.full_marks);
        let pass_mark = self.pass_mark.as_ref().and_then(|given| number(&mut wrong, "pass_mark", given));
        let aggregation =
            wrong.keep("aggregation", &self.aggregation, PanelAggregation::parse(&self.aggregation));
        let from_day = wrong.day("from", "施行日期", Some(&self.from));
        let mut steps = Vec::with_capacity(self.steps.len());
        for (index, step) in self.steps.into_iter().enumerate() {
            let field = |name: &str| format!("steps[{index}].{name}");
            let kind = wrong.keep(&field("step"), &step.step, AwardStep::parse(&step.step));
            let level = wrong.keep(&field("level"), &step.level, StepLevel::parse(&step.level));
            if let (Some(kind), Some(level)) = (kind, level) {
                steps.push(SetAwardStep { step: kind, name: step.name, level });
            }
        }
        let known = match (full_marks, aggregation, from_day) {
            (Some(full_marks), Some(aggregation), Some(from_day)) => {
                Some((full_marks, aggregation, from_day))
            }
            _ => None,
        };
        let (full_marks, aggregation, from_day) = wrong.finish(known)?;
        let kinds = self.kinds.into_iter().map(|kind| SetAwardKind { code: kind.code, name: kind.name });
        Ok(SetAwardScheme {
            code: self.code,
            name: self.name,
            notice_days: self.notice_days,
            full_marks,
            pass_mark,
            least_raters: self.least_raters,
            aggregation,
            procedure: self.procedure,
            is_primary: self.is_primary,
            from_day,
            kinds: kinds.collect(),
            steps,
        })
    }
}

/// The most digits that are worth reading.
const LONGEST_NUMBER: usize = 20;

fn number(wrong: &mut Wrong, field: &str, given: &serde_json::Number) -> Option<BigDecimal> {
    let text = given.to_string();
    let parsed = text.parse::<BigDecimal>().ok().filter(|_| text.len() <= LONGEST_NUMBER);
    if parsed.is_none() {
        let shown = excerpt(&text);
        wrong.refuse(field, format!("“{shown}”不是可用的数字，请填写普通的小数。"), Some(&shown));
    }
    parsed
}
