//! The evidence an auditor takes away, and the verifier they run alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use chapelle::domain::calendar::{BillingMonth, Period};
use common::{ENGINES, Engine, World, readings_csv, small_book_path};
use serde_json::Value;

#[path = "audit/books.rs"]
mod books;
#[path = "audit/commands.rs"]
mod commands;
#[path = "audit/entries.rs"]
mod entries;
#[path = "audit/packs.rs"]
mod packs;
#[path = "audit/tampering.rs"]
mod tampering;
#[path = "audit/traces.rs"]
mod traces;

/// Twice a day is enough: what is tested is evidence, not metering.
const STEP_SECONDS: i64 = 43_200;
const NOVEMBER: &str = "2026-11-03T08:00:00Z";
const DECEMBER: &str = "2026-12-04T08:00:00Z";

/// The verifier as packs hold it, in a file of its own.
fn verifier() -> PathBuf {
    static FILE: OnceLock<PathBuf> = OnceLock::new();
    let write = || {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("verify-{}.py", std::process::id()));
        std::fs::write(&path, chapelle::documents::evidence::VERIFIER).unwrap();
        path
    };
    FILE.get_or_init(write).clone()
}

/// A centre with the readings of two months, of which one is issued; nothing is sealed yet. And the readings.
fn delivered(engine: Engine) -> (World, String) {
    let world = World::new(engine);
    let text = std::fs::read_to_string(small_book_path()).unwrap().replace("tolerance_seconds = 3600\n", "");
    // Two days: so that readings twice a day leave no gap.
    let text = text.replace("[[meter]]\n", "[[meter]]\ntolerance_seconds = 172800\n");
    let book = world.file("book.toml", &text);
    world.ok(&["import", book.to_str().unwrap()]);
    let book = chapelle::bookfile::read_bytes(text.as_bytes(), "book.toml").unwrap();
    let month = |text: &str| text.parse::<BillingMonth>().unwrap().period(book.facility.zone);
    let period = Period { from: month("2026-09").from, to: month("2026-10").to };
    let (csv, _) = readings_csv(&book, period, STEP_SECONDS);
    let file = world.file("readings.csv", &csv);
    world.ok(&["readings", "import", file.to_str().unwrap()]);
    issue(&world, NOVEMBER, "2026-09");
    (world, csv)
}

/// A centre with two issued months, a late correction, depreciation, and the trail signed twice.
fn audited(engine: Engine) -> World {
    let (world, csv) = delivered(engine);
    at(&world, NOVEMBER, &["audit", "sign"]);
    // The value of one September reading turns out to have been wrong.
    let wrong = csv.lines().find(|line| line.starts_with("SAN-")).unwrap();
    let mut fields = wrong.split(',');
    let (meter, instant) = (fields.next().unwrap(), fields.next().unwrap());
    let correction = format!(
        "{{\"meter\":\"{meter}\",\"at\":\"{instant}\",\"value\":\"39.5\",\"correction\":\"one shelf, counted twice\"}}\n"
    );
    let file = world.file("late.ndjson", &correction);
    at(&world, DECEMBER, &["readings", "import", file.to_str().unwrap()]);
    issue(&world, DECEMBER, "2026-10");
    at(&world, DECEMBER, &["amortisation", "post", "--through", "2026-11"]);
    world
}

/// A paper of an asset, and a report that is kept.
fn keep_things(world: &World) {
    let paper = world.file("reception.txt", "Procès-verbal de réception\n");
    let attach = ["assets", "attach", "2019-0042", paper.to_str().unwrap(), "--name", "Procès-verbal"];
    at(world, DECEMBER, &[&attach[..], &["--date", "2019-05-28"]].concat());
    let keep = ["amortisation", "movements", "--year", "2026", "--archive"];
    at(world, DECEMBER, &keep);
}

fn issue(world: &World, now: &str, month: &str) {
    let output = world.chapelle_at(now, &["billing", "run", "--month", month, "--issue"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.matches("issued DC").count() >= 2, "{told}");
}

fn at(world: &World, now: &str, arguments: &[&str]) -> String {
    let output = world.chapelle_at(now, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The pack of 2026, signed in December, and the latest exported root.
fn pack(world: &World) -> (PathBuf, PathBuf) {
    let path = world.dir.path().join("pack.zip");
    at(world, DECEMBER, &["audit", "pack", "--year", "2026", "--output", path.to_str().unwrap()]);
    (path, roots(world).pop().unwrap())
}

/// The exported roots, oldest first.
fn roots(world: &World) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(world.dir.path().join("roots")).unwrap();
    let mut roots: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    roots.sort();
    roots
}

fn python(arguments: &[&Path]) -> Output {
    Command::new("python3").arg("-B").args(arguments).output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn json(world: &World, arguments: &[&str]) -> (Option<i32>, Value) {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    let output = world.chapelle_at(DECEMBER, &all).output().unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    (output.status.code(), value)
}
