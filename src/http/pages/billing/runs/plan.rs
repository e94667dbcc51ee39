//! A month's plan beside the month before: what stands in its way, and its contracts in the order and part one looks at.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::super::estimate::anchor;
use super::super::parts::{Address, Badge, Column, Link, Pager, Tab, Tone, count, exports};
use super::super::sheet::{self, Sheet};
use super::super::{Frame, encoded, page};
use super::problems::{self, Group, ProblemRow};
use super::{cancelled_link, draft, is_issuable, month};
use crate::app::compare_billing::{self, Compared, Comparison, State};
use crate::app::list_plan::{self, PlanKey, PlanPart};
use crate::app::listing::{Order, Rows};
use crate::app::read_tenants;
use crate::documents::table::{Cell, Table};
use crate::domain::access::{Action, Decision, policy};
use crate::domain::billing_run::{Problem, ProblemKind, Severity};
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::domain::typography;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "billing_plan.html")]
struct PlanPage {
    frame: Frame,
    month: BillingMonth,
    title: String,
    before: String,
    /// The same as it heads a column, and what heads that of the amounts.
    month_label: String,
    net_label: String,
    /// Of how many contracts some line cannot be told yet.
    partial: Option<String>,
    /// The parts of the plan to look at; none of a month that goes on.
    tabs: Vec<Tab>,
    columns: Vec<Column>,
    rows: Vec<PlanRow>,
    files: Vec<Link>,
    pager: Pager,
    problems: Vec<ProblemRow>,
    problems_pager: Pager,
    /// Things to do and to know, each of them once however many meters it concerns.
    blocking: usize,
    warnings: usize,
    /// Of the whole month.
    sums: Sums,
    /// Of the part that is looked at.
    part_sums: Sums,
    /// Whether the month has any contracts to show, in whichever part.
    has_contracts: bool,
    /// Contracts that can be issued now.
    issuable: usize,
    issued: usize,
    may_run: bool,
    previous: String,
    next: String,
    is_finished: bool,
    /// The month goes on: its contracts are estimated.
    is_running: bool,
    /// From which day it can be billed, of a month that is not over.
    unfinished: Option<String>,
    /// When a month that goes on was looked at.
    as_of: Option<String>,
}

/// A page waits no longer for another look at a month that goes on, where there was one before.
const LOOK_WAIT: Duration = Duration::from_secs(2);

/// Of every difference in percent, so that they stand below one another.
const PERCENT_DECIMALS: u32 = 1;

/// Where in a file stands what is known of a month that goes on.
const KNOWN_AT: usize = 5;

/// What contracts come to together.
struct Sums {
    /// So far, of a month that goes on.
    known: String,
    net: String,
    gross: String,
    before: String,
    difference: String,
}

struct PlanRow {
    contract: String,
    title: String,
    tenant: String,
    state: Badge,
    /// The draft or the invoice.
    address: Option<String>,
    /// Of the invoice in force.
    number: Option<String>,
    cancelled: Vec<Link>,
    known: String,
    net: String,
    /// Lines that cannot be told yet are missing from it.
    is_partial: bool,
    gross: String,
    before: String,
    /// The invoice of the month before that was taken back as a whole, where one was.
    cancelled_before: Option<Link>,
    difference: String,
    percent: String,
    is_far: bool,
    may_issue: bool,
    issue_address: String,
    /// Where lines are added to a month that goes on, and those that wait are shown.
    lines_address: Option<String>,
}

#[derive(Deserialize, Default)]
pub struct PlanQuery {
    /// A part of the plan; all of it where it is none.
    only: Option<String>,
    sort: Option<String>,
    page: Option<String>,
    /// The page of the problems.
    problems: Option<String>,
}

/// What of a plan is looked at.
struct Asked {
    part: PlanPart,
    order: Order<PlanKey>,
    page: usize,
    problems: usize,
}

impl PlanQuery {
    fn read(&self) -> Result<Asked, Fault> {
        let only = self.only.as_deref().unwrap_or_default();
        Ok(Asked {
            part: PlanPart::ALL.into_iter().find(|part| part.name() == only).unwrap_or_default(),
            order: Order::named(self.sort.as_deref().unwrap_or_default()),
            page: parsed("page", self.page.as_deref(), Expected::Page)?.unwrap_or(1),
            problems: parsed("problems", self.problems.as_deref(), Expected::Page)?.unwrap_or(1),
        })
    }
}

impl Asked {
    /// The address of the first page of this part.
    fn address(&self, month: BillingMonth) -> Address {
        Address::new(format!("/billing/{month}")).set("only", self.part.name()).set("sort", self.order.text())
    }
}

pub async fn plan(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<String>,
    http: HttpRequest,
    query: Query<PlanQuery>,
) -> Result<HttpResponse, Fault> {
    let (month, asked) = (month(&path)?, query.read()?);
    let compared = compared(&shared, month).await?;
    let may_run = policy(granted.role, Action::RunBilling) != Decision::Deny;
    page(StatusCode::OK, &template(Frame::of(&http), &compared, &asked, (may_run, shared.zone())))
}

/// The month's plan. Of one that goes on, what was seen of it last where another look takes longer than a person likes to
/// wait; that look goes on to its end, and the next page shows what it found.
async fn compared(shared: &Data<Shared>, month: BillingMonth) -> Result<Arc<Comparison>, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let mut look = actix_web::rt::spawn(blocking(move || compare_billing::compare(&store, month, now)));
    if let Ok(found) = tokio::time::timeout(LOOK_WAIT, &mut look).await {
        return found.map_err(Fault::internal)?;
    }
    match compare_billing::last_seen(&shared.store, month, now) {
        Some(seen) => Ok(seen),
        None => look.await.map_err(Fault::internal)?,
    }
}

/// That amounts are without the lines that cannot be told yet, where there are such.
fn partial(frame: &Frame, compared: &Comparison) -> Option<String> {
    let partial = compared.contracts.iter().filter(|one| one.is_partial).count();
    (partial > 0).then(|| frame.with("billing-partial-count", "count", &count(frame, partial)))
}

/// As a column is headed: `Octobre 2026`.
fn begun_large(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// As of when a month that goes on is shown.
fn as_of(frame: &Frame, compared: &Comparison, zone: Tz) -> Option<String> {
    compared.as_of.map(|at| frame.instant(at.into(), zone))
}

fn template(frame: Frame, compared: &Comparison, asked: &Asked, (may_run, zone): (bool, Tz)) -> PlanPage {
    let month = compared.month;
    let address = asked.address(month);
    let before = frame.month(&month.previous());
    let month_label = begun_large(&before);
    let stage = Stage::of(compared);
    let part = asked.part.of(compared);
    let part_sums = sums(&frame, part.iter().copied());
    let found = list_plan::page(part, asked.order, Some(asked.page));
    let groups = problems::grouped(compared.problems.iter().filter(|problem| !is_unfinished(problem)));
    let of = |group: &&Group<'_>, severity| group.first().is_some_and(|one| one.severity == severity);
    let severe = |severity| groups.iter().filter(|group| of(group, severity)).count();
    let (blocking, warnings) = (severe(Severity::Blocking), severe(Severity::Warning));
    let told = Rows::cut(groups, Some(asked.problems));
    let pager = Pager::new(&address.set("problems", beyond_first(told.page)), found.page, found.pages);
    PlanPage {
        title: frame.with("billing-title", "month", &frame.of_month(&month)),
        tabs: if stage != Stage::ToCome { tabs(&frame, &address, compared, asked.part) } else { vec![] },
        columns: columns(&frame, &address, asked.order, &month_label, stage),
        problems_pager: Pager::named("problems", &address.set("page", beyond_first(found.page)), told.page, told.pages),
        pager,
        rows: found.rows.into_iter().map(|one| plan_row(&frame, month, stage, one)).collect(),
        files: exports(&address, &format!("/billing/{month}/plan")),
        blocking,
        warnings,
        problems: problems::rows(&frame, &told.rows),
        sums: sums(&frame, compared.contracts.iter()),
        part_sums,
        net_label: frame.t(net_key(stage)),
        partial: partial(&frame, compared),
        month_label,
        has_contracts: !compared.contracts.is_empty(),
        issuable: compared.contracts.iter().filter(|one| is_issuable(one)).count(),
        issued: compared
            .contracts
            .iter()
            .filter(|one| matches!(one.state, State::Issued(_) | State::Cancelled(_)))
            .count(),
        may_run,
        previous: format!("/billing/{}", month.previous()),
        next: format!("/billing/{}", month.next()),
        unfinished: (stage != Stage::Over).then(|| {
            let values = [("month", frame.month(&month)), ("day", frame.date(&month.next().first_day()))];
            frame.texts("billing-unfinished", &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }),
        before,
        is_finished: stage == Stage::Over,
        is_running: stage == Stage::Running,
        as_of: as_of(&frame, compared, zone).map(|at| frame.with("billing-as-of", "at", &at)),
        month,
        frame,
    }
}

/// The part that is looked at, in its order, as a file: each contract with what keeps it from being issued.
pub async fn file(
    shared: Data<Shared>,
    path: Path<(String, Sheet)>,
    http: HttpRequest,
    query: Query<PlanQuery>,
) -> Result<HttpResponse, Fault> {
    let (text, sheet) = path.into_inner();
    let (month, asked) = (month(&text)?, query.read()?);
    let (store, now) = (shared.store.clone(), shared.now());
    let compared = compared(&shared, month).await?;
    let day = blocking(move || read_tenants::today(&store, now)).await?;
    let frame = Frame::of(&http);
    let chosen = list_plan::page(asked.part.of(&compared), asked.order, None).rows;
    let stage = Stage::of(&compared);
    let mut headings = vec![
        frame.t("invoice-contract"),
        frame.t("contract-title"),
        frame.t("invoice-tenant"),
        frame.t("state"),
        frame.t("invoice-number"),
        frame.t(net_key(stage)),
        begun_large(&frame.month(&month.previous())),
        frame.t("billing-difference"),
        frame.t("billing-percent"),
        frame.t(gross_key(stage)),
        frame.t("billing-problems"),
        frame.t("billing-before-cancelled"),
    ];
    if stage == Stage::Running {
        headings.insert(KNOWN_AT, frame.t("billing-known"));
    }
    let table = Table {
        name: frame.with("billing-file-title", "month", &month.to_string()),
        day,
        headings,
        rows: chosen.into_iter().map(|one| cells(&frame, &compared, one)).collect(),
    };
    let part = (asked.part != PlanPart::All).then(|| (frame.t("plan-parts"), frame.t(part_key(asked.part))));
    let seen = as_of(&frame, &compared, shared.zone()).map(|at| (frame.t("billing-as-of-label"), at));
    let about = sheet::about(&frame, part.into_iter().chain(seen).collect(), "list-total");
    sheet::respond_about(&shared, &frame, table, about, sheet, &format!("{}-{month}", frame.t("billing-file"))).await
}

fn cells(frame: &Frame, compared: &Comparison, one: &Compared) -> Vec<Cell> {
    let amount = |amount: Option<Money>| amount.map_or(Cell::Empty, Cell::Amount);
    let stage = Stage::of(compared);
    let row = plan_row(frame, compared.month, stage, one);
    let own = compared.problems.iter().filter(|problem| problem.contract.as_ref() == Some(&one.contract));
    let told: Vec<String> = own.map(|problem| frame.said(&problem.message)).collect();
    let mut cells = vec![
        sheet::text(row.contract),
        sheet::text(row.title),
        sheet::text(row.tenant),
        sheet::text(row.state.text),
        row.number.map_or(Cell::Empty, Cell::Text),
        amount(one.net),
        amount(one.net_before),
        amount(one.difference()),
        sheet::number(one.percent()),
        amount(one.gross),
        sheet::text(told.join(" ; ")),
        row.cancelled_before.map_or(Cell::Empty, |one| Cell::Text(one.label)),
    ];
    if stage == Stage::Running {
        cells.insert(KNOWN_AT, amount(one.known));
    }
    cells
}

/// What a month's contracts can be told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// What they are billed.
    Over,
    /// What they come to so far, and may come to.
    Running,
    /// What they were billed the month before.
    ToCome,
}

impl Stage {
    fn of(compared: &Comparison) -> Stage {
        let is_over = !compared.problems.iter().any(is_unfinished);
        match (is_over, compared.as_of.is_some()) {
            (true, _) => Stage::Over,
            (false, true) => Stage::Running,
            (false, false) => Stage::ToCome,
        }
    }
}

/// What a contract comes to, or may.
const fn net_key(stage: Stage) -> &'static str {
    if matches!(stage, Stage::Running) { "billing-projected-net" } else { "invoice-net" }
}

const fn gross_key(stage: Stage) -> &'static str {
    if matches!(stage, Stage::Running) { "billing-projected-gross" } else { "invoice-gross" }
}

/// That the month goes on is said once, above everything else.
fn is_unfinished(problem: &Problem) -> bool {
    problem.what == ProblemKind::MonthNotFinished
}

/// A page's number where addresses have to say it.
fn beyond_first(page: usize) -> String {
    if page > 1 { page.to_string() } else { String::new() }
}

fn sums<'c>(frame: &Frame, contracts: impl Iterator<Item = &'c Compared> + Clone) -> Sums {
    let sum = |amount: fn(&Compared) -> Option<Money>| contracts.clone().filter_map(amount).sum::<Money>();
    let net = sum(|one| one.net);
    // A month that was not billed came to nothing that could be said.
    let was_billed = contracts.clone().any(|one| one.net_before.is_some());
    let before = was_billed.then(|| sum(|one| one.net_before));
    Sums {
        known: frame.bare(&sum(|one| one.known)),
        net: frame.bare(&net),
        gross: frame.bare(&sum(|one| one.gross)),
        before: before.map_or_else(|| "–".to_owned(), |before| frame.bare(&before)),
        difference: before.map_or_else(|| "–".to_owned(), |before| signed(frame, net - before)),
    }
}

const fn part_key(part: PlanPart) -> &'static str {
    match part {
        PlanPart::All => "plan-all",
        PlanPart::Blocked => "plan-only-blocked",
        PlanPart::Problems => "plan-only-problems",
        PlanPart::Far => "plan-only-far",
    }
}

fn tabs(frame: &Frame, address: &Address, compared: &Comparison, current: PlanPart) -> Vec<Tab> {
    let tab = |part: PlanPart| Tab {
        label: frame.t(part_key(part)),
        address: address.set("only", part.name()).href(),
        count: Some(count(frame, part.of(compared).len())),
        is_current: part == current,
    };
    PlanPart::ALL.into_iter().map(tab).collect()
}

fn columns(frame: &Frame, address: &Address, order: Order<PlanKey>, before: &str, stage: Stage) -> Vec<Column> {
    let column = |label: String, by: PlanKey| Column::ordering(label, address, order, by);
    let number = |label: String, by: PlanKey| column(label, by).of_numbers();
    let mut columns = vec![
        column(frame.t("invoice-contract"), PlanKey::Contract),
        column(frame.t("invoice-tenant"), PlanKey::Tenant),
        Column::plain(frame.t("state")),
    ];
    if stage == Stage::ToCome {
        columns.push(number(before.to_owned(), PlanKey::Before));
        return columns;
    }
    if stage == Stage::Running {
        columns.push(number(frame.t("billing-known"), PlanKey::Known));
    }
    columns.extend([
        number(frame.t(net_key(stage)), PlanKey::Net),
        number(before.to_owned(), PlanKey::Before),
        number(frame.t("billing-difference"), PlanKey::Difference),
        number(frame.t("billing-percent"), PlanKey::Deviation),
    ]);
    if stage == Stage::Over {
        columns.push(number(frame.t("invoice-gross"), PlanKey::Gross));
    }
    columns
}

fn plan_row(frame: &Frame, month: BillingMonth, stage: Stage, one: &Compared) -> PlanRow {
    let (tone, key, address) = match &one.state {
        State::Issued(number) => (Tone::Ok, "plan-issued", Some(format!("/invoices/{number}"))),
        State::Cancelled(number) => (Tone::Warn, "plan-cancelled", Some(format!("/invoices/{number}"))),
        State::Drafted => (Tone::Info, "plan-drafted", Some(draft::address(month, &one.contract))),
        State::Billable => (Tone::Plain, "plan-billable", Some(draft::address(month, &one.contract))),
        State::Blocked if stage == Stage::Running => {
            (Tone::Error, "plan-would-block", Some(estimate_address(month, one)))
        }
        State::Running => (Tone::Info, "month-running", Some(estimate_address(month, one))),
        State::Blocked => (Tone::Error, "plan-blocked", Some(draft::address(month, &one.contract))),
        State::Nothing if stage == Stage::ToCome => (Tone::Info, "month-running", Some(estimate_address(month, one))),
        State::Nothing => (Tone::Plain, "plan-nothing", None),
    };
    let bare = |amount: Option<Money>| amount.map_or_else(|| "–".to_owned(), |amount| frame.bare(&amount));
    let percent = one.percent();
    PlanRow {
        contract: one.contract.to_string(),
        title: one.title.clone(),
        tenant: one.tenant_name.clone(),
        state: Badge { tone, text: frame.t(key) },
        address,
        number: match &one.state {
            State::Issued(number) => Some(number.to_string()),
            // Of what is cancelled the number stands with what cancelled it.
            _ => None,
        },
        cancelled: one.cancelled.iter().map(|one| cancelled_link(frame, one)).collect(),
        known: bare(one.known),
        net: bare(one.net),
        is_partial: one.is_partial,
        gross: bare(one.gross),
        before: bare(one.net_before),
        cancelled_before: one.cancelled_before.as_ref().map(|one| cancelled_link(frame, one)),
        difference: one.difference().map_or_else(|| "–".to_owned(), |difference| signed(frame, difference)),
        percent: percent.map_or_else(String::new, |percent| {
            let plus = if percent > rust_decimal::Decimal::ZERO { "+" } else { "" };
            format!("{plus}{}", typography::percent_to(percent, PERCENT_DECIMALS, frame.language))
        }),
        is_far: percent.is_some() && one.is_far(),
        may_issue: is_issuable(one),
        lines_address: (one.is_in_force && matches!(one.state, State::Running | State::Blocked))
            .then(|| draft::address(month, &one.contract)),
        issue_address: format!("/billing/{month}/issue?contract={}", encoded(one.contract.as_str())),
    }
}

/// What the contract may cost in a month that goes on.
fn estimate_address(month: BillingMonth, one: &Compared) -> String {
    let tenant = encoded(one.tenant.as_str());
    format!("/usage/estimate?tenant={tenant}&month={month}#{}", anchor(&one.contract))
}

/// With a plus where it is more.
fn signed(frame: &Frame, amount: Money) -> String {
    let plus = if amount > Money::ZERO { "+" } else { "" };
    format!("{plus}{}", frame.bare(&amount))
}
