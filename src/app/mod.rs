//! Use cases, a file per verb: gather, plan, execute.
//!
//! Owns: the order of things and the transactions they happen in. Does not own: rules (domain), SQL (storage), bytes
//! (documents), words (mail). Every use case is given `now` and who acts.

pub mod archive_invoice;
pub mod archive_report;
mod asset_ledger;
pub mod attach_asset_file;
pub mod audit_pack;
pub mod charge_interest;
pub mod close_year;
pub mod compare_billing;
pub mod credit_invoice;
pub mod deliver_outbox;
pub mod draw_sample;
pub mod edit_book;
mod error;
pub mod estimate_month;
pub mod export_book;
pub mod export_journal;
pub mod figures;
mod gather;
pub mod import_book;
pub mod import_statement;
pub mod ingest_readings;
mod issue_invoice;
pub mod keep_series;
pub mod list_invoices;
pub mod notices;
pub mod open_balances;
pub mod open_invoices;
pub mod periods;
pub mod plan_billing;
pub mod post_depreciation;
pub mod read_evidence;
pub mod read_home;
pub mod read_invoices;
pub mod read_journal;
pub mod read_meters;
pub mod read_racks;
mod read_series;
pub mod read_sheet;
pub mod read_tariffs;
pub mod read_tenants;
pub mod read_trail;
pub mod read_usage;
pub mod receive_readings;
pub mod record_asset_event;
pub mod record_management_figures;
pub mod record_payment;
pub mod report_amortisation;
pub mod report_assets;
pub mod report_ledger;
pub mod report_payback;
pub mod resolve_gap;
pub mod run_billing;
pub mod run_campaign;
mod settle;
pub mod sign_in;
pub mod sign_roots;
mod signing_key;
mod store;
pub mod upload_readings;
pub mod users;
pub mod verify_audit;

pub use error::AppError;
pub use store::Store;
