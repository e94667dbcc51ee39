//! `chapelle user` and `chapelle keys`: who may sign in, and what signs their tokens.

use std::io::BufRead;

use clap::{Args, Subcommand, ValueEnum};

use super::context::out;
use super::{CliError, Context, Outcome};
use crate::app::users::{self, NewUser};
use crate::domain::access::Role;
use crate::domain::ids::TenantCode;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Let someone sign in. The password is read from the first line of standard input.
    Add(Add),
}

#[derive(Debug, Args)]
pub struct Add {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    #[arg(long, value_enum)]
    role: RoleArgument,
    /// The tenant a person of the role `tenant` belongs to.
    #[arg(long, required_if_eq("role", "tenant"))]
    tenant: Option<String>,
}

/// The roles as the command line spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RoleArgument {
    Finance,
    Tenant,
    Auditor,
    Operator,
    Admin,
}

impl From<RoleArgument> for Role {
    fn from(role: RoleArgument) -> Role {
        match role {
            RoleArgument::Finance => Role::Finance,
            RoleArgument::Tenant => Role::Tenant,
            RoleArgument::Auditor => Role::Auditor,
            RoleArgument::Operator => Role::Operator,
            RoleArgument::Admin => Role::Admin,
        }
    }
}

impl User {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let User::Add(add) = self;
        let password =
            std::io::stdin().lock().lines().next().transpose().map_err(CliError::io("read", "standard input"))?;
        let user = NewUser {
            email: add.email.clone(),
            name: add.name.clone(),
            role: add.role.into(),
            tenant: add.tenant.clone().map(TenantCode),
            password: password.unwrap_or_default(),
        };
        users::add(&context.open_or_create()?, &user, &context.actor(), context.now)?;
        let role = Role::from(add.role).name();
        let added = serde_json::json!({ "email": add.email, "role": role });
        context.print(&added, |_| format!("{} may sign in as {role}", add.email));
        Ok(Outcome::Done)
    }
}

#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Sign new access tokens with a new key; tokens signed before stay valid until they expire.
    Rotate,
}

impl Keys {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let kid = users::rotate_token_key(&context.open()?, &context.actor(), context.now)?;
        out(format_args!("new tokens are signed with key {kid}"));
        Ok(Outcome::Done)
    }
}
