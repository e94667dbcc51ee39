//! What a plan finds, with whom it concerns and what to do about it.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::LateMonth;
use crate::domain::calendar::{BillingMonth, Timestamp};
use crate::domain::contract::indexation::IndexationError;
use crate::domain::contract::{Contract, ContractLine};
use crate::domain::ids::{ContractCode, LineCode, MeterCode, TenantCode};
use crate::domain::invoice::{DraftError, VatError};
use crate::domain::metering::{Meter, MeteringProblem};
use crate::domain::money::{AmountError, Money};
use crate::domain::party::ChorusRequirement;
use crate::domain::rating::{Charge, RatingProblem, credited_line};
use crate::domain::told::{Tell, Told};

/// Whether a draft can be made in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Warning,
    Blocking,
}

/// What kind of problem it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    MonthNotFinished,
    MissingReadings,
    UndeclaredDecrease,
    Gap,
    /// An assignment that cannot be billed: no meter, one of another register, one out of service or unknown.
    UnusableAssignment,
    UnassignedMeter,
    /// The line's tariff is unknown or has no version in force.
    NoTariff,
    UnitMismatch,
    IndexValueMissing,
    PueNotComputable,
    /// The line is in force on a 31st alone, which by 30ths is not billed.
    NeverBilled,
    /// A quantity or amount beyond what can be billed.
    Unpriceable,
    NegativeTotal,
    VatMix,
    /// The tenant's structure requires a code the invoice would lack.
    MissingRouting,
    /// The tenant has no billing contact: the invoice would be mailed to nobody.
    NoRecipient,
    /// The line promised an availability, and nobody said how available it was.
    AvailabilityUnknown,
    /// What a broken promise allows is more than the invoice could carry.
    CreditWaits,
    /// Not a fault: a billed month's readings changed, and the draft regularises it.
    LateChange,
    /// The regularisation also bills what a credit note of that month took back.
    CreditTakenBack,
    /// A regularisation is outside the scope of VAT and the month's lines are within it, or the reverse: no invoice
    /// carries both.
    RegularisationWaits,
    /// A meter shows more than its rack's feed is rated for: a wrong reading, or a danger.
    AboveRating,
}

/// Something that stands in the way of billing, or that one should know before billing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub severity: Severity,
    pub what: ProblemKind,
    /// None where it concerns the whole month or a meter nobody rents.
    pub tenant: Option<TenantCode>,
    pub contract: Option<ContractCode>,
    pub line: Option<LineCode>,
    pub meter: Option<MeterCode>,
    /// What is wrong, where, with its numbers, and what to do.
    pub message: Told,
}

/// What is found while one contract is drafted.
pub(super) struct Found<'c> {
    contract: &'c Contract,
    pub problems: Vec<Problem>,
}

impl<'c> Found<'c> {
    pub const fn new(contract: &'c Contract) -> Found<'c> {
        Found { contract, problems: Vec::new() }
    }

    pub fn blocks(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Blocking)
    }

    pub fn unknown_tariff(&mut self, line: &ContractLine) {
        self.add(Severity::Blocking, ProblemKind::NoTariff, Some(line), None, unknown_tariff(line));
    }

    pub fn unrated(&mut self, line: &ContractLine, problems: &[RatingProblem]) {
        for problem in problems {
            let kind = kind_of_rating(problem);
            self.add(Severity::Blocking, kind, Some(line), problem.meter().cloned(), problem.told());
        }
    }

    pub fn never_billed(&mut self, line: &ContractLine) {
        let english = format!(
            "line {} is in force on a 31st alone, which is no part of a month counted in 30ths: it is never billed; \
             change its days, or count the contract's months by calendar days",
            line.code
        );
        let message = Told::new("never-billed", english).with("line", line.code.as_str());
        self.add(Severity::Warning, ProblemKind::NeverBilled, Some(line), None, message);
    }

    pub fn undraftable(&mut self, error: &DraftError) {
        let kind = match error {
            DraftError::Negative { .. } => ProblemKind::NegativeTotal,
            DraftError::Vat(VatError::Mixed { .. }) => ProblemKind::VatMix,
            DraftError::Empty { .. } | DraftError::Inexact { .. } | DraftError::Vat(VatError::Amount(_)) => {
                ProblemKind::Unpriceable
            }
        };
        self.add(Severity::Blocking, kind, None, None, error.told());
    }

    pub fn unroutable(&mut self, missing: ChorusRequirement) {
        let (tenant, contract) = (&self.contract.tenant, &self.contract.code);
        let (key, what) = match missing {
            ChorusRequirement::None => return,
            ChorusRequirement::Service => ("missing-service-code", "a service code"),
            ChorusRequirement::Engagement => ("missing-engagement", "an engagement number"),
            ChorusRequirement::Either => ("missing-either-code", "a service code or an engagement number"),
            ChorusRequirement::Both => ("missing-both-codes", "a service code and an engagement number"),
        };
        let english = format!(
            "{tenant} requires {what} on Chorus Pro, which refuses an invoice without it: write service_code of the \
             tenant, engagement of contract {contract}, or another chorus_requires"
        );
        let message = Told::new(key, english).with("tenant", tenant.as_str()).with("contract", contract.as_str());
        self.add(Severity::Blocking, ProblemKind::MissingRouting, None, None, message);
    }

    pub fn unread(&mut self) {
        let tenant = &self.contract.tenant;
        let english = format!(
            "{tenant} has no billing contact, so nobody is told of the invoice: give it one ([[tenant.contact]], or \
             /tenants/{tenant}/edit)"
        );
        let message = Told::new("no-recipient", english).with("tenant", tenant.as_str());
        self.add(Severity::Warning, ProblemKind::NoRecipient, None, None, message);
    }

    /// A line a person added whose amount is out of bounds.
    pub fn unpriced(&mut self, error: &AmountError) {
        self.add(Severity::Blocking, ProblemKind::Unpriceable, None, None, error.told());
    }

    /// What the line allows for `month` is not known: it comes on a later invoice once it is.
    pub fn unreported(&mut self, line: &LineCode, month: BillingMonth) {
        let english = format!(
            "line {line} promises an availability and has no figure for {month}: record it, and what it allows comes on \
             the next invoice"
        );
        let message = Told::new("availability-unknown", english).with("line", line.as_str()).with("month", month);
        self.warn(ProblemKind::AvailabilityUnknown, line.clone(), message);
    }

    /// The invoice would fall below zero with what `charge` allows: it is made without, and the next one is asked.
    pub fn credit_waits(&mut self, charge: &Charge) {
        let (line, allowed) = (credited_line(charge), -charge.net);
        let english = format!(
            "line {line} allows {allowed} for its availability, more than this month's invoice bills: it waits for the \
             contract's next invoice; where none comes, credit that of the month it is for"
        );
        let message = Told::new("credit-waits", english).with("line", line.as_str()).with("amount", allowed);
        self.warn(ProblemKind::CreditWaits, line, message);
    }

    /// One invoice would not carry it beside the month's lines: what is outside the scope of VAT stands alone.
    pub fn credit_stands_apart(&mut self, charge: &Charge) {
        let (line, allowed) = (credited_line(charge), -charge.net);
        let english = format!(
            "line {line} allows {allowed} for its availability, which one invoice cannot carry beside this month's lines: \
             one is outside the scope of VAT, the other within it; credit the invoice of the month it is for, then record \
             the availability of that month as the promised one, with the credit note as its source: else a later invoice \
             allows it again"
        );
        let message = Told::new("credit-stands-apart", english).with("line", line.as_str()).with("amount", allowed);
        self.warn(ProblemKind::CreditWaits, line, message);
    }

    /// Of a line by its code: it may be one the contract no longer has.
    fn warn(&mut self, what: ProblemKind, line: LineCode, message: Told) {
        self.add(Severity::Warning, what, None, None, message);
        if let Some(added) = self.problems.last_mut() {
            added.line = Some(line);
        }
    }

    pub fn late_change(&mut self, line: &ContractLine, late: &LateMonth, charge: &Charge) {
        let english = format!(
            "the readings of {} changed after invoice {}: line {} is regularised by {}",
            late.month, late.invoice, line.code, charge.net
        );
        let message = Told::new("late-change", english)
            .with("month", late.month)
            .with("invoice", late.invoice.as_str())
            .with("line", line.code.as_str())
            .with("amount", charge.net);
        self.add(Severity::Warning, ProblemKind::LateChange, Some(line), None, message);
        let credited = late.credited.iter().find(|one| one.line == line.code).map(|one| one.net);
        if let Some(credited) = credited.filter(|credited| *credited > Money::ZERO) {
            self.credit_taken_back(line, late, credited);
        }
    }

    /// The month is billed without it. What was billed too much is credited on the invoice it stands on, which settles
    /// the difference; what was billed too little waits for an invoice that may carry it.
    pub fn regularisation_waits(&mut self, line: &ContractLine, late: &LateMonth, charge: &Charge) {
        let (key, amount, remedy) = if charge.net.is_negative() {
            ("regularisation-waits-credit", -charge.net, format!("credit it on {}, which settles it", late.invoice))
        } else {
            let remedy = "it waits for a month in which the contract bills nothing of the other kind, the first after its \
                          end at the latest; to bill it sooner, let the other lines go on in a contract of their own";
            ("regularisation-waits", charge.net, remedy.to_owned())
        };
        let kind = if charge.net.is_negative() { "too much" } else { "too little" };
        let english = format!(
            "the readings of {} changed after invoice {}: line {} was billed {amount} {kind}, which one invoice cannot \
             carry beside this month's lines, for one is outside the scope of VAT, the other within it; this month is \
             billed without it: {remedy}",
            late.month, late.invoice, line.code
        );
        let message = Told::new(key, english)
            .with("month", late.month)
            .with("invoice", late.invoice.as_str())
            .with("line", line.code.as_str())
            .with("amount", amount);
        self.add(Severity::Warning, ProblemKind::RegularisationWaits, Some(line), None, message);
    }

    /// The difference is told from what was billed less what was credited, so that a mistake credited by hand is not
    /// credited again when its readings are mended. Of a gesture nobody but a person can know.
    fn credit_taken_back(&mut self, line: &ContractLine, late: &LateMonth, credited: Money) {
        let english = format!(
            "credit notes took back {credited} of line {} of {}, which its regularisation takes into account: where they \
             were a gesture and not the same mistake, add an allowance of {credited} to this month",
            line.code, late.month
        );
        let message = Told::new("credit-taken-back", english)
            .with("month", late.month)
            .with("line", line.code.as_str())
            .with("amount", credited);
        self.add(Severity::Warning, ProblemKind::CreditTakenBack, Some(line), None, message);
    }

    /// Says of what stands in the way, from the problem at `first` on, that it is about a month billed before: nobody
    /// would look for it there.
    pub fn of_billed_month(&mut self, first: usize, late: &LateMonth) {
        for problem in self.problems.iter_mut().skip(first).filter(|one| one.severity == Severity::Blocking) {
            let why = &problem.message;
            let english = format!("regularising {}, billed by invoice {}: {}", late.month, late.invoice, why.english);
            problem.message = Told::new("of-billed-month", english)
                .with("month", late.month)
                .with("invoice", late.invoice.as_str())
                .with("why", why.clone());
        }
    }

    pub(super) fn add(
        &mut self,
        severity: Severity,
        what: ProblemKind,
        line: Option<&ContractLine>,
        meter: Option<MeterCode>,
        message: Told,
    ) {
        self.problems.push(Problem {
            severity,
            what,
            tenant: Some(self.contract.tenant.clone()),
            contract: Some(self.contract.code.clone()),
            line: line.map(|line| line.code.clone()),
            meter,
            message,
        });
    }
}

/// That the line's tariff is not in the book.
pub(super) fn unknown_tariff(line: &ContractLine) -> Told {
    let english =
        format!("line {} refers to tariff {}, which is not in the book: add the tariff", line.code, line.tariff);
    Told::new("unknown-tariff", english).with("line", line.code.as_str()).with("tariff", line.tariff.as_str())
}

fn kind_of_rating(problem: &RatingProblem) -> ProblemKind {
    match problem {
        RatingProblem::Metering(problem) => kind_of_metering(problem),
        RatingProblem::Gap { .. } => ProblemKind::Gap,
        RatingProblem::UnknownMeter { .. } => ProblemKind::UnusableAssignment,
        RatingProblem::NoTariffVersion { .. } => ProblemKind::NoTariff,
        RatingProblem::UnitMismatch { .. } => ProblemKind::UnitMismatch,
        RatingProblem::Indexation(
            IndexationError::NoValue { .. } | IndexationError::NoIndex { .. } | IndexationError::Unusable { .. },
        ) => ProblemKind::IndexValueMissing,
        RatingProblem::Pue(_) | RatingProblem::PueMetering(_) => ProblemKind::PueNotComputable,
        RatingProblem::Pricing(_) => ProblemKind::Unpriceable,
    }
}

const fn kind_of_metering(problem: &MeteringProblem) -> ProblemKind {
    match problem {
        MeteringProblem::UndeclaredDecrease { .. } => ProblemKind::UndeclaredDecrease,
        MeteringProblem::NoReadings { .. }
        | MeteringProblem::BoundaryUnknown { .. }
        | MeteringProblem::NoWindowMeasured { .. } => ProblemKind::MissingReadings,
        MeteringProblem::NotInService { .. }
        | MeteringProblem::WrongRegister { .. }
        | MeteringProblem::NoMeter { .. }
        | MeteringProblem::UnusableWindow { .. } => ProblemKind::UnusableAssignment,
        MeteringProblem::TooLarge { .. } => ProblemKind::Unpriceable,
    }
}

/// Why `month` cannot be billed yet, in a facility of `zone`; none once it is over.
pub fn not_over(month: BillingMonth, zone: Tz, now: Timestamp) -> Option<Told> {
    let end = month.period(zone).to;
    if end <= now {
        return None;
    }
    let last = BillingMonth::of(now.date_in(zone)).previous();
    let english = format!("{month} ends at {end} and it is {now}: bill it when it is over, or plan {last} or earlier");
    Some(Told::new("month-unfinished", english).with("month", month).with("end", end).with("previous", last))
}

pub(super) fn unfinished(message: Told) -> Problem {
    general(Severity::Blocking, ProblemKind::MonthNotFinished, None, message)
}

pub(super) fn unassigned(meter: &Meter, month: BillingMonth) -> Problem {
    let place = meter.rack.as_ref().map_or_else(String::new, |rack| format!(" in rack {rack}"));
    let english = format!(
        "meter {}{place} bills on no contract line in {month}: assign it, or declare when it was removed",
        meter.code
    );
    let message = Told::new("meter-unassigned", english).with("meter", meter.code.as_str()).with("month", month);
    let message = match &meter.rack {
        Some(rack) => Told { key: "meter-unassigned-rack".to_owned(), ..message.with("rack", rack.as_str()) },
        None => message,
    };
    general(Severity::Warning, ProblemKind::UnassignedMeter, Some(meter.code.clone()), message)
}

/// Of a meter that is no contract's own.
pub(super) fn meter_problem(severity: Severity, what: ProblemKind, meter: MeterCode, message: Told) -> Problem {
    general(severity, what, Some(meter), message)
}

fn general(severity: Severity, what: ProblemKind, meter: Option<MeterCode>, message: Told) -> Problem {
    Problem { severity, what, tenant: None, contract: None, line: None, meter, message }
}
