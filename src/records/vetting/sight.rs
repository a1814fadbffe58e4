//! For whom a transaction looks at verdicts. Row-level security asks the parameter `cadre.vetting`; ordinary reads leave
//! it empty and see none.

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::error::{Error, Result};
use crate::base::ids::VettingDepartmentId;
use crate::base::policy::{self, Action};
use crate::schema::vetting_members;

/// Whose verdicts somebody may read and give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Those of all departments: a supervisor of the whole county.
    County,
    /// Those of the departments that the county named him for; never empty.
    Departments(Vec<VettingDepartmentId>),
    /// None.
    Nothing,
}

impl Sight {
    /// Whether it covers a department.
    #[must_use]
    pub fn covers(&self, department: VettingDepartmentId) -> bool {
        match self {
            Self::County => true,
            Self::Departments(own) => own.contains(&department),
            Self::Nothing => false,
        }
    }

    /// Whether it covers any.
    #[must_use]
    pub fn is_any(&self) -> bool {
        !matches!(self, Self::Nothing)
    }
}

/// Whose verdicts somebody may read and give. Only whoever enters records can be named for a department.
///
/// # Errors
/// Whatever the database answers.
pub async fn of(conn: &mut AsyncPgConnection, actor: &Actor) -> Result<Sight> {
    if policy::require(actor, Action::Vet, &actor.scope.whole_county().path).is_ok() {
        return Ok(Sight::County);
    }
    let enters = policy::require(actor, Action::EnterRecords, &actor.scope.path).is_ok();
    let Some(account) = actor.account.filter(|_| enters) else { return Ok(Sight::Nothing) };
    let own: Vec<VettingDepartmentId> = vetting_members::table
        .filter(vetting_members::county_id.eq(actor.scope.county))
        .filter(vetting_members::account_id.eq(account))
        .order(vetting_members::department_id)
        .select(vetting_members::department_id)
        .load(conn)
        .await?;
    Ok(if own.is_empty() { Sight::Nothing } else { Sight::Departments(own) })
}

/// What a refusal may tell somebody. What an import is told stands in its plan, which others read.
///
/// # Errors
/// Whatever the database answers.
pub async fn of_refusals(conn: &mut AsyncPgConnection, actor: &Actor) -> Result<Sight> {
    if actor.door == Door::Import { Ok(Sight::Nothing) } else { of(conn, actor).await }
}

/// Lets the running transaction see what a sight covers, until it ends or [`close`] is called.
///
/// # Errors
/// Whatever the database answers.
pub async fn open(conn: &mut AsyncPgConnection, actor: &Actor, sight: &Sight) -> Result<()> {
    let whom = match sight {
        Sight::County => "county".to_owned(),
        Sight::Departments(_) => actor.account.map(|account| account.to_string()).unwrap_or_default(),
        Sight::Nothing => String::new(),
    };
    set(conn, &whom).await
}

/// Takes the sight away again, for what follows in the same transaction.
///
/// # Errors
/// Whatever the database answers.
pub async fn close(conn: &mut AsyncPgConnection) -> Result<()> {
    set(conn, "").await
}

async fn set(conn: &mut AsyncPgConnection, whom: &str) -> Result<()> {
    diesel::sql_query("SELECT set_config('cadre.vetting', $1, true)")
        .bind::<Text, _>(whom)
        .execute(conn)
        .await?;
    Ok(())
}

/// Refuses whoever may see no verdict at all.
///
/// # Errors
/// `Forbidden`.
pub fn require(sight: &Sight) -> Result<()> {
    if sight.is_any() { Ok(()) } else { Err(Error::Forbidden) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sight_covers_what_it_names() {
        let (one, other) = (VettingDepartmentId::new(), VettingDepartmentId::new());
        let own = Sight::Departments(vec![one]);
        assert!(own.covers(one) && !own.covers(other) && own.is_any());
        assert!(Sight::County.covers(other));
        assert!(!Sight::Nothing.covers(one) && require(&Sight::Nothing).is_err());
    }
}
