//! Tenants that are one establishment by their SIRET. A body may be a tenant twice, so that no rule forbids it; whoever
//! brings a new one in is told, because it is more often a slip.

use std::fmt;

use super::Book;
use crate::domain::ids::TenantCode;
use crate::domain::party::Tenant;
use crate::domain::party::identifiers::Siret;

/// A tenant with the SIRET of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SameSiret {
    pub tenant: TenantCode,
    /// The first of the others in the book's order.
    pub other: TenantCode,
    pub siret: Siret,
}

impl fmt::Display for SameSiret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let SameSiret { tenant, other, siret } = self;
        write!(f, "tenant {tenant} has the SIRET {} of tenant {other}: check which of them is right", siret.as_str())
    }
}

/// The tenants other than `tenant` that have its SIRET.
pub fn with_siret_of<'a>(tenants: &'a [Tenant], tenant: &'a Tenant) -> impl Iterator<Item = &'a Tenant> {
    tenants.iter().filter(|other| other.code != tenant.code && other.siret == tenant.siret)
}

/// The tenants of `after` that are new or have another SIRET than in `before`, and share it with another tenant.
pub fn new_same_sirets(before: Option<&Book>, after: &Book) -> Vec<SameSiret> {
    let is_known = |tenant: &Tenant| {
        let known = before.into_iter().flat_map(|book| &book.tenants);
        known.into_iter().any(|former| former.code == tenant.code && former.siret == tenant.siret)
    };
    let same = |tenant: &Tenant| {
        let other = with_siret_of(&after.tenants, tenant).next()?.code.clone();
        Some(SameSiret { tenant: tenant.code.clone(), other, siret: tenant.siret.clone() })
    };
    after.tenants.iter().filter(|tenant| !is_known(tenant)).filter_map(same).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::billing_run::example::book;
    use crate::domain::rating::example;

    #[test]
    fn a_new_tenant_with_anothers_siret_is_told_once() {
        let before = book(vec![example::contract(vec![])]);
        let first = before.tenants[0].clone();
        let mut after = before.clone();
        after.tenants.push(Tenant { code: TenantCode::from("twin"), ..first.clone() });
        let found = new_same_sirets(Some(&before), &after);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].tenant.as_str(), &found[0].other), ("twin", &first.code));
        assert!(found[0].to_string().contains("has the SIRET"), "{}", found[0]);
        assert_eq!(new_same_sirets(Some(&after), &after), []);
        assert_eq!(new_same_sirets(None, &after).len(), 2);
    }
}
