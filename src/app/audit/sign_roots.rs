//! Seal what was closed, sign the state of the trail, and take the signed root out of the database.
//!
//! Three steps, each repeatable: closed days of readings and new journal entries are sealed by events of the trail; the
//! Merkle root over all events is signed and kept; it is written to a file outside the database and mailed. A run that
//! is stopped is finished by the next. Nothing new, nothing signed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, SubsecRound, Utc};
use serde::Serialize;

use crate::app::archive_invoice::archived_event;
use crate::app::durable::write_durably;
use crate::app::signing_key::SigningKey;
use crate::app::{AppError, Store};
use crate::config::AuditConfig;
use crate::domain::audit::{
    Actor, AuditEvent, DaySeal, GENESIS, JournalSeal, RootStatement, SignedRoot, Tree, hex, unhex,
};
use crate::domain::party::Language;
use crate::domain::party::mail_address::mail_host;
use crate::storage::outbox::NewMessage;
use crate::storage::seals::{Names, SealedDay};
use crate::storage::{AnyConnection, audit, book, evidence, outbox, roots, seals};

pub use crate::app::signing_key::is_signed;

/// The outbox's word for a mail that carries a signed root.
pub const ROOT_MAIL: &str = "audit-root";
/// Journal entries read at a time.
const ENTRIES_AT_A_TIME: i64 = 1_000;
/// Journal entries under one seal: what is written while others wait stays short, however much there is to seal at once.
const ENTRIES_IN_SEAL: u64 = 10_000;
/// Documents vouched for in one transaction.
const DOCUMENTS_AT_A_TIME: usize = 500;

/// With which key, and where to.
#[derive(Debug, Clone)]
pub struct Signing {
    key_file: PathBuf,
    roots_dir: PathBuf,
    recipients: Vec<String>,
    /// Sign once a day without being asked.
    pub daily: bool,
}

impl Signing {
    pub fn new(config: &AuditConfig, data_dir: &Path) -> Signing {
        Signing {
            key_file: data_dir.join(&config.key_file),
            roots_dir: data_dir.join(&config.roots_dir),
            recipients: config.root_recipients.clone(),
            daily: config.daily,
        }
    }

    /// The key, made at first use.
    pub(in crate::app) fn key(&self) -> Result<SigningKey, AppError> {
        SigningKey::open(&self.key_file)
    }

    pub fn roots_dir(&self) -> &Path {
        &self.roots_dir
    }
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct SigningReport {
    pub days_sealed: usize,
    /// Sealed before and again, because readings or corrections came late.
    pub days_sealed_again: usize,
    pub journal_entries_sealed: u64,
    /// None where nothing happened since the last root.
    pub root: Option<SignedRoot>,
    /// The files the root was written to.
    pub exported: Vec<String>,
}

/// The public key, 32 bytes in hex; the pair is made if there is none.
pub fn public_key(signing: &Signing) -> Result<String, AppError> {
    Ok(signing.key()?.public())
}

/// Whether no root was signed yet on the day of `now`.
pub fn is_due(store: &Store, now: DateTime<Utc>) -> Result<bool, AppError> {
    let last = roots::last(&mut *store.connection()?)?;
    Ok(last.is_none_or(|root| root.statement.day < now.date_naive()))
}

/// Seals, signs and exports.
pub fn sign(store: &Store, signing: &Signing, by: &Actor, now: DateTime<Utc>) -> Result<SigningReport, AppError> {
    let key = signing.key()?;
    let mut report = SigningReport::default();
    let looked_through = seal_days(store, by, now, &mut report)?;
    seal_journal(store, by, now, &mut report)?;
    vouch_for_invoices(store, by, now)?;
    report.root = sign_trail(store, signing, &key, looked_through, now)?;
    export(store, signing, &mut report)?;
    Ok(report)
}

/// Seals every day (UTC) that ended before `now`: those after the last sealed one, and those in which readings arrived
/// since. Returns up to which event arrivals were looked at.
fn seal_days(store: &Store, by: &Actor, now: DateTime<Utc>, report: &mut SigningReport) -> Result<i64, AppError> {
    let connection = &mut *store.connection()?;
    // The head first: what arrives later is looked at the next time.
    let (looked_through, _) = audit::head(connection)?;
    let today = now.date_naive();
    let after = roots::looked_through(connection)?;
    let mut days: BTreeSet<NaiveDate> = audit::days_of_arrivals(connection, after)?;
    let mut next = match seals::last_day(connection)? {
        Some(last) => last.succ_opt(),
        None => seals::first_day(connection)?,
    };
    while let Some(from) = next
        && let Some(day) = seals::next_day_with_readings(connection, from)?.filter(|day| *day < today)
    {
        days.insert(day);
        next = day.succ_opt();
    }
    let names = Names::load(connection)?;
    for day in days.into_iter().filter(|day| *day < today) {
        store.write(|connection| seal_day(connection, &names, day, by, now, report))?;
    }
    Ok(looked_through)
}

fn seal_day(
    connection: &mut AnyConnection,
    names: &Names,
    day: NaiveDate,
    by: &Actor,
    now: DateTime<Utc>,
    report: &mut SigningReport,
) -> Result<(), AppError> {
    // Whoever wrote readings before has written its event too; whoever is writing now comes after this seal.
    audit::lock(connection)?;
    let digests = seals::day_lines(connection, names, day)?.digests();
    let seal = DaySeal::over(day, &digests);
    let former = seals::of_day(connection, day)?;
    // A day whose readings are gone is sealed as empty: the trail says how many had arrived.
    if former.as_ref().is_some_and(|former| former.root == seal.root) {
        return Ok(());
    }
    let mut event = AuditEvent::new(now, by, "readings.sealed", &day.to_string(), json(&seal)?);
    match former {
        Some(former) => {
            event = event.before(serde_json::json!({ "root": former.root, "sequence": former.sequence }));
            report.days_sealed_again += 1;
        }
        None => report.days_sealed += 1,
    }
    let sequence = audit::append(connection, &event)?;
    let digests = digests.iter().map(|digest| digest.line(day)).collect();
    Ok(seals::insert(connection, &SealedDay { day, sequence, root: seal.root, digests })?)
}

/// Seals the entries posted since the last seal, a stretch after the other.
fn seal_journal(store: &Store, by: &Actor, now: DateTime<Utc>, report: &mut SigningReport) -> Result<(), AppError> {
    loop {
        let sealed = seal_stretch(store, by, now)?;
        report.journal_entries_sealed += sealed;
        if sealed < ENTRIES_IN_SEAL {
            return Ok(());
        }
    }
}

/// Seals the next stretch and tells how many entries it holds.
fn seal_stretch(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<u64, AppError> {
    store.write(|connection| {
        audit::lock(connection)?;
        // Where seals held no numbers yet, the whole journal is sealed once more, with them.
        let last = evidence::last_journal_seal(connection)?.filter(|seal| seal.numbered);
        let after = last.map_or(i64::MIN, |seal| seal.through);
        let (mut tree, mut from, mut through) = (Tree::default(), None, after);
        while tree.size() < ENTRIES_IN_SEAL {
            let entries = evidence::journal_lines(connection, through, ENTRIES_AT_A_TIME)?;
            let Some(last) = entries.last() else { break };
            through = last.id;
            from = from.or(entries.first().map(|first| first.id));
            entries.iter().for_each(|entry| tree.push(entry.line.as_bytes()));
        }
        let Some(from) = from else { return Ok(0) };
        let seal = JournalSeal { from, through, entries: tree.size(), root: hex(&tree.root()), numbered: true };
        audit::append(connection, &AuditEvent::new(now, by, "journal.sealed", "journal", json(&seal)?))?;
        Ok(seal.entries)
    })
}

/// Invoices archived before the trail held their hashes: it holds them from now on, and says since when.
fn vouch_for_invoices(store: &Store, by: &Actor, now: DateTime<Utc>) -> Result<(), AppError> {
    let unvouched = evidence::unvouched(&mut *store.connection()?)?;
    for documents in unvouched.chunks(DOCUMENTS_AT_A_TIME) {
        store.write(|connection| {
            for id in documents {
                let event = archived_event(connection, *id, by, now)?;
                audit::append(connection, &event.because("archived before the trail held its hashes"))?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn sign_trail(
    store: &Store,
    signing: &Signing,
    key: &SigningKey,
    looked_through: i64,
    now: DateTime<Utc>,
) -> Result<Option<SignedRoot>, AppError> {
    store.write(|connection| {
        audit::lock(connection)?;
        let (size, head) = audit::head(connection)?;
        let last = roots::last(connection)?;
        if size == last.as_ref().map_or(0, |last| last.statement.size) {
            return Ok(None);
        }
        let statement = RootStatement {
            day: now.date_naive(),
            at: now.trunc_subsecs(0),
            size,
            head,
            root: root_over(connection, size)?,
            previous: last.map_or(GENESIS.to_owned(), |last| last.statement.root),
            key: key.public(),
        };
        let root = key.sign(statement)?;
        roots::insert(connection, &root, looked_through)?;
        queue_mails(connection, signing, &root, now)?;
        Ok(Some(root))
    })
}

/// The Merkle root over the hashes of the first `size` events, in hex.
pub(in crate::app) fn root_over(connection: &mut AnyConnection, size: i64) -> Result<String, AppError> {
    let (mut tree, mut bad) = (Tree::default(), None);
    audit::hashes(connection, size, |hash| match unhex::<32>(hash) {
        Some(hash) => tree.push(&hash),
        None => bad = Some(hash.to_owned()),
    })?;
    match bad {
        Some(hash) => Err(AppError::Corrupt(format!("`{hash}` in the trail is not a hash"))),
        None => Ok(hex(&tree.root())),
    }
}

/// One mail per recipient; its Message-ID names the root it carries.
fn queue_mails(
    connection: &mut AnyConnection,
    signing: &Signing,
    root: &SignedRoot,
    now: DateTime<Utc>,
) -> Result<(), AppError> {
    if signing.recipients.is_empty() {
        return Ok(());
    }
    // Before the first book there is nobody to send in the name of; the file is written all the same.
    let Some(sender) = book::load_book(connection)?.map(|book| book.seller.email) else { return Ok(()) };
    let host = mail_host(&sender);
    for (position, recipient) in (1..).zip(&signing.recipients) {
        let message = NewMessage {
            kind: ROOT_MAIL.to_owned(),
            invoice: None,
            recipient: recipient.clone(),
            language: Language::French,
            message_id: format!("root.{}.{position}@{host}", root.statement.size),
        };
        outbox::enqueue(connection, &message, now)?;
    }
    Ok(())
}

/// The size of the root a mail's Message-ID names.
pub fn size_in(message_id: &str) -> Option<i64> {
    message_id.strip_prefix("root.")?.split('.').next()?.parse().ok()
}

/// Writes every root that has no file yet. A file that is there is left alone, whatever it says: `audit verify` compares.
fn export(store: &Store, signing: &Signing, report: &mut SigningReport) -> Result<(), AppError> {
    let folder = &signing.roots_dir;
    fs::create_dir_all(folder).map_err(AppError::io("create", folder))?;
    for root in roots::all(&mut *store.connection()?)? {
        let path = folder.join(root.file_name());
        if !path.exists() {
            write_durably(&path, format!("{}\n", line(&root)?).as_bytes())?;
            report.exported.push(path.display().to_string());
        }
    }
    Ok(())
}

pub(in crate::app) fn line(root: &SignedRoot) -> Result<String, AppError> {
    root.line().map_err(|error| AppError::Corrupt(error.to_string()))
}

fn json<T: Serialize>(value: &T) -> Result<serde_json::Value, AppError> {
    serde_json::to_value(value).map_err(|error| AppError::Corrupt(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::size_in;

    #[test]
    fn a_message_id_names_its_root() {
        assert_eq!(size_in("root.123.1@dc.example.org"), Some(123));
        assert_eq!(size_in("invoice.DC2026000001.1@dc.example.org"), None);
    }
}
