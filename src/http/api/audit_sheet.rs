//! `GET /api/v1/audit/sheets/{number}`: what an auditor holds an issued document against.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::audit::{EventAnswer, RootAnswer, event, root};
use super::journal::{EntryLineAnswer, line};
use crate::app::read_sheet::{self, ArchivedFile, Sheet, Wanted};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// An issued document with what proves it. The readings behind it are those of its lines.
#[derive(Serialize, ToSchema)]
pub struct SheetAnswer {
    number: String,
    /// What was frozen when it was issued, byte for byte.
    content: String,
    content_sha256: String,
    /// The frozen content still gives its hash.
    content_is_sound: bool,
    files: Vec<SheetFile>,
    /// Of its entry in the journal of sales.
    entry_lines: Vec<EntryLineAnswer>,
    /// Of the trail about it, oldest first, 500 at most.
    events: Vec<EventAnswer>,
    /// The first signed root that covers the last of them.
    root: Option<RootAnswer>,
}

/// A file of the archive.
#[derive(Serialize, ToSchema)]
pub struct SheetFile {
    /// `pdf` or `xml`.
    kind: &'static str,
    /// Below the data directory.
    path: String,
    sha256: String,
    bytes: u64,
}

#[utoipa::path(
    get, path = "/api/v1/audit/sheets/{number}", tag = "audit", params(("number" = String, Path)),
    description = "An issued document with its frozen content, its files and their hashes, its entry, the events about it and \
                   the signed root that covers them.",
    responses((status = 200, body = SheetAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, number: Path<String>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let wanted = Wanted { line: None, meter: 1, code: None, page: 1, at: None };
    let found = blocking(move || read_sheet::sheet(&store, &number, &wanted)).await?;
    Ok(HttpResponse::Ok().json(answer(found.ok_or(Fault::NotFound)?)))
}

fn answer(sheet: Sheet) -> SheetAnswer {
    let file = |file: &ArchivedFile| SheetFile {
        kind: file.kind.name(),
        path: file.path.clone(),
        sha256: file.sha256.clone(),
        bytes: file.size_bytes,
    };
    SheetAnswer {
        number: sheet.invoice.number.to_string(),
        content: sheet.content,
        content_sha256: sheet.content_sha256,
        content_is_sound: sheet.content_is_sound,
        files: sheet.files.iter().map(file).collect(),
        entry_lines: sheet.entry.iter().flat_map(|entry| entry.lines()).map(line).collect(),
        events: sheet.events.into_iter().map(event).collect(),
        root: sheet.root.map(root),
    }
}
