//! The set-based statements on slates. Only verbs of this area call them, inside their transaction.

use diesel::QueryResult;
use diesel::sql_types::{Array, Date, Integer, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{OrganisationId, SlateId};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::slates::content::{Content, Proposed};
use crate::records::slates::model::SlateState;

/// A slate as it is to stand.
pub(super) struct Row<'a> {
    pub id: SlateId,
    pub village: OrganisationId,
    pub path: Path,
    pub maker: Path,
    pub state: SlateState,
    pub content: &'a Content,
}

fn taken() -> Error {
    Error::Taken {
        field: "name", message: "该村（社区）这一届已有同名方案，请改用别的名称。".to_owned()
    }
}

/// Inserts slates with their seats.
///
/// # Errors
/// `Taken` where the term has a slate of that name.
pub(super) async fn insert(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>]) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO slates (county_id, id, village_id, path, maker_path, ordinal, from_day, name, state, created_by, \
            updated_by) \
         SELECT $1, n.*, $2, $2 FROM unnest($3, $4, $5, $6, $7, $8, $9, $10) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(ids(rows))
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.village).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.maker.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.content.ordinal).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.content.from_day).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.content.name.trim()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.code()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .constraint("slates_name_key", taken)?;
    insert_seats(conn, actor, rows).await?;
    Ok(())
}

/// Changes slates and puts their seats in the place of those before.
///
/// # Errors
/// `Taken` where the term has another slate of that name.
pub(super) async fn update(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>]) -> Result<()> {
    diesel::sql_query(
        "UPDATE slates s SET ordinal = n.ordinal, from_day = n.from_day, name = n.name, state = n.state, \
            version = s.version + 1, updated_by = $2, updated_at = now() \
         FROM unnest($3, $4, $5, $6, $7) AS n (id, ordinal, from_day, name, state) \
         WHERE s.county_id = $1 AND s.id = n.id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(ids(rows))
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.content.ordinal).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(rows.iter().map(|row| row.content.from_day).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.content.name.trim()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.code()).collect::<Vec<_>>())
    .execute(conn)
    .await
    .constraint("slates_name_key", taken)?;
    diesel::sql_query("DELETE FROM slate_seats WHERE county_id = $1 AND slate_id = ANY ($2)")
        .bind::<Uuid, _>(actor.scope.county)
        .bind::<Array<Uuid>, _>(ids(rows))
        .execute(conn)
        .await?;
    insert_seats(conn, actor, rows).await?;
    Ok(())
}

fn ids(rows: &[Row<'_>]) -> Vec<SlateId> {
    rows.iter().map(|row| row.id).collect()
}

async fn insert_seats(conn: &mut AsyncPgConnection, actor: &Actor, rows: &[Row<'_>]) -> QueryResult<usize> {
    let seats: Vec<(SlateId, i32, &Proposed)> = rows
        .iter()
        .flat_map(|row| (1..).zip(&row.content.seats).map(|(place, seat)| (row.id, place, seat)))
        .collect();
    diesel::sql_query(
        "INSERT INTO slate_seats (county_id, slate_id, place, committee_kind, post, person_id, sources) \
         SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(seats.iter().map(|seat| seat.0).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(seats.iter().map(|seat| seat.1).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(seats.iter().map(|seat| seat.2.kind.code()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(seats.iter().map(|seat| seat.2.post.code()).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(seats.iter().map(|seat| seat.2.person).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(seats.iter().map(|seat| seat.2.source_codes()).collect::<Vec<_>>())
    .execute(conn)
    .await
}

/// The entry of the trail for some slates.
pub(super) async fn append(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    rows: &[Row<'_>],
) -> Result<()> {
    let one = if let [one] = rows { Some(one) } else { None };
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "slate",
            subject: one.map(|row| row.id.0),
            count: rows.len(),
            // Who may not see a slate does not read of it in the trail either.
            path: one.map_or(&actor.scope.path, |row| &row.maker),
            details: serde_json::json!({ "slates": rows.iter().take(50).map(told).collect::<Vec<_>>() }),
        },
    )
    .await
}

fn told(row: &Row<'_>) -> serde_json::Value {
    let seats = row.content.seats.iter().map(|seat| {
        serde_json::json!({
            "kind": seat.kind.code(), "post": seat.post.code(), "person": seat.person, "sources": seat.source_codes(),
        })
    });
    serde_json::json!({
        "id": row.id, "village": row.village, "name": row.content.name.trim(), "ordinal": row.content.ordinal,
        "from_day": row.content.from_day, "state": row.state.code(), "seats": seats.collect::<Vec<_>>(),
    })
}
