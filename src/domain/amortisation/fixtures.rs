//! Assets for the tests of this folder.

use super::{AssetRecord, Component, Convention, FixedAsset, Method};
use crate::domain::money::Money;

/// A linear 30/360 component without residual value.
pub fn component(code: &str, cost: &str, duration_years: u32) -> Component {
    Component {
        code: code.into(),
        name: format!("Component {code}"),
        cost: cost.parse().unwrap(),
        residual_value: Money::ZERO,
        duration_years,
        method: Method::Linear { convention: Convention::Days30E360 },
        commissioned_on: None,
        account: None,
        duration_decision: None,
    }
}

/// An asset that costs what its components cost, in service on 2019-05-28.
pub fn asset(components: Vec<Component>) -> FixedAsset {
    FixedAsset {
        code: "DC-2019".into(),
        name: "Data centre".into(),
        cost: components.iter().map(|component| component.cost).sum(),
        account: "2183".into(),
        commissioned_on: Some("2019-05-28".parse().unwrap()),
        commissioning_evidence: Some("Acceptance report of 2019-05-28".into()),
        duration_decision: None,
        subsidy: Money::ZERO,
        components,
        record: AssetRecord::default(),
        events: Vec::new(),
    }
}
