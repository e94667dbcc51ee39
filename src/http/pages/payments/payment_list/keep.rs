//! What is left of a receipt, kept on account of the tenant it comes from: asked with the amount, then done.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::{DateTime, Utc};

use super::super::asked_twice::{Asked, Deed, Step, ask_or_do};
use super::super::forms::Fields;
use super::super::{Frame, done, encoded, page};
use super::statements::{self, Refused, TENANT_FIELD};
use crate::app::match_receipts::{self, BankReceipt};
use crate::app::{AppError, Store, read_tenants};
use crate::domain::access::TenantScope;
use crate::domain::audit::Actor;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::domain::told::Told;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::Shared;
use crate::storage::bank::ReceiptOutcome;

#[derive(Template)]
#[template(path = "receipt_keep.html")]
struct KeepPage {
    frame: Frame,
    asked: Asked,
}

/// What is left of a receipt, to be kept.
#[derive(Clone)]
struct Keeping {
    receipt: String,
    tenant: TenantCode,
}

impl Deed for Keeping {
    /// The receipt while anything of it waits, and the tenant's name.
    type Plan = (BankReceipt, String);
    /// The number it was kept under.
    type Done = String;
    /// What is left of the receipt.
    type Seen = [Money; 1];

    fn plan(&self, store: &Store, _: DateTime<Utc>) -> Result<(BankReceipt, String), AppError> {
        let receipt = match_receipts::one(store, &self.receipt)?;
        let receipt = receipt.filter(|receipt| receipt.outcome == ReceiptOutcome::Left);
        let receipt = receipt.ok_or_else(|| AppError::Refused(Box::new(gone())))?;
        let file = read_tenants::one(store, &TenantScope::Everyone, self.tenant.as_str())?;
        let none = || Told::new("receipt-no-tenant", "say which tenant sent it");
        let file = file.ok_or_else(|| AppError::Refused(Box::new(none())))?;
        Ok((receipt, file.tenant.name))
    }

    fn seen((receipt, _): &(BankReceipt, String)) -> [Money; 1] {
        [receipt.open()]
    }

    fn carry_out(
        &self,
        store: &Store,
        seen: Option<[Money; 1]>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<String, AppError> {
        let seen = seen.map(|[open]| open);
        let report = match_receipts::keep_on_account(store, &self.receipt, &self.tenant, seen, by, now)?;
        Ok(report.number)
    }

    fn unknown(&self) -> Option<Told> {
        Some(gone())
    }
}

fn gone() -> Told {
    Told::new("receipt-gone", "the receipt does not wait any more")
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
    let (receipt, tenant) = (fields.text("receipt").to_owned(), TenantCode::from(fields.text("tenant")));
    let keeping = Keeping { receipt, tenant };
    match ask_or_do(&shared, &visitor, &http, &fields, &keeping).await? {
        Ok(Step::Done(number)) => {
            Ok(done(&format!("/tenants/{}", encoded(keeping.tenant.as_str())), "receipt-kept", &number))
        }
        Ok(Step::Asked((receipt, name))) => {
            let asked = asked(&frame, &fields, &receipt, name);
            page(StatusCode::OK, &KeepPage { frame, asked })
        }
        Err(told) => {
            let typed = Some(keeping.tenant.to_string());
            let text = frame.said(&told);
            let refused = Refused { receipt: keeping.receipt, field: TENANT_FIELD, typed, text };
            statements::left(&shared, &granted, &http, Some(refused)).await
        }
    }
}

fn asked(frame: &Frame, fields: &Fields, receipt: &BankReceipt, name: String) -> Asked {
    let charged = if receipt.charge.is_zero() { String::new() } else { frame.amount(&receipt.charge) };
    let facts = [
        ("invoice-tenant", name),
        ("payment-kept", frame.amount(&receipt.open())),
        ("receipt-charged", charged),
        ("receipt-booked", frame.date(&receipt.booked_on)),
        ("payment-says", receipt.text.clone()),
    ];
    Asked::of(frame, fields, [receipt.open()], facts)
}
