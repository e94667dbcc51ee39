//! `[[asset]]` and its components.

use crate::bookfile::cursor::Table;
use crate::bookfile::field::Field;
use crate::bookfile::words::{CONVENTIONS, METHODS, MethodWord};
use crate::domain::amortisation::{Component, Convention, FixedAsset, Method};
use crate::domain::ids::{AssetCode, ComponentCode};
use crate::domain::money::Money;

const COST: &str = "cost_eur = 16000000.00";

pub fn asset(t: &mut Table) -> Option<FixedAsset> {
    let code = t.required("code", "the inventory number, such as code = \"2019-0042\"", Field::text);
    let name = t.required("name", "the asset's name in quotes", Field::text);
    let cost = t.required("cost_eur", COST, Field::money);
    let account = t.required("account", "account = \"2135\"", Field::text);
    let commissioned_on = t.required("commissioned_on", "commissioned_on = 2019-05-28", Field::date);
    let commissioning_evidence = t.optional("commissioning_evidence", Field::text);
    let duration_decision = t.optional("duration_decision", Field::text);
    let subsidy = t.or("subsidy_eur", Money::ZERO, Field::money);
    let components = t.coded("component", "[[asset.component]]", component);
    Some(FixedAsset {
        code: AssetCode(code?),
        name: name?,
        cost: cost?,
        account: account?,
        commissioned_on: commissioned_on?,
        commissioning_evidence: commissioning_evidence?,
        duration_decision: duration_decision?,
        subsidy: subsidy?,
        components,
    })
}

fn component(t: &mut Table) -> Option<Component> {
    let code = t.required("code", "code = \"gros-oeuvre\"", Field::text);
    let name = t.required("name", "the component's name in quotes", Field::text);
    let cost = t.required("cost_eur", COST, Field::money);
    let residual_value = t.or("residual_value_eur", Money::ZERO, Field::money);
    let duration_years = t.required("duration_years", "duration_years = 8", Field::whole::<u32>);
    let method = method(t);
    let commissioned_on = t.optional("commissioned_on", Field::date);
    let account = t.optional("account", Field::text);
    Some(Component {
        code: ComponentCode(code?),
        name: name?,
        cost: cost?,
        residual_value: residual_value?,
        duration_years: duration_years?,
        method: method?,
        commissioned_on: commissioned_on?,
        account: account?,
    })
}

fn method(t: &mut Table) -> Option<Method> {
    match t.or("method", MethodWord::Linear, |field| field.word(&METHODS)) {
        Some(MethodWord::Linear) => {
            let convention = t.or("convention", Convention::Days30E360, |field| field.word(&CONVENTIONS));
            convention.map(|convention| Method::Linear { convention })
        }
        Some(MethodWord::Degressive) => {
            let coefficient = t.required("coefficient", "coefficient = 2.25", Field::decimal);
            coefficient.map(|coefficient| Method::Degressive { coefficient })
        }
        None => {
            t.has("convention");
            t.has("coefficient");
            None
        }
    }
}
