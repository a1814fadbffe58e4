//! Pages for people, one file or folder per area.
pub mod health;
pub mod home;
pub mod session;
