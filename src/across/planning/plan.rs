//! A plan: who sits in which class, what that is worth beside the greedy plan and the bound, what is reached when.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::across::planning::flow::{Flow, Residual, Worth, solve};
use crate::across::planning::greedy::greedy;
use crate::across::planning::model::{ClassKey, Fault, Floor, Problem, Urgency};
use crate::across::planning::network::{Kept, Network, Role};
use crate::across::planning::unmet::{Unmet, unmet};
use crate::across::planning::weights::Features;
use crate::base::ids::MembershipId;

/// Somebody and his class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Who.
    pub person: MembershipId,
    /// Number of the class, earliest last day first.
    pub class: usize,
    /// His urgency.
    pub urgency: u8,
    /// The way; 0 for somebody who stays where he was.
    pub length: u32,
    /// Whether this is a new plan and he did not sit here before.
    pub is_moved: bool,
}

/// Somebody and his class, by their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seat {
    /// The class.
    pub class: ClassKey,
    /// Who.
    pub person: MembershipId,
}

/// A floor and when it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FloorReached {
    /// What was demanded.
    pub floor: Floor,
    /// People who count on the day when it is due. No plan reaches more: early classes are filled as far as possible.
    pub reached: u32,
    /// The first day on which enough count; none where no day is enough.
    pub met_on: Option<NaiveDate>,
}

impl FloorReached {
    /// People missing on the day when it is due.
    #[must_use]
    pub fn missing(&self) -> u32 {
        self.floor.needed.saturating_sub(self.reached)
    }
}

/// A plan with its arithmetic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Who sits where, in the order of classes (earliest last day first), homes and people.
    pub seats: Vec<Seat>,
    /// What it is worth.
    pub worth: Worth,
    /// What the greedy plan is worth.
    pub greedy: Worth,
    /// At most so many people can be placed, and placing as many as this plan costs at least so much.
    pub bound: Worth,
    /// People placed by urgency.
    pub placed: BTreeMap<Urgency, u32>,
    /// Sum over the people placed of the days from today to the end of their class.
    pub waiting_days: u64,
    /// Sum of the ways.
    pub length: u64,
    /// The floors.
    pub floors: Vec<FloorReached>,
    /// Who cannot be placed, and why.
    pub unmet: Vec<Unmet>,
    /// Seats that stay free, by class.
    pub left: BTreeMap<ClassKey, u32>,
}

impl Plan {
    /// Whether it is proved that no plan is better.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.worth == self.bound
    }
}

/// The best plan.
///
/// # Errors
/// A fault in the data.
pub fn plan(problem: &Problem) -> Result<Plan, Fault> {
    best(problem, &Kept::new())
}

/// The best plan that keeps as many people as it can where they were.
pub(super) fn best(problem: &Problem, kept: &Kept) -> Result<Plan, Fault> {
    let network = Network::new(problem, kept)?;
    let flow = solve(&network)?;
    let residual = Residual::new(&network, &flow);
    let most = u32::try_from(residual.most_people()).map_err(|_| Fault::TooLarge)?;
    let bound = Worth { people: most, price: residual.least_price(flow.worth.people) };
    let places = seat(&network, &flow);
    let by_hand = greedy(&network);
    let rival = worth(&network, &by_hand)?;
    let missing = unmet(problem, &network, &residual, &places);
    let mut plan = told(problem, &network, &places)?;
    plan.worth = flow.worth;
    plan.greedy = rival;
    plan.bound = bound;
    plan.unmet = missing;
    Ok(plan)
}

/// What places are worth.
fn worth(network: &Network<'_>, places: &[Place]) -> Result<Worth, Fault> {
    let price = |place: &Place| {
        network.weights.price(Features {
            urgency: place.urgency,
            rank: network.rank(place.class),
            length: place.length,
            is_moved: place.is_moved,
        })
    };
    let people = u32::try_from(places.len()).map_err(|_| Fault::TooLarge)?;
    Ok(Worth { people, price: places.iter().map(price).sum() })
}

/// Names the people behind a flow: of a group the first go to the earliest classes.
fn seat(network: &Network<'_>, flow: &Flow) -> Vec<Place> {
    // What flows out of a hub is handed to its groups in their order; all of them pay the same for it.
    let mut hubs: Vec<Vec<(usize, u32)>> = network.hubs.iter().map(|_| Vec::new()).collect();
    let mut ways: BTreeMap<usize, Vec<Role>> = BTreeMap::new();
    let mut units_of: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for (arc, units) in network.arcs.iter().zip(&flow.units).filter(|(_, units)| **units > 0) {
        match arc.role {
            Role::Seat(hub, class) => {
                if let Some(list) = hubs.get_mut(hub) {
                    list.push((class, *units));
                }
            }
            Role::Way(group, hub) => {
                ways.entry(group).or_default().push(arc.role);
                units_of.insert((group, hub), *units);
            }
            Role::Stay(group, class) => {
                ways.entry(group).or_default().push(arc.role);
                units_of.insert((group, network.hubs.len() + class), *units);
            }
            Role::Placed(_) | Role::Filled => {}
        }
    }
    hubs.iter_mut().for_each(|list| list.reverse());
    let mut places = Vec::new();
    for (number, group) in network.groups.iter().enumerate() {
        let mut parts: Vec<(usize, u32, u32, bool)> = Vec::new();
        for role in ways.get(&number).into_iter().flatten() {
            match *role {
                Role::Way(_, hub) => {
                    let units = units_of.get(&(number, hub)).copied().unwrap_or_default();
                    let length =
                        group.ways.iter().find(|(to, _)| *to == hub).map_or(0, |(_, length)| *length);
                    let taken = hubs.get_mut(hub).map(|list| draw(list, units)).unwrap_or_default();
                    parts.extend(taken.into_iter().map(|(class, units)| (class, units, length, true)));
                }
                Role::Stay(_, class) => {
                    let units =
                        units_of.get(&(number, network.hubs.len() + class)).copied().unwrap_or_default();
                    parts.push((class, units, 0, false));
                }
                _ => {}
            }
        }
        parts.sort_unstable();
        let seats = parts.iter().flat_map(|(class, units, length, is_moved)| {
            (0..*units).map(move |_| (*class, *length, *is_moved))
        });
        places.extend(group.people.iter().zip(seats).map(|(person, (class, length, is_moved))| Place {
            person: person.id,
            class,
            urgency: group.urgency,
            length,
            is_moved,
        }));
    }
    places
}

/// Takes so many units from the end of a list.
fn draw(list: &mut Vec<(usize, u32)>, units: u32) -> Vec<(usize, u32)> {
    let (mut taken, mut wanted) = (Vec::new(), units);
    while wanted > 0 {
        let Some((class, there)) = list.pop() else { break };
        let some = there.min(wanted);
        taken.push((class, some));
        wanted -= some;
        if some < there {
            list.push((class, there - some));
        }
    }
    taken
}

/// The plan that these places make, its worth still open.
fn told(problem: &Problem, network: &Network<'_>, places: &[Place]) -> Result<Plan, Fault> {
    let homes: BTreeMap<_, _> = problem.people.iter().map(|person| (person.id, person.home)).collect();
    let mut order: Vec<&Place> = places.iter().collect();
    order.sort_by_key(|place| (place.class, homes.get(&place.person), place.person));
    let mut seats = Vec::new();
    let (mut placed, mut days, mut waiting_days, mut length) =
        (BTreeMap::new(), problem.counted.clone(), 0, 0);
    let mut left: BTreeMap<ClassKey, u32> =
        network.classes.iter().map(|class| (class.id, class.seats)).collect();
    for place in order {
        let Some(class) = network.classes.get(place.class) else { continue };
        seats.push(Seat { class: class.id, person: place.person });
        *placed.entry(Urgency(place.urgency)).or_default() += 1;
        *days.entry(class.days.last).or_default() += 1;
        waiting_days +=
            u64::try_from((class.days.last - problem.today).num_days()).map_err(|_| Fault::TooLarge)?;
        length += u64::from(place.length);
        if let Some(seats) = left.get_mut(&class.id) {
            *seats = seats.saturating_sub(1);
        }
    }
    let nothing = Worth { people: 0, price: 0 };
    let floors = problem.floors.iter().map(|floor| reached(*floor, &days)).collect();
    let (greedy, bound, unmet) = (nothing, nothing, Vec::new());
    Ok(Plan { seats, worth: nothing, greedy, bound, placed, waiting_days, length, floors, unmet, left })
}

/// When a floor is reached, by how many come to count on each day.
fn reached(floor: Floor, days: &BTreeMap<NaiveDate, u32>) -> FloorReached {
    let (mut sum, mut by_due, mut met_on) = (0_u32, 0, None);
    for (day, people) in days {
        sum = sum.saturating_add(*people);
        if *day <= floor.due {
            by_due = sum;
        }
        if sum >= floor.needed && met_on.is_none() {
            met_on = Some(*day);
        }
    }
    FloorReached { floor, reached: by_due, met_on }
}
