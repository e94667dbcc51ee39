//! `GET /api/v1/audit/…`: the trail as it is chained, and what is signed of it.

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{LongPageQuery, paged_long};
use crate::app::read_trail::{self, ChainedEvent, TrailFilter};
use crate::domain::audit::SignedRoot;
use crate::http::asked::{Expected, days, within};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

const EVENTS_MAX: i64 = 1_000;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EventsQuery {
    /// What was changed: an invoice number, a contract code, a day.
    subject: Option<String>,
    /// `invoice.issued`, or `invoice` for all that was done to invoices.
    action: Option<String>,
    actor: Option<String>,
    /// First day (UTC).
    from: Option<String>,
    /// Last day (UTC).
    through: Option<String>,
    /// Only events after this sequence: the last one of the answer before.
    after: Option<String>,
    /// At most so many: 1 to 1,000, and 1,000 if left out.
    limit: Option<String>,
}

/// An event and its place in the chain.
#[derive(Serialize, ToSchema)]
pub struct EventAnswer {
    sequence: i64,
    previous: String,
    hash: String,
    at: DateTime<Utc>,
    actor: String,
    origin: Option<String>,
    action: String,
    subject: String,
    #[schema(value_type = Option<HashMap<String, serde_json::Value>>)]
    before: Option<serde_json::Value>,
    #[schema(value_type = HashMap<String, serde_json::Value>)]
    detail: serde_json::Value,
    reason: Option<String>,
}

/// A signed state of the trail.
#[derive(Serialize, ToSchema)]
pub struct RootAnswer {
    day: NaiveDate,
    at: DateTime<Utc>,
    /// How many events it covers.
    size: i64,
    head: String,
    root: String,
    previous: String,
    /// The ed25519 public key, in hex.
    key: String,
    signature: String,
}

#[utoipa::path(
    get, path = "/api/v1/audit/events", tag = "audit", params(EventsQuery),
    responses((status = 200, body = Vec<EventAnswer>, description = "Oldest first."), (status = 400, body = Problem),
              (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn events(shared: Data<Shared>, _granted: Granted, query: Query<EventsQuery>) -> Result<HttpResponse, Fault> {
    let (from, through) = days(("from", query.from.as_deref()), ("through", query.through.as_deref()))?;
    let texts = [query.subject.as_deref(), query.action.as_deref(), query.actor.as_deref()];
    let filter = filter(texts, from, through)?;
    let after = within("after", query.after.as_deref(), 0.., Expected::Sequence)?.unwrap_or(0);
    let limit = within("limit", query.limit.as_deref(), 1..=EVENTS_MAX, Expected::Limit)?.unwrap_or(EVENTS_MAX);
    let store = shared.store.clone();
    let events = blocking(move || read_trail::after(&store, &filter, after, limit)).await?;
    Ok(HttpResponse::Ok().json(events.into_iter().map(event).collect::<Vec<_>>()))
}

/// What a query restricts the trail to: `texts` are subject, action and actor; both days are included. An action that is
/// none is refused.
pub fn filter(
    texts: [Option<&str>; 3],
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
) -> Result<TrailFilter, Fault> {
    let [subject, action, actor] =
        texts.map(|text| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned));
    action.as_deref().map_or(Ok(()), read_trail::check_action)?;
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    Ok(TrailFilter {
        subject,
        action,
        actor,
        from: from.map(midnight),
        to: through.and_then(|day| day.succ_opt()).map(midnight),
        without_seals: false,
    })
}

pub(super) fn event(chained: ChainedEvent) -> EventAnswer {
    let event = chained.event;
    EventAnswer {
        sequence: chained.sequence,
        previous: chained.previous_hash,
        hash: chained.hash,
        at: event.at,
        actor: event.actor,
        origin: event.origin,
        action: event.action,
        subject: event.subject,
        before: event.before,
        detail: event.detail,
        reason: event.reason,
    }
}

#[utoipa::path(
    get, path = "/api/v1/audit/roots", tag = "audit", params(LongPageQuery),
    responses((status = 200, body = Vec<RootAnswer>, description = "The latest first."), (status = 400, body = Problem),
              (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn signed_roots(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<LongPageQuery>,
) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let roots = blocking(move || read_trail::signed_roots(&store)).await?;
    paged_long(&http, &roots.into_iter().rev().map(root).collect::<Vec<_>>(), query.page.as_deref())
}

pub(super) fn root(SignedRoot { statement, signature }: SignedRoot) -> RootAnswer {
    RootAnswer {
        day: statement.day,
        at: statement.at,
        size: statement.size,
        head: statement.head,
        root: statement.root,
        previous: statement.previous,
        key: statement.key,
        signature,
    }
}
