//! Takes rounds a step further or back: submit, send back, confirm, publish. A round goes as a whole, or stays.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Date, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{AssessmentId, AssessmentRoundId, AssessmentSchemeId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::base::{clock, db};
use crate::records::assessments::model::{AssessmentState, Round, Scores};
use crate::records::assessments::queries;
use crate::records::assessments::rules::{self, Step};
use crate::records::audit;

/// A decision on a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decide {
    /// The round.
    pub round: AssessmentRoundId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

impl Decide {
    /// A decision on a round, whatever its version.
    #[must_use]
    pub const fn round(id: AssessmentRoundId) -> Self {
        Self { round: id, version: None }
    }
}

/// A round to be sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBack {
    /// The round.
    pub round: AssessmentRoundId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// Why, for the panel to read.
    pub reason: String,
}

/// A round that went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decided {
    /// The round.
    pub round: AssessmentRoundId,
    /// Its state now.
    pub state: AssessmentState,
    /// Its version now.
    pub version: i32,
}

/// Submits rounds, so that they wait to be confirmed.
///
/// # Errors
/// `Forbidden` outside the actor's subtree or role; `Missing`; `Stale`; `Refused` where the step does not follow;
/// `Invalid` with every village whose scores, or whose reasons for deductions, are missing.
pub async fn submit(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Decided>> {
    decide(conn, actor, Step::Submit, commands, None).await
}

/// Confirms submitted rounds: from now on they count in reports.
///
/// # Errors
/// As [`submit`]; the actor must be a supervisor, and another than whoever submitted.
pub async fn confirm(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Decided>> {
    decide(conn, actor, Step::Confirm, commands, None).await
}

/// Publishes confirmed rounds: the notice runs from today, the flag goes to the first.
///
/// # Errors
/// As [`confirm`].
pub async fn publish(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Decided>> {
    decide(conn, actor, Step::Publish, commands, None).await
}

/// Sends rounds back to be corrected, each with a reason.
///
/// # Errors
/// As [`confirm`]; `Invalid` for a reason that is empty or too long.
pub async fn return_(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SendBack],
) -> Result<Vec<Decided>> {
    let mut reasons = HashMap::new();
    for command in commands {
        let reason = command.reason.trim();
        if !(1..=500).contains(&reason.chars().count()) {
            let message = "退回理由应为1至500字，请写明需要改正的内容，供考核组修改。";
            return Err(Error::invalid("reason", message));
        }
        reasons.insert(command.round, reason.to_owned());
    }
    let decisions: Vec<Decide> =
        commands.iter().map(|command| Decide { round: command.round, version: command.version }).collect();
    decide(conn, actor, Step::SendBack, &decisions, Some(&reasons)).await
}

type Reasons = HashMap<AssessmentRoundId, String>;

async fn decide(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    commands: &[Decide],
    reasons: Option<&Reasons>,
) -> Result<Vec<Decided>> {
    let action = if step == Step::Submit { Action::EnterRecords } else { Action::DecideRatings };
    db::write(conn, actor, async |conn| {
        policy::require(actor, action, &actor.scope.path)?;
        let ids: Vec<AssessmentRoundId> = commands.iter().map(|command| command.round).collect();
        let rounds = queries::lock_rounds(conn, &actor.scope, &ids).await?;
        let paths: Vec<Path> = rounds.values().map(Round::path).collect();
        policy::require_all(actor, action, &paths)?;
        let mut decided = Vec::with_capacity(commands.len());
        for command in commands {
            let round = rounds.get(&command.round).ok_or(Error::Missing { what: "季度考核" })?;
            if command.version.is_some_and(|seen| seen != round.version) {
                return Err(Error::Stale);
            }
            let own = actor.account.is_some() && round.submitted_by.as_deref() == Some(&actor.name);
            let state = rules::advance(step, round.state()?, own)
                .map_err(|refusal| Error::Refused(refusal.to_string()))?;
            decided.push(Decided { round: round.id, state, version: round.version + 1 });
        }
        if step == Step::Submit {
            refuse_incomplete(conn, actor, &rounds).await?;
        }
        let today = clock::today();
        write(conn, actor, step, &decided, reasons, today).await?;
        record(conn, actor, step, &decided, &paths, reasons).await?;
        Ok(decided)
    })
    .await
}

/// Every village of the town has every score.
async fn refuse_incomplete(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    rounds: &HashMap<AssessmentRoundId, Round>,
) -> Result<()> {
    let county = actor.scope.county;
    let ids: Vec<AssessmentRoundId> = rounds.keys().copied().collect();
    let scheme_ids: Vec<AssessmentSchemeId> = rounds.values().map(|round| round.scheme_id).collect();
    let schemes = queries::by_ids(conn, county, &scheme_ids).await?;
    let units = queries::units(conn, county, &ids).await?;
    let stored = queries::of_rounds(conn, county, &ids).await?;
    let assessment_ids: Vec<AssessmentId> = stored.iter().map(|one| one.id).collect();
    let scores = queries::scores_of(conn, county, &assessment_ids).await?;
    let none = Scores::new();
    let mut errors = Vec::new();
    for unit in &units {
        let scheme = rounds.get(&unit.round_id).and_then(|round| schemes.get(&round.scheme_id));
        let scheme = scheme.ok_or_else(|| Error::broken("a round without its scheme"))?;
        let one =
            stored.iter().find(|one| one.round_id == unit.round_id && one.village_id == unit.village_id);
        let given = one.and_then(|one| scores.get(&one.id)).unwrap_or(&none);
        let missing: Vec<&str> = scheme
            .indicators
            .iter()
            .filter(|indicator| !given.contains_key(&indicator.id))
            .map(|indicator| indicator.name.as_str())
            .collect();
        let sentence = match missing.as_slice() {
            [] => continue,
            all if all.len() == scheme.indicators.len() => {
                format!("{}还没有评分，请填写后再提交。", unit.name)
            }
            some => format!("{}还缺{}的分数，请补齐后再提交。", unit.name, some.join("、")),
        };
        errors.push(FieldError::new(&format!("villages[{}]", unit.code), sentence, None));
    }
    if units.is_empty() {
        return Err(Error::Refused("本单位在季末没有所属的村（社区），没有可以提交的考核。".to_owned()));
    }
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// The columns that a step fills. They are names of this area's own table, never input.
const fn columns(step: Step) -> &'static str {
    match step {
        Step::Submit => "submitted_by = $3, submitted_at = now(), confirmed_by = NULL, confirmed_at = NULL",
        Step::SendBack => "returned_by = $3, returned_at = now(), returned_reason = d.reason",
        Step::Confirm => "confirmed_by = $3, confirmed_at = now()",
        Step::Publish => {
            "published_by = $3, published_at = now(), notice_from = $6, notice_to = $6 + (SELECT s.notice_days - 1 \
             FROM assessment_schemes s WHERE s.county_id = $1 AND s.id = r.scheme_id)"
        }
    }
}

async fn write(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    decided: &[Decided],
    reasons: Option<&Reasons>,
    today: NaiveDate,
) -> Result<()> {
    let given: Vec<Option<&str>> = decided
        .iter()
        .map(|one| reasons.and_then(|reasons| reasons.get(&one.round)).map(String::as_str))
        .collect();
    let columns = columns(step);
    // $6 is bound whatever the step: a statement may have a parameter that it does not use.
    diesel::sql_query(format!(
        "UPDATE assessment_rounds r SET state = $4, {columns}, version = r.version + 1, updated_at = now(), \
            updated_by = $3 \
         FROM unnest($2, $5) AS d (id, reason) WHERE r.county_id = $1 AND r.id = d.id AND $6::date IS NOT NULL"
    ))
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(decided.iter().map(|one| one.round).collect::<Vec<_>>())
    .bind::<Text, _>(&actor.name)
    .bind::<Text, _>(step.target().code())
    .bind::<Array<Nullable<Text>>, _>(given)
    .bind::<Date, _>(today)
    .execute(conn)
    .await?;
    Ok(())
}

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    decided: &[Decided],
    paths: &[Path],
    reasons: Option<&Reasons>,
) -> Result<()> {
    let rows: Vec<serde_json::Value> = decided
        .iter()
        .take(200)
        .map(|one| match reasons.and_then(|reasons| reasons.get(&one.round)) {
            Some(reason) => serde_json::json!({ "id": one.round, "reason": reason }),
            None => serde_json::json!({ "id": one.round }),
        })
        .collect();
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: step.action(),
            subject_kind: "assessment_round",
            subject: if let [only] = decided { Some(only.round.0) } else { None },
            count: decided.len(),
            path: if let [only] = paths { only } else { &actor.scope.path },
            details: serde_json::json!({ "rounds": rows }),
        },
    )
    .await
}
