//! What an event would do to its asset, shown with its arithmetic before it is recorded for good.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::asset_event::EventForm;
use super::form::FormData;
use super::view::{Draw, Input};
use crate::app::record_asset_event::EventPlan;
use crate::domain::amortisation::{
    AmountChange, AssetChange, ComponentEffect, ComponentFigures, EventAmounts, ShiftedEvent,
};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;
use crate::http::error::Fault;
use crate::http::pages::forms::number;
use crate::http::pages::{Frame, page};

#[derive(Template)]
#[template(path = "asset_event_plan.html")]
struct PlanPage {
    frame: Frame,
    title: String,
    action: String,
    back: String,
    /// What was typed, in words and as it is carried.
    facts: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    /// How many events the asset has while it is asked.
    seen: usize,
    /// It was confirmed, and others were recorded since it was asked.
    meanwhile: bool,
    twin: Option<String>,
    /// Its day lies implausibly far ahead.
    far_ahead: Option<String>,
    exit: Vec<(String, String)>,
    components: Vec<ComponentView>,
    shifted: Vec<String>,
    posting: String,
    entry: Option<EntryView>,
}

/// A component's figures that change: what, before, after.
struct ComponentView {
    name: String,
    code: String,
    rows: Vec<(String, String, String)>,
}

struct EntryView {
    caption: String,
    /// Account, auxiliary, debit, credit.
    lines: Vec<[String; 4]>,
}

/// The fields that hold euros.
const AMOUNTS: [&str; 5] = ["event_amount", "event_residual", "event_gross", "event_proceeds", "event_cost"];

impl EventForm {
    pub(super) fn confirm(
        &self,
        frame: Frame,
        data: &FormData,
        planned: &EventPlan,
        meanwhile: bool,
    ) -> Result<HttpResponse, Fault> {
        let view = self.view(&Draw::new(&frame, data, &[]));
        let inputs = view.sections.iter().flat_map(|section| &section.inputs).chain(&view.reason);
        let on = planned.event.effective_on;
        let month = frame.of_month(&planned.month);
        let is_withdrawal = matches!(planned.event.change, AssetChange::Withdraw { .. });
        let template = PlanPage {
            facts: inputs.filter_map(|input| fact(&frame, input)).collect(),
            title: view.title,
            action: view.action,
            back: view.back,
            carried: data.carried(),
            seen: planned.seen,
            meanwhile,
            twin: planned.twin.map(|number| frame.with("event-twin", "number", &number.to_string())),
            far_ahead: planned.far_beyond.map(|last| {
                let days = [("day", &*frame.date(&on)), ("last", &frame.date(&last))];
                frame.texts("event-far-ahead", &days)
            }),
            exit: planned.effect.exit.map(|exit| exit_facts(&frame, &exit)).unwrap_or_default(),
            components: planned.effect.components.iter().map(|one| component(&frame, one, on)).collect(),
            shifted: planned.effect.shifted.iter().map(|shift| told(&frame, shift)).collect(),
            posting: match planned.entry {
                None if is_withdrawal => frame.t("event-withdraw-posting"),
                Some(_) => frame.with("event-posted-with", "month", &month),
                None => frame.with("event-no-entry", "month", &month),
            },
            entry: planned.entry.as_ref().map(|entry| entry_view(&frame, entry)),
            frame: frame.under(self.asset.name.clone(), self.address()),
        };
        page(StatusCode::OK, &template)
    }
}

/// A field in which something stands, with the words of what was chosen.
fn fact(frame: &Frame, input: &Input) -> Option<(String, String)> {
    let chosen: Vec<&str> =
        input.choices.iter().filter(|choice| choice.is_chosen).map(|choice| choice.label.as_str()).collect();
    let value = match input.value.parse::<NaiveDate>() {
        _ if !chosen.is_empty() => chosen.join(", "),
        Ok(day) if input.input_type() == "date" => frame.date(&day),
        _ if input.is_decimal() => figure(frame, input),
        _ => input.value.clone(),
    };
    (!input.value.is_empty() || !chosen.is_empty()).then(|| (input.label.clone(), value))
}

/// A figure as the language writes it, however it was typed.
fn figure(frame: &Frame, input: &Input) -> String {
    let told = match AMOUNTS.contains(&input.name.as_str()) {
        true => number::<Money>(&input.value, frame.language).map(|amount| frame.amount(&amount)),
        false => number::<Decimal>(&input.value, frame.language).map(|figure| frame.number(&figure)),
    };
    told.unwrap_or_else(|| input.value.clone())
}

/// Gross − depreciation − impairment = book value; proceeds − book value = gain or loss.
fn exit_facts(frame: &Frame, exit: &EventAmounts) -> Vec<(String, String)> {
    let result = if exit.result.is_negative() { "event-loss" } else { "event-gain" };
    let facts = [
        ("event-exit-gross", exit.gross, true),
        ("event-exit-depreciation", -exit.depreciation, true),
        ("event-exit-impairment", -exit.impairment, false),
        ("asset-event-book-value", exit.book_value, true),
        ("event-exit-proceeds", exit.proceeds, true),
        (result, exit.result, true),
        ("event-exit-subsidy", exit.subsidy_rest, false),
    ];
    let shown = facts.into_iter().filter(|(_, amount, is_always)| *is_always || !amount.is_zero());
    shown.map(|(key, amount, _)| (frame.t(key), frame.amount(&amount))).collect()
}

fn component(frame: &Frame, effect: &ComponentEffect, on: NaiveDate) -> ComponentView {
    type Figure = fn(&ComponentFigures) -> Money;
    let of = |figures: &Option<ComponentFigures>, figure: Figure| figures.as_ref().map(figure);
    let year = |key: &str, year: i32| frame.with(key, "year", &year.to_string());
    let figures: [(String, Figure); 9] = [
        (frame.t("event-figure-gross"), |figures| figures.gross),
        (frame.t("event-figure-impairment"), |figures| figures.impairment),
        (frame.t("event-figure-base"), |figures| figures.base),
        (frame.with("event-figure-month", "month", &frame.of_month(&BillingMonth::of(on))), |figures| {
            figures.month_charge
        }),
        (year("event-figure-year", on.year()), |figures| figures.year_charge),
        (year("event-figure-year", on.year() + 1), |figures| figures.next_year_charge),
        (frame.t("event-figure-subsidy"), |figures| figures.subsidy_received),
        (year("event-figure-income", on.year()), |figures| figures.year_income),
        (year("event-figure-income", on.year() + 1), |figures| figures.next_year_income),
    ];
    let or_dash = |amount: Option<Money>| amount.map_or_else(|| "–".to_owned(), |amount| frame.bare(&amount));
    let amounts = figures.into_iter().filter_map(|(label, figure)| {
        let (before, after) = (of(&effect.before, figure), of(&effect.after, figure));
        let is_told = before.unwrap_or_default() != after.unwrap_or_default();
        is_told.then(|| (label, or_dash(before), or_dash(after)))
    });
    let last = |figures: &Option<ComponentFigures>| figures.as_ref().and_then(|figures| figures.last_month);
    let (before, after) = (last(&effect.before), last(&effect.after));
    let month = |month: Option<BillingMonth>| month.map_or_else(|| "–".to_owned(), |month| frame.month(&month));
    let last = (before != after).then(|| (frame.t("event-figure-last"), month(before), month(after)));
    ComponentView { name: effect.name.clone(), code: effect.code.to_string(), rows: amounts.chain(last).collect() }
}

/// A recorded event that takes effect later, and what it is worth then.
fn told(frame: &Frame, shift: &ShiftedEvent) -> String {
    let change = |change: AmountChange| {
        let values = [("before", &*frame.amount(&change.before)), ("after", &frame.amount(&change.after))];
        frame.texts(&format!("event-shift-{}", change.key), &values)
    };
    frame.texts(
        "event-shifted",
        &[
            ("number", &shift.number.to_string()),
            ("event", &frame.t(&format!("event-{}", shift.kind))),
            ("day", &frame.date(&shift.effective_on)),
            ("changes", &shift.changes().map(change).collect::<Vec<_>>().join(", ")),
        ],
    )
}

fn entry_view(frame: &Frame, entry: &JournalEntry) -> EntryView {
    let bare = |amount: Money| if amount.is_zero() { String::new() } else { frame.bare(&amount) };
    let lines = entry.lines().iter().map(|line| {
        [line.account.clone(), line.auxiliary.clone().unwrap_or_default(), bare(line.debit), bare(line.credit)]
    });
    let values = [("document", entry.document.as_str()), ("day", &frame.date(&entry.date))];
    EntryView { caption: frame.texts("event-entry-caption", &values), lines: lines.collect() }
}
