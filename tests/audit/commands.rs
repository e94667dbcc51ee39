//! `chapelle audit`: what it prints, what it finds in the database, and its exit codes.

use diesel::connection::SimpleConnection;

use super::*;

#[test]
fn a_sound_centre_is_verified_and_signed_once() {
    for engine in ENGINES {
        let world = audited(engine);
        let (code, signed) = json(&world, &["audit", "sign"]);
        assert_eq!(code, Some(0), "{signed:#}");
        assert_eq!(signed["days_sealed_again"], 1, "the day of the late correction: {signed:#}");
        assert!(signed["root"]["size"].as_i64().unwrap() > 50, "{signed:#}");
        let (_, again) = json(&world, &["audit", "sign"]);
        assert_eq!(again["root"], Value::Null, "nothing new, nothing signed: {again:#}");
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{found:#}");
        assert_eq!((&found["roots"], &found["roots_compared"]), (&2.into(), &2.into()), "{found:#}");
        assert!(found["days_of_readings"].as_i64().unwrap() >= 61, "{found:#}");
        assert_eq!(found["events_unsigned"], 0);
        assert!(
            found["documents"].as_i64().unwrap() >= 8 && found["journal_entries"].as_i64().unwrap() > 4,
            "{found:#}"
        );
        let key = at(&world, DECEMBER, &["audit", "key"]);
        assert_eq!(signed["root"]["key"], key.trim());
    }
}

/// Everything that can be changed behind the program's back is found, and told where.
#[test]
fn what_is_changed_in_the_database_is_named() {
    let changes: [(&str, &str, &str, &str); 7] = [
        (
            "DROP TRIGGER audit_event_no_update; UPDATE audit_event SET reason = 'none' WHERE sequence = 4;",
            "trail",
            "4",
            "its content gives",
        ),
        ("DROP TRIGGER audit_event_no_delete; DELETE FROM audit_event WHERE sequence = 5;", "trail", "5", "missing"),
        ("UPDATE reading SET value_micro = value_micro + 1 WHERE rowid_of;", "readings", "2026-09-02", "meters"),
        ("DELETE FROM reading WHERE ts < 1788307200;", "readings", "2026-09-01", "sealed"),
        (
            "DROP TRIGGER invoice_frozen_update; UPDATE invoice SET content = replace(content, 'Paris', 'Lyon') WHERE position = 1;",
            "invoice",
            "DC2026000001",
            "its content gives",
        ),
        (
            "DROP TRIGGER journal_line_no_update; UPDATE journal_line SET debit_cents = debit_cents + 1 WHERE debit_cents > 0 AND document = 'DC2026000002';",
            "journal",
            "VE DC2026000002",
            "= 0.01",
        ),
        ("DROP TRIGGER audit_root_no_update; UPDATE audit_root SET day = '2026-11-02';", "root", "", "signature"),
    ];
    let sound = audited(Engine::Sqlite);
    at(&sound, DECEMBER, &["audit", "sign"]);
    let database = sound.dir.path().join("chapelle.db");
    let copy = sound.dir.path().join("sound.db");
    std::fs::copy(&database, &copy).unwrap();
    for (sql, part, place, what) in changes {
        std::fs::copy(&copy, &database).unwrap();
        for end in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(sound.dir.path().join(format!("chapelle.db{end}")));
        }
        let sql = sql.replace("rowid_of", "ts >= 1788307200 AND meter_id = 3 AND ts < 1788393600");
        sound.store().connection().unwrap().batch_execute(&sql).unwrap();
        let (code, found) = json(&sound, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{sql}: {found:#}");
        let findings = found["findings"].as_array().unwrap();
        let named = findings.iter().any(|one| {
            one["part"] == part
                && (place.is_empty() || one["place"] == place)
                && one["what"].as_str().unwrap().contains(what)
        });
        assert!(named, "{sql}: {found:#}");
    }
}

/// What no seal covers yet is held against what the trail says arrived; and the seal that comes says how little there was.
#[test]
fn readings_taken_away_or_slipped_in_before_they_are_sealed_are_named() {
    let day = "ts >= 1791590400 AND ts < 1791676800";
    for engine in ENGINES {
        for (sql, stored) in [
            (format!("DELETE FROM reading WHERE {day}"), 0_i64),
            ("DELETE FROM reading".to_owned(), 0),
            (
                format!(
                    "INSERT INTO reading (meter_id, ts, value_micro, quality, source_id) \
                     SELECT meter_id, ts + 1, value_micro, quality, source_id FROM reading WHERE {day} AND meter_id = 3"
                ),
                1,
            ),
        ] {
            let (world, _) = delivered(engine);
            let (code, sound) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(0), "{sound:#}");
            world.store().connection().unwrap().batch_execute(&sql).unwrap();
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(3), "{sql}: {found:#}");
            let named = found["findings"].as_array().unwrap().iter().find(|one| one["place"] == "2026-10-10").unwrap();
            let what = named["what"].as_str().unwrap();
            assert!(what.contains("readings arrived by the trail") && named["part"] == "readings", "{found:#}");
            assert_eq!(what.ends_with(", 0 are stored"), stored == 0, "{what}");
            let (path, _) = pack(&world);
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(3), "sealed since: {found:#}");
            let told = text(&python(&[&verifier(), &path]));
            assert!(told.contains("[relevés] 2026-10-10") && told.contains("la piste a vu arriver"), "{sql}: {told}");
        }
    }
}

#[test]
fn a_changed_document_and_an_unreadable_root_are_named() {
    let world = audited(Engine::Sqlite);
    at(&world, DECEMBER, &["audit", "sign"]);
    let pdf = world.dir.path().join("archive/2026/DC2026000001.pdf");
    let mut bytes = std::fs::read(&pdf).unwrap();
    bytes[1_000] ^= 1;
    std::fs::write(&pdf, bytes).unwrap();
    let nonsense = world.file("nonsense.json", "{}");
    let output =
        world.chapelle_at(DECEMBER, &["audit", "verify", "--root", nonsense.to_str().unwrap()]).output().unwrap();
    let told = text(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("archive archive/2026/DC2026000001.pdf: its bytes give"), "{told}");
    assert!(told.contains("nonsense.json: the file holds no signed root"), "{told}");
    let missing = world.run(&["audit", "verify", "--root", "/nowhere.json"]);
    assert_eq!(missing.status.code(), Some(2), "{}", text(&missing));
}

#[test]
fn the_trail_is_searched() {
    let world = audited(Engine::Sqlite);
    let lines = |arguments: &[&str]| -> Vec<Value> {
        let all: Vec<&str> = ["--json", "audit", "trail"].iter().chain(arguments).copied().collect();
        at(&world, DECEMBER, &all).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let one = lines(&["--subject", "DC2026000001"]);
    let actions: Vec<&str> = one.iter().map(|line| line["event"]["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["invoice.issued", "invoice.archived"]);
    assert_eq!(lines(&["--action", "invoice"]).len() % 2, 0);
    assert!(lines(&["--action", "invoice.issued"]).len() >= 4);
    assert!(lines(&["--from", "2026-12-04"]).iter().all(|line| line["event"]["at"].as_str().unwrap() >= "2026-12-04"));
    assert!(lines(&["--to", "2026-11-02"]).is_empty());
    let corrected = &lines(&["--action", "readings.corrected"])[0]["event"];
    assert_eq!(corrected["reason"], "one shelf, counted twice");
    assert_eq!(corrected["detail"]["readings"][0]["value"], "39.5");
    assert!(corrected["before"]["readings"][0]["value"].as_str().unwrap().starts_with("40"), "{corrected:#}");
    assert!(at(&world, DECEMBER, &["audit", "trail", "--subject", "DC2026000001"]).contains("invoice.issued"));
}

/// Mailed to whoever is configured, outside the database: the saved mail is as good as the exported file.
#[test]
fn a_mailed_root_is_one_to_compare_with() {
    let world = audited(Engine::Sqlite);
    world.file(
        "chapelle.toml",
        "[audit]\nroots_dir = \"elsewhere\"\nroot_recipients = [\"cour@example.org\", \"not an address\"]\n",
    );
    let (_, signed) = json(&world, &["audit", "sign"]);
    let size = signed["root"]["size"].as_i64().unwrap();
    assert!(signed["exported"][0].as_str().unwrap().contains("elsewhere"), "{signed:#}");
    let delivered = world.chapelle_at(DECEMBER, &["outbox", "deliver"]).output().unwrap();
    assert_eq!(delivered.status.code(), Some(3), "one address is none: {}", text(&delivered));
    let mails = world.dir.path().join("mail");
    let mail = std::fs::read_dir(mails).unwrap().map(|entry| entry.unwrap().path());
    let mail = mail.into_iter().find(|path| path.to_string_lossy().contains(&format!("root.{size}.1@"))).unwrap();
    let sound = world.chapelle_at(DECEMBER, &["audit", "verify", "--root", mail.to_str().unwrap()]).output().unwrap();
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound));
    let path = world.dir.path().join("p.zip");
    at(&world, DECEMBER, &["audit", "pack", "--year", "2026", "--output", path.to_str().unwrap()]);
    let alone = python(&[&verifier(), &path, Path::new("--root"), &mail]);
    assert_eq!(alone.status.code(), Some(4), "{}", text(&alone));
    assert!(text(&alone).contains("1 racine conservée ailleurs"), "{}", text(&alone));
}

/// Reports that were kept and papers of assets are held against their recorded hashes, and those against the trail.
#[test]
fn a_kept_report_or_a_paper_that_was_changed_is_named() {
    let world = audited(Engine::Sqlite);
    keep_things(&world);
    let (code, found) = json(&world, &["audit", "verify"]);
    assert_eq!((code, &found["reports"], &found["papers"]), (Some(0), &4.into(), &1.into()), "{found:#}");
    let kept = std::fs::read_dir(world.dir.path().join("reports/2026")).unwrap().next().unwrap().unwrap().path();
    let sound = std::fs::read(&kept).unwrap();
    std::fs::write(&kept, &sound[1..]).unwrap();
    let (code, found) = json(&world, &["audit", "verify"]);
    assert_eq!((code, &found["findings"][0]["part"]), (Some(3), &"report".into()), "{found:#}");
    std::fs::write(&kept, sound).unwrap();
    let paper = world.dir.path().join("assets");
    std::fs::remove_dir_all(paper).unwrap();
    let (code, found) = json(&world, &["audit", "verify"]);
    assert_eq!((code, &found["findings"][0]["part"]), (Some(3), &"paper".into()), "{found:#}");
    world
        .store()
        .connection()
        .unwrap()
        .batch_execute(
            "DROP TRIGGER report_archive_no_update; UPDATE report_archive SET sha256 = replace(sha256, 'a', 'b')",
        )
        .unwrap();
    let (_, found) = json(&world, &["audit", "verify"]);
    let findings = found["findings"].as_array().unwrap();
    assert!(findings.iter().any(|one| one["what"].as_str().unwrap().contains("the trail says")), "{found:#}");
}

/// No pack is made of documents that are not the archived ones, nor of a year there is nothing of; what nothing can make
/// again is told in the pack.
#[test]
fn a_pack_says_what_is_not_as_it_was_kept() {
    let world = audited(Engine::Sqlite);
    keep_things(&world);
    let path = world.dir.path().join("p.zip");
    let pack = |year: &str| {
        let arguments = ["audit", "pack", "--year", year, "--output", path.to_str().unwrap()];
        world.chapelle_at(DECEMBER, &arguments).output().unwrap()
    };
    for (year, expected) in [("2027", "2027 is still to come"), ("2017", "nothing happened in 2017")] {
        let output = pack(year);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(expected) && !path.exists(), "{}", text(&output));
    }
    let archived = |name: &str| world.dir.path().join("archive/2026").join(name);
    let (pdf, xml) = (archived("DC2026000001.pdf"), archived("DC2026000002.xml"));
    let sound = std::fs::read(&pdf).unwrap();
    std::fs::write(&pdf, &sound[1..]).unwrap();
    std::fs::remove_file(&xml).unwrap();
    let output = pack("2026");
    let told = text(&output);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for expected in ["2 archived documents", "DC2026000001.pdf", "DC2026000002.xml", "chapelle invoices archive"] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    assert!(!path.exists() && !path.with_extension("zip.part").exists());
    // The remedy it names.
    std::fs::rename(&pdf, world.dir.path().join("damaged.pdf")).unwrap();
    at(&world, DECEMBER, &["invoices", "archive"]);
    assert_eq!(std::fs::read(&pdf).unwrap(), sound);
    assert_eq!(pack("2026").status.code(), Some(0));
    // A paper that is gone is not made again: the pack and its report say so.
    std::fs::remove_dir_all(world.dir.path().join("assets")).unwrap();
    let output = pack("2026");
    let told = text(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("is gone or not as it was kept"), "{told}");
    let listed = "import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read('DIFFERENCES.md').decode())";
    let listed = Command::new("python3").args(["-c", listed]).arg(&path).output().unwrap();
    assert!(text(&listed).contains("* `assets/"), "{}", text(&listed));
    let verified = python(&[&verifier(), &path]);
    assert_eq!(verified.status.code(), Some(3), "{}", text(&verified));
}
