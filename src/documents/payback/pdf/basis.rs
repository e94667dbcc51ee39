//! Who paid, what a unit costs, what the projection begins from, and where every figure comes from.

use super::{Sheet, left, right, row, table};
use crate::documents::pdf::{Composer, Row, RowLook, Width};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::payback::{LettingRow, TenantRow};

const NOTHING: &str = "–";

impl Sheet<'_> {
    pub(super) fn basis(&self, c: &mut Composer) {
        self.tenants(c);
        self.units(c);
        self.lettings(c);
        self.means(c);
        self.outlays(c);
        self.renewals(c);
        self.sources(c);
    }

    fn tenants(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-tenant"), Width::Rest),
            left(self.text("payback-service"), Width::Content(60.0)),
            left(self.text("payback-period"), Width::Content(70.0)),
            right(self.text("payback-invoiced"), Width::Content(70.0)),
            right(self.text("payback-earlier"), Width::Content(70.0)),
            right(self.text("payback-total"), Width::Content(70.0)),
        ];
        let mut rows = self.tenant_group(true, "payback-total-counted");
        rows.extend(self.tenant_group(false, "payback-total-internal"));
        self.section(c, &self.text("payback-tenants"), None, &table(columns, rows, 7.4));
    }

    /// The tenants that count, or the internal ones, with the sum of them alone.
    fn tenant_group(&self, counts: bool, total: &str) -> Vec<Row> {
        let format = self.words.format;
        let own: Vec<&TenantRow> = self.report.tenants.iter().filter(|tenant| tenant.counts == counts).collect();
        if own.is_empty() {
            return Vec::new();
        }
        let line = |tenant: &&TenantRow| {
            let internal = if tenant.counts { String::new() } else { format!(" {}", self.text("payback-internal")) };
            let period =
                format!("{}–{}", format.month_short(tenant.first_month), format.month_short(tenant.last_month));
            let amounts = [tenant.invoiced, tenant.earlier, tenant.total].map(|amount| format.amount(amount));
            let texts = vec![format!("{}{internal}", tenant.name), self.words.service(tenant.service), period];
            row([texts, amounts.to_vec()].concat(), RowLook::Plain)
        };
        let sum = |of: fn(&TenantRow) -> Money| format.amount(own.iter().map(|row| of(row)).sum());
        let texts = vec![self.text(total), String::new(), String::new()];
        let sums = vec![sum(|row| row.invoiced), sum(|row| row.earlier), sum(|row| row.total)];
        own.iter().map(line).chain([row([texts, sums].concat(), RowLook::Group)]).collect()
    }

    fn units(&self, c: &mut Composer) {
        let ids = [
            "payback-let",
            "payback-capacity",
            "payback-cost-let",
            "payback-cost-capacity",
            "payback-price",
            "payback-market-price",
            "payback-discount",
        ];
        let mut columns = vec![left(self.text("payback-unit"), Width::Content(24.0))];
        columns.push(right(self.words.full_cost(self.report), Width::Rest));
        columns.extend(ids.map(|id| right(self.text(id), Width::Rest)));
        let format = self.words.format;
        let price = |price: Option<UnitPrice>| price.map_or(NOTHING.to_owned(), |price| format.unit_price(price));
        let rows = self.report.unit_costs.iter().map(|unit| {
            let quantity =
                |value: Option<rust_decimal::Decimal>| value.map_or(NOTHING.to_owned(), |value| format.up_to(value, 2));
            let discount = unit.discount_percent.map_or(NOTHING.to_owned(), |percent| self.words.percent(percent));
            let texts = vec![
                self.words.cost_unit(unit.unit),
                format.amount(unit.full_cost),
                quantity(unit.let_units),
                quantity(unit.capacity_units),
                price(unit.cost_per_let_unit),
                price(unit.cost_per_capacity_unit),
                price(unit.price_per_unit),
                price(unit.market_price),
                discount,
            ];
            row(texts, RowLook::Plain)
        });
        let key = self.report.cost_key;
        let months = self.report.means.first().map_or(0, |mean| mean.months).to_string();
        let [space, power, storage] =
            [key.space_percent, key.power_percent, key.storage_percent].map(|percent| format.percent(percent));
        let arguments = [("months", months.as_str()), ("space", &space), ("power", &power), ("storage", &storage)];
        let note = self.words.with("payback-units-note", &arguments);
        let market = self.words.market(self.report);
        let note = format!("{note} {market}");
        self.section(c, &self.text("payback-units"), Some(&note), &table(columns, rows.collect(), 7.4));
    }

    fn lettings(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-contract"), Width::Rest),
            left(self.text("payback-service"), Width::Content(60.0)),
            left(self.text("payback-until"), Width::Content(54.0)),
            right(self.text("payback-quantity"), Width::Content(110.0)),
            right(self.text("payback-month-price"), Width::Content(64.0)),
        ];
        let rows = self.report.lettings.iter().map(|letting| self.letting(letting)).collect();
        let format = self.words.format;
        let occupancy = &self.report.occupancy;
        let [let_u, available] = [occupancy.let_u, occupancy.available_u].map(|units| format.up_to(units, 2));
        let percent = self.words.percent(occupancy.percent);
        let arguments = [("let", let_u.as_str()), ("available", &available), ("percent", &percent)];
        let note = self.words.with("payback-occupancy", &arguments);
        self.section(c, &self.text("payback-lettings"), Some(&note), &table(columns, rows, 7.4));
    }

    fn letting(&self, letting: &LettingRow) -> Row {
        let format = self.words.format;
        let until = letting.in_force.to.map_or_else(|| self.text("payback-open"), |end| format.date_short(end));
        let basis = if letting.is_agreed {
            self.text("payback-agreed")
        } else {
            self.words.with("payback-mean", &[("months", &letting.months_of_mean.to_string())])
        };
        let quantity = format!("{} {} ({basis})", format.up_to(letting.quantity, 4), format.unit(letting.unit));
        let price = letting.prices.first().map_or(NOTHING.to_owned(), |step| format.amount(step.month));
        let texts = vec![
            format!("{} · {}", letting.contract, letting.line),
            self.words.service(letting.service),
            until,
            quantity,
            price,
        ];
        row(texts, RowLook::Plain)
    }

    fn means(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-figure"), Width::Rest),
            left(self.text("payback-source"), Width::Content(110.0)),
            right(self.text("payback-mean-month"), Width::Content(90.0)),
        ];
        let rows = self.report.means.iter().filter(|mean| !mean.mean_month.is_zero()).map(|mean| {
            let source = self.words.with("payback-mean-of", &[("months", &mean.months.to_string())]);
            let texts = vec![self.words.kind(mean.kind), source, self.words.format.amount(mean.mean_month)];
            row(texts, RowLook::Plain)
        });
        self.section(c, &self.text("payback-means"), None, &table(columns, rows.collect(), 7.8));
    }

    fn outlays(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-component"), Width::Rest),
            left(self.text("payback-commissioned"), Width::Content(60.0)),
            left(self.text("payback-life"), Width::Content(70.0)),
            right(self.text("payback-cost"), Width::Content(80.0)),
        ];
        let format = self.words.format;
        let mut rows: Vec<_> = self
            .report
            .investment
            .iter()
            .map(|outlay| {
                let life = match outlay.life_years {
                    Some(years) => self.words.with("payback-life-years", &[("years", &years.to_string())]),
                    None => self.text("payback-life-none"),
                };
                let name = format!("{}/{} — {}", outlay.asset, outlay.component, outlay.name);
                let texts = vec![name, format.date_short(outlay.commissioned_on), life, format.amount(outlay.cost)];
                row(texts, RowLook::Plain)
            })
            .collect();
        let (sum, through) = self.report.outlaid();
        let total = vec![self.words.invested_through(through), String::new(), String::new(), format.amount(sum)];
        rows.push(row(total, RowLook::Group));
        self.section(c, &self.text("payback-outlays"), None, &table(columns, rows, 7.8));
    }

    fn renewals(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-month"), Width::Content(60.0)),
            left(self.text("payback-component"), Width::Rest),
            right(self.text("payback-cost"), Width::Content(80.0)),
        ];
        let rows = self.report.renewals.iter().map(|renewal| {
            let name = format!("{}/{} — {}", renewal.asset, renewal.component, renewal.name);
            let (month, cost) = (self.words.format.month(renewal.month), self.words.format.amount(renewal.cost));
            row(vec![month, name, cost], RowLook::Plain)
        });
        self.section(c, &self.text("payback-next"), None, &table(columns, rows.collect(), 7.8));
    }

    fn sources(&self, c: &mut Composer) {
        let columns = vec![
            left(self.text("payback-what"), Width::Fixed(150.0)),
            left(self.text("payback-from"), Width::Rest),
            right(self.text("payback-amount"), Width::Content(76.0)),
        ];
        let rows = self.report.sources.iter().map(|source| {
            let (what, from, amount) = self.words.source(self.report, source);
            let amount = amount.map_or(NOTHING.to_owned(), |amount| self.words.format.amount(amount));
            row(vec![what, from, amount], RowLook::Plain)
        });
        self.section(c, &self.text("payback-sources"), None, &table(columns, rows.collect(), 7.2));
    }
}
