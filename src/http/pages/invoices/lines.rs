//! The lines of a document and where each comes from, as pages show them.

use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::Frame;
use crate::documents::arithmetic::arithmetic;
use crate::domain::contract::VatTreatment;
use crate::domain::invoice::rate_percent;
use crate::domain::metering::{IndexAt, Measure, MeterUsage, RestartKind, Usage};
use crate::domain::quantity::Unit;
use crate::domain::rating::{Charge, ChargeKind};
use crate::domain::typography;

/// The lines of one service.
pub struct ServiceGroup {
    pub service: String,
    pub lines: Vec<LineView>,
}

pub struct LineView {
    /// The page that follows it to its readings.
    pub address: String,
    pub designation: String,
    /// What part of a price it is, where it is not all of it.
    pub part: Option<String>,
    pub period: String,
    pub quantity: String,
    pub unit_price: String,
    pub vat: String,
    pub net: String,
    pub formula: String,
    pub source: String,
    pub is_estimated: bool,
    /// Added by a person, at a price of its own.
    pub is_manual: bool,
}

pub struct MeterView {
    pub meter: String,
    pub place: String,
    pub first: Option<IndexView>,
    pub last: Option<IndexView>,
    pub readings: String,
    pub quantity: String,
    /// Gaps, restarts.
    pub remarks: Vec<String>,
}

pub struct IndexView {
    pub at: String,
    pub value: String,
    /// How it came about where it was not read at that instant.
    pub how: Option<String>,
}

/// Charges in their order, those of one service together.
pub fn groups(frame: &Frame, charges: &[Charge], base: &str) -> Vec<ServiceGroup> {
    let numbered: Vec<(usize, &Charge)> = (1..).zip(charges).collect();
    let group = |charges: &[(usize, &Charge)]| ServiceGroup {
        service: charges
            .first()
            .map(|(_, charge)| frame.t(&format!("service-{}", charge.service.name())))
            .unwrap_or_default(),
        lines: charges.iter().map(|(number, charge)| line(frame, charge, format!("{base}/lines/{number}"))).collect(),
    };
    numbered.chunk_by(|(_, a), (_, b)| a.service == b.service).map(group).collect()
}

pub fn line(frame: &Frame, charge: &Charge, address: String) -> LineView {
    let provenance = &charge.provenance;
    let usage = provenance.usage.as_ref();
    LineView {
        address,
        designation: frame.either(&charge.designation.fr, &charge.designation.en).to_owned(),
        part: part(frame, &charge.kind, charge.unit),
        period: frame.period(charge.period),
        quantity: typography::quantity(charge.quantity, charge.unit, frame.language),
        unit_price: typography::unit_price(charge.unit_price, frame.language),
        vat: vat_text(frame, &charge.vat),
        net: frame.bare(&charge.net),
        formula: arithmetic(frame.language, &provenance.formula),
        source: frame.texts(
            "line-source",
            &[
                ("line", provenance.line.as_str()),
                ("contract", provenance.contract.as_str()),
                ("tariff", provenance.tariff.as_str()),
                ("from", &frame.date(&provenance.tariff_from)),
            ],
        ),
        is_estimated: usage.is_some_and(|usage| usage.estimated),
        is_manual: matches!(charge.kind, ChargeKind::Manual { .. }),
    }
}

/// What part of a price a charge is; nothing for a plain price. `unit` is what a tier counts.
pub fn part(frame: &Frame, kind: &ChargeKind, unit: Unit) -> Option<String> {
    let number = |value: &Decimal| typography::decimal(value.normalize(), frame.language);
    let counted =
        |value: &Decimal| format!("{}\u{a0}{}", number(value), typography::unit_word(*value, unit, frame.language));
    match kind {
        ChargeKind::Base | ChargeKind::Manual { .. } => None,
        ChargeKind::Prorated { units, of } => {
            Some(frame.texts("part-prorated", &[("units", &units.to_string()), ("of", &of.to_string())]))
        }
        ChargeKind::Tier { from, to: Some(to) } => {
            Some(frame.texts("part-tier", &[("from", &number(from)), ("to", &counted(to))]))
        }
        ChargeKind::Tier { from, to: None } => Some(frame.with("part-tier-open", "from", &counted(from))),
        ChargeKind::Volume { from, to: Some(to) } => {
            Some(frame.texts("part-volume", &[("from", &number(from)), ("to", &counted(to))]))
        }
        ChargeKind::Volume { from, to: None } => Some(frame.with("part-volume-open", "from", &counted(from))),
        ChargeKind::Committed => Some(frame.t("part-committed")),
        ChargeKind::Overage => Some(frame.t("part-overage")),
        ChargeKind::MinimumComplement { minimum } => Some(frame.with("part-minimum", "amount", &frame.amount(minimum))),
        ChargeKind::CapReduction { cap } => Some(frame.with("part-cap", "amount", &frame.amount(cap))),
        ChargeKind::OneOff => Some(frame.t("part-one-off")),
        ChargeKind::PartOf { line } => Some(frame.with("part-of-line", "line", &line.to_string())),
        ChargeKind::ServiceCredit { month, availability_percent, committed_percent, credit_percent, .. } => {
            let percent = |value: &Decimal| typography::percent(value.normalize(), frame.language);
            Some(frame.texts(
                "part-service-credit",
                &[
                    ("month", &frame.month(month)),
                    ("of-month", &frame.of_month(month)),
                    ("availability", &percent(availability_percent)),
                    ("committed", &percent(committed_percent)),
                    ("credit", &percent(credit_percent)),
                ],
            ))
        }
        ChargeKind::Regularisation { month, invoice } => {
            let (month, of_month) = (frame.month(month), frame.of_month(month));
            let values = [("month", month.as_str()), ("of-month", of_month.as_str()), ("invoice", invoice.as_str())];
            Some(frame.texts("part-regularisation", &values))
        }
    }
}

/// The meters of a line, their quantities with as many decimals as the most exact of them.
pub fn meters(frame: &Frame, zone: Tz, usage: &Usage) -> Vec<MeterView> {
    let shown = |meter: &MeterUsage| meter.quantity.round_dp(4).normalize();
    let decimals = usage.meters.iter().map(|meter| shown(meter).scale()).max().unwrap_or_default();
    let indices = usage.meters.iter().flat_map(|meter| meter.first.iter().chain(&meter.last));
    let index_decimals = indices.map(|index| index.value.to_decimal().normalize().scale()).max().unwrap_or_default();
    let is_counter = usage.measure == Measure::Energy;
    usage.meters.iter().map(|meter| meter_view(frame, zone, meter, (decimals, index_decimals), is_counter)).collect()
}

/// A number with exactly so many decimals, as a column shows them.
pub fn with_decimals(frame: &Frame, value: Decimal, decimals: u32) -> String {
    let mut shown = value.round_dp(decimals);
    shown.rescale(decimals);
    typography::decimal(shown, frame.language)
}

/// `decimals` are those of the quantities and of the indices.
fn meter_view(frame: &Frame, zone: Tz, usage: &MeterUsage, decimals: (u32, u32), is_counter: bool) -> MeterView {
    let index = |index: &IndexAt| IndexView {
        value: with_decimals(frame, index.value.to_decimal(), decimals.1),
        ..index_view(frame, zone, index, is_counter)
    };
    let rack = usage.rack.as_ref().map(ToString::to_string);
    let feed = usage.feed.map(|feed| frame.with("feed", "feed", feed.name()));
    MeterView {
        meter: usage.meter.to_string(),
        place: [rack, feed].into_iter().flatten().collect::<Vec<_>>().join(", "),
        first: usage.first.as_ref().map(index),
        last: usage.last.as_ref().map(index),
        readings: typography::decimal(Decimal::from(usage.readings), frame.language),
        quantity: with_decimals(frame, usage.quantity, decimals.0),
        remarks: remarks(frame, zone, usage),
    }
}

/// A counter's index lies between its neighbours; anything else holds until the next value.
fn index_view(frame: &Frame, zone: Tz, index: &IndexAt, is_counter: bool) -> IndexView {
    IndexView {
        at: typography::instant(index.at, zone, frame.language),
        value: typography::decimal(index.value.to_decimal().normalize(), frame.language),
        how: index.interpolated.then(|| frame.t(if is_counter { "meter-interpolated" } else { "meter-held" })),
    }
}

fn remarks(frame: &Frame, zone: Tz, usage: &MeterUsage) -> Vec<String> {
    let instant = |at| typography::instant(at, zone, frame.language);
    let gaps = usage
        .gaps
        .iter()
        .map(|gap| frame.texts("remark-gap", &[("from", &instant(gap.from)), ("to", &instant(gap.to))]));
    let restarts = usage.restarts.iter().map(|restart| {
        let key = match restart.kind {
            RestartKind::Rollover => "remark-rollover",
            RestartKind::Reset => "remark-reset",
        };
        frame.with(key, "at", &instant(restart.at))
    });
    gaps.chain(restarts).collect()
}

pub fn vat_text(frame: &Frame, treatment: &VatTreatment) -> String {
    match (rate_percent(treatment), treatment) {
        (Some(rate), _) => typography::percent(rate, frame.language),
        (None, VatTreatment::OutOfScope { .. }) => frame.t("vat-out-of-scope"),
        (None, _) => frame.t("vat-exempt"),
    }
}
