//! Readings as they are sent.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::values::ReadingValue;
use crate::http::api::readings::{BilledMonthAnswer, RefusedAnswer};
use crate::http::error::Problem;

/// One meter's value at one instant.
#[derive(Serialize, ToSchema)]
pub struct Reading {
    /// The meter's code in the facility book.
    #[schema(example = "A01-EA")]
    pub meter: String,
    /// RFC 3339 with its offset; fractions of a second are cut off.
    #[schema(example = "2026-10-01T02:10:00+02:00")]
    pub at: String,
    pub value: ReadingValue,
    /// `kWh`, `kW`, `TB` or `To`, `U`, in capitals or not; or `kilowatt-hour`, `kilowatt`, `terabyte`, `rack-unit`.
    /// Refused where it is not the register's.
    #[schema(example = "kWh")]
    pub unit: Option<String>,
    /// Measured where it is left out.
    pub quality: Option<ReadingQuality>,
    /// Why an earlier value is replaced; makes the reading a correction.
    pub correction: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ReadingQuality {
    Measured,
    Estimated,
    Corrected,
}

/// A CloudEvent 1.0 with its reading in `data`, or in `data_base64`; other attributes are let pass.
#[derive(Serialize, ToSchema)]
pub struct ReadingEvent {
    #[schema(example = "1.0")]
    pub specversion: String,
    pub id: String,
    pub source: String,
    #[schema(example = "eu.chapelle.reading.v1")]
    pub r#type: String,
    /// JSON where it is given.
    pub datacontenttype: Option<String>,
    pub data: Option<Reading>,
    pub data_base64: Option<String>,
    #[serde(flatten)]
    pub attributes: HashMap<String, serde_json::Value>,
}

/// One, or an array of at most 10,000; each a reading or an event.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReadingsBody {
    One(ReadingItem),
    Several(Vec<ReadingItem>),
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ReadingItem {
    Reading(Reading),
    Event(Box<ReadingEvent>),
}

/// A problem alone, or with what was wrong with each reading.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum NothingTaken {
    Problem(Problem),
    Refused(RefusedBatch),
}

/// Every reading was refused.
#[derive(Serialize, ToSchema)]
pub struct RefusedBatch {
    #[serde(flatten)]
    pub problem: Problem,
    pub accepted: usize,
    pub duplicates: usize,
    pub refused: Vec<RefusedAnswer>,
    pub billed_months: Vec<BilledMonthAnswer>,
}
