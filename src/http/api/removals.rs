//! `/api/v1/tenants`, `/api/v1/contracts`, `/api/v1/tariffs`: what was entered by mistake leaves the book.

use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use utoipa::IntoParams;

use super::terms::{EditProblem, FieldProblem, refused, version};
use crate::app::edit_book::{Basis, Refusal, Target};
use crate::app::remove_entry::{self, Unremoved};
use crate::domain::book::EntryKind;
use crate::domain::freetext;
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

/// Why a thing is removed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RemovalQuery {
    /// 5 to 500 characters; auditors read it.
    reason: String,
}

#[utoipa::path(
    delete, path = "/api/v1/tenants/{code}", tag = "contracts",
    description = "Removes a tenant that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("code" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204, description = "Removed."), (status = 400, body = Problem), (status = 404, body = Problem),
              (status = 409, body = EditProblem, description = "Something refers to it."),
              (status = 412, body = EditProblem, description = "Changed meanwhile."),
              (status = 422, body = EditProblem, description = "The reason is too short or too long."),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn delete_tenant(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    delete(&shared, granted, &http, (EntryKind::Tenant, &code), &query.reason).await
}

#[utoipa::path(
    delete, path = "/api/v1/contracts/{contract}", tag = "contracts",
    description = "Removes a contract that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("contract" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204, description = "Removed."), (status = 400, body = Problem), (status = 404, body = Problem),
              (status = 409, body = EditProblem, description = "Something refers to it."),
              (status = 412, body = EditProblem, description = "Changed meanwhile."),
              (status = 422, body = EditProblem, description = "The reason is too short or too long."),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn delete_contract(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    delete(&shared, granted, &http, (EntryKind::Contract, &code), &query.reason).await
}

#[utoipa::path(
    delete, path = "/api/v1/tariffs/{tariff}", tag = "contracts",
    description = "Removes a tariff that was entered by mistake: nothing may refer to it.",
    params(RemovalQuery, ("tariff" = String, Path), ("If-Match" = String, Header)),
    responses((status = 204, description = "Removed."), (status = 400, body = Problem), (status = 404, body = Problem),
              (status = 409, body = EditProblem, description = "Something refers to it."),
              (status = 412, body = EditProblem, description = "Changed meanwhile."),
              (status = 422, body = EditProblem, description = "The reason is too short or too long."),
              (status = 428, body = Problem)),
    security(("token" = []))
)]
pub async fn delete_tariff(
    shared: Data<Shared>,
    granted: Granted,
    http: HttpRequest,
    code: Path<String>,
    query: Query<RemovalQuery>,
) -> Result<HttpResponse, Fault> {
    delete(&shared, granted, &http, (EntryKind::Tariff, &code), &query.reason).await
}

async fn delete(
    shared: &Data<Shared>,
    granted: Granted,
    http: &HttpRequest,
    (kind, code): (EntryKind, &str),
    reason: &str,
) -> Result<HttpResponse, Fault> {
    let basis = Basis { version: version(http.headers())?, reason: reason.to_owned() };
    let target = Target { kind, code: Some(code.to_owned()), scope: granted.scope.clone() };
    let (store, by, now) = (shared.store.clone(), granted.by.clone(), shared.now());
    let outcome = blocking(move || remove_entry::remove(&store, &target, &basis, &by, now)).await?;
    shared.forget_check();
    Ok(match outcome {
        Ok(_) => HttpResponse::NoContent().finish(),
        Err(Unremoved::Stale(found)) => refused(&Refusal::Stale(Box::new(found.stored))),
        Err(Unremoved::Mistake(mistake)) => refused(&Refusal::Mistakes(vec![mistake])),
        Err(Unremoved::Held(found)) => {
            let problem = |holding: &remove_entry::Holding| FieldProblem {
                field: String::new(),
                detail: freetext::shown(&holding.to_string()),
            };
            let fault = Fault::Conflict("something refers to it: see errors; end it instead".to_owned());
            HttpResponse::Conflict().content_type("application/problem+json").json(EditProblem {
                problem: fault.problem(),
                errors: found.holdings.iter().map(problem).collect(),
                stored: None,
                version: None,
            })
        }
    })
}
