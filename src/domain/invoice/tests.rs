//! From charges to a frozen document and its journal entry.

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::calendar::BillingMonth;
use crate::domain::contract::{Contract, Service, VatTreatment};
use crate::domain::ledger::{Chart, JournalEntry};
use crate::domain::money::{Money, UnitPrice};
use crate::domain::quantity::{Quantity, Unit};
use crate::domain::rating::example::{
    agreed_line, between, contract, day, decimal, facility, month, seller, tenant, vat_20,
};
use crate::domain::rating::{ChargeKind, ManualLine, NewManualLine, Provenance};

fn october() -> BillingMonth {
    month("2026-10")
}

/// A charge of one unit.
fn charge(line: &str, service: Service, euros: Money, vat: VatTreatment) -> Charge {
    let once = if euros.is_negative() { -Quantity::ONE } else { Quantity::ONE };
    Charge {
        service,
        designation: agreed_line(line, "1").designation,
        kind: ChargeKind::Base,
        period: between("2026-10-01", "2026-11-01"),
        quantity: once,
        unit: Unit::One,
        unit_price: UnitPrice::from(euros.abs()),
        net: euros,
        vat,
        provenance: Provenance {
            contract: "C1".into(),
            line: line.into(),
            tariff: "rack".into(),
            tariff_from: day("2020-01-01"),
            formula: euros.to_string(),
            usage: None,
        },
    }
}

fn taxed(line: &str, service: Service, euros: &str) -> Charge {
    charge(line, service, euros.parse().unwrap(), vat_20())
}

fn outside() -> VatTreatment {
    VatTreatment::OutOfScope { reason: "régie".into() }
}

fn three_lines() -> Contract {
    let power = |code| crate::domain::contract::ContractLine { service: Service::Power, ..agreed_line(code, "1") };
    contract(vec![power("b"), agreed_line("c", "1"), power("a")])
}

fn draft(charges: Vec<Charge>) -> Result<Draft, DraftError> {
    Draft::assemble(&three_lines(), october(), charges)
}

fn shown(totals: Totals) -> String {
    format!("{} + {} = {}", totals.net, totals.tax, totals.gross)
}

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn issue(draft: Draft, contract: &Contract, issue_date: NaiveDate) -> IssuedInvoice {
    draft.issue(&IssueContext {
        number: InvoiceNumber::new("DC", 2026, 123).unwrap(),
        issued_at: instant("2026-11-03T09:00:00Z"),
        issue_date,
        facility: &facility(),
        seller: &seller(),
        tenant: &tenant(),
        contract,
    })
}

fn issued(charges: Vec<Charge>) -> IssuedInvoice {
    issue(draft(charges).unwrap(), &three_lines(), day("2026-11-03"))
}

proptest! {
    /// However many lines people add, and whatever they allow, the lines sum to the totals and the entry balances.
    #[test]
    fn manual_lines_sum_to_the_totals(
        added in proptest::collection::vec((-40_000i64..=40_000, 0i64..=9_000_000_000), 1..8),
        rated in 1i64..=90_000_000,
    ) {
        let contract = three_lines();
        let lines = (1..).zip(&added).filter(|(_, (quantity, _))| *quantity != 0).map(|(id, (quantity, price))| {
            let line = NewManualLine {
                contract: contract.code.clone(),
                month: october(),
                service: Service::Other,
                designation: agreed_line("x", "1").designation,
                quantity: Quantity::from_ten_thousandths(*quantity),
                unit: Unit::Hour,
                unit_price: UnitPrice::from_micros(*price),
                vat: vat_20(),
                reason: "asked for by letter".to_owned(),
            };
            line.check(&contract).unwrap();
            ManualLine { id, line, by: "finance@example.org".to_owned(), at: instant("2026-11-03T09:00:00Z") }
        });
        let mut charges = vec![charge("a", Service::Power, Money::from_cents(rated), vat_20())];
        charges.extend(lines.map(|line| line.charge(&contract).unwrap()));
        let sum: Money = charges.iter().map(|charge| charge.net).sum();
        match draft(charges) {
            Ok(draft) => {
                let invoice = issue(draft, &contract, day("2026-11-03"));
                let lines: Money = invoice.charges.iter().map(|charge| charge.net).sum();
                prop_assert_eq!((lines, invoice.totals.net), (sum, sum));
                prop_assert_eq!(invoice.totals.net + invoice.totals.tax, invoice.totals.gross);
                let entry = journal_entry(&invoice, &Chart::default()).unwrap();
                prop_assert_eq!(entry.map_or(Money::ZERO, |entry| entry.total() ).is_negative(), false);
            }
            Err(error) => prop_assert!(matches!(error, DraftError::Negative { .. }), "{}", error),
        }
    }
}

#[test]
fn a_manual_line_needs_a_reason_and_the_contracts_vat() {
    let contract = three_lines();
    let line = NewManualLine {
        contract: contract.code.clone(),
        month: october(),
        service: Service::Other,
        designation: agreed_line("x", "1").designation,
        quantity: -Quantity::ONE,
        unit: Unit::One,
        unit_price: "150.00".parse().unwrap(),
        vat: vat_20(),
        reason: "late delivery".to_owned(),
    };
    assert_eq!(line.check(&contract), Ok(()));
    let wrong = [
        NewManualLine { reason: "  ".into(), ..line.clone() },
        NewManualLine { quantity: Quantity::ZERO, ..line.clone() },
        NewManualLine { unit_price: "-1".parse().unwrap(), ..line.clone() },
        NewManualLine { vat: outside(), ..line.clone() },
        NewManualLine { month: month("2025-12"), ..line.clone() },
    ];
    for line in wrong {
        assert!(line.check(&contract).is_err(), "{line:?}");
    }
    let kept = ManualLine { id: 7, line, by: "finance".into(), at: instant("2026-11-03T09:00:00Z") };
    let charge = kept.charge(&contract).unwrap();
    assert_eq!(
        (charge.net.to_string().as_str(), charge.provenance.formula.as_str()),
        ("-150.00", "-1 × 150.00 = -150.00")
    );
}

#[test]
fn vat_is_rounded_once_per_rate() {
    let lines = || ["a", "b", "c"].map(|line| taxed(line, Service::Power, "10.03"));
    let draft = draft(lines().to_vec()).unwrap();
    assert_eq!(shown(draft.totals), "30.09 + 6.02 = 36.11");
    assert_eq!(draft.vat.len(), 1);
}

#[test]
fn rates_stand_from_the_highest_down_and_reasons_of_one_category_are_joined() {
    let exempt = |reason: &str| VatTreatment::Exempt { reason: reason.into() };
    let rate = |rate: &str| VatTreatment::Standard { rate_percent: decimal(rate) };
    let euros = Money::from_cents(10_000);
    let vats = [exempt("one"), rate("5.5"), rate("20.0"), exempt("two"), rate("20"), rate("2.1"), exempt("one")];
    let charges = vats.map(|vat| charge("a", Service::Other, euros, vat));
    let groups = breakdown(&charges).unwrap();
    let shown: Vec<String> =
        groups.iter().map(|group| format!("{:?} {} {}", group.treatment, group.taxable, group.tax)).collect();
    assert_eq!(
        shown,
        [
            "Standard { rate_percent: 20.0 } 200.00 40.00",
            "Standard { rate_percent: 5.5 } 100.00 5.50",
            "Standard { rate_percent: 2.1 } 100.00 2.10",
            "Exempt { reason: VatReason { fr: \"one; two\", en: \"one; two\" } } 300.00 0.00",
        ]
    );
}

#[test]
fn what_lies_outside_the_scope_of_vat_stands_alone() {
    let euros = Money::from_cents(10_000);
    let alone = draft(vec![charge("a", Service::Power, euros, outside())]).unwrap();
    assert_eq!(shown(alone.totals), "100.00 + 0.00 = 100.00");
    let mixed = draft(vec![charge("a", Service::Power, euros, outside()), taxed("b", Service::Power, "1")]);
    assert_eq!(
        mixed.unwrap_err().to_string(),
        "charges outside the scope of VAT (line a) and others (line b) cannot stand on one invoice: give all lines of \
         the contract the same category, or split the contract"
    );
}

#[test]
fn lines_stand_by_service_and_then_as_the_contract_lists_them() {
    let charges = ["a", "b", "c"].map(|line| match line {
        "c" => taxed(line, Service::Space, "1"),
        _ => taxed(line, Service::Power, "1"),
    });
    let draft = draft(charges.to_vec()).unwrap();
    let order: Vec<&str> = draft.charges.iter().map(|charge| charge.provenance.line.as_str()).collect();
    assert_eq!(order, ["c", "b", "a"]);
}

#[test]
fn what_makes_no_invoice_is_refused() {
    assert!(matches!(draft(Vec::new()), Err(DraftError::Empty { .. })));
    let negative = draft(vec![taxed("a", Service::Power, "-10"), taxed("b", Service::Power, "5")]).unwrap_err();
    assert!(
        negative.to_string().starts_with("contract C1 would be billed -5.00 without VAT for 2026-10 (-6.00"),
        "{negative}"
    );
    let mut wrong = taxed("a", Service::Power, "10");
    wrong.net = Money::from_cents(1001);
    assert_eq!(draft(vec![wrong]).unwrap_err().to_string(), "line a: 10.01 is not its quantity × unit price, 10.00");
}

#[test]
fn an_issued_invoice_is_complete_in_itself() {
    let invoice = issued(vec![taxed("a", Service::Power, "100")]);
    assert_eq!(
        (invoice.issue_date, invoice.due_date, invoice.payment_days),
        (day("2026-11-03"), day("2026-12-23"), 50)
    );
    assert_eq!(invoice.period, between("2026-10-01", "2026-11-01"));
    assert_eq!((invoice.seller.siren.as_str(), invoice.buyer.siren.as_str()), ("217500016", "267500452"));
    assert_eq!(invoice.payment.reference, "RF85DC2026000123");
    assert_eq!(invoice.payment.account_holder, "Régie du centre de données");
    assert_eq!((invoice.legal.late_penalty.as_str(), invoice.zone.as_str()), ("en PMD", "Europe/Paris"));
    assert_eq!(invoice.references.service_code.as_deref(), Some("SERVICE-1"));

    let json = serde_json::to_string(&invoice).unwrap();
    assert_eq!(serde_json::from_str::<IssuedInvoice>(&json).unwrap(), invoice);
}

#[test]
fn the_service_period_ends_with_the_contract() {
    let mut contract = three_lines();
    contract.in_force.to = Some(day("2026-10-18"));
    let draft = Draft::assemble(&contract, october(), vec![taxed("a", Service::Power, "100")]).unwrap();
    assert_eq!(issue(draft, &contract, day("2026-11-03")).period, between("2026-10-01", "2026-10-18"));
}

#[test]
fn a_credit_note_repeats_the_invoice_and_names_it() {
    let invoice = issued(vec![taxed("a", Service::Power, "100")]);
    let number = InvoiceNumber::new("DC", 2026, 124).unwrap();
    let (at, on) = (instant("2026-11-10T09:00:00Z"), day("2026-11-10"));
    let head = |issue_date| CreditNoteHead { number: number.clone(), issued_at: at, issue_date };
    let note = credit_note_of(&invoice, &[], CreditedLines::Rest, head(on)).unwrap();
    assert_eq!((note.kind.type_code(), note.totals, &note.charges), ("381", invoice.totals, &invoice.charges));
    assert_eq!(note.corrects, [(invoice.number.clone(), day("2026-11-03"))]);
    assert_eq!((note.due_date, note.payment.reference.as_str()), (on, "RF58DC2026000124"));

    let again = credit_note_of(&note, &[], CreditedLines::Rest, head(on));
    assert!(matches!(again, Err(CreditNoteError::OfCreditNote(_))));
    let early = credit_note_of(&invoice, &[], CreditedLines::Rest, head(day("2026-11-02")));
    assert!(matches!(early, Err(CreditNoteError::BeforeInvoice { .. })));
}

/// What is credited comes back in the same words and amounts, to the address of today.
#[test]
fn a_corrected_invoice_restates_what_was_still_billed() {
    let lines = vec![taxed("a", Service::Space, "100.00"), taxed("b", Service::Power, "50.00")];
    let invoice = issued(lines);
    let head = |position| CreditNoteHead {
        number: InvoiceNumber::new("DC", 2026, position).unwrap(),
        issued_at: instant("2026-11-10T09:00:00Z"),
        issue_date: day("2026-11-10"),
    };
    let earlier = credit_note_of(&invoice, &[], CreditedLines::Only(&[2]), head(124)).unwrap();
    let (book_contract, book_tenant) = (Contract { engagement: Some("ENG-NEW".into()), ..three_lines() }, tenant());
    let context = IssueContext {
        number: InvoiceNumber::new("DC", 2026, 126).unwrap(),
        issued_at: instant("2026-11-10T09:00:00Z"),
        issue_date: day("2026-11-10"),
        facility: &facility(),
        seller: &seller(),
        tenant: &book_tenant,
        contract: &book_contract,
    };
    let (note, corrected) =
        corrected_invoice_of(&invoice, std::slice::from_ref(&earlier), head(125), &context).unwrap();
    assert_eq!((note.kind, corrected.kind), (InvoiceKind::CreditNote, InvoiceKind::Corrected));
    assert_eq!((&note.charges, note.totals), (&corrected.charges, corrected.totals));
    assert_eq!(corrected.charges.len(), 1, "what was credited before stays credited");
    assert_eq!(corrected.corrects, [(invoice.number.clone(), invoice.issue_date)]);
    assert_eq!(corrected.references.engagement.as_deref(), Some("ENG-NEW"));
    assert!(corrected.due_date > invoice.due_date);
    let said: Vec<_> = restated(&invoice, &corrected).into_iter().map(|one| (one.what, one.after)).collect();
    assert_eq!(said, [("engagement", "ENG-NEW".to_owned())]);
    let all = [earlier, note];
    assert!(corrected_invoice_of(&invoice, &all, head(127), &context).is_err(), "nothing is left to correct");
}

#[test]
fn a_line_is_credited_once() {
    let lines =
        vec![taxed("c", Service::Space, "1000"), taxed("a", Service::Power, "-10"), taxed("b", Service::Power, "110")];
    let invoice = issued(lines);
    let head = |position| CreditNoteHead {
        number: InvoiceNumber::new("DC", 2026, position).unwrap(),
        issued_at: instant("2026-11-10T09:00:00Z"),
        issue_date: day("2026-11-10"),
    };
    let credit = |earlier: &[IssuedInvoice], lines: &[usize], position| {
        credit_note_of(&invoice, earlier, CreditedLines::Only(lines), head(position))
    };
    let first = credit(&[], &[1], 124).unwrap();
    assert_eq!(shown(first.totals), "1000.00 + 200.00 = 1200.00");
    let told = |refused: Result<IssuedInvoice, CreditNoteError>| refused.unwrap_err().to_string();
    let earlier = [first];
    assert_eq!(told(credit(&earlier, &[3, 1], 125)), "line 1 of DC2026000123 is credited already by DC2026000124");
    assert_eq!(told(credit(&earlier, &[4], 125)), "DC2026000123 has lines 1 to 3; there is no line 4");
    assert!(told(credit(&earlier, &[3], 125)).contains("come to -12.00"));
    let rest = credit_note_of(&invoice, &earlier, CreditedLines::Rest, head(125)).unwrap();
    assert_eq!(shown(rest.totals), "100.00 + 20.00 = 120.00");
    let [first] = earlier;
    let all = credit_note_of(&invoice, &[first, rest], CreditedLines::Rest, head(126));
    assert_eq!(told(all), "every line of DC2026000123 is credited already by DC2026000124, DC2026000125");
}

fn posted(invoice: &IssuedInvoice) -> Vec<String> {
    let entry = journal_entry(invoice, &Chart::default()).unwrap();
    let side = |amount: Money| if amount.is_zero() { "-".to_owned() } else { amount.to_string() };
    entry
        .as_ref()
        .map_or(&[][..], JournalEntry::lines)
        .iter()
        .map(|line| {
            format!(
                "{} {} {} {}",
                line.account,
                line.auxiliary.as_deref().unwrap_or("-"),
                side(line.debit),
                side(line.credit)
            )
        })
        .collect()
}

#[test]
fn an_invoice_is_posted_by_service_and_a_credit_note_the_other_way_round() {
    let charges = || {
        vec![taxed("c", Service::Space, "1000"), taxed("a", Service::Power, "-10"), taxed("b", Service::Power, "110")]
    };
    let invoice = issued(charges());
    assert_eq!(posted(&invoice), ["411 aphp 1320.00 -", "7083 - - 1000.00", "7083 - - 100.00", "44571 - - 220.00"]);
    let head = CreditNoteHead {
        number: InvoiceNumber::new("DC", 2026, 124).unwrap(),
        issued_at: instant("2026-11-10T09:00:00Z"),
        issue_date: day("2026-11-10"),
    };
    let note = credit_note_of(&invoice, &[], CreditedLines::Rest, head);
    assert_eq!(
        posted(&note.unwrap()),
        ["411 aphp - 1320.00", "7083 - 1000.00 -", "7083 - 100.00 -", "44571 - 220.00 -"]
    );
    assert_eq!(posted(&issued(vec![taxed("a", Service::Power, "0")])), Vec::<String>::new());
    let entry = journal_entry(&invoice, &Chart::default()).unwrap().unwrap();
    assert_eq!(
        (entry.document.as_str(), entry.label.as_str()),
        ("DC2026000123", "Facture DC2026000123 Assistance publique-Hôpitaux de Paris")
    );
}

fn some_vat() -> impl Strategy<Value = VatTreatment> {
    prop_oneof![
        prop::sample::select(vec!["20", "10", "5.5", "2.1"])
            .prop_map(|rate| VatTreatment::Standard { rate_percent: decimal(rate) }),
        Just(VatTreatment::Exempt { reason: "formation".into() }),
    ]
}

proptest! {
    /// However an invoice is taken back line by line, nothing stays open of it, and no note is more than a cent off.
    #[test]
    fn credit_notes_by_line_come_to_the_whole(nets in prop::collection::vec(1i64..100_000, 1..12), half in any::<bool>()) {
        let charges =
            nets.iter().map(|cents| charge("a", Service::Power, Money::from_cents(*cents), vat_20())).collect();
        let invoice = issued(charges);
        let head = || CreditNoteHead {
            number: InvoiceNumber::new("DC", 2026, 100).unwrap(),
            issued_at: instant("2026-11-10T09:00:00Z"),
            issue_date: day("2026-11-10"),
        };
        let twice = credit_note_of(&invoice, &[], CreditedLines::Parts(&[(1, None), (1, None)]), head());
        prop_assert!(matches!(twice, Err(CreditNoteError::LineTwice { line: 1, .. })), "{:?}", twice);
        let mut notes: Vec<IssuedInvoice> = Vec::new();
        let mut take = |lines: CreditedLines<'_>| {
            let head = CreditNoteHead {
                number: InvoiceNumber::new("DC", 2026, 200 + i64::try_from(notes.len()).unwrap()).unwrap(),
                issued_at: instant("2026-11-10T09:00:00Z"),
                issue_date: day("2026-11-10"),
            };
            let note = credit_note_of(&invoice, &notes, lines, head).unwrap();
            let alone = Money::rounded(note.totals.net.to_decimal() / Decimal::from(5)).unwrap();
            assert!((note.totals.tax - alone).abs() <= Money::from_cents(1), "{} of {}", note.totals.tax, note.totals.net);
            notes.push(note);
        };
        for (line, net) in (1..).zip(&nets) {
            if half && *net > 1 {
                take(CreditedLines::Parts(&[(line, Some(Money::from_cents(net / 2)))]));
            }
            take(CreditedLines::Only(&[line]));
        }
        let credited: Money = notes.iter().map(|note| note.totals.gross).sum();
        prop_assert_eq!(credited, invoice.totals.gross);
    }

    #[test]
    fn lines_sum_to_totals_and_the_entry_balances(
        lines in prop::collection::vec((-100_000i64..1_000_000, some_vat(), 0usize..4), 1..30)
    ) {
        let services = [Service::Space, Service::Power, Service::Storage, Service::Other];
        let charges: Vec<Charge> = lines
            .into_iter()
            .map(|(cents, vat, service)| charge("a", services[service], Money::from_cents(cents), vat))
            .collect();
        let net: Money = charges.iter().map(|charge| charge.net).sum();
        match draft(charges) {
            Ok(draft) => {
                prop_assert_eq!(draft.totals.net, net);
                prop_assert_eq!(draft.vat.iter().map(|group| group.taxable).sum::<Money>(), net);
                prop_assert_eq!(draft.totals.gross, draft.totals.net + draft.totals.tax);
                let invoice = issue(draft, &three_lines(), day("2026-11-03"));
                // A balanced entry is the only kind there is.
                prop_assert!(journal_entry(&invoice, &Chart::default()).is_ok());
            }
            Err(DraftError::Negative { gross, .. }) => prop_assert!(gross.is_negative()),
            Err(error) => prop_assert!(false, "{}", error),
        }
    }
}

#[test]
fn a_titles_accounts_come_to_its_amount() {
    let lines = vec![taxed("a", Service::Space, "100.00"), taxed("b", Service::Power, "50.00")];
    let invoice = issued(lines);
    let head = CreditNoteHead {
        number: InvoiceNumber::new("DC", 2026, 124).unwrap(),
        issued_at: instant("2026-11-10T09:00:00Z"),
        issue_date: day("2026-11-10"),
    };
    let note = credit_note_of(&invoice, &[], CreditedLines::Only(&[1]), head).unwrap();
    for (document, kind) in [(&invoice, TitreKind::Recette), (&note, TitreKind::Reduction)] {
        let entry = journal_entry(document, &Chart::default()).unwrap();
        let titre = Titre::of(document, entry.as_ref(), None);
        assert_eq!(titre.kind, kind);
        assert_eq!(titre.imputation.iter().map(|part| part.amount).sum::<Money>(), document.totals.gross, "{kind:?}");
        assert_eq!(titre.liquidation.iter().map(|line| line.net).sum::<Money>(), document.totals.net);
        assert_eq!(titre.vat.iter().map(|vat| vat.tax).sum::<Money>(), document.totals.tax);
    }
}
