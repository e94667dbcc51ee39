//! The report as flat lines: what CSV and the sheets by year and by month have in common.

use std::fmt::Display;

use crate::domain::amortisation::AmortisationReport;
use crate::domain::amortisation::report::{Plan, PlanRow, RowState};
use crate::domain::money::Money;

/// What a line adds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Total,
    Asset,
    /// Components gathered under a name of their own; where assets stand, not in their plans by period.
    Group,
    Component,
    /// A posting no component of the book explains.
    Unknown,
}

/// A period of a total, an asset or a component.
#[derive(Debug)]
pub(super) struct Line<'a, P> {
    pub(super) level: Level,
    pub(super) asset: &'a str,
    pub(super) component: &'a str,
    pub(super) name: &'a str,
    pub(super) account: &'a str,
    pub(super) period: P,
    pub(super) state: RowState,
    pub(super) base: Money,
    pub(super) figures: [Money; FIGURES],
}

/// Columns of figures: ten of depreciation, then those of the subsidy, which is never impaired.
pub(super) const FIGURES: usize = 19;

/// How a column of figures behaves in a sum over lines and over periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// At the end of a period: says nothing summed over periods.
    Stock,
    /// During a period.
    Flow,
    /// The running sum of the flow two columns before, less that of the column before.
    Running,
    /// The stock of this track minus its running sum.
    Remainder,
    /// Gross value minus the running sum and the impairment: the two columns before.
    NetBookValue,
}

/// The kind of each column of figures, in order.
pub(super) const KINDS: [Kind; FIGURES] = {
    use Kind::{Flow, NetBookValue, Remainder, Running, Stock};
    [
        Stock,
        Flow,
        Flow,
        Running,
        Stock,
        NetBookValue,
        Flow,
        Flow,
        Flow,
        Flow, // depreciation
        Stock,
        Flow,
        Flow,
        Running,
        Remainder,
        Flow,
        Flow,
        Flow,
        Flow, // subsidy
    ]
};

/// Lines of the total, then of each asset, then of each component in the order of its asset. `rows` chooses the step.
pub(super) fn lines<'a, P: Copy + Display + 'a>(
    report: &'a AmortisationReport,
    rows: fn(&Plan) -> &[PlanRow<P>],
) -> impl Iterator<Item = Line<'a, P>> {
    let line = |level, asset, component, name, account, row: &PlanRow<P>| Line {
        level,
        asset,
        component,
        name,
        account,
        period: row.period,
        state: row.state,
        base: row.base,
        figures: figures(row),
    };
    let total = rows(&report.total).iter().map(move |row| line(Level::Total, "", "", "", "", row));
    let assets = report.assets.iter().flat_map(move |asset| {
        let (code, name, account) = (asset.code.as_str(), asset.name.as_str(), asset.account.as_str());
        rows(&asset.plan).iter().map(move |row| line(Level::Asset, code, "", name, account, row))
    });
    let components = report.assets.iter().flat_map(move |asset| {
        asset.components.iter().flat_map(move |part| {
            let (code, name, account) = (part.code.as_str(), part.name.as_str(), part.account.as_str());
            rows(&part.plan)
                .iter()
                .map(move |row| line(Level::Component, asset.code.as_str(), code, name, account, row))
        })
    });
    total.chain(assets).chain(components)
}

fn figures<P>(row: &PlanRow<P>) -> [Money; FIGURES] {
    let subsidy = &row.subsidy;
    [
        row.gross_value,
        row.charge,
        row.exits,
        row.cumulative,
        row.impairment,
        row.net_book_value,
        row.posted,
        row.due,
        row.to_come,
        row.difference,
        subsidy.received,
        subsidy.income,
        subsidy.exits,
        subsidy.cumulative,
        subsidy.remaining,
        subsidy.posted,
        subsidy.due,
        subsidy.to_come,
        subsidy.difference,
    ]
}
