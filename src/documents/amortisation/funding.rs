//! The funding report as a statement: subsidies by asset and grantor, and loans.

use chrono::NaiveDate;

use super::statement::{Line, Rank, Section, Statement, json};
use super::{RenderError, ReportFormat};
use crate::documents::format::Format;
use crate::documents::sheet::Sheet;
use crate::domain::amortisation::funding::{FundingReport, SubsidyYear};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The funding at the end of a year in the format asked for.
pub fn funding_file(report: &FundingReport, format: ReportFormat, language: Language) -> Result<Vec<u8>, RenderError> {
    match format {
        ReportFormat::Json => json(report),
        _ => statement(report, language).render(format),
    }
}

/// The funding as a page shows it.
pub fn funding_sheet(report: &FundingReport, language: Language) -> Sheet {
    statement(report, language).sheet()
}

struct Words {
    title: &'static str,
    remark: &'static str,
    total: &'static str,
    subsidies: &'static str,
    loans: &'static str,
    unnamed: &'static str,
    subsidy_texts: [&'static str; 4],
    subsidy_figures: [&'static str; 4],
    loan_texts: [&'static str; 4],
    amount: &'static str,
}

const FRENCH: Words = Words {
    title: "Financement des immobilisations",
    remark: "Subventions reçues, reprises au résultat et restant à reprendre ; emprunts mentionnés, suivis hors de cette comptabilité.",
    total: "Total",
    subsidies: "Subventions",
    loans: "Emprunts",
    unnamed: "Financeur non précisé",
    subsidy_texts: ["Immobilisation", "Financeur", "Référence", "Date"],
    subsidy_figures: ["Reçu", "Repris avant", "Repris dans l’exercice", "Reste à reprendre"],
    loan_texts: ["Immobilisation", "Prêteur", "Référence", "Date"],
    amount: "Montant",
};

const ENGLISH: Words = Words {
    title: "Funding of fixed assets",
    remark: "Subsidies received, taken to income and left; loans noted, kept outside these books.",
    total: "Total",
    subsidies: "Subsidies",
    loans: "Loans",
    unnamed: "Grantor not named",
    subsidy_texts: ["Asset", "Grantor", "Reference", "Date"],
    subsidy_figures: ["Received", "Taken before", "Taken in the year", "Left"],
    loan_texts: ["Asset", "Lender", "Reference", "Date"],
    amount: "Amount",
};

fn statement(report: &FundingReport, language: Language) -> Statement {
    let words = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    let format = Format::new(language);
    let sections = || {
        let mut sections = vec![subsidies(report, words, format)];
        if !report.loans.is_empty() {
            sections.push(loans(report, words, format));
        }
        sections
    };
    Statement {
        title: format!("{} {}", words.title, report.year),
        remark: words.remark.to_owned(),
        as_of: NaiveDate::from_ymd_opt(report.year, 12, 31).unwrap_or_default(),
        language,
        pages: sections(),
        sheets: sections(),
    }
}

fn subsidies(report: &FundingReport, words: &'static Words, format: Format) -> Section {
    let mut lines = Vec::new();
    for asset in &report.assets {
        lines.push(Line::new(Rank::Group, [asset.asset.as_str(), &asset.name, "", ""], amounts(&asset.total)));
        for subsidy in &asset.subsidies {
            let grantor = if subsidy.grantor.is_empty() { words.unnamed } else { &subsidy.grantor };
            let reference = subsidy.reference.as_deref().unwrap_or_default();
            let date = subsidy.date.map(|date| format.date_short(date)).unwrap_or_default();
            let texts = [asset.asset.as_str(), grantor, reference, &date];
            lines.push(Line::new(Rank::Line, texts, amounts(&subsidy.figures)));
        }
    }
    lines.push(Line::new(Rank::Total, [words.total, "", "", ""], amounts(&report.total)));
    let (texts, amounts) = (words.subsidy_texts.into(), words.subsidy_figures.into());
    Section { heading: words.subsidies.to_owned(), texts, amounts, lines }
}

fn amounts(year: &SubsidyYear) -> [Money; 4] {
    [year.received, year.taken_before, year.taken_in_year, year.left]
}

fn loans(report: &FundingReport, words: &'static Words, format: Format) -> Section {
    let mut lines: Vec<Line> = Vec::new();
    for loan in &report.loans {
        let (reference, date) = (loan.reference.as_deref().unwrap_or_default(), format.date_short(loan.date));
        lines.push(Line::new(Rank::Line, [loan.asset.as_str(), &loan.lender, reference, &date], [loan.amount]));
    }
    lines.push(Line::new(Rank::Total, [words.total, "", "", ""], [report.loans_total]));
    Section { heading: words.loans.to_owned(), texts: words.loan_texts.into(), amounts: vec![words.amount], lines }
}
