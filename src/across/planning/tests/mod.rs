//! Plans against brute force, the greedy plan and every limit.

mod brute;
mod limits;
mod reasons;
mod world;
