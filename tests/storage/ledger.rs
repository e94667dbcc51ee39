//! The ledger summed and cut by the database says what the domain says of the same entries, on both engines.

use chapelle::domain::ledger::{
    Chart, ChartKind, Journal, JournalEntry, JournalLine, LedgerFilter, LedgerRow, TrialBalance, general_ledger,
    trial_balance,
};
use chapelle::domain::money::Money;
use chapelle::storage::journal::JournalFilter;
use chapelle::storage::{Database, StorageError, journal, ledger, lettering};

use crate::engines::on_both;
use crate::fixture::{day, now};

fn post(c: &mut chapelle::storage::AnyConnection, journal: Journal, document: &str, on: &str, lines: &[(&str, i64)]) {
    let lines = lines.iter().map(|(account, cents)| {
        let amount = Money::from_cents(cents.abs());
        let side = if *cents < 0 { JournalLine::credit } else { JournalLine::debit };
        side(account, None, document, amount)
    });
    let entry = JournalEntry::new(journal, day(on), document.into(), "x".into(), lines.collect()).unwrap();
    let _ = journal::insert(c, &entry, now()).unwrap();
}

/// Two years with their opening and closing; 240 entries out of the order of their days, some with two lines on 411.
fn fill(database: &Database) {
    database
        .write(|c| {
            post(c, Journal::Opening, "OUVERTURE-2025", "2025-01-01", &[("2183", 90_000), ("1021", -90_000)]);
            for n in 0..240_i64 {
                let on = format!("202{}-{:02}-{:02}", 5 + n % 2, 1 + (n * 7) % 12, 1 + (n * 11) % 28);
                let (amount, extra) = (1_000 + n * 37, 1 + n % 3);
                let lines = [("411", amount), ("411", extra), ("7083", -amount), ("44571", -extra)];
                post(c, Journal::Sales, &format!("DC{n:03}"), &on, &lines);
            }
            post(c, Journal::Payments, "REG-1", "2026-01-01", &[("515", 777), ("4111", -777)]);
            post(c, Journal::Closing, "CLOTURE-2025", "2025-12-31", &[("7083", 500), ("411", -500)]);
            post(c, Journal::Opening, "A-NOUVEAUX-2026", "2026-01-01", &[("411", 500), ("1068", -500)]);
            let side = lettering::Side::Debit;
            let open = [(Journal::Sales, "DC001".to_owned(), side), (Journal::Sales, "DC003".to_owned(), side)];
            for document in open {
                let rows = lettering::open_lines(c, "none", std::slice::from_ref(&document))?;
                assert!(rows.is_empty());
                let line = lettering::OpenLine {
                    journal: document.0,
                    document: document.1,
                    position: 1,
                    balance: Money::ZERO,
                };
                lettering::letter(c, &[line], day("2026-06-30"), now())?;
            }
            Ok::<_, StorageError>(())
        })
        .unwrap();
}

#[test]
fn sums_and_pages_are_those_of_the_domain() {
    on_both(|database| {
        fill(database);
        let chart = Chart::of(ChartKind::M57);
        let entries = database.read(|c| journal::list(c, JournalFilter::default())).unwrap();
        for (from, through) in [
            ("2026-01-01", "2026-12-31"),
            ("2025-01-01", "2025-12-31"),
            ("2025-01-01", "2026-12-31"),
            ("2025-06-15", "2026-02-10"),
            ("2026-12-31", "2026-12-31"),
            ("2024-01-01", "2024-12-31"),
        ] {
            let (from, through) = (day(from), day(through));
            let sums = database.read(|c| ledger::account_sums(c, "", from, through)).unwrap();
            let named = sums.iter().map(|(account, sums)| (account.as_str(), *sums));
            let balance = TrialBalance::of(named, (from, through), &chart);
            assert_eq!(balance, trial_balance(&entries, from, through, &chart), "{from} {through}");
            assert!(balance.total.is_balanced());
            let letters = database.read(|c| lettering::all(c, through)).unwrap();
            let filter = LedgerFilter { account: "411".into(), auxiliary: None, from, through };
            let expected = general_ledger(&entries, &letters, &filter, &chart);
            let sums = database.read(|c| ledger::account_sums(c, "411", from, through)).unwrap();
            assert_eq!(sums.len(), expected.len());
            for (whole, (account, sums)) in expected.iter().zip(&sums) {
                assert_eq!((&whole.account, whole.opening), (account, sums.opening));
                assert_eq!((whole.closing, whole.rows.len()), (sums.closing(), sums.lines));
                let page = |skipped| {
                    let part = (skipped, 50);
                    database.read(|c| ledger::account_rows(c, account, sums.opening, (from, through), part)).unwrap()
                };
                let paged: Vec<LedgerRow> = (0..sums.lines).step_by(50).flat_map(page).collect();
                assert_eq!(paged, whole.rows, "{account} {from} {through}");
            }
        }
    });
}
