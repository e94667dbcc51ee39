//! Who may do what.
//!
//! Owns: roles, the scope of tenants a query may see, the policy. Does not own: how people prove who they are (http).
//! Invariant: every stored thing of a tenant is read through a [`TenantScope`].

use serde::{Deserialize, Serialize};

use super::ids::TenantCode;

/// What a person is here to do (handbook, The facility and its people).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Finance,
    Tenant,
    Auditor,
    Operator,
    Admin,
}

impl Role {
    pub const ALL: [Role; 5] = [Role::Finance, Role::Tenant, Role::Auditor, Role::Operator, Role::Admin];

    pub const fn name(self) -> &'static str {
        match self {
            Role::Finance => "finance",
            Role::Tenant => "tenant",
            Role::Auditor => "auditor",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }
}

/// Which tenants' things a query may see. Every storage call on tenants' things takes one; what lies outside it does
/// not exist for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantScope {
    Everyone,
    Only(TenantCode),
}

impl TenantScope {
    pub fn admits(&self, tenant: &TenantCode) -> bool {
        match self {
            TenantScope::Everyone => true,
            TenantScope::Only(own) => own == tenant,
        }
    }
}
