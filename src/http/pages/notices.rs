//! Notices that did not leave: those given up, each with its invoice, from where it can be sent again, and those that
//! will be tried again.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::invoice::mail::{NoticeView, view};
use super::{Frame, page};
use crate::app::notices;
use crate::app::read_tenants;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "failed_notices.html")]
struct FailedPage {
    frame: Frame,
    rows: Vec<(Option<String>, NoticeView)>,
}

pub async fn failed(shared: Data<Shared>, _granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (failed, zone) = blocking(move || Ok((notices::undelivered(&store)?, read_tenants::zone(&store)?))).await?;
    let frame = Frame::of(&http);
    let row = |(number, notice): &(Option<crate::domain::invoice::InvoiceNumber>, notices::Notice)| {
        (number.as_ref().map(ToString::to_string), view(&frame, zone, notice))
    };
    page(StatusCode::OK, &FailedPage { rows: failed.iter().map(row).collect(), frame })
}
