//! Texts that people write and the program keeps: how long each may be, what stands in none, and how much of one an
//! error repeats.
//!
//! Owns: the limits by what a text is for. Does not own: whether a text must be given, texts of the facility book
//! (`bookfile` reads those). Invariant: no kept text holds a character that cannot be seen, but for the breaks of a
//! reason's lines: what one reads is what is kept.

use super::told::{Tell, Told};

/// What a text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text {
    /// What the bank says of a payment: as long as a SEPA transfer's remittance information (140).
    Reference,
    /// Why something is done: the trail keeps it, auditors read it. It may have several lines.
    Reason,
    /// A decision, an evidence or a source that something rests on, and who is behind it.
    Ground,
    /// What a person, a token, a paper, a component is called.
    Name,
    /// What an invoice says of a line.
    Designation,
}

/// Why a text cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("{} has {found} characters: say why in {} to {}, auditors will read it", .text.english(), .text.characters_min(), .text.characters_max())]
    TooShort { text: Text, found: usize },
    #[error("{} has {found} characters: shorten it to {} at most", .text.english(), .text.characters_max())]
    TooLong { text: Text, found: usize },
    #[error("{} holds the control character U+{:04X} as its character {place}: take it out", .text.english(), u32::from(*.character))]
    Unseen { text: Text, character: char, place: usize },
}

impl Text {
    pub const fn characters_max(self) -> usize {
        match self {
            Text::Reference => 140,
            Text::Reason => 500,
            Text::Ground | Text::Name | Text::Designation => 200,
        }
    }

    /// Fewer say nothing, where anything is said at all.
    pub const fn characters_min(self) -> usize {
        match self {
            Text::Reason => 5,
            Text::Reference | Text::Ground | Text::Name | Text::Designation => 1,
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Text::Reference => "the reference",
            Text::Reason => "the reason",
            Text::Ground => "a decision, an evidence, a source or a body",
            Text::Name => "the name",
            Text::Designation => "the designation",
        }
    }

    fn told(self) -> Told {
        match self {
            Text::Reference => Told::new("text-reference", self.english()),
            Text::Reason => Told::new("text-reason", self.english()),
            Text::Ground => Told::new("text-ground", self.english()),
            Text::Name => Told::new("text-name", self.english()),
            Text::Designation => Told::new("text-designation", self.english()),
        }
    }

    /// Whether `written` may be kept as such a text.
    pub fn check(self, written: &str) -> Result<(), TextError> {
        let may_break = |c: char| self == Text::Reason && matches!(c, '\n' | '\r' | '\t');
        let unseen = (1..).zip(written.chars()).find(|(_, c)| is_unseen(*c) && !may_break(*c));
        if let Some((place, character)) = unseen {
            return Err(TextError::Unseen { text: self, character, place });
        }
        let found = written.trim().chars().count();
        if (1..self.characters_min()).contains(&found) {
            return Err(TextError::TooShort { text: self, found });
        }
        if found > self.characters_max() { Err(TextError::TooLong { text: self, found }) } else { Ok(()) }
    }
}

/// Whether a character does something and cannot be seen: controls, the marks that turn the direction of what follows (so
/// that `12` may be read as `21`), spaces without width. What joins or parts letters (U+200C, U+200D, U+00AD) is a
/// part of how some texts are written.
pub fn is_unseen(character: char) -> bool {
    let turns =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || turns || matches!(character, '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A line as it was pasted from a table or a mail: without the space around it, a tab within it as a space.
pub fn pasted(line: &str) -> String {
    line.trim().replace('\t', " ")
}

impl Tell for TextError {
    fn told(&self) -> Told {
        match self {
            TextError::TooShort { text, found } => Told::new("reason-length", self)
                .with("length", *found)
                .with("low", text.characters_min())
                .with("high", text.characters_max()),
            TextError::TooLong { text, found } => Told::new("text-too-long", self)
                .with("what", text.told())
                .with("found", *found)
                .with("max", text.characters_max()),
            TextError::Unseen { text, place, .. } => {
                Told::new("text-control", self).with("what", text.told()).with("place", *place)
            }
        }
    }
}

/// The longest word of an error that is shown whole: longer than any code, hash or number of ours.
const WORD_SHOWN_MAX: usize = 160;
/// How much of a longer one is shown.
const WORD_SHOWN: usize = 60;
/// A line of an error is cut after so many characters.
const LINE_SHOWN_MAX: usize = 2_000;

/// An error as it is shown: it repeats what was sent, and no more of it than tells which it is. Unseen characters are
/// written out, so that none reaches a terminal.
pub fn shown(error: &str) -> String {
    error.split('\n').map(shown_line).collect::<Vec<_>>().join("\n")
}

fn shown_line(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let plain: String = word.chars().map(|c| if is_unseen(c) && c != '\t' { '\u{fffd}' } else { c }).collect();
        cut(plain, WORD_SHOWN_MAX, WORD_SHOWN)
    });
    cut(words.collect::<Vec<_>>().join(" "), LINE_SHOWN_MAX, LINE_SHOWN_MAX)
}

/// The first `kept` characters and the last of a text longer than `max`: the last closes a quotation.
fn cut(text: String, max: usize, kept: usize) -> String {
    let found = text.chars().count();
    if found <= max {
        return text;
    }
    let tail: String = text.chars().skip(found.saturating_sub(2)).filter(|c| !c.is_alphanumeric()).collect();
    format!("{}…[{found} characters]{tail}", text.chars().take(kept).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_up_to_what_its_field_means() {
        assert_eq!(Text::Reference.check(&"é".repeat(140)), Ok(()));
        let long = Text::Reference.check(&"x".repeat(30_000)).unwrap_err();
        assert_eq!(long.to_string(), "the reference has 30000 characters: shorten it to 140 at most");
        assert_eq!(long.told().key, "text-too-long");
        let control = Text::Reference.check("VIR\0 42").unwrap_err();
        assert_eq!(
            control.to_string(),
            "the reference holds the control character U+0000 as its character 4: take it out"
        );
        assert!(Text::Name.check("two\nlines").is_err() && Text::Name.check("\u{85}").is_err());
        assert_eq!(Text::Reason.check("two\r\nlines,\tand a tab"), Ok(()));
        assert!(Text::Reason.check("\u{1b}[31mred").is_err());
        let short = Text::Reason.check(" non ").unwrap_err();
        assert_eq!(short.told().key, "reason-length");
        assert_eq!(short.to_string(), "the reason has 3 characters: say why in 5 to 500, auditors will read it");
        assert_eq!((Text::Reason.check("essai"), Text::Name.check("x")), (Ok(()), Ok(())));
        assert_eq!(Text::Reason.check(" "), Ok(()), "whether it must be given is not said here");
        for unseen in ['\u{202e}', '\u{2066}', '\u{200f}', '\u{feff}', '\u{200b}'] {
            assert!(Text::Reason.check(&format!("12{unseen}34")).is_err(), "{unseen:?}");
        }
        assert_eq!(Text::Name.check("l’Hôtel\u{a0}: «\u{202f}où\u{202f}» 👩\u{200d}🔧"), Ok(()));
        assert_eq!(Text::Reference.check(&pasted("  VIR 42\tAP-HP\t")), Ok(()));
        assert_eq!(pasted("  VIR 42\tAP-HP\t"), "VIR 42 AP-HP");
    }

    #[test]
    fn an_error_repeats_no_more_than_tells_which_it_is() {
        let plain = "meter A01-EA: `x` is unknown\nand a second line";
        assert_eq!(shown(plain), plain);
        let long = shown(&format!("`{}` is not known: name another", "C".repeat(5_000)));
        assert_eq!(long, format!("`{}…[5002 characters]` is not known: name another", "C".repeat(59)));
        assert_eq!(shown("a\u{1b}[31mb\u{202e}c"), "a\u{fffd}[31mb\u{fffd}c");
        assert!(shown(&"word ".repeat(3_000)).chars().count() < 2_100);
    }
}
