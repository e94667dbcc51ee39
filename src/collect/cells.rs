//! One line of CSV taken apart (RFC 4180, but for line breaks within a cell), by itself: a quotation mark that a line opens
//! and does not close takes no other line with it.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

/// The cells of a line; kept from line to line, so that reading a file allocates no more than its longest line.
pub struct Cells {
    reader: Reader,
    delimiter: u8,
    bytes: Vec<u8>,
    /// Where each cell ends in `bytes`; the first `count` are of the line at hand.
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    pub fn separated_by(delimiter: u8) -> Cells {
        // A carriage return within a line is a part of its cell, and ends nothing.
        let reader = ReaderBuilder::new().delimiter(delimiter).terminator(Terminator::Any(b'\n')).build();
        Cells { reader, delimiter, bytes: vec![], ends: vec![], count: 0 }
    }

    /// Takes `line` apart, with or without its line end. One that ends within a quoted cell has none: nobody knows where
    /// that was to end.
    pub fn take(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.ends_quoted(line) {
            self.count = 0;
            return;
        }
        // A line has no more bytes of cells than bytes, and at the most one cell more than that.
        self.bytes.resize(line.len(), 0);
        self.ends.resize(line.len() + 1, 0);
        self.reader.reset();
        let (mut rest, mut written) = (line, 0);
        self.count = 0;
        loop {
            let (bytes, ends) = (self.bytes.get_mut(written..), self.ends.get_mut(self.count..));
            let (result, read, filled, ended) =
                self.reader.read_record(rest, bytes.unwrap_or_default(), ends.unwrap_or_default());
            rest = rest.get(read..).unwrap_or_default();
            written += filled;
            self.count += ended;
            // Its input at an end, the reader is asked once more and takes nothing for the end of the line.
            if !matches!(result, ReadRecordResult::InputEmpty) {
                return;
            }
        }
    }

    /// Whether a quotation mark at the beginning of a cell is never closed; two within a cell stand for one.
    fn ends_quoted(&self, line: &[u8]) -> bool {
        let (mut quoted, mut closed, mut begins) = (false, false, true);
        for byte in line {
            match byte {
                b'"' if quoted => (quoted, closed) = (false, true),
                b'"' if begins || closed => (quoted, closed) = (true, false),
                _ => closed = false,
            }
            begins = !quoted && *byte == self.delimiter;
        }
        quoted
    }

    pub const fn count(&self) -> usize {
        self.count
    }

    pub fn get(&self, position: usize) -> Option<&[u8]> {
        let end = self.ends.get(..self.count)?.get(position)?;
        let start = position.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.bytes.get(start..*end)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).filter_map(|position| self.get(position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(lines: &[&str]) -> Vec<String> {
        let mut cells = Cells::separated_by(b';');
        let shown = |line: &&str| {
            cells.take(line.as_bytes());
            cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect::<Vec<_>>().join("|")
        };
        lines.iter().map(shown).collect()
    }

    #[test]
    fn a_line_is_taken_apart_by_itself() {
        let lines = [
            "a;b;c\r\n",
            "\"a;b\";\"say \"\"c\"\"\"\n",
            "\"open;b;c\n",
            "a;\"open",
            "a;;\n",
            ";",
            "x",
            "19\" rack;b",
            "a;b\rc;d",
        ];
        assert_eq!(cells(&lines), ["a|b|c", "a;b|say \"c\"", "", "", "a||", "|", "x", "19\" rack|b", "a|b\rc|d"]);
    }
}
