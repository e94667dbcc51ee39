//! Assets: what they are, what paid for them, what happened to them.

use super::page::Page;
use crate::bookfile::words::{CONVENTIONS, METHODS, MethodWord, POSTING_PERIODS};
use crate::domain::amortisation::{
    AssetChange, AssetEvent, Component, ComponentGroup, Convention, Extent, FixedAsset, Funding, Method, PaperKind,
    PostingPeriod,
};
use crate::domain::money::Money;

pub fn asset(page: &mut Page, value: &FixedAsset) {
    let record = &value.record;
    page.header("[[asset]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.bare("cost_eur", value.cost);
    page.text("account", &value.account);
    page.optional_text("construction_account", record.construction_account.as_deref());
    page.optional("commissioned_on", value.commissioned_on);
    page.optional_text("commissioning_evidence", value.commissioning_evidence.as_deref());
    page.optional_text("duration_decision", value.duration_decision.as_deref());
    if value.subsidy != Money::ZERO || record.subsidies().next().is_some() {
        page.bare("subsidy_eur", value.subsidy);
    }
    if record.posting != PostingPeriod::Month {
        page.text("posting", POSTING_PERIODS.name_of(record.posting));
    }
    if record.in_opening_balance {
        page.bare("in_opening_balance", true);
    }
    value.components.iter().for_each(|item| component(page, "[[asset.component]]", item));
    value.record.groups.iter().for_each(|item| group(page, item));
    papers(page, value);
    record.funding.iter().for_each(|item| funding(page, item));
    value.events.iter().for_each(|item| event(page, item));
}

fn group(page: &mut Page, value: &ComponentGroup) {
    page.header("[[asset.group]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.bare("cost_eur", value.cost);
    page.texts("parts", value.parts.iter().map(|code| code.as_str()));
}

fn papers(page: &mut Page, value: &FixedAsset) {
    for document in &value.record.documents {
        page.header("[[asset.document]]");
        page.text("name", &document.name);
        page.bare("date", document.date);
        page.optional_text("sha256", document.sha256.as_deref());
        page.optional_text("kind", document.kind.map(PaperKind::name));
        page.optional_text("proves", document.proves.as_deref());
    }
    for invoice in &value.record.invoices {
        page.header("[[asset.invoice]]");
        page.text("supplier", &invoice.supplier);
        page.text("number", &invoice.number);
        page.bare("date", invoice.date);
        page.bare("amount_eur", invoice.amount);
    }
}

fn funding(page: &mut Page, value: &Funding) {
    let (reference, date, amount) = match value {
        Funding::Subsidy { grantor, reference, date, amount } => {
            page.header("[[asset.subsidy]]");
            page.text("grantor", grantor);
            (reference, date, amount)
        }
        Funding::Loan { lender, reference, date, amount } => {
            page.header("[[asset.loan]]");
            page.text("lender", lender);
            (reference, date, amount)
        }
    };
    page.optional_text("reference", reference.as_deref());
    page.bare("date", date);
    page.bare("amount_eur", amount);
}

fn component(page: &mut Page, header: &str, value: &Component) {
    page.header(header);
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.bare("cost_eur", value.cost);
    if value.residual_value != Money::ZERO {
        page.bare("residual_value_eur", value.residual_value);
    }
    page.bare("duration_years", value.duration_years);
    match value.method {
        Method::Linear { convention: Convention::Days30E360 } => {}
        Method::Linear { convention } => page.text("convention", CONVENTIONS.name_of(convention)),
        Method::Degressive { coefficient } => {
            page.text("method", METHODS.name_of(MethodWord::Degressive));
            page.number("coefficient", coefficient);
        }
        Method::UnitsOfUse { expected_units } => {
            page.text("method", METHODS.name_of(MethodWord::UnitsOfUse));
            page.number("expected_units", expected_units);
        }
    }
    page.optional("commissioned_on", value.commissioned_on);
    page.optional_text("account", value.account.as_deref());
    page.optional_text("duration_decision", value.duration_decision.as_deref());
}

fn event(page: &mut Page, value: &AssetEvent) {
    page.header("[[asset.event]]");
    page.text("kind", value.change.word());
    page.bare("effective_on", value.effective_on);
    page.bare("recorded_on", value.recorded_on);
    page.text("recorded_by", &value.recorded_by);
    page.text("reason", &value.reason);
    page.optional_text("decision", value.decision.as_deref());
    page.optional_text("component", value.change.component().map(|code| code.as_str()));
    match &value.change {
        AssetChange::Revise { duration_years, residual_value, expected_units, .. } => {
            page.optional("duration_years", *duration_years);
            page.optional("residual_value_eur", *residual_value);
            if let Some(units) = expected_units {
                page.number("expected_units", *units);
            }
        }
        AssetChange::Impair { amount, .. } | AssetChange::Reverse { amount, .. } => page.bare("amount_eur", amount),
        AssetChange::Dispose { extent: part, proceeds, buyer, .. } => {
            extent(page, *part);
            money_unless_zero(page, *proceeds);
            page.optional_text("buyer", buyer.as_deref());
        }
        AssetChange::Donate { extent: part, beneficiary, .. } => {
            extent(page, *part);
            page.text("beneficiary", beneficiary);
        }
        AssetChange::Replace { successor, proceeds, .. } => {
            money_unless_zero(page, *proceeds);
            component(page, "[asset.event.successor]", &successor.0);
        }
        AssetChange::Commission { evidence, components } => {
            page.text("evidence", evidence);
            page.texts_unless_empty("components", components.iter().map(|code| code.as_str()));
        }
        AssetChange::Withdraw { event } => page.bare("event", event),
        AssetChange::Use { units, .. } => page.number("units", *units),
        AssetChange::Subsidise { grantor, reference, amount } => {
            page.text("grantor", grantor);
            page.optional_text("reference", reference.as_deref());
            page.bare("amount_eur", amount);
        }
    }
}

fn money_unless_zero(page: &mut Page, proceeds: Money) {
    if proceeds != Money::ZERO {
        page.bare("proceeds_eur", proceeds);
    }
}

fn extent(page: &mut Page, extent: Extent) {
    match extent {
        Extent::Whole => {}
        Extent::Percent(percent) => page.number("share_percent", percent),
        Extent::Gross(gross) => page.bare("gross_eur", gross),
    }
}
