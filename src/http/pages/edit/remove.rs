//! Removing a tenant, a contract or a tariff that was entered by mistake: what would go, what keeps it, and a yes.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use super::words;
use crate::app::edit_book::{Basis, Target};
use crate::app::remove_entry::{self, Holding, ReferrerKind, Removal, Unremoved};
use crate::domain::book::{Entry, EntryKind};
use crate::domain::told::Tell;
use crate::http::auth::{Granted, Visitor, session};
use crate::http::error::Fault;
use crate::http::pages::parts::FieldError;
use crate::http::pages::{Frame, done, encoded, page};
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "edit_remove.html")]
struct RemovePage {
    frame: Frame,
    title: String,
    facts: Vec<(String, String)>,
    held: Vec<HeldRow>,
    version: i64,
    /// The page of what is to be removed.
    back: String,
    reason: String,
    errors: Vec<FieldError>,
    /// It was asked before, and somebody wrote meanwhile.
    is_stale: bool,
}

struct HeldRow {
    text: String,
    address: Option<String>,
}

#[derive(Deserialize)]
pub struct RemoveForm {
    form_token: String,
    version: i64,
    #[serde(default)]
    reason: String,
}

/// What a person is shown of a removal that is not made yet.
#[derive(Default)]
struct Shown {
    status: StatusCode,
    reason: String,
    errors: Vec<FieldError>,
    is_stale: bool,
}

pub async fn tenant(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    ask(&shared, granted, &http, EntryKind::Tenant, &code).await
}

pub async fn contract(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    ask(&shared, granted, &http, EntryKind::Contract, &code).await
}

pub async fn tariff(
    shared: Data<Shared>,
    granted: Granted,
    code: Path<String>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    ask(&shared, granted, &http, EntryKind::Tariff, &code).await
}

pub async fn tenant_removed(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<RemoveForm>,
) -> Result<HttpResponse, Fault> {
    remove(&shared, granted, (&visitor, &http), (EntryKind::Tenant, &code), form.into_inner()).await
}

pub async fn contract_removed(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<RemoveForm>,
) -> Result<HttpResponse, Fault> {
    remove(&shared, granted, (&visitor, &http), (EntryKind::Contract, &code), form.into_inner()).await
}

pub async fn tariff_removed(
    shared: Data<Shared>,
    granted: Granted,
    visitor: Visitor,
    code: Path<String>,
    http: HttpRequest,
    form: Form<RemoveForm>,
) -> Result<HttpResponse, Fault> {
    remove(&shared, granted, (&visitor, &http), (EntryKind::Tariff, &code), form.into_inner()).await
}

async fn ask(
    shared: &Data<Shared>,
    granted: Granted,
    http: &HttpRequest,
    kind: EntryKind,
    code: &str,
) -> Result<HttpResponse, Fault> {
    let (store, target) = (shared.store.clone(), super::target(kind, Some(code), granted.scope));
    let found = blocking(move || remove_entry::plan(&store, &target)).await?.ok_or(Fault::NotFound)?;
    question(Frame::of(http), &found, Shown::default())
}

async fn remove(
    shared: &Data<Shared>,
    granted: Granted,
    (visitor, http): (&Visitor, &HttpRequest),
    (kind, code): (EntryKind, &str),
    form: RemoveForm,
) -> Result<HttpResponse, Fault> {
    if !session::same_token(&visitor.form_token, &form.form_token) {
        return Err(Fault::Forged);
    }
    let target: Target = super::target(kind, Some(code), granted.scope);
    let basis = Basis { version: Some(form.version), reason: form.reason };
    let (store, by, now, asked) = (shared.store.clone(), visitor.actor(http), shared.now(), basis.clone());
    let of = target.clone();
    let outcome = blocking(move || remove_entry::remove(&store, &of, &asked, &by, now)).await?;
    let frame = Frame::of(http);
    let shown = Shown { status: StatusCode::CONFLICT, reason: basis.reason, ..Shown::default() };
    match outcome {
        Ok(_) => {
            shared.forget_check();
            let (list, what) = match kind {
                EntryKind::Contract => ("/contracts", "contract-removed"),
                EntryKind::Tariff => ("/tariffs", "tariff-removed"),
                EntryKind::Tenant | EntryKind::Seller | EntryKind::Asset => ("/tenants", "tenant-removed"),
            };
            Ok(done(list, what, code))
        }
        Err(Unremoved::Stale(found)) => question(frame, &found, Shown { is_stale: true, ..shown }),
        Err(Unremoved::Held(found)) => question(frame, &found, shown),
        Err(Unremoved::Mistake(mistake)) => {
            let errors = vec![FieldError { field: "reason", text: words::sentence(&frame, &mistake) }];
            let store = shared.store.clone();
            let found = blocking(move || remove_entry::plan(&store, &target)).await?.ok_or(Fault::NotFound)?;
            question(frame, &found, Shown { status: StatusCode::UNPROCESSABLE_ENTITY, errors, ..shown })
        }
    }
}

fn question(frame: Frame, found: &Removal, shown: Shown) -> Result<HttpResponse, Fault> {
    let entry = &found.stored.entry;
    let code = entry.code();
    let (title, list) = match entry.kind() {
        EntryKind::Contract => (frame.with("remove-contract-title", "code", code), "contracts"),
        EntryKind::Tariff => (frame.with("remove-tariff-title", "code", code), "tariffs"),
        EntryKind::Tenant | EntryKind::Seller | EntryKind::Asset => {
            (frame.with("remove-tenant-title", "code", code), "tenants")
        }
    };
    let back = format!("/{list}/{}", encoded(code));
    let template = RemovePage {
        title,
        facts: facts(&frame, entry),
        held: found.holdings.iter().map(|holding| held_row(&frame, holding)).collect(),
        version: found.stored.version,
        reason: shown.reason,
        errors: shown.errors,
        is_stale: shown.is_stale,
        frame: frame.under(code, back.clone()),
        back,
    };
    page(shown.status, &template)
}

/// What the trail alone would know of it afterwards, in short.
fn facts(frame: &Frame, entry: &Entry) -> Vec<(String, String)> {
    let joined = |parts: Vec<String>| if parts.is_empty() { "–".to_owned() } else { parts.join(", ") };
    let facts = match entry {
        Entry::Seller(_) | Entry::Asset(_) => vec![],
        Entry::Tenant(tenant) => vec![
            ("tenant-name", tenant.name.clone()),
            ("tenant-siret", tenant.siret.to_string()),
            ("tenant-contacts", joined(tenant.contacts.iter().map(|contact| contact.name.clone()).collect())),
        ],
        Entry::Contract(contract) => vec![
            ("contract-title", contract.title.clone()),
            ("invoice-tenant", contract.tenant.to_string()),
            ("line-in-force", frame.period(contract.in_force)),
            (
                "lines-title",
                joined(
                    contract
                        .lines
                        .iter()
                        .map(|line| frame.either(&line.designation.fr, &line.designation.en).to_owned())
                        .collect(),
                ),
            ),
        ],
        Entry::Tariff(tariff) => vec![
            ("tenant-name", tariff.name.clone()),
            ("field-unit", frame.t(&format!("unit-{}", tariff.unit.name()))),
            ("tariff-prices", joined(tariff.versions.iter().map(|version| frame.date(&version.from)).collect())),
        ],
    };
    facts.into_iter().map(|(key, value)| (frame.t(key), value)).collect()
}

fn held_row(frame: &Frame, holding: &Holding) -> HeldRow {
    let address = match holding {
        Holding::Referrer(referrer) => match referrer.kind {
            ReferrerKind::Contract => Some(format!("/contracts/{}", encoded(&referrer.named))),
            ReferrerKind::Invoice => Some(format!("/invoices/{}", referrer.named)),
            ReferrerKind::Draft => Some(format!("/billing/{}", referrer.named)),
            _ => None,
        },
        Holding::Reading { meter, .. } => Some(format!("/meters/{}", encoded(meter.as_str()))),
        Holding::Rule(_) => None,
    };
    HeldRow { text: frame.said(&holding.told()), address }
}
