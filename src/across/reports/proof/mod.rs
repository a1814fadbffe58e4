//! The proof bundle of a closed quarter's report: everything that its figures follow from, bound to the trail, in one file
//! that anybody can check without the database and without a key (`docs/proof-bundle.md`, `docs/decisions/0017`).
//!
//! `commit` binds the facts when they are frozen, `make` takes a bundle out, `verify` checks one. Between them stand the
//! facts under pseudonyms (`facts`) and the definitions (`definitions`), whose fragments of SQL `expression` reads and `count`
//! counts by: PostgreSQL and the verifier work from one text.

mod archive;
mod commit;
mod count;
mod definitions;
mod expression;
mod facts;
mod gather;
mod make;
mod pseudonyms;
mod tables;
mod tokens;
pub mod verify;

pub(super) use commit::commit;
pub use make::{ProofBundle, proof_bundle};
pub use verify::{ProofFault, ProofFaultKind, ProofVerdict, is_archive, verify};
