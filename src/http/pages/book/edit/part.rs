//! Parts of a thing of the book, numbered in their list from 1: one is added to it, and edited by its number.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde_json::Value as Json;

use super::{Editor, Form, Sent, Submission, open, stored, submit, target};
use crate::app::edit_book::StoredEntry;
use crate::domain::access::TenantScope;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;
use crate::http::state::Shared;

/// The form over a part.
pub trait PartForm: Form {
    /// Of the thing.
    const KIND: EntryKind;
    /// The book's key of the list.
    const LIST: &'static str;

    async fn of(shared: &Data<Shared>, place: Place, found: &StoredEntry) -> Result<Self, Fault>;
}

/// Where a part stands.
pub struct Place {
    /// The thing's code.
    pub code: String,
    /// From 1; none for a new one.
    pub position: Option<usize>,
    /// How many the thing has.
    pub count: usize,
}

/// The parts of a thing's document that stand in `list`.
pub fn parts<'a>(document: &'a Json, list: &str) -> &'a [Json] {
    document.get(list).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

pub async fn create<F: PartForm>(editor: Editor, code: Path<String>) -> Result<HttpResponse, Fault> {
    open_at::<F>(editor, code.into_inner(), None).await
}

pub async fn created<F: PartForm>(editor: Editor, code: Path<String>, sent: Sent) -> Result<HttpResponse, Fault> {
    save_at::<F>(editor, code.into_inner(), None, sent).await
}

pub async fn form<F: PartForm>(editor: Editor, path: Path<(String, usize)>) -> Result<HttpResponse, Fault> {
    let (code, position) = path.into_inner();
    open_at::<F>(editor, code, Some(position)).await
}

pub async fn save<F: PartForm>(editor: Editor, path: Path<(String, usize)>, sent: Sent) -> Result<HttpResponse, Fault> {
    let (code, position) = path.into_inner();
    save_at::<F>(editor, code, Some(position), sent).await
}

async fn open_at<F: PartForm>(
    (shared, granted, _, http): Editor,
    code: String,
    position: Option<usize>,
) -> Result<HttpResponse, Fault> {
    let (form, found) = at::<F>(&shared, granted.scope, code, position).await?;
    open(&http, &form, &form.shown(&found), Some(found.version))
}

async fn save_at<F: PartForm>(
    editor: Editor,
    code: String,
    position: Option<usize>,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let (form, _) = at::<F>(&editor.0, editor.1.scope.clone(), code.clone(), position).await?;
    submit(editor, &form, (F::KIND, Some(&code)), submission).await
}

/// The form at a position of the stored thing, or 404.
async fn at<F: PartForm>(
    shared: &Data<Shared>,
    scope: TenantScope,
    code: String,
    position: Option<usize>,
) -> Result<(F, StoredEntry), Fault> {
    let found = stored(shared, &target(F::KIND, Some(&code), scope)).await?;
    let count = parts(&found.document, F::LIST).len();
    if position.is_some_and(|position| !(1..=count).contains(&position)) {
        return Err(Fault::NotFound);
    }
    Ok((F::of(shared, Place { code, position, count }, &found).await?, found))
}
