//! What a tenant sent beyond what it owes: kept on account, settling an invoice, sent back; and the books with it.

use chapelle::app::repay::{self, NewRepayment};
use chapelle::app::settle_from_account::{self, NewSettlement};
use chapelle::app::{AppError, Store, import_statement, match_receipts, on_account};
use chapelle::domain::access::TenantScope;
use chapelle::domain::audit::Actor;
use chapelle::domain::ids::TenantCode;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;
use chapelle::domain::told::Tell;
use diesel::connection::SimpleConnection;

use crate::common::{ENGINES, Engine, World};
use crate::story::{LATER, json_at, refused, story};
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
            let new = NewSettlement { tenant: tenant.clone(), invoice, on, amount: cents(amount) };
            settle_from_account::record(&store, &new, false, &by(), at)
        };
        assert_eq!(said(settle("DC2026000003", "2027-01-04", 1_000)), "on-account-too-much", "not there yet");
        assert_eq!(said(settle("DC2026000003", "2027-02-01", 50_001)), "payment-too-much", "of the invoice");
        let others = ["DC2026000002", "DC2026000004"];
        assert!(others.map(|other| said(settle(other, "2027-02-01", 1))).contains(&"on-account-other-tenant".into()));
        let settled = settle("DC2026000003", "2027-02-01", 20_000).unwrap();
        assert_eq!(said(settle("DC2026000003", "2027-02-01", 20_000)), "settlement-stands", "sent twice, done once");
        let paid = &settled.payments[0];
        assert_eq!((paid.open_after, settled.balance), (paid.open_before - cents(20_000), cents(30_000)));
        assert_eq!(paid.received_on.to_string(), "2027-01-05", "it counts as paid on the day it came");
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
    }
}

#[test]
fn the_rest_of_a_payment_is_kept_by_the_command_line_and_stands_in_every_export() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let open = json_at(&world, LATER, &["payments", "open"]);
    let one = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000003").unwrap();
    let (tenant, left) = (text_of(one, "tenant"), text_of(one, "open").parse::<Money>().unwrap());
    let more = (left + Money::from_cents(10_000)).to_string();
    let record = ["payments", "record", "--invoice", "DC2026000003", "--date", "2027-01-20", "--amount", &more];
    assert!(refused(&world, LATER, &record).contains("or keep the rest on account"));
    let keeping = [&record[..], &["--keep-rest"]].concat();
    let kept = json_at(&world, LATER, &keeping);
    assert_eq!((text_of(&kept, "open_after"), text_of(&kept["kept"], "amount")), ("0.00", "100.00"));
    assert!(refused(&world, LATER, &keeping).contains("nothing is open"), "the same sent twice is received once");
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
