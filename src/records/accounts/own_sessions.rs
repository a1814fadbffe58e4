//! One's own sessions: where one is signed in, and how to end that.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{AccountId, CountyId, SessionId};
use crate::records::accounts::security_policy::security_policy;
use crate::records::audit;
use crate::schema::sessions;

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, Queryable)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last request, to the minute.
    pub used_at: DateTime<Utc>,
    /// Address that it was opened from.
    pub source: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
}

/// The sessions of an account that have not ended, and were not left alone for longer than its county allows, the latest
/// first; at most a hundred.
///
/// # Errors
/// Whatever the database answers.
pub async fn own_sessions(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    account: AccountId,
) -> QueryResult<Vec<OwnSession>> {
    let policy = security_policy(conn, county).await?;
    let moment = clock::now();
    sessions::table
        .filter(sessions::account_id.eq(account))
        .filter(sessions::stage.eq("open"))
        .filter(sessions::expires_at.gt(moment))
        .filter(sessions::used_at.gt(moment - policy.idle()))
        .filter(sessions::created_at.gt(moment - policy.longest()))
        .order(sessions::used_at.desc())
        .limit(100)
        .select((sessions::id, sessions::created_at, sessions::used_at, sessions::source, sessions::browser))
        .load(conn)
        .await
}

/// Which of his own sessions somebody ends.
#[derive(Debug, Clone, Copy)]
pub enum EndSessions {
    /// This one.
    One(SessionId),
    /// All but this one.
    AllBut(SessionId),
}

/// Ends sessions of the actor's own account; says how many.
///
/// # Errors
/// `Missing` where the one is none of his, `Forbidden` where no account acts.
pub async fn end_sessions(conn: &mut AsyncPgConnection, actor: &Actor, which: EndSessions) -> Result<usize> {
    let own = actor.account.ok_or(Error::Forbidden)?;
    db::write(conn, actor, async |conn| {
        let theirs = sessions::table.filter(sessions::account_id.eq(own));
        let ended = match which {
            EndSessions::One(id) => diesel::delete(theirs.filter(sessions::id.eq(id))).execute(conn).await?,
            EndSessions::AllBut(id) => {
                diesel::delete(theirs.filter(sessions::id.ne(id))).execute(conn).await?
            }
        };
        if ended == 0 && matches!(which, EndSessions::One(_)) {
            return Err(Error::Missing { what: "这次登录" });
        }
        let entry = audit::Entry {
            action: "accounts.end_sessions",
            subject_kind: "account",
            subject: Some(own.0),
            count: ended,
            path: &actor.scope.path,
            details: serde_json::json!({}),
        };
        audit::append(conn, actor, &entry).await?;
        Ok(ended)
    })
    .await
}
