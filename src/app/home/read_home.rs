//! What needs somebody today, in figures.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::app::asset_ledger::Horizons;
use crate::app::late_readings::{self, LateInvoice};
use crate::app::match_receipts::{self, BankReceipt};
use crate::app::post_depreciation::PERIODS;
use crate::app::read_invoices::{self, Order, Reader, Standing, StateCounts, Wanted};
use crate::app::read_meters::{self, MetersFilter};
use crate::app::{
    AppError, Store, cancelled, export_book, notices, on_account, read_months, read_tenants, report_payback,
};
use crate::domain::access::{Role, TenantScope};
use crate::domain::amortisation::{months_due, plans};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::payback::{Horizon, RequestedView};
use crate::storage::invoices::InvoiceSummary;

/// Contracts that end within so many days are told: six months, the usual notice and a half.
const ENDING_DAYS: u64 = 183;
/// How many of a kind are named; the rest is counted.
const NAMED_MAX: i64 = 3;

/// The day's work of whoever bills.
#[derive(Debug, Clone)]
pub struct Today {
    pub today: NaiveDate,
    /// The month that has ended last.
    pub month: BillingMonth,
    /// Whether there is a book at all.
    pub has_book: bool,
    pub counts: StateCounts,
    /// What is open of what is overdue.
    pub overdue_open: Money,
    /// The longest overdue.
    pub overdue: Vec<InvoiceSummary>,
    /// What is owed to tenants, on account or on invoices, and on which invoices first.
    pub owed: Money,
    /// Whose account holds how much of it.
    pub on_account: Vec<(TenantCode, Money)>,
    pub overpaid: Vec<InvoiceSummary>,
    /// Receipts of bank statements that wait to be matched, and what is left of them to record.
    pub receipts_left: (usize, Money),
    pub failed_notices: usize,
    /// Those that will be tried again.
    pub postponed_notices: usize,
    /// Invoices of whose months readings changed since, which the next ones regularise; the oldest month first.
    pub late: Vec<LateInvoice>,
    /// Contracts to decide on, soonest first.
    pub ending: Vec<EndingContract>,
    /// How many of the contracts with something to bill in `month` have no issued invoice of it.
    pub to_issue: usize,
    /// Contracts of which `month` was billed and taken back, with nothing in its place.
    pub taken_back: usize,
    pub depreciation: Depreciation,
}

/// A contract that ends soon, or whose notice must be given soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndingContract {
    pub code: String,
    /// The tenant's name.
    pub tenant: String,
    pub last_day: NaiveDate,
    /// The last day to give notice, while it is to come.
    pub notice_by: Option<NaiveDate>,
}

impl EndingContract {
    /// The next day that counts.
    fn next_day(&self) -> NaiveDate {
        self.notice_by.unwrap_or(self.last_day)
    }
}

/// How far depreciation is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depreciation {
    pub posted_through: Option<BillingMonth>,
    /// Months that have ended and are not posted.
    pub due: Vec<BillingMonth>,
}

pub fn today(store: &Store, now: DateTime<Utc>) -> Result<Today, AppError> {
    let today = read_tenants::today(store, now)?;
    let month = BillingMonth::of(today).previous();
    let book = match export_book::shared(store) {
        Err(AppError::NoBook) => None,
        book => Some(book?),
    };
    let reader = Reader { role: Role::Finance, scope: TenantScope::Everyone };
    let overdue = Wanted { standing: Some(Standing::Overdue(today)), ..Wanted::default() };
    let on_account = on_account::balances(store)?;
    let receipts = match_receipts::left(store)?;
    let kept: Money = on_account.iter().map(|(_, kept)| *kept).sum();
    let overpaid = || Wanted { standing: Some(Standing::Overpaid), ..Wanted::default() };
    Ok(Today {
        today,
        month,
        has_book: book.is_some(),
        counts: read_invoices::counts(store, &reader, Wanted::default(), today)?,
        overdue_open: read_invoices::open_sum(store, &reader, overdue)?,
        overdue: read_invoices::longest_overdue(store, today, NAMED_MAX)?,
        owed: kept - read_invoices::open_sum(store, &reader, overpaid())?,
        on_account,
        overpaid: some_of(store, &reader, overpaid())?,
        receipts_left: (receipts.len(), receipts.iter().map(BankReceipt::open).sum()),
        failed_notices: notices::failed_count(store)?,
        postponed_notices: notices::postponed_count(store)?,
        late: if book.is_some() { late_readings::waiting(store)? } else { vec![] },
        ending: book.as_ref().map(|book| ending(book, today)).unwrap_or_default(),
        to_issue: match &book {
            Some(book) => read_months::unbilled(&mut *store.connection()?, book, month)?,
            None => 0,
        },
        taken_back: cancelled::of_month(store, month)?.iter().filter(|one| one.leaves_nothing()).count(),
        depreciation: depreciation(store, book.as_deref(), month)?,
    })
}

/// The first of what is wanted, as many as are named.
fn some_of(store: &Store, reader: &Reader, wanted: Wanted) -> Result<Vec<InvoiceSummary>, AppError> {
    let mut found = read_invoices::search(store, reader, wanted, Order::default(), 1)?.invoices;
    found.truncate(usize::try_from(NAMED_MAX).unwrap_or(0));
    Ok(found)
}

/// What the running month already shows, and when the investment will have come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunningMonth {
    pub month: BillingMonth,
    /// Meters in service that say nothing longer than their tolerance, and for how many seconds; the longest first.
    pub silent: Vec<(String, i64)>,
    /// Meters with silences within the month so far, the most first.
    pub gaps: Vec<(String, usize)>,
    pub payback: Option<PaybackDates>,
}

/// The month in which the investment has come back, beside the one it was to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaybackDates {
    pub break_even: Option<BillingMonth>,
    pub target: BillingMonth,
    pub target_years: u32,
}

/// Looks at every meter of the running month: it takes as long as its readings do.
pub fn running(store: &Store, now: DateTime<Utc>) -> Result<RunningMonth, AppError> {
    let today = read_tenants::today(store, now)?;
    let month = BillingMonth::of(today);
    let filter = MetersFilter { month: Some(month), attention: true, ..MetersFilter::default() };
    let found = read_meters::list(store, &filter, now)?;
    let mut silent: Vec<(String, i64)> = found
        .meters
        .iter()
        .filter_map(|one| Some((one.meter.code.to_string(), one.silent_seconds(now.into())?)))
        .collect();
    silent.sort_by_key(|(_, seconds)| std::cmp::Reverse(*seconds));
    let mut gaps: Vec<(String, usize)> = found
        .meters
        .iter()
        .map(|one| (one.meter.code.to_string(), one.coverage.gaps.len()))
        .filter(|(code, gaps)| *gaps > 0 && !silent.iter().any(|(silent, _)| silent == code))
        .collect();
    gaps.sort_by_key(|(_, gaps)| std::cmp::Reverse(*gaps));
    let view = RequestedView { as_of: today, scenario: None, horizon: Horizon::Forty };
    let payback = match report_payback::figures(store, &view) {
        // A site without figures of management has no payback to tell.
        Err(error) if error.amiss().is_some() => None,
        report => {
            let report = report?;
            let shown = report.scenarios.iter().find(|result| result.code == report.scenario.code);
            Some(PaybackDates {
                break_even: shown.and_then(|result| result.break_even),
                target: report.target_month,
                target_years: report.target_years,
            })
        }
    };
    Ok(RunningMonth { month, silent, gaps, payback })
}

fn ending(book: &Book, today: NaiveDate) -> Vec<EndingContract> {
    let until = today.checked_add_days(Days::new(ENDING_DAYS)).unwrap_or(today);
    let mut ending: Vec<EndingContract> = book
        .contracts
        .iter()
        .filter_map(|contract| {
            let last_day = contract.in_force.last_day().filter(|last| *last >= today)?;
            let tenant = book.tenants.iter().find(|tenant| tenant.code == contract.tenant);
            Some(EndingContract {
                code: contract.code.to_string(),
                tenant: tenant.map_or_else(|| contract.tenant.to_string(), |tenant| tenant.name.clone()),
                last_day,
                notice_by: contract.notice_by().filter(|day| *day >= today),
            })
        })
        .filter(|contract| contract.next_day() <= until)
        .collect();
    ending.sort_by_key(EndingContract::next_day);
    ending
}

/// How far each kind of period is posted, and what is due after it.
fn depreciation(store: &Store, book: Option<&Book>, through: BillingMonth) -> Result<Depreciation, AppError> {
    let Some(book) = book else { return Ok(Depreciation { posted_through: None, due: vec![] }) };
    let plans = plans(&book.assets);
    let horizons = Horizons::load(&mut *store.connection()?)?;
    let due: BTreeSet<BillingMonth> = PERIODS
        .into_iter()
        .flat_map(|posting| {
            let horizon = horizons.last(posting);
            months_due(&plans, posting, through)
                .into_iter()
                .filter(move |month| horizon.is_none_or(|last| last < *month))
        })
        .collect();
    Ok(Depreciation { posted_through: horizons.last_month(), due: due.into_iter().collect() })
}
