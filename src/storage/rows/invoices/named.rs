//! Tenants and contracts by what people type: their names, codes, and what their next invoices are routed by.

use diesel::prelude::*;

use crate::domain::access::TenantScope;
use crate::storage::db::AnyConnection;
use crate::storage::error::StorageResult;
use crate::storage::schema::{contract, tenant};

/// A tenant or contract by its row, for finding them by what people type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub id: i64,
    pub code: String,
    pub name: String,
    /// What its next invoices are routed by at Chorus: a service code, the numbers of an engagement or a market.
    pub routed_by: Vec<String>,
}

/// Tenants within `scope`.
pub fn tenants(connection: &mut AnyConnection, scope: &TenantScope) -> StorageResult<Vec<Named>> {
    let rows: Vec<(i64, String, String, Option<String>)> = tenant::table
        .order(tenant::code)
        .select((tenant::id, tenant::code, tenant::name, tenant::service_code))
        .load(connection)?;
    let named = |(id, code, name, service): (_, _, _, Option<String>)| Named {
        id,
        code,
        name,
        routed_by: service.into_iter().collect(),
    };
    Ok(rows.into_iter().map(named).filter(|one| scope.admits(&one.code.as_str().into())).collect())
}

/// Contracts of whomever: which of them a search may show is decided by its scope.
pub fn contracts(connection: &mut AnyConnection) -> StorageResult<Vec<Named>> {
    type Routing = (Option<String>, Option<String>);
    let rows: Vec<(i64, String, String, Routing)> = contract::table
        .order(contract::code)
        .select((contract::id, contract::code, contract::title, (contract::engagement, contract::market)))
        .load(connection)?;
    let named = |(id, code, name, (engagement, market)): (_, _, _, Routing)| Named {
        id,
        code,
        name,
        routed_by: engagement.into_iter().chain(market).collect(),
    };
    Ok(rows.into_iter().map(named).collect())
}
