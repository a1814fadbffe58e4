//! The lives of the members of a sample county, quarter by quarter from the day its records begin.

use chrono::{Days, Months, NaiveDate};

use crate::base::values::{Arrival, MembershipStatus, completed_years};

use super::chance::Chance;
use super::model::{SampleEvent, SampleEventKind, SampleMember};
use super::people::{People, PersonError, Wanted};
use super::plan::QuarterPlan;
use super::tree::Leaf;
use super::units::Sector;
use super::words;

/// A branch is never emptied below this.
const SMALLEST_BRANCH: u32 = 1;
/// Tries to find somebody whom an event suits.
const TRIES: u32 = 20_000;
/// Likelihoods are given out of a hundred.
const CERTAIN: u32 = 100;

/// The members while their lives are made.
pub struct Lives<'a> {
    leaves: &'a [Leaf],
    people: People<'a>,
    chance: Chance,
    today: NaiveDate,
    letter: u32,
    /// Every member, also those who left.
    members: Vec<SampleMember>,
    /// Place in `leaves` of each member's present branch.
    leaf_of: Vec<usize>,
    /// Members in each leaf now.
    sizes: Vec<u32>,
    /// Members in the register now.
    present: Vec<usize>,
    /// Members whose membership stands stopped, and since when.
    stopped: Vec<(usize, NaiveDate)>,
}

/// Somebody chosen for an event: his place in `present`, his place among the members, and the day.
struct Chosen {
    seat: usize,
    member: usize,
    day: NaiveDate,
}

impl<'a> Lives<'a> {
    /// The members on the day `begin`, on which the records begin.
    pub fn begin(
        leaves: &'a [Leaf],
        people: People<'a>,
        chance: Chance,
        begin: NaiveDate,
        today: NaiveDate,
    ) -> Result<Self, PersonError> {
        let mut lives = Self {
            leaves,
            people,
            chance,
            today,
            letter: 0,
            members: Vec::new(),
            leaf_of: Vec::new(),
            sizes: vec![0; leaves.len()],
            present: Vec::new(),
            stopped: Vec::new(),
        };
        for (place, leaf) in leaves.iter().enumerate() {
            for _ in 0..leaf.size {
                let born = lives.people.born_for(leaf.sector, begin);
                let joined_on = joined_before(&mut lives.chance, born, begin);
                lives.enter(place, born, joined_on, Arrival::Initial, None)?;
            }
        }
        Ok(lives)
    }

    /// Lets a quarter pass.
    pub fn live(&mut self, plan: &QuarterPlan) -> Result<(), PersonError> {
        self.reinstate(plan);
        self.open_branches(plan);
        for _ in 0..plan.transfers_in {
            self.transfer_in(plan)?;
        }
        for _ in 0..plan.admissions {
            self.admit(plan)?;
        }
        for _ in 0..plan.deaths {
            let chosen = self.choose(plan, |member, _| dying(member, plan.first));
            self.leave(chosen, MembershipStatus::Deceased, None);
        }
        for _ in 0..plan.transfers_out {
            let chosen = self.choose(plan, |member, leaf| moving_away(member, leaf, plan.first));
            self.leave(chosen, MembershipStatus::Transferred, Some(words::MOVED_AWAY));
        }
        for _ in 0..plan.removals {
            self.remove(plan);
        }
        for _ in 0..plan.stops {
            self.stop(plan);
        }
        for _ in 0..plan.restrictions {
            self.restrict(plan);
        }
        for _ in 0..plan.moves {
            self.move_within(plan);
        }
        Ok(())
    }

    /// The members, with the place in `leaves` of each one's last branch, and who makes more people.
    pub fn end(self) -> (Vec<SampleMember>, Vec<usize>, People<'a>) {
        (self.members, self.leaf_of, self.people)
    }

    fn enter(
        &mut self,
        place: usize,
        born: NaiveDate,
        joined_on: NaiveDate,
        arrival: Arrival,
        arrived_on: Option<NaiveDate>,
    ) -> Result<(), PersonError> {
        let Some(leaf) = self.leaves.get(place) else { return Ok(()) };
        let from_elsewhere = arrival == Arrival::TransferredIn;
        let wanted = Wanted { sector: leaf.sector, place: &leaf.place, born, from_elsewhere };
        let person = self.people.make(&wanted)?;
        let occupation = self.people.occupation(leaf.sector, born, self.today);
        // A probation is prolonged by half a year now and then.
        let months = if self.chance.per_myriad(150) { 18 } else { 12 };
        let full = joined_on.checked_add_months(Months::new(months));
        self.present.push(self.members.len());
        self.leaf_of.push(place);
        if let Some(size) = self.sizes.get_mut(place) {
            *size = size.saturating_add(1);
        }
        self.members.push(SampleMember {
            person,
            branch: leaf.branch,
            joined_on,
            full_member_on: full.filter(|full| *full <= self.today),
            arrival,
            arrived_on,
            occupation,
            party_post: None,
            floating: None,
            lost_contact_since: None,
            events: Vec::new(),
        });
        Ok(())
    }

    fn leaf(&self, member: usize) -> Option<&'a Leaf> {
        self.leaf_of.get(member).and_then(|place| self.leaves.get(*place))
    }

    /// Somebody present whom the event suits, and a day of the quarter after all that happened to him.
    fn choose(
        &mut self,
        plan: &QuarterPlan,
        likelihood: impl Fn(&SampleMember, &Leaf) -> u32,
    ) -> Option<Chosen> {
        for _ in 0..TRIES {
            let seat = self.chance.place(self.present.len());
            let member = *self.present.get(seat)?;
            let (Some(person), Some(leaf)) = (self.members.get(member), self.leaf(member)) else { continue };
            let place = self.leaf_of.get(member).copied().unwrap_or_default();
            let small = self.sizes.get(place).is_none_or(|size| *size <= SMALLEST_BRANCH);
            let earliest = day_after(last_day(person)).max(plan.first);
            let likely = likelihood(person, leaf);
            if small || earliest > plan.last || self.chance.below(CERTAIN) >= likely {
                continue;
            }
            let day = self.chance.day(earliest, plan.last);
            if person.full_member_on != Some(day) {
                return Some(Chosen { seat, member, day });
            }
        }
        None
    }

    fn happen(&mut self, member: usize, on: NaiveDate, kind: SampleEventKind, reason: Option<&str>) {
        if let Some(member) = self.members.get_mut(member) {
            let reason = reason.map(str::to_owned);
            member.events.push(SampleEvent { on, kind, reason });
        }
    }

    fn leave(&mut self, chosen: Option<Chosen>, status: MembershipStatus, reason: Option<&str>) {
        let Some(Chosen { seat, member, day }) = chosen else { return };
        self.happen(member, day, SampleEventKind::Status(status), reason);
        self.present.swap_remove(seat);
        let place = self.leaf_of.get(member).copied().unwrap_or_default();
        if let Some(size) = self.sizes.get_mut(place) {
            *size = size.saturating_sub(1);
        }
        // Whoever left on probation never became a full member.
        if let Some(member) = self.members.get_mut(member) {
            member.full_member_on = member.full_member_on.filter(|full| *full < day);
        }
    }

    /// A branch where somebody could be: larger ones more often.
    fn some_leaf(&mut self, on: NaiveDate) -> usize {
        for _ in 0..TRIES {
            let neighbour = self.chance.pick(&self.present).copied().unwrap_or_default();
            let place = self.leaf_of.get(neighbour).copied().unwrap_or_default();
            let Some(leaf) = self.leaves.get(place) else { continue };
            if leaf.sector != Sector::Retired && leaf.opens_on.is_none_or(|opens| opens < on) {
                return place;
            }
        }
        0
    }

    fn admit(&mut self, plan: &QuarterPlan) -> Result<(), PersonError> {
        let day = self.chance.day(plan.first, plan.last);
        let place = self.some_leaf(day);
        let born = self.people.born_for_admission(day);
        self.enter(place, born, day, Arrival::Admitted, None)
    }

    fn transfer_in(&mut self, plan: &QuarterPlan) -> Result<(), PersonError> {
        let day = self.chance.day(plan.first, plan.last);
        let place = self.some_leaf(day);
        let sector = self.leaves.get(place).map_or(Sector::Office, |leaf| leaf.sector);
        let born = self.people.born_for(sector, day);
        let joined_on = joined_before(&mut self.chance, born, day);
        self.enter(place, born, joined_on, Arrival::TransferredIn, Some(day))
    }

    fn remove(&mut self, plan: &QuarterPlan) {
        let (status, reason) =
            self.chance.weighted(words::REMOVALS).copied().unwrap_or((MembershipStatus::Removed, ""));
        let wants_probationary = status == MembershipStatus::ProbationCancelled;
        let chosen = self.choose(plan, |member, _| {
            let probationary = member.full_member_on.is_none_or(|full| full > plan.last);
            let full = member.full_member_on.is_some_and(|full| full < plan.first);
            let suits = if wants_probationary { probationary } else { full };
            if suits { CERTAIN } else { 0 }
        });
        // In a small county nobody may be on probation.
        match chosen {
            None if wants_probationary => {
                let other = self.choose(plan, |member, _| {
                    if member.full_member_on.is_some_and(|full| full < plan.first) { CERTAIN } else { 0 }
                });
                self.leave(other, MembershipStatus::Removed, Some(words::UNQUALIFIED));
            }
            chosen => self.leave(chosen, status, Some(reason)),
        }
    }

    fn stop(&mut self, plan: &QuarterPlan) {
        let chosen = self.choose(plan, |member, leaf| {
            let long_here = member.from_day() + Days::new(400) < plan.first;
            let farmer = matches!(leaf.sector, Sector::Village | Sector::Community);
            let working = member.occupation == "113" || member.occupation == "025";
            if long_here && farmer && working && member.events.is_empty() { CERTAIN } else { 0 }
        });
        let Some(found) = chosen else { return };
        let days = u64::from(self.chance.between(190, 330));
        if let Some(member) = self.members.get_mut(found.member) {
            member.lost_contact_since = found.day.checked_sub_days(Days::new(days));
        }
        self.stopped.push((found.member, found.day));
        self.leave(Some(found), MembershipStatus::Stopped, Some(words::LOST));
    }

    fn reinstate(&mut self, plan: &QuarterPlan) {
        for _ in 0..plan.reinstatements {
            let Some(found) = self.stopped.iter().position(|(_, day)| *day < plan.first) else { return };
            let (member, _) = self.stopped.remove(found);
            let day = self.chance.day(plan.first, plan.last);
            self.happen(member, day, SampleEventKind::Status(MembershipStatus::Normal), Some(words::FOUND));
            if let Some(member) = self.members.get_mut(member) {
                member.lost_contact_since = None;
            }
            self.present.push(member);
            let place = self.leaf_of.get(member).copied().unwrap_or_default();
            if let Some(size) = self.sizes.get_mut(place) {
                *size = size.saturating_add(1);
            }
        }
    }

    fn restrict(&mut self, plan: &QuarterPlan) {
        let chosen = self.choose(plan, |member, _| {
            if member.full_member_on.is_some_and(|full| full < plan.first) { CERTAIN } else { 0 }
        });
        let Some(Chosen { member, day, .. }) = chosen else { return };
        let (status, reason, months) = if self.chance.per_myriad(7_000) {
            (MembershipStatus::Watch, words::DISCIPLINED, 12)
        } else {
            (MembershipStatus::SuspendedRights, words::DETAINED, 5)
        };
        self.happen(member, day, SampleEventKind::Status(status), Some(reason));
        let until = day.checked_add_months(Months::new(months));
        if let Some(until) = until.filter(|until| *until <= self.today) {
            let normal = SampleEventKind::Status(MembershipStatus::Normal);
            self.happen(member, until, normal, Some(words::RESTORED));
        }
    }

    fn move_within(&mut self, plan: &QuarterPlan) {
        let chosen = self.choose(plan, |_, leaf| if leaf.sector == Sector::Village { 40 } else { CERTAIN });
        let Some(Chosen { member, day, .. }) = chosen else { return };
        let to = self.some_leaf(day);
        if self.leaf_of.get(member) != Some(&to) {
            self.transfer(member, to, day);
        }
    }

    fn transfer(&mut self, member: usize, to: usize, on: NaiveDate) {
        let (Some(leaf), Some(from)) = (self.leaves.get(to), self.leaf_of.get(member).copied()) else {
            return;
        };
        self.letter = self.letter.saturating_add(1);
        let letter_number = format!("组转〔{}〕{:04}号", on.format("%Y"), self.letter);
        self.happen(member, on, SampleEventKind::Transfer { to: leaf.branch, letter_number }, None);
        if let Some(size) = self.sizes.get_mut(from) {
            *size = size.saturating_sub(1);
        }
        if let Some(size) = self.sizes.get_mut(to) {
            *size = size.saturating_add(1);
        }
        if let Some(place) = self.leaf_of.get_mut(member) {
            *place = to;
        }
    }

    /// A community that is founded takes members over from the other communities of its street.
    fn open_branches(&mut self, plan: &QuarterPlan) {
        for (place, leaf) in self.leaves.iter().enumerate() {
            let Some(on) = leaf.opens_on.filter(|on| (plan.first..=plan.last).contains(on)) else { continue };
            let wanted = usize::try_from(self.chance.between(25, 48)).unwrap_or_default();
            let mut coming = Vec::new();
            for member in &self.present {
                let near = self.leaf(*member).is_some_and(|from| {
                    from.town == leaf.town && from.sector == Sector::Community && from.opens_on.is_none()
                });
                let free = self.members.get(*member).is_some_and(|member| last_day(member) < on);
                if near && free && coming.len() < wanted && self.chance.per_myriad(600) {
                    coming.push(*member);
                }
            }
            for member in coming {
                self.transfer(member, place, on);
            }
        }
    }
}

/// The last day on which anything happened to a member.
pub fn last_day(member: &SampleMember) -> NaiveDate {
    let last = member.events.iter().map(|event| event.on).max();
    last.unwrap_or(member.from_day()).max(member.from_day())
}

fn day_after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// A day of admission before `day`, and not before the eighteenth birthday.
fn joined_before(chance: &mut Chance, born: NaiveDate, day: NaiveDate) -> NaiveDate {
    const AGES: &[((u32, u32), u32)] = &[((19, 22), 20), ((23, 27), 35), ((28, 35), 30), ((36, 50), 15)];
    let years = |years: u32| born.checked_add_months(Months::new(years * 12)).unwrap_or(born);
    let (low, high) = chance.weighted(AGES).copied().unwrap_or((23, 27));
    let joined = chance.day(years(low), years(high));
    if joined < day { joined } else { chance.day(years(18), day.pred_opt().unwrap_or(day)).max(years(18)) }
}

fn dying(member: &SampleMember, on: NaiveDate) -> u32 {
    match completed_years(member.person.birth_date(), on).unwrap_or_default() {
        0..40 => 1,
        40..50 => 2,
        50..60 => 6,
        60..70 => 15,
        70..80 => 42,
        _ => CERTAIN,
    }
}

/// The verbs know one way out of the county, entering the record with it; so nobody leaves who was moved or
/// restricted before.
fn moving_away(member: &SampleMember, leaf: &Leaf, on: NaiveDate) -> u32 {
    if !member.events.is_empty() || leaf.sector == Sector::Retired {
        return 0;
    }
    match completed_years(member.person.birth_date(), on).unwrap_or_default() {
        0..35 => CERTAIN,
        35..50 => 40,
        _ => 4,
    }
}
