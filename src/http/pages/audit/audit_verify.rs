//! How to verify without us: the key, the signed roots, the verifier, and a year's evidence to take away.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::Frame;
use super::audit_pack::{PackView, view as audit_pack_view};
use crate::app::read_trail::{self, TrailFilter};
use crate::app::{audit_pack, make_pack, read_tenants};
use crate::documents::evidence::VERIFIER;
use crate::domain::audit::SignedRoot;
use crate::http::api::download;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// The latest roots are listed; the file has them all.
const ROOTS_SHOWN: usize = 30;

#[derive(Template)]
#[template(path = "audit_verify.html")]
struct VerifyTemplate {
    frame: Frame,
    years: Vec<i32>,
    /// What a pack is saved as.
    pack_name: String,
    /// The latest packs, newest first.
    packs: Vec<PackView>,
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
    let (store, now) = (shared.store.clone(), shared.now());
    let (roots, years, events, packs, zone) = blocking(move || {
        let events = read_trail::page(&store, &TrailFilter::default(), 1)?.total;
        let zone = read_tenants::zone(&store)?;
        let packs = make_pack::recent(&store, now)?;
        Ok((read_trail::signed_roots(&store)?, audit_pack::years(&store)?, events, packs, zone))
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
        pack_name: audit_pack::file_name(years.first().copied().unwrap_or(2026), frame.language),
        years,
        packs: packs.iter().map(|pack| audit_pack_view(&frame, zone, pack)).collect(),
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
