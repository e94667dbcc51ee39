//! How text looks.

use serde::{Deserialize, Deserializer};

/// A colour of the sRGB output intent, each part 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    pub red: u8,
    pub green: u8,
    pub blue: u8,
}

impl Colour {
    pub const WHITE: Colour = Colour { red: 255, green: 255, blue: 255 };

    /// `#1F4E5F`.
    fn from_hex(text: &str) -> Option<Colour> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let part = |range| digits.get(range).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        Some(Colour { red: part(0..2)?, green: part(2..4)?, blue: part(4..6)? })
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Colour, D::Error> {
        let text = String::deserialize(deserializer)?;
        Colour::from_hex(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a colour such as #1F4E5F")))
    }
}

/// The colours a document is drawn in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Palette {
    /// Titles, headers, the first series of a chart.
    pub accent: Colour,
    /// The second series of a chart.
    pub accent_light: Colour,
    /// Backgrounds.
    pub tint: Colour,
    /// Body text.
    pub ink: Colour,
    /// Secondary text; still 4.5:1 against white.
    pub muted: Colour,
    /// Hairlines.
    pub rule: Colour,
}

/// The cuts of the document's one typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    Regular,
    Bold,
}

/// Face, size, distance between baselines, colour.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub face: Face,
    pub size: f32,
    pub leading: f32,
    pub colour: Colour,
}

impl Style {
    pub const fn regular(size: f32, leading: f32, colour: Colour) -> Style {
        Style { face: Face::Regular, size, leading, colour }
    }

    pub const fn bold(size: f32, leading: f32, colour: Colour) -> Style {
        Style { face: Face::Bold, size, leading, colour }
    }

    /// From the top of a line to its baseline: half the extra leading above, then the height of a capital with accent.
    pub fn ascent(self) -> f32 {
        (self.leading - self.size) / 2.0 + self.size * 0.83
    }
}

/// Where a text stands in its column, and which edge its x refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Centre,
    /// Right, with the decimal separators of a column below one another.
    Decimal(char),
}

/// Millimetres in points.
pub const fn mm(millimetres: f32) -> f32 {
    millimetres * 72.0 / 25.4
}
