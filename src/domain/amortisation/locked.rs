//! What may no longer change once entries were made: posted charges stay, and what they rest on with them.

use chrono::NaiveDate;

use super::asset::grouped;
use super::fold::fold;
use super::{AssetChange, AssetEvent, Component, FixedAsset};
use crate::domain::calendar::BillingMonth;
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

/// An asset as it is stored, and how far it is posted.
#[derive(Debug, Clone, Copy)]
pub struct LockedAsset<'a> {
    pub stored: &'a FixedAsset,
    /// True once any entry of it was made.
    pub is_posted: bool,
    /// The last day whose charges or events are posted. What it cost, and was invoiced, is none of them.
    pub posted_through: Option<NaiveDate>,
    /// The last day whose events are posted.
    pub moved_through: Option<NaiveDate>,
}

/// A change that would contradict what is posted or recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LockedProblem {
    #[error(
        "asset {asset}: event {number} is recorded as {stored}, and {found}; recorded events never change: export the book, and add new events after the last one"
    )]
    EventChanged { asset: AssetCode, number: usize, stored: String, found: String },
    #[error(
        "asset {asset}: event {number} ({event}) takes effect within what is posted through {posted_through}, and posted charges stay; give it a day from {} on",
        posted_through.succ_opt().unwrap_or(*posted_through)
    )]
    EventTooEarly { asset: AssetCode, number: usize, event: String, posted_through: NaiveDate },
    #[error(
        "asset {asset}: event {number} ({event}) is posted in {} and cannot be withdrawn; what is posted stays: {}",
        postings.join(", "), remedy(event)
    )]
    EventPosted { asset: AssetCode, number: usize, event: &'static str, postings: Vec<String> },
    #[error(
        "asset {asset}: {what} is {stored} and cannot become {wanted}: {posted}; record an event instead (chapelle assets), or leave it as it was"
    )]
    Posted {
        asset: AssetCode,
        component: Option<ComponentCode>,
        /// As the book's file calls it.
        key: &'static str,
        what: String,
        stored: String,
        wanted: String,
        posted: String,
    },
}

/// What is done about a posted event that should not have been, by its word.
fn remedy(event: &str) -> &'static str {
    match event {
        "revise" => "revise the plan once more, from the day after the last posting on",
        "impair" => "reverse the impairment, on a day after the last posting",
        "reverse" => "impair it once more, on a day after the last posting",
        "use" => "count the units of the months after so that the sum is right, or revise how many are expected",
        "subsidise" => "what is not paid stays a claim on its grantor, which the accountant writes off",
        "commission" => "what did not go into service leaves by a disposal, and is entered once more when it does",
        _ => "what is there after all is entered as an asset of its own, at what it is worth",
    }
}

impl LockedAsset<'_> {
    /// Everything in `wanted` that may not be.
    pub fn problems(&self, wanted: &FixedAsset) -> Vec<LockedProblem> {
        let mut found = self.changed_events(wanted);
        found.extend(self.early_events(wanted));
        if self.is_posted {
            found.extend(self.changed_terms(wanted));
        }
        found
    }

    /// Recorded events stand first in the list, as they were.
    fn changed_events(&self, wanted: &FixedAsset) -> Vec<LockedProblem> {
        let changed = (1..).zip(&self.stored.events).filter_map(|(number, stored)| {
            let found = match wanted.events.get(number - 1) {
                Some(event) if event == stored => return None,
                Some(event) if described(event) == described(stored) => {
                    "the book has it with another reason, decision or detail".to_owned()
                }
                Some(event) => format!("the book has {} there", described(event)),
                None => "the book has no such event".to_owned(),
            };
            let (asset, stored) = (self.stored.code.clone(), described(stored));
            Some(LockedProblem::EventChanged { asset, number, stored, found })
        });
        changed.collect()
    }

    fn early_events(&self, wanted: &FixedAsset) -> Vec<LockedProblem> {
        let new = (1..).zip(&wanted.events).skip(self.stored.events.len());
        let problem = |(number, event): (usize, &AssetEvent)| {
            let posted_through = self.settled_for(event).filter(|through| event.effective_on <= *through)?;
            let (asset, event) = (self.stored.code.clone(), described(event));
            Some(LockedProblem::EventTooEarly { asset, number, event, posted_through })
        };
        new.filter_map(problem).collect()
    }

    /// Through which day what `event` could change is posted. What is put into service has no charges yet: those of what is
    /// in service already stay as they are, and its own are caught up.
    fn settled_for(&self, event: &AssetEvent) -> Option<NaiveDate> {
        match event.change {
            AssetChange::Commission { .. } => self.moved_through,
            // Held against its own postings.
            AssetChange::Withdraw { .. } => None,
            _ => self.posted_through,
        }
    }

    /// What charges rest on. Costs of what is still being built may grow; where a subsidy is shared out by cost, only
    /// until the first of it is in service.
    fn changed_terms(&self, wanted: &FixedAsset) -> Vec<LockedProblem> {
        let (stored, mut terms) = (self.stored, Terms { problems: Vec::new(), locked: self });
        let folded = fold(stored, stored.events.len(), true);
        let is_built = stored.record.construction_account.is_some() && folded.in_service_on.is_none();
        let being_built: Vec<&ComponentCode> = folded.being_built().map(|part| &part.code).collect();
        let may_grow = is_built || (!being_built.is_empty() && stored.subsidy.is_zero());
        let day = |day: Option<NaiveDate>| day.map_or_else(|| "open".to_owned(), |day| day.to_string());
        let none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        terms.compare(
            "commissioned_on",
            "the commissioning date",
            day(stored.commissioned_on),
            day(wanted.commissioned_on),
        );
        let account = &stored.record.construction_account;
        terms.compare(
            "construction_account",
            "the account of construction",
            none(account),
            none(&wanted.record.construction_account),
        );
        let posting = |asset: &FixedAsset| asset.record.posting.name().to_owned();
        terms.compare("posting", "the posting period", posting(stored), posting(wanted));
        let opening = |asset: &FixedAsset| asset.record.in_opening_balance.to_string();
        terms.compare("in_opening_balance", "in_opening_balance", opening(stored), opening(wanted));
        terms.compare("subsidy_eur", "the subsidy", grouped(stored.subsidy), grouped(wanted.subsidy));
        terms.compare("subsidy", "the list of subsidies", subsidies(stored), subsidies(wanted));
        if may_grow {
            let count = stored.record.invoices.len();
            terms.compare("invoice", "what was invoiced", invoices(stored, usize::MAX), invoices(wanted, count));
        } else {
            terms.compare("cost_eur", "the cost", grouped(stored.cost), grouped(wanted.cost));
        }
        if is_built {
            return terms.problems;
        }
        terms.compare("account", "the account", stored.account.clone(), wanted.account.clone());
        let is_settled = |part: &&Component| {
            let is_known = || stored.components.iter().any(|known| known.code == part.code);
            !may_grow || (is_known() && !being_built.contains(&&part.code))
        };
        let settled =
            |asset: &'_ FixedAsset| -> Vec<Component> { asset.components.iter().filter(is_settled).cloned().collect() };
        let (old_parts, new_parts) = (settled(stored), settled(wanted));
        let codes = |parts: &[Component]| parts.iter().map(|part| part.code.to_string()).collect::<Vec<_>>().join(", ");
        terms.compare("component", "the list of components", codes(&old_parts), codes(&new_parts));
        for (old, new) in old_parts.iter().zip(&new_parts).filter(|(old, new)| old.code == new.code) {
            let mut part = |key, what: &str, stored, wanted| terms.compare_part(&old.code, key, what, stored, wanted);
            part("cost_eur", "the cost", grouped(old.cost), grouped(new.cost));
            part("residual_value_eur", "the residual value", grouped(old.residual_value), grouped(new.residual_value));
            part("duration_years", "the duration", old.duration_years.to_string(), new.duration_years.to_string());
            part("method", "the method", old.method.to_string(), new.method.to_string());
            let account = |asset: &FixedAsset, part| asset.account_of(part).to_owned();
            part("account", "the account", account(stored, old), account(wanted, new));
            let (old_day, new_day) = (stored.commissioning_of(old), wanted.commissioning_of(new));
            if stored.commissioned_on == wanted.commissioned_on {
                part("commissioned_on", "the commissioning date", day(old_day), day(new_day));
            }
        }
        terms.problems
    }
}

struct Terms<'a> {
    problems: Vec<LockedProblem>,
    locked: &'a LockedAsset<'a>,
}

impl Terms<'_> {
    fn compare(&mut self, key: &'static str, what: &str, stored: String, wanted: String) {
        self.differ((None, key), what.to_owned(), stored, wanted);
    }

    fn compare_part(&mut self, part: &ComponentCode, key: &'static str, what: &str, stored: String, wanted: String) {
        self.differ((Some(part.clone()), key), format!("{what} of component {part}"), stored, wanted);
    }

    fn differ(
        &mut self,
        (component, key): (Option<ComponentCode>, &'static str),
        what: String,
        stored: String,
        wanted: String,
    ) {
        if stored == wanted {
            return;
        }
        let posted = match self.locked.posted_through {
            Some(day) => format!("its charges are posted through {}", BillingMonth::of(day)),
            None => "its acquisition is posted".to_owned(),
        };
        let asset = self.locked.stored.code.clone();
        self.problems.push(LockedProblem::Posted { asset, component, key, what, stored, wanted, posted });
    }
}

fn subsidies(asset: &FixedAsset) -> String {
    let one = |(grantor, on, amount): (&str, NaiveDate, Money)| format!("{grantor} {on} {}", grouped(amount));
    let all: Vec<String> = asset.record.subsidies().map(one).collect();
    if all.is_empty() { "empty".to_owned() } else { all.join(", ") }
}

fn invoices(asset: &FixedAsset, count: usize) -> String {
    let one = |invoice: &super::SupplierInvoice| {
        format!("{} {} {} {}", invoice.supplier, invoice.number, invoice.date, grouped(invoice.amount))
    };
    asset.record.invoices.iter().take(count).map(one).collect::<Vec<_>>().join(", ")
}

/// `impair of gros-oeuvre on 2027-01-01, recorded on 2026-12-01 by cli`.
fn described(event: &AssetEvent) -> String {
    let withdrawn = event.change.withdraws().map(|number| format!(" of event {number}"));
    let component = event.change.named().map(|codes| format!(" of {codes}")).or(withdrawn).unwrap_or_default();
    let amount = event.change.amount().map(|amount| format!(", {}", grouped(amount))).unwrap_or_default();
    let years = match &event.change {
        AssetChange::Revise { duration_years: Some(years), .. } => format!(" to {years} years"),
        _ => String::new(),
    };
    format!(
        "{}{component}{years} on {}{amount}, recorded on {} by {}",
        event.change.word(),
        event.effective_on,
        event.recorded_on,
        event.recorded_by
    )
}
