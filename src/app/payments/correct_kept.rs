//! Take back what was kept on account by mistake, by a document of its own that reverses the entry; or move it to the tenant
//! it is really of, in the same transaction. What was kept and taken back both stay.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Serialize;

use crate::app::on_account::{self, KeptReport, Received, known, post};
use crate::app::{AppError, Store, match_receipts, read_tenants, settle};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::freetext::Text;
use crate::domain::ids::TenantCode;
use crate::domain::ledger::{Journal, JournalEntry};
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, OnAccount, Taking, reversed_entry};
use crate::domain::told::Told;
use crate::storage::audit::TrailFilter;
use crate::storage::journal::{self, JournalFilter};
use crate::storage::{AnyConnection, StorageError, audit, on_account as stored, payments, periods};

/// What shall be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection {
    /// Whose account it was kept on.
    pub tenant: TenantCode,
    /// What was kept: `CPT-2026-000001`.
    pub number: String,
    pub on: NaiveDate,
    /// Whose account it is kept on instead; none where it is on no account any more.
    pub to: Option<TenantCode>,
    pub reason: String,
}

/// What a correction would meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionPlan {
    /// What it takes back.
    pub kept: Movement,
    /// What the tenant has on account before it.
    pub balance: Money,
    /// A receipt of a bank statement waits again to be matched.
    pub waits_again: bool,
    /// What the tenant has on account before it that it is kept for instead.
    pub to_balance: Option<Money>,
}

/// What was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakenBackReport {
    pub number: String,
    pub tenant: TenantCode,
    /// What it takes back.
    pub reverses: String,
    pub corrected_on: NaiveDate,
    pub amount: Money,
    /// What the tenant has left on account.
    pub balance: Money,
    /// A receipt of a bank statement waits again to be matched.
    pub waits_again: bool,
    /// What is kept instead, where it is another tenant's.
    pub kept: Option<KeptReport>,
}

/// What [`record`] would meet, if it would take it back; writes nothing.
pub fn plan(store: &Store, new: &NewCorrection, now: DateTime<Utc>) -> Result<CorrectionPlan, AppError> {
    check_reason(new)?;
    let today = read_tenants::today(store, now)?;
    store.read(|connection| {
        let (account, kept) = account(connection, new)?;
        account.gives_back(&kept, new.on, today).map_err(|error| AppError::refused(&error))?;
        periods::check_open(connection, new.on)?;
        let waits_again = would_wait_again(connection, new, &kept)?;
        let to_balance = new.to.as_ref().map(|to| stored::balance(connection, Some(to))).transpose()?;
        Ok(CorrectionPlan { balance: account.balance(), kept, waits_again, to_balance })
    })
}

pub fn record(store: &Store, new: &NewCorrection, by: &Actor, now: DateTime<Utc>) -> Result<TakenBackReport, AppError> {
    record_as_seen(store, new, None, by, now)
}

/// The same, if what is on account is still what it was when it was confirmed.
pub fn record_as_seen(
    store: &Store,
    new: &NewCorrection,
    seen: Option<Money>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<TakenBackReport, AppError> {
    check_reason(new)?;
    let today = read_tenants::today(store, now)?;
    store.write(|connection| {
        payments::hold(connection)?;
        let (account, kept) = account(connection, new)?;
        settle::must_be_as_seen(account.balance(), seen)?;
        account.gives_back(&kept, new.on, today).map_err(|error| AppError::refused(&error))?;
        let waits_again = would_wait_again(connection, new, &kept)?;
        let charge = charge_of(connection, &kept)?;
        let (number, balance) = take_back(connection, new, (&account, &kept), by, now)?;
        let replaced = match &new.to {
            None => {
                match_receipts::give_back(connection, &kept, charge, &number)?;
                None
            }
            Some(to) => {
                let (on, amount, reference) = (new.on, kept.amount, kept.reference.clone());
                let (statement_key, recorded_with) =
                    (match_receipts::move_on(connection, &kept, &number)?, Some(number.clone()));
                let received = Received { on, amount, charge, reference, statement_key, recorded_with };
                Some(on_account::keep(connection, to, received, (today, by, now))?)
            }
        };
        Ok(TakenBackReport {
            number,
            tenant: new.tenant.clone(),
            reverses: kept.number,
            corrected_on: new.on,
            amount: kept.amount,
            balance,
            waits_again,
            kept: replaced,
        })
    })
}

/// Whether a receipt of the bank would wait again. It is posted on the day it was booked: where that is closed nothing could
/// take it, and it is refused.
fn would_wait_again(connection: &mut AnyConnection, new: &NewCorrection, kept: &Movement) -> Result<bool, AppError> {
    if new.to.is_some() {
        return Ok(false);
    }
    let Some(receipt) = match_receipts::receipt_of(connection, kept)? else { return Ok(false) };
    let day = receipt.booked_on;
    match periods::check_open(connection, day) {
        Err(StorageError::Closed(why)) => {
            let english = format!(
                "{why}: the receipt of {day} would wait again and nothing could take it; name the tenant it is kept for \
                 instead, or open that month again first"
            );
            let told = Told::new("correction-receipt-closed", english).with("day", day);
            Err(AppError::Refused(Box::new(told)))
        }
        checked => {
            checked?;
            Ok(true)
        }
    }
}

/// Reverses the entry and the movement, and tells the number it has and what is left on account.
fn take_back(
    connection: &mut AnyConnection,
    new: &NewCorrection,
    (account, kept): (&OnAccount, &Movement),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(String, Money), AppError> {
    let (id, name) = known(connection, &new.tenant)?;
    let number = stored::take_number(connection, new.on.year())?;
    let movement = Movement {
        number: number.clone(),
        on: new.on,
        amount: -kept.amount,
        reference: Some(kept.number.clone()),
        statement_key: None,
        recorded_with: Some(kept.number.clone()),
    };
    let entry = reversed_entry(&posted(connection, &kept.number)?, &name, &movement).map_err(AppError::input)?;
    let taking = Taking { from: kept.number.clone(), on: kept.on, amount: kept.amount };
    let taken = [taking];
    stored::insert(connection, id, &movement, &taken, now)?;
    let detail = serde_json::json!({
        "tenant": new.tenant, "corrected_on": new.on, "amount": kept.amount, "reference": kept.number,
        "reverses": kept.number, "moved_to": new.to, "taken": taken,
    });
    let event = AuditEvent::new(now, by, "payment.corrected", &number, detail).because(&new.reason);
    let event = event.before(serde_json::json!({ "balance": account.balance() }));
    let balance = post(connection, &new.tenant, &entry, event, now)?;
    Ok((number, balance))
}

/// The account and what was kept on it, where both tenants are known and are two.
fn account(connection: &mut AnyConnection, new: &NewCorrection) -> Result<(OnAccount, Movement), AppError> {
    known(connection, &new.tenant)?;
    if let Some(to) = &new.to {
        known(connection, to)?;
        if *to == new.tenant {
            let told = Told::new("correction-same-tenant", format!("{} is kept for {to} already", new.number));
            return Err(AppError::Refused(Box::new(told.with("number", new.number.as_str()))));
        }
    }
    let account = stored::of_tenant(connection, &new.tenant)?;
    let is_kept = |one: &&Movement| one.number == new.number && one.amount > Money::ZERO;
    let kept = account.movements.iter().find(is_kept).cloned();
    let kept = kept.ok_or_else(|| AppError::NotFound(format!("{} on account of {}", new.number, new.tenant)))?;
    Ok((account, kept))
}

/// The entry by which it was kept, as it stands.
fn posted(connection: &mut AnyConnection, number: &str) -> Result<JournalEntry, AppError> {
    let (journal, document) = (Some(Journal::Payments), Some(number.to_owned()));
    let filter = JournalFilter { journal, document, ..JournalFilter::default() };
    let found = journal::list(connection, filter)?.into_iter().next();
    Ok(found.ok_or_else(|| AppError::Corrupt(format!("{number} is not in the journal")))?.entry)
}

/// What the bank kept of it, as its event says: none where that names nothing.
fn charge_of(connection: &mut AnyConnection, kept: &Movement) -> Result<Money, AppError> {
    let filter = TrailFilter {
        subject: Some(kept.number.clone()),
        action: Some("payment.kept".to_owned()),
        ..TrailFilter::default()
    };
    let events = audit::search(connection, &filter, 0, 1)?;
    let corrupt = || AppError::Corrupt(format!("the trail does not say what the bank kept of {}", kept.number));
    let detail = &events.first().ok_or_else(corrupt)?.event.detail;
    let Some(charge) = detail.get("bank_charges") else { return Ok(Money::ZERO) };
    charge.as_str().and_then(|charge| charge.parse().ok()).ok_or_else(corrupt)
}

fn check_reason(new: &NewCorrection) -> Result<(), AppError> {
    if new.reason.trim().is_empty() {
        let told =
            Told::new("correction-no-reason", "say why it is taken back; the reason is kept with the correction");
        return Err(AppError::Refused(Box::new(told)));
    }
    Ok(Text::Reason.check(&new.reason)?)
}
