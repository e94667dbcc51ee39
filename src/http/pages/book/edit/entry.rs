//! Whole things of the book: one is created on a page of its own, and edited by its code.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::form::FormData;
use super::{Editor, Form, Sent, Submission, open, open_stored, submit};
use crate::domain::book::EntryKind;
use crate::http::error::Fault;
use crate::http::state::Shared;

/// The form over a whole thing.
pub trait EntryForm: Form {
    const KIND: EntryKind;

    /// Over the thing with this code; without one, over a new thing.
    async fn of(shared: &Data<Shared>, code: Option<String>) -> Result<Self, Fault>;

    /// What a new thing begins with.
    fn blank() -> FormData;
}

pub async fn create<F: EntryForm>((shared, _, _, http): Editor) -> Result<HttpResponse, Fault> {
    open(&http, &F::of(&shared, None).await?, &F::blank(), None)
}

pub async fn created<F: EntryForm>(editor: Editor, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let form = F::of(&editor.0, None).await?;
    submit(editor, &form, (F::KIND, None), submission).await
}

pub async fn form<F: EntryForm>(editor: Editor, code: Path<String>) -> Result<HttpResponse, Fault> {
    let form = F::of(&editor.0, Some(code.clone())).await?;
    open_stored(editor, &form, (F::KIND, &code)).await
}

pub async fn save<F: EntryForm>(editor: Editor, code: Path<String>, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    let form = F::of(&editor.0, Some(code.clone())).await?;
    submit(editor, &form, (F::KIND, Some(&code)), submission).await
}
