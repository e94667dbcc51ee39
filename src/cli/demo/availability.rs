//! How available the example's watched line was: kept in most months, not in two of them.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;

use super::super::{CliError, Context};
use super::contracts::{WATCHED_CONTRACT, WATCHED_LINE};
use crate::app::Store;
use crate::app::record_availability::{self, NewAvailability};
use crate::domain::access::TenantScope;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{ContractCode, LineCode};

/// In thousandths of a percent, by the month's position from the first.
const fn percent_thousandths(position: usize) -> i64 {
    match position {
        3 => 99_620,
        8 => 98_700,
        _ => 99_970,
    }
}

/// Records the figure of a month, unless an earlier run did.
pub fn record(
    context: &Context,
    store: &Store,
    (position, month): (usize, BillingMonth),
    now: DateTime<Utc>,
) -> Result<(), CliError> {
    let contract = ContractCode::from(WATCHED_CONTRACT);
    let known = record_availability::list(store, &TenantScope::Everyone, &contract)?.unwrap_or_default();
    if known.iter().any(|kept| kept.availability.figure.month == month) {
        return Ok(());
    }
    let figure = NewAvailability {
        contract,
        line: LineCode::from(WATCHED_LINE),
        month,
        percent: Decimal::new(percent_thousandths(position), 3),
        reason: "rapport de supervision (exemple)".to_owned(),
    };
    record_availability::record(store, &figure, &context.actor(), now)?;
    Ok(())
}
