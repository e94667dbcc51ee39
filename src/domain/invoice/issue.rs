//! A draft becomes an issued invoice: numbered, dated, and complete in itself.

use chrono::{DateTime, NaiveDate, Utc};

use super::due_date::due_date;
use super::reference::creditor_reference;
use super::{
    Draft, InvoiceBuyer, InvoiceKind, InvoiceNumber, InvoiceSeller, IssuedInvoice, LAYOUT, PaymentDetails, References,
};
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::Contract;
use crate::domain::facility::Facility;
use crate::domain::party::{Language, Seller, Tenant};

/// What a draft lacks to be issued. Tenant and contract must be the draft's.
#[derive(Debug, Clone)]
pub struct IssueContext<'a> {
    pub number: InvoiceNumber,
    pub issued_at: DateTime<Utc>,
    /// The day printed on the document, in the facility's zone.
    pub issue_date: NaiveDate,
    pub facility: &'a Facility,
    pub seller: &'a Seller,
    pub tenant: &'a Tenant,
    pub contract: &'a Contract,
}

impl Draft {
    /// The frozen content of the document. The buyer is notified on the day of issue.
    pub fn issue(self, context: &IssueContext<'_>) -> IssuedInvoice {
        let IssueContext { facility, seller, tenant, contract, .. } = context;
        let period = self.service_period(contract);
        let payment_days = tenant.payment_term_class.days();
        let service_end = period.last_day().unwrap_or(period.from);
        IssuedInvoice {
            number: context.number.clone(),
            kind: InvoiceKind::Invoice,
            language: tenant.language,
            issued_at: context.issued_at,
            issue_date: context.issue_date,
            due_date: due_date(context.issue_date, service_end, payment_days),
            payment_days,
            month: self.month,
            period,
            seller: InvoiceSeller::of(seller),
            buyer: InvoiceBuyer::of(tenant),
            references: References::of(contract, tenant),
            charges: self.charges,
            vat: self.vat,
            totals: self.totals,
            payment: PaymentDetails::of(seller, &context.number),
            legal: seller.legal.in_language(tenant.language).clone(),
            vat_on_debits: seller.legal.vat_on_debits,
            zone: facility.zone.name().to_owned(),
            facility: facility.name.clone(),
            corrects: Vec::new(),
            layout: LAYOUT,
        }
    }

    /// The days of the month the contract is in force; the whole month for one that only regularises.
    fn service_period(&self, contract: &Contract) -> DatePeriod {
        let month = self.month.days();
        month.intersection(contract.in_force).unwrap_or(month)
    }
}

impl IssuedInvoice {
    /// How it would look if `seller` issued it in `language`, without a number: a specimen of their words.
    pub fn specimen(self, seller: &Seller, language: Language) -> IssuedInvoice {
        let number = InvoiceNumber::none();
        IssuedInvoice {
            language,
            seller: InvoiceSeller::of(seller),
            payment: PaymentDetails::of(seller, &number),
            legal: seller.legal.in_language(language).clone(),
            vat_on_debits: seller.legal.vat_on_debits,
            layout: LAYOUT,
            number,
            ..self
        }
    }
}

impl InvoiceSeller {
    pub fn of(seller: &Seller) -> InvoiceSeller {
        InvoiceSeller {
            name: seller.name.clone(),
            address: seller.address.clone(),
            siret: seller.siret.to_string(),
            siren: seller.siret.siren().to_string(),
            vat_number: seller.vat_number.to_string(),
            email: seller.email.clone(),
            phone: seller.phone.clone(),
        }
    }
}

impl InvoiceBuyer {
    pub fn of(tenant: &Tenant) -> InvoiceBuyer {
        InvoiceBuyer {
            code: tenant.code.clone(),
            name: tenant.name.clone(),
            address: tenant.address.clone(),
            siret: tenant.siret.to_string(),
            siren: tenant.siret.siren().to_string(),
            vat_number: tenant.vat_number.as_ref().map(ToString::to_string),
        }
    }
}

impl References {
    pub fn of(contract: &Contract, tenant: &Tenant) -> References {
        References {
            contract: contract.code.clone(),
            contract_title: contract.title.clone(),
            service_code: tenant.service_code.clone(),
            engagement: contract.engagement.clone(),
            market: contract.market.clone(),
        }
    }
}

impl PaymentDetails {
    pub fn of(seller: &Seller, number: &InvoiceNumber) -> PaymentDetails {
        PaymentDetails {
            account_holder: seller.account_holder.clone().unwrap_or_else(|| seller.name.clone()),
            iban: seller.iban.to_string(),
            bic: seller.bic.to_string(),
            reference: creditor_reference(number),
        }
    }
}
