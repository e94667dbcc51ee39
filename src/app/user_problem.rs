//! What is wrong with a wish about people and how they sign in. Nothing was changed.

use crate::domain::access::{Role, UnknownScope};
use crate::domain::ids::TenantCode;

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
    #[error("the password is the address: choose another")]
    PasswordIsAddress,
    #[error("the current password is another")]
    PasswordWrong,
    #[error("`{0}` is not an e-mail address")]
    NotAnAddress(String),
    #[error("a name is needed, of 200 characters at most")]
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
                | UserProblem::FactorMissing
                | UserProblem::TokenNameTaken
                | UserProblem::ShutOut
        )
    }
}
