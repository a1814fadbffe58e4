//! Signing in, and ending it.

use askama::Template;

use super::Form;
use super::parts::Notice;

/// The page that asks who is there. It stands alone: no navigation, no name of a person.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sign_in/show.html")]
pub struct SignIn {
    /// The county, or whatever names this installation.
    pub organisation: String,
    /// `username`, `password` and, where one-time codes are on, `otp`.
    pub form: Form,
    /// Why the person is here: signed out, idle too long, refused.
    pub notices: Vec<Notice>,
}
