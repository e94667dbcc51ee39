//! The things of a book that people edit one by one.

use super::Book;
use crate::domain::amortisation::FixedAsset;
use crate::domain::contract::Contract;
use crate::domain::party::{Seller, Tenant};
use crate::domain::payback::PaybackTerms;
use crate::domain::tariff::Tariff;

/// One thing of the book, edited by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    Seller(Box<Seller>),
    Tenant(Tenant),
    Tariff(Tariff),
    Contract(Contract),
    Asset(Box<FixedAsset>),
    Payback(Box<PaybackTerms>),
}

/// What kind of thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    Seller,
    Tenant,
    Tariff,
    Contract,
    Asset,
    Payback,
}

/// A thing that leaves the book again where it was entered by mistake. There is always a seller, an asset leaves by an
/// event, and payback is projected by some terms as long as there is a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removable {
    Tenant(Tenant),
    Tariff(Tariff),
    Contract(Contract),
}

/// What kind of removable thing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovableKind {
    Tenant,
    Tariff,
    Contract,
}

impl RemovableKind {
    /// Among all that is edited.
    pub const fn entry_kind(self) -> EntryKind {
        match self {
            RemovableKind::Tenant => EntryKind::Tenant,
            RemovableKind::Tariff => EntryKind::Tariff,
            RemovableKind::Contract => EntryKind::Contract,
        }
    }
}

impl From<Removable> for Entry {
    fn from(thing: Removable) -> Entry {
        match thing {
            Removable::Tenant(tenant) => Entry::Tenant(tenant),
            Removable::Tariff(tariff) => Entry::Tariff(tariff),
            Removable::Contract(contract) => Entry::Contract(contract),
        }
    }
}

impl EntryKind {
    /// As the book's file calls it.
    pub const fn name(self) -> &'static str {
        match self {
            EntryKind::Seller => "seller",
            EntryKind::Tenant => "tenant",
            EntryKind::Tariff => "tariff",
            EntryKind::Contract => "contract",
            EntryKind::Asset => "asset",
            EntryKind::Payback => "payback",
        }
    }

    /// There is one of it in the book, which needs no code to be found.
    pub const fn is_single(self) -> bool {
        matches!(self, EntryKind::Seller | EntryKind::Payback)
    }
}

impl Entry {
    /// What the terms of payback are called among the edits of the book.
    pub const PAYBACK_TERMS: &str = "terms";

    pub const fn kind(&self) -> EntryKind {
        match self {
            Entry::Seller(_) => EntryKind::Seller,
            Entry::Tenant(_) => EntryKind::Tenant,
            Entry::Tariff(_) => EntryKind::Tariff,
            Entry::Contract(_) => EntryKind::Contract,
            Entry::Asset(_) => EntryKind::Asset,
            Entry::Payback(_) => EntryKind::Payback,
        }
    }

    /// Its code; the seller, of which there is one, has none.
    pub fn code(&self) -> &str {
        match self {
            Entry::Seller(_) => "",
            Entry::Tenant(tenant) => tenant.code.as_str(),
            Entry::Tariff(tariff) => tariff.code.as_str(),
            Entry::Contract(contract) => contract.code.as_str(),
            Entry::Asset(asset) => asset.code.as_str(),
            Entry::Payback(_) => Entry::PAYBACK_TERMS,
        }
    }

    /// What events of the trail name: its code, or what kind it is where there is one of it.
    pub fn subject(&self) -> &str {
        if self.kind().is_single() { self.kind().name() } else { self.code() }
    }
}

impl Book {
    /// The thing of this kind and code. The terms of payback are always there: a book without any is projected as it is.
    pub fn entry(&self, kind: EntryKind, code: &str) -> Option<Entry> {
        match kind {
            EntryKind::Seller => Some(Entry::Seller(Box::new(self.seller.clone()))),
            EntryKind::Tenant => self.removable(RemovableKind::Tenant, code).map(Entry::from),
            EntryKind::Tariff => self.removable(RemovableKind::Tariff, code).map(Entry::from),
            EntryKind::Contract => self.removable(RemovableKind::Contract, code).map(Entry::from),
            EntryKind::Asset => {
                let found = self.assets.iter().find(|asset| asset.code.as_str() == code);
                found.map(|asset| Entry::Asset(Box::new(asset.clone())))
            }
            EntryKind::Payback => {
                let terms = self.payback.clone().unwrap_or_else(PaybackTerms::unchanged);
                Some(Entry::Payback(Box::new(terms)))
            }
        }
    }

    /// The removable thing of this kind and code.
    pub fn removable(&self, kind: RemovableKind, code: &str) -> Option<Removable> {
        match kind {
            RemovableKind::Tenant => {
                self.tenants.iter().find(|tenant| tenant.code.as_str() == code).cloned().map(Removable::Tenant)
            }
            RemovableKind::Tariff => {
                self.tariffs.iter().find(|tariff| tariff.code.as_str() == code).cloned().map(Removable::Tariff)
            }
            RemovableKind::Contract => {
                self.contracts.iter().find(|contract| contract.code.as_str() == code).cloned().map(Removable::Contract)
            }
        }
    }

    /// The same book with `entry` in the place of the one with its code, or added to the others.
    pub fn with(mut self, entry: Entry) -> Book {
        match entry {
            Entry::Seller(seller) => self.seller = *seller,
            Entry::Tenant(tenant) => {
                self.tenants.retain(|other| other.code != tenant.code);
                self.tenants.push(tenant);
            }
            Entry::Tariff(tariff) => {
                self.tariffs.retain(|other| other.code != tariff.code);
                self.tariffs.push(tariff);
            }
            Entry::Contract(contract) => {
                self.contracts.retain(|other| other.code != contract.code);
                self.contracts.push(contract);
            }
            Entry::Asset(asset) => {
                self.assets.retain(|other| other.code != asset.code);
                self.assets.push(*asset);
            }
            Entry::Payback(terms) => self.payback = Some(*terms),
        }
        self.ordered()
    }

    /// The same book without the thing of this kind and code.
    pub fn without(mut self, kind: RemovableKind, code: &str) -> Book {
        match kind {
            RemovableKind::Tenant => self.tenants.retain(|tenant| tenant.code.as_str() != code),
            RemovableKind::Tariff => self.tariffs.retain(|tariff| tariff.code.as_str() != code),
            RemovableKind::Contract => self.contracts.retain(|contract| contract.code.as_str() != code),
        }
        self
    }
}
