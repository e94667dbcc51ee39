//! The accessibility declaration: open to everyone, and no more than what was measured.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;

use super::{Frame, page};
use crate::app::read_tenants;
use crate::domain::party::Seller;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// The day the tests told of here were last read against the pages.
const MEASURED_ON: Option<NaiveDate> = NaiveDate::from_ymd_opt(2026, 11, 26);
/// What `tests/browser/package.json` pins.
const AXE_VERSION: &str = "4.10.3";

/// Tested by the test suite; `<key>-how` says how.
const TESTS: [&str; 6] = ["axe", "reflow", "keyboard", "plain", "structure", "documents"];
const ISSUES: [&str; 5] = ["preview", "charts", "plan", "pdf", "messages"];

#[derive(Template)]
#[template(path = "accessibility.html")]
struct AccessibilityTemplate {
    frame: Frame,
    /// Whom to write to: who invoices, once the book says who that is.
    seller: Option<Seller>,
    tests: Vec<(String, String)>,
    issues: Vec<String>,
    measured_on: String,
}

pub async fn declaration(shared: Data<Shared>, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let store = shared.store.clone();
    let seller = blocking(move || read_tenants::seller(&store)).await?;
    let frame = Frame::of(&http);
    let test = |name: &str| {
        let key = format!("accessibility-test-{name}");
        (frame.t(&key), frame.with(&format!("{key}-how"), "axe", AXE_VERSION))
    };
    let template = AccessibilityTemplate {
        seller,
        tests: TESTS.map(test).into(),
        issues: ISSUES.map(|name| frame.t(&format!("accessibility-issue-{name}"))).into(),
        measured_on: MEASURED_ON.map(|day| frame.date(&day)).unwrap_or_default(),
        frame,
    };
    page(StatusCode::OK, &template)
}

impl AccessibilityTemplate {
    fn who(&self) -> String {
        self.seller.as_ref().map_or_else(|| self.frame.t("accessibility-seller-unknown"), |seller| seller.name.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_names_the_version_that_tests_use() {
        let package = include_str!("../../../tests/browser/package.json");
        assert!(package.contains(&format!("\"axe-core\": \"{AXE_VERSION}\"")), "{package}");
    }
}
