//! What rows change: every cell parsed, every village known, every refusal with its row.

use std::collections::HashSet;

use bigdecimal::BigDecimal;

use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{AssessmentId, AssessmentRoundId, IndicatorId, OrganisationId};
use crate::base::values::excerpt;
use crate::records::assessments::enter_scores::{EnterScores, Known, Mark, ScoreRow};
use crate::records::assessments::model::{Assessment, AssessmentState, Entry, Round, Scheme, Scores};
use crate::records::assessments::queries::Unit;
use crate::records::assessments::rules;

/// One assessment that becomes different.
pub(super) struct Change {
    pub round: AssessmentRoundId,
    pub path: String,
    pub village: OrganisationId,
    pub code: String,
    pub assessment: AssessmentId,
    pub total: Option<BigDecimal>,
    pub texts: Texts,
    pub scores: Vec<ScoreChange>,
}

/// The words of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Texts {
    pub deduction_note: Option<String>,
    pub evidence: Option<String>,
    pub note: Option<String>,
}

/// One score that becomes different.
pub(super) struct ScoreChange {
    pub indicator: IndicatorId,
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
        serde_json::json!({
            "village": self.code, "scores": scores, "total": shown(&self.total),
            "deduction_note": self.texts.deduction_note, "evidence": self.texts.evidence,
        })
    }
}

/// What the commands change, in their order.
pub(super) fn plan(known: &Known, commands: &[EnterScores]) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    let mut errors = Vec::new();
    for command in commands {
        let round = known.rounds.get(&command.round).ok_or(Error::Missing { what: "季度考核" })?;
        let scheme =
            known.schemes.get(&round.scheme_id).ok_or_else(|| Error::broken("a round without its scheme"))?;
        let state = round.state()?;
        let mut seen = HashSet::new();
        for (index, row) in command.rows.iter().enumerate() {
            let cells = Cells { known, round, scheme, state, index, row };
            if !seen.insert(row.village.trim()) {
                errors.push(cells.wrong("village", "该村（社区）重复出现，请只保留一行", None));
                continue;
            }
            match cells.read() {
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
    state: AssessmentState,
    index: usize,
    row: &'a ScoreRow,
}

impl Cells<'_> {
    /// A wrong cell: its place in the request, and a sentence that begins with the row.
    fn wrong(&self, place: &str, reason: impl std::fmt::Display, value: Option<&str>) -> FieldError {
        let who = self.unit().map(|unit| format!("{}，", unit.name)).unwrap_or_default();
        let (index, row) = (self.index, self.index + 1);
        FieldError::new(&format!("rows[{index}].{place}"), format!("第{row}行：{who}{reason}。"), value)
    }

    fn unit(&self) -> Option<&Unit> {
        self.known.units.get(&(self.round.id, self.row.village.trim().to_owned()))
    }

    /// The change that the row makes; none where it says what stands there already.
    fn read(&self) -> std::result::Result<Option<Change>, Vec<FieldError>> {
        let Some(unit) = self.unit() else {
            let given = excerpt(self.row.village.trim());
            let reason = format!(
                "“{given}”在{}不是本乡镇（街道）的村（社区），不能在本季考核，请核对代码",
                self.round.last_day
            );
            return Err(vec![self.wrong("village", reason, Some(&given))]);
        };
        let stored = self.known.assessments.get(&(self.round.id, unit.village_id));
        let none = Scores::new();
        let before = stored.and_then(|one| self.known.scores.get(&one.id)).unwrap_or(&none);
        let (scores, mut errors) = self.read_marks(before);
        let kept = stored.map(texts).unwrap_or_default();
        let texts = Texts {
            deduction_note: self.text("deduction_note", kept.deduction_note.as_deref(), 1000, &mut errors),
            evidence: self.text("evidence", kept.evidence.as_deref(), 500, &mut errors),
            note: self.text("note", kept.note.as_deref(), 500, &mut errors),
        };
        let mut after = before.clone();
        for change in &scores {
            match &change.after {
                Some(score) => after.insert(change.indicator, score.clone()),
                None => after.remove(&change.indicator),
            };
        }
        if errors.is_empty() {
            errors.extend(self.unexplained(&after, &texts));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        if scores.is_empty() && texts == kept {
            return Ok(None);
        }
        if !self.state.is_open() {
            let reason =
                format!("本季考核当前为“{}”，不能修改；确需修改的，请由审核员退回后再填", self.state.name());
            return Err(vec![self.wrong("village", reason, None)]);
        }
        Ok(Some(Change {
            round: self.round.id,
            path: unit.path.clone(),
            village: unit.village_id,
            code: unit.code.clone(),
            assessment: stored.map_or_else(AssessmentId::new, |one| one.id),
            total: rules::total(self.scheme, &after),
            texts,
            scores,
        }))
    }

    /// Where deductions are entered, whoever takes marks off says why.
    fn unexplained(&self, after: &Scores, texts: &Texts) -> Option<FieldError> {
        if self.scheme.entry != Entry::Deduction || texts.deduction_note.is_some() {
            return None;
        }
        let short: Vec<&str> = self
            .scheme
            .indicators
            .iter()
            .filter(|one| after.get(&one.id).is_some_and(|score| *score < one.full_marks))
            .map(|one| one.name.as_str())
            .collect();
        (!short.is_empty()).then(|| {
            let reason = format!("{}有扣分而没有扣分说明，请写明扣分的事项和理由", short.join("、"));
            self.wrong("deduction_note", reason, None)
        })
    }

    fn text(
        &self,
        place: &str,
        kept: Option<&str>,
        longest: usize,
        errors: &mut Vec<FieldError>,
    ) -> Option<String> {
        let (name, given) = match place {
            "deduction_note" => ("扣分说明", &self.row.deduction_note),
            "evidence" => ("印证材料", &self.row.evidence),
            _ => ("备注", &self.row.note),
        };
        match given.as_deref().map(str::trim) {
            None => kept.map(str::to_owned),
            Some("") => None,
            Some(text) if text.chars().count() > longest => {
                errors.push(self.wrong(place, format!("{name}超过{longest}字，请精简"), None));
                None
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    /// The scores that become different, and every wrong cell.
    fn read_marks(&self, stored: &Scores) -> (Vec<ScoreChange>, Vec<FieldError>) {
        let mut changes: Vec<ScoreChange> = Vec::new();
        let mut errors = Vec::new();
        let mut seen = HashSet::new();
        for mark in &self.row.marks {
            let place =
                format!("{}.{}", if mark.is_deduction { "deductions" } else { "scores" }, mark.indicator);
            let mut refuse =
                |reason: String| errors.push(self.wrong(&place, reason, Some(&excerpt(&mark.typed))));
            let Some(indicator) = self.scheme.indicator(&mark.indicator) else {
                refuse(self.strange(mark));
                continue;
            };
            if !seen.insert(indicator.id) {
                refuse(format!("{}重复填写，请只保留一个", indicator.name));
                continue;
            }
            let parsed = match (mark.typed.trim().is_empty(), mark.is_deduction) {
                (true, _) => Ok(None),
                (false, true) => rules::parse_deduction(self.scheme, indicator, &mark.typed).map(Some),
                (false, false) => rules::parse_score(self.scheme, indicator, &mark.typed).map(Some),
            };
            let after = match parsed {
                Ok(after) => after,
                Err(refusal) => {
                    refuse(refusal.to_string());
                    continue;
                }
            };
            let before = stored.get(&indicator.id).cloned();
            if before != after {
                changes.push(ScoreChange {
                    indicator: indicator.id,
                    code: indicator.code.clone(),
                    before,
                    after,
                });
            }
        }
        (changes, errors)
    }

    fn strange(&self, mark: &Mark) -> String {
        let names: Vec<String> =
            self.scheme.indicators.iter().map(|one| format!("{}（{}）", one.name, one.code)).collect();
        format!("“{}”不是本方案的指标，请使用{}", excerpt(&mark.indicator), names.join("、"))
    }
}

fn texts(stored: &Assessment) -> Texts {
    Texts {
        deduction_note: stored.deduction_note.clone(),
        evidence: stored.evidence.clone(),
        note: stored.note.clone(),
    }
}
