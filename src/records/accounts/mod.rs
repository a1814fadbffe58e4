//! People who sign in: accounts, sessions, bearer tokens, and the answers kept for idempotency keys.
//!
//! Owns `accounts`, `sessions`, `access_tokens`, `idempotency_keys`, `sign_in_sources`. An administrator opens an account, a security
//! officer grants its role; until then it waits and cannot sign in. Passwords and tokens are stored as hashes only.
//! Whoever signs in has no scope yet, so row-level security lets a connection without one look an account up; within a
//! scope it shows the accounts of that scope. Organisations stay hidden then, so an account carries the place of its own.

mod authenticate;
mod change_password;
mod disable;
mod grant;
pub mod idempotency;
mod issue_token;
pub mod model;
mod open;
mod password;
pub mod queries;
mod reset_password;
pub mod rules;
mod sign_in;
mod sign_out;
mod throttle;
mod tokens;

pub use authenticate::{by_session, by_token};
pub use change_password::{ChangePassword, change_password};
pub use disable::{Disable, disable};
pub use grant::{Grant, grant};
pub use issue_token::{IssueToken, IssuedToken, issue_token};
pub use model::{AccountLine, Identity, Session, State};
pub use open::{Open, RawOpen, open, parse_role};
pub use password::{Password, PasswordError};
pub use reset_password::{ResetPassword, reset_password};
pub use sign_in::{OpenedSession, SignIn, SignedIn, sign_in};
pub use sign_out::sign_out;
pub use tokens::Token;
