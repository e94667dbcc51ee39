//! Show tariffs: their prices, who is billed at them, and what a quantity would cost.

use chrono::{DateTime, NaiveDate, Utc};

use crate::app::list_terms::{self, TariffKey};
use crate::app::listing::Wanted;
use crate::app::{AppError, Store, edit_book, read_tenants};
use crate::domain::book::Book;
use crate::domain::contract::Contract;
use crate::domain::money;
use crate::domain::quantity::Quantity;
use crate::domain::tariff::{MonthPart, PriceInput, PricedPart, PricingError, Tariff};
use crate::storage::invoices;

/// A tariff and the contracts with a line at it, by code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffFile {
    pub tariff: Tariff,
    pub contracts: Vec<Contract>,
    /// The first day nothing is billed at it yet, where anything is.
    pub billed_until: Option<NaiveDate>,
}

/// What a quantity costs a whole month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricePreview {
    pub quantity: Quantity,
    /// The first day of the price it is of.
    pub from: NaiveDate,
    pub parts: Vec<PricedPart>,
}

/// Why a quantity has no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingRefusal {
    #[error("`{0}` is no number; write it in digits, such as 12.5")]
    NotANumber(String),
    #[error("the tariff has no price on {on}")]
    NoPrice { on: NaiveDate },
    #[error("the quantity is negative: only zero and above has a price")]
    Negative,
    #[error("the quantity or its price is beyond what can be billed")]
    Beyond,
}

/// Every tariff by code, and the day it is at the facility.
pub fn list(store: &Store, now: DateTime<Utc>) -> Result<(Vec<TariffFile>, NaiveDate), AppError> {
    let today = read_tenants::today(store, now)?;
    Ok((files(store, |book| book.tariffs.clone())?, today))
}

/// Those found by code or name, in their order.
pub fn found(store: &Store, wanted: &Wanted<TariffKey>) -> Result<Vec<TariffFile>, AppError> {
    files(store, |book| list_terms::tariffs_of(book, wanted).rows.into_iter().map(|row| row.tariff).collect())
}

/// The `chosen` tariffs of the book.
fn files(store: &Store, chosen: impl FnOnce(&Book) -> Vec<Tariff>) -> Result<Vec<TariffFile>, AppError> {
    let Some(book) = list_terms::book(store)? else { return Ok(vec![]) };
    let spans = invoices::billed_spans(&mut *store.connection()?)?;
    let file = |tariff: Tariff| {
        let at = |contract: &&Contract| contract.lines.iter().any(|line| line.tariff == tariff.code);
        TariffFile {
            contracts: book.contracts.iter().filter(at).cloned().collect(),
            billed_until: edit_book::tariff_billed_until(&book, &tariff, &spans),
            tariff,
        }
    };
    Ok(chosen(&book).into_iter().map(file).collect())
}

/// What `quantity`, written as either language does, costs a whole month that begins on `on`.
pub fn preview(tariff: &Tariff, quantity: &str, on: NaiveDate) -> Result<PricePreview, PricingRefusal> {
    let plain: String = quantity.chars().filter(|c| !c.is_whitespace()).collect();
    let number =
        money::parse(&plain.replace(',', ".")).map_err(|_| PricingRefusal::NotANumber(quantity.trim().to_owned()))?;
    let version = tariff.version_on(on).ok_or(PricingRefusal::NoPrice { on })?;
    // As of a line that begins then, so that what is due once is shown as well.
    let (part, held) = (MonthPart::WHOLE, MonthPart::WHOLE);
    let input = PriceInput { quantity: number, unit: tariff.unit, agreed: false, part, held, begins: true };
    let parts = version.price.price(&input).map_err(|error| match error {
        PricingError::Negative(_) => PricingRefusal::Negative,
        PricingError::Amount(_) => PricingRefusal::Beyond,
    })?;
    let quantity = Quantity::rounded(number).map_err(|_| PricingRefusal::Beyond)?;
    Ok(PricePreview { quantity, from: version.from, parts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use crate::domain::quantity::Unit;
    use crate::domain::tariff::{PriceShape, TariffVersion};

    #[test]
    fn a_quantity_is_priced_by_the_domain() {
        let day = |text: &str| text.parse().unwrap();
        let price = PriceShape::PerUnit { unit_price: "0.145".parse().unwrap() };
        let tariff = Tariff {
            code: "kwh".into(),
            name: "Énergie".into(),
            unit: Unit::KilowattHour,
            versions: vec![TariffVersion { from: day("2020-01-01"), price }],
        };
        let found = preview(&tariff, "12,5", day("2026-10-01")).unwrap();
        assert_eq!(found.parts.iter().map(|part| part.net).collect::<Vec<_>>(), [Money::from_cents(181)]);
        assert_eq!(found.parts[0].expression, "12.5 kWh × 0.145");
        assert_eq!(preview(&tariff, "x", day("2026-10-01")), Err(PricingRefusal::NotANumber("x".into())));
        assert_eq!(preview(&tariff, "1e1", day("2026-10-01")), Err(PricingRefusal::NotANumber("1e1".into())));
        assert_eq!(preview(&tariff, "-1", day("2026-10-01")), Err(PricingRefusal::Negative));
        let on = day("1999-01-01");
        assert_eq!(preview(&tariff, "1", on), Err(PricingRefusal::NoPrice { on }));
    }
}
