//! What the database itself refuses, whoever asks. Every statement here is plain SQL, as another program would send it.

use chapelle::domain::ids::InvoiceId;
use chapelle::domain::ledger::{Journal, JournalEntry, JournalLine};
use chapelle::domain::money::Money;
use chapelle::storage::archive::{ArchiveKind, ArchivedFile};
use chapelle::storage::{AnyConnection, Database, StorageError, archive, audit, invoices, journal};
use diesel::connection::SimpleConnection;

use crate::engines::{on_both, on_postgres, on_sqlite};
use crate::fixture::{day, draft, issue, now, with_book};

/// Runs one statement in a transaction of its own.
fn attempt(database: &Database, sql: &str) -> Result<(), StorageError> {
    database.write(|connection: &mut AnyConnection| Ok(connection.batch_execute(sql)?))
}

#[track_caller]
pub fn refused(database: &Database, sql: &str) {
    let outcome = attempt(database, sql);
    let refused =
        matches!(outcome, Err(StorageError::Frozen(_) | StorageError::Conflict(_) | StorageError::Refused(_)));
    assert!(refused, "{sql}: {outcome:?}");
}

#[track_caller]
pub fn frozen(database: &Database, sql: &str) {
    let outcome = attempt(database, sql);
    assert!(matches!(outcome, Err(StorageError::Frozen(_))), "{sql}: {outcome:?}");
}

/// An issued invoice, a draft of the next month, an archived file, a posted entry, two audit events.
fn populated(database: &Database) -> InvoiceId {
    with_book(database);
    let (id, _) = issue(database, &draft("aphp", "c-aphp", "2026-10", None)).unwrap();
    database
        .write(|connection| {
            invoices::save_draft(connection, &draft("aphp", "c-aphp", "2026-11", None), now())?;
            let file = ArchivedFile {
                kind: ArchiveKind::Pdf,
                path: "archive/2026/x.pdf".into(),
                sha256: "00".into(),
                size_bytes: 61_000,
            };
            archive::insert(connection, id, &file, now())?;
            let _ = journal::insert(connection, &entry("DC2026000001"), now())?;
            for subject in ["a", "b"] {
                audit::append(connection, &crate::accounts::event(subject))?;
            }
            Ok::<_, StorageError>(id)
        })
        .unwrap()
}

pub fn entry(document: &str) -> JournalEntry {
    let lines = vec![
        JournalLine::debit("411", Some("aphp"), "x", Money::from_cents(12_000)),
        JournalLine::credit("7083", None, "x", Money::from_cents(10_000)),
        JournalLine::credit("44571", None, "x", Money::from_cents(2_000)),
    ];
    JournalEntry::new(Journal::Sales, day("2026-11-03"), document.into(), "Facture".into(), lines).unwrap()
}

#[test]
fn an_issued_invoice_and_its_lines_never_change() {
    on_both(|database| {
        let id = populated(database).0;
        for sql in [
            format!("UPDATE invoice SET net_cents = net_cents WHERE id = {id}"),
            format!("UPDATE invoice SET status = 'draft', number = NULL WHERE id = {id}"),
            format!("UPDATE invoice SET content = '{{}}' WHERE id = {id}"),
            format!("DELETE FROM invoice WHERE id = {id}"),
            "DELETE FROM invoice".into(),
            format!("UPDATE invoice_line SET net_cents = 1 WHERE invoice_id = {id}"),
            format!("DELETE FROM invoice_line WHERE invoice_id = {id}"),
            "DELETE FROM invoice_line".into(),
            format!("UPDATE invoice_line SET invoice_id = {id}, position = 9 WHERE invoice_id <> {id}"),
            format!(
                "INSERT INTO invoice_line SELECT invoice_id, 9, line_code, service, kind, regards_month, period_from, \
                 period_to, quantity_ten_thousandths, unit, unit_price_micro, net_cents FROM invoice_line \
                 WHERE invoice_id = {id}"
            ),
        ] {
            frozen(database, &sql);
        }
        // A draft may go, with its lines.
        attempt(database, &format!("DELETE FROM invoice WHERE id <> {id}")).unwrap();
    });
}

#[test]
fn an_invoice_is_issued_only_from_a_draft_whose_lines_add_up() {
    on_both(|database| {
        let id = populated(database).0;
        let columns = "tenant_id, contract_id, month, kind, net_cents, tax_cents, gross_cents, content, \
                       content_sha256, created_at";
        refused(
            database,
            &format!(
                "INSERT INTO invoice (status, number, series, year, position, issue_date, due_date, issued_at, \
                 {columns}) SELECT 'issued', 'X1', 'X', 2026, 1, '2026-11-03', '2026-11-03', 1, tenant_id, \
                 contract_id, '2026-12', kind, net_cents, tax_cents, gross_cents, content, content_sha256, created_at \
                 FROM invoice WHERE id = {id}"
            ),
        );
        let issue = "UPDATE invoice SET status = 'issued', number = 'X1', series = 'X', year = 2026, position = 1, \
                     issue_date = '2026-11-03', due_date = '2026-11-03', issued_at = 1";
        refused(
            database,
            &format!("{issue}, net_cents = net_cents + 1, gross_cents = gross_cents + 1 WHERE status = 'draft'"),
        );
        refused(database, &format!("{issue}, number = NULL WHERE status = 'draft'").replace("number = 'X1', ", ""));
        refused(
            database,
            &format!("{issue} WHERE status = 'draft'").replace("due_date = '2026-11-03'", "due_date = '2026-11-02'"),
        );
        attempt(database, &format!("{issue} WHERE status = 'draft'")).unwrap();
    });
}

#[test]
fn a_series_moves_by_one_and_is_never_removed() {
    on_both(|database| {
        populated(database);
        refused(database, "UPDATE number_series SET next = 1");
        refused(database, "UPDATE number_series SET next = next + 2");
        refused(database, "UPDATE number_series SET next = next + 1, year = 2027");
        refused(database, "DELETE FROM number_series");
        refused(database, "INSERT INTO number_series VALUES ('DC', 2030, 5)");
    });
}

#[test]
fn what_is_posted_archived_or_audited_never_changes() {
    on_both(|database| {
        populated(database);
        for table in ["journal_entry", "journal_line", "invoice_archive", "audit_event"] {
            frozen(database, &format!("DELETE FROM {table}"));
        }
        frozen(database, "UPDATE journal_entry SET label = 'y'");
        frozen(database, "UPDATE journal_line SET debit_cents = debit_cents");
        frozen(database, "UPDATE invoice_archive SET sha256 = '11'");
        frozen(database, "UPDATE audit_event SET detail = '{}'");
        frozen(database, "DELETE FROM audit_head");
        frozen(database, "INSERT INTO journal_line VALUES ('VE', 'DC2026000001', 9, '411', NULL, '', 5, 0)");
        let event =
            "INSERT INTO audit_event (sequence, at, actor, action, subject, detail, previous_hash, hash) VALUES";
        refused(database, &format!("{event} (9, 1, 'x', 'x', 'x', '{{}}', 'x', 'x')"));
        refused(database, &format!("{event} (3, 1, 'x', 'x', 'x', '{{}}', 'not the last hash', 'x')"));
    });
}

#[test]
fn an_entry_that_does_not_balance_is_refused_by_the_database() {
    on_both(|database| {
        let line = |position: i64, debit: i64, credit: i64| {
            format!("INSERT INTO journal_line VALUES ('VE', 'D1', {position}, '411', NULL, '', {debit}, {credit});")
        };
        let seal = "INSERT INTO journal_entry (journal, document, entry_date, label, posted_at) \
                    VALUES ('VE', 'D1', '2026-11-03', '', 1);";
        refused(database, seal);
        refused(database, &[line(1, 500, 0), line(2, 0, 499), seal.into()].concat());
        refused(database, &line(1, 500, 500));
        refused(database, &line(1, 0, 0));
        refused(database, &line(1, -500, 0));
        // Lines without an entry do not survive the transaction, which stays usable afterwards.
        refused(database, &line(1, 500, 0));
        attempt(database, &[line(1, 500, 0), line(2, 0, 500), seal.into()].concat()).unwrap();
        refused(database, &[line(3, 500, 0), line(4, 0, 500), seal.into()].concat());
        let posted = database.read(|c| journal::list(c, journal::JournalFilter::default())).unwrap();
        assert_eq!(posted.len(), 1);
        assert_eq!(posted[0].entry.total(), Money::from_cents(500));
    });
}

#[test]
fn replace_does_not_get_past_the_triggers_on_sqlite() {
    on_sqlite(|database| {
        let id = populated(database).0;
        for sql in [
            format!("INSERT OR REPLACE INTO invoice SELECT * FROM invoice WHERE id = {id}"),
            format!(
                "REPLACE INTO invoice SELECT id, tenant_id, contract_id, month, kind, 'draft', NULL, NULL, NULL, \
                 NULL, NULL, NULL, 1, 0, 1, '', '', 1, NULL FROM invoice WHERE id = {id}"
            ),
            // Through the unique contract month.
            "INSERT OR REPLACE INTO invoice (tenant_id, contract_id, month, kind, status, net_cents, tax_cents, \
             gross_cents, content, content_sha256, created_at) SELECT tenant_id, contract_id, month, kind, 'draft', 1, \
             0, 1, '', '', 1 FROM invoice WHERE status = 'issued'"
                .into(),
            "UPDATE OR REPLACE invoice SET month = '2026-10' WHERE status = 'draft'".into(),
            format!("UPDATE OR REPLACE invoice SET id = {id} WHERE status = 'draft'"),
            // Through the unique number and position.
            "UPDATE OR REPLACE invoice SET status = 'issued', number = 'DC2026000001', series = 'X', year = 2026, \
             position = 1, issue_date = '2026-11-03', due_date = '2026-11-03', issued_at = 1 WHERE status = 'draft'"
                .into(),
            "UPDATE OR REPLACE invoice SET status = 'issued', number = 'X', series = 'DC', year = 2026, \
             position = 1, issue_date = '2026-11-03', due_date = '2026-11-03', issued_at = 1 WHERE status = 'draft'"
                .into(),
            format!("REPLACE INTO invoice_line SELECT * FROM invoice_line WHERE invoice_id = {id}"),
            format!("UPDATE OR REPLACE invoice_line SET invoice_id = {id} WHERE invoice_id <> {id}"),
            "REPLACE INTO number_series VALUES ('DC', 2026, 1)".into(),
            "REPLACE INTO invoice_archive SELECT * FROM invoice_archive".into(),
            "REPLACE INTO journal_entry SELECT * FROM journal_entry".into(),
            "REPLACE INTO journal_entry SELECT 99, journal, document, entry_date, label, 5 FROM journal_entry".into(),
            "REPLACE INTO journal_line SELECT * FROM journal_line".into(),
            "REPLACE INTO audit_event SELECT * FROM audit_event".into(),
        ] {
            refused(database, &sql);
        }
        let scope = chapelle::domain::access::TenantScope::Everyone;
        let (_, total) = database
            .read(|c| invoices::list(c, &scope, &invoices::InvoiceFilter::default(), invoices::Page::ALL))
            .unwrap();
        assert_eq!(total, 2);
    });
}

#[test]
fn truncate_and_upsert_do_not_get_past_the_triggers_on_postgres() {
    on_postgres(|database| {
        let id = populated(database).0;
        for table in ["invoice_line", "journal_line", "journal_entry", "invoice_archive", "audit_event"] {
            frozen(database, &format!("TRUNCATE {table} CASCADE"));
        }
        frozen(database, "TRUNCATE invoice CASCADE");
        frozen(database, "TRUNCATE tenant CASCADE");
        refused(database, "TRUNCATE number_series");
        frozen(
            database,
            &format!(
                "INSERT INTO invoice (id, tenant_id, contract_id, month, kind, status, net_cents, tax_cents, \
                 gross_cents, content, content_sha256, created_at) SELECT id, tenant_id, contract_id, month, kind, \
                 'draft', 1, 0, 1, '', '', 1 FROM invoice WHERE id = {id} ON CONFLICT (id) DO UPDATE SET net_cents = 1"
            ),
        );
    });
}

#[test]
fn no_line_slips_in_beside_an_entry_another_transaction_is_posting() {
    on_postgres(|database| {
        let (sealed, proceed) = (std::sync::Barrier::new(2), std::sync::Barrier::new(2));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                database.write(|connection| {
                    let _ = journal::insert(connection, &entry("D7"), now())?;
                    sealed.wait();
                    proceed.wait();
                    // The other transaction now waits for this one.
                    std::thread::sleep(std::time::Duration::from_millis(200));
                    Ok::<_, StorageError>(())
                })
            });
            sealed.wait();
            proceed.wait();
            frozen(database, "INSERT INTO journal_line VALUES ('VE', 'D7', 9, '411', NULL, '', 5, 0)");
        });
    });
}
