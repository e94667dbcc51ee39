//! Who is asking, and whether they may: tokens for programs, sessions for people.
//!
//! Owns: proving who someone is, and asking the policy once per route, before its handler runs. Does not own: the
//! policy (domain), accounts (app). Invariant: a handler that reads a tenant's things can only get its scope from
//! [`Granted`], which this module alone makes.

mod bearers;
mod guard;
pub mod session;
pub mod token;

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::client;
use super::error::Fault;
use crate::app::read_invoices::Reader;
use crate::app::sign_in::{Person, Stage};
use crate::domain::access::{Role, TenantScope};
use crate::domain::audit::Actor;
use crate::domain::ids::UserId;

pub use bearers::{Bearer, Bearers, LongLived};
pub use guard::{Access, guarded, recognise};

/// What the policy granted to a request, and to whom.
#[derive(Debug, Clone)]
pub struct Granted {
    pub user: UserId,
    pub role: Role,
    pub scope: TenantScope,
    /// As the audit trail names who acts.
    pub by: Actor,
}

impl Granted {
    /// As use cases know whoever reads a list.
    pub fn reader(self) -> Reader {
        Reader { role: self.role, scope: self.scope }
    }
}

/// The person behind a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub person: Person,
    /// How far they have come in.
    pub stage: Stage,
    /// What the forms of this session carry.
    pub form_token: String,
}

/// The person a program speaks for.
#[derive(Debug, Clone)]
pub struct Caller {
    pub person: Person,
    /// The long-lived token it speaks with, where it is one.
    pub token: Option<LongLived>,
}

impl Caller {
    /// As the audit trail names who acts: the address, as on pages, and by which token.
    pub fn actor(&self, request: &HttpRequest) -> Actor {
        let by = actor(&self.person, request);
        match &self.token {
            Some(token) => by.with_token(token.id, &token.name),
            None => by,
        }
    }
}

/// The text that names a role.
pub fn role_key(role: Role) -> &'static str {
    match role {
        Role::Finance => "role-finance",
        Role::Tenant => "role-tenant",
        Role::Auditor => "role-auditor",
        Role::Operator => "role-operator",
        Role::Admin => "role-admin",
    }
}

fn actor(person: &Person, request: &HttpRequest) -> Actor {
    Actor::new(&person.email, client::origin(request).as_deref())
}

impl Visitor {
    /// As the audit trail names who acts: the address, and where the request came from.
    pub fn actor(&self, request: &HttpRequest) -> Actor {
        actor(&self.person, request)
    }

    /// Whether a form was sent from one of this session's own pages.
    pub fn check_form(&self, form_token: &str) -> Result<(), Fault> {
        if session::same_token(&self.form_token, form_token) { Ok(()) } else { Err(Fault::Forged) }
    }

    /// The text that names the person's role.
    pub fn role_key(&self) -> &'static str {
        role_key(self.person.role)
    }
}

impl FromRequest for Granted {
    type Error = Fault;
    type Future = Ready<Result<Granted, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(extension(request))
    }
}

impl FromRequest for Caller {
    type Error = Fault;
    type Future = Ready<Result<Caller, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(extension(request))
    }
}

impl FromRequest for Visitor {
    type Error = Fault;
    type Future = Ready<Result<Visitor, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(extension(request))
    }
}

/// Put there by the guard; a handler on a route without the access it needs is a fault of ours.
fn extension<T: Clone + 'static>(request: &HttpRequest) -> Result<T, Fault> {
    let found = request.extensions().get::<T>().cloned();
    found.ok_or_else(|| Fault::internal("a handler asks for what its route does not grant"))
}
