//! Two sources for one figure: what the accounts say, and what the invoices, payments and plans say.
//!
//! Owns: the comparisons of a reconciliation and of a tie-out. Does not own: reading either side. Invariant: a
//! comparison always shows both figures and their difference; nothing is left out because it agrees; and whatever
//! account plans, events, invoices or payments are posted to is in one.

mod assets;
#[cfg(test)]
mod assets_tests;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use self::assets::Events;
use super::amortisation::{AmortisationReport, FixedAsset};
use super::contract::Service;
use super::invoice::{InvoiceKind, IssuedInvoice, journal_entry};
use super::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, PostedEntry};
use super::money::Money;
use super::receivables::Payment;

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Check {
    /// The customers' balance, and what is open on every document.
    Receivables,
    /// Income of the year by account, and the lines of the year's documents.
    Revenue,
    /// VAT collected in the year, and that of its documents.
    Vat,
    /// Money received less refunded in the year, and the payments and refunds recorded.
    Payments,
    /// What is owed to tenants on account, and what was kept less what left it.
    OnAccount,
    /// The gross value of assets in service or being built, and their costs and invoices in the book.
    AssetCost,
    /// Accumulated depreciation, and the plans through the day.
    Depreciation,
    /// Impairments not reversed, and the events of the book.
    Impairment,
    /// Subsidies received, and those of the book.
    SubsidyReceived,
    /// Subsidies taken to income, and the plans through the day.
    SubsidyTransferred,
    /// Invoices of the year, and debits of customers in the sales journal.
    Invoiced,
    /// Credit notes of the year, and credits of customers there.
    Credited,
    /// Income from late interest and indemnities, and the claims the trail tells of.
    InterestClaimed,
    /// Depreciation charged, and what the plans charge in the periods posted.
    DepreciationCharged,
    /// Subsidies taken to income by period, and what their plans take in the periods posted.
    SubsidyIncome,
    /// What acquisitions, impairments, exits and subsidies moved on accounts beside those of assets and subsidies, and
    /// the events themselves.
    AssetEvents,
    /// What the entries of the year come to, and what each of them rests on: an entry that rests on nothing is the
    /// difference.
    Journal,
}

/// One figure from two places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub check: Check,
    /// The accounts the first figure comes from.
    pub accounts: String,
    /// What the accounts say.
    pub ledger: Money,
    /// What it is held against.
    pub other: Money,
    /// How many documents, payments or components the other figure is made of.
    pub count: usize,
    pub difference: Money,
}

/// All comparisons of one day or year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    pub from: NaiveDate,
    pub through: NaiveDate,
    pub comparisons: Vec<Comparison>,
}

impl Reconciliation {
    /// Nothing differs.
    pub fn is_clean(&self) -> bool {
        self.comparisons.iter().all(|one| one.difference.is_zero())
    }
}

/// An amount posted on a day, as the audit trail tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailAmount {
    pub on: NaiveDate,
    pub total: Money,
}

/// What the comparisons are made from.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    pub entries: &'a [PostedEntry],
    /// Every issued document.
    pub documents: &'a [IssuedInvoice],
    /// Refunds among them, below zero, and what was settled from accounts.
    pub payments: &'a [Payment],
    /// What was kept on account of tenants, and below zero what left it.
    pub on_account: &'a [TrailAmount],
    /// As of the last day.
    pub plans: &'a AmortisationReport,
    pub assets: &'a [FixedAsset],
    /// Late interest and indemnities claimed.
    pub claims: &'a [TrailAmount],
    /// What was set from one invoice against another, kept on account, settled or sent back from it, and results allocated,
    /// whichever their sign.
    pub moved_within: &'a [TrailAmount],
    pub chart: &'a Chart,
}

/// The accounts' balances on `through` against everything that should explain them; income, VAT and payments of its year.
pub fn reconcile(sources: &Sources<'_>, through: NaiveDate) -> Reconciliation {
    let from = NaiveDate::from_ymd_opt(through.year(), 1, 1).unwrap_or(through);
    let books = Look { sources, from, through };
    let mut comparisons = vec![books.receivables()];
    comparisons.extend(books.revenue());
    comparisons.push(books.vat());
    comparisons.push(books.payments());
    comparisons.extend(books.on_account());
    comparisons.extend(books.assets());
    comparisons.extend(books.asset_events(Events::All));
    Reconciliation { from, through, comparisons }
}

/// Every total of the year [from, through], found in two places.
pub fn tie_out(sources: &Sources<'_>, from: NaiveDate, through: NaiveDate) -> Reconciliation {
    let books = Look { sources, from, through };
    let mut comparisons = vec![books.documents(Check::Invoiced), books.documents(Check::Credited)];
    comparisons.extend(books.revenue());
    comparisons.push(books.vat());
    comparisons.push(books.payments());
    comparisons.extend(books.on_account());
    comparisons.push(books.interest());
    comparisons.push(books.depreciation_charged());
    comparisons.push(books.subsidy_income());
    comparisons.extend(books.asset_events(Events::Posted));
    comparisons.push(books.all());
    Reconciliation { from, through, comparisons }
}

/// The sources between two days.
struct Look<'a> {
    sources: &'a Sources<'a>,
    from: NaiveDate,
    through: NaiveDate,
}

const SERVICES: [(Service, AccountRole); 4] = [
    (Service::Space, AccountRole::Space),
    (Service::Power, AccountRole::Power),
    (Service::Storage, AccountRole::Storage),
    (Service::Other, AccountRole::OtherServices),
];

impl Look<'_> {
    fn account(&self, role: AccountRole) -> &str {
        self.sources.chart.account(role)
    }

    /// Debits less credits of an account through the last day, before its year is closed.
    fn balance(&self, account: &str) -> Money {
        let entries = self.sources.entries.iter().filter(|posted| {
            let entry = &posted.entry;
            entry.date <= self.through
                && !(entry.journal == Journal::Closing && entry.date.year() == self.through.year())
        });
        entries.flat_map(|posted| posted.entry.lines()).filter(|line| line.account == account).map(net).sum()
    }

    /// Lines posted within the days in `journal`.
    fn moved(&self, journal: Journal) -> impl Iterator<Item = &JournalLine> {
        let entries = self.sources.entries.iter().filter(move |posted| {
            posted.entry.journal == journal && (self.from..=self.through).contains(&posted.entry.date)
        });
        entries.flat_map(|posted| posted.entry.lines())
    }

    fn issued(&self, from: Option<NaiveDate>) -> impl Iterator<Item = &IssuedInvoice> {
        let days = from.unwrap_or(NaiveDate::MIN)..=self.through;
        self.sources.documents.iter().filter(move |document| days.contains(&document.issue_date))
    }

    fn receivables(&self) -> Comparison {
        let account = self.account(AccountRole::Customers);
        let documents: Money = self.issued(None).map(|one| signed(one, one.totals.gross)).sum();
        let paid: Money = self
            .sources
            .payments
            .iter()
            .filter(|payment| payment.entered_on() <= self.through)
            .map(|payment| payment.amount)
            .sum();
        let claims = self.sources.entries.iter().filter(|posted| {
            let entry = &posted.entry;
            entry.journal == Journal::Miscellaneous && entry.document.starts_with("INT-") && entry.date <= self.through
        });
        let claimed: Money = claims.map(|posted| posted.entry.total()).sum();
        let count = self.issued(None).count();
        comparison(Check::Receivables, account, self.balance(account), documents + claimed - paid, count)
    }

    fn revenue(&self) -> Vec<Comparison> {
        let mut accounts: BTreeMap<&str, (Money, usize)> = BTreeMap::new();
        for (service, role) in SERVICES {
            let held = accounts.entry(self.account(role)).or_default();
            for document in self.issued(Some(self.from)) {
                let lines = document.charges.iter().filter(|charge| charge.service == service);
                held.0 += signed(document, lines.clone().map(|charge| charge.net).sum());
                held.1 += lines.count();
            }
        }
        let income = |account: &str| -> Money {
            -self.moved(Journal::Sales).filter(|line| line.account == account).map(net).sum::<Money>()
        };
        accounts
            .into_iter()
            .map(|(account, (billed, count))| comparison(Check::Revenue, account, income(account), billed, count))
            .collect()
    }

    fn vat(&self) -> Comparison {
        let account = self.account(AccountRole::VatCollected);
        let collected: Money =
            -self.moved(Journal::Sales).filter(|line| line.account == account).map(net).sum::<Money>();
        let billed = self.issued(Some(self.from)).map(|one| signed(one, one.totals.tax)).sum();
        comparison(Check::Vat, account, collected, billed, self.issued(Some(self.from)).count())
    }

    fn payments(&self) -> Comparison {
        // What the bank kept of a payment was paid as well; what is kept on account and sent back is none.
        let (bank, charges) = (self.account(AccountRole::Bank), self.account(AccountRole::BankCharges));
        let on_account = self.account(AccountRole::OnAccount);
        let on = |account: &str| -> Money {
            self.moved(Journal::Payments).filter(|line| line.account == account).map(net).sum()
        };
        let kept = if charges == bank { Money::ZERO } else { on(charges) };
        let waiting = on(on_account);
        let mut accounts = vec![bank];
        accounts.extend((!kept.is_zero()).then_some(charges));
        accounts.extend((!waiting.is_zero()).then_some(on_account));
        let received = on(bank) + kept + waiting;
        let days = self.from..=self.through;
        let at_bank = self.sources.payments.iter().filter(|payment| payment.settled_on.is_none());
        let recorded = || at_bank.clone().filter(|payment| days.contains(&payment.received_on));
        let paid = recorded().map(|payment| payment.amount).sum();
        comparison(Check::Payments, &accounts.join(", "), received, paid, recorded().count())
    }

    /// What was posted of money on account since ever, where anything was; what was taken over of it rests on nothing here.
    fn on_account(&self) -> Option<Comparison> {
        let account = self.account(AccountRole::OnAccount);
        let entries = self.sources.entries.iter().map(|posted| &posted.entry);
        let own = entries.filter(|entry| {
            [Journal::Payments, Journal::Miscellaneous].contains(&entry.journal) && entry.date <= self.through
        });
        let lines = || own.clone().flat_map(JournalEntry::lines).filter(|line| line.account == account);
        let moved = || self.sources.on_account.iter().filter(|moved| moved.on <= self.through);
        if lines().count() + moved().count() == 0 {
            return None;
        }
        let kept = moved().map(|moved| moved.total).sum();
        Some(comparison(Check::OnAccount, account, -lines().map(net).sum::<Money>(), kept, moved().count()))
    }

    /// Gross amounts of the year's documents against the customers' side of the sales journal.
    fn documents(&self, check: Check) -> Comparison {
        let account = self.account(AccountRole::Customers);
        let is_credit = check == Check::Credited;
        let of_kind =
            || self.issued(Some(self.from)).filter(move |one| (one.kind == InvoiceKind::CreditNote) == is_credit);
        let lines = self.moved(Journal::Sales).filter(|line| line.account == account);
        let side = lines.map(|line| if is_credit { line.credit } else { line.debit }).sum();
        comparison(check, account, side, of_kind().map(|one| one.totals.gross).sum(), of_kind().count())
    }

    /// Interest and indemnities that became income, against the claims the trail tells of.
    fn interest(&self) -> Comparison {
        let accounts = [self.account(AccountRole::LateInterest), self.account(AccountRole::RecoveryIndemnity)];
        let lines = self.moved(Journal::Miscellaneous).filter(|line| accounts.contains(&line.account.as_str()));
        let income = -lines.map(net).sum::<Money>();
        let claims = || self.sources.claims.iter().filter(|claim| (self.from..=self.through).contains(&claim.on));
        let claimed = claims().map(|claim| claim.total).sum();
        comparison(Check::InterestClaimed, &accounts.join(", "), income, claimed, claims().count())
    }

    /// Entries of every journal but those that open and close years. Of depreciation, what the plans charge is compared,
    /// net of what an entry takes back.
    fn all(&self) -> Comparison {
        let days = self.from..=self.through;
        let others = [Journal::Opening, Journal::Closing, Journal::Depreciation];
        let posted: Vec<&JournalEntry> = self
            .sources
            .entries
            .iter()
            .map(|posted| &posted.entry)
            .filter(|entry| days.contains(&entry.date) && !others.contains(&entry.journal))
            .collect();
        let charged = [self.depreciation_charged(), self.subsidy_income()];
        let entries: Money = posted.iter().map(|entry| entry.total()).sum();
        // A document of zero throughout has no entry.
        let entry = |document: &IssuedInvoice| journal_entry(document, self.sources.chart).ok().flatten();
        let documents: Money = self.issued(Some(self.from)).filter_map(entry).map(|entry| entry.total()).sum();
        // What was settled from accounts is told with what moved within.
        let at_bank = self.sources.payments.iter().filter(|payment| payment.settled_on.is_none());
        let recorded = at_bank.filter(|payment| days.contains(&payment.received_on));
        let paid: Money = recorded.map(|payment| payment.amount.abs()).sum();
        let told = self.sources.claims.iter().chain(self.sources.moved_within);
        let told: Money = told.filter(|told| days.contains(&told.on)).map(|told| told.total.abs()).sum();
        let of_assets = posted.iter().filter(|entry| entry.journal == Journal::Assets);
        let events = self.events_of(&of_assets.map(|entry| entry.document.as_str()).collect());
        let ledger = entries + charged.iter().map(|one| one.ledger).sum::<Money>();
        let other = documents + paid + told + events + charged.iter().map(|one| one.other).sum::<Money>();
        comparison(
            Check::Journal,
            "1–8",
            ledger,
            other,
            posted.len() + charged.iter().map(|one| one.count).sum::<usize>(),
        )
    }
}

fn comparison(check: Check, accounts: &str, ledger: Money, other: Money, count: usize) -> Comparison {
    Comparison { check, accounts: accounts.to_owned(), ledger, other, count, difference: ledger - other }
}

fn net(line: &JournalLine) -> Money {
    line.debit - line.credit
}

/// A credit note counts against the others.
fn signed(document: &IssuedInvoice, amount: Money) -> Money {
    match document.kind {
        InvoiceKind::CreditNote => -amount,
        InvoiceKind::Invoice | InvoiceKind::Corrected => amount,
    }
}
