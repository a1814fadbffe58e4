//! Accounts: their list. Their forms are a [`FormPage`](super::form_page::FormPage).

use askama::Template;

use super::Frame;
use super::table::Table;

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
