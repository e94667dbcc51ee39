//! Messages to people, and the ways they leave.
//!
//! Owns: the words of each mail in both languages, its MIME form, and the transports: SMTP, a directory of `.eml`
//! files, memory. Does not own: when something is sent or sent again (app). Invariants: the same notice gives the same
//! bytes, because its Message-ID and date come from the caller; every failure says whether it may pass.

mod account;
mod directory;
mod failure;
mod mailer;
mod notice;
mod root;
mod smtp;
mod texts;

pub use account::{LinkNotice, LinkPurpose, TestNotice, link, test};
pub use failure::FailureKind;
pub use lettre::Message;
pub use mailer::{MailError, Mailer};
pub use notice::{InvoiceNotice, Preview, invoice_notice, preview};
pub use root::{RootNotice, root_signed};
pub use smtp::{Authority, SmtpFault, SmtpSecurity, SmtpSettings};
