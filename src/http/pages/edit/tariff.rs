//! A tariff's form: what it is called and what one unit of it is; a new one has its first price as well.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};

use super::form::FormData;
use super::tenant::section;
use super::view::{Draw, FormView, Input};
use super::{Form, Sent, Submission, open, price, reason, stored, submit, target};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::EntryKind;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::pages::encoded;
use crate::http::state::Shared;

/// What a price can be the price of, as contracts use them most.
const UNITS: [&str; 12] = [
    "kilowatt-hour",
    "kilowatt",
    "rack",
    "rack-unit",
    "rack-unit-day",
    "terabyte-month",
    "terabyte",
    "month",
    "day",
    "hour",
    "year",
    "one",
];

struct TariffForm {
    code: Option<String>,
}

impl TariffForm {
    fn identity(&self, draw: &Draw) -> Vec<Input> {
        let mut inputs = vec![draw.text("name").required(), draw.words("unit", &UNITS, "unit")];
        if self.code.is_none() {
            inputs.insert(0, draw.text("code").required());
        }
        inputs
    }
}

impl Form for TariffForm {
    fn view(&self, draw: &Draw) -> FormView {
        let mut sections = vec![section(draw.t("section-tariff"), self.identity(draw))];
        if self.code.is_none() {
            sections.extend(price::sections(draw));
        }
        FormView {
            title: draw.t(if self.code.is_none() { "tariff-new" } else { "tariff-edit" }),
            notes: vec![],
            action: self.code.as_ref().map_or_else(|| "/tariffs/new".to_owned(), |code| address(code, "/edit")),
            back: self.code.as_ref().map_or_else(|| "/tariffs".to_owned(), |code| address(code, "")),
            version: None,
            hidden: vec![],
            sections,
            reason: self.code.is_some().then(|| reason(draw)),
            save: draw.t("save"),
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        self.code.as_ref().map(|code| (code.to_string(), address(code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        FormData::of(&stored.document)
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let typed = data.document();
        let first = price::document(data);
        move |stored| {
            let mut document = match stored {
                Some(stored) => stored.document.clone(),
                None => json!({ "code": typed.get("code"), "version": [first] }),
            };
            if let Some(tariff) = document.as_object_mut() {
                for key in ["name", "unit"] {
                    tariff.insert(key.to_owned(), typed.get(key).cloned().unwrap_or_default());
                }
            }
            document
        }
    }

    fn field(&self, place: &str, data: &FormData) -> String {
        place.strip_prefix("version.1.").map_or_else(|| place.to_owned(), |inner| price::field(inner, data))
    }

    fn lists(&self) -> &'static [&'static str] {
        &["tiers"]
    }

    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String) {
        let code = stored.entry.code();
        let what = if self.code.is_some() { "saved" } else { "tariff-created" };
        (address(code, ""), what, code.to_owned())
    }
}

/// `/tariffs/energie/edit`
pub fn address(code: &str, below: &str) -> String {
    format!("/tariffs/{}{below}", encoded(code))
}

pub async fn create(http: HttpRequest) -> Result<HttpResponse, Fault> {
    let data = FormData::default().or("shape", "per-unit").or("unit", "kilowatt-hour");
    open(&http, &TariffForm { code: None }, &data, None)
}

pub async fn created(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&visitor, sent)?;
    let target = target(EntryKind::Tariff, None, granted.scope);
    submit(&shared, &http, &visitor, &TariffForm { code: None }, target, submission).await
}

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let found = stored(&shared, &target(EntryKind::Tariff, Some(&code), granted.scope)).await?;
    let form = TariffForm { code: Some(code.into_inner()) };
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
    let target = target(EntryKind::Tariff, Some(&code), granted.scope);
    let form = TariffForm { code: Some(code.into_inner()) };
    submit(&shared, &http, &visitor, &form, target, submission).await
}
