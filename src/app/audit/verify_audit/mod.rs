//! Find out whether the books are as they were written: the whole trail, its signed roots, and everything they vouch
//! for. Every finding is named; nothing is mended.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::app::sign_roots::{Signing, is_signed};
use crate::app::{AppError, Store, archive_invoice, archive_report, attach_asset_file};
use crate::domain::audit::{AuditEvent, GENESIS, SignedRoot, Tree, hex, unhex};
use crate::storage::{AnyConnection, StorageError, audit, roots};

mod agreed;
mod billed;
mod books;
mod differences;
mod numbered;
mod posted;
mod readings;
mod received;
mod states;

const EVENTS_AT_A_TIME: i64 = 1_000;

/// What could be changed behind the program's back without being found; docs/audit.md says the same.
const HELD_AGAINST_NOTHING: &str = "held against nothing: people, their roles and tokens, drafts, bank statements, mails, \
                                    papers of assets beyond their files, resets of counters";

/// What to compare with, beside the database itself.
#[derive(Debug, Clone, Default)]
pub struct Against {
    /// Exported or mailed roots that were kept elsewhere.
    pub roots: Vec<PathBuf>,
    /// The public key the auditor trusts, in hex; the roots' own otherwise.
    pub key: Option<String>,
}

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// `trail`, `root`, `invoice`, `balance`, `payment`, `lettering`, `book`, `manual-line`, `availability`, `archive`,
    /// `report`, `paper`, `journal`, `series`, `readings`, `period`, `asset`, `figure`.
    pub part: &'static str,
    /// An event's sequence, a day, an invoice number, a file.
    pub place: String,
    pub what: String,
}

/// What was looked at and found.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    pub events: i64,
    /// Events after the last signed root: their order is chained, their end is not signed yet.
    pub events_unsigned: i64,
    pub roots: usize,
    /// Roots kept outside the database that were compared.
    pub roots_compared: usize,
    pub invoices: usize,
    pub documents: usize,
    /// Reports kept for good.
    pub reports: usize,
    /// Papers attached to assets.
    pub papers: usize,
    pub journal_entries: usize,
    pub days_of_readings: usize,
    pub findings: Vec<Finding>,
    /// What is no fault but worth knowing.
    pub notes: Vec<String>,
}

impl Verification {
    fn find(&mut self, part: &'static str, place: impl ToString, what: impl Into<String>) {
        self.findings.push(Finding { part, place: place.to_string(), what: what.into() });
    }

    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

/// What the trail says of the things it vouches for.
#[derive(Default)]
struct Said {
    /// The Merkle root after as many events as a signed root covers.
    roots: BTreeMap<i64, String>,
    heads: BTreeMap<i64, String>,
    wanted: BTreeSet<i64>,
    agreed: agreed::Said,
    books: books::Said,
    posted: posted::Said,
    readings: readings::Said,
    received: received::Said,
    states: states::Said,
}

/// Looks at everything. `progress` is told how far it is in steps of its own.
pub fn verify(
    store: &Store,
    signing: &Signing,
    against: &Against,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verification, AppError> {
    let mut found = Verification::default();
    let kept = kept_roots(signing, against, &mut found)?;
    store.read(|connection| {
        let stored = roots::all(connection)?;
        let sizes = stored.iter().chain(kept.iter().map(|(_, root)| root)).map(|root| root.statement.size);
        let mut said = Said { wanted: sizes.collect(), ..Said::default() };
        trail(connection, &mut said, &mut found, progress)?;
        signed_roots(&stored, &said, against, &mut found);
        compare_kept(&kept, &stored, &said, against, &mut found);
        found.events_unsigned = found.events - stored.last().map_or(0, |root| root.statement.size);
        let mut taken = numbered::Taken::default();
        let receipts = books::verify(connection, &said.books, &said.posted, &mut taken, &mut found)?;
        received::verify(connection, &said.received, &receipts, &mut taken, &mut found)?;
        numbered::documents(connection, &taken, &mut found)?;
        agreed::verify(connection, &said.agreed, &mut found)?;
        states::verify(connection, &said.states, &mut found)?;
        readings::verify(connection, &said.readings, &mut found, progress)?;
        Ok::<_, AppError>(())
    })?;
    archive(store, &mut found)?;
    found.notes.push(HELD_AGAINST_NOTHING.to_owned());
    found.findings.sort();
    Ok(found)
}

/// What was read, or none where the database holds something no program wrote: that is found, and the rest is looked at.
fn readable<T>(
    read: Result<T, AppError>,
    (part, place): (&'static str, &str),
    found: &mut Verification,
) -> Result<Option<T>, AppError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error @ AppError::Storage(StorageError::Corrupt { .. })) => {
            found.find(part, place, error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Recomputes every hash. After a break the chain is taken up from what stands there, so that each break is named once.
fn trail(
    connection: &mut AnyConnection,
    said: &mut Said,
    found: &mut Verification,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), AppError> {
    let (end, end_hash) = audit::head(connection)?;
    let (mut sequence, mut hash, mut tree) = (0, GENESIS.to_owned(), Tree::default());
    loop {
        let events = audit::list(connection, sequence, EVENTS_AT_A_TIME, None)?;
        if events.is_empty() {
            break;
        }
        for chained in events {
            let place = chained.sequence;
            if chained.sequence != sequence + 1 {
                found.find("trail", sequence + 1, format!("events {} to {} are missing", sequence + 1, place - 1));
            } else if chained.previous_hash != hash {
                found.find(
                    "trail",
                    place,
                    format!("it follows {}, but the event before it is {hash}", chained.previous_hash),
                );
            }
            let expected = hash_of(&chained.event, &chained.previous_hash)?;
            if chained.hash != expected {
                found.find("trail", place, format!("its content gives {expected}, its hash is {}", chained.hash));
            }
            sequence = chained.sequence;
            tree.push(&unhex::<32>(&chained.hash).unwrap_or_default());
            if said.wanted.contains(&sequence) {
                said.roots.insert(sequence, hex(&tree.root()));
                said.heads.insert(sequence, chained.hash.clone());
            }
            said.agreed.note(&chained);
            said.books.note(&chained);
            said.posted.note(&chained);
            said.received.note(&chained);
            said.readings.note(&chained);
            said.states.note(&chained);
            hash = chained.hash;
        }
        progress(u64::try_from(sequence).unwrap_or(0), u64::try_from(end).unwrap_or(0));
    }
    found.events = sequence;
    if sequence != end {
        found.find(
            "trail",
            sequence + 1,
            format!("the trail ends at {sequence}, its head is at {end}: the end is missing"),
        );
    } else if hash != end_hash {
        found.find("trail", sequence, format!("the last event is {hash}, the trail's head says {end_hash}"));
    }
    Ok(())
}

pub(in crate::app) fn hash_of(event: &AuditEvent, previous: &str) -> Result<String, AppError> {
    event.hash_after(previous).map_err(|error| AppError::Corrupt(error.to_string()))
}

/// The roots in the database: each signed, naming the one before, and over the trail as it is.
fn signed_roots(stored: &[SignedRoot], said: &Said, against: &Against, found: &mut Verification) {
    found.roots = stored.len();
    if stored.is_empty() {
        found.notes.push("no root was signed yet: `chapelle audit sign`".to_owned());
    }
    let mut previous = GENESIS.to_owned();
    for root in stored {
        let statement = &root.statement;
        let place = statement.size;
        if statement.previous != previous {
            found.find(
                "root",
                place,
                format!("it names {} as the root before it, which is {previous}", statement.previous),
            );
        }
        check_root(root, "the root of the database", place, said, against, found);
        previous.clone_from(&statement.root);
    }
}

fn check_root(
    root: &SignedRoot,
    what: &str,
    place: impl ToString,
    said: &Said,
    against: &Against,
    found: &mut Verification,
) {
    let statement = &root.statement;
    if !is_signed(root) {
        found.find("root", place.to_string(), format!("{what}: its signature is not one of key {}", statement.key));
    }
    if against.key.as_ref().is_some_and(|key| !key.trim().eq_ignore_ascii_case(&statement.key)) {
        found.find(
            "root",
            place.to_string(),
            format!("{what}: it is signed with key {}, not the one given", statement.key),
        );
    }
    match said.roots.get(&statement.size) {
        None => found.find(
            "root",
            place,
            format!(
                "{what} covers {} events of {}, and the trail has fewer: its end is missing",
                statement.size, statement.day
            ),
        ),
        Some(computed) if *computed != statement.root => found.find(
            "root",
            place,
            format!("{what}: the first {} events give {computed}, signed is {}", statement.size, statement.root),
        ),
        Some(_) if said.heads.get(&statement.size) != Some(&statement.head) => {
            found.find("root", place, format!("{what}: event {} is not {}", statement.size, statement.head));
        }
        Some(_) => {}
    }
}

/// The exported files and those the auditor brings.
fn kept_roots(
    signing: &Signing,
    against: &Against,
    found: &mut Verification,
) -> Result<Vec<(String, SignedRoot)>, AppError> {
    let mut files = against.roots.clone();
    match fs::read_dir(signing.roots_dir()) {
        Ok(entries) => {
            let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
            let mut exported: Vec<PathBuf> =
                paths.filter(|path| path.extension().is_some_and(|extension| extension == "json")).collect();
            exported.sort();
            files.extend(exported);
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(AppError::io("read", signing.roots_dir())(error)),
    }
    let mut kept = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).map_err(AppError::io("read", &path))?;
        match root_in(&text) {
            Some(root) => kept.push((path.display().to_string(), root)),
            None => found.find("root", path.display(), "the file holds no signed root"),
        }
    }
    Ok(kept)
}

/// The root in a file: its line, wherever it stands in what was saved of a mail.
fn root_in(text: &str) -> Option<SignedRoot> {
    let line = |text: &str| text.lines().find_map(|line| serde_json::from_str(line.trim()).ok());
    serde_json::from_str(text.trim()).ok().or_else(|| line(text)).or_else(|| line(&unquoted(text)))
}

/// Quoted-printable undone, as mails carry long lines: soft line ends joined, `=3D` as `=`.
fn unquoted(text: &str) -> String {
    let joined = text.replace("=\r\n", "").replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(part.get(2..).unwrap_or_default().as_bytes());
            }
            None => {
                bytes.push(b'=');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn compare_kept(
    kept: &[(String, SignedRoot)],
    stored: &[SignedRoot],
    said: &Said,
    against: &Against,
    found: &mut Verification,
) {
    found.roots_compared = kept.len();
    for (path, root) in kept {
        if stored.contains(root) {
            continue;
        }
        found.find(
            "root",
            path,
            format!("the root of {} over {} events is not in the database", root.statement.day, root.statement.size),
        );
        check_root(root, "the kept root", path, said, against, found);
    }
}

const CHANGED: &str = "the file is gone, or its bytes are not those that were kept";

/// The files made from issued invoices, the reports that were kept, and the papers of assets.
fn archive(store: &Store, found: &mut Verification) -> Result<(), AppError> {
    let look = archive_invoice::look(store)?;
    found.documents = look.sound;
    for (path, what) in look.damaged {
        found.find("archive", path, what);
    }
    let reports = archive_report::check(store)?;
    found.reports = reports.sound;
    for path in reports.damaged {
        found.find("report", path, CHANGED);
    }
    let (sound, damaged) = attach_asset_file::look(store)?;
    found.papers = sound;
    for path in damaged {
        found.find("paper", path, CHANGED);
    }
    Ok(())
}

/// Reads a key file as the auditor keeps it: the first word of 64 hexadecimal digits.
pub fn key_in(path: &Path) -> Result<String, AppError> {
    let text = fs::read_to_string(path).map_err(AppError::io("read", path))?;
    let key = text.split_whitespace().find(|word| unhex::<32>(word).is_some());
    key.map(str::to_lowercase)
        .ok_or_else(|| AppError::input(format!("{} holds no public key: 64 hexadecimal digits", path.display())))
}

#[cfg(test)]
mod tests {
    use super::unquoted;

    #[test]
    fn a_mails_line_is_put_together_again() {
        assert_eq!(unquoted("a=3Db=\r\nc=C3=A9 = d=\n"), "a=bcé = d");
    }
}
