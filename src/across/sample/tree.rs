//! The organisations of a sample county: its real divisions, and the Party organisations below them.

use std::collections::HashMap;

use chrono::NaiveDate;

use crate::base::codes::divisions;
use crate::records::organisations::Kind;

use super::chance::{Chance, shares};
use super::model::SampleOrganisation;
use super::pack::CountyPack;
use super::units::{COUNTY_UNITS, SECTORS, Sector, TOWN_UNITS};

/// Members above which one branch is too large and a general branch with several takes its place (rules for
/// branches, article 4).
const LARGEST_BRANCH: u32 = 50;
/// Members from which a Party committee takes the place of the general branch.
const SMALLEST_COMMITTEE: u32 = 150;

/// A branch that members belong to, and what their lives depend on.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Its place among the organisations.
    pub branch: usize,
    /// Members when the records begin.
    pub size: u32,
    /// What its members do.
    pub sector: Sector,
    /// Where its members live: the town, and in villages the village.
    pub place: String,
    /// Code of the town or street (of the county for its departments).
    pub town: String,
    /// First day, where it was founded after the records began.
    pub opens_on: Option<NaiveDate>,
}

/// A village or a unit with its members, not yet divided into branches.
struct Body {
    name: String,
    division: String,
    parent: String,
    town: String,
    place: String,
    sector: Sector,
    size: u32,
    opens_on: Option<NaiveDate>,
}

/// The tree while it grows.
pub struct Tree {
    /// Every organisation, parents before children.
    pub organisations: Vec<SampleOrganisation>,
    /// Every branch with members.
    pub leaves: Vec<Leaf>,
    branch_size: u32,
    numbers: HashMap<(String, &'static str), u32>,
}

impl Tree {
    /// Plants the tree of a county.
    pub fn plant(pack: &CountyPack, chance: &mut Chance) -> Self {
        let mut tree = Self {
            organisations: Vec::new(),
            leaves: Vec::new(),
            branch_size: pack.branch_size.max(1),
            numbers: HashMap::new(),
        };
        let later: HashMap<&str, NaiveDate> =
            pack.founded_later.iter().map(|later| (later.code.as_str(), later.on)).collect();
        tree.divisions(pack, &later);
        let committees = tree.committees(pack);
        let in_villages = pack.history.members.saturating_mul(pack.village_share) / 100;
        let in_units = pack.history.members.saturating_sub(in_villages);
        let bodies: Vec<Body> = villages(pack, &later, in_villages, chance)
            .into_iter()
            .chain(units(pack, &committees, in_units, chance))
            .collect();
        for body in bodies {
            tree.divide(&body);
        }
        tree
    }

    fn divisions(&mut self, pack: &CountyPack, later: &HashMap<&str, NaiveDate>) {
        for division in divisions::of_county(&pack.code) {
            let kind = Kind::from_code(division.kind).unwrap_or(Kind::Village);
            let is_county = kind == Kind::County;
            self.organisations.push(SampleOrganisation {
                code: division.code.clone(),
                name: division.short_name.clone(),
                kind,
                parent_code: if is_county { String::new() } else { division.parent_code.clone() },
                founded_on: later.get(division.code.as_str()).copied(),
            });
        }
    }

    /// The committees of the county, of its sectors and of the towns: division or sector → code.
    fn committees(&mut self, pack: &CountyPack) -> HashMap<String, String> {
        let mut codes = HashMap::new();
        let county = self.add(&pack.code, &pack.code, Kind::PartyCommittee, format!("{}委", pack.name), None);
        for (sector, name) in SECTORS {
            let name = name.replace('县', county_word(&pack.name));
            let code = self.add(&pack.code, &county, Kind::PartyCommittee, name, None);
            codes.insert(format!("{sector:?}"), code);
        }
        let towns: Vec<(String, String, Kind)> = self
            .organisations
            .iter()
            .filter(|organisation| matches!(organisation.kind, Kind::Street | Kind::Town | Kind::Township))
            .map(|organisation| (organisation.code.clone(), organisation.name.clone(), organisation.kind))
            .collect();
        for (town, name, kind) in towns {
            let name =
                if kind == Kind::Street { format!("{name}党工委") } else { format!("{name}党委") };
            let code = self.add(&town, &town, Kind::PartyCommittee, name, None);
            codes.insert(town, code);
        }
        codes
    }

    /// Adds an organisation and answers its code: the division's, and a letter pair with a number.
    fn add(
        &mut self,
        division: &str,
        parent: &str,
        kind: Kind,
        name: String,
        founded_on: Option<NaiveDate>,
    ) -> String {
        let letters = match kind {
            Kind::PartyCommittee => "DW",
            Kind::GeneralBranch => "ZZ",
            _ => "ZB",
        };
        let number = self.numbers.entry((division.to_owned(), letters)).or_default();
        *number = number.saturating_add(1);
        let code = format!("{division}-{letters}{number:02}");
        self.organisations.push(SampleOrganisation {
            code: code.clone(),
            name,
            kind,
            parent_code: parent.to_owned(),
            founded_on,
        });
        code
    }

    /// Gives a body its branch, or its general branch or committee with several.
    fn divide(&mut self, body: &Body) {
        if body.size <= LARGEST_BRANCH {
            self.leaf(body, &body.parent, format!("{}党支部", body.name), body.size);
            return;
        }
        let committee = body.size >= SMALLEST_COMMITTEE;
        let (kind, word) =
            if committee { (Kind::PartyCommittee, "党委") } else { (Kind::GeneralBranch, "党总支") };
        let name = format!("{}{word}", body.name);
        let above = self.add(&body.division, &body.parent, kind, name, body.opens_on);
        let count = body.size.div_ceil(self.branch_size).max(2);
        let weights = vec![1; usize::try_from(count).unwrap_or(2)];
        for (number, size) in (1u32..).zip(shares(body.size, &weights)) {
            self.leaf(body, &above, format!("{}第{}党支部", body.name, numeral(number)), size);
        }
    }

    fn leaf(&mut self, body: &Body, parent: &str, name: String, size: u32) {
        self.add(&body.division, parent, Kind::Branch, name, body.opens_on);
        self.leaves.push(Leaf {
            branch: self.organisations.len().saturating_sub(1),
            // A branch founded later has nobody when the records begin.
            size: if body.opens_on.is_some() { 0 } else { size },
            sector: body.sector,
            place: body.place.clone(),
            town: body.town.clone(),
            opens_on: body.opens_on,
        });
    }
}

/// Villages and communities with their shares of the members; those founded later have none yet, and one
/// branch.
fn villages(
    pack: &CountyPack,
    later: &HashMap<&str, NaiveDate>,
    members: u32,
    chance: &mut Chance,
) -> Vec<Body> {
    let all: Vec<_> = divisions::of_county(&pack.code).filter(|division| division.code.len() == 12).collect();
    let weights: Vec<u32> = all
        .iter()
        .map(|division| {
            let weight =
                if division.kind == "community" { chance.between(60, 220) } else { chance.between(45, 140) };
            if later.contains_key(division.code.as_str()) { 0 } else { weight }
        })
        .collect();
    all.iter()
        .zip(shares(members, &weights))
        .map(|(division, size)| {
            let town = divisions::find(&division.parent_code).map_or("", |town| &town.short_name);
            Body {
                name: division.short_name.clone(),
                division: division.code.clone(),
                parent: division.code.clone(),
                town: division.parent_code.clone(),
                place: format!("{town}{}", division.short_name),
                sector: if division.kind == "community" { Sector::Community } else { Sector::Village },
                size,
                opens_on: later.get(division.code.as_str()).copied(),
            }
        })
        .collect()
}

/// Offices, schools and clinics of the towns (two fifths of the members outside villages), departments,
/// schools, hospitals and firms of the county (the rest).
fn units(
    pack: &CountyPack,
    committees: &HashMap<String, String>,
    members: u32,
    chance: &mut Chance,
) -> Vec<Body> {
    let towns: Vec<_> =
        divisions::of_county(&pack.code).filter(|division| division.code.len() == 9).collect();
    let mut bodies = Vec::new();
    let mut weights = Vec::new();
    let committee = |key: &str| committees.get(key).cloned().unwrap_or_default();
    let town_weights: u32 = 40;
    for town in &towns {
        for (unit, sector, weight) in TOWN_UNITS {
            weights.push(weight.saturating_mul(chance.between(60, 140)));
            bodies.push(Body {
                name: format!("{}{unit}", town.short_name),
                division: town.code.clone(),
                parent: committee(&town.code),
                town: town.code.clone(),
                place: town.short_name.clone(),
                sector: *sector,
                size: 0,
                opens_on: None,
            });
        }
    }
    let seat = towns.first().map_or("", |town| town.short_name.as_str());
    let word = county_word(&pack.name);
    let mut county_weights = Vec::new();
    for (unit, sector, weight) in COUNTY_UNITS {
        let firm = matches!(sector, Sector::StateEnterprise | Sector::Private);
        let times = if firm { pack.industry } else { 100 };
        county_weights.push(weight.saturating_mul(times).saturating_mul(chance.between(60, 140)));
        bodies.push(Body {
            name: unit.replace('县', word),
            division: pack.code.clone(),
            parent: committee(&format!("{sector:?}")),
            town: pack.code.clone(),
            place: seat.to_owned(),
            sector: *sector,
            size: 0,
            opens_on: None,
        });
    }
    let in_towns = members.saturating_mul(town_weights) / 100;
    let sizes = shares(in_towns, &weights)
        .into_iter()
        .chain(shares(members.saturating_sub(in_towns), &county_weights));
    for (body, size) in bodies.iter_mut().zip(sizes) {
        body.size = size;
    }
    bodies.retain(|body| body.size > 0);
    bodies
}

/// What people call the county in names: 县委, but 区委 where it is a district.
fn county_word(name: &str) -> &'static str {
    if name.ends_with('区') { "区" } else { "县" }
}

/// 一 to 九十九 for the numbers of branches.
fn numeral(number: u32) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |digit: u32| {
        usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).copied().unwrap_or_default()
    };
    match number / 10 {
        0 => digit(number).to_owned(),
        1 => format!("十{}", digit(number % 10)),
        tens => format!("{}十{}", digit(tens), digit(number % 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_chinese() {
        let words: Vec<String> = [1, 9, 10, 11, 20, 34].into_iter().map(numeral).collect();
        assert_eq!(words, ["一", "九", "十", "十一", "二十", "三十四"]);
    }
}
