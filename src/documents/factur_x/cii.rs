//! The invoice as UN/CEFACT Cross Industry Invoice D22B, EN 16931 profile, under the French rules (BR-FR).
//!
//! Elements stand in the order of the schema. `BT-…` and `BG-…` are the terms of EN 16931.

use chrono::NaiveDate;

use super::xml::Xml;
use crate::documents::DocumentError;
use crate::documents::invoice::Words;
use crate::domain::calendar::DatePeriod;
use crate::domain::contract::VatTreatment;
use crate::domain::invoice::{InvoiceKind, InvoiceNumber, IssuedInvoice, PaymentDetails, VatBreakdown};
use crate::domain::party::Address;
use crate::domain::rating::Charge;

const NAMESPACES: [(&str, &str); 4] = [
    ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
    ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
    ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
    ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
];
/// BT-24
const PROFILE: &str = "urn:cen.eu:en16931:2017";
/// BT-23: a deposit of an invoice for services, not paid yet.
const BUSINESS_PROCESS: &str = "S1";
/// ISO 6523: SIRET, SIREN, and the French electronic address (BT-34, BT-49).
const SCHEME_SIRET: &str = "0009";
const SCHEME_SIREN: &str = "0002";
const SCHEME_ELECTRONIC_ADDRESS: &str = "0225";
/// UNTDID 4461: credit transfer. 58 would claim a SEPA agreement this file does not carry.
const CREDIT_TRANSFER: &str = "30";

/// The invoice's data, as `factur-x.xml`.
pub fn cii_xml(invoice: &IssuedInvoice) -> Result<Vec<u8>, DocumentError> {
    check_references(invoice)?;
    let words = Words::of(invoice);
    let mut xml = Xml::new();
    xml.element_with("rsm:CrossIndustryInvoice", &NAMESPACES, |xml| {
        context(xml);
        document(xml, invoice, words);
        xml.element("rsm:SupplyChainTradeTransaction", |xml| {
            for (index, charge) in invoice.charges.iter().enumerate() {
                line(xml, words, index + 1, charge);
            }
            agreement(xml, invoice);
            xml.element("ram:ApplicableHeaderTradeDelivery", |xml| delivery(xml, invoice));
            xml.element("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, invoice, words));
        });
    });
    xml.finish()
}

/// BR-FR-CO-04 and BR-FR-CO-05.
fn check_references(invoice: &IssuedInvoice) -> Result<(), DocumentError> {
    let named = invoice.corrects.len();
    let sound = match invoice.kind {
        InvoiceKind::Invoice => true,
        InvoiceKind::CreditNote => named >= 1,
        InvoiceKind::Corrected => named == 1,
    };
    if sound { Ok(()) } else { Err(DocumentError::Corrects { number: invoice.number.clone(), named }) }
}

fn context(xml: &mut Xml) {
    xml.element("rsm:ExchangedDocumentContext", |xml| {
        xml.element("ram:BusinessProcessSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", BUSINESS_PROCESS));
        xml.element("ram:GuidelineSpecifiedDocumentContextParameter", |xml| xml.text("ram:ID", PROFILE));
    });
}

fn document(xml: &mut Xml, invoice: &IssuedInvoice, words: Words) {
    xml.element("rsm:ExchangedDocument", |xml| {
        xml.text("ram:ID", invoice.number.as_str());
        xml.text("ram:TypeCode", invoice.kind.type_code());
        xml.date("ram:IssueDateTime", invoice.issue_date);
        let legal = &invoice.legal;
        // The rules want both notes of every invoice; one to oneself says that they do not apply.
        let internal = words.get("late-payment-internal");
        let warns = invoice.warns_of_late_payment();
        note(xml, if warns { &legal.recovery_indemnity } else { &internal }, "PMT");
        note(xml, if warns { &legal.late_penalty } else { &internal }, "PMD");
        note(xml, &legal.discount, "AAB");
    });
}

/// BG-1: each of the three the law asks for exactly once (BR-FR-05, BR-FR-06).
fn note(xml: &mut Xml, content: &str, subject: &str) {
    xml.element("ram:IncludedNote", |xml| {
        xml.text("ram:Content", content);
        xml.text("ram:SubjectCode", subject);
    });
}

/// BG-25.
fn line(xml: &mut Xml, words: Words, number: usize, charge: &Charge) {
    if charge.unit_price.micros() < 0 {
        xml.fail(DocumentError::NegativePrice { line: number, unit_price: charge.unit_price });
    }
    xml.element("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.element("ram:AssociatedDocumentLineDocument", |xml| {
            xml.text("ram:LineID", &number.to_string());
            let formula = words.format.arithmetic(&charge.provenance.formula);
            if !formula.is_empty() {
                xml.element("ram:IncludedNote", |xml| xml.text("ram:Content", &formula));
            }
        });
        product(xml, words, charge);
        xml.element("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.element("ram:NetPriceProductTradePrice", |xml| {
                xml.text("ram:ChargeAmount", &charge.unit_price.to_string());
            });
        });
        xml.element("ram:SpecifiedLineTradeDelivery", |xml| {
            let unit = [("unitCode", charge.unit.code_rec20())];
            xml.text_with("ram:BilledQuantity", &unit, &charge.quantity.to_string());
        });
        xml.element("ram:SpecifiedLineTradeSettlement", |xml| {
            xml.element("ram:ApplicableTradeTax", |xml| line_tax(xml, &charge.vat));
            billing_period(xml, charge.period);
            xml.element("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.text("ram:LineTotalAmount", &charge.net.to_string());
            });
        });
    });
}

/// BG-31. Units Recommendation 20 lacks travel as "one" (C62), so the description names every unit.
fn product(xml: &mut Xml, words: Words, charge: &Charge) {
    xml.element("ram:SpecifiedTradeProduct", |xml| {
        xml.text("ram:SellerAssignedID", charge.provenance.line.as_str());
        xml.text("ram:Name", words.designation(&charge.designation));
        let unit = words.format.unit(charge.unit);
        match words.kind(&charge.kind, charge.unit) {
            Some(kind) => xml.text("ram:Description", &format!("{kind} ({unit})")),
            None => xml.text("ram:Description", unit),
        }
    });
}

fn line_tax(xml: &mut Xml, treatment: &VatTreatment) {
    xml.text("ram:TypeCode", "VAT");
    xml.text("ram:CategoryCode", category(treatment));
    xml.optional("ram:RateApplicablePercent", rate(treatment).as_deref());
}

/// UNCL 5305.
const fn category(treatment: &VatTreatment) -> &'static str {
    match treatment {
        VatTreatment::Standard { .. } => "S",
        VatTreatment::Exempt { .. } => "E",
        VatTreatment::OutOfScope { .. } => "O",
    }
}

/// Outside the scope of VAT there is no rate, not even zero (BR-O-05).
fn rate(treatment: &VatTreatment) -> Option<String> {
    match treatment {
        VatTreatment::Standard { rate_percent } => Some(rate_percent.normalize().to_string()),
        VatTreatment::Exempt { .. } => Some("0".to_owned()),
        VatTreatment::OutOfScope { .. } => None,
    }
}

/// Who sells to whom, and under what reference.
fn agreement(xml: &mut Xml, invoice: &IssuedInvoice) {
    let references = &invoice.references;
    xml.element("ram:ApplicableHeaderTradeAgreement", |xml| {
        xml.optional("ram:BuyerReference", references.service_code.as_deref());
        xml.element("ram:SellerTradeParty", |xml| seller(xml, invoice));
        xml.element("ram:BuyerTradeParty", |xml| buyer(xml, invoice));
        if let Some(engagement) = &references.engagement {
            xml.element("ram:BuyerOrderReferencedDocument", |xml| xml.text("ram:IssuerAssignedID", engagement));
        }
        let contract = references.market.as_deref().unwrap_or(references.contract.as_str());
        xml.element("ram:ContractReferencedDocument", |xml| xml.text("ram:IssuerAssignedID", contract));
    });
}

/// BG-4.
fn seller(xml: &mut Xml, invoice: &IssuedInvoice) {
    let seller = &invoice.seller;
    identity(xml, &seller.siret, &seller.siren, &seller.name);
    xml.element("ram:DefinedTradeContact", |xml| {
        xml.text("ram:DepartmentName", &seller.name);
        if let Some(phone) = &seller.phone {
            xml.element("ram:TelephoneUniversalCommunication", |xml| xml.text("ram:CompleteNumber", phone));
        }
        xml.element("ram:EmailURIUniversalCommunication", |xml| xml.text("ram:URIID", &seller.email));
    });
    address(xml, &seller.address);
    electronic_address(xml, &seller.siren);
    // BR-O-02
    if invoice.is_within_vat_scope() {
        vat_number(xml, &seller.vat_number);
    }
}

/// BG-7.
fn buyer(xml: &mut Xml, invoice: &IssuedInvoice) {
    let buyer = &invoice.buyer;
    identity(xml, &buyer.siret, &buyer.siren, &buyer.name);
    address(xml, &buyer.address);
    electronic_address(xml, &buyer.siren);
    if let Some(number) = buyer.vat_number.as_ref().filter(|_| invoice.is_within_vat_scope()) {
        vat_number(xml, number);
    }
}

fn identity(xml: &mut Xml, siret: &str, siren: &str, name: &str) {
    xml.text_with("ram:GlobalID", &[("schemeID", SCHEME_SIRET)], siret);
    xml.text("ram:Name", name);
    xml.element("ram:SpecifiedLegalOrganization", |xml| {
        xml.text_with("ram:ID", &[("schemeID", SCHEME_SIREN)], siren);
    });
}

/// BG-5 and BG-8; the schema has three lines, so what follows the third joins it.
fn address(xml: &mut Xml, address: &Address) {
    xml.element("ram:PostalTradeAddress", |xml| {
        xml.text("ram:PostcodeCode", &address.postcode);
        let mut lines = address.lines.iter();
        xml.optional("ram:LineOne", lines.next().map(String::as_str));
        xml.optional("ram:LineTwo", lines.next().map(String::as_str));
        let further: Vec<&str> = lines.map(String::as_str).collect();
        if !further.is_empty() {
            xml.text("ram:LineThree", &further.join(", "));
        }
        xml.text("ram:CityName", &address.city);
        xml.text("ram:CountryID", &address.country);
    });
}

fn electronic_address(xml: &mut Xml, siren: &str) {
    xml.element("ram:URIUniversalCommunication", |xml| {
        xml.text_with("ram:URIID", &[("schemeID", SCHEME_ELECTRONIC_ADDRESS)], siren);
    });
}

fn vat_number(xml: &mut Xml, number: &str) {
    xml.element("ram:SpecifiedTaxRegistration", |xml| xml.text_with("ram:ID", &[("schemeID", "VA")], number));
}

/// BT-72: the service is complete on the last day of its period.
fn delivery(xml: &mut Xml, invoice: &IssuedInvoice) {
    if let Some(day) = invoice.period.last_day() {
        xml.element("ram:ActualDeliverySupplyChainEvent", |xml| xml.date("ram:OccurrenceDateTime", day));
    }
}

fn settlement(xml: &mut Xml, invoice: &IssuedInvoice, words: Words) {
    let asks = invoice.asks_for_payment();
    if asks {
        xml.text("ram:PaymentReference", &invoice.payment.reference);
    }
    xml.text("ram:InvoiceCurrencyCode", "EUR");
    if asks {
        payment_means(xml, &invoice.payment);
    }
    for breakdown in &invoice.vat {
        xml.element("ram:ApplicableTradeTax", |xml| tax(xml, breakdown, invoice));
    }
    billing_period(xml, invoice.period);
    payment_terms(xml, invoice, words);
    totals(xml, invoice);
    for (number, date) in &invoice.corrects {
        corrected_document(xml, number, *date);
    }
}

/// BG-16 and BG-17.
fn payment_means(xml: &mut Xml, payment: &PaymentDetails) {
    xml.element("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
        xml.text("ram:TypeCode", CREDIT_TRANSFER);
        xml.element("ram:PayeePartyCreditorFinancialAccount", |xml| {
            xml.text("ram:IBANID", &payment.iban);
            xml.text("ram:AccountName", &payment.account_holder);
        });
        xml.element("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| xml.text("ram:BICID", &payment.bic));
    });
}

/// BT-20, and BT-9 where something is to be paid.
fn payment_terms(xml: &mut Xml, invoice: &IssuedInvoice, words: Words) {
    xml.element("ram:SpecifiedTradePaymentTerms", |xml| {
        if !invoice.asks_for_payment() {
            return xml.text("ram:Description", &words.settled(invoice));
        }
        xml.text("ram:Description", &words.due(invoice));
        xml.date("ram:DueDateDateTime", invoice.due_date);
    });
}

/// BG-23.
fn tax(xml: &mut Xml, breakdown: &VatBreakdown, invoice: &IssuedInvoice) {
    let treatment = &breakdown.treatment;
    xml.text("ram:CalculatedAmount", &breakdown.tax.to_string());
    xml.text("ram:TypeCode", "VAT");
    if let VatTreatment::Exempt { reason } | VatTreatment::OutOfScope { reason } = treatment {
        xml.text("ram:ExemptionReason", reason.in_language(invoice.language));
    }
    xml.text("ram:BasisAmount", &breakdown.taxable.to_string());
    xml.text("ram:CategoryCode", category(treatment));
    if let VatTreatment::OutOfScope { .. } = treatment {
        xml.text("ram:ExemptionReasonCode", "VATEX-EU-O");
    }
    if let VatTreatment::Standard { .. } = treatment {
        // BT-8 (UNTDID 2475): tax on services falls due when they are paid, or on debits when they are invoiced.
        xml.text("ram:DueDateTypeCode", if invoice.vat_on_debits { "5" } else { "72" });
    }
    xml.optional("ram:RateApplicablePercent", rate(treatment).as_deref());
}

/// BG-14 and BG-26: first and last day.
fn billing_period(xml: &mut Xml, period: DatePeriod) {
    xml.element("ram:BillingSpecifiedPeriod", |xml| {
        xml.date("ram:StartDateTime", period.from);
        if let Some(last) = period.last_day() {
            xml.date("ram:EndDateTime", last);
        }
    });
}

/// BG-22.
fn totals(xml: &mut Xml, invoice: &IssuedInvoice) {
    let totals = invoice.totals;
    xml.element("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        xml.text("ram:LineTotalAmount", &totals.net.to_string());
        xml.text("ram:TaxBasisTotalAmount", &totals.net.to_string());
        xml.text_with("ram:TaxTotalAmount", &[("currencyID", "EUR")], &totals.tax.to_string());
        xml.text("ram:GrandTotalAmount", &totals.gross.to_string());
        xml.text("ram:DuePayableAmount", &totals.gross.to_string());
    });
}

/// BG-3.
fn corrected_document(xml: &mut Xml, number: &InvoiceNumber, date: NaiveDate) {
    xml.element("ram:InvoiceReferencedDocument", |xml| {
        xml.text("ram:IssuerAssignedID", number.as_str());
        xml.date_in("ram:FormattedIssueDateTime", "qdt:DateTimeString", date);
    });
}
