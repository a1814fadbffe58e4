//! Training of a sample county: its programmes, who is exempt, the classes of each town and of each field of the county,
//! and who came. As many are trained by each day of the pack as it asks for, whoever they are.

use std::collections::{BTreeMap, HashSet};

use chrono::{Days, NaiveDate};

use crate::records::training::rules::end_of_cycle;
use crate::records::training::{ClassKind, ClassState, ExemptionKind, TrainingResult};

use super::chance::Chance;
use super::model::{SampleClass, SampleExemption, SampleMember, SampleOrganisation, SampleTraining};
use super::pack::{ProgrammePack, TargetPack, TrainingPack};
use super::tree::Leaf;
use super::units::Sector;
use super::words;

/// Classes of a town or field are held on so many dates between two days of the pack.
const DATES: u32 = 6;
/// Days from today to the classes that are still to come.
const DAYS_AHEAD: u64 = 30;

/// The field of what the members of a branch do (vocabulary list `training_field`).
fn field(sector: Sector) -> &'static str {
    match sector {
        Sector::Village | Sector::Community => "village",
        Sector::Office | Sector::Retired => "county_department",
        Sector::Education => "education",
        Sector::Health => "health",
        Sector::StateEnterprise => "state_enterprise",
        Sector::Private => "new_organisations",
    }
}

/// Where the members of a branch are trained: an organisation and a field. Villages by their town, units by the county.
type Place = (usize, &'static str);

/// What the generation of one programme knows.
struct Ground<'a> {
    members: &'a [SampleMember],
    places: BTreeMap<usize, Place>,
    organisations: &'a [SampleOrganisation],
    exempt: HashSet<usize>,
    today: NaiveDate,
    chance: &'a mut Chance,
}

/// The training of a county as the pack asks for it.
pub fn train(
    pack: &TrainingPack,
    organisations: &[SampleOrganisation],
    leaves: &[Leaf],
    members: &[SampleMember],
    chance: &mut Chance,
    today: NaiveDate,
) -> SampleTraining {
    let place_of = |code: &str| organisations.iter().position(|one| one.code == code);
    let places = leaves
        .iter()
        .map(|leaf| {
            let in_town = matches!(leaf.sector, Sector::Village | Sector::Community);
            let keeper = if in_town { place_of(&leaf.town) } else { None };
            (leaf.branch, (keeper.unwrap_or_default(), field(leaf.sector)))
        })
        .collect();
    let exemptions = exempt(pack, members);
    let mut ground = Ground {
        members,
        places,
        organisations,
        exempt: exemptions.iter().map(|one| one.member).collect(),
        today,
        chance,
    };
    let mut classes = Vec::new();
    for (number, programme) in pack.programmes.iter().enumerate() {
        classes.extend(ground.rotate(number, programme));
    }
    SampleTraining { programmes: pack.programmes.clone(), exemptions, classes }
}

/// The oldest who are in the register on the day, as many as are too many for the programme members of the pack.
fn exempt(pack: &TrainingPack, members: &[SampleMember]) -> Vec<SampleExemption> {
    let Some(wanted) = &pack.programme_members else { return Vec::new() };
    let mut present: Vec<usize> = (0..)
        .zip(members)
        .filter_map(|(place, one)| one.in_register_on(wanted.on).then_some(place))
        .collect();
    let count = present.len().saturating_sub(usize::try_from(wanted.count).unwrap_or(usize::MAX));
    present.sort_by_key(|place| members.get(*place).map(|one| one.person.birth_date()));
    let from = |place: usize| members.get(place).map(SampleMember::from_day).unwrap_or(wanted.from);
    present
        .into_iter()
        .take(count)
        .map(|member| SampleExemption {
            member,
            kind: ExemptionKind::Old,
            reason: "年老体弱，不便参加集中培训",
            from_day: wanted.from.max(from(member)),
        })
        .collect()
}

impl Ground<'_> {
    fn rotate(&mut self, number: usize, programme: &ProgrammePack) -> Vec<SampleClass> {
        let mut trained = HashSet::new();
        let mut classes = Vec::new();
        let mut from = programme.from;
        for target in &programme.targets {
            if from > self.today {
                break;
            }
            let until = target.until.min(self.today);
            let trainees = self.trainees(target, from, until, &trained);
            trained.extend(trainees.iter().copied());
            classes.extend(self.classes(number, programme, from, until, trainees));
            from = until.checked_add_days(Days::new(1)).unwrap_or(until);
        }
        let missed = self.today.checked_add_days(Days::new(DAYS_AHEAD));
        let runs = |day: NaiveDate| {
            programme.from <= day
                && end_of_cycle(programme.from, programme.years).is_some_and(|end| day < end)
        };
        if let Some(day) = missed.filter(|day| runs(*day) && programme.from <= self.today) {
            classes.extend(self.coming(number, programme, day, &trained));
        }
        classes.extend(self.away(number, programme, &classes));
        classes.extend(self.lectures(number, programme));
        self.number(programme, classes)
    }

    /// Those who are to be trained by a day, so that as many of its programme members are as the pack asks for; the
    /// share of a period that is not over is that of its days.
    fn trainees(
        &mut self,
        target: &TargetPack,
        from: NaiveDate,
        until: NaiveDate,
        trained: &HashSet<usize>,
    ) -> Vec<usize> {
        let present: Vec<usize> = (0..)
            .zip(self.members)
            .filter_map(|(place, one)| {
                (one.in_register_on(until) && !self.exempt.contains(&place)).then_some(place)
            })
            .collect();
        let whole = u64::try_from(present.len()).unwrap_or_default();
        let wanted = target
            .trained
            .map_or_else(|| whole.saturating_mul(u64::from(target.percent)).div_ceil(100), u64::from);
        let done =
            u64::try_from(present.iter().filter(|place| trained.contains(place)).count()).unwrap_or_default();
        let days =
            |day: NaiveDate| u64::try_from((day - from).num_days().saturating_add(1)).unwrap_or(1).max(1);
        let rest = wanted.saturating_sub(done).saturating_mul(days(until));
        let need = rest.div_ceil(days(target.until.max(until)));
        let mut waiting: Vec<usize> = present.into_iter().filter(|place| !trained.contains(place)).collect();
        self.chance.shuffle(&mut waiting);
        waiting.truncate(usize::try_from(need).unwrap_or_default());
        waiting.sort_unstable();
        waiting
    }

    /// Puts trainees into classes of their towns and fields, on one of the dates of the period.
    fn classes(
        &mut self,
        number: usize,
        programme: &ProgrammePack,
        from: NaiveDate,
        until: NaiveDate,
        trainees: Vec<usize>,
    ) -> Vec<SampleClass> {
        let dates = dates(from, until, programme.days);
        let mut rolls: BTreeMap<(usize, Place), Vec<usize>> = BTreeMap::new();
        for member in trainees {
            let Some(one) = self.members.get(member) else { continue };
            let fits: Vec<usize> = (0..)
                .zip(&dates)
                .filter_map(|(place, (first, last))| {
                    (one.from_day() <= *first && one.in_register_on(*last)).then_some(place)
                })
                .collect();
            // Whoever came in the last days attends the last class.
            let date = self.chance.pick(&fits).copied().unwrap_or(dates.len().saturating_sub(1));
            let day = dates.get(date).map_or(until, |(first, _)| *first);
            let place = self.places.get(&one.branch_on(day)).copied().unwrap_or((0, "county_department"));
            rolls.entry((date, place)).or_default().push(member);
        }
        let size = usize::try_from(programme.places).unwrap_or(1).max(1);
        let mut classes = Vec::new();
        for ((date, place), roll) in rolls {
            let Some((first_day, last_day)) = dates.get(date).copied() else { continue };
            let is_last = date == dates.len().saturating_sub(1);
            for part in roll.chunks(size) {
                let state =
                    if is_last && last_day == self.today { ClassState::Held } else { ClassState::Closed };
                let attended = part.iter().map(|member| (*member, self.result())).collect();
                classes.push(SampleClass {
                    state,
                    attended,
                    ..self.class(number, programme, place, (first_day, last_day), part.to_vec())
                });
            }
        }
        classes
    }

    fn result(&mut self) -> TrainingResult {
        if self.chance.per_myriad(1_500) { TrainingResult::Excellent } else { TrainingResult::Passed }
    }

    fn class(
        &mut self,
        number: usize,
        programme: &ProgrammePack,
        (keeper, field): Place,
        (first_day, last_day): (NaiveDate, NaiveDate),
        roll: Vec<usize>,
    ) -> SampleClass {
        let host = self.organisations.get(keeper).map(|one| one.name.as_str()).unwrap_or_default();
        let theme = self.chance.word(words::TRAINING_THEMES);
        let days = u32::try_from((last_day - first_day).num_days()).unwrap_or_default().saturating_add(1);
        SampleClass {
            programme: number,
            code: String::new(),
            name: format!("{host}{theme}"),
            kind: ClassKind::Class,
            field,
            keeper,
            first_day,
            last_day,
            // One day of a longer class takes its share of the hours.
            hours: programme
                .hours
                .saturating_mul(days)
                .checked_div(programme.days.max(1))
                .unwrap_or_default()
                .max(1),
            places: programme.places,
            is_away: false,
            state: ClassState::Closed,
            teacher: self.chance.word(words::TRAINING_TEACHERS),
            roll,
            attended: Vec::new(),
        }
    }

    /// Classes of the next weeks: one that some have enrolled in, one that is planned, in every town.
    fn coming(
        &mut self,
        number: usize,
        programme: &ProgrammePack,
        day: NaiveDate,
        trained: &HashSet<usize>,
    ) -> Vec<SampleClass> {
        let mut waiting: BTreeMap<Place, Vec<usize>> = BTreeMap::new();
        for (member, one) in (0..).zip(self.members) {
            let place = self.places.get(&one.branch_on(self.today)).filter(|(keeper, _)| *keeper > 0);
            let wants = one.in_register_on(self.today)
                && !trained.contains(&member)
                && !self.exempt.contains(&member);
            if let Some(place) = place.filter(|_| wants) {
                waiting.entry(*place).or_default().push(member);
            }
        }
        let mut classes = Vec::new();
        for (place, mut members) in waiting {
            members.truncate(20);
            let days = |later: u64| {
                let first = day.checked_add_days(Days::new(later)).unwrap_or(day);
                let length = u64::from(programme.days.saturating_sub(1));
                (first, first.checked_add_days(Days::new(length)).unwrap_or(first))
            };
            let open = self.class(number, programme, place, days(0), members);
            classes.push(SampleClass { state: ClassState::Open, ..open });
            let planned = self.class(number, programme, place, days(14), Vec::new());
            classes.push(SampleClass { state: ClassState::Planned, ..planned });
        }
        let end = end_of_cycle(programme.from, programme.years).unwrap_or(day);
        classes.retain(|class| class.last_day < end);
        classes
    }

    /// Classes outside the county, for some who are free in those days.
    fn away(&mut self, number: usize, programme: &ProgrammePack, held: &[SampleClass]) -> Vec<SampleClass> {
        let Some(away) = &programme.away else { return Vec::new() };
        let last_day = away.first.checked_add_days(Days::new(4)).unwrap_or(away.first);
        let busy: HashSet<usize> = held
            .iter()
            .filter(|class| class.first_day <= last_day && away.first <= class.last_day)
            .flat_map(|class| class.roll.iter().copied())
            .collect();
        let mut free: Vec<usize> = (0..)
            .zip(self.members)
            .filter_map(|(place, one)| {
                let present = one.from_day() <= away.first && one.in_register_on(last_day);
                (present && !busy.contains(&place) && !self.exempt.contains(&place)).then_some(place)
            })
            .collect();
        self.chance.shuffle(&mut free);
        free.truncate(usize::try_from(away.person_times).unwrap_or_default());
        let size = usize::try_from(programme.places).unwrap_or(1).max(1);
        let parts: Vec<Vec<usize>> = free.chunks(size).map(<[usize]>::to_vec).collect();
        let mut classes = Vec::new();
        for part in parts {
            let attended = part.iter().map(|member| (*member, self.result())).collect();
            let class = self.class(number, programme, (0, "county_department"), (away.first, last_day), part);
            classes.push(SampleClass {
                is_away: true,
                attended,
                hours: 40,
                name: "外出培训班".to_owned(),
                ..class
            });
        }
        classes
    }

    /// Lectures of one organisation, evenly over the days of the pack.
    fn lectures(&mut self, number: usize, programme: &ProgrammePack) -> Vec<SampleClass> {
        let Some(lectures) = &programme.lectures else { return Vec::new() };
        let keeper =
            self.organisations.iter().position(|one| one.code == lectures.within).unwrap_or_default();
        let length = u64::try_from((lectures.until - lectures.from).num_days()).unwrap_or_default();
        let mut classes = Vec::new();
        for place in 0..lectures.count {
            let later = length.saturating_mul(u64::from(place)).checked_div(u64::from(lectures.count.max(1)));
            let day =
                lectures.from.checked_add_days(Days::new(later.unwrap_or_default())).unwrap_or(lectures.from);
            let class = self.class(number, programme, (keeper, "village"), (day, day), Vec::new());
            classes.push(SampleClass {
                kind: ClassKind::Lecture,
                name: lectures.name.clone(),
                hours: 2,
                ..class
            });
        }
        classes
    }

    /// Numbers the classes by their days: year and a count within it.
    fn number(&self, programme: &ProgrammePack, mut classes: Vec<SampleClass>) -> Vec<SampleClass> {
        classes.sort_by(|a, b| (a.first_day, a.keeper, a.field).cmp(&(b.first_day, b.keeper, b.field)));
        for (place, class) in (1u32..).zip(&mut classes) {
            class.code = format!("{}-{place:04}", programme.code);
        }
        classes
    }
}

/// The dates of a period on which classes are held: as many days each as the programme says, the last one ending with
/// the period. A period that is too short has its last day.
fn dates(from: NaiveDate, until: NaiveDate, days: u32) -> Vec<(NaiveDate, NaiveDate)> {
    let length = u32::try_from((until - from).num_days()).unwrap_or_default();
    let step = length.checked_div(DATES).unwrap_or_default();
    let mut dates = Vec::new();
    if step > days {
        for number in 0..DATES {
            let later =
                u64::from(number.saturating_mul(step)).saturating_add(u64::from(step.saturating_sub(days)));
            let first = from.checked_add_days(Days::new(later)).unwrap_or(from);
            let last = first.checked_add_days(Days::new(u64::from(days.saturating_sub(1)))).unwrap_or(first);
            dates.push((first, last));
        }
    }
    dates.retain(|(_, last)| *last < until);
    dates.push((until, until));
    dates
}
