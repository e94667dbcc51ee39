//! Payments, refunds and transfers against the trail and the journal; lettering against what it says it settles.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde_json::Value;

use super::Verification;
use super::numbered::Taken;
use crate::app::AppError;
use crate::domain::ids::TenantCode;
use crate::domain::ledger::Journal;
use crate::domain::money::Money;
use crate::domain::receivables::{Movement, PaidBack, Payment};
use crate::storage::audit::ChainedEvent;
use crate::storage::evidence::EntryLine;
use crate::storage::lettering::LetteredLine;
use crate::storage::payments::RecordedPayment;
use crate::storage::{AnyConnection, lettering, on_account, paid_back, payments};

/// What the trail says.
#[derive(Default)]
pub struct Said {
    /// By number, what was recorded, with the event that says so.
    payments: BTreeMap<String, (i64, Value)>,
    /// The same of refunds and transfers.
    paid_back: BTreeMap<String, (i64, Value)>,
    /// What was kept on account, and sent back from it, with the name of its day.
    on_account: BTreeMap<String, (i64, Value, &'static str)>,
    /// Letters given, with the event that says so.
    letters: Vec<(i64, String)>,
}

/// The journal's entries of money received and paid back, by document.
pub type Receipts = BTreeMap<String, Posted>;

/// What the journal holds of a document.
pub struct Posted {
    on: NaiveDate,
    amount: Money,
    /// What its sides debit, the least first.
    debits: Vec<Money>,
}

/// Keeps what `entry` says, where it is one of them.
pub fn note_entry(receipts: &mut Receipts, entry: &EntryLine) {
    // Transfers, and what was settled from accounts.
    let is_within = ["IMP-", "REG-"].iter().any(|series| entry.document.starts_with(series));
    if (is_within && entry.journal == Journal::Miscellaneous.code()) || entry.journal == Journal::Payments.code() {
        let mut debits = entry.debits.clone();
        debits.sort_unstable();
        let posted = Posted { on: entry.date, amount: Money::from_cents(entry.debit_cents), debits };
        receipts.insert(entry.document.clone(), posted);
    }
}

impl Said {
    pub fn note(&mut self, chained: &ChainedEvent) {
        let event = &chained.event;
        if ["payment.recorded", "payment.settled"].contains(&event.action.as_str()) {
            self.payments.insert(event.subject.clone(), (chained.sequence, event.detail.clone()));
        }
        let day = match event.action.as_str() {
            "payment.kept" => Some("kept_on"),
            "payment.repaid" => Some("repaid_on"),
            "payment.corrected" => Some("corrected_on"),
            _ => None,
        };
        if let Some(day) = day {
            self.on_account.insert(event.subject.clone(), (chained.sequence, event.detail.clone(), day));
        }
        if ["payment.refunded", "payment.transferred"].contains(&event.action.as_str()) {
            self.paid_back.insert(event.subject.clone(), (chained.sequence, event.detail.clone()));
        }
        // A transfer may settle both of its invoices.
        for letter in ["letter", "against_letter"].into_iter().filter_map(|key| text(&event.detail, key)) {
            self.letters.push((chained.sequence, letter.to_owned()));
        }
    }
}

pub fn verify(
    connection: &mut AnyConnection,
    said: &Said,
    receipts: &Receipts,
    taken: &mut Taken,
    found: &mut Verification,
) -> Result<(), AppError> {
    let mut stored = payments::list(connection, None, None)?;
    // Refunds stand among what moved, and are held with transfers.
    stored.retain(|recorded| recorded.payment.amount > Money::ZERO);
    returned(connection, said, receipts, taken, found)?;
    let moved = on_account::all(connection)?;
    kept(&moved, said, receipts, taken, found);
    left(&moved, &on_account::takings(connection, None)?, said, found);
    settled(&moved, said, &stored, found);
    let lines = lettering::lines(connection)?;
    let journals = [Journal::Payments.code(), Journal::Miscellaneous.code()];
    let of_payments = lines.iter().filter(|line| journals.contains(&line.journal.as_str()));
    let by_payment: BTreeMap<&str, &LetteredLine> = of_payments.map(|line| (line.document.as_str(), line)).collect();
    for recorded in &stored {
        let payment = &recorded.payment;
        taken.number(payments::SERIES, &payment.number);
        let day = if payment.settled_on.is_some() { "settled on" } else { "received on" };
        journal_entry(&payment.number, (day, payment.entered_on()), payment.amount, receipts, found);
        let Some((sequence, detail)) = said.payments.get(&payment.number) else {
            found.find("payment", &payment.number, "the trail does not say that it was recorded");
            continue;
        };
        against_event(recorded.invoice.as_str(), payment, (*sequence, detail), found);
        charge(&payment.number, payment.amount, (*sequence, detail), receipts, found);
        letter_of(payment, (*sequence, detail), by_payment.get(payment.number.as_str()).copied(), found);
    }
    let numbers: BTreeSet<&str> = stored.iter().map(|recorded| recorded.payment.number.as_str()).collect();
    for (number, (sequence, _)) in said.payments.iter().filter(|(number, _)| !numbers.contains(number.as_str())) {
        found.find("payment", number, format!("event {sequence} says it was recorded, and it is not there"));
    }
    letters(&lettering::given(connection)?, said, &lines, found);
    Ok(())
}

/// Refunds and transfers, both ways.
fn returned(
    connection: &mut AnyConnection,
    said: &Said,
    receipts: &Receipts,
    taken: &mut Taken,
    found: &mut Verification,
) -> Result<(), AppError> {
    let stored = paid_back::all(connection)?;
    for (invoice, back) in &stored {
        let (on, series) = match back.to {
            Some(_) => ("transferred on", paid_back::TRANSFERS),
            None => ("refunded on", paid_back::REFUNDS),
        };
        taken.number(series, &back.number);
        journal_entry(&back.number, (on, back.on), back.amount, receipts, found);
        match said.paid_back.get(&back.number) {
            None => found.find("payment", &back.number, "the trail does not say that it was recorded"),
            Some((sequence, detail)) => returned_against_event(invoice.as_str(), back, (*sequence, detail), found),
        }
    }
    let is_there = |number: &String| stored.iter().any(|(_, back)| back.number == *number);
    for (number, (sequence, _)) in said.paid_back.iter().filter(|(number, _)| !is_there(number)) {
        found.find("payment", number, format!("event {sequence} says it was recorded, and it is not there"));
    }
    Ok(())
}

/// What was kept on account of tenants and sent back from it, both ways.
fn kept(
    moved: &[(TenantCode, Movement)],
    said: &Said,
    receipts: &Receipts,
    taken: &mut Taken,
    found: &mut Verification,
) {
    for (tenant, moved) in moved.iter().filter(|(_, moved)| !moved.is_payment()) {
        let day = match moved.takes_back() {
            Some(_) => "corrected_on",
            None if moved.amount > Money::ZERO => "kept_on",
            None => "repaid_on",
        };
        let number = &moved.number;
        taken.number(on_account::SERIES, number);
        journal_entry(number, (day, moved.on), moved.amount.abs(), receipts, found);
        let Some((sequence, detail, _)) = said.on_account.get(number).filter(|(_, _, told)| *told == day) else {
            found.find("payment", number, "the trail does not say that it was recorded");
            continue;
        };
        let (event, told) = (format!("event {sequence}"), |key| text(detail, key).unwrap_or_default());
        differ(number, "tenant", (tenant, told("tenant")), &event, found);
        differ(number, day, (moved.on, told(day)), &event, found);
        differ(number, "amount", (moved.amount.abs(), told("amount")), &event, found);
        differ(number, "reference", (moved.reference.as_deref().unwrap_or_default(), told("reference")), &event, found);
        differ(number, "receipt", (moved.statement_key.as_deref().unwrap_or_default(), told("receipt")), &event, found);
        differ(number, "reverses", (moved.takes_back().unwrap_or_default(), told("reverses")), &event, found);
        if moved.amount > Money::ZERO {
            charge(number, moved.amount, (*sequence, detail), receipts, found);
        }
    }
    let is_there = |number: &String| moved.iter().any(|(_, moved)| moved.number == *number);
    for (number, (sequence, ..)) in said.on_account.iter().filter(|(number, _)| !is_there(number)) {
        found.find("payment", number, format!("event {sequence} says it was recorded, and it is not there"));
    }
}

/// What one movement was taken from, and how much of each.
type Takings<'a> = Vec<(&'a str, Money)>;

/// What left accounts was taken from what was kept, and no more of a receipt than was kept of it.
fn left(moved: &[(TenantCode, Movement)], takings: &[(String, String, Money)], said: &Said, found: &mut Verification) {
    let by_number: BTreeMap<&str, &(TenantCode, Movement)> =
        moved.iter().map(|one| (one.1.number.as_str(), one)).collect();
    for (number, from, _) in takings {
        let (Some(left), Some(kept)) = (by_number.get(number.as_str()), by_number.get(from.as_str())) else {
            found.find("payment", number, format!("it is taken from {from}, and one of them is not there"));
            continue;
        };
        if left.1.amount > Money::ZERO || kept.1.amount < Money::ZERO || left.0 != kept.0 {
            found.find("payment", number, format!("it is taken from {from}, which was not kept for its tenant"));
        }
        if kept.1.on > left.1.on {
            let what = format!("it left on {}, and is taken from {from}, which came on {}", left.1.on, kept.1.on);
            found.find("payment", number, what);
        }
    }
    let (mut by_leaving, mut by_receipt): (BTreeMap<&str, Takings<'_>>, BTreeMap<&str, Money>) = Default::default();
    for (number, from, amount) in takings {
        by_leaving.entry(number).or_default().push((from, *amount));
        *by_receipt.entry(from).or_default() += *amount;
    }
    for (_, moved) in moved {
        let number = moved.number.as_str();
        if moved.amount > Money::ZERO {
            let gone = by_receipt.get(number).copied().unwrap_or_default();
            if gone > moved.amount {
                found.find("payment", number, format!("{} was kept, and {gone} of it has left", moved.amount));
            }
            continue;
        }
        let taken = by_leaving.get(number).map(Vec::as_slice).unwrap_or_default();
        let sum: Money = taken.iter().map(|(_, amount)| *amount).sum();
        differ(number, "amount", (-moved.amount, sum), "what was taken from receipts", found);
        taken_as_said(number, taken, said, found);
    }
}

/// The receipts it was taken from are those its event names; events of before name none.
fn taken_as_said(number: &str, takings: &[(&str, Money)], said: &Said, found: &mut Verification) {
    let own = said.on_account.get(number).map(|(sequence, detail, _)| (sequence, detail));
    let event = own.or_else(|| said.payments.get(number).map(|(sequence, detail)| (sequence, detail)));
    let Some((sequence, named)) = event.and_then(|(sequence, detail)| Some((sequence, detail.get("taken")?))) else {
        return;
    };
    let mut stored: Vec<String> = takings.iter().map(|(from, amount)| format!("{amount} of {from}")).collect();
    let named = named.as_array().into_iter().flatten();
    let one = |one: &Value| format!("{} of {}", text(one, "amount").unwrap_or("?"), text(one, "from").unwrap_or("?"));
    let mut named: Vec<String> = named.map(one).collect();
    stored.sort_unstable();
    named.sort_unstable();
    differ(number, "taken", (stored.join(", "), named.join(", ")), &format!("event {sequence}"), found);
}

/// Payments settled from accounts, both ways.
fn settled(moved: &[(TenantCode, Movement)], said: &Said, payments: &[RecordedPayment], found: &mut Verification) {
    let left: BTreeMap<&str, (&TenantCode, &Movement)> = moved
        .iter()
        .filter(|(_, one)| one.is_payment())
        .map(|(tenant, one)| (one.number.as_str(), (tenant, one)))
        .collect();
    let paid: BTreeMap<&str, &RecordedPayment> =
        payments.iter().map(|recorded| (recorded.payment.number.as_str(), recorded)).collect();
    let told = |number: &str| said.payments.get(number).and_then(|(_, detail)| text(detail, "settled_on"));
    for (number, (tenant, moved)) in &left {
        let (Some(recorded), Some(day)) = (paid.get(number), told(number)) else {
            found.find("payment", *number, "it left an account, and the trail tells of no payment settled from it");
            continue;
        };
        let who = "what left the account";
        differ(number, "tenant", (&recorded.tenant, *tenant), who, found);
        differ(number, "amount", (recorded.payment.amount, -moved.amount), who, found);
        differ(number, "settled on", (moved.on, day), "its event", found);
        if recorded.payment.received_on > moved.on {
            let what =
                format!("it counts from {}, after {}, when it was settled", recorded.payment.received_on, moved.on);
            found.find("payment", *number, what);
        }
    }
    for number in said.payments.keys().filter(|number| told(number).is_some() && !left.contains_key(number.as_str())) {
        found.find("payment", number, "the trail says it was settled from an account, and it left none");
    }
}

fn returned_against_event(invoice: &str, back: &PaidBack, (sequence, detail): (i64, &Value), found: &mut Verification) {
    let (number, event) = (&back.number, format!("event {sequence}"));
    let said = |key| text(detail, key).unwrap_or_default();
    let (name, key) = match back.to {
        Some(_) => ("transferred on", "transferred_on"),
        None => ("refunded on", "refunded_on"),
    };
    let against = back.to.as_ref().map(ToString::to_string).unwrap_or_default();
    differ(number, "invoice", (invoice, said("invoice")), &event, found);
    differ(number, "set against", (against, said("against")), &event, found);
    differ(number, name, (back.on, said(key)), &event, found);
    differ(number, "amount", (back.amount, said("amount")), &event, found);
    differ(number, "reference", (back.reference.as_deref().unwrap_or_default(), said("reference")), &event, found);
}

fn journal_entry(
    number: &str,
    (name, on): (&str, NaiveDate),
    amount: Money,
    receipts: &Receipts,
    found: &mut Verification,
) {
    match receipts.get(number) {
        None => found.find("payment", number, "it is not in the journal"),
        Some(posted) => {
            differ(number, "amount", (amount, posted.amount), "its journal entry", found);
            differ(number, name, (on, posted.on), "its journal entry", found);
        }
    }
}

/// What the bank kept of money received, by its event, is a debit of its own beside what came in.
fn charge(
    number: &str,
    amount: Money,
    (sequence, detail): (i64, &Value),
    receipts: &Receipts,
    found: &mut Verification,
) {
    let Some(posted) = receipts.get(number).filter(|posted| posted.amount == amount) else { return };
    let charge: Money = text(detail, "bank_charges").and_then(|text| text.parse().ok()).unwrap_or_default();
    let mut said: Vec<Money> = [amount - charge, charge].into_iter().filter(|one| !one.is_zero()).collect();
    said.sort_unstable();
    if said != posted.debits {
        let debits: Vec<String> = posted.debits.iter().map(ToString::to_string).collect();
        let what = format!(
            "bank_charges: its journal entry debits {}, event {sequence} says that the bank kept {charge} of {amount}",
            debits.join(" and ")
        );
        found.find("payment", number, what);
    }
}

fn against_event(invoice: &str, payment: &Payment, (sequence, detail): (i64, &Value), found: &mut Verification) {
    let (number, event) = (&payment.number, format!("event {sequence}"));
    let said = |key| text(detail, key).unwrap_or_default();
    differ(number, "invoice", (invoice, said("invoice")), &event, found);
    differ(number, "received on", (payment.received_on, said("received_on")), &event, found);
    differ(number, "amount", (payment.amount, said("amount")), &event, found);
    differ(number, "reference", (payment.reference.as_deref().unwrap_or_default(), said("reference")), &event, found);
}

fn differ<S: ToString, E: ToString>(
    number: &str,
    name: &str,
    (stored, said): (S, E),
    who: &str,
    found: &mut Verification,
) {
    let (stored, said) = (stored.to_string(), said.to_string());
    if stored != said {
        found.find("payment", number, format!("{name}: stored is {stored}, {who} says {said}"));
    }
}

/// The payment that settled its invoice carries the letter the trail says, of the day of its entry.
fn letter_of(
    payment: &Payment,
    (sequence, detail): (i64, &Value),
    line: Option<&LetteredLine>,
    found: &mut Verification,
) {
    let Some(said) = text(detail, "letter") else { return };
    let journal = if payment.settled_on.is_some() { Journal::Miscellaneous } else { Journal::Payments };
    let place = format!("{} {}", journal.code(), payment.number);
    match line {
        None => found.find("lettering", place, format!("it carries no letter, event {sequence} says {said}")),
        Some(line) if line.code != said => {
            found.find("lettering", place, format!("it carries {}, event {sequence} says {said}", line.code));
        }
        Some(line) if line.lettered_on != payment.entered_on() => {
            let (day, entered) = (line.lettered_on, payment.entered_on());
            found.find("lettering", place, format!("{said} is of {day}, and its entry of {entered}"));
        }
        Some(_) => {}
    }
}

/// Every letter ever given is there, on lines of one auxiliary that come to zero.
fn letters(given: &[String], said: &Said, lines: &[LetteredLine], found: &mut Verification) {
    let mut by_code: BTreeMap<&str, Vec<&LetteredLine>> = BTreeMap::new();
    for line in lines {
        by_code.entry(&line.code).or_default().push(line);
    }
    for code in given.iter().filter(|code| !by_code.contains_key(code.as_str())) {
        found.find("lettering", code, "it was given, and no line carries it");
    }
    let known: BTreeSet<&str> = given.iter().map(String::as_str).collect();
    for (sequence, code) in said.letters.iter().filter(|(_, code)| !known.contains(code.as_str())) {
        found.find("lettering", code, format!("event {sequence} says it was given, its counter does not"));
    }
    for (code, lines) in by_code {
        if !known.contains(code) {
            found.find("lettering", code, "lines carry it, and it was never given");
        }
        let mut sums: BTreeMap<Option<&str>, Money> = BTreeMap::new();
        for line in lines {
            *sums.entry(line.auxiliary.as_deref()).or_default() += line.balance;
        }
        for (auxiliary, sum) in sums.into_iter().filter(|(_, sum)| !sum.is_zero()) {
            let whose = auxiliary.unwrap_or("no auxiliary");
            found.find("lettering", code, format!("its lines of {whose} come to {sum}, and should to 0.00"));
        }
    }
}

fn text<'a>(detail: &'a Value, key: &str) -> Option<&'a str> {
    detail.get(key).and_then(Value::as_str)
}
