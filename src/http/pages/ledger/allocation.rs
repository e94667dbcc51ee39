//! The result of a closed year, allocated: the day and the decision it rests on.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::forms::{Fields, refused};
use super::parts::FieldError;
use super::periods::LIST;
use super::{Frame, done, page};
use crate::app::allocate_result;
use crate::domain::calendar::day;
use crate::domain::money::Money;
use crate::http::auth::{Granted, Visitor};
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Template)]
#[template(path = "allocation.html")]
struct AllocationPage {
    frame: Frame,
    title: String,
    action: String,
    /// A profit or a loss, in words with its amount.
    result: String,
    date: String,
    reason: String,
    errors: Vec<FieldError>,
}

/// Where the result of `year` is allocated.
pub fn address(year: i32) -> String {
    format!("{LIST}/{year}/allocation")
}

/// The result that waits; a year of which none does is not there.
async fn waiting(shared: &Data<Shared>, year: i32) -> Result<Money, Fault> {
    let store = shared.store.clone();
    blocking(move || allocate_result::waiting(&store, year)).await?.ok_or(Fault::NotFound)
}

pub async fn form(
    shared: Data<Shared>,
    _granted: Granted,
    year: Path<i32>,
    http: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let year = year.into_inner();
    let result = waiting(&shared, year).await?;
    show(Frame::of(&http), (year, result), ("", ""), vec![])
}

fn show(
    frame: Frame,
    (year, result): (i32, Money),
    (date, reason): (&str, &str),
    errors: Vec<FieldError>,
) -> Result<HttpResponse, Fault> {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = if result.is_negative() { "allocation-loss" } else { "allocation-profit" };
    let template = AllocationPage {
        title: frame.with("allocation-title", "year", &year.to_string()),
        action: address(year),
        result: frame.with(key, "amount", &frame.amount(&result.abs())),
        date: date.to_owned(),
        reason: reason.to_owned(),
        errors,
        frame: {
            let above = frame.t("periods-title");
            frame.under(above, LIST)
        },
    };
    page(status, &template)
}

pub async fn submit(
    shared: Data<Shared>,
    visitor: Visitor,
    year: Path<i32>,
    http: HttpRequest,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse, Fault> {
    let fields = Fields::of(form.into_inner(), &visitor)?;
    let year = year.into_inner();
    let frame = Frame::of(&http);
    let typed = (fields.text("date"), fields.text("reason"));
    let Ok(date) = day(typed.0) else {
        let errors = vec![FieldError { field: "date", text: frame.t("event-day") }];
        return show(frame, (year, waiting(&shared, year).await?), typed, errors);
    };
    let (store, now, by, reason) = (shared.store.clone(), shared.now(), visitor.actor(&http), typed.1.to_owned());
    let outcome = blocking(move || refused(allocate_result::allocate(&store, year, date, &reason, &by, now))).await?;
    match outcome {
        Ok(report) => Ok(done(LIST, "allocation", &report.year.to_string())),
        Err(told) => {
            let field = if told.key == "books-closed" { "date" } else { "reason" };
            let errors = vec![FieldError { field, text: frame.said(&told) }];
            show(frame, (year, waiting(&shared, year).await?), typed, errors)
        }
    }
}
