//! A tenant's home: what is due and when, the latest invoices, the running month, the contract and whom mails go to.

use actix_web::web::Data;

use super::{Card, Item, PROBLEMS_NAMED};
use crate::app::read_homes::{self, OwnToday};
use crate::app::read_invoices::{InvoiceSummary, Reader};
use crate::app::read_tenants;
use crate::domain::access::TenantScope;
use crate::domain::contract::Contract;
use crate::domain::money::Money;
use crate::http::error::Fault;
use crate::http::pages::edit::contract;
use crate::http::pages::invoice_list::{InvoiceLine, lines};
use crate::http::pages::{Frame, encoded, on_account};
use crate::http::state::{Shared, blocking};

pub struct Own {
    pub cards: Vec<Card>,
    pub lines: Vec<InvoiceLine>,
}

pub async fn own(shared: &Data<Shared>, frame: &Frame, reader: Reader) -> Result<Own, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let scope = reader.scope.clone();
    let (own, names) =
        blocking(move || Ok((read_homes::own(&store, &reader, now)?, read_tenants::names(&store, &reader.scope)?)))
            .await?;
    let cards = [
        Some(due_card(frame, &own)),
        Some(overdue_card(frame, &own)),
        owed_card(frame, &own),
        on_account_card(frame, &own, &scope),
        running_card(frame, &own),
        contracts_card(frame, &own.contracts),
        contacts_card(frame, &scope),
    ];
    Ok(Own { cards: cards.into_iter().flatten().collect(), lines: lines(frame, &own.latest, &names, own.today) })
}

fn open_of(invoice: &InvoiceSummary) -> Money {
    invoice.standing.map_or(invoice.totals.gross, |(open, _)| open)
}

fn is_late(invoice: &InvoiceSummary, own: &OwnToday) -> bool {
    invoice.payable_on().is_some_and(|day| day < own.today)
}

fn item(frame: &Frame, invoice: &InvoiceSummary, key: &str) -> Item {
    let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
    let due = invoice.payable_on().map(|day| frame.short_date(&day)).unwrap_or_default();
    let values = [("number", &*number), ("amount", &*frame.amount(&open_of(invoice))), ("due", &*due)];
    let key = if invoice.owes_interest_only() { "home-interest-item" } else { key };
    Item { text: frame.texts(key, &values), address: Some(format!("/invoices/{number}")) }
}

fn due_card(frame: &Frame, own: &OwnToday) -> Card {
    let coming = own.due.iter().filter(|invoice| !is_late(invoice, own));
    Card {
        class: if own.counts.open > 0 { "" } else { "card-ok" },
        title: frame.t("home-own-due"),
        count: frame.amount(&own.open),
        text: match own.counts.open {
            0 => frame.t("home-own-due-none"),
            count => frame.with("home-own-due-text", "count", &frame.whole(count)),
        },
        items: coming.take(PROBLEMS_NAMED).map(|one| item(frame, one, "home-own-due-item")).collect(),
        link: (own.counts.open > 0).then(|| ("/invoices?status=open&sort=due".to_owned(), frame.t("home-own-due-go"))),
    }
}

fn overdue_card(frame: &Frame, own: &OwnToday) -> Card {
    let count = own.counts.overdue;
    let late = own.due.iter().filter(|invoice| is_late(invoice, own));
    Card {
        class: if count > 0 { "card-bad" } else { "card-ok" },
        title: frame.t("home-own-overdue"),
        count: frame.amount(&own.overdue),
        text: match count {
            0 => frame.t("home-overdue-none"),
            count => frame.with("home-own-due-text", "count", &frame.whole(count)),
        },
        items: late.take(PROBLEMS_NAMED).map(|one| item(frame, one, "home-overdue-item")).collect(),
        link: (count > 0).then(|| ("/invoices?status=overdue&sort=due".to_owned(), frame.t("home-overdue-go"))),
    }
}

/// What is owed to the tenant, where anything is.
fn owed_card(frame: &Frame, own: &OwnToday) -> Option<Card> {
    let item = |invoice: &InvoiceSummary| {
        let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let values = [("number", &*number), ("amount", &*frame.amount(&open_of(invoice).abs()))];
        Item { text: frame.texts("home-owed-item", &values), address: Some(format!("/invoices/{number}")) }
    };
    (own.counts.overpaid > 0).then(|| Card {
        class: "card-ok",
        title: frame.t("home-own-owed"),
        count: frame.amount(&own.owed),
        text: frame.t("home-own-owed-text"),
        items: own.overpaid.iter().take(PROBLEMS_NAMED).map(item).collect(),
        link: Some(("/invoices?status=overpaid".to_owned(), frame.t("home-owed-go"))),
    })
}

/// What the tenant sent and no invoice has taken, where anything is.
fn on_account_card(frame: &Frame, own: &OwnToday, scope: &TenantScope) -> Option<Card> {
    let address = match scope {
        TenantScope::Only(tenant) => Some(on_account::address(tenant)),
        TenantScope::Everyone => None,
    };
    (!own.on_account.is_zero()).then(|| Card {
        class: "card-ok",
        title: frame.t("home-own-on-account"),
        count: frame.amount(&own.on_account),
        text: frame.t("home-own-on-account-text"),
        items: vec![],
        link: address.map(|address| (address, frame.t("home-own-on-account-go"))),
    })
}

/// The running month, as an estimate.
fn running_card(frame: &Frame, own: &OwnToday) -> Option<Card> {
    let estimate = own.estimate?;
    let known = frame.with("home-own-known", "amount", &frame.amount(&estimate.known_net));
    let way = |address: String, key: &str| Item { text: frame.t(key), address: Some(address) };
    Some(Card {
        class: "",
        title: frame.with("home-own-running", "month", &frame.of_month(&estimate.month)),
        count: estimate.projected_net.map_or_else(|| "–".to_owned(), |net| frame.amount(&net)),
        text: match estimate.projected_net {
            Some(_) => format!("{} {known}", frame.t("home-own-projected")),
            None => known,
        },
        items: vec![way("/usage".to_owned(), "nav-usage")],
        link: Some((format!("/usage/estimate?month={}", estimate.month), frame.t("home-own-estimate-go"))),
    })
}

fn contracts_card(frame: &Frame, contracts: &[Contract]) -> Option<Card> {
    let item = |one: &Contract| {
        let last = one.in_force.last_day().map(|day| frame.date(&day));
        let key = if last.is_some() { "home-own-contract-until" } else { "home-own-contract-item" };
        let last = last.unwrap_or_default();
        let values = [("contract", one.code.as_str()), ("title", &*one.title), ("last", &*last)];
        Item { text: frame.texts(key, &values), address: Some(contract::address(one.code.as_str(), "")) }
    };
    (!contracts.is_empty()).then(|| Card {
        class: "",
        title: frame.t("home-own-contracts"),
        count: String::new(),
        text: frame.t("home-own-contracts-text"),
        items: contracts.iter().map(item).collect(),
        link: None,
    })
}

fn contacts_card(frame: &Frame, scope: &TenantScope) -> Option<Card> {
    let TenantScope::Only(tenant) = scope else { return None };
    let address = format!("/tenants/{}/contacts", encoded(tenant.as_str()));
    Some(Card {
        class: "",
        title: frame.t("home-own-contacts"),
        count: String::new(),
        text: frame.t("home-own-contacts-text"),
        items: vec![],
        link: Some((address, frame.t("home-own-contacts-go"))),
    })
}
