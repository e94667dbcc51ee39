//! How to pay, and the mentions the law asks for.

use super::{Sheet, Standing};
use crate::documents::pdf::{Area, Composer, Role, Style};
use crate::domain::contract::VatTreatment;
use crate::domain::typography;

/// Space between two mentions.
const MENTION_GAP: f32 = 1.4;

impl Sheet<'_> {
    pub(super) fn closing(&self, c: &mut Composer) {
        if !self.invoice.is_to_be_paid() {
            let style = Style::regular(8.8, 12.4, c.palette.ink);
            c.paragraph(Role::Paragraph, style, &self.words.settled(self.invoice));
            c.skip(12.0);
        } else {
            self.payment(c);
        }
        self.mentions(c);
    }

    fn payment(&self, c: &mut Composer) {
        let (paper, palette) = (c.paper, c.palette);
        let heading = Style::bold(10.0, 14.0, palette.accent);
        let label = Style::regular(7.8, 12.2, palette.muted);
        let value = Style::regular(9.0, 12.2, palette.ink);
        let rows = self.payment_rows();
        let label_width = rows.iter().map(|(name, _)| c.text_width(name, label)).fold(0.0, f32::max) + 10.0;
        let inset = 12.0;
        let value_width = paper.text_width() - 2.0 * inset - label_width;
        let rows_height: f32 = rows
            .iter()
            .map(|(_, text)| c.wrap(text, value, value_width).iter().map(|_| value.leading).sum::<f32>())
            .sum();
        let due = self.words.due(self.invoice);
        let due_style = Style::bold(9.0, 13.0, palette.ink);
        let due_lines = c.wrap(&due, due_style, paper.text_width() - 2.0 * inset);
        let due_height: f32 = due_lines.iter().map(|_| due_style.leading).sum();
        let height = 8.0 + heading.leading + due_height + 3.0 + rows_height + 9.0;
        c.ensure(height);
        let top = c.y;
        c.artifact(|brush| {
            brush.fill(Area { x: paper.left, y: top, width: paper.text_width(), height }, palette.tint);
            brush.fill(Area { x: paper.left, y: top, width: 2.4, height }, palette.accent);
        });
        let x = paper.left + inset;
        let mut y = top + 8.0;
        y += c.block(Role::Heading, x, y, value_width, heading, &self.words.get("payment-heading"));
        y += c.block(Role::Paragraph, x, y, paper.text_width() - 2.0 * inset, due_style, &due) + 3.0;
        c.element(Role::List, |c| {
            for (name, text) in &rows {
                c.element(Role::Item, |c| {
                    c.block(Role::Label, x, y, label_width, label, name);
                    y += c.block(Role::Body, x + label_width, y, value_width, value, text);
                });
            }
        });
        c.y = top + height + 12.0;
    }

    fn payment_rows(&self) -> Vec<(String, String)> {
        let payment = &self.invoice.payment;
        let reference = match self.standing {
            Standing::Issued => typography::grouped(&payment.reference),
            Standing::Draft => self.words.get("draft-reference"),
        };
        [
            ("payment-holder", payment.account_holder.clone()),
            ("payment-iban", typography::grouped(&payment.iban)),
            ("payment-bic", payment.bic.clone()),
            ("payment-reference", reference),
        ]
        .into_iter()
        .map(|(id, value)| (self.words.get(id), value))
        .collect()
    }

    fn mentions(&self, c: &mut Composer) {
        let palette = c.palette;
        let style = Style::regular(7.4, 10.2, palette.muted);
        let heading = Style::bold(8.0, 12.0, palette.accent);
        let mentions = self.mention_texts();
        let lines = mentions.iter().map(|mention| c.wrap(mention, style, c.paper.text_width()));
        let height: f32 = lines.map(|lines| lines.iter().map(|_| style.leading).sum::<f32>() + MENTION_GAP).sum();
        c.ensure(heading.leading + height - MENTION_GAP);
        c.paragraph(Role::Heading, heading, &self.words.get("mentions-heading"));
        for mention in &mentions {
            c.paragraph(Role::Paragraph, style, mention);
            c.skip(MENTION_GAP);
        }
    }

    fn mention_texts(&self) -> Vec<String> {
        let (invoice, legal) = (self.invoice, &self.invoice.legal);
        let mut texts = vec![self.words.get("operation-category")];
        let taxed = invoice.vat.iter().any(|vat| matches!(vat.treatment, VatTreatment::Standard { .. }));
        if invoice.vat_on_debits && taxed {
            texts.push(self.words.get("vat-on-debits"));
        }
        if invoice.warns_of_late_payment() {
            texts.extend([legal.late_penalty.clone(), legal.recovery_indemnity.clone()]);
        } else {
            texts.push(self.words.get("late-payment-internal"));
        }
        texts.push(legal.discount.clone());
        texts
    }
}
