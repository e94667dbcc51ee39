//! A month's plan beside what the month before came to, contract by contract.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::app::billing::look_at_month;
use crate::app::cancelled::{self, Cancelled};
use crate::app::gather::{gather, gather_of};
use crate::app::kept::Kept;
use crate::app::plan_billing::make;
use crate::app::{AppError, Store, export_book};
use crate::domain::access::TenantScope;
use crate::domain::billing_run::{Problem, ProblemKind, not_over};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::invoice::{Draft, InvoiceKind, InvoiceNumber};
use crate::domain::money::Money;
use crate::storage::invoices::{self, InvoiceFilter, InvoiceStatus, InvoiceSummary, Page};
use crate::storage::{AnyConnection, audit};

/// From so many percent on a difference is pointed out.
const FAR_PERCENT: i64 = 20;

/// A month, planned and compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    pub month: BillingMonth,
    /// When a month that goes on was looked at; none of any other.
    pub as_of: Option<DateTime<Utc>>,
    pub contracts: Vec<Compared>,
    pub problems: Vec<Problem>,
}

/// One contract that has something to bill, or had in the month before; of a month that goes on, one in force as well.
#[derive(Debug, Clone)]
pub struct Compared {
    pub contract: ContractCode,
    pub title: String,
    pub tenant: TenantCode,
    pub tenant_name: String,
    pub state: State,
    /// Invoices of the month of which nothing is left.
    pub cancelled: Vec<Cancelled>,
    /// What a month that goes on comes to so far; none of any other.
    pub known: Option<Money>,
    /// None where nothing could be drafted; nothing of an invoice that is cancelled. Of a month that goes on it is an
    /// estimate of the whole, without the lines that cannot be told yet.
    pub net: Option<Money>,
    /// Lines that cannot be told, or not yet, are missing from it.
    pub is_partial: bool,
    pub gross: Option<Money>,
    /// The invoice of the month before, where there is one.
    pub net_before: Option<Money>,
    /// The invoice of the month before of which nothing is left: why that month came to nothing.
    pub cancelled_before: Option<Cancelled>,
    /// In force in the month: a line can be added to it by hand.
    pub is_in_force: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The invoice in force: a corrected one where the first was cancelled.
    Issued(InvoiceNumber),
    /// Credit notes took all of it back and nothing took its place; the month stays billed.
    Cancelled(InvoiceNumber),
    /// Kept as a draft.
    Drafted,
    /// It could be drafted.
    Billable,
    /// A problem keeps it from being drafted.
    Blocked,
    /// The month goes on.
    Running,
    /// Nothing to bill this month.
    Nothing,
}

impl State {
    /// As programs read it.
    pub const fn name(&self) -> &'static str {
        match self {
            State::Issued(_) => "issued",
            State::Cancelled(_) => "cancelled",
            State::Drafted => "drafted",
            State::Billable => "billable",
            State::Blocked => "blocked",
            State::Running => "running",
            State::Nothing => "nothing",
        }
    }

    /// Of the invoice in force, or of the cancelled one in whose place nothing stands.
    pub const fn number(&self) -> Option<&InvoiceNumber> {
        match self {
            State::Issued(number) | State::Cancelled(number) => Some(number),
            _ => None,
        }
    }
}

impl Compared {
    pub fn difference(&self) -> Option<Money> {
        Some(self.net? - self.net_before?)
    }

    /// The difference in percent of the month before, to one decimal.
    pub fn percent(&self) -> Option<Decimal> {
        let before = self.net_before?.to_decimal();
        let share = self.difference()?.to_decimal().checked_mul(Decimal::ONE_HUNDRED)?.checked_div(before)?;
        Some(share.round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
    }

    /// How far it is from the month before whichever way, in percent: all of it where nothing could be drafted now, or
    /// nothing was billed then. None where there is nothing to compare it with.
    pub fn deviation(&self) -> Option<Decimal> {
        match (self.net, self.net_before) {
            (None, Some(_)) => Some(Decimal::ONE_HUNDRED),
            (Some(now), Some(Money::ZERO)) if now != Money::ZERO => Some(Decimal::ONE_HUNDRED),
            _ => self.percent().map(|percent| percent.abs()),
        }
    }

    /// Whether it is so far from the month before that somebody should look at it.
    pub fn is_far(&self) -> bool {
        self.deviation().is_some_and(|percent| percent >= Decimal::from(FAR_PERCENT))
    }
}

/// What was worked out of months that are over.
#[derive(Default)]
pub(in crate::app) struct Comparisons {
    months: Kept<BillingMonth, Arc<Comparison>>,
    /// Of the contracts that were asked for: who follows a draft to its readings asks again and again.
    drafts: Kept<(BillingMonth, ContractCode), Option<MonthDraft>>,
}

/// What `month` would bill; writes nothing. Of a month that is over it is worked out once as long as the trail has no
/// further event: all that a plan is made of, readings included, is recorded there in the transaction that changes it. The
/// running month may be a minute behind its readings, and says so.
pub fn compare(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Arc<Comparison>, AppError> {
    let zone = export_book::shared(store)?.facility.zone;
    if is_running(month, zone, now) {
        return look_at_month::look(store, month, now);
    }
    let work_out = || work_out(store, month, now).map(Arc::new);
    if not_over(month, zone, now.into()).is_some() {
        return work_out();
    }
    let head = audit::head(&mut *store.connection()?)?.0;
    store.comparisons().months.answer(head, month, work_out)
}

/// What was seen of `month` when it was looked at last, as long as it goes on: for who would wait too long for another
/// look. Once it is over, what it showed in its last hours is no plan of it.
pub fn last_seen(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Option<Arc<Comparison>> {
    let zone = store.last_read_book()?.facility.zone;
    is_running(month, zone, now).then(|| look_at_month::last(store, month))?
}

fn is_running(month: BillingMonth, zone: Tz, now: DateTime<Utc>) -> bool {
    BillingMonth::of(Timestamp::from(now).date_in(zone)) == month
}

fn work_out(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<Comparison, AppError> {
    store.read(|connection| {
        let gathered = gather(connection, month)?;
        let plan = make(&gathered, now);
        let own = invoices_of(connection, month)?;
        let before = billed_before(connection, month)?;
        let cancelled = cancelled::in_month(connection, month)?;
        let name = |code: &TenantCode| {
            let tenant = gathered.book.tenants.iter().find(|tenant| tenant.code == *code);
            tenant.map_or_else(|| code.to_string(), |tenant| tenant.name.clone())
        };
        let compared = |contract: &Contract| {
            let draft = plan.drafts.iter().find(|draft| draft.contract == contract.code);
            let own = own.iter().find(|invoice| invoice.contract == contract.code);
            let blocked = plan.blocking().any(|problem| problem.contract.as_ref() == Some(&contract.code));
            let (state, net, gross) = left(standing(own, draft, blocked), &cancelled);
            Compared {
                contract: contract.code.clone(),
                title: contract.title.clone(),
                tenant: contract.tenant.clone(),
                tenant_name: name(&contract.tenant),
                state,
                cancelled: cancelled.iter().filter(|one| one.contract == contract.code).cloned().collect(),
                known: None,
                net,
                is_partial: false,
                gross,
                net_before: before.get(&contract.code).map(|before| before.net),
                cancelled_before: before.get(&contract.code).and_then(|before| before.cancelled.clone()),
                is_in_force: contract.in_force.overlaps(month.days()),
            }
        };
        let mut contracts: Vec<Compared> = gathered.book.contracts.iter().map(compared).collect();
        contracts.retain(|one| one.state != State::Nothing || one.net_before.is_some());
        in_order(&mut contracts);
        Ok(Comparison { month, as_of: None, contracts, problems: plan.problems.clone() })
    })
}

/// By tenant, then code.
pub(super) fn in_order(contracts: &mut [Compared]) {
    contracts.sort_by(|a, b| (&a.tenant_name, &a.contract).cmp(&(&b.tenant_name, &b.contract)));
}

/// What a contract was billed the month before.
pub(super) struct Before {
    /// Zero where nothing is left of it.
    pub net: Money,
    /// The invoice of which nothing is left.
    pub cancelled: Option<Cancelled>,
}

/// By contract, its invoice of the month before `month`.
pub(super) fn billed_before(
    connection: &mut AnyConnection,
    month: BillingMonth,
) -> Result<HashMap<ContractCode, Before>, AppError> {
    let cancelled = cancelled::in_month(connection, month.previous())?;
    let mut before = HashMap::new();
    for invoice in invoices_of(connection, month.previous())? {
        let nothing_left = |one: &&Cancelled| one.contract == invoice.contract && one.leaves_nothing();
        let cancelled = cancelled.iter().find(nothing_left).cloned();
        let net = if cancelled.is_some() { Money::ZERO } else { invoice.totals.net };
        before.entry(invoice.contract).or_insert(Before { net, cancelled });
    }
    Ok(before)
}

fn invoices_of(connection: &mut AnyConnection, month: BillingMonth) -> Result<Vec<InvoiceSummary>, AppError> {
    let filter = InvoiceFilter { month: Some(month), kind: Some(InvoiceKind::Invoice), ..InvoiceFilter::default() };
    Ok(invoices::list(connection, &TenantScope::Everyone, &filter, Page::ALL)?.0)
}

/// What is left of what was issued: the invoice in force, or nothing where that is cancelled as well.
fn left(
    standing: (State, Option<Money>, Option<Money>),
    cancelled: &[Cancelled],
) -> (State, Option<Money>, Option<Money>) {
    let (State::Issued(first), net, gross) = standing else { return standing };
    let number = cancelled::in_force(cancelled, &first);
    if cancelled.iter().any(|one| one.invoice == number) {
        return (State::Cancelled(number), Some(Money::ZERO), Some(Money::ZERO));
    }
    (State::Issued(number), net, gross)
}

fn standing(
    own: Option<&InvoiceSummary>,
    draft: Option<&Draft>,
    blocked: bool,
) -> (State, Option<Money>, Option<Money>) {
    match (own, draft) {
        (Some(InvoiceSummary { number: Some(number), totals, .. }), _) => {
            (State::Issued(number.clone()), Some(totals.net), Some(totals.gross))
        }
        // A plan is fresher than a draft that was kept.
        (own, Some(draft)) => {
            let kept = own.is_some_and(|invoice| invoice.status == InvoiceStatus::Draft);
            let state = if kept { State::Drafted } else { State::Billable };
            (state, Some(draft.totals.net), Some(draft.totals.gross))
        }
        _ if blocked => (State::Blocked, None, None),
        _ => (State::Nothing, None, None),
    }
}

/// The drafts of a month that are kept, by contract.
pub fn kept(store: &Store, month: BillingMonth) -> Result<Vec<Draft>, AppError> {
    let kept = invoices::drafts(&mut *store.connection()?, &TenantScope::Everyone, month)?;
    Ok(kept.into_iter().map(|(_, draft)| draft).collect())
}

/// What there is to issue for a contract's month.
#[derive(Debug, Clone)]
pub enum MonthDraft {
    Kept(Draft),
    /// What the plan would make of it now.
    Planned(Draft),
    /// The problems that stand in the way of one.
    Blocked(Vec<Problem>),
}

/// The draft of a contract's month; none where nothing is to be issued. Of a month that is over it is worked out once, as
/// [`compare`] does.
pub fn draft(
    store: &Store,
    month: BillingMonth,
    contract: &ContractCode,
    now: DateTime<Utc>,
) -> Result<Option<MonthDraft>, AppError> {
    if not_over(month, export_book::shared(store)?.facility.zone, now.into()).is_some() {
        return work_out_draft(store, month, contract, now);
    }
    let head = audit::head(&mut *store.connection()?)?.0;
    let work_out = || work_out_draft(store, month, contract, now);
    store.comparisons().drafts.answer(head, (month, contract.clone()), work_out)
}

fn work_out_draft(
    store: &Store,
    month: BillingMonth,
    contract: &ContractCode,
    now: DateTime<Utc>,
) -> Result<Option<MonthDraft>, AppError> {
    store.read(|connection| {
        if let Some((_, draft)) = invoices::draft_of(connection, &TenantScope::Everyone, contract, month)? {
            return Ok(Some(MonthDraft::Kept(draft)));
        }
        let book = store.book(connection)?;
        let gathered = gather_of(connection, &book, month, contract)?;
        let plan = make(&gathered, now);
        let own = gathered.book.contracts.iter().find(|one| one.code == *contract);
        let is_in_force = own.is_some_and(|own| own.in_force.overlaps(month.days()));
        let goes_on = |problem: &Problem| is_in_force && problem.what == ProblemKind::MonthNotFinished;
        let stands = |problem: &&Problem| problem.contract.as_ref() == Some(contract) || goes_on(problem);
        let blocking = plan.blocking().filter(stands);
        let blocking: Vec<Problem> = blocking.cloned().collect();
        Ok(match plan.drafts.into_iter().find(|draft| draft.contract == *contract) {
            Some(draft) => Some(MonthDraft::Planned(draft)),
            None => (!blocking.is_empty()).then_some(MonthDraft::Blocked(blocking)),
        })
    })
}
