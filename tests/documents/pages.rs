//! How pages are filled, and what stands on them for whom.

use std::process::Command;

use chapelle::documents::{draft_pdf, factur_x};
use chapelle::domain::invoice::{InvoiceNumber, IssuedInvoice, breakdown, totals};
use chapelle::domain::metering::{IndexAt, Measure};
use chapelle::domain::money::Money;
use chapelle::domain::party::Language;
use chapelle::domain::quantity::Quantity;

use crate::fixtures::{self, layouts};
use crate::{said, xml_of};

/// The lines of each page, spaces of any kind as one.
fn pages(invoice: &IssuedInvoice) -> Vec<Vec<String>> {
    pages_of(&factur_x(invoice).unwrap().pdf)
}

fn pages_of(pdf: &[u8]) -> Vec<Vec<String>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), pdf).unwrap();
    let output = Command::new("pdftotext").args(["-layout"]).arg(file.path()).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let pages = text.split('\u{c}').filter(|page| !page.trim().is_empty());
    pages.map(|page| page.lines().map(line).filter(|line| !line.is_empty()).collect()).collect()
}

fn issued_in(layout: u32, invoice: &IssuedInvoice) -> IssuedInvoice {
    IssuedInvoice { layout, ..invoice.clone() }
}

fn begins(pages: &[Vec<String>], line: &str) -> Option<usize> {
    pages.iter().position(|page| page.iter().any(|one| one.starts_with(line)))
}

#[test]
fn nobody_is_warned_of_owing_interest_to_themselves() {
    let internal = layouts::internal();
    let (paper, xml) = (said(&internal), xml_of(&internal));
    for warning in ["40 €", "Intérêts moratoires", "Indemnité forfaitaire"] {
        assert!(!paper.contains(warning), "{warning}: {paper}");
        assert!(!xml.replace(['\u{a0}', '\u{202f}'], " ").contains(warning), "{warning}: {xml}");
    }
    assert!(paper.contains("Retard de paiement : sans objet"), "{paper}");
    assert!(paper.contains("À régler au plus tard") && paper.contains("Aucun escompte"), "it is billed: {paper}");
    for subject in ["PMT", "PMD", "AAB"] {
        assert_eq!(xml.matches(&format!("<ram:SubjectCode>{subject}</ram:SubjectCode>")).count(), 1, "{xml}");
    }
    assert!(said(&issued_in(1, &internal)).contains("40 €") && xml_of(&issued_in(1, &internal)).contains("40\u{a0}€"));
    assert!(said(&fixtures::minimal()).contains("40 €"), "others are");
}

#[test]
fn a_draft_is_marked_on_every_page_and_carries_neither_number_nor_data() {
    for (language, mark) in
        [(Language::French, "BROUILLON – ne vaut pas facture"), (Language::English, "DRAFT – not an invoice")]
    {
        let mut invoice = IssuedInvoice { language, ..fixtures::full() };
        let (number, reference) = (invoice.number.to_string(), invoice.payment.reference.clone());
        let issued = pages(&invoice).len();
        invoice.number = InvoiceNumber::none();
        let pdf = draft_pdf(&invoice).unwrap();
        let pages = pages_of(&pdf);
        assert!(pages.len() > 1 && pages.len() >= issued, "{language:?}: {}", pages.len());
        for page in &pages {
            assert!(page.iter().any(|line| line.contains(mark)), "{page:?}");
        }
        let said = pages.concat().join("\n");
        assert!(!said.contains(&number) && !said.replace(' ', "").contains(&reference), "{said}");
        let bytes = String::from_utf8_lossy(&pdf);
        assert!(!bytes.contains("EmbeddedFiles") && !bytes.contains("factur-x"), "it has no data inside");
    }
}

#[test]
fn the_annex_begins_where_the_body_ends_if_enough_of_it_fits() {
    let full = pages(&fixtures::full());
    assert_eq!(begins(&full, "Mentions légales"), begins(&full, "Annexe —"), "{full:?}");
    let annex = full.iter().find(|page| page.iter().any(|line| line.starts_with("Annexe —"))).unwrap();
    assert!(annex.iter().any(|line| line.starts_with("PDU-C01-A")), "it begins with something: {annex:?}");
    let earlier = pages(&issued_in(1, &fixtures::full()));
    assert!(begins(&earlier, "Mentions légales") < begins(&earlier, "Annexe —"), "{earlier:?}");
    // Where hardly more than its heading would fit, it begins on a page of its own.
    let short = pages(&layouts::internal());
    assert_eq!((begins(&short, "Mentions légales"), begins(&short, "Annexe —")), (Some(0), Some(1)), "{short:?}");
}

#[test]
fn the_line_of_a_share_says_how_its_amount_came_about() {
    let prorated = layouts::prorated();
    let body = said(&prorated);
    let body = body.split("Annexe —").next().unwrap();
    for expected in ["Prorata 17/31 jours", "4 baies × 1 228,32 × 17/31 = 2 694,32", "1 200,00 × 17/31 = 658,06"] {
        assert!(body.contains(expected), "{expected}: {body}");
    }
    assert!(!body.contains("Syntec") && !body.contains("314,5/306"), "the index is told in the annex: {body}");
    let tiers = said(&fixtures::full());
    let tiers = tiers.split("Annexe —").next().unwrap();
    assert!(tiers.contains("Complément au minimum") && tiers.contains("300,00 − 238,00 = 62,00"), "{tiers}");
    assert!(!tiers.contains("5 000 × 0,162"), "quantity and price say it already: {tiers}");
}

#[test]
fn the_line_of_a_whole_month_says_how_its_price_was_revised() {
    let revised = layouts::revised();
    let paper = said(&revised);
    for expected in [
        "Prix révisé : 0,15 + 0,85 × 314,5/306 = 1,0236 (Syntec 09/2024 / 09/2023)",
        "1 200,00 → 1 228,32",
        "300,00 → 307,08",
    ] {
        assert!(paper.contains(expected), "{expected}: {paper}");
    }
    assert_eq!(paper.matches("Prix révisé").count(), 2, "hands have no revised price: {paper}");
    assert!(!paper.contains("Annexe —"), "its line says it all: {paper}");
    let english = said(&IssuedInvoice { language: Language::English, ..revised.clone() });
    assert!(english.contains("Revised price: 0.15 + 0.85 × 314.5/306 = 1.0236 (Syntec 2024-09"), "{english}");
    assert!(!said(&issued_in(4, &revised)).contains("314,5/306"));
    assert!(xml_of(&revised).contains("314,5/306"), "its data say it too");
}

#[test]
fn an_annex_without_readings_tells_the_calculations_lines_do_not() {
    let prorated = layouts::prorated();
    let annex = |invoice: &IssuedInvoice| said(invoice).split_once("Annexe —").map(|(_, annex)| annex.to_owned());
    let told = annex(&prorated).unwrap();
    assert!(told.starts_with(" Calculs") && told.contains("314,5/306 = 1,0236"), "{told}");
    for meters in ["compteur", "Les heures sont locales", "autres lignes", "1 200,00 × 17/31 = 658,06"] {
        assert!(!told.contains(meters), "{meters}: {told}");
    }
    let earlier = annex(&issued_in(3, &prorated)).unwrap();
    assert!(earlier.starts_with(" Relevés et calculs") && earlier.contains("= 658,06"), "{earlier}");
    let share_only = IssuedInvoice { charges: prorated.charges[1..].to_vec(), ..prorated };
    assert_eq!(annex(&share_only), None, "its line says it all");
}

#[test]
fn sums_stay_whole_and_groups_say_on_every_page_which_they_are() {
    let millions = pages(&layouts::millions());
    let lines: Vec<&String> = millions.iter().flatten().collect();
    assert!(lines.iter().any(|line| *line == "Sous-total Espace 1 080 000 000,00"), "{lines:?}");
    for (number, page) in millions.iter().enumerate().skip(1) {
        let rooms = page.iter().any(|line| line.contains("Salle n°"));
        let titles = page.iter().filter(|line| *line == "Espace (suite)").count();
        assert_eq!(titles, usize::from(rooms), "page {}: {page:?}", number + 1);
    }
    assert!(!millions.iter().flatten().any(|line| line.contains("Autres prestations (suite)")), "{lines:?}");
}

#[test]
fn a_postcode_stays_with_its_city() {
    let mut parted = 0;
    for length in 90..110 {
        let mut invoice = fixtures::minimal();
        invoice.seller.address.lines = vec!["rue ".repeat(length / 4) + &"x".repeat(length % 4)];
        let alone = |invoice: &IssuedInvoice| pages(invoice).iter().flatten().any(|line| line.ends_with("75004"));
        assert!(!alone(&invoice), "{length}");
        parted += usize::from(alone(&issued_in(1, &invoice)));
    }
    assert!(parted > 0, "no line ended there");
}

#[test]
fn nobody_has_a_statutory_term_towards_themselves() {
    let (paper, xml) = (said(&layouts::internal()), xml_of(&layouts::internal()));
    assert!(!paper.contains("délai légal") && !xml.contains("délai légal"), "{paper}");
    for other in [issued_in(2, &layouts::internal()), fixtures::minimal()] {
        assert!(said(&other).contains("délai légal de") && xml_of(&other).contains("délai légal"));
    }
}

#[test]
fn outside_the_scope_of_vat_the_paper_names_no_vat_number_either() {
    let outside = fixtures::out_of_scope();
    let paper = said(&outside);
    assert!(paper.contains("SIRET 217 500 016 00019") && !paper.contains("TVA FR"), "{paper}");
    assert!(!paper.contains("Votre n° TVA"), "{paper}");
    for other in [issued_in(2, &outside), fixtures::exempt()] {
        assert!(said(&other).contains("· TVA FR"), "{}", said(&other));
    }
}

#[test]
fn units_of_a_line_are_counted() {
    let line = |invoice: &IssuedInvoice| {
        let found = pages(invoice).into_iter().flatten().find(|line| line.contains("1 200,00"));
        found.unwrap_or_default()
    };
    assert!(line(&fixtures::full()).contains(" baies "), "{}", line(&fixtures::full()));
    let earlier = line(&issued_in(2, &fixtures::full()));
    assert!(earlier.contains(" baie "), "{earlier}");
}

/// `voir ci-dessous` leads somewhere: to the silences listed; an end that was not read has none.
#[test]
fn an_estimate_says_what_was_estimated() {
    let mut invoice = fixtures::minimal();
    let mut energy = fixtures::full().charges.into_iter().find(|charge| {
        charge.provenance.usage.as_ref().is_some_and(|usage| usage.measure == Measure::Energy && usage.estimated)
    });
    let usage = energy.as_mut().and_then(|charge| charge.provenance.usage.as_mut()).unwrap();
    assert!(usage.meters.iter().any(|meter| !meter.gaps.is_empty()));
    let silent = IssuedInvoice { charges: energy.iter().cloned().collect(), ..fixtures::minimal() };
    let usage = energy.as_mut().and_then(|charge| charge.provenance.usage.as_mut()).unwrap();
    for meter in &mut usage.meters {
        meter.gaps.clear();
        meter.last = meter.last.map(|last| IndexAt { interpolated: true, ..last });
    }
    invoice.charges = energy.into_iter().collect();
    assert!(said(&silent).contains("des relevés manquent, voir ci-dessous"), "{}", said(&silent));
    let boundary = said(&invoice);
    assert!(boundary.contains("faute de relevé à une limite de la période"), "{boundary}");
    assert!(!boundary.contains("ci-dessous"), "{boundary}");
    assert!(said(&issued_in(2, &invoice)).contains("voir ci-dessous"));
}

/// As the pages write them, and not to be taken for the American order.
#[test]
fn english_days_in_columns_begin_with_the_year() {
    let english = said(&fixtures::english());
    assert!(english.contains("2026-10-14 10:20 (UTC+02:00)") && english.contains("Thu 1 Oct"), "{english}");
    assert!(!english.contains("/10/2026"), "{english}");
    assert!(said(&issued_in(2, &fixtures::english())).contains("14/10/2026 10:20"));
}

#[test]
fn nobody_is_asked_to_pay_nothing() {
    let mut nothing = fixtures::minimal();
    for charge in &mut nothing.charges {
        charge.net = Money::ZERO;
        charge.quantity = Quantity::ZERO;
    }
    nothing.vat = breakdown(&nothing.charges).unwrap();
    nothing.totals = totals(&nothing.vat);
    let (paper, xml) = (said(&nothing), xml_of(&nothing));
    assert!(paper.contains("Rien n’est à régler") && !paper.contains("IBAN") && !paper.contains("Échéance"), "{paper}");
    assert!(!xml.contains("SpecifiedTradeSettlementPaymentMeans"), "{xml}");
    assert!(said(&issued_in(2, &nothing)).contains("IBAN"));
}
