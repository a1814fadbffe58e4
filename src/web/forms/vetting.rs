//! What a form or a request says of candidates, verdicts and decisions: texts become commands, or all wrong fields come
//! back.

use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::base::clock;
use crate::base::error::{Error, Result};
use crate::base::ids::CandidateCheckId;
use crate::base::values::{CommitteeKind, parse_date};
use crate::records::vetting::{
    Answer, Decision, End, FileCheck, NewItem, Propose, RecordVerdicts, SetChecklist, SetDepartment,
    Severity, VerdictResult,
};
use crate::records::words::WordBook;
use crate::web::forms::committee::{WhoText, Wrong};

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn owned(text: Option<&String>) -> Option<String> {
    filled(text).map(str::to_owned)
}

/// A day, or today where none was sent.
fn day_or_today(wrong: &mut Wrong, field: &str, text: Option<&String>) -> Option<NaiveDate> {
    match filled(text) {
        None => Some(clock::today()),
        Some(text) => wrong.keep(field, text, parse_date(text)),
    }
}

/// A candidate as sent: `person`, or `name` and `citizen_id` of somebody on record; with `ethnicity` and `education` he
/// is registered if he is not on record.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProposalInput {
    /// Code of the village or community.
    pub village: String,
    /// `village_party`, `village_committee` or `supervision_committee`.
    pub committee_kind: String,
    /// The term, as counted there; it need not have begun.
    pub term: i32,
    /// Code of the post.
    pub post: String,
    /// Id of a person.
    pub person: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Citizen ID.
    pub citizen_id: Option<String>,
    /// GB/T 3304 code.
    pub ethnicity: Option<String>,
    /// GB/T 4658 code.
    pub education: Option<String>,
    /// The day of the proposal; today when not given.
    pub on: Option<String>,
    /// Anything else.
    pub note: Option<String>,
}

impl ProposalInput {
    /// The command.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(&self, words: &WordBook) -> Result<Propose> {
        let mut wrong = Wrong::default();
        if self.village.trim().is_empty() {
            wrong.refuse("village", "请选择村（社区）。", None);
        }
        let kind =
            wrong.keep("committee_kind", &self.committee_kind, CommitteeKind::parse(&self.committee_kind));
        let post = wrong.keep("post", &self.post, words.post(&self.post));
        let on = day_or_today(&mut wrong, "on", self.on.as_ref());
        let who = WhoText {
            person: self.person.clone(),
            name: self.name.clone(),
            citizen_id: self.citizen_id.clone(),
            ethnicity: self.ethnicity.clone(),
            education: self.education.clone(),
        }
        .read(&mut wrong, "");
        let parsed = (|| {
            Some(Propose {
                village: self.village.trim().to_owned(),
                kind: kind?,
                term: self.term,
                post: post?,
                who: who?,
                on: on?,
                note: owned(self.note.as_ref()),
            })
        })();
        wrong.finish(parsed)
    }
}

/// What a department says of one item.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VerdictInput {
    /// Number of the item.
    pub item: i32,
    /// `clear`, `flag` or `block`.
    pub result: String,
    /// On what it rests; needed for everything but `clear`.
    pub evidence: Option<String>,
    /// Who answers for the department.
    pub answered_by: String,
    /// When; today when not given.
    pub answered_on: Option<String>,
}

/// Answers to items of one candidate.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VerdictsInput {
    /// The answers; items that are not named stay.
    pub verdicts: Vec<VerdictInput>,
}

impl VerdictsInput {
    /// The command.
    ///
    /// # Errors
    /// `Invalid` with everything that is wrong.
    pub fn parse(&self, check: CandidateCheckId, version: Option<i32>) -> Result<RecordVerdicts> {
        let mut wrong = Wrong::default();
        let mut answers = Vec::with_capacity(self.verdicts.len());
        for verdict in &self.verdicts {
            let result = VerdictResult::parse(&verdict.result)
                .map_err(|error| format!("第{}项：{error}", verdict.item));
            let result = wrong.keep("verdicts", &verdict.result, result);
            let on = match filled(verdict.answered_on.as_ref()) {
                None => Some(clock::today()),
                Some(text) => {
                    let parsed = parse_date(text).map_err(|error| format!("第{}项：{error}", verdict.item));
                    wrong.keep("verdicts", text, parsed)
                }
            };
            answers.extend(result.zip(on).map(|(result, answered_on)| Answer {
                item: verdict.item,
                result,
                evidence: owned(verdict.evidence.as_ref()),
                answered_by: verdict.answered_by.trim().to_owned(),
                answered_on,
            }));
        }
        wrong.finish(Some(RecordVerdicts { check, version, answers }))
    }
}

/// A decision. Which fields it needs depends on the verb.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DecisionInput {
    /// For `file`: the number of the filing.
    pub number: Option<String>,
    /// When; today when not given.
    pub on: Option<String>,
    /// Why: for `reject` and `withdraw` always, for `file` where something is flagged.
    pub reason: Option<String>,
}

/// A decision that was parsed.
#[derive(Debug)]
pub enum Decided {
    /// It is filed.
    File(FileCheck),
    /// It is rejected.
    Reject(End),
    /// It is taken back.
    Withdraw(End),
}

impl DecisionInput {
    /// The command of a verb.
    ///
    /// # Errors
    /// `Invalid` with every wrong field; `Missing` for an unknown verb.
    pub fn parse(&self, verb: &str, check: CandidateCheckId, version: Option<i32>) -> Result<Decided> {
        let mut wrong = Wrong::default();
        let on = day_or_today(&mut wrong, "on", self.on.as_ref());
        let on = wrong.finish(on)?;
        let decision = Decision { check, version, on };
        let reason = || owned(self.reason.as_ref()).unwrap_or_default();
        Ok(match verb {
            "file" => Decided::File(FileCheck {
                decision,
                number: owned(self.number.as_ref()).unwrap_or_default(),
                reason: owned(self.reason.as_ref()),
            }),
            "reject" => Decided::Reject(End { decision, reason: reason() }),
            "withdraw" => Decided::Withdraw(End { decision, reason: reason() }),
            _ => return Err(Error::Missing { what: "这个操作" }),
        })
    }
}

/// A department as it is to be.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DepartmentInput {
    /// Its code.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its place in lists.
    pub position: i32,
    /// User names of those who answer for it.
    pub members: Vec<String>,
}

impl From<DepartmentInput> for SetDepartment {
    fn from(input: DepartmentInput) -> Self {
        Self { code: input.code, name: input.name, position: input.position, members: input.members }
    }
}

/// An item as it is to be.
#[derive(Debug, Clone, Default, Deserialize, serde::Serialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChecklistItemInput {
    /// Its number, from 1.
    pub number: i32,
    /// What must not be the case.
    pub text: String,
    /// `block` or `flag`.
    pub severity: String,
    /// Code of the department that answers.
    pub department: String,
}

/// A version of the list as it is to be from a day on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ChecklistInput {
    /// First day in force.
    pub from_day: String,
    /// Its title.
    pub name: String,
    /// Whether nobody is appointed without a filed check.
    pub is_demanded: bool,
    /// Within how many days departments answer.
    pub days_to_answer: i32,
    /// For how many months a completed check holds.
    pub months_valid: i32,
    /// The decision that it rests on.
    pub source: String,
    /// The items.
    pub items: Vec<ChecklistItemInput>,
}

impl ChecklistInput {
    /// The command.
    ///
    /// # Errors
    /// `Invalid` with every wrong field.
    pub fn parse(&self) -> Result<SetChecklist> {
        let mut wrong = Wrong::default();
        let from_day = wrong.day("from_day", "施行日期", Some(&self.from_day));
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            let severity =
                Severity::parse(&item.severity).map_err(|error| format!("第{}项：{error}", item.number));
            let severity = wrong.keep("items", &item.severity, severity);
            items.extend(severity.map(|severity| NewItem {
                number: item.number,
                text: item.text.clone(),
                severity,
                department: item.department.trim().to_owned(),
            }));
        }
        wrong.finish(from_day.map(|from_day| SetChecklist {
            from_day,
            name: self.name.clone(),
            is_demanded: self.is_demanded,
            days_to_answer: self.days_to_answer,
            months_valid: self.months_valid,
            source: self.source.clone(),
            items,
        }))
    }
}
