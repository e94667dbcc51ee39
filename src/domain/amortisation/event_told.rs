//! Why an event is refused, as pages say it in the reader's language.

use super::{EventFault, EventProblem, LockedProblem};
use crate::domain::told::{Tell, Told};

impl Tell for EventProblem {
    fn told(&self) -> Told {
        // The English text names the event as well: a book may hold many.
        Told { english: self.to_string(), ..self.fault.told() }
    }
}

impl Tell for EventFault {
    fn told(&self) -> Told {
        use EventFault as Fault;
        let new = |key: &str| Told::new(key, self);
        match self {
            Fault::UnknownComponent { component, .. } => {
                new("event-unknown-component").with("component", component.as_str())
            }
            Fault::RecordedEarlier { previous, recorded_on } => {
                new("event-recorded-earlier").with("previous", *previous).with("day", *recorded_on)
            }
            Fault::UnderConstruction => new("event-under-construction"),
            Fault::InService { since } => new("event-in-service").with("since", *since),
            Fault::PartInService { component, since } => {
                new("event-part-in-service").with("component", component.as_str()).with("since", *since)
            }
            Fault::PartUnderConstruction { component } => {
                new("event-part-under-construction").with("component", component.as_str())
            }
            Fault::CostsMoreThanBuilt { cost, invoiced, before } => new("event-costs-more")
                .with("cost", *cost)
                .with("invoiced", *invoiced)
                .with("before", *before)
                .with("left", *invoiced - *before),
            Fault::BeforeService { component, since } => {
                new("event-before-service").with("component", component.as_str()).with("since", *since)
            }
            Fault::Gone { component, since } => {
                new("event-gone").with("component", component.as_str()).with("since", *since)
            }
            Fault::NothingLeft => new("event-nothing-left"),
            Fault::ChangesNothing => new("event-changes-nothing"),
            Fault::LifeOver { duration_years, commissioned_on, last_month, rest } => new("event-life-over")
                .with("years", duration_years.to_string())
                .with("from", *commissioned_on)
                .with("last", *last_month)
                .with("rest", *rest),
            Fault::Duration(years) => new("event-duration").with("years", years.to_string()),
            Fault::ResidualValue { residual_value, gross, depreciated, impaired } => new("event-residual-value")
                .with("residual", *residual_value)
                .with("gross", *gross)
                .with("depreciated", *depreciated)
                .with("impaired", *impaired)
                .with("left", *gross - *depreciated - *impaired),
            Fault::ImpairsTooMuch { amount, gross, depreciated, impaired, residual_value } => {
                new("event-impairs-too-much")
                    .with("amount", *amount)
                    .with("gross", *gross)
                    .with("depreciated", *depreciated)
                    .with("impaired", *impaired)
                    .with("residual", *residual_value)
                    .with("left", *gross - *depreciated - *impaired - *residual_value)
            }
            Fault::ReversesTooMuch { amount, impaired } => {
                new("event-reverses-too-much").with("amount", *amount).with("impaired", *impaired)
            }
            Fault::ReversesBeyondCost { amount, net, unimpaired } => new("event-reverses-beyond-cost")
                .with("amount", *amount)
                .with("net", *net)
                .with("sum", *net + *amount)
                .with("unimpaired", *unimpaired)
                .with("most", *unimpaired - *net),
            Fault::NotPositive(amount) => new("event-not-positive").with("amount", *amount),
            Fault::SubsidyBeyondCost { amount, received, gross } => new("event-subsidy-beyond-cost")
                .with("amount", *amount)
                .with("received", *received)
                .with("sum", *received + *amount)
                .with("gross", *gross),
            Fault::NegativeProceeds(amount) => new("event-negative-proceeds").with("amount", *amount),
            Fault::Share(percent) => new("event-share").with("percent", *percent),
            Fault::Part { part, gross } => new("event-part").with("part", *part).with("gross", *gross),
            Fault::NotByUnits { component } => new("event-not-by-units").with("component", component.as_str()),
            Fault::ExpectedUnits { expected, used } => {
                new("event-expected-units").with("expected", *expected).with("used", *used)
            }
            Fault::TooManyUnits { units, used, expected } => new("event-too-many-units")
                .with("units", *units)
                .with("used", *used)
                .with("sum", *units + *used)
                .with("expected", *expected),
            Fault::Units(units) => new("event-units").with("units", *units),
            Fault::SuccessorExists(code) => new("event-successor-exists").with("component", code.as_str()),
            Fault::Successor(why) => new("event-successor").with("why", why.as_str()),
            Fault::NoSuchEvent { event, last } => {
                new("event-unknown-number").with("event", event.to_string()).with("last", last.to_string())
            }
            Fault::WithdrawsWithdrawal { event } => new("event-is-withdrawal").with("event", event.to_string()),
            Fault::WithdrawnBefore { event, by } => {
                new("event-withdrawn-before").with("event", event.to_string()).with("by", by.to_string())
            }
            Fault::RestsOn { event, later, on, .. } => {
                new("event-rests-on").with("event", event.to_string()).with("later", later.to_string()).with("day", *on)
            }
            Fault::WithdrawalDay { event, on } => {
                new("event-withdrawal-day").with("event", event.to_string()).with("day", *on)
            }
        }
    }
}

impl Tell for LockedProblem {
    fn told(&self) -> Told {
        match self {
            LockedProblem::EventTooEarly { posted_through, .. } => {
                let from = posted_through.succ_opt().unwrap_or(*posted_through);
                Told::new("event-too-early", self).with("through", *posted_through).with("from", from)
            }
            LockedProblem::Posted { stored, wanted, .. } => {
                Told::new("asset-posted", self).with("stored", stored.as_str()).with("wanted", wanted.as_str())
            }
            LockedProblem::EventPosted { number, event, postings, .. } => Told::new("event-posted", self)
                .with("number", number.to_string())
                .with("event", *event)
                .with("postings", postings.join(", ")),
            // What a page cannot bring about: it only ever adds an event.
            LockedProblem::EventChanged { .. } => Told::plain(self),
        }
    }
}
