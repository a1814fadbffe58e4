//! What happens to people in the pool meanwhile: notes of their mentors, and reviews.

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{DatabaseResult, Error, FieldError, Result};
use crate::base::ids::{MentorId, MentorNoteId, ReserveId, ReserveReviewId};
use crate::records::reserves::mentors::{before_entry, in_the_pool, lock, once};
use crate::records::reserves::model::Grade;
use crate::records::reserves::{queries, rules, write};

/// What a mentor did on a day.
#[derive(Debug, Clone)]
pub struct WriteNote {
    /// Who is guided.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// The mentor.
    pub mentor: MentorId,
    /// The day that it is about.
    pub on: NaiveDate,
    /// What was done.
    pub content: String,
}

/// A judgement of somebody in the pool.
#[derive(Debug, Clone)]
pub struct GiveReview {
    /// Who is judged.
    pub reserve: ReserveId,
    /// The version that the actor saw; none: whatever stands there.
    pub version: Option<i32>,
    /// When.
    pub on: NaiveDate,
    /// How.
    pub grade: Grade,
    /// In words.
    pub opinion: Option<String>,
}

fn late(on: NaiveDate) -> Option<FieldError> {
    (on > clock::today()).then(|| {
        let message = format!("日期“{on}”晚于今天，请填写已经发生的日期。");
        FieldError::new("on", message, Some(&on.to_string()))
    })
}

/// Writes notes, one per command; answers their ids in the order given.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a day on which the mentor did not guide; `Refused` where the one who is
/// guided is no longer in the pool.
pub async fn write_notes(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[WriteNote],
) -> Result<Vec<MentorNoteId>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| command.version)).await?;
        let mentors = queries::mentors(conn, &actor.scope, &ids).await?;
        let mut values = Vec::with_capacity(commands.len());
        let mut written = Vec::with_capacity(commands.len());
        for (row, command) in rows.iter().zip(commands) {
            let mentor = mentors
                .iter()
                .find(|mentor| mentor.id == command.mentor && mentor.reserve_id == command.reserve)
                .ok_or(Error::Missing { what: "这名帮带人" })?;
            let mut errors: Vec<FieldError> = late(command.on).into_iter().collect();
            let length = command.content.trim().chars().count();
            if !(1..=1000).contains(&length) {
                errors.push(FieldError::new("content", "请填写帮带内容，不超过1000字。", None));
            }
            if let Some(refusal) = rules::refuse_note(mentor, command.on) {
                errors.push(FieldError::new(refusal.field(), &refusal, None));
            }
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            in_the_pool(row)?;
            let id = MentorNoteId::new();
            written.push(id);
            values.push(json!({
                "id": id, "reserve_id": row.id, "mentor_id": mentor.id, "noted_on": command.on,
                "content": command.content.trim(), "created_by": actor.name,
            }));
        }
        write::run(
            conn,
            actor.scope.county,
            "INSERT INTO mentor_notes (county_id, id, reserve_id, mentor_id, noted_on, content, created_by) \
             SELECT $1, n.* FROM jsonb_to_recordset($2) AS n (id uuid, reserve_id uuid, mentor_id uuid, noted_on date, \
             content text, created_by text)",
            values,
        )
        .await?;
        write::update(conn, actor, &once(&rows)).await?;
        write::append(conn, actor, "reserves.write_notes", &rows, |_| {
            let command = commands.first();
            json!({ "mentor": command.map(|c| c.mentor), "on": command.map(|c| c.on) })
        })
        .await?;
        Ok(written)
    })
    .await
}

/// Records reviews, one per command; answers their ids in the order given.
///
/// # Errors
/// `Missing`, `Stale`, `Forbidden`; `Invalid` for a wrong day; `Taken` where he was judged on that day; `Refused` where he
/// is no longer in the pool.
pub async fn review(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[GiveReview],
) -> Result<Vec<ReserveReviewId>> {
    db::write(conn, actor, async |conn| {
        let ids: Vec<ReserveId> = commands.iter().map(|command| command.reserve).collect();
        let rows = lock(conn, actor, &ids, commands.iter().map(|command| command.version)).await?;
        let mut values = Vec::with_capacity(commands.len());
        let mut given = Vec::with_capacity(commands.len());
        for (row, command) in rows.iter().zip(commands) {
            let mut errors: Vec<FieldError> = late(command.on).into_iter().collect();
            errors.extend(before_entry(row, "on", command.on));
            if command.opinion.as_ref().is_some_and(|opinion| opinion.chars().count() > 1000) {
                errors.push(FieldError::new("opinion", "考核意见不能超过1000字，请精简。", None));
            }
            if !errors.is_empty() {
                return Err(Error::Invalid(errors));
            }
            in_the_pool(row)?;
            let id = ReserveReviewId::new();
            given.push(id);
            values.push(json!({
                "id": id, "reserve_id": row.id, "reviewed_on": command.on, "grade": command.grade.code(),
                "opinion": command.opinion.as_deref().map(str::trim).filter(|text| !text.is_empty()),
                "created_by": actor.name,
            }));
        }
        write::run(
            conn,
            actor.scope.county,
            "INSERT INTO reserve_reviews (county_id, id, reserve_id, reviewed_on, grade, opinion, created_by) \
             SELECT $1, n.* FROM jsonb_to_recordset($2) AS n (id uuid, reserve_id uuid, reviewed_on date, grade text, \
             opinion text, created_by text)",
            values,
        )
        .await
        .constraint("reserve_reviews_day_key", || Error::Taken {
            field: "on",
            message: "该人员当日已有考核结果，不能重复登记；请核对日期。".to_owned(),
        })?;
        write::update(conn, actor, &once(&rows)).await?;
        write::append(conn, actor, "reserves.review", &rows, |_| {
            let command = commands.first();
            json!({ "on": command.map(|c| c.on), "grade": command.map(|c| c.grade.code()) })
        })
        .await?;
        Ok(given)
    })
    .await
}
