//! The report's words and columns, shared by all its formats.

use rust_decimal::Decimal;

use crate::documents::format::Format;
use crate::documents::texts::Texts;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::payback::{
    CostUnit, FigureKind, MonthRow, Outlay, PaybackReport, Remark, ScenarioResult, Source, SourceKind, YearRow,
};

/// Decimals of the rates the report works out.
const RATE_DECIMALS: u32 = 1;

/// A column of amounts by month and by year.
pub struct Column {
    pub id: &'static str,
    pub of_month: fn(&MonthRow) -> Money,
    pub of_year: fn(&YearRow) -> Money,
    /// Adds up over periods; else it stands at their end.
    pub is_flow: bool,
}

macro_rules! column {
    ($id:literal, flow $($path:ident).+) => {
        Column { id: $id, of_month: |row| row.$($path).+, of_year: |row| row.$($path).+, is_flow: true }
    };
    ($id:literal, stock $($path:ident).+) => {
        Column { id: $id, of_month: |row| row.$($path).+, of_year: |row| row.$($path).+, is_flow: false }
    };
}

/// In the order of every table that shows them all.
pub const COLUMNS: [Column; 15] = [
    column!("payback-revenue", flow flow.revenue),
    column!("payback-avoided", flow flow.hosting_avoided),
    column!("payback-heat", flow flow.heat_sold),
    column!("payback-energy", flow flow.energy),
    column!("payback-maintenance", flow flow.maintenance),
    column!("payback-staff", flow flow.staff),
    column!("payback-other", flow flow.other),
    column!("payback-net", flow net_gain),
    column!("payback-investment", flow flow.investment),
    column!("payback-renewal", flow flow.renewal),
    column!("payback-movement", flow total),
    column!("payback-cumulative", stock cumulative),
    column!("payback-discounted", stock discounted),
    column!("payback-low", stock low),
    column!("payback-high", stock high),
];

/// How many months a remark names before it only counts them.
const MONTHS_NAMED: usize = 6;

pub struct Words {
    pub texts: Texts,
    pub format: Format,
}

impl Words {
    pub const fn new(language: Language) -> Words {
        Words { texts: Texts::new(language), format: Format::new(language) }
    }

    pub fn text(&self, id: &str) -> String {
        self.texts.get(id)
    }

    pub fn with(&self, id: &str, arguments: &[(&'static str, &str)]) -> String {
        self.texts.with(id, arguments)
    }

    pub fn title(&self, report: &PaybackReport) -> String {
        self.with("payback-title", &[("date", &self.format.date(report.as_of))])
    }

    pub fn state(&self, is_actual: bool) -> String {
        self.text(if is_actual { "payback-state-actual" } else { "payback-state-projected" })
    }

    pub fn year_state(&self, row: &YearRow) -> String {
        if row.actual_months == 0 || row.actual_months == row.months {
            return self.state(row.actual_months > 0);
        }
        self.with("payback-state-mixed", &[("months", &row.actual_months.to_string())])
    }

    pub fn month_source(&self, row: &MonthRow, scenario: &str) -> String {
        if row.is_actual {
            self.text("payback-source-actual")
        } else {
            self.with("payback-source-projected", &[("scenario", scenario)])
        }
    }

    pub fn service(&self, service: Service) -> String {
        self.text(match service {
            Service::Space => "payback-service-space",
            Service::Power => "payback-service-power",
            Service::Storage => "payback-service-storage",
            Service::Other => "payback-service-other",
        })
    }

    pub fn kind(&self, kind: FigureKind) -> String {
        self.text(match kind {
            FigureKind::EarlierRevenue => "payback-kind-earlier-revenue",
            FigureKind::HostingAvoided => "payback-kind-hosting-avoided",
            FigureKind::HeatSold => "payback-kind-heat-sold",
            FigureKind::Energy => "payback-kind-energy",
            FigureKind::Maintenance => "payback-kind-maintenance",
            FigureKind::Staff => "payback-kind-staff",
            FigureKind::Other => "payback-kind-other",
        })
    }

    pub fn cost_unit(&self, unit: CostUnit) -> String {
        self.text(match unit {
            CostUnit::RackUnit => "payback-unit-rack-unit",
            CostUnit::Kilowatt => "payback-unit-kilowatt",
            CostUnit::Terabyte => "payback-unit-terabyte",
        })
    }

    pub fn assumption(&self, key: &str) -> String {
        self.text(&format!("payback-key-{key}"))
    }

    pub fn assumption_unit(&self, key: &str) -> String {
        self.text(match key {
            "occupancy_growth_u" => "payback-unit-u-a-year",
            "renewal_percent" | "occupancy_limit_percent" | "energy_follows_occupancy_percent" => {
                "payback-unit-percent"
            }
            _ => "payback-unit-percent-a-year",
        })
    }

    /// A rate the report works out, everywhere with as many decimals: `11,9 %`. What people agreed on keeps its own.
    pub fn percent(&self, value: Decimal) -> String {
        self.format.percent_with(value, RATE_DECIMALS)
    }

    /// `mars 2028`, or that it is not before the last month looked at.
    pub fn break_even(&self, month: Option<BillingMonth>, last: BillingMonth) -> String {
        match month {
            Some(month) => self.format.month(month),
            None => self.with("payback-not-before", &[("month", &self.format.month(last))]),
        }
    }

    /// What NPV and IRR are, and through which months: the horizon's own, one less than through the target's month.
    pub fn npv_note(&self, report: &PaybackReport) -> String {
        let horizons = shown(report).into_iter().flat_map(|result| &result.horizons);
        let spans = horizons.map(|horizon| {
            let years = horizon.years.to_string();
            self.with("payback-span", &[("years", &years), ("month", &self.format.month(horizon.through))])
        });
        let spans = spans.collect::<Vec<_>>().join(", ");
        let (start, target) = (self.format.month(report.start), self.format.month(report.target_month));
        self.with("payback-npv-note", &[("start", &start), ("spans", &spans), ("target", &target)])
    }

    /// What a reader wants to know first.
    pub fn headline(&self, report: &PaybackReport) -> String {
        let (shown, name) = (shown(report), report.scenario.name.as_str());
        let Some((month, months)) = shown.and_then(|shown| shown.break_even.zip(shown.months_after_target)) else {
            let last = self.format.month(last_month(report));
            return self.with("payback-headline-none", &[("scenario", name), ("month", &last)]);
        };
        let late = match months {
            0 => self.text("payback-late-on-time"),
            ..0 => self.with("payback-late-before", &[("months", &months.unsigned_abs().to_string())]),
            _ => self.with("payback-late-after", &[("months", &months.to_string())]),
        };
        let (month, target) = (self.format.month(month), self.format.month(report.target_month));
        let arguments = [("month", month.as_str()), ("scenario", name), ("target", &target), ("late", &late)];
        self.with("payback-headline", &arguments)
    }

    /// Between which months the scenarios break even; none where there is but one.
    pub fn range(&self, report: &PaybackReport) -> Option<String> {
        if report.scenarios.len() < 2 {
            return None;
        }
        let reached: Vec<BillingMonth> = report.scenarios.iter().filter_map(|result| result.break_even).collect();
        let (earliest, latest) = (*reached.iter().min()?, *reached.iter().max()?);
        if reached.len() < report.scenarios.len() {
            let first = self.format.month(earliest);
            let last = self.format.month(last_month(report));
            return Some(self.with("payback-range-open", &[("first", &first), ("last", &last)]));
        }
        Some(self.between(earliest, latest))
    }

    /// Between two months, or in the one both are.
    pub(super) fn between(&self, earliest: BillingMonth, latest: BillingMonth) -> String {
        let (first, last) = (self.format.month(earliest), self.format.month(latest));
        match earliest == latest {
            true => self.with("payback-range-one", &[("month", &first)]),
            false => self.with("payback-range", &[("first", &first), ("last", &last)]),
        }
    }

    /// What was done so far.
    pub fn done(&self, report: &PaybackReport) -> String {
        let Some(through) = report.actual_through else { return self.text("payback-done-nothing") };
        let (percent, month) = (self.percent(report.position.done_percent), self.format.month(through));
        self.with("payback-done", &[("percent", &percent), ("month", &month)])
    }

    /// The head of the full cost, which is that of some months where all beside it is a month's.
    pub fn full_cost(&self, report: &PaybackReport) -> String {
        let months = report.means.first().map_or(0, |mean| mean.months).to_string();
        self.with("payback-full-cost-months", &[("months", &months)])
    }

    /// Where the market's prices come from, or that there are none.
    pub fn market(&self, report: &PaybackReport) -> String {
        let Some(market) = &report.market else { return self.text("payback-market-none") };
        let date = self.format.date(market.date);
        self.with("payback-market-note", &[("source", &market.source), ("date", &date)])
    }

    /// Of the curve up to break-even.
    pub fn near_caption(&self) -> String {
        self.text("payback-chart-near")
    }

    /// Of the curve over the whole horizon.
    pub fn far_caption(&self, years: &str) -> String {
        self.with("payback-chart-far", &[("years", years)])
    }

    /// What a curve over `rows` shows, for those who do not see it.
    pub fn curve_words(&self, report: &PaybackReport, rows: &[MonthRow]) -> String {
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return String::new() };
        let euros = |amount| self.format.euros(amount);
        let now = report.months.iter().rfind(|row| row.is_actual).unwrap_or(first);
        let arguments = [
            ("first", self.format.month(first.month)),
            ("last", self.format.month(last.month)),
            ("start", euros(first.cumulative)),
            ("now", euros(now.cumulative)),
            ("through", self.format.month(now.month)),
            ("end", euros(last.cumulative)),
            ("scenario", report.scenario.name.clone()),
            ("low", euros(last.low)),
            ("high", euros(last.high)),
            ("target", self.format.month(report.target_month)),
            ("breakeven", self.headline(report)),
        ];
        self.with("payback-chart-alt", &arguments.each_ref().map(|(name, value)| (*name, value.as_str())))
    }

    /// `Invested through October 2026`: of the sum of what was done, and of all outlays, each by its own month.
    pub fn invested_through(&self, month: BillingMonth) -> String {
        self.with("payback-invested-through", &[("month", &self.format.month(month))])
    }

    pub fn remark(&self, remark: &Remark) -> String {
        match remark {
            Remark::NothingActual => self.text("payback-remark-nothing-actual"),
            Remark::WithoutCosts { months } => self.months("payback-remark-without-costs", months),
            Remark::WithoutRevenue { months } => self.months("payback-remark-without-revenue", months),
            Remark::Incomplete { months } => self.months("payback-remark-incomplete", months),
            Remark::Awaited { month, kinds } => {
                let kinds: Vec<String> = kinds.iter().map(|kind| self.kind(*kind)).collect();
                let month = self.format.month(*month);
                self.with("payback-remark-awaited", &[("month", &month), ("kinds", &kinds.join(", "))])
            }
            Remark::InternalLeftOut { amount } => {
                self.with("payback-remark-internal", &[("amount", &self.format.euros(*amount))])
            }
            Remark::BeforeStart { start } => {
                self.with("payback-remark-before-start", &[("month", &self.format.month(*start))])
            }
            Remark::NoScenarios => self.text("payback-remark-no-scenarios"),
            Remark::NeverBilled { lines } => self.with("payback-remark-never-billed", &[("lines", &lines.join(", "))]),
        }
    }

    fn months(&self, id: &str, months: &[BillingMonth]) -> String {
        let named: Vec<String> =
            months.iter().take(MONTHS_NAMED).map(|month| self.format.month_short(*month)).collect();
        let more = months.len().saturating_sub(MONTHS_NAMED);
        let named = match more {
            0 => named.join(", "),
            _ => self.with("payback-remark-and-more", &[("months", &named.join(", ")), ("more", &more.to_string())]),
        };
        self.with(id, &[("months", &named)])
    }

    /// What a source stands for, where it comes from, and its amount.
    pub fn source(&self, report: &PaybackReport, source: &Source) -> (String, String, Option<Money>) {
        let short = |month: &BillingMonth| self.format.month_short(*month);
        match &source.what {
            SourceKind::Invoices {
                tenant,
                service,
                first_month,
                last_month,
                documents,
                first_number,
                last_number,
                net,
            } => {
                let (from, to, documents) = (short(first_month), short(last_month), documents.to_string());
                let arguments = [
                    ("documents", documents.as_str()),
                    ("first", first_number),
                    ("last", last_number),
                    ("from", &from),
                    ("to", &to),
                ];
                let what = format!("{} · {}", tenant_name(report, tenant), self.service(*service));
                let id = if documents == "1" { "payback-from-invoice" } else { "payback-from-invoices" };
                (what, self.with(id, &arguments), Some(*net))
            }
            SourceKind::Figures {
                figure,
                label,
                tenant,
                first_month,
                last_month,
                count,
                corrected,
                stated,
                amount,
            } => {
                let (from, to, count) = (short(first_month), short(last_month), count.to_string());
                let (corrected_text, stated) = (corrected.to_string(), some_of(stated));
                let arguments = [
                    ("count", count.as_str()),
                    ("corrected", &corrected_text),
                    ("from", &from),
                    ("to", &to),
                    ("stated", &stated),
                ];
                let id = match (count.as_str(), *corrected) {
                    ("1", 0) => "payback-from-figure",
                    ("1", _) => "payback-from-figure-corrected",
                    (_, 0) => "payback-from-figures",
                    _ => "payback-from-figures-corrected",
                };
                let of = tenant.as_ref().map(|tenant| format!(" · {}", tenant_name(report, tenant)));
                let of = of.unwrap_or_default();
                (format!("{}{of} · {label}", self.kind(*figure)), self.with(id, &arguments), Some(*amount))
            }
            SourceKind::Asset { month, cost, .. } => {
                let code = source.id.strip_prefix("asset/").unwrap_or(&source.id);
                let own = |one: &&Outlay| code == format!("{}/{}", one.asset, one.component);
                let named = report.investment.iter().find(own);
                let name = named.map_or_else(|| code.to_owned(), |one| format!("{} ({})", one.name, one.asset));
                let from = self.with("payback-from-asset", &[("month", &self.format.month(*month))]);
                (self.with("payback-asset", &[("name", &name)]), from, Some(*cost))
            }
            SourceKind::Assumptions { scenario, .. } => {
                let named = report.scenarios.iter().find(|result| result.code == *scenario);
                let name = named.map_or(scenario.as_str(), |result| result.name.as_str());
                let what = self.with("payback-scenario-named", &[("name", name)]);
                (what, self.text("payback-from-scenario"), None)
            }
        }
    }
}

/// A tenant whose revenue the report no longer shows is told by its code.
fn tenant_name(report: &PaybackReport, code: &TenantCode) -> String {
    let row = report.tenants.iter().find(|row| row.tenant == *code);
    row.map_or_else(|| code.to_string(), |row| row.name.clone())
}

/// The first two, and how many there are besides.
fn some_of(stated: &[String]) -> String {
    let named = stated.iter().take(2).cloned().collect::<Vec<_>>().join(", ");
    if stated.len() > 2 { format!("{named} … (+{})", stated.len() - 2) } else { named }
}

/// The result of the shown scenario.
pub fn shown(report: &PaybackReport) -> Option<&ScenarioResult> {
    report.scenarios.iter().find(|result| result.code == report.scenario.code)
}

/// The last month any scenario is worked out for.
pub fn last_month(report: &PaybackReport) -> BillingMonth {
    let last = shown(report).and_then(|result| result.horizons.last());
    last.map_or(report.target_month, |horizon| horizon.through)
}
