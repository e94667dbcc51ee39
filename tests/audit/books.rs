//! Money, terms and agreements that are changed in the database, every trigger out of the way, are named.

use chapelle::domain::audit::{Actor, AuditEvent};
use chapelle::domain::money::Money;
use chrono::DateTime;
use diesel::connection::SimpleConnection;

use super::*;

/// A centre where money came in, a line was added by hand and an availability was recorded.
fn busy(engine: Engine) -> World {
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

/// Where every posting names its entries, none is excused for coming before the first of them.
#[test]
fn an_entry_slipped_in_before_all_others_is_named() {
    for engine in ENGINES {
        let world = busy(engine);
        let slip = "INSERT INTO journal_entry (id, journal, entry_date, document, label, posted_at) \
                    SELECT -1, journal, entry_date, 'DC2026999999', label, posted_at \
                    FROM journal_entry WHERE document = 'DC2026000002'";
        without_triggers(&world, engine, slip);
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{found:#}");
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        let expected = "journal VE DC2026999999: the trail does not say that it was posted";
        assert!(told.iter().any(|line| line == expected), "{told:#?}");
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

/// Numbers that are swapped, a description, a day and an entry without a line: each against the event that posted it,
/// before any seal covers them and in a pack that is made and signed afterwards.
#[test]
fn entries_that_are_changed_in_the_database_are_named_by_what_posted_them() {
    // Numbers are unique: the second is set aside while the first takes its place.
    let swap = "UPDATE entry_number SET number = 1000000 WHERE fiscal_year = 2026 AND number = 1; \
                UPDATE entry_number SET number = 1 WHERE fiscal_year = 2026 AND number = 2; \
                UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = 1000000";
    let changes = [
        (swap, "journal VE DC2026000001: number: stored is 2026-000002, event", "numéro"),
        (
            "UPDATE journal_entry SET label = label || ' bis' WHERE document = 'DC2026000001'",
            "journal VE DC2026000001: label: stored is",
            "libellé",
        ),
        (
            "UPDATE journal_entry SET entry_date = '2026-11-02' WHERE document = 'DC2026000001'",
            "journal VE DC2026000001: date: stored is 2026-11-02, event",
            "date",
        ),
        (
            "UPDATE journal_line SET auxiliary = 'autre' WHERE document = 'DC2026000001' AND position = 1",
            "journal VE DC2026000001: its lines are not those event",
            "ce n’est pas l’écriture que l’événement",
        ),
        (
            "INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
             VALUES (10000, 'OD', 'VIDE-1', '2026-11-03', 'x', 0)",
            "journal OD VIDE-1: it has no line",
            "la piste ne dit pas qu’elle a été passée",
        ),
        (
            "DELETE FROM entry_number WHERE entry_id = (SELECT id FROM journal_entry WHERE document = 'DC2026000002'); \
             DELETE FROM journal_line WHERE document = 'DC2026000002'; \
             DELETE FROM journal_entry WHERE document = 'DC2026000002'",
            "journal VE DC2026000002: event",
            "le journal ne l’a pas",
        ),
    ];
    for engine in ENGINES {
        for (sql, expected, packed) in changes {
            // Nothing is sealed yet.
            let (world, _) = delivered(engine);
            let (code, sound) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(0), "{sound:#}");
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
            assert_eq!(code, Some(3), "{sql}: {told:#?}");
            assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}: {expected}: {told:#?}");
            let (path, _) = pack(&world);
            let told = text(&python(&[&verifier(), &path]));
            assert!(told.lines().any(|line| line.contains("[journal]") && line.contains(packed)), "{sql}: {told}");
        }
    }
}

/// A trail of before events named what they post, and seals held numbers: it is sound, the next seal holds the numbers,
/// and the chain goes on.
#[test]
fn entries_of_before_events_named_them_are_held_by_the_next_seal() {
    for engine in ENGINES {
        let (world, _) = delivered(engine);
        let digests = forget_postings(&world, engine);
        let (code, sound) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{sound:#}");
        assert!(sound["notes"].to_string().contains("posted before events named what they post"), "{sound:#}");
        let (_, signed) = json(&world, &["audit", "sign"]);
        assert!(signed["journal_entries_sealed"].as_i64().unwrap() > 1, "{signed:#}");
        let (path, root) = pack(&world);
        let sound = python(&[&verifier(), &path, Path::new("--root"), &root]);
        assert_eq!(sound.status.code(), Some(4), "{}", text(&sound));
        assert_eq!(trail_hashes(&world)[..digests.len()], digests[..], "the chain that was is the chain that is");
        let swap = "UPDATE entry_number SET number = 1000000 WHERE fiscal_year = 2026 AND number = 1; \
                    UPDATE entry_number SET number = 1 WHERE fiscal_year = 2026 AND number = 2; \
                    UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = 1000000";
        without_triggers(&world, engine, swap);
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!((code, &found["findings"][0]["part"]), (Some(3), &"journal".into()), "{found:#}");
        let (path, _) = pack(&world);
        let told = text(&python(&[&verifier(), &path]));
        assert!(told.contains("[journal]") && told.contains("ce ne sont pas les écritures que l’événement"), "{told}");
    }
}

/// Events of before name no more than a document: that is enough to miss one that was taken out, and its number, whether
/// its counter was set back or not; and to name one that was slipped in.
#[test]
fn old_entries_taken_out_or_slipped_in_are_named_though_nothing_but_their_document_was_told() {
    let take_out = "DELETE FROM entry_number WHERE entry_id = (SELECT id FROM journal_entry WHERE document = 'DC2026000002'); \
                    DELETE FROM journal_line WHERE document = 'DC2026000002'; \
                    DELETE FROM journal_entry WHERE document = 'DC2026000002'";
    let last = "(SELECT MAX(number) FROM entry_number WHERE fiscal_year = 2026)";
    let close_up = format!(
        "{take_out}; UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = {last}; \
         UPDATE entry_series SET last = {last} WHERE fiscal_year = 2026 AND series = ''"
    );
    let slip_in = "INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                   SELECT 'OD', 'VIDE-1', position, account, label, debit_cents, credit_cents \
                   FROM journal_line WHERE document = 'DC2026000002'; \
                   INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
                   VALUES (10000, 'OD', 'VIDE-1', '2026-11-03', 'x', 0)";
    let missing = "journal VE DC2026000002: event";
    // Under a document the trail knows, of another journal.
    let known = slip_in
        .replace("VIDE-1", "DC2026000002")
        .replace("FROM journal_line WHERE", "FROM journal_line WHERE journal = 'VE' AND");
    let changes: [(&str, &[&str]); 4] = [
        (take_out, &[missing, "journal 2026: 2026-000002 is missing"]),
        (&close_up, &[missing]),
        (
            slip_in,
            &["journal OD VIDE-1: the trail does not say that it was posted", "journal OD VIDE-1: it has no number"],
        ),
        (&known, &["journal OD DC2026000002: the trail does not say that it was posted"]),
    ];
    for engine in ENGINES {
        for (sql, expected) in changes {
            let (world, _) = delivered(engine);
            forget_postings(&world, engine);
            let (code, sound) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(0), "{sound:#}");
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(3), "{found:#}");
            let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
            for expected in expected {
                assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}: {expected}: {told:#?}");
            }
            let (path, _) = pack(&world);
            let told = text(&python(&[&verifier(), &path]));
            let place = expected[0].trim_start_matches("journal ").split(':').next().unwrap();
            assert!(told.lines().any(|line| line.contains("[journal]") && line.contains(place)), "{sql}: {told}");
        }
    }
}

/// However many entries there are to seal at once, each seal holds what one short transaction reads.
#[test]
fn a_long_journal_is_sealed_in_stretches() {
    for engine in ENGINES {
        let (world, _) = delivered(engine);
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) ";
        let lines = [("1, '411'", "100, 0"), ("2, '706'", "0, 100")].map(|(place, amounts)| {
            format!(
                "{many} INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                 SELECT 'VE', 'X-' || i, {place}, 'x', {amounts} FROM n"
            )
        });
        let entries = format!(
            "{many} INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
             SELECT 100000 + i, 'VE', 'X-' || i, '2026-11-03', 'x', 0 FROM n"
        );
        without_triggers(&world, engine, &format!("{}; {}; {entries}", lines[0], lines[1]));
        let (_, signed) = json(&world, &["audit", "sign"]);
        let sealed = signed["journal_entries_sealed"].as_i64().unwrap();
        assert!(sealed > 10_500, "{signed:#}");
        let trail = at(&world, DECEMBER, &["--json", "audit", "trail", "--action", "journal.sealed"]);
        let seals: Vec<Value> = trail.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let counts: Vec<i64> = seals.iter().map(|seal| seal["event"]["detail"]["entries"].as_i64().unwrap()).collect();
        assert_eq!(counts, [10_000, sealed - 10_000]);
        let (_, found) = json(&world, &["audit", "verify"]);
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        assert!(!told.iter().any(|line| line.contains("sealed")), "{:#?}", told.first());
        without_triggers(
            &world,
            engine,
            "UPDATE journal_line SET debit_cents = 101 WHERE document = 'X-10400' AND position = 1",
        );
        let (_, found) = json(&world, &["audit", "verify"]);
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(told.iter().filter(|line| line.contains("are not those event")).count(), 1, "{:#?}", told.first());
    }
}

/// Makes the trail one of before: the events without what they posted, the chain worked out again, the journal sealed by
/// a seal without numbers. Its hashes come back.
fn forget_postings(world: &World, engine: Engine) -> Vec<String> {
    use chapelle::domain::audit::{GENESIS, Tree, hex};
    use chapelle::storage::{audit, evidence};
    let mut connection = world.store().connection().unwrap();
    let entries = evidence::journal_lines(&mut connection, 0, 1_000).unwrap();
    let through = entries.last().unwrap().id;
    let root = hex(&entries.iter().map(|entry| &entry.line_without_number).collect::<Tree>().root());
    let detail = serde_json::json!({ "from": 1, "through": through, "entries": entries.len(), "root": root });
    let seal = AuditEvent::new(DateTime::UNIX_EPOCH, &Actor::new("job", None), "journal.sealed", "journal", detail);
    audit::append(&mut connection, &seal).unwrap();
    let (mut hash, mut hashes, mut sql) = (GENESIS.to_owned(), vec![], String::new());
    for mut chained in audit::list(&mut connection, 0, 1_000, None).unwrap() {
        chained.event.detail.as_object_mut().unwrap().remove("postings");
        let next = chained.event.hash_after(&hash).unwrap();
        let detail = chained.event.detail.to_string().replace('\'', "''");
        sql.push_str(&format!(
            "UPDATE audit_event SET detail = '{detail}', previous_hash = '{hash}', hash = '{next}' WHERE sequence = {};",
            chained.sequence
        ));
        hashes.push(next.clone());
        hash = next;
    }
    sql.push_str(&format!("UPDATE audit_head SET hash = '{hash}'"));
    drop(connection);
    without_triggers(world, engine, &sql);
    hashes
}

fn trail_hashes(world: &World) -> Vec<String> {
    let trail = at(world, DECEMBER, &["--json", "audit", "trail"]);
    trail
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["hash"].as_str().unwrap().to_owned())
        .collect()
}

fn line(one: &Value) -> String {
    let part = |key: &str| one[key].as_str().unwrap().to_owned();
    format!("{} {}: {}", part("part"), part("place"), part("what"))
}

/// Files are called what the report is called in its language; one that was kept under a former name stays there, and is
/// found where the same report is kept again.
#[test]
fn a_report_that_was_kept_under_a_former_name_is_found() {
    for engine in ENGINES {
        let world = audited(engine);
        keep_things(&world);
        let folder = world.dir.path().join("reports/2026");
        let names = || {
            let entries = std::fs::read_dir(&folder).unwrap();
            let mut names: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert!(names().len() == 4 && names().iter().all(|name| name.starts_with("mouvements-2026-12-31-fr-")));
        for name in names() {
            let former = name.replace("mouvements", "movements");
            std::fs::rename(folder.join(&name), folder.join(former)).unwrap();
        }
        without_triggers(&world, engine, "UPDATE report_archive SET path = replace(path, 'mouvements', 'movements')");
        let keep = ["amortisation", "movements", "--year", "2026", "--archive"];
        at(&world, DECEMBER, &keep);
        assert!(names().len() == 4 && names().iter().all(|name| name.starts_with("movements-2026-12-31-fr-")));
        at(&world, DECEMBER, &[&keep[..], &["--language", "en"]].concat());
        let english: Vec<String> = names().into_iter().filter(|name| name.contains("-en-")).collect();
        assert!(english.len() == 4 && english.iter().all(|name| name.starts_with("movements-")), "{english:?}");
    }
}

/// A pack of what was changed: neither its reconciliation nor its journal agree with the trail.
#[test]
fn a_pack_with_another_payment_than_the_trail_is_refused() {
    let world = busy(Engine::Sqlite);
    without_triggers(&world, Engine::Sqlite, "UPDATE payment SET amount_cents = 900 WHERE number = 'REG-2026-000002'");
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(3), "{}", text(&told));
    assert!(text(&told).contains("[rapprochement] encaissements"), "{}", text(&told));
    without_triggers(
        &world,
        Engine::Sqlite,
        "DELETE FROM payment WHERE number = 'REG-2026-000002'; \
        DELETE FROM journal_entry WHERE document = 'REG-2026-000002'; \
        DELETE FROM journal_line WHERE document = 'REG-2026-000002'",
    );
    let (path, _) = pack(&world);
    let told = text(&python(&[&verifier(), &path]));
    assert!(told.contains("[règlements] REG-2026-000002"), "{told}");
}

/// An event of an asset, or its withdrawal, that the trail has and the book and the plan have not, is found by both.
#[test]
fn an_event_of_an_asset_that_is_left_out_is_named() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let loss = ["assets", "impair", "2019-0042", "--component", "electricite", "--amount", "1000.00"];
    at(&world, DECEMBER, &[&loss[..], &["--on", "2026-11-15", "--reason", "par erreur"]].concat());
    at(&world, DECEMBER, &["assets", "withdraw", "2019-0042", "--event", "1", "--reason", "par erreur"]);
    let (code, sound) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{sound:#}");
    at(&world, DECEMBER, &["amortisation", "post", "--through", "2026-11"]);
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    for number in [2, 1] {
        without_triggers(
            &world,
            Engine::Sqlite,
            "DELETE FROM asset_event WHERE number = (SELECT MAX(number) FROM asset_event)",
        );
        let place = format!("2019-0042, event {number}");
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{found:#}");
        let mut named = found["findings"].as_array().unwrap().iter();
        assert!(named.any(|one| one["place"] == place.as_str() && line(one).contains("it is not there")), "{found:#}");
        let (path, _) = pack(&world);
        let told = text(&python(&[&verifier(), &path]));
        assert!(told.contains(&format!("[plans] 2019-0042, événement {number}")), "{told}");
    }
}

/// Money kept, settled and sent back is in the pack, and is held against its events there as well.
#[test]
fn a_pack_with_other_money_on_account_than_the_trail_is_refused() {
    let world = busy(Engine::Sqlite);
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    let lost = "DELETE FROM on_account WHERE number = 'CPT-2026-000001'; \
                DELETE FROM journal_entry WHERE document = 'CPT-2026-000001'; \
                DELETE FROM journal_line WHERE document = 'CPT-2026-000001'";
    for (change, undo, place) in [
        (
            "UPDATE journal_line SET debit_cents = debit_cents * 2, credit_cents = credit_cents * 2 \
             WHERE document = 'CPT-2026-000001'",
            "UPDATE journal_line SET debit_cents = debit_cents / 2, credit_cents = credit_cents / 2 \
             WHERE document = 'CPT-2026-000001'",
            "[règlements] CPT-2026-000001",
        ),
        (
            "UPDATE journal_line SET account = '512' WHERE document = 'REG-2026-000004' AND account = '419'",
            "UPDATE journal_line SET account = '419' WHERE document = 'REG-2026-000004' AND account = '512'",
            "[rapprochement] sommes gardées en compte",
        ),
        (
            "UPDATE on_account SET amount_cents = 4900 WHERE number = 'CPT-2026-000001'",
            "UPDATE on_account SET amount_cents = 5000 WHERE number = 'CPT-2026-000001'",
            "[rapprochement] sommes gardées en compte",
        ),
        (lost, "SELECT 1", "[règlements] CPT-2026-000001"),
    ] {
        without_triggers(&world, Engine::Sqlite, change);
        let (path, _) = pack(&world);
        let told = python(&[&verifier(), &path]);
        assert_eq!(told.status.code(), Some(3), "{change}: {}", text(&told));
        assert!(text(&told).contains(place), "{change}: {}", text(&told));
        without_triggers(&world, Engine::Sqlite, undo);
    }
}

/// What was kept by mistake and taken back is in the pack, and is held against its event there and here.
#[test]
fn what_was_taken_back_is_held_against_its_event() {
    let world = busy(Engine::Sqlite);
    let (_, open) = json(&world, &["payments", "open"]);
    let tenant = open[0]["tenant"].as_str().unwrap();
    at(&world, DECEMBER, &["payments", "keep", tenant, "--amount", "70.00", "--date", "2026-12-04"]);
    let correct =
        ["payments", "correct", tenant, "CPT-2026-000003", "--on", "2026-12-04", "--reason", "rien n’est venu"];
    at(&world, DECEMBER, &correct);
    let (code, sound) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{sound:#}");
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    let change = "UPDATE on_account SET recorded_with = NULL WHERE number = 'CPT-2026-000004'";
    without_triggers(&world, Engine::Sqlite, change);
    let (code, found) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(3), "{found:#}");
    let mut named = found["findings"].as_array().unwrap().iter();
    assert!(named.any(|one| one["place"] == "CPT-2026-000004"), "{found:#}");
    let lost = "DELETE FROM journal_entry WHERE document = 'CPT-2026-000004'; \
                DELETE FROM journal_line WHERE document = 'CPT-2026-000004'";
    without_triggers(&world, Engine::Sqlite, lost);
    let (path, _) = pack(&world);
    let told = text(&python(&[&verifier(), &path]));
    assert!(told.contains("[règlements] CPT-2026-000004"), "{told}");
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
fn without_triggers(world: &World, engine: Engine, sql: &str) {
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
