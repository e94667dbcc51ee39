//! The facility book: saved, loaded, saved again.

use chapelle::domain::book::Book;
use chapelle::domain::contract::LineQuantity;
use chapelle::domain::ids::{MeterCode, TenantCode};
use chapelle::storage::book::{BookChanges, load_book, save_book};
use chapelle::storage::{Database, StorageError, StorageResult, book};

use crate::engines::on_both;
use crate::fixture::{self, contract, fixed_line, metered_line, since, tenant};

fn save(database: &Database, book: &Book) -> StorageResult<BookChanges> {
    database.write(|connection| save_book(connection, book))
}

fn load(database: &Database) -> Book {
    database.read(load_book).unwrap().unwrap()
}

fn names(items: &[book::BookItem]) -> Vec<String> {
    items.iter().map(ToString::to_string).collect()
}

#[test]
fn a_book_loads_as_it_was_saved_and_a_second_save_changes_nothing() {
    on_both(|database| {
        assert!(database.read(load_book).unwrap().is_none());
        let book = fixture::book();
        let first = save(database, &book).unwrap();
        assert_eq!(first.created.len(), 17);
        assert_eq!((first.changed.len(), first.unchanged, first.not_in_file.len()), (0, 0, 0));
        assert_eq!(load(database), book);

        let again = save(database, &book).unwrap();
        assert_eq!((again.created.len(), again.changed.len(), again.unchanged), (0, 0, 17));
        assert_eq!(load(database), book);
    });
}

#[test]
fn only_what_differs_is_written_and_nothing_is_deleted() {
    on_both(|database| {
        let mut book = fixture::book();
        save(database, &book).unwrap();
        let before: Vec<i64> = {
            let mut connection = database.connection().unwrap();
            let ids = book::tenant_ids(&mut connection).unwrap();
            ids.values().map(|id| id.0).collect()
        };
        book.tenants[0].contacts.clear();
        book.tenants[0].vat_number = None;
        book.rooms[0].aisles[0].racks.remove(0);
        book.meters.remove(2);
        book.contracts[0].lines[1].in_force = since("2025-01-01", Some("2026-07-01"));
        book.tenants.push(tenant("habitat"));
        let changes = save(database, &book).unwrap();
        assert_eq!(names(&changes.created), ["tenant habitat"]);
        assert_eq!(names(&changes.changed), ["rack A01", "tenant aphp", "contract c-aphp"]);
        assert_eq!(names(&changes.not_in_file), ["rack A02", "meter total"]);

        let loaded = load(database);
        assert_eq!(loaded.tenants, book.tenants);
        assert_eq!(loaded.contracts, book.contracts);
        assert_eq!(loaded.rooms[0].aisles[0].racks.len(), 2, "a rack the file lacks stays");
        assert_eq!(loaded.meters.len(), 3);
        let mut connection = database.connection().unwrap();
        let after = book::tenant_ids(&mut connection).unwrap();
        assert!(before.iter().all(|id| after.values().any(|kept| kept.0 == *id)), "ids stay");
        assert!(book::meter_ids(&mut connection).unwrap().contains_key(&MeterCode::from("total")));
        assert!(after.contains_key(&TenantCode::from("habitat")));
    });
}

#[test]
fn a_meter_may_move_from_one_contract_to_another() {
    on_both(|database| {
        let mut book = fixture::book();
        save(database, &book).unwrap();
        book.contracts[0].lines[0] = metered_line(&["A01-B"]);
        book.contracts[1].lines.push(metered_line(&["A01-A"]));
        save(database, &book).unwrap();
        assert_eq!(load(database), book);
        // And back: now the contract that gives comes after the one that takes.
        save(database, &fixture::book()).unwrap();
        assert_eq!(load(database), fixture::book());
    });
}

#[test]
fn a_contract_or_a_line_follows_another_on_the_same_meters() {
    on_both(|database| {
        let ends = since("2025-01-01", Some("2027-01-01"));
        let renewed = |until, begins| {
            let mut book = fixture::book();
            let mut next = book.contracts[0].clone();
            next.code = "c-renewed".into();
            book.contracts[0].in_force = until;
            next.in_force = since(begins, None);
            next.lines.iter_mut().for_each(|line| line.in_force = next.in_force);
            for line in &mut next.lines {
                if let LineQuantity::Metered { meters, .. } = &mut line.quantity {
                    meters.iter_mut().for_each(|one| one.period = line.in_force);
                }
            }
            book.contracts.push(next);
            book
        };
        // The old assignments say no end: they last as long as their line, which lasts as long as its contract.
        save(database, &renewed(ends, "2027-01-01")).unwrap();
        let stored = load(database);
        assert_eq!(stored.contracts.len(), renewed(ends, "2027-01-01").contracts.len());
        let overlapping = save(database, &renewed(ends, "2026-12-31"));
        assert!(matches!(overlapping, Err(StorageError::Overlap(_))), "{overlapping:?}");
        // Its end taken away again, it would reach into the one that follows.
        let endless = save(database, &renewed(fixture::book().contracts[0].in_force, "2027-01-01"));
        assert!(matches!(endless, Err(StorageError::Overlap(_))), "{endless:?}");
        assert_eq!(load(database), stored);
    });
}

#[test]
fn overlaps_are_refused_and_leave_nothing_behind() {
    on_both(|database| {
        let mut lines = fixture::book();
        lines.contracts[0].lines.push(fixed_line("racks"));
        assert!(matches!(save(database, &lines), Err(StorageError::Overlap(_))));

        let mut meters = fixture::book();
        meters.contracts[1].lines.push(metered_line(&["A01-A"]));
        assert!(matches!(save(database, &meters), Err(StorageError::Overlap(_))));
        assert!(database.read(load_book).unwrap().is_none());

        // Half-open: one may begin the day another ends.
        let mut next = fixture::book();
        next.contracts[0].lines[1].in_force = since("2025-01-01", Some("2026-07-01"));
        let mut later = fixed_line("racks");
        later.in_force = since("2026-07-01", None);
        next.contracts[0].lines.push(later);
        save(database, &next).unwrap();
    });
}

#[test]
fn what_cannot_be_stored_exactly_is_refused() {
    on_both(|database| {
        let mut book = fixture::book();
        book.contracts[1].lines[0].quantity = LineQuantity::Fixed(fixture::decimal("0.1234567"));
        assert!(matches!(save(database, &book), Err(StorageError::NotStorable { .. })));
        book.contracts[1] = contract("c-eau", "nobody", vec![]);
        assert!(matches!(save(database, &book), Err(StorageError::NotFound { what: "tenant", .. })));
    });
}

#[test]
fn migrating_twice_or_together_does_nothing_more() {
    on_both(|database| {
        assert_eq!(database.migrate().unwrap(), 0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| assert_eq!(database.migrate().unwrap(), 0));
            }
        });
    });
}

/// Who remembers a book by its revision never takes another for it.
#[test]
fn every_change_gives_the_book_a_revision_it_never_had() {
    on_both(|database| {
        let revision = || database.read(book::state).unwrap();
        let mut seen = vec![revision()];
        let mut changed = fixture::book();
        save(database, &changed).unwrap();
        seen.push(revision());
        save(database, &changed).unwrap();
        assert_eq!(revision(), seen[1], "saved again, nothing changed");
        for number in 0..3 {
            changed.tenants[0].name = format!("Établissement {number}");
            let mut within = 0;
            let undone = database.write(|connection| {
                save_book(connection, &changed)?;
                within = book::state(connection)?;
                Err::<(), _>(StorageError::Refused("undone".to_owned()))
            });
            assert!(undone.is_err() && revision() == *seen.last().unwrap(), "undone, it is what it was");
            save(database, &changed).unwrap();
            seen.extend([within, revision()]);
        }
        let mut distinct = seen.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
    });
}
