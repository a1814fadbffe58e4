//! Plans against brute force, the greedy plan and every limit.

#![expect(clippy::as_conversions, reason = "counts of a handful of people")]

mod brute;
mod limits;
mod reasons;
mod world;
