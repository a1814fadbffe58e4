//! The kind `assessments`: 「季度考核」, a row for each village of a quarter.
mod classify;
mod columns;
mod context;
mod parse;

use std::collections::HashMap;

use diesel_async::AsyncPgConnection;

use crate::across::imports::cells::Finding;
use crate::across::imports::columns::Heading;
use crate::across::imports::context::{self as engine, Destination};
use crate::across::imports::headings::Layout;
use crate::across::imports::subject::{Basis, Decided, ReadRow, Subject};
use crate::across::sheets::Row;
use crate::base::actor::Actor;
use crate::base::error::{OrMissing, Result};
use crate::base::ids::AssessmentRoundId;
use crate::base::keys::KeyRing;
use crate::base::values::Quarter;
use crate::records::assessments::{self, EnterScores, OpenRound, ScoreRow, queries};
use classify::Key;
pub use context::Context;
use parse::ParsedAssessment;

/// 季度考核.
pub struct Assessments;

/// What carrying a row out does: scores of a village, in a round that is opened where it is not.
#[derive(Debug)]
pub struct Deed {
    round: Option<AssessmentRoundId>,
    town: String,
    quarter: Quarter,
    row: ScoreRow,
    is_new: bool,
}

impl Subject for Assessments {
    const HEADINGS: &'static [Heading] = columns::HEADINGS;
    // Rows of one round are written together: whoever opens it does so once.
    const BATCH: Option<usize> = None;

    type Context = Context;
    type Said = ParsedAssessment;
    type Seen = HashMap<Key, u32>;
    type Deed = Deed;

    fn extras(context: &Context) -> Vec<String> {
        context.indicator_names()
    }

    async fn context(conn: &mut AsyncPgConnection, to: &Destination) -> Result<Context> {
        let (within, all) = engine::organisations(conn, to).await?;
        let schemes = queries::schemes(conn, &to.scope(), None).await?;
        Ok(Context::new(within, to.path.clone(), all, schemes))
    }

    fn parse(row: &Row, layout: &Layout, context: &Context) -> (ParsedAssessment, Vec<Finding>) {
        parse::parse(row, layout, context)
    }

    async fn classify(
        basis: &Basis<'_, Self>,
        seen: &mut Self::Seen,
        conn: &mut AsyncPgConnection,
        rows: Vec<ReadRow<ParsedAssessment>>,
    ) -> Result<Vec<Decided<Self>>> {
        classify::classify(basis, seen, conn, rows).await
    }

    async fn apply(
        conn: &mut AsyncPgConnection,
        importer: &Actor,
        _: &KeyRing,
        deeds: Vec<(u32, Deed)>,
    ) -> Result<Vec<(u32, uuid::Uuid)>> {
        if deeds.is_empty() {
            return Ok(Vec::new());
        }
        let mut rounds: HashMap<(String, Quarter), AssessmentRoundId> = HashMap::new();
        let mut missing: Vec<OpenRound> = Vec::new();
        for (_, deed) in &deeds {
            let round = OpenRound { organisation: deed.town.clone(), quarter: deed.quarter };
            match deed.round {
                Some(id) => drop(rounds.insert((deed.town.clone(), deed.quarter), id)),
                None if !missing.contains(&round) => missing.push(round),
                None => {}
            }
        }
        if !missing.is_empty() {
            let opened = assessments::open_round(conn, importer, &missing).await?;
            rounds.extend(missing.into_iter().map(|round| (round.organisation, round.quarter)).zip(opened));
        }
        let mut rows: HashMap<AssessmentRoundId, Vec<ScoreRow>> = HashMap::new();
        let mut new = Vec::new();
        for (number, deed) in deeds {
            let round = rounds.get(&(deed.town, deed.quarter)).copied().or_missing("季度考核")?;
            if deed.is_new {
                new.push((number, round, deed.row.village.clone()));
            }
            rows.entry(round).or_default().push(deed.row);
        }
        let ids: Vec<AssessmentRoundId> = rows.keys().copied().collect();
        let entered: Vec<EnterScores> =
            rows.into_iter().map(|(round, rows)| EnterScores { round, version: None, rows }).collect();
        assessments::enter_scores(conn, importer, &entered).await?;
        let written = queries::ids_of_rounds(conn, importer.scope.county, &ids).await?;
        let id_of = |(number, round, village): (u32, AssessmentRoundId, String)| {
            Some((number, written.get(&(round, village))?.0))
        };
        Ok(new.into_iter().filter_map(id_of).collect())
    }
}
