//! Pages for people: rendered here, readable without scripts, in French and English.
//!
//! Owns: the look (one style sheet), the words (`locales/pages`), the shape of each page; templates stand beside their
//! handlers. Does not own: figures. Invariants: nothing is loaded from outside the site; every table has a caption and
//! headers; a chart never says more than the table beside it; everything works without the script.
//!
//! Folders group them by subject, as in `app`; each is reached by its own name. What stands here all share: a folder takes
//! it in, so that its files say `super::parts` as the files beside this one do.

mod access;
pub mod accessibility;
mod asked_twice;
mod assets;
mod audit;
mod billing;
mod book;
mod chart;
mod codes;
mod confirm;
mod course_chart;
mod flash;
mod forms;
mod frame;
pub mod help;
pub mod home;
mod invoices;
mod language;
mod ledger;
mod mailing;
pub mod parts;
mod payback;
mod payments;
mod plant;
mod progress;
mod reporting;
mod sheet;
pub mod static_files;
mod texts;
mod upload;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use super::error::Fault;

pub use access::{access_forms, links, me, second_factor, sign_in, users};
pub use assets::{amortisation, asset, paper, posting};
pub use audit::{audit_files, audit_pack, audit_sample, audit_sheet, audit_verify, trail};
pub use billing::{availability, estimate, runs};
pub use book::{contracts, edit, settings, tariffs, tenants};
pub use frame::Frame;
pub use invoices::{invoice, invoice_list, lines, trace};
pub use ledger::{allocation, balances, journal, opening, periods};
pub use mailing::notices;
pub(super) use parts::Address;
pub use payback::{figures, payback_report};
pub use payments::{claims, dunning, kept, on_account, payment_list, reminder};
pub use plant::{alarms, meter, meters, plant_figures, racks, readings_upload, resolve, usage};
pub use reporting::reports;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// What a page leaves with the browser: the choice of language, and that a message was told.
pub fn keep(request: &HttpRequest, response: &mut HttpResponse) {
    language::keep_language(request, response);
    flash::forget(request, response);
}

/// A page's response.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Fault> {
    let body = template.render().map_err(Fault::internal)?;
    Ok(HttpResponse::build(status).insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8")).body(body))
}

/// A document that only our own pages may frame, and that loads nothing.
const FRAMED_POLICY: &str = "default-src 'none'; object-src 'self'; frame-ancestors 'self'";

/// A PDF for the frame that shows it in a page; `name` in ASCII.
fn framed_pdf(name: &str, bytes: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/pdf"))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")))
        .insert_header((header::CONTENT_SECURITY_POLICY, FRAMED_POLICY))
        .body(bytes)
}

/// Elsewhere on this site.
pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, path)).finish()
}

/// Elsewhere on this site, where the message `done-<what>` tells once what was done.
pub(super) fn done(path: &str, what: &str, value: &str) -> HttpResponse {
    let mut response = see_other(path);
    flash::tell(&mut response, what, value);
    response
}

/// Where to sign in (`page`), and to come back to `wanted` afterwards; only a page that was read can be come back to.
pub fn sign_in_address(page: &str, method: &Method, wanted: &str) -> String {
    if *method != Method::GET || wanted == "/" {
        return page.to_owned();
    }
    format!("{page}?next={}", encoded(wanted))
}

/// A value within a query.
pub(super) fn encoded(value: &str) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage<'a> {
    frame: Frame,
    name: &'a str,
    detail: Option<String>,
}

/// A fault as a person reads it. A page that cannot even be rendered is told as a program would be.
pub fn fault_page(request: &HttpRequest, fault: &Fault) -> HttpResponse {
    let frame = Frame::of(request);
    // What was refused, or how long to wait, helps where it can be said in the reader's language; the rest is said by
    // the page's own words.
    let detail = match fault {
        Fault::Refused(told) | Fault::Misasked(told) | Fault::Contrary(told) | Fault::Absent(told) => frame.told(told),
        Fault::BadRequest(detail) | Fault::Conflict(detail) => frame.english(detail),
        Fault::TooManyAttempts(seconds) => Some(frame.with("fault-wait", "seconds", &seconds.to_string())),
        Fault::TooLarge(bytes) => Some(too_large(&frame, request.path(), *bytes)),
        _ => None,
    };
    let template = FaultPage { frame, name: fault.name(), detail };
    match page(fault.status_code(), &template) {
        Ok(mut response) => {
            fault.mark(&mut response);
            response.headers_mut().remove(header::WWW_AUTHENTICATE);
            response
        }
        Err(fault) => fault.error_response(),
    }
}

/// How much would have been taken, and the way out by what was sent.
fn too_large(frame: &Frame, path: &str, bytes_max: usize) -> String {
    let (key, unit) = match path {
        _ if bytes_max < MIB => ("fault-limit-kib", KIB),
        "/readings/import" => ("fault-limit-readings", MIB),
        "/payments/import" => ("fault-limit-statement", MIB),
        _ if path.ends_with("/papers/new") => ("fault-limit-paper", MIB),
        _ => ("fault-limit-mib", MIB),
    };
    frame.with(key, "limit", &frame.whole(i64::try_from(bytes_max / unit).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_comes_back_only_to_pages_that_were_read() {
        assert_eq!(sign_in_address("/sign-in", &Method::GET, "/"), "/sign-in");
        assert_eq!(sign_in_address("/sign-in", &Method::POST, "/sign-out"), "/sign-in");
        assert_eq!(
            sign_in_address("/sign-in", &Method::GET, "/invoices?month=2026-10&sort=due"),
            "/sign-in?next=/invoices%3Fmonth%3D2026-10%26sort%3Ddue"
        );
    }
}
