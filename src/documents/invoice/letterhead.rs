//! `invoices/letterhead.json`: what the city can change about the look without touching code.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::documents::DocumentError;
use crate::documents::pdf::{Area, Brush, Colour, Palette, mm};

const FILE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/invoices/letterhead.json"));

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Letterhead {
    pub palette: Palette,
    pub address_window: Window,
    pub mark: Mark,
}

/// Where the recipient stands, so that the window of a French DL envelope shows it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Window {
    pub left_mm: f32,
    pub top_mm: f32,
    pub width_mm: f32,
}

/// The sign beside the seller's name: a square of the accent colour with bars cut out of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    pub size_mm: f32,
    /// Left, top, width, height as shares of the square.
    pub bars: Vec<[f32; 4]>,
}

impl Letterhead {
    pub fn shared() -> Result<&'static Letterhead, DocumentError> {
        static LETTERHEAD: OnceLock<Result<Letterhead, String>> = OnceLock::new();
        LETTERHEAD
            .get_or_init(|| serde_json::from_str(FILE).map_err(|error| error.to_string()))
            .as_ref()
            .map_err(|error| DocumentError::Letterhead(error.clone()))
    }

    pub fn draw_mark(&self, brush: &mut Brush, x: f32, y: f32) {
        let size = mm(self.mark.size_mm);
        brush.fill(Area { x, y, width: size, height: size }, self.palette.accent);
        for [left, top, width, height] in &self.mark.bars {
            let bar = Area { x: x + left * size, y: y + top * size, width: width * size, height: height * size };
            brush.fill(bar, Colour::WHITE);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_letterhead_reads() {
        Letterhead::shared().unwrap();
    }

    #[test]
    fn text_colours_are_legible_on_white() {
        // WCAG 2.1: relative luminance, and at least 4.5:1.
        fn channel(value: u8) -> f64 {
            let share = f64::from(value) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        }
        let palette = Letterhead::shared().unwrap().palette;
        for colour in [palette.accent, palette.ink, palette.muted] {
            let luminance =
                0.2126 * channel(colour.red) + 0.7152 * channel(colour.green) + 0.0722 * channel(colour.blue);
            assert!(1.05 / (luminance + 0.05) >= 4.5, "{colour:?}");
        }
    }
}
