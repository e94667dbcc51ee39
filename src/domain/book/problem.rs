//! What is wrong with a book, and where in it.

use std::collections::HashMap;
use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::domain::amortisation::LockedProblem;
use crate::domain::calendar::{DatePeriod, Timestamp};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::ledger::ClosedPeriod;
use crate::domain::money::Money;
use crate::domain::quantity::Unit;

/// A place in the book, in the words of its file: `contract[AP-2025].line[energy].quantity`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct BookPath(Vec<String>);

impl BookPath {
    /// The book itself.
    pub fn root() -> BookPath {
        BookPath::default()
    }

    /// A key below this place.
    pub fn key(&self, key: &str) -> BookPath {
        let mut segments = self.0.clone();
        segments.push(key.to_owned());
        BookPath(segments)
    }

    /// An item of a list below this place, by its code or, where it has none, its position from 1.
    pub fn item(&self, list: &str, label: impl fmt::Display) -> BookPath {
        self.key(&format!("{list}[{label}]"))
    }

    /// Its keys from the outermost, an item of a list as `list[label]`.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// What this place lies in.
    pub fn parent(&self) -> Option<BookPath> {
        self.0.split_last().map(|(_, above)| BookPath(above.to_vec()))
    }
}

impl fmt::Display for BookPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// Names the items of one list by their codes: `energy`, and `energy#2` for the second of the same code.
#[derive(Debug, Default)]
pub struct Labels(HashMap<String, usize>);

impl Labels {
    pub fn next(&mut self, code: &str) -> String {
        let count = self.0.entry(code.to_owned()).or_default();
        *count += 1;
        if *count == 1 { code.to_owned() } else { format!("{code}#{count}") }
    }
}

/// A rule the book breaks, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct BookProblem {
    pub path: BookPath,
    pub fault: BookFault,
}

/// Which rule, with the values that break it and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BookFault {
    #[error(
        "`{code}` is not a code; write 1 to 40 of the characters A-Z a-z 0-9 - _ . and none of the words new, file, post, for example A01-EA"
    )]
    MalformedCode { code: String },
    #[error("another {kind} already has the code `{code}`; give this one a code of its own")]
    DuplicateCode { kind: &'static str, code: String },
    #[error("there is no {kind} `{code}`; {}", suggestion(kind, nearest.as_deref()))]
    Unknown { kind: &'static str, code: String, nearest: Option<String> },

    #[error("{value} is negative; write {instead}")]
    Negative { value: Decimal, instead: &'static str },
    #[error("{value} is not above zero; write {instead}")]
    NotPositive { value: Decimal, instead: &'static str },
    #[error("{value} is outside {low} to {high}; write {instead}")]
    OutOfRange { value: Decimal, low: Decimal, high: Decimal, instead: &'static str },
    #[error("{value} has more than {decimals} decimals; round it to {rounded}")]
    TooPrecise { value: Decimal, decimals: u32, rounded: Decimal },

    #[error("`{text}` is not {what}; write for example {example}")]
    Malformed { text: String, what: &'static str, example: &'static str },
    #[error("has {found} characters; shorten it to {max} at most, it stands on documents")]
    TooLong { found: usize, max: usize },
    #[error("has {found} lines; write {max} at most, they stand on documents")]
    TooMany { found: usize, max: usize },
    #[error("is empty; write {instead}")]
    Empty { instead: &'static str },
    #[error("the VAT number holds SIREN {in_vat}, but the SIRET begins with {in_siret}; one of them is another body's")]
    VatOfAnotherBody { in_vat: String, in_siret: String },

    #[error("feed {feed} needs its rack; add the rack's code, or leave the feed out")]
    FeedWithoutRack { feed: char },
    #[error("only an energy counter has a {what}, this meter's register is `{register}`; leave it out")]
    OnlyCounters { what: &'static str, register: &'static str },
    #[error("removed at {removed_at}, which is not after {installed_at} when it was installed")]
    RemovedBeforeInstalled { installed_at: Timestamp, removed_at: Timestamp },
    #[error("the reset at {at} is not after the one before it, at {previous}; write resets oldest first, each once")]
    ResetsOutOfOrder { previous: Timestamp, at: Timestamp },
    #[error("the reset at {at} lies outside the meter's service, which {service}")]
    ResetOutsideService { at: Timestamp, service: String },
    #[error("the index {index} does not exist on a register that returns to zero at {modulus}; write one below it")]
    IndexBeyondModulus { index: Decimal, modulus: Decimal },
    #[error("`{meter}` is a meter of {register}, but {needed}")]
    WrongRegister { meter: String, register: &'static str, needed: &'static str },

    #[error(
        "the band before it allows {credit} % below {below} %; write the highest availability first, and a larger part of the price the lower it fell"
    )]
    BandsOutOfOrder { below: Decimal, credit: Decimal },

    #[error(
        "`{account}` is the account of `{other}` as well, so that nobody could tell from it what is kept for tenants; give what is on account one of its own, such as 419"
    )]
    OnAccountShared { account: String, other: String },
    #[error("begins on {from}, not after {previous} when the one before it began; write them oldest first")]
    NotAscending { previous: NaiveDate, from: NaiveDate },
    #[error("{}", period_message(*.from, *.to))]
    EmptyPeriod { from: NaiveDate, to: NaiveDate },

    #[error(
        "overlaps the line `{code}` that is in force {}: two lines with one code may not share a day; end one on the day the other begins",
        days(first)
    )]
    LinesOverlap { code: String, first: DatePeriod },
    #[error("{} reaches outside its {of}, which is in force {}; keep it inside", days(inner), days(outer))]
    OutsideOf { of: &'static str, inner: DatePeriod, outer: DatePeriod },
    #[error("the line gives {line_unit}, but tariff `{tariff}` prices one {}; choose a tariff whose unit is {line_unit}", tariff_unit.name(), line_unit = line_unit.name())]
    WrongUnit { line_unit: Unit, tariff: String, tariff_unit: Unit },
    #[error(
        "{quantity} is priced by nothing: tariff `{tariff}` asks the same amount for any quantity; write quantity = 1, or give the line a tariff with a price per unit"
    )]
    QuantityUnpriced { quantity: Decimal, tariff: String },
    #[error("tariff `{tariff}` has no price on {on}, {}", first_version.map_or("it has no version at all; add one".to_owned(), |from| format!("its first version begins on {from}; begin the line then, or add an earlier version")))]
    NoPriceYet { tariff: String, on: NaiveDate, first_version: Option<NaiveDate> },
    #[error(
        "meter `{meter}` already bills {measure} on {other} {}; end one assignment on the day the other begins",
        days(shared)
    )]
    AssignmentsOverlap { meter: String, measure: &'static str, other: BookPath, shared: DatePeriod },
    #[error(
        "meter `{meter}` is assigned {}, but its service {service}; assign it for days it can be read",
        days(assigned)
    )]
    AssignedOutsideService { meter: String, assigned: DatePeriod, service: String },
    #[error("only a line that measures energy can carry a PUE, this one measures {measure}; leave it out")]
    PueOnOtherMeasure { measure: &'static str },
    #[error(
        "a measured PUE needs the facility's meters; name facility_energy_meters and it_energy_meters under [facility]"
    )]
    PueWithoutMeters,
    #[error("a window of {minutes} minutes does not divide the day; write 5, 10, 15, 30 or 60")]
    UnusableWindow { minutes: u32 },
    #[error(
        "a line outside the scope of VAT shares an invoice with line `{other}`, which is not; put them in two contracts"
    )]
    MixedVat { other: String },
    #[error("{rate_percent} % is not a VAT rate; write 20, 10, 5.5 or 2.1")]
    UnknownVatRate { rate_percent: Decimal },
    #[error("index `{index}` has no value for {month}; publish it under price_index.values")]
    NoIndexValue { index: String, month: String },

    #[error("components sum to {} ({}), not to the asset's cost {cost}: {}", sum(.parts), listed(.parts), difference(sum(.parts), *cost))]
    ComponentsDoNotSum { parts: Vec<(ComponentCode, Money)>, cost: Money },
    #[error("the parts of the key sum to {sum} ({arithmetic}), not to 100")]
    KeyDoesNotSum { sum: Decimal, arithmetic: String },
    #[error("{what} sum to {sum} ({arithmetic}), not to {total}, {of}: {}", difference(*sum, *total))]
    PartsDoNotSum { what: &'static str, sum: Money, arithmetic: String, total: Money, of: &'static str },
    #[error(
        "has an account of construction, so it goes into service by an event; leave this out and add [[asset.event]] with kind = \"commission\""
    )]
    CommissionedByEvent,
    #[error("needs the supplier invoices that add up to its cost; add [[asset.invoice]]")]
    BuiltWithoutInvoices,
    #[error("has no line, so nothing is ever billed; add [[contract.line]]")]
    NoLines,
    #[error("{0}")]
    AssetEvent(crate::domain::amortisation::EventProblem),
    #[error(transparent)]
    Locked(LockedProblem),
    #[error("asset {asset}, event {number} ({event}): {closed}")]
    EventInClosedPeriod { asset: AssetCode, number: usize, event: &'static str, closed: ClosedPeriod },
    #[error(
        "asset {asset}: the file {name} (sha256 {sha256}) is attached and missing among its documents; add an [[asset.document]] with that sha256, or export the book first"
    )]
    PaperLeftOut { asset: AssetCode, name: String, sha256: String },
    #[error(transparent)]
    ComponentTree(crate::domain::amortisation::TreeFault),
    #[error("{value} exceeds {limit}, {of}")]
    Exceeds { value: Money, limit: Money, of: &'static str },
    #[error(
        "a residual value of {residual} leaves {cost} − {residual} = {} to depreciate; give one below the cost, and leave out what loses no value, which has no plan",
        *cost - *residual
    )]
    NothingToDepreciate { residual: Money, cost: Money },
}

fn suggestion(kind: &str, nearest: Option<&str>) -> String {
    match nearest {
        Some(code) => format!("did you mean `{code}`?"),
        None => format!("add the {kind} to the book, or name one that is there"),
    }
}

fn period_message(from: NaiveDate, to: NaiveDate) -> String {
    format!("ends on {to}, not after {from} when it begins; `to` is the first day no longer included")
}

/// `from 2026-01-01 to 2026-07-01`, `from 2026-01-01 on`.
fn days(period: &DatePeriod) -> String {
    match period.to {
        Some(to) => format!("from {} to {to}", period.from),
        None => format!("from {} on", period.from),
    }
}

fn sum(parts: &[(ComponentCode, Money)]) -> Money {
    parts.iter().map(|(_, cost)| *cost).sum()
}

fn listed(parts: &[(ComponentCode, Money)]) -> String {
    parts.iter().map(|(code, cost)| format!("{code} {cost}")).collect::<Vec<_>>().join(" + ")
}

fn difference(sum: Money, cost: Money) -> String {
    if sum.cents() < cost.cents() {
        format!("{} is missing", cost - sum)
    } else {
        format!("{} is too much", sum - cost)
    }
}
