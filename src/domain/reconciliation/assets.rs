//! Fixed assets: what the accounts hold of them, and what their plans and events say.
//!
//! Whatever a plan or an event is posted to is compared: what stands on accounts of class 2 and of subsidies by its
//! balance, everything else by what moved in the span.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{Check, Comparison, Look, comparison, net};
use crate::domain::amortisation::{AssetPlan, ComponentPlan, MovementKind, asset_plans, movement_entries};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{AccountRole, Journal, JournalEntry};
use crate::domain::money::Money;

/// What should stand on an account, and of how many things that is made.
#[derive(Default)]
struct Held(BTreeMap<String, (Money, usize)>);

impl Held {
    fn add(&mut self, account: String, amount: Money, count: usize) {
        let held = self.0.entry(account).or_default();
        held.0 += amount;
        held.1 += count;
    }
}

/// Which events of assets count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Events {
    /// Every one through the last day.
    All,
    /// Those the journal holds.
    Posted,
}

impl Look<'_> {
    /// Gross values, depreciation and impairment by account, subsidies as a whole.
    pub(super) fn assets(&self) -> Vec<Comparison> {
        let chart = self.sources.chart;
        let plans = asset_plans(self.sources.assets);
        let (mut cost, mut depreciation, mut impairment) = self.planned(&plans);
        for account in self.accounts_held() {
            let known = [&cost, &depreciation, &impairment].iter().any(|held| held.0.contains_key(&account));
            let of_kind = match account.get(..2) {
                Some("28") => &mut depreciation,
                Some("29") => &mut impairment,
                _ => &mut cost,
            };
            if !known {
                of_kind.add(account, Money::ZERO, 0);
            }
        }
        let to_come = self.to_come();
        for line in to_come.iter().flat_map(JournalEntry::lines).filter(|line| line.account.starts_with('2')) {
            let account = line.account.clone();
            match account.get(..2) {
                Some("28") => depreciation.add(account, net(line), 0),
                Some("29") => impairment.add(account, net(line), 0),
                _ => cost.add(account, -net(line), 0),
            }
        }
        let mut found: Vec<Comparison> = Vec::new();
        for (check, held) in
            [(Check::AssetCost, cost), (Check::Depreciation, depreciation), (Check::Impairment, impairment)]
        {
            for (account, (amount, count)) in &held.0 {
                let balance = self.balance(account);
                let balance = if check == Check::AssetCost { balance } else { -balance };
                found.push(comparison(check, account, balance, *amount, *count));
            }
        }
        let count = plans.iter().map(|plan| plan.components.len()).sum();
        let subsidies = plans.iter().map(|plan| plan.subsidies_on(self.through));
        let (granted, taken) = subsidies.fold((Money::ZERO, Money::ZERO), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let coming = |account: &str| -> Money {
            to_come.iter().flat_map(JournalEntry::lines).filter(|line| line.account == account).map(net).sum()
        };
        let received = chart.account(AccountRole::SubsidyReceived);
        let granted = granted + coming(received);
        found.push(comparison(Check::SubsidyReceived, received, -self.balance(received), granted, count));
        let transferred = chart.account(AccountRole::SubsidyTransferred);
        let (balance, taken) = (self.balance(transferred), taken - coming(transferred));
        found.push(comparison(Check::SubsidyTransferred, transferred, balance, taken, count));
        found
    }

    /// Costs in service and of what is being built, depreciation, impairment: through the last day, by account.
    fn planned(&self, plans: &[AssetPlan<'_>]) -> (Held, Held, Held) {
        let chart = self.sources.chart;
        let (mut cost, mut depreciation, mut impairment) = (Held::default(), Held::default(), Held::default());
        for component in plans.iter().flat_map(|plan| &plan.components) {
            let account = component.asset.account_of(component.component);
            let balances = component.balances_on(self.through);
            cost.add(account.to_owned(), balances.gross, 1);
            depreciation.add(chart.accumulated_depreciation(account), balances.depreciation, 1);
            if self.is_impaired(component) {
                impairment.add(chart.accumulated_impairment(account), balances.impairment, 1);
            }
        }
        for plan in plans {
            if let Some(account) = &plan.asset.record.construction_account {
                let (built, count) = being_built(plan, self.through);
                cost.add(account.clone(), built, count);
            }
        }
        (cost, depreciation, impairment)
    }

    fn is_impaired(&self, component: &ComponentPlan<'_>) -> bool {
        component.moved_by(self.through).any(|movement| !movement.impairment.is_zero())
    }

    /// Accounts of class 2 that assets were posted to. What else a body holds there is in no inventory of these books.
    fn accounts_held(&self) -> BTreeSet<String> {
        let of_assets = |journal: Journal| matches!(journal, Journal::Assets | Journal::Depreciation);
        let entries = self.sources.entries.iter().map(|posted| &posted.entry);
        let entries = entries.filter(|entry| entry.date <= self.through && of_assets(entry.journal));
        let lines = entries.flat_map(JournalEntry::lines);
        lines.filter(|line| line.account.starts_with('2')).map(|line| line.account.clone()).collect()
    }

    /// What events of assets moved on every other account, losses and gains among them, against the events themselves.
    /// What was posted before the span is taken off both: an event is posted once, sometimes later than it happened.
    pub(super) fn asset_events(&self, events: Events) -> Vec<Comparison> {
        let posted = || {
            let of_assets = self.sources.entries.iter().map(|posted| &posted.entry);
            of_assets.filter(|entry| entry.journal == Journal::Assets && entry.date <= self.through)
        };
        let documents = self.documents_of_assets();
        let made = self.made_of_events();
        let is_due = |entry: &&JournalEntry| events == Events::All && !self.is_to_come(entry, &documents);
        let made: Vec<&JournalEntry> =
            made.iter().filter(|entry| documents.contains(entry.document.as_str()) || is_due(entry)).collect();
        let mut moved: BTreeMap<&str, (Money, Money, usize)> = BTreeMap::new();
        for line in made.iter().flat_map(|entry| entry.lines()).filter(|line| self.is_beside(&line.account)) {
            moved.entry(&line.account).or_default().1 += net(line);
        }
        for entry in posted() {
            let is_before = entry.date < self.from;
            for line in entry.lines().iter().filter(|line| self.is_beside(&line.account)) {
                let (ledger, other, count) = moved.entry(&line.account).or_default();
                if is_before {
                    *other -= net(line);
                } else {
                    *ledger += net(line);
                    *count += 1;
                }
            }
        }
        // An account that moved on neither side has nothing to compare.
        let moved = moved.into_iter().filter(|(_, (ledger, other, _))| !(ledger.is_zero() && other.is_zero()));
        let told = |(account, (ledger, other, count)): (&str, (Money, Money, usize))| {
            let is_credit = account.starts_with('7') || account == self.account(AccountRole::AssetSuppliers);
            let (ledger, other) = if is_credit { (-ledger, -other) } else { (ledger, other) };
            comparison(Check::AssetEvents, account, ledger, other, count)
        };
        moved.map(told).collect()
    }

    /// What the events behind these documents come to.
    pub(super) fn events_of(&self, documents: &BTreeSet<&str>) -> Money {
        let made = self.made_of_events();
        made.iter().filter(|entry| documents.contains(entry.document.as_str())).map(JournalEntry::total).sum()
    }

    /// The entries events through the last day make. Plans make entries that balance; one that does not is left to the
    /// difference it makes.
    fn made_of_events(&self) -> Vec<JournalEntry> {
        let of = |plan| movement_entries(plan, self.through, &|on| on, self.sources.chart).unwrap_or_default();
        asset_plans(self.sources.assets).iter().flat_map(of).collect()
    }

    /// What happened in a month that is not over and stands in no account yet: entries of assets are made once it is.
    fn to_come(&self) -> Vec<JournalEntry> {
        let documents = self.documents_of_assets();
        let mut made = self.made_of_events();
        made.retain(|entry| self.is_to_come(entry, &documents));
        made
    }

    fn is_to_come(&self, made: &JournalEntry, posted: &BTreeSet<&str>) -> bool {
        let month_ends = BillingMonth::of(made.date).days().last_day();
        !posted.contains(made.document.as_str()) && month_ends.is_some_and(|last| last > self.through)
    }

    /// The documents of assets the journal holds through the last day.
    fn documents_of_assets(&self) -> BTreeSet<&str> {
        let entries = self.sources.entries.iter().map(|posted| &posted.entry);
        let posted = entries.filter(|entry| entry.journal == Journal::Assets && entry.date <= self.through);
        posted.map(|entry| entry.document.as_str()).collect()
    }

    /// Not compared by its balance.
    fn is_beside(&self, account: &str) -> bool {
        let subsidies = [AccountRole::SubsidyReceived, AccountRole::SubsidyTransferred];
        !account.starts_with('2') && !subsidies.iter().any(|role| account == self.account(*role))
    }

    /// Depreciation charged in the span, against what the plans charge in the periods posted.
    pub(super) fn depreciation_charged(&self) -> Comparison {
        let position = &self.sources.plans.total.position;
        let planned = position.cumulative + position.exits - position.due;
        let before = -self.charged_before("28");
        let account = self.account(AccountRole::DepreciationCharge);
        self.charged(Check::DepreciationCharged, account, planned - before)
    }

    /// Subsidies taken to income in the span by such periods, against the plans of subsidies.
    pub(super) fn subsidy_income(&self) -> Comparison {
        let subsidy = &self.sources.plans.total.position.subsidy;
        let before = self.charged_before(self.account(AccountRole::SubsidyTransferred));
        let account = self.account(AccountRole::SubsidyIncome);
        let income = self.charged(Check::SubsidyIncome, account, subsidy.income - subsidy.due - before);
        // Income stands to the credit.
        comparison(income.check, account, -income.ledger, income.other, income.count)
    }

    fn charged(&self, check: Check, account: &str, other: Money) -> Comparison {
        let lines = || self.moved(Journal::Depreciation).filter(|line| line.account == account);
        comparison(check, account, lines().map(net).sum(), other, lines().count())
    }

    /// What the journal of depreciation moved before the span on accounts that begin with `account`.
    fn charged_before(&self, account: &str) -> Money {
        let entries = self.sources.entries.iter().map(|posted| &posted.entry);
        let before = entries.filter(|entry| entry.journal == Journal::Depreciation && entry.date < self.from);
        before.flat_map(JournalEntry::lines).filter(|line| line.account.starts_with(account)).map(net).sum()
    }
}

/// What was invoiced of what is built, less what went into service; and how many invoices that is.
fn being_built(plan: &AssetPlan<'_>, day: NaiveDate) -> (Money, usize) {
    let invoices = || plan.asset.record.invoices.iter().filter(move |invoice| invoice.date <= day);
    let movements = plan.components.iter().flat_map(|component| component.moved_by(day));
    let commissioned: Money =
        movements.filter(|movement| movement.kind == MovementKind::Commissioned).map(|movement| movement.gross).sum();
    (invoices().map(|invoice| invoice.amount).sum::<Money>() - commissioned, invoices().count())
}
