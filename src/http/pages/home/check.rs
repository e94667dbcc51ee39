//! The look behind a home: what the plan of the month, and the month that goes on, show.

use std::time::Duration as Wait;

use actix_web::web::Data;

use super::Card;
use crate::app::{AppError, Store, compare_billing, read_home, read_months};
use crate::domain::calendar::BillingMonth;
use crate::http::pages::Frame;
use crate::http::state::{CheckedMonth, Shared, blocking};

/// A page waits no longer for the check of the month; it goes on, and the next page shows what it found.
const CHECK_WAIT: Wait = Wait::from_secs(2);

/// What a look came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looked<T> {
    /// It goes on.
    Pending,
    /// It ended without a finding; the log says why.
    Failed,
    Found(T),
}

impl<T> Looked<T> {
    pub fn as_ref(&self) -> Looked<&T> {
        match self {
            Looked::Pending => Looked::Pending,
            Looked::Failed => Looked::Failed,
            Looked::Found(found) => Looked::Found(found),
        }
    }

    /// A part of what was found; none where that part failed by itself.
    pub fn part<U>(self, of: impl FnOnce(T) -> Option<U>) -> Looked<U> {
        match self {
            Looked::Pending => Looked::Pending,
            Looked::Failed => Looked::Failed,
            Looked::Found(found) => of(found).map_or(Looked::Failed, Looked::Found),
        }
    }

    pub fn found(self) -> Option<T> {
        match self {
            Looked::Found(found) => Some(found),
            Looked::Pending | Looked::Failed => None,
        }
    }
}

/// What the plan of the month finds, as of a short while ago. It is made beside the page, which waits for it a moment
/// only: a month of a large site takes longer than a person likes to wait. Where a part failed each page tries again, and
/// shows the rest of what is known meanwhile.
pub async fn check(shared: &Data<Shared>, month: BillingMonth, is_due: bool) -> Looked<CheckedMonth> {
    let now = shared.now();
    if let Some(known) = shared.checked_month(month, now).filter(CheckedMonth::is_whole) {
        return Looked::Found(known);
    }
    if shared.begin_check() {
        let worker = shared.clone();
        let work = actix_web::rt::spawn(async move {
            let store = worker.store.clone();
            let found = blocking(move || look(&store, month, is_due, now)).await;
            if let Err(fault) = &found {
                tracing::error!(%fault, %month, "the month could not be checked");
            }
            worker.end_check(found.ok());
        });
        // In time or not, it goes on to its end.
        let _ = tokio::time::timeout(CHECK_WAIT, work).await;
    }
    match shared.checked_month(month, now) {
        Some(known) => Looked::Found(known),
        None if shared.has_check_failed() => Looked::Failed,
        None => Looked::Pending,
    }
}

fn look(
    store: &Store,
    month: BillingMonth,
    is_due: bool,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<CheckedMonth, AppError> {
    let problems = match is_due {
        true => compare_billing::compare(store, month, now)?.problems.clone(),
        false => vec![],
    };
    let running = read_home::running(store, now);
    if let Err(error) = &running {
        tracing::error!(%error, "the running month could not be looked at");
    }
    let running_plan = compare_billing::compare(store, month.next(), now);
    if let Err(error) = &running_plan {
        tracing::error!(%error, "the plan of the running month could not be made");
    }
    let forgotten = read_months::forgotten(store, month)?;
    Ok(CheckedMonth { month, at: now, problems, forgotten, running: running.ok(), running_plan: running_plan.ok() })
}

/// In place of what a check that failed would have said.
pub fn failed_card(frame: &Frame, title: String, link: Option<(String, String)>) -> Card {
    let text = frame.t("home-check-failed");
    Card { class: "card-bad", title, count: "–".to_owned(), text, items: vec![], link }
}
