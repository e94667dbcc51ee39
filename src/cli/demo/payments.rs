//! What the example's tenants paid: in time for the most part, once in two parts and too late, and one not yet.

use chrono::Days;

use crate::app::open_invoices::{self, OpenInvoice};
use crate::app::record_payment::{self, NewPayment};
use crate::app::{Store, charge_interest};
use crate::cli::{CliError, Context};

/// Whose invoices show what a late payment costs.
const LATE_TENANT: &str = "ap-hp";
const DAYS_LATE: u64 = 21;
/// The city's own services, which nobody reminds.
const INTERNAL_TENANT: &str = "ville-de-paris";

/// Pays every invoice that is due, save the last; a second run pays what became due since.
pub fn pay(context: &Context, store: &Store) -> Result<(), CliError> {
    let today = context.now.date_naive();
    let mut due = open_invoices::list(store, context.now)?;
    // What is open in part is interest an earlier run claimed: it stays to be seen.
    due.retain(|invoice| invoice.due_date + Days::new(DAYS_LATE) < today && invoice.open == invoice.gross);
    // The last of another body's is overdue: someone has to be reminded.
    due.iter().rposition(|invoice| invoice.tenant.as_str() != INTERNAL_TENANT).map(|last| due.remove(last));
    let is_first_run = record_payment::list(store, None, None)?.is_empty();
    let late = due.iter().position(|invoice| invoice.tenant.as_str() == LATE_TENANT).filter(|_| is_first_run);
    for (position, invoice) in due.iter().enumerate() {
        if Some(position) == late {
            pay_late(context, store, invoice)?;
        } else {
            record(context, store, invoice, invoice.open, 0)?;
        }
    }
    Ok(())
}

/// Half in time, half three weeks later, with the interest claimed and not paid yet.
fn pay_late(context: &Context, store: &Store, invoice: &OpenInvoice) -> Result<(), CliError> {
    let half = invoice.open.fraction(1, 2);
    record(context, store, invoice, half, 0)?;
    record(context, store, invoice, invoice.open - half, DAYS_LATE)?;
    charge_interest::charge(store, &invoice.number, &context.actor(), context.now)?;
    Ok(())
}

fn record(
    context: &Context,
    store: &Store,
    invoice: &OpenInvoice,
    amount: crate::domain::money::Money,
    days_late: u64,
) -> Result<(), CliError> {
    let payment = NewPayment {
        invoice: invoice.number.clone(),
        received_on: invoice.due_date + Days::new(days_late),
        amount,
        reference: Some(format!("VIR {}", invoice.tenant)),
        statement_key: None,
    };
    record_payment::record(store, &payment, &context.actor(), context.now)?;
    Ok(())
}
