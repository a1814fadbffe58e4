//! What a careful clerk does by hand: the most urgent first, in the order of the roll, each into the earliest class with a
//! seat, the nearest of those; after a cancellation, whoever has a class keeps it. A plan is measured against it.

use std::collections::VecDeque;

use crate::across::planning::network::{Group, Network};
use crate::across::planning::plan::Place;

/// The greedy plan.
#[must_use]
pub fn greedy(network: &Network<'_>) -> Vec<Place> {
    let mut free = Free::new(network);
    let mut places = Vec::new();
    let mut roll = Vec::new();
    for (number, group) in network.groups.iter().enumerate() {
        let mut people = group.people.iter().peekable();
        if let Some(class) = group.kept {
            while people.peek().is_some() && free.take(class) {
                places.extend(people.next().map(|person| Place {
                    person: person.id,
                    class,
                    urgency: group.urgency,
                    length: 0,
                    is_moved: false,
                }));
            }
        }
        roll.extend(people.map(|person| (group.urgency, person.home, person.id, number)));
    }
    roll.sort_unstable();
    let mut choices: Vec<VecDeque<(u32, u32, usize)>> =
        network.groups.iter().map(|group| choices(network, group)).collect();
    for (urgency, _, person, group) in roll {
        let Some(choices) = choices.get_mut(group) else { continue };
        while let Some((_, length, class)) = choices.front().copied() {
            if free.take(class) {
                places.push(Place { person, class, urgency, length, is_moved: network.is_change });
                break;
            }
            // Nobody gives a seat back, so it stays full.
            choices.pop_front();
        }
    }
    places
}

/// Where the people of a group may go: rank, way and number of each class, the best first.
fn choices(network: &Network<'_>, group: &Group<'_>) -> VecDeque<(u32, u32, usize)> {
    let hubs = group.ways.iter().filter_map(|(hub, length)| Some((network.hubs.get(*hub)?, *length)));
    let mut choices: Vec<_> = hubs
        .flat_map(|(hub, length)| hub.classes.iter().map(move |class| (network.rank(*class), length, *class)))
        .collect();
    choices.sort_unstable();
    choices.into()
}

/// Seats and rooms that nobody has taken yet.
struct Free {
    seats: Vec<u32>,
    rooms: Vec<u32>,
    around: Vec<Vec<usize>>,
}

impl Free {
    fn new(network: &Network<'_>) -> Self {
        let around = |class: usize| {
            let rooms = network.rooms.iter().enumerate();
            rooms.filter(|(_, room)| room.classes.contains(&class)).map(|(number, _)| number).collect()
        };
        Self {
            seats: network.classes.iter().map(|class| class.seats).collect(),
            rooms: network.rooms.iter().map(|room| room.places).collect(),
            around: (0..network.classes.len()).map(around).collect(),
        }
    }

    /// Takes a seat of a class and a place in each room around it, where all have one.
    fn take(&mut self, class: usize) -> bool {
        let inside = self.around.get(class).map_or(&[][..], Vec::as_slice);
        let is_free = self.seats.get(class).is_some_and(|left| *left > 0)
            && inside.iter().all(|room| self.rooms.get(*room).is_some_and(|left| *left > 0));
        if is_free {
            if let Some(left) = self.seats.get_mut(class) {
                *left -= 1;
            }
            for room in inside {
                if let Some(left) = self.rooms.get_mut(*room) {
                    *left -= 1;
                }
            }
        }
        is_free
    }
}
