//! Ratings of a sample county: every branch, the last four ended quarters and the running one.

use chrono::NaiveDate;

use crate::base::values::{Period, Quarter};

use super::chance::Chance;
use super::model::{SampleMember, SampleRating, SampleRound, SampleRoundState};
use super::pack::RatingPack;
use super::tree::Leaf;
use super::words;

/// Quarters rated, the running one included.
const QUARTERS: usize = 5;

/// The rounds of all branches, earlier quarters first. Of an ended quarter all are published; in the running
/// one some branches have begun and some have handed in.
pub fn rate(
    scheme: &RatingPack,
    members: &[SampleMember],
    leaves: &[Leaf],
    chance: &mut Chance,
    today: NaiveDate,
) -> Vec<SampleRound> {
    let running = Quarter::containing(today);
    let mut quarters = vec![running];
    while quarters.len() < QUARTERS {
        let earliest = quarters.last().map_or(running, |quarter| quarter.previous());
        quarters.push(earliest);
    }
    quarters.reverse();
    let worth: Vec<u32> = members.iter().map(|_| (chance.below(1_000) + chance.below(1_000)) / 2).collect();
    let mut rounds = Vec::new();
    for quarter in quarters {
        let day = quarter.last_day().min(today);
        for (branch, present) in rated_on(members, leaves, day) {
            let state = if quarter != running {
                SampleRoundState::Published
            } else {
                match chance.below(8) {
                    0 | 1 => SampleRoundState::Submitted,
                    2 => SampleRoundState::Draft,
                    _ => continue,
                }
            };
            let ratings = present
                .into_iter()
                .map(|member| score(scheme, member, worth.get(member).copied().unwrap_or(500), chance))
                .collect();
            rounds.push(SampleRound { branch, period: Period::from(quarter), state, ratings });
        }
    }
    rounds
}

/// Each branch that has anybody to rate on that day, with those rated: in the register, at home, in contact.
fn rated_on(members: &[SampleMember], leaves: &[Leaf], day: NaiveDate) -> Vec<(usize, Vec<usize>)> {
    let mut branches: Vec<(usize, Vec<usize>)> =
        leaves.iter().map(|leaf| (leaf.branch, Vec::new())).collect();
    for (place, member) in members.iter().enumerate() {
        let away = member.floating.as_ref().is_some_and(|(since, _)| *since <= day)
            || member.lost_contact_since.is_some_and(|since| since <= day);
        if away || !member.in_register_on(day) {
            continue;
        }
        let branch = member.branch_on(day);
        // Leaves stand in the order of their branches.
        if let Ok(found) = branches.binary_search_by_key(&branch, |(branch, _)| *branch)
            && let Some((_, present)) = branches.get_mut(found)
        {
            present.push(place);
        }
    }
    branches.retain(|(_, present)| !present.is_empty());
    branches
}

fn score(scheme: &RatingPack, member: usize, worth: u32, chance: &mut Chance) -> SampleRating {
    let scores: Vec<u32> = scheme
        .dimensions
        .iter()
        .map(|dimension| {
            let percent = (66 + worth * 32 / 1_000 + chance.between(0, 10)).saturating_sub(5).min(100);
            if dimension.maximum == 1 {
                u32::from(chance.below(100) < percent)
            } else {
                (dimension.maximum * percent + 50) / 100
            }
        })
        .collect();
    let most: u32 = scheme.dimensions.iter().map(|dimension| dimension.maximum).sum();
    let reached = scores.iter().sum::<u32>() * 100 / most.max(1);
    let words = match reached {
        85.. => words::GOOD_EVIDENCE,
        72..85 => words::FAIR_EVIDENCE,
        _ => words::POOR_EVIDENCE,
    };
    SampleRating { member, scores, evidence: chance.word(words) }
}
