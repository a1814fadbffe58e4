//! The set-based statements on seats. Only verbs of this area call them, inside their transaction.

use std::collections::HashMap;

use diesel::sql_types::{Array, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{CountyId, SeatId, TermId};
use crate::records::committees::draft::Draft;
use crate::records::committees::model::LeavingReason;
use crate::records::committees::queries::TermPlace;
use crate::records::people::{self, Relation, RelationKind};

/// Who wrote another seat meanwhile that stands in the way, past the look at the village.
fn overlapping() -> Error {
    Error::Taken {
        field: "from_day",
        message: "这段时间的同一职务刚刚由别人登记，请刷新页面核对后再保存。".to_owned(),
    }
}

/// Inserts seats with their sources, and lets their villages see who sits.
pub(super) async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: &HashMap<TermId, TermPlace>,
    drafts: &[Draft],
) -> Result<()> {
    let places: Vec<(&Draft, &TermPlace)> =
        drafts.iter().filter_map(|draft| Some((draft, terms.get(&draft.term)?))).collect();
    let text = |of: fn(&Draft) -> Option<&str>| drafts.iter().map(of).collect::<Vec<_>>();
    diesel::sql_query(
        "INSERT INTO seats (county_id, id, committee_id, term_id, path, person_id, post, from_day, to_day, \
         leaving_reason, leaving_explanation, education, is_party_member, note, created_by, updated_by) \
         SELECT $1, n.*, $2, $2 FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(places.iter().map(|place| place.0.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(places.iter().map(|place| place.1.committee_id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(places.iter().map(|place| place.0.term).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(places.iter().map(|place| place.1.path.as_str()).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(places.iter().map(|place| place.0.person).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(places.iter().map(|place| place.0.post.code()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(places.iter().map(|place| place.0.from_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(places.iter().map(|place| place.0.to_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.leaving_reason.map(LeavingReason::code)))
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.leaving_explanation.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.education.as_deref()))
    .bind::<Array<Nullable<Bool>>, _>(drafts.iter().map(|draft| draft.is_party_member).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.note.as_deref()))
    .execute(conn)
    .await
    .constraint("seats_one_head", overlapping)?;
    insert_sources(conn, actor.scope.county, drafts).await?;
    let relations: Vec<Relation> = places
        .iter()
        .map(|(draft, place)| Relation {
            kind: RelationKind::Seat,
            id: draft.id.0,
            person: draft.person,
            path: place.path(),
        })
        .collect();
    people::relate(conn, actor.scope.county, &relations).await?;
    Ok(())
}

async fn insert_sources(conn: &mut AsyncPgConnection, county: CountyId, drafts: &[Draft]) -> Result<()> {
    let sources: Vec<(SeatId, &'static str)> = drafts
        .iter()
        .flat_map(|draft| draft.sources.iter().map(|source| (draft.id, source.code())))
        .collect();
    if sources.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO seat_sources (county_id, seat_id, source) SELECT $1, * FROM unnest($2, $3)",
    )
    .bind::<Uuid, _>(county)
    .bind::<Array<Uuid>, _>(sources.iter().map(|source| source.0).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(sources.iter().map(|source| source.1).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes the whole of seats that stand already; one whose version moved meanwhile is not written.
pub(super) async fn update(conn: &mut AsyncPgConnection, actor: &Actor, drafts: &[Draft]) -> Result<()> {
    let county = actor.scope.county;
    let text = |of: fn(&Draft) -> Option<&str>| drafts.iter().map(of).collect::<Vec<_>>();
    let ids: Vec<SeatId> = drafts.iter().map(|draft| draft.id).collect();
    let written = diesel::sql_query(
        "UPDATE seats s SET post = n.post, from_day = n.from_day, to_day = n.to_day, \
         leaving_reason = n.leaving_reason, leaving_explanation = n.leaving_explanation, education = n.education, \
         is_party_member = n.is_party_member, note = n.note, version = s.version + 1, updated_at = now(), \
         updated_by = $2 FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS n (id, version, post, from_day, \
         to_day, leaving_reason, leaving_explanation, education, is_party_member, note) \
         WHERE s.county_id = $1 AND s.id = n.id AND s.version = n.version",
    )
    .bind::<Uuid, _>(county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Integer>, _>(drafts.iter().map(|draft| draft.version).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(drafts.iter().map(|draft| draft.post.code()).collect::<Vec<_>>())
    .bind::<Array<Date>, _>(drafts.iter().map(|draft| draft.from_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Date>>, _>(drafts.iter().map(|draft| draft.to_day).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.leaving_reason.map(LeavingReason::code)))
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.leaving_explanation.as_deref()))
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.education.as_deref()))
    .bind::<Array<Nullable<Bool>>, _>(drafts.iter().map(|draft| draft.is_party_member).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(text(|draft| draft.note.as_deref()))
    .execute(conn)
    .await
    .constraint("seats_one_head", overlapping)?;
    if written != drafts.len() {
        return Err(Error::Stale);
    }
    diesel::sql_query("DELETE FROM seat_sources WHERE county_id = $1 AND seat_id = ANY ($2)")
        .bind::<Uuid, _>(county)
        .bind::<Array<Uuid>, _>(&ids)
        .execute(conn)
        .await?;
    insert_sources(conn, county, drafts).await
}
