//! The mail that says an invoice is there, and the one that reminds of it.

use std::time::SystemTime;

use askama::Template;
use chrono::{DateTime, Utc};
use lettre::Message;
use lettre::address::Address;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MultiPart, MultiPartBuilder, SinglePart};
use sha2::{Digest, Sha256};

use super::mailer::MailError;
use super::texts::{self, Values};
use crate::domain::audit::hex;
use crate::domain::invoice::{InvoiceKind, IssuedInvoice};
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::receivables::{Claim, Reminder};
use crate::domain::typography;

/// What is said, to whom, and when.
#[derive(Debug, Clone, Copy)]
pub struct InvoiceNotice<'a> {
    pub invoice: &'a IssuedInvoice,
    /// A bare address: `facturation@example.org`.
    pub recipient: &'a str,
    pub language: Language,
    /// Without brackets: `DC2026000001.1@dc.example.org`. The same for every attempt.
    pub message_id: &'a str,
    /// The Date header; the moment the invoice was issued keeps repeated attempts alike.
    pub date: DateTime<Utc>,
    /// The Factur-X file, where it is to be attached.
    pub pdf: Option<&'a [u8]>,
    /// The invoice's page, where there is a server to show it.
    pub link: Option<&'a str>,
    /// How it stands, where its tenant is reminded to pay it.
    pub reminder: Option<&'a Reminder>,
}

/// The parts of the message that are words.
#[derive(Template)]
#[template(path = "invoice_notice.html")]
struct Html<'a> {
    words: &'a Words,
}

#[derive(Template)]
#[template(path = "invoice_notice.txt")]
struct Text<'a> {
    words: &'a Words,
}

struct Words {
    language: &'static str,
    subject: String,
    greeting: String,
    lead: String,
    facts_caption: String,
    facts: Vec<(String, String)>,
    /// How the interest claimed is made up.
    claims: Vec<String>,
    /// What follows from paying late.
    cost: Option<String>,
    attached: Option<String>,
    link: Option<(String, String)>,
    closing: String,
    sender: String,
    footer: String,
}

impl Words {
    /// The facts as two columns of plain text.
    fn fact_lines(&self) -> Vec<String> {
        let width = self.facts.iter().map(|(label, _)| label.chars().count()).max().unwrap_or_default();
        self.facts.iter().map(|(label, value)| format!("  {label:<width$}  {value}")).collect()
    }
}

/// Text and HTML as alternatives, beside them the PDF where it is attached. An address nobody could write to is a
/// permanent failure.
pub fn invoice_notice(notice: &InvoiceNotice<'_>) -> Result<Message, MailError> {
    let words = words(notice);
    let seller = &notice.invoice.seller;
    let builder = Message::builder()
        .message_id(Some(format!("<{}>", notice.message_id)))
        .date(SystemTime::from(notice.date))
        .from(Mailbox::new(Some(seller.name.clone()), address(&seller.email)?))
        .to(Mailbox::new(None, address(notice.recipient)?))
        .subject(words.subject.clone())
        .raw_header(plain_header("Content-Language", words.language))
        // RFC 3834: out-of-office robots leave it unanswered.
        .raw_header(plain_header("Auto-Submitted", "auto-generated"));
    let alternative = alternative(notice, &words)?;
    let message = match notice.pdf {
        Some(pdf) => builder.multipart(
            bounded(MultiPart::mixed(), notice, "mixed").multipart(alternative).singlepart(attachment(notice, pdf)),
        ),
        None => builder.multipart(alternative),
    };
    message.map_err(|error| MailError::Permanent(error.to_string()))
}

/// A notice as people read it, before it is a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub language: Language,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// The name of the attached file, where there is one.
    pub attachment: Option<String>,
}

/// What [`invoice_notice`] would say.
pub fn preview(notice: &InvoiceNotice<'_>) -> Result<Preview, MailError> {
    let words = words(notice);
    let seller = &notice.invoice.seller;
    Ok(Preview {
        language: notice.language,
        from: format!("{} <{}>", seller.name, seller.email),
        subject: words.subject.clone(),
        text: Text { words: &words }.render().map_err(unrenderable)?,
        html: Html { words: &words }.render().map_err(unrenderable)?,
        attachment: notice.pdf.map(|_| format!("{}.pdf", notice.invoice.number)),
    })
}

fn alternative(notice: &InvoiceNotice<'_>, words: &Words) -> Result<MultiPart, MailError> {
    let text = Text { words }.render().map_err(unrenderable)?;
    let html = Html { words }.render().map_err(unrenderable)?;
    Ok(bounded(MultiPart::alternative(), notice, "alternative")
        .singlepart(SinglePart::plain(encoded(text)))
        .singlepart(SinglePart::html(encoded(html))))
}

/// Quoted-printable whatever the text holds, so that it survives every relay and stays readable.
pub(super) fn encoded(text: String) -> Body {
    let encoding = ContentTransferEncoding::QuotedPrintable;
    // Quoted-printable encodes any text; the text itself would come back otherwise, and lettre chooses for it.
    Body::new_with_encoding(text, encoding).unwrap_or_else(Body::new)
}

fn attachment(notice: &InvoiceNotice<'_>, pdf: &[u8]) -> SinglePart {
    let name = format!("{}.pdf", notice.invoice.number);
    // `application/pdf` is well formed; were it not, the part would still be a file.
    let kind = ContentType::parse("application/pdf").unwrap_or(ContentType::TEXT_PLAIN);
    Attachment::new(name).body(pdf.to_vec(), kind)
}

/// A boundary made of the Message-ID: the same message gives the same bytes.
fn bounded(builder: MultiPartBuilder, notice: &InvoiceNotice<'_>, part: &str) -> MultiPartBuilder {
    let digest = hex(&Sha256::digest(format!("{part}:{}", notice.message_id)));
    builder.boundary(format!("={}", digest.get(..40).unwrap_or_default()))
}

pub(super) fn address(text: &str) -> Result<Address, MailError> {
    text.parse().map_err(|error| MailError::Permanent(format!("`{text}` is not a mail address: {error}")))
}

pub(super) fn plain_header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn unrenderable(error: askama::Error) -> MailError {
    MailError::Permanent(format!("its text could not be made: {error}"))
}

fn words(notice: &InvoiceNotice<'_>) -> Words {
    let InvoiceNotice { invoice, language, reminder, .. } = *notice;
    let mut values = texts::values([
        ("number", invoice.number.to_string()),
        ("month", typography::month(invoice.month, language)),
        ("of_month", typography::of_month(invoice.month, language)),
        ("gross", typography::amount(invoice.totals.gross, language)),
    ]);
    values.extend(reminder.map(|reminder| reminder_values(reminder, language)).unwrap_or_default());
    let say = |key: &str| texts::text(language, key, &values);
    let kind = match (reminder, invoice.kind) {
        (Some(reminder), _) if reminder.claimed == reminder.open => "reminder-interest",
        (Some(_), _) => "reminder",
        (None, InvoiceKind::Invoice) => "invoice",
        (None, InvoiceKind::CreditNote) => "credit-note",
        (None, InvoiceKind::Corrected) => "corrected",
    };
    Words {
        language: language.code(),
        subject: say(&format!("notice-subject-{kind}")),
        greeting: say("notice-greeting"),
        lead: say(&format!("notice-lead-{kind}")),
        facts_caption: say("notice-facts"),
        facts: match reminder {
            Some(reminder) => reminder_facts(invoice, reminder, language, &values),
            None => facts(invoice, language, &values),
        },
        claims: reminder.map(|reminder| claims(reminder, language)).unwrap_or_default(),
        cost: reminder.and_then(|reminder| reminder.accrued).map(|_| say("notice-cost")),
        attached: notice.pdf.map(|_| say("notice-attached")),
        link: notice.link.map(|link| (say("notice-link"), link.to_owned())),
        closing: say(if reminder.is_some() { "notice-closing-reminder" } else { "notice-closing" }),
        sender: invoice.seller.name.clone(),
        footer: invoice.legal.footer.clone(),
    }
}

/// What a reminder's sentences are filled with.
fn reminder_values(reminder: &Reminder, language: Language) -> Values {
    let amount = |money| typography::amount(money, language);
    let mut values =
        texts::values([("due", typography::date(reminder.due_date, language)), ("open", amount(reminder.open))]);
    if let Some(accrued) = reminder.accrued {
        values.extend(texts::values([
            ("rate", typography::percent(accrued.rate_percent, language)),
            ("interest", amount(accrued.interest)),
            ("indemnity", amount(accrued.indemnity)),
        ]));
    }
    values
}

/// `REG-2026-000001 : 120 000,00 € payés le …`, a sentence for each claim.
fn claims(reminder: &Reminder, language: Language) -> Vec<String> {
    let amount = |money| typography::amount(money, language);
    let claim = |claim: &Claim| {
        let late = &claim.interest;
        let values = texts::values([
            ("payment", claim.payment.clone()),
            ("amount", amount(claim.amount)),
            ("day", typography::date(claim.received_on, language)),
            ("days", late.days.to_string()),
            ("rate", typography::percent(late.rate_percent, language)),
            ("interest", amount(late.interest)),
            ("indemnity", amount(late.indemnity)),
            ("total", amount(late.total)),
        ]);
        texts::text(language, if late.indemnity.is_zero() { "notice-claim" } else { "notice-claim-indemnity" }, &values)
    };
    reminder.claims.iter().map(claim).collect()
}

/// The figures a person looks for first.
fn facts(invoice: &IssuedInvoice, language: Language, values: &Values) -> Vec<(String, String)> {
    let amount = |money| typography::amount(money, language);
    let mut facts = subject(invoice, language);
    facts.extend([
        ("notice-net", amount(invoice.totals.net)),
        ("notice-tax", amount(invoice.totals.tax)),
        ("notice-gross", amount(invoice.totals.gross)),
    ]);
    if invoice.is_to_be_paid() {
        facts.push(("notice-due", typography::date(invoice.due_date, language)));
        facts.push(("notice-reference", in_groups(&invoice.payment.reference)));
    }
    labelled(facts, language, values)
}

/// What is to be paid, since when, and where to.
fn reminder_facts(
    invoice: &IssuedInvoice,
    reminder: &Reminder,
    language: Language,
    values: &Values,
) -> Vec<(String, String)> {
    let amount = |money| typography::amount(money, language);
    // An invoice that is paid is late no more; what is claimed on it has a day of its own.
    let due = if reminder.claimed == reminder.open { "notice-due-interest" } else { "notice-due" };
    let mut facts = subject(invoice, language);
    facts.extend([
        ("notice-issued", typography::date(invoice.issue_date, language)),
        (due, typography::date(reminder.due_date, language)),
        ("notice-days-late", reminder.days_late.to_string()),
        ("notice-gross", amount(invoice.totals.gross)),
        ("notice-open", amount(reminder.open)),
    ]);
    if reminder.claimed > Money::ZERO {
        facts.push(("notice-claimed", amount(reminder.claimed)));
    }
    facts.extend([
        ("notice-holder", invoice.payment.account_holder.clone()),
        ("notice-iban", in_groups(&invoice.payment.iban)),
        ("notice-bic", invoice.payment.bic.clone()),
        ("notice-reference", in_groups(&invoice.payment.reference)),
    ]);
    labelled(facts, language, values)
}

/// As the paper writes it, but parting at the end of a line: held together, the groups are wider than a phone.
fn in_groups(identifier: &str) -> String {
    typography::grouped(identifier).replace(typography::NBSP, " ")
}

/// Whom it bills, and for what; which document it takes back or states again.
fn subject(invoice: &IssuedInvoice, language: Language) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("notice-buyer", invoice.buyer.name.clone()),
        ("notice-contract", format!("{} ({})", invoice.references.contract_title, invoice.references.contract)),
        ("notice-period", typography::month(invoice.month, language)),
    ];
    facts.extend(invoice.corrects.iter().map(|(number, date)| {
        let values = texts::values([("number", number.to_string()), ("date", typography::date(*date, language))]);
        ("notice-corrects", texts::text(language, "notice-corrected-document", &values))
    }));
    facts
}

fn labelled(facts: Vec<(&'static str, String)>, language: Language, values: &Values) -> Vec<(String, String)> {
    facts.into_iter().map(|(key, value)| (texts::text(language, key, values), value)).collect()
}

#[cfg(test)]
mod tests;
