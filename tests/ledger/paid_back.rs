//! What is owed to a tenant goes back: sent to it, or set against another of its invoices.

use serde_json::Value;

use crate::common::{ENGINES, Engine, World};
use crate::story::{LATER, json_at, refused, story};
use crate::text_of;

/// `DC2026000001` and `DC2026000003` are of one tenant: the first is paid, late, and credited as a whole here.
fn overpaid(world: &World) -> i64 {
    story(world);
    let credit = ["invoices", "credit", "DC2026000001", "--reason", "Facturée deux fois"];
    cents(&json_at(world, LATER, &credit), "open")
}

/// What a command prints at an instant.
fn ok_at(world: &World, now: &str, arguments: &[&str]) -> String {
    let output = world.chapelle_at(now, arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn cents(report: &Value, key: &str) -> i64 {
    text_of(report, key).replace('.', "").parse().unwrap()
}

fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn of<'a>(all: &'a Value, number: &str) -> &'a Value {
    all.as_array().unwrap().iter().find(|one| one["number"] == number).unwrap_or_else(|| panic!("{number} in {all:#}"))
}

/// Every comparison of the accounts with what explains them that an invoice or a payment takes part in.
fn ties(world: &World) {
    for report in [["journal", "tie-out", "--year", "2027"], ["journal", "reconcile", "--as-of", "2027-02-10"]] {
        let tied = json_at(world, LATER, &report);
        for one in tied["comparisons"].as_array().unwrap() {
            let check = text_of(one, "check");
            if ["receivables", "payments", "interest-claimed", "credited", "journal"].contains(&check) {
                assert_eq!(text_of(one, "difference"), "0.00", "{one:#}");
            }
        }
    }
}

#[test]
fn what_is_owed_goes_back_in_parts_and_the_accounts_agree() {
    for engine in ENGINES {
        let world = World::new(engine);
        let owed = -overpaid(&world);
        assert!(owed > 0, "{owed}");
        let open = ok_at(&world, LATER, &["payments", "open"]);
        assert!(open.contains("owed to the tenant") && open.contains("chapelle payments refund INVOICE"), "{open}");
        let before = json_at(&world, LATER, &["payments", "open"]);
        let tenant = text_of(of(&before, "DC2026000001"), "tenant").to_owned();
        let target = before
            .as_array()
            .unwrap()
            .iter()
            .find(|one| text_of(one, "tenant") == tenant && !text_of(one, "open").starts_with('-'));
        let target = target.unwrap_or_else(|| panic!("{before:#}"));
        let (to, due) = (text_of(target, "number").to_owned(), cents(target, "open"));
        let part = owed.min(due) / 2;

        let transfer = json_at(&world, LATER, &["payments", "transfer", "DC2026000001", &to, "--amount", &euros(part)]);
        assert_eq!(text_of(&transfer, "number"), "IMP-2027-000001");
        assert_eq!((cents(&transfer, "open_after"), cents(&transfer, "to_open_after")), (part - owed, due - part));
        assert_eq!((&transfer["letter"], &transfer["to_letter"]), (&Value::Null, &Value::Null));
        assert_eq!(transfer["is_interest_due"], true, "it came late: {transfer:#}");
        ties(&world);

        let rest = euros(owed - part);
        let refund = ["payments", "refund", "DC2026000001", "--amount", &rest, "--on", "2027-02-10"];
        let refund = json_at(&world, LATER, &[refund.as_slice(), &["--reference", "VIR 12"]].concat());
        assert_eq!((text_of(&refund, "number"), text_of(&refund, "open_after")), ("RBT-2027-000001", "0.00"));
        assert!(refund["letter"].is_string(), "its debit lines, the transfer's among them, come to zero: {refund:#}");
        ties(&world);
        let left = json_at(&world, LATER, &["payments", "open"]);
        assert!(left.as_array().unwrap().iter().all(|one| one["number"] != "DC2026000001"), "{left:#}");

        // What is left of the other is paid: its own lines, and the transfer's other side, get a letter of their own.
        let last = euros(due - part);
        let pay = ["payments", "record", "--invoice", &to, "--date", "2027-02-10", "--amount", &last];
        let paid = json_at(&world, LATER, &pay);
        assert!(paid["letter"].is_string() && paid["letter"] != refund["letter"], "{paid:#}");
        let claimed = json_at(&world, LATER, &["payments", "interest", "--invoice", &to]);
        let mut claims = claimed["claims"].as_array().unwrap().iter();
        assert!(claims.any(|claim| text_of(claim, "document") == "INT-IMP-2027-000001"), "{claimed:#}");
        ties(&world);

        let listed = json_at(&world, LATER, &["payments", "list"]);
        assert_eq!(cents(of(&listed, "RBT-2027-000001"), "amount"), part - owed, "a refund is below zero");
        assert!(listed.as_array().unwrap().iter().all(|one| one["number"] != "IMP-2027-000001"), "it moved no money");
        let rebuilt = json_at(&world, LATER, &["payments", "rebuild"]);
        assert_eq!(rebuilt["mended"].as_array().unwrap().len(), 0, "{rebuilt:#}");
        let lines = ok_at(&world, LATER, &["journal", "list", "--document", "RBT-2027-000001"]);
        assert!(lines.contains("Remboursement DC2026000001"), "{lines}");
        let verified = world.chapelle_at(LATER, &["audit", "verify"]).output().unwrap();
        assert_eq!(verified.status.code(), Some(0), "{}", String::from_utf8_lossy(&verified.stderr));
    }
}

#[test]
fn what_is_not_owed_does_not_go_back() {
    let world = World::new(Engine::Sqlite);
    let owed = euros(-overpaid(&world));
    let refund = |invoice: &str, amount: &str, on: &str| {
        refused(&world, LATER, &["payments", "refund", invoice, "--amount", amount, "--on", on])
    };
    let transfer = |to: &str, amount: &str| {
        refused(&world, LATER, &["payments", "transfer", "DC2026000001", to, "--amount", amount])
    };
    let too_much = refund("DC2026000001", "9999999.00", "2027-02-10");
    assert!(too_much.contains(&format!("= {owed}; pay back {owed} at most")), "{too_much}");
    assert!(refund("DC2026000003", "1", "2027-02-10").contains("nothing is owed to the tenant on DC2026000003"));
    assert!(refund("DC2026000001", "1", "2027-02-11").contains("has not come yet"));
    assert!(refund("DC2026000001", "1", "2027-02-09").contains("before 2027-02-10"));
    assert!(refund("DC2026000001", "0", "2027-02-10").contains("not above zero"));
    assert!(refund("DC2026000099", "1", "2027-02-10").contains("invoice DC2026000099 is not known here"));
    assert!(transfer("DC2026000001", "1").contains("against itself"));
    assert!(transfer("DC2026000002", "1").contains("pays invoices of its own only"));
    // A month that is closed takes neither.
    ok_at(&world, "2027-03-02T09:00:00Z", &["amortisation", "post", "--through", "2027-02"]);
    ok_at(&world, "2027-03-02T09:00:00Z", &["journal", "close", "2027-02"]);
    let closed = refund("DC2026000001", "1", "2027-02-10");
    assert!(closed.contains("2027-02") && closed.contains("closed"), "{closed}");
    let listed = json_at(&world, LATER, &["payments", "list"]);
    assert!(listed.as_array().unwrap().iter().all(|one| !text_of(one, "number").starts_with("RBT")));
}
