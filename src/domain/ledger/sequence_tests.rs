//! Any sequence of events keeps the trial balance at zero: invoices, credit notes, payments, refunds, transfers, interest,
//! depreciation and the closing of years, in any order.

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;
use crate::domain::ids::JournalEntryId;
use crate::domain::money::Money;

#[derive(Debug, Clone)]
enum Event {
    Invoice {
        cents: i64,
        tax_percent: i64,
        tenant: usize,
    },
    /// Takes back a part of an earlier invoice.
    Credit {
        of: usize,
        cents: i64,
    },
    Payment {
        of: usize,
        cents: i64,
    },
    /// Of what is owed to a tenant, sent back.
    Refund {
        of: usize,
        cents: i64,
    },
    /// The same, set against an invoice that is open.
    Transfer {
        of: usize,
        to: usize,
        cents: i64,
    },
    Interest {
        of: usize,
        cents: i64,
    },
    Depreciation {
        cents: i64,
        subsidy: i64,
    },
    Pass {
        days: u64,
    },
    CloseYear,
}

fn event() -> impl Strategy<Value = Event> {
    let cents = 1..50_000_000i64;
    prop_oneof![
        (cents.clone(), prop::sample::select(vec![0, 20]), 0usize..4)
            .prop_map(|(cents, tax_percent, tenant)| Event::Invoice { cents, tax_percent, tenant }),
        (any::<usize>(), cents.clone()).prop_map(|(of, cents)| Event::Credit { of, cents }),
        (any::<usize>(), cents.clone()).prop_map(|(of, cents)| Event::Payment { of, cents }),
        (any::<usize>(), cents.clone()).prop_map(|(of, cents)| Event::Refund { of, cents }),
        (any::<usize>(), any::<usize>(), cents.clone()).prop_map(|(of, to, cents)| Event::Transfer { of, to, cents }),
        (any::<usize>(), 1..100_000i64).prop_map(|(of, cents)| Event::Interest { of, cents }),
        (cents, 0..1_000_000i64).prop_map(|(cents, subsidy)| Event::Depreciation { cents, subsidy }),
        (1u64..200).prop_map(|days| Event::Pass { days }),
        Just(Event::CloseYear),
    ]
}

struct Invoiced {
    tenant: String,
    open: Money,
    /// What no credit note took back yet.
    uncredited: Money,
}

/// Books that number what they are given, as the database does.
struct Books {
    today: NaiveDate,
    first_open: i32,
    entries: Vec<PostedEntry>,
    /// In the order of issue.
    invoices: Vec<Invoiced>,
    depreciated: Money,
}

const TENANTS: [&str; 4] = ["aphp", "eau-de-paris", "paris-habitat", "ville"];

impl Books {
    fn post(&mut self, journal: Journal, date: NaiveDate, document: String, lines: Vec<JournalLine>) {
        let entry = JournalEntry::new(journal, date, document, "essai".into(), lines).unwrap();
        self.keep(entry);
    }

    fn keep(&mut self, entry: JournalEntry) {
        let like = |posted: &&PostedEntry| {
            let number = EntryNumber::of(&entry, 1);
            (posted.number.fiscal_year, posted.number.series) == (number.fiscal_year, number.series)
        };
        let position = i64::try_from(self.entries.iter().filter(like).count()).unwrap() + 1;
        let id = i64::try_from(self.entries.len()).unwrap() + 1;
        let posted_at = self.today.and_hms_opt(12, 0, 0).unwrap().and_utc();
        self.entries.push(PostedEntry {
            id: JournalEntryId(id),
            number: EntryNumber::of(&entry, position),
            posted_at,
            entry,
        });
    }

    fn happen(&mut self, event: Event) {
        use chrono::Datelike;
        let (chart, today, count) = (Chart::default(), self.today, self.entries.len());
        let customers = chart.account(AccountRole::Customers).to_owned();
        let money = Money::from_cents;
        match event {
            Event::Invoice { cents, tax_percent, tenant } => {
                let tax = money(cents).fraction(tax_percent, 100);
                let mut lines = vec![
                    JournalLine::debit(&customers, Some(TENANTS[tenant]), "", money(cents) + tax),
                    JournalLine::credit(chart.account(AccountRole::Power), None, "", money(cents)),
                ];
                if !tax.is_zero() {
                    lines.push(JournalLine::credit(chart.account(AccountRole::VatCollected), None, "", tax));
                }
                self.post(Journal::Sales, today, format!("DC{count}"), lines);
                let gross = money(cents) + tax;
                self.invoices.push(Invoiced { tenant: TENANTS[tenant].to_owned(), open: gross, uncredited: gross });
            }
            Event::Credit { of, cents } => {
                let Some(invoice) = nth(&mut self.invoices, of) else { return };
                let amount = money(cents).min(invoice.uncredited);
                invoice.uncredited -= amount;
                self.settle(Journal::Sales, of, -amount, AccountRole::Power);
            }
            Event::Payment { of, cents } => {
                let Some(invoice) = nth(&mut self.invoices, of) else { return };
                let amount = money(cents).min(invoice.open.max(Money::ZERO));
                self.settle(Journal::Payments, of, -amount, AccountRole::Bank);
            }
            Event::Refund { of, cents } => {
                let Some(invoice) = nth(&mut self.invoices, of) else { return };
                let amount = money(cents).min((-invoice.open).max(Money::ZERO));
                self.settle(Journal::Payments, of, amount, AccountRole::Bank);
            }
            Event::Transfer { of, to, cents } => self.transfer(of, to, money(cents)),
            Event::Interest { of, cents } => {
                let Some(invoice) = nth(&mut self.invoices, of) else { return };
                invoice.open += money(cents);
                let lines = vec![
                    JournalLine::debit(&customers, Some(&invoice.tenant), "", money(cents)),
                    JournalLine::credit(chart.account(AccountRole::LateInterest), None, "", money(cents)),
                ];
                self.post(Journal::Miscellaneous, today, format!("INT{count}"), lines);
            }
            Event::Depreciation { cents, subsidy } => {
                let mut lines = vec![
                    JournalLine::debit(chart.account(AccountRole::DepreciationCharge), None, "", money(cents)),
                    JournalLine::credit("28183", Some("DC-2019/it"), "", money(cents)),
                ];
                if subsidy > 0 {
                    let transferred = chart.account(AccountRole::SubsidyTransferred);
                    lines.push(JournalLine::debit(transferred, Some("DC-2019/it"), "", money(subsidy)));
                    lines.push(JournalLine::credit(
                        chart.account(AccountRole::SubsidyIncome),
                        None,
                        "",
                        money(subsidy),
                    ));
                }
                self.depreciated += money(cents);
                self.post(Journal::Depreciation, today, format!("AMORT{count}"), lines);
            }
            Event::Pass { days } => self.today = today + Days::new(days),
            Event::CloseYear => {
                let year = self.first_open;
                if year >= today.year() {
                    return;
                }
                let of_year: Vec<PostedEntry> =
                    self.entries.iter().filter(|posted| posted.entry.date.year() == year).cloned().collect();
                match close_year(year, &of_year, &chart) {
                    Ok(close) => close.entries.into_iter().for_each(|entry| self.keep(entry)),
                    Err(CloseError::Empty(_)) => {}
                    Err(error) => panic!("{error}"),
                }
                self.first_open += 1;
            }
        }
    }

    /// Moves what is open on an invoice by `amount`, against another account.
    fn settle(&mut self, journal: Journal, of: usize, amount: Money, against: AccountRole) {
        let (chart, today, count) = (Chart::default(), self.today, self.entries.len());
        let Some(invoice) = nth(&mut self.invoices, of).filter(|_| !amount.is_zero()) else { return };
        invoice.open += amount;
        let (customers, tenant) = (chart.account(AccountRole::Customers), invoice.tenant.clone());
        let (against, size) = (chart.account(against), amount.abs());
        let lines = match amount > Money::ZERO {
            true => vec![
                JournalLine::debit(customers, Some(&tenant), "", size),
                JournalLine::credit(against, None, "", size),
            ],
            false => vec![
                JournalLine::debit(against, None, "", size),
                JournalLine::credit(customers, Some(&tenant), "", size),
            ],
        };
        self.post(journal, today, format!("S{count}"), lines);
    }

    /// Sets what is owed on one invoice against another of the same tenant.
    fn transfer(&mut self, of: usize, to: usize, amount: Money) {
        let (chart, count) = (Chart::default(), self.entries.len());
        let Some(from) = nth(&mut self.invoices, of) else { return };
        let (tenant, owed) = (from.tenant.clone(), (-from.open).max(Money::ZERO));
        let Some(to) = nth(&mut self.invoices, to).filter(|to| to.tenant == tenant) else { return };
        let amount = amount.min(owed).min(to.open.max(Money::ZERO));
        if amount.is_zero() {
            return;
        }
        to.open -= amount;
        if let Some(from) = nth(&mut self.invoices, of) {
            from.open += amount;
        }
        let customers = chart.account(AccountRole::Customers);
        let lines = vec![
            JournalLine::debit(customers, Some(&tenant), "", amount),
            JournalLine::credit(customers, Some(&tenant), "", amount),
        ];
        self.post(Journal::Miscellaneous, self.today, format!("IMP{count}"), lines);
    }
}

fn nth(invoices: &mut [Invoiced], of: usize) -> Option<&mut Invoiced> {
    let count = invoices.len();
    if count == 0 { None } else { invoices.get_mut(of % count) }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn happened(events: Vec<Event>) -> Books {
    let mut books = Books {
        today: day("2024-01-15"),
        first_open: 2024,
        entries: Vec::new(),
        invoices: Vec::new(),
        depreciated: Money::ZERO,
    };
    for event in events {
        books.happen(event);
    }
    books
}

proptest! {
    #[test]
    fn any_sequence_of_events_keeps_the_trial_balance_zero(
        events in prop::collection::vec(event(), 0..60), from in 0u64..900, days in 0u64..900
    ) {
        let books = happened(events);
        let chart = Chart::default();
        let from = day("2024-01-01") + Days::new(from);
        let balance = trial_balance(&books.entries, from, from + Days::new(days), &chart);
        prop_assert!(balance.total.is_balanced(), "{:?}", balance.total);
        prop_assert_eq!(account_balances(&books.entries).values().copied().sum::<Money>(), Money::ZERO);
        // Closing and opening years leaves every account what it held: the sub-ledgers prove it.
        let balances = account_balances(&books.entries);
        let held = |account: &str| balances.get(account).copied().unwrap_or_default();
        let open: Money = books.invoices.iter().map(|invoice| invoice.open).sum();
        prop_assert_eq!(held("411"), open);
        prop_assert_eq!(-held("28183"), books.depreciated);
        // The general ledger tells the same as the trial balance.
        let filter = LedgerFilter { account: String::new(), auxiliary: None, from, through: balance.through };
        let ledger = general_ledger(&books.entries, &Letters::default(), &filter, &chart);
        for account in &ledger {
            let row = balance.accounts.iter().find(|row| row.account == account.account);
            let closing = row.map(|row| row.figures.closing_debit - row.figures.closing_credit);
            prop_assert_eq!(closing, Some(account.closing));
        }
    }

    #[test]
    fn a_closed_year_leaves_nothing_and_the_next_opens_with_it(events in prop::collection::vec(event(), 1..60)) {
        use chrono::Datelike;
        let books = happened(events);
        for year in 2024..books.first_open {
            let of = |year: i32| books.entries.iter().filter(move |posted| posted.entry.date.year() == year);
            prop_assert!(account_balances(of(year)).values().all(|balance| balance.is_zero()), "{}", year);
            let opening: Vec<&PostedEntry> = of(year + 1).filter(|posted| posted.entry.journal == Journal::Opening).collect();
            let carried = account_balances(opening.iter().copied());
            prop_assert!(carried.keys().all(|account| !account.starts_with('6') && !account.starts_with('7')));
        }
    }
}
