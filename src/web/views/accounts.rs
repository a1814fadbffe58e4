//! Accounts: their list and their forms.

use askama::Template;

use super::parts::Link;
use super::table::Table;
use super::{Form, Frame};

/// The accounts of an organisation and what lies below it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accounts/list.html")]
pub struct Accounts {
    /// What stands around the page.
    pub frame: Frame,
    /// User name, role, organisation, state, last seen.
    pub table: Table,
    /// Where an account is made, for whom may.
    pub enter: Option<String>,
}

/// A form with a heading and a way back: an account, a password, a role.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accounts/form.html")]
pub struct AccountForm {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// The way back.
    pub back: Link,
    /// What the form does, in one sentence.
    pub note: String,
    /// The fields.
    pub form: Form,
}
