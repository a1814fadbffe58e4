//! Addresses of the desk, and numbers with their sign.

use rocket::http::RawStr;

use crate::base::values::Hundredths;
use crate::records::ratings::fairness::Basis;

/// Where the desk and its lists stand, for an organisation and a basis.
#[derive(Clone, Copy)]
pub(super) struct Address<'a> {
    /// Code of the organisation.
    pub within: &'a str,
    /// Scheme and period.
    pub basis: &'a Basis,
}

impl<'a> Address<'a> {
    /// The same for another organisation.
    pub fn of(self, within: &'a str) -> Self {
        Self { within, ..self }
    }

    fn query(self) -> String {
        let within = RawStr::new(self.within).percent_encode();
        format!("?within={within}&scheme={}&period={}", self.basis.scheme.code, self.basis.period)
    }

    /// The desk.
    pub fn desk(self) -> String {
        format!("/ratings/fairness{}", self.query())
    }

    /// A list of the desk, narrowed further.
    pub fn list(self, list: &str, more: &str) -> String {
        format!("/ratings/fairness/{list}{}{more}", self.query())
    }
}

/// `+0.25`, `-1.00`, `0.00`.
pub(super) fn signed(value: Hundredths) -> String {
    if value.hundredths() > 0 { format!("+{value}") } else { value.to_string() }
}

/// A value in an address.
pub(super) fn encoded(value: &str) -> String {
    RawStr::new(value).percent_encode().to_string()
}
