//! Who cannot be placed, and which limit binds.

use std::collections::{BTreeMap, BTreeSet};

use crate::across::planning::flow::Residual;
use crate::across::planning::model::{Class, ClassKey, Home, Person, Problem, Urgency};
use crate::across::planning::network::Network;
use crate::across::planning::plan::Place;
use crate::base::ids::OrganisationId;

/// People of one town, field and urgency whom no class takes for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The town.
    pub town: OrganisationId,
    /// Codes of their fields.
    pub fields: Vec<String>,
    /// Their urgency.
    pub urgency: Urgency,
    /// How many.
    pub people: u32,
    /// The limit that binds.
    pub reason: Reason,
}

/// The limit that binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// No class to come is held for their fields and their organisation.
    NoClass,
    /// There are such classes, but nobody said how far their sites are.
    NoRoad,
    /// All such classes are too far.
    TooFar {
        /// The way to the nearest.
        nearest: u32,
        /// The nearest.
        class: ClassKey,
    },
    /// They sit elsewhere on the days of every class within reach.
    Busy,
    /// Every class within reach is full, and so are those that people in them could change to.
    Full {
        /// Classes that they compete for.
        classes: u32,
        /// Places in these.
        places: u32,
        /// People who compete for them, they included.
        rivals: u32,
        /// Whether a site's room binds before the seats of its classes do.
        is_room: bool,
        /// The nearest class beyond the limit that would take them and has seats, with the way and the seats.
        beyond: Option<(ClassKey, u32, u32)>,
    },
}

/// What kind of limit, before its figures are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    NoClass,
    NoRoad,
    TooFar,
    Busy,
    Full,
}

/// People who share town, fields, urgency and kind of limit.
#[derive(Debug, Default)]
struct Bucket<'a> {
    people: Vec<&'a Person>,
    groups: BTreeSet<usize>,
}

type Key<'a> = (OrganisationId, &'a [String], u8, Kind);

/// Everybody who has no place, by town, fields, urgency and reason.
#[must_use]
pub fn unmet(
    problem: &Problem,
    network: &Network<'_>,
    residual: &Residual<'_>,
    places: &[Place],
) -> Vec<Unmet> {
    let placed: BTreeSet<_> = places.iter().map(|place| place.person).collect();
    let mut buckets: BTreeMap<Key<'_>, Bucket<'_>> = BTreeMap::new();
    let mut kinds: BTreeMap<_, Kind> = BTreeMap::new();
    for (number, group) in network.groups.iter().enumerate() {
        for person in group.people.iter().filter(|person| !placed.contains(&person.id)) {
            let Some(home) = problem.homes.get(&person.home) else { continue };
            let like = (person.home, &person.fields, &person.busy, group.ways.is_empty());
            let kind = *kinds.entry(like).or_insert_with(|| {
                if group.ways.is_empty() { kind(problem, network, person, home) } else { Kind::Full }
            });
            let key = (home.town, person.fields.as_slice(), group.urgency, kind);
            let bucket = buckets.entry(key).or_default();
            bucket.people.push(person);
            bucket.groups.insert(number);
        }
    }
    let free = free_seats(network, places);
    buckets
        .into_iter()
        .map(|((town, fields, urgency, kind), bucket)| Unmet {
            town,
            fields: fields.to_vec(),
            urgency: Urgency(urgency),
            people: u32::try_from(bucket.people.len()).unwrap_or(u32::MAX),
            reason: match kind {
                Kind::NoClass => Reason::NoClass,
                Kind::NoRoad => Reason::NoRoad,
                Kind::Busy => Reason::Busy,
                Kind::TooFar => nearest(problem, network, &bucket, |_| true)
                    .map_or(Reason::NoRoad, |(class, nearest)| Reason::TooFar { nearest, class }),
                Kind::Full => full(problem, network, residual, &bucket, places, &free),
            },
        })
        .collect()
}

/// Why somebody has no way at all.
fn kind(problem: &Problem, network: &Network<'_>, person: &Person, home: &Home) -> Kind {
    let fitting = || network.classes.iter().filter(|class| class.takes(&person.fields, home));
    let length = |class: &Class| problem.roads.lengths.get(&(person.home, class.site));
    if fitting().next().is_none() {
        Kind::NoClass
    } else if fitting().any(|class| length(class).is_some_and(|length| *length <= problem.roads.limit)) {
        Kind::Busy
    } else if fitting().any(|class| length(class).is_some()) {
        Kind::TooFar
    } else {
        Kind::NoRoad
    }
}

/// The nearest class beyond the limit that would take somebody of a bucket.
fn nearest(
    problem: &Problem,
    network: &Network<'_>,
    bucket: &Bucket<'_>,
    is_open: impl Fn(usize) -> bool,
) -> Option<(ClassKey, u32)> {
    let like: BTreeMap<_, _> =
        bucket.people.iter().map(|person| ((person.home, &person.busy), *person)).collect();
    let ways = like.values().flat_map(|person| {
        let home = problem.homes.get(&person.home);
        let is_open = &is_open;
        network.classes.iter().enumerate().filter_map(move |(number, class)| {
            let length = *problem.roads.lengths.get(&(person.home, class.site))?;
            let fits = class.takes(&person.fields, home?) && !class.clashes(&person.busy);
            (length > problem.roads.limit && fits && is_open(number)).then_some((length, number, class.id))
        })
    });
    ways.min().map(|(length, _, class)| (class, length))
}

/// Seats of each class that nobody has, as far as the rooms around it allow.
fn free_seats(network: &Network<'_>, places: &[Place]) -> Vec<u32> {
    let mut filled: BTreeMap<usize, u32> = BTreeMap::new();
    for place in places {
        *filled.entry(place.class).or_default() += 1;
    }
    let inside = |class: usize| filled.get(&class).copied().unwrap_or_default();
    network
        .classes
        .iter()
        .enumerate()
        .map(|(number, class)| {
            let rooms = network.rooms.iter().filter(|room| room.classes.contains(&number));
            let room = rooms.map(|room| {
                room.places.saturating_sub(room.classes.iter().map(|class| inside(*class)).sum())
            });
            room.fold(class.seats.saturating_sub(inside(number)), u32::min)
        })
        .collect()
}

/// What the people of a bucket compete for: everything that is reached by changing places.
fn full(
    problem: &Problem,
    network: &Network<'_>,
    residual: &Residual<'_>,
    bucket: &Bucket<'_>,
    places: &[Place],
    free: &[u32],
) -> Reason {
    let reached = residual.reach(bucket.groups.iter().map(|group| network.group_node(*group)));
    let is_in = |node: usize| reached.get(node).copied().unwrap_or_default();
    let classes: BTreeSet<usize> =
        (0..network.classes.len()).filter(|class| is_in(network.class_node(*class))).collect();
    let rivals: usize = network
        .groups
        .iter()
        .enumerate()
        .filter(|(number, _)| is_in(network.group_node(*number)))
        .map(|(_, group)| group.people.len())
        .sum();
    let inside = places.iter().filter(|place| classes.contains(&place.class)).count();
    let seats: u32 =
        classes.iter().filter_map(|class| network.classes.get(*class)).map(|class| class.seats).sum();
    let places = u32::try_from(inside).unwrap_or(u32::MAX);
    let beyond = nearest(problem, network, bucket, |class| free.get(class).is_some_and(|left| *left > 0));
    let left = |class: ClassKey| {
        let number = network.classes.iter().position(|other| other.id == class);
        number.and_then(|number| free.get(number)).copied().unwrap_or_default()
    };
    Reason::Full {
        classes: u32::try_from(classes.len()).unwrap_or(u32::MAX),
        places,
        rivals: u32::try_from(rivals).unwrap_or(u32::MAX),
        is_room: seats > places,
        beyond: beyond.map(|(class, length)| (class, length, left(class))),
    }
}
