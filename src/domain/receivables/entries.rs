//! The entries of what changes an account after issue, and the numbers of their documents.

use chrono::NaiveDate;

use super::{LateInterest, Movement, PaidBack, Payment};
use crate::domain::invoice::IssuedInvoice;
use crate::domain::ledger::{AccountRole, Chart, Journal, JournalEntry, JournalLine, LedgerError};
use crate::domain::money::Money;
use crate::domain::party::Language;
use crate::domain::typography;

/// `REG-2026-000001`.
pub fn payment_number(year: i32, position: i64) -> String {
    format!("REG-{year:04}-{position:06}")
}

/// Bank to the debit, with what it `kept` of the payment; the customer to the credit.
pub fn payment_entry(
    invoice: &IssuedInvoice,
    payment: &Payment,
    kept: Money,
    chart: &Chart,
) -> Result<JournalEntry, LedgerError> {
    let label = format!("Règlement {} {}", invoice.number, invoice.buyer.name);
    let tenant = invoice.buyer.code.as_str();
    let mut lines = Vec::new();
    // Of a part of a receipt the bank may have kept all.
    if payment.amount != kept {
        lines.push(JournalLine::debit(chart.account(AccountRole::Bank), None, &label, payment.amount - kept));
    }
    if !kept.is_zero() {
        lines.push(JournalLine::debit(chart.account(AccountRole::BankCharges), None, &label, kept));
    }
    lines.push(JournalLine::credit(chart.account(AccountRole::Customers), Some(tenant), &label, payment.amount));
    JournalEntry::new(Journal::Payments, payment.received_on, payment.number.clone(), label, lines)
}

/// `CPT-2026-000001`.
pub fn account_number(year: i32, position: i64) -> String {
    format!("CPT-{year:04}-{position:06}")
}

/// Bank to the debit, with the `charge` it kept; what is owed to the tenant on account to the credit.
pub fn kept_entry(
    (tenant, name): (&str, &str),
    kept: &Movement,
    charge: Money,
    chart: &Chart,
) -> Result<JournalEntry, LedgerError> {
    let label = format!("Trop-perçu gardé en compte {name}");
    let mut lines = Vec::new();
    if kept.amount != charge {
        lines.push(JournalLine::debit(chart.account(AccountRole::Bank), None, &label, kept.amount - charge));
    }
    if !charge.is_zero() {
        lines.push(JournalLine::debit(chart.account(AccountRole::BankCharges), None, &label, charge));
    }
    lines.push(JournalLine::credit(chart.account(AccountRole::OnAccount), Some(tenant), &label, kept.amount));
    JournalEntry::new(Journal::Payments, kept.on, kept.number.clone(), label, lines)
}

/// What is kept on account to the debit, the customer to the credit; no money moves at the bank.
pub fn settled_entry(invoice: &IssuedInvoice, payment: &Payment, chart: &Chart) -> Result<JournalEntry, LedgerError> {
    let label = format!("Règlement {} par le compte de {}", invoice.number, invoice.buyer.name);
    let (tenant, amount) = (Some(invoice.buyer.code.as_str()), payment.amount);
    let lines = vec![
        JournalLine::debit(chart.account(AccountRole::OnAccount), tenant, &label, amount),
        JournalLine::credit(chart.account(AccountRole::Customers), tenant, &label, amount),
    ];
    JournalEntry::new(Journal::Miscellaneous, payment.entered_on(), payment.number.clone(), label, lines)
}

/// What is kept on account to the debit, the bank to the credit.
pub fn repaid_entry(
    (tenant, name): (&str, &str),
    repaid: &Movement,
    chart: &Chart,
) -> Result<JournalEntry, LedgerError> {
    let label = format!("Remboursement du compte de {name}");
    let lines = vec![
        JournalLine::debit(chart.account(AccountRole::OnAccount), Some(tenant), &label, -repaid.amount),
        JournalLine::credit(chart.account(AccountRole::Bank), None, &label, -repaid.amount),
    ];
    JournalEntry::new(Journal::Payments, repaid.on, repaid.number.clone(), label, lines)
}

/// What was posted when it was kept, with debit and credit changed over.
pub fn reversed_entry(posted: &JournalEntry, name: &str, correction: &Movement) -> Result<JournalEntry, LedgerError> {
    let label = format!("Contre-passation {} {name}", posted.document);
    let turned = |line: &JournalLine| JournalLine { debit: line.credit, credit: line.debit, ..line.clone() };
    let lines = posted.lines().iter().map(|line| JournalLine { label: label.clone(), ..turned(line) }).collect();
    JournalEntry::new(Journal::Payments, correction.on, correction.number.clone(), label, lines)
}

/// The document of the claim for a late payment.
pub fn interest_document(payment: &Payment) -> String {
    format!("INT-{}", payment.number)
}

/// The customer to the debit, interest and indemnity to the credit, on `date`.
pub fn interest_entry(
    invoice: &IssuedInvoice,
    payment: &Payment,
    claim: &LateInterest,
    date: NaiveDate,
    chart: &Chart,
) -> Result<JournalEntry, LedgerError> {
    let tenant = invoice.buyer.code.as_str();
    let rate = typography::decimal(claim.rate_percent, Language::French);
    let label = format!("Intérêts moratoires {} ({} j à {rate} %)", invoice.number, claim.days);
    let mut lines = vec![JournalLine::debit(chart.account(AccountRole::Customers), Some(tenant), &label, claim.total)];
    if !claim.interest.is_zero() {
        lines.push(JournalLine::credit(chart.account(AccountRole::LateInterest), None, &label, claim.interest));
    }
    if !claim.indemnity.is_zero() {
        let account = chart.account(AccountRole::RecoveryIndemnity);
        let label = format!("Indemnité forfaitaire {}", invoice.number);
        lines.push(JournalLine::credit(account, None, &label, claim.indemnity));
    }
    JournalEntry::new(Journal::Miscellaneous, date, interest_document(payment), label, lines)
}

/// `RBT-2026-000001`.
pub fn refund_number(year: i32, position: i64) -> String {
    format!("RBT-{year:04}-{position:06}")
}

/// `IMP-2026-000001`.
pub fn transfer_number(year: i32, position: i64) -> String {
    format!("IMP-{year:04}-{position:06}")
}

/// What went back: as a refund the customer to the debit and the bank to the credit; as a transfer the same customer on
/// both sides, the invoice that owed to the debit and the one it pays to the credit.
pub fn paid_back_entry(invoice: &IssuedInvoice, back: &PaidBack, chart: &Chart) -> Result<JournalEntry, LedgerError> {
    let (customers, tenant) = (chart.account(AccountRole::Customers), Some(invoice.buyer.code.as_str()));
    let (journal, label) = match &back.to {
        None => (Journal::Payments, format!("Remboursement {} {}", invoice.number, invoice.buyer.name)),
        Some(to) => (Journal::Miscellaneous, format!("Imputation {} sur {to} {}", invoice.number, invoice.buyer.name)),
    };
    let against = match &back.to {
        None => JournalLine::credit(chart.account(AccountRole::Bank), None, &label, back.amount),
        Some(_) => JournalLine::credit(customers, tenant, &label, back.amount),
    };
    let lines = vec![JournalLine::debit(customers, tenant, &label, back.amount), against];
    JournalEntry::new(journal, back.on, back.number.clone(), label, lines)
}
