//! The months of all assets under their years, and postings nothing in the inventory explains.

use super::Sheet;
use super::figures::{Line, Track};
use crate::documents::pdf::{Align, Cell, Column, Composer, Role, Row, Table, Width};
use crate::documents::report_paper::{heading, remark};
use crate::domain::amortisation::report::UnknownPosting;

impl Sheet<'_> {
    pub(super) fn months(&self, c: &mut Composer) {
        let total = &self.report.total;
        if total.months.is_empty() {
            return;
        }
        c.new_page();
        c.element(Role::Section, |c| {
            heading(c, &self.text("amortisation-months"), 90.0);
            self.figures(c, &self.month_lines(), Track::Depreciation);
        });
    }

    /// Each year, then its months.
    fn month_lines(&self) -> Vec<Line> {
        let (total, track) = (&self.report.total, Track::Depreciation);
        let mut lines = Vec::with_capacity(total.years.len() + total.months.len());
        for year in &total.years {
            lines.push(Line::new(year.period.to_string(), year, track).heading_group());
            let months = total.months.iter().filter(|month| month.period.year() == year.period);
            lines.extend(months.map(|month| Line::new(self.format.month_short(month.period), month, track)));
        }
        lines
    }

    /// Nothing where the journal and the inventory agree.
    pub(super) fn unknown_postings(&self, c: &mut Composer) {
        let postings = &self.report.unknown_postings;
        if postings.is_empty() {
            return;
        }
        c.skip(18.0);
        c.element(Role::Section, |c| {
            heading(c, self.words.unknown_sheet, 80.0);
            remark(c, &self.text("amortisation-unknown-means"));
            c.skip(5.0);
            let [_, _, _, _, _, _, charge, _, _, _, _, _, _, _, _, income, ..] = self.words.figures;
            let columns = vec![
                Column::new(self.words.asset, Width::Rest, Align::Left),
                Column::new(self.words.component, Width::Rest, Align::Left),
                Column::new(self.words.period, Width::Content(48.0), Align::Left),
                Column::new(charge, Width::Content(84.0), Align::Right),
                Column::new(income, Width::Content(84.0), Align::Right),
            ];
            let rows = postings.iter().map(|posting| self.unknown_row(posting)).collect();
            c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size: 8.0, with_header: true });
        });
    }

    fn unknown_row(&self, posting: &UnknownPosting) -> Row {
        Row::new(vec![
            Cell::new(posting.asset.as_str()).heading_row(),
            Cell::new(posting.component.as_str()),
            Cell::new(self.format.month_short(posting.month)),
            Cell::new(self.format.amount(posting.charge)),
            Cell::new(self.format.amount(posting.subsidy_income)),
        ])
    }
}
