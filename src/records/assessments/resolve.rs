//! Decides on objections, with the reason; an upheld one corrects scores, and what they were stays to be seen.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel::sql_types::{Array, Integer, Numeric, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{
    AssessmentId, AssessmentObjectionId, AssessmentRoundId, AssessmentSchemeId, IndicatorId,
};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::values::excerpt;
use crate::records::assessments::enter_scores::write::put_scores;
use crate::records::assessments::model::{Assessment, Objection, ObjectionState, Round, Scheme, Scores};
use crate::records::assessments::{queries, rules};
use crate::records::audit;

/// A decision on an objection.
#[derive(Debug, Clone)]
pub struct Resolve {
    /// The objection.
    pub objection: AssessmentObjectionId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// Whether it is right.
    pub upheld: bool,
    /// The reason, for everybody to read.
    pub answer: String,
    /// Code of an indicator and its score from now on, of an upheld one.
    pub corrections: Vec<(String, String)>,
}

/// Decides on objections.
///
/// # Errors
/// `Forbidden` for whom decides nothing there, `Refused` for whoever submitted the round or entered the objection
/// himself, or where it is decided already; `Missing`; `Stale`; `Invalid` for a reason or a correction that is wrong.
pub async fn resolve(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Resolve]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::DecideRatings, &actor.scope.path)?;
        let found = Found::load(conn, actor, commands).await?;
        let paths: Vec<Path> = found.rounds.values().map(Round::path).collect();
        policy::require_all(actor, Action::DecideRatings, &paths)?;
        let mut verdicts = Vec::with_capacity(commands.len());
        let mut errors = Vec::new();
        for command in commands {
            match found.weigh(actor, command)? {
                Ok(verdict) => verdicts.push(verdict),
                Err(wrong) => errors.extend(wrong),
            }
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write(conn, actor, &verdicts).await?;
        write_totals(conn, actor, &found, &verdicts).await?;
        record(conn, actor, &verdicts, &paths).await
    })
    .await
}

/// What some objections are about, with their rounds locked.
struct Found {
    objections: HashMap<AssessmentObjectionId, Objection>,
    assessments: HashMap<AssessmentId, Assessment>,
    rounds: HashMap<AssessmentRoundId, Round>,
    schemes: HashMap<AssessmentSchemeId, Scheme>,
    scores: HashMap<AssessmentId, Scores>,
}

/// A decision, worked out.
struct Verdict<'a> {
    command: &'a Resolve,
    assessment: AssessmentId,
    round: AssessmentRoundId,
    corrections: Vec<Correction>,
}

struct Correction {
    indicator: IndicatorId,
    code: String,
    before: BigDecimal,
    after: BigDecimal,
}

impl Found {
    async fn load(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Resolve]) -> Result<Self> {
        let scope = &actor.scope;
        let ids: Vec<AssessmentObjectionId> = commands.iter().map(|command| command.objection).collect();
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(Error::Refused("同一异议重复办理，请只办理一次。".to_owned()));
        }
        let seen = queries::objections(conn, scope, &ids).await?;
        let assessment_ids: Vec<AssessmentId> = seen.values().map(|one| one.assessment_id).collect();
        let assessments = queries::by_assessment(conn, scope, &assessment_ids).await?;
        let round_ids: Vec<AssessmentRoundId> = assessments.values().map(|one| one.round_id).collect();
        let rounds = queries::lock_rounds(conn, scope, &round_ids).await?;
        let scheme_ids: Vec<AssessmentSchemeId> = rounds.values().map(|round| round.scheme_id).collect();
        let schemes = queries::by_ids(conn, scope.county, &scheme_ids).await?;
        // Read again: whoever decided first held the rounds.
        let objections = queries::objections(conn, scope, &ids).await?;
        let scores = queries::scores_of(conn, scope.county, &assessment_ids).await?;
        Ok(Self { objections, assessments, rounds, schemes, scores })
    }

    fn weigh<'a>(
        &self,
        actor: &Actor,
        command: &'a Resolve,
    ) -> Result<std::result::Result<Verdict<'a>, Vec<FieldError>>> {
        let missing = || Error::Missing { what: "异议" };
        let objection = self.objections.get(&command.objection).ok_or_else(missing)?;
        let assessment = self.assessments.get(&objection.assessment_id).ok_or_else(missing)?;
        let round = self.rounds.get(&assessment.round_id).ok_or_else(missing)?;
        let scheme = self.schemes.get(&round.scheme_id).ok_or_else(missing)?;
        let state = objection.state()?;
        if state != ObjectionState::Open {
            return Err(Error::Refused(format!("这一异议已办理为“{}”，不能再次办理。", state.name())));
        }
        if command.version.is_some_and(|seen| seen != objection.version) {
            return Err(Error::Stale);
        }
        let own = [round.submitted_by.as_deref(), Some(objection.created_by.as_str())];
        if actor.account.is_some() && own.contains(&Some(actor.name.as_str())) {
            return Err(Error::Refused(
                "本人提交的考核或本人登记的异议，不能由本人办理，请由其他审核员办理。".to_owned(),
            ));
        }
        let mut errors = Vec::new();
        if !(1..=1000).contains(&command.answer.trim().chars().count()) {
            errors.push(FieldError::new("answer", "请写明办理理由，不超过1000字；理由对外公开。", None));
        }
        let none = Scores::new();
        let stored = self.scores.get(&assessment.id).unwrap_or(&none);
        let corrections = corrections(scheme, stored, command, &mut errors);
        if command.upheld && command.corrections.is_empty() {
            let message = "异议成立的，请填写更正后的得分；不需要更正得分的，请办理为不成立并写明理由。";
            errors.push(FieldError::new("corrections", message, None));
        }
        if !command.upheld && !command.corrections.is_empty() {
            errors.push(FieldError::new("corrections", "异议不成立的，不更正得分；请清空更正的得分。", None));
        }
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        Ok(Ok(Verdict { command, assessment: assessment.id, round: round.id, corrections }))
    }
}

fn corrections(
    scheme: &Scheme,
    stored: &Scores,
    command: &Resolve,
    errors: &mut Vec<FieldError>,
) -> Vec<Correction> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for (code, typed) in &command.corrections {
        let place = format!("corrections.{code}");
        let mut refuse =
            |message: String| errors.push(FieldError::new(&place, message, Some(&excerpt(typed))));
        let Some(indicator) = scheme.indicator(code) else {
            refuse(format!("“{}”不是本方案的指标，请核对指标代码。", excerpt(code)));
            continue;
        };
        if !seen.insert(indicator.id) {
            refuse(format!("{}重复填写，请只保留一个。", indicator.name));
            continue;
        }
        match (rules::parse_score(scheme, indicator, typed), stored.get(&indicator.id)) {
            (Err(refusal), _) => refuse(format!("{refusal}。")),
            (Ok(after), Some(before)) if after == *before => {
                refuse(format!(
                    "{}原来就是{}分，请填写更正后的得分。",
                    indicator.name,
                    rules::printed(before)
                ));
            }
            (Ok(after), before) => found.push(Correction {
                indicator: indicator.id,
                code: code.clone(),
                before: before.cloned().unwrap_or_default(),
                after,
            }),
        }
    }
    found
}

async fn write(conn: &mut AsyncPgConnection, actor: &Actor, verdicts: &[Verdict<'_>]) -> Result<()> {
    let state = |verdict: &Verdict<'_>| match verdict.command.upheld {
        true => ObjectionState::Upheld.code(),
        false => ObjectionState::Rejected.code(),
    };
    diesel::sql_query(
        "UPDATE assessment_objections o SET state = d.state, answer = d.answer, answered_by = $5, answered_at = now(), \
            version = o.version + 1 \
         FROM unnest($2, $3, $4) AS d (id, state, answer) WHERE o.county_id = $1 AND o.id = d.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(verdicts.iter().map(|one| one.command.objection).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(verdicts.iter().map(state).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(verdicts.iter().map(|one| one.command.answer.trim()).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    let rows: Vec<(AssessmentObjectionId, &Correction)> = verdicts
        .iter()
        .flat_map(|one| one.corrections.iter().map(|correction| (one.command.objection, correction)))
        .collect();
    diesel::sql_query(
        "INSERT INTO assessment_corrections (county_id, objection_id, indicator_id, before, after) \
         SELECT $1, * FROM unnest($2, $3, $4, $5)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.1.indicator).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(rows.iter().map(|row| row.1.before.clone()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(rows.iter().map(|row| row.1.after.clone()).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// The corrected scores, and the totals that follow from them.
async fn write_totals(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    found: &Found,
    verdicts: &[Verdict<'_>],
) -> Result<()> {
    let mut corrected: HashMap<AssessmentId, Scores> = HashMap::new();
    let mut scores = Vec::new();
    for verdict in verdicts {
        let all = corrected
            .entry(verdict.assessment)
            .or_insert_with(|| found.scores.get(&verdict.assessment).cloned().unwrap_or_default());
        for correction in &verdict.corrections {
            all.insert(correction.indicator, correction.after.clone());
            scores.push((verdict.assessment, correction.indicator, correction.after.clone()));
        }
    }
    let rounds: HashSet<AssessmentRoundId> = verdicts.iter().map(|verdict| verdict.round).collect();
    diesel::sql_query(
        "UPDATE assessment_rounds SET version = version + 1, updated_at = now(), updated_by = $3 \
         WHERE county_id = $1 AND id = ANY ($2)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(rounds.into_iter().collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    if scores.is_empty() {
        return Ok(());
    }
    put_scores(conn, actor, &scores).await?;
    let scheme_of = |id: AssessmentId| {
        let round = found.rounds.get(&found.assessments.get(&id)?.round_id)?;
        found.schemes.get(&round.scheme_id)
    };
    let totals: Vec<(AssessmentId, i32, BigDecimal)> = corrected
        .into_iter()
        .filter_map(|(id, scores)| {
            let version = found.assessments.get(&id)?.version + 1;
            Some((id, version, rules::total(scheme_of(id)?, &scores)?))
        })
        .collect();
    diesel::sql_query(
        "UPDATE assessments a SET total = t.total, version = t.version, updated_at = now(), updated_by = $5 \
         FROM unnest($2, $3, $4) AS t (id, version, total) WHERE a.county_id = $1 AND a.id = t.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(totals.iter().map(|total| total.0).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(totals.iter().map(|total| total.1).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(totals.iter().map(|total| total.2.clone()).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    verdicts: &[Verdict<'_>],
    paths: &[Path],
) -> Result<()> {
    let told = |one: &Verdict<'_>| {
        let corrections: Vec<serde_json::Value> = one
            .corrections
            .iter()
            .map(|correction| {
                let (before, after) = (rules::printed(&correction.before), rules::printed(&correction.after));
                serde_json::json!({ "indicator": correction.code, "before": before, "after": after })
            })
            .collect();
        serde_json::json!({
            "id": one.command.objection, "assessment": one.assessment, "upheld": one.command.upheld,
            "answer": one.command.answer.trim(), "corrections": corrections,
        })
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "assessments.resolve",
            subject_kind: "assessment_objection",
            subject: if let [only] = verdicts { Some(only.command.objection.0) } else { None },
            count: verdicts.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({ "objections": verdicts.iter().take(50).map(told).collect::<Vec<_>>() }),
        },
    )
    .await
}
