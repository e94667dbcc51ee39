//! How pages are filled, and what stands on them for whom.

use std::process::Command;

use chapelle::documents::factur_x;
use chapelle::domain::invoice::{IssuedInvoice, LAYOUT};

use crate::fixtures::{self, layouts};
use crate::{said, xml_of};

/// The lines of each page, spaces of any kind as one.
fn pages(invoice: &IssuedInvoice) -> Vec<Vec<String>> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), factur_x(invoice).unwrap().pdf).unwrap();
    let output = Command::new("pdftotext").args(["-layout"]).arg(file.path()).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let pages = text.split('\u{c}').filter(|page| !page.trim().is_empty());
    pages.map(|page| page.lines().map(line).filter(|line| !line.is_empty()).collect()).collect()
}

fn earlier(invoice: &IssuedInvoice) -> IssuedInvoice {
    IssuedInvoice { layout: LAYOUT - 1, ..invoice.clone() }
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
    assert!(said(&earlier(&internal)).contains("40 €") && xml_of(&earlier(&internal)).contains("40\u{a0}€"));
    assert!(said(&fixtures::minimal()).contains("40 €"), "others are");
}

#[test]
fn the_annex_begins_where_the_body_ends_if_enough_of_it_fits() {
    let full = pages(&fixtures::full());
    assert_eq!(begins(&full, "Mentions légales"), begins(&full, "Annexe —"), "{full:?}");
    let annex = full.iter().find(|page| page.iter().any(|line| line.starts_with("Annexe —"))).unwrap();
    assert!(annex.iter().any(|line| line.starts_with("PDU-C01-A")), "it begins with something: {annex:?}");
    let earlier = pages(&earlier(&fixtures::full()));
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
        parted += usize::from(alone(&earlier(&invoice)));
    }
    assert!(parted > 0, "no line ended there");
}
