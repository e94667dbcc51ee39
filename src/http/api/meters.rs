//! `GET /api/v1/meters`, `GET /api/v1/meters/{meter}` and its `coverage`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{only_of, order};
use crate::app::read_meters::{self, Correction, MeterFile, MeterSummary, MetersFilter};
use crate::domain::calendar::Timestamp;
use crate::domain::metering::{Anomaly, Register, Reset, SlotValue};
use crate::http::asked::{Expected, none_of, page, parsed};
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct MetersQuery {
    /// `2026-10`; the month of the latest reading where it is left out.
    month: Option<String>,
    /// A part of the code of the meter, its rack, or the contract it bills on.
    q: Option<String>,
    /// `energy`, `power`, `storage` or `occupancy`.
    register: Option<String>,
    /// `true`: only those with gaps, anomalies or late changes.
    attention: Option<String>,
    /// `code`, `last`, `coverage` or `gaps`, with `-` before it for descending.
    sort: Option<String>,
    /// From 1; 50 meters each.
    page: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CoverageQuery {
    /// `2026-10`; the month of the meter's latest reading where it is left out.
    month: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct MetersAnswer {
    month: String,
    meters: Vec<MeterRow>,
    page: usize,
    pages: usize,
    total: usize,
}

#[derive(Serialize, ToSchema)]
pub struct MeterRow {
    code: String,
    register: &'static str,
    unit: &'static str,
    rack: Option<String>,
    feed: Option<String>,
    /// Whose line it bills on during the month.
    tenant: Option<String>,
    last_at: Option<String>,
    last_value: Option<String>,
    /// How long it has said nothing, where that is longer than its tolerance.
    silent_seconds: Option<i64>,
    coverage: CoverageAnswer,
}

#[derive(Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// The part of the month in which the meter was in service and that is over.
    from: Option<String>,
    to: Option<String>,
    /// Thousandths of it that lie in no gap, rounded down.
    covered_per_mille: Option<i64>,
    received: u64,
    /// By the meter's own cadence.
    expected: Option<u64>,
    cadence_seconds: Option<i64>,
    gaps: Vec<GapAnswer>,
    estimated: u64,
    corrected: u64,
    anomalies: Vec<AnomalyAnswer>,
    /// Months already invoiced whose readings changed since.
    late_months: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct GapAnswer {
    from: String,
    to: String,
}

#[derive(Serialize, ToSchema)]
pub struct AnomalyAnswer {
    /// `undeclared-decrease`, `above-rating`, `rollover` or `reset`.
    kind: &'static str,
    at: String,
    /// Whether somebody must do something about it.
    is_problem: bool,
    /// Of a decrease: the value before and after.
    before: Option<String>,
    after: Option<String>,
    /// Of too much power: the highest mean, and what the feed is rated for.
    mean_kw: Option<String>,
    rated_kw: Option<String>,
}

#[utoipa::path(
    get, path = "/api/v1/meters", tag = "plant", params(MetersQuery),
    responses((status = 200, body = MetersAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem)),
    security(("token" = []))
)]
pub async fn list(shared: Data<Shared>, query: Query<MetersQuery>) -> Result<HttpResponse, Fault> {
    let filter = filter(&query)?;
    let asked = filter.page.unwrap_or(1);
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_meters::list(&store, &filter, now)).await?;
    Ok(HttpResponse::Ok().json(MetersAnswer {
        month: found.month.to_string(),
        meters: only_of(asked, found.page, found.meters.iter().map(|one| row(one, now.into())).collect()),
        page: asked,
        pages: found.pages,
        total: found.total,
    }))
}

#[utoipa::path(
    get, path = "/api/v1/meters/{meter}/coverage", tag = "plant", params(("meter" = String, Path), CoverageQuery),
    responses((status = 200, body = MeterRow), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn coverage(
    shared: Data<Shared>,
    code: Path<String>,
    query: Query<CoverageQuery>,
) -> Result<HttpResponse, Fault> {
    let file = find(&shared, code.into_inner(), &query).await?;
    Ok(HttpResponse::Ok().json(row(&file.summary, shared.now().into())))
}

/// One meter, closer.
#[derive(Serialize, ToSchema)]
pub struct MeterDetail {
    #[serde(flatten)]
    meter: MeterRow,
    #[schema(example = "2026-10")]
    month: String,
    /// The contract on whose line it bills during the month.
    contract: Option<String>,
    installed_at: String,
    /// When it was taken out, if it was.
    removed_at: Option<String>,
    /// A longer silence is a gap.
    tolerance_seconds: i64,
    /// The count at which a counter returns to zero.
    modulus: Option<String>,
    /// Declared restarts of a counter, oldest first.
    resets: Vec<ResetAnswer>,
    /// kWh, mean kW, mean TB or U of each day of the month.
    days: Vec<MeterDay>,
    /// Of readings of the month, in the order they were made.
    corrections: Vec<MeterCorrection>,
    /// The last month that is billed: what changes before its end is billed as a difference.
    billed_through: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = MeterReset)]
pub struct ResetAnswer {
    at: String,
    /// What it showed just before, where somebody read it.
    final_index: Option<String>,
    new_index: String,
}

#[derive(Serialize, ToSchema)]
pub struct MeterDay {
    day: NaiveDate,
    /// None where nothing is known.
    value: Option<String>,
    /// How much of the day it rests on.
    known_seconds: i64,
    /// A silence longer than the meter's tolerance reaches into it.
    estimated: bool,
}

#[derive(Serialize, ToSchema)]
pub struct MeterCorrection {
    at: String,
    old_value: Option<String>,
    value: String,
    reason: String,
    recorded_at: String,
}

#[utoipa::path(
    get, path = "/api/v1/meters/{meter}", tag = "plant", params(("meter" = String, Path), CoverageQuery),
    responses((status = 200, body = MeterDetail), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, code: Path<String>, query: Query<CoverageQuery>) -> Result<HttpResponse, Fault> {
    let file = find(&shared, code.into_inner(), &query).await?;
    Ok(HttpResponse::Ok().json(detail(&file, shared.now().into())))
}

async fn find(shared: &Shared, code: String, query: &CoverageQuery) -> Result<MeterFile, Fault> {
    let month = parsed("month", query.month.as_deref(), Expected::Month)?;
    let (store, now) = (shared.store.clone(), shared.now());
    blocking(move || read_meters::one(&store, &code, month, now)).await?.ok_or(Fault::NotFound)
}

fn detail(file: &MeterFile, now: Timestamp) -> MeterDetail {
    let meter = &file.summary.meter;
    let reset = |reset: &Reset| ResetAnswer {
        at: reset.at.to_string(),
        final_index: reset.final_index.map(|index| index.to_string()),
        new_index: reset.new_index.to_string(),
    };
    let day = |(day, slot): &(NaiveDate, SlotValue)| MeterDay {
        day: *day,
        value: slot.value.map(|value| value.round_dp(6).normalize().to_string()),
        known_seconds: slot.known_seconds,
        estimated: slot.estimated,
    };
    let correction = |one: &Correction| MeterCorrection {
        at: one.at.to_string(),
        old_value: one.old_value.map(|old| old.to_string()),
        value: one.value.to_string(),
        reason: one.reason.clone(),
        recorded_at: one.recorded_at.to_string(),
    };
    MeterDetail {
        meter: row(&file.summary, now),
        month: file.month.to_string(),
        contract: file.summary.billed_on.as_ref().map(|on| on.contract.to_string()),
        installed_at: meter.installed_at.to_string(),
        removed_at: meter.removed_at.map(|at| at.to_string()),
        tolerance_seconds: meter.tolerance_seconds,
        modulus: meter.modulus.map(|modulus| modulus.to_string()),
        resets: meter.resets.iter().map(reset).collect(),
        days: file.days.iter().map(day).collect(),
        corrections: file.corrections.iter().map(correction).collect(),
        billed_through: file.billed_through.map(|month| month.to_string()),
    }
}

fn filter(query: &MetersQuery) -> Result<MetersFilter, Fault> {
    let registers = [Register::Energy, Register::Power, Register::Storage, Register::Occupancy];
    let register = query.register.as_deref().filter(|name| !name.is_empty()).map(|name| {
        let found = registers.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| none_of("register", name, &registers.map(Register::name)))
    });
    Ok(MetersFilter {
        month: parsed("month", query.month.as_deref(), Expected::Month)?,
        text: query.q.clone().unwrap_or_default(),
        register: register.transpose()?,
        attention: parsed("attention", query.attention.as_deref(), Expected::Flag)?.unwrap_or(false),
        order: order(query.sort.as_deref())?,
        page: Some(page(query.page.as_deref())?),
    })
}

fn row(summary: &MeterSummary, now: Timestamp) -> MeterRow {
    let (meter, coverage) = (&summary.meter, &summary.coverage);
    MeterRow {
        code: meter.code.to_string(),
        register: meter.register.name(),
        unit: meter.register.unit().name(),
        rack: meter.rack.as_ref().map(ToString::to_string),
        feed: meter.feed.map(|feed| feed.name().to_owned()),
        tenant: summary.billed_on.as_ref().map(|on| on.tenant.to_string()),
        last_at: summary.last.map(|last| last.at.to_string()),
        last_value: summary.last.map(|last| last.value.to_string()),
        silent_seconds: summary.silent_seconds(now),
        coverage: CoverageAnswer {
            from: coverage.period.map(|period| period.from.to_string()),
            to: coverage.period.map(|period| period.to.to_string()),
            covered_per_mille: coverage.per_mille(),
            received: coverage.received,
            expected: coverage.expected,
            cadence_seconds: coverage.cadence_seconds,
            gaps: coverage
                .gaps
                .iter()
                .map(|gap| GapAnswer { from: gap.from.to_string(), to: gap.to.to_string() })
                .collect(),
            estimated: coverage.estimated,
            corrected: coverage.corrected,
            anomalies: coverage.anomalies.iter().map(|anomaly| anomaly_answer(*anomaly)).collect(),
            late_months: summary.late.iter().map(ToString::to_string).collect(),
        },
    }
}

fn anomaly_answer(anomaly: Anomaly) -> AnomalyAnswer {
    let (before, after) = match anomaly {
        Anomaly::UndeclaredDecrease { previous, next } => {
            (Some(previous.value.to_string()), Some(next.value.to_string()))
        }
        _ => (None, None),
    };
    let (mean_kw, rated_kw) = match anomaly {
        Anomaly::AboveRating { mean_kw, rated_kw, .. } => {
            (Some(mean_kw.round_dp(6).normalize().to_string()), Some(rated_kw.normalize().to_string()))
        }
        _ => (None, None),
    };
    AnomalyAnswer {
        kind: anomaly.name(),
        at: anomaly.at().to_string(),
        is_problem: anomaly.is_problem(),
        before,
        after,
        mean_kw,
        rated_kw,
    }
}
