//! The report on paper, for those who sign, file and audit it: PDF/A-3a and PDF/UA-1.
//!
//! One file per part: opening (where things stand), chart, assets (terms and yearly tables of each), months, unknown
//! postings; `figures` makes the table all of them share. Sums over the rows of a table are the only arithmetic. The
//! only time in the file is the report's day, so that the same report gives the same bytes.

use chrono::NaiveTime;

use super::RenderError;
use super::words::Words;
use crate::documents::DocumentError;
use crate::documents::format::Format;
use crate::documents::invoice::Letterhead;
use crate::documents::pdf::{Align, Brush, Composer, Composition, Metadata, Paper, Role, Style, mm, save};
use crate::documents::texts::Texts;
use crate::domain::amortisation::AmortisationReport;
use crate::domain::party::Language;

mod assets;
mod chart;
mod figures;
mod months;
mod opening;
#[cfg(test)]
mod tests;

/// The report as PDF.
pub fn pdf(report: &AmortisationReport, language: Language) -> Result<Vec<u8>, RenderError> {
    let letterhead = Letterhead::shared()?;
    let sheet = Sheet {
        report,
        texts: Texts::new(language),
        format: Format::new(language),
        words: Words::of(language),
        letterhead,
    };
    let title = sheet.title();
    let metadata = Metadata {
        subject: title.clone(),
        title,
        author: "Chapelle".to_owned(),
        language: match language {
            Language::French => "fr-FR",
            Language::English => "en-GB",
        },
        created_at: report.as_of.and_time(NaiveTime::MIN).and_utc(),
        extension: None,
    };
    Ok(save(sheet.compose()?, &metadata, None)?)
}

/// The report with all that is needed to put it on paper.
struct Sheet<'a> {
    report: &'a AmortisationReport,
    texts: Texts,
    format: Format,
    /// What the report's other formats call things.
    words: &'static Words,
    letterhead: &'static Letterhead,
}

impl Sheet<'_> {
    fn compose(&self) -> Result<Composition, DocumentError> {
        let mut composer = Composer::new(Paper::A4, self.letterhead.palette)?;
        self.opening(&mut composer);
        self.assets(&mut composer);
        self.months(&mut composer);
        self.unknown_postings(&mut composer);
        composer.finish(|brush, page, pages| self.running(brush, page, pages))
    }

    /// The footer of every page, and from the second on a line that says what the page belongs to.
    fn running(&self, brush: &mut Brush, page: usize, pages: usize) {
        let (paper, palette) = (Paper::A4, self.letterhead.palette);
        let small = Style::regular(7.2, 9.0, palette.muted);
        let (width, bottom) = (paper.text_width(), mm(283.0));
        brush.rule(paper.left, bottom - 11.0, width, 0.5, palette.rule);
        brush.text(paper.left, bottom, small, Align::Left, &self.text("amortisation-currency"));
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = self.texts.with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(paper.right, bottom, small, Align::Right, &number);
        if page > 1 {
            let (top, bold) = (mm(15.0), Style::bold(7.2, 9.0, palette.accent));
            brush.text(paper.right, top, bold, Align::Right, &self.title());
            brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
        }
    }

    /// `Plan d’amortissement au 31 décembre 2026`.
    fn title(&self) -> String {
        self.texts.with("amortisation-title", &[("date", &self.format.date(self.report.as_of))])
    }

    fn text(&self, id: &str) -> String {
        self.texts.get(id)
    }

    /// Heads a part of the report; `height` is what must follow on the same page.
    fn heading(&self, c: &mut Composer, text: &str, height: f32) {
        c.ensure(height + 24.0);
        let style = Style::bold(13.0, 17.0, c.palette.accent);
        c.paragraph(Role::Heading, style, text);
        c.skip(5.0);
    }

    fn subheading(&self, c: &mut Composer, text: &str, height: f32) {
        c.ensure(height + 18.0);
        let style = Style::bold(9.6, 13.0, c.palette.ink);
        c.paragraph(Role::Subheading, style, text);
        c.skip(2.0);
    }

    fn remark(&self, c: &mut Composer, text: &str) {
        let style = Style::regular(8.2, 11.4, c.palette.muted);
        c.paragraph(Role::Paragraph, style, text);
    }
}
