//! The reports of the ledger as statements: columns and words, French and English.

use chrono::NaiveDate;
use serde::Serialize;

use super::statement::{Heading, Kind, Section, Statement, Value};
use super::{Books, RenderError, ReportFormat, statement_csv, statement_pdf, statement_xlsx, words};
use crate::documents::format::Format;
use crate::documents::sheet::Sheet;
use crate::documents::{Edition, json};
use crate::domain::ledger::{EntryNumber, Journal, LedgerAccount, LedgerRow, TrialBalance};
use crate::domain::party::Language;
use crate::domain::reconciliation::{Check, Comparison, Reconciliation};

/// The general ledger of some accounts between two days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GeneralLedger {
    pub from: NaiveDate,
    pub through: NaiveDate,
    pub accounts: Vec<LedgerAccount>,
}

impl GeneralLedger {
    /// The same, its accounts called what they are called in `language`.
    fn named_in(&self, language: Language) -> GeneralLedger {
        let mut named = self.clone();
        named.accounts.iter_mut().for_each(|account| account.name = account.name.only(language));
        named
    }
}

/// The trial balance in the format asked for.
pub fn trial_balance<'e>(
    report: &TrialBalance,
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    let edition = edition.into();
    let language = edition.language;
    let words = words::of(language);
    let [account, name, opening_debit, opening_credit, debit, credit, closing_debit, closing_credit] = words.balance;
    let mut headings = vec![heading(account, Kind::Text, 12), heading(name, Kind::Text, 44)];
    let amounts = [opening_debit, opening_credit, debit, credit, closing_debit, closing_credit];
    headings.extend(amounts.map(|label| heading(label, Kind::Summed, 16)));
    let rows = report.accounts.iter().map(|row| {
        let mut cells = vec![Value::Text(row.account.clone()), Value::Text(row.name.in_language(language).to_owned())];
        cells.extend(row.figures.columns().map(Value::Amount));
        cells
    });
    let statement = Statement {
        title: words.balance_title.to_owned(),
        headings,
        sections: vec![Section { rows: rows.collect(), ..Section::default() }],
        ..summed((report.from, report.through), edition)
    };
    written(&statement, format, || json(&report.named_in(language)))
}

/// The general ledger in the format asked for: one section an account, with the balance after each line.
pub fn general_ledger<'e>(
    report: &GeneralLedger,
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    let edition = edition.into();
    let language = edition.language;
    let words = words::of(language);
    let [date, number, journal, document, auxiliary, label, debit, credit, balance, letter] = words.ledger;
    let mut headings = entry_headings([date, number, journal, document]);
    headings.extend([
        heading(auxiliary, Kind::Text, 18),
        heading(label, Kind::Text, 50),
        heading(debit, Kind::Summed, 16),
        heading(credit, Kind::Summed, 16),
        heading(balance, Kind::Running { plus: 6, less: 7 }, 16),
        heading(letter, Kind::Text, 8),
    ]);
    let section = |account: &LedgerAccount| Section {
        title: Some(format!("{} {}", account.account, account.name.in_language(language))),
        opening: Some(account.opening),
        rows: account.rows.iter().map(ledger_cells).collect(),
    };
    let statement = Statement {
        title: words.ledger_title.to_owned(),
        headings,
        sections: report.accounts.iter().map(section).collect(),
        opening: words.opening.to_owned(),
        ..summed((report.from, report.through), edition)
    };
    written(&statement, format, || json(&report.named_in(language)))
}

fn ledger_cells(row: &LedgerRow) -> Vec<Value> {
    let mut cells = entry_cells(row.date, row.number, row.journal, &row.document);
    cells.extend([
        Value::Text(row.auxiliary.clone().unwrap_or_default()),
        Value::Text(row.label.clone()),
        Value::Amount(row.debit),
        Value::Amount(row.credit),
        Value::Amount(row.balance),
        Value::Text(row.letter.clone().unwrap_or_default()),
    ]);
    cells
}

/// What a line of an entry begins with, in every list of them.
fn entry_headings([date, number, journal, document]: [&str; 4]) -> Vec<Heading> {
    vec![
        heading(date, Kind::Date, 12),
        heading(number, Kind::Text, 15),
        heading(journal, Kind::Text, 8),
        heading(document, Kind::Text, 18),
    ]
}

fn entry_cells(date: NaiveDate, number: EntryNumber, journal: Journal, document: &str) -> Vec<Value> {
    vec![
        Value::Date(date),
        Value::Text(number.to_string()),
        Value::Text(journal.code().to_owned()),
        Value::Text(document.to_owned()),
    ]
}

/// Entries of the journal in the format asked for, one row a line of an entry.
pub fn journal<'e>(
    books: &Books<'_>,
    days: (NaiveDate, NaiveDate),
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    let edition = edition.into();
    let language = edition.language;
    let words = words::of(language);
    let [account, name, ..] = words.balance;
    let [date, number, journal, document, auxiliary, label, debit, credit, _, letter] = words.ledger;
    let mut headings = entry_headings([date, number, journal, document]);
    headings.extend([
        heading(account, Kind::Text, 10),
        heading(name, Kind::Text, 32),
        heading(auxiliary, Kind::Text, 18),
        heading(label, Kind::Text, 44),
        heading(debit, Kind::Summed, 16),
        heading(credit, Kind::Summed, 16),
        heading(letter, Kind::Text, 8),
    ]);
    let mut rows = Vec::new();
    for posted in books.entries {
        let entry = &posted.entry;
        for (position, line) in (1_i64..).zip(entry.lines()) {
            let letter = books.letters.of(entry.journal, &entry.document, position);
            let mut cells = entry_cells(entry.date, posted.number, entry.journal, &entry.document);
            cells.extend([
                Value::Text(line.account.clone()),
                Value::Text(books.chart.account_name(&line.account).in_language(language).to_owned()),
                Value::Text(line.auxiliary.clone().unwrap_or_default()),
                Value::Text(line.label.clone()),
                Value::Amount(line.debit),
                Value::Amount(line.credit),
                Value::Text(letter.map(|letter| letter.code.clone()).unwrap_or_default()),
            ]);
            rows.push(cells);
        }
    }
    let statement = Statement {
        title: words.journal_title.to_owned(),
        headings,
        sections: vec![Section { rows, ..Section::default() }],
        ..summed(days, edition)
    };
    written(&statement, format, || super::entries_json(books, language))
}

/// Which of the two tables of comparisons.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComparisonKind {
    Reconciliation,
    TieOut,
}

/// Comparisons in the format asked for.
pub fn comparisons<'e>(
    report: &Reconciliation,
    kind: ComparisonKind,
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    let edition = edition.into();
    written(&comparisons_statement(report, kind, edition), format, || json(report))
}

/// Comparisons as a page shows them.
pub fn comparisons_sheet(report: &Reconciliation, kind: ComparisonKind, language: Language) -> Sheet {
    comparisons_statement(report, kind, language.into()).sheet()
}

fn comparisons_statement(report: &Reconciliation, kind: ComparisonKind, edition: Edition<'_>) -> Statement {
    let language = edition.language;
    let words = words::of(language);
    let [what, accounts, ledger, source, other, difference] = words.comparison;
    let headings = vec![
        heading(what, Kind::Text, 40),
        heading(accounts, Kind::Text, 16),
        heading(ledger, Kind::Amount, 18),
        heading(source, Kind::Text, 60),
        heading(other, Kind::Amount, 18),
        heading(difference, Kind::Difference { plus: 2, less: 4 }, 16),
    ];
    let row = |one: &Comparison| {
        let (what, source) = check_words(one.check, language);
        vec![
            Value::Text(what.to_owned()),
            Value::Text(one.accounts.clone()),
            Value::Amount(one.ledger),
            Value::Text(format!("{source} ({})", one.count)),
            Value::Amount(one.other),
            Value::Amount(one.difference),
        ]
    };
    Statement {
        title: match kind {
            ComparisonKind::Reconciliation => words.reconciliation_title.to_owned(),
            ComparisonKind::TieOut => words.tie_out_title.to_owned(),
        },
        sheet: (kind == ComparisonKind::Reconciliation).then(|| words.reconciliation_sheet.to_owned()),
        headings,
        sections: vec![Section { rows: report.comparisons.iter().map(row).collect(), ..Section::default() }],
        total: None,
        ..summed((report.from, report.through), edition)
    }
}

/// A statement of some days that ends with sums; what it is of is still to be said.
fn summed((from, through): (NaiveDate, NaiveDate), edition: Edition<'_>) -> Statement {
    let words = words::of(edition.language);
    Statement {
        title: String::new(),
        sheet: None,
        subtitle: span(edition.language, from, through),
        language: edition.language,
        issuer: edition.issuer.cloned(),
        day: through,
        headings: vec![],
        sections: vec![],
        total: Some(words.total.to_owned()),
        opening: String::new(),
        empty: words.empty.to_owned(),
    }
}

/// The statement in the format asked for; programs read the report itself.
fn written(
    statement: &Statement,
    format: ReportFormat,
    json: impl FnOnce() -> Result<Vec<u8>, RenderError>,
) -> Result<Vec<u8>, RenderError> {
    match format {
        ReportFormat::Pdf => statement_pdf::pdf(statement),
        ReportFormat::Xlsx => statement_xlsx::xlsx(statement),
        ReportFormat::Csv => statement_csv::csv(statement),
        ReportFormat::Json => json(),
    }
}

fn heading(label: &str, kind: Kind, width_chars: u8) -> Heading {
    Heading { label: label.to_owned(), kind, width_chars }
}

/// `du 1er janvier au 31 octobre 2026`.
fn span(language: Language, from: NaiveDate, through: NaiveDate) -> String {
    let to = through.succ_opt();
    match crate::domain::calendar::DatePeriod::new(from, to) {
        Ok(period) => Format::new(language).period(period),
        Err(_) => Format::new(language).date(through),
    }
}

/// What is compared, and where the second figure comes from.
const fn check_words(check: Check, language: Language) -> (&'static str, &'static str) {
    match language {
        Language::French => words::check_french(check),
        Language::English => words::check_english(check),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;

    use super::*;
    use crate::domain::ledger::{Chart, Letters};
    use calamine::{Reader, Xlsx};

    #[test]
    fn a_sheets_name_is_no_word_cut_short() {
        let day = NaiveDate::default();
        let report = Reconciliation { from: day, through: day, comparisons: vec![] };
        for (kind, expected) in
            [(ComparisonKind::Reconciliation, "Rapprochement"), (ComparisonKind::TieOut, "Concordance des totaux")]
        {
            let bytes = comparisons(&report, kind, ReportFormat::Xlsx, Language::French).unwrap();
            let book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
            assert_eq!(book.sheet_names(), [expected]);
        }
    }

    #[test]
    fn no_two_columns_of_the_journal_are_called_the_same() {
        let (letters, chart, auxiliaries) = (Letters::default(), Chart::default(), BTreeMap::new());
        let books = Books { entries: &[], letters: &letters, chart: &chart, auxiliaries: &auxiliaries };
        for language in [Language::French, Language::English] {
            let day = NaiveDate::default();
            let text = String::from_utf8(journal(&books, (day, day), ReportFormat::Csv, language).unwrap()).unwrap();
            let head = text.lines().next().unwrap();
            let names: Vec<&str> = head.split([';', ',']).collect();
            let distinct: std::collections::BTreeSet<&str> = names.iter().copied().collect();
            assert_eq!(distinct.len(), names.len(), "{head}");
        }
    }
}
