//! What a tenant has on account, what is kept there and taken back, an invoice settled from it, and what is left sent back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::once::{Writing, once};
use super::schemas::receivables as described;
use super::schemas::values::Amount;
use crate::app::correct_kept::{self, CorrectionPlan, NewCorrection};
use crate::app::keep_by_hand::{self, KeepPlan, NewReceived};
use crate::app::on_account;
use crate::app::repay::{self, NewRepayment};
use crate::app::settle_from_account::{self, NewSettlement, SettlementPlan};
use crate::domain::calendar::plain_day;
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, MovementKind, StatementLine};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// A tenant's account.
#[derive(Serialize, ToSchema)]
pub struct OnAccountAnswer {
    tenant: String,
    #[schema(value_type = Amount)]
    balance: String,
    /// Oldest first.
    movements: Vec<MovementRow>,
}

#[derive(Serialize, ToSchema)]
pub struct MovementRow {
    /// `CPT-…`, or `REG-…` of the payment it became.
    #[schema(example = "CPT-2026-000001")]
    number: String,
    on: NaiveDate,
    /// Above zero where it was kept, below where it left.
    #[schema(value_type = Amount)]
    amount: String,
    reference: Option<String>,
    kind: MovementWord,
    /// The invoice it paid.
    invoice: Option<String>,
    /// What was on account after it.
    #[schema(value_type = Amount)]
    balance: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MovementWord {
    Kept,
    /// It left for an invoice.
    Settled,
    SentBack,
    /// It was kept by mistake.
    TakenBack,
}

fn row(line: StatementLine) -> MovementRow {
    let Movement { number, on, amount, reference, .. } = line.movement;
    let kind = match line.kind {
        MovementKind::Kept => MovementWord::Kept,
        MovementKind::Settled => MovementWord::Settled,
        MovementKind::SentBack => MovementWord::SentBack,
        MovementKind::TakenBack => MovementWord::TakenBack,
    };
    let (amount, balance) = (amount.to_string(), line.balance.to_string());
    MovementRow { number, on, amount, reference, kind, invoice: line.invoice.map(|number| number.to_string()), balance }
}

#[utoipa::path(
    get, path = "/api/v1/tenants/{code}/on-account", tag = "payments", params(("code" = String, Path)),
    description = "What a tenant paid and no invoice has taken, with everything that moved it and what was there after. A \
                   tenant's people read their own; any other is not there.",
    responses((status = 200, body = OnAccountAnswer), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn account(shared: Data<Shared>, granted: Granted, code: Path<String>) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let tenant = TenantCode(code.into_inner());
    let account = blocking(move || on_account::statement(&store, &granted.scope, &tenant)).await?;
    Ok(HttpResponse::Ok().json(OnAccountAnswer {
        tenant: account.tenant.to_string(),
        balance: account.balance.to_string(),
        movements: account.movements.into_iter().map(row).collect(),
    }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// An open invoice of the tenant.
    invoice: String,
    #[serde(deserialize_with = "plain_day")]
    settled_on: NaiveDate,
    /// At most what is open on the invoice and on account that day.
    #[schema(value_type = Amount)]
    amount: Money,
    /// What is said of it, kept with its payments.
    reference: Option<String>,
    /// Answers what would be settled and writes nothing.
    #[serde(default)]
    preview: bool,
    /// The same was settled that day before, and is meant a second time.
    #[serde(default)]
    again: bool,
}

/// What a settlement would do.
#[derive(Serialize, ToSchema)]
pub struct SettlementPreview {
    #[schema(value_type = Amount)]
    open_before: String,
    #[schema(value_type = Amount)]
    open_after: String,
    #[schema(value_type = Amount)]
    balance_before: String,
    #[schema(value_type = Amount)]
    balance_after: String,
    /// When its parts were received: the days they count as paid.
    parts: Vec<PartRow>,
    /// How late the latest of them is.
    days_late: i64,
}

#[derive(Serialize, ToSchema)]
pub struct PartRow {
    received_on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: String,
}

impl SettlementPreview {
    fn of(plan: SettlementPlan, amount: Money) -> SettlementPreview {
        let part = |(received_on, amount): (NaiveDate, Money)| PartRow { received_on, amount: amount.to_string() };
        SettlementPreview {
            open_before: plan.open.to_string(),
            open_after: (plan.open - amount).to_string(),
            balance_before: plan.balance.to_string(),
            balance_after: (plan.balance - amount).to_string(),
            parts: plan.parts.into_iter().map(part).collect(),
            days_late: plan.days_late,
        }
    }
}

/// What a repayment would do.
#[derive(Serialize, ToSchema)]
pub struct RepaymentPreview {
    #[schema(value_type = Amount)]
    balance_before: String,
    #[schema(value_type = Amount)]
    balance_after: String,
}

#[utoipa::path(
    post, path = "/api/v1/tenants/{code}/on-account/settlements", tag = "payments", params(
        ("code" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Settles an invoice of the tenant, or part of it, from what it has on account.",
    request_body = SettleBody,
    responses((status = 200, body = SettlementPreview,
               description = "With `preview`: what is open and on account before and after, and the days it counts as paid."),
              (status = 201, body = described::SettlementReport,
               description = "Recorded: a payment for each day on which what it takes was received."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn settle(writing: Writing, code: Path<String>) -> Result<HttpResponse, Fault> {
    let SettleBody { invoice, settled_on, amount, reference, preview, again } = writing.body()?;
    let (tenant, invoice) = (TenantCode(code.into_inner()), InvoiceNumber::from_stored(invoice));
    let new = NewSettlement { tenant, invoice, on: settled_on, amount, reference };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        let plan = blocking(move || settle_from_account::plan(&store, &new, now)).await?;
        return Ok(HttpResponse::Ok().json(SettlementPreview::of(plan, amount)));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| settle_from_account::record(store, &new, again, by, now))
        .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RepayBody {
    #[serde(deserialize_with = "plain_day")]
    repaid_on: NaiveDate,
    /// At most what is on account that day.
    #[schema(value_type = Amount)]
    amount: Money,
    /// What the bank is told of it.
    reference: Option<String>,
    /// Answers what would be on account and writes nothing.
    #[serde(default)]
    preview: bool,
    /// The same was sent back that day before, and a second time.
    #[serde(default)]
    again: bool,
}

#[utoipa::path(
    post, path = "/api/v1/tenants/{code}/on-account/repayments", tag = "payments", params(
        ("code" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Records that what a tenant has on account, or part of it, was sent back to it.",
    request_body = RepayBody,
    responses((status = 200, body = RepaymentPreview, description = "With `preview`: what is on account before and after."),
              (status = 201, body = described::RepaidReport, description = "Recorded: its number, and what is left."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn send_back(writing: Writing, code: Path<String>) -> Result<HttpResponse, Fault> {
    let RepayBody { repaid_on, amount, reference, preview, again } = writing.body()?;
    let new = NewRepayment { tenant: TenantCode(code.into_inner()), on: repaid_on, amount, reference };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        let balance = blocking(move || repay::plan(&store, &new, now)).await?;
        let (balance_before, balance_after) = (balance.to_string(), (balance - amount).to_string());
        return Ok(HttpResponse::Ok().json(RepaymentPreview { balance_before, balance_after }));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| repay::record(store, &new, again, by, now)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivedBody {
    #[serde(deserialize_with = "plain_day")]
    received_on: NaiveDate,
    #[schema(value_type = Amount)]
    amount: Money,
    /// What the bank says of it.
    reference: Option<String>,
    /// Answers what would be on account and writes nothing.
    #[serde(default)]
    preview: bool,
    /// The same was received that day before, and a second time.
    #[serde(default)]
    again: bool,
}

/// What keeping it would do.
#[derive(Serialize, ToSchema)]
pub struct KeepPreview {
    #[schema(value_type = Amount)]
    balance_before: String,
    #[schema(value_type = Amount)]
    balance_after: String,
    /// On invoices of the tenant, which go on being late: what pays one is better recorded on it.
    #[schema(value_type = Amount)]
    open: String,
    /// What says the same and stands: without `again` this is refused.
    #[schema(example = "CPT-2026-000001")]
    stands: Option<String>,
}

impl KeepPreview {
    fn of(plan: KeepPlan, amount: Money) -> KeepPreview {
        KeepPreview {
            balance_before: plan.balance.to_string(),
            balance_after: (plan.balance + amount).to_string(),
            open: plan.open.to_string(),
            stands: plan.stands,
        }
    }
}

#[utoipa::path(
    post, path = "/api/v1/tenants/{code}/on-account/receipts", tag = "payments", params(
        ("code" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Keeps on a tenant's account money that pays no invoice yet.",
    request_body = ReceivedBody,
    responses((status = 200, body = KeepPreview,
               description = "With `preview`: what is on account before and after, what is open of the tenant, and what stands."),
              (status = 201, body = described::KeptReport, description = "Recorded: its number, and what is on account."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn keep(writing: Writing, code: Path<String>) -> Result<HttpResponse, Fault> {
    let ReceivedBody { received_on, amount, reference, preview, again } = writing.body()?;
    let new = NewReceived { tenant: TenantCode(code.into_inner()), on: received_on, amount, reference };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        let plan = blocking(move || keep_by_hand::plan(&store, &new, now)).await?;
        return Ok(HttpResponse::Ok().json(KeepPreview::of(plan, amount)));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| keep_by_hand::record(store, &new, again, by, now)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBackBody {
    /// What was kept; nothing of it may be used yet.
    #[schema(example = "CPT-2026-000001")]
    number: String,
    /// The day it was kept, while its month is open, or after.
    #[serde(deserialize_with = "plain_day")]
    corrected_on: NaiveDate,
    /// The tenant on whose account it is kept instead; absent: on none, and a receipt of the bank waits again.
    to: Option<String>,
    reason: String,
    /// Answers what would be on account and writes nothing.
    #[serde(default)]
    preview: bool,
}

/// What a correction would do.
#[derive(Serialize, ToSchema)]
pub struct TakeBackPreview {
    #[schema(value_type = Amount)]
    amount: String,
    #[schema(value_type = Amount)]
    balance_before: String,
    #[schema(value_type = Amount)]
    balance_after: String,
    /// A receipt of a bank statement would wait again to be matched.
    waits_again: bool,
    /// Of the tenant it is kept for instead.
    #[schema(value_type = Option<Amount>)]
    to_balance_before: Option<String>,
    #[schema(value_type = Option<Amount>)]
    to_balance_after: Option<String>,
}

impl From<CorrectionPlan> for TakeBackPreview {
    fn from(plan: CorrectionPlan) -> TakeBackPreview {
        let amount = plan.kept.amount;
        TakeBackPreview {
            amount: amount.to_string(),
            balance_before: plan.balance.to_string(),
            balance_after: (plan.balance - amount).to_string(),
            waits_again: plan.waits_again,
            to_balance_before: plan.to_balance.map(|balance| balance.to_string()),
            to_balance_after: plan.to_balance.map(|balance| (balance + amount).to_string()),
        }
    }
}

#[utoipa::path(
    post, path = "/api/v1/tenants/{code}/on-account/corrections", tag = "payments", params(
        ("code" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is recorded once."),
    ),
    description = "Takes back what was kept on a tenant's account by mistake, by an entry that reverses its own; or moves it \
                   to another tenant's.",
    request_body = TakeBackBody,
    responses((status = 200, body = TakeBackPreview, description = "With `preview`: what is on account before and after."),
              (status = 201, body = described::TakenBackReport,
               description = "Recorded: its number, what is left, and what is kept instead."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn correct(writing: Writing, code: Path<String>) -> Result<HttpResponse, Fault> {
    let TakeBackBody { number, corrected_on, to, reason, preview } = writing.body()?;
    let (tenant, to) = (TenantCode(code.into_inner()), to.map(TenantCode));
    let new = NewCorrection { tenant, number, on: corrected_on, to, reason };
    if preview {
        let (store, now) = (writing.shared.store.clone(), writing.shared.now());
        let plan = blocking(move || correct_kept::plan(&store, &new, now)).await?;
        return Ok(HttpResponse::Ok().json(TakeBackPreview::from(plan)));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| correct_kept::record(store, &new, by, now)).await
}
