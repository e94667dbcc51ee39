//! Show tenants and their contracts to whoever may see them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{AppError, Store, export_book};
use crate::domain::access::TenantScope;
use crate::domain::book::Book;
use crate::domain::calendar::Timestamp;
use crate::domain::contract::Contract;
use crate::domain::party::{Seller, Tenant};
use crate::domain::tariff::Tariff;

/// A tenant and what was agreed with them, by contract code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantFile {
    pub tenant: Tenant,
    pub contracts: Vec<Contract>,
}

/// Every tenant within `scope`, by code.
pub fn list(store: &Store, scope: &TenantScope) -> Result<Vec<TenantFile>, AppError> {
    let Book { tenants, contracts, .. } = match export_book::load(store) {
        // Before the first import there is nobody.
        Err(AppError::NoBook) => return Ok(vec![]),
        book => book?,
    };
    let file = |tenant: Tenant| {
        let own = contracts.iter().filter(|contract| contract.tenant == tenant.code).cloned().collect();
        TenantFile { tenant, contracts: own }
    };
    Ok(tenants.into_iter().filter(|tenant| scope.admits(&tenant.code)).map(file).collect())
}

/// The tenant with this code, if within `scope`.
pub fn one(store: &Store, scope: &TenantScope, code: &str) -> Result<Option<TenantFile>, AppError> {
    Ok(list(store, scope)?.into_iter().find(|file| file.tenant.code.as_str() == code))
}

/// Who invoices, once a book says so.
pub fn seller(store: &Store) -> Result<Option<Seller>, AppError> {
    match export_book::load(store) {
        Err(AppError::NoBook) => Ok(None),
        book => Ok(Some(book?.seller)),
    }
}

/// The zone in which the facility's days begin.
pub fn zone(store: &Store) -> Result<Tz, AppError> {
    match export_book::load(store) {
        Err(AppError::NoBook) => Ok(Tz::Europe__Paris),
        book => Ok(book?.facility.zone),
    }
}

/// The day it is at the facility.
pub fn today(store: &Store, now: DateTime<Utc>) -> Result<NaiveDate, AppError> {
    Ok(Timestamp::from(now).date_in(zone(store)?))
}

/// A contract with whose it is and the tariffs its lines name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractFile {
    pub contract: Contract,
    pub tenant: Tenant,
    pub tariffs: Vec<Tariff>,
}

/// The contract with this code, if its tenant lies within `scope`.
pub fn contract(store: &Store, scope: &TenantScope, code: &str) -> Result<Option<ContractFile>, AppError> {
    let book = match export_book::load(store) {
        Err(AppError::NoBook) => return Ok(None),
        book => book?,
    };
    let found = book.contracts.into_iter().find(|contract| contract.code.as_str() == code);
    let Some(contract) = found.filter(|contract| scope.admits(&contract.tenant)) else { return Ok(None) };
    let tenant = book.tenants.into_iter().find(|tenant| tenant.code == contract.tenant);
    let named = |tariff: &Tariff| contract.lines.iter().any(|line| line.tariff == tariff.code);
    let tariffs = book.tariffs.into_iter().filter(named).collect();
    Ok(tenant.map(|tenant| ContractFile { contract, tenant, tariffs }))
}
