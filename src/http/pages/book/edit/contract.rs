//! A contract's form: whose, from when to when, its references and its price revision; a new one has its first line as
//! well.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde_json::{Value as Json, json};

use super::entry::EntryForm;
use super::form::{self, FormData};
use super::tenant::section;
use super::view::{Draw, FormView, Input, Section};
use super::{Editor, Form, book, line, open, reason};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::{Book, EntryKind};
use crate::http::error::Fault;
use crate::http::pages::encoded;
use crate::http::state::Shared;

/// What the form says of a contract; its lines have forms of their own.
const HEAD: [&str; 10] =
    ["tenant", "title", "from", "to", "signed_on", "engagement", "market", "notice_months", "proration", "indexation"];
/// The first line of a new contract.
const FIRST: &str = "line.1.";

pub struct ContractForm {
    code: Option<String>,
    book: Arc<Book>,
}

impl ContractForm {
    fn head(&self, draw: &Draw) -> Vec<Input> {
        let tenants = self.book.tenants.iter().map(|tenant| (tenant.code.to_string(), tenant.name.clone()));
        let mut inputs = vec![
            draw.select("tenant", tenants),
            draw.text("title").required(),
            draw.date("from").required(),
            draw.date("to"),
            draw.decimal("notice_months"),
            draw.date("signed_on"),
            draw.text("engagement"),
            draw.text("market"),
            draw.words("proration", &["calendar-days", "thirtieths"], "proration-word"),
        ];
        if self.code.is_none() {
            inputs.insert(0, draw.text("code").required());
        }
        inputs
    }

    fn indexation(&self, draw: &Draw) -> Section {
        let none = (String::new(), draw.t("indexation-none"));
        let indices = self.book.price_indices.iter().map(|index| (index.code.to_string(), index.name.clone()));
        let inputs = vec![
            draw.select("indexation.index", std::iter::once(none).chain(indices)),
            draw.month("indexation.base_month").when("when-indexed"),
            draw.decimal("indexation.fixed_part").when("when-indexed"),
            draw.words("indexation.rounding", &["unrounded", "four-decimals", "up-to-thousandth"], "rounding")
                .when("when-indexed"),
        ];
        let revisions = draw.rows("indexation.revision", 1, |draw| vec![draw.date("from"), draw.month("index_month")]);
        let hint = draw.t("indexation-hint");
        Section { hint, class: "revised", rows: Some(revisions), ..section(draw.t("contract-indexation"), inputs) }
    }
}

impl EntryForm for ContractForm {
    const KIND: EntryKind = EntryKind::Contract;

    async fn of(shared: &Data<Shared>, code: Option<String>) -> Result<ContractForm, Fault> {
        Ok(ContractForm { code, book: book(shared).await? })
    }

    fn blank() -> FormData {
        let line = line::with_defaults(FormData::default()).or("basis", "agreed").below(FIRST);
        with_defaults(FormData::default()).and(line)
    }
}

impl Form for ContractForm {
    fn view(&self, draw: &Draw) -> FormView {
        let mut sections = vec![section(draw.t("section-contract"), self.head(draw)), self.indexation(draw)];
        if self.code.is_none() {
            sections.extend(line::sections(&draw.below(FIRST), &self.book));
        }
        FormView {
            title: draw.t(if self.code.is_none() { "contract-new" } else { "contract-edit" }),
            notes: vec![],
            action: self.code.as_ref().map_or_else(|| "/contracts/new".to_owned(), |code| address(code, "/edit")),
            back: self.code.as_ref().map_or_else(|| "/contracts".to_owned(), |code| address(code, "")),
            version: None,
            hidden: vec![],
            sections,
            reason: self.code.is_some().then(|| reason(draw)),
            save: draw.t("save"),
            shows: vec![],
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        self.code.as_ref().map(|code| (code.to_string(), address(code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        with_defaults(FormData::of(&stored.document))
    }

    fn change(&self, data: &FormData) -> impl FnOnce(Option<&StoredEntry>) -> Json + Send + 'static {
        let mut typed = data.document();
        if let Some(keys) = typed.as_object_mut()
            && data.text("indexation.index").is_empty()
        {
            keys.remove("indexation");
        }
        let first = line::document(&data.under(FIRST));
        move |stored| {
            let mut document = match stored {
                Some(stored) => stored.document.clone(),
                None => json!({ "code": typed.get("code"), "line": [first] }),
            };
            form::put(&mut document, &HEAD, &typed);
            document
        }
    }

    fn field(&self, place: &str, _: &FormData) -> String {
        if place == "line.1" { format!("{FIRST}quantity") } else { place.to_owned() }
    }

    fn lists(&self) -> &'static [&'static str] {
        &["indexation.revision", "line.1.assignment"]
    }

    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String) {
        let code = stored.entry.code();
        let what = if self.code.is_some() { "saved" } else { "contract-created" };
        (address(code, ""), what, code.to_owned())
    }
}

fn with_defaults(data: FormData) -> FormData {
    data.or("proration", "calendar-days").or("indexation.rounding", "unrounded")
}

/// `/contracts/AP-2026/edit`
pub fn address(code: &str, below: &str) -> String {
    format!("/contracts/{}{below}", encoded(code))
}

/// What a new contract begins with; a link from a tenant names them.
#[derive(serde::Deserialize)]
pub struct NewContract {
    #[serde(default)]
    tenant: String,
}

pub async fn create((shared, _, _, http): Editor, query: Query<NewContract>) -> Result<HttpResponse, Fault> {
    let data = ContractForm::blank().or("tenant", &query.tenant);
    open(&http, &ContractForm::of(&shared, None).await?, &data, None)
}
