//! Messages as files, for sites without a relay and for tests.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use lettre::Message;
use lettre::message::header::MessageId;

use super::mailer::MailError;

/// Writes `<Message-ID>.eml` so that it is there whole or not at all: into a temporary file, synced, then renamed.
pub fn write(folder: &Path, message: &Message) -> Result<(), MailError> {
    let name = file_name(message)?;
    let target = folder.join(&name);
    write_whole(folder, &name, &message.formatted())
        .map_err(|error| MailError::Temporary(format!("{}: {error}", target.display())))
}

fn write_whole(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    // A name of its own, so that two processes that send the same message do not write into one file.
    let temporary = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// The Message-ID without its brackets; what could lead out of the folder becomes `_`.
fn file_name(message: &Message) -> Result<String, MailError> {
    let id: String = message
        .headers()
        .get::<MessageId>()
        .map(|id| id.as_ref().to_owned())
        .ok_or_else(|| MailError::Permanent("it has no Message-ID".to_owned()))?;
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@') { c } else { '_' };
    let name: String = id.trim_matches(['<', '>']).chars().map(safe).collect();
    Ok(format!("{}.eml", name.trim_start_matches('.')))
}
