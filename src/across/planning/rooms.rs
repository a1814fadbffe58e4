//! Which classes share the room of their site: sets of classes that overlap and want more seats than there is room.

use std::collections::{BTreeMap, BTreeSet};

use crate::across::planning::model::{Class, Fault, Problem, Site};

/// Classes that overlap at one site, and the people whom they can take together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Room {
    /// Numbers of the classes.
    pub classes: BTreeSet<usize>,
    /// People beside those enrolled already.
    pub places: u32,
}

/// The rooms that bind, smaller ones first; any two are apart or one holds the other.
///
/// # Errors
/// `Overbooked` where two sets of classes overlap in part: no network can hold both limits.
pub fn rooms(problem: &Problem, open: &[&Class]) -> Result<Vec<Room>, Fault> {
    let mut all = Vec::new();
    for site in &problem.sites {
        if let Some(capacity) = site.capacity {
            all.extend(rooms_of(problem, open, site, capacity)?);
        }
    }
    all.sort_by(|a, b| (a.classes.len(), &a.classes).cmp(&(b.classes.len(), &b.classes)));
    Ok(all)
}

fn rooms_of(problem: &Problem, open: &[&Class], site: &Site, capacity: u32) -> Result<Vec<Room>, Fault> {
    let here: Vec<&Class> = problem.classes.iter().filter(|class| class.site == site.id).collect();
    let mut sets: BTreeMap<BTreeSet<usize>, u32> = BTreeMap::new();
    // The most people are there on the first day of some class.
    for day in here.iter().map(|class| class.days.first) {
        let meets = |class: &Class| class.days.first <= day && day <= class.days.last;
        let taken: u32 =
            here.iter().filter(|class| meets(class)).map(|class| class.taken).fold(0, u32::saturating_add);
        let sharing = || {
            let wanting = |class: &Class| class.seats > 0 && class.site == site.id && meets(class);
            open.iter().enumerate().filter(move |(_, class)| wanting(class))
        };
        let places = capacity.saturating_sub(taken);
        let wanted: u32 = sharing().map(|(_, class)| class.seats).fold(0, u32::saturating_add);
        if wanted > places {
            let least = sets.entry(sharing().map(|(number, _)| number).collect()).or_insert(places);
            *least = places.min(*least);
        }
    }
    let implied = |set: &BTreeSet<usize>, places: u32| {
        sets.iter().any(|(other, room)| other != set && other.is_superset(set) && *room <= places)
    };
    let kept: Vec<Room> = sets
        .iter()
        .filter(|(set, places)| !implied(set, **places))
        .map(|(set, places)| Room { classes: set.clone(), places: *places })
        .collect();
    let crossing = kept.iter().enumerate().find_map(|(at, one)| {
        kept.iter().skip(at + 1).find(|other| cross(&one.classes, &other.classes)).map(|other| {
            let classes = one.classes.union(&other.classes).count();
            Fault::Overbooked { site: site.id, classes, capacity }
        })
    });
    crossing.map_or(Ok(kept), Err)
}

/// Whether two sets overlap in part.
fn cross(one: &BTreeSet<usize>, other: &BTreeSet<usize>) -> bool {
    !one.is_disjoint(other) && !one.is_subset(other) && !other.is_subset(one)
}
