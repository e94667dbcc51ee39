//! The tax office's file, read again and held against the published rules (livre des procédures fiscales, A47 A-1).
//!
//! Each check names the paragraph it comes from. Nothing here uses the code that writes the file.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{ENGINES, World};
use crate::story::{LATER, story, years_closed};

const NAMES: [&str; 18] = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
];

struct Line(Vec<String>);

impl Line {
    fn get(&self, name: &str) -> &str {
        &self.0[NAMES.iter().position(|one| *one == name).unwrap()]
    }

    /// Cents of a number with a decimal comma.
    fn cents(&self, name: &str) -> i64 {
        self.get(name).replace(',', "").parse().unwrap()
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 8 && chrono::NaiveDate::parse_from_str(text, "%Y%m%d").is_ok()
}

/// XII 2°: base ten, a comma before the decimals, no thousands separator, perhaps a sign.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = digits.split_once(',').unwrap_or((digits, ""));
    !whole.is_empty() && whole.chars().chain(decimals.chars()).all(|c| c.is_ascii_digit())
}

/// Every rule that can be checked on the file alone; the lines for further questions.
fn checked(name: &str, bytes: &[u8], year: i32) -> Vec<Line> {
    // IX: SirenFECAAAAMMJJ, the date being the year's closing.
    assert_eq!(name, format!("217500016FEC{year}1231.txt"));
    // XII 1°: one of the named character sets; ours is UTF-8, without a mark.
    let text = std::str::from_utf8(bytes).expect("UTF-8");
    assert!(!text.starts_with('\u{feff}'));
    // VI 1° a: records end with carriage return and/or line feed.
    assert!(text.ends_with("\r\n"));
    let mut records = text.split_terminator("\r\n");
    // VII 4°: the first line names the fields; VII 1°: these eighteen in this order. VI 1° c: tabs between them.
    assert_eq!(records.next().unwrap().split('\t').collect::<Vec<_>>(), NAMES);
    let lines: Vec<Line> = records.map(|record| Line(record.split('\t').map(str::to_owned).collect())).collect();
    assert!(!lines.is_empty());
    for (position, line) in lines.iter().enumerate() {
        let at = format!("record {}: {:?}", position + 2, line.0);
        assert_eq!(line.0.len(), 18, "{at}");
        assert!(line.0.iter().all(|cell| !cell.contains(['\n', '\r']) && cell.trim() == cell), "{at}");
        // VII 1°: only these may be blank.
        for name in NAMES {
            let may_be_blank = ["CompAuxNum", "CompAuxLib", "EcritureLet", "DateLet", "Montantdevise", "Idevise"];
            assert!(!line.get(name).is_empty() || may_be_blank.contains(&name), "{name} is blank in {at}");
        }
        // XII 4°: dates are AAAAMMJJ.
        for name in ["EcritureDate", "PieceDate", "ValidDate"] {
            assert!(is_date(line.get(name)), "{name} in {at}");
        }
        assert!(line.get("DateLet").is_empty() || is_date(line.get("DateLet")), "{at}");
        assert_eq!(line.get("EcritureLet").is_empty(), line.get("DateLet").is_empty(), "{at}");
        assert_eq!(line.get("CompAuxNum").is_empty(), line.get("CompAuxLib").is_empty(), "{at}");
        // The year's entries only.
        assert!(line.get("EcritureDate").starts_with(&year.to_string()), "{at}");
        // Field 5: the first three characters are digits of the French plan.
        let account: Vec<char> = line.get("CompteNum").chars().take(3).collect();
        assert!(account.len() == 3 && account.iter().all(char::is_ascii_digit) && account[0] != '0', "{at}");
        // Fields 12 and 13, XII 2°.
        assert!(is_number(line.get("Debit")) && is_number(line.get("Credit")), "{at}");
        assert!((line.cents("Debit") == 0) != (line.cents("Credit") == 0), "{at}");
    }
    one_entry_a_number(&lines);
    in_order_of_validation(&lines);
    lines
}

/// Field 3: numbers on a continuous sequence. An entry's lines stand together, agree on what they share, and balance.
fn one_entry_a_number(lines: &[Line]) {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut sequences: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for entry in lines.chunk_by(|a, b| a.get("EcritureNum") == b.get("EcritureNum")) {
        let number = entry[0].get("EcritureNum");
        assert!(seen.insert(number), "{number} stands in two places");
        for shared in ["JournalCode", "JournalLib", "EcritureDate", "PieceRef", "PieceDate", "ValidDate"] {
            assert!(entry.iter().all(|line| line.get(shared) == entry[0].get(shared)), "{shared} of {number}");
        }
        let debit: i64 = entry.iter().map(|line| line.cents("Debit")).sum();
        let credit: i64 = entry.iter().map(|line| line.cents("Credit")).sum();
        assert_eq!(debit, credit, "{number} does not balance");
        let (sequence, position) = number.rsplit_once('-').unwrap();
        sequences.entry(sequence).or_default().push(position.parse().unwrap());
    }
    for (sequence, positions) in sequences {
        let expected: Vec<u32> = (1..=u32::try_from(positions.len()).unwrap()).collect();
        assert_eq!(positions, expected, "the sequence {sequence} has gaps or is not in order");
    }
    // One label a code, and one name an account.
    for (code, label) in [("JournalCode", "JournalLib"), ("CompteNum", "CompteLib"), ("CompAuxNum", "CompAuxLib")] {
        let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
        for line in lines {
            let first = labels.entry(line.get(code)).or_insert_with(|| line.get(label));
            assert_eq!(*first, line.get(label), "{code} {}", line.get(code));
        }
    }
}

/// VII 1°: in the order of validation; VII 3°: but the first numbers are those that carry the last year's balances.
/// VII 1°: entries that empty charges and income at the end are left out.
fn in_order_of_validation(lines: &[Line]) {
    let rest: Vec<&Line> = lines.iter().skip_while(|line| line.get("JournalCode") == "AN").collect();
    assert!(rest.iter().all(|line| line.get("JournalCode") != "AN"), "opening entries come first");
    assert!(rest.windows(2).all(|pair| pair[0].get("ValidDate") <= pair[1].get("ValidDate")));
    assert!(lines.iter().all(|line| line.get("JournalCode") != "CL"));
    // Lines of one letter sum to zero, where all of them are in the file.
    let mut letters: BTreeMap<&str, i64> = BTreeMap::new();
    for line in lines.iter().filter(|line| !line.get("EcritureLet").is_empty()) {
        *letters.entry(line.get("EcritureLet")).or_default() += line.cents("Debit") - line.cents("Credit");
    }
    assert!(letters.values().all(|sum| *sum == 0), "{letters:?}");
}

#[test]
fn the_tax_offices_rules_hold_before_and_after_closing() {
    for engine in ENGINES {
        let world = World::new(engine);
        story(&world);
        crate::story::json_at(&world, LATER, &["amortisation", "post", "--through", "2026-12"]);
        let out = world.dir.path().join("fec");
        let write = |year: &str| {
            let command = ["journal", "fec", "--year", year, "-o", out.to_str().unwrap()];
            let output = world.chapelle_at(LATER, &command).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let name = format!("217500016FEC{year}1231.txt");
            (std::fs::read(out.join(&name)).unwrap(), name)
        };
        let (open, name) = write("2026");
        let lines = checked(&name, &open, 2026);
        let codes: BTreeSet<&str> = lines.iter().map(|line| line.get("JournalCode")).collect();
        assert_eq!(codes, BTreeSet::from(["AM", "BQ", "IM", "VE"]));
        assert!(lines.iter().any(|line| line.get("EcritureLet") == "AAA"), "the credited invoice is lettered");
        let description = std::fs::read_to_string(out.join("217500016FEC20261231-description.txt")).unwrap();
        assert!(NAMES.iter().all(|name| description.contains(name)), "XI: a description of every field goes with it");

        years_closed(&world);
        let (closed, name) = write("2026");
        let lines = checked(&name, &closed, 2026);
        assert_eq!(lines[0].get("JournalCode"), "AN");
        let without: Vec<&[u8]> =
            closed.split(|byte| *byte == b'\n').filter(|line| !line.starts_with(b"AN\t")).collect();
        assert_eq!(without, open.split(|byte| *byte == b'\n').collect::<Vec<_>>(), "closing adds the opening only");
        let debit: i64 = lines.iter().map(|line| line.cents("Debit")).sum();
        let credit: i64 = lines.iter().map(|line| line.cents("Credit")).sum();
        assert_eq!(debit, credit);
        assert_eq!(write("2026").0, closed, "the same bytes each time");
        for year in 2019..2026 {
            let (bytes, name) = write(&year.to_string());
            checked(&name, &bytes, year);
        }
        let output = world.chapelle_at(LATER, &["journal", "fec", "--year", "2018"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
}
