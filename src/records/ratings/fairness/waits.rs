//! What waits for one supervisor: whatever somebody else handed in.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::scope::Scope;

/// What waits for one supervisor.
#[derive(Debug, Clone, PartialEq, Eq, diesel::QueryableByName)]
pub struct Waits {
    /// Ratings that he may review.
    #[diesel(sql_type = BigInt)]
    pub to_review: i64,
    /// Ratings that he may confirm.
    #[diesel(sql_type = BigInt)]
    pub to_confirm: i64,
    /// Ratings that he may publish.
    #[diesel(sql_type = BigInt)]
    pub to_publish: i64,
    /// Objections that he may answer: neither entered by him, nor against what he handed in.
    #[diesel(sql_type = BigInt)]
    pub objections: i64,
    /// Ratings in these states that he handed in himself, so that they wait for somebody else.
    #[diesel(sql_type = BigInt)]
    pub own: i64,
    /// When the oldest that waits for his review was handed in.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub oldest: Option<DateTime<Utc>>,
}

/// What waits in a scope for the supervisor of a name.
///
/// # Errors
/// Whatever the database answers.
pub async fn waits(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    name: &str,
) -> diesel::result::QueryResult<Waits> {
    diesel::sql_query(
        "SELECT count(*) FILTER (WHERE x.state = 'submitted' AND NOT x.is_own) AS to_review, \
            count(*) FILTER (WHERE x.state = 'reviewed' AND NOT x.is_own) AS to_confirm, \
            count(*) FILTER (WHERE x.state = 'confirmed' AND NOT x.is_own) AS to_publish, \
            (SELECT count(*) FROM rating_objections o JOIN ratings g ON g.county_id = $1 AND g.id = o.rating_id \
             WHERE o.county_id = $1 AND o.outcome IS NULL AND o.created_by <> $4 \
                AND g.submitted_by IS DISTINCT FROM $4 \
                AND g.path >= $2 AND g.path < $3) AS objections, \
            count(*) FILTER (WHERE x.is_own) AS own, \
            min(x.submitted_at) FILTER (WHERE x.state = 'submitted' AND NOT x.is_own) AS oldest \
         FROM (SELECT state, coalesce(submitted_by = $4, false) AS is_own, submitted_at FROM ratings \
            WHERE county_id = $1 AND state IN ('submitted', 'reviewed', 'confirmed') \
                AND path >= $2 AND path < $3) x",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Text, _>(name)
    .get_result(conn)
    .await
}
