//! Withdraw a draft that nobody wants to issue: the month can be drafted again, and what held it (its contract, which has
//! then nothing that names it) can go. What is issued is never withdrawn, only credited.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::{AppError, Store, manual_lines};
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::calendar::BillingMonth;
use crate::domain::freetext::Text;
use crate::domain::ids::ContractCode;
use crate::domain::invoice::Totals;
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, invoices};

/// What was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawnDraft {
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub totals: Totals,
    pub lines: usize,
}

/// Withdraws the draft that is kept of a contract's month. Lines people added to the month go on waiting.
pub fn withdraw(
    store: &Store,
    (contract, month): (&ContractCode, BillingMonth),
    reason: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<WithdrawnDraft, AppError> {
    if reason.trim().is_empty() {
        return Err(refused(Told::new("draft-no-reason", "withdrawing a draft needs its reason: say why")));
    }
    Text::Reason.check(reason)?;
    store.write(|connection| {
        invoices::hold_drafts(connection)?;
        let kept = invoices::drafts(connection, &TenantScope::Everyone, month)?;
        let Some((_, draft)) = kept.into_iter().find(|(_, draft)| draft.contract == *contract) else {
            return Err(no_draft(connection, contract, month)?);
        };
        invoices::delete_draft(connection, contract, month)?;
        let withdrawn =
            WithdrawnDraft { contract: draft.contract, month, totals: draft.totals, lines: draft.charges.len() };
        let former = serde_json::json!({ "totals": withdrawn.totals, "lines": withdrawn.lines });
        let subject = manual_lines::subject(contract, month);
        let event = AuditEvent::new(now, by, "draft.withdrawn", &subject, serde_json::json!({}));
        audit::append(connection, &event.before(former).because(reason))?;
        Ok(withdrawn)
    })
}

/// Why there is no draft to withdraw.
fn no_draft(
    connection: &mut AnyConnection,
    contract: &ContractCode,
    month: BillingMonth,
) -> Result<AppError, AppError> {
    let billed = invoices::billed_contracts(connection, &TenantScope::Everyone, month)?;
    let issued = billed.into_iter().find(|one| one.contract == *contract).and_then(|one| one.number);
    Ok(match issued {
        Some(number) => {
            let english = format!(
                "{month} of contract {contract} is billed by {number}: what is issued is credited, not withdrawn"
            );
            let told = Told::new("draft-issued", english).with("contract", contract.as_str()).with("month", month);
            refused(told.with("number", number.as_str()))
        }
        None => AppError::NotFound(format!("draft of contract {contract} for {month}")),
    })
}

fn refused(told: Told) -> AppError {
    AppError::Refused(Box::new(told))
}
