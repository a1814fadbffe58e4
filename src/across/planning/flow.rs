//! The greatest cheapest flow of a network, by the solver crate; and bounds that do not take its word.
//!
//! `ac-library-rs` finds the flow. The bounds come from weak duality and hold for whatever flow is given: a cut says how
//! many people can be placed at most, and node potentials say what placing so many costs at least. Where the flow is an
//! optimum both are met exactly, and the plan is proved.

use std::collections::{BTreeMap, VecDeque};

use ac_library::{Dsu, MinCostFlowGraph};

use crate::across::planning::model::Fault;
use crate::across::planning::network::{Arc, Network, SINK, SOURCE};

/// People placed and the price of their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worth {
    /// People placed.
    pub people: u32,
    /// The price of their places: lower is better among plans that place as many.
    pub price: i128,
}

impl Worth {
    /// Whether this is a better plan: more people, or as many at a lower price.
    #[must_use]
    pub fn beats(self, other: Self) -> bool {
        self.people > other.people || (self.people == other.people && self.price < other.price)
    }
}

/// A flow over the arcs of a network.
#[derive(Debug)]
pub struct Flow {
    /// People on each arc, in the order of the arcs.
    pub units: Vec<u32>,
    /// What it amounts to.
    pub worth: Worth,
}

/// The greatest flow, and the cheapest among those.
///
/// Fields that nobody shares have networks that do not touch: each is solved for itself.
///
/// # Errors
/// `TooLarge` where a count leaves its range.
pub fn solve(network: &Network<'_>) -> Result<Flow, Fault> {
    let mut units = vec![0; network.arcs.len()];
    let (mut people, mut price) = (0, 0);
    for part in parts(network) {
        let found = solve_part(network, &part)?;
        for (arc, flow) in part.iter().zip(found.units) {
            if let Some(unit) = units.get_mut(*arc) {
                *unit = flow;
            }
        }
        people += found.worth.people;
        price += found.worth.price;
    }
    Ok(Flow { units, worth: Worth { people, price } })
}

/// The arcs of each part of the network that hangs together without source and sink.
fn parts(network: &Network<'_>) -> Vec<Vec<usize>> {
    let mut joined = Dsu::new(network.nodes());
    for arc in network.arcs.iter().filter(|arc| arc.from != SOURCE && arc.to != SINK) {
        joined.merge(arc.from, arc.to);
    }
    let mut parts: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (number, arc) in network.arcs.iter().enumerate() {
        let inner = if arc.from == SOURCE { arc.to } else { arc.from };
        parts.entry(joined.leader(inner)).or_default().push(number);
    }
    parts.into_values().collect()
}

fn solve_part(network: &Network<'_>, part: &[usize]) -> Result<Flow, Fault> {
    let arcs = || part.iter().filter_map(|arc| network.arcs.get(*arc));
    let mut nodes = BTreeMap::from([(SOURCE, 0), (SINK, 1)]);
    for node in arcs().flat_map(|arc| [arc.from, arc.to]) {
        let next = nodes.len();
        nodes.entry(node).or_insert(next);
    }
    let number = |node: usize| nodes.get(&node).copied().unwrap_or_default();
    let mut graph = MinCostFlowGraph::<i128>::new(nodes.len());
    let mut most = 0;
    for arc in arcs() {
        graph.add_edge(number(arc.from), number(arc.to), i128::from(arc.capacity), arc.price);
        if arc.from == SOURCE {
            most += i128::from(arc.capacity);
        }
    }
    let (people, price) = graph.flow(number(SOURCE), number(SINK), most);
    let units = graph.edges().iter().map(|edge| narrow(edge.flow)).collect::<Result<_, _>>()?;
    Ok(Flow { units, worth: Worth { people: narrow(people)?, price } })
}

fn narrow(units: i128) -> Result<u32, Fault> {
    u32::try_from(units).map_err(|_| Fault::TooLarge)
}

/// An arc of the network on which the flow can still change.
#[derive(Debug, Clone, Copy)]
struct Slack {
    to: usize,
    price: i128,
}

/// What a flow leaves open: along each arc forward where it is not full, back where it is not empty.
#[derive(Debug)]
pub struct Residual<'n> {
    arcs: &'n [Arc],
    from: Vec<Vec<Slack>>,
}

impl<'n> Residual<'n> {
    /// What a flow leaves open.
    #[must_use]
    pub fn new(network: &'n Network<'_>, flow: &Flow) -> Self {
        let mut from = vec![Vec::new(); network.nodes()];
        let mut add = |at: usize, slack: Slack| {
            if let Some(list) = from.get_mut(at) {
                list.push(slack);
            }
        };
        for (arc, units) in network.arcs.iter().zip(&flow.units) {
            if *units < arc.capacity {
                add(arc.from, Slack { to: arc.to, price: arc.price });
            }
            if *units > 0 {
                add(arc.to, Slack { to: arc.from, price: -arc.price });
            }
        }
        Self { arcs: &network.arcs, from }
    }

    fn after(&self, node: usize) -> &[Slack] {
        self.from.get(node).map_or(&[], Vec::as_slice)
    }

    /// Which nodes can be reached from any of these.
    #[must_use]
    pub fn reach(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut reached = vec![false; self.from.len()];
        let mut waiting: Vec<usize> = starts.into_iter().collect();
        while let Some(node) = waiting.pop() {
            let Some(seen) = reached.get_mut(node) else { continue };
            if !std::mem::replace(seen, true) {
                waiting.extend(self.after(node).iter().map(|slack| slack.to));
            }
        }
        reached
    }

    /// The most people that any plan places: the capacity of the cut around what the source still reaches.
    #[must_use]
    pub fn most_people(&self) -> u64 {
        let reached = self.reach([SOURCE]);
        let inside = |node: usize| reached.get(node).copied().unwrap_or_default();
        // A flow that is not the greatest leaves no such cut; all who come from the source are a cut as well.
        let is_cut = !inside(SINK);
        let crosses =
            |arc: &&Arc| if is_cut { inside(arc.from) && !inside(arc.to) } else { arc.from == SOURCE };
        self.arcs.iter().filter(crosses).map(|arc| u64::from(arc.capacity)).sum()
    }

    /// The least price of any plan that places so many people, by potentials of the nodes.
    #[must_use]
    pub fn least_price(&self, people: u32) -> i128 {
        let potentials = self.potentials();
        let at = |node: usize| potentials.get(node).copied().unwrap_or_default();
        let gained: i128 = self
            .arcs
            .iter()
            .map(|arc| i128::from(arc.capacity) * (arc.price + at(arc.from) - at(arc.to)).min(0))
            .sum();
        i128::from(people) * (at(SINK) - at(SOURCE)) + gained
    }

    /// Shortest distances from a node before all others. Any potentials give a valid bound, so the work may be cut short.
    fn potentials(&self) -> Vec<i128> {
        let nodes = self.from.len();
        let mut potentials = vec![0_i128; nodes];
        let mut waiting: VecDeque<usize> = (0..nodes).collect();
        let mut is_waiting = vec![true; nodes];
        let mut steps = nodes.saturating_mul(1_000);
        while let Some(node) = waiting.pop_front() {
            if let Some(flag) = is_waiting.get_mut(node) {
                *flag = false;
            }
            steps = steps.saturating_sub(1);
            if steps == 0 {
                break;
            }
            let here = potentials.get(node).copied().unwrap_or_default();
            for slack in self.after(node) {
                let Some(there) = potentials.get_mut(slack.to) else { continue };
                if here + slack.price < *there {
                    *there = here + slack.price;
                    if let Some(flag) = is_waiting.get_mut(slack.to)
                        && !std::mem::replace(flag, true)
                    {
                        waiting.push_back(slack.to);
                    }
                }
            }
        }
        potentials
    }
}
