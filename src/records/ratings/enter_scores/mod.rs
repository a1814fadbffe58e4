//! Enters scores: rows of a round as typed, by a form, a program or an import.

mod plan;
mod raters;
mod write;

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, FieldError, Result};
use crate::base::ids::{CountyId, RatingId, RoundId, SchemeId, SubjectId};
use crate::base::policy::{self, Action};
use crate::records::audit;
use crate::records::ratings::model::{Rating, Round, Scheme, Scores};
use crate::records::ratings::queries::{self, Subject};
use plan::Change;
pub use raters::{EnterRaterScores, Rater, enter_rater_scores};

/// Scores of some subjects of one round.
#[derive(Debug, Clone)]
pub struct EnterScores {
    /// The round.
    pub round: RoundId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// The rows. Those who do not stand here keep what they have.
    pub rows: Vec<ScoreRow>,
}

/// What was typed for one subject.
#[derive(Debug, Clone)]
pub struct ScoreRow {
    /// Whom or what it is about.
    pub subject: SubjectId,
    /// Code of a dimension and the score as typed; an empty one clears, a dimension that does not stand here keeps.
    pub scores: Vec<(String, String)>,
    /// What the scores rest on; an empty one clears, none keeps.
    pub evidence: Option<String>,
    /// Code of the veto that is the case; an empty one clears, none keeps.
    pub veto: Option<String>,
}

impl ScoreRow {
    /// Whether it says nothing at all: a row of a sheet that was left empty.
    fn is_silent(&self) -> bool {
        self.scores.is_empty() && self.evidence.is_none() && self.veto.is_none()
    }
}

/// What became of the rows of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// The round.
    pub round: RoundId,
    /// Its version now.
    pub version: i32,
    /// Rows that changed something.
    pub changed: usize,
}

/// Changes that an entry of the trail shows one by one; more are bound by a digest.
const SHOWN: usize = 200;

/// Enters scores, all or none; answers one line per round in the order given. A row that says what stands there already
/// changes nothing.
///
/// # Errors
/// `Forbidden` outside the actor's subtree; `Missing` for a round that is not there; `Stale` where a round is no longer
/// at the version that was seen; `Invalid` with a field error for every wrong cell of every row.
pub async fn enter_scores(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    commands: &[EnterScores],
) -> Result<Vec<Entered>> {
    db::write(conn, actor, async |conn| {
        policy::require(actor, Action::EnterRecords, &actor.scope.path)?;
        let ids: Vec<RoundId> = commands.iter().map(|command| command.round).collect();
        refuse_twice(&ids)?;
        let rounds = queries::lock_rounds(conn, &actor.scope, &ids).await?;
        let paths: Vec<_> = rounds.values().map(Round::path).collect();
        policy::require_all(actor, Action::EnterRecords, &paths)?;
        let is_stale = |command: &EnterScores| {
            let stored = rounds.get(&command.round).map(|round| round.version);
            command.version.is_some_and(|seen| stored != Some(seen))
        };
        if commands.iter().any(is_stale) {
            return Err(Error::Stale);
        }
        let known = Known::load(conn, actor.scope.county, rounds).await?;
        let changes = plan::plan(&known, commands)?;
        write::write(conn, actor, &changes).await?;
        let entered: Vec<Entered> = commands.iter().map(|command| known.entered(command, &changes)).collect();
        record(conn, actor, "ratings.enter_scores", &known, &entered, &changes).await?;
        Ok(entered)
    })
    .await
}

fn refuse_twice(ids: &[RoundId]) -> Result<()> {
    let mut seen = HashSet::new();
    if ids.iter().all(|id| seen.insert(id)) {
        return Ok(());
    }
    Err(Error::invalid("round", "同一评定轮次在一次提交中出现了两次，请合并后再提交。"))
}

/// What stands on record about the rounds.
struct Known {
    rounds: HashMap<RoundId, Round>,
    schemes: HashMap<SchemeId, Scheme>,
    subjects: HashMap<(RoundId, SubjectId), Subject>,
    ratings: HashMap<(RoundId, SubjectId), Rating>,
    scores: HashMap<RatingId, Scores>,
}

impl Known {
    async fn load(
        conn: &mut AsyncPgConnection,
        county: CountyId,
        rounds: HashMap<RoundId, Round>,
    ) -> Result<Self> {
        let ids: Vec<RoundId> = rounds.keys().copied().collect();
        let scheme_ids: Vec<SchemeId> = rounds.values().map(|round| round.scheme_id).collect();
        let schemes = queries::by_ids(conn, county, &scheme_ids).await?;
        let subjects = queries::subjects(conn, county, &ids).await?;
        let ratings = queries::lock_ratings(conn, county, &ids).await?;
        let rating_ids: Vec<RatingId> = ratings.iter().map(|rating| rating.id).collect();
        let scores = queries::scores_of(conn, county, &rating_ids).await?;
        Ok(Self {
            rounds,
            schemes,
            subjects: subjects.into_iter().map(|s| ((s.round_id, s.id), s)).collect(),
            ratings: ratings.into_iter().map(|r| ((r.round_id, r.subject_id), r)).collect(),
            scores,
        })
    }

    /// The round's version rises by one when one of its rows changed.
    fn entered(&self, command: &EnterScores, changes: &[Change]) -> Entered {
        let changed = changes.iter().filter(|change| change.round == command.round).count();
        let version = self.rounds.get(&command.round).map_or(1, |round| round.version);
        Entered { round: command.round, version: version + i32::from(changed > 0), changed }
    }
}

async fn record(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    action: &'static str,
    known: &Known,
    entered: &[Entered],
    changes: &[Change],
) -> Result<()> {
    let details = if changes.len() <= SHOWN {
        serde_json::json!({ "changes": changes.iter().map(Change::described).collect::<Vec<_>>() })
    } else {
        let mut digest = Sha256::new();
        for change in changes {
            digest.update(change.described().to_string());
        }
        serde_json::json!({ "rounds": entered.len(), "changes_sha256": hex::encode(digest.finalize()) })
    };
    let only = match entered {
        [one] => known.rounds.get(&one.round),
        _ => None,
    };
    let path = only.map_or_else(|| actor.scope.path.clone(), Round::path);
    audit::append(
        conn,
        actor,
        &audit::Entry {
            action,
            subject_kind: "rating_round",
            subject: only.map(|round| round.id.0),
            count: changes.len(),
            path: &path,
            details,
        },
    )
    .await
}

/// A wrong cell: its place in the request, and a sentence that begins with the row.
fn wrong_cell(
    row: usize,
    name: Option<&str>,
    place: &str,
    reason: impl std::fmt::Display,
    value: Option<&str>,
) -> FieldError {
    let who = name.map(|name| format!("{name}，")).unwrap_or_default();
    FieldError::new(&format!("rows[{row}].{place}"), format!("第{}行：{who}{reason}。", row + 1), value)
}
