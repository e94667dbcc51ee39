//! Whether a reading can be what its meter showed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::app::{AppError, Store, export_book};
use crate::domain::calendar::Timestamp;
use crate::domain::freetext::{Text, TextError};
use crate::domain::ids::MeterId;
use crate::domain::metering::{Meter, Quality, RegisterKind};
use crate::domain::quantity::{Micro, Unit};
use crate::domain::told::{Tell, Told};
use crate::storage::{IncomingReading, book};

/// Clocks of devices may be ahead of ours by this much.
const AHEAD_SECONDS_MAX: i64 = 300;

/// A reading as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct ReadingInput<'a> {
    /// The meter's code.
    pub meter: &'a str,
    pub at: Timestamp,
    pub value: Micro,
    /// Where the sender says one, it must be the register's.
    pub unit: Option<Unit>,
    pub quality: Quality,
    /// Why it replaces what is stored, where it is a correction.
    pub correction: Option<&'a str>,
}

/// Why a reading is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("meter `{0}` is not in the facility book: add it, or correct its code")]
    UnknownMeter(String),
    #[error("{at} is in the future (it is {now}): check the sender's clock and zone")]
    InTheFuture { at: Timestamp, now: Timestamp },
    #[error("meter {meter} was installed at {installed_at}, after {at}: correct the reading's time or the book")]
    BeforeInstallation { meter: String, at: Timestamp, installed_at: Timestamp },
    #[error("meter {meter} was removed at {removed_at}, before {at}: send it for the meter that took its place")]
    AfterRemoval { meter: String, at: Timestamp, removed_at: Timestamp },
    #[error("meter {meter} counts {expected}, not {sent}: convert the value, or leave the unit out")]
    WrongUnit { meter: String, expected: &'static str, sent: &'static str },
    #[error("{value} is negative, which meter {meter} cannot show (a device answers -1 for \"not supported\")")]
    Negative { meter: String, value: Micro },
    #[error("{value} is at or beyond {modulus}, where the register of meter {meter} returns to zero")]
    BeyondModulus { meter: String, value: Micro, modulus: Micro },
    #[error("{value} is not a whole number of rack units, which is what meter {meter} counts")]
    NotWhole { meter: String, value: Micro },
    /// The reason of a correction cannot be kept.
    #[error(transparent)]
    Correction(TextError),
    /// Stored already with another value.
    #[error(
        "{meter} at {at} is stored as {stored}, not {sent}: send it as a correction with a reason if this is right"
    )]
    Conflict { meter: String, at: Timestamp, stored: Micro, sent: Micro },
}

impl Tell for Refusal {
    fn told(&self) -> Told {
        let told = |key: &str, meter: &str| Told::new(key, self).with("meter", meter);
        let number = |value: &Micro| value.to_decimal();
        match self {
            Refusal::UnknownMeter(meter) => told("reading-unknown-meter", meter),
            Refusal::InTheFuture { at, now } => {
                Told::new("reading-in-the-future", self).with("at", *at).with("now", *now)
            }
            Refusal::BeforeInstallation { meter, at, installed_at } => {
                told("reading-before-installation", meter).with("at", *at).with("since", *installed_at)
            }
            Refusal::AfterRemoval { meter, at, removed_at } => {
                told("reading-after-removal", meter).with("at", *at).with("until", *removed_at)
            }
            Refusal::WrongUnit { meter, expected, sent } => {
                told("reading-wrong-unit", meter).with("expected", *expected).with("sent", *sent)
            }
            Refusal::Negative { meter, value } => told("reading-negative", meter).with("value", number(value)),
            Refusal::BeyondModulus { meter, value, modulus } => {
                told("reading-beyond-modulus", meter).with("value", number(value)).with("modulus", number(modulus))
            }
            Refusal::NotWhole { meter, value } => told("reading-not-whole", meter).with("value", number(value)),
            Refusal::Correction(error) => error.told(),
            Refusal::Conflict { meter, at, stored, sent } => told("reading-conflict", meter)
                .with("at", *at)
                .with("stored", number(stored))
                .with("sent", number(sent)),
        }
    }
}

/// The book's meters, looked up by the code readings carry.
#[derive(Debug, Clone, Default)]
pub struct MeterDirectory {
    meters: HashMap<String, (MeterId, Meter)>,
}

impl MeterDirectory {
    pub fn load(store: &Store) -> Result<MeterDirectory, AppError> {
        let book = export_book::shared(store)?;
        let ids = book::meter_ids(&mut *store.connection()?)?;
        let known = |meter: &Meter| Some((meter.code.as_str().to_owned(), (*ids.get(&meter.code)?, meter.clone())));
        Ok(MeterDirectory { meters: book.meters.iter().filter_map(known).collect() })
    }

    pub fn knows(&self, code: &str) -> bool {
        self.meters.contains_key(code)
    }

    pub fn id(&self, code: &str) -> Option<MeterId> {
        self.meters.get(code).map(|(id, _)| *id)
    }

    /// Why `reading` was not written: its instant holds `stored`.
    pub fn conflict(&self, reading: &IncomingReading, stored: Micro) -> Refusal {
        let named = self.meters.iter().find(|(_, (id, _))| *id == reading.meter);
        let meter = named.map(|(code, _)| code.clone()).unwrap_or_default();
        Refusal::Conflict { meter, at: reading.at, stored, sent: reading.value }
    }

    /// The reading ready to be written, or why it cannot be.
    pub fn admit(&self, input: &ReadingInput<'_>, now: DateTime<Utc>) -> Result<IncomingReading, Refusal> {
        let Some((id, meter)) = self.meters.get(input.meter) else {
            return Err(Refusal::UnknownMeter(input.meter.to_owned()));
        };
        check_time(meter, input.at, Timestamp::from(now))?;
        check_value(meter, input)?;
        Text::Reason.check(input.correction.unwrap_or_default()).map_err(Refusal::Correction)?;
        Ok(IncomingReading {
            meter: *id,
            at: input.at,
            value: input.value,
            quality: if input.correction.is_some() { Quality::Corrected } else { input.quality },
            correction: input.correction.map(str::to_owned),
        })
    }
}

fn check_time(meter: &Meter, at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    let name = || meter.code.as_str().to_owned();
    if at > now.plus_seconds(AHEAD_SECONDS_MAX) {
        return Err(Refusal::InTheFuture { at, now });
    }
    if at < meter.installed_at {
        return Err(Refusal::BeforeInstallation { meter: name(), at, installed_at: meter.installed_at });
    }
    match meter.removed_at {
        Some(removed_at) if at > removed_at => Err(Refusal::AfterRemoval { meter: name(), at, removed_at }),
        _ => Ok(()),
    }
}

fn check_value(meter: &Meter, input: &ReadingInput<'_>) -> Result<(), Refusal> {
    let name = || meter.code.as_str().to_owned();
    let expected = meter.register.unit();
    if let Some(sent) = input.unit.filter(|unit| *unit != expected) {
        return Err(Refusal::WrongUnit { meter: name(), expected: expected.name(), sent: sent.name() });
    }
    if input.value < Micro::ZERO {
        return Err(Refusal::Negative { meter: name(), value: input.value });
    }
    if let Some(modulus) = meter.modulus.filter(|modulus| input.value >= *modulus) {
        return Err(Refusal::BeyondModulus { meter: name(), value: input.value, modulus });
    }
    let whole = input.value.micros() % 1_000_000 == 0;
    if meter.register.kind() == RegisterKind::Occupancy && !whole {
        return Err(Refusal::NotWhole { meter: name(), value: input.value });
    }
    Ok(())
}
