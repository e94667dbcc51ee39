//! Money, terms and agreements that are changed in the database, every trigger out of the way, are named.

use chapelle::domain::money::Money;
use diesel::connection::SimpleConnection;

use super::*;

/// A centre where money came in, a line was added by hand and an availability was recorded.
pub(super) fn busy(engine: Engine) -> World {
    let world = audited(engine);
    let (_, open) = json(&world, &["payments", "open"]);
    let first = open.as_array().unwrap().iter().find(|one| one["number"] == "DC2026000001").unwrap().clone();
    let (number, gross) = (first["number"].as_str().unwrap(), first["open"].as_str().unwrap());
    at(&world, DECEMBER, &["payments", "record", "--invoice", number, "--date", "2026-11-20", "--amount", gross]);
    let part = ["payments", "record", "--invoice", "DC2026000002", "--date", "2026-11-21", "--amount", "10.00"];
    at(&world, DECEMBER, &part);
    // Of what a credit note leaves owed on the first, a part goes back and another pays an invoice of the same tenant.
    at(&world, DECEMBER, &["invoices", "credit", number, "--reason", "en trop", "--lines", "1:10.00"]);
    at(&world, DECEMBER, &["payments", "refund", number, "--amount", "2.00", "--on", "2026-12-04"]);
    let is_other = |one: &&Value| one["tenant"] == first["tenant"] && one["number"] != first["number"];
    let other = open.as_array().unwrap().iter().find(is_other).unwrap()["number"].as_str().unwrap();
    at(&world, DECEMBER, &["payments", "transfer", number, other, "--amount", "3.00"]);
    keep_on_account(&world, &open);
    let place = ["billing", "add-line", "--contract", "AP-2026", "--month", "2026-12"];
    let line = ["--service", "other", "--designation", "Intervention", "--quantity", "1", "--unit-price", "80.00"];
    at(&world, DECEMBER, &[&place[..], &line, &["--reason", "remote hands of Monday"]].concat());
    let figure = ["availability", "record", "--contract", "AP-2026", "--line", "baies", "--month", "2026-10"];
    at(&world, DECEMBER, &[&figure[..], &["--percent", "99.90", "--reason", "supervision"]].concat());
    at(&world, DECEMBER, &["audit", "sign"]);
    world
}

/// The tenant of `DC2026000002` pays its other invoice and 50.00 more; of that, 5.00 settle the first and 20.00 go back.
fn keep_on_account(world: &World, open: &Value) {
    let open = open.as_array().unwrap();
    let first = open.iter().find(|one| one["number"] == "DC2026000002").unwrap();
    let is_other = |one: &&Value| one["tenant"] == first["tenant"] && one["number"] != first["number"];
    let other = open.iter().find(is_other).unwrap();
    let (number, tenant) = (other["number"].as_str().unwrap(), first["tenant"].as_str().unwrap());
    let more: Money = other["open"].as_str().unwrap().parse::<Money>().unwrap() + Money::from_cents(5_000);
    let record = ["payments", "record", "--invoice", number, "--date", "2026-12-04", "--amount", &more.to_string()];
    assert!(at(world, DECEMBER, &[&record[..], &["--keep-rest"]].concat()).contains("CPT-2026-000001: 50.00 kept"));
    let settle = ["payments", "settle", tenant, "DC2026000002", "--amount", "5.00", "--on", "2026-12-04"];
    at(world, DECEMBER, &settle);
    at(world, DECEMBER, &["payments", "repay", tenant, "--amount", "20.00", "--on", "2026-12-04"]);
    assert!(at(world, DECEMBER, &["payments", "account", tenant]).contains("25.00 on account of"));
}

/// What is done, how it is undone, and where and how it must be named.
type Change = (&'static str, &'static str, (&'static str, &'static str, &'static str));

const CHANGES: [Change; 29] = [
    (
        "UPDATE entry_series SET last = last + 5 WHERE fiscal_year = 2026 AND series = ''",
        "UPDATE entry_series SET last = last - 5 WHERE fiscal_year = 2026 AND series = ''",
        ("journal", "2026", "its counter stands at"),
    ),
    (
        "UPDATE number_series SET next = next + 1 WHERE series = 'payments'",
        "UPDATE number_series SET next = next - 1 WHERE series = 'payments'",
        ("series", "payments 2026", "its counter stands at 5, the last number that is there is 4"),
    ),
    (
        "UPDATE number_series SET next = next + 1 WHERE series = 'on-account'",
        "UPDATE number_series SET next = next - 1 WHERE series = 'on-account'",
        ("series", "on-account 2026", "its counter stands at 3, the last number that is there is 2"),
    ),
    (
        "UPDATE on_account SET amount_cents = amount_cents - 100 WHERE number = 'CPT-2026-000001'",
        "UPDATE on_account SET amount_cents = amount_cents + 100 WHERE number = 'CPT-2026-000001'",
        ("payment", "CPT-2026-000001", "amount: stored is 49.00, its journal entry says 50.00"),
    ),
    (
        "UPDATE on_account SET moved_on = '2026-12-05' WHERE number = 'CPT-2026-000002'",
        "UPDATE on_account SET moved_on = '2026-12-04' WHERE number = 'CPT-2026-000002'",
        ("payment", "CPT-2026-000002", "repaid_on: stored is 2026-12-05, "),
    ),
    (
        "UPDATE on_account SET number = 'REG-2026-000099' WHERE number = 'REG-2026-000004'",
        "UPDATE on_account SET number = 'REG-2026-000004' WHERE number = 'REG-2026-000099'",
        ("payment", "REG-2026-000004", "the trail says it was settled from an account, and it left none"),
    ),
    (
        "UPDATE on_account SET amount_cents = amount_cents - 100 WHERE number = 'REG-2026-000004'",
        "UPDATE on_account SET amount_cents = amount_cents + 100 WHERE number = 'REG-2026-000004'",
        ("payment", "REG-2026-000004", "amount: stored is 5.00, what left the account says 6.00"),
    ),
    (
        "UPDATE on_account SET moved_on = '2026-12-05' WHERE number = 'REG-2026-000004'",
        "UPDATE on_account SET moved_on = '2026-12-04' WHERE number = 'REG-2026-000004'",
        ("payment", "REG-2026-000004", "settled on: stored is 2026-12-05, its event says 2026-12-04"),
    ),
    (
        "UPDATE on_account SET tenant_id = (SELECT MAX(t.id) FROM tenant t WHERE t.id <> on_account.tenant_id) \
         WHERE number = 'CPT-2026-000001'",
        "UPDATE on_account SET tenant_id = (SELECT o.tenant_id FROM on_account o WHERE o.number = 'CPT-2026-000002') \
         WHERE number = 'CPT-2026-000001'",
        ("payment", "CPT-2026-000001", "tenant: stored is"),
    ),
    (
        "UPDATE on_account SET statement_key = 'another' WHERE number = 'CPT-2026-000001'",
        "UPDATE on_account SET statement_key = NULL WHERE number = 'CPT-2026-000001'",
        ("payment", "CPT-2026-000001", "receipt: stored is another, event"),
    ),
    (
        "UPDATE on_account_taken SET amount_cents = amount_cents + 100 WHERE number = 'CPT-2026-000002'",
        "UPDATE on_account_taken SET amount_cents = amount_cents - 100 WHERE number = 'CPT-2026-000002'",
        ("payment", "CPT-2026-000002", "amount: stored is 20.00, what was taken from receipts says 21.00"),
    ),
    (
        "UPDATE on_account_taken SET taken_from = 'CPT-2026-000002' WHERE number = 'CPT-2026-000002'",
        "UPDATE on_account_taken SET taken_from = 'CPT-2026-000001' WHERE number = 'CPT-2026-000002'",
        ("payment", "CPT-2026-000002", "taken: stored is 20.00 of CPT-2026-000002, event"),
    ),
    (
        "UPDATE on_account_taken SET number = 'CPT-2026-000001' WHERE number = 'CPT-2026-000002'",
        "UPDATE on_account_taken SET number = 'CPT-2026-000002' WHERE number = 'CPT-2026-000001'",
        ("payment", "CPT-2026-000001", "it is taken from CPT-2026-000001, which was not kept for its tenant"),
    ),
    (
        "UPDATE paid_back SET amount_cents = amount_cents - 100 WHERE number = 'RBT-2026-000001'",
        "UPDATE paid_back SET amount_cents = amount_cents + 100 WHERE number = 'RBT-2026-000001'",
        ("payment", "RBT-2026-000001", "amount: stored is 1.00, its journal entry says 2.00"),
    ),
    (
        "UPDATE paid_back SET paid_on = '2026-12-05' WHERE number = 'IMP-2026-000001'",
        "UPDATE paid_back SET paid_on = '2026-12-04' WHERE number = 'IMP-2026-000001'",
        ("payment", "IMP-2026-000001", "transferred on: stored is 2026-12-05, event"),
    ),
    (
        "UPDATE invoice_balance SET paid_back_cents = 0 WHERE paid_back_cents = 500",
        "UPDATE invoice_balance SET paid_back_cents = 500 \
         WHERE invoice_id = (SELECT id FROM invoice WHERE number = 'DC2026000001')",
        ("balance", "DC2026000001", "paid back: kept is 0.00"),
    ),
    (
        "UPDATE invoice SET gross_cents = gross_cents - 100, net_cents = net_cents - 100 WHERE number = 'DC2026000001'",
        "UPDATE invoice SET gross_cents = gross_cents + 100, net_cents = net_cents + 100 WHERE number = 'DC2026000001'",
        ("invoice", "DC2026000001", "gross: stored is"),
    ),
    (
        "UPDATE invoice SET due_date = '2027-12-31' WHERE number = 'DC2026000002'",
        "UPDATE invoice SET due_date = (SELECT due_date FROM invoice_balance WHERE invoice_id = invoice.id) \
         WHERE number = 'DC2026000002'",
        ("invoice", "DC2026000002", "due_date: stored is 2027-12-31, its frozen content says"),
    ),
    (
        "UPDATE invoice_line SET net_cents = net_cents - 100 WHERE position = 1",
        "UPDATE invoice_line SET net_cents = net_cents + 100 WHERE position = 1",
        ("invoice", "DC2026000001", "line 1, net: stored is"),
    ),
    (
        "UPDATE payment SET amount_cents = amount_cents - 100 WHERE number = 'REG-2026-000002'",
        "UPDATE payment SET amount_cents = amount_cents + 100 WHERE number = 'REG-2026-000002'",
        ("payment", "REG-2026-000002", "amount: stored is 9.00, event"),
    ),
    (
        "UPDATE payment SET amount_cents = amount_cents - 100 WHERE number = 'REG-2026-000002'",
        "UPDATE payment SET amount_cents = amount_cents + 100 WHERE number = 'REG-2026-000002'",
        ("payment", "REG-2026-000002", "amount: stored is 9.00, its journal entry says 10.00"),
    ),
    (
        "UPDATE invoice_balance SET paid_cents = 0 WHERE paid_cents = 1500",
        "UPDATE invoice_balance SET paid_cents = 1500 \
         WHERE invoice_id = (SELECT id FROM invoice WHERE number = 'DC2026000002')",
        (
            "balance",
            "DC2026000002",
            "paid: kept is 0.00, its payments, credit notes, claims and what was paid back give 15.00",
        ),
    ),
    (
        "UPDATE availability SET percent_thousandths = 99990",
        "UPDATE availability SET percent_thousandths = 99900",
        ("availability", "AP-2026 baies 2026-10", "percent: stored is 99.99, event"),
    ),
    (
        "UPDATE manual_line SET reason = 'another'",
        "UPDATE manual_line SET reason = 'remote hands of Monday'",
        ("manual-line", "AP-2026 2026-12, line 1", "reason: stored is another, event"),
    ),
    (
        "UPDATE seller SET iban = 'FR7630006000011234567890189'",
        "UPDATE seller SET iban = 'FR1420041010050500013M02606'",
        ("book", "seller", "iban: stored is FR7630006000011234567890189, event"),
    ),
    (
        "UPDATE tariff_version SET price = replace(price, '1200.00', '1201.00')",
        "UPDATE tariff_version SET price = replace(price, '1201.00', '1200.00')",
        ("book", "tariff baie", "version.1.unit_price_eur: stored is 1201.00, event"),
    ),
    (
        "UPDATE tenant_contact SET email = 'x' || email",
        "UPDATE tenant_contact SET email = substr(email, 2)",
        ("book", "tenant aphp", "contact.1.email: stored is x"),
    ),
    (
        "UPDATE contract SET title = title || ' x' WHERE code = 'EDP-2026'",
        "UPDATE contract SET title = substr(title, 1, length(title) - 2) WHERE code = 'EDP-2026'",
        ("book", "contract EDP-2026", "title: stored is"),
    ),
    ("DELETE FROM lettered_line", "", ("lettering", "BQ REG-2026-000001", "it carries no letter, event")),
];

#[test]
fn money_and_terms_that_are_changed_in_the_database_are_named() {
    for engine in ENGINES {
        let world = busy(engine);
        let (code, sound) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{sound:#}");
        assert!(sound["notes"].to_string().contains("held against nothing"), "{sound:#}");
        without_triggers(&world, engine, "");
        for (sql, undo, (part, place, what)) in CHANGES {
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(3), "{sql}: {found:#}");
            let named = found["findings"].as_array().unwrap().iter().any(|one| {
                one["part"] == part && one["place"] == place && one["what"].as_str().unwrap().contains(what)
            });
            assert!(named, "{sql}: {found:#}");
            without_triggers(&world, engine, undo);
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, if undo.is_empty() { Some(3) } else { Some(0) }, "{undo}: {found:#}");
        }
    }
}

/// A thing nobody recorded is as wrong as one that is changed: a payment, a tenant's contact, a line.
#[test]
fn what_is_taken_away_or_slipped_in_is_named() {
    for engine in ENGINES {
        let world = busy(engine);
        let slip = "INSERT INTO payment (number, invoice_id, received_on, amount_cents, recorded_at) \
                    SELECT 'REG-2026-000099', id, '2026-11-22', 100, 0 FROM invoice WHERE number = 'DC2026000002'; \
                    DELETE FROM manual_line; DELETE FROM availability; DELETE FROM invoice_balance; \
                    DELETE FROM payment WHERE number = 'REG-2026-000001'";
        without_triggers(&world, engine, slip);
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{found:#}");
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        for expected in [
            "payment REG-2026-000099: the trail does not say that it was recorded",
            "payment REG-2026-000099: it is not in the journal",
            "payment REG-2026-000001: event",
            "manual-line AP-2026 2026-12, line 1: event",
            "availability AP-2026 baies 2026-10: event",
            "balance DC2026000002: nothing is kept of what is open on it",
        ] {
            assert!(told.iter().any(|line| line.starts_with(expected)), "{expected}: {told:#?}");
        }
    }
}

/// Periods, events and versions of assets, management figures, and lines without their entry.
#[test]
fn states_and_figures_that_are_changed_in_the_database_are_named() {
    for engine in ENGINES {
        let world = audited(engine);
        keep_things(&world);
        at(&world, DECEMBER, &["journal", "close", "2019-06"]);
        let impair = ["assets", "impair", "2019-0042", "--on", "2026-12-02", "--component", "electricite"];
        at(&world, DECEMBER, &[&impair[..], &["--amount", "100.00", "--reason", "essai"]].concat());
        let figures = "month,kind,label,amount_eur,source\n2026-09,energy,A,100.00,F-1\n2026-09,energy,B,200.00,F-2\n";
        let figures = world.file("figures.csv", figures);
        at(&world, DECEMBER, &["payback", "import", figures.to_str().unwrap()]);
        let one = ["payback", "record", "--month", "2026-09", "--kind", "energy", "--label", "A", "--amount", "110.00"];
        at(&world, DECEMBER, &[&one[..], &["--source", "F-3", "--correction", "avoir"]].concat());
        at(&world, DECEMBER, &["audit", "sign"]);
        let (code, sound) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{sound:#}");
        let changes = [
            ("UPDATE accounting_period SET state = 'open'", "period 2019-06: stored is open, event"),
            ("DELETE FROM accounting_period", "period 2019-06: event"),
            ("UPDATE asset_event SET reason = 'autre'", "asset 2019-0042, event 1: it is not what event"),
            ("DELETE FROM asset_event", "asset 2019-0042, event 1: event"),
            ("DELETE FROM asset_version WHERE number = 1", "asset 2019-0042: a version of it is missing"),
            ("DELETE FROM asset_version", "asset 2019-0042: the trail says what was known of it"),
            (
                "UPDATE management_figure SET amount_cents = CASE label WHEN 'A' THEN 10100 ELSE 19900 END \
                 WHERE revision = 1",
                "figure 2026-09 to 2026-09, recorded by cli: they are not those event",
            ),
            (
                "UPDATE management_figure SET amount_cents = 12000 WHERE revision = 2",
                "figure 2026-09 energy A, revision 2: the trail does not say",
            ),
            ("DELETE FROM management_figure", "figure cli: event"),
            (
                "INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                 VALUES ('OD', 'X-1', 1, '6811', 'x', 1, 0)",
                "journal OD X-1: 1 lines of an entry that is not there",
            ),
        ];
        for (sql, expected) in changes {
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
            assert_eq!(code, Some(3), "{sql}: {told:#?}");
            assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}: {expected}: {told:#?}");
        }
    }
}

/// An entry that balances and is not what the plans charge stands out in the tie-out.
#[test]
fn charges_are_held_against_the_plans() {
    for engine in ENGINES {
        let world = busy(engine);
        let tied = || -> Vec<(String, String)> {
            let (_, told) = json(&world, &["journal", "tie-out", "--year", "2026"]);
            let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
            let differing = told["comparisons"].as_array().unwrap().iter();
            let differing = differing.filter(|one| one["difference"] != "0.00");
            differing.map(|one| (text(one, "check"), text(one, "difference"))).collect()
        };
        assert_eq!(tied(), []);
        without_triggers(
            &world,
            engine,
            "UPDATE journal_line SET debit_cents = debit_cents + CASE WHEN debit_cents > 0 THEN 1 ELSE 0 END, \
             credit_cents = credit_cents + CASE WHEN credit_cents > 0 THEN 1 ELSE 0 END \
             WHERE document = 'AMORT-2026-10' AND label LIKE 'Dotation %electricite'",
        );
        let cent = |check: &str| (check.to_owned(), "0.01".to_owned());
        assert_eq!(tied(), [cent("depreciation-charged"), cent("journal")], "{engine:?}");
    }
}

/// Runs SQL as one who owns the database can: no trigger and no key in the way.
pub(super) fn without_triggers(world: &World, engine: Engine, sql: &str) {
    let mut connection = world.store().connection().unwrap();
    if engine == Engine::Sqlite {
        let path = world.dir.path().join("chapelle.db");
        let drop = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\n\
                    for (n,) in c.execute(\"select name from sqlite_master where type = 'trigger'\").fetchall():\n    \
                    c.execute('drop trigger \"%s\"' % n)\nc.commit()";
        let output = Command::new("python3").args(["-c", drop]).arg(path).output().unwrap();
        assert!(output.status.success(), "{}", text(&output));
        connection.batch_execute(&format!("PRAGMA foreign_keys = OFF; {sql};")).unwrap();
        connection.batch_execute("PRAGMA foreign_keys = ON").unwrap();
    } else {
        let all = format!("SET session_replication_role = replica; {sql}; SET session_replication_role = DEFAULT;");
        connection.batch_execute(&all).unwrap();
    }
}

pub(super) fn line(one: &Value) -> String {
    let part = |key: &str| one[key].as_str().unwrap().to_owned();
    format!("{} {}: {}", part("part"), part("place"), part("what"))
}
