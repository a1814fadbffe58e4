//! What was typed or sent, parsed into commands: all errors at once, each beside its field.
pub mod committee;
pub mod member;
pub mod reserve;
pub mod rule;
pub mod slate;
pub mod vetting;
pub mod word;
