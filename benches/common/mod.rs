//! What the benchmarks share: a data centre of any size, the clock and the meter of memory, the limits, the table.
//!
//! Each benchmark measures its limit in the same run, in turn with what is measured, and reports the median round of
//! each. Two variables bend a run: `CHAPELLE_BENCH_SCALE` multiplies the work (0.1 for a quick look) and
//! `CHAPELLE_BENCH_ROUNDS` is how often each figure is taken (3).

#![allow(dead_code, unused_imports, reason = "each benchmark uses its own part of this")]

pub mod centre;
pub mod client;
pub mod measure;
pub mod raw;
pub mod table;

pub use centre::Centre;
pub use measure::{Run, in_turn};

/// `work` multiplied by `CHAPELLE_BENCH_SCALE`, at least 1.
pub fn scaled(work: u64) -> u64 {
    ((work as f64 * scale()) as u64).max(1)
}

/// `CHAPELLE_BENCH_SCALE`, else 1.
pub fn scale() -> f64 {
    variable("CHAPELLE_BENCH_SCALE").unwrap_or(1.0)
}

pub fn rounds() -> usize {
    variable("CHAPELLE_BENCH_ROUNDS").unwrap_or(3).max(1)
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is `{text}`, which is not a number")))
}

/// Runs the parts asked for on the command line (`cargo bench --bench ingest -- http`), or all. Under `cargo test`,
/// which runs benchmarks without `--bench`, nothing is measured.
pub fn run_parts(parts: &[(&str, fn())]) {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        println!("a benchmark: run it with cargo bench");
        return;
    }
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    for (name, part) in parts {
        if wanted.is_empty() || wanted.iter().any(|wanted| name.contains(wanted.as_str())) {
            part();
        }
    }
}
