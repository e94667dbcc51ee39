//! The amortisation report as PDF: held against the official rules, then looked into.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::process::Command;

use chapelle::documents::DocumentError;
use chapelle::documents::amortisation::{RenderError, pdf};
use chapelle::domain::amortisation::{
    AmortisationReport, AssetRecord, Component, Convention, FixedAsset, Method, PostedAmounts, PostedDepreciation,
    PostingPeriod, depreciation_entry, months_due, plans, report,
};
use chapelle::domain::ledger::Chart;
use chapelle::domain::money::Money;
use chapelle::domain::party::Language;
use lopdf::{Dictionary, Document, Object};

fn component(code: &str, name: &str, cost: &str, duration_years: u32) -> Component {
    Component {
        code: code.into(),
        name: name.into(),
        cost: cost.parse().unwrap(),
        residual_value: Money::ZERO,
        duration_years,
        method: Method::Linear { convention: Convention::Days30E360 },
        commissioned_on: None,
        account: None,
        duration_decision: None,
    }
}

fn asset(code: &str, name: &str, components: Vec<Component>) -> FixedAsset {
    FixedAsset {
        code: code.into(),
        name: name.into(),
        cost: components.iter().map(|part| part.cost).sum(),
        account: "2183".into(),
        commissioned_on: Some("2019-05-28".parse().unwrap()),
        commissioning_evidence: Some("Procès-verbal de réception du 28 mai 2019".into()),
        duration_decision: Some("Délibération 2019 DFA 12".into()),
        subsidy: Money::ZERO,
        components,
        record: AssetRecord::default(),
        events: vec![],
    }
}

/// Posted through `posted_through`, and `more` besides: asset, component, month, charge. Reported at the end of `as_of`.
fn report_of(
    assets: &[FixedAsset],
    posted_through: &str,
    more: &[(&str, &str, &str, &str)],
    as_of: &str,
) -> AmortisationReport {
    let (plans, chart) = (plans(assets), Chart::default());
    let entries: Vec<_> = months_due(&plans, PostingPeriod::Month, posted_through.parse().unwrap())
        .into_iter()
        .filter_map(|month| depreciation_entry(&plans, PostingPeriod::Month, month, &chart).unwrap())
        .collect();
    let mut posted = PostedDepreciation::from_entries(&entries, &chart);
    for (asset, component, month, charge) in more {
        let amounts = PostedAmounts { charge: charge.parse().unwrap(), subsidy_income: Money::ZERO };
        posted.add((*asset).into(), (*component).into(), month.parse().unwrap(), amounts);
    }
    report(assets, as_of.parse().unwrap(), &posted)
}

/// The handbook's sixteen million.
fn handbook() -> AmortisationReport {
    let assets = [asset("DC-2019", "Centre de données", vec![component("tout", "Ensemble", "16000000.00", 8)])];
    report_of(&assets, "2026-10", &[], "2026-12-31")
}

/// Everything at once: lives of 3 to 40 years, long names, a subsidy, a residual value, a degressive plan, an asset not
/// in service yet, a changed plan, a posting nothing explains.
fn full() -> AmortisationReport {
    let mut centre = asset(
        "DC-2019",
        "Centre de données de la Chapelle Internationale, sous-sol, quatre allées, niveau III",
        vec![
            component("gros-oeuvre", "Gros œuvre, étanchéité et cloisonnement coupe-feu de la salle", "5200000.00", 40),
            component(
                "electricite",
                "Chaîne électrique doublée : transformateurs, onduleurs, groupe",
                "4800000.00",
                20,
            ),
            component("froid", "Production de froid et récupération de chaleur", "3000000.00", 15),
            component("it", "Baies, réseau et serveurs", "2880000.00", 8),
            component("dcim", "Logiciel de supervision", "120000.00", 3),
        ],
    );
    centre.subsidy = "1600000.00".parse().unwrap();
    let mut stockage = asset(
        "ST-2024-0001-EXTENSION",
        "Extension du stockage",
        vec![component("baie", "Baie de disques", "750000.01", 5)],
    );
    stockage.commissioned_on = Some("2024-03-15".parse().unwrap());
    stockage.components[0].method = Method::Degressive { coefficient: "1.75".parse().unwrap() };
    stockage.components[0].residual_value = "50000.00".parse().unwrap();
    stockage.commissioning_evidence = None;
    stockage.duration_decision = None;
    let mut futur =
        asset("DC-2027", "Troisième voie d’alimentation", vec![component("voie", "Voie C", "900000.00", 20)]);
    futur.commissioned_on = Some("2027-02-01".parse().unwrap());
    let more = [("DC-2019", "it", "2026-08", "0.10"), ("DC-2001", "x", "2026-01", "12.34")];
    report_of(&[centre, stockage, futur], "2026-08", &more, "2026-10-31")
}

fn lives_of(years: u32) -> AmortisationReport {
    let name = "Gros œuvre, étanchéité, cloisonnement coupe-feu, planchers techniques et serrurerie ".repeat(4);
    let parts = ["a", "b", "c"].map(|code| component(code, &name, "123456789012.34", years));
    let mut long = asset(&"X".repeat(120), &name, parts.to_vec());
    long.commissioning_evidence = Some("Pièce justificative. ".repeat(200));
    report_of(&[long], "2026-10", &[], "2026-12-31")
}

#[test]
fn every_report_passes_the_official_validators() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("amortisation");
    std::fs::create_dir_all(&directory).unwrap();
    let reports = [
        ("handbook", handbook()),
        ("full", full()),
        ("long", lives_of(40)),
        ("empty", report_of(&[], "2026-10", &[], "2026-12-31")),
    ];
    let mut files = Vec::new();
    for (name, report) in reports {
        for (code, language) in [("fr", Language::French), ("en", Language::English)] {
            let file = directory.join(format!("{name}-{code}.pdf"));
            std::fs::write(&file, pdf(&report, language).unwrap()).unwrap();
            files.push(file);
        }
    }
    let python = std::env::var("CHAPELLE_VALIDATORS_PYTHON").expect(
        "CHAPELLE_VALIDATORS_PYTHON must name a Python with tests/validators/requirements.txt installed; ./tests/run sets it up",
    );
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/validators/archivable.py");
    let output = Command::new(&python).arg(script).args(&files).output().unwrap();
    let report = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(pdf(&full(), Language::French).unwrap(), pdf(&full(), Language::French).unwrap());
    assert_eq!(pdf(&handbook(), Language::English).unwrap(), pdf(&handbook(), Language::English).unwrap());
}

#[test]
fn different_reports_of_one_day_have_different_identities() {
    let identity = |report: &AmortisationReport| {
        let document = document(&pdf(report, Language::French).unwrap());
        let ids = document.trailer.get(b"ID").and_then(Object::as_array).unwrap().clone();
        ids[0].as_str().unwrap().to_vec()
    };
    let mut other = handbook();
    other.assets[0].commissioning_evidence = None;
    assert_ne!(identity(&handbook()), identity(&other));
}

#[test]
fn the_handbooks_figures_are_on_the_pages() {
    let french = text(&pdf(&handbook(), Language::French).unwrap());
    for figure in ["1 183 333,33", "2 000 000,00", "816 666,67", "14 816 666,67", "2 816 666,67", "166 666,66"] {
        assert!(french.contains(&figure.replace(' ', "\u{202f}")), "{figure} not in {french}");
    }
    assert!(french.contains("Plan d’amortissement au 31 décembre\u{a0}2026"), "{french}");
    assert!(french.contains("16\u{202f}000\u{202f}000,00\u{a0}€"), "{french}");
    let english = text(&pdf(&handbook(), Language::English).unwrap());
    for words in ["1,183,333.33", "€816,666.67", "Depreciation schedule as of 31 December\u{a0}2026", "Net book value"]
    {
        assert!(english.contains(words), "{words} not in {english}");
    }
}

#[test]
fn terms_and_gaps_of_evidence_are_told() {
    let french = text(&pdf(&full(), Language::French).unwrap());
    for words in [
        "Procès-verbal de réception du 28 mai 2019",
        "Délibération 2019 DFA 12",
        "non renseignée",
        "Dégressif, coefficient 1,75",
        "durée en années\u{202f}: 40",
        "900\u{202f}000,00\u{a0}€",
        "Écart au plan sur les mois déjà comptabilisés\u{202f}: 0,10\u{a0}€",
        "Hors inventaire",
        "12,34",
    ] {
        assert!(french.contains(words), "{words} not in {french}");
    }
}

#[test]
fn every_font_is_embedded() {
    let document = document(&pdf(&full(), Language::French).unwrap());
    let dictionaries = document.objects.values().filter_map(|object| object.as_dict().ok());
    let descriptors: Vec<_> = dictionaries.filter(|each| each.has_type(b"FontDescriptor")).collect();
    assert_eq!(descriptors.len(), 2);
    for descriptor in descriptors {
        let name = String::from_utf8_lossy(descriptor.get(b"FontName").and_then(Object::as_name).unwrap()).into_owned();
        assert!(name.get(6..).is_some_and(|rest| rest.starts_with("+NotoSans")), "{name}");
        let program = descriptor.get(b"FontFile2").or_else(|_| descriptor.get(b"FontFile3"));
        assert!(program.is_ok(), "{name}");
    }
}

#[test]
fn it_says_what_it_is_and_when() {
    let document = document(&pdf(&handbook(), Language::English).unwrap());
    let catalog = document.catalog().unwrap();
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"en-GB");
    assert!(!catalog.has(b"AF") && !catalog.has(b"Names"));
    let info = document.get_dictionary(document.trailer.get(b"Info").and_then(Object::as_reference).unwrap()).unwrap();
    assert_eq!(info.get(b"CreationDate").and_then(Object::as_str).unwrap(), b"D:20261231000000+00'00'");
    let figures = document.objects.values().filter_map(|object| object.as_dict().ok());
    let is_figure = |each: &&Dictionary| each.get(b"S").and_then(Object::as_name).is_ok_and(|s| s == b"Figure");
    let figures: Vec<_> = figures.filter(is_figure).collect();
    assert_eq!(figures.len(), 1);
    assert!(figures[0].has(b"Alt"));
}

#[test]
fn pages_follow_the_content() {
    let pages = |report: &AmortisationReport| document(&pdf(report, Language::French).unwrap()).get_pages().len();
    assert_eq!(pages(&report_of(&[], "2026-10", &[], "2026-12-31")), 1);
    assert_eq!(pages(&handbook()), 5);
    // Every page of a long plan is full: 481 months and 41 years, 50 rows a page at most.
    let long = pages(&lives_of(40));
    assert!((18..=26).contains(&long), "{long}");
}

#[test]
fn nothing_leaves_the_page() {
    let document = document(&pdf(&lives_of(40), Language::French).unwrap());
    for page in document.get_pages().into_values() {
        let content = lopdf::content::Content::decode(&document.get_page_content(page)).unwrap();
        for operation in content.operations.iter().filter(|each| ["Td", "Tm", "m", "l"].contains(&&*each.operator)) {
            let numbers: Vec<f32> = operation.operands.iter().filter_map(|each| each.as_float().ok()).collect();
            let [.., x, y] = numbers[..] else { panic!("{operation:?}") };
            assert!((0.0..=595.3).contains(&x) && (0.0..=841.9).contains(&y), "{operation:?}");
        }
    }
}

#[test]
fn a_name_the_fonts_lack_is_refused_by_name() {
    let assets = [asset("DC", "数据中心", vec![component("x", "x", "1000.00", 5)])];
    let error = pdf(&report_of(&assets, "2026-10", &[], "2026-12-31"), Language::French).unwrap_err();
    assert!(matches!(error, RenderError::Document(DocumentError::NoGlyph { character: '数', .. })), "{error}");
}

fn document(bytes: &[u8]) -> Document {
    Document::load_mem(bytes).unwrap()
}

/// All that can be read off the pages.
fn text(bytes: &[u8]) -> String {
    let document = document(bytes);
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    document.extract_text(&pages).unwrap()
}
