//! `GET /api/v1/tariffs`, `GET /api/v1/tariffs/{tariff}/price`.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::schemas::values::Amount;
use super::{paged, wanted};
use crate::app::read_tariffs::{self, TariffFile};
use crate::domain::money::Money;
use crate::domain::tariff::PricedPart;
use crate::http::asked::{Expected, parsed};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Serialize, ToSchema)]
pub struct TariffAnswer {
    code: String,
    name: String,
    /// What one unit of the price is.
    unit: &'static str,
    /// First days of its prices, oldest first.
    versions: Vec<NaiveDate>,
    /// Codes of the contracts with a line at it.
    contracts: Vec<String>,
    /// The first day that is not billed yet; prices before it are not changed.
    billed_until: Option<NaiveDate>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TariffsQuery {
    /// Part of a code or name.
    q: Option<String>,
    /// `code` (unasked), `name` or `contracts` (how many are billed at it), with `-` before it for descending.
    sort: Option<String>,
    /// From 1; 100 rows each. `Link` names the next, `X-Total-Count` how many there are.
    page: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct PriceQuery {
    /// In the tariff's unit: `12.5`.
    quantity: String,
    /// The day whose price holds; today if left out.
    on: Option<String>,
}

/// What a quantity costs a whole month.
#[derive(Serialize, ToSchema)]
pub struct PriceAnswer {
    quantity: String,
    unit: &'static str,
    /// The first day of the price.
    from: NaiveDate,
    parts: Vec<PartAnswer>,
    #[schema(value_type = Amount)]
    net: String,
}

#[derive(Serialize, ToSchema)]
pub struct PartAnswer {
    /// The arithmetic with its numbers.
    formula: String,
    #[schema(value_type = Amount)]
    net: String,
}

#[utoipa::path(
    get, path = "/api/v1/tariffs", tag = "contracts", params(TariffsQuery),
    responses((status = 200, body = Vec<TariffAnswer>), (status = 401, body = Problem), (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, http: HttpRequest, query: Query<TariffsQuery>) -> Result<HttpResponse, Fault> {
    let wanted = wanted(query.q.as_deref(), query.sort.as_deref())?;
    let store = shared.store.clone();
    let found = blocking(move || read_tariffs::found(&store, &wanted)).await?;
    paged(&http, &found.iter().map(tariff).collect::<Vec<_>>(), query.page.as_deref())
}

#[utoipa::path(
    get, path = "/api/v1/tariffs/{tariff}/price", tag = "contracts", params(PriceQuery, ("tariff" = String, Path)),
    responses((status = 200, body = PriceAnswer), (status = 400, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn price(shared: Data<Shared>, code: Path<String>, query: Query<PriceQuery>) -> Result<HttpResponse, Fault> {
    let (store, now, code) = (shared.store.clone(), shared.now(), code.into_inner());
    let (files, today) = blocking(move || read_tariffs::list(&store, now)).await?;
    let on = parsed("on", query.on.as_deref(), Expected::Day)?.unwrap_or(today);
    let file = files.into_iter().find(|file| file.tariff.code.as_str() == code).ok_or(Fault::NotFound)?;
    let found = read_tariffs::preview(&file.tariff, &query.quantity, on)
        .map_err(|refusal| Fault::BadRequest(refusal.to_string()))?;
    let part = |part: &PricedPart| PartAnswer { formula: part.expression.clone(), net: part.net.to_string() };
    Ok(HttpResponse::Ok().json(PriceAnswer {
        quantity: found.quantity.to_string(),
        unit: file.tariff.unit.name(),
        from: found.from,
        net: found.parts.iter().fold(Money::ZERO, |sum, part| sum + part.net).to_string(),
        parts: found.parts.iter().map(part).collect(),
    }))
}

fn tariff(file: &TariffFile) -> TariffAnswer {
    TariffAnswer {
        code: file.tariff.code.to_string(),
        name: file.tariff.name.clone(),
        unit: file.tariff.unit.name(),
        versions: file.tariff.versions.iter().map(|version| version.from).collect(),
        contracts: file.contracts.iter().map(|contract| contract.code.to_string()).collect(),
        billed_until: file.billed_until,
    }
}
