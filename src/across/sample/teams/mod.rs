//! The committees of a sample county: terms one after the other, who sits in which post, and the votes.
//!
//! The pack says how many sit, how many of them in both committees, how old and how well taught they are. Whom it is
//! said of is drawn from the members of the village, and a few residents who are no members. Nothing here knows a figure
//! of the report: those are counted from the seats like anybody's.

mod choose;
mod describe;

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::records::committees::{CommitteeKind, Post};
use crate::records::organisations::Kind;

use super::chance::{Chance, shares};
use super::model::{
    SampleElection, SampleMember, SampleOrganisation, SamplePerson, SampleSeat, SampleSitter, SampleTerm,
};
use super::pack::TermPack;
use super::people::{People, PersonError};
use super::tree::Leaf;
use super::units::Sector;

/// A village with those of its members who may be chosen.
struct Village {
    /// Its place among the organisations.
    place: usize,
    /// First day, where that lies in the time of the records.
    founded_on: Option<NaiveDate>,
    /// Whether it is a village of farmers or a community.
    sector: Sector,
    /// Where its residents live.
    address: String,
    /// Places in the county's list of those who are its members when the term begins.
    members: Vec<usize>,
}

/// Who leads one village in one term.
#[derive(Clone, Default)]
struct Team {
    /// The Party organisation: the secretary first.
    party: Vec<SampleSitter>,
    /// How many of these, from the first on, also sit in the committee of the village.
    cross: usize,
    /// Those who sit in the committee of the village alone.
    residents: Vec<SampleSitter>,
    /// Whether every valid ballot was for the secretary.
    unanimous: bool,
}

impl Team {
    fn everybody(&self) -> impl Iterator<Item = SampleSitter> {
        self.party.iter().chain(&self.residents).copied()
    }
}

/// The committees of a county while they are made.
pub struct Teams<'a> {
    villages: Vec<Village>,
    /// Number of the village that a branch lies in, by the place of the branch.
    number_of: HashMap<usize, usize>,
    people: People<'a>,
    chance: Chance,
    /// Residents who are no members.
    residents: Vec<SamplePerson>,
    terms: Vec<SampleTerm>,
    /// Education of each sitter's last seat.
    taught: HashMap<SampleSitter, String>,
}

/// Residents who are no members, and the terms, earlier first.
pub struct Settled {
    /// Residents.
    pub residents: Vec<SamplePerson>,
    /// Terms.
    pub terms: Vec<SampleTerm>,
}

impl<'a> Teams<'a> {
    /// The villages of a county, before anybody is chosen.
    pub fn of(
        organisations: &[SampleOrganisation],
        leaves: &[Leaf],
        people: People<'a>,
        chance: Chance,
    ) -> Self {
        let by_code: HashMap<&str, usize> =
            organisations.iter().enumerate().map(|(place, one)| (one.code.as_str(), place)).collect();
        let mut villages = Vec::new();
        let mut number_of: HashMap<usize, usize> = HashMap::new();
        for leaf in leaves {
            let Some(place) = village_of(organisations, &by_code, leaf.branch) else { continue };
            let Some(village) = organisations.get(place) else { continue };
            let number = *number_of.entry(place).or_insert_with(|| {
                villages.push(Village {
                    place,
                    founded_on: village.founded_on,
                    sector: leaf.sector,
                    address: leaf.place.clone(),
                    members: Vec::new(),
                });
                villages.len().saturating_sub(1)
            });
            number_of.insert(leaf.branch, number);
        }
        Self {
            villages,
            number_of,
            people,
            chance,
            residents: Vec::new(),
            terms: Vec::new(),
            taught: HashMap::new(),
        }
    }

    /// Notes who is a member of which village on a day.
    fn gather(&mut self, members: &[SampleMember], day: NaiveDate) {
        for village in &mut self.villages {
            village.members.clear();
        }
        for (place, member) in members.iter().enumerate() {
            if !member.in_register_on(day) {
                continue;
            }
            let number = self.number_of.get(&member.branch_on(day));
            if let Some(village) = number.and_then(|number| self.villages.get_mut(*number)) {
                village.members.push(place);
            }
        }
    }

    /// Chooses the teams of every term, earlier terms first, and says what is known of them. Whoever sits has learned at
    /// least what his last seat says.
    pub fn settle(
        mut self,
        packs: &[TermPack],
        members: &mut [SampleMember],
    ) -> Result<Settled, PersonError> {
        let mut before: HashMap<usize, Team> = HashMap::new();
        for (number, pack) in packs.iter().enumerate() {
            let until = packs.get(number.saturating_add(1)).map(|next| next.from);
            self.gather(members, pack.from);
            let round = self.round(pack, until, members);
            let mut teams = self.choose(&round, members, &before)?;
            self.fit_ages(&round, members, &mut teams);
            self.describe(pack, until, members, &teams);
            before = teams.into_iter().collect();
        }
        Ok(Settled { residents: self.residents, terms: self.terms })
    }

    /// Numbers of the villages that exist on a day.
    fn existing(&self, day: NaiveDate) -> Vec<usize> {
        let exists = |village: &Village| village.founded_on.is_none_or(|founded| founded <= day);
        self.villages
            .iter()
            .enumerate()
            .filter(|(_, village)| exists(village))
            .map(|(number, _)| number)
            .collect()
    }

    /// The villages of a term in an order of chance.
    fn shuffled(&mut self, mut list: Vec<usize>) -> Vec<usize> {
        for place in (1..list.len()).rev() {
            let other = self.chance.place(place.saturating_add(1));
            list.swap(place, other);
        }
        list
    }
}

/// The village or community that a branch lies in.
fn village_of(
    organisations: &[SampleOrganisation],
    by_code: &HashMap<&str, usize>,
    branch: usize,
) -> Option<usize> {
    let mut place = branch;
    loop {
        let one = organisations.get(place)?;
        if matches!(one.kind, Kind::Village | Kind::Community) {
            return Some(place);
        }
        place = *by_code.get(one.parent_code.as_str())?;
    }
}
