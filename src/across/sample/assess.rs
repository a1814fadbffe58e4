//! Quarterly assessments of a sample county: a few towns, quarter by quarter, and the checks beside them.

use chrono::{Days, NaiveDate};

use crate::base::values::Quarter;
use crate::records::organisations::Kind;

use super::chance::Chance;
use super::model::{SampleAssessed, SampleAssessment, SampleAssessmentState, SampleOrganisation};
use super::pack::AssessmentPack;
use super::words;

/// The rounds of the pack's towns, earlier quarters first. All are published; of a pack in which something waits, the
/// last town's last quarter is handed in only.
pub fn assess(
    pack: &AssessmentPack,
    organisations: &[SampleOrganisation],
    chance: &mut Chance,
    today: NaiveDate,
) -> Vec<SampleAssessment> {
    let quarters = quarters(pack, today);
    let mut rounds = Vec::new();
    let villages: Vec<Vec<(String, u32)>> = pack
        .towns
        .iter()
        .map(|town| {
            villages(organisations, town)
                .map(|village| (village.code.clone(), chance.between(0, 100)))
                .collect()
        })
        .collect();
    for (at, quarter) in quarters.iter().enumerate() {
        for (town, villages) in pack.towns.iter().zip(&villages) {
            let waits = pack.waiting && at + 1 == quarters.len() && pack.towns.last() == Some(town);
            let rows = villages.iter().map(|(code, worth)| row(pack, code, *worth, chance)).collect();
            rounds.push(SampleAssessment {
                town: town.clone(),
                quarter: *quarter,
                state: if waits {
                    SampleAssessmentState::Submitted
                } else {
                    SampleAssessmentState::Published
                },
                villages: rows,
                visited_on: quarter.first_day() + Days::new(u64::from(chance.between(30, 60))),
            });
        }
    }
    rounds
}

fn quarters(pack: &AssessmentPack, today: NaiveDate) -> Vec<Quarter> {
    let mut first = pack.first.unwrap_or_else(|| {
        let last = Quarter::containing(today).previous();
        (1..pack.quarters).fold(last, |quarter, _| quarter.previous())
    });
    let mut quarters = Vec::new();
    for _ in 0..pack.quarters {
        quarters.push(first);
        first = first.next();
    }
    quarters
}

fn villages<'a>(
    organisations: &'a [SampleOrganisation],
    town: &'a str,
) -> impl Iterator<Item = &'a SampleOrganisation> {
    organisations
        .iter()
        .filter(move |one| matches!(one.kind, Kind::Village | Kind::Community) && one.parent_code == town)
}

/// Tenths that are taken off each indicator: the worthier a village, the fewer.
fn row(pack: &AssessmentPack, village: &str, worth: u32, chance: &mut Chance) -> SampleAssessed {
    let mut reasons: Vec<&'static str> = Vec::new();
    let deductions = pack
        .scheme
        .indicators
        .iter()
        .map(|_| {
            if chance.below(100) < 30 + worth / 2 {
                return 0;
            }
            let reason = chance.word(words::DEDUCTIONS);
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
            chance.between(1, 6) * 5
        })
        .collect();
    SampleAssessed {
        village: village.to_owned(),
        deductions,
        note: (!reasons.is_empty()).then(|| format!("{}。", reasons.join("；"))),
    }
}
