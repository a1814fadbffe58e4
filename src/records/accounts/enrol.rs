//! Begins to use one-time codes: a secret is made and shown, a first code proves that it arrived.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door};
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::base::keys::KeyRing;
use crate::base::policy;
use crate::records::accounts::second_factor::{self, CodeSecret};
use crate::records::audit;
use crate::schema::accounts;

/// Makes a secret for the actor's own account, in the place of one that was never confirmed. Whoever finds an open browser
/// must not be able to bring codes of his own: they prove later that it is he.
///
/// # Errors
/// `Refused` where he has one already (an administrator takes it back), `Unproven` where he showed too long ago that it is
/// he, `Forbidden` where no account acts.
pub async fn begin_second_factor(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
) -> Result<CodeSecret> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    policy::require_proof(actor)?;
    db::write(conn, actor, async |conn| {
        lock(conn, actor, own).await?;
        let held = second_factor::second_factor(conn, keys, actor.scope.county, own).await?;
        if held.is_some_and(|held| held.confirmed_at.is_some()) {
            let message = "您已绑定动态验证码。更换手机或丢失时，请联系系统管理员重置后重新绑定。";
            return Err(Error::Refused(message.to_owned()));
        }
        let secret = CodeSecret::random();
        second_factor::keep(conn, keys, actor.scope.county, own, &secret).await?;
        append(conn, actor, own, "accounts.begin_second_factor").await?;
        Ok(secret)
    })
    .await
}

/// Confirms that the secret arrived: from then on every sign-in asks for a code.
///
/// # Errors
/// `Invalid` for a wrong code, `Refused` where nothing waits for one, `Unproven` where he showed too long ago that it is
/// he, `Forbidden` where no account acts.
pub async fn confirm_second_factor(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    code: &str,
) -> Result<()> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    policy::require_proof(actor)?;
    db::write(conn, actor, async |conn| {
        lock(conn, actor, own).await?;
        let held = second_factor::second_factor(conn, keys, actor.scope.county, own).await?;
        if held.is_none_or(|held| held.confirmed_at.is_some()) {
            return Err(Error::Refused("没有等待确认的动态验证码，请先开始绑定。".to_owned()));
        }
        if !second_factor::spend(conn, keys, actor.scope.county, own, code).await? {
            let message = "验证码不对或已过期，请输入手机上现在显示的6位数字；一直不对时请核对手机的时间。";
            return Err(Error::invalid("otp", message));
        }
        append(conn, actor, own, "accounts.confirm_second_factor").await
    })
    .await
}

async fn lock(conn: &mut AsyncPgConnection, actor: &Actor, own: AccountId) -> Result<()> {
    let locked = accounts::table.find((actor.scope.county, own)).select(accounts::id).for_update();
    locked
        .first::<AccountId>(conn)
        .await
        .optional()?
        .map(|_| ())
        .ok_or(Error::Missing { what: "这个账号" })
}

async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    own: AccountId,
    action: &'static str,
) -> Result<()> {
    let entry = audit::Entry {
        action,
        subject_kind: "account",
        subject: Some(own.0),
        count: 1,
        path: &actor.scope.path,
        details: serde_json::json!({}),
    };
    audit::append(conn, actor, &entry).await
}

/// Gives an account one-time codes that count at once: for whoever sets up an installation at the machine, and hands the
/// secret over.
///
/// # Errors
/// `Forbidden` for anybody but who works at the machine, `Missing` where there is no such account.
pub async fn enrol_at_machine(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    account: AccountId,
) -> Result<CodeSecret> {
    if actor.door != Door::CommandLine {
        return Err(Error::Forbidden);
    }
    db::write(conn, actor, async |conn| {
        lock(conn, actor, account).await?;
        let secret = CodeSecret::random();
        second_factor::keep(conn, keys, actor.scope.county, account, &secret).await?;
        // The code of a step long past: none of today's is spent by it.
        second_factor::confirm_unspent(conn, actor.scope.county, account).await?;
        append(conn, actor, account, "accounts.enrol_at_machine").await?;
        Ok(secret)
    })
    .await
}
