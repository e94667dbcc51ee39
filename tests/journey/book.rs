//! The facility book: exported, held against what is stored, refused with its places.

use serde_json::Value;

use crate::common::{ENGINES, Engine, World, small_book_path};
use crate::{json, ready};

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
    let world = World::new(Engine::Sqlite);
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
    let header = world.file("header.csv", "month,kind,label,amount_eur,source\n");
    let cases =
        [cases, vec![(vec!["payback", "import", header.to_str().unwrap()], "no figure below the header")]].concat();
    for (arguments, told) in cases {
        let output = world.run(&arguments);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
    assert_eq!(world.ok(&["export"]), before);
}

/// A file of figures is told whole: what cannot be read, and what can and is wrong all the same, line by line.
#[test]
fn every_mistake_of_a_file_of_figures_is_told_at_once() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    let file = "month,kind,label,amount_eur,source,tenant,service\n2026-09,energie,A,1.00,F-1,,\n\
                2026-09,energy,A,-5.00,F-2,,\n2026-09,earlier-revenue,R,5.00,F-3,nobody,space\n2099-01,energy,B,1.00,F-4,,\n";
    let file = world.file("figures.csv", file);
    let output = world.run(&["payback", "import", file.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{told}");
    let places = [
        "figures.csv:2: column 2 (kind): `energie` is not a kind",
        "figures.csv:3: column 4 (amount_eur): -5.00 is below zero; ",
        "figures.csv:4: column 6 (tenant): there is no tenant `nobody`; ",
        "figures.csv:5: column 1 (month): 2099-01 is still to come; ",
        "4 mistakes; nothing was recorded",
    ];
    let found: Vec<Option<usize>> = places.iter().map(|place| told.find(place)).collect();
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{told}");
    let record = ["payback", "record", "--month", "2026-09", "--kind", "energy", "--label", "A", "--source", "F-2"];
    let output = world.run(&[&record[..], &["--amount=-5.00"]].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(2) && told.contains("-5.00 is below zero"), "{told}");
}

/// What keeps the server from beginning is said with what to set, and is no fault of the program.
#[test]
fn a_server_that_cannot_begin_says_what_to_set() {
    let world = World::new(Engine::Sqlite);
    ready(&world);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let serve = |settings: &[(&str, &str)]| {
        let output = world.chapelle(&["serve"]).envs(settings.iter().copied()).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{settings:?}: {error}");
        error
    };
    let told = serve(&[("CHAPELLE_SERVER__LISTEN", &address)]);
    assert!(told.contains(&address) && told.contains("server.listen"), "{told}");
    let smtp = |name: &str, value: &str| {
        serve(&[("CHAPELLE_MAIL__TRANSPORT", "smtp"), ("CHAPELLE_MAIL__SMTP_USER", "chapelle"), (name, value)])
    };
    let told = smtp("CHAPELLE_MAIL__SMTP_PASSWORD", "");
    assert!(told.contains("smtp_password is empty"), "{told}");
}

#[test]
fn one_file_that_cannot_be_read_keeps_no_other_from_being_taken() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let good = |name: &str, minute: u32| {
        world.file(name, &format!("meter,at,value\nA01-PA,2026-09-10T08:{minute:02}:00Z,4.75\n"))
    };
    let (first, last, bad) = (good("first.csv", 0), good("last.csv", 10), world.file("bad.json", "[]"));
    let files = [&first, &bad, &last].map(|path| path.to_str().unwrap());
    let output = world.run(&[&["readings", "import"][..], &files].concat());
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(3), "{said} {error}");
    assert!(said.contains("first.csv: 1 accepted") && said.contains("last.csv: 1 accepted"), "{said}");
    assert!(error.contains("bad.json") && error.contains("one object a line"), "{error}");
    let other = world.file("worse.json", "[]");
    let output = world.run(&["readings", "import", files[1], other.to_str().unwrap()]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("bad.json") && error.contains("worse.json"), "{error}");
}

#[test]
fn a_script_reads_the_book_and_why_a_command_failed() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let book = json(&world, &["export"]);
    assert_eq!(book["facility"]["code"], "chapelle");
    let line = &book["contract"][0]["line"][0];
    assert_eq!((&line["code"], &line["quantity"]), (&"baies".into(), &"1".into()), "{line}");
    let output = world.run(&["--json", "billing", "plan", "--month", "2027-10"]);
    assert_eq!(output.status.code(), Some(3), "a month to come has a plan that says so");
    let output = world.run(&["--json", "billing", "plan", "--month", "2026-13"]);
    let failure: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), &failure["exit_code"]), (Some(2), &2.into()), "{failure}");
    assert!(failure["error"].as_str().unwrap().contains("2026-13"), "{failure}");
    let output = world.run(&["--json", "import", "/nowhere/book.toml"]);
    let failure: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(failure["exit_code"], 2);
    assert!(failure["error"].as_str().unwrap().contains("/nowhere/book.toml"), "{failure}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("/nowhere/book.toml"));
}

#[test]
fn a_mistyped_data_directory_is_refused_and_not_made() {
    let world = World::new(Engine::Sqlite);
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
    let world = World::new(Engine::Sqlite);
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

/// A quantity that changes no amount is pointed out when a book brings it in, and refuses nothing: stored books hold some.
#[test]
fn a_quantity_without_a_price_is_pointed_out_once() {
    for engine in ENGINES {
        let world = World::new(engine);
        ready(&world);
        let book = std::fs::read_to_string(small_book_path()).unwrap();
        let line = "opération interne à la collectivité\"\nquantity = ";
        let ignored = world.file("ignored.toml", &book.replace(&format!("{line}1"), &format!("{line}4")));
        let ignored = ignored.to_str().unwrap();
        let before = world.ok(&["billing", "plan", "--month", "2026-09", "--json"]);
        let warned = |report: &Value| {
            let warnings = report["warnings"].as_array().unwrap();
            warnings.iter().map(|told| told.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let told = "contract[VDP-2026].line[supervision].quantity: 4 is priced by nothing: tariff `supervision` asks";
        let checked = warned(&json(&world, &["import", "--check", ignored])["changes"]);
        assert!(checked.len() == 1 && checked[0].starts_with(told), "{engine:?}: {checked:?}");
        let imported = warned(&json(&world, &["import", ignored]));
        assert_eq!(imported, checked, "{engine:?}");
        assert!(warned(&json(&world, &["import", ignored])).is_empty(), "{engine:?}: it is stored");
        assert_eq!(world.ok(&["billing", "plan", "--month", "2026-09", "--json"]), before, "{engine:?}");
        let exported = world.file("exported.toml", &world.ok(&["export"]));
        let again = json(&world, &["import", exported.to_str().unwrap()]);
        assert_eq!((again["changed"].as_array().unwrap().len(), warned(&again).len()), (0, 0), "{engine:?}: {again}");
    }
}

#[test]
fn a_book_that_reads_billed_months_otherwise_is_refused() {
    let world = World::new(Engine::Sqlite);
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
    let world = World::new(Engine::Sqlite);
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
