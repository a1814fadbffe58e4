//! A round of ratings of the whole county: every member's scores entered, worked out and stored by one verb.

use std::time::Instant;

use anyhow::Context;
use cadre::across::sample::model::SampleRating;
use cadre::base::actor::Actor;
use cadre::base::db;
use cadre::records::ratings::{self, EnterScores, OpenRound, ScoreRow, SetScheme};
use diesel_async::{AsyncConnection, AsyncPgConnection};

use crate::stage::Stage;
use crate::table::Table;

const SCHEME: &str = "bench";

/// Enters the scores of the last full quarter once more, by a scheme of its own.
pub async fn measure(stage: &Stage, table: &mut Table) -> anyhow::Result<()> {
    let mut conn = AsyncPgConnection::establish(&stage.addresses.web).await?;
    let mut owner = AsyncPgConnection::establish(&stage.addresses.owner).await?;
    let actor = Actor::command_line(stage.loaded.scope.clone());
    let county = &stage.county;
    ratings::set_scheme(&mut conn, &actor, &[scheme(stage)?]).await?;
    let mut periods: Vec<_> = county.rating_rounds.iter().map(|round| round.period).collect();
    periods.sort_by_key(|period| period.last_day());
    periods.dedup();
    let period = *periods.iter().rev().nth(1).context("a full quarter")?;
    let rounds: Vec<_> = county.rating_rounds.iter().filter(|round| round.period == period).collect();
    let opened: Vec<OpenRound> = rounds
        .iter()
        .map(|round| OpenRound {
            scheme: SCHEME.to_owned(),
            period,
            organisation: county.organisations[round.branch].code.clone(),
        })
        .collect();
    let ids = ratings::open_round(&mut conn, &actor, &opened).await?;
    let present: std::collections::HashSet<_> = db::read(&mut conn, &actor.scope, async |conn| {
        let subjects = ratings::queries::subjects(conn, actor.scope.county, &ids).await?;
        Ok(subjects.into_iter().filter_map(|one| Some((one.round_id, one.membership_id?))).collect())
    })
    .await?;
    let mut commands = Vec::with_capacity(rounds.len());
    for (round, id) in rounds.iter().zip(&ids) {
        let rated = round
            .ratings
            .iter()
            .filter(|rating| present.contains(&(*id, stage.loaded.members[rating.member])));
        let row = |rating: &SampleRating| ScoreRow {
            subject: stage.loaded.members[rating.member].into(),
            scores: county
                .rating_scheme
                .dimensions
                .iter()
                .zip(&rating.scores)
                .map(|(dimension, score)| (dimension.code.clone(), score.to_string()))
                .collect(),
            evidence: Some(rating.evidence.to_owned()),
            veto: None,
        };
        commands.push(EnterScores { round: *id, version: None, rows: rated.map(row).collect() });
    }
    db::tidy(&mut owner).await?;
    let entered: usize = commands.iter().map(|command| command.rows.len()).sum();
    let begin = Instant::now();
    ratings::enter_scores(&mut conn, &actor, &commands).await?;
    let seconds = begin.elapsed().as_secs_f64();
    table.tell("ratings of one round", entered as f64, "");
    let whole = seconds * 60_000.0 / entered as f64;
    table.add("60,000 ratings worked out and stored", "under 5 s", whole, 5.0, "s");
    Ok(())
}

fn scheme(stage: &Stage) -> anyhow::Result<SetScheme> {
    let set = cadre::across::sample::load_ratings::scheme(&stage.county.rating_scheme)?;
    Ok(SetScheme {
        code: SCHEME.to_owned(), name: "五维评星（测速）".to_owned(), is_primary: false, ..set
    })
}
