//! The set-based statements on votes. Only verbs of this area call them, inside their transaction.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::sql_types::{Array, Bool, Date, Integer, Nullable, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{DatabaseResult, Error, Result};
use crate::base::ids::{ElectionId, PersonId, TermId};
use crate::records::committees::queries::TermPlace;
use crate::records::committees::record_election::{Candidate, Held};
use crate::records::people::{self, Relation, RelationKind};

/// A vote to be written.
pub(super) struct Row<'a> {
    pub id: ElectionId,
    /// 0 for one that is new.
    pub version: i32,
    pub term: TermId,
    pub held: &'a Held,
    pub people: &'a [PersonId],
}

impl Row<'_> {
    fn ballots(&self) -> impl Iterator<Item = (ElectionId, PersonId, &Candidate)> {
        self.held.candidates.iter().zip(self.people).map(|(candidate, person)| (self.id, *person, candidate))
    }
}

fn taken() -> Error {
    Error::Taken {
        field: "held_on",
        message: "这一职务当天的这一轮选举已经登记，不必重复；请打开原记录修改，另行选举请填写下一轮次。"
            .to_owned(),
    }
}

/// The numbers of votes as columns.
struct Columns {
    posts: Vec<&'static str>,
    days: Vec<NaiveDate>,
    numbers: [Vec<i32>; 7],
}

impl Columns {
    fn of(rows: &[Row<'_>]) -> Self {
        let number = |of: fn(&Held) -> i32| rows.iter().map(|row| of(row.held)).collect();
        Self {
            posts: rows.iter().map(|row| row.held.post.code()).collect(),
            days: rows.iter().map(|row| row.held.held_on).collect(),
            numbers: [
                number(|held| held.run),
                number(|held| held.votings.places),
                number(|held| held.votings.eligible),
                number(|held| held.votings.present),
                number(|held| held.votings.issued),
                number(|held| held.votings.returned),
                number(|held| held.votings.valid),
            ],
        }
    }
}

/// Inserts votes with their ballots, and lets their villages see who stood.
pub(super) async fn insert(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: &HashMap<TermId, TermPlace>,
    rows: &[Row<'_>],
) -> Result<()> {
    let Columns { posts, days, numbers: [runs, places, eligible, present, issued, returned, valid] } =
        Columns::of(rows);
    let paths: Vec<&str> =
        rows.iter().filter_map(|row| terms.get(&row.term)).map(|term| term.path.as_str()).collect();
    diesel::sql_query(
        "INSERT INTO elections (county_id, id, term_id, path, post, held_on, run, places, eligible, present, issued, \
         returned, valid, created_by, updated_by) \
         SELECT $1, n.*, $2, $2 FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) AS n",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.term).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(paths)
    .bind::<Array<Text>, _>(posts)
    .bind::<Array<Date>, _>(days)
    .bind::<Array<Integer>, _>(runs)
    .bind::<Array<Integer>, _>(places)
    .bind::<Array<Integer>, _>(eligible)
    .bind::<Array<Integer>, _>(present)
    .bind::<Array<Integer>, _>(issued)
    .bind::<Array<Integer>, _>(returned)
    .bind::<Array<Integer>, _>(valid)
    .execute(conn)
    .await
    .constraint("elections_vote_key", taken)?;
    insert_ballots(conn, actor, terms, rows).await
}

/// Writes the whole of votes that stand already; one whose version moved meanwhile is not written.
pub(super) async fn update(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: &HashMap<TermId, TermPlace>,
    rows: &[Row<'_>],
) -> Result<()> {
    let Columns { posts, days, numbers: [runs, places, eligible, present, issued, returned, valid] } =
        Columns::of(rows);
    let ids: Vec<ElectionId> = rows.iter().map(|row| row.id).collect();
    let written = diesel::sql_query(
        "UPDATE elections e SET post = n.post, held_on = n.held_on, run = n.run, places = n.places, \
         eligible = n.eligible, present = n.present, issued = n.issued, returned = n.returned, valid = n.valid, \
         version = e.version + 1, updated_at = now(), updated_by = $2 \
         FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS n (id, version, post, held_on, run, places, \
         eligible, present, issued, returned, valid) \
         WHERE e.county_id = $1 AND e.id = n.id AND e.version = n.version",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Text, _>(&actor.name)
    .bind::<Array<Uuid>, _>(&ids)
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(posts)
    .bind::<Array<Date>, _>(days)
    .bind::<Array<Integer>, _>(runs)
    .bind::<Array<Integer>, _>(places)
    .bind::<Array<Integer>, _>(eligible)
    .bind::<Array<Integer>, _>(present)
    .bind::<Array<Integer>, _>(issued)
    .bind::<Array<Integer>, _>(returned)
    .bind::<Array<Integer>, _>(valid)
    .execute(conn)
    .await
    .constraint("elections_vote_key", taken)?;
    if written != rows.len() {
        return Err(Error::Stale);
    }
    delete_ballots(conn, actor, &ids).await?;
    insert_ballots(conn, actor, terms, rows).await
}

/// Deletes votes and their ballots.
///
/// # Errors
/// `Stale` where one of them is gone.
pub(super) async fn delete(conn: &mut AsyncPgConnection, actor: &Actor, ids: &[ElectionId]) -> Result<()> {
    delete_ballots(conn, actor, ids).await?;
    let gone = diesel::sql_query("DELETE FROM elections WHERE county_id = $1 AND id = ANY ($2)")
        .bind::<Uuid, _>(actor.scope.county)
        .bind::<Array<Uuid>, _>(ids)
        .execute(conn)
        .await?;
    if gone == ids.len() { Ok(()) } else { Err(Error::Stale) }
}

#[derive(diesel::QueryableByName)]
struct Ballot {
    #[diesel(sql_type = Uuid)]
    election_id: ElectionId,
    #[diesel(sql_type = Uuid)]
    person_id: PersonId,
}

/// Deletes the ballots of votes. Whoever saw a candidate by one of them alone no longer does.
async fn delete_ballots(conn: &mut AsyncPgConnection, actor: &Actor, ids: &[ElectionId]) -> Result<()> {
    let ballots: Vec<Ballot> = diesel::sql_query(
        "DELETE FROM election_ballots WHERE county_id = $1 AND election_id = ANY ($2) RETURNING election_id, person_id",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    let relations: Vec<uuid::Uuid> =
        ballots.iter().map(|ballot| candidacy(ballot.election_id, ballot.person_id)).collect();
    people::unrelate(conn, actor.scope.county, &relations).await?;
    Ok(())
}

async fn insert_ballots(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    terms: &HashMap<TermId, TermPlace>,
    rows: &[Row<'_>],
) -> Result<()> {
    let ballots: Vec<_> = rows.iter().flat_map(Row::ballots).collect();
    diesel::sql_query(
        "INSERT INTO election_ballots (county_id, election_id, person_id, votes_for, votes_against, abstentions, \
         is_elected) SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ballots.iter().map(|ballot| ballot.0).collect::<Vec<_>>())
    .bind::<Array<Uuid>, _>(ballots.iter().map(|ballot| ballot.1).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(ballots.iter().map(|ballot| ballot.2.votes_for).collect::<Vec<_>>())
    .bind::<Array<Nullable<Integer>>, _>(
        ballots.iter().map(|ballot| ballot.2.votes_against).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Integer>>, _>(
        ballots.iter().map(|ballot| ballot.2.abstentions).collect::<Vec<_>>(),
    )
    .bind::<Array<Bool>, _>(ballots.iter().map(|ballot| ballot.2.is_elected).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    let relations: Vec<Relation> = rows
        .iter()
        .filter_map(|row| Some((row, terms.get(&row.term)?)))
        .flat_map(|(row, term)| {
            row.people.iter().map(|person| Relation {
                kind: RelationKind::Ballot,
                id: candidacy(row.id, *person),
                person: *person,
                path: term.path(),
            })
        })
        .collect();
    people::relate(conn, actor.scope.county, &relations).await?;
    Ok(())
}

/// A ballot has no id of its own; the two that it is known by make one.
fn candidacy(election: ElectionId, person: PersonId) -> uuid::Uuid {
    uuid::Uuid::from_u128(election.0.as_u128() ^ person.0.as_u128())
}
