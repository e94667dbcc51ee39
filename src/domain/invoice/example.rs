//! An issued invoice to test with.

use chrono::NaiveDate;

use super::{Draft, InvoiceNumber, IssueContext, IssuedInvoice, breakdown, totals};
use crate::domain::contract::{Service, VatTreatment};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::example::{agreed_line, between, contract, day, facility, month, seller, tenant};
use crate::domain::rating::{Charge, ChargeKind, Provenance};

/// `DC2026000123`: one line outside the scope of VAT, so that gross is exactly what is asked for.
pub fn issued(gross: &str, issue_date: &str, due_date: &str) -> IssuedInvoice {
    let net: Money = gross.parse().unwrap();
    let charge = Charge {
        service: Service::Power,
        designation: agreed_line("a", "1").designation,
        kind: ChargeKind::Base,
        period: between("2025-12-01", "2026-01-01"),
        quantity: Quantity::ONE,
        unit: Unit::One,
        unit_price: UnitPrice::from(net),
        net,
        vat: VatTreatment::OutOfScope { reason: "régie".into() },
        provenance: Provenance {
            contract: "C1".into(),
            line: "a".into(),
            tariff: "rack".into(),
            tariff_from: day("2020-01-01"),
            formula: gross.to_owned(),
            usage: None,
        },
    };
    of(vec![charge], day(issue_date), day(due_date))
}

fn of(charges: Vec<Charge>, issue_date: NaiveDate, due_date: NaiveDate) -> IssuedInvoice {
    let vat = breakdown(&charges).unwrap();
    let contract = contract(vec![agreed_line("a", "1")]);
    let draft = Draft {
        tenant: contract.tenant.clone(),
        contract: contract.code.clone(),
        month: month("2025-12"),
        totals: totals(&vat),
        vat,
        charges,
    };
    let issued = draft.issue(&IssueContext {
        number: InvoiceNumber::new("DC", 2026, 123).unwrap(),
        issued_at: issue_date.and_hms_opt(8, 0, 0).unwrap().and_utc(),
        issue_date,
        facility: &facility(),
        seller: &seller(),
        tenant: &tenant(),
        contract: &contract,
    });
    IssuedInvoice { due_date, ..issued }
}
