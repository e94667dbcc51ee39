//! Mails that tell: written, kept in the outbox, sent.

pub mod deliver_outbox;
pub(super) mod letter;
pub mod notices;
pub mod test_mail;
