//! Noto Sans: widths, line breaking, and the part of it each document embeds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use printpdf::ParsedFont;

use super::style::{Face, Style};
use crate::documents::DocumentError;

/// Both cuts, read once.
pub struct Fonts {
    regular: Cut,
    bold: Cut,
}

/// One cut with its glyphs by code point.
struct Cut {
    name: &'static str,
    program: &'static [u8],
    parsed: ParsedFont,
    glyphs: Vec<Option<Glyph>>,
}

#[derive(Clone, Copy)]
struct Glyph {
    id: u16,
    /// In the font's units.
    advance: u16,
}

/// The font holds nothing a document needs beyond this code point (letters, punctuation, currency, arrows, signs).
const CODE_POINTS: u32 = 0x2600;

impl Fonts {
    pub fn shared() -> Result<&'static Fonts, DocumentError> {
        static FONTS: OnceLock<Result<Fonts, DocumentError>> = OnceLock::new();
        FONTS.get_or_init(Fonts::read).as_ref().map_err(Clone::clone)
    }

    fn read() -> Result<Fonts, DocumentError> {
        Ok(Fonts {
            regular: Cut::read("NotoSans-Regular", notosans::REGULAR_TTF)?,
            bold: Cut::read("NotoSans-Bold", notosans::BOLD_TTF)?,
        })
    }

    fn cut(&self, face: Face) -> &Cut {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
        }
    }

    /// The width of `text` in points.
    pub fn width(&self, text: &str, style: Style) -> f32 {
        let cut = self.cut(style.face);
        let units: u32 = text.chars().map(|c| cut.glyph(c).map_or(0, |glyph| u32::from(glyph.advance))).sum();
        // Beyond 16 bits only for a text no page could hold; exact enough there.
        f32::from(u16::try_from(units / 16).unwrap_or(u16::MAX)) * 16.0 * style.size
            / f32::from(cut.parsed.units_per_em)
            + f32::from(u16::try_from(units % 16).unwrap_or(0)) * style.size / f32::from(cut.parsed.units_per_em)
    }

    /// The first character of `text` that cannot be shown.
    pub fn missing(&self, text: &str, face: Face) -> Option<char> {
        text.chars().find(|c| self.cut(face).glyph(*c).is_none())
    }

    /// `text` broken into lines no wider than `width`: at spaces and line ends, within a word only where it alone is
    /// wider. No-break spaces hold. Never empty.
    pub fn wrap(&self, text: &str, style: Style, width: f32) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            self.wrap_paragraph(paragraph, style, width, &mut lines);
        }
        lines
    }

    fn wrap_paragraph(&self, text: &str, style: Style, width: f32, lines: &mut Vec<String>) {
        let space = self.width(" ", style);
        let mut line = String::new();
        let mut used = 0.0;
        for word in text.split([' ', '\t', '\r']).filter(|word| !word.is_empty()) {
            let needed = self.width(word, style);
            if !line.is_empty() && used + space + needed > width {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            if line.is_empty() && needed > width {
                line = self.break_word(word, style, width, lines);
                used = self.width(&line, style);
                continue;
            }
            if !line.is_empty() {
                line.push(' ');
                used += space;
            }
            line.push_str(word);
            used += needed;
        }
        lines.push(line);
    }

    /// Pushes the full lines of a word wider than `width`; returns what is left of it.
    fn break_word(&self, word: &str, style: Style, width: f32, lines: &mut Vec<String>) -> String {
        let mut part = String::new();
        let mut used = 0.0;
        let mut buffer = [0; 4];
        for character in word.chars() {
            let advance = self.width(character.encode_utf8(&mut buffer), style);
            if !part.is_empty() && used + advance > width {
                lines.push(std::mem::take(&mut part));
                used = 0.0;
            }
            part.push(character);
            used += advance;
        }
        part
    }

    /// The cut reduced to `used`, named with its subset tag (ISO 32000-1, 9.6.4).
    pub fn subset(&self, face: Face, used: &BTreeSet<char>) -> Result<ParsedFont, DocumentError> {
        self.cut(face).subset(used)
    }
}

impl Cut {
    fn read(name: &'static str, program: &'static [u8]) -> Result<Cut, DocumentError> {
        let parsed = ParsedFont::from_bytes(program, 0, &mut Vec::new())
            .ok_or_else(|| DocumentError::Font(name, "not a TrueType font".into()))?;
        let glyph = |code| {
            let id = parsed.lookup_glyph_index(code).filter(|id| *id != 0)?;
            parsed.get_glyph_width(id).map(|advance| Glyph { id, advance })
        };
        let glyphs = (0..CODE_POINTS).map(glyph).collect();
        Ok(Cut { name, program, parsed, glyphs })
    }

    fn glyph(&self, character: char) -> Option<Glyph> {
        let code = usize::try_from(u32::from(substitute(character))).ok()?;
        self.glyphs.get(code).copied().flatten()
    }

    fn subset(&self, used: &BTreeSet<char>) -> Result<ParsedFont, DocumentError> {
        let mut remapper = subsetter::GlyphRemapper::new();
        let mut characters = BTreeMap::new();
        let mut widths = BTreeMap::new();
        widths.insert(0, self.parsed.get_glyph_width(0).unwrap_or(0));
        for character in used {
            if let Some(glyph) = self.glyph(*character) {
                let id = remapper.remap(glyph.id);
                characters.insert(u32::from(*character), id);
                widths.insert(id, glyph.advance);
            }
        }
        let program = subsetter::subset(self.program, 0, &remapper)
            .map_err(|error| DocumentError::Font(self.name, error.to_string()))?;
        let name = format!("{}+{}", subset_tag(used), self.name);
        let units_per_em = self.parsed.units_per_em;
        let metrics = self.parsed.font_metrics.clone();
        let mut font = ParsedFont::with_glyph_data(program, 0, Some(name), characters, widths, units_per_em, metrics);
        font.pdf_font_metrics = self.parsed.pdf_font_metrics.clone();
        Ok(font)
    }
}

/// Noto Sans lacks the typographic hyphens; they print as the plain one.
const fn substitute(character: char) -> char {
    match character {
        '\u{2010}' | '\u{2011}' => '-',
        other => other,
    }
}

/// `text` as it is drawn.
pub fn drawable(text: &str) -> Cow<'_, str> {
    if text.contains(['\u{2010}', '\u{2011}']) {
        Cow::Owned(text.chars().map(substitute).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Six capitals that depend on nothing but the characters.
fn subset_tag(used: &BTreeSet<char>) -> String {
    let mut hash = used.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, character| {
        (hash ^ u64::from(u32::from(*character))).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mut tag = String::with_capacity(6);
    for _ in 0..6 {
        tag.push(char::from(b'A' + u8::try_from(hash % 26).unwrap_or(0)));
        hash /= 26;
    }
    tag
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::pdf::Colour;

    const STYLE: Style = Style::regular(10.0, 12.0, Colour::WHITE);

    #[test]
    fn lines_stay_within_their_width_and_lose_nothing() {
        let fonts = Fonts::shared().unwrap();
        let text = "Mise à disposition d’une baie de 47 U doublement alimentée, aile C";
        let lines = fonts.wrap(text, STYLE, 90.0);
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| fonts.width(line, STYLE) <= 90.0), "{lines:?}");
        assert_eq!(lines.join(" "), text);
    }

    #[test]
    fn a_word_wider_than_the_line_is_broken_and_a_no_break_space_is_not() {
        let fonts = Fonts::shared().unwrap();
        let lines = fonts.wrap(&"x".repeat(200), STYLE, 50.0);
        assert_eq!(lines.concat(), "x".repeat(200));
        assert!(lines.iter().all(|line| fonts.width(line, STYLE) <= 50.0));
        assert_eq!(fonts.wrap("a 1\u{202f}200\u{a0}€", STYLE, 40.0), ["a", "1\u{202f}200\u{a0}€"]);
        assert_eq!(fonts.wrap("", STYLE, 40.0), [""]);
        assert_eq!(fonts.wrap("un\ndeux", STYLE, 400.0), ["un", "deux"]);
    }

    #[test]
    fn digits_share_one_width_so_that_columns_align() {
        let fonts = Fonts::shared().unwrap();
        for digit in "0123456789".chars() {
            assert_eq!(fonts.width(&digit.to_string(), STYLE), fonts.width("0", STYLE));
        }
    }

    #[test]
    fn unknown_characters_are_named_and_typographic_ones_known() {
        let fonts = Fonts::shared().unwrap();
        assert_eq!(fonts.missing("Données 数据", Face::Regular), Some('数'));
        assert_eq!(fonts.missing("«\u{a0}l’œuvre\u{a0}» − 12\u{202f}345,00\u{a0}€ · Łódź \u{2011}", Face::Bold), None);
    }

    #[test]
    fn a_subset_is_small_and_named_after_its_characters() {
        let fonts = Fonts::shared().unwrap();
        let used: BTreeSet<char> = "Facture".chars().collect();
        let font = fonts.subset(Face::Bold, &used).unwrap();
        assert!(font.original_bytes.len() < 8_000);
        let name = font.font_name.unwrap();
        assert!(name.ends_with("+NotoSans-Bold") && name.len() == 6 + 1 + 13, "{name}");
    }
}
