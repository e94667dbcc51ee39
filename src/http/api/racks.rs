//! `GET /api/v1/racks`, `GET /api/v1/racks/{rack}`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::PAGE_ROWS_MAX;
use crate::app::read_racks::{self, FeedMeter, FeedState, RackFile, RackState};
use crate::http::asked::page;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RacksQuery {
    /// From 1; 100 racks each.
    page: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct RacksAnswer {
    racks: Vec<RackAnswer>,
    page: usize,
    pages: usize,
    total: usize,
}

#[derive(Serialize, ToSchema)]
pub struct RackAnswer {
    code: String,
    aisle: String,
    height_u: u16,
    #[schema(example = "12")]
    free_u: String,
    /// Codes of the tenants whose lines name the rack today.
    tenants: Vec<String>,
    feeds: Vec<FeedAnswer>,
    /// A + B in the last window known, in kW.
    load_kw: Option<String>,
    /// What one feed can carry: its rated power × 0.8.
    limit_kw: String,
    /// A + B exceeds what one feed can carry.
    redundancy_lost: bool,
}

#[derive(Serialize, ToSchema)]
pub struct FeedAnswer {
    /// `A` or `B`.
    feed: String,
    load_kw: Option<String>,
    /// The end of the window the load is the mean of.
    at: Option<String>,
    meters: Vec<String>,
}

/// One rack, closer.
#[derive(Serialize, ToSchema)]
pub struct RackDetail {
    #[serde(flatten)]
    rack: RackAnswer,
    /// Counts of the units occupied in it.
    counts: Vec<CountAnswer>,
    /// Each feed's mean kW of the last 24 hours, oldest first.
    windows: Vec<WindowAnswer>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RackCount)]
pub struct CountAnswer {
    meter: String,
    at: Option<String>,
    units: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = RackWindow)]
pub struct WindowAnswer {
    from: String,
    to: String,
    a_kw: Option<String>,
    b_kw: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/racks", tag = "plant", params(RacksQuery),
    responses((status = 200, body = RacksAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, query: Query<RacksQuery>) -> Result<HttpResponse, Fault> {
    let page = page(query.page.as_deref())?;
    let (store, now) = (shared.store.clone(), shared.now());
    let plan = blocking(move || read_racks::plan(&store, now)).await?;
    let racks: Vec<RackAnswer> =
        plan.aisles.iter().flat_map(|aisle| aisle.racks.iter().map(|state| rack(aisle.code.as_str(), state))).collect();
    let total = racks.len();
    let pages = total.div_ceil(PAGE_ROWS_MAX).max(1);
    let racks = racks.into_iter().skip((page - 1).saturating_mul(PAGE_ROWS_MAX)).take(PAGE_ROWS_MAX).collect();
    Ok(HttpResponse::Ok().json(RacksAnswer { racks, page, pages, total }))
}

#[utoipa::path(
    get, path = "/api/v1/racks/{rack}", tag = "plant", params(("rack" = String, Path)),
    responses((status = 200, body = RackDetail), (status = 401, body = Problem), (status = 403, body = Problem),
              (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, code: Path<String>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let file = blocking(move || read_racks::one(&store, &code, now)).await?.ok_or(Fault::NotFound)?;
    Ok(HttpResponse::Ok().json(detail(&file)))
}

fn detail(file: &RackFile) -> RackDetail {
    let kilowatts = |kw: &rust_decimal::Decimal| kw.round_dp(6).normalize().to_string();
    let count = |one: &FeedMeter| CountAnswer {
        meter: one.meter.code.to_string(),
        at: one.last.map(|last| last.at.to_string()),
        units: one.last.map(|last| last.value.to_string()),
    };
    RackDetail {
        rack: rack(file.aisle_code.as_str(), &file.state),
        counts: file.counts.iter().map(count).collect(),
        windows: file
            .windows
            .iter()
            .map(|(period, a, b)| WindowAnswer {
                from: period.from.to_string(),
                to: period.to.to_string(),
                a_kw: a.as_ref().map(kilowatts),
                b_kw: b.as_ref().map(kilowatts),
            })
            .collect(),
    }
}

fn rack(aisle: &str, state: &RackState) -> RackAnswer {
    RackAnswer {
        code: state.rack.code.to_string(),
        aisle: aisle.to_owned(),
        height_u: state.rack.height_u,
        free_u: state.free_u().normalize().to_string(),
        tenants: state.tenants.iter().map(|one| one.tenant.code.to_string()).collect(),
        feeds: state.feeds.iter().map(feed).collect(),
        load_kw: state.load_kw.map(|kw| kw.round_dp(6).normalize().to_string()),
        limit_kw: state.limit_kw.normalize().to_string(),
        redundancy_lost: state.redundancy_lost,
    }
}

fn feed(state: &FeedState) -> FeedAnswer {
    FeedAnswer {
        feed: format!("{:?}", state.feed),
        load_kw: state.load.map(|(kw, _)| kw.round_dp(6).normalize().to_string()),
        at: state.load.map(|(_, at)| at.to_string()),
        meters: state.meters.iter().map(|one| one.meter.code.to_string()).collect(),
    }
}
