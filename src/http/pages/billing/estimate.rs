//! What a running month may cost, beside what the last month cost. Clearly no invoice.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::parts::{Choice, Link, exports, tenant_choices};
use super::runs::draft;
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page, plant_figures};
use crate::app::estimate_month::{self, ContractEstimate, TenantEstimate};
use crate::documents::arithmetic::arithmetic;
use crate::documents::table::{Cell, Table};
use crate::domain::billing_run::EstimatedLine;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::ids::{ContractCode, LineCode, TenantCode};
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct EstimateQuery {
    tenant: Option<String>,
    month: Option<String>,
}

#[derive(Template)]
#[template(path = "estimate.html")]
struct EstimateTemplate {
    frame: Frame,
    title: String,
    tenants: Vec<Choice>,
    month_value: String,
    months: Vec<Link>,
    usage: String,
    is_over: bool,
    is_to_come: bool,
    /// That no reading of the month has come, and which was the last.
    unread: Option<String>,
    /// That amounts added by hand are not in it, to who is not told how many wait.
    without_manual: Option<String>,
    files: Vec<Link>,
    contracts: Vec<ContractView>,
}

struct ContractView {
    id: String,
    code: String,
    title: String,
    /// `1er au 14 octobre`, and how much of the month that is.
    known_until: String,
    known: String,
    /// What the lines add up to, each by what it is called: known, still to come, whole month.
    totals: [(&'static str, String); 3],
    projected_net: Option<String>,
    projected_gross: Option<String>,
    before: Option<BeforeView>,
    lines: Vec<LineView>,
    problems: Vec<String>,
    /// How many lines added by hand are not in it, and what they come to.
    waiting: Option<Link>,
    caption: String,
}

struct BeforeView {
    number: String,
    net: String,
}

struct LineView {
    designation: String,
    is_metered: bool,
    /// `25 novembre 2026`, or that the whole month is agreed.
    known_until: String,
    known: String,
    to_come: String,
    projected: String,
    /// The arithmetic of the whole month.
    formulas: Vec<String>,
}

pub async fn estimate(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<EstimateQuery>,
) -> Result<HttpResponse, Fault> {
    let found = find(&shared, granted, query.tenant.as_deref(), query.month.as_deref()).await?;
    let now = Timestamp::from(shared.now());
    let frame = Frame::of(&http);
    let address = Address::new("/usage/estimate");
    let address = if found.choices.count() > 1 { address.set("tenant", found.tenant.code.as_str()) } else { address };
    let this_month = BillingMonth::of(now.date_in(frame.zone));
    let template = EstimateTemplate {
        title: frame.with("estimate-title", "month", &frame.month(&found.month)),
        tenants: tenant_choices(&found.choices, Some(&found.tenant.code)),
        month_value: found.month.to_string(),
        months: plant_figures::month_links(&frame, &address, found.month, this_month),
        usage: address.at("/usage").set("month", found.month).href(),
        is_over: found.is_over,
        is_to_come: found.is_to_come,
        unread: unread(&frame, &found),
        without_manual: without_manual(&frame),
        files: exports(&address.set("month", found.month), "/usage/estimate"),
        contracts: found.contracts.iter().map(|one| contract(&frame, &found, one)).collect(),
        frame,
    };
    page(StatusCode::OK, &template)
}

/// That nothing of the month was read yet, though it has begun and readings are waited for; the tenant of agreed prices or
/// occupied racks alone misses nothing.
fn unread(frame: &Frame, found: &TenantEstimate) -> Option<String> {
    let begun = found.month.period(frame.zone).from;
    if found.is_to_come || !found.is_awaited || found.last_reading.is_some_and(|last| last > begun) {
        return None;
    }
    Some(match found.last_reading {
        Some(last) => frame.with("estimate-unread-since", "at", &frame.instant(last, frame.zone)),
        None => frame.t("estimate-unread"),
    })
}

/// The estimate line by line as a file.
pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<EstimateQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let found = find(&shared, granted, query.tenant.as_deref(), query.month.as_deref()).await?;
    let frame = Frame::of(&http);
    let headings = [
        "invoice-contract",
        "line-code",
        "line-designation",
        "estimate-basis",
        "estimate-line-until",
        "estimate-known",
        "estimate-to-come",
        "estimate-projected",
    ];
    let table = Table {
        name: frame.with("estimate-title", "month", &frame.month(&found.month)),
        day: Timestamp::from(shared.now()).date_in(frame.zone),
        headings: headings.map(|key| frame.t(key)).into(),
        rows: found.contracts.iter().flat_map(|one| rows(&frame, found.month, one)).collect(),
    };
    let told = [Some(frame.t("estimate-no-invoice")), unread(&frame, &found)].into_iter().flatten();
    let told = told.chain(found.contracts.iter().flat_map(|one| missing(&frame, &found, one)));
    let beside = |one: &ContractEstimate| {
        let values = [("contract", one.contract.code.to_string()), ("told", waiting(&frame, found.month, one)?.label)];
        Some(frame.texts("estimate-of-contract", &values.each_ref().map(|(name, value)| (*name, value.as_str()))))
    };
    let told = told.chain(found.contracts.iter().filter_map(beside)).chain(without_manual(&frame));
    let said = told.map(|text| (frame.t("remark"), text)).collect();
    let about = sheet::about(&frame, said, "list-total");
    let tenant = encoded(found.tenant.code.as_str());
    let name = format!("{}-{tenant}-{}", frame.t("estimate-file"), found.month);
    sheet::respond_about(&shared, &frame, table, about, *sheet, &name).await
}

fn rows(frame: &Frame, month: BillingMonth, one: &ContractEstimate) -> Vec<Vec<Cell>> {
    let row = |line: &EstimatedLine| {
        let view = line_view(frame, month, one, line);
        vec![
            sheet::text(one.contract.code.as_str()),
            sheet::text(line.line.as_str()),
            sheet::text(view.designation),
            sheet::text(frame.t(if view.is_metered { "estimate-metered" } else { "estimate-agreed" })),
            sheet::text(view.known_until),
            Cell::Amount(line.known_net),
            Cell::Amount(line.projected_net - line.known_net),
            Cell::Amount(line.projected_net),
        ]
    };
    one.estimate.lines.iter().map(row).collect()
}

/// The estimate the query asks for, if there is one for who asks.
pub async fn find(
    shared: &Data<Shared>,
    granted: Granted,
    tenant: Option<&str>,
    month: Option<&str>,
) -> Result<TenantEstimate, Fault> {
    let month = parsed("month", month, Expected::Month)?;
    let tenant = tenant.filter(|code| !code.is_empty()).map(TenantCode::from);
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || estimate_month::read(&store, &granted.scope, tenant.as_ref(), month, now)).await?;
    found.ok_or(Fault::NotFound)
}

/// Where on the page a contract's estimate stands.
pub fn anchor(contract: &ContractCode) -> String {
    format!("contract-{}", encoded(contract.as_str()).replace(['%', '/', '.', '~'], "-"))
}

/// The lines that cannot be estimated, and why: they are missing from the sums. That nothing is measured before a month
/// begins is said once.
fn missing(frame: &Frame, found: &TenantEstimate, one: &ContractEstimate) -> Vec<String> {
    let problems = one.estimate.problems.iter().filter(|_| !found.is_to_come);
    let told = |(line, why): &(LineCode, Vec<Told>)| {
        let why: Vec<String> = why.iter().map(|told| frame.said(told)).collect();
        let values = [("line", designation(frame, one, line)), ("why", why.join(" "))];
        frame.texts("estimate-problem", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    problems.map(told).collect()
}

fn contract(frame: &Frame, found: &TenantEstimate, one: &ContractEstimate) -> ContractView {
    let estimate = &one.estimate;
    ContractView {
        id: anchor(&one.contract.code),
        code: one.contract.code.to_string(),
        title: one.contract.title.clone(),
        known_until: through(frame, found.month, estimate.known_until)
            .map_or_else(|| frame.t("estimate-nothing-known"), |day| frame.with("estimate-known-until", "day", &day)),
        known: frame.amount(&estimate.known_net),
        totals: [
            ("estimate-known", estimate.known_net),
            ("estimate-to-come", estimate.projected_net - estimate.known_net),
            ("estimate-projected", estimate.projected_net),
        ]
        .map(|(label, money)| (label, frame.bare(&money))),
        projected_net: estimate.projected.map(|totals| frame.amount(&totals.net)),
        projected_gross: estimate.projected.map(|totals| frame.amount(&totals.gross)),
        before: one
            .before
            .as_ref()
            .map(|(number, totals)| BeforeView { number: number.to_string(), net: frame.amount(&totals.net) }),
        lines: estimate.lines.iter().map(|line| line_view(frame, found.month, one, line)).collect(),
        problems: missing(frame, found, one),
        waiting: waiting(frame, found.month, one),
        caption: frame.with("estimate-caption", "contract", one.contract.code.as_str()),
    }
}

/// That amounts added by hand are not in it: nobody but who bills is told of them before they are issued.
fn without_manual(frame: &Frame) -> Option<String> {
    (!frame.has("/billing")).then(|| frame.t("estimate-without-manual"))
}

/// What lines added by hand come to that wait for the month's invoice, and where they stand.
fn waiting(frame: &Frame, month: BillingMonth, one: &ContractEstimate) -> Option<Link> {
    // Each was counted when it was added.
    let amounts = one.waiting.iter().filter_map(|one| one.line.unit_price.times(one.line.quantity).ok());
    let sum: Money = amounts.sum();
    let values = [("count", one.waiting.len().to_string()), ("amount", frame.amount(&sum))];
    (frame.has("/billing") && !one.waiting.is_empty()).then(|| Link {
        label: frame.texts("estimate-waiting", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        address: draft::address(month, &one.contract.code),
    })
}

/// The last whole day before `until`; none where no day of the month is over.
fn through(frame: &Frame, month: BillingMonth, until: NaiveDate) -> Option<String> {
    until.pred_opt().filter(|day| *day >= month.first_day()).map(|day| frame.date(&day))
}

fn line_view(frame: &Frame, month: BillingMonth, one: &ContractEstimate, line: &EstimatedLine) -> LineView {
    LineView {
        designation: designation(frame, one, &line.line),
        is_metered: line.known_until.is_some(),
        known_until: match line.known_until {
            None => frame.t("estimate-whole-month"),
            Some(day) => through(frame, month, day).unwrap_or_else(|| "–".to_owned()),
        },
        known: frame.bare(&line.known_net),
        to_come: frame.bare(&(line.projected_net - line.known_net)),
        projected: frame.bare(&line.projected_net),
        formulas: line.projected.iter().map(|charge| arithmetic(frame.language, &charge.provenance.formula)).collect(),
    }
}

fn designation(frame: &Frame, one: &ContractEstimate, code: &LineCode) -> String {
    let line = one.contract.lines.iter().find(|line| line.code == *code);
    line.map_or_else(|| code.to_string(), |line| frame.either(&line.designation.fr, &line.designation.en).to_owned())
}
