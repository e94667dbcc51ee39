//! The audit trail: who did what, when, from where, what it was before and after, and why.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

use super::parts::{Choice, Link, Pager};
use super::{Address, Frame, audit_words, page};
use crate::app::read_tenants;
use crate::app::read_trail::{self, ChainedEvent, TrailFilter, TrailPage};
use crate::domain::audit::{ACTIONS, FORMER_ACTIONS};
use crate::domain::calendar::Timestamp;
use crate::domain::typography;
use crate::http::api::audit::filter;
use crate::http::asked::{Expected, days, parsed};
use crate::http::auth::Granted;
use crate::http::error::Fault;
use crate::http::state::{Shared, blocking};

#[derive(Deserialize, Default)]
pub struct TrailQuery {
    subject: Option<String>,
    action: Option<String>,
    actor: Option<String>,
    from: Option<String>,
    to: Option<String>,
    /// `1` shows the seals on the page, which leaves them out otherwise; `no` leaves them out of a file.
    seals: Option<String>,
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
    actions: Vec<Choice>,
    pager: Pager,
    files: Vec<Link>,
    shows_seals: bool,
    asks_for_seals: bool,
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
    pub before: Vec<audit_words::Said>,
    pub after: Vec<audit_words::Said>,
    /// The event as it is kept, for who compares it.
    pub kept: String,
    pub reason: Option<String>,
    pub previous: audit_words::Hash,
    pub hash: audit_words::Hash,
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
    let shows_seals = query.shows_seals();
    let filter = TrailFilter { without_seals: !shows_seals, ..query.filter()? };
    let wanted: usize = parsed("page", query.page.as_deref(), Expected::Page)?.unwrap_or(1);
    let store = shared.store.clone();
    let (found, zone) = blocking(move || {
        let zone = read_tenants::zone(&store)?;
        Ok((read_trail::page(&store, &filter, wanted)?, zone))
    })
    .await?;
    let frame = Frame::of(&http);
    let rows = found.events.iter().map(|chained| event_view(&frame, zone, chained)).collect();
    let template = TrailTemplate {
        count: frame.with("trail-count", "count", &typography::decimal(found.total.into(), frame.language)),
        pager: Pager::new(&query.address("/audit"), found.page, found.pages),
        files: FORMATS
            .map(|(label, path)| {
                let seals = if shows_seals { "" } else { "no" };
                Link { label: label.to_owned(), address: query.address(path).set("seals", seals).href() }
            })
            .into(),
        shows_seals,
        asks_for_seals: query.asks_for_seals(),
        actions: actions(&frame, query.action.as_deref().unwrap_or_default()),
        rows,
        frame,
        found,
        query,
    };
    page(StatusCode::OK, &template)
}

/// The filtered trail as files.
const FORMATS: [(&str, &str); 3] =
    [("CSV", "/audit/trail.csv"), ("XLSX", "/audit/trail.xlsx"), ("PDF", "/audit/trail.pdf")];

impl TrailQuery {
    /// What the trail is restricted to.
    pub fn filter(&self) -> Result<TrailFilter, Fault> {
        let (from, through) = days(("from", self.from.as_deref()), ("to", self.to.as_deref()))?;
        let found = filter([self.subject.as_deref(), self.action.as_deref(), self.actor.as_deref()], from, through)?;
        Ok(TrailFilter { without_seals: self.seals.as_deref() == Some("no"), ..found })
    }

    fn asks_for_seals(&self) -> bool {
        self.seals.as_deref() == Some("1")
    }

    /// Where they are asked for, or an action is: it may be one of theirs.
    fn shows_seals(&self) -> bool {
        self.asks_for_seals() || self.action.as_deref().is_some_and(|action| !action.is_empty())
    }

    /// The same filter at `path`.
    fn address(&self, path: &str) -> Address {
        let kept = [
            ("subject", &self.subject),
            ("action", &self.action),
            ("actor", &self.actor),
            ("from", &self.from),
            ("to", &self.to),
            ("seals", &self.seals),
        ];
        kept.into_iter()
            .fold(Address::new(path), |address, (name, value)| address.set(name, value.as_deref().unwrap_or_default()))
    }
}

/// Every action by its words; what was asked for otherwise, such as the beginning of a name, stays an option.
fn actions(frame: &Frame, chosen: &str) -> Vec<Choice> {
    let mut known: Vec<Choice> = ACTIONS
        .iter()
        .chain(&FORMER_ACTIONS)
        .map(|action| Choice {
            value: (*action).to_owned(),
            label: action_label(frame, action).unwrap_or_default(),
            is_chosen: *action == chosen,
        })
        .collect();
    known.sort_by_key(|choice| choice.label.to_lowercase());
    if !chosen.is_empty() && !known.iter().any(|choice| choice.is_chosen) {
        known.insert(0, Choice { value: chosen.to_owned(), label: chosen.to_owned(), is_chosen: true });
    }
    known.insert(0, Choice { value: String::new(), label: frame.t("trail-any-action"), is_chosen: chosen.is_empty() });
    known
}

pub fn event_view(frame: &Frame, zone: Tz, chained: &ChainedEvent) -> EventView {
    let event = &chained.event;
    let is_invoice = matches!(event.action.as_str(), "invoice.issued" | "invoice.archived");
    EventView {
        sequence: chained.sequence,
        at: typography::instant(Timestamp::from(event.at), zone, frame.language),
        actor: audit_words::actor(frame, &event.actor),
        origin: event.origin.as_deref().map(|origin| audit_words::origin(frame, origin)),
        label: action_label(frame, &event.action),
        action: event.action.clone(),
        subject: event.subject.clone(),
        sheet: is_invoice.then(|| format!("/audit/sample/sheet/{}", event.subject)),
        before: event.before.as_ref().map(|state| audit_words::said(frame, state)).unwrap_or_default(),
        after: audit_words::said(frame, &event.detail),
        kept: kept(chained),
        reason: event.reason.clone(),
        previous: audit_words::Hash::of(&chained.previous_hash),
        hash: audit_words::Hash::of(&chained.hash),
        more: frame.with("trail-more", "sequence", &chained.sequence.to_string()),
    }
}

/// What was done, in words; none where the program has none for it.
pub fn action_label(frame: &Frame, action: &str) -> Option<String> {
    let is_known = ACTIONS.contains(&action) || FORMER_ACTIONS.contains(&action);
    is_known.then(|| frame.t(&format!("action-{}", action.replace('.', "-"))))
}

fn kept(chained: &ChainedEvent) -> String {
    serde_json::to_string_pretty(&chained.event).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_keep_what_was_asked_for() {
        let query = TrailQuery { subject: Some("A & B".into()), action: Some(String::new()), ..TrailQuery::default() };
        assert_eq!(query.address("/audit").set("page", 3).href(), "/audit?subject=A%20%26%20B&page=3");
    }
}
