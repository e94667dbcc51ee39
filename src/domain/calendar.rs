//! Time as the city bills it.
//!
//! Owns: instants, half-open periods, billing months in the facility's time zone, day counts. Does not own: what is
//! billed in them. Invariants: every period is [from, to); a billing month is a calendar month of the facility, so
//! Europe/Paris has an October of 745 hours and a March of 743.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// An instant, in seconds since 1970-01-01T00:00:00Z. Eight bytes: months of readings are held in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    pub const fn from_seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds)
    }

    pub const fn seconds(self) -> i64 {
        self.0
    }

    pub const fn plus_seconds(self, seconds: i64) -> Timestamp {
        Timestamp(self.0 + seconds)
    }

    pub fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0, 0).unwrap_or_default()
    }

    /// The calendar day this instant falls on in `zone`.
    pub fn date_in(self, zone: Tz) -> NaiveDate {
        day_in(self.to_utc(), zone)
    }
}

/// The facility's zone before a book says which.
pub const DEFAULT_ZONE: Tz = Tz::Europe__Paris;

/// The calendar day `at` falls on in `zone`: a facility's days begin by its own clock, never by UTC.
pub fn day_in(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(at: DateTime<Utc>) -> Timestamp {
        Timestamp(at.timestamp())
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339, UTC: `2026-10-01T00:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }
}

impl FromStr for Timestamp {
    type Err = CalendarError;
    /// RFC 3339 with an offset. A time without one is refused: it would be ambiguous twice a year.
    fn from_str(text: &str) -> Result<Timestamp, CalendarError> {
        // chrono takes second 60 for a leap second of the second before; a meter that says so has a broken clock.
        const NANOSECONDS: u32 = 1_000_000_000;
        DateTime::parse_from_rfc3339(text.trim())
            .ok()
            .filter(|at| at.timestamp_subsec_nanos() < NANOSECONDS)
            .map(|at| Timestamp(at.timestamp()))
            .ok_or_else(|| CalendarError::NotAnInstant(text.to_owned()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    #[error("`{0}` is not an instant; write RFC 3339 with its offset, such as 2026-10-01T00:10:00+02:00")]
    NotAnInstant(String),
    #[error("`{0}` is not a month; write year and month from 2000-01 to 2099-12, such as 2026-10")]
    NotAMonth(String),
    #[error("`{0}` is not a day of the calendar; write year, month and day, such as 2026-02-28")]
    NotADay(String),
    #[error("a period must end after it begins, but {to} is not after {from}")]
    Empty { from: String, to: String },
}

/// A half-open span of instants [from, to).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Period {
    pub const fn seconds(self) -> i64 {
        self.to.0 - self.from.0
    }

    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// What both cover, if anything.
    pub fn intersection(self, other: Period) -> Option<Period> {
        let (from, to) = (self.from.max(other.from), self.to.min(other.to));
        (from < to).then_some(Period { from, to })
    }

    /// What of it none of `others` covers, in order.
    pub fn without(self, others: &[Period]) -> Vec<Period> {
        let mut left = vec![self];
        for other in others {
            let before = |part: &Period| Period { from: part.from, to: part.to.min(other.from) };
            let after = |part: &Period| Period { from: part.from.max(other.to), to: part.to };
            let parts = left.iter().flat_map(|part| [before(part), after(part)]);
            left = parts.filter(|part| part.from < part.to).collect();
        }
        left
    }
}

/// A half-open span of calendar days [from, to); without `to` it is open-ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DatePeriod {
    pub from: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<NaiveDate>,
}

impl DatePeriod {
    pub fn new(from: NaiveDate, to: Option<NaiveDate>) -> Result<DatePeriod, CalendarError> {
        match to {
            Some(end) if end <= from => Err(CalendarError::Empty { from: from.to_string(), to: end.to_string() }),
            _ => Ok(DatePeriod { from, to }),
        }
    }

    pub fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day < to)
    }

    pub fn overlaps(self, other: DatePeriod) -> bool {
        self.to.is_none_or(|to| other.from < to) && other.to.is_none_or(|to| self.from < to)
    }

    /// What both cover, if anything.
    pub fn intersection(self, other: DatePeriod) -> Option<DatePeriod> {
        let to = match (self.to, other.to) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        DatePeriod::new(self.from.max(other.from), to).ok()
    }

    /// Number of days; `None` while open-ended.
    pub fn days(self) -> Option<i64> {
        self.to.map(|to| (to - self.from).num_days())
    }

    /// The last day included; `None` while open-ended.
    pub fn last_day(self) -> Option<NaiveDate> {
        self.to.and_then(|to| to.checked_sub_days(Days::new(1)))
    }

    /// The instants from midnight to midnight in `zone`; an open end becomes the end of time.
    pub fn instants(self, zone: Tz) -> Period {
        Period { from: midnight(self.from, zone), to: self.to.map_or(Timestamp(i64::MAX), |to| midnight(to, zone)) }
    }
}

/// The first instant of `day` in `zone`.
pub fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    let local = day.and_time(NaiveTime::MIN);
    let instant = zone
        .from_local_datetime(&local)
        .earliest()
        // A zone that skips midnight when clocks go forward begins its day an hour later.
        .or_else(|| zone.from_local_datetime(&(local + chrono::Duration::hours(1))).earliest());
    Timestamp(instant.map_or_else(|| local.and_utc().timestamp(), |at| at.timestamp()))
}

/// A calendar month, the period of every billing run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BillingMonth {
    /// Always the first of the month.
    first: NaiveDate,
}

impl BillingMonth {
    pub fn new(year: i32, month: u32) -> Option<BillingMonth> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| BillingMonth { first })
    }

    /// The month `day` lies in.
    pub fn of(day: NaiveDate) -> BillingMonth {
        BillingMonth { first: day.with_day(1).unwrap_or(day) }
    }

    pub fn year(self) -> i32 {
        self.first.year()
    }

    pub fn month(self) -> u32 {
        self.first.month()
    }

    pub const fn first_day(self) -> NaiveDate {
        self.first
    }

    pub fn next(self) -> BillingMonth {
        BillingMonth { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }

    pub fn previous(self) -> BillingMonth {
        BillingMonth { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }

    pub fn days(self) -> DatePeriod {
        DatePeriod { from: self.first, to: Some(self.next().first) }
    }

    /// Number of days: 28 to 31.
    pub fn day_count(self) -> i64 {
        (self.next().first - self.first).num_days()
    }

    /// Its instants in the facility's zone: 743 hours in a Paris March, 745 in October.
    pub fn period(self, zone: Tz) -> Period {
        self.days().instants(zone)
    }

    /// Every month from `self` to `last`, both included; empty when `last` is before.
    pub fn through(self, last: BillingMonth) -> impl Iterator<Item = BillingMonth> {
        std::iter::successors(Some(self), |month| Some(month.next())).take_while(move |month| *month <= last)
    }
}

impl fmt::Display for BillingMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for BillingMonth {
    type Err = CalendarError;
    fn from_str(text: &str) -> Result<BillingMonth, CalendarError> {
        NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d")
            .ok()
            .filter(|first| text.len() == 7 && (2000..=2099).contains(&first.year()))
            .map(|first| BillingMonth { first })
            .ok_or_else(|| CalendarError::NotAMonth(text.to_owned()))
    }
}

/// A day as it is written everywhere, `2026-02-28`: chrono's own reader also takes spaces, short months and years of six
/// digits.
pub fn day(text: &str) -> Result<NaiveDate, CalendarError> {
    let known = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    known
        .filter(|day| text.len() == 10 && day.to_string() == text)
        .ok_or_else(|| CalendarError::NotADay(text.to_owned()))
}

/// Of a field that is a day: reads it as [`day`] does.
pub fn plain_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    day(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

/// A day as [`plain_day`] takes it, or none.
pub fn plain_optional_day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text: Option<String> = Option::deserialize(deserializer)?;
    text.map(|text| day(&text)).transpose().map_err(serde::de::Error::custom)
}

impl Serialize for BillingMonth {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BillingMonth {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<BillingMonth, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Paris;
    use proptest::prelude::*;

    fn month(text: &str) -> BillingMonth {
        text.parse().unwrap()
    }

    #[test]
    fn what_others_cover_is_left_out() {
        let period = |from, to| Period { from: Timestamp::from_seconds(from), to: Timestamp::from_seconds(to) };
        assert_eq!(period(0, 10).without(&[]), [period(0, 10)]);
        assert_eq!(period(0, 10).without(&[period(10, 20), period(-5, 0)]), [period(0, 10)]);
        assert_eq!(period(0, 10).without(&[period(8, 20), period(2, 3)]), [period(0, 2), period(3, 8)]);
        assert_eq!(period(0, 10).without(&[period(0, 6), period(5, 12)]), []);
    }

    #[test]
    fn october_has_745_hours_and_march_743() {
        assert_eq!(month("2026-10").period(Paris).seconds(), 745 * 3600);
        assert_eq!(month("2026-03").period(Paris).seconds(), 743 * 3600);
        assert_eq!(month("2026-02").period(Paris).seconds(), 28 * 24 * 3600);
    }

    #[test]
    fn months_are_refused_in_other_shapes() {
        for text in ["2026-13", "2026-1", "26-10", "2026-10-01", "", "1999-12", "2100-01"] {
            assert!(text.parse::<BillingMonth>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_instant_needs_its_offset() {
        assert!("2026-10-25T02:30:00".parse::<Timestamp>().is_err());
        assert!("2026-10-25T02:30:60Z".parse::<Timestamp>().is_err());
        assert_eq!("2026-10-25T02:30:00+02:00".parse::<Timestamp>().unwrap().to_string(), "2026-10-25T00:30:00Z");
    }

    proptest! {
        #[test]
        fn months_tile_time_without_gap_or_overlap(year in 2000i32..2098, m in 1u32..=12) {
            let this = BillingMonth::new(year, m).unwrap();
            prop_assert_eq!(this.period(Paris).to, this.next().period(Paris).from);
            prop_assert_eq!(this.next().previous(), this);
            prop_assert!(!this.period(Paris).contains(this.period(Paris).to));
        }

        #[test]
        fn half_open_date_periods_overlap_exactly_when_they_share_a_day(a in 0u64..60, la in 1u64..30, b in 0u64..60, lb in 1u64..30) {
            let day = |n: u64| NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(n);
            let p = DatePeriod::new(day(a), Some(day(a + la))).unwrap();
            let q = DatePeriod::new(day(b), Some(day(b + lb))).unwrap();
            let shared = (0..100).any(|n| p.contains(day(n)) && q.contains(day(n)));
            prop_assert_eq!(p.overlaps(q), shared);
            prop_assert_eq!(p.intersection(q).is_some(), shared);
        }
    }
}
