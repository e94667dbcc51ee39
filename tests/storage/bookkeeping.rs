//! What turns a journal into books, on both engines: numbers, periods, payments, letters, the body's chart.

use chapelle::domain::ledger::{
    AccountRole, Accounting, AccountingPeriod, Chart, ChartKind, Journal, JournalEntry, JournalLine, PeriodState,
    ReferenceRate,
};
use chapelle::domain::money::Money;
use chapelle::domain::receivables::Payment;
use chapelle::storage::journal::JournalFilter;
use chapelle::storage::{AnyConnection, Database, StorageError, book, journal, lettering, payments, periods};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_postgres, on_sqlite};
use crate::fixture::{day, decimal, draft, issue, now, with_book};
use crate::frozen::entry;

fn attempt(database: &Database, sql: &str) -> Result<(), StorageError> {
    database.write(|connection: &mut AnyConnection| Ok(connection.batch_execute(sql)?))
}

fn numbers(database: &Database) -> Vec<String> {
    let entries = database.read(|c| journal::list(c, JournalFilter::default())).unwrap();
    let mut numbers: Vec<String> = entries.iter().map(|posted| posted.number.to_string()).collect();
    numbers.sort();
    numbers
}

fn dated(journal: Journal, document: &str, date: &str) -> JournalEntry {
    let lines = vec![
        JournalLine::debit("411", Some("aphp"), "x", Money::from_cents(100)),
        JournalLine::credit("7083", None, "x", Money::from_cents(100)),
    ];
    JournalEntry::new(journal, day(date), document.into(), "x".into(), lines).unwrap()
}

#[test]
fn entry_numbers_have_no_gap_when_eight_threads_post_and_a_fifth_is_undone() {
    on_both(|database| {
        std::thread::scope(|scope| {
            for thread in 0..8 {
                scope.spawn(move || {
                    for n in 0..10 {
                        let outcome = database.write(|c| {
                            let _ = journal::insert(c, &entry(&format!("DC{thread}-{n}")), now())?;
                            match n % 5 {
                                0 => Err(StorageError::Refused("undone on purpose".to_owned())),
                                _ => Ok(()),
                            }
                        });
                        assert_eq!(outcome.is_err(), n % 5 == 0, "{outcome:?}");
                    }
                });
            }
        });
        let expected: Vec<String> = (1..=64).map(|n| format!("2026-{n:06}")).collect();
        assert_eq!(numbers(database), expected);
    });
}

#[test]
fn each_year_and_kind_has_numbers_of_its_own_and_older_entries_get_them_too() {
    let up = |engine: &str| {
        let folder = format!("{}/migrations/{engine}", env!("CARGO_MANIFEST_DIR"));
        // Lists of what moved read payments: they are taken away first and come back last.
        ["0021_paid_back/down", "0008_accounting/down", "0008_accounting/up", "0021_paid_back/up"]
            .map(|name| std::fs::read_to_string(format!("{folder}/{name}.sql")).unwrap())
            .concat()
    };
    let test = |database: &Database, again: &str| {
        database
            .write(|c| {
                for (journal, document, date) in [
                    (Journal::Sales, "A", "2026-01-31"),
                    (Journal::Depreciation, "B", "2025-12-31"),
                    (Journal::Closing, "C", "2025-12-31"),
                    (Journal::Opening, "D", "2026-01-01"),
                    (Journal::Payments, "E", "2026-02-01"),
                ] {
                    let _ = journal::insert(c, &dated(journal, document, date), now())?;
                }
                Ok::<_, StorageError>(())
            })
            .unwrap();
        let expected = ["2025-000001", "2025-CL-000001", "2026-000001", "2026-000002", "2026-AN-000001"];
        assert_eq!(numbers(database), expected);
        // As if they had been posted before there were numbers.
        attempt(database, again).unwrap();
        assert_eq!(numbers(database), expected);
        let _ = database.write(|c| journal::insert(c, &dated(Journal::Sales, "F", "2026-03-01"), now())).unwrap();
        assert!(numbers(database).contains(&"2026-000003".to_owned()));
    };
    on_sqlite(|database| test(database, &up("sqlite")));
    on_postgres(|database| test(database, &up("postgres")));
}

#[test]
fn the_database_itself_refuses_what_is_dated_in_a_closed_period() {
    on_both(|database| {
        let post = |document: &str, journal: &str, date: &str| {
            attempt(
                database,
                &format!(
                    "INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                     VALUES ('{journal}', '{document}', 1, '411', '', 1, 0), ('{journal}', '{document}', 2, '706', '', 0, 1);
                     INSERT INTO journal_entry (journal, document, entry_date, label, posted_at) \
                     VALUES ('{journal}', '{document}', '{date}', '', 0)"
                ),
            )
        };
        let set = |period: &str, state| {
            let period: AccountingPeriod = period.parse().unwrap();
            database.write(|c| periods::set(c, period, state, now()))
        };
        post("A", "VE", "2026-10-31").unwrap();
        set("2026-10", PeriodState::Closed).unwrap();
        assert!(matches!(post("B", "VE", "2026-10-31"), Err(StorageError::Closed(_))));
        assert!(matches!(post("OUVERTURE", "AN", "2026-10-01"), Err(StorageError::Closed(_))));
        post("C", "VE", "2026-11-01").unwrap();
        post("CLOTURE", "CL", "2026-10-31").unwrap();
        set("2026-10", PeriodState::Open).unwrap();
        post("B", "VE", "2026-10-31").unwrap();
        set("2026", PeriodState::Closed).unwrap();
        assert!(matches!(post("D", "VE", "2026-11-01"), Err(StorageError::Closed(_))));
        post("A-NOUVEAUX-2026", "AN", "2026-01-01").unwrap();
        set("2026", PeriodState::Locked).unwrap();
        assert!(matches!(post("E", "CL", "2026-12-31"), Err(StorageError::Closed(_))));
        assert!(matches!(set("2026", PeriodState::Open), Err(StorageError::Frozen(_))));
        for sql in
            ["DELETE FROM accounting_period", "UPDATE accounting_period SET state = 'open' WHERE period = '2026'"]
        {
            assert!(matches!(attempt(database, sql), Err(StorageError::Frozen(_))), "{sql}");
        }
        // What does not balance is refused as before.
        let unbalanced = attempt(
            database,
            "INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
             VALUES ('VE', 'X', 1, '411', '', 2, 0), ('VE', 'X', 2, '706', '', 0, 1);
             INSERT INTO journal_entry (journal, document, entry_date, label, posted_at) VALUES ('VE', 'X', '2027-01-01', '', 0)",
        );
        assert!(matches!(unbalanced, Err(StorageError::Refused(_))), "{unbalanced:?}");
    });
}

#[test]
fn payments_letters_and_numbers_never_change() {
    on_both(|database| {
        with_book(database);
        let (invoice, _) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        let pay = |key: Option<&str>| {
            database.write(|c| {
                let number = payments::take_number(c, 2026)?;
                let payment = Payment {
                    number,
                    received_on: day("2026-11-30"),
                    amount: Money::from_cents(12_000),
                    reference: Some("virement".into()),
                    transferred_from: None,
                    settled_on: None,
                };
                payments::insert(c, invoice, &payment, key, now())?;
                Ok::<_, StorageError>(payment)
            })
        };
        let first = pay(Some("releve-1")).unwrap();
        assert_eq!(first.number, "REG-2026-000001");
        assert!(matches!(pay(Some("releve-1")), Err(StorageError::Conflict(_))), "a statement counts once");
        assert_eq!(pay(None).unwrap().number, "REG-2026-000002", "a number taken back is used again");
        assert_eq!(database.read(|c| payments::of_invoice(c, invoice)).unwrap()[0], first);
        assert!(database.read(|c| payments::is_recorded(c, "releve-1")).unwrap());

        let _ = database.write(|c| journal::insert(c, &entry("DC2026000001"), now())).unwrap();
        let documents = [(Journal::Sales, "DC2026000001".to_owned(), lettering::Side::Debit)];
        let open = database.read(|c| lettering::open_lines(c, "aphp", &documents)).unwrap();
        assert_eq!((open.len(), open[0].balance), (1, Money::from_cents(12_000)));
        let code = database.write(|c| lettering::letter(c, &open, day("2026-11-30"), now())).unwrap();
        assert_eq!(code, "AAA");
        assert!(database.read(|c| lettering::open_lines(c, "aphp", &documents)).unwrap().is_empty());
        let letters = database.read(|c| lettering::all(c, day("2026-12-31"))).unwrap();
        assert_eq!(letters.of(Journal::Sales, "DC2026000001", 1).unwrap().code, "AAA");
        let before = database.read(|c| lettering::all(c, day("2026-11-29"))).unwrap();
        assert_eq!(before.of(Journal::Sales, "DC2026000001", 1), None);
        for sql in [
            "UPDATE payment SET amount_cents = 1",
            "DELETE FROM payment",
            "UPDATE lettering SET lettered_on = '2027-01-01'",
            "DELETE FROM lettered_line",
            "UPDATE entry_number SET number = 7",
            "DELETE FROM entry_number",
        ] {
            assert!(matches!(attempt(database, sql), Err(StorageError::Frozen(_))), "{sql}");
        }
        for sql in ["UPDATE entry_series SET last = 9", "DELETE FROM entry_series"] {
            assert!(matches!(attempt(database, sql), Err(StorageError::Refused(_))), "{sql}");
        }
    });
}

#[test]
fn a_bodys_chart_loads_as_it_was_saved() {
    on_both(|database| {
        with_book(database);
        let mut book = crate::fixture::book();
        book.accounting = Accounting {
            chart: Chart::of(ChartKind::Pcg)
                .with_account(AccountRole::Customers, "4111".into())
                .with_name("4111".into(), "Clients publics".into()),
            reference_rates: vec![ReferenceRate { from: day("2025-06-11"), percent: decimal("2.15") }],
        };
        let changes = database.write(|c| book::save_book(c, &book)).unwrap();
        let named: Vec<String> = changes.created.iter().chain(&changes.changed).map(ToString::to_string).collect();
        assert_eq!(named, ["accounting pcg"]);
        assert_eq!(database.read(book::load_book).unwrap().unwrap().accounting, book.accounting);
        let again = database.write(|c| book::save_book(c, &book)).unwrap();
        assert!(again.created.is_empty() && again.changed.is_empty());
        // Without a section of its own a book keeps the usual accounts.
        let usual = crate::fixture::book();
        let back = database.write(|c| book::save_book(c, &usual)).unwrap();
        assert_eq!(back.changed.len(), 1);
        assert_eq!(database.read(book::load_book).unwrap().unwrap(), usual);
    });
}
