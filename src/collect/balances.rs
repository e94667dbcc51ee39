//! Opening balances as CSV: `account,auxiliary,label,debit,credit`, or the French way with `;` and decimal commas.

use csv::{ReaderBuilder, StringRecord, Terminator, Trim};

use super::text::Utf16;
use crate::domain::told::{Tell, Told};

const COLUMNS: [&str; 5] = ["account", "auxiliary", "label", "debit", "credit"];
/// The same in French, in the same order.
const FRENCH_COLUMNS: [&str; COLUMNS.len()] = ["compte", "auxiliaire", "libellé", "débit", "crédit"];
/// Columns that may be missing.
const OPTIONAL: [&str; 2] = ["auxiliary", "label"];

/// One line of the file, its amounts as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BalanceLine {
    pub line: usize,
    pub account: String,
    pub auxiliary: String,
    pub label: String,
    pub debit: String,
    pub credit: String,
}

/// Why a file holds no balances.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BalancesError {
    #[error("the file is not UTF-8: save it in the encoding UTF-8")]
    Encoding,
    #[error(transparent)]
    Utf16(#[from] Utf16),
    #[error("`{name}` is not a column of opening balances; known: {}", COLUMNS.join(", "))]
    UnknownColumn { name: String },
    #[error("the column {name} is missing; the first line names the columns: {}", COLUMNS.join(", "))]
    MissingColumn { name: &'static str },
    #[error("line {line}: {message}")]
    Line { line: usize, message: String },
}

impl Tell for BalancesError {
    fn told(&self) -> Told {
        match self {
            BalancesError::Encoding => Told::new("balances-encoding", self),
            BalancesError::Utf16(error) => error.told(),
            BalancesError::UnknownColumn { name } => {
                Told::new("balances-unknown-column", self).with("name", name.as_str())
            }
            BalancesError::MissingColumn { name } => {
                let french = COLUMNS.iter().zip(FRENCH_COLUMNS).find(|(english, _)| *english == name);
                let french = french.map_or(*name, |(_, french)| french);
                Told::new("balances-missing-column", self).with("name", french)
            }
            BalancesError::Line { line, .. } => Told::new("balances-cells", self).with("line", line.to_string()),
        }
    }
}

/// Reads every line; one that cannot be read refuses the file.
pub fn read(bytes: &[u8]) -> Result<Vec<BalanceLine>, BalancesError> {
    Utf16::refuse(bytes)?;
    let text = std::str::from_utf8(bytes).map_err(|_| BalancesError::Encoding)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let delimiter = if text.lines().next().unwrap_or_default().contains(';') { b';' } else { b',' };
    // Cells are trimmed, so a carriage return before the line feed does no harm, and lines are counted rightly.
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .terminator(Terminator::Any(b'\n'))
        .trim(Trim::All)
        .from_reader(text.as_bytes());
    let failure = |error: &csv::Error| BalancesError::Line {
        line: error.position().map_or(1, |place| usize::try_from(place.line()).unwrap_or_default()),
        message: "it has not as many cells as the first line: a decimal comma needs `;` between cells".to_owned(),
    };
    let positions = positions(reader.headers().map_err(|error| failure(&error))?)?;
    let mut lines = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| failure(&error))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let cell = |column: usize| {
            let position = positions.get(column).copied().flatten();
            position.and_then(|position| record.get(position)).unwrap_or_default().to_owned()
        };
        let line = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or_default());
        let [account, auxiliary, label, debit, credit] = [0, 1, 2, 3, 4].map(cell);
        lines.push(BalanceLine { line, account, auxiliary, label, debit, credit });
    }
    Ok(lines)
}

fn positions(header: &StringRecord) -> Result<[Option<usize>; COLUMNS.len()], BalancesError> {
    let mut positions = [None; COLUMNS.len()];
    for (position, name) in header.iter().enumerate() {
        let name = name.to_lowercase();
        let known = COLUMNS.iter().zip(FRENCH_COLUMNS).position(|(english, french)| *english == name || french == name);
        match known.and_then(|column| positions.get_mut(column)) {
            Some(slot) => *slot = Some(position),
            None => return Err(BalancesError::UnknownColumn { name }),
        }
    }
    let missing = COLUMNS.iter().zip(positions).find(|(name, position)| position.is_none() && !OPTIONAL.contains(name));
    match missing {
        Some((name, _)) => Err(BalancesError::MissingColumn { name }),
        None => Ok(positions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_are_read() {
        let french = read("\u{feff}Compte;Libellé;Débit;Crédit\r\n2135;Bâtiment;16000000,00;\r\n".as_bytes()).unwrap();
        let english = read(b"account,debit,credit\n2135,16000000.00,\n").unwrap();
        let shown = |lines: &[BalanceLine]| lines.iter().map(|one| (one.line, one.account.clone())).collect::<Vec<_>>();
        assert_eq!(shown(&french), [(2, "2135".to_owned())]);
        assert_eq!(shown(&english), shown(&french));
        assert_eq!(french.first().unwrap().debit, "16000000,00");
    }

    #[test]
    fn what_is_no_balance_file_is_told() {
        let told = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(told("account,debit\n").contains("the column credit is missing"));
        assert!(told("account,debit,credit,x\n").contains("`x` is not a column"));
        assert!(told("account,debit,credit\n411,1,00,\n").starts_with("line 2"));
        assert!(read(&[0xe9]).is_err());
        assert!(read(b"\xFF\xFEa\0").unwrap_err().to_string().contains("UTF-16"));
    }
}
