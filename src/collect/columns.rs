//! Which column of a CSV file is which: its first line names them in any order, in English or in French.

use super::cells::Cells;

/// The columns a kind of file may have.
pub struct Known<const N: usize> {
    pub english: [&'static str; N],
    /// The same in French, in the same order.
    pub french: [&'static str; N],
    /// How many of them, from the first, a file must have.
    pub required: usize,
}

/// Where each known column stands in a file.
pub struct Columns<const N: usize> {
    positions: [Option<usize>; N],
    /// Cells a line must have.
    width: usize,
}

/// Why a first line names no columns of its kind.
#[derive(Debug, PartialEq, Eq)]
pub enum ColumnFault {
    Encoding,
    Unknown(String),
    Repeated(String),
    /// By its English name.
    Missing(&'static str),
}

impl<const N: usize> Known<N> {
    pub fn columns(&self, header: &Cells) -> Result<Columns<N>, ColumnFault> {
        let mut positions = [None; N];
        for (position, name) in header.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|_| ColumnFault::Encoding)?.trim().to_lowercase();
            let known = self.english.iter().zip(self.french).position(|(one, other)| *one == name || other == name);
            match known.and_then(|column| positions.get_mut(column)) {
                Some(slot) if slot.is_some() => return Err(ColumnFault::Repeated(name)),
                Some(slot) => *slot = Some(position),
                None => return Err(ColumnFault::Unknown(name)),
            }
        }
        let mut required = self.english.iter().zip(positions).take(self.required);
        match required.find(|(_, position)| position.is_none()) {
            Some((name, _)) => Err(ColumnFault::Missing(name)),
            None => Ok(Columns { positions, width: header.count() }),
        }
    }
}

impl<const N: usize> Columns<N> {
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Where each column stands.
    pub const fn positions(&self) -> [Option<usize>; N] {
        self.positions
    }

    /// Where the column stands, from 0; none where the file has none.
    pub fn position(&self, column: usize) -> Option<usize> {
        self.positions.get(column).copied().flatten()
    }

    pub fn cell<'l>(&self, line: &'l Cells, column: usize) -> Option<&'l [u8]> {
        self.position(column).and_then(|position| line.get(position))
    }

    /// The trimmed cell of a file known to be UTF-8; empty where there is none.
    pub fn text<'l>(&self, line: &'l Cells, column: usize) -> &'l str {
        let bytes = self.cell(line, column).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default().trim()
    }
}

/// The lines of a text that are not blank, counted from 1.
pub fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.split('\n')).filter(|(_, line)| !line.trim().is_empty())
}
