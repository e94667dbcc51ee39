//! Stands before every route: proves who asks, asks the policy, and gives faults the form the asker reads.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Bytes, Data};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, Route};

use super::session;
use super::{Bearer, Caller, Granted, Visitor};
use crate::app::sign_in::{self, Person, Stage, Visit};
use crate::domain::access::{self, Action};
use crate::domain::audit::Actor;
use crate::http::bodies::body_bytes_max;
use crate::http::error::Fault;
use crate::http::pages;
use crate::http::state::{Shared, blocking};
use crate::http::strict;

/// Who may use a route, and which kind of asker it speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anyone, and faults are problem documents.
    OpenApi,
    /// Anyone, and faults are pages.
    OpenPage,
    /// Programs with a token whose role, and scopes where it has some, allow this.
    Api(Action),
    /// Programs with a token given for a password, whatever the role: it is about the person themselves.
    ApiSelf,
    /// People who have given their password, and perhaps not yet their second factor.
    Entering,
    /// People with a session, whatever their role.
    AnyVisitor,
    /// People with a session whose role may do this.
    Page(Action),
}

impl Access {
    const fn is_page(self) -> bool {
        matches!(self, Access::OpenPage | Access::Entering | Access::AnyVisitor | Access::Page(_))
    }
}

/// The route behind its guard.
pub fn guarded(access: Access, path: &'static str, route: Route) -> Route {
    route.wrap(from_fn(move |request, next| stand(access, path, request, next)))
}

async fn stand(
    access: Access,
    path: &'static str,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let asked = request.request().clone();
    let admitted = match admit(access, &asked).await {
        Ok(()) if !access.is_page() => strict::known_parameters(path, &asked),
        admitted => admitted,
    };
    let fault = |error: &Error| Fault::of(error, body_bytes_max(path));
    let answered = match admitted {
        Err(fault) => Err(fault),
        Ok(()) => match next.call(request).await {
            Ok(response) => response.response().error().map(fault).map_or(Ok(response), Err),
            Err(error) => Err(fault(&error)),
        },
    };
    let mut response = match answered {
        Ok(response) => response,
        Err(fault) => ServiceResponse::new(asked.clone(), refusal(access, &asked, &fault)),
    };
    if access.is_page() {
        pages::keep(&asked, response.response_mut());
    }
    Ok(if *asked.method() == Method::HEAD { response.map_body(|_, body| headed(&body)) } else { response })
}

/// The body HEAD is answered with: as long as GET's, and never sent.
struct Headed(BodySize);

impl MessageBody for Headed {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        self.0
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(None)
    }
}

fn headed(body: &BoxBody) -> BoxBody {
    BoxBody::new(Headed(body.size()))
}

async fn admit(access: Access, request: &HttpRequest) -> Result<(), Fault> {
    strict::without_nul(request.uri())?;
    let shared = request.app_data::<Data<Shared>>().ok_or_else(|| Fault::internal("the server has no state"))?;
    let changes = request.method() != Method::GET && request.method() != Method::HEAD;
    if access.is_page() && changes && !session::is_same_origin(request.headers(), shared.public_url.as_str()) {
        return Err(Fault::Forged);
    }
    match access {
        Access::OpenApi | Access::OpenPage => Ok(()),
        Access::Api(action) => {
            let Bearer { person, token } = shared.bearer(bearer(request)?).await?;
            let caller = Caller { person, token };
            let granted = granted(&caller.person, action, caller.actor(request))?;
            if caller.token.as_ref().is_some_and(|token| !token.scopes.allows(action)) {
                return Err(Fault::ScopeMissing(action));
            }
            request.extensions_mut().insert(granted);
            request.extensions_mut().insert(caller);
            Ok(())
        }
        Access::ApiSelf => {
            let Bearer { person, token } = shared.bearer(bearer(request)?).await?;
            if token.is_some() {
                return Err(Fault::OwnTokenNeeded);
            }
            request.extensions_mut().insert(Caller { person, token });
            Ok(())
        }
        Access::Entering => {
            let visitor = visitor(shared, request).await?;
            request.extensions_mut().insert(visitor);
            Ok(())
        }
        Access::AnyVisitor => {
            let visitor = visitor(shared, request).await?;
            let entered = entered(visitor.stage);
            request.extensions_mut().insert(visitor);
            entered
        }
        Access::Page(action) => {
            let visitor = visitor(shared, request).await?;
            let by = visitor.actor(request);
            let granted = entered(visitor.stage).and_then(|()| granted(&visitor.person, action, by));
            // The visitor first: even a refusal is shown to someone.
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(granted?);
            Ok(())
        }
    }
}

/// Lets a page outside every route know who asks, so that it shows them their way back.
pub async fn recognise(request: &HttpRequest) {
    let Some(shared) = request.app_data::<Data<Shared>>() else { return };
    if let Ok(visitor) = visitor(shared, request).await {
        request.extensions_mut().insert(visitor);
    }
}

/// A session that still lacks its second factor opens nothing else.
fn entered(stage: Stage) -> Result<(), Fault> {
    match stage {
        Stage::Open => Ok(()),
        Stage::Code => Err(Fault::CodeNeeded),
        Stage::Enrolment => Err(Fault::EnrolmentNeeded),
    }
}

fn granted(person: &Person, action: Action, by: Actor) -> Result<Granted, Fault> {
    let role = person.role;
    let scope = access::scope(role, person.tenant.as_ref(), action).ok_or(Fault::Forbidden(role, action))?;
    Ok(Granted { user: person.id, role, scope, by })
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
    let (state, now) = (shared.clone(), shared.now());
    let resume = move || sign_in::resume_session(&state.store, &secret, state.second_factor_roles(), now);
    let visit = blocking(resume).await?;
    let Visit { person, stage } = visit.ok_or(NEEDED)?;
    Ok(Visitor { person, stage, form_token })
}

/// A fault as a program or a person reads it; people who are not signed in are taken to where they can.
fn refusal(access: Access, request: &HttpRequest, fault: &Fault) -> HttpResponse {
    let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
    let elsewhere = match fault {
        Fault::SignInNeeded(_) => Some(pages::sign_in_address("/sign-in", request.method(), wanted)),
        Fault::CodeNeeded => Some(pages::sign_in_address("/sign-in/code", request.method(), wanted)),
        Fault::EnrolmentNeeded => Some(pages::second_factor::SETUP.to_owned()),
        _ => None,
    };
    match elsewhere {
        Some(address) if access.is_page() => pages::see_other(&address),
        _ if access.is_page() => pages::fault_page(request, fault),
        _ => fault.error_response(),
    }
}
