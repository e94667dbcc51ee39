//! From a book to a file: the same keys, defaults left out, in the order a person would write them.

use std::collections::BTreeMap;

use super::words::{CHARTS, CHORUS_REQUIREMENTS, FEEDS, LANGUAGES, PAYMENT_TERM_CLASSES, REGISTERS, UNITS};
use crate::domain::book::Book;
use crate::domain::contract::PriceIndex;
use crate::domain::facility::{Aisle, Facility, Rack, Room};
use crate::domain::ledger::Accounting;
use crate::domain::metering::{Meter, Reset};
use crate::domain::party::{Address, ChorusRequirement, Contact, Language, LegalTextSet, Seller, Tenant};
use crate::domain::tariff::Tariff;

pub(super) mod agreements;
pub(super) mod assets;
pub(super) mod page;
pub(super) mod payback;

use page::Page;

/// The book as a file that [`read`](super::read) reads back equal.
pub fn write(book: &Book) -> String {
    write_at(book, 0)
}

/// The same, saying how many edits made outside the file it knows of.
pub fn write_at(book: &Book, revision: i64) -> String {
    let mut page = Page::default();
    if revision > 0 {
        page.bare("revision", revision);
    }
    facility(&mut page, &book.facility);
    seller(&mut page, &book.seller);
    accounting(&mut page, &book.accounting);
    book.rooms.iter().for_each(|item| room(&mut page, item));
    book.meters.iter().for_each(|item| meter(&mut page, item));
    book.tenants.iter().for_each(|item| tenant(&mut page, item));
    book.price_indices.iter().for_each(|item| price_index(&mut page, item));
    book.tariffs.iter().for_each(|item| tariff(&mut page, item));
    book.contracts.iter().for_each(|item| agreements::contract(&mut page, item));
    book.assets.iter().for_each(|item| assets::asset(&mut page, item));
    if let Some(terms) = &book.payback {
        payback::terms(&mut page, terms);
    }
    page.into_text()
}

/// Each thing of the book by its kind and code, as its part of the file: for telling what a change replaced.
pub fn items(book: &Book) -> BTreeMap<String, String> {
    let mut items = BTreeMap::new();
    let mut add = |kind: &str, code: &str, write: &dyn Fn(&mut Page)| {
        let mut page = Page::default();
        write(&mut page);
        items.insert(format!("{kind} {code}"), page.into_text());
    };
    add("facility", &book.facility.code, &|page| facility(page, &book.facility));
    add("seller", &book.seller.number_prefix, &|page| seller(page, &book.seller));
    book.rooms.iter().for_each(|item| add("room", item.code.as_str(), &|page| room(page, item)));
    book.meters.iter().for_each(|item| add("meter", item.code.as_str(), &|page| meter(page, item)));
    book.tenants.iter().for_each(|item| add("tenant", item.code.as_str(), &|page| tenant(page, item)));
    book.price_indices.iter().for_each(|item| add("price index", item.code.as_str(), &|page| price_index(page, item)));
    book.tariffs.iter().for_each(|item| add("tariff", item.code.as_str(), &|page| tariff(page, item)));
    book.contracts.iter().for_each(|item| {
        add("contract", item.code.as_str(), &|page| agreements::contract(page, item));
    });
    book.assets.iter().for_each(|item| add("asset", item.code.as_str(), &|page| assets::asset(page, item)));
    add("accounting", "", &|page| accounting(page, &book.accounting));
    if let Some(terms) = &book.payback {
        add("payback", "", &|page| payback::terms(page, terms));
    }
    items
}

fn address(page: &mut Page, header: &str, value: &Address) {
    page.header(header);
    page.texts("lines", value.lines.iter().map(String::as_str));
    page.text("postcode", &value.postcode);
    page.text("city", &value.city);
    if value.country != "FR" {
        page.text("country", &value.country);
    }
}

fn facility(page: &mut Page, value: &Facility) {
    page.header("[facility]");
    page.text("code", &value.code);
    page.text("name", &value.name);
    page.text("zone", value.zone.name());
    page.texts_unless_empty("facility_energy_meters", value.facility_energy_meters.iter().map(|code| code.as_str()));
    page.texts_unless_empty("it_energy_meters", value.it_energy_meters.iter().map(|code| code.as_str()));
    address(page, "[facility.address]", &value.address);
}

pub(super) fn seller(page: &mut Page, value: &Seller) {
    page.header("[seller]");
    page.text("name", &value.name);
    page.text("siret", value.siret.as_str());
    page.text("vat_number", value.vat_number.as_str());
    page.text("email", &value.email);
    page.optional_text("phone", value.phone.as_deref());
    page.text("iban", value.iban.as_str());
    page.text("bic", value.bic.as_str());
    page.optional_text("account_holder", value.account_holder.as_deref());
    page.text("number_prefix", &value.number_prefix);
    address(page, "[seller.address]", &value.address);
    page.header("[seller.legal]");
    page.bare("vat_on_debits", value.legal.vat_on_debits);
    legal_texts(page, "[seller.legal.fr]", &value.legal.fr);
    legal_texts(page, "[seller.legal.en]", &value.legal.en);
}

/// Nothing where the body keeps the usual chart.
fn accounting(page: &mut Page, value: &Accounting) {
    if *value == Accounting::default() {
        return;
    }
    page.header("[accounting]");
    page.text("chart", CHARTS.name_of(value.chart.kind()));
    if !value.chart.replaced().is_empty() {
        page.header("[accounting.accounts]");
        for (role, account) in value.chart.replaced() {
            page.text(&role.name(), account);
        }
    }
    if !value.chart.named().is_empty() {
        page.header("[accounting.names]");
        for (account, name) in value.chart.named() {
            page.text(account, name);
        }
    }
    for rate in &value.reference_rates {
        page.header("[[accounting.reference_rate]]");
        page.bare("from", rate.from);
        page.number("percent", rate.percent);
    }
}

fn legal_texts(page: &mut Page, header: &str, value: &LegalTextSet) {
    page.header(header);
    page.text("recovery_indemnity", &value.recovery_indemnity);
    page.text("late_penalty", &value.late_penalty);
    page.text("discount", &value.discount);
    page.text("footer", &value.footer);
}

fn room(page: &mut Page, value: &Room) {
    page.header("[[room]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    value.aisles.iter().for_each(|item| aisle(page, item));
}

fn aisle(page: &mut Page, value: &Aisle) {
    page.header("[[room.aisle]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    value.racks.iter().for_each(|item| rack(page, item));
}

fn rack(page: &mut Page, value: &Rack) {
    page.header("[[room.aisle.rack]]");
    page.text("code", value.code.as_str());
    page.bare("height_u", value.height_u);
    page.number("feed_rated_kw", value.feed_rated_kw);
}

fn meter(page: &mut Page, value: &Meter) {
    page.header("[[meter]]");
    page.text("code", value.code.as_str());
    page.text("register", REGISTERS.name_of(value.register));
    page.optional_text("rack", value.rack.as_ref().map(|code| code.as_str()));
    page.optional_text("feed", value.feed.map(|feed| FEEDS.name_of(feed)));
    page.optional("modulus", value.modulus);
    if value.tolerance_seconds != Meter::DEFAULT_TOLERANCE_SECONDS {
        page.bare("tolerance_seconds", value.tolerance_seconds);
    }
    page.bare("installed_at", value.installed_at);
    page.optional("removed_at", value.removed_at);
    value.resets.iter().for_each(|item| reset(page, item));
}

fn reset(page: &mut Page, value: &Reset) {
    page.header("[[meter.reset]]");
    page.bare("at", value.at);
    page.optional("final_index", value.final_index);
    page.bare("new_index", value.new_index);
}

pub(super) fn tenant(page: &mut Page, value: &Tenant) {
    page.header("[[tenant]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.text("siret", value.siret.as_str());
    page.optional_text("vat_number", value.vat_number.as_ref().map(|number| number.as_str()));
    page.text("payment_term_class", PAYMENT_TERM_CLASSES.name_of(value.payment_term_class));
    if value.language != Language::French {
        page.text("language", LANGUAGES.name_of(value.language));
    }
    if value.internal {
        page.bare("internal", true);
    }
    page.optional_text("service_code", value.service_code.as_deref());
    if value.chorus_requires != ChorusRequirement::None {
        page.text("chorus_requires", CHORUS_REQUIREMENTS.name_of(value.chorus_requires));
    }
    address(page, "[tenant.address]", &value.address);
    value.contacts.iter().for_each(|item| contact(page, item));
}

fn contact(page: &mut Page, value: &Contact) {
    page.header("[[tenant.contact]]");
    page.text("name", &value.name);
    page.text("email", &value.email);
}

fn price_index(page: &mut Page, value: &PriceIndex) {
    page.header("[[price_index]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.header("[price_index.values]");
    for (month, value) in &value.values {
        page.number(&month.to_string(), *value);
    }
}

pub(super) fn tariff(page: &mut Page, value: &Tariff) {
    page.header("[[tariff]]");
    page.text("code", value.code.as_str());
    page.text("name", &value.name);
    page.text("unit", UNITS.name_of(value.unit));
    value.versions.iter().for_each(|item| agreements::tariff_version(page, item));
}
