//! What documents write beyond [`typography`]: periods, columns of fixed decimals, weekdays, identifiers in groups.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::documents::arithmetic::arithmetic;
use crate::domain::calendar::{BillingMonth, DatePeriod, Timestamp};
use crate::domain::invoice::LAYOUT;
use crate::domain::money::{HALF_UP, Money, UnitPrice};
use crate::domain::party::Language;
use crate::domain::quantity::Unit;
use crate::domain::typography::{self, NBSP};

const WEEKDAYS_FRENCH: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
const WEEKDAYS_ENGLISH: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// The conventions of one language.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    language: Language,
    /// Of the invoice that is written: a document keeps the conventions it was issued with.
    layout: u32,
}

impl Format {
    pub const fn new(language: Language) -> Format {
        Format::issued_in(language, LAYOUT)
    }

    /// As invoices of `layout` are written.
    pub const fn issued_in(language: Language, layout: u32) -> Format {
        Format { language, layout }
    }

    /// Days and times in English as day, month, year, and calculations that part anywhere.
    const fn is_before_layout_3(self) -> bool {
        self.layout < 3
    }

    /// What stands between a number's units and its decimals.
    pub const fn decimal_separator(self) -> char {
        match self.language {
            Language::French => ',',
            Language::English => '.',
        }
    }

    /// All of the number's decimals: `1 951,6`.
    pub fn number(self, value: Decimal) -> String {
        typography::decimal(value, self.language)
    }

    /// Without trailing zeros, rounded half-up to `decimals` where it has more.
    pub fn up_to(self, value: Decimal, decimals: u32) -> String {
        self.number(value.round_dp_with_strategy(decimals, HALF_UP).normalize())
    }

    /// With exactly `decimals` decimals, for columns.
    pub fn fixed(self, value: Decimal, decimals: u32) -> String {
        let mut rounded = value.round_dp_with_strategy(decimals, HALF_UP);
        rounded.rescale(decimals);
        self.number(rounded)
    }

    /// `1 234,50`, for columns headed in euros.
    pub fn amount(self, amount: Money) -> String {
        typography::bare_amount(amount, self.language)
    }

    /// `1 234,50 €`.
    pub fn euros(self, amount: Money) -> String {
        typography::amount(amount, self.language)
    }

    /// At least two decimals, up to six: `0,145`, `1 200,00`.
    pub fn unit_price(self, price: UnitPrice) -> String {
        let mut shown = price.to_decimal().normalize();
        if shown.scale() < 2 {
            shown.rescale(2);
        }
        self.number(shown)
    }

    /// `5,5 %`.
    pub fn percent(self, rate: Decimal) -> String {
        typography::percent(rate, self.language)
    }

    /// `12,0 %`: with exactly `decimals` decimals, beside others.
    pub fn percent_with(self, rate: Decimal, decimals: u32) -> String {
        let gap = if self.language == Language::French { NBSP.to_string() } else { String::new() };
        format!("{}{gap}%", self.fixed(rate, decimals))
    }

    /// `1er novembre 2026`; a line may end after the day.
    pub fn date(self, day: NaiveDate) -> String {
        let month = typography::month_name(day.month(), self.language);
        format!("{} {month}{NBSP}{}", typography::day_number(day, self.language), day.year())
    }

    /// `03/11/2026` or `2026-11-03`, for tables.
    pub fn date_short(self, day: NaiveDate) -> String {
        let language = if self.is_before_layout_3() { Language::French } else { self.language };
        typography::short_date(day, language)
    }

    /// `jeu. 01/10` or `Thu 1 Oct`, for a table within one year.
    pub fn weekday(self, day: NaiveDate) -> String {
        let (names, days) = match self.language {
            Language::French => (&WEEKDAYS_FRENCH, "%d/%m"),
            Language::English if self.is_before_layout_3() => (&WEEKDAYS_ENGLISH, "%d/%m"),
            Language::English => (&WEEKDAYS_ENGLISH, "%-d %b"),
        };
        let index = usize::try_from(day.weekday().num_days_from_monday()).unwrap_or_default();
        format!("{} {}", names.get(index).copied().unwrap_or_default(), day.format(days))
    }

    /// A stored calculation in the language's numbers, units and months. A line may end before a sum or a result, not
    /// within a product.
    pub fn arithmetic(self, formula: &str) -> String {
        let shown = arithmetic(self.language, formula);
        if self.is_before_layout_3() {
            return shown;
        }
        shown
            .replace(" × ", &format!("{NBSP}×{NBSP}"))
            .replace("PUE ", &format!("PUE{NBSP}"))
            .replace(" = ", &format!(" ={NBSP}"))
            .replace(" → ", &format!("{NBSP}→{NBSP}"))
    }

    /// `octobre 2026`.
    pub fn month(self, month: BillingMonth) -> String {
        format!("{} {}", typography::month_name(month.month(), self.language), month.year())
    }

    /// `09/2026`.
    pub fn month_short(self, month: BillingMonth) -> String {
        month.first_day().format("%m/%Y").to_string()
    }

    /// Both days included: `du 1er au 31 octobre 2026`, without repeating what they share.
    pub fn period(self, period: DatePeriod) -> String {
        let (first, Some(last)) = (period.from, period.last_day()) else {
            return match self.language {
                Language::French => format!("à partir du {}", self.date(period.from)),
                Language::English => format!("from {}", self.date(period.from)),
            };
        };
        let start = if first == last {
            return self.date(first);
        } else if (first.year(), first.month()) == (last.year(), last.month()) {
            typography::day_number(first, self.language)
        } else if first.year() == last.year() {
            format!(
                "{} {}",
                typography::day_number(first, self.language),
                typography::month_name(first.month(), self.language)
            )
        } else {
            self.date(first)
        };
        match self.language {
            Language::French => format!("du {start} au {}", self.date(last)),
            Language::English => format!("{start} to {}", self.date(last)),
        }
    }

    /// Local time to the minute, `25/10/2026 02:30`; with the offset, which tells the two 02:30 of October apart.
    pub fn instant(self, at: Timestamp, zone: Tz) -> String {
        let local = at.to_utc().with_timezone(&zone);
        let clock = local.format("%H:%M (%:z)").to_string().replace("(+", "(UTC+").replace("(-", "(UTC−");
        format!("{} {clock}", self.date_short(local.date_naive()))
    }

    /// The unit by itself, as a column or an axis names it.
    pub const fn unit(self, unit: Unit) -> &'static str {
        typography::unit_symbol(unit, self.language)
    }

    /// The unit beside so many: `baies`; earlier layouts did not count them.
    pub fn unit_of(self, value: Decimal, unit: Unit) -> String {
        if self.is_before_layout_3() {
            return self.unit(unit).to_owned();
        }
        typography::unit_word(value, unit, self.language)
    }
}

/// A SIREN or SIRET as INSEE prints it: `217 500 016 00019`.
pub fn siret(identifier: &str) -> String {
    let characters: Vec<char> = identifier.chars().collect();
    let (siren, establishment) = characters.split_at_checked(9).unwrap_or((&characters, &[]));
    let mut groups: Vec<String> = siren.chunks(3).map(|group| group.iter().collect()).collect();
    if !establishment.is_empty() {
        groups.push(establishment.iter().collect());
    }
    groups.join(&NBSP.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRENCH: Format = Format::new(Language::French);
    const ENGLISH: Format = Format::new(Language::English);

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_follow_each_language() {
        let check = |cents: i64, french: &str, english: &str| {
            assert_eq!(FRENCH.euros(Money::from_cents(cents)), french);
            assert_eq!(ENGLISH.euros(Money::from_cents(cents)), english);
        };
        check(120_000, "1\u{202f}200,00\u{a0}€", "€1,200.00");
        check(-65_806, "−658,06\u{a0}€", "−€658.06");
        check(0, "0,00\u{a0}€", "€0.00");
        check(99_999, "999,99\u{a0}€", "€999.99");
        check(1_600_000_000, "16\u{202f}000\u{202f}000,00\u{a0}€", "€16,000,000.00");
    }

    #[test]
    fn numbers_keep_what_they_say_and_no_more() {
        assert_eq!(FRENCH.up_to("1951.600000".parse().unwrap(), 4), "1\u{202f}951,6");
        assert_eq!(FRENCH.up_to("0.00005".parse().unwrap(), 4), "0,0001");
        assert_eq!(FRENCH.fixed("3".parse().unwrap(), 2), "3,00");
        assert_eq!(FRENCH.number("-0.00".parse().unwrap()), "0,00");
        assert_eq!(FRENCH.unit_price("0.145".parse().unwrap()), "0,145");
        assert_eq!(ENGLISH.unit_price("1200".parse().unwrap()), "1,200.00");
        assert_eq!(FRENCH.percent("5.50".parse().unwrap()), "5,5\u{a0}%");
    }

    #[test]
    fn dates_are_written_out() {
        assert_eq!(FRENCH.date(day("2026-11-03")), "3 novembre\u{a0}2026");
        assert_eq!(FRENCH.date(day("2026-08-01")), "1er août\u{a0}2026");
        assert_eq!(ENGLISH.date(day("2026-08-01")), "1 August\u{a0}2026");
        assert_eq!(FRENCH.month(BillingMonth::new(2026, 10).unwrap()), "octobre 2026");
    }

    #[test]
    fn days_follow_each_language() {
        assert_eq!(FRENCH.weekday(day("2026-10-01")), "jeu. 01/10");
        assert_eq!(ENGLISH.weekday(day("2026-10-04")), "Sun 4 Oct");
        assert_eq!(FRENCH.date_short(day("2026-10-04")), "04/10/2026");
        assert_eq!(ENGLISH.date_short(day("2026-10-04")), "2026-10-04");
        let before = Format::issued_in(Language::English, 2);
        assert_eq!(
            (before.weekday(day("2026-10-04")), before.date_short(day("2026-10-04"))),
            ("Sun 04/10".to_owned(), "04/10/2026".to_owned())
        );
    }

    /// Products and what follows `=` stay on one line; a line may end before a sum or a result.
    #[test]
    fn lines_end_where_a_calculation_breathes() {
        let formula = "12 rack × 2.5 × PUE 1.25 + 3 = 40.5";
        let (before, now) = (Format::issued_in(Language::French, 2), FRENCH);
        assert_eq!(before.arithmetic(formula), "12\u{a0}baies × 2,5 × PUE 1,25 + 3 = 40,5");
        let pieces: Vec<String> = now.arithmetic(formula).split(' ').map(str::to_owned).collect();
        let within = "12\u{a0}baies\u{a0}×\u{a0}2,5\u{a0}×\u{a0}PUE\u{a0}1,25";
        assert_eq!(pieces, [within, "+", "3", "=\u{a0}40,5"]);
    }

    #[test]
    fn units_are_counted_since_layout_3() {
        let twelve = Decimal::from(12);
        assert_eq!(FRENCH.unit_of(twelve, Unit::Rack), "baies");
        assert_eq!(FRENCH.unit_of(twelve, Unit::KilowattHour), "kWh");
        assert_eq!(Format::issued_in(Language::French, 2).unit_of(twelve, Unit::Rack), "baie");
    }

    #[test]
    fn periods_name_their_last_day_and_repeat_nothing() {
        let period = |from: &str, to: &str| DatePeriod::new(day(from), Some(day(to))).unwrap();
        assert_eq!(FRENCH.period(period("2026-10-01", "2026-11-01")), "du 1er au 31 octobre\u{a0}2026");
        assert_eq!(FRENCH.period(period("2026-09-15", "2026-11-01")), "du 15 septembre au 31 octobre\u{a0}2026");
        assert_eq!(
            FRENCH.period(period("2025-12-15", "2026-01-16")),
            "du 15 décembre\u{a0}2025 au 15 janvier\u{a0}2026"
        );
        assert_eq!(FRENCH.period(period("2026-10-31", "2026-11-01")), "31 octobre\u{a0}2026");
        assert_eq!(ENGLISH.period(period("2026-10-01", "2026-11-01")), "1 to 31 October\u{a0}2026");
        assert_eq!(
            FRENCH.period(DatePeriod::new(day("2026-10-01"), None).unwrap()),
            "à partir du 1er octobre\u{a0}2026"
        );
    }

    #[test]
    fn the_two_half_past_two_of_october_differ() {
        let at = |text: &str| FRENCH.instant(text.parse().unwrap(), chrono_tz::Europe::Paris);
        assert_eq!(at("2026-10-25T00:30:00Z"), "25/10/2026 02:30 (UTC+02:00)");
        assert_eq!(at("2026-10-25T01:30:00Z"), "25/10/2026 02:30 (UTC+01:00)");
    }

    #[test]
    fn identifiers_are_grouped() {
        assert_eq!(siret("21750001600019").replace('\u{a0}', " "), "217 500 016 00019");
        assert_eq!(siret("217500016").replace('\u{a0}', " "), "217 500 016");
    }
}
