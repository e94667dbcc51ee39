//! The years, and the months that have happened.

use super::{Sheet, left, right, row, table};
use crate::documents::pdf::{Composer, RowLook, Width};
use crate::domain::money::Money;
use crate::domain::payback::Flow;

/// The columns of flows of both tables.
const FLOWS: [&str; 6] =
    ["payback-revenue", "payback-avoided", "payback-heat", "payback-running", "payback-net", "payback-outlay"];
/// What stands at a year's end.
const POSITIONS: [&str; 4] = ["payback-cumulative", "payback-discounted", "payback-low", "payback-high"];

impl Sheet<'_> {
    pub(super) fn periods(&self, c: &mut Composer) {
        self.year_flows(c);
        self.year_positions(c);
        self.months(c);
    }

    fn amounts(&self, flow: &Flow) -> Vec<String> {
        let amounts = [
            flow.revenue,
            flow.hosting_avoided,
            flow.heat_sold,
            flow.running_cost(),
            flow.net_gain(),
            flow.investment + flow.renewal,
        ];
        amounts.map(|amount| self.amount(amount)).to_vec()
    }

    /// Nothing is a dash, so that what moves stands out.
    fn amount(&self, amount: Money) -> String {
        if amount.is_zero() { "–".to_owned() } else { self.words.format.amount(amount) }
    }

    fn year_flows(&self, c: &mut Composer) {
        let mut columns = vec![left(self.text("payback-year"), Width::Fixed(34.0))];
        columns.extend(FLOWS.map(|id| right(self.text(id), Width::Rest)));
        let mut total = Flow::default();
        let mut rows = Vec::new();
        for year in &self.report.years {
            total += year.flow;
            rows.push(row([vec![year.year.to_string()], self.amounts(&year.flow)].concat(), RowLook::Plain));
        }
        rows.push(row([vec![self.text("payback-total")], self.amounts(&total)].concat(), RowLook::Group));
        self.section(c, &self.text("payback-years"), None, &table(columns, rows, 6.9));
    }

    fn year_positions(&self, c: &mut Composer) {
        let mut columns = vec![
            left(self.text("payback-year"), Width::Fixed(34.0)),
            left(self.text("payback-state"), Width::Content(80.0)),
        ];
        columns.extend(POSITIONS.map(|id| right(self.text(id), Width::Rest)));
        let rows = self.report.years.iter().map(|year| {
            let amounts = [year.cumulative, year.discounted, year.low, year.high];
            let texts = amounts.map(|amount| self.words.format.amount(amount)).to_vec();
            row([vec![year.year.to_string(), self.words.year_state(year)], texts].concat(), RowLook::Plain)
        });
        let unit = self.words.with("payback-chart", &[("unit", "€")]);
        self.section(c, &unit, None, &table(columns, rows.collect(), 6.9));
    }

    fn months(&self, c: &mut Composer) {
        let mut columns = vec![left(self.text("payback-month"), Width::Fixed(40.0))];
        columns.extend(FLOWS.map(|id| right(self.text(id), Width::Rest)));
        columns.push(right(self.text("payback-cumulative"), Width::Rest));
        let rows = self.report.months.iter().filter(|month| month.is_actual).map(|month| {
            let first = vec![self.words.format.month_short(month.month)];
            let last = vec![self.words.format.amount(month.cumulative)];
            row([first, self.amounts(&month.flow), last].concat(), RowLook::Plain)
        });
        let title = format!("{} ({})", self.text("payback-months"), self.text("payback-state-actual"));
        self.section(c, &title, None, &table(columns, rows.collect(), 6.4));
    }
}
