//! What is left of a receipt, kept on account of the tenant it comes from: asked with the amount, then done.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::super::forms::{Fields, refused_or};
use super::super::{Frame, done, encoded, page};
use super::statements::{self, Refused, TENANT_FIELD};
use crate::app::match_receipts::{self, BankReceipt};
use crate::app::read_tenants;
use crate::app::record_payment::MEANWHILE;
use crate::domain::access::TenantScope;
use crate::domain::ids::TenantCode;
use crate::domain::told::Told;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};
use crate::storage::bank::ReceiptOutcome;

#[derive(Template)]
#[template(path = "receipt_keep.html")]
struct KeepPage {
    frame: Frame,
    facts: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    /// What is left of it while it is asked.
    seen: String,
    /// It was confirmed, and another part was matched since it was asked.
    meanwhile: bool,
}

enum Step {
    /// What is left of the receipt, and whose it is by name.
    Asked(Box<BankReceipt>, String),
    /// The number it was kept under.
    Kept(String),
}

pub async fn keep(
    shared: Data<Shared>,
    visitor: Visitor,
    granted: Granted,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let frame = Frame::of(&http);
    let (key, tenant) = (fields.text("receipt").to_owned(), TenantCode::from(fields.text("tenant")));
    let step = match look(&shared, &key, &tenant).await? {
        Ok((receipt, _)) if fields.confirms(receipt.open()) => {
            let (store, now, by) = (shared.store.clone(), shared.now(), visitor.actor(&http));
            let (seen, key, of) = (fields.seen(receipt.open()), key.clone(), tenant.clone());
            let kept =
                blocking(move || refused_or(match_receipts::keep_on_account(&store, &key, &of, seen, &by, now), gone));
            kept.await?.map(|report| Step::Kept(report.number))
        }
        looked => looked.map(|(receipt, name)| Step::Asked(Box::new(receipt), name)),
    };
    let step = match step {
        // It asks again.
        Err(told) if told.key == MEANWHILE => {
            look(&shared, &key, &tenant).await?.map(|(receipt, name)| Step::Asked(Box::new(receipt), name))
        }
        step => step,
    };
    match step {
        Ok(Step::Kept(number)) => Ok(done(&format!("/tenants/{}", encoded(tenant.as_str())), "receipt-kept", &number)),
        Ok(Step::Asked(receipt, name)) => page(StatusCode::OK, &asked(frame, &fields, &receipt, name)),
        Err(told) => {
            let text = frame.said(&told);
            let refused = Refused { receipt: key, field: TENANT_FIELD, typed: Some(tenant.to_string()), text };
            statements::left(&shared, &granted, &http, Some(refused)).await
        }
    }
}

/// The receipt while anything of it waits, and the tenant's name.
async fn look(
    shared: &Data<Shared>,
    key: &str,
    tenant: &TenantCode,
) -> Result<Result<(BankReceipt, String), Told>, Fault> {
    let (store, key, tenant) = (shared.store.clone(), key.to_owned(), tenant.clone());
    blocking(move || {
        let receipt = match_receipts::one(&store, &key)?.filter(|receipt| receipt.outcome == ReceiptOutcome::Left);
        let Some(receipt) = receipt else { return Ok(Err(gone())) };
        let name = read_tenants::one(&store, &TenantScope::Everyone, tenant.as_str())?.map(|file| file.tenant.name);
        let none = || Told::new("receipt-no-tenant", "say which tenant sent it");
        Ok(name.map(|name| (receipt, name)).ok_or_else(none))
    })
    .await
}

fn gone() -> Told {
    Told::new("receipt-gone", "the receipt does not wait any more")
}

fn asked(frame: Frame, fields: &Fields, receipt: &BankReceipt, name: String) -> KeepPage {
    let facts = [
        ("invoice-tenant", Some(name)),
        ("payment-kept", Some(frame.amount(&receipt.open()))),
        ("receipt-booked", Some(frame.date(&receipt.booked_on))),
        ("payment-says", Some(receipt.text.clone()).filter(|text| !text.is_empty())),
    ];
    KeepPage {
        facts: facts.into_iter().filter_map(|(key, value)| Some((frame.t(key), value?))).collect(),
        carried: fields.carried(),
        seen: receipt.open().to_string(),
        meanwhile: fields.confirms_another(receipt.open()),
        frame,
    }
}
