//! One invoice: its lines, and for each line where it comes from, down to the first and last reading.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;

use super::claims::{ClaimRow, posted_row};
use super::invoice_list::{Left, standing};
use super::lines::{ServiceGroup, groups, vat_text};
use super::parts::{Address, Badge, Link, exports};
use super::{Frame, encoded, framed_pdf, on_account as on_account_page, page};
use crate::app::archive_invoice::ArchiveKind;
use crate::app::late_readings::{self, LateInvoice};
use crate::app::read_account::{self, Account};
use crate::app::{AppError, credit_invoice, notices, on_account, read_invoices};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::DEFAULT_ZONE;
use crate::domain::ids::MeterCode;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice, VatBreakdown};
use crate::domain::money::Money;
use crate::domain::receivables::interest_only_due;
use crate::http::api::invoices::find;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod correct;
pub mod credit;
pub mod files;
pub mod mail;
pub mod refund;
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
    /// When the interest claimed on it is, where nothing else is open.
    interest_due: Option<String>,
    /// The page of its contract.
    contract: String,
    period: String,
    groups: Vec<ServiceGroup>,
    /// Its PDF for a frame.
    preview: String,
    /// Its lines as files.
    line_files: Vec<Link>,
    vat: Vec<VatLine>,
    /// Pairs of a label and a value the buyer's accounting asks for.
    references: Vec<(String, String)>,
    /// The documents it corrects, with their days.
    corrects: Vec<(Link, String)>,
    /// Why a credit note was issued, for who may know.
    reason: Option<String>,
    /// That readings of its month changed since, where they did.
    late: Option<LateNote>,
    /// The invoice it takes back, where money is owed to the tenant on that, and how much.
    owed_on: Option<(String, String)>,
    /// None for who may not see them.
    notices: Option<Vec<NoticeView>>,
    /// What happened since; none for a credit note.
    account: Option<AccountView>,
    may_credit: bool,
    may_record: bool,
    /// The reader is the tenant.
    is_own: bool,
}

/// Readings that came in after the invoice was made.
struct LateNote {
    text: String,
    /// The plan that says what they come to, for who may see it.
    plan: Option<Link>,
}

/// What happened to the invoice since its issue.
struct AccountView {
    state: Badge,
    open: String,
    is_open: bool,
    is_late: bool,
    is_creditable: bool,
    /// Where it is settled from what its tenant has on account, where anything is and it is open.
    from_account: Option<String>,
    /// What is owed to the tenant, where anything is.
    owed: Option<String>,
    /// Number, day and gross of each credit note.
    credit_notes: Vec<(String, String, String)>,
    /// Payments, and below zero what went back.
    moved: Vec<MovedRow>,
    claims: Vec<ClaimRow>,
    /// What they come to.
    claimed: String,
}

struct MovedRow {
    number: String,
    day: String,
    amount: String,
    /// What it is, and what the bank says of it.
    what: String,
    /// The other invoice of a transfer.
    other: Option<String>,
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
    let is_own = granted.scope != TenantScope::Everyone;
    let invoice = find(&shared, granted.clone(), number.into_inner()).await?;
    let frame = Frame::of(&http);
    let (store, now, scope, wanted) =
        (shared.store.clone(), shared.now(), granted.scope.clone(), invoice.number.clone());
    let (corrected, month) = (invoice.corrects.first().map(|(number, _)| number.clone()), invoice.month);
    let sees_reasons = may(Action::SeeDrafts);
    let credit_note = (sees_reasons && invoice.kind == InvoiceKind::CreditNote).then(|| invoice.clone());
    let buyer = invoice.buyer.code.clone();
    let (account, owing, late, reason, on_account) = blocking(move || {
        let of = |number: &InvoiceNumber| read_account::of(&store, &scope, number, now);
        let owing = corrected.map(|number| Ok::<_, AppError>((of(&number)?, number))).transpose()?;
        let reason = credit_note.map(|note| credit_invoice::reason_of(&store, &note)).transpose()?.flatten();
        let on_account = match may_record {
            true => on_account::total(&store, &TenantScope::Only(buyer))?,
            false => Money::ZERO,
        };
        Ok((of(&wanted)?, owing, late_readings::of_invoice(&store, &wanted, month)?, reason, on_account))
    })
    .await?;
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
        interest_due: account.as_ref().and_then(|account| interest_due(&invoice, account)).map(|day| frame.date(&day)),
        contract: format!("/contracts/{}", encoded(invoice.references.contract.as_str())),
        period: frame.period(invoice.period),
        groups: groups(&frame, &invoice.charges, &format!("/invoices/{}", invoice.number)),
        preview: format!("/invoices/{}/preview.pdf", invoice.number),
        line_files: exports(&Address::new(""), &format!("/invoices/{}/lines", invoice.number)),
        vat: invoice.vat.iter().map(|vat| vat_line(&frame, vat)).collect(),
        references: references(&frame, &invoice),
        corrects: corrects(&frame, &invoice),
        reason,
        late: late.map(|late| late_note(&frame, &late, is_own)),
        owed_on: owing.and_then(|(account, number)| Some((number.to_string(), owed(&frame, &account?)?))),
        notices,
        account: account
            .filter(|_| invoice.kind != InvoiceKind::CreditNote)
            .map(|account| account_view(&frame, &invoice, &account, on_account)),
        may_credit,
        may_record,
        is_own,
        frame,
        invoice,
    };
    page(StatusCode::OK, &template)
}

/// A tenant is told that something follows; what it is, and of which meters, those who bill.
fn late_note(frame: &Frame, late: &LateInvoice, is_own: bool) -> LateNote {
    let month = frame.of_month(&late.month);
    if is_own {
        return LateNote { text: frame.with("invoice-late-own", "month", &month), plan: None };
    }
    let meters = late.meters.iter().map(MeterCode::as_str).collect::<Vec<_>>().join(", ");
    let plan = Link {
        label: frame.with("invoice-late-go", "month", &frame.of_month(&late.next)),
        address: format!("/billing/{}", late.next),
    };
    LateNote {
        text: frame.texts("invoice-late", &[("month", &month), ("meters", &meters)]),
        plan: frame.has("/billing").then_some(plan),
    }
}

/// The PDF for the frame that shows it in the invoice's page.
pub async fn preview(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, number) = (shared.store.clone(), number.into_inner());
    let wanted = number.clone();
    let bytes = blocking(move || read_invoices::document(&store, &granted.scope, &wanted, ArchiveKind::Pdf)).await?;
    Ok(framed_pdf(&format!("{number}.pdf"), bytes.ok_or(Fault::NotFound)?))
}

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
    invoice.zone.parse().unwrap_or(DEFAULT_ZONE)
}

fn account_view(frame: &Frame, invoice: &IssuedInvoice, account: &Account, on_account: Money) -> AccountView {
    let balance = &account.balance;
    let is_interest = interest_due(invoice, account).is_some();
    let left = Left::of(invoice.totals.gross, balance.paid, balance.open, is_interest);
    AccountView {
        state: standing(frame, balance.settlement, left, account.is_late),
        open: frame.amount(&balance.open),
        is_open: balance.open > Money::ZERO,
        is_late: account.is_late,
        is_creditable: balance.credited < invoice.totals.gross,
        from_account: (balance.open > Money::ZERO && on_account > Money::ZERO)
            .then(|| on_account_page::settling(&invoice.buyer.code, &invoice.number)),
        owed: owed(frame, account),
        credit_notes: account
            .credit_notes
            .iter()
            .map(|(number, day, gross)| (number.to_string(), frame.date(day), frame.amount(gross)))
            .collect(),
        moved: moved(frame, account),
        claims: account.claims.iter().map(|claim| posted_row(frame, claim)).collect(),
        claimed: frame.bare(&account.claims.iter().map(|claim| claim.amount).sum::<Money>()),
    }
}

/// When the interest claimed on the invoice is to be paid, where that is all that is open.
fn interest_due(invoice: &IssuedInvoice, account: &Account) -> Option<NaiveDate> {
    interest_only_due(account.balance.open, invoice.due_date, account.balance.due_date)
}

/// What is owed to the tenant, where anything is.
fn owed(frame: &Frame, account: &Account) -> Option<String> {
    let open = account.balance.open;
    open.is_negative().then(|| frame.amount(&open.abs()))
}

/// What was paid and what went back, in the order of days.
fn moved(frame: &Frame, account: &Account) -> Vec<MovedRow> {
    let row = |number: &String, day, amount: Money, key: &str, reference: &Option<String>, other: &Option<_>| {
        let other: Option<String> = other.as_ref().map(InvoiceNumber::to_string);
        let what = [Some(frame.t(key)), reference.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ");
        (day, MovedRow { number: number.clone(), day: frame.date(&day), amount: frame.bare(&amount), what, other })
    };
    let paid = account.payments.iter().map(|paid| {
        let key = match (&paid.transferred_from, paid.settled_on) {
            (Some(_), _) => "moved-from",
            (None, Some(_)) => "moved-settled",
            (None, None) => "moved-payment",
        };
        row(&paid.number, paid.received_on, paid.amount, key, &paid.reference, &paid.transferred_from)
    });
    let back = account.paid_back.iter().map(|back| {
        let key = if back.to.is_some() { "moved-to" } else { "moved-refund" };
        row(&back.number, back.on, -back.amount, key, &back.reference, &back.to)
    });
    let mut rows: Vec<_> = paid.chain(back).collect();
    rows.sort_by_key(|(day, _)| *day);
    rows.into_iter().map(|(_, row)| row).collect()
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

fn corrects(frame: &Frame, invoice: &IssuedInvoice) -> Vec<(Link, String)> {
    let named = |(number, day): &(InvoiceNumber, NaiveDate)| {
        (Link { label: number.to_string(), address: format!("/invoices/{number}") }, frame.date(day))
    };
    invoice.corrects.iter().map(named).collect()
}
