//! Instants and values from their text, fast and exact.
//!
//! Both agree with the domain's own parsers wherever they answer; a test says so. They exist because every reading
//! passes here, many hundred thousand a second.

use crate::domain::calendar::{CalendarError, Timestamp};
use crate::domain::quantity::Micro;

/// Why a text is no value of a meter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueFault {
    #[error("`{0}` is not a decimal number; write digits such as 1951.6")]
    NotANumber(String),
    #[error("`{0}` has more than 6 decimals; round it before it is sent")]
    TooPrecise(String),
    #[error("`{0}` is beyond what a register can show (1,000,000,000,000); look at its unit and digits")]
    TooLarge(String),
}

const MICROS_PER_UNIT: i64 = 1_000_000;
const LIMIT_MICROS: i64 = Micro::LIMIT_UNITS * MICROS_PER_UNIT;

/// The value a text of digits says, with `point` between units and decimals. An exponent is taken where the result is
/// exact (`1e-5`, as some programs write 0.00001).
pub fn value(text: &str, point: u8) -> Result<Micro, ValueFault> {
    let bytes = text.trim_ascii().as_bytes();
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, bytes),
    };
    let magnitude = magnitude(digits, point).map_err(|fault| match fault {
        Fault::NotANumber => ValueFault::NotANumber(excerpt(text)),
        Fault::TooPrecise => ValueFault::TooPrecise(excerpt(text)),
        Fault::TooLarge => ValueFault::TooLarge(excerpt(text)),
    })?;
    Ok(Micro::from_micros(if negative { -magnitude } else { magnitude }))
}

enum Fault {
    NotANumber,
    TooPrecise,
    TooLarge,
}

/// Accumulates the digits, counting the decimals; then shifts to millionths.
fn magnitude(digits: &[u8], point: u8) -> Result<i64, Fault> {
    let mut accumulated: i64 = 0;
    let mut decimals: i32 = 0;
    let mut seen_point = false;
    let mut seen_digit = false;
    let mut rest = digits;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'0'..=b'9' => {
                seen_digit = true;
                decimals += i32::from(seen_point);
                let next = accumulated.checked_mul(10).and_then(|tens| tens.checked_add(i64::from(byte - b'0')));
                match next {
                    Some(next) => accumulated = next,
                    // Beyond 18 digits only zeros among the decimals say nothing new.
                    None if seen_point && *byte == b'0' => decimals -= 1,
                    None if seen_point => return Err(Fault::TooPrecise),
                    None => return Err(Fault::TooLarge),
                }
            }
            _ if (*byte == b'.' || *byte == point) && !seen_point => seen_point = true,
            b'e' | b'E' if seen_digit => return shifted(accumulated, 6 - decimals + exponent(rest)?),
            _ => return Err(Fault::NotANumber),
        }
    }
    if seen_digit { shifted(accumulated, 6 - decimals) } else { Err(Fault::NotANumber) }
}

fn exponent(text: &[u8]) -> Result<i32, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| Fault::NotANumber)?;
    let exponent: i32 = text.parse().map_err(|_| Fault::NotANumber)?;
    // Any further, and no value but zero stays in bounds.
    Ok(exponent.clamp(-100, 100))
}

/// `accumulated × 10^power`, exactly and within the limit.
fn shifted(accumulated: i64, power: i32) -> Result<i64, Fault> {
    let factor = 10_i64.checked_pow(power.unsigned_abs());
    let micros = match (accumulated, factor) {
        (0, _) => 0,
        (_, Some(factor)) if power >= 0 => accumulated.checked_mul(factor).ok_or(Fault::TooLarge)?,
        (_, Some(factor)) if accumulated % factor == 0 => accumulated / factor,
        _ if power < 0 => return Err(Fault::TooPrecise),
        _ => return Err(Fault::TooLarge),
    };
    if micros > LIMIT_MICROS { Err(Fault::TooLarge) } else { Ok(micros) }
}

/// The instant of an RFC 3339 text with its offset.
pub fn instant(text: &str) -> Result<Timestamp, CalendarError> {
    match plain_instant(text.as_bytes()) {
        Some(instant) => Ok(instant),
        None => text.parse().map_err(|_| CalendarError::NotAnInstant(excerpt(text))),
    }
}

/// `2026-10-01T00:10:00Z` and `2026-10-01T02:10:00+02:00`; every other form is left to the domain's parser.
fn plain_instant(text: &[u8]) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, zone) = rest.split_at_checked(9)?;
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else { return None };
    let [b'T', h1, h2, b':', n1, n2, b':', s1, s2] = time else { return None };
    let year = number(*y1, *y2)? * 100 + number(*y3, *y4)?;
    let (month, day) = (number(*m1, *m2)?, number(*d1, *d2)?);
    let (hour, minute, second) = (number(*h1, *h2)?, number(*n1, *n2)?, number(*s1, *s2)?);
    let offset = offset_seconds(zone)?;
    if hour > 23 || minute > 59 || second > 59 || day == 0 || day > days_of(year, month)? {
        return None;
    }
    let of_day = hour * 3600 + minute * 60 + second;
    Some(Timestamp::from_seconds(days_since_1970(year, month, day) * 86_400 + of_day - offset))
}

fn offset_seconds(zone: &[u8]) -> Option<i64> {
    match zone {
        b"Z" => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (number(*h1, *h2)?, number(*m1, *m2)?);
            let seconds = hours * 3600 + minutes * 60;
            (hours < 24 && minutes < 60).then_some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn number(tens: u8, ones: u8) -> Option<i64> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn days_of(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 if leap => Some(29),
        2 => Some(28),
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar. Years are counted from 1 March, so that the leap day comes last and
/// the days before a month follow one line: (153 × month + 2) ÷ 5. 719,468 days lie between 0000-03-01 and 1970-01-01.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_year = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    before_year + (153 * month + 2) / 5 + day - 1 - 719_468
}

/// The text itself, cut where it is absurdly long, so that an error message stays readable.
pub fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_exact_or_refused() {
        let micros = |text| value(text, b'.').map(Micro::micros);
        assert_eq!(micros("1951.6"), Ok(1_951_600_000));
        assert_eq!(micros("-0.000001"), Ok(-1));
        assert_eq!(micros("1e-5"), Ok(10));
        assert_eq!(micros("1.5E+3"), Ok(1_500_000_000));
        assert_eq!(micros("1.50000000000000000000000"), Ok(1_500_000));
        assert_eq!(micros("1000000000000"), Ok(LIMIT_MICROS));
        assert_eq!(value("1951,6", b',').map(Micro::micros), Ok(1_951_600_000));
        for text in ["1e30", "1000000000000.000001", "99999999999999999999", "1e999999"] {
            assert!(matches!(micros(text), Err(ValueFault::TooLarge(_))), "{text}");
        }
        for text in ["0.0000001", "0.30000000000000004", "1e-7", "0.1111111111111111111111"] {
            assert!(matches!(micros(text), Err(ValueFault::TooPrecise(_))), "{text}");
        }
        for text in ["", "NaN", "inf", "1951,6", "-", ".", "e5", "1e", "1.2.3", "0x10", "1 951", "١"] {
            assert!(matches!(micros(text), Err(ValueFault::NotANumber(_))), "{text}");
        }
    }

    #[test]
    fn instants_need_an_offset_and_a_day_that_exists() {
        assert_eq!(instant("2026-10-25T02:30:00+02:00").unwrap().to_string(), "2026-10-25T00:30:00Z");
        assert_eq!(instant("1970-01-01T00:00:00Z").unwrap().seconds(), 0);
        assert_eq!(instant("2026-10-01T00:10:00.250Z").unwrap().to_string(), "2026-10-01T00:10:00Z");
        for text in [
            "2026-10-25T02:30:00",
            "2026-02-30T00:00:00Z",
            "2026-10-01",
            "01/10/2026 00:10",
            "2026-10-01T24:00:00Z",
            "",
        ] {
            assert!(instant(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn values_agree_with_the_domain(text in "[+-]?[0-9]{1,14}(\\.[0-9]{0,9})?") {
            prop_assert_eq!(value(&text, b'.').ok(), text.parse::<Micro>().ok());
        }

        #[test]
        fn every_micro_reads_back(micros in -LIMIT_MICROS..=LIMIT_MICROS) {
            let text = Micro::from_micros(micros).to_string();
            prop_assert_eq!(value(&text, b'.').map(Micro::micros), Ok(micros));
        }

        #[test]
        fn instants_agree_with_the_domain(seconds in -62_000_000_000i64..250_000_000_000, offset_minutes in -1439i32..1440) {
            let at = Timestamp::from_seconds(seconds);
            let zone = chrono::FixedOffset::east_opt(offset_minutes * 60).unwrap();
            for text in [at.to_string(), at.to_utc().with_timezone(&zone).to_rfc3339()] {
                prop_assert_eq!(instant(&text), text.parse());
            }
            prop_assert_eq!(instant(&at.to_string()), Ok(at));
        }

        #[test]
        fn odd_dates_agree_with_the_domain(text in "20[0-9]{2}-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9](Z|[+-][0-2][0-9]:[0-6][0-9])") {
            prop_assert_eq!(instant(&text).ok(), text.parse().ok());
        }

        #[test]
        fn no_text_makes_them_panic(text in "\\PC{0,40}") {
            let _ = (value(&text, b','), instant(&text));
        }
    }
}
