//! Readings against the seals of their days.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::Verification;
use crate::app::AppError;
use crate::domain::audit::{DaySeal, MeterDigest};
use crate::storage::audit::ChainedEvent;
use crate::storage::seals::{self, Names};
use crate::storage::{AnyConnection, seals::SealedDay};

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// The latest seal of a day, with the event that made it.
    seals: BTreeMap<NaiveDate, (i64, DaySeal)>,
    /// Rows that arrived, corrections included, in all and since the latest seal.
    arrived: BTreeMap<NaiveDate, (u64, u64)>,
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let event = &chained.event;
        match event.action.as_str() {
            "readings.accepted" => {
                for (day, rows) in event.detail.get("days").and_then(|days| days.as_object()).into_iter().flatten() {
                    if let (Ok(day), Some(rows)) = (day.parse(), rows.as_u64()) {
                        let (all, since) = self.arrived.entry(day).or_default();
                        *all += rows;
                        *since += rows;
                    }
                }
            }
            "readings.sealed" => {
                if let Ok(seal) = serde_json::from_value::<DaySeal>(event.detail.clone()) {
                    if let Some((_, since)) = self.arrived.get_mut(&seal.day) {
                        *since = 0;
                    }
                    self.seals.insert(seal.day, (chained.sequence, seal));
                }
            }
            _ => {}
        }
    }
}

pub fn verify(
    connection: &mut AnyConnection,
    said: &Said,
    found: &mut Verification,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(), AppError> {
    let names = Names::load(connection)?;
    let total = u64::try_from(said.seals.len()).unwrap_or(u64::MAX);
    found.days_of_readings = said.seals.len();
    for (done, (day, (sequence, seal))) in (1..).zip(&said.seals) {
        let (all, since) = said.arrived.get(day).copied().unwrap_or_default();
        let (arrived, sealed) = (all - since, seal.readings + seal.corrections);
        if arrived != sealed {
            let what = format!("{arrived} readings had arrived when event {sequence} sealed {sealed}");
            found.find("readings", day, what);
        }
        if since > 0 {
            found.notes.push(format!(
                "{day}: {since} readings arrived after it was sealed; the next signature seals it again"
            ));
            compare_count(connection, &names, *day, all, found)?;
            continue;
        }
        let digests = seals::day_lines(connection, &names, *day)?.digests();
        let now = DaySeal::over(*day, &digests);
        if now.root != seal.root {
            let sealed = seals::of_day(connection, *day)?;
            name_meters(*day, *sequence, (seal, &now), &digests, sealed, found);
        }
        progress(done, total);
    }
    let unsealed: Vec<_> = said.arrived.iter().filter(|(day, _)| !said.seals.contains_key(day)).collect();
    match unsealed.len() {
        0 => {}
        1 => found.notes.push("1 day of readings is not sealed yet".to_owned()),
        several => found.notes.push(format!("{several} days of readings are not sealed yet")),
    }
    for (day, (all, _)) in unsealed {
        compare_count(connection, &names, *day, *all, found)?;
    }
    Ok(())
}

/// What no seal covers yet is held against the count of what arrived: a row taken away, or put in without an event,
/// is found before it is sealed.
fn compare_count(
    connection: &mut AnyConnection,
    names: &Names,
    day: NaiveDate,
    arrived: u64,
    found: &mut Verification,
) -> Result<(), AppError> {
    let lines = seals::day_lines(connection, names, day)?;
    let stored = u64::try_from(lines.readings.len() + lines.corrections.len()).unwrap_or(u64::MAX);
    if stored != arrived {
        found.find("readings", day, format!("{arrived} readings arrived by the trail, {stored} are stored"));
    }
    Ok(())
}

/// Which meters differ, where the stored digests still are those that were sealed.
fn name_meters(
    day: NaiveDate,
    sequence: i64,
    (seal, now): (&DaySeal, &DaySeal),
    digests: &[MeterDigest],
    sealed: Option<SealedDay>,
    found: &mut Verification,
) {
    let lines: Vec<String> = digests.iter().map(|digest| digest.line(day)).collect();
    let known = sealed.map(|sealed| sealed.digests).unwrap_or_default();
    let meter = |line: &String| line.split(',').nth(1).unwrap_or_default().to_owned();
    let mut meters: Vec<String> = lines.iter().filter(|line| !known.contains(line)).map(meter).collect();
    meters.extend(known.iter().filter(|line| !lines.contains(line)).map(meter));
    meters.sort();
    meters.dedup();
    let which = if meters.is_empty() {
        "which meters is not known".to_owned()
    } else {
        format!("meters {}", meters.join(", "))
    };
    let what = format!(
        "its readings are not those event {sequence} sealed: {} readings and {} corrections then, {} and {} now; {which}",
        seal.readings, seal.corrections, now.readings, now.corrections
    );
    found.find("readings", day, what);
}
