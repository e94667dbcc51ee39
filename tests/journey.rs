//! The main job through the command line, on both engines: what people type, what they see, what bad input gets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use chapelle::app::run_billing::{self, RunRequest};
use chapelle::app::{AppError, figures, read_invoices};
use chapelle::domain::access::TenantScope;
use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::{BillingMonth, Period};
use chapelle::domain::invoice::InvoiceKind;
use chapelle::domain::money::Money;
use chapelle::domain::rating::ChargeKind;
use chapelle::storage::StorageError;
use common::{ENGINES, World, readings_csv, small_book, small_book_path};
use serde_json::Value;

fn months() -> [BillingMonth; 2] {
    ["2026-09".parse().unwrap(), "2026-10".parse().unwrap()]
}

/// A world with the small book and hourly readings of September and October.
fn ready(world: &World) {
    let book = small_book();
    let [first, last] = months();
    let zone = book.facility.zone;
    let period = Period { from: first.period(zone).from, to: last.period(zone).to };
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let (csv, _) = readings_csv(&book, period, 3_600);
    let file = world.file("readings.csv", &csv);
    world.ok(&["readings", "import", file.to_str().unwrap()]);
}

fn json(world: &World, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    let output = world.run(&all);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A decimal string in cents.
fn cents(value: &Value) -> i64 {
    value.as_str().unwrap().replace('.', "").parse().unwrap()
}

#[test]
fn a_month_is_billed_once_and_every_total_adds_up() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let plan = json(&world, &["billing", "plan", "--month", "2026-09"]);
        assert_eq!(plan["drafts"].as_array().unwrap().len(), 3, "{plan:#}");
        for draft in plan["drafts"].as_array().unwrap() {
            let lines: i64 = draft["charges"].as_array().unwrap().iter().map(|charge| cents(&charge["net"])).sum();
            assert_eq!(lines, cents(&draft["net"]), "{draft:#}");
            assert_eq!(cents(&draft["net"]) + cents(&draft["tax"]), cents(&draft["gross"]));
        }
        assert_eq!(json(&world, &["invoices", "list"]).as_array().unwrap().len(), 0, "a plan writes nothing");

        let drafted = json(&world, &["billing", "run", "--month", "2026-09"]);
        assert_eq!((drafted["drafted"].as_u64(), drafted["issued"].as_array().unwrap().len()), (Some(3), 0));
        let run = json(&world, &["billing", "run", "--month", "2026-09", "--issue"]);
        let numbers: Vec<&str> =
            run["issued"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap()).collect();
        assert_eq!(numbers, ["DC2026000001", "DC2026000002", "DC2026000003"]);
        let again = json(&world, &["billing", "run", "--month", "2026-09", "--issue"]);
        assert_eq!(again["issued"].as_array().unwrap().len(), 0, "never twice");
        assert_eq!(again["already_billed"].as_array().unwrap().len(), 3);

        let check = json(&world, &["invoices", "archive"]);
        assert_eq!((check["sound"].as_u64(), check["damaged"].as_array().unwrap().len()), (Some(6), 0));
        let delivered = json(&world, &["outbox", "deliver"]);
        assert_eq!(delivered["sent"].as_u64(), Some(2), "one per contact; the city has none");
        assert_eq!(std::fs::read_dir(world.dir.path().join("mail")).unwrap().count(), 2);
        assert_eq!(json(&world, &["outbox", "deliver"])["sent"].as_u64(), Some(0));
    }
}

#[test]
fn a_correction_of_a_billed_month_is_a_line_of_the_next_invoice() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let correction = "meter,at,value,correction\nSAN-EDP,2026-09-10T00:00:00Z,500,array miscounted\n";
        let file = world.file("late.csv", correction);
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let storage = plan["drafts"].as_array().unwrap().iter().find(|draft| draft["contract"] == "EDP-2026").unwrap();
        let lines = storage["charges"].as_array().unwrap();
        let regularised: Vec<&Value> =
            lines.iter().filter(|line| line["formula"].as_str().unwrap().contains("DC2026")).collect();
        assert_eq!(regularised.len(), 1, "{storage:#}");
        assert!(cents(&regularised[0]["net"]) > 0);
        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        let listed = json(&world, &["invoices", "list", "--month", "2026-09"]);
        assert_eq!(listed.as_array().unwrap().len(), 3, "the billed month has no new invoice");
    }
}

/// A line of the first month was less available than promised: the next invoice allows a part of its price, once.
#[test]
fn a_broken_promise_is_allowed_on_the_next_invoice() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        assert!(world.ok(&["export"]).contains("committed_percent = 99.95"));
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);

        let record = |percent: &str, month: &str, line: &str| {
            let place = ["availability", "record", "--contract", "AP-2026", "--line", line, "--month", month];
            world.run(&[&place[..], &["--percent", percent, "--reason", "supervision"]].concat())
        };
        let warned = json(&world, &["billing", "plan", "--month", "2026-10"]);
        let found = warned["problems"].as_array().unwrap();
        assert!(found.iter().any(|one| one["what"] == "availability-unknown"), "{warned:#}");
        for (percent, month, line) in
            [("101", "2026-09", "baies"), ("99", "2027-01", "baies"), ("99", "2026-09", "energie")]
        {
            assert_eq!(record(percent, month, line).status.code(), Some(2), "{percent} {month} {line}");
        }
        assert_eq!(record("99.96", "2026-09", "baies").status.code(), Some(0));
        let kept = json(&world, &["billing", "plan", "--month", "2026-10"]);
        assert!(!kept.to_string().contains("availability"), "kept, nothing to allow: {kept:#}");
        assert_eq!(record("99.9", "2026-09", "baies").status.code(), Some(0), "the figure is replaced");

        world.ok(&["billing", "run", "--month", "2026-10", "--issue"]);
        let listed = json(&world, &["invoices", "list", "--month", "2026-10"]);
        let number = listed.as_array().unwrap().iter().find(|one| one["contract"] == "AP-2026").unwrap();
        let number = number["number"].as_str().unwrap();
        let invoice = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        let credits: Vec<_> =
            invoice.charges.iter().filter(|one| matches!(one.kind, ChargeKind::ServiceCredit { .. })).collect();
        assert_eq!(credits.len(), 1);
        assert_eq!(credits[0].net.to_string(), "-120.00", "a tenth of the rack's 1,200.00");
        assert!(record("98", "2026-09", "baies").status.code() == Some(2), "an invoice rests on it");
        let known = json(&world, &["availability", "list", "--contract", "AP-2026"]);
        assert_eq!((known[0]["percent"].as_str(), known[0]["invoice"].as_str()), (Some("99.9"), Some(number)));

        let again = json(&world, &["billing", "run", "--month", "2026-10", "--issue"]);
        assert_eq!(again["issued"].as_array().unwrap().len(), 0, "a run that is repeated allows it once");

        // What stands on the invoice of October is no part of what October's line was billed: a quarter of 1,200.00.
        assert_eq!(record("90", "2026-10", "baies").status.code(), Some(0));
        let credits = credits_of_november(&world);
        assert_eq!(credits, ["baies~availability -300.00"], "{engine:?}");
    }
}

/// What November would allow AP-2026, its readings known.
fn credits_of_november(world: &World) -> Vec<String> {
    let (book, last) = (small_book(), "2026-11".parse::<BillingMonth>().unwrap());
    let zone = book.facility.zone;
    let period = Period { from: months()[0].period(zone).from, to: last.period(zone).to };
    let file = world.file("through-november.csv", &readings_csv(&book, period, 3_600).0);
    let december = |arguments: &[&str]| {
        let output = world.chapelle_at("2026-12-02T08:00:00Z", arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    december(&["--json", "readings", "import", file.to_str().unwrap()]);
    let plan = december(&["--json", "billing", "plan", "--month", "2026-11"]);
    let draft = plan["drafts"].as_array().unwrap().iter().find(|draft| draft["contract"] == "AP-2026").unwrap();
    let told = |charge: &Value| format!("{} {}", charge["line"].as_str().unwrap(), charge["net"].as_str().unwrap());
    draft["charges"].as_array().unwrap().iter().map(told).filter(|line| line.contains("availability")).collect()
}

/// A figure that is replaced while a run goes on is not taken for the one the run was planned with.
#[test]
fn a_figure_replaced_during_a_run_is_allowed_as_it_is_known() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let record = |percent: &str| {
            let place = ["availability", "record", "--contract", "AP-2026", "--line", "baies", "--month", "2026-09"];
            world.ok(&[&place[..], &["--percent", percent, "--reason", "supervision"]].concat());
        };
        record("99.9");
        let request = RunRequest {
            month: months()[1],
            issue: true,
            by: Actor::new("finance", None),
            now: "2026-11-03T08:00:00Z".parse().unwrap(),
        };
        let replacing = &mut |done: usize, _: usize| {
            if done == 0 {
                record("98");
            }
        };
        let broken = run_billing::run(&world.store(), &request, replacing);
        assert!(matches!(&broken, Err(AppError::Storage(StorageError::Conflict(_)))), "{engine:?}: {broken:?}");
        run_billing::run(&world.store(), &request, &mut |_, _| {}).unwrap();
        let listed = json(&world, &["invoices", "list", "--month", "2026-10"]);
        let number = listed.as_array().unwrap().iter().find(|one| one["contract"] == "AP-2026").unwrap();
        let number = number["number"].as_str().unwrap();
        let invoice = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        let credit = invoice.charges.iter().find(|one| matches!(one.kind, ChargeKind::ServiceCredit { .. })).unwrap();
        assert_eq!(credit.net.to_string(), "-300.00", "{engine:?}: a quarter below 99 %");
    }
}

#[test]
fn one_tenants_problem_blocks_only_that_tenant() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        // The index of one counter falls without a declared reset.
        let file = world.file("fall.csv", "meter,at,value\nA01-EB,2026-09-20T10:30:00Z,1\n");
        world.ok(&["readings", "import", file.to_str().unwrap()]);
        let output = world.run(&["--json", "billing", "run", "--month", "2026-09", "--issue"]);
        assert_eq!(output.status.code(), Some(3), "something needs a person");
        let run: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(run["issued"].as_array().unwrap().len(), 2, "{run:#}");
        let blocking: Vec<&Value> =
            run["problems"].as_array().unwrap().iter().filter(|one| one["severity"] == "blocking").collect();
        assert!(!blocking.is_empty() && blocking.iter().all(|one| one["contract"] == "AP-2026"), "{blocking:#?}");
        assert!(blocking[0]["message"].as_str().unwrap().contains("A01-EB"));
    }
}

#[test]
fn depreciation_is_posted_once_a_month() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert!(posted["posted"].as_array().unwrap().len() > 12, "{posted}");
        let again = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert_eq!(again["posted"].as_array().unwrap().len(), 0);
        let report: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-10-31", "--format", "json"]))
                .unwrap();
        assert_eq!(report["total"]["position"]["due"], "0.00", "everything due is posted: {:#}", report["total"]);
        for format in ["csv", "xlsx", "pdf"] {
            let path = world.dir.path().join(format!("plan.{format}"));
            world.ok(&[
                "amortisation",
                "report",
                "--as-of",
                "2026-10-31",
                "--format",
                format,
                "--output",
                path.to_str().unwrap(),
            ]);
            assert!(std::fs::metadata(path).unwrap().len() > 500, "{format}");
        }
    }
}

#[test]
fn what_is_exported_imports_to_no_change() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let exported = world.file("exported.toml", &world.ok(&["export"]));
        let report = json(&world, &["import", exported.to_str().unwrap()]);
        assert_eq!(report["created"].as_array().unwrap().len(), 0, "{report}");
        assert_eq!(report["changed"].as_array().unwrap().len(), 0, "{report}");
    }
}

#[test]
fn bad_input_ends_with_2_names_place_and_remedy_and_changes_nothing() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let before = world.ok(&["export"]);
    let bad_book = std::fs::read_to_string(small_book_path()).unwrap().replace("26750045200011", "26750045200012");
    let bad_book = world.file("bad.toml", &bad_book);
    let endless = world.file("endless.csv", &format!("meter,at,value\n{}", "x".repeat(2 << 20)));
    let array = world.file("array.json", "[]");
    let truncated = world.dir.path().join("cut.csv.gz");
    std::fs::write(&truncated, [0x1F, 0x8B, 8, 0, 0]).unwrap();
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (vec!["import", bad_book.to_str().unwrap()], "siret"),
        (vec!["import", "/nowhere/book.toml"], "/nowhere/book.toml"),
        (vec!["readings", "import", endless.to_str().unwrap()], "line 2 is longer"),
        (vec!["readings", "import", array.to_str().unwrap()], "one object a line"),
        (vec!["readings", "import", truncated.to_str().unwrap()], "send it again"),
        (vec!["billing", "plan", "--month", "2026-13"], "is not a month"),
        (vec!["amortisation", "report", "--as-of", "2026-02-30", "--format", "json"], "not a day of the calendar"),
        (vec!["amortisation", "post", "--through", "2026-11"], "has not ended yet"),
        (vec!["outbox", "retry", "77"], "77"),
        (vec!["user", "add", "--email", "x", "--name", "x", "--role", "finance"], "password"),
        (vec!["frobnicate"], "frobnicate"),
    ];
    for (arguments, told) in cases {
        let output = world.run(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
    assert_eq!(world.ok(&["export"]), before);
}

#[test]
fn readings_that_cannot_be_are_refused_one_by_one() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let csv = "meter,at,value,unit\n\
        A01-EA,2026-12-24T00:00:00Z,1,\n\
        A01-EA,2025-01-01T00:00:00Z,1,\n\
        A02-EA,2026-10-01T00:00:00Z,1,\n\
        NOBODY,2026-10-01T00:00:00Z,1,\n\
        A01-PA,2026-10-01T00:20:00Z,1,terabyte\n\
        A01-PA,2026-10-01T00:20:00Z,-1,\n\
        A01-EA,2026-10-01T00:20:00Z,1000000,\n\
        A02-U,2026-10-01T00:20:00Z,1.5,\n\
        SAN-EDP,2026-09-30T22:00:00Z,7,\n\
        A01-PA,2026-10-01T00:20:00Z,2.5,kilowatt\n";
    let file = world.file("odd.csv", csv);
    let output = world.run(&["--json", "readings", "import", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((report[0]["accepted"].as_u64(), report[0]["refused_count"].as_u64()), (Some(1), Some(9)), "{report:#}");
    let told: Vec<&str> = report[0]["refused"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let expected = [
        "in the future",
        "was installed at",
        "was removed at",
        "not in the facility book",
        "not terabyte",
        "is negative",
        "returns to zero",
        "not a whole number",
        "send it as a correction",
    ];
    for ((line, told), expected) in (2..).zip(told).zip(expected) {
        assert!(told.starts_with(&format!("line {line}: ")) && told.contains(expected), "{told}");
    }
}

#[test]
fn a_reading_refused_before_is_taken_once_its_meter_is_known() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let file = world.file("new.csv", "meter,at,value\nA03-EA,2026-10-05T00:10:00Z,5\nA01-PA,2026-10-05T00:20:00Z,2\n");
    let file = file.to_str().unwrap();
    let first = json(&world, &["readings", "import", file]);
    assert_eq!((first[0]["accepted"].as_u64(), first[0]["refused_count"].as_u64()), (Some(1), Some(1)), "{first}");
    let meter = "\n[[meter]]\ncode = \"A03-EA\"\nregister = \"energy\"\ninstalled_at = 2026-10-01T00:00:00+02:00\n";
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let book = world.file("more.toml", &format!("{book}{meter}"));
    world.ok(&["import", book.to_str().unwrap()]);
    let second = json(&world, &["readings", "import", file]);
    assert_eq!((second[0]["accepted"].as_u64(), second[0]["duplicates"].as_u64()), (Some(1), Some(1)), "{second}");
}

#[test]
fn a_file_imported_again_counts_its_duplicates() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let file =
            world.file("few.csv", "meter,at,value\nA01-PA,2026-10-05T00:10:00Z,1\nA01-PA,2026-10-05T00:20:00Z,2\n");
        let counts = |report: &Value| (report[0]["accepted"].as_u64(), report[0]["duplicates"].as_u64());
        let file = file.to_str().unwrap();
        assert_eq!(counts(&json(&world, &["readings", "import", file])), (Some(2), Some(0)), "{engine:?}");
        assert_eq!(counts(&json(&world, &["readings", "import", file])), (Some(0), Some(2)), "{engine:?}");
    }
}

#[test]
fn events_in_a_file_are_readings() {
    let world = World::new(common::Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let event = |id: u32, data: &str| {
        format!(
            "{{\"specversion\":\"1.0\",\"type\":\"eu.chapelle.reading.v1\",\"source\":\"pdu\",\"id\":\"{id}\",{data}}}\n"
        )
    };
    let data = r#"{"meter":"A01-PA","at":"2026-10-05T00:10:00Z","value":1.5}"#;
    let coded = "eyJtZXRlciI6IkEwMS1QQSIsImF0IjoiMjAyNi0xMC0wNVQwMDoyMDowMFoiLCJ2YWx1ZSI6Mi41fQ==";
    let events = [
        event(1, &format!("\"data\":{data}")),
        event(2, &format!("\"datacontenttype\":\"application/json\",\"data_base64\":\"{coded}\"")),
        event(3, &format!("\"data\":{data}")).replace("\"id\":\"3\",", ""),
        event(4, "\"time\":\"2026-10-05T00:10:00Z\""),
    ];
    let file = world.file("events.ndjson", &events.concat());
    let report = json(&world, &["readings", "import", file.to_str().unwrap()]);
    assert_eq!((report[0]["accepted"].as_u64(), report[0]["refused_count"].as_u64()), (Some(2), Some(2)), "{report:#}");
    let told = report[0]["refused"].as_array().unwrap();
    assert!(told[0].as_str().unwrap().starts_with("line 3: id is missing"), "{told:?}");
    assert!(told[1].as_str().unwrap().starts_with("line 4: the event has no data"), "{told:?}");
}

#[test]
fn a_file_cut_off_in_transit_is_refused_and_the_whole_one_goes_on_from_there() {
    let world = World::new(common::Engine::Sqlite);
    let book = small_book();
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let (csv, count) = readings_csv(&book, months()[1].period(book.facility.zone), 600);
    let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut zipped, csv.as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();
    let path = world.dir.path().join("october.csv.gz");
    std::fs::write(&path, &zipped[..zipped.len() * 2 / 3]).unwrap();
    let output = world.run(&["readings", "import", path.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stdout);
    // What stood before the cut is kept, so it is not "nothing changed".
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("october.csv.gz") && told.contains("send it again") && told.contains("is kept"), "{told}");
    std::fs::write(&path, &zipped).unwrap();
    let report = json(&world, &["readings", "import", path.to_str().unwrap()]);
    let of = |key: &str| report[0][key].as_u64().unwrap();
    assert!(of("duplicates") > 0 && of("refused_count") == 0, "{report}");
    assert_eq!(of("accepted") + of("duplicates"), u64::try_from(count).unwrap());
}

#[test]
fn commands_that_only_confirm_do_so_for_scripts_as_well() {
    let world = World::new(common::Engine::Sqlite);
    let checked = json(&world, &["import", "--check", small_book_path().to_str().unwrap()]);
    assert_eq!(checked["sound"], true, "{checked}");
    let arguments = ["--json", "user", "add", "--email", "a@example.org", "--name", "A", "--role", "auditor"];
    let mut add = world.chapelle(&arguments);
    let mut child = add.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"quatre mots sans lien\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let added: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&added["email"], &added["role"]), (&"a@example.org".into(), &"auditor".into()));
}

#[test]
fn a_document_that_is_gone_is_made_again() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
    let path = world.dir.path().join("archive/2026/DC2026000001.xml");
    let before = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(json(&world, &["invoices", "archive"])["remade"].as_u64(), Some(1));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn an_invoice_refused_for_its_references_is_corrected_and_its_title_is_at_hand() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
        let titre = |number: &str| json(&world, &["invoices", "titre", "--number", number]);
        let first = titre("DC2026000001");
        let number = |value: &Value| value.as_str().unwrap().to_owned();
        let sum = |list: &Value, key: &str| list.as_array().unwrap().iter().map(|one| cents(&one[key])).sum::<i64>();
        assert_eq!(sum(&first["imputation"], "amount"), cents(&first["gross"]), "{first:#}");
        assert_eq!(sum(&first["liquidation"], "net"), cents(&first["net"]));
        assert_eq!(first["attachment"]["sha256"].as_str().unwrap().len(), 64);
        let csv = world.ok(&["invoices", "titre", "--number", "DC2026000001", "--format", "csv"]);
        let rows = first["liquidation"].as_array().unwrap().len() + first["vat"].as_array().unwrap().len();
        assert_eq!(csv.lines().count(), 1 + rows, "{csv}");

        let before = figures::figures(&world.store()).unwrap();
        let book = std::fs::read_to_string(small_book_path()).unwrap();
        let moved = world.file("moved.toml", &book.replace("postcode = \"75012\"", "postcode = \"75010\""));
        world.ok(&["import", moved.to_str().unwrap()]);
        let report = json(&world, &["invoices", "correct", "DC2026000001", "--reason", "refused by Chorus Pro"]);
        let (note, corrected) = (number(&report["credit_note"]), number(&report["corrected"]));
        assert_eq!((note.as_str(), corrected.as_str()), ("DC2026000004", "DC2026000005"));
        assert_eq!(report["gross"], first["gross"]);
        let issued = read_invoices::one(&world.store(), &TenantScope::Everyone, &corrected).unwrap().unwrap();
        assert_eq!(issued.kind, InvoiceKind::Corrected);
        assert_eq!(issued.corrects.iter().map(|(number, _)| number.as_str()).collect::<Vec<_>>(), ["DC2026000001"]);
        assert_eq!(titre(&note)["kind"], "reduction");
        assert_eq!(titre(&corrected)["imputation"], first["imputation"]);
        assert_eq!(titre(&note)["imputation"], first["imputation"], "in the direction of the title");
        let after = figures::figures(&world.store()).unwrap();
        assert_eq!((after.net, after.tax, after.gross), (before.net, before.tax, before.gross), "no amount changed");
        assert_eq!(after.tenants.iter().map(|one| one.gross).sum::<Money>(), before.gross);
        assert_eq!(after.journal_debit, after.journal_credit);
        let again = world.run(&["invoices", "correct", "DC2026000001", "--reason", "again"]);
        assert_eq!(again.status.code(), Some(2), "{}", String::from_utf8_lossy(&again.stderr));
        let check = json(&world, &["invoices", "archive"]);
        assert_eq!((check["sound"].as_u64(), check["damaged"].as_array().unwrap().len()), (Some(10), 0));
        let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
        assert!(plan["drafts"].as_array().unwrap().len() > 1, "{plan:#}");
    }
}

#[test]
fn what_a_structure_requires_is_checked_before_its_month_is_billed() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let strict = book.replacen(
        "payment_term_class = \"health-establishment\"",
        "payment_term_class = \"health-establishment\"\nchorus_requires = \"both\"",
        1,
    );
    let strict = strict.lines().filter(|line| !line.starts_with("service_code")).collect::<Vec<_>>().join("\n");
    let strict = world.file("strict.toml", &strict);
    world.ok(&["import", strict.to_str().unwrap()]);
    let plan = json(&world, &["billing", "plan", "--month", "2026-09"]);
    let problems = plan["problems"].as_array().unwrap();
    let missing: Vec<&Value> = problems.iter().filter(|problem| problem["what"] == "missing-routing").collect();
    assert_eq!(missing.len(), 1, "{problems:#?}");
    let message = missing[0]["message"].as_str().unwrap();
    assert!(message.contains("a service code") && message.contains("service_code of the tenant"), "{message}");
    assert_eq!(plan["drafts"].as_array().unwrap().len(), 2, "the others are billed");
}

#[test]
fn a_mistyped_data_directory_is_refused_and_not_made() {
    let world = World::new(common::Engine::Sqlite);
    let typo = world.dir.path().join("dta");
    let output =
        world.chapelle(&["invoices", "list", "--data-dir", typo.to_str().unwrap()]).env_remove("DATABASE_URL").output();
    let output = output.unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("check --data-dir") && !typo.exists(), "{error}");
}

#[test]
fn changed_terms_of_billed_months_are_pointed_out() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let dearer = world.file("dearer.toml", &book.replacen("unit_price_eur = 1_200.00", "unit_price_eur = 1_250.00", 1));
    let dearer = dearer.to_str().unwrap();
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
    let report = json(&world, &["import", dearer]);
    let warning = report["warnings"][0].as_str().unwrap();
    assert!(warning.contains("months through 2026-09 are billed"), "{report}");
    assert_eq!(json(&world, &["import", dearer])["warnings"].as_array().unwrap().len(), 0);
}

#[test]
fn a_book_that_reads_billed_months_otherwise_is_refused() {
    let world = World::new(common::Engine::Sqlite);
    ready(&world);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let contract = book.find("[[contract]]").unwrap();
    let (head, contracts) = book.split_at(contract);
    let moved = world.file(
        "moved.toml",
        &format!("{head}{}", contracts.replacen("tenant = \"aphp\"", "tenant = \"eau-de-paris\"", 1)),
    );
    let zone = world.file("zone.toml", &book.replacen("Europe/Paris", "Asia/Tokyo", 1));
    let arrival = "code = \"GTB-ARRIVEE\"";
    let modulus = world.file("modulus.toml", &book.replacen(arrival, &format!("{arrival}\nmodulus = 1"), 1));
    let refused = |path: &std::path::Path| {
        let output = world.run(&["import", path.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{told}");
        told
    };
    // Nothing is issued yet: only the counter's own reading stands against anything.
    world.ok(&["import", zone.to_str().unwrap()]);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
    let told = refused(&moved);
    assert!(told.contains("is billed to aphp") && told.contains("a contract of its own"), "{told}");
    let told = refused(&zone);
    assert!(told.contains("zone is Europe/Paris") && told.contains("twice or not at all"), "{told}");
    let told = refused(&modulus);
    assert!(told.contains("GTB-ARRIVEE") && told.contains("lies below its reading"), "{told}");
    assert!(json(&world, &["import", small_book_path().to_str().unwrap()])["changed"].as_array().unwrap().is_empty());
}

#[test]
fn a_check_holds_the_book_against_what_is_stored_and_writes_nothing() {
    let world = World::new(common::Engine::Sqlite);
    let small = small_book_path();
    let small = small.to_str().unwrap();
    let nowhere = world.dir.path().join("nowhere");
    let mut alone = world.chapelle(&["import", "--check", small, "--data-dir", nowhere.to_str().unwrap()]);
    let told = String::from_utf8(alone.env_remove("DATABASE_URL").output().unwrap().stdout).unwrap();
    assert!(told.contains("no database in") && !nowhere.exists(), "a check makes no data directory: {told}");
    ready(&world);
    world.ok(&["billing", "run", "--month", "2026-09", "--issue"]);
    let book = std::fs::read_to_string(small).unwrap();
    let events = || json(&world, &["audit", "verify"])["events"].as_u64().unwrap();
    let before = events();

    let renamed = book.replace("number_prefix = \"DC\"", "number_prefix = \"CH\"");
    let renamed = world.file("renamed.toml", &renamed.replace("26750045200011", "26750045200029"));
    let checked = json(&world, &["import", "--check", renamed.to_str().unwrap()]);
    let warnings: Vec<&str> =
        checked["changes"]["warnings"].as_array().unwrap().iter().map(|told| told.as_str().unwrap()).collect();
    assert_eq!(warnings.len(), 2, "{checked:#}");
    assert!(warnings[0].contains("SIRET changed from 26750045200011 to 26750045200029"), "{warnings:?}");
    assert!(warnings[1].contains("numbered DC") && warnings[1].contains("begins at 1"), "{warnings:?}");
    assert_eq!(checked["changes"]["changed"].as_array().unwrap().len(), 2, "{checked:#}");

    let zone = world.file("zone.toml", &book.replacen("Europe/Paris", "Asia/Tokyo", 1));
    let output = world.run(&["import", "--check", zone.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && told.contains("zone is Europe/Paris"), "{told}");
    assert_eq!(events(), before, "nothing was written");
    assert!(json(&world, &["import", small])["changed"].as_array().unwrap().is_empty());
}

/// Thirteen months hold what happens in the seventh, ninth and twelfth: a swapped meter, a silent one, a correction of a
/// billed month. Read once an hour, they are quickly made.
#[test]
fn the_demo_ends_with_books_that_agree_and_goes_on_where_it_stands() {
    let world = World::new(common::Engine::Sqlite);
    let coarse = ["demo", "--no-serve", "--months", "13", "--step-minutes", "60"];
    let first = json(&world, &coarse);
    let cents = |value: &Value| value.as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    let figures = &first["figures"];
    assert_eq!(cents(&figures["journal_debit"]), cents(&figures["journal_credit"]), "{first:#}");
    assert_eq!(cents(&figures["net"]) + cents(&figures["tax"]), cents(&figures["gross"]));
    let by_tenant: i64 = figures["tenants"].as_array().unwrap().iter().map(|tenant| cents(&tenant["gross"])).sum();
    assert_eq!(by_tenant, cents(&figures["gross"]));
    // The correction of the twelfth month is a line of the thirteenth's invoice.
    let regularises = |invoice: &Value| {
        let number = invoice["number"].as_str().unwrap();
        let issued = read_invoices::one(&world.store(), &TenantScope::Everyone, number).unwrap().unwrap();
        issued.charges.iter().any(
            |charge| matches!(&charge.kind, ChargeKind::Regularisation { month, .. } if month.to_string() == "2026-09"),
        )
    };
    let last = json(&world, &["invoices", "list", "--month", "2026-10"]);
    assert_eq!(last.as_array().unwrap().iter().filter(|invoice| regularises(invoice)).count(), 1, "{last:#}");
    // The years before are closed: charges and income begin at nothing.
    let balance = ["journal", "balance", "--to", "2026-10-31", "--format", "json"];
    let output = world.run(&balance);
    let balance: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results: Vec<&Value> = balance["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["account"].as_str().unwrap().starts_with(['6', '7']))
        .collect();
    assert_eq!(results.len(), 2, "depreciation and rents: {balance:#}");
    for row in results {
        assert_eq!((cents(&row["opening_debit"]), cents(&row["opening_credit"])), (0, 0), "{row:#}");
    }
    let again = json(&world, &coarse);
    assert_eq!((again["readings_loaded_now"].as_u64(), &again["figures"]), (Some(0), figures));
    let plan = json(&world, &["billing", "plan", "--month", "2026-10"]);
    assert_eq!(plan["drafts"].as_array().unwrap().len(), 0, "{plan:#}");
}
