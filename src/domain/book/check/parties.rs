//! Seller and tenants.

use super::Findings;
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::party::identifiers::{Siret, VatNumber};
use crate::domain::party::mail_address::is_mail_address;
use crate::domain::party::{Address, Seller, Tenant};

pub fn check(parts: &BookParts, findings: &mut Findings) {
    if let Some(seller) = parts.seller {
        check_seller(seller, findings);
    }
    let tenants = findings.each(&BookPath::root(), "tenant", parts.tenants, |tenant| tenant.code.as_str());
    findings.unique("tenant", tenants.iter().map(|(path, tenant)| (path, tenant.code.as_str())));
    for (path, tenant) in tenants {
        check_tenant(&path, tenant, findings);
    }
}

fn check_seller(seller: &Seller, findings: &mut Findings) {
    let path = BookPath::root().key("seller");
    check_address(&path.key("address"), &seller.address, findings);
    check_email(path.key("email"), &seller.email, findings);
    check_vat(&path, &seller.vat_number, &seller.siret, findings);
}

fn check_tenant(path: &BookPath, tenant: &Tenant, findings: &mut Findings) {
    check_address(&path.key("address"), &tenant.address, findings);
    if let Some(vat_number) = &tenant.vat_number {
        check_vat(path, vat_number, &tenant.siret, findings);
    }
    for (position, contact) in tenant.contacts.iter().enumerate() {
        check_email(path.item("contact", position + 1).key("email"), &contact.email, findings);
    }
}

/// A French VAT number is made of its body's SIREN.
fn check_vat(path: &BookPath, vat_number: &VatNumber, siret: &Siret, findings: &mut Findings) {
    let in_siret = siret.siren();
    if let Some(in_vat) = vat_number.siren().filter(|in_vat| *in_vat != in_siret) {
        let (in_vat, in_siret) = (in_vat.to_string(), in_siret.to_string());
        findings.add(path.key("vat_number"), BookFault::VatOfAnotherBody { in_vat, in_siret });
    }
}

pub fn check_address(path: &BookPath, address: &Address, findings: &mut Findings) {
    if address.lines.is_empty() {
        findings
            .add(path.key("lines"), BookFault::Empty { instead: "at least the street, such as [\"1 rue Exemple\"]" });
    }
    findings.not_blank(path.key("city"), &address.city, "the city's name");
    if address.country.len() != 2 || !address.country.chars().all(|c| c.is_ascii_uppercase()) {
        let text = address.country.clone();
        let what = "a country code (ISO 3166-1, two capital letters)";
        findings.add(path.key("country"), BookFault::Malformed { text, what, example: "FR" });
    }
    let french = address.postcode.len() == 5 && address.postcode.chars().all(|c| c.is_ascii_digit());
    if address.country == "FR" && !french {
        let text = address.postcode.clone();
        let what = "a French postcode (five digits)";
        findings.add(path.key("postcode"), BookFault::Malformed { text, what, example: "75018" });
    }
}

fn check_email(path: BookPath, email: &str, findings: &mut Findings) {
    if !is_mail_address(email) {
        let text = email.to_owned();
        let example = "facturation@example.org";
        findings.add(path, BookFault::Malformed { text, what: "an e-mail address", example });
    }
}
