//! Money in and out: received, matched, dunned, claimed, refunded, moved.

pub mod charge_interest;
pub mod correct_kept;
pub mod dunning;
pub mod import_statement;
pub mod keep_by_hand;
pub mod match_receipts;
pub mod on_account;
pub mod open_invoices;
pub mod read_payments;
pub mod record_and_keep;
pub mod record_payment;
pub mod refund;
pub mod remind;
pub mod repay;
pub(super) mod settle;
pub mod settle_from_account;
pub mod transfer;
