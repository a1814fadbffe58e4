//! The set-based statements on terms. Only verbs of this area call them, inside their transaction.

use chrono::NaiveDate;
use diesel::QueryableByName;
use diesel::sql_types::{Array, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::TermId;
use crate::records::committees::model::{LeavingReason, Post};
use crate::records::committees::queries::CommitteePlace;
use crate::records::committees::rules::terms::{Span, TermRefusal};

/// A term to be written.
pub(super) struct NewTerm<'a> {
    pub span: &'a Span,
    pub place: &'a CommitteePlace,
    pub posts: &'a [(Post, i32)],
}

/// Inserts terms with their posts.
pub(super) async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[NewTerm<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO committee_terms (county_id, id, committee_id, path, ordinal, from_day, due_day, ended_on, \
         created_by, updated_by) \
         SELECT $1, n.*, $2, $2 FROM unnest($3, $4, $5, $6, $7, $8, $9) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.span.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.place.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.place.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.span.ordinal).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.span.from_day).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.span.due_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(rows.iter().map(|row| row.span.ended_on).collect::<Vec<_>>())
    .execute(conn)
    .await
    .constraint("committee_terms_ordinal_key", || Error::Stale)?;
    let posts: Vec<(TermId, Post, i32)> = rows
        .iter()
        .flat_map(|row| row.posts.iter().map(|(post, places)| (row.span.id, *post, *places)))
        .collect();
    insert_posts(conn, actor, &posts).await
}

/// Inserts the posts of terms.
pub(super) async fn insert_posts(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    posts: &[(TermId, Post, i32)],
) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO committee_posts (county_id, term_id, post, places) SELECT $1, * FROM unnest($2, $3, $4)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(posts.iter().map(|post| post.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posts.iter().map(|post| post.1.code()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(posts.iter().map(|post| post.2).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Beyond {
    #[diesel(sql_type = Uuid)]
    id: TermId,
    #[diesel(sql_type = Date)]
    day: NaiveDate,
}

/// The terms that cannot end as given since a seat in them began or ended later, each with why.
pub(super) async fn beyond(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ends: &[(TermId, NaiveDate)],
) -> Result<Vec<(TermId, TermRefusal)>> {
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Beyond> = diesel::sql_query(
        "SELECT n.id, max(greatest(s.from_day, s.to_day)) AS day FROM unnest($2, $3) AS n (id, day) \
         JOIN seats s ON s.county_id = $1 AND s.term_id = n.id AND (s.from_day >= n.day OR s.to_day > n.day) \
         GROUP BY n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ends.iter().map(|end| end.0).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(ends.iter().map(|end| end.1).collect::<Vec<_>>())
    .load(conn)
    .await?;
    let refusal = |one: Beyond| (one.id, TermRefusal::SeatsOutside { day: one.day, side: "早于" });
    Ok(found.into_iter().map(refusal).collect())
}

/// Ends terms, and with them the seats in them that are still held; [`beyond`] was asked before.
pub(super) async fn end(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ends: &[(TermId, NaiveDate)],
) -> Result<()> {
    if ends.is_empty() {
        return Ok(());
    }
    let ids: Vec<TermId> = ends.iter().map(|end| end.0).collect();
    let days: Vec<NaiveDate> = ends.iter().map(|end| end.1).collect();
    diesel::sql_query(
        "UPDATE committee_terms t SET ended_on = n.day, version = t.version + 1, updated_at = now(), updated_by = $2 \
         FROM unnest($3, $4) AS n (id, day) WHERE t.county_id = $1 AND t.id = n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Date>, _>(&days)
    .execute(conn)
    .await?;
    diesel::sql_query(
        "UPDATE seats s SET to_day = n.day, leaving_reason = $5, version = s.version + 1, updated_at = now(), \
         updated_by = $2 \
         FROM unnest($3, $4) AS n (id, day) WHERE s.county_id = $1 AND s.term_id = n.id AND s.to_day IS NULL",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Date>, _>(&days)
    .bind::<Text, _>(LeavingReason::TermEnd.code())
    .execute(conn)
    .await?;
    Ok(())
}
