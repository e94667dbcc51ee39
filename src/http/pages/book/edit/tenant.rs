//! A tenant's form.

use actix_web::web::Data;
use serde_json::Value as Json;

use super::entry::EntryForm;
use super::form::FormData;
use super::view::{Draw, FormView, Input, Rows, Section};
use super::{Form, book};
use crate::app::edit_book::StoredEntry;
use crate::domain::book::{Entry, EntryKind, with_siret_of};
use crate::domain::party::{PaymentTermClass, Tenant};
use crate::http::error::Fault;
use crate::http::pages::encoded;
use crate::http::state::Shared;

/// A tenant, new where it has no code yet.
pub struct TenantForm {
    code: Option<String>,
    /// Those the book has, as it is before the edit.
    known: Vec<Tenant>,
}

impl EntryForm for TenantForm {
    const KIND: EntryKind = EntryKind::Tenant;

    async fn of(shared: &Data<Shared>, code: Option<String>) -> Result<TenantForm, Fault> {
        Ok(TenantForm { code, known: book(shared).await?.tenants.clone() })
    }

    fn blank() -> FormData {
        with_defaults(FormData::default())
    }
}

impl Form for TenantForm {
    fn view(&self, draw: &Draw) -> FormView {
        let classes = PaymentTermClass::ALL.map(PaymentTermClass::name);
        let mut identity = vec![draw.text("name").required(), draw.text("siret").required(), draw.text("vat_number")];
        if self.code.is_none() {
            identity.insert(0, draw.text("code").required());
        }
        identity.push(draw.flag("internal"));
        let billing = vec![
            draw.words("payment_term_class", &classes, "terms-of"),
            draw.words("language", &["fr", "en"], "language"),
            draw.text("service_code"),
        ];
        FormView {
            title: draw.t(if self.code.is_none() { "tenant-new" } else { "tenant-edit" }),
            notes: vec![],
            action: self.code.as_ref().map_or_else(|| "/tenants/new".to_owned(), |code| address(code, "/edit")),
            back: self.code.as_ref().map_or_else(|| "/tenants".to_owned(), |code| address(code, "")),
            version: None,
            hidden: vec![],
            sections: vec![
                section(draw.t("section-identity"), identity),
                section(draw.t("section-address"), address_inputs(draw)),
                section(draw.t("section-billing"), billing),
                Section { rows: Some(contacts(draw)), ..section(draw.t("tenant-contacts"), vec![]) },
            ],
            reason: None,
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
        let mut data = data.clone();
        if let Some(code) = &self.code {
            data.set("code", code.clone());
        }
        move |_| data.document()
    }

    fn lists(&self) -> &'static [&'static str] {
        &["contact"]
    }

    fn after(&self, stored: &StoredEntry) -> (String, &'static str, String) {
        let code = stored.entry.code();
        if let Some(others) = self.same_siret(stored) {
            return (address(code, ""), "tenant-same-siret", others);
        }
        let what = if self.code.is_some() { "saved" } else { "tenant-created" };
        (address(code, ""), what, code.to_owned())
    }
}

impl TenantForm {
    /// The names of the tenants that have the SIRET just given, where there are any.
    fn same_siret(&self, stored: &StoredEntry) -> Option<String> {
        let Entry::Tenant(tenant) = &stored.entry else { return None };
        if self.known.iter().any(|former| former.code == tenant.code && former.siret == tenant.siret) {
            return None;
        }
        let names: Vec<&str> = with_siret_of(&self.known, tenant).map(|other| other.name.as_str()).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// `/tenants/aphp/edit`
pub fn address(code: &str, below: &str) -> String {
    format!("/tenants/{}{below}", encoded(code))
}

pub fn section(legend: String, inputs: Vec<Input>) -> Section {
    Section { legend, hint: String::new(), class: "", inputs, rows: None }
}

/// Street, postcode, city and country below `address`.
pub fn address_inputs(draw: &Draw) -> Vec<Input> {
    vec![
        draw.area("address.lines").required(),
        draw.text("address.postcode").required(),
        draw.text("address.city").required(),
        draw.text("address.country"),
    ]
}

/// The people invoices go to.
pub fn contacts(draw: &Draw) -> Rows {
    draw.rows("contact", 1, |draw| vec![draw.text("name"), draw.email("email")])
}

fn with_defaults(data: FormData) -> FormData {
    data.or("language", "fr").or("address.country", "FR").or("payment_term_class", "local-authority")
}
