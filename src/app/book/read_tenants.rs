//! Show tenants and their contracts to whoever may see them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::app::{AppError, Store, export_book};
use crate::domain::access::TenantScope;
use crate::domain::book::Book;
use crate::domain::calendar::{DEFAULT_ZONE, day_in};
use crate::domain::contract::{Contract, PriceIndex};
use crate::domain::ids::TenantCode;
use crate::domain::party::{Seller, Tenant};
use crate::domain::tariff::Tariff;

/// A tenant and what was agreed with them, by contract code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantFile {
    pub tenant: Tenant,
    pub contracts: Vec<Contract>,
    /// Those the contracts' lines name.
    pub tariffs: Vec<Tariff>,
    /// Those the contracts' revision clauses name.
    pub indices: Vec<PriceIndex>,
}

/// What tenants are called, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TenantNames(BTreeMap<TenantCode, String>);

impl TenantNames {
    /// The code itself where nobody has it.
    pub fn name<'a>(&'a self, code: &'a TenantCode) -> &'a str {
        self.0.get(code).map_or(code.as_str(), String::as_str)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&TenantCode, &str)> {
        self.0.iter().map(|(code, name)| (code, name.as_str()))
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl<'a> FromIterator<&'a Tenant> for TenantNames {
    fn from_iter<T: IntoIterator<Item = &'a Tenant>>(tenants: T) -> TenantNames {
        TenantNames(tenants.into_iter().map(|tenant| (tenant.code.clone(), tenant.name.clone())).collect())
    }
}

/// What the tenants within `scope` are called.
pub fn names(store: &Store, scope: &TenantScope) -> Result<TenantNames, AppError> {
    match export_book::shared(store) {
        // Before the first import there is nobody.
        Err(AppError::NoBook) => Ok(TenantNames::default()),
        book => Ok(book?.tenants.iter().filter(|tenant| scope.admits(&tenant.code)).collect()),
    }
}

/// Every tenant within `scope`, by code.
pub fn list(store: &Store, scope: &TenantScope) -> Result<Vec<TenantFile>, AppError> {
    let book = match export_book::shared(store) {
        // Before the first import there is nobody.
        Err(AppError::NoBook) => return Ok(vec![]),
        book => book?,
    };
    let mut contracts: HashMap<&TenantCode, Vec<Contract>> = HashMap::new();
    for contract in book.contracts.iter().filter(|contract| scope.admits(&contract.tenant)) {
        contracts.entry(&contract.tenant).or_default().push(contract.clone());
    }
    let file = |tenant: &Tenant| {
        let own = contracts.remove(&tenant.code).unwrap_or_default();
        let named =
            |tariff: &&Tariff| own.iter().flat_map(|contract| &contract.lines).any(|line| line.tariff == tariff.code);
        let tariffs = book.tariffs.iter().filter(named).cloned().collect();
        let indices = indices(&book, &own);
        TenantFile { tenant: tenant.clone(), contracts: own, tariffs, indices }
    };
    Ok(book.tenants.iter().filter(|tenant| scope.admits(&tenant.code)).map(file).collect())
}

/// The indices the revision clauses of `contracts` name.
fn indices(book: &Book, contracts: &[Contract]) -> Vec<PriceIndex> {
    let named = |index: &&PriceIndex| {
        contracts.iter().filter_map(|contract| contract.indexation.as_ref()).any(|clause| clause.index == index.code)
    };
    book.price_indices.iter().filter(named).cloned().collect()
}

/// The tenant with this code, if within `scope`.
pub fn one(store: &Store, scope: &TenantScope, code: &str) -> Result<Option<TenantFile>, AppError> {
    Ok(list(store, scope)?.into_iter().find(|file| file.tenant.code.as_str() == code))
}

/// Who invoices, once a book says so.
pub fn seller(store: &Store) -> Result<Option<Seller>, AppError> {
    match export_book::shared(store) {
        Err(AppError::NoBook) => Ok(None),
        book => Ok(Some(book?.seller.clone())),
    }
}

/// The zone in which the facility's days begin.
pub fn zone(store: &Store) -> Result<Tz, AppError> {
    match export_book::shared(store) {
        Err(AppError::NoBook) => Ok(DEFAULT_ZONE),
        book => Ok(book?.facility.zone),
    }
}

/// The day it is at the facility.
pub fn today(store: &Store, now: DateTime<Utc>) -> Result<NaiveDate, AppError> {
    Ok(day_in(now, zone(store)?))
}

/// A contract with whose it is and the tariffs its lines name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFile {
    pub contract: Contract,
    pub tenant: Tenant,
    pub tariffs: Vec<Tariff>,
    /// The one its revision clause names, if any.
    pub indices: Vec<PriceIndex>,
}

/// The contract with this code, if its tenant lies within `scope`.
pub fn contract(store: &Store, scope: &TenantScope, code: &str) -> Result<Option<ContractFile>, AppError> {
    let book = match export_book::shared(store) {
        Err(AppError::NoBook) => return Ok(None),
        book => book?,
    };
    let found = book.contracts.iter().find(|contract| contract.code.as_str() == code);
    let Some(contract) = found.filter(|contract| scope.admits(&contract.tenant)) else { return Ok(None) };
    let tenant = book.tenants.iter().find(|tenant| tenant.code == contract.tenant);
    let named = |tariff: &&Tariff| contract.lines.iter().any(|line| line.tariff == tariff.code);
    let tariffs = book.tariffs.iter().filter(named).cloned().collect();
    let indices = indices(&book, std::slice::from_ref(contract));
    Ok(tenant.map(|tenant| ContractFile { contract: contract.clone(), tenant: tenant.clone(), tariffs, indices }))
}
