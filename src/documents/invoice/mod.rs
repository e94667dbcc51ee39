//! The invoice on paper.
//!
//! One file per part, in the order of the page: opening, lines, totals, closing, annex. Nothing here computes a figure:
//! sums of a group of lines are the only arithmetic. A draft is the same paper, marked on every page.

use chrono_tz::Tz;

use super::DocumentError;
use super::pdf::{Align, Brush, Composer, Composition, Paper, Style, mm};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice};

mod annex;
mod closing;
mod draft;
mod evidence;
mod letterhead;
mod lines;
mod metadata;
mod opening;
mod totals;
mod words;

pub use draft::draft_pdf;
pub use letterhead::Letterhead;
pub use metadata::metadata;
pub use words::Words;

/// An invoice with all that is needed to put it on paper.
struct Sheet<'a> {
    invoice: &'a IssuedInvoice,
    words: Words,
    /// The times of the annex are local times of the facility.
    zone: Tz,
    letterhead: &'static Letterhead,
    standing: Standing,
}

/// Whether the paper is an invoice, or shows what one would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Issued,
    Draft,
}

/// Lays the invoice out.
pub fn compose(invoice: &IssuedInvoice) -> Result<Composition, DocumentError> {
    composed(invoice, Standing::Issued)
}

fn composed(invoice: &IssuedInvoice, standing: Standing) -> Result<Composition, DocumentError> {
    let zone = invoice.zone.parse().map_err(|_| DocumentError::Zone(invoice.zone.clone()))?;
    let letterhead = Letterhead::shared()?;
    let sheet = Sheet { invoice, words: Words::of(invoice), zone, letterhead, standing };
    let mut composer = Composer::new(Paper::A4, letterhead.palette)?;
    let running = sheet.reserve_running(&mut composer);
    sheet.opening(&mut composer);
    sheet.lines(&mut composer);
    sheet.totals(&mut composer);
    sheet.closing(&mut composer);
    sheet.annex(&mut composer);
    composer.finish(|brush, page, pages| sheet.running(brush, &running, page, pages))
}

/// What every page carries.
struct Running {
    paper: Paper,
    style: Style,
    footer: Vec<String>,
    seller: String,
    title: String,
}

/// Where the last line of the footer ends.
const FOOTER_END: f32 = mm(289.0);

impl Sheet<'_> {
    /// Breaks the footer into lines and keeps room for them on every page.
    fn reserve_running(&self, c: &mut Composer) -> Running {
        let style = Style::regular(7.2, 9.0, c.palette.muted);
        let footer = c.wrap(&self.invoice.legal.footer, style, c.paper.text_width() - 64.0);
        let height: f32 = footer.iter().map(|_| style.leading).sum();
        c.paper.bottom = FOOTER_END - height - 14.0;
        let seller = c.wrap(&self.invoice.seller.name, style, c.paper.text_width() * 0.6).into_iter().next();
        let (seller, title) = (seller.unwrap_or_default(), self.title_text());
        Running { paper: c.paper, style, footer, seller, title }
    }

    /// The footer of every page, and from the second on a line that says what the page belongs to.
    fn running(&self, brush: &mut Brush, running: &Running, page: usize, pages: usize) {
        let (paper, palette) = (running.paper, self.letterhead.palette);
        let (small, width) = (running.style, paper.text_width());
        let top = paper.bottom + 14.0;
        brush.rule(paper.left, top - 4.0, width, 0.5, palette.rule);
        brush.lines(paper.left, top, small, Align::Left, &running.footer);
        let (page_text, pages_text) = (page.to_string(), pages.to_string());
        let number = self.words.texts.with("page", &[("page", &page_text), ("pages", &pages_text)]);
        brush.text(paper.right, top + small.ascent(), small, Align::Right, &number);
        if page > 1 {
            let top = mm(15.0);
            let bold = Style::bold(small.size, small.leading, palette.accent);
            brush.text(paper.left, top, small, Align::Left, &running.seller);
            brush.text(paper.right, top, bold, Align::Right, &running.title);
            brush.rule(paper.left, top + 5.0, width, 0.5, palette.rule);
        }
    }

    /// `Facture n° DC2026000123`; of a draft, that it is none.
    fn title_text(&self) -> String {
        match self.standing {
            Standing::Issued => self.words.title(self.invoice),
            Standing::Draft => self.words.get("draft-mark"),
        }
    }

    fn is_credit(&self) -> bool {
        self.invoice.kind == InvoiceKind::CreditNote
    }

    /// Whether the document was issued in `layout` or a later one.
    fn since(&self, layout: u32) -> bool {
        self.invoice.layout >= layout
    }
}
