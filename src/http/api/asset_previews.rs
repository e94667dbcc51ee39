//! What posting, or an event of an asset, would do: told before it is done for good, as the pages tell it.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::journal::{EntryLineAnswer, line};
use super::schemas::asset_events as described;
use super::schemas::values::Amount;
use crate::app::record_asset_event::EventPlan;
use crate::domain::amortisation::{ComponentEffect, ComponentFigures, EventAmounts, ShiftedEvent};
use crate::domain::calendar::BillingMonth;
use crate::domain::ledger::JournalEntry;
use crate::domain::money::Money;

/// The entries that posting would make.
#[derive(Serialize, ToSchema)]
pub struct PostingPreview {
    #[schema(value_type = String, example = "2026-10")]
    through: BillingMonth,
    entries: Vec<PlannedEntry>,
    /// Of one side of all of them.
    #[schema(value_type = Amount)]
    total: Money,
}

/// An entry that is not posted: it has no number yet.
#[derive(Serialize, ToSchema)]
pub struct PlannedEntry {
    journal: &'static str,
    date: NaiveDate,
    /// What it rests on: `AMORT-2026-10`.
    document: String,
    label: String,
    lines: Vec<EntryLineAnswer>,
}

impl PostingPreview {
    pub fn of(through: BillingMonth, entries: &[JournalEntry]) -> PostingPreview {
        PostingPreview {
            through,
            total: entries.iter().map(JournalEntry::total).sum(),
            entries: entries.iter().map(planned).collect(),
        }
    }
}

fn planned(entry: &JournalEntry) -> PlannedEntry {
    PlannedEntry {
        journal: entry.journal.code(),
        date: entry.date,
        document: entry.document.clone(),
        label: entry.label.clone(),
        lines: entry.lines().iter().map(line).collect(),
    }
}

/// What an event would do.
#[derive(Serialize, ToSchema)]
pub struct EventPreview {
    effective_on: NaiveDate,
    /// Components of which something changes.
    components: Vec<ComponentPreview>,
    /// What leaves by it; none where nothing does.
    #[schema(value_type = Option<described::EventAmounts>)]
    exit: Option<EventAmounts>,
    /// Events recorded before it whose amounts it would change.
    #[schema(value_type = Vec<described::ShiftedEvent>)]
    shifted: Vec<ShiftedEvent>,
    /// Its entry on its day; none where charges alone change.
    entry: Option<PlannedEntry>,
    /// The month whose posting makes its entry, or is the first with other charges.
    #[schema(value_type = String, example = "2026-10")]
    month: BillingMonth,
    /// An event of the same day that makes the same change: it looks like this one, and may be another of its kind.
    twin: Option<usize>,
    /// The event before it, which says the same with the same reason and decision: this is refused as sent twice.
    repeats: Option<usize>,
    /// The last day that is plausible, where its own lies beyond: without `far_ahead` it is refused.
    far_beyond: Option<NaiveDate>,
}

/// A component without the event and with it; none before where it enters by it, none after where that is withdrawn.
#[derive(Serialize, ToSchema)]
pub struct ComponentPreview {
    code: String,
    name: String,
    before: Option<FiguresPreview>,
    after: Option<FiguresPreview>,
}

/// Where a component stands at the end of the event's day, and what it charges from then on.
#[derive(Serialize, ToSchema)]
pub struct FiguresPreview {
    #[schema(value_type = Amount)]
    gross: Money,
    /// What is spread in all.
    #[schema(value_type = Amount)]
    base: Money,
    #[schema(value_type = Amount)]
    impairment: Money,
    /// Of the whole month of the event, of its year and of the year after.
    #[schema(value_type = Amount)]
    month_charge: Money,
    #[schema(value_type = Amount)]
    year_charge: Money,
    #[schema(value_type = Amount)]
    next_year_charge: Money,
    #[schema(value_type = Amount)]
    subsidy_received: Money,
    #[schema(value_type = Amount)]
    year_income: Money,
    #[schema(value_type = Amount)]
    next_year_income: Money,
    /// The last month that is charged; none where nothing is.
    #[schema(value_type = Option<String>, example = "2069-12")]
    last_month: Option<BillingMonth>,
}

impl From<EventPlan> for EventPreview {
    fn from(plan: EventPlan) -> EventPreview {
        EventPreview {
            effective_on: plan.event.effective_on,
            components: plan.effect.components.iter().map(component).collect(),
            exit: plan.effect.exit,
            shifted: plan.effect.shifted,
            entry: plan.entry.as_ref().map(planned),
            month: plan.month,
            twin: plan.twin,
            repeats: plan.repeats,
            far_beyond: plan.far_beyond,
        }
    }
}

fn component(effect: &ComponentEffect) -> ComponentPreview {
    ComponentPreview {
        code: effect.code.to_string(),
        name: effect.name.clone(),
        before: effect.before.map(figures),
        after: effect.after.map(figures),
    }
}

const fn figures(of: ComponentFigures) -> FiguresPreview {
    FiguresPreview {
        gross: of.gross,
        base: of.base,
        impairment: of.impairment,
        month_charge: of.month_charge,
        year_charge: of.year_charge,
        next_year_charge: of.next_year_charge,
        subsidy_received: of.subsidy_received,
        year_income: of.year_income,
        next_year_income: of.next_year_income,
        last_month: of.last_month,
    }
}
