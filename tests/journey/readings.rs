//! Readings from files: refused one by one, counted twice, cut off in transit.

use crate::common::{ENGINES, Engine, World, readings_csv, small_book, small_book_path};
use crate::{json, months, ready};
use chapelle::app::{figures, ingest_readings, read_racks};
use chapelle::domain::audit::Actor;
use rust_decimal::Decimal;
use serde_json::Value;

#[test]
fn readings_that_cannot_be_are_refused_one_by_one() {
    let world = World::new(Engine::Sqlite);
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
    let world = World::new(Engine::Sqlite);
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
fn one_is_counted_as_one_and_progress_goes_from_nothing_to_all() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let file = world.file("one.csv", "meter,at,value\nA01-PA,2026-10-05T00:10:00Z,1\n");
    let import = ["readings", "import", file.to_str().unwrap()];
    assert!(world.ok(&import).contains("1 accepted, 0 duplicates, 0 refused"));
    assert!(world.ok(&import).contains("0 accepted, 1 duplicate, 0 refused"));

    let (by, mut told) = (Actor::new("test", None), vec![]);
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let progress = &mut |done, total| told.push((done, total));
    ingest_readings::import_file(&world.store(), &file, "file", &by, now, progress).unwrap();
    let bytes = std::fs::metadata(&file).unwrap().len();
    assert_eq!((told.first(), told.last()), (Some(&(0, bytes)), Some(&(bytes, bytes))));
}

#[test]
fn a_line_that_is_no_object_is_told_what_is_right() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let good = r#"{"meter":"A01-PA","at":"2026-10-05T00:10:00Z","value":1}"#;
    let file = world.file("lines.ndjson", &format!("{good}\n[1]\n[\"A01-PA\",\"2026-10-05T00:20:00Z\",1]\n7\n"));
    let report = json(&world, &["readings", "import", file.to_str().unwrap()]);
    assert_eq!(report[0]["accepted"].as_u64(), Some(1), "{report}");
    for (told, found) in report[0]["refused"].as_array().unwrap().iter().zip(["an array", "an array", "a number"]) {
        let told = told.as_str().unwrap();
        assert!(told.contains(&format!("this is {found}, not a JSON object; a reading is {{\"meter\"")), "{told}");
    }
}

#[test]
fn events_in_a_file_are_readings() {
    let world = World::new(Engine::Sqlite);
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
fn a_file_cut_off_in_transit_is_refused_and_the_whole_one_is_taken() {
    let world = World::new(Engine::Sqlite);
    let book = small_book();
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let (csv, count) = readings_csv(&book, months()[1].period(book.facility.zone), 600);
    let mut zipped = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    std::io::Write::write_all(&mut zipped, csv.as_bytes()).unwrap();
    let zipped = zipped.finish().unwrap();
    let path = world.dir.path().join("october.csv.gz");
    std::fs::write(&path, &zipped[..zipped.len() * 2 / 3]).unwrap();
    let output = world.run(&["readings", "import", path.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("october.csv.gz") && told.contains("send it again"), "{told}");
    std::fs::write(&path, &zipped).unwrap();
    let report = json(&world, &["readings", "import", path.to_str().unwrap()]);
    let of = |key: &str| report[0][key].as_u64().unwrap();
    assert_eq!((of("accepted"), of("duplicates")), (u64::try_from(count).unwrap(), 0), "{report}");
}

/// What breaks off is refused as a whole: nothing of it is half-written.
#[test]
fn a_damaged_file_gives_nothing_and_one_of_refusals_alone_ends_with_2() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let line = |minute: u32, value: &str| format!("SAN-EDP,2026-09-01T10:{minute:02}:00Z,{value}\n");
    let head = "meter,at,value\n";
    let good: String = (0..50).map(|minute| line(minute, "12.5")).collect();
    let refused = |file: &std::path::Path, told: &str| {
        let output = world.run(&["readings", "import", file.to_str().unwrap()]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(told), "{error}");
        assert_eq!(figures::figures(&world.store()).unwrap().readings, 0, "{told}");
    };
    let endless = world.file("endless.csv", &format!("{head}{good}{}", "x".repeat(2 << 20)));
    refused(&endless, "line 52 is longer");
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::none());
    std::io::Write::write_all(&mut encoder, format!("{head}{}", good.repeat(400)).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    let cut = world.dir.path().join("cut.csv.gz");
    std::fs::write(&cut, &whole[..whole.len() - 9]).unwrap();
    refused(&cut, "send it again");
    for wrong in ["NaN", "1e30", "-1"] {
        refused(&world.file("wrong.csv", &format!("{head}{}", line(0, wrong))), "nothing was accepted");
    }
    let some = world.file("some.csv", &format!("{head}{good}{}", line(51, "NaN")));
    assert_eq!(world.run(&["readings", "import", some.to_str().unwrap()]).status.code(), Some(3));
    assert_eq!(figures::figures(&world.store()).unwrap().readings, 50);
}

/// A file that cannot be read leaves the readings of the others: the command is no refusal.
#[test]
fn files_beside_a_missing_one_are_kept_and_the_end_says_that_a_person_must_look() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let good = world.file("good.csv", "meter,at,value\nSAN-EDP,2026-09-01T10:00:00Z,12.5\n");
    let output = world.run(&["--json", "readings", "import", good.to_str().unwrap(), "/nowhere/more.csv"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/more.csv"));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report[0]["accepted"].as_u64(), Some(1), "{report}");
    let output = world.run(&["--json", "readings", "import", "/nowhere/more.csv", good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3), "the one after it is read as well");
    assert_eq!(world.run(&["readings", "import", "/nowhere/more.csv"]).status.code(), Some(2));
}

/// A feed that fell silent is not added to what the other draws an hour later, and a rack nobody has read adds nothing.
#[test]
fn racks_add_what_their_feeds_draw_in_one_window() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let mut csv = "meter,at,value\n".to_owned();
        for minute in (0..115).step_by(5) {
            let at = format!("2026-10-20T{:02}:{:02}:00Z", 7 + minute / 60, minute % 60);
            let power = if minute < 60 { "1.00" } else { "2.00" };
            csv.push_str(&format!("A01-PA,{at},{power}\n"));
            if minute < 60 {
                csv.push_str(&format!("A01-PB,{at},0.50\n"));
            }
        }
        world.ok(&["readings", "import", world.file("power.csv", &csv).to_str().unwrap()]);
        let (store, now) = (world.store(), "2026-10-20T09:00:00Z".parse().unwrap());
        let plan = read_racks::plan(&store, now).unwrap();
        let racks: Vec<_> = plan.aisles.iter().flat_map(|aisle| &aisle.racks).collect();
        let rack = racks.iter().find(|rack| rack.rack.code.as_str() == "A01").unwrap();
        let told = |kw: Option<Decimal>| kw.map(|kw| kw.normalize().to_string());
        assert_eq!(told(rack.load_kw).as_deref(), Some("1.5"), "{engine:?}");
        let feeds: Vec<_> = rack.feeds.iter().map(|feed| told(feed.load.map(|(kw, _)| kw))).collect();
        assert_eq!(feeds, [Some("1".to_owned()), Some("0.5".to_owned())], "{engine:?}");
        let load = plan.load.unwrap();
        assert_eq!((load.kw.normalize().to_string().as_str(), load.racks), ("1.5", 1), "{engine:?}");
        assert!(racks.len() > 1);
        let later = read_racks::plan(&store, "2026-10-20T19:00:00Z".parse().unwrap()).unwrap();
        assert_eq!(later.load, None, "nothing was read for hours");
    }
}
