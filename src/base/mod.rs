//! What knows nothing of our subject: values, errors, policy, connections, clock and configuration.
pub mod actor;
pub mod clock;
pub mod codes;
pub mod db;
pub mod edit;
pub mod error;
pub mod ids;
pub mod keys;
pub mod policy;
pub mod scope;
pub mod values;
