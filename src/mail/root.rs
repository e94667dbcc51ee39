//! The mail that takes a signed root of the audit trail out of the operator's reach.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::{Mailbox, SinglePart};

use super::mailer::MailError;
use super::notice::{address, encoded, plain_header};
use super::texts;
use crate::domain::audit::SignedRoot;
use crate::domain::party::Language;
use crate::domain::typography;

/// A root, and whom it goes to.
#[derive(Debug, Clone, Copy)]
pub struct RootNotice<'a> {
    /// Name and address.
    pub sender: (&'a str, &'a str),
    pub recipient: &'a str,
    pub language: Language,
    /// Without brackets; the same for every attempt.
    pub message_id: &'a str,
    pub root: &'a SignedRoot,
    /// The root as its one line of JSON.
    pub line: &'a str,
}

/// Plain text: the line is copied from it as it is.
pub fn root_signed(notice: &RootNotice<'_>) -> Result<Message, MailError> {
    let statement = &notice.root.statement;
    let values = texts::values([
        ("day", typography::date(statement.day, notice.language)),
        ("size", statement.size.to_string()),
        ("key", statement.key.clone()),
    ]);
    let say = |key: &str| texts::text(notice.language, key, &values);
    let text = format!("{}\n\n{}\n\n{}\n\n{}\n", say("root-lead"), notice.line, say("root-key"), say("root-keep"));
    let (name, sender) = notice.sender;
    Message::builder()
        .message_id(Some(format!("<{}>", notice.message_id)))
        .date(SystemTime::from(statement.at))
        .from(Mailbox::new(Some(name.to_owned()), address(sender)?))
        .to(Mailbox::new(None, address(notice.recipient)?))
        .subject(say("root-subject"))
        .raw_header(plain_header("Content-Language", notice.language.code()))
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .singlepart(SinglePart::plain(encoded(text)))
        .map_err(|error| MailError::Permanent(error.to_string()))
}
