//! Files a request; part of the verb of its subject, which leaves the entry.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::ApprovalId;
use crate::base::scope::Path;
use crate::records::approvals::Kind;
use crate::schema::approvals;

/// A request to be filed.
#[derive(Debug)]
pub struct Filing<'a> {
    /// What it is about.
    pub kind: Kind,
    /// What kind of thing is acted upon.
    pub subject_kind: &'a str,
    /// The thing.
    pub subject: uuid::Uuid,
    /// Path of the organisation concerned.
    pub path: &'a Path,
    /// What is wanted, whole.
    pub content: serde_json::Value,
    /// Why.
    pub reason: Option<&'a str>,
}

/// Files a request in the running transaction; the verb has asked policy before.
///
/// # Errors
/// `Refused` where one of the kind waits for the same thing already, `Forbidden` where no account acts.
pub async fn file(conn: &mut AsyncPgConnection, actor: &Actor, filing: Filing<'_>) -> Result<ApprovalId> {
    let requester = actor.account.ok_or(Error::Forbidden)?;
    let id = ApprovalId::new();
    diesel::insert_into(approvals::table)
        .values((
            approvals::county_id.eq(actor.scope.county),
            approvals::id.eq(id),
            approvals::kind.eq(filing.kind.code()),
            approvals::subject_kind.eq(filing.subject_kind),
            approvals::subject_id.eq(filing.subject),
            approvals::path.eq(filing.path.as_str()),
            approvals::content.eq(filing.content),
            approvals::reason.eq(filing.reason),
            approvals::requested_by.eq(requester),
            approvals::requester.eq(&actor.name),
            approvals::requested_at.eq(clock::now()),
        ))
        .execute(conn)
        .await
        .constraint("approvals_one_pending_key", || {
            Error::Refused("同一事项已有待批准的申请，请先等待批准、驳回或撤回。".to_owned())
        })?;
    Ok(id)
}
