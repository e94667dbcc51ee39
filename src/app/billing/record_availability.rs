//! Record how available a contract's line was in a month; what that allows comes on the contract's next invoice.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::app::{AppError, Store};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::billing_run::{DueCredit, billed_for};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::contract::Contract;
use crate::domain::ids::{ContractCode, InvoiceId, LineCode};
use crate::domain::invoice::{Draft, InvoiceNumber};
use crate::domain::money::Money;
use crate::domain::rating::ChargeKind;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, availability, book as stored, invoices};

pub use crate::domain::rating::{Availability, AvailabilityError, NewAvailability};
use crate::storage::availability::Carried;
pub use crate::storage::availability::KeptAvailability;

/// The contract's figures, the newest month first; none where the contract is not the scope's to see.
pub fn list(
    store: &Store,
    scope: &TenantScope,
    contract: &ContractCode,
) -> Result<Option<Vec<KeptAvailability>>, AppError> {
    store.read(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let known = book.contracts.iter().find(|known| known.code == *contract && scope.admits(&known.tenant));
        match known {
            None => Ok(None),
            Some(_) => Ok(Some(availability::of_contract(connection, contract)?)),
        }
    })
}

/// By figure, what the invoice that carries it allows for it.
pub fn allowed(
    store: &Store,
    scope: &TenantScope,
    kept: &[KeptAvailability],
) -> Result<BTreeMap<i64, Money>, AppError> {
    let numbers: BTreeSet<&str> = kept.iter().filter_map(|one| one.invoice.as_deref()).collect();
    store.read(|connection| {
        let mut allowed = BTreeMap::new();
        for number in numbers {
            let found = invoices::by_number(connection, scope, &InvoiceNumber::from_stored(number))?;
            let charges = found.map(|(_, document)| document.charges).unwrap_or_default();
            allowed.extend(charges.iter().filter_map(|charge| match charge.kind {
                ChargeKind::ServiceCredit { id, .. } => Some((id, -charge.net)),
                _ => None,
            }));
        }
        Ok(allowed)
    })
}

/// Keeps a figure; one of the same line and month gives way to it until an invoice carries what it allows.
pub fn record(store: &Store, new: &NewAvailability, by: &Actor, now: DateTime<Utc>) -> Result<Availability, AppError> {
    store.write(|connection| {
        let book = stored::load_book(connection)?.ok_or(AppError::NoBook)?;
        let contract = book.contracts.iter().find(|contract| contract.code == new.contract);
        let contract = contract.ok_or_else(|| AppError::NotFound(format!("contract {}", new.contract)))?;
        let today = day_in(now, book.facility.zone);
        let level = new.check(contract, today).map_err(|error| AppError::refused(&error))?;
        let former = former(connection, new)?;
        let (committed_percent, credit_percent) = (level.committed_percent, level.credit_percent(new.percent));
        let id = availability::replace(connection, new, (committed_percent, credit_percent), &by.name, now)?;
        let kept =
            Availability { id, figure: new.clone(), committed_percent, credit_percent, by: by.name.clone(), at: now };
        let mut event = AuditEvent::new(now, by, "availability.recorded", &subject(new), detail(&kept));
        if let Some(former) = &former {
            event = event.before(detail(former));
        }
        crate::storage::audit::append(connection, &event.because(&new.reason))?;
        Ok(kept)
    })
}

/// The figure that gives way, if no invoice carries what it allows.
fn former(connection: &mut AnyConnection, new: &NewAvailability) -> Result<Option<Availability>, AppError> {
    let known = availability::of_contract(connection, &new.contract)?;
    let same = |kept: &KeptAvailability| {
        (&kept.availability.figure.line, kept.availability.figure.month) == (&new.line, new.month)
    };
    match known.into_iter().find(same) {
        Some(KeptAvailability { invoice: Some(invoice), .. }) => {
            let english = format!(
                "what line {} allows for {} stands on {invoice}: credit a line of that invoice or add one by hand",
                new.line, new.month
            );
            let told = Told::new("availability-allowed", english).with("line", new.line.as_str());
            Err(AppError::Refused(Box::new(told.with("month", new.month).with("invoice", invoice.as_str()))))
        }
        found => Ok(found.map(|kept| kept.availability)),
    }
}

/// What the trail calls a line's month.
pub(in crate::app) fn subject(figure: &NewAvailability) -> String {
    format!("{} {} {}", figure.contract, figure.line, figure.month)
}

/// What the trail keeps of a figure.
pub(in crate::app) fn detail(kept: &Availability) -> serde_json::Value {
    serde_json::json!({
        "percent": kept.figure.percent, "committed": kept.committed_percent, "credit": kept.credit_percent,
        "reason": kept.figure.reason,
    })
}

/// What earlier months allow on the invoices of `month`, each with what its line was billed.
pub(in crate::app) fn due(connection: &mut AnyConnection, month: BillingMonth) -> Result<Vec<DueCredit>, AppError> {
    due_of(connection, month, None)
}

/// The same of one contract, or of all.
pub(in crate::app) fn due_of(
    connection: &mut AnyConnection,
    month: BillingMonth,
    of: Option<&ContractCode>,
) -> Result<Vec<DueCredit>, AppError> {
    let mut due = Vec::new();
    let is_asked = |figure: &Availability| of.is_none_or(|code| figure.figure.contract == *code);
    for figure in availability::due_before(connection, month)?.into_iter().filter(is_asked) {
        let NewAvailability { contract, line, month, .. } = &figure.figure;
        let issued = invoices::billed_lines(connection, &TenantScope::Everyone, contract, *month)?;
        // Without an invoice of the month there is no price to allow a part of.
        let Some(invoice) = issued.iter().find(|one| one.billed_in == *month).map(|one| one.number.clone()) else {
            continue;
        };
        let net = billed_for(&issued)
            .into_iter()
            .filter(|billed| billed.line == *line)
            .map(|billed| billed.net)
            .reduce(|a, b| a + b);
        due.extend(net.map(|billed| DueCredit { availability: figure.clone(), invoice, billed }));
    }
    Ok(due)
}

/// The lines of `month` that promised an availability, were billed, and have no figure.
pub(in crate::app) fn unreported(
    connection: &mut AnyConnection,
    book: &Book,
    month: BillingMonth,
) -> Result<Vec<(ContractCode, LineCode)>, AppError> {
    let promised = |contract: &Contract| {
        let lines = contract.lines.iter().filter(|line| line.service_level.is_some());
        let in_force = lines.filter(|line| line.in_force.overlaps(month.days()));
        in_force.map(|line| (contract.code.clone(), line.code.clone())).collect::<Vec<_>>()
    };
    let mut promised: Vec<(ContractCode, LineCode)> = book.contracts.iter().flat_map(promised).collect();
    if promised.is_empty() {
        return Ok(promised);
    }
    let billed = invoices::billed_contracts(connection, &TenantScope::Everyone, month)?;
    let is_billed = |code: &ContractCode| billed.iter().any(|one| one.number.is_some() && one.contract == *code);
    let known = availability::known(connection, month)?;
    // A line that is amended within the month is told once.
    promised.sort();
    promised.dedup();
    promised.retain(|line| is_billed(&line.0) && !known.contains(line));
    Ok(promised)
}

/// Marks the figures behind `draft`'s allowances as carried by `invoice`.
pub(in crate::app) fn use_up(
    connection: &mut AnyConnection,
    draft: &Draft,
    invoice: InvoiceId,
) -> Result<(), AppError> {
    let carried = draft.charges.iter().filter_map(|charge| match charge.kind {
        ChargeKind::ServiceCredit { id, availability_percent, committed_percent, credit_percent, .. } => {
            Some(Carried { id, percent: availability_percent, committed_percent, credit_percent })
        }
        _ => None,
    });
    Ok(availability::use_up(connection, &carried.collect::<Vec<_>>(), invoice)?)
}
