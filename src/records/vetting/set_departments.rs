//! Sets which departments of a county answer, and which accounts answer for each.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{AccountId, VettingDepartmentId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::vetting::{queries, write};
use crate::schema::{accounts, vetting_members};

/// A department as it is to be.
#[derive(Debug, Clone)]
pub struct SetDepartment {
    /// Its code; one that is known is changed.
    pub code: String,
    /// Its Chinese name.
    pub name: String,
    /// Its place in lists, from 1.
    pub position: i32,
    /// User names of the clerks or supervisors who answer for it; whoever is not named any more no longer does.
    pub members: Vec<String>,
}

impl SetDepartment {
    fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let code = self.code.as_bytes();
        let shaped = (2..=50).contains(&code.len())
            && code.first().is_some_and(u8::is_ascii_lowercase)
            && code.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_');
        if !shaped {
            let message =
                format!("部门代码“{}”应以小写字母开头，由2至50个小写字母、数字或下划线组成。", self.code);
            errors.push(FieldError::new("code", message, Some(&self.code)));
        }
        if !(2..=50).contains(&self.name.trim().chars().count()) {
            errors.push(FieldError::new("name", "请填写部门名称，2至50字。", Some(&self.name)));
        }
        if !(1..=99).contains(&self.position) {
            let message = format!("排列序号“{}”应在1至99之间，请改正。", self.position);
            errors.push(FieldError::new("position", message, None));
        }
        errors
    }
}

/// Sets departments; answers their ids in the order given. Those that are not named stay as they are.
///
/// # Errors
/// `Forbidden` unless the actor is a supervisor of the whole county; `Invalid` with the wrong fields, also for a user
/// name that is no clerk or supervisor of the county.
pub async fn set_departments(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetDepartment],
) -> Result<Vec<VettingDepartmentId>> {
    db::write(conn, actor, async |conn| {
        let county = actor.scope.whole_county();
        policy::require(actor, Action::SetSchemes, &county.path)?;
        let mut errors: Vec<FieldError> = commands.iter().flat_map(SetDepartment::check).collect();
        let mut codes = HashSet::new();
        if commands.iter().any(|command| !codes.insert(command.code.as_str())) {
            errors.push(FieldError::new("code", "同一部门代码出现两次，请只保留一次。", None));
        }
        let members = members(conn, actor, commands, &mut errors).await?;
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let rows = commands.iter().map(|command| {
            json!({ "id": VettingDepartmentId::new(), "code": command.code, "name": command.name.trim(),
                "position": command.position, "by": actor.name })
        });
        write::run(
            conn,
            county.county,
            "INSERT INTO vetting_departments (county_id, id, code, name, position, created_by, updated_by) \
             SELECT $1, n.id, n.code, n.name, n.position, n.by, n.by \
             FROM jsonb_to_recordset($2) AS n (id uuid, code text, name text, position integer, by text) \
             ON CONFLICT (county_id, code) DO UPDATE SET name = excluded.name, position = excluded.position, \
             updated_at = now(), updated_by = excluded.updated_by",
            rows.collect(),
        )
        .await?;
        let all = queries::departments(conn, county.county).await?;
        let by_code: HashMap<&str, VettingDepartmentId> =
            all.iter().map(|department| (department.code.as_str(), department.id)).collect();
        let ids: Vec<VettingDepartmentId> =
            commands.iter().filter_map(|command| by_code.get(command.code.as_str()).copied()).collect();
        name_members(conn, actor, &ids, commands, &members).await?;
        append(conn, actor, commands).await?;
        Ok(ids)
    })
    .await
}

/// The accounts of user names.
async fn members(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[SetDepartment],
    errors: &mut Vec<FieldError>,
) -> Result<HashMap<String, AccountId>> {
    let wanted: Vec<&str> =
        commands.iter().flat_map(|command| &command.members).map(|name| name.trim()).collect();
    let found: Vec<(String, AccountId)> = accounts::table
        .filter(accounts::county_id.eq(actor.scope.county))
        .filter(accounts::username.eq_any(&wanted))
        .filter(accounts::role.eq_any(["clerk", "supervisor"]))
        .filter(accounts::state.eq("active"))
        .select((accounts::username, accounts::id))
        .load(conn)
        .await?;
    let found: HashMap<String, AccountId> = found.into_iter().collect();
    for name in wanted.iter().filter(|name| !found.contains_key(**name)) {
        let message = format!("“{name}”不是本县（区）在用的录入员或审核员账号，请核对用户名。");
        errors.push(FieldError::new("members", message, Some(name)));
    }
    Ok(found)
}

async fn name_members(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[VettingDepartmentId],
    commands: &[SetDepartment],
    accounts: &HashMap<String, AccountId>,
) -> Result<()> {
    diesel::delete(vetting_members::table)
        .filter(vetting_members::county_id.eq(actor.scope.county))
        .filter(vetting_members::department_id.eq_any(ids))
        .execute(conn)
        .await?;
    let named = ids.iter().zip(commands).flat_map(|(id, command)| {
        let mut own: Vec<AccountId> =
            command.members.iter().filter_map(|name| accounts.get(name.trim()).copied()).collect();
        own.sort_unstable();
        own.dedup();
        own.into_iter().map(move |account| json!({ "department": id, "account": account, "by": actor.name }))
    });
    write::run(
        conn,
        actor.scope.county,
        "INSERT INTO vetting_members (county_id, department_id, account_id, created_by) \
         SELECT $1, n.department, n.account, n.by \
         FROM jsonb_to_recordset($2) AS n (department uuid, account uuid, by text)",
        named.collect(),
    )
    .await?;
    Ok(())
}

async fn append(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[SetDepartment]) -> Result<()> {
    let departments: Vec<_> = commands
        .iter()
        .map(|command| json!({ "code": command.code, "name": command.name, "members": command.members }))
        .collect();
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "vetting.set_departments",
            subject_kind: "vetting_department",
            subject: None,
            count: commands.len(),
            path: &actor.scope.whole_county().path,
            details: json!({ "departments": departments }),
        },
    )
    .await
}
