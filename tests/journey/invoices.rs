//! Invoices after their issue, and the demo as a whole.

use crate::common::{ENGINES, Engine, World, small_book_path};
use crate::{cents, json, ready};
use chapelle::app::{figures, read_invoices};
use chapelle::domain::access::TenantScope;
use chapelle::domain::invoice::InvoiceKind;
use chapelle::domain::money::Money;
use chapelle::domain::rating::ChargeKind;
use serde_json::Value;

#[test]
fn commands_that_only_confirm_do_so_for_scripts_as_well() {
    let world = World::new(Engine::Sqlite);
    let checked = json(&world, &["import", "--check", small_book_path().to_str().unwrap()]);
    assert_eq!(checked["sound"], true, "{checked}");
    let arguments = ["--json", "user", "add", "--email", "a@example.org", "--name", "A", "--role", "auditor"];
    let mut add = world.chapelle(&arguments);
    let mut child = add.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"quatre mots sans lien\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let added: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&added["email"], &added["role"]), (&"a@example.org".into(), &"auditor".into()));
}

#[test]
fn a_document_that_is_gone_is_made_again() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
    let path = world.dir.path().join("archive/2026/DC2026000001.xml");
    let before = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(json(&world, &["invoices", "archive"])["remade"].as_u64(), Some(1));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn an_invoice_refused_for_its_references_is_corrected_and_its_title_is_at_hand() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let titre = |number: &str| json(&world, &["invoices", "titre", "--number", number]);
        let first = titre("DC2026000001");
        let number = |value: &Value| value.as_str().unwrap().to_owned();
        let sum = |list: &Value, key: &str| list.as_array().unwrap().iter().map(|one| cents(&one[key])).sum::<i64>();
        assert_eq!(sum(&first["imputation"], "amount"), cents(&first["gross"]), "{first:#}");
        assert_eq!(sum(&first["liquidation"], "net"), cents(&first["net"]));
        assert_eq!(first["attachment"]["sha256"].as_str().unwrap().len(), 64);
        let csv = world.ok(&["invoices", "titre", "--number", "DC2026000001", "--format", "csv"]);
        let rows = first["liquidation"].as_array().unwrap().len() + first["vat"].as_array().unwrap().len();
        assert_eq!(csv.lines().count(), 1 + rows, "{csv}");

        let before = figures::figures(&world.store()).unwrap();
        let book = std::fs::read_to_string(small_book_path()).unwrap();
        let moved = world.file("moved.toml", &book.replace("postcode = \"75012\"", "postcode = \"75010\""));
        world.ok(&["import", moved.to_str().unwrap()]);
        let report = json(&world, &["invoices", "correct", "DC2026000001", "--reason", "refused by Chorus Pro"]);
        let (note, corrected) = (number(&report["credit_note"]), number(&report["corrected"]));
        assert_eq!((note.as_str(), corrected.as_str()), ("DC2026000004", "DC2026000005"));
        assert_eq!(report["gross"], first["gross"]);
        let issued = read_invoices::one(&world.store(), &TenantScope::Everyone, &corrected).unwrap().unwrap();
        assert_eq!(issued.kind, InvoiceKind::Corrected);
        assert_eq!(issued.corrects.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>(), ["DC2026000001"]);
        assert_eq!(titre(&note)["kind"], "reduction");
        assert_eq!(titre(&corrected)["imputation"], first["imputation"]);
        assert_eq!(titre(&note)["imputation"], first["imputation"], "in the direction of the title");
        let after = figures::figures(&world.store()).unwrap();
        assert_eq!((after.net, after.tax, after.gross), (before.net, before.tax, before.gross), "no amount changed");
        assert_eq!(after.tenants.iter().map(|one| one.gross).sum::<Money>(), before.gross);
        assert_eq!(after.journal_debit, after.journal_credit);
        let again = world.run(&["invoices", "correct", "DC2026000001", "--reason", "again"]);
        assert_eq!(again.status.code(), Some(2), "{}", String::from_utf8_lossy(&again.stderr));
        let check = json(&world, &["invoices", "archive"]);
        assert_eq!((check["sound"].as_u64(), check["damaged"].as_array().unwrap().len()), (Some(10), 0));
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        assert!(plan["drafts"].as_array().unwrap().len() > 1, "{plan:#}");
    }
}

#[test]
fn what_a_structure_requires_is_checked_before_its_month_is_billed() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let strict = book.replacen(
        "payment_term_class = \"health-establishment\"",
        "payment_term_class = \"health-establishment\"\nchorus_requires = \"both\"",
        1,
    );
    let strict = strict.lines().filter(|line| !line.starts_with("service_code")).collect::<Vec<_>>().join("\n");
    let strict = world.file("strict.toml", &strict);
    world.ok(&["import", strict.to_str().unwrap()]);
    let plan = json(&world, &["billing", "plan", "--month", "2026-09"]);
    let problems = plan["problems"].as_array().unwrap();
    let missing: Vec<&Value> = problems.iter().filter(|problem| problem["what"] == "missing-routing").collect();
    assert_eq!(missing.len(), 1, "{problems:#?}");
    let message = missing[0]["message"].as_str().unwrap();
    assert!(message.contains("a service code") && message.contains("service_code of the tenant"), "{message}");
    assert_eq!(plan["drafts"].as_array().unwrap().len(), 2, "the others are billed");
}

/// Thirteen months hold what happens in the seventh, ninth and twelfth: a swapped meter, a silent one, a correction of a
/// billed month. Read once an hour, they are quickly made.
#[test]
fn the_demo_ends_with_books_that_agree_and_goes_on_where_it_stands() {
    let world = World::new(Engine::Sqlite);
    let coarse = ["demo", "--no-serve", "--months", "13", "--step-minutes", "60"];
    let first = json(&world, &coarse);
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let figures = &first["figures"];
    assert_eq!(cents(&figures["journal_debit"]), cents(&figures["journal_credit"]), "{first:#}");
    assert_eq!(cents(&figures["net"]) + cents(&figures["tax"]), cents(&figures["gross"]));
    let by_tenant: i64 = figures["tenants"].as_array().unwrap().iter().map(|tenant| cents(&tenant["gross"])).sum();
    assert_eq!(by_tenant, cents(&figures["gross"]));
    // The correction of the twelfth month is a line of the thirteenth's invoice.
    let regularises = |invoice: &Value| {
        let number = invoice["number"].as_str().unwrap();
        let issued = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        issued.charges.iter().any(
            |charge| matches!(&charge.kind, ChargeKind::Regularisation { month, .. } if month.to_string() == "2026-09"),
        )
    };
    let last = json(&world, &["invoices", "list", "--month", "2026-10"]);
    assert_eq!(last.as_array().unwrap().iter().filter(|invoice| regularises(invoice)).count(), 1, "{last:#}");
    // The cap of the example binds in some months, not in all.
    let capped = json(&world, &["invoices", "list"]);
    let capped: Vec<bool> = capped
        .as_array()
        .unwrap()
        .iter()
        .filter(|invoice| invoice["contract"] == "HABITAT-2026")
        .map(|invoice| {
            let number = invoice["number"].as_str().unwrap();
            let issued = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
            issued.charges.iter().any(|charge| matches!(charge.kind, ChargeKind::CapReduction { .. }))
        })
        .collect();
    assert!(capped.contains(&true) && capped.contains(&false), "{capped:?}");
    // The years before are closed: charges and income begin at nothing.
    let balance = ["journal", "balance", "--to", "2026-10-31", "--format", "json"];
    let output = world.run(&balance);
    let balance: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results: Vec<&Value> = balance["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["account"].as_str().unwrap().starts_with(['6', '7']))
        .collect();
    assert_eq!(results.len(), 2, "depreciation and rents: {balance:#}");
    for row in results {
        assert_eq!((cents(&row["opening_debit"]), cents(&row["opening_credit"])), (0, 0), "{row:#}");
    }
    let again = json(&world, &coarse);
    assert_eq!((again["readings_loaded_now"].as_u64(), &again["figures"]), (Some(0), figures));
    let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
    assert_eq!(plan["drafts"].as_array().unwrap().len(), 0, "{plan:#}");
}
