//! Use cases, a file per verb: gather, plan, execute.
//!
//! Owns: the order of things and the transactions they happen in. Does not own: rules (domain), SQL (storage), bytes
//! (documents), words (mail). Every use case is given `now` and who acts. Folders group them by subject; each is reached by
//! its own name.

mod access;
pub mod answer_once;
mod assets;
mod audit;
mod beat;
mod billing;
mod book;
pub mod durable;
mod error;
pub mod figures;
pub mod forget_answers;
mod home;
mod invoices;
mod kept;
mod key_file;
mod ledger;
pub mod listing;
mod mailing;
mod payback;
mod payments;
mod plant;
mod reporting;
mod store;

pub use access::{
    administer_users, api_tokens, invite, reset_password, second_factor, sessions, sign_in, sweep_access, user_problem,
    users,
};
use access::{common_passwords, secrets, signing_key};
use assets::{asset_ledger, asset_versions};
pub use assets::{
    attach_asset_file, post_depreciation, read_asset, record_asset_event, report_amortisation, report_assets,
};
pub use audit::{
    audit_pack, check_pack, draw_sample, make_pack, read_evidence, read_sheet, read_trail, sign_roots, verify_audit,
};
use billing::gather;
pub use billing::{
    compare_billing, estimate_month, late_readings, left_of_run, list_plan, manual_lines, plan_billing, preview_draft,
    read_months, record_availability, run_billing, run_campaign, withdraw_draft,
};
pub use book::{
    edit_book, edit_meanwhile, export_book, import_book, list_terms, read_settings, read_tariffs, read_tenants,
    remove_entry,
};
pub use error::{Amiss, AppError, is_misnamed, remedy};
pub use home::{read_home, read_homes};
use invoices::issue_invoice;
pub use invoices::{
    archive_invoice, cancelled, correct_invoice, credit_invoice, list_invoices, read_invoices, report_titre,
};
use ledger::period_postings;
pub use ledger::{
    allocate_result, close_year, export_journal, open_balances, periods, read_account, read_journal, read_ledger,
    report_ledger,
};
use mailing::letter;
pub use mailing::{deliver_outbox, notices, test_mail};
pub use payback::{record_management_figures, report_payback};
use payments::settle;
pub use payments::{
    charge_interest, correct_kept, dunning, import_statement, keep_by_hand, match_receipts, on_account, open_invoices,
    read_payments, record_and_keep, record_payment, refund, remind, repay, settle_from_account, transfer,
};
use plant::read_series;
pub use plant::{
    ingest_readings, keep_series, read_alarms, read_meters, read_racks, read_usage, receive_readings, resolve_gap,
    upload_readings,
};
pub use reporting::{archive_report, reports};
pub use store::Store;
pub use user_problem::UserProblem;
