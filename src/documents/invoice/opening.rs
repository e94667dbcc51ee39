//! The head of the first page: seller, recipient, references, title, and the figures a reader looks for first.

use super::{Sheet, Standing};
use crate::documents::format;
use crate::documents::pdf::{Align, Area, Brush, Colour, Composer, Role, Style, mm};
use crate::domain::party::Address;
use crate::domain::typography::NBSP;

/// Space between the cells of the band below the title.
const FACT_GAP: f32 = 2.0;

/// A cell of the band below the title.
struct Fact {
    label: String,
    value: String,
    highlighted: bool,
}

impl Sheet<'_> {
    pub(super) fn opening(&self, c: &mut Composer) {
        self.seller(c);
        let references_end = self.references(c, mm(self.letterhead.address_window.top_mm));
        let recipient_end = self.recipient(c);
        c.y = references_end.max(recipient_end).max(mm(82.0)) + 12.0;
        self.title(c);
        self.facts(c);
    }

    fn seller(&self, c: &mut Composer) {
        let (paper, palette, seller) = (c.paper, c.palette, &self.invoice.seller);
        let top = mm(13.0);
        let x = paper.left + mm(self.letterhead.mark.size_mm) + mm(4.0);
        let width = paper.right - x;
        c.artifact(|brush| {
            let band = Area { x: 0.0, y: 0.0, width: paper.width, height: mm(3.0) };
            brush.fill(band, palette.accent);
            self.letterhead.draw_mark(brush, paper.left, top);
        });
        let words = self.words.texts;
        let mut contact = seller.email.clone();
        if let Some(phone) = &seller.phone {
            contact.push_str(&format!(" · {phone}"));
        }
        let siret = format::siret(&seller.siret);
        let registration = if self.names_vat() {
            words.with("seller-registration", &[("siret", &siret), ("vat", &seller.vat_number)])
        } else {
            words.with("seller-registration-outside", &[("siret", &siret)])
        };
        let small = Style::regular(8.0, 10.6, palette.muted);
        c.element(Role::Section, |c| {
            let name = Style::bold(13.0, 16.0, palette.accent);
            let mut y = top - 2.5;
            y += c.block(Role::Paragraph, x, y, width, name, &seller.name);
            for text in [self.address_line(&seller.address), registration, contact] {
                y += c.block(Role::Paragraph, x, y, width, small, &text);
            }
        });
    }

    /// The recipient in the envelope's window; returns where it ends.
    fn recipient(&self, c: &mut Composer) -> f32 {
        let (window, buyer, palette) = (self.letterhead.address_window, &self.invoice.buyer, c.palette);
        let (x, width) = (mm(window.left_mm), mm(window.width_mm));
        let mut y = mm(window.top_mm);
        c.element(Role::Section, |c| {
            y += c.block(Role::Paragraph, x, y, width, Style::bold(10.5, 14.0, palette.ink), &buyer.name);
            let plain = Style::regular(10.0, 13.4, palette.ink);
            for line in &buyer.address.lines {
                y += c.block(Role::Paragraph, x, y, width, plain, line);
            }
            y += c.block(Role::Paragraph, x, y, width, plain, &self.city_line(&buyer.address));
        });
        y
    }

    /// What the recipient's accounting needs, beside the window; returns where it ends.
    fn references(&self, c: &mut Composer, top: f32) -> f32 {
        let (paper, palette) = (c.paper, c.palette);
        let label = Style::regular(7.6, 10.8, palette.muted);
        let value = Style::regular(8.4, 10.8, palette.ink);
        let rows = self.reference_rows();
        let label_width = rows.iter().map(|(name, _)| c.text_width(name, label)).fold(0.0, f32::max) + 8.0;
        let width = mm(self.letterhead.address_window.left_mm) - mm(8.0) - paper.left;
        let mut y = top;
        c.element(Role::List, |c| {
            for (name, text) in &rows {
                c.element(Role::Item, |c| {
                    c.block(Role::Label, paper.left, y, label_width, label, name);
                    let left = paper.left + label_width;
                    y += c.block(Role::Body, left, y, width - label_width, value, text) + 1.6;
                });
            }
        });
        y
    }

    fn reference_rows(&self) -> Vec<(String, String)> {
        let (references, buyer) = (&self.invoice.references, &self.invoice.buyer);
        let contract = format!("{} — {}", references.contract, references.contract_title);
        let given = [
            ("reference-contract", Some(contract)),
            ("reference-market", references.market.clone()),
            ("reference-engagement", references.engagement.clone()),
            ("reference-service-code", references.service_code.clone()),
            ("reference-facility", Some(self.invoice.facility.clone())),
            ("reference-buyer-siret", Some(format::siret(&buyer.siret))),
            ("reference-buyer-vat", buyer.vat_number.clone().filter(|_| self.names_vat())),
        ];
        given.into_iter().filter_map(|(id, value)| value.map(|value| (self.words.get(id), value))).collect()
    }

    /// Whether the parties' VAT numbers stand on the paper: where they stand in its data.
    fn names_vat(&self) -> bool {
        self.invoice.is_within_vat_scope() || !self.since(3)
    }

    fn title(&self, c: &mut Composer) {
        let palette = c.palette;
        c.paragraph(Role::Title, Style::bold(20.0, 25.0, palette.accent), &self.title_text());
        let month = self.words.format.month(self.invoice.month);
        let subtitle = self.words.texts.with("subtitle", &[("month", &month)]);
        c.paragraph(Role::Paragraph, Style::regular(9.5, 13.0, palette.muted), &subtitle);
        if self.standing == Standing::Draft {
            let date = self.words.format.date(self.invoice.issue_date);
            let note = self.words.texts.with("draft-note", &[("date", &date)]);
            c.paragraph(Role::Paragraph, Style::bold(9.5, 13.0, palette.ink), &note);
        }
        if !self.invoice.corrects.is_empty() {
            c.paragraph(Role::Paragraph, Style::bold(9.5, 13.0, palette.ink), &self.corrected_documents());
        }
        c.skip(8.0);
    }

    /// `Corrige la facture n° DC2026000101 du 3 octobre 2026.`
    fn corrected_documents(&self) -> String {
        let named: Vec<String> = self
            .invoice
            .corrects
            .iter()
            .map(|(number, date)| {
                let date = self.words.format.date(*date);
                self.words.texts.with("corrected-document", &[("number", number.as_str()), ("date", &date)])
            })
            .collect();
        self.words.texts.with("corrects", &[("documents", &named.join(", "))])
    }

    fn facts(&self, c: &mut Composer) {
        let (invoice, format) = (self.invoice, self.words.format);
        let fact = |id: &str, value: String| Fact { label: self.words.get(id), value, highlighted: false };
        let mut facts = vec![
            fact("fact-issued", format.date(invoice.issue_date)),
            fact("fact-period", format.period(invoice.period)),
        ];
        if self.invoice.is_to_be_paid() {
            facts.push(fact("fact-due", format.date(invoice.due_date)));
        }
        let label = self.words.get(self.payable_id());
        facts.push(Fact { label, value: format.euros(invoice.totals.gross), highlighted: true });
        self.draw_facts(c, &facts);
    }

    fn draw_facts(&self, c: &mut Composer, facts: &[Fact]) {
        let (paper, palette) = (c.paper, c.palette);
        let height = 36.0;
        let mut value_style = Style::bold(9.6, 12.0, palette.ink);
        let natural: Vec<f32> =
            facts.iter().map(|fact| c.text_width(&fact.value, value_style).max(64.0) + 20.0).collect();
        let gaps: f32 = facts.iter().skip(1).map(|_| FACT_GAP).sum();
        let stretch = (paper.text_width() - gaps) / natural.iter().sum::<f32>();
        // A period over two years is long: smaller then, never beyond its cell.
        value_style.size *= stretch.min(1.0);
        let (mut x, y) = (paper.left, c.y);
        c.element(Role::List, |c| {
            for (fact, width) in facts.iter().zip(&natural) {
                let area = Area { x, y, width: width * stretch, height };
                c.artifact(|brush| brush.fill(area, if fact.highlighted { palette.accent } else { palette.tint }));
                c.element(Role::Item, |c| {
                    let (label, value) = fact_colours(fact, palette.muted, palette.ink);
                    c.element(Role::Label, |c| {
                        c.content(|brush| fact_text(brush, area, 13.5, Style::regular(7.4, 9.0, label), &fact.label));
                    });
                    let style = Style { colour: value, ..value_style };
                    c.element(Role::Body, |c| {
                        c.content(|brush| fact_text(brush, area, 27.5, style, &fact.value));
                    });
                });
                x += area.width + FACT_GAP;
            }
        });
        c.y += height + 11.0;
    }

    /// `4 rue de Lobau, 75004 Paris`.
    fn address_line(&self, address: &Address) -> String {
        let mut parts = address.lines.clone();
        parts.push(self.city_line(address));
        parts.join(", ")
    }

    /// Postcode and city; the country where it is not France. No line ends between the first two.
    fn city_line(&self, address: &Address) -> String {
        let gap = if self.since(2) { NBSP } else { ' ' };
        let mut line = format!("{}{gap}{}", address.postcode, address.city);
        if address.country != "FR" {
            line.push_str(&format!(" ({})", address.country));
        }
        line
    }
}

fn fact_colours(fact: &Fact, label: Colour, value: Colour) -> (Colour, Colour) {
    if fact.highlighted { (Colour::WHITE, Colour::WHITE) } else { (label, value) }
}

fn fact_text(brush: &mut Brush, area: Area, baseline: f32, style: Style, text: &str) {
    brush.text(area.x + 9.0, area.y + baseline, style, Align::Left, text);
}
