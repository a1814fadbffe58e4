//! What a county vets candidates for, and who answers.

use chrono::NaiveDate;
use rocket::serde::json::Json;
use rocket::{get, post, put};
use utoipa::ToSchema;

use crate::base::db;
use crate::base::policy::{self, Action};
use crate::records::vetting::{self, SetDepartment, queries};
use crate::web::forms::vetting::{ChecklistInput, DepartmentInput};
use crate::web::guards::{Body, Caller, Db};
use crate::web::respond::Answer;

/// An item of a list.
#[derive(serde::Serialize, ToSchema)]
pub struct ChecklistItemJson {
    number: i32,
    text: String,
    /// `block` or `flag`.
    severity: String,
    /// Code of the department that answers.
    department: String,
}

/// A version of a county's list.
#[derive(serde::Serialize, ToSchema)]
pub struct ChecklistJson {
    id: String,
    /// First day in force.
    from_day: NaiveDate,
    /// First day no longer in force.
    to_day: Option<NaiveDate>,
    name: String,
    /// Whether nobody is appointed without a filed check.
    is_demanded: bool,
    days_to_answer: i32,
    months_valid: i32,
    source: String,
    items: Vec<ChecklistItemJson>,
}

/// All versions of a county's list, the latest first.
#[derive(serde::Serialize, ToSchema)]
pub struct ChecklistsJson {
    items: Vec<ChecklistJson>,
}

/// List what candidates are vetted for, by date.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", responses((status = 200, body = ChecklistsJson)))]
#[get("/vetting-checklists")]
pub async fn list_checklists(caller: Caller, mut db: Db) -> Answer<Json<ChecklistsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let county = caller.scope().county;
    let (lists, items, departments) = db::read(&mut db.0, caller.scope(), async |conn| {
        let lists = queries::checklists(conn, county).await?;
        let ids: Vec<_> = lists.iter().map(|list| list.id).collect();
        let items = queries::items(conn, county, &ids).await?;
        Ok((lists, items, queries::departments(conn, county).await?))
    })
    .await?;
    let department =
        |id| departments.iter().find(|one| one.id == id).map(|one| one.code.clone()).unwrap_or_default();
    let list = |list: vetting::Checklist| ChecklistJson {
        id: list.id.to_string(),
        from_day: list.from_day,
        to_day: list.to_day,
        name: list.name,
        is_demanded: list.is_demanded,
        days_to_answer: list.days_to_answer,
        months_valid: list.months_valid,
        source: list.source,
        items: items
            .iter()
            .filter(|item| item.checklist_id == list.id)
            .map(|item| ChecklistItemJson {
                number: item.number,
                text: item.text.clone(),
                severity: item.severity.clone(),
                department: department(item.department_id),
            })
            .collect(),
    };
    Ok(Json(ChecklistsJson { items: lists.into_iter().map(list).collect() }))
}

/// Set what candidates are vetted for from a day on; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", request_body = ChecklistInput,
    responses((status = 200, body = ChecklistsJson), (status = 409, description = "does not follow the present version")))]
#[post("/vetting-checklists", data = "<body>")]
pub async fn set_checklist(
    caller: Caller,
    mut db: Db,
    body: Body<ChecklistInput>,
) -> Answer<Json<ChecklistsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    vetting::set_checklist(&mut db.0, &caller.actor, &[body.0.parse()?]).await?;
    list_checklists(caller, db).await
}

/// A department that answers.
#[derive(serde::Serialize, ToSchema)]
pub struct DepartmentJson {
    code: String,
    name: String,
    position: i32,
    /// User names of those who answer for it, for those who set them.
    members: Vec<String>,
}

/// The departments of a county, in their order.
#[derive(serde::Serialize, ToSchema)]
pub struct DepartmentsJson {
    items: Vec<DepartmentJson>,
}

/// List who answers for candidates.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", responses((status = 200, body = DepartmentsJson)))]
#[get("/vetting-departments")]
pub async fn list_departments(caller: Caller, mut db: Db) -> Answer<Json<DepartmentsJson>> {
    policy::require(&caller.actor, Action::SeeRecords, &caller.scope().path)?;
    let scope = caller.scope();
    let sets = policy::require(&caller.actor, Action::SetSchemes, &scope.path).is_ok();
    let (departments, mut members) = db::read(&mut db.0, scope, async |conn| {
        let members =
            if sets { queries::members(conn, scope).await? } else { std::collections::HashMap::new() };
        Ok((queries::departments(conn, scope.county).await?, members))
    })
    .await?;
    let json = |department: vetting::Department| DepartmentJson {
        members: members.remove(&department.id).unwrap_or_default(),
        code: department.code,
        name: department.name,
        position: department.position,
    };
    Ok(Json(DepartmentsJson { items: departments.into_iter().map(json).collect() }))
}

/// Departments as they are to be; those that are not named stay.
#[derive(serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DepartmentsInput {
    departments: Vec<DepartmentInput>,
}

/// Set who answers for candidates; only for the whole county.
#[utoipa::path(context_path = "/api/v1", tag = "vetting", request_body = DepartmentsInput,
    responses((status = 200, body = DepartmentsJson), (status = 422, description = "refused fields")))]
#[put("/vetting-departments", data = "<body>")]
pub async fn set_departments(
    caller: Caller,
    mut db: Db,
    body: Body<DepartmentsInput>,
) -> Answer<Json<DepartmentsJson>> {
    policy::require(&caller.actor, Action::SetSchemes, &caller.scope().path)?;
    let commands: Vec<SetDepartment> = body.0.departments.into_iter().map(SetDepartment::from).collect();
    vetting::set_departments(&mut db.0, &caller.actor, &commands).await?;
    list_departments(caller, db).await
}
