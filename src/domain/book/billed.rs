//! Whether a change reaches into months that are billed already.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Book, Entry};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::indexation::Indexation;
use crate::domain::contract::{Contract, ContractLine, LineQuantity};
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::tariff::TariffVersion;

/// Whether `after` says anything else than `before` about what the days before `until` cost: amounts, not words. What
/// was billed stays as it was issued, so such a change would contradict documents that are out.
pub fn changes_billed_terms(before: &Entry, after: &Entry, until: NaiveDate) -> bool {
    match (before, after) {
        (Entry::Contract(before), Entry::Contract(after)) => {
            contract_terms(before, until) != contract_terms(after, until)
        }
        (Entry::Tariff(before), Entry::Tariff(after)) => {
            let versions = |versions: &[TariffVersion]| -> Vec<TariffVersion> {
                versions.iter().filter(|version| version.from < until).cloned().collect()
            };
            before.unit != after.unit || versions(&before.versions) != versions(&after.versions)
        }
        // What invoices say of who sells and who buys is frozen with them and comes into no amount.
        _ => false,
    }
}

/// What a book says otherwise although months were billed on it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BilledFault {
    #[error(
        "contract {contract} is billed to {before} and cannot move to {after}: its past would be read as theirs; end it (`to`) and give {after} a contract of its own"
    )]
    Moved { contract: ContractCode, before: TenantCode, after: TenantCode },
    #[error(
        "the facility's zone is {before} and cannot become {after}: months are billed from midnight to midnight there, and hours would be billed twice or not at all; leave it as it is"
    )]
    Zone { before: Tz, after: Tz },
}

/// Everything of that kind in `after`; `is_billed` tells whether anything of a contract is issued.
pub fn billed_faults(before: &Book, after: &Book, is_billed: impl Fn(&ContractCode) -> bool) -> Vec<BilledFault> {
    let zones = (before.facility.zone, after.facility.zone);
    let any_billed = || before.contracts.iter().any(|contract| is_billed(&contract.code));
    let zone = (zones.0 != zones.1 && any_billed()).then_some(BilledFault::Zone { before: zones.0, after: zones.1 });
    let moved = before.contracts.iter().filter_map(|contract| {
        let other = after.contracts.iter().find(|other| other.code == contract.code)?;
        (other.tenant != contract.tenant && is_billed(&contract.code)).then(|| BilledFault::Moved {
            contract: contract.code.clone(),
            before: contract.tenant.clone(),
            after: other.tenant.clone(),
        })
    });
    zone.into_iter().chain(moved).collect()
}

/// A contract reduced to what decides the amounts of the days before `until`: lines without words, cut there.
fn contract_terms(contract: &Contract, until: NaiveDate) -> Contract {
    let mut terms = contract.clone();
    terms.title.clear();
    (terms.signed_on, terms.engagement, terms.market, terms.notice_months) = (None, None, None, None);
    terms.in_force = DatePeriod { from: until, to: None };
    let lines = contract.lines.iter().filter_map(|line| line_terms(line, contract.in_force, until));
    terms.lines = lines.collect();
    terms.lines.sort_by(|a, b| (&a.code, a.in_force.from).cmp(&(&b.code, b.in_force.from)));
    terms.indexation = contract.indexation.clone().map(|clause| Indexation {
        revisions: clause.revisions.iter().filter(|revision| revision.from < until).cloned().collect(),
        ..clause
    });
    terms
}

fn line_terms(line: &ContractLine, contract: DatePeriod, until: NaiveDate) -> Option<ContractLine> {
    let mut terms = line.clone();
    terms.in_force = cut(line.in_force.intersection(contract)?, until)?;
    terms.racks.clear();
    terms.designation.fr.clear();
    terms.designation.en.clear();
    if let LineQuantity::Metered { meters, .. } = &mut terms.quantity {
        meters.retain_mut(|assignment| match cut(assignment.period, until) {
            Some(days) => {
                assignment.period = days.intersection(terms.in_force).unwrap_or(days);
                true
            }
            None => false,
        });
        meters.sort_by(|a, b| (&a.meter, a.period.from).cmp(&(&b.meter, b.period.from)));
    }
    Some(terms)
}

/// The days of `period` before `until`, its end open where it lies there or beyond.
fn cut(period: DatePeriod, until: NaiveDate) -> Option<DatePeriod> {
    let to = period.to.filter(|to| *to < until);
    (period.from < until).then_some(DatePeriod { from: period.from, to })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::MeterAssignment;
    use crate::domain::rating::example;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_billed_is_told_from_what_is_to_come() {
        let contract = example::contract(vec![example::agreed_line("baies", "4")]);
        let until = day("2026-10-01");
        let changed = |change: &dyn Fn(&mut Contract)| {
            let mut after = contract.clone();
            change(&mut after);
            changes_billed_terms(&Entry::Contract(contract.clone()), &Entry::Contract(after), until)
        };
        assert!(!changed(&|contract| contract.title.push_str(" bis")));
        assert!(!changed(&|contract| contract.lines[0].designation.fr.push_str(" bis")));
        assert!(changed(&|contract| contract.lines[0].tariff = "other".into()));
        assert!(changed(&|contract| contract.lines.clear()));
        // Ended on the first day not billed, or later, or within what is billed.
        assert!(!changed(&|contract| contract.lines[0].in_force.to = Some(until)));
        assert!(!changed(&|contract| contract.in_force.to = Some(day("2027-01-01"))));
        assert!(changed(&|contract| contract.in_force.to = Some(day("2026-09-30"))));
        assert!(changed(&|contract| contract.lines[0].in_force.to = Some(day("2026-09-30"))));
        // An amendment from that day on.
        assert!(!changed(&|contract| {
            let mut next = contract.lines[0].clone();
            contract.lines[0].in_force.to = Some(until);
            next.in_force.from = until;
            next.quantity = LineQuantity::Fixed(9.into());
            contract.lines.push(next);
        }));
        let assignment = MeterAssignment { meter: "m".into(), period: DatePeriod { from: until, to: None } };
        assert!(cut(assignment.period, until).is_none());
    }
}
