//! The JSON API through the whole server: who may come in, what it answers, what it refuses.

mod members;
mod reports;
mod session;
