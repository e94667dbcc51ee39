//! Record management figures, all or nothing. What is recorded stays: a correction is a further revision beside it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound, Utc};
use serde::Serialize;

use crate::app::archive_invoice::sha256;
use crate::app::{AppError, Store};
use crate::collect::{FigureFile, SubmittedFigure, figures};
use crate::domain::audit::{Actor, AuditEvent, sha256_hex};
use crate::domain::book::nearest;
use crate::domain::calendar::{BillingMonth, day_in};
use crate::domain::ids::TenantCode;
use crate::domain::payback::{FigureKey, FigureKind, ManagementFigure};
use crate::domain::told::Told;
use crate::storage::{AnyConnection, audit, billing, book, management_figures, revenue};

/// What recording did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RecordReport {
    pub recorded: usize,
    pub corrected: usize,
    /// Recorded before with the same amount and source.
    pub unchanged: usize,
}

/// Records every figure of a CSV file (docs/payback.md). Importing it again changes nothing.
pub fn import(
    store: &Store,
    bytes: &[u8],
    file_name: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RecordReport, AppError> {
    let FigureFile { figures, mut mistakes } = figures(bytes, file_name);
    if mistakes.is_empty() {
        return record(store, &figures, &format!("{file_name}, SHA-256 {}", sha256(bytes)), by, now);
    }
    // What can be read and is wrong all the same is told with what cannot, line by line.
    let known = store.read(|connection| Known::gather(connection, now))?;
    let others = known.plan(&figures, by, now).err().unwrap_or_default();
    mistakes.extend(others.into_iter().map(|(line, told)| (line, told.english)));
    mistakes.sort_by_key(|(line, _)| *line);
    Err(refused(&mistakes.into_iter().map(|(_, told)| told).collect::<Vec<_>>()))
}

/// Records `submitted`, which came from `origin`.
pub fn record(
    store: &Store,
    submitted: &[SubmittedFigure],
    origin: &str,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<RecordReport, AppError> {
    store.write(|connection| {
        let known = Known::gather(connection, now)?;
        let plan = known.plan(submitted, by, now).map_err(refused_told)?;
        for (figure, before) in &plan.figures {
            management_figures::insert(connection, figure)?;
            if let Some(before) = before {
                audit::append(connection, &correction_event(figure, before, by, now))?;
            }
        }
        if plan.report.recorded > 0 {
            let detail = serde_json::json!({
                "from": origin, "recorded": plan.report.recorded, "corrected": plan.report.corrected,
                "figures": plan.new_amounts(), "sha256": fingerprint(plan.new_figures()),
            });
            audit::append(connection, &AuditEvent::new(now, by, "management-figures.recorded", "payback", detail))?;
        }
        Ok(plan.report)
    })
}

/// The figures in force, the latest month first.
pub fn in_force(store: &Store) -> Result<Vec<ManagementFigure>, AppError> {
    let mut figures = management_figures::in_force(&mut *store.connection()?)?;
    figures.sort_by(|a, b| b.key.month.cmp(&a.key.month).then_with(|| a.key.cmp(&b.key)));
    Ok(figures)
}

/// Every figure with all its revisions.
pub fn list(store: &Store) -> Result<Vec<ManagementFigure>, AppError> {
    Ok(management_figures::all(&mut *store.connection()?)?)
}

fn refused(mistakes: &[String]) -> AppError {
    let noun = if mistakes.len() == 1 { "mistake" } else { "mistakes" };
    AppError::Input(format!("{}\n{} {noun}; nothing was recorded", mistakes.join("\n"), mistakes.len()))
}

/// One mistake alone is told in the words it has for people.
fn refused_told(mistakes: Vec<(usize, Told)>) -> AppError {
    match mistakes.as_slice() {
        [(_, one)] => {
            let english = format!("{}\n1 mistake; nothing was recorded", one.english);
            AppError::Refused(Box::new(Told { english, ..one.clone() }))
        }
        several => refused(&several.iter().map(|(_, told)| told.english.clone()).collect::<Vec<_>>()),
    }
}

fn correction_event(
    figure: &ManagementFigure,
    before: &ManagementFigure,
    by: &Actor,
    now: DateTime<Utc>,
) -> AuditEvent {
    let state = |one: &ManagementFigure| serde_json::json!({ "amount": one.amount, "source": one.source, "revision": one.revision });
    let subject = format!("{} {} {}", figure.key.month, figure.key.kind.name(), figure.key.label);
    let event = AuditEvent::new(now, by, "management-figure.corrected", &subject, state(figure)).before(state(before));
    event.because(figure.reason.as_deref().unwrap_or_default())
}

/// What submitted figures are held against.
struct Known {
    in_force: BTreeMap<FigureKey, ManagementFigure>,
    tenants: BTreeSet<TenantCode>,
    invoiced: BTreeSet<(TenantCode, BillingMonth)>,
    this_month: BillingMonth,
}

#[derive(Default)]
struct Plan {
    /// Each with what it replaces.
    figures: Vec<(ManagementFigure, Option<ManagementFigure>)>,
    report: RecordReport,
}

/// The SHA-256 of what is recorded for the first time, whatever its order: what the trail can be held to later.
pub(in crate::app) fn fingerprint<'a>(figures: impl IntoIterator<Item = &'a ManagementFigure>) -> String {
    let mut figures: Vec<&ManagementFigure> = figures.into_iter().collect();
    figures.sort_by(|a, b| a.key.cmp(&b.key));
    let line = |figure: &&ManagementFigure| {
        let FigureKey { month, kind, label, tenant, service } = &figure.key;
        let (amount, source) = (figure.amount, &figure.source);
        serde_json::json!([month, kind, label, tenant, service, amount, source]).to_string() + "\n"
    };
    sha256_hex(figures.iter().map(line).collect::<String>().as_bytes())
}

impl Plan {
    /// The figures that replace none.
    fn new_figures(&self) -> impl Iterator<Item = &ManagementFigure> {
        self.figures.iter().filter(|(_, before)| before.is_none()).map(|(figure, _)| figure)
    }

    /// The sum recorded anew by kind, for the trail.
    fn new_amounts(&self) -> BTreeMap<&'static str, crate::domain::money::Money> {
        let mut sums = BTreeMap::new();
        for (figure, _) in self.figures.iter().filter(|(_, before)| before.is_none()) {
            *sums.entry(figure.key.kind.name()).or_default() += figure.amount;
        }
        sums
    }
}

impl Known {
    fn gather(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Known, AppError> {
        let in_force = management_figures::in_force(connection)?;
        let billed = revenue::billed(connection)?;
        Ok(Known {
            in_force: in_force.into_iter().map(|figure| (figure.key.clone(), figure)).collect(),
            tenants: book::tenant_ids(connection)?.into_keys().collect(),
            invoiced: billed.into_iter().map(|one| (one.tenant, one.month)).collect(),
            this_month: BillingMonth::of(day_in(now, billing::facility_zone(connection)?)),
        })
    }

    /// Every figure to write, or every mistake with its line.
    fn plan(&self, submitted: &[SubmittedFigure], by: &Actor, now: DateTime<Utc>) -> Result<Plan, Vec<(usize, Told)>> {
        let mut plan = Plan::default();
        let mut mistakes = Vec::new();
        let mut seen: BTreeMap<&FigureKey, &str> = BTreeMap::new();
        for one in submitted {
            if let Some(place) = seen.insert(&one.key, &one.place) {
                let told = format!("{}: is the same figure as {place}; keep one of them", one.place);
                mistakes.push((one.line, Told::plain(told)));
            } else if let Err((column, mistake)) = self.plan_one(one, by, now, &mut plan) {
                let english = format!("{}: {}", one.cell(column), mistake.english);
                mistakes.push((one.line, Told { english, ..mistake }));
            }
        }
        if mistakes.is_empty() { Ok(plan) } else { Err(mistakes) }
    }

    /// Plans one figure; or says what is wrong with which of its columns.
    fn plan_one(
        &self,
        one: &SubmittedFigure,
        by: &Actor,
        now: DateTime<Utc>,
        plan: &mut Plan,
    ) -> Result<(), (&'static str, Told)> {
        self.check(one)?;
        let before = self.in_force.get(&one.key);
        if before.is_some_and(|before| before.amount == one.amount && before.source == one.source) {
            plan.report.unchanged += 1;
            return Ok(());
        }
        if one.amount.is_negative() {
            let english = format!(
                "{} is below zero; the kind says which way a figure counts: write an amount above zero, and what a credit note \
                 takes back as a correction of the figure it is about, with its reason",
                one.amount
            );
            return Err(("amount_eur", Told::new("figure-negative", english).with("amount", one.amount)));
        }
        match (before, &one.correction) {
            (Some(before), None) => {
                let english = format!(
                    "{} {} `{}` is recorded as {} ({}), not {} ({}); give the reason in `correction` to replace it",
                    one.key.month,
                    one.key.kind.name(),
                    one.key.label,
                    before.amount,
                    before.source,
                    one.amount,
                    one.source
                );
                let told = Told::new("figure-is-recorded", english).with("amount", before.amount);
                return Err(("correction", told.with("source", before.source.as_str())));
            }
            (None, Some(_)) => {
                let english = format!(
                    "there is no {} `{}` of {} to correct; leave `correction` empty to record it",
                    one.key.kind.name(),
                    one.key.label,
                    one.key.month
                );
                return Err(("correction", Told::new("figure-is-not-there", english)));
            }
            (Some(_), Some(_)) => plan.report.corrected += 1,
            (None, None) => plan.report.recorded += 1,
        }
        let figure = ManagementFigure {
            id: 0,
            key: one.key.clone(),
            revision: before.map_or(1, |before| before.revision + 1),
            amount: one.amount,
            source: one.source.clone(),
            reason: one.correction.clone(),
            recorded_by: by.name.clone(),
            recorded_at: now.trunc_subsecs(0),
        };
        plan.figures.push((figure, before.cloned()));
        Ok(())
    }

    fn check(&self, one: &SubmittedFigure) -> Result<(), (&'static str, Told)> {
        let month = one.key.month;
        if month > self.this_month {
            let english = format!("{month} is still to come; a figure tells what was, a scenario what may be");
            return Err(("month", Told::new("figure-to-come", english).with("month", month)));
        }
        let Some(tenant) = &one.key.tenant else { return Ok(()) };
        if !self.tenants.contains(tenant) {
            let codes = self.tenants.iter().map(TenantCode::as_str);
            let remedy = nearest(tenant.as_str(), codes)
                .map_or_else(|| "name one of the book".to_owned(), |code| format!("did you mean `{code}`?"));
            let english = format!("there is no tenant `{tenant}`; {remedy}");
            return Err(("tenant", Told::new("unknown-tenant", english).with("tenant", tenant.as_str())));
        }
        if one.key.kind == FigureKind::EarlierRevenue && self.invoiced.contains(&(tenant.clone(), month)) {
            let english = format!(
                "{tenant} has issued invoices of {month} here, which count already; earlier revenue is of months before"
            );
            let told = Told::new("figure-is-invoiced", english).with("tenant", tenant.as_str()).with("month", month);
            return Err(("tenant", told));
        }
        Ok(())
    }
}
