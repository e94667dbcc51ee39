//! Take a year's evidence away: one ZIP an auditor can verify without Chapelle.
//!
//! It is written from its beginning to its end, a document or a day of readings at a time, against one unchanging state
//! of the database. The same state gives the same bytes.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;

use chrono::NaiveDate;
use serde::Serialize;

use super::archive_invoice::ArchiveKind;
use super::read_trail::{self, TrailFilter};
use super::report_amortisation::{self, ReportFormat};
use super::{AppError, Store, sign_roots};
use crate::bookfile;
use crate::documents;
use crate::documents::evidence::{PackError, PackWriter, README_ENGLISH, README_FRENCH, VERIFIER};
use crate::domain::audit::ReadingLine;
use crate::domain::calendar::BillingMonth;
use crate::domain::invoice::IssuedInvoice;
use crate::domain::party::Language;
use crate::domain::rating::ChargeKind;
use crate::storage::evidence::FrozenInvoice;
use crate::storage::seals::Names;
use crate::storage::{AnyConnection, audit, book, evidence, roots, seals};

const AT_A_TIME: i64 = 1_000;

/// What went in.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct PackReport {
    pub year: i32,
    pub files: usize,
    pub events: u64,
    pub roots: usize,
    pub invoices: usize,
    pub days_of_readings: usize,
    pub readings: u64,
    pub journal_entries: usize,
}

/// The years there is evidence of, latest first.
pub fn years(store: &Store) -> Result<Vec<i32>, AppError> {
    Ok(evidence::years(&mut *store.connection()?)?)
}

/// `chapelle-preuves-2026.zip`
pub fn file_name(year: i32) -> String {
    format!("chapelle-preuves-{year}.zip")
}

/// Writes the pack of `year`. `progress` is told how much of how much is done, in parts of no particular size.
pub fn write<W: Write>(
    store: &Store,
    year: i32,
    out: W,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PackReport, AppError> {
    let closing = NaiveDate::from_ymd_opt(year, 12, 31)
        .ok_or_else(|| AppError::input(format!("{year} is not a year of the calendar")))?;
    store.read(|connection| {
        let mut pack = Packing { pack: PackWriter::new(out), report: PackReport { year, ..PackReport::default() } };
        let invoices = evidence::issued_in(connection, year)?;
        let months = months_of_readings(connection, year, &invoices)?;
        let days: Vec<NaiveDate> =
            seals::days(connection)?.into_iter().filter(|day| months.contains(&BillingMonth::of(*day))).collect();
        let parts = u64::try_from(invoices.len() + days.len() + 3).unwrap_or(u64::MAX);
        let mut done = 0;
        let mut step = || {
            done += 1;
            progress(done, parts);
        };
        pack.words(connection)?;
        pack.trail(connection)?;
        step();
        for id in invoices {
            pack.invoice(store, &evidence::frozen(connection, id)?, &evidence::files(connection, id)?)?;
            step();
        }
        pack.readings(connection, &months, &days, &mut step)?;
        pack.journal(connection)?;
        step();
        // JOIN HERE: the year's FEC, as `pack.file("fec/<SIREN>FEC<closing day>.txt", …)`, once `documents` writes it.
        pack.plans(store, connection, closing)?;
        step();
        pack.finish()
    })
}

/// Every month the year's invoices bill or correct, one before them for the neighbours, and the year's own.
fn months_of_readings(
    connection: &mut AnyConnection,
    year: i32,
    invoices: &[crate::domain::ids::InvoiceId],
) -> Result<BTreeSet<BillingMonth>, AppError> {
    let month = |month| BillingMonth::new(year, month).ok_or_else(|| AppError::input(format!("{year} is not a year")));
    let mut first = month(1)?;
    for id in invoices {
        let frozen = evidence::frozen(connection, *id)?;
        first = first.min(frozen.month);
        // One that cannot be read is shown by the verifier, not here.
        if let Ok(invoice) = serde_json::from_str::<IssuedInvoice>(&frozen.content) {
            let corrected = invoice.charges.iter().filter_map(|charge| match &charge.kind {
                ChargeKind::Regularisation { month, .. } => Some(*month),
                _ => None,
            });
            first = corrected.fold(first, BillingMonth::min);
        }
    }
    Ok(first.previous().through(month(12)?).collect())
}

struct Packing<W: Write> {
    pack: PackWriter<W>,
    report: PackReport,
}

impl<W: Write> Packing<W> {
    fn file(&mut self, path: &str, bytes: &[u8]) -> Result<(), AppError> {
        self.pack.file(path, bytes).map_err(failure)
    }

    fn begin(&mut self, path: &str) -> Result<(), AppError> {
        self.pack.begin(path).map_err(failure)
    }

    fn line(&mut self, line: &str) -> Result<(), AppError> {
        self.pack.write_all(line.as_bytes()).map_err(AppError::io("write", "the evidence pack"))
    }

    /// What explains the pack, and what it is verified with.
    fn words(&mut self, connection: &mut AnyConnection) -> Result<(), AppError> {
        self.file("LISEZMOI.md", README_FRENCH.as_bytes())?;
        self.file("README.md", README_ENGLISH.as_bytes())?;
        self.file("verify.py", VERIFIER.as_bytes())?;
        let signed = roots::all(connection)?;
        let mut keys: Vec<&str> = Vec::new();
        for root in signed.iter().rev().filter(|root| !root.statement.key.is_empty()) {
            if !keys.contains(&root.statement.key.as_str()) {
                keys.push(&root.statement.key);
            }
        }
        self.file("public-key.txt", keys.iter().map(|key| format!("{key}\n")).collect::<String>().as_bytes())?;
        self.begin("roots.jsonl")?;
        for root in &signed {
            let line = sign_roots::line(root)?;
            self.line(&format!("{line}\n"))?;
        }
        self.report.roots = signed.len();
        Ok(())
    }

    /// The whole trail: its hashes begin at its beginning.
    fn trail(&mut self, connection: &mut AnyConnection) -> Result<(), AppError> {
        self.begin("trail.jsonl")?;
        let mut after = 0;
        loop {
            let events = audit::search(connection, &TrailFilter::default(), after, AT_A_TIME)?;
            let Some(last) = events.last() else { return Ok(()) };
            after = last.sequence;
            for chained in &events {
                let line = read_trail::line(chained)?;
                self.line(&format!("{line}\n"))?;
                self.report.events += 1;
            }
        }
    }

    /// A document as it was frozen and as it was archived: what lies on the disk, sound or not; what is gone is made
    /// again.
    fn invoice(
        &mut self,
        store: &Store,
        frozen: &FrozenInvoice,
        files: &[crate::storage::archive::ArchivedFile],
    ) -> Result<(), AppError> {
        let path = |kind: &str| format!("invoices/{}.{kind}", frozen.number);
        self.file(&path("json"), frozen.content.as_bytes())?;
        let mut made = None;
        for kind in [ArchiveKind::Pdf, ArchiveKind::Xml] {
            let archived = files.iter().find(|file| file.kind == kind);
            let bytes = archived.and_then(|file| fs::read(store.data_dir().join(&file.path)).ok());
            let bytes = match bytes {
                Some(bytes) => bytes,
                None => {
                    if made.is_none() {
                        made = rendered(frozen)?;
                    }
                    match (&made, kind) {
                        (Some(made), ArchiveKind::Pdf) => made.pdf.clone(),
                        (Some(made), ArchiveKind::Xml) => made.xml.clone(),
                        (None, _) => continue,
                    }
                }
            };
            self.file(&path(kind.name()), &bytes)?;
        }
        self.report.invoices += 1;
        Ok(())
    }

    /// The sealed days of `months`: readings, corrections and digests, a file each per month.
    fn readings(
        &mut self,
        connection: &mut AnyConnection,
        months: &BTreeSet<BillingMonth>,
        days: &[NaiveDate],
        step: &mut dyn FnMut(),
    ) -> Result<(), AppError> {
        let names = Names::load(connection)?;
        for month in months {
            let days: Vec<NaiveDate> = days.iter().copied().filter(|day| BillingMonth::of(*day) == *month).collect();
            if days.is_empty() {
                continue;
            }
            self.begin(&format!("readings/{month}.csv"))?;
            self.line(ReadingLine::HEADER)?;
            let (mut corrections, mut digests) =
                (String::new(), String::from("day,meter,readings,corrections,sha256\n"));
            for day in days {
                let lines = seals::day_lines(connection, &names, day)?;
                for (_, line) in &lines.readings {
                    self.line(line)?;
                }
                lines.corrections.iter().for_each(|(_, line)| corrections.push_str(line));
                let listed = lines.digests().iter().map(|digest| digest.line(day) + "\n").collect::<String>();
                digests.push_str(&listed);
                self.report.readings += u64::try_from(lines.readings.len()).unwrap_or(0);
                self.report.days_of_readings += 1;
                step();
            }
            if !corrections.is_empty() {
                self.file(&format!("readings/{month}-corrections.jsonl"), corrections.as_bytes())?;
            }
            self.file(&format!("readings/{month}-digests.csv"), digests.as_bytes())?;
        }
        Ok(())
    }

    /// The whole journal: a stretch that was sealed may span two years.
    fn journal(&mut self, connection: &mut AnyConnection) -> Result<(), AppError> {
        self.begin("journal.jsonl")?;
        let mut after = 0;
        loop {
            let entries = evidence::journal_lines(connection, after, AT_A_TIME)?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.id;
            self.report.journal_entries += entries.len();
            for entry in entries {
                self.line(&format!("{}\n", entry.line))?;
            }
        }
    }

    /// What is agreed and installed, the assets with the decisions that set their durations, and their plans.
    fn plans(&mut self, store: &Store, connection: &mut AnyConnection, closing: NaiveDate) -> Result<(), AppError> {
        let Some(book) = book::load_book(connection)? else { return Ok(()) };
        self.file("book/book.toml", bookfile::write(&book).as_bytes())?;
        let items = bookfile::items(&book);
        let assets = items.iter().filter(|(key, _)| key.starts_with("asset "));
        let assets: Vec<&str> = assets.map(|(_, text)| text.as_str()).collect();
        self.file("amortisation/assets-and-decisions.toml", assets.join("\n").as_bytes())?;
        let day = closing.format("%Y-%m-%d");
        for (format, extension) in [
            (ReportFormat::Pdf, "pdf"),
            (ReportFormat::Xlsx, "xlsx"),
            (ReportFormat::Csv, "csv"),
            (ReportFormat::Json, "json"),
        ] {
            let bytes = report_amortisation::report(store, closing, format, Language::French)?;
            self.file(&format!("amortisation/plan-{day}.{extension}"), &bytes)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<PackReport, AppError> {
        self.report.files = self.pack.files() + 1;
        let year = self.report.year;
        let mut out = self.pack.finish(year).map_err(failure)?;
        out.flush().map_err(AppError::io("write", "the evidence pack"))?;
        Ok(self.report)
    }
}

/// The documents of a frozen invoice; none where its content cannot be read.
fn rendered(frozen: &FrozenInvoice) -> Result<Option<documents::RenderedInvoice>, AppError> {
    match serde_json::from_str::<IssuedInvoice>(&frozen.content) {
        Ok(invoice) => Ok(Some(documents::factur_x(&invoice)?)),
        Err(_) => Ok(None),
    }
}

fn failure(error: PackError) -> AppError {
    match error {
        PackError::Io(source) => AppError::io("write", "the evidence pack")(source),
        other => AppError::Corrupt(other.to_string()),
    }
}
