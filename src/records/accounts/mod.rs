//! People who sign in: accounts, sessions, bearer tokens, and the answers kept for idempotency keys.
//!
//! Owns `accounts`, `sessions`, `access_tokens`, `idempotency_keys`, `sign_in_sources`, and what a county demands of
//! whoever signs in: `security_policies`, `second_factor_roles`, `second_factors`. An administrator opens an account, a security
//! officer grants its role; until then it waits and cannot sign in. Passwords and tokens are stored as hashes only.
//! Whoever signs in has no scope yet, so row-level security lets a connection without one look an account up; within a
//! scope it shows the accounts of that scope. Organisations stay hidden then, so an account carries the place of its own.

mod authenticate;
mod change_password;
mod disable;
mod enrol;
mod grant;
pub mod idempotency;
mod issue_token;
pub mod model;
mod open;
mod own_sessions;
mod password;
mod password_rules;
mod prove;
pub mod queries;
mod reset_password;
pub mod rules;
mod second_factor;
mod security_policy;
mod set_security_policy;
mod sign_in;
mod sign_out;
mod stop_reading;
mod throttle;
mod tokens;

pub use authenticate::{by_session, by_token};
pub use change_password::{ChangePassword, change_password};
pub use disable::{Disable, disable};
pub use enrol::{begin_second_factor, confirm_second_factor, enrol_at_machine};
pub use grant::{Grant, Granted, WantedRole, decide_grant, grant};
pub use issue_token::{IssueToken, IssuedToken, issue_token};
pub use model::{AccountLine, Identity, Session, State};
pub use open::{Open, RawOpen, open, parse_role};
pub use own_sessions::{EndSessions, OwnSession, end_sessions, own_sessions};
pub use password::{Password, PasswordError};
pub use prove::{Proving, prove};
pub use reset_password::{ResetPassword, reset_password};
pub use rules::Duty;
pub use second_factor::{CodeSecret, SecondFactor, second_factor};
pub use security_policy::{PasswordStyle, SecurityPolicy, has_security_policy, security_policy};
pub use set_security_policy::{decide_security_policy, set_security_policy, wanted_policy};
pub use sign_in::{OpenedSession, SignIn, SignedIn, enter_code, sign_in};
pub use sign_out::sign_out;
pub use stop_reading::{READING_STOP, stop_reading};
pub use tokens::Token;
