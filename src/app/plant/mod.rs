//! Readings, meters and racks: taken in, kept, resolved, and shown.

pub mod ingest_readings;
pub mod keep_series;
pub mod read_alarms;
pub mod read_meters;
pub mod read_racks;
pub(super) mod read_series;
pub mod read_usage;
pub mod receive_readings;
pub mod resolve_gap;
pub mod upload_readings;
