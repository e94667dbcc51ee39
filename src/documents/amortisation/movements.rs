//! The report of movements as a statement: by page one balance after the other, as a sheet all at once.

use super::statement::{Line, Rank, Section, Statement, Text};
use super::{RenderError, ReportFormat};
use crate::documents::sheet::Sheet;
use crate::documents::{Edition, json};
use crate::domain::amortisation::MovementKind;
use crate::domain::amortisation::movements::{Exit, MovementsReport, Reconciled, YearMovements};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The movements of a year in the format asked for.
pub fn movements_file<'e>(
    report: &MovementsReport,
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    let edition = edition.into();
    match format {
        ReportFormat::Json => json(&report.named_in(edition.language)),
        _ => statement(report, edition).render(format),
    }
}

/// The movements of a year as a page shows them.
pub fn movements_sheet(report: &MovementsReport, language: Language) -> Sheet {
    statement(report, language.into()).sheet()
}

struct Words {
    title: &'static str,
    remark: &'static str,
    total: &'static str,
    /// Headings of the parts: gross, depreciation, impairment, net, exits, reconciliation, all together.
    parts: [&'static str; 7],
    texts: [&'static str; 4],
    figures: [&'static str; 16],
    /// Headings on paper, where the part says what of.
    gross: [&'static str; 5],
    depreciation: [&'static str; 4],
    impairment: [&'static str; 5],
    net: [&'static str; 2],
    exit_texts: [&'static str; 4],
    exits: [&'static str; 6],
    reconciled_texts: [&'static str; 2],
    reconciled: [&'static str; 4],
}

const FRENCH: Words = Words {
    title: "Mouvements des immobilisations",
    remark: "Ouverture, entrées, virements, sorties et clôture de l’exercice, par compte et par composant, rapprochés de la comptabilité.",
    total: "Total",
    parts: [
        "Valeurs brutes",
        "Amortissements",
        "Dépréciations",
        "Valeurs nettes",
        "Sorties",
        "Rapprochement",
        "Mouvements",
    ],
    texts: ["Compte", "Immobilisation", "Composant", "Désignation"],
    figures: [
        "Brut à l’ouverture",
        "Entrées",
        "Virements",
        "Sorties brutes",
        "Brut à la clôture",
        "Amortissements à l’ouverture",
        "Dotations",
        "Amortissements sortis",
        "Amortissements à la clôture",
        "Dépréciations à l’ouverture",
        "Dépréciations de l’exercice",
        "Reprises",
        "Dépréciations sorties",
        "Dépréciations à la clôture",
        "Net à l’ouverture",
        "Net à la clôture",
    ],
    gross: ["Ouverture", "Entrées", "Virements", "Sorties", "Clôture"],
    depreciation: ["Ouverture", "Dotations", "Sorties", "Clôture"],
    impairment: ["Ouverture", "Dotations", "Reprises", "Sorties", "Clôture"],
    net: ["Ouverture", "Clôture"],
    exit_texts: ["Date", "Nature", "Immobilisation", "Composant"],
    exits: ["Brut", "Amorti", "Déprécié", "Valeur comptable", "Prix", "Plus ou moins-value"],
    reconciled_texts: ["Compte", "Libellé"],
    reconciled: ["Selon les plans", "Selon la comptabilité", "À comptabiliser", "Écart"],
};

const ENGLISH: Words = Words {
    title: "Movements of fixed assets",
    remark: "Opening, additions, transfers, exits and closing of the year, by account and component, reconciled with the ledger.",
    total: "Total",
    parts: ["Gross values", "Depreciation", "Impairment", "Net values", "Exits", "Reconciliation", "Movements"],
    texts: ["Account", "Asset", "Component", "Name"],
    figures: [
        "Gross opening",
        "Additions",
        "Transfers",
        "Gross exits",
        "Gross closing",
        "Depreciation opening",
        "Charges",
        "Depreciation exits",
        "Depreciation closing",
        "Impairment opening",
        "Impairment charges",
        "Reversals",
        "Impairment exits",
        "Impairment closing",
        "Net opening",
        "Net closing",
    ],
    gross: ["Opening", "Additions", "Transfers", "Exits", "Closing"],
    depreciation: ["Opening", "Charges", "Exits", "Closing"],
    impairment: ["Opening", "Charges", "Reversals", "Exits", "Closing"],
    net: ["Opening", "Closing"],
    exit_texts: ["Date", "Kind", "Asset", "Component"],
    exits: ["Gross", "Depreciation", "Impairment", "Book value", "Proceeds", "Gain or loss"],
    reconciled_texts: ["Account", "Name"],
    reconciled: ["By the plans", "By the ledger", "To post", "Difference"],
};

fn statement(report: &MovementsReport, edition: Edition<'_>) -> Statement {
    let language = edition.language;
    let words = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    let [gross, depreciation, impairment, net, exits, reconciliation, all] = words.parts;
    let exits = || exits_section(exits, words, report, language);
    let reconciliation = || reconciliation_section(reconciliation, words, report, language);
    let mut pages = vec![
        section(gross, (words, language), &words.gross, report, gross_of),
        section(depreciation, (words, language), &words.depreciation, report, depreciation_of),
    ];
    if report.accounts.iter().any(|account| has_impairment(&account.total)) {
        pages.push(section(impairment, (words, language), &words.impairment, report, impairment_of));
    }
    pages.push(section(net, (words, language), &words.net, report, net_of));
    if !report.exits.is_empty() {
        pages.push(exits());
    }
    pages.push(reconciliation());
    let sheets = vec![section(all, (words, language), &words.figures, report, all_of), exits(), reconciliation()];
    Statement {
        remark: words.remark.to_owned(),
        pages,
        sheets,
        ..Statement::of_year(words.title, report.year, edition)
    }
}

fn section(
    heading: &str,
    (words, language): (&'static Words, Language),
    amounts: &'static [&'static str],
    report: &MovementsReport,
    of: fn(&YearMovements) -> Vec<Money>,
) -> Section {
    let mut lines = Vec::new();
    for account in &report.accounts {
        lines.push(Line::new(
            Rank::Group,
            [&account.account, "", "", account.name.in_language(language)],
            of(&account.total),
        ));
        for line in &account.lines {
            let component = line.component.as_ref().map_or("", |code| code.as_str());
            let texts = [account.account.as_str(), line.asset.as_str(), component, &line.name];
            lines.push(Line::new(Rank::Line, texts, of(&line.movements)));
        }
    }
    lines.push(Line::new(Rank::Total, [words.total, "", "", ""], of(&report.total)));
    Section { heading: heading.to_owned(), texts: words.texts.into(), amounts: amounts.into(), lines }
}

fn has_impairment(of: &YearMovements) -> bool {
    impairment_of(of).iter().any(|amount| !amount.is_zero())
}

fn gross_of(of: &YearMovements) -> Vec<Money> {
    vec![of.gross_opening, of.gross_additions, of.gross_transfers, of.gross_exits, of.gross_closing]
}

fn depreciation_of(of: &YearMovements) -> Vec<Money> {
    vec![of.depreciation_opening, of.depreciation_charges, of.depreciation_exits, of.depreciation_closing]
}

fn impairment_of(of: &YearMovements) -> Vec<Money> {
    vec![
        of.impairment_opening,
        of.impairment_charges,
        of.impairment_reversals,
        of.impairment_exits,
        of.impairment_closing,
    ]
}

fn net_of(of: &YearMovements) -> Vec<Money> {
    vec![of.net_opening, of.net_closing]
}

fn all_of(of: &YearMovements) -> Vec<Money> {
    [gross_of(of), depreciation_of(of), impairment_of(of), net_of(of)].concat()
}

fn exits_section(heading: &str, words: &'static Words, report: &MovementsReport, language: Language) -> Section {
    let amounts =
        |exit: &Exit| [exit.gross, exit.depreciation, exit.impairment, exit.book_value, exit.proceeds, exit.result];
    let line = |exit: &Exit| {
        let texts = ["", kind(exit.kind, language), exit.asset.as_str(), exit.component.as_str()];
        Line::new(Rank::Line, texts, amounts(exit)).with(0, Text::Day(exit.on))
    };
    let lines: Vec<Line> = report.exits.iter().map(line).collect();
    let texts = words.exit_texts;
    with_total(Section { heading: heading.to_owned(), texts: texts.into(), amounts: words.exits.into(), lines }, words)
}

fn reconciliation_section(
    heading: &str,
    words: &'static Words,
    report: &MovementsReport,
    language: Language,
) -> Section {
    let line = |line: &Reconciled| {
        Line::new(
            Rank::Line,
            [line.account.as_str(), line.name.in_language(language)],
            [line.planned, line.ledger, line.to_post, line.difference],
        )
    };
    let lines: Vec<Line> = report.reconciliation.iter().map(line).collect();
    let (texts, amounts) = (words.reconciled_texts.into(), words.reconciled.into());
    with_total(Section { heading: heading.to_owned(), texts, amounts, lines }, words)
}

fn with_total(mut section: Section, words: &Words) -> Section {
    let mut sums = vec![Money::ZERO; section.amounts.len()];
    for line in &section.lines {
        for (sum, amount) in sums.iter_mut().zip(&line.amounts) {
            *sum += *amount;
        }
    }
    let mut texts = vec![Text::Plain(String::new()); section.texts.len()];
    if let Some(first) = texts.first_mut() {
        *first = Text::Plain(words.total.to_owned());
    }
    section.lines.push(Line { rank: Rank::Total, texts, amounts: sums });
    section
}

const fn kind(kind: MovementKind, language: Language) -> &'static str {
    match (kind, language) {
        (MovementKind::Donated, Language::French) => "don",
        (MovementKind::Donated, Language::English) => "donated",
        (MovementKind::Replaced, Language::French) => "remplacement",
        (MovementKind::Replaced, Language::English) => "replaced",
        (_, Language::French) => "cession",
        (_, Language::English) => "disposed",
    }
}
