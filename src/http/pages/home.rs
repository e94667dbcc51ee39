//! Where one arrives: the page a role works with.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::{Frame, page, see_other};
use crate::http::error::Fault;

/// For who has no section to go to.
#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
}

pub async fn home(http: HttpRequest) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let sections = || frame.navigation.iter().flat_map(|group| &group.items);
    match sections().find(|item| item.path != "/") {
        Some(section) => Ok(see_other(section.path)),
        None => page(StatusCode::OK, &HomePage { frame }),
    }
}
