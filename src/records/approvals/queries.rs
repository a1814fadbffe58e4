//! Every read of requests, narrowed to a subtree here and by row-level security.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::ids::ApprovalId;
use crate::base::scope::Scope;
use crate::records::approvals::{Approval, Kind};
use crate::schema::approvals;

/// The requests of a subtree, those that wait first, then the latest; at most `limit`.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(conn: &mut AsyncPgConnection, within: &Scope, limit: i64) -> QueryResult<Vec<Approval>> {
    approvals::table
        .filter(approvals::county_id.eq(within.county))
        .filter(approvals::path.ge(within.path.as_str()))
        .filter(approvals::path.lt(within.path.end()))
        .order((approvals::state.eq("pending").desc(), approvals::requested_at.desc(), approvals::id))
        .limit(limit)
        .select(Approval::as_select())
        .load(conn)
        .await
}

/// One request of a subtree.
///
/// # Errors
/// Whatever the database answers.
pub async fn find(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    id: ApprovalId,
) -> QueryResult<Option<Approval>> {
    approvals::table
        .filter(approvals::county_id.eq(within.county))
        .filter(approvals::path.ge(within.path.as_str()))
        .filter(approvals::path.lt(within.path.end()))
        .filter(approvals::id.eq(id))
        .select(Approval::as_select())
        .first(conn)
        .await
        .optional()
}

/// The request of a kind that waits for a thing, where there is one.
///
/// # Errors
/// Whatever the database answers.
pub async fn waiting(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    kind: Kind,
    subject: uuid::Uuid,
) -> QueryResult<Option<Approval>> {
    approvals::table
        .filter(approvals::county_id.eq(within.county))
        .filter(approvals::path.ge(within.path.as_str()))
        .filter(approvals::path.lt(within.path.end()))
        .filter(approvals::kind.eq(kind.code()))
        .filter(approvals::subject_id.eq(subject))
        .filter(approvals::state.eq("pending"))
        .select(Approval::as_select())
        .first(conn)
        .await
        .optional()
}
