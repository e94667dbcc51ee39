//! Where the days of a part stand in their month.

use chrono::NaiveDate;

use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::Proration;
use crate::domain::tariff::MonthPart;

/// The part of `month` that `days` are, counted as the contract says. Days outside the month do not count.
///
/// By 30ths every day is one 30th from the first on; the 31st adds nothing, and the last of February closes the month.
/// Positions, not lengths, are what is counted, so that parts that tile the month tile its positions.
pub fn month_part(month: BillingMonth, days: DatePeriod, proration: Proration) -> MonthPart {
    let position = |day: NaiveDate| {
        let past = (day - month.first_day()).num_days();
        match proration {
            Proration::CalendarDays => past,
            Proration::Thirtieths if past >= month.day_count() => 30,
            Proration::Thirtieths => past.min(30),
        }
    };
    let of = match proration {
        Proration::CalendarDays => month.day_count(),
        Proration::Thirtieths => 30,
    };
    MonthPart::new(position(days.from), days.to.map_or(of, position), of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::Money;
    use proptest::prelude::*;

    fn part(from: &str, to: &str, proration: Proration) -> MonthPart {
        let (from, to): (NaiveDate, NaiveDate) = (from.parse().unwrap(), to.parse().unwrap());
        month_part(BillingMonth::of(from), DatePeriod { from, to: Some(to) }, proration)
    }

    fn share(from: &str, to: &str, proration: Proration) -> String {
        part(from, to, proration).of_amount("1200.00".parse().unwrap()).to_string()
    }

    #[test]
    fn seventeen_days_of_october() {
        assert_eq!(share("2026-10-01", "2026-10-18", Proration::CalendarDays), "658.06");
        assert_eq!(share("2026-10-18", "2026-11-01", Proration::CalendarDays), "541.94");
        assert_eq!(share("2026-10-01", "2026-10-18", Proration::Thirtieths), "680.00");
        assert_eq!(share("2026-10-18", "2026-11-01", Proration::Thirtieths), "520.00");
    }

    #[test]
    fn by_thirtieths_the_31st_is_nothing_and_february_is_whole() {
        assert_eq!(share("2026-10-31", "2026-11-01", Proration::Thirtieths), "0.00");
        assert!(part("2026-10-01", "2026-10-31", Proration::Thirtieths).is_whole());
        assert!(part("2026-02-01", "2026-03-01", Proration::Thirtieths).is_whole());
        assert_eq!(share("2026-02-15", "2026-03-01", Proration::Thirtieths), "640.00");
    }

    proptest! {
        #[test]
        fn parts_of_a_month_add_up_to_it(
            cents in -1_000_000_000i64..1_000_000_000,
            m in 1u32..=12,
            mut cuts in prop::collection::vec(0i64..31, 0..6),
            thirtieths: bool,
        ) {
            let month = BillingMonth::new(2026, m).unwrap();
            let proration = if thirtieths { Proration::Thirtieths } else { Proration::CalendarDays };
            cuts.retain(|cut| *cut < month.day_count());
            cuts.extend([0, month.day_count()]);
            cuts.sort_unstable();
            cuts.dedup();
            let day = |past: i64| month.first_day() + chrono::Duration::days(past);
            let parts: Money = cuts
                .windows(2)
                .map(|pair| DatePeriod::new(day(pair[0]), Some(day(pair[1]))).unwrap())
                .map(|days| month_part(month, days, proration).of_amount(Money::from_cents(cents)))
                .sum();
            prop_assert_eq!(parts.cents(), cents);
        }
    }
}
