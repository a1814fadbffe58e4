//! Issues bearer tokens for programs.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{AccessTokenId, AccountId};
use crate::base::policy::{self, Action};
use crate::records::accounts::{queries, tokens::Token};
use crate::records::audit;
use crate::schema::access_tokens;

/// The longest life of a token, in days.
const LONGEST_DAYS: i64 = 366;

/// A token to be issued.
#[derive(Debug, Clone)]
pub struct IssueToken {
    /// Whose rights it carries.
    pub account: AccountId,
    /// What it is for: 1 to 50 characters.
    pub name: String,
    /// How many days it lives: 1 to 366.
    pub days: i64,
}

/// A token just issued; it cannot be shown again.
#[derive(Debug)]
pub struct IssuedToken {
    /// The text.
    pub token: Token,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Issues a token.
///
/// # Errors
/// `Invalid` for a name or life out of bounds, `Forbidden` for anybody but an administrator, `Missing` outside his
/// subtree.
pub async fn issue_token(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    command: &IssueToken,
) -> Result<IssuedToken> {
    if !(1..=50).contains(&command.name.chars().count()) {
        return Err(Error::invalid("name", "令牌名称应为1至50个字，用来说明它给哪个程序使用。"));
    }
    if !(1..=LONGEST_DAYS).contains(&command.days) {
        return Err(Error::invalid("days", format!("令牌有效期应为1至{LONGEST_DAYS}天。")));
    }
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::ManageAccounts, &actor.scope.path)?;
        let lines = queries::lock(conn, &actor.scope, &[command.account]).await?;
        let line = lines.as_slice().first().or_missing("这个账号")?;
        let token = Token::random();
        let created = clock::now();
        let expires_at = created + TimeDelta::days(command.days);
        diesel::insert_into(access_tokens::table)
            .values((
                access_tokens::id.eq(AccessTokenId::new()),
                access_tokens::account_id.eq(command.account),
                access_tokens::name.eq(&command.name),
                access_tokens::token_hash.eq(token.hash()),
                access_tokens::created_at.eq(created),
                access_tokens::expires_at.eq(expires_at),
            ))
            .execute(conn)
            .await?;
        let entry = audit::Entry {
            action: "accounts.issue_token",
            subject_kind: "account",
            subject: Some(command.account.0),
            count: 1,
            path: &actor.scope.path,
            details: serde_json::json!({
                "username": line.username, "name": command.name, "expires_at": expires_at.to_rfc3339(),
            }),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(IssuedToken { token, expires_at })
    })
    .await
}
