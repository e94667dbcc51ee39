//! `chapelle outbox`: notices waiting to be sent.

use clap::{Args, Subcommand};

use super::context::counted;
use super::{CliError, Context, Outcome};
use crate::app::deliver_outbox::{self, DeliveryReport};
use crate::app::test_mail;
use crate::domain::party::Language;

#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Send every notice that is due.
    Deliver(Deliver),
    /// Show notices that are waiting or failed for good.
    List(List),
    /// Put a notice that failed for good, or all of them, back in the queue.
    Retry(Retry),
    /// Send a test mail now, the way notices leave, and tell what became of it.
    Test(Test),
}

#[derive(Debug, Args)]
pub struct Deliver {}

#[derive(Debug, Args)]
pub struct List {}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Retry {
    /// The notice's number in `outbox list`.
    id: Option<i64>,
    /// Every notice that failed for good.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Whom to send it to.
    recipient: String,
}

impl Outbox {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        match self {
            Outbox::Deliver(_) => deliver(context),
            Outbox::List(_) => list(context),
            Outbox::Retry(retry) => retry.run(context),
            Outbox::Test(test) => test.run(context),
        }
    }
}

impl Retry {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let (store, by) = (context.open()?, context.actor());
        if let Some(id) = self.id {
            deliver_outbox::retry(&store, id, &by, context.now)?;
            let queued = serde_json::json!({ "id": id, "status": "pending" });
            context.print(&queued, |_| format!("notice {id} is in the queue again"));
        } else {
            let count = deliver_outbox::retry_all(&store, &by, context.now)?;
            let queued = serde_json::json!({ "requeued": count });
            context.print(&queued, |_| format!("notices that are in the queue again: {count}"));
        }
        Ok(Outcome::Done)
    }
}

impl Test {
    fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let (store, recipient) = (context.open()?, self.recipient.trim());
        let (way_out, by) = (context.way_out(), context.actor());
        let sent = test_mail::send(&store, &way_out, recipient, Language::English, &by, context.now)?;
        let error = sent.err().map(|error| error.to_string());
        let report = serde_json::json!({ "sent": error.is_none(), "recipient": recipient, "error": error });
        context.print(&report, |_| match &error {
            None => format!("a test mail to {recipient} left"),
            Some(error) => format!("the test mail to {recipient} did not leave: {error}"),
        });
        Ok(if error.is_none() { Outcome::Done } else { Outcome::NeedsAttention })
    }
}

/// Said where nothing could be sent.
const STUCK: &str = "nothing could be sent: see whether the mail server is up and the mail settings name it (/settings/mail, or [mail] in chapelle.toml); \
                     what waits is tried again when it is due";

fn deliver(context: &Context) -> Result<Outcome, CliError> {
    let store = context.open()?;
    let way_out = context.way_out();
    let (mailer, postage) = (way_out.mailer(&store)?, way_out.postage(&store)?);
    let begun = std::time::Instant::now();
    let report = deliver_outbox::deliver(&store, &mailer, &postage, || context.now + begun.elapsed())?;
    context.print(&report, describe);
    let needs_person = report.is_stuck || !report.failed.is_empty();
    Ok(if needs_person { Outcome::NeedsAttention } else { Outcome::Done })
}

fn describe(report: &DeliveryReport) -> String {
    let mut lines = vec![format!(
        "{} sent, {} withdrawn, {} to be tried again, {} failed for good",
        report.sent,
        report.withdrawn,
        report.postponed.len(),
        report.failed.len()
    )];
    if report.untried > 0 {
        lines.push(format!("  not tried, as the relay cannot be used: {}", report.untried));
    }
    for notice in report.postponed.iter().chain(&report.failed) {
        lines.push(format!("  {} to {}: {}", notice.id, notice.recipient, notice.error));
    }
    if report.is_stuck {
        lines.push(STUCK.to_owned());
    }
    lines.join("\n")
}

fn list(context: &Context) -> Result<Outcome, CliError> {
    let notices = deliver_outbox::waiting(&context.open()?)?;
    context.print(&notices, |notices| {
        if notices.is_empty() {
            return "no notice is waiting".to_owned();
        }
        let row = |n: &deliver_outbox::WaitingNotice| {
            format!(
                "{:>6}  {:<8} {:<40} {:<36} {}  {}",
                n.id,
                n.status,
                n.message_id,
                n.recipient,
                counted(n.attempts, "try", "tries"),
                n.error
            )
        };
        notices.iter().map(row).collect::<Vec<_>>().join("\n")
    });
    Ok(Outcome::Done)
}
