//! An auditor's home: the trail's signature, the periods, the books, and the way to evidence.

use actix_web::web::Data;

use super::{Card, Item, Work};
use crate::app::read_homes::{self, BooksToday};
use crate::domain::calendar::Timestamp;
use crate::http::error::Fault;
use crate::http::pages::Frame;
use crate::http::pages::trail::{EventView, event_view};
use crate::http::state::{Shared, blocking};

pub async fn work(shared: &Data<Shared>, frame: &Frame) -> Result<(Option<Work>, Vec<EventView>), Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let Some(books) = blocking(move || read_homes::books(&store, now)).await? else {
        return Ok((Some(Work::nothing()), vec![]));
    };
    let cards = vec![
        root_card(frame, &books),
        periods_card(frame, &books),
        assets_card(frame, &books),
        balance_card(frame, &books),
        evidence_card(frame),
    ];
    let latest = books.latest.iter().map(|chained| event_view(frame, frame.zone, chained)).collect();
    Ok((Some(Work::of(cards, "home-books", "home-calm-books")), latest))
}

fn root_card(frame: &Frame, books: &BooksToday) -> Card {
    let title = frame.t("home-root");
    let link = Some(("/audit/verify".to_owned(), frame.t("audit-verify")));
    let Some(root) = &books.root else {
        let text = frame.with("home-root-none", "events", &frame.whole(books.since.events));
        return Card { class: "card-due", title, count: "–".to_owned(), text, items: vec![], link };
    };
    let values = [("signed", frame.whole(root.size)), ("since", frame.whole(books.since.events))];
    let text = frame.texts("home-root-text", &values.each_ref().map(|(name, value)| (*name, value.as_str())));
    let chain = match books.since.broken_at {
        None => frame.t("home-root-whole"),
        Some(sequence) => frame.with("home-root-broken", "sequence", &sequence.to_string()),
    };
    Card {
        class: if books.since.broken_at.is_some() { "card-bad" } else { "card-ok" },
        title,
        count: frame.instant(Timestamp::from(root.at), frame.zone),
        text,
        items: vec![Item { text: chain, address: None }],
        link,
    }
}

fn periods_card(frame: &Frame, books: &BooksToday) -> Card {
    let periods = &books.periods;
    let values = [("open", periods.open.to_string()), ("closed", periods.closed.to_string())];
    Card {
        class: "",
        title: frame.t("home-periods"),
        count: periods.last_closed.map_or_else(|| "–".to_owned(), |month| frame.month(&month)),
        text: frame.texts("home-periods-text", &values.each_ref().map(|(name, value)| (*name, value.as_str()))),
        items: vec![],
        link: Some(("/journal/periods".to_owned(), frame.t("home-periods-go"))),
    }
}

fn assets_card(frame: &Frame, books: &BooksToday) -> Card {
    let ledger = &books.ledger;
    let posted = books.posted_through.map_or_else(
        || frame.t("home-depreciation-never"),
        |month| frame.with("home-depreciation-posted", "month", &frame.month(&month)),
    );
    let depreciated = frame.with("home-assets-depreciated", "amount", &frame.amount(&ledger.depreciated));
    Card {
        class: "",
        title: frame.t("home-assets"),
        count: frame.amount(&ledger.book_value()),
        text: depreciated,
        items: vec![Item { text: posted, address: None }],
        link: Some(("/amortisation".to_owned(), frame.t("nav-amortisation"))),
    }
}

fn balance_card(frame: &Frame, books: &BooksToday) -> Card {
    let imbalance = books.ledger.imbalance;
    let is_even = imbalance.is_zero();
    Card {
        class: if is_even { "card-ok" } else { "card-bad" },
        title: frame.t("home-balance"),
        count: frame.amount(&imbalance),
        text: frame.t(if is_even { "home-balance-even" } else { "home-balance-odd" }),
        items: vec![],
        link: Some(("/journal/balance".to_owned(), frame.t("home-balance-go"))),
    }
}

/// Ways to what is taken away.
fn evidence_card(frame: &Frame) -> Card {
    let ways = [
        ("home-evidence-pack", "/audit/verify"),
        ("home-evidence-sample", "/audit/sample"),
        ("report-fec", "/reports/fec"),
        ("report-reconciliation", "/reports/reconciliation"),
    ];
    let item = |(key, address): (&str, &str)| Item { text: frame.t(key), address: Some(address.to_owned()) };
    Card {
        class: "",
        title: frame.t("home-evidence"),
        count: String::new(),
        text: frame.t("home-evidence-text"),
        items: ways.map(item).into(),
        link: Some(("/reports".to_owned(), frame.t("nav-reports"))),
    }
}
