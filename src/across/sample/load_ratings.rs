//! Enters the ratings of a sample county through the verbs, a period at a time.

use std::collections::{HashMap, HashSet};

use bigdecimal::BigDecimal;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::db;
use crate::base::error::{Error, Result};
use crate::base::ids::{MembershipId, RoundId};
use crate::records::ratings::model::SchemeRules;
use crate::records::ratings::{
    self, Decide, EnterScores, OpenRound, ScoreRow, SetDimension, SetScheme, SetThreshold, queries,
};

use super::Loaded;
use super::model::{SampleCounty, SampleRound, SampleRoundState};
use super::pack::RatingPack;

/// Sets the scheme and plays every round as far as it has come. Whoever is not in the register of the branch on the
/// last day of the period is left out.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_ratings(
    conn: &mut AsyncPgConnection,
    county: &SampleCounty,
    loaded: &Loaded,
) -> Result<()> {
    load_ratings_telling(conn, county, loaded, |_, _| {}).await
}

/// The same, telling after each period how many rounds are entered, of how many.
///
/// # Errors
/// As [`load_ratings`].
pub async fn load_ratings_telling(
    conn: &mut AsyncPgConnection,
    county: &SampleCounty,
    loaded: &Loaded,
    mut told: impl FnMut(usize, usize),
) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    ratings::set_scheme(conn, &actor, &[scheme(&county.rating_scheme)?]).await?;
    let all = county.rating_rounds.len();
    let mut rest = county.rating_rounds.as_slice();
    while let Some(first) = rest.iter().next() {
        let count = rest.iter().take_while(|round| round.period == first.period).count();
        let (now, later) = rest.split_at(count);
        play(conn, &actor, county, loaded, now).await?;
        rest = later;
        told(all.saturating_sub(rest.len()), all);
    }
    Ok(())
}

/// The scheme of a pack, as it is set.
///
/// # Errors
/// `Broken` where the pack names what there is not.
pub fn scheme(pack: &RatingPack) -> Result<SetScheme> {
    Ok(SetScheme {
        code: pack.code.clone(),
        name: pack.name.clone(),
        subject: pack.subject_kind.parse().map_err(Error::broken)?,
        period: pack.period_kind.parse().map_err(Error::broken)?,
        stars: i32::from(pack.stars),
        decimals: i32::from(pack.decimals),
        aggregation: pack.aggregation.parse().map_err(Error::broken)?,
        missing_part: pack.missing_part.parse().map_err(Error::broken)?,
        procedure: pack.procedure.clone(),
        is_primary: pack.is_primary,
        from_day: pack.from,
        dimensions: pack
            .dimensions
            .iter()
            .map(|dimension| SetDimension {
                code: dimension.code.clone(),
                name: dimension.name.clone(),
                maximum: BigDecimal::from(dimension.maximum),
                weight: BigDecimal::from(dimension.weight),
                cap: None,
            })
            .collect(),
        thresholds: pack
            .thresholds
            .iter()
            .map(|step| SetThreshold {
                stars: i32::from(step.stars),
                minimum: BigDecimal::from(step.minimum),
            })
            .collect(),
        vetoes: Vec::new(),
        rules: SchemeRules::default(),
    })
}

async fn play(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    loaded: &Loaded,
    rounds: &[SampleRound],
) -> Result<()> {
    let mut opened = Vec::with_capacity(rounds.len());
    for round in rounds {
        let branch =
            county.organisations.get(round.branch).ok_or_else(|| Error::broken("a round of no branch"))?;
        opened.push(OpenRound {
            scheme: county.rating_scheme.code.clone(),
            period: round.period,
            organisation: branch.code.clone(),
        });
    }
    let ids = ratings::open_round(conn, actor, &opened).await?;
    let present: HashSet<(RoundId, MembershipId)> = db::read(conn, &actor.scope, async |conn| {
        let subjects = queries::subjects(conn, actor.scope.county, &ids).await?;
        let members =
            subjects.into_iter().filter_map(|subject| Some((subject.round_id, subject.membership_id?)));
        Ok(members.collect())
    })
    .await?;
    let mut entered = Vec::with_capacity(rounds.len());
    for (round, id) in rounds.iter().zip(&ids) {
        let rows = rows(county, loaded, round, |member| present.contains(&(*id, member)));
        entered.push(EnterScores { round: *id, version: None, rows });
    }
    ratings::enter_scores(conn, actor, &entered).await?;
    let filled: HashMap<RoundId, bool> =
        entered.iter().map(|command| (command.round, !command.rows.is_empty())).collect();
    let of = |wanted: &[SampleRoundState]| -> Vec<Decide> {
        rounds
            .iter()
            .zip(&ids)
            .filter(|(round, id)| wanted.contains(&round.state) && filled.get(*id) == Some(&true))
            .map(|(_, id)| Decide::round(*id))
            .collect()
    };
    let submitted = of(&[SampleRoundState::Submitted, SampleRoundState::Published]);
    if !submitted.is_empty() {
        ratings::submit(conn, actor, &submitted).await?;
    }
    let published = of(&[SampleRoundState::Published]);
    if !published.is_empty() {
        ratings::review(conn, actor, &published).await?;
        ratings::confirm(conn, actor, &published).await?;
        ratings::publish(conn, actor, &published).await?;
    }
    Ok(())
}

fn rows(
    county: &SampleCounty,
    loaded: &Loaded,
    round: &SampleRound,
    is_present: impl Fn(MembershipId) -> bool,
) -> Vec<ScoreRow> {
    round
        .ratings
        .iter()
        .filter_map(|rating| {
            let subject = loaded.members.get(rating.member).copied().filter(|member| is_present(*member))?;
            let scores = county
                .rating_scheme
                .dimensions
                .iter()
                .zip(&rating.scores)
                .map(|(dimension, score)| (dimension.code.clone(), score.to_string()))
                .collect();
            let evidence = Some(rating.evidence.to_owned());
            Some(ScoreRow { subject: subject.into(), scores, evidence, veto: None })
        })
        .collect()
}
