//! The small world of rating as a whole book.

use crate::domain::book::Book;
use crate::domain::contract::Contract;
use crate::domain::ledger::Accounting;
use crate::domain::rating::example::{facility, kwh_tariff, rack_tariff, seller, tenant};

/// Nothing but the seller, one tenant, two tariffs and these contracts.
pub fn book(contracts: Vec<Contract>) -> Book {
    Book {
        facility: facility(),
        seller: seller(),
        rooms: Vec::new(),
        meters: Vec::new(),
        tenants: vec![tenant()],
        price_indices: Vec::new(),
        tariffs: vec![kwh_tariff(), rack_tariff()],
        contracts,
        accounting: Accounting::default(),
        assets: Vec::new(),
        payback: None,
    }
}
