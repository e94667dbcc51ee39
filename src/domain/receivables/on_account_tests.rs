//! Any sequence of receipts with what they leave, invoices settled from an account, credit notes, refunds and repayments,
//! through what the accounts themselves accept: the books balance, each role's account is what it stands for, and what is
//! kept is below zero on no day.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::domain::invoice::IssuedInvoice;
use crate::domain::invoice::example::issued;
use crate::domain::ledger::{AccountRole, Chart, ChartKind, Journal, JournalEntry, JournalLine};
use crate::domain::money::Money;

#[derive(Debug, Clone)]
enum Event {
    /// The bank kept so much of it.
    Keep {
        cents: i64,
        charge: i64,
    },
    /// Received for the invoice; what is more than what is open is kept.
    Receive {
        cents: i64,
    },
    Settle {
        cents: i64,
    },
    Credit {
        cents: i64,
    },
    Refund {
        cents: i64,
    },
    Repay {
        cents: i64,
    },
    /// Takes back the so-many-eth movement, where it was kept.
    Correct {
        place: usize,
    },
    Pass {
        days: u64,
    },
}

/// Each with how many days ago it was done.
fn events() -> impl Strategy<Value = Vec<(Event, u64)>> {
    let event = prop_oneof![
        (1..9_000i64, 0..200i64).prop_map(|(cents, charge)| Event::Keep { cents, charge: charge.min(cents) }),
        (1..9_000i64).prop_map(|cents| Event::Receive { cents }),
        (-5..9_000i64).prop_map(|cents| Event::Settle { cents }),
        (1..4_000i64).prop_map(|cents| Event::Credit { cents }),
        (-5..4_000i64).prop_map(|cents| Event::Refund { cents }),
        (-5..9_000i64).prop_map(|cents| Event::Repay { cents }),
        (0usize..12).prop_map(|place| Event::Correct { place }),
        (1u64..9).prop_map(|days| Event::Pass { days }),
    ];
    prop::collection::vec((event, 0u64..6), 0..60)
}

struct Books<'a> {
    account: OnAccount,
    invoice: InvoiceAccount<'a>,
    entries: Vec<JournalEntry>,
    chart: Chart,
    today: NaiveDate,
}

fn movement(number: String, on: NaiveDate, amount: Money) -> Movement {
    Movement { number, on, amount, reference: None, statement_key: None, recorded_with: None }
}

impl Books<'_> {
    fn happen(&mut self, event: &Event, ago: u64) {
        let (on, position) = (self.today - Days::new(ago), i64::try_from(self.entries.len()).unwrap() + 1);
        let number = account_number(2026, position);
        match *event {
            Event::Pass { days } => self.today = self.today + Days::new(days),
            Event::Keep { cents, charge } => {
                self.keep(movement(number, on, Money::from_cents(cents)), Money::from_cents(charge));
            }
            Event::Receive { cents } => self.receive(Money::from_cents(cents), on, position),
            Event::Credit { cents } => self.credit(Money::from_cents(cents), number),
            Event::Refund { cents } => self.refund(Money::from_cents(cents), on, position),
            Event::Correct { place } => self.correct(place, on, number),
            Event::Settle { cents } => self.settle(Money::from_cents(cents), on, payment_number(2026, position)),
            Event::Repay { cents } => {
                let amount = Money::from_cents(cents);
                if self.account.gives(amount, on, self.today).is_ok() {
                    let moved = movement(number, on, -amount);
                    let entry = repaid_entry(("aphp", "AP-HP"), &moved, &self.chart).unwrap();
                    self.leave(&self.account.takes(amount, on));
                    self.moved(moved, entry);
                }
            }
        }
    }

    fn leave(&mut self, takes: &[Taking]) {
        for taking in takes {
            *self.account.taken.entry(taking.from.clone()).or_default() += taking.amount;
        }
    }

    fn keep(&mut self, moved: Movement, charge: Money) {
        let entry = kept_entry(("aphp", "AP-HP"), &moved, charge, &self.chart).unwrap();
        self.moved(moved, entry);
    }

    fn receive(&mut self, amount: Money, received_on: NaiveDate, position: i64) {
        let part = amount.min(self.invoice.open());
        if self.invoice.accepts(part, received_on, self.today).is_err() {
            return;
        }
        let number = payment_number(2026, position);
        let payment =
            Payment { number, received_on, amount: part, reference: None, transferred_from: None, settled_on: None };
        self.entries.push(payment_entry(self.invoice.invoice, &payment, Money::ZERO, &self.chart).unwrap());
        self.invoice.payments.push(payment);
        if amount > part {
            self.keep(movement(account_number(2026, position), received_on, amount - part), Money::ZERO);
        }
    }

    /// A credit note takes back no more than the invoice.
    fn credit(&mut self, cents: Money, number: String) {
        let amount = cents.min(self.invoice.invoice.totals.gross - self.invoice.credited);
        if amount > Money::ZERO {
            self.invoice.credited += amount;
            self.invoice.credited_on = Some(self.today);
            self.entries.push(sales(&self.chart, self.today, number, -amount));
        }
    }

    fn refund(&mut self, amount: Money, on: NaiveDate, position: i64) {
        if self.invoice.gives_back(amount, on, self.today).is_ok() {
            let back = PaidBack { number: refund_number(2026, position), on, amount, to: None, reference: None };
            self.entries.push(paid_back_entry(self.invoice.invoice, &back, &self.chart).unwrap());
            self.invoice.paid_back.push(back);
        }
    }

    fn correct(&mut self, place: usize, on: NaiveDate, number: String) {
        let Some(kept) = self.account.movements.get(place).filter(|one| one.amount > Money::ZERO).cloned() else {
            return;
        };
        if self.account.gives_back(&kept, on, self.today).is_err() {
            return;
        }
        let recorded_with = Some(kept.number.clone());
        let moved = Movement { recorded_with, ..movement(number, on, -kept.amount) };
        let posted = self.entries.iter().find(|entry| entry.document == kept.number).unwrap();
        let entry = reversed_entry(posted, "AP-HP", &moved).unwrap();
        self.leave(&[Taking { from: kept.number.clone(), on: kept.on, amount: kept.amount }]);
        self.moved(moved, entry);
        assert!(self.account.gives_back(&kept, on, self.today).is_err(), "once");
        let of = |document: &str| -> Vec<(String, Money)> {
            let entry = self.entries.iter().find(|entry| entry.document == document).unwrap();
            entry.lines().iter().map(|line| (line.account.clone(), line.debit - line.credit)).collect()
        };
        let (kept, back) = (of(&kept.number), of(&self.entries.last().unwrap().document));
        assert!(kept.iter().zip(&back).all(|(one, other)| one.0 == other.0 && one.1 == -other.1), "{kept:?} {back:?}");
    }

    fn settle(&mut self, amount: Money, on: NaiveDate, number: String) {
        if self.account.gives(amount, on, self.today).is_err() || self.invoice.accepts(amount, on, self.today).is_err()
        {
            return;
        }
        let takes = self.account.takes(amount, on);
        assert_eq!(takes.iter().map(|taking| taking.amount).sum::<Money>(), amount);
        self.leave(&takes);
        for (place, Taking { on: day, amount, .. }) in (1..).zip(takes) {
            let (number, received_on) = (format!("{number}{place}"), day.max(self.invoice.invoice.issue_date));
            let moved = movement(number.clone(), on, -amount);
            let settled_on = Some(on);
            let payment = Payment { number, received_on, amount, reference: None, transferred_from: None, settled_on };
            let entry = settled_entry(self.invoice.invoice, &payment, &self.chart).unwrap();
            self.invoice.payments.push(payment);
            self.moved(moved, entry);
        }
    }

    fn moved(&mut self, moved: Movement, entry: JournalEntry) {
        self.account.movements.push(moved);
        self.account.movements.sort_by_key(|one| one.on);
        self.entries.push(entry);
    }

    /// Debits less credits of the role's account, or of all accounts.
    fn balance(&self, role: Option<AccountRole>) -> Money {
        let account = role.map(|role| self.chart.account(role));
        let lines = self.entries.iter().flat_map(JournalEntry::lines);
        let own = lines.filter(|line| account.is_none_or(|account| line.account == account));
        own.map(|line| line.debit - line.credit).sum()
    }
}

/// What a document of so much posts; below zero for a credit note.
fn sales(chart: &Chart, on: NaiveDate, number: String, gross: Money) -> JournalEntry {
    let (customers, power) = (chart.account(AccountRole::Customers), chart.account(AccountRole::Power));
    let (debit, credit) = if gross.is_negative() { (power, customers) } else { (customers, power) };
    let lines = vec![
        JournalLine::debit(debit, None, "Facturation", gross.abs()),
        JournalLine::credit(credit, None, "Facturation", gross.abs()),
    ];
    JournalEntry::new(Journal::Sales, on, number, "Facturation".to_owned(), lines).unwrap()
}

fn books(invoice: &IssuedInvoice, kind: ChartKind) -> Books<'_> {
    let account = OnAccount { tenant: invoice.buyer.code.clone(), movements: vec![], taken: BTreeMap::new() };
    let (today, chart) = ("2026-02-10".parse().unwrap(), Chart::of(kind));
    let entries = vec![sales(&chart, invoice.issue_date, invoice.number.to_string(), invoice.totals.gross)];
    Books { account, invoice: InvoiceAccount::of(invoice), entries, chart, today }
}

proptest! {
    #[test]
    fn the_account_is_what_is_kept_and_never_below_zero(events in events(), is_company in any::<bool>()) {
        let invoice = issued("100.00", "2026-01-15", "2026-03-06");
        let mut books = books(&invoice, if is_company { ChartKind::Pcg } else { ChartKind::M57 });
        for (event, ago) in &events {
            books.happen(event, *ago);
            prop_assert_eq!(books.balance(None), Money::ZERO);
            prop_assert_eq!(-books.balance(Some(AccountRole::OnAccount)), books.account.balance());
            prop_assert_eq!(books.balance(Some(AccountRole::Customers)), books.invoice.open());
            prop_assert!(books.invoice.open() >= Money::ZERO || books.invoice.credited > Money::ZERO);
            for one in &books.invoice.payments {
                prop_assert!(one.settled_on.is_none_or(|settled| one.received_on <= settled), "{:?}", one);
            }
            for day in books.account.movements.iter().map(|moved| moved.on) {
                let then: Money =
                    books.account.movements.iter().filter(|moved| moved.on <= day).map(|moved| moved.amount).sum();
                prop_assert!(then >= Money::ZERO, "{} on {}", then, day);
                let kept = books.account.movements.iter().filter(|moved| moved.on <= day && moved.amount > Money::ZERO);
                let came: Money = kept.map(|moved| moved.amount).sum();
                let settled = books.invoice.payments.iter().filter(|one| one.settled_on.is_some() && one.received_on <= day);
                let counted: Money = settled.map(|payment| payment.amount).sum();
                prop_assert!(counted <= came, "{} counts as paid by {}, and {} had come", counted, day, came);
            }
        }
    }
}

#[test]
fn what_leaves_was_there_on_its_day_and_is_missed_on_none_since() {
    let invoice = issued("100.00", "2026-01-15", "2026-03-06");
    let mut books = books(&invoice, ChartKind::M57);
    books.happen(&Event::Keep { cents: 5_000, charge: 0 }, 5);
    books.happen(&Event::Settle { cents: 3_000 }, 2);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let available = |on: &str| books.account.available(day(on)).to_string();
    assert_eq!(["2026-02-04", "2026-02-05", "2026-02-09"].map(available), ["0.00", "20.00", "20.00"]);
    let told = books.account.gives(Money::from_cents(2_001), day("2026-02-06"), books.today).unwrap_err();
    assert!(told.to_string().starts_with("20.01 is more than the 20.00 that"), "{told}");
    assert!(books.account.gives(Money::from_cents(2_000), day("2026-02-11"), books.today).is_err(), "not come yet");
}

#[test]
fn what_came_first_leaves_first_and_counts_as_paid_from_its_day() {
    let invoice = issued("100.00", "2026-01-15", "2026-03-06");
    let mut books = books(&invoice, ChartKind::M57);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    books.happen(&Event::Keep { cents: 5_000, charge: 0 }, 5);
    books.happen(&Event::Keep { cents: 3_000, charge: 0 }, 2);
    books.happen(&Event::Repay { cents: 1_000 }, 1);
    let (first, second) = (day("2026-02-05"), day("2026-02-08"));
    let euros = |euros: i64| Money::from_cents(euros * 100);
    let received = |books: &Books<'_>, amount| -> Vec<(NaiveDate, Money)> {
        books.account.takes(amount, books.today).into_iter().map(|taking| (taking.on, taking.amount)).collect()
    };
    assert_eq!(received(&books, euros(30)), [(first, euros(30))]);
    assert_eq!(received(&books, euros(45)), [(first, euros(40)), (second, euros(5))]);
    assert_eq!(received(&books, Money::ZERO), []);
    // What is kept later with an earlier day is all there: what left before took none of it.
    books.happen(&Event::Settle { cents: 7_000 }, 0);
    books.happen(&Event::Keep { cents: 3_000, charge: 0 }, 7);
    assert_eq!(received(&books, euros(30)), [(day("2026-02-03"), euros(30))]);
}

/// What was sent back took what came first: a settlement of a day before takes nothing that came after that day.
#[test]
fn what_leaves_had_come_by_its_day() {
    let invoice = issued("100.00", "2026-01-15", "2026-03-06");
    let mut books = books(&invoice, ChartKind::M57);
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    books.happen(&Event::Keep { cents: 10_000, charge: 0 }, 9);
    books.happen(&Event::Keep { cents: 10_000, charge: 0 }, 0);
    books.happen(&Event::Pass { days: 10 }, 0);
    books.happen(&Event::Repay { cents: 10_000 }, 0);
    let amount = Money::from_cents(10_000);
    let told = books.account.gives(amount, day("2026-02-05"), books.today).unwrap_err();
    assert!(told.to_string().starts_with("100.00 is more than the 0.00 that"), "{told}");
    assert_eq!(books.account.gives(amount, day("2026-02-10"), books.today), Ok(()));
}
