//! Make an issued invoice's documents from its frozen content and keep them, with their SHA-256 in the database.
//!
//! The bytes are the same each time they are made, so an archive lost with its disk can be made again and checked
//! against the hashes.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::app::durable::{Aside, write_aside, write_durably};
use crate::app::{AppError, Store};
use crate::documents;
use crate::domain::access::TenantScope;
use crate::domain::audit::{Actor, AuditEvent, hex};
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::storage::archive::{self, ArchivedFile};
use crate::storage::{AnyConnection, audit, evidence, invoices};

pub use crate::storage::archive::ArchiveKind;

/// Which issued invoices were given documents.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveReport {
    pub written: usize,
    /// Those whose documents could not be made, and why.
    pub failed: Vec<Unarchived>,
}

/// An issued invoice that has no documents yet.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Unarchived {
    pub number: String,
    pub error: String,
}

/// What looking at every archived file found.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct ArchiveCheck {
    /// Files that were gone and were made again, to the same hash.
    pub remade: usize,
    pub sound: usize,
    /// Paths whose bytes are not those that were archived, or that are gone.
    pub damaged: Vec<String>,
}

/// Makes the documents of every issued invoice that has none yet, for example after a run was killed. One whose documents
/// cannot be made keeps neither the others nor whatever comes after from being done.
pub fn archive_missing(store: &Store, now: DateTime<Utc>) -> Result<ArchiveReport, AppError> {
    let missing = archive::missing(&mut *store.connection()?, ArchiveKind::Pdf)?;
    let mut report = ArchiveReport::default();
    for id in missing {
        let (name, made) = match frozen(store, id) {
            Ok(invoice) => (invoice.number.to_string(), archive_one(store, id, &invoice, now)),
            Err(error) => (format!("row {id}"), Err(error)),
        };
        match made {
            Ok(()) => report.written += 1,
            Err(error) => report.failed.push(unarchived(name, &error)),
        }
    }
    Ok(report)
}

/// Makes the documents of an invoice that was issued a moment ago, and returns where its PDF lies or will lie. It stays
/// issued where they cannot be made: they are then made by the next [`archive_missing`].
pub fn archive_issued(store: &Store, id: InvoiceId, invoice: &IssuedInvoice, now: DateTime<Utc>) -> PathBuf {
    if let Err(error) = archive_one(store, id, invoice, now) {
        unarchived(invoice.number.to_string(), &error);
    }
    relative_path(&invoice.number, invoice.issue_date.year(), ArchiveKind::Pdf)
}

/// Logged each time it is found: a person has to see to the disk, or to what cannot be set.
fn unarchived(number: String, error: &AppError) -> Unarchived {
    tracing::error!(%error, invoice = number, "the documents of an issued invoice could not be made");
    Unarchived { number, error: error.to_string() }
}

/// The frozen content of an issued invoice that the program itself refers to.
pub fn frozen(store: &Store, id: InvoiceId) -> Result<IssuedInvoice, AppError> {
    let found = invoices::issued_by_id(&mut *store.connection()?, &TenantScope::Everyone, id)?;
    found.map(|(_, invoice)| invoice).ok_or_else(|| AppError::Corrupt(format!("invoice row {id} is not issued")))
}

/// Makes and keeps the PDF and XML of one invoice.
fn archive_one(store: &Store, id: InvoiceId, invoice: &IssuedInvoice, now: DateTime<Utc>) -> Result<(), AppError> {
    let rendered = documents::factur_x(invoice)?;
    // Before the transaction, which others wait for.
    let (pdf, pdf_file) = write(store, invoice, ArchiveKind::Pdf, &rendered.pdf)?;
    let (xml, xml_file) = write(store, invoice, ArchiveKind::Xml, &rendered.xml)?;
    store.write(|connection| {
        // Another run may have found the invoice without its documents, too: one puts them there, the other finds them.
        invoices::hold_drafts(connection)?;
        if !evidence::files(connection, id)?.is_empty() {
            return Ok(());
        }
        pdf_file.put()?;
        xml_file.put()?;
        archive::insert(connection, id, &xml, now)?;
        archive::insert(connection, id, &pdf, now)?;
        let event = archived_event(connection, id, &Actor::new("job", None), now)?;
        audit::append(connection, &event)?;
        Ok(())
    })
}

/// What the trail holds of an archived invoice: the hashes of what was frozen and of its files.
pub(in crate::app) fn archived_event(
    connection: &mut AnyConnection,
    id: InvoiceId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<AuditEvent, AppError> {
    let frozen = evidence::frozen(connection, id)?;
    let mut detail = serde_json::json!({ "issue_date": frozen.issue_date, "content_sha256": frozen.content_sha256 });
    if let Some(fields) = detail.as_object_mut() {
        for file in evidence::files(connection, id)? {
            fields.insert(format!("{}_sha256", file.kind.name()), file.sha256.into());
        }
    }
    Ok(AuditEvent::new(now, by, "invoice.archived", &frozen.number, detail))
}

/// The bytes of an issued invoice's document: from the archive if it is sound there, else made again.
pub fn document(store: &Store, invoice: &IssuedInvoice, kind: ArchiveKind) -> Result<Vec<u8>, AppError> {
    let path = store.data_dir().join(relative_path(&invoice.number, invoice.issue_date.year(), kind));
    let known = archive::find(&mut *store.connection()?, &TenantScope::Everyone, &invoice.number, kind)?;
    if let (Some(known), Ok(bytes)) = (known, fs::read(&path)) {
        if sha256(&bytes) == known.sha256 {
            return Ok(bytes);
        }
        tracing::error!(path = %path.display(), "an archived document is not what was archived; made again from the frozen invoice");
    }
    let rendered = documents::factur_x(invoice)?;
    Ok(match kind {
        ArchiveKind::Pdf => rendered.pdf,
        ArchiveKind::Xml => rendered.xml,
    })
}

/// Compares every archived file with its recorded hash.
pub fn check(store: &Store) -> Result<ArchiveCheck, AppError> {
    let mut check = ArchiveCheck::default();
    for file in archive::all(&mut *store.connection()?)? {
        let path = store.data_dir().join(&file.path);
        match fs::read(&path) {
            Ok(bytes) if sha256(&bytes) == file.sha256 => check.sound += 1,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && remake(store, &path, &file)? => {
                check.remade += 1
            }
            _ => check.damaged.push(file.path),
        }
    }
    Ok(check)
}

/// What reading every archived file found, with nothing mended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ArchiveLook {
    pub sound: usize,
    /// Paths, and what is wrong with them.
    pub damaged: Vec<(String, String)>,
}

/// Compares every archived file with its recorded hash and changes nothing.
pub fn look(store: &Store) -> Result<ArchiveLook, AppError> {
    let mut look = ArchiveLook::default();
    for file in archive::all(&mut *store.connection()?)? {
        match fs::read(store.data_dir().join(&file.path)) {
            Ok(bytes) if sha256(&bytes) == file.sha256 => look.sound += 1,
            Ok(bytes) => {
                let what = format!("its bytes give {}, archived was {}", sha256(&bytes), file.sha256);
                look.damaged.push((file.path, what));
            }
            Err(error) => look.damaged.push((file.path, format!("it cannot be read: {error}"))),
        }
    }
    Ok(look)
}

/// Makes a file that is gone again from the frozen invoice; false where it would not be what was archived.
fn remake(store: &Store, path: &Path, file: &ArchivedFile) -> Result<bool, AppError> {
    let number = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let number = InvoiceNumber::from_stored(number);
    let found = invoices::by_number(&mut *store.connection()?, &TenantScope::Everyone, &number)?;
    let Some((_, invoice)) = found else { return Ok(false) };
    let rendered = documents::factur_x(&invoice)?;
    let bytes = match file.kind {
        ArchiveKind::Pdf => rendered.pdf,
        ArchiveKind::Xml => rendered.xml,
    };
    let same = sha256(&bytes) == file.sha256;
    if same {
        write_durably(path, &bytes)?;
    }
    Ok(same)
}

fn write(
    store: &Store,
    invoice: &IssuedInvoice,
    kind: ArchiveKind,
    bytes: &[u8],
) -> Result<(ArchivedFile, Aside), AppError> {
    let relative = relative_path(&invoice.number, invoice.issue_date.year(), kind);
    let aside = write_aside(&store.data_dir().join(&relative), bytes)?;
    let file = ArchivedFile {
        kind,
        path: relative.display().to_string(),
        sha256: sha256(bytes),
        size_bytes: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
    };
    Ok((file, aside))
}

/// `archive/2026/DC2026000123.pdf`
fn relative_path(number: &InvoiceNumber, year: i32, kind: ArchiveKind) -> PathBuf {
    Path::new("archive").join(year.to_string()).join(format!("{number}.{}", kind.name()))
}

pub(in crate::app) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
