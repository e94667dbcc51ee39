//! What waits for an invoice, and who would be told of it.

use super::*;
use crate::domain::billing_run::may_bill;
use crate::domain::quantity::Unit;
use crate::domain::tariff::PriceShape;

#[test]
fn a_month_waits_for_an_invoice_only_where_something_may_be_charged() {
    let mut line = agreed_line("racks", "2");
    line.in_force = between("2026-09-20", "2026-11-01");
    let contract_of = |line: &ContractLine| contract(vec![line.clone()]);
    let months_billed = |contract: &Contract, tariff: Tariff| {
        let book = Book { tariffs: vec![tariff], ..book(vec![contract.clone()]) };
        let months = ["2026-08", "2026-09", "2026-10", "2026-11"];
        months.map(|text| may_bill(&book, contract, month(text)))
    };
    assert_eq!(months_billed(&contract_of(&line), rack_tariff()), [false, true, true, false]);
    let once = tariff("rack", Unit::Rack, PriceShape::OneOff { amount: "500.00".parse().unwrap() });
    assert_eq!(months_billed(&contract_of(&line), once), [false, true, false, false], "due where the line begins");
    let ended = Contract { in_force: between("2026-01-01", "2026-09-10"), ..contract_of(&line) };
    assert_eq!(months_billed(&ended, rack_tariff()), [false; 4], "the line begins after the contract's end");
    line.in_force = between("2026-10-31", "2026-11-01");
    let thirtieths = Contract { proration: Proration::Thirtieths, ..contract_of(&line) };
    assert_eq!(months_billed(&thirtieths, rack_tariff()), [false; 4], "a 31st is no part of a month of 30ths");

    let mut metered = metered_line("energy", Measure::Energy, PueTerm::None, &["A"]);
    let LineQuantity::Metered { meters, .. } = &mut metered.quantity else { panic!("it is metered") };
    meters[0].period = since("2026-10-01");
    assert_eq!(months_billed(&contract_of(&metered), rack_tariff()), [false, false, true, true], "no meter before");
}

#[test]
fn a_tenant_nobody_can_be_told_of_is_named_where_something_is_billed() {
    let mut book = Book { tenants: book(vec![]).tenants, ..small_book() };
    assert!(found(&planned(&book, &october())).is_empty(), "one with a contact is told");
    book.tenants[0].contacts.clear();
    assert_eq!(found(&planned(&book, &october())), ["Warning NoRecipient C1 - -"]);
    book.contracts[0].in_force = between("2026-01-01", "2026-10-01");
    let plan = planned(&book, &october());
    assert!(!found(&plan).contains(&"Warning NoRecipient C1 - -".to_owned()), "nothing is billed of what ended");
}
