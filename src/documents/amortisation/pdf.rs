//! The report on paper, for those who sign, file and audit it: PDF/A-3a and PDF/UA-1.
//!
//! One file per part: opening (where things stand), chart, assets (terms and yearly tables of each), months, unknown
//! postings; `figures` makes the table all of them share. Sums over the rows of a table are the only arithmetic.

use super::RenderError;
use super::words::Words;
use crate::documents::Edition;
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::Paper;
use crate::documents::report_paper::ReportPaper;
use crate::documents::texts::Texts;
use crate::domain::amortisation::AmortisationReport;

mod assets;
mod chart;
mod figures;
mod months;
mod opening;
#[cfg(test)]
mod tests;

/// The report as PDF.
pub fn pdf<'e>(report: &AmortisationReport, edition: impl Into<Edition<'e>>) -> Result<Vec<u8>, RenderError> {
    let Edition { language, issuer } = edition.into();
    let (texts, format) = (Texts::new(language), Format::new(language));
    let paper = ReportPaper {
        paper: Paper::A4,
        letterhead: Letterhead::shared()?,
        language,
        title: texts.with("amortisation-title", &[("date", &format.date(report.as_of))]),
        foot: texts.get("amortisation-currency"),
        issuer: issuer.cloned(),
        day: report.as_of,
    };
    let mut composer = paper.composer()?;
    let sheet = Sheet { report, texts, format, words: Words::of(language), paper: &paper };
    sheet.opening(&mut composer);
    sheet.assets(&mut composer);
    sheet.months(&mut composer);
    sheet.unknown_postings(&mut composer);
    Ok(paper.finish(composer)?)
}

/// The report with all that is needed to put it on paper.
struct Sheet<'a> {
    report: &'a AmortisationReport,
    texts: Texts,
    format: Format,
    /// What the report's other formats call things.
    words: &'static Words,
    paper: &'a ReportPaper,
}

impl Sheet<'_> {
    fn text(&self, id: &str) -> String {
        self.texts.get(id)
    }
}
