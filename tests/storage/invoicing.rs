//! Drafts, numbers, issued documents, and who may see them.

use std::sync::atomic::{AtomicUsize, Ordering};

use chapelle::domain::access::TenantScope;
use chapelle::domain::invoice::{InvoiceKind, InvoiceNumber};
use chapelle::domain::money::Money;
use chapelle::storage::archive::{ArchiveKind, ArchivedFile};
use chapelle::storage::invoices::{InvoiceFilter, InvoiceStatus, Page};
use chapelle::storage::{Database, StorageError, archive, invoices};

use crate::engines::on_both;
use crate::fixture::{contract, draft, fixed_line, issue, issued, month, now, with_book};

const EVERYONE: TenantScope = TenantScope::Everyone;

fn only(code: &str) -> TenantScope {
    TenantScope::Only(code.into())
}

fn number(text: &str) -> InvoiceNumber {
    InvoiceNumber::from_stored(text)
}

#[test]
fn a_draft_is_replaced_until_it_is_issued_and_a_month_is_never_billed_twice() {
    on_both(|database| {
        with_book(database);
        let october = draft("aphp", "c-aphp", "2026-10", None);
        database
            .write(|c| {
                invoices::save_draft(c, &draft("aphp", "c-aphp", "2026-10", Some("2026-09")), now())?;
                invoices::save_draft(c, &october, now())
            })
            .unwrap();
        let drafts = database.read(|c| invoices::drafts(c, &EVERYONE, month("2026-10"))).unwrap();
        assert_eq!(drafts.iter().map(|(_, draft)| draft).collect::<Vec<_>>(), [&october]);
        assert!(database.read(|c| invoices::drafts(c, &only("eau"), month("2026-10"))).unwrap().is_empty());

        let (_, first) = issue(database, &october).unwrap();
        assert_eq!(first, number("DC2026000001"));
        let again = issue(database, &october);
        assert!(matches!(&again, Err(StorageError::Conflict(why)) if why.contains("DC2026000001")), "{again:?}");
        // The refused attempt took no number.
        let (_, second) = issue(database, &draft("aphp", "c-aphp", "2026-11", None)).unwrap();
        assert_eq!(second, number("DC2026000002"));

        let billed = database.read(|c| invoices::billed_contracts(c, &EVERYONE, month("2026-10"))).unwrap();
        assert_eq!(billed.len(), 1);
        assert_eq!((billed[0].status, billed[0].number.clone()), (InvoiceStatus::Issued, Some(first.clone())));
        let removed = |m: &str| {
            let code = "c-aphp".into();
            database.write(|c| invoices::delete_draft(c, &code, month(m))).unwrap()
        };
        assert!(!removed("2026-10"));
        database.write(|c| invoices::save_draft(c, &draft("aphp", "c-aphp", "2026-12", None), now())).unwrap();
        assert!(removed("2026-12"));

        let (_, stored) = database.read(|c| invoices::by_number(c, &EVERYONE, &first)).unwrap().unwrap();
        assert_eq!(stored, issued(&october, InvoiceKind::Invoice, "DC2026000001"));
    });
}

#[test]
fn the_first_month_that_is_not_billed_is_found_behind_what_is() {
    on_both(|database| {
        with_book(database);
        let first = |from: &str| database.read(|c| invoices::first_unbilled(c, &"c-aphp".into(), month(from))).unwrap();
        assert_eq!(first("2026-10"), month("2026-10"), "nothing is billed");
        for billed in ["2026-08", "2026-09", "2026-11"] {
            issue(database, &draft("aphp", "c-aphp", billed, None)).unwrap();
        }
        let october = draft("aphp", "c-aphp", "2026-10", None);
        database.write(|c| invoices::save_draft(c, &october, now())).unwrap();
        for (from, open) in
            [("2026-07", "2026-07"), ("2026-08", "2026-10"), ("2026-10", "2026-10"), ("2026-11", "2026-12")]
        {
            assert_eq!(first(from), month(open), "from {from}");
        }
        assert_eq!(
            database.read(|c| invoices::first_unbilled(c, &"c-nobody".into(), month("2026-08"))).unwrap(),
            month("2026-08")
        );
    });
}

#[test]
fn lines_are_found_by_the_month_they_regard() {
    on_both(|database| {
        with_book(database);
        issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        issue(database, &draft("aphp", "c-aphp", "2026-11", Some("2026-10"))).unwrap();
        let credited = draft("aphp", "c-aphp", "2026-10", None);
        database
            .write(|c| {
                let place = invoices::take_number(c, "AV", 2026)?;
                let note = issued(&credited, InvoiceKind::CreditNote, "AV2026000001");
                invoices::insert_issued(c, &note, None, &place)
            })
            .unwrap();
        let code = "c-aphp".into();
        let lines =
            |scope: &TenantScope| database.read(|c| invoices::billed_lines(c, scope, &code, month("2026-10"))).unwrap();
        let found: Vec<(&str, Money, InvoiceKind)> = [10_000, 1_000, 10_000]
            .into_iter()
            .zip(["DC2026000001", "DC2026000002", "AV2026000001"])
            .zip([InvoiceKind::Invoice, InvoiceKind::Invoice, InvoiceKind::CreditNote])
            .map(|((cents, number), kind)| (number, Money::from_cents(cents), kind))
            .collect();
        let billed = lines(&only("aphp"));
        assert_eq!(billed.iter().map(|line| (line.number.as_str(), line.net, line.kind)).collect::<Vec<_>>(), found);
        assert_eq!(billed[1].billed_in, month("2026-11"));
        assert!(lines(&only("eau")).is_empty());
    });
}

#[test]
fn a_wrong_number_a_missing_draft_or_changed_content_is_refused() {
    on_both(|database| {
        with_book(database);
        let october = draft("aphp", "c-aphp", "2026-10", None);
        let attempt = |text: &str, draft_id: Option<i64>| {
            database.write(|c| {
                let place = invoices::take_number(c, "DC", 2026)?;
                let document = issued(&october, InvoiceKind::Invoice, text);
                invoices::insert_issued(c, &document, draft_id.map(chapelle::domain::ids::InvoiceId), &place)
            })
        };
        assert!(matches!(attempt("DC2026000002", None), Err(StorageError::Refused(_))));
        assert!(matches!(attempt("DC2026000001", Some(77)), Err(StorageError::NotFound { what: "draft", .. })));
        attempt("DC2026000001", None).unwrap();
        let unknown = draft("aphp", "nothing", "2026-10", None);
        assert!(matches!(issue(database, &unknown), Err(StorageError::NotFound { what: "contract", .. })));
    });
}

#[test]
fn what_lies_outside_the_scope_does_not_exist() {
    on_both(|database| {
        with_book(database);
        let (id, first) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        issue(database, &draft("eau", "c-eau", "2026-10", None)).unwrap();
        let file = ArchivedFile { kind: ArchiveKind::Xml, path: "x.xml".into(), sha256: "ab".into(), size_bytes: 10 };
        assert_eq!(database.read(|c| archive::missing(c, ArchiveKind::Xml)).unwrap().len(), 2);
        database.write(|c| archive::insert(c, id, &file, now())).unwrap();
        assert_eq!(database.read(|c| archive::missing(c, ArchiveKind::Xml)).unwrap().len(), 1);
        assert!(matches!(database.write(|c| archive::insert(c, id, &file, now())), Err(StorageError::Conflict(_))));
        for (scope, visible) in [(EVERYONE, true), (only("aphp"), true), (only("eau"), false), (only("x"), false)] {
            let mut connection = database.connection().unwrap();
            let c = &mut *connection;
            assert_eq!(invoices::by_number(c, &scope, &first).unwrap().is_some(), visible);
            assert_eq!(invoices::issued_by_id(c, &scope, id).unwrap().is_some(), visible);
            assert_eq!(archive::find(c, &scope, &first, ArchiveKind::Xml).unwrap().is_some(), visible);
            let filter = InvoiceFilter { tenant: Some("aphp".into()), ..InvoiceFilter::default() };
            assert_eq!(invoices::list(c, &scope, &filter, Page::ALL).unwrap().1, i64::from(visible));
        }
        let seen = |scope: &TenantScope| {
            let (list, total) =
                database.read(|c| invoices::list(c, scope, &InvoiceFilter::default(), Page::ALL)).unwrap();
            assert_eq!(i64::try_from(list.len()).unwrap(), total);
            total
        };
        assert_eq!((seen(&EVERYONE), seen(&only("aphp")), seen(&only("x"))), (2, 1, 0));
    });
}

#[test]
fn lists_are_filtered_and_paged() {
    on_both(|database| {
        with_book(database);
        for month in ["2026-08", "2026-09", "2026-10"] {
            issue(database, &draft("aphp", "c-aphp", month, None)).unwrap();
        }
        database.write(|c| invoices::save_draft(c, &draft("eau", "c-eau", "2026-10", None), now())).unwrap();
        let months = |filter: InvoiceFilter, page: Page| {
            let (list, total) = database.read(|c| invoices::list(c, &EVERYONE, &filter, page)).unwrap();
            (list.iter().map(|invoice| invoice.month.to_string()).collect::<Vec<_>>(), total)
        };
        let issued_only = || InvoiceFilter { status: Some(InvoiceStatus::Issued), ..InvoiceFilter::default() };
        let page = Page { limit: 2, offset: 1 };
        assert_eq!(months(issued_only(), page), (vec!["2026-09".to_owned(), "2026-08".to_owned()], 3));
        let october = InvoiceFilter { month: Some(month("2026-10")), ..InvoiceFilter::default() };
        assert_eq!(months(october, Page::ALL).1, 2);
        let credits = InvoiceFilter { kind: Some(InvoiceKind::CreditNote), ..InvoiceFilter::default() };
        assert_eq!(months(credits, Page::ALL).1, 0);
    });
}

#[test]
fn numbers_have_no_gap_when_eight_threads_issue_and_a_fifth_is_undone() {
    const THREADS: usize = 8;
    const EACH: usize = 25;
    on_both(|database: &Database| {
        let mut book = crate::fixture::book();
        for n in 0..THREADS * EACH {
            book.contracts.push(contract(&format!("d{n:03}"), "eau", vec![fixed_line("racks")]));
        }
        database.write(|c| chapelle::storage::book::save_book(c, &book)).unwrap();
        let undone = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let undone = &undone;
                scope.spawn(move || {
                    for n in 0..EACH {
                        let draft = draft("eau", &format!("d{:03}", thread * EACH + n), "2026-10", None);
                        let outcome = database.write(|c| {
                            let id = invoices::save_draft(c, &draft, now())?;
                            let place = invoices::take_number(c, "DC", 2026)?;
                            let number = InvoiceNumber::new("DC", 2026, place.position).unwrap();
                            let document = issued(&draft, InvoiceKind::Invoice, number.as_str());
                            invoices::insert_issued(c, &document, Some(id), &place)?;
                            if (n + thread) % 5 == 0 {
                                return Err(StorageError::Refused("undone on purpose".to_owned()));
                            }
                            Ok(())
                        });
                        match outcome {
                            Ok(()) => {}
                            Err(StorageError::Refused(_)) => drop(undone.fetch_add(1, Ordering::Relaxed)),
                            Err(error) => panic!("{error}"),
                        }
                    }
                });
            }
        });
        let undone = undone.into_inner();
        assert_eq!(undone, THREADS * EACH / 5);
        let (list, _) = database.read(|c| invoices::list(c, &EVERYONE, &InvoiceFilter::default(), Page::ALL)).unwrap();
        let mut numbers: Vec<String> =
            list.into_iter().map(|invoice| invoice.number.unwrap().as_str().to_owned()).collect();
        numbers.sort();
        let expected: Vec<String> = (1..=THREADS * EACH - undone).map(|n| format!("DC2026{n:06}")).collect();
        assert_eq!(numbers, expected);
    });
}
