//! Every read of merges.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::error::{OrMissing, Result};
use crate::base::ids::{CountyId, MergeId, PersonId};
use crate::base::scope::Scope;
use crate::records::merges::model::{Merged, MergedRow};
use crate::schema::{person_merge_rows, person_merges};

/// Merges inside a scope, the newest first.
///
/// # Errors
/// Whatever the database answers.
pub async fn list(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<MergeId>,
    limit: u16,
) -> QueryResult<Vec<Merged>> {
    let mut query = person_merges::table
        .filter(person_merges::county_id.eq(within.county))
        .filter(person_merges::path.ge(within.path.as_str()).and(person_merges::path.lt(within.path.end())))
        .order(person_merges::id.desc())
        .limit(i64::from(limit))
        .select(Merged::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(person_merges::id.lt(after));
    }
    query.load(conn).await
}

/// How many merges stand inside a scope.
///
/// # Errors
/// Whatever the database answers.
pub async fn count(conn: &mut AsyncPgConnection, within: &Scope) -> QueryResult<i64> {
    person_merges::table
        .filter(person_merges::county_id.eq(within.county))
        .filter(person_merges::path.ge(within.path.as_str()).and(person_merges::path.lt(within.path.end())))
        .count()
        .get_result(conn)
        .await
}

/// One merge.
///
/// # Errors
/// `Missing` also where it lies outside the scope.
pub async fn find(conn: &mut AsyncPgConnection, within: &Scope, id: MergeId) -> Result<Merged> {
    person_merges::table
        .find((within.county, id))
        .filter(person_merges::path.ge(within.path.as_str()).and(person_merges::path.lt(within.path.end())))
        .select(Merged::as_select())
        .first(conn)
        .await
        .optional()
        .or_missing("合并记录")
}

/// At most so many rows of a merge are listed; a person has some dozens.
const ROWS: i64 = 2000;

/// The rows that a merge touched, in its order.
///
/// # Errors
/// Whatever the database answers.
pub async fn rows(conn: &mut AsyncPgConnection, within: &Scope, id: MergeId) -> QueryResult<Vec<MergedRow>> {
    person_merge_rows::table
        .filter(person_merge_rows::county_id.eq(within.county).and(person_merge_rows::merge_id.eq(id)))
        .order((person_merge_rows::step, person_merge_rows::number))
        .limit(ROWS)
        .select(MergedRow::as_select())
        .load(conn)
        .await
}

/// Where the address of a record leads that went in a merge; none where it never did. Whether that record may be seen is
/// asked when it is read.
///
/// # Errors
/// Whatever the database answers.
pub async fn leads_to(
    conn: &mut AsyncPgConnection,
    county: CountyId,
    id: uuid::Uuid,
) -> QueryResult<Option<uuid::Uuid>> {
    #[derive(QueryableByName)]
    struct Lead {
        #[diesel(sql_type = Uuid)]
        new_id: uuid::Uuid,
    }
    let leads: Vec<Lead> = diesel::sql_query(
        "WITH RECURSIVE lead AS ( \
            SELECT i.new_id, 1 AS steps FROM merged_ids i WHERE i.county_id = $1 AND i.old_id = $2 \
            UNION ALL SELECT i.new_id, l.steps + 1 FROM lead l \
                JOIN merged_ids i ON i.county_id = $1 AND i.old_id = l.new_id WHERE l.steps < 100) \
         SELECT new_id FROM lead ORDER BY steps DESC LIMIT 1",
    )
    .bind::<Uuid, _>(county)
    .bind::<Uuid, _>(id)
    .load(conn)
    .await?;
    Ok(leads.into_iter().next().map(|lead| lead.new_id))
}

/// Two people of whom somebody found that they are two.
#[derive(Debug, Clone, QueryableByName)]
pub struct Settled {
    /// The one whose id comes first.
    #[diesel(sql_type = Uuid)]
    pub person_id: PersonId,
    /// The other one.
    #[diesel(sql_type = Uuid)]
    pub other_id: PersonId,
    /// How that was found out.
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    pub reason: Option<String>,
    /// Who decided.
    #[diesel(sql_type = Text)]
    pub decided_by: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub decided_at: DateTime<Utc>,
    /// How many such pairs the whole list has.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
}

/// The pairs inside a scope that were found to be two people, the newest decision first. Who sees one of them alone does
/// not see the pair.
///
/// # Errors
/// Whatever the database answers.
pub async fn settled(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    after: Option<(DateTime<Utc>, PersonId, PersonId)>,
    limit: u16,
) -> QueryResult<Vec<Settled>> {
    let (at, person, other) =
        after.unwrap_or((DateTime::<Utc>::MAX_UTC, PersonId(uuid::Uuid::max()), PersonId(uuid::Uuid::max())));
    let at = at.min(crate::base::clock::now() + chrono::TimeDelta::days(1));
    let sees = |whose: &str| {
        format!(
            "EXISTS (SELECT FROM person_visibility v WHERE v.county_id = $1 AND v.person_id = d.{whose} \
             AND v.path >= $2 AND v.path < $3)"
        )
    };
    diesel::sql_query(format!(
        "SELECT * FROM (SELECT d.person_id, d.other_id, d.reason, d.decided_by, d.decided_at, count(*) OVER () AS total \
         FROM distinct_people d WHERE d.county_id = $1 AND {} AND {}) t \
         WHERE (decided_at, person_id, other_id) < ($4, $5, $6) \
         ORDER BY decided_at DESC, person_id DESC, other_id DESC LIMIT $7",
        sees("person_id"),
        sees("other_id")
    ))
    .bind::<Uuid, _>(within.county)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(person)
    .bind::<Uuid, _>(other)
    .bind::<BigInt, _>(i64::from(limit))
    .load(conn)
    .await
}

/// How many other people inside a scope look like whoever has this relation: for whoever has just entered it.
///
/// # Errors
/// Whatever the database answers.
pub async fn count_alike(
    conn: &mut AsyncPgConnection,
    within: &Scope,
    relation: uuid::Uuid,
) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let totals: Vec<Total> = diesel::sql_query(
        "SELECT count(*) AS total FROM person_visibility v \
         JOIN people a ON a.county_id = $1 AND a.id = v.person_id \
         JOIN people b ON b.county_id = $1 AND b.birth_date = a.birth_date AND b.sound = a.sound AND b.id <> a.id \
            AND (b.sex = a.sex OR b.name = a.name) \
         WHERE v.county_id = $1 AND v.relation_id = $2 AND EXISTS (SELECT FROM person_visibility o \
            WHERE o.county_id = $1 AND o.person_id = b.id AND o.path >= $3 AND o.path < $4)",
    )
    .bind::<Uuid, _>(within.county)
    .bind::<Uuid, _>(relation)
    .bind::<Text, _>(within.path.as_str())
    .bind::<Text, _>(within.path.end())
    .load(conn)
    .await?;
    Ok(totals.iter().map(|row| row.total).sum())
}
