//! Every change of state leaves its trace, in the transaction that made it.

use super::*;

/// Files of `src/app` that write and leave no event, with the reason.
const SILENT: [(&str, &str); 11] = [
    ("store.rs", "offers transactions, writes nothing itself"),
    ("settle_from_account.rs", "each payment it makes leaves its own, in record_payment"),
    ("record_and_keep.rs", "its payment and what is kept leave theirs, in record_payment and on_account"),
    ("repay.rs", "what is sent back leaves its own, in on_account"),
    ("keep_by_hand.rs", "what is kept leaves its own, in on_account"),
    ("correct_kept.rs", "what is taken back leaves its own, in on_account"),
    ("answer_once.rs", "keeps answers for repetition; the work it guards leaves its own"),
    ("archive_invoice.rs", "leaves one in archive_one"),
    ("sweep_access.rs", "forgets what has expired and opens nothing any more"),
    ("forget_answers.rs", "drops answers kept for repetition; no reading, and nothing anyone was told, changes"),
    ("keep_series.rs", "packs readings again for faster pages: derived, and rebuilt at will"),
];

#[test]
fn every_use_case_that_writes_appends_an_event() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app");
    let mut files = vec![];
    walk(&folder, &mut files);
    let mut silent = vec![];
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let source = std::fs::read_to_string(&file).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap();
        let writes = source.contains(".write(|");
        if writes && !source.contains("audit::append(") && !SILENT.iter().any(|(known, _)| *known == name) {
            silent.push(name);
        }
    }
    assert!(silent.is_empty(), "these write and append no audit event: {silent:?}");
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

/// What happened in a small centre's life, each with who did it.
#[test]
fn each_change_is_there_with_who_and_what_before_and_after() {
    for engine in ENGINES {
        let world = audited(engine);
        // A changed tenant, a draft that is refreshed, a user, a rotated key, delivered notices.
        let book = std::fs::read_to_string(world.dir.path().join("book.toml")).unwrap();
        let changed = world.file("changed.toml", &book.replace("Eau de Paris", "Eau de Paris (EPIC)"));
        at(&world, DECEMBER, &["import", changed.to_str().unwrap()]);
        let mut user = world
            .chapelle_at(DECEMBER, &["user", "add", "--email", "a@example.org", "--name", "A", "--role", "auditor"]);
        let mut child = user.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"quatre mots sans lien\n").unwrap();
        assert!(child.wait().unwrap().success());
        at(&world, DECEMBER, &["keys", "rotate"]);
        at(&world, DECEMBER, &["outbox", "deliver"]);
        let trail = at(&world, DECEMBER, &["--json", "audit", "trail"]);
        let events: Vec<Value> =
            trail.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone()).collect();
        let of = |action: &str| -> Vec<&Value> { events.iter().filter(|event| event["action"] == action).collect() };
        for action in [
            "book.imported",
            "readings.accepted",
            "readings.corrected",
            "billing.begun",
            "invoice.issued",
            "invoice.archived",
            "depreciation.posted",
            "readings.sealed",
            "journal.sealed",
            "late-readings.settled",
            "user.added",
            "token-key.rotated",
            "notice.sent",
        ] {
            assert!(!of(action).is_empty(), "{action} is missing:\n{trail}");
        }
        assert!(events.iter().all(|event| event["actor"].as_str().is_some_and(|actor| !actor.is_empty())));
        let renamed = of("book.imported")[1];
        let tenant = |state: &Value| state["items"]["tenant eau-de-paris"].as_str().unwrap_or_default().to_owned();
        assert!(
            !tenant(&renamed["before"]).contains("EPIC") && tenant(&renamed["detail"]).contains("EPIC"),
            "{renamed:#}"
        );
        assert_eq!(renamed["detail"]["items"].as_object().unwrap().len(), 1, "only what changed: {renamed:#}");
        let batch = of("readings.accepted")[0];
        let days: i64 = batch["detail"]["days"].as_object().unwrap().values().map(|rows| rows.as_i64().unwrap()).sum();
        assert_eq!(batch["detail"]["accepted"], days, "{batch:#}");
        assert_eq!(batch["actor"], "cli");
        let resealed: Vec<_> = of("readings.sealed").into_iter().filter(|event| !event["before"].is_null()).collect();
        assert!(resealed.len() <= 1);
        // The password is nowhere.
        assert!(!trail.contains("quatre mots") && !trail.contains("argon2"));
    }
}
