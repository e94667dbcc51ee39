//! Billing runs: the months to bill, a month's plan with its drafts, issuing it, and how a run goes on.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::parts::{Badge, Choice, Link, Tone};
use super::{Frame, page, see_other};
use crate::app::cancelled::Cancelled;
use crate::app::compare_billing::{Compared, State};
use crate::app::read_months::{self, MonthBilling};
use crate::app::read_tenants;
use crate::app::run_campaign::{self, BillingRun};
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod draft;
pub mod issue;
pub mod manual;
pub mod plan;
pub mod problems;
pub mod run;
pub mod withdraw;

/// Months the overview names.
const MONTHS: usize = 12;

#[derive(Template)]
#[template(path = "billing.html")]
struct BillingPage {
    frame: Frame,
    choices: Vec<Choice>,
    months: Vec<MonthRow>,
    runs: Vec<RunRow>,
}

struct MonthRow {
    name: String,
    address: String,
    drafts: String,
    /// Invoices, those that are cancelled and those that take their place included.
    issued: String,
    credit_notes: String,
    state: Badge,
}

pub struct RunRow {
    pub id: i64,
    pub month: String,
    pub what: String,
    pub by: String,
    pub at: String,
    pub state: Badge,
    pub counts: String,
}

#[derive(Deserialize)]
pub struct MonthQuery {
    #[serde(default)]
    month: String,
}

/// The months to bill and the latest runs; a month chosen in the form leads to its plan.
pub async fn list(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<MonthQuery>,
) -> Result<HttpResponse, Fault> {
    if !query.month.is_empty() {
        return Ok(see_other(&format!("/billing/{}", month(&query.month)?)));
    }
    let (store, now) = (shared.store.clone(), shared.now());
    let (today, zone, months, runs) = blocking(move || {
        let months = read_months::latest(&store, &granted.reader(), MONTHS, now)?;
        Ok((read_tenants::today(&store, now)?, read_tenants::zone(&store)?, months, run_campaign::recent(&store, now)?))
    })
    .await?;
    let frame = Frame::of(&http);
    let running = BillingMonth::of(today);
    let choice = |one: &MonthBilling| Choice {
        value: one.month.to_string(),
        label: frame.month(&one.month),
        is_chosen: one.month == running.previous(),
    };
    let template = BillingPage {
        choices: months.iter().map(choice).collect(),
        months: months.iter().map(|one| month_row(&frame, running, one)).collect(),
        runs: runs.iter().map(|one| run_row(&frame, zone, one)).collect(),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn month_row(frame: &Frame, running: BillingMonth, one: &MonthBilling) -> MonthRow {
    let state = match (one.month == running, one.drafts, one.issued, one.unbilled) {
        (true, ..) => Badge { tone: Tone::Info, text: frame.t("month-running") },
        (_, 0, 0, _) => Badge { tone: Tone::Plain, text: frame.t("month-none") },
        (_, 0, _, 0) => Badge { tone: Tone::Ok, text: frame.t("month-issued") },
        (_, 0, _, some) => {
            let text = frame.with("month-unbilled", "count", &some.to_string());
            Badge { tone: Tone::Warn, text }
        }
        _ => Badge { tone: Tone::Warn, text: frame.t("month-drafts") },
    };
    MonthRow {
        name: frame.month(&one.month),
        address: format!("/billing/{}", one.month),
        drafts: frame.whole(one.drafts),
        issued: frame.whole(one.issued),
        credit_notes: frame.whole(one.credit_notes),
        state,
    }
}

fn run_row(frame: &Frame, zone: chrono_tz::Tz, one: &BillingRun) -> RunRow {
    RunRow {
        id: one.id,
        month: frame.month(&one.month),
        what: frame.t(if one.issues { "run-issue" } else { "run-draft" }),
        by: one.started_by.clone(),
        at: frame.instant(Timestamp::from(one.started_at), zone),
        state: run::state(frame, one),
        counts: run::counts_text(frame, one),
    }
}

/// A month as addresses have it; what is none is not there.
fn month(text: &str) -> Result<BillingMonth, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

const fn is_issuable(one: &Compared) -> bool {
    matches!(one.state, State::Billable | State::Drafted)
}

/// `DC2026000002 annulée par l’avoir DC2026000004`, leading to the cancelled invoice.
fn cancelled_link(frame: &Frame, one: &Cancelled) -> Link {
    let by: Vec<String> = one.by.iter().map(ToString::to_string).collect();
    let values = [("number", one.invoice.as_str()), ("by", &*by.join(", "))];
    let key = if by.len() > 1 { "billing-cancelled-several" } else { "billing-cancelled" };
    Link { label: frame.texts(key, &values), address: format!("/invoices/{}", one.invoice) }
}
