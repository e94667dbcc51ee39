//! The lines, grouped by service with their sub-totals.

use super::Sheet;
use crate::documents::pdf::{Align, Cell, Column, Composer, Role, Row, RowLook, Style, Table, Width};
use crate::domain::money::Money;
use crate::domain::quantity::Unit;
use crate::domain::rating::{Charge, ChargeKind};

const COLUMNS: usize = 7;

impl Sheet<'_> {
    pub(super) fn lines(&self, c: &mut Composer) {
        let heading = Style::bold(10.5, 15.0, c.palette.accent);
        c.paragraph(Role::Heading, heading, &self.words.get("lines-heading"));
        c.skip(2.0);
        let table = Table { columns: self.line_columns(), rows: self.line_rows(), size: 8.4, with_header: true };
        c.table(c.paper.left, c.paper.text_width(), &table);
        c.skip(12.0);
    }

    fn line_columns(&self) -> Vec<Column> {
        let head = |id: &str| self.words.get(id);
        let decimal = Align::Decimal(self.words.format.decimal_separator());
        vec![
            Column::new(head("column-number"), Width::Content(0.0), Align::Left),
            Column::new(head("column-designation"), Width::Rest, Align::Left),
            Column::new(head("column-quantity"), Width::Content(46.0), decimal),
            Column::new(head("column-unit"), Width::Content(34.0), Align::Left),
            Column::new(head("column-unit-price"), Width::Content(60.0), decimal),
            Column::new(head("column-vat"), Width::Content(34.0), Align::Right),
            Column::new(head("column-net"), Width::Content(58.0), Align::Right),
        ]
    }

    fn line_rows(&self) -> Vec<Row> {
        let charges = &self.invoice.charges;
        let groups = charges.chunk_by(|a, b| a.service == b.service);
        let mut rows = Vec::with_capacity(charges.len() + 8);
        let mut number = 0;
        for group in groups {
            let Some(first) = group.first() else { continue };
            let service = self.words.service(first.service);
            let title = Cell::strong(service.clone()).spanning(COLUMNS).heading_row();
            let title = Row::new(vec![title]).looking(RowLook::Group).kept_with_next();
            rows.push(if self.since(2) { title.continued_as(self.continued(&service)) } else { title });
            for (index, charge) in group.iter().enumerate() {
                number += 1;
                let row = self.line_row(number, charge);
                rows.push(if index + 1 == group.len() { row.kept_with_next() } else { row });
            }
            rows.push(self.subtotal_row(&service, group));
        }
        rows
    }

    /// The title of a group once more, where it goes on on another page.
    fn continued(&self, service: &str) -> Vec<Cell> {
        let title = self.words.texts.with("group-continued", &[("service", service)]);
        vec![Cell::strong(title).spanning(COLUMNS)]
    }

    fn line_row(&self, number: usize, charge: &Charge) -> Row {
        let format = self.words.format;
        Row::new(vec![
            Cell::new(number.to_string()),
            self.designation_cell(charge),
            Cell::new(format.up_to(charge.quantity.to_decimal(), 4)),
            Cell::new(format.unit_of(charge.quantity.to_decimal(), charge.unit)),
            Cell::new(format.unit_price(charge.unit_price)),
            Cell::new(self.words.vat(&charge.vat)),
            Cell::new(format.amount(charge.net)),
        ])
    }

    /// What it is; below, which part of the price, for which days, and whether it was estimated; then how a revised price
    /// came about, or an amount that is no quantity × price.
    fn designation_cell(&self, charge: &Charge) -> Cell {
        let words = self.words;
        let mut details: Vec<String> = words.kind(&charge.kind, charge.unit).into_iter().collect();
        if charge.period != self.invoice.period {
            details.push(words.format.period(charge.period));
        }
        if charge.provenance.usage.as_ref().is_some_and(|usage| usage.estimated) {
            details.push(words.get("estimated"));
        }
        let mut cell = Cell::new(words.designation(&charge.designation));
        if !details.is_empty() {
            cell = cell.detail(details.join(" · "));
        }
        if let Some(revision) = revision_formula(charge).filter(|_| self.since(5)) {
            let formula = words.format.arithmetic(revision);
            cell = cell.detail(words.texts.with("line-revised", &[("formula", &formula)]));
        }
        match amount_formula(charge).filter(|_| self.since(2)) {
            Some(formula) => cell.detail(words.format.arithmetic(formula)),
            None => cell,
        }
    }

    fn subtotal_row(&self, service: &str, group: &[Charge]) -> Row {
        let sum: Money = group.iter().map(|charge| charge.net).sum();
        let label = self.words.texts.with("subtotal", &[("service", service)]);
        let row = Row::new(vec![
            Cell::strong(label).spanning(COLUMNS - 1).aligned(Align::Right).heading_row(),
            Cell::strong(self.words.format.amount(sum)),
        ]);
        if self.since(2) { row.measured() } else { row }
    }
}

/// `4 rack × 1200.00 × 17/31 = 2632.26`: the last step to an amount that is billed as one unit. What came before it, an
/// index or a usage, is in the annex.
pub(super) fn amount_formula(charge: &Charge) -> Option<&str> {
    let told = match charge.kind {
        ChargeKind::Prorated { .. } | ChargeKind::Committed => charge.unit == Unit::One,
        ChargeKind::MinimumComplement { .. } | ChargeKind::CapReduction { .. } => true,
        _ => false,
    };
    charge.provenance.formula.rsplit("; ").next().filter(|formula| told && !formula.is_empty())
}

/// `0.15 + 0.85 × 314.5/306 = 1.0236 (…); 1200.00 → 1228.32`: how the price of an agreed quantity was revised, where the
/// line shows quantity × price and the annex nothing of it.
fn revision_formula(charge: &Charge) -> Option<&str> {
    let plain = matches!(charge.kind, ChargeKind::Base | ChargeKind::OneOff) && charge.provenance.usage.is_none();
    let steps = charge.provenance.formula.rsplit_once("; ").filter(|_| plain);
    steps.map(|(revision, _)| revision)
}
