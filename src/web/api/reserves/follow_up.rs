//! Mentors, their notes, and reviews.

use chrono::NaiveDate;
use rocket::{State, post};
use utoipa::ToSchema;

use super::json::ReserveJson;
use super::pool::answer;
use crate::base::clock;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MentorId, ReserveId};
use crate::base::policy::{self, Action};
use crate::base::values::parse_date;
use crate::records::reserves::{self, AddMentor, EndMentor, GiveReview, Grade, WriteNote};
use crate::web;
use crate::web::forms::reserve::MentorInput;
use crate::web::guards::{Body, Caller, Db, Seen};
use crate::web::respond::{Answer, Versioned};

/// A day as sent; today when it is not.
pub(crate) fn day(text: Option<&str>) -> Result<NaiveDate, Error> {
    match text.map(str::trim).filter(|text| !text.is_empty()) {
        None => Ok(clock::today()),
        Some(text) => {
            parse_date(text).map_err(|error| Error::Invalid(vec![FieldError::new("on", error, Some(text))]))
        }
    }
}

/// A mentor's id as sent.
pub(crate) fn mentor_id(text: &str) -> Result<MentorId, Error> {
    text.trim().parse().map_err(|_| Error::invalid("mentor", "请选择帮带人。"))
}

/// Add a mentor.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)), request_body = MentorInput,
    responses((status = 200, body = ReserveJson), (status = 409, description = "guides already")))]
#[post("/reserve-cadres/<id>/mentors", data = "<body>")]
pub async fn add_mentor(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: ReserveId,
    body: Body<MentorInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let mentor = body.0.parse(Some(clock::today())).map_err(Error::Invalid)?;
    let command = AddMentor { reserve: id, version: seen.0, mentor };
    reserves::add_mentors(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// The end of a mentor's guiding.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndInput {
    /// First day no longer; today when not given.
    #[serde(default)]
    on: Option<String>,
}

/// End a mentor's guiding.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path), ("mentor" = String, Path)),
    request_body = EndInput, responses((status = 200, body = ReserveJson), (status = 409, description = "has ended already")))]
#[post("/reserve-cadres/<id>/mentors/<mentor>/end", data = "<body>")]
pub async fn end_mentor(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: ReserveId,
    mentor: MentorId,
    body: Body<EndInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let on = day(body.0.on.as_deref())?;
    let command = EndMentor { reserve: id, version: seen.0, mentor, on };
    reserves::end_mentors(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// What a mentor did.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteInput {
    /// Id of the mentor.
    mentor: String,
    /// The day that it is about; today when not given.
    #[serde(default)]
    on: Option<String>,
    /// What was done.
    content: String,
}

/// Write a mentor's note.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)), request_body = NoteInput,
    responses((status = 200, body = ReserveJson), (status = 422, description = "the mentor did not guide on that day")))]
#[post("/reserve-cadres/<id>/notes", data = "<body>")]
pub async fn write_note(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: ReserveId,
    body: Body<NoteInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let NoteInput { mentor, on, content } = body.0;
    let (mentor, on) = (mentor_id(&mentor)?, day(on.as_deref())?);
    let command = WriteNote { reserve: id, version: seen.0, mentor, on, content };
    reserves::write_notes(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller.actor, state, id).await
}

/// A judgement.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewInput {
    /// `excellent`, `qualified`, `basically_qualified` or `unqualified`.
    grade: String,
    /// When; today when not given.
    #[serde(default)]
    on: Option<String>,
    /// In words.
    #[serde(default)]
    opinion: Option<String>,
}

/// Judge somebody in the pool.
#[utoipa::path(context_path = "/api/v1", tag = "reserve-cadres", params(("id" = String, Path)), request_body = ReviewInput,
    responses((status = 200, body = ReserveJson), (status = 409, description = "judged on that day already")))]
#[post("/reserve-cadres/<id>/reviews", data = "<body>")]
pub async fn review_reserve(
    caller: Caller,
    mut db: Db,
    seen: Seen,
    id: ReserveId,
    body: Body<ReviewInput>,
    state: &State<web::State>,
) -> Answer<Versioned<ReserveJson>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let ReviewInput { grade, on, opinion } = body.0;
    let grade = Grade::parse(&grade)
        .map_err(|error| Error::Invalid(vec![FieldError::new("grade", error, Some(&grade))]))?;
    let command = GiveReview { reserve: id, version: seen.0, on: day(on.as_deref())?, grade, opinion };
    reserves::review(&mut db.0, &caller.actor, &[command]).await?;
    answer(&mut db, &caller.actor, state, id).await
}
