//! Signed checkpoints, outside the database: whoever may change every table still cannot change what was signed.
//!
//! `signer` signs how long a chain is, `store` keeps that in files, `keeper` does both while the server runs, `witness`
//! is the other side that cosigns, and `post` is how a checkpoint gets there.

pub mod keeper;
mod post;
mod signer;
mod store;
pub mod witness;

pub use signer::{Signed, Signer};
pub use store::{ChainStore, Hashes, Kept, Store};

use std::path::{Path, PathBuf};

use crate::base::note::Verifier;

/// What readers need to take entries out with their proofs: the files, and the public key that signed them.
#[derive(Debug, Clone)]
pub struct Published {
    /// The files.
    pub store: Store,
    /// The public key, under the name of the installation.
    pub key: Verifier,
}

/// The file of the private key of an installation.
#[must_use]
pub fn key_file(data: &Path) -> PathBuf {
    data.join("keys/checkpoint.key")
}

/// The name of the log of a chain: two installations, or two counties, never share one.
#[must_use]
pub fn origin(log: &str, chain: &str) -> String {
    format!("{log}/{chain}")
}
