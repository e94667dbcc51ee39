//! Whether a change reaches into months that are billed already.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::{Book, Entry};
use crate::domain::calendar::{BillingMonth, DatePeriod};
use crate::domain::contract::indexation::Indexation;
use crate::domain::contract::{Contract, ContractLine, LineQuantity};
use crate::domain::ids::{ContractCode, TenantCode};
use crate::domain::party::identifiers::Siret;
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

/// What changes from now on although documents were issued on it, of which a person should know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BilledNotice {
    #[error(
        "{item} changed, and months through {through} are billed: what is issued keeps its prices, and no difference is billed by itself; give a new price a version of its own with its `from`"
    )]
    Terms { item: String, through: BillingMonth },
    #[error(
        "tenant {tenant} is invoiced and its SIRET changed from {before} to {after}: what is issued keeps the former; if another legal person succeeds it, end its contracts and give the successor a tenant and contracts of its own"
    )]
    Identity { tenant: TenantCode, before: Siret, after: Siret },
    #[error(
        "invoices are numbered {before}… and from now on {after}…: another series, which begins at 1; write {before} to go on with the former"
    )]
    Series { before: String, after: String },
}

impl BilledNotice {
    /// Whose documents it concerns; none where it concerns all.
    pub fn tenant(&self) -> Option<&TenantCode> {
        match self {
            BilledNotice::Identity { tenant, .. } => Some(tenant),
            BilledNotice::Terms { .. } | BilledNotice::Series { .. } => None,
        }
    }
}

/// Everything of that kind in `after`, months through `through` being billed.
pub fn billed_notices(before: &Book, after: &Book, through: BillingMonth) -> Vec<BilledNotice> {
    let until = through.next().first_day();
    let terms = |item: String| BilledNotice::Terms { item, through };
    let tariffs = pairs(&before.tariffs, &after.tariffs, |tariff| &tariff.code);
    let tariffs = tariffs.filter(|(before, after)| {
        changes_billed_terms(&Entry::Tariff((*before).clone()), &Entry::Tariff((*after).clone()), until)
    });
    let contracts = pairs(&before.contracts, &after.contracts, |contract| &contract.code);
    let contracts = contracts.filter(|(before, after)| {
        changes_billed_terms(&Entry::Contract((*before).clone()), &Entry::Contract((*after).clone()), until)
    });
    let indices = pairs(&before.price_indices, &after.price_indices, |index| &index.code);
    // A value that came since is what an index is for.
    let indices = indices.filter(|(before, after)| before.values.iter().any(|value| !after.values.contains(value)));
    let tenants = pairs(&before.tenants, &after.tenants, |tenant| &tenant.code);
    let identities = tenants.filter(|(before, after)| before.siret != after.siret).map(|(before, after)| {
        BilledNotice::Identity { tenant: after.code.clone(), before: before.siret.clone(), after: after.siret.clone() }
    });
    let prefixes = (&before.seller.number_prefix, &after.seller.number_prefix);
    let series = (prefixes.0 != prefixes.1)
        .then(|| BilledNotice::Series { before: prefixes.0.clone(), after: prefixes.1.clone() });
    tariffs
        .map(|(tariff, _)| terms(format!("tariff {}", tariff.code)))
        .chain(contracts.map(|(contract, _)| terms(format!("contract {}", contract.code))))
        .chain(indices.map(|(index, _)| terms(format!("price index {}", index.code))))
        .chain(identities)
        .chain(series)
        .collect()
}

/// What both books have under the same code, as it was and as it is.
fn pairs<'a, T, C: PartialEq>(
    before: &'a [T],
    after: &'a [T],
    code: impl Fn(&T) -> &C + 'a,
) -> impl Iterator<Item = (&'a T, &'a T)> {
    before.iter().filter_map(move |was| Some((was, after.iter().find(|is| code(is) == code(was))?)))
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
    use crate::domain::billing_run::example::book;
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

    #[test]
    fn what_documents_say_otherwise_is_pointed_out() {
        let before = book(vec![example::contract(vec![example::agreed_line("baies", "4")])]);
        let told = |change: &dyn Fn(&mut Book)| {
            let mut after = before.clone();
            change(&mut after);
            let notices = billed_notices(&before, &after, "2026-09".parse().unwrap());
            notices.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(told(&|book| book.contracts[0].title.push_str(" bis")), "");
        assert_eq!(told(&|book| book.tenants[0].name.push_str(" bis")), "");
        let lines = told(&|book| book.contracts[0].lines.clear());
        assert!(lines.starts_with("contract C1 changed, and months through 2026-09 are billed"), "{lines}");
        let other = "34481082500010".parse::<Siret>().unwrap();
        assert!(told(&|book| book.tenants[0].siret = other.clone()).contains("to 34481082500010"));
        assert!(told(&|book| book.seller.number_prefix = "CH".to_owned()).contains("from now on CH…"));
    }
}
