//! What is built goes into service in parts.

use chrono::NaiveDate;
use insta::assert_snapshot;

use super::event_tests::{balances, build, commission, event, posted, told};
use super::fixtures::{asset, component};
use super::movements::movements;
use super::report::report;
use super::*;
use crate::domain::ledger::Chart;

fn euros(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A hall of 500,000.00 over 50 years and cooling of 200,000.00 over ten, built for one invoice.
fn built(events: Vec<AssetEvent>) -> FixedAsset {
    let mut thing = asset(vec![component("hall", "500000.00", 50), component("cold", "200000.00", 10)]);
    build(&mut thing);
    thing.events = events;
    thing
}

#[test]
fn what_is_built_gathers_costs_and_goes_into_service() {
    let mut built = asset(vec![component("it", "500000.00", 5)]);
    (built.commissioned_on, built.commissioning_evidence) = (None, None);
    built.record.construction_account = Some("2313".into());
    let invoice = |number: &str, date: &str, amount: &str| SupplierInvoice {
        supplier: "Bâtisseur".into(),
        number: number.into(),
        date: day(date),
        amount: euros(amount),
    };
    built.record.invoices = vec![invoice("1", "2025-02-10", "200,000.00"), invoice("2", "2025-06-10", "300,000.00")];
    assert_eq!(balances(&posted(std::slice::from_ref(&built), "2025-12")).get("2313"), Some(&euros("500,000.00")));
    assert!(plans(std::slice::from_ref(&built)).is_empty());
    let spent = |built: &FixedAsset, on: &str| {
        let found = report(std::slice::from_ref(built), day(on), &PostedDepreciation::default());
        let waiting: Vec<String> = found.assets[0].being_built.iter().map(|part| part.code.to_string()).collect();
        (found.assets[0].cost_to_date, waiting)
    };
    let waiting = vec!["it".to_owned()];
    assert_eq!(spent(&built, "2025-05-31"), (Some(euros("200,000.00")), waiting.clone()));
    assert_eq!(spent(&built, "2025-12-31"), (Some(euros("500,000.00")), waiting));

    built.events = vec![event("2026-01-01", commission(&[]))];
    assert_eq!(told(&built), "");
    let held = balances(&posted(std::slice::from_ref(&built), "2026-12"));
    assert_eq!((held.get("2313"), held.get("2183")), (Some(&Money::ZERO), Some(&euros("500,000.00"))));
    assert_eq!(held.get("28183"), Some(&euros("-100,000.00")));
    assert_eq!(spent(&built, "2025-12-31"), (Some(euros("500,000.00")), vec![]));
    assert_eq!(spent(&built, "2026-01-01"), (None, vec![]));
    let report = movements(std::slice::from_ref(&built), 2026, &Chart::default(), &held);
    assert_eq!(report.total.gross_transfers, Money::ZERO);
    assert!(report.reconciliation.iter().all(|line| line.difference.is_zero()), "{:#?}", report.reconciliation);
}

#[test]
fn a_part_leaves_the_account_of_construction_and_the_rest_stays() {
    let mut second = event("2026-07-01", commission(&["hall"]));
    if let AssetChange::Commission { evidence, .. } = &mut second.change {
        *evidence = "Second report".into();
    }
    let assets = [built(vec![event("2025-01-01", commission(&["cold"])), second])];
    assert_eq!(told(&assets[0]), "");
    let held = balances(&posted(&assets, "2025-12"));
    let on = |account: &str| held.get(account).copied().unwrap_or_default();
    assert_eq!((on("2313"), on("2183"), on("28183")), (euros("500,000.00"), euros("200,000.00"), euros("-20,000.00")));
    let year = movements(&assets, 2025, &Chart::default(), &held);
    assert_eq!((year.total.gross_closing, year.total.gross_transfers), (euros("700,000.00"), Money::ZERO));
    assert!(year.reconciliation.iter().all(|line| line.difference.is_zero()), "{:#?}", year.reconciliation);

    let held = balances(&posted(&assets, "2026-12"));
    let on = |account: &str| held.get(account).copied().unwrap_or_default();
    // 2 × 20,000.00 and half of 10,000.00.
    assert_eq!((on("2313"), on("2183"), on("28183")), (Money::ZERO, euros("700,000.00"), euros("-45,000.00")));
    let found = report(&assets, day("2026-12-31"), &PostedDepreciation::default());
    let parts = &found.assets[0].components;
    let shown: Vec<(&str, NaiveDate, Option<&str>)> =
        parts.iter().map(|p| (p.code.as_str(), p.commissioned_on, p.commissioning_evidence.as_deref())).collect();
    let expected = [("hall", day("2026-07-01"), Some("Second report")), ("cold", day("2025-01-01"), Some("Report"))];
    assert_eq!(shown, expected);
    assert_eq!(found.assets[0].commissioned_on, Some(day("2025-01-01")));
}

#[test]
fn the_last_event_without_names_takes_what_is_left() {
    let assets = [built(vec![event("2025-01-01", commission(&["cold"])), event("2026-01-01", commission(&[]))])];
    assert_eq!(told(&assets[0]), "");
    let partly = [built(vec![event("2025-01-01", commission(&["cold"]))])];
    let found = report(&partly, day("2025-12-31"), &PostedDepreciation::default());
    let waiting: Vec<(&str, Money)> =
        found.assets[0].being_built.iter().map(|part| (part.code.as_str(), part.cost)).collect();
    assert_eq!(waiting, [("hall", euros("500,000.00"))]);
    assert_eq!(found.assets[0].cost_to_date, Some(euros("500,000.00")), "700,000.00 invoiced − 200,000.00 in service");
    assert_eq!(found.total.position.gross_value, euros("200,000.00"));
}

#[test]
fn what_cannot_go_into_service_is_refused_with_its_arithmetic() {
    let mut late = built(vec![
        event("2025-01-01", commission(&["cold"])),
        event("2025-02-01", commission(&["cold"])),
        event("2025-03-01", commission(&["roof"])),
        event("2025-04-01", AssetChange::Impair { component: "hall".into(), amount: euros("1.00") }),
        event("2025-05-01", commission(&["hall"])),
    ]);
    late.record.invoices[0].amount = euros("600,000.00");
    assert_snapshot!(told(&late), @r"
    asset DC-2019, event 2 (commission on 2025-02-01): `cold` is in service since 2025-01-01; it is put into service once
    asset DC-2019, event 3 (commission on 2025-03-01): there is no component `roof`; there are cold, hall
    asset DC-2019, event 4 (impair on 2025-04-01): `hall` is still under construction; put it into service first (commission)
    asset DC-2019, event 5 (commission on 2025-05-01): what goes into service costs 500,000.00: invoiced 600,000.00 − put into service before 200,000.00 = 400,000.00 stands under construction; enter the invoices first, or name less
    ");
}

/// The last invoice of what is in service already comes later, as it does.
#[test]
fn an_invoice_that_comes_after_holds_nothing_up() {
    let mut thing = built(vec![event("2025-01-01", commission(&["cold"])), event("2025-03-01", commission(&["hall"]))]);
    let rest =
        SupplierInvoice { date: day("2025-04-10"), amount: euros("600,000.00"), ..thing.record.invoices[0].clone() };
    thing.record.invoices[0].amount = euros("100,000.00");
    thing.record.invoices.push(rest);
    assert_eq!(told(&thing), "");
    let on = |through: &str| balances(&posted(std::slice::from_ref(&thing), through)).get("2313").copied();
    assert_eq!((on("2025-03"), on("2025-04")), (Some(euros("-600,000.00")), Some(Money::ZERO)));
}

/// What was invoiced, and charged of another part, is no posting that a commissioning must come after; a posted event is.
#[test]
fn a_commissioning_comes_after_posted_events_and_need_not_after_invoices_or_other_charges() {
    let stored = built(vec![event("2025-01-01", commission(&["cold"]))]);
    let wanted = |change: AssetChange| {
        let mut wanted = stored.clone();
        wanted.events.push(event("2025-06-01", change));
        wanted
    };
    let told = |wanted: &FixedAsset, moved_through: &str| {
        let (posted_through, moved_through) = (Some(day("2025-12-31")), Some(day(moved_through)));
        let locked = LockedAsset { stored: &stored, is_posted: true, posted_through, moved_through };
        locked.problems(wanted).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let hall = wanted(commission(&["hall"]));
    assert_eq!(told(&hall, "2025-01-01"), "");
    assert_snapshot!(told(&hall, "2025-08-31"), @"asset DC-2019: event 2 (commission of hall on 2025-06-01, recorded on 2026-01-15 by test) takes effect within what is posted through 2025-08-31, and posted charges stay; give it a day from 2025-09-01 on");
    let impaired = wanted(AssetChange::Impair { component: "cold".into(), amount: euros("1.00") });
    assert!(told(&impaired, "2025-01-01").contains("posted through 2025-12-31"));
}

#[test]
fn what_is_still_being_built_may_cost_more() {
    let stored = built(vec![event("2025-01-01", commission(&["cold"]))]);
    let locked = |stored: &FixedAsset, wanted: &FixedAsset| {
        let locked =
            LockedAsset { stored, is_posted: true, posted_through: Some(day("2025-12-31")), moved_through: None };
        locked.problems(wanted).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let grown = |part: usize| {
        let mut wanted = stored.clone();
        wanted.components[part].cost += euros("50,000.00");
        wanted.cost += euros("50,000.00");
        let more = SupplierInvoice { amount: euros("50,000.00"), ..wanted.record.invoices[0].clone() };
        wanted.record.invoices.push(more);
        wanted
    };
    assert_eq!(locked(&stored, &grown(0)), "");
    assert_snapshot!(locked(&stored, &grown(1)), @"asset DC-2019: the cost of component cold is 200,000.00 and cannot become 250,000.00: its charges are posted through 2025-12; record an event instead (chapelle assets), or leave it as it was");
}
