//! What is wrong with a wish about people and how they sign in. Nothing was changed.

use crate::domain::access::{Role, UnknownScope};
use crate::domain::ids::TenantCode;
use crate::domain::told::{Tell, Told};

/// ANSSI's advice for passwords without a second factor.
pub const PASSWORD_CHARACTERS_MIN: usize = 12;
/// Longer passwords are not looked at: hashing them would be work for an attacker to give away.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// For the longest time a long-lived token may last.
pub const TOKEN_DAYS_MAX: i64 = 366;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UserProblem {
    #[error("the password has fewer than {PASSWORD_CHARACTERS_MIN} characters")]
    PasswordShort,
    #[error("the password has more than {PASSWORD_BYTES_MAX} bytes")]
    PasswordLong,
    #[error("the password holds the name in the address: choose another")]
    PasswordIsAddress,
    #[error("the password is one of those that are tried first: choose another, such as a sentence")]
    PasswordCommon,
    #[error("the current password is another")]
    PasswordWrong,
    #[error("`{0}` is not an e-mail address")]
    NotAnAddress(String),
    #[error("a name is needed, of 200 characters at most and without control characters")]
    NameMissing,
    #[error("a tenant belongs to the role tenant, and to no other")]
    TenantMismatch,
    #[error("there is no tenant `{0}`")]
    UnknownTenant(TenantCode),
    #[error("{0} can sign in already")]
    AddressTaken(String),
    #[error("{0} is invited already: withdraw that invitation first")]
    AlreadyInvited(String),
    #[error("the last administrator who can sign in keeps the role and stays: let another one in first")]
    LastAdmin,
    #[error("somebody changed this person meanwhile: the role is now {role}, the tenant {tenant}",
            role = role.name(), tenant = tenant.as_ref().map_or("none", TenantCode::as_str))]
    Changed { role: Role, tenant: Option<TenantCode> },
    #[error("this link was used, was withdrawn or has expired: ask for a new one")]
    LinkGone,
    #[error("the code is not the right one, or was used before")]
    CodeWrong,
    #[error("there is a second factor already")]
    FactorThere,
    #[error("a second factor is required for your role: it can be replaced by an administrator")]
    FactorRequired,
    #[error("{0} has no second factor, which their role needs: they set one up in a browser before a token is of use")]
    FactorLacking(String),
    #[error("there is no second factor")]
    FactorMissing,
    #[error("another token of this person has this name")]
    TokenNameTaken,
    #[error("a token needs at least one scope")]
    ScopesMissing,
    #[error("the role does not allow {0}")]
    ScopesBeyondRole(String),
    #[error(transparent)]
    UnknownScope(#[from] UnknownScope),
    #[error("a token lasts from 1 to {TOKEN_DAYS_MAX} days")]
    TokenDays,
    #[error("the person is shut out")]
    ShutOut,
}

impl UserProblem {
    /// True where the wish was well formed and what is stored stands against it.
    pub const fn is_conflict(&self) -> bool {
        matches!(
            self,
            UserProblem::AddressTaken(_)
                | UserProblem::AlreadyInvited(_)
                | UserProblem::LastAdmin
                | UserProblem::Changed { .. }
                | UserProblem::FactorThere
                | UserProblem::FactorRequired
                | UserProblem::FactorLacking(_)
                | UserProblem::FactorMissing
                | UserProblem::TokenNameTaken
                | UserProblem::ShutOut
        )
    }
}

impl Tell for UserProblem {
    fn told(&self) -> Told {
        match self {
            UserProblem::PasswordShort => Told::new("password-short", self).with("min", PASSWORD_CHARACTERS_MIN),
            UserProblem::PasswordLong => Told::new("password-long", self),
            UserProblem::PasswordIsAddress => Told::new("password-is-address", self),
            UserProblem::PasswordCommon => Told::new("password-common", self),
            UserProblem::PasswordWrong => Told::new("password-wrong", self),
            UserProblem::NotAnAddress(_) => Told::new("not-an-address", self),
            UserProblem::NameMissing => Told::new("name-missing", self),
            UserProblem::TenantMismatch => Told::new("tenant-mismatch", self),
            UserProblem::UnknownTenant(code) => Told::new("unknown-tenant", self).with("tenant", code.as_str()),
            UserProblem::AddressTaken(email) => Told::new("address-taken", self).with("email", email.as_str()),
            UserProblem::AlreadyInvited(email) => Told::new("already-invited", self).with("email", email.as_str()),
            UserProblem::LastAdmin => Told::new("last-admin", self),
            UserProblem::Changed { role, tenant } => Told::new("user-changed", self)
                .with("role", role_told(*role))
                .with("tenant", tenant.as_ref().map_or("–", TenantCode::as_str)),
            UserProblem::LinkGone => Told::new("link-gone", self),
            UserProblem::CodeWrong => Told::new("code-wrong", self),
            UserProblem::FactorThere => Told::new("factor-there", self),
            UserProblem::FactorRequired => Told::new("factor-required", self),
            UserProblem::FactorLacking(email) => Told::new("factor-lacking", self).with("email", email.as_str()),
            UserProblem::FactorMissing => Told::new("factor-missing", self),
            UserProblem::TokenNameTaken => Told::new("token-name-taken", self),
            UserProblem::ScopesMissing | UserProblem::UnknownScope(_) => Told::new("scopes-missing", self),
            UserProblem::ScopesBeyondRole(scopes) => {
                Told::new("scopes-beyond-role", self).with("scopes", scopes.as_str())
            }
            UserProblem::TokenDays => Told::new("token-days", self).with("max", TOKEN_DAYS_MAX),
            UserProblem::ShutOut => Told::new("shut-out", self),
        }
    }
}

/// A role by its name on pages.
fn role_told(role: Role) -> Told {
    match role {
        Role::Finance => Told::new("role-finance", role.name()),
        Role::Tenant => Told::new("role-tenant", role.name()),
        Role::Auditor => Told::new("role-auditor", role.name()),
        Role::Operator => Told::new("role-operator", role.name()),
        Role::Admin => Told::new("role-admin", role.name()),
    }
}
