//! How amounts, quantities and days are written for people, in French and in English.
//!
//! Owns: separators, month names, unit symbols. Does not own: any sentence (the layers above have their texts), nor
//! machine-readable forms (`Display` of each type). Invariant: a number never breaks across lines: its spaces are
//! no-break.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::calendar::{BillingMonth, Timestamp};
use super::money::{Money, UnitPrice, half_up};
use super::party::Language;
use super::quantity::{Quantity, Unit};

/// Narrow no-break space: before `; : ! ?` and between thousands.
pub const NNBSP: char = '\u{202f}';
/// No-break space: before a unit, `€` and `%`.
pub const NBSP: char = '\u{a0}';
/// The sign of a negative number.
const MINUS: char = '\u{2212}';

/// `1 234,56 €` or `€1,234.56`.
pub fn amount(money: Money, language: Language) -> String {
    match language {
        Language::French => format!("{}{NBSP}€", decimal(money.to_decimal(), language)),
        Language::English => {
            let text = decimal(money.abs().to_decimal(), language);
            if money.is_negative() { format!("{MINUS}€{text}") } else { format!("€{text}") }
        }
    }
}

/// An amount at a glance, on the axis of a chart: `16 M€` and `250 k€`, or `€16m` and `€250k`.
pub fn short_amount(money: Money, language: Language) -> String {
    let euros = money.abs().to_decimal();
    let (divisor, french, english) = if euros >= Decimal::from(1_000_000) {
        (Decimal::from(1_000_000), "M€", "m")
    } else if euros >= Decimal::from(1000) {
        (Decimal::from(1000), "k€", "k")
    } else {
        (Decimal::ONE, "€", "")
    };
    let text = decimal(half_up(euros / divisor, 2).normalize(), language);
    let sign = if money.is_negative() { String::from(MINUS) } else { String::new() };
    match language {
        Language::French => format!("{sign}{text}{NBSP}{french}"),
        Language::English => format!("{sign}€{text}{english}"),
    }
}

/// An amount without its currency, for columns that name it once: `1 234,56` or `1,234.56`.
pub fn bare_amount(money: Money, language: Language) -> String {
    decimal(money.to_decimal(), language)
}

/// A unit price with at least two decimals: `0,145 €`.
pub fn unit_price(price: UnitPrice, language: Language) -> String {
    let mut shown = price.to_decimal().normalize();
    if shown.scale() < 2 {
        shown.rescale(2);
    }
    match language {
        Language::French => format!("{}{NBSP}€", decimal(shown, language)),
        Language::English => format!("€{}", decimal(shown, language)),
    }
}

/// A quantity with its unit: `1 543,125 kWh`, `12 baies`.
pub fn quantity(quantity: Quantity, unit: Unit, language: Language) -> String {
    let value = quantity.to_decimal().normalize();
    format!("{}{NBSP}{}", decimal(value, language), unit_word(value, unit, language))
}

/// The unit of so many: `baie` or `baies`, `kWh`.
pub fn unit_word(value: Decimal, unit: Unit, language: Language) -> String {
    let is_word = matches!(unit, Unit::Rack | Unit::Month | Unit::Day | Unit::Year | Unit::One);
    let symbol = unit_symbol(unit, language);
    let plural = if is_word && is_plural(value, language) && !symbol.ends_with('s') { "s" } else { "" };
    format!("{symbol}{plural}")
}

/// French counts in the plural from two on, English everything but one.
fn is_plural(value: Decimal, language: Language) -> bool {
    let magnitude = value.abs();
    match language {
        Language::French => magnitude >= Decimal::TWO,
        Language::English => magnitude != Decimal::ONE,
    }
}

/// `20 %` or `20%`.
pub fn percent(rate_percent: Decimal, language: Language) -> String {
    with_percent(rate_percent.normalize(), language)
}

/// The same with as many decimals as its neighbours have, of a number that has no more.
pub fn percent_to(mut rate_percent: Decimal, decimals: u32, language: Language) -> String {
    rate_percent.rescale(decimals);
    with_percent(rate_percent, language)
}

fn with_percent(rate_percent: Decimal, language: Language) -> String {
    let number = decimal(rate_percent, language);
    match language {
        Language::French => format!("{number}{NBSP}%"),
        Language::English => format!("{number}%"),
    }
}

/// A number with all its decimals and its thousands apart.
pub fn decimal(value: Decimal, language: Language) -> String {
    let (thousands, point) = match language {
        Language::French => (NNBSP, ','),
        Language::English => (',', '.'),
    };
    let text = value.abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut shown = String::with_capacity(text.len() * 2);
    if value.is_sign_negative() && !value.is_zero() {
        shown.push(MINUS);
    }
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            shown.push(thousands);
        }
        shown.push(digit);
    }
    if !fraction.is_empty() {
        shown.push(point);
        shown.push_str(fraction);
    }
    shown
}

/// `1er octobre 2026` or `1 October 2026`.
pub fn date(day: NaiveDate, language: Language) -> String {
    format!("{}{NBSP}{}{NBSP}{}", day_number(day, language), month_name(day.month(), language), day.year())
}

/// `1er` or `1`, `2` …
pub fn day_number(day: NaiveDate, language: Language) -> String {
    match (day.day(), language) {
        (1, Language::French) => "1er".to_owned(),
        (number, _) => number.to_string(),
    }
}

/// A day in a column: `03/11/2026` or `2026-11-03`.
pub fn short_date(day: NaiveDate, language: Language) -> String {
    match language {
        Language::French => day.format("%d/%m/%Y").to_string(),
        Language::English => day.format("%Y-%m-%d").to_string(),
    }
}

/// An instant as the facility's clock shows it: `01/10/2026 00:10` or `2026-10-01 00:10`.
pub fn instant(at: Timestamp, zone: Tz, language: Language) -> String {
    let local = at.to_utc().with_timezone(&zone);
    match language {
        Language::French => local.format("%d/%m/%Y\u{a0}%H:%M").to_string(),
        Language::English => local.format("%Y-%m-%d\u{a0}%H:%M").to_string(),
    }
}

/// `octobre 2026` or `October 2026`.
pub fn month(month: BillingMonth, language: Language) -> String {
    format!("{}{NBSP}{}", month_name(month.month(), language), month.year())
}

/// The month as a complement: `d’octobre 2026`, `de novembre 2026`, `for October 2026`.
pub fn of_month(month: BillingMonth, language: Language) -> String {
    let name = self::month(month, language);
    match language {
        Language::French if name.starts_with(['a', 'o']) => format!("d’{name}"),
        Language::French => format!("de {name}"),
        Language::English => format!("for {name}"),
    }
}

/// `octobre` or `October`; `month` is 1 to 12.
pub fn month_name(month: u32, language: Language) -> &'static str {
    let names = match language {
        Language::French => [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        Language::English => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    };
    usize::try_from(month).ok().and_then(|month| names.get(month.wrapping_sub(1)).copied()).unwrap_or_default()
}

/// What follows a quantity.
pub const fn unit_symbol(unit: Unit, language: Language) -> &'static str {
    match (unit, language) {
        (Unit::KilowattHour, _) => "kWh",
        (Unit::Kilowatt, _) => "kW",
        (Unit::Terabyte, Language::French) => "To",
        (Unit::Terabyte, Language::English) => "TB",
        (Unit::TerabyteMonth, Language::French) => "To·mois",
        (Unit::TerabyteMonth, Language::English) => "TB·month",
        (Unit::RackUnit, _) => "U",
        (Unit::RackUnitDay, Language::French) => "U·jour",
        (Unit::RackUnitDay, Language::English) => "U·day",
        (Unit::Rack, Language::French) => "baie",
        (Unit::Rack, Language::English) => "rack",
        (Unit::Month, Language::French) => "mois",
        (Unit::Month, Language::English) => "month",
        (Unit::Day, Language::French) => "jour",
        (Unit::Day, Language::English) => "day",
        (Unit::Hour, _) => "h",
        (Unit::Year, Language::French) => "an",
        (Unit::Year, Language::English) => "year",
        (Unit::One, Language::French) => "unité",
        (Unit::One, Language::English) => "unit",
    }
}

/// `FR14 2004 1010 0505 0001 3M02 606`: groups of four that no line end parts.
pub fn grouped(identifier: &str) -> String {
    let characters: Vec<char> = identifier.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<String> = characters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(&NBSP.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{English, French};

    #[test]
    fn amounts_follow_each_languages_habit() {
        let sixteen_million = Money::from_cents(1_600_000_000);
        assert_eq!(amount(sixteen_million, French), "16\u{202f}000\u{202f}000,00\u{a0}€");
        assert_eq!(amount(sixteen_million, English), "€16,000,000.00");
        assert_eq!(amount(Money::from_cents(-5), French), "−0,05\u{a0}€");
        assert_eq!(amount(Money::from_cents(-123_456), English), "−€1,234.56");
        assert_eq!(bare_amount(Money::from_cents(99_999), French), "999,99");
        let short =
            |cents| (short_amount(Money::from_cents(cents), French), short_amount(Money::from_cents(cents), English));
        assert_eq!(short(-1_600_000_000), ("−16\u{a0}M€".to_owned(), "−€16m".to_owned()));
        assert_eq!(short(25_000_000), ("250\u{a0}k€".to_owned(), "€250k".to_owned()));
        assert_eq!(short(0), ("0\u{a0}€".to_owned(), "€0".to_owned()));
        assert_eq!(unit_price("0.145".parse().unwrap(), French), "0,145\u{a0}€");
        assert_eq!(unit_price("1200".parse().unwrap(), English), "€1,200.00");
        assert_eq!(percent(Decimal::new(55, 1), French), "5,5\u{a0}%");
        let usage: Quantity = "1543.125".parse().unwrap();
        assert_eq!(quantity(usage, Unit::KilowattHour, French), "1\u{202f}543,125\u{a0}kWh");
        let counted = |count: &str, unit, language| quantity(count.parse().unwrap(), unit, language).replace(NBSP, " ");
        assert_eq!(counted("12", Unit::Rack, French), "12 baies");
        assert_eq!(counted("1.5", Unit::Rack, French), "1,5 baie");
        assert_eq!(counted("1.5", Unit::Rack, English), "1.5 racks");
        assert_eq!(counted("3", Unit::Month, French), "3 mois");
    }

    #[test]
    fn days_and_months_have_names() {
        let first = NaiveDate::from_ymd_opt(2026, 10, 1).unwrap();
        assert_eq!(date(first, French), "1er\u{a0}octobre\u{a0}2026");
        assert_eq!(date(first, English), "1\u{a0}October\u{a0}2026");
        assert_eq!((short_date(first, French), short_date(first, English)), ("01/10/2026".into(), "2026-10-01".into()));
        let midnight = Timestamp::from_seconds(1_790_805_600);
        assert_eq!(instant(midnight, Tz::Europe__Paris, French), "01/10/2026\u{a0}00:00");
        assert_eq!(instant(midnight, Tz::Europe__Paris, English), "2026-10-01\u{a0}00:00");
        let named = |month| of_month(BillingMonth::new(2026, month).unwrap(), French).replace('\u{a0}', " ");
        assert_eq!(named(8), "d’août 2026");
        assert_eq!(named(11), "de novembre 2026");
    }

    #[test]
    fn identifiers_are_grouped() {
        assert_eq!(grouped("FR1420041010050500013M02606").replace('\u{a0}', " "), "FR14 2004 1010 0505 0001 3M02 606");
    }
}
