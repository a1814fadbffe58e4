//! Objections to published ratings, what came of them, and revocation: correction in the open.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{ObjectionId, RatingId};
use crate::base::values::after_working_days;
use crate::records::ratings::decide::{Decide, Outcome, Target, decide};
use crate::records::ratings::frame::Frame;
use crate::records::ratings::model::{Rating, Scheme};
use crate::records::ratings::rules::{Step, StepRefusal};
use crate::schema::rating_objections;

/// The longest reason.
const LONGEST: usize = 500;

/// An objection, a resolution or a revocation of one rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// The rating.
    pub rating: RatingId,
    /// What was objected, found, or why it is revoked.
    pub reason: String,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
}

/// Enters objections to published ratings, within the term of the scheme.
///
/// # Errors
/// As [`submit`](crate::records::ratings::submit); `Invalid` for words that are missing or too many.
pub async fn object(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Dispute],
) -> Result<Vec<Outcome>> {
    take(conn, actor, Step::Object, "异议内容", commands).await
}

/// Resolves objections: upheld, the rating goes back to be corrected; dismissed, it stays published.
///
/// # Errors
/// As [`review`](crate::records::ratings::review); `Invalid` for words that are missing or too many.
pub async fn resolve(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    upheld: bool,
    commands: &[Dispute],
) -> Result<Vec<Outcome>> {
    let step = if upheld { Step::Uphold } else { Step::Dismiss };
    take(conn, actor, step, "处理意见", commands).await
}

/// Revokes ratings that counted: they no longer do, and stay on record.
///
/// # Errors
/// As [`review`](crate::records::ratings::review); `Invalid` for words that are missing or too many.
pub async fn revoke(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[Dispute],
) -> Result<Vec<Outcome>> {
    take(conn, actor, Step::Revoke, "撤销理由", commands).await
}

async fn take(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    what: &str,
    commands: &[Dispute],
) -> Result<Vec<Outcome>> {
    let mut reasons = HashMap::new();
    for command in commands {
        let reason = command.reason.trim();
        if !(1..=LONGEST).contains(&reason.chars().count()) {
            let message = format!("{what}应为1至{LONGEST}字，请写明，供日后查证。");
            return Err(Error::Invalid(vec![FieldError::new("reason", message, None)]));
        }
        reasons.insert(command.rating, reason.to_owned());
    }
    let decisions: Vec<Decide> = commands
        .iter()
        .map(|command| Decide { target: Target::Rating(command.rating), version: command.version })
        .collect();
    decide(conn, actor, step, &decisions, &reasons).await
}

/// The last day on which somebody may object to a rating; none while it is not published.
pub(super) fn term(rating: &Rating, scheme: &Scheme) -> Option<NaiveDate> {
    let days = u32::try_from(scheme.rules.objection_days).unwrap_or_default();
    after_working_days(clock::date_in_china(rating.published_at?), days)
}

/// What stands in the way of an objection, or of resolving one.
pub(super) async fn refusals(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    frame: &Frame<'_>,
) -> Result<HashMap<RatingId, StepRefusal>> {
    match frame.step {
        Step::Object => {
            let today = clock::today();
            let over = |rating: &Rating| {
                let until = term(rating, frame.scheme_of(rating)?).filter(|until| *until < today)?;
                Some((rating.id, StepRefusal::TermOver { until }))
            };
            Ok(frame.ratings.iter().filter_map(over).collect())
        }
        Step::Dismiss | Step::Uphold if actor.account.is_some() => {
            let ids: Vec<RatingId> = frame.ratings.iter().map(|rating| rating.id).collect();
            let own: Vec<RatingId> = rating_objections::table
                .filter(rating_objections::county_id.eq(actor.scope.county))
                .filter(rating_objections::rating_id.eq_any(ids))
                .filter(rating_objections::outcome.is_null())
                .filter(rating_objections::created_by.eq(&actor.name))
                .select(rating_objections::rating_id)
                .load(conn)
                .await?;
            Ok(own.into_iter().map(|id| (id, StepRefusal::OwnObjection)).collect())
        }
        _ => Ok(HashMap::new()),
    }
}

/// Keeps what was objected, or what came of it. A revocation ends an objection that waits: it was right.
pub(super) async fn keep(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    step: Step,
    outcomes: &[Outcome],
    ratings: &[Rating],
    reasons: &HashMap<RatingId, String>,
) -> Result<()> {
    let taken: Vec<RatingId> =
        outcomes.iter().filter(|outcome| outcome.refusal.is_none()).map(|outcome| outcome.rating).collect();
    let words: Vec<&str> = taken.iter().map(|id| reasons.get(id).map_or("", String::as_str)).collect();
    let outcome = match step {
        Step::Object => return enter(conn, actor, &taken, &words, ratings).await,
        Step::Dismiss => "dismissed",
        Step::Uphold | Step::Revoke => "upheld",
        _ => return Ok(()),
    };
    diesel::sql_query(
        "UPDATE rating_objections o SET outcome = $4, resolution = d.reason, resolved_by = $5, resolved_at = now() \
         FROM unnest($2, $3) AS d (id, reason) WHERE o.county_id = $1 AND o.rating_id = d.id AND o.outcome IS NULL",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(taken)
    .bind::<Array<Text>, _>(words)
    .bind::<Text, _>(outcome)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}

async fn enter(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    taken: &[RatingId],
    words: &[&str],
    ratings: &[Rating],
) -> Result<()> {
    let stars: HashMap<RatingId, Option<i32>> =
        ratings.iter().map(|rating| (rating.id, rating.stars)).collect();
    let ids: Vec<ObjectionId> = taken.iter().map(|_| ObjectionId::new()).collect();
    let before: Vec<Option<i32>> = taken.iter().map(|id| stars.get(id).copied().flatten()).collect();
    diesel::sql_query(
        "INSERT INTO rating_objections (county_id, id, rating_id, content, stars_before, created_by) \
         SELECT $1, n.*, $6 FROM unnest($2, $3, $4, $5) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Array<Uuid>, _>(taken)
    .bind::<Array<Text>, _>(words)
    .bind::<Array<Nullable<Integer>>, _>(before)
    .bind::<Text, _>(&actor.name)
    .execute(conn)
    .await?;
    Ok(())
}
