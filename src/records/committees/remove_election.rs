//! Removes votes that were entered by mistake.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Integer, Jsonb, Text, Uuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{ElectionId, TermId};
use crate::base::policy::{self, Action};
use crate::base::scope::Path;
use crate::records::audit;
use crate::records::committees::appoint::held;
use crate::records::committees::queries::{self, TermPlace};
use crate::records::committees::remove_seat::RemoveRefusal;
use crate::records::committees::run_offs;
use crate::records::committees::who::of_row;
use crate::records::committees::write_elections;
use crate::records::words;

/// A vote that was entered by mistake: for the wrong village or term, or twice. Wrong numbers are corrected instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveElection {
    /// The vote.
    pub election: ElectionId,
    /// The version that the actor saw.
    pub version: i32,
    /// What the mistake was, in 1 to 200 characters.
    pub reason: String,
}

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Uuid)]
    id: ElectionId,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Jsonb)]
    told: serde_json::Value,
}

/// Removes votes with their ballots; what they said stays in the trail, with the reason. Seats stay as they are: who sits
/// without a vote is recorded so, and closed quarters keep what they counted.
///
/// # Errors
/// `Invalid` with the wrong fields of all commands, also where a run-off that stays follows one of them; `Stale` where
/// somebody changed one of them meanwhile, `Forbidden`, `Missing`. Then none is removed.
pub async fn remove_election(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[RemoveElection],
) -> Result<()> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<ElectionId> = commands.iter().map(|command| command.election).collect();
        let (terms, rows) = stored(conn, actor, &ids).await?;
        let books = queries::rule_books(conn, actor.scope.county).await?;
        let words = words::book(conn, actor.scope.county).await?;
        let runs = run_offs::read(conn, &actor.scope, &terms, (&books, &words)).await?;
        let orphans = run_offs::orphans(&runs, &ids);
        let mut errors = Vec::new();
        let mut removed = Vec::with_capacity(commands.len());
        for (number, command) in commands.iter().enumerate() {
            let row = rows.get(&command.election).ok_or(Error::Missing { what: "选举记录" })?;
            if command.version != row.version {
                return Err(Error::Stale);
            }
            let refusal = RemoveRefusal::of_vote(&command.reason);
            errors.extend(
                refusal.map(|why| of_row(number, commands.len(), FieldError::new("reason", why, None))),
            );
            let own = orphans.iter().filter(|(election, _)| *election == command.election);
            errors.extend(
                own.map(|(_, why)| of_row(number, commands.len(), FieldError::new("run", why, None))),
            );
            removed.push(serde_json::json!({ "reason": command.reason.trim(), "before": row.told }));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        write_elections::delete(conn, actor, &ids).await?;
        let one = if let [one] = commands { rows.get(&one.election) } else { None };
        audit::append(
            conn,
            actor,
            &audit::Entry {
                action: "committees.remove_election",
                subject_kind: "election",
                subject: one.map(|row| row.id.0),
                count: commands.len(),
                path: &one.map_or_else(|| actor.scope.path.clone(), |row| Path::stored(row.path.clone())),
                details: serde_json::json!({ "elections": removed }),
            },
        )
        .await
    })
    .await
}

/// The terms of some votes and the votes as they stand, once nobody else may change the committees that they were for.
async fn stored(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    ids: &[ElectionId],
) -> Result<(HashMap<TermId, TermPlace>, HashMap<ElectionId, Stored>)> {
    let terms: Vec<TermId> = queries::term_of_elections(conn, &actor.scope, ids)
        .await?
        .into_iter()
        .map(|(_, term)| term)
        .collect();
    let terms = held(conn, actor, terms.into_iter()).await?;
    let rows: Vec<Stored> = diesel::sql_query(
        "SELECT e.id, e.version, e.path, jsonb_build_object('id', e.id, 'term', e.term_id, 'post', e.post, \
            'held_on', e.held_on, 'run', e.run, 'places', e.places, \
            'ballots', jsonb_build_array(e.eligible, e.present, e.issued, e.returned, e.valid), \
            'candidates', coalesce((SELECT jsonb_agg(jsonb_build_array(b.person_id, b.votes_for, b.votes_against, \
                b.abstentions, b.is_elected) ORDER BY b.person_id) FROM election_ballots b \
                WHERE b.county_id = $1 AND b.election_id = e.id), '[]')) AS told \
         FROM elections e WHERE e.county_id = $1 AND e.id = ANY ($2)",
    )
    .bind::<Uuid, _>(actor.scope.county)
    .bind::<Array<Uuid>, _>(ids)
    .load(conn)
    .await?;
    let terms = terms.into_iter().map(|term| (term.id, term)).collect();
    Ok((terms, rows.into_iter().map(|row| (row.id, row)).collect()))
}
