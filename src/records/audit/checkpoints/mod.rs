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

use crate::base::note::{Note, NoteKey, Verifier};

/// What readers need to take entries out with their proofs: the files, and the key that signs.
#[derive(Debug, Clone)]
pub struct Published {
    /// The files.
    pub store: Store,
    /// The public key, under the name of the installation.
    pub key: Verifier,
    signing: NoteKey,
}

/// The name under which an installation signs the manifests of proof bundles: no chain is called so.
#[must_use]
pub fn bundle_origin(log: &str) -> String {
    origin(log, "bundle")
}

impl Published {
    /// Signs the manifest of a proof bundle.
    #[must_use]
    pub fn seal(&self, text: &str) -> Note {
        Note::signed(text, &bundle_origin(self.key.name()), &self.signing)
    }
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
