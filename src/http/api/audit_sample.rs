//! `GET /api/v1/audit/sample`: the sample an auditor can draw again.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::schemas::books as described;
use crate::app::draw_sample::{self, Kind, Method, Request};
use crate::http::asked::{Expected, none_of, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// Items drawn where no number is said.
const SIZE: u64 = 25;

#[derive(Deserialize, Default, IntoParams)]
pub struct SampleQuery {
    /// `invoices` (the default) or `readings`.
    kind: Option<String>,
    /// `random` (the default) or `mus`, each euro as likely as the others.
    method: Option<String>,
    /// 25 where it is left out.
    size: Option<String>,
    /// Any text; the same one draws the same sample.
    seed: Option<String>,
    /// The latest year with invoices where it is left out.
    year: Option<String>,
}

/// What is to be drawn; the seed may still be empty.
pub struct Asked {
    pub kind: Kind,
    pub method: Method,
    pub size: u64,
    pub seed: String,
    pub year: Option<i32>,
}

impl Asked {
    pub fn of(query: &SampleQuery) -> Result<Asked, Fault> {
        Ok(Asked {
            kind: chosen(query.kind.as_deref(), "kind", [("invoices", Kind::Invoices), ("readings", Kind::Readings)])?,
            method: chosen(
                query.method.as_deref(),
                "method",
                [("random", Method::Random), ("mus", Method::MonetaryUnit)],
            )?,
            size: parsed("size", query.size.as_deref(), Expected::Items)?.unwrap_or(SIZE),
            seed: query.seed.as_deref().map(str::trim).unwrap_or_default().to_owned(),
            year: parsed("year", query.year.as_deref(), Expected::Year)?,
        })
    }

    /// None where nothing can be drawn yet: without a seed, which whoever samples chooses, or without a year.
    pub fn request(&self, latest: Option<i32>) -> Option<Request> {
        let year = self.year.or(latest)?;
        let Asked { kind, method, size, .. } = *self;
        (!self.seed.is_empty()).then(|| Request { kind, method, size, seed: self.seed.clone(), year })
    }
}

/// The first where nothing is said.
fn chosen<T: Copy>(text: Option<&str>, name: &str, choices: [(&str, T); 2]) -> Result<T, Fault> {
    let [first, second] = choices;
    match text.unwrap_or_default() {
        "" => Ok(first.1),
        text if text == first.0 => Ok(first.1),
        text if text == second.0 => Ok(second.1),
        other => Err(none_of(name, other, &[first.0, second.0])),
    }
}

#[utoipa::path(
    get, path = "/api/v1/audit/sample", tag = "audit", params(SampleQuery),
    responses((status = 200, body = described::Sample, description = "What was drawn, and out of what."),
              (status = 400, body = Problem), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn draw(shared: Data<Shared>, _granted: Granted, query: Query<SampleQuery>) -> Result<HttpResponse, Fault> {
    let (asked, store) = (Asked::of(&query)?, shared.store.clone());
    let latest = blocking(move || draw_sample::latest_year(&store)).await?;
    let missing = || Fault::BadRequest("seed is missing: any text, which draws the same sample again".to_owned());
    let request = asked.request(latest).ok_or_else(missing)?;
    let store = shared.store.clone();
    Ok(HttpResponse::Ok().json(blocking(move || draw_sample::draw(&store, &request)).await?))
}
