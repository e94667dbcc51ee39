//! A tenant's contacts: what their own people may change.

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::Value as Json;

use super::form::{self, FormData};
use super::tenant::{address, contacts, section};
use super::view::{Draw, FormView, Section};
use super::{Editor, Form, Sent, Submission, open_stored, submit};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::error::Fault;

struct ContactsForm {
    code: String,
}

impl Form for ContactsForm {
    fn view(&self, draw: &Draw) -> FormView {
        FormView {
            title: draw.t("contacts-edit"),
            notes: vec![draw.t("contacts-note")],
            action: address(&self.code, "/contacts"),
            back: address(&self.code, ""),
            version: None,
            hidden: vec![],
            sections: vec![Section { rows: Some(contacts(draw)), ..section(draw.t("tenant-contacts"), vec![]) }],
            reason: None,
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        Some((self.code.to_string(), address(&self.code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        FormData::of(&stored.document).under("contact.").below("contact.")
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        // Nothing else of what was sent is looked at.
        let typed = data.under("contact.").below("contact.").document();
        move |stored| {
            let mut document = stored.map(|stored| stored.document.clone()).unwrap_or_default();
            form::put(&mut document, &["contact"], &typed);
            document
        }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["contact"]
    }

    fn after(&self, _: &StoredEntry) -> (String, &'static str, String) {
        (address(&self.code, ""), "contacts-saved", self.code.clone())
    }
}

pub async fn form(editor: Editor, code: Path<String>) -> Result<HttpResponse, Fault> {
    open_stored(editor, &ContactsForm { code: code.clone() }, (EntryKind::Tenant, &code)).await
}

pub async fn save(editor: Editor, code: Path<String>, sent: Sent) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&editor, sent)?;
    submit(editor, &ContactsForm { code: code.clone() }, (EntryKind::Tenant, Some(&code)), submission).await
}
