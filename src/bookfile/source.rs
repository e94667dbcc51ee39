//! A book file's text, and where in it an offset is.

use super::BookMistake;
use crate::domain::book::BookPath;

/// The largest book accepted, in bytes: some hundred times a large centre's.
pub const SIZE_MAX_BYTES: usize = 64 * 1024 * 1024;

pub struct Source<'a> {
    pub file_name: &'a str,
    /// Without a byte order mark.
    pub text: &'a str,
}

impl<'a> Source<'a> {
    /// The text if it is UTF-8 (with or without byte order mark) of a bearable size.
    pub fn decode(bytes: &'a [u8], file_name: &'a str) -> Result<Source<'a>, BookMistake> {
        let refusal = |line, column, message: String| BookMistake {
            file: file_name.to_owned(),
            line,
            column,
            key: String::new(),
            path: BookPath::root(),
            fault: Box::new(message.clone().into()),
            message,
        };
        if bytes.len() > SIZE_MAX_BYTES {
            let message = format!("the file has {} bytes, more than {SIZE_MAX_BYTES}; is it a book?", bytes.len());
            return Err(refusal(1, 1, message));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Source { file_name, text }),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let source = Source { file_name, text: std::str::from_utf8(good).unwrap_or_default() };
                let (line, column) = source.line_and_column(good.len());
                let byte = bytes.get(good.len()).copied().unwrap_or_default();
                let message = format!("byte 0x{byte:02X} is not UTF-8; save the file in the encoding UTF-8");
                Err(refusal(line, column, message))
            }
        }
    }

    /// Both from 1, the column in characters.
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before.get(line_start..).unwrap_or_default().chars().count() + 1)
    }
}
