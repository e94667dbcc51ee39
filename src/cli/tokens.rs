//! `chapelle token`: long-lived tokens of programs.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::{CliError, Context, Outcome};
use crate::app::api_tokens::{self, ApiToken, TokenWish};
use crate::app::{AppError, UserProblem, administer_users, sign_in};
use crate::domain::access::Scopes;

#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token that speaks for a person; it is printed this once.
    Create(Create),
    /// Tokens that are not revoked, with their numbers.
    List(List),
    /// Refuse a token from now on.
    Revoke(Revoke),
}

#[derive(Debug, Args)]
pub struct Create {
    /// The address of the person it speaks for.
    #[arg(long)]
    user: String,
    /// The program that will use it.
    #[arg(long)]
    name: String,
    /// What it may do, separated by commas: `readings:write,meters:read`.
    #[arg(long, value_name = "SCOPES")]
    scopes: String,
    /// How long it lasts.
    #[arg(long, default_value_t = 90)]
    days: i64,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only those of the person with this address.
    #[arg(long)]
    user: Option<String>,
}

#[derive(Debug, Args)]
pub struct Revoke {
    /// The number `chapelle token list` shows.
    id: i64,
}

/// A token as a report has it.
#[derive(Serialize)]
struct TokenRow {
    id: i64,
    user: String,
    name: String,
    prefix: String,
    scopes: String,
    expires_at: String,
    last_used_at: Option<String>,
}

impl Token {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Token::Create(create) => create.run(context),
            Token::List(list) => list.run(context),
            Token::Revoke(revoke) => revoke.run(context),
        }
    }
}

impl Create {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let id = administer_users::by_address(&store, &self.user)?;
        let person = administer_users::person(&store, id)?;
        if sign_in::lacks_factor(&store, &person, &context.config.server.second_factor_roles)? {
            return Err(AppError::User(UserProblem::FactorLacking(person.email)).into());
        }
        let scopes: Scopes =
            self.scopes.parse().map_err(|unknown| AppError::User(UserProblem::UnknownScope(unknown)))?;
        let wish = TokenWish { name: self.name.clone(), scopes, days: self.days };
        let token = api_tokens::create(&store, &person, &wish, &context.actor(), context.now)?;
        let report =
            serde_json::json!({ "id": token.id, "token": token.secret, "expires_at": token.expires_at.to_rfc3339() });
        context.print(&report, |_| format!("{}\nkeep it now: it is not shown again", token.secret));
        Ok(Outcome::Done)
    }
}

impl List {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open()?;
        let user = self.user.as_ref().map(|email| administer_users::by_address(&store, email)).transpose()?;
        let owners = administer_users::list(&store, context.now)?;
        let row = |token: ApiToken| TokenRow {
            id: token.id,
            user: owners
                .iter()
                .find(|owner| owner.id == token.token.user)
                .map(|owner| owner.email.clone())
                .unwrap_or_default(),
            scopes: token.token.scopes.to_string(),
            expires_at: token.token.expires_at.to_rfc3339(),
            last_used_at: token.last_used_at.map(|at| at.to_rfc3339()),
            name: token.token.name,
            prefix: token.token.prefix,
        };
        let rows: Vec<TokenRow> = api_tokens::of(&store, user)?.into_iter().map(row).collect();
        context.print(&rows, |rows| {
            rows.iter()
                .map(|row| {
                    format!(
                        "{:>4}  {}…  {}  until {}  {} ({})\n",
                        row.id, row.prefix, row.user, row.expires_at, row.name, row.scopes
                    )
                })
                .collect()
        });
        Ok(Outcome::Done)
    }
}

impl Revoke {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        api_tokens::revoke(&context.open()?, None, self.id, &context.actor(), context.now)?;
        context.print(&serde_json::json!({ "revoked": self.id }), |_| format!("token {} is revoked", self.id));
        Ok(Outcome::Done)
    }
}
