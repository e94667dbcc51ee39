//! Lists of invoices in any order and search, and billing runs, on both engines.

use chapelle::domain::access::TenantScope;
use chapelle::domain::receivables::{Balance, InvoiceAccount, Payment, Settlement};
use chapelle::storage::billing_runs::{self, Outcome, RunItem, RunStatus, SILENCE_SECONDS_MAX};
use chapelle::storage::invoices::search::{self, Order, SearchedFor, Selection, SortKey, Standing};
use chapelle::storage::invoices::{self, Page};
use chapelle::storage::{StorageError, StorageResult, balances};
use chrono::Duration;

use crate::engines::on_both;
use crate::fixture::{draft, issue, month, now, with_book};

const EVERYONE: TenantScope = TenantScope::Everyone;

#[test]
fn a_list_has_every_order_and_finds_what_is_searched() {
    on_both(|database| {
        with_book(database);
        for m in ["2026-08", "2026-09"] {
            issue(database, &draft("aphp", "c-aphp", m, None)).unwrap();
        }
        database.write(|c| invoices::save_draft(c, &draft("aphp", "c-aphp", "2026-10", None), now())).unwrap();
        let all = Selection::default();
        for key in SortKey::ALL {
            for descending in [false, true] {
                let order = Order { key, descending };
                let found = database.read(|c| search::page(c, &EVERYONE, &all, order, Page::ALL)).unwrap();
                assert_eq!(found.len(), 3, "{key:?}");
            }
        }
        let latest = Page { limit: 1, offset: 0 };
        let first = database.read(|c| search::page(c, &EVERYONE, &all, Order::default(), latest)).unwrap();
        assert_eq!(first[0].month, month("2026-10"));
        let sums = database.read(|c| search::sums(c, &EVERYONE, &all)).unwrap();
        let found = database.read(|c| search::page(c, &EVERYONE, &all, Order::default(), Page::ALL)).unwrap();
        assert_eq!((sums.count, sums.gross), (3, found.iter().map(|invoice| invoice.totals.gross).sum()));
        let far = chrono::NaiveDate::from_ymd_opt(2099, 1, 1).unwrap();
        let counts = database.read(|c| search::state_counts(c, &EVERYONE, &all, far)).unwrap();
        assert_eq!((counts.drafts, counts.issued, counts.open, counts.overdue), (1, 2, 2, 2));
        assert_eq!((counts.paid, counts.credited), (0, 0));
        let due = |day| Selection { standing: Some(Standing::Overdue(day)), ..Selection::default() };
        let none = database.read(|c| search::sums(c, &EVERYONE, &due(chrono::NaiveDate::MIN))).unwrap();
        assert_eq!(none.count, 0);
        let open = database.read(|c| search::open_sum(c, &EVERYONE, &due(far))).unwrap();
        assert_eq!(open, sums.gross - found[0].totals.gross, "what is issued is open");
        let late = database.read(|c| search::page(c, &EVERYONE, &due(far), Order::default(), Page::ALL)).unwrap();
        assert!(late.iter().all(|one| one.standing == Some((one.totals.gross, Settlement::Open))), "{late:?}");
        let longest = database.read(|c| search::longest_overdue(c, far, 1)).unwrap();
        assert_eq!(longest, late[1..], "the longest overdue is the last of the latest first");
        assert_eq!(database.read(|c| search::longest_overdue(c, chrono::NaiveDate::MIN, 9)).unwrap(), []);
        let months = database.read(|c| search::months(c, &EVERYONE, &all)).unwrap();
        assert_eq!(months, ["2026-10", "2026-09", "2026-08"]);

        let searched = |number_part: &str, tenants: Vec<i64>| {
            let wanted = SearchedFor { number_part: Some(number_part.to_owned()), tenants, ..SearchedFor::default() };
            let selection = Selection { search: Some(wanted), ..Selection::default() };
            database.read(|c| search::sums(c, &EVERYONE, &selection)).unwrap().count
        };
        let tenant = database.read(|c| search::tenants(c, &EVERYONE)).unwrap();
        let aphp = tenant.iter().find(|one| one.code == "aphp").unwrap().id;
        assert_eq!((searched("000002", vec![]), searched("%", vec![]), searched("NONE", vec![aphp])), (1, 0, 3));
        let nobody = TenantScope::Only("eau".into());
        assert_eq!(database.read(|c| search::sums(c, &nobody, &all)).unwrap().count, 0);
    });
}

#[test]
fn a_list_by_due_date_follows_the_day_it_shows() {
    on_both(|database| {
        with_book(database);
        for m in ["2026-08", "2026-09"] {
            issue(database, &draft("aphp", "c-aphp", m, None)).unwrap();
        }
        database.write(|c| invoices::save_draft(c, &draft("aphp", "c-aphp", "2026-10", None), now())).unwrap();
        let all = Selection::default();
        let months = |selection: &Selection, descending| -> Vec<String> {
            let order = Order { key: SortKey::Due, descending };
            // A page each, so that what has a day and what has none meet at every place.
            let page = |offset| {
                database.read(|c| search::page(c, &EVERYONE, selection, order, Page { limit: 1, offset })).unwrap()
            };
            let paged: Vec<_> = (0..4).flat_map(page).collect();
            let whole = database.read(|c| search::page(c, &EVERYONE, selection, order, Page::ALL)).unwrap();
            assert_eq!(paged, whole);
            whole.iter().map(|one| one.month.to_string()).collect()
        };
        assert_eq!(months(&all, false), ["2026-08", "2026-09", "2026-10"], "a draft has no day");
        assert_eq!(months(&all, true), ["2026-09", "2026-08", "2026-10"]);
        // Of the older one only claimed interest is open, which is due later.
        let first = database.read(|c| search::page(c, &EVERYONE, &all, Order::default(), Page::ALL)).unwrap();
        let id = first.iter().find(|one| one.month == month("2026-08")).unwrap().id;
        let balance = database.read(|c| balances::of(c, id)).unwrap().unwrap();
        let later = balance.due_date + Duration::days(400);
        let moved = Balance { due_date: later, ..balance };
        database.write(|c| balances::put(c, id, &moved)).unwrap();
        let shown = database.read(|c| search::page(c, &EVERYONE, &all, Order::default(), Page::ALL)).unwrap();
        assert_eq!(shown.iter().find(|one| one.id == id).unwrap().payable_on(), Some(later));
        assert_eq!(months(&all, false), ["2026-09", "2026-08", "2026-10"]);
        assert_eq!(months(&all, true), ["2026-08", "2026-09", "2026-10"]);
        let open = Selection { standing: Some(Standing::Open), ..Selection::default() };
        assert_eq!(months(&open, false), ["2026-09", "2026-08"]);
    });
}

#[test]
fn every_change_of_an_invoice_or_its_balance_is_another_revision() {
    on_both(|database| {
        with_book(database);
        let revision = || database.read(search::revision).unwrap();
        let mut seen = vec![revision()];
        let mut changed = |what: &str| {
            let now = revision();
            assert!(!seen.contains(&now), "{what}");
            seen.push(now);
        };
        let kept = draft("aphp", "c-aphp", "2026-10", None);
        database.write(|c| invoices::save_draft(c, &kept, now())).unwrap();
        changed("a draft is saved");
        let (id, number) = issue(database, &kept).unwrap();
        changed("an invoice is issued");
        let (_, invoice) = database.read(|c| invoices::by_number(c, &EVERYONE, &number)).unwrap().unwrap();
        let payments = vec![Payment {
            number: "P-1".into(),
            received_on: invoice.due_date,
            amount: invoice.totals.gross,
            reference: None,
            transferred_from: None,
            settled_on: None,
        }];
        let account = InvoiceAccount { payments, ..InvoiceAccount::of(&invoice) };
        database.write(|c| balances::put(c, id, &account.balance(&[]))).unwrap();
        changed("it is paid");
        let before = revision();
        let undone = database.write(|c| {
            balances::put(c, id, &account.balance(&[]))?;
            Err::<(), _>(StorageError::Conflict("undone".into()))
        });
        assert!(undone.is_err());
        assert_eq!(revision(), before, "what was undone changed nothing");
    });
}

#[test]
fn one_run_goes_on_at_a_time_and_a_silent_one_is_closed() {
    on_both(|database| {
        with_book(database);
        let begin = |at| database.write(|c| billing_runs::begin(c, month("2026-10"), true, "finance@example.org", at));
        let first = begin(now()).unwrap();
        let refused = begin(now());
        assert!(
            matches!(&refused, Err(StorageError::Running { by, .. }) if by == "finance@example.org"),
            "{refused:?}"
        );
        let item =
            |outcome| RunItem { contract: "c-aphp".into(), tenant: "aphp".into(), outcome, number: None, error: None };
        let found = |id| database.read(|c| billing_runs::find(c, id)).unwrap().unwrap();
        for outcome in [Outcome::Waiting, Outcome::Issued] {
            let noted: StorageResult<()> = database.write(|c| billing_runs::note(c, first, &item(outcome), now()));
            noted.unwrap();
            assert_eq!(found(first).items, [item(outcome)]);
        }
        let later = now() + Duration::seconds(SILENCE_SECONDS_MAX + 1);
        let second = begin(later).unwrap();
        assert_eq!(found(first).status, RunStatus::Stopped);
        database.write(|c| billing_runs::end(c, second, RunStatus::Done, None, later)).unwrap();
        let recent = database.read(|c| billing_runs::recent(c, 10)).unwrap();
        assert_eq!(recent.iter().map(|run| run.id).collect::<Vec<_>>(), [second, first]);
    });
}
