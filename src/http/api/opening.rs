//! `POST /api/v1/journal/opening`: the balances of other books, brought in as the opening of a day.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::once::once;
use super::schemas::values::{Amount, Day};
use crate::app::Store;
use crate::app::open_balances::{self, OpeningReport};
use crate::domain::money::Money;
use crate::http::asked::{Expected, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct OpeningQuery {
    /// The day they are the balances of, such as `2026-01-01`.
    date: String,
    /// `true` only says what would be posted, or why it would be refused.
    check: Option<String>,
}

/// The opening entry.
#[derive(Serialize, ToSchema)]
pub struct OpeningAnswer {
    /// `OUVERTURE-2026-01-01`
    document: String,
    #[schema(value_type = Day)]
    date: NaiveDate,
    /// Balances brought in.
    accounts: usize,
    /// Of each side.
    #[schema(value_type = Amount)]
    total: Money,
    /// False where it was only checked.
    posted: bool,
}

fn answer(report: OpeningReport, posted: bool) -> OpeningAnswer {
    let OpeningReport { document, date, accounts, total } = report;
    OpeningAnswer { document, date, accounts, total, posted }
}

#[utoipa::path(
    post, path = "/api/v1/journal/opening", tag = "journal",
    params(OpeningQuery,
           ("Idempotency-Key" = Option<String>, Header, description = "The same request is posted once.")),
    description = "Brings in the balances of other books: CSV as the body, `account,auxiliary,label,debit,credit`, or in \
                   French with `;` and decimal commas. All of it or nothing; debits and credits must be equal.",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = OpeningAnswer, description = "It could be posted; nothing was."),
              (status = 201, body = OpeningAnswer, description = "It is posted."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem),
              (status = 422, body = Problem, description = "A line that is no balance, sides that differ, a day that \
               would count balances twice.")),
    security(("token" = []))
)]
pub async fn open(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    query: Query<OpeningQuery>,
    request: Bytes,
) -> Result<HttpResponse, Fault> {
    let date: Option<NaiveDate> = parsed("date", Some(&query.date), Expected::Day)?;
    let date = date.ok_or_else(|| Expected::Day.refused("date", &query.date))?;
    let only_checked = parsed("check", query.check.as_deref(), Expected::Flag)?.unwrap_or(false);
    let (by, now, csv) = (granted.by.clone(), shared.now(), request.clone());
    if only_checked {
        let store = shared.store.clone();
        let (report, _) = blocking(move || open_balances::check(&store, &csv, date, &by, now)).await?;
        return Ok(HttpResponse::Ok().json(answer(report, false)));
    }
    let work = move |store: &Store| open_balances::open(store, &csv, date, &by, now).map(|done| answer(done, true));
    once(&shared, &granted, &http, &request, StatusCode::CREATED, work).await
}
