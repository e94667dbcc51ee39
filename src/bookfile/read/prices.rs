//! `[[price_index]]` and `[[tariff]]`.

use crate::bookfile::cursor::Table;
use crate::bookfile::fault::ReadFault;
use crate::bookfile::field::Field;
use crate::bookfile::words::{SHAPES, Shape, UNITS};
use crate::domain::calendar::CalendarError;
use crate::domain::contract::PriceIndex;
use crate::domain::ids::{PriceIndexCode, TariffCode};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::tariff::{PriceShape, Tariff, TariffVersion, Tier, Tiers};

const VERSION: &str = "[[tariff.version]]";

pub fn price_index(t: &mut Table) -> Option<PriceIndex> {
    let code = t.required("code", "code = \"syntec\"", Field::text);
    let name = t.required("name", "the index's name in quotes", Field::text);
    let mut values = t.table("values", "[price_index.values]", |values| {
        values.entries(|month, value| {
            let month = month.parse().map_err(|error: CalendarError| ReadFault::from(error))?;
            Ok((month, value.decimal()?))
        })
    });
    if let Some(values) = &mut values {
        values.sort_by_key(|(month, _)| *month);
    }
    Some(PriceIndex { code: PriceIndexCode(code?), name: name?, values: values? })
}

pub fn tariff(t: &mut Table) -> Option<Tariff> {
    let code = t.required("code", "code = \"energie-2026\"", Field::text);
    let name = t.required("name", "the tariff's name in quotes", Field::text);
    let unit = t.required("unit", "unit = \"kilowatt-hour\"", |field| field.word(&UNITS));
    let versions = t.numbered("version", VERSION, version);
    Some(Tariff { code: TariffCode(code?), name: name?, unit: unit?, versions: versions? })
}

fn version(t: &mut Table) -> Option<TariffVersion> {
    let from = t.required("from", "from = 2026-01-01", Field::date);
    let price = price(t);
    Some(TariffVersion { from: from?, price: price? })
}

/// The keys of a price stand beside its shape; `of` holds the price a minimum or cap applies to.
fn price(t: &mut Table) -> Option<PriceShape> {
    let Some(shape) = t.required("shape", "shape = \"per-unit\"", |field| field.word(&SHAPES)) else {
        t.forgive_the_rest();
        return None;
    };
    match shape {
        Shape::Flat => Some(PriceShape::Flat { amount: amount(t)? }),
        Shape::OneOff => Some(PriceShape::OneOff { amount: amount(t)? }),
        Shape::PerUnit => Some(PriceShape::PerUnit { unit_price: unit_price(t, "unit_price_eur")? }),
        Shape::Graduated => Some(PriceShape::Graduated { tiers: tiers(t)? }),
        Shape::Volume => Some(PriceShape::Volume { tiers: tiers(t)? }),
        Shape::Commitment => {
            let committed = t.required("committed", "committed = 20", Field::decimal);
            let unit_price_eur = unit_price(t, "unit_price_eur");
            let overage_unit_price = unit_price(t, "overage_unit_price_eur");
            Some(PriceShape::Commitment {
                committed: committed?,
                unit_price: unit_price_eur?,
                overage_unit_price: overage_unit_price?,
            })
        }
        Shape::Minimum => bounded(t).map(|(amount, of)| PriceShape::Minimum { amount, of }),
        Shape::Cap => bounded(t).map(|(amount, of)| PriceShape::Cap { amount, of }),
    }
}

fn amount(t: &mut Table) -> Option<Money> {
    t.required("amount_eur", "amount_eur = 120.00", Field::money)
}

fn unit_price(t: &mut Table, key: &'static str) -> Option<UnitPrice> {
    t.required(key, &format!("{key} = 0.145"), Field::unit_price)
}

fn bounded(t: &mut Table) -> Option<(Money, Box<PriceShape>)> {
    let amount = amount(t);
    let of = t.table("of", VERSION, price);
    Some((amount?, Box::new(of?)))
}

fn tiers(t: &mut Table) -> Option<Tiers> {
    let tiers = t.numbered("tiers", "tiers = [{ to, unit_price_eur }]", |t| {
        let to = t.optional("to", Field::decimal);
        let unit_price = unit_price(t, "unit_price_eur");
        Some(Tier { to: to?, unit_price: unit_price? })
    })?;
    Tiers::new(tiers).map_err(|error| t.mistake(Some("tiers"), ReadFault::from(error))).ok()
}
