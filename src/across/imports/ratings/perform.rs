//! Carries out what rows say of ratings: rounds are opened where they are not, then scores are entered round by round.

use std::collections::{BTreeMap, HashMap};

use diesel_async::AsyncPgConnection;

use crate::across::imports::objections::{Objection, heard};
use crate::base::actor::Actor;
use crate::base::error::{FieldError, OrMissing, Result};
use crate::base::ids::{RatingId, RoundId, SubjectId};
use crate::base::values::Period;
use crate::records::ratings::{self, EnterScores, OpenRound, ScoreRow, queries};

/// A round by what names it: scheme, period, unit.
pub type Key = (String, Period, String);

/// What carrying a row out does: scores of one subject.
#[derive(Debug)]
pub struct Deed {
    /// In which round.
    pub key: Key,
    /// The round, where it is on record.
    pub round: Option<RoundId>,
    /// The scores.
    pub row: ScoreRow,
    /// Whether nothing of the subject is on record in the round.
    pub is_new: bool,
}

/// The command that opens a round.
#[must_use]
pub fn opening((scheme, period, organisation): &Key) -> OpenRound {
    OpenRound { scheme: scheme.clone(), period: *period, organisation: organisation.clone() }
}

/// Enters what some rows say; answers the new ratings, each by the number of its deed, or what is wrong with which deed.
///
/// # Errors
/// Whatever is not the fault of a deed.
pub async fn perform(
    conn: &mut AsyncPgConnection,
    importer: &Actor,
    deeds: &[Deed],
) -> Result<std::result::Result<Vec<(usize, RatingId)>, Vec<Objection>>> {
    let mut groups: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    let mut rounds: HashMap<&Key, RoundId> = HashMap::new();
    for (at, deed) in deeds.iter().enumerate() {
        groups.entry(&deed.key).or_default().push(at);
        if let Some(round) = deed.round {
            rounds.insert(&deed.key, round);
        }
    }
    let missing: Vec<&Key> = groups.keys().copied().filter(|key| !rounds.contains_key(key)).collect();
    if !missing.is_empty() {
        let commands: Vec<OpenRound> = missing.iter().copied().map(opening).collect();
        rounds.extend(missing.into_iter().zip(ratings::open_round(conn, importer, &commands).await?));
    }
    let mut objections = Vec::new();
    for (key, at) in &groups {
        let round = rounds.get(key).copied().or_missing("评定轮次")?;
        let rows = at.iter().filter_map(|at| deeds.get(*at)).map(|deed| deed.row.clone()).collect();
        let command = EnterScores { round, version: None, rows };
        let answer = ratings::enter_scores(conn, importer, &[command]).await;
        if let Err(found) = heard(answer, at.len())? {
            let own = |(number, error): Objection| Some((*at.get(number)?, nameless(error)));
            objections.extend(found.into_iter().filter_map(own));
        }
    }
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    let ids: Vec<RoundId> = rounds.values().copied().collect();
    let written: HashMap<(RoundId, SubjectId), RatingId> =
        queries::ids_of_rounds(conn, importer.scope.county, &ids).await?;
    let new = deeds.iter().enumerate().filter(|(_, deed)| deed.is_new);
    let id_of = |(at, deed): (usize, &Deed)| {
        let round = rounds.get(&deed.key)?;
        Some((at, *written.get(&(*round, deed.row.subject))?))
    };
    Ok(Ok(new.filter_map(id_of).collect()))
}

/// What a verb says of its own third row, the sheet says of another.
fn nameless(error: FieldError) -> FieldError {
    let message = error.message.split_once('：').map_or(error.message.as_str(), |(_, told)| told);
    let message = message.trim_end_matches('。').to_owned();
    FieldError { message, ..error }
}
