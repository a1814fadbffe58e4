//! How a place is priced: one integer per place, so made that no gain of a lower aim outweighs one of a higher aim.
//!
//! The aims, from the highest: as many people as possible (the flow is a greatest one) · in a new plan after a
//! cancellation, as many as possible stay where they are · the most urgent go rather than others · early classes are
//! filled first · the more urgent sit in the earlier ones · short ways. Two plans differ by cycles of the network, and a
//! cycle passes each node once: a weight above the worst that all lower aims can add up to along one cycle is enough.

use crate::across::planning::model::Fault;

/// What a place may cost by each aim, at most.
#[derive(Debug, Clone, Copy)]
pub struct Ranges {
    /// Nodes of the network.
    pub nodes: usize,
    /// The farthest way.
    pub length: u32,
    /// Different last days of classes.
    pub ranks: usize,
    /// The highest urgency number.
    pub urgency: u8,
}

/// The weight of one step of each aim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    highest: i128,
    eager: i128,
    early: i128,
    urgent: i128,
    moved: i128,
}

/// What decides about one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Urgency of the person: lower goes first.
    pub urgency: u8,
    /// Rank of the class's last day: 0 is the earliest.
    pub rank: u32,
    /// Length of the way.
    pub length: u32,
    /// Whether this is not the place that he had before the change.
    pub is_moved: bool,
}

impl Weights {
    /// The weights of a network.
    ///
    /// # Errors
    /// `TooLarge` where they leave the range of the arithmetic.
    pub fn new(ranges: Ranges) -> Result<Self, Fault> {
        let nodes = i128::try_from(ranges.nodes).map_err(|_| Fault::TooLarge)? + 1;
        let ranks = i128::try_from(ranges.ranks).map_err(|_| Fault::TooLarge)?;
        let highest = i128::from(ranges.urgency) + 1;
        // One step of an aim outweighs all below it along a cycle.
        let above = |step: i128, range: i128, below: i128| {
            step.checked_mul(range)?
                .checked_mul(nodes)?
                .checked_add(below)
                .filter(|sum| *sum < i128::MAX >> 24)
        };
        let weights = || {
            let eager = above(1, i128::from(ranges.length), 1)?;
            let early = above(eager, highest * ranks, eager)?;
            let urgent = above(early, ranks, early)?;
            let moved = above(urgent, highest, urgent)?;
            Some(Self { highest, eager, early, urgent, moved })
        };
        weights().ok_or(Fault::TooLarge)
    }

    /// The part of a price that the person alone decides.
    #[must_use]
    pub fn of_person(self, urgency: u8) -> i128 {
        self.urgent * i128::from(urgency)
    }

    /// The part that the class alone decides.
    #[must_use]
    pub fn of_class(self, rank: u32) -> i128 {
        self.early * i128::from(rank)
    }

    /// The part that urgency and class decide together: who is more urgent waits less gladly.
    #[must_use]
    pub fn of_waiting(self, urgency: u8, rank: u32) -> i128 {
        self.eager * (self.highest - i128::from(urgency)) * i128::from(rank)
    }

    /// The part that the way and the change decide.
    #[must_use]
    pub fn of_way(self, length: u32, is_moved: bool) -> i128 {
        i128::from(length) + if is_moved { self.moved } else { 0 }
    }

    /// The price of a place.
    #[must_use]
    pub fn price(self, features: Features) -> i128 {
        self.of_person(features.urgency)
            + self.of_class(features.rank)
            + self.of_waiting(features.urgency, features.rank)
            + self.of_way(features.length, features.is_moved)
    }
}
