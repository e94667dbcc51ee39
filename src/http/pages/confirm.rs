//! Asking before something that is hard to take back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::{Frame, page};
use crate::http::error::Fault;

/// What is asked, and where yes and no lead.
pub struct Question {
    pub title: String,
    pub text: String,
    pub button: String,
    /// Where a yes is sent.
    pub action: String,
    pub back: String,
    /// Whether it takes something away.
    pub is_dangerous: bool,
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct ConfirmPage {
    frame: Frame,
    question: Question,
}

/// A yes.
#[derive(Deserialize)]
pub struct ConfirmForm {
    pub form_token: String,
}

pub fn ask(frame: Frame, question: Question) -> Result<HttpResponse, Fault> {
    page(StatusCode::OK, &ConfirmPage { frame, question })
}
