//! The list of invoices: by state, filtered, searched, ordered, in pages; and the same list as files.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::parts::{Address, Badge, Choice, Column, Link, Pager, Tab, Tone, count, exports_of, tenant_choices};
use super::{Frame, page};
use crate::app::on_account;
use crate::app::read_invoices::{
    self, InvoiceFilter, InvoicePage, InvoiceStatus, InvoiceSummary, ListState, Order, StateCounts, Wanted,
};
use crate::app::read_tenants::{self, TenantNames};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceKind;
use crate::domain::money::Money;
use crate::domain::receivables::Settlement;
use crate::domain::told::Told;
use crate::http::asked::{Expected, none_of, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

mod columns;
pub mod files;

use columns::Shown;

/// Which columns a person wants to see: a preference that needs no session.
const COLUMNS_COOKIE: &str = "chapelle-columns";
const COOKIE_DAYS: i64 = 365;

/// What an address asks for.
struct Asked {
    state: ListState,
    text: String,
    month: Option<BillingMonth>,
    tenant: Option<TenantCode>,
    order: Order,
    page: usize,
    /// Given where the columns were just chosen.
    columns: Option<Vec<&'static str>>,
    /// Numbers of the documents that were ticked.
    numbers: Vec<String>,
}

impl Asked {
    fn read(pairs: &[(String, String)]) -> Result<Asked, Fault> {
        let last = |name: &str| pairs.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let all =
            |name: &str| pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect();
        let chosen: Vec<String> = all("column");
        let state = last("status").unwrap_or_default();
        let state = ListState::named(state).ok_or_else(|| {
            none_of("status", state, &["draft", "issued", "open", "overdue", "paid", "overpaid", "credited"])
        })?;
        Ok(Asked {
            state,
            text: last("q").unwrap_or_default().trim().chars().take(100).collect(),
            month: parsed("month", last("month"), Expected::Month)?,
            tenant: last("tenant").filter(|code| !code.is_empty()).map(TenantCode::from),
            order: order(last("sort")),
            page: parsed("page", last("page"), Expected::Page)?.unwrap_or(1),
            columns: (!chosen.is_empty()).then(|| columns::known(chosen.iter().map(String::as_str))),
            numbers: all("number"),
        })
    }

    fn wanted(&self, today: NaiveDate) -> Wanted {
        let filter = InvoiceFilter { month: self.month, tenant: self.tenant.clone(), ..InvoiceFilter::default() };
        Wanted { filter, text: self.text.clone(), standing: None }.in_state(self.state, today)
    }

    /// The address of the first page of this list.
    fn address(&self) -> Address {
        Address::new("/invoices")
            .set("status", self.state.name())
            .set("q", &self.text)
            .set("month", self.month.map(|month| month.to_string()).unwrap_or_default())
            .set("tenant", self.tenant.as_ref().map(ToString::to_string).unwrap_or_default())
            .set("sort", if self.order == Order::default() { String::new() } else { sort_text(self.order) })
    }
}

#[derive(Template)]
#[template(path = "invoices.html")]
struct InvoicesPage {
    frame: Frame,
    tabs: Vec<Tab>,
    heads: Vec<Column>,
    lines: Vec<InvoiceLine>,
    found: InvoicePage,
    /// What the whole list comes to in VAT.
    tax: Money,
    /// What is open of the whole list.
    open: Money,
    months: Vec<Choice>,
    tenants: Vec<Choice>,
    shown: Shown,
    /// What the filter has to carry on.
    carried: Vec<(&'static str, String)>,
    /// The same for the choice of columns.
    carried_columns: Vec<(&'static str, String)>,
    text: String,
    /// That nothing passes the filter; none where there is no filter.
    nothing: Option<String>,
    pager: Pager,
    count_text: String,
    /// On paper: of which day the list is.
    printed: String,
    files: Vec<Link>,
    zip: String,
    /// What the form that sends ticked documents has to carry on: the list's own filter.
    carried_zip: Vec<(&'static str, String)>,
    /// Whether any document of the page is issued: a draft has none to download.
    has_documents: bool,
    /// What was asked of the list and could not be done.
    problem: Option<String>,
    /// What a tenant that reads its own has on account, where anything is.
    on_account: Option<String>,
}

/// One row, ready to read.
pub struct InvoiceLine {
    /// None for a draft.
    pub number: Option<String>,
    /// The document's own page.
    pub address: String,
    /// What it is, where it is not a plain invoice.
    pub kind: Option<String>,
    pub state: Badge,
    pub tenant: String,
    pub contract: String,
    pub month: String,
    pub issued: String,
    /// When what is open is to be paid.
    pub due: String,
    /// What is due then, where it is not the invoice itself.
    pub due_what: Option<String>,
    pub net: String,
    pub tax: String,
    pub gross: String,
    /// What is left to pay; a dash for a draft.
    pub open: String,
}

pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    show(&shared, granted, &http, Asked::read(&query)?, None).await
}

/// That nothing passes the filter, by what it is; none where there is none.
fn nothing(frame: &Frame, asked: &Asked, names: &TenantNames) -> Option<String> {
    let is_searched = !asked.text.is_empty() || asked.month.is_some();
    match (&asked.tenant, asked.state.name().is_empty()) {
        (Some(tenant), true) if !is_searched => Some(frame.with("invoices-empty-tenant", "tenant", names.name(tenant))),
        (None, true) if !is_searched => None,
        (None, false) if !is_searched => Some(frame.t("invoices-empty-state")),
        _ => Some(frame.t("invoices-empty")),
    }
}

/// The list, with what was asked of it and could not be done.
async fn show(
    shared: &Data<Shared>,
    granted: Granted,
    http: &HttpRequest,
    asked: Asked,
    problem: Option<&Told>,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(http);
    let shown = shown(http, &asked, &granted);
    let sees_drafts = policy(granted.role, Action::SeeDrafts) != Decision::Deny;
    let (store, now) = (shared.store.clone(), shared.now());
    let (asked, (found, counts, open, names, months, today), kept) = blocking(move || {
        let reader = granted.reader();
        let today = read_tenants::today(&store, now)?;
        let wanted = asked.wanted(today);
        let names = read_tenants::names(&store, &reader.scope)?;
        let months = read_invoices::months(&store, &reader)?;
        let counts = read_invoices::counts(&store, &reader, wanted.clone(), today)?;
        let open = read_invoices::open_sum(&store, &reader, wanted.clone())?;
        let found = read_invoices::search(&store, &reader, wanted, asked.order, asked.page)?;
        let kept = match &reader.scope {
            TenantScope::Everyone => Money::ZERO,
            own => on_account::total(&store, own)?,
        };
        Ok((asked, (found, counts, open, names, months, today), kept))
    })
    .await?;
    let address = asked.address();
    let template = InvoicesPage {
        on_account: (!kept.is_zero()).then(|| frame.with("invoices-on-account", "amount", &frame.amount(&kept))),
        tabs: tabs(&frame, &address, asked.state, counts, sees_drafts),
        heads: shown.heads(&frame, &address, asked.order),
        lines: lines(&frame, &found.invoices, &names, today),
        has_documents: found.invoices.iter().any(|invoice| invoice.number.is_some()),
        months: months.iter().map(|choice| month_choice(&frame, *choice, asked.month)).collect(),
        tenants: tenant_choices(&names, asked.tenant.as_ref()),
        carried: address.carried(&["q", "month", "tenant"]),
        carried_columns: address.carried(&[]),
        nothing: nothing(&frame, &asked, &names),
        pager: Pager::new(&address, found.page, found.pages),
        count_text: frame.with("invoices-count", "count", &count(&frame, i64::try_from(found.total).unwrap_or(0))),
        printed: frame.with("list-as-of", "day", &frame.date(&today)),
        files: exports_of(found.total, &address, "/invoices/list"),
        zip: address.at("/invoices/documents.zip").href(),
        carried_zip: address.carried(&[]),
        problem: problem.map(|told| frame.said(told)),
        text: asked.text,
        shown,
        tax: found.gross - found.net,
        open,
        found,
        frame,
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let mut response = page(status, &template)?;
    if let Some(chosen) = &asked.columns {
        keep_columns(&mut response, chosen)?;
    }
    Ok(response)
}

/// The columns chosen now or before, else the usual ones.
fn shown(http: &HttpRequest, asked: &Asked, granted: &Granted) -> Shown {
    let kept = || http.cookie(COLUMNS_COOKIE).map(|cookie| columns::known(cookie.value().split('.')));
    Shown::new(asked.columns.clone().or_else(kept), granted.scope == TenantScope::Everyone)
}

fn keep_columns(response: &mut HttpResponse, chosen: &[&str]) -> Result<(), Fault> {
    let cookie = Cookie::build(COLUMNS_COOKIE, chosen.join("."))
        .path("/invoices")
        .http_only(true)
        .same_site(SameSite::Lax)
        .max_age(Duration::days(COOKIE_DAYS))
        .finish();
    response.add_cookie(&cookie).map_err(Fault::internal)
}

fn sort_text(order: Order) -> String {
    format!("{}{}", if order.descending { "-" } else { "" }, order.key.name())
}

/// An order as an address says it; what it does not know is the usual order.
fn order(text: Option<&str>) -> Order {
    text.and_then(read_invoices::order_named).unwrap_or_default()
}

fn tabs(frame: &Frame, address: &Address, current: ListState, counts: StateCounts, sees_drafts: bool) -> Vec<Tab> {
    let tab = |state: ListState, key: &str, number: i64| Tab {
        label: frame.t(key),
        address: address.set("status", state.name()).href(),
        count: Some(frame.whole(number)),
        is_current: state == current,
    };
    let mut tabs = vec![];
    if sees_drafts {
        tabs.push(tab(ListState::All, "invoices-all-states", counts.drafts + counts.issued));
        tabs.push(tab(ListState::Draft, "invoices-drafts", counts.drafts));
    } else {
        tabs.push(tab(ListState::All, "invoices-all-states", counts.issued));
    }
    tabs.push(tab(ListState::Open, "invoices-open", counts.open));
    tabs.push(tab(ListState::Overdue, "invoices-overdue-of-open", counts.overdue));
    tabs.push(tab(ListState::Paid, "invoices-paid", counts.paid));
    // Few sites ever have one, and who has is to see it.
    if counts.overpaid > 0 || current == ListState::Overpaid {
        tabs.push(tab(ListState::Overpaid, "invoices-overpaid", counts.overpaid));
    }
    tabs.push(tab(ListState::Credited, "invoices-credited", counts.credited));
    tabs
}

/// Rows with the tenants' names instead of their codes.
pub fn lines(frame: &Frame, invoices: &[InvoiceSummary], names: &TenantNames, today: NaiveDate) -> Vec<InvoiceLine> {
    invoices.iter().map(|invoice| line(frame, invoice, names, today)).collect()
}

fn line(frame: &Frame, invoice: &InvoiceSummary, names: &TenantNames, today: NaiveDate) -> InvoiceLine {
    InvoiceLine {
        number: invoice.number.as_ref().map(ToString::to_string),
        address: match &invoice.number {
            Some(number) => format!("/invoices/{number}"),
            None => format!("/billing/{}/drafts/{}", invoice.month, super::encoded(invoice.contract.as_str())),
        },
        kind: match (invoice.status, invoice.kind) {
            (InvoiceStatus::Draft, _) | (InvoiceStatus::Issued, InvoiceKind::Invoice) => None,
            (InvoiceStatus::Issued, InvoiceKind::CreditNote) => Some(frame.t("kind-credit-note")),
            (InvoiceStatus::Issued, InvoiceKind::Corrected) => Some(frame.t("kind-corrected")),
        },
        state: state(frame, invoice, today),
        tenant: names.name(&invoice.tenant).to_owned(),
        contract: invoice.contract.to_string(),
        month: frame.month(&invoice.month),
        issued: invoice.issue_date.map(|day| frame.short_date(&day)).unwrap_or_default(),
        due: invoice.payable_on().map(|day| frame.short_date(&day)).unwrap_or_default(),
        due_what: invoice.owes_interest_only().then(|| frame.t("due-interest")),
        net: frame.bare(&invoice.counted(invoice.totals.net)),
        tax: frame.bare(&invoice.counted(invoice.totals.tax)),
        gross: frame.bare(&invoice.counted(invoice.totals.gross)),
        open: invoice.standing.map_or_else(|| "–".to_owned(), |(open, _)| frame.bare(&open)),
    }
}

/// Where a document stands on `today`.
fn state(frame: &Frame, invoice: &InvoiceSummary, today: NaiveDate) -> Badge {
    let Some((open, settlement)) = invoice.standing else {
        return Badge { tone: Tone::Info, text: frame.t("kind-draft") };
    };
    match invoice.kind {
        InvoiceKind::CreditNote => Badge { tone: Tone::Plain, text: frame.t("state-issued") },
        _ => {
            let left = Left::of(invoice.totals.gross, invoice.paid, open, invoice.owes_interest_only());
            standing(frame, settlement, left, invoice.pay_by.is_some_and(|due| due < today))
        }
    }
}

/// What is left to pay of an invoice, by what happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Whole,
    /// Something was paid.
    AfterPayment,
    /// Nobody paid: a part was taken back.
    AfterCredit,
    /// Only the interest claimed on it.
    Interest,
}

impl Left {
    pub(super) fn of(gross: Money, paid: Money, open: Money, is_interest: bool) -> Left {
        match (is_interest, paid > Money::ZERO, open < gross) {
            (true, ..) => Left::Interest,
            (_, true, _) => Left::AfterPayment,
            (_, _, true) => Left::AfterCredit,
            _ => Left::Whole,
        }
    }
}

/// Where an invoice stands.
pub(super) fn standing(frame: &Frame, settlement: Settlement, left: Left, is_late: bool) -> Badge {
    let (tone, key) = match (settlement, left) {
        (Settlement::Open, Left::Interest) if is_late => (Tone::Warn, "state-interest-overdue"),
        (Settlement::Open, Left::Interest) => (Tone::Info, "state-interest"),
        (Settlement::Open, _) if is_late => (Tone::Warn, "state-overdue"),
        (Settlement::Open, Left::AfterPayment) => (Tone::Info, "state-partly"),
        (Settlement::Open, Left::AfterCredit) => (Tone::Info, "state-partly-credited"),
        (Settlement::Open, Left::Whole) => (Tone::Plain, "state-open"),
        (Settlement::Paid, _) => (Tone::Ok, "state-paid"),
        (Settlement::Credited, _) => (Tone::Plain, "state-credited"),
        (Settlement::Overpaid, _) => (Tone::Warn, "state-overpaid"),
    };
    Badge { tone, text: frame.t(key) }
}

fn month_choice(frame: &Frame, month: BillingMonth, chosen: Option<BillingMonth>) -> Choice {
    Choice { value: month.to_string(), label: frame.month(&month), is_chosen: chosen == Some(month) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::read_invoices::SortKey;

    #[test]
    fn what_is_left_is_named_by_what_happened() {
        let left = |paid: i64, open: i64, is_interest| {
            Left::of(Money::from_cents(100), Money::from_cents(paid), Money::from_cents(open), is_interest)
        };
        assert_eq!((left(0, 100, false), left(0, 60, false)), (Left::Whole, Left::AfterCredit));
        assert_eq!((left(40, 60, false), left(40, 120, false)), (Left::AfterPayment, Left::AfterPayment));
        assert_eq!(left(100, 45, true), Left::Interest);
    }

    #[test]
    fn lists_are_read_from_addresses() {
        assert_eq!(order(None), Order::default());
        assert_eq!(order(Some("-due")), Order { key: SortKey::Due, descending: true });
        assert_eq!(order(Some("gross")), Order { key: SortKey::Gross, descending: false });
        assert_eq!(order(Some("'; drop table")), Order::default());
        let pairs =
            |query: &[(&str, &str)]| query.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        let asked =
            Asked::read(&pairs(&[("month", "2026-10"), ("tenant", ""), ("sort", "due"), ("page", "2")])).unwrap();
        assert_eq!((asked.address().href().as_str(), asked.page), ("/invoices?month=2026-10&sort=due", 2));
        assert!(Asked::read(&pairs(&[("status", "lost")])).is_err());
        let columns = Asked::read(&pairs(&[("column", "due"), ("column", "nothing"), ("column", "gross")])).unwrap();
        assert_eq!(columns.columns, Some(vec!["due", "gross"]));
    }
}
