//! VAT by rate, and the totals.

use super::Sheet;
use crate::documents::pdf::{Align, Cell, Column, Composer, Row, RowLook, Table, Width};
use crate::domain::contract::VatTreatment;
use crate::domain::invoice::VatBreakdown;

impl Sheet<'_> {
    pub(super) fn totals(&self, c: &mut Composer) {
        let (vat, totals) = (self.vat_table(), self.totals_table());
        let (left, width, top_gap) = (c.paper.left, c.paper.text_width(), 18.0);
        let (vat_width, totals_width) = ((width - top_gap) * 0.56, (width - top_gap) * 0.44);
        let height = c.table_height(&vat, vat_width).max(c.table_height(&totals, totals_width));
        c.ensure(height);
        let top = c.y;
        c.table(left, vat_width, &vat);
        c.y = top;
        c.table(left + vat_width + top_gap, totals_width, &totals);
        c.y = top + height + 14.0;
    }

    fn vat_table(&self) -> Table {
        let head = |id: &str| self.words.get(id);
        let columns = vec![
            Column::new(head("vat-rate"), Width::Rest, Align::Left),
            Column::new(head("vat-base"), Width::Content(68.0), Align::Right),
            Column::new(head("vat-amount"), Width::Content(68.0), Align::Right),
        ];
        let rows = self.invoice.vat.iter().map(|breakdown| self.vat_row(breakdown)).collect();
        Table { columns, rows, size: 8.4, with_header: true }
    }

    fn vat_row(&self, breakdown: &VatBreakdown) -> Row {
        let name = Cell::new(self.words.vat(&breakdown.treatment)).heading_row();
        let name = match &breakdown.treatment {
            VatTreatment::Standard { .. } => name,
            VatTreatment::Exempt { reason } | VatTreatment::OutOfScope { reason } => {
                name.detail(reason.in_language(self.words.texts.language).to_owned())
            }
        };
        let amount = |value| Cell::new(self.words.format.amount(value));
        Row::new(vec![name, amount(breakdown.taxable), amount(breakdown.tax)])
    }

    fn totals_table(&self) -> Table {
        let totals = self.invoice.totals;
        let row = |id: &str, value| {
            let label = Cell::new(self.words.get(id)).heading_row();
            Row::new(vec![label, Cell::new(self.words.format.euros(value))])
        };
        let payable = Row::new(vec![
            Cell::strong(self.words.get(self.payable_id())).heading_row(),
            Cell::strong(self.words.format.euros(totals.gross)),
        ]);
        let rows = vec![
            row("total-net", totals.net),
            row("total-tax", totals.tax),
            row("total-gross", totals.gross),
            payable.looking(RowLook::Highlight),
        ];
        let columns =
            vec![Column::new("", Width::Rest, Align::Left), Column::new("", Width::Content(0.0), Align::Right)];
        Table { columns, rows, size: 9.6, with_header: false }
    }

    /// What the bottom line is called: an invoice asks for money, a credit note gives it back.
    pub(super) fn payable_id(&self) -> &'static str {
        if self.is_credit() { "total-credited" } else { "total-payable" }
    }
}
