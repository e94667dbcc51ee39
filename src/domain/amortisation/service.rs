//! The time a component depreciates, counted as its method counts.
//!
//! A method lays its days on an axis: calendar days, or the 360 days of twelve equal months. On either, the service is
//! a half-open span, and what lies in a month or a year is the overlap of two spans.

use chrono::{Datelike, Months, NaiveDate};

use super::{Convention, Method};
use crate::domain::calendar::BillingMonth;

/// How days are counted along a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayCount {
    /// Twelve months of 30 days; a 31st counts as the 30th (30E/360).
    Thirty360,
    /// Calendar days; a year counts for at most 365.
    Actual365,
    /// Calendar days as parts of their year: a day of a leap year weighs 365, of another 366.
    ActualActual,
}

/// What a year weighs where its days are parts of it: divisible by 365 and by 366.
const YEAR_WEIGHT: i64 = 365 * 366;

impl DayCount {
    /// Days on this axis before `day`.
    fn position(self, day: NaiveDate) -> i64 {
        match self {
            DayCount::Thirty360 => {
                (i64::from(day.year()) * 12 + i64::from(day.month0())) * 30 + i64::from(day.day().min(30)) - 1
            }
            DayCount::Actual365 => i64::from(day.num_days_from_ce()),
            DayCount::ActualActual => {
                let weight = if day.leap_year() { 365 } else { 366 };
                i64::from(day.year()) * YEAR_WEIGHT + i64::from(day.ordinal0()) * weight
            }
        }
    }

    const fn year_days(self) -> i64 {
        match self {
            DayCount::Thirty360 => 360,
            DayCount::Actual365 => 365,
            DayCount::ActualActual => YEAR_WEIGHT,
        }
    }
}

/// The half-open span [from, to) over which a base is spread, in days of its count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Service {
    count: DayCount,
    from: i64,
    to: i64,
    /// The month of commissioning, where the rows begin even if charges begin later.
    first_month: BillingMonth,
    /// Days the base of a linear plan is divided by.
    whole: i64,
}

impl Service {
    pub(super) fn new(method: Method, commissioned_on: NaiveDate, duration_years: u32) -> Service {
        let first_month = BillingMonth::of(commissioned_on);
        let begins_on = match method {
            Method::Linear { convention: Convention::FirstOfMonth } | Method::Degressive { .. } => {
                first_month.first_day()
            }
            Method::Linear { convention: Convention::FullYearsFromNext } => new_year(commissioned_on, 1),
            Method::Linear { .. } | Method::UnitsOfUse { .. } => commissioned_on,
        };
        let count = match method {
            Method::Linear { convention: Convention::Actual365 } => DayCount::Actual365,
            Method::Linear { convention: Convention::ActualActual } => DayCount::ActualActual,
            _ => DayCount::Thirty360,
        };
        let to = match method {
            // The first year, however short, counts as one of the duration's.
            Method::Degressive { .. } => count.position(new_year(commissioned_on, duration_years)),
            // Not the same day so many years later: 2019-05-31 begins at the 30th of twelve equal months and ends there.
            _ if count == DayCount::Thirty360 => {
                count.position(begins_on) + count.year_days() * i64::from(duration_years)
            }
            _ => count.position(years_later(begins_on, duration_years)),
        };
        let whole = count.year_days() * i64::from(duration_years);
        Service { count, from: count.position(begins_on), to, first_month, whole }
    }

    /// What is left of it on `day`, which belongs to it: the span over which a changed rest is spread.
    pub(super) fn rest_from(&self, day: NaiveDate) -> Service {
        let first_month = BillingMonth::of(day).max(self.first_month);
        let mut rest = Service { from: self.count.position(day).max(self.from), first_month, ..*self };
        let years: std::collections::BTreeSet<i32> = rest.months().map(|(month, _)| month.year()).collect();
        rest.whole = years.into_iter().map(|year| rest.days_in_year(year)).sum();
        rest
    }

    pub(super) const fn is_over(&self) -> bool {
        self.from >= self.to
    }

    /// Days a linear base is divided by.
    pub(super) const fn whole(&self) -> i64 {
        self.whole
    }

    /// Days of `month` in service before `day`, and in all.
    pub(super) fn part_of_month(&self, month: BillingMonth, day: NaiveDate) -> (i64, i64) {
        let from = self.from.max(self.count.position(month.first_day()));
        let to = self.to.min(self.count.position(day));
        ((to - from).max(0), self.overlap(month, month.next()))
    }

    /// Days a year has in this count: 360, 365, or what its weighted days add up to.
    pub(super) const fn year_days(&self) -> i64 {
        self.count.year_days()
    }

    /// Days of `year` in service, never more than a year has: the 366th of a leap year adds nothing.
    pub(super) fn days_in_year(&self, year: i32) -> i64 {
        let span = BillingMonth::new(year, 1).zip(BillingMonth::new(year + 1, 1));
        span.map_or(0, |(first, next)| self.overlap(first, next)).min(self.year_days())
    }

    /// Each month from commissioning to the end of service with its days in service; days are zero before charges
    /// begin.
    pub(super) fn months(&self) -> impl Iterator<Item = (BillingMonth, u64)> {
        std::iter::successors(Some(self.first_month), |month| Some(month.next()))
            .take_while(|month| self.count.position(month.first_day()) < self.to)
            .map(|month| (month, u64::try_from(self.overlap(month, month.next())).unwrap_or(0)))
    }

    /// Days in service from the first of `month` to the first of `next`.
    fn overlap(&self, month: BillingMonth, next: BillingMonth) -> i64 {
        let from = self.from.max(self.count.position(month.first_day()));
        let to = self.to.min(self.count.position(next.first_day()));
        (to - from).max(0)
    }
}

/// 1 January, `years` after the year of `day`.
fn new_year(day: NaiveDate, years: u32) -> NaiveDate {
    years_later(NaiveDate::from_ymd_opt(day.year(), 1, 1).unwrap_or(day), years)
}

/// The same day `years` later; a 29 February becomes the 28th where there is none.
fn years_later(day: NaiveDate, years: u32) -> NaiveDate {
    day.checked_add_months(Months::new(years.saturating_mul(12))).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linear(convention: Convention, commissioned_on: &str, years: u32) -> Service {
        Service::new(Method::Linear { convention }, commissioned_on.parse().unwrap(), years)
    }

    #[test]
    fn the_commissioning_day_is_included() {
        assert_eq!(linear(Convention::Days30E360, "2019-05-28", 8).days_in_year(2019), 213);
        assert_eq!(linear(Convention::Actual365, "2019-05-28", 8).days_in_year(2019), 218);
        assert_eq!(linear(Convention::FirstOfMonth, "2019-05-28", 8).days_in_year(2019), 240);
        assert_eq!(linear(Convention::FullYearsFromNext, "2019-05-28", 8).days_in_year(2019), 0);
    }

    #[test]
    fn a_31st_and_the_end_of_february_have_their_days_of_thirty() {
        let first_month_days = |day| linear(Convention::Days30E360, day, 1).months().next().unwrap().1;
        assert_eq!(first_month_days("2019-05-30"), 1);
        assert_eq!(first_month_days("2019-05-31"), 1);
        assert_eq!(first_month_days("2019-02-28"), 3);
        assert_eq!(first_month_days("2020-02-29"), 2);
    }

    #[test]
    fn service_ends_before_its_anniversary() {
        let months = |convention, day, years| linear(convention, day, years).months().collect::<Vec<_>>();
        for convention in [Convention::Days30E360, Convention::Actual365] {
            let last = *months(convention, "2019-05-28", 8).last().unwrap();
            assert_eq!((last.0.to_string().as_str(), last.1), ("2027-05", 27));
            let last = *months(convention, "2020-01-01", 2).last().unwrap();
            assert_eq!((last.0.to_string().as_str(), last.1 >= 30), ("2021-12", true));
        }
        let last = *months(Convention::Actual365, "2020-02-29", 1).last().unwrap();
        assert_eq!((last.0.to_string().as_str(), last.1), ("2021-02", 27));
    }
}
