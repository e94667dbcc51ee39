//! Components gathered in groups, groups in groups: a tree whose leaves are the components.
//!
//! Only components carry plans and entries. A group has a cost, which is the sum of what it holds, and shows totals.
//! A successor stands where what it replaced stood.

use serde::{Deserialize, Serialize};

use super::FixedAsset;
use super::asset::grouped;
use super::report::{AssetReport, ComponentReport, Position};
use crate::domain::ids::ComponentCode;
use crate::domain::money::Money;

/// A part of an asset that has parts itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComponentGroup {
    pub code: ComponentCode,
    pub name: String,
    /// What its parts cost together.
    pub cost: Money,
    /// Components and other groups, each in one group at most.
    pub parts: Vec<ComponentCode>,
}

/// Why groups are no tree over the components.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeFault {
    #[error("the group {0} has the code of another part; rename one")]
    CodeTaken(ComponentCode),
    #[error("the group {0} has no parts; name components or groups in parts, or leave the group out")]
    Empty(ComponentCode),
    #[error("the group {group} names {part}, which is neither a component nor a group of the asset")]
    UnknownPart { group: ComponentCode, part: ComponentCode },
    #[error("{part} is named by {first} and by {second}; a part belongs to one group")]
    NamedTwice { part: ComponentCode, first: ComponentCode, second: ComponentCode },
    #[error("the group {0} holds itself; take it out of its own parts")]
    Circular(ComponentCode),
    #[error(
        "the parts of the group {group} sum to {} ({arithmetic}), not to its cost {}, difference {}; correct a part or the cost",
        grouped(*sum), grouped(*cost), grouped(*sum - *cost)
    )]
    DoesNotSum { group: ComponentCode, arithmetic: String, sum: Money, cost: Money },
}

/// Everything wrong with the groups of `asset`, each with the place of its group, from 1.
pub fn tree_faults(asset: &FixedAsset) -> Vec<(usize, TreeFault)> {
    let groups = &asset.record.groups;
    let mut found = Vec::new();
    let mut named: Vec<(&ComponentCode, &ComponentCode)> = Vec::new();
    for (number, group) in (1..).zip(groups) {
        let code = || group.code.clone();
        let mut add = |fault| found.push((number, fault));
        let others = groups.iter().take(number - 1).map(|other| &other.code);
        if others.chain(asset.components.iter().map(|part| &part.code)).any(|other| *other == group.code) {
            add(TreeFault::CodeTaken(code()));
        }
        if group.parts.is_empty() {
            add(TreeFault::Empty(code()));
            continue;
        }
        for part in &group.parts {
            match named.iter().find(|(other, _)| *other == part) {
                Some((_, first)) => {
                    add(TreeFault::NamedTwice { part: part.clone(), first: (*first).clone(), second: code() });
                }
                None => named.push((part, &group.code)),
            }
            if cost_of(asset, part).is_none() {
                add(TreeFault::UnknownPart { group: code(), part: part.clone() });
            }
        }
        if holds_itself(groups, group) {
            add(TreeFault::Circular(code()));
        }
        if let Some(fault) = sum_fault(asset, group) {
            add(fault);
        }
    }
    found
}

fn cost_of(asset: &FixedAsset, code: &ComponentCode) -> Option<Money> {
    let component = asset.components.iter().find(|part| part.code == *code).map(|part| part.cost);
    component.or_else(|| asset.record.groups.iter().find(|group| group.code == *code).map(|group| group.cost))
}

/// Every part known and the sum another.
fn sum_fault(asset: &FixedAsset, group: &ComponentGroup) -> Option<TreeFault> {
    let costs: Vec<(&ComponentCode, Money)> =
        group.parts.iter().map(|part| Some((part, cost_of(asset, part)?))).collect::<Option<_>>()?;
    let sum: Money = costs.iter().map(|(_, cost)| *cost).sum();
    let arithmetic = costs.iter().map(|(part, cost)| format!("{part} {}", grouped(*cost))).collect::<Vec<_>>();
    let (cost, arithmetic) = (group.cost, arithmetic.join(" + "));
    (sum != cost).then(|| TreeFault::DoesNotSum { group: group.code.clone(), arithmetic, sum, cost })
}

/// Goes up from `group`; there are no more steps than groups.
fn holds_itself(groups: &[ComponentGroup], group: &ComponentGroup) -> bool {
    let above = |code: &ComponentCode| groups.iter().find(|other| other.parts.contains(code)).map(|other| &other.code);
    let mut up = above(&group.code);
    for _ in groups {
        match up {
            Some(code) if *code == group.code => return true,
            Some(code) => up = above(code),
            None => return false,
        }
    }
    false
}

/// A row of the tree: a group with its total, or a component.
#[derive(Debug, Clone, Copy)]
pub struct TreeRow<'a> {
    /// 0 for what stands under the asset itself.
    pub depth: usize,
    pub part: TreePart<'a>,
}

#[derive(Debug, Clone, Copy)]
pub enum TreePart<'a> {
    Group { group: &'a ComponentGroup, total: Position },
    Component(&'a ComponentReport),
}

impl AssetReport {
    /// Its groups, each before what it holds, and its components; components alone where there are no groups.
    pub fn tree(&self) -> Vec<TreeRow<'_>> {
        let mut rows = Vec::new();
        self.add_parts(None, 0, &mut rows);
        rows
    }

    fn add_parts<'a>(&'a self, of: Option<&ComponentCode>, depth: usize, rows: &mut Vec<TreeRow<'a>>) {
        for group in self.record.groups.iter().filter(|group| self.group_of(&group.code) == of) {
            let place = rows.len();
            rows.push(TreeRow { depth, part: TreePart::Group { group, total: Position::default() } });
            self.add_parts(Some(&group.code), depth + 1, rows);
            let mut total = Position::default();
            for row in rows.iter().skip(place) {
                if let TreePart::Component(component) = row.part {
                    total += component.plan.position;
                }
            }
            if let Some(row) = rows.get_mut(place) {
                row.part = TreePart::Group { group, total };
            }
        }
        for component in self.components.iter().filter(|component| self.group_of(self.first_of(component)) == of) {
            rows.push(TreeRow { depth, part: TreePart::Component(component) });
        }
    }

    fn group_of(&self, part: &ComponentCode) -> Option<&ComponentCode> {
        self.record.groups.iter().find(|group| group.parts.contains(part)).map(|group| &group.code)
    }

    /// The component of the book in whose place this one stands; there are no more steps than components.
    fn first_of<'a>(&'a self, component: &'a ComponentReport) -> &'a ComponentCode {
        let mut first = component;
        for _ in &self.components {
            let replaced = first.replaces.as_ref();
            match replaced.and_then(|code| self.components.iter().find(|part| part.code == *code)) {
                Some(part) => first = part,
                None => break,
            }
        }
        &first.code
    }
}

#[cfg(test)]
mod tests {
    use super::super::event_tests::event;
    use super::super::fixtures::{asset, component};
    use super::super::report::report;
    use super::super::{AssetChange, PostedDepreciation, Successor};
    use super::*;
    use insta::assert_snapshot;

    fn group(code: &str, cost: &str, parts: &[&str]) -> ComponentGroup {
        let parts = parts.iter().map(|part| (*part).into()).collect();
        ComponentGroup { code: code.into(), name: format!("Group {code}"), cost: cost.parse().unwrap(), parts }
    }

    /// Cooling of chillers and pumps within the plant, and the hall beside it.
    fn plant() -> FixedAsset {
        let parts = [("hall", "700.00", 40), ("chiller", "200.00", 10), ("pump", "60.00", 5), ("ups", "40.00", 10)];
        let mut plant = asset(parts.map(|(code, cost, years)| component(code, cost, years)).to_vec());
        plant.record.groups =
            vec![group("plant", "300.00", &["cooling", "ups"]), group("cooling", "260.00", &["chiller", "pump"])];
        plant
    }

    fn told(asset: &FixedAsset) -> String {
        tree_faults(asset).iter().map(|(number, fault)| format!("{number}: {fault}")).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn groups_stand_before_their_parts_with_their_totals() {
        let mut plant = plant();
        let successor = Successor(component("pump-2", "90.00", 5));
        let replaced = AssetChange::Replace { component: "pump".into(), successor, proceeds: Money::ZERO };
        plant.events = vec![event("2022-01-01", replaced)];
        assert_eq!((told(&plant), plant.problems()), (String::new(), vec![]));
        let report = report(&[plant], "2022-12-31".parse().unwrap(), &PostedDepreciation::default());
        let asset = report.assets.first().unwrap();
        let shown = asset.tree().into_iter().map(|row| {
            let (code, at) = match row.part {
                TreePart::Group { group, total } => (&group.code, total),
                TreePart::Component(part) => (&part.code, part.plan.position),
            };
            format!("{}{code} {} {} {}", "  ".repeat(row.depth), at.cost, at.cumulative, at.net_book_value)
        });
        assert_snapshot!(shown.collect::<Vec<_>>().join("\n"), @r"
        plant 330.00 104.20 225.80
          cooling 290.00 89.83 200.17
            chiller 200.00 71.83 128.17
            pump 0.00 0.00 0.00
            pump-2 90.00 18.00 72.00
          ups 40.00 14.37 25.63
        hall 700.00 62.85 637.15
        ");
    }

    #[test]
    fn groups_that_are_no_tree_are_refused_with_their_arithmetic() {
        let mut wrong = plant();
        wrong.record.groups = vec![
            group("plant", "310.00", &["cooling", "ups"]),
            group("cooling", "260.00", &["chiller", "pump"]),
            group("a", "260.00", &["b"]),
            group("b", "260.00", &["a"]),
            group("hall", "700.00", &["hall", "roof"]),
            group("none", "1.00", &[]),
            group("twice", "40.00", &["ups"]),
        ];
        assert_snapshot!(told(&wrong), @r"
        1: the parts of the group plant sum to 300.00 (cooling 260.00 + ups 40.00), not to its cost 310.00, difference −10.00; correct a part or the cost
        3: the group a holds itself; take it out of its own parts
        4: the group b holds itself; take it out of its own parts
        5: the group hall has the code of another part; rename one
        5: the group hall names roof, which is neither a component nor a group of the asset
        5: the group hall holds itself; take it out of its own parts
        6: the group none has no parts; name components or groups in parts, or leave the group out
        7: ups is named by plant and by twice; a part belongs to one group
        ");
    }
}
