//! The trail as it is filtered, as files: CSV of any length, a workbook, and a PDF to sign and put away.

use actix_web::http::header;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use chrono_tz::Tz;
use rust_decimal::Decimal;
use tokio::sync::mpsc::Sender;

use super::trail::{TrailQuery, action_label};
use super::{Frame, sheet};
use crate::app::read_trail::{self, ChainedEvent, TrailFilter};
use crate::app::{AppError, Store, read_tenants, reports};
use crate::documents::table::{self, About, Cell, Table};
use crate::documents::{Edition, ReportFormat};
use crate::domain::calendar::Timestamp;
use crate::domain::told::Told;
use crate::domain::typography;
use crate::http::api::download;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::http::stream::stream;

/// Events read at a time.
const AT_A_TIME: i64 = 1_000;
/// A PDF of more could not be leafed through, a workbook of more not opened.
const PDF_EVENTS_MAX: usize = 2_000;
const WORKBOOK_EVENTS_MAX: usize = 100_000;
/// A cell of a workbook holds 32,767 characters; paper shows the beginning.
const WORKBOOK_CHARACTERS_MAX: usize = 32_000;
const PDF_CHARACTERS_MAX: usize = 180;

pub async fn csv(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<TrailQuery>,
) -> Result<HttpResponse, Fault> {
    let filter = query.filter()?;
    let frame = Frame::of(&http);
    let name = file_name(&frame, &shared, ReportFormat::Csv);
    let (sender, body) = stream();
    let store = shared.store.clone();
    let (zone, today) = place(&shared).await?;
    actix_web::rt::spawn(async move {
        let sent = actix_web::web::block(move || send(&store, &filter, &frame, (zone, today), &sender)).await;
        if let Ok(Err(error)) = sent {
            tracing::error!(%error, "an export of the trail broke off");
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, ReportFormat::Csv.media_type()))
        .insert_header(download(name))
        .body(body))
}

/// Reads and sends events piece by piece; ends early where nobody listens any more.
fn send(
    store: &Store,
    filter: &TrailFilter,
    frame: &Frame,
    (zone, today): (Tz, NaiveDate),
    sender: &Sender<Bytes>,
) -> Result<(), AppError> {
    let head = table_of(frame, zone, today, &[], usize::MAX);
    let mut piece = table::csv(&head, frame.language)?;
    let mut last = 0;
    loop {
        if sender.blocking_send(Bytes::from(piece)).is_err() {
            return Ok(());
        }
        let events = read_trail::after(store, filter, last, AT_A_TIME)?;
        let Some(latest) = events.last() else { return Ok(()) };
        last = latest.sequence;
        let rows: Vec<Vec<Cell>> = events.iter().map(|event| row(frame, zone, event, usize::MAX)).collect();
        piece = table::csv_rows(&rows, frame.language)?;
    }
}

pub async fn xlsx(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<TrailQuery>,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let events = read(&shared, query.filter()?, WORKBOOK_EVENTS_MAX).await?;
    let (zone, today) = place(&shared).await?;
    let table = table_of(&frame, zone, today, &events, WORKBOOK_CHARACTERS_MAX);
    let bytes = table::xlsx(&table, &About::default(), frame.language).map_err(Fault::internal)?;
    Ok(answer(&file_name(&frame, &shared, ReportFormat::Xlsx), ReportFormat::Xlsx, bytes))
}

pub async fn pdf(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<TrailQuery>,
) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let events = read(&shared, query.filter()?, PDF_EVENTS_MAX).await?;
    let (zone, today) = place(&shared).await?;
    let mut table = table_of(&frame, zone, today, &events, PDF_CHARACTERS_MAX);
    table.name = frame.t("trail-pdf-title");
    let count = typography::decimal(events.len().into(), frame.language);
    let subtitle = format!("{} {}", frame.with("trail-count", "count", &count), frame.t("trail-cut"));
    let language = frame.language;
    let store = shared.store.clone();
    let bytes = blocking(move || {
        let issuer = store.read(reports::issuer)?;
        Ok(table::pdf(&table, &subtitle, None, Edition::of(language, &issuer))?)
    })
    .await?;
    Ok(answer(&file_name(&frame, &shared, ReportFormat::Pdf), ReportFormat::Pdf, bytes))
}

fn answer(name: &str, format: ReportFormat, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, format.media_type()))
        .insert_header(download(name.to_owned()))
        .body(bytes)
}

fn file_name(frame: &Frame, shared: &Data<Shared>, format: ReportFormat) -> String {
    format!("{}-{}.{}", frame.t("trail-file"), shared.now().date_naive(), format.name())
}

async fn place(shared: &Data<Shared>) -> Result<(Tz, NaiveDate), Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || Ok((read_tenants::zone(&store)?, read_tenants::today(&store, now)?))).await
}

/// Every event that passes, oldest first; refused where there are more than `most`.
async fn read(shared: &Data<Shared>, filter: TrailFilter, most: usize) -> Result<Vec<ChainedEvent>, Fault> {
    let store = shared.store.clone();
    let found = blocking(move || {
        let total = read_trail::page(&store, &filter, 1)?.total;
        let mut events = Vec::new();
        if total <= most {
            read_trail::each(&store, &filter, &mut |event| {
                events.push(event.clone());
                Ok(())
            })?;
        }
        Ok((total, events))
    })
    .await?;
    match found {
        (total, _) if total > most => {
            let english =
                format!("this selection has {total} events, such a file holds {most}: narrow it, or take CSV");
            let told = Told::new("trail-too-long", english).with("count", total).with("max", most);
            Err(Fault::Misasked(Box::new(told)))
        }
        (_, events) => Ok(events),
    }
}

fn table_of(frame: &Frame, zone: Tz, day: NaiveDate, events: &[ChainedEvent], longest: usize) -> Table {
    let keys = [
        "trail-sequence",
        "trail-at",
        "trail-actor",
        "trail-from-where",
        "trail-action",
        "trail-subject",
        "trail-before-short",
        "trail-after-short",
        "trail-why",
        "trail-hash-short",
    ];
    Table {
        name: frame.t("trail-file"),
        day,
        headings: keys.map(|key| frame.t(key)).into(),
        rows: events.iter().map(|event| row(frame, zone, event, longest)).collect(),
    }
}

/// An event's cells; states of more than `longest` characters are cut.
fn row(frame: &Frame, zone: Tz, chained: &ChainedEvent, longest: usize) -> Vec<Cell> {
    let event = &chained.event;
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) };
    let state =
        |state: Option<&serde_json::Value>| text(&cut(&state.map(ToString::to_string).unwrap_or_default(), longest));
    let label = action_label(frame, &event.action).map(|label| format!("{label} ({})", event.action));
    vec![
        Cell::Number(Decimal::from(chained.sequence)),
        sheet::instant(Timestamp::from(event.at), zone),
        text(&event.actor),
        text(event.origin.as_deref().unwrap_or_default()),
        text(label.as_ref().unwrap_or(&event.action)),
        text(&event.subject),
        state(event.before.as_ref()),
        state(Some(&event.detail)),
        text(event.reason.as_deref().unwrap_or_default()),
        text(&cut(&chained.hash, longest.max(64))),
    ]
}

fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    text.chars().take(longest.saturating_sub(1)).chain(['…']).collect()
}
