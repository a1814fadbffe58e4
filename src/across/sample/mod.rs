//! Sample counties: real divisions, made-up people, generated from a seed and a practice pack.
//!
//! Generation is pure: the same pack, seed and day give the same county on every machine. Only `load` knows
//! the database: what is generated is entered through the verbs like anybody's records, and every figure is
//! counted from it by the same code. The numbers of citizens, telephones and mobiles pass every check but are
//! taken from ranges that hardly ever or never belong to anybody.

mod assess;
mod chance;
mod finish;
mod honour;
mod life;
pub mod load;
pub mod load_assessments;
mod load_awards;
mod load_committees;
pub mod load_ratings;
pub mod load_reserves;
pub mod load_training;
pub mod load_vetting;
pub mod model;
mod names;
pub mod pack;
mod people;
mod plan;
mod rate;
mod reserves;
mod schooling;
mod teams;
#[cfg(test)]
mod tests;
mod training;
mod tree;
mod units;
mod words;

use chrono::NaiveDate;

pub use load::{Loaded, Progress, load};
pub use load_assessments::load_assessments;
pub use load_awards::load_awards;
pub use load_committees::load_committees;
pub use load_ratings::{load_ratings, load_ratings_telling};
pub use load_reserves::load_reserves;
pub use load_training::load_training;
pub use load_vetting::load_vetting;
pub use model::{
    SampleAssessed, SampleAssessment, SampleAssessmentState, SampleAssessments, SampleAward, SampleClass,
    SampleCounty, SampleElection, SampleEvent, SampleEventKind, SampleExemption, SampleMember,
    SampleOrganisation, SamplePerson, SampleRating, SampleReserve, SampleReserveStep, SampleRound,
    SampleRoundState, SampleSeat, SampleSitter, SampleTerm, SampleTraining,
};
pub use pack::{COUNTIES, Pack, PackError};

use chance::Chance;

/// Why a county could not be generated: a pack that does not add up, or a value of it that is refused.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The history does not add up.
    #[error(transparent)]
    Plan(#[from] plan::PlanError),
    /// A person could not be made.
    #[error(transparent)]
    Person(#[from] people::PersonError),
}

/// Generates a county as it stands on `today`.
///
/// # Errors
/// When the pack does not add up.
pub fn generate(pack: &Pack, seed: u64, today: NaiveDate) -> Result<SampleCounty, SampleError> {
    let county = &pack.county;
    let plans = plan::plan(county, today)?;
    let tree = tree::Tree::plant(county, &mut Chance::new(seed, "tree"));
    let people = people::People::new(county, seed);
    let begin = county.history.quarter.last_day();
    let mut lives = life::Lives::begin(&tree.leaves, people, Chance::new(seed, "lives"), begin, today)?;
    for plan in &plans {
        lives.live(plan)?;
    }
    let (mut members, leaf_of, people) = lives.end();
    finish::finish(&mut members, &leaf_of, &tree.leaves, &mut Chance::new(seed, "today"), today);
    let chance = Chance::new(seed, "teams");
    let teams = teams::Teams::of(&tree.organisations, &tree.leaves, people, chance);
    let settled = teams.settle(&pack.committees.terms, &mut members)?;
    let rounds = rate::rate(&pack.ratings, &members, &tree.leaves, &mut Chance::new(seed, "ratings"), today);
    let strangers = people::People::beside(county, seed, "reserve people", reserves::FIRST_SERIAL);
    let served = reserves::served(&settled.terms, &members, &settled.residents);
    let reserves = reserves::fill(
        &pack.reserves,
        &tree.organisations,
        strangers,
        &mut Chance::new(seed, "reserves"),
        today,
        &served,
    )?;
    let training = training::train(
        &pack.training,
        &tree.organisations,
        &tree.leaves,
        &members,
        &mut Chance::new(seed, "training"),
        today,
    );
    let awards = pack.awards.as_ref().map_or_else(Vec::new, |awards| {
        honour::honour(awards, &tree.organisations, &mut Chance::new(seed, "awards"), today)
    });
    let assessed =
        assess::assess(&pack.assessments, &tree.organisations, &mut Chance::new(seed, "assessments"), today);
    Ok(SampleCounty {
        training,
        code: county.code.clone(),
        name: county.name.clone(),
        organisations: tree.organisations,
        members,
        rating_scheme: pack.ratings.clone(),
        rating_rounds: rounds,
        award_pack: pack.awards.clone(),
        awards,
        reserves,
        assessments: SampleAssessments { scheme: pack.assessments.scheme.clone(), rounds: assessed },
        residents: settled.residents,
        committee_terms: settled.terms,
    })
}
