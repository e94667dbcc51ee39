//! Opening balances as CSV: `account,auxiliary,label,debit,credit`, or the French way with `;` and decimal commas.

use super::cells::Cells;
use super::columns::{ColumnFault, Known, numbered};
use super::text::Utf16;
use crate::domain::told::{Tell, Told};

const KNOWN: Known<5> = Known {
    english: ["account", "debit", "credit", "auxiliary", "label"],
    french: ["compte", "débit", "crédit", "auxiliaire", "libellé"],
    required: 3,
};

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
    #[error("`{name}` is not a column of opening balances; known: {}", KNOWN.english.join(", "))]
    UnknownColumn { name: String },
    #[error("the column {name} is missing; the first line names the columns: {}", KNOWN.english.join(", "))]
    MissingColumn { name: &'static str },
    #[error("the column {name} stands twice in the first line: leave one out")]
    RepeatedColumn { name: String },
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
                let french = KNOWN.english.iter().zip(KNOWN.french).find(|(english, _)| *english == name);
                let french = french.map_or(*name, |(_, french)| french);
                Told::new("balances-missing-column", self).with("name", french)
            }
            BalancesError::RepeatedColumn { name } => {
                Told::new("file-repeated-column", self).with("name", name.as_str())
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
    let mut cells = Cells::separated_by(delimiter);
    let mut texts = numbered(text);
    cells.take(texts.next().map_or("", |(_, header)| header).as_bytes());
    let columns = KNOWN.columns(&cells).map_err(|fault| match fault {
        ColumnFault::Encoding => BalancesError::Encoding,
        ColumnFault::Unknown(name) => BalancesError::UnknownColumn { name },
        ColumnFault::Repeated(name) => BalancesError::RepeatedColumn { name },
        ColumnFault::Missing(name) => BalancesError::MissingColumn { name },
    })?;
    let mut lines = Vec::new();
    for (line, text) in texts {
        cells.take(text.as_bytes());
        if cells.count() != columns.width() {
            let message = "it has not as many cells as the first line: a decimal comma needs `;` between cells, and a \
                           quotation mark that opens a cell another at its end";
            return Err(BalancesError::Line { line, message: message.to_owned() });
        }
        if cells.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            let cell = |column| columns.text(&cells, column).to_owned();
            let [account, debit, credit, auxiliary, label] = [0, 1, 2, 3, 4].map(cell);
            lines.push(BalanceLine { line, account, auxiliary, label, debit, credit });
        }
    }
    Ok(lines)
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
        assert!(told("account,debit,debit,credit\n").contains("the column debit stands twice"));
        assert!(told("account,debit,credit\n411,1,00,\n").starts_with("line 2"));
        assert!(
            told("account,debit,credit\n\"411,1,\n512,,1\n").starts_with("line 2"),
            "no line takes another with it"
        );
        assert!(read(&[0xe9]).is_err());
        assert!(read(b"\xFF\xFEa\0").unwrap_err().to_string().contains("UTF-16"));
    }
}
