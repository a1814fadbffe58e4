//! What knows nothing of our subject: values, errors, policy, connections, clock and configuration.
pub mod actor;
pub(crate) mod address;
pub mod clock;
pub mod cluster;
pub mod codes;
pub mod config;
pub mod db;
pub mod edit;
pub mod error;
pub mod ids;
pub mod interrupt;
pub mod keys;
pub mod policy;
pub mod scope;
pub mod values;
