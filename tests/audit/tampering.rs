//! Whatever is done to the trail, to an invoice or to a reading, the verifier alone finds it.

use super::*;

#[test]
fn a_thousand_places_of_each_kind_are_found() {
    let world = audited(Engine::Sqlite);
    keep_things(&world);
    let (pack, root) = pack(&world);
    let tamper = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/tamper.py");
    let output = python(&[&tamper, &verifier(), &pack, &root]);
    println!("{}", text(&output));
    assert!(output.status.success(), "{}", text(&output));
}

/// Reports that are changed or taken out by who can sign the manifest again.
#[test]
fn reports_changed_by_the_keys_holder_are_found() {
    let world = audited(Engine::Sqlite);
    let (pack, _) = pack(&world);
    let reports = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/reports.py");
    let output = python(&[&reports, &verifier(), &pack]);
    assert!(output.status.success(), "{}", text(&output));
    // Without a key from elsewhere a signature shows no more than consistency, and this is said.
    let alone = python(&[&verifier(), &pack]);
    assert_eq!(alone.status.code(), Some(4), "{}", text(&alone));
    assert!(text(&alone).contains("d’accord avec lui-même"), "{}", text(&alone));
}

#[test]
fn a_pack_is_verified_alone_and_made_again_to_the_byte() {
    for engine in ENGINES {
        let world = audited(engine);
        let (path, root) = pack(&world);
        let key = world.file("key.txt", &at(&world, DECEMBER, &["audit", "key"]));
        let sound = python(&[&verifier(), &path, Path::new("--root"), &root, Path::new("--key"), &key]);
        assert_eq!(sound.status.code(), Some(0), "{}", text(&sound));
        assert!(text(&sound).contains("Tout concorde."), "{}", text(&sound));
        assert!(!text(&sound).contains("après la dernière racine"), "signed to its end: {}", text(&sound));
        // The last line says what nothing proved.
        let last = |arguments: &[&Path]| -> (Option<i32>, String) {
            let output = python(&[&[verifier().as_path(), &path], arguments].concat());
            (output.status.code(), text(&output).lines().last().unwrap().to_owned())
        };
        let (of_root, of_key) = ([Path::new("--root"), &root], [Path::new("--key"), &key]);
        for (arguments, code, unproven) in [
            (vec![], 4, vec!["(--key)", "(--root)"]),
            (of_root.to_vec(), 4, vec!["(--key)"]),
            (of_key.to_vec(), 0, vec!["(--root)"]),
            ([of_root, of_key].concat(), 0, vec![]),
        ] {
            let (told, line) = last(&arguments);
            assert_eq!(told, Some(code), "{arguments:?}: {line}");
            assert_eq!(line.starts_with("Tout concorde"), code == 0, "{arguments:?}: {line}");
            assert_eq!(line.contains("NON PROUVÉ"), !unproven.is_empty(), "{arguments:?}: {line}");
            for option in ["(--key)", "(--root)"] {
                assert_eq!(line.contains(option), unproven.contains(&option), "{arguments:?}: {line}");
            }
        }
        let first = std::fs::read(&path).unwrap();
        super::pack(&world);
        assert!(first == std::fs::read(&path).unwrap(), "the same state gives the same bytes");

        // A key of somebody else.
        let other = world.file("other.txt", &format!("{}\n", "ab".repeat(32)));
        let wrong = python(&[&verifier(), &path, Path::new("--key"), &other]);
        assert_eq!(wrong.status.code(), Some(3), "{}", text(&wrong));
        // Not a pack at all.
        assert_eq!(python(&[&verifier(), &other]).status.code(), Some(1));
    }
}

/// Opened out of the ZIP, with the verifier that lies in it.
#[test]
fn the_folder_is_verified_by_the_verifier_in_it() {
    let world = audited(Engine::Sqlite);
    keep_things(&world);
    let (path, _) = pack(&world);
    let folder = world.dir.path().join("open");
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let output = Command::new("python3").args(["-c", unzip]).arg(&path).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let output = python(&[&folder.join("verify.py")]);
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    let names = ["LISEZMOI.md", "README.md", "manifest.json", "trail.jsonl", "roots.jsonl", "journal.jsonl"];
    for name in
        names.into_iter().chain(["invoices/DC2026000001.pdf", "amortisation/plan-2026-12-31.xlsx", "book/book.toml"])
    {
        assert!(folder.join(name).exists(), "{name}");
    }
    for (folder_name, count) in [("fec", 2), ("accounts", 12), ("payback", 4), ("reports/2026", 4)] {
        let files = std::fs::read_dir(folder.join(folder_name)).unwrap().count();
        assert_eq!(files, count, "{folder_name}");
    }
    // A kept report and a paper that are no longer what they were, and a line of the FEC.
    let report = std::fs::read_dir(folder.join("reports/2026")).unwrap().next().unwrap().unwrap().path();
    let sound = std::fs::read(&report).unwrap();
    std::fs::write(&report, [sound.as_slice(), b"x"].concat()).unwrap();
    let told = text(&python(&[&folder.join("verify.py")]));
    assert!(told.contains("[rapports conservés]") && told.contains("SHA-256"), "{told}");
    std::fs::write(&report, sound).unwrap();
    let fec = folder.join("fec/217500016FEC20261231.txt");
    let sound = std::fs::read_to_string(&fec).unwrap();
    let second = sound.lines().nth(1).unwrap();
    std::fs::write(&fec, sound.replacen(second, &second.replacen("\t411", "\t467", 1), 1)).unwrap();
    let told = text(&python(&[&folder.join("verify.py")]));
    assert!(told.contains("[FEC]") && told.contains("n’est pas celle du journal"), "{told}");
    std::fs::write(&fec, sound).unwrap();
    assert_eq!(python(&[&folder.join("verify.py")]).status.code(), Some(4));
    // One byte of one reading, by hand.
    let month = folder.join("readings/2026-09.csv");
    let readings = std::fs::read_to_string(&month).unwrap();
    let line = readings.lines().nth(40).unwrap();
    let (meter, day) = (line.split(',').nth(1).unwrap(), &line[..10]);
    std::fs::write(&month, readings.replacen(line, &line.replacen(",measured", "1,measured", 1), 1)).unwrap();
    let told = text(&python(&[&folder.join("verify.py")]));
    assert!(told.contains(&format!("[relevés] {day}")) && told.contains(meter), "{told}");
}

/// What the manifest and its seal are instead of what they should be: told in French as what else is wrong, never as a
/// fault of the verifier's own.
#[test]
fn a_manifest_that_is_none_is_told() {
    let world = audited(Engine::Sqlite);
    let (path, _) = pack(&world);
    let folder = world.dir.path().join("broken");
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    let output = Command::new("python3").args(["-c", unzip]).arg(&path).arg(&folder).output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    let cases: [(&str, &[u8], &str); 10] = [
        ("manifest.json", b"{}", "[manifeste] manifest.json"),
        ("manifest.json", b"[]", "ce n’est pas un manifeste"),
        ("manifest.json", b"{\"files\":[7],\"year\":2026}", "ce n’est pas un manifeste"),
        ("manifest.json", b"\xff\xfe", "l’octet 1 n’est pas de l’UTF-8"),
        ("manifest.json", b"", "ce n’est pas du JSON"),
        ("manifest.sig", b"", "ce n’est pas du JSON"),
        ("manifest.sig", b"[]", "ce n’est pas un sceau"),
        ("manifest.sig", b"{\"key\":\"x\",\"signature\":\"y\"}", "la signature n’est pas celle"),
        ("trail.jsonl", b"[]\n", "la lecture s’arrête"),
        ("roots.jsonl", b"{}\n", "il manque"),
    ];
    for (name, content, expected) in cases {
        let file = folder.join(name);
        let sound = std::fs::read(&file).unwrap();
        std::fs::write(&file, content).unwrap();
        let output = python(&[&folder.join("verify.py")]);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(3), "{name}: {told}");
        assert!(told.contains(expected), "{name}: {told}");
        assert!(!told.contains("Error") && !told.contains("Traceback"), "{name}: {told}");
        std::fs::write(&file, sound).unwrap();
    }
    std::fs::remove_file(folder.join("manifest.json")).unwrap();
    let output = python(&[&folder.join("verify.py")]);
    let told = text(&output);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("manifest.json est absent du dossier") && !told.contains("Error"), "{told}");
}

/// A trail cut at its end and signed again by whoever holds the key: only a root kept elsewhere tells.
#[test]
fn a_shortened_trail_is_found_by_a_root_kept_elsewhere() {
    let world = audited(Engine::Sqlite);
    let (_, kept) = pack(&world);
    let kept = world.file("kept.json", &std::fs::read_to_string(kept).unwrap());
    let mut sqlite = world.store().connection().unwrap();
    use diesel::connection::SimpleConnection;
    sqlite
        .batch_execute(
            "DROP TRIGGER audit_event_no_delete; DROP TRIGGER audit_root_no_delete; \
             DELETE FROM audit_root WHERE size = (SELECT MAX(size) FROM audit_root); \
             DELETE FROM audit_event WHERE sequence > (SELECT MAX(sequence) - 2 FROM audit_event); \
             UPDATE audit_head SET sequence = (SELECT MAX(sequence) FROM audit_event), \
             hash = (SELECT hash FROM audit_event ORDER BY sequence DESC LIMIT 1);",
        )
        .unwrap();
    drop(sqlite);
    for exported in roots(&world) {
        std::fs::remove_file(exported).unwrap();
    }
    let path = world.dir.path().join("cut.zip");
    at(&world, DECEMBER, &["audit", "pack", "--year", "2026", "--output", path.to_str().unwrap()]);
    let blind = python(&[&verifier(), &path]);
    let seeing = python(&[&verifier(), &path, Path::new("--root"), &kept]);
    assert_eq!((blind.status.code(), seeing.status.code()), (Some(4), Some(3)), "{}{}", text(&blind), text(&seeing));
    assert!(text(&seeing).contains("conservée ailleurs"), "{}", text(&seeing));
    let (code, found) = json(&world, &["audit", "verify", "--root", kept.to_str().unwrap()]);
    assert_eq!(code, Some(3), "{found:#}");
    assert_eq!(found["findings"][0]["part"], "root", "{found:#}");
}

/// What is in the ZIP beside its files is signed by nothing.
#[test]
fn bytes_beside_the_files_are_refused() {
    let world = audited(Engine::Sqlite);
    let (path, _) = pack(&world);
    let sound = std::fs::read(&path).unwrap();
    let first = b"more".as_slice();
    let end = sound.len() - 22;
    let comment = [&sound[..sound.len() - 2], &[4, 0], first].concat();
    // Before the directory, whose place the end of the ZIP says.
    let place: [u8; 4] = sound[end + 16..end + 20].try_into().unwrap();
    let directory = u32::from_le_bytes(place);
    let at = usize::try_from(directory).unwrap();
    let moved = (directory + 4).to_le_bytes();
    let between = [&sound[..at], first, &sound[at..end + 16], &moved, &sound[end + 20..]].concat();
    for (bytes, expected) in [
        ([sound.as_slice(), b"\0"].concat(), "des octets suivent la fin du répertoire"),
        ([sound.as_slice(), first].concat(), "des octets suivent la fin du répertoire"),
        (comment, "des octets suivent la fin du répertoire"),
        ([first, sound.as_slice()].concat(), "des octets précèdent LISEZMOI.md"),
        (between, "des octets précèdent le répertoire"),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let output = python(&[&verifier(), &path]);
        let told = text(&output);
        assert_eq!(output.status.code(), Some(3), "{told}");
        assert!(told.contains("[ZIP]") && told.contains(expected), "{expected}: {told}");
    }
    // Another end behind the one that was there.
    std::fs::write(&path, [sound.as_slice(), &sound[end..]].concat()).unwrap();
    assert_eq!(python(&[&verifier(), &path]).status.code(), Some(1));
    std::fs::write(&path, sound).unwrap();
    assert_eq!(python(&[&verifier(), &path]).status.code(), Some(4));
}

/// The reports of a pack list all assets, then the components of all: the verifier reads them in the same order.
#[test]
fn a_pack_of_several_assets_is_sound() {
    const SECOND: &str = r#"
[[asset]]
code = "2024-0007"
name = "Onduleurs"
cost_eur = 300_000.00
account = "2135"
commissioned_on = 2024-03-15
commissioning_evidence = "Procès-verbal de réception"
subsidy_eur = 30_000

[[asset.component]]
code = "modules"
name = "Modules"
cost_eur = 200_000.00
duration_years = 10

[[asset.component]]
code = "batteries"
name = "Batteries"
cost_eur = 100_000.00
duration_years = 5
method = "degressive"
coefficient = 1.75
"#;
    let world = World::new(Engine::Sqlite);
    let book = std::fs::read_to_string(small_book_path()).unwrap();
    let book = world.file("book.toml", &book.replace("\n[accounting]\n", &format!("{SECOND}\n[accounting]\n")));
    at(&world, NOVEMBER, &["import", book.to_str().unwrap()]);
    let loss = ["assets", "impair", "2024-0007", "--component", "modules", "--amount", "20000.00"];
    at(&world, NOVEMBER, &[&loss[..], &["--on", "2026-05-15", "--reason", "dégât des eaux"]].concat());
    at(&world, DECEMBER, &["amortisation", "post", "--through", "2026-11"]);
    let (path, root) = pack(&world);
    let key = world.file("key.txt", &at(&world, DECEMBER, &["audit", "key"]));
    let sound = python(&[&verifier(), &path, Path::new("--root"), &root, Path::new("--key"), &key]);
    assert_eq!(sound.status.code(), Some(0), "{}", text(&sound));
}
