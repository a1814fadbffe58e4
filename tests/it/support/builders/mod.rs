//! Builders write rows straight to the database, past verbs and policy: for what must exist before the test begins.

pub mod assessment;
pub mod county;

pub use county::{Place, TestCounty};

pub mod member;
pub use member::{day, five, member};

pub mod committee;

pub mod reserve;
pub mod training;
pub mod vetting;
pub use reserve::reserve;
