//! A pack is held against the trail within it: what the database was made to say is named there as well.

use super::books::{busy, line, without_triggers};
use super::*;

/// Files are called what the report is called in its language; one that was kept under a former name stays there, and is
/// found where the same report is kept again.
#[test]
fn a_report_that_was_kept_under_a_former_name_is_found() {
    for engine in ENGINES {
        let world = audited(engine);
        keep_things(&world);
        let folder = world.dir.path().join("reports/2026");
        let names = || {
            let entries = std::fs::read_dir(&folder).unwrap();
            let mut names: Vec<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        assert!(names().len() == 4 && names().iter().all(|name| name.starts_with("mouvements-2026-12-31-fr-")));
        for name in names() {
            let former = name.replace("mouvements", "movements");
            std::fs::rename(folder.join(&name), folder.join(former)).unwrap();
        }
        without_triggers(&world, engine, "UPDATE report_archive SET path = replace(path, 'mouvements', 'movements')");
        let keep = ["amortisation", "movements", "--year", "2026", "--archive"];
        at(&world, DECEMBER, &keep);
        assert!(names().len() == 4 && names().iter().all(|name| name.starts_with("movements-2026-12-31-fr-")));
        at(&world, DECEMBER, &[&keep[..], &["--language", "en"]].concat());
        let english: Vec<String> = names().into_iter().filter(|name| name.contains("-en-")).collect();
        assert!(english.len() == 4 && english.iter().all(|name| name.starts_with("movements-")), "{english:?}");
    }
}

/// A pack of what was changed: neither its reconciliation nor its journal agree with the trail.
#[test]
fn a_pack_with_another_payment_than_the_trail_is_refused() {
    let world = busy(Engine::Sqlite);
    without_triggers(&world, Engine::Sqlite, "UPDATE payment SET amount_cents = 900 WHERE number = 'REG-2026-000002'");
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(3), "{}", text(&told));
    assert!(text(&told).contains("[rapprochement] encaissements"), "{}", text(&told));
    without_triggers(
        &world,
        Engine::Sqlite,
        "DELETE FROM payment WHERE number = 'REG-2026-000002'; \
        DELETE FROM journal_entry WHERE document = 'REG-2026-000002'; \
        DELETE FROM journal_line WHERE document = 'REG-2026-000002'",
    );
    let (path, _) = pack(&world);
    let told = text(&python(&[&verifier(), &path]));
    assert!(told.contains("[règlements] REG-2026-000002"), "{told}");
}

/// An event of an asset, or its withdrawal, that the trail has and the book and the plan have not, is found by both.
#[test]
fn an_event_of_an_asset_that_is_left_out_is_named() {
    let world = World::new(Engine::Sqlite);
    world.ok(&["import", small_book_path().to_str().unwrap()]);
    let loss = ["assets", "impair", "2019-0042", "--component", "electricite", "--amount", "1000.00"];
    at(&world, DECEMBER, &[&loss[..], &["--on", "2026-11-15", "--reason", "par erreur"]].concat());
    at(&world, DECEMBER, &["assets", "withdraw", "2019-0042", "--event", "1", "--reason", "par erreur"]);
    let (code, sound) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{sound:#}");
    at(&world, DECEMBER, &["amortisation", "post", "--through", "2026-11"]);
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    for number in [2, 1] {
        without_triggers(
            &world,
            Engine::Sqlite,
            "DELETE FROM asset_event WHERE number = (SELECT MAX(number) FROM asset_event)",
        );
        let place = format!("2019-0042, event {number}");
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{found:#}");
        let mut named = found["findings"].as_array().unwrap().iter();
        assert!(named.any(|one| one["place"] == place.as_str() && line(one).contains("it is not there")), "{found:#}");
        let (path, _) = pack(&world);
        let told = text(&python(&[&verifier(), &path]));
        assert!(told.contains(&format!("[plans] 2019-0042, événement {number}")), "{told}");
    }
}

/// Money kept, settled and sent back is in the pack, and is held against its events there as well.
#[test]
fn a_pack_with_other_money_on_account_than_the_trail_is_refused() {
    let world = busy(Engine::Sqlite);
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    let lost = "DELETE FROM on_account WHERE number = 'CPT-2026-000001'; \
                DELETE FROM journal_entry WHERE document = 'CPT-2026-000001'; \
                DELETE FROM journal_line WHERE document = 'CPT-2026-000001'";
    for (change, undo, place) in [
        (
            "UPDATE journal_line SET debit_cents = debit_cents * 2, credit_cents = credit_cents * 2 \
             WHERE document = 'CPT-2026-000001'",
            "UPDATE journal_line SET debit_cents = debit_cents / 2, credit_cents = credit_cents / 2 \
             WHERE document = 'CPT-2026-000001'",
            "[règlements] CPT-2026-000001",
        ),
        (
            "UPDATE journal_line SET account = '512' WHERE document = 'REG-2026-000004' AND account = '419'",
            "UPDATE journal_line SET account = '419' WHERE document = 'REG-2026-000004' AND account = '512'",
            "[rapprochement] sommes gardées en compte",
        ),
        (
            "UPDATE on_account SET amount_cents = 4900 WHERE number = 'CPT-2026-000001'",
            "UPDATE on_account SET amount_cents = 5000 WHERE number = 'CPT-2026-000001'",
            "[rapprochement] sommes gardées en compte",
        ),
        (lost, "SELECT 1", "[règlements] CPT-2026-000001"),
    ] {
        without_triggers(&world, Engine::Sqlite, change);
        let (path, _) = pack(&world);
        let told = python(&[&verifier(), &path]);
        assert_eq!(told.status.code(), Some(3), "{change}: {}", text(&told));
        assert!(text(&told).contains(place), "{change}: {}", text(&told));
        without_triggers(&world, Engine::Sqlite, undo);
    }
}

/// What was kept by mistake and taken back is in the pack, and is held against its event there and here.
#[test]
fn what_was_taken_back_is_held_against_its_event() {
    let world = busy(Engine::Sqlite);
    let (_, open) = json(&world, &["payments", "open"]);
    let tenant = open[0]["tenant"].as_str().unwrap();
    at(&world, DECEMBER, &["payments", "keep", tenant, "--amount", "70.00", "--date", "2026-12-04"]);
    let correct =
        ["payments", "correct", tenant, "CPT-2026-000003", "--on", "2026-12-04", "--reason", "rien n’est venu"];
    at(&world, DECEMBER, &correct);
    let (code, sound) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(0), "{sound:#}");
    let (path, _) = pack(&world);
    let told = python(&[&verifier(), &path]);
    assert_eq!(told.status.code(), Some(4), "{}", text(&told));
    let change = "UPDATE on_account SET recorded_with = NULL WHERE number = 'CPT-2026-000004'";
    without_triggers(&world, Engine::Sqlite, change);
    let (code, found) = json(&world, &["audit", "verify"]);
    assert_eq!(code, Some(3), "{found:#}");
    let mut named = found["findings"].as_array().unwrap().iter();
    assert!(named.any(|one| one["place"] == "CPT-2026-000004"), "{found:#}");
    let lost = "DELETE FROM journal_entry WHERE document = 'CPT-2026-000004'; \
                DELETE FROM journal_line WHERE document = 'CPT-2026-000004'";
    without_triggers(&world, Engine::Sqlite, lost);
    let (path, _) = pack(&world);
    let told = text(&python(&[&verifier(), &path]));
    assert!(told.contains("[règlements] CPT-2026-000004"), "{told}");
}
