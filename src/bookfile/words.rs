//! The words a book uses for the domain's choices, read and written from one table each.

use crate::domain::amortisation::{Convention, PaperKind, PostingPeriod};
use crate::domain::contract::indexation::CoefficientRounding;
use crate::domain::contract::{GapPolicy, Proration, Service};
use crate::domain::facility::Feed;
use crate::domain::ledger::ChartKind;
use crate::domain::metering::Register;
use crate::domain::party::{ChorusRequirement, Language, PaymentTermClass};
use crate::domain::quantity::Unit;

/// Words and what they mean.
pub struct Words<T: 'static>(pub &'static [(&'static str, T)]);

impl<T: Copy + PartialEq> Words<T> {
    pub fn value_of(&self, word: &str) -> Option<T> {
        self.0.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
    }

    pub fn name_of(&self, wanted: T) -> &'static str {
        self.0.iter().find(|(_, value)| *value == wanted).map_or("", |(name, _)| name)
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|(name, _)| *name)
    }
}

pub const UNITS: Words<Unit> = Words(&[
    ("kilowatt-hour", Unit::KilowattHour),
    ("kilowatt", Unit::Kilowatt),
    ("terabyte", Unit::Terabyte),
    ("terabyte-month", Unit::TerabyteMonth),
    ("rack-unit", Unit::RackUnit),
    ("rack-unit-day", Unit::RackUnitDay),
    ("rack", Unit::Rack),
    ("month", Unit::Month),
    ("day", Unit::Day),
    ("hour", Unit::Hour),
    ("year", Unit::Year),
    ("one", Unit::One),
]);

pub const LANGUAGES: Words<Language> = Words(&[("fr", Language::French), ("en", Language::English)]);

pub const PAYMENT_TERM_CLASSES: Words<PaymentTermClass> = Words(&[
    ("local-authority", PaymentTermClass::LocalAuthority),
    ("health-establishment", PaymentTermClass::HealthEstablishment),
    ("public-undertaking", PaymentTermClass::PublicUndertaking),
]);

pub const CHORUS_REQUIREMENTS: Words<ChorusRequirement> = Words(&[
    ("none", ChorusRequirement::None),
    ("service", ChorusRequirement::Service),
    ("engagement", ChorusRequirement::Engagement),
    ("either", ChorusRequirement::Either),
    ("both", ChorusRequirement::Both),
]);

pub const REGISTERS: Words<Register> = Words(&[
    ("energy", Register::Energy),
    ("power", Register::Power),
    ("storage", Register::Storage),
    ("occupancy", Register::Occupancy),
]);

pub const CHARTS: Words<ChartKind> = Words(&[("m57", ChartKind::M57), ("pcg", ChartKind::Pcg)]);

pub const FEEDS: Words<Feed> = Words(&[("A", Feed::A), ("B", Feed::B)]);

pub const SERVICES: Words<Service> = Words(&[
    ("space", Service::Space),
    ("power", Service::Power),
    ("storage", Service::Storage),
    ("other", Service::Other),
]);

pub const PRORATIONS: Words<Proration> =
    Words(&[("calendar-days", Proration::CalendarDays), ("thirtieths", Proration::Thirtieths)]);

pub const GAP_POLICIES: Words<GapPolicy> = Words(&[("block", GapPolicy::Block), ("estimate", GapPolicy::Estimate)]);

pub const ROUNDINGS: Words<CoefficientRounding> = Words(&[
    ("unrounded", CoefficientRounding::Unrounded),
    ("four-decimals", CoefficientRounding::FourDecimals),
    ("up-to-thousandth", CoefficientRounding::UpToThousandth),
]);

pub const CONVENTIONS: Words<Convention> = Words(&Convention::ALL);

/// The shapes of a price, which decide the keys beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Flat,
    PerUnit,
    Graduated,
    Volume,
    Commitment,
    Minimum,
    Cap,
    OneOff,
}

pub const SHAPES: Words<Shape> = Words(&[
    ("flat", Shape::Flat),
    ("per-unit", Shape::PerUnit),
    ("graduated", Shape::Graduated),
    ("volume", Shape::Volume),
    ("commitment", Shape::Commitment),
    ("minimum", Shape::Minimum),
    ("cap", Shape::Cap),
    ("one-off", Shape::OneOff),
]);

/// What a line measures; the window stands in a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureWord {
    Energy,
    Demand,
    Percentile95,
    StorageMonth,
    OccupancyDays,
}

pub const MEASURES: Words<MeasureWord> = Words(&[
    ("energy", MeasureWord::Energy),
    ("demand", MeasureWord::Demand),
    ("percentile95", MeasureWord::Percentile95),
    ("storage-month", MeasureWord::StorageMonth),
    ("occupancy-days", MeasureWord::OccupancyDays),
]);

/// How a line is taxed; rate and reason stand in keys of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VatWord {
    Standard,
    Exempt,
    OutOfScope,
}

pub const VAT_CATEGORIES: Words<VatWord> =
    Words(&[("standard", VatWord::Standard), ("exempt", VatWord::Exempt), ("out-of-scope", VatWord::OutOfScope)]);

/// Whether energy carries the PUE; a fixed factor stands in a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PueWord {
    None,
    Measured,
    Fixed,
}

pub const PUE_TERMS: Words<PueWord> =
    Words(&[("none", PueWord::None), ("measured", PueWord::Measured), ("fixed", PueWord::Fixed)]);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodWord {
    Linear,
    Degressive,
    UnitsOfUse,
}

pub const METHODS: Words<MethodWord> = Words(&[
    ("linear", MethodWord::Linear),
    ("degressive", MethodWord::Degressive),
    ("units-of-use", MethodWord::UnitsOfUse),
]);

pub const PAPER_KINDS: Words<PaperKind> = Words(&PaperKind::ALL);

pub const POSTING_PERIODS: Words<PostingPeriod> =
    Words(&[("month", PostingPeriod::Month), ("quarter", PostingPeriod::Quarter), ("year", PostingPeriod::Year)]);

/// What an event of an asset is; its own keys stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventWord {
    Revise,
    Impair,
    Reverse,
    Dispose,
    Donate,
    Replace,
    Commission,
    Use,
    Subsidise,
    Withdraw,
}

pub const EVENTS: Words<EventWord> = Words(&[
    ("revise", EventWord::Revise),
    ("impair", EventWord::Impair),
    ("reverse", EventWord::Reverse),
    ("dispose", EventWord::Dispose),
    ("donate", EventWord::Donate),
    ("replace", EventWord::Replace),
    ("commission", EventWord::Commission),
    ("use", EventWord::Use),
    ("subsidise", EventWord::Subsidise),
    ("withdraw", EventWord::Withdraw),
]);
