//! Contracts as people read them: lines, tariffs in words, period, references, contacts. The list is in `list`.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::edit::contract::address;
use super::{Frame, encoded, page};
use crate::app::read_tenants::{self, ContractFile};
use crate::app::remove_entry;
use crate::documents::arithmetic::arithmetic;
use crate::domain::access::Action;
use crate::domain::book::RemovableKind;
use crate::domain::contract::indexation::{Indexation, Revision, coefficient};
use crate::domain::contract::{
    Contract, ContractLine, GapPolicy, LineQuantity, PriceIndex, Proration, PueTerm, VatTreatment,
};
use crate::domain::metering::Measure;
use crate::domain::party::Contact;
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::{LineTerms, revised_price};
use crate::domain::tariff::{PriceShape, Tariff, Tiers};
use crate::domain::typography;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

pub mod list;

#[derive(Template)]
#[template(path = "contract.html")]
struct ContractTemplate {
    frame: Frame,
    title: String,
    code: String,
    tenant: (String, String),
    facts: Vec<(String, String)>,
    lines: Vec<LineView>,
    contacts: Vec<Contact>,
    usage: String,
    estimate: String,
    /// Where its availability is told, if any is promised.
    availability: Option<String>,
    caption: String,
    caption_id: &'static str,
    /// Below which its forms are, for who may change it.
    edit: Option<String>,
    /// Nothing that was billed or kept names it.
    may_go: bool,
}

/// A line in words.
pub struct LineView {
    pub designation: String,
    pub code: String,
    pub in_force: String,
    pub quantity: Vec<String>,
    pub tariff: String,
    pub price: Vec<String>,
    /// The price in force today after the contract's revision, where one is in force.
    pub revised: Vec<String>,
    pub vat: String,
    /// Where it is changed.
    pub edit: Option<String>,
}

pub async fn one(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (file, today, may_go) = blocking(move || {
        let today = read_tenants::today(&store, now)?;
        let may_go = !remove_entry::is_named(&store, RemovableKind::Contract, &code)?;
        Ok((read_tenants::contract(&store, &granted.scope, &code)?, today, may_go))
    })
    .await?;
    let file = file.ok_or(Fault::NotFound)?;
    let frame = Frame::of(&http);
    page(StatusCode::OK, &ContractTemplate { may_go, ..template(frame, &file, today) })
}

fn template(frame: Frame, file: &ContractFile, today: NaiveDate) -> ContractTemplate {
    let contract = &file.contract;
    let tenant = encoded(contract.tenant.as_str());
    ContractTemplate {
        title: contract.title.clone(),
        code: contract.code.to_string(),
        tenant: (format!("/tenants/{tenant}"), file.tenant.name.clone()),
        facts: facts(&frame, file, today),
        lines: editable_lines(&frame, file, today),
        edit: frame.may(Action::EditTerms).then(|| address(contract.code.as_str(), "")),
        contacts: file.tenant.contacts.clone(),
        usage: format!("/usage?tenant={tenant}"),
        estimate: format!("/usage/estimate?tenant={tenant}"),
        availability: contract
            .lines
            .iter()
            .any(|line| line.service_level.is_some())
            .then(|| format!("/contracts/{}/availability", encoded(contract.code.as_str()))),
        caption: frame.with("contract-lines", "contract", contract.code.as_str()),
        caption_id: "lines-caption",
        may_go: false,
        frame,
    }
}

fn facts(frame: &Frame, file: &ContractFile, today: NaiveDate) -> Vec<(String, String)> {
    let contract = &file.contract;
    let mut facts = vec![("line-in-force", frame.period(contract.in_force))];
    let remaining = contract.in_force.to.map(|end| (end, (end - today).num_days()));
    facts.push((
        "contract-end",
        match remaining {
            None => frame.t("contract-open-ended"),
            Some((_, days)) if days <= 0 => frame.t("contract-ended"),
            Some((_, 1)) => frame.t("contract-ends-tomorrow"),
            Some((_, days)) => frame.with("contract-ends-in", "days", &frame.whole(days)),
        },
    ));
    facts.push((
        "contract-notice",
        match (contract.notice_months, contract.notice_by()) {
            (None, _) => frame.t("notice-none"),
            (Some(months), None) => frame.with("notice-months-open", "months", &months.to_string()),
            (Some(months), Some(day)) => {
                frame.texts("notice-by", &[("months", &months.to_string()), ("day", &frame.date(&day))])
            }
        },
    ));
    facts.extend(contract.signed_on.map(|day| ("contract-signed", frame.date(&day))));
    facts.extend(contract.engagement.clone().map(|number| ("reference-engagement", number)));
    facts.extend(contract.market.clone().map(|number| ("reference-market", number)));
    let proration = match contract.proration {
        Proration::CalendarDays => "proration-days",
        Proration::Thirtieths => "proration-thirtieths",
    };
    facts.push(("contract-proration", frame.t(proration)));
    if let Some(clause) = &contract.indexation {
        facts.extend(indexation_facts(frame, clause, &file.indices, today));
    }
    facts.push(("tenant-terms", frame.terms(&file.tenant.payment_term_class)));
    facts.into_iter().map(|(key, value)| (frame.t(key), value)).collect()
}

/// The clause in words, and the coefficient in force today with its numbers; what is agreed for later by its date.
fn indexation_facts(
    frame: &Frame,
    clause: &Indexation,
    indices: &[PriceIndex],
    today: NaiveDate,
) -> Vec<(&'static str, String)> {
    let index = indices.iter().find(|index| index.code == clause.index);
    let percent = |share: Decimal| typography::percent(share * Decimal::ONE_HUNDRED, frame.language);
    let base = index.and_then(|index| index.values.iter().find(|(month, _)| *month == clause.base_month));
    let text = frame.texts(
        "contract-indexation-text",
        &[
            ("index", index.map_or(clause.index.as_str(), |index| index.name.as_str())),
            ("month", &frame.month(&clause.base_month)),
            ("base", &base.map_or_else(|| "–".to_owned(), |(_, value)| frame.number(value))),
            ("fixed", &percent(clause.fixed_part)),
            ("revised", &percent(Decimal::ONE - clause.fixed_part)),
        ],
    );
    let mut facts = vec![("contract-indexation", text)];
    let told = |revision: &Revision| {
        let found = index.map(|index| coefficient(clause, revision, index));
        match found {
            Some(Ok(coefficient)) => frame.texts(
                "contract-coefficient-text",
                &[
                    ("day", &frame.date(&revision.from)),
                    ("formula", &arithmetic(frame.language, &coefficient.expression)),
                ],
            ),
            _ => {
                // Whose it is to give is told where: the book alone holds index values.
                let may_give = frame.may(Action::EditTerms);
                let key = if may_give { "contract-coefficient-to-give" } else { "contract-coefficient-missing" };
                let (day, of) = (frame.date(&revision.from), &revision.index_month);
                let (month, of_month) = (frame.month(of), frame.of_month(of));
                let index = clause.index.as_str();
                frame.texts(key, &[("day", &day), ("month", &month), ("of-month", &of_month), ("index", index)])
            }
        }
    };
    match clause.revision_on(today) {
        Some(revision) => facts.push(("contract-coefficient", told(revision))),
        None => facts.push(("contract-coefficient", frame.t("contract-not-revised"))),
    }
    let later = clause.revisions.iter().filter(|revision| revision.from > today);
    facts.extend(later.map(|revision| ("contract-revision-next", told(revision))));
    facts
}

/// The lines of a contract as every page shows them; `named` are the tariffs and indices it names.
pub fn lines(frame: &Frame, contract: &Contract, named: (&[Tariff], &[PriceIndex]), today: NaiveDate) -> Vec<LineView> {
    let clause = contract.indexation.as_ref();
    let index = clause.and_then(|clause| named.1.iter().find(|index| index.code == clause.index));
    contract.lines.iter().map(|line| line_view(frame, contract, (named.0, index), line, today)).collect()
}

fn line_view(
    frame: &Frame,
    contract: &Contract,
    (tariffs, index): (&[Tariff], Option<&PriceIndex>),
    line: &ContractLine,
    today: NaiveDate,
) -> LineView {
    let tariff = tariffs.iter().find(|tariff| tariff.code == line.tariff);
    let revised = tariff.and_then(|tariff| {
        // What keeps a price from being revised is told where it is billed. A price paid once is what it was then.
        let shape = revised_price(LineTerms { contract, line, tariff, index }, today).ok().flatten()?;
        let is_once = matches!(shape, PriceShape::OneOff { .. });
        (!is_once).then(|| price(frame, &shape, tariff.unit))
    });
    LineView {
        designation: frame.either(&line.designation.fr, &line.designation.en).to_owned(),
        code: line.code.to_string(),
        in_force: frame.period(line.in_force),
        quantity: quantity(frame, line, tariff),
        tariff: tariff.map_or_else(|| line.tariff.to_string(), |tariff| tariff.name.clone()),
        price: tariff.map(|tariff| prices(frame, tariff, today)).unwrap_or_default(),
        revised: revised.unwrap_or_default(),
        vat: vat(frame, &line.vat),
        edit: None,
    }
}

/// The lines with a link to change each, for who may.
fn editable_lines(frame: &Frame, file: &ContractFile, today: NaiveDate) -> Vec<LineView> {
    let mut views = lines(frame, &file.contract, (&file.tariffs, &file.indices), today);
    if frame.may(Action::EditTerms) {
        for (position, view) in (1..).zip(&mut views) {
            let position: usize = position;
            view.edit = Some(address(file.contract.code.as_str(), &format!("/lines/{position}/edit")));
        }
    }
    views
}

fn quantity(frame: &Frame, line: &ContractLine, tariff: Option<&Tariff>) -> Vec<String> {
    let mut words = Vec::new();
    match &line.quantity {
        LineQuantity::Fixed(quantity) => {
            let unit = tariff.map_or(Unit::One, |tariff| tariff.unit);
            let shown = Quantity::rounded(*quantity).map(|one| typography::quantity(one, unit, frame.language));
            words.push(shown.unwrap_or_else(|_| frame.number(quantity)));
        }
        LineQuantity::Metered { measure, pue, gap_policy, meters } => {
            words.push(match measure {
                Measure::Energy => frame.t("measure-energy"),
                Measure::Demand { window_minutes } => {
                    frame.with("measure-demand", "minutes", &window_minutes.to_string())
                }
                Measure::Percentile95 { window_minutes } => {
                    frame.with("measure-percentile95", "minutes", &window_minutes.to_string())
                }
                Measure::StorageMonth => frame.t("measure-storage"),
                Measure::OccupancyDays => frame.t("measure-occupancy"),
            });
            match pue {
                PueTerm::None => {}
                PueTerm::Measured => words.push(frame.t("pue-measured")),
                PueTerm::Fixed { factor } => words.push(frame.with("pue-fixed", "factor", &frame.number(factor))),
            }
            if *gap_policy == GapPolicy::Estimate {
                words.push(frame.t("gaps-estimated"));
            }
            words.push(frame.with("meters-assigned", "count", &meters.len().to_string()));
        }
    }
    if let Some(level) = &line.service_level {
        let committed = typography::percent(level.committed_percent, frame.language);
        words.push(frame.with("availability-promise", "committed", &committed));
    }
    if !line.racks.is_empty() {
        let racks: Vec<&str> = line.racks.iter().map(|rack| rack.as_str()).collect();
        words.push(frame.with("usage-racks", "racks", &racks.join(", ")));
    }
    words
}

/// The price in force today, and the next where one is agreed.
fn prices(frame: &Frame, tariff: &Tariff, today: NaiveDate) -> Vec<String> {
    let mut words =
        tariff.version_on(today).map(|version| price(frame, &version.price, tariff.unit)).unwrap_or_default();
    for version in tariff.versions.iter().filter(|version| version.from > today) {
        let next = price(frame, &version.price, tariff.unit).join(" ; ");
        words.push(frame.texts("price-from", &[("day", &frame.date(&version.from)), ("price", &next)]));
    }
    words
}

/// A price in words, one sentence a part.
pub fn price(frame: &Frame, shape: &PriceShape, unit: Unit) -> Vec<String> {
    let per = frame.t(&format!("per-{}", unit.name()));
    let unit_price = |price| typography::unit_price(price, frame.language);
    match shape {
        PriceShape::Flat { amount } => vec![frame.with("price-flat", "amount", &frame.amount(amount))],
        PriceShape::PerUnit { unit_price: price } => vec![format!("{} {per}", unit_price(*price))],
        PriceShape::Graduated { tiers } => tier_words(frame, tiers, unit, "price-graduated"),
        PriceShape::Volume { tiers } => tier_words(frame, tiers, unit, "price-volume"),
        PriceShape::Commitment { committed, unit_price: price, overage_unit_price } => vec![
            frame.texts(
                "price-committed",
                &[("quantity", &counted(frame, committed, unit)), ("price", &format!("{} {per}", unit_price(*price)))],
            ),
            frame.with("price-overage", "price", &format!("{} {per}", unit_price(*overage_unit_price))),
        ],
        PriceShape::Minimum { amount, of } => {
            let mut words = price(frame, of, unit);
            words.push(frame.with("price-minimum", "amount", &frame.amount(amount)));
            words
        }
        PriceShape::Cap { amount, of } => {
            let mut words = price(frame, of, unit);
            words.push(frame.with("price-cap", "amount", &frame.amount(amount)));
            words
        }
        PriceShape::OneOff { amount } => vec![frame.with("price-one-off", "amount", &frame.amount(amount))],
    }
}

/// `1 000 kWh`
fn counted(frame: &Frame, value: &Decimal, unit: Unit) -> String {
    format!("{}\u{a0}{}", frame.number(value), typography::unit_word(*value, unit, frame.language))
}

fn tier_words(frame: &Frame, tiers: &Tiers, unit: Unit, heading: &str) -> Vec<String> {
    let (mut words, per) = (vec![frame.t(heading)], frame.t(&format!("per-{}", unit.name())));
    let mut from = Decimal::ZERO;
    for tier in tiers.as_slice() {
        let price = format!("{} {per}", typography::unit_price(tier.unit_price, frame.language));
        words.push(match tier.to {
            Some(to) => {
                let text = frame.texts(
                    "price-tier",
                    &[("from", &frame.number(&from)), ("to", &counted(frame, &to, unit)), ("price", &price)],
                );
                from = to;
                text
            }
            None => frame.texts("price-tier-open", &[("from", &counted(frame, &from, unit)), ("price", &price)]),
        });
    }
    words
}

fn vat(frame: &Frame, treatment: &VatTreatment) -> String {
    match treatment {
        VatTreatment::Standard { rate_percent } => typography::percent(*rate_percent, frame.language),
        VatTreatment::Exempt { .. } => frame.t("vat-exempt"),
        VatTreatment::OutOfScope { .. } => frame.t("vat-out-of-scope"),
    }
}
