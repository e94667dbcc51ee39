//! Who may do what.
//!
//! Owns: roles, the scope of tenants a query may see, the policy. Does not own: how people prove who they are (http).
//! Invariants: every stored thing of a tenant is read through a [`TenantScope`]; what the policy does not allow is
//! denied; a tenant's people never reach beyond their own tenant.

mod scopes;

pub use scopes::{Scopes, UnknownScope};

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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// What can be done from outside, over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    SendReadings,
    SeeTenants,
    SeeContracts,
    /// Issued invoices, their documents and the readings behind them.
    SeeInvoices,
    /// What is not issued yet and may still change.
    SeeDrafts,
    SeeAmortisation,
    /// What the investment brings back, with the figures of management behind it.
    SeePayback,
    /// Keep a report's file for good.
    ArchiveReports,
    SeeJournal,
    /// Racks: who is where, their load and lost redundancy.
    SeeRacks,
    /// Meters with their readings, gaps and anomalies.
    SeeMeters,
    /// Correct a reading, accept an estimate, declare a reset: each with its reason.
    CorrectReadings,
    /// What a tenant's meters say, and what the running month may cost them.
    SeeUsage,
    /// What was done, by whom, and what is signed of it; samples and the sheets behind them.
    SeeTrail,
    /// A year's evidence as a file.
    TakeEvidence,
    /// Plan a month, make its drafts, add lines to them, issue them.
    RunBilling,
    /// Take issued invoices back.
    CreditInvoices,
    /// What was received, what is late, what bank statements left.
    SeePayments,
    /// Record money received, claim late interest.
    RecordPayments,
    /// What mails say and what became of them.
    SeeNotices,
    SendNotices,
    /// Who may sign in, their sessions and tokens.
    SeeUsers,
    /// Invite, change, shut out; end others' sessions and tokens, take a lost second factor away.
    ManageUsers,
    /// How this installation is set up, without its secrets.
    SeeSettings,
    /// By which server mails leave, and with which password.
    EditMail,
    SendTestMail,
    /// Price lists.
    SeeTariffs,
    /// Tenants as a whole: identity, address, payment terms.
    EditTenants,
    /// Whom a tenant's invoices go to.
    EditContacts,
    /// What is agreed: contracts, their lines, tariffs.
    EditTerms,
    /// Who issues: seller, legal texts, the series of numbers.
    EditSeller,
    /// Post depreciation, record what happens to assets, close and open periods of the books.
    KeepBooks,
}

impl Action {
    pub const ALL: &[Action] = &[
        Action::SendReadings,
        Action::SeeTenants,
        Action::SeeContracts,
        Action::SeeInvoices,
        Action::SeeDrafts,
        Action::SeeAmortisation,
        Action::SeePayback,
        Action::ArchiveReports,
        Action::SeeJournal,
        Action::SeeRacks,
        Action::SeeMeters,
        Action::CorrectReadings,
        Action::SeeUsage,
        Action::SeeTrail,
        Action::TakeEvidence,
        Action::RunBilling,
        Action::CreditInvoices,
        Action::SeePayments,
        Action::RecordPayments,
        Action::SeeNotices,
        Action::SendNotices,
        Action::SeeUsers,
        Action::ManageUsers,
        Action::SeeSettings,
        Action::EditMail,
        Action::SendTestMail,
        Action::SeeTariffs,
        Action::EditTenants,
        Action::EditContacts,
        Action::EditTerms,
        Action::EditSeller,
        Action::KeepBooks,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Action::SendReadings => "send readings",
            Action::SeeTenants => "see tenants",
            Action::SeeContracts => "see contracts",
            Action::SeeInvoices => "see invoices",
            Action::SeeDrafts => "see drafts",
            Action::SeeAmortisation => "see amortisation",
            Action::SeePayback => "see payback",
            Action::ArchiveReports => "archive reports",
            Action::SeeJournal => "see journal",
            Action::SeeRacks => "see racks",
            Action::SeeMeters => "see meters",
            Action::CorrectReadings => "correct readings",
            Action::SeeUsage => "see usage",
            Action::SeeTrail => "see trail",
            Action::TakeEvidence => "take evidence",
            Action::RunBilling => "run billing",
            Action::CreditInvoices => "credit invoices",
            Action::SeePayments => "see payments",
            Action::RecordPayments => "record payments",
            Action::SeeNotices => "see notices",
            Action::SendNotices => "send notices",
            Action::SeeUsers => "see users",
            Action::ManageUsers => "manage users",
            Action::SeeSettings => "see settings",
            Action::EditMail => "edit mail",
            Action::SendTestMail => "send test-mails",
            Action::SeeTariffs => "see tariffs",
            Action::EditTenants => "edit tenants",
            Action::EditContacts => "edit contacts",
            Action::EditTerms => "edit terms",
            Action::EditSeller => "edit seller",
            Action::KeepBooks => "keep books",
        }
    }
}

/// How far an action reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Over every tenant's things.
    Everyone,
    /// Over the things of the person's own tenant.
    Own,
    Deny,
}

impl Decision {
    pub const fn name(self) -> &'static str {
        match self {
            Decision::Everyone => "everyone",
            Decision::Own => "own",
            Decision::Deny => "deny",
        }
    }
}

/// The whole policy (handbook, The facility and its people): one place, one table, kept in `tests/golden/policy.txt`.
pub const fn policy(role: Role, action: Action) -> Decision {
    match (role, action) {
        (Role::Admin, _) => Decision::Everyone,
        // Finance and auditors read alike; neither sends meter readings, though finance corrects them with a reason, and
        // nothing here lets an auditor change anything.
        (Role::Finance | Role::Auditor, Action::SendReadings) => Decision::Deny,
        (
            Role::Auditor,
            Action::CorrectReadings
            | Action::RunBilling
            | Action::CreditInvoices
            | Action::RecordPayments
            | Action::SendNotices
            | Action::ArchiveReports
            | Action::EditTenants
            | Action::EditContacts
            | Action::EditTerms
            | Action::KeepBooks,
        ) => Decision::Deny,
        // Who has which right is part of what is audited; it is changed by administrators alone.
        (Role::Finance, Action::SeeUsers) => Decision::Deny,
        (Role::Finance | Role::Auditor, Action::ManageUsers | Action::EditMail | Action::SendTestMail) => {
            Decision::Deny
        }
        // Who issues and in which series is a setting of the whole site.
        (Role::Finance | Role::Auditor, Action::EditSeller) => Decision::Deny,
        (Role::Finance | Role::Auditor, _) => Decision::Everyone,
        (Role::Operator, Action::SendReadings | Action::SeeRacks | Action::SeeMeters | Action::CorrectReadings) => {
            Decision::Everyone
        }
        (Role::Operator, _) => Decision::Deny,
        (
            Role::Tenant,
            Action::SeeTenants | Action::SeeContracts | Action::SeeInvoices | Action::SeeUsage | Action::EditContacts,
        ) => Decision::Own,
        (Role::Tenant, _) => Decision::Deny,
    }
}

/// The scope in which `role` may do `action`, or none where it may not. A tenant's person without a tenant may nothing.
pub fn scope(role: Role, own: Option<&TenantCode>, action: Action) -> Option<TenantScope> {
    match policy(role, action) {
        Decision::Everyone => Some(TenantScope::Everyone),
        Decision::Own => own.cloned().map(TenantScope::Only),
        Decision::Deny => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_the_golden_table() {
        let header = Role::ALL.map(|role| format!("{:<10}", role.name())).concat();
        let mut table = format!("{:<18}{}\n", "", header.trim_end());
        for &action in Action::ALL {
            let row = Role::ALL.map(|role| format!("{:<10}", policy(role, action).name())).concat();
            table.push_str(&format!("{:<18}{}\n", action.name(), row.trim_end()));
        }
        assert_eq!(table, include_str!("../../tests/golden/policy.txt"), "\n{table}");
    }

    #[test]
    fn a_tenants_person_never_reaches_beyond_their_tenant() {
        let own = TenantCode::from("aphp");
        for &action in Action::ALL {
            assert_ne!(scope(Role::Tenant, Some(&own), action), Some(TenantScope::Everyone), "{action:?}");
            assert_eq!(scope(Role::Tenant, None, action), None, "{action:?}");
        }
        let scope = scope(Role::Tenant, Some(&own), Action::SeeInvoices).unwrap();
        assert!(scope.admits(&own) && !scope.admits(&TenantCode::from("eau-de-paris")));
    }
}
