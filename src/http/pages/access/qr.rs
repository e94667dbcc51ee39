//! QR codes as SVG.

use qrcodegen::{QrCode, QrCodeEcc};

/// White around the code, in modules: ISO/IEC 18004 asks for four.
const QUIET: i32 = 4;

/// A QR code as one path of unit squares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// Modules along each side, the white around included.
    pub side: i32,
    pub path: String,
}

/// `text` as a QR code; none where it is too long for one.
pub fn drawn(text: &str) -> Option<Drawing> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size();
    let dark = (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET)).collect();
    Some(Drawing { side: size + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_finder_patterns_stand_in_three_corners() {
        let code = drawn("otpauth://totp/Chapelle:a%40example.org?secret=JBSWY3DPEHPK3PXP&issuer=Chapelle").unwrap();
        let last = code.side - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(code.path.contains(&format!("M{x} {y}h")), "{x} {y}");
        }
        assert!(!code.path.contains("M3 ") && !code.path.contains(" 3h"), "the white around stays white");
        assert_eq!(drawn(&"x".repeat(5000)), None);
    }
}
