//! What a running month may cost a tenant: no plan, no draft, never stored.
//!
//! Two sums of the same rating: what is known, and the whole month with every meter carried on as it went so far
//! ([`projected`](crate::domain::metering::projected)). Projecting the readings instead of the amount lets tiers,
//! commitments, minimums and caps take their part.
//!
//! Known is what would be due if nothing more were used before the month ends: what the contract agrees for the month
//! counts whole (a month's rack, a commitment, a minimum), an energy or a mean as far as it was read, a peak as the
//! highest so far. Nothing is prorated but what the contract prorates.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::problem::unknown_tariff;
use super::{Draft, LineTerms, Meters, MonthEvidence, Samples, Tariff, rate_line};
use crate::domain::book::Book;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::{Contract, ContractLine, LineQuantity, PueTerm};
use crate::domain::facility::Facility;
use crate::domain::ids::{LineCode, MeterCode, TariffCode};
use crate::domain::invoice::Totals;
use crate::domain::money::Money;
use crate::domain::rating::{Charge, RatingProblem};
use crate::domain::told::{Tell, Told};

/// How far the month is known.
#[derive(Debug, Clone)]
pub struct KnownSpan {
    /// The first day that is not over yet.
    pub until: NaiveDate,
    /// By meter that is read, the day of its latest reading: a line is not known beyond what its meters said.
    pub read_to: HashMap<MeterCode, NaiveDate>,
}

impl KnownSpan {
    /// The first day of `line` not counted as known; none where nothing of it is measured.
    fn of(&self, line: &ContractLine, facility: &Facility) -> Option<NaiveDate> {
        let LineQuantity::Metered { meters, pue, .. } = &line.quantity else { return None };
        let last = self.until.pred_opt();
        let serving = meters.iter().filter(|one| last.is_none_or(|last| one.period.contains(last)));
        let own = serving.map(|one| &one.meter);
        let shared = facility.facility_energy_meters.iter().chain(&facility.it_energy_meters);
        let shared = shared.filter(|_| *pue == PueTerm::Measured);
        let read = own.chain(shared).filter_map(|meter| self.read_to.get(meter));
        Some(read.copied().fold(self.until, NaiveDate::min))
    }
}

/// What a contract's month comes to so far, and may come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    pub lines: Vec<EstimatedLine>,
    /// The sum of what is known of the lines.
    pub known_net: Money,
    /// The first day whose readings are not all in; [`EstimatedLine::known_until`] is earlier for a line whose meters say
    /// less, and later for one that waits for no readings: an occupancy is known as long as nothing moves.
    pub known_until: NaiveDate,
    /// The sum of the lines over the whole month.
    pub projected_net: Money,
    /// Of the whole month; none where its lines cannot stand on one document.
    pub projected: Option<Totals>,
    /// Lines that cannot be estimated, and why: they are missing from the sums.
    pub problems: Vec<(LineCode, Vec<Told>)>,
}

/// A line of the contract in a running month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstimatedLine {
    pub line: LineCode,
    /// The first day not counted as known; none where the quantity is agreed for the whole month.
    pub known_until: Option<NaiveDate>,
    pub known_net: Money,
    /// The whole month, with its arithmetic.
    pub projected: Vec<Charge>,
    pub projected_net: Money,
}

/// The estimate of `contract` for `month`. `samples` reach the end of the month: readings, then what they were carried
/// on with; `known` says where the readings end.
pub fn estimate(
    book: &Book,
    contract: &Contract,
    month: BillingMonth,
    samples: &Samples,
    known: &KnownSpan,
) -> Estimate {
    let meters: Meters<'_> = book.meters.iter().map(|meter| (&meter.code, meter)).collect();
    let whole = MonthEvidence::new(month, &book.facility, &meters, samples);
    Estimator::new(book, month, &meters, (samples, &whole), known).of(contract)
}

/// A month's evidence, whole and as far as it is known, at hand for one contract after the other: what they share, the
/// facility's PUE first of all, is worked out once.
pub(super) struct Estimator<'a> {
    book: &'a Book,
    meters: &'a Meters<'a>,
    samples: &'a Samples,
    known: &'a KnownSpan,
    month: BillingMonth,
    tariffs: HashMap<&'a TariffCode, &'a Tariff>,
    whole: &'a MonthEvidence<'a>,
    so_far: HashMap<NaiveDate, MonthEvidence<'a>>,
}

impl<'a> Estimator<'a> {
    pub(super) fn new(
        book: &'a Book,
        month: BillingMonth,
        meters: &'a Meters<'a>,
        (samples, whole): (&'a Samples, &'a MonthEvidence<'a>),
        known: &'a KnownSpan,
    ) -> Estimator<'a> {
        let tariffs = book.tariffs.iter().map(|tariff| (&tariff.code, tariff)).collect();
        Estimator { book, meters, samples, known, month, tariffs, whole, so_far: HashMap::new() }
    }

    pub(super) fn of(&mut self, contract: &Contract) -> Estimate {
        let (mut lines, mut problems, mut charges) = (Vec::new(), Vec::new(), Vec::new());
        for line in &contract.lines {
            let Some(terms) = self.terms(contract, line) else {
                problems.push((line.code.clone(), vec![unknown_tariff(line)]));
                continue;
            };
            let until = self.known.of(line, &self.book.facility);
            let so_far = until.map(|until| self.so_far(terms, until)).transpose();
            match (rate_line(terms, self.whole), so_far) {
                (Ok(projected), Ok(_)) if projected.is_empty() => {}
                (Ok(projected), Ok(so_far)) => {
                    charges.extend(projected.iter().cloned());
                    let projected_net = net(&projected);
                    lines.push(EstimatedLine {
                        line: line.code.clone(),
                        known_until: until,
                        known_net: so_far.unwrap_or(projected_net),
                        projected_net,
                        projected,
                    });
                }
                (Err(found), _) | (_, Err(found)) => {
                    problems.push((line.code.clone(), found.iter().map(Tell::told).collect()));
                }
            }
        }
        Estimate {
            known_net: lines.iter().map(|line| line.known_net).sum(),
            projected_net: lines.iter().map(|line| line.projected_net).sum(),
            projected: Draft::assemble(contract, self.month, charges).ok().map(|draft| draft.totals),
            lines,
            known_until: self.known.until,
            problems,
        }
    }

    /// What is known of the contract's lines, but for those at the positions `untold`.
    pub(super) fn known_net(&mut self, contract: &Contract, untold: &[usize]) -> Money {
        let told = contract.lines.iter().enumerate().filter(|(position, _)| !untold.contains(position));
        told.filter_map(|(_, line)| self.known_of(contract, line)).sum()
    }

    fn known_of(&mut self, contract: &Contract, line: &ContractLine) -> Option<Money> {
        let terms = self.terms(contract, line)?;
        match self.known.of(line, &self.book.facility) {
            Some(until) => self.so_far(terms, until).ok(),
            None => rate_line(terms, self.whole).map(|charges| net(&charges)).ok(),
        }
    }

    /// What the line is rated by; none where its tariff is not known.
    fn terms<'t>(&self, contract: &'t Contract, line: &'t ContractLine) -> Option<LineTerms<'t>>
    where
        'a: 't,
    {
        let clause = contract.indexation.as_ref();
        let index = clause.and_then(|clause| self.book.price_indices.iter().find(|index| index.code == clause.index));
        let tariff = self.tariffs.get(&line.tariff).copied()?;
        Some(LineTerms { contract, line, tariff, index })
    }

    /// What the line comes to before the day `until`.
    fn so_far(&mut self, terms: LineTerms<'_>, until: NaiveDate) -> Result<Money, Vec<RatingProblem>> {
        let whole = || MonthEvidence::new(self.month, &self.book.facility, self.meters, self.samples);
        let evidence = self.so_far.entry(until).or_insert_with(|| whole().known_until(until));
        rate_line(terms, evidence).map(|charges| net(&charges))
    }
}

fn net(charges: &[Charge]) -> Money {
    charges.iter().map(|charge| charge.net).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::Timestamp;
    use crate::domain::ledger::Accounting;
    use crate::domain::metering::{Measure, Register, Sample};
    use crate::domain::quantity::Unit;
    use crate::domain::rating::example::*;
    use crate::domain::tariff::PriceShape;
    use chrono_tz::Europe::Paris;

    /// A rack, the energy of one counter and the peak of one gauge, each at a price for the month.
    fn book() -> Book {
        let mut peak = metered_line("peak", Measure::Demand { window_minutes: 10 }, PueTerm::None, &["P"]);
        peak.tariff = "kw".into();
        let lines =
            vec![agreed_line("racks", "1"), metered_line("energy", Measure::Energy, PueTerm::None, &["A"]), peak];
        Book {
            facility: facility(),
            seller: seller(),
            rooms: Vec::new(),
            meters: vec![meter("A", Register::Energy), meter("P", Register::Power)],
            tenants: Vec::new(),
            price_indices: Vec::new(),
            tariffs: vec![kwh_tariff(), rack_tariff(), tariff("kw", Unit::Kilowatt, per_unit("10.00"))],
            contracts: vec![contract(lines)],
            accounting: Accounting::default(),
            assets: Vec::new(),
            payback: None,
        }
    }

    /// 31 kWh a day; 8 kW for the first ten days, then 2 kW.
    fn samples() -> Samples {
        let zone = Paris;
        let sample = |at: Timestamp, value: &str| Sample { at, value: value.parse().unwrap() };
        let october = month("2026-10").period(zone);
        let step = |n: i64| october.from.plus_seconds(n * 600);
        let counter: Vec<Sample> = (0..=31)
            .map(|n| sample(october.from.plus_seconds(n * 86_400), &(n * 31).to_string()))
            .chain([sample(october.to, "961")])
            .collect();
        let windows = october.seconds() / 600;
        let gauge = (0..=windows).map(|n| sample(step(n), if n < 1440 { "8" } else { "2" })).collect();
        [("A".into(), counter), ("P".into(), gauge)].into()
    }

    fn estimated(read_to: &[(&str, &str)]) -> Estimate {
        let (book, read_to) = (book(), read_to.iter().map(|(meter, on)| ((*meter).into(), day(on))).collect());
        let known = KnownSpan { until: day("2026-10-21"), read_to };
        estimate(&book, &book.contracts[0], month("2026-10"), &samples(), &known)
    }

    fn told(estimate: &Estimate) -> Vec<String> {
        assert_eq!(estimate.problems, []);
        let until = |line: &EstimatedLine| line.known_until.map_or("whole".to_owned(), |day| day.to_string());
        estimate
            .lines
            .iter()
            .map(|line| format!("{} {} {} of {}", line.line, until(line), line.known_net, line.projected_net))
            .collect()
    }

    /// A rack of the month is due whole, an energy as far as it was read, a peak as the peak it is.
    #[test]
    fn only_what_grows_day_by_day_is_known_in_part() {
        let estimate = estimated(&[]);
        let expected =
            ["racks whole 1200.00 of 1200.00", "energy 2026-10-21 89.90 of 139.35", "peak 2026-10-21 80.00 of 80.00"];
        assert_eq!(told(&estimate), expected);
        assert_eq!(
            (estimate.known_net.to_string(), estimate.projected_net.to_string()),
            ("1369.90".into(), "1419.35".into())
        );
    }

    /// A meter that has been silent since the 11th holds back its own line only, and the line says so.
    #[test]
    fn a_silent_meter_ends_what_is_known_of_its_line() {
        let estimate = estimated(&[("A", "2026-10-11"), ("P", "2026-10-21")]);
        assert_eq!(told(&estimate)[1], "energy 2026-10-11 44.95 of 139.35");
        assert_eq!(told(&estimate)[2], "peak 2026-10-21 80.00 of 80.00");
    }

    /// 100 TB for 20 days of a month of 745 hours are 64.4295 TB·month, held against the steps of the whole month: nothing
    /// more stored for the rest of it would be billed so.
    #[test]
    fn the_steps_of_a_price_stay_those_of_the_month() {
        let mut book = book();
        let tiers = r#"[{"to":"50","unit_price":"14.00"},{"unit_price":"10.00"}]"#;
        let tiers = serde_json::from_str(tiers).unwrap();
        book.tariffs.push(tariff("tb", Unit::TerabyteMonth, PriceShape::Graduated { tiers }));
        book.meters.push(meter("S", Register::Storage));
        let mut storage = metered_line("storage", Measure::StorageMonth, PueTerm::None, &["S"]);
        storage.tariff = "tb".into();
        book.contracts = vec![contract(vec![storage])];
        let october = month("2026-10").period(Paris);
        let hours = (0..=745).map(|hour| october.from.plus_seconds(hour * 3_600));
        let gauge = hours.map(|at| Sample { at, value: "100".parse().unwrap() }).collect();
        let known = KnownSpan { until: day("2026-10-21"), read_to: HashMap::new() };
        let estimate = estimate(&book, &book.contracts[0], month("2026-10"), &[("S".into(), gauge)].into(), &known);
        assert_eq!(told(&estimate), ["storage 2026-10-21 844.30 of 1200.00"]);
    }
}
