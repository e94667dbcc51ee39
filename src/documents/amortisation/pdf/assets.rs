//! Each asset: what an auditor asks of it, its components, and the years of both.

use chrono::NaiveDate;

use super::super::words;
use super::Sheet;
use super::figures::Track;
use crate::documents::pdf::{Align, Cell, Column, Composer, Role, Row, RowLook, Table, Width};
use crate::documents::report_paper::{heading, remark, subheading};
use crate::domain::amortisation::report::{AssetReport, ComponentReport, EventReport, Position};
use crate::domain::amortisation::{Funding, TreePart, TreeRow};
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

impl Sheet<'_> {
    /// Each asset begins on a page of its own, so that its pages can be filed with its papers.
    pub(super) fn assets(&self, c: &mut Composer) {
        for asset in &self.report.assets {
            c.new_page();
            c.element(Role::Section, |c| self.asset(c, asset));
        }
    }

    fn asset(&self, c: &mut Composer, asset: &AssetReport) {
        heading(c, &format!("{} — {}", asset.code, asset.name), 90.0);
        c.table(c.paper.left, c.paper.text_width(), &self.facts(asset));
        c.skip(12.0);
        self.components(c, asset);
        self.events(c, asset);
        if asset.components.len() != 1 {
            c.skip(14.0);
            subheading(c, &self.text("amortisation-asset-years"), 70.0);
            self.years(c, &asset.plan);
        }
        // The subsidy is the asset's; its components' shares are in the other formats.
        for component in &asset.components {
            c.skip(14.0);
            c.element(Role::Section, |c| {
                subheading(c, &format!("{} — {}", component.code, component.name), 84.0);
                remark(c, &self.terms(component));
                c.skip(4.0);
                if asset.components.len() == 1 {
                    self.years(c, &component.plan);
                } else {
                    self.year_table(c, &component.plan, Track::Depreciation);
                }
            });
        }
    }

    fn facts(&self, asset: &AssetReport) -> Table {
        let missing = || self.text("amortisation-missing");
        let record = &asset.record;
        let commissioned_on = asset.commissioned_on.map(|day| self.format.date(day));
        let mut facts = vec![
            (self.text("amortisation-inventory-number"), asset.code.to_string()),
            (self.words.account.to_owned(), asset.account.clone()),
            (
                self.words.commissioned_on.to_owned(),
                commissioned_on.unwrap_or_else(|| self.text("amortisation-under-construction")),
            ),
            (self.words.evidence.to_owned(), asset.commissioning_evidence.clone().unwrap_or_else(missing)),
            (self.words.decision.to_owned(), asset.duration_decision.clone().unwrap_or_else(missing)),
        ];
        if let Some(spent) = asset.cost_to_date {
            facts.push((self.text("amortisation-cost-to-date"), self.format.euros(spent)));
        }
        for document in &record.documents {
            let hash = document.sha256.as_ref().map(|hash| format!(" · SHA-256 {hash}")).unwrap_or_default();
            let text = format!("{}, {}{hash}", document.name, self.format.date_short(document.date));
            facts.push((self.text("amortisation-document"), text));
        }
        for invoice in &record.invoices {
            let text = self.paid(&format!("{} {}", invoice.supplier, invoice.number), invoice.date, invoice.amount);
            facts.push((self.text("amortisation-invoice"), text));
        }
        for funding in &record.funding {
            let (id, name, date, amount) = match funding {
                Funding::Subsidy { grantor, date, amount, .. } => ("amortisation-subsidy", grantor, date, amount),
                Funding::Loan { lender, date, amount, .. } => ("amortisation-loan", lender, date, amount),
            };
            let text = self.paid(name, *date, *amount);
            facts.push((self.text(id), text));
        }
        let row = |(label, value)| Row::new(vec![Cell::new(label).heading_row(), Cell::strong(value)]);
        Table {
            columns: vec![Column::new("", Width::Fixed(150.0), Align::Left), Column::new("", Width::Rest, Align::Left)],
            rows: facts.into_iter().map(row).collect(),
            size: 8.2,
            with_header: false,
        }
    }

    /// `Société de câblage F-118, 28/05/2019 : 1 600 000,00 €`.
    fn paid(&self, name: &str, date: NaiveDate, amount: Money) -> String {
        let (date, amount) = (self.format.date_short(date), self.format.euros(amount));
        self.texts.with("amortisation-paid", &[("name", name), ("date", &date), ("amount", &amount)])
    }

    /// What happened to the asset, and when it became known.
    fn events(&self, c: &mut Composer, asset: &AssetReport) {
        if asset.events.is_empty() {
            return;
        }
        c.skip(14.0);
        subheading(c, &self.text("amortisation-events"), 70.0);
        let column = |id: &str, width| Column::new(self.text(id), width, Align::Left);
        let columns = vec![
            column("amortisation-event-on", Width::Content(48.0)),
            column("amortisation-event-known", Width::Content(48.0)),
            column("amortisation-event", Width::Content(70.0)),
            column("amortisation-event-reason", Width::Rest),
            Column::new(self.text("amortisation-event-amount"), Width::Content(62.0), Align::Right),
        ];
        let rows = asset.events.iter().map(|report| self.event_row(report)).collect();
        c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size: 7.6, with_header: true });
    }

    fn event_row(&self, report: &EventReport) -> Row {
        let event = &report.event;
        let component = event.change.named().map(|codes| format!(" — {codes}")).unwrap_or_default();
        let what = format!("{}{component}", words::event(&event.change, self.texts.language));
        let part = words::part(&event.change, self.texts.language);
        let what = part.map_or_else(|| what.clone(), |part| format!("{what} ({part})"));
        let decision = event.decision.as_ref().map(|decision| format!(" · {decision}")).unwrap_or_default();
        let what = match report.withdrawn_by {
            Some(by) => format!("{what} ({})", words::withdrawn(by, self.texts.language)),
            None => what,
        };
        let amount = event.change.amount().map(|amount| self.format.amount(amount)).unwrap_or_default();
        let mut reason = Cell::new(&event.reason).detail(format!("{}{decision}", event.recorded_by));
        if let (Some(value), Some(result)) = (report.book_value, report.result) {
            let (value, result) = (self.format.euros(value), self.format.euros(result));
            let arguments: [(&'static str, &str); 2] = [("value", &value), ("result", &result)];
            reason = reason.detail(self.texts.with("amortisation-event-exit", &arguments));
        }
        Row::new(vec![
            Cell::new(self.format.date_short(event.effective_on)).heading_row(),
            Cell::new(self.format.date_short(event.recorded_on)),
            Cell::new(what),
            reason,
            Cell::new(amount),
        ])
    }

    /// The components and where each stands.
    fn components(&self, c: &mut Composer, asset: &AssetReport) {
        let amount = |id: &str| Column::new(self.text(id), Width::Content(62.0), Align::Right);
        let columns = vec![
            Column::new(self.words.component, Width::Rest, Align::Left),
            Column::new(self.words.duration_years, Width::Content(44.0), Align::Right),
            amount("amortisation-cost"),
            amount("amortisation-base"),
            amount("amortisation-cumulative"),
            amount("amortisation-net-book-value"),
        ];
        let mut rows: Vec<Row> = asset.tree().iter().map(|row| self.tree_row(row)).collect();
        if rows.len() > 1 {
            let label = Cell::strong(self.text("amortisation-total")).heading_row();
            let amounts = self.amounts(&asset.plan.position).map(Cell::strong);
            rows.push(Row::new([label, Cell::new("")].into_iter().chain(amounts).collect()).looking(RowLook::Group));
        }
        c.table(c.paper.left, c.paper.text_width(), &Table { columns, rows, size: 8.0, with_header: true });
    }

    /// A component, or a group with its total; each further in than what holds it.
    fn tree_row(&self, row: &TreeRow<'_>) -> Row {
        let level = u8::try_from(row.depth).unwrap_or(u8::MAX);
        let name = |code: &ComponentCode, name: &str| format!("{code} — {name}");
        match row.part {
            TreePart::Group { group, total } => {
                let cells = [Cell::strong(name(&group.code, &group.name)).heading_row().at_level(level), Cell::new("")];
                Row::new(cells.into_iter().chain(self.amounts(&total).map(Cell::strong)).collect())
            }
            TreePart::Component(component) => {
                let duration = Cell::new(component.duration_years.to_string());
                let name = Cell::new(name(&component.code, &component.name)).heading_row().at_level(level);
                let cells = [name, duration];
                Row::new(cells.into_iter().chain(self.amounts(&component.plan.position).map(Cell::new)).collect())
            }
        }
    }

    fn amounts(&self, position: &Position) -> impl Iterator<Item = String> {
        let amount = |amount: Money| self.format.amount(amount);
        [position.cost, position.base, position.cumulative, position.net_book_value].map(amount).into_iter()
    }

    /// `Compte 2183 · mise en service le 28/05/2019 · durée : 8 ans · linéaire, 30/360`.
    fn terms(&self, component: &ComponentReport) -> String {
        let arguments = [
            ("account", component.account.clone()),
            ("date", self.format.date_short(component.commissioned_on)),
            ("years", component.duration_years.to_string()),
            ("method", words::method(component.method, self.texts.language)),
        ];
        self.texts.with("amortisation-terms", &arguments.each_ref().map(|(name, value)| (*name, value.as_str())))
    }
}
