//! Alarms: lost redundancy over time, silent meters, readings that were refused.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::parts::{Badge, Link, Tab, Tone, count};
use super::readings_upload::{UploadRow, row as upload_row};
use super::sheet::{self, Sheet};
use super::{Address, Frame, encoded, page, plant_figures};
use crate::app::read_alarms::{self, Alarms, LostRedundancy, SilentMeter};
use crate::app::upload_readings::UploadView;
use crate::documents::table::{Cell, Table};
use crate::domain::calendar::day_in;
use crate::http::asked::{Expected, parsed};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// How far back one looks, to choose from.
const DAYS: [i64; 3] = [1, 7, read_alarms::DAYS_MAX];
const DAYS_USUAL: i64 = 7;

/// The tables a file may hold beside lost redundancy.
const SILENT: &str = "silent";
const REFUSED: &str = "refused";

#[derive(Deserialize, Default)]
pub struct AlarmsQuery {
    days: Option<String>,
    /// Which table a file holds: `silent`, `refused`; else lost redundancy.
    #[serde(default)]
    table: String,
}

impl AlarmsQuery {
    fn days(&self) -> Result<i64, Fault> {
        let days: Option<i64> = parsed("days", self.days.as_deref(), Expected::Days)?;
        Ok(days.unwrap_or(DAYS_USUAL).clamp(1, read_alarms::DAYS_MAX))
    }
}

#[derive(Template)]
#[template(path = "alarms.html")]
struct AlarmsTemplate {
    frame: Frame,
    tabs: Vec<Tab>,
    figures: Vec<(String, String)>,
    lost: Vec<LostRow>,
    lost_caption: String,
    silent: Vec<SilentRow>,
    refused: Vec<UploadRow>,
    lost_files: Vec<Link>,
    silent_files: Vec<Link>,
    refused_files: Vec<Link>,
}

struct LostRow {
    rack: String,
    address: String,
    from: String,
    to: String,
    lasted: String,
    peak: String,
    limit: String,
    state: Badge,
}

struct SilentRow {
    meter: String,
    address: String,
    register: String,
    place: String,
    last: String,
    silence: String,
}

pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<AlarmsQuery>) -> Result<HttpResponse, Fault> {
    let days = query.days()?;
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_alarms::read(&store, days, now)).await?;
    let frame = Frame::of(&http);
    let address = Address::new("/alarms").set("days", days);
    let figures = [
        ("alarms-lost", found.lost.len()),
        ("alarms-silent", found.silent.len()),
        ("alarms-refused", found.refused.len()),
    ];
    let tab = |choice: i64| Tab {
        label: match choice {
            1 => frame.t("alarms-day"),
            _ => frame.with("alarms-days", "days", &choice.to_string()),
        },
        address: address.set("days", choice).href(),
        count: None,
        is_current: choice == days,
    };
    let template = AlarmsTemplate {
        tabs: DAYS.map(tab).into(),
        figures: figures.map(|(key, number)| (frame.t(key), count(&frame, number))).into(),
        lost: found.lost.iter().map(|alarm| lost_row(&frame, &found, alarm)).collect(),
        lost_caption: frame.with("alarms-lost-caption", "days", &days.to_string()),
        silent: found.silent.iter().map(|silent| silent_row(&frame, &found, silent)).collect(),
        refused: found.refused.iter().map(|view| upload_row(&frame, view, found.zone)).collect(),
        lost_files: super::parts::exports(&address, "/alarms"),
        silent_files: super::parts::exports(&address.set("table", SILENT), "/alarms"),
        refused_files: super::parts::exports(&address.set("table", REFUSED), "/alarms"),
        frame,
    };
    page(StatusCode::OK, &template)
}

fn lost_row(frame: &Frame, found: &Alarms, alarm: &LostRedundancy) -> LostRow {
    let (tone, key) = match alarm.lasts {
        true => (Tone::Error, "alarm-lasts"),
        false => (Tone::Plain, "alarm-over"),
    };
    let period = alarm.episode.period;
    LostRow {
        rack: alarm.rack.to_string(),
        address: format!("/racks/{}", encoded(alarm.rack.as_str())),
        from: frame.instant(period.from, found.zone),
        to: frame.instant(period.to, found.zone),
        lasted: plant_figures::duration(frame, period.seconds()),
        peak: plant_figures::number(frame, alarm.episode.peak_kw, 2),
        limit: plant_figures::number(frame, alarm.episode.limit_kw, 2),
        state: Badge { tone, text: frame.t(key) },
    }
}

fn silent_row(frame: &Frame, found: &Alarms, silent: &SilentMeter) -> SilentRow {
    let meter = &silent.meter;
    let feed = meter.feed.map(|feed| frame.with("feed", "feed", feed.name()));
    let place = meter.rack.as_ref().map(ToString::to_string).into_iter().chain(feed);
    SilentRow {
        meter: meter.code.to_string(),
        address: format!("/meters/{}", encoded(meter.code.as_str())),
        register: frame.t(&format!("register-{}", meter.register.name())),
        place: place.collect::<Vec<_>>().join(", "),
        last: silent.last.map_or_else(|| frame.t("alarm-never-read"), |last| frame.instant(last.at, found.zone)),
        silence: plant_figures::duration(frame, silent.seconds),
    }
}

/// One of the tables as a file: lost redundancy where no other is asked for.
pub async fn file(
    shared: Data<Shared>,
    http: HttpRequest,
    query: Query<AlarmsQuery>,
    sheet: Path<Sheet>,
) -> Result<HttpResponse, Fault> {
    let days = query.days()?;
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_alarms::read(&store, days, now)).await?;
    let frame = Frame::of(&http);
    let (title, file, headings, rows) = match query.table.as_str() {
        SILENT => ("alarms-silent", "alarms-silent-file", silent_headings(), silent_cells(&frame, &found)),
        REFUSED => ("alarms-refused", "alarms-refused-file", refused_headings(), refused_cells(&frame, &found)),
        _ => ("alarms-lost", "alarms-file", lost_headings(), lost_cells(&frame, &found)),
    };
    let table = Table {
        name: frame.t(title),
        day: day_in(now, found.zone),
        headings: headings.iter().map(|key| frame.t(key)).collect(),
        rows,
    };
    sheet::respond(&shared, &frame, table, *sheet, &frame.t(file)).await
}

const fn lost_headings() -> &'static [&'static str] {
    &["rack", "slot-from", "slot-to", "alarm-peak", "alarm-limit", "state"]
}

fn lost_cells(frame: &Frame, found: &Alarms) -> Vec<Vec<Cell>> {
    let row = |alarm: &LostRedundancy| {
        vec![
            sheet::text(alarm.rack.as_str()),
            sheet::instant(alarm.episode.period.from, found.zone),
            sheet::instant(alarm.episode.period.to, found.zone),
            Cell::Number(alarm.episode.peak_kw.round_dp(4)),
            Cell::Number(alarm.episode.limit_kw),
            sheet::text(frame.t(if alarm.lasts { "alarm-lasts" } else { "alarm-over" })),
        ]
    };
    found.lost.iter().map(row).collect()
}

const fn silent_headings() -> &'static [&'static str] {
    &["meter", "meter-register", "meter-place", "meter-last-reading", "alarm-silence"]
}

fn silent_cells(frame: &Frame, found: &Alarms) -> Vec<Vec<Cell>> {
    let row = |silent: &SilentMeter| {
        let shown = silent_row(frame, found, silent);
        vec![
            sheet::text(shown.meter),
            sheet::text(shown.register),
            sheet::text(shown.place),
            silent.last.map_or(Cell::Empty, |last| sheet::instant(last.at, found.zone)),
            sheet::text(shown.silence),
        ]
    };
    found.silent.iter().map(row).collect()
}

const fn refused_headings() -> &'static [&'static str] {
    &["upload-name", "upload-at", "upload-by", "upload-refused", "meter-state"]
}

fn refused_cells(frame: &Frame, found: &Alarms) -> Vec<Vec<Cell>> {
    let row = |view: &UploadView| {
        let shown = upload_row(frame, view, found.zone);
        vec![
            sheet::text(shown.file),
            sheet::instant(view.upload.started_at, found.zone),
            sheet::text(shown.by),
            Cell::Number(view.report.refused_count.into()),
            sheet::text(shown.badge.text),
        ]
    };
    found.refused.iter().map(row).collect()
}
