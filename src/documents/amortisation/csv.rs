//! One flat table: every period of the total, the assets and the components, first by year, then by month.
//!
//! Filter on level and step before summing: the same amount stands at each level. French: `;`, decimal comma and a byte
//! order mark, as a French spreadsheet opens it; English: `,` and decimal point. Years are `2019`, months `2026-10`.

use std::borrow::Cow;
use std::fmt::Display;

use super::lines::{FIGURES, Level, Line, lines};
use super::words::{self, Words};
use super::{RenderError, looks_like_formula};
use crate::domain::amortisation::AmortisationReport;
use crate::domain::amortisation::report::RowState;
use crate::domain::money::Money;
use crate::domain::party::Language;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The report as CSV (RFC 4180 quoting, CRLF).
pub fn csv(report: &AmortisationReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let (delimiter, mark) = match language {
        Language::French => (b';', BYTE_ORDER_MARK),
        Language::English => (b',', [].as_slice()),
    };
    let mut bytes = mark.to_vec();
    let mut writer =
        ::csv::WriterBuilder::new().delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(&mut bytes);
    let words = Words::of(language);
    writer.write_record(headings(words))?;
    for line in lines(report, |plan| &plan.years) {
        writer.write_record(record(&line, words.step_year, language))?;
    }
    for line in lines(report, |plan| &plan.months).chain(unknown(report)) {
        writer.write_record(record(&line, words.step_month, language))?;
    }
    writer.flush().map_err(::csv::Error::from)?;
    drop(writer);
    Ok(bytes)
}

fn headings(words: &Words) -> impl Iterator<Item = &'static str> {
    let texts =
        [words.level, words.step, words.asset, words.component, words.name, words.account, words.period, words.state];
    texts.into_iter().chain([words.base]).chain(words.figures)
}

fn record<'a, P: Display>(
    line: &'a Line<'_, P>,
    step: &'a str,
    language: Language,
) -> impl Iterator<Item = Cow<'a, [u8]>> {
    let texts = [words::level(line.level, language), step, line.asset, line.component, line.name, line.account];
    let amounts = std::iter::once(line.base).chain(line.figures).map(move |amount| number(amount, language));
    texts
        .into_iter()
        .map(guarded)
        .chain([Cow::Owned(line.period.to_string()), Cow::Borrowed(words::state(line.state, language))])
        .chain(amounts)
        .map(into_bytes)
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

fn number(amount: Money, language: Language) -> Cow<'static, str> {
    let text = amount.to_string();
    Cow::Owned(match language {
        Language::French => text.replace('.', ","),
        Language::English => text,
    })
}

/// An apostrophe first keeps a spreadsheet from running the text as a formula.
fn guarded(text: &str) -> Cow<'_, str> {
    if looks_like_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Postings of unknown components: posted, never planned, so all of it is a difference.
fn unknown(report: &AmortisationReport) -> impl Iterator<Item = Line<'_, crate::domain::calendar::BillingMonth>> {
    report.unknown_postings.iter().map(|posting| {
        let mut figures = [Money::ZERO; FIGURES];
        let [_, _, _, _, _, _, posted, _, _, difference, _, _, _, _, _, income_posted, _, _, income_difference] =
            &mut figures;
        (*posted, *difference) = (posting.charge, posting.charge);
        (*income_posted, *income_difference) = (posting.subsidy_income, posting.subsidy_income);
        Line {
            level: Level::Unknown,
            asset: posting.asset.as_str(),
            component: posting.component.as_str(),
            name: "",
            account: "",
            period: posting.month,
            state: RowState::Posted,
            base: Money::ZERO,
            figures,
        }
    })
}
