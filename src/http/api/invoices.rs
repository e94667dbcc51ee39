//! `GET /api/v1/invoices` and what hangs below it.

use actix_web::http::header;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::schemas::values::Amount;
use super::{Asked, cut, download, going_on, only_of};
use crate::app::archive_invoice::ArchiveKind;
use crate::app::read_invoices::{
    self, INVOICES_PER_PAGE, InvoiceFilter, InvoiceSummary, ListState, Order, Place, SortKey, Wanted,
};
use crate::app::{read_evidence, read_tenants};
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::invoice::{InvoiceKind, IssuedInvoice, rate_percent};
use crate::domain::metering::{MeterUsage, RestartKind};
use crate::domain::party::Language;
use crate::domain::rating::Charge;
use crate::http::asked::{Expected, none_of, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct InvoicesQuery {
    /// `2026-10`
    pub(super) month: Option<String>,
    /// A tenant's code.
    pub(super) tenant: Option<String>,
    /// A contract's code.
    pub(super) contract: Option<String>,
    /// `draft`, `issued`, `open`, `overdue`, `paid`, `overpaid` or `credited`; drafts are shown to those who may see them.
    pub(super) status: Option<String>,
    /// Part of a number, or of the name or code of a tenant or contract.
    pub(super) q: Option<String>,
    /// `month`, `number`, `tenant`, `contract`, `issued`, `due`, `net` or `gross`; with `-` before it from the highest down.
    pub(super) sort: Option<String>,
    /// From 1; 50 invoices each.
    pub(super) page: Option<String>,
    /// Instead of a page: the `next` of the answer before, for the 50 after it by their months, whatever was issued since.
    pub(super) cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct InvoicesAnswer {
    invoices: Vec<InvoiceRow>,
    /// None after a cursor.
    page: Option<usize>,
    pages: usize,
    total: usize,
    /// Where a list by months goes on, as a `cursor`; none at its end. `Link` names the whole address.
    #[schema(example = "2026-10.1234")]
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct InvoiceRow {
    /// None for a draft.
    number: Option<String>,
    /// `invoice`, `credit-note` or `corrected`.
    kind: &'static str,
    /// `draft` or `issued`.
    status: &'static str,
    tenant: String,
    contract: String,
    #[schema(example = "2026-10")]
    month: String,
    issue_date: Option<NaiveDate>,
    /// None for a draft and for a credit note, which nobody pays.
    due_date: Option<NaiveDate>,
    #[schema(value_type = Amount)]
    net: String,
    #[schema(value_type = Amount)]
    tax: String,
    #[schema(value_type = Amount)]
    gross: String,
    /// What is left to pay; below zero is owed to the tenant. None for a draft.
    #[schema(value_type = Option<Amount>)]
    open: Option<String>,
    /// `open`, `paid`, `credited` or `overpaid`; none for a draft.
    settlement: Option<&'static str>,
}

#[derive(Serialize, ToSchema)]
pub struct InvoiceAnswer {
    number: String,
    kind: &'static str,
    tenant: String,
    buyer: String,
    contract: String,
    month: String,
    issue_date: NaiveDate,
    /// None for a credit note, which nobody pays.
    due_date: Option<NaiveDate>,
    #[schema(value_type = Amount)]
    net: String,
    #[schema(value_type = Amount)]
    tax: String,
    #[schema(value_type = Amount)]
    gross: String,
    payment_reference: String,
    /// Numbers of the invoices this one corrects.
    corrects: Vec<String>,
    lines: Vec<LineAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct LineAnswer {
    service: &'static str,
    designation: String,
    from: NaiveDate,
    to: Option<NaiveDate>,
    quantity: String,
    unit: &'static str,
    unit_price: String,
    #[schema(value_type = Amount)]
    net: String,
    /// None where the line is exempt or outside the scope of VAT.
    vat_rate_percent: Option<String>,
    contract_line: String,
    tariff: String,
    /// The arithmetic with its numbers.
    formula: String,
    /// True where a boundary or a gap was estimated.
    estimated: bool,
    meters: Vec<MeterAnswer>,
}

/// A meter behind a line: what it showed first and last.
#[derive(Serialize, ToSchema)]
pub struct MeterAnswer {
    meter: String,
    quantity: String,
    readings: u64,
    first_at: Option<String>,
    first_value: Option<String>,
    last_at: Option<String>,
    last_value: Option<String>,
    gaps: usize,
}

#[utoipa::path(
    get, path = "/api/v1/invoices", tag = "invoices", params(InvoicesQuery),
    responses((status = 200, body = InvoicesAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<InvoicesQuery>,
) -> Result<HttpResponse, Fault> {
    let (wanted, state) = wanted(&query)?;
    let order = order(query.sort.as_deref())?;
    let asked = Asked::<Place>::of(query.page.as_deref(), query.cursor.as_deref())?;
    let is_by_month = order.key == SortKey::Month;
    if let (Asked::After(_), false) = (&asked, is_by_month) {
        return Err(none_of("sort", query.sort.as_deref().unwrap_or_default(), &["month", "-month"]));
    }
    let (store, reader, now) = (shared.store.clone(), granted.reader(), shared.now());
    let answer = blocking(move || {
        let wanted = wanted.in_state(state, read_tenants::today(&store, now)?);
        let page = if let Asked::Page(page) = asked { page } else { 1 };
        let found = read_invoices::search(&store, &reader, wanted.clone(), order, page)?;
        let (invoices, goes_on) = match asked {
            Asked::Page(page) => (only_of(page, found.page, found.invoices), page < found.pages),
            Asked::After(place) => {
                let from = (place, INVOICES_PER_PAGE + 1);
                cut(read_invoices::after(&store, &reader, wanted, order, from)?, INVOICES_PER_PAGE)
            }
        };
        let next = invoices.last().filter(|_| goes_on && is_by_month).map(|last| Place::of(last).to_string());
        Ok(InvoicesAnswer {
            invoices: invoices.iter().map(row).collect(),
            page: matches!(asked, Asked::Page(_)).then_some(page),
            pages: found.pages,
            total: found.total,
            next,
        })
    })
    .await?;
    Ok(going_on(&http, answer.next.as_deref(), &answer))
}

/// What a query wants, and in which state.
pub(super) fn wanted(query: &InvoicesQuery) -> Result<(Wanted, ListState), Fault> {
    let state = query.status.as_deref().unwrap_or_default();
    let state = ListState::named(state).ok_or_else(|| {
        none_of("status", state, &["draft", "issued", "open", "overdue", "paid", "overpaid", "credited"])
    })?;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let filter = InvoiceFilter {
        tenant: given(&query.tenant).map(TenantCode),
        contract: given(&query.contract).map(ContractCode),
        month: parsed("month", query.month.as_deref(), Expected::Month)?,
        ..InvoiceFilter::default()
    };
    Ok((Wanted { filter, text: query.q.clone().unwrap_or_default(), standing: None }, state))
}

fn order(text: Option<&str>) -> Result<Order, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(Order::default()) };
    read_invoices::order_named(text).ok_or_else(|| none_of("sort", text, &SortKey::ALL.map(SortKey::name)))
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, body = InvoiceAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem, description = "Unknown, or another tenant's.")),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let invoice = find(&shared, granted, number.into_inner()).await?;
    Ok(HttpResponse::Ok().json(answer(&invoice)))
}

/// A line with everything it rests on.
#[derive(Serialize, ToSchema)]
pub struct LineEvidence {
    line: LineAnswer,
    /// `energy`, `demand`, `percentile95`, `storage-month` or `occupancy-days`; none where the quantity is agreed.
    measure: Option<String>,
    /// Unrounded, before any PUE or proration.
    usage: Option<String>,
    from: Option<String>,
    to: Option<String>,
    meters: Vec<MeterEvidence>,
}

#[derive(Serialize, ToSchema)]
pub struct MeterEvidence {
    meter: String,
    rack: Option<String>,
    feed: Option<String>,
    quantity: String,
    /// Silences longer than the meter's tolerance: from, to.
    gaps: Vec<(String, String)>,
    /// `rollover` or `reset` with the instant.
    restarts: Vec<(String, String)>,
    days: Vec<DayQuantity>,
    /// Where the meter's readings of the period are taken as CSV.
    readings: String,
}

#[derive(Serialize, ToSchema)]
pub struct DayQuantity {
    day: NaiveDate,
    quantity: String,
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/lines/{line}", tag = "invoices",
    params(("number" = String, Path), ("line" = usize, Path)),
    description = "What a line rests on: its formula, the usage of each meter by day, gaps and restarts.",
    responses((status = 200, body = LineEvidence), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn evidence(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let (number, line) = path.into_inner();
    let position: usize = line.parse().map_err(|_| Fault::NotFound)?;
    let invoice = find(&shared, granted, number).await?;
    let charge = read_evidence::line(&invoice.charges, position).ok_or(Fault::NotFound)?;
    let base = format!("/invoices/{}", invoice.number);
    Ok(HttpResponse::Ok().json(line_evidence(charge, invoice.language, &format!("{base}/lines/{position}"))))
}

/// What `charge` rests on; `page` is where people follow the line.
pub(super) fn line_evidence(charge: &Charge, language: Language, page: &str) -> LineEvidence {
    let usage = charge.provenance.usage.as_ref();
    let readings = format!("{page}/readings.csv");
    LineEvidence {
        line: line_answer(charge, language),
        measure: usage.map(|usage| usage.measure.to_string()),
        usage: usage.map(|usage| usage.quantity.normalize().to_string()),
        from: usage.map(|usage| usage.period.from.to_string()),
        to: usage.map(|usage| usage.period.to.to_string()),
        meters: usage
            .map(|usage| usage.meters.iter().map(|one| meter_evidence(one, &readings)).collect())
            .unwrap_or_default(),
    }
}

fn meter_evidence(meter: &MeterUsage, readings: &str) -> MeterEvidence {
    let kind = |kind| match kind {
        RestartKind::Rollover => "rollover".to_owned(),
        RestartKind::Reset => "reset".to_owned(),
    };
    let day = |(day, quantity): &(NaiveDate, rust_decimal::Decimal)| DayQuantity {
        day: *day,
        quantity: quantity.normalize().to_string(),
    };
    MeterEvidence {
        meter: meter.meter.to_string(),
        rack: meter.rack.as_ref().map(ToString::to_string),
        feed: meter.feed.map(|feed| feed.name().to_owned()),
        quantity: meter.quantity.normalize().to_string(),
        gaps: meter.gaps.iter().map(|gap| (gap.from.to_string(), gap.to.to_string())).collect(),
        restarts: meter.restarts.iter().map(|one| (kind(one.kind), one.at.to_string())).collect(),
        days: meter.daily.iter().map(day).collect(),
        readings: format!("{readings}?meter={}", meter.meter),
    }
}

/// The invoice if it is within reach; pages read it too.
pub async fn find(shared: &Data<Shared>, granted: Granted, number: String) -> Result<IssuedInvoice, Fault> {
    let store = shared.store.clone();
    blocking(move || read_invoices::one(&store, &granted.scope, &number)).await?.ok_or(Fault::NotFound)
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}.pdf", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, content_type = "application/pdf", description = "Factur-X: PDF/A-3 with its XML."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn pdf(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    document(&shared, granted, number.into_inner(), ArchiveKind::Pdf).await
}

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}.xml", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, content_type = "application/xml", description = "EN 16931 as UN/CEFACT CII."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn xml(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    document(&shared, granted, number.into_inner(), ArchiveKind::Xml).await
}

async fn document(
    shared: &Data<Shared>,
    granted: Granted,
    number: String,
    kind: ArchiveKind,
) -> Result<HttpResponse, Fault> {
    let (store, wanted) = (shared.store.clone(), number.clone());
    let bytes = blocking(move || read_invoices::document(&store, &granted.scope, &wanted, kind)).await?;
    let (extension, media_type) = match kind {
        ArchiveKind::Pdf => ("pdf", "application/pdf"),
        ArchiveKind::Xml => ("xml", "application/xml"),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header(download(format!("{number}.{extension}")))
        .body(bytes.ok_or(Fault::NotFound)?))
}

fn row(invoice: &InvoiceSummary) -> InvoiceRow {
    InvoiceRow {
        number: invoice.number.as_ref().map(ToString::to_string),
        kind: invoice.kind.name(),
        status: invoice.status.name(),
        tenant: invoice.tenant.to_string(),
        contract: invoice.contract.to_string(),
        month: invoice.month.to_string(),
        issue_date: invoice.issue_date,
        due_date: invoice.due(),
        net: invoice.totals.net.to_string(),
        tax: invoice.totals.tax.to_string(),
        gross: invoice.totals.gross.to_string(),
        open: invoice.standing.map(|(open, _)| open.to_string()),
        settlement: invoice.standing.map(|(_, settlement)| settlement.name()),
    }
}

fn answer(invoice: &IssuedInvoice) -> InvoiceAnswer {
    InvoiceAnswer {
        number: invoice.number.to_string(),
        kind: invoice.kind.name(),
        tenant: invoice.buyer.code.to_string(),
        buyer: invoice.buyer.name.clone(),
        contract: invoice.references.contract.to_string(),
        month: invoice.month.to_string(),
        issue_date: invoice.issue_date,
        due_date: Some(invoice.due_date).filter(|_| invoice.kind != InvoiceKind::CreditNote),
        net: invoice.totals.net.to_string(),
        tax: invoice.totals.tax.to_string(),
        gross: invoice.totals.gross.to_string(),
        payment_reference: invoice.payment.reference.clone(),
        corrects: invoice.corrects.iter().map(|(number, _)| number.to_string()).collect(),
        lines: invoice.charges.iter().map(|charge| line_answer(charge, invoice.language)).collect(),
    }
}

pub fn line_answer(charge: &Charge, language: Language) -> LineAnswer {
    let usage = charge.provenance.usage.as_ref();
    LineAnswer {
        service: charge.service.name(),
        designation: charge.designation.in_language(language).to_owned(),
        from: charge.period.from,
        to: charge.period.to,
        quantity: charge.quantity.to_string(),
        unit: charge.unit.name(),
        unit_price: charge.unit_price.to_string(),
        net: charge.net.to_string(),
        vat_rate_percent: rate_percent(&charge.vat).map(|rate| rate.normalize().to_string()),
        contract_line: charge.provenance.line.to_string(),
        tariff: charge.provenance.tariff.to_string(),
        formula: charge.provenance.formula.clone(),
        estimated: usage.is_some_and(|usage| usage.estimated),
        meters: usage.map(|usage| usage.meters.iter().map(meter).collect()).unwrap_or_default(),
    }
}

fn meter(meter: &MeterUsage) -> MeterAnswer {
    MeterAnswer {
        meter: meter.meter.to_string(),
        quantity: meter.quantity.normalize().to_string(),
        readings: meter.readings,
        first_at: meter.first.map(|index| index.at.to_string()),
        first_value: meter.first.map(|index| index.value.to_string()),
        last_at: meter.last.map(|index| index.at.to_string()),
        last_value: meter.last.map(|index| index.value.to_string()),
        gaps: meter.gaps.len(),
    }
}
