//! Lines that a person adds to a contract's month, with the reason: they wait beside the draft until the month is
//! issued, whatever becomes of the draft in between.

use chrono::{DateTime, Utc};

use crate::app::compare_billing::MonthDraft;
use crate::app::{AppError, Store, compare_billing, run_billing};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::Contract;
use crate::domain::freetext::Text;
use crate::domain::ids::{ContractCode, InvoiceId};
use crate::domain::invoice::{Draft, DraftError};
use crate::domain::rating::{ChargeKind, NewManualLine};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, StorageError, audit, book as stored, invoices, manual_lines};

pub use crate::domain::rating::{ManualLine, ManualLineError, treatments};

/// The lines of a contract's month that no invoice carries yet.
pub fn waiting(store: &Store, contract: &ContractCode, month: BillingMonth) -> Result<Vec<ManualLine>, AppError> {
    Ok(manual_lines::waiting(&mut *store.connection()?, month, Some(contract))?)
}

/// The first month from `from` on that no invoice of the contract bills, if it is in force then: a line can be added to it.
pub fn first_open(
    store: &Store,
    contract_code: &ContractCode,
    from: BillingMonth,
) -> Result<Option<BillingMonth>, AppError> {
    let connection = &mut *store.connection()?;
    let book = store.book(connection)?;
    let Some(contract) = book.contracts.iter().find(|contract| contract.code == *contract_code) else {
        return Ok(None);
    };
    let month = invoices::first_unbilled(connection, contract_code, from)?;
    Ok(month.days().intersection(contract.in_force).map(|_| month))
}

/// Why no line can be added to the contract's month: it is issued.
pub fn refuse_billed(store: &Store, contract: &Contract, month: BillingMonth) -> Result<(), AppError> {
    refuse_issued(&mut *store.connection()?, contract, month)
}

/// Adds a line and gives it with its id. A draft that is kept carries it at once. `seen` is how many lines waited when
/// the person was asked, where one was: a form that is sent twice adds one line.
pub fn add(
    store: &Store,
    new: &NewManualLine,
    seen: Option<usize>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<ManualLine, AppError> {
    refuse_beyond_draft(store, new, now)?;
    store.write(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let contract = contract(&book, &new.contract)?;
        new.check(contract).map_err(|error| AppError::refused(&error))?;
        invoices::hold_drafts(connection)?;
        refuse_issued(connection, contract, new.month)?;
        let waiting = manual_lines::waiting(connection, new.month, Some(&new.contract))?.len();
        if seen.is_some_and(|seen| seen != waiting) {
            return Err(AppError::refused(&ManualLineError::Meanwhile { waiting }));
        }
        let id = manual_lines::insert(connection, new, &by.name, now)?;
        redraft(connection, contract, new.month, by, now)?;
        let line = ManualLine { id, line: new.clone(), by: by.name.clone(), at: now };
        let event = AuditEvent::new(now, by, "manual-line.added", &subject(&new.contract, new.month), detail(&line));
        audit::append(connection, &event.because(&new.reason))?;
        Ok(line)
    })
}

/// An allowance that would leave the month below zero is refused before it stands in the way of the whole month.
fn refuse_beyond_draft(store: &Store, new: &NewManualLine, now: DateTime<Utc>) -> Result<(), AppError> {
    let book = store.book(&mut *store.connection()?)?;
    let contract = contract(&book, &new.contract)?;
    new.check(contract).map_err(|error| AppError::refused(&error))?;
    let known = compare_billing::draft(store, new.month, &new.contract, now)?;
    let Some(MonthDraft::Kept(draft) | MonthDraft::Planned(draft)) = known else { return Ok(()) };
    let line = ManualLine { id: 0, line: new.clone(), by: String::new(), at: now };
    let mut charges = draft.charges;
    charges.push(line.charge(contract).map_err(AppError::input)?);
    match Draft::assemble(contract, new.month, charges) {
        Err(error @ DraftError::Negative { .. }) => Err(AppError::refused(&error)),
        _ => Ok(()),
    }
}

/// Takes line `id` of a contract's month away again.
pub fn remove(
    store: &Store,
    (contract_code, month): (&ContractCode, BillingMonth),
    id: i64,
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if reason.trim().is_empty() {
        return Err(AppError::refused(&ManualLineError::NoReason));
    }
    Text::Reason.check(reason)?;
    store.write(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let contract = contract(&book, contract_code)?;
        invoices::hold_drafts(connection)?;
        let known = manual_lines::waiting(connection, month, Some(contract_code))?;
        let line = known.into_iter().find(|line| line.id == id);
        let line = line.ok_or_else(|| AppError::NotFound(format!("manual line {id}")))?;
        manual_lines::remove(connection, id)?;
        redraft(connection, contract, month, by, now)?;
        let gone = serde_json::json!({ "id": id });
        let event = AuditEvent::new(now, by, "manual-line.removed", &subject(contract_code, month), gone);
        audit::append(connection, &event.before(detail(&line)).because(reason))?;
        Ok(())
    })
}

/// Whether the lines `draft` carries are those that wait: others may have been added or removed since it was made.
pub(in crate::app) fn check_unchanged(connection: &mut AnyConnection, draft: &Draft) -> Result<(), AppError> {
    invoices::hold_drafts(connection)?;
    let waiting = manual_lines::waiting(connection, draft.month, Some(&draft.contract))?;
    if waiting.iter().map(|line| line.id).eq(carried(draft)) {
        return Ok(());
    }
    Err(StorageError::Conflict(format!(
        "manual lines of {} for {} were added or removed while it was issued: issue it again",
        draft.contract, draft.month
    ))
    .into())
}

/// Marks the lines `draft` carries as carried by `invoice`.
pub(in crate::app) fn use_up(
    connection: &mut AnyConnection,
    draft: &Draft,
    invoice: InvoiceId,
) -> Result<(), AppError> {
    Ok(manual_lines::use_up(connection, &carried(draft).collect::<Vec<_>>(), invoice)?)
}

/// The manual lines a draft carries, in the order they were added.
fn carried(draft: &Draft) -> impl Iterator<Item = i64> {
    let mut ids: Vec<i64> = draft
        .charges
        .iter()
        .filter_map(|charge| match charge.kind {
            ChargeKind::Manual { id, .. } => Some(id),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.into_iter()
}

/// Makes a kept draft anew with the manual lines that now wait; where none is kept nothing needs to be done. What was
/// rated stays as it is.
fn redraft(
    connection: &mut AnyConnection,
    contract: &Contract,
    month: BillingMonth,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    let kept = invoices::drafts(connection, &TenantScope::Everyone, month)?;
    let Some((_, kept)) = kept.into_iter().find(|(_, draft)| draft.contract == contract.code) else { return Ok(()) };
    let mut charges = kept.charges;
    charges.retain(|charge| !matches!(charge.kind, ChargeKind::Manual { .. }));
    for line in manual_lines::waiting(connection, month, Some(&contract.code))? {
        charges.push(line.charge(contract).map_err(AppError::input)?);
    }
    match Draft::assemble(contract, month, charges) {
        Ok(draft) => run_billing::keep_draft(connection, &draft, by, now),
        Err(DraftError::Empty { .. }) => {
            invoices::delete_draft(connection, &contract.code, month)?;
            Ok(())
        }
        Err(error) => Err(AppError::refused(&error)),
    }
}

fn refuse_issued(connection: &mut AnyConnection, contract: &Contract, month: BillingMonth) -> Result<(), AppError> {
    let billed = invoices::billed_contracts(connection, &TenantScope::Everyone, month)?;
    let issued = billed.into_iter().find(|one| one.contract == contract.code).and_then(|one| one.number);
    match issued {
        Some(number) => {
            let english =
                format!("{month} of contract {} is billed by {number}: add the line to a later month", contract.code);
            let told = Told::new("manual-billed", english).with("contract", contract.code.as_str());
            Err(AppError::Refused(Box::new(told.with("month", month).with("number", number.as_str()))))
        }
        None => Ok(()),
    }
}

fn contract<'a>(book: &'a Book, code: &ContractCode) -> Result<&'a Contract, AppError> {
    let found = book.contracts.iter().find(|contract| contract.code == *code);
    found.ok_or_else(|| AppError::NotFound(format!("contract {code}")))
}

/// What the trail calls a contract's month.
pub(in crate::app) fn subject(contract: &ContractCode, month: BillingMonth) -> String {
    format!("{contract} {month}")
}

/// What the trail keeps of a line.
pub(in crate::app) fn detail(line: &ManualLine) -> serde_json::Value {
    let ManualLine { id, line, .. } = line;
    serde_json::json!({
        "id": id, "service": line.service, "designation": line.designation, "quantity": line.quantity,
        "unit": line.unit, "unit_price": line.unit_price, "reason": line.reason,
    })
}
