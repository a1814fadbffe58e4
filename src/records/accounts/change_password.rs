//! Changes one's own password; the old one is asked for.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::SessionId;
use crate::records::accounts::password::{self, Password};
use crate::records::accounts::reset_password::store_password;
use crate::records::accounts::{password_rules, prove};
use crate::records::audit;
use crate::schema::accounts;

/// A change of one's own password.
#[derive(Debug)]
pub struct ChangePassword {
    /// The old one, as typed.
    pub old: String,
    /// The new one.
    pub new: Password,
}

/// Changes the actor's own password and ends all his sessions, the present one included. A wrong old one counts as a wrong
/// proof of the session and stands in the trail, so that an open browser is no place to guess it. A request for a role that
/// waits for the account stays: the same person has it still, as far as its version tells.
///
/// # Errors
/// `Invalid` when the old password is wrong or the new one is the same or none that the county takes, `Forbidden` where no account acts,
/// or its session has ended.
pub async fn change_password(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    session: SessionId,
    command: ChangePassword,
) -> Result<()> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    let sentence = "新密码不能与原密码相同，请换一个。";
    if command.new.text() == command.old {
        return Err(Error::invalid("password", sentence));
    }
    let stored: Option<String> = accounts::table
        .filter(accounts::id.eq(own))
        .select(accounts::password_hash)
        .first(conn)
        .await
        .optional()?;
    let stored = stored.or_missing("这个账号")?;
    if !password::verify(command.old, Some(stored.clone())).await? {
        db::write(conn, actor, async |conn| {
            prove::settled(conn, own, session).await?.ok_or(Error::Forbidden)?;
            prove::count_wrong(conn, actor, own, session).await
        })
        .await?;
        return Err(Error::invalid("old_password", WRONG));
    }
    let hash = command.new.clone().hash().await?;
    db::write(conn, actor, async |conn| {
        let now = prove::settled(conn, own, session).await?.ok_or(Error::Forbidden)?;
        if now.password_hash != stored || !now.is_active() {
            return Err(Error::invalid("old_password", WRONG));
        }
        password_rules::check(conn, actor.scope.county, &actor.scope.path, &command.new, "password").await?;
        store_password(conn, own, &hash, None).await?;
        let entry = audit::Entry {
            action: "accounts.change_password",
            subject_kind: "account",
            subject: Some(own.0),
            count: 1,
            path: &actor.scope.path,
            details: serde_json::json!({}),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

const WRONG: &str = "原密码不正确，请重新输入；连续输错5次会退出登录。";
