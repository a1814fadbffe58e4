//! Ends a session.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::Result;
use crate::records::accounts::tokens;
use crate::records::audit;
use crate::schema::sessions;

/// Ends the session of a token.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(conn: &mut AsyncPgConnection, actor: &Actor, token: &str) -> Result<()> {
    let hash = tokens::hash(token);
    db::write(conn, actor, async |conn| {
        diesel::delete(sessions::table.find(&hash)).execute(conn).await?;
        let entry = audit::Entry {
            action: "accounts.sign_out",
            subject_kind: "account",
            subject: actor.account.map(|account| account.0),
            count: 1,
            path: &actor.scope.path,
            details: serde_json::json!({}),
        };
        audit::append(conn, actor, &entry).await
    })
    .await
}
