//! The entries of what enters, moves and leaves: journal IM, each document once.
//!
//! Acquisition, work under construction, commissioning, subsidies received, impairment and its reversal, disposal,
//! donation, replacement. Each is dated the day it happened, unless the caller must move it to an open period.

use chrono::NaiveDate;

use super::movement::{Movement, MovementKind};
use super::plan::{AssetPlan, ComponentPlan};
use super::posting::{auxiliary, pair};
use super::{AssetChange, AssetEvent};
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::typography;

/// Every entry of the asset through `through`, oldest first. `dated` says when one of a day is posted.
pub fn movement_entries(
    plan: &AssetPlan<'_>,
    through: NaiveDate,
    dated: &dyn Fn(NaiveDate) -> NaiveDate,
    chart: &Chart,
) -> Result<Vec<JournalEntry>, LedgerError> {
    let maker = Maker { plan, dated, chart };
    let mut found = Vec::new();
    if !plan.asset.record.in_opening_balance {
        found.extend(maker.construction());
        found.extend(maker.acquisitions());
        found.extend(maker.subsidies());
    }
    for (number, event) in plan.asset.standing_events() {
        found.extend(maker.event(number, event));
    }
    found.retain(|entry| entry.on <= through && !entry.lines.is_empty());
    found.sort_by_key(|entry| entry.on);
    found.into_iter().map(|entry| maker.finish(entry)).collect()
}

/// An entry before it is balanced.
struct Draft {
    on: NaiveDate,
    document: String,
    label: String,
    lines: Vec<JournalLine>,
}

struct Maker<'a> {
    plan: &'a AssetPlan<'a>,
    dated: &'a dyn Fn(NaiveDate) -> NaiveDate,
    chart: &'a Chart,
}

impl Maker<'_> {
    fn finish(&self, draft: Draft) -> Result<JournalEntry, LedgerError> {
        let date = (self.dated)(draft.on);
        let label = if date == draft.on {
            draft.label
        } else {
            format!("{} (au {})", draft.label, draft.on.format("%d/%m/%Y"))
        };
        JournalEntry::new(Journal::Assets, date, draft.document, label, draft.lines)
    }

    fn account(&self, role: AccountRole) -> &str {
        self.chart.account(role)
    }

    /// What is built: each invoice to the account where costs gather.
    fn construction(&self) -> Vec<Draft> {
        let asset = self.plan.asset;
        let Some(account) = &asset.record.construction_account else { return Vec::new() };
        let draft = |(number, invoice): (usize, &super::SupplierInvoice)| {
            let label = format!("Travaux {} facture {} {}", asset.code, invoice.supplier, invoice.number);
            let mut lines = Vec::new();
            let debit = (account.as_str(), Some(asset.code.as_str()));
            let credit = (self.account(AccountRole::AssetSuppliers), Some(invoice.supplier.as_str()));
            pair(&mut lines, debit, credit, &label, invoice.amount);
            Draft { on: invoice.date, document: format!("ENTREE-{}-F{number}", asset.code), label, lines }
        };
        (1..).zip(&asset.record.invoices).map(draft).collect()
    }

    /// What is bought ready for use: the components that enter on one day, in one entry.
    fn acquisitions(&self) -> Vec<Draft> {
        let asset = self.plan.asset;
        if asset.record.construction_account.is_some() {
            return Vec::new();
        }
        let is_own = |plan: &&ComponentPlan<'_>| plan.replaces.is_none();
        let mut days: Vec<NaiveDate> =
            self.plan.components.iter().filter(is_own).map(|plan| plan.commissioned_on).collect();
        days.sort_unstable();
        days.dedup();
        let is_one_day = days.len() == 1;
        let draft = |on: NaiveDate| {
            let label = format!("Entrée {} {}", asset.code, asset.name);
            let entering = self.plan.components.iter().filter(is_own).filter(|plan| plan.commissioned_on == on);
            let mut lines: Vec<JournalLine> = entering.map(|plan| self.debit_cost(plan, &label)).collect();
            let cost = lines.iter().map(|line| line.debit).sum();
            lines.extend(self.credit_suppliers(cost, is_one_day, &label));
            Draft { on, document: format!("ENTREE-{}-{on}", asset.code), label, lines }
        };
        days.into_iter().map(draft).collect()
    }

    fn debit_cost(&self, plan: &ComponentPlan<'_>, label: &str) -> JournalLine {
        let (asset, component) = (plan.asset, plan.component);
        JournalLine::debit(asset.account_of(component), Some(&auxiliary(asset, component)), label, component.cost)
    }

    /// Each supplier with what its invoices say, where they are about this entry; else all to one line.
    fn credit_suppliers(&self, cost: Money, is_one_day: bool, label: &str) -> Vec<JournalLine> {
        let (record, account) = (&self.plan.asset.record, self.account(AccountRole::AssetSuppliers));
        if !is_one_day || record.invoices.is_empty() || record.invoiced() != cost {
            return vec![JournalLine::credit(account, Some(self.plan.asset.code.as_str()), label, cost)];
        }
        let credit = |invoice: &super::SupplierInvoice| {
            let label = format!("Facture {} {}", invoice.supplier, invoice.number);
            JournalLine::credit(account, Some(&invoice.supplier), &label, invoice.amount)
        };
        record.invoices.iter().map(credit).collect()
    }

    /// The subsidies of the asset's entry: each grantor's where they are listed.
    fn subsidies(&self) -> Vec<Draft> {
        let asset = self.plan.asset;
        let mut listed: Vec<(String, NaiveDate, Money)> =
            asset.record.subsidies().map(|(grantor, on, amount)| (grantor.to_owned(), on, amount)).collect();
        if let Some(on) = self.plan.in_service_on.filter(|_| listed.is_empty()) {
            listed.push((asset.code.to_string(), on, asset.subsidy));
        }
        let draft = |(number, (grantor, on, amount)): (usize, (String, NaiveDate, Money))| {
            let label = format!("Subvention {} {grantor}", asset.code);
            let mut lines = Vec::new();
            self.receive_subsidy(&mut lines, &grantor, &label, amount);
            Draft { on, document: format!("SUBV-{}-{number}", asset.code), label, lines }
        };
        (1..).zip(listed).map(draft).collect()
    }

    fn receive_subsidy(&self, lines: &mut Vec<JournalLine>, grantor: &str, label: &str, amount: Money) {
        let debit = (self.account(AccountRole::SubsidyReceivable), Some(grantor));
        let credit = (self.account(AccountRole::SubsidyReceived), Some(self.plan.asset.code.as_str()));
        pair(lines, debit, credit, label, amount);
    }

    fn event(&self, number: usize, event: &AssetEvent) -> Option<Draft> {
        let asset = self.plan.asset;
        let label = format!("{} {}", title(&event.change), asset.code);
        let mut lines = Vec::new();
        if let AssetChange::Subsidise { grantor, amount, .. } = &event.change {
            self.receive_subsidy(&mut lines, grantor, &label, *amount);
        }
        for plan in &self.plan.components {
            for movement in plan.movements.iter().filter(|movement| movement.event == Some(number)) {
                self.movement(&mut lines, plan, movement, &label);
            }
        }
        if matches!(event.change, AssetChange::Commission { .. }) && !lines.is_empty() {
            // What gathered on the account of construction leaves it.
            let cost = lines.iter().map(|line| line.debit).sum();
            let account = asset.record.construction_account.as_deref().unwrap_or(&asset.account);
            lines.push(JournalLine::credit(account, Some(asset.code.as_str()), &label, cost));
        }
        (!lines.is_empty()).then(|| Draft {
            on: event.effective_on,
            document: format!("EVT-{}-{number}", asset.code),
            label,
            lines,
        })
    }

    fn movement(&self, lines: &mut Vec<JournalLine>, plan: &ComponentPlan<'_>, movement: &Movement, label: &str) {
        let auxiliary = auxiliary(plan.asset, plan.component);
        let label = format!("{label} {}", plan.component.code);
        let account = plan.asset.account_of(plan.component);
        let impaired = self.chart.accumulated_impairment(account);
        let impaired = (impaired.as_str(), Some(auxiliary.as_str()));
        match movement.kind {
            MovementKind::Commissioned => lines.push(self.debit_cost(plan, &label)),
            MovementKind::Acquired => {
                let supplier = (self.account(AccountRole::AssetSuppliers), Some(plan.asset.code.as_str()));
                pair(lines, (account, Some(&auxiliary)), supplier, &label, movement.gross);
            }
            MovementKind::Impaired => {
                let charge = (self.account(AccountRole::ImpairmentCharge), None);
                pair(lines, charge, impaired, &label, movement.impairment);
            }
            MovementKind::Reversed => {
                let income = (self.account(AccountRole::ImpairmentReversal), None);
                pair(lines, impaired, income, &label, -movement.impairment);
            }
            MovementKind::Disposed | MovementKind::Donated | MovementKind::Replaced => {
                self.exit(lines, plan, movement, &label);
            }
            // The event's own lines say it, once for all components.
            MovementKind::Subsidised => {}
        }
    }

    /// Depreciation and impairment out, cost out, what was left to a charge; proceeds; the subsidy's rest to income.
    fn exit(&self, lines: &mut Vec<JournalLine>, plan: &ComponentPlan<'_>, movement: &Movement, label: &str) {
        let auxiliary = auxiliary(plan.asset, plan.component);
        let with = Some(auxiliary.as_str());
        let account = plan.asset.account_of(plan.component);
        let book_value = match movement.kind {
            MovementKind::Donated => AccountRole::DonationBookValue,
            _ => AccountRole::DisposalBookValue,
        };
        let (depreciation, impairment) =
            (self.chart.accumulated_depreciation(account), self.chart.accumulated_impairment(account));
        let outs = [
            (depreciation.as_str(), with, -movement.depreciation),
            (impairment.as_str(), with, -movement.impairment),
            (self.account(book_value), with, movement.book_value()),
        ];
        let debits = outs.into_iter().filter(|(_, _, amount)| !amount.is_zero());
        lines.extend(debits.map(|(account, with, amount)| JournalLine::debit(account, with, label, amount)));
        lines.push(JournalLine::credit(account, with, label, -movement.gross));

        let result = movement.result();
        if !movement.proceeds.is_zero() {
            let word = if result.is_negative() { "moins-value" } else { "plus-value" };
            let label = format!("{label}, {word} {}", typography::bare_amount(result.abs(), Language::French));
            let proceeds = (self.account(AccountRole::DisposalProceeds), with);
            let buyer = (self.account(AccountRole::DisposalReceivable), with);
            pair(lines, buyer, proceeds, &label, movement.proceeds);
        }
        let transferred = (self.account(AccountRole::SubsidyTransferred), with);
        let rest = format!("Solde de subvention {label}");
        pair(lines, transferred, (self.account(AccountRole::SubsidyIncome), None), &rest, movement.subsidy_rest);
        let received = (self.account(AccountRole::SubsidyReceived), Some(plan.asset.code.as_str()));
        pair(lines, received, transferred, &rest, -movement.subsidy_received);
    }
}

const fn title(change: &AssetChange) -> &'static str {
    match change {
        AssetChange::Revise { .. } => "Révision du plan",
        AssetChange::Impair { .. } => "Dépréciation",
        AssetChange::Reverse { .. } => "Reprise de dépréciation",
        AssetChange::Dispose { .. } => "Sortie",
        AssetChange::Donate { .. } => "Don",
        AssetChange::Replace { .. } => "Remplacement",
        AssetChange::Commission { .. } => "Mise en service",
        AssetChange::Use { .. } => "Unités d’œuvre",
        AssetChange::Subsidise { .. } => "Subvention",
        AssetChange::Withdraw { .. } => "Retrait d’événement",
    }
}
