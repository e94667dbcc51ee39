//! Seeded readings for the example book, every ten minutes or less often, in integers only.
//!
//! Each feed draws a power with a daily and a weekly shape; counters add its watt-hours, gauges show it, and the
//! facility's own counters add cooling that grows in summer. The same seed gives the same readings, so a second run
//! continues where the first stopped.

use chrono::{Datelike, Timelike, Weekday};
use chrono_tz::Europe::Paris;

use super::book::{CORRECTED_METER, ROLLOVER_METER, SILENT_METER, SWAPPED_IN_METER, SWAPPED_METER};
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp, midnight};
use crate::domain::ids::MeterCode;
use crate::domain::metering::{Meter, Register};
use crate::domain::quantity::Micro;

/// In this time stored data grows by a step.
const TEN_MINUTES: i64 = 600;
const SEED: u64 = 0x0C4A_9E11_E000_2019;

/// Load by hour of the day, in thousandths of the daily mean.
const HOURLY_PER_MILLE: [i64; 24] = [
    870, 860, 850, 850, 860, 880, 920, 980, 1060, 1110, 1130, 1140, 1120, 1130, 1140, 1130, 1110, 1080, 1040, 1010,
    980, 950, 920, 880,
];
/// Overhead of cooling and conversion by month, in thousandths of the IT load.
const OVERHEAD_PER_MILLE: [i64; 12] = [210, 215, 225, 240, 265, 300, 330, 335, 290, 250, 225, 215];

/// A meter's value at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleReading {
    /// Position of the meter in the book.
    pub meter: usize,
    pub at: Timestamp,
    pub value: Micro,
}

/// What a meter of the book is made to show.
enum Shape {
    /// A counter of the energy a feed draws.
    Feed {
        watts_mean: i64,
    },
    FeedPower {
        watts_mean: i64,
        twin: u64,
    },
    /// A counter of half of everything the facility draws.
    General,
    Storage {
        megabytes_start: i64,
        megabytes_a_step: i64,
    },
    Occupancy,
    /// A recorded value, read once.
    Recorded {
        micros: i64,
    },
}

/// All readings of the book's meters over `period`, oldest first, an hour at a time.
pub struct ExampleReadings<'a> {
    meters: Vec<Source<'a>>,
    first: BillingMonth,
    next: Timestamp,
    end: Timestamp,
    step_seconds: i64,
}

struct Source<'a> {
    meter: &'a Meter,
    shape: Shape,
    key: u64,
    /// What a counter shows, in watt-hours.
    index_wh: i64,
    step_seconds: i64,
}

impl<'a> ExampleReadings<'a> {
    /// `step_seconds` divides the hour.
    pub fn new(book: &'a Book, first: BillingMonth, period: Period, step_seconds: i64) -> ExampleReadings<'a> {
        let meters = book.meters.iter().map(|meter| Source::new(meter, step_seconds)).collect();
        ExampleReadings { meters, first, next: period.from, end: period.to.plus_seconds(1), step_seconds }
    }

    /// How many instants remain, for a progress bar.
    pub fn hours(&self) -> u64 {
        u64::try_from((self.end.seconds() - self.next.seconds()) / 3600).unwrap_or(0)
    }

    fn step(&mut self, at: Timestamp, out: &mut Vec<ExampleReading>) {
        let local = at.to_utc().with_timezone(&Paris);
        let load = load_per_mille(&local);
        let overhead = overhead_per_mille(&local);
        let mut it_wh = 0;
        for (position, source) in self.meters.iter_mut().enumerate() {
            if !source.meter.in_service().contains(at) {
                continue;
            }
            if let Some(value) = source.value(at, load, &mut it_wh, overhead, self.first) {
                out.push(ExampleReading { meter: position, at, value });
            }
        }
    }
}

impl Iterator for ExampleReadings<'_> {
    type Item = Vec<ExampleReading>;

    fn next(&mut self) -> Option<Vec<ExampleReading>> {
        if self.next >= self.end {
            return None;
        }
        let over = self.next.plus_seconds(3600).min(self.end);
        let mut hour = Vec::new();
        while self.next < over {
            self.step(self.next, &mut hour);
            self.next = self.next.plus_seconds(self.step_seconds);
        }
        Some(hour)
    }
}

impl<'a> Source<'a> {
    fn new(meter: &'a Meter, step_seconds: i64) -> Source<'a> {
        let code = meter.code.as_str();
        let key = hash(code.bytes().fold(SEED, |key, byte| hash(key ^ u64::from(byte))));
        let shape = Shape::of(meter);
        let index_wh = match code {
            ROLLOVER_METER => 96_400_000,
            SWAPPED_IN_METER => 0,
            _ => below(key, 400_000_000) + 20_000_000,
        };
        Source { meter, shape, key, index_wh, step_seconds }
    }

    fn value(
        &mut self,
        at: Timestamp,
        load: i64,
        it_wh: &mut i64,
        overhead: i64,
        first: BillingMonth,
    ) -> Option<Micro> {
        match self.shape {
            Shape::Feed { watts_mean } => {
                let shown = self.index();
                let drawn_wh = watts(watts_mean, load, self.key, at) * self.step_seconds / 3600;
                self.index_wh += drawn_wh;
                *it_wh += drawn_wh;
                (!self.is_silent(at, first)).then_some(shown)
            }
            Shape::FeedPower { watts_mean, twin } => {
                Some(Micro::from_micros(watts(watts_mean, load, twin, at) * 1_000))
            }
            Shape::General => {
                let shown = self.index();
                self.index_wh += *it_wh * (1_000 + overhead) / 2_000;
                Some(shown)
            }
            Shape::Storage { megabytes_start, megabytes_a_step } => {
                let steps = (at.seconds() - self.meter.installed_at.seconds()) / TEN_MINUTES;
                let churn = below(hash(self.key ^ at.seconds().unsigned_abs()), 40_000);
                Some(Micro::from_micros(megabytes_start + steps * megabytes_a_step + churn))
            }
            Shape::Occupancy => self.occupied_units(at),
            Shape::Recorded { micros } => (at == recorded_at(first)).then_some(Micro::from_micros(micros)),
        }
    }

    /// The register wraps at its modulus.
    fn index(&self) -> Micro {
        let micros = self.index_wh * 1_000;
        Micro::from_micros(self.meter.modulus.map_or(micros, |modulus| micros % modulus.micros()))
    }

    /// Nine and a half hours in the ninth month without a word.
    fn is_silent(&self, at: Timestamp, first: BillingMonth) -> bool {
        let month = (0..8).fold(first, |month, _| month.next());
        let from = midnight(month.first_day() + chrono::Days::new(11), Paris).plus_seconds(2 * 3600);
        self.meter.code.as_str() == SILENT_METER && from <= at && at < from.plus_seconds(9 * 3600 + 1800)
    }

    /// A few servers more or less at noon of the first and the eighteenth of some months.
    fn occupied_units(&self, at: Timestamp) -> Option<Micro> {
        let local = at.to_utc().with_timezone(&Paris);
        let installed = at == self.meter.installed_at;
        let noon = local.hour() == 12 && local.minute() == 0 && matches!(local.day(), 1 | 18);
        let moved = noon && below(hash(self.key ^ at.seconds().unsigned_abs()), 3) == 0;
        let months = i64::from(local.year()) * 12 + i64::from(local.month());
        let units = 16 + below(hash(self.key ^ months.unsigned_abs()), 18);
        (installed || moved).then_some(Micro::from_micros(units * 1_000_000))
    }
}

impl Shape {
    fn of(meter: &Meter) -> Shape {
        let code = meter.code.as_str();
        match (meter.register, code) {
            (_, "AP8641-energie") => Shape::Recorded { micros: 1_951_600_000 },
            (_, "AP8641-puissance") => Shape::Recorded { micros: 1_210_000 },
            (_, "AP8932-energie") => Shape::Recorded { micros: 642_600_000 },
            (_, "AP8932-puissance") => Shape::Recorded { micros: 160_000 },
            (_, "general-A" | "general-B") => Shape::General,
            (Register::Energy, _) => Shape::Feed { watts_mean: watts_mean(code) },
            (Register::Power, _) => {
                let counter = code.trim_end_matches("-puissance");
                let twin = hash(counter.bytes().fold(SEED, |key, byte| hash(key ^ u64::from(byte))));
                Shape::FeedPower { watts_mean: watts_mean(counter), twin }
            }
            (Register::Storage, "stockage-ville-de-paris") => {
                Shape::Storage { megabytes_start: 410_000_000, megabytes_a_step: 1_900 }
            }
            (Register::Storage, CORRECTED_METER) => {
                Shape::Storage { megabytes_start: 38_000_000, megabytes_a_step: 420 }
            }
            (Register::Storage, _) => Shape::Storage { megabytes_start: 620_000_000, megabytes_a_step: 3_100 },
            (Register::Occupancy, _) => Shape::Occupancy,
        }
    }
}

/// When the recorded PDUs were read: noon of the last day of the first month.
fn recorded_at(first: BillingMonth) -> Timestamp {
    midnight(first.next().first_day(), Paris).plus_seconds(-12 * 3600)
}

/// The mean draw of a feed: between 0.9 and 2.3 kW, the same for a swapped meter and its successor.
fn watts_mean(counter: &str) -> i64 {
    let place = if counter == SWAPPED_IN_METER { SWAPPED_METER } else { counter };
    900 + below(place.bytes().fold(SEED, |key, byte| hash(key ^ u64::from(byte))), 1_400)
}

/// The draw of a feed at an instant: its mean, the day's and the week's shape, and ±4 % of its own.
fn watts(mean: i64, load_per_mille: i64, key: u64, at: Timestamp) -> i64 {
    let own = 960 + below(hash(key ^ at.seconds().unsigned_abs()), 80);
    mean * load_per_mille / 1_000 * own / 1_000
}

fn load_per_mille(local: &chrono::DateTime<chrono_tz::Tz>) -> i64 {
    let hour = usize::try_from(local.hour()).unwrap_or(0);
    let daily = HOURLY_PER_MILLE.get(hour).copied().unwrap_or(1_000);
    let weekly = if matches!(local.weekday(), Weekday::Sat | Weekday::Sun) { 880 } else { 1_048 };
    daily * weekly / 1_000
}

fn overhead_per_mille(local: &chrono::DateTime<chrono_tz::Tz>) -> i64 {
    let month = usize::try_from(local.month0()).unwrap_or(0);
    OVERHEAD_PER_MILLE.get(month).copied().unwrap_or(250)
}

/// One day of the corrected gauge as it should have been sent: the array had counted one of its two shelves.
pub fn late_correction(book: &Book, month: BillingMonth, step_seconds: i64) -> Vec<(MeterCode, Timestamp, Micro)> {
    let day = midnight(month.first_day() + chrono::Days::new(9), Paris);
    let Some(meter) = book.meters.iter().find(|meter| meter.code.as_str() == CORRECTED_METER) else { return vec![] };
    let mut source = Source::new(meter, step_seconds);
    (0..86_400 / step_seconds)
        .filter_map(|step| {
            let at = day.plus_seconds(step * step_seconds);
            let read = source.value(at, 0, &mut 0, 0, month)?;
            Some((meter.code.clone(), at, Micro::from_micros(read.micros() * 2)))
        })
        .collect()
}

/// A 64-bit mixer (splitmix64's finaliser): a seed in, a number that looks random out.
fn hash(mut value: u64) -> u64 {
    value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

/// A number below `bound`.
fn below(random: u64, bound: u64) -> i64 {
    i64::try_from(random % bound.max(1)).unwrap_or(0)
}
