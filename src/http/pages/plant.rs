//! What the pages of the plant share: figures with their decimals, durations, months beside months, CSV.

use actix_web::HttpResponse;
use actix_web::http::header;
use rust_decimal::{Decimal, RoundingStrategy};

use super::parts::{Choice, Link};
use super::{Address, Frame};
use crate::domain::calendar::BillingMonth;
use crate::domain::facility::Feed;
use crate::domain::metering::Register;
use crate::domain::party::{Language, Tenant};
use crate::domain::typography;
use crate::http::api::download;

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

/// `9 h 30 min`, `2 j 4 h`.
pub fn duration(frame: &Frame, seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3600, seconds % 3600 / 60);
    let mut parts = Vec::new();
    if days > 0 {
        parts.push(frame.with("duration-days", "count", &frame.whole(days)));
    }
    if hours > 0 {
        parts.push(frame.with("duration-hours", "count", &hours.to_string()));
    }
    if days == 0 && (minutes > 0 || hours == 0) {
        parts.push(frame.with("duration-minutes", "count", &minutes.to_string()));
    }
    parts.join(" ")
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
    match register {
        Register::Energy => "kWh",
        Register::Power => "kW",
        Register::Storage => frame.either("To", "TB"),
        Register::Occupancy => "U",
    }
}

pub const fn feed_name(feed: Feed) -> &'static str {
    match feed {
        Feed::A => "A",
        Feed::B => "B",
    }
}

/// The months before and after, as far as `last`.
pub fn month_links(frame: &Frame, address: &Address, month: BillingMonth, last: BillingMonth) -> Vec<Link> {
    let link = |month: BillingMonth| Link { label: frame.month(&month), address: address.set("month", month).href() };
    let next = (month < last).then(|| link(month.next()));
    std::iter::once(link(month.previous())).chain(next).collect()
}

pub fn tenant_choices(tenants: &[Tenant], chosen: &Tenant) -> Vec<Choice> {
    let choice = |tenant: &Tenant| Choice {
        value: tenant.code.to_string(),
        label: tenant.name.clone(),
        is_chosen: tenant.code == chosen.code,
    };
    tenants.iter().map(choice).collect()
}

/// A table as a file: with `;` and decimal commas in French, as spreadsheets there read it.
pub struct CsvFile {
    language: Language,
    text: String,
}

impl CsvFile {
    pub fn new(language: Language) -> CsvFile {
        // Spreadsheets take a file for UTF-8 by its byte order mark.
        CsvFile { language, text: "\u{feff}".to_owned() }
    }

    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let separator = if self.language == Language::French { ";" } else { "," };
        let cells: Vec<String> = cells.into_iter().map(|cell| quoted(cell.as_ref())).collect();
        self.text.push_str(&cells.join(separator));
        self.text.push_str("\r\n");
    }

    pub fn decimal(&self, value: Option<Decimal>) -> String {
        let text = value.map(|value| value.normalize().to_string()).unwrap_or_default();
        if self.language == Language::French { text.replace('.', ",") } else { text }
    }

    pub fn respond(self, name: &str) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
            .insert_header(download(format!("{name}.csv")))
            .body(self.text)
    }
}

/// Quoted where it must be, and never a formula for whoever opens it.
fn quoted(cell: &str) -> String {
    let is_number = cell.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let formula = cell.starts_with(['=', '+', '-', '@', '\t']) && !is_number;
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([';', ',', '"', '\n', '\r']) && !is_plain_decimal(&cell) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn is_plain_decimal(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || c == ',' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_never_formulas() {
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-3,5"), "-3,5");
        assert_eq!(quoted("a;b"), "\"a;b\"");
        assert_eq!(quoted("Allée \"A\", bas"), "\"Allée \"\"A\"\", bas\"");
    }
}
