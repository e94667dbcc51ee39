//! The facility book: everything that is agreed and installed, as one value.
//!
//! It is what a book file says, what the database holds, and what a billing run reads. Parts refer to one another by
//! the codes people write.

use super::amortisation::FixedAsset;
use super::contract::{Contract, PriceIndex};
use super::facility::{Facility, Room};
use super::metering::Meter;
use super::party::{Seller, Tenant};
use super::tariff::Tariff;

/// The whole book. Each list is ordered by code, so that two equal books are equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub facility: Facility,
    pub seller: Seller,
    pub rooms: Vec<Room>,
    pub meters: Vec<Meter>,
    pub tenants: Vec<Tenant>,
    pub price_indices: Vec<PriceIndex>,
    pub tariffs: Vec<Tariff>,
    pub contracts: Vec<Contract>,
    pub assets: Vec<FixedAsset>,
}
