//! What rows change: every cell parsed, every subject known, every refusal with its row.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;

use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{DimensionId, MembershipId, RatingId, RoundId};
use crate::base::values::excerpt;
use crate::records::ratings::enter_scores::{EnterScores, Known, ScoreRow, wrong_cell};
use crate::records::ratings::model::{Round, Scheme, Scores};
use crate::records::ratings::rules;

/// The longest evidence.
const LONGEST_EVIDENCE: usize = 500;

/// One rating that becomes different.
pub(super) struct Change {
    pub round: RoundId,
    pub path: String,
    pub subject: MembershipId,
    pub rating: RatingId,
    pub total: Option<BigDecimal>,
    pub stars: Option<i32>,
    pub evidence: Option<String>,
    pub evidence_before: Option<String>,
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
                errors.push(wrong_cell(index, name, "subject", "该人员重复出现，请只保留一行", None));
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
struct Cells<'a> {
    known: &'a Known,
    round: &'a Round,
    scheme: &'a Scheme,
    index: usize,
    row: &'a ScoreRow,
}

impl Cells<'_> {
    /// The change that the row makes; none where it says what stands there already.
    fn read(&self) -> std::result::Result<Option<Change>, Vec<FieldError>> {
        let key = (self.round.id, self.row.subject);
        let subject = self.known.subjects.get(&key);
        let name = subject.map(|subject| subject.name.as_str());
        let Some(name) = name.filter(|_| subject.is_some_and(|subject| subject.present)) else {
            let reason = format!(
                "该人员{}不是本支部的在册党员，不能在本期评定，请核对名单",
                self.round.last_day.format("%Y年%-m月%-d日")
            );
            return Err(vec![wrong_cell(self.index, name, "subject", reason, None)]);
        };
        let rating = self.known.ratings.get(&key);
        let none = Scores::new();
        let stored = rating.and_then(|rating| self.known.scores.get(&rating.id)).unwrap_or(&none);
        let (scores, mut errors) = self.read_scores(name, stored);
        let evidence_before = rating.and_then(|rating| rating.evidence.clone());
        let evidence = match self.row.evidence.as_deref().map(str::trim) {
            None => evidence_before.clone(),
            Some("") => None,
            Some(text) if text.chars().count() > LONGEST_EVIDENCE => {
                let reason = format!("评定依据超过{LONGEST_EVIDENCE}字，请精简");
                errors.push(wrong_cell(self.index, Some(name), "evidence", reason, None));
                None
            }
            Some(text) => Some(text.to_owned()),
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        if scores.is_empty() && evidence == evidence_before {
            return Ok(None);
        }
        if let Some(state) = rating.map(|rating| rating.state()).filter(|state| !state.is_open()) {
            let reason = format!("评定当前为“{}”，不能修改；确需修改的，请由审核员退回后再填", state.name());
            return Err(vec![wrong_cell(self.index, Some(name), "subject", reason, None)]);
        }
        let mut after: HashMap<DimensionId, BigDecimal> = stored.clone();
        for change in &scores {
            match &change.after {
                Some(score) => after.insert(change.dimension, score.clone()),
                None => after.remove(&change.dimension),
            };
        }
        let evaluation = rules::evaluate(self.scheme, &after);
        let arithmetic = evaluation.complete();
        Ok(Some(Change {
            round: self.round.id,
            path: self.round.path.clone(),
            subject: self.row.subject,
            rating: rating.map_or_else(RatingId::new, |rating| rating.id),
            total: arithmetic.map(|arithmetic| arithmetic.total.clone()),
            stars: arithmetic.map(|arithmetic| arithmetic.stars),
            evidence,
            evidence_before,
            scores,
        }))
    }

    /// The scores that become different, and every wrong cell.
    fn read_scores(&self, name: &str, stored: &Scores) -> (Vec<ScoreChange>, Vec<FieldError>) {
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
