//! A contract's form: whose, from when to when, its references and its price revision; a new one has its first line as
//! well.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value as Json, json};

use super::form::FormData;
use super::tenant::section;
use super::view::{Draw, FormView, Input, Section};
use super::{Form, Sent, Submission, book, line, open, reason, stored, submit, target};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::{Book, EntryKind};
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::pages::encoded;
use crate::http::state::Shared;

/// What the form says of a contract; its lines have forms of their own.
const HEAD: [&str; 10] =
    ["tenant", "title", "from", "to", "signed_on", "engagement", "market", "notice_months", "proration", "indexation"];
/// The first line of a new contract.
const FIRST: &str = "line.1.";

struct ContractForm {
    code: Option<String>,
    book: Book,
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
        }
    }

    fn thing(&self) -> Option<(String, String)> {
        self.code.as_ref().map(|code| (code.to_string(), address(code, "")))
    }

    fn shown(&self, stored: &StoredEntry) -> FormData {
        FormData::of(&stored.document).or("proration", "calendar-days").or("indexation.rounding", "unrounded")
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
            if let Some(contract) = document.as_object_mut() {
                for key in HEAD {
                    contract.insert(key.to_owned(), typed.get(key).cloned().unwrap_or_default());
                }
            }
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

pub async fn create(
    shared: Data<Shared>,
    http: HttpRequest,
    query: actix_web::web::Query<NewContract>,
) -> Result<HttpResponse, Fault> {
    let line = line::with_defaults(FormData::default()).or("basis", "agreed").below(FIRST);
    let head = FormData::default().or("tenant", &query.tenant).or("proration", "calendar-days");
    let form = ContractForm { code: None, book: book(&shared).await? };
    open(&http, &form, &head.or("indexation.rounding", "unrounded").and(line), None)
}

pub async fn created(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&visitor, sent)?;
    let form = ContractForm { code: None, book: book(&shared).await? };
    submit(&shared, &http, &visitor, &form, target(EntryKind::Contract, None, granted.scope), submission).await
}

pub async fn form(
    shared: Data<Shared>,
    granted: Granted,
    contract: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let found = stored(&shared, &target(EntryKind::Contract, Some(&contract), granted.scope)).await?;
    let form = ContractForm { code: Some(contract.into_inner()), book: book(&shared).await? };
    open(&http, &form, &form.shown(&found), Some(found.version))
}

pub async fn save(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    contract: Path<String>,
    http: HttpRequest,
    sent: Sent,
) -> Result<HttpResponse, Fault> {
    let submission = Submission::of(&visitor, sent)?;
    let target = target(EntryKind::Contract, Some(&contract), granted.scope);
    let form = ContractForm { code: Some(contract.into_inner()), book: book(&shared).await? };
    submit(&shared, &http, &visitor, &form, target, submission).await
}
