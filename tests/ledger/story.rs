//! A year of books: billed, credited, paid in part, paid late, depreciated; and the closing of every year of it.

use chapelle::domain::calendar::{BillingMonth, Period};
use serde_json::Value;

use crate::common::{NOW, World, readings_csv, small_book, small_book_path};

/// When everything has happened: 2026 is over, and the last payments came late.
pub const LATER: &str = "2027-02-10T09:00:00Z";

/// What each step told.
pub struct Told {
    pub first_payment: Value,
    pub second_payment: Value,
    pub interest: Value,
    pub interest_again: Value,
    pub interest_payment: Value,
    pub whole_credit: Value,
    pub line_credit: Value,
}

/// What a command reports at an instant, which may need a person.
pub fn json_at(world: &World, now: &str, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    let output = world.chapelle_at(now, &all).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a refused command says; it changed nothing.
pub fn refused(world: &World, now: &str, arguments: &[&str]) -> String {
    let output = world.chapelle_at(now, arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    told
}

/// September and October billed on 3 November, what happened to the assets and their
/// depreciation through October; `DC2026000001` paid in part in time and
/// late for the rest, with interest; `DC2026000002` credited as a whole; one line of `DC2026000004` credited; `DC2026000003` stays open.
pub fn story(world: &World) -> Told {
    let book = small_book();
    let [first, last]: [BillingMonth; 2] = ["2026-09".parse().unwrap(), "2026-10".parse().unwrap()];
    let zone = book.facility.zone;
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let period = Period { from: first.period(zone).from, to: last.period(zone).to };
    let (csv, _) = readings_csv(&book, period, 3_600);
    world.ok(&["readings", "import", world.file("readings.csv", &csv).to_str().unwrap()]);
    // One tenant has no contact: the run ends by saying so.
    for month in ["2026-09", "2026-10"] {
        json_at(world, NOW, &["billing", "run", "--month", month, "--issue"]);
    }
    let event = |arguments: &[&str]| {
        let (word, rest) = arguments.split_first().unwrap();
        let all: Vec<&str> =
            ["assets", word, "2019-0042"].iter().chain(rest).chain(&["--reason", "essai"]).copied().collect();
        world.ok(&all);
    };
    event(&["impair", "--on", "2026-10-05", "--component", "electricite", "--amount", "100000"]);
    event(&["dispose", "--on", "2026-10-20", "--component", "serveurs", "--proceeds", "30000"]);
    event(&["subsidise", "--on", "2026-10-25", "--grantor", "Région", "--amount", "250000"]);
    world.ok(&["amortisation", "post", "--through", "2026-10"]);

    let invoices = json_at(world, LATER, &["invoices", "list"]);
    let one = |number: &str| invoices.as_array().unwrap().iter().find(|one| one["number"] == number).unwrap().clone();
    let due: chrono::NaiveDate = one("DC2026000001")["due_date"].as_str().unwrap().parse().unwrap();
    let late = (due + chrono::Days::new(28)).to_string();
    let gross: i64 = one("DC2026000001")["gross"].as_str().unwrap().replace('.', "").parse().unwrap();
    let euros = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let part = gross / 3;
    let pay = |now: &str, date: &str, amount: &str| {
        let command = ["payments", "record", "--invoice", "DC2026000001", "--date", date, "--amount", amount];
        json_at(world, now, &command)
    };
    let first_payment = pay("2026-12-02T09:00:00Z", "2026-12-01", &euros(part));
    let whole_credit = json_at(
        world,
        "2026-12-04T09:00:00Z",
        &["invoices", "credit", "DC2026000002", "--reason", "Adressée au mauvais service"],
    );
    let line_credit = json_at(
        world,
        "2026-12-05T09:00:00Z",
        &["invoices", "credit", "DC2026000004", "--reason", "Supervision interrompue", "--lines", "1"],
    );
    let second_payment = pay(LATER, &late, &euros(gross - part));
    let interest = json_at(world, LATER, &["payments", "interest", "--invoice", "DC2026000001"]);
    let interest_again = json_at(world, LATER, &["payments", "interest", "--invoice", "DC2026000001"]);
    let interest_payment = pay(LATER, "2027-02-10", interest["open"].as_str().unwrap());
    Told { first_payment, second_payment, interest, interest_again, interest_payment, whole_credit, line_credit }
}

/// Posts what was still due of 2026 and closes every year of the story, oldest first.
pub fn years_closed(world: &World) {
    json_at(world, LATER, &["amortisation", "post", "--through", "2026-12"]);
    for year in 2019..=2026 {
        let closed = json_at(world, LATER, &["journal", "close-year", &year.to_string()]);
        assert_eq!(closed["posted"].as_array().unwrap().len(), 3, "{closed:#}");
    }
}
