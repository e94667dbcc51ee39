//! One invoice: its lines, and for each line where it comes from, down to the first and last reading.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::{Frame, page};
use crate::domain::contract::VatTreatment;
use crate::domain::invoice::{IssuedInvoice, VatBreakdown, rate_percent};
use crate::domain::metering::{IndexAt, MeterUsage, RestartKind, Usage};
use crate::domain::party::Language;
use crate::domain::rating::{Charge, ChargeKind};
use crate::domain::typography;
use crate::http::api::invoices::{find, kind_name};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::Shared;

#[derive(Template)]
#[template(path = "invoice.html")]
struct InvoicePage {
    frame: Frame,
    invoice: IssuedInvoice,
    title: String,
    period: String,
    groups: Vec<ServiceGroup>,
    vat: Vec<VatLine>,
    /// Pairs of a label and a value the buyer's accounting asks for.
    references: Vec<(String, String)>,
    corrects: Option<String>,
}

/// The lines of one service.
pub(super) struct ServiceGroup {
    pub(super) service: String,
    pub(super) lines: Vec<LineView>,
}

pub(super) struct LineView {
    pub(super) designation: String,
    /// What part of a price it is, where it is not all of it.
    pub(super) part: Option<String>,
    pub(super) period: String,
    pub(super) quantity: String,
    pub(super) unit_price: String,
    pub(super) vat: String,
    pub(super) net: String,
    pub(super) formula: String,
    pub(super) source: String,
    pub(super) is_estimated: bool,
    pub(super) meters: Vec<MeterView>,
}

pub(super) struct MeterView {
    pub(super) meter: String,
    pub(super) place: String,
    pub(super) first: Option<IndexView>,
    pub(super) last: Option<IndexView>,
    pub(super) readings: u64,
    pub(super) quantity: String,
    /// Gaps, restarts.
    pub(super) remarks: Vec<String>,
}

pub(super) struct IndexView {
    pub(super) at: String,
    pub(super) value: String,
    pub(super) is_interpolated: bool,
}

struct VatLine {
    treatment: String,
    taxable: String,
    tax: String,
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    number: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let invoice = find(&shared, granted, number.into_inner()).await?;
    let frame = Frame::of(&http);
    let title = frame.with(&format!("title-{}", kind_name(invoice.kind)), "number", invoice.number.as_str());
    let template = InvoicePage {
        title,
        period: frame.period(invoice.period),
        groups: groups(&frame, &invoice),
        vat: invoice.vat.iter().map(|vat| vat_line(&frame, vat)).collect(),
        references: references(&frame, &invoice),
        corrects: corrects(&frame, &invoice),
        frame,
        invoice,
    };
    page(StatusCode::OK, &template)
}

/// Charges in their order, those of one service together.
pub(super) fn groups(frame: &Frame, invoice: &IssuedInvoice) -> Vec<ServiceGroup> {
    let zone: Tz = invoice.zone.parse().unwrap_or(Tz::Europe__Paris);
    let group = |charges: &[Charge]| ServiceGroup {
        service: charges
            .first()
            .map(|charge| frame.t(&format!("service-{}", charge.service.name())))
            .unwrap_or_default(),
        lines: charges.iter().map(|charge| line(frame, zone, charge)).collect(),
    };
    invoice.charges.chunk_by(|a, b| a.service == b.service).map(group).collect()
}

fn line(frame: &Frame, zone: Tz, charge: &Charge) -> LineView {
    let provenance = &charge.provenance;
    let usage = provenance.usage.as_ref();
    LineView {
        designation: match frame.language {
            Language::French => charge.designation.fr.clone(),
            Language::English => charge.designation.en.clone(),
        },
        part: part(frame, &charge.kind),
        period: frame.period(charge.period),
        quantity: typography::quantity(charge.quantity, charge.unit, frame.language),
        unit_price: typography::unit_price(charge.unit_price, frame.language),
        vat: vat_text(frame, &charge.vat),
        net: frame.bare(&charge.net),
        formula: provenance.formula.clone(),
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
        meters: usage.map(|usage| meters(frame, zone, usage)).unwrap_or_default(),
    }
}

fn part(frame: &Frame, kind: &ChargeKind) -> Option<String> {
    let number = |value: &Decimal| typography::decimal(value.normalize(), frame.language);
    match kind {
        ChargeKind::Base => None,
        ChargeKind::Prorated { units, of } => {
            Some(frame.texts("part-prorated", &[("units", &units.to_string()), ("of", &of.to_string())]))
        }
        ChargeKind::Tier { from, to: Some(to) } => {
            Some(frame.texts("part-tier", &[("from", &number(from)), ("to", &number(to))]))
        }
        ChargeKind::Tier { from, to: None } => Some(frame.with("part-tier-open", "from", &number(from))),
        ChargeKind::Committed => Some(frame.t("part-committed")),
        ChargeKind::Overage => Some(frame.t("part-overage")),
        ChargeKind::MinimumComplement { minimum } => Some(frame.with("part-minimum", "amount", &frame.amount(minimum))),
        ChargeKind::CapReduction { cap } => Some(frame.with("part-cap", "amount", &frame.amount(cap))),
        ChargeKind::OneOff => Some(frame.t("part-one-off")),
        ChargeKind::Regularisation { month, invoice } => {
            Some(frame.texts("part-regularisation", &[("month", &frame.month(month)), ("invoice", invoice)]))
        }
    }
}

/// The meters of a line, their quantities with as many decimals as the most exact of them.
fn meters(frame: &Frame, zone: Tz, usage: &Usage) -> Vec<MeterView> {
    let shown = |meter: &MeterUsage| meter.quantity.round_dp(4).normalize();
    let decimals = usage.meters.iter().map(|meter| shown(meter).scale()).max().unwrap_or_default();
    usage.meters.iter().map(|meter| meter_view(frame, zone, meter, decimals)).collect()
}

fn meter_view(frame: &Frame, zone: Tz, usage: &MeterUsage, decimals: u32) -> MeterView {
    let mut quantity = usage.quantity.round_dp(decimals);
    quantity.rescale(decimals);
    let rack = usage.rack.as_ref().map(ToString::to_string);
    let feed = usage.feed.map(|feed| frame.with("feed", "feed", &format!("{feed:?}")));
    MeterView {
        meter: usage.meter.to_string(),
        place: [rack, feed].into_iter().flatten().collect::<Vec<_>>().join(", "),
        first: usage.first.as_ref().map(|index| index_view(frame, zone, index)),
        last: usage.last.as_ref().map(|index| index_view(frame, zone, index)),
        readings: usage.readings,
        quantity: typography::decimal(quantity, frame.language),
        remarks: remarks(frame, zone, usage),
    }
}

fn index_view(frame: &Frame, zone: Tz, index: &IndexAt) -> IndexView {
    IndexView {
        at: typography::instant(index.at, zone, frame.language),
        value: typography::decimal(index.value.to_decimal().normalize(), frame.language),
        is_interpolated: index.interpolated,
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

fn vat_line(frame: &Frame, vat: &VatBreakdown) -> VatLine {
    VatLine { treatment: vat_text(frame, &vat.treatment), taxable: frame.bare(&vat.taxable), tax: frame.bare(&vat.tax) }
}

fn vat_text(frame: &Frame, treatment: &VatTreatment) -> String {
    match (rate_percent(treatment), treatment) {
        (Some(rate), _) => typography::percent(rate, frame.language),
        (None, VatTreatment::OutOfScope { .. }) => frame.t("vat-out-of-scope"),
        (None, _) => frame.t("vat-exempt"),
    }
}

fn references(frame: &Frame, invoice: &IssuedInvoice) -> Vec<(String, String)> {
    let references = &invoice.references;
    let stated = [
        ("invoice-contract", Some(format!("{} ({})", references.contract_title, references.contract))),
        ("reference-service", references.service_code.clone()),
        ("reference-engagement", references.engagement.clone()),
        ("reference-market", references.market.clone()),
    ];
    stated.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))).collect()
}

fn corrects(frame: &Frame, invoice: &IssuedInvoice) -> Option<String> {
    let named: Vec<String> =
        invoice.corrects.iter().map(|(number, day)| format!("{number} ({})", frame.date(day))).collect();
    (!named.is_empty()).then(|| frame.with("invoice-corrects", "invoices", &named.join(", ")))
}
