//! The table of routes as the server answers it, and what answers everything else.

use actix_web::http::header;
use actix_web::web::{self, FormConfig, JsonConfig, PathConfig, PayloadConfig, QueryConfig, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, ResponseError};

use super::asked::unreadable_query;
use super::auth::{guarded, recognise};
use super::bodies::{JSON_BYTES_MAX, body_bytes_max};
use super::error::Fault;
use super::pages;
use super::routes::{RouteRow, paths};

/// The seller's legal texts, percent-encoded.
const FORM_BYTES_MAX: usize = 256 * 1024;

/// Registers the table; everything else is not found.
pub fn configure(config: &mut ServiceConfig) {
    let fault = |error: actix_web::Error| actix_web::Error::from(Fault::of(&error, JSON_BYTES_MAX));
    config
        .app_data(FormConfig::default().limit(FORM_BYTES_MAX).error_handler(move |error, _| fault(error.into())))
        .app_data(JsonConfig::default().limit(JSON_BYTES_MAX).error_handler(move |error, _| fault(error.into())))
        .app_data(QueryConfig::default().error_handler(move |error, _| unreadable_query(&error).into()))
        // What is no number is the number of nothing.
        .app_data(PathConfig::default().error_handler(|_, _| Fault::NotFound.into()));
    for rows in paths() {
        let Some(first) = rows.first() else { continue };
        let methods = rows.iter().flat_map(RouteRow::methods).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(first.path).app_data(PayloadConfig::new(body_bytes_max(first.path)));
        for row in rows {
            resource = resource.route(guarded(row.access, row.path, (row.handler)()));
        }
        let refused = move |request: HttpRequest| {
            let allowed = header::HeaderValue::from_str(&methods);
            async move {
                let mut response = unrouted(&request, &Fault::MethodNotAllowed).await;
                if let Ok(allowed) = allowed {
                    response.headers_mut().insert(header::ALLOW, allowed);
                }
                response
            }
        };
        config.service(resource.default_service(web::to(refused)));
    }
    config.default_service(web::to(|request: HttpRequest| async move { unrouted(&request, &Fault::NotFound).await }));
}

/// A fault outside every route: a page where a browser seems to ask.
async fn unrouted(request: &HttpRequest, fault: &Fault) -> HttpResponse {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains("text/html") && !request.path().starts_with("/api/") {
        recognise(request).await;
        pages::fault_page(request, fault)
    } else {
        fault.error_response()
    }
}
