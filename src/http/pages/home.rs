//! Where one arrives: what needs somebody today, by role, and the way to what they read.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use chrono_tz::Tz;

use self::check::{Looked, check, failed_card};
use super::edit::contract;
use super::runs::problems;
use super::trail::EventView;
use super::{Frame, encoded, page, plant_figures};
use crate::app::compare_billing::{Comparison, State};
use crate::app::late_readings::LateInvoice;
use crate::app::list_plan::PlanPart;
use crate::app::read_home::{self, RunningMonth, Today};
use crate::app::read_invoices::{self, Reader};
use crate::app::read_tenants;
use crate::domain::access::{self, Action, Decision, Role, policy};
use crate::domain::billing_run::{Problem, ProblemKind, Severity};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::TenantCode;
use crate::domain::money::Money;
use crate::http::auth::Visitor;
use crate::http::error::Fault;
use crate::http::state::{CheckedMonth, Shared, blocking};

mod auditor;
mod check;
mod operator;
mod tenant;

/// Problems named on the home page.
const PROBLEMS_NAMED: usize = 3;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    day: String,
    work: Option<Work>,
    own: Option<tenant::Own>,
    latest: Vec<EventView>,
}

/// What needs somebody, or is theirs to know.
struct Work {
    cards: Vec<Card>,
    is_calm: bool,
    has_book: bool,
    title: &'static str,
    calm: &'static str,
}

impl Work {
    fn of(cards: Vec<Card>, title: &'static str, calm: &'static str) -> Work {
        let is_calm = cards.iter().all(|card| card.class == "card-ok" || card.class.is_empty());
        Work { cards, is_calm, has_book: true, title, calm }
    }

    /// Before the first book.
    fn nothing() -> Work {
        Work { has_book: false, ..Work::of(vec![], "home-work", "home-calm") }
    }
}

struct Card {
    class: &'static str,
    title: String,
    count: String,
    text: String,
    items: Vec<Item>,
    link: Option<(String, String)>,
}

struct Item {
    text: String,
    address: Option<String>,
}

pub async fn home(shared: Data<Shared>, visitor: Visitor, http: HttpRequest) -> Result<HttpResponse, Fault> {
    let frame = Frame::of(&http);
    let role = visitor.person.role;
    let (store, now) = (shared.store.clone(), shared.now());
    let day = blocking(move || read_tenants::today(&store, now)).await?;
    let (work, latest) = match role {
        Role::Operator => (Some(operator::work(&shared, &frame).await?), vec![]),
        Role::Auditor => auditor::work(&shared, &frame).await?,
        _ if policy(role, Action::RunBilling) != Decision::Deny => (Some(work(&shared, &frame).await?), vec![]),
        _ => (None, vec![]),
    };
    let own = match access::scope(role, visitor.person.tenant.as_ref(), Action::SeeInvoices) {
        Some(scope @ access::TenantScope::Only(_)) => Some(tenant::own(&shared, &frame, Reader { role, scope }).await?),
        _ => None,
    };
    let template = HomePage { name: visitor.person.name.clone(), day: frame.date(&day), work, own, latest, frame };
    page(StatusCode::OK, &template)
}

async fn work(shared: &Data<Shared>, frame: &Frame) -> Result<Work, Fault> {
    let (store, now) = (shared.store.clone(), shared.now());
    let today = blocking(move || read_home::today(&store, now)).await?;
    let checked = match today.has_book {
        true => check(shared, today.month, today.to_issue > 0).await,
        false => Looked::Pending,
    };
    let cards = vec![
        drafts_card(frame, &today),
        month_card(frame, &today, checked.as_ref()),
        running_plan_card(
            frame,
            &today,
            checked.as_ref().part(|checked| checked.running_plan.as_deref()),
            shared.zone(),
        ),
        overdue_card(frame, &today),
        notices_card(frame, &today),
        ending_card(frame, &today),
        depreciation_card(frame, &today),
    ];
    let payback = payback_card(frame, checked.as_ref().part(|checked| checked.running.as_ref()));
    let since =
        receipts_card(frame, &today).into_iter().chain(late_card(frame, &today)).chain(owed_card(frame, &today));
    let forgotten = checked.as_ref().found().and_then(|checked| forgotten_card(frame, &checked.forgotten));
    let cards: Vec<Card> = cards.into_iter().chain(forgotten).chain(since).chain(payback).collect();
    Ok(Work { has_book: today.has_book, ..Work::of(cards, "home-work", "home-calm") })
}

fn drafts_card(frame: &Frame, today: &Today) -> Card {
    let count = today.counts.drafts;
    Card {
        class: if count > 0 { "card-due" } else { "card-ok" },
        title: frame.t("home-drafts"),
        count: frame.whole(count),
        text: frame.t(if count > 0 { "home-drafts-due" } else { "home-drafts-none" }),
        items: vec![],
        link: (count > 0).then(|| ("/invoices?status=draft".to_owned(), frame.t("home-drafts-go"))),
    }
}

fn month_card(frame: &Frame, today: &Today, checked: Looked<&CheckedMonth>) -> Card {
    let month = frame.of_month(&today.month);
    let go = Some((format!("/billing/{}", today.month), frame.t("home-month-go")));
    let title = frame.with("home-month", "month", &month);
    if today.to_issue == 0 {
        let text = match today.taken_back {
            0 => frame.t("home-month-done"),
            some => frame.with("home-month-taken-back", "count", &some.to_string()),
        };
        return Card { class: "card-ok", title, count: "0".to_owned(), text, items: vec![], link: go };
    }
    let checked = match checked {
        Looked::Found(checked) => checked,
        Looked::Failed => return Card { count: today.to_issue.to_string(), ..failed_card(frame, title, go) },
        Looked::Pending => {
            let text = frame.with("home-month-checking", "count", &today.to_issue.to_string());
            return Card { class: "card-due", title, count: today.to_issue.to_string(), text, items: vec![], link: go };
        }
    };
    let (items, [blocking, warnings]) = problem_items(frame, checked.problems.iter(), today.month);
    Card {
        class: if blocking > 0 { "card-bad" } else { "card-due" },
        title,
        count: frame.whole(i64::try_from(today.to_issue).unwrap_or(0)),
        text: frame.texts(
            "home-month-problems",
            &[
                ("contracts", &today.to_issue.to_string()),
                ("blocking", &blocking.to_string()),
                ("warnings", &warnings.to_string()),
            ],
        ),
        items,
        link: go,
    }
}

/// The first things to do, the rest on the page of `month`, and how many of them block and warn.
fn problem_items<'p>(
    frame: &Frame,
    found: impl Iterator<Item = &'p Problem>,
    month: BillingMonth,
) -> (Vec<Item>, [usize; 2]) {
    let groups = problems::silent_once(problems::grouped(found));
    let is_blocking = |group: &&problems::Group<'_>| group.iter().any(|one| one.severity == Severity::Blocking);
    let blocking = groups.iter().filter(is_blocking).count();
    let warnings = groups.len() - blocking;
    let item = |row: problems::ProblemRow| Item {
        text: format!("{}{}", row.what, after(&row.where_to)),
        address: row.places.into_iter().next_back().map(|place| place.address),
    };
    let items =
        groups.into_iter().take(PROBLEMS_NAMED).filter_map(|group| match problems::silence(frame, month, &group) {
            Some(link) => Some(Item { text: link.label, address: Some(link.address) }),
            None => problems::rows(frame, &[group]).into_iter().map(item).next(),
        });
    let page = || Some(format!("/billing/{month}"));
    let items = items.map(|item| Item { address: item.address.or_else(page), ..item });
    (items.collect(), [blocking, warnings])
}

/// The running month as it would be billed if it ended as it goes: only what some contract in force bills counts.
fn running_plan_card(frame: &Frame, today: &Today, running: Looked<&Comparison>, zone: Tz) -> Card {
    let month = running.found().map_or_else(|| today.month.next(), |running| running.month);
    let title = frame.with("home-running-month", "month", &frame.month(&month));
    let link = Some((format!("/billing/{month}"), frame.t("home-running-month-go")));
    let running = match running {
        Looked::Found(running) => running,
        Looked::Failed => return failed_card(frame, title, link),
        Looked::Pending => return pending_card(frame, title, link),
    };
    let told = || running.problems.iter().filter(|problem| problem.what != ProblemKind::MonthNotFinished);
    let with_problems = PlanPart::Problems.of(running).len();
    let (items, [blocking, warnings]) = problem_items(frame, told(), month);
    let values = [
        ("contracts", running.contracts.iter().filter(|one| one.state != State::Nothing).count()),
        ("blocking", blocking),
        ("warnings", warnings),
    ];
    let values = values.map(|(name, count)| (name, count.to_string()));
    let key = if blocking + warnings == 0 { "home-running-month-fine" } else { "home-running-month-found" };
    Card {
        class: match (blocking, warnings) {
            (0, 0) => "card-ok",
            (0, _) => "card-due",
            _ => "card-bad",
        },
        title,
        count: frame.whole(i64::try_from(with_problems).unwrap_or(0)),
        text: [frame.texts(key, &values.each_ref().map(|(name, count)| (*name, count.as_str())))]
            .into_iter()
            .chain(running.as_of.map(|at| frame.with("billing-as-of", "at", &frame.instant(at.into(), zone))))
            .collect::<Vec<_>>()
            .join(" "),
        items,
        link,
    }
}

fn pending_card(frame: &Frame, title: String, link: Option<(String, String)>) -> Card {
    let text = frame.t("home-running-checking");
    Card { class: "", title, count: "…".to_owned(), text, items: vec![], link }
}

/// Months gone by with contracts nobody billed.
fn forgotten_card(frame: &Frame, forgotten: &[(BillingMonth, usize)]) -> Option<Card> {
    let (latest, _) = forgotten.first()?;
    let count: usize = forgotten.iter().map(|(_, count)| count).sum();
    let items = forgotten.iter().take(PROBLEMS_NAMED).map(|(month, count)| Item {
        text: frame.texts("home-forgotten-item", &[("month", &frame.month(month)), ("count", &count.to_string())]),
        address: Some(format!("/billing/{month}")),
    });
    Some(Card {
        class: "card-bad",
        title: frame.t("home-forgotten"),
        count: frame.whole(i64::try_from(count).unwrap_or(0)),
        text: frame.t("home-forgotten-due"),
        items: items.collect(),
        link: Some((format!("/billing/{latest}"), frame.t("home-forgotten-go"))),
    })
}

/// What every meter shows in the running month: which say nothing, and silences so far.
fn running_card(frame: &Frame, today: &Today, running: Looked<&RunningMonth>) -> Card {
    let month = running.found().map_or_else(|| today.month.next(), |running| running.month);
    let title = frame.with("home-running", "month", &frame.of_month(&month));
    let address = format!("/meters?month={month}&attention=1");
    let link = frame.has("/meters").then(|| (address, frame.t("home-running-go")));
    let running = match running {
        Looked::Found(running) => running,
        Looked::Failed => return failed_card(frame, title, link),
        Looked::Pending => return pending_card(frame, title, link),
    };
    let item = |code: &String, text: String| Item {
        text,
        address: Some(format!("/meters/{}?month={}", super::encoded(code), running.month)),
    };
    let silent = running.silent.iter().map(|(code, seconds)| {
        let lasted = plant_figures::duration(frame, *seconds);
        item(code, frame.texts("home-silent-item", &[("meter", code), ("duration", &lasted)]))
    });
    let gaps = running.gaps.iter().map(|(code, gaps)| {
        item(code, frame.texts("home-running-gaps-item", &[("meter", code), ("gaps", &gaps.to_string())]))
    });
    let count = running.silent.len() + running.gaps.len();
    let (silent_count, gap_count) = (running.silent.len().to_string(), running.gaps.len().to_string());
    Card {
        class: match (running.silent.len(), count) {
            (_, 0) => "card-ok",
            (0, _) => "card-due",
            _ => "card-bad",
        },
        title,
        count: count.to_string(),
        text: match count {
            0 => frame.t("home-running-fine"),
            _ => frame.texts("home-running-found", &[("silent", &silent_count), ("gaps", &gap_count)]),
        },
        items: silent.chain(gaps).take(PROBLEMS_NAMED).collect(),
        link,
    }
}

/// When the investment has come back, beside when it was to.
fn payback_card(frame: &Frame, running: Looked<&RunningMonth>) -> Option<Card> {
    let link = frame.has("/payback").then(|| ("/payback".to_owned(), frame.t("nav-payback")));
    if running == Looked::Failed {
        return Some(failed_card(frame, frame.t("home-payback"), link));
    }
    let payback = running.found()?.payback?;
    let target = frame.month(&payback.target);
    let years = payback.target_years.to_string();
    let (class, count, text) = match payback.break_even {
        Some(month) => {
            let in_time = month <= payback.target;
            let key = if in_time { "home-payback-in-time" } else { "home-payback-late" };
            let text = frame.texts(key, &[("target", &target), ("years", &years)]);
            (if in_time { "card-ok" } else { "card-due" }, frame.month(&month), text)
        }
        None => {
            ("card-due", "–".to_owned(), frame.texts("home-payback-never", &[("target", &target), ("years", &years)]))
        }
    };
    Some(Card { class, title: frame.t("home-payback"), count, text, items: vec![], link })
}

/// ` (C-APHP · ENERGIE)`
fn after(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" ({place})") }
}

fn overdue_card(frame: &Frame, today: &Today) -> Card {
    let count = today.counts.overdue;
    let item = |invoice: &read_invoices::InvoiceSummary| {
        let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let open = invoice.standing.map_or(invoice.totals.gross, |(open, _)| open);
        let due = invoice.pay_by.map(|day| frame.date(&day)).unwrap_or_default();
        let key = if invoice.owes_interest_only() { "home-interest-item" } else { "home-overdue-item" };
        let values = [("number", &*number), ("amount", &*frame.amount(&open)), ("due", &*due)];
        Item { text: frame.texts(key, &values), address: Some(format!("/invoices/{number}")) }
    };
    Card {
        class: if count > 0 { "card-due" } else { "card-ok" },
        title: frame.t("home-overdue"),
        count: frame.whole(count),
        text: match count {
            0 => frame.t("home-overdue-none"),
            _ => frame.with("home-overdue-due", "amount", &frame.amount(&today.overdue_open)),
        },
        items: today.overdue.iter().map(item).collect(),
        link: (count > 0).then(|| ("/invoices?status=overdue&sort=due".to_owned(), frame.t("home-overdue-go"))),
    }
}

/// Invoices whose readings changed since they were made, where there are any.
fn late_card(frame: &Frame, today: &Today) -> Option<Card> {
    let months: BTreeSet<BillingMonth> = today.late.iter().map(|late| late.month).collect();
    let next = today.late.iter().map(|late| late.next).min()?;
    let item = |late: &LateInvoice| {
        let values = [("number", late.invoice.as_str()), ("month", &*frame.month(&late.month))];
        Item { text: frame.texts("home-late-item", &values), address: Some(format!("/invoices/{}", late.invoice)) }
    };
    let go = frame.with("home-late-go", "month", &frame.of_month(&next));
    Some(Card {
        class: "card-due",
        title: frame.t("home-late"),
        count: today.late.len().to_string(),
        text: frame.with("home-late-due", "months", &months.len().to_string()),
        items: today.late.iter().take(PROBLEMS_NAMED).map(item).collect(),
        link: Some((format!("/billing/{next}"), go)),
    })
}

/// Money at the bank that no invoice has taken yet, where there is any.
fn receipts_card(frame: &Frame, today: &Today) -> Option<Card> {
    let (count, left) = today.receipts_left;
    (count > 0).then(|| Card {
        class: "card-due",
        title: frame.t("receipts-title"),
        count: count.to_string(),
        text: frame.with("home-receipts-due", "amount", &frame.amount(&left)),
        items: vec![],
        link: Some(("/payments/receipts".to_owned(), frame.t("home-receipts-go"))),
    })
}

/// What is owed to tenants, where anything is.
fn owed_card(frame: &Frame, today: &Today) -> Option<Card> {
    let item = |invoice: &read_invoices::InvoiceSummary| {
        let number = invoice.number.as_ref().map(ToString::to_string).unwrap_or_default();
        let owed = invoice.standing.map_or_else(String::new, |(open, _)| frame.amount(&open.abs()));
        let values = [("number", &*number), ("amount", &*owed)];
        Item { text: frame.texts("home-owed-item", &values), address: Some(format!("/invoices/{number}/refund")) }
    };
    let account = |(tenant, kept): &(TenantCode, Money)| Item {
        text: frame.texts("home-owed-account", &[("tenant", tenant.as_str()), ("amount", &frame.amount(kept))]),
        address: Some(format!("/tenants/{}/on-account", encoded(tenant.as_str()))),
    };
    let accounts = today.on_account.iter().take(PROBLEMS_NAMED).map(account);
    (!today.owed.is_zero()).then(|| Card {
        class: "card-due",
        title: frame.t("home-owed"),
        count: frame.amount(&today.owed),
        text: frame.t("home-owed-due"),
        items: accounts.chain(today.overpaid.iter().map(item)).collect(),
        link: (today.counts.overpaid > 0).then(|| ("/invoices?status=overpaid".to_owned(), frame.t("home-owed-go"))),
    })
}

fn notices_card(frame: &Frame, today: &Today) -> Card {
    let (failed, postponed) = (today.failed_notices, today.postponed_notices);
    let text = match (failed, postponed) {
        (0, 0) => frame.t("home-notices-none"),
        (0, _) => frame.t("home-notices-postponed"),
        _ => frame.t("home-notices-due"),
    };
    Card {
        class: match (failed, postponed) {
            (0, 0) => "card-ok",
            (0, _) => "card-due",
            _ => "card-bad",
        },
        title: frame.t("home-notices"),
        count: (failed + postponed).to_string(),
        text,
        items: vec![],
        link: (failed + postponed > 0).then(|| ("/notices".to_owned(), frame.t("home-notices-go"))),
    }
}

fn ending_card(frame: &Frame, today: &Today) -> Card {
    let count = today.ending.len();
    let item = |ending: &read_home::EndingContract| {
        let last = frame.date(&ending.last_day);
        let mut values = vec![("contract", ending.code.as_str()), ("tenant", ending.tenant.as_str()), ("last", &last)];
        let notice = ending.notice_by.map(|day| frame.date(&day)).unwrap_or_default();
        let key = if notice.is_empty() { "home-ending-item" } else { "home-notice-item" };
        values.push(("notice", &notice));
        Item { text: frame.texts(key, &values), address: Some(contract::address(&ending.code, "")) }
    };
    Card {
        class: if count > 0 { "card-due" } else { "card-ok" },
        title: frame.t("home-notice"),
        count: count.to_string(),
        text: frame.t(if count > 0 { "home-notice-due" } else { "home-notice-none" }),
        items: today.ending.iter().take(PROBLEMS_NAMED).map(item).collect(),
        link: (count > 0).then(|| ("/contracts".to_owned(), frame.t("nav-contracts"))),
    }
}

fn depreciation_card(frame: &Frame, today: &Today) -> Card {
    let due = today.depreciation.due.len();
    let posted = today.depreciation.posted_through.map(|month| frame.month(&month));
    let link = match due {
        0 => frame.has("/amortisation").then(|| ("/amortisation".to_owned(), frame.t("nav-amortisation"))),
        _ => frame.has("/amortisation/post").then(|| ("/amortisation/post".to_owned(), frame.t("posting-go"))),
    };
    let text = match (&posted, due) {
        (Some(month), 0) => frame.with("home-depreciation-posted", "month", month),
        (None, 0) => frame.t("home-depreciation-nothing"),
        (Some(month), _) => frame.with("home-depreciation-due", "month", month),
        (None, _) => frame.t("home-depreciation-never"),
    };
    Card {
        class: if due > 0 { "card-due" } else { "card-ok" },
        title: frame.t("home-depreciation"),
        count: due.to_string(),
        text,
        items: vec![],
        link,
    }
}
