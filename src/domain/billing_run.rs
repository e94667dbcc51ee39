//! A billing run: everything of one month that can be billed, and everything that stands in its way.
//!
//! Owns: the plan of a month, the problems it finds, which contracts they block. Does not own: reading the snapshot,
//! writing drafts, numbers. Invariants: a plan changes nothing and depends on its snapshot only; a contract already
//! billed for the month is left alone; a problem of one contract blocks that contract's draft and no other.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::book::Book;
use super::calendar::{BillingMonth, Timestamp};
use super::contract::{Contract, ContractLine, LineQuantity, PriceIndex};
use super::ids::{ContractCode, LineCode, MeterCode, PriceIndexCode, TariffCode};
use super::invoice::{Draft, DraftError, InvoiceNumber, Totals};
use super::money::Money;
use super::rating::{
    Availability, BilledLine, Charge, LineTerms, ManualLine, Meters, MonthEvidence, Samples, month_part, rate_line,
    regularisation, served, service_credit,
};
use super::tariff::Tariff;

mod billed;
mod due;
mod estimate;
#[cfg(test)]
pub mod example;
mod problem;
mod running;

#[cfg(test)]
mod tests;

pub use billed::{IssuedLine, billed_for, credited_for};
pub use due::may_bill;
pub use estimate::{Estimate, EstimatedLine, KnownSpan, estimate};
use problem::Found;
pub use problem::{Problem, ProblemKind, Severity, not_over};
pub use running::{Running, RunningPlan, Watched, running};

/// Everything a plan is made from.
#[derive(Debug, Clone)]
pub struct Snapshot<'a> {
    pub book: &'a Book,
    pub month: BillingMonth,
    /// The month's readings with their neighbours on either side.
    pub samples: &'a Samples,
    /// Contracts already invoiced for the month.
    pub billed: Vec<AlreadyBilled>,
    /// Months billed earlier whose readings have changed since.
    pub late: Vec<LateMonth>,
    /// Lines people added to the month, which no invoice carries yet.
    pub manual: Vec<ManualLine>,
    /// Allowances for earlier months, which no invoice carries yet.
    pub credits: Vec<DueCredit>,
    /// Lines of the month before that promised an availability, were billed, and have no figure of it.
    pub unreported: Vec<(ContractCode, LineCode)>,
    pub now: Timestamp,
}

/// A month in which a line was less available than promised, with what it was billed.
#[derive(Debug, Clone)]
pub struct DueCredit {
    pub availability: Availability,
    pub invoice: InvoiceNumber,
    /// The line's net of the month: its invoice, regularisations since, less what was credited.
    pub billed: Money,
}

/// A contract that has its invoice of the month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlreadyBilled {
    pub contract: ContractCode,
    pub invoice: InvoiceNumber,
}

/// A billed month of a contract of whose meters a reading came late or was corrected.
#[derive(Debug, Clone)]
pub struct LateMonth {
    pub contract: ContractCode,
    pub month: BillingMonth,
    pub invoice: InvoiceNumber,
    /// What was billed for the month, earlier regularisations included ([`billed_for`]).
    pub billed: Vec<BilledLine>,
    /// What credit notes took back of a line and no corrected invoice billed again. Whether a gesture or a mistake, the
    /// difference is told from what was billed less this ([`credited_for`]).
    pub credited: Vec<BilledLine>,
    /// That month's readings as they are now known, with their neighbours: of the contract's meters, and of the
    /// facility's where a line carries the measured PUE. The contracts of a month share them.
    pub samples: Arc<Samples>,
}

impl LateMonth {
    /// Whether a credit note took back of `line` what its readings, as they are known now, still come to: it was for
    /// another reason than they, and stands.
    fn is_unchanged(&self, line: &ContractLine, now: &[Charge]) -> bool {
        let net_of = |lines: &[BilledLine]| BilledLine::about(lines, line).map(|one| one.net);
        let Some(credited) = net_of(&self.credited) else { return false };
        let billed = net_of(&self.billed).unwrap_or(Money::ZERO);
        now.iter().map(|charge| charge.net).sum::<Money>() == billed + credited
    }
}

/// What would be billed, shown before anything is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub month: BillingMonth,
    /// One per contract that can be billed, in the order of the book.
    pub drafts: Vec<Draft>,
    pub problems: Vec<Problem>,
    pub already_billed: Vec<AlreadyBilled>,
}

impl Plan {
    /// Problems that keep a draft from being made.
    pub fn blocking(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Blocking)
    }

    /// Whether a difference of a billed month of `contract` is on no draft, and waits for a later one.
    pub fn leaves_regularisations(&self, contract: &ContractCode) -> bool {
        let waits = |problem: &Problem| problem.what == ProblemKind::RegularisationWaits;
        self.problems.iter().any(|problem| waits(problem) && problem.contract.as_ref() == Some(contract))
    }
}

/// The plan of `snapshot.month`. Its cost is linear in the readings given.
pub fn plan(snapshot: &Snapshot<'_>) -> Plan {
    let (book, month) = (snapshot.book, snapshot.month);
    let mut plan = Plan { month, drafts: Vec::new(), problems: Vec::new(), already_billed: snapshot.billed.clone() };
    if let Some(why) = not_over(month, book.facility.zone, snapshot.now) {
        plan.problems.push(problem::unfinished(why));
        return plan;
    }
    let run = Run::new(snapshot);
    let evidence = run.evidence(month, snapshot.samples);
    let billed: HashSet<&ContractCode> = snapshot.billed.iter().map(|billed| &billed.contract).collect();
    for contract in book.contracts.iter().filter(|contract| !billed.contains(&contract.code)) {
        let drafted = run.draft(contract, &evidence, |_| false);
        plan.drafts.extend(drafted.draft);
        plan.problems.extend(drafted.problems);
    }
    plan.problems.extend(unassigned_meters(book, month));
    plan
}

/// What a contract's month comes to.
struct Drafted {
    /// None where there is nothing to bill, or something stands in the way.
    draft: Option<Draft>,
    /// What the draft would come to without what stands in the way: lines that cannot be told are missing from it. None
    /// where nothing is left, or no document could carry it.
    totals: Option<Totals>,
    /// The positions of lines that cannot be told.
    untold: Vec<usize>,
    /// What of the totals is beside the lines: what people added, what changed of billed months, what these allow.
    beside: Money,
    problems: Vec<Problem>,
}

/// A snapshot with its parts at hand by their codes.
struct Run<'a> {
    snapshot: &'a Snapshot<'a>,
    meters: Meters<'a>,
    tariffs: HashMap<&'a TariffCode, &'a Tariff>,
    indices: HashMap<&'a PriceIndexCode, &'a PriceIndex>,
    late: HashMap<&'a ContractCode, Vec<&'a LateMonth>>,
}

impl<'a> Run<'a> {
    fn new(snapshot: &'a Snapshot<'a>) -> Run<'a> {
        let book = snapshot.book;
        let mut late: HashMap<&ContractCode, Vec<&LateMonth>> = HashMap::new();
        for month in &snapshot.late {
            late.entry(&month.contract).or_default().push(month);
        }
        Run {
            snapshot,
            meters: book.meters.iter().map(|meter| (&meter.code, meter)).collect(),
            tariffs: book.tariffs.iter().map(|tariff| (&tariff.code, tariff)).collect(),
            indices: book.price_indices.iter().map(|index| (&index.code, index)).collect(),
            late,
        }
    }

    /// The contract's draft, if it has anything to bill and nothing blocks it. What is missing but to come, in a month that
    /// goes on, keeps it from being drafted and is not told.
    fn draft(
        &self,
        contract: &'a Contract,
        evidence: &MonthEvidence<'_>,
        is_to_come: impl Fn(&Problem) -> bool,
    ) -> Drafted {
        let mut found = Found::new(contract);
        self.check_routing(contract, &mut found);
        let (mut charges, untold) = self.charges(contract, evidence, &mut found);
        let of_lines: Money = charges.iter().map(|charge| charge.net).sum();
        for manual in self.snapshot.manual.iter().filter(|manual| manual.line.contract == contract.code) {
            match manual.charge(contract) {
                Ok(charge) => charges.push(charge),
                Err(error) => found.unpriced(&error),
            }
        }
        for late in self.late.get(&contract.code).into_iter().flatten() {
            for (line, charge) in self.regularise(contract, late, &mut found) {
                if stand_together(&charges, &charge) {
                    found.late_change(line, late, &charge);
                    charges.push(charge);
                } else {
                    found.regularisation_waits(line, late, &charge);
                }
            }
        }
        let due = self.credits(contract, &mut found);
        let (credits, apart): (Vec<_>, Vec<_>) = due.into_iter().partition(|one| stand_together(&charges, one));
        apart.iter().for_each(|charge| found.credit_stands_apart(charge));
        let blocks = found.blocks();
        // Of what is blocked nothing more is told.
        let mut aside = Found::new(contract);
        let draft = self.assemble(contract, charges, credits, if blocks { &mut aside } else { &mut found });
        let totals = draft.as_ref().map(|draft| draft.totals);
        found.problems.retain(|problem| !is_to_come(problem));
        // What is to come is billed as well.
        if !found.blocks() && (draft.is_some() || !untold.is_empty()) {
            self.check_recipients(contract, &mut found);
        }
        let draft = draft.filter(|_| !blocks);
        let beside = totals.map_or(Money::ZERO, |totals| totals.net - of_lines);
        Drafted { draft, totals, untold, beside, problems: found.problems }
    }

    /// What the contract's lines come to, and the positions of those that cannot be told.
    fn charges(
        &self,
        contract: &'a Contract,
        evidence: &MonthEvidence<'_>,
        found: &mut Found<'_>,
    ) -> (Vec<Charge>, Vec<usize>) {
        let (mut charges, mut untold) = (Vec::new(), Vec::new());
        for (position, line) in contract.lines.iter().enumerate() {
            let Some(rated) = self.rate(contract, line, evidence, found) else {
                untold.push(position);
                continue;
            };
            if rated.is_empty() && is_no_part_of_a_month(contract, line, self.snapshot.month) {
                found.never_billed(line);
            }
            charges.extend(rated);
        }
        (charges, untold)
    }

    /// The draft with what earlier months allow, or without where it would fall below zero: an invoice is never negative,
    /// and what is allowed must not keep a month from being billed.
    fn assemble(
        &self,
        contract: &Contract,
        charges: Vec<Charge>,
        credits: Vec<Charge>,
        found: &mut Found<'_>,
    ) -> Option<Draft> {
        let month = self.snapshot.month;
        let all: Vec<Charge> = charges.iter().chain(&credits).cloned().collect();
        let drafted = match Draft::assemble(contract, month, all) {
            Err(DraftError::Negative { .. }) if !credits.is_empty() => {
                credits.iter().for_each(|charge| found.credit_waits(charge));
                Draft::assemble(contract, month, charges)
            }
            other => other,
        };
        match drafted {
            // Nothing to bill is no fault.
            Err(DraftError::Empty { .. }) => None,
            other => other.map_err(|error| found.undraftable(&error)).ok(),
        }
    }

    /// Whether the invoice would carry what the tenant's structure requires.
    fn check_routing(&self, contract: &Contract, found: &mut Found<'_>) {
        let tenant = self.snapshot.book.tenants.iter().find(|tenant| tenant.code == contract.tenant);
        let missing = tenant.and_then(|tenant| {
            tenant.chorus_requires.missing(tenant.service_code.is_some(), contract.engagement.is_some())
        });
        if let Some(missing) = missing {
            found.unroutable(missing);
        }
    }

    /// Whether there is somebody to tell of an invoice.
    fn check_recipients(&self, contract: &Contract, found: &mut Found<'_>) {
        let tenant = self.snapshot.book.tenants.iter().find(|tenant| tenant.code == contract.tenant);
        if tenant.is_some_and(|tenant| tenant.contacts.is_empty()) {
            found.unread();
        }
    }

    /// The line's charges in the evidence's month; none if a problem was found.
    fn rate(
        &self,
        contract: &'a Contract,
        line: &'a ContractLine,
        evidence: &MonthEvidence<'_>,
        found: &mut Found<'_>,
    ) -> Option<Vec<Charge>> {
        let Some(tariff) = self.tariffs.get(&line.tariff) else {
            found.unknown_tariff(line);
            return None;
        };
        let index = contract.indexation.as_ref().and_then(|clause| self.indices.get(&clause.index));
        let terms = LineTerms { contract, line, tariff, index: index.copied() };
        rate_line(terms, evidence).map_err(|problems| found.unrated(line, &problems)).ok()
    }

    /// One charge for each metered line whose readings now say something else than was billed. A line that can no
    /// longer be rated blocks the contract: billing on would lose the difference.
    fn regularise(
        &self,
        contract: &'a Contract,
        late: &'a LateMonth,
        found: &mut Found<'_>,
    ) -> Vec<(&'a ContractLine, Charge)> {
        let evidence = self.evidence(late.month, &late.samples);
        let before = found.problems.len();
        let mut charges = Vec::new();
        for line in contract.lines.iter().filter(|line| matches!(line.quantity, LineQuantity::Metered { .. })) {
            let Some(now) = self.rate(contract, line, &evidence, found) else { continue };
            let billed = BilledLine::about(&late.billed, line);
            if late.is_unchanged(line, &now) {
                continue;
            }
            match regularisation(&now, billed.as_ref(), late.month, late.invoice.as_str()) {
                Ok(Some(charge)) => charges.push((line, charge)),
                Ok(None) => {}
                Err(error) => found.unrated(line, &[error.into()]),
            }
        }
        found.of_billed_month(before, late);
        charges
    }

    /// What earlier months allow, and a word on lines whose last month nobody reported.
    fn credits(&self, contract: &Contract, found: &mut Found<'_>) -> Vec<Charge> {
        for (_, line) in self.snapshot.unreported.iter().filter(|(code, _)| *code == contract.code) {
            found.unreported(line, self.snapshot.month.previous());
        }
        let due = self.snapshot.credits.iter().filter(|due| due.availability.figure.contract == contract.code);
        let priced = due.map(|due| service_credit(&due.availability, contract, due.billed, due.invoice.as_str()));
        let mut charges = Vec::new();
        for charge in priced {
            match charge {
                Ok(charge) => charges.extend(charge),
                Err(error) => found.unpriced(&error),
            }
        }
        charges
    }

    fn evidence<'e>(&'e self, month: BillingMonth, samples: &'e Samples) -> MonthEvidence<'e> {
        MonthEvidence::new(month, &self.snapshot.book.facility, &self.meters, samples)
    }
}

/// Whether one invoice may carry `charge` beside `others`. A difference of a billed month keeps the VAT of its line, which
/// may be no longer that of the others: it must not keep their month from being billed.
fn stand_together(others: &[Charge], charge: &Charge) -> bool {
    !others.iter().any(|other| other.vat.stands_apart_from(&charge.vat))
}

/// Whether all the line's life is a 31st, which by 30ths is no part of its month.
fn is_no_part_of_a_month(contract: &Contract, line: &ContractLine, month: BillingMonth) -> bool {
    let life = contract.in_force.intersection(line.in_force);
    life.is_some_and(|life| {
        month.days().intersection(life) == Some(life) && month_part(month, life, contract.proration).units() == 0
    })
}

/// Meters in service during the month that no line bills and that do not measure the facility itself: either an
/// assignment was forgotten, or the place is empty.
fn unassigned_meters(book: &Book, month: BillingMonth) -> impl Iterator<Item = Problem> {
    let assigned = book
        .contracts
        .iter()
        .flat_map(|contract| &contract.lines)
        .flat_map(|line| match &line.quantity {
            LineQuantity::Metered { meters, .. } => meters.as_slice(),
            LineQuantity::Fixed(_) => &[],
        })
        .filter(move |assignment| assignment.period.overlaps(month.days()))
        .map(|assignment| &assignment.meter);
    let facility = book.facility.facility_energy_meters.iter().chain(&book.facility.it_energy_meters);
    let used: HashSet<&MeterCode> = assigned.chain(facility).collect();
    let period = month.period(book.facility.zone);
    book.meters
        .iter()
        .filter(move |meter| served(meter, period) && !used.contains(&meter.code))
        .map(move |meter| problem::unassigned(meter, month))
}
