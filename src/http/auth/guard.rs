//! Stands before every route: proves who asks, asks the policy, and gives faults the form the asker reads.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, Route};

use super::session;
use super::token::Identity;
use super::{Granted, Visitor};
use crate::app::sign_in;
use crate::domain::access::{self, Action, Role};
use crate::domain::ids::TenantCode;
use crate::http::error::Fault;
use crate::http::pages;
use crate::http::state::{Shared, blocking};

/// Who may use a route, and which kind of asker it speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, and faults are problem documents.
    OpenApi,
    /// Anyone, and faults are pages.
    OpenPage,
    /// Programs with a token whose role may do this.
    Api(Action),
    /// People with a session, whatever their role.
    AnyVisitor,
    /// People with a session whose role may do this.
    Page(Action),
}

impl Access {
    const fn is_page(self) -> bool {
        matches!(self, Access::OpenPage | Access::AnyVisitor | Access::Page(_))
    }
}

/// The route behind its guard.
pub fn guarded(access: Access, route: Route) -> Route {
    route.wrap(from_fn(move |request, next| stand(access, request, next)))
}

async fn stand(
    access: Access,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = request.request().clone();
    let answered = match admit(access, &asked).await {
        Err(fault) => Err(fault),
        Ok(()) => match next.call(request).await {
            Ok(response) => response.response().error().map(Fault::from).map_or(Ok(response), Err),
            Err(error) => Err(Fault::from(&error)),
        },
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(fault) => ServiceResponse::new(asked.clone(), refusal(access, &asked, &fault)),
    };
    if access.is_page() {
        pages::keep(&asked, response.response_mut());
    }
    Ok(response)
}

async fn admit(access: Access, request: &HttpRequest) -> Result<(), Fault> {
    let shared = request.app_data::<Data<Shared>>().ok_or_else(|| Fault::internal("the server has no state"))?;
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    if access.is_page() && changes && !session::is_same_origin(request.headers(), &shared.public_url) {
        return Err(Fault::Forged);
    }
    match access {
        Access::OpenApi | Access::OpenPage => Ok(()),
        Access::Api(action) => {
            let Identity { user, role, tenant } = shared.verify_token(bearer(request)?).await?;
            let granted = granted(user, role, tenant.as_ref(), action)?;
            request.extensions_mut().insert(granted);
            Ok(())
        }
        Access::AnyVisitor => visitor(shared, request).await.map(|visitor| {
            request.extensions_mut().insert(visitor);
        }),
        Access::Page(action) => {
            let visitor = visitor(shared, request).await?;
            let person = &visitor.person;
            let granted = granted(person.id, person.role, person.tenant.as_ref(), action);
            // The visitor first: even a refusal is shown to someone.
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(granted?);
            Ok(())
        }
    }
}

fn granted(
    user: crate::domain::ids::UserId,
    role: Role,
    tenant: Option<&TenantCode>,
    action: Action,
) -> Result<Granted, Fault> {
    let scope = access::scope(role, tenant, action).ok_or(Fault::Forbidden(role, action))?;
    Ok(Granted { user, role, scope })
}

fn bearer(request: &HttpRequest) -> Result<&str, Fault> {
    let header = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, token) = header.and_then(|value| value.split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(token.trim())
    } else {
        Err(Fault::SignInNeeded("send `Authorization: Bearer <token>`; a token is given by POST /api/v1/token"))
    }
}

async fn visitor(shared: &Data<Shared>, request: &HttpRequest) -> Result<Visitor, Fault> {
    const NEEDED: Fault = Fault::SignInNeeded("sign in to see this page");
    let secret = session::secret(request, shared.is_secure()).ok_or(NEEDED)?;
    let form_token = session::form_token(&secret);
    let (store, now) = (shared.store.clone(), shared.now());
    let person = blocking(move || sign_in::resume_session(&store, &secret, now)).await?;
    Ok(Visitor { person: person.ok_or(NEEDED)?, form_token })
}

/// A fault as a program or a person reads it; people who are not signed in are taken to where they can.
fn refusal(access: Access, request: &HttpRequest, fault: &Fault) -> HttpResponse {
    match fault {
        Fault::SignInNeeded(_) if access.is_page() => {
            let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
            let mut response = HttpResponse::SeeOther().finish();
            if let Ok(location) = HeaderValue::from_str(&pages::sign_in_address(request.method(), wanted)) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        _ if access.is_page() => pages::fault_page(request, fault),
        _ => fault.error_response(),
    }
}
