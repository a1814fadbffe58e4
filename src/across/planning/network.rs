//! The flow behind a plan: source → groups of like people → hubs → classes → rooms → sink.
//!
//! People who may go to the same classes at the same price are one group. A hub stands for the classes of one site that
//! somebody of one urgency may attend; since the way depends on home and site only, group and classes meet in it, and the
//! network has an arc per group and site instead of one per group and class.

use std::collections::BTreeMap;

use crate::across::planning::model::{Class, ClassKey, Days, Fault, Home, Person, Problem, SiteKey};
use crate::across::planning::rooms::{Room, rooms};
use crate::across::planning::weights::{Ranges, Weights};
use crate::base::ids::{MembershipId, OrganisationId};

/// Where the flow begins.
pub const SOURCE: usize = 0;
/// Where it ends.
pub const SINK: usize = 1;
const FIRST: usize = 2;

/// People who may go to the same classes at the same price.
#[derive(Debug)]
pub struct Group<'a> {
    /// Their urgency.
    pub urgency: u8,
    /// The class that they sat in before the change, where it still takes place.
    pub kept: Option<usize>,
    /// The hubs within reach, with the way.
    pub ways: Vec<(usize, u32)>,
    /// Who, by home and id.
    pub people: Vec<&'a Person>,
}

/// Classes of one site that somebody of one urgency may attend.
#[derive(Debug)]
pub struct Hub {
    /// The urgency.
    pub urgency: u8,
    /// Numbers of the classes.
    pub classes: Vec<usize>,
}

/// What the flow on an arc means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// So many of a group are placed.
    Placed(usize),
    /// So many of a group go to the classes of a hub.
    Way(usize, usize),
    /// So many of a group stay in their class.
    Stay(usize, usize),
    /// So many of a hub sit in a class.
    Seat(usize, usize),
    /// So many sit in a class, or in the classes of a room.
    Filled,
}

/// An arc of the network.
#[derive(Debug, Clone, Copy)]
pub struct Arc {
    /// Node where it begins.
    pub from: usize,
    /// Node where it ends.
    pub to: usize,
    /// People that may pass.
    pub capacity: u32,
    /// The price per person, never negative.
    pub price: i128,
    /// Its meaning.
    pub role: Role,
}

/// The network of a problem.
#[derive(Debug)]
pub struct Network<'a> {
    /// The classes, earliest last day first: their place is their number.
    pub classes: Vec<&'a Class>,
    /// The rank of each class's last day.
    pub ranks: Vec<u32>,
    /// Rooms that bind.
    pub rooms: Vec<Room>,
    /// Groups of people; those with no way and no kept class have no arc.
    pub groups: Vec<Group<'a>>,
    /// Hubs.
    pub hubs: Vec<Hub>,
    /// How places are priced.
    pub weights: Weights,
    /// Whether people have places already and should keep them.
    pub is_change: bool,
    /// Arcs.
    pub arcs: Vec<Arc>,
}

/// Classes that people sat in before a change, by person; none for a first plan.
pub type Kept = BTreeMap<MembershipId, ClassKey>;

/// What people share who reach the same hubs: home, fields, urgency, days in other classes.
type Like<'p> = (OrganisationId, &'p [String], u8, &'p [Days]);

/// What the people of a group share: urgency, ways, kept class.
type GroupKey = (u8, Vec<(usize, u32)>, Option<usize>);

impl<'a> Network<'a> {
    /// Makes the network.
    ///
    /// # Errors
    /// A fault in the data.
    pub fn new(problem: &'a Problem, kept: &Kept) -> Result<Self, Fault> {
        problem.check()?;
        let classes = problem.open_classes();
        let ranks = ranks(&classes)?;
        let rooms = rooms(problem, &classes)?;
        let mut gathering = Gathering::new(problem, &classes);
        let groups = gathering.groups(kept);
        let hubs = gathering.hubs.into_hubs();
        let nodes = FIRST + groups.len() + hubs.len() + classes.len() + rooms.len();
        let weights = Weights::new(Ranges {
            nodes,
            length: problem.roads.limit,
            ranks: classes.len(),
            urgency: groups.iter().map(|group| group.urgency).max().unwrap_or(0),
        })?;
        let is_change = !kept.is_empty();
        let mut network = Self { classes, ranks, rooms, groups, hubs, weights, is_change, arcs: Vec::new() };
        network.arcs = network.make_arcs()?;
        Ok(network)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn nodes(&self) -> usize {
        self.room_node(self.rooms.len())
    }

    /// The node of a group.
    #[must_use]
    pub fn group_node(&self, group: usize) -> usize {
        FIRST + group
    }

    fn hub_node(&self, hub: usize) -> usize {
        self.group_node(self.groups.len()) + hub
    }

    /// The node of a class.
    #[must_use]
    pub fn class_node(&self, class: usize) -> usize {
        self.hub_node(self.hubs.len()) + class
    }

    fn room_node(&self, room: usize) -> usize {
        self.class_node(self.classes.len()) + room
    }

    /// The rank of a class's last day among those of all classes.
    #[must_use]
    pub fn rank(&self, class: usize) -> u32 {
        self.ranks.get(class).copied().unwrap_or_default()
    }

    fn make_arcs(&self) -> Result<Vec<Arc>, Fault> {
        let mut arcs = Vec::new();
        for (number, group) in self.groups.iter().enumerate() {
            let capacity = count(group.people.len())?;
            let (here, weights) = (self.group_node(number), self.weights);
            let price = weights.of_person(group.urgency);
            arcs.push(Arc { from: SOURCE, to: here, capacity, price, role: Role::Placed(number) });
            arcs.extend(group.ways.iter().map(|(hub, length)| Arc {
                from: here,
                to: self.hub_node(*hub),
                capacity,
                price: weights.of_way(*length, self.is_change),
                role: Role::Way(number, *hub),
            }));
            if let Some(class) = group.kept {
                let price = weights.of_waiting(group.urgency, self.rank(class));
                let role = Role::Stay(number, class);
                arcs.push(Arc { from: here, to: self.class_node(class), capacity, price, role });
            }
        }
        // The seats bind behind the class, so whoever wants one reaches everybody who has one.
        let everybody = count(self.groups.iter().map(|group| group.people.len()).sum())?;
        for (number, hub) in self.hubs.iter().enumerate() {
            arcs.extend(hub.classes.iter().map(|class| Arc {
                from: self.hub_node(number),
                to: self.class_node(*class),
                capacity: everybody,
                price: self.weights.of_waiting(hub.urgency, self.rank(*class)),
                role: Role::Seat(number, *class),
            }));
        }
        arcs.extend(self.arcs_of_seats());
        Ok(arcs)
    }

    /// From each class, and from each room, to the smallest room around it or the end.
    fn arcs_of_seats(&self) -> impl Iterator<Item = Arc> {
        let around = |holds: &dyn Fn(&Room) -> bool, after: usize| {
            let mut rooms = self.rooms.iter().enumerate().skip(after);
            rooms.find(|(_, room)| holds(room)).map_or(SINK, |(number, _)| self.room_node(number))
        };
        let mut arcs = Vec::with_capacity(self.classes.len() + self.rooms.len());
        for (number, class) in self.classes.iter().enumerate() {
            arcs.push(Arc {
                from: self.class_node(number),
                to: around(&|room| room.classes.contains(&number), 0),
                capacity: class.seats,
                price: self.weights.of_class(self.rank(number)),
                role: Role::Filled,
            });
        }
        for (number, room) in self.rooms.iter().enumerate() {
            arcs.push(Arc {
                from: self.room_node(number),
                to: around(&|outer| outer.classes.is_superset(&room.classes), number + 1),
                capacity: room.places,
                price: 0,
                role: Role::Filled,
            });
        }
        arcs.into_iter()
    }
}

fn count(number: usize) -> Result<u32, Fault> {
    u32::try_from(number).map_err(|_| Fault::TooLarge)
}

/// Numbers the different last days, the earliest 0.
fn ranks(classes: &[&Class]) -> Result<Vec<u32>, Fault> {
    let mut days: Vec<_> = classes.iter().map(|class| class.days.last).collect();
    days.dedup();
    classes
        .iter()
        .map(|class| count(days.iter().position(|day| *day == class.days.last).unwrap_or_default()))
        .collect()
}

/// Hubs by what they hold.
#[derive(Debug, Default)]
struct HubIndex {
    numbers: BTreeMap<(u8, Vec<usize>), usize>,
}

impl HubIndex {
    fn number(&mut self, urgency: u8, classes: Vec<usize>) -> usize {
        let next = self.numbers.len();
        *self.numbers.entry((urgency, classes)).or_insert(next)
    }

    fn into_hubs(self) -> Vec<Hub> {
        let mut hubs: Vec<(usize, Hub)> = self
            .numbers
            .into_iter()
            .map(|((urgency, classes), number)| (number, Hub { urgency, classes }))
            .collect();
        hubs.sort_by_key(|(number, _)| *number);
        hubs.into_iter().map(|(_, hub)| hub).collect()
    }
}

/// Gathers people into groups.
struct Gathering<'a, 'b> {
    problem: &'a Problem,
    classes: &'b [&'a Class],
    by_site: BTreeMap<SiteKey, Vec<usize>>,
    numbers: BTreeMap<ClassKey, usize>,
    hubs: HubIndex,
}

impl<'a, 'b> Gathering<'a, 'b> {
    fn new(problem: &'a Problem, classes: &'b [&'a Class]) -> Self {
        let mut by_site: BTreeMap<SiteKey, Vec<usize>> = BTreeMap::new();
        for (number, class) in classes.iter().enumerate() {
            by_site.entry(class.site).or_default().push(number);
        }
        let numbers = classes.iter().enumerate().map(|(number, class)| (class.id, number)).collect();
        Self { problem, classes, by_site, numbers, hubs: HubIndex::default() }
    }

    /// The hubs that people of a kind reach.
    fn ways(&mut self, home: &Home, person: &Person) -> Vec<(usize, u32)> {
        let roads = &self.problem.roads;
        let mut ways = Vec::new();
        for (site, here) in &self.by_site {
            let Some(length) =
                roads.lengths.get(&(person.home, *site)).filter(|length| **length <= roads.limit)
            else {
                continue;
            };
            let fits = |class: &Class| class.takes(&person.fields, home) && !class.clashes(&person.busy);
            let open: Vec<usize> = here
                .iter()
                .copied()
                .filter(|class| self.classes.get(*class).is_some_and(|class| fits(class)))
                .collect();
            if !open.is_empty() {
                ways.push((self.hubs.number(person.urgency.0, open), *length));
            }
        }
        ways
    }

    fn groups(&mut self, kept: &Kept) -> Vec<Group<'a>> {
        let mut people: Vec<&Person> = self.problem.people.iter().collect();
        people.sort_by_key(|person| (person.home, person.id));
        // Like people from one home are judged once.
        let mut like: BTreeMap<Like<'_>, Vec<(usize, u32)>> = BTreeMap::new();
        let mut groups: BTreeMap<GroupKey, Vec<&Person>> = BTreeMap::new();
        for person in people {
            let Some(home) = self.problem.homes.get(&person.home) else { continue };
            let key = (person.home, person.fields.as_slice(), person.urgency.0, person.busy.as_slice());
            let ways = like.entry(key).or_insert_with(|| self.ways(home, person)).clone();
            let stays = kept.get(&person.id).and_then(|class| self.numbers.get(class)).copied();
            groups.entry((person.urgency.0, ways, stays)).or_default().push(person);
        }
        groups
            .into_iter()
            .map(|((urgency, ways, kept), people)| Group { urgency, kept, ways, people })
            .collect()
    }
}
