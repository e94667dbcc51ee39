//! `POST /api/v1/readings`: readings in.

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::packed::{self, Packing};
use super::schemas::readings::{NothingTaken, ReadingEvent, ReadingsBody};
use crate::app::late_readings::BilledMonth;
use crate::app::receive_readings::{
    BatchFormat, EventAttributes, Prepared, Receipt, RefusalKind, RefusedReading, Sender,
};
use crate::domain::freetext;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking, worked};

/// Uncompressed: 10,000 readings of 800 bytes, more than a CloudEvents envelope takes.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bodies up to here are parsed where they arrive: handing them to another thread would take longer.
const SMALL_BODY_BYTES: usize = 32 * 1024;
const KEY_CHARACTERS_MAX: usize = 200;

/// What became of the readings. What is not refused is durable.
#[derive(Serialize, ToSchema)]
pub struct ReadingsAnswer {
    /// New readings, and corrections that changed one.
    accepted: usize,
    /// Stored already with the same value.
    duplicates: usize,
    refused: Vec<RefusedAnswer>,
    /// What of the accepted is of months already billed: the next invoices of their contracts regularise it.
    billed_months: Vec<BilledMonthAnswer>,
    /// Present where nothing was taken.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    problem: Option<Problem>,
}

/// Accepted readings that came too late for the invoice of their month.
#[derive(Serialize, ToSchema)]
pub struct BilledMonthAnswer {
    /// Such as `2026-09`.
    month: String,
    readings: u64,
}

impl From<&BilledMonth> for BilledMonthAnswer {
    fn from(billed: &BilledMonth) -> BilledMonthAnswer {
        BilledMonthAnswer { month: billed.month.to_string(), readings: billed.readings }
    }
}

#[derive(Serialize, ToSchema)]
pub struct RefusedAnswer {
    /// Position among the readings sent, from 0.
    index: usize,
    /// `malformed`, `impossible` or `conflict`.
    kind: &'static str,
    reason: String,
}

#[utoipa::path(
    post, path = "/api/v1/readings", tag = "readings",
    description = "Up to 10,000 readings, gzip of one member or several accepted. Each is taken or refused by itself; the answer comes once what \
                   was taken is durable. With an Idempotency-Key the same body is answered the same again. CloudEvents come \
                   structured, in batches, or in binary mode (ce- headers, the reading alone as application/json).",
    params(("Idempotency-Key" = Option<String>, Header, description = "Yours to choose, at most 200 characters.")),
    request_body(content(
        (String = "application/x-ndjson"),
        (ReadingsBody = "application/json"),
        (ReadingEvent = "application/cloudevents+json"),
        (Vec<ReadingEvent> = "application/cloudevents-batch+json"),
    )),
    responses(
        (status = 200, body = ReadingsAnswer, description = "Everything was taken, or was there already."),
        (status = 207, body = ReadingsAnswer, description = "Some readings were refused; the rest was taken."),
        (status = 400, body = Problem, description = "The body is no batch: nothing was taken."),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 413, body = Problem),
        (status = 415, body = Problem),
        (status = 422, body = NothingTaken, description = "Every reading was refused, or the key came with another body."),
        (status = 503, body = Problem, description = "Too many readings wait; send the batch again in a moment."),
    ),
    security(("token" = []))
)]
pub async fn receive(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Fault> {
    let format = format(http.headers())?;
    let packing = Packing::of(http.headers())?;
    let key = idempotency_key(http.headers())?;
    let body = packed::received(payload, BODY_BYTES_MAX).await?;
    let source = format!("http:user-{}", granted.user);
    // A key is the sender's own: two senders may choose the same.
    let sender = Sender { idempotency_key: key.map(|key| format!("{source}:{key}")), source, by: granted.by };
    let prepared = prepare(&shared, (body, packing), format).await?;
    let receipt = shared.receiver.write(prepared, sender, shared.now()).await?;
    let billed = billed(&shared, &receipt).await?;
    Ok(answer(receipt, billed))
}

/// The billed months the batch was late for: looked up where it holds what a billing run had read before.
async fn billed(shared: &Data<Shared>, receipt: &Receipt) -> Result<Vec<BilledMonthAnswer>, Fault> {
    if receipt.late.is_empty() {
        return Ok(vec![]);
    }
    let (shared, late) = (shared.clone(), receipt.late.clone());
    let found = blocking(move || shared.receiver.billed(&late)).await?;
    Ok(found.iter().map(BilledMonthAnswer::from).collect())
}

async fn prepare(
    shared: &Data<Shared>,
    (body, packing): (Bytes, Packing),
    format: BatchFormat,
) -> Result<Prepared, Fault> {
    let now = shared.now();
    if packing == Packing::Plain && body.len() <= SMALL_BODY_BYTES && shared.receiver.is_fresh(now) {
        return Ok(shared.receiver.prepare(&body, format, now)?);
    }
    let shared = shared.clone();
    worked(move || {
        let body = packing.unpack(body, BODY_BYTES_MAX)?;
        Ok(shared.receiver.prepare(&body, format, now)?)
    })
    .await
}

fn answer(receipt: Receipt, billed_months: Vec<BilledMonthAnswer>) -> HttpResponse {
    let taken = receipt.accepted + receipt.duplicates;
    let (status, problem) = match (taken, receipt.refused.len()) {
        (_, 0) => (StatusCode::OK, None),
        (0, _) => (StatusCode::UNPROCESSABLE_ENTITY, Some(nothing_taken(&receipt.refused))),
        _ => (StatusCode::MULTI_STATUS, None),
    };
    let kind = if problem.is_some() { "application/problem+json" } else { "application/json" };
    let refused = receipt.refused.iter().map(refused).collect();
    let Receipt { accepted, duplicates, .. } = receipt;
    let answer = ReadingsAnswer { accepted, duplicates, refused, billed_months, problem };
    HttpResponse::build(status).insert_header((header::CONTENT_TYPE, kind)).json(answer)
}

fn nothing_taken(refused: &[RefusedReading]) -> Problem {
    let first = refused.first().map(|refused| refused.reason.as_str()).unwrap_or_default();
    let conflicts = refused.iter().filter(|refused| refused.kind == RefusalKind::Conflict).count();
    let detail =
        format!("none of the {} readings was taken ({conflicts} conflicts); the first: {first}", refused.len());
    Fault::Unprocessable(detail).problem()
}

fn refused(refused: &RefusedReading) -> RefusedAnswer {
    RefusedAnswer { index: refused.index, kind: refused.kind.name(), reason: freetext::shown(&refused.reason) }
}

/// How the body is spelled, by its content type.
fn format(headers: &HeaderMap) -> Result<BatchFormat, Fault> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/x-ndjson" | "application/ndjson" => Ok(BatchFormat::Ndjson),
        "application/json" if headers.contains_key("ce-specversion") => event_in_headers(headers),
        "application/json" => Ok(BatchFormat::Json),
        "application/cloudevents-batch+json" => Ok(BatchFormat::JsonArray),
        "application/cloudevents+json" => Ok(BatchFormat::JsonObject),
        _ => Err(Fault::UnsupportedMedia(format!(
            "`{kind}` is not taken here; send application/x-ndjson, application/json (an array or one \
             object), application/cloudevents+json or application/cloudevents-batch+json; files, CSV among them, go \
             to /api/v1/readings/imports"
        ))),
    }
}

/// CloudEvents' binary mode: the attributes stand in `ce-` headers, the body is the reading alone.
fn event_in_headers(headers: &HeaderMap) -> Result<BatchFormat, Fault> {
    let stated = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(Cow::Borrowed);
    let attributes = EventAttributes {
        specversion: stated("ce-specversion"),
        id: stated("ce-id"),
        source: stated("ce-source"),
        kind: stated("ce-type"),
    };
    attributes.check().map_err(|why| Fault::BadRequest(format!("in the headers ce-…, {}", why.english)))?;
    Ok(BatchFormat::JsonObject)
}

pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Fault> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().filter(|key| (1..=KEY_CHARACTERS_MAX).contains(&key.len()));
    key.map(|key| Some(key.to_owned())).ok_or_else(|| {
        Fault::BadRequest(format!("Idempotency-Key must be 1 to {KEY_CHARACTERS_MAX} visible ASCII characters"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn content_types_name_the_format() {
        let of = |kind: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            format(&headers)
        };
        assert_eq!(of("application/x-ndjson"), Ok(BatchFormat::Ndjson));
        assert_eq!(of("Application/JSON; charset=utf-8"), Ok(BatchFormat::Json));
        assert_eq!(of("application/cloudevents+json"), Ok(BatchFormat::JsonObject));
        assert!(matches!(of("text/csv"), Err(Fault::UnsupportedMedia(_))));
        assert!(matches!(format(&HeaderMap::new()), Err(Fault::UnsupportedMedia(_))));
    }

    #[test]
    fn the_status_says_whether_anything_was_taken() {
        let refused = RefusedReading { index: 3, kind: RefusalKind::Conflict, reason: "stored as 5".into() };
        let status = |accepted, duplicates, refused: &[RefusedReading]| {
            answer(Receipt { accepted, duplicates, refused: refused.to_vec(), late: vec![] }, vec![]).status().as_u16()
        };
        assert_eq!(status(2, 1, &[]), 200);
        assert_eq!(status(0, 3, &[]), 200);
        assert_eq!(status(0, 1, std::slice::from_ref(&refused)), 207);
        assert_eq!(status(0, 0, &[refused]), 422);
    }
}
