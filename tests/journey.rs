//! The main job through the command line, on both engines: what people type, what they see, what bad input gets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "journey/billing.rs"]
mod billing;
#[path = "journey/book.rs"]
mod book;
mod common;
#[path = "journey/invoices.rs"]
mod invoices;
#[path = "journey/looked_at.rs"]
mod looked_at;
#[path = "journey/readings.rs"]
mod readings;

use chapelle::domain::calendar::{BillingMonth, Period};
use common::{World, readings_csv, small_book, small_book_path};
use serde_json::Value;

fn months() -> [BillingMonth; 2] {
    ["2026-09".parse().unwrap(), "2026-10".parse().unwrap()]
}

/// A world with the small book and hourly readings of September and October.
fn ready(world: &World) {
    let book = small_book();
    let [first, last] = months();
    let zone = book.facility.zone;
    let period = Period { from: first.period(zone).from, to: last.period(zone).to };
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let (csv, _) = readings_csv(&book, period, 3_600);
    let file = world.file("readings.csv", &csv);
    world.ok(&["readings", "import", file.to_str().unwrap()]);
}

fn json(world: &World, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    let output = world.run(&all);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A decimal string in cents.
fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}
