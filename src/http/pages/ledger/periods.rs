//! The periods of the books: which are open, and closing, opening and locking them.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::allocation;
use super::forms::{Fields, refused};
use super::parts::{Badge, FieldError, Link, Tone, exports};
use super::sheet::{self, Sheet};
use super::{Address, Frame, done, page};
use crate::app::periods::{self, BookYear};
use crate::app::read_tenants;
use crate::documents::table::Table;
use crate::domain::access::Action;
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::{AccountingPeriod, PeriodState};
use crate::http::api::bookkeeping::{PeriodDeed, change_period, refusal_of};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub(super) const LIST: &str = "/journal/periods";

#[derive(Template)]
#[template(path = "periods.html")]
struct PeriodsPage {
    frame: Frame,
    years: Vec<YearView>,
    files: Vec<Link>,
}

struct YearView {
    year: i32,
    row: PeriodRow,
    months: Vec<PeriodRow>,
    /// Its months are unfolded: they are what is closed next.
    is_running: bool,
}

struct PeriodRow {
    label: String,
    state: Badge,
    /// What can be done to it, by who may.
    deeds: Vec<DeedLink>,
}

struct DeedLink {
    label: String,
    /// Of which period, for who hears links alone.
    spoken: String,
    address: String,
}

#[derive(Template)]
#[template(path = "period.html")]
struct PeriodPage {
    frame: Frame,
    title: String,
    text: String,
    button: String,
    action: String,
    /// Why it can only be refused: then nothing is asked.
    refusal: Option<String>,
    errors: Vec<FieldError>,
    reason: String,
    needs_reason: bool,
    is_final: bool,
}

pub async fn list(shared: Data<Shared>, _granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let years = blocking(move || periods::years(&store, now)).await?;
    let frame = Frame::of(&http);
    let may = frame.may(Action::KeepBooks);
    let years = years.iter().map(|year| year_view(&frame, year, may)).collect();
    page(StatusCode::OK, &PeriodsPage { years, files: exports(&Address::new(LIST), LIST), frame })
}

/// Every year and its months as a file: those of locked years too, which the page leaves out.
pub async fn file(shared: Data<Shared>, http: HttpRequest, sheet: Path<Sheet>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (years, today) =
        blocking(move || Ok((periods::years(&store, now)?, read_tenants::today(&store, now)?))).await?;
    let frame = Frame::of(&http);
    let cells = |period: AccountingPeriod, state: PeriodState| {
        let shown = row(&frame, period, state, &[]);
        vec![sheet::text(period.to_string()), sheet::text(shown.label), sheet::text(shown.state.text)]
    };
    let of_year = |of: &BookYear| {
        let months = of.months.iter().map(|(month, state)| cells(AccountingPeriod::Month(*month), *state));
        std::iter::once(cells(AccountingPeriod::Year(of.year), of.state)).chain(months).collect::<Vec<_>>()
    };
    let table = Table {
        name: frame.t("periods-title"),
        day: today,
        headings: ["periods-code", "periods-period", "state"].map(|key| frame.t(key)).into(),
        rows: years.iter().flat_map(of_year).collect(),
    };
    let name = format!("{}-{}", frame.t("periods-file"), table.day);
    sheet::respond(&shared, &frame, table, *sheet, &name).await
}

/// A locked year has nothing left to decide: its months are left out.
fn year_view(frame: &Frame, of: &BookYear, may: bool) -> YearView {
    let deeds = match of.state {
        _ if !of.has_ended || !may => vec![],
        PeriodState::Open => vec![PeriodDeed::CloseYear, PeriodDeed::Close],
        PeriodState::Closed => vec![PeriodDeed::CloseYear, PeriodDeed::Reopen],
        PeriodState::Locked => vec![],
    };
    let months = of.months.iter().filter(|_| of.state != PeriodState::Locked);
    let mut whole = row(frame, AccountingPeriod::Year(of.year), of.state, &deeds);
    if may && of.result.is_some() {
        let (label, spoken) = (frame.t("allocation-go"), whole.label.clone());
        whole.deeds.push(DeedLink { label, spoken, address: allocation::address(of.year) });
    }
    YearView {
        year: of.year,
        is_running: !of.has_ended,
        row: whole,
        months: months.map(|(month, state)| month_row(frame, *month, *state, may)).collect(),
    }
}

fn month_row(frame: &Frame, month: BillingMonth, state: PeriodState, may: bool) -> PeriodRow {
    let deeds = match state {
        _ if !may => vec![],
        PeriodState::Open => vec![PeriodDeed::Close],
        PeriodState::Closed => vec![PeriodDeed::Reopen, PeriodDeed::Lock],
        PeriodState::Locked => vec![],
    };
    row(frame, AccountingPeriod::Month(month), state, &deeds)
}

fn row(frame: &Frame, period: AccountingPeriod, state: PeriodState, deeds: &[PeriodDeed]) -> PeriodRow {
    let label = label(frame, period);
    let of_year = matches!(period, AccountingPeriod::Year(_));
    let deed = |deed: &PeriodDeed| DeedLink {
        // Two deeds of a year are alike in a word: each says what it does.
        label: frame.t(&format!("{}-{}", if of_year { "year" } else { "period" }, deed.name())),
        spoken: label.clone(),
        address: address(period, *deed),
    };
    let tone = match state {
        PeriodState::Open => Tone::Info,
        PeriodState::Closed => Tone::Ok,
        PeriodState::Locked => Tone::Plain,
    };
    let kind = if of_year { "year" } else { "month" };
    let key = format!("{kind}-{}", state.name());
    PeriodRow { state: Badge { tone, text: frame.t(&key) }, deeds: deeds.iter().map(deed).collect(), label }
}

fn label(frame: &Frame, period: AccountingPeriod) -> String {
    match period {
        AccountingPeriod::Month(month) => frame.month(&month),
        AccountingPeriod::Year(year) => frame.with("period-year", "year", &year.to_string()),
    }
}

fn address(period: AccountingPeriod, deed: PeriodDeed) -> String {
    format!("{LIST}/{period}/{}", deed.name())
}

/// The period and the deed of an address; what is neither is not there.
fn asked((period, deed): (String, String)) -> Result<(AccountingPeriod, PeriodDeed), Fault> {
    let period: AccountingPeriod = period.parse().map_err(|_| Fault::NotFound)?;
    let deed = PeriodDeed::named(&deed).ok_or(Fault::NotFound)?;
    match (period, deed) {
        (AccountingPeriod::Month(_), PeriodDeed::CloseYear) => Err(Fault::NotFound),
        known => Ok(known),
    }
}

pub async fn ask(
    shared: Data<Shared>,
    _granted: Granted,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (period, deed) = asked(path.into_inner())?;
    let (store, now) = (shared.store.clone(), shared.now());
    let refusal = blocking(move || refusal_of(&store, period, deed, now)).await?;
    let frame = Frame::of(&http);
    let refusal = refusal.map(|told| frame.said(&told));
    question(frame, period, deed, "", refusal, vec![])
}

fn question(
    frame: Frame,
    period: AccountingPeriod,
    deed: PeriodDeed,
    reason: &str,
    refusal: Option<String>,
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let name = match period {
        AccountingPeriod::Month(month) => frame.month(&month),
        AccountingPeriod::Year(year) => frame.with("period-the-year", "year", &year.to_string()),
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let template = PeriodPage {
        title: frame.with(&format!("period-{}-title", deed.name()), "period", &name),
        text: frame.t(&format!("period-{}-text", deed.name())),
        button: frame.t(&format!("period-{}", deed.name())),
        action: address(period, deed),
        refusal,
        errors,
        reason: reason.to_owned(),
        needs_reason: deed == PeriodDeed::Reopen,
        is_final: matches!(deed, PeriodDeed::Lock | PeriodDeed::CloseYear),
        frame: {
            let above = frame.t("periods-title");
            frame.under(above, LIST)
        },
    };
    page(status, &template)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    path: Path<(String, String)>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let (period, deed) = asked(path.into_inner())?;
    let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
    let reason = Some(fields.text("reason").to_owned()).filter(|reason| !reason.is_empty());
    let outcome =
        blocking(move || refused(change_period(&store, period, deed, reason.as_deref(), &by, now).map(|_| ()))).await?;
    let frame = Frame::of(&http);
    match outcome {
        Ok(()) => Ok(done(LIST, &format!("period-{}", deed.name()), &label(&frame, period))),
        Err(told) => {
            let errors = vec![FieldError { field: "reason", text: frame.said(&told) }];
            question(frame, period, deed, fields.text("reason"), None, errors)
        }
    }
}
