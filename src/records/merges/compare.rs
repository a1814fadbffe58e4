//! Two records beside each other: what differs, what both have, what stands in the way, and what a merge would move.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::base::ids::PersonId;
use crate::base::keys::KeyRing;
use crate::records::merges::choose::{FieldPair, fields_of};
use crate::records::merges::model::noun;
use crate::records::merges::rules::{self, Clash};
use crate::records::merges::twice::{self, Twice};
use crate::records::people::{self, PersonCard};
use crate::records::words::{self, WordBook};

/// Two records beside each other. The first is the one that stays.
pub struct Comparison {
    /// The record that stays.
    pub winner: PersonCard,
    /// The record that goes.
    pub loser: PersonCard,
    /// Their own facts, field by field.
    pub fields: Vec<FieldPair>,
    /// What both have at one time: one of each two stays.
    pub twice: Vec<Twice>,
    /// What contradicts whatever is chosen: a sentence each, with the way out.
    pub obstacles: Vec<String>,
    /// What may contradict, by what is chosen.
    pub warnings: Vec<String>,
    /// What a merge gives to the winner: the noun, and how many rows.
    pub moves: Vec<(&'static str, i64)>,
    /// What a county calls its posts.
    pub words: WordBook,
}

/// Two records of which the actor sees both.
///
/// # Errors
/// `Missing` where he does not; `Invalid` for one record twice; `Broken` where a key does not fit.
pub async fn compare(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    winner: PersonId,
    loser: PersonId,
) -> Result<Comparison> {
    if winner == loser {
        return Err(Error::invalid("loser", "两份档案是同一份，请选择另一份。"));
    }
    let scope = &actor.scope;
    let cards = people::queries::cards(conn, scope, keys, &[winner, loser]).await?;
    let missing = Error::Missing { what: "人员" };
    let mut cards = cards.into_iter();
    let (Some(winner), Some(loser)) = (cards.next(), cards.next()) else { return Err(missing) };
    let (one, other) = (winner.person.id, loser.person.id);
    let places = people::queries::places(conn, scope, &[one, other]).await?;
    if [one, other].iter().any(|id| !places.contains_key(id)) {
        return Err(missing);
    }
    let twice = twice::load(conn, scope, one, other).await?;
    let words = words::book(conn, scope.county).await?;
    let clashes = rules::clashes(conn, scope, one, other).await?;
    let (always, chosen): (Vec<Clash>, Vec<Clash>) = clashes.into_iter().partition(Clash::always);
    let mut obstacles: Vec<String> = always.iter().map(|clash| clash.sentence(&words)).collect();
    if relations_outside(conn, actor, &[one, other]).await? {
        obstacles.insert(0, OUTSIDE.to_owned());
    }
    Ok(Comparison {
        fields: fields_of(&winner.person.unseal(keys)?, &loser.person.unseal(keys)?),
        obstacles,
        warnings: chosen.iter().map(|clash| clash.sentence(&words)).collect(),
        moves: moves(conn, actor, other).await?,
        winner,
        loser,
        twice,
        words,
    })
}

/// Whoever merges sees everything that he moves.
pub(super) const OUTSIDE: &str =
    "两份档案中有登记不在您的管理范围内，合并会改动您看不到的内容；请由县级或能管理全部有关单位的人员办理。";

/// Whether one of them is on record where the actor does not see.
///
/// # Errors
/// Whatever the database answers.
pub(super) async fn relations_outside(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    people: &[PersonId],
) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Outside {
        #[diesel(sql_type = BigInt)]
        relations: i64,
    }
    let outside: Vec<Outside> = diesel::sql_query("SELECT count_relations_outside($1, $2) AS relations")
        .bind::<Uuid, _>(actor.scope.county)
        .bind::<diesel::sql_types::Array<Uuid>, _>(people)
        .load(conn)
        .await?;
    Ok(outside.iter().any(|row| row.relations > 0))
}

/// The tables whose rows name a person, and the column: what a merge gives to the winner.
const MOVES: [(&str, &str); 10] = [
    ("memberships", "person_id"),
    ("seats", "person_id"),
    ("election_ballots", "person_id"),
    ("candidate_checks", "person_id"),
    ("reserves", "person_id"),
    ("reserve_mentors", "person_id"),
    ("slate_seats", "person_id"),
    ("ratings", "person_id"),
    ("training_pairs", "mentor_id"),
    ("training_pairs", "apprentice_id"),
];

async fn moves(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    loser: PersonId,
) -> QueryResult<Vec<(&'static str, i64)>> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        relation: String,
        #[diesel(sql_type = BigInt)]
        rows: i64,
    }
    let counts: Vec<String> = MOVES
        .iter()
        .map(|(table, column)| {
            format!("SELECT '{table}' AS relation, count(*) AS rows FROM {table} WHERE county_id = $1 AND {column} = $2")
        })
        .chain([
            "SELECT 'kinships', count(*) FROM kinships WHERE county_id = $1 AND $2 IN (person_id, relative_id)".to_owned(),
            "SELECT 'ratings', count(*) FROM ratings g JOIN memberships m ON m.county_id = $1 AND m.id = g.membership_id \
             WHERE g.county_id = $1 AND m.person_id = $2"
                .to_owned(),
            "SELECT 'training_enrolments', count(*) FROM training_enrolments e JOIN memberships m ON m.county_id = $1 \
             AND m.id = e.membership_id WHERE e.county_id = $1 AND m.person_id = $2"
                .to_owned(),
        ])
        .collect();
    let found: Vec<Count> = diesel::sql_query(format!(
        "SELECT relation, sum(rows)::bigint AS rows FROM ({}) c GROUP BY relation HAVING sum(rows) > 0 ORDER BY relation",
        counts.join(" UNION ALL ")
    ))
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Uuid, _>(loser)
    .load(conn)
    .await?;
    Ok(found.into_iter().map(|count| (noun(&count.relation), count.rows)).collect())
}
