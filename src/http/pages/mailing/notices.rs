//! Notices that did not leave: those given up, each with its invoice, from where it can be sent again, and those that
//! will be tried again.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::invoice::mail::{NoticeView, view};
use super::parts::{Link, exports};
use super::sheet::{self, Sheet};
use super::{Address, Frame, page};
use crate::app::notices;
use crate::app::read_tenants;
use crate::documents::table::{Cell, Table};
use crate::domain::calendar::{Timestamp, day_in};
use crate::domain::invoice::InvoiceNumber;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "failed_notices.html")]
struct FailedPage {
    frame: Frame,
    rows: Vec<(Option<String>, NoticeView)>,
    files: Vec<Link>,
}

const LIST: &str = "/notices";

pub async fn failed(shared: Data<Shared>, _granted: Granted, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let (failed, zone) = blocking(move || Ok((notices::undelivered(&store)?, read_tenants::zone(&store)?))).await?;
    let frame = Frame::of(&http);
    let row = |(number, notice): &(Option<InvoiceNumber>, notices::Notice)| {
        (number.as_ref().map(ToString::to_string), view(&frame, zone, notice))
    };
    let files = exports(&Address::new(LIST), LIST);
    page(StatusCode::OK, &FailedPage { rows: failed.iter().map(row).collect(), files, frame })
}

/// The list as a file.
pub async fn file(shared: Data<Shared>, http: HttpRequest, sheet: Path<Sheet>) -> Result<HttpResponse, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let (failed, zone) = blocking(move || Ok((notices::undelivered(&store)?, read_tenants::zone(&store)?))).await?;
    let frame = Frame::of(&http);
    let keys = [
        "invoice-number",
        "notice-recipient",
        "notices-reminder",
        "state",
        "notice-at",
        "notice-attempts",
        "notices-error",
    ];
    let cells = |(number, notice): &(Option<InvoiceNumber>, notices::Notice)| {
        let shown = view(&frame, zone, notice);
        vec![
            number.as_ref().map_or(Cell::Empty, |number| sheet::text(number.as_str())),
            sheet::text(shown.recipient),
            sheet::text(frame.t(if shown.is_reminder { "access-yes" } else { "access-no" })),
            sheet::text(shown.state.text),
            sheet::instant(Timestamp::from(notice.sent_at.unwrap_or(notice.created_at)), zone),
            Cell::Number(notice.attempts.into()),
            shown.error.map_or(Cell::Empty, |(why, words)| sheet::text(format!("{why} {words}"))),
        ]
    };
    let table = Table {
        name: frame.t("failed-title"),
        day: day_in(now, zone),
        headings: keys.map(|key| frame.t(key)).into(),
        rows: failed.iter().map(cells).collect(),
    };
    let name = format!("{}-{}", frame.t("notices-file"), table.day);
    sheet::respond(&shared, &frame, table, *sheet, &name).await
}
