//! `GET /api/v1/usage`, `GET /api/v1/estimate`.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::schemas::values::Amount;
use crate::app::read_usage::{self, UsageQuery, UsageView};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::LineCode;
use crate::domain::ids::TenantCode;
use crate::domain::party::Language;
use crate::domain::told::Told;
use crate::domain::typography::unit_symbol;
use crate::http::asked::{Expected, either, parsed};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::pages::estimate;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct UsageParams {
    /// A tenant's code; your own, or the first, where it is left out.
    tenant: Option<String>,
    /// `2026-10`: day by day. The latest month where neither is given.
    month: Option<String>,
    /// `2026-10-15`: ten minutes by ten minutes; a month or a day, not both.
    day: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct EstimateParams {
    /// A tenant's code; your own, or the first, where it is left out.
    tenant: Option<String>,
    /// `2026-10`; the latest month with readings where it is left out.
    month: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct UsageAnswer {
    tenant: String,
    /// The month or the day.
    period: String,
    /// Racks of lines in force in the period, and those the meters stand in.
    racks: Vec<String>,
    meters: Vec<String>,
    /// The end of what is known.
    last_reading: Option<String>,
    /// True where power was told from energy counters.
    power_is_derived: bool,
    /// By column, its unit: `energy-a`, `energy-b`, `energy-other` in kWh, `power-a`, `power-b` in kW, `storage` in TB,
    /// `units` in U.
    units: BTreeMap<&'static str, &'static str>,
    slots: Vec<SlotAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct SlotAnswer {
    from: String,
    to: String,
    /// By column; a column is missing where nothing is known.
    values: BTreeMap<&'static str, String>,
    /// A silence longer than a meter's tolerance reaches into it.
    estimated: bool,
    /// Some meter says nothing about a part of it that is over.
    partial: bool,
}

#[derive(Serialize, ToSchema)]
pub struct EstimateAnswer {
    tenant: String,
    month: String,
    /// What this is: never an invoice.
    note: &'static str,
    contracts: Vec<ContractEstimateAnswer>,
}

#[derive(Serialize, ToSchema)]
pub struct ContractEstimateAnswer {
    contract: String,
    /// The first day not counted as known.
    known_until: NaiveDate,
    #[schema(value_type = Amount)]
    known_net: String,
    /// The whole month, every meter carried on as it went so far.
    #[schema(value_type = Option<Amount>)]
    projected_net: Option<String>,
    #[schema(value_type = Option<Amount>)]
    projected_gross: Option<String>,
    /// The invoice of the month before.
    previous_invoice: Option<String>,
    #[schema(value_type = Option<Amount>)]
    previous_net: Option<String>,
    lines: Vec<EstimateLineAnswer>,
    /// Lines added by hand that wait for the month's invoice, which no estimate holds: `…/drafts/{contract}/lines` has them.
    /// None are told to a tenant, who sees what is issued.
    lines_waiting: usize,
    problems: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct EstimateLineAnswer {
    line: String,
    metered: bool,
    /// The first day not counted as known; none where the quantity is agreed for the whole month.
    known_until: Option<NaiveDate>,
    /// What would be due if nothing more were used before the month ends.
    #[schema(value_type = Amount)]
    known_net: String,
    #[schema(value_type = Amount)]
    projected_net: String,
    /// The arithmetic of the whole month.
    formulas: Vec<String>,
}

#[utoipa::path(
    get, path = "/api/v1/usage", tag = "plant", params(UsageParams),
    responses((status = 200, body = UsageAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem, description = "Unknown, or another tenant.")),
    security(("token" = []))
)]
pub async fn usage(shared: Data<Shared>, granted: Granted, query: Query<UsageParams>) -> Result<HttpResponse, Fault> {
    let day: Option<NaiveDate> = parsed("day", query.day.as_deref(), Expected::Day)?;
    let month: Option<BillingMonth> = parsed("month", query.month.as_deref(), Expected::Month)?;
    either(("day", &day), ("month", &month))?;
    let asked = UsageQuery {
        tenant: query.tenant.clone().filter(|code| !code.is_empty()).map(TenantCode),
        view: day.map(UsageView::Day).or(month.map(UsageView::Month)),
    };
    let (store, now) = (shared.store.clone(), shared.now());
    let found = blocking(move || read_usage::read(&store, &granted.scope, &asked, now)).await?;
    let found = found.ok_or(Fault::NotFound)?;
    let slots = found.slots.iter().filter(|slot| slot.slot.from < now.into()).map(|slot| SlotAnswer {
        from: slot.slot.from.to_string(),
        to: slot.slot.to.to_string(),
        values: slot
            .values
            .iter()
            .filter_map(|(course, value)| Some((course.name(), value.value?.round_dp(6).normalize().to_string())))
            .collect(),
        estimated: slot.values.values().any(|value| value.is_estimated),
        partial: slot.values.values().any(|value| value.is_partial),
    });
    Ok(HttpResponse::Ok().json(UsageAnswer {
        tenant: found.tenant.code.to_string(),
        period: match found.view {
            UsageView::Month(month) => month.to_string(),
            UsageView::Day(day) => day.to_string(),
        },
        racks: found.racks.keys().map(ToString::to_string).collect(),
        meters: found.meters.iter().map(ToString::to_string).collect(),
        last_reading: found.last_reading.map(|at| at.to_string()),
        power_is_derived: found.power_is_derived,
        units: found
            .courses
            .iter()
            .map(|course| (course.name(), unit_symbol(course.unit(), Language::English)))
            .collect(),
        slots: slots.collect(),
    }))
}

#[utoipa::path(
    get, path = "/api/v1/estimate", tag = "plant", params(EstimateParams),
    responses((status = 200, body = EstimateAnswer), (status = 400, body = Problem), (status = 401, body = Problem),
              (status = 403, body = Problem), (status = 404, body = Problem, description = "Unknown, or another tenant.")),
    security(("token" = []))
)]
pub async fn estimate(
    shared: Data<Shared>,
    granted: Granted,
    query: Query<EstimateParams>,
) -> Result<HttpResponse, Fault> {
    let found = estimate::find(&shared, granted, query.tenant.as_deref(), query.month.as_deref()).await?;
    let contracts = found.contracts.iter().map(|one| ContractEstimateAnswer {
        contract: one.contract.code.to_string(),
        known_until: one.estimate.known_until,
        known_net: one.estimate.known_net.to_string(),
        projected_net: one.estimate.projected.map(|totals| totals.net.to_string()),
        projected_gross: one.estimate.projected.map(|totals| totals.gross.to_string()),
        previous_invoice: one.before.as_ref().map(|(number, _)| number.to_string()),
        previous_net: one.before.as_ref().map(|(_, totals)| totals.net.to_string()),
        lines: one
            .estimate
            .lines
            .iter()
            .map(|line| EstimateLineAnswer {
                line: line.line.to_string(),
                metered: line.known_until.is_some(),
                known_until: line.known_until,
                known_net: line.known_net.to_string(),
                projected_net: line.projected_net.to_string(),
                formulas: line.projected.iter().map(|charge| charge.provenance.formula.clone()).collect(),
            })
            .collect(),
        lines_waiting: one.waiting.len(),
        problems: one.estimate.problems.iter().map(|(line, why)| problem(line, why)).collect(),
    });
    Ok(HttpResponse::Ok().json(EstimateAnswer {
        tenant: found.tenant.code.to_string(),
        month: found.month.to_string(),
        note: "an estimate, not an invoice: what was read is rated as it will be, and every meter is carried on to the \
               end of the month as it went so far",
        contracts: contracts.collect(),
    }))
}

/// `ENERGIE: meter A01-EA has no reading …`
fn problem(line: &LineCode, why: &[Told]) -> String {
    let why: Vec<&str> = why.iter().map(|told| told.english.as_str()).collect();
    format!("{line}: {}", why.join("; "))
}
