//! Issued invoices as files: held against the official rules, then looked into for what the validators miss.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod fixtures;
#[path = "documents/frozen.rs"]
mod frozen;
#[path = "documents/pages.rs"]
mod pages;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use chapelle::documents::{DocumentError, cii_xml, factur_x};
use chapelle::domain::contract::{VatReason, VatTreatment};
use chapelle::domain::invoice::IssuedInvoice;
use chapelle::domain::money::UnitPrice;
use chapelle::domain::party::Language;
use lopdf::{Dictionary, Document, Object, ObjectId};

// The official rules.

#[test]
fn every_kind_of_invoice_passes_the_official_validators() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("invoices");
    if directory.exists() {
        std::fs::remove_dir_all(&directory).unwrap();
    }
    std::fs::create_dir_all(&directory).unwrap();
    for (name, invoice) in fixtures::all() {
        let rendered = factur_x(&invoice).unwrap_or_else(|error| panic!("{name}: {error}"));
        std::fs::write(directory.join(format!("{name}.pdf")), rendered.pdf).unwrap();
        std::fs::write(directory.join(format!("{name}.xml")), rendered.xml).unwrap();
    }
    let python = std::env::var("CHAPELLE_VALIDATORS_PYTHON").expect(
        "CHAPELLE_VALIDATORS_PYTHON must name a Python with tests/validators/requirements.txt installed; ./tests/run sets it up",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validators/validate.py");
    let output = Command::new(&python).arg(script).arg(&directory).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
}

// What the validators miss.

#[test]
fn the_metadata_names_profile_and_file() {
    for (name, invoice) in fixtures::all() {
        let document = document(&factur_x(&invoice).unwrap().pdf);
        let metadata = stream(&document, document.catalog().unwrap().get(b"Metadata").unwrap());
        let xmp = String::from_utf8(metadata).unwrap();
        for expected in [
            "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "<fx:DocumentType>INVOICE</fx:DocumentType>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
            "<fx:Version>1.0</fx:Version>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
            "xmlns:fx=\"urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#\"",
            "<xmp:CreateDate>2026-11-03T09:30:00Z</xmp:CreateDate>",
        ] {
            assert!(xmp.contains(expected), "{name}: {expected} not in {xmp}");
        }
    }
}

#[test]
fn the_data_is_attached_where_every_reader_looks() {
    let rendered = factur_x(&fixtures::full()).unwrap();
    let document = document(&rendered.pdf);
    let catalog = document.catalog().unwrap();

    let associated = catalog.get(b"AF").and_then(Object::as_array).unwrap();
    assert_eq!(associated.len(), 1);
    let names = dictionary(&document, catalog.get(b"Names").unwrap());
    let files = dictionary(&document, names.get(b"EmbeddedFiles").unwrap());
    let files = files.get(b"Names").and_then(Object::as_array).unwrap();
    assert_eq!(text(&files[0]), "factur-x.xml");
    assert_eq!(files[1].as_reference().unwrap(), associated[0].as_reference().unwrap());

    let specification = dictionary(&document, &associated[0]);
    assert_eq!(specification.get(b"AFRelationship").and_then(Object::as_name).unwrap(), b"Data");
    assert_eq!(text(specification.get(b"F").unwrap()), "factur-x.xml");
    assert_eq!(text(specification.get(b"UF").unwrap()), "factur-x.xml");

    let file = dictionary(&document, specification.get(b"EF").unwrap()).get(b"UF").unwrap();
    let embedded = document.get_object(file.as_reference().unwrap()).and_then(Object::as_stream).unwrap();
    assert_eq!(embedded.dict.get(b"Subtype").and_then(Object::as_name).unwrap(), b"text/xml");
    let parameters = dictionary(&document, embedded.dict.get(b"Params").unwrap());
    let size = parameters.get(b"Size").and_then(Object::as_i64).unwrap();
    assert_eq!(usize::try_from(size).unwrap(), rendered.xml.len());
    assert_eq!(text(parameters.get(b"ModDate").unwrap()), "D:20261103093000+00'00'");
    assert_eq!(embedded.decompressed_content().unwrap(), rendered.xml);
}

#[test]
fn a_screen_reader_is_told_language_title_and_structure() {
    for (invoice, language) in [(fixtures::full(), "fr-FR"), (fixtures::english(), "en-GB")] {
        let document = document(&factur_x(&invoice).unwrap().pdf);
        let catalog = document.catalog().unwrap();
        assert_eq!(text(catalog.get(b"Lang").unwrap()), language);
        let marked = dictionary(&document, catalog.get(b"MarkInfo").unwrap());
        assert!(marked.get(b"Marked").and_then(Object::as_bool).unwrap());
        let preferences = dictionary(&document, catalog.get(b"ViewerPreferences").unwrap());
        assert!(preferences.get(b"DisplayDocTitle").and_then(Object::as_bool).unwrap());
    }
}

#[test]
fn headings_descend_one_level_at_a_time_and_figures_speak() {
    let document = document(&factur_x(&fixtures::full()).unwrap().pdf);
    let mut headings = Vec::new();
    let mut figures = 0;
    walk(&document, &mut |element| match role(element) {
        "H1" => headings.push(1),
        "H2" => headings.push(2),
        "H3" => headings.push(3),
        "Figure" => {
            figures += 1;
            let alt = text(element.get(b"Alt").unwrap());
            assert!(alt.contains("01/10/2026") && alt.contains("moyenne"), "{alt}");
            let attributes = element.get(b"A").and_then(Object::as_dict).unwrap();
            assert_eq!(attributes.get(b"BBox").and_then(Object::as_array).unwrap().len(), 4);
        }
        _ => {}
    });
    assert_eq!(headings.first(), Some(&1));
    assert_eq!(headings.iter().filter(|level| **level == 1).count(), 1);
    assert!(headings.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{headings:?}");
    assert_eq!(figures, 3, "one chart per usage");
}

/// What a PDF says, spaces of any kind as one.
fn said(invoice: &IssuedInvoice) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), factur_x(invoice).unwrap().pdf).unwrap();
    let output = Command::new("pdftotext").args(["-layout"]).arg(file.path()).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_annex_shows_the_billed_window_and_calls_its_days_what_they_are() {
    let french = said(&fixtures::full());
    for expected in [
        "Pointe facturée : 13,35 kW, moyenne de tous les compteurs du 14/10/2026 10:20 (UTC+02:00) au 14/10/2026 10:30",
        "Pointe journalière (kW)",
        "Volume stocké, moyenne du jour (To)",
        "Consommation journalière (kWh)",
    ] {
        assert!(french.contains(expected), "{expected}: {french}");
    }
    assert!(!french.contains("Consommation journalière (kW)"), "{french}");
    let english = said(&fixtures::english());
    assert!(english.contains("Billed peak: 13.35 kW") && english.contains("Daily peak demand (kW)"), "{english}");
}

/// A document that was issued before layouts and windows were kept says what it said: a lost file is made again.
#[test]
fn a_document_of_an_earlier_layout_keeps_its_words() {
    let mut earlier = fixtures::full();
    earlier.layout = 0;
    for charge in &mut earlier.charges {
        if let Some(usage) = &mut charge.provenance.usage {
            usage.windows = None;
        }
    }
    let mut kept = serde_json::to_value(&earlier).unwrap();
    kept.as_object_mut().unwrap().remove("layout");
    assert_eq!(serde_json::from_value::<IssuedInvoice>(kept).unwrap(), earlier);
    let said = said(&earlier);
    for expected in ["Consommation journalière (kW)", "Consommation journalière (To)"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert!(!said.contains("Pointe"), "{said}");
}

#[test]
fn every_marked_content_is_in_the_tree_once_and_nothing_else_is_drawn() {
    for (name, invoice) in fixtures::all() {
        let document = document(&factur_x(&invoice).unwrap().pdf);
        let drawn: BTreeSet<(ObjectId, i64)> = document
            .get_pages()
            .into_values()
            .flat_map(|page| marked_contents(&document, page).into_iter().map(move |number| (page, number)))
            .collect();
        let mut named = BTreeSet::new();
        walk(&document, &mut |element| {
            for kid in element.get(b"K").and_then(Object::as_array).unwrap() {
                let reference = match kid {
                    Object::Integer(number) => (element.get(b"Pg").and_then(Object::as_reference).unwrap(), *number),
                    Object::Dictionary(entry) => {
                        let page = entry.get(b"Pg").and_then(Object::as_reference).unwrap();
                        (page, entry.get(b"MCID").and_then(Object::as_i64).unwrap())
                    }
                    _ => continue,
                };
                assert!(named.insert(reference), "{name}: {reference:?} is named twice");
            }
        });
        assert_eq!(drawn, named, "{name}");
    }
}

#[test]
fn fonts_are_embedded_subsets() {
    for (name, invoice) in fixtures::all() {
        let document = document(&factur_x(&invoice).unwrap().pdf);
        let mut programs = 0;
        for object in document.objects.values() {
            let Ok(entries) = object.as_dict() else { continue };
            if entries.get(b"Type").and_then(Object::as_name).ok() != Some(b"FontDescriptor".as_slice()) {
                continue;
            }
            let font = String::from_utf8(entries.get(b"FontName").and_then(Object::as_name).unwrap().to_vec()).unwrap();
            let (tag, family) = font.split_once('+').unwrap();
            assert!(tag.len() == 6 && tag.bytes().all(|b| b.is_ascii_uppercase()), "{font}");
            assert!(family.starts_with("NotoSans-"), "{font}");
            let program = stream(&document, entries.get(b"FontFile2").unwrap());
            assert!(program.len() < 60_000, "{name}: {font} is not reduced");
            programs += 1;
        }
        assert_eq!(programs, 2, "{name}");
    }
}

#[test]
fn no_stream_ends_with_a_carriage_return() {
    // Its length would be ambiguous: one in 256 compressed streams ends so by chance.
    let mut invoice = fixtures::minimal();
    for number in 0..60 {
        invoice.references.contract_title = format!("Convention {number}");
        let document = document(&factur_x(&invoice).unwrap().pdf);
        for stream in document.objects.values().filter_map(|object| object.as_stream().ok()) {
            assert!(!stream.content.ends_with(b"\r"), "{number}");
        }
    }
}

#[test]
fn pages_follow_the_content() {
    let pages = |invoice| document(&factur_x(&invoice).unwrap().pdf).get_pages().len();
    assert_eq!(pages(fixtures::minimal()), 1);
    assert_eq!(pages(fixtures::credit_note()), 1);
    assert_eq!(pages(fixtures::many_lines()), 4);
    assert!(pages(fixtures::full()) > pages(fixtures::exempt()));
}

#[test]
fn nothing_leaves_the_page() {
    for (name, invoice) in fixtures::all() {
        let document = document(&factur_x(&invoice).unwrap().pdf);
        for page in document.get_pages().into_values() {
            for operation in lopdf::content::Content::decode(&document.get_page_content(page)).unwrap().operations {
                if matches!(operation.operator.as_str(), "Td" | "m" | "l") {
                    let x = operation.operands[0].as_float().unwrap();
                    let y = operation.operands[1].as_float().unwrap();
                    assert!((-0.1..=595.5).contains(&x) && (0.0..=842.0).contains(&y), "{name}: {x} {y}");
                }
            }
        }
    }
}

// Determinism and words.

#[test]
fn equal_invoices_give_equal_bytes() {
    for (name, invoice) in fixtures::all() {
        assert!(factur_x(&invoice).unwrap() == factur_x(&invoice.clone()).unwrap(), "{name}");
    }
    let mut later = fixtures::full();
    later.issued_at += chrono::Duration::seconds(1);
    assert!(factur_x(&later).unwrap().pdf != factur_x(&fixtures::full()).unwrap().pdf);
}

#[test]
fn no_message_is_left_untranslated() {
    for language in [Language::French, Language::English] {
        for (name, mut invoice) in fixtures::all() {
            invoice.language = language;
            let xml = String::from_utf8(cii_xml(&invoice).unwrap()).unwrap();
            assert!(!xml.contains("Unknown localization"), "{name}: {xml}");
        }
    }
}

// The data.

#[test]
fn the_xml_carries_references_addresses_and_terms() {
    let xml = xml_of(&fixtures::full());
    for expected in [
        "<ram:ID>urn:cen.eu:en16931:2017</ram:ID>",
        "<ram:ID>S1</ram:ID>",
        "<ram:BuyerReference>DSI-HEBERGEMENT</ram:BuyerReference>",
        "<ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>4500123456</ram:IssuerAssignedID>",
        "<ram:ContractReferencedDocument><ram:IssuerAssignedID>2024-M-0187</ram:IssuerAssignedID>",
        "<ram:GlobalID schemeID=\"0009\">21750001600019</ram:GlobalID>",
        "<ram:ID schemeID=\"0002\">217500016</ram:ID>",
        "<ram:URIID schemeID=\"0225\">217500016</ram:URIID>",
        "<ram:URIID schemeID=\"0225\">267500452</ram:URIID>",
        "<ram:ID schemeID=\"VA\">FR72217500016</ram:ID>",
        "<ram:PaymentReference>RF85DC2026000123</ram:PaymentReference>",
        "<ram:IBANID>FR1420041010050500013M02606</ram:IBANID>",
        "<ram:DueDateDateTime><udt:DateTimeString format=\"102\">20261223</udt:DateTimeString>",
        "<ram:EndDateTime><udt:DateTimeString format=\"102\">20261031</udt:DateTimeString></ram:EndDateTime>",
        "<ram:BilledQuantity unitCode=\"KWH\">1437.6</ram:BilledQuantity>",
        "<ram:DueDateTypeCode>72</ram:DueDateTypeCode>",
        "<ram:GrandTotalAmount>12395.75</ram:GrandTotalAmount>",
    ] {
        assert!(xml.contains(expected), "{expected} not in {xml}");
    }
    for subject in ["PMT", "PMD", "AAB"] {
        assert_eq!(xml.matches(&format!("<ram:SubjectCode>{subject}</ram:SubjectCode>")).count(), 1);
    }
    assert!(xml_of(&fixtures::english()).contains("<ram:DueDateTypeCode>5</ram:DueDateTypeCode>"));
}

#[test]
fn outside_the_scope_of_vat_no_vat_number_and_no_rate_stand_in_the_data() {
    let xml = xml_of(&fixtures::out_of_scope());
    assert!(xml.contains("<ram:CategoryCode>O</ram:CategoryCode>"));
    assert!(!xml.contains("schemeID=\"VA\"") && !xml.contains("RateApplicablePercent"));
    let exempt = xml_of(&fixtures::exempt());
    assert!(exempt.contains("<ram:CategoryCode>E</ram:CategoryCode>") && exempt.contains("<ram:ExemptionReason>"));
}

#[test]
fn why_no_vat_is_due_is_told_in_the_invoices_language() {
    let reason = VatReason { fr: "Hors champ de la taxe".into(), en: "Outside the scope of the tax".into() };
    for (language, told, other) in
        [(Language::French, &reason.fr, &reason.en), (Language::English, &reason.en, &reason.fr)]
    {
        let treatment = VatTreatment::OutOfScope { reason: reason.clone() };
        let mut invoice = IssuedInvoice { language, ..fixtures::out_of_scope() };
        invoice.charges.iter_mut().for_each(|charge| charge.vat = treatment.clone());
        invoice.vat = chapelle::domain::invoice::breakdown(&invoice.charges).unwrap();
        let xml = xml_of(&invoice);
        assert!(xml.contains(&format!("<ram:ExemptionReason>{told}</ram:ExemptionReason>")), "{xml}");
        assert!(!xml.contains(other.as_str()));
        let frozen = serde_json::to_string(&invoice).unwrap();
        assert_eq!(serde_json::from_str::<IssuedInvoice>(&frozen).unwrap(), invoice);
    }
}

#[test]
fn a_credit_note_names_what_it_corrects() {
    let xml = xml_of(&fixtures::credit_note());
    assert!(xml.contains("<ram:TypeCode>381</ram:TypeCode>"));
    assert!(xml.contains(
        "<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>DC2026000101</ram:IssuerAssignedID>\
         <ram:FormattedIssueDateTime><qdt:DateTimeString format=\"102\">20261005</qdt:DateTimeString>"
    ));
}

#[test]
fn a_credit_note_does_not_ask_for_payment() {
    let asking = ["ram:DueDateDateTime", "ram:PaymentReference", "ram:IBANID"];
    let note = fixtures::credit_note();
    let xml = xml_of(&note);
    assert!(asking.iter().all(|name| !xml.contains(name)), "{xml}");
    assert!(xml.contains("<ram:Description>Le montant de cet avoir vient en déduction de la facture"), "{xml}");
    let invoice = xml_of(&fixtures::corrected());
    assert!(asking.iter().all(|name| invoice.contains(name)), "a corrected invoice is to be paid: {invoice}");
    // Made again, one of an earlier layout is what it was.
    let earlier = xml_of(&IssuedInvoice { layout: 0, ..note });
    assert!(asking.iter().all(|name| earlier.contains(name)), "{earlier}");
}

#[test]
fn a_credit_has_a_negative_quantity_and_never_a_negative_price() {
    assert!(
        xml_of(&fixtures::regularised()).contains("<ram:BilledQuantity unitCode=\"KWH\">-212.5</ram:BilledQuantity>")
    );
    let mut invoice = fixtures::minimal();
    invoice.charges[0].unit_price = UnitPrice::from_micros(-1);
    assert!(matches!(factur_x(&invoice), Err(DocumentError::NegativePrice { line: 1, .. })));
}

// What is refused.

#[test]
fn text_the_fonts_lack_is_refused_by_name() {
    let mut invoice = fixtures::minimal();
    invoice.buyer.name = "Hôpital 東京".into();
    let error = factur_x(&invoice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document's fonts have no `東` (U+6771), met in \"Hôpital 東京\": write it with Latin, Greek or Cyrillic letters"
    );
}

#[test]
fn records_no_rule_would_accept_are_refused() {
    let mut unnamed = fixtures::credit_note();
    unnamed.corrects.clear();
    assert!(matches!(factur_x(&unnamed), Err(DocumentError::Corrects { named: 0, .. })));

    let mut control = fixtures::minimal();
    control.charges[0].provenance.formula = "1\u{0}2".into();
    assert!(matches!(cii_xml(&control), Err(DocumentError::ControlCharacter { character: '\0', .. })));

    let mut lost = fixtures::minimal();
    lost.zone = "Europe/Atlantis".into();
    assert_eq!(factur_x(&lost).unwrap_err(), DocumentError::Zone("Europe/Atlantis".into()));
}

// Reading PDFs.

fn document(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).unwrap()
}

fn xml_of(invoice: &IssuedInvoice) -> String {
    String::from_utf8(cii_xml(invoice).unwrap()).unwrap()
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> &'a Dictionary {
    document.dereference(object).unwrap().1.as_dict().unwrap()
}

fn stream(document: &Document, object: &Object) -> Vec<u8> {
    let stream = document.dereference(object).unwrap().1.as_stream().unwrap();
    stream.decompressed_content().unwrap_or_else(|_| stream.content.clone())
}

/// A text string in either of its encodings.
fn text(object: &Object) -> String {
    lopdf::decode_text_string(object).unwrap()
}

fn role(element: &Dictionary) -> &str {
    std::str::from_utf8(element.get(b"S").and_then(Object::as_name).unwrap()).unwrap()
}

/// Every element of the structure tree in reading order.
fn walk(document: &Document, visit: &mut impl FnMut(&Dictionary)) {
    let root = dictionary(document, document.catalog().unwrap().get(b"StructTreeRoot").unwrap());
    walk_from(document, root.get(b"K").unwrap(), visit);
}

fn walk_from(document: &Document, element: &Object, visit: &mut impl FnMut(&Dictionary)) {
    let element = dictionary(document, element);
    visit(element);
    for kid in element.get(b"K").and_then(Object::as_array).unwrap() {
        if matches!(kid, Object::Reference(_)) {
            walk_from(document, kid, visit);
        }
    }
}

/// The numbers of a page's marked contents; fails where something is drawn outside both them and artifacts.
fn marked_contents(document: &Document, page: ObjectId) -> Vec<i64> {
    let content = document.get_page_content(page);
    let mut numbers = Vec::new();
    let mut depth = 0;
    for operation in lopdf::content::Content::decode(&content).unwrap().operations {
        match operation.operator.as_str() {
            "BMC" => depth += 1,
            "BDC" => {
                depth += 1;
                let properties = operation.operands[1].as_dict().unwrap();
                numbers.push(properties.get(b"MCID").and_then(Object::as_i64).unwrap());
            }
            "EMC" => depth -= 1,
            "Tj" | "TJ" | "f" | "S" | "B" => assert_eq!(depth, 1, "drawn outside marked content"),
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    numbers
}
