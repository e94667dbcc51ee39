//! How a run goes on and what became of it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::super::parts::{Address, Badge, Link, Pager, Tone};
use super::super::progress::{self, Progress};
use super::super::{Frame, encoded, page};
use crate::app::AppError;
use crate::app::cancelled::{self, Cancelled};
use crate::app::left_of_run::{LeftOfRun, left_of_run};
use crate::app::listing::Rows;
use crate::app::read_tenants::{self, TenantNames};
use crate::app::run_campaign::{self, BillingRun, Outcome, RunItem, RunStatus};
use crate::domain::access::{Action, Decision, TenantScope, policy};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::invoice::InvoiceNumber;
use crate::domain::party::Language;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "billing_run.html")]
struct RunPage {
    frame: Frame,
    run: BillingRun,
    title: String,
    state: Badge,
    started: String,
    counts: String,
    progress: Progress,
    /// What failed and is still to be done first.
    items: Vec<ItemRow>,
    pager: Pager,
    /// Contracts to be done again.
    left: Vec<String>,
    may_run: bool,
    is_running: bool,
    /// Why the run as a whole could not go on.
    broken: Option<String>,
}

struct ItemRow {
    contract: Link,
    tenant: String,
    state: Badge,
    address: Option<String>,
    /// Of the invoice in force.
    number: Option<String>,
    /// The one the run issued, where nothing is left of it.
    cancelled: Option<Link>,
    /// Whether that is all there is.
    is_cancelled: bool,
    error: Option<String>,
    /// The meter the error is about.
    meter: Option<Link>,
}

#[derive(Deserialize)]
pub struct RunQuery {
    page: Option<String>,
}

/// What the rows of a run are told with.
struct Around {
    names: TenantNames,
    cancelled: Vec<Cancelled>,
    left: LeftOfRun,
}

pub async fn show(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<String>,
    http: HttpRequest,
    query: Query<RunQuery>,
) -> Result<HttpResponse, Fault> {
    let asked = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let run = found(&shared, id(&path)?).await?;
    let (store, of) = (shared.store.clone(), run.clone());
    let (zone, around) = blocking(move || {
        let names = read_tenants::names(&store, &TenantScope::Everyone)?;
        let cancelled = cancelled::of_month(&store, of.month)?;
        Ok((read_tenants::zone(&store)?, Around { names, cancelled, left: left_of_run(&store, &of)? }))
    })
    .await?;
    let items = Rows::cut(in_order(&run, &around.left), Some(asked));
    let frame = Frame::of(&http);
    let what = frame.t(if run.issues { "run-issue" } else { "run-draft" });
    let name = frame.month(&run.month);
    let template = RunPage {
        title: frame.texts("run-title", &[("what", &what), ("month", &frame.of_month(&run.month))]),
        state: state(&frame, &run),
        started: frame.texts(
            "run-started",
            &[("by", &run.started_by), ("at", &frame.instant(Timestamp::from(run.started_at), zone))],
        ),
        counts: counts_text(&frame, &run),
        progress: progress(frame.language, &run),
        pager: Pager::new(&Address::new(format!("/billing/runs/{}", run.id)), items.page, items.pages),
        items: items.rows.into_iter().map(|item| item_row(&frame, run.month, &around, item)).collect(),
        left: around.left.open.iter().map(ToString::to_string).collect(),
        may_run: policy(granted.role, Action::RunBilling) != Decision::Deny,
        is_running: run.status == RunStatus::Running,
        broken: run.error.as_deref().map(|error| frame.said(&run_campaign::told(error))),
        frame: frame.under(name, format!("/billing/{}", run.month)),
        run,
    };
    page(StatusCode::OK, &template)
}

/// What failed and is still to be done, then what failed and was done since, then everything else as it was noted.
fn in_order<'r>(run: &'r BillingRun, left: &LeftOfRun) -> Vec<&'r RunItem> {
    let mut items: Vec<&RunItem> = run.items.iter().collect();
    items.sort_by_key(|item| match item.outcome {
        Outcome::Failed if left.open.contains(&item.contract) => 0,
        Outcome::Failed => 1,
        _ => 2,
    });
    items
}

fn item_row(frame: &Frame, month: BillingMonth, around: &Around, item: &RunItem) -> ItemRow {
    let issued = item.number.as_deref().map(InvoiceNumber::from_stored);
    // What the run could not do may have been invoiced since.
    let known = issued.as_ref().or_else(|| around.left.invoiced.get(&item.contract));
    let number = known.map(|number| cancelled::in_force(&around.cancelled, number).to_string());
    let cancelled = around.cancelled.iter().find(|one| Some(&one.invoice) == issued.as_ref());
    let (tone, key) = match item.outcome {
        Outcome::Waiting => (Tone::Plain, "item-waiting"),
        Outcome::Drafted => (Tone::Info, "item-drafted"),
        Outcome::Issued => (Tone::Ok, "item-issued"),
        Outcome::Skipped => (Tone::Plain, "item-skipped"),
        Outcome::Failed => (Tone::Error, "item-failed"),
    };
    let told = item.error.as_deref().map(run_campaign::told);
    let page_of =
        |section: &str, code: &str| Link { label: code.to_owned(), address: format!("/{section}/{}", encoded(code)) };
    ItemRow {
        contract: page_of("contracts", item.contract.as_str()),
        tenant: around.names.name(&item.tenant).to_owned(),
        state: Badge { tone, text: frame.t(key) },
        address: match (&number, item.outcome) {
            (Some(number), _) => Some(format!("/invoices/{number}")),
            (None, Outcome::Drafted) => Some(super::draft::address(month, &item.contract)),
            _ => None,
        },
        is_cancelled: cancelled.is_some_and(|one| number.as_deref() == Some(one.invoice.as_str())),
        number,
        cancelled: cancelled.map(|one| super::cancelled_link(frame, one)),
        meter: told.as_ref().and_then(|told| told.text("meter")).map(|code| page_of("meters", code)),
        error: told.as_ref().map(|told| frame.said(told)),
    }
}

/// The run's state in a word.
pub fn state(frame: &Frame, run: &BillingRun) -> Badge {
    let (tone, key) = match run.status {
        RunStatus::Running => (Tone::Info, "run-running"),
        RunStatus::Done => (Tone::Ok, "run-done"),
        RunStatus::Failed => (Tone::Error, "run-failed"),
        RunStatus::Stopped => (Tone::Warn, "run-stopped"),
    };
    Badge { tone, text: frame.t(key) }
}

/// `3 faits, 1 en échec`
pub fn counts_text(frame: &Frame, run: &BillingRun) -> String {
    let of = |outcomes: &[Outcome]| run.items.iter().filter(|item| outcomes.contains(&item.outcome)).count();
    let (done, failed) = (of(&[Outcome::Drafted, Outcome::Issued, Outcome::Skipped]), of(&[Outcome::Failed]));
    frame.texts("run-counts", &[("done", &done.to_string()), ("failed", &failed.to_string())])
}

fn progress(language: Language, run: &BillingRun) -> Progress {
    let done = run.items.iter().filter(|item| item.outcome != Outcome::Waiting).count();
    let total = run.items.len();
    let values = [("done", done.to_string()), ("total", total.to_string())];
    let key = if total == 0 { "run-progress-start" } else { "run-progress" };
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Progress { done: count(done), total: count(total), text: super::super::texts::text(language, key, &values) }
}

fn id(text: &str) -> Result<i64, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn found(shared: &Data<Shared>, id: i64) -> Result<BillingRun, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || run_campaign::look(&store, id, now)).await?.ok_or(Fault::NotFound)
}

/// The run as server-sent events, until it ends.
pub async fn events(shared: Data<Shared>, path: Path<String>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let id = id(&path)?;
    found(&shared, id).await?;
    let (shared, language) = (shared.clone(), Frame::of(&http).language);
    Ok(progress::events(move || {
        let run = run_campaign::look(&shared.store, id, shared.now())?
            .ok_or_else(|| AppError::NotFound(format!("billing run {id}")))?;
        Ok((progress(language, &run), run.status != RunStatus::Running))
    }))
}
