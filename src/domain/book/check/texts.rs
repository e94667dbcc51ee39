//! How long texts are that stand on documents: what is longer runs over the page it is printed on.

use super::{Findings, labelled};
use crate::domain::book::{BookFault, BookParts, BookPath};
use crate::domain::freetext::Text;
use crate::domain::party::{Address, LegalTextSet, Seller, Tenant};

const NAME: usize = Text::Name.characters_max();
const DESIGNATION: usize = Text::Designation.characters_max();
/// EN 16931 asks for a line of an address; what is printed holds as many characters as an envelope's window.
const ADDRESS_LINE: usize = 100;
const ADDRESS_LINES: usize = 6;
const POSTCODE: usize = 20;
const PHONE: usize = 40;
/// Codes of Chorus Pro: an engagement, a market, a service.
const REFERENCE: usize = 100;
/// At the foot of each page, under the names and numbers of the seller.
const FOOTER: usize = 300;

pub fn check(parts: &BookParts, findings: &mut Findings) {
    let root = BookPath::root();
    if let Some(facility) = parts.facility {
        let path = root.key("facility");
        fits(&path, "name", &facility.name, NAME, findings);
        check_address(&path, &facility.address, findings);
    }
    if let Some(seller) = parts.seller {
        check_seller(&root.key("seller"), seller, findings);
    }
    check_places(parts, findings);
    for (path, tenant) in labelled(&root, "tenant", parts.tenants, |tenant| tenant.code.as_str()) {
        check_tenant(&path, tenant, findings);
    }
    for (path, index) in labelled(&root, "price_index", parts.price_indices, |index| index.code.as_str()) {
        fits(&path, "name", &index.name, NAME, findings);
    }
    for (path, tariff) in labelled(&root, "tariff", parts.tariffs, |tariff| tariff.code.as_str()) {
        fits(&path, "name", &tariff.name, NAME, findings);
    }
    check_contracts(parts, findings);
    check_assets(parts, findings);
    check_payback(parts, findings);
}

fn fits(path: &BookPath, key: &str, text: &str, max: usize, findings: &mut Findings) {
    let found = text.chars().count();
    if found > max {
        findings.add(path.key(key), BookFault::TooLong { found, max });
    }
}

fn check_places(parts: &BookParts, findings: &mut Findings) {
    for (path, room) in labelled(&BookPath::root(), "room", parts.rooms, |room| room.code.as_str()) {
        fits(&path, "name", &room.name, NAME, findings);
        for (path, aisle) in labelled(&path, "aisle", &room.aisles, |aisle| aisle.code.as_str()) {
            fits(&path, "name", &aisle.name, NAME, findings);
        }
    }
}

fn check_seller(path: &BookPath, seller: &Seller, findings: &mut Findings) {
    fits(path, "name", &seller.name, NAME, findings);
    fits(path, "phone", seller.phone.as_deref().unwrap_or_default(), PHONE, findings);
    fits(path, "account_holder", seller.account_holder.as_deref().unwrap_or_default(), NAME, findings);
    check_address(path, &seller.address, findings);
    for (language, texts) in [("fr", &seller.legal.fr), ("en", &seller.legal.en)] {
        let LegalTextSet { footer, .. } = texts;
        fits(&path.key("legal").key(language), "footer", footer, FOOTER, findings);
    }
}

fn check_tenant(path: &BookPath, tenant: &Tenant, findings: &mut Findings) {
    fits(path, "name", &tenant.name, NAME, findings);
    fits(path, "service_code", tenant.service_code.as_deref().unwrap_or_default(), REFERENCE, findings);
    check_address(path, &tenant.address, findings);
    for (position, contact) in (1..).zip(&tenant.contacts) {
        fits(&path.item("contact", position), "name", &contact.name, NAME, findings);
    }
}

fn check_address(owner: &BookPath, address: &Address, findings: &mut Findings) {
    let path = owner.key("address");
    let longest = address.lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    if longest > ADDRESS_LINE {
        findings.add(path.key("lines"), BookFault::TooLong { found: longest, max: ADDRESS_LINE });
    }
    if address.lines.len() > ADDRESS_LINES {
        findings.add(path.key("lines"), BookFault::TooMany { found: address.lines.len(), max: ADDRESS_LINES });
    }
    fits(&path, "city", &address.city, ADDRESS_LINE, findings);
    fits(&path, "postcode", &address.postcode, POSTCODE, findings);
}

fn check_contracts(parts: &BookParts, findings: &mut Findings) {
    for (path, contract) in labelled(&BookPath::root(), "contract", parts.contracts, |contract| contract.code.as_str())
    {
        fits(&path, "title", &contract.title, NAME, findings);
        fits(&path, "engagement", contract.engagement.as_deref().unwrap_or_default(), REFERENCE, findings);
        fits(&path, "market", contract.market.as_deref().unwrap_or_default(), REFERENCE, findings);
        for (path, line) in labelled(&path, "line", &contract.lines, |line| line.code.as_str()) {
            let path = path.key("designation");
            fits(&path, "fr", &line.designation.fr, DESIGNATION, findings);
            fits(&path, "en", &line.designation.en, DESIGNATION, findings);
        }
    }
}

fn check_assets(parts: &BookParts, findings: &mut Findings) {
    for (path, asset) in labelled(&BookPath::root(), "asset", parts.assets, |asset| asset.code.as_str()) {
        fits(&path, "name", &asset.name, NAME, findings);
        for (path, part) in labelled(&path, "component", &asset.components, |part| part.code.as_str()) {
            fits(&path, "name", &part.name, NAME, findings);
        }
        for (position, group) in (1..).zip(&asset.record.groups) {
            fits(&path.item("group", position), "name", &group.name, NAME, findings);
        }
    }
}

fn check_payback(parts: &BookParts, findings: &mut Findings) {
    let Some(terms) = parts.payback else { return };
    let path = BookPath::root().key("payback");
    fits(&path.key("market"), "source", terms.market.as_ref().map_or("", |market| &market.source), NAME, findings);
    for (path, scenario) in labelled(&path, "scenario", &terms.scenarios, |scenario| scenario.code.as_str()) {
        fits(&path, "name", &scenario.name, NAME, findings);
    }
}
