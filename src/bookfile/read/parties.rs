//! `[seller]`, `[[tenant]]`, and addresses.

use crate::bookfile::cursor::Table;
use crate::bookfile::fault::ReadFault;
use crate::bookfile::field::{Field, Reading};
use crate::bookfile::words::{CHORUS_REQUIREMENTS, LANGUAGES, PAYMENT_TERM_CLASSES};
use crate::domain::ids::TenantCode;
use crate::domain::invoice::InvoiceNumber;
use crate::domain::party::{Address, ChorusRequirement, Contact, Language, LegalTextSet, LegalTexts, Seller, Tenant};

pub fn address(t: &mut Table) -> Option<Address> {
    let lines = t.required("lines", "lines = [\"1 rue Exemple\"]", Field::texts);
    let postcode = t.required("postcode", "postcode = \"75018\"", Field::text);
    let city = t.required("city", "city = \"Paris\"", Field::text);
    let country = t.or("country", "FR".to_owned(), Field::text);
    Some(Address { lines: lines?, postcode: postcode?, city: city?, country: country? })
}

pub fn seller(t: &mut Table) -> Option<Seller> {
    let name = t.required("name", "the seller's name in quotes", Field::text);
    let siret = t.required("siret", "siret = \"21750001600019\"", Field::parsed);
    let vat_number = t.required("vat_number", "vat_number = \"FR72217500016\"", Field::parsed);
    let email = t.required("email", "email = \"facturation@example.org\"", Field::text);
    let phone = t.optional("phone", Field::text);
    let iban = t.required("iban", "the IBAN in quotes", Field::parsed);
    let bic = t.required("bic", "the BIC in quotes", Field::parsed);
    let account_holder = t.optional("account_holder", Field::text);
    let number_prefix = t.required("number_prefix", "number_prefix = \"DC\"", number_prefix);
    let address = t.table("address", "[seller.address]", address);
    let legal = t.table("legal", "[seller.legal]", legal);
    Some(Seller {
        name: name?,
        address: address?,
        siret: siret?,
        vat_number: vat_number?,
        email: email?,
        phone: phone?,
        iban: iban?,
        bic: bic?,
        account_holder: account_holder?,
        number_prefix: number_prefix?,
        legal: legal?,
    })
}

fn number_prefix(field: Field) -> Reading<String> {
    let prefix = field.text()?;
    match InvoiceNumber::new(&prefix, 2026, 1) {
        Ok(_) => Ok(prefix),
        Err(_) => Err(ReadFault::NumberPrefix(prefix)),
    }
}

fn legal(t: &mut Table) -> Option<LegalTexts> {
    let vat_on_debits = t.or("vat_on_debits", false, Field::flag);
    let fr = t.table("fr", "[seller.legal.fr]", legal_texts);
    let en = t.table("en", "[seller.legal.en]", legal_texts);
    Some(LegalTexts { fr: fr?, en: en?, vat_on_debits: vat_on_debits? })
}

fn legal_texts(t: &mut Table) -> Option<LegalTextSet> {
    let recovery_indemnity = t.required("recovery_indemnity", "the mention of the 40 € indemnity", Field::text);
    let late_penalty = t.required("late_penalty", "the mention of late-payment penalties", Field::text);
    let discount = t.required("discount", "the mention of a discount, or that there is none", Field::text);
    let footer = t.required("footer", "the line at the foot of each page", Field::text);
    Some(LegalTextSet {
        recovery_indemnity: recovery_indemnity?,
        late_penalty: late_penalty?,
        discount: discount?,
        footer: footer?,
    })
}

pub fn tenant(t: &mut Table) -> Option<Tenant> {
    let code = t.required("code", "code = \"aphp\"", Field::text);
    let name = t.required("name", "the tenant's name in quotes", Field::text);
    let siret = t.required("siret", "siret = \"26750045200011\"", Field::parsed);
    let vat_number = t.optional("vat_number", Field::parsed);
    let class = "payment_term_class = \"local-authority\" (30 days), \"health-establishment\" (50) or \"public-undertaking\" (60)";
    let payment_term_class = t.required("payment_term_class", class, |field| field.word(&PAYMENT_TERM_CLASSES));
    let language = t.or("language", Language::French, |field| field.word(&LANGUAGES));
    let internal = t.or("internal", false, Field::flag);
    let service_code = t.optional("service_code", Field::text);
    let chorus_requires = t.or("chorus_requires", ChorusRequirement::None, |field| field.word(&CHORUS_REQUIREMENTS));
    let address = t.table("address", "[tenant.address]", address);
    let contacts = t.numbered("contact", "[[tenant.contact]]", contact);
    Some(Tenant {
        code: TenantCode(code?),
        name: name?,
        address: address?,
        siret: siret?,
        vat_number: vat_number?,
        payment_term_class: payment_term_class?,
        language: language?,
        internal: internal?,
        service_code: service_code?,
        chorus_requires: chorus_requires?,
        contacts: contacts?,
    })
}

fn contact(t: &mut Table) -> Option<Contact> {
    let name = t.required("name", "name = \"Service facturier\"", Field::text);
    let email = t.required("email", "email = \"facturation@example.org\"", Field::text);
    Some(Contact { name: name?, email: email? })
}
