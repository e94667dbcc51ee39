//! What the demo did, with totals read back from the database, and who may sign in.

use std::time::Duration;

use serde::Serialize;

use crate::app::figures::{self, Figures};
use crate::app::users::{self, NewUser};
use crate::app::{AppError, Store, report_amortisation};
use crate::cli::context::counted;
use crate::cli::{CliError, Context};
use crate::domain::access::Role;
use crate::domain::audit::hex;
use crate::domain::calendar::BillingMonth;
use crate::domain::money::Money;
use crate::storage::StorageError;

/// The demo's report.
#[derive(Debug, Serialize)]
pub struct Summary {
    data_dir: String,
    first_month: BillingMonth,
    last_month: BillingMonth,
    readings_loaded_now: u64,
    figures: Figures,
    depreciation_cost: Money,
    depreciation_posted: Money,
    net_book_value: Money,
    /// Who may sign in; passwords are shown once, when they are made.
    sign_ins: Vec<SignIn>,
    seconds: Vec<(String, String)>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SignIn {
    email: String,
    role: String,
    password: Option<String>,
}

/// One person per role, with a password nobody else has; those that exist already keep theirs.
pub fn sign_ins(context: &Context, store: &Store) -> Result<Vec<SignIn>, CliError> {
    Role::ALL.into_iter().map(|role| sign_in(context, store, role)).collect()
}

fn sign_in(context: &Context, store: &Store, role: Role) -> Result<SignIn, CliError> {
    let email = format!("{}@chapelle.example", role.name());
    let password = hex(&users::random::<8>()?);
    let user = NewUser {
        email: email.clone(),
        name: role.name().to_owned(),
        role,
        tenant: (role == Role::Tenant).then(|| "ap-hp".into()),
        password: password.clone(),
    };
    let role = role.name().to_owned();
    match users::add(store, &user, &context.actor(), context.now) {
        Ok(()) => Ok(SignIn { email, role, password: Some(password) }),
        Err(AppError::Storage(StorageError::Conflict(_))) => Ok(SignIn { email, role, password: None }),
        Err(error) => Err(error.into()),
    }
}

impl Summary {
    pub fn gather(
        context: &Context,
        store: &Store,
        months: &[BillingMonth],
        readings_loaded_now: u64,
        taken: Vec<(&'static str, Duration)>,
        sign_ins: Vec<SignIn>,
    ) -> Result<Summary, CliError> {
        let (first_month, last_month) = months.first().copied().zip(months.last().copied()).unwrap_or_else(|| {
            let month = BillingMonth::of(context.now.date_naive());
            (month, month)
        });
        let as_of = last_month.days().last_day().unwrap_or(last_month.first_day());
        let total = report_amortisation::figures(store, as_of)?.total.position;
        let seconds = taken.into_iter().map(|(step, time)| (step.to_owned(), format!("{:.1}", time.as_secs_f64())));
        Ok(Summary {
            data_dir: context.data_dir.display().to_string(),
            first_month,
            last_month,
            readings_loaded_now,
            figures: figures::figures(store)?,
            depreciation_cost: total.cost,
            depreciation_posted: total.posted,
            net_book_value: total.net_book_value,
            sign_ins,
            seconds: seconds.collect(),
        })
    }

    pub fn describe(&self) -> String {
        let figures = &self.figures;
        let mut lines = vec![
            format!("Chapelle: example of {} to {} in {}", self.first_month, self.last_month, self.data_dir),
            format!("  readings      {:>12}  ({} loaded now)", figures.readings, self.readings_loaded_now),
            format!("  invoices      {:>12}", figures.invoices),
            format!("    net         {:>16} €", figures.net.to_string()),
            format!("    VAT         {:>16} €", figures.tax.to_string()),
            format!("    total       {:>16} €", figures.gross.to_string()),
        ];
        for tenant in &figures.tenants {
            lines.push(format!(
                "    {:<16}{:>12} €  {}",
                tenant.tenant.as_str(),
                tenant.gross.to_string(),
                counted(tenant.invoices, "invoice", "invoices")
            ));
        }
        lines.extend([
            format!(
                "  journal       {:>12} entries, debits {} = credits {}",
                figures.journal_entries, figures.journal_debit, figures.journal_credit
            ),
            format!("  assets        {:>16} €", self.depreciation_cost.to_string()),
            format!("    depreciated {:>16} €  through {}", self.depreciation_posted.to_string(), self.last_month),
            format!("    book value  {:>16} €", self.net_book_value.to_string()),
            format!("  book          {}/book.toml", self.data_dir),
            format!("  invoices      {}/archive/", self.data_dir),
            format!("  mails         {}/mail/", self.data_dir),
        ]);
        for person in &self.sign_ins {
            let password = person.password.as_deref().unwrap_or("(as shown when it was made)");
            lines.push(format!("  sign in       {:<28} {}", person.email, password));
        }
        let steps: Vec<String> = self.seconds.iter().map(|(step, seconds)| format!("{step} {seconds} s")).collect();
        lines.push(format!("  time          {}", steps.join(", ")));
        lines.join("\n")
    }
}
