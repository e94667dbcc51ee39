//! Signed roots and seals on both engines: what the database keeps, and what it refuses.

use chapelle::domain::audit::Actor;
use chapelle::domain::audit::{GENESIS, RootStatement, SignedRoot};
use chapelle::domain::metering::Quality;
use chapelle::domain::quantity::Micro;
use chapelle::storage::audit::{self, TrailFilter};
use chapelle::storage::seals::{self, Names, SealedDay};
use chapelle::storage::{Database, IncomingBatch, IncomingReading, ReadingWriter, StorageError, roots};
use diesel::connection::SimpleConnection;

use crate::engines::on_both;
use crate::fixture::{at, day, with_book};

fn refused(database: &Database, sql: &str) {
    let outcome: Result<(), StorageError> = database.write(|connection| Ok(connection.batch_execute(sql)?));
    assert!(
        matches!(outcome, Err(StorageError::Frozen(_) | StorageError::Refused(_) | StorageError::Conflict(_))),
        "{sql}: {outcome:?}"
    );
}

fn reading(
    meter: chapelle::domain::ids::MeterId,
    instant: &str,
    value: i64,
    correction: Option<&str>,
) -> IncomingReading {
    IncomingReading {
        meter,
        at: at(instant),
        value: Micro::from_micros(value),
        quality: Quality::Measured,
        correction: correction.map(str::to_owned),
    }
}

fn batch(source: &str, readings: Vec<IncomingReading>) -> IncomingBatch {
    IncomingBatch {
        readings,
        source: source.into(),
        by: Actor::new("feeder", Some("10.0.0.9")),
        idempotency: None,
        received_at: at("2026-11-03T08:00:00Z"),
    }
}

#[test]
fn a_batch_leaves_one_event_and_a_correction_another() {
    on_both(|database| {
        with_book(database);
        let ids = database.read(chapelle::storage::book::meter_ids).unwrap();
        let mut codes: Vec<_> = ids.keys().cloned().collect();
        codes.sort();
        let (first, second) = (ids[&codes[0]], ids[&codes[1]]);
        let writer = ReadingWriter::start(database).unwrap();
        let before = database.read(audit::head).unwrap().0;
        let sent = vec![
            reading(first, "2026-10-01T00:00:00Z", 1_000_000, None),
            reading(second, "2026-10-01T00:00:00Z", 2_500_000, None),
            reading(first, "2026-10-02T00:00:00Z", 3_000_000, None),
        ];
        writer.submit(batch("sensor", sent.clone())).blocking_recv().unwrap().unwrap();
        // Nothing new, nothing to tell.
        writer.submit(batch("sensor", sent)).blocking_recv().unwrap().unwrap();
        writer
            .submit(batch("desk", vec![reading(first, "2026-10-01T00:00:00Z", 1_500_000, Some("misread"))]))
            .blocking_recv()
            .unwrap()
            .unwrap();
        let filter = TrailFilter { action: Some("readings".into()), ..TrailFilter::default() };
        let events = database.read(|c| audit::search(c, &filter, before, 10)).unwrap();
        let actions: Vec<&str> = events.iter().map(|chained| chained.event.action.as_str()).collect();
        assert_eq!(actions, ["readings.accepted", "readings.corrected", "readings.accepted"]);
        let accepted = &events[0].event;
        assert_eq!(
            (accepted.actor.as_str(), accepted.origin.as_deref(), accepted.subject.as_str()),
            ("feeder", Some("10.0.0.9"), "sensor")
        );
        assert_eq!(accepted.detail["days"], serde_json::json!({ "2026-10-01": 2, "2026-10-02": 1 }));
        assert_eq!(events[1].event.reason.as_deref(), Some("misread"));
        assert_eq!(events[1].event.before.as_ref().unwrap()["readings"][0]["value"], "1");
        assert_eq!(events[1].event.detail["readings"][0]["meter"], codes[0].as_str());
        let days = database.read(|c| audit::days_of_arrivals(c, before)).unwrap();
        assert_eq!(days.into_iter().collect::<Vec<_>>(), [day("2026-10-01"), day("2026-10-02")]);

        let lines = database
            .read(|c| {
                let names = Names::load(c)?;
                seals::day_lines(c, &names, day("2026-10-01"))
            })
            .unwrap();
        assert_eq!(lines.readings[0].1, format!("2026-10-01T00:00:00Z,{},1,measured,sensor\n", codes[0]));
        assert_eq!(lines.readings[1].1, format!("2026-10-01T00:00:00Z,{},2.5,measured,sensor\n", codes[1]));
        assert!(lines.corrections[0].1.contains("\"old\":\"1\"") && lines.corrections[0].1.contains("misread"));
        let digests = lines.digests();
        assert_eq!((digests[0].readings, digests[0].corrections, digests[1].corrections), (1, 1, 0));
    });
}

#[test]
fn a_root_covers_more_than_the_last_names_it_and_never_changes() {
    on_both(|database| {
        for number in 0..4 {
            let event = chapelle::domain::audit::AuditEvent::new(
                chrono::DateTime::UNIX_EPOCH,
                &Actor::new("test", None),
                "thing.done",
                &number.to_string(),
                serde_json::json!({}),
            );
            database.write(|c| audit::append(c, &event)).unwrap();
        }
        let events = database.read(|c| audit::list(c, 0, 10, None)).unwrap();
        let root = |size: i64, root: &str, previous: &str| SignedRoot {
            statement: RootStatement {
                day: day("2026-11-03"),
                at: chrono::DateTime::UNIX_EPOCH,
                size,
                head: events[usize::try_from(size).unwrap() - 1].hash.clone(),
                root: root.into(),
                previous: previous.into(),
                key: "key".into(),
            },
            signature: "signed".into(),
        };
        let keep = |one: &SignedRoot| database.write(|c| roots::insert(c, one, one.statement.size));
        keep(&root(2, "second", GENESIS)).unwrap();
        assert!(matches!(keep(&root(2, "again", "second")), Err(StorageError::Refused(_) | StorageError::Conflict(_))));
        assert!(matches!(keep(&root(1, "less", "second")), Err(StorageError::Refused(_))));
        assert!(matches!(keep(&root(4, "fourth", "other")), Err(StorageError::Refused(_))));
        let mut headless = root(4, "fourth", "second");
        headless.statement.head = "elsewhere".into();
        assert!(matches!(keep(&headless), Err(StorageError::Refused(_))));
        keep(&root(4, "fourth", "second")).unwrap();
        assert_eq!(database.read(roots::last).unwrap(), Some(root(4, "fourth", "second")));
        assert_eq!(database.read(|c| roots::covering(c, 3)).unwrap(), Some(root(4, "fourth", "second")));
        assert_eq!(database.read(|c| roots::covering(c, 2)).unwrap(), Some(root(2, "second", GENESIS)));
        assert_eq!(database.read(|c| roots::covering(c, 5)).unwrap(), None);
        assert_eq!(database.read(roots::looked_through).unwrap(), 4);
        for sql in ["DELETE FROM audit_root", "UPDATE audit_root SET root = 'x'"] {
            refused(database, sql);
        }

        let sealed = |sequence, root: &str| SealedDay {
            day: day("2026-10-01"),
            sequence,
            root: root.into(),
            digests: vec!["a".into(), "b".into()],
        };
        database.write(|c| seals::insert(c, &sealed(1, "one"))).unwrap();
        database.write(|c| seals::insert(c, &sealed(3, "three"))).unwrap();
        assert!(database.write(|c| seals::insert(c, &sealed(3, "other"))).is_err());
        assert_eq!(database.read(|c| seals::of_day(c, day("2026-10-01"))).unwrap(), Some(sealed(3, "three")));
        assert_eq!(database.read(seals::days).unwrap(), [day("2026-10-01")]);
        assert_eq!(database.read(seals::last_day).unwrap(), Some(day("2026-10-01")));
        for sql in ["DELETE FROM sealed_day", "UPDATE sealed_day SET root = 'x'"] {
            refused(database, sql);
        }
    });
}

#[test]
fn the_trail_is_searched_by_what_it_names() {
    on_both(|database| {
        let event = |action: &'static str, subject: &str, second: i64| {
            let now = chrono::DateTime::from_timestamp(second, 0).unwrap();
            chapelle::domain::audit::AuditEvent::new(
                now,
                &Actor::new("a", None),
                action,
                subject,
                serde_json::json!({}),
            )
        };
        for (action, subject, second) in
            [("invoice.issued", "A", 10), ("invoice.archived", "A", 20), ("invoices.counted", "B", 30)]
        {
            database.write(|c| audit::append(c, &event(action, subject, second))).unwrap();
        }
        let found = |filter: TrailFilter| -> Vec<i64> {
            database.read(|c| audit::search(c, &filter, 0, 10)).unwrap().iter().map(|one| one.sequence).collect()
        };
        let any = TrailFilter::default;
        assert_eq!(found(TrailFilter { action: Some("invoice".into()), ..any() }), [1, 2]);
        assert_eq!(found(TrailFilter { action: Some("i%".into()), ..any() }), Vec::<i64>::new());
        assert_eq!(found(TrailFilter { subject: Some("B".into()), ..any() }), [3]);
        assert_eq!(found(TrailFilter { actor: Some("b".into()), ..any() }), Vec::<i64>::new());
        let instant = |second| chrono::DateTime::from_timestamp(second, 0);
        assert_eq!(found(TrailFilter { from: instant(20), to: instant(30), ..any() }), [2]);
        let (page, total) = database.read(|c| audit::newest(c, &any(), 1, 1)).unwrap();
        assert_eq!((page[0].sequence, total), (2, 3));
        database.write(|c| audit::append(c, &event("readings.sealed", "2026-10-01", 40))).unwrap();
        let without = TrailFilter { without_seals: true, ..any() };
        let latest = database.read(|c| audit::latest(c, &without, 1)).unwrap();
        let all = database.read(|c| audit::latest(c, &any(), 1)).unwrap();
        assert_eq!((latest[0].sequence, all[0].sequence), (3, 4));
        assert_eq!(found(without), [1, 2, 3]);
    });
}
