//! What a bank statement brought, read by one version and again by another that understands more of it.

use chapelle::app::{import_statement, match_receipts};
use chapelle::domain::audit::Actor;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;
use chapelle::storage::bank::BankReceipt;
use chapelle::storage::journal::{self, JournalFilter};

use crate::common::{ENGINES, Engine, World, small_book_path};
use crate::story::{LATER, json_at, story};

fn by() -> Actor {
    Actor::new("finance@example.org", None)
}

/// A statement of one entry of which `booked` was credited.
fn statement(booked: &str, transactions: &str) -> String {
    format!(
        "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id></Acct><Ntry>\
         <Amt Ccy=\"EUR\">{booked}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-01</Dt></BookgDt>\
         <AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>{transactions}</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
    )
}

fn transaction(euros: &str, charge: &str) -> String {
    let charge = match charge {
        "" => String::new(),
        charge => format!("<Chrgs><Amt Ccy=\"EUR\">{charge}</Amt><CdtDbtInd>DBIT</CdtDbtInd></Chrgs>"),
    };
    format!("<TxDtls><Amt Ccy=\"EUR\">{euros}</Amt>{charge}</TxDtls>")
}

#[test]
fn what_the_bank_kept_of_a_receipt_that_is_left_is_told() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let file = world.file("releve.xml", &statement("20.00", &transaction("40.00", "20.00")));
    let told = json_at(&world, LATER, &["payments", "import", file.to_str().unwrap()]);
    let left = &told["unmatched"][0];
    assert_eq!((left["amount"].as_str(), left["charge"].as_str()), (Some("40.00"), Some("20.00")), "{told:#}");
}

/// What waits for a person once `statement` is read.
fn left(world: &World, statement: &str) -> Vec<BankReceipt> {
    let store = world.store();
    import_statement::import(&store, statement.as_bytes(), &by(), LATER.parse().unwrap()).unwrap();
    match_receipts::left(&store).unwrap()
}

fn amounts(receipts: &[BankReceipt]) -> Vec<String> {
    let mut amounts: Vec<String> = receipts.iter().map(|one| one.amount.to_string()).collect();
    amounts.sort();
    amounts
}

/// Without its charge the entry is one receipt, as earlier versions took it; with it, each of its transactions is.
#[test]
fn an_entry_read_in_another_way_waits_once() {
    let together = statement("98.00", &[transaction("60.00", ""), transaction("40.00", "")].concat());
    let apart = statement("98.00", &[transaction("60.00", ""), transaction("40.00", "2.00")].concat());
    let of_two = ["40.00", "60.00"].map(str::to_owned);
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        assert_eq!(amounts(&left(&world, &together)), ["98.00"], "{engine:?}");
        assert_eq!(amounts(&left(&world, &apart)), of_two, "{engine:?}: in parts");
        assert_eq!(amounts(&left(&world, &apart)), of_two, "{engine:?}: once more");
        assert_eq!(amounts(&left(&world, &together)), ["98.00"], "{engine:?}: and back");
        match_receipts::dismiss(
            &world.store(),
            &left(&world, &apart)[0].key,
            "essai de test",
            &by(),
            LATER.parse().unwrap(),
        )
        .unwrap();
        assert_eq!(left(&world, &together).len(), 1, "{engine:?}: of what was dealt with in part, the rest waits on");
    }
}

/// Parts of which the bank kept all, or all but a cent: every cent it kept is posted.
#[test]
fn what_the_bank_kept_is_posted_with_the_parts_it_was_matched_in() {
    let cents = Money::from_cents;
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let invoice = InvoiceNumber::from_stored("DC2026000003".to_owned());
        let key = left(&world, &statement("0.01", &transaction("40.00", "39.99")))[0].key.clone();
        let assign = || {
            match_receipts::assign(&store, &key, &invoice, cents(2_000), None, &by(), LATER.parse().unwrap()).unwrap()
        };
        let charge_of = |payment: String| {
            let filter = JournalFilter { document: Some(payment), ..JournalFilter::default() };
            let posted = journal::list(&mut store.connection().unwrap(), filter).unwrap();
            let lines = posted.iter().flat_map(|posted| posted.entry.lines());
            lines.filter(|line| line.account.starts_with("627")).map(|line| line.debit).sum::<Money>()
        };
        assert_eq!(charge_of(assign().number), cents(2_000), "{engine:?}: nothing of this part came in");
        assert_eq!(charge_of(assign().number), cents(1_999), "{engine:?}: all but the cent that did");
        assert_eq!(match_receipts::left(&store).unwrap(), [], "{engine:?}");
    }
}
