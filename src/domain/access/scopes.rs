//! What a long-lived token may do: named parts of what its person may.
//!
//! Each action has one scope, named after it: `see invoices` is `invoices:read`, `send readings` is `readings:write`,
//! everything else keeps its own word, as in `billing:run`. A request is let through only where the person's role allows
//! the action *and* the token holds its scope.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::{Action, Decision, Role, policy};

impl Action {
    /// The name of the action's scope: `invoices:read`.
    pub fn scope(self) -> String {
        let (verb, thing) = self.name().split_once(' ').unwrap_or(("read", self.name()));
        let verb = match verb {
            "see" => "read",
            "send" => "write",
            other => other,
        };
        format!("{}:{verb}", thing.replace(' ', "-"))
    }
}

/// A set of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(BTreeSet<Action>);

/// A name that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; the scopes are {known}", known = known())]
pub struct UnknownScope(pub String);

fn known() -> String {
    Action::ALL.iter().map(|action| action.scope()).collect::<Vec<_>>().join(", ")
}

impl Scopes {
    pub fn new(actions: impl IntoIterator<Item = Action>) -> Scopes {
        Scopes(actions.into_iter().collect())
    }

    /// Everything a role may do.
    pub fn of_role(role: Role) -> Scopes {
        Scopes::new(Action::ALL.iter().copied().filter(|action| policy(role, *action) != Decision::Deny))
    }

    pub fn allows(&self, action: Action) -> bool {
        self.0.contains(&action)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_within(&self, other: &Scopes) -> bool {
        self.0.is_subset(&other.0)
    }

    /// In the order of the actions.
    pub fn actions(&self) -> impl Iterator<Item = Action> + '_ {
        self.0.iter().copied()
    }

    /// The scopes of a stored text; what is no scope any more is left out.
    pub fn known_of(text: &str) -> Scopes {
        Scopes::new(text.split_whitespace().filter_map(action_of))
    }
}

fn action_of(scope: &str) -> Option<Action> {
    Action::ALL.iter().copied().find(|action| action.scope() == scope)
}

impl FromStr for Scopes {
    type Err = UnknownScope;

    /// Names separated by spaces or commas.
    fn from_str(text: &str) -> Result<Scopes, UnknownScope> {
        let names = text.split(|c: char| c.is_whitespace() || c == ',').filter(|name| !name.is_empty());
        let actions = names.map(|name| action_of(name).ok_or_else(|| UnknownScope(name.to_owned())));
        Ok(Scopes(actions.collect::<Result<_, _>>()?))
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.actions().map(Action::scope).collect();
        f.write_str(&names.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_a_scope_of_its_own() {
        let names: BTreeSet<String> = Action::ALL.iter().map(|action| action.scope()).collect();
        assert_eq!(names.len(), Action::ALL.len(), "{names:?}");
        assert!(names.iter().all(|name| !name.contains(' ') && name.matches(':').count() == 1), "{names:?}");
        assert_eq!(Action::SeeInvoices.scope(), "invoices:read");
        assert_eq!(Action::SendReadings.scope(), "readings:write");
        assert_eq!(Action::RunBilling.scope(), "billing:run");
    }

    #[test]
    fn scopes_are_written_and_read_back() {
        let all = Scopes::new(Action::ALL.iter().copied());
        assert_eq!(all.to_string().parse(), Ok(all.clone()));
        assert_eq!(Scopes::known_of(&format!("{all} gone:read")), all);
        let unknown = "invoices:read, gone:read".parse::<Scopes>().unwrap_err();
        assert!(unknown.to_string().starts_with("`gone:read` is not a scope; the scopes are readings:write, "));
        assert!("".parse::<Scopes>().unwrap().is_empty());
    }

    #[test]
    fn a_roles_scopes_are_what_the_policy_allows() {
        let tenant = Scopes::of_role(Role::Tenant);
        assert!(tenant.allows(Action::SeeInvoices) && !tenant.allows(Action::SeeDrafts));
        assert!(tenant.is_within(&Scopes::of_role(Role::Finance)));
        assert!(!Scopes::of_role(Role::Admin).is_within(&Scopes::of_role(Role::Finance)));
    }
}
