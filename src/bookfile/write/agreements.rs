//! Tariff versions and contracts.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::page::{Page, number, quoted};
use crate::bookfile::read::{DEFAULT_VAT_PERCENT, DEFAULT_WINDOW_MINUTES};
use crate::bookfile::words::{
    GAP_POLICIES, PRORATIONS, PUE_TERMS, PueWord, ROUNDINGS, SERVICES, SHAPES, Shape, VAT_CATEGORIES, VatWord,
};
use crate::domain::book::measure_name;
use crate::domain::contract::indexation::{CoefficientRounding, Indexation};
use crate::domain::contract::service_level::CreditBand;
use crate::domain::contract::{
    Contract, ContractLine, GapPolicy, LineQuantity, MeterAssignment, Proration, PueTerm, VatReason, VatTreatment,
};
use crate::domain::metering::Measure;
use crate::domain::tariff::{PriceShape, TariffVersion, Tier, Tiers};

pub fn tariff_version(page: &mut Page, value: &TariffVersion) {
    page.header("[[tariff.version]]");
    page.bare("from", value.from);
    for (key, value) in price(&value.price) {
        page.bare(key, value);
    }
}

type Pairs = Vec<(&'static str, String)>;

/// The keys of a price and their values as TOML: lines of a version, or inside the braces of `of`.
fn price(shape: &PriceShape) -> Pairs {
    let (word, mut keys): (Shape, Pairs) = match shape {
        PriceShape::Flat { amount } => (Shape::Flat, vec![("amount_eur", amount.to_string())]),
        PriceShape::OneOff { amount } => (Shape::OneOff, vec![("amount_eur", amount.to_string())]),
        PriceShape::PerUnit { unit_price } => (Shape::PerUnit, vec![("unit_price_eur", unit_price.to_string())]),
        PriceShape::Graduated { tiers } => (Shape::Graduated, vec![("tiers", tier_list(tiers))]),
        PriceShape::Volume { tiers } => (Shape::Volume, vec![("tiers", tier_list(tiers))]),
        PriceShape::Commitment { committed, unit_price, overage_unit_price } => (
            Shape::Commitment,
            vec![
                ("committed", number(*committed)),
                ("unit_price_eur", unit_price.to_string()),
                ("overage_unit_price_eur", overage_unit_price.to_string()),
            ],
        ),
        PriceShape::Minimum { amount, of } => {
            (Shape::Minimum, vec![("amount_eur", amount.to_string()), ("of", inline(price(of)))])
        }
        PriceShape::Cap { amount, of } => {
            (Shape::Cap, vec![("amount_eur", amount.to_string()), ("of", inline(price(of)))])
        }
    };
    keys.insert(0, ("shape", quoted(SHAPES.name_of(word))));
    keys
}

fn inline(pairs: Pairs) -> String {
    let written: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", written.join(", "))
}

/// One tier a line.
fn tier_list(tiers: &Tiers) -> String {
    let one = |tier: &Tier| {
        let bound = tier.to.map(|to| ("to", number(to)));
        inline(bound.into_iter().chain([("unit_price_eur", tier.unit_price.to_string())]).collect())
    };
    tiers.as_slice().iter().map(one).fold("[\n".to_owned(), |list, tier| list + "  " + &tier + ",\n") + "]"
}

pub fn contract(page: &mut Page, value: &Contract) {
    page.header("[[contract]]");
    page.text("code", value.code.as_str());
    page.text("tenant", value.tenant.as_str());
    page.text("title", &value.title);
    page.bare("from", value.in_force.from);
    page.optional("to", value.in_force.to);
    page.optional("signed_on", value.signed_on);
    page.optional_text("engagement", value.engagement.as_deref());
    page.optional_text("market", value.market.as_deref());
    page.optional("notice_months", value.notice_months);
    if value.proration != Proration::CalendarDays {
        page.text("proration", PRORATIONS.name_of(value.proration));
    }
    if let Some(clause) = &value.indexation {
        indexation(page, clause);
    }
    value.lines.iter().for_each(|item| line(page, item, value.in_force.from));
}

fn indexation(page: &mut Page, value: &Indexation) {
    page.header("[contract.indexation]");
    page.text("index", value.index.as_str());
    page.text("base_month", &value.base_month.to_string());
    page.number("fixed_part", value.fixed_part);
    if value.rounding != CoefficientRounding::Unrounded {
        page.text("rounding", ROUNDINGS.name_of(value.rounding));
    }
    for revision in &value.revisions {
        page.header("[[contract.indexation.revision]]");
        page.bare("from", revision.from);
        page.text("index_month", &revision.index_month.to_string());
    }
}

fn line(page: &mut Page, value: &ContractLine, contract_from: NaiveDate) {
    page.header("[[contract.line]]");
    page.text("code", value.code.as_str());
    page.text("service", SERVICES.name_of(value.service));
    let words = vec![("fr", quoted(&value.designation.fr)), ("en", quoted(&value.designation.en))];
    page.bare("designation", inline(words));
    page.optional("from", Some(value.in_force.from).filter(|from| *from != contract_from));
    page.optional("to", value.in_force.to);
    page.text("tariff", value.tariff.as_str());
    page.texts_unless_empty("racks", value.racks.iter().map(|code| code.as_str()));
    vat(page, &value.vat);
    if let Some(level) = &value.service_level {
        page.number("committed_percent", level.committed_percent);
    }
    match &value.quantity {
        LineQuantity::Fixed(quantity) => page.number("quantity", *quantity),
        LineQuantity::Metered { measure, pue, gap_policy, meters } => {
            metered(page, *measure, *pue, *gap_policy);
            meters.iter().for_each(|item| assignment(page, item, value.in_force.from));
        }
    }
    value.service_level.iter().flat_map(|level| &level.bands).for_each(|item| credit_band(page, item));
}

fn credit_band(page: &mut Page, value: &CreditBand) {
    page.header("[[contract.line.credit_band]]");
    page.number("below_percent", value.below_percent);
    page.number("credit_percent", value.credit_percent);
}

fn vat(page: &mut Page, value: &VatTreatment) {
    match value {
        VatTreatment::Standard { rate_percent } if *rate_percent == Decimal::from(DEFAULT_VAT_PERCENT) => {}
        VatTreatment::Standard { rate_percent } => page.number("vat_rate_percent", *rate_percent),
        VatTreatment::Exempt { reason } => {
            page.text("vat", VAT_CATEGORIES.name_of(VatWord::Exempt));
            vat_reason(page, reason);
        }
        VatTreatment::OutOfScope { reason } => {
            page.text("vat", VAT_CATEGORIES.name_of(VatWord::OutOfScope));
            vat_reason(page, reason);
        }
    }
}

/// One text where it says the same in both languages.
fn vat_reason(page: &mut Page, value: &VatReason) {
    match value.plain() {
        Some(text) => page.text("vat_reason", text),
        None => page.bare("vat_reason", inline(vec![("fr", quoted(&value.fr)), ("en", quoted(&value.en))])),
    }
}

fn metered(page: &mut Page, measure: Measure, pue: PueTerm, gap_policy: GapPolicy) {
    page.text("measure", measure_name(measure));
    if let Measure::Demand { window_minutes } | Measure::Percentile95 { window_minutes } = measure
        && window_minutes != DEFAULT_WINDOW_MINUTES
    {
        page.bare("window_minutes", window_minutes);
    }
    match pue {
        PueTerm::None => {}
        PueTerm::Measured => page.text("pue", PUE_TERMS.name_of(PueWord::Measured)),
        PueTerm::Fixed { factor } => {
            page.text("pue", PUE_TERMS.name_of(PueWord::Fixed));
            page.number("pue_factor", factor);
        }
    }
    if gap_policy != GapPolicy::Block {
        page.text("gap_policy", GAP_POLICIES.name_of(gap_policy));
    }
}

fn assignment(page: &mut Page, value: &MeterAssignment, line_from: NaiveDate) {
    page.header("[[contract.line.assignment]]");
    page.text("meter", value.meter.as_str());
    page.optional("from", Some(value.period.from).filter(|from| *from != line_from));
    page.optional("to", value.period.to);
}
