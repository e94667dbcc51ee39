//! Mails that tell: written, kept in the outbox, sent; and how they leave.

pub mod deliver_outbox;
pub(super) mod letter;
pub mod mail_settings;
pub mod notices;
pub mod test_mail;
pub mod way_out;
