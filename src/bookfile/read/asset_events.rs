//! `[[asset.event]]`: what happened to an asset, in the order it became known.

use rust_decimal::Decimal;

use super::assets::component;
use crate::bookfile::cursor::Table;
use crate::bookfile::field::Field;
use crate::bookfile::words::{EVENTS, EventWord};
use crate::domain::amortisation::{AssetChange, AssetEvent, Extent, Successor};
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

const AMOUNT: &str = "amount_eur = 120000.00";
const COMPONENT: &str = "component = \"froid\"";

pub fn event(t: &mut Table) -> Option<AssetEvent> {
    let word = t.required("kind", "kind = \"revise\"", |field| field.word(&EVENTS));
    let effective_on = t.required("effective_on", "effective_on = 2027-01-01", Field::date);
    let recorded_on = t.required("recorded_on", "recorded_on = 2026-12-04", Field::date);
    let recorded_by = t.required("recorded_by", "recorded_by = \"finances@ville.example\"", Field::text);
    let reason = t.required("reason", "reason = \"Rapport d’expertise du 4 décembre\"", Field::text);
    let decision = t.optional("decision", Field::text);
    let change = match word {
        Some(word) => change(t, word),
        None => {
            t.forgive_the_rest();
            None
        }
    };
    Some(AssetEvent {
        effective_on: effective_on?,
        recorded_on: recorded_on?,
        recorded_by: recorded_by?,
        reason: reason?,
        decision: decision?,
        change: change?,
    })
}

fn change(t: &mut Table, word: EventWord) -> Option<AssetChange> {
    match word {
        EventWord::Revise => revise(t),
        EventWord::Impair => {
            let (component, amount) = part(t);
            Some(AssetChange::Impair { component: component?, amount: amount? })
        }
        EventWord::Reverse => {
            let (component, amount) = part(t);
            Some(AssetChange::Reverse { component: component?, amount: amount? })
        }
        EventWord::Dispose => {
            let (component, extent) = (whole_or_component(t), extent(t));
            let proceeds = t.or("proceeds_eur", Money::ZERO, Field::money);
            let buyer = t.optional("buyer", Field::text);
            Some(AssetChange::Dispose { component: component?, extent: extent?, proceeds: proceeds?, buyer: buyer? })
        }
        EventWord::Donate => {
            let (component, extent) = (whole_or_component(t), extent(t));
            let beneficiary = t.required("beneficiary", "beneficiary = \"Paris Habitat\"", Field::text);
            Some(AssetChange::Donate { component: component?, extent: extent?, beneficiary: beneficiary? })
        }
        EventWord::Replace => {
            let replaced = one_component(t);
            let proceeds = t.or("proceeds_eur", Money::ZERO, Field::money);
            let successor = t.table("successor", "[asset.event.successor]", component);
            let successor = successor.map(Successor);
            Some(AssetChange::Replace { component: replaced?, successor: successor?, proceeds: proceeds? })
        }
        EventWord::Commission => {
            let evidence = t.required("evidence", "evidence = \"Procès-verbal de réception\"", Field::text);
            let components = t.or("components", Vec::new(), Field::texts);
            let components = components.map(|codes| codes.into_iter().map(ComponentCode).collect());
            Some(AssetChange::Commission { evidence: evidence?, components: components? })
        }
        EventWord::Use => {
            let component = one_component(t);
            let units = t.required("units", "units = 312.5", Field::decimal);
            Some(AssetChange::Use { component: component?, units: units? })
        }
        EventWord::Subsidise => {
            let grantor = t.required("grantor", "grantor = \"Région Île-de-France\"", Field::text);
            let reference = t.optional("reference", Field::text);
            let amount = t.required("amount_eur", AMOUNT, Field::money);
            Some(AssetChange::Subsidise { grantor: grantor?, reference: reference?, amount: amount? })
        }
        EventWord::Withdraw => {
            let event = t.required("event", "event = 3", Field::whole::<u32>);
            Some(AssetChange::Withdraw { event: usize::try_from(event?).ok()? })
        }
    }
}

fn revise(t: &mut Table) -> Option<AssetChange> {
    let component = one_component(t);
    let duration_years = t.optional("duration_years", Field::whole::<u32>);
    let residual_value = t.optional("residual_value_eur", Field::money);
    let expected_units = t.optional("expected_units", Field::decimal);
    Some(AssetChange::Revise {
        component: component?,
        duration_years: duration_years?,
        residual_value: residual_value?,
        expected_units: expected_units?,
    })
}

fn one_component(t: &mut Table) -> Option<ComponentCode> {
    t.required("component", COMPONENT, Field::text).map(ComponentCode)
}

fn whole_or_component(t: &mut Table) -> Option<Option<ComponentCode>> {
    t.optional("component", Field::text).map(|code| code.map(ComponentCode))
}

fn part(t: &mut Table) -> (Option<ComponentCode>, Option<Money>) {
    (one_component(t), t.required("amount_eur", AMOUNT, Field::money))
}

/// A share in percent or a gross amount; neither is the whole.
fn extent(t: &mut Table) -> Option<Extent> {
    let percent: Option<Option<Decimal>> = t.optional("share_percent", Field::decimal);
    let gross = t.optional("gross_eur", Field::money);
    match (percent?, gross?) {
        (None, None) => Some(Extent::Whole),
        (Some(percent), None) => Some(Extent::Percent(percent)),
        (None, Some(gross)) => Some(Extent::Gross(gross)),
        (Some(_), Some(_)) => {
            t.mistake(Some("gross_eur"), "stands beside share_percent; write one of them");
            None
        }
    }
}
