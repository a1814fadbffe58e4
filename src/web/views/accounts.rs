//! Accounts: their list, one-time codes, own sessions. Their forms are a [`FormPage`](super::form_page::FormPage).

use askama::Template;
use askama::filters::HtmlSafe;
use qrcode::{Color, EcLevel, QrCode as Drawn};

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

/// A QR code, drawn here: no script and no other server has a part in it.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/qr_code.html")]
pub struct QrCode {
    /// Modules of one side, the quiet zone of four on each side included.
    size: usize,
    /// The dark modules as one SVG path: `M4 4h1v1h-1z…`.
    path: String,
}

impl HtmlSafe for QrCode {}

impl QrCode {
    /// Draws a text.
    ///
    /// # Errors
    /// When it is too long for a code.
    pub fn draw(text: &str) -> Result<Self, qrcode::types::QrError> {
        let drawn = Drawn::with_error_correction_level(text, EcLevel::M)?;
        let width = drawn.width();
        let modules = drawn.to_colors();
        let mut path = String::new();
        for (place, _) in modules.iter().enumerate().filter(|(_, module)| **module == Color::Dark) {
            path.push_str(&format!("M{} {}h1v1h-1z", place % width + 4, place / width + 4));
        }
        Ok(Self { size: width + 8, path })
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_three_corners() {
        let code =
            QrCode::draw("otpauth://totp/cadre:zhangwei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        let last = code.size - 5;
        assert!(code.path.starts_with("M4 4h1v1h-1z"), "{}", &code.path[..40]);
        for corner in [format!("M{last} 4h"), format!("M4 {last}h")] {
            assert!(code.path.contains(&corner), "{corner}");
        }
        assert!(!code.path.contains("M3 ") && !code.path.contains(" 3h"));
    }
}
