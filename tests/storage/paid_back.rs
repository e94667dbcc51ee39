//! What was owed to tenants and went back, on both engines.

use chapelle::domain::ids::InvoiceId;
use chapelle::domain::invoice::InvoiceNumber;
use chapelle::domain::money::Money;
use chapelle::domain::receivables::{Balance, PaidBack, Payment, Settlement};
use chapelle::storage::invoices::Page;
use chapelle::storage::payments::PaymentFilter;
use chapelle::storage::{AnyConnection, Database, StorageError, balances, paid_back, payments};
use diesel::connection::SimpleConnection;

use crate::engines::on_both;
use crate::fixture::{day, draft, issue, now, with_book};

const PAGE: Page = Page { limit: 50, offset: 0 };

fn pay(database: &Database, invoice: InvoiceId, on: &str, cents: i64) {
    let done = database.write(|c| {
        let payment = Payment {
            number: payments::take_number(c, 2026)?,
            received_on: day(on),
            amount: Money::from_cents(cents),
            reference: None,
            transferred_from: None,
            settled_on: None,
        };
        payments::insert(c, invoice, &payment, None, now())
    });
    done.unwrap();
}

fn back(number: String, on: &str, cents: i64, to: Option<InvoiceNumber>) -> PaidBack {
    PaidBack { number, on: day(on), amount: Money::from_cents(cents), to, reference: Some("VIR 12".to_owned()) }
}

#[test]
fn refunds_and_transfers_are_kept_for_good_on_both_invoices() {
    on_both(|database| {
        with_book(database);
        let (first, number) = issue(database, &draft("aphp", "c-aphp", "2026-09", None)).unwrap();
        let (second, other) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        pay(database, first, "2026-11-05", 12_000);
        let (refund, transfer) = database
            .write(|c| {
                let refund = back(paid_back::take_refund_number(c, 2026)?, "2026-11-20", 2_000, None);
                paid_back::insert(c, first, None, &refund, now())?;
                let number = paid_back::take_transfer_number(c, 2026)?;
                let transfer = back(number, "2026-11-21", 10_000, Some(other.clone()));
                paid_back::insert(c, first, Some(second), &transfer, now())?;
                Ok::<_, StorageError>((refund, transfer))
            })
            .unwrap();
        assert_eq!((refund.number.as_str(), transfer.number.as_str()), ("RBT-2026-000001", "IMP-2026-000001"));
        pay(database, second, "2026-11-21", 2_000);
        let of = |invoice| database.read(|c| paid_back::of_invoice(c, invoice)).unwrap();
        assert_eq!((of(first), of(second)), (vec![refund.clone(), transfer.clone()], vec![]));
        // The transfer is a payment of the other, in its place by day.
        let paid = database.read(|c| payments::of_invoice(c, second)).unwrap();
        assert!(paid.contains(&transfer.as_payment(&number)) && paid.len() == 2, "{paid:?}");
        assert_eq!(database.read(|c| payments::of_invoice(c, first)).unwrap().len(), 1);

        // What moved on the bank account: no transfer, and the refund below zero.
        let moved = database.read(|c| payments::page(c, &PaymentFilter::default(), PAGE)).unwrap();
        let shown: Vec<(&str, i64)> =
            moved.iter().map(|one| (one.payment.number.as_str(), one.payment.amount.cents())).collect();
        assert_eq!(shown, [("REG-2026-000002", 2_000), ("RBT-2026-000001", -2_000), ("REG-2026-000001", 12_000)]);
        let sums = |filter: &PaymentFilter| database.read(|c| payments::sums(c, filter)).unwrap();
        assert_eq!(sums(&PaymentFilter::default()), (3, Money::from_cents(12_000)));
        let refunds = PaymentFilter { text: "rbt-".to_owned(), ..PaymentFilter::default() };
        assert_eq!(sums(&refunds), (1, Money::from_cents(-2_000)));
        let early = database.read(|c| payments::list(c, None, Some(day("2026-11-20")))).unwrap();
        assert_eq!(early.len(), 2);

        for sql in ["UPDATE paid_back SET amount_cents = 1", "DELETE FROM paid_back"] {
            let done = database.write(|c: &mut AnyConnection| Ok::<_, StorageError>(c.batch_execute(sql)?));
            assert!(matches!(done, Err(StorageError::Frozen(_))), "{sql}: {done:?}");
        }
        let again = database.write(|c| paid_back::insert(c, first, None, &refund, now()));
        assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
        for wrong in [
            back("RBT-2026-000009".to_owned(), "2026-11-21", 1, Some(other.clone())),
            back("IMP-2026-000009".to_owned(), "2026-11-21", 0, Some(other.clone())),
        ] {
            assert!(database.write(|c| paid_back::insert(c, first, Some(second), &wrong, now())).is_err());
        }
        let itself = back("IMP-2026-000009".to_owned(), "2026-11-21", 1, Some(number));
        assert!(database.write(|c| paid_back::insert(c, first, Some(first), &itself, now())).is_err());
    });
}

#[test]
fn a_balance_comes_back_with_what_was_paid_back() {
    on_both(|database| {
        with_book(database);
        let (id, _) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
        let kept = Balance {
            due_date: day("2026-12-01"),
            credited: Money::from_cents(12_000),
            paid: Money::from_cents(12_000),
            paid_back: Money::from_cents(4_000),
            interest: Money::ZERO,
            open: Money::from_cents(-8_000),
            settlement: Settlement::Overpaid,
            is_claimable: false,
        };
        database.write(|c| balances::put(c, id, &kept)).unwrap();
        assert_eq!(database.read(|c| balances::of(c, id)).unwrap(), Some(kept));
        assert_eq!(database.read(|c| balances::in_state(c, Settlement::Overpaid, None)).unwrap(), [id]);
    });
}
