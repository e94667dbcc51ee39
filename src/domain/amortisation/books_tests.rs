//! One ledger of everything: invoices, payments, assets that enter, wear, lose value and leave, and years that close.

use chrono::{Datelike, Days, NaiveDate};
use proptest::prelude::*;

use super::event_tests::{build, changes, happen, methods, posted};
use super::fixtures::{asset, component};
use super::movements::movements;
use super::*;
use crate::domain::ids::JournalEntryId;
use crate::domain::ledger::{
    AccountRole, CARRY_FORWARD, Chart, CloseError, EntryNumber, Journal, JournalEntry, JournalLine, PostedEntry,
    account_balances, close_year, trial_balance,
};

/// Through which year everything is posted.
const LAST: i32 = 2032;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An invoice of `cents` and, some days later, the payment of a share of it.
fn sale(number: usize, (days, cents, percent): (u64, i64, i64)) -> Vec<JournalEntry> {
    let (chart, on) = (Chart::default(), day("2019-01-05") + Days::new(days));
    let (net, customers) = (Money::from_cents(cents), chart.account(AccountRole::Customers));
    let tax = net.fraction(20, 100);
    let invoice = vec![
        JournalLine::debit(customers, Some("aphp"), "", net + tax),
        JournalLine::credit(chart.account(AccountRole::Power), None, "", net),
        JournalLine::credit(chart.account(AccountRole::VatCollected), None, "", tax),
    ];
    // A cent of tax may be nothing, and a line of nothing is none.
    let invoice = invoice.into_iter().filter(|line| line.debit != line.credit).collect();
    let paid = (net + tax).fraction(percent, 100);
    let mut entries = vec![JournalEntry::new(Journal::Sales, on, format!("DC{number}"), "x".into(), invoice).unwrap()];
    if !paid.is_zero() {
        let lines = vec![
            JournalLine::debit(chart.account(AccountRole::Bank), None, "", paid),
            JournalLine::credit(customers, Some("aphp"), "", paid),
        ];
        let on = on + Days::new(40);
        entries.push(JournalEntry::new(Journal::Payments, on, format!("REG{number}"), "x".into(), lines).unwrap());
    }
    entries
}

fn number(entries: &mut Vec<PostedEntry>, entry: JournalEntry) {
    let position = i64::try_from(entries.len()).unwrap() + 1;
    entries.push(PostedEntry {
        id: JournalEntryId(position),
        number: EntryNumber::of(&entry, position),
        posted_at: chrono::DateTime::UNIX_EPOCH,
        entry,
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_ledger_of_everything_balances_and_stands_at_the_plans(
        (cost_a, cost_b) in (1_000i64..90_000_000, 1_000i64..90_000_000),
        (method_a, method_b) in (methods(), methods()),
        (years_a, years_b) in (1u32..20, 1u32..20),
        is_built in any::<bool>(),
        happened in prop::collection::vec(changes(), 0..9),
        sales in prop::collection::vec((0u64..3_000, 1i64..10_000_000, 0i64..=100), 0..12),
        closed_through in 2018i32..2030,
        (from, days) in (0u64..4_000, 0u64..2_000),
    ) {
        let part = |code, cents, method, years| Component {
            cost: Money::from_cents(cents), method, ..component(code, "1.00", years)
        };
        let mut thing = asset(vec![part("a", cost_a, method_a, years_a), part("b", cost_b, method_b, years_b)]);
        if is_built {
            build(&mut thing);
        }
        happen(&mut thing, happened);
        let (assets, chart) = ([thing], Chart::default());
        let mut all = posted(&assets, &format!("{LAST}-12"));
        all.extend((1..).zip(&sales).flat_map(|(number, one)| sale(number, *one)));
        all.sort_by_key(|entry| entry.date);
        let mut entries: Vec<PostedEntry> = Vec::new();
        all.into_iter().for_each(|entry| number(&mut entries, entry));
        for year in 2019..=closed_through {
            let of_year: Vec<PostedEntry> =
                entries.iter().filter(|posted| posted.entry.date.year() == year).cloned().collect();
            match close_year(year, &of_year, &chart) {
                Ok(close) => close.entries.into_iter().for_each(|entry| number(&mut entries, entry)),
                Err(CloseError::Empty(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }

        let balances = account_balances(&entries);
        prop_assert_eq!(balances.values().copied().sum::<Money>(), Money::ZERO);
        let from = day("2019-01-01") + Days::new(from);
        let balance = trial_balance(&entries, from, from + Days::new(days), &chart);
        prop_assert!(balance.total.is_balanced(), "{:?}", balance.total);
        // The customers' account is what was invoiced and not paid, whatever was closed.
        let open: Money = sales.iter().map(|(_, cents, percent)| {
            let gross = Money::from_cents(*cents) + Money::from_cents(*cents).fraction(20, 100);
            gross - gross.fraction(*percent, 100)
        }).sum();
        let customers = chart.account(AccountRole::Customers);
        prop_assert_eq!(balances.get(customers).copied().unwrap_or_default(), open);

        // Ledger = plans, without what closings empty and openings take over.
        let lasting: Vec<PostedEntry> = entries.into_iter().filter(|posted| {
            posted.entry.journal != Journal::Closing && !posted.entry.document.starts_with(CARRY_FORWARD)
        }).collect();
        let held = account_balances(&lasting);
        for line in movements(&assets, LAST, &chart, &held).reconciliation {
            prop_assert_eq!(line.difference, Money::ZERO, "{}", line.account);
        }
    }
}
