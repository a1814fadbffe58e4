//! What rows change: every cell parsed, every subject known, every refusal with its row.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;

use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{DimensionId, RatingId, RoundId, SubjectId};
use crate::base::values::excerpt;
use crate::records::ratings::enter_scores::{EnterScores, Known, ScoreRow, wrong_cell};
use crate::records::ratings::model::{RaterRule, Round, Scheme, Scores, SubjectKind};
use crate::records::ratings::rules;

/// The longest evidence.
const LONGEST_EVIDENCE: usize = 500;

/// One rating that becomes different.
pub(super) struct Change {
    pub round: RoundId,
    pub path: String,
    pub subject: SubjectId,
    pub kind: SubjectKind,
    pub rating: RatingId,
    pub total: Option<BigDecimal>,
    pub stars: Option<i32>,
    pub evidence: Option<String>,
    pub evidence_before: Option<String>,
    pub veto: Option<String>,
    pub veto_before: Option<String>,
    pub scores: Vec<ScoreChange>,
}

/// One score that becomes different.
pub(super) struct ScoreChange {
    pub dimension: DimensionId,
    pub code: String,
    pub before: Option<BigDecimal>,
    pub after: Option<BigDecimal>,
}

impl Change {
    /// The change as the trail keeps it.
    pub fn described(&self) -> serde_json::Value {
        let shown = |score: &Option<BigDecimal>| score.as_ref().map(rules::printed);
        let scores: serde_json::Map<String, serde_json::Value> = self
            .scores
            .iter()
            .map(|change| {
                (change.code.clone(), serde_json::json!([shown(&change.before), shown(&change.after)]))
            })
            .collect();
        let mut described = serde_json::json!({ "subject": self.subject, "scores": scores });
        if let Some(fields) = described.as_object_mut().filter(|_| self.evidence != self.evidence_before) {
            fields.insert("evidence".to_owned(), serde_json::json!([self.evidence_before, self.evidence]));
        }
        if let Some(fields) = described.as_object_mut().filter(|_| self.veto != self.veto_before) {
            fields.insert("veto".to_owned(), serde_json::json!([self.veto_before, self.veto]));
        }
        described
    }
}

/// What the commands change, in their order.
pub(super) fn plan(known: &Known, commands: &[EnterScores]) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut errors = Vec::new();
    for command in commands {
        let round = known.rounds.get(&command.round).ok_or(Error::Missing { what: "评定轮次" })?;
        let scheme =
            known.schemes.get(&round.scheme_id).ok_or_else(|| Error::broken("a round without its scheme"))?;
        let mut seen = HashSet::new();
        for (index, row) in command.rows.iter().enumerate() {
            if !seen.insert(row.subject) {
                let name = known.subjects.get(&(round.id, row.subject)).map(|subject| subject.name.as_str());
                errors.push(wrong_cell(index, name, "subject", "评定对象重复出现，请只保留一行", None));
                continue;
            }
            if row.is_silent() {
                continue;
            }
            match (Cells { known, round, scheme, index, row }).read() {
                Ok(change) => changes.extend(change),
                Err(found) => errors.extend(found),
            }
        }
    }
    if errors.is_empty() { Ok(changes) } else { Err(Error::Invalid(errors)) }
}

/// One row beside what stands on record.
pub(super) struct Cells<'a> {
    pub known: &'a Known,
    pub round: &'a Round,
    pub scheme: &'a Scheme,
    pub index: usize,
    pub row: &'a ScoreRow,
}

impl Cells<'_> {
    /// The change that the row makes; none where it says what stands there already.
    fn read(&self) -> std::result::Result<Option<Change>, Vec<FieldError>> {
        let name = self.name().map_err(|error| vec![error])?;
        let none = Scores::new();
        let stored = self.stored().unwrap_or(&none);
        let (scores, mut errors) = self.read_scores(name, stored);
        if self.scheme.rules.raters != RaterRule::One && !self.row.scores.is_empty() {
            let reason = "本方案按评分人逐人评分，请按评分人录入，不能直接填写汇总分";
            errors.push(wrong_cell(self.index, Some(name), "scores", reason, None));
        }
        let (evidence, veto) = (self.read_evidence(name, &mut errors), self.read_veto(name, &mut errors));
        if !errors.is_empty() {
            return Err(errors);
        }
        let change = self.change(scores, evidence, veto);
        if change.is_none() {
            return Ok(None);
        }
        self.refuse_closed(name).map_err(|error| vec![error])?;
        Ok(change)
    }

    fn key(&self) -> (RoundId, SubjectId) {
        (self.round.id, self.row.subject)
    }

    fn stored(&self) -> Option<&Scores> {
        self.known.ratings.get(&self.key()).and_then(|rating| self.known.scores.get(&rating.id))
    }

    /// The name of whom or what may be rated in the round.
    pub fn name(&self) -> std::result::Result<&str, FieldError> {
        let subject = self.known.subjects.get(&self.key());
        let day = self.round.last_day.format("%Y年%-m月%-d日");
        match subject {
            Some(subject) if subject.may_be_rated(&self.scheme.rules) => Ok(&subject.name),
            Some(subject) if subject.present => {
                let reason = format!("{day}是预备党员，参加评议但不评定，请不要填写");
                Err(wrong_cell(self.index, Some(&subject.name), "subject", reason, None))
            }
            other => {
                let what = match self.scheme.subject {
                    SubjectKind::Member => "该人员{}不是本支部的在册党员",
                    SubjectKind::Branch => "该组织{}不是本单位下属的党支部",
                    SubjectKind::Village => "该组织{}不是本单位下属的村（社区）",
                    SubjectKind::Household => "该人员{}不是本村（社区）的任职人员，只评任职人员家庭",
                };
                let reason = format!("{}，不能在本期评定，请核对名单", what.replace("{}", &day.to_string()));
                let name = other.map(|subject| subject.name.as_str());
                Err(wrong_cell(self.index, name, "subject", reason, None))
            }
        }
    }

    /// Whoever handed a rating in does not change it any more.
    pub fn refuse_closed(&self, name: &str) -> std::result::Result<(), FieldError> {
        let rating = self.known.ratings.get(&self.key());
        match rating.map(|rating| rating.state()).filter(|state| !state.is_open()) {
            None => Ok(()),
            Some(state) => {
                let reason =
                    format!("评定当前为“{}”，不能修改；确需修改的，请由审核员退回后再填", state.name());
                Err(wrong_cell(self.index, Some(name), "subject", reason, None))
            }
        }
    }

    /// The evidence as it becomes.
    pub fn read_evidence(&self, name: &str, errors: &mut Vec<FieldError>) -> Option<String> {
        match self.row.evidence.as_deref().map(str::trim) {
            None => self.known.ratings.get(&self.key()).and_then(|rating| rating.evidence.clone()),
            Some("") => None,
            Some(text) if text.chars().count() > LONGEST_EVIDENCE => {
                let reason = format!("评定依据超过{LONGEST_EVIDENCE}字，请精简");
                errors.push(wrong_cell(self.index, Some(name), "evidence", reason, None));
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    /// The code of the veto as it becomes.
    pub fn read_veto(&self, name: &str, errors: &mut Vec<FieldError>) -> Option<String> {
        let given = match self.row.veto.as_deref().map(str::trim) {
            None => return self.known.ratings.get(&self.key()).and_then(|rating| rating.veto.clone()),
            Some("") => return None,
            Some(given) => given,
        };
        let found = self.scheme.vetoes.iter().find(|veto| veto.code == given || veto.name == given);
        if found.is_none() {
            let names: Vec<&str> = self.scheme.vetoes.iter().map(|veto| veto.name.as_str()).collect();
            let choice =
                if names.is_empty() { "本方案没有否决项".to_owned() } else { names.join("、") };
            let reason = format!("“{}”不是本方案的否决项（{choice}），请改正或不填", excerpt(given));
            errors.push(wrong_cell(self.index, Some(name), "veto", reason, Some(&excerpt(given))));
        }
        found.map(|veto| veto.code.clone())
    }

    /// The change that these scores, this evidence and this veto make; none where all of it stands there already.
    pub fn change(
        &self,
        scores: Vec<ScoreChange>,
        evidence: Option<String>,
        veto: Option<String>,
    ) -> Option<Change> {
        let rating = self.known.ratings.get(&self.key());
        let evidence_before = rating.and_then(|rating| rating.evidence.clone());
        let veto_before = rating.and_then(|rating| rating.veto.clone());
        if scores.is_empty() && evidence == evidence_before && veto == veto_before {
            return None;
        }
        let mut after: HashMap<DimensionId, BigDecimal> = self.stored().cloned().unwrap_or_default();
        for change in &scores {
            match &change.after {
                Some(score) => after.insert(change.dimension, score.clone()),
                None => after.remove(&change.dimension),
            };
        }
        let evaluation = rules::evaluate_with(self.scheme, &after, veto.as_deref());
        let arithmetic = evaluation.complete();
        Some(Change {
            round: self.round.id,
            path: self.round.path.clone(),
            subject: self.row.subject,
            kind: self.scheme.subject,
            rating: rating.map_or_else(RatingId::new, |rating| rating.id),
            total: arithmetic.map(|arithmetic| arithmetic.total.clone()),
            stars: arithmetic.map(|arithmetic| arithmetic.stars),
            evidence,
            evidence_before,
            veto,
            veto_before,
            scores,
        })
    }

    /// A rating that says nothing yet.
    pub fn blank(&self) -> Change {
        Change {
            round: self.round.id,
            path: self.round.path.clone(),
            subject: self.row.subject,
            kind: self.scheme.subject,
            rating: RatingId::new(),
            total: None,
            stars: None,
            evidence: None,
            evidence_before: None,
            veto: None,
            veto_before: None,
            scores: Vec::new(),
        }
    }

    /// The scores that become different, and every wrong cell.
    pub fn read_scores(&self, name: &str, stored: &Scores) -> (Vec<ScoreChange>, Vec<FieldError>) {
        let mut changes: Vec<ScoreChange> = Vec::new();
        let mut errors = Vec::new();
        let mut seen = HashSet::new();
        for (code, typed) in &self.row.scores {
            let place = format!("scores.{code}");
            let mut refuse = |reason: &dyn std::fmt::Display| {
                errors.push(wrong_cell(self.index, Some(name), &place, reason, Some(&excerpt(typed))));
            };
            let Some(dimension) = self.scheme.dimension(code) else {
                let names: Vec<String> =
                    self.scheme.dimensions.iter().map(|d| format!("{}（{}）", d.name, d.code)).collect();
                let names = names.join("、");
                refuse(&format!("“{}”不是本方案的维度，请使用{names}", excerpt(code)));
                continue;
            };
            if !seen.insert(dimension.id) {
                refuse(&format!("{}重复填写，请只保留一个分数", dimension.name));
                continue;
            }
            let after = if typed.trim().is_empty() {
                None
            } else {
                match rules::parse_score(self.scheme, dimension, typed) {
                    Ok(score) => Some(score),
                    Err(refusal) => {
                        refuse(&refusal);
                        continue;
                    }
                }
            };
            let before = stored.get(&dimension.id).cloned();
            if before != after {
                changes.push(ScoreChange { dimension: dimension.id, code: code.clone(), before, after });
            }
        }
        (changes, errors)
    }
}
