//! What a tenant sent beyond what it owes: kept on account, settling an invoice, sent back; and the books with it.

use chapelle::app::correct_kept::{self, NewCorrection};
use chapelle::app::keep_by_hand::{self, NewReceived};
use chapelle::app::repay::{self, NewRepayment};
use chapelle::app::settle_from_account::{self, NewSettlement};
use chapelle::app::{AppError, Store, charge_interest, import_statement, match_receipts, on_account, record_payment};
use chapelle::domain::access::TenantScope;
use chapelle::domain::audit::Actor;
use chapelle::domain::ids::TenantCode;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;
use chapelle::domain::told::Tell;
use diesel::connection::SimpleConnection;

use crate::common::{ENGINES, Engine, World};
use crate::story::{LATER, json_at, refused, story, years_closed};
use crate::text_of;

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

/// A transfer of 500.00 that names no invoice.
const STATEMENT: &str = "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct><Ntry>\
                <Amt Ccy=\"EUR\">498.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2027-01-05</Dt></BookgDt>\
                <NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy=\"EUR\">500.00</Amt></TxAmt></AmtDtls><Chrgs><Amt Ccy=\"EUR\">\
                2.00</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>";

/// Its receipt's key.
fn received(store: &Store) -> String {
    import_statement::import(store, STATEMENT.as_bytes(), &by(), LATER.parse().unwrap()).unwrap();
    match_receipts::left(store).unwrap()[0].key.clone()
}

/// The same statement read again brings nothing, not even where the receipt itself was lost: what was kept names it.
fn received_again(store: &Store) {
    let mut connection = store.connection().unwrap();
    connection.batch_execute("DELETE FROM bank_receipt").unwrap();
    drop(connection);
    import_statement::import(store, STATEMENT.as_bytes(), &by(), LATER.parse().unwrap()).unwrap();
    assert_eq!(match_receipts::left(store).unwrap(), []);
}

/// What a refusal says.
fn said<T: std::fmt::Debug>(done: Result<T, AppError>) -> String {
    done.unwrap_err().told().key
}

/// Every comparison money on account takes part in, the account itself among them.
fn ties(world: &World, kept: &str) {
    for report in [["journal", "tie-out", "--year", "2027"], ["journal", "reconcile", "--as-of", "2027-02-10"]] {
        let tied = json_at(world, LATER, &report);
        let comparisons = tied["comparisons"].as_array().unwrap();
        for one in comparisons {
            if ["receivables", "payments", "on-account", "journal"].contains(&text_of(one, "check")) {
                assert_eq!(text_of(one, "difference"), "0.00", "{one:#}");
            }
        }
        let own = comparisons.iter().find(|one| text_of(one, "check") == "on-account").unwrap();
        assert_eq!((text_of(own, "accounts"), text_of(own, "ledger")), ("419", kept));
    }
}

#[test]
fn a_receipt_is_kept_settles_an_invoice_and_the_rest_goes_back() {
    let (at, cents) = (LATER.parse().unwrap(), Money::from_cents);
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let open = json_at(&world, LATER, &["payments", "open"]);
        let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000003").unwrap();
        let tenant = TenantCode(text_of(one, "tenant").to_owned());
        let key = received(&store);
        let kept = match_receipts::keep_on_account(&store, &key, &tenant, None, &by(), at).unwrap();
        assert_eq!((kept.number.as_str(), kept.balance), ("CPT-2027-000001", cents(50_000)), "{engine:?}");
        assert_eq!(match_receipts::left(&store).unwrap(), []);
        assert!(match_receipts::keep_on_account(&store, &key, &tenant, None, &by(), at).is_err(), "once");
        received_again(&store);
        ties(&world, "500.00");

        let settle = |invoice: &str, on: &str, amount| {
            let (invoice, on) = (InvoiceNumber::from_stored(invoice.to_owned()), on.parse().unwrap());
            let reference = Some("compensation de mars".to_owned());
            let new = NewSettlement { tenant: tenant.clone(), invoice, on, amount: cents(amount), reference };
            settle_from_account::record(&store, &new, false, &by(), at)
        };
        assert_eq!(said(settle("DC2026000003", "2027-01-04", 1_000)), "on-account-too-much", "not there yet");
        assert_eq!(said(settle("DC2026000003", "2027-02-01", 50_001)), "payment-too-much", "of the invoice");
        let others = ["DC2026000002", "DC2026000004"];
        assert_eq!(others.map(|other| said(settle(other, "2027-02-01", 1))), ["on-account-other-tenant"; 2]);
        let settled = settle("DC2026000003", "2027-02-01", 20_000).unwrap();
        assert_eq!(said(settle("DC2026000003", "2027-02-01", 20_000)), "settlement-stands", "sent twice, done once");
        let paid = &settled.payments[0];
        assert_eq!((paid.open_after, settled.balance), (paid.open_before - cents(20_000), cents(30_000)));
        assert_eq!(paid.received_on.to_string(), "2027-01-05", "it counts as paid on the day it came");
        let recorded = record_payment::list(&store, None, None).unwrap();
        let recorded = recorded.into_iter().find(|one| one.payment.number == paid.number).unwrap();
        assert_eq!(recorded.payment.reference.as_deref(), Some("compensation de mars"));
        ties(&world, "300.00");

        let send_back = |amount, on: &str| {
            let (tenant, on) = (tenant.clone(), on.parse().unwrap());
            let new = NewRepayment { tenant, on, amount: cents(amount), reference: Some("VIR 7".to_owned()) };
            repay::record(&store, &new, false, &by(), at)
        };
        assert_eq!(said(send_back(30_001, "2027-02-09")), "on-account-too-much");
        let repaid = send_back(30_000, "2027-02-09").unwrap();
        assert_eq!((repaid.number.as_str(), repaid.balance), ("CPT-2027-000002", Money::ZERO), "{engine:?}");
        assert_eq!(on_account::total(&store, &TenantScope::Everyone).unwrap(), Money::ZERO);
        ties(&world, "0.00");
        let verified = json_at(&world, LATER, &["audit", "verify"]);
        assert_eq!(verified["findings"].as_array().map(Vec::len), Some(0), "{engine:?}: {verified:#}");
        names_what_is_lost_of_a_receipt(&world, engine);
    }
}

/// What makes a receipt known, and what the bank kept of it, are held against the event that kept it.
fn names_what_is_lost_of_a_receipt(world: &World, engine: Engine) {
    let free = match engine {
        Engine::Sqlite => "DROP TRIGGER on_account_no_update; DROP TRIGGER journal_line_no_update",
        Engine::Postgres => "ALTER TABLE on_account DISABLE TRIGGER ALL; ALTER TABLE journal_line DISABLE TRIGGER ALL",
    };
    let change = |statements: &str| world.store().connection().unwrap().batch_execute(statements).unwrap();
    let named = |expected: &str| {
        let output = world.chapelle_at(LATER, &["--json", "audit", "verify"]).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{engine:?}");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(expected), "{engine:?}: {told}");
    };
    change(free);
    change("UPDATE on_account SET statement_key = NULL WHERE number = 'CPT-2027-000001'");
    named("receipt: stored is , event");
    for (more, which) in [("- 100", "= 200"), ("+ 100", "> 200")] {
        let set = format!("UPDATE journal_line SET debit_cents = debit_cents {more} WHERE debit_cents {which}");
        change(&format!("{set} AND document = 'CPT-2027-000001'"));
    }
    named("bank_charges: its journal entry debits ");
    change("UPDATE on_account SET moved_on = '2027-02-10' WHERE number = 'CPT-2027-000001'");
    named("it left on 2027-02-09, and is taken from CPT-2027-000001, which came on 2027-02-10");
}

#[test]
fn the_rest_of_a_payment_is_kept_by_the_command_line_and_stands_in_every_export() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let open = json_at(&world, LATER, &["payments", "open"]);
    let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000004").unwrap();
    let (tenant, left) = (text_of(one, "tenant"), text_of(one, "open").parse::<Money>().unwrap());
    let more = (left + Money::from_cents(10_000)).to_string();
    let record = ["payments", "record", "--invoice", "DC2026000004", "--date", "2027-01-20", "--amount", &more];
    assert!(refused(&world, LATER, &record).contains("or keep the rest on account"));
    let keeping = [&record[..], &["--keep-rest"]].concat();
    let kept = json_at(&world, LATER, &keeping);
    assert_eq!((text_of(&kept, "open_after"), text_of(&kept["kept"], "amount")), ("0.00", "100.00"));
    let twice = || String::from_utf8_lossy(&world.chapelle_at(LATER, &keeping).output().unwrap().stderr).into_owned();
    assert!(twice().contains("stands already"), "the same sent twice is received once");
    let claimed = json_at(&world, LATER, &["payments", "interest", "--invoice", "DC2026000004"]);
    assert_ne!(text_of(&claimed, "open"), "0.00", "it came late");
    assert!(twice().contains("stands already"), "nor is it received in other parts once something is open again");
    let repay = ["payments", "repay", tenant, "--amount", "40.00", "--on", "2027-02-01"];
    json_at(&world, LATER, &repay);
    let twice = world.chapelle_at(LATER, &repay).output().unwrap();
    assert!(String::from_utf8_lossy(&twice.stderr).contains("stands already"), "sent twice, done once");
    assert!(
        refused(&world, LATER, &["payments", "repay", tenant, "--amount=-1", "--on", "2027-02-01"])
            .contains("above zero")
    );
    let account = json_at(&world, LATER, &["payments", "account", tenant]);
    assert_eq!((text_of(&account, "balance"), account["movements"].as_array().unwrap().len()), ("60.00", 2));
    ties(&world, "60.00");

    let out = |to: &str, file: &str, arguments: &[&str]| {
        let (to, file) = (world.dir.path().join(to), world.dir.path().join(file));
        let all = [arguments, &["-o", to.to_str().unwrap()]].concat();
        let output = world.chapelle_at(LATER, &all).output().unwrap();
        assert!(output.status.success(), "{all:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned()
    };
    let fec = out("fec", "fec/217500016FEC20271231.txt", &["journal", "fec", "--year", "2027"]);
    let field = |line: &str, position| line.split('\t').nth(position).map(str::to_owned);
    let own: Vec<&str> = fec.lines().filter(|line| field(line, 4).as_deref() == Some("419")).collect();
    assert!(own.len() == 2 && own.iter().all(|line| field(line, 6).as_deref() == Some(tenant)), "{fec}");
    let journal = out("all.journal", "all.journal", &["journal", "export", "--format", "hledger"]);
    assert!(journal.contains("CPT-2027-000001") && journal.contains("CPT-2027-000002"), "{journal}");
    let balance = json_at(&world, LATER, &["journal", "balance", "--to", "2027-02-10"]).to_string();
    assert!(balance.contains("\"419\""), "{balance}");
    let ledger = ["journal", "ledger", "--account", "419", "--to", "2027-02-10"];
    let ledger = json_at(&world, LATER, &ledger).to_string();
    assert!(ledger.contains("CPT-2027-000001") && ledger.contains("60.00"), "{ledger}");
}

/// Two tenants with open invoices.
fn two_tenants(open: &serde_json::Value) -> (&str, &str) {
    let mut tenants = open.as_array().unwrap().iter().map(|one| text_of(one, "tenant"));
    let first = tenants.next().unwrap();
    (first, tenants.find(|one| *one != first).unwrap())
}

/// A receipt kept for the wrong tenant is moved to the right one, then taken back altogether: it waits again, is kept again, and
/// the bank, its charges and the account are what they were.
#[test]
fn what_was_kept_by_mistake_is_taken_back_and_waits_again() {
    let at = LATER.parse().unwrap();
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let open = json_at(&world, LATER, &["payments", "open"]);
        let (wrong, right) = two_tenants(&open);
        let key = received(&store);
        match_receipts::keep_on_account(&store, &key, &TenantCode::from(wrong), None, &by(), at).unwrap();
        ties(&world, "500.00");
        let correct = |tenant, number, more: &[&str]| {
            let own = ["payments", "correct", tenant, number, "--on", "2027-01-05", "--reason", "mal lu"];
            json_at(&world, LATER, &[&own[..], more].concat())
        };
        let moved = correct(wrong, "CPT-2027-000001", &["--to", right]);
        assert_eq!((text_of(&moved, "number"), text_of(&moved["kept"], "tenant")), ("CPT-2027-000002", right));
        assert_eq!(text_of(&moved, "balance"), "0.00");
        let read_again = || import_statement::import(&store, STATEMENT.as_bytes(), &by(), at).unwrap();
        read_again();
        assert_eq!(match_receipts::left(&store).unwrap(), [], "it is kept for another, and waits for nothing");
        ties(&world, "500.00");
        let taken = correct(right, "CPT-2027-000003", &[]);
        assert_eq!((text_of(&taken, "balance"), taken["kept"].is_null()), ("0.00", true));
        assert_eq!(taken["waits_again"], true, "{engine:?}: {taken:#}");
        ties(&world, "0.00");
        let whole = (Money::from_cents(50_000), Money::from_cents(200));
        let waits = |key: &str| {
            let left = match_receipts::left(&store).unwrap();
            assert_eq!(left.len(), 1, "{engine:?}");
            assert_eq!((left[0].key.as_str(), (left[0].open(), left[0].charge)), (key, whole), "{engine:?}");
        };
        waits(&key);

        // Kept again, and by mistake again.
        let keep = || match_receipts::keep_on_account(&store, &key, &TenantCode::from(wrong), None, &by(), at);
        let number = keep().unwrap().number;
        let own = ["payments", "correct", wrong, &number, "--on", "2027-01-06", "--reason", "mal lu"];
        assert_eq!(json_at(&world, LATER, &own)["waits_again"], true);
        waits(&key);
        read_again();
        waits(&key);
        keep().unwrap();
        assert_eq!(match_receipts::left(&store).unwrap(), []);
        ties(&world, "500.00");
        let balance = json_at(&world, LATER, &["journal", "balance", "--to", "2027-02-10"]).to_string();
        assert!(balance.contains("\"419\""), "{balance}");
        let verified = json_at(&world, LATER, &["audit", "verify"]);
        assert_eq!(verified["findings"].as_array().map(Vec::len), Some(0), "{engine:?}: {verified:#}");
    }
}

/// Money that was moved to a tenant stands on its account as any it sent: the same again is told.
#[test]
fn what_was_moved_to_a_tenant_is_not_kept_of_it_a_second_time() {
    let at = LATER.parse().unwrap();
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let open = json_at(&world, LATER, &["payments", "open"]);
        let (wrong, right) = two_tenants(&open);
        let keep = |tenant: &str| {
            let new = NewReceived {
                tenant: TenantCode::from(tenant),
                on: "2027-01-05".parse().unwrap(),
                amount: Money::from_cents(7_700),
                reference: Some("VIR 77".into()),
            };
            keep_by_hand::record(&store, &new, false, &by(), at)
        };
        keep(wrong).unwrap();
        let own = ["payments", "correct", wrong, "CPT-2027-000001", "--on", "2027-01-05", "--reason", "mal lu"];
        json_at(&world, LATER, &[&own[..], &["--to", right]].concat());
        assert_eq!(said(keep(right)), "received-stands", "{engine:?}");
        ties(&world, "77.00");
        keep(wrong).unwrap();
    }
}

/// A receipt waits with the day it was booked. Where that is closed nothing could take it: it is only moved.
#[test]
fn a_receipt_of_a_closed_month_is_moved_and_never_left_waiting() {
    let at = LATER.parse().unwrap();
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let open = json_at(&world, LATER, &["payments", "open"]);
        let (wrong, right) = two_tenants(&open);
        let statement = STATEMENT.replace("2027-01-05", "2026-12-20");
        import_statement::import(&store, statement.as_bytes(), &by(), at).unwrap();
        let key = match_receipts::left(&store).unwrap()[0].key.clone();
        match_receipts::keep_on_account(&store, &key, &TenantCode::from(wrong), None, &by(), at).unwrap();
        years_closed(&world);
        let correct = |to: Option<&str>| NewCorrection {
            tenant: TenantCode::from(wrong),
            number: "CPT-2026-000001".to_owned(),
            on: "2027-01-20".parse().unwrap(),
            to: to.map(TenantCode::from),
            reason: "mal lu".to_owned(),
        };
        assert_eq!(said(correct_kept::plan(&store, &correct(None), at)), "correction-receipt-closed", "{engine:?}");
        assert_eq!(said(correct_kept::record(&store, &correct(None), &by(), at)), "correction-receipt-closed");
        assert_eq!(match_receipts::left(&store).unwrap(), []);
        let planned = correct_kept::plan(&store, &correct(Some(right)), at).unwrap();
        assert_eq!((planned.waits_again, planned.to_balance), (false, Some(Money::ZERO)), "{engine:?}");
        let moved = correct_kept::record(&store, &correct(Some(right)), &by(), at).unwrap();
        assert_eq!(moved.kept.unwrap().balance, Money::from_cents(50_000), "{engine:?}");
        ties(&world, "500.00");
    }
}

/// What the bank kept of a receipt is in its event; without that nothing of it is taken back.
#[test]
fn nothing_is_taken_back_while_the_trail_does_not_say_what_the_bank_kept() {
    let at = LATER.parse().unwrap();
    let world = World::new(Engine::Sqlite);
    story(&world);
    let store = world.store();
    let open = json_at(&world, LATER, &["payments", "open"]);
    let tenant = TenantCode::from(text_of(&open[0], "tenant"));
    let key = received(&store);
    let number = match_receipts::keep_on_account(&store, &key, &tenant, None, &by(), at).unwrap().number;
    let lost = "DROP TRIGGER audit_event_no_delete; DELETE FROM audit_event WHERE action = 'payment.kept'";
    store.connection().unwrap().batch_execute(lost).unwrap();
    let new = NewCorrection {
        tenant: tenant.clone(),
        number,
        on: "2027-01-20".parse().unwrap(),
        to: None,
        reason: "mal lu".to_owned(),
    };
    let refused = correct_kept::record(&store, &new, &by(), at).unwrap_err();
    assert!(matches!(&refused, AppError::Corrupt(text) if text.contains("what the bank kept")), "{refused}");
    assert_eq!(on_account::total(&store, &TenantScope::Only(tenant)).unwrap(), Money::from_cents(50_000));
}

/// A reference is kept as it was meant, and tells two settlements, or two repayments, of a day apart.
#[test]
fn what_leaves_an_account_is_told_apart_by_its_reference() {
    let (at, cents) = (LATER.parse().unwrap(), Money::from_cents);
    let world = World::new(Engine::Sqlite);
    story(&world);
    let store = world.store();
    let open = json_at(&world, LATER, &["payments", "open"]);
    let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000003").unwrap();
    let tenant = TenantCode(text_of(one, "tenant").to_owned());
    let key = received(&store);
    match_receipts::keep_on_account(&store, &key, &tenant, None, &by(), at).unwrap();
    let on = "2027-02-01".parse().unwrap();
    let settle = |reference: &str| {
        let (tenant, invoice) = (tenant.clone(), InvoiceNumber::from_stored("DC2026000003".to_owned()));
        let reference = Some(reference.to_owned());
        let new = NewSettlement { tenant, invoice, on, amount: cents(1_000), reference };
        settle_from_account::record(&store, &new, false, &by(), at)
    };
    let settled = settle(" mars\tavril\n").unwrap();
    let recorded = record_payment::list(&store, None, None).unwrap();
    let recorded = recorded.into_iter().find(|one| one.payment.number == settled.payments[0].number).unwrap();
    assert_eq!(recorded.payment.reference.as_deref(), Some("mars avril"));
    assert_eq!(said(settle("mars avril")), "settlement-stands");
    settle("mai").unwrap();
    let send_back = |reference: &str| {
        let (tenant, reference) = (tenant.clone(), Some(reference.to_owned()));
        let new = NewRepayment { tenant, on, amount: cents(1_000), reference };
        repay::record(&store, &new, false, &by(), at)
    };
    send_back("VIR 7\n").unwrap();
    assert_eq!(said(send_back("VIR 7")), "repayment-stands");
    assert_eq!(send_back("VIR 8").unwrap().balance, cents(46_000));
}

/// Years are closed with money on account in them: it is carried forward to its tenant, settles an invoice in the next year, and
/// stands in the packs of both.
#[test]
fn what_is_on_account_is_carried_forward_and_used_in_the_next_year() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let open = json_at(&world, LATER, &["payments", "open"]);
        let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000003").unwrap();
        let tenant = text_of(one, "tenant");
        let keep = ["payments", "keep", tenant, "--amount", "120.00", "--date", "2026-12-20", "--reference", "VIR 12"];
        assert_eq!(text_of(&json_at(&world, LATER, &keep), "number"), "CPT-2026-000001");
        years_closed(&world);
        let correct = |on| ["payments", "correct", tenant, "CPT-2026-000001", "--reason", "mal lu", "--on", on];
        assert!(refused(&world, LATER, &correct("2026-12-20")).contains("2026 is locked"), "{engine:?}");
        let next = json_at(&world, LATER, &["journal", "balance", "--from", "2027-01-01", "--to", "2027-12-31"]);
        let row = next["accounts"].as_array().unwrap().iter().find(|row| row["account"] == "419").unwrap();
        assert_eq!(text_of(row, "opening_credit"), "120.00", "{row:#}");

        let settle = ["payments", "settle", tenant, "DC2026000003", "--amount", "100.00", "--on", "2027-01-20"];
        let settled = json_at(&world, LATER, &settle);
        let paid = &settled["payments"][0];
        assert_eq!(text_of(paid, "received_on"), "2026-12-20", "{engine:?}");
        assert!(text_of(paid, "number").starts_with("REG-2027-"), "{paid:#}");
        assert!(refused(&world, LATER, &correct("2027-01-20")).contains("100.00 of the 120.00"), "{engine:?}");
        ties(&world, "20.00");
        let verified = json_at(&world, LATER, &["audit", "verify"]);
        assert_eq!(verified["findings"].as_array().map(Vec::len), Some(0), "{engine:?}: {verified:#}");
        let script = world.file("verify.py", chapelle::documents::evidence::VERIFIER);
        json_at(&world, LATER, &["audit", "sign"]);
        for year in ["2026", "2027"] {
            let path = world.dir.path().join("pack.zip");
            json_at(&world, LATER, &["audit", "pack", "--year", year, "--output", path.to_str().unwrap()]);
            let told = std::process::Command::new("python3").arg("-B").args([&script, &path]).output().unwrap();
            let text = String::from_utf8_lossy(&told.stdout);
            assert!(matches!(told.status.code(), Some(0 | 4)), "{engine:?} {year}: {text}");
        }
    }
}

/// What a settlement took counts from the day it came, is compared as a whole with what is sent again, and never stands
/// before what is claimed.
#[test]
fn a_settlement_in_parts_is_one_and_bears_one_indemnity_and_no_interest_on_money_the_body_had() {
    let (at, cents) = (LATER.parse().unwrap(), Money::from_cents);
    let world = World::new(Engine::Sqlite);
    story(&world);
    let store = world.store();
    let open = json_at(&world, LATER, &["payments", "open"]);
    let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000004").unwrap();
    let (tenant, invoice) = (TenantCode(text_of(one, "tenant").to_owned()), "DC2026000004".to_owned());
    let invoice = InvoiceNumber::from_stored(invoice);
    let keep = |day: &str| {
        let statement = STATEMENT.replace("2027-01-05", day).replace("S7", day);
        import_statement::import(&store, statement.as_bytes(), &by(), at).unwrap();
        let key = match_receipts::left(&store).unwrap()[0].key.clone();
        match_receipts::keep_on_account(&store, &key, &tenant, None, &by(), at).unwrap();
    };
    let settle = |amount| {
        let (tenant, invoice, on) = (tenant.clone(), invoice.clone(), "2027-02-01".parse().unwrap());
        let new = NewSettlement { tenant, invoice, on, amount: cents(amount), reference: None };
        settle_from_account::record(&store, &new, false, &by(), at)
    };
    let days = |amount| -> Vec<String> {
        settle(amount).unwrap().payments.iter().map(|payment| payment.received_on.to_string()).collect()
    };
    keep("2026-11-10");
    keep("2027-01-05");
    let reminder = json_at(&world, LATER, &["payments", "remind", "--invoice", "DC2026000004", "--check"]);
    assert_eq!(text_of(&reminder, "on_account"), "1000.00", "{reminder:#}");
    assert_eq!(days(10_000), ["2026-11-10"]);
    assert_eq!(days(5_000), ["2026-11-10"]);
    for again in [5_000, 10_000] {
        assert_eq!(said(settle(again)), "settlement-stands", "whatever else was settled that day");
    }
    assert_eq!(days(15_000), ["2026-11-10"], "no settlement was of so much, though two come to it");
    let claimable = || charge_interest::plan(&store, &invoice).unwrap().claims;
    assert_eq!(claimable(), [], "the body had the money before the invoice was due");
    assert_eq!(days(40_000), ["2026-11-10", "2027-01-05"]);
    assert_eq!(said(settle(40_000)), "settlement-stands", "as a whole");
    assert_eq!(days(20_000), ["2027-01-05"], "a part of another is no settlement of its own");

    let indemnities = |claims: &[chapelle::domain::receivables::Claim]| -> Money {
        claims.iter().map(|claim| claim.interest.indemnity).sum()
    };
    let claimed = charge_interest::charge(&store, &invoice, &by(), at).unwrap().claims;
    assert_eq!((claimed.len(), indemnities(&claimed)), (2, cents(4_000)));
    // Kept later with an earlier day, nothing of it is taken by what was settled before; nor does it go before the claim.
    keep("2026-12-30");
    assert_eq!(days(10_500), ["2027-01-05"], "interest is claimed up to that day");
    let claims = claimable();
    assert_eq!((claims.len(), indemnities(&claims)), (1, Money::ZERO), "an invoice bears one indemnity");
    assert_eq!(json_at(&world, LATER, &["audit", "verify"])["findings"].as_array().map(Vec::len), Some(0));
}
