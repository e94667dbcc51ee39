//! The lines of an issued invoice, followed to their readings.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::super::Frame;
use super::super::trace::{ReadingsQuery, Traced, line_page, readings_file, readings_page};
use super::{title, zone_of};
use crate::domain::access::{Action, Decision, policy};
use crate::http::api::invoices::find;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::Shared;

pub async fn line(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (number, line) = path.into_inner();
    line_page(&shared, &http, &traced(&shared, granted, number, &http).await?, position(&line)?).await
}

pub async fn readings(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    http: HttpRequest,
    query: Query<ReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (number, line) = path.into_inner();
    let traced = traced(&shared, granted, number, &http).await?;
    readings_page(&shared, &http, &traced, position(&line)?, &query).await
}

pub async fn file(
    shared: Data<Shared>,
    granted: Granted,
    path: Path<(String, String)>,
    http: HttpRequest,
    query: Query<ReadingsQuery>,
) -> Result<HttpResponse, Fault> {
    let (number, line) = path.into_inner();
    let traced = traced(&shared, granted, number, &http).await?;
    readings_file(&shared, &http, &traced, position(&line)?, &query).await
}

/// A line's number as addresses have it.
pub fn position(text: &str) -> Result<usize, Fault> {
    text.parse().map_err(|_| Fault::NotFound)
}

async fn traced(shared: &Data<Shared>, granted: Granted, number: String, http: &HttpRequest) -> Result<Traced, Fault> {
    let scope = granted.scope.clone();
    let sees_reasons = policy(granted.role, Action::SeeDrafts) != Decision::Deny;
    let invoice = find(shared, granted, number).await?;
    Ok(Traced {
        base: format!("/invoices/{}", invoice.number),
        title: title(&Frame::of(http), &invoice),
        zone: zone_of(&invoice),
        charges: invoice.charges,
        is_issued: true,
        scope,
        sees_reasons,
        corrects: invoice.corrects.first().map(|(number, _)| number.clone()),
    })
}
