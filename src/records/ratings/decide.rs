//! Takes ratings a step further or back: submit, send back, review, confirm, publish, dispute, revoke. One result per
//! rating: what is refused stays as it was, the rest goes on.

use std::collections::{HashMap, HashSet};

use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{RatingId, RoundId, SchemeId, SubjectId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::ratings::frame::Frame;
use crate::records::ratings::model::{Rating, RatingState, Round, Scheme};
use crate::records::ratings::rules::{self, Evaluation, Step, StepRefusal};
use crate::records::ratings::{dispute, queries};

/// What is decided on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Every rating of a round that the step concerns.
    Round(RoundId),
    /// One rating.
    Rating(RatingId),
}

/// A decision on a round or a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decide {
    /// What is decided on.
    pub target: Target,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

impl Decide {
    /// A decision on a whole round, whatever its version.
    #[must_use]
    pub const fn round(id: RoundId) -> Self {
        Self { target: Target::Round(id), version: None }
    }

    /// A decision on one rating, whatever its version.
    #[must_use]
    pub const fn rating(id: RatingId) -> Self {
        Self { target: Target::Rating(id), version: None }
    }
}

/// A rating to be sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBack {
    /// The rating.
    pub rating: RatingId,
    /// Why, for the clerk to read.
    pub reason: String,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

/// What became of one rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The rating.
    pub rating: RatingId,
    /// Its round.
    pub round: RoundId,
    /// Whom or what it is about.
    pub subject: SubjectId,
    /// Its name.
    pub name: String,
    /// The state now.
    pub state: RatingState,
    /// The version now.
    pub version: i32,
    /// Why nothing happened; none where the step was taken.
    pub refusal: Option<StepRefusal>,
}

/// Submits what was entered, so that it waits for review. Members without any score stay unrated.
///
/// # Errors
/// `Forbidden` outside the actor's subtree or role; `Missing`; `Stale`; `Refused` where there is nothing to submit.
pub async fn submit(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Outcome>> {
    decide(conn, actor, Step::Submit, commands, &HashMap::new()).await
}

/// Reviews submitted ratings.
///
/// # Errors
/// As [`submit`]; the actor must be a supervisor.
pub async fn review(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Outcome>> {
    decide(conn, actor, Step::Review, commands, &HashMap::new()).await
}

/// Confirms reviewed ratings: from now on they count in reports.
///
/// # Errors
/// As [`review`].
pub async fn confirm(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Outcome>> {
    decide(conn, actor, Step::Confirm, commands, &HashMap::new()).await
}

/// Publishes confirmed ratings.
///
/// # Errors
/// As [`review`].
pub async fn publish(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Decide],
) -> Result<Vec<Outcome>> {
    decide(conn, actor, Step::Publish, commands, &HashMap::new()).await
}

/// Sends ratings back to be corrected, each with a reason.
///
/// # Errors
/// As [`review`]; `Invalid` for a reason that is empty or too long.
pub async fn return_(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SendBack],
) -> Result<Vec<Outcome>> {
    let mut reasons = HashMap::new();
    for command in commands {
        let reason = command.reason.trim();
        if !(1..=500).contains(&reason.chars().count()) {
            let message = "退回理由应为1至500字，请写明需要改正的内容，供录入员修改。";
            return Err(Error::Invalid(vec![FieldError::new("reason", message, None)]));
        }
        reasons.insert(command.rating, reason.to_owned());
    }
    let decisions: Vec<Decide> = commands
        .iter()
        .map(|command| Decide { target: Target::Rating(command.rating), version: command.version })
        .collect();
    decide(conn, actor, Step::SendBack, &decisions, &reasons).await
}

pub(super) async fn decide(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    commands: &[Decide],
    reasons: &HashMap<RatingId, String>,
) -> Result<Vec<Outcome>> {
    let enters = matches!(step, Step::Submit | Step::Object);
    let action = if enters { Action::EnterRecords } else { Action::DecideRatings };
    db::write(conn, actor, async |conn| {
        policy::require(actor, action, &actor.scope.path)?;
        let asked = Asked::read(conn, actor, commands).await?;
        let paths: Vec<Path> = asked.rounds.values().map(Round::path).collect();
        policy::require_all(actor, action, &paths)?;
        let mut ratings = queries::lock_ratings(conn, actor.scope.county, &asked.ids()).await?;
        asked.refuse_stale(&ratings)?;
        let mut outcomes = asked.weigh(conn, actor, step, &ratings).await?;
        if outcomes.is_empty() {
            return Err(Error::Refused(format!(
                "没有可以{}的评定；请刷新页面，核对各人的状态。",
                step.name()
            )));
        }
        let taken: HashMap<RatingId, RatingState> = outcomes
            .iter()
            .filter(|outcome| outcome.refusal.is_none())
            .map(|outcome| (outcome.rating, step.target()))
            .collect();
        if taken.is_empty() {
            return Ok(outcomes);
        }
        for rating in ratings.iter_mut().filter(|rating| taken.contains_key(&rating.id)) {
            rating.state = step.target().code().to_owned();
        }
        write(conn, actor, step, &outcomes, reasons).await?;
        dispute::keep(conn, actor, step, &outcomes, &ratings, reasons).await?;
        write_rounds(conn, actor, &outcomes, &ratings).await?;
        for outcome in outcomes.iter_mut().filter(|outcome| outcome.refusal.is_none()) {
            outcome.state = step.target();
            outcome.version += 1;
        }
        record(conn, actor, step, &outcomes, &paths, reasons).await?;
        Ok(outcomes)
    })
    .await
}

/// What was asked for, with its rounds locked.
struct Asked {
    whole: HashMap<RoundId, Option<i32>>,
    single: HashMap<RatingId, Option<i32>>,
    rounds: HashMap<RoundId, Round>,
}

impl Asked {
    async fn read(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Decide]) -> Result<Self> {
        let mut whole = HashMap::new();
        let mut single = HashMap::new();
        for command in commands {
            match command.target {
                Target::Round(id) => drop(whole.insert(id, command.version)),
                Target::Rating(id) => drop(single.insert(id, command.version)),
            }
        }
        let ids: Vec<RatingId> = single.keys().copied().collect();
        let homes = queries::rounds_of(conn, &actor.scope, &ids).await?;
        let rounds: HashSet<RoundId> = whole.keys().copied().chain(homes.values().copied()).collect();
        let rounds: Vec<RoundId> = rounds.into_iter().collect();
        let rounds = queries::lock_rounds(conn, &actor.scope, &rounds).await?;
        Ok(Self { whole, single, rounds })
    }

    fn ids(&self) -> Vec<RoundId> {
        self.rounds.keys().copied().collect()
    }

    fn refuse_stale(&self, ratings: &[Rating]) -> Result<()> {
        let changed = |seen: &Option<i32>, stored: i32| seen.is_some_and(|seen| seen != stored);
        let rounds = self
            .rounds
            .values()
            .any(|round| self.whole.get(&round.id).is_some_and(|seen| changed(seen, round.version)));
        let single = ratings
            .iter()
            .any(|rating| self.single.get(&rating.id).is_some_and(|seen| changed(seen, rating.version)));
        if rounds || single { Err(Error::Stale) } else { Ok(()) }
    }

    /// Which ratings the step is taken for, and what becomes of each; nothing is written yet.
    async fn weigh(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        step: Step,
        ratings: &[Rating],
    ) -> Result<Vec<Outcome>> {
        let subjects = queries::subjects(conn, actor.scope.county, &self.ids()).await?;
        let names: HashMap<(RoundId, SubjectId), String> =
            subjects.into_iter().map(|s| ((s.round_id, s.id), s.name)).collect();
        let mut incomplete = self.incomplete(conn, actor, step, ratings).await?;
        let schemes = self.schemes(conn, actor).await?;
        let frame = Frame { step, ratings, rounds: &self.rounds, schemes: &schemes };
        incomplete.extend(dispute::refusals(conn, actor, &frame).await?);
        incomplete.extend(frame.unproven());
        let mut outcomes = Vec::new();
        for rating in ratings {
            let is_named = self.single.contains_key(&rating.id);
            let blank = incomplete.get(&rating.id) == Some(&StepRefusal::Blank);
            let is_concerned =
                self.whole.contains_key(&rating.round_id) && step.concerns(rating.state()) && !blank;
            if !is_named && !is_concerned {
                continue;
            }
            let own = actor.account.is_some() && rating.submitted_by.as_deref() == Some(&actor.name);
            let refusal = rules::advance(step, rating.state(), own)
                .err()
                .or_else(|| incomplete.get(&rating.id).cloned());
            outcomes.push(Outcome {
                rating: rating.id,
                round: rating.round_id,
                subject: rating.subject_id,
                name: names.get(&(rating.round_id, rating.subject_id)).cloned().unwrap_or_default(),
                state: rating.state(),
                version: rating.version,
                refusal,
            });
        }
        frame.refuse_top(&mut outcomes);
        Ok(outcomes)
    }

    async fn schemes(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
    ) -> Result<HashMap<SchemeId, Scheme>> {
        let ids: Vec<SchemeId> = self.rounds.values().map(|round| round.scheme_id).collect();
        queries::by_ids(conn, actor.scope.county, &ids).await
    }

    /// Why ratings without a total cannot be submitted.
    async fn incomplete(
        &self,
        conn: &mut AsyncPgConnection,
        actor: &Actor,
        step: Step,
        ratings: &[Rating],
    ) -> Result<HashMap<RatingId, StepRefusal>> {
        let open: Vec<&Rating> =
            ratings.iter().filter(|rating| step == Step::Submit && rating.total.is_none()).collect();
        if open.is_empty() {
            return Ok(HashMap::new());
        }
        let ids: Vec<RatingId> = open.iter().map(|rating| rating.id).collect();
        let scores = queries::scores_of(conn, actor.scope.county, &ids).await?;
        let schemes = self.schemes(conn, actor).await?;
        let none = HashMap::new();
        let why = |rating: &Rating| {
            let scheme = schemes.get(&self.rounds.get(&rating.round_id)?.scheme_id)?;
            match rules::evaluate(scheme, scores.get(&rating.id).unwrap_or(&none)) {
                Evaluation::Blank => Some(StepRefusal::Blank),
                Evaluation::Incomplete { missing } => Some(StepRefusal::Incomplete { missing }),
                Evaluation::Complete(_) => None,
            }
        };
        Ok(open.into_iter().filter_map(|rating| Some((rating.id, why(rating)?))).collect())
    }
}

/// The columns that a step fills. They are names of this area's own table, never input.
const fn columns(step: Step) -> &'static str {
    match step {
        Step::Submit => {
            "submitted_by = $3, submitted_at = now(), reviewed_by = NULL, reviewed_at = NULL, confirmed_by = NULL, \
             confirmed_at = NULL"
        }
        Step::SendBack | Step::Uphold => "returned_by = $3, returned_at = now(), returned_reason = d.reason",
        Step::Revoke => "revoked_by = $3, revoked_at = now(), revoked_reason = d.reason",
        // Nothing but the state.
        Step::Object | Step::Dismiss => "total = r.total",
        Step::Review => "reviewed_by = $3, reviewed_at = now()",
        Step::Confirm => "confirmed_by = $3, confirmed_at = now()",
        Step::Publish => "published_by = $3, published_at = now()",
    }
}

async fn write(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    outcomes: &[Outcome],
    reasons: &HashMap<RatingId, String>,
) -> Result<()> {
    let ids: Vec<RatingId> =
        outcomes.iter().filter(|outcome| outcome.refusal.is_none()).map(|outcome| outcome.rating).collect();
    let given: Vec<Option<&str>> = ids.iter().map(|id| reasons.get(id).map(String::as_str)).collect();
    let columns = columns(step);
    diesel::sql_query(format!(
        "UPDATE ratings r SET state = $4, {columns}, version = r.version + 1, updated_at = now(), updated_by = $3 \
         FROM unnest($2, $5) AS d (id, reason) WHERE r.county_id = $1 AND r.id = d.id"
    ))
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Text, _>(&actor.name)
    .bind::<Text, _>(step.target().code())
    .bind::<Array<Nullable<Text>>, _>(given)
    .execute(conn)
    .await?;
    Ok(())
}

async fn write_rounds(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    outcomes: &[Outcome],
    ratings: &[Rating],
) -> Result<()> {
    let touched: HashSet<RoundId> =
        outcomes.iter().filter(|outcome| outcome.refusal.is_none()).map(|outcome| outcome.round).collect();
    let mut states: HashMap<RoundId, Vec<RatingState>> = HashMap::new();
    for rating in ratings.iter().filter(|rating| touched.contains(&rating.round_id)) {
        states.entry(rating.round_id).or_default().push(rating.state());
    }
    let (ids, codes): (Vec<RoundId>, Vec<&str>) =
        states.into_iter().map(|(id, states)| (id, rules::round_state(states).code())).unzip();
    diesel::sql_query(
        "UPDATE rating_rounds r SET state = d.state, version = r.version + 1, updated_at = now(), updated_by = $4 \
         FROM unnest($2, $3) AS d (id, state) WHERE r.county_id = $1 AND r.id = d.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Text>, _>(codes)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ratings that an entry of the trail names one by one; all are bound by the digest.
const SHOWN: usize = 200;

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    outcomes: &[Outcome],
    paths: &[Path],
    reasons: &HashMap<RatingId, String>,
) -> Result<()> {
    let taken: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.refusal.is_none()).collect();
    let rows: Vec<serde_json::Value> = taken
        .iter()
        .take(SHOWN)
        .map(|outcome| match reasons.get(&outcome.rating) {
            Some(reason) => serde_json::json!({ "id": outcome.rating, "reason": reason }),
            None => serde_json::json!({ "id": outcome.rating }),
        })
        .collect();
    let (kind, subject) = match (taken.as_slice(), paths) {
        ([only], _) => ("rating", Some(only.rating.0)),
        ([first, ..], [_]) => ("rating_round", Some(first.round.0)),
        _ => ("rating_round", None),
    };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: step.action(),
            subject_kind: kind,
            subject,
            count: taken.len(),
            path: match paths {
                [only] => only,
                _ => &actor.scope.path,
            },
            details: serde_json::json!({
                "ratings": rows,
                "ratings_sha256": audit::digest(taken.iter().map(|outcome| outcome.rating.0)),
                "refused": outcomes.len().saturating_sub(taken.len()),
            }),
        },
    )
    .await
}
