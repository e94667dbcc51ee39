//! Removing a tenant, a contract or a tariff that was entered by mistake: what would go, what keeps it, and a yes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use serde::Deserialize;

use super::{Editor, words};
use crate::app::edit_book::Basis;
use crate::app::remove_entry::{self, Holding, ReferrerKind, Removal, RemovalTarget, Unremoved};
use crate::domain::book::{Removable, RemovableKind};
use crate::domain::contract::{Contract, ContractLine};
use crate::domain::party::Tenant;
use crate::domain::tariff::Tariff;
use crate::domain::told::Tell;
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

/// A thing that is removed, and how its pages speak of it: each route names one.
pub trait Removed {
    const KIND: RemovableKind;
    /// The path of the list it stands in.
    const LIST: &'static str;
    /// The text of the question, with its `code`.
    const QUESTION: &'static str;
    /// What is told once it is gone.
    const DONE: &'static str;
}

impl Removed for Tenant {
    const KIND: RemovableKind = RemovableKind::Tenant;
    const LIST: &'static str = "/tenants";
    const QUESTION: &'static str = "remove-tenant-title";
    const DONE: &'static str = "tenant-removed";
}

impl Removed for Contract {
    const KIND: RemovableKind = RemovableKind::Contract;
    const LIST: &'static str = "/contracts";
    const QUESTION: &'static str = "remove-contract-title";
    const DONE: &'static str = "contract-removed";
}

impl Removed for Tariff {
    const KIND: RemovableKind = RemovableKind::Tariff;
    const LIST: &'static str = "/tariffs";
    const QUESTION: &'static str = "remove-tariff-title";
    const DONE: &'static str = "tariff-removed";
}

/// What would go, and whether it shall.
pub async fn ask<R: Removed>((shared, granted, _, http): Editor, code: Path<String>) -> Result<HttpResponse, Fault> {
    let target = RemovalTarget { kind: R::KIND, code: code.into_inner(), scope: granted.scope };
    question::<R>(Frame::of(&http), &planned(&shared, target).await?, Shown::default())
}

pub async fn remove<R: Removed>(
    (shared, granted, visitor, http): Editor,
    code: Path<String>,
    form: Form<RemoveForm>,
) -> Result<HttpResponse, Fault> {
    visitor.check_form(&form.form_token)?;
    let target = RemovalTarget { kind: R::KIND, code: code.into_inner(), scope: granted.scope };
    let basis = Basis { version: Some(form.version), reason: form.into_inner().reason };
    let (store, by, now) = (shared.store.clone(), visitor.actor(&http), shared.now());
    let (wanted, asked) = (target.clone(), basis.clone());
    let outcome = blocking(move || remove_entry::remove(&store, &wanted, &asked, &by, now)).await?;
    let frame = Frame::of(&http);
    let shown = Shown { status: StatusCode::CONFLICT, reason: basis.reason, ..Shown::default() };
    match outcome {
        Ok(_) => {
            shared.forget_check();
            Ok(done(R::LIST, R::DONE, &target.code))
        }
        Err(Unremoved::Stale(found)) => question::<R>(frame, &found, Shown { is_stale: true, ..shown }),
        Err(Unremoved::Held(found)) => question::<R>(frame, &found, shown),
        Err(Unremoved::Mistake(mistake)) => {
            let errors = vec![FieldError { field: "reason", text: words::sentence(&frame, &mistake) }];
            let shown = Shown { status: StatusCode::UNPROCESSABLE_ENTITY, errors, ..shown };
            question::<R>(frame, &planned(&shared, target).await?, shown)
        }
    }
}

async fn planned(shared: &Data<Shared>, target: RemovalTarget) -> Result<Removal, Fault> {
    let store = shared.store.clone();
    blocking(move || remove_entry::plan(&store, &target)).await?.ok_or(Fault::NotFound)
}

fn question<R: Removed>(frame: Frame, found: &Removal, shown: Shown) -> Result<HttpResponse, Fault> {
    let code = found.stored.entry.code();
    let back = format!("{}/{}", R::LIST, encoded(code));
    let template = RemovePage {
        title: frame.with(R::QUESTION, "code", code),
        facts: facts(&frame, &found.thing),
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
fn facts(frame: &Frame, thing: &Removable) -> Vec<(String, String)> {
    let joined = |parts: Vec<String>| if parts.is_empty() { "–".to_owned() } else { parts.join(", ") };
    let designation = |line: &ContractLine| frame.either(&line.designation.fr, &line.designation.en).to_owned();
    let facts = match thing {
        Removable::Tenant(tenant) => vec![
            ("tenant-name", tenant.name.clone()),
            ("tenant-siret", tenant.siret.to_string()),
            ("tenant-contacts", joined(tenant.contacts.iter().map(|contact| contact.name.clone()).collect())),
        ],
        Removable::Contract(contract) => vec![
            ("contract-title", contract.title.clone()),
            ("invoice-tenant", contract.tenant.to_string()),
            ("line-in-force", frame.period(contract.in_force)),
            ("lines-title", joined(contract.lines.iter().map(designation).collect())),
        ],
        Removable::Tariff(tariff) => vec![
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
