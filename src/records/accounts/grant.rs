//! Grants a role and an organisation: only a security officer may, and never to himself.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Role};
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::model::State;
use crate::records::accounts::queries;
use crate::records::audit;
use crate::records::organisations;
use crate::schema::{accounts, sessions};

/// One role to be granted.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The account.
    pub account: AccountId,
    /// The role that it gets.
    pub role: Role,
    /// Code of the organisation whose subtree it may act in; none: as it is.
    pub organisation: Option<String>,
    /// The version that the officer saw.
    pub version: i32,
}

/// Grants roles and organisations. The account may sign in from then on; its open sessions end, so that nobody goes on
/// with rights that he no longer has.
///
/// # Errors
/// `Forbidden` for anybody but a security officer, `Missing` outside his subtree, `Stale` when somebody else changed the
/// account, `Refused` for his own account and for a disabled one.
pub async fn grant(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Grant]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::GrantRoles, &actor.scope.path)?;
        let ids: Vec<AccountId> = commands.iter().map(|command| command.account).collect();
        let lines = queries::lock(conn, &actor.scope, &ids).await?;
        let mut granted = Vec::with_capacity(commands.len());
        for command in commands {
            let line = lines.iter().find(|line| line.id == command.account).or_missing("这个账号")?;
            refuse(actor, command, line)?;
            let code = command.organisation.as_deref().unwrap_or(&line.organisation_code);
            let place =
                organisations::queries::by_code(conn, &actor.scope, code).await.or_missing("这个组织")?;
            diesel::update(accounts::table.find((line.county_id, line.id)))
                .set((
                    accounts::role.eq(command.role.code()),
                    accounts::organisation_id.eq(place.id),
                    accounts::organisation_path.eq(&place.path),
                    accounts::organisation_name.eq(&place.name),
                    accounts::state.eq(State::Active.code()),
                    accounts::version.eq(accounts::version + 1),
                    accounts::updated_at.eq(diesel::dsl::now),
                ))
                .execute(conn)
                .await?;
            granted.push(serde_json::json!({
                "username": line.username,
                "role": [line.role, command.role.code()],
                "organisation": [line.organisation_code, place.code],
                "state": [line.state, State::Active.code()],
            }));
        }
        diesel::delete(sessions::table.filter(sessions::account_id.eq_any(&ids))).execute(conn).await?;
        let entry = audit::Entry {
            action: "accounts.grant",
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": granted }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

fn refuse(actor: &Actor, command: &Grant, line: &super::AccountLine) -> Result<()> {
    if actor.account == Some(command.account) {
        return Err(Error::Refused("不能给自己的账号授权，请由另一名安全管理员办理。".to_owned()));
    }
    if line.version != command.version {
        return Err(Error::Stale);
    }
    if line.state() == State::Disabled {
        return Err(Error::Refused("账号已停用，不能授权；请由系统管理员新建账号。".to_owned()));
    }
    Ok(())
}
