//! The journal's entries as CSV and JSON, one line or object per line of an entry.

use serde::Serialize;

use super::{Books, RenderError, table_bytes};
use crate::documents::json;
use crate::domain::ledger::{EntryNumber, Journal};
use crate::domain::money::Money;
use crate::domain::party::Language;

#[derive(Serialize)]
struct EntryOut<'a> {
    number: EntryNumber,
    journal: Journal,
    date: chrono::NaiveDate,
    document: &'a str,
    label: &'a str,
    posted_at: chrono::DateTime<chrono::Utc>,
    lines: Vec<LineOut<'a>>,
}

#[derive(Serialize)]
struct LineOut<'a> {
    account: &'a str,
    account_name: String,
    auxiliary: Option<&'a str>,
    label: &'a str,
    debit: Money,
    credit: Money,
    letter: Option<&'a str>,
}

fn entries<'a>(books: &'a Books<'_>, language: Language) -> Vec<EntryOut<'a>> {
    let entry = |posted: &'a crate::domain::ledger::PostedEntry| {
        let entry = &posted.entry;
        let lines = (1_i64..).zip(entry.lines()).map(|(position, line)| LineOut {
            account: &line.account,
            account_name: books.chart.account_name(&line.account).in_language(language).to_owned(),
            auxiliary: line.auxiliary.as_deref(),
            label: &line.label,
            debit: line.debit,
            credit: line.credit,
            letter: books.letters.of(entry.journal, &entry.document, position).map(|letter| letter.code.as_str()),
        });
        EntryOut {
            number: posted.number,
            journal: entry.journal,
            date: entry.date,
            document: &entry.document,
            label: &entry.label,
            posted_at: posted.posted_at,
            lines: lines.collect(),
        }
    };
    books.entries.iter().map(entry).collect()
}

pub fn entries_json(books: &Books<'_>, language: Language) -> Result<Vec<u8>, RenderError> {
    json(&entries(books, language))
}

/// One row a line of an entry; `;` and decimal commas in French, `,` and points in English.
pub fn entries_csv(books: &Books<'_>, language: Language) -> Result<Vec<u8>, RenderError> {
    let headings: [&str; 12] = match language {
        Language::French => [
            "Numéro",
            "Journal",
            "Date",
            "Pièce",
            "Compte",
            "Libellé du compte",
            "Auxiliaire",
            "Libellé",
            "Débit",
            "Crédit",
            "Lettrage",
            "Validée le",
        ],
        Language::English => [
            "Number",
            "Journal",
            "Date",
            "Document",
            "Account",
            "Account name",
            "Auxiliary",
            "Label",
            "Debit",
            "Credit",
            "Letter",
            "Posted at",
        ],
    };
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for entry in entries(books, language) {
        for line in &entry.lines {
            rows.push(vec![
                entry.number.to_string(),
                entry.journal.code().to_owned(),
                entry.date.to_string(),
                super::guarded(entry.document),
                line.account.to_owned(),
                super::guarded(&line.account_name),
                super::guarded(line.auxiliary.unwrap_or_default()),
                super::guarded(line.label),
                super::amount_text(line.debit, language),
                super::amount_text(line.credit, language),
                line.letter.unwrap_or_default().to_owned(),
                entry.posted_at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            ]);
        }
    }
    table_bytes(&rows, language)
}
