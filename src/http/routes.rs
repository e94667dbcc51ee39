//! Everything the server answers, in one table.
//!
//! The table drives registration: a handler without a row is not reachable, a row cannot lack its access. The golden
//! file `tests/golden/routes.txt` shows what each row answers to each role.

use actix_web::http::{Method, header};
use actix_web::web::{self, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError, Route, guard};

use super::api::{
    alarms, amortisation, asset_papers, assets, audit, audit_packs, audit_sample, availability, billing, bookkeeping,
    invoices, journal, ledger, me, meters, notices, openapi, opening, paid_back, payback, payments, racks, readings,
    reminders, removals, reports, resolutions, settings, tariffs, tenants, terms, titre, token, usage, users,
};
use super::asked::unreadable_query;
use super::auth::{Access, guarded};
use super::bodies::{JSON_BYTES_MAX, body_bytes_max};
use super::error::Fault;
use super::{health, pages};
use crate::domain::access::Action;

/// The seller's legal texts, percent-encoded.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// One method of one path.
pub struct RouteRow {
    pub method: Method,
    /// In actix's syntax.
    pub path: &'static str,
    pub access: Access,
    handler: fn() -> Route,
}

impl RouteRow {
    /// What it answers to: where there is a GET there is a HEAD.
    fn methods(&self) -> impl Iterator<Item = &str> {
        let head = (self.method == Method::GET).then_some("HEAD");
        std::iter::once(self.method.as_str()).chain(head)
    }
}

macro_rules! get {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::GET, path: $path, access: $access, handler: || reading().to($handler) }
    };
}

macro_rules! post {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::POST, path: $path, access: $access, handler: || web::post().to($handler) }
    };
}

macro_rules! patch {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::PATCH, path: $path, access: $access, handler: || web::patch().to($handler) }
    };
}

macro_rules! put {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::PUT, path: $path, access: $access, handler: || web::put().to($handler) }
    };
}

macro_rules! delete {
    ($path:literal, $access:expr, $handler:expr) => {
        RouteRow { method: Method::DELETE, path: $path, access: $access, handler: || web::delete().to($handler) }
    };
}

/// Paths are tried in this order: `…/{number}.pdf` stands before `…/{number}`.
pub const ROUTES: &[RouteRow] = &[
    get!("/health/live", Access::OpenApi, health::live),
    get!("/health/ready", Access::OpenApi, health::ready),
    get!("/openapi.json", Access::OpenApi, openapi::document),
    post!("/api/v1/token", Access::OpenApi, token::create),
    post!("/api/v1/readings", Access::Api(Action::SendReadings), readings::receive),
    get!("/api/v1/tenants", Access::Api(Action::SeeTenants), tenants::list),
    post!("/api/v1/tenants", Access::Api(Action::EditTenants), terms::create_tenant),
    get!("/api/v1/tenants/{code}", Access::Api(Action::SeeTenants), terms::tenant),
    put!("/api/v1/tenants/{code}", Access::Api(Action::EditTenants), terms::put_tenant),
    delete!("/api/v1/tenants/{code}", Access::Api(Action::EditTenants), removals::delete_tenant),
    put!("/api/v1/tenants/{code}/contacts", Access::Api(Action::EditContacts), terms::put_contacts),
    get!("/api/v1/contracts", Access::Api(Action::SeeContracts), tenants::contracts),
    post!("/api/v1/contracts", Access::Api(Action::EditTerms), terms::create_contract),
    get!("/api/v1/contracts/{contract}/availability", Access::Api(Action::SeeContracts), availability::list),
    post!("/api/v1/contracts/{contract}/availability", Access::Api(Action::RunBilling), availability::record),
    get!("/api/v1/contracts/{contract}", Access::Api(Action::SeeContracts), terms::contract),
    put!("/api/v1/contracts/{contract}", Access::Api(Action::EditTerms), terms::put_contract),
    delete!("/api/v1/contracts/{contract}", Access::Api(Action::EditTerms), removals::delete_contract),
    get!("/api/v1/tariffs", Access::Api(Action::SeeTariffs), tariffs::list),
    post!("/api/v1/tariffs", Access::Api(Action::EditTerms), terms::create_tariff),
    get!("/api/v1/tariffs/{tariff}", Access::Api(Action::SeeTariffs), terms::tariff),
    put!("/api/v1/tariffs/{tariff}", Access::Api(Action::EditTerms), terms::put_tariff),
    delete!("/api/v1/tariffs/{tariff}", Access::Api(Action::EditTerms), removals::delete_tariff),
    get!("/api/v1/tariffs/{tariff}/price", Access::Api(Action::SeeTariffs), tariffs::price),
    get!("/api/v1/seller", Access::Api(Action::EditSeller), terms::seller),
    put!("/api/v1/seller", Access::Api(Action::EditSeller), terms::put_seller),
    get!("/api/v1/invoices", Access::Api(Action::SeeInvoices), invoices::list),
    get!("/api/v1/invoices/{number}.pdf", Access::Api(Action::SeeInvoices), invoices::pdf),
    get!("/api/v1/invoices/{number}.xml", Access::Api(Action::SeeInvoices), invoices::xml),
    get!("/api/v1/invoices/{number}/titre", Access::Api(Action::SeeJournal), titre::one),
    get!("/api/v1/invoices/{number}/lines/{line}", Access::Api(Action::SeeInvoices), invoices::evidence),
    post!("/api/v1/invoices/{number}/credit-notes", Access::Api(Action::CreditInvoices), payments::credit),
    post!("/api/v1/invoices/{number}/correction", Access::Api(Action::CreditInvoices), payments::correct),
    post!("/api/v1/invoices/{number}/interest", Access::Api(Action::RecordPayments), payments::claim),
    get!("/api/v1/invoices/{number}/account", Access::Api(Action::SeeInvoices), paid_back::account),
    post!("/api/v1/invoices/{number}/refunds", Access::Api(Action::RecordPayments), paid_back::refund),
    post!("/api/v1/invoices/{number}/transfers", Access::Api(Action::RecordPayments), paid_back::transfer),
    get!("/api/v1/invoices/{number}/notices", Access::Api(Action::SeeNotices), notices::list),
    post!("/api/v1/invoices/{number}/notices", Access::Api(Action::SendNotices), notices::resend),
    get!("/api/v1/invoices/{number}/reminders", Access::Api(Action::SendNotices), reminders::plan),
    post!("/api/v1/invoices/{number}/reminders", Access::Api(Action::SendNotices), reminders::send),
    get!("/api/v1/invoices/{number}", Access::Api(Action::SeeInvoices), invoices::one),
    get!("/api/v1/payments", Access::Api(Action::SeePayments), payments::list),
    post!("/api/v1/payments", Access::Api(Action::RecordPayments), payments::record),
    post!("/api/v1/payments/statements", Access::Api(Action::RecordPayments), payments::read_statement),
    get!("/api/v1/payments/statements/{statement}", Access::Api(Action::SeePayments), payments::statement),
    get!("/api/v1/payments/receipts", Access::Api(Action::SeePayments), payments::receipts),
    post!("/api/v1/payments/receipts/match", Access::Api(Action::RecordPayments), payments::match_receipt),
    post!("/api/v1/payments/receipts/dismiss", Access::Api(Action::RecordPayments), payments::dismiss),
    get!("/api/v1/dunning", Access::Api(Action::SeePayments), payments::dunning),
    get!("/api/v1/billing/runs", Access::Api(Action::SeeDrafts), billing::runs),
    get!("/api/v1/billing/runs/{run}", Access::Api(Action::SeeDrafts), billing::progress),
    post!("/api/v1/billing/runs/{run}/retry", Access::Api(Action::RunBilling), billing::retry),
    get!("/api/v1/billing/{month}", Access::Api(Action::SeeDrafts), billing::plan),
    post!("/api/v1/billing/{month}/runs", Access::Api(Action::RunBilling), billing::run),
    get!("/api/v1/billing/{month}/drafts", Access::Api(Action::SeeDrafts), billing::drafts),
    get!("/api/v1/billing/{month}/drafts/{contract}", Access::Api(Action::SeeDrafts), billing::draft),
    get!("/api/v1/billing/{month}/drafts/{contract}/lines", Access::Api(Action::SeeDrafts), billing::lines),
    post!("/api/v1/billing/{month}/drafts/{contract}/lines", Access::Api(Action::RunBilling), billing::add_line),
    delete!(
        "/api/v1/billing/{month}/drafts/{contract}/lines/{manual}",
        Access::Api(Action::RunBilling),
        billing::remove_line
    ),
    get!("/api/v1/amortisation", Access::Api(Action::SeeAmortisation), amortisation::report),
    get!("/api/v1/assets", Access::Api(Action::SeeAmortisation), assets::list),
    post!("/api/v1/assets", Access::Api(Action::KeepBooks), terms::create_asset),
    get!("/api/v1/assets/{asset}/record", Access::Api(Action::SeeAmortisation), terms::asset),
    put!("/api/v1/assets/{asset}/record", Access::Api(Action::KeepBooks), terms::put_asset),
    post!("/api/v1/assets/{asset}/papers", Access::Api(Action::KeepBooks), asset_papers::attach),
    get!("/api/v1/assets/{asset}", Access::Api(Action::SeeAmortisation), assets::one),
    get!("/api/v1/assets/{asset}/papers/{hash}", Access::Api(Action::SeeAmortisation), assets::paper),
    get!("/api/v1/reports", Access::Api(Action::SeeJournal), reports::kept),
    get!("/api/v1/reports/kept/{hash}", Access::Api(Action::SeeJournal), reports::kept_file),
    get!("/api/v1/reports/{report}", Access::Api(Action::SeeJournal), reports::one),
    post!("/api/v1/reports/{report}/archive", Access::Api(Action::ArchiveReports), reports::archive),
    get!("/api/v1/payback", Access::Api(Action::SeePayback), payback::report),
    get!("/api/v1/journal", Access::Api(Action::SeeJournal), journal::list),
    get!("/api/v1/journal/balance", Access::Api(Action::SeeJournal), ledger::balance),
    post!("/api/v1/journal/opening", Access::Api(Action::KeepBooks), opening::open),
    get!("/api/v1/journal/accounts/{account}", Access::Api(Action::SeeJournal), ledger::account),
    post!("/api/v1/amortisation/postings", Access::Api(Action::KeepBooks), bookkeeping::post_assets),
    get!("/api/v1/payback/figures", Access::Api(Action::SeePayback), bookkeeping::list_figures),
    post!("/api/v1/payback/figures", Access::Api(Action::KeepBooks), bookkeeping::record_figures),
    get!("/api/v1/periods", Access::Api(Action::SeeJournal), bookkeeping::list_periods),
    post!("/api/v1/periods/{period}/allocation", Access::Api(Action::KeepBooks), bookkeeping::allocate),
    post!("/api/v1/periods/{period}", Access::Api(Action::KeepBooks), bookkeeping::set_period),
    post!("/api/v1/assets/{asset}/events", Access::Api(Action::KeepBooks), bookkeeping::record_event),
    get!("/api/v1/audit/events", Access::Api(Action::SeeTrail), audit::events),
    get!("/api/v1/audit/roots", Access::Api(Action::SeeTrail), audit::signed_roots),
    get!("/api/v1/audit/sample", Access::Api(Action::SeeTrail), audit_sample::draw),
    post!("/api/v1/meters/{meter}/resolutions", Access::Api(Action::CorrectReadings), resolutions::resolve),
    post!("/api/v1/audit/packs", Access::Api(Action::TakeEvidence), audit_packs::create),
    get!("/api/v1/audit/packs/{pack}/file", Access::Api(Action::TakeEvidence), audit_packs::file),
    get!("/api/v1/audit/packs/{pack}", Access::Api(Action::TakeEvidence), audit_packs::one),
    get!("/api/v1/racks", Access::Api(Action::SeeRacks), racks::list),
    get!("/api/v1/alarms", Access::Api(Action::SeeMeters), alarms::list),
    get!("/api/v1/meters", Access::Api(Action::SeeMeters), meters::list),
    get!("/api/v1/meters/{meter}/coverage", Access::Api(Action::SeeMeters), meters::coverage),
    get!("/api/v1/usage", Access::Api(Action::SeeUsage), usage::usage),
    get!("/api/v1/estimate", Access::Api(Action::SeeUsage), usage::estimate),
    get!("/api/v1/me", Access::ApiSelf, me::show),
    post!("/api/v1/me/password", Access::ApiSelf, me::change_password),
    get!("/api/v1/me/sessions", Access::ApiSelf, me::list_sessions),
    delete!("/api/v1/me/sessions/{session}", Access::ApiSelf, me::end_session),
    get!("/api/v1/me/tokens", Access::ApiSelf, me::list_tokens),
    post!("/api/v1/me/tokens", Access::ApiSelf, me::create_token),
    delete!("/api/v1/me/tokens/{token}", Access::ApiSelf, me::revoke_token),
    post!("/api/v1/me/second-factor", Access::ApiSelf, me::begin_factor),
    delete!("/api/v1/me/second-factor", Access::ApiSelf, me::remove_factor),
    post!("/api/v1/me/second-factor/confirm", Access::ApiSelf, me::confirm_factor),
    post!("/api/v1/me/second-factor/recovery-codes", Access::ApiSelf, me::renew_codes),
    get!("/api/v1/users", Access::Api(Action::SeeUsers), users::list),
    get!("/api/v1/users/{user}", Access::Api(Action::SeeUsers), users::one),
    patch!("/api/v1/users/{user}", Access::Api(Action::ManageUsers), users::change),
    post!("/api/v1/users/{user}/password-reset", Access::Api(Action::ManageUsers), users::send_password_link),
    delete!("/api/v1/users/{user}/second-factor", Access::Api(Action::ManageUsers), users::reset_factor),
    get!("/api/v1/users/{user}/sessions", Access::Api(Action::SeeUsers), users::list_sessions),
    delete!("/api/v1/users/{user}/sessions", Access::Api(Action::ManageUsers), users::end_sessions),
    delete!("/api/v1/users/{user}/sessions/{session}", Access::Api(Action::ManageUsers), users::end_session),
    get!("/api/v1/users/{user}/tokens", Access::Api(Action::SeeUsers), users::list_tokens),
    delete!("/api/v1/users/{user}/tokens/{token}", Access::Api(Action::ManageUsers), users::revoke_token),
    get!("/api/v1/invitations", Access::Api(Action::SeeUsers), users::invitations),
    post!("/api/v1/invitations", Access::Api(Action::ManageUsers), users::invite),
    delete!("/api/v1/invitations/{invitation}", Access::Api(Action::ManageUsers), users::withdraw),
    get!("/api/v1/settings", Access::Api(Action::SeeSettings), settings::show),
    post!("/api/v1/settings/test-mail", Access::Api(Action::SendTestMail), settings::send_test_mail),
    get!("/assets/{name}", Access::OpenPage, pages::assets::asset),
    get!("/sign-in", Access::OpenPage, pages::sign_in::form),
    post!("/sign-in", Access::OpenPage, pages::sign_in::submit),
    get!("/sign-in/code", Access::Entering, pages::sign_in::code),
    post!("/sign-in/code", Access::Entering, pages::sign_in::submit_code),
    get!("/invitation/{link}", Access::OpenPage, pages::links::invitation),
    post!("/invitation/{link}", Access::OpenPage, pages::links::accept),
    get!("/password/forgotten", Access::OpenPage, pages::links::forgotten),
    post!("/password/forgotten", Access::OpenPage, pages::links::ask),
    get!("/password/reset/{link}", Access::OpenPage, pages::links::reset),
    post!("/password/reset/{link}", Access::OpenPage, pages::links::set),
    post!("/sign-out", Access::Entering, pages::sign_in::leave),
    get!("/me", Access::AnyVisitor, pages::me::show),
    post!("/me/language", Access::AnyVisitor, pages::me::choose_language),
    post!("/me/sessions/end", Access::AnyVisitor, pages::me::end_sessions),
    get!("/me/password", Access::AnyVisitor, pages::me::password),
    post!("/me/password", Access::AnyVisitor, pages::me::change_password),
    get!("/me/second-factor", Access::AnyVisitor, pages::second_factor::show),
    post!("/me/second-factor", Access::AnyVisitor, pages::second_factor::begin),
    get!("/me/second-factor/setup", Access::Entering, pages::second_factor::setup),
    post!("/me/second-factor/setup", Access::Entering, pages::second_factor::confirm),
    post!("/me/second-factor/codes", Access::AnyVisitor, pages::second_factor::renew_codes),
    post!("/me/second-factor/remove", Access::AnyVisitor, pages::second_factor::remove),
    get!("/me/tokens", Access::AnyVisitor, pages::me::tokens::list),
    get!("/me/tokens/new", Access::AnyVisitor, pages::me::tokens::form),
    post!("/me/tokens/new", Access::AnyVisitor, pages::me::tokens::create),
    get!("/me/tokens/{token}/revoke", Access::AnyVisitor, pages::me::tokens::ask),
    post!("/me/tokens/{token}/revoke", Access::AnyVisitor, pages::me::tokens::revoke),
    get!("/users", Access::Page(Action::SeeUsers), pages::users::list),
    get!("/users/invite", Access::Page(Action::ManageUsers), pages::users::invitations::form),
    post!("/users/invite", Access::Page(Action::ManageUsers), pages::users::invitations::submit),
    post!("/users/invitations/{invitation}/again", Access::Page(Action::ManageUsers), pages::users::invitations::again),
    post!(
        "/users/invitations/{invitation}/withdraw",
        Access::Page(Action::ManageUsers),
        pages::users::invitations::withdraw
    ),
    get!("/users/{user}", Access::Page(Action::SeeUsers), pages::users::one::show),
    post!("/users/{user}/role", Access::Page(Action::ManageUsers), pages::users::one::change_role),
    post!("/users/{user}/sessions/end", Access::Page(Action::ManageUsers), pages::users::one::end_session),
    get!("/users/{user}/tokens/{token}/revoke", Access::Page(Action::ManageUsers), pages::users::one::ask_revoke),
    post!("/users/{user}/tokens/{token}/revoke", Access::Page(Action::ManageUsers), pages::users::one::revoke),
    get!("/users/{user}/{deed}", Access::Page(Action::ManageUsers), pages::users::one::ask),
    post!("/users/{user}/{deed}", Access::Page(Action::ManageUsers), pages::users::one::act),
    get!("/settings", Access::Page(Action::SeeSettings), pages::settings::show),
    post!("/settings/test-mail", Access::Page(Action::SendTestMail), pages::settings::test_mail),
    get!("/", Access::AnyVisitor, pages::home::home),
    get!("/help", Access::AnyVisitor, pages::help::help),
    get!("/accessibility", Access::OpenPage, pages::accessibility::declaration),
    get!("/notices", Access::Page(Action::SeeNotices), pages::notices::failed),
    get!("/billing", Access::Page(Action::SeeDrafts), pages::billing::list),
    get!("/billing/runs/{run}", Access::Page(Action::SeeDrafts), pages::billing::run::show),
    get!("/billing/runs/{run}/events", Access::Page(Action::SeeDrafts), pages::billing::run::events),
    get!("/billing/{month}", Access::Page(Action::SeeDrafts), pages::billing::plan::plan),
    get!("/billing/{month}/plan.{format}", Access::Page(Action::SeeDrafts), pages::billing::plan::file),
    get!("/billing/{month}/issue", Access::Page(Action::RunBilling), pages::billing::issue::confirm),
    post!("/billing/{month}/run", Access::Page(Action::RunBilling), pages::billing::issue::start),
    get!("/billing/{month}/drafts/{contract}", Access::Page(Action::SeeDrafts), pages::billing::draft::show),
    get!("/billing/{month}/drafts/{contract}/manual", Access::Page(Action::RunBilling), pages::billing::manual::form),
    post!(
        "/billing/{month}/drafts/{contract}/manual",
        Access::Page(Action::RunBilling),
        pages::billing::manual::submit
    ),
    get!(
        "/billing/{month}/drafts/{contract}/manual/{manual}",
        Access::Page(Action::RunBilling),
        pages::billing::manual::remove_form
    ),
    post!(
        "/billing/{month}/drafts/{contract}/manual/{manual}",
        Access::Page(Action::RunBilling),
        pages::billing::manual::remove
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::line
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}/readings",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::readings
    ),
    get!(
        "/billing/{month}/drafts/{contract}/lines/{line}/readings.csv",
        Access::Page(Action::SeeDrafts),
        pages::billing::draft::file
    ),
    get!("/tenants", Access::Page(Action::SeeTenants), pages::tenants::list::list),
    get!("/tenants.{format}", Access::Page(Action::SeeTenants), pages::tenants::list::file),
    get!("/tenants/new", Access::Page(Action::EditTenants), pages::edit::tenant::create),
    post!("/tenants/new", Access::Page(Action::EditTenants), pages::edit::tenant::created),
    get!("/tenants/{code}/edit", Access::Page(Action::EditTenants), pages::edit::tenant::form),
    post!("/tenants/{code}/edit", Access::Page(Action::EditTenants), pages::edit::tenant::save),
    get!("/tenants/{code}/remove", Access::Page(Action::EditTenants), pages::edit::remove::tenant),
    post!("/tenants/{code}/remove", Access::Page(Action::EditTenants), pages::edit::remove::tenant_removed),
    get!("/tenants/{code}/contacts", Access::Page(Action::EditContacts), pages::edit::contacts::form),
    post!("/tenants/{code}/contacts", Access::Page(Action::EditContacts), pages::edit::contacts::save),
    get!("/tenants/{code}", Access::Page(Action::SeeTenants), pages::tenants::one),
    get!("/tariffs", Access::Page(Action::SeeTariffs), pages::tariffs::list),
    get!("/tariffs.{format}", Access::Page(Action::SeeTariffs), pages::tariffs::file),
    get!("/tariffs/new", Access::Page(Action::EditTerms), pages::edit::tariff::create),
    post!("/tariffs/new", Access::Page(Action::EditTerms), pages::edit::tariff::created),
    get!("/tariffs/{tariff}/edit", Access::Page(Action::EditTerms), pages::edit::tariff::form),
    post!("/tariffs/{tariff}/edit", Access::Page(Action::EditTerms), pages::edit::tariff::save),
    get!("/tariffs/{tariff}/remove", Access::Page(Action::EditTerms), pages::edit::remove::tariff),
    post!("/tariffs/{tariff}/remove", Access::Page(Action::EditTerms), pages::edit::remove::tariff_removed),
    get!("/tariffs/{tariff}/versions/new", Access::Page(Action::EditTerms), pages::edit::version::create),
    post!("/tariffs/{tariff}/versions/new", Access::Page(Action::EditTerms), pages::edit::version::created),
    get!("/tariffs/{tariff}/versions/{version}/edit", Access::Page(Action::EditTerms), pages::edit::version::form),
    post!("/tariffs/{tariff}/versions/{version}/edit", Access::Page(Action::EditTerms), pages::edit::version::save),
    get!("/tariffs/{tariff}", Access::Page(Action::SeeTariffs), pages::tariffs::one),
    get!("/invoices", Access::Page(Action::SeeInvoices), pages::invoices::list),
    get!("/invoices/list.{format}", Access::Page(Action::SeeInvoices), pages::invoices::files::file),
    get!("/invoices/documents.zip", Access::Page(Action::SeeInvoices), pages::invoices::files::zip),
    get!("/invoices/{number}.pdf", Access::Page(Action::SeeInvoices), invoices::pdf),
    get!("/invoices/{number}.xml", Access::Page(Action::SeeInvoices), invoices::xml),
    get!("/invoices/{number}/titre.csv", Access::Page(Action::SeeJournal), titre::csv),
    get!("/invoices/{number}/preview.pdf", Access::Page(Action::SeeInvoices), pages::invoice::preview),
    get!("/invoices/{number}/lines.{format}", Access::Page(Action::SeeInvoices), pages::invoice::files::lines),
    get!("/invoices/{number}/lines/{line}", Access::Page(Action::SeeInvoices), pages::invoice::trace::line),
    get!(
        "/invoices/{number}/lines/{line}/readings",
        Access::Page(Action::SeeInvoices),
        pages::invoice::trace::readings
    ),
    get!(
        "/invoices/{number}/lines/{line}/readings.csv",
        Access::Page(Action::SeeInvoices),
        pages::invoice::trace::file
    ),
    get!("/invoices/{number}/credit", Access::Page(Action::CreditInvoices), pages::invoice::credit::form),
    post!("/invoices/{number}/credit", Access::Page(Action::CreditInvoices), pages::invoice::credit::submit),
    get!("/invoices/{number}/correct", Access::Page(Action::CreditInvoices), pages::invoice::correct::form),
    post!("/invoices/{number}/correct", Access::Page(Action::CreditInvoices), pages::invoice::correct::submit),
    get!("/invoices/{number}/refund", Access::Page(Action::RecordPayments), pages::invoice::refund::form),
    post!("/invoices/{number}/refund", Access::Page(Action::RecordPayments), pages::invoice::refund::submit),
    get!("/invoices/{number}/mail", Access::Page(Action::SeeNotices), pages::invoice::mail::show),
    post!("/invoices/{number}/mail", Access::Page(Action::SendNotices), pages::invoice::mail::resend),
    get!("/invoices/{number}/mail/body", Access::Page(Action::SeeNotices), pages::invoice::mail::body),
    get!("/invoices/{number}", Access::Page(Action::SeeInvoices), pages::invoice::one),
    get!("/payments", Access::Page(Action::SeePayments), pages::payments::list),
    get!("/payments/list.{format}", Access::Page(Action::SeePayments), pages::payments::file),
    get!("/payments/record", Access::Page(Action::RecordPayments), pages::payments::form),
    post!("/payments/record", Access::Page(Action::RecordPayments), pages::payments::submit),
    get!("/payments/import", Access::Page(Action::RecordPayments), pages::payments::statements::form),
    post!("/payments/import", Access::Page(Action::RecordPayments), pages::payments::statements::submit),
    get!("/payments/statements/{statement}", Access::Page(Action::SeePayments), pages::payments::statements::report),
    get!("/payments/receipts", Access::Page(Action::SeePayments), pages::payments::statements::waiting),
    post!("/payments/receipts/dismiss", Access::Page(Action::RecordPayments), pages::payments::statements::dismiss),
    get!("/dunning", Access::Page(Action::SeePayments), pages::dunning::list),
    get!("/dunning/list.{format}", Access::Page(Action::SeePayments), pages::dunning::file),
    get!("/dunning/{number}", Access::Page(Action::SeePayments), pages::dunning::claim_form),
    post!("/dunning/{number}", Access::Page(Action::RecordPayments), pages::dunning::claim),
    get!("/dunning/{number}/reminder", Access::Page(Action::SendNotices), pages::reminder::form),
    post!("/dunning/{number}/reminder", Access::Page(Action::SendNotices), pages::reminder::send),
    get!("/amortisation", Access::Page(Action::SeeAmortisation), pages::amortisation::page),
    get!("/amortisation/file", Access::Page(Action::SeeAmortisation), pages::amortisation::file),
    get!("/amortisation/post", Access::Page(Action::KeepBooks), pages::posting::form),
    post!("/amortisation/post", Access::Page(Action::KeepBooks), pages::posting::submit),
    get!("/amortisation/new", Access::Page(Action::KeepBooks), pages::edit::asset::create),
    post!("/amortisation/new", Access::Page(Action::KeepBooks), pages::edit::asset::created),
    get!("/amortisation/{asset}/edit", Access::Page(Action::KeepBooks), pages::edit::asset::form),
    post!("/amortisation/{asset}/edit", Access::Page(Action::KeepBooks), pages::edit::asset::save),
    get!("/amortisation/{asset}/papers/new", Access::Page(Action::KeepBooks), pages::paper::form),
    post!("/amortisation/{asset}/papers/new", Access::Page(Action::KeepBooks), pages::paper::submit),
    get!("/amortisation/{asset}", Access::Page(Action::SeeAmortisation), pages::asset::show),
    get!("/amortisation/{asset}/events/new", Access::Page(Action::KeepBooks), pages::edit::asset_event::form),
    post!("/amortisation/{asset}/events/new", Access::Page(Action::KeepBooks), pages::edit::asset_event::submit),
    get!("/amortisation/{asset}/papers/{hash}", Access::Page(Action::SeeAmortisation), assets::paper),
    get!("/reports", Access::Page(Action::SeeJournal), pages::reports::list),
    get!("/reports/kept/{hash}", Access::Page(Action::SeeJournal), reports::kept_file),
    get!("/reports/{report}", Access::Page(Action::SeeJournal), pages::reports::show),
    get!("/reports/{report}/file", Access::Page(Action::SeeJournal), pages::reports::file),
    post!("/reports/{report}/archive", Access::Page(Action::ArchiveReports), pages::reports::archive),
    get!("/journal", Access::Page(Action::SeeJournal), pages::journal::list),
    get!("/journal/file", Access::Page(Action::SeeJournal), pages::journal::file),
    get!("/journal/balance", Access::Page(Action::SeeJournal), pages::ledger::balance),
    get!("/journal/accounts/{account}", Access::Page(Action::SeeJournal), pages::ledger::account),
    get!("/journal/periods", Access::Page(Action::SeeJournal), pages::periods::list),
    get!("/journal/opening", Access::Page(Action::KeepBooks), pages::opening::form),
    post!("/journal/opening", Access::Page(Action::KeepBooks), pages::opening::submit),
    get!("/journal/periods/{period}/allocation", Access::Page(Action::KeepBooks), pages::allocation::form),
    post!("/journal/periods/{period}/allocation", Access::Page(Action::KeepBooks), pages::allocation::submit),
    get!("/journal/periods/{period}/{deed}", Access::Page(Action::KeepBooks), pages::periods::ask),
    post!("/journal/periods/{period}/{deed}", Access::Page(Action::KeepBooks), pages::periods::submit),
    get!("/audit", Access::Page(Action::SeeTrail), pages::audit::trail),
    get!("/audit/trail.csv", Access::Page(Action::SeeTrail), pages::audit_files::csv),
    get!("/audit/trail.xlsx", Access::Page(Action::SeeTrail), pages::audit_files::xlsx),
    get!("/audit/trail.pdf", Access::Page(Action::SeeTrail), pages::audit_files::pdf),
    get!("/audit/verify", Access::Page(Action::SeeTrail), pages::audit_verify::page),
    get!("/audit/verify.py", Access::Page(Action::TakeEvidence), pages::audit_verify::verifier),
    get!("/audit/roots.jsonl", Access::Page(Action::SeeTrail), pages::audit_verify::root_lines),
    post!("/audit/packs", Access::Page(Action::TakeEvidence), pages::audit_pack::ask),
    get!("/audit/packs/{pack}/events", Access::Page(Action::TakeEvidence), pages::audit_pack::events),
    get!("/audit/packs/{pack}/file", Access::Page(Action::TakeEvidence), pages::audit_pack::file),
    get!("/audit/packs/{pack}", Access::Page(Action::TakeEvidence), pages::audit_pack::show),
    get!("/audit/sample", Access::Page(Action::SeeTrail), pages::audit_sample::draw),
    get!("/audit/sample/sheet/{number}", Access::Page(Action::SeeTrail), pages::audit_sheet::sheet),
    get!("/alarms", Access::Page(Action::SeeMeters), pages::alarms::list),
    get!("/alarms.{format}", Access::Page(Action::SeeMeters), pages::alarms::file),
    get!("/racks", Access::Page(Action::SeeRacks), pages::racks::plan),
    get!("/racks.{format}", Access::Page(Action::SeeRacks), pages::racks::file),
    get!("/racks/{rack}", Access::Page(Action::SeeRacks), pages::racks::one),
    get!("/meters", Access::Page(Action::SeeMeters), pages::meters::list),
    get!("/meters.{format}", Access::Page(Action::SeeMeters), pages::meters::file),
    get!("/meters/{meter}/readings.{format}", Access::Page(Action::SeeMeters), pages::meter::readings),
    get!("/meters/{meter}/resolve", Access::Page(Action::CorrectReadings), pages::resolve::form),
    post!("/meters/{meter}/resolve", Access::Page(Action::CorrectReadings), pages::resolve::submit),
    get!("/meters/{meter}", Access::Page(Action::SeeMeters), pages::meter::one),
    get!("/readings", Access::Page(Action::SendReadings), pages::readings_upload::form),
    get!("/readings/import", Access::Page(Action::SendReadings), pages::readings_upload::form),
    post!("/readings/import", Access::Page(Action::SendReadings), pages::readings_upload::submit),
    get!("/readings/import/{upload}/events", Access::Page(Action::SendReadings), pages::readings_upload::events),
    get!("/readings/import/{upload}", Access::Page(Action::SendReadings), pages::readings_upload::report),
    get!("/usage", Access::Page(Action::SeeUsage), pages::usage::usage),
    get!("/usage.{format}", Access::Page(Action::SeeUsage), pages::usage::file),
    get!("/usage/estimate", Access::Page(Action::SeeUsage), pages::estimate::estimate),
    get!("/contracts", Access::Page(Action::SeeContracts), pages::contracts::list::list),
    get!("/contracts.{format}", Access::Page(Action::SeeContracts), pages::contracts::list::file),
    get!("/contracts/new", Access::Page(Action::EditTerms), pages::edit::contract::create),
    post!("/contracts/new", Access::Page(Action::EditTerms), pages::edit::contract::created),
    get!("/contracts/{contract}/edit", Access::Page(Action::EditTerms), pages::edit::contract::form),
    post!("/contracts/{contract}/edit", Access::Page(Action::EditTerms), pages::edit::contract::save),
    get!("/contracts/{contract}/remove", Access::Page(Action::EditTerms), pages::edit::remove::contract),
    post!("/contracts/{contract}/remove", Access::Page(Action::EditTerms), pages::edit::remove::contract_removed),
    get!("/contracts/{contract}/lines/new", Access::Page(Action::EditTerms), pages::edit::line::create),
    post!("/contracts/{contract}/lines/new", Access::Page(Action::EditTerms), pages::edit::line::created),
    get!("/contracts/{contract}/lines/{line}/edit", Access::Page(Action::EditTerms), pages::edit::line::form),
    post!("/contracts/{contract}/lines/{line}/edit", Access::Page(Action::EditTerms), pages::edit::line::save),
    get!("/contracts/{contract}/availability", Access::Page(Action::SeeContracts), pages::availability::form),
    post!("/contracts/{contract}/availability", Access::Page(Action::RunBilling), pages::availability::submit),
    get!("/contracts/{contract}", Access::Page(Action::SeeContracts), pages::contracts::one),
    get!("/settings/seller", Access::Page(Action::EditSeller), pages::edit::seller::form),
    post!("/settings/seller", Access::Page(Action::EditSeller), pages::edit::seller::save),
    get!("/payback", Access::Page(Action::SeePayback), pages::payback::page),
    get!("/payback/file", Access::Page(Action::SeePayback), pages::payback::file),
    get!("/payback/figures", Access::Page(Action::SeePayback), pages::figures::list),
    post!("/payback/figures", Access::Page(Action::KeepBooks), pages::figures::submit),
    get!("/payback/figures.{format}", Access::Page(Action::SeePayback), pages::figures::file),
    post!("/payback/archive", Access::Page(Action::ArchiveReports), pages::payback::archive),
];

/// HEAD is answered as GET is, without the body (RFC 9110, 9.3.2), and with the same rights.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// Registers the table; everything else is not found.
pub fn configure(config: &mut ServiceConfig) {
    let fault = |error: actix_web::Error| actix_web::Error::from(Fault::of(&error, JSON_BYTES_MAX));
    config
        .app_data(FormConfig::default().limit(FORM_BYTES_MAX).error_handler(move |error, _| fault(error.into())))
        .app_data(JsonConfig::default().limit(JSON_BYTES_MAX).error_handler(move |error, _| fault(error.into())))
        .app_data(QueryConfig::default().error_handler(move |error, _| unreadable_query(&error).into()))
        // What is no number is the number of nothing.
        .app_data(PathConfig::default().error_handler(|_, _| Fault::NotFound.into()));
    for rows in ROUTES.chunk_by(|a, b| a.path == b.path) {
        let Some(first) = rows.first() else { continue };
        let methods = rows.iter().flat_map(RouteRow::methods).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(first.path).app_data(PayloadConfig::new(body_bytes_max(first.path)));
        for row in rows {
            resource = resource.route(guarded(row.access, row.path, (row.handler)()));
        }
        let refused = move |request: HttpRequest| {
            let mut response = unrouted(&request, &Fault::MethodNotAllowed);
            if let Ok(allowed) = header::HeaderValue::from_str(&methods) {
                response.headers_mut().insert(header::ALLOW, allowed);
            }
            std::future::ready(response)
        };
        config.service(resource.default_service(web::to(refused)));
    }
    config.default_service(web::to(|request: HttpRequest| std::future::ready(unrouted(&request, &Fault::NotFound))));
}

/// A fault outside every route: a page where a browser seems to ask.
fn unrouted(request: &HttpRequest, fault: &Fault) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") && !request.path().starts_with("/api/") {
        pages::fault_page(request, fault)
    } else {
        fault.error_response()
    }
}
