//! List the contracts of a month's plan: a part of them, ordered, in pages, so that what needs a look comes first.

use std::collections::HashSet;

use crate::app::compare_billing::{Compared, Comparison, State};
use crate::app::listing::{Order, Rows, SortKey, folded};
use crate::domain::ids::ContractCode;
use crate::domain::money::Money;

/// What the contracts of a plan are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanKey {
    /// By tenant, then code.
    #[default]
    Tenant,
    Contract,
    Net,
    Before,
    /// By the difference from the month before in euros, whichever way.
    Difference,
    /// The same in percent.
    Deviation,
    Gross,
    /// What a month that goes on comes to so far.
    Known,
}

impl SortKey for PlanKey {
    const ALL: &'static [PlanKey] = &[
        PlanKey::Tenant,
        PlanKey::Contract,
        PlanKey::Net,
        PlanKey::Before,
        PlanKey::Difference,
        PlanKey::Deviation,
        PlanKey::Gross,
        PlanKey::Known,
    ];

    fn name(self) -> &'static str {
        match self {
            PlanKey::Tenant => "tenant",
            PlanKey::Contract => "contract",
            PlanKey::Net => "net",
            PlanKey::Before => "before",
            PlanKey::Difference => "difference",
            PlanKey::Deviation => "deviation",
            PlanKey::Gross => "gross",
            PlanKey::Known => "known",
        }
    }

    fn falls_first(self) -> bool {
        !matches!(self, PlanKey::Tenant | PlanKey::Contract)
    }
}

/// Which contracts of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanPart {
    #[default]
    All,
    /// Those a problem keeps from being drafted.
    Blocked,
    /// Those a problem names, blocking or not.
    Problems,
    /// Those far from the month before.
    Far,
}

impl PlanPart {
    pub const ALL: [PlanPart; 4] = [PlanPart::All, PlanPart::Blocked, PlanPart::Problems, PlanPart::Far];

    /// As addresses say it.
    pub const fn name(self) -> &'static str {
        match self {
            PlanPart::All => "",
            PlanPart::Blocked => "blocked",
            PlanPart::Problems => "problems",
            PlanPart::Far => "far",
        }
    }

    /// The contracts of `comparison` that belong to it, in its order.
    pub fn of(self, comparison: &Comparison) -> Vec<&Compared> {
        let named: HashSet<&ContractCode> =
            comparison.problems.iter().filter_map(|problem| problem.contract.as_ref()).collect();
        let belongs = |one: &&Compared| match self {
            PlanPart::All => true,
            PlanPart::Blocked => one.state == State::Blocked,
            PlanPart::Problems => named.contains(&one.contract),
            PlanPart::Far => one.is_far(),
        };
        comparison.contracts.iter().filter(belongs).collect()
    }
}

/// The `page`th page of `chosen`, or all of it at once, in `order`.
pub fn page(mut chosen: Vec<&Compared>, order: Order<PlanKey>, page: Option<usize>) -> Rows<&Compared> {
    chosen.sort_by(|a, b| {
        let by_key = match order.key {
            PlanKey::Tenant => order.of(&folded(&a.tenant_name), &folded(&b.tenant_name)),
            PlanKey::Contract => order.of(&a.contract, &b.contract),
            PlanKey::Net => order.of_known(&a.net, &b.net),
            PlanKey::Before => order.of_known(&a.net_before, &b.net_before),
            PlanKey::Difference => order.of_known(&distance(a), &distance(b)),
            PlanKey::Deviation => order.of_known(&a.deviation(), &b.deviation()),
            PlanKey::Gross => order.of_known(&a.gross, &b.gross),
            PlanKey::Known => order.of_known(&a.known, &b.known),
        };
        by_key
            .then_with(|| folded(&a.tenant_name).cmp(&folded(&b.tenant_name)))
            .then_with(|| a.contract.cmp(&b.contract))
    });
    Rows::cut(chosen, page)
}

/// How far it is from the month before, in euros; what came to nothing now by all it was.
fn distance(one: &Compared) -> Option<Money> {
    one.net_before.map(|before| (one.net.unwrap_or(Money::ZERO) - before).abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(contract: &str, net: Option<i64>, before: Option<i64>) -> Compared {
        Compared {
            contract: contract.into(),
            title: String::new(),
            tenant: contract.into(),
            tenant_name: contract.to_owned(),
            state: if net.is_some() { State::Billable } else { State::Blocked },
            cancelled: vec![],
            known: None,
            net: net.map(Money::from_cents),
            is_partial: false,
            gross: net.map(Money::from_cents),
            net_before: before.map(Money::from_cents),
            cancelled_before: None,
            is_in_force: true,
        }
    }

    fn comparison() -> Comparison {
        let contracts = vec![
            compared("a", Some(10_000), Some(10_000)),
            compared("b", Some(5_000), Some(10_000)),
            compared("c", Some(100_000), Some(90_000)),
            compared("d", Some(7_000), None),
            compared("e", None, Some(1_000)),
        ];
        Comparison { month: "2026-10".parse().unwrap(), as_of: None, contracts, problems: vec![] }
    }

    fn codes(comparison: &Comparison, part: PlanPart, order: &str) -> String {
        page(part.of(comparison), Order::named(order), Some(1)).rows.iter().map(|one| one.contract.as_str()).collect()
    }

    #[test]
    fn what_is_far_from_the_month_before_comes_first() {
        let comparison = comparison();
        assert_eq!(codes(&comparison, PlanPart::All, "-deviation"), "ebcad");
        assert_eq!(codes(&comparison, PlanPart::All, "-difference"), "cbead");
        assert_eq!(codes(&comparison, PlanPart::All, "-net"), "cadbe");
        assert_eq!(codes(&comparison, PlanPart::All, "net"), "bdace", "what has no amount stays at the end");
        assert_eq!(codes(&comparison, PlanPart::All, "-tenant"), "edcba");
        assert_eq!(Order::<PlanKey>::default().towards(PlanKey::Deviation).text(), "-deviation");
    }

    #[test]
    fn a_part_of_the_plan_is_what_needs_a_look() {
        let comparison = comparison();
        assert_eq!(codes(&comparison, PlanPart::Blocked, ""), "e");
        assert_eq!(codes(&comparison, PlanPart::Far, ""), "be", "what came to nothing is far");
        assert_eq!(codes(&comparison, PlanPart::Problems, ""), "");
    }
}
