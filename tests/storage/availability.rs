//! How available lines were: replaced until an invoice carries what a figure allows, then frozen.

use chapelle::domain::contract::ContractLine;
use chapelle::domain::contract::service_level::{CreditBand, ServiceLevel};
use chapelle::domain::ids::InvoiceId;
use chapelle::domain::rating::{Availability, NewAvailability};
use chapelle::storage::availability::{self, Carried};
use chapelle::storage::{Database, StorageError, StorageResult, book};
use rust_decimal::Decimal;

use crate::engines::on_both;
use crate::fixture::{contract, decimal, draft, fixed_line, issue, month, now, with_book};
use crate::frozen::{frozen, refused};

/// A figure of the racks in September against 99.95 promised, and what it allows.
fn record(database: &Database, percent: &str, credit: &str) -> StorageResult<i64> {
    let figure = NewAvailability {
        contract: "c-aphp".into(),
        line: "racks".into(),
        month: month("2026-09"),
        percent: decimal(percent),
        reason: "supervision".to_owned(),
    };
    database.write(|c| availability::replace(c, &figure, (decimal("99.95"), decimal(credit)), "operator", now()))
}

fn due(database: &Database, before: &str) -> Vec<Availability> {
    database.read(|c| availability::due_before(c, month(before))).unwrap()
}

fn carry(database: &Database, carried: &Carried, invoice: InvoiceId) -> StorageResult<()> {
    database.write(|c| availability::use_up(c, &[*carried], invoice))
}

fn carried(known: &Availability) -> Carried {
    Carried {
        id: known.id,
        percent: known.figure.percent,
        committed_percent: known.committed_percent,
        credit_percent: known.credit_percent,
    }
}

#[test]
fn a_figure_gives_way_until_an_invoice_carries_what_it_allows() {
    on_both(|database| {
        with_book(database);
        let (invoice, number) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        record(database, "99.999", "0").unwrap();
        assert!(due(database, "2026-10").is_empty(), "kept: nothing is allowed");
        record(database, "99.125", "10").unwrap();
        assert!(due(database, "2026-09").is_empty(), "a month allows on later invoices only");
        let [known] = due(database, "2026-10").try_into().unwrap();
        assert_eq!((known.figure.percent, known.credit_percent, known.at), (decimal("99.125"), Decimal::TEN, now()));
        let reported = database.read(|c| availability::known(c, month("2026-09"))).unwrap();
        assert_eq!(reported, [("c-aphp".into(), "racks".into())]);

        carry(database, &carried(&known), invoice).unwrap();
        assert!(due(database, "2026-11").is_empty());
        assert!(matches!(carry(database, &carried(&known), invoice), Err(StorageError::Conflict(_))), "carried once");
        assert!(matches!(record(database, "98", "25"), Err(StorageError::Frozen(_))));
        let [kept] = database.read(|c| availability::of_contract(c, &"c-aphp".into())).unwrap().try_into().unwrap();
        assert_eq!((kept.availability, kept.invoice), (known, Some(number.to_string())));
        for sql in [
            "UPDATE availability SET percent_thousandths = 100000",
            "UPDATE availability SET invoice_id = NULL",
            "UPDATE availability SET reason = 'another'",
            "DELETE FROM availability",
        ] {
            frozen(database, sql);
        }
    });
}

/// A row that is removed may leave its id to the next one: what an invoice says must be what the figure says.
#[test]
fn a_figure_replaced_since_the_draft_is_not_carried() {
    on_both(|database| {
        with_book(database);
        let (invoice, _) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        record(database, "99.125", "10").unwrap();
        let [drafted] = due(database, "2026-10").try_into().unwrap();
        let id = record(database, "98", "25").unwrap();
        for stale in [carried(&drafted), Carried { id, ..carried(&drafted) }] {
            let outcome = carry(database, &stale, invoice);
            assert!(matches!(outcome, Err(StorageError::Conflict(_))), "{stale:?}: {outcome:?}");
        }
        let [known] = due(database, "2026-10").try_into().unwrap();
        assert_eq!(known.credit_percent, decimal("25"));
        carry(database, &carried(&known), invoice).unwrap();
    });
}

#[test]
fn a_figure_is_a_percentage_with_its_source_and_one_of_its_month() {
    on_both(|database| {
        with_book(database);
        record(database, "99.125", "10").unwrap();
        let columns = "contract_id, line_code, month, percent_thousandths, committed_thousandths, credit_thousandths, \
                       reason, recorded_by, recorded_at";
        for values in [
            "contract_id, line_code, month, 99000, 99950, 10000, 'x', 'x', 1",
            "contract_id, 'other', month, 100001, 99950, 10000, 'x', 'x', 1",
            "contract_id, 'other', month, -1, 99950, 10000, 'x', 'x', 1",
            "contract_id, 'other', month, 99000, 99950, 10000, '', 'x', 1",
        ] {
            refused(database, &format!("INSERT INTO availability ({columns}) SELECT {values} FROM availability"));
        }
    });
}

#[test]
fn what_a_line_promises_is_loaded_as_it_was_saved() {
    on_both(|database| {
        let band =
            |below: &str, credit: &str| CreditBand { below_percent: decimal(below), credit_percent: decimal(credit) };
        let level = ServiceLevel {
            committed_percent: decimal("99.95"),
            bands: vec![band("99.95", "5"), band("99.125", "12.5")],
        };
        let line = ContractLine { service_level: Some(level), ..fixed_line("watched") };
        let mut changed = crate::fixture::book();
        changed.contracts = vec![contract("c-aphp", "aphp", vec![line, fixed_line("racks")])];
        database.write(|c| book::save_book(c, &changed)).unwrap();
        assert_eq!(database.read(book::load_book).unwrap().unwrap().contracts, changed.contracts);
    });
}
