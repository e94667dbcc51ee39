//! Readings in and out.

use chapelle::domain::audit::Actor;
use chapelle::domain::calendar::{Period, Timestamp};
use chapelle::domain::ids::MeterId;
use chapelle::domain::metering::Quality;
use chapelle::domain::quantity::Micro;
use chapelle::storage::readings::{self, first_at_or_after, last_before, series, stream};
use chapelle::storage::{
    BatchOutcome, Database, IncomingBatch, IncomingReading, ReadingWriter, StorageError, batches, billing, note_change,
};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_postgres};
use crate::fixture::{at, month, with_book};

fn reading(meter: i64, instant: &str, value: i64) -> IncomingReading {
    reading_at(meter, at(instant), value)
}

fn reading_at(meter: i64, at: Timestamp, value: i64) -> IncomingReading {
    let value = Micro::from_micros(value);
    IncomingReading { meter: MeterId(meter), at, value, quality: Quality::Measured, correction: None }
}

fn correction(meter: i64, instant: &str, value: i64) -> IncomingReading {
    IncomingReading { correction: Some("index misread".into()), ..reading(meter, instant, value) }
}

fn batch(readings: Vec<IncomingReading>) -> IncomingBatch {
    IncomingBatch {
        readings,
        source: "test".into(),
        by: Actor::new("test", None),
        idempotency: None,
        received_at: at("2026-11-03T08:00:00Z"),
    }
}

fn keyed(key: &str, body: &str, readings: Vec<IncomingReading>) -> IncomingBatch {
    IncomingBatch { idempotency: Some((key.into(), body.into())), ..batch(readings) }
}

fn outcome(accepted: usize, duplicates: usize, conflicts: &[(usize, i64)]) -> BatchOutcome {
    let conflicts = conflicts.iter().map(|(index, value)| (*index, Micro::from_micros(*value))).collect();
    BatchOutcome { accepted, duplicates, conflicts, late: vec![] }
}

fn writer(database: &Database) -> ReadingWriter {
    ReadingWriter::start(database).unwrap()
}

fn always() -> Period {
    Period { from: Timestamp::from_seconds(i64::MIN), to: Timestamp::from_seconds(i64::MAX) }
}

fn everything(database: &Database) -> Vec<(i64, String, i64)> {
    let mut all = Vec::new();
    database
        .read(|c| {
            stream(c, always(), |meter, sample| all.push((meter.0, sample.at.to_string(), sample.value.micros())))
        })
        .unwrap();
    all
}

#[test]
fn the_same_value_is_a_duplicate_and_another_one_a_conflict() {
    on_both(|database| {
        let writer = writer(database);
        let send = |readings| writer.submit(batch(readings)).blocking_recv().unwrap().unwrap();
        let (t0, t1) = ("2026-10-01T00:00:00Z", "2026-10-01T00:10:00Z");
        assert_eq!(send(vec![reading(1, t0, 10), reading(2, t0, 20)]), outcome(2, 0, &[]));
        assert_eq!(send(vec![reading(1, t0, 10), reading(2, t0, 20)]), outcome(0, 2, &[]));
        // The rest of a batch is kept.
        assert_eq!(send(vec![reading(2, t0, 21), reading(1, t1, 11), reading(1, t0, 10)]), outcome(1, 1, &[(0, 20)]));
        // Within one batch the first one counts.
        let twice = vec![reading(3, t0, 30), reading(3, t0, 30), reading(3, t0, 31)];
        assert_eq!(send(twice), outcome(1, 1, &[(2, 30)]));
        assert_eq!(send(vec![]), outcome(0, 0, &[]));
        assert_eq!(everything(database).len(), 4);
        assert_eq!(database.read(readings::count).unwrap(), 4);
        let span = database.read(readings::span).unwrap().unwrap();
        assert_eq!((span.0, span.1), (at(t0), at(t1)));
    });
}

#[test]
fn a_correction_replaces_the_value_and_keeps_the_old_one() {
    on_both(|database| {
        let writer = writer(database);
        let send = |readings| writer.submit(batch(readings)).blocking_recv().unwrap().unwrap();
        let (t0, t1) = ("2026-10-01T00:00:00Z", "2026-10-01T00:10:00Z");
        send(vec![reading(1, t0, 10), reading(1, t1, 20)]);
        assert_eq!(send(vec![correction(1, t0, 12)]), outcome(1, 0, &[]));
        assert_eq!(send(vec![correction(1, t0, 12)]), outcome(0, 1, &[]), "sent again it changes nothing");
        assert_eq!(send(vec![reading(1, t0, 10), reading(1, t0, 12)]), outcome(0, 2, &[]), "both are known");
        assert_eq!(send(vec![reading(1, t0, 13)]), outcome(0, 0, &[(0, 12)]));
        assert_eq!(send(vec![correction(1, t0, 14), correction(1, t0, 10)]), outcome(2, 0, &[]));
        // A correction may supply a reading that was missing.
        assert_eq!(send(vec![correction(1, "2026-10-01T00:20:00Z", 30)]), outcome(1, 0, &[]));

        let values: Vec<i64> = everything(database).into_iter().map(|(.., value)| value).collect();
        assert_eq!(values, [10, 20, 30]);
        let history = database.read(|c| readings::corrections(c, always())).unwrap();
        let steps: Vec<(Option<i64>, i64)> =
            history.iter().map(|c| (c.old_value.map(Micro::micros), c.value.micros())).collect();
        assert_eq!(steps, [(Some(10), 12), (Some(12), 14), (Some(14), 10), (None, 30)]);
        let one = database.read(|c| series(c, MeterId(1), always())).unwrap();
        let qualities: Vec<Quality> = one.iter().map(|reading| reading.quality).collect();
        assert_eq!(qualities, [Quality::Corrected, Quality::Measured, Quality::Corrected]);
        send(vec![correction(1, t1, 25)]);
        let before = database.read(|c| last_before(c, MeterId(1), at("2026-10-01T00:20:00Z"))).unwrap().unwrap();
        assert_eq!((before.at, before.value.micros()), (at(t1), 25));
    });
}

#[test]
fn a_key_is_answered_the_same_again_and_only_for_the_same_body() {
    on_both(|database| {
        let writer = writer(database);
        let t0 = "2026-10-01T00:00:00Z";
        let first = keyed("k1", "aa", vec![reading(1, t0, 10)]);
        assert_eq!(writer.submit(first.clone()).blocking_recv().unwrap().unwrap(), outcome(1, 0, &[]));
        assert_eq!(
            writer.submit(first).blocking_recv().unwrap().unwrap(),
            outcome(1, 0, &[]),
            "not one duplicate: the same answer"
        );
        let other = writer.submit(keyed("k1", "bb", vec![reading(1, t0, 11)])).blocking_recv().unwrap();
        assert!(matches!(&other, Err(StorageError::KeyReused)), "{other:?}");
        let conflicting = keyed("k2", "cc", vec![reading(1, t0, 11), reading(1, "2026-10-01T00:10:00Z", 12)]);
        assert_eq!(writer.submit(conflicting.clone()).blocking_recv().unwrap().unwrap(), outcome(1, 0, &[(0, 10)]));
        assert_eq!(writer.submit(conflicting).blocking_recv().unwrap().unwrap(), outcome(1, 0, &[(0, 10)]));
        let mut connection = database.connection().unwrap();
        assert_eq!(batches::answered(&mut connection, "k2", "cc").unwrap(), Some(outcome(1, 0, &[(0, 10)])));
        assert_eq!(batches::forget(&mut connection, at("2026-11-03T08:00:00Z"), 10).unwrap(), 0);
        assert_eq!(batches::forget(&mut connection, at("2026-11-04T08:00:00Z"), 1).unwrap(), 1);
        assert_eq!(batches::forget(&mut connection, at("2026-11-04T08:00:00Z"), 10).unwrap(), 1);
    });
}

#[test]
fn many_at_once_share_transactions_and_lose_nothing() {
    const SENDERS: i64 = 12;
    const BATCHES: i64 = 12;
    on_both(|database| {
        let writer = writer(database);
        // Every batch is sent by two senders: whoever comes second gets duplicates, never an error.
        let accepted: Vec<BatchOutcome> = std::thread::scope(|scope| {
            let senders: Vec<_> = (0..SENDERS)
                .map(|sender| {
                    let writer = &writer;
                    scope.spawn(move || {
                        let outcomes = (0..BATCHES).map(|n| {
                            let first = (sender / 2 * BATCHES + n) * 600;
                            let mut readings: Vec<_> = (0..50)
                                .map(|meter| reading_at(meter, Timestamp::from_seconds(1_790_000_000 + first), meter))
                                .collect();
                            // In opposite orders, which two writers must not wait for each other over.
                            if sender % 2 == 0 {
                                readings.reverse();
                            }
                            let key = (sender % 3 == 0).then(|| (format!("{sender}-{n}"), "aa".to_owned()));
                            let batch = IncomingBatch { idempotency: key, ..batch(readings) };
                            writer.submit(batch).blocking_recv().unwrap().unwrap()
                        });
                        outcomes.collect::<Vec<_>>()
                    })
                })
                .collect();
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
        });
        let total = usize::try_from(SENDERS * BATCHES / 2 * 50).unwrap();
        assert_eq!(accepted.iter().map(|outcome| outcome.accepted).sum::<usize>(), total);
        assert_eq!(accepted.iter().map(|outcome| outcome.duplicates).sum::<usize>(), total);
        assert!(accepted.iter().all(|outcome| outcome.conflicts.is_empty()));
        let stored = everything(database);
        assert_eq!(stored.len(), total);
        assert!(stored.is_sorted_by_key(|(meter, at, _)| (at.clone(), *meter)));
    });
}

#[test]
fn dropping_the_writer_writes_what_waits() {
    on_both(|database| {
        let writer = writer(database);
        let receivers: Vec<_> = (0..20)
            .map(|n| {
                let readings = (0..100).map(|meter| reading_at(meter, Timestamp::from_seconds(1_790_000_000 + n), 1));
                writer.submit(batch(readings.collect()))
            })
            .collect();
        drop(writer);
        for receiver in receivers {
            assert_eq!(receiver.blocking_recv().unwrap().unwrap(), outcome(100, 0, &[]));
        }
        assert_eq!(database.read(readings::count).unwrap(), 2_000);
    });
}

#[test]
fn neighbours_are_found_across_gaps_of_months_and_at_their_edges() {
    on_both(|database| {
        let writer = writer(database);
        let instants = [
            "2025-12-31T23:59:59Z",
            "2026-03-01T00:00:00Z",
            "2026-03-31T23:50:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
        ];
        let values: Vec<_> = (1..).zip(instants).map(|(value, instant)| reading(7, instant, value)).collect();
        writer.submit(batch(values)).blocking_recv().unwrap().unwrap();
        writer.submit(batch(vec![reading(8, "2026-06-01T00:00:00Z", 99)])).blocking_recv().unwrap().unwrap();
        let mut connection = database.connection().unwrap();
        let mut neighbours = |instant: &str| {
            let value = |sample: Option<chapelle::domain::metering::Sample>| sample.map(|s| s.value.micros());
            let instant = at(instant);
            (
                value(last_before(&mut connection, MeterId(7), instant).unwrap()),
                value(first_at_or_after(&mut connection, MeterId(7), instant).unwrap()),
            )
        };
        assert_eq!(neighbours("2025-12-31T23:59:59Z"), (None, Some(1)));
        assert_eq!(neighbours("2026-01-01T00:00:00Z"), (Some(1), Some(2)));
        assert_eq!(neighbours("2026-03-01T00:00:00Z"), (Some(1), Some(2)));
        assert_eq!(neighbours("2026-03-01T00:00:01Z"), (Some(2), Some(3)));
        assert_eq!(neighbours("2026-03-31T23:50:01Z"), (Some(3), Some(4)));
        assert_eq!(neighbours("2026-06-15T00:00:00Z"), (Some(3), Some(4)));
        assert_eq!(neighbours("2026-10-24T22:00:00Z"), (Some(3), Some(4)));
        assert_eq!(neighbours("2026-10-25T01:00:00Z"), (Some(4), Some(5)));
        assert_eq!(neighbours("2026-10-31T00:00:00Z"), (Some(5), None));
        assert_eq!(neighbours("2040-01-01T00:00:00Z"), (Some(5), None));
        let october = month("2026-10").period(chrono_tz::Europe::Paris);
        assert_eq!(series(&mut connection, MeterId(7), october).unwrap().len(), 2);
    });
}

#[test]
fn a_change_behind_the_billing_horizon_marks_every_month_it_touches() {
    on_both(|database| {
        with_book(database);
        let writer = writer(database);
        let send = |readings| writer.submit(batch(readings)).blocking_recv().unwrap().unwrap();
        let late = || {
            let changes = database.read(billing::late_changes).unwrap();
            changes.iter().map(|change| format!("{} {}", change.meter, change.month)).collect::<Vec<_>>()
        };
        let clear = || {
            let changes = database.read(billing::late_changes).unwrap();
            let count = changes.len();
            assert_eq!(database.write(|c| billing::clear_late_changes(c, &changes)).unwrap(), count);
        };
        let raise = |text: &str| {
            database.write(|c| billing::raise_horizon(c, month(text), chrono_tz::Europe::Paris)).unwrap();
        };
        // Nothing is billed: nothing is late.
        send(vec![reading(1, "2026-08-31T21:50:00Z", 1), reading(1, "2026-09-30T21:50:00Z", 2)]);
        send(vec![reading(1, "2026-10-31T22:50:00Z", 3), reading(1, "2026-10-31T23:10:00Z", 4)]);
        assert!(late().is_empty());
        assert_eq!(database.read(billing::horizon).unwrap(), None);

        raise("2026-10");
        raise("2026-09");
        let horizon = database.read(billing::horizon).unwrap().unwrap();
        assert_eq!((horizon.through, horizon.until), (month("2026-10"), at("2026-10-31T23:00:00Z")));
        // After the horizon, with a reading between: nothing billed rests on it.
        send(vec![reading(1, "2026-10-31T23:20:00Z", 5), reading(1, "2026-11-02T00:00:00Z", 6)]);
        assert!(late().is_empty());
        // The first one after the horizon moves the interpolated boundary of October.
        send(vec![reading(1, "2026-10-31T23:00:01Z", 4)]);
        assert_eq!(late(), ["1 2026-10"]);
        clear();
        // Exactly on the midnight of Paris it belongs to November, and is the boundary.
        send(vec![reading(1, "2026-10-31T23:00:00Z", 3)]);
        assert_eq!(late(), ["1 2026-10"]);
        clear();
        // Inside a month whose neighbours lie in the months around it.
        send(vec![reading(1, "2026-10-10T00:00:00Z", 2)]);
        assert_eq!(late(), ["1 2026-09", "1 2026-10"]);
        clear();
        // A correction within a month with both neighbours inside it; a duplicate of it changes nothing.
        send(vec![correction(1, "2026-10-31T22:50:00Z", 9)]);
        assert_eq!(late(), ["1 2026-10"]);
        clear();
        send(vec![correction(1, "2026-10-31T22:50:00Z", 9)]);
        assert!(late().is_empty());
        // A meter that was silent: its last value before held through all that is billed.
        send(vec![reading(2, "2026-08-10T00:00:00Z", 1)]);
        assert_eq!(late(), ["2 2026-08", "2 2026-09", "2 2026-10"]);
        // A change seen, then made again before it is cleared, stays.
        let seen = database.read(billing::late_changes).unwrap();
        send(vec![correction(2, "2026-08-10T00:00:00Z", 2)]);
        assert_eq!(database.write(|c| billing::clear_late_changes(c, &seen)).unwrap(), 0);
        assert_eq!(late().len(), 3);
        clear();
        // A reset changes the interpolated boundary, too, up to the first reading after the horizon, and nothing beyond it.
        let reset = |meter: i64, instant: &str| {
            database.write(|c| note_change(c, MeterId(meter), at(instant), at("2026-11-03T08:00:00Z"))).unwrap();
        };
        reset(1, "2026-11-01T12:00:00Z");
        assert!(late().is_empty());
        send(vec![reading(2, "2026-11-02T00:00:00Z", 3)]);
        clear();
        reset(2, "2026-11-01T12:00:00Z");
        assert_eq!(late(), ["2 2026-08", "2 2026-09", "2 2026-10"]);
        clear();
        // The next horizon begins anew.
        raise("2026-11");
        send(vec![reading(1, "2026-11-20T00:00:00Z", 7)]);
        assert_eq!(late(), ["1 2026-11"]);
    });
}

#[test]
fn the_horizon_waits_for_readings_that_are_being_written() {
    on_postgres(|database| {
        with_book(database);
        let mut writing = database.connection().unwrap();
        // What a writer holds while its transaction is open.
        writing.batch_execute("BEGIN; SELECT pg_advisory_xact_lock_shared(7501800002)").unwrap();
        std::thread::scope(|scope| {
            let raising = scope.spawn(|| {
                database.write(|c| billing::raise_horizon(c, month("2026-10"), chrono_tz::Europe::Paris)).unwrap();
            });
            std::thread::sleep(std::time::Duration::from_millis(300));
            assert!(!raising.is_finished());
            assert_eq!(database.read(billing::horizon).unwrap(), None);
            writing.batch_execute("COMMIT").unwrap();
            raising.join().unwrap();
        });
        assert!(database.read(billing::horizon).unwrap().is_some());
    });
}

#[test]
fn bills_are_written_while_readings_pour_in() {
    on_both(|database| {
        let writer = writer(database);
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            for sender in 0..4 {
                let (writer, done) = (&writer, &done);
                scope.spawn(move || {
                    for n in (0..).take_while(|_| !done.load(std::sync::atomic::Ordering::Relaxed)) {
                        let instant = Timestamp::from_seconds(1_790_000_000 + n * 4 + sender);
                        let readings = (0..500).map(|meter| reading_at(meter, instant, n)).collect();
                        assert_eq!(writer.submit(batch(readings)).blocking_recv().unwrap().unwrap().accepted, 500);
                    }
                });
            }
            let began = std::time::Instant::now();
            for _ in 0..20 {
                database.write(|c| chapelle::storage::invoices::take_number(c, "DC", 2026)).unwrap();
            }
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            // Without turns, SQLite's own waiting took half as long for one.
            assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
        });
    });
}

#[test]
fn one_batch_that_fails_harms_no_other() {
    on_both(|database| {
        // A reading the table refuses: as a broken one would be.
        let check = match database.url() {
            chapelle::storage::DatabaseUrl::Sqlite(_) => {
                "CREATE TRIGGER no_13 BEFORE INSERT ON reading WHEN NEW.value_micro = 13 \
                 BEGIN SELECT RAISE(ABORT, 'thirteen'); END"
            }
            chapelle::storage::DatabaseUrl::Postgres(_) => "ALTER TABLE reading ADD CHECK (value_micro <> 13)",
        };
        database.write(|c| Ok::<_, StorageError>(c.batch_execute(check)?)).unwrap();
        let writer = writer(database);
        let receivers: Vec<_> =
            (1..=20).map(|value| writer.submit(batch(vec![reading(value, "2026-10-01T00:00:00Z", value)]))).collect();
        for (value, receiver) in (1..).zip(receivers) {
            assert_eq!(receiver.blocking_recv().unwrap().is_ok(), value != 13, "{value}");
        }
        assert_eq!(everything(database).len(), 19);
    });
}

#[test]
fn a_lost_connection_is_made_again() {
    on_postgres(|database| {
        let writer = writer(database);
        let send =
            |value| writer.submit(batch(vec![reading(value, "2026-10-01T00:00:00Z", value)])).blocking_recv().unwrap();
        send(1).unwrap();
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE application_name = current_setting('application_name') AND pid <> pg_backend_pid()";
        database.connection().unwrap().batch_execute(kill).unwrap();
        // Each of the two writers may fail once.
        let failures = (2..=8).filter(|value| send(*value).is_err()).count();
        assert!((1..=2).contains(&failures), "{failures}");
        assert!(send(9).is_ok());
    });
}
