//! Take a year's evidence away: one ZIP an auditor can verify without Chapelle.
//!
//! It is written from its beginning to its end, a document or a day of readings at a time, against one unchanging state
//! of the database: every figure, report and list comes from one reading transaction. The same state gives the same
//! bytes. The manifest is signed last, so that the signature covers everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::app::archive_invoice::ArchiveKind;
use crate::app::check_pack::{closing, is_sound, refuse_damaged};
use crate::app::read_trail::{self, TrailFilter};
use crate::app::report_ledger::Span;
use crate::app::reports::{self, Report};
use crate::app::sign_roots::{self, Signing};
use crate::app::{AppError, Store, export_journal, report_payback};
use crate::bookfile;
use crate::documents;
use crate::documents::ReportFormat;
use crate::documents::evidence::{
    DIFFERENCES, ManifestSeal, PackError, PackWriter, README_ENGLISH, README_FRENCH, VERIFIER,
};
use crate::domain::audit::ReadingLine;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::InvoiceId;
use crate::domain::invoice::IssuedInvoice;
use crate::domain::party::Language;
use crate::domain::payback::{Horizon, RequestedView};
use crate::storage::evidence::FrozenInvoice;
use crate::storage::seals::Names;
use crate::storage::{AnyConnection, audit, book, evidence, journal, report_archive, roots, seals};

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
    /// Papers attached to assets.
    pub papers: usize,
    /// Reports of the year that were kept.
    pub kept_reports: usize,
    /// Papers and kept reports that are gone or not as they were kept: nothing makes them again.
    pub damaged: Vec<String>,
}

/// The years there is evidence of, latest first: those with entries of the journal, and those with invoices.
pub fn years(store: &Store) -> Result<Vec<i32>, AppError> {
    let connection = &mut *store.connection()?;
    let mut years: BTreeSet<i32> = journal::years(connection)?.into_iter().collect();
    years.extend(evidence::years(connection)?);
    Ok(years.into_iter().rev().filter(|year| closing(*year).is_ok()).collect())
}

/// `chapelle-evidence-2026.zip`, or `chapelle-preuves-2026.zip` for who reads French: the file is the same.
pub fn file_name(year: i32, language: Language) -> String {
    match language {
        Language::French => format!("chapelle-preuves-{year}.zip"),
        Language::English => format!("chapelle-evidence-{year}.zip"),
    }
}

/// Reports that every pack holds; payback where its terms are known.
const REPORTS: u64 = 6;

/// Writes the pack of `year` and signs its manifest. `progress` is told how much of how much is done, in parts of no particular size.
pub fn write<W: Write>(
    store: &Store,
    signing: &Signing,
    year: i32,
    out: W,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<PackReport, AppError> {
    let closing = closing(year)?;
    let key = signing.key()?;
    store.read(|connection| {
        let mut pack = Packing { pack: PackWriter::new(out), report: PackReport { year, ..PackReport::default() } };
        let invoices = evidence::issued_in(connection, year)?;
        refuse_damaged(store, connection, &invoices)?;
        let months = months_of_readings(connection, year, &invoices)?;
        let days: Vec<NaiveDate> =
            seals::days(connection)?.into_iter().filter(|day| months.contains(&BillingMonth::of(*day))).collect();
        // The same file attached to two assets is kept once.
        let papers: BTreeMap<String, String> =
            book::attached_files(connection)?.into_iter().map(|(_, file)| (file.path, file.sha256)).collect();
        let parts = u64::try_from(invoices.len() + days.len() + papers.len() + 4).unwrap_or(u64::MAX);
        let parts = parts.saturating_add(REPORTS);
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
        pack.fec(connection, year)?;
        step();
        pack.book(connection)?;
        pack.reports(connection, year, closing, &mut step)?;
        for (path, sha256) in &papers {
            pack.paper(store, path, sha256)?;
            step();
        }
        pack.kept_reports(store, connection, year)?;
        pack.differences()?;
        step();
        pack.finish(|message| ManifestSeal { key: key.public(), signature: key.signature(message) })
    })
}

/// Every month the year's invoices bill or correct, one before them for the neighbours, and the year's own.
fn months_of_readings(
    connection: &mut AnyConnection,
    year: i32,
    invoices: &[InvoiceId],
) -> Result<BTreeSet<BillingMonth>, AppError> {
    let month = |month| BillingMonth::new(year, month).ok_or_else(|| AppError::input(format!("{year} is not a year")));
    let mut first = month(1)?;
    for id in invoices {
        let frozen = evidence::frozen(connection, *id)?;
        first = first.min(frozen.month);
        // One that cannot be read is shown by the verifier, not here.
        if let Ok(invoice) = serde_json::from_str::<IssuedInvoice>(&frozen.content) {
            first = invoice.charges.iter().map(|charge| charge.regards(frozen.month)).fold(first, BillingMonth::min);
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

    /// A document as it was frozen and as it was archived; what never was is made here.
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
        let mut after = i64::MIN;
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

    /// The tax office's file of the year, and the description it asks for; none where the year has no entries.
    fn fec(&mut self, connection: &mut AnyConnection, year: i32) -> Result<(), AppError> {
        if book::load_book(connection)?.is_none() {
            return Ok(());
        }
        for file in export_journal::fec_in(connection, year)?.into_iter().flatten() {
            self.file(&format!("fec/{}", file.name), &file.bytes)?;
        }
        Ok(())
    }

    /// What is agreed and installed, and the assets with the decisions that set their durations.
    fn book(&mut self, connection: &mut AnyConnection) -> Result<(), AppError> {
        let Some(book) = book::load_book(connection)? else { return Ok(()) };
        self.file("book/book.toml", bookfile::write(&book).as_bytes())?;
        let items = bookfile::items(&book);
        let assets = items.iter().filter(|(key, _)| key.starts_with("asset "));
        let assets: Vec<&str> = assets.map(|(_, text)| text.as_str()).collect();
        self.file("amortisation/assets-and-decisions.toml", assets.join("\n").as_bytes())?;
        Ok(())
    }

    /// Plans, movements, funding, the ledger's reports and payback, each in every format.
    fn reports(
        &mut self,
        connection: &mut AnyConnection,
        year: i32,
        closing: NaiveDate,
        step: &mut dyn FnMut(),
    ) -> Result<(), AppError> {
        if book::load_book(connection)?.is_none() {
            return Ok(());
        }
        let plan = Report::Plan { as_of: closing, known_on: None, asset: None };
        let reports = [
            (format!("amortisation/plan-{closing}"), plan),
            (format!("amortisation/movements-{year}"), Report::Movements { year }),
            (format!("amortisation/funding-{year}"), Report::Funding { year }),
            (format!("accounts/balance-{year}"), Report::Balance(Span::year(year)?)),
            (format!("accounts/reconciliation-{closing}"), Report::Reconciliation { as_of: closing }),
            (format!("accounts/tie-out-{year}"), Report::TieOut { year }),
        ];
        for (path, report) in &reports {
            self.in_every_format(connection, path, report)?;
            step();
        }
        let view = RequestedView { as_of: closing, scenario: None, horizon: Horizon::Forty };
        match report_payback::figures_in(connection, &view) {
            Ok(_) => self.in_every_format(connection, &format!("payback/payback-{closing}"), &Report::Payback(view)),
            // Without an investment, or before it, there is nothing to pay back.
            Err(AppError::Misasked(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn in_every_format(&mut self, connection: &mut AnyConnection, path: &str, report: &Report) -> Result<(), AppError> {
        for format in ReportFormat::ALL {
            let bytes = reports::bytes(connection, report, format, Language::French)?;
            self.file(&format!("{path}.{}", format.name()), &bytes)?;
        }
        Ok(())
    }

    /// A paper of an asset as it lies on the disk, sound or not; the verifier names what is gone.
    fn paper(&mut self, store: &Store, path: &str, sha256: &str) -> Result<(), AppError> {
        self.report.papers += usize::from(self.kept(store, path, sha256)?);
        Ok(())
    }

    /// The reports of the year that were kept, as they lie on the disk.
    fn kept_reports(&mut self, store: &Store, connection: &mut AnyConnection, year: i32) -> Result<(), AppError> {
        let kept = report_archive::list(connection, None)?;
        for report in kept.iter().filter(|report| report.as_of.year() == year) {
            self.report.kept_reports += usize::from(self.kept(store, &report.path, &report.sha256)?);
        }
        Ok(())
    }

    /// A file of the data directory, written as it is read; false where it is gone. What is not as it was kept is noted.
    fn kept(&mut self, store: &Store, path: &str, sha256: &str) -> Result<bool, AppError> {
        if !is_sound(store, path, sha256) {
            self.report.damaged.push(path.to_owned());
        }
        let on_disk = store.data_dir().join(path);
        let Ok(mut file) = fs::File::open(&on_disk) else { return Ok(false) };
        self.begin(path)?;
        std::io::copy(&mut file, &mut self.pack).map_err(AppError::io("read", &on_disk))?;
        Ok(true)
    }

    /// Says in the pack itself which of its files are not what was kept.
    fn differences(&mut self) -> Result<(), AppError> {
        if self.report.damaged.is_empty() {
            return Ok(());
        }
        let listed: String = self.report.damaged.iter().map(|path| format!("* `{path}`\n")).collect();
        self.file("DIFFERENCES.md", format!("{DIFFERENCES}\n{listed}").as_bytes())
    }

    fn finish(mut self, sign: impl FnOnce(&str) -> ManifestSeal) -> Result<PackReport, AppError> {
        // The manifest and its signature come last.
        self.report.files = self.pack.files() + 2;
        let year = self.report.year;
        let mut out = self.pack.finish(year, sign).map_err(failure)?;
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
