//! Where operators, auditors and tenants arrive: what is theirs to know today, from the use cases of the pages it leads
//! to. None of it costs more as history grows, but for the sums of the ledger, which are remembered until the trail
//! says that something happened.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::app::asset_ledger::Horizons;
use crate::app::kept::Kept;
use crate::app::read_alarms::{self, Alarms};
use crate::app::read_invoices::{self, ListState, Order, Reader, SortKey, StateCounts, Wanted};
use crate::app::upload_readings::{self, UploadView};
use crate::app::verify_audit::hash_of;
use crate::app::{AppError, Store, estimate_month, export_book, on_account, periods, read_racks, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::audit::RootStatement;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Contract;
use crate::domain::ledger::{AccountSums, PeriodState};
use crate::domain::money::Money;
use crate::storage::invoices::InvoiceSummary;
use crate::storage::{AnyConnection, audit, ledger, roots};

pub use crate::storage::audit::{ChainedEvent, TrailFilter};

/// How far back an operator's alarms reach.
const ALARM_DAYS: i64 = 1;
/// Events an auditor sees on arrival.
const EVENTS: i64 = 6;
/// Events after the last signature that are checked at each look; roots are signed daily, so that there are few.
const CHECKED_MAX: i64 = 1_000;
/// Invoices a tenant sees on arrival.
const LATEST: usize = 6;

/// What asks for an operator.
#[derive(Debug)]
pub struct SiteToday {
    pub alarms: Alarms,
    pub racks: RackCounts,
    pub last_upload: Option<UploadView>,
}

/// How full the site is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RackCounts {
    pub all: usize,
    /// Without a free unit.
    pub full: usize,
    /// Nobody is in them.
    pub empty: usize,
    pub free_u: Decimal,
}

/// None before the first book.
pub fn site(store: &Store, now: DateTime<Utc>) -> Result<Option<SiteToday>, AppError> {
    if let Err(AppError::NoBook) = export_book::shared(store) {
        return Ok(None);
    }
    let plan = read_racks::plan(store, now)?;
    let mut racks = RackCounts::default();
    for rack in plan.aisles.iter().flat_map(|aisle| &aisle.racks) {
        racks.all += 1;
        racks.full += usize::from(rack.free_u().is_zero());
        racks.empty += usize::from(rack.tenants.is_empty());
        racks.free_u += rack.free_u();
    }
    Ok(Some(SiteToday {
        alarms: read_alarms::read(store, ALARM_DAYS, now)?,
        racks,
        last_upload: upload_readings::latest(store, 1, now)?.pop(),
    }))
}

/// What an auditor looks at first.
#[derive(Debug, Clone)]
pub struct BooksToday {
    pub root: Option<RootStatement>,
    /// Events after it.
    pub since: SinceRoot,
    pub periods: EndedMonths,
    pub ledger: LedgerToday,
    pub posted_through: Option<BillingMonth>,
    /// Without seals, the latest first.
    pub latest: Vec<ChainedEvent>,
}

/// The trail after the last signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinceRoot {
    pub events: i64,
    /// The sequence of the first checked event whose hash does not follow from what stands before it.
    pub broken_at: Option<i64>,
}

/// The months that have ended, of the years of the books.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndedMonths {
    pub closed: usize,
    pub open: usize,
    pub last_closed: Option<BillingMonth>,
}

/// The ledger through today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LedgerToday {
    /// Accounts 2 without 28: what the assets cost.
    pub cost: Money,
    /// Accounts 28.
    pub depreciated: Money,
    /// All debits less all credits: zero.
    pub imbalance: Money,
}

impl LedgerToday {
    pub fn book_value(&self) -> Money {
        self.cost - self.depreciated
    }

    fn of<'a>(sums: impl Iterator<Item = (&'a str, &'a AccountSums)>) -> LedgerToday {
        let mut found = LedgerToday::default();
        for (account, sum) in sums {
            let closing = sum.closing();
            found.imbalance += closing;
            if account.starts_with("28") {
                found.depreciated += Money::ZERO - closing;
            } else if account.starts_with('2') {
                found.cost += closing;
            }
        }
        found
    }
}

/// None before the first book.
pub fn books(store: &Store, now: DateTime<Utc>) -> Result<Option<BooksToday>, AppError> {
    if let Err(AppError::NoBook) = export_book::shared(store) {
        return Ok(None);
    }
    let today = read_tenants::today(store, now)?;
    let ended = ended(&periods::years(store, now)?);
    let connection = &mut *store.connection()?;
    let (head, _) = audit::head(connection)?;
    let ledger = store.ledgers().answer(head, today, || ledger_of(connection, today))?;
    let root = roots::last(connection)?.map(|root| root.statement);
    let since = since(connection, root.as_ref(), head)?;
    let filter = TrailFilter { without_seals: true, ..TrailFilter::default() };
    Ok(Some(BooksToday {
        since,
        root,
        periods: ended,
        ledger,
        posted_through: Horizons::load(connection)?.last_month(),
        latest: audit::latest(connection, &filter, EVENTS)?,
    }))
}

/// Sums of the ledger by day, as long as nothing happens.
pub(in crate::app) type Ledgers = Kept<NaiveDate, LedgerToday>;

fn ledger_of(connection: &mut AnyConnection, today: NaiveDate) -> Result<LedgerToday, AppError> {
    let first = NaiveDate::from_ymd_opt(today.year(), 1, 1).unwrap_or(today);
    let sums = ledger::account_sums(connection, "", first, today)?;
    Ok(LedgerToday::of(sums.iter().map(|(account, sum)| (account.as_str(), sum))))
}

fn ended(years: &[periods::BookYear]) -> EndedMonths {
    let mut found = EndedMonths::default();
    for (year, (month, state)) in years.iter().flat_map(|year| year.months.iter().map(move |month| (year, month))) {
        // Nothing is dated in a month of a closed year, whatever the month itself says.
        let effective = if year.state == PeriodState::Open { *state } else { year.state };
        match effective {
            PeriodState::Open => found.open += 1,
            PeriodState::Closed | PeriodState::Locked => {
                found.closed += 1;
                found.last_closed = found.last_closed.max(Some(*month));
            }
        }
    }
    found
}

/// Recomputes the chain from the last signed event on.
fn since(connection: &mut AnyConnection, root: Option<&RootStatement>, head: i64) -> Result<SinceRoot, AppError> {
    let Some(root) = root else { return Ok(SinceRoot { events: head, broken_at: None }) };
    let (mut sequence, mut hash) = (root.size, root.head.clone());
    let mut broken_at = None;
    for chained in audit::list(connection, root.size, CHECKED_MAX, None)? {
        let is_next = chained.sequence == sequence + 1 && chained.previous_hash == hash;
        let is_own = hash_of(&chained.event, &chained.previous_hash)? == chained.hash;
        if !(is_next && is_own) {
            broken_at = Some(chained.sequence);
            break;
        }
        (sequence, hash) = (chained.sequence, chained.hash);
    }
    Ok(SinceRoot { events: head - root.size, broken_at })
}

/// What a tenant owes, has received, and may owe next.
#[derive(Debug)]
pub struct OwnToday {
    pub today: NaiveDate,
    pub counts: StateCounts,
    pub open: Money,
    pub overdue: Money,
    /// What is owed to the tenant, and on which invoices.
    pub owed: Money,
    pub overpaid: Vec<InvoiceSummary>,
    /// What the tenant sent and no invoice has taken.
    pub on_account: Money,
    /// A page of what is to be paid, the soonest due first.
    pub due: Vec<InvoiceSummary>,
    pub latest: Vec<InvoiceSummary>,
    pub contracts: Vec<Contract>,
    pub estimate: Option<OwnEstimate>,
}

/// What the running month may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnEstimate {
    pub month: BillingMonth,
    /// Of the days known; without VAT.
    pub known_net: Money,
    /// Of the whole month, without VAT; none where a contract cannot be estimated.
    pub projected_net: Option<Money>,
}

/// What `reader`, whose scope is one tenant, arrives at.
pub fn own(store: &Store, reader: &Reader, now: DateTime<Utc>) -> Result<OwnToday, AppError> {
    let today = read_tenants::today(store, now)?;
    let in_state = |state| Wanted::default().in_state(state, today);
    let by_due = Order { key: SortKey::Due, descending: false };
    let page = |wanted, order| read_invoices::search(store, reader, wanted, order, 1).map(|page| page.invoices);
    let mut latest = page(Wanted::default(), Order::default())?;
    latest.truncate(LATEST);
    let has_book = !matches!(export_book::shared(store), Err(AppError::NoBook));
    let (contracts, estimate) = match has_book {
        true => (contracts(store, &reader.scope, today)?, estimate(store, &reader.scope, today, now)?),
        false => (vec![], None),
    };
    Ok(OwnToday {
        today,
        counts: read_invoices::counts(store, reader, Wanted::default(), today)?,
        open: read_invoices::open_sum(store, reader, in_state(ListState::Open))?,
        overdue: read_invoices::open_sum(store, reader, in_state(ListState::Overdue))?,
        due: page(in_state(ListState::Open), by_due)?,
        owed: -read_invoices::open_sum(store, reader, in_state(ListState::Overpaid))?,
        on_account: on_account::total(store, &reader.scope)?,
        overpaid: page(in_state(ListState::Overpaid), Order::default())?,
        latest,
        contracts,
        estimate,
    })
}

fn contracts(store: &Store, scope: &TenantScope, today: NaiveDate) -> Result<Vec<Contract>, AppError> {
    let files = read_tenants::list(store, scope)?;
    let all = files.into_iter().flat_map(|file| file.contracts);
    Ok(all.filter(|contract| contract.in_force.contains(today)).collect())
}

fn estimate(
    store: &Store,
    scope: &TenantScope,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Option<OwnEstimate>, AppError> {
    let month = BillingMonth::of(today);
    let Some(found) = estimate_month::read(store, scope, None, Some(month), now)? else { return Ok(None) };
    let estimates = || found.contracts.iter().map(|one| &one.estimate);
    if estimates().next().is_none() {
        return Ok(None);
    }
    let projected: Option<Vec<Money>> =
        estimates().map(|one| one.projected.filter(|_| one.problems.is_empty()).map(|totals| totals.net)).collect();
    Ok(Some(OwnEstimate {
        month,
        known_net: estimates().map(|one| one.known_net).sum(),
        projected_net: projected.map(|nets| nets.into_iter().sum()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_value_is_what_accounts_2_hold_less_accounts_28() {
        let sum = |cents| AccountSums { opening: Money::from_cents(cents), ..AccountSums::default() };
        let sums = [("2135", sum(1_000)), ("28135", sum(-400)), ("411", sum(50)), ("706", sum(-650))];
        let found = LedgerToday::of(sums.iter().map(|(account, sum)| (*account, sum)));
        assert_eq!((found.cost, found.depreciated), (Money::from_cents(1_000), Money::from_cents(400)));
        assert_eq!((found.book_value(), found.imbalance), (Money::from_cents(600), Money::ZERO));
    }

    #[test]
    fn a_closed_year_has_no_open_month() {
        let month = |year, month| BillingMonth::new(year, month).unwrap();
        let year = |year, state, months| periods::BookYear { year, state, has_ended: true, months, result: None };
        let years = [
            year(
                2026,
                PeriodState::Open,
                vec![(month(2026, 2), PeriodState::Open), (month(2026, 1), PeriodState::Locked)],
            ),
            year(2025, PeriodState::Closed, vec![(month(2025, 12), PeriodState::Open)]),
        ];
        let found = ended(&years);
        assert_eq!(found, EndedMonths { closed: 2, open: 1, last_closed: Some(month(2026, 1)) });
    }
}
