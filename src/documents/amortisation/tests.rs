use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx};
use chrono::NaiveDate;

use super::{csv, xlsx};
use crate::documents::json;
use crate::domain::amortisation::report::Position;
use crate::domain::amortisation::{
    AmortisationReport, AssetChange, AssetEvent, AssetRecord, Component, ComponentGroup, Convention, FixedAsset,
    Method, PostedAmounts, PostedDepreciation, PostingPeriod, SupplierInvoice, depreciation_entry, months_due, plans,
    report,
};
use crate::domain::ledger::Chart;
use crate::domain::money::Money;
use crate::domain::party::Language;

fn euros(text: &str) -> Money {
    text.replace(',', "").parse().unwrap()
}

fn component(code: &str, cost: &str, duration_years: u32, method: Method) -> Component {
    Component {
        code: code.into(),
        name: format!("Composant {code}"),
        cost: euros(cost),
        residual_value: Money::ZERO,
        duration_years,
        method,
        commissioned_on: None,
        account: None,
        duration_decision: None,
    }
}

fn asset(code: &str, components: Vec<Component>) -> FixedAsset {
    FixedAsset {
        code: code.into(),
        name: "Centre de données".into(),
        cost: components.iter().map(|part| part.cost).sum(),
        account: "2183".into(),
        commissioned_on: Some("2019-05-28".parse().unwrap()),
        commissioning_evidence: Some("PV de réception ; lot 1".into()),
        duration_decision: None,
        subsidy: euros("1,000,000.00"),
        components,
        record: AssetRecord::default(),
        events: vec![],
    }
}

/// Two assets of several methods, posted through August 2026, reported at the end of October; one unknown posting.
fn example() -> AmortisationReport {
    let linear = |convention| Method::Linear { convention };
    let mut hall = component("hall", "9000000.00", 10, linear(Convention::FirstOfMonth));
    hall.name = "=HYPERLINK(\"http://example.org\")".into();
    let it = component("it", "7000000.00", 8, linear(Convention::Days30E360));
    let mut late = component("ups", "3000000.01", 5, Method::Degressive { coefficient: "2.25".parse().unwrap() });
    late.commissioned_on = NaiveDate::from_ymd_opt(2024, 3, 15);
    late.residual_value = euros("50,000.00");
    let mut assets = [asset("DC-2019", vec![hall, it]), asset("DC-2024", vec![late])];
    let group = |code: &str, cost: &str, parts: &[&str]| ComponentGroup {
        code: code.into(),
        name: format!("Groupe {code}"),
        cost: euros(cost),
        parts: parts.iter().map(|part| (*part).into()).collect(),
    };
    assets[0].record.groups =
        vec![group("all", "16000000.00", &["room", "it"]), group("room", "9000000.00", &["hall"])];

    let (plans, chart) = (plans(&assets), Chart::default());
    let entries: Vec<_> = months_due(&plans, PostingPeriod::Month, "2026-08".parse().unwrap())
        .into_iter()
        .filter_map(|month| depreciation_entry(&plans, PostingPeriod::Month, month, &chart).unwrap())
        .collect();
    let mut posted = PostedDepreciation::from_entries(&entries, &chart);
    let odd = PostedAmounts { charge: euros("12.34"), subsidy_income: Money::ZERO };
    posted.add("DC-2001".into(), "x".into(), "2026-01".parse().unwrap(), odd);
    report(&assets, "2026-10-31".parse().unwrap(), &posted)
}

/// An asset impaired in its fourth year, nothing posted, reported at the end of October 2026.
fn impaired() -> AmortisationReport {
    let it = component("it", "7000000.00", 8, Method::Linear { convention: Convention::Days30E360 });
    let mut asset = asset("DC-2019", vec![it]);
    asset.events = vec![AssetEvent {
        effective_on: "2022-09-30".parse().unwrap(),
        recorded_on: "2022-10-03".parse().unwrap(),
        recorded_by: "finance".into(),
        reason: "dégât des eaux".into(),
        decision: None,
        change: AssetChange::Impair { component: "it".into(), amount: euros("500,000.00") },
    }];
    report(&[asset], "2026-10-31".parse().unwrap(), &PostedDepreciation::default())
}

#[test]
fn what_is_impaired_stands_between_the_gross_and_the_net_value() {
    let bytes = csv(&impaired(), Language::English).unwrap();
    let records = records(&bytes, b',');
    let column = |heading: &str| records[0].iter().position(|text| text == heading).unwrap();
    let columns = ["Gross value", "Cumulative depreciation", "Impairment", "Net book value"].map(column);
    let amounts = |record: &::csv::StringRecord| columns.map(|column| record[column].parse::<Money>().unwrap());
    let rows: Vec<_> = records[1..].iter().map(amounts).collect();
    assert!(rows.iter().all(|[gross, cumulative, impairment, net]| *net == *gross - *cumulative - *impairment));
    assert!(rows.iter().any(|[_, _, impairment, _]| *impairment == euros("500,000.00")));
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    for language in [Language::French, Language::English] {
        assert_eq!(csv(&example(), language).unwrap(), csv(&example(), language).unwrap());
        assert_eq!(xlsx(&example(), language).unwrap(), xlsx(&example(), language).unwrap());
    }
    assert_eq!(json(&example()).unwrap(), json(&example()).unwrap());
}

#[test]
fn an_empty_report_is_still_a_file() {
    let empty = report(&[], "2026-10-31".parse().unwrap(), &PostedDepreciation::default());
    assert_eq!(String::from_utf8(csv(&empty, Language::English).unwrap()).unwrap().lines().count(), 1);
    let names = workbook(&empty, Language::French).sheet_names();
    assert_eq!(names, ["Immobilisations", "Par année", "Par mois"]);
}

#[test]
fn json_amounts_are_decimal_strings() {
    let value: serde_json::Value = serde_json::from_slice(&json(&example()).unwrap()).unwrap();
    assert_eq!(value["as_of"], "2026-10-31");
    assert_eq!(value["total"]["position"]["base"], "18950000.01");
    assert_eq!(value["assets"][0]["components"][1]["years"][0]["charge"], "517708.33"); // 7,000,000.00 × 213 ÷ 2880
    assert_eq!(value["assets"][0]["components"][1]["months"][0]["period"], "2019-05");
    assert_eq!(value["assets"][1]["components"][0]["method"]["coefficient"], "2.25");
    assert_eq!(value["unknown_postings"][0]["charge"], "12.34");
}

// CSV

fn records(bytes: &[u8], delimiter: u8) -> Vec<::csv::StringRecord> {
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter).from_reader(bytes);
    std::iter::once(reader.headers().unwrap().clone()).chain(reader.records().map(Result::unwrap)).collect()
}

/// Sum of a column over the records of a level and step.
fn column_sum(records: &[::csv::StringRecord], heading: &str, level: &str, step: &str) -> Money {
    let column = records[0].iter().position(|text| text == heading).unwrap();
    records
        .iter()
        .filter(|record| (&record[0], &record[1]) == (level, step))
        .map(|record| record[column].replace(',', ".").parse::<Money>().unwrap())
        .sum()
}

#[test]
fn csv_totals_equal_the_reports() {
    let report = example();
    let position = report.total.position;
    let french = csv(&report, Language::French).unwrap();
    let french = records(french.strip_prefix("\u{feff}".as_bytes()).unwrap(), b';');
    let english = records(&csv(&report, Language::English).unwrap(), b',');
    for step in [("année", "year"), ("mois", "month")] {
        for level in [("Total", "Total"), ("Immobilisation", "Asset"), ("Composant", "Component")] {
            for (headings, expected) in [
                (("Dotation", "Charge"), position.base),
                (("Dotation comptabilisée", "Charge posted"), position.posted),
                (("Dotation à comptabiliser", "Charge due"), position.due),
                (("Dotation à venir", "Charge to come"), position.to_come),
                (("Reprise de subvention", "Subsidy income"), euros("2,000,000.00")),
            ] {
                assert_eq!(column_sum(&french, headings.0, level.0, step.0), expected, "{level:?} {step:?}");
                assert_eq!(column_sum(&english, headings.1, level.1, step.1), expected, "{level:?} {step:?}");
            }
        }
    }
    assert_eq!(column_sum(&english, "Charge posted", "Not in inventory", "month"), euros("12.34"));
}

#[test]
fn csv_is_written_as_each_language_reads_it() {
    let french = String::from_utf8(csv(&example(), Language::French).unwrap()).unwrap();
    assert!(french.starts_with("\u{feff}Niveau;Pas;Immobilisation;Composant;Désignation;Compte;Période;État;"));
    assert!(french.contains(
        "\r\nComposant;année;DC-2019;it;Composant it;2183;2019;comptabilisé;7000000,00;7000000,00;517708,33;"
    ));
    assert!(french.contains(";\"'=HYPERLINK(\"\"http://example.org\"\")\";"), "a formula is disarmed");
    let english = String::from_utf8(csv(&example(), Language::English).unwrap()).unwrap();
    assert!(
        english
            .contains("\r\nComponent,month,DC-2019,it,Composant it,2183,2026-10,due,7000000.00,7000000.00,72916.66,")
    );
}

// XLSX

fn workbook(report: &AmortisationReport, language: Language) -> Xlsx<Cursor<Vec<u8>>> {
    Xlsx::new(Cursor::new(xlsx(report, language).unwrap())).unwrap()
}

/// The amount in a cell, to the cent.
fn amount(cell: Option<&Data>) -> Money {
    match cell {
        Some(Data::Float(value)) => format!("{value:.2}").parse().unwrap(),
        Some(Data::Int(value)) => format!("{value}.00").parse().unwrap(),
        other => panic!("not a number: {other:?}"),
    }
}

fn column_of(sheet: &Range<Data>, heading: &str) -> u32 {
    let found = (0..sheet.width()).find(|column| sheet[(3, *column)] == Data::String(heading.into()));
    u32::try_from(found.unwrap_or_else(|| panic!("no column {heading}"))).unwrap()
}

#[test]
fn the_workbook_reads_back_with_its_totals() {
    let report = example();
    let Position { base, posted, due, to_come, net_book_value, .. } = report.total.position;
    let mut book = workbook(&report, Language::French);
    assert_eq!(book.sheet_names(), ["Immobilisations", "Par année", "Par mois", "Hors inventaire"]);

    let assets = book.worksheet_range("Immobilisations").unwrap();
    for (heading, expected) in [
        ("Base amortissable", base),
        ("Valeur nette comptable", net_book_value),
        ("Dotation comptabilisée", posted),
        ("Dotation à comptabiliser", due),
        ("Dotation à venir", to_come),
    ] {
        assert_eq!(amount(assets.get_value((2, column_of(&assets, heading)))), expected, "{heading}");
    }
    for name in ["Par année", "Par mois"] {
        let sheet = book.worksheet_range(name).unwrap();
        for (heading, expected) in
            [("Dotation", base), ("Dotation comptabilisée", posted), ("Dotation à venir", to_come)]
        {
            let column = column_of(&sheet, heading);
            assert_eq!(amount(sheet.get_value((2, column))), expected, "{name}: {heading}");
            let components = sheet.rows().enumerate().filter(|(_, row)| row[0] == Data::String("Composant".into()));
            let sum: Money =
                components.map(|(row, _)| amount(sheet.get((row, usize::try_from(column).unwrap())))).sum();
            assert_eq!(sum, expected, "{name}: {heading}, components");
        }
    }
}

#[test]
fn groups_stand_above_what_they_hold_with_its_sum() {
    let mut book = workbook(&example(), Language::French);
    let sheet = book.worksheet_range("Immobilisations").unwrap();
    let cost = usize::try_from(column_of(&sheet, "Coût d’acquisition")).unwrap();
    let shown = sheet.rows().skip(4).map(|row| format!("{} {} {}", row[0], row[2], amount(row.get(cost))));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            "Immobilisation  16000000.00",
            "Groupe all 16000000.00",
            "Groupe room 9000000.00",
            "Composant hall 9000000.00",
            "Composant it 7000000.00",
            "Immobilisation  3000000.01",
            "Composant ups 3000000.01",
        ]
    );
}

/// What is built has no plan yet, and the workbook says what it cost so far.
#[test]
fn what_is_built_has_its_cost_to_date_in_the_workbook() {
    let linear = Method::Linear { convention: Convention::Days30E360 };
    let mut built = asset("2026-0008", vec![component("salle", "50000.00", 20, linear)]);
    built.commissioned_on = None;
    built.record.construction_account = Some("2313".into());
    built.record.invoices = vec![SupplierInvoice {
        supplier: "Entreprise".into(),
        number: "S-9".into(),
        date: "2026-09-10".parse().unwrap(),
        amount: euros("30000.00"),
    }];
    let report = report(&[built], "2026-10-31".parse().unwrap(), &PostedDepreciation::default());
    let mut workbook = workbook(&report, Language::English);
    let sheet = workbook.worksheet_range("Assets").unwrap();
    let told: Vec<String> = sheet.cells().map(|(_, _, cell)| cell.to_string()).collect();
    assert!(told.iter().any(|text| text == "under construction, cost to date €30,000.00"), "{told:?}");
}

#[test]
fn a_formula_in_a_name_stays_text() {
    let mut book = workbook(&example(), Language::English);
    let formulas = book.worksheet_formula("Assets").unwrap();
    assert!(formulas.used_cells().all(|(_, _, formula)| !formula.contains("HYPERLINK")));
    let cells = book.worksheet_range("Assets").unwrap();
    assert!(cells.used_cells().any(|(_, _, cell)| *cell == Data::String("=HYPERLINK(\"http://example.org\")".into())));
}

/// Every formula, worked out by a reader of its own, comes to the result stored beside it.
#[test]
fn every_formula_comes_to_its_stored_result() {
    for (report, at_least) in [(example(), 30), (impaired(), 10)] {
        formulas_come_to_their_results(&report, at_least);
    }
}

fn formulas_come_to_their_results(report: &AmortisationReport, at_least: usize) {
    let mut book = workbook(report, Language::English);
    for name in ["Assets", "By year", "By month"] {
        let cells = book.worksheet_range(name).unwrap();
        let formulas = book.worksheet_formula(name).unwrap();
        let (first_row, first_column) = formulas.start().unwrap();
        let mut checked = 0;
        for (row, column, formula) in formulas.used_cells().filter(|(_, _, formula)| !formula.is_empty()) {
            let at = (first_row + u32::try_from(row).unwrap(), first_column + u32::try_from(column).unwrap());
            assert_eq!(evaluate(formula, &cells), amount(cells.get_value(at)), "{name} {at:?}: {formula}");
            checked += 1;
        }
        assert!(checked > at_least, "{name}: {checked}");
    }
}

/// Works out `SUM(range)`, `SUMIFS(range,range,cell or text)` and sums or differences of cells.
fn evaluate(formula: &str, cells: &Range<Data>) -> Money {
    let formula = formula.replace(['$', '='], "");
    let arguments = |inner: &str| inner.trim_end_matches(')').split(',').map(str::to_owned).collect::<Vec<_>>();
    if let Some(inner) = formula.strip_prefix("SUMIFS(") {
        let [summed, compared, criterion] = arguments(inner).try_into().unwrap();
        let wanted = match criterion.strip_prefix('"') {
            Some(text) => Data::String(text.trim_end_matches('"').into()),
            None => cells.get_value(cell(&criterion)).unwrap().clone(),
        };
        let pairs = span(&summed).zip(span(&compared));
        return pairs
            .filter(|(_, other)| cells.get_value(*other) == Some(&wanted))
            .map(|(at, _)| amount(cells.get_value(at)))
            .sum();
    }
    if let Some(inner) = formula.strip_prefix("SUM(") {
        return span(&arguments(inner)[0]).map(|at| amount(cells.get_value(at))).sum();
    }
    let value = |text: &str| amount(cells.get_value(cell(text)));
    let added = formula.split('+').map(|part| {
        let mut taken = part.split('-');
        value(taken.next().unwrap()) - taken.map(value).sum::<Money>()
    });
    added.sum()
}

/// `H20` as row and column from zero.
fn cell(text: &str) -> (u32, u32) {
    let split = text.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = text[..split].bytes().fold(0, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    (text[split..].parse::<u32>().unwrap() - 1, column - 1)
}

fn span(text: &str) -> impl Iterator<Item = (u32, u32)> {
    let (from, to) = text.split_once(':').unwrap();
    let (from, to) = (cell(from), cell(to));
    assert_eq!(from.1, to.1);
    (from.0..=to.0).map(move |row| (row, from.1))
}
