//! The days of the facility's calendar: what occupancy is billed by, and what the annex's chart shows.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use crate::domain::calendar::{Period, midnight};

/// A calendar day touched by a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub date: NaiveDate,
    /// From midnight to midnight: 23, 24 or 25 hours.
    pub whole: Period,
    /// The part of it inside the span.
    pub within: Period,
}

/// The calendar days of `zone` that `span` touches, in order; their `within` tile the span.
pub(super) fn days(span: Period, zone: Tz) -> impl Iterator<Item = Day> {
    let first = span.from.date_in(zone);
    first
        .iter_days()
        .map_while(move |date| {
            let next = date.checked_add_days(Days::new(1))?;
            Some((date, Period { from: midnight(date, zone), to: midnight(next, zone) }))
        })
        .map_while(move |(date, whole)| whole.intersection(span).map(|within| Day { date, whole, within }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::calendar::{BillingMonth, Timestamp};
    use chrono_tz::Europe::Paris;

    #[test]
    fn days_tile_a_month_whose_clock_changes() {
        for (month, count, odd_day, odd_hours) in [("2026-03", 31, 29, 23), ("2026-10", 31, 25, 25)] {
            let month: BillingMonth = month.parse().unwrap();
            let days: Vec<Day> = days(month.period(Paris), Paris).collect();
            assert_eq!(days.len(), count);
            assert_eq!(days[odd_day - 1].whole.seconds(), odd_hours * 3600);
            assert_eq!(days.iter().map(|day| day.within.seconds()).sum::<i64>(), month.period(Paris).seconds());
            assert!(days.windows(2).all(|pair| pair[0].within.to == pair[1].within.from));
        }
    }

    #[test]
    fn a_span_inside_a_day_keeps_the_whole_day_beside_its_part() {
        let from: Timestamp = "2026-10-10T08:00:00Z".parse().unwrap();
        let span = Period { from, to: from.plus_seconds(60) };
        let days: Vec<Day> = days(span, Paris).collect();
        assert_eq!(days.len(), 1);
        assert_eq!((days[0].within, days[0].whole.seconds()), (span, 86_400));
    }
}
