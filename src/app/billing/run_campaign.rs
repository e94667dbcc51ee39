//! A billing run started from a page: it goes on by itself, notes how far it got, and one contract that cannot be done
//! does not stop the others.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::app::beat::beating;
use crate::app::plan_billing;
use crate::app::run_billing::{self, RunRequest};
use crate::app::{AppError, Store, archive_invoice, export_book};
use crate::domain::audit::{Actor, AuditEvent};
use crate::domain::billing_run::{Plan, Severity, not_over};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::ContractCode;
use crate::domain::told::Told;
use crate::storage::{StorageError, audit, billing_runs};

pub use crate::storage::billing_runs::{BillingRun, Outcome, RunItem, RunStatus};

pub const RUNS_PER_PAGE: i64 = 20;

/// What to do with a month.
#[derive(Debug, Clone)]
pub struct Campaign {
    pub month: BillingMonth,
    /// Number and freeze the drafts as well.
    pub issue: bool,
    /// These contracts only; every one where it is empty.
    pub only: BTreeSet<ContractCode>,
    pub by: Actor,
}

impl Campaign {
    fn holds(&self, contract: &ContractCode) -> bool {
        self.only.is_empty() || self.only.contains(contract)
    }
}

/// Notes that the run begins and returns its id; [`carry_out`] does it. While another run goes on, before the month is
/// over, and of contracts nobody knows it is refused.
pub fn begin(store: &Store, campaign: &Campaign, now: DateTime<Utc>) -> Result<i64, AppError> {
    let book = export_book::shared(store)?;
    if let Some(why) = not_over(campaign.month, book.facility.zone, now.into()) {
        return Err(AppError::Refused(Box::new(why)));
    }
    let is_known = |code: &&ContractCode| book.contracts.iter().any(|contract| contract.code == **code);
    if let Some(code) = campaign.only.iter().find(|code| !is_known(code)) {
        let english = format!("there is no contract `{code}`; name those of the book, or none to bill them all");
        return Err(AppError::Refused(Box::new(Told::new("contract-unknown", english))));
    }
    store.write(|connection| {
        let id = billing_runs::begin(connection, campaign.month, campaign.issue, &campaign.by.name, now)?;
        let detail = serde_json::json!({ "month": campaign.month, "issue": campaign.issue, "only": campaign.only });
        audit::append(connection, &AuditEvent::new(now, &campaign.by, "billing.run", &id.to_string(), detail))?;
        Ok(id)
    })
}

/// Refuses what would bill beside a run that goes on: each contract is billed once all the same, but neither would tell
/// what became of those the other did.
pub fn refuse_beside(store: &Store, now: DateTime<Utc>) -> Result<(), AppError> {
    Ok(billing_runs::refuse_beside(&mut *store.connection()?, now)?)
}

/// Does run `id` to its end. What goes wrong is noted with the run, and logged.
pub fn carry_out(store: &Store, id: i64, campaign: &Campaign, clock: impl Fn() -> DateTime<Utc>) {
    let ended = work(store, id, campaign, &clock);
    let (status, error) = match &ended {
        Ok(true) => (RunStatus::Done, None),
        Ok(false) => (RunStatus::Failed, None),
        Err(error) => (RunStatus::Failed, Some(kept(&telling(error)))),
    };
    if let Err(error) = &ended {
        tracing::error!(%error, run = id, "a billing run broke off");
    }
    let noted = store
        .write(|connection| Ok::<_, AppError>(billing_runs::end(connection, id, status, error.as_deref(), clock())?));
    if let Err(error) = noted {
        tracing::error!(%error, run = id, "the end of a billing run could not be noted");
    }
}

/// True where every contract could be done.
fn work(store: &Store, id: i64, campaign: &Campaign, clock: &impl Fn() -> DateTime<Utc>) -> Result<bool, AppError> {
    let now = clock();
    let request = RunRequest { month: campaign.month, issue: campaign.issue, by: campaign.by.clone(), now };
    // Planning a large month takes longer than a run may be silent.
    let (gathered, plan) = beating(
        now,
        |at| beat(store, id, at),
        || {
            archive_invoice::archive_missing(store, now)?;
            let gathered = run_billing::gather_behind_horizon(store, &request)?;
            let plan = plan_billing::make(&gathered, now);
            Ok::<_, AppError>((gathered, plan))
        },
    )?;
    let waiting = blocked(&plan, campaign);
    let mut all_done = waiting.is_empty();
    let drafts: Vec<_> = plan.drafts.iter().filter(|draft| campaign.holds(&draft.contract)).collect();
    let item = |draft: &crate::domain::invoice::Draft, outcome| RunItem {
        contract: draft.contract.clone(),
        tenant: draft.tenant.clone(),
        outcome,
        number: None,
        error: None,
    };
    store.write(|connection| {
        for one in &waiting {
            billing_runs::note(connection, id, one, now)?;
        }
        for draft in &drafts {
            billing_runs::note(connection, id, &item(draft, Outcome::Waiting), now)?;
        }
        Ok::<_, AppError>(())
    })?;
    let mut issued = BTreeSet::new();
    for draft in drafts {
        let request = RunRequest { now: clock(), ..request.clone() };
        let done = match campaign.issue {
            true => run_billing::issue(store, &gathered, draft, &request).map(|issued| match issued {
                Some(issued) => RunItem { number: Some(issued.number), ..item(draft, Outcome::Issued) },
                None => item(draft, Outcome::Skipped),
            }),
            false => store
                .write(|connection| run_billing::save_draft(connection, draft, &request))
                .map(|_| item(draft, Outcome::Drafted)),
        };
        let done = done.unwrap_or_else(|error| {
            tracing::error!(%error, contract = %draft.contract, "a contract could not be billed");
            RunItem { error: Some(kept(&telling(&error))), ..item(draft, Outcome::Failed) }
        });
        all_done &= done.outcome != Outcome::Failed;
        if done.outcome == Outcome::Issued {
            issued.insert(done.contract.clone());
        }
        store.write(|connection| Ok::<_, AppError>(billing_runs::note(connection, id, &done, clock())?))?;
    }
    if campaign.issue {
        run_billing::settle_late_changes(store, &gathered, &plan, &issued, &request)?;
    }
    Ok(all_done && !plan.blocking().any(|problem| problem.contract.is_none()))
}

fn beat(store: &Store, id: i64, now: DateTime<Utc>) {
    let noted = store.write(|connection| Ok::<_, AppError>(billing_runs::beat(connection, id, now)?));
    if let Err(error) = noted {
        tracing::warn!(%error, run = id, "it could not be noted that a billing run goes on");
    }
}

/// Contracts that have no draft because of a problem, each with the first of them.
fn blocked(plan: &Plan, campaign: &Campaign) -> Vec<RunItem> {
    let mut seen = BTreeSet::new();
    let mut items = vec![];
    for problem in plan.problems.iter().filter(|problem| problem.severity == Severity::Blocking) {
        let (Some(contract), Some(tenant)) = (&problem.contract, &problem.tenant) else { continue };
        if campaign.holds(contract) && seen.insert(contract) {
            items.push(RunItem {
                contract: contract.clone(),
                tenant: tenant.clone(),
                outcome: Outcome::Failed,
                number: None,
                error: Some(kept(&problem.message)),
            });
        }
    }
    items
}

/// What a run notes of an error: a refusal in its own words, else that something broke.
fn telling(error: &AppError) -> Told {
    match error {
        AppError::Refused(told) => (**told).clone(),
        AppError::Storage(StorageError::Conflict(text)) => Told::new("run-conflict", text),
        AppError::Storage(StorageError::Closed(text)) => Told::new("run-closed", text),
        error => Told::new("run-broken", error),
    }
}

fn kept(told: &Told) -> String {
    serde_json::to_string(told).unwrap_or_else(|_| told.english.clone())
}

/// What a run noted of an error; notes of earlier versions are English text.
pub fn told(noted: &str) -> Told {
    serde_json::from_str(noted).unwrap_or_else(|_| Told::plain(noted))
}

/// The `page`th page of runs, from 1, the latest first, and how many runs there are.
pub fn page(store: &Store, page: i64, now: DateTime<Utc>) -> Result<(Vec<BillingRun>, i64), AppError> {
    let before = page.max(1).saturating_sub(1).saturating_mul(RUNS_PER_PAGE);
    let (found, count) = store.read(|connection| {
        Ok((billing_runs::page(connection, RUNS_PER_PAGE, before)?, billing_runs::count(connection)?))
    })?;
    Ok((found.into_iter().map(|run| as_it_stands(run, now)).collect(), count))
}

/// A run whose program is gone is stopped, whether or not that is written down yet: looking at it writes nothing.
fn as_it_stands(run: BillingRun, now: DateTime<Utc>) -> BillingRun {
    if run.status == RunStatus::Running && billing_runs::is_silent(run.seen_at, now) {
        return BillingRun { status: RunStatus::Stopped, ended_at: Some(run.seen_at), ..run };
    }
    run
}

pub fn find(store: &Store, id: i64) -> Result<Option<BillingRun>, AppError> {
    Ok(billing_runs::find(&mut *store.connection()?, id)?)
}

/// The same; one whose program is gone is told as stopped.
pub fn look(store: &Store, id: i64, now: DateTime<Utc>) -> Result<Option<BillingRun>, AppError> {
    Ok(find(store, id)?.map(|run| as_it_stands(run, now)))
}

/// The latest runs, newest first. One whose program is gone is told as stopped.
pub fn recent(store: &Store, now: DateTime<Utc>) -> Result<Vec<BillingRun>, AppError> {
    let found = billing_runs::recent(&mut *store.connection()?, RUNS_PER_PAGE)?;
    Ok(found.into_iter().map(|run| as_it_stands(run, now)).collect())
}
