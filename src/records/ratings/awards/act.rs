//! Takes awards further, back, or to an end: one result per award; what is refused stays as it was, the rest goes on.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{AwardId, ObjectionId};
use crate::base::policy::{self, Action};
use crate::base::values::after_working_days;
use crate::records::ratings::awards::check::check;
use crate::records::ratings::awards::model::{
    Award, AwardAct, AwardObjection, AwardScheme, AwardState, AwardStep, ObjectionOutcome,
};
use crate::records::ratings::awards::queries;
use crate::records::ratings::awards::rules::{self, AwardRefusal, Standing};
use crate::records::ratings::awards::write::{self, NewEvent, Told};

/// What is done to an award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AwardDeed {
    /// Recommended anew after it was sent back.
    Recommend {
        /// Why.
        reason: String,
    },
    /// Marked by the panel: who gave which mark, as typed.
    Score {
        /// Rater and mark.
        scores: Vec<(String, String)>,
    },
    /// Decided for.
    Decide,
    /// Made public.
    Notice {
        /// A last day of the notice later than the working days demand.
        until: Option<NaiveDate>,
    },
    /// Named: the award holds from the day.
    Finish,
    /// Sent back to whoever recommended it.
    Return {
        /// Why.
        reason: String,
    },
    /// Not given.
    Reject {
        /// Why.
        reason: String,
    },
    /// No longer held, from the day on.
    Revoke {
        /// Why.
        reason: String,
    },
    /// Somebody objected during the notice.
    Object {
        /// Who; none: did not want to be named.
        objector: Option<String>,
        /// What.
        content: String,
    },
    /// The oldest open objection was looked into.
    Resolve {
        /// What came of it.
        outcome: ObjectionOutcome,
        /// What was found.
        reason: String,
    },
}

impl AwardDeed {
    /// Which act it is.
    #[must_use]
    pub const fn act(&self) -> AwardAct {
        match self {
            Self::Recommend { .. } => AwardAct::Recommend,
            Self::Score { .. } => AwardAct::Score,
            Self::Decide => AwardAct::Decide,
            Self::Notice { .. } => AwardAct::Notice,
            Self::Finish => AwardAct::Finish,
            Self::Return { .. } => AwardAct::Return,
            Self::Reject { .. } => AwardAct::Reject,
            Self::Revoke { .. } => AwardAct::Revoke,
            Self::Object { .. } => AwardAct::Object,
            Self::Resolve { .. } => AwardAct::Resolve,
        }
    }

    /// What is told of it in words.
    #[must_use]
    pub fn words(&self) -> Option<&str> {
        match self {
            Self::Recommend { reason }
            | Self::Return { reason }
            | Self::Reject { reason }
            | Self::Revoke { reason }
            | Self::Resolve { reason, .. } => Some(reason.trim()),
            Self::Object { content, .. } => Some(content.trim()),
            Self::Score { .. } | Self::Decide | Self::Notice { .. } | Self::Finish => None,
        }
    }
}

/// Something to be done to one award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActOnAward {
    /// The award.
    pub award: AwardId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// What.
    pub deed: AwardDeed,
    /// The day on which it was done.
    pub on: NaiveDate,
}

/// What became of one award.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardOutcome {
    /// The award.
    pub award: AwardId,
    /// The state now.
    pub state: AwardState,
    /// The version now.
    pub version: i32,
    /// Why nothing happened; none where it was done.
    pub refusal: Option<AwardRefusal>,
}

/// Does things to awards, one thing to each, all of one act. What the rules refuse comes back with the reason.
///
/// # Errors
/// `Missing`, `Stale`; `Forbidden` unless the actor is a supervisor of whom the step belongs to (recommending and entering
/// objections: whoever enters records); `Invalid` for words, marks or days that are wrong.
pub async fn act_on_awards(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ActOnAward],
) -> Result<Vec<AwardOutcome>> {
    let act = refuse_mixed(commands)?;
    db::write(conn, actor, async |conn| {
        let wanted: Vec<_> = commands.iter().map(|command| (command.award, command.version)).collect();
        let rows = write::lock(conn, &actor.scope, &wanted).await?;
        let schemes = queries::by_ids(conn, actor.scope.county, rows.iter().map(|row| row.scheme_id)).await?;
        let scheme_of = |row: &Award| {
            schemes.get(&row.scheme_id).ok_or_else(|| Error::broken("an award without its scheme"))
        };
        for row in &rows {
            require(actor, act, row, scheme_of(row)?)?;
        }
        let ids: Vec<AwardId> = rows.iter().map(|row| row.id).collect();
        let objections = queries::open_objections(conn, actor.scope.county, &ids).await?;
        let mut errors = Vec::new();
        let mut done = Done::default();
        let mut outcomes = Vec::with_capacity(rows.len());
        for (index, (row, command)) in rows.iter().zip(commands).enumerate() {
            let scheme = scheme_of(row)?;
            let wrong = check(command, scheme, clock::today());
            let place = |field: &str| {
                if commands.len() > 1 { format!("awards[{index}].{field}") } else { field.to_owned() }
            };
            errors.extend(wrong.into_iter().map(|error| FieldError { field: place(&error.field), ..error }));
            if !errors.is_empty() {
                continue;
            }
            let attempt = Attempt { actor, row, scheme, command, objection: objections.get(&row.id) };
            let refusal = attempt.carry_out(&mut done).err();
            outcomes.push(AwardOutcome {
                award: row.id,
                state: done.state_of(row),
                version: row.version + i32::from(refusal.is_none()),
                refusal,
            });
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        if !done.rows.is_empty() {
            done.write(conn, actor, act).await?;
        }
        Ok(outcomes)
    })
    .await
}

/// One act for each award, and the same for all.
fn refuse_mixed(commands: &[ActOnAward]) -> Result<AwardAct> {
    let act = commands
        .first()
        .map(|command| command.deed.act())
        .ok_or_else(|| Error::invalid("awards", "没有选择任何一项评选，请先勾选要办理的评选。"))?;
    let mut seen = HashSet::new();
    for command in commands {
        if command.deed.act() != act {
            return Err(Error::invalid("awards", "一次只能办理同一步骤，请分开办理。"));
        }
        if !seen.insert(command.award) {
            return Err(Error::invalid("awards", "同一项评选重复出现，请只保留一次。"));
        }
    }
    Ok(act)
}

/// Recommendations and objections are entered like other records; all else is decided by whom the step belongs to.
fn require(actor: &Actor, act: AwardAct, row: &Award, scheme: &AwardScheme) -> Result<()> {
    let path = row.path();
    let step = match act {
        AwardAct::Recommend | AwardAct::Object => return policy::require(actor, Action::EnterRecords, &path),
        AwardAct::Return | AwardAct::Reject => scheme.pending(row.state()),
        AwardAct::Resolve => Some(AwardStep::Notice),
        AwardAct::Revoke => Some(AwardStep::Finish),
        _ => act.step(),
    };
    let is_of_county = step.is_none_or(|step| scheme.is_of_county(step));
    let county = actor.scope.whole_county().path;
    policy::require(actor, Action::DecideRatings, if is_of_county { &county } else { &path })
}

/// One command beside what stands on record.
struct Attempt<'a> {
    actor: &'a Actor,
    row: &'a Award,
    scheme: &'a AwardScheme,
    command: &'a ActOnAward,
    objection: Option<&'a AwardObjection>,
}

impl Attempt<'_> {
    fn carry_out(&self, done: &mut Done) -> std::result::Result<(), AwardRefusal> {
        let (act, on) = (self.command.deed.act(), self.command.on);
        let is_account = self.actor.account.is_some();
        let standing = Standing {
            way: &self.scheme.way(),
            state: self.row.state(),
            state_on: self.row.state_on,
            notice_until: self.row.notice_until,
            has_open_objection: self.objection.is_some(),
            is_own: is_account && self.row.recommended_by == self.actor.name,
        };
        let mut state = rules::advance(act, &standing, on)?;
        let mut row = self.row.clone();
        row.state_on = on;
        match &self.command.deed {
            AwardDeed::Recommend { reason } => {
                row.reason = reason.trim().to_owned();
                row.recommended_by.clone_from(&self.actor.name);
                (row.mark, row.notice_from, row.notice_until) = (None, None, None);
            }
            AwardDeed::Score { scores } => row.mark = Some(self.mark(scores, done)?),
            AwardDeed::Decide => rules::check_mark(row.mark.as_ref(), self.scheme.pass_mark.as_ref())?,
            AwardDeed::Notice { until } => {
                let days = u32::try_from(self.scheme.notice_days).unwrap_or_default();
                row.notice_from = Some(on);
                row.notice_until = until.or_else(|| after_working_days(on, days));
            }
            AwardDeed::Finish => row.given_on = Some(on),
            AwardDeed::Revoke { reason } => {
                row.revoked_on = Some(on);
                row.ended_reason = Some(reason.trim().to_owned());
            }
            AwardDeed::Return { reason } | AwardDeed::Reject { reason } => {
                row.ended_reason = Some(reason.trim().to_owned());
            }
            AwardDeed::Object { objector, content } => {
                // The state is as it was, and so is its day.
                row.state_on = self.row.state_on;
                done.objections.push(json!({
                    "id": ObjectionId::new(), "award": row.id, "on": on, "objector": objector.as_deref().map(str::trim)
                        .filter(|name| !name.is_empty()),
                    "content": content.trim(), "by": self.actor.name,
                }));
            }
            AwardDeed::Resolve { outcome, reason } => {
                let objection = self.objection.ok_or(AwardRefusal::NoObjection)?;
                if is_account && objection.created_by == self.actor.name {
                    return Err(AwardRefusal::OwnObjection);
                }
                if on < objection.received_on {
                    return Err(AwardRefusal::TooEarly { act, on, after: objection.received_on });
                }
                match outcome {
                    ObjectionOutcome::Dismissed => row.state_on = self.row.state_on,
                    ObjectionOutcome::Returned => state = AwardState::Returned,
                    ObjectionOutcome::Rejected => state = AwardState::Rejected,
                }
                if *outcome != ObjectionOutcome::Dismissed {
                    row.ended_reason = Some(reason.trim().to_owned());
                }
                done.resolved.push(json!({
                    "id": objection.id, "on": on, "outcome": outcome.code(), "reason": reason.trim(),
                    "by": self.actor.name,
                }));
            }
        }
        state.code().clone_into(&mut row.state);
        done.events.push(NewEvent {
            award: row.id,
            number: row.version + 1,
            act,
            on,
            state,
            note: self.note(&row),
        });
        done.rows.insert(row.id, row);
        Ok(())
    }

    /// The mark of the panel; each one's own is kept.
    fn mark(
        &self,
        scores: &[(String, String)],
        done: &mut Done,
    ) -> std::result::Result<BigDecimal, AwardRefusal> {
        let given: Vec<BigDecimal> =
            scores.iter().filter_map(|(_, score)| score.trim().parse().ok()).collect();
        let least = self.scheme.least_raters;
        let too_few = || AwardRefusal::TooFewRaters { given: given.len(), least };
        if usize::try_from(least).is_ok_and(|least| given.len() < least) {
            return Err(too_few());
        }
        let mark = rules::panel_mark(self.scheme.aggregation, &given).ok_or_else(too_few)?;
        done.scored.push(json!({ "award": self.row.id }));
        done.scores.extend(scores.iter().map(
            |(rater, score)| json!({ "award": self.row.id, "rater": rater.trim(), "score": score.trim() }),
        ));
        Ok(mark)
    }

    /// What the history tells of the step in words.
    fn note(&self, row: &Award) -> Option<String> {
        match (&self.command.deed, row.notice_until) {
            (AwardDeed::Score { scores }, _) => {
                let mark = row.mark.as_ref().map(crate::records::ratings::rules::printed).unwrap_or_default();
                Some(format!("{}人评分，得分{mark}", scores.len()))
            }
            (AwardDeed::Notice { .. }, Some(until)) => Some(format!("公示至{until}")),
            (AwardDeed::Resolve { outcome, reason }, _) => {
                Some(format!("{}：{}", outcome.name(), reason.trim()))
            }
            (deed, _) => deed.words().map(str::to_owned),
        }
    }
}

/// What is to be written.
#[derive(Default)]
struct Done {
    rows: HashMap<AwardId, Award>,
    events: Vec<NewEvent>,
    scored: Vec<serde_json::Value>,
    scores: Vec<serde_json::Value>,
    objections: Vec<serde_json::Value>,
    resolved: Vec<serde_json::Value>,
}

impl Done {
    fn state_of(&self, row: &Award) -> AwardState {
        self.rows.get(&row.id).unwrap_or(row).state()
    }

    async fn write(self, conn: &mut AsyncPgConnection, actor: &Actor, act: AwardAct) -> Result<()> {
        let rows: Vec<Award> = self.rows.into_values().collect();
        write::update(conn, actor, &rows).await?;
        let county = actor.scope.county;
        // After it was sent back it is marked anew.
        write::run(
            conn,
            county,
            "DELETE FROM award_scores s USING jsonb_to_recordset($2) AS n (award uuid) \
             WHERE s.county_id = $1 AND s.award_id = n.award",
            self.scored,
        )
        .await?;
        write::run(
            conn,
            county,
            "INSERT INTO award_scores (county_id, award_id, rater, score) SELECT $1, n.award, n.rater, n.score::numeric \
             FROM jsonb_to_recordset($2) AS n (award uuid, rater text, score text)",
            self.scores,
        )
        .await?;
        write::run(
            conn,
            county,
            "INSERT INTO award_objections (county_id, id, award_id, received_on, objector, content, created_by) \
             SELECT $1, n.id, n.award, n.\"on\", n.objector, n.content, n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, award uuid, \"on\" date, objector text, content text, by text)",
            self.objections,
        )
        .await?;
        write::run(
            conn,
            county,
            "UPDATE award_objections o SET outcome = n.outcome, resolution = n.reason, resolved_on = n.\"on\", \
             resolved_by = n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, outcome text, reason text, \"on\" date, by text) \
             WHERE o.county_id = $1 AND o.id = n.id AND o.outcome IS NULL",
            self.resolved,
        )
        .await?;
        write::add_events(conn, actor, &self.events).await?;
        let notes: HashMap<AwardId, Option<String>> =
            self.events.into_iter().map(|event| (event.award, event.note)).collect();
        let told = rows.iter().map(|row| Told {
            id: row.id,
            path: row.path(),
            note: notes.get(&row.id).cloned().flatten(),
        });
        write::record(conn, actor, act, &told.collect::<Vec<_>>()).await
    }
}
