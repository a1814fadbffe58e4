//! What knows nothing of our subject: values, errors, policy, connections, clock and configuration.
pub mod error;
pub mod values;
