//! The funding report as a statement: what paid for each asset, subsidies by asset and grantor, and loans.

use rust_decimal::Decimal;

use super::statement::{Line, Rank, Section, Statement, Text};
use super::{RenderError, ReportFormat};
use crate::documents::format::Format;
use crate::documents::sheet::Sheet;
use crate::documents::{Edition, json};
use crate::domain::amortisation::funding::{FundingReport, SubsidyYear};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The funding at the end of a year in the format asked for.
pub fn funding_file<'e>(
    report: &FundingReport,
    format: ReportFormat,
    edition: impl Into<Edition<'e>>,
) -> Result<Vec<u8>, RenderError> {
    match format {
        ReportFormat::Json => json(report),
        _ => statement(report, edition.into()).render(format),
    }
}

/// The funding as a page shows it.
pub fn funding_sheet(report: &FundingReport, language: Language) -> Sheet {
    statement(report, language.into()).sheet()
}

struct Words {
    title: &'static str,
    remark: &'static str,
    total: &'static str,
    subsidies: &'static str,
    loans: &'static str,
    unnamed: &'static str,
    sources: &'static str,
    /// Subsidies, loans, own funds.
    source_names: [&'static str; 3],
    source_texts: [&'static str; 3],
    to_receive: &'static str,
    subsidy_texts: [&'static str; 4],
    subsidy_figures: [&'static str; 4],
    loan_texts: [&'static str; 4],
    amount: &'static str,
}

const FRENCH: Words = Words {
    title: "Financement des immobilisations",
    remark: "Coût = subventions + emprunts + fonds propres. Les subventions sont reprises au résultat ; les emprunts sont mentionnés, et suivis hors de cette comptabilité.",
    total: "Total",
    subsidies: "Subventions",
    loans: "Emprunts",
    unnamed: "Financeur non précisé",
    sources: "Qui a payé",
    source_names: ["Subventions", "Emprunts", "Fonds propres"],
    source_texts: ["Immobilisation", "Origine", "Part du coût"],
    to_receive: "Subventions restant à encaisser à la clôture :",
    subsidy_texts: ["Immobilisation", "Financeur", "Référence", "Date"],
    subsidy_figures: ["Reçu", "Repris avant", "Repris dans l’exercice", "Reste à reprendre"],
    loan_texts: ["Immobilisation", "Prêteur", "Référence", "Date"],
    amount: "Montant",
};

const ENGLISH: Words = Words {
    title: "Funding of fixed assets",
    remark: "Cost = subsidies + loans + own funds. Subsidies are taken to income; loans are noted, and kept outside these books.",
    total: "Total",
    subsidies: "Subsidies",
    loans: "Loans",
    unnamed: "Grantor not named",
    sources: "Who paid",
    source_names: ["Subsidies", "Loans", "Own funds"],
    source_texts: ["Asset", "Source", "Share of cost"],
    to_receive: "Subsidies still to be received at the year’s end:",
    subsidy_texts: ["Asset", "Grantor", "Reference", "Date"],
    subsidy_figures: ["Received", "Taken before", "Taken in the year", "Left"],
    loan_texts: ["Asset", "Lender", "Reference", "Date"],
    amount: "Amount",
};

fn statement(report: &FundingReport, edition: Edition<'_>) -> Statement {
    let language = edition.language;
    let words = match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    };
    let format = Format::new(language);
    let loans = || (!report.loans.is_empty()).then(|| loans(report, words));
    let subsidies = || subsidies(report, words);
    let sources = || sources(report, words);
    // The file of one table is that of the subsidies, as it was before the sources stood beside them.
    let sheets = [subsidies(), sources()].into_iter().chain(loans()).collect();
    let subsidies = (!report.assets.is_empty()).then(subsidies);
    let pages = std::iter::once(sources()).chain(subsidies).chain(loans()).collect();
    let owed = report.subsidies_to_receive;
    let owed = (!owed.is_zero()).then(|| format!(" {} {}.", words.to_receive, format.euros(owed)));
    let remark = format!("{}{}", words.remark, owed.unwrap_or_default());
    Statement { remark, pages, sheets, ..Statement::of_year(words.title, report.year, edition) }
}

fn sources(report: &FundingReport, words: &'static Words) -> Section {
    let whole = || Text::Percent(Decimal::ONE_HUNDRED);
    let mut lines = Vec::new();
    for asset in &report.sources {
        let (code, sources) = (asset.asset.as_str(), &asset.sources);
        lines.push(Line::new(Rank::Group, [code, &asset.name, ""], [sources.cost]).with(2, whole()));
        let shares = sources.shares_percent().map(|shares| shares.map(Text::Percent));
        let shares = shares.unwrap_or([const { Text::Plain(String::new()) }; 3]);
        let amounts = [sources.subsidies, sources.loans, sources.own_funds];
        for ((name, amount), share) in words.source_names.iter().zip(amounts).zip(shares) {
            lines.push(Line::new(Rank::Line, [code, name, ""], [amount]).with(2, share));
        }
    }
    lines.push(Line::new(Rank::Total, [words.total, "", ""], [report.sources_total.cost]).with(2, whole()));
    Section { heading: words.sources.to_owned(), texts: words.source_texts.into(), amounts: vec![words.amount], lines }
}

fn subsidies(report: &FundingReport, words: &'static Words) -> Section {
    let mut lines = Vec::new();
    for asset in &report.assets {
        lines.push(Line::new(Rank::Group, [asset.asset.as_str(), &asset.name, "", ""], amounts(&asset.total)));
        for subsidy in &asset.subsidies {
            let grantor = if subsidy.grantor.is_empty() { words.unnamed } else { &subsidy.grantor };
            let reference = subsidy.reference.as_deref().unwrap_or_default();
            let texts = [asset.asset.as_str(), grantor, reference, ""];
            let line = Line::new(Rank::Line, texts, amounts(&subsidy.figures));
            lines.push(match subsidy.date {
                Some(date) => line.with(3, Text::Day(date)),
                None => line,
            });
        }
    }
    lines.push(Line::new(Rank::Total, [words.total, "", "", ""], amounts(&report.total)));
    let (texts, amounts) = (words.subsidy_texts.into(), words.subsidy_figures.into());
    Section { heading: words.subsidies.to_owned(), texts, amounts, lines }
}

fn amounts(year: &SubsidyYear) -> [Money; 4] {
    [year.received, year.taken_before, year.taken_in_year, year.left]
}

fn loans(report: &FundingReport, words: &'static Words) -> Section {
    let mut lines: Vec<Line> = Vec::new();
    for loan in &report.loans {
        let texts = [loan.asset.as_str(), &loan.lender, loan.reference.as_deref().unwrap_or_default(), ""];
        lines.push(Line::new(Rank::Line, texts, [loan.amount]).with(3, Text::Day(loan.date)));
    }
    lines.push(Line::new(Rank::Total, [words.total, "", "", ""], [report.loans_total]));
    Section { heading: words.loans.to_owned(), texts: words.loan_texts.into(), amounts: vec![words.amount], lines }
}
