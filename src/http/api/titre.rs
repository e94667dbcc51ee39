//! `GET /api/v1/invoices/{number}/titre`: what the accounting software makes an enforceable title of.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};

use super::download;
use super::schemas::titre as described;
use crate::app::report_titre::{self, Titre};
use crate::http::auth::Granted;
use crate::http::error::{Fault, Problem};
use crate::http::state::{Shared, blocking};

#[utoipa::path(
    get, path = "/api/v1/invoices/{number}/titre", tag = "invoices", params(("number" = String, Path)),
    responses((status = 200, body = described::Titre,
               description = "The titre de recettes of an issued document: kind, year, number, nature, legal basis, bases \
                              of liquidation, VAT, imputation by account, debtor, Chorus codes, attachment."),
              (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)),
    security(("token" = []))
)]
pub async fn one(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(find(&shared, granted, number.into_inner()).await?))
}

/// The same as a table.
pub async fn csv(shared: Data<Shared>, granted: Granted, number: Path<String>) -> Result<HttpResponse, Fault> {
    let titre = find(&shared, granted, number.into_inner()).await?;
    let name = format!("titre-{}.csv", titre.number);
    let bytes = report_titre::csv(&titre)?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8"))
        .insert_header(download(name))
        .body(bytes))
}

async fn find(shared: &Data<Shared>, granted: Granted, number: String) -> Result<Titre, Fault> {
    let store = shared.store.clone();
    blocking(move || report_titre::one(&store, &granted.scope, &number)).await?.ok_or(Fault::NotFound)
}
