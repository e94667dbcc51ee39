//! `chapelle demo`: the main job, end to end, on an example of the Chapelle centre.

mod availability;
mod book;
mod contracts;
mod management;
mod payments;
mod readings;
mod summary;

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Datelike, Days, NaiveTime, Utc};
use clap::Args;

use self::summary::Summary;
use super::context::progress_bar;
use super::{CliError, Context, Outcome};
use crate::app::ingest_readings::{self, ReadingInput};
use crate::app::run_billing::{self, RunRequest};
use crate::app::{
    Store, close_year, deliver_outbox, export_book, import_book, keep_series, periods, post_depreciation,
    record_management_figures,
};
use crate::bookfile;
use crate::domain::audit::Actor;
use crate::domain::book::Book;
use crate::domain::calendar::{BillingMonth, Period, Timestamp};
use crate::domain::ids::MeterCode;
use crate::domain::ledger::PeriodState;
use crate::domain::metering::Quality;
use crate::domain::quantity::Micro;

/// Which month, counted from the first, has readings corrected after it was billed.
const CORRECTED_MONTH: usize = 11;

/// Build an example centre with more than a year of readings, bill it, and serve it.
#[derive(Debug, Args)]
pub struct Demo {
    /// Stop after the summary.
    #[arg(long)]
    no_serve: bool,
    /// How many finished months a new example covers.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=36))]
    months: u32,
    /// How often meters are read: a part of the hour, in minutes. Give it again with an example made with it.
    #[arg(long, default_value_t = 10, value_parser = part_of_an_hour)]
    step_minutes: i64,
}

fn part_of_an_hour(text: &str) -> Result<i64, String> {
    let minutes = text.parse().ok().filter(|minutes| (1..=60).contains(minutes) && 60 % minutes == 0);
    minutes.ok_or_else(|| format!("`{text}` does not divide the hour: write a number of minutes such as 10 or 60"))
}

impl Demo {
    pub fn run(&self, context: &Context) -> Result<Outcome, CliError> {
        let store = context.open_or_create()?;
        let months = months(&store, self.months, context.now)?;
        let Some((first, last)) = months.first().copied().zip(months.last().copied()) else {
            return Err(CliError::Input("there is no finished month to show".to_owned()));
        };
        let mut steps = Steps::default();
        let example = book::example_book(first).map_err(|error| CliError::Input(error.to_string()))?;
        let stored = steps.time("book", || import(context, &store, &example))?;
        let loaded = steps
            .time("readings", || load_readings(context, &store, &stored, (first, last), self.step_minutes * 60))?;
        steps.time("packing", || Ok(keep_series::all(&store, context.now)?))?;
        steps.time("billing", || bill(context, &store, &stored, &months, self.step_minutes * 60))?;
        steps.time("mail", || deliver(context, &store, last))?;
        steps.time("payments", || payments::pay(context, &store))?;
        steps.time("depreciation", || Ok(post_depreciation::post(&store, last, &context.actor(), context.now)?))?;
        steps.time("closing", || close_years(context, &store))?;
        steps.time("payback", || record_figures(context, &store, first, last))?;
        let people = steps.time("people", || summary::sign_ins(context, &store))?;
        let summary = Summary::gather(context, &store, &months, loaded, steps.taken, people)?;
        context.print(&summary, Summary::describe);
        if self.no_serve { Ok(Outcome::Done) } else { super::serve::serve(context, store) }
    }
}

/// How long each step took.
#[derive(Debug, Default)]
struct Steps {
    taken: Vec<(&'static str, Duration)>,
}

impl Steps {
    fn time<T>(&mut self, name: &'static str, step: impl FnOnce() -> Result<T, CliError>) -> Result<T, CliError> {
        let begun = Instant::now();
        let result = step()?;
        self.taken.push((name, begun.elapsed()));
        Ok(result)
    }
}

/// Every finished month of the demo: from where an earlier run began, else the last `count`.
fn months(store: &Store, count: u32, now: DateTime<Utc>) -> Result<Vec<BillingMonth>, CliError> {
    let last = BillingMonth::of(now.date_naive()).previous();
    let first = match export_book::shared(store) {
        Ok(book) => begun_in(&book)?,
        Err(crate::app::AppError::NoBook) => (1..count).fold(last, |month, _| month.previous()),
        Err(error) => return Err(error.into()),
    };
    Ok(first.through(last).collect())
}

/// The month the stored example begins in; a book that is not the example is left alone.
fn begun_in(book: &Book) -> Result<BillingMonth, CliError> {
    let general = book.meters.iter().find(|meter| meter.code.as_str() == "general-A");
    general
        .filter(|_| book.facility.code == "chapelle")
        .map(|meter| BillingMonth::of(meter.installed_at.date_in(book.facility.zone)))
        .ok_or_else(|| {
            CliError::Input("this data directory holds another facility's book: choose one with --data-dir".to_owned())
        })
}

/// Writes the example as a book file and imports that file, as a person would.
fn import(context: &Context, store: &Store, example: &Book) -> Result<Arc<Book>, CliError> {
    if export_book::is_edited(store)? {
        // What somebody edited meanwhile is theirs.
        return Ok(export_book::shared(store)?);
    }
    let path = context.data_dir.join("book.toml");
    let text = bookfile::write(example);
    std::fs::write(&path, &text).map_err(CliError::io("write", &path))?;
    let book = import_book::read(text.as_bytes(), &path.display().to_string()).map_err(CliError::Input)?;
    import_book::import(store, &book, &context.actor(), context.now)?;
    Ok(export_book::shared(store)?)
}

/// Loads what is not there yet; returns how many readings were accepted now.
fn load_readings(
    context: &Context,
    store: &Store,
    book: &Book,
    (first, last): (BillingMonth, BillingMonth),
    step_seconds: i64,
) -> Result<u64, CliError> {
    let zone = book.facility.zone;
    // The running month too: usage and estimates show it.
    let until = last.period(zone).to.max(context.now.into());
    let whole = Period { from: first.period(zone).from, to: until };
    let resume_from = ingest_readings::latest(store, &"general-A".into())?.map_or(whole.from, |at| at.plus_seconds(1));
    let source = readings::ExampleReadings::new(book, first, whole, step_seconds);
    let bar = progress_bar(context, "hours of readings");
    bar.set_length(source.hours());
    let mut intake = ingest_readings::Intake::open(store, "demo")?.by(&Actor::new("demo", None));
    for hour in source {
        bar.inc(1);
        for (place, reading) in (0..).zip(hour.iter().filter(|reading| reading.at >= resume_from)) {
            let Some(meter) = book.meters.get(reading.meter) else { continue };
            let input = ReadingInput {
                meter: meter.code.as_str(),
                at: reading.at,
                value: reading.value,
                unit: None,
                quality: Quality::Measured,
                correction: None,
            };
            intake.push(place, &input, context.now)?;
        }
    }
    let report = intake.finish(context.now)?;
    bar.finish_and_clear();
    Ok(report.accepted)
}

/// When a month's invoices are issued: the third of the next month, in the morning.
fn issued_at(month: BillingMonth) -> DateTime<Utc> {
    (month.next().first_day() + Days::new(2)).and_time(NaiveTime::from_hms_opt(7, 30, 0).unwrap_or_default()).and_utc()
}

/// Bills each month as its own staff would have: once it is over, before the next.
fn bill(
    context: &Context,
    store: &Store,
    book: &Book,
    months: &[BillingMonth],
    step_seconds: i64,
) -> Result<(), CliError> {
    let bar = progress_bar(context, "months billed");
    bar.set_length(u64::try_from(months.len()).unwrap_or(0));
    for (position, month) in months.iter().enumerate() {
        let now = issued_at(*month).min(context.now);
        if let Some(before) = position.checked_sub(1) {
            availability::record(context, store, (before, month.previous()), now)?;
        }
        run_billing::run(store, &RunRequest { month: *month, issue: true, by: context.actor(), now }, &mut |_, _| {})?;
        if position == CORRECTED_MONTH {
            correct_late(
                store,
                readings::late_correction(book, *month, step_seconds),
                issued_at(*month) + Days::new(6),
            )?;
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Sends the one late correction; sent twice it is a duplicate.
fn correct_late(
    store: &Store,
    corrections: Vec<(MeterCode, Timestamp, Micro)>,
    now: DateTime<Utc>,
) -> Result<(), CliError> {
    let reason = "one of two shelves was not counted";
    let mut intake = ingest_readings::Intake::open(store, "demo")?.by(&Actor::new("demo", None));
    for (place, (meter, at, value)) in (0..).zip(&corrections) {
        let input = ReadingInput {
            meter: meter.as_str(),
            at: *at,
            value: *value,
            unit: None,
            quality: Quality::Corrected,
            correction: Some(reason),
        };
        intake.push(place, &input, now)?;
    }
    intake.finish(now)?;
    Ok(())
}

/// Writes the example figures as a CSV file and imports that file, as a person would.
fn record_figures(context: &Context, store: &Store, first: BillingMonth, last: BillingMonth) -> Result<(), CliError> {
    let path = context.data_dir.join("management-figures.csv");
    let text = management::example_figures(first, last);
    std::fs::write(&path, &text).map_err(CliError::io("write", &path))?;
    let name = path.display().to_string();
    record_management_figures::import(store, text.as_bytes(), &name, &context.actor(), context.now)?;
    Ok(())
}

/// Closes each year whose accounts had to be voted by now: by 30 June of the next (CGCT, L1612-12). What was due in it is
/// paid by then.
fn close_years(context: &Context, store: &Store) -> Result<(), CliError> {
    let today = context.now.date_naive();
    let voted = if today.month() > 6 { today.year() - 1 } else { today.year() - 2 };
    let years = periods::years(store, context.now)?.into_iter().rev();
    for one in years.filter(|one| one.year <= voted && one.state != PeriodState::Locked) {
        close_year::close(store, one.year, &context.actor(), context.now)?;
    }
    Ok(())
}

fn deliver(context: &Context, store: &Store, last: BillingMonth) -> Result<(), CliError> {
    let way_out = context.way_out();
    let now = issued_at(last).max(context.now);
    deliver_outbox::deliver(store, &way_out.mailer(store)?, &way_out.postage(store)?, || now)?;
    Ok(())
}
