//! Sets a new password where the old one was lost.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::password::Password;
use crate::records::accounts::queries;
use crate::records::audit;
use crate::schema::{accounts, sessions};

/// One password to be set.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// The account.
    pub account: AccountId,
    /// The new password.
    pub password: Password,
}

/// Sets new passwords, ends the accounts' sessions and lifts their locks. An administrator cannot reset an account that
/// sees records into something he can use unseen: the reset stands in the trail of the account.
///
/// # Errors
/// `Forbidden` for anybody but an administrator, `Missing` outside his subtree.
pub async fn reset_password(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ResetPassword],
) -> Result<()> {
    policy::require(actor, Action::ManageAccounts, &actor.scope.path)?;
    let mut hashes = Vec::with_capacity(commands.len());
    for command in commands {
        hashes.push(command.password.clone().hash().await?);
    }
    db::write(conn, actor, async |conn| {
        let ids: Vec<AccountId> = commands.iter().map(|command| command.account).collect();
        let lines = queries::lock(conn, &actor.scope, &ids).await?;
        if lines.len() < ids.len() {
            return Err(Error::Missing { what: "这个账号" });
        }
        for (id, hash) in ids.iter().zip(&hashes) {
            set_password(conn, *id, hash).await?;
        }
        let names: Vec<&str> = lines.iter().map(|line| line.username.as_str()).collect();
        let entry = audit::Entry {
            action: "accounts.reset_password",
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": names }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

/// Stores a hash and ends every session that the old password opened.
pub(super) async fn set_password(conn: &mut AsyncPgConnection, account: AccountId, hash: &str) -> Result<()> {
    diesel::update(accounts::table.filter(accounts::id.eq(account)))
        .set((
            accounts::password_hash.eq(hash),
            accounts::failed_attempts.eq(0),
            accounts::locked_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            accounts::version.eq(accounts::version + 1),
            accounts::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    diesel::delete(sessions::table.filter(sessions::account_id.eq(account))).execute(conn).await?;
    Ok(())
}
