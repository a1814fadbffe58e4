//! What was typed or sent, parsed into commands: all errors at once, each beside its field.
pub mod award;
pub mod committee;
pub mod member;
pub mod reserve;
pub mod scheme;
pub mod slate;
pub mod vetting;
