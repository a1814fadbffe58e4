//! Enters the awards of a sample county through the verbs, a year at a time, a step for all at once.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel_async::AsyncPgConnection;

use crate::base::actor::Actor;
use crate::base::error::{Error, Result};
use crate::records::ratings::awards::{
    self, ActOnAward, AwardDeed, AwardState, RecommendAward, SetAwardScheme,
};

use super::Loaded;
use super::model::{SampleAward, SampleCounty};

/// Sets the schemes and plays every award as far as it has come.
///
/// # Errors
/// What the verbs answer, which would be a defect of the sample.
pub async fn load_awards(conn: &mut AsyncPgConnection, county: &SampleCounty, loaded: &Loaded) -> Result<()> {
    let actor = Actor::command_line(loaded.scope.clone());
    let Some(pack) = &county.award_pack else { return Ok(()) };
    // A version ends with the next: each is set when the one before it has.
    for scheme in &pack.schemes {
        awards::set_award_schemes(conn, &actor, std::slice::from_ref(scheme)).await?;
    }
    let mut years: BTreeMap<i32, Vec<&SampleAward>> = BTreeMap::new();
    for award in &county.awards {
        years.entry(award.year).or_default().push(award);
    }
    for awards in years.values() {
        play(conn, &actor, county, &pack.schemes, awards).await?;
    }
    Ok(())
}

/// How many steps lead to a state, the recommendation included.
const fn steps_to(state: AwardState) -> usize {
    match state {
        AwardState::Recommended | AwardState::Returned | AwardState::Rejected => 1,
        AwardState::Scored => 2,
        AwardState::Decided => 3,
        AwardState::Noticed => 4,
        AwardState::Final | AwardState::Revoked => 5,
    }
}

async fn play(
    conn: &mut AsyncPgConnection,
    actor: &Actor,
    county: &SampleCounty,
    schemes: &[SetAwardScheme],
    year: &[&SampleAward],
) -> Result<()> {
    let scheme = schemes.first().ok_or_else(|| Error::broken("awards without a scheme"))?;
    let mut commands = Vec::with_capacity(year.len());
    for award in year {
        let village =
            county.organisations.get(award.village).ok_or_else(|| Error::broken("an award of no village"))?;
        commands.push(RecommendAward {
            scheme: scheme.code.clone(),
            kind: award.kind.clone(),
            year: award.year,
            village: village.code.clone(),
            reason: reason(&award.kind).to_owned(),
            on: day(award, 0)?,
        });
    }
    let ids = awards::recommend_awards(conn, actor, &commands).await?;
    for step in 1..5 {
        let mut deeds = Vec::new();
        for (place, (award, id)) in year.iter().zip(&ids).enumerate() {
            if steps_to(award.state) > step {
                let deed = deed(step, place);
                deeds.push(ActOnAward { award: *id, version: None, deed, on: day(award, step)? });
            }
        }
        act(conn, actor, &deeds).await?;
    }
    let mut returned = Vec::new();
    for (award, id) in year.iter().zip(&ids).filter(|(award, _)| award.state == AwardState::Returned) {
        let deed = AwardDeed::Return { reason: "请补充集体经济收入的证明材料".to_owned() };
        returned.push(ActOnAward { award: *id, version: None, deed, on: day(award, 1)? });
    }
    act(conn, actor, &returned).await
}

async fn act(conn: &mut AsyncPgConnection, actor: &Actor, deeds: &[ActOnAward]) -> Result<()> {
    if deeds.is_empty() {
        return Ok(());
    }
    let outcomes = awards::act_on_awards(conn, actor, deeds).await?;
    match outcomes.into_iter().find_map(|outcome| outcome.refusal) {
        Some(refusal) => Err(Error::broken(refusal)),
        None => Ok(()),
    }
}

fn day(award: &SampleAward, step: usize) -> Result<NaiveDate> {
    award.days.get(step).copied().ok_or_else(|| Error::broken("a step of an award without its day"))
}

/// What happens at a step; the panel marks the `place`-th of a year.
fn deed(step: usize, place: usize) -> AwardDeed {
    match step {
        1 => {
            let mark = |more: usize| (82 + (place * 7 + more * 5) % 16).to_string();
            let units = ["县委组织部", "县农业农村委", "县委政法委", "县委宣传部", "县民政局"];
            let scores = units.iter().enumerate().map(|(more, unit)| ((*unit).to_owned(), mark(more)));
            AwardDeed::Score { scores: scores.collect() }
        }
        2 => AwardDeed::Decide,
        3 => AwardDeed::Notice { until: None },
        _ => AwardDeed::Finish,
    }
}

/// Why a village is recommended.
fn reason(kind: &str) -> &'static str {
    match kind {
        "poverty_alleviation" => "贫困人口全部达标脱贫，易地搬迁户稳定就业",
        "party_building" => "党支部标准化建设达标，“三会一课”按期开展",
        "industry" => "脆李、中药材连片种植，集体经济年收入稳定增长",
        "civility" => "修订村规民约，红白理事会作用明显",
        "safety" => "全年无刑事案件，矛盾纠纷就地化解",
        "satisfaction" => "群众满意度测评列全县前列",
        _ => "特色产业和人居环境整治成效明显",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_is_reached_by_its_steps() {
        let steps: Vec<usize> = AwardState::ALL.iter().map(|state| steps_to(*state)).collect();
        assert_eq!(steps, [1, 2, 3, 4, 5, 1, 1, 5]);
        let AwardDeed::Score { scores } = deed(1, 3) else { panic!("the first step is the panel's") };
        assert_eq!(scores.len(), 5);
    }
}
