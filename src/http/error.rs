//! What goes wrong, as the caller sees it: RFC 9457 problem documents.
//!
//! Owns: the one map from a fault to its status. A thing of another tenant and a thing that does not exist are the same
//! fault, so that nobody learns what exists. Internals are logged, never shown.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::unreadable;
use crate::app::{Amiss, AppError};
use crate::domain::access::{Action, Role};
use crate::domain::freetext;
use crate::domain::told::{Tell, Told};
use crate::storage::StorageError;

/// A fault of a request, or of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    BadRequest(String),
    /// The same in words that a page says in the reader's language: a value of a query, a question that has no answer.
    #[error("{}", .0.english)]
    Misasked(Box<Told>),
    #[error("{0}")]
    SignInNeeded(&'static str),
    #[error("a code of your second factor is needed: send it as `otp`, or a recovery code")]
    CodeNeeded,
    #[error("your role needs a second factor: sign in with a browser and set one up")]
    EnrolmentNeeded,
    #[error(
        "your role needs a second factor and you have none: sign in with a browser and set one up; the token counts \
             from then on"
    )]
    FactorLacking,
    #[error("the token does not hold the scope {scope}", scope = .0.scope())]
    ScopeMissing(Action),
    #[error("this is about you yourself: use a token given for your password by POST /api/v1/token")]
    OwnTokenNeeded,
    #[error("the role {role} may not {action}", role = .0.name(), action = .1.name())]
    Forbidden(Role, Action),
    #[error("the request did not come from a page of this site, or the page is too old: load it again and retry")]
    Forged,
    #[error("there is nothing here, or nothing you may see")]
    NotFound,
    /// The same of a thing among others, named in words that a page says in the reader's language.
    #[error("{}", .0.english)]
    Absent(Box<Told>),
    #[error("this address does not take this method")]
    MethodNotAllowed,
    #[error("{0}")]
    Conflict(String),
    /// The same in words that a page says in the reader's language.
    #[error("{}", .0.english)]
    Contrary(Box<Told>),
    /// RFC 6585: a change that rests on no version would undo what somebody else saved.
    #[error("send the ETag you read in If-Match, so that nobody's change is lost")]
    VersionNeeded,
    /// RFC 9110: what `If-Match` names is no longer there.
    #[error("somebody else changed it meanwhile: see stored, and send its version to insist")]
    Outdated,
    #[error("the body exceeds {0} bytes once uncompressed; send it in smaller parts")]
    TooLarge(usize),
    #[error("{0}")]
    UnsupportedMedia(String),
    #[error("{0}")]
    Unprocessable(String),
    /// Refused in words that a page says in the reader's language.
    #[error("{}", .0.english)]
    Refused(Box<Told>),
    #[error("too many failed attempts; wait {0} seconds")]
    TooManyAttempts(i64),
    #[error("{0}")]
    Unavailable(String),
    /// The text goes to the log only.
    #[error("something failed on our side; it has been logged")]
    Internal(String),
}

/// The body of a problem response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `urn:chapelle:problem:<name>`: stable, for programs.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: &'static str,
    pub status: u16,
    /// What is wrong with this request, and what to do.
    pub detail: String,
}

impl Fault {
    /// The one status map: status, stable name, title.
    const fn class(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Fault::BadRequest(_) | Fault::Misasked(_) => {
                (StatusCode::BAD_REQUEST, "bad-request", "The request cannot be read")
            }
            Fault::SignInNeeded(_) => (StatusCode::UNAUTHORIZED, "sign-in-needed", "You are not signed in"),
            Fault::CodeNeeded => (StatusCode::UNAUTHORIZED, "second-factor-needed", "A second factor is needed"),
            Fault::EnrolmentNeeded => {
                (StatusCode::UNAUTHORIZED, "second-factor-to-set-up", "A second factor has to be set up")
            }
            Fault::FactorLacking => (StatusCode::FORBIDDEN, "second-factor-lacking", "Your role needs a second factor"),
            Fault::ScopeMissing(_) => (StatusCode::FORBIDDEN, "scope-missing", "The token does not allow this"),
            Fault::OwnTokenNeeded => (StatusCode::FORBIDDEN, "own-token-needed", "Long-lived tokens do not reach this"),
            Fault::Forbidden(..) => (StatusCode::FORBIDDEN, "forbidden", "Your role does not allow this"),
            Fault::Forged => (StatusCode::FORBIDDEN, "cross-site", "The request's origin is in doubt"),
            Fault::NotFound | Fault::Absent(_) => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Fault::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The method does not apply here")
            }
            Fault::Conflict(_) | Fault::Contrary(_) => {
                (StatusCode::CONFLICT, "conflict", "It conflicts with what is stored")
            }
            Fault::VersionNeeded => {
                (StatusCode::PRECONDITION_REQUIRED, "version-needed", "The change must say what it is based on")
            }
            Fault::Outdated => (StatusCode::PRECONDITION_FAILED, "outdated", "It was changed meanwhile"),
            Fault::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
            Fault::UnsupportedMedia(_) => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "The content type is not known here")
            }
            Fault::Unprocessable(_) | Fault::Refused(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", "The request is understood but cannot be done")
            }
            Fault::TooManyAttempts(_) => (StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts"),
            Fault::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not available for the moment"),
            Fault::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "An internal fault"),
        }
    }

    /// The stable name: `not-found`.
    pub const fn name(&self) -> &'static str {
        self.class().1
    }

    pub fn problem(&self) -> Problem {
        let (status, name, title) = self.class();
        Problem {
            kind: format!("urn:chapelle:problem:{name}"),
            title,
            status: status.as_u16(),
            detail: freetext::shown(&self.to_string()),
        }
    }

    /// A fault that may not be ours to name: what the framework says of a path, a query, or a body where `bytes_max` are
    /// taken.
    pub fn of(error: &actix_web::Error, bytes_max: usize) -> Fault {
        error.as_error::<Fault>().cloned().unwrap_or_else(|| unreadable::body(error, bytes_max))
    }

    /// An internal fault, logged here and now.
    pub fn internal(error: impl fmt::Display) -> Fault {
        tracing::error!(%error, "internal fault");
        Fault::Internal(error.to_string())
    }

    /// Sets what the status asks for beside the body.
    pub fn mark(&self, response: &mut actix_web::HttpResponse) {
        let headers = response.headers_mut();
        match self {
            Fault::SignInNeeded(_) | Fault::CodeNeeded | Fault::EnrolmentNeeded => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"chapelle\""));
            }
            Fault::TooManyAttempts(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            Fault::Unavailable(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
    }
}

impl ResponseError for Fault {
    fn status_code(&self) -> StatusCode {
        self.class().0
    }

    fn error_response(&self) -> HttpResponse {
        let body = serde_json::to_string(&self.problem()).unwrap_or_default();
        let mut response = HttpResponse::build(self.status_code()).body(body);
        let json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        self.mark(&mut response);
        response
    }
}

impl From<AppError> for Fault {
    fn from(error: AppError) -> Fault {
        let told = || Box::new(error.told());
        match (&error, error.amiss()) {
            (AppError::Input(message), _) => Fault::BadRequest(message.clone()),
            (AppError::Absent(told), _) => Fault::Absent(told.clone()),
            (AppError::Storage(StorageError::KeyReused), _) => Fault::Unprocessable(error.to_string()),
            (_, Some(Amiss::Question)) => Fault::Misasked(told()),
            (_, Some(Amiss::Subject)) => Fault::NotFound,
            (_, Some(Amiss::State)) => Fault::Contrary(told()),
            (_, Some(Amiss::Wish)) => Fault::Refused(told()),
            (AppError::Storage(StorageError::Busy(_)), None) => Fault::Unavailable(error.to_string()),
            (AppError::Storage(unreachable), None) if unreachable.is_transient() => {
                tracing::error!(%error, "the database cannot be reached");
                Fault::Unavailable("the database cannot be reached for the moment; try again".to_owned())
            }
            (_, None) => Fault::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_a_problem_document() {
        let response = Fault::Forbidden(Role::Auditor, Action::SendReadings).error_response();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.headers().get("content-type").unwrap(), "application/problem+json");
        let problem = Fault::Forbidden(Role::Auditor, Action::SendReadings).problem();
        assert_eq!(problem.kind, "urn:chapelle:problem:forbidden");
        assert_eq!(problem.detail, "the role auditor may not send readings");
    }

    #[test]
    fn internals_are_never_shown() {
        let fault = Fault::Internal("password of the database is s3cret".into());
        assert!(!serde_json::to_string(&fault.problem()).unwrap().contains("s3cret"));
    }

    #[test]
    fn what_asking_differently_mends_is_no_fault_of_ours() {
        let stored: [(StorageError, u16); 8] = [
            (StorageError::NotFound { what: "message", key: "7".into() }, 404),
            (StorageError::Frozen("an issued invoice".into()), 409),
            (StorageError::Closed("2026-09 is closed".into()), 409),
            (StorageError::NotStorable { what: "a reading", detail: "too large".into() }, 422),
            (StorageError::KeyReused, 422),
            (StorageError::Nul, 400),
            (StorageError::Busy(7), 503),
            (StorageError::Corrupt { what: "an invoice", detail: "no JSON".into() }, 500),
        ];
        for (error, status) in stored {
            let (told, error) = (error.to_string(), AppError::from(error));
            assert_eq!(error.is_input(), status < 500, "{told}");
            assert_eq!(Fault::from(error).status_code().as_u16(), status, "{told}");
        }
        let absent = AppError::Absent(Box::new(Told::plain("there is no such pack")));
        assert!(absent.is_input());
        assert_eq!(Fault::from(absent).status_code(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn waits_are_told() {
        let response = Fault::TooManyAttempts(8).error_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers().get("retry-after").unwrap(), "8");
        assert!(Fault::SignInNeeded("x").error_response().headers().contains_key("www-authenticate"));
    }
}
