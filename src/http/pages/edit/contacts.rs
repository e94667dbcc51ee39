//! A tenant's contacts: what their own people may change.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value as Json;

use super::form::FormData;
use super::tenant::{address, contacts, section};
use super::view::{Draw, FormView, Section};
use super::{Form, Sent, Submission, open, stored, submit, target};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::Shared;

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
            if let Some(tenant) = document.as_object_mut() {
                tenant.insert("contact".to_owned(), typed.get("contact").cloned().unwrap_or_default());
            }
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

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let found = stored(&shared, &target(EntryKind::Tenant, Some(&code), granted.scope)).await?;
    let form = ContactsForm { code: code.into_inner() };
    open(&http, &form, &form.shown(&found), Some(found.version))
}

pub async fn save(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&visitor, sent)?;
    let target = target(EntryKind::Tenant, Some(&code), granted.scope);
    let form = ContactsForm { code: code.into_inner() };
    submit(&shared, &http, &visitor, &form, target, submission).await
}
