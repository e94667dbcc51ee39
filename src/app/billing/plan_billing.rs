//! Show what a month would bill, and every problem, before anything is written.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::app::gather::{Gathered, gather};
use crate::app::{AppError, Store};
use crate::domain::billing_run::{self, Plan, Problem, ProblemKind, Severity, Snapshot};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::Draft;
use crate::domain::money::Money;
use crate::domain::party::Language;

/// The plan of a month, as people and scripts read it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct PlanReport {
    pub month: BillingMonth,
    pub drafts: Vec<DraftSummary>,
    /// Contracts whose invoice of the month is issued.
    pub already_billed: Vec<String>,
    pub problems: Vec<ProblemSummary>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct DraftSummary {
    pub contract: String,
    pub tenant: String,
    pub lines: usize,
    pub net: Money,
    pub tax: Money,
    pub gross: Money,
    pub charges: Vec<ChargeSummary>,
}

/// One line: euros and quantities as decimal strings.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ChargeSummary {
    pub line: String,
    /// As the invoice says it.
    pub designation: String,
    pub quantity: String,
    pub unit: &'static str,
    pub unit_price: String,
    pub net: Money,
    pub formula: String,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ProblemSummary {
    /// `blocking` or `warning`.
    pub severity: &'static str,
    pub what: ProblemKind,
    pub tenant: Option<String>,
    pub contract: Option<String>,
    pub line: Option<String>,
    pub meter: Option<String>,
    pub message: String,
}

impl PlanReport {
    /// Whether something keeps an invoice from being issued.
    pub fn blocked(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == "blocking")
    }

    /// Whether an invoice of the month is mailed to nobody.
    pub fn is_unread(&self) -> bool {
        self.problems.iter().any(|problem| problem.what == ProblemKind::NoRecipient)
    }
}

/// The plan of `month`; writes nothing.
pub fn plan(store: &Store, month: BillingMonth, now: DateTime<Utc>) -> Result<PlanReport, AppError> {
    let gathered = store.read(|connection| gather(connection, month))?;
    Ok(report(&make(&gathered, now), &gathered.book))
}

pub(in crate::app) fn make(gathered: &Gathered, now: DateTime<Utc>) -> Plan {
    billing_run::plan(&Snapshot {
        book: &gathered.book,
        month: gathered.month,
        samples: &gathered.samples,
        billed: gathered.billed.clone(),
        late: gathered.late.clone(),
        manual: gathered.manual.clone(),
        credits: gathered.credits.clone(),
        unreported: gathered.unreported.clone(),
        now: now.into(),
    })
}

/// What the plan says, each draft in the language of its tenant's invoices.
pub(in crate::app) fn report(plan: &Plan, book: &Book) -> PlanReport {
    let languages = &|tenant: &TenantCode| {
        book.tenants.iter().find(|known| known.code == *tenant).map_or(Language::French, |known| known.language)
    };
    PlanReport {
        month: plan.month,
        drafts: plan.drafts.iter().map(|one| draft(one, languages)).collect(),
        already_billed: plan.already_billed.iter().map(|billed| billed.contract.to_string()).collect(),
        problems: plan.problems.iter().map(problem).collect(),
    }
}

fn draft(draft: &Draft, language_of: &dyn Fn(&TenantCode) -> Language) -> DraftSummary {
    let language = language_of(&draft.tenant);
    let charges = draft.charges.iter().map(|charge| ChargeSummary {
        line: charge.provenance.line.to_string(),
        designation: charge.designation.in_language(language).to_owned(),
        quantity: charge.quantity.to_string(),
        unit: charge.unit.name(),
        unit_price: charge.unit_price.to_string(),
        net: charge.net,
        formula: charge.provenance.formula.clone(),
    });
    DraftSummary {
        contract: draft.contract.to_string(),
        tenant: draft.tenant.to_string(),
        lines: draft.charges.len(),
        net: draft.totals.net,
        tax: draft.totals.tax,
        gross: draft.totals.gross,
        charges: charges.collect(),
    }
}

/// A problem as plans tell it.
pub fn problem(problem: &Problem) -> ProblemSummary {
    ProblemSummary {
        severity: match problem.severity {
            Severity::Blocking => "blocking",
            Severity::Warning => "warning",
        },
        tenant: problem.tenant.as_ref().map(ToString::to_string),
        contract: problem.contract.as_ref().map(ToString::to_string),
        line: problem.line.as_ref().map(ToString::to_string),
        meter: problem.meter.as_ref().map(ToString::to_string),
        what: problem.what,
        message: problem.message.english.clone(),
    }
}
