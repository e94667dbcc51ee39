//! Events and files of assets: kept as they were recorded, on both engines.

use chapelle::domain::amortisation::{
    AssetChange, AssetDocument, AssetEvent, Extent, Funding, PostingPeriod, Successor, SupplierInvoice,
};
use chapelle::domain::book::Book;
use chapelle::domain::money::Money;
use chapelle::storage::book::{AssetFile, attach_file, attached_files, load_book, save_asset, save_book};
use chapelle::storage::{Database, StorageError};
use diesel::RunQueryDsl;

use crate::engines::on_both;
use crate::fixture::{self, day, now};

fn event(change: AssetChange) -> AssetEvent {
    AssetEvent {
        effective_on: day("2027-01-01"),
        recorded_on: day("2026-11-03"),
        recorded_by: "finances".into(),
        reason: "Expertise".into(),
        decision: Some("Délibération 12".into()),
        change,
    }
}

/// The book with an asset that has everything an asset can have.
fn book() -> Book {
    let mut book = fixture::book();
    let asset = book.assets.first_mut().unwrap();
    let component = asset.components.first().unwrap().clone();
    asset.record.posting = PostingPeriod::Quarter;
    asset.record.in_opening_balance = true;
    asset.record.documents = vec![AssetDocument {
        name: "Acte".into(),
        date: day("2019-01-01"),
        sha256: Some("a".repeat(64)),
        kind: None,
        proves: None,
    }];
    asset.record.invoices =
        vec![SupplierInvoice { supplier: "S".into(), number: "1".into(), date: day("2019-02-01"), amount: asset.cost }];
    let (date, amount) = (day("2019-01-15"), Money::from_cents(100));
    asset.record.funding = vec![
        Funding::Subsidy { grantor: "G".into(), reference: None, date, amount },
        Funding::Loan { lender: "L".into(), reference: Some("R".into()), date, amount },
    ];
    let code = component.code.clone();
    let successor = Successor(chapelle::domain::amortisation::Component { code: "C2".into(), ..component });
    let cents = Money::from_cents(12_345);
    asset.events = vec![
        event(AssetChange::Revise {
            component: code.clone(),
            duration_years: Some(9),
            residual_value: Some(cents),
            expected_units: Some("12.5".parse().unwrap()),
        }),
        event(AssetChange::Impair { component: code.clone(), amount: cents }),
        event(AssetChange::Reverse { component: code.clone(), amount: cents }),
        event(AssetChange::Use { component: code.clone(), units: "3.25".parse().unwrap() }),
        event(AssetChange::Dispose {
            component: None,
            extent: Extent::Percent("12.5".parse().unwrap()),
            proceeds: cents,
            buyer: Some("B".into()),
        }),
        event(AssetChange::Donate {
            component: Some(code.clone()),
            extent: Extent::Gross(cents),
            beneficiary: "B".into(),
        }),
        event(AssetChange::Replace { component: code, successor, proceeds: Money::ZERO }),
        event(AssetChange::Commission { evidence: "PV".into(), components: vec![] }),
        event(AssetChange::Subsidise { grantor: "G".into(), reference: None, amount: cents }),
    ];
    book
}

fn load(database: &Database) -> Book {
    database.read(load_book).unwrap().unwrap()
}

#[test]
fn an_asset_loads_with_its_papers_and_events() {
    on_both(|database| {
        let mut book = book();
        database.write(|c| save_book(c, &book)).unwrap();
        assert_eq!(load(database), book);
        assert_eq!(database.write(|c| save_book(c, &book)).unwrap().changed.len(), 0);

        let asset = book.assets.first_mut().unwrap();
        asset.events.push(event(AssetChange::Commission { evidence: "again".into(), components: vec![] }));
        asset.commissioned_on = None;
        let asset = asset.clone();
        database.write(|c| save_asset(c, &asset)).unwrap();
        assert_eq!(load(database), book, "an event is added, and the day may be open");
    });
}

#[test]
fn recorded_events_and_attached_files_never_change() {
    on_both(|database| {
        let book = book();
        database.write(|c| save_book(c, &book)).unwrap();
        let file = AssetFile {
            name: "Acte".into(),
            sha256: "a".repeat(64),
            path: "assets/aa/a.pdf".into(),
            size_bytes: 12,
            attached_by: "cli".into(),
            attached_at: now(),
        };
        let code = &book.assets.first().unwrap().code;
        database.write(|c| attach_file(c, code, &file)).unwrap();
        let again = database.write(|c| attach_file(c, code, &file));
        assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
        assert_eq!(database.read(attached_files).unwrap(), [(code.clone(), file)]);
        for statement in [
            "UPDATE asset_event SET reason = 'x'",
            "DELETE FROM asset_event",
            "UPDATE asset_file SET path = 'x'",
            "DELETE FROM asset_file",
        ] {
            let changed = database.write(|c| Ok::<_, StorageError>(diesel::sql_query(statement).execute(c)?));
            assert!(matches!(changed, Err(StorageError::Frozen(_))), "{statement}: {changed:?}");
        }
        let skipped = "INSERT INTO asset_event (asset_id, number, effective_on, recorded_on, recorded_by, reason, kind, change) \
                       SELECT asset_id, 99, effective_on, recorded_on, recorded_by, reason, kind, change FROM asset_event WHERE number = 1";
        let skipped = database.write(|c| Ok::<_, StorageError>(diesel::sql_query(skipped).execute(c)?));
        assert!(matches!(skipped, Err(StorageError::Refused(_))), "{skipped:?}");
    });
}
