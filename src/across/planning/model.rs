//! What a plan is made from: people, classes, sites, distances, floors. All keys come from outside; order never matters.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::base::ids::{MembershipId, OrganisationId};

/// A class as the planner knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClassKey(pub Uuid);

/// A training site as the planner knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteKey(pub Uuid);

/// How soon somebody is to be trained: 0 was never trained and goes first, higher numbers follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Urgency(pub u8);

/// Days from the first to the last, both counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    /// The first day.
    pub first: NaiveDate,
    /// The last day, not before the first.
    pub last: NaiveDate,
}

impl Days {
    /// Whether both have a day in common.
    #[must_use]
    pub fn meet(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Somebody who is to be trained and sits in no class of the programme yet.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Who.
    pub id: MembershipId,
    /// The organisation that distances are counted from.
    pub home: OrganisationId,
    /// Codes of the fields whose classes are for him.
    pub fields: Vec<String>,
    /// How soon.
    pub urgency: Urgency,
    /// When he sits in other classes.
    pub busy: Vec<Days>,
}

/// An organisation that people come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Home {
    /// Its path in the tree, closed with a slash.
    pub path: String,
    /// The town that is named where its people cannot be placed.
    pub town: OrganisationId,
}

/// A class that takes place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Class {
    /// Which.
    pub id: ClassKey,
    /// Where.
    pub site: SiteKey,
    /// When; a member counts as trained on its last day.
    pub days: Days,
    /// Code of the field it is held for.
    pub field: String,
    /// Path of the organisation whose people it is held for; empty: everybody.
    pub audience: String,
    /// Seats that nobody has.
    pub seats: u32,
    /// Seats that somebody has already.
    pub taken: u32,
}

/// A place where classes are held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Site {
    /// Which.
    pub id: SiteKey,
    /// People it takes on any one day over all its classes; none where nobody set it.
    pub capacity: Option<u32>,
}

/// How far it is, in whatever unit the county counts: steps in the tree, kilometres, minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Roads {
    /// The farthest that somebody may be sent.
    pub limit: u32,
    /// From a home to a site; a pair that is missing has no road.
    pub lengths: BTreeMap<(OrganisationId, SiteKey), u32>,
}

/// So many people are to be trained by the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Floor {
    /// The last day on which somebody counts.
    pub due: NaiveDate,
    /// People, those trained before the plan included.
    pub needed: u32,
}

/// Everything that a plan depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    /// Classes that begin on this day or before are not planned any more.
    pub today: NaiveDate,
    /// Who is to be placed.
    pub people: Vec<Person>,
    /// Where they come from.
    pub homes: BTreeMap<OrganisationId, Home>,
    /// Into what.
    pub classes: Vec<Class>,
    /// Where.
    pub sites: Vec<Site>,
    /// How far.
    pub roads: Roads,
    /// What is to be reached when.
    pub floors: Vec<Floor>,
    /// Last days of training of those who count without this plan: trained, or enrolled in a class to come.
    pub counted: BTreeMap<NaiveDate, u32>,
}

/// Why no plan can be made from a problem; the sentence says the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "each field is what the sentence names")]
pub enum Fault {
    /// A person, class or site stands there twice.
    #[error("{what}“{id}”在排班数据中重复出现，请先去除重复。")]
    Twice { what: &'static str, id: Uuid },
    /// A class at a site that nobody described.
    #[error("班次“{}”的培训地点没有登记，请先登记地点。", class.0)]
    UnknownSite { class: ClassKey },
    /// Somebody from an organisation that nobody described.
    #[error("人员“{}”所在的党组织没有登记，请先登记。", person.0)]
    UnknownHome { person: MembershipId },
    /// A class that ends before it begins.
    #[error("班次“{}”的结束日期早于开始日期，请先更正。", class.0)]
    Backwards { class: ClassKey },
    /// Classes at one site overlap in a chain, each with the next, and want more room than there is.
    #[error(
        "培训地点“{}”有{classes}个班次的日期首尾交错，合计名额超过该地点同时可容纳的{capacity}人，无法确定各班应减多少：请错开日期，或调低名额。",
        site.0
    )]
    Overbooked { site: SiteKey, classes: usize, capacity: u32 },
    /// More than the arithmetic holds.
    #[error("排班规模过大（人数、班次或距离超出可计算范围），请按乡镇或领域分开排班。")]
    TooLarge,
}

/// How many steps it is in the tree from one organisation to another: up to what both stand in, and down again.
#[must_use]
pub fn steps(from: &str, to: &str) -> u32 {
    let parts = |path: &str| path.split_terminator('/').count();
    let shared = from.split_terminator('/').zip(to.split_terminator('/')).take_while(|(a, b)| a == b).count();
    let apart = (parts(from) + parts(to)).saturating_sub(2 * shared);
    u32::try_from(apart).unwrap_or(u32::MAX)
}

/// The first key that stands twice.
fn twice(keys: impl Iterator<Item = Uuid>) -> Option<Uuid> {
    let mut seen = std::collections::BTreeSet::new();
    let mut keys = keys;
    keys.find(|key| !seen.insert(*key))
}

impl Problem {
    /// Whether the data hold together.
    ///
    /// # Errors
    /// The first fault found.
    pub fn check(&self) -> Result<(), Fault> {
        for (what, id) in [
            ("人员", twice(self.people.iter().map(|person| person.id.0))),
            ("班次", twice(self.classes.iter().map(|class| class.id.0))),
            ("培训地点", twice(self.sites.iter().map(|site| site.id.0))),
        ] {
            if let Some(id) = id {
                return Err(Fault::Twice { what, id });
            }
        }
        for class in &self.classes {
            if !self.sites.iter().any(|site| site.id == class.site) {
                return Err(Fault::UnknownSite { class: class.id });
            }
            if class.days.last < class.days.first {
                return Err(Fault::Backwards { class: class.id });
            }
        }
        if let Some(person) = self.people.iter().find(|person| !self.homes.contains_key(&person.home)) {
            return Err(Fault::UnknownHome { person: person.id });
        }
        Ok(())
    }

    /// The classes that can still be planned, earliest last day first; their place in this list is their number.
    #[must_use]
    pub fn open_classes(&self) -> Vec<&Class> {
        let mut classes: Vec<&Class> =
            self.classes.iter().filter(|class| class.days.first > self.today).collect();
        classes.sort_by_key(|class| (class.days.last, class.days.first, class.id));
        classes
    }
}

impl Class {
    /// Whether it is held for one of these fields and for people of this home.
    #[must_use]
    pub fn takes(&self, fields: &[String], home: &Home) -> bool {
        fields.contains(&self.field) && home.path.starts_with(&self.audience)
    }

    /// Whether it shares a day with any of these.
    #[must_use]
    pub fn clashes(&self, busy: &[Days]) -> bool {
        busy.iter().any(|days| days.meet(self.days))
    }
}
