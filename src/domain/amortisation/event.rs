//! What happens to an asset after it was entered: recorded once, never changed.
//!
//! Each event has the day it takes effect, the day it became known, who recorded it and why. A later insight is
//! another event.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Component;
use super::asset::grouped;
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::{Money, plain, plain_option};

/// An event; its number is its place in the asset's list, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetEvent {
    pub effective_on: NaiveDate,
    /// When it became known: a plan as it was known before knows nothing of it.
    pub recorded_on: NaiveDate,
    pub recorded_by: String,
    pub reason: String,
    /// The decision it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    pub change: AssetChange,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum AssetChange {
    /// Another life, residual value or number of units expected; the rest of the base is spread over the rest.
    Revise {
        component: ComponentCode,
        /// The whole life, counted from commissioning.
        duration_years: Option<u32>,
        residual_value: Option<Money>,
        #[serde(default, deserialize_with = "plain_option")]
        expected_units: Option<Decimal>,
    },
    Impair {
        component: ComponentCode,
        amount: Money,
    },
    Reverse {
        component: ComponentCode,
        amount: Money,
    },
    /// Sold or scrapped: the whole asset, or one component, or a part.
    Dispose {
        component: Option<ComponentCode>,
        extent: Extent,
        proceeds: Money,
        buyer: Option<String>,
    },
    Donate {
        component: Option<ComponentCode>,
        extent: Extent,
        beneficiary: String,
    },
    /// The component leaves, its successor enters and starts its own plan.
    Replace {
        component: ComponentCode,
        successor: Successor,
        proceeds: Money,
    },
    /// What was built goes into service: the components named, or all that are still being built.
    Commission {
        evidence: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        components: Vec<ComponentCode>,
    },
    /// Units used in the month of the effective day.
    Use {
        component: ComponentCode,
        #[serde(deserialize_with = "plain")]
        units: Decimal,
    },
    /// A subsidy received later, taken to income over the rest of the life.
    Subsidise {
        grantor: String,
        reference: Option<String>,
        amount: Money,
    },
    /// Event `event` of the asset never happened: the plan is again what it was without it. It is of that event's day.
    Withdraw {
        event: usize,
    },
}

/// How much leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    Whole,
    /// Percent of the gross value.
    Percent(#[serde(deserialize_with = "plain")] Decimal),
    /// A part of the gross value.
    Gross(Money),
}

/// A component that takes another's place, in service from the event's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Successor(pub Component);

impl AssetChange {
    /// Its word in the book and on the command line.
    pub const fn word(&self) -> &'static str {
        match self {
            AssetChange::Revise { .. } => "revise",
            AssetChange::Impair { .. } => "impair",
            AssetChange::Reverse { .. } => "reverse",
            AssetChange::Dispose { .. } => "dispose",
            AssetChange::Donate { .. } => "donate",
            AssetChange::Replace { .. } => "replace",
            AssetChange::Commission { .. } => "commission",
            AssetChange::Use { .. } => "use",
            AssetChange::Subsidise { .. } => "subsidise",
            AssetChange::Withdraw { .. } => "withdraw",
        }
    }

    /// The one component it is about; none where it is about the whole asset.
    pub const fn component(&self) -> Option<&ComponentCode> {
        match self {
            AssetChange::Revise { component, .. }
            | AssetChange::Impair { component, .. }
            | AssetChange::Reverse { component, .. }
            | AssetChange::Replace { component, .. }
            | AssetChange::Use { component, .. } => Some(component),
            AssetChange::Dispose { component, .. } | AssetChange::Donate { component, .. } => component.as_ref(),
            AssetChange::Commission { .. } | AssetChange::Subsidise { .. } | AssetChange::Withdraw { .. } => None,
        }
    }

    /// The components it names, as people read them: `a`, or `a, b`. None where it is about the whole asset, or an event.
    pub fn named(&self) -> Option<String> {
        match self {
            AssetChange::Commission { components, .. } if !components.is_empty() => {
                Some(components.iter().map(ComponentCode::as_str).collect::<Vec<_>>().join(", "))
            }
            _ => self.component().map(ToString::to_string),
        }
    }

    /// The event it withdraws.
    pub const fn withdraws(&self) -> Option<usize> {
        match self {
            AssetChange::Withdraw { event } => Some(*event),
            _ => None,
        }
    }

    /// How much leaves, where something does and it is not all of it.
    pub const fn part(&self) -> Option<Extent> {
        match self {
            AssetChange::Dispose { extent: Extent::Whole, .. } | AssetChange::Donate { extent: Extent::Whole, .. } => {
                None
            }
            AssetChange::Dispose { extent, .. } | AssetChange::Donate { extent, .. } => Some(*extent),
            _ => None,
        }
    }

    /// What it is worth in money: what is impaired, received or granted.
    pub const fn amount(&self) -> Option<Money> {
        match self {
            AssetChange::Impair { amount, .. }
            | AssetChange::Reverse { amount, .. }
            | AssetChange::Subsidise { amount, .. } => Some(*amount),
            AssetChange::Dispose { proceeds, .. } | AssetChange::Replace { proceeds, .. } => Some(*proceeds),
            AssetChange::Revise { residual_value, .. } => *residual_value,
            AssetChange::Donate { .. }
            | AssetChange::Commission { .. }
            | AssetChange::Use { .. }
            | AssetChange::Withdraw { .. } => None,
        }
    }
}

/// The last day an event recorded on `recorded_on` takes effect without being asked about: the end of the next year, for
/// which a budget is decided. What lies beyond is mostly a year mistyped.
pub fn last_plausible_day(recorded_on: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(recorded_on.year() + 1, 12, 31).unwrap_or(recorded_on)
}

/// An event that cannot happen to its asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("asset {asset}, event {number} ({word} on {effective_on}): {fault}")]
pub struct EventProblem {
    pub asset: AssetCode,
    /// From 1.
    pub number: usize,
    pub word: &'static str,
    pub effective_on: NaiveDate,
    pub fault: EventFault,
}

/// Why, with the arithmetic and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventFault {
    #[error("there is no component `{component}`; there {known}")]
    UnknownComponent { component: ComponentCode, known: String },
    #[error(
        "recorded on {recorded_on}, before the event above it ({previous}); write events in the order they became known"
    )]
    RecordedEarlier { previous: NaiveDate, recorded_on: NaiveDate },
    #[error("the asset is still under construction; put it into service first (commission)")]
    UnderConstruction,
    #[error("the asset is in service since {since}; it is put into service once")]
    InService { since: NaiveDate },
    #[error("`{component}` is in service since {since}; it is put into service once")]
    PartInService { component: ComponentCode, since: NaiveDate },
    #[error("`{component}` is still under construction; put it into service first (commission)")]
    PartUnderConstruction { component: ComponentCode },
    #[error(
        "what goes into service costs {}: invoiced {} − put into service before {} = {} stands under construction; enter the invoices first, or name less",
        grouped(*cost), grouped(*invoiced), grouped(*before), grouped(*invoiced - *before)
    )]
    CostsMoreThanBuilt { cost: Money, invoiced: Money, before: Money },
    #[error("`{component}` is in service from {since}; nothing can happen to it before")]
    BeforeService { component: ComponentCode, since: NaiveDate },
    #[error("`{component}` left on {since}; nothing can happen to it after")]
    Gone { component: ComponentCode, since: NaiveDate },
    #[error("nothing of the asset is left on that day")]
    NothingLeft,
    #[error("it changes nothing; give a duration, a residual value or a number of units that differs")]
    ChangesNothing,
    #[error(
        "a life of {duration_years} years from {commissioned_on} ends in {last_month}, before that day; {} are still to be charged: give a longer life",
        grouped(*rest)
    )]
    LifeOver { duration_years: u32, commissioned_on: NaiveDate, last_month: BillingMonth, rest: Money },
    #[error("a duration is a whole number of years from 1 to 100, not {0}")]
    Duration(u32),
    #[error(
        "residual value {}: gross {} − depreciated {} − impaired {} = {} is left; it must lie between zero and that",
        grouped(*residual_value), grouped(*gross), grouped(*depreciated), grouped(*impaired),
        grouped(*gross - *depreciated - *impaired)
    )]
    ResidualValue { residual_value: Money, gross: Money, depreciated: Money, impaired: Money },
    #[error(
        "impairment of {}: gross {} − depreciated {} − impaired {} − residual value {} = {} is what can be lost; revise the residual value first, or impair less",
        grouped(*amount), grouped(*gross), grouped(*depreciated), grouped(*impaired), grouped(*residual_value),
        grouped(*gross - *depreciated - *impaired - *residual_value)
    )]
    ImpairsTooMuch { amount: Money, gross: Money, depreciated: Money, impaired: Money, residual_value: Money },
    #[error("reversal of {}: only {} is impaired", grouped(*amount), grouped(*impaired))]
    ReversesTooMuch { amount: Money, impaired: Money },
    #[error(
        "reversal of {}: net book value {} + {} = {} would exceed {}, what it were without any impairment; reverse at most {}",
        grouped(*amount), grouped(*net), grouped(*amount), grouped(*net + *amount), grouped(*unimpaired),
        grouped(*unimpaired - *net)
    )]
    ReversesBeyondCost { amount: Money, net: Money, unimpaired: Money },
    #[error("an amount must be above zero, not {0}")]
    NotPositive(Money),
    #[error(
        "subsidy of {}: {} received before + {} = {} would exceed {}, the cost of what stands; a subsidy is at most the cost",
        grouped(*amount), grouped(*received), grouped(*amount), grouped(*received + *amount), grouped(*gross)
    )]
    SubsidyBeyondCost { amount: Money, received: Money, gross: Money },
    #[error("proceeds must not be negative, and are {0}")]
    NegativeProceeds(Money),
    #[error("{} of a gross value of {}; a part is above zero and at most the whole", grouped(*part), grouped(*gross))]
    Part { part: Money, gross: Money },
    #[error("{0} % is no share of the gross value; give a part above 0 to 100, with at most 4 decimals")]
    Share(Decimal),
    #[error("`{component}` does not depreciate by units; give its method units-of-use, or revise its duration")]
    NotByUnits { component: ComponentCode },
    #[error("{expected} units expected, but {used} are used already; expect more, with at most 4 decimals")]
    ExpectedUnits { expected: Decimal, used: Decimal },
    #[error("{units} units, {used} used before, sum to {}; only {expected} are expected: revise them first", *units + *used)]
    TooManyUnits { units: Decimal, used: Decimal, expected: Decimal },
    #[error("units are above zero and have at most 4 decimals, not {0}")]
    Units(Decimal),
    #[error("the component `{0}` is there already; give the successor a code of its own")]
    SuccessorExists(ComponentCode),
    #[error("the successor is no sound component: {0}")]
    Successor(String),
    #[error("there is no event {event} before it to withdraw; the last is event {last}")]
    NoSuchEvent { event: usize, last: usize },
    #[error("event {event} is a withdrawal itself, and is not withdrawn: record again what happened after all")]
    WithdrawsWithdrawal { event: usize },
    #[error("event {event} was withdrawn before, by event {by}")]
    WithdrawnBefore { event: usize, by: usize },
    #[error("event {later} ({word} on {on}) rests on event {event}; withdraw event {later} first")]
    RestsOn { event: usize, later: usize, word: &'static str, on: NaiveDate },
    #[error("event {event} is of {on}; a withdrawal is of the day of what it withdraws")]
    WithdrawalDay { event: usize, on: NaiveDate },
}
