//! The report of movements of a year: what stood at its opening, what entered, changed and left, what stands at its
//! closing; by account and component, beside the balances of the ledger.
//!
//! Invariants, in every line and sum: closing = opening and the movements between them; net = gross − depreciation −
//! impairment. The closing of a year is the opening of the next.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use chrono::NaiveDate;
use serde::Serialize;

use super::movement::{Movement, MovementKind};
use super::plan::{AssetPlan, ComponentPlan, asset_plans};
use super::{AmortisationReport, FixedAsset, Schedule};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::ledger::{AccountName, AccountRole, Chart, JournalEntry};
use crate::domain::money::Money;
use crate::domain::party::Language;

/// Movements of all assets in a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovementsReport {
    pub year: i32,
    pub total: YearMovements,
    /// By asset account.
    pub accounts: Vec<AccountMovements>,
    /// What left during the year, with its gain or loss.
    pub exits: Vec<Exit>,
    /// Plans against ledger at the year's end.
    pub reconciliation: Vec<Reconciled>,
}

impl MovementsReport {
    /// The same, its accounts called what they are called in `language`.
    pub fn named_in(&self, language: Language) -> MovementsReport {
        let mut named = self.clone();
        named.accounts.iter_mut().for_each(|account| account.name = account.name.only(language));
        named.reconciliation.iter_mut().for_each(|line| line.name = line.name.only(language));
        named
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountMovements {
    pub account: String,
    pub name: AccountName,
    pub total: YearMovements,
    pub lines: Vec<ComponentMovements>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentMovements {
    pub asset: AssetCode,
    /// Absent for work under construction, which has none yet.
    pub component: Option<ComponentCode>,
    pub name: String,
    #[serde(flatten)]
    pub movements: YearMovements,
}

/// The three balances of a thing over a year. What leaves is counted as a positive amount taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct YearMovements {
    pub gross_opening: Money,
    pub gross_additions: Money,
    /// From construction to its own account; negative where it came from.
    pub gross_transfers: Money,
    pub gross_exits: Money,
    pub gross_closing: Money,
    pub depreciation_opening: Money,
    pub depreciation_charges: Money,
    pub depreciation_exits: Money,
    pub depreciation_closing: Money,
    pub impairment_opening: Money,
    pub impairment_charges: Money,
    pub impairment_reversals: Money,
    pub impairment_exits: Money,
    pub impairment_closing: Money,
    pub net_opening: Money,
    pub net_closing: Money,
}

/// What left on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exit {
    pub on: NaiveDate,
    pub kind: MovementKind,
    pub asset: AssetCode,
    pub component: ComponentCode,
    pub gross: Money,
    pub depreciation: Money,
    pub impairment: Money,
    pub book_value: Money,
    pub proceeds: Money,
    /// Gain, or loss where negative.
    pub result: Money,
}

/// An account: what the plans say stands on it, and what the ledger says. Debit balances are positive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciled {
    pub account: String,
    pub name: AccountName,
    pub planned: Money,
    pub ledger: Money,
    /// What is planned or recorded by the year's end and not in the journal by then: charges, entries, exits,
    /// impairments, subsidies. Of a year that goes on, no difference.
    pub to_post: Money,
    /// Ledger + to post − planned.
    pub difference: Money,
}

impl AddAssign for YearMovements {
    fn add_assign(&mut self, other: YearMovements) {
        self.gross_opening += other.gross_opening;
        self.gross_additions += other.gross_additions;
        self.gross_transfers += other.gross_transfers;
        self.gross_exits += other.gross_exits;
        self.gross_closing += other.gross_closing;
        self.depreciation_opening += other.depreciation_opening;
        self.depreciation_charges += other.depreciation_charges;
        self.depreciation_exits += other.depreciation_exits;
        self.depreciation_closing += other.depreciation_closing;
        self.impairment_opening += other.impairment_opening;
        self.impairment_charges += other.impairment_charges;
        self.impairment_reversals += other.impairment_reversals;
        self.impairment_exits += other.impairment_exits;
        self.impairment_closing += other.impairment_closing;
        self.net_opening += other.net_opening;
        self.net_closing += other.net_closing;
    }
}

impl YearMovements {
    fn close(mut self) -> YearMovements {
        self.gross_closing = self.gross_opening + self.gross_additions + self.gross_transfers - self.gross_exits;
        self.depreciation_closing = self.depreciation_opening + self.depreciation_charges - self.depreciation_exits;
        self.impairment_closing =
            self.impairment_opening + self.impairment_charges - self.impairment_reversals - self.impairment_exits;
        self.net_opening = self.gross_opening - self.depreciation_opening - self.impairment_opening;
        self.net_closing = self.gross_closing - self.depreciation_closing - self.impairment_closing;
        self
    }

    fn is_empty(&self) -> bool {
        *self == YearMovements::default()
    }

    /// A movement on the component's account, before or in the year.
    fn add(&mut self, movement: &Movement, is_before: bool) {
        if is_before {
            self.gross_opening += movement.gross;
            self.depreciation_opening += movement.depreciation;
            self.impairment_opening += movement.impairment;
            return;
        }
        match movement.kind {
            MovementKind::Acquired => self.gross_additions += movement.gross,
            MovementKind::Commissioned => self.gross_transfers += movement.gross,
            MovementKind::Impaired => self.impairment_charges += movement.impairment,
            MovementKind::Reversed => self.impairment_reversals -= movement.impairment,
            MovementKind::Disposed | MovementKind::Donated | MovementKind::Replaced => {
                self.gross_exits -= movement.gross;
                self.depreciation_exits -= movement.depreciation;
                self.impairment_exits -= movement.impairment;
            }
            MovementKind::Subsidised => {}
        }
    }
}

/// The movements of `year`. `ledger` holds the balance of each account at its end, debits positive.
pub fn movements(assets: &[FixedAsset], year: i32, chart: &Chart, ledger: &BTreeMap<String, Money>) -> MovementsReport {
    let plans = asset_plans(assets);
    let mut accounts: BTreeMap<String, Vec<ComponentMovements>> = BTreeMap::new();
    let mut exits = Vec::new();
    for plan in &plans {
        for (account, line) in construction_lines(plan, year).into_iter().chain(component_lines(plan, year)) {
            if !line.movements.is_empty() {
                accounts.entry(account).or_default().push(line);
            }
        }
        exits.extend(exits_of(plan, year));
    }
    exits.sort_by_key(|exit| exit.on);
    let accounts: Vec<AccountMovements> = accounts
        .into_iter()
        .map(|(account, lines)| {
            let mut total = YearMovements::default();
            lines.iter().for_each(|line| total += line.movements);
            AccountMovements { name: chart.account_name(&account), account, total, lines }
        })
        .collect();
    let mut total = YearMovements::default();
    accounts.iter().for_each(|account| total += account.total);
    let reconciliation = reconciliation(&plans, &accounts, year, chart, ledger);
    MovementsReport { year, total, accounts, exits, reconciliation }
}

impl MovementsReport {
    /// The same, knowing what is not posted yet: charges from `report`, which is as of the year's last day, and what
    /// entered, changed or left by then from the `entries` that are still to be made of it.
    pub fn with_unposted(
        mut self,
        report: &AmortisationReport,
        entries: &[JournalEntry],
        chart: &Chart,
    ) -> MovementsReport {
        let mut unposted: BTreeMap<String, Money> = BTreeMap::new();
        for line in entries.iter().flat_map(JournalEntry::lines) {
            *unposted.entry(line.account.clone()).or_default() += line.debit - line.credit;
        }
        for component in report.assets.iter().flat_map(|asset| &asset.components) {
            let position = &component.plan.position;
            *unposted.entry(chart.accumulated_depreciation(&component.account)).or_default() -= position.due;
            let taken = chart.account(AccountRole::SubsidyTransferred).to_owned();
            *unposted.entry(taken).or_default() += position.subsidy.due;
        }
        for line in &mut self.reconciliation {
            line.to_post = unposted.get(&line.account).copied().unwrap_or_default();
            line.difference += line.to_post;
        }
        self
    }
}

/// The last day of a year, which every period of posting ends with.
pub(super) fn last_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX)
}

fn is_before(on: NaiveDate, year: i32) -> Option<bool> {
    let of_day = chrono::Datelike::year(&on);
    (of_day <= year).then_some(of_day < year)
}

/// Work under construction: invoices in, and out again with each part that goes into service.
fn construction_lines(plan: &AssetPlan<'_>, year: i32) -> Option<(String, ComponentMovements)> {
    let asset = plan.asset;
    let account = asset.record.construction_account.clone()?;
    let mut movements = YearMovements::default();
    for invoice in &asset.record.invoices {
        match is_before(invoice.date, year) {
            Some(true) => movements.gross_opening += invoice.amount,
            Some(false) => movements.gross_additions += invoice.amount,
            None => {}
        }
    }
    for part in plan.components.iter().flat_map(|component| &component.movements) {
        match is_before(part.on, year).filter(|_| part.kind == MovementKind::Commissioned) {
            Some(true) => movements.gross_opening -= part.gross,
            Some(false) => movements.gross_transfers -= part.gross,
            None => {}
        }
    }
    let movements = movements.close();
    Some((
        account,
        ComponentMovements { asset: asset.code.clone(), component: None, name: asset.name.clone(), movements },
    ))
}

fn component_lines<'a>(plan: &'a AssetPlan<'_>, year: i32) -> impl Iterator<Item = (String, ComponentMovements)> + 'a {
    plan.components.iter().map(move |component| {
        let line = ComponentMovements {
            asset: component.asset.code.clone(),
            component: Some(component.component.code.clone()),
            name: component.component.name.clone(),
            movements: year_of(component, year),
        };
        (component.asset.account_of(component.component).to_owned(), line)
    })
}

fn year_of(plan: &ComponentPlan<'_>, year: i32) -> YearMovements {
    let mut movements = YearMovements::default();
    for movement in &plan.movements {
        if let Some(before) = is_before(movement.on, year) {
            movements.add(movement, before);
        }
    }
    let (before, during) = charges(plan, &plan.depreciation, year);
    movements.depreciation_opening += before;
    movements.depreciation_charges += during;
    movements.close()
}

/// Charges before the year, and in it; forecasts are none.
pub(super) fn charges(plan: &ComponentPlan<'_>, schedule: &Schedule, year: i32) -> (Money, Money) {
    let (mut before, mut during) = (Money::ZERO, Money::ZERO);
    for row in &schedule.months {
        let charge = plan.certain_in(schedule, row.month);
        match row.month.year() {
            of_month if of_month < year => before += charge,
            of_month if of_month == year => during += charge,
            _ => {}
        }
    }
    (before, during)
}

fn exits_of<'a>(plan: &'a AssetPlan<'_>, year: i32) -> impl Iterator<Item = Exit> + 'a {
    plan.components.iter().flat_map(move |component| {
        let of_year = component.movements.iter().filter(move |movement| is_before(movement.on, year) == Some(false));
        of_year.filter(|movement| movement.is_exit()).map(|movement| Exit {
            on: movement.on,
            kind: movement.kind,
            asset: component.asset.code.clone(),
            component: component.component.code.clone(),
            gross: -movement.gross,
            depreciation: -movement.depreciation,
            impairment: -movement.impairment,
            book_value: movement.book_value(),
            proceeds: movement.proceeds,
            result: movement.result(),
        })
    })
}

/// Each account of assets, depreciation, impairment and subsidies: plans against ledger.
fn reconciliation(
    plans: &[AssetPlan<'_>],
    accounts: &[AccountMovements],
    year: i32,
    chart: &Chart,
    ledger: &BTreeMap<String, Money>,
) -> Vec<Reconciled> {
    let mut planned: BTreeMap<String, Money> = BTreeMap::new();
    let mut add = |account: String, amount: Money| *planned.entry(account).or_default() += amount;
    for account in accounts {
        add(account.account.clone(), account.total.gross_closing);
        add(chart.accumulated_depreciation(&account.account), -account.total.depreciation_closing);
        add(chart.accumulated_impairment(&account.account), -account.total.impairment_closing);
    }
    for plan in plans {
        let (received, taken) = plan.subsidies_on(last_day(year));
        add(chart.account(AccountRole::SubsidyReceived).to_owned(), -received);
        add(chart.account(AccountRole::SubsidyTransferred).to_owned(), taken);
    }
    // Accounts of these kinds that only the ledger knows show as well.
    let of_assets = |account: &str| {
        account.starts_with('2')
            || account == chart.account(AccountRole::SubsidyReceived)
            || account == chart.account(AccountRole::SubsidyTransferred)
    };
    for account in ledger.keys().filter(|account| of_assets(account)) {
        add(account.clone(), Money::ZERO);
    }
    let line = |(account, planned): (String, Money)| {
        let balance = ledger.get(&account).copied().unwrap_or_default();
        let name = chart.account_name(&account);
        let (to_post, difference) = (Money::ZERO, balance - planned);
        Reconciled { account, name, planned, ledger: balance, to_post, difference }
    };
    planned.into_iter().map(line).filter(|line| !(line.planned.is_zero() && line.ledger.is_zero())).collect()
}
