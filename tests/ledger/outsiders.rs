//! What tools that are not ours make of the books: Debian's `hledger` adds the exported journal up again.

use std::collections::BTreeMap;
use std::process::Command;

use chapelle::app::read_journal::{self, JournalFilter};
use chapelle::domain::ledger::account_balances;

use crate::common::{Engine, World};
use crate::story::{LATER, story, years_closed};

/// Account and balance in cents as hledger tells them, over the days of `arguments`.
fn told(journal: &str, arguments: &[&str]) -> BTreeMap<String, i64> {
    let output = Command::new("hledger")
        .args(["-f", journal, "balance", "--flat", "--no-total", "--empty", "--depth", "1", "-O", "csv"])
        .args(arguments)
        .output()
        .expect("hledger is not installed: run ./tests/run, which installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.trim_matches('"').split("\",\"").collect();
        let digits = cells[1].trim_end_matches(" EUR").replace('.', "");
        (cells[0].to_owned(), digits.parse().unwrap())
    });
    lines.collect()
}

#[test]
fn hledger_comes_to_the_same_balance_of_every_account() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    for closed in [false, true] {
        if closed {
            years_closed(&world);
        }
        let path = world.dir.path().join(format!("journal-{closed}.txt"));
        let path = path.to_str().unwrap();
        world.chapelle_at(LATER, &["journal", "export", "--format", "hledger", "-o", path]).output().unwrap();
        let check = Command::new("hledger").args(["-f", path, "check"]).output().unwrap();
        assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));

        let ours: BTreeMap<String, i64> =
            account_balances(&read_journal::list(&world.store(), JournalFilter::default()).unwrap())
                .into_iter()
                .map(|(account, balance)| (account, balance.cents()))
                .collect();
        assert!(ours.len() > 8, "{ours:?}");
        assert!(
            ["411", "515", "7711", "7588", "28131", "6811", "1391", "777"].iter().all(|one| ours.contains_key(*one))
        );
        assert!(ours.keys().any(|account| account.starts_with("29")), "an impairment is among them: {ours:?}");
        assert_eq!(told(path, &[]), ours);
        assert_eq!(ours.values().sum::<i64>(), 0);

        // The trial balance of 2026 before its close is what hledger finds without the closing entries.
        let days = ["-e", "2027-01-01", "not:desc:Résultat de l’exercice 2026", "not:desc:bilan 2026"];
        let through: BTreeMap<String, i64> = told(path, &days).into_iter().filter(|(_, cents)| *cents != 0).collect();
        let report = crate::story::json_at(&world, LATER, &["journal", "balance", "--to", "2026-12-31"]);
        let cents = |row: &serde_json::Value, key: &str| -> i64 {
            row[key].as_str().unwrap().replace('.', "").parse().unwrap()
        };
        let balance: BTreeMap<String, i64> = report["accounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["account"].as_str().unwrap().to_owned(),
                    cents(row, "closing_debit") - cents(row, "closing_credit"),
                )
            })
            .filter(|(_, cents)| *cents != 0)
            .collect();
        assert_eq!(through, balance);
    }
}

#[test]
fn exports_are_the_same_each_time() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let commands: [&[&str]; 7] = [
        &["journal", "export", "--format", "hledger"],
        &["journal", "export", "--format", "csv"],
        &["journal", "balance", "--to", "2026-12-31", "--format", "xlsx"],
        &["journal", "balance", "--to", "2026-12-31", "--format", "pdf"],
        &["journal", "ledger", "--account", "411", "--to", "2026-12-31", "--format", "pdf", "--language", "en"],
        &["journal", "reconcile", "--as-of", "2026-10-31", "--format", "csv"],
        &["journal", "tie-out", "--year", "2026", "--format", "xlsx"],
    ];
    for command in commands {
        let once = world.chapelle_at(LATER, command).output().unwrap().stdout;
        assert!(once.len() > 200, "{command:?}");
        assert_eq!(once, world.chapelle_at("2027-03-01T00:00:00Z", command).output().unwrap().stdout, "{command:?}");
    }
}
