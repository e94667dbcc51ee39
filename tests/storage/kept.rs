//! Reports that were kept, and figures of management.

use chapelle::storage::report_archive::{self, ArchivedReport};
use chapelle::storage::{AnyConnection, Database, StorageError};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_sqlite};
use crate::fixture::{day, now};

fn kept(path: &str) -> ArchivedReport {
    ArchivedReport {
        kind: "payback".into(),
        as_of: day("2026-12-31"),
        format: "pdf".into(),
        language: "fr".into(),
        path: path.into(),
        sha256: "0f".repeat(32),
        size_bytes: 61_000,
        created_at: now(),
    }
}

fn refused(database: &Database, sql: &str) {
    let outcome = database.write(|connection: &mut AnyConnection| Ok(connection.batch_execute(sql)?));
    let refused =
        matches!(outcome, Err(StorageError::Frozen(_) | StorageError::Conflict(_) | StorageError::Refused(_)));
    assert!(refused, "{sql}: {outcome:?}");
}

#[test]
fn reports_are_kept_once_a_path_and_never_change() {
    on_both(|database| {
        let report = kept("reports/2026/payback-2026-12-31-fr-0f0f0f0f0f0f.pdf");
        database.write(|c| report_archive::insert(c, &report)).unwrap();
        assert_eq!(database.read(|c| report_archive::find(c, &report.path)).unwrap(), Some(report.clone()));
        assert_eq!(database.read(|c| report_archive::list(c, Some("payback"))).unwrap(), [report.clone()]);
        assert!(database.read(|c| report_archive::list(c, Some("amortisation"))).unwrap().is_empty());
        let again = database.write(|c| report_archive::insert(c, &report));
        assert!(matches!(again, Err(StorageError::Conflict(_))), "{again:?}");
        refused(database, "UPDATE report_archive SET sha256 = sha256");
        refused(database, "DELETE FROM report_archive");
    });
    on_sqlite(|database| {
        database.write(|c| report_archive::insert(c, &kept("reports/2026/x.pdf"))).unwrap();
        refused(database, "REPLACE INTO report_archive SELECT * FROM report_archive");
    });
}
