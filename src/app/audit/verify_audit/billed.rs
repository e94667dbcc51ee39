//! What lists and sums are made from, against the frozen content of each issued document: its columns, its lines, and
//! what is kept as open on it.

use super::{Verification, readable};
use crate::app::{AppError, settle};
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::IssuedInvoice;
use crate::domain::receivables::Balance;
use crate::storage::{AnyConnection, balances, invoices};

/// Holds the document `number`, whose row is `id`, against its frozen `content`.
pub fn hold(
    connection: &mut AnyConnection,
    (id, number): (InvoiceId, &str),
    content: &str,
    found: &mut Verification,
) -> Result<(), AppError> {
    let invoice: IssuedInvoice = match serde_json::from_str(content) {
        Ok(invoice) => invoice,
        Err(error) => {
            found.find("invoice", number, format!("its content cannot be read: {error}"));
            return Ok(());
        }
    };
    for departure in invoices::departures(connection, id, &invoice)? {
        let invoices::Departure { column, stored, frozen } = departure;
        found.find("invoice", number, format!("{column}: stored is {stored}, its frozen content says {frozen}"));
    }
    let gathered = settle::gather(connection, id, invoice);
    let kept = balances::of(connection, id).map_err(AppError::from);
    let expected = readable(gathered, ("balance", number), found)?.map(|gathered| gathered.balance());
    let kept = readable(kept, ("balance", number), found)?;
    match (kept, expected) {
        (Some(None), Some(_)) => found.find("balance", number, "nothing is kept of what is open on it"),
        (Some(Some(kept)), Some(expected)) => compare(number, &kept, &expected, found),
        _ => {}
    }
    Ok(())
}

fn compare(number: &str, kept: &Balance, expected: &Balance, found: &mut Verification) {
    for ((name, kept), (_, expected)) in named(kept).into_iter().zip(named(expected)) {
        if kept != expected {
            let what = format!(
                "{name}: kept is {kept}, its payments, credit notes, claims and what was paid back give {expected}"
            );
            found.find("balance", number, what);
        }
    }
}

fn named(balance: &Balance) -> [(&'static str, String); 8] {
    [
        ("due date", balance.due_date.to_string()),
        ("credited", balance.credited.to_string()),
        ("paid", balance.paid.to_string()),
        ("paid back", balance.paid_back.to_string()),
        ("interest", balance.interest.to_string()),
        ("open", balance.open.to_string()),
        ("state", balance.settlement.name().to_owned()),
        ("interest to claim", balance.is_claimable.to_string()),
    ]
}
