//! The books of account through the command line: what happens to an invoice after its issue, the closing of years, and
//! what outsiders' rules and tools say of the files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::float_arithmetic
)]

#[path = "ledger/archivable.rs"]
mod archivable;
mod common;
#[path = "ledger/fec.rs"]
mod fec;
#[path = "ledger/files.rs"]
mod files;
#[path = "ledger/on_account.rs"]
mod on_account;
#[path = "ledger/outsiders.rs"]
mod outsiders;
#[path = "ledger/paid_back.rs"]
mod paid_back;
#[path = "ledger/statements.rs"]
mod statements;
#[path = "ledger/story.rs"]
mod story;

use chapelle::domain::access::TenantScope;
use chapelle::domain::ledger::{Journal, JournalEntry, JournalLine};
use chapelle::domain::money::Money;
use chapelle::storage::{invoices, journal};
use common::{ENGINES, Engine, World, small_book, small_book_path};
use serde_json::Value;
use story::{LATER, json_at, refused, story, years_closed};

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("{key} of {value:#}"))
}

/// Every comparison of accounts agrees, yet nothing says why the entry was posted.
#[test]
fn an_entry_that_rests_on_nothing_shows_in_the_tie_out() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let euros = Money::from_cents(12_345);
    let lines = vec![JournalLine::debit("471", None, "", euros), JournalLine::credit("472", None, "", euros)];
    let date = "2026-12-15".parse().unwrap();
    let entry = JournalEntry::new(Journal::Miscellaneous, date, "SANS-PIECE".into(), "essai".into(), lines).unwrap();
    let at = LATER.parse().unwrap();
    let _ = world.store().write(|connection| Ok(journal::insert(connection, &entry, at)?)).unwrap();
    let output = world.chapelle_at(LATER, &["--json", "journal", "tie-out", "--year", "2026"]).output().unwrap();
    let tied: Value = serde_json::from_slice(&output.stdout).unwrap();
    let differing = tied["comparisons"].as_array().unwrap().iter().filter(|one| text_of(one, "difference") != "0.00");
    let differing: Vec<_> = differing.map(|one| (text_of(one, "check"), text_of(one, "difference"))).collect();
    assert_eq!((differing, output.status.code()), (vec![("journal", "123.45")], Some(3)));
}

/// It is told from the frozen content, which is not read for it.
#[test]
fn an_issue_tells_whether_it_is_outside_the_scope_of_vat() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let store = world.store();
        let connection = &mut store.connection().unwrap();
        let contracts: Vec<_> = small_book().contracts.into_iter().map(|contract| contract.code).collect();
        let issues = invoices::issues(connection, &contracts, "2026-09".parse().unwrap(), None).unwrap();
        for issue in &issues {
            let found = invoices::by_number(connection, &TenantScope::Everyone, &issue.number).unwrap();
            let (_, invoice) = found.unwrap();
            let is_outside = invoice.vat.iter().all(|group| group.treatment.is_out_of_scope());
            assert_eq!(issue.is_out_of_scope, is_outside, "{engine:?} {}", issue.number);
        }
        let outside = issues.iter().filter(|issue| issue.is_out_of_scope).count();
        assert!(outside > 0 && outside < issues.len(), "{engine:?}: {outside} of {}", issues.len());
    }
}

#[test]
fn payments_credits_and_interest_keep_the_customers_account() {
    for engine in ENGINES {
        let world = World::new(engine);
        let told = story(&world);
        assert_eq!(text_of(&told.first_payment, "open_after"), text_of(&told.second_payment, "open_before"));
        assert_eq!(text_of(&told.second_payment, "open_after"), "0.00");
        assert_eq!(text_of(&told.second_payment, "letter"), "AAB");
        assert_eq!(told.second_payment["days_late"].as_i64(), Some(28));
        let claims = told.interest["claims"].as_array().unwrap();
        assert_eq!(claims.len(), 1);
        assert_eq!((text_of(&claims[0], "rate_percent"), text_of(&claims[0], "indemnity")), ("10.15", "40.00"));
        assert_eq!(text_of(&claims[0], "document"), "INT-REG-2027-000001");
        assert_eq!(text_of(&told.interest, "open"), text_of(&claims[0], "total"));
        assert_eq!(told.interest_again["claims"].as_array().unwrap().len(), 0, "once");
        assert_eq!(text_of(&told.interest_payment, "letter"), "AAC");
        assert_eq!(text_of(&told.whole_credit, "letter"), "AAA");
        assert!(text_of(&told.whole_credit, "pdf").ends_with(".pdf"));
        assert_eq!(told.line_credit["lines"].as_u64(), Some(1));

        let check = json_at(&world, LATER, &["invoices", "archive"]);
        assert_eq!(check["damaged"].as_array().unwrap().len(), 0);
        let output = world.chapelle_at(LATER, &["--json", "journal", "tie-out", "--year", "2026"]).output().unwrap();
        let tied: Value = serde_json::from_slice(&output.stdout).unwrap();
        for one in tied["comparisons"].as_array().unwrap() {
            assert_eq!(text_of(one, "difference"), "0.00", "{one:#}");
        }
        assert_eq!(output.status.code(), Some(0));
        let claimed = json_at(&world, LATER, &["journal", "tie-out", "--year", "2027"]);
        let mut claimed = claimed["comparisons"].as_array().unwrap().iter();
        let claimed = claimed.find(|one| one["check"] == "interest-claimed").unwrap();
        assert_eq!(text_of(claimed, "other"), text_of(&claims[0], "total"), "as the trail tells it: {claimed:#}");
        assert_eq!((text_of(claimed, "difference"), &claimed["count"]), ("0.00", &1.into()), "{claimed:#}");
        let reconciled = json_at(&world, LATER, &["journal", "reconcile", "--as-of", "2027-01-31"]);
        let differing: Vec<&str> = reconciled["comparisons"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| text_of(one, "difference") != "0.00")
            .map(|one| text_of(one, "check"))
            .collect();
        // Assets were bought and subsidised before these books began, and January is not posted.
        assert!(
            differing
                .iter()
                .all(|check| check.starts_with("asset") || check.starts_with("subsid") || *check == "depreciation"),
            "{differing:?}"
        );
        assert_eq!(json_at(&world, LATER, &["payments", "list"]).as_array().unwrap().len(), 3);
    }
}

#[test]
fn what_stands_already_is_recorded_again_only_where_that_is_said() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let payment = ["payments", "record", "--invoice", "DC2026000003", "--date", "2026-12-01", "--amount", "1.00"];
    let credit = ["invoices", "credit", "DC2026000003", "--reason", "geste", "--lines", "1:1.00"];
    for (wanted, stands) in [(payment.as_slice(), "1.00 received on 2026-12-01"), (&credit, "1.00 net")] {
        let again = [wanted, &["--again"]].concat();
        assert!(world.chapelle_at(LATER, wanted).output().unwrap().status.success(), "{wanted:?}");
        let told = refused(&world, LATER, wanted);
        assert!(told.contains(stands) && told.contains("by --again"), "{told}");
        assert!(world.chapelle_at(LATER, &again).output().unwrap().status.success(), "{again:?}");
    }
}

#[test]
fn what_is_wrong_is_refused_with_its_arithmetic() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let pay = |invoice: &str, date: &str, amount: &str| {
        refused(&world, LATER, &["payments", "record", "--invoice", invoice, "--date", date, "--amount", amount])
    };
    let too_much = pay("DC2026000003", "2026-12-01", "9999999.00");
    assert!(too_much.contains("is more than what is open on DC2026000003") && too_much.contains("= "), "{too_much}");
    assert!(pay("DC2026000099", "2026-12-01", "1").contains("invoice DC2026000099 is not known here"));
    assert!(pay("DC2026000003", "2028-01-01", "1").contains("has not come yet"));
    assert!(pay("DC2026000003", "2026-12-01", "0").contains("not above zero"));
    assert!(pay("DC2026000003", "2026-02-30", "1").contains("is not a day of the calendar; write year, month and day"));
    assert!(pay("DC2026000003", "2026-12-01", "1e1").contains("write digits, with a point before the decimals"));
    let long = pay(&"X".repeat(5_000), "2026-12-01", "1");
    assert!(long.contains("…[5000 characters] is not known here") && long.len() < 200, "{long}");
    let pay_as = |reference: &str| {
        let payment = ["payments", "record", "--invoice", "DC2026000003", "--date", "2026-12-01", "--amount", "1"];
        refused(&world, LATER, &[payment.as_slice(), &["--reference", reference]].concat())
    };
    assert!(pay_as(&"x".repeat(141)).contains("the reference has 141 characters: shorten it to 140 at most"));
    assert!(pay_as("VIR\u{1b}[31m").contains("the control character U+001B as its character 4"));
    let directory = world.dir.path().to_str().unwrap();
    for command in [["readings", "import"], ["payments", "import"], ["payback", "import"]] {
        let told = refused(&world, LATER, &[command.as_slice(), &[directory]].concat());
        assert!(told.contains("; name a file, not a directory"), "{told}");
    }
    let told = refused(&world, LATER, &["amortisation", "post", "--through", "2099-12"]);
    assert!(told.starts_with("2099-12 has not ended yet: post through 20") && !told.contains("2099-11"), "{told}");
    let percent =
        ["availability", "record", "--contract", "X", "--line", "Y", "--month", "2026-09", "--reason", "essai"];
    for wrong in ["1e1", "NaN", "99,5", "9_9"] {
        let told = refused(&world, LATER, &[percent.as_slice(), &["--percent", wrong]].concat());
        assert!(told.contains("write digits, with a point before the decimals"), "{told}");
    }
    let again = refused(&world, LATER, &["invoices", "credit", "DC2026000002", "--reason", "encore"]);
    assert!(again.contains("every line of DC2026000002 is credited already"), "{again}");
    let wrong = refused(&world, LATER, &["invoices", "credit", "DC2026000001", "--reason", "essai", "--lines", "99"]);
    assert!(wrong.contains("there is no line 99"), "{wrong}");

    let unbalanced = world.file("soldes.csv", "compte;débit;crédit\n2135;100,00;\n1021;;99,00\n");
    let told =
        refused(&world, LATER, &["journal", "open-balances", unbalanced.to_str().unwrap(), "--date", "2027-01-01"]);
    assert!(told.contains("debits 100.00 − credits 99.00 = 1.00"), "{told}");
    let sound = world.file("soldes.csv", "compte;débit;crédit\n2135;100,00;\n1021;;100,00\n");
    let open = |date: &str| ["journal", "open-balances", sound.to_str().unwrap(), "--date", date].map(str::to_owned);
    let told = refused(&world, LATER, &open("2027-01-01").each_ref().map(String::as_str));
    assert!(told.contains("2019 has entries here") && told.contains("twice"), "{told}");
    let told = refused(&world, LATER, &open("2019-12-31").each_ref().map(String::as_str));
    assert!(told.contains("stands in the books: balances of 2019-12-31 would count it a second time"), "{told}");
    let opened = json_at(&world, LATER, &open("2019-01-01").each_ref().map(String::as_str));
    assert_eq!(text_of(&opened, "document"), "OUVERTURE-2019-01-01");
    assert!(world.chapelle_at(LATER, &["journal", "close-year", "2019"]).output().unwrap().status.success());
    // Balances that no year could take on any more would stand in the way of every later close.
    let told = refused(&world, LATER, &open("2018-06-15").each_ref().map(String::as_str));
    assert!(told.contains("2019 is closed and locked") && told.contains("2018-06-15"), "{told}");
    assert!(world.chapelle_at(LATER, &["journal", "close-year", "2020"]).output().unwrap().status.success());
}

/// What the assets' plans will post would be counted a second time on top of it.
#[test]
fn balances_come_in_before_the_assets_of_the_book() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let sound = world.file("soldes.csv", "compte;débit;crédit\n2135;100,00;\n1021;;100,00\n");
    let open = |date: &str| ["journal", "open-balances", sound.to_str().unwrap(), "--date", date].map(str::to_owned);
    let told = refused(&world, LATER, &open("2026-01-01").each_ref().map(String::as_str));
    assert!(told.contains("is still to be posted for the assets of the book"), "{told}");
    let opened = json_at(&world, LATER, &open("2019-01-01").each_ref().map(String::as_str));
    assert_eq!(text_of(&opened, "document"), "OUVERTURE-2019-01-01");
}

#[test]
fn closed_periods_take_nothing_and_locked_ones_stay_so() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let journal = |arguments: &[&str]| {
            let all: Vec<&str> = ["journal"].iter().chain(arguments).copied().collect();
            world.chapelle_at(LATER, &all).output().unwrap()
        };
        assert!(refused(&world, LATER, &["journal", "close", "2027-02"]).contains("has not ended yet"));
        assert!(refused(&world, LATER, &["journal", "lock", "2026-12"]).contains("close it first"));
        let told = refused(&world, LATER, &["journal", "close", "2026-12"]);
        assert!(told.contains("2026-12 cannot be closed: not posted yet are depreciation of 2026-12: "), "{told}");
        assert!(told.contains("amortisation post --through 2026-12"), "{told}");
        json_at(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        for early in ["2018-12", "2018"] {
            let told = refused(&world, LATER, &["journal", "close", early]);
            assert!(told.contains(&format!("{early} is before the books begin, in 2019")), "{told}");
        }
        assert!(journal(&["close", "2026-12"]).status.success());
        let pay = ["payments", "record", "--invoice", "DC2026000003", "--date", "2026-12-15", "--amount", "1.00"];
        let told = refused(&world, LATER, &pay);
        assert!(told.contains("2026-12 is closed") && told.contains("open 2026-12 again"), "{told}");
        assert!(refused(&world, LATER, &["journal", "reopen", "2026-12"]).contains("needs its reason"));
        assert!(journal(&["reopen", "2026-12", "--reason", "relevé tardif"]).status.success());
        assert!(world.chapelle_at(LATER, &pay).output().unwrap().status.success());
        assert!(journal(&["close", "2026-12"]).status.success());
        assert!(journal(&["lock", "2026-12"]).status.success());
        let told = refused(&world, LATER, &["journal", "reopen", "2026-12", "--reason", "encore"]);
        assert!(told.contains("2026-12 is locked"), "{told}");
        let told = refused(&world, LATER, &[pay.as_slice(), &["--again"]].concat());
        assert!(told.contains("2026-12 is locked") && told.contains("never opened again"), "{told}");
        // An asset that the book learns of only now has depreciation there.
        let late = format!(
            "{}\n[[asset]]\ncode = \"2026-0007\"\nname = \"Onduleur\"\ncost_eur = 60_000.00\naccount = \"2183\"\n\
             commissioned_on = 2026-12-01\n\n[[asset.component]]\ncode = \"onduleur\"\nname = \"Onduleur\"\n\
             cost_eur = 60_000.00\nduration_years = 10\n",
            world.ok(&["export"])
        );
        let late = world.file("late.toml", &late);
        assert!(world.chapelle_at(LATER, &["import", late.to_str().unwrap()]).output().unwrap().status.success());
        let told = refused(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        assert!(told.contains("2026-12 is locked"), "{told}");
        let periods = json_at(&world, LATER, &["journal", "periods"]);
        assert_eq!(periods[0]["state"], "locked");
    }
}

#[test]
fn a_closed_year_opens_the_next_with_its_balances() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let told = refused(&world, LATER, &["journal", "close-year", "2026"]);
        assert!(told.contains("2019 has entries and is not closed"), "{told}");
        json_at(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        let before = json_at(&world, LATER, &["journal", "balance", "--to", "2026-12-31"]);
        years_closed(&world);
        let after = json_at(&world, LATER, &["journal", "balance", "--to", "2026-12-31"]);
        let closing = |balance: &Value, account: &str| {
            let rows = balance["accounts"].as_array().unwrap();
            let row = rows.iter().find(|row| row["account"] == account).unwrap();
            (text_of(row, "closing_debit").to_owned(), text_of(row, "closing_credit").to_owned())
        };
        for account in ["411", "28131", "44571"] {
            assert_eq!(closing(&before, account), closing(&after, account), "{account}");
        }
        let next = json_at(&world, LATER, &["journal", "balance", "--from", "2027-01-01", "--to", "2027-12-31"]);
        for side in ["debit", "credit"] {
            let row = next["accounts"].as_array().unwrap().iter().find(|row| row["account"] == "411").unwrap();
            assert_eq!(
                text_of(row, &format!("opening_{side}")),
                if side == "debit" { closing(&after, "411").0 } else { "0.00".into() }
            );
        }
        assert!(
            next["accounts"]
                .as_array()
                .unwrap()
                .iter()
                .all(|row| { !text_of(row, "account").starts_with('6') || text_of(row, "opening_debit") == "0.00" })
        );
        assert!(refused(&world, LATER, &["journal", "close-year", "2026"]).contains("closed and locked already"));
        let allocated = json_at(
            &world,
            LATER,
            &["journal", "allocate-result", "2025", "--date", "2027-01-15", "--reason", "Délibération 2027-3"],
        );
        assert_eq!(allocated["posted"][0], "AFFECTATION-2025");
        let total = &next["total"];
        for part in ["opening", "closing"] {
            assert_eq!(text_of(total, &format!("{part}_debit")), text_of(total, &format!("{part}_credit")));
        }
    }
}

/// Afterwards nothing could be dated there, and every later posting would fail on what is missing.
#[test]
fn a_year_is_closed_with_its_depreciation_in_it() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        for year in 2019..=2025 {
            json_at(&world, LATER, &["journal", "close-year", &year.to_string()]);
        }
        let told = refused(&world, LATER, &["journal", "close-year", "2026"]);
        assert!(told.contains("depreciation of 2026-11, 2026-12: ") && told.contains(" + "), "{told}");
        assert!(told.contains("amortisation post --through 2026-12"), "{told}");
        let amounts = told.split(": ").nth(2).unwrap().split(';').next().unwrap();
        let (parts, total) = amounts.split_once(" = ").unwrap();
        let cents = |text: &str| text.trim().replace('.', "").parse::<i64>().unwrap();
        assert_eq!(parts.split(" + ").map(cents).sum::<i64>(), cents(total), "{told}");
        json_at(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        json_at(&world, LATER, &["journal", "close-year", "2026"]);
        // The next year goes on.
        let next = json_at(&world, LATER, &["amortisation", "post", "--through", "2027-01"]);
        assert_eq!(next["posted"], serde_json::json!(["2027-01"]), "{next:#}");
    }
}

/// Nothing can be posted of an event where the books are closed, whether or not the asset was posted there.
#[test]
fn an_event_of_an_asset_waits_for_an_open_period() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        json_at(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        json_at(&world, LATER, &["journal", "close", "2026-12"]);
        let event = |on: &'static str| {
            let revise = ["assets", "revise", "2019-0042", "--on", on, "--component", "gros-oeuvre"];
            revise.into_iter().chain(["--duration-years", "50", "--reason", "expertise"]).collect::<Vec<_>>()
        };
        let told = refused(&world, LATER, &event("2026-12-15"));
        assert!(told.contains("2026-12 is closed in the books") && told.contains("dated 2026-12-15"), "{told}");
        assert!(told.contains("asset 2019-0042, event 1 (revise)"), "{told}");
        let recorded = json_at(&world, LATER, &event("2027-01-01"));
        assert_eq!(recorded["number"], 1, "{recorded:#}");
    }
}

#[test]
fn a_bank_statement_pays_the_invoices_it_names_once() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let invoices = json_at(&world, LATER, &["invoices", "list"]);
        let one = |number: &str| {
            invoices.as_array().unwrap().iter().find(|one| one["number"] == number).unwrap()["gross"].as_str().unwrap()
        };
        // What a CFONB record says of an amount: fourteen characters, the last its last digit and its sign.
        let amount = |text: &str| {
            let digits = format!("{:0>14}", text.replace('.', ""));
            let (head, last) = digits.split_at(13);
            let sign = b"{ABCDEFGHI"[last.parse::<usize>().unwrap()];
            format!("{head}{}", char::from(sign))
        };
        // Movements alone: other amounts would make another closing balance.
        let fixture = include_str!("fixtures/statement.cfonb120.txt").replace("011226", "151226");
        let movements = fixture.split_inclusive('\n').filter(|line| !line.starts_with("01") && !line.starts_with("07"));
        let fixture: String = movements.collect();
        let named = |number: i64, euros: &str| {
            let number = chapelle::domain::invoice::InvoiceNumber::new("DC", 2026, number).unwrap();
            let reference = chapelle::domain::invoice::creditor_reference(&number);
            fixture.replace("0000000012000{", &amount(euros)).replace("RF85DC2026000123", &reference)
        };
        let text = named(3, one("DC2026000003")) + &named(6, "99999.00") + &named(99, "12.00");
        let file = world.file("releve.txt", &text);
        let import = ["payments", "import", file.to_str().unwrap()];
        let first = json_at(&world, LATER, &import);
        assert_eq!(first["recorded"].as_array().unwrap().len(), 1, "{first:#}");
        assert_eq!(
            (text_of(&first["recorded"][0], "invoice"), text_of(&first["recorded"][0], "open_after")),
            ("DC2026000003", "0.00")
        );
        let left = first["unmatched"].as_array().unwrap();
        assert!(text_of(&left[0], "why").contains("is more than what is open on DC2026000006"), "{left:#?}");
        assert!(text_of(&left[1], "why").contains("names no invoice"), "{left:#?}");
        let again = json_at(&world, LATER, &import);
        assert_eq!((again["recorded"].as_array().unwrap().len(), again["known_before"].as_u64()), (0, Some(1)));
        let other = world.file("autre.txt", &text.replace("0500013M026", "0500013M027"));
        let told = refused(&world, LATER, &["payments", "import", other.to_str().unwrap()]);
        assert!(told.contains("the statement is of account 20041010050500013M027"), "{told}");
        let altered = include_str!("fixtures/statement.cfonb120.txt").replace("0000000011677I", "0000000011677H");
        let altered = world.file("altere.txt", &altered);
        let told = refused(&world, LATER, &["payments", "import", altered.to_str().unwrap()]);
        assert!(told.contains("altere.txt") && told.contains("line 6"), "{told}");
        assert!(told.contains("0.00 + credits 1200.00 − debits 32.21 = 1167.79"), "{told}");
        assert!(told.contains("closing balance says 1167.78"), "{told}");
    }
}

/// What was sent settles the invoice; what the bank kept of it is the seller's cost.
#[test]
fn a_transfer_credited_less_a_charge_pays_what_was_sent() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        let invoices = json_at(&world, LATER, &["invoices", "list"]);
        let third = invoices.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000003").unwrap();
        let gross: chapelle::domain::money::Money = text_of(third, "gross").parse().unwrap();
        let net = gross - "2.00".parse().unwrap();
        let (iban, number) = ("FR1420041010050500013M02606", "DC2026000003");
        let amount = |name: &str, euros: &str| format!("<{name}><Amt Ccy=\"EUR\">{euros}</Amt></{name}>");
        let statement = format!(
            "<Document><BkToCstmrStmt><Stmt><Id>S7</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct><Ntry>\
             <Amt Ccy=\"EUR\">{net}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-12-15</Dt></BookgDt>\
             <NtryDtls><TxDtls><AmtDtls>{}</AmtDtls>{}<RmtInf><Ustrd>{number}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\
             </Stmt></BkToCstmrStmt></Document>",
            amount("TxAmt", &gross.to_string()),
            amount("Chrgs", "2.00"),
        );
        let file = world.file("releve.xml", &statement);
        let import = ["payments", "import", file.to_str().unwrap()];
        let report = json_at(&world, LATER, &import);
        let recorded = &report["recorded"][0];
        assert_eq!((text_of(recorded, "amount"), text_of(recorded, "open_after")), (&*gross.to_string(), "0.00"));
        assert_eq!(json_at(&world, LATER, &import)["known_before"].as_u64(), Some(1));

        let entries = json_at(&world, LATER, &["journal", "list", "--document", text_of(recorded, "number")]);
        let lines = entries[0]["lines"].as_array().unwrap();
        let debits: Vec<(&str, &str)> =
            lines[..2].iter().map(|line| (text_of(line, "account"), text_of(line, "debit"))).collect();
        assert_eq!(debits, [("515", &*net.to_string()), ("627", "2.00")], "{engine:?} {entries:#}");
        let tied = world.chapelle_at(LATER, &["--json", "journal", "tie-out", "--year", "2026"]).output().unwrap();
        let tied: Value = serde_json::from_slice(&tied.stdout).unwrap();
        for one in tied["comparisons"].as_array().unwrap() {
            assert_eq!(text_of(one, "difference"), "0.00", "{one:#}");
        }
        assert!(world.chapelle_at(LATER, &["audit", "verify"]).output().unwrap().status.success(), "{engine:?}");
    }
}
