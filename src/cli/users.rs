//! `chapelle user` and `chapelle keys`: who may sign in, and what signs their tokens.

use std::io::BufRead;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;

use super::context::out;
use super::files::LanguageArgument;
use super::{CliError, Context, Outcome};
use crate::app::administer_users::{self, UserFile};
use crate::app::invite::{self, Guest};
use crate::app::users::{self, NewUser};
use crate::app::{reset_password, second_factor};
use crate::domain::access::Role;
use crate::domain::ids::TenantCode;

#[derive(Debug, Subcommand)]
pub enum User {
    /// Let someone sign in. The password is read from the first line of standard input.
    Add(Add),
    /// Everyone who may sign in, and who is shut out.
    List,
    /// Queue a mail with a link that lets someone choose their name and password.
    Invite(Invite),
    /// Shut someone out: their sessions and tokens end at once.
    Disable(Whom),
    /// Let someone in again.
    Enable(Whom),
    /// Queue a mail with a link to a new password.
    PasswordReset(Whom),
    /// Take a lost second factor away.
    ResetTotp(Whom),
}

#[derive(Debug, Args)]
pub struct Whom {
    /// Their address.
    email: String,
}

#[derive(Debug, Args)]
pub struct Invite {
    #[arg(long)]
    email: String,
    #[arg(long, value_enum)]
    role: RoleArgument,
    /// The tenant a person of the role `tenant` belongs to.
    #[arg(long, required_if_eq("role", "tenant"))]
    tenant: Option<String>,
    /// Of the mail and of the page it leads to.
    #[arg(long, value_enum, default_value = "fr")]
    language: LanguageArgument,
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

/// A person as a report has them.
#[derive(Serialize)]
struct UserRow {
    email: String,
    name: String,
    role: &'static str,
    tenant: Option<String>,
    disabled: bool,
    second_factor: bool,
}

impl From<UserFile> for UserRow {
    fn from(user: UserFile) -> UserRow {
        UserRow {
            email: user.email,
            name: user.name,
            role: user.role.name(),
            tenant: user.tenant.map(|tenant| tenant.to_string()),
            disabled: user.disabled_at.is_some(),
            second_factor: user.has_second_factor,
        }
    }
}

impl User {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            User::Add(add) => add.run(context),
            User::List => list(context),
            User::Invite(invite) => invite.run(context),
            User::Disable(whom) => whom.disable(context),
            User::Enable(whom) => whom.enable(context),
            User::PasswordReset(whom) => whom.send_password_link(context),
            User::ResetTotp(whom) => whom.reset_totp(context),
        }
    }
}

impl Add {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let password =
            std::io::stdin().lock().lines().next().transpose().map_err(CliError::io("read", "standard input"))?;
        let user = NewUser {
            email: self.email.clone(),
            name: self.name.clone(),
            role: self.role.into(),
            tenant: self.tenant.clone().map(TenantCode),
            password: password.unwrap_or_default(),
        };
        users::add(&context.open_or_create()?, &user, &context.actor(), context.now)?;
        let role = Role::from(self.role).name();
        let added = serde_json::json!({ "email": self.email, "role": role });
        context.print(&added, |_| format!("{} may sign in as {role}", self.email));
        Ok(Outcome::Done)
    }
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let users = administer_users::list(&context.open()?, context.now)?;
    let rows: Vec<UserRow> = users.into_iter().map(UserRow::from).collect();
    context.print(&rows, |rows| rows.iter().map(line).collect());
    Ok(Outcome::Done)
}

fn line(row: &UserRow) -> String {
    let tenant = row.tenant.as_ref().map(|tenant| format!(" of {tenant}")).unwrap_or_default();
    let factor = if row.second_factor { ", second factor" } else { "" };
    let disabled = if row.disabled { ", disabled" } else { "" };
    format!("{:<36} {}{tenant}{factor}{disabled}  {}\n", row.email, row.role, row.name)
}

impl Invite {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let guest = Guest {
            email: self.email.clone(),
            role: self.role.into(),
            tenant: self.tenant.clone().map(TenantCode),
            language: self.language.into(),
        };
        let id = invite::invite(&context.open()?, &guest, &context.actor(), context.now)?;
        context.print(&serde_json::json!({ "invitation": id, "email": guest.email }), |_| {
            format!("the invitation of {} waits in the outbox", guest.email)
        });
        Ok(Outcome::Done)
    }
}

impl Whom {
    fn disable(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let id = administer_users::by_address(&store, &self.email)?;
        administer_users::disable(&store, id, &context.actor(), context.now)?;
        self.told(context, "is shut out")
    }

    fn enable(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let id = administer_users::by_address(&store, &self.email)?;
        administer_users::enable(&store, id, &context.actor(), context.now)?;
        self.told(context, "may sign in again")
    }

    fn send_password_link(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let id = administer_users::by_address(&store, &self.email)?;
        reset_password::send_link(&store, id, &context.actor(), context.now)?;
        self.told(context, "gets a link to a new password from the outbox")
    }

    fn reset_totp(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let id = administer_users::by_address(&store, &self.email)?;
        second_factor::reset(&store, id, &context.actor(), context.now)?;
        self.told(context, "has no second factor any more")
    }

    fn told(&self, context: &Context, what: &str) -> Result<Outcome, CliError> {
        let report = serde_json::json!({ "email": self.email, "done": what });
        context.print(&report, |_| format!("{} {what}", self.email));
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
