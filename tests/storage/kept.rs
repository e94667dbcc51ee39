//! Reports that were kept, and figures of management.

use chapelle::domain::money::Money;
use chapelle::domain::payback::{FigureKey, FigureKind, ManagementFigure};
use chapelle::storage::report_archive::{self, ArchivedReport};
use chapelle::storage::{AnyConnection, Database, StorageError, management_figures, revenue};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_sqlite};
use crate::fixture::{day, draft, issue, month, now, with_book};

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
        assert_eq!(database.read(|c| report_archive::list(c, Some("payback"))).unwrap(), std::slice::from_ref(&report));
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

fn figure(revision: i64, cents: i64) -> ManagementFigure {
    ManagementFigure {
        id: 0,
        key: FigureKey {
            month: month("2026-10"),
            kind: FigureKind::Energy,
            label: "Voie A".into(),
            tenant: None,
            service: None,
        },
        revision,
        amount: Money::from_cents(cents),
        source: "Facture 118".into(),
        reason: (revision > 1).then(|| "relevé corrigé".into()),
        recorded_by: "cli".into(),
        recorded_at: now(),
    }
}

#[test]
fn a_figure_is_corrected_by_a_further_revision_and_never_changed() {
    on_both(|database| {
        let record = |figure: &ManagementFigure| database.write(|c| management_figures::insert(c, figure));
        record(&figure(1, 100)).unwrap();
        assert!(matches!(record(&figure(1, 100)), Err(StorageError::Conflict(_))));
        assert!(matches!(record(&figure(3, 300)), Err(StorageError::Conflict(_))));
        record(&figure(2, 200)).unwrap();
        let in_force = database.read(management_figures::in_force).unwrap();
        assert_eq!(in_force.len(), 1);
        assert_eq!((in_force[0].amount, in_force[0].revision), (Money::from_cents(200), 2));
        assert_eq!(database.read(management_figures::all).unwrap().len(), 2);
        refused(database, "UPDATE management_figure SET amount_cents = 1");
        refused(database, "DELETE FROM management_figure");
        let columns = "month, kind, label, tenant_code, service, revision, amount_cents, source, reason, recorded_by, recorded_at";
        let insert = |values: &str| format!("INSERT INTO management_figure ({columns}) VALUES ({values})");
        refused(database, &insert("'2026-10', 'gifts', 'x', '', '', 1, 1, 's', NULL, 'x', 1"));
        refused(database, &insert("'2026-10', 'energy', 'x', 'aphp', 'space', 1, 1, 's', NULL, 'x', 1"));
        refused(database, &insert("'2026-10', 'earlier-revenue', 'x', '', '', 1, 1, 's', NULL, 'x', 1"));
    });
}

#[test]
fn revenue_is_summed_by_month_and_contract_line() {
    on_both(|database| {
        with_book(database);
        let drafted = draft("aphp", "c-aphp", "2026-10", None);
        issue(database, &drafted).unwrap();
        let billed = database.read(revenue::billed).unwrap();
        let net: Money = billed.iter().map(|one| one.net).sum();
        assert_eq!(net, drafted.charges.iter().map(|charge| charge.net).sum::<Money>());
        assert!(
            billed
                .iter()
                .all(|one| one.documents == 1 && one.month == month("2026-10") && one.first_number == one.last_number)
        );
    });
}
