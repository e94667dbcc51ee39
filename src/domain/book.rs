//! The facility book: everything that is agreed and installed, as one value.
//!
//! It is what a book file says, what the database holds, and what a billing run reads. Parts refer to one another by
//! the codes people write. Owns: the whole, and the rules that hold between its parts ([`Book::check`]). Does not own:
//! how a book is written in a file (bookfile) or stored (storage).

use super::amortisation::FixedAsset;
use super::contract::{Contract, PriceIndex};
use super::facility::{Facility, Room};
use super::ledger::Accounting;
use super::metering::{Measure, Meter};
use super::party::{Seller, Tenant};
use super::payback::PaybackTerms;
use super::tariff::Tariff;

mod billed;
mod check;
pub mod contradiction;
mod entry;
mod nearest;
mod problem;
mod same_siret;
mod unpriced;

pub use billed::{BilledFault, BilledNotice, billed_faults, billed_notices, changes_billed_terms};
pub use check::is_code;
pub use entry::{Entry, EntryKind, Removable, RemovableKind};
pub use nearest::nearest;
pub use problem::{BookFault, BookPath, BookProblem, Labels};
pub use same_siret::{SameSiret, new_same_sirets, with_siret_of};
pub use unpriced::new_unpriced_quantities;

/// The whole book. Each list is ordered by code, so that two equal books are equal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub facility: Facility,
    pub seller: Seller,
    pub accounting: Accounting,
    pub rooms: Vec<Room>,
    pub meters: Vec<Meter>,
    pub tenants: Vec<Tenant>,
    pub price_indices: Vec<PriceIndex>,
    pub tariffs: Vec<Tariff>,
    pub contracts: Vec<Contract>,
    pub assets: Vec<FixedAsset>,
    /// What payback is projected by; without it, everything stays as it is today.
    pub payback: Option<PaybackTerms>,
}

impl Book {
    /// Every rule the book breaks, in the book's order; empty for a sound one.
    pub fn check(&self) -> Vec<BookProblem> {
        let parts = BookParts {
            facility: Some(&self.facility),
            seller: Some(&self.seller),
            accounting: Some(&self.accounting),
            rooms: &self.rooms,
            meters: &self.meters,
            tenants: &self.tenants,
            price_indices: &self.price_indices,
            tariffs: &self.tariffs,
            contracts: &self.contracts,
            assets: &self.assets,
            payback: self.payback.as_ref(),
        };
        parts.check()
    }

    /// The same book with each top-level list ordered by code, and the values of a price index by month. Lists inside a thing keep the order people gave them.
    pub fn ordered(mut self) -> Book {
        self.rooms.sort_by(|a, b| a.code.cmp(&b.code));
        self.meters.sort_by(|a, b| a.code.cmp(&b.code));
        self.tenants.sort_by(|a, b| a.code.cmp(&b.code));
        self.price_indices.sort_by(|a, b| a.code.cmp(&b.code));
        for index in &mut self.price_indices {
            index.values.sort_by_key(|(month, _)| *month);
        }
        self.tariffs.sort_by(|a, b| a.code.cmp(&b.code));
        self.contracts.sort_by(|a, b| a.code.cmp(&b.code));
        self.assets.sort_by(|a, b| a.code.cmp(&b.code));
        self
    }
}

/// A book of which some parts may be missing: what a reader holds that met mistakes, checked as far as it goes so that
/// all mistakes are told at once.
#[derive(Debug, Clone, Copy)]
pub struct BookParts<'a> {
    pub facility: Option<&'a Facility>,
    pub seller: Option<&'a Seller>,
    pub accounting: Option<&'a Accounting>,
    pub rooms: &'a [Room],
    pub meters: &'a [Meter],
    pub tenants: &'a [Tenant],
    pub price_indices: &'a [PriceIndex],
    pub tariffs: &'a [Tariff],
    pub contracts: &'a [Contract],
    pub assets: &'a [FixedAsset],
    pub payback: Option<&'a PaybackTerms>,
}

impl BookParts<'_> {
    /// Every rule the parts break, in the book's order.
    pub fn check(&self) -> Vec<BookProblem> {
        check::all(self)
    }
}

/// What a measure is called in the book. Two demands over different windows are the same measure.
pub const fn measure_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Energy => "energy",
        Measure::Demand { .. } => "demand",
        Measure::Percentile95 { .. } => "percentile95",
        Measure::StorageMonth => "storage-month",
        Measure::OccupancyDays => "occupancy-days",
    }
}
