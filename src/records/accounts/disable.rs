//! Disables accounts and opens them again: the sessions and tokens of a disabled one end at once.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::model::State;
use crate::records::accounts::queries;
use crate::records::audit;
use crate::schema::{accounts, sessions};

/// One account to be disabled.
#[derive(Debug, Clone)]
pub struct Disable {
    /// The account.
    pub account: AccountId,
    /// Why; stands in the trail.
    pub reason: String,
}

/// Disables accounts.
///
/// # Errors
/// `Forbidden` for anybody but an administrator, `Missing` outside his subtree, `Refused` for his own account.
pub async fn disable(conn: &mut AsyncPgConnection, actor: &Actor, commands: &[Disable]) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::ManageAccounts, &actor.scope.path)?;
        let ids: Vec<AccountId> = commands.iter().map(|command| command.account).collect();
        let lines = queries::lock(conn, &actor.scope, &ids).await?;
        if lines.len() < ids.len() {
            return Err(Error::Missing { what: "这个账号" });
        }
        if actor.account.is_some_and(|own| ids.contains(&own)) {
            return Err(Error::Refused("不能停用自己的账号，请由另一名系统管理员办理。".to_owned()));
        }
        diesel::update(accounts::table.filter(accounts::id.eq_any(&ids)))
            .set((
                accounts::state.eq(State::Disabled.code()),
                accounts::version.eq(accounts::version + 1),
                accounts::updated_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        diesel::delete(sessions::table.filter(sessions::account_id.eq_any(&ids))).execute(conn).await?;
        let reasons = commands.iter().zip(&lines).map(|(command, line)| {
            serde_json::json!({ "username": line.username, "from": line.state, "reason": command.reason })
        });
        let entry = audit::Entry {
            action: "accounts.disable",
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": reasons.collect::<Vec<_>>() }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}
