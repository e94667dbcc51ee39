//! Management figures from a CSV file: `month,kind,label,amount_eur,source[,tenant][,service][,correction]` in any order,
//! or the French way with `;` and decimal commas. A file is taken whole or not at all, and all its mistakes are told.

use super::cells::Cells;
use super::columns::{ColumnFault, Columns, Known, numbered};
use super::text::Utf16;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::freetext;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::payback::{FigureKey, FigureKind};

const KNOWN: Known<8> = Known {
    english: ["month", "kind", "label", "amount_eur", "source", "tenant", "service", "correction"],
    french: ["mois", "nature", "libellé", "montant_eur", "source", "hébergé", "service", "motif"],
    required: 5,
};
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
const TEXT_CHARACTERS_MAX: usize = 200;
/// A thousand million euros in one month: more is a slip of the decimal point.
const AMOUNT_CENTS_MAX: i64 = 100_000_000_000;

/// A figure as it was sent, not yet held against what is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedFigure {
    /// Where it stands, as mistakes are told: `couts.csv:12`.
    pub place: String,
    /// The line of the file, from 1; 0 where it came by none.
    pub line: usize,
    /// Where each column stands in the file, from 0.
    pub columns: [Option<usize>; 8],
    pub key: FigureKey,
    pub amount: Money,
    pub source: String,
    /// Why it replaces what is recorded, where it is a correction.
    pub correction: Option<String>,
}

impl SubmittedFigure {
    /// The place of one of its cells, by the English name of the column: `couts.csv:12: column 4 (amount_eur)`; of a figure
    /// that came by no file, its own.
    pub fn cell(&self, column: &str) -> String {
        let known = KNOWN.english.iter().zip(self.columns).find(|(name, _)| **name == column);
        match known.and_then(|(_, position)| position) {
            Some(position) => format!("{}: {}", self.place, column_at(position, column)),
            None => self.place.clone(),
        }
    }
}

/// `column 4 (amount_eur)`
fn column_at(position: usize, name: &str) -> String {
    format!("column {} ({name})", position + 1)
}

/// What a file holds, and every mistake of it by its line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FigureFile {
    pub figures: Vec<SubmittedFigure>,
    pub mistakes: Vec<(usize, String)>,
}

/// The texts of a figure, from a file's cells or a command's arguments.
#[derive(Debug, Clone, Copy, Default)]
pub struct FigureTexts<'a> {
    pub month: &'a str,
    pub kind: &'a str,
    pub label: &'a str,
    pub amount: &'a str,
    pub source: &'a str,
    pub tenant: Option<&'a str>,
    pub service: Option<&'a str>,
    pub correction: Option<&'a str>,
}

/// Every figure of a file that can be read, and every mistake beside them, with line, column and remedy.
pub fn figures(bytes: &[u8], file_name: &str) -> FigureFile {
    let mut file = FigureFile::default();
    if let Err(mistake) = read(bytes, file_name, &mut file) {
        file.mistakes.push(mistake);
    }
    if file.figures.is_empty() && file.mistakes.is_empty() {
        let told = format!("{file_name}: there is no figure below the header line; nothing was recorded");
        file.mistakes.push((1, told));
    }
    file
}

/// Reads the lines; or says why there are none to read.
fn read(bytes: &[u8], file_name: &str, file: &mut FigureFile) -> Result<(), (usize, String)> {
    let text = decoded(bytes, file_name).map_err(|mistake| (1, mistake))?;
    let delimiter = delimiter_of(text);
    let told = |line: usize, message: String| (line, format!("{file_name}:{line}: {message}"));
    let mut cells = Cells::separated_by(delimiter);
    let mut lines = numbered(text);
    cells.take(lines.next().map_or("", |(_, header)| header).as_bytes());
    let header = Header::of(&cells, delimiter == b';').map_err(|message| told(1, message))?;
    for (line, text) in lines {
        cells.take(text.as_bytes());
        match header.figure(&cells, format!("{file_name}:{line}")) {
            Ok(figure) => file.figures.push(SubmittedFigure { line, columns: header.columns.positions(), ..figure }),
            Err(messages) => file.mistakes.extend(messages.into_iter().map(|message| told(line, message))),
        }
    }
    Ok(())
}

fn decoded<'a>(bytes: &'a [u8], file_name: &str) -> Result<&'a str, String> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(format!("{file_name}: has {} bytes, more than {FILE_BYTES_MAX}; send it in parts", bytes.len()));
    }
    Utf16::refuse(bytes).map_err(|error| format!("{file_name}: {error}"))?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        format!("{file_name}:{line}: holds a byte that is not UTF-8; save the file in the encoding UTF-8")
    })
}

fn delimiter_of(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    if header.contains(';') {
        b';'
    } else if header.contains('\t') {
        b'\t'
    } else {
        b','
    }
}

struct Header {
    columns: Columns<8>,
    decimal_comma: bool,
}

impl Header {
    fn of(names: &Cells, decimal_comma: bool) -> Result<Header, String> {
        let columns = KNOWN.columns(names).map_err(|fault| {
            let known = KNOWN.english.join(", ");
            match fault {
                ColumnFault::Encoding => "is not UTF-8; save the file in the encoding UTF-8".to_owned(),
                ColumnFault::Unknown(name) => format!("`{name}` is not a column; the columns are {known}"),
                ColumnFault::Repeated(name) => format!("the column `{name}` stands twice; keep one"),
                ColumnFault::Missing(name) => {
                    format!("the column `{name}` is missing; the first line names the columns {known}")
                }
            }
        })?;
        Ok(Header { columns, decimal_comma })
    }

    fn figure(&self, record: &Cells, place: String) -> Result<SubmittedFigure, Vec<String>> {
        let (found, expected) = (record.count(), self.columns.width());
        if found != expected {
            return Err(vec![format!(
                "has {found} cells, the first line has {expected}: write a decimal comma only with `;` between cells, and \
                 close the quotation marks a cell begins with"
            )]);
        }
        let optional = |column: usize| Some(self.columns.text(record, column)).filter(|text| !text.is_empty());
        let amount = self.columns.text(record, 3);
        if self.decimal_comma && amount.contains('.') {
            let column = self.told(3);
            return Err(vec![format!(
                "{column}: `{amount}` has a point; with `;` between cells decimals have a comma"
            )]);
        }
        let amount = if self.decimal_comma { amount.replace(',', ".") } else { amount.to_owned() };
        let texts = FigureTexts {
            month: self.columns.text(record, 0),
            kind: self.columns.text(record, 1),
            label: self.columns.text(record, 2),
            amount: &amount,
            source: self.columns.text(record, 4),
            tenant: optional(5),
            service: optional(6),
            correction: optional(7),
        };
        figure(&texts, place).map_err(|faults| {
            faults.into_iter().map(|(column, fault)| format!("{}: {fault}", self.told(column))).collect()
        })
    }

    fn told(&self, column: usize) -> String {
        let name = KNOWN.english.get(column).copied().unwrap_or_default();
        match self.columns.position(column) {
            Some(position) => column_at(position, name),
            None => format!("column {name}"),
        }
    }
}

/// A figure from its texts; or what is wrong, by the position of its column.
fn figure(texts: &FigureTexts<'_>, place: String) -> Result<SubmittedFigure, Vec<(usize, String)>> {
    let mut faults: Vec<(usize, String)> = Vec::new();
    let month = noted(&mut faults, 0, texts.month.parse::<BillingMonth>().map_err(|error| error.to_string()));
    let kind = noted(&mut faults, 1, texts.kind.parse::<FigureKind>());
    let label = noted(&mut faults, 2, line_of_text(texts.label, "what the figure is, such as Énergie, voie A"));
    let amount = noted(&mut faults, 3, amount(texts.amount));
    let source = noted(&mut faults, 4, line_of_text(texts.source, "where it comes from, such as the bill’s number"));
    let service = noted(&mut faults, 6, texts.service.map(service_named).transpose()).flatten();
    if let Some(kind) = kind {
        let of_tenant = kind == FigureKind::EarlierRevenue;
        for (column, name, is_there) in [(5, "tenant", texts.tenant.is_some()), (6, "service", texts.service.is_some())]
        {
            if of_tenant && !is_there {
                faults.push((column, format!("earlier revenue needs its {name}; write it")));
            } else if !of_tenant && is_there {
                faults.push((column, format!("only earlier-revenue has a {name}; leave it empty")));
            }
        }
    }
    let tenant = texts.tenant.map(TenantCode::from);
    let correction = texts.correction.map(str::to_owned);
    match (month, kind, label, amount, source) {
        (Some(month), Some(kind), Some(label), Some(amount), Some(source)) if faults.is_empty() => {
            let key = FigureKey { month, kind, label, tenant, service };
            Ok(SubmittedFigure { place, line: 0, columns: [None; 8], key, amount, source, correction })
        }
        _ => Err(faults),
    }
}

/// One figure from a command's arguments; or what is wrong with them, one a line.
pub fn one_figure(texts: &FigureTexts<'_>) -> Result<SubmittedFigure, String> {
    figure(texts, "the figure".to_owned()).map_err(|faults| {
        let told = |(column, fault): (usize, String)| {
            format!("{}: {fault}", KNOWN.english.get(column).copied().unwrap_or_default())
        };
        faults.into_iter().map(told).collect::<Vec<_>>().join("\n")
    })
}

fn noted<T>(faults: &mut Vec<(usize, String)>, column: usize, read: Result<T, String>) -> Option<T> {
    read.map_err(|fault| faults.push((column, fault))).ok()
}

fn amount(text: &str) -> Result<Money, String> {
    let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect();
    let amount: Money = plain.parse().map_err(|_| format!("`{text}` is not an amount; write it such as 1234.56"))?;
    if amount.cents().abs() > AMOUNT_CENTS_MAX {
        return Err(format!("{amount} is more than a month can bring or cost; look at its decimal point"));
    }
    Ok(amount)
}

fn line_of_text(text: &str, example: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(format!("is empty; write {example}"));
    }
    if text.contains(freetext::is_unseen) || text.chars().count() > TEXT_CHARACTERS_MAX {
        return Err(format!("is longer than {TEXT_CHARACTERS_MAX} characters or has a line break; shorten it"));
    }
    Ok(text.to_owned())
}

fn service_named(name: &str) -> Result<Service, String> {
    [Service::Space, Service::Power, Service::Storage, Service::Other]
        .into_iter()
        .find(|service| service.name() == name)
        .ok_or_else(|| format!("`{name}` is not a service; write space, power, storage or other"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "month,kind,label,amount_eur,source\n2026-09,energy,Voie A,31250.40,Facture 118\n";

    fn told(file: &[u8]) -> String {
        figures(file, "f.csv").mistakes.into_iter().map(|(_, told)| told).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_sound_file_is_read_in_both_spellings() {
        let french = "\u{feff}Mois;Nature;Libellé;Montant_eur;Source\n2026-09;energy;Voie A;31 250,40;Facture 118\n";
        let (one, other) = (figures(GOOD.as_bytes(), "a.csv"), figures(french.as_bytes(), "a.csv"));
        assert_eq!(one, other);
        assert_eq!(one.mistakes, []);
        let one = one.figures;
        assert_eq!(one[0].amount, Money::from_cents(3_125_040));
        assert_eq!(one[0].place, "a.csv:2");
        assert_eq!(one[0].cell("amount_eur"), "a.csv:2: column 4 (amount_eur)");
        assert_eq!(one[0].cell("tenant"), "a.csv:2", "a column the file does not have");
    }

    #[test]
    fn every_mistake_has_its_line_column_and_remedy() {
        let file = "month,kind,label,amount_eur,source,tenant\n2026-13,energie,,12a,,\n2026-09,heat-sold,Chaleur,1.00,x,ap-hp\n2026-09,energy\n";
        let told = told(file.as_bytes());
        for expected in [
            "f.csv:2: column 1 (month): `2026-13` is not a month; write year and month",
            "f.csv:2: column 2 (kind): `energie` is not a kind of figure; write one of earlier-revenue, ",
            "f.csv:2: column 3 (label): is empty; write what the figure is",
            "f.csv:2: column 4 (amount_eur): `12a` is not an amount; write it such as 1234.56",
            "f.csv:2: column 5 (source): is empty",
            "f.csv:3: column 6 (tenant): only earlier-revenue has a tenant; leave it empty",
            "f.csv:4: has 2 cells, the first line has 6",
        ] {
            assert!(told.contains(expected), "{expected}\nnot in\n{told}");
        }
    }

    #[test]
    fn files_that_are_none_are_refused() {
        for (file, expected) in [
            (&b"month,kind\n"[..], "the column `label` is missing"),
            (b"month,month\n", "stands twice"),
            (b"jour\n", "`jour` is not a column"),
            (b"month,kind,label,amount_eur,source\n\n", "f.csv: there is no figure below the header line"),
            (b"month\n\xff", "f.csv:2: holds a byte that is not UTF-8"),
        ] {
            let told = told(file);
            assert!(told.contains(expected), "{told}");
        }
    }
}
