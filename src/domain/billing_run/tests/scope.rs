//! What is outside the scope of VAT stands on an invoice alone: a difference of a billed month must not keep this one from
//! being billed.

use super::*;

/// C1's energy is outside the scope until the end of September; what it bills in October is within it.
fn changed_scope() -> Book {
    let mut book = small_book();
    let lines = &mut book.contracts[0].lines;
    let mut before = lines[1].clone();
    before.in_force.to = Some(day("2026-10-01"));
    before.vat = VatTreatment::OutOfScope { reason: "régie".into() };
    lines[1].in_force.from = day("2026-10-01");
    lines.push(before);
    book
}

fn with_late(book: &Book, known: &str) -> Plan {
    let samples = october();
    let mut corrected = snapshot(book, &samples);
    corrected.late = vec![late(known)];
    plan(&corrected)
}

#[test]
fn a_difference_on_the_other_side_of_the_scope_waits_and_the_month_is_billed() {
    let book = changed_scope();
    let more = with_late(&book, "1000");
    assert_eq!(found(&more), ["Warning RegularisationWaits C1 energy -"]);
    assert_eq!(drafted(&more), drafted(&planned(&small_book(), &october())), "as if nothing had come late");
    assert!(more.leaves_regularisations(&"C1".into()) && !more.leaves_regularisations(&"C2".into()));
    let english = &more.problems[0].message.english;
    assert!(english.contains("billed 14.50 too little") && english.contains("a contract of their own"), "{english}");
    let less = with_late(&book, "800");
    let english = &less.problems[0].message.english;
    assert!(english.contains("billed 14.50 too much") && english.contains("credit it on DC2026000007"), "{english}");
}

#[test]
fn it_is_billed_once_nothing_of_the_other_kind_is() {
    let mut book = changed_scope();
    book.contracts[0].in_force.to = Some(day("2026-10-01"));
    let ended = with_late(&book, "1000");
    assert_eq!(found(&ended), ["Warning LateChange C1 energy -"]);
    let draft = ended.drafts.iter().find(|draft| draft.contract == "C1".into()).unwrap();
    assert!(draft.charges.iter().all(|charge| charge.vat.is_out_of_scope()), "{:?}", draft.charges);
    assert!(!ended.leaves_regularisations(&"C1".into()));
}

#[test]
fn what_is_within_the_scope_waits_beside_a_month_outside_it() {
    let mut book = changed_scope();
    for line in &mut book.contracts[0].lines {
        line.vat = match &line.vat {
            VatTreatment::OutOfScope { .. } => vat_20(),
            _ => VatTreatment::OutOfScope { reason: "régie".into() },
        };
    }
    assert_eq!(found(&with_late(&book, "1000")), ["Warning RegularisationWaits C1 energy -"]);
}

/// What the credit note allows would be allowed a second time once an invoice can carry it.
#[test]
fn an_allowance_on_the_other_side_of_the_scope_says_how_it_is_cleared() {
    let (mut book, samples) = (small_book(), october());
    let lines = &mut book.contracts[0].lines;
    let mut before = lines[0].clone();
    before.in_force.to = Some(day("2026-10-01"));
    before.vat = VatTreatment::OutOfScope { reason: "régie".into() };
    lines[0].in_force.from = day("2026-10-01");
    lines.push(before);
    let mut allowed = snapshot(&book, &samples);
    allowed.credits = vec![due(10)];
    let plan = plan(&allowed);
    assert_eq!(found(&plan), ["Warning CreditWaits C1 racks -"]);
    let message = &plan.problems[0].message;
    assert_eq!(message.key, "credit-stands-apart");
    assert!(message.english.contains("then record the availability of that month as the promised one"));
}
