//! Digits to numbers, fast and exactly.
//!
//! Batches hold thousands of times and values; the usual spellings are read byte by byte, and what is not usual goes
//! the careful way, so that both always agree (a property test holds them together).

use crate::domain::calendar::{CalendarError, Timestamp};
use crate::domain::money::AmountError;
use crate::domain::quantity::Micro;
use crate::domain::told::{Tell, Told};

/// What a text in UTF-16 begins with: its byte order mark, in either order.
const UTF16_MARKS: [[u8; 2]; 2] = [[0xFF, 0xFE], [0xFE, 0xFF]];

/// A file in UTF-16, which spreadsheets call “Unicode text”: every letter of it would be told as two wrong ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is in UTF-16: save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and send it again")]
pub struct Utf16;

impl Utf16 {
    /// Refuses a file that begins so.
    pub fn refuse(start: &[u8]) -> Result<(), Utf16> {
        if UTF16_MARKS.iter().any(|mark| start.starts_with(mark)) { Err(Utf16) } else { Ok(()) }
    }
}

impl Tell for Utf16 {
    fn told(&self) -> Told {
        Told::new("file-utf-16", self)
    }
}

/// Bytes that are not the text they should be.
pub fn not_utf8(error: &std::str::Utf8Error) -> Told {
    let byte = error.valid_up_to() + 1;
    Told::new("record-no-utf8", format!("byte {byte} is not UTF-8: save the file as UTF-8")).with("byte", byte)
}

/// An RFC 3339 instant; fractions of a second are cut off.
pub fn timestamp(text: &str) -> Result<Timestamp, CalendarError> {
    usual_timestamp(text.as_bytes()).map_or_else(|| text.parse(), Ok)
}

/// `2026-10-01T00:10:00Z` or with `±hh:mm`.
fn usual_timestamp(text: &[u8]) -> Option<Timestamp> {
    let (local, zone) = text.split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b'T', h1, h2, b':', mi1, mi2, b':', s1, s2] = local else {
        return None;
    };
    let year = two(*y1, *y2)? * 100 + two(*y3, *y4)?;
    let (month, day) = (two(*mo1, *mo2)?, two(*d1, *d2)?);
    let (hour, minute, second) = (two(*h1, *h2)?, two(*mi1, *mi2)?, two(*s1, *s2)?);
    let offset_minutes = match zone {
        [b'Z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let minutes = two(*h1, *h2)? * 60 + two(*m1, *m2)?;
            if *sign == b'-' { -minutes } else { minutes }
        }
        _ => return None,
    };
    let exists = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
    if !exists || hour > 23 || minute > 59 || second > 59 || offset_minutes.abs() >= 24 * 60 {
        return None;
    }
    let seconds = days_from_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp::from_seconds(seconds - offset_minutes * 60))
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, for years from 0 on. Years are counted from March, so
/// that the leap day is the last of its year.
const fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    year * 365 + leap_days + day_of_year - 719_468
}

/// A decimal with at most six decimals, in millionths.
pub fn micro(text: &str) -> Result<Micro, AmountError> {
    usual_micro(text.as_bytes()).map_or_else(|| text.parse(), Ok)
}

/// Digits, at most twelve of them before a point and six behind it, and perhaps a minus.
fn usual_micro(text: &[u8]) -> Option<Micro> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let point = digits.iter().position(|byte| *byte == b'.');
    let (whole, fraction) = match point {
        Some(point) => {
            digits.split_at_checked(point).map(|(whole, rest)| (whole, rest.get(1..).unwrap_or_default()))?
        }
        None => (digits, &[][..]),
    };
    let well_formed =
        (1..=12).contains(&whole.len()) && fraction.len() <= 6 && (point.is_none() || !fraction.is_empty());
    if !well_formed {
        return None;
    }
    let mut value = 0;
    for byte in whole.iter().chain(fraction) {
        value = value * 10 + i64::from(byte.is_ascii_digit().then(|| byte - b'0')?);
    }
    for _ in fraction.len()..6 {
        value *= 10;
    }
    Some(Micro::from_micros(if negative { -value } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn usual_spellings_take_the_fast_way() {
        assert_eq!(usual_timestamp(b"2026-10-25T02:30:00+02:00"), Some("2026-10-25T00:30:00Z".parse().unwrap()));
        assert_eq!(usual_timestamp(b"1970-01-01T00:00:00Z"), Some(Timestamp::from_seconds(0)));
        assert_eq!(usual_micro(b"1951.6"), Some(Micro::from_micros(1_951_600_000)));
        assert_eq!(usual_micro(b"-0.000001"), Some(Micro::from_micros(-1)));
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in [
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-10-01T24:00:00Z",
            "2026-10-01T00:10:00",
            "2026-10-01",
            "hier",
            "",
        ] {
            assert!(timestamp(text).is_err(), "{text}");
        }
        for text in
            ["NaN", "inf", "1e30", "", "-", ".", "--1", "1,5", "0x10", "1000000000000000000000000000000", "1.0000001"]
        {
            assert!(micro(text).is_err(), "{text}");
        }
        assert_eq!(timestamp("2026-10-01T00:10:00.250Z"), timestamp("2026-10-01T00:10:00Z"));
    }

    proptest! {
        #[test]
        fn both_ways_agree_on_times(seconds in 0i64..4_102_444_800, offset in -23i32..=23) {
            let zone = chrono::FixedOffset::east_opt(offset * 3600).unwrap();
            let text = Timestamp::from_seconds(seconds).to_utc().with_timezone(&zone).to_rfc3339();
            prop_assert_eq!(usual_timestamp(text.as_bytes()), Some(text.parse::<Timestamp>().unwrap()));
        }

        #[test]
        fn both_ways_agree_on_values(text in "-?[0-9]{1,12}(\\.[0-9]{1,6})?") {
            prop_assert_eq!(usual_micro(text.as_bytes()), Some(text.parse::<Micro>().unwrap()));
        }

        #[test]
        fn the_fast_way_takes_nothing_the_careful_one_refuses(text in "[-0-9.eE+ ]{0,16}") {
            if let Some(value) = usual_micro(text.as_bytes()) {
                prop_assert_eq!(Ok(value), text.parse::<Micro>());
            }
        }
    }
}
