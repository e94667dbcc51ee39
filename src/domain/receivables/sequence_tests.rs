//! Any sequence of payments, credits, claims, refunds and transfers, through what the accounts themselves accept: what is
//! open and the customer's account agree, nothing goes back that is not owed, and what goes back never bears interest.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::domain::invoice::example::issued;
use crate::domain::invoice::{InvoiceNumber, IssuedInvoice};
use crate::domain::ledger::{AccountRole, Chart, JournalEntry};
use crate::domain::money::Money;

#[derive(Debug, Clone)]
enum Event {
    Pay { of: usize, cents: i64 },
    Credit { of: usize, cents: i64 },
    Claim { of: usize },
    Refund { of: usize, cents: i64 },
    Transfer { of: usize, to: usize, cents: i64 },
    Pass { days: u64 },
}

fn event() -> impl Strategy<Value = Event> {
    let (of, cents) = (0usize..4, 1..15_000i64);
    prop_oneof![
        (of.clone(), cents.clone()).prop_map(|(of, cents)| Event::Pay { of, cents }),
        (of.clone(), cents.clone()).prop_map(|(of, cents)| Event::Credit { of, cents }),
        of.clone().prop_map(|of| Event::Claim { of }),
        (of.clone(), cents.clone()).prop_map(|(of, cents)| Event::Refund { of, cents }),
        (of.clone(), of, cents).prop_map(|(of, to, cents)| Event::Transfer { of, to, cents }),
        (1u64..40).prop_map(|days| Event::Pass { days }),
    ]
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rates() -> [ReferenceRate; 1] {
    [ReferenceRate { from: day("2025-01-01"), percent: "2.15".parse().unwrap() }]
}

/// Three invoices of one tenant and one of another, 100.00 each.
fn invoices() -> Vec<IssuedInvoice> {
    let one = |position: i64| {
        let mut invoice = issued("100.00", "2026-01-15", "2026-03-06");
        invoice.number = InvoiceNumber::new("DC", 2026, position).unwrap();
        if position == 4 {
            invoice.buyer.code = "another".into();
        }
        invoice
    };
    (1..5).map(one).collect()
}

/// Accounts, and the entries posted of what happened to them.
struct Books<'a> {
    accounts: Vec<InvoiceAccount<'a>>,
    claimed: Vec<String>,
    entries: Vec<JournalEntry>,
    today: NaiveDate,
}

impl<'a> Books<'a> {
    fn new(invoices: &'a [IssuedInvoice]) -> Books<'a> {
        let accounts = invoices.iter().map(InvoiceAccount::of).collect();
        Books { accounts, claimed: vec![], entries: vec![], today: day("2026-02-01") }
    }

    fn happen(&mut self, event: &Event) {
        let (chart, today, count) = (Chart::default(), self.today, self.entries.len());
        let position = i64::try_from(count).unwrap();
        let money = Money::from_cents;
        match *event {
            Event::Pass { days } => self.today = today + Days::new(days),
            Event::Pay { of, cents } => {
                let account = &mut self.accounts[of];
                if account.accepts(money(cents), today, today).is_ok() {
                    let payment = Payment {
                        number: payment_number(2026, position),
                        received_on: today,
                        amount: money(cents),
                        reference: None,
                        transferred_from: None,
                        settled_on: None,
                    };
                    self.entries.push(payment_entry(account.invoice, &payment, Money::ZERO, &chart).unwrap());
                    account.payments.push(payment);
                }
            }
            Event::Credit { of, cents } => {
                let account = &mut self.accounts[of];
                account.credited = account.invoice.totals.gross.min(account.credited + money(cents));
                account.credited_on = Some(today);
            }
            Event::Claim { of } => self.claim(of),
            Event::Refund { of, cents } => self.pay_back(of, None, money(cents), refund_number(2026, position)),
            Event::Transfer { of, to, cents } => {
                self.pay_back(of, Some(to), money(cents), transfer_number(2026, position));
            }
        }
    }

    fn claim(&mut self, of: usize) {
        let account = &self.accounts[of];
        let mut total = Money::ZERO;
        for (payment, _, claim) in account.late_payments(&rates(), &self.claimed).unwrap() {
            if !self.claimed.contains(&interest_document(payment)) {
                let entry = interest_entry(account.invoice, payment, &claim, self.today, &Chart::default());
                self.entries.push(entry.unwrap());
                self.claimed.push(interest_document(payment));
                total += claim.total;
            }
        }
        self.accounts[of].interest += total;
    }

    fn pay_back(&mut self, of: usize, to: Option<usize>, amount: Money, number: String) {
        let (account, today) = (&self.accounts[of], self.today);
        let accepted = match to {
            None => account.gives_back(amount, today, today),
            Some(to) => account.transfers(&self.accounts[to], amount, today, today),
        };
        if accepted.is_err() {
            return;
        }
        let late = account.late_payments(&rates(), &[]).unwrap().len();
        let other = to.map(|to| self.accounts[to].invoice.number.clone());
        let back = PaidBack { number, on: today, amount, to: other, reference: None };
        self.entries.push(paid_back_entry(account.invoice, &back, &Chart::default()).unwrap());
        if let Some(to) = to {
            let payment = back.as_payment(&account.invoice.number);
            self.accounts[to].payments.push(payment);
        }
        self.accounts[of].paid_back.push(back);
        assert_eq!(
            self.accounts[of].late_payments(&rates(), &[]).unwrap().len(),
            late,
            "what goes back bears no interest"
        );
    }

    /// Debits less credits of the customers' account, of one tenant.
    fn customer(&self, tenant: &str) -> Money {
        let chart = Chart::default();
        let lines = self.entries.iter().flat_map(JournalEntry::lines);
        let own = lines.filter(|line| {
            line.account == chart.account(AccountRole::Customers) && line.auxiliary.as_deref() == Some(tenant)
        });
        own.map(|line| line.debit - line.credit).sum()
    }
}

proptest! {
    #[test]
    fn open_and_the_customers_account_agree(events in prop::collection::vec(event(), 0..80)) {
        let invoices = invoices();
        let mut books = Books::new(&invoices);
        for event in &events {
            let before: Vec<Money> = books.accounts.iter().map(InvoiceAccount::open).collect();
            books.happen(event);
            for (account, before) in books.accounts.iter().zip(before) {
                let open = account.open();
                match event {
                    // Neither crosses zero.
                    Event::Pay { .. } | Event::Refund { .. } | Event::Transfer { .. } => {
                        prop_assert!((before.max(Money::ZERO) >= open) && (before.min(Money::ZERO) <= open));
                    }
                    _ => {}
                }
                prop_assert!(account.principal_open() >= Money::ZERO);
                prop_assert!(account.paid_back() <= account.paid());
                let balance = account.balance(&books.claimed);
                prop_assert_eq!(balance.settlement == Settlement::Overpaid, account.owed() > Money::ZERO);
            }
        }
        for entry in &books.entries {
            let net: Money = entry.lines().iter().map(|line| line.debit - line.credit).sum();
            prop_assert!(net.is_zero());
        }
        let codes: std::collections::BTreeSet<String> = invoices.iter().map(|one| one.buyer.code.to_string()).collect();
        for code in codes {
            let own = || books.accounts.iter().filter(|account| account.invoice.buyer.code.as_str() == code);
            let open: Money = own().map(InvoiceAccount::open).sum();
            // Invoices and their credit notes are posted elsewhere.
            let sales: Money = own().map(|account| account.invoice.totals.gross - account.credited).sum();
            prop_assert_eq!(open, sales + books.customer(&code));
        }
    }
}

#[test]
fn what_is_owed_goes_back_once_and_to_its_own_tenant() {
    let invoices = invoices();
    let euros = |text: &str| text.parse::<Money>().unwrap();
    let mut books = Books::new(&invoices);
    books.happen(&Event::Pay { of: 0, cents: 10_000 });
    let said = |books: &Books<'_>, to: Option<usize>, amount: &str, on: &str| {
        let (today, amount) = (books.today, euros(amount));
        let done = match to {
            None => books.accounts[0].gives_back(amount, day(on), today),
            Some(to) => books.accounts[0].transfers(&books.accounts[to], amount, day(on), today),
        };
        done.err().map_or_else(|| "done".to_owned(), |error| error.to_string())
    };
    assert!(
        said(&books, None, "1.00", "2026-02-01").starts_with("nothing is owed to the tenant on DC2026000001, 0.00")
    );
    books.happen(&Event::Pass { days: 9 });
    books.happen(&Event::Credit { of: 0, cents: 4_000 });
    books.happen(&Event::Pass { days: 1 });
    assert_eq!(
        said(&books, None, "40.01", "2026-02-11"),
        "40.01 is more than what is owed to the tenant on DC2026000001: 100.00 paid + 40.00 credited − 0.00 paid back − 100.00 invoiced − 0.00 interest = 40.00; pay back 40.00 at most"
    );
    assert!(said(&books, None, "0.00", "2026-02-11").contains("not above zero"));
    assert!(said(&books, None, "40.00", "2026-02-12").contains("has not come yet"));
    assert!(said(&books, None, "40.00", "2026-02-09").contains("before 2026-02-10"));
    assert_eq!(said(&books, None, "40.00", "2026-02-10"), "done");
    assert!(said(&books, Some(0), "40.00", "2026-02-11").contains("against itself"));
    assert!(said(&books, Some(3), "40.00", "2026-02-11").contains("DC2026000004 is another's"));
    books.happen(&Event::Pay { of: 1, cents: 8_000 });
    assert!(
        said(&books, Some(1), "40.00", "2026-02-11")
            .contains("more than what is open on DC2026000002: 20.00; set 20.00")
    );
    books.happen(&Event::Transfer { of: 0, to: 1, cents: 2_000 });
    assert!(
        said(&books, Some(1), "20.00", "2026-02-11")
            .starts_with("nothing is open on DC2026000002; name an open invoice of the tenant")
    );
    books.happen(&Event::Refund { of: 0, cents: 2_000 });
    let [first, second, ..] = books.accounts.as_slice() else { panic!() };
    assert_eq!((first.balance(&[]).settlement, second.balance(&[]).settlement), (Settlement::Paid, Settlement::Paid));
    assert_eq!(
        said(&books, None, "0.01", "2026-02-11").split(',').next(),
        Some("nothing is owed to the tenant on DC2026000001")
    );
    // Taken back as a whole and given back as a whole, it is as if it had never been.
    books.happen(&Event::Credit { of: 0, cents: 6_000 });
    books.happen(&Event::Refund { of: 0, cents: 6_000 });
    assert_eq!(books.accounts[0].balance(&[]).settlement, Settlement::Credited);
    let mut note = invoices[0].clone();
    note.kind = crate::domain::invoice::InvoiceKind::CreditNote;
    note.corrects = vec![(invoices[0].number.clone(), note.issue_date)];
    let told = InvoiceAccount::of(&note).gives_back(euros("1.00"), note.issue_date, books.today).unwrap_err();
    assert!(told.to_string().contains("stands on DC2026000001"), "{told}");
}

#[test]
fn a_late_transfer_is_a_late_payment() {
    let invoices = invoices();
    let mut books = Books::new(&invoices);
    books.happen(&Event::Pay { of: 0, cents: 10_000 });
    books.happen(&Event::Credit { of: 0, cents: 10_000 });
    // Ten days after 2026-03-06.
    books.happen(&Event::Pass { days: 43 });
    books.happen(&Event::Transfer { of: 0, to: 1, cents: 10_000 });
    let late = books.accounts[1].late_payments(&rates(), &[]).unwrap();
    let [(payment, _, claim)] = late.as_slice() else { panic!("{late:?}") };
    assert_eq!((payment.number.as_str(), claim.days), ("IMP-2026-000001", 10));
    assert_eq!(interest_document(payment), "INT-IMP-2026-000001");
    assert_eq!(books.accounts[0].late_payments(&rates(), &[]), Ok(vec![]));
}

#[test]
fn what_comes_to_nothing_is_not_claimed() {
    let invoices = invoices();
    let mut books = Books::new(&invoices);
    books.happen(&Event::Pass { days: 34 });
    books.happen(&Event::Pay { of: 0, cents: 9_999 });
    books.happen(&Event::Pay { of: 0, cents: 1 });
    // A cent that is a day late bears no cent of interest, and the indemnity is due once.
    assert_eq!(books.accounts[0].late_payments(&rates(), &[]).unwrap().len(), 1);
    books.happen(&Event::Claim { of: 0 });
    assert_eq!(books.claimed, ["INT-REG-2026-000000"]);
}
