//! The audit trail: who did what, when, from where, what it was before and after, and why.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::{Frame, encoded, page};
use crate::app::export_book;
use crate::app::read_trail::{self, ChainedEvent, TrailPage};
use crate::domain::calendar::Timestamp;
use crate::domain::typography;
use crate::http::api::audit::filter;
use crate::http::api::parsed;
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

/// What has words of its own (`action-…`); the rest is shown by its name.
const ACTIONS: [&str; 18] = [
    "billing.begun",
    "book.imported",
    "depreciation.posted",
    "invoice.archived",
    "invoice.drafted",
    "invoice.issued",
    "journal.sealed",
    "late-readings.settled",
    "notice.failed",
    "notice.requeued",
    "notice.sent",
    "readings.accepted",
    "readings.corrected",
    "readings.sealed",
    "sign-in.accepted",
    "sign-in.refused",
    "token-key.rotated",
    "user.added",
];

#[derive(Deserialize, Default)]
pub struct TrailQuery {
    subject: Option<String>,
    action: Option<String>,
    actor: Option<String>,
    from: Option<String>,
    to: Option<String>,
    page: Option<String>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct TrailTemplate {
    frame: Frame,
    found: TrailPage,
    count: String,
    rows: Vec<EventView>,
    query: TrailQuery,
    previous_page: Option<String>,
    next_page: Option<String>,
    page_text: String,
}

/// An event as people read it.
pub struct EventView {
    pub sequence: i64,
    pub at: String,
    pub actor: String,
    pub origin: Option<String>,
    pub label: Option<String>,
    pub action: String,
    pub subject: String,
    /// The invoice's sheet, where the subject is one.
    pub sheet: Option<String>,
    pub before: Option<String>,
    pub after: String,
    pub reason: Option<String>,
    pub previous: String,
    pub hash: String,
    /// What opens the rest.
    pub more: String,
}

impl TrailTemplate {
    fn value(&self, text: &Option<String>) -> String {
        text.clone().unwrap_or_default()
    }
}

pub async fn trail(
    shared: Data<Shared>,
    _granted: Granted,
    http: HttpRequest,
    query: Query<TrailQuery>,
) -> Result<HttpResponse, Fault> {
    let query = query.into_inner();
    let day =
        |name: &str, text: &Option<String>| parsed::<NaiveDate>(name, text.as_deref(), "a day such as 2026-10-01");
    let filter = filter(
        [query.subject.as_deref(), query.action.as_deref(), query.actor.as_deref()],
        day("from", &query.from)?,
        day("to", &query.to)?,
    );
    let wanted: usize = parsed("page", query.page.as_deref(), "a page number")?.unwrap_or(1);
    let store = shared.store.clone();
    let (found, zone) = blocking(move || {
        let zone = export_book::shared(&store).map_or(Tz::UTC, |book| book.facility.zone);
        Ok((read_trail::page(&store, &filter, wanted)?, zone))
    })
    .await?;
    let frame = Frame::of(&http);
    let rows = found.events.iter().map(|chained| event_view(&frame, zone, chained)).collect();
    let template = TrailTemplate {
        count: frame.with("trail-count", "count", &typography::decimal(found.total.into(), frame.language)),
        page_text: frame.page_of(found.page, found.pages),
        previous_page: (found.page > 1).then(|| address(&query, found.page - 1)),
        next_page: (found.page < found.pages).then(|| address(&query, found.page + 1)),
        rows,
        frame,
        found,
        query,
    };
    page(StatusCode::OK, &template)
}

fn address(query: &TrailQuery, page: usize) -> String {
    let mut address = format!("/audit?page={page}");
    let kept = [
        ("subject", &query.subject),
        ("action", &query.action),
        ("actor", &query.actor),
        ("from", &query.from),
        ("to", &query.to),
    ];
    for (name, value) in kept {
        if let Some(value) = value.as_ref().filter(|value| !value.is_empty()) {
            address.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    address
}

pub fn event_view(frame: &Frame, zone: Tz, chained: &ChainedEvent) -> EventView {
    let event = &chained.event;
    let is_invoice = matches!(event.action.as_str(), "invoice.issued" | "invoice.archived");
    EventView {
        sequence: chained.sequence,
        at: typography::instant(Timestamp::from(event.at), zone, frame.language),
        actor: event.actor.clone(),
        origin: event.origin.clone(),
        label: action_label(frame, &event.action),
        action: event.action.clone(),
        subject: event.subject.clone(),
        sheet: is_invoice.then(|| format!("/audit/sample/sheet/{}", event.subject)),
        before: event.before.as_ref().map(pretty),
        after: pretty(&event.detail),
        reason: event.reason.clone(),
        previous: chained.previous_hash.clone(),
        hash: chained.hash.clone(),
        more: frame.with("trail-more", "sequence", &chained.sequence.to_string()),
    }
}

fn action_label(frame: &Frame, action: &str) -> Option<String> {
    ACTIONS.contains(&action).then(|| frame.t(&format!("action-{}", action.replace('.', "-"))))
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_what_was_asked_for() {
        let query = TrailQuery { subject: Some("A & B".into()), action: Some(String::new()), ..TrailQuery::default() };
        assert_eq!(address(&query, 3), "/audit?page=3&subject=A%20%26%20B");
    }

    #[test]
    fn every_known_action_has_words_in_both_languages() {
        for language in [include_str!("../../../locales/pages/fr.ftl"), include_str!("../../../locales/pages/en.ftl")] {
            for action in ACTIONS {
                let key = format!("\naction-{} =", action.replace('.', "-"));
                assert!(language.contains(&key), "{key}");
            }
        }
    }
}
