//! One invoice: its lines, and for each line where it comes from, down to the first and last reading.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::claims::{ClaimRow, posted_row};
use super::lines::{ServiceGroup, groups, vat_text};
use super::parts::Badge;
use super::{Frame, encoded, page};
use crate::app::archive_invoice::ArchiveKind;
use crate::app::read_account::{self, Account};
use crate::app::{notices, read_invoices};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice, VatBreakdown};
use crate::domain::money::Money;
use crate::http::api::invoices::find;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod correct;
pub mod credit;
pub mod mail;
pub mod trace;

use mail::NoticeView;

#[derive(Template)]
#[template(path = "invoice.html")]
struct InvoicePage {
    frame: Frame,
    invoice: IssuedInvoice,
    title: String,
    /// What its PDF is called.
    download: String,
    /// When it is to be paid; none for a credit note, which nobody pays.
    due: Option<String>,
    /// The page of its contract.
    contract: String,
    period: String,
    groups: Vec<ServiceGroup>,
    vat: Vec<VatLine>,
    /// Pairs of a label and a value the buyer's accounting asks for.
    references: Vec<(String, String)>,
    corrects: Option<String>,
    /// None for who may not see them.
    notices: Option<Vec<NoticeView>>,
    /// What happened since; none for a credit note.
    account: Option<AccountView>,
    may_credit: bool,
    may_record: bool,
}

/// What happened to the invoice since its issue.
struct AccountView {
    state: Badge,
    open: String,
    is_open: bool,
    is_late: bool,
    is_creditable: bool,
    /// Number and gross of each credit note.
    credit_notes: Vec<(String, String)>,
    payments: Vec<PaymentRow>,
    claims: Vec<ClaimRow>,
    /// What they come to.
    claimed: String,
}

struct PaymentRow {
    number: String,
    received: String,
    amount: String,
    reference: String,
}

struct VatLine {
    treatment: String,
    taxable: String,
    tax: String,
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    number: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let sees_notices = policy(granted.role, Action::SeeNotices) != Decision::Deny;
    let may = |action| policy(granted.role, action) != Decision::Deny;
    let (may_credit, may_record) = (may(Action::CreditInvoices), may(Action::RecordPayments));
    let invoice = find(&shared, granted.clone(), number.into_inner()).await?;
    let frame = Frame::of(&http);
    let (store, now, scope, wanted) =
        (shared.store.clone(), shared.now(), granted.scope.clone(), invoice.number.clone());
    let account = blocking(move || read_account::of(&store, &scope, &wanted, now)).await?;
    let zone = zone_of(&invoice);
    let notices = match sees_notices {
        true => {
            let (store, number) = (shared.store.clone(), invoice.number.clone());
            let found = blocking(move || notices::of(&store, &granted.scope, number.as_str())).await?;
            Some(found.unwrap_or_default().iter().map(|notice| mail::view(&frame, zone, notice)).collect())
        }
        false => None,
    };
    let template = InvoicePage {
        title: title(&frame, &invoice),
        download: download(&frame, invoice.kind),
        due: (invoice.kind != InvoiceKind::CreditNote).then(|| frame.date(&invoice.due_date)),
        contract: format!("/contracts/{}", encoded(invoice.references.contract.as_str())),
        period: frame.period(invoice.period),
        groups: groups(&frame, &invoice.charges, &format!("/invoices/{}", invoice.number)),
        vat: invoice.vat.iter().map(|vat| vat_line(&frame, vat)).collect(),
        references: references(&frame, &invoice),
        corrects: corrects(&frame, &invoice),
        notices,
        account: account
            .filter(|_| invoice.kind != InvoiceKind::CreditNote)
            .map(|account| account_view(&frame, &invoice, &account)),
        may_credit,
        may_record,
        frame,
        invoice,
    };
    page(StatusCode::OK, &template)
}

/// The PDF for the frame that shows it in the invoice's page.
pub async fn preview(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, number) = (shared.store.clone(), number.into_inner());
    let wanted = number.clone();
    let bytes = blocking(move || read_invoices::document(&store, &granted.scope, &wanted, ArchiveKind::Pdf)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{number}.pdf\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, PREVIEW_POLICY))
        .body(bytes.ok_or(Fault::NotFound)?))
}

/// A document that only our own pages may frame, and that loads nothing.
const PREVIEW_POLICY: &str = "default-src 'none'; object-src 'self'; frame-ancestors 'self'";

/// `Facture DC2026000001`
pub fn title(frame: &Frame, invoice: &IssuedInvoice) -> String {
    frame.with(&format!("title-{}", invoice.kind.name()), "number", invoice.number.as_str())
}

/// What the button to its PDF says.
pub fn download(frame: &Frame, kind: InvoiceKind) -> String {
    frame.t(match kind {
        InvoiceKind::CreditNote => "download-credit-note",
        InvoiceKind::Invoice | InvoiceKind::Corrected => "download-pdf",
    })
}

/// The zone of the times behind an issued document.
pub fn zone_of(invoice: &IssuedInvoice) -> Tz {
    invoice.zone.parse().unwrap_or(Tz::Europe__Paris)
}

fn account_view(frame: &Frame, invoice: &IssuedInvoice, account: &Account) -> AccountView {
    let balance = &account.balance;
    let is_begun = balance.open < invoice.totals.gross;
    AccountView {
        state: super::invoices::standing(frame, balance.settlement, is_begun, account.is_late),
        open: frame.amount(&balance.open),
        is_open: balance.open > Money::ZERO,
        is_late: account.is_late,
        is_creditable: balance.credited < invoice.totals.gross,
        credit_notes: account
            .credit_notes
            .iter()
            .map(|(number, gross)| (number.to_string(), frame.amount(gross)))
            .collect(),
        payments: account
            .payments
            .iter()
            .map(|payment| PaymentRow {
                number: payment.number.clone(),
                received: frame.date(&payment.received_on),
                amount: frame.bare(&payment.amount),
                reference: payment.reference.clone().unwrap_or_default(),
            })
            .collect(),
        claims: account.claims.iter().map(|claim| posted_row(frame, claim)).collect(),
        claimed: frame.bare(&account.claims.iter().map(|claim| claim.amount).sum::<Money>()),
    }
}

fn vat_line(frame: &Frame, vat: &VatBreakdown) -> VatLine {
    VatLine { treatment: vat_text(frame, &vat.treatment), taxable: frame.bare(&vat.taxable), tax: frame.bare(&vat.tax) }
}

fn references(frame: &Frame, invoice: &IssuedInvoice) -> Vec<(String, String)> {
    let references = &invoice.references;
    let stated = [
        ("reference-service", references.service_code.clone()),
        ("reference-engagement", references.engagement.clone()),
        ("reference-market", references.market.clone()),
    ];
    stated.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))).collect()
}

fn corrects(frame: &Frame, invoice: &IssuedInvoice) -> Option<String> {
    let named: Vec<String> =
        invoice.corrects.iter().map(|(number, day)| format!("{number} ({})", frame.date(day))).collect();
    (!named.is_empty()).then(|| frame.with("invoice-corrects", "invoices", &named.join(", ")))
}
