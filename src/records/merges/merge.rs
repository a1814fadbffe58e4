//! Makes two records of one person one: his own facts field by field as chosen, everything that names the loser given to
//! the winner, every row noted.

use std::collections::{BTreeMap, HashSet};

use diesel::prelude::*;
use diesel::result::Error as Diesel;
use diesel::sql_types::{Array, BigInt, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::clock;
use crate::base::db;
use crate::base::error::{Error, OrMissing, Result};
use crate::base::ids::{MergeId, PersonId};
use crate::base::keys::KeyRing;
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::merges::choose::{self, Side};
use crate::records::merges::compare::{OUTSIDE, relations_outside};
use crate::records::merges::model::{Merged, noun};
use crate::records::merges::rules::{self, Drop};
use crate::records::merges::{queries, twice};
use crate::records::people::{self, FieldChange, Identity, NewPerson, Person, identity_changes};
use crate::records::{audit, members, words};
use crate::schema::person_merges;

/// One of two records, as the actor saw it.
#[derive(Debug, Clone, Copy)]
pub struct Half {
    /// The person.
    pub person: PersonId,
    /// The version that the actor saw.
    pub version: i32,
}

/// Two records to be made one.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The record that stays.
    pub winner: Half,
    /// The record that goes.
    pub loser: Half,
    /// Whose value stays, for each field in which they differ.
    pub fields: BTreeMap<String, Side>,
    /// Of each two records of the same thing the one that stays.
    pub keep: Vec<uuid::Uuid>,
}

/// What is to be done, once everything was looked at.
struct Work {
    before: Identity,
    after: Identity,
    loser_name: String,
    path: Path,
    drops: Vec<Drop>,
}

/// Makes two records of one person one; answers the merge. The address of what goes leads to what stays.
///
/// # Errors
/// `Missing` where the actor does not see both; `Stale` where somebody changed one of them meanwhile; `Invalid` where a
/// choice is missing or contradicts another; `Refused` where facts contradict that they are one, or relations of theirs
/// stand outside of what the actor sees; `Forbidden`.
pub async fn merge(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    keys: &KeyRing,
    command: &Merge,
) -> Result<Merged> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let work = look(conn, actor, keys, command).await?;
        let id = note(conn, actor, command, &work).await?;
        let counts = carry_out(conn, actor, id, &work.drops).await?;
        let person = NewPerson { id: command.winner.person, identity: work.after.clone() };
        people::change(conn, actor, keys, &[person]).await?;
        members::name_anew(conn, actor.scope.county, &[command.winner.person]).await?;
        diesel::update(person_merges::table.find((actor.scope.county, id)))
            .set((person_merges::moved.eq(counts.0), person_merges::removed.eq(counts.1)))
            .execute(conn)
            .await?;
        let merged = queries::find(conn, &actor.scope, id).await?;
        append_entry(conn, actor, &merged, &work).await?;
        Ok(merged)
    })
    .await
}

/// Locks both and looks at everything that may stand in the way.
async fn look(conn: &mut AsyncPgConnection, actor: &Actor, keys: &KeyRing, command: &Merge) -> Result<Work> {
    let scope = &actor.scope;
    let (winner, loser) = (command.winner, command.loser);
    if winner.person == loser.person {
        return Err(Error::invalid("loser", "两份档案是同一份，请选择另一份。"));
    }
    let ids = [winner.person, loser.person];
    let locked = people::queries::lock(conn, scope, &ids).await?;
    let find = |half: Half| -> Result<&Person> {
        let found = locked.iter().find(|(person, _)| person.id == half.person);
        let (person, version) = found.or_missing("人员")?;
        if *version == half.version { Ok(person) } else { Err(Error::Stale) }
    };
    let places = people::queries::places(conn, scope, &ids).await?;
    if ids.iter().any(|id| !places.contains_key(id)) {
        return Err(Error::Missing { what: "人员" });
    }
    let (one, other) = (find(winner)?, find(loser)?);
    let paths: Vec<&Path> = places.values().flatten().map(|place| &place.path).collect();
    policy::require_all(actor, Action::EnterRecords, paths.iter().copied())?;
    if relations_outside(conn, actor, &ids).await? {
        return Err(Error::Refused(OUTSIDE.to_owned()));
    }
    let words = words::book(conn, scope.county).await?;
    let (before, lost) = (one.unseal(keys)?, other.unseal(keys)?);
    let twice = twice::load(conn, scope, winner.person, loser.person).await?;
    let mut errors = Vec::new();
    let after = choose::chosen(&before, &lost, &command.fields).map_err(|found| errors.extend(found));
    let drops = rules::drops(&twice, &command.keep, &words).map_err(|found| errors.extend(found));
    let (Ok(after), Ok(drops)) = (after, drops) else { return Err(Error::Invalid(errors)) };
    let wrong = people::rules::check_identity(&after, clock::today());
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    let gone: HashSet<uuid::Uuid> = drops.iter().map(|drop| drop.gone).collect();
    let clashes = rules::clashes(conn, scope, winner.person, loser.person).await?;
    let standing: Vec<String> =
        clashes.iter().filter(|clash| clash.stands(&gone)).map(|clash| clash.sentence(&words)).collect();
    if !standing.is_empty() {
        return Err(Error::Refused(standing.join("")));
    }
    let path = common(&paths).unwrap_or_else(|| scope.path.clone());
    Ok(Work { before, after, loser_name: other.name.clone(), path, drops })
}

/// The smallest organisation that holds all of these places.
fn common(paths: &[&Path]) -> Option<Path> {
    let (first, rest) = paths.split_first()?;
    let ends = first.as_str().match_indices('/').map(|(at, slash)| at + slash.len());
    let stems: Vec<Path> =
        ends.filter_map(|end| first.as_str().get(..end)).map(|stem| Path::stored(stem.to_owned())).collect();
    stems.into_iter().rev().find(|stem| rest.iter().all(|path| stem.contains(path)))
}

async fn note(conn: &mut AsyncPgConnection, actor: &Actor, command: &Merge, work: &Work) -> Result<MergeId> {
    let id = MergeId::new();
    diesel::insert_into(person_merges::table)
        .values((
            person_merges::county_id.eq(actor.scope.county),
            person_merges::id.eq(id),
            person_merges::path.eq(work.path.as_str()),
            person_merges::winner_id.eq(command.winner.person),
            person_merges::winner_name.eq(work.after.name.as_str()),
            person_merges::loser_id.eq(command.loser.person),
            person_merges::loser_name.eq(&work.loser_name),
            person_merges::merged_by.eq(&actor.name),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

/// Has the database move and remove the rows; answers how many.
async fn carry_out(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    id: MergeId,
    drops: &[Drop],
) -> Result<(i32, i32)> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        moved: i64,
        #[diesel(sql_type = BigInt)]
        removed: i64,
    }
    let answer: QueryResult<Vec<Counts>> =
        diesel::sql_query("SELECT moved, removed FROM merge_people($1, $2, $3, $4, $5, $6)")
            .bind::<Uuid, _>(actor.scope.county)
            .bind::<Uuid, _>(id)
            .bind::<Text, _>(&actor.name)
            .bind::<Array<Text>, _>(drops.iter().map(|drop| drop.relation.as_str()).collect::<Vec<_>>())
            .bind::<Array<Uuid>, _>(drops.iter().map(|drop| drop.gone).collect::<Vec<_>>())
            .bind::<Array<Uuid>, _>(drops.iter().map(|drop| drop.kept).collect::<Vec<_>>())
            .load(conn)
            .await;
    let counts = match answer {
        // What the actor does not see in full (a round of the county, a draft of it) may still hold both.
        Err(Diesel::DatabaseError(_, told)) if told.constraint_name().is_some() => {
            let table = told.table_name().unwrap_or_default();
            return Err(Error::Refused(format!(
                "两份档案各有一条{}在同一处，不能都归一个人；请由县级核对并更正其中一条后再合并。",
                noun(table)
            )));
        }
        other => other?,
    };
    let total =
        |of: fn(&Counts) -> i64| i32::try_from(counts.iter().map(of).sum::<i64>()).unwrap_or(i32::MAX);
    Ok((total(|row| row.moved), total(|row| row.removed)))
}

/// What an entry tells of the rows: of seats and of memberships by id, since the trail tells of them by themselves.
pub(super) async fn told_rows(
    conn: &mut AsyncPgConnection,
    merged: &Merged,
    relation: &str,
    action: &str,
) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Told {
        #[diesel(sql_type = Text)]
        id: String,
    }
    let told: Vec<Told> = diesel::sql_query(
        "SELECT key ->> 'id' AS id FROM person_merge_rows WHERE county_id = $1 AND merge_id = $2 AND relation = $3 \
         AND action = $4 AND kept IS NULL ORDER BY id",
    )
    .bind::<Uuid, _>(merged.county_id)
    .bind::<Uuid, _>(merged.id)
    .bind::<Text, _>(relation)
    .bind::<Text, _>(action)
    .load(conn)
    .await?;
    Ok(told.into_iter().map(|told| told.id).collect())
}

async fn append_entry(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    merged: &Merged,
    work: &Work,
) -> Result<()> {
    let changes: Vec<FieldChange> = identity_changes(&work.before, &work.after);
    let details = serde_json::json!({
        "merge": merged.id,
        "to": merged.winner_id,
        "from": merged.loser_id,
        "changes": changes,
        "moved": merged.moved,
        // Whom earlier entries tell of by themselves: an auditor who misses them finds them here.
        "removed": told_rows(conn, merged, "memberships", "removed").await?,
        "seats": told_rows(conn, merged, "seats", "moved").await?,
    });
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action: "merges.merge",
            subject_kind: "person",
            subject: Some(merged.winner_id.0),
            count: 2,
            path: &merged.path(),
            details,
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_stands_where_everything_of_both_is_inside() {
        let county = Path::root("500237");
        let (one, other) = (county.child("500237101"), county.child("500237102"));
        let (village, branch) =
            (one.child("500237101201"), one.child("500237101201").child("500237101201-ZB01"));
        assert_eq!(common(&[&branch, &village]), Some(village.clone()));
        assert_eq!(common(&[&village, &one.child("500237101202")]), Some(one.clone()));
        assert_eq!(common(&[&village, &other]), Some(county));
        assert_eq!(common(&[&village]), Some(village));
        assert_eq!(common(&[]), None);
    }
}
