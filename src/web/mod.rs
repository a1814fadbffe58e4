//! DOOR: the only place that knows HTTP, HTML, JSON and cookies.
pub mod assets;
pub mod views;
