//! Who is chosen: by eligibility and age, some of them again, until the mean age is the one that is wanted.

use chrono::{Datelike, Days, Months};

use crate::across::sample::model::SampleEventKind;
use crate::across::sample::people::Wanted;
use crate::base::values::{Sex, completed_years};

use super::*;

/// Years on each side of the mean age in which a seat is filled.
const SPREAD: u32 = 9;
/// How often, out of a hundred, somebody who sat before is chosen again.
const AGAIN: u32 = 45;
/// Nobody is moved further than so many years to fit a mean.
const STEP: i64 = 12;

/// Members to choose from below which a village looks further.
const ENOUGH: usize = 8;
/// Seats of the largest committee.
const LARGEST: usize = 7;

/// How far a village looks for people.
#[derive(Clone, Copy)]
enum Reach {
    /// Those of working age who are at home.
    Usual,
    /// The younger and older ones too, and those who work away from home.
    Further,
    /// Everybody who may sit at all.
    Everybody,
}

/// One term in which people are chosen.
pub(super) struct Round<'p> {
    pack: &'p TermPack,
    /// The day on which it ends, where it does.
    until: Option<NaiveDate>,
    /// Those who may be chosen, by the number of their village.
    pools: Vec<Vec<usize>>,
}

impl Round<'_> {
    /// Whether a member may sit: a full member (for a year, unless there is nobody else), of an age, and settled until
    /// the term is over.
    fn admit(&self, member: &SampleMember, reach: Reach) -> bool {
        let from = self.pack.from;
        let stays = member.events.iter().all(|event| {
            let moved = matches!(event.kind, SampleEventKind::Transfer { .. });
            (moved && event.on <= from) || self.until.is_some_and(|until| until <= event.on)
        });
        let year_before = from.checked_sub_months(Months::new(12)).unwrap_or(from);
        let age = self.age(member.person.birth_date());
        let (suits, full_on) = match reach {
            Reach::Usual => ((24..=64).contains(&age) && member.occupation != "113", year_before),
            Reach::Further => ((22..=74).contains(&age), year_before),
            Reach::Everybody => (age >= 18, from),
        };
        suits && stays && member.is_full_on(full_on) && member.from_day() <= full_on
    }

    /// Those of a village who may be chosen.
    fn pool(&self, number: usize) -> &[usize] {
        self.pools.get(number).map(Vec::as_slice).unwrap_or_default()
    }

    fn admits(&self, number: usize, sitter: SampleSitter) -> bool {
        match sitter {
            SampleSitter::Member(place) => self.pool(number).contains(&place),
            SampleSitter::Resident(_) => false,
        }
    }

    /// Completed years on the day that the pack counts on.
    fn age(&self, born: NaiveDate) -> i64 {
        completed_years(born, self.pack.counted_on).map_or(0, i64::from)
    }
}

impl Teams<'_> {
    /// The term with those who may be chosen in each village.
    pub(super) fn round<'p>(
        &self,
        pack: &'p TermPack,
        until: Option<NaiveDate>,
        members: &[SampleMember],
    ) -> Round<'p> {
        let mut round = Round { pack, until, pools: Vec::new() };
        let pool = |village: &Village, round: &Round<'_>, reach: Reach| -> Vec<usize> {
            let admit =
                |place: &&usize| members.get(**place).is_some_and(|member| round.admit(member, reach));
            village.members.iter().filter(admit).copied().collect()
        };
        let pools = self.villages.iter().map(|village| {
            let mut pools =
                [Reach::Usual, Reach::Further, Reach::Everybody].map(|reach| pool(village, &round, reach));
            let place = pools.iter().position(|pool| pool.len() >= ENOUGH).unwrap_or(2);
            pools.get_mut(place).map(std::mem::take).unwrap_or_default()
        });
        let pools = pools.collect();
        round.pools = pools;
        round
    }

    /// The team of each village, by its number. A village with too few people leaves places to the others.
    pub(super) fn choose(
        &mut self,
        round: &Round<'_>,
        members: &[SampleMember],
        before: &HashMap<usize, Team>,
    ) -> Result<Vec<(usize, Team)>, PersonError> {
        let pack = round.pack;
        let villages = self.existing(pack.from);
        let fresh = self.fresh(round, &villages, before);
        let unanimous: HashSet<usize> =
            self.shuffled(villages.clone()).into_iter().take(whole(pack.unanimous)).collect();
        let room = |number: &usize| {
            let last = before.get(number).and_then(|team| team.party.first());
            let leaves = fresh.contains(number) && last.is_some_and(|sitter| round.admits(*number, *sitter));
            round.pool(*number).len().saturating_sub(usize::from(leaves)).min(LARGEST)
        };
        let party = spread(pack.party_members, &villages.iter().map(room).collect::<Vec<_>>());
        let cross = spread(pack.cross_appointed, &party);
        let left: Vec<usize> = cross.iter().map(|size| LARGEST.saturating_sub(*size)).collect();
        let alone = spread(pack.members.saturating_sub(pack.party_members), &left);
        let mut teams = Vec::with_capacity(villages.len());
        for (((number, party), cross), alone) in villages.into_iter().zip(party).zip(cross).zip(alone) {
            let past = before.get(&number).cloned().unwrap_or_default();
            let mut team = Team { cross, unanimous: unanimous.contains(&number), ..Team::default() };
            team.party = self.choose_party(round, number, party, members, &past, fresh.contains(&number));
            self.choose_residents(round, number, alone, &past, &mut team)?;
            teams.push((number, team));
        }
        Ok(teams)
    }

    /// Villages that get another secretary: those whose last one may not sit again, and others until there are enough.
    fn fresh(
        &mut self,
        round: &Round<'_>,
        villages: &[usize],
        before: &HashMap<usize, Team>,
    ) -> HashSet<usize> {
        let continues = |number: &usize| {
            let last = before.get(number).and_then(|team| team.party.first());
            last.is_some_and(|sitter| round.admits(*number, *sitter))
        };
        let (may, must): (Vec<usize>, Vec<usize>) = villages.iter().partition(|number| continues(number));
        let more = whole(round.pack.new_secretaries).saturating_sub(must.len());
        must.into_iter().chain(self.shuffled(may).into_iter().take(more)).collect()
    }

    /// The Party organisation of a village: the secretary first.
    fn choose_party(
        &mut self,
        round: &Round<'_>,
        number: usize,
        size: usize,
        members: &[SampleMember],
        past: &Team,
        fresh: bool,
    ) -> Vec<SampleSitter> {
        let secretary = past.party.first().copied().filter(|sitter| round.admits(number, *sitter));
        let mut chosen: Vec<SampleSitter> = secretary.filter(|_| !fresh).into_iter().collect();
        for sitter in past.party.iter().skip(1) {
            if chosen.len() < size && round.admits(number, *sitter) && self.chance.below(100) < AGAIN {
                chosen.push(*sitter);
            }
        }
        // Whoever was secretary and is not again has left.
        let mut pool = round.pool(number).to_vec();
        pool.retain(|place| {
            let sitter = SampleSitter::Member(*place);
            Some(sitter) != past.party.first().copied() && !chosen.contains(&sitter)
        });
        while chosen.len() < size && !pool.is_empty() {
            let wanted = self.drawn_age(round);
            let nearest = pool
                .iter()
                .enumerate()
                .filter_map(|(at, place)| Some((at, members.get(*place)?)))
                .min_by_key(|(_, member)| round.age(member.person.birth_date()).abs_diff(wanted));
            let Some(at) = nearest.map(|(at, _)| at) else { break };
            chosen.push(SampleSitter::Member(pool.swap_remove(at)));
        }
        chosen
    }

    fn drawn_age(&mut self, round: &Round<'_>) -> i64 {
        let mean = round.pack.average_age / 100;
        i64::from(self.chance.between(mean.saturating_sub(SPREAD), mean.saturating_add(SPREAD)))
    }

    /// Those who sit in the committee of the village alone; the first is a woman.
    fn choose_residents(
        &mut self,
        round: &Round<'_>,
        number: usize,
        size: usize,
        past: &Team,
        team: &mut Team,
    ) -> Result<(), PersonError> {
        for (slot, sitter) in past.residents.iter().enumerate() {
            let SampleSitter::Resident(place) = sitter else { continue };
            if team.residents.len() != slot {
                break;
            }
            let age = self.residents.get(*place).map(|person| round.age(person.birth_date()));
            let young =
                age.is_some_and(|age| age <= i64::from(round.pack.average_age / 100) + i64::from(SPREAD));
            if team.residents.len() < size && young && self.chance.below(100) < AGAIN {
                team.residents.push(*sitter);
            }
        }
        while team.residents.len() < size {
            let years = u32::try_from(self.drawn_age(round)).unwrap_or(40);
            let days = u64::from(years) * 36_525 / 100 + u64::from(self.chance.between(20, 340));
            let born =
                round.pack.counted_on.checked_sub_days(Days::new(days)).unwrap_or(round.pack.counted_on);
            let woman = team.residents.is_empty() || self.chance.below(3) == 0;
            let sex = if woman { Sex::Woman } else { Sex::Man };
            let Some(village) = self.villages.get(number) else { break };
            let wanted =
                Wanted { sector: village.sector, place: &village.address, born, from_elsewhere: false };
            let person = self.people.make_of(&wanted, sex)?;
            team.residents.push(SampleSitter::Resident(self.residents.len()));
            self.residents.push(person);
        }
        Ok(())
    }

    /// Exchanges members of Party organisations for others of their villages until the ages add up to the mean wanted.
    pub(super) fn fit_ages(&self, round: &Round<'_>, members: &[SampleMember], teams: &mut [(usize, Team)]) {
        let pack = round.pack;
        let age = |sitter: SampleSitter| round.age(self.born(sitter, members).unwrap_or(pack.counted_on));
        let everybody: Vec<SampleSitter> = teams.iter().flat_map(|(_, team)| team.everybody()).collect();
        let count = i64::try_from(everybody.len()).unwrap_or_default();
        let sum: i64 = everybody.into_iter().map(age).sum();
        let mut missing = (i64::from(pack.average_age) * count + 50) / 100 - sum;
        for _ in 0..8 {
            for (number, team) in teams.iter_mut() {
                if missing == 0 {
                    return;
                }
                let pool = round.pool(*number);
                // The secretary stays: whether he is newly elected is not a question of age.
                for slot in 1..team.party.len() {
                    let Some(now) = team.party.get(slot).copied() else { continue };
                    let others = pool.iter().map(|place| SampleSitter::Member(*place));
                    let best = others
                        .filter(|other| !team.party.contains(other))
                        .map(|other| (other, age(other) - age(now)))
                        .filter(|(_, gain)| gain.abs() <= STEP && (missing - gain).abs() < missing.abs())
                        .min_by_key(|(_, gain)| (missing - gain).abs());
                    if let (Some((other, gain)), Some(place)) = (best, team.party.get_mut(slot)) {
                        *place = other;
                        missing -= gain;
                    }
                }
            }
        }
    }

    pub(super) fn born(&self, sitter: SampleSitter, members: &[SampleMember]) -> Option<NaiveDate> {
        match sitter {
            SampleSitter::Member(place) => members.get(place).map(|member| member.person.birth_date()),
            SampleSitter::Resident(place) => self.residents.get(place).map(SamplePerson::birth_date),
        }
    }

    /// Year of birth, for orders in which the younger come first.
    pub(super) fn year(&self, sitter: SampleSitter, members: &[SampleMember]) -> i32 {
        self.born(sitter, members).map_or(1900, |born| born.year())
    }
}

pub(super) fn whole(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Deals places out evenly, to each place no more than there is room; what does not fit goes where the fewest are.
fn spread(total: u32, room: &[usize]) -> Vec<usize> {
    let equal = vec![1; room.len()];
    let mut parts: Vec<usize> =
        shares(total, &equal).into_iter().zip(room).map(|(part, room)| whole(part).min(*room)).collect();
    for _ in parts.iter().sum()..whole(total) {
        let with_room = parts.iter_mut().zip(room).filter(|(part, room)| **part < **room);
        let Some((part, _)) = with_room.min_by_key(|(part, _)| **part) else { break };
        *part = part.saturating_add(1);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_that_do_not_fit_go_where_there_is_room() {
        assert_eq!(spread(10, &[7, 7, 7]), [4, 3, 3]);
        assert_eq!(spread(10, &[2, 7, 7]), [2, 4, 4]);
        assert_eq!(spread(15, &[2, 7, 5]), [2, 7, 5]);
        assert!(spread(3, &[]).is_empty());
    }
}
