//! Packed readings: the same as the readings themselves, whatever came after they were packed.

use chapelle::domain::calendar::{Period, Timestamp};
use chapelle::domain::ids::MeterId;
use chapelle::domain::metering::Quality;
use chapelle::domain::quantity::Micro;
use chapelle::storage::series::{self, SeriesReader};
use chapelle::storage::{Database, IncomingBatch, IncomingReading, ReadingWriter, readings};

use crate::engines::on_both;
use crate::fixture::at;

fn reading(meter: i64, instant: Timestamp, value: i64, correction: Option<&str>) -> IncomingReading {
    IncomingReading {
        meter: MeterId(meter),
        at: instant,
        value: Micro::from_micros(value),
        quality: Quality::Measured,
        correction: correction.map(str::to_owned),
    }
}

fn send(database: &Database, readings: Vec<IncomingReading>) {
    let writer = ReadingWriter::start(database).unwrap();
    let batch = IncomingBatch {
        readings,
        source: "test".into(),
        by: chapelle::domain::audit::Actor::new("test", None),
        idempotency: None,
        received_at: at("2026-11-03T08:00:00Z"),
    };
    writer.submit(batch).blocking_recv().unwrap().unwrap();
}

fn period() -> Period {
    Period { from: at("2026-09-30T22:00:00Z"), to: at("2026-10-05T12:30:00Z") }
}

/// What the series says and what the readings say must be one.
fn check(database: &Database) -> usize {
    let meters = [MeterId(1), MeterId(2), MeterId(3)];
    database
        .read(|connection| {
            let mut reader = SeriesReader::open(connection, &meters, period())?;
            let mut count = 0;
            for meter in meters {
                let packed = reader.readings(connection, meter)?;
                assert_eq!(packed, readings::series(connection, meter, period())?, "{meter}");
                count += packed.len();
                let last = series::last_before(connection, meter, period().to)?.map(|last| (last.at, last.value));
                let told = readings::last_before(connection, meter, period().to)?.map(|last| (last.at, last.value));
                assert_eq!(last, told, "{meter}");
            }
            Ok::<_, chapelle::storage::StorageError>(count)
        })
        .unwrap()
}

fn pack(database: &Database, days: std::ops::Range<i64>) {
    database.write(|connection| series::raise_mark(connection, days.end)).unwrap();
    for day in days {
        database.write(|connection| series::pack_day(connection, day)).unwrap();
    }
}

fn repack(database: &Database) -> usize {
    let stale = database.read(|connection| series::stale(connection, 100)).unwrap();
    for of_one_day in stale.chunk_by(|a, b| a.day == b.day) {
        database.write(|connection| series::repack(connection, of_one_day)).unwrap();
    }
    stale.len()
}

#[test]
fn packed_or_not_a_reader_sees_every_reading_as_it_stands() {
    on_both(|database| {
        let start = at("2026-10-01T00:00:00Z");
        let every_hour = (0..120).flat_map(|hour| {
            [1, 2].map(|meter| reading(meter, start.plus_seconds(hour * 3600 + meter), hour * 1000 + meter, None))
        });
        send(database, every_hour.collect());
        // Before anything is packed, in the middle of it, and after.
        assert_eq!(check(database), 2 * 109);
        let first = series::day_of(start.seconds());
        pack(database, first..first + 3);
        assert_eq!(check(database), 2 * 109);
        assert_eq!(repack(database), 0, "nothing changed");

        // A late reading, a correction and a meter that had said nothing: each day is stale until it is packed again.
        let late = start.plus_seconds(1800);
        send(database, vec![reading(1, late, 77, None), reading(3, late, 5, None)]);
        send(database, vec![reading(2, start.plus_seconds(2), 9, Some("misread"))]);
        assert_eq!(database.read(|connection| series::stale(connection, 100)).unwrap().len(), 3);
        assert_eq!(check(database), 2 * 109 + 2);
        assert_eq!(repack(database), 3);
        assert_eq!(check(database), 2 * 109 + 2);

        // What lies beyond what is packed marks nothing.
        send(database, vec![reading(1, start.plus_seconds(4 * 86_400 + 1800), 1, None)]);
        assert_eq!(repack(database), 0);
        assert_eq!(check(database), 2 * 109 + 3);

        database.write(series::forget).unwrap();
        assert_eq!(check(database), 2 * 109 + 3);
    });
}
