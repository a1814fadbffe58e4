//! Pools of a sample county: as many people of each kind, source and state as the pack says on the last day of its
//! quarter, and what happened to them since.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, Days, NaiveDate};

use crate::base::codes;
use crate::base::values::{PersonName, Sex};
use crate::records::committees::{CommitteeKind, Post};
use crate::records::organisations::Kind;
use crate::records::reserves::{Grade, MentorKind, ReserveKind, ReserveState, Route};

use super::chance::{Chance, shares};
use super::model::{
    SampleMember, SampleOrganisation, SamplePerson, SampleReserve, SampleReserveStep, SampleSitter,
    SampleTerm,
};
use super::pack::{ReserveGroup, ReservePack};
use super::people::{People, PersonError, Wanted};
use super::units::Sector;

/// Serial numbers of people in pools; those of members are higher.
pub const FIRST_SERIAL: u16 = 700;

/// Days before the last day of the quarter on which people came into the pools: the first and the last.
const ENTERED: (u64, u64) = (900, 420);
/// Days before the last day of the quarter on which people were seconded, posted or appointed.
const STEPPED: (u64, u64) = (380, 5);
/// Of ten thousand: who has one mentor too few, who left since, who was appointed since.
const UNGUIDED: u32 = 900;
const LEFT_SINCE: u32 = 450;
const APPOINTED_SINCE: u32 = 500;

const ROUTES: &[(Route, u32)] = &[
    (Route::Contest, 30),
    (Route::Recommendation, 42),
    (Route::OpenRecruitment, 18),
    (Route::SelfNomination, 10),
];
const GRADES: &[(Grade, u32)] = &[
    (Grade::Excellent, 22),
    (Grade::Qualified, 66),
    (Grade::BasicallyQualified, 10),
    (Grade::Unqualified, 2),
];
const REASONS: &[&str] =
    &["本人申请退出，外出务工", "考入县外单位工作", "年度考核不合格，调整出库", "因身体原因不再适合"];
const POSTS: &[&str] = &["村党组织委员", "村民委员会委员", "村民委员会副主任", "村党组织副书记"];
const HELPER_POSTS: &[&str] = &["村主任助理", "党建工作助理", "村综合服务专干"];
const NOTES: &[&str] = &[
    "谈心谈话，了解近期思想和工作情况，就参与网格走访提出建议",
    "带领入户走访，现场指导矛盾纠纷调解",
    "安排参加村级议事会旁听，会后点评发言",
    "指导撰写村集体经济发展调研报告",
    "陪同参加镇里培训，交流产业发展思路",
];

/// The villages of a group on the last day of the quarter, each with its place among the organisations.
struct Villages<'a> {
    all: Vec<(usize, &'a SampleOrganisation)>,
}

impl<'a> Villages<'a> {
    /// Those that existed when the first came into the pools.
    fn of(group: &ReserveGroup, organisations: &'a [SampleOrganisation], first: NaiveDate) -> Self {
        let all = organisations.iter().enumerate().filter(|(_, organisation)| {
            matches!(organisation.kind, Kind::Village | Kind::Community)
                && organisation.code.starts_with(&group.within)
                && group.except.as_ref().is_none_or(|except| !organisation.code.starts_with(except))
                && organisation.founded_on.is_none_or(|founded| founded <= first)
        });
        Self { all: all.collect() }
    }

    /// Another village of the same town, or any other.
    fn beside(&self, village: usize, chance: &mut Chance) -> Option<usize> {
        let town = self.all.iter().find(|(place, _)| *place == village).map(|(_, v)| v.parent_code.as_str());
        let others: Vec<usize> = self
            .all
            .iter()
            .filter(|(place, other)| *place != village && Some(other.parent_code.as_str()) == town)
            .map(|(place, _)| *place)
            .collect();
        chance.pick(&others).copied()
    }
}

/// Who is or was secretary of a village, by the village's place and his name.
pub type Served = HashSet<(usize, PersonName)>;

/// Everybody who is or was secretary of a village: whoever guides there bears another name, since a former secretary does
/// not guide.
pub fn served(terms: &[SampleTerm], members: &[SampleMember], residents: &[SamplePerson]) -> Served {
    let party = terms.iter().filter(|term| term.kind == CommitteeKind::VillageParty);
    let seats = party.flat_map(|term| term.seats.iter().map(move |seat| (term.village, seat)));
    let heads = seats.filter(|(_, seat)| seat.post == Post::Secretary);
    let named = heads.filter_map(|(village, seat)| {
        let person = match seat.sitter {
            SampleSitter::Member(place) => members.get(place).map(|member| &member.person),
            SampleSitter::Resident(place) => residents.get(place),
        };
        Some((village, person?.name.clone()))
    });
    named.collect()
}

/// Fills the pools of a county; `served` are the secretaries of its villages.
///
/// # Errors
/// When a person cannot be made, which would be a defect of the pack.
pub fn fill(
    pack: &ReservePack,
    organisations: &[SampleOrganisation],
    people: People<'_>,
    chance: &mut Chance,
    today: NaiveDate,
    served: &Served,
) -> Result<Vec<SampleReserve>, PersonError> {
    let mut filling = Filling {
        last: pack.quarter.last_day(),
        today,
        people,
        chance,
        served,
        leaders: HashMap::new(),
        secretaries: HashMap::new(),
    };
    let mut reserves = Vec::new();
    for group in &pack.groups {
        let villages = Villages::of(group, organisations, before(filling.last, ENTERED.0));
        filling.group(group, &villages, &mut reserves)?;
    }
    Ok(reserves)
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(day)
}

struct Filling<'a, 'b> {
    last: NaiveDate,
    today: NaiveDate,
    people: People<'b>,
    chance: &'a mut Chance,
    /// Who is or was secretary of a village.
    served: &'a Served,
    /// The leaders of each town who guide.
    leaders: HashMap<String, Vec<PersonName>>,
    /// The secretary of each village.
    secretaries: HashMap<usize, PersonName>,
}

impl Filling<'_, '_> {
    fn group(
        &mut self,
        group: &ReserveGroup,
        villages: &Villages<'_>,
        reserves: &mut Vec<SampleReserve>,
    ) -> Result<(), PersonError> {
        let mut places = Vec::new();
        for (place, _) in &villages.all {
            places.extend((0..group.least).map(|_| *place));
        }
        let all: Vec<usize> = villages.all.iter().map(|(place, _)| *place).collect();
        let count = usize::try_from(group.count).unwrap_or_default();
        while places.len() < count && !all.is_empty() {
            places.extend(self.chance.pick(&all).copied());
        }
        let sources = self.dealt(group);
        for (number, (village, source)) in (0u32..).zip(places.into_iter().zip(sources)) {
            let next = match number {
                n if n < group.seconded => Some(ReserveState::Seconded),
                n if n < group.seconded.saturating_add(group.cross_village) => {
                    Some(ReserveState::CrossVillage)
                }
                _ => None,
            };
            let mut one = self.entered(group.kind, village, villages, source, next)?;
            self.go_on(&mut one, village);
            self.follow_up(&mut one);
            reserves.push(one);
        }
        for _ in 0..group.appointed {
            let Some(village) = self.chance.pick(&all).copied() else { break };
            let source = self.chance.word(&["local_talent", "returning_talent", "veteran"]).to_owned();
            let one = self.entered(group.kind, village, villages, source, Some(ReserveState::Appointed))?;
            reserves.push(one);
        }
        Ok(())
    }

    /// One source for each of the group, in an order of chance; exactly as many of each as the pack says.
    fn dealt(&mut self, group: &ReserveGroup) -> Vec<String> {
        let weights: Vec<u32> = group.sources.values().copied().collect();
        let counts = shares(group.count, &weights);
        let mut left: Vec<(&String, u32)> = group.sources.keys().zip(counts).collect();
        let mut dealt = Vec::new();
        while let Some(source) = self.chance.weighted(&left).map(|source| (*source).clone()) {
            if let Some((_, count)) = left.iter_mut().find(|(code, _)| **code == source) {
                *count = count.saturating_sub(1);
            }
            left.retain(|(_, count)| *count > 0);
            dealt.push(source);
        }
        dealt
    }

    fn entered(
        &mut self,
        kind: ReserveKind,
        village: usize,
        villages: &Villages<'_>,
        source: String,
        next: Option<ReserveState>,
    ) -> Result<SampleReserve, PersonError> {
        let organisation = villages.all.iter().find(|(place, _)| *place == village).map(|(_, o)| *o);
        let name = organisation.map(|o| o.name.as_str()).unwrap_or_default();
        let town = organisation.map(|o| o.parent_code.clone()).unwrap_or_default();
        let entered_on = self.chance.day(before(self.last, ENTERED.0), before(self.last, ENTERED.1));
        let oldest = match (next, kind) {
            (Some(ReserveState::Seconded), _) => 32,
            (_, ReserveKind::ReserveCadre) => 41,
            (_, ReserveKind::LocalTalent) => 52,
        };
        let age = if source == "new_graduate" { (21, 25) } else { (22, oldest) };
        let years = u64::from(self.chance.between(age.0, age.1));
        let born = before(entered_on, years * 36_525 / 100 + u64::from(self.chance.between(1, 364)));
        let wanted = Wanted { sector: Sector::Village, place: name, born, from_elsewhere: false };
        let mut person = self.people.make(&wanted)?;
        let needs_college = source == "new_graduate" || next == Some(ReserveState::Seconded);
        if needs_college && !codes::education_level(&person.education).college_or_above {
            "31".clone_into(&mut person.education);
            person.degree = None;
        }
        let steps = self.first_step(village, villages, next).into_iter().collect();
        let young = born.year().saturating_add(28) > self.today.year();
        Ok(SampleReserve {
            person,
            village,
            kind,
            entered_on,
            route: self.chance.weighted(ROUTES).copied().unwrap_or(Route::Recommendation),
            political_status: if young { "03" } else { "13" },
            sources: vec![source],
            mentors: self.mentors(village, &town)?,
            steps,
            notes: Vec::new(),
            review: None,
        })
    }

    fn first_step(
        &mut self,
        village: usize,
        villages: &Villages<'_>,
        next: Option<ReserveState>,
    ) -> Option<SampleReserveStep> {
        let state = next?;
        let on = self.chance.day(before(self.last, STEPPED.0), before(self.last, STEPPED.1));
        let (place, post) = match state {
            ReserveState::CrossVillage => {
                (villages.beside(village, self.chance)?, self.chance.word(HELPER_POSTS))
            }
            ReserveState::Appointed => (village, self.chance.word(POSTS)),
            _ => (village, self.chance.word(HELPER_POSTS)),
        };
        Some(SampleReserveStep { on, state, village: Some(place), post: Some(post), reason: None })
    }

    /// Two leaders of the town and the secretary of the village; one of the three may be wanting.
    fn mentors(&mut self, village: usize, town: &str) -> Result<Vec<(MentorKind, PersonName)>, PersonError> {
        if !self.leaders.contains_key(town) {
            let mut leaders: Vec<PersonName> = Vec::new();
            while leaders.len() < 6 {
                let sex = if self.chance.per_myriad(3_000) { Sex::Woman } else { Sex::Man };
                let name = self.people.name(sex, 1980)?;
                if !leaders.contains(&name) {
                    leaders.push(name);
                }
            }
            self.leaders.insert(town.to_owned(), leaders);
        }
        if !self.secretaries.contains_key(&village) {
            let mut name = self.people.name(Sex::Man, 1975)?;
            while self.served.contains(&(village, name.clone())) {
                name = self.people.name(Sex::Man, 1975)?;
            }
            self.secretaries.insert(village, name);
        }
        let leaders = self.leaders.get(town).map(Vec::as_slice).unwrap_or_default();
        let first = self.chance.place(leaders.len());
        let mut mentors: Vec<(MentorKind, PersonName)> = leaders
            .iter()
            .cycle()
            .skip(first)
            .take(2)
            .map(|name| (MentorKind::TownshipLeader, name.clone()))
            .collect();
        mentors
            .extend(self.secretaries.get(&village).map(|name| (MentorKind::VillageSecretary, name.clone())));
        if self.chance.per_myriad(UNGUIDED) {
            mentors.truncate(2);
        }
        Ok(mentors)
    }

    /// What happened after the quarter: some left, some were appointed, a secondment ended.
    fn go_on(&mut self, one: &mut SampleReserve, village: usize) {
        let (first, last) = (before(self.last, 0) + Days::new(30), before(self.today, 10));
        if first >= last {
            return;
        }
        let on = self.chance.day(first, last);
        let step = |state, village, post, reason| SampleReserveStep { on, state, village, post, reason };
        let draw = self.chance.below(10_000);
        let next = if draw < LEFT_SINCE {
            step(ReserveState::Left, None, None, Some(self.chance.word(REASONS)))
        } else if draw < LEFT_SINCE + APPOINTED_SINCE {
            step(ReserveState::Appointed, Some(village), Some(self.chance.word(POSTS)), None)
        } else if !one.steps.is_empty() && draw < 5_000 {
            step(ReserveState::InPool, None, None, Some("挂职或任职期满"))
        } else {
            return;
        };
        one.steps.push(next);
    }

    /// What is on record of the last year: notes of mentors, and a review.
    fn follow_up(&mut self, one: &mut SampleReserve) {
        if !one.in_the_pool_on(self.today) {
            return;
        }
        let year = before(self.today, 365).year();
        if let Some(day) =
            NaiveDate::from_ymd_opt(year, 12, 15).filter(|day| one.entered_on < *day && *day < self.today)
        {
            let grade = self.chance.weighted(GRADES).copied().unwrap_or(Grade::Qualified);
            one.review = Some((day, grade));
        }
        for mentor in 0..one.mentors.len() {
            let longest = if self.chance.per_myriad(1_200) { 160 } else { 80 };
            let day = before(self.today, u64::from(self.chance.between(2, longest)));
            if day > one.entered_on {
                one.notes.push((mentor, day, self.chance.word(NOTES)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::across::sample::{Pack, SampleCounty, SampleReserve, generate};
    use crate::records::reserves::{ReserveKind, ReserveState};

    fn county(name: &str) -> (Pack, SampleCounty) {
        let pack = Pack::load(name).unwrap();
        let county = generate(&pack, 1, "2026-11-22".parse().unwrap()).unwrap();
        (pack, county)
    }

    fn count(county: &SampleCounty, counts: impl Fn(&SampleReserve) -> bool) -> usize {
        county.reserves.iter().filter(|one| counts(one)).count()
    }

    #[test]
    fn the_pools_of_every_county_stand_as_the_pack_says() {
        for name in ["wufeng", "liangping", "zhushan"] {
            let (pack, county) = county(name);
            let day = pack.reserves.quarter.last_day();
            let sum = |of: fn(&crate::across::sample::pack::ReserveGroup) -> u32| {
                usize::try_from(pack.reserves.groups.iter().map(of).sum::<u32>()).unwrap()
            };
            assert_eq!(count(&county, |one| one.in_the_pool_on(day)), sum(|group| group.count), "{name}");
            let seconded = count(&county, |one| one.state_on(day) == Some(ReserveState::Seconded));
            assert_eq!(seconded, sum(|group| group.seconded), "{name}");
            let away = count(&county, |one| one.state_on(day) == Some(ReserveState::CrossVillage));
            assert_eq!(away, sum(|group| group.cross_village), "{name}");
        }
    }

    #[test]
    fn every_village_of_then_has_the_least_and_chance_is_the_seeds() {
        let (pack, county) = county("wufeng");
        let day = pack.reserves.quarter.last_day();
        for (place, village) in county.organisations.iter().enumerate() {
            if matches!(village.kind, crate::records::organisations::Kind::Village) {
                let depth = count(&county, |one| {
                    one.village == place && one.kind == ReserveKind::ReserveCadre && one.in_the_pool_on(day)
                });
                assert!(depth >= 2, "{} {depth}", village.name);
            }
        }
        let again = generate(&pack, 1, "2026-11-22".parse().unwrap()).unwrap();
        assert_eq!(county.reserves, again.reserves);
        let other = generate(&pack, 2, "2026-11-22".parse().unwrap()).unwrap();
        assert_ne!(county.reserves, other.reserves);
    }
}
