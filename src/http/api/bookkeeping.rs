//! Keeping the books over the API: depreciation posted, periods closed, what happens to assets and figures of management
//! recorded.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asset_previews::{EventPreview, PostingPreview};
use super::once::{Writing, once};
use super::schemas::asset_events;
use super::schemas::books as described;
use super::schemas::payback_terms::{FiguresRecorded, ManagementFigure, ManagementFigureKind};
use super::schemas::values::Amount;
use super::schemas::words;
use super::{LongPageQuery, paged_long};
use crate::app::record_asset_event::{self, EventRequest};
use crate::app::{AppError, Store, allocate_result, close_year, periods, post_depreciation, record_management_figures};
use crate::collect::{FigureTexts, SubmittedFigure, one_figure};
use crate::domain::amortisation::AssetChange;
use crate::domain::audit::Actor;
use crate::domain::calendar::{BillingMonth, plain_day, plain_optional_day};
use crate::domain::ids::AssetCode;
use crate::domain::ledger::{AccountingPeriod, PeriodAction};
use crate::domain::told::{Tell, Told};
use crate::http::asked::Expected;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostingBody {
    /// The last month to post; it must have ended.
    #[schema(value_type = String, example = "2026-10")]
    through: BillingMonth,
    /// Only tells the entries that would be made.
    #[serde(default)]
    preview: bool,
}

#[utoipa::path(
    post, path = "/api/v1/amortisation/postings", tag = "amortisation", request_body = PostingBody,
    description = "Makes the entries of fixed assets that are not in the journal yet. Asked again, it makes none.",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is answered alike.")),
    responses((status = 200, body = PostingPreview, description = "With `preview`: the entries still to be made; of a month \
                                                                   that has not ended they are told and cannot be posted."),
              (status = 201, body = described::PostingReport,
               description = "Months posted now, charges, subsidies taken to income, documents."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn post_assets(writing: Writing) -> Result<HttpResponse, Fault> {
    let PostingBody { through, preview } = writing.body()?;
    if preview {
        let store = writing.shared.store.clone();
        let entries = blocking(move || post_depreciation::to_post(&store, through)).await?;
        return Ok(HttpResponse::Ok().json(PostingPreview::of(through, &entries)));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| post_depreciation::post(store, through, by, now)).await
}

#[utoipa::path(
    get, path = "/api/v1/periods", tag = "journal", params(LongPageQuery),
    responses((status = 200, body = Vec<described::PeriodReport>,
               description = "Every month and year that was ever closed; what is not named is open."),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list_periods(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let found = blocking(move || periods::list(&store)).await?;
    paged_long(&http, &found, query.page.as_deref())
}

/// What is done to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodDeed {
    Close,
    Reopen,
    Lock,
    /// Of a year: its result, its closing entries, the opening of the next, and the lock.
    CloseYear,
}

impl PeriodDeed {
    /// As addresses say it.
    pub const ALL: [(&str, PeriodDeed); 4] = [
        ("close", PeriodDeed::Close),
        ("reopen", PeriodDeed::Reopen),
        ("lock", PeriodDeed::Lock),
        ("close-year", PeriodDeed::CloseYear),
    ];

    pub fn named(name: &str) -> Option<PeriodDeed> {
        PeriodDeed::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, deed)| deed)
    }

    /// What it does to a period's state; none of what does more.
    const fn action(self) -> Option<PeriodAction> {
        match self {
            PeriodDeed::Close => Some(PeriodAction::Close),
            PeriodDeed::Reopen => Some(PeriodAction::Reopen),
            PeriodDeed::Lock => Some(PeriodAction::Lock),
            PeriodDeed::CloseYear => None,
        }
    }

    pub fn name(self) -> &'static str {
        PeriodDeed::ALL.into_iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }
}

/// A period after something was done to it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum PeriodAnswer {
    State(periods::PeriodReport),
    Closed(close_year::CloseReport),
}

/// Does `deed` to `period`; [`PeriodDeed::CloseYear`] to a month is nothing that is known.
pub fn change_period(
    store: &Store,
    period: AccountingPeriod,
    deed: PeriodDeed,
    reason: Option<&str>,
    by: &Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<PeriodAnswer, AppError> {
    let action = match (deed.action(), period) {
        (Some(action), _) => action,
        (None, AccountingPeriod::Year(year)) => {
            return close_year::close(store, year, by, now).map(PeriodAnswer::Closed);
        }
        (None, AccountingPeriod::Month(month)) => {
            return Err(AppError::NotFound(format!("the year {month}")));
        }
    };
    periods::change(store, period, action, reason, by, now).map(PeriodAnswer::State)
}

/// Why `deed` can only be refused; none where it can be done to `period`.
pub fn refusal_of(
    store: &Store,
    period: AccountingPeriod,
    deed: PeriodDeed,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<Option<Told>, AppError> {
    match deed.action() {
        Some(action) => periods::refusal(store, period, action, now),
        None => close_year::refusal(store, period.year(), now),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodBody {
    action: PeriodDeed,
    /// Why; needed to open again.
    reason: Option<String>,
}

#[utoipa::path(
    post, path = "/api/v1/periods/{period}", tag = "journal", request_body = PeriodBody, params(
        ("period" = String, Path, description = "`2026-10` or `2026`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is done once."),
    ),
    description = "Closes a month or a year that has ended, opens it again, locks it for good, or closes a year with its \
                   result and the opening of the next.",
    responses((status = 200, body = described::PeriodChange,
               description = "Its state; of a closed year its result and the entries made."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn set_period(writing: Writing, period: Path<String>) -> Result<HttpResponse, Fault> {
    let period: AccountingPeriod =
        period.parse().map_err(|error: crate::domain::ledger::PeriodError| Fault::BadRequest(error.told().english))?;
    let PeriodBody { action, reason } = writing.body()?;
    if let (PeriodDeed::CloseYear, AccountingPeriod::Month(_)) = (action, period) {
        return Err(Fault::Unprocessable("close-year takes a year such as 2026".to_owned()));
    }
    once(writing, StatusCode::OK, move |store, by, now| {
        change_period(store, period, action, reason.as_deref(), by, now)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocationBody {
    /// The day of the entry, in an open period.
    #[serde(deserialize_with = "plain_day")]
    date: NaiveDate,
    /// The decision it rests on.
    reason: String,
}

#[utoipa::path(
    post, path = "/api/v1/periods/{period}/allocation", tag = "journal", request_body = AllocationBody, params(
        ("period" = String, Path, description = "A closed year, such as `2026`"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request is done once."),
    ),
    description = "Allocates the result of a closed year: profits to what is kept of them, losses likewise.",
    responses((status = 201, body = described::CloseReport, description = "The result, and the entry made."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 409, body = Problem),
              (status = 422, body = Problem, description = "It is not closed, left no result, or has it allocated.")),
    security(("token" = []))
)]
pub async fn allocate(writing: Writing, period: Path<String>) -> Result<HttpResponse, Fault> {
    let year = Some(period.as_str()).filter(|text| text.len() == 4).and_then(|text| text.parse::<i32>().ok());
    let year = year.ok_or_else(|| Expected::Year.refused("period", &period))?;
    let AllocationBody { date, reason } = writing.body()?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        allocate_result::allocate(store, year, date, &reason, by, now)
    })
    .await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssetEventBody {
    /// The day it takes effect; of a withdrawal it may be left out: it is that of the event withdrawn.
    #[serde(default, deserialize_with = "plain_optional_day")]
    effective_on: Option<NaiveDate>,
    reason: String,
    decision: Option<String>,
    /// It is meant for a day beyond the end of next year.
    #[serde(default)]
    far_ahead: bool,
    /// Only tells what it would do.
    #[serde(default)]
    preview: bool,
    /// Its `kind` (revise, impair, reverse, dispose, donate, replace, commission, use, subsidise, withdraw) with what belongs to
    /// it, as an asset's events show it.
    #[schema(value_type = asset_events::AssetChange)]
    change: AssetChange,
}

#[utoipa::path(
    post, path = "/api/v1/assets/{asset}/events", tag = "amortisation", request_body = AssetEventBody, params(
        ("asset" = String, Path, description = "Its inventory number"),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request records one event."),
    ),
    description = "Records what happened to an asset. It never changes afterwards; posting makes its entries. What says the \
                   same as the event before it (day, change, reason, decision) is refused: sent twice it would happen twice. \
                   A day beyond the end of next year is refused unless `far_ahead` says that it is meant. An event from \
                   which nothing is posted yet is withdrawn by another of the kind `withdraw` with its number.",
    responses((status = 200, body = EventPreview, description = "With `preview`: what it would change, and its entry."),
              (status = 201, body = asset_events::RecordedEvent, description = "The event with its number."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn record_event(writing: Writing, asset: Path<String>) -> Result<HttpResponse, Fault> {
    let wanted: AssetEventBody = writing.body()?;
    let asset = AssetCode(asset.into_inner());
    if wanted.preview {
        let (store, by, now) = (writing.shared.store.clone(), writing.by(), writing.shared.now());
        let plan =
            blocking(move || record_asset_event::plan(&store, &wanted.request(&store, asset)?, &by, now)).await?;
        return Ok(HttpResponse::Ok().json(EventPreview::from(plan)));
    }
    once(writing, StatusCode::CREATED, move |store, by, now| {
        record_asset_event::record(store, &wanted.request(store, asset)?, by, now)
    })
    .await
}

impl AssetEventBody {
    fn request(self, store: &Store, asset: AssetCode) -> Result<EventRequest, AppError> {
        let AssetEventBody { effective_on, reason, decision, far_ahead, change, .. } = self;
        let effective_on = match (effective_on, &change) {
            (Some(day), _) => day,
            (None, AssetChange::Withdraw { event }) => record_asset_event::day_of(store, &asset, *event)?,
            (None, _) => return Err(AppError::Input("effective_on: give the day it takes effect".to_owned())),
        };
        Ok(EventRequest { asset, effective_on, reason, decision, change, far_ahead })
    }
}

#[utoipa::path(
    get, path = "/api/v1/payback/figures", tag = "payback", params(LongPageQuery),
    responses((status = 200, body = Vec<ManagementFigure>,
               description = "Every management figure with all its revisions; the highest is in force."),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list_figures(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let found = blocking(move || record_management_figures::list(&store)).await?;
    paged_long(&http, &found, query.page.as_deref())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FigureBody {
    #[schema(example = "2026-10")]
    month: String,
    #[schema(value_type = ManagementFigureKind)]
    kind: String,
    /// With month and kind it names the figure.
    label: String,
    /// In euros before VAT; a cost is positive.
    #[schema(value_type = Amount)]
    amount: String,
    /// What it was taken from.
    source: String,
    /// Of earlier revenue only, as is the service.
    tenant: Option<String>,
    #[schema(value_type = Option<words::Service>)]
    service: Option<String>,
    /// Why it replaces what is recorded.
    correction: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FiguresBody {
    figures: Vec<FigureBody>,
}

#[utoipa::path(
    post, path = "/api/v1/payback/figures", tag = "payback", request_body = FiguresBody,
    description = "Records management figures, all or none. One recorded before with the same amount and source counts as unchanged.",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request is done once.")),
    responses((status = 201, body = FiguresRecorded, description = "How many were recorded, corrected, unchanged."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 422, body = Problem)),
    security(("token" = []))
)]
pub async fn record_figures(writing: Writing) -> Result<HttpResponse, Fault> {
    let FiguresBody { figures } = writing.body()?;
    once(writing, StatusCode::CREATED, move |store, by, now| {
        let read = (1..).zip(&figures).map(|(number, figure)| figure.read(number)).collect::<Result<Vec<_>, _>>();
        record_management_figures::record(store, &read.map_err(AppError::Input)?, "the API", by, now)
    })
    .await
}

impl FigureBody {
    /// The figure, or what is wrong with the `number`th of the request.
    fn read(&self, number: usize) -> Result<SubmittedFigure, String> {
        let place = format!("figure {number}");
        let figure = one_figure(&FigureTexts {
            month: &self.month,
            kind: &self.kind,
            label: &self.label,
            amount: &self.amount,
            source: &self.source,
            tenant: self.tenant.as_deref(),
            service: self.service.as_deref(),
            correction: self.correction.as_deref(),
        });
        let figure = figure.map_err(|faults| format!("{place}: {faults}"))?;
        Ok(SubmittedFigure { place, ..figure })
    }
}
