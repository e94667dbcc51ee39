//! A file of readings, taken in so that a stopped run is continued by the same command: what the first run wrote are
//! duplicates to the second.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Intake, IntakeReport, ReadingInput, Refusals};
use crate::app::late_readings::BilledMonth;
use crate::app::{AppError, Store};
use crate::collect::{self, Place, RecordError};
use crate::domain::audit::Actor;
use crate::domain::told::{Tell, Told};

/// So many refusals are spelled out; the rest are counted.
const REFUSALS_SHOWN: usize = 100;

/// What became of a file.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FileReport {
    pub file: String,
    pub accepted: u64,
    pub duplicates: u64,
    pub refused_count: u64,
    /// The first refusals, each with its line, why, and what would be right.
    pub refused: Vec<String>,
    /// What of the accepted is of months already billed: the next invoices regularise it.
    pub billed_months: Vec<BilledMonth>,
    /// Why the file could not be read to its end, where it could not: what stood before the damage is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// Takes a file in. `progress` is told how many bytes of how many are read, from none to all.
pub fn import_file(
    store: &Store,
    path: &Path,
    source: &str,
    by: &Actor,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<FileReport, AppError> {
    let intake = Intake::open(store, source)?.by(by);
    let outcome = take_in(intake, path, now, &mut |read, total, _| progress(read, total))?;
    let damage = outcome.damage.map(|damage| damage.english);
    // Where nothing was taken, nothing changed: the file is refused as a whole.
    if let Some(damage) = damage.as_ref().filter(|_| outcome.accepted == 0) {
        return Err(AppError::Input(format!("{}: {damage}", path.display())));
    }
    let shown = outcome.refusals.first().take(REFUSALS_SHOWN);
    Ok(FileReport {
        file: path.display().to_string(),
        accepted: outcome.accepted,
        duplicates: outcome.duplicates,
        refused_count: outcome.refusals.count(),
        billed_months: outcome.billed,
        refused: shown.map(|(line, why)| format!("line {line}: {}", why.english)).collect(),
        damage,
    })
}

/// What became of every line of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileOutcome {
    pub accepted: u64,
    pub duplicates: u64,
    /// By line.
    pub refusals: Refusals,
    /// Of what was accepted, what is of months already billed.
    pub billed: Vec<BilledMonth>,
    /// Why the file could not be read to its end. Nothing of a damaged file is taken; what a pipe gave before the damage
    /// is good and stays.
    pub damage: Option<Told>,
}

/// Takes a file in and tells of every line. `progress` is told how many bytes of how many are read, and what became of
/// them so far.
pub fn take_in(
    mut intake: Intake,
    path: &Path,
    now: DateTime<Utc>,
    progress: &mut dyn FnMut(u64, u64, &IntakeReport),
) -> Result<FileOutcome, AppError> {
    let mut file = File::open(path).map_err(AppError::io("open", path))?;
    let known = file.metadata().map_err(AppError::io("read", path))?;
    if known.is_dir() {
        // A directory opens as a file does, and fails only once it is read.
        return Err(AppError::io("read", path)(std::io::ErrorKind::IsADirectory.into()));
    }
    // What is not whole is refused as a whole. A pipe can be read only once: of it, what stood before stays.
    if known.is_file() {
        if let Err(damage) = collect::check_whole(&file) {
            return Ok(FileOutcome { damage: Some(damage.told()), ..FileOutcome::default() });
        }
        file.rewind().map_err(AppError::io("read", path))?;
    }
    let total = known.len();
    progress(0, total, intake.so_far());
    let read = std::cell::Cell::new(0_u64);
    let counted = Counted { inner: BufReader::new(file), read: &read };
    let (mut taken, mut failure) = (0_u64, None);
    let end = collect::read(counted, &mut |record| match record {
        Ok((place, reading)) if failure.is_none() => {
            let input = ReadingInput {
                meter: &reading.meter,
                at: reading.at,
                value: reading.value,
                unit: reading.unit,
                quality: reading.quality,
                correction: reading.correction.as_deref(),
            };
            failure = intake.push(line(place), &input, now).err();
            taken += 1;
            if taken % 4096 == 0 {
                progress(read.get(), total, intake.so_far());
            }
        }
        Ok(_) => {}
        Err(RecordError { place, why }) => intake.refuse(line(place), why),
    });
    // What is stored is told even where something fails.
    let settled = intake.settle_all(now);
    progress(read.get(), total, intake.so_far());
    failure.map_or(settled, Err)?;
    let report = intake.finish(now)?;
    progress(read.get(), total, &report);
    Ok(FileOutcome {
        accepted: report.accepted,
        duplicates: report.duplicates,
        refusals: report.refusals,
        billed: report.billed,
        damage: end.err().map(|error| error.told()),
    })
}

const fn line(place: Place) -> u64 {
    match place {
        Place::Line(number) | Place::Element(number) => number,
    }
}

/// Counts the bytes that were read, for the progress bar.
struct Counted<'c, R> {
    inner: R,
    read: &'c std::cell::Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get() + u64::try_from(count).unwrap_or(0));
        Ok(count)
    }
}
