//! Mails about one's own access: an invitation, a way to a new password, a test.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use lettre::Message;
use lettre::message::{Mailbox, SinglePart};

use super::mailer::MailError;
use super::notice::{address, encoded, plain_header};
use super::texts;
use crate::domain::calendar::Timestamp;
use crate::domain::party::Language;
use crate::domain::typography;

/// What a link in a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkPurpose {
    Invitation,
    PasswordReset,
}

impl LinkPurpose {
    const fn key(self) -> &'static str {
        match self {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::PasswordReset => "password-reset",
        }
    }
}

/// A link of one's own, and whom it goes to.
#[derive(Debug, Clone, Copy)]
pub struct LinkNotice<'a> {
    /// Name and address.
    pub sender: (&'a str, &'a str),
    pub recipient: &'a str,
    pub language: Language,
    /// Without brackets; the same for every attempt.
    pub message_id: &'a str,
    pub date: DateTime<Utc>,
    pub purpose: LinkPurpose,
    /// The data centre's name.
    pub facility: &'a str,
    pub address: &'a str,
    pub expires_at: DateTime<Utc>,
    pub zone: Tz,
}

/// Whom a test goes to.
#[derive(Debug, Clone, Copy)]
pub struct TestNotice<'a> {
    pub sender: (&'a str, &'a str),
    pub recipient: &'a str,
    pub language: Language,
    pub message_id: &'a str,
    pub date: DateTime<Utc>,
}

/// Plain text: a link people can read before they follow it.
pub fn link(notice: &LinkNotice<'_>) -> Result<Message, MailError> {
    let values = texts::values([
        ("facility", notice.facility.to_owned()),
        ("until", typography::instant(Timestamp::from(notice.expires_at), notice.zone, notice.language)),
    ]);
    let say = |part: &str| texts::text(notice.language, &format!("{}-{part}", notice.purpose.key()), &values);
    let own = |key: &str| texts::text(notice.language, key, &values);
    let body = format!(
        "{}\n\n{}\n\n{}\n{}\n\n{}\n\n{}\n\n-- \n{}\n",
        own("notice-greeting"),
        say("lead"),
        say("follow"),
        notice.address,
        own("link-until"),
        say("ignore"),
        notice.sender.0,
    );
    plain(notice.sender, notice.recipient, notice.language, notice.message_id, notice.date, say("subject"), body)
}

pub fn test(notice: &TestNotice<'_>) -> Result<Message, MailError> {
    let say = |key: &str| texts::text(notice.language, key, &texts::values([]));
    let body = format!("{}\n\n{}\n\n-- \n{}\n", say("notice-greeting"), say("test-lead"), notice.sender.0);
    plain(notice.sender, notice.recipient, notice.language, notice.message_id, notice.date, say("test-subject"), body)
}

fn plain(
    sender: (&str, &str),
    recipient: &str,
    language: Language,
    message_id: &str,
    date: DateTime<Utc>,
    subject: String,
    body: String,
) -> Result<Message, MailError> {
    Message::builder()
        .message_id(Some(format!("<{message_id}>")))
        .date(SystemTime::from(date))
        .from(Mailbox::new(Some(sender.0.to_owned()), address(sender.1)?))
        .to(Mailbox::new(None, address(recipient)?))
        .subject(subject)
        .raw_header(plain_header("Content-Language", language.code()))
        .raw_header(plain_header("Auto-Submitted", "auto-generated"))
        .singlepart(SinglePart::plain(encoded(body)))
        .map_err(|error| MailError::Permanent(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_told_in_the_readers_language_and_stays_whole() {
        for (language, words) in [(Language::French, "Vous êtes invité"), (Language::English, "You are invited")] {
            let address = format!("https://dc.example.org/invitation/{}", "a".repeat(64));
            let at = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
            let notice = LinkNotice {
                sender: ("Ville", "dc@example.org"),
                recipient: "a@example.org",
                language,
                message_id: "invitation.1@example.org",
                date: at,
                purpose: LinkPurpose::Invitation,
                facility: "Centre",
                address: &address,
                expires_at: at,
                zone: chrono_tz::Europe::Paris,
            };
            let bytes = String::from_utf8(link(&notice).unwrap().formatted()).unwrap();
            let text = bytes.replace("=\r\n", "").replace("=C3=AA", "ê").replace("=C3=A9", "é").replace("=3D", "=");
            assert!(text.contains(words) && text.contains(&address), "{text}");
            assert_eq!(bytes, String::from_utf8(link(&notice).unwrap().formatted()).unwrap());
        }
    }
}
