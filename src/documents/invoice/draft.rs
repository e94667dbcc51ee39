//! What a draft would look like as an invoice: the same paper, marked on every page, without number or data inside.

use super::{Standing, Words, composed, metadata};
use crate::documents::DocumentError;
use crate::documents::pdf::{self, Align, Area, Brush, Colour, Paper, Style, mm};
use crate::domain::invoice::IssuedInvoice;

/// Stands out from every colour of a letterhead; white on it is legible.
const SIGNAL: Colour = Colour { red: 155, green: 28, blue: 28 };
/// So pale that the text above it stays legible.
const PALE: Colour = Colour { red: 247, green: 230, blue: 230 };
const BAND_TOP: f32 = mm(4.0);
const BAND_HEIGHT: f32 = mm(6.5);

/// The PDF of `invoice`, whose number is ignored: it has none yet.
pub fn draft_pdf(invoice: &IssuedInvoice) -> Result<Vec<u8>, DocumentError> {
    let mark = Words::of(invoice).get("draft-mark");
    let composition = composed(invoice, Standing::Draft)?.under(|brush| draw_mark(brush, &mark))?;
    pdf::save(composition, &metadata(invoice, &mark, None), None)
}

/// A band above the page's text, and the same words across the page below it.
fn draw_mark(brush: &mut Brush, mark: &str) {
    let paper = Paper::A4;
    let (middle, height) = (paper.width / 2.0, paper.height);
    brush.climbing(middle, height / 2.0, Style::bold(46.0, 46.0, PALE), mark);
    brush.fill(Area { x: 0.0, y: BAND_TOP, width: paper.width, height: BAND_HEIGHT }, SIGNAL);
    let style = Style::bold(10.5, 10.5, Colour::WHITE);
    brush.text(middle, BAND_TOP + BAND_HEIGHT / 2.0 + 3.7, style, Align::Centre, mark);
}
