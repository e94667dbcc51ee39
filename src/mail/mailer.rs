//! The ways out, as one type.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lettre::{Message, SmtpTransport, Transport};

use super::directory;
use super::smtp::{self, SmtpFault, SmtpSettings};

/// Where messages go. Cloning shares connections and, in memory, the messages sent.
#[derive(Clone)]
pub enum Mailer {
    Smtp(SmtpTransport),
    /// One `.eml` file per message, named by its Message-ID; sending a message again replaces its file by itself.
    Directory(PathBuf),
    /// Formatted messages, in the order they were sent.
    Memory(Arc<Mutex<Vec<Vec<u8>>>>),
}

/// Why a message did not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The relay does not take it now: try again later.
    #[error("the message could not be sent now: {0}")]
    Temporary(String),
    /// Not about the message: the relay cannot be reached, is not who it should be, or does not let us in. No other message
    /// would fare better now.
    #[error("the mail relay cannot be used now: {0}")]
    Relay(String),
    /// Trying again would fail again: a person has to look.
    #[error("the message cannot be sent: {0}")]
    Permanent(String),
    /// The configuration is wrong; nothing was tried.
    #[error("the mail settings are wrong: {0}")]
    Settings(String),
}

impl MailError {
    pub const fn is_permanent(&self) -> bool {
        matches!(self, MailError::Permanent(_))
    }
}

impl Mailer {
    /// A pool of connections to a relay; nothing is connected yet.
    pub fn smtp(settings: &SmtpSettings) -> Result<Mailer, SmtpFault> {
        smtp::transport(settings).map(Mailer::Smtp)
    }

    pub fn memory() -> Mailer {
        Mailer::Memory(Arc::default())
    }

    /// Sends one message; on success the relay has taken it, or its file is on disk. Blocks.
    pub fn send(&self, message: &Message) -> Result<(), MailError> {
        match self {
            Mailer::Smtp(transport) => transport.send(message).map(|_| ()).map_err(|error| smtp::classified(&error)),
            Mailer::Directory(folder) => directory::write(folder, message),
            Mailer::Memory(sent) => {
                sent.lock().unwrap_or_else(PoisonError::into_inner).push(message.formatted());
                Ok(())
            }
        }
    }
}
