//! What the pages of the plant share: figures with their decimals, durations, months beside months.

use rust_decimal::{Decimal, RoundingStrategy};

use super::parts::Link;
use super::{Address, Frame};
use crate::domain::calendar::BillingMonth;
use crate::domain::metering::Register;
use crate::domain::party::Language;
use crate::domain::quantity::Micro;
use crate::domain::typography;

pub const REGISTERS: [Register; 4] = [Register::Energy, Register::Power, Register::Storage, Register::Occupancy];

/// With exactly so many decimals.
pub fn number(frame: &Frame, value: Decimal, decimals: u32) -> String {
    let mut rounded = value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(decimals);
    typography::decimal(rounded, frame.language)
}

/// The same, or a dash.
pub fn known(frame: &Frame, value: Option<Decimal>, decimals: u32) -> String {
    value.map_or_else(|| "–".to_owned(), |value| number(frame, value, decimals))
}

/// As many decimals as the finest of the values has: all with as many stand in line.
pub fn scale(values: impl Iterator<Item = Micro>) -> u32 {
    values.map(|value| value.to_decimal().normalize().scale()).max().unwrap_or(0)
}

/// A reading with `scale` decimals, and its unit.
pub fn aligned(frame: &Frame, value: Micro, scale: u32, register: Register) -> String {
    format!("{}\u{a0}{}", number(frame, value.to_decimal(), scale), unit(frame, register))
}

/// Below so many seconds a duration is told to the second.
const SECONDS_TOLD: i64 = 600;

/// `9 h 30 min`, `2 j 4 h`, `1 min 30 s`.
pub fn duration(frame: &Frame, seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60);
    let mut parts = Vec::new();
    if days > 0 {
        parts.push(frame.with("duration-days", "count", &frame.whole(days)));
    }
    if hours > 0 {
        parts.push(frame.with("duration-hours", "count", &hours.to_string()));
    }
    let rest = if seconds < SECONDS_TOLD { seconds % 60 } else { 0 };
    if days == 0 && (minutes > 0 || (hours == 0 && rest == 0)) {
        parts.push(frame.with("duration-minutes", "count", &minutes.to_string()));
    }
    if rest > 0 {
        parts.push(frame.with("duration-seconds", "count", &rest.to_string()));
    }
    parts.join("\u{a0}")
}

/// `99,8 %` of thousandths.
pub fn per_mille(frame: &Frame, thousandths: i64) -> String {
    let percent = Decimal::new(thousandths, 1);
    match frame.language {
        Language::French => format!("{}{}%", number(frame, percent, 1), typography::NBSP),
        Language::English => format!("{}%", number(frame, percent, 1)),
    }
}

pub fn unit(frame: &Frame, register: Register) -> &'static str {
    typography::unit_symbol(register.unit(), frame.language)
}

/// The months before and after, as far as `last`.
pub fn month_links(frame: &Frame, address: &Address, month: BillingMonth, last: BillingMonth) -> Vec<Link> {
    let link = |month: BillingMonth| Link { label: frame.month(&month), address: address.set("month", month).href() };
    let next = (month < last).then(|| link(month.next()));
    std::iter::once(link(month.previous())).chain(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_durations_are_told_to_the_second() {
        let frame = Frame::of(&actix_web::test::TestRequest::with_uri("/?lang=fr").to_http_request());
        let told = [0, 5, 60, 90, 600, 601, 3600, 34_200, 187_200].map(|seconds| duration(&frame, seconds));
        let expected = ["0 min", "5 s", "1 min", "1 min 30 s", "10 min", "10 min", "1 h", "9 h 30 min", "2 j 4 h"];
        assert_eq!(told.map(|text| text.replace('\u{a0}', " ")), expected);
    }
}
