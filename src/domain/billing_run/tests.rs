//! A small facility's October, and everything that can stand in its way.

use chrono_tz::Europe::Paris;
use rust_decimal::Decimal;

use super::example::book;
use super::*;
use crate::domain::calendar::midnight;
use crate::domain::contract::indexation::{CoefficientRounding, Indexation, Revision};
use crate::domain::contract::{Proration, PueTerm, VatTreatment};
use crate::domain::invoice::{CreditNoteHead, CreditedLines, IssueContext, IssuedInvoice, credit_note_of};
use crate::domain::metering::{Measure, Register, Sample};
use crate::domain::rating::example::*;
use crate::domain::rating::{ChargeKind, NewAvailability};

mod due;
mod running;
mod scope;

/// C1 rents two racks and the energy of meter A; C2 the energy of meter B at the measured PUE.
fn small_book() -> Book {
    let meters = ["A", "B", "IT", "MAIN"].map(|code| meter(code, Register::Energy));
    let first =
        contract(vec![agreed_line("racks", "2"), metered_line("energy", Measure::Energy, PueTerm::None, &["A"])]);
    let second = Contract {
        code: "C2".into(),
        tenant: "eau".into(),
        ..contract(vec![metered_line("energy", Measure::Energy, PueTerm::Measured, &["B"])])
    };
    Book { meters: meters.to_vec(), tenants: Vec::new(), ..book(vec![first, second]) }
}

fn october() -> Samples {
    let readings = [("A", "1000", "2000"), ("B", "0", "500"), ("IT", "0", "100000"), ("MAIN", "0", "150000")];
    read_at_ends(month("2026-10"), &readings)
}

fn snapshot<'a>(book: &'a Book, samples: &'a Samples) -> Snapshot<'a> {
    let month = month("2026-10");
    Snapshot {
        book,
        month,
        samples,
        billed: Vec::new(),
        late: Vec::new(),
        manual: Vec::new(),
        credits: Vec::new(),
        unreported: Vec::new(),
        now: month.period(Paris).to,
    }
}

fn planned(book: &Book, samples: &Samples) -> Plan {
    plan(&snapshot(book, samples))
}

fn drafted(plan: &Plan) -> Vec<String> {
    plan.drafts.iter().map(|draft| format!("{} {}", draft.contract, draft.totals.gross)).collect()
}

/// Severity and kind of each problem, with its contract, line and meter.
fn found(plan: &Plan) -> Vec<String> {
    let code = |code: Option<&str>| code.unwrap_or("-").to_owned();
    plan.problems
        .iter()
        .map(|problem| {
            let contract = code(problem.contract.as_ref().map(ContractCode::as_str));
            let line = code(problem.line.as_ref().map(|line| line.as_str()));
            let meter = code(problem.meter.as_ref().map(MeterCode::as_str));
            format!("{:?} {:?} {contract} {line} {meter}", problem.severity, problem.what)
        })
        .collect()
}

/// Handbook, proration: by 30ths the 31st adds nothing to a month. A line that begins on it and goes on is billed from the
/// next month; one that lives on it alone never is, and somebody has to be told.
#[test]
fn a_line_of_a_31st_alone_is_told_of() {
    let mut contract = contract(vec![agreed_line("racks", "2")]);
    contract.in_force = between("2026-10-31", "2026-11-01");
    contract.proration = Proration::Thirtieths;
    let book = |contract: &Contract| Book { tenants: Vec::new(), ..book(vec![contract.clone()]) };
    let told = planned(&book(&contract), &Samples::default());
    assert_eq!((drafted(&told), found(&told)), (vec![], vec!["Warning NeverBilled C1 racks -".to_owned()]));

    let goes_on = Contract { in_force: since("2026-10-31"), ..contract.clone() };
    assert_eq!(found(&planned(&book(&goes_on), &Samples::default())), [""; 0]);
    let by_days = Contract { proration: Proration::CalendarDays, ..contract };
    // 2 × 1200.00 / 31, with VAT
    assert_eq!(drafted(&planned(&book(&by_days), &Samples::default())), ["C1 92.90"]);
}

#[test]
fn a_clean_month_drafts_every_contract() {
    let plan = planned(&small_book(), &october());
    // (2 × 1200.00 + 1000 × 0.145) × 1.2 and 500 × 1.5 × 0.145 × 1.2
    assert_eq!(drafted(&plan), ["C1 3054.00", "C2 130.50"]);
    assert_eq!(plan.problems, []);
    assert_eq!(plan.drafts[0].tenant.as_str(), "aphp");
}

#[test]
fn planning_twice_gives_the_same_plan() {
    assert_eq!(planned(&small_book(), &october()), planned(&small_book(), &october()));
}

#[test]
fn a_month_is_planned_when_it_is_over() {
    let (book, samples) = (small_book(), october());
    let mut early = snapshot(&book, &samples);
    early.now = early.now.plus_seconds(-1);
    let plan = plan(&early);
    assert_eq!((drafted(&plan).len(), found(&plan)), (0, vec!["Blocking MonthNotFinished - - -".to_owned()]));
    assert_eq!(
        plan.problems[0].message.english,
        "2026-10 ends at 2026-10-31T23:00:00Z and it is 2026-10-31T22:59:59Z: bill it when it is over, or plan 2026-09 or earlier"
    );
}

#[test]
fn a_billed_contract_is_left_alone() {
    let (book, samples) = (small_book(), october());
    let mut again = snapshot(&book, &samples);
    again.billed = vec![AlreadyBilled { contract: "C1".into(), invoice: InvoiceNumber::from_stored("DC2026000001") }];
    let plan = plan(&again);
    assert_eq!(drafted(&plan), ["C2 130.50"]);
    assert_eq!(plan.already_billed, again.billed);
}

#[test]
fn one_tenants_missing_readings_block_only_its_draft() {
    let mut samples = october();
    samples.remove(&"A".into());
    let plan = planned(&small_book(), &samples);
    assert_eq!(drafted(&plan), ["C2 130.50"]);
    assert_eq!(found(&plan), ["Blocking MissingReadings C1 energy A"]);
    assert_eq!(plan.problems[0].tenant.as_ref().unwrap().as_str(), "aphp");
    assert_eq!(plan.blocking().count(), 1);
}

#[test]
fn an_undeclared_decrease_blocks() {
    let mut samples = october();
    samples.insert("B".into(), read_at_ends(month("2026-10"), &[("B", "500", "0")]).remove(&"B".into()).unwrap());
    assert_eq!(found(&planned(&small_book(), &samples)), ["Blocking UndeclaredDecrease C2 energy B"]);
}

#[test]
fn a_pue_that_cannot_be_told_blocks_those_who_are_billed_by_it() {
    let mut samples = october();
    samples.remove(&"MAIN".into());
    let plan = planned(&small_book(), &samples);
    assert_eq!(
        (drafted(&plan), found(&plan)),
        (vec!["C1 3054.00".into()], vec!["Blocking PueNotComputable C2 energy MAIN".into()])
    );
}

#[test]
fn a_meter_nobody_rents_is_a_warning() {
    let mut book = small_book();
    book.meters.push(meter("Z", Register::Energy));
    let mut removed = meter("Y", Register::Energy);
    removed.removed_at = Some(month("2026-10").period(Paris).from);
    book.meters.push(removed);
    let plan = planned(&book, &october());
    assert_eq!((drafted(&plan).len(), found(&plan)), (2, vec!["Warning UnassignedMeter - - Z".to_owned()]));
}

#[test]
fn tariffs_units_and_indices_are_checked() {
    let mut wrong = small_book();
    wrong.tariffs[1].versions[0].from = day("2026-11-01");
    wrong.tariffs[0].unit = crate::domain::quantity::Unit::Kilowatt;
    assert_eq!(
        found(&planned(&wrong, &october())),
        ["Blocking NoTariff C1 racks -", "Blocking UnitMismatch C1 energy -", "Blocking UnitMismatch C2 energy -"]
    );
    let mut unknown = small_book();
    unknown.tariffs.remove(1);
    assert_eq!(found(&planned(&unknown, &october())), ["Blocking NoTariff C1 racks -"]);

    let mut unindexed = small_book();
    unindexed.contracts[0].indexation = Some(Indexation {
        index: "syntec".into(),
        base_month: month("2023-09"),
        fixed_part: decimal("0.15"),
        rounding: CoefficientRounding::Unrounded,
        revisions: vec![Revision { from: day("2026-01-01"), index_month: month("2025-09") }],
    });
    unindexed.price_indices = vec![PriceIndex {
        code: "syntec".into(),
        name: "Syntec".into(),
        values: vec![(month("2023-09"), decimal("306"))],
    }];
    assert_eq!(
        found(&planned(&unindexed, &october())),
        ["Blocking IndexValueMissing C1 racks -", "Blocking IndexValueMissing C1 energy -"]
    );
}

#[test]
fn vat_that_cannot_stand_together_blocks() {
    let mut book = small_book();
    book.contracts[0].lines[1].vat = VatTreatment::OutOfScope { reason: "régie".into() };
    assert_eq!(found(&planned(&book, &october())), ["Blocking VatMix C1 - -"]);
}

/// September of C1, billed at 800 kWh when it was 900.
fn late(known: &str) -> LateMonth {
    let september = month("2026-09");
    let book = small_book();
    let at_first = read_at_ends(september, &[("A", "100", "900")]);
    let meters: Meters<'_> = book.meters.iter().map(|meter| (&meter.code, meter)).collect();
    let evidence = MonthEvidence::new(september, &book.facility, &meters, &at_first);
    let contract = &book.contracts[0];
    let terms = |line, tariff| LineTerms { contract, line, tariff, index: None };
    let billed = [
        rate_line(terms(&contract.lines[0], &book.tariffs[1]), &evidence).unwrap(),
        rate_line(terms(&contract.lines[1], &book.tariffs[0]), &evidence).unwrap(),
    ]
    .concat();
    LateMonth {
        contract: "C1".into(),
        month: september,
        invoice: InvoiceNumber::from_stored("DC2026000007"),
        billed: BilledLine::sums(billed.iter().map(|charge| billed_by(charge, "DC2026000007"))),
        credited: vec![],
        samples: std::sync::Arc::new(read_at_ends(september, &[("A", "100", known)])),
    }
}

#[test]
fn a_late_reading_becomes_a_regularisation_line() {
    let (book, samples) = (small_book(), october());
    let mut corrected = snapshot(&book, &samples);
    corrected.late = vec![late("1000")];
    let plan = plan(&corrected);
    assert_eq!(drafted(&plan), ["C1 3071.40", "C2 130.50"]); // + 100 × 0.145 × 1.2
    assert_eq!(found(&plan), ["Warning LateChange C1 energy -"]);
    assert_eq!(
        plan.problems[0].message.english,
        "the readings of 2026-09 changed after invoice DC2026000007: line energy is regularised by 14.50"
    );
    let charge = plan.drafts[0].charges.last().unwrap();
    assert_eq!(charge.kind, ChargeKind::Regularisation { month: month("2026-09"), invoice: "DC2026000007".into() });
    assert_eq!(charge.period, between("2026-09-01", "2026-10-01"));
}

/// A line may end and another begin under its code, at another rate of VAT: each is compared with what was billed for it.
#[test]
fn a_late_reading_of_a_line_that_followed_another_under_its_code_is_its_own() {
    let (mut book, samples) = (small_book(), october());
    let mut before = book.contracts[0].lines[1].clone();
    before.in_force.to = Some(day("2026-09-16"));
    before.vat = VatTreatment::Standard { rate_percent: decimal("10") };
    book.contracts[0].lines[1].in_force.from = day("2026-09-16");
    book.contracts[0].lines.push(before);
    let september = month("2026-09");
    let read = |known: &str| {
        let mut read = read_at_ends(september, &[("A", "100", known)]);
        let midmonth = Sample { at: midnight(day("2026-09-16"), Paris), value: "500".parse().unwrap() };
        read.get_mut(&MeterCode::from("A")).unwrap().insert(1, midmonth);
        read
    };
    let meters: Meters<'_> = book.meters.iter().map(|meter| (&meter.code, meter)).collect();
    let at_first = read("900");
    let evidence = MonthEvidence::new(september, &book.facility, &meters, &at_first);
    let contract = &book.contracts[0];
    let rated = contract.lines.iter().skip(1).flat_map(|line| {
        rate_line(LineTerms { contract, line, tariff: &book.tariffs[0], index: None }, &evidence).unwrap()
    });
    let billed = BilledLine::sums(rated.map(|charge| billed_by(&charge, "DC2026000007")));
    let regularised = |known: &str| {
        let mut corrected = snapshot(&book, &samples);
        corrected.late = vec![LateMonth { billed: billed.clone(), samples: read(known).into(), ..late("900") }];
        plan(&corrected)
    };
    let same = regularised("900");
    assert_eq!((found(&same), drafted(&same)), (vec![], drafted(&planned(&book, &samples))));
    let dearer = regularised("1000");
    assert_eq!(found(&dearer), ["Warning LateChange C1 energy -"]);
    let charge = dearer.drafts[0].charges.last().unwrap();
    // 100 kWh of the second half: its days, its rate of VAT.
    assert_eq!((charge.net.to_string(), charge.period), ("14.50".to_owned(), between("2026-09-16", "2026-10-01")));
    assert_eq!(charge.vat, vat_20());
}

#[test]
fn a_credit_that_a_regularisation_takes_back_is_pointed_out() {
    let (book, samples) = (small_book(), october());
    let mut credited = snapshot(&book, &samples);
    let mut september = late("1000");
    september.credited = vec![BilledLine {
        line: "energy".into(),
        from: day("2026-09-01"),
        quantity: crate::domain::quantity::Quantity::ZERO,
        net: "60.00".parse().unwrap(),
        documents: vec!["DC2026000008".into()],
    }];
    credited.late = vec![september];
    let plan = plan(&credited);
    assert_eq!(found(&plan), ["Warning LateChange C1 energy -", "Warning CreditTakenBack C1 energy -"]);
    assert!(plan.problems[1].message.english.contains("add an allowance of 60.00 to this month"));
}

/// A whole invoice was credited, and one of its meters corrected afterwards: lines whose readings say what they said stay
/// credited.
#[test]
fn a_credited_line_whose_readings_did_not_change_is_not_billed_again() {
    let (book, samples) = (small_book(), october());
    let mut september = late("900");
    september.credited = september.billed.clone();
    for line in &mut september.billed {
        line.net = Money::ZERO;
    }
    let mut credited = snapshot(&book, &samples);
    credited.late = vec![september.clone()];
    assert_eq!(found(&plan(&credited)), Vec::<String>::new(), "900 kWh were billed, and are known");
    september.samples = late("1000").samples;
    credited.late = vec![september];
    assert_eq!(found(&plan(&credited)), ["Warning LateChange C1 energy -", "Warning CreditTakenBack C1 energy -"]);
}

/// Issues the plan's first draft.
fn issued(book: &Book, plan: &Plan, position: i64) -> IssuedInvoice {
    plan.drafts[0].clone().issue(&IssueContext {
        number: InvoiceNumber::new("DC", 2026, position).unwrap(),
        issued_at: plan.month.period(Paris).to.to_utc(),
        issue_date: plan.month.next().first_day(),
        facility: &book.facility,
        seller: &book.seller,
        tenant: &tenant(),
        contract: &book.contracts[0],
    })
}

/// The lines of `documents` about a month, as they are kept.
fn lines_about(month: BillingMonth, documents: &[&IssuedInvoice]) -> Vec<IssuedLine> {
    let line = |document: &IssuedInvoice, charge: &Charge| IssuedLine {
        number: document.number.clone(),
        kind: document.kind,
        billed_in: document.month,
        line: charge.provenance.line.clone(),
        from: charge.period.from,
        quantity: charge.quantity,
        unit: charge.unit,
        net: charge.net,
    };
    let charges = documents.iter().flat_map(|document| document.charges.iter().map(move |charge| (*document, charge)));
    let about = charges.filter(|(document, charge)| charge.regards(document.month) == month);
    about.map(|(document, charge)| line(document, charge)).collect()
}

fn in_short(lines: &[BilledLine]) -> Vec<String> {
    lines.iter().map(|line| format!("{} {} {}", line.line, line.quantity, line.net)).collect()
}

#[test]
fn what_documents_billed_for_a_month_follows_regularisations_and_credit_notes() {
    let (book, samples) = (small_book(), october());
    let mut corrected = snapshot(&book, &samples);
    corrected.late = vec![late("1000")];
    let invoice = issued(&book, &plan(&corrected), 8);
    let shown =
        |about: &str, documents: &[&IssuedInvoice]| in_short(&billed_for(&lines_about(month(about), documents)));
    assert_eq!(shown("2026-09", &[&invoice]), ["energy 100 14.50"]);
    assert_eq!(shown("2026-10", &[&invoice]), ["racks 2 2400.00", "energy 1000 145.00"]);

    let number = InvoiceNumber::new("DC", 2026, 9).unwrap();
    let head = CreditNoteHead { number, issued_at: invoice.issued_at, issue_date: invoice.issue_date };
    let note = credit_note_of(&invoice, &[], CreditedLines::Rest, head).unwrap();
    assert_eq!(shown("2026-10", &[&invoice, &note]), ["racks 0 0.00", "energy 0 0.00"]);
    assert_eq!(shown("2026-09", &[&invoice, &note]), ["energy 0 0.00"]);
}

#[test]
fn what_was_credited_leaves_out_the_invoice_in_force_and_what_a_cancelled_one_billed() {
    let (book, samples) = (small_book(), october());
    let invoice = issued(&book, &planned(&book, &samples), 8);
    let number = InvoiceNumber::new("DC", 2026, 9).unwrap();
    let head = CreditNoteHead { number, issued_at: invoice.issued_at, issue_date: invoice.issue_date };
    let note = credit_note_of(&invoice, &[], CreditedLines::Rest, head).unwrap();
    let again = issued(&book, &planned(&book, &samples), 10);
    let october = month("2026-10");
    let credited = |documents: &[&IssuedInvoice], in_force: &IssuedInvoice| {
        in_short(&credited_for(&lines_about(october, documents), october, &in_force.number))
    };
    assert_eq!(credited(&[&invoice], &invoice), Vec::<String>::new());
    assert_eq!(credited(&[&invoice, &note], &invoice), ["racks 2 2400.00", "energy 1000 145.00"]);
    assert_eq!(credited(&[&invoice, &note, &again], &again), ["racks 0 0.00", "energy 0 0.00"]);
}

#[test]
fn late_readings_that_change_nothing_change_nothing() {
    let (book, samples) = (small_book(), october());
    let mut same = snapshot(&book, &samples);
    same.late = vec![late("900")];
    assert_eq!((drafted(&plan(&same)), plan(&same).problems), (drafted(&planned(&book, &samples)), Vec::new()));
}

#[test]
fn a_late_month_that_cannot_be_rated_blocks_rather_than_being_lost() {
    let (book, samples) = (small_book(), october());
    let mut fallen = snapshot(&book, &samples);
    fallen.late = vec![late("0")];
    let plan = plan(&fallen);
    assert_eq!(
        (drafted(&plan), found(&plan)),
        (vec!["C2 130.50".into()], vec!["Blocking UndeclaredDecrease C1 energy A".into()])
    );
    let told = &plan.problems[0].message.english;
    assert!(told.starts_with("regularising 2026-09, billed by invoice DC2026000007: meter A falls from"), "{told}");
}

#[test]
fn an_ended_contract_is_regularised_and_never_below_zero() {
    let (mut book, samples) = (small_book(), october());
    book.contracts[0].in_force.to = Some(day("2026-10-01"));
    let mut ended = snapshot(&book, &samples);
    ended.late = vec![late("1000")];
    assert_eq!(drafted(&plan(&ended)), ["C1 17.40", "C2 130.50"]);
    ended.late = vec![late("800")];
    assert_eq!(found(&plan(&ended)), ["Warning LateChange C1 energy -", "Blocking NegativeTotal C1 - -"]);
}

/// So much of C1's racks is allowed for September, of the 2,400.00 they were billed.
fn due(credit_percent: i64) -> DueCredit {
    let figure = NewAvailability {
        contract: "C1".into(),
        line: "racks".into(),
        month: month("2026-09"),
        percent: Decimal::new(98_500, 3),
        reason: "supervision".to_owned(),
    };
    let availability = Availability {
        id: 1,
        figure,
        committed_percent: Decimal::new(99_950, 3),
        credit_percent: Decimal::from(credit_percent),
        by: "finance".to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
    };
    DueCredit { availability, invoice: InvoiceNumber::from_stored("DC2026000007"), billed: "2400.00".parse().unwrap() }
}

#[test]
fn what_a_broken_promise_allows_waits_for_an_invoice_that_can_carry_it() {
    let (mut book, samples) = (small_book(), october());
    let mut allowed = snapshot(&book, &samples);
    allowed.credits = vec![due(10)];
    assert_eq!(drafted(&plan(&allowed)), ["C1 2766.00", "C2 130.50"], "3,054.00 less 240.00 and its tax");
    assert!(found(&plan(&allowed)).is_empty());

    // An ended contract has nothing to take it from: that is said, and blocks nothing.
    book.contracts[0].in_force.to = Some(day("2026-10-01"));
    let mut ended = snapshot(&book, &samples);
    ended.credits = vec![due(10)];
    assert_eq!(drafted(&plan(&ended)), ["C2 130.50"]);
    assert_eq!(found(&plan(&ended)), ["Warning CreditWaits C1 racks -"]);
    // An invoice of less than is allowed is issued without it.
    ended.late = vec![late("1000")];
    assert_eq!(drafted(&plan(&ended)), ["C1 17.40", "C2 130.50"]);
    assert_eq!(found(&plan(&ended)), ["Warning LateChange C1 energy -", "Warning CreditWaits C1 racks -"]);
    // What is below zero without any allowance still blocks.
    ended.late = vec![late("800")];
    assert_eq!(
        found(&plan(&ended)),
        ["Warning LateChange C1 energy -", "Warning CreditWaits C1 racks -", "Blocking NegativeTotal C1 - -"]
    );
}

#[test]
fn a_line_in_its_first_days_needs_no_readings_before_them() {
    let (mut book, mut samples) = (small_book(), october());
    book.contracts[0].lines[1].in_force = since("2026-10-18");
    let start = midnight(day("2026-10-18"), Paris);
    let from_start = |sample: &mut Sample| sample.at = sample.at.max(start);
    samples.get_mut(&"A".into()).unwrap().iter_mut().for_each(from_start);
    assert_eq!(drafted(&planned(&book, &samples)), ["C1 3054.00", "C2 130.50"]);
}
