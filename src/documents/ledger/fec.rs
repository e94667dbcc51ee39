//! The file of accounting entries the French tax office asks for (livre des procédures fiscales, article A47 A-1).
//!
//! One flat file a year: 18 columns, tabs, decimal commas, dates without separators, UTF-8. The entries that open the
//! year come first, then all others in the order they were validated, which is the order of their numbers. Entries that
//! close the year are left out, as the article says. Beside it goes a description of its columns, which it asks for too.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::Books;
use crate::domain::calendar::day_in;
use crate::domain::ledger::{EntrySeries, JournalLine, PostedEntry};
use crate::domain::money::Money;

/// The columns, in order.
pub const COLUMNS: [&str; 18] = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
];

const MEANINGS: [&str; 18] = [
    "code du journal",
    "libellé du journal",
    "numéro de l’écriture, sur une séquence continue par exercice (AN : reprise des soldes)",
    "date de comptabilisation",
    "numéro de compte",
    "libellé du compte",
    "compte auxiliaire : l’hébergé, ou l’immobilisation et son composant",
    "libellé du compte auxiliaire",
    "référence de la pièce justificative",
    "date de la pièce justificative",
    "libellé de l’écriture",
    "montant au débit",
    "montant au crédit",
    "lettrage, à blanc si non utilisé",
    "date de lettrage, à blanc si non utilisée",
    "date de validation",
    "montant en devise, toujours à blanc : toutes les écritures sont en euros",
    "identifiant de la devise, toujours à blanc",
];

/// A file by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FecFile {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Who the books belong to, and the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FecHead<'a> {
    pub siren: &'a str,
    /// The last day of the year.
    pub closing_date: NaiveDate,
    /// The zone validation dates are told in.
    pub zone: Tz,
}

/// A year's file. `books` hold that year's entries and the letters given by its end.
pub fn fec(books: &Books<'_>, head: FecHead<'_>) -> FecFile {
    let mut entries: Vec<&PostedEntry> =
        books.entries.iter().filter(|entry| entry.number.series != EntrySeries::Closing).collect();
    entries.sort_by_key(|entry| entry.number);
    let mut text = COLUMNS.join("\t");
    text.push_str("\r\n");
    for entry in entries {
        for (position, line) in (1_i64..).zip(entry.entry.lines()) {
            text.push_str(&record(books, head, entry, position, line).join("\t"));
            text.push_str("\r\n");
        }
    }
    FecFile { name: format!("{}.txt", stem(head)), bytes: text.into_bytes() }
}

/// What the article wants said about the file: the meaning of each column, the codes, and how the file is written.
pub fn fec_description(books: &Books<'_>, head: FecHead<'_>) -> FecFile {
    let mut text = format!(
        "Description du fichier {}.txt (livre des procédures fiscales, article A47 A-1, XI)\r\n\r\n\
         Jeu de caractères : UTF-8. Fichier à plat, une ligne par ligne d’écriture, zones de longueur variable séparées\r\n\
         par une tabulation, enregistrements séparés par retour chariot et fin de ligne, première ligne : noms des zones.\r\n\
         Montants en euros, virgule décimale, sans séparateur de milliers. Dates : AAAAMMJJ.\r\n\
         Les écritures de reprise des soldes viennent en premier, puis toutes les autres dans l’ordre de leur validation.\r\n\
         Les écritures de solde des comptes à la clôture n’y figurent pas.\r\n\r\n\
         Zones\r\n",
        stem(head)
    );
    for (position, (name, meaning)) in COLUMNS.iter().zip(MEANINGS).enumerate() {
        text.push_str(&format!("{:>2}. {name} : {meaning}\r\n", position + 1));
    }
    text.push_str("\r\nCodes des journaux\r\n");
    for journal in crate::domain::ledger::Journal::ALL {
        if books.entries.iter().any(|entry| entry.entry.journal == journal) {
            text.push_str(&format!("{} : {}\r\n", journal.code(), journal.name()));
        }
    }
    FecFile { name: format!("{}-description.txt", stem(head)), bytes: text.into_bytes() }
}

/// `217500016FEC20261231`
fn stem(head: FecHead<'_>) -> String {
    format!("{}FEC{}", head.siren, compact(head.closing_date))
}

fn record(
    books: &Books<'_>,
    head: FecHead<'_>,
    posted: &PostedEntry,
    position: i64,
    line: &JournalLine,
) -> [String; COLUMNS.len()] {
    let entry = &posted.entry;
    let letter = books.letters.of(entry.journal, &entry.document, position);
    let label = if line.label.trim().is_empty() { &entry.label } else { &line.label };
    let label = if label.trim().is_empty() { &entry.document } else { label };
    let validated = day_in(posted.posted_at, head.zone);
    [
        entry.journal.code().to_owned(),
        entry.journal.name().to_owned(),
        posted.number.to_string(),
        compact(entry.date),
        account_number(&line.account),
        plain(books.chart.name(&line.account)),
        line.auxiliary.as_deref().map(plain).unwrap_or_default(),
        line.auxiliary.as_deref().map(|auxiliary| plain(books.auxiliary_name(auxiliary))).unwrap_or_default(),
        plain(&entry.document),
        compact(entry.date),
        plain(label),
        amount(line.debit),
        amount(line.credit),
        letter.map(|letter| letter.code.clone()).unwrap_or_default(),
        letter.map(|letter| compact(letter.lettered_on)).unwrap_or_default(),
        compact(validated),
        String::new(),
        String::new(),
    ]
}

/// Its first three characters are digits of the French plan: a shorter number is one with zeros behind.
fn account_number(account: &str) -> String {
    format!("{account:0<3}")
}

fn compact(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

fn amount(amount: Money) -> String {
    amount.to_string().replace('.', ",")
}

/// A text on one line, without what separates columns.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}
