//! What tenants are late with, what it costs so far, and claiming interest for what came late.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use super::claims::{ClaimRow, claim_row};
use super::forms::Fields;
use super::parts::{Address, Link, exports};
use super::sheet::{self, Sheet};
use super::{Frame, done, on_account, page};
use crate::app::charge_interest;
use crate::app::dunning::{self, Claimable, OverdueInvoice, TenantDues};
use crate::app::read_account;
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::day_in;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::LateInterest;
use crate::domain::typography;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "dunning.html")]
struct DunningPage {
    frame: Frame,
    day: String,
    open: String,
    interest: String,
    late: usize,
    tenants: Vec<TenantView>,
    claimable: Vec<ClaimableRow>,
    files: Vec<Link>,
    may_remind: bool,
    rate_missing: Option<String>,
    may_record: bool,
}

struct TenantView {
    id: String,
    code: String,
    name: String,
    gross: String,
    is_internal: bool,
    open: String,
    claimed: String,
    interest: String,
    indemnity: String,
    /// What it has on account, where anything is, and where it is used.
    on_account: Option<Link>,
    invoices: Vec<OverdueRow>,
}

struct OverdueRow {
    number: String,
    due: String,
    /// What is due then, where it is not the invoice itself.
    due_what: Option<String>,
    days: String,
    gross: String,
    open: String,
    claimed: String,
    interest: String,
    indemnity: String,
    how: Option<String>,
    reminded: Option<String>,
}

struct ClaimableRow {
    number: String,
    name: String,
    due: String,
    amount: String,
}

pub async fn list(shared: Data<Shared>, granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || dunning::read(&store, now)).await?;
    let frame = Frame::of(&http);
    let sum = |amount: fn(&TenantDues) -> Money| found.tenants.iter().map(amount).sum::<Money>();
    let template = DunningPage {
        day: frame.date(&found.today),
        open: frame.amount(&sum(|one| one.open)),
        interest: frame.amount(&sum(|one| one.interest)),
        late: found.tenants.iter().map(|one| one.invoices.len()).sum(),
        tenants: found
            .tenants
            .iter()
            .enumerate()
            .map(|(index, one)| tenant_view(&frame, found.zone, index, one))
            .collect(),
        claimable: found.claimable.iter().map(|one| claimable_row(&frame, one)).collect(),
        files: exports(&Address::new("/dunning"), "/dunning/list"),
        rate_missing: found.rate_missing.map(|day| frame.with("dunning-no-rate", "day", &frame.date(&day))),
        may_record: policy(granted.role, Action::RecordPayments) != Decision::Deny,
        may_remind: policy(granted.role, Action::SendNotices) != Decision::Deny,
        frame,
    };
    page(StatusCode::OK, &template)
}

/// Every late invoice as a file.
pub async fn file(shared: Data<Shared>, http: HttpRequest, sheet: Path<Sheet>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || dunning::read(&store, now)).await?;
    let frame = Frame::of(&http);
    let headings = [
        "invoice-number",
        "invoice-tenant",
        "invoice-due",
        "dunning-days",
        "invoice-gross",
        "invoice-open",
        "dunning-claimed",
        "interest-so-far",
        "interest-indemnity",
        "reminder-last",
    ];
    let late = found.tenants.iter().flat_map(|dues| dues.invoices.iter().map(move |one| (dues.name.as_str(), one)));
    let table = Table {
        name: frame.t("nav-dunning"),
        day: found.today,
        headings: headings.map(|key| frame.t(key)).into(),
        rows: late.map(|(name, one)| cells(found.zone, name, one)).collect(),
    };
    let about = sheet::about(&frame, vec![], "list-total");
    let name = format!("{}-{}", frame.t("dunning-file"), found.today);
    sheet::respond_about(&shared, &frame, table, about, *sheet, &name).await
}

fn cells(zone: Tz, tenant: &str, one: &OverdueInvoice) -> Vec<Cell> {
    let amount = |amount: Option<Money>| amount.map_or(Cell::Empty, Cell::Amount);
    vec![
        sheet::text(one.number.to_string()),
        sheet::text(tenant),
        Cell::Day(one.due_date),
        Cell::Number(one.days_late.into()),
        Cell::Amount(one.gross),
        Cell::Amount(one.open),
        Cell::Amount(one.claimed),
        amount(one.accrued.map(|accrued| accrued.interest)),
        amount(one.accrued.map(|accrued| accrued.indemnity)),
        one.reminded_at.map_or(Cell::Empty, |at| Cell::Day(day_in(at, zone))),
    ]
}

fn tenant_view(frame: &Frame, zone: Tz, index: usize, one: &TenantDues) -> TenantView {
    let accrued = |part: fn(&LateInterest) -> Money| {
        one.invoices.iter().filter_map(|invoice| invoice.accrued.as_ref()).map(part).sum::<Money>()
    };
    TenantView {
        id: format!("late-{index}"),
        code: one.tenant.to_string(),
        name: one.name.clone(),
        gross: frame.bare(&one.invoices.iter().map(|invoice| invoice.gross).sum::<Money>()),
        is_internal: one.is_internal,
        open: frame.bare(&one.open),
        claimed: frame.bare(&one.invoices.iter().map(|invoice| invoice.claimed).sum::<Money>()),
        interest: frame.bare(&accrued(|late| late.interest)),
        indemnity: frame.bare(&accrued(|late| late.indemnity)),
        on_account: (!one.on_account.is_zero()).then(|| Link {
            label: frame.with("dunning-on-account", "amount", &frame.amount(&one.on_account)),
            address: on_account::address(&one.tenant),
        }),
        invoices: one.invoices.iter().map(|invoice| overdue_row(frame, zone, invoice)).collect(),
    }
}

fn overdue_row(frame: &Frame, zone: Tz, one: &OverdueInvoice) -> OverdueRow {
    let bare = |amount: Option<Money>| amount.map_or_else(|| "–".to_owned(), |amount| frame.bare(&amount));
    OverdueRow {
        number: one.number.to_string(),
        due: frame.short_date(&one.due_date),
        due_what: (one.claimed == one.open).then(|| frame.t("due-interest")),
        days: frame.whole(one.days_late),
        gross: frame.bare(&one.gross),
        open: frame.bare(&one.open),
        claimed: frame.bare(&one.claimed),
        interest: bare(one.accrued.map(|accrued| accrued.interest)),
        indemnity: bare(one.accrued.map(|accrued| accrued.indemnity)),
        reminded: one.reminded_at.map(|at| frame.short_date(&day_in(at, zone))),
        how: one.accrued.map(|accrued| {
            let rate = typography::percent(accrued.rate_percent, frame.language);
            frame.texts("interest-how", &[("days", &frame.whole(accrued.days)), ("rate", &rate)])
        }),
    }
}

fn claimable_row(frame: &Frame, one: &Claimable) -> ClaimableRow {
    ClaimableRow {
        number: one.number.to_string(),
        name: one.name.clone(),
        due: frame.short_date(&one.due_date),
        amount: frame.bare(&one.amount),
    }
}

#[derive(Template)]
#[template(path = "dunning_claim.html")]
struct ClaimPage {
    frame: Frame,
    number: String,
    claims: Vec<ClaimRow>,
    total: String,
    /// What was claimed before, and what of the invoice is left to pay.
    claimed: Option<String>,
    may_record: bool,
}

/// What would be claimed, and the question whether it shall be.
pub async fn claim_form(
    shared: Data<Shared>,
    granted: Granted,
    number: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let number = InvoiceNumber::from_stored(number.into_inner());
    let (plan, account) = blocking(move || {
        let account = read_account::of(&store, &TenantScope::Everyone, &number, now)?;
        Ok((charge_interest::plan(&store, &number)?, account))
    })
    .await?;
    let frame = Frame::of(&http);
    let claimed: Money = account.iter().flat_map(|account| &account.claims).map(|claim| claim.amount).sum();
    let open = account.map_or(Money::ZERO, |account| account.balance.open);
    let values = [("claimed", frame.amount(&claimed)), ("open", frame.amount(&open))];
    let total: Money = plan.claims.iter().map(|claim| claim.interest.total).sum();
    let template = ClaimPage {
        number: plan.invoice.to_string(),
        claims: plan.claims.iter().map(|claim| claim_row(&frame, claim)).collect(),
        total: frame.bare(&total),
        claimed: (claimed > Money::ZERO)
            .then(|| frame.texts("claim-before", &values.each_ref().map(|(name, value)| (*name, value.as_str())))),
        may_record: policy(granted.role, Action::RecordPayments) != Decision::Deny,
        frame,
    };
    page(StatusCode::OK, &template)
}

pub async fn claim(
    shared: Data<Shared>,
    visitor: Visitor,
    number: Path<String>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    Fields::of(form.into_inner(), &visitor)?;
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let wanted = InvoiceNumber::from_stored(number.into_inner());
    let report = blocking(move || charge_interest::charge(&store, &wanted, &by, now)).await?;
    let frame = Frame::of(&http);
    let total: Money = report.claims.iter().map(|claim| claim.interest.total).sum();
    Ok(done(&format!("/invoices/{}", report.invoice), "interest-claimed", &frame.amount(&total)))
}
