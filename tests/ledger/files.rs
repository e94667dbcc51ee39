//! The reports as spreadsheets and CSV: numbers are numbers, totals are formulas that come to what is stored.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use crate::common::{Engine, World};
use crate::story::{LATER, story};

fn bytes(world: &World, arguments: &[&str]) -> Vec<u8> {
    let output = world.chapelle_at(LATER, arguments).output().unwrap();
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn cents(value: &Data) -> i64 {
    match value {
        Data::Float(number) => (number * 100.0).round() as i64,
        Data::Int(number) => number * 100,
        Data::String(text) => text.replace('.', "").parse().unwrap(),
        other => panic!("{other:?} is not a number"),
    }
}

#[test]
fn totals_of_the_trial_balance_are_formulas_over_its_rows() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let file = bytes(&world, &["journal", "balance", "--to", "2026-12-31", "--format", "xlsx"]);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file)).unwrap();
    let name = book.sheet_names()[0].clone();
    let cells = book.worksheet_range(&name).unwrap();
    let formulas = book.worksheet_formula(&name).unwrap();
    let last = cells.end().unwrap().0;
    assert_eq!(cells.get_value((last, 0)), Some(&Data::String("Total".into())));
    for column in 2..8 {
        let rows: i64 = (4..last).map(|row| cents(cells.get_value((row, column)).unwrap())).sum();
        assert_eq!(rows, cents(cells.get_value((last, column)).unwrap()), "column {column}");
        let formula = formulas.get_value((last, column)).unwrap();
        assert!(formula.starts_with("SUM(") && formula.ends_with(&format!("{last})")), "{formula}");
    }
}

#[test]
fn the_running_balance_is_a_formula_and_ends_at_the_closing() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let arguments =
        ["journal", "ledger", "--account", "411", "--to", "2026-12-31", "--format", "xlsx", "--language", "en"];
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes(&world, &arguments))).unwrap();
    let name = book.sheet_names()[0].clone();
    let (cells, formulas) = (book.worksheet_range(&name).unwrap(), book.worksheet_formula(&name).unwrap());
    let rows: Vec<u32> = (0..cells.end().unwrap().0)
        .filter(|row| matches!(formulas.get_value((*row, 8)), Some(formula) if !formula.is_empty()))
        .collect();
    assert!(rows.len() > 8);
    let mut balance = 0;
    for row in rows {
        let line: BTreeMap<u32, i64> =
            (6..9).map(|column| (column, cents(cells.get_value((row, column)).unwrap()))).collect();
        balance += line[&6] - line[&7];
        assert_eq!(balance, line[&8], "row {row}");
        assert_eq!(formulas.get_value((row, 8)).unwrap(), &format!("I{row}+G{0}-H{0}", row + 1));
    }
    let told = crate::story::json_at(&world, LATER, &["journal", "ledger", "--account", "411", "--to", "2026-12-31"]);
    let closing = told["accounts"][0]["closing"].as_str().unwrap().replace('.', "");
    assert_eq!(balance.to_string(), closing);
}

#[test]
fn french_csv_opens_in_a_french_spreadsheet() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let text =
        String::from_utf8(bytes(&world, &["journal", "balance", "--to", "2026-12-31", "--format", "csv"])).unwrap();
    assert!(text.starts_with("\u{feff}Compte;Intitulé du compte;À nouveau débiteur;"), "{text}");
    assert!(text.lines().any(|line| line.starts_with("411;Redevables et clients;0,00;")), "{text}");
}

/// Whoever finds a sheet of paper knows whose it is.
#[test]
fn every_report_on_paper_names_the_body_and_the_facility() {
    let world = World::new(Engine::Sqlite);
    story(&world);
    let day = ["--as-of", "2026-12-31"];
    let reports: [(&[&str], &[&str]); 8] = [
        (&["journal", "balance"], &["--to", "2026-12-31"]),
        (&["journal", "ledger", "--account", "411"], &["--to", "2026-12-31"]),
        (&["journal", "tie-out"], &["--year", "2026"]),
        (&["journal", "reconcile"], &day),
        (&["amortisation", "movements"], &["--year", "2026"]),
        (&["amortisation", "funding"], &["--year", "2026"]),
        (&["amortisation", "report"], &day),
        (&["payback", "report"], &day),
    ];
    for (report, of) in reports {
        let arguments = [report, of, &["--format", "pdf"]].concat();
        let document = lopdf::Document::load_mem(&bytes(&world, &arguments)).unwrap();
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        let text = document.extract_text(&pages).unwrap().replace(char::is_whitespace, "");
        let names = "VilledeParis·CentrededonnéesChapelleInternational·Montantseneuros";
        assert!(text.contains(names), "{report:?}: {text}");
    }
}
