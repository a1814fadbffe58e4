//! Accounts: their list, one-time codes, own sessions. Their forms are a [`FormPage`](super::form_page::FormPage).

use askama::Template;

use super::qr_code::QrCode;
use super::table::Table;
use super::{Form, Frame};

/// The accounts of an organisation and what lies below it, or the requests that concern them.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accounts/list.html")]
pub struct Accounts {
    /// What stands around the page.
    pub frame: Frame,
    /// The heading.
    pub title: String,
    /// User name, role, organisation, state, last seen.
    pub table: Table,
    /// Where an account is made, for whom may.
    pub enter: Option<String>,
    /// Where requests wait for a second person, for whom decides them.
    pub approvals: Option<String>,
    /// Where the demands at sign-in stand, for whom changes them.
    pub demands: Option<String>,
}

/// One's own one-time codes.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accounts/second_factor.html")]
pub struct SecondFactor {
    /// What stands around the page.
    pub frame: Frame,
    /// The role needs them: nothing else is open before.
    pub must: bool,
    /// Since when they are in use; none: not yet.
    pub since: Option<String>,
    /// The secret in groups of four, where one waits to be confirmed.
    pub secret: String,
    /// The same as a QR code.
    pub code: QrCode,
    /// How to begin, or the field for the first code.
    pub form: Option<Form>,
}

/// A browser in which somebody is signed in.
#[derive(Debug, Clone, Default)]
pub struct OneSession {
    /// Since when.
    pub since: String,
    /// Last seen.
    pub seen: String,
    /// The address that it was opened from.
    pub address: String,
    /// The browser by its usual name.
    pub browser: String,
    /// Where it is ended; none: it is this one.
    pub end: Option<String>,
}

/// One's own sessions.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "accounts/sessions.html")]
pub struct OwnSessions {
    /// What stands around the page.
    pub frame: Frame,
    /// The browsers.
    pub sessions: Vec<OneSession>,
    /// Where all the others are ended.
    pub end_others: String,
}
