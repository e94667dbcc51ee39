//! Where the figures come from, each once.

use std::collections::{BTreeMap, BTreeSet};

use super::{Assumption, Inputs, Source, SourceKind, TenantRow};
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Service;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::payback::actual::BilledRevenue;
use crate::domain::payback::figure::{FigureKind, ManagementFigure};
use crate::domain::payback::investment::Outlay;
use crate::domain::payback::terms::Scenario;

/// Which months a report counts as actual.
pub type Span = (BillingMonth, Option<BillingMonth>);

fn within((start, through): Span, month: BillingMonth) -> bool {
    start <= month && through.is_some_and(|last| month <= last)
}

pub fn tenant_rows(inputs: &Inputs<'_>, counts: &dyn Fn(&TenantCode) -> bool, span: Span) -> Vec<TenantRow> {
    let mut rows: BTreeMap<(TenantCode, Service), TenantRow> = BTreeMap::new();
    let mut row = |tenant: &TenantCode, service: Service, month: BillingMonth, change: &dyn Fn(&mut TenantRow)| {
        let row = rows.entry((tenant.clone(), service)).or_insert_with(|| TenantRow {
            tenant: tenant.clone(),
            name: name_of(inputs, tenant),
            service,
            counts: counts(tenant),
            invoiced: Money::ZERO,
            earlier: Money::ZERO,
            total: Money::ZERO,
            first_month: month,
            last_month: month,
            documents: 0,
            source: format!("invoices/{tenant}/{}", service.name()),
        });
        row.first_month = row.first_month.min(month);
        row.last_month = row.last_month.max(month);
        change(row);
    };
    for one in inputs.billed.iter().filter(|one| within(span, one.month)) {
        row(&one.tenant, one.service, one.month, &|row| {
            row.invoiced += one.net;
            row.total += one.net;
        });
    }
    for figure in inputs.figures.iter().filter(|figure| within(span, figure.key.month)) {
        if let (Some(tenant), Some(service)) = (&figure.key.tenant, figure.key.service) {
            row(tenant, service, figure.key.month, &|row| {
                row.earlier += figure.amount;
                row.total += figure.amount;
            });
        }
    }
    let mut rows: Vec<TenantRow> = rows.into_values().collect();
    for row in &mut rows {
        row.documents = documents(inputs.billed, &row.tenant, row.service, span);
    }
    rows.sort_by(|a, b| (!a.counts, &a.tenant, a.service).cmp(&(!b.counts, &b.tenant, b.service)));
    rows
}

/// A tenant that has left the book is told by its code.
fn name_of(inputs: &Inputs<'_>, code: &TenantCode) -> String {
    let found = inputs.tenants.iter().find(|tenant| tenant.code == *code);
    found.map_or_else(|| code.to_string(), |tenant| tenant.name.clone())
}

/// How many documents bill a tenant for a service: the lines of a contract's month share theirs.
fn documents(billed: &[BilledRevenue], tenant: &TenantCode, service: Service, span: Span) -> i64 {
    let own = billed.iter().filter(|one| one.tenant == *tenant && one.service == service && within(span, one.month));
    let by_month: BTreeMap<(&str, BillingMonth), i64> =
        own.map(|one| ((one.contract.as_str(), one.month), one.documents)).collect();
    by_month.values().sum()
}

pub fn sources(
    inputs: &Inputs<'_>,
    outlays: &[Outlay],
    scenarios: &[Scenario],
    rows: &[TenantRow],
    span: Span,
) -> Vec<Source> {
    let mut sources: Vec<Source> = rows.iter().filter_map(|row| invoices(inputs.billed, row, span)).collect();
    sources.extend(figures(inputs.figures, span));
    sources.extend(outlays.iter().map(|one| Source {
        id: format!("asset/{}/{}", one.asset, one.component),
        what: SourceKind::Asset { month: one.month, cost: one.cost, life_years: one.life_years },
    }));
    sources.extend(scenarios.iter().map(|scenario| Source {
        id: format!("scenario/{}", scenario.code),
        what: SourceKind::Assumptions {
            scenario: scenario.code.clone(),
            values: scenario.assumptions().map(|(key, value)| Assumption { key, value }).to_vec(),
        },
    }));
    sources
}

fn invoices(billed: &[BilledRevenue], row: &TenantRow, span: Span) -> Option<Source> {
    let own: Vec<&BilledRevenue> = billed
        .iter()
        .filter(|one| one.tenant == row.tenant && one.service == row.service && within(span, one.month))
        .collect();
    let months = || own.iter().map(|one| one.month);
    Some(Source {
        id: row.source.clone(),
        what: SourceKind::Invoices {
            tenant: row.tenant.clone(),
            service: row.service,
            first_month: months().min()?,
            last_month: months().max()?,
            documents: row.documents,
            first_number: own.iter().map(|one| one.first_number.clone()).min()?,
            last_number: own.iter().map(|one| one.last_number.clone()).max()?,
            net: row.invoiced,
        },
    })
}

fn figures(figures: &[ManagementFigure], span: Span) -> Vec<Source> {
    type Key = (FigureKind, Option<TenantCode>, String);
    let mut groups: BTreeMap<Key, Vec<&ManagementFigure>> = BTreeMap::new();
    for figure in figures.iter().filter(|figure| within(span, figure.key.month)) {
        let key = (figure.key.kind, figure.key.tenant.clone(), figure.key.label.clone());
        groups.entry(key).or_default().push(figure);
    }
    let source = |((kind, tenant, label), group): (Key, Vec<&ManagementFigure>)| {
        let months = || group.iter().map(|figure| figure.key.month);
        let stated: BTreeSet<String> = group.iter().map(|figure| figure.source.clone()).collect();
        Some(Source {
            id: format!("figure/{}/{label}", kind.name()),
            what: SourceKind::Figures {
                figure: kind,
                tenant,
                first_month: months().min()?,
                last_month: months().max()?,
                count: group.len(),
                corrected: group.iter().filter(|figure| figure.revision > 1).count(),
                stated: stated.into_iter().collect(),
                amount: group.iter().map(|figure| figure.amount).sum(),
                label,
            },
        })
    };
    groups.into_iter().filter_map(source).collect()
}
