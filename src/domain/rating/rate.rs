//! A contract line over a month becomes charges.
//!
//! The month is cut where anything that decides the price changes: the contract or the line begins or ends, a tariff
//! version or an index revision takes effect. Each part is priced by itself at what is in force on its first day.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::evidence::MonthEvidence;
use super::proration::month_part;
use super::uplift::Uplift;
use super::{Charge, ChargeKind, Provenance, RatingProblem};
use crate::domain::calendar::{BillingMonth, DatePeriod, Period, Timestamp};
use crate::domain::contract::indexation::{IndexationError, NotedRevision, coefficient};
use crate::domain::contract::{Contract, ContractLine, GapPolicy, LineQuantity, MeterAssignment, PriceIndex, PueTerm};
use crate::domain::metering::{Measure, Usage};
use crate::domain::money::{AmountError, HALF_UP};
use crate::domain::tariff::{MonthPart, PartKind, PriceInput, PriceShape, PricedPart, Tariff, symbol};

/// A contract line with what it refers to.
#[derive(Debug, Clone, Copy)]
pub struct LineTerms<'a> {
    pub contract: &'a Contract,
    pub line: &'a ContractLine,
    /// The line's tariff.
    pub tariff: &'a Tariff,
    /// The index of the contract's revision clause, if it has one and the book knows it.
    pub index: Option<&'a PriceIndex>,
}

/// What the line costs in the evidence's month, each charge with its provenance; or every problem found in it. A line
/// that is not in force in the month costs nothing.
pub fn rate_line(terms: LineTerms<'_>, evidence: &MonthEvidence<'_>) -> Result<Vec<Charge>, Vec<RatingProblem>> {
    let (mut charges, mut problems) = (Vec::new(), Vec::new());
    let metered = matches!(terms.line.quantity, LineQuantity::Metered { .. });
    for days in terms.parts(evidence.month) {
        if metered && evidence.known(days).is_none() {
            continue;
        }
        match rate_part(terms, days, evidence) {
            Ok(part) => charges.extend(part),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(charges) } else { Err(problems) }
}

impl LineTerms<'_> {
    /// The first day the line is billed.
    fn begins(&self) -> NaiveDate {
        self.contract.in_force.from.max(self.line.in_force.from)
    }

    /// The days of `month` the line is in force, cut wherever its price changes.
    fn parts(&self, month: BillingMonth) -> Vec<DatePeriod> {
        let in_force = self.contract.in_force.intersection(self.line.in_force);
        let Some(days) = in_force.and_then(|days| days.intersection(month.days())) else { return Vec::new() };
        let versions = self.tariff.versions.iter().map(|version| version.from);
        let revisions = self.contract.indexation.iter().flat_map(|clause| &clause.revisions).map(|one| one.from);
        let mut cuts: Vec<NaiveDate> =
            versions.chain(revisions).filter(|cut| days.from < *cut && days.contains(*cut)).collect();
        cuts.push(days.from);
        cuts.sort_unstable();
        cuts.dedup();
        let ends = cuts.iter().skip(1).copied().map(Some).chain([days.to]);
        cuts.iter().zip(ends).map(|(from, to)| DatePeriod { from: *from, to }).collect()
    }
}

/// The line's price on `day` after the contract's revision by its index; none where no revision is in force, or the
/// tariff has no price yet.
pub fn revised_price(terms: LineTerms<'_>, day: NaiveDate) -> Result<Option<PriceShape>, RatingProblem> {
    let clause = terms.contract.indexation.as_ref();
    let version =
        terms.tariff.version_on(day).filter(|_| clause.is_some_and(|clause| clause.revision_on(day).is_some()));
    version.map(|version| price_on(terms, day, &version.price).map(|(price, _)| price)).transpose()
}

fn rate_part(
    terms: LineTerms<'_>,
    days: DatePeriod,
    evidence: &MonthEvidence<'_>,
) -> Result<Vec<Charge>, Vec<RatingProblem>> {
    let tariff = terms.tariff;
    let version = tariff
        .version_on(days.from)
        .ok_or_else(|| vec![RatingProblem::NoTariffVersion { tariff: tariff.code.clone(), day: days.from }])?;
    let (price, mut notes) = price_on(terms, days.from, &version.price).map_err(|problem| vec![problem])?;
    let part = month_part(evidence.month, days, terms.contract.proration);
    let told = Told::of(terms, &price, days, part, evidence)?;
    notes.extend(told.notes);

    let input = PriceInput {
        quantity: told.quantity,
        unit: tariff.unit,
        agreed: told.usage.is_none(),
        part,
        held: told.held,
        begins: days.from == terms.begins(),
    };
    let mut parts = price.price(&input).map_err(|error| vec![RatingProblem::Pricing(error)])?;
    if part.units() == 0 {
        // By 30ths the 31st by itself is no part of the month: what it does not charge is no line.
        parts.retain(|priced| !priced.net.is_zero());
    }
    let charge = |part| charge(terms, days, version.from, &notes, told.usage.as_ref(), part);
    Ok(parts.into_iter().map(charge).collect())
}

/// The price in force on `day` after its revision, with the arithmetic of that.
fn price_on(
    terms: LineTerms<'_>,
    day: NaiveDate,
    price: &PriceShape,
) -> Result<(PriceShape, Vec<String>), RatingProblem> {
    let clause = terms.contract.indexation.as_ref();
    let Some((clause, revision)) = clause.and_then(|clause| Some((clause, clause.revision_on(day)?))) else {
        return Ok((price.clone(), Vec::new()));
    };
    let index = terms.index.ok_or_else(|| IndexationError::NoIndex { index: clause.index.clone() })?;
    let coefficient = coefficient(clause, revision, index)?;
    let mut revision = NotedRevision::by(&coefficient);
    let revised = price.revised(&mut revision)?;
    let notes = std::iter::once(coefficient.expression.clone()).chain(revision.notes).collect();
    Ok((revised, notes))
}

/// The quantity a part is priced at, and how it came about.
struct Told {
    quantity: Decimal,
    /// The part of the month it stands for.
    held: MonthPart,
    notes: Vec<String>,
    usage: Option<Usage>,
}

impl Told {
    fn of(
        terms: LineTerms<'_>,
        price: &PriceShape,
        days: DatePeriod,
        part: MonthPart,
        evidence: &MonthEvidence<'_>,
    ) -> Result<Told, Vec<RatingProblem>> {
        match &terms.line.quantity {
            LineQuantity::Fixed(quantity) => {
                Ok(Told { quantity: *quantity, held: part, notes: Vec::new(), usage: None })
            }
            LineQuantity::Metered { measure, pue, gap_policy, meters } => {
                unit_matches(terms.tariff, price, *measure).map_err(|problem| vec![problem])?;
                let usage = admitted_usage(*measure, meters, *gap_policy, days, evidence)?;
                Told::metered(usage, *pue, (days, part), evidence).map_err(|problem| vec![problem])
            }
        }
    }

    /// What was measured, weighed by its share of the month where it is a level, and raised by the PUE. What it is held
    /// against is that of all the days billed, however few of them are known yet.
    fn metered(
        usage: Usage,
        pue: PueTerm,
        (days, part): (DatePeriod, MonthPart),
        evidence: &MonthEvidence<'_>,
    ) -> Result<Told, RatingProblem> {
        let (uplift, mut notes) = match pue {
            PueTerm::None => (None, Vec::new()),
            PueTerm::Fixed { factor } => (Some(Uplift::agreed(factor)), Vec::new()),
            PueTerm::Measured => {
                let uplift = Uplift::measured(&evidence.measured_pue()?);
                let note = uplift.derivation();
                (Some(uplift), vec![note])
            }
        };
        let too_large = || AmountError::TooLarge(usage.quantity);
        let level = |period| level_over(usage.measure, period, part, evidence);
        let held = level(days.instants(evidence.facility.zone)).unwrap_or(part);
        let share = level(usage.period).filter(|share| !share.is_whole());
        let weighed = share.map_or(Some(usage.quantity), |share| share.of_level(usage.quantity));
        let quantity = weighed
            .and_then(|weighed| uplift.as_ref().map_or(Some(weighed), |uplift| uplift.raise(weighed)))
            .ok_or_else(too_large)?
            .round_dp_with_strategy(4, HALF_UP);
        if share.is_some() || uplift.is_some() {
            let unit = symbol(usage.measure.unit());
            let measured = format!("{} {unit}", shown(usage.quantity));
            let weighed = share.map_or(measured.clone(), |share| share.level_expression(&measured, usage.quantity));
            let uplift = uplift.map_or_else(String::new, |uplift| format!(" × PUE {}", uplift.factor()));
            notes.push(format!("{weighed}{uplift} = {} {unit}", shown(quantity)));
        }
        Ok(Told { quantity, held, notes, usage: Some(usage) })
    }
}

/// What a level (TB, kW) held over a part of the month weighs: its price is for a whole month, and two parts of a
/// month must not cost two. Energy and U·day have added up over the part only, and weigh as they are. A mean is
/// weighed by the time it is a mean over, a demand as the contract counts days; and what it is held against is so, too.
fn level_over(measure: Measure, period: Period, part: MonthPart, evidence: &MonthEvidence<'_>) -> Option<MonthPart> {
    match measure {
        Measure::Energy | Measure::OccupancyDays => None,
        Measure::Demand { .. } | Measure::Percentile95 { .. } => Some(part),
        Measure::StorageMonth => {
            let month = evidence.month.period(evidence.facility.zone);
            let position = |at: Timestamp| at.seconds() - month.from.seconds();
            Some(MonthPart::new(position(period.from), position(period.to), month.seconds()))
        }
    }
}

fn unit_matches(tariff: &Tariff, price: &PriceShape, measure: Measure) -> Result<(), RatingProblem> {
    let (tariff_unit, measured) = (tariff.unit, measure.unit());
    if !price.uses_quantity() || tariff_unit == measured {
        return Ok(());
    }
    Err(RatingProblem::UnitMismatch { tariff: tariff.code.clone(), tariff_unit, measured })
}

/// The usage of `days`, unless it was estimated across a gap and the contract does not let it be.
fn admitted_usage(
    measure: Measure,
    meters: &[MeterAssignment],
    policy: GapPolicy,
    days: DatePeriod,
    evidence: &MonthEvidence<'_>,
) -> Result<Usage, Vec<RatingProblem>> {
    let usage = evidence.usage(measure, meters, days)?;
    if policy == GapPolicy::Estimate {
        return Ok(usage);
    }
    let gaps: Vec<RatingProblem> = usage
        .bridged_gaps()
        .map(|(meter, gap)| RatingProblem::Gap { meter: meter.meter.clone(), from: gap.from, to: gap.to })
        .collect();
    if gaps.is_empty() { Ok(usage) } else { Err(gaps) }
}

fn charge(
    terms: LineTerms<'_>,
    days: DatePeriod,
    tariff_from: NaiveDate,
    notes: &[String],
    usage: Option<&Usage>,
    part: PricedPart,
) -> Charge {
    let LineTerms { contract, line, tariff, .. } = terms;
    let last = format!("{} = {}", part.expression, part.net);
    let formula: Vec<&str> = notes.iter().map(String::as_str).chain([last.as_str()]).collect();
    Charge {
        service: line.service,
        designation: line.designation.clone(),
        kind: part.kind.into(),
        period: days,
        quantity: part.quantity,
        unit: part.unit,
        unit_price: part.unit_price,
        net: part.net,
        vat: line.vat.clone(),
        provenance: Provenance {
            contract: contract.code.clone(),
            line: line.code.clone(),
            tariff: tariff.code.clone(),
            tariff_from,
            formula: formula.join("; "),
            usage: usage.cloned(),
        },
    }
}

impl From<PartKind> for ChargeKind {
    fn from(kind: PartKind) -> ChargeKind {
        match kind {
            PartKind::Base => ChargeKind::Base,
            PartKind::Prorated { units, of } => ChargeKind::Prorated { units, of },
            PartKind::Tier { from, to } => ChargeKind::Tier { from, to },
            PartKind::Volume { from, to } => ChargeKind::Volume { from, to },
            PartKind::Committed => ChargeKind::Committed,
            PartKind::Overage => ChargeKind::Overage,
            PartKind::MinimumComplement { minimum } => ChargeKind::MinimumComplement { minimum },
            PartKind::CapReduction { cap } => ChargeKind::CapReduction { cap },
            PartKind::OneOff => ChargeKind::OneOff,
        }
    }
}

/// A number for reading: at most six decimals, no trailing zeros.
fn shown(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(6, HALF_UP).normalize()
}
