//! Enters scores: rows of a round as typed, by a form, a program or an import.

mod plan;
pub(super) mod write;

use std::collections::{HashMap, HashSet};

use diesel_async::AsyncPgConnection;
use sha2::{Digest, Sha256};

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{AssessmentId, AssessmentRoundId, AssessmentSchemeId, CountyId, OrganisationId};
use crate::base::policy::{self, Action};
use crate::records::assessments::model::{Assessment, Round, Scheme, Scores};
use crate::records::assessments::queries::{self, Unit};
use crate::records::audit;
use plan::Change;

/// Scores of some villages of one round.
#[derive(Debug, Clone)]
pub struct EnterScores {
    /// The round.
    pub round: AssessmentRoundId,
    /// The version that was seen; none: whatever stands there.
    pub version: Option<i32>,
    /// The rows. Villages that do not stand here keep what they have.
    pub rows: Vec<ScoreRow>,
}

/// What was typed for one village.
#[derive(Debug, Clone, Default)]
pub struct ScoreRow {
    /// Code of the village or community.
    pub village: String,
    /// Its marks; an indicator that does not stand here keeps its score.
    pub marks: Vec<Mark>,
    /// Why marks were taken off; an empty one clears, none keeps.
    pub deduction_note: Option<String>,
    /// What the scores rest on; an empty one clears, none keeps.
    pub evidence: Option<String>,
    /// Free remark; an empty one clears, none keeps.
    pub note: Option<String>,
}

/// One mark as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Code of the indicator.
    pub indicator: String,
    /// What was typed; empty clears.
    pub typed: String,
    /// Whether it is a deduction from full marks, and no score.
    pub is_deduction: bool,
}

/// What became of the rows of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// The round.
    pub round: AssessmentRoundId,
    /// Its version now.
    pub version: i32,
    /// Rows that changed something.
    pub changed: usize,
}

/// Changes that an entry of the trail shows one by one; more are bound by a digest.
const SHOWN: usize = 100;

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
        let ids: Vec<AssessmentRoundId> = commands.iter().map(|command| command.round).collect();
        if ids.iter().collect::<HashSet<_>>().len() < ids.len() {
            return Err(Error::Refused("同一季度的考核重复提交，请合并为一次。".to_owned()));
        }
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
        record(conn, actor, &known, &entered, &changes).await?;
        Ok(entered)
    })
    .await
}

/// What stands on record of some rounds.
struct Known {
    rounds: HashMap<AssessmentRoundId, Round>,
    schemes: HashMap<AssessmentSchemeId, Scheme>,
    units: HashMap<(AssessmentRoundId, String), Unit>,
    assessments: HashMap<(AssessmentRoundId, OrganisationId), Assessment>,
    scores: HashMap<AssessmentId, Scores>,
}

impl Known {
    async fn load(
        conn: &mut AsyncPgConnection,
        county: CountyId,
        rounds: HashMap<AssessmentRoundId, Round>,
    ) -> Result<Self> {
        let ids: Vec<AssessmentRoundId> = rounds.keys().copied().collect();
        let scheme_ids: Vec<AssessmentSchemeId> = rounds.values().map(|round| round.scheme_id).collect();
        let schemes = queries::by_ids(conn, county, &scheme_ids).await?;
        let units = queries::units(conn, county, &ids).await?;
        let assessments = queries::of_rounds(conn, county, &ids).await?;
        let assessment_ids: Vec<AssessmentId> = assessments.iter().map(|one| one.id).collect();
        let scores = queries::scores_of(conn, county, &assessment_ids).await?;
        Ok(Self {
            rounds,
            schemes,
            units: units.into_iter().map(|unit| ((unit.round_id, unit.code.clone()), unit)).collect(),
            assessments: assessments.into_iter().map(|one| ((one.round_id, one.village_id), one)).collect(),
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
            action: "assessments.enter_scores",
            subject_kind: "assessment_round",
            subject: only.map(|round| round.id.0),
            count: changes.len(),
            path: &path,
            details,
        },
    )
    .await
}
