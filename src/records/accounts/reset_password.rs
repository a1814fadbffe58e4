//! Lets somebody in again who lost his password or his one-time codes, without learning what he will use from then on:
//! the password that is set here is for one use, within three days, and the secret of the codes is forgotten. Who set it
//! knows it, so a role that took two security officers to grant takes them again before the account opens anything.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::{Actor, Door, Role};
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::AccountId;
use crate::base::policy::{self, Action};
use crate::records::accounts::AccountLine;
use crate::records::accounts::model::State;
use crate::records::accounts::password::Password;
use crate::records::accounts::security_policy::security_policy;
use crate::records::accounts::{password_rules, queries, rules, second_factor};
use crate::records::audit;
use crate::schema::{access_tokens, accounts, sessions};

/// One password to be set.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// The account.
    pub account: AccountId,
    /// The new password.
    pub password: Password,
    /// Whether its owner has to change it before anything else, where the county wants it so: always, but where a program
    /// is given it at the machine.
    pub temporary: bool,
}

/// How long a password opens anything that somebody else has set.
pub(super) const TEMPORARY: TimeDelta = TimeDelta::days(3);

/// Sets new passwords, forgets the secrets of one-time codes, takes back bearer tokens, ends the accounts' sessions and
/// lifts their locks. An account of more than a clerk's role waits from then on for the security officers, who grant its
/// role anew once they know that its owner asked for it (SEC-17): an administrator alone must not become a supervisor, or
/// both officers. A clerk's reset stands in the trail, and his own password no longer opens it, so nobody uses it unseen.
///
/// # Errors
/// `Forbidden` for anybody but an administrator, `Unproven`, `Missing` outside his subtree, `Refused` for his own account.
pub async fn reset_password(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[ResetPassword],
) -> Result<()> {
    policy::require(actor, Action::ManageAccounts, &actor.scope.path)?;
    if commands.iter().any(|command| Some(command.account) == actor.account) {
        let sentence = "不能重置自己的账号；改密码请用“本人账号”，手机丢失请由另一名系统管理员重置。";
        return Err(Error::Refused(sentence.to_owned()));
    }
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
        let demands = security_policy(conn, actor.scope.county).await?;
        for ((command, line), hash) in commands
            .iter()
            .filter_map(|command| Some((command, lines.iter().find(|line| line.id == command.account)?)))
            .zip(&hashes)
        {
            password_rules::check(conn, line.county_id, &line.path(), &command.password, "password").await?;
            let one_use = command.temporary && demands.change_given_passwords;
            let ends = one_use.then(|| clock::now() + TEMPORARY);
            set_password(conn, command.account, hash, ends).await?;
        }
        second_factor::forget(conn, actor.scope.county, &ids).await?;
        let suspended = suspend(conn, actor, &lines).await?;
        let tokens = access_tokens::table
            .filter(access_tokens::account_id.eq_any(&ids))
            .filter(access_tokens::revoked_at.is_null());
        diesel::update(tokens).set(access_tokens::revoked_at.eq(clock::now())).execute(conn).await?;
        let names: Vec<&str> = lines.iter().map(|line| line.username.as_str()).collect();
        let entry = audit::Entry {
            action: "accounts.reset_password",
            subject_kind: "account",
            subject: ids.as_slice().first().filter(|_| ids.len() == 1).map(|id| id.0),
            count: ids.len(),
            path: &actor.scope.path,
            details: serde_json::json!({ "accounts": names, "suspended": suspended }),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}

/// Takes the grant back from accounts whose role takes two security officers; says which.
async fn suspend(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    lines: &[AccountLine],
) -> QueryResult<Vec<String>> {
    // Whoever works at the machine itself does in one step what takes two people in the page (contract 2).
    if actor.door == Door::CommandLine {
        return Ok(Vec::new());
    }
    let waits = |line: &&AccountLine| {
        line.state() == State::Active && Role::from_code(&line.role).is_none_or(rules::takes_two)
    };
    let ids: Vec<AccountId> = lines.iter().filter(waits).map(|line| line.id).collect();
    diesel::update(accounts::table.filter(accounts::county_id.eq(actor.scope.county)))
        .filter(accounts::id.eq_any(&ids))
        .set(accounts::state.eq(State::Pending.code()))
        .execute(conn)
        .await?;
    Ok(lines.iter().filter(waits).map(|line| line.username.clone()).collect())
}

/// Stores a hash and ends every session that the old password opened; `ends` is when a password that somebody else set
/// opens nothing any more.
pub(super) async fn set_password(
    conn: &mut AsyncPgConnection,
    account: AccountId,
    hash: &str,
    ends: Option<DateTime<Utc>>,
) -> Result<()> {
    store_password(conn, account, hash, ends).await?;
    // Requests that wait for the account as it was are void.
    diesel::update(accounts::table.filter(accounts::id.eq(account)))
        .set(accounts::version.eq(accounts::version + 1))
        .execute(conn)
        .await?;
    Ok(())
}

/// The same for a password that its owner sets: the account is whose it was, and its version stays.
pub(super) async fn store_password(
    conn: &mut AsyncPgConnection,
    account: AccountId,
    hash: &str,
    ends: Option<DateTime<Utc>>,
) -> Result<()> {
    diesel::update(accounts::table.filter(accounts::id.eq(account)))
        .set((
            accounts::password_hash.eq(hash),
            accounts::password_set_at.eq(clock::now()),
            accounts::password_temporary.eq(ends.is_some()),
            accounts::password_expires_at.eq(ends),
            accounts::failed_attempts.eq(0),
            accounts::locked_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            accounts::updated_at.eq(diesel::dsl::now),
        ))
        .execute(conn)
        .await?;
    diesel::delete(sessions::table.filter(sessions::account_id.eq(account))).execute(conn).await?;
    Ok(())
}
