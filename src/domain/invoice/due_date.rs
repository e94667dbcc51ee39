//! When an invoice must be paid.

use chrono::{Days, NaiveDate};

/// The last day of a payment term of `days`. The clock starts when the buyer was notified, or on the last day of
/// service if that is later (handbook, Payment terms).
pub fn due_date(notified_on: NaiveDate, service_end: NaiveDate, days: u64) -> NaiveDate {
    let start = notified_on.max(service_end);
    start.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::party::PaymentTermClass;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn terms_run_from_the_notification_or_the_later_service() {
        let (notified, service_end) = (day("2026-01-15"), day("2025-12-31"));
        let due = |class: PaymentTermClass| due_date(notified, service_end, class.days());
        assert_eq!(due(PaymentTermClass::HealthEstablishment), day("2026-03-06"));
        assert_eq!(due(PaymentTermClass::LocalAuthority), day("2026-02-14"));
        assert_eq!(due(PaymentTermClass::PublicUndertaking), day("2026-03-16"));
        assert_eq!(due_date(notified, day("2026-01-31"), 30), day("2026-03-02"));
    }
}
