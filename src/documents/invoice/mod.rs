//! The invoice on paper.
//!
//! One file per part, in the order of the page: opening, lines, totals, closing, annex. Nothing here computes a figure:
//! sums of a group of lines are the only arithmetic.

use chrono_tz::Tz;

use super::DocumentError;
use super::pdf::{Align, Brush, Composer, Composition, Paper, Style, mm};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice};

mod annex;
mod closing;
mod evidence;
mod letterhead;
mod lines;
mod opening;
mod totals;
mod words;

use letterhead::Letterhead;
pub use words::Words;

/// An invoice with all that is needed to put it on paper.
struct Sheet<'a> {
    invoice: &'a IssuedInvoice,
    words: Words,
    /// The times of the annex are local times of the facility.
    zone: Tz,
    letterhead: &'static Letterhead,
}

/// Lays the invoice out.
pub fn compose(invoice: &IssuedInvoice) -> Result<Composition, DocumentError> {
    let zone = invoice.zone.parse().map_err(|_| DocumentError::Zone(invoice.zone.clone()))?;
    let letterhead = Letterhead::shared()?;
    let sheet = Sheet { invoice, words: Words::new(invoice.language), zone, letterhead };
    let mut composer = Composer::new(Paper::A4, letterhead.palette)?;
    sheet.opening(&mut composer);
    sheet.lines(&mut composer);
    sheet.totals(&mut composer);
    sheet.closing(&mut composer);
    sheet.annex(&mut composer);
    composer.finish(|brush, page, pages| sheet.running(brush, page, pages))
}

impl Sheet<'_> {
    /// The footer of every page, and from the second on a line that says what the page belongs to.
    fn running(&self, brush: &mut Brush, page: usize, pages: usize) {
        let (paper, palette) = (Paper::A4, self.letterhead.palette);
        let small = Style::regular(7.2, 9.0, palette.muted);
        let (width, bottom) = (paper.text_width(), mm(282.0));
        brush.rule(paper.left, bottom - 10.0, width, 0.5, palette.rule);
        brush.text(paper.left, bottom, small, Align::Left, &self.invoice.legal.footer);
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = self.words.texts.with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(paper.right, bottom, small, Align::Right, &number);
        if page > 1 {
            let top = mm(15.0);
            let title = self.words.title(self.invoice);
            brush.text(paper.left, top, small, Align::Left, &self.invoice.seller.name);
            brush.text(paper.right, top, Style::bold(7.2, 9.0, palette.accent), Align::Right, &title);
            brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
        }
    }

    fn is_credit(&self) -> bool {
        self.invoice.kind == InvoiceKind::CreditNote
    }
}
