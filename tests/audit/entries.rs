//! Entries of the journal that are changed, taken out or slipped in: each is held by the event that posted it, and by the seals.

use chapelle::domain::audit::{Actor, AuditEvent};
use chrono::DateTime;

use super::books::{busy, line, without_triggers};
use super::*;

/// Where every posting names its entries, none is excused for coming before the first of them.
#[test]
fn an_entry_slipped_in_before_all_others_is_named() {
    for engine in ENGINES {
        let world = busy(engine);
        let slip = "INSERT INTO journal_entry (id, journal, entry_date, document, label, posted_at) \
                    SELECT -1, journal, entry_date, 'DC2026999999', label, posted_at \
                    FROM journal_entry WHERE document = 'DC2026000002'";
        without_triggers(&world, engine, slip);
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(3), "{found:#}");
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        let expected = "journal VE DC2026999999: the trail does not say that it was posted";
        assert!(told.iter().any(|line| line == expected), "{told:#?}");
    }
}

/// Numbers that are swapped, a description, a day and an entry without a line: each against the event that posted it,
/// before any seal covers them and in a pack that is made and signed afterwards.
#[test]
fn entries_that_are_changed_in_the_database_are_named_by_what_posted_them() {
    // Numbers are unique: the second is set aside while the first takes its place.
    let swap = "UPDATE entry_number SET number = 1000000 WHERE fiscal_year = 2026 AND number = 1; \
                UPDATE entry_number SET number = 1 WHERE fiscal_year = 2026 AND number = 2; \
                UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = 1000000";
    let changes = [
        (swap, "journal VE DC2026000001: number: stored is 2026-000002, event", "numéro"),
        (
            "UPDATE journal_entry SET label = label || ' bis' WHERE document = 'DC2026000001'",
            "journal VE DC2026000001: label: stored is",
            "libellé",
        ),
        (
            "UPDATE journal_entry SET entry_date = '2026-11-02' WHERE document = 'DC2026000001'",
            "journal VE DC2026000001: date: stored is 2026-11-02, event",
            "date",
        ),
        (
            "UPDATE journal_line SET auxiliary = 'autre' WHERE document = 'DC2026000001' AND position = 1",
            "journal VE DC2026000001: its lines are not those event",
            "ce n’est pas l’écriture que l’événement",
        ),
        (
            "INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
             VALUES (10000, 'OD', 'VIDE-1', '2026-11-03', 'x', 0)",
            "journal OD VIDE-1: it has no line",
            "la piste ne dit pas qu’elle a été passée",
        ),
        (
            "DELETE FROM entry_number WHERE entry_id = (SELECT id FROM journal_entry WHERE document = 'DC2026000002'); \
             DELETE FROM journal_line WHERE document = 'DC2026000002'; \
             DELETE FROM journal_entry WHERE document = 'DC2026000002'",
            "journal VE DC2026000002: event",
            "le journal ne l’a pas",
        ),
    ];
    for engine in ENGINES {
        for (sql, expected, packed) in changes {
            // Nothing is sealed yet.
            let (world, _) = delivered(engine);
            let (code, sound) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(0), "{sound:#}");
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
            assert_eq!(code, Some(3), "{sql}: {told:#?}");
            assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}: {expected}: {told:#?}");
            let (path, _) = pack(&world);
            let told = text(&python(&[&verifier(), &path]));
            assert!(told.lines().any(|line| line.contains("[journal]") && line.contains(packed)), "{sql}: {told}");
        }
    }
}

/// A trail of before events named what they post, and seals held numbers: it is sound, the next seal holds the numbers,
/// and the chain goes on.
#[test]
fn entries_of_before_events_named_them_are_held_by_the_next_seal() {
    for engine in ENGINES {
        let (world, _) = delivered(engine);
        let digests = forget_postings(&world, engine);
        let (code, sound) = json(&world, &["audit", "verify"]);
        assert_eq!(code, Some(0), "{sound:#}");
        assert!(sound["notes"].to_string().contains("posted before events named what they post"), "{sound:#}");
        let (_, signed) = json(&world, &["audit", "sign"]);
        assert!(signed["journal_entries_sealed"].as_i64().unwrap() > 1, "{signed:#}");
        let (path, root) = pack(&world);
        let sound = python(&[&verifier(), &path, Path::new("--root"), &root]);
        assert_eq!(sound.status.code(), Some(4), "{}", text(&sound));
        assert_eq!(trail_hashes(&world)[..digests.len()], digests[..], "the chain that was is the chain that is");
        let swap = "UPDATE entry_number SET number = 1000000 WHERE fiscal_year = 2026 AND number = 1; \
                    UPDATE entry_number SET number = 1 WHERE fiscal_year = 2026 AND number = 2; \
                    UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = 1000000";
        without_triggers(&world, engine, swap);
        let (code, found) = json(&world, &["audit", "verify"]);
        assert_eq!((code, &found["findings"][0]["part"]), (Some(3), &"journal".into()), "{found:#}");
        let (path, _) = pack(&world);
        let told = text(&python(&[&verifier(), &path]));
        assert!(told.contains("[journal]") && told.contains("ce ne sont pas les écritures que l’événement"), "{told}");
    }
}

/// Events of before name no more than a document: that is enough to miss one that was taken out, and its number, whether
/// its counter was set back or not; and to name one that was slipped in.
#[test]
fn old_entries_taken_out_or_slipped_in_are_named_though_nothing_but_their_document_was_told() {
    let take_out = "DELETE FROM entry_number WHERE entry_id = (SELECT id FROM journal_entry WHERE document = 'DC2026000002'); \
                    DELETE FROM journal_line WHERE document = 'DC2026000002'; \
                    DELETE FROM journal_entry WHERE document = 'DC2026000002'";
    let last = "(SELECT MAX(number) FROM entry_number WHERE fiscal_year = 2026)";
    let close_up = format!(
        "{take_out}; UPDATE entry_number SET number = 2 WHERE fiscal_year = 2026 AND number = {last}; \
         UPDATE entry_series SET last = {last} WHERE fiscal_year = 2026 AND series = ''"
    );
    let slip_in = "INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                   SELECT 'OD', 'VIDE-1', position, account, label, debit_cents, credit_cents \
                   FROM journal_line WHERE document = 'DC2026000002'; \
                   INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
                   VALUES (10000, 'OD', 'VIDE-1', '2026-11-03', 'x', 0)";
    let missing = "journal VE DC2026000002: event";
    // Under a document the trail knows, of another journal.
    let known = slip_in
        .replace("VIDE-1", "DC2026000002")
        .replace("FROM journal_line WHERE", "FROM journal_line WHERE journal = 'VE' AND");
    let changes: [(&str, &[&str]); 4] = [
        (take_out, &[missing, "journal 2026: 2026-000002 is missing"]),
        (&close_up, &[missing]),
        (
            slip_in,
            &["journal OD VIDE-1: the trail does not say that it was posted", "journal OD VIDE-1: it has no number"],
        ),
        (&known, &["journal OD DC2026000002: the trail does not say that it was posted"]),
    ];
    for engine in ENGINES {
        for (sql, expected) in changes {
            let (world, _) = delivered(engine);
            forget_postings(&world, engine);
            let (code, sound) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(0), "{sound:#}");
            without_triggers(&world, engine, sql);
            let (code, found) = json(&world, &["audit", "verify"]);
            assert_eq!(code, Some(3), "{found:#}");
            let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
            for expected in expected {
                assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}: {expected}: {told:#?}");
            }
            let (path, _) = pack(&world);
            let told = text(&python(&[&verifier(), &path]));
            let place = expected[0].trim_start_matches("journal ").split(':').next().unwrap();
            assert!(told.lines().any(|line| line.contains("[journal]") && line.contains(place)), "{sql}: {told}");
        }
    }
}

/// However many entries there are to seal at once, each seal holds what one short transaction reads.
#[test]
fn a_long_journal_is_sealed_in_stretches() {
    for engine in ENGINES {
        let (world, _) = delivered(engine);
        let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500) ";
        let lines = [("1, '411'", "100, 0"), ("2, '706'", "0, 100")].map(|(place, amounts)| {
            format!(
                "{many} INSERT INTO journal_line (journal, document, position, account, label, debit_cents, credit_cents) \
                 SELECT 'VE', 'X-' || i, {place}, 'x', {amounts} FROM n"
            )
        });
        let entries = format!(
            "{many} INSERT INTO journal_entry (id, journal, document, entry_date, label, posted_at) \
             SELECT 100000 + i, 'VE', 'X-' || i, '2026-11-03', 'x', 0 FROM n"
        );
        without_triggers(&world, engine, &format!("{}; {}; {entries}", lines[0], lines[1]));
        let (_, signed) = json(&world, &["audit", "sign"]);
        let sealed = signed["journal_entries_sealed"].as_i64().unwrap();
        assert!(sealed > 10_500, "{signed:#}");
        let trail = at(&world, DECEMBER, &["--json", "audit", "trail", "--action", "journal.sealed"]);
        let seals: Vec<Value> = trail.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let counts: Vec<i64> = seals.iter().map(|seal| seal["event"]["detail"]["entries"].as_i64().unwrap()).collect();
        assert_eq!(counts, [10_000, sealed - 10_000]);
        let (_, found) = json(&world, &["audit", "verify"]);
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        assert!(!told.iter().any(|line| line.contains("sealed")), "{:#?}", told.first());
        without_triggers(
            &world,
            engine,
            "UPDATE journal_line SET debit_cents = 101 WHERE document = 'X-10400' AND position = 1",
        );
        let (_, found) = json(&world, &["audit", "verify"]);
        let told: Vec<String> = found["findings"].as_array().unwrap().iter().map(line).collect();
        assert_eq!(told.iter().filter(|line| line.contains("are not those event")).count(), 1, "{:#?}", told.first());
    }
}

/// Makes the trail one of before: the events without what they posted, the chain worked out again, the journal sealed by
/// a seal without numbers. Its hashes come back.
fn forget_postings(world: &World, engine: Engine) -> Vec<String> {
    use chapelle::domain::audit::{GENESIS, Tree, hex};
    use chapelle::storage::{audit, evidence};
    let mut connection = world.store().connection().unwrap();
    let entries = evidence::journal_lines(&mut connection, 0, 1_000).unwrap();
    let through = entries.last().unwrap().id;
    let root = hex(&entries.iter().map(|entry| &entry.line_without_number).collect::<Tree>().root());
    let detail = serde_json::json!({ "from": 1, "through": through, "entries": entries.len(), "root": root });
    let seal = AuditEvent::new(DateTime::UNIX_EPOCH, &Actor::new("job", None), "journal.sealed", "journal", detail);
    audit::append(&mut connection, &seal).unwrap();
    let (mut hash, mut hashes, mut sql) = (GENESIS.to_owned(), vec![], String::new());
    for mut chained in audit::list(&mut connection, 0, 1_000, None).unwrap() {
        chained.event.detail.as_object_mut().unwrap().remove("postings");
        let next = chained.event.hash_after(&hash).unwrap();
        let detail = chained.event.detail.to_string().replace('\'', "''");
        sql.push_str(&format!(
            "UPDATE audit_event SET detail = '{detail}', previous_hash = '{hash}', hash = '{next}' WHERE sequence = {};",
            chained.sequence
        ));
        hashes.push(next.clone());
        hash = next;
    }
    sql.push_str(&format!("UPDATE audit_head SET hash = '{hash}'"));
    drop(connection);
    without_triggers(world, engine, &sql);
    hashes
}

fn trail_hashes(world: &World) -> Vec<String> {
    let trail = at(world, DECEMBER, &["--json", "audit", "trail"]);
    trail
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["hash"].as_str().unwrap().to_owned())
        .collect()
}
