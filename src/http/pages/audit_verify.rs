//! How to verify without us: the key, the signed roots, the verifier, and a year's evidence to take away.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::Datelike;
use serde::Deserialize;
use tokio::sync::{Semaphore, mpsc};

use super::Frame;
use crate::app::read_trail::{self, TrailFilter};
use crate::app::{AppError, audit_pack};
use crate::documents::evidence::VERIFIER;
use crate::domain::audit::SignedRoot;
use crate::http::api::{download, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// The latest roots are listed; the file has them all.
const ROOTS_SHOWN: usize = 30;
/// A pack is sent in parts of so many bytes, and so many wait for a slow line.
const PART_BYTES: usize = 64 * 1024;
const PARTS_WAITING_MAX: usize = 8;
/// Packs made at once: each holds a connection to the database for as long as its reader takes.
static PACKS: Semaphore = Semaphore::const_new(2);

#[derive(Deserialize)]
pub struct PackQuery {
    year: Option<String>,
}

#[derive(Template)]
#[template(path = "audit_verify.html")]
struct VerifyTemplate {
    frame: Frame,
    years: Vec<i32>,
    keys: Vec<String>,
    last: Option<RootView>,
    roots: Vec<RootView>,
    /// Events after the last root.
    unsigned: usize,
}

#[derive(Clone)]
struct RootView {
    day: String,
    size: i64,
    root: String,
}

pub async fn page(shared: Data<Shared>, _granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (roots, years, events) = blocking(move || {
        let events = read_trail::page(&store, &TrailFilter::default(), 1)?.total;
        Ok((read_trail::signed_roots(&store)?, audit_pack::years(&store)?, events))
    })
    .await?;
    let frame = Frame::of(&http);
    let view = |root: &SignedRoot| RootView {
        day: frame.date(&root.statement.day),
        size: root.statement.size,
        root: root.statement.root.clone(),
    };
    let mut keys: Vec<String> = roots.iter().rev().map(|root| root.statement.key.clone()).collect();
    keys.dedup();
    let signed = roots.last().and_then(|last| usize::try_from(last.statement.size).ok()).unwrap_or(0);
    let template = VerifyTemplate {
        years,
        keys,
        last: roots.last().map(view),
        roots: roots.iter().rev().take(ROOTS_SHOWN).map(view).collect(),
        unsigned: events.saturating_sub(signed),
        frame,
    };
    super::page(StatusCode::OK, &template)
}

/// The verifier as it is in every pack.
pub async fn verifier(_granted: Granted) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/x-python; charset=utf-8"))
        .insert_header(download("verify.py".to_owned()))
        .body(VERIFIER)
}

/// Every signed root, a line each.
pub async fn root_lines(shared: Data<Shared>, _granted: Granted) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let roots = blocking(move || read_trail::signed_roots(&store)).await?;
    let lines = roots.iter().map(|root| Ok(root.line().map_err(Fault::internal)? + "\n"));
    let body = lines.collect::<Result<String, Fault>>()?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/jsonl; charset=utf-8"))
        .insert_header(download("roots.jsonl".to_owned()))
        .body(body))
}

/// A year's evidence, sent while it is made.
pub async fn pack(shared: Data<Shared>, _granted: Granted, query: Query<PackQuery>) -> Result<HttpResponse, Fault> {
    let asked: Option<i32> = parsed("year", query.year.as_deref(), "a year such as 2026")?;
    let turn =
        PACKS.try_acquire().map_err(|_| Fault::Unavailable("two packs are being made; try again later".into()))?;
    let (store, now) = (shared.store.clone(), shared.now());
    let year = blocking(move || {
        let latest = || Ok::<_, AppError>(audit_pack::years(&store)?.first().copied().unwrap_or_else(|| now.year()));
        asked.map_or_else(latest, Ok)
    })
    .await?;
    if !(1900..=9999).contains(&year) {
        return Err(Fault::BadRequest(format!("year={year} is not a year such as 2026")));
    }
    let (sender, receiver) = mpsc::channel(PARTS_WAITING_MAX);
    let store = shared.store.clone();
    actix_web::rt::task::spawn_blocking(move || {
        let _turn = turn;
        let mut parts = Parts { sender: sender.clone(), part: Vec::with_capacity(PART_BYTES) };
        if let Err(error) = audit_pack::write(&store, year, &mut parts, &mut |_, _| {}) {
            tracing::error!(%error, year, "an evidence pack could not be finished");
            // The reader learns that the file is not whole.
            let _ = sender.blocking_send(Err(io::Error::other("the pack could not be finished")));
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/zip"))
        .insert_header(download(audit_pack::file_name(year)))
        .body(PackBody { receiver }))
}

/// Gathers what is written into parts and hands them over; waits where the reader is slow.
struct Parts {
    sender: mpsc::Sender<io::Result<Bytes>>,
    part: Vec<u8>,
}

impl Write for Parts {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.part.extend_from_slice(bytes);
        if self.part.len() >= PART_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let part = Bytes::from(std::mem::replace(&mut self.part, Vec::with_capacity(PART_BYTES)));
        let gone = |_| io::Error::new(io::ErrorKind::BrokenPipe, "the reader went away");
        if part.is_empty() { Ok(()) } else { self.sender.blocking_send(Ok(part)).map_err(gone) }
    }
}

/// The parts as they come.
struct PackBody {
    receiver: mpsc::Receiver<io::Result<Bytes>>,
}

impl MessageBody for PackBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        self.receiver.poll_recv(context)
    }
}
