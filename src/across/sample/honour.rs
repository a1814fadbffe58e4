//! Awards of the villages of a sample county: those of past years to their end, those of the running year on their way.

use chrono::{Datelike, Days, NaiveDate};

use crate::records::organisations::Kind;
use crate::records::ratings::awards::AwardState;

use super::chance::Chance;
use super::model::{SampleAward, SampleOrganisation};
use super::pack::AwardPack;

/// Days of a year on which its awards take their steps: month and day.
const STEPS: [(u32, u32); 5] = [(10, 15), (11, 5), (11, 20), (11, 24), (12, 10)];

/// How long ago, in days, those under way took their steps.
const AGO: [u64; 4] = [40, 28, 20, 3];

/// How far those under way have come, one after the other.
const UNDER_WAY: [AwardState; 6] = [
    AwardState::Recommended,
    AwardState::Scored,
    AwardState::Noticed,
    AwardState::Decided,
    AwardState::Returned,
    AwardState::Recommended,
];

/// The awards, earlier years first. A village that did well in one year is likely to stand on the list of the next.
pub fn honour(
    pack: &AwardPack,
    organisations: &[SampleOrganisation],
    chance: &mut Chance,
    today: NaiveDate,
) -> Vec<SampleAward> {
    let villages = shuffled_villages(organisations, chance);
    let mut awards = Vec::new();
    for (place, year) in pack.given.iter().enumerate() {
        let Some(days) = days_of(year.year).filter(|days| days.last().is_some_and(|last| *last < today))
        else {
            continue;
        };
        for (kind_place, (kind, count)) in year.counts.iter().enumerate() {
            let count = usize::try_from(*count).unwrap_or_default();
            // Half of those of the year before, and as many new ones: the others' turn comes.
            let first = kind_place.saturating_mul(37).saturating_add(place.saturating_mul(count.div_ceil(2)));
            awards.extend(in_a_ring(&villages, first, count).map(|village| SampleAward {
                village,
                kind: kind.clone(),
                year: year.year,
                state: AwardState::Final,
                days: days.clone(),
            }));
        }
    }
    awards.extend(under_way(pack, &villages, today));
    awards
}

fn shuffled_villages(organisations: &[SampleOrganisation], chance: &mut Chance) -> Vec<usize> {
    let mut villages: Vec<usize> = organisations
        .iter()
        .enumerate()
        .filter(|(_, organisation)| {
            matches!(organisation.kind, Kind::Village | Kind::Community) && organisation.founded_on.is_none()
        })
        .map(|(place, _)| place)
        .collect();
    for last in (1..villages.len()).rev() {
        let other = chance.place(last.saturating_add(1));
        villages.swap(last, other);
    }
    villages
}

/// So many villages in a row from a place on; after the last comes the first.
fn in_a_ring(villages: &[usize], first: usize, count: usize) -> impl Iterator<Item = usize> {
    let length = villages.len().max(1);
    villages.iter().copied().cycle().skip(first % length).take(count.min(villages.len()))
}

fn days_of(year: i32) -> Option<Vec<NaiveDate>> {
    STEPS.iter().map(|(month, day)| NaiveDate::from_ymd_opt(year, *month, *day)).collect()
}

fn under_way(pack: &AwardPack, villages: &[usize], today: NaiveDate) -> Vec<SampleAward> {
    let Some(kinds) = pack.schemes.last().map(|scheme| &scheme.kinds).filter(|kinds| !kinds.is_empty())
    else {
        return Vec::new();
    };
    let count = usize::try_from(pack.under_way).unwrap_or_default();
    let days: Vec<NaiveDate> = AGO.iter().filter_map(|ago| today.checked_sub_days(Days::new(*ago))).collect();
    // Before the fortieth day of a year it is the one before that is decided on.
    let year = days.first().map_or(today.year(), Datelike::year);
    in_a_ring(villages, 211, count)
        .zip(UNDER_WAY.iter().cycle())
        .zip(kinds.iter().cycle())
        .map(|((village, state), kind)| SampleAward {
            village,
            kind: kind.code.clone(),
            year,
            state: *state,
            days: days.clone(),
        })
        .collect()
}
