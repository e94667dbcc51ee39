//! The journal and the audit trail.

use chapelle::domain::audit::{Actor, AuditEvent, GENESIS};
use chapelle::domain::ledger::{Journal, JournalEntry, JournalLine};
use chapelle::domain::money::Money;
use chapelle::storage::journal::JournalFilter;
use chapelle::storage::{AnyConnection, StorageError, audit, journal};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_sqlite};
use crate::fixture::{day, now};
use crate::frozen::entry;

pub fn event(subject: &str) -> AuditEvent {
    let at = now() + chrono::Duration::milliseconds(250);
    let detail = serde_json::json!({ "net": "100.00", "gross": "120.00" });
    AuditEvent::new(at, &Actor::new("cli", Some("host")), "invoice.issued", subject, detail)
        .before(serde_json::json!({ "status": "draft" }))
        .because("agreed")
}

#[test]
fn entries_are_posted_once_and_come_back_as_they_were() {
    on_both(|database| {
        let lines = vec![
            JournalLine::debit("6811", Some("IMM-1"), "Dotation", Money::from_cents(16_666_667)),
            JournalLine::credit("2813", Some("IMM-1"), "Dotation", Money::from_cents(16_666_667)),
        ];
        let depreciation =
            JournalEntry::new(Journal::Depreciation, day("2026-10-31"), "AMORT-2026-10".into(), "".into(), lines)
                .unwrap();
        let _ = database
            .write(|c| {
                let _ = journal::insert(c, &entry("DC2026000001"), now())?;
                journal::insert(c, &depreciation, now())
            })
            .unwrap();
        let again = database.write(|c| journal::insert(c, &depreciation, now()));
        assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
        let posted = database.read(journal::posted_assets).unwrap();
        assert_eq!(posted.into_iter().map(|one| one.entry).collect::<Vec<_>>(), [depreciation]);
        let all = database.read(|c| journal::list(c, JournalFilter::default())).unwrap();
        assert_eq!(all.len(), 2);
        assert_eq!((&all[0].entry, all[0].posted_at), (&entry("DC2026000001"), now()));
        let november = JournalFilter {
            from: Some(day("2026-11-03")),
            through: Some(day("2026-11-03")),
            ..JournalFilter::default()
        };
        assert_eq!(database.read(|c| journal::list(c, november)).unwrap().len(), 1);
        assert!(database.read(|c| journal::is_posted(c, Journal::Sales, "DC2026000001")).unwrap());
        assert!(!database.read(|c| journal::is_posted(c, Journal::Depreciation, "DC2026000001")).unwrap());
    });
}

/// Recomputes the whole chain; the sequence of the first event that does not fit, if any. An event missing at the end
/// shows against the head.
fn first_break(connection: &mut AnyConnection) -> Result<Option<i64>, StorageError> {
    let (mut sequence, mut hash) = (0, GENESIS.to_owned());
    for chained in audit::list(connection, 0, i64::MAX, None)? {
        let expected = chained.event.hash_after(&hash).unwrap();
        if chained.sequence != sequence + 1 || chained.previous_hash != hash || chained.hash != expected {
            return Ok(Some(sequence + 1));
        }
        (sequence, hash) = (chained.sequence, chained.hash);
    }
    Ok((audit::head(connection)? != (sequence, hash)).then_some(sequence + 1))
}

#[test]
fn eight_threads_append_to_one_unbroken_chain() {
    on_both(|database| {
        assert_eq!(database.read(first_break).unwrap(), None);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                scope.spawn(move || {
                    for n in 0..10 {
                        let undo = n % 5 == 0;
                        let outcome = database.write(|c| {
                            audit::append(c, &event(&format!("{thread}-{n}")))?;
                            if undo { Err(StorageError::Refused("undone".to_owned())) } else { Ok(()) }
                        });
                        assert_eq!(outcome.is_err(), undo);
                    }
                });
            }
        });
        assert_eq!(database.read(first_break).unwrap(), None);
        let events = database.read(|c| audit::list(c, 0, 1_000, None)).unwrap();
        assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), (1..=64).collect::<Vec<_>>());
        assert_eq!(events[0].event.at, now(), "cut to the second, as it is hashed");
        assert_eq!(database.read(|c| audit::list(c, 0, 9, Some("3-1"))).unwrap().len(), 1);
    });
}

#[test]
fn a_trail_tampered_with_shows_where() {
    on_sqlite(|database| {
        database.write(|c| (0..5).try_for_each(|n| audit::append(c, &event(&n.to_string())).map(drop))).unwrap();
        let tamper = |sql: &str| {
            let sql = format!(
                "DROP TRIGGER IF EXISTS audit_event_no_update; DROP TRIGGER IF EXISTS audit_event_no_delete; {sql}"
            );
            database.write(|c| Ok::<_, StorageError>(c.batch_execute(&sql)?)).unwrap();
        };
        tamper("UPDATE audit_event SET actor = 'somebody else' WHERE sequence = 3");
        assert_eq!(database.read(first_break).unwrap(), Some(3));
        tamper("UPDATE audit_event SET actor = 'cli' WHERE sequence = 3");
        assert_eq!(database.read(first_break).unwrap(), None);
        tamper("DELETE FROM audit_event WHERE sequence = 5");
        assert_eq!(database.read(first_break).unwrap(), Some(5));
    });
}
