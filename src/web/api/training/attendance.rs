//! Who came to a class.

use rocket::serde::json::Json;
use rocket::{delete, patch, put};
use utoipa::ToSchema;

use super::json::RollLineJson;
use super::roll::roll_page;
use crate::base::error::{Error, FieldError};
use crate::base::ids::{MembershipId, TrainingClassId};
use crate::base::policy::{self, Action};
use crate::records::training::{self, CorrectAttendance, RemoveAttendance};
use crate::web::forms::training::AttendanceInput;
use crate::web::guards::{Body, Caller, Db, IfMatch, Listing, Page};
use crate::web::respond::Answer;

/// The most rows that one request enters.
const MOST: usize = 2000;

/// Who came.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendancesInput {
    /// A row for each member who came; all are entered, or none.
    rows: Vec<AttendanceInput>,
}

/// Enter who came to a class that was held. Answers the first page of its roll.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path)), request_body = AttendancesInput,
    responses((status = 200, body = Page<RollLineJson>), (status = 409, description = "not held, or closed"), (status = 422, description = "rows[n].field: what is wrong")))]
#[put("/training/classes/<id>/attendance", data = "<body>")]
pub async fn enter_attendance(
    caller: Caller,
    mut db: Db,
    id: TrainingClassId,
    body: Body<AttendancesInput>,
    listing: Listing,
) -> Answer<Json<Page<RollLineJson>>> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let rows = body.0.rows;
    if rows.len() > MOST {
        let message = format!("一次最多录入{MOST}人，现有{}人，请分次录入。", rows.len());
        return Err(Error::Invalid(vec![FieldError::new("rows", message, None)]).into());
    }
    let (mut commands, mut errors) = (Vec::with_capacity(rows.len()), Vec::new());
    for (number, row) in rows.iter().enumerate() {
        match row.parse(id, None) {
            Ok(command) => commands.push(command),
            Err(wrong) => errors.extend(
                wrong.into_iter().map(|e| FieldError { field: format!("rows[{number}].{}", e.field), ..e }),
            ),
        }
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors).into());
    }
    training::attend(&mut db.0, &caller.actor, &commands).await?;
    let page = roll_page(&mut db, &caller.actor, id, false, &listing).await?;
    Ok(Json(page.map(RollLineJson::from)))
}

/// Correct what was entered of a member; needs the version of the attendance in `If-Match`.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path), ("member" = String, Path)),
    request_body = AttendanceInput, responses((status = 204, description = "corrected"), (status = 412, description = "changed meanwhile"), (status = 422, description = "refused fields")))]
#[patch("/training/classes/<id>/attendance/<member>", data = "<body>")]
pub async fn correct_attendance(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
    body: Body<AttendanceInput>,
) -> Answer<rocket::response::status::NoContent> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let attend = body.0.parse(id, Some(member)).map_err(Error::Invalid)?;
    let command = CorrectAttendance { attend, version: version.0 };
    training::correct_attendances(&mut db.0, &caller.actor, &[command]).await?;
    Ok(rocket::response::status::NoContent)
}

/// Why something is taken back.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttendanceReason {
    /// Why.
    reason: String,
}

/// Take back an attendance that was entered by mistake; needs its version in `If-Match`. The trail keeps what it said.
#[utoipa::path(context_path = "/api/v1", tag = "training", params(("id" = String, Path), ("member" = String, Path)),
    request_body = AttendanceReason, responses((status = 204, description = "taken back"), (status = 412, description = "changed meanwhile"), (status = 422, description = "the reason is missing")))]
#[delete("/training/classes/<id>/attendance/<member>", data = "<body>")]
pub async fn remove_attendance(
    caller: Caller,
    version: IfMatch,
    mut db: Db,
    id: TrainingClassId,
    member: MembershipId,
    body: Body<AttendanceReason>,
) -> Answer<rocket::response::status::NoContent> {
    policy::require(&caller.actor, Action::EnterRecords, &caller.scope().path)?;
    let command = RemoveAttendance { class: id, member, version: version.0, reason: body.0.reason };
    training::remove_attendances(&mut db.0, &caller.actor, &[command]).await?;
    Ok(rocket::response::status::NoContent)
}
