//! `[[contract]]`, its lines and their assignments.

use chrono::NaiveDate;

use crate::bookfile::cursor::Table;
use crate::bookfile::fault::ReadFault;
use crate::bookfile::field::Field;
use crate::bookfile::words::{
    GAP_POLICIES, MEASURES, MeasureWord, PRORATIONS, PUE_TERMS, PueWord, ROUNDINGS, SERVICES, VAT_CATEGORIES, VatWord,
};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::indexation::{CoefficientRounding, Indexation, Revision};
use crate::domain::contract::service_level::{CreditBand, ServiceLevel};
use crate::domain::contract::{
    Contract, ContractLine, Designation, GapPolicy, LineQuantity, MeterAssignment, Proration, PueTerm, VatReason,
    VatTreatment,
};
use crate::domain::ids::{ContractCode, LineCode, MeterCode, PriceIndexCode, RackCode, TariffCode, TenantCode};
use crate::domain::metering::Measure;

/// The window French demand is measured in.
pub const DEFAULT_WINDOW_MINUTES: u32 = 10;

/// The VAT rate of a line that says nothing of it.
pub const DEFAULT_VAT_PERCENT: u32 = 20;

const DAY: &str = "from = 2026-01-01";

pub fn contract(t: &mut Table) -> Option<Contract> {
    let code = t.required("code", "code = \"AP-2026\"", Field::text);
    let tenant = t.required("tenant", "the tenant's code, such as tenant = \"aphp\"", Field::text);
    let title = t.required("title", "the contract's title in quotes", Field::text);
    let from = t.required("from", DAY, Field::date);
    let to = t.optional("to", Field::date);
    let signed_on = t.optional("signed_on", Field::date);
    let engagement = t.optional("engagement", Field::text);
    let market = t.optional("market", Field::text);
    let notice_months = t.optional("notice_months", Field::whole::<u32>);
    let proration = t.or("proration", Proration::CalendarDays, |field| field.word(&PRORATIONS));
    let indexation = t.optional_table("indexation", "[contract.indexation]", indexation);
    let lines = t.coded("line", "[[contract.line]]", |t| line(t, from));
    Some(Contract {
        code: ContractCode(code?),
        tenant: TenantCode(tenant?),
        title: title?,
        in_force: DatePeriod { from: from?, to: to? },
        signed_on: signed_on?,
        engagement: engagement?,
        market: market?,
        notice_months: notice_months?,
        proration: proration?,
        indexation: indexation?,
        lines,
    })
}

fn indexation(t: &mut Table) -> Option<Indexation> {
    let index = t.required("index", "the index's code, such as index = \"syntec\"", Field::text);
    let base_month = t.required("base_month", "base_month = \"2025-09\"", Field::month);
    let fixed_part = t.required("fixed_part", "fixed_part = 0.15", Field::decimal);
    let rounding = t.or("rounding", CoefficientRounding::Unrounded, |field| field.word(&ROUNDINGS));
    let revisions = t.numbered("revision", "[[contract.indexation.revision]]", revision);
    Some(Indexation {
        index: PriceIndexCode(index?),
        base_month: base_month?,
        fixed_part: fixed_part?,
        rounding: rounding?,
        revisions: revisions?,
    })
}

fn revision(t: &mut Table) -> Option<Revision> {
    let from = t.required("from", DAY, Field::date);
    let index_month = t.required("index_month", "index_month = \"2026-09\"", Field::month);
    Some(Revision { from: from?, index_month: index_month? })
}

/// A line begins with its contract unless it says otherwise.
fn line(t: &mut Table, contract_from: Option<NaiveDate>) -> Option<ContractLine> {
    let code = t.required("code", "code = \"energie\"", Field::text);
    let service = t.required("service", "service = \"power\"", |field| field.word(&SERVICES));
    let from = t.optional("from", Field::date).and_then(|from| from.or(contract_from));
    let to = t.optional("to", Field::date);
    let tariff = t.required("tariff", "the tariff's code in quotes", Field::text);
    let racks = t.or("racks", Vec::new(), Field::texts);
    let vat = vat(t);
    let service_level = service_level(t);
    let designation = t.table("designation", "designation = { fr, en }", designation);
    let quantity = quantity(t, from);
    Some(ContractLine {
        code: LineCode(code?),
        service: service?,
        designation: designation?,
        in_force: DatePeriod { from: from?, to: to? },
        tariff: TariffCode(tariff?),
        quantity: quantity?,
        vat: vat?,
        service_level: service_level?,
        racks: racks?.into_iter().map(RackCode).collect(),
    })
}

fn designation(t: &mut Table) -> Option<Designation> {
    let fr = t.required("fr", "the line's words in French", Field::text);
    let en = t.required("en", "the line's words in English", Field::text);
    Some(Designation { fr: fr?, en: en? })
}

fn vat(t: &mut Table) -> Option<VatTreatment> {
    let category = t.or("vat", VatWord::Standard, |field| field.word(&VAT_CATEGORIES));
    let Some(category) = category else {
        t.has("vat_rate_percent");
        t.has("vat_reason");
        return None;
    };
    if category == VatWord::Standard {
        let rate = t.or("vat_rate_percent", DEFAULT_VAT_PERCENT.into(), Field::decimal);
        return rate.map(|rate_percent| VatTreatment::Standard { rate_percent });
    }
    let reason = vat_reason(t)?;
    Some(match category {
        VatWord::Exempt => VatTreatment::Exempt { reason },
        VatWord::OutOfScope | VatWord::Standard => VatTreatment::OutOfScope { reason },
    })
}

/// One text for both languages, or a text for each.
fn vat_reason(t: &mut Table) -> Option<VatReason> {
    if !t.is_table("vat_reason") {
        let text = t.required("vat_reason", "the reason the invoice must state, in quotes", Field::text);
        return text.map(VatReason::from);
    }
    t.table("vat_reason", "vat_reason = { fr, en }", |t| {
        let fr = t.required("fr", "the reason in French", Field::text);
        let en = t.required("en", "the reason in English", Field::text);
        Some(VatReason { fr: fr?, en: en? })
    })
}

/// The availability that is promised with what is allowed below it; nothing promised, nothing allowed.
fn service_level(t: &mut Table) -> Option<Option<ServiceLevel>> {
    let committed_percent = t.optional("committed_percent", Field::decimal);
    let bands = t.numbered("credit_band", "[[contract.line.credit_band]]", credit_band);
    let (committed_percent, bands) = (committed_percent?, bands?);
    match (committed_percent, bands.is_empty()) {
        (Some(committed_percent), _) => Some(Some(ServiceLevel { committed_percent, bands })),
        (None, true) => Some(None),
        (None, false) => {
            t.mistake(Some("credit_band"), ReadFault::BandsWithoutCommitment);
            None
        }
    }
}

fn credit_band(t: &mut Table) -> Option<CreditBand> {
    let below_percent = t.required("below_percent", "below_percent = 99.5", Field::decimal);
    let credit_percent = t.required("credit_percent", "credit_percent = 10", Field::decimal);
    Some(CreditBand { below_percent: below_percent?, credit_percent: credit_percent? })
}

/// What the price applies to: an agreed `quantity`, or a `measure` of assigned meters.
fn quantity(t: &mut Table, line_from: Option<NaiveDate>) -> Option<LineQuantity> {
    match (t.has("quantity"), t.has("measure")) {
        (true, false) => t.required("quantity", "quantity = 4", Field::decimal).map(LineQuantity::Fixed),
        (false, true) => metered(t, line_from),
        (both, _) => {
            t.forgive_the_rest();
            match both {
                true => t.mistake(Some("measure"), ReadFault::QuantityAndMeasure),
                false => t.mistake(None, ReadFault::NoQuantity),
            }
            None
        }
    }
}

fn metered(t: &mut Table, line_from: Option<NaiveDate>) -> Option<LineQuantity> {
    let measure = measure(t);
    let pue = pue(t);
    let gap_policy = t.or("gap_policy", GapPolicy::Block, |field| field.word(&GAP_POLICIES));
    let meters = t.numbered("assignment", "[[contract.line.assignment]]", |t| assignment(t, line_from));
    Some(LineQuantity::Metered { measure: measure?, pue: pue?, gap_policy: gap_policy?, meters: meters? })
}

fn measure(t: &mut Table) -> Option<Measure> {
    match t.required("measure", "measure = \"energy\"", |field| field.word(&MEASURES)) {
        Some(MeasureWord::Energy) => Some(Measure::Energy),
        Some(MeasureWord::StorageMonth) => Some(Measure::StorageMonth),
        Some(MeasureWord::OccupancyDays) => Some(Measure::OccupancyDays),
        Some(MeasureWord::Demand) => window(t).map(|window_minutes| Measure::Demand { window_minutes }),
        Some(MeasureWord::Percentile95) => window(t).map(|window_minutes| Measure::Percentile95 { window_minutes }),
        None => {
            t.has("window_minutes");
            None
        }
    }
}

fn window(t: &mut Table) -> Option<u32> {
    t.or("window_minutes", DEFAULT_WINDOW_MINUTES, Field::whole::<u32>)
}

fn pue(t: &mut Table) -> Option<PueTerm> {
    match t.or("pue", PueWord::None, |field| field.word(&PUE_TERMS)) {
        Some(PueWord::None) => Some(PueTerm::None),
        Some(PueWord::Measured) => Some(PueTerm::Measured),
        Some(PueWord::Fixed) => {
            t.required("pue_factor", "pue_factor = 1.25", Field::decimal).map(|factor| PueTerm::Fixed { factor })
        }
        None => {
            t.has("pue_factor");
            None
        }
    }
}

/// An assignment begins with its line unless it says otherwise.
fn assignment(t: &mut Table, line_from: Option<NaiveDate>) -> Option<MeterAssignment> {
    let meter = t.required("meter", "the meter's code, such as meter = \"A01-EA\"", Field::text);
    let from = t.optional("from", Field::date).and_then(|from| from.or(line_from));
    let to = t.optional("to", Field::date);
    Some(MeterAssignment { meter: MeterCode(meter?), period: DatePeriod { from: from?, to: to? } })
}
