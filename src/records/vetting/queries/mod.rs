//! Every read of checklists, checks and verdicts.

mod listing;
mod sheet;
mod verdicts;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::{CountyId, VettingChecklistId, VettingDepartmentId};
use crate::base::scope::Scope;
use crate::records::organisations::{Kind, Organisation};
use crate::records::vetting::model::{Checklist, Department, Item};
use crate::schema::{accounts, vetting_checklists, vetting_departments, vetting_items, vetting_members};

pub use listing::{Card, Filter, Place, Waiting, cards, count, find, list, waiting};
pub use sheet::{Sheet, SheetItem, sheet};
pub use verdicts::present_verdicts;
pub(super) use verdicts::verdicts;

/// All versions of a county's list, the latest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn checklists(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Checklist>> {
    vetting_checklists::table
        .filter(vetting_checklists::county_id.eq(county))
        .order(vetting_checklists::from_day.desc())
        .select(Checklist::as_select())
        .load(conn)
        .await
}

/// The items of some versions, in their order.
///
/// # Errors
/// Whatever the database answers.
pub async fn items(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    lists: &[VettingChecklistId],
) -> QueryResult<Vec<Item>> {
    vetting_items::table
        .filter(vetting_items::county_id.eq(county).and(vetting_items::checklist_id.eq_any(lists)))
        .order((vetting_items::checklist_id, vetting_items::number))
        .select(Item::as_select())
        .load(conn)
        .await
}

/// The departments of a county, in their order.
///
/// # Errors
/// Whatever the database answers.
pub async fn departments(conn: &mut AsyncPgConnection, county: CountyId) -> QueryResult<Vec<Department>> {
    vetting_departments::table
        .filter(vetting_departments::county_id.eq(county))
        .order((vetting_departments::position, vetting_departments::code))
        .select(Department::as_select())
        .load(conn)
        .await
}

/// The user names of those who answer for each department, as far as the scope sees their accounts.
///
/// # Errors
/// Whatever the database answers.
pub async fn members(
    conn: &mut AsyncPgConnection,
    within: &Scope,
) -> QueryResult<HashMap<VettingDepartmentId, Vec<String>>> {
    let rows: Vec<(VettingDepartmentId, String)> = vetting_members::table
        .inner_join(
            accounts::table.on(accounts::county_id
                .eq(vetting_members::county_id)
                .and(accounts::id.eq(vetting_members::account_id))),
        )
        .filter(vetting_members::county_id.eq(within.county))
        .order((vetting_members::department_id, accounts::username))
        .select((vetting_members::department_id, accounts::username))
        .load(conn)
        .await?;
    let mut named: HashMap<VettingDepartmentId, Vec<String>> = HashMap::new();
    for (department, username) in rows {
        named.entry(department).or_default().push(username);
    }
    Ok(named)
}

/// Whether candidates can be proposed for it.
#[must_use]
pub fn is_village(organisation: &Organisation) -> bool {
    matches!(organisation.kind(), Some(Kind::Village | Kind::Community))
}
