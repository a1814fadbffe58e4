//! QR codes, drawn here: no script and no other server has a part in it.

use askama::Template;
use askama::filters::HtmlSafe;
use qrcode::{Color, EcLevel, QrCode as Drawn};

/// A QR code as a drawing.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "parts/qr_code.html")]
pub struct QrCode {
    /// What it is for, for those who hear the page read.
    label: String,
    /// Pixels of one side on the page.
    side: u16,
    /// Modules of one side, the quiet zone of four on each side included.
    size: usize,
    /// The dark modules as one SVG path: `M4 4h1v1h-1z…`.
    path: String,
}

impl HtmlSafe for QrCode {}

impl QrCode {
    /// Draws a text, `side` pixels wide.
    ///
    /// # Errors
    /// When it is too long for a code.
    pub fn draw(text: &str, label: impl Into<String>, side: u16) -> Result<Self, qrcode::types::QrError> {
        let drawn = Drawn::with_error_correction_level(text, EcLevel::M)?;
        let width = drawn.width();
        let modules = drawn.to_colors();
        let mut path = String::new();
        // Neighbours are one stroke: a sheet has hundreds of codes.
        for (line, modules) in modules.chunks(width).enumerate() {
            let mut column = 0usize;
            for run in modules.chunk_by(|one, other| one == other) {
                if run.first() == Some(&Color::Dark) {
                    let (x, y, length) = (column.saturating_add(4), line.saturating_add(4), run.len());
                    path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
                }
                column = column.saturating_add(run.len());
            }
        }
        Ok(Self { label: label.into(), side, size: width + 8, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_quiet_zone_and_its_three_corners() {
        let address = "otpauth://totp/cadre:zhangwei?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        let code = QrCode::draw(address, "绑定用的二维码", 264).unwrap();
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", &code.path[..40]);
        // Each corner is seven modules wide.
        let far = code.size - 11;
        for corner in [format!("M{far} 4h7v1h-7z"), format!("M4 {far}h7v1h-7z")] {
            assert!(code.path.contains(&corner), "{corner}");
        }
        assert!(!code.path.contains("M3 ") && !code.path.contains(" 3h"));
        let printed = code.render().unwrap();
        assert!(
            printed.contains("aria-label=\"绑定用的二维码\"") && printed.contains("width=\"264\""),
            "{printed}"
        );
    }
}
