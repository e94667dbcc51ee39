//! The life of an asset through the command line, on both engines: events, entries, reports, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use chapelle::app::record_asset_event::{self, EventRequest};
use chapelle::app::{AppError, post_depreciation};
use chapelle::domain::amortisation::AssetChange;
use chapelle::domain::audit::Actor;
use chapelle::domain::money::Money;
use chapelle::storage::book::save_book;
use common::{ENGINES, Engine, NOW, World, small_book, small_book_path};
use serde_json::Value;

const ASSET: &str = "2019-0042";

fn json(world: &World, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    serde_json::from_str(&world.ok(&all)).unwrap()
}

/// What the command says where it refuses.
fn refused(world: &World, arguments: &[&str]) -> String {
    let output = world.run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr).unwrap()
}

/// An event of the asset, with its reason.
fn record(world: &World, arguments: &[&str]) -> String {
    let (word, rest) = arguments.split_first().unwrap();
    let all: Vec<&str> = ["assets", word, ASSET].iter().chain(rest).chain(&["--reason", "essai"]).copied().collect();
    world.ok(&all)
}

/// A report of the journal that ends with 3 where something differs.
fn compared(world: &World, arguments: &[&str]) -> Value {
    let all: Vec<&str> = ["--json", "journal"].iter().chain(arguments).copied().collect();
    let output = world.run(&all);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn year_end(world: &World, year: &str) -> Value {
    let report: Value = serde_json::from_str(&world.ok(&["amortisation", "movements", "--year", year])).unwrap();
    for line in report["reconciliation"].as_array().unwrap() {
        assert_eq!(line["difference"], "0.00", "{year}: {line}");
    }
    report
}

#[test]
fn what_happens_to_an_asset_is_recorded_posted_and_reported() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let first = json(&world, &["amortisation", "post", "--through", "2026-08"]);
        assert_eq!(first["movements"].as_array().unwrap().len(), 3, "two days of entry and a subsidy: {first}");
        year_end(&world, "2025");

        let early = ["assets", "revise", ASSET, "--on", "2026-08-15", "--component", "gros-oeuvre"];
        let early: Vec<&str> = early.iter().chain(&["--duration-years", "50", "--reason", "essai"]).copied().collect();
        let told = refused(&world, &early);
        assert!(told.contains("posted through 2026-08-31") && told.contains("2026-09-01"), "{told}");

        record(&world, &["revise", "--on", "2026-09-01", "--component", "gros-oeuvre", "--duration-years", "50"]);
        record(&world, &["impair", "--on", "2026-09-15", "--component", "electricite", "--amount", "100000"]);
        record(&world, &["dispose", "--on", "2026-09-20", "--component", "serveurs", "--proceeds", "30000"]);
        record(
            &world,
            &[
                "replace",
                "--on",
                "2026-10-01",
                "--component",
                "climatisation",
                "--code",
                "climatisation-2",
                "--name",
                "Froid neuf",
                "--cost",
                "3500000",
                "--duration-years",
                "12",
            ],
        );
        let told = refused(
            &world,
            &["assets", "dispose", ASSET, "--on", "2026-10-02", "--component", "serveurs", "--reason", "essai"],
        );
        assert!(told.contains("left on 2026-09-20"), "{told}");

        // What is recorded and not posted yet is to be posted, and no difference.
        let awaited = year_end(&world, "2026");
        let lines = awaited["reconciliation"].as_array().unwrap();
        let impaired = lines.iter().find(|line| line["account"].as_str().unwrap().starts_with("29")).unwrap();
        assert_eq!((&impaired["ledger"], &impaired["to_post"]), (&"0.00".into(), &"-100000.00".into()), "{impaired}");
        let impairment = |report: &Value| {
            let found = report["comparisons"].as_array().unwrap().iter().find(|one| one["check"] == "impairment");
            found.map(|one| ["ledger", "other", "difference"].map(|key| one[key].as_str().unwrap().to_owned())).unwrap()
        };
        let unposted = compared(&world, &["reconcile", "--as-of", "2026-10-31"]);
        assert_eq!(impairment(&unposted), ["0.00", "100000.00", "-100000.00"], "{unposted:#}");

        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert_eq!(posted["posted"].as_array().unwrap().len(), 2, "{posted}");
        assert_eq!(posted["movements"].as_array().unwrap().len(), 3, "a revision has no entry: {posted}");
        assert_eq!(posted["catch_up"], Value::Null);
        // Every account that events were posted to is compared, and agrees.
        let reconciled = compared(&world, &["reconcile", "--as-of", "2026-10-31"]);
        assert_eq!(impairment(&reconciled), ["100000.00", "100000.00", "0.00"], "{reconciled:#}");
        let tied = compared(&world, &["tie-out", "--year", "2026"]);
        for one in [&reconciled, &tied].into_iter().flat_map(|report| report["comparisons"].as_array().unwrap()) {
            assert_eq!(one["difference"], "0.00", "{one:#}");
        }
        let entries = json(&world, &["journal", "list", "--journal", "IM"]);
        let of_events = entries.as_array().unwrap().iter();
        let of_events = of_events.filter(|entry| entry["document"].as_str().unwrap().starts_with("EVT-"));
        let posted_to: BTreeSet<&str> = of_events
            .flat_map(|entry| entry["lines"].as_array().unwrap())
            .map(|line| line["account"].as_str().unwrap())
            .collect();
        assert!(posted_to.len() > 6, "{posted_to:?}");
        let accounts: BTreeSet<&str> =
            reconciled["comparisons"].as_array().unwrap().iter().map(|one| one["accounts"].as_str().unwrap()).collect();
        assert!(posted_to.is_subset(&accounts), "{posted_to:?} in {accounts:?}");

        let again = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert!(again["posted"].as_array().unwrap().is_empty() && again["movements"].as_array().unwrap().is_empty());

        let report: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-10-31"])).unwrap();
        let position = &report["total"]["position"];
        assert_eq!((&position["due"], &position["difference"]), (&"0.00".into(), &"0.00".into()), "{position:#}");
        assert_eq!(report["assets"][0]["events"].as_array().unwrap().len(), 4);
        let known = |day: &str| -> Value {
            let report = ["amortisation", "report", "--as-of", "2026-10-31", "--known-on", day];
            serde_json::from_str(&world.ok(&report)).unwrap()
        };
        assert!(known("2026-11-02")["assets"].as_array().unwrap().is_empty(), "imported on the third");
        assert_eq!(known("2026-11-03")["assets"][0]["events"].as_array().unwrap().len(), 4);

        let exported = world.ok(&["export"]);
        let file = world.file("exported.toml", &exported);
        let unchanged = json(&world, &["import", file.to_str().unwrap()]);
        assert!(unchanged["changed"].as_array().unwrap().is_empty(), "{unchanged}");
        let tampered =
            world.file("tampered.toml", &exported.replace("amount_eur = 100000.00", "amount_eur = 90000.00"));
        assert!(refused(&world, &["import", tampered.to_str().unwrap()]).contains("event 2 is recorded as impair"));
        let shorter = exported.rfind("[[asset.event]]").unwrap();
        let shorter = world.file("shorter.toml", &exported[..shorter]);
        assert!(refused(&world, &["import", shorter.to_str().unwrap()]).contains("no such event"));
        let moved = exported.replacen("commissioned_on = 2019-05-28", "commissioned_on = 2019-05-29", 1);
        let moved = world.file("moved.toml", &moved);
        assert!(refused(&world, &["import", moved.to_str().unwrap()]).contains("commissioning date"));
    }
}

#[test]
fn an_asset_entered_late_is_caught_up_and_files_are_kept() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        world.ok(&["amortisation", "post", "--through", "2026-10"]);
        let late = r#"
[[asset]]
code = "2024-0001"
name = "Onduleur"
cost_eur = 120_000.00
account = "2135"
commissioned_on = 2024-03-15
posting = "month"
[[asset.component]]
code = "tout"
name = "Tout"
cost_eur = 120_000.00
duration_years = 5
convention = "actual-actual"
[[asset.subsidy]]
grantor = "Région"
date = 2024-02-01
amount_eur = 12_000
[[asset.loan]]
lender = "Banque"
date = 2024-01-01
amount_eur = 50_000
[[asset.event]]
kind = "impair"
effective_on = 2025-01-01
recorded_on = 2025-01-10
recorded_by = "finances"
reason = "Essai"
component = "tout"
amount_eur = 10_000
"#;
        let book = std::fs::read_to_string(small_book_path()).unwrap() + late;
        let file = world.file("late.toml", &book);
        world.ok(&["import", file.to_str().unwrap()]);
        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert_eq!(posted["catch_up"], "AMORT-2026-10-R1", "{posted}");
        assert_eq!(posted["movements"].as_array().unwrap().len(), 3, "entry, subsidy, impairment: {posted}");
        let report: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-10-31"])).unwrap();
        assert_eq!(report["total"]["position"]["due"], "0.00");
        assert_eq!(report["total"]["position"]["difference"], "0.00");
        let funding: Value = serde_json::from_str(&world.ok(&["amortisation", "funding", "--year", "2026"])).unwrap();
        assert_eq!((&funding["loans_total"], &funding["total"]["received"]), (&"50000.00".into(), &"812000.00".into()));

        let paper = world.file("acte.pdf", "papier");
        let attach =
            ["assets", "attach", "2024-0001", paper.to_str().unwrap(), "--name", "Acte", "--date", "2024-03-15"];
        let kept = json(&world, &attach);
        assert_eq!(std::fs::read(world.dir.path().join(kept["path"].as_str().unwrap())).unwrap(), b"papier");
        let again = world.run(&attach);
        assert_eq!(again.status.code(), Some(2), "the same file twice");
        assert!(refused(&world, &["import", file.to_str().unwrap()]).contains("is attached and missing"));
        assert!(world.ok(&["export"]).contains(kept["sha256"].as_str().unwrap()));
        let sold = ["assets", "dispose", "2024-0001", "--on", "2026-11-05", "--component", "tout", "--share", "25"];
        world.ok(&[&sold[..], &["--proceeds", "10", "--reason", "vendu"]].concat());
        let shown = world.ok(&["assets", "show", "2024-0001"]);
        assert!(shown.contains("event 1: impair of tout 10000.00"), "{shown}");
        assert!(
            shown.contains("event 2: dispose of tout (25% of the gross value), proceeds 10.00 on 2026-11-05"),
            "{shown}"
        );
        let shown = json(&world, &["assets", "show", "2024-0001"]);
        assert_eq!(shown["events"][1]["change"]["extent"]["percent"], "25", "{shown}");

        for (report, format) in ["movements", "funding"].iter().flat_map(|r| ["csv", "xlsx", "pdf"].map(|f| (r, f))) {
            let path = world.dir.path().join(format!("{report}.{format}"));
            let output = path.to_str().unwrap();
            let write = ["amortisation", report, "--year", "2026", "--format", format, "--output", output];
            world.ok(&write);
            let bytes = std::fs::read(&path).unwrap();
            world.ok(&write);
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "{report} {format}: the same bytes");
            assert!(bytes.len() > 200, "{report} {format}");
        }
    }
}

const BEING_BUILT: &str = r#"
[[asset]]
code = "2026-0008"
name = "Salle neuve"
cost_eur = 50_000
account = "2135"
construction_account = "2313"
[[asset.component]]
code = "salle"
name = "Salle"
cost_eur = 50_000
duration_years = 20
[[asset.invoice]]
supplier = "Entreprise générale"
number = "S-9"
date = 2026-09-10
amount_eur = 30_000
[[asset.invoice]]
supplier = "Entreprise générale"
number = "S-10"
date = 2026-10-20
amount_eur = 20_000
"#;

/// What is built tells what it cost so far; its commissioning, recorded after invoices and months of other assets were
/// posted, is caught up.
#[test]
fn what_is_built_tells_its_cost_to_date_and_goes_into_service_late() {
    for engine in ENGINES {
        let world = World::new(engine);
        let file = world.file("book.toml", &(std::fs::read_to_string(small_book_path()).unwrap() + BEING_BUILT));
        world.ok(&["import", file.to_str().unwrap()]);
        let shown = world.chapelle_at("2026-10-01T08:00:00Z", &["assets", "show", "2026-0008"]).output().unwrap();
        let shown = String::from_utf8(shown.stdout).unwrap();
        assert!(shown.contains("cost to date 30000.00"), "{shown}");
        assert!(shown.contains("salle              under construction, cost 50000.00  Salle"), "{shown}");
        world.ok(&["amortisation", "post", "--through", "2026-10"]);
        let shown = json(&world, &["assets", "show", "2026-0008"]);
        assert_eq!((&shown["cost_to_date"], &shown["being_built"][0]["code"]), (&"50000.00".into(), &"salle".into()));

        let commission = ["assets", "commission", "2026-0008", "--on", "2026-10-16", "--component", "salle"];
        world.ok(&[&commission[..], &["--evidence", "Procès-verbal", "--reason", "réception"]].concat());
        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        assert_eq!(posted["movements"], serde_json::json!(["EVT-2026-0008-1"]), "{posted}");
        // 50,000.00 ÷ 20 years, 15 days of 360.
        assert_eq!((&posted["catch_up"], &posted["depreciation"]), (&"AMORT-2026-10-R1".into(), &"104.17".into()));
        let shown = json(&world, &["assets", "show", "2026-0008"]);
        assert!(shown.get("cost_to_date").is_none() && shown.get("being_built").is_none(), "{shown}");
        for one in compared(&world, &["reconcile", "--as-of", "2026-10-31"])["comparisons"].as_array().unwrap() {
            assert_eq!(one["difference"], "0.00", "{one:#}");
        }
    }
}

/// Of an asset posted by year a gift stands in the accounts at its day, its charges at the year's end: no difference between.
#[test]
fn a_gift_of_an_asset_posted_by_year_is_no_difference_before_the_year_is_over() {
    for engine in ENGINES {
        let world = World::new(engine);
        let book = std::fs::read_to_string(small_book_path()).unwrap();
        let of_asset = format!("code = \"{ASSET}\"\n");
        let file = world.file("book.toml", &book.replace(&of_asset, &format!("{of_asset}posting = \"year\"\n")));
        world.ok(&["import", file.to_str().unwrap()]);
        record(&world, &["donate", "--on", "2026-09-30", "--share", "25", "--beneficiary", "Commune"]);
        let posted = json(&world, &["amortisation", "post", "--through", "2026-10"]);
        let movements = posted["movements"].as_array().unwrap();
        assert!(movements.iter().any(|one| one == "EVT-2019-0042-1"), "{posted}");
        for report in [["reconcile", "--as-of", "2026-10-31"], ["tie-out", "--year", "2026"]] {
            let compared = compared(&world, &report);
            for one in compared["comparisons"].as_array().unwrap() {
                assert_eq!(one["difference"], "0.00", "{report:?} {one:#}");
            }
        }
    }
}

/// A book that holds a component which loses no value goes on with it; what comes in new so is refused.
#[test]
fn what_is_stored_and_loses_no_value_passes() {
    for engine in ENGINES {
        let world = World::new(engine);
        let mut book = small_book();
        let asset = book.assets.iter_mut().find(|asset| asset.code.as_str() == ASSET).unwrap();
        let part = asset.components.iter_mut().find(|part| part.code.as_str() == "serveurs").unwrap();
        part.residual_value = part.cost;
        world.store().write(|connection| Ok::<_, AppError>(save_book(connection, &book)?)).unwrap();
        let file = world.file("book.toml", &world.ok(&["export"]));
        let import = ["import", file.to_str().unwrap()];
        world.ok(&import);
        record(&world, &["impair", "--on", "2026-09-15", "--component", "electricite", "--amount", "100000"]);
        world.ok(&["amortisation", "post", "--through", "2026-10"]);
        year_end(&world, "2026");
        let new = World::new(engine);
        let told = refused(&new, &["import", new.file("book.toml", &world.ok(&["export"])).to_str().unwrap()]);
        assert!(told.contains("leaves 1000000.00 − 1000000.00 = 0.00 to depreciate"), "{told}");
        assert!(told.contains("residual_value_eur"), "{told}");
        let replace =
            ["assets", "replace", ASSET, "--on", "2026-11-01", "--component", "climatisation", "--code", "froid"];
        let successor = ["--name", "Froid", "--cost", "10", "--residual-value", "10", "--duration-years", "9"];
        let told = refused(&world, &[&replace[..], &successor, &["--reason", "essai"]].concat());
        assert!(told.contains("leaves 10.00 − 10.00 = 0.00 to depreciate"), "{told}");
    }
}

/// A mistyped year is asked about; an event recorded all the same is withdrawn, and what was known between stays known.
#[test]
fn an_event_recorded_by_mistake_is_withdrawn_until_it_is_posted() {
    for engine in ENGINES {
        let world = World::new(engine);
        let net = |known_on: &str| -> Value {
            let asked = ["amortisation", "report", "--as-of", "2026-12-31", "--known-on", known_on];
            let report: Value = serde_json::from_str(&world.ok(&asked)).unwrap();
            report["total"]["position"]["net_book_value"].clone()
        };
        let at = |now: &str, arguments: &[&str]| {
            let output = world.chapelle_at(now, arguments).output().unwrap();
            (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr))
        };
        let (imported, impaired, withdrawn) = ("2026-10-01T08:00:00Z", "2026-10-02T08:00:00Z", "2026-10-05T08:00:00Z");
        let impair = |on: &'static str| {
            [
                "assets",
                "impair",
                ASSET,
                "--component",
                "gros-oeuvre",
                "--amount",
                "100",
                "--reason",
                "fissures",
                "--on",
                on,
            ]
        };
        let (code, told) = at(imported, &["import", small_book_path().to_str().unwrap()]);
        assert_eq!(code, Some(0), "{told}");
        let (code, told) = at(imported, &impair("2052-11-10"));
        assert!(code == Some(2) && told.contains("beyond 2027-12-31") && told.contains("--far-ahead"), "{told}");
        let before = world.ok(&["amortisation", "report", "--as-of", "2026-12-31"]);
        let (code, told) = at(impaired, &impair("2026-11-10"));
        assert_eq!(code, Some(0), "{told}");
        let with: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-12-31"])).unwrap();

        let withdraw =
            |event: &'static str| ["assets", "withdraw", ASSET, "--event", event, "--reason", "faute de frappe"];
        let (code, told) = at(withdrawn, &withdraw("7"));
        assert!(code == Some(2) && told.contains("there is no event 7"), "{told}");
        let (code, told) = at(withdrawn, &withdraw("1"));
        assert!(code == Some(0) && told.contains("event 1 of 2019-0042 withdrawn by event 2"), "{told}");
        let (code, told) = at(withdrawn, &withdraw("1"));
        assert!(code == Some(2) && told.contains("was withdrawn before, by event 2"), "{told}");
        let shown = world.ok(&["assets", "show", ASSET]);
        assert!(
            shown.contains("withdrawn by event 2: fissures") && shown.contains("withdraw of event 1 on 2026-11-10"),
            "{shown}"
        );
        let after: Value =
            serde_json::from_str(&world.ok(&["amortisation", "report", "--as-of", "2026-12-31"])).unwrap();
        let before: Value = serde_json::from_str(&before).unwrap();
        assert_eq!(before["total"], after["total"]);
        assert_eq!(net("2026-10-03"), with["total"]["position"]["net_book_value"]);
        assert_ne!(net("2026-10-03"), net("2026-10-05"));
        assert_eq!(net("2026-10-05"), net("2026-10-01"));

        // The book carries both, and the trail knows them.
        let exported = world.file("exported.toml", &world.ok(&["export"]));
        let (code, told) = at(withdrawn, &["import", exported.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{told}");
        world.ok(&["audit", "verify"]);

        // A figure below zero is told in our own words.
        let used =
            ["assets", "use", ASSET, "--component", "gros-oeuvre", "--units", "-9", "--reason", "relevé", "--on"];
        let (code, told) = at(withdrawn, &[&used[..], &["2026-10-04"]].concat());
        assert!(code == Some(2) && told.contains("units") && !told.contains("argument"), "{told}");
        for arguments in [
            &["impair", ASSET, "--component", "gros-oeuvre", "--amount", "-9"][..],
            &["revise", ASSET, "--component", "gros-oeuvre", "--residual-value", "-9"],
            &["dispose", ASSET, "--gross", "-9"],
            &["subsidise", ASSET, "--grantor", "Région", "--amount", "-9"],
        ] {
            let all = [&["assets"], arguments, &["--reason", "essai", "--on", "2026-10-04"]].concat();
            let (code, told) = at(withdrawn, &all);
            assert!(code == Some(2) && !told.contains("argument"), "{arguments:?}: {told}");
        }

        // Once posted it stays, and the entries are named.
        let (code, told) = at(withdrawn, &impair("2026-10-04"));
        assert_eq!(code, Some(0), "{told}");
        world.ok(&["amortisation", "post", "--through", "2026-10"]);
        let told = refused(&world, &withdraw("3"));
        assert!(told.contains("posted in EVT-2019-0042-3, AMORT-2026-10 and cannot be withdrawn"), "{told}");
        let (code, told) = at(withdrawn, &[&impair("2052-11-10")[..], &["--far-ahead"]].concat());
        assert!(code == Some(0) && told.contains("event 4 of 2019-0042 recorded"), "{told}");
        let (code, told) = at(withdrawn, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{told}");
    }
}

/// Nothing is posted of a year before it ends: what was recorded by mistake in a month that is closed since is withdrawn.
#[test]
fn an_event_of_a_closed_month_is_withdrawn_where_nothing_of_it_is_posted() {
    let world = World::new(Engine::Sqlite);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let book = book.replace("code = \"2019-0042\"\n", "code = \"2019-0042\"\nposting = \"year\"\n");
    world.ok(&["import", world.file("book.toml", &book).to_str().unwrap()]);
    world.ok(&["amortisation", "post", "--through", "2026-08"]);
    record(&world, &["revise", "--on", "2026-08-15", "--component", "gros-oeuvre", "--duration-years", "50"]);
    world.ok(&["journal", "close", "2026-08"]);
    let told = world.ok(&["assets", "withdraw", ASSET, "--event", "1", "--reason", "par erreur"]);
    assert!(told.contains("event 1 of 2019-0042 withdrawn by event 2"), "{told}");
}

/// Years are posted while an event is recorded and withdrawn again and again: what was withdrawn is posted nowhere, what
/// stands is, and the books agree.
#[test]
fn posting_and_changes_of_the_book_that_meet_agree_in_the_end() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        let (store, by, now) = (world.store(), Actor::new("race", None), NOW.parse().unwrap());
        let (through, change) = ("2026-08".parse().unwrap(), |change| EventRequest {
            asset: ASSET.into(),
            effective_on: "2026-08-15".parse().unwrap(),
            reason: "essai".to_owned(),
            decision: None,
            change,
            far_ahead: false,
        });
        let post = || post_depreciation::post(&store, through, &by, now);
        let (mut reports, withdrawn) = std::thread::scope(|scope| {
            let poster = scope.spawn(|| {
                // Stopped by each change; what was posted before stays, and is told.
                let mut reports = vec![];
                loop {
                    reports.push(post().unwrap());
                    if reports.last().is_some_and(|report| !report.book_changed) {
                        return reports;
                    }
                }
            });
            let mut withdrawn = BTreeSet::new();
            for cents in 1..40 {
                let (component, amount) = ("gros-oeuvre".into(), Money::from_cents(cents));
                let impair = change(AssetChange::Impair { component, amount });
                // What is posted is closed to it.
                let Ok(recorded) = record_asset_event::record(&store, &impair, &by, now) else { break };
                let withdraw = change(AssetChange::Withdraw { event: recorded.number });
                if record_asset_event::record(&store, &withdraw, &by, now).is_ok() {
                    withdrawn.insert(recorded.number);
                }
            }
            (poster.join().unwrap(), withdrawn)
        });
        reports.push(post().unwrap());
        let told: usize = reports.iter().map(|one| one.posted.len() + one.movements.len()).sum();
        let caught_up = reports.iter().filter(|one| one.catch_up.is_some()).count();
        let count = |journal: &str| json(&world, &["journal", "list", "--journal", journal]).as_array().unwrap().len();
        assert_eq!(told + caught_up, count("IM") + count("AM"), "{engine:?}: {reports:?}");
        let entries = json(&world, &["journal", "list", "--journal", "IM"]);
        let is_posted = |number: &usize| {
            let document = format!("EVT-{ASSET}-{number}");
            entries.as_array().unwrap().iter().any(|entry| entry["document"] == document.as_str())
        };
        let posted: Vec<&usize> = withdrawn.iter().filter(|number| is_posted(number)).collect();
        assert_eq!(posted, Vec::<&usize>::new(), "{engine:?}: withdrawn and posted");
        year_end(&world, "2025");
        year_end(&world, "2026");
    }
}

#[test]
fn what_does_not_add_up_is_refused_with_its_arithmetic() {
    let world = World::new(ENGINES[0]);
    let small = std::fs::read_to_string(small_book_path()).unwrap();
    let invoices =
        small + "\n[[asset.invoice]]\nsupplier = \"S\"\nnumber = \"F1\"\ndate = 2019-01-01\namount_eur = 15_000_000\n";
    let file = world.file("invoices.toml", &invoices);
    let told = refused(&world, &["import", file.to_str().unwrap()]);
    assert!(
        told.contains("supplier invoices sum to 15000000.00 (F1 15000000.00)")
            && told.contains("1000000.00 is missing"),
        "{told}"
    );
}

/// What the book said of an asset before it was edited stays known for the days on which it was.
#[test]
fn the_plan_as_it_was_known_on_a_day_outlives_edits_of_the_book() {
    for engine in ENGINES {
        let world = World::new(engine);
        let import = |now: &str, text: &str| {
            let file = world.file("book.toml", text);
            let output = world.chapelle_at(now, &["import", file.to_str().unwrap()]).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        let book = std::fs::read_to_string(small_book_path()).unwrap();
        import("2026-03-02T09:00:00Z", &book);
        let longer = book.replacen("duration_years = 40", "duration_years = 50", 1);
        assert_ne!(book, longer);
        import("2026-05-04T09:00:00Z", &longer);
        import("2026-05-05T09:00:00Z", &longer);
        let life = |known_on: &str| -> Option<i64> {
            let asked = ["amortisation", "report", "--as-of", "2026-12-31", "--known-on", known_on];
            let report: Value = serde_json::from_str(&world.ok(&asked)).unwrap();
            let components = report["assets"].get(0)?["components"].as_array().unwrap().clone();
            components.iter().find(|one| one["code"] == "gros-oeuvre").unwrap()["duration_years"].as_i64()
        };
        assert_eq!(life("2026-03-01"), None, "not known yet");
        assert_eq!((life("2026-03-02"), life("2026-05-03")), (Some(40), Some(40)));
        assert_eq!((life("2026-05-04"), life("2026-11-03")), (Some(50), Some(50)));
    }
}

/// A book that says otherwise what is posted is told as any mistake is: file, line, column and key, all at once.
#[test]
fn a_book_that_contradicts_what_is_posted_is_told_where() {
    for engine in ENGINES {
        let world = World::new(engine);
        world.ok(&["import", small_book_path().to_str().unwrap()]);
        world.ok(&["amortisation", "post", "--through", "2019-12"]);
        record(&world, &["impair", "--on", "2020-01-15", "--component", "electricite", "--amount", "100000"]);
        let exported = world.ok(&["export"]);
        let event = exported.find("[[asset.event]]").unwrap();
        let changed = exported
            .replace("commissioned_on = 2019-05-28", "commissioned_on = 2019-05-29")
            .replace("duration_years = 40", "duration_years = 41")
            .replace("amount_eur = 100000.00\n", "amount_eur = 90000.00\n");
        assert!(event > 0 && changed != exported);
        let file = world.file("book.toml", &changed);
        for check in [&[][..], &["--check"]] {
            let told = refused(&world, &[&["import", file.to_str().unwrap()], check].concat());
            for (text, key) in [
                ("commissioned_on = 2019-05-29", "asset[2019-0042].commissioned_on: "),
                ("duration_years = 41", "asset[2019-0042].component[gros-oeuvre].duration_years: "),
                ("[[asset.event]]", "asset[2019-0042].event[1]: "),
            ] {
                let line = changed[..changed.find(text).unwrap()].matches('\n').count() + 1;
                let place = told.lines().find(|line| line.contains(key)).unwrap_or_else(|| panic!("{key} in {told}"));
                assert!(place.contains(&format!("book.toml:{line}:")), "{engine:?} {key}: {place}");
            }
            assert!(told.contains("nothing was imported"), "{told}");
        }
        assert_eq!(world.ok(&["export"]), exported);
    }
}
